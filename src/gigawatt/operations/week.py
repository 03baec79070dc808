"""A representative week of a site: the shape of its load, its ramps and its drops.

The site is run for half a year after it has filled; of its weeks the one whose mean power is
nearest to the mean of all is taken. Ramps and drops are the largest of the half year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.operations.events.simulate import FleetRun, simulate
from gigawatt.operations.events.spec import FleetSpec
from gigawatt.operations.grid import load_shape
from gigawatt.quantity.arrays import Array

WARM_DAYS = 56
WEEKS = 26
BIN_S = 60.0


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
