"""`gigawatt operate`: the fleet alone: replay of job traces, reliability of jobs, a site's days."""

from __future__ import annotations

import click

from gigawatt.cli.groups import PartsGroup

SITE = "PROGRAM"  # stands for any programme; the rest of the line is its options
PARTS = {
    SITE: ("gigawatt.cli.operate_site", "Run sites of a programme for some days."),
    "replay": ("gigawatt.cli.operate_replay", "Replay a job trace on a cluster."),
    "reliability": (
        "gigawatt.cli.operate_reliability",
        "Mean time to failure and effective time of jobs, from a table of cases.",
    ),
}


@click.group(cls=PartsGroup, parts=PARTS, default=SITE, no_args_is_help=True)
def command() -> None:
    """Run the fleet by itself: jobs, failures, goodput and load shape."""


def print_json(data: object) -> None:
    """Print data as JSON to stdout."""
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def check_folders(files: dict[str, str | None]) -> None:
    """Refuse files that cannot be written before anything is run."""
    from pathlib import Path

    from gigawatt.errors import InputError

    for option, name in files.items():
        if name and not Path(name).parent.is_dir():
            raise InputError(f"{option} {name}: there is no folder {Path(name).parent}")
