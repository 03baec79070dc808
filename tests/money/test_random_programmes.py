"""Invariants over random programmes: any mix of instruments, any terms, shocks and defaults."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.money.instruments import dsra_and_waterfall, lease_guarantee_with_escrow
from gigawatt.money.instruments.dsra_and_waterfall import may_distribute, of_company, waterfall
from gigawatt.money.loan import CAPITALISED
from gigawatt.money.metrics import equity_stakes, terminal_usd
from gigawatt.money.operation import Operation
from gigawatt.money.registry import sides
from gigawatt.money.returns import net_by_party
from gigawatt.money.statements import out_of_balance_usd, statements
from gigawatt.program.instruments import KINDS
from gigawatt.program.load import load_program
from gigawatt.uncertainty.distributions import Point

CAMPUS = str(Path(__file__).parents[2] / "examples/financed-campus.toml")
CENT = 1e-2
NEEDED = ("compute_offtake", "bridge")  # named by phases; closes the gap
RANGES = {  # unit → what a random term may be
    "share": (0.0, 0.9), "years": (0.5, 12.0), "months": (0.0, 18.0), "usd": (1e8, 2e10),
    "usd_per_kw_month": (0.0, 250.0), "usd_per_gw_year": (0.0, 15e9), "usd_per_mwh": (0.0, 120.0),
    "usd_per_kw": (0.0, 800.0), "factor": (0.2, 2.0),
}  # fmt: skip
# Terms that must keep an order or would make the test take for ever.
KEPT = ("tranches", "shares_per_tranche", "first_hurdle_usd", "last_hurdle_usd", "escrow_usd",
        "lockup_dscr", "default_dscr", "round_usd", "deposit_share", "acceptance_share",
        "interest_only_years", "tranches_at_signing")  # fmt: skip
PARTIES = ("cloud", "lab", "landlord", "sponsor", "chip-company", "guarantor")


@cache
def campus():
    return load_program(CAMPUS).program


@st.composite
def changes(draw):
    """What a random programme differs by: instruments left out, terms, a default, no renewal."""
    return {
        "seed": draw(st.integers(0, 10**6)),
        "left_out": draw(st.sets(st.sampled_from(sorted(set(KINDS) - set(NEEDED))), max_size=8)),
        "changed_share": draw(st.sampled_from([0.0, 0.3, 1.0])),
        "default": draw(st.sampled_from([None, *PARTIES])),
        "refresh": draw(st.booleans()),
        "life_years": draw(st.sampled_from([None, 1.5, 4.0])),
        "ltv": draw(st.sampled_from([None, 0.4, 0.8])),
    }


def programme(c):
    rng = np.random.default_rng(c["seed"])

    def term(kind, name, given):
        spec = KINDS[kind].terms[name]
        if name in KEPT or rng.random() >= c["changed_share"] or spec.unit not in RANGES:
            return given
        low, high = RANGES[spec.unit]
        return Point(float(rng.uniform(max(low, 1e-3) if spec.positive else low, high)))

    instruments = []
    for i in campus().instruments:
        if i.kind in c["left_out"]:
            continue
        terms = {name: term(i.kind, name, given) for name, given in i.terms.items()}
        if i.kind == "delayed_draw_loan" and c["ltv"]:
            terms["most_loan_to_value_share"] = Point(c["ltv"])
        if i.kind == lease_guarantee_with_escrow.KIND:
            terms["cap_usd"] = Point(max(terms["cap_usd"].central, terms["escrow_usd"].central))
        if i.kind == "customer_prepayment":
            terms["share_of_equity"] = Point(min(terms["share_of_equity"].central, 0.9))
        instruments.append(replace(i, terms=terms))
    phases = {
        s.id: tuple(replace(p, refresh=c["refresh"]) for p in s.phases) for s in campus().sites
    }
    sites = tuple(replace(s, phases=phases[s.id]) for s in campus().sites)
    return replace(campus(), instruments=tuple(instruments), sites=sites)


def case_for(case_of, c):
    case = case_of(c["seed"], draws=2, program=programme(c))
    inputs = case.inputs
    if c["life_years"]:
        life = np.full(inputs.draws, c["life_years"])
        inputs = replace(inputs, assumptions=replace(inputs.assumptions, it_life_years=life))
    if c["default"]:
        month = np.random.default_rng(c["seed"]).uniform(0.0, inputs.axis.count, inputs.draws)
        inputs = replace(inputs, defaults={**inputs.defaults, c["default"]: month})
    return replace(case, inputs=inputs)


def total(entries, **labels):
    found = [e.amount_usd for e in entries if all(getattr(e, k) == v for k, v in labels.items())]
    return np.sum(found, axis=0) if found else np.zeros((2, 1))


RUNS = settings(max_examples=30, deadline=None)


@given(c=changes())
@RUNS
def test_cash_is_conserved_and_every_balance_sheet_balances(case_of, c):
    ledger = case_for(case_of, c).settle()
    for e in (*ledger.entries, *ledger.memo, *ledger.unpaid):
        assert np.all(np.isfinite(e.amount_usd)), (e.instrument, e.leg)
        assert e.amount_usd.min() >= -CENT, (e.instrument, e.leg)
        assert e.payer != e.payee
    net = np.sum(list(net_by_party(ledger).values()), axis=0)
    scale = max(e.amount_usd.max() for e in ledger.entries)
    assert np.abs(net).max() <= 1e-9 * scale
    for party, books in statements(ledger).items():
        assert np.abs(out_of_balance_usd(books)).max() < 1e-6 * scale, party
        cash = books.cash
        moved = cash["operating"] + cash["investing"] + cash["financing"]
        np.testing.assert_allclose(moved, cash["change"], atol=1e-9 * scale)
        np.testing.assert_allclose(np.cumsum(cash["change"]), books.balance["cash"],
                                   atol=1e-6 * scale)  # fmt: skip


@given(c=changes())
@RUNS
def test_nobody_is_paid_out_of_turn(case_of, c):
    """Cost and tax, then service, then the reserve, then owners, and never in lock-up."""
    case = case_for(case_of, c)
    ledger = case.settle()
    for contract in case.inputs.of_kind(dsra_and_waterfall.KIND):
        company, owner = contract.parties["company"], contract.parties["owner"]
        own = {"instrument": contract.id, "payer": company, "payee": owner}
        paid = total(ledger.entries, leg="distribution", **own)
        closing = {c.id for c in case.inputs.contracts if c.kind in ("bridge", contract.kind)}
        others = tuple(e for e in ledger.entries if e.instrument not in closing)
        op = Operation(case.inputs, case.schedule, *[np.zeros(1)] * 4, np.zeros(1), others, sides)
        op = replace(op, hours=np.zeros(case.inputs.axis.count), unpaid=ledger.unpaid)
        cfads, service = of_company(op, company)
        months = np.round(contract.terms["reserve_months"]).astype(int)
        flow = waterfall(cfads, service, months, contract.terms["lockup_dscr"])
        # An owner in default leaves the company to its own means.
        cured = total((*ledger.entries, *ledger.unpaid), leg="cure", instrument=contract.id)
        # What a company in arrears may not pay out stays with it.
        free = may_distribute(op, company)
        np.testing.assert_allclose(paid, flow.distributed_usd * free, atol=1.0)
        kept = np.cumsum(flow.distributed_usd * ~free, axis=1)
        assert np.all(paid[flow.locked] == 0.0)
        assert flow.reserve_usd.min() >= -CENT
        assert flow.held_usd.min() >= -CENT
        # Owners get nothing in a month whose reserve is short, nor while they have to pay in.
        short = flow.reserve_usd < dsra_and_waterfall.coming(service, months) * (1 - 1e-9) - CENT
        assert np.all(paid[short] == 0.0)
        assert np.all((paid == 0.0) | (cured <= CENT))
        cash = np.cumsum(cfads - service + cured - paid, axis=1)
        stays = flow.reserve_usd + flow.held_usd + kept
        np.testing.assert_allclose(cash, stays, rtol=1e-6, atol=10.0)


@given(c=changes())
@RUNS
def test_limits_of_contracts_hold(case_of, c):
    case = case_for(case_of, c)
    ledger = case.settle()
    entries = ledger.entries
    for k in case.inputs.contracts:
        t = {name: v[:, None] for name, v in k.terms.items()}
        owed = np.cumsum(
            sum(np.where(e.leg == "principal", -1.0, 1.0) * e.amount_usd
                for e in (*entries, *ledger.memo)
                if e.instrument == k.id and e.leg in ("draw", CAPITALISED, "principal"))
            + np.zeros((2, 1)), axis=-1)  # fmt: skip
        if k.kind != "bridge":
            assert owed.min() >= -1e-6 * max(owed.max(), 1.0), k.kind
        if k.kind in ("equity_tranche_milestone", "delayed_draw_loan"):
            leg = "tranche" if k.kind == "equity_tranche_milestone" else "draw"
            sum_paid = total(entries, instrument=k.id, leg=leg).sum(axis=1)
            assert np.all(sum_paid <= t["commitment_usd"][:, 0] * (1 + 1e-9) + CENT)
        for leg in ("guarantee", "backstop"):
            paid = total(entries, instrument=k.id, leg=leg).sum(axis=1)
            if paid.any():
                assert np.all(paid <= t["cap_usd"][:, 0] * (1 + 1e-9) + CENT)
        if k.kind == "revenue_share":
            given = total(entries, instrument=k.id).sum(axis=1)
            legs = ("capacity", "renewal", "revenue", "resold")
            customers = [e for e in entries if e.payee == k.parties["operator"] and e.leg in legs]
            received = sum((e.amount_usd.sum(axis=1) for e in customers), np.zeros(2))
            assert np.all(given <= received * t["share"][:, 0] * (1 + 1e-9) + CENT)
    first = np.floor(case.schedule.in_service.min(axis=1))[:, None]
    early = np.arange(case.inputs.axis.count) < first
    for e in entries:
        if e.leg in ("rent", "system_rent", "capacity", "renewal", "revenue"):
            assert np.all(e.amount_usd[early] == 0.0), e.leg
    terms = {k.id: k.terms for k in case.inputs.contracts if "pre_money_usd" in k.terms}
    stakes = equity_stakes(ledger, terms)
    if stakes:
        assert np.sum(list(stakes.values()), axis=0).max() <= 1.0 + 1e-9
    ends = terminal_usd(ledger, case.inputs.assumptions.resale_yearly_factor)
    assert all(np.all(np.isfinite(v)) for v in ends.values())
