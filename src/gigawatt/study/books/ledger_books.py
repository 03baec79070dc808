"""Books of a settled programme by year: statements, sources and uses, margins, rates of loans."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.money.rates import RATE_TERMS, REFINANCE_RATE, REFINANCING, WEIGHT, signed_month
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.study.books import value_chain
from gigawatt.study.books.ledger_view import LedgerView, statement_tables
from gigawatt.uncertainty.summary import bands

Rows = list[dict[str, Any]]
KINDS = ("income", "cash", "balance")


def year_names(view: LedgerView) -> list[str]:
    """Calendar years."""
    return [str(y) for y in np.unique(view.chain.axis.years())]


def statement_rows(view: LedgerView) -> Rows:
    """Income, cash flow and balance sheet of the named parties: a row a line, a column a year.

    Flows are sums of the year, balances those of its end; mean USD.
    """
    years = view.chain.axis.years()
    names = year_names(view)
    last = np.flatnonzero(np.diff(years, append=-1))
    out: Rows = []
    for party, books in statement_tables(view).items():
        for kind in KINDS:
            for line, amount in getattr(books, kind).items():
                values = amount[last] if kind == "balance" else _by_year(amount, years)
                by_year = dict(zip(names, map(float, values), strict=True))
                out.append({"party": party, "statement": kind, "line": line, **by_year})
    return out


def long_statements(view: LedgerView) -> Rows:
    """The same, a row a line and year; what is zero throughout is left out."""
    names = year_names(view)
    return [
        {"party": r["party"], "statement": r["statement"], "line": r["line"], "year": year,
         "usd_mean": r[year]}
        for r in statement_rows(view) if any(r[y] for y in names)
        for year in names
    ]  # fmt: skip


def _by_year(amount: Array, years: IntArray) -> Array:
    return np.array([amount[years == y].sum() for y in np.unique(years)])


def block_rows(view: LedgerView) -> Rows:
    """Which contract serves which phase, one column a kind: no block has two of a kind.

    Gigawatts that several announcements count are here once, under the contracts that they have.
    """
    money, blocks = view.chain.money, view.chain.blocks
    kinds = [k for k, index in money.cover.items() if np.any(index >= 0)]
    power = blocks.facility_power_mw.mean(axis=0)
    out: dict[tuple[str, str], dict[str, Any]] = {}
    for b, phase in enumerate(blocks.phases):
        site = blocks.sites[blocks.site[b]]
        row = out.setdefault((site, phase.id), {
            "site": site, "phase": phase.id, "system": phase.system, "facility_mw_mean": 0.0,
            "landlord": money.landlord[blocks.site[b]], "cloud": money.cloud[blocks.site[b]],
            "tenant": money.tenant[blocks.site[b]], "renewed": phase.refresh,
        })  # fmt: skip
        row["facility_mw_mean"] += float(power[b])
        for kind in kinds:
            place = int(money.cover[kind][b])
            row[kind] = money.contracts[place].id if place >= 0 else ""
    return list(out.values())


def margin_rows(view: LedgerView) -> Rows:
    """What each layer of the value chain takes in and keeps for one gigawatt, low to high, USD."""
    ledger, capex, capacity = _run_rows(view)
    system = view.chain.blocks.systems[0]
    return [
        {
            "layer": m.name, "paid": "a year" if m.yearly else "once",
            "revenue_usd_low": m.revenue_usd[0], "revenue_usd_high": m.revenue_usd[1],
            "revenue_of": "this programme" if m.of_run else "the catalog",
            "margin_share_low": value_chain.ends(m.margin)[0],
            "margin_share_high": value_chain.ends(m.margin)[1],
            "profit_usd_low": m.profit_usd[0], "profit_usd_high": m.profit_usd[1],
        }
        for m in value_chain.margins(view.loaded.catalog, ledger, capex, capacity, system)
    ]  # fmt: skip


def account_rows(view: LedgerView) -> Rows:
    """Sources and uses of what is built within the calendar, mean USD."""
    account = value_chain.sources_and_uses(*_run_rows(view))
    if account is None:
        return []
    return [
        {"side": side, "line": name, "usd_mean": usd, "usd_per_gw_mean": usd / account.gw}
        for side, lines in (("uses", account.uses), ("sources", account.sources))
        for name, usd in lines.items()
        if usd
    ]


def rate_rows(view: LedgerView) -> Rows:
    """Base rate at the middle of each year, and the rates of all loans, per year."""
    money, axis = view.chain.money, view.chain.axis
    out: Rows = []
    for year in np.unique(axis.years()):
        months = np.flatnonzero(axis.years() == year)
        low, middle, high = bands(money.base_rate.at(float(months.mean()) + 0.5))
        out.append({"rate": "base rate", "when": str(year), "priced_over_base_share": None,
                    "share_p10": float(low), "share_p50": float(middle),
                    "share_p90": float(high)})  # fmt: skip
    for c in money.contracts:
        fixed_at = dict.fromkeys(RATE_TERMS, signed_month(c.dates, money.as_of_month))
        if REFINANCING in c.dates:
            fixed_at[REFINANCE_RATE] = c.dates[REFINANCING]
        for name in (n for n in fixed_at if n in c.terms):
            low, middle, high = bands(c.terms[name])
            fixed = axis.date(fixed_at[name])
            weight = float(c.terms[WEIGHT].mean()) if WEIGHT in c.terms else 0.0
            out.append({"rate": f"{c.id}: {name.removesuffix('_share')}",
                        "when": f"{fixed:%Y-%m}" if fixed else "",
                        "priced_over_base_share": weight,
                        "share_p10": float(low), "share_p50": float(middle),
                        "share_p90": float(high)})  # fmt: skip
    return out


COVERING = ("guarantee", "escrow_paid", "backstop", "resold", "relet_rent", "relet_system_rent")


def loss_rows(view: LedgerView) -> Rows:
    """Expected loss of each party: what it is owed under contracts and is not paid.

    Within the calendar. `covered` is what guarantors, escrow and others who take hall or capacity
    pay instead, no more than is lost; `loss` is the rest. Arrears that a loan's lender may recover
    later are in it.
    """
    ledger = view.chain.ledger
    owed: dict[str, Array] = {}
    for e in ledger.unpaid:
        owed[e.payee] = owed.get(e.payee, 0.0) + e.amount_usd.sum(axis=1)
    out: Rows = []
    for party, lost in owed.items():
        if not np.any(lost > 1.0):
            continue
        paid = [e.amount_usd.sum(axis=1) for e in ledger.entries
                if e.payee == party and e.leg in COVERING]  # fmt: skip
        covered = np.minimum(sum(paid, np.zeros_like(lost)), lost)
        low, middle, high = bands(lost - covered)
        out.append({
            "party": party, "probability": float(np.mean(lost > 1.0)),
            "unpaid_usd_mean": float(lost.mean()), "covered_usd_mean": float(covered.mean()),
            "loss_usd_mean": float((lost - covered).mean()), "loss_usd_p10": float(low),
            "loss_usd_p50": float(middle), "loss_usd_p90": float(high),
        })  # fmt: skip
    return sorted(out, key=lambda row: -row["loss_usd_mean"])


def _run_rows(view: LedgerView) -> tuple[Rows, Rows, Rows]:
    """Ledger, capital cost and capacity as the tables of a run have them; flows in one sum."""
    chain = view.chain
    ledger = [
        {"payer": e.payer, "payee": e.payee, "instrument": e.instrument, "leg": e.leg,
         "investment": e.investment, "amount_usd_mean": float(e.amount_usd.sum(axis=1).mean())}
        for e in chain.ledger.entries
    ]  # fmt: skip
    capex = []
    for name, values in chain.capex.components.items():
        for g, system in enumerate(chain.blocks.systems):
            low, _, high = bands(values[:, g])
            capex.append({"system": system, "component": name, "p10": float(low),
                          "p90": float(high),
                          "usd_per_gw_mean": float(values[:, g].mean())})  # fmt: skip
    power = chain.capacity.facility_mw_end.sum(axis=1).mean(axis=0)
    capacity = [
        {"site": "all", "month": label, "facility_mw_mean": float(mw)}
        for label, mw in zip(chain.axis.labels(), power, strict=True)
    ]
    return ledger, capex, capacity
