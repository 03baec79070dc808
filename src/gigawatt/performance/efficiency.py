"""What hardware and software reach of their peaks: typed views of the catalog's ``efficiencies``.

Records are named by use and generation: ``step-hopper`` (training), ``serve-blackwell``; what does
not depend on the generation is in ``step-common``, ``serve-common`` and ``power``. Layers use the
central values; the ranges say how well a value is known, and the models' sigma holds what follows from them
for a predicted rate, so that an efficiency is not counted twice as uncertain.
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


@dataclass(frozen=True, slots=True)
class ServeConstants:
    """Serving on one generation of accelerators.

    Attributes
    ----------
    weight_read_share, expert_read_share, kv_read_share : of the memory bandwidth, reached when
        dense weights, experts and the cache are read.
    gemm_share : of the dense peak, in decode products.
    prefill_share, moe_prefill_share : of the dense peak, in prefill products of dense and of
        mixture models.
    mla_gemm_share, prefill_attention_share : of the dense BF16 peak, in attention.
    link_share : of the scale-up bandwidth, in collectives.
    collective_us, collective_growth : latency of a collective on two ranks, and its growth per
        doubling of them.
    network_share, network_us : of the NIC rate, in all-to-all beyond the scale-up domain, and its
        further latency.
    step_us, layer_us, moe_layer_us, mla_layer_us : launches and small kernels per step and layer.
    host_step_us, host_request_us : host's time per step and running request.
    eager_layer_ms : least time per layer of a step that holds prefill tokens.
    interference_share : part of the prefill time by which running requests are held up.
    first_token_ms : time to the first token beside prefill and waiting.
    start_burst_share : of a closed-loop benchmark's clients, in waiting prefills.
    fp4_weight_bytes, moe_fp4_shared_bytes : bytes per weight of FP4 with its scales, and of what a
        mixture model keeps in a higher precision.
    kv_memory_share, reserved_gb : part of the free memory that the cache may fill, and what is
        taken before it.
    most_requests_per_rank : engine's limit of running requests per attention rank.
    dense_sigma_log, moe_sigma_log : standard deviation of ln(true / predicted) throughput.
    """

    weight_read_share: float
    expert_read_share: float
    kv_read_share: float
    gemm_share: float
    prefill_share: float
    moe_prefill_share: float
    mla_gemm_share: float
    prefill_attention_share: float
    link_share: float
    collective_us: float
    collective_growth: float
    network_share: float
    network_us: float
    step_us: float
    layer_us: float
    moe_layer_us: float
    mla_layer_us: float
    host_step_us: float
    host_request_us: float
    eager_layer_ms: float
    interference_share: float
    first_token_ms: float
    start_burst_share: float
    fp4_weight_bytes: float
    moe_fp4_shared_bytes: float
    kv_memory_share: float
    reserved_gb: float
    most_requests_per_rank: float
    dense_sigma_log: float
    moe_sigma_log: float


def load_constants(catalog: Catalog, record_id: str, into: type[T]) -> T:
    """Central values of the record's facts in the dataclass `into` (fields = fact keys).

    Raises
    ------
    InputError : the record or one of its facts is missing; known generations are named.
    """
    record = _record(catalog, record_id)
    return into(**{f.name: record.value(f.name) for f in fields(into)})  # type: ignore[arg-type]


def load_serve_constants(catalog: Catalog, generation: str) -> ServeConstants:
    """Serving constants of a generation: its own facts, else those of ``serve-common``."""
    common, own = _record(catalog, "serve-common"), _record(catalog, f"serve-{generation}")
    facts = {**common.facts, **own.facts}
    missing = [f.name for f in fields(ServeConstants) if f.name not in facts]
    if missing:
        raise InputError(f"{TABLE}/{own.id}: no fact {missing[0]!r}, nor in {common.id}.")
    return ServeConstants(**{f.name: facts[f.name].value for f in fields(ServeConstants)})


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
