"""Figures that owners and lenders ask of a ledger: value, return, payback, cover, exposure.

All by party and draw. What a party does outside the programme is not in it. Flows end with the
calendar: a loan that runs beyond it has no life cover; what stands then has the value of
`terminal_usd`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.money import accounts
from gigawatt.money.instruments.dsra_and_waterfall import SERVICE
from gigawatt.money.irr import irr
from gigawatt.money.loan import CAPITALISED
from gigawatt.money.registry import equity_legs, sides
from gigawatt.money.result import Entry, Ledger
from gigawatt.money.retirement import SALVAGE
from gigawatt.money.returns import net_by_party, npv_usd
from gigawatt.quantity.arrays import NEVER, Array, IntArray
from gigawatt.quantity.units import MONTHS_PER_YEAR

NO_CLAIM = (accounts.EXPENSE, accounts.INCOME, accounts.IT, accounts.SITE, accounts.TAX,
            "distributed")  # fmt: skip


REFRESH = "refresh"  # second systems are financed anew: not in the cover of the first loans
NO_CASH_FLOW = (CAPITALISED, "recognised", "warrant", "distribution", "cure", "support",
                "cash_sweep")  # fmt: skip
FROM_MONEY = ("interest", "parked_interest")
OWING = (accounts.DEBT, accounts.OWED, accounts.IN_TRUST)
YEAR = int(MONTHS_PER_YEAR)
RECOVERY_SHARE = 0.5  # of what is overdue when the calendar ends, at least of the rest; judgement
LEAST_DUE_USD = 1.0  # a month: less is rounding, no debt service
SITE_YEARS = 20.0  # straight life of halls and power in the value at the end


@dataclass(frozen=True, slots=True)
class PartyResult:
    """What a party gets out of the programme; (D,) each.

    Attributes
    ----------
    npv_usd : value at the start of the calendar.
    irr_share, irr_roots : rate of return per year and the number of such rates: only 1 means
        something.
    payback_months : first month from which on cumulated cash stays at or above zero after it was
        below; inf = never, 0 = never below.
    peak_need_usd : largest amount by which cumulated cash is below zero.
    """

    npv_usd: Array
    irr_share: Array
    irr_roots: IntArray
    payback_months: Array
    peak_need_usd: Array


def party_results(
    ledger: Ledger, discount_share: float, terminal: Mapping[str, Array] | None = None
) -> dict[str, PartyResult]:
    """Results of every party.

    Parameters
    ----------
    discount_share : rate per year for the value.
    terminal : party → (D,) value of what it holds when the calendar ends; counts in the last month
        for value and return, not for payback and need.
    """
    out = {}
    for party, net in net_by_party(ledger).items():
        total = np.cumsum(net, axis=1)
        whole = _with_end(net, party, terminal)
        returns = irr(whole, MONTHS_PER_YEAR)
        out[party] = PartyResult(
            npv_usd=npv_usd(whole, discount_share),
            irr_share=returns.rate,
            irr_roots=returns.roots,
            payback_months=payback_months(total),
            peak_need_usd=np.maximum(-total.min(axis=1), 0.0),
        )
    return out


def values_usd(
    ledger: Ledger, discount_share: float, terminal: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """Value of each party alone, (D,) USD: `npv_usd` of `party_results`, without its return."""
    return {
        party: npv_usd(_with_end(net, party, terminal), discount_share)
        for party, net in net_by_party(ledger).items()
    }


def _with_end(net: Array, party: str, terminal: Mapping[str, Array] | None) -> Array:
    """Net cash with what the party holds at the end in the last month, (D, M)."""
    if not terminal or party not in terminal:
        return net
    whole = net.copy()
    whole[:, -1] += terminal[party]
    return whole


def payback_months(cumulated: Array) -> Array:
    """Month from which on (D, M) cumulated cash stays at or above zero, (D,); inf = never.

    >>> payback_months(np.array([[-5.0, -1.0, 2.0], [1.0, 2.0, 3.0], [1.0, -1.0, -1.0]]))
    array([ 2.,  0., inf])
    """
    below = cumulated < -1e-6
    months = cumulated.shape[1]
    last = months - 1 - below[:, ::-1].argmax(axis=1)
    after = np.where(last + 1 < months, last + 1.0, NEVER)
    out: Array = np.where(below.any(axis=1), after, 0.0)
    return out


def terminal_usd(
    ledger: Ledger,
    resale_yearly_factor: Array,
    defaults: Mapping[str, Array] | None = None,
    site_years: float = SITE_YEARS,
) -> dict[str, Array]:
    """What each party holds, less what it owes, at the end of the calendar, (D,) USD.

    Loans at their balance (less where service went unpaid), prepayments at what is not set
    off, shares at cost (of a party that is in `defaults` by then: at nothing, as its creditors come
    first), systems at what they cost times the resale factor for each year of age,
    sites at what is left of a straight line.
    """
    out = {p: np.zeros(ledger.gap_usd.shape[0]) for p in ledger.parties}
    months = ledger.gap_usd.shape[1]
    age = (months - np.arange(months) - 0.5) / MONTHS_PER_YEAR
    resale = resale_yearly_factor[:, None] ** age
    left = np.maximum(0.0, 1.0 - age / site_years)
    for e in ledger.entries:
        account = sides(e.instrument, e.leg)
        total = e.amount_usd.sum(axis=1)
        if account.payer == accounts.IT:
            out[e.payer] += np.sum(e.amount_usd * resale, axis=1)
        elif account.payer == accounts.SITE:
            out[e.payer] += e.amount_usd @ left
        elif e.leg == SALVAGE:  # sold: what would be left of it by then is another's
            out[e.payee] -= np.sum(e.amount_usd * resale, axis=1)
        elif account.payer == accounts.HELD and e.payee in (defaults or {}):
            out[e.payer] += np.where((defaults or {})[e.payee] < months, 0.0, total)
        elif account.payer.startswith("asset") or account.payer in OWING:
            out[e.payer] += total
        if account.payee.startswith("asset") or account.payee in OWING:
            out[e.payee] -= total
    for (debtor, lender), lost in _written_down(ledger).items():
        out[lender] -= lost
        out[debtor] += lost
    for e in ledger.memo:
        sign = {CAPITALISED: -1.0, "recognised": -1.0}.get(e.leg)
        if sign is not None:
            out[e.payer] += sign * e.amount_usd.sum(axis=1)
            out[e.payee] -= sign * e.amount_usd.sum(axis=1)
    return out


def _written_down(ledger: Ledger) -> dict[tuple[str, str], Array]:
    """What loans in arrears lose of their balance at the end: (debtor, lender) → (D,) USD.

    Principal in arrears keeps `RECOVERY_SHARE`; the rest of the balance the part of the service due
    in the last year that was paid, and no less than that share.
    """
    failed = dict.fromkeys((e.payer, e.payee, e.instrument) for e in ledger.unpaid
                           if e.leg == "principal" and np.any(e.amount_usd > 0.0))  # fmt: skip
    out: dict[tuple[str, str], Array] = {}
    for debtor, lender, instrument in failed:
        pair = {debtor, lender}
        own = [e for e in (*ledger.entries, *ledger.memo)
               if e.instrument == instrument and {e.payer, e.payee} == pair]  # fmt: skip
        open_ = [e for e in ledger.unpaid if (e.payer, e.payee, e.instrument)
                 == (debtor, lender, instrument) and e.leg in SERVICE]  # fmt: skip
        zero = np.zeros(ledger.gap_usd.shape[0])
        balance, arrears, paid, missing = zero, zero, zero, zero
        for e in own:
            sign = {"draw": 1.0, CAPITALISED: 1.0, "principal": -1.0}.get(e.leg, 0.0)
            balance = balance + sign * e.amount_usd.sum(axis=1)
            if e.leg in SERVICE:
                paid = paid + e.amount_usd[:, -YEAR:].sum(axis=1)
        for e in open_:
            missing = missing + e.amount_usd[:, -YEAR:].sum(axis=1)
            arrears = arrears + (e.amount_usd.sum(axis=1) if e.leg == "principal" else 0.0)
        due = paid + missing
        served = np.where(due > 0.0, paid / np.where(due > 0.0, due, 1.0), 0.0)
        kept = np.maximum(served, RECOVERY_SHARE)
        overdue = np.clip(arrears, 0.0, np.maximum(balance, 0.0))
        lost = (1.0 - RECOVERY_SHARE) * overdue
        lost = lost + (1.0 - kept) * (np.maximum(balance, 0.0) - overdue)
        lost = np.where(arrears > 0.0, lost, 0.0)
        out[debtor, lender] = out.get((debtor, lender), 0.0) + lost
    return out


@dataclass(frozen=True, slots=True)
class Cover:
    """How a borrower's cash covers its debt service.

    Attributes
    ----------
    dscr : (D, Y) by calendar year, cash flow before service over service of the months in which
        service is due; inf in years without. The renewal of systems is not in it, nor interest due
        before the borrower's first operating receipt.
    least_dscr : (D,) over the years.
    llcr : (D,) present value of the cash flow from the month of the largest debt to the last
        service over that debt; of loans that outlive the calendar only what is repaid within it
        counts: the debt less the present value of the balance at the end. nan without service.
    peak_debt_usd : (D,).
    """

    dscr: Array
    least_dscr: Array
    llcr: Array
    peak_debt_usd: Array


def borrowers(ledger: Ledger) -> list[str]:
    """Parties that pay interest, in the ledger's order."""
    paying = {e.payer for e in ledger.entries if e.leg == "interest"}
    return [p for p in ledger.parties if p in paying]


def cover(ledger: Ledger, party: str, years: IntArray) -> Cover:
    """Cover of a borrower; `years` is the calendar year of each month, (M,)."""
    cfads = np.zeros_like(ledger.gap_usd)
    service, debt, earned = (np.zeros_like(cfads) for _ in range(3))
    for e in (*ledger.entries, *ledger.memo):
        at_payer, at_payee = e.payer == party, e.payee == party
        if (e.leg == "draw" and at_payee and _is_loan(ledger, e.instrument)) or (
            e.leg == CAPITALISED and at_payer
        ):
            debt += e.amount_usd
        elif e.leg == "principal" and at_payer:
            debt -= e.amount_usd
        if e.investment or e.instrument == REFRESH or e.leg in NO_CASH_FLOW:
            continue
        if at_payer and e.leg in SERVICE:
            service += e.amount_usd
        elif at_payer:
            cfads -= e.amount_usd
        elif at_payee:
            cfads += e.amount_usd
            earned += e.amount_usd if e.leg not in FROM_MONEY else 0.0
    # Interest due before the borrower earns anything is part of what the build-out costs.
    works = np.cumsum(earned, axis=1) > 0.0
    service = np.where(works | ~works.any(axis=1, keepdims=True), service, 0.0)
    due = service > LEAST_DUE_USD
    covered = np.where(due, cfads, 0.0)
    names = np.unique(years)
    service = np.where(due, service, 0.0)
    paid = np.stack([service[:, years == y].sum(axis=1) for y in names], axis=1)
    flow = np.stack([covered[:, years == y].sum(axis=1) for y in names], axis=1)
    ratio = np.where(paid > 0.0, flow / np.where(paid > 0.0, paid, 1.0), np.inf)
    balance = np.cumsum(debt, axis=1)
    return Cover(ratio, ratio.min(axis=1), _llcr(covered, service, balance, ledger, party),
                 np.maximum(balance.max(axis=1), 0.0))  # fmt: skip


def _is_loan(ledger: Ledger, instrument: str) -> bool:
    return any(e.instrument == instrument and e.leg == "interest" for e in ledger.entries)


def _llcr(cfads: Array, service: Array, balance: Array, ledger: Ledger, party: str) -> Array:
    """Life cover at the month of the largest debt, discounted at the loans' mean rate."""
    interest = np.sum([e.amount_usd for e in ledger.entries
                       if e.payer == party and e.leg == "interest"], axis=0)  # fmt: skip
    opening = np.pad(balance, ((0, 0), (1, 0)))[:, :-1]
    paying = service > 0.0
    owed = np.where(paying, opening, 0.0).sum(axis=1)
    rate = np.where(paying, interest, 0.0).sum(axis=1) / np.where(owed > 0.0, owed, 1.0)
    peak = balance.argmax(axis=1)
    months = np.arange(balance.shape[1])
    wait = months - peak[:, None]
    value = np.where(wait > 0, cfads * np.exp(-np.log1p(rate)[:, None] * np.maximum(wait, 0)), 0.0)
    left = np.where(paying[:, -1], balance[:, -1], 0.0)
    left = left * np.exp(-np.log1p(rate) * (balance.shape[1] - 1 - peak))
    repaid = balance.max(axis=1) - left
    known = paying.any(axis=1) & (repaid > 0.0)
    ratio = value.sum(axis=1) / np.where(known, repaid, 1.0)
    return np.asarray(np.where(known, ratio, np.nan))


def claims_usd(ledger: Ledger) -> dict[tuple[str, str], Array]:
    """What each party holds against each other, mean by month: (holder, debtor) → (M,) USD.

    Loans, prepayments, shares at cost and money in escrow; what contracts promise is not in it.
    """
    held: dict[tuple[str, str], Array] = defaultdict(lambda: np.zeros(ledger.gap_usd.shape[1]))
    for e in ledger.entries:
        account = sides(e.instrument, e.leg)
        amount = e.amount_usd.mean(axis=0)
        if account.payer not in NO_CLAIM and account.payer.startswith("asset"):
            held[e.payer, e.payee] = held[e.payer, e.payee] + np.cumsum(amount)
        if account.payee not in NO_CLAIM and account.payee.startswith("asset"):
            held[e.payee, e.payer] = held[e.payee, e.payer] - np.cumsum(amount)
    for e in ledger.memo:
        amount = np.cumsum(e.amount_usd.mean(axis=0))
        if e.leg == CAPITALISED:
            held[e.payee, e.payer] = held[e.payee, e.payer] + amount
        elif e.leg == "recognised":
            held[e.payer, e.payee] = held[e.payer, e.payee] - amount
    return {pair: np.maximum(v, 0.0) for pair, v in held.items() if v.max() > 1.0}


def equity_stakes(ledger: Ledger, contracts: Mapping[str, Mapping[str, Array]]) -> dict[
    tuple[str, str, str], Array
]:  # fmt: skip
    """Stake that equity with a price buys: (investor, issuer, instrument) → (D, M) share held.

    The issuer starts with one share. A payment A at the value V before it makes A / V new shares
    for each share there is (with the whole round, where it is larger than A); V moves by its yearly
    factor from the first payment on.
    """
    paid = [e for e in ledger.entries
            if e.leg in equity_legs() and e.instrument in contracts]  # fmt: skip
    out: dict[tuple[str, str, str], Array] = {}
    for issuer in dict.fromkeys(e.payee for e in paid):
        own = [e for e in paid if e.payee == issuer and _priced(contracts[e.instrument])]
        if own:
            out |= _stakes_of(issuer, own, contracts)
    return out


def _priced(terms: Mapping[str, Array]) -> bool:
    return "pre_money_usd" in terms and bool(np.all(terms["pre_money_usd"] > 0.0))


def _stakes_of(
    issuer: str, entries: list[Entry], contracts: Mapping[str, Mapping[str, Array]]
) -> dict[tuple[str, str, str], Array]:
    draws, months = entries[0].amount_usd.shape
    shares = np.ones(draws)
    held = {(e.payer, issuer, e.instrument): np.zeros((draws, months)) for e in entries}
    running = {key: np.zeros(draws) for key in held}
    first = {
        e.instrument: np.where(e.amount_usd.any(axis=1), (e.amount_usd > 0.0).argmax(axis=1), 0)
        for e in entries
    }
    for m in range(months):
        made = np.zeros(draws)
        for e in entries:
            amount, terms = e.amount_usd[:, m], contracts[e.instrument]
            if not amount.any():
                continue
            years = np.maximum(m - first[e.instrument], 0) / MONTHS_PER_YEAR
            value = terms["pre_money_usd"] * terms["valuation_yearly_factor"] ** years
            whole = np.maximum(terms.get("round_usd", np.zeros(1)), amount) * (amount > 0.0)
            running[e.payer, issuer, e.instrument] += shares * amount / value
            made += shares * whole / value
        shares = shares + made
        for key, number in running.items():
            held[key][:, m] = number / shares
    return held
