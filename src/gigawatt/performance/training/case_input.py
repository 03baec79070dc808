"""One row of a table of training runs, read: numbers, flags, names; blank means not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError
from gigawatt.performance.hardware import System
from gigawatt.performance.models import resolve_model
from gigawatt.performance.names import Format, PrecisionChoice, parse_gpu, parse_precision
from gigawatt.performance.shapes import ModelShape, require_supported, total_params
from gigawatt.performance.training.choices import Precision
from gigawatt.quantity.blank import is_blank
from gigawatt.quantity.units import W_PER_KW

Row = Mapping[str, str]

SIZES = ("gpus", "tp", "pp", "vp", "cp", "ep", "etp", "dp", "gbs", "mbs", "seq_len")
SHAPE_COLUMNS = {
    "layers": "layers",
    "hidden": "hidden",
    "heads": "heads",
    "kv_heads": "kv_heads",
    "head_dim": "head_dim",
    "vocab": "vocab",
    "ffn_hidden": "dense_ffn",
    "experts": "experts",
    "top_k": "top_k",
    "shared_experts": "shared_experts",
    "moe_ffn_hidden": "expert_ffn",
    "dense_layers": "dense_layers",
}
_ZERO_ALLOWED = ("shared_experts", "dense_layers", "experts", "top_k", "moe_ffn_hidden")
_UNGATED = re.compile(r"^(?:gelu|relu|squared.?relu|relu2|relu\^2)", re.IGNORECASE)
FORMATS: Mapping[Format, Precision] = {
    Format.BF16: Precision.BF16,
    Format.FP16: Precision.BF16,
    Format.FP8: Precision.FP8,
    Format.FP8_BLOCK: Precision.FP8_BLOCK,
    Format.MXFP8: Precision.MXFP8,
    Format.NVFP4: Precision.NVFP4,
    Format.MXFP4: Precision.NVFP4,
}
_REMARK = re.compile(r"\s*\([^()]*\)$")  # "8 (NVLink)"
_WORDY = re.compile(  # a number with what it counts before or after it
    r"^(?:[tpcde]p|vpp?|mbs|gbs|zero)?\s*[=x~≈]?\s*(\d+(?:\.\d+)?)\s*(k)?\s*[x×]?\s*"
    r"(?:gpus?|packages?|seqs?|sequences?|samples?|tokens?|layers?|-?ways?|stages?|ranks?|%)?$",
    re.IGNORECASE,
)
_TOKENS = re.compile(r"^~?\s*(\d+(?:\.\d+)?)\s*([km]?)\s*tok(?:en)?s?$", re.IGNORECASE)
_VAGUE = re.compile(  # says no more than that 16 bits are used somewhere, or nothing
    r"^(?:-|\?|n/?a|nan|none|auto|default|unknown|amp|(?:16[- ]?)?mixed(?:[- ]precision)?|amp .*"
    r"|not (?:given|stated|known)|see recipe.*)$",
    re.IGNORECASE,
)
MOST = {"layers": 2_000, "heads": 4_096, "hidden": 1_000_000, "experts": 100_000, "pp": 2_000}
MOST_OF_ANY = 100_000_000
MOST_FLOP = 1e40  # of a run
_ADAPTERS = re.compile(r"\bq?lora\b|\bpeft\b", re.IGNORECASE)
_NO_TRANSFORMER = re.compile(r"mamba|rwkv|hyena|retnet|xlstm|griffin|\bt5|\bbert", re.IGNORECASE)
OTHER_FAMILY = 1.15  # a model of the same first name counts as so much nearer
NEAR_SHAPE = 1.35  # a known model stands for one of unknown shape within this ratio of parameters


@dataclass(slots=True)
class Said:
    """What a prediction took as given or filled in, in words, in order; widens the band too.

    Attributes
    ----------
    words : what was assumed.
    sigma_log : further standard deviation of ln(time) for it, added in quadrature.
    """

    words: list[str]
    sigma_log: float = 0.0

    def note(self, text: str, sigma_log: float = 0.0) -> None:
        """Add one assumption (nothing for an empty text)."""
        if text and text not in self.words:
            self.words.append(text)
        self.sigma_log = (self.sigma_log**2 + sigma_log**2) ** 0.5


def text_of(row: Row, key: str) -> str:
    """Cell of a column, without blanks around it; empty where column or value is missing."""
    return (row.get(key) or "").strip()


def number_of(row: Row, key: str) -> float | None:
    """Number in a cell; None if blank. "TP8", "512 GPUs", "~2,000" and "8k" are read as meant.

    Raises
    ------
    InputError : not a number, or below zero; the message names column and value.
    """
    text = text_of(row, key).replace(",", "").replace("_", "")
    text = _REMARK.sub("", text)
    if is_blank(text):
        return None
    try:
        value = float(text)
    except ValueError:
        found = _WORDY.match(text)
        if found is None:
            raise InputError(f"{key} = {text_of(row, key)!r} is not a number") from None
        kilo = 1024.0 if key in ("seq_len", "gpus") else 1000.0  # "8k tokens", "16K GPUs"
        value = float(found.group(1)) * (kilo if found.group(2) else 1.0)
    if not 0.0 <= value < (MOST_FLOP if key == "flop" else 1e15):
        raise InputError(f"{key} = {text} must not be negative or infinite")
    return value


def batch_in_sequences(row: Row, usual_seq: int = 4096) -> Row:
    """The row with its batch in sequences where the cell counts tokens ("4M tokens")."""
    found = _TOKENS.match(text_of(row, "gbs").replace(",", ""))
    if found is None:
        return row
    scale = {"": 1.0, "k": 1e3, "m": 1e6}[found.group(2).lower()]
    seq = size_of(row, "seq_len") or usual_seq
    return {**row, "gbs": str(max(1, round(float(found.group(1)) * scale / seq)))}


def size_of(row: Row, key: str) -> int | None:
    """Whole number of one or more in a cell; None if blank."""
    value = number_of(row, key)
    if value is None:
        return None
    if value < 1.0 and key not in _ZERO_ALLOWED:
        raise InputError(f"{key} = {value:g} must be one or more")
    if value != int(value):
        raise InputError(f"{key} = {value:g} must be a whole number")
    most = MOST.get(key, MOST_OF_ANY)
    if value > most:
        raise InputError(f"{key} = {value:g} is more than {most:,} (a unit may be wrong)")
    return int(value)


def flag_of(row: Row, key: str) -> bool | None:
    """Truth value in a cell; None if blank."""
    text = text_of(row, key).lower()
    if not text:
        return None
    if text in ("1", "1.0", "true", "yes", "on", "y"):
        return True
    if text in ("0", "0.0", "false", "no", "off", "n"):
        return False
    raise InputError(f"{key} = {text!r} must be 0 or 1")


def shape_of(row: Row, catalog: Catalog, said: Said) -> ModelShape:
    """Model of a row: its name's shape, with the shape columns that are filled.

    A name that is not known needs layers, hidden and heads; with parameters alone, the nearest
    known model of the same kind stands for it.
    """
    name = text_of(row, "model")
    if _ADAPTERS.search(f"{name} {text_of(row, 'notes')}"):
        raise InputError(
            "LoRA: training of adapters beside frozen weights is not modelled; leave the word out "
            "for the training of all weights"
        )
    given = {field: size_of(row, column) for column, field in SHAPE_COLUMNS.items()}
    known = {k: v for k, v in given.items() if v is not None}
    try:
        base = resolve_model(name, catalog, supported=False)
    except InputError as error:
        if {"layers", "hidden", "heads"} <= set(known):
            return _sound(_from_columns(row, name, known, said))
        return _nearest_by_size(row, name, catalog, said, error)
    return _sound(require_supported(_changed(row, base, known)))


def _sound(shape: ModelShape) -> ModelShape:
    """The shape, if its sizes go together.

    Raises
    ------
    InputError : heads, key heads, widths or experts that don't; the message names both.
    """
    if shape.attention != "mla" and shape.head_dim < 1:
        raise InputError(f"hidden = {shape.hidden} is less than heads = {shape.heads}")
    if shape.heads % max(1, shape.kv_heads):
        raise InputError(f"kv_heads = {shape.kv_heads} does not divide heads = {shape.heads}")
    if shape.is_moe and not (1 <= shape.top_k <= shape.experts and shape.expert_ffn):
        raise InputError(
            f"experts = {shape.experts} needs top_k (here {shape.top_k}) of one to as many, and "
            f"moe_ffn_hidden (here {shape.expert_ffn})"
        )
    if shape.dense_layers > shape.layers:
        raise InputError(
            f"dense_layers = {shape.dense_layers} is more than layers = {shape.layers}"
        )
    if shape.dense_layers and not shape.dense_ffn:
        raise InputError("dense layers need ffn_hidden")
    return shape


def _changed(row: Row, base: ModelShape, known: dict[str, int]) -> ModelShape:
    """The named model with the columns of the row; widths that follow from others follow."""
    changes: dict[str, Any] = {k: v for k, v in known.items() if getattr(base, k) != v}
    if base.attention == "mla":
        changes.pop("head_dim", None)
        changes.pop("kv_heads", None)
        if known.get("heads", base.heads) != base.heads:
            changes["kv_heads"] = known["heads"]
    elif {"hidden", "heads"} & set(changes):
        hidden, heads = known.get("hidden", base.hidden), known.get("heads", base.heads)
        changes.setdefault("head_dim", known.get("head_dim", hidden // heads))
        if "kv_heads" not in known and base.kv_heads == base.heads:
            changes["kv_heads"] = heads
    layers = known.get("layers", base.layers)
    experts = known.get("experts", base.experts)
    if not experts and (base.experts or not base.dense_layers):
        changes["dense_layers"] = layers
    elif not experts:
        changes["dense_layers"] = round(base.dense_layers * layers / base.layers)
    elif "dense_layers" not in known and layers != base.layers and base.dense_layers:
        changes["dense_layers"] = max(1, round(base.dense_layers * layers / base.layers))
    if act := text_of(row, "act_fn"):
        changes["ffn_matrices"] = 2 if _UNGATED.match(act) else 3
    notes = text_of(row, "notes").lower()
    if re.search(r"w/o mtp|without mtp|no mtp", notes):
        changes["mtp_layers"] = 0
    return replace(base, **changes) if changes else base


def _from_columns(row: Row, name: str, known: dict[str, int], said: Said) -> ModelShape:
    hidden, heads = known["hidden"], known["heads"]
    gated = bool(text_of(row, "act_fn")) and not _UNGATED.match(text_of(row, "act_fn"))
    experts = known.get("experts", 0)
    kv_heads = known.get("kv_heads", heads)
    if "head_dim" not in known and hidden % heads:
        raise InputError(f"hidden = {hidden} does not divide by heads = {heads}; give head_dim")
    if "vocab" not in known:
        said.note("vocabulary of 51,200 (not given)", 0.02)
    ffn = known.get("dense_ffn", 0)
    if not ffn and not experts:
        ffn = 4 * hidden if not gated else 64 * round(8 * hidden / 3 / 64)
        said.note(f"feed-forward width {ffn:,} (not given)", 0.05)
    if experts and not (known.get("top_k") and (known.get("expert_ffn") or ffn)):
        raise InputError("experts is given, so top_k and moe_ffn_hidden must be too")
    layers = known["layers"]
    return ModelShape(
        id=name or "model",
        name=name or "model of the given shape",
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=known.get("head_dim", hidden // heads),
        vocab=known.get("vocab", 51_200),
        attention="mha" if kv_heads == heads else "mqa" if kv_heads == 1 else "gqa",
        dense_ffn=ffn,
        dense_layers=known.get("dense_layers", 0) if experts else layers,
        experts=experts,
        shared_experts=known.get("shared_experts", 0),
        top_k=known.get("top_k", 0),
        expert_ffn=known.get("expert_ffn", ffn) if experts else 0,
        ffn_matrices=3 if gated else 2,
        tied_embeddings=not gated,
    )


def _nearest_by_size(
    row: Row, name: str, catalog: Catalog, said: Said, error: InputError
) -> ModelShape:
    """Known model whose parameters are nearest, total and active, where only those are given."""
    total, active = number_of(row, "params_b"), number_of(row, "active_params_b")
    if not total and "params_b" in row:  # a table: the name may hold the size
        total, active = _sizes_in_name(name)
    if not total or not name:
        raise error
    if _NO_TRANSFORMER.search(name):
        raise InputError(
            f"{name!r} is not known, and by its name no transformer: no known model of its size "
            "stands for it. Give a config.json, if one of its kind can be read."
        )
    active = active or total
    near: list[tuple[float, Record]] = []
    for record in catalog.records["models"].values():
        rough = record.attributes.get("unsupported") or record.attributes.get("approximations")
        if "total_params_b" not in record.facts or rough:
            continue
        held = record.value("total_params_b")
        used = record.value("active_params_b", held)
        ratio = max(held / total, total / held, used / active, active / used)
        if ratio < NEAR_SHAPE:
            other = _family(record.id) != _family(name)
            near.append((ratio * (OTHER_FAMILY if other else 1.0), record))

    if not near:
        raise error
    best = min(near, key=lambda pair: pair[0])[1]
    said.note(f"shape of {best.id} (nearest in parameters; {name!r} is not known)", 0.15)
    return resolve_model(best.id, catalog)


def _family(name: str) -> str:
    """First word of a name in letters ("olmo" of "allenai/OLMo-3-7B")."""
    found = re.search(r"[a-z]+", name.lower().split("/")[-1])
    return found.group(0) if found else ""


def _sizes_in_name(name: str) -> tuple[float | None, float | None]:
    """Parameters in 10^9 that a name holds, total and active ("Pythia-12B", "X-57B-A14B")."""
    sizes = [float(v) for v in re.findall(r"(?<![a-z\d.])(\d+(?:\.\d+)?)\s*b\b", name.lower())]
    active = re.search(r"\ba(\d+(?:\.\d+)?)b\b", name.lower())
    return (max(sizes) if sizes else None), (float(active.group(1)) if active else None)


def check_shape(shape: ModelShape, row: Row, said: Said) -> None:
    """Say where stated and computed parameters differ by more than a tenth."""
    stated = number_of(row, "params_b")
    if not stated:
        return
    ours = total_params(shape) / 1e9
    if abs(ours / stated - 1.0) > 0.1:
        said.note(f"shape holds {ours:,.1f} bn parameters, params_b says {stated:,.1f}")


def system_of(row: Row, catalog: Catalog, said: Said) -> System:
    """System of a row; watts in the text or in `tdp_w` replace the package's design power."""
    text = text_of(row, "gpu")
    if not text:
        raise InputError("gpu is empty: name an accelerator")
    choice = parse_gpu(text, catalog)
    said.note(choice.assumed)
    watts = choice.watts or number_of(row, "tdp_w") or 0.0
    if not watts or watts == choice.system.gpu_tdp_w:
        return choice.system
    system = choice.system
    change_kw = (watts - system.gpu_tdp_w) * system.system_packages / W_PER_KW
    power = max(0.0, system.system_power_kw + change_kw) if system.system_power_kw else 0.0
    return replace(system, gpu_tdp_w=watts, system_power_kw=power)


def precision_of(row: Row, system: System, said: Said) -> tuple[Precision, PrecisionChoice]:
    """Precision of the products; BF16 where the row leaves it out."""
    text = text_of(row, "precision")
    if not text or _VAGUE.search(text):
        said.note("BF16 (precision not given)", 0.15 if system.fp8_tflops > 0.0 else 0.03)
        text = "bf16"
    choice = parse_precision(text, system)
    if choice.weights is Format.INT4:
        said.note("weights of 4 bits: products in BF16, fake quantisation is not counted", 0.05)
    if choice.compute not in FORMATS:
        raise InputError(
            f"precision {text!r} is not one that training is modelled for; these are: "
            f"{', '.join(f.value for f in FORMATS)}"
        )
    return FORMATS[choice.compute], choice
