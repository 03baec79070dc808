"""The master problem: capacities against the cuts found so far, in HiGHS, warm from round to round.

::

    min  cost b + sum_s theta_s,     theta_s >= w_s (constant + slopes M_s b)   for every cut of s

b are the builds; with one stage they are the capacities. Costs are in units of `unit_usd`, so that
the solver sees numbers near 100.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gigawatt.energy.highs import quiet_highs
from gigawatt.errors import GigawattError
from gigawatt.quantity.arrays import Array


class Master:
    """Lower bound and next point; N builds, S stages."""

    def __init__(
        self, cost: Array, low: Array, high: Array, stages: int, unit_usd: float = 1e6
    ) -> None:
        import highspy  # noqa: PLC0415

        self.kind = highspy.HighsVarType.kInteger
        self.continuous = highspy.HighsVarType.kContinuous
        self.infinite = highspy.kHighsInf
        self.highs: Any = quiet_highs()
        for name, value in (("presolve", "off"), ("mip_rel_gap", 1e-9)):
            self.highs.setOptionValue(name, value)
        self.unit_usd = unit_usd
        self.builds, self.stages = len(cost), stages
        for c, lo, hi in zip(cost / unit_usd, low, high, strict=True):
            self._column(float(c), float(lo), float(hi))
        for _ in range(stages):
            self._column(1.0, -1e12, self.infinite)
        self.columns = self.builds + stages
        self.whole: list[int] = []
        self.most: dict[int, float] = {}
        self.held = False
        self.found = np.zeros(0)

    def _column(self, cost: float, low: float, high: float) -> None:
        none = np.zeros(0, dtype=np.int32)
        self.highs.addCol(cost, low, high, 0, none, np.zeros(0))

    def add_cut(self, stage: int, constant_usd: float, slopes: Array) -> None:
        """theta_stage >= constant + slopes b, both in USD."""
        numbers = np.append(np.flatnonzero(slopes), self.builds + stage).astype(np.int32)
        values = np.append(-slopes[slopes != 0.0] / self.unit_usd, 1.0)
        self.highs.addRow(
            constant_usd / self.unit_usd, self.infinite, len(numbers), numbers, values
        )

    def add_row(self, low: float, high: float, coefficients: dict[int, float]) -> None:
        """A limit on the builds themselves."""
        numbers = np.array(list(coefficients), dtype=np.int32)
        values = np.array(list(coefficients.values()))
        self.highs.addRow(low, high, len(numbers), numbers, values)

    def widen(self, number: int, high: float) -> None:
        """Raise the upper bound of a build."""
        self.highs.changeColBounds(number, self.highs.getLp().col_lower_[number], high)

    def add_blocks(
        self, parts: dict[int, float], block_mw: float, most: float, spare_usd: float
    ) -> None:
        """Whole units: sum of parts b = size n; `spare_usd` is paid where n > 0."""
        n, used = self.columns, self.columns + 1
        self._column(0.0, 0.0, most)
        self._column(spare_usd / self.unit_usd, 0.0, 1.0)
        self.columns += 2
        self.whole += [n, used]
        self.most |= {n: most, used: 1.0}
        self.highs.changeColIntegrality(n, self.kind)
        self.highs.changeColIntegrality(used, self.kind)
        self.add_row(0.0, 0.0, {**parts, n: -block_mw})
        self.add_row(-self.infinite, 0.0, {n: 1.0, used: -most})

    def hold(self) -> None:
        """Hold the whole numbers at what was found last; the rest is an LP again."""
        for number in self.whole:
            value = float(round(self.found[number]))
            self.highs.changeColIntegrality(number, self.continuous)
            self.highs.changeColBounds(number, value, value)
        self.held = True

    def release(self) -> None:
        """Undo `hold`."""
        for number in self.whole:
            self.highs.changeColBounds(number, 0.0, self.most[number])
            self.highs.changeColIntegrality(number, self.kind)
        self.held = False

    def _run(self) -> str:
        self.highs.run()
        return str(self.highs.modelStatusToString(self.highs.getModelStatus()))

    def solve(self) -> tuple[Array, float]:
        """Builds (N,) of the optimum and its value in USD, a lower bound."""
        status = self._run()
        if status != "Optimal":  # from scratch, where the basis led nowhere
            self.highs.clearSolver()
            status = self._run()
        if status != "Optimal":
            raise GigawattError(f"The master problem of the capacities ended with {status!r}.")
        info = self.highs.getInfo()
        mixed = self.whole and not self.held
        value = info.mip_dual_bound if mixed else info.objective_function_value
        column = np.array(self.highs.getSolution().col_value)
        self.found = column
        return column[: self.builds], float(value) * self.unit_usd
