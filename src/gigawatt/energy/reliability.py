"""How often a supply falls short when units fail: loss of load by convolution, and by sampling.

*Convolution*: units fail independently; the distribution of what is available is the convolution of
the units' two-point distributions. Against each hour's load net of sun, wind and grid it gives

    LOLE = sum_t P(available < net load_t)               hours a year
    EENS = sum_t E[max(net load_t - available, 0)]       MWh a year

without storage, which makes it an upper bound where there is some. *Sampling* runs the exact
dispatch with failure paths (exponential times to failure and to repair), storage included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import available_mw
from gigawatt.energy.dispatch.year import YearKernel
from gigawatt.energy.lp import beyond_kernel
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array

SHED = "shed"


@dataclass(frozen=True, slots=True)
class Units:
    """Equal units of one kind.

    Attributes
    ----------
    name : of the offer that they stand behind.
    unit_mw, count : size and number, spares included.
    outage_share : share of time that one is out (forced).
    repair_hours : mean time to repair.
    """

    name: str
    unit_mw: float
    count: int
    outage_share: float
    repair_hours: float = 48.0

    def __post_init__(self) -> None:
        if self.unit_mw <= 0.0 or self.count < 0 or not 0.0 <= self.outage_share < 1.0:
            raise InputError(
                f"units {self.name!r}: {self.count} of {self.unit_mw:g} MW, out "
                f"{self.outage_share:g} of the time: need a size above 0 and a share below 1."
            )


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Hours in which load is not served, and how much, a year.

    Attributes
    ----------
    lole_hours : expected hours with some load unserved.
    unserved_mwh : expected energy not served.
    lole_p90_hours, unserved_p90_mwh : of the sampled years; nan by convolution.
    """

    lole_hours: float
    unserved_mwh: float
    lole_p90_hours: float = float("nan")
    unserved_p90_mwh: float = float("nan")


def capacity_distribution(fleet: Sequence[Units], step_mw: float = 1.0) -> Array:
    """Probability of 0, 1, 2 … steps of available MW, by convolution.

    Sizes are rounded down to steps, so that the table never promises more than there is.
    """
    out = np.ones(1)
    for units in fleet:
        size = max(int(units.unit_mw / step_mw + 1e-9), 1)
        p = 1.0 - units.outage_share
        # binomial by repeated convolution, squared up: exact, few steps for many units
        one = np.zeros(size + 1)
        one[0], one[size] = units.outage_share, p
        out = np.convolve(out, _power(one, units.count))
    return out


def _power(one: Array, count: int) -> Array:
    out = np.ones(1)
    base = one
    while count:
        if count & 1:
            out = np.convolve(out, base)
        base = np.convolve(base, base) if count > 1 else base
        count >>= 1
    return np.maximum(out, 0.0)


def loss_of_load(net_load_mw: Array, fleet: Sequence[Units], step_mw: float = 1.0) -> Shortfall:
    """LOLE and unserved energy of hourly net load against a fleet of units, without storage.

    Parameters
    ----------
    net_load_mw : (T,) load less what does not come from the fleet.
    fleet : units.
    step_mw : width of the table.
    """
    table = capacity_distribution(fleet, step_mw)
    levels = np.arange(len(table)) * step_mw
    below = np.concatenate([[0.0], np.cumsum(table)])  # P(level index < i)
    mass = np.concatenate([[0.0], np.cumsum(table * levels)])
    need = np.maximum(net_load_mw, 0.0)
    index = np.searchsorted(levels, need - 1e-9, side="left")
    short = below[index]
    return Shortfall(float(short.sum()), float((need * short - mass[index]).sum()))


def net_load_mw(problem: YearProblem, capacity_mw: Array, fleet: Sequence[Units]) -> Array:
    """Load less what all offers outside the fleet (load not served left out) can give, (T,)."""
    held = available_mw(problem, capacity_mw)
    names = {u.name for u in fleet} | {SHED}
    others = [k for k, o in enumerate(problem.offers) if o.name not in names]
    return np.asarray(problem.load_mw - held[:, others].sum(axis=1))


def spares_needed(
    net: Array, units: Units, most_lole_hours: float, most_spares: int = 60
) -> tuple[int, Shortfall]:
    """Fewest spares (k of N + k) with which the loss of load stays below a target.

    Raises
    ------
    InputError : `most_spares` are not enough.
    """
    needed = int(np.ceil(max(float(net.max()), 0.0) / units.unit_mw - 1e-9))
    for spare in range(most_spares + 1):
        fleet = [replace(units, count=needed + spare)]
        found = loss_of_load(net, fleet, min(units.unit_mw, 1.0))
        if found.lole_hours <= most_lole_hours:
            return spare, found
    raise InputError(
        f"units {units.name!r}: {most_spares} spares leave {found.lole_hours:,.3g} hours a year "
        f"unserved; at most {most_lole_hours:g} are wanted."
    )


def sampled_shortfall(
    problem: YearProblem, capacity_mw: Array, fleet: Sequence[Units], years: int, seed: int = 0
) -> Shortfall:
    """Unserved load over sampled years of unit failures, with storage, by the exact dispatch.

    Parameters
    ----------
    problem, capacity_mw : the year and its capacities; storage must be one at most.
    fleet : units behind offers of the same name; their nameplate replaces the capacity.
    years, seed : sample.
    """
    kernel = YearKernel(problem)
    shed = problem.offer_number(SHED)
    base = kernel.limit
    lost, hours = np.zeros(years), np.zeros(years)
    for year in range(years):
        rng = np.random.default_rng((seed, year))
        kernel.limit = base.copy()
        for units in fleet:
            k = problem.offer_number(units.name)
            up = sample_units_up(units, problem.steps, problem.step_h, rng)
            kernel.limit[:, k] = np.minimum(base[:, k], up * units.unit_mw)
        kernel.evaluate(capacity_mw)
        short = kernel.served[:, shed]
        lost[year], hours[year] = short.sum(), problem.step_h * (short > 1e-6).sum()
    kernel.limit = base
    return Shortfall(
        float(hours.mean()), float(lost.mean()), float(np.quantile(hours, 0.9)),
        float(np.quantile(lost, 0.9)),
    )  # fmt: skip


def reliability(
    problem: YearProblem, capacity_mw: Array, fleet: Sequence[Units], years: int = 50
) -> dict[str, float]:
    """Loss of load of a supply: by convolution, and by sampled years where the kernel holds it."""
    if not fleet:
        return {}
    step = min(*(u.unit_mw for u in fleet), 1.0)
    table = loss_of_load(net_load_mw(problem, capacity_mw, fleet), fleet, step)
    out = {
        "lole_hours_without_storage": table.lole_hours,
        "unserved_mwh_without_storage": table.unserved_mwh,
    }
    if not beyond_kernel(problem):
        sample = sampled_shortfall(problem, capacity_mw, fleet, years)
        out |= {
            "sampled_years": float(years),
            "lole_hours": sample.lole_hours,
            "unserved_mwh": sample.unserved_mwh,
            "unserved_p90_mwh": sample.unserved_p90_mwh,
        }
    return out


def sample_units_up(units: Units, steps: int, step_h: float, rng: np.random.Generator) -> Array:
    """Number of units that run in each step, (T,): failures and repairs with exponential times."""
    if units.outage_share == 0.0 or units.count == 0:
        return np.full(steps, float(units.count))
    repair = units.repair_hours
    failure = repair * (1.0 - units.outage_share) / units.outage_share
    length = steps * step_h
    turns = int(length / (repair + failure) * 3.0) + 12
    up_first = rng.random(units.count) >= units.outage_share
    times = rng.exponential(size=(units.count, 2 * turns))
    even = np.where(up_first[:, None], failure, repair)
    odd = np.where(up_first[:, None], repair, failure)
    times[:, 0::2] *= even
    times[:, 1::2] *= odd
    ends = np.cumsum(times, axis=1)
    change = np.zeros(steps + 1)
    sign = np.where(np.arange(2 * turns) % 2 == 0, -1.0, 1.0) * np.where(up_first, 1, -1)[:, None]
    at = np.minimum(np.ceil(ends / step_h), steps).astype(np.int64)
    np.add.at(change, at, sign)
    return np.asarray(up_first.sum() + np.cumsum(change)[:steps])
