"""A representative week of a site: the shape of its load, its ramps and its drops.

By the event engine: the site is run for half a year after it has filled; of its weeks the one whose
mean power is nearest to the mean of all is taken. Ramps and drops are the largest of the half year.

In closed form, without running anything::

    power(h) = racks x idle + jobs x (work - idle) + pool(h) x (serve - idle)

in racks, where jobs hold what is offered, as far as the pool leaves room. The drop is the largest
that one cause can do: the largest domain of racks fails and stops every job that it may touch. The
ramp is the same power, because a job stops or starts within a minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigawatt.operations.events.simulate import FleetRun, simulate
from gigawatt.operations.events.spec import FleetSpec, JobKind
from gigawatt.operations.grid import load_shape
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import SECONDS_PER_DAY

WARM_DAYS = 56
WEEKS = 26
BIN_S = 60.0
W_PER_MW = 1e6


@dataclass(frozen=True, slots=True)
class Week:
    """Load of one site over a representative week.

    Attributes
    ----------
    it_shape_pu : (168,) hourly IT power over its mean, from Monday 00:00 local time; mean 1.
    mean_it_mw : mean over all weeks.
    ramp_mw_per_min : largest change from one minute's mean to the next.
    drop_mw : largest fall at one moment.
    """

    it_shape_pu: Array
    mean_it_mw: float
    ramp_mw_per_min: float
    drop_mw: float


def representative_week(spec: FleetSpec, curve: Array | None = None, seed: int = 1) -> Week:
    """Representative week of a fleet of one site.

    Parameters
    ----------
    spec : one site, as `site_fleet.site_fleet` makes it.
    curve : (168,) demand of the pool, as `site_fleet.demand_curve` gives it.
    seed : of the events.
    """
    return week_of(simulate(spec, 7 * WEEKS, seed, BIN_S, curve=curve, warm_days=WARM_DAYS))


def closed_week(spec: FleetSpec, curve: Array) -> Week:
    """Week of a fleet of one site in closed form; failures and gaps between jobs are left out.

    Parameters
    ----------
    spec, curve : as for `representative_week`.
    """
    site = spec.sites[0]
    pool = site.pool_peak_racks * np.roll(curve, -round(site.hour_shift))
    room = site.racks - site.reserve_racks - pool * (1.0 + spec.headroom)
    jobs = np.clip(sum(_offered_racks(k) for k in spec.kinds), 0.0, np.maximum(room, 0.0))
    watts = (
        site.racks * spec.idle_w
        + jobs * (spec.work_w - spec.idle_w)
        + np.minimum(pool, site.racks) * (spec.serve_w - spec.idle_w)
    )
    largest = max([int(k.racks.max()) for k in spec.kinds if k.per_day > 0.0], default=0)
    domain = max([c.blast for c in spec.failures if isinstance(c.blast, int)], default=1)
    touched = 1 + math.ceil((domain - 1) / largest) if largest else 0
    drop = min(largest * touched, float(jobs.max())) * (spec.work_w - spec.idle_w) / W_PER_MW
    mean = float(watts.mean())
    return Week(watts / mean, mean / W_PER_MW, drop, drop)


def _offered_racks(kind: JobKind) -> float:
    """Mean racks that jobs of a kind would hold, failures aside."""
    mean_s = kind.median_s * math.exp(0.5 * kind.sigma_log**2)
    hours = kind.own_error_share * kind.own_error_s + (1.0 - kind.own_error_share) * mean_s
    return kind.per_day / SECONDS_PER_DAY * float(kind.racks.mean()) * hours


def week_of(run: FleetRun) -> Week:
    """Representative week of a run of at least 7 days in bins of a minute."""
    power = run.power_mw().sum(axis=0)
    shape = load_shape(power, BIN_S)
    weeks = shape.hourly_mw[: len(shape.hourly_mw) // 168 * 168].reshape(-1, 168)
    means = weeks.mean(axis=1)
    chosen = weeks[int(np.abs(means - means.mean()).argmin())]
    return Week(
        chosen / chosen.mean(), float(means.mean()),
        max(shape.ramp_up_mw_per_min, shape.ramp_down_mw_per_min),
        float(run.largest_drop_mw().max()),
    )  # fmt: skip
