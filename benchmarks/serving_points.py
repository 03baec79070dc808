"""Operating points and rows of case files a CPU second: `python benchmarks/serving_points.py`."""

from __future__ import annotations

import time

import numpy as np

from gigawatt.catalog import load_catalog
from gigawatt.performance.inference.build import Case, points_of
from gigawatt.performance.inference.cases import predict_rows
from gigawatt.performance.inference.closed_loop import closed_loop
from gigawatt.performance.inference.fitted import constants_for, load_fitted
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.search import front_of
from gigawatt.performance.inference.stack import Stack
from gigawatt.performance.inference.tables import AGGREGATED
from gigawatt.performance.models import resolve_model
from gigawatt.performance.names import parse_gpu

POINTS = 40_000
ROWS = 4_000


def main():
    catalog = load_catalog()
    fitted = load_fitted(catalog)
    rng = np.random.default_rng(0)
    shapes = [resolve_model(m, catalog) for m in ("llama-3.1-70b", "deepseek-v3", "gpt-oss-120b")]
    systems = [parse_gpu(g, catalog).system for g in ("H200", "B200", "GB300")]
    cases, stacks = [], []
    for i in range(POINTS):
        shape, system = shapes[i % 3], systems[(i // 3) % 3]
        plan = ServingPlan(layout=Layout(tp=8), precision="fp8")
        lengths = rng.uniform(100, 8000, 2)
        cases.append(Case(shape, system, plan, plan.layout, *lengths))
        scheme = scheme_of(shape, system, plan).id
        stacks.append(Stack("trtllm", system.generation, scheme, shape.id))
    clients = rng.uniform(1, 256, POINTS)
    start = time.process_time()
    points = points_of(cases)
    constants = constants_for(fitted, stacks, np.zeros(POINTS))
    built = time.process_time()
    closed_loop(points, constants, clients, np.full(POINTS, 4096.0))
    done = time.process_time()
    print(f"{POINTS / (done - start):,.0f} points per CPU second, building included")
    print(f"{POINTS / (done - built):,.0f} of them without building")
    rows = [
        {"gpu": ("H200", "B200")[i % 2], "model_path": ("llama-3.3-70b", "deepseek-r1")[i // 2 % 2],
         "precision": "fp8", "backend": "sglang", "mean_isl": f"{lengths[0]:.0f}",
         "mean_osl": f"{lengths[1]:.0f}", "concurrency": f"{clients[i]:.0f}", "tp": "8"}
        for i, lengths in enumerate(rng.uniform(100, 8000, (ROWS, 2)))
    ]  # fmt: skip
    start = time.process_time()
    predict_rows(rows, AGGREGATED, catalog)
    print(f"{ROWS / (time.process_time() - start):,.0f} rows of a case file per CPU second")
    start = time.process_time()
    plan = ServingPlan(precision="fp4")
    front = front_of(shapes[1], systems[2], plan, 8000.0, 1000.0, 72, fitted, 0.0)
    took = time.process_time() - start
    print(f"front of DeepSeek-V3 on up to 72 GB300: {front.tpot_s.size} points, {took:.3f} s")


if __name__ == "__main__":
    main()
