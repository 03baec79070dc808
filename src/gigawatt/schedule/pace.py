"""What progress to date says about the pace of sites.

The pace of site s is ``F_s = G f_s``; ln G ~ N(mu, s_g^2) is common, ln f_s ~ N(0, s_s^2) its own.
A finished stretch of work of d months whose length at pace 1 has the mean m and the variance v of
its logarithm is an observation ``ln d - m`` of ln F_s with the variance v. A stretch that has run
for a months and is not finished says that ``ln F_s + Y > ln a`` with Y ~ N(m, v); it is turned into
an observation by the mean and variance of the truncated normal (one pass of moment matching).

With the precision P_s and mean y_s of what is observed at a site, all is Gaussian:

    ln G  | all       precision  1/s_g^2 + sum_s 1 / (s_s^2 + 1/P_s)
    ln f_s| G, own    precision  1/s_s^2 + P_s,     mean  P_s (y_s - ln G) / precision

Draws keep their rank: without observations they are those of the prior. A site's own unfinished
stretch is left out of its own pace, because `durations.Chain` conditions that stretch itself; it
does move the pace of the others through G.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class Stretch:
    """Work between two milestones of a site.

    Attributes
    ----------
    months : how long it took, or how long it has been running.
    mean_log, var_log : of the logarithm of its months at pace 1, error of its dates included.
    finished : whether its end is reached.
    """

    months: float
    mean_log: float
    var_log: float
    finished: bool


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the pace, arrays (D,): mean and sd of ln G, sd of ln f_s."""

    mean: Array
    common_sd: Array
    site_sd: Array


@dataclass(frozen=True, slots=True)
class _Observed:
    """Precision of what is known of ln F_s, and precision times mean; (D,)."""

    precision: Array
    weighted: Array

    def plus(self, other: _Observed) -> _Observed:
        return _Observed(self.precision + other.precision, self.weighted + other.weighted)


def paces(
    prior: Prior,
    stretches: Mapping[str, Iterable[Stretch]],
    common_z: Array,
    site_z: Mapping[str, Array],
) -> dict[str, Array]:
    """Factor on the durations of each site, site → (D,).

    Parameters
    ----------
    prior : of this chunk.
    stretches : site → what is known of it; sites without are absent or empty.
    common_z, site_z : standard normal draws, (D,).
    """
    done = {s: _finished(prior, [r for r in stretches.get(s, ()) if r.finished]) for s in site_z}
    running = {s: _unfinished(prior, [r for r in stretches.get(s, ()) if not r.finished])
               for s in site_z}  # fmt: skip
    both = {s: _of_common(prior, done[s].plus(running[s])) for s in site_z}
    total = _Observed(
        1.0 / _floor(prior.common_sd) ** 2 + sum(o.precision for o in both.values()),
        prior.mean / _floor(prior.common_sd) ** 2 + sum(o.weighted for o in both.values()),
    )
    out = {}
    for site, z in site_z.items():
        own = _of_common(prior, done[site])
        precision = total.precision - both[site].precision + own.precision
        weighted = total.weighted - both[site].weighted + own.weighted
        common = weighted / precision + common_z / np.sqrt(precision)
        sharp = 1.0 / _floor(prior.site_sd) ** 2 + done[site].precision
        mean = (done[site].weighted - done[site].precision * common) / sharp
        out[site] = np.exp(common + mean + z / np.sqrt(sharp))
    return out


def _floor(sd: Array) -> Array:
    """Spreads of nothing are taken as very small, so that precisions stay finite."""
    return np.maximum(sd, 1e-6)


def _finished(prior: Prior, stretches: Iterable[Stretch]) -> _Observed:
    precision, weighted = np.zeros_like(prior.mean), np.zeros_like(prior.mean)
    for r in stretches:
        precision = precision + 1.0 / r.var_log
        weighted = weighted + (np.log(r.months) - r.mean_log) / r.var_log
    return _Observed(precision, weighted)


def _unfinished(prior: Prior, stretches: Iterable[Stretch]) -> _Observed:
    """Moments of ln F given ``ln F + Y > ln a``, as an observation; the prior's mean is used."""
    from scipy.special import log_ndtr  # noqa: PLC0415  (SciPy costs 0.3 s at import)

    out = _Observed(np.zeros_like(prior.mean), np.zeros_like(prior.mean))
    for r in stretches:
        var = _floor(prior.common_sd) ** 2 + _floor(prior.site_sd) ** 2
        whole = var + r.var_log
        alpha = (np.log(r.months) - prior.mean - r.mean_log) / np.sqrt(whole)
        ratio = np.exp(-0.5 * alpha**2 - log_ndtr(-alpha)) / np.sqrt(2.0 * np.pi)
        mean = prior.mean + var / np.sqrt(whole) * ratio
        left = var * (1.0 - var / whole * ratio * (ratio - alpha))
        precision = np.maximum(1.0 / left - 1.0 / var, 0.0)
        weighted = np.where(precision > 0.0, mean / left - prior.mean / var, 0.0)
        out = out.plus(_Observed(precision, weighted))
    return out


def _of_common(prior: Prior, seen: _Observed) -> _Observed:
    """What an observation of ln F_s says of ln G: its variance grows by that of ln f_s."""
    known = seen.precision > 0.0
    sharp = np.where(known, seen.precision, 1.0)
    precision = np.where(known, 1.0 / (prior.site_sd**2 + 1.0 / sharp), 0.0)
    return _Observed(precision, np.where(known, precision * seen.weighted / sharp, 0.0))
