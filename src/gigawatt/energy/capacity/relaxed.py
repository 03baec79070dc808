"""A year without what binds one hour to the next: ramps, least loads and starts dropped.

The kernel holds it, and it costs no more than the year itself: its cuts bound the year too, so that
the search for capacities can begin with them. Where its dispatch keeps the ramps anyway, it is the
year's own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.quantity.arrays import Array

TOLERANCE = 1e-7  # of the capacity, on a ramp


def without_coupling(problem: YearProblem) -> YearProblem:
    """The year with offers that are free from hour to hour."""
    offers = tuple(
        replace(o, ramp_share_per_h=np.inf, min_load_share=0.0, start_usd_per_mw=0.0)
        for o in problem.offers
    )
    return replace(problem, offers=offers)


def keeps_coupling(problem: YearProblem, capacity_mw: Array, dispatch: Dispatch) -> bool:
    """Whether a dispatch keeps all ramps; never where units have least loads or starts."""
    for k, o in enumerate(problem.offers):
        if o.min_load_share > 0.0 or o.start_usd_per_mw > 0.0:
            return False
        if np.isfinite(o.ramp_share_per_h):
            change = np.abs(np.diff(dispatch.served_mw[:, k]))
            size = capacity_mw[o.capacity[1:]]
            most = o.ramp_share_per_h * problem.step_h * size + TOLERANCE * max(size.max(), 1.0)
            if np.any(change > most):
                return False
    return True
