"""A representative week of a site: the shape of its load, its ramps and its drops.

By the event engine: the site is run for half a year after it has filled, three times. The week that
stands for all is the most usual one: the one whose hours differ least, by rms, from those of all
the others (the medoid). Its hours are scaled so that their mean is that of the closed forms of the
programme (`site_mean`), so that the week tiled over a year is the energy that the programme counts.
Ramps and drops are never those of that week: they are the largest of a half year, in the middle one
of the three, because the largest of a single one hangs on whether a hall failed in it.

In closed form, without running anything::

    power(h) = racks x idle + jobs x (work - idle) + pool(h) x (serve - idle)

in racks, where jobs hold what is offered, as far as the pool leaves room. The drop is the median of
the largest of half a year: `largest_drop_racks`; so is the ramp, a job stopping or starting within
a minute: `largest_ramp_racks`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigawatt.operations.events.spec import FleetSpec, node_rate_per_rack, pool_most
from gigawatt.operations.reliability import size_factor
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import DAYS_PER_YEAR, SECONDS_PER_DAY

if TYPE_CHECKING:
    from gigawatt.operations.events.simulate import FleetRun

WARM_DAYS = 56
WEEKS = 26
BIN_S = 60.0
W_PER_MW = 1e6
RUN_RACKS = 4.0  # neighbours of one job among its racks: 3 to 7 in runs of the event engine


@dataclass(frozen=True, slots=True)
class Week:
    """Load of one site over a representative week.

    Attributes
    ----------
    it_shape_pu : (168,) hourly IT power over its mean, from Monday 00:00 local time; mean 1.
    mean_it_mw : mean over all weeks; in a programme that of the closed forms.
    ramp_mw_per_min : largest change within a minute, in half a year.
    drop_mw : largest fall at one moment, in half a year.
    """

    it_shape_pu: Array
    mean_it_mw: float
    ramp_mw_per_min: float
    drop_mw: float


def representative_week(spec: FleetSpec, curve: Array | None = None, seed: int = 1) -> Week:
    """Representative week of one half year of a fleet of one site.

    Parameters
    ----------
    spec : one site, as `site_fleet.site_fleet` makes it.
    curve : (168,) demand of the pool, as `site_fleet.demand_curve` gives it.
    seed : of the events.
    """
    return typical_week(spec, curve, (seed,))


def typical_week(spec: FleetSpec, curve: Array | None, seeds: tuple[int, ...]) -> Week:
    """Representative week of as many half years as there are seeds.

    The medoid and the mean are of all their weeks, ramp and drop the median of their largest.

    Parameters
    ----------
    spec, curve : as for `representative_week`.
    seeds : of the events, one a half year.
    """
    from gigawatt.operations.events.simulate import simulate  # noqa: PLC0415  imports numba

    halves = [
        _half_year(simulate(spec, 7 * WEEKS, seed, BIN_S, curve=curve, warm_days=WARM_DAYS))
        for seed in seeds
    ]
    weeks = np.concatenate([h.weeks_mw for h in halves])
    chosen = weeks[most_usual(weeks)]
    return Week(
        chosen / chosen.mean(), float(weeks.mean()),
        float(np.median([h.ramp_mw_per_min for h in halves])),
        float(np.median([h.drop_mw for h in halves])),
    )  # fmt: skip


def closed_week(spec: FleetSpec, curve: Array) -> Week:
    """Week of a fleet of one site in closed form; failures and gaps between jobs are left out.

    Parameters
    ----------
    spec, curve : as for `representative_week`.
    """
    site = spec.sites[0]
    pool = site.pool_peak_racks * np.roll(curve, -round(site.hour_shift))
    held = np.minimum(pool * (1.0 + spec.headroom), np.maximum(pool, pool_most(site)))
    room = site.racks - site.reserve_racks - held
    jobs = np.clip(sum(k.offered_racks for k in spec.kinds), 0.0, np.maximum(room, 0.0))
    watts = (
        site.racks * spec.idle_w
        + jobs * (spec.work_w - spec.idle_w)
        + np.minimum(pool, site.racks) * (spec.serve_w - spec.idle_w)
    )
    busy = float(jobs.mean())
    each_mw = (spec.work_w - spec.idle_w) / W_PER_MW
    drop = largest_drop_racks(spec, busy) * each_mw
    ramp = max(drop, largest_ramp_racks(spec, busy) * each_mw)
    mean = float(watts.mean())
    return Week(watts / mean, mean / W_PER_MW, ramp, drop)


def largest_drop_racks(spec: FleetSpec, jobs_racks: float, years: float = WEEKS / 52.0) -> float:
    """Racks that stop at one moment in the largest drop of so many years: its median.

    A failure of a tray stops one job. A domain of n racks holds about n / 4 places of their own,
    as racks of a job lie in runs of about 4 once broken ones have been swapped (`RUN_RACKS`). So it
    stops a job on g of R racks with the chance u [1 - (1 - g / R)^(n / 4)], u = share of time at
    work, and k of the N largest jobs or more with that of a binomial number. The drop that comes
    ln 2 times in the time is the median of the largest. Smaller jobs that stop as well are left
    out.

    Parameters
    ----------
    spec : one site.
    jobs_racks : racks at work, mean.
    years : looked at.
    """
    gang, racks = _gang(spec), spec.sites[0].racks
    if gang == 0 or jobs_racks <= 0.0:
        return 0.0
    most = min(max(_gangs(spec), 1), max(1, int(jobs_racks / gang)))
    use = _gang_use(spec)
    times = np.zeros(most + 1)  # expected drops of so many jobs or more
    for c in spec.failures:
        if isinstance(c.blast, int):
            hit = use * (1.0 - (1.0 - gang / racks) ** max(1.0, c.blast / RUN_RACKS))
            chance = [math.comb(most, k) * hit**k * (1.0 - hit) ** (most - k)
                      for k in range(most + 1)]  # fmt: skip
            domains = racks / c.blast
            times += c.per_domain_year * domains * years * np.cumsum(chance[::-1])[::-1]
    times[:2] = np.inf
    likely = np.flatnonzero(times >= math.log(2.0))
    return min(float(gang * max(1, int(likely.max(initial=1)))), jobs_racks)


def largest_ramp_racks(spec: FleetSpec, jobs_racks: float, years: float = WEEKS / 52.0) -> float:
    """Racks that stop or start within a minute in the largest ramp of so many years: its median.

    The largest jobs stop at their rate of failure and start again as often. Of a Poisson number of
    mean m in a minute, k or more come with chance m^k / k! as m is small.

    Parameters
    ----------
    spec, jobs_racks, years : as for `largest_drop_racks`.
    """
    gang = _gang(spec)
    if gang == 0 or jobs_racks <= 0.0:
        return 0.0
    count = _gangs(spec)
    site = spec.sites[0]
    young = 1.0 + (spec.infant_factor - 1.0) * math.exp(-site.age_years / spec.infant_years)
    factor = float(
        size_factor(np.array([gang * spec.nodes_per_rack]), spec.service_factor,
                    spec.service_nodes, spec.size_exponent)[0]
    )  # fmt: skip
    a_minute = max(count, 1) * gang * node_rate_per_rack(spec) * young * factor * BIN_S
    minutes = 2.0 * years * DAYS_PER_YEAR * SECONDS_PER_DAY / BIN_S  # both ways
    together = 1
    while together < count and (
        minutes * a_minute ** (together + 1) / math.factorial(together + 1) >= math.log(2.0)
    ):
        together += 1
    return min(float(gang * together), jobs_racks)


def _gang(spec: FleetSpec) -> int:
    """Racks of the largest job; 0 where none comes."""
    return max([int(k.racks.max()) for k in spec.kinds if k.wanted], default=0)


def _gang_use(spec: FleetSpec) -> float:
    """Share of time in which a job of that size is there."""
    here = [k for k in spec.kinds if k.standing and int(k.racks.max()) == _gang(spec)]
    return min([k.mean_s / (k.mean_s + k.gap_s) for k in here], default=1.0)


def _gangs(spec: FleetSpec) -> int:
    """How many jobs of that size there are."""
    return sum(k.standing for k in spec.kinds if int(k.racks.max()) == _gang(spec))


@dataclass(frozen=True, slots=True)
class _HalfYear:
    """Hours of the weeks of a run, (N, 168), and its largest ramp and drop."""

    weeks_mw: Array
    ramp_mw_per_min: float
    drop_mw: float


def _half_year(run: FleetRun) -> _HalfYear:
    """Weeks and extremes of a run in bins of a minute."""
    from gigawatt.operations.grid import load_shape  # noqa: PLC0415  imports numba

    drop, rise = float(run.largest_drop_mw().max()), float(run.largest_rise_mw().max())
    shape = load_shape(run.power_mw().sum(axis=0), BIN_S, drop, rise_mw=rise)
    weeks = shape.hourly_mw[: len(shape.hourly_mw) // 168 * 168].reshape(-1, 168)
    return _HalfYear(weeks, max(shape.ramp_up_mw_per_min, shape.ramp_down_mw_per_min), drop)


def most_usual(weeks: Array) -> int:
    """Row of the medoid of (N, 168) weeks: least mean distance from all others, by rms of hours."""
    apart = np.sqrt(((weeks[:, None, :] - weeks[None, :, :]) ** 2).mean(axis=2))
    return int(apart.sum(axis=1).argmin())
