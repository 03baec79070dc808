"""What a serving forecast rests on: software of one month, the customary engine, and its spread.

The rate of a programme's workload is in `performance.serving`.
"""

from __future__ import annotations

import math

from gigawatt.catalog import Catalog
from gigawatt.performance.efficiency import peak_flops
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.fitted import Fitted
from gigawatt.performance.inference.plan import ServingPlan
from gigawatt.performance.inference.predict import band_of, distance_at
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.shapes import ModelShape

CALIBRATED = "2026-04"  # month of the software that the rates hold for
MONTHS = 3.5  # the same, since January 2026
BAND_QUANTILE = 1.645  # of a normal value, at the edge of a 90 % band
OTHER_MAKER = 1.3  # on the spread of a maker without rows in the calibration


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
