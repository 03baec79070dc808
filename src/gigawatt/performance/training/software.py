"""What the software's age and kind do to a step, and how sure that is; floats only."""

from __future__ import annotations

import math

from gigawatt.performance.training.facts import Machine, Shape
from gigawatt.performance.training.layer import BF16, ERA_2021, NVFP4, PLAIN
from gigawatt.performance.training.row import Row

APRIL_2021 = 255.0  # months since 2000-01: calibration of the stack of 2021


def release_factor(x: Machine, p: Row) -> float:
    """Step time of the software over that of a tuned benchmark in the calibration's month.

    Older software takes longer, by a constant growth over at most `dense_trend_months`; what
    experts take longer in vendors' containers is in `layer.experts_growth`. The stack of 2021 got
    faster until fused attention came. A production run takes longer by a factor.
    """
    own = 1.0
    if p.production > 0.0:
        own = x.production_2021 if p.stack == ERA_2021 else x.production
    if p.release_month <= 0.0:
        return own
    if p.stack == ERA_2021:
        return own * math.exp(x.dense_trend * min(0.0, max(-17.0, APRIL_2021 - p.release_month)))
    months = max(0.0, x.mature_month - p.release_month)
    return own * math.exp(x.dense_trend * min(x.dense_trend_months, months))


def sigma_log(x: Machine, s: Shape, p: Row) -> float:
    """Standard deviation of ln(true / predicted): of the model, wider for what is less known."""
    own = x.moe_sigma if s.experts > 0.0 else x.dense_sigma
    plain = x.plain_sigma if p.stack == PLAIN else 0.0
    run = x.production_sigma if p.production > 0.0 else 0.0
    few = x.bf16_sigma if p.precision == BF16 and p.stack != ERA_2021 else 0.0
    if p.precision == NVFP4:
        few = x.fp4_sigma
    more = few * few + x.forecast_sigma * x.forecast_sigma
    return math.sqrt(own * own + plain * plain + run * run + more)
