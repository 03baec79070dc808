"""What a site's fleet is made from: racks, powers, and the workloads on them."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.performance.result import ServeRate, TrainRate
from gigawatt.program.model import Workload


@dataclass(frozen=True, slots=True)
class Use:
    """A workload on the site's system: what it is, its healthy rate, its share of the racks."""

    workload: Workload
    rate: TrainRate | ServeRate
    share: float


@dataclass(frozen=True, slots=True)
class SiteInput:
    """What is known of a site when its fleet is built.

    Attributes
    ----------
    name : of the site.
    racks, packages_per_rack : accelerator racks of its main system.
    rack_power_w : IT power of one rack with its share of network and storage, all busy.
    rate_power_w : power of one package that the watts of the rates refer to.
    uses : workloads.
    age_years : of the racks.
    infant_factor : of the system, with the factor of a new platform.
    facility_over_it : power at the site's meter over IT power, at design conditions: losses of
        the power train and cooling.
    """

    name: str
    racks: int
    packages_per_rack: float
    rack_power_w: float
    rate_power_w: float
    uses: tuple[Use, ...]
    age_years: float
    infant_factor: float
    facility_over_it: float = 1.0
