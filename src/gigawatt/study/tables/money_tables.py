"""Tables of a run on money: what each party gets, cover, debt capacity, circularity, stress tests.

They come from few draws of their own, on the run's seed: a stress test runs the whole chain again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.energy.site_plan import SitePlan
from gigawatt.money.capex import site_usd
from gigawatt.money.debt import dscr
from gigawatt.money.instruments import colocation_lease, site_debt
from gigawatt.money.instruments.term_loan_sculpted import debt_usd
from gigawatt.program.load import Loaded
from gigawatt.quantity.units import KW_PER_MW, MONTHS_PER_YEAR, MW_PER_GW
from gigawatt.study.books import ledger_view as v
from gigawatt.study.books.capex_bases import capex_bases
from gigawatt.study.books.ledger_books import long_statements, loss_rows
from gigawatt.study.books.ledger_view import LedgerView, ledger_view
from gigawatt.study.books.resale import loan_to_value_table
from gigawatt.study.books.stress import (
    DISCOUNT,
    SCENARIOS,
    Outcome,
    losses_usd,
    outcome,
    run_scenario,
)
from gigawatt.study.books.tranche_account import FROM, USES, tranche_table
from gigawatt.study.sites.site_supply import site_plans
from gigawatt.uncertainty.streams import Streams
from gigawatt.uncertainty.summary import bands

if TYPE_CHECKING:
    import polars as pl

DRAWS = 100
TARGET_DSCR, TENOR_YEARS = 1.3, 15
RATE_SHARE = 0.066  # where no loan of the programme covers a block
Rows = list[dict[str, Any]]

PARTIES = (
    "party", "npv_usd_p10", "npv_usd_p50", "npv_usd_p90", "irr_share_p50",
    "share_of_draws_with_one_irr", "share_of_draws_with_several_irr", "payback",
    "peak_need_usd_p10", "peak_need_usd_p50", "peak_need_usd_p90",
)  # fmt: skip
COVER = (
    "borrower", "least_dscr_p10", "least_dscr_p50", "least_dscr_p90", "llcr_p50",
    "peak_debt_usd_mean", "probability_below_lockup", "probability_below_default",
)  # fmt: skip
EXPOSURE = ("holder", "debtor", "peak_usd", "end_usd")
EXPECTED = (
    "party", "probability", "unpaid_usd_mean", "covered_usd_mean", "loss_usd_mean",
    "loss_usd_p10", "loss_usd_p50", "loss_usd_p90",
)  # fmt: skip
LTV = (
    "borrower", "year", "balance_usd_mean", "value_usd_mean", "loan_to_value_share_p10",
    "loan_to_value_share_p50", "loan_to_value_share_p90", "above_covenant_share",
)  # fmt: skip
BOOKS = ("party", "statement", "line", "year", "usd_mean")
CIRCLE = (
    "investor", "equity_usd", "systems_sold_usd", "equity_over_systems_share",
    *(f"back_within_{n}_months_share" for n in v.RETURN_MONTHS),
)  # fmt: skip
TRANCHES = (
    "tranches_released",
    *(f"{name}_usd" for name in (*USES, *FROM)),
)
BASES = (
    "system", "gigawatt", "covers", "price_year", "usd_per_gw_p10", "usd_per_gw_p50",
    "usd_per_gw_p90", "usd_per_gw_mean",
)  # fmt: skip
PAID_BY = ("instrument", "from", "to", "usd_mean")
NEED = ("need", "peak_month", "peak_usd_p10", "peak_usd_p50", "peak_usd_p90", "party",
        "party_usd_mean")  # fmt: skip
CAPACITY = (
    "landlord", "debt_usd_per_gw_p10", "debt_usd_per_gw_p50", "debt_usd_per_gw_p90",
    "site_usd_per_gw_p50", "gearing_share_p50",
)  # fmt: skip
STRESS = (
    "scenario", "title", "party", "loss_usd_mean", "loss_usd_p10", "loss_usd_p50", "loss_usd_p90",
    "guarantees_usd_mean", "unpaid_usd_mean", "relet_usd_mean", "probability_below_default",
)  # fmt: skip


def money_tables(
    loaded: Loaded, seed: int, plans: Mapping[str, SitePlan] | None = None, draws: int = DRAWS
) -> dict[str, pl.DataFrame]:
    """All of them by name; a table without rows keeps its columns. `plans` as in `run_chain`."""
    plans = site_plans(loaded) if plans is None else plans
    view = ledger_view(loaded, draws, seed, "year", plans)
    base = outcome(view.chain, SCENARIOS[0])
    cases = [
        run_scenario(loaded, Streams(seed, draws), s, DISCOUNT, view.chain, plans)
        for s in SCENARIOS[1:]
    ]
    return {
        "parties": _frame(v.party_table(view, DISCOUNT), PARTIES, ("party", "payback")),
        "cover": _frame(v.cover_table(view), COVER, ("borrower",)),
        "exposure": _frame(v.claim_table(view), EXPOSURE, ("holder", "debtor")),
        "expected_loss": _frame(loss_rows(view), EXPECTED, ("party",)),
        "loan_to_value": _frame(loan_to_value_table(view), LTV, ("borrower", "year")),
        "statements": _frame(long_statements(view), BOOKS, BOOKS[:-1]),
        "circularity": _frame(v.circularity_table(view), CIRCLE, ("investor",)),
        "debt_capacity": _frame(debt_capacity(view), CAPACITY, ("landlord",)),
        "capex_bases": _frame(capex_bases(view), BASES, BASES[:3]),
        "tranche_uses": _frame(tranche_table(view), TRANCHES, ()),
        "peak_funding": _frame(v.funding_table(view), PAID_BY, ("instrument", "from", "to")),
        "peak_need": _frame(need_rows(view), NEED, ("need", "peak_month", "party")),
        "stress": _frame(stress_rows(base, cases), STRESS, ("scenario", "title", "party")),
    }


def stress_rows(base: Outcome, cases: Sequence[Outcome]) -> Rows:
    """One row a scenario and party: loss of value, guarantees, bills unpaid, lets, breaches."""
    out: Rows = []
    for case in cases:
        for party, loss in losses_usd(base, case).items():
            low, middle, high = bands(loss)
            unpaid = sum(float(x.mean()) for (a, _), x in case.unpaid_usd.items() if a == party)
            paid, relet = case.guarantees_usd.get(party), case.relet_usd.get(party)
            out.append({
                "scenario": case.scenario.name, "title": case.scenario.title, "party": party,
                "loss_usd_mean": float(loss.mean()), "loss_usd_p10": float(low),
                "loss_usd_p50": float(middle), "loss_usd_p90": float(high),
                "guarantees_usd_mean": 0.0 if paid is None else float(paid.mean()),
                "unpaid_usd_mean": unpaid,
                "relet_usd_mean": 0.0 if relet is None else float(relet.mean()),
                "probability_below_default": (
                    case.breach_probability(party)
                    if party in case.least_dscr else None
                ),
            })  # fmt: skip
    return out


def need_rows(view: LedgerView) -> Rows:
    """Peak need by investment alone and with all operating cash: a row for each party."""
    gap = v.gap_table(view)
    return [
        {
            "need": name,
            "peak_month": gap[f"{name}_peak_month"],
            **{f"peak_usd_{b}": gap[f"{name}_peak_usd_{b}"] for b in ("p10", "p50", "p90")},
            "party": party,
            "party_usd_mean": usd,
        }
        for name in ("investment_gap", "gap_with_operation")
        for party, usd in gap[f"{name}_by_party_usd"].items()
        if usd > 0.0
    ]


def debt_capacity(view: LedgerView) -> Rows:
    """Debt that a landlord's rents carry at a cover of 1.3 over 15 years, per facility GW.

    Rent by contract, opex of the landlord at the prices of the as-of date with inflation, the
    interest of the programme's loan on the halls (6.6 % where there is none), beside the cost of
    the site at the same date.
    """
    inputs = view.chain.money
    covered = inputs.cover[colocation_lease.KIND] >= 0
    if not covered.any():
        return []
    years = np.arange(TENOR_YEARS)
    blocks, lease = inputs.blocks, colocation_lease.KIND
    rent = blocks.it_power_mw * KW_PER_MW * inputs.term(lease, "rent_usd_per_kw_month")
    up = 1.0 + inputs.term(lease, "escalator_share")
    month = np.full(rent.shape, inputs.as_of_month)
    price = inputs.prices.facility_opex_usd_per_gw_year.at(month)
    opex = blocks.it_power_mw / MW_PER_GW * price / MONTHS_PER_YEAR
    inflation = inputs.assumptions.inflation_yearly_factor[:, None, None] ** years
    cfads = rent[..., None] * up[..., None] ** years - opex[..., None] * inflation
    service = np.maximum(cfads, 0.0) / TARGET_DSCR
    loaned = inputs.cover[site_debt.KIND] >= 0
    rate = np.where(loaned, inputs.term(site_debt.KIND, "rate_share"), RATE_SHARE)
    full = np.full(service.shape, MONTHS_PER_YEAR)
    debt = debt_usd(service, rate / MONTHS_PER_YEAR, full)
    cost = site_usd(inputs, month)
    if not np.allclose(dscr(cfads, service)[service > 0.0], TARGET_DSCR):
        raise RuntimeError("sculpted service does not leave its cover")
    landlords = np.array(inputs.party_of_block(inputs.landlord))
    out: Rows = []
    for landlord in dict.fromkeys(landlords[covered]):
        own = covered & (landlords == landlord)
        gw = inputs.facility_gw[:, own].sum(axis=1)
        per_gw, site = debt[:, own].sum(axis=1) / gw, cost[:, own].sum(axis=1) / gw
        low, middle, high = bands(per_gw)
        out.append({
            "landlord": str(landlord), "debt_usd_per_gw_p10": float(low),
            "debt_usd_per_gw_p50": float(middle), "debt_usd_per_gw_p90": float(high),
            "site_usd_per_gw_p50": float(np.median(site)),
            "gearing_share_p50": float(np.median(per_gw / site)),
        })  # fmt: skip
    return out


def _frame(rows: Rows, names: tuple[str, ...], texts: tuple[str, ...]) -> pl.DataFrame:
    import polars as pl

    schema = {n: pl.String if n in texts else pl.Float64 for n in names}
    return pl.DataFrame([{n: r[n] for n in names} for r in rows], schema=schema)
