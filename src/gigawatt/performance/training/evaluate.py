"""Evaluation of training plans: one through plain Python, many through the same code compiled.

Nothing is kept between plans. The formulas are in `layer`, `links`, `memory`, `software` and
`step`; numba compiles them on the first batch and keeps the result on disk, under a key of their
sources.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from gigawatt.errors import InputError
from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training import (
    facts,
    layer,
    links,
    memory,
    power,
    result,
    row,
    software,
    step,
)
from gigawatt.performance.training.choices import Precision
from gigawatt.performance.training.facts import (
    Machine,
    Shape,
    TrainModel,
    machine_facts,
    shape_facts,
)
from gigawatt.performance.training.plan import Plan, PlanBatch, batch_of
from gigawatt.performance.training.result import OUTPUTS, StepBatch
from gigawatt.performance.training.row import Row
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.compiled import compiled

Loop = Callable[[Machine, Shape, Array, bool, Array], None]
_COMPILED = (row, links, layer, memory, software, power, step)
_PEAKS = {
    Precision.BF16: "rate_bf16",
    Precision.FP8: "rate_fp8",
    Precision.FP8_BLOCK: "rate_fp8_block",
    Precision.MXFP8: "rate_mxfp8",
    Precision.NVFP4: "rate_nvfp4",
}


def evaluate(
    shape: ModelShape,
    system: System,
    model: TrainModel,
    batch: PlanBatch,
    *,
    only_fitting: bool = False,
) -> StepBatch:
    """Step time, memory, power and energy of many plans (compiled).

    With `only_fitting`, plans that don't fit in memory get an infinite step time, and only their
    memory is computed.

    Raises
    ------
    InputError : the model has parts that are not modelled, or the system lacks the precision.
    """
    s, x = shape_facts(shape), machine_facts(system, model)
    for value in np.unique(batch.column("precision")):
        _check_precision(system, x, Precision(int(value)))
    out = np.empty((len(batch), len(OUTPUTS)))
    _compiled()(x, s, np.ascontiguousarray(batch.table), only_fitting, out)
    return _result(batch.table, out)


def evaluate_plan(shape: ModelShape, system: System, model: TrainModel, plan: Plan) -> StepBatch:
    """The same for one plan, without compilation; a batch of one row."""
    x = machine_facts(system, model)
    _check_precision(system, x, plan.precision)
    return evaluate_on(shape, x, plan)


def evaluate_on(shape: ModelShape, x: Machine, plan: Plan) -> StepBatch:
    """The same on the flat facts of a machine, which need not be a system's."""
    table = batch_of([plan]).table
    s, p = shape_facts(shape), Row(*table[0].tolist())
    return _result(table, np.array([step.step_row(x, s, p, memory.memory_bytes(x, s, p))]))


def _result(table: Array, out: Array) -> StepBatch:
    tp, pp, _, cp, dp = (table[:, i] for i in range(5))
    gbs, seq = table[:, Row._fields.index("gbs")], table[:, Row._fields.index("seq")]
    return StepBatch(out, tp * pp * cp * dp, gbs * seq)


def _check_precision(system: System, x: Machine, precision: Precision) -> None:
    if getattr(x, _PEAKS[precision]) > 0.0:
        return
    held = [p.name for p in Precision if getattr(x, _PEAKS[p]) > 0.0]
    raise InputError(
        f"{system.id} does not support precision {precision.name}. It has: {', '.join(held)}."
    )


@lru_cache(maxsize=1)
def _compiled() -> Loop:
    """The loop over plans, compiled; the key of its cache holds the formulas' sources."""
    from numba.extending import register_jitable  # noqa: PLC0415 (half a second to import)

    stamp = hashlib.sha256()
    for module in (*_COMPILED, facts, result):
        stamp.update(Path(str(module.__file__)).read_bytes())
    for module in _COMPILED:
        for value in vars(module).values():
            if callable(value) and getattr(value, "__module__", "") == module.__name__:
                register_jitable(value)
    return _loop(stamp.hexdigest())


def _loop(stamp: str) -> Loop:
    step_row, at, gib = step.step_row, row.row_at, memory.GIB
    memory_bytes, room_bytes = memory.memory_bytes, memory.room_bytes
    memory_at = OUTPUTS.index("memory_gib")

    def loop(x: Machine, s: Shape, table: Array, only_fitting: bool, out: Array) -> None:
        if stamp == "":  # a part of the closure, so that the cache's key holds it
            return
        for i in range(table.shape[0]):
            p = at(table, i)
            kinds = memory_bytes(x, s, p)
            total = kinds[0] + kinds[1] + kinds[2] + kinds[3] + kinds[4]
            if only_fitting and total > room_bytes(x):
                out[i, :] = 0.0
                out[i, 0] = np.inf
                out[i, memory_at] = total / gib
                continue
            values = step_row(x, s, p, kinds)
            for j in range(len(values)):
                out[i, j] = values[j]

    return compiled(loop, error_model="numpy")
