"""What the schedule passes on: dates of every block, what bound them, and capacity by month."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gigawatt.quantity.arrays import Array, IntArray


class Binding(IntEnum):
    """What was last to be ready, and so set a block's date in service."""

    LAND = 0
    PERMIT = 1
    GRID = 2
    ONSITE = 3
    BUILDING = 4
    EQUIPMENT = 5
    PLATFORM = 6
    RACKS = 7
    FUNDING = 8
    TENANT = 9


@dataclass(frozen=True, slots=True)
class BuildTimes:
    """What the sites do, before racks and funding; all (D, B), months since the start.

    Attributes
    ----------
    cleared : ground work of the phase begins (site money is spent from here on).
    hall_ready : fit-out of the building is done, racks may come in.
    energised : firm power at the building.
    order_due : latest month to order systems that are to be on the dock when the hall is ready.
    system_lead : months from the order of systems to the dock.
    install, accept : months of rack installation and of acceptance after it.
    support_ready : fibre and back-up power in place.
    hall_cause, power_cause : (D, B) `Binding` of the chain that set `hall_ready`, `energised`.
    fixed_in_service : (D, B) in service by progress already reached; nan where that is not so.
    """

    cleared: Array
    hall_ready: Array
    energised: Array
    order_due: Array
    system_lead: Array
    install: Array
    accept: Array
    support_ready: Array
    hall_cause: IntArray
    power_cause: IntArray
    fixed_in_service: Array


@dataclass(frozen=True, slots=True)
class ScheduleResult:
    """Dates of all blocks; (D, B), months since the start, inf = never.

    Attributes
    ----------
    build : what the sites do.
    funded : month at which the order of the block's systems was funded.
    ordered : order of the systems (the later of due and funded).
    delivered : last rack on the dock (supply allots racks first come, first served).
    energised : firm power at the building.
    equipped : last rack installed.
    in_service : racks accepted and power firm.
    binding : `Binding` of what was last.
    """

    build: BuildTimes
    funded: Array
    ordered: Array
    delivered: Array
    energised: Array
    equipped: Array
    in_service: Array
    binding: IntArray


@dataclass(frozen=True, slots=True)
class Capacity:
    """Installed capacity by month; S sites, G systems, M months.

    Attributes
    ----------
    packages_end, packages_avg : (D, S, G, M) packages in service at the end of the month and on
        average over it: `_end` triggers milestones, `_avg` drives work and energy.
    facility_mw_end, it_mw_avg : (D, S, M) facility power in service at the end of the month; IT
        power in service on average over it.
    racks_delivered : (D, G, M) racks that reach the dock in the month.
    """

    packages_end: Array
    packages_avg: Array
    facility_mw_end: Array
    it_mw_avg: Array
    racks_delivered: Array
