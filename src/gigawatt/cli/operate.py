"""`gigawatt operate`: the fleet alone: replay of job traces, reliability of jobs, a site's days."""

from __future__ import annotations

import importlib

import click

SITE = "PROGRAM"  # stands for any programme; the rest of the line is its options
PARTS = {
    SITE: ("gigawatt.cli.operate_site", "Run sites of a programme for some days."),
    "replay": ("gigawatt.cli.operate_replay", "Replay a job trace on a cluster."),
    "reliability": (
        "gigawatt.cli.operate_reliability",
        "Mean time to failure and effective time of jobs, from a table of cases.",
    ),
}


class OperateGroup(click.Group):
    """Group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command."""
        if cmd_name not in PARTS:
            return None
        found: click.Command = importlib.import_module(PARTS[cmd_name][0]).command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in PARTS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take what is no command, nor nearly one, for a programme."""
        from gigawatt.errors import nearest

        if args and args[0] not in PARTS and not args[0].startswith("-"):
            hint = nearest(args[0], list(PARTS), cutoff=0.75)
            if hint:
                ctx.fail(f"No such command {args[0]!r}. Did you mean {hint!r}?")
            return SITE, self.get_command(ctx, SITE), args
        return super().resolve_command(ctx, args)


@click.group(cls=OperateGroup)
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
