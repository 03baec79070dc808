"""What operations passes on: package-hours delivered and lost, and the IT power drawn."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class Demand:
    """What the fleet would do if power were never short; D, S, G, W workloads, M, C causes.

    Attributes
    ----------
    installed_package_hours : (D, S, G, M).
    useful_share : (D, G, W, M) share of a workload's package-hours that is useful work
        (availability x goodput).
    lost_share : cause → (D, G, W, M) share of a workload's package-hours lost to it; with
        `useful_share` they sum to 1.
    workload_share : (D, W) share of installed package-hours given to each workload; what is left
        is idle.
    it_power_avg_mw : (D, S, M) IT power drawn on average.
    """

    installed_package_hours: Array
    useful_share: Array
    lost_share: dict[str, Array]
    workload_share: Array
    it_power_avg_mw: Array


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the fleet does under the power that is there.

    Attributes
    ----------
    delivered_package_hours : (D, S, G, W, M) useful package-hours.
    lost_package_hours : cause → (D, S, M); causes: those of `Demand.lost_share`, "idle" (not
        given to a workload) and "power" (curtailed). Delivered and lost together are the
        installed hours.
    it_power_avg_mw : (D, S, M) IT power drawn after curtailment.
    """

    delivered_package_hours: Array
    lost_package_hours: dict[str, Array]
    it_power_avg_mw: Array
