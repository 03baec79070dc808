"""`gigawatt influence`: the inputs that move each headline result of a run most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gigawatt.study.reasons.run_influence import ResultInfluence

EPILOG = """\b
Examples:
  gigawatt influence runs/a
  gigawatt influence runs/a first_gw_in_service_date --top 5
  gigawatt influence runs/a --json > influence.json"""


@click.command(epilog=EPILOG)
@click.argument("run", type=click.Path())
@click.argument("metric", default="")
@click.option("--top", default=10, show_default=True, help="Inputs to show for each result.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(run: str, metric: str, top: int, as_json: bool) -> None:
    """Show the inputs of RUN that move METRIC most, or each result that has one value a draw.

    By rank regression on the draws. `coefficient` is in standard deviations of ranks: +1 means that
    the result's rank follows the input's, -1 that it runs against it.
    """
    from pathlib import Path

    from gigawatt.errors import InputError
    from gigawatt.study.archive.folder import open_run
    from gigawatt.study.reasons.run_influence import run_influence

    if top < 1:
        raise InputError(f"--top {top}: must be at least 1")
    found = run_influence(open_run(Path(run)), metric)
    if as_json:
        import json

        click.echo(json.dumps([r.data(top) for r in found], indent=2, ensure_ascii=False))
        return
    click.echo("\n\n".join(_text(r, top) for r in found))


def _text(result: ResultInfluence, top: int) -> str:
    """Table of one result."""
    found = result.found
    head = f"{result.title}  [{result.metric}]"
    if not found.drivers:
        return f"{head}\n  the same in all draws (or never reached): nothing moves it"
    lines = [
        head,
        f"  {100 * found.r2_adjusted:.0f} % of the rank variance explained, "
        f"{found.draws} draws, {found.inputs} inputs"
        + (f"; never reached in {100 * found.never_share:.0f} %" if found.never_share else ""),
        "  coefficient   share  input",
    ]
    unclear = False
    for d in found.drivers[:top]:
        mark = " " if d.clear else "?"
        unclear = unclear or not d.clear
        also = f" (and {len(d.same_as)} that go with it)" if d.same_as else ""
        size = f"{d.coefficient:+.2f} ± {d.error:.2f}  {100 * d.share:5.1f} %"
        lines.append(f" {mark}{size}  {result.titles[d.name]}{also}  ({d.name})")
    if unclear:
        lines.append(f"  ? not clear of noise (|rho| below {found.noise:.2f})")
    return "\n".join(lines)
