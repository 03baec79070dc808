"""Serving rate of one model on one system at one speed per user, for a programme's workloads.

Of all customary layouts and batches (`search.py`) the one with the most output tokens per package
is taken whose time per token keeps the speed. Watts are the greatest draw of a package with its
share of the node times the share of the phase, by the time that prompts and decoding take
(catalog ``efficiencies/power``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from gigawatt.catalog import Catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.efficiency import PowerShares, peak_flops
from gigawatt.performance.hardware import System, full_power_w
from gigawatt.performance.inference.fitted import Fitted
from gigawatt.performance.inference.plan import ServingPlan
from gigawatt.performance.inference.predict import band_of, distance_at
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.search import FINE_BATCHES, Front, front_of
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.result import ServeRate
from gigawatt.performance.shapes import ModelShape

CALIBRATED = "2026-04"  # month of the software that the rates hold for
MONTHS = 3.5  # the same, since January 2026
MOST_PACKAGES = 72
BAND_QUANTILE = 1.645  # of a normal value, at the edge of a 90 % band
OTHER_MAKER = 1.3  # on the spread of a maker without rows in the calibration


@dataclass(frozen=True, slots=True)
class ServeSetting:
    """What to serve.

    Attributes
    ----------
    input_tokens, output_tokens : mean lengths of prompt and answer.
    tokens_per_s_per_user : least decode speed that a user sees.
    precision : of weights and products: "bf16", "fp8" or "fp4".
    """

    input_tokens: float
    output_tokens: float
    tokens_per_s_per_user: float
    precision: str


@lru_cache(maxsize=512)
def serve_rate(
    shape: ModelShape,
    system: System,
    setting: ServeSetting,
    fitted: Fitted,
    spread_log: float,
    power: PowerShares,
) -> ServeRate:
    """Healthy serving rate of the best customary layout.

    Parameters
    ----------
    shape, system, setting : what runs where.
    fitted : constants of the model.
    spread_log : standard deviation of ln(true/predicted), see `spread_of`.
    power : draw by phase.

    Raises
    ------
    InputError : the system lacks the precision, or a number of the setting is out of range.
    InfeasibleError : the model fits in no layout, or none is that fast.
    """
    peak_flops(system, setting.precision)
    _check(setting)
    plan = ServingPlan(precision=setting.precision, engine=engine_for(system))
    front = front_of(
        shape, system, plan, setting.input_tokens, setting.output_tokens, MOST_PACKAGES, fitted,
        MONTHS, FINE_BATCHES,
    )  # fmt: skip
    limit = 1.0 / setting.tokens_per_s_per_user
    if front.tpot_s.min() > limit:
        raise InfeasibleError(
            f"{shape.id} in {setting.precision.upper()} on {system.id}: "
            f"{setting.tokens_per_s_per_user:,.0f} tokens/s per user is too fast; at most "
            f"{1.0 / front.tpot_s.min():,.0f} without speculative decoding."
        )
    at = front.best(limit)
    rate, share = float(front.output_tok_s[at]), float(front.prefill_share[at])
    phases = share * power.serve_prefill_share + (1.0 - share) * power.serve_decode_share
    tpot = float(front.tpot_s[at])
    return ServeRate(
        model=shape.id,
        system=system.id,
        setting=_words(front, at, setting),
        input_tokens=setting.input_tokens,
        output_tokens=setting.output_tokens,
        output_tokens_per_s_per_package=rate,
        input_tokens_per_s_per_package=rate * setting.input_tokens / setting.output_tokens,
        tokens_per_s_per_user=1.0 / tpot,
        ttft_ms=float(front.ttft_s[at]) * 1e3,
        tpot_ms=tpot * 1e3,
        power_w=full_power_w(system) * phases,
        sigma_log=spread_log,
    )


def engine_for(system: System) -> str:
    """Engine that a system is customarily served with."""
    return "trtllm" if system.vendor == "NVIDIA" else "vllm"


def spread_of(
    shape: ModelShape, system: System, precision: str, fitted: Fitted, catalog: Catalog
) -> float:
    """Standard deviation of ln(true/predicted) throughput, by distance to the measured rows."""
    peak_flops(system, precision)
    engine = engine_for(system)
    plan = ServingPlan(precision=precision, engine=engine)
    scheme = scheme_of(shape, system, plan).id
    distance = distance_at(fitted, Stack(engine, system.generation, scheme, shape.id), shape.is_moe)
    spread = band_of(catalog, distance)[1] / BAND_QUANTILE
    if system.vendor != "NVIDIA":
        spread *= OTHER_MAKER
    if system.released:
        return spread
    announced = catalog.fact("efficiencies/train-common/announced_sigma_log").value
    return math.hypot(spread, announced)


def _check(setting: ServeSetting) -> None:
    for name in ("input_tokens", "output_tokens", "tokens_per_s_per_user"):
        if not getattr(setting, name) > 0.0:
            raise InputError(f"serving needs {name} > 0, not {getattr(setting, name)!r}.")


def _words(front: Front, at: int, setting: ServeSetting) -> str:
    layout = front.layouts[int(front.layout[at])]
    per_package = front.requests[at] / layout.packages
    return (
        f"TP{layout.tp} DP{layout.dp} EP{max(1, layout.moe_ep)} on {layout.packages} packages, "
        f"{setting.precision.upper()}, {setting.input_tokens:,.0f} tokens in and "
        f"{setting.output_tokens:,.0f} out, {per_package:,.1f} requests per "
        f"package, at least {setting.tokens_per_s_per_user:g} tokens/s per user, no speculation, "
        f"no reuse of prefixes, software of {CALIBRATED}"
    )
