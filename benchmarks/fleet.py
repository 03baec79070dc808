"""Speed and memory of the fleet engines: prints figures, asserts nothing.

python benchmarks/fleet.py [FOLDER OF TRACES]

A  the RAPS day: 9,472 nodes, 24 h, 1,000 jobs, power each 15 s (job list from the folder)
B  the same on 600,048 nodes, sizes scaled
C  5 M GPUs on 10 sites, 10 years, 2,000 jobs a day: queue, quotas, pre-emption, pools, failures of
   trays, racks, cooling units and halls, crews and parts, upkeep, lemons, caps of sites and rows
D  the closed forms of the reference programme, 2,000 draws
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from gigawatt.operations.cluster import named_cluster
from gigawatt.operations.events.simulate import FleetRun, simulate
from gigawatt.operations.events.spec import (
    FailureClass,
    FleetSpec,
    JobKind,
    SiteSpec,
    two_peaked_sizes,
)
from gigawatt.operations.traces.read import read_trace
from gigawatt.operations.traces.replayed import replay_trace

DAY = 86400.0
RACKS_PER_SITE = 6944  # of 72 GPUs, on 10 sites: 5.0 M


def main(folder: Path | None) -> None:
    list_ = None if folder is None else folder / "raps_frontier_24h_jobs.csv.gz"
    if list_ is not None and list_.exists():
        raps_day(list_)
    else:
        print("A, B: no job list of RAPS given")
    ten_years()
    fluid()


def raps_day(path: Path) -> None:
    trace = read_trace(path, skip_bad=True)
    frontier = named_cluster("frontier")
    began = time.process_time()
    replay_trace(trace, frontier, "raps", horizon_s=DAY, sample_s=15.0)
    print(
        f"   first call (compiles, or loads what is compiled)  {time.process_time() - began:.2f} s"
    )
    best = min(_cpu(lambda: replay_trace(trace, frontier, "raps", None, 0.0, DAY, 15.0))
               for _ in range(20))  # fmt: skip
    print(f"A  RAPS day in process                       {best * 1e3:8.2f} ms")
    from dataclasses import replace

    large = replace(frontier, nodes_count=600_048.0)
    scaled = replace(trace, size=np.maximum(1.0, np.round(trace.size * 63.35)))
    best = min(_cpu(lambda: replay_trace(scaled, large, "raps", None, 0.0, DAY, 15.0))
               for _ in range(20))  # fmt: skip
    print(f"B  600,048 nodes in process                  {best * 1e3:8.2f} ms")
    command = [sys.executable, "-m", "gigawatt.cli.main", "operate", "replay", str(path),
               "--cluster", "frontier", "--policy", "raps", "--until-h", "24", "--skip-bad",
               "--rejected", "/dev/null"]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"A  as a command                              {cpu:8.2f} s CPU, {wall:.2f} s wall, "
          f"{after.ru_maxrss / 1024:.0f} MB")  # fmt: skip


def everything(load: float = 1.0) -> FleetSpec:
    """Case C. `load` scales the length of jobs."""
    hour = 3600.0
    small = two_peaked_sizes(((0.84, 1, 1), (0.16, 2, 16)))
    large = two_peaked_sizes(((0.86, 16, 128), (0.14, 128, 2778)))
    kinds = (
        JobKind("research", 1600.0, small, 6 * load * hour, 1.5, own_error_share=0.2),
        JobKind("batch", 300.0, two_peaked_sizes(((0.8, 1, 2), (0.2, 2, 16))), 6 * load * hour,
                1.0, priority=2, preemptible=True, tenant=1, flex_tier=3),
        JobKind("train", 100.0, large, 6 * load * hour, 1.5, priority=0, preempts=True,
                policy="elastic", tenant=2),
    )  # fmt: skip
    causes = (
        FailureClass("gpu", "tray", 1.2, repair_share=0.4, needs_part=True),
        FailureClass("hbm", "tray", 0.6, repair_share=0.4, needs_part=True),
        FailureClass("host", "tray", 0.4),
        FailureClass("network", "rack", 0.2, repair_h=6.0),
        FailureClass("silent", "tray", 0.1, detection_s=600.0, rollback_s=3600.0),
        FailureClass("cooling", 8, per_domain_year=0.1, repair_share=1.0, repair_h=8.0),
        FailureClass("hall", 256, per_domain_year=0.1, repair_share=1.0, repair_h=2.0),
    )
    cap = np.r_[np.full(20, 1300.0), np.full(4, 1150.0)]
    sites = tuple(
        SiteSpec(f"s{i}", RACKS_PER_SITE, reserve_racks=20, crews=60, spare_parts=2200,
                 pool_peak_racks=1000.0, hour_shift=float(i), age_years=0.0, cap_mw=cap)
        for i in range(10)
    )  # fmt: skip
    return FleetSpec(
        sites, kinds, causes, spare_trays=1, infant_factor=2.5, service_factor=1.0,
        size_exponent=0.1, lemon_share=0.012, lemon_new=0.003, maintenance_per_year=4.0,
        quota_racks=(40_000, 20_000, 45_000), row_racks_powered=15,
    )  # fmt: skip


def ten_years() -> None:
    began = time.process_time()
    simulate(everything(), 2.0)
    print(
        f"   first call (compiles, or loads what is compiled)  {time.process_time() - began:.2f} s"
    )
    for load, name in ((1.0, "light"), (2.5, "busy")):
        began = time.process_time()
        run = simulate(everything(load), 3650.0)
        cpu = time.process_time() - began
        events = float(run.fleet.config["events"][0])
        print(f"C  10 years, {name:<6}{cpu:9.2f} s CPU, {events / 1e6:.1f} M events, "
              f"{events / cpu / 1e6:.1f} M events/s; {_shares(run)}")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"   largest memory of this process            {peak:8.0f} MB")


def _shares(run: FleetRun) -> str:
    states = run.availability()
    waits = ", ".join(f"{k.name} {k.mean_wait_h:.2f} h" for k in run.kinds())
    return f"busy {states['busy']:.2f}, pool {states['pool']:.2f}; waits: {waits}"


def fluid() -> None:
    from gigawatt.catalog.sampling import sample_assumptions
    from gigawatt.operations.assumptions import OperationsAssumptions
    from gigawatt.operations.faults import sample_faults
    from gigawatt.operations.fluid import catalog_package_w, demand
    from gigawatt.program.load import load_program
    from gigawatt.study.chain import run_chain
    from gigawatt.uncertainty.streams import Streams

    loaded = load_program("openai-nvidia-2025-09")
    cpu = 0.0
    draws, chunk = 2000, 250
    for start in range(0, draws, chunk):
        streams = Streams(1, draws, start, start + chunk)
        chain = run_chain(loaded, streams)
        a = sample_assumptions(loaded.catalog, streams, "operations", OperationsAssumptions)
        watts = catalog_package_w(loaded.catalog, chain.blocks)
        faults = sample_faults(loaded.catalog, streams)
        cpu += _cpu(
            lambda chain=chain, streams=streams, a=a, watts=watts, faults=faults: demand(
                loaded.program, chain.blocks, chain.capacity, chain.rates, chain.axis, streams, a,
                watts, faults=faults,
            )
        )  # fmt: skip
    print(f"D  closed forms, 2,000 draws                 {cpu:8.2f} s CPU")


def _cpu(call) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
