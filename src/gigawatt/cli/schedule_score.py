"""`gigawatt schedule score`: a forecast from an earlier date against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import datetime as dt

    from gigawatt.study.schedule_score import Score


@click.command()
@click.argument("program", default="openai-nvidia-2025-09-then")
@click.option("--as-of", default="2025-09-22", show_default=True, help="Seen from this date.")
@click.option("--draws", default=4000, show_default=True, help="Number of draws.")
@click.option("--seed", default=1, show_default=True, help="Seed of all random streams.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(program: str, as_of: str, draws: int, seed: int, as_json: bool) -> None:
    """Replay PROGRAM's forecast as of a date and score it against what came.

    The default is the announced plan with the knowledge of the day of its announcement, against the
    catalog's observations. A programme of your own is scored against its own progress since.
    """
    from gigawatt.cli.schedule_show import iso_date
    from gigawatt.program.load import load_program
    from gigawatt.study.schedule_run import schedule_run
    from gigawatt.study.schedule_score import schedule_score

    loaded = load_program(program, as_of=iso_date(as_of, "--as-of"))
    full = load_program(program).program
    score = schedule_score(schedule_run(loaded, draws, seed), seed, full)
    if as_json:
        import json
        from dataclasses import asdict

        click.echo(json.dumps(asdict(score), indent=2, ensure_ascii=False, default=str))
        return
    click.echo(_text(score, loaded.program.title))


def _text(score: Score, title: str) -> str:
    width = max(len(s.name) for s in score.scored)
    lines = [
        f"{title}; forecast as of {score.as_of}",
        "",
        f"  {'what':{width}} {'P5':8}  {'P50':8}  {'P95':8}  {'seen':10}  odds  verdict",
    ]
    for s in score.scored:
        dates = "  ".join(_month(d) for d in (s.p05, s.p50, s.p95))
        if s.about.startswith("change/"):
            dates = f"{'a change of plan':28}"
        seen = s.seen.isoformat() if s.seen else "not yet"
        lines.append(
            f"  {s.name:{width}} {dates}  {seen:10}  {_odds(s.probability)}  {s.verdict}"
            + (f" (P{100 * s.percentile:.0f})" if s.percentile is not None else "")
        )
        lines.append(f"      {s.why}")
    lines += [
        "",
        f"  dates inside P5–P95: {score.inside} of {score.dates}; "
        f"Brier score of what had, or had not, come: {score.brier:.3f} (0.25 is a coin)",
        f"  changes of plan at named sites: {score.changes_expected:.1f} expected, "
        f"{score.changes_seen} seen",
        "  odds: probability, by the forecast, that it had happened by the date it is known to",
    ]
    return "\n".join(lines)


def _month(date: dt.date | None) -> str:
    return f"{date:%b %Y}" if date else "never   "


def _odds(probability: float) -> str:
    return "<0.1%" if probability < 0.001 else f"{100 * probability:4.0f}%"
