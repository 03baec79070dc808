"""MLPerf Inference rows: offline, server and interactive under their limits.

A row names accelerators, model, scenario and limits; the plan is the submitter's secret. The best
customary layout and batch within the limits is taken. Prompt and answer lengths of the benchmarks
are in the catalog's ``benchmarks`` table; a round in which the software of mixtures was young has
its factor there too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import unknown_name
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.fitted import TABLE, Fitted
from gigawatt.performance.inference.plan import ServingPlan
from gigawatt.performance.inference.predict import Value
from gigawatt.performance.inference.schemes import precision_of
from gigawatt.performance.inference.search import TPOT_P99_SHARE, Front, front_of
from gigawatt.performance.inference.tables import number, usual_engine
from gigawatt.performance.models import resolve_model
from gigawatt.performance.names import parse_gpu
from gigawatt.performance.shapes import ModelShape

Row = Mapping[str, str]
BENCHMARKS = "benchmarks"
MOST_REPLICA = 64
SCENARIOS = ("offline", "server", "interactive")
SECONDS = {"s": 1.0, "ms": 1e-3}


@dataclass(frozen=True, slots=True)
class MlperfPrediction:
    """Operating point of a row; tokens are per accelerator."""

    ttft_s: Value
    tpot_s: Value
    output_tok_s_per_package: Value
    packages: float
    assumed: tuple[str, ...]


def predict_mlperf(row: Row, fitted: Fitted, catalog: Catalog) -> MlperfPrediction:
    """Prediction of one row.

    Raises
    ------
    InputError : a name is unknown.
    InfeasibleError : the model does not fit, or nothing is within the limits.
    """
    assumed: list[str] = []
    load = benchmark_of(row.get("model", ""), catalog)
    shape = resolve_model(row.get("model", ""), catalog)
    gpu = parse_gpu(row.get("accelerator", ""), catalog)
    precision = precision_of(row.get("weight_data_types", ""), shape, gpu.system, assumed)
    scenario = scenario_of(row, assumed)
    record = round_record(row.get("round", "").strip(), catalog, assumed)
    engine = usual_engine(gpu.system)
    packages = int(number(row, "accelerators", 8.0)) or 8
    lengths = lengths_of(row, load)
    prompt, answer = lengths[0]
    assumed += [f"{prompt:,.0f} tokens in, {answer:,.0f} out", f"engine {engine}"]
    ttft, tpot = limits_of(row, load, scenario, assumed)
    found = []
    for inputs, outputs in lengths:
        front = _front(
            shape, gpu.system, ServingPlan(precision=precision, engine=engine), inputs, outputs,
            min(packages, MOST_REPLICA), fitted, record.value("months_since_2026"),
        )  # fmt: skip
        at = front.best(tpot * TPOT_P99_SHARE, ttft)
        found.append((front, at))
    assumed.append(_words(*found[0]))
    slow = 1.0
    if shape.is_moe and gpu.system.generation == "blackwell" and "moe_share" in record.facts:
        slow = record.value("moe_share")
        assumed.append(f"young software of mixtures: {slow:.2f} of the rate")
    if len(found) > 1:
        assumed.append("mean answer not stated: the band reaches over its range")
    return _prediction(found, slow, packages, gpu.system, fitted, catalog, assumed)


def lengths_of(row: Row, load: Record) -> list[tuple[float, float]]:
    """Mean prompt and answer; where no answer is stated or published, also the ends of both ranges.

    Short prompts go with long answers there, so that the ends are those of the output rate.
    """
    prompt, answer = load.value("input_tokens"), load.value("output_tokens")
    said = number(row, "mean_output_tokens", 0.0)
    if said or not load.fact("output_tokens").is_range:
        return [(prompt, said or answer)]
    ends = np.array([0.0, 1.0])
    inputs, outputs = (
        load.fact(key).distribution.ppf(ends) for key in ("input_tokens", "output_tokens")
    )
    most = (float(inputs[1]), float(outputs[0])), (float(inputs[0]), float(outputs[1]))
    return [(prompt, answer), *most]


def _prediction(
    found: list[tuple[Front, int]], slow: float, packages: int, system: System, fitted: Fitted,
    catalog: Catalog, assumed: list[str],
) -> MlperfPrediction:  # fmt: skip
    """The first point, in a band that reaches over the others."""
    kind = "moe" if system.generation in fitted.generations else "generation"
    band = catalog.record(TABLE, f"band.{kind}")

    def value(values: list[float], key: str) -> Value:
        spread = float(np.exp(band.value(key)))
        return Value(values[0], min(values) / spread, max(values) * spread)

    return MlperfPrediction(
        ttft_s=value([float(f.ttft_s[i]) for f, i in found], "ttft"),
        tpot_s=value([float(f.tpot_s[i]) / slow for f, i in found], "tpot"),
        output_tok_s_per_package=value([float(f.output_tok_s[i]) * slow for f, i in found], "rate"),
        packages=float(packages),
        assumed=tuple(assumed),
    )


def _words(front: Front, at: int) -> str:
    layout = front.layouts[int(front.layout[at])]
    return (
        f"TP {layout.tp} DP {layout.dp} on {layout.packages} packages, "
        f"{front.requests[at]:,.0f} requests"
    )


@lru_cache(maxsize=256)
def _front(
    shape: ModelShape, system: System, plan: ServingPlan, prompt: float, answer: float,
    packages: int, fitted: Fitted, months: float,
) -> Front:  # fmt: skip
    return front_of(shape, system, plan, prompt, answer, packages, fitted, months)


def benchmark_of(model: str, catalog: Catalog) -> Record:
    """Record of a benchmark by its model's name ("llama2-70b-99.9")."""
    table = catalog.records[BENCHMARKS]
    known = [i for i in table if not i.startswith("round-")]
    for name in sorted(known, key=len, reverse=True):
        if model.strip().lower().startswith(name):
            return table[name]
    raise unknown_name("MLPerf model", model, known)


def round_record(name: str, catalog: Catalog, assumed: list[str]) -> Record:
    """Record of a round ("v6.1"); the newest where none is named, or one that is newer still."""
    table = catalog.records[BENCHMARKS]
    rounds = sorted(i for i in table if i.startswith("round-"))
    wanted = f"round-{name}" if name else rounds[-1]
    if re.fullmatch(r"round-v\d+\.\d+", wanted) and _version(wanted) > _version(rounds[-1]):
        assumed.append(f"round {name} taken as {rounds[-1].removeprefix('round-')}")
        wanted = rounds[-1]
    if wanted not in table:
        raise unknown_name("MLPerf round", name, [r.removeprefix("round-") for r in rounds])
    return table[wanted]


def _version(round_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in round_id.removeprefix("round-v").split("."))


def scenario_of(row: Row, assumed: list[str]) -> str:
    """Scenario of a row; that of a server where none is named.

    Results also write "llama2-70b-interactive-99.9" with a server's scenario.

    Raises
    ------
    InputError : another one than the three of data centres.
    """
    name = row.get("scenario", "").strip().lower()
    if not name:
        assumed.append("scenario Server")
        return "server"
    if name not in SCENARIOS:
        raise unknown_name("MLPerf scenario", row["scenario"], [s.title() for s in SCENARIOS])
    if name == "server" and "interactive" in row.get("model", "").lower():
        return "interactive"
    return name


def limits_of(row: Row, load: Record, scenario: str, assumed: list[str]) -> tuple[float, float]:
    """Limits of the 99th percentiles of TTFT and TPOT, s; infinite offline.

    Those of the benchmark's rules where the row's text has none.
    """
    if scenario == "offline":
        return np.inf, np.inf
    found = {}
    for name, unit in (("ttft", "s"), ("tpot", "ms")):
        said = re.search(rf"{name}(\w*?)(_m?s)?\s*<=?\s*([\d.]+)", row.get("limits", "").lower())
        if said:
            written = (said.group(2) or f"_{unit}").removeprefix("_")
            found[name] = float(said.group(3)) * SECONDS[written]
            continue
        fact = f"{name}_p99_{unit}"
        own = f"interactive_{fact}"
        value = load.value(own if scenario == "interactive" and own in load.facts else fact)
        found[name] = value * SECONDS[unit]
        assumed.append(f"{name.upper()} p99 within {value:g} {unit}")
    return found["ttft"], found["tpot"]
