"""Reading of the three layouts of case files into what the model needs.

Only inputs are read here: names of model and accelerator, precision, lengths, load, layout, date.
Columns of results stay in the row for `calibration` and are never looked at in making a prediction.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError, nearest
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.build import free_bytes, full_layout, weight_bytes
from gigawatt.performance.inference.counts import counts_of
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.schemes import (
    customary_kv,
    named_precision,
    precision_of,
    scheme_of,
)
from gigawatt.performance.inference.speculation import method_of
from gigawatt.performance.models import resolve_model
from gigawatt.performance.names import parse_gpu
from gigawatt.performance.shapes import ModelShape
from gigawatt.quantity.blank import is_blank

Row = Mapping[str, str]
AGGREGATED, DISAGGREGATED, MLPERF = "aggregated", "disaggregated", "mlperf"
TUNED_ORIGIN = "InferenceX"
ENGINE_NAMES = {
    "trtllm": "trtllm", "tensorrt-llm": "trtllm", "tensorrt_llm": "trtllm", "trt-llm": "trtllm",
    "trt": "trtllm", "tensorrt": "trtllm", "vllm": "vllm", "sglang": "sglang",
    "dynamo-trt": "trtllm", "dynamo-sglang": "sglang", "dynamo-vllm": "vllm", "other": "other",
}  # fmt: skip
# engines without rows, and the one whose constants they get
OTHER_ENGINES = ("lmdeploy", "tgi", "text-generation-inference", "lightllm", "mlc", "deepspeed",
                 "dynamo", "llm-d", "atom", "nim", "aphrodite", "llama.cpp", "triton")  # fmt: skip
# month of a release, where a row has no date; other versions: DEFAULT_MONTH
VERSION_MONTHS = {
    "1.0.0rc3": "2025-07", "0.5.6.post2": "2025-12", "0.12.0": "2025-12", "0.15.1": "2026-02",
    "0.16.0": "2026-02", "0.17.0": "2026-03", "0.5.9": "2026-03", "nightly-dev": "2026-03",
    "0.11.2": "2025-12", "0.18.0": "2026-03", "0.19.0": "2026-04", "0.5.10": "2026-04",
    "0.5.8": "2026-01", "1.2.0rc6": "2026-01", "1.3.0rc1": "2026-03", "1.3.0rc5": "2026-03",
}  # fmt: skip
DEFAULT_MONTH = "2026-01"
MOST_COUNT = 10_000_000  # of packages, ranks, workers
METHODS = {"mtp": "mtp", "nextn": "mtp", "eagle": "eagle3", "dspark": "dspark"}
OTHER_METHODS = ("draft", "ngram", "n-gram", "medusa", "spec", "suffix", "lookahead")


@dataclass(frozen=True, slots=True)
class Situation:
    """One row, read.

    Attributes
    ----------
    layout : "aggregated" or "disaggregated".
    shape, system, plan : what runs where and how.
    input_tokens, output_tokens, clients : mean lengths and closed-loop clients.
    fixed_lengths : whether all requests are equally long.
    speculation : "none", "unknown" or a method.
    months : date of the software, months since January 2026.
    packages : GPUs of the row as the layout needs them.
    assumed : what was filled in.
    """

    layout: str
    shape: ModelShape
    system: System
    plan: ServingPlan
    input_tokens: float
    output_tokens: float
    clients: float
    fixed_lengths: bool
    speculation: str
    months: float
    packages: float
    assumed: tuple[str, ...] = field(default=())


def read_rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Rows of a CSV file and its header.

    Raises
    ------
    InputError : the file can't be read, or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read ({error}).") from error
    reader = csv.DictReader(io.StringIO(text))
    rows = [{k: (v or "") for k, v in row.items() if k is not None} for row in reader]
    if not rows or not reader.fieldnames:
        raise InputError(f"{path}: no rows; a header and at least one case are needed.")
    return rows, list(reader.fieldnames)


def layout_of(header: list[str], path: str) -> str:
    """Which of the three layouts a header is of.

    Raises
    ------
    InputError : none of them.
    """
    columns = set(header)
    if "scenario" in columns and "accelerator" in columns:
        return MLPERF
    if "decode_num_workers" in columns or "prefill_num_workers" in columns:
        return DISAGGREGATED
    if {"gpu", "model_path", "concurrency"} <= columns:
        return AGGREGATED
    raise InputError(
        f"{path}: unknown layout. Known: aggregated serving (gpu, model_path, precision, mean_isl, "
        "mean_osl, concurrency, tp, …), disaggregated serving (prefill_num_workers, …), MLPerf "
        "(accelerator, model, scenario, …)."
    )


def situation_of(row: Row, catalog: Catalog) -> Situation:
    """Read a serving row of either layout.

    Raises
    ------
    InputError : a name is unknown or a number is missing or out of range.
    """
    assumed: list[str] = []
    shape = resolve_model(row.get("model_path", ""), catalog)
    choice = parse_gpu(row.get("gpu", ""), catalog)
    if choice.assumed:
        assumed.append(choice.assumed)
    engine = engine_of(row.get("backend", ""), assumed)
    told = row.get("precision", "").strip() or named_precision(row.get("model_path", ""))
    precision = precision_of(told, shape, choice.system, assumed)
    isl, osl = number(row, "isl", 0.0), number(row, "osl", 0.0)
    mean_in = number(row, "mean_isl", 0.0) or isl
    mean_out = number(row, "mean_osl", 0.0) or osl
    clients = number(row, "concurrency", 0.0)
    for name, value in (("mean_isl", mean_in), ("mean_osl", mean_out), ("concurrency", clients)):
        if value <= 0.0:
            given = row.get(name, "").strip() or row.get(name.removeprefix("mean_"), "").strip()
            raise InputError(f"{name} is {given or 'empty'}: it must be positive.")
    note_long(shape, mean_in + mean_out, assumed)
    assumed.extend(shape.approximations)
    split = any(row.get(f"{pool}_num_workers", "").strip() for pool in ("prefill", "decode"))
    version = row.get("backend_version", "")
    kv = customary_kv(
        shape, engine, precision,
        tuned=split or row.get("origin", TUNED_ORIGIN) in ("", TUNED_ORIGIN),
        packed=row.get("model_path", "").startswith("nvidia/"),
    )  # fmt: skip
    assumed.append(f"cache in {kv.upper()}")
    plan = _split_plan(row, assumed) if split else ServingPlan(layout=_layout(row, "", assumed))
    plan = _with(plan, precision, kv, engine, version, row.get("measured", ""))
    plan = replace(plan, draft_tokens=drafted_in(row.get("spec_decode", "")))
    if not split and not any(number(row, k, 0.0) for k in ("tp", "gpus", "dp", "moe_tp", "moe_ep")):
        plan = replace(plan, layout=_least_layout(shape, choice.system, plan))
        assumed[assumed.index("TP 1")] = f"TP {plan.layout.tp}"
    return Situation(
        layout=DISAGGREGATED if split else AGGREGATED,
        shape=shape,
        system=choice.system,
        plan=plan,
        input_tokens=mean_in,
        output_tokens=mean_out,
        clients=clients,
        fixed_lengths=bool(isl) and abs(mean_in - isl) < 0.5,
        speculation=speculation_of(row.get("spec_decode", ""), assumed, shape),
        months=months_of(row.get("measured", ""), version, assumed, engine),
        packages=plan.packages,
        assumed=tuple(assumed),
    )


def engine_of(text: str, assumed: list[str]) -> str:
    """Engine that a text names; the middle one where it names none."""
    key = text.strip().lower()
    if key in ENGINE_NAMES:
        return ENGINE_NAMES[key]
    for name, engine in ENGINE_NAMES.items():
        if name in key:
            return engine
    if any(name in key for name in OTHER_ENGINES):
        assumed.append(f"engine {text.strip()} taken as vllm")
        return "vllm"
    if key:
        near = nearest(key, tuple(ENGINE_NAMES))
        hint = f" Did you mean {near!r}?" if near else ""
        raise InputError(f"Unknown engine {text!r}.{hint} Known: vllm, sglang, trtllm, other.")
    assumed.append("engine vllm")
    return "vllm"


def usual_engine(system: System) -> str:
    """Engine where a person names none: TensorRT-LLM on NVIDIA's systems, vLLM elsewhere."""
    return "trtllm" if system.vendor == "NVIDIA" else "vllm"


def speculation_of(text: str, assumed: list[str], shape: ModelShape) -> str:
    """Speculation that a text names: "none", "unknown", or a method ("mtp", "eagle3", …).

    Methods without a curve of accepted tokens (n-grams, a draft model, "yes") are taken as the
    model's customary one.
    """
    key = text.strip().lower()
    if key in ("", "none", "off", "no", "false", "0", "n/a", "na", "-"):
        if not key:
            assumed.append("no speculation")
        return "none"
    if "unknown" in key:
        return "unknown"
    for name, method in METHODS.items():
        if name in key:
            return method
    if key in ("true", "yes", "on", "1") or any(m in key for m in OTHER_METHODS):
        assumed.append(f"speculation taken as {method_of(shape)}")
        return method_of(shape)
    raise InputError(f"Unknown speculation {text!r}. Known: none, unknown, mtp, eagle3, dspark.")


def drafted_in(text: str) -> int:
    """Drafted tokens that the name of a method ends in ("MTP3", "eagle3-2"); 0 without any."""
    found = re.search(r"(?:(?:mtp|nextn|dspark)\D*?|eagle[23]?\D+?)([1-8])$", text.strip().lower())
    return int(found.group(1)) if found else 0


def note_long(shape: ModelShape, tokens: float, assumed: list[str]) -> None:
    """Say that a request is longer than the model was made for; the cost of it is told anyway."""
    if 0 < shape.context < tokens:
        assumed.append(f"{tokens:,.0f} tokens; {shape.name} was made for {shape.context:,}")


def months_of(measured: str, version: str, assumed: list[str], engine: str = "") -> float:
    """Months since January 2026 of a date, else of an engine's version.

    An operator's own engine ("other") is taken as tuned at any date.
    """
    if engine == "other":
        return 0.0
    text = measured.strip()
    if not text:
        plain = version.split(".post", maxsplit=1)[0]
        text = VERSION_MONTHS.get(version) or VERSION_MONTHS.get(plain) or DEFAULT_MONTH
        assumed.append(f"software of {text}")
    return months_since_2026(text)


DATE_FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y%m%d", "%Y/%m/%d", "%m/%d/%Y", "%d.%m.%Y", "%b %Y", "%B %Y")
YEARS = (2020, 2040)


def months_since_2026(text: str) -> float:
    """Months since January 2026 of a date; the middle of a month or a year that has no more.

    Raises
    ------
    InputError : no date, or one before 2020 or after 2040.
    """
    plain = text.split("T", maxsplit=1)[0].split(maxsplit=1)[0] if text[:4].isdigit() else text
    if re.fullmatch(r"\d{4}", plain):
        plain += "-07"
    for form in DATE_FORMATS:
        try:
            found = datetime.strptime(plain, form)
        except ValueError:
            continue
        if YEARS[0] <= found.year <= YEARS[1]:
            day = found.day if "%d" in form else 15
            return float((found.year - 2026) * 12 + found.month - 1) + day / 30.0
    raise InputError(
        f"date of the software (`measured` in a case) is {text!r}: write it as 2026-03-27."
    )


def number(row: Row, key: str, default: float) -> float:
    """Number of a cell; `default` where it is empty.

    Raises
    ------
    InputError : the cell holds something else, or a negative number.
    """
    text = (row.get(key) or "").strip()
    if is_blank(text):
        return default
    try:
        value = float(text.replace(",", ""))
    except ValueError as error:
        raise InputError(f"{key} is {text!r}: a number is needed.") from error
    if not value >= 0.0 or value == float("inf"):
        raise InputError(f"{key} is {text}: it must be a number of at least 0.")
    return value


def whole(row: Row, key: str, default: float) -> int:
    """Whole number of a cell; raises as `number` does, for a fraction, and beyond any count."""
    value = number(row, key, default)
    if value > MOST_COUNT:
        raise InputError(f"{key} is {value:g}: at most {MOST_COUNT:,} is meant to be possible.")
    if value != int(value):
        raise InputError(f"{key} is {value:g}: a whole number is needed.")
    return int(value)


def _layout(row: Row, pool: str, assumed: list[str]) -> Layout:
    names = ("tp", "dp", "moe_tp", "moe_ep") if not pool else (
        "tp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size")  # fmt: skip
    tp, dp, moe_tp, moe_ep = (whole(row, pool + name, 0.0) for name in names)
    pp = whole(row, f"{pool}pp", 1.0) or 1
    if not tp and not pool:
        tp = max(1, whole(row, "gpus", 1.0) // max(1, dp))
        assumed.append(f"TP {tp}")
    if not pool and dp > 1 and tp > 1 and tp % dp == 0 and whole(row, "gpus", 0.0) == tp:
        # engines that count attention ranks within the TP group write TP 8 DP 8 for 8 GPUs
        tp //= dp
        assumed.append(f"attention ranks of TP {tp} within the GPUs")
    return Layout(max(1, tp), max(1, dp), moe_tp, moe_ep, pp)


def _least_layout(shape: ModelShape, system: System, plan: ServingPlan) -> Layout:
    """Fewest packages of one attention rank that hold the weights, where a row tells none."""
    counts, scheme = counts_of(shape), scheme_of(shape, system, plan)
    layouts = [Layout(tp=tp) for tp in (1, 2, 4, 8, 16) if shape.heads % tp == 0]
    for layout in layouts:
        if free_bytes(system, weight_bytes(counts, scheme, full_layout(shape, layout))) > 0.0:
            return layout
    return layouts[0]


def _split_plan(row: Row, assumed: list[str]) -> ServingPlan:
    return ServingPlan(
        layout=_layout(row, "decode_", assumed),
        replicas=_workers(row, "decode", assumed),
        prefill=_layout(row, "prefill_", assumed),
        prefill_workers=_workers(row, "prefill", assumed),
        max_batch=whole(row, "decode_batch_size", 0.0),
    )


def _workers(row: Row, pool: str, assumed: list[str]) -> int:
    key = f"{pool}_num_workers"
    if not row.get(key, "").strip():
        assumed.append(f"1 {pool} worker")
        return 1
    count = whole(row, key, 1.0)
    if count < 1:
        raise InputError(f"{key} is {count}: each pool needs at least 1 worker.")
    return count


def _with(
    plan: ServingPlan, precision: str, kv: str, engine: str, version: str, date: str
) -> ServingPlan:
    return replace(
        plan,
        precision=precision,
        kv_precision=kv,
        engine=engine,
        engine_version=version,
        date=date,
    )
