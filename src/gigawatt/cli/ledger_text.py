"""Text of `gigawatt ledger`: totals between parties, returns, cover, exposure, cost, stress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.study.books.ledger_view import LedgerView
    from gigawatt.study.books.stress import Outcome

BN = 1e9
SHOWN_BN = 0.005
MOST_CLAIMS = 15


def print_all(view: LedgerView, outcomes: list[Outcome], rate: float) -> None:
    """Print totals between parties and what they come to."""
    from gigawatt.study.books import ledger_view as v

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
    _print_funding(view)
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
    from gigawatt.study.books import ledger_view as v

    covered = v.cover_table(view)
    if covered:
        click.echo("\nCover of debt service\n")
        head = ["borrower", "DSCR P10", "P50", "LLCR", "peak debt", "below lock-up", "in default"]
        _table(head, [_cover_row(r) for r in covered])
        click.echo("\nDSCR: the least of all years from the first receipt on. LLCR: of loans that "
                   "outlive the calendar, over what is repaid within it. "
                   "Lock-up and default: of the contract, else 1.15 and 1.05.")  # fmt: skip
    _print_exposure(view)
    _print_losses(view)
    _print_cost(v.cost_table(view))
    _print_margins(view)
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

    from gigawatt.study.books.stress import losses_usd

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
        click.echo(f"{o.scenario.name}: {o.scenario.title}{_made_good(o)}")


def _made_good(outcome: Outcome) -> str:
    """What is not paid in a scenario and what guarantors and others pay instead."""
    amounts = {
        "unpaid under contracts": outcome.unpaid_usd.values(),
        "guarantors pay": outcome.guarantees_usd.values(),
        "others who take hall or capacity pay": outcome.relet_usd.values(),
    }
    told = [f"{what} {sum(float(x.mean()) for x in usd) / BN:,.2f}"
            for what, usd in amounts.items() if usd]  # fmt: skip
    return f" ({', '.join(told)}; bn USD)" if told else ""


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


def print_statements(view: LedgerView, party: str) -> None:
    """Income, cash flow and balance sheet of a party by year."""
    from gigawatt.study.books import ledger_books as books

    rows = [r for r in books.statement_rows(view) if r["party"] == party]
    years = books.year_names(view)
    if not rows:
        click.echo(f"{party} neither pays nor is paid.")
    titles = {
        "income": "Income", "cash": "Cash flow", "balance": "Balance sheet, end of year",
    }  # fmt: skip
    for kind, title in titles.items():
        own = [r for r in rows if r["statement"] == kind and any(r[y] for y in years)]
        if own:
            click.echo(f"\n{title}, bn USD nominal, mean\n")
            _table([party, *years],
                   [[r["line"], *(f"{r[y] / BN:,.2f}" for y in years)] for r in own])  # fmt: skip


def _print_funding(view: LedgerView) -> None:
    """Who pays until the largest gap, sources and uses, and what is spent between tranches."""
    from gigawatt.study.books import ledger_books as books
    from gigawatt.study.books import ledger_view as v
    from gigawatt.study.books.capex_bases import capex_bases
    from gigawatt.study.books.tranche_account import FROM, USES, tranche_table

    funded = [r for r in v.funding_table(view) if r["usd_mean"] >= SHOWN_BN * BN]
    if funded:
        click.echo("\nWho has paid for the build-out by the month of the largest gap\n")
        _table(
            ["under", "from", "to", "bn USD"],
            [[r["instrument"], r["from"], r["to"], _bn(r["usd_mean"])] for r in funded],
        )
    _print_capex(capex_bases(view))
    account = [r for r in books.account_rows(view) if r["usd_mean"] >= SHOWN_BN * BN]
    if account:
        click.echo("\nSources and uses of what is built within the calendar\n")
        _table(["side", "line", "bn USD", "bn USD per GW"],
               [[r["side"], r["line"], _bn(r["usd_mean"]), _bn(r["usd_per_gw_mean"])]
                for r in account])  # fmt: skip
    tranches = tranche_table(view)
    if tranches:
        click.echo("\nUses and sources from one tranche of milestone equity to the next, bn USD\n")
        names = (*USES, *FROM)
        _table(["tranches so far", *(n.replace("_", " ") for n in names)],
               [[str(r["tranches_released"]), *(_bn(r[f"{n}_usd"]) for n in names)]
                for r in tranches])  # fmt: skip


def _print_capex(rows: list[dict[str, Any]]) -> None:
    """One line a system and kind of gigawatt: the whole with its range, and its two parts."""
    cost = {(r["system"], r["gigawatt"], r["covers"]): r for r in rows}
    whole, alone = "site_and_systems", ("site", "systems")
    click.echo("\nCapital cost of a gigawatt, by what the gigawatt counts, bn USD nominal\n")
    _table(["system", "gigawatt of", "P10", "P50", "P90", "site alone", "systems"],
           [[s, g, *(_bn(cost[s, g, whole][f"usd_per_gw_{k}"]) for k in ("p10", "p50", "p90")),
             *(_bn(cost[s, g, part]["usd_per_gw_p50"]) for part in alone)]
            for s, g in dict.fromkeys((s, g) for s, g, _ in cost)])  # fmt: skip


def _print_exposure(view: LedgerView) -> None:
    """Claims between parties, and loans over the value of the systems that they paid for."""
    from gigawatt.study.books import ledger_view as v
    from gigawatt.study.books.resale import loan_to_value_table

    claims = [r for r in v.claim_table(view) if r["peak_usd"] >= SHOWN_BN * BN][:MOST_CLAIMS]
    if claims:
        click.echo("\nExposure: what each party holds against each other (loans, prepayments, "
                   "shares at cost, escrow), bn USD\n")  # fmt: skip
        _table(
            ["holder", "against", "largest", "at the end"],
            [[r["holder"], r["debtor"], _bn(r["peak_usd"]), _bn(r["end_usd"])] for r in claims],
        )
    lent = loan_to_value_table(view)
    if lent:
        click.echo("\nLoans on systems over their resale value, at the end of the year\n")
        _table(["borrower", "year", "P10", "P50", "P90", "above covenant"], [
            [r["borrower"], r["year"],
             *(f"{r[f'loan_to_value_share_{b}']:.0%}" for b in ("p10", "p50", "p90")),
             "" if r["above_covenant_share"] is None else f"{r['above_covenant_share']:.0%}"]
            for r in lent
        ])  # fmt: skip


def _print_losses(view: LedgerView) -> None:
    """What is owed and not paid, who pays instead, and what is lost."""
    from gigawatt.study.books import ledger_books as books

    rows = books.loss_rows(view)
    if not rows:
        return
    click.echo("\nExpected loss: owed under contracts within the calendar and not paid, bn USD\n")
    _table(["party", "in draws", "unpaid", "paid by others", "loss", "P90"],
           [[r["party"], f"{r['probability']:.0%}", _bn(r["unpaid_usd_mean"]),
             _bn(r["covered_usd_mean"]), _bn(r["loss_usd_mean"]), _bn(r["loss_usd_p90"])]
            for r in rows])  # fmt: skip


def _print_margins(view: LedgerView) -> None:
    """What each layer of the value chain keeps for a gigawatt."""
    from gigawatt.study.books import ledger_books as books

    rows = books.margin_rows(view)
    if not rows:
        return
    click.echo("\nMargin by layer of the value chain, one gigawatt, bn USD (layers overlap)\n")
    _table(["layer", "paid", "revenue", "margin", "gross profit"],
           [[r["layer"], r["paid"], _ends(r, "revenue_usd"),
             f"{r['margin_share_low']:.0%} to {r['margin_share_high']:.0%}",
             _ends(r, "profit_usd")] for r in rows])  # fmt: skip


def _ends(row: dict[str, Any], name: str) -> str:
    low, high = _bn(row[f"{name}_low"]), _bn(row[f"{name}_high"])
    return low if low == high else f"{low} to {high}"


def _bn(usd: float) -> str:
    return f"{usd / BN:,.2f}"
