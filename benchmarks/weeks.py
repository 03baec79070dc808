"""Weeks of load in closed form against event by event, over the stages of the reference programme.

python benchmarks/weeks.py [SEEDS]

Prints for each site and stage the difference of hours (rms over the mean), the mean of events over
that of the programme's closed forms, and ramp and drop beside the median over seeds (5 unless told)
of the largest of half a year, with their range; and CPU.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from gigawatt.operations.site_fleet import central_assumptions, demand_curve, site_fleet
from gigawatt.operations.site_mean import fluid_mean_mw
from gigawatt.operations.week import closed_week, representative_week
from gigawatt.program.load import load_program
from gigawatt.study.sites.operate import site_input

PROGRAM = "openai-nvidia-2025-09"


def main(seeds: int) -> None:
    loaded = load_program(PROGRAM)
    a = central_assumptions(loaded.catalog)
    curve, cpu, means = demand_curve(a), [0.0, 0.0], []
    first = site_input(loaded, loaded.program.sites[0].id)
    representative_week(site_fleet(first, loaded.catalog, a), curve)  # compiles
    print("site, stage             rms   fluid     ramp: closed  events (range)   "
          "drop: closed  events (range)")  # fmt: skip
    for site in loaded.program.sites:
        for stage in range(1, len(site.phases) + 1):
            one = site_input(loaded, site.id, tuple(p.id for p in site.phases[:stage]))
            spec = site_fleet(one, loaded.catalog, a)
            began = time.process_time()
            week = closed_week(spec, curve)
            middle = time.process_time()
            runs = [representative_week(spec, curve, seed) for seed in range(1, seeds + 1)]
            cpu[0] += middle - began
            cpu[1] += (time.process_time() - middle) / seeds
            rms = float(np.sqrt(((week.it_shape_pu - runs[0].it_shape_pu) ** 2).mean()))
            mean = float(np.mean([w.mean_it_mw for w in runs]))
            means.append(mean / fluid_mean_mw(one, loaded.catalog) - 1.0)
            ramp, drop = [w.ramp_mw_per_min for w in runs], [w.drop_mw for w in runs]
            print(f"{site.id:<19}{stage:>2}{rms:9.3f}{means[-1]:+8.2%}{week.ramp_mw_per_min:14.1f}"
                  f"{_spread(ramp)}{week.drop_mw:14.1f}{_spread(drop)}")  # fmt: skip
    print(f"mean of events over fluid: {min(means):+.2%} to {max(means):+.2%}")
    print(f"CPU: closed forms {cpu[0]:.2f} s, events {cpu[1]:.2f} s a seed")


def _spread(values: list[float]) -> str:
    return f"{np.median(values):8.1f} ({min(values):.0f} to {max(values):.0f})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
