"""Take-or-pay purchase of compute capacity, per facility GW in service and year.

    bill(m) = facility GW in service x price / 12 x max(use, take-or-pay share)
              x ramp x (1 - credits) - recognised

from in service of each block for the term; after it the same customer goes on at the renewal share
of the price (an assumption); a block that leaves service ends both. `use` is the site's useful over
installed package-hours; `recognised` is the prepayment set off (see `customer_prepayment`). Where
the contract has a ramp the price rises to its full in six equal steps, the first at once. Credits
are their expected share of the bill. Prices are those of the contract, nominal. After a default of
the customer, or after the term where nobody renews, the provider sells to others::

    resold(m) = facility GW x price / 12 x resale share x max(use, take-or-pay share)
                from the resale months after that on, while the block is in service

Leaves out: termination.
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.accounts import EXPENSE, INCOME, OWED, PREPAID, Leg
from gigawatt.money.flows import Line, monthly_steps
from gigawatt.money.inputs import Contract, MoneyInputs
from gigawatt.money.instruments import customer_prepayment
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.page import Figures, Page, millions
from gigawatt.money.result import Entry
from gigawatt.money.retirement import retired_month
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import NEVER, Array, BoolArray
from gigawatt.quantity.units import MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = "compute_offtake"
ORDER = 11.5
RAMP_STEPS = 6
SPEC = Kind(
    "Take-or-pay purchase of compute capacity, per facility GW in service and year.",
    ("provider", "customer"),
    {
        "price_usd_per_gw_year": Term("usd_per_gw_year", "price of one facility GW for a year"),
        "take_or_pay_share": Term("share", "least share that is paid if not used", 1.0),
        "term_years": Term("years", "length of the contract per block", 5.0, positive=True),
        "ramp_months": Term("months", "months over which the price rises to its full", 0.0),
        "credit_share": Term("share", "service credits over the bill", 0.0),
        "resell_share": Term(
            "share",
            "after the customer's default or leaving: price at which others take the capacity, "
            "over the contract's; 0 = it stays unsold",
            assumed="capacity_relet_share",
        ),
        "resell_months": Term(
            "months", "from the default or leaving until they do", assumed="relet_void_months"
        ),
    },
    site_roles={"provider": "cloud", "customer": "tenant"},
    by_phase=True,
)
LEGS = (
    *(Leg(name, "customer", "provider", owed=True) for name in ("capacity", "renewal")),
    Leg("resold", "markets", "provider"),
    Leg("recognised", "customer", "provider", memo=((EXPENSE, PREPAID), (OWED, INCOME))),
)


def operate(op: Operation) -> list[Entry]:
    """Bills of all offtakes, net of recognised prepayments."""
    entries: list[Entry] = []
    bills = {c.id: bills_usd(op, c) for c in op.inputs.of_kind(KIND)}
    net = _after_recognition(op, bills)[0]
    for c in op.inputs.of_kind(KIND):
        customer, provider = c.parties["customer"], c.parties["provider"]
        if customer != provider:
            lines = [Line(customer, provider, c.id, leg) for leg in ("capacity", "renewal")]
            entries += entries_of(lines, net[c.id])
            entries += _resold(op, c)
    return entries


def nobody_renews(inputs: MoneyInputs) -> BoolArray:
    """Whether the customer of each block leaves after its term, (D, B)."""
    nobody = inputs.assumptions.offtake_renewal_share[:, None] <= 0.0
    out: BoolArray = nobody & (inputs.cover[KIND] >= 0)
    return out


def resale_start(inputs: MoneyInputs, schedule: ScheduleResult) -> Array:
    """Month from which others take what a customer that fails or leaves had, (D, B)."""
    service = schedule.in_service
    failed = np.maximum(inputs.default_of_block(inputs.tenant), service)
    ends = service + inputs.term(KIND, "term_years") * MONTHS_PER_YEAR
    free = np.minimum(failed, np.where(nobody_renews(inputs), ends, NEVER))
    begins = free + inputs.term(KIND, "resell_months")
    return np.where(inputs.term(KIND, "resell_share") > 0.0, begins, NEVER)


def _resold(op: Operation, contract: Contract) -> list[Entry]:
    """What others pay for the capacity of a customer that defaulted or left."""
    inputs = op.inputs
    own = inputs.cover[KIND] == inputs.contracts.index(contract)
    failed = contract.parties["customer"] in inputs.defaults
    free = failed or nobody_renews(inputs)[:, own].any()
    if not free or not contract.terms["resell_share"].any():
        return []
    line = np.where(own, inputs.blocks.site, -1)
    price = contract.terms["price_usd_per_gw_year"] * contract.terms["resell_share"]
    rate = inputs.facility_gw * price[:, None] / MONTHS_PER_YEAR
    gone = retired_month(inputs, op.schedule)
    start = np.minimum(resale_start(inputs, op.schedule), gone)
    steps = np.stack([rate, -rate], axis=1), np.stack([start, gone], axis=1)
    full = monthly_steps(*steps, line, len(inputs.blocks.sites), op.months)
    payable = np.maximum(op.use_share, contract.terms["take_or_pay_share"][:, None, None])
    amount = (full * payable).sum(axis=1)
    return [Entry("markets", contract.parties["provider"], contract.id, "resold", amount, False)]


def memo(op: Operation) -> list[Entry]:
    """Prepayments set off against bills."""
    contracts = {c.id: c.parties for c in op.inputs.of_kind(customer_prepayment.KIND)}
    bills = {c.id: bills_usd(op, c) for c in op.inputs.of_kind(KIND)}
    return [
        Entry(contracts[i]["customer"], contracts[i]["provider"], i, "recognised", amount, False)
        for i, amount in _after_recognition(op, bills)[1].items()
    ]


def bills_usd(op: Operation, contract: Contract) -> Array:
    """Bills under a contract before recognition, (D, 2, M): within the term, after it."""
    inputs = op.inputs
    place = inputs.contracts.index(contract)
    line = np.where(inputs.cover[KIND] == place, inputs.blocks.site, -1)
    sites = np.unique(line[line >= 0])
    if sites.size == 0:
        return np.zeros((inputs.draws, 2, op.months))
    compact = np.where(line >= 0, np.searchsorted(sites, line), -1)
    rate = inputs.facility_gw * contract.terms["price_usd_per_gw_year"][:, None] / MONTHS_PER_YEAR
    renewal = rate * inputs.assumptions.offtake_renewal_share[:, None]
    start = op.schedule.in_service
    retired = retired_month(inputs, op.schedule)
    stop = np.minimum(start + contract.terms["term_years"][:, None] * MONTHS_PER_YEAR, retired)
    payable = np.maximum(op.use_share[:, sites], contract.terms["take_or_pay_share"][:, None, None])

    def bill(changes: list[Array], times: list[Array]) -> Array:
        steps = np.stack(changes, axis=1), np.stack(times, axis=1)
        full = monthly_steps(*steps, compact, sites.size, op.months)
        out: Array = (full * payable).sum(axis=1)
        return out

    within = bill(*_ramped(rate, start, stop, contract.terms["ramp_months"][:, None]))
    within *= 1.0 - contract.terms["credit_share"][:, None]
    return np.stack([within, bill([renewal, -renewal], [stop, retired])], axis=1)


def _ramped(rate: Array, start: Array, stop: Array, ramp: Array) -> tuple[list[Array], list[Array]]:
    """Steps of a rate that rises over `ramp` months (or what the term has) and ends."""
    if not np.any(ramp > 0.0):
        return [rate, -rate], [start, stop]
    known = np.isfinite(start)
    length = np.where(known, stop, 0.0) - np.where(known, start, 0.0)
    part = np.minimum(ramp, length) / RAMP_STEPS
    times = [start + k * part for k in range(RAMP_STEPS)]
    return [*([rate / RAMP_STEPS] * RAMP_STEPS), -rate], [*times, stop]


def _after_recognition(
    op: Operation, bills: dict[str, Array]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Bills less what prepayments between the two parties are set off, and what each sets off."""
    net = dict(bills)
    set_off: dict[str, Array] = {}
    for prepayment in op.inputs.of_kind(customer_prepayment.KIND):
        pair = [c.id for c in op.inputs.of_kind(KIND)
                if (c.parties["customer"], c.parties["provider"])
                == (prepayment.parties["customer"], prepayment.parties["provider"])]  # fmt: skip
        if not pair:
            continue
        total = np.sum([net[i].sum(axis=1) for i in pair], axis=0)
        paid = np.sum([e.amount_usd for e in op.paid if e.instrument == prepayment.id], axis=0)
        recognised = customer_prepayment.recognised_usd(prepayment, paid, total)
        left = 1.0 - recognised / np.where(total > 0.0, total, 1.0)
        for i in pair:
            net[i] = net[i] * np.maximum(left, 0.0)[:, None]
        set_off[prepayment.id] = recognised
    return net, set_off


def example() -> Figures:
    """Figures of the worked example."""
    rate = 1.0 * 12.5e9 / MONTHS_PER_YEAR
    return [
        ("bill at a use of 60 %, take or pay 70 %", millions(rate * max(0.6, 0.7))),
        ("bill at a use of 85 %", millions(rate * max(0.85, 0.7))),
    ]


PAGE = Page("prepayment not yet set off", "in service", "1 GW at 12.5 bn a year", example)
