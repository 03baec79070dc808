"""`gigawatt ledger`: who pays whom under what, by quarter; returns, cover, exposure, stress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.study.books.ledger_view import LedgerView
    from gigawatt.study.books.stress import Outcome

EPILOG = """\b
Examples:
  gigawatt ledger openai-nvidia-2025-09
  gigawatt ledger my.toml --csv > ledger.csv
  gigawatt ledger my.toml --xlsx ledger.xlsx
  gigawatt ledger my.toml --party landlord
  gigawatt ledger my.toml --stress all
  gigawatt ledger my.toml --stress it-life-3 --stress tenant-leaves"""


@click.command(epilog=EPILOG)
@click.argument("program")
@click.option("--draws", default=500, show_default=True, help="Number of draws.")
@click.option("--seed", default=1, show_default=True, help="Seed of all random streams.")
@click.option(
    "--period",
    type=click.Choice(("month", "quarter", "year", "all")),
    default="quarter",
    show_default=True,
    help="How the calendar is cut in --csv, --json and --xlsx.",
)
@click.option("--discount", default="10 %", show_default=True, help="Rate a year for values.")
@click.option(
    "--stress", multiple=True, metavar="NAME", help="Add a stress test, `all`, or `defaults:PARTY`."
)
@click.option("--party", metavar="NAME", help="Print the statements of one party by year.")
@click.option("--xlsx", type=click.Path(), metavar="FILE", help="Write a workbook.")
@click.option("--force", is_flag=True, help="Replace the workbook.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every line and period as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(
    program: str,
    draws: int,
    seed: int,
    period: str,
    discount: str,
    stress: tuple[str, ...],
    party: str | None,
    xlsx: str | None,
    force: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Settle PROGRAM, a bundled name or a TOML file: who pays whom, under which instrument, when.

    Prints totals between parties, what each gets out of it, how loans are covered and what comes
    back to those who invest and sell. All amounts are nominal USD, means over the draws unless
    said otherwise.
    """
    from pathlib import Path

    from gigawatt.cli import ledger_text
    from gigawatt.errors import InputError, unknown_name
    from gigawatt.program.idle import idle
    from gigawatt.program.load import load_program
    from gigawatt.study.books.ledger_view import ledger_view

    if as_csv and as_json:
        raise InputError("--csv and --json: choose one of them.")
    if draws < 1:
        raise InputError(f"--draws {draws}: must be at least 1.")
    rate = _share(discount)
    names = _scenarios(stress)
    parties = [party] if party else []
    parties += [n.partition(":")[2] for n in names if ":" in n]
    target = Path(xlsx) if xlsx else None
    if target is not None:
        from gigawatt.study.archive.export import check_target

        check_target(target, force)
    loaded = load_program(program)
    for name in parties:
        if name not in loaded.program.parties:
            raise unknown_name("party", name, loaded.program.parties)
    for warning in idle(loaded.program):
        click.echo(f"note: {warning}", err=True)
    view = ledger_view(loaded, draws, seed, period)
    outcomes = _stressed(view, draws, seed, names, rate) if names else []
    if target is not None:
        from gigawatt.study.books.ledger_workbook import write_ledger

        write_ledger(view, outcomes, target, rate)
        click.echo(str(target), err=as_csv or as_json)
    if as_csv:
        _print_csv(view)
    elif as_json:
        _print_json(view, outcomes, rate)
    elif party:
        ledger_text.print_statements(view, party)
    elif target is None:
        ledger_text.print_all(view, outcomes, rate)


def _share(text: str) -> float:
    from gigawatt.errors import InputError
    from gigawatt.quantity.units import UNITS, parse_quantity

    try:
        value = parse_quantity(text, UNITS["share"])
    except ValueError as error:
        raise InputError(f"--discount {text!r}: {error}.") from error
    if not -0.5 < value < 1.0:
        raise InputError(f"--discount {text!r}: must be between -50 % and 100 % a year.")
    return value


def _scenarios(wanted: Sequence[str]) -> list[str]:
    if not wanted:
        return []
    from gigawatt.study.books.stress import SCENARIOS, scenario

    if "all" in wanted:
        return [s.name for s in SCENARIOS[1:]]
    return [scenario(name).name for name in wanted]


def _stressed(
    view: LedgerView, draws: int, seed: int, names: list[str], rate: float
) -> list[Outcome]:
    from gigawatt.study.books.stress import SCENARIOS, outcome, run_scenario, scenario
    from gigawatt.uncertainty.streams import Streams

    base = outcome(view.chain, SCENARIOS[0], rate)
    found = [base]
    for name in names:
        click.echo(f"stress test {name} …", err=True)
        case = scenario(name)
        streams = Streams(seed, draws)
        found.append(run_scenario(view.loaded, streams, case, rate, view.chain))
    return found


def _print_csv(view: LedgerView) -> None:
    import csv
    import sys

    from gigawatt.study.books.ledger_view import rows

    names = ("payer", "payee", "instrument", "leg", "investment", "period", "usd_mean", "usd_p10",
             "usd_p50", "usd_p90")  # fmt: skip
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    for row in rows(view):
        writer.writerow(row)


def _print_json(view: LedgerView, outcomes: list[Outcome], rate: float) -> None:
    import json

    from gigawatt.study.books import ledger_books as books
    from gigawatt.study.books import ledger_view as v
    from gigawatt.study.books.capex_bases import capex_bases
    from gigawatt.study.books.resale import loan_to_value_table, resale_table
    from gigawatt.study.books.tranche_account import tranche_table
    from gigawatt.study.tables.money_tables import stress_rows

    data: dict[str, Any] = {
        "program": view.loaded.program.name,
        "draws": len(view.chain.ledger.gap_usd),
        "discount_share": rate,
        "periods": list(view.periods),
        "ledger": list(v.rows(view)),
        "parties": v.party_table(view, rate),
        "gap": v.gap_table(view),
        "funding": v.funding_table(view),
        "cover": v.cover_table(view),
        "claims": v.claim_table(view),
        "circularity": v.circularity_table(view),
        "tranches": tranche_table(view),
        "capital_cost": capex_bases(view),
        "stakes": v.stake_table(view),
        "memo": v.memo_table(view),
        "resale": resale_table(view),
        "loan_to_value": loan_to_value_table(view),
        "cost": v.cost_table(view, rate),
        "contracts_by_block": books.block_rows(view),
        "rates": books.rate_rows(view),
        "expected_loss": books.loss_rows(view),
        "sources_and_uses": books.account_rows(view),
        "margins": books.margin_rows(view),
        "statements": books.statement_rows(view),
        "stress": stress_rows(outcomes[0], outcomes[1:]) if outcomes else [],
    }
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
