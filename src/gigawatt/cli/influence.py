"""`gigawatt influence`: the inputs that move each headline result of a run most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gigawatt.report.speech import Speech
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
@click.option(
    "--lang", type=click.Choice(("en", "fr")), default="en", show_default=True, help="Language."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON (in English).")
def command(run: str, metric: str, top: int, lang: str, as_json: bool) -> None:
    """Show the inputs of RUN that move METRIC most, or each result that has one value a draw.

    By rank regression on the draws. `coefficient` is in standard deviations of ranks: +1 means that
    the result's rank follows the input's, -1 that it runs against it.
    """
    from pathlib import Path

    from gigawatt.errors import InputError
    from gigawatt.report.speech import Speech
    from gigawatt.study.archive.folder import open_run
    from gigawatt.study.reasons.run_influence import run_influence

    if top < 1:
        raise InputError(f"--top {top}: must be at least 1")
    found = run_influence(open_run(Path(run)), metric)
    if as_json:
        import json

        click.echo(json.dumps([r.data(top) for r in found], indent=2, ensure_ascii=False))
        return
    speech = Speech.of(lang)
    click.echo("\n\n".join(_text(r, top, speech) for r in found))


def _text(result: ResultInfluence, top: int, speech: Speech) -> str:
    """Table of one result."""
    say, found = speech.say, result.found
    head = f"{say.titled(result.metric, result.title)}  [{result.metric}]"
    if not found.drivers:
        return f"{head}\n  {say('influence.nothing')}"
    explained = say(
        "influence.explained",
        share=speech.percent(found.r2_adjusted),
        draws=found.draws,
        inputs=found.inputs,
    )
    if found.never_share:
        explained += "; " + say("influence.never", share=speech.percent(found.never_share))
    lines = [head, f"  {explained}", f"  {say('influence.heads')}"]
    shown = found.drivers[:top]
    for d in shown:
        mark = " " if d.clear else "?"
        also = " " + say("influence.also", count=len(d.same_as)) if d.same_as else ""
        size = f"{_signed(d.coefficient, speech)} ± {_signed(d.error, speech)[1:]}"
        share = f"{speech.percent(d.share):>7}"
        title = speech.text(result.titles[d.name])
        lines.append(f" {mark}{size}  {share}  {title}{also}  ({d.name})")
    if not all(d.clear for d in shown):
        noise = _signed(found.noise, speech)[1:]
        lines.append(f"  ? {say('influence.unclear', noise=noise)}")
    return "\n".join(lines)


def _signed(value: float, speech: Speech) -> str:
    """With sign, two decimals and the language's mark."""
    return f"{value:+.2f}".replace(".", speech.locale.decimal)
