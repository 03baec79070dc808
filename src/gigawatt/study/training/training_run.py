"""A whole training run: tokens or a budget or a loss → days, package-hours, MWh and dollars.

Composed of the training step (`performance`), failures and restarts (`operations`, closed form),
cooling (`catalog` PUE) and the scaling law (`impact`)::

    days   = tokens / (healthy tokens/s) / (work share x (1 - planned stops)) x run factor
    energy = working power x time at work + idle power x the rest, then network and storage, PUE

The run factor is what published runs took beyond that: evaluation, restarts by hand, work that is
thrown away, phases on other plans (`assumptions/training/run_hours_factor`); small runs took longer
still (`small_run_exponent`). Bands are draws: the
error of the step model, failures, checkpoints and restarts, the run factor, PUE. What they leave
out: experiments before the run.

Energy is told at four boundaries: design power times hours, as model cards count it; what the
packages draw; with their servers; the facility with network, storage and cooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.impact.scaling import loss as loss_of
from gigawatt.impact.scaling import scaling_law
from gigawatt.operations.assumptions import OperationsAssumptions
from gigawatt.operations.goodput import synchronous_restart
from gigawatt.operations.reliability import job_rate_per_s, node_rate_per_s
from gigawatt.performance.shapes import active_params, total_params, train_flop_per_token
from gigawatt.performance.training.cases import Case, predict
from gigawatt.performance.training.facts import machine_facts
from gigawatt.performance.training.flops import peak_tflops
from gigawatt.performance.training.rate import CHECKPOINT
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import HOURS_PER_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR
from gigawatt.study.training.run_price import package_hour_usd
from gigawatt.uncertainty.streams import Streams

DRAWS = 1000
MIN_SMALL_SHARE = 0.01  # smaller runs are not published
NOTED = 1.02
HOURS_OFF = 10.0  # known package-hours further from the model's are in another unit
RUN_FACTOR = "assumptions/training/run_hours_factor"
MOST_TOKENS = 40e12  # Llama 4 Scout, by its model card
BAND = (5.0, 50.0, 95.0)
COOLING = "closed-loop-dry"


@dataclass(frozen=True, slots=True)
class RunAsk:
    """What is to be trained; exactly one of the first three is given, the others are None.

    Attributes
    ----------
    tokens, flop, loss : tokens, budget in model FLOP, or target loss in nats per token.
    usd_per_gpu_hour : price of a package-hour; None takes the catalog's cost to an owner.
    usd_per_mwh : price of energy on top; None where the package-hour holds it.
    cooling : catalog record that PUE is taken from.
    pue : the facility's, in place of the record's; None takes the record's.
    gpu_hours : package-hours that are known (a finished run): energy and cost are of these, while
        days and package-hours stay the model's; None takes the model's.
    seed : of the draws.
    percentiles : low, middle and high end of the bands.
    """

    tokens: float | None = None
    flop: float | None = None
    loss: float | None = None
    usd_per_gpu_hour: float | None = None
    usd_per_mwh: float | None = None
    cooling: str = COOLING
    pue: float | None = None
    seed: int = 0
    percentiles: tuple[float, float, float] = BAND
    gpu_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Low end, median and high end of a quantity (5th, 50th and 95th percentile unless asked)."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """Time, energy and cost of a whole run.

    Attributes
    ----------
    tokens, flop, loss : what is trained, model FLOP (causal attention, active experts), and the
        loss by the scaling law (a dense model of the active parameters; an extrapolation).
    gpus, steps, step_s : packages, optimiser steps, time of one.
    mfu : model FLOP/s over the dense peak of the precision while healthy.
    healthy_days : days without failures.
    work_share : share of the run's time that is work that counts.
    days, gpu_hours : of the run.
    tdp_mwh : design power of the packages times hours, as model cards count energy.
    gpu_mwh, it_mwh, facility_mwh : energy of the packages alone, of their servers, and of the
        facility with network, storage and cooling.
    failures_per_day : expected interruptions of the job.
    cost_usd : price of package-hours, and of energy where it is asked for apart; None without a
        price.
    usd_per_gpu_hour : the price used, 0 if none.
    assumed : what was filled in, in words.
    """

    tokens: float
    flop: float
    loss: float
    gpus: int
    steps: float
    step_s: Band
    mfu: float
    healthy_days: float
    work_share: Band
    days: Band
    gpu_hours: Band
    tdp_mwh: Band
    gpu_mwh: Band
    it_mwh: Band
    facility_mwh: Band
    failures_per_day: float
    cost_usd: Band | None
    usd_per_gpu_hour: float
    assumed: tuple[str, ...]


def training_run(
    case: Case, ask: RunAsk, catalog: Catalog, assumed: tuple[str, ...] = ()
) -> TrainingRun:
    """Time, energy and cost of a run on the plan of `case`; `assumed` is told with its words.

    Raises
    ------
    InputError : not exactly one of tokens, FLOP and loss, or one that is not positive.
    InfeasibleError : the plan does not fit in memory, or no number of tokens gives that loss.
    """
    tokens, flop, final_loss = what_is_trained(case, ask, catalog)
    out = predict(case)
    if not bool(out.fits[0]):
        raise InfeasibleError(
            f"{case.shape.name} does not fit: {float(out.memory_gib[0]):,.0f} GiB a package of "
            f"{float(out.column('capacity_gib')[0]):,.0f}. Split it more, or recompute."
        )
    streams = Streams(ask.seed, DRAWS)
    plan, gpus = case.plan, int(out.gpus[0])
    sigma = float(out.sigma_log[0])
    step_s = float(out.step_s[0]) * np.exp(sigma * streams.normal("training-run/step"))
    steps = np.full(DRAWS, tokens / (plan.gbs * plan.seq))
    steps, local = _local_steps(plan.local_steps, steps, catalog, streams)
    a = sample_assumptions(catalog, streams, "operations", OperationsAssumptions)
    work, failures = _work_share(case, gpus, a, catalog.fact(CHECKPOINT).value)
    factor = streams.sample("training-run/factor", catalog.fact(RUN_FACTOR).distribution)
    small, told = _small_run_factor(gpus * float(np.median(steps * step_s / work)), catalog)
    seconds = steps * step_s / work * factor * small
    hours = gpus * seconds / SECONDS_PER_HOUR
    counted, busy, given = _counted_hours(hours, ask)
    powers = _powers_w(case, float(out.column("power_w")[0]), a, work, busy)
    gpu_mwh, it_mwh = counted * powers[0] / 1e6, counted * powers[1] / 1e6
    facility_mwh = it_mwh * _facility_factor(ask, catalog, streams)
    price, words = package_hour_usd(ask.usd_per_gpu_hour, case.system, catalog, streams)
    cost = counted * price + (facility_mwh * ask.usd_per_mwh if ask.usd_per_mwh else 0.0)
    healthy = float(np.median(steps)) * float(out.step_s[0])
    peak = peak_tflops(case.system, plan.precision) * 1e12 * gpus
    return TrainingRun(
        tokens=tokens,
        flop=flop,
        loss=final_loss,
        gpus=gpus,
        steps=float(np.median(steps)),
        step_s=_band(step_s, ask.percentiles),
        mfu=flop / healthy / peak if peak else 0.0,
        healthy_days=healthy / SECONDS_PER_DAY,
        work_share=_band(work, ask.percentiles),
        days=_band(seconds / SECONDS_PER_DAY, ask.percentiles),
        gpu_hours=_band(hours, ask.percentiles),
        tdp_mwh=_band(counted * case.system.gpu_tdp_w / 1e6, ask.percentiles),
        gpu_mwh=_band(gpu_mwh, ask.percentiles),
        it_mwh=_band(it_mwh, ask.percentiles),
        facility_mwh=_band(facility_mwh, ask.percentiles),
        failures_per_day=float(np.median(failures)) * SECONDS_PER_DAY,
        cost_usd=_band(cost, ask.percentiles) if price.any() or ask.usd_per_mwh else None,
        usd_per_gpu_hour=float(np.median(price)),
        assumed=(*_many_tokens(tokens), *assumed, *case.assumed, *local, *told, *given, *words),
    )


def _many_tokens(tokens: float) -> tuple[str, ...]:
    """A word of warning where a budget means more tokens than anyone has trained on."""
    if tokens <= 2.0 * MOST_TOKENS:
        return ()
    return (
        f"{tokens / 1e12:,.0f}e12 tokens: {tokens / MOST_TOKENS:,.0f} times the most that a "
        "published run had; whether so many exist, and what repeating them gives, is not modelled",
    )


def whole_run_row(row: Mapping[str, str]) -> dict[str, str]:
    """The row of a run from start to end: no tuned benchmark, but a production run."""
    return {**row, "source": f"{row.get('source', '')}; whole run".lstrip("; ")}


def what_is_trained(case: Case, ask: RunAsk, catalog: Catalog) -> tuple[float, float, float]:
    """Tokens, model FLOP and loss of what is asked for."""
    given = {"tokens": ask.tokens, "FLOP": ask.flop, "loss": ask.loss}
    said = {k: v for k, v in given.items() if v is not None}
    if len(said) != 1:
        raise InputError(
            "train run: give one of tokens, FLOP and loss"
            + (f", not {' and '.join(said)}." if said else ".")
        )
    name, value = next(iter(said.items()))
    if not 0.0 < value < 1e40:
        raise InputError(f"train run: {name} = {value:g} must be more than zero and below 1e40.")
    per_token = train_flop_per_token(case.shape, case.plan.seq)
    law, parameters = scaling_law(catalog), active_params(case.shape)
    if ask.loss is not None:
        left = ask.loss - float(loss_of(law, parameters, np.inf))
        if left <= 0.0:
            least = float(loss_of(law, parameters, np.inf))
            raise InfeasibleError(
                f"train run: no number of tokens takes {case.shape.name} to a loss of "
                f"{ask.loss:g}: by the scaling law its {parameters / 1e9:,.0f} bn active "
                f"parameters end at {least:.3f} nats per token. A larger model would go lower."
            )
        tokens = float((law.token_factor / left) ** (1.0 / law.token_exponent))
    else:
        tokens = value if name == "tokens" else value / per_token
    return tokens, tokens * per_token, float(loss_of(law, parameters, tokens))


def _work_share(
    case: Case, gpus: int, a: OperationsAssumptions, checkpoint_bytes: float
) -> tuple[Array, Array]:
    """Share of the run's time that counts, and failures of the job per s; (D,) each."""
    rate = node_rate_per_s(a.failures_per_1000_node_days)
    failures = job_rate_per_s(gpus, rate, a.service_factor, a.service_nodes, a.size_exponent)
    share = total_params(case.shape) * checkpoint_bytes / gpus
    stall = a.checkpoint_stall_s + share / (a.checkpoint_gb_s_per_package * 1e9)
    restart = a.restart_base_s + a.restart_s_per_1000_packages * gpus / 1000.0
    inside = synchronous_restart(failures, stall, a.detection_s, restart, a.restart_failure_share)
    return inside.work * (1.0 - a.maintenance_share), failures


def _local_steps(
    every: int, steps: Array, catalog: Catalog, streams: Streams
) -> tuple[Array, tuple[str, ...]]:
    """Steps with the tokens that rare exchanges between sites cost to the same loss, and words."""
    if every <= 1:
        return steps, ()
    fact = catalog.fact("assumptions/training/local_steps_token_factor")
    low, high = fact.distribution.ppf(np.array([0.0, 1.0]))
    words = (
        f"exchanges every {every:,} steps: {fact.value:g} ({low:g} to {high:g}) times the tokens "
        "to the same loss"
    )
    return steps * streams.sample("training-run/local-steps", fact.distribution), (words,)


def _small_run_factor(package_s: float, catalog: Catalog) -> tuple[float, tuple[str, ...]]:
    """Hours of a small run over those that a large run with its steps takes, and what to tell.

    Tuning pays by the size of a run: published small ones took longer, (hours / limit)^-exponent.
    """
    a = catalog.record("assumptions", "training")
    share = package_s / SECONDS_PER_HOUR / a.value("small_run_hours")
    factor = max(MIN_SMALL_SHARE, min(1.0, share)) ** -a.value("small_run_exponent")
    if factor < NOTED:
        return factor, ()
    return factor, (f"{factor:.2f} times the hours, as published runs of this size took",)


def _facility_factor(ask: RunAsk, catalog: Catalog, streams: Streams) -> Array:
    """Energy of the facility over that of the servers, (D,): network and storage, then PUE.

    PUE is the one asked for, or draws of the cooling plant's.
    """
    overhead = catalog.fact("assumptions/conversion/overhead_share").distribution
    beside = 1.0 + streams.sample("training-run/network", overhead)
    if ask.pue is None:
        fact = catalog.fact(f"cooling/{ask.cooling}/pue_annual")
        return beside * streams.sample("training-run/pue", fact.distribution)
    if not 1.0 <= ask.pue <= 5.0:
        raise InputError(f"train run: pue = {ask.pue:g} must be from 1 to 5.")
    return beside * ask.pue


def _counted_hours(hours: Array, ask: RunAsk) -> tuple[Array, Array, tuple[str, ...]]:
    """Package-hours that energy and cost count, the share of them that the model's explain, words.

    Of known hours beyond the model's, the rest are taken as waiting; fewer than these mean packages
    that are busier. Hours of another order than the model's are in another unit, and left out.
    """
    if ask.gpu_hours is None:
        return hours, np.ones_like(hours), ()
    if not 0.0 < ask.gpu_hours < 1e15:
        raise InputError(f"train run: gpu_hours = {ask.gpu_hours:g} must be more than zero.")
    middle = float(np.median(hours))
    if not middle / HOURS_OFF < ask.gpu_hours < middle * HOURS_OFF:
        words = f"the given {ask.gpu_hours:,.6g} package-hours are of another order: not used"
        return hours, np.ones_like(hours), (words,)
    return (
        np.full_like(hours, ask.gpu_hours),
        hours / ask.gpu_hours,
        (f"energy and cost of the {ask.gpu_hours:,.0f} package-hours that are given",),
    )


def _powers_w(
    case: Case, working_w: float, a: OperationsAssumptions, work: Array, busy: Array
) -> tuple[Array, Array]:
    """Mean power over the run of a package alone, and with its share of the server; (D,) each.

    Redone work draws what work draws; it is counted as idle here, as checkpoints and restarts are:
    together they are a few per cent of the time. `busy` is what the model's hours are of those that
    count: the rest waits within the job. Above 1, packages are busier, up to products all the time.
    """
    x = machine_facts(case.system, case.model)
    node = x.node_w * x.node_power
    whole = x.tdp_w + x.node_w
    idle = np.minimum(a.idle_power_share * whole, working_w)
    gpu_idle = np.maximum(idle - node, 0.1 * x.tdp_w)
    gpu = (working_w - node) * work + gpu_idle * (1.0 - work)
    it = working_w * work + idle * (1.0 - work)
    wait, most = x.tdp_w * x.idle_power, x.tdp_w * x.compute_power
    return (
        np.minimum(wait + (gpu - wait) * busy, most),
        np.minimum(wait + node + (it - wait - node) * busy, most + node),
    )


def _band(values: Array, percentiles: tuple[float, float, float]) -> Band:
    low, median, high = np.percentile(values, percentiles)
    return Band(float(low), float(median), float(high))


def run_days(run: TrainingRun) -> str:
    """One line of the run in words."""
    return (
        f"{run.tokens / 1e12:,.2f} T tokens, {run.flop:.2e} FLOP on {run.gpus:,} packages: "
        f"{run.days.median:,.1f} days ({run.days.low:,.1f} to {run.days.high:,.1f}), "
        f"{run.days.median * run.gpus * HOURS_PER_DAY / 1e6:,.2f} m package-hours, "
        f"{run.facility_mwh.median:,.0f} MWh"
    )
