"""Power bought by contract: price, demand charge, minimum take, a connection paid upfront.

Per site, from its first block in service for the term, P the facility power in service and h the
hours of the month::

    energy  = price (1 + e)^y x MWh
    minimum = price (1 + e)^y x max(0, minimum take x P h - MWh)
    demand  = charge (1 + e)^y x P
    connection = USD per kW x block's facility power, at clearing

y is the years since the start of the calendar, stepless. Replaces what the energy layer bills at
that site within the term. Leaves out: time of use, ratchets, refunds of the connection.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.money.accounts import SITE, Leg
from gigawatt.money.flows import Line, Lumps, Plan, monthly_steps
from gigawatt.money.inputs import Contract, MoneyInputs
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.money.result import Entry
from gigawatt.program.kind import Kind, Term
from gigawatt.quantity.arrays import NEVER, Array, BoolArray, IntArray
from gigawatt.quantity.money import price_factor
from gigawatt.quantity.units import KW_PER_MW, MONTHS_PER_YEAR, MW_PER_GW
from gigawatt.schedule.result import ScheduleResult

KIND = "ppa_or_tariff"
ORDER = 12
SPEC = Kind(
    "Power bought by contract: price, demand charge, minimum take, connection paid upfront.",
    ("buyer", "seller"),
    {
        "price_usd_per_mwh": Term("usd_per_mwh", "price in the first year of the calendar"),
        "escalator_share": Term("share", "growth of price and charge per year", 0.0),
        "minimum_take_share": Term("share", "least energy paid, over contract MW x hours", 0.0),
        "demand_charge_usd_per_kw_month": Term(
            "usd_per_kw_month", "charge on the contract's power", 0.0
        ),
        "connection_usd_per_kw": Term(
            "usd_per_kw", "paid upfront for the connection, at clearing", 0.0
        ),
        "term_years": Term("years", "years from the first block in service", 15.0, True),
    },
    site_roles={"buyer": "cloud"},
    expected=False,
)
LEGS = (
    Leg("connection", "buyer", "seller", SITE),
    Leg("energy", "buyer", "seller"),
    *(Leg(name, "buyer", "seller", owed=True) for name in ("minimum_take", "demand_charge")),
)


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Connections, paid when the ground is cleared."""
    lines = inputs.lines(KIND, "buyer", "seller", "connection")
    if not lines[0]:
        return []
    power_kw = inputs.blocks.facility_power_mw * KW_PER_MW
    amount = power_kw * inputs.term(KIND, "connection_usd_per_kw")
    return [Lumps(*lines, amount, schedule.build.cleared)]


def contract_of_site(inputs: MoneyInputs) -> list[Contract | None]:
    """Contract that covers each site, (S,): a site's blocks have one cloud, and so one contract."""
    found: list[Contract | None] = [None] * len(inputs.blocks.sites)
    for site, c in zip(inputs.blocks.site, inputs.contract_of_block(KIND), strict=True):
        found[site] = c
    return found


def billed_here(inputs: MoneyInputs, schedule: ScheduleResult, months: int) -> BoolArray:
    """Months in which a site's power is billed under such a contract, (D, S, M)."""
    contracts = contract_of_site(inputs)
    shape = (inputs.draws, len(contracts), months)
    start = np.full(shape[:2], NEVER)
    for s in range(shape[1]):
        start[:, s] = schedule.in_service[:, inputs.blocks.site == s].min(axis=1)
    term = np.zeros(shape[:2])
    for s, c in enumerate(contracts):
        if c is not None:
            term[:, s] = c.terms["term_years"] * MONTHS_PER_YEAR
    m = np.arange(months)
    begun = m >= np.floor(start)[..., None]
    over = m >= np.ceil(start + term)[..., None]
    out: BoolArray = begun & ~over
    return out


def operate(op: Operation) -> list[Entry]:
    """Bills of all contracts."""
    inputs = op.inputs
    contracts = contract_of_site(inputs)
    if not any(contracts):
        return []
    one: IntArray = inputs.blocks.site
    gw = inputs.facility_gw[:, None]
    power = monthly_steps(gw, op.schedule.in_service[:, None], one, len(contracts), op.months)
    power_mw = power * MW_PER_GW * billed_here(inputs, op.schedule, op.months)
    energy = op.energy_mwh * billed_here(inputs, op.schedule, op.months)
    out: list[Entry] = []
    for c in inputs.of_kind(KIND):
        own = np.array([x is c for x in contracts])
        if own.any():
            out += _bills(op, c, power_mw[:, own].sum(axis=1), energy[:, own], power_mw[:, own])
    return out


def bill_usd(
    energy_mwh: Array, power_mw: Array, hours: Array, price: Array, minimum_share: Array
) -> tuple[Array, Array]:
    """Bill of the energy taken, and what the minimum take adds; prices in USD per MWh.

    >>> bill_usd(np.array([30.0]), np.array([1.0]), np.array([100.0]), 50.0, 0.6)
    (array([1500.]), array([1500.]))
    """
    missing = np.maximum(0.0, minimum_share * power_mw * hours - energy_mwh)
    return price * energy_mwh, price * missing


def _bills(
    op: Operation, c: Contract, total_mw: Array, energy_mwh: Array, power_mw: Array
) -> list[Entry]:
    month = np.arange(0.5, op.months)
    factor = price_factor(1.0 + c.terms["escalator_share"][:, None], month)
    price = c.terms["price_usd_per_mwh"][:, None] * factor
    least = c.terms["minimum_take_share"][:, None, None]
    taken, missing = bill_usd(energy_mwh, power_mw, op.hours, price[:, None], least)
    charge = c.terms["demand_charge_usd_per_kw_month"][:, None] * factor
    amounts = [taken.sum(axis=1), missing.sum(axis=1), charge * total_mw * KW_PER_MW]
    legs = ("energy", "minimum_take", "demand_charge")
    lines = [Line(c.parties["buyer"], c.parties["seller"], c.id, leg) for leg in legs]
    return entries_of(lines, np.stack(amounts, axis=1))


def example() -> Figures:
    """Figures of the worked example."""
    taken, missing = bill_usd(
        row(50_000.0), row(100.0), np.array([730.0]), np.array(58.0), np.array(0.8)
    )
    return [
        ("energy", millions(taken.item())),
        ("minimum take", millions(missing.item())),
        ("demand charge", millions(100e3 * 6.0)),
    ]


PAGE = Page(
    "none",
    "clearing (connection); first block in service",
    "50,000 MWh in a month of 730 hours by 100 MW at 58 USD per MWh, minimum take 80 %, 6 USD "
    "per kW",
    example,
)
