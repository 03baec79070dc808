"""Internal rate of return of many paths at once, with the number of its roots.

The value of flows c_t at a yearly rate r is a polynomial in v = (1 + r)^(-1/n), n periods a year::

    NPV(r) = sum over t of c_t v^t

A staged investment changes its sign more than once and may have several rates of return, or none:
the count says whether the rate means anything. Roots are looked for between `LOW` and `HIGH`:

1. NPV on a grid of rates; a change of sign brackets a root;
2. between two points of one sign, where the slopes point to zero and away from it, the extremum in
   between is sought and counts as two roots if it lies beyond zero (paths with more than one change
   of sign only: others have at most one root, Descartes);
3. the root nearest to a rate of zero is refined by Newton steps kept inside its bracket.

Roots that touch zero without crossing it are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.quantity.arrays import Array, BoolArray, IntArray

LOW, HIGH = -0.99, 100.0  # yearly rates
GRID = 96
STEPS = 60
TOLERANCE = 1e-15


@dataclass(frozen=True, slots=True)
class Irr:
    """Rates of return of P paths.

    Attributes
    ----------
    rate : (P,) per year; nan where there is none. With several roots: the one nearest to zero
        (of those at which NPV changes its sign on the grid, if there are any).
    roots : (P,) number of rates between `LOW` and `HIGH` at which the present value is zero.
    """

    rate: Array
    roots: IntArray


def irr(flows: Array, periods_per_year: float = 1.0) -> Irr:
    """Rates of return of (P, T) flows, one path a row, the first flow at time 0.

    >>> irr(np.array([[-100.0, 60.0, 60.0]])).rate.round(6)
    array([0.130662])
    >>> irr(np.array([[-100.0, 230.0, -132.0]])).roots
    array([2])
    """
    paths = np.atleast_2d(np.asarray(flows, dtype=float))
    grid = np.exp(-np.linspace(np.log1p(LOW), np.log1p(HIGH), GRID) / periods_per_year)
    value = paths @ _powers(grid, paths.shape[1])
    crossing = np.signbit(value[:, 1:]) != np.signbit(value[:, :-1])
    left = np.broadcast_to(grid[:-1], crossing.shape)
    right = np.broadcast_to(grid[1:], crossing.shape)
    roots = crossing.sum(axis=1)
    start, stop, chosen = _nearest_to_zero(crossing, left, right)
    hidden = _hidden(paths, value, crossing, grid)
    if hidden is not None:
        path, interval, extremum = hidden
        np.add.at(roots, path, 2)
        # A pair of hidden roots is taken where no visible root exists.
        first = path[~chosen[path]]
        start[first], stop[first] = grid[interval[~chosen[path]]], extremum[~chosen[path]]
        chosen[first] = True
    rate = np.full(paths.shape[0], np.nan)
    if chosen.any():
        v = _refined(paths[chosen], start[chosen], stop[chosen])
        rate[chosen] = v**-periods_per_year - 1.0
    return Irr(rate, roots.astype(np.int64))


def all_rates(flows: Array, periods_per_year: float = 1.0) -> list[float]:
    """Every rate of return of one path (T,) that the grid tells apart, in rising order."""
    path = np.asarray(flows, dtype=float)[None]
    grid = np.exp(-np.linspace(np.log1p(LOW), np.log1p(HIGH), GRID) / periods_per_year)
    value = path @ _powers(grid, path.shape[1])
    crossing = np.signbit(value[:, 1:]) != np.signbit(value[:, :-1])
    brackets = [(grid[k], grid[k + 1]) for k in np.flatnonzero(crossing[0])]
    hidden = _hidden(path, value, crossing, grid)
    for k, middle in zip(*hidden[1:], strict=True) if hidden else ():
        brackets += [(grid[k], middle), (middle, grid[k + 1])]
    found = [_refined(path, np.array([a]), np.array([b]))[0] for a, b in brackets]
    return sorted(float(v**-periods_per_year - 1.0) for v in found)


def _powers(v: Array, count: int) -> Array:
    """v^t, (count, G)."""
    out: Array = np.exp(np.arange(count)[:, None] * np.log(v))
    return out


def _nearest_to_zero(
    crossing: BoolArray, left: Array, right: Array
) -> tuple[Array, Array, BoolArray]:
    """Bracket of the root nearest to a rate of zero (v = 1), and whether there is one."""
    distance = np.where(crossing, np.abs(np.log(np.sqrt(left * right))), np.inf)
    k = distance.argmin(axis=1)
    rows = np.arange(crossing.shape[0])
    some: BoolArray = np.asarray(crossing.any(axis=1))
    return left[rows, k].copy(), right[rows, k].copy(), some


def _hidden(
    paths: Array, value: Array, crossing: BoolArray, grid: Array
) -> tuple[IntArray, IntArray, Array] | None:
    """Intervals of the grid with two roots inside: path, interval, v of the extremum between."""
    rows = np.flatnonzero(_sign_changes(paths) > 1)
    if rows.size == 0:
        return None
    t = np.arange(paths.shape[1])
    slope = (paths[rows] * t) @ _powers(grid, paths.shape[1])  # v dNPV/dv
    sign = np.sign(value[rows])
    # The grid falls in v: towards zero at the left end means sign * slope > 0 there.
    towards = (sign * slope)[:, :-1] > 0.0
    away = (sign * slope)[:, 1:] < 0.0
    path, interval = np.nonzero(~crossing[rows] & towards & away)
    if path.size == 0:
        return None
    extremum = _extremum(paths[rows[path]], grid[interval], grid[interval + 1])
    at, _ = _horner(np.ascontiguousarray(paths[rows[path]].T), extremum)
    beyond = np.sign(at) * sign[path, interval] < 0.0
    return rows[path[beyond]], interval[beyond], extremum[beyond]


def _sign_changes(paths: Array) -> IntArray:
    """Changes of sign along each path, zeros left out, (P,)."""
    sign = np.sign(paths)
    place = np.where(sign != 0.0, np.arange(paths.shape[1]), 0)
    last = np.take_along_axis(sign, np.maximum.accumulate(place, axis=1), axis=1)
    changed = last[:, 1:] * last[:, :-1] < 0.0
    out: IntArray = changed.sum(axis=1)
    return out


def _extremum(paths: Array, a: Array, b: Array) -> Array:
    """Where the slope of each path crosses zero between a and b, by bisection."""
    flows = np.ascontiguousarray(paths.T)
    low, high = a.copy(), b.copy()
    sign = np.sign(_horner(flows, low)[1])
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        same = np.sign(_horner(flows, middle)[1]) == sign
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.asarray(0.5 * (low + high))


def _horner(flows: Array, v: Array) -> tuple[Array, Array]:
    """Value and derivative at v (N,) of polynomials with coefficients (T, N), lowest first."""
    value, slope = np.zeros_like(v), np.zeros_like(v)
    for coefficient in flows[::-1]:
        slope *= v
        slope += value
        value *= v
        value += coefficient
    return value, slope


def _refined(paths: Array, a: Array, b: Array) -> Array:
    """Root of each path between a and b: Newton's step, or half the bracket where it leaves it."""
    flows = np.ascontiguousarray(paths.T)
    low, high = a.copy(), b.copy()
    sign_low = np.sign(_horner(flows, low)[0])
    v = np.sqrt(low * high)
    for _ in range(STEPS):
        value, slope = _horner(flows, v)
        below = np.sign(value) == sign_low
        low, high = np.where(below, v, low), np.where(below, high, v)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = v - value / slope
        inside = (new - low) * (new - high) <= 0.0
        new = np.where(np.isfinite(new) & inside, new, 0.5 * (low + high))
        new = np.where(value == 0.0, v, new)
        if np.all(np.abs(new - v) <= TOLERANCE * np.abs(v)):
            return new
        v = new
    return v
