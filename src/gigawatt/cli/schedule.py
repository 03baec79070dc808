"""`gigawatt schedule`: dates of a programme with their odds; single sites; replay and score."""

from __future__ import annotations

from gigawatt.cli.groups import PartsGroup

PARTS = {
    "show": (
        "gigawatt.cli.schedule_show",
        "Dates of a programme (the default: `gigawatt schedule PROGRAM`), or of --cases.",
    ),
    "levers": ("gigawatt.cli.schedule_levers", "What would bring the gigawatts forward, and cost."),
    "score": ("gigawatt.cli.schedule_score", "Replay the forecast from an earlier date."),
}

command = PartsGroup(
    PARTS,
    "show",
    name="schedule",
    no_args_is_help=False,
    help="When each gigawatt comes into service, with what odds, and what binds.",
    epilog="""\b
Examples:
  gigawatt schedule                             the bundled programme
  gigawatt schedule my.toml --draws 10000 --csv out --html schedule.html
  gigawatt schedule --cases sites.csv --out dates.csv
  gigawatt schedule levers my.toml --gigawatt 1 --gigawatt 5
  gigawatt schedule score""",
)
