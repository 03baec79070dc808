"""Time and memory of the money layer: all instruments, and rates of return.

    python benchmarks/money.py

Goals: all instruments, 2,000 draws x 180 months, in 1 s and 1 GB; rates of return of 10,000 paths x
180 months in 0.3 s. CPU seconds, best of three.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.money.irr import irr
from gigawatt.money.settle import settle
from gigawatt.program.load import Loaded, load_program
from gigawatt.study.chain import run_chain
from gigawatt.uncertainty.streams import Streams

CAMPUS = Path(__file__).parents[1] / "examples/financed-campus.toml"
DRAWS, CHUNK = 2000, 250


def best_cpu_s(work: Callable[[], object], times: int = 3) -> float:
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def inputs_of_chunk(loaded: Loaded, first: int) -> tuple[Any, ...]:
    """What the ledger of a chunk of draws is made from; the rest of the chain is let go."""
    c = run_chain(loaded, Streams(1, DRAWS, first, first + CHUNK))
    energy_mwh = c.energy.supply_mwh.sum(axis=2)
    return c.money, c.schedule, c.capacity, c.energy.energy_cost_usd, c.delivered, energy_mwh


def main() -> None:
    loaded = load_program(str(CAMPUS))
    chunks = [inputs_of_chunk(loaded, k) for k in range(0, DRAWS, CHUNK)]
    months = chunks[0][0].axis.count
    kinds = {i.kind for i in loaded.program.instruments}

    def settled() -> None:
        for c in chunks:
            settle(*c)

    base_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = best_cpu_s(settled)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"ledger, {len(kinds)} kinds of instruments, {DRAWS:,} draws x {months} months: "
        f"{seconds:.2f} s CPU; process at most {peak_mb:,.0f} MB, {base_mb:,.0f} MB before"
    )
    rng = np.random.default_rng(1)
    plain = np.abs(rng.normal(0.02, 0.01, (10_000, 180)))
    plain[:, :24] *= -5.0
    staged = rng.normal(0.02, 0.05, (10_000, 180))
    staged[:, 0], staged[:, 1:12] = -1.0, -0.1
    for name, flows in (("one change of sign", plain), ("many changes of sign", staged)):
        seconds = best_cpu_s(lambda flows=flows: irr(flows, 12.0))
        roots = np.bincount(irr(flows, 12.0).roots, minlength=4)[:4]
        print(f"IRR, 10,000 paths x 180 months, {name}: {seconds:.3f} s CPU; "
              f"paths with 0, 1, 2, 3 rates: {', '.join(map(str, roots))}")  # fmt: skip


if __name__ == "__main__":
    main()
