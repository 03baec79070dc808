"""Groups of commands whose modules are imported when one of them is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from gigawatt.errors import nearest

Parts = Mapping[str, tuple[str, str]]  # name → (module that has `command`, short help)


class PartsGroup(click.Group):
    """Click group over a table of modules; with `default` a first word that is no part goes there.

    So ``gigawatt schedule my.toml`` is ``gigawatt schedule show my.toml``. A word that is nearly a
    part is taken for a slip. Without any word the default part runs, or help is shown where the
    group says `no_args_is_help`.
    """

    def __init__(self, parts: Parts, default: str = "", **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.parts, self.default = parts, default

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self.parts)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command."""
        if cmd_name not in self.parts:
            return None
        found: click.Command = importlib.import_module(self.parts[cmd_name][0]).command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.parts.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Send what does not begin with a part's name to the default part."""
        bare = not args and not self.no_args_is_help
        if self.default and (bare or (args and self._is_other(args[0]))):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def _is_other(self, word: str) -> bool:
        """Whether a first word is neither a part, nor nearly one, nor a call for help."""
        return not (word in self.parts or word in HELP or nearest(word, self.parts, cutoff=NEARLY))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a misspelt one."""
        if args and args[0] not in self.parts and not args[0].startswith("-"):
            hint = nearest(args[0], self.parts)
            did = f" Did you mean {hint!r}?" if hint else ""
            ctx.fail(f"No such command {args[0]!r}.{did}")
        return super().resolve_command(ctx, args)


HELP = ("-h", "--help")
NEARLY = 0.75  # likeness from which a word is a slip and not the name of a programme
