"""`gigawatt schedule levers`: days gained by each lever, and dollars per month gained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gigawatt.study.reasons.levers import LeverRow

DEFAULT_GIGAWATTS = 3  # first, one in the middle, last that is reached in half of the draws


@click.command()
@click.argument("program", default="openai-nvidia-2025-09")
@click.option("--gigawatt", "gigawatts", type=int, multiple=True, help="Which; may be repeated.")
@click.option("--draws", default=1000, show_default=True, help="Number of draws.")
@click.option("--seed", default=1, show_default=True, help="Seed of all random streams.")
@click.option("--as-of", help="Forget what became known after this date (YYYY-MM-DD).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    program: str,
    gigawatts: tuple[int, ...],
    draws: int,
    seed: int,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Show what each lever on PROGRAM's schedule gains at P50 and P80, and what it costs.

    Each lever is pulled at once everywhere it still can be, on the same draws. Costs
    are direct ones in today's dollars where the catalog can price them.
    """
    from gigawatt.cli.schedule_show import iso_date
    from gigawatt.errors import InputError
    from gigawatt.program.load import load_program
    from gigawatt.study.reasons.levers import WHOLE, lever_rows, pull_all
    from gigawatt.study.schedule_run import schedule_run
    from gigawatt.study.tables.schedule_tables import gigawatt_rows, likely_gigawatts

    loaded = load_program(program, as_of=iso_date(as_of, "--as-of"))
    base = schedule_run(loaded, draws, seed)
    known = [r.number for r in gigawatt_rows(base)]
    for g in gigawatts:
        if g not in known:
            reached = ", ".join(map(str, known)) or "no whole gigawatt"
            raise InputError(f"--gigawatt {g}: the programme reaches {reached}")
    rows = lever_rows(
        base, pull_all(base, draws, seed), gigawatts or likely_gigawatts(base) or (WHOLE,)
    )
    if as_json:
        import json
        from dataclasses import asdict

        click.echo(json.dumps([asdict(r) for r in rows], indent=2, ensure_ascii=False))
        return
    click.echo(_text(rows))


def _text(rows: list[LeverRow]) -> str:
    lines = [
        "  days earlier at P50 and P80, capacity x time gained, direct cost",
        f"  {'lever':52} {'GW':>3} {'P50':>6} {'P80':>6} {'GW-months':>10} {'cost':>9} "
        f"{'per GW-month':>13}",
    ]
    last = ""
    for r in rows:
        title = r.title if r.lever != last else ""
        cost = per = ""
        if r.lever != last:
            cost = f"{r.cost_usd / 1e9:.1f} bn" if r.cost_usd is not None else "n/k"
            per = f"{r.usd_per_gw_month / 1e9:.2f} bn" if r.usd_per_gw_month is not None else ""
        gained = f"{r.gw_months:10.1f}" if r.lever != last else f"{'':10}"
        lines.append(
            f"  {title:52} {r.gigawatt or 'all':>3} {_days(r.days_p50):>6} {_days(r.days_p80):>6} "
            f"{gained} {cost:>9} {per:>13}"
        )
        last = r.lever
    notes = dict.fromkeys(f"{r.title}: {r.cost_note}" for r in rows)
    return "\n".join([*lines, "", "  cost (USD):", *(f"    {n}" for n in notes)])


def _days(days: float) -> str:
    import math

    if math.isnan(days):
        return "–"
    return "only" if math.isinf(days) else str(round(days))
