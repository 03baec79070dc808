"""Which published rows are left out or repaired for fitting and scoring, and by what rule.

The rules look at inputs and measured columns; predictions never do. Rules of kind "row" follow from
the row itself, those of kind "run" were set after residuals had shown a run to be limited by
something else than what is modelled: scores are given with and without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gigawatt.performance.inference.build import peak
from gigawatt.performance.inference.counts import counts_of
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.tables import Situation, number

Row = Mapping[str, str]
MOST_PEAK_SHARE = 0.7

RULES: dict[str, tuple[str, str]] = {
    "clients-label": (
        "row",
        "vLLM 0.11.2 with gpt-oss on H100 at 512 clients: the label is the client limit, not the "
        "batch; TTFT over output times TPOT is that of 4 to 64 clients",
    ),
    "above-peak": (
        "row",
        "implied products above 0.7 of the GPUs' dense peak: prefixes were reused, or a label is "
        "wrong",
    ),
    "twice": ("row", "same numbers under DeepSeek-R1 and DeepSeek-V3: kept once"),
    "drafted": ("row", "likely_mtp: speculation with an unknown draft, used to check it only"),
    "undeclared": (
        "row",
        "speculation unknown, and more than 15 % faster than a row of the same model, system, "
        "engine and precision with no more clients, no fewer GPUs, no longer prompts, no shorter "
        "answers and no older software: presumably speculation",
    ),
    "does-not-fit": ("row", "weights and one request exceed the memory under the labels given"),
    "trtllm-1.3.0rc": (
        "run",
        "TensorRT-LLM 1.3.0rc1 and rc5, March 2026: TPOT flat in batch and GPUs",
    ),
    "vllm-0.12.0": (
        "run",
        "vLLM 0.12.0 with Qwen3-235B on H200: TPOT of 34 to 58 ms that hardly depends on batch and "
        "lengths, two to three times SGLang's on the same GPUs; presumably kernels without tuned "
        "tiles",
    ),
    "b300-deepseek": (
        "run",
        "DeepSeek FP8 on B300 with SGLang 0.5.10: three to five times slower than on B200",
    ),
}
REPAIR = (
    "GPUs are max(tp x dp, moe_tp x moe_ep): rows with tp 1 or 2 and more expert ranks are "
    "attention data parallel, `gpus` counts too few"
)
TTFT_RULES: dict[str, str] = {
    "sglang-2025-11": "SGLang DeepSeek of November 2025 at 32 clients and more: 7 to 9 s at any "
    "load, presumably compilation",
    "batch-limit": "gpt-oss of TensorRT-LLM's development branch on one GPU at 64 clients and "
    "Llama 8B of SGLang at 512: waiting of an unrecorded batch limit",
}


def rules_of(rows: Sequence[Row], situations: Sequence[Situation | None]) -> list[str]:
    """Rule by which each row is left out; "" where it is kept."""
    seen: set[tuple[str, ...]] = set()
    out = []
    for row, situation in zip(rows, situations, strict=True):
        rule = "does-not-fit" if situation is None else _rule(row, situation)
        key = tuple(row.get(k, "") for k in _SAME)
        if key in seen and not rule:
            rule = "twice"
        seen.add(key)
        out.append(rule)
    for i in _undeclared(rows, situations, out):
        out[i] = "undeclared"
    return out


FASTER = 0.85
SAME_MONTHS = 0.05


def _undeclared(
    rows: Sequence[Row], situations: Sequence[Situation | None], rules: Sequence[str]
) -> list[int]:
    """Rows of unknown speculation that are faster than a lighter load on more packages."""
    groups: dict[tuple[str, ...], list[tuple[int, float, Situation]]] = {}
    for i, (row, s) in enumerate(zip(rows, situations, strict=True)):
        if s is not None and not rules[i] and s.speculation == "unknown":
            key = (s.shape.id, s.system.id, s.plan.engine, s.plan.precision)
            groups.setdefault(key, []).append((i, number(row, "tpot_ms", 0.0), s))
    return [
        i
        for group in groups.values()
        for i, tpot, s in group
        if any(tpot < FASTER * other and _lighter(o, s) for _, other, o in group if o is not s)
    ]


def _lighter(one: Situation, other: Situation) -> bool:
    """Whether nothing of the first makes it slower than the second."""
    return (
        one.clients <= other.clients
        and one.packages >= other.packages
        and one.input_tokens <= other.input_tokens
        and one.output_tokens >= other.output_tokens
        and one.months >= other.months - SAME_MONTHS
    )


_SAME = (
    "gpu", "backend", "backend_version", "precision", "isl", "osl", "concurrency", "tp", "dp",
    "moe_ep", "ttft_ms", "tpot_ms",
)  # fmt: skip


def _rule(row: Row, s: Situation) -> str:
    version = row.get("backend_version", "")
    if version == "0.11.2" and s.shape.id.startswith("gpt-oss") and s.clients == 512:
        return "clients-label"
    if version in ("1.3.0rc1", "1.3.0rc5"):
        return "trtllm-1.3.0rc"
    if s.shape.id == "deepseek-v3" and s.system.id == "b300-sxm" and s.plan.engine == "sglang":
        return "b300-deepseek"
    if version == "0.12.0" and s.shape.id == "qwen3-235b-a22b":
        return "vllm-0.12.0"
    if s.speculation == "mtp":
        return "drafted"
    return "above-peak" if peak_share(row, s) > MOST_PEAK_SHARE else ""


def peak_share(row: Row, s: Situation) -> float:
    """Share of the GPUs' dense peak that a row's measured speed implies."""
    ttft, tpot = number(row, "ttft_ms", 0.0) / 1e3, number(row, "tpot_ms", 0.0) / 1e3
    scheme = scheme_of(s.shape, s.system, s.plan)
    rate = s.clients * (s.input_tokens + s.output_tokens) / (ttft + s.output_tokens * tpot)
    flops = rate * 2.0 * counts_of(s.shape).active_params
    return flops / (s.packages * peak(s.system, scheme.ffn_math))


def ttft_rule(row: Row, s: Situation) -> str:
    """Rule by which a row's TTFT is left out; "" where it is kept."""
    version = row.get("backend_version", "")
    if s.plan.engine == "sglang" and s.shape.id == "deepseek-v3" and not version:
        return "sglang-2025-11" if s.clients >= 32 else ""
    if version == "gpt-oss-dev" and s.packages == 1 and s.clients == 64:
        return "batch-limit"
    if s.shape.id == "llama-3.1-8b" and s.plan.engine == "sglang" and s.clients == 512:
        return "batch-limit"
    return ""
