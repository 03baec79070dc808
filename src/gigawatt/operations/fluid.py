"""The fleet by rates: what it would do with power enough, and what it does with the power there is.

Closed forms on monthly means; one formula for one draw and for thousands. A month's failures are
taken at the month's mean age of the packages, goodput is averaged over the months afterwards (not
taken at a mean rate).

Power::

    it_power = sum over systems of packages x full power x [sum over workloads of share x drawn
               share, plus what is not given to a workload x idle share]

The full power of a package is the IT power of its block over its packages, so it holds its part of
network and storage and never exceeds what the halls were sized for.

Short supply: work and losses of a site's month are scaled by f, the rest is lost to "power".
Idle packages do not shrink in this rule, so a site under a cap keeps a little more power for work
than is counted here.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.operations.assumptions import OperationsAssumptions
from gigawatt.operations.faults import Faults
from gigawatt.operations.jobs import CAUSES, drawn_share, time_shares
from gigawatt.operations.reliability import fleet_excess, node_rate_per_s
from gigawatt.operations.result import Delivered, Demand
from gigawatt.performance.result import RateTable
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import KW_PER_MW, W_PER_KW
from gigawatt.schedule.result import Capacity
from gigawatt.uncertainty.streams import Streams

W_PER_MW = W_PER_KW * KW_PER_MW


def demand(
    program: Program,
    blocks: Blocks,
    capacity: Capacity,
    rates: RateTable,
    axis: MonthAxis,
    streams: Streams,
    a: OperationsAssumptions,
    reference_package_w: Array | None = None,
    *,
    faults: Faults,
) -> Demand:
    """What the fleet would do if power were never short.

    Parameters
    ----------
    program, blocks, capacity, rates, axis, streams : of one chunk of D draws.
    a : assumptions, (D,) each.
    reference_package_w : (G,) power of one package with its share of the rack that the watts of
        `rates` refer to (`catalog_package_w`). They are then scaled to the power that the draw
        gave the rack. None takes the watts as they stand.
    faults : policies, whole domains, silent corruption (`sample_faults`).
    """
    share = workload_shares(program, streams)
    fleet = capacity.packages_avg.sum(axis=1)  # (D, G, M)
    node_rate = fleet_node_rate(program, blocks, fleet, a)
    full_w, per_rack = full_package_w(blocks), packages_per_rack(blocks)
    scale_w = full_w if reference_package_w is None else reference_package_w + 0.0 * full_w

    shape = (*fleet.shape[:2], len(program.workloads), fleet.shape[2])
    useful = np.zeros(shape)
    lost = {cause: np.zeros(shape) for cause in CAUSES}
    unused = 1.0 - share.sum(axis=1)
    drawn = np.broadcast_to((unused * a.idle_power_share)[:, None, None], fleet.shape).copy()
    for w, workload in enumerate(program.workloads):
        for g in range(len(blocks.systems)):
            rate = rates.rates[w][g]
            given = share[:, w, None] * fleet[:, g]
            times = time_shares(workload, rate, given, node_rate[:, g], a, faults, per_rack[:, g])
            useful[:, g, w] = times.useful
            for cause in CAUSES:
                lost[cause][:, g, w] = times.lost[cause]
            power = drawn_share(rate, times, scale_w[:, g], a.idle_power_share)
            drawn[:, g] += share[:, w, None] * power
    watts = full_w[:, :, None] * drawn
    return Demand(
        installed_package_hours=capacity.packages_avg * axis.hours(),
        useful_share=useful,
        lost_share=lost,
        workload_share=share,
        it_power_avg_mw=np.einsum("dsgm,dgm->dsm", capacity.packages_avg, watts) / W_PER_MW,
    )


def deliver(
    demand: Demand, deliverable_it_mw: Array, available_share: Array | float = 1.0
) -> Delivered:
    """What the fleet does under the power that is there.

    Parameters
    ----------
    demand : result of `demand`.
    deliverable_it_mw : (D, S, M) IT power that the supply in service can carry.
    available_share : (D, S, M) share of time in which there is supply at all.
    """
    wanted = demand.it_power_avg_mw
    fit = np.divide(deliverable_it_mw, wanted, out=np.ones_like(wanted), where=wanted > 0.0)
    f = np.minimum(fit, 1.0) * available_share
    powered = demand.installed_package_hours * f[:, :, None, :]  # (D, S, G, M)
    share = demand.workload_share[:, None, :, None]
    delivered = powered[:, :, :, None, :] * (share * demand.useful_share)[:, None]
    lost = {
        cause: np.einsum("dsgm,dgm->dsm", powered, (share * by_cause).sum(axis=2))
        for cause, by_cause in demand.lost_share.items()
    }
    unused = 1.0 - demand.workload_share.sum(axis=1)
    lost["idle"] = powered.sum(axis=2) * unused[:, None, None]
    lost["power"] = demand.installed_package_hours.sum(axis=2) * (1.0 - f)
    return Delivered(delivered, lost, wanted * f)


def workload_shares(program: Program, streams: Streams) -> Array:
    """Share of installed package-hours given to each workload, (D, W); sums to at most 1.

    Shares that were drawn to more than 1 in all are scaled to 1; what they leave is idle.
    """
    drawn = [streams.sample(f"workload/{w.id}/share", w.share) for w in program.workloads]
    if not drawn:
        return np.zeros((streams.size, 0))
    stacked = np.stack(drawn, axis=1)
    out: Array = stacked / np.maximum(1.0, stacked.sum(axis=1, keepdims=True))
    return out


def fleet_node_rate(
    program: Program, blocks: Blocks, fleet: Array, a: OperationsAssumptions
) -> Array:
    """Failures per node and second by system and month, (D, G, M), with early life.

    A system whose first racks come after the programme's as-of date has been run by nobody when
    the forecast is made: its early-life factor is multiplied by `platform_factor`.

    Parameters
    ----------
    fleet : (D, G, M) packages installed in the whole programme.
    """
    left = fleet_excess(fleet, a.infant_years)
    out = np.empty_like(fleet)
    for g, system in enumerate(blocks.systems):
        supply = program.supply(system)
        new = supply is not None and supply.first_racks >= program.as_of
        start = a.infant_factor * (a.platform_factor if new else 1.0)
        maturity = 1.0 + (start - 1.0)[:, None] * left[:, g]
        out[:, g] = node_rate_per_s(a.failures_per_1000_node_days)[:, None] * maturity
    return out


def full_package_w(blocks: Blocks) -> Array:
    """IT power of one package with its part of rack, network and storage, (D, G), W.

    All blocks of a system have the same; 0 where a draw holds no package of it.
    """
    member = blocks.system[:, None] == np.arange(len(blocks.systems))
    it, packages = blocks.it_power_mw @ member, blocks.packages @ member
    out: Array = np.divide(it * W_PER_MW, packages, out=np.zeros_like(it), where=packages > 0.0)
    return out


def packages_per_rack(blocks: Blocks) -> Array:
    """Packages of one rack by system, (D, G); 1 where a draw holds no rack of it."""
    member = blocks.system[:, None] == np.arange(len(blocks.systems))
    racks, packages = blocks.racks @ member, blocks.packages @ member
    out: Array = np.divide(packages, racks, out=np.ones_like(racks), where=racks > 0.0)
    return out


def catalog_package_w(catalog: Catalog, blocks: Blocks) -> Array:
    """Central IT power of one package with its share of the rack, (G,), W."""
    records = [catalog.record("systems", g) for g in blocks.systems]
    return np.array(
        [r.value("system_power_kw") * W_PER_KW / r.value("system_packages") for r in records]
    )
