"""Rates of every workload on every system of a programme, with error and maturity by draw.

The rates are computed once (they are the same for all draws); what differs by draw is a factor on
throughput: the model's own error, lognormal with the rate's sigma and one stream per kind of work
and system, times what the drawn acceptance of drafts does to serving, times the maturity of the
software at the month.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.assumptions import PerformanceAssumptions
from gigawatt.performance.efficiency import calibrated_month
from gigawatt.performance.hardware import System, load_system
from gigawatt.performance.inference.fitted import load_fitted
from gigawatt.performance.inference.service import CALIBRATED
from gigawatt.performance.maturity import maturity, system_gain
from gigawatt.performance.result import RateTable, ServeRate, TrainRate
from gigawatt.performance.serving import served, service_of, text_factors, text_response
from gigawatt.performance.shapes import load_shape
from gigawatt.performance.training.rate import programme_rate
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Program, Workload
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.streams import Streams


def rate_table(
    program: Program,
    catalog: Catalog,
    blocks: Blocks,
    axis: MonthAxis,
    streams: Streams,
    a: PerformanceAssumptions,
) -> RateTable:
    """Rates of the programme's workloads on the systems of its blocks.

    Parameters
    ----------
    program, catalog, blocks : what runs where.
    axis : months of the factor.
    streams : random streams of the chunk.
    a : draws of the assumptions, for the same chunk.

    Raises
    ------
    InputError : a system lacks a workload's precision, or a name or number is wrong.
    InfeasibleError : a model does not fit, or cannot be served that fast; both name the workload.
    """
    systems = [load_system(catalog, g) for g in blocks.systems]
    factor = np.empty((streams.size, len(program.workloads), len(systems), axis.count))
    rates: list[tuple[TrainRate | ServeRate, ...]] = []
    for w, workload in enumerate(program.workloads):
        row = tuple(workload_rate(workload, system, catalog) for system in systems)
        rates.append(row)
        for g, (system, rate) in enumerate(zip(systems, row, strict=True)):
            factor[:, w, g, :] = throughput_factor(
                workload, system, rate, catalog, axis, streams, a
            )
    return RateTable(
        workloads=tuple(w.id for w in program.workloads),
        systems=blocks.systems,
        rates=tuple(rates),
        factor=factor,
    )


def workload_rate(workload: Workload, system: System, catalog: Catalog) -> TrainRate | ServeRate:
    """Healthy rate of one workload on one system; errors name the workload."""
    try:
        if workload.kind == "serve":
            return _serve(workload, system, catalog)
        return _train(workload, system, catalog)
    except InfeasibleError as error:
        raise InfeasibleError(f"workload {workload.id!r}: {error}") from error
    except InputError as error:
        raise InputError(f"workload {workload.id!r}: {error}") from error


def _train(workload: Workload, system: System, catalog: Catalog) -> TrainRate:
    return programme_rate(
        load_shape(catalog, workload.model),
        system,
        catalog,
        workload.packages_per_job,
        workload.seq_len_tokens,
        workload.batch_tokens,
        workload.precision,
    )


def _serve(workload: Workload, system: System, catalog: Catalog) -> ServeRate:
    return served(service_of(workload, system, catalog), workload, catalog)


def throughput_factor(
    workload: Workload,
    system: System,
    rate: TrainRate | ServeRate,
    catalog: Catalog,
    axis: MonthAxis,
    streams: Streams,
    a: PerformanceAssumptions,
) -> Array:
    """Factor on throughput, (D, M): error of the model, drafts accepted, maturity of software."""
    kind = "serve" if workload.kind == "serve" else "train"
    error = np.exp(rate.sigma_log * streams.normal(f"performance/error/{kind}/{system.id}"))
    if isinstance(rate, ServeRate):
        error *= text_response(rate, text_factors(catalog), a.draft_text_factor)
    own = streams.normal(f"performance/maturity/{kind}/{system.id}")
    is_moe = load_shape(catalog, workload.model).is_moe
    log_gain, months = system_gain(a, kind, is_moe, own)
    first = catalog.record("systems", system.id).text("first_available")
    calibrated = _calibrated(catalog, kind, system.generation)
    return error[:, None] * maturity(axis, first, calibrated, log_gain, months)


def _calibrated(catalog: Catalog, kind: str, generation: str) -> str:
    """Month of the software that rates hold for; "" for a forecast."""
    if kind == "train":
        return calibrated_month(catalog, "step", generation)
    return CALIBRATED if generation in load_fitted(catalog).generations else ""
