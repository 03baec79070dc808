"""From what a user writes to a model's shape.

`resolve_model` takes a catalog id, a Hugging Face id, a name as published tables spell it, or the
path of a ``config.json``. Names are compared without case, punctuation and the words that do not
change a shape (owner, "instruct", precision of the checkpoint); "… cut to N layers" shortens it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, nearest
from gigawatt.performance.configs import read_config
from gigawatt.performance.shapes import (
    ModelShape,
    require_supported,
    shape_from_record,
    total_params,
)

_CUT = re.compile(r"\bcut to (\d+) layers?\b|\((\d+) layers?\)", re.IGNORECASE)
_NOISE = (
    "kv", "w8a8", "quantized", "ptpc",
    "instruct", "chat", "base", "hf", "it", "pt", "preview", "meta", "ai", "text", "model", "moe",
    "nvfp4", "mxfp4", "fp4", "fp8", "mxfp8", "bf16", "fp16", "int4", "int8", "awq", "gptq", "w4a16",
    "static", "dynamic", "pertensor", "pretraining", "pretrain", "training", "mlperf", "nvidia",
    "latest", "v0.1",
)  # fmt: skip
_PRECISION_ENDING = re.compile(
    r"[-_](nvfp4|mxfp4|fp8|mxfp8|fp4|int4|int8|bf16)(?=$|[-_])", re.IGNORECASE
)
_WORD = re.compile(r"[a-z0-9.]+")
_DATE = re.compile(r"20\d{4,6}|[012]\d{3}")
_SIZE = re.compile(r"\b(\d+(?:\.\d+)?)([bt])\b")
_VARIANT = re.compile(r"lite|mini|nano|flash|pro|air|super|ultra|vl|coder|max|plus|next|\ba\d+")


def resolve_model(text: str, catalog: Catalog, supported: bool = True) -> ModelShape:
    """Shape of the model that `text` names.

    Parameters
    ----------
    text : catalog id, Hugging Face id, published name, or path of a ``config.json`` or its folder.
    catalog : where shapes are looked up.
    supported : raise for shapes that the models can't represent; False returns them.

    Raises
    ------
    InputError : no such model (with the nearest names), or an unreadable or unsupported file.
    """
    wanted = text.strip()
    if not wanted:
        raise InputError(
            "model: no name is given; give a catalog id, a Hugging Face id or a config.json."
        )
    read = _from_file(wanted)
    shape = _recognised(read, catalog) if read else _listed(wanted, _Table(catalog))
    return require_supported(shape) if supported else shape


_SAME = (
    "layers", "hidden", "heads", "kv_heads", "attention", "experts", "top_k", "expert_ffn",
    "kv_lora_rank", "linear_layers", "index_topk", "ffn_matrices",
)  # fmt: skip
_SAME_PARAMS = 0.01  # relative; vocabularies are padded differently


def _recognised(shape: ModelShape, catalog: Catalog) -> ModelShape:
    """The shape of a file under the catalog's id where it is a known model's.

    What is known of a model (its efficiencies, drafts, checkpoints) goes by that id. Of several
    models of one shape the plainest id is taken.
    """
    found = same_shape(shape, catalog)
    return replace(shape, id=min(found, key=lambda i: (len(i), i))) if found else shape


def same_shape(shape: ModelShape, catalog: Catalog) -> list[str]:
    """Ids of the catalog's models that have this shape: sisters, and tuned ones."""
    return [
        known.id
        for record in catalog.records["models"].values()
        if record.value("hidden", 0.0) == shape.hidden
        and _same(shape, known := shape_from_record(record))
    ]


def _same(one: ModelShape, other: ModelShape) -> bool:
    return all(getattr(one, n) == getattr(other, n) for n in _SAME) and math.isclose(
        total_params(one), total_params(other), rel_tol=_SAME_PARAMS
    )


def _from_file(text: str) -> ModelShape | None:
    path = Path(text).expanduser()
    if path.suffix == ".json":
        return read_config(path)
    if path.is_dir() and (path / "config.json").is_file():
        return read_config(path / "config.json")
    return None


class _Table:
    """A catalog as the key of a cache; equal where its table of models is the same object."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.models = catalog, catalog.records["models"]

    def __hash__(self) -> int:
        return id(self.models)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Table) and other.models is self.models


@lru_cache(maxsize=1024)
def _listed(text: str, table: _Table) -> ModelShape:
    return _from_catalog(text, table.catalog)


def _from_catalog(text: str, catalog: Catalog) -> ModelShape:
    records = catalog.records["models"]
    if text in records:
        return shape_from_record(records[text])
    index = _index(catalog.sha256, _Held(records))
    name, layers = _without_cut(text)
    for key in _keys(name):
        if key in index:
            shape = shape_from_record(records[index[key]])
            return _named(_shortened(shape, layers), text)
    for key, left_out in _shorter(name):
        if key in index:
            shape = shape_from_record(records[index[key]])
            if not _contradicts(left_out, shape):
                return _named(_shortened(shape, layers), text)
    if only := _only_one(name, records):
        return shape_from_record(records[only])
    raise _unknown(text, records)


def _only_one(name: str, records: Mapping[str, Record]) -> str:
    """Id of the one model that a name without a size can mean ("Chinchilla"); empty if several."""
    wanted = "".join(w for w in _words(name.rsplit("/", maxsplit=1)[-1]) if w not in _NOISE)
    found = [i for i in records if re.sub(r"-\d+(\.\d+)?b$", "", i).replace("-", "") == wanted]
    return found[0] if len(found) == 1 else ""


def _named(shape: ModelShape, text: str) -> ModelShape:
    """The shape with the precision that the checkpoint's name carries."""
    found = _PRECISION_ENDING.search(text)
    return replace(shape, native_precision=found.group(1).lower()) if found else shape


def _without_cut(text: str) -> tuple[str, int]:
    found = _CUT.search(text)
    if not found:
        return text, 0
    return text[: found.start()] + text[found.end() :], int(found.group(1) or found.group(2))


def _shortened(shape: ModelShape, layers: int) -> ModelShape:
    """The model cut to some of its layers; kinds of layers keep their proportions, one at least."""
    if not layers or layers >= shape.layers:
        return shape

    def part(count: int) -> int:
        return max(1, round(count * layers / shape.layers)) if count else 0

    dense = part(shape.dense_layers) if shape.is_moe else layers
    return replace(
        shape,
        name=f"{shape.name} cut to {layers} layers",
        layers=layers,
        dense_layers=min(dense, layers),
        attention_layers=part(shape.attention_layers),
        windowed_layers=part(shape.windowed_layers),
        linear_layers=part(shape.linear_layers),
        mixture_layers=part(shape.mixture_layers),
        mtp_layers=0,  # cut models are made to measure layers
    )


class _Held:
    """Records behind an identity that a cache can hash; the catalog's hash is the real key."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = records

    def __hash__(self) -> int:
        return len(self.records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and (
            other.records is self.records or set(other.records) == set(self.records)
        )


@lru_cache(maxsize=4)
def _index(digest: str, held: _Held) -> dict[str, str]:
    """Every key of every spelling of every model → its id; the first to claim a key keeps it."""
    del digest
    index: dict[str, str] = {}
    spelled = {i: list(_spellings(r)) for i, r in held.records.items()}
    for exact in (True, False):
        for record_id, names in spelled.items():
            for name in names:
                keys = list(_keys(name))
                for key in keys[:1] if exact else keys:
                    index.setdefault(key, record_id)
    return index


def _spellings(record: Record) -> Iterator[str]:
    yield record.id
    yield record.name
    for key in ("aliases", "hf_ids"):
        listed = record.attributes.get(key, ())
        yield from (str(v) for v in listed) if isinstance(listed, list | tuple) else ()


def _keys(name: str) -> Iterator[str]:
    """Ever looser keys of a name: as it is, without bracket, owner, noise, dates; dotless."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name).replace("-quantized.", "-quantized-")
    last = bare.rstrip("/ ").split("/")[-1]
    for form in (name, bare, last):
        words = _words(form)
        clean = [w for w in words if w not in _NOISE]
        for chosen in (words, clean, [w for w in clean if not _DATE.fullmatch(w)]):
            if chosen:
                yield "".join(chosen)
    yield "".join(w for w in _words(last) if w not in _NOISE).replace(".", "")


def _words(text: str) -> list[str]:
    return [w.strip(".") for w in _WORD.findall(text.lower()) if w.strip(".")]


def _shorter(name: str) -> Iterator[tuple[str, str]]:
    """Key of a name without its last words, and the words left out ("99.9", "280 nodes")."""
    words = [w for w in _words(re.sub(r"\([^)]*\)", " ", name)) if w not in _NOISE]
    for end in range(len(words) - 1, 0, -1):
        key = "".join(words[:end])
        if len(key) >= 4:
            yield key, " ".join(words[end:])


def _contradicts(left_out: str, shape: ModelShape) -> bool:
    """Whether the words left out name a size that is not the model's, or experts that it lacks."""
    for count, unit in _SIZE.findall(left_out):
        size = float(count) * (1e12 if unit == "t" else 1e9)
        if abs(size / max(total_params(shape), 1.0) - 1.0) > 0.1:
            return True
    return bool(_VARIANT.search(left_out))


def _unknown(text: str, records: Mapping[str, Record]) -> InputError:
    names = {n: i for i, r in records.items() for n in _spellings(r)}
    near = nearest(text, names, cutoff=0.5)
    did = f" Did you mean {names[near]!r}?" if near else ""
    return InputError(
        f"Unknown model {text!r}.{did} Known: {len(records)} shapes "
        "(`gigawatt catalog list models`); a Hugging Face config.json will do too."
    )
