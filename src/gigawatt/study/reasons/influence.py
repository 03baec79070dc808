"""Influence: which inputs move a result most, by rank regression on the draws of a run.

Ranks take the place of values, so that a result may depend on an input by any monotone curve, and
draws that never get there (inf) rank last. With standardised ranks x of the inputs and y::

    1. screen   keep the inputs with the largest |Spearman rho| with y: at most 25, and at most one
                to eight draws
    2. guard    of two kept inputs whose ranks correlate above 0.9 only the stronger stays; the
                other is named with it
    3. regress  y = sum_j b_j x_j + e         least squares; b_j = standardised rank coefficient
    4. account  share_j = b_j rho_j           (Pratt); the shares sum to R2

The sampling error of b_j is the usual ``sqrt((1 - R2) / (n - k - 1) [C^-1]_jj)`` with C the
correlation of the kept ranks. An input is called clear when its |rho| passes what the largest of as
many pure noises would reach in one run of twenty (Bonferroni on all inputs). R2 is adjusted for the
number of inputs; as these were chosen on the same draws it is still a little too high.

Leaves out: interactions and curves that are not monotone (a low R2 tells that there are some), and
results by year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array, IntArray

MOST_INPUTS = 25
DRAWS_PER_INPUT = 8
LEAST_DRAWS = 40
COLLINEAR = 0.9
FAMILY_ERROR = 0.05
SAMPLES_CHANGE = 1e-12


@dataclass(frozen=True, slots=True)
class Driver:
    """One input that moves a result.

    Attributes
    ----------
    name : its random stream.
    coefficient, error : standardised rank coefficient (-1 … 1 where inputs are independent) and
        its standard error from sampling.
    rho : Spearman's rank correlation with the result.
    share : part of the result's rank variance that it accounts for; shares sum to `r2`.
    clear : whether rho stands out of the noise of this many inputs.
    same_as : inputs left out because their ranks go with this one's.
    """

    name: str
    coefficient: float
    error: float
    rho: float
    share: float
    clear: bool
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Influence:
    """What moves one result.

    Attributes
    ----------
    drivers : kept inputs, the strongest coefficient first; empty where the result never differs.
    r2, r2_adjusted : share of the rank variance that the regression explains.
    noise : |rho| that chance alone reaches for the strongest of all inputs in one run of twenty.
    draws, inputs : number of draws, and of inputs that vary.
    never_share : share of draws in which the result is never reached.
    """

    drivers: tuple[Driver, ...]
    r2: float
    r2_adjusted: float
    noise: float
    draws: int
    inputs: int
    never_share: float


def influence(inputs: Mapping[str, Array], result: Array, most: int = MOST_INPUTS) -> Influence:
    """Influence of inputs on a result.

    Parameters
    ----------
    inputs : name → (D,) drawn values.
    result : (D,) values, inf = never.
    most : most inputs in the regression.

    Raises
    ------
    InputError : fewer than 40 draws, or a result that is not a number.
    """
    return influence_of(rank_inputs(inputs), result, most)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Inputs that vary, ranked once for several results.

    Attributes
    ----------
    names : of the inputs.
    ranks : (D, N) standardised ranks.
    """

    names: tuple[str, ...]
    ranks: Array


def rank_inputs(inputs: Mapping[str, Array]) -> Ranked:
    """Rank the inputs that vary, name → (D,) drawn values."""
    names = [n for n, v in inputs.items() if np.ptp(v) > SAMPLES_CHANGE * np.abs(v).max()]
    if not names:
        return Ranked((), np.zeros((0, 0)))
    return Ranked(tuple(names), standard_ranks(np.stack([inputs[n] for n in names], axis=1)))


def influence_of(ranked: Ranked, result: Array, most: int = MOST_INPUTS) -> Influence:
    """Influence of ranked inputs on a result; see `influence`."""
    names, x, draws = ranked.names, ranked.ranks, len(result)
    if draws < LEAST_DRAWS:
        raise InputError(f"{draws} draws: influence needs at least {LEAST_DRAWS}; run with more")
    if np.isnan(result).any():
        raise InputError("a result is not a number in some draws; it can't be ranked")
    never = float(np.isinf(result).mean())
    y = standard_ranks(result[:, None])[:, 0]
    noise = noise_level(draws, len(names))
    if not names or not y.any():
        return Influence((), 0.0, 0.0, noise, draws, len(names), never)
    rho = x.T @ y / draws
    kept, doubles = screen(x, rho, min(most, max(1, draws // DRAWS_PER_INPUT)))
    coefficient, error, r2 = regress(x[:, kept], y)
    drivers = [
        Driver(
            names[j], float(coefficient[k]), float(error[k]), float(rho[j]),
            float(coefficient[k] * rho[j]), bool(abs(rho[j]) > noise),
            tuple(names[i] for i in doubles[j]),
        )
        for k, j in enumerate(kept)
    ]  # fmt: skip
    drivers.sort(key=lambda d: -abs(d.coefficient))
    left = draws - len(kept) - 1
    adjusted = 1.0 - (1.0 - r2) * (draws - 1) / left
    return Influence(tuple(drivers), r2, max(0.0, adjusted), noise, draws, len(names), never)


def standard_ranks(values: Array) -> Array:
    """Ranks down each column (ties get their mean; inf is last), mean 0 and variance 1.

    A column that never differs becomes zeros.
    """
    from scipy.stats import rankdata

    finite = np.where(np.isposinf(values), np.finfo(float).max, values)
    ranks = rankdata(finite, axis=0)
    centred = ranks - ranks.mean(axis=0)
    spread = centred.std(axis=0)
    out: Array = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0.0)
    return out


def noise_level(draws: int, inputs: int) -> float:
    """|rho| which the largest of `inputs` pure noises passes with probability 0.05."""
    from scipy.special import ndtri

    z = float(ndtri(1.0 - FAMILY_ERROR / (2.0 * max(1, inputs))))
    return z / float(np.sqrt(draws - 1))


def screen(x: Array, rho: Array, most: int) -> tuple[IntArray, dict[int, list[int]]]:
    """Columns to regress on, strongest first, and the columns that go with each.

    Parameters
    ----------
    x : (D, N) standardised ranks.
    rho : (N,) their correlation with the result.
    most : most columns to keep.
    """
    kept: list[int] = []
    doubles: dict[int, list[int]] = {}
    for j in np.argsort(-np.abs(rho), kind="stable").tolist():
        if len(kept) == most:
            break
        with_kept = np.abs(x[:, kept].T @ x[:, j]) / len(x) if kept else np.zeros(0)
        if (with_kept > COLLINEAR).any():
            doubles[kept[int(np.argmax(with_kept))]].append(j)
            continue
        kept.append(j)
        doubles[j] = []
    return np.array(kept, dtype=np.int64), doubles


def regress(x: Array, y: Array) -> tuple[Array, Array, float]:
    """Coefficients (k,), their standard errors (k,) and R2 of y on the columns of x.

    Both standardised: x (D, k) and y (D,) with mean 0 and variance 1.
    """
    draws, count = x.shape
    correlation = x.T @ x / draws
    inverse = np.linalg.pinv(correlation)
    coefficient = inverse @ (x.T @ y / draws)
    r2 = float(np.clip(1.0 - np.mean((y - x @ coefficient) ** 2), 0.0, 1.0))
    left = max(1, draws - count - 1)
    error = np.sqrt((1.0 - r2) / left * np.diag(inverse))
    return coefficient, error, r2
