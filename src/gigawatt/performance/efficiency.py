"""What hardware and software reach of their peaks: typed views of the catalog's ``efficiencies``.

Records are named by use and generation: ``train-hopper``; what does not depend on the generation is
in ``train-common`` and ``power``. Serving has a table of its own (`inference/fitted.py`). Layers
use the central values; the ranges say how well a value is known, and the models' sigma holds what
follows from them for a predicted rate, so that an efficiency is not counted twice as uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, nearest
from gigawatt.performance.hardware import System

T = TypeVar("T")

TABLE = "efficiencies"


@dataclass(frozen=True, slots=True)
class TrainEfficiency:
    """Training on one generation of accelerators.

    Attributes
    ----------
    gemm_bf16_share, gemm_fp8_share, gemm_fp4_share : of the dense peak of the precision, in large
        matrix products, with what quantising costs.
    attention_share : of the dense BF16 peak, in causal attention (causal FLOP count).
    moe_host_ms : time the host needs per mixture layer and microbatch, forward and backward.
    tp_exposed_share, dp_exposed_share, all_to_all_exposed_share : part of the communication that
        computing does not hide.
    fixed_step_ms : time per step that depends on nothing here.
    dense_sigma_log, moe_sigma_log : standard deviation of ln(true / predicted) throughput.
    """

    gemm_bf16_share: float
    gemm_fp8_share: float
    gemm_fp4_share: float
    attention_share: float
    moe_host_ms: float
    tp_exposed_share: float
    dp_exposed_share: float
    all_to_all_exposed_share: float
    fixed_step_ms: float
    dense_sigma_log: float
    moe_sigma_log: float


@dataclass(frozen=True, slots=True)
class TrainCommon:
    """Training constants that do not depend on the generation.

    Attributes
    ----------
    hbm_share, scaleup_share, scaleout_share : reached of the memory's and links' bandwidth.
    collective_latency_us : of one collective per doubling of its ranks.
    expert_half_tokens : tokens of one expert at which its products run at half their efficiency.
    norm_passes, activation_passes, permute_passes : times that BF16 values cross the memory per
        layer, forward and backward: hidden values, feed-forward values, routed hidden values.
    quantise_bytes : memory traffic per value that enters a product in FP8 or FP4.
    logit_bytes : memory traffic per logit of the loss.
    gradient_bytes, optimizer_bytes : per parameter and step, over the network and to the memory.
    pipeline_exposed_share : part of the sends between stages that computing does not hide.
    stage_imbalance_share : extra of the slowest stage where layers do not divide evenly.
    weight_memory_bytes, optimizer_memory_bytes : per parameter, kept by every data-parallel rank,
        and shared among them.
    memory_share : part of the memory that a job may fill.
    checkpoint_bytes_per_param : of a full checkpoint.
    announced_sigma_log : added in quadrature for systems that have not been released.
    """

    hbm_share: float
    scaleup_share: float
    scaleout_share: float
    collective_latency_us: float
    expert_half_tokens: float
    norm_passes: float
    activation_passes: float
    permute_passes: float
    quantise_bytes: float
    logit_bytes: float
    gradient_bytes: float
    optimizer_bytes: float
    pipeline_exposed_share: float
    stage_imbalance_share: float
    weight_memory_bytes: float
    optimizer_memory_bytes: float
    memory_share: float
    checkpoint_bytes_per_param: float
    announced_sigma_log: float


@dataclass(frozen=True, slots=True)
class PowerShares:
    """Draw of a package with its share of the node, as shares of the node's maximum per package.

    Attributes
    ----------
    train_compute_share, train_communication_share, idle_share : phases of a training step.
    serve_decode_share, serve_prefill_share : phases of serving.
    """

    train_compute_share: float
    train_communication_share: float
    idle_share: float
    serve_decode_share: float
    serve_prefill_share: float


def load_constants(catalog: Catalog, record_id: str, into: type[T]) -> T:
    """Central values of the record's facts in the dataclass `into` (fields = fact keys).

    Raises
    ------
    InputError : the record or one of its facts is missing; known generations are named.
    """
    record = _record(catalog, record_id)
    return into(**{f.name: record.value(f.name) for f in fields(into)})  # type: ignore[arg-type]


def calibrated_month(catalog: Catalog, use: str, generation: str) -> str:
    """Month of the software that the efficiencies hold for ("2026-08"); "" for a forecast."""
    return _record(catalog, f"{use}-{generation}").text("calibrated")


def peak_flops(system: System, precision: str) -> float:
    """Dense peak of a precision in FLOP/s.

    Raises
    ------
    InputError : the system does not support the precision, or no such precision is known.
    """
    peaks = {
        "bf16": system.bf16_tflops,
        "fp8": system.fp8_tflops,
        "fp4": system.fp4_tflops,
    }
    if precision not in peaks:
        hint = nearest(precision, peaks)
        did = f" Did you mean {hint!r}?" if hint else ""
        raise InputError(f"Unknown precision {precision!r}.{did} Known: {', '.join(peaks)}.")
    if peaks[precision] <= 0.0:
        held = ", ".join(p for p in peaks if peaks[p] > 0.0)
        raise InputError(f"{system.id} does not support precision {precision!r}. It has: {held}.")
    return peaks[precision] * 1e12


def _record(catalog: Catalog, record_id: str) -> Record:
    table = catalog.records.get(TABLE, {})
    if record_id in table:
        return table[record_id]
    use, _, generation = record_id.partition("-")
    known = [r.partition("-")[2] for r in table if r.startswith(f"{use}-")]
    known = [k for k in known if k != "common"]
    raise InputError(
        f"No {use} efficiencies for generation {generation!r}. Known: {', '.join(sorted(known))}."
    )
