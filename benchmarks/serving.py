"""Speed of fronts over all plans and of replays: `python benchmarks/serving.py [TRACE]`.

TRACE is the Azure conversation hour (AzureLLMInferenceTrace_conv.csv); without it a Poisson hour of
as many requests with the same mean lengths is replayed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from gigawatt.catalog import load_catalog
from gigawatt.performance.inference.frontier import frontier
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.point import Asked, situation_asked
from gigawatt.performance.inference.replay.run import replay
from gigawatt.performance.inference.replay.trace import read_trace, trace_of
from gigawatt.performance.inference.services import asked_service

REQUESTS, SECONDS, INPUT, OUTPUT = 19_366, 3_500.0, 1154.7, 211.1
REPLICAS = 16
RUNS = 5


def hour():
    rng = np.random.default_rng(0)
    arrival = np.sort(rng.uniform(0.0, SECONDS, REQUESTS))
    lengths = (np.ceil(rng.exponential(mean, REQUESTS)) for mean in (INPUT, OUTPUT))
    return trace_of(arrival - arrival[0], *lengths)


def timed(what, function):
    best_cpu = best_wall = float("inf")
    for _ in range(RUNS):
        cpu, wall = time.process_time(), time.perf_counter()
        found = function()
        best_cpu = min(best_cpu, time.process_time() - cpu)
        best_wall = min(best_wall, time.perf_counter() - wall)
    print(f"{what}: {best_cpu:.3f} s of CPU, {best_wall:.3f} s")
    return found


def main():
    catalog = load_catalog()
    service = asked_service(
        catalog, [], model="deepseek-v3", gpu="GB300", precision="fp4", input_tokens=8000.0
    )
    start = time.process_time()
    front = frontier(service, 72, catalog, 1.2, "auto", ttft_p99_limit_s=5.0)
    print(f"first front, constants read: {time.process_time() - start:.3f} s of CPU")
    timed(
        f"front of a 671B mixture on 72 GB300, {front.evaluated:,} plans",
        lambda: frontier(service, 72, catalog, 1.2, "auto", ttft_p99_limit_s=5.0),
    )
    trace = read_trace(Path(sys.argv[1])) if len(sys.argv) > 1 else hour()
    plan = ServingPlan(replicas=REPLICAS)
    asked = Asked("llama-3.1-70b", "H100", "fp8", "trtllm", "", "none", INPUT, OUTPUT, 256.0,
                  Layout(tp=4), plan)  # fmt: skip
    situation = situation_asked(asked, catalog)
    start = time.perf_counter()
    first = replay(situation, trace, catalog)
    print(f"compiled or read in {first.compile_s:.2f} s of {time.perf_counter() - start:.2f} s")
    for routing in ("round-robin", "least-loaded"):
        timed(
            f"{trace.size:,} requests on {REPLICAS} replicas, {routing}",
            lambda routing=routing: replay(situation, trace, catalog, routing),
        )


if __name__ == "__main__":
    main()
