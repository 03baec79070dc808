"""Least squares on log errors with shrunken deviations (Gauss-Newton, soft L1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.performance.inference.calibration import priors
from gigawatt.performance.inference.calibration.data import Mask, Measured
from gigawatt.performance.inference.closed_loop import Loop, closed_loop
from gigawatt.performance.inference.constants import NAMES, Constants
from gigawatt.performance.inference.fitted import LIMITS, TIMES, Fitted, maturity_factor
from gigawatt.performance.inference.pools import prefill_rate
from gigawatt.performance.inference.stack import cell_of, levels_of
from gigawatt.performance.inference.step import decode_s
from gigawatt.quantity.arrays import Array

STEP = 1e-4
MOST_STEP = 0.7


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows and the layout of the vector of unknowns: core first, then one entry a deviation."""

    data: Measured
    names: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    spread: Array
    where: tuple[tuple[str, NDArray[np.intp]], ...]
    weight: Array
    monthly: float

    @property
    def core_size(self) -> int:
        """Number of core constants."""
        return len(self.names)


def problem_of(data: Measured, monthly: float = priors.MONTHLY_GAIN_LOG) -> Problem:
    """Problem of all rows."""
    names = tuple(priors.CORE)
    spread = [priors.CORE[n][1] for n in names]
    labels: list[tuple[str, str]] = []
    where: list[tuple[str, NDArray[np.intp]]] = []
    levels = [levels_of(s) for s in data.arrays.stacks]
    for constant, kind, sigma in priors.DEVIATIONS:
        own = sorted({level[kind] for level in levels})
        offset = len(names) + len(labels)
        index = {level: offset + i for i, level in enumerate(own)}
        labels += [(constant, level) for level in own]
        spread += [sigma] * len(own)
        where.append((constant, np.array([index[level[kind]] for level in levels])))
    _, inverse, count = np.unique(data.cell, return_inverse=True, return_counts=True)
    cells = count[inverse]
    weight = np.sqrt(np.minimum(priors.CELL_ROWS, cells) / cells)
    weight = weight * np.where(data.strict, 1.0, priors.UNKNOWN_WEIGHT)
    scale = np.array(priors.WEIGHT) / np.array(priors.SCALE)
    each = scale[:, None] * weight[None, :]
    each[2] *= data.ttft_ok
    alone = data.phase > 0.0
    each[:, alone] = 0.0
    each[1, alone] = 1.0 / priors.PHASE_SCALE
    return Problem(data, names, tuple(labels), np.array(spread), tuple(where), each, monthly)


def constants_of(p: Problem, theta: Array) -> Constants:
    """Constants of each row under the unknowns."""
    n = len(p.data.rows)
    logs = {name: np.zeros(n) for name in NAMES}
    for i, name in enumerate(p.names):
        logs[name] = logs[name] + np.log(priors.CORE[name][0]) + theta[i]
    for name, index in p.where:
        logs[name] = logs[name] + theta[index]
    value = {k: np.minimum(np.exp(v), LIMITS.get(k, np.inf)) for k, v in logs.items()}
    factor = maturity_factor(p.monthly, p.data.arrays.months)
    for name in TIMES:
        value[name] = value[name] * factor
    return Constants(**value)


def predict(p: Problem, theta: Array) -> Array:
    """Logarithms of TPOT, tokens/s per GPU and TTFT, (3, n)."""
    a = p.data.arrays
    c = constants_of(p, theta)
    loop: Loop = closed_loop(a.points, c, a.clients, a.max_batch)
    out = np.log(np.array([loop.tpot_s, loop.output_tok_s / a.packages, loop.ttft_s]))
    if p.data.phase.any():
        out[1] = np.where(p.data.phase > 0.0, _log_phase_rate(p, c), out[1])
    logs: Array = out
    return logs


def _log_phase_rate(p: Problem, c: Constants) -> Array:
    """Tokens per second and package of one phase alone, logarithm."""
    a, points = p.data.arrays, p.data.arrays.points
    rate, _ = prefill_rate(points, c)
    prompts = rate * points.input_tokens
    requests = np.maximum(p.data.phase_batch, 1.0) * points.world
    answers = requests / decode_s(points, c, requests, points.input_tokens)
    chosen: Array = np.log(np.where(p.data.phase > 1.5, answers, prompts) / a.packages)
    return chosen


def predict_left_out(p: Problem, theta: Array, keep: Mask) -> Array:
    """`predict` by a fit on the kept rows: mixtures' own factors hold on their kept stacks alone.

    That is how `Fitted` treats a mixture that has rows on other stacks only.
    """
    bare = theta.copy()
    bare[p.core_size :][[level.startswith("model.") for _, level in p.labels]] = 0.0
    cells = np.array([cell_of(s) for s in p.data.arrays.stacks])
    elsewhere = ~p.data.dense & ~np.isin(cells, np.unique(cells[keep]))
    return np.where(elsewhere, predict(p, bare), predict(p, theta))


def fit(
    p: Problem,
    keep: Mask | None = None,
    start: Array | None = None,
    core_only: bool = False,
    rounds: int = 14,
) -> Array:
    """Unknowns that fit the kept rows best.

    Parameters
    ----------
    p : problem.
    keep : rows to fit on (boolean); all if None.
    start : unknowns to start from; all zero if None.
    core_only : leave the deviations at what `start` has.
    rounds : at most so many Gauss-Newton steps.
    """
    size = p.spread.size
    theta = np.zeros(size) if start is None else start.copy()
    free = np.arange(p.core_size if core_only else size)
    rows = np.ones(len(p.data.rows), bool) if keep is None else keep
    prior = 1.0 / p.spread[free] ** 2

    def residual(t: Array) -> Array:
        return ((predict(p, t) - p.data.log_seconds) * p.weight)[:, rows].ravel()

    def cost(t: Array, r: Array) -> float:
        return float(2.0 * np.sum(np.sqrt(1.0 + r * r) - 1.0) + np.sum(prior * t[free] ** 2))

    r = residual(theta)
    now, damping = cost(theta, r), 1.0
    for _ in range(rounds):
        jacobian = _jacobian(p, theta, rows, free)
        w = 1.0 / np.sqrt(1.0 + r * r)
        normal = (jacobian * w[:, None]).T @ jacobian + np.diag(prior)
        slope = jacobian.T @ (w * r) + theta[free] * prior
        for _ in range(7):
            move = -np.linalg.solve(normal + 0.01 * damping * np.diag(np.diag(normal)), slope)
            trial = theta.copy()
            trial[free] += np.clip(move, -MOST_STEP, MOST_STEP)
            after = residual(trial)
            new = cost(trial, after)
            if new < now:
                break
            damping *= 5.0
        else:
            break
        damping = max(damping / 3.0, 1e-3)
        gained, now, theta, r = now - new, new, trial, after
        if gained < 1e-3 * now:
            break
    return theta


def _jacobian(p: Problem, theta: Array, rows: Mask, free: NDArray[np.intp]) -> Array:
    """Slopes of the weighted errors of the kept rows by each free unknown, (3 n, free).

    A row belongs to one level of a kind, so that all levels of a constant and a kind are moved in
    one evaluation (Curtis, Powell and Reid 1974).
    """
    base = predict(p, theta)
    n, size = int(rows.sum()), theta.size
    out = np.zeros((3, n, size))
    for i in range(p.core_size):
        out[:, :, i] = _slope(p, theta, base, np.array([i]), rows)
    if free.size > p.core_size:
        for _, index in p.where:
            each = _slope(p, theta, base, np.unique(index), rows)
            out[:, np.arange(n), index[rows]] = each
    return out.reshape(3 * n, size)[:, free]


def _slope(p: Problem, theta: Array, base: Array, moved: NDArray[np.intp], rows: Mask) -> Array:
    after = theta.copy()
    after[moved] += STEP
    slope: Array = ((predict(p, after) - base) * p.weight / STEP)[:, rows]
    return slope


def as_fitted(p: Problem, theta: Array, alone: Array) -> Fitted:
    """Constants as the model reads them, from the fits with and without deviations."""
    deviations: dict[str, dict[str, float]] = {}
    for (constant, level), log in zip(p.labels, theta[p.core_size :], strict=True):
        deviations.setdefault(level, {})[constant] = float(log)
    seen = frozenset(s.generation for s in p.data.arrays.stacks)
    cells = frozenset(cell_of(s) for s in p.data.arrays.stacks)
    mixtures = frozenset(p.data.model[~p.data.dense].tolist())
    return Fitted(_core(p, theta), _core(p, alone), deviations, p.monthly, seen, cells, mixtures)


def _core(p: Problem, theta: Array) -> dict[str, float]:
    return {n: float(priors.CORE[n][0] * np.exp(theta[i])) for i, n in enumerate(p.names)}
