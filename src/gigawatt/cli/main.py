"""Entry point: a group whose commands are imported only when they are called.

`COMMANDS` is the whole table: name → (module, short help). `gigawatt --help` reads nothing else, so
it imports none of NumPy, pydantic, polars, plotly or jinja2.
"""

from __future__ import annotations

import signal
import sys

import click

from gigawatt import __version__
from gigawatt.cli.groups import PartsGroup
from gigawatt.errors import GigawattError, InputError

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("gigawatt.cli.run", "Run a programme through all layers and write the run folder."),
    "check": ("gigawatt.cli.check", "Check a programme file; tell all that is wrong at once."),
    "new": ("gigawatt.cli.new", "Write a commented programme file to start from."),
    "compare": ("gigawatt.cli.compare", "Compare two programmes, or two runs, on the same draws."),
    "explain": ("gigawatt.cli.explain", "Explain a result: formulas, facts, sources."),
    "influence": ("gigawatt.cli.influence", "Show the inputs that move each result most."),
    "ask": ("gigawatt.cli.ask", "Answer one of twenty questions from a run."),
    "report": ("gigawatt.cli.report", "Write the report of a run again, in a language."),
    "export": ("gigawatt.cli.export", "Write a run's tables as a workbook, CSV or Parquet."),
    "schedule": ("gigawatt.cli.schedule", "Dates with odds: gigawatts, sites, levers, replay."),
    "train": ("gigawatt.cli.train", "Predict training: a step, a table, the best plan, a run."),
    "infer": ("gigawatt.cli.infer", "Predict serving: latency, tokens/s, energy, cost per token."),
    "operate": ("gigawatt.cli.operate", "Run the fleet alone: traces, reliability, a site's days."),
    "weather": ("gigawatt.cli.weather", "Summarise a year of weather: yields, PUE, water."),
    "supply": ("gigawatt.cli.supply", "Least-cost supply and hourly dispatch of a campus."),
    "finance": ("gigawatt.cli.finance", "Solve one project-finance case: debt, equity, return."),
    "ledger": ("gigawatt.cli.ledger", "Show who pays whom, returns, cover, exposure, stress."),
    "catalog": ("gigawatt.cli.catalog", "List, show and source the facts of the catalog."),
    "schema": ("gigawatt.cli.schema", "Print the JSON Schema of programme files."),
}  # fmt: skip


EPILOG = """\b
Examples:
  gigawatt run                                  the bundled 10 GW programme
  gigawatt run my.toml --draws 4000 --out runs/a
  gigawatt new my.toml && gigawatt check my.toml
  gigawatt catalog show vr200-nvl72

\b
Data goes to stdout, messages to stderr.
Exit codes: 0 done, 1 failed, 2 bad input, 3 infeasible."""


@click.group(
    cls=PartsGroup,
    parts=COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="gigawatt")
def cli() -> None:
    """Plan, simulate and audit gigawatt-scale AI infrastructure, from grid to token to dollar."""


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


TELLS_ITSELF = "check"  # its JSON lists the problems one by one


def _tell_as_json(error: GigawattError, argv: list[str]) -> None:
    """Print an error on stdout too, where the caller reads JSON there."""
    if "--json" in argv and argv[0] != TELLS_ITSELF:
        import json

        click.echo(json.dumps({"ok": False, "error": str(error)}, ensure_ascii=False))


def main() -> None:
    """Run the command line; tell a user's mistake in one message and return its exit code."""
    signal.signal(signal.SIGTERM, _interrupt)  # a polite kill cleans up as Ctrl-C does
    try:
        cli.main(standalone_mode=False)
    except GigawattError as error:
        _tell_as_json(error, sys.argv[1:])
        click.echo(f"Error: {error}" if "\n" not in str(error) else f"Errors:\n{error}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("Interrupted; nothing was left half-written.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        if error.filename is None:  # not about a file that was named
            raise
        click.echo(f"Error: {error.filename}: {error.strerror}", err=True)
        sys.exit(InputError.exit_code)
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was left half-written.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
