"""Precision as engines run it: a scheme of storage and products, not a number of bits.

Per-tensor FP8, block FP8, NVFP4, MXFP4 on hardware without FP4 (stored in FP4, multiplied in BF16)
and INT4 differ several times in what they reach. The scheme follows from the model, the precision
asked for, and the hardware. What checkpoints keep in higher precision is told apart by part:
attention, feed-forward (shared experts too), routed experts, output layer (BF16 always).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gigawatt.errors import InputError, nearest
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.plan import ServingPlan
from gigawatt.performance.names import BITS, Format, parse_precision
from gigawatt.performance.shapes import ModelShape

FP4_BYTES = 0.5625  # four bits and an eight-bit scale for every 16 weights
MXFP4_BYTES = 0.53125  # for every 32
BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": FP4_BYTES}
TAKEN_AS: dict[str, str] = {
    Format.INT8: "fp8",
    Format.FP32: "bf16",
    Format.TF32: "bf16",
}  # formats without rows


@dataclass(frozen=True, slots=True)
class Scheme:
    """Bytes per weight and precision of the products, by part of the model.

    Attributes
    ----------
    id : "bf16", "fp8", "fp8-block", "nvfp4", "nvfp4-moe", "mxfp4", "mxfp4-bf16", "int4".
    attention_bytes, ffn_bytes, expert_bytes : per weight.
    attention_math, ffn_math, expert_math : precision of the products ("bf16", "fp8", "fp4").
    kv_bytes : per number of the cache.
    """

    id: str
    attention_bytes: float
    ffn_bytes: float
    expert_bytes: float
    attention_math: str
    ffn_math: str
    expert_math: str
    kv_bytes: float


def scheme_of(shape: ModelShape, system: System, plan: ServingPlan) -> Scheme:
    """Scheme that a model runs in on a system under a plan.

    Raises
    ------
    InputError : unknown precision.
    """
    kv = BYTES[plan.kv_precision] if plan.kv_precision else kv_bytes(shape, plan)
    precision = plan.precision
    if shape.native_precision == "mxfp4" and shape.is_moe and precision in ("fp4", "fp8"):
        math, name = ("fp8", "mxfp4") if system.fp4_tflops > 0.0 else ("bf16", "mxfp4-bf16")
        return Scheme(name, 2.0, 2.0, MXFP4_BYTES, "bf16", "bf16", math, kv)
    if precision == "bf16":
        return Scheme("bf16", 2.0, 2.0, 2.0, "bf16", "bf16", "bf16", kv)
    if precision == "int4":
        return Scheme("int4", 2.0, 2.0, FP4_BYTES, "bf16", "bf16", "bf16", kv)
    if precision == "fp8":
        return _fp8(shape, system, plan, kv)
    if precision == "fp4":
        return _fp4(shape, system, kv)
    hint = nearest(precision, (*BYTES, "int4"))
    did = f" Did you mean {hint!r}?" if hint else ""
    raise InputError(f"Unknown precision {precision!r}.{did} Known: bf16, fp8, fp4, int4.")


def _fp8(shape: ModelShape, system: System, plan: ServingPlan, kv: float) -> Scheme:
    if system.fp8_tflops <= 0.0:  # eight bits are stored alone
        return Scheme("fp8", 1.0, 1.0, 1.0, "bf16", "bf16", "bf16", kv)
    name = "fp8-block" if in_blocks(shape, plan.engine) else "fp8"
    return Scheme(name, 1.0, 1.0, 1.0, "fp8", "fp8", "fp8", kv)


def _fp4(shape: ModelShape, system: System, kv: float) -> Scheme:
    math = "fp4" if system.fp4_tflops > 0.0 else "bf16"
    name = "nvfp4-moe" if shape.is_moe else "nvfp4"
    if shape.is_moe and not fp4_attention(shape):
        return Scheme(name, 2.0, FP4_BYTES, FP4_BYTES, "bf16", math, math, kv)
    return Scheme(name, FP4_BYTES, FP4_BYTES, FP4_BYTES, math, math, math, kv)


def fp4_attention(shape: ModelShape) -> bool:
    """Whether the published FP4 checkpoint of a mixture has attention in FP4 too.

    Those of Qwen3 leave out the output layer and the routers alone (`hf_quant_config.json` of
    nvidia/Qwen3-235B-A22B-NVFP4); those of DeepSeek, GLM, Kimi, MiniMax, Qwen3.5 attention too.
    """
    return shape.id.startswith("qwen3-") and shape.attention == "gqa" and not shape.linear_layers


def in_blocks(shape: ModelShape, engine: str) -> bool:
    """Whether FP8 weights are scaled by blocks rather than by tensor.

    Published FP8 checkpoints of mixtures are; TensorRT-LLM quantises mixtures other than those with
    latent attention by tensor, as dense models are everywhere.
    """
    return shape.is_moe and (shape.attention == "mla" or engine != "trtllm")


def kv_bytes(shape: ModelShape, plan: ServingPlan) -> float:
    """Bytes per cached number where a plan does not say."""
    return BYTES[customary_kv(shape, plan.engine, plan.precision)]


def customary_kv(
    shape: ModelShape, engine: str, precision: str, tuned: bool = True, packed: bool = False
) -> str:
    """Precision of the cache that engines are customarily started with.

    BF16 with BF16 and INT4 weights, and for hybrids with linear layers; FP8 with TensorRT-LLM, with
    checkpoints that carry scales for the cache (`packed`) and in tuned recipes; BF16, the default
    of vLLM and SGLang, otherwise.
    """
    if precision in ("bf16", "int4") or shape.linear_layers or shape.native_precision == "int4":
        return "bf16"
    return "fp8" if engine == "trtllm" or packed or tuned else "bf16"


_NAMED = re.compile(
    r"(?<![a-z0-9])(nvfp4|mxfp4|fp4|fp8|w4a16|w8a8|int4|int8|awq|gptq|bf16)(?![0-9])", re.I
)


def named_precision(model: str) -> str:
    """Precision that the name of a checkpoint tells ("nvidia/DeepSeek-R1-FP4"); "" if none."""
    found = _NAMED.findall(model.rsplit("/", maxsplit=1)[-1])
    return str(found[-1]).lower() if found else ""


def precision_of(text: str, shape: ModelShape, system: System, assumed: list[str]) -> str:
    """Precision that a text names ("FP8", "NVFP4", "w4a16"), as plans write it.

    Raises
    ------
    InputError : no known format.
    """
    if system.bf16_tflops <= 0.0 < system.fp8_tflops:
        assumed.append(f"BF16 at half of the FP8 rate: none of {system.id} is public")
    if not text.strip():
        native = TAKEN_AS.get(shape.native_precision, shape.native_precision)
        chosen = "fp4" if "fp4" in native else native if native in ("fp8", "int4") else "bf16"
        assumed.append(f"precision {chosen}, that of the checkpoint")
        return chosen
    weights = parse_precision(text, system).weights
    bits = BITS[weights]
    if 5.0 < bits < 9.0 and system.fp8_tflops <= 0.0:
        assumed.append(f"eight bits stored, products in BF16: {system.id} has no FP8")
    elif weights in TAKEN_AS:
        assumed.append(f"{weights.value} taken as {TAKEN_AS[weights]}")
    elif bits < 5.0 and weights is not Format.INT4 and system.fp4_tflops <= 0.0:
        assumed.append(f"four bits stored, products in BF16: {system.id} has no FP4")
    if weights is Format.INT4:
        return "int4"
    return "bf16" if bits > 9.0 else "fp8" if bits > 5.0 else "fp4"
