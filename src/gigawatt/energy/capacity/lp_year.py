"""A year dispatched by HiGHS at fixed capacities: for what the kernel can't hold.

The capacities are columns held at their value; their reduced costs are the slopes of the cost of
the year, hence the cut. Only bounds change from call to call, so that the dual simplex goes on from
the basis in hand. Yearly limits are rows of the LP: no multipliers are searched.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.energy.dispatch.problem import YearProblem
from gigawatt.energy.dispatch.solution import Dispatch
from gigawatt.energy.dispatch.year import HARD_USD_PER_UNIT, Evaluation
from gigawatt.energy.lp import build, fold_hours, pass_model
from gigawatt.errors import GigawattError
from gigawatt.quantity.arrays import Array

SECONDS = 600.0


class LpYear:
    """LP of one year, kept in the solver between calls; see `dispatch.year.Dispatcher`."""

    def __init__(self, problem: YearProblem) -> None:
        soft = tuple(
            replace(y, usd_per_unit=min(y.usd_per_unit, HARD_USD_PER_UNIT)) for y in problem.limits
        )
        self.problem = replace(problem, limits=soft)
        self.limits, self.unit_prices = np.zeros(0), np.zeros(0)
        self.scale_of_tau = 1.0
        count = len(problem.capacities)
        model, self.columns = build(self.problem, np.zeros(count), whole_blocks=False)
        self.highs = pass_model(model, SECONDS)
        self.highs.setOptionValue("simplex_strategy", 1)
        self.cost = problem.cost

    def evaluate(self, x: Array, tau: Array | None = None) -> Evaluation:
        """Dispatch at capacities (J,); `tau` is empty, the limits are rows."""
        count = len(x)
        numbers = np.arange(count, dtype=np.int32)
        held = np.maximum(np.asarray(x, dtype=float), 0.0)
        self.highs.changeColsBounds(count, numbers, held, held)
        # HiGHS counts the time of all runs; the limit is for one
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + SECONDS)
        self.highs.run()
        self.highs.setOptionValue("presolve", "off")  # from here on the basis in hand is the start
        status = self.highs.modelStatusToString(self.highs.getModelStatus())
        if status != "Optimal":
            raise GigawattError(f"HiGHS ended with {status!r} when it dispatched a year.")
        self.solution = self.highs.getSolution()
        slopes = np.asarray(self.solution.col_dual)[:count] - self.cost
        running = float(self.highs.getInfo().objective_function_value) - float(self.cost @ held)
        return Evaluation(running, np.zeros(0), running - float(slopes @ held), slopes)

    def hours(self) -> Dispatch:
        """Hours of the year evaluated last."""
        prices = np.asarray(self.solution.row_dual)[self.columns.balance] / self.problem.step_h
        return fold_hours(self.problem, self.columns, np.asarray(self.solution.col_value), prices)
