"""`gigawatt operate`: the fleet alone: replay of job traces, reliability of jobs, a site's days."""

from __future__ import annotations

import importlib

import click

PARTS = {
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
        """Suggest the nearest command for a misspelt one."""
        from gigawatt.errors import nearest

        if args and args[0] not in PARTS and not args[0].startswith("-"):
            hint = nearest(args[0], PARTS)
            did = f" Did you mean {hint!r}?" if hint else ""
            ctx.fail(f"No such command {args[0]!r}.{did}")
        return super().resolve_command(ctx, args)


@click.group(cls=OperateGroup)
def command() -> None:
    """Run the fleet by itself: jobs, failures, goodput and load shape."""


def print_json(data: object) -> None:
    """Print data as JSON to stdout."""
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
