"""`gigawatt ledger`: who pays whom under what, by quarter; returns, cover, exposure, stress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.study.ledger_view import LedgerView
    from gigawatt.study.stress import Outcome

EPILOG = """\b
Examples:
  gigawatt ledger openai-nvidia-2025-09
  gigawatt ledger my.toml --csv > ledger.csv
  gigawatt ledger my.toml --xlsx ledger.xlsx
  gigawatt ledger my.toml --stress all
  gigawatt ledger my.toml --stress it-life-3 --stress tenant-leaves"""
BN = 1e9
WIDTH = 11


@click.command(epilog=EPILOG)
@click.argument("program")
@click.option("--draws", default=500, show_default=True, help="Number of draws.")
@click.option("--seed", default=1, show_default=True, help="Seed of all random streams.")
@click.option(
    "--period",
    type=click.Choice(("quarter", "year", "all")),
    default="quarter",
    show_default=True,
    help="How the calendar is cut in --csv, --json and --xlsx.",
)
@click.option("--discount", default="10 %", show_default=True, help="Rate a year for values.")
@click.option("--stress", multiple=True, metavar="NAME", help="Add a stress test, or `all`.")
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

    from gigawatt.errors import InputError
    from gigawatt.program.load import load_program
    from gigawatt.study.ledger_view import ledger_view

    if as_csv and as_json:
        raise InputError("--csv and --json: choose one of them.")
    if draws < 1:
        raise InputError(f"--draws {draws}: must be at least 1.")
    rate = _share(discount)
    names = _scenarios(stress)
    target = Path(xlsx) if xlsx else None
    if target is not None:
        from gigawatt.study.export import check_target

        check_target(target, force)
    loaded = load_program(program)
    view = ledger_view(loaded, draws, seed, period)
    outcomes = _stressed(view, draws, seed, names, rate) if names else []
    if target is not None:
        from gigawatt.study.ledger_workbook import write_ledger

        write_ledger(view, outcomes, target, rate)
        click.echo(str(target), err=as_csv or as_json)
    if as_csv:
        _print_csv(view)
    elif as_json:
        _print_json(view, outcomes, rate)
    elif target is None:
        _print_text(view, outcomes, rate)


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
    from gigawatt.study.stress import SCENARIOS, scenario

    if "all" in wanted:
        return [s.name for s in SCENARIOS[1:]]
    return [scenario(name).name for name in wanted]


def _stressed(
    view: LedgerView, draws: int, seed: int, names: list[str], rate: float
) -> list[Outcome]:
    from gigawatt.study.stress import SCENARIOS, outcome, run_scenario, scenario
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

    from gigawatt.study.ledger_view import rows

    names = ("payer", "payee", "instrument", "leg", "investment", "period", "usd_mean", "usd_p10",
             "usd_p50", "usd_p90")  # fmt: skip
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    for row in rows(view):
        writer.writerow(row)


def _print_json(view: LedgerView, outcomes: list[Outcome], rate: float) -> None:
    import json

    from gigawatt.study import ledger_view as v
    from gigawatt.study.resale import loan_to_value_table, resale_table

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
        "tranches": v.tranche_table(view),
        "stakes": v.stake_table(view),
        "memo": v.memo_table(view),
        "resale": resale_table(view),
        "loan_to_value": loan_to_value_table(view),
        "cost": v.cost_table(view, rate),
        "stress": stress_rows(outcomes),
    }
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def stress_rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One row a scenario and party: mean and P90 of the loss of value."""
    from gigawatt.study.stress import losses_usd
    from gigawatt.uncertainty.summary import bands

    out = []
    for case in outcomes[1:]:
        for party, loss in losses_usd(outcomes[0], case).items():
            low, middle, high = bands(loss)
            out.append({
                "scenario": case.scenario.name, "party": party, "loss_usd_mean": float(loss.mean()),
                "loss_usd_p10": float(low), "loss_usd_p50": float(middle),
                "loss_usd_p90": float(high),
            })  # fmt: skip
    return out


def _print_text(view: LedgerView, outcomes: list[Outcome], rate: float) -> None:
    from gigawatt.study import ledger_view as v

    program = view.loaded.program
    click.echo(f"{program.name}: {program.title}")
    click.echo(f"{program.start:%Y-%m} to {program.horizon:%Y-%m}, bn USD nominal, mean\n")
    total: dict[tuple[str, str, str], float] = {
        key: float(amount.sum()) / BN for key, amount in v.matrix(view).items()
    }
    _table(["payer", "payee", "under", "bn USD"],
           [[a, b, i, f"{x:,.2f}"] for (a, b, i), x in
            sorted(total.items(), key=lambda kv: -kv[1]) if x >= 0.005])  # fmt: skip
    click.echo(f"\nWhat each party gets out of it, value at {100 * rate:g} % a year, bn USD\n")
    _table(
        ["party", "NPV P10", "P50", "P90", "IRR", "one IRR", "payback", "peak need"],
        [_party_row(r) for r in v.party_table(view, rate)],
    )
    click.echo(
        "\nIRR: median, where at least half of the draws have one rate and the party pays before "
        "it is paid. What no named instrument covers counts as the party's own money."
    )
    _print_gap(v.gap_table(view))
    _print_rest(view, outcomes)


def _print_gap(gap: dict[str, Any]) -> None:
    for name, text in (
        ("investment_gap", "what no named instrument pays of the build-out"),
        ("gap_with_operation", "the same with all operating cash, losses and interest included"),
    ):
        low, middle, high = (gap[f"{name}_peak_usd_{b}"] / BN for b in ("p10", "p50", "p90"))
        whose = sorted(gap[f"{name}_by_party_usd"].items(), key=lambda kv: -kv[1])
        parts = ", ".join(f"{p} {usd / BN:,.1f}" for p, usd in whose if usd > 0.01 * BN)
        click.echo(f"\nPeak need, {text}: {middle:,.1f} bn ({low:,.1f} to {high:,.1f}), "
                   f"{gap[f'{name}_peak_month']}: {parts}.")  # fmt: skip


def _print_rest(view: LedgerView, outcomes: list[Outcome]) -> None:
    from gigawatt.study import ledger_view as v

    covered = v.cover_table(view)
    if covered:
        click.echo("\nCover of debt service\n")
        head = ["borrower", "DSCR P10", "P50", "LLCR", "peak debt", "below 1.15", "below 1.05"]
        _table(head, [_cover_row(r) for r in covered])
        click.echo("\nDSCR: the least of all years from the first receipt on. LLCR: of loans that "
                   "outlive the calendar, over what is repaid within it.")  # fmt: skip
    _print_cost(v.cost_table(view))
    for row in v.circularity_table(view):
        back = ", ".join(
            f"{row[f'back_within_{n}_months_share']:.0%} within {n} months" for n in v.RETURN_MONTHS
        )
        equity, sold = row["equity_usd"] / BN, row["systems_sold_usd"] / BN
        part = f"{row['equity_over_systems_share']:.0%}"
        click.echo(
            f"\nCircularity: {row['investor']} pays {equity:,.1f} bn of equity and sells systems "
            f"for {sold:,.1f} bn ({part}); back as purchases: {back}."
        )
    for row in v.stake_table(view):
        stake = f"{row['stake_share_p50']:.2%} of {row['issuer']}"
        click.echo(f"Stake: {row['investor']} holds {stake} by {row['instrument']}.")
    if len(outcomes) > 1:
        _print_stress(outcomes)


def _print_cost(cost: dict[str, Any]) -> None:
    if not cost:
        return
    hour, tokens = cost["usd_per_package_hour"], cost["usd_per_million_output_tokens"]
    click.echo("\nCost of resources, value of what stands at the end taken off\n")
    _table(["part", "USD per useful package-hour", *(f"USD/M tokens, {w}" for w in tokens)],
           [[part, f"{hour[part]:.2f}", *(f"{t[part]:.3f}" for t in tokens.values())]
            for part in hour])  # fmt: skip


def _cover_row(row: dict[str, Any]) -> list[str]:
    return [
        row["borrower"], f"{row['least_dscr_p10']:.2f}", f"{row['least_dscr_p50']:.2f}",
        _number(row["llcr_p50"]), f"{row['peak_debt_usd_mean'] / BN:,.2f}",
        f"{row['probability_below_lockup']:.0%}", f"{row['probability_below_default']:.0%}",
    ]  # fmt: skip


def _print_stress(outcomes: list[Outcome]) -> None:
    import numpy as np

    from gigawatt.study.stress import losses_usd

    losses = [losses_usd(outcomes[0], o) for o in outcomes[1:]]
    names = dict.fromkeys(p for x in losses for p in x)
    zero = np.zeros(1)
    losses = [{p: x.get(p, zero) for p in names} for x in losses]
    largest = {p: max(abs(float(x[p].mean())) for x in losses) for p in names}
    floor = 0.005 * max(largest.values())
    parties = [p for p, size in sorted(largest.items(), key=lambda kv: -kv[1]) if size > floor]
    click.echo("\nWho loses what, bn USD of value against the base case (a gain is negative)\n")
    body = [[p, *(f"{float(x[p].mean()) / BN:,.2f}" for x in losses)] for p in parties]
    _table(["party", *(o.scenario.name for o in outcomes[1:])], body)
    click.echo("")
    for o in outcomes[1:]:
        click.echo(f"{o.scenario.name}: {o.scenario.title}")


def _party_row(row: dict[str, Any]) -> list[str]:
    payback = {None: "never", "": "-"}.get(row["payback"], row["payback"])
    irr = row["irr_share_p50"]
    return [
        row["party"], *(f"{row[f'npv_usd_{b}'] / BN:,.2f}" for b in ("p10", "p50", "p90")),
        "" if irr is None else f"{irr:.1%}", f"{row['share_of_draws_with_one_irr']:.0%}",
        str(payback), f"{row['peak_need_usd_p50'] / BN:,.2f}",
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _table(head: list[str], body: list[list[str]]) -> None:
    rows = [head, *body]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    text = sum(all(not c[:1].isdigit() and c[:1] != "-" for c in column) for column in
               zip(*body, strict=True)) if body else 1  # fmt: skip
    for row in rows:
        cells = [c.ljust(w) if k < text else c.rjust(w)
                 for k, (c, w) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        click.echo("  ".join(cells).rstrip())
