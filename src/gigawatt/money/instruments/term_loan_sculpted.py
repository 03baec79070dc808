"""Loan on the halls whose service leaves a fixed cover of the contracted cash flow.

Per block, j = rate / 12, n months of repayment (no longer than the lease), y = 0, 1, … whole years
since the first payment, e the rent's escalator, f the yearly factor of inflation::

    CFADS_y = IT kW x rent (1 + e)^y - IT GW x opex(clearing) / 12 x f^y       a month
    debt    = sum over the n months of CFADS / DSCR / (1 + j)^t
    drawn   = min(gearing x site cost, debt / growth), level over the construction, with
              growth = value at its end of 1 drawn evenly over it
    balance = drawn with interest until the first payment, m0 = month after service
    service = CFADS / DSCR x balance / debt

The debt is sized on the lender's case: rent by contract and opex at the prices of the clearing. A
hall that is late adds interest to the balance, and its cover is the target x debt / balance. The
formula of a month's interest within year y, P the service and B the balance at its beginning, is
j B for the first month, and principal grows by (1 + j) a month. Where cash flow rises so fast that
early service is less than the interest, the rest of the interest is added to the balance (no cash).
The rate may float in part (`money/floating.py`): service then moves off the cover. Leaves out:
reserves (see `dsra_and_waterfall`), refinancing, default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.money.accounts import SITE, Leg, loan_legs
from gigawatt.money.capex import construction
from gigawatt.money.floating import floated
from gigawatt.money.flows import Levels, Plan, monthly_lumps, monthly_steps
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.instruments import colocation_lease
from gigawatt.money.instruments.site_debt import grown
from gigawatt.money.loan import CAPITALISED, between, growth, scale, service_entries
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.program.kind import BASE_RATE, FLOATING, Kind, Term
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import KW_PER_MW, MONTHS_PER_YEAR, MW_PER_GW
from gigawatt.schedule.result import ScheduleResult

KIND = "term_loan_sculpted"
ORDER = 21
ROUNDING = 1e-9
SPEC = Kind(
    "Loan on the halls whose service leaves a fixed cover of the contracted cash flow.",
    ("lender", "borrower"),
    {
        "target_dscr": Term("factor", "contracted cash flow over debt service", positive=True),
        "rate_share": Term("share", "interest per year"),
        "term_years": Term("years", "years of repayment", positive=True),
        "gearing_share": Term("share", "most that is lent, over the site's cost", 1.0),
        "fee_share": Term("share", "fee paid with each draw", 0.0),
        **BASE_RATE,
        **FLOATING,
    },
    ("signing",),
    site_roles={"borrower": "landlord"},
    expected=False,
    group="loan on the halls",
    idle=colocation_lease.without_lease,
)
LEGS = (
    *loan_legs("lender", "borrower"),
    Leg("upfront_fee", "borrower", "lender", SITE),
)


@dataclass(frozen=True, slots=True)
class Sculpted:
    """Loans of all blocks; (D, B) each, 0 where a block has none; Y years.

    Attributes
    ----------
    cfads_usd : (D, B, Y) contracted cash flow a month, by year since the first payment.
    months : (D, B, Y) months of repayment within each year.
    debt_usd : largest debt with the cover.
    drawn_usd_per_month, start, stop : draws between two months.
    rate : interest per month.
    first : month of the first payment.
    balance_usd : owed at its beginning.
    service_usd : (D, B, Y) debt service a month, by year.
    """

    cfads_usd: Array
    months: Array
    debt_usd: Array
    drawn_usd_per_month: Array
    start: Array
    stop: Array
    rate: Array
    first: Array
    balance_usd: Array
    service_usd: Array


def debt_usd(monthly_usd: Array, rate: Array, months: Array) -> Array:
    """Present value of amounts that are level within each year, (…, Y) by years, at `rate` (…).

    >>> debt_usd(np.array([[10.0, 0.0]]), np.array([0.01]), np.array([[12.0, 12.0]])).round(4)
    array([112.5508])
    """
    years = np.arange(monthly_usd.shape[-1])
    force = np.log1p(rate)[..., None]
    safe = np.where(rate > 0.0, rate, 1.0)[..., None]
    annuity = np.where(rate[..., None] > 0.0, -np.expm1(-force * months) / safe, months)
    out: Array = np.sum(monthly_usd * annuity * np.exp(-force * MONTHS_PER_YEAR * years), axis=-1)
    return out


def loans(inputs: MoneyInputs, schedule: ScheduleResult) -> Sculpted:
    """Loans of all blocks under such a contract."""
    site_rate, start, stop = construction(inputs, schedule)
    start = np.maximum(start, 0.0)
    stop = np.maximum(stop, start)
    length = stop - start
    rate = inputs.term(KIND, "rate_share") / MONTHS_PER_YEAR
    covered = (inputs.cover[KIND] >= 0) & (inputs.cover[colocation_lease.KIND] >= 0)
    cfads, months = _cash_flow(inputs, schedule)
    dscr = np.where(covered, inputs.term(KIND, "target_dscr"), 1.0)[..., None]
    service = np.where(covered[..., None], np.maximum(cfads, 0.0) / dscr, 0.0)
    debt = debt_usd(service, rate, months)
    value = np.where(length > 0.0, grown(rate, start, stop, stop), 1.0)
    most = site_rate * length * inputs.term(KIND, "gearing_share")
    per_month = np.where(length > 0.0, np.minimum(most / np.where(length > 0.0, length, 1.0),
                                                  debt / value), 0.0)  # fmt: skip
    first = np.floor(np.maximum(schedule.in_service, stop)) + 1.0
    owed = np.where(np.isfinite(first), per_month * grown(rate, start, stop, first), 0.0)
    part = np.where(debt > 0.0, owed / np.where(debt > 0.0, debt, 1.0), 0.0)[..., None]
    return Sculpted(
        cfads, months, debt, per_month, start, stop, rate, first, owed, service * part
    )  # fmt: skip


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Draws with the site's cost, and fees on them."""
    lines = inputs.lines(KIND, "lender", "borrower", "draw")
    if not lines[0]:
        return []
    loan = loans(inputs, schedule)
    fee = loan.drawn_usd_per_month * inputs.term(KIND, "fee_share")
    fees = inputs.lines(KIND, "borrower", "lender", "upfront_fee")
    return [
        Levels(*lines, loan.drawn_usd_per_month, loan.start, loan.stop),
        Levels(*fees, fee, loan.start, loan.stop),
    ]


def operate(op: Operation) -> list[Entry]:
    """Interest and principal, by contract."""
    lines, line = op.inputs.lines(KIND, "borrower", "lender", "")
    if not lines:
        return []
    paid, repaid = service(loans(op.inputs, op.schedule), line, len(lines), op.months)
    principal = np.maximum(repaid, 0.0)
    floats = floated(op, lines, paid - repaid)
    return service_entries(lines, np.maximum(paid - principal + floats, 0.0), principal)


def service(loan: Sculpted, line: IntArray, lines: int, months: int) -> tuple[Array, Array]:
    """Service paid, and what the balance falls by (negative where it grows), (D, L, M) each."""
    balance = loan.balance_usd
    paid_steps, principal_steps, times = [], [], []
    for year in range(loan.service_usd.shape[-1]):
        start = loan.first + MONTHS_PER_YEAR * year
        length = loan.months[..., year]
        due = loan.service_usd[..., year]
        step = (due - loan.rate * balance) * scale(loan.rate, start)
        paid_steps += [due, -due]
        principal_steps += [step, -step]
        times += [start, start + length]
        up = np.exp(np.log1p(loan.rate) * length)
        safe = np.where(loan.rate > 0.0, loan.rate, 1.0)
        value = np.where(loan.rate > 0.0, (up - 1.0) / safe, length)
        balance = balance * up - due * value
    when = np.stack(times, axis=1)
    paid = monthly_steps(np.stack(paid_steps, axis=1), when, line, lines, months)
    flat = monthly_steps(np.stack(principal_steps, axis=1), when, line, lines, months, signed=True)
    fallen = np.minimum(growth(loan.rate, line, lines, months) * flat, paid)
    one = np.where(loan.balance_usd > 0.0, 1.0, 0.0)
    last = loan.first + loan.months.sum(axis=-1)
    running = between(one, loan.first, last, line, lines, months) > ROUNDING
    return paid, np.where(running, fallen, 0.0)


def memo(op: Operation) -> list[Entry]:
    """Interest added to the balance: until the first payment, and where service is less than it."""
    lines, line = op.inputs.lines(KIND, "borrower", "lender", CAPITALISED)
    if not lines:
        return []
    loan = loans(op.inputs, op.schedule)
    drawn = loan.drawn_usd_per_month * (loan.stop - loan.start)
    added = np.maximum(loan.balance_usd - drawn, 0.0)
    before = monthly_lumps(added, loan.first, line, len(lines), op.months)
    _, fallen = service(loan, line, len(lines), op.months)
    return entries_of(lines, before + np.maximum(-fallen, 0.0))


def _cash_flow(inputs: MoneyInputs, schedule: ScheduleResult) -> tuple[Array, Array]:
    """Contracted cash flow a month by year, and months of repayment in it, (D, B, Y) each."""
    lease = colocation_lease.KIND
    term = np.minimum(inputs.term(KIND, "term_years"), inputs.term(lease, "term_years"))
    count = np.maximum(np.round(term * MONTHS_PER_YEAR), 0.0)
    years = np.arange(max(int(np.ceil(count.max() / MONTHS_PER_YEAR)), 1))
    months = np.clip(count[..., None] - MONTHS_PER_YEAR * years, 0.0, MONTHS_PER_YEAR)
    kw = inputs.blocks.it_power_mw * KW_PER_MW
    rent = kw * inputs.term(lease, "rent_usd_per_kw_month")
    up = 1.0 + inputs.term(lease, "escalator_share")
    price = inputs.prices.facility_opex_usd_per_gw_year
    cleared = schedule.build.cleared
    opex = inputs.blocks.it_power_mw / MW_PER_GW * price.at(cleared) / MONTHS_PER_YEAR
    inflation = inputs.assumptions.inflation_yearly_factor[:, None, None] ** years
    cfads = rent[..., None] * up[..., None] ** years - opex[..., None] * inflation
    return cfads, months


def example() -> Figures:
    """Figures of the worked example."""
    cfads = np.array([[15.0e6 * 1.025**y for y in range(15)]])
    months = np.full((1, 15), 12.0)
    debt = float(debt_usd(cfads / 1.3, np.array([0.068 / 12]), months)[0])
    return [
        ("debt", millions(debt)),
        ("service a month, year 1", millions(cfads[0, 0] / 1.3)),
        ("service a month, year 15", millions(cfads[0, 14] / 1.3)),
        ("LLCR", "1.30"),
    ]


PAGE = Page(
    "balance by block",
    "construction; in service",
    "cash flow of 15 m a month rising 2.5 % a year, 15 years, cover 1.3, 6.8 %",
    example,
)
