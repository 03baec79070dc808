"""Numbers that the formulas of a step need of a model and of a machine, as flat tuples of floats.

The formulas are plain Python on floats; a batch of plans runs the same code compiled. Both take
these tuples. Constants come from the catalog (``efficiencies/step-common`` and
``efficiencies/step-<generation>``); what is fitted there, and on which rows, says its note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError
from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import (
    ModelShape,
    dense_ffn_params,
    expert_params,
    layers_by_window,
    mixer_params,
    moe_layers,
    query_dim,
    shared_expert_params,
    value_dim,
)

TABLE = "efficiencies"
COMMON = "step-common"


class Shape(NamedTuple):
    """A model, with widths of one layer's products; counts and widths are floats.

    ``q``, ``k``, ``v``, ``o_in`` : projected widths of queries, keys, values, and of the output
    projection's input; ``d_qk``, ``d_v`` : of one head. ``mtp`` : multi-token-prediction layers,
    which count as layers of the usual kind. ``windowed`` : share of layers with a window.
    ``apart`` : whether biases and clamps keep kernels apart (`layer.apart_s`).
    ``mixer`` : weights that mix tokens over those of as many layers of plain attention (gates,
    indexers, linear layers). ``expert_hidden`` : width that routed experts work in. Where only some
    layers have a feed-forward part, ``ffn`` is the mean width.
    """

    layers: float
    moe_layers: float
    mtp: float
    hidden: float
    heads: float
    kv_heads: float
    d_qk: float
    d_v: float
    vocab: float
    ffn: float
    matrices: float
    experts: float
    shared: float
    top_k: float
    expert_ffn: float
    mla: float
    q_lora: float
    kv_lora: float
    rope: float
    nope: float
    tied: float
    window: float
    windowed: float
    attention_params: float
    dense_ffn_params: float
    expert_params: float
    apart: float
    mixer: float
    expert_hidden: float


def shape_facts(shape: ModelShape) -> Shape:
    """Flat facts of a model.

    Raises
    ------
    InputError : the architecture has parts that are not modelled; the message names them.
    """
    if shape.unsupported:
        raise InputError(
            f"{shape.id}: training is not modelled for {', '.join(shape.unsupported)}."
        )
    full, _ = layers_by_window(shape)
    plain = shape.layers - moe_layers(shape)
    ffn_share = shape.dense_layers / plain if plain else 1.0
    width = shape.heads * query_dim(shape)  # a linear layer's state, as a window of equal work
    window = shape.sliding_window or 2.0 * shape.linear_state / width
    return Shape(
        layers=float(shape.layers),
        moe_layers=float(moe_layers(shape)),
        mtp=float(shape.mtp_layers),
        hidden=float(shape.hidden),
        heads=float(shape.heads),
        kv_heads=float(shape.kv_heads),
        d_qk=float(query_dim(shape)),
        d_v=float(value_dim(shape)),
        vocab=float(shape.vocab),
        ffn=shape.dense_ffn * ffn_share,
        matrices=float(shape.ffn_matrices),
        experts=float(shape.experts),
        shared=shared_expert_params(shape) / max(1.0, expert_params(shape)),
        top_k=float(shape.top_k),
        expert_ffn=float(shape.expert_ffn),
        mla=1.0 if shape.attention == "mla" else 0.0,
        q_lora=float(shape.q_lora_rank),
        kv_lora=float(shape.kv_lora_rank),
        rope=float(shape.qk_rope_dim),
        nope=float(shape.qk_nope_dim),
        tied=1.0 if shape.tied_embeddings else 0.0,
        window=float(window),
        windowed=1.0 - full / shape.layers,
        attention_params=mixer_params(shape) / shape.layers,
        dense_ffn_params=dense_ffn_params(shape) * ffn_share,
        expert_params=expert_params(shape),
        apart=1.0 if shape.kernels_apart else 0.0,
        mixer=mixer_params(shape) / shape.layers / _plain_projections(shape),
        expert_hidden=float(shape.expert_hidden or shape.hidden),
    )


def _plain_projections(shape: ModelShape) -> float:
    """Weights of the products that `layer.projections_s` has for one layer."""
    heads, d_qk, d_v = shape.heads, query_dim(shape), value_dim(shape)
    if shape.attention != "mla":
        wide = heads * d_qk + shape.kv_heads * (d_qk + d_v)
        return float(shape.hidden * (wide + heads * d_v))
    queries = shape.hidden * heads * d_qk
    if shape.q_lora_rank:
        queries = shape.q_lora_rank * (shape.hidden + heads * d_qk)
    latent = shape.hidden * (shape.kv_lora_rank + shape.qk_rope_dim)
    up = shape.kv_lora_rank * heads * (shape.qk_nope_dim + d_v)
    return float(queries + latent + up + heads * d_v * shape.hidden)


class Machine(NamedTuple):
    """A system with what software reaches of it. Rates in FLOP/s and bytes/s, times in s.

    ``rate_<precision>`` : reached in large products; ``attention`` : reached by fused attention
    (causal FLOP); ``plain_gemm``, ``plain_attention`` : factors on their time under a plain stack.
    ``hbm``, ``nvlink``, ``nic`` : reached bandwidths, links one way per GPU; ``domain`` : GPUs of
    one scale-up domain.
    Other names are those of the catalog's facts (`efficiencies.steps.toml` says each).
    """

    rate_bf16: float
    rate_fp8: float
    rate_fp8_block: float
    rate_mxfp8: float
    rate_nvfp4: float
    plain_gemm: float
    plain_attention: float
    attention: float
    peak_bf16: float
    hbm: float
    nvlink: float
    nic: float
    domain: float
    host_link: float
    sms: float
    hbm_gib: float
    tdp_w: float
    node_w: float
    moe_host: float
    moe_host_partial: float
    moe_host_static: float
    moe_host_full: float
    dense_host: float
    dense_trend: float
    experts_trend: float
    mature_month: float
    production: float
    production_2021: float
    dense_trend_months: float
    experts_trend_months: float
    experts_trend_width: float
    dense_sigma: float
    moe_sigma: float
    bf16_sigma: float
    fp4_sigma: float
    plain_sigma: float
    production_sigma: float
    forecast_sigma: float
    k0: float
    wave: float
    expert_half: float
    launch: float
    latency: float
    attention_tokens: float
    attention_backward: float
    unfused_share: float
    tp_exposed: float
    cp_exposed: float
    a2a_exposed: float
    a2a_nic_exposed: float
    pp_exposed: float
    dp_exposed: float
    fsdp_bus: float
    fsdp_power: float
    fsdp_rest: float
    zero3_bus: float
    zero3_power: float
    permute_passes: float
    permute_unfused: float
    moe_host_power: float
    quantise_bytes: float
    logit_bytes: float
    optimizer_bytes: float
    fixed: float
    fixed_untuned: float
    imbalance_share: float
    reserved_gib: float
    memory_share: float
    compute_power: float
    memory_power: float
    communication_power: float
    idle_power: float
    node_power: float


@dataclass(frozen=True, slots=True)
class TrainModel:
    """Constants of the training model for one generation, by the names of the catalog's facts.

    `calibrated`, `trend_until` : months; `packages` : systems whose rows were used;
    `wide_exponentials` : systems with more units for exponentials, which attention waits for.
    """

    generation: str
    values: dict[str, float]
    calibrated: str
    trend_until: str
    packages: str = ""
    wide_exponentials: str = ""


def load_train_model(catalog: Catalog, generation: str) -> TrainModel:
    """Constants of a generation: its own facts, then those common to all.

    Raises
    ------
    InputError : no constants for the generation; the message names the known ones.
    """
    table = catalog.records.get(TABLE, {})
    own = table.get(f"step-{generation}")
    if own is None:
        known = sorted(r.removeprefix("step-") for r in table if r.startswith("step-"))
        known.remove("common")
        raise InputError(
            f"No training constants for generation {generation!r}. Known: {', '.join(known)}."
        )
    values = {**_values(table[COMMON]), **_values(own)}
    calibrated = own.text("calibrated")
    return TrainModel(
        generation,
        values,
        calibrated,
        own.text("trend_until", calibrated),
        own.text("calibrated_packages", ""),
        own.text("wide_exponential_packages", ""),
    )


def _values(record: Record) -> dict[str, float]:
    return {key: fact.value for key, fact in record.facts.items()}


def months_since_2000(text: str) -> float:
    """Months from January 2000 of "2026-08" or "26.08"; 0 for an empty text."""
    if not text:
        return 0.0
    year, month = text.replace(".", "-").split("-")[:2]
    return (int(year) % 2000) * 12.0 + int(month) - 1.0


def machine_facts(system: System, model: TrainModel) -> Machine:
    """Flat facts of a system with the constants of its generation.

    A missing link speed is taken as the other one's.

    Raises
    ------
    InputError : the system has no memory, no BF16 rate or no link speed.
    """
    c = model.values
    nic_gb_s = system.scaleout_gbit_s / 8.0 or system.scaleup_gb_s
    if min(system.bf16_tflops, system.hbm_tb_s, system.hbm_gb, nic_gb_s) <= 0.0:
        raise InputError(
            f"{system.id}: training needs its BF16 rate, memory size and bandwidth, and the speed "
            "of a link; one of them is not public."
        )
    rates = {
        "bf16": _reached(system, system.bf16_tflops, c, "bf16"),
        "fp8": _reached(system, system.fp8_tflops, c, "fp8"),
        "fp8_block": _reached(system, system.fp8_tflops, c, "fp8_block"),
        "mxfp8": _reached(system, system.fp8_tflops, c, "mxfp8"),
        "nvfp4": _reached(system, system.fp4_tflops, c, "fp4"),
    }
    us, ms = 1e-6, 1e-3
    node_w = system.system_power_kw * 1e3 / max(1, system.system_packages)
    derived = {
        "plain_gemm": c["plain_gemm_factor"],
        "plain_attention": c["plain_attention_factor"],
        "attention": _attention_share(system, model) * system.bf16_tflops * 1e12,
        "peak_bf16": system.bf16_tflops * 1e12,
        "hbm": system.hbm_tb_s * 1e12 * c["hbm_share"],
        "nvlink": (system.scaleup_gb_s or nic_gb_s) * 1e9 * c["scaleup_share"],
        "nic": nic_gb_s * 1e9 * c["scaleout_share"],
        "domain": float(max(1, system.scaleup_packages)),
        "host_link": c[_host_link(system, c)] * 1e9,
        "hbm_gib": system.hbm_gb * _GIB_PER_GB,
        "tdp_w": system.gpu_tdp_w,
        "node_w": max(0.0, node_w - system.gpu_tdp_w),
        "moe_host": c["moe_host_ms"] * ms,
        "dense_host": c["dense_host_ms"] * ms,
        "launch": c["launch_us"] * us,
        "latency": c["collective_latency_us"] * us,
        "mature_month": months_since_2000(model.trend_until),
        "production": c["production_factor"],
        "production_2021": c["production_2021_factor"],
        "forecast_sigma": _forecast_sigma(system, model),
        "fixed": c["fixed_step_ms"] * ms,
        "fixed_untuned": c["fixed_step_untuned_ms"] * ms,
    }
    derived.update({f"rate_{name}": rate for name, rate in rates.items()})
    named = {name: derived[name] if name in derived else c[name] for name in Machine._fields}
    return Machine(**named)


def _attention_share(system: System, model: TrainModel) -> float:
    """Share of the BF16 peak that fused attention reaches.

    Attention computes an exponential for every score. On Blackwell these units bind as much as the
    products do; packages with twice as many reach more.
    """
    share = model.values["attention_share"]
    if system.id in model.wide_exponentials.split():
        return share * model.values["wide_exponential_factor"]
    return share


def _forecast_sigma(system: System, model: TrainModel) -> float:
    """Further standard deviation of ln(time): not released, or no row of the package itself."""
    if not (system.released and model.calibrated):
        return model.values["forecast_sigma_log"]
    known = model.packages.split()
    return model.values["other_package_sigma"] if known and system.id not in known else 0.0


_GIB_PER_GB = 1.0  # makers' gigabytes of HBM are binary: an "80 GB" package holds 80 GiB


def _host_link(system: System, c: dict[str, float]) -> str:
    """Fact that holds the link to the host: racks join processors and accelerators closely."""
    rack = system.scaleup_packages > 8 and "rack_host_link_gb_s" in c
    return "rack_host_link_gb_s" if rack else "host_link_gb_s"


def _reached(system: System, peak_tflops: float, c: dict[str, float], precision: str) -> float:
    """FLOP/s reached in large products.

    Packages of one generation reach rates that differ less than their peaks: power and memory are
    closer. The rate grows with the peak over that of the calibration to `peak_exponent`. Where
    products run at the limit of power (a generation with `reference_tdp_w`), packages of one die
    differ by the clock that their power sustains, to `power_exponent`, and by what the peak has
    beyond the BF16 peak's own ratio (wider units of a format). Never more than `most_of_peak`.
    """
    key = "fp8" if precision == "mxfp8" else precision.split("_", maxsplit=1)[0]
    reference = c.get(f"peak_{key}_tflops", peak_tflops)
    if peak_tflops <= 0.0 or reference <= 0.0:
        return 0.0
    ratio = peak_tflops / reference
    clock = 1.0
    if "reference_tdp_w" in c and system.gpu_tdp_w > 0.0:
        clock = (system.gpu_tdp_w / c["reference_tdp_w"]) ** c["power_exponent"]
        ratio *= c["peak_bf16_tflops"] / system.bf16_tflops
    scaled = reference * clock * ratio ** c["peak_exponent"]
    return float(min(c[f"gemm_{precision}_share"] * scaled, c["most_of_peak"] * peak_tflops) * 1e12)
