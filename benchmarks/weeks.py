"""Weeks of load in closed form against event by event, over the stages of the reference programme.

python benchmarks/weeks.py [SEEDS]

Prints for each site and stage the difference of hours (rms over the mean), of the mean, and ramp
and drop beside the median over seeds (5 unless told) of the largest of half a year; and CPU.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from gigawatt.program.load import load_program
from gigawatt.study.sites.operate import site_weeks

PROGRAM = "openai-nvidia-2025-09"


def main(seeds: int) -> None:
    loaded = load_program(PROGRAM)
    cpu = [0.0, 0.0]
    site_weeks(loaded, loaded.program.sites[0].id)  # compiles
    print("site, stage             rms     mean     ramp: closed  events    drop: closed  events")
    for site in loaded.program.sites:
        began = time.process_time()
        closed = site_weeks(loaded, site.id, events=False)
        cpu[0] += time.process_time() - began
        began = time.process_time()
        runs = [site_weeks(loaded, site.id, seed=seed) for seed in range(1, seeds + 1)]
        cpu[1] += (time.process_time() - began) / seeds
        for stage, (_, week) in enumerate(closed):
            found = [run[stage][1] for run in runs]
            one = found[0]
            rms = float(np.sqrt(((week.it_shape_pu - one.it_shape_pu) ** 2).mean()))
            mean = week.mean_it_mw / float(np.mean([w.mean_it_mw for w in found])) - 1.0
            ramp = float(np.median([w.ramp_mw_per_min for w in found]))
            drop = float(np.median([w.drop_mw for w in found]))
            print(f"{site.id:<19}{stage + 1:>2}{rms:9.3f}{mean:+9.1%}{week.ramp_mw_per_min:16.1f}"
                  f"{ramp:8.1f}{week.drop_mw:16.1f}{drop:8.1f}")  # fmt: skip
    print(f"CPU: closed forms {cpu[0]:.2f} s, events {cpu[1]:.2f} s a seed")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
