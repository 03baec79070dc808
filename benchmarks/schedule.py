"""Speed of the schedule alone: CPU seconds by number of draws; prints figures, asserts nothing.

python benchmarks/schedule.py [PROGRAM]
"""

from __future__ import annotations

import sys
import time

from gigawatt.catalog import load_catalog
from gigawatt.cli.memory import keep_freed_memory
from gigawatt.program.load import load_program
from gigawatt.schedule.cases import SiteCase, case_dates
from gigawatt.study.reasons.levers import pull_all
from gigawatt.study.schedule_run import schedule_run

REPEATS = 3


def main(name: str) -> None:
    keep_freed_memory()  # as the command does
    loaded = load_program(name)
    run = schedule_run(loaded, 250, 1)
    for draws in (1000, 2500, 5000, 10000, 20000):
        best = min(_cpu(lambda n=draws: schedule_run(loaded, n, 1)) for _ in range(REPEATS))
        print(f"{name}: {len(run.sites)} blocks, {draws:6} draws   {best:6.2f} s CPU")
    base = schedule_run(loaded, 1000, 1)
    print(f"six levers, 1,000 draws     {_cpu(lambda: pull_all(base, 1000, 1)):6.2f} s CPU")
    catalog, case = load_catalog(), SiteCase(loaded.program.as_of, mw=1000.0)
    print(
        f"one site of --cases         {1e3 * _cpu(lambda: case_dates(case, catalog)):6.1f} ms CPU"
    )


def _cpu(work: object) -> float:
    began = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - began


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "openai-nvidia-2025-09")
