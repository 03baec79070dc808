"""Operating flows that need no contract: energy, upkeep, replacement, cost of sales, users.

    energy          cloud -> utilities       as the energy layer accounts it, site by site
    upkeep          landlord -> operators    IT GW in service x facility opex / 12
                    cloud -> operators       IT GW in service x IT opex / 12
    replacement     cloud -> vendor, suppliers   every IT life after in service:
                    first cost x refresh share x inflation since the order
    cost of sales   vendor -> suppliers      (1 - gross margin) x receipts for systems
    revenue         users -> tenant          GW in service x revenue per GW / 12 x use / anchor use,
                                             or tokens served x price (`study/token_sales`);
                                             none after an offtake that nobody renews (share of 0)
                                             or once the block has left service
    salvage         markets -> cloud         what systems bring that are not renewed (`retirement`)

Replacement is booked as operating: it is paid from income, not from the funding of the build-out,
and leaves capacity as it is (the newer machines' higher output is not counted). The cost of sales
falls in the month of the receipt. Leaves out: taxes, working capital, research and other cost of
the tenant.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.money.flows import Line, lines_of_blocks, monthly_lumps, monthly_steps
from gigawatt.money.inputs import MoneyInputs, racks_usd
from gigawatt.money.instruments import compute_offtake, equipment_purchase, ppa_or_tariff
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.result import Entry
from gigawatt.money.retirement import renewed, retired_month, salvage
from gigawatt.quantity.arrays import NEVER, Array
from gigawatt.quantity.money import Price, price_factor
from gigawatt.quantity.units import MONTHS_PER_YEAR, MW_PER_GW
from gigawatt.schedule.result import ScheduleResult


def operate(op: Operation) -> list[Entry]:
    """All operating flows without a contract."""
    replaced = replacement(op)
    return [
        *energy(op),
        *_upkeep(op),
        *replaced,
        *cost_of_sales(op, replaced),
        *revenue(op),
        *salvage(op.inputs, op.schedule, op.months),
    ]


def energy(op: Operation) -> list[Entry]:
    """Energy bills, but those under a contract of their own (`instruments.ppa_or_tariff`)."""
    cost = op.energy_cost_usd
    if op.inputs.of_kind(ppa_or_tariff.KIND):
        cost = np.where(ppa_or_tariff.billed_here(op.inputs, op.schedule, op.months), 0.0, cost)
    return _by_party(cost, op.inputs.cloud, "utilities", "energy", "energy")


def replacement(op: Operation) -> list[Entry]:
    """Systems, network and storage bought again at the end of each IT life, by the cloud."""
    inputs, a, s = op.inputs, op.inputs.assumptions, op.schedule
    first = racks_usd(inputs, s.ordered) * a.refresh_cost_share[:, None]
    rest = (a.network_share + a.storage_cpu_share)[:, None]
    life = a.it_life_years[:, None] * MONTHS_PER_YEAR
    vendor = lines_of_blocks(
        replace(x, instrument="refresh", leg="systems")
        for x in equipment_purchase.lines(inputs, "", inputs.party_of_block(inputs.cloud))
    )
    other = lines_of_blocks(
        Line(cloud, "suppliers", "refresh", "network_storage")
        for cloud in inputs.party_of_block(inputs.cloud)
    )
    paid = [np.zeros((inputs.draws, len(lines), op.months)) for lines, _ in (vendor, other)]
    ordered = np.where(np.isfinite(s.ordered), s.ordered, 0.0)
    date = np.where(renewed(inputs), s.in_service + life, NEVER)
    while np.any(date < op.months):
        since_order = np.where(np.isfinite(date), date, ordered) - ordered
        bill = first * price_factor(a.inflation_yearly_factor[:, None], since_order)
        for k, (amount, (lines, line)) in enumerate(((bill, vendor), (bill * rest, other))):
            paid[k] += monthly_lumps(amount, date, line, len(lines), op.months)
        date = date + life
    return [*entries_of(vendor[0], paid[0]), *entries_of(other[0], paid[1])]


def cost_of_sales(op: Operation, replaced: list[Entry]) -> list[Entry]:
    """What each vendor of systems pays its own suppliers for what it sells."""
    vendors = {c.parties["vendor"] for c in op.inputs.of_kind(equipment_purchase.KIND)}
    sold = [e for e in op.paid if e.leg in equipment_purchase.LEGS_OF_PURCHASE] + replaced
    cost = 1.0 - op.inputs.assumptions.vendor_gross_margin_share
    entries = []
    for vendor in sorted(vendors - {"suppliers"}):
        received = [e.amount_usd for e in sold if e.payee == vendor]
        if received:
            amount = cost[:, None] * np.sum(received, axis=0)
            entries.append(Entry(vendor, "suppliers", "cost_of_sales", "cost", amount, False))
    return entries


def revenue(op: Operation) -> list[Entry]:
    """What users pay the tenants: for capacity that does useful work, or for tokens."""
    inputs = op.inputs
    if op.token_revenue_usd is None:
        amount = capacity_revenue_usd(inputs, op.schedule, op.use_share)
    else:
        amount = op.token_revenue_usd * let_share(inputs, op.schedule)
    return _by_party(amount, inputs.tenant, "users", "revenue", "revenue", receives=True)


def capacity_revenue_usd(inputs: MoneyInputs, schedule: ScheduleResult, use: Array) -> Array:
    """Revenue of each site by what its capacity in use earns, (D, S, M) USD.

    Parameters
    ----------
    use : (D, S, M) useful over installed package-hours (`operation.use_share`).
    """
    price = _monthly(inputs.prices.revenue_usd_per_gw_year, inputs.axis.count)
    anchor = inputs.assumptions.anchor_use_share[:, None, None]
    out: Array = _let_gw(inputs, schedule) * (use / anchor) * price
    return out


def let_share(inputs: MoneyInputs, schedule: ScheduleResult) -> Array:
    """Part of the power in service that a tenant still buys, (D, S, M); 1 where there is none.

    After an offtake that nobody renews (a share of 0) there is no tenant.
    """
    if not compute_offtake.nobody_renews(inputs).any():
        return np.ones((inputs.draws, len(inputs.blocks.sites), inputs.axis.count))
    whole = _gw_until(inputs, schedule, retired_month(inputs, schedule))
    let = _let_gw(inputs, schedule)
    return np.asarray(np.where(whole > 0.0, let / np.where(whole > 0.0, whole, 1.0), 1.0))


def _let_gw(inputs: MoneyInputs, schedule: ScheduleResult) -> Array:
    """Facility power that tenants buy, (D, S, M) GW on average over each month."""
    ends = schedule.in_service + inputs.term(compute_offtake.KIND, "term_years") * MONTHS_PER_YEAR
    stop = np.where(compute_offtake.nobody_renews(inputs), ends, NEVER)
    return _gw_until(inputs, schedule, np.minimum(stop, retired_month(inputs, schedule)))


def _gw_until(inputs: MoneyInputs, schedule: ScheduleResult, stop: Array) -> Array:
    """Facility power of each site from service to `stop` (D, B), (D, S, M) GW."""
    gw, sites = inputs.facility_gw, len(inputs.blocks.sites)
    changes = np.stack([gw, -gw], axis=1)
    times = np.stack([schedule.in_service, stop], axis=1)
    return monthly_steps(changes, times, inputs.blocks.site, sites, inputs.axis.count)


def _upkeep(op: Operation) -> list[Entry]:
    inputs, prices = op.inputs, op.inputs.prices
    gw = op.it_mw_avg / MW_PER_GW
    facility = gw * _monthly(prices.facility_opex_usd_per_gw_year, op.months)
    it = gw * _monthly(prices.it_opex_usd_per_gw_year, op.months)
    return [
        *_by_party(facility, inputs.landlord, "operators", "opex", "facility"),
        *_by_party(it, inputs.cloud, "operators", "opex", "it"),
    ]


def _monthly(price: Price, months: int) -> Array:
    """Price per month in the middle of each month, (D, 1, M), from one per year."""
    return price.at(np.arange(0.5, months))[:, None, :] / MONTHS_PER_YEAR


def _by_party(
    amount: Array,
    parties: tuple[str, ...],
    other: str,
    instrument: str,
    leg: str,
    receives: bool = False,
) -> list[Entry]:
    """Entries between `other` and the party of each site, (D, S, M) amounts summed by party."""
    entries = []
    of_site = np.array(parties)
    for party in dict.fromkeys(p for p in parties if p != other):
        total = amount[:, of_site == party].sum(axis=1)
        pair = (other, party) if receives else (party, other)
        entries.append(Entry(*pair, instrument, leg, total, False))
    return entries
