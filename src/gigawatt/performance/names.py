"""Free text of published tables to names: GPU and precision. The rules, in order.

GPU: a number of packages ("8x") is left out; text in brackets and words of capacity ("80GB") and
power ("1100W") are read apart; then the
longest known name that the text holds counts (`_GPUS`). A capacity chooses between variants of one
name; watts, where they are written, replace the package's design power.

Precision: of several formats the narrowest counts, pieces about cache and attention apart, with its
granularity: "current scaling", "CS", "per
tensor" are one scale per tensor; "block", "sub-channel", "128x128", "DeepSeek" are blocks; "MX",
"32x32", "1x32" are MXFP8 (or MXFP4). Plain "FP8" is one scale per tensor, plain "FP4" is NVFP4 on
NVIDIA systems and MXFP4 on others. "w4a16" and alike give weights and activations apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, nearest
from gigawatt.performance import hardware
from gigawatt.performance.hardware import HeldSystems, System, system_from_record, system_records


class Format(StrEnum):
    """Number format of matrix products, with the granularity of its scales."""

    FP32 = "fp32"
    TF32 = "tf32"
    FP16 = "fp16"
    BF16 = "bf16"
    FP8 = "fp8"  # one scale per tensor
    FP8_BLOCK = "fp8-block"  # 128 x 128 blocks
    MXFP8 = "mxfp8"  # groups of 32
    MXFP4 = "mxfp4"
    NVFP4 = "nvfp4"
    INT8 = "int8"
    INT4 = "int4"


BITS: Mapping[Format, float] = {
    Format.FP32: 32.0,
    Format.TF32: 32.0,
    Format.FP16: 16.0,
    Format.BF16: 16.0,
    Format.FP8: 8.0,
    Format.FP8_BLOCK: 8.0,
    Format.MXFP8: 8.25,  # an 8-bit scale for 32 values
    Format.MXFP4: 4.25,
    Format.NVFP4: 4.5,  # an 8-bit scale for 16 values
    Format.INT8: 8.0,
    Format.INT4: 4.25,  # a 16-bit scale for groups of 64 to 128
}


@dataclass(frozen=True, slots=True)
class PrecisionChoice:
    """What a text says of precision.

    Attributes
    ----------
    weights : format that weights are kept in (serving) or multiplied in (training).
    compute : format of the products.
    kv : format of the cache where the text says so, else None.
    attention : format of attention where the text says so, else None.
    text : as written.
    """

    weights: Format
    compute: Format
    kv: Format | None
    attention: Format | None
    text: str


@dataclass(frozen=True, slots=True)
class GpuChoice:
    """What a text says of the accelerator.

    Attributes
    ----------
    system : of the catalog.
    watts : package power that the text names, 0 if none.
    assumed : what was filled in, in words; empty if the text was plain.
    """

    system: System
    watts: float
    assumed: str


# name that a text may hold → id by capacity in GB (0: any)
_GPUS: dict[str, dict[int, str]] = {
    "a100": {0: "a100-sxm-80g", 40: "a100-sxm-40g", 80: "a100-sxm-80g"},
    "a100pcie": {0: "a100-pcie-80g", 40: "a100-pcie-40g", 80: "a100-pcie-80g"},
    "a800": {0: "a800-sxm-80g"},
    "v100": {0: "v100-sxm2-32g", 16: "v100-sxm2-16g", 32: "v100-sxm2-32g"},
    "l40s": {0: "l40s"},
    "h100": {0: "h100-sxm"},
    "h100pcie": {0: "h100-pcie"},
    "h100nvl": {0: "h100-pcie"},
    "h800": {0: "h800"},
    "h20": {0: "h20-sxm"},
    "h200": {0: "h200-sxm"},
    "h200nvl": {0: "h200-nvl"},
    "gh200": {0: "gh200"},
    "rtxpro6000": {0: "rtx-pro-6000"},
    "b200": {0: "b200-sxm"},
    "hgxb200": {0: "b200-sxm"},
    "b300": {0: "b300-sxm"},
    "gb200": {0: "gb200-nvl72"},
    "gb200nvl72": {0: "gb200-nvl72"},
    "gb200nvl4": {0: "gb200-nvl4"},
    "gb300": {0: "gb300-nvl72"},
    "gb300nvl72": {0: "gb300-nvl72"},
    "verarubin": {0: "vr200-nvl72"},
    "vr200": {0: "vr200-nvl72"},
    "vr300": {0: "vr200-nvl72"},
    "vr": {0: "vr200-nvl72"},
    "vrnvl72": {0: "vr200-nvl72"},
    "vrnvl144": {0: "vr200-nvl72"},
    "rubin": {0: "vr200-nvl72"},
    "r100": {0: "vr200-nvl72"},
    "r200": {0: "vr200-nvl72"},
    "rubinultra": {0: "rubin-ultra-nvl144"},
    "mi250x": {0: "mi250x"},
    "mi250": {0: "mi250x"},
    "mi300x": {0: "mi300x"},
    "mi325x": {0: "mi325x"},
    "mi350x": {0: "mi355x"},
    "mi355x": {0: "mi355x"},
    "mi455x": {0: "mi455x-helios"},
    "mi450": {0: "mi455x-helios"},
    "helios": {0: "mi455x-helios"},
    "tpuv4": {0: "tpu-v4"},
    "tpuv5e": {0: "tpu-v5e"},
    "tpuv5p": {0: "tpu-v5p"},
    "tpuv6e": {0: "tpu-v6e"},
    "trillium": {0: "tpu-v6e"},
    "tpu7x": {0: "tpu7x"},
    "tpuv7": {0: "tpu7x"},
    "ironwood": {0: "tpu7x"},
    "trainium2": {0: "trainium2"},
    "trn2": {0: "trainium2"},
    "trainium3": {0: "trainium3"},
    "trn3": {0: "trainium3"},
}
_ALIKE = ("h100nvl", "mi250", "mi350x", "mi450", "vr300")  # another package stands for these
_WATTS = re.compile(r"(\d+(?:\.\d+)?)\s*(k?)w\b", re.IGNORECASE)
_GIGABYTES = re.compile(r"(\d+)\s*gi?b?\b", re.IGNORECASE)

_FLOPPY = re.compile(r"[^a-z0-9]")


_COUNT = re.compile(r"^\s*\d+\s*[x×*]\s*", re.IGNORECASE)
_BARE_SIZE = re.compile(r"\b([ahv][18]00)[-/ ](16|32|40|80)\b(?!\s*g)", re.IGNORECASE)  # "A100-40"
_POD = re.compile(r"(tpu[- ]?v\d[ep]?)[- ]\d+", re.IGNORECASE)  # "TPU v5p-6144": of a pod slice


def parse_gpu(text: str, catalog: Catalog) -> GpuChoice:
    """System and watts that a text names ("B300 1100W", "NVIDIA H100-SXM-80GB").

    Raises
    ------
    InputError : no known accelerator in the text; the message has the nearest names.
    """
    return _parse_gpu(text, HeldSystems(catalog))  # files name few accelerators in many rows


@lru_cache(maxsize=1024)
def _parse_gpu(text: str, held: HeldSystems) -> GpuChoice:
    catalog, records = held.catalog, system_records(held.catalog)
    text = _BARE_SIZE.sub(r"\1 \2GB", _COUNT.sub("", text))
    if text.strip() in records:
        return GpuChoice(system_from_record(records[text.strip()]), 0.0, "")
    watts = _watts(text)
    plain = _POD.sub(r"\1", _WATTS.sub(" ", text))
    sizes = [int(v) for v in _GIGABYTES.findall(plain)]
    plain = _GIGABYTES.sub(" ", plain)
    key = _FLOPPY.sub("", re.sub(r"\([^)]*\)", " ", plain).lower())
    key = re.sub(r"^(?:virtualized)?(?:nvidia|amd|google|aws)?(?:dgx|hgx|instinct)?", "", key)
    by_id = {_FLOPPY.sub("", record_id): record_id for record_id in records}
    if key in by_id:
        return GpuChoice(system_from_record(records[by_id[key]]), watts, "")
    _refuse_without_numbers(key, catalog, records)
    spaced = re.sub(r"[^a-z0-9]+", " ", plain.lower())  # "H100 8 GPUs": a number of its own
    name = _longest(key) or _longest(_FLOPPY.sub("", plain.lower())) or _longest(spaced)
    if not name:
        near = nearest(text, [*records, *_GPUS])
        hint = f" Did you mean {near!r}?" if near else ""
        raise InputError(f"Unknown GPU {text!r}.{hint} Known: {', '.join(sorted(records))}.")
    variants = _GPUS[name]
    chosen = next((variants[s] for s in sizes if s in variants), variants[0])
    said = "sxm" in key or "nvl" in key or len(variants) == 1 or bool(sizes)
    said = said and name not in _ALIKE
    return GpuChoice(
        system_from_record(records[chosen]), watts, "" if said else f"{text} taken as {chosen}"
    )


def _refuse_without_numbers(key: str, catalog: Catalog, computable: Mapping[str, Record]) -> None:
    """Raise for an accelerator of the catalog of which too little is public ("Rubin CPX").

    Otherwise another one would be taken whose name it holds.
    """
    for table in hardware.TABLES:
        for record_id, record in catalog.records.get(table, {}).items():
            if record_id not in computable and key in (
                _FLOPPY.sub("", record_id),
                _FLOPPY.sub("", record.name.lower()),
            ):
                raise InputError(
                    f"{record.name}: peak rate, memory and its bandwidth are not all public, "
                    "so nothing can be computed on it."
                )


def _longest(key: str) -> str:
    """Longest known name in a text; a name must not go on with a digit ("h20" in "h200")."""
    found = [n for n in _GPUS if re.search(rf"(?<![a-z]){n}(?!\d)|{n}(?![a-z0-9])", key)]
    return max(found, key=len, default="")


def _watts(text: str) -> float:
    found = _WATTS.search(text)
    if not found:
        return 0.0
    return float(found.group(1)) * (1e3 if found.group(2) else 1.0)


_FORMATS: tuple[tuple[str, Format], ...] = (
    (r"nvfp4|fp4[-_ ]?nv", Format.NVFP4),
    (r"mxfp4|fp4[-_ ]?\(?mx|mx[-_ ]?fp4", Format.MXFP4),
    (r"mxfp8|fp8[-_ ]?\(?mx|mx[-_ ]?fp8", Format.MXFP8),
    (r"w4a16|w4|int4|awq|gptq|\bq4", Format.INT4),
    (r"w8a8[-_ ]?int8|int8|w8a16", Format.INT8),
    (r"fp4|nf4|e2m1", Format.NVFP4),
    (r"fp8|float8|e4m3|e5m2|w8a8", Format.FP8),
    (r"bf16|bfloat16", Format.BF16),
    (r"fp16|float16|half|\b16[-_ ]?bit", Format.FP16),
    (r"tf32", Format.TF32),
    (r"fp32|float32", Format.FP32),
)
_BLOCK = re.compile(r"block|sub-?channel|128\s*x\s*128|deepseek|\b[bs][sc]\b", re.IGNORECASE)
_MICRO = re.compile(r"\bmx|32\s*x\s*32|1\s*x\s*32|micro", re.IGNORECASE)
_TENSOR = re.compile(r"current|delayed|per[- ]?tensor|tensor[- ]?wise|\bcs\b|\bds\b", re.IGNORECASE)
_PARTS = re.compile(r"([a-z0-9]+)[-_ ]*(?:for )?(kv|cache|mla|attention|attn)", re.IGNORECASE)
_W_A = re.compile(r"\bw(\d+)a(\d+)", re.IGNORECASE)


def parse_precision(text: str, system: System | None = None) -> PrecisionChoice:
    """Formats that a text names.

    A text that offers several granularities ("32x32 blocks = MXFP8 on B200/GB200; 128x128 … on
    H100") is read for the `system`, where one is given.

    Raises
    ------
    InputError : no known format in the text; the message lists them.
    """
    lowered = text.lower().strip().replace("_", "-")
    pieces = [p for p in re.split(r"[,;+]", lowered) if not _PARTS.search(p)]
    found = _format(" ".join(pieces)) or _format(lowered)
    if found is None:
        known = ", ".join(f.value for f in Format)
        raise InputError(f"Unknown precision {text!r}. Known: {known} (also 'w4a16', 'FP8-CS' …).")
    weights = _granular(found, lowered, system)
    if found is Format.NVFP4 and "nv" not in lowered and system and system.vendor != "NVIDIA":
        weights = Format.MXFP4
    compute = weights
    if (pair := _W_A.search(lowered)) and int(pair.group(2)) > int(pair.group(1)):
        compute = Format.BF16 if int(pair.group(2)) >= 16 else Format.FP8
    elif weights is Format.INT4:
        compute = Format.BF16
    return PrecisionChoice(
        weights=weights,
        compute=compute,
        kv=_of_part(lowered, ("kv", "cache")),
        attention=_of_part(lowered, ("mla", "attention", "attn")),
        text=text,
    )


def _format(text: str) -> Format | None:
    """Narrowest format that a text names ("bf16 with fp8" is FP8); of one width, the first."""
    hits = [f for pattern, f in _FORMATS if re.search(pattern, text)]
    return min(hits, key=lambda f: round(BITS[f])) if hits else None


def _granular(found: Format, text: str, system: System | None) -> Format:
    """Eight-bit formats by the granularity that the text names."""
    if found is not Format.FP8 and not (found is Format.MXFP8 and _BLOCK.search(text)):
        return found
    block, micro = _BLOCK.search(text), _MICRO.search(text)
    if block and micro:  # one text for several systems
        old = system is not None and system.generation in ("hopper", "ampere", "cdna3")
        return Format.FP8_BLOCK if old else Format.MXFP8
    if found is Format.MXFP8 or (micro and not _TENSOR.search(text)):
        return Format.MXFP8
    if block and not _TENSOR.search(text):
        return Format.FP8_BLOCK
    return Format.FP8


def _of_part(text: str, parts: tuple[str, ...]) -> Format | None:
    for name, part in _PARTS.findall(text):
        if part.lower() in parts and (found := _format(name)):
            return found
    return None
