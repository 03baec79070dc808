"""Speed of the supply planner, compile time told apart; wall and CPU seconds, peak memory.

Run: ``python benchmarks/supply.py [CASE_DIR]``. CASE_DIR is a case directory of a campus on a grid
(as for ``gigawatt supply``); without one a synthetic year is made.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np


def timed(name, function, repeat=1):
    """Run, print the best wall and CPU time, return the last result."""
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        result = function()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    print(f"{name:<62} {min(walls):8.3f} s wall {min(cpus):8.3f} s CPU")
    return result


def base_case(folder):
    """Problem of a case, as a function of grid limit, CO2 cap and scale of the load."""
    from gigawatt.energy.case import read_case
    from gigawatt.energy.case_problem import year_problem

    case = read_case(folder)

    def make(grid=None, cap=None, scale=1.0):
        settings = dict(case.settings)
        if grid is not None:
            settings["grid_limit_mw"] = grid
        settings["co2_cap_t"] = cap
        columns = dict(case.series.columns)
        columns["load_mw"] = columns["load_mw"] * scale
        series = replace(case.series, columns=columns)
        return year_problem(replace(case, settings=settings, series=series))

    return make


def synthetic_case():
    """Case directory with a year of sun, wind and prices from a fixed seed."""
    import json

    rng = np.random.default_rng(0)
    hours = np.arange(8760)
    daily = np.repeat(rng.beta(2, 2, 365), 24)
    sun = np.clip(np.sin((hours % 24 - 6) / 12 * np.pi), 0, None) * np.clip(daily + 0.3, 0, 1)
    wind = np.clip(np.repeat(rng.normal(0.4, 0.2, 1460), 6) + rng.normal(0, 0.05, 8760), 0, 1)
    price = 30 + 40 * np.repeat(rng.lognormal(-0.5, 0.8, 365), 24) * (1.2 - wind)
    folder = Path(tempfile.mkdtemp())
    technologies = {
        "pv_usd_per_mw_yr": 119372.0, "wind_usd_per_mw_yr": 172708.0, "gas_usd_per_mw_yr": 169537.0,
        "gas_var_usd_per_mwh": 39.6, "gas_t_co2_per_mwh": 0.47754, "bat_usd_per_mw_yr": 128756.0,
        "bat_hours": 4, "bat_eta_charge": 0.94, "bat_eta_discharge": 0.94, "voll_usd_per_mwh": 1e4,
    }  # fmt: skip
    data = {"technologies": technologies, "settings": {"grid_limit_mw": 500, "co2_cap_t": None}}
    (folder / "case.json").write_text(json.dumps(data))
    rows = ["load_mw,pv_pu,wind_pu,price_usd_mwh,grid_ci_t_per_mwh"]
    rows += [f"1170,{s:.4f},{w:.4f},{p:.2f},0.35" for s, w, p in zip(sun, wind, price, strict=True)]
    (folder / "timeseries.csv").write_text("\n".join(rows) + "\n")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", type=Path, help="case directory")
    folder = parser.parse_args().case or synthetic_case()

    from gigawatt.energy.capacity.solve import solve_year
    from gigawatt.energy.dispatch.many import YearChange, dispatch_years
    from gigawatt.energy.dispatch.year import YearKernel, compile_kernel
    from gigawatt.energy.stages import SiteStage, solve_stages

    timed("compile the kernel, or load it from disk", compile_kernel)
    make = timed("read the case", lambda: base_case(folder))
    base, capped, island = make(), make(cap=1e6), make(grid=0.0)
    for name, problem in (("as given", base), ("CO2 <= 1 Mt", capped), ("islanded", island),
                          ("islanded, CO2 <= 1 Mt", make(grid=0.0, cap=1e6))):  # fmt: skip
        for gap in (1e-4, 1e-6):

            def run(problem=problem, gap=gap):
                return solve_year(problem, gap)

            found = timed(f"least cost, {name}, gap {gap:g}", run, 3)
            print(f"    {found.objective_usd:,.0f} USD/yr, gap {found.gap:.1e}, {found.rounds} "
                  f"rounds, {found.dispatches} dispatches")  # fmt: skip
    x = solve_year(capped, 1e-4).capacity_mw
    kernel = YearKernel(base)
    timed("dispatch of a year with duals and cut", lambda: kernel.evaluate(x), 20)

    rng = np.random.default_rng(1)
    price, sun = base.price[:, base.offer_number("grid")], base.per_mw[:, 0]
    changes = (
        YearChange(usd_per_mwh={"grid": np.roll(price, 24 * k) * rng.uniform(0.7, 1.4)},
                   per_mw={"pv": np.roll(sun, 24 * k), "wind": np.roll(base.per_mw[:, 1], 24 * k)})
        for k in range(1000)
    )  # fmt: skip
    years = timed("1,000 dispatch years", lambda: dispatch_years(base, x, changes))
    print(f"    largest gap of a year {np.max(1 - years.bound_usd / years.cost_usd):.1e}")

    grids, scales = [0, 0, 100, 200, 300, 400, 500, 500], [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1]
    stages = [
        SiteStage(f"s{n}", 1.0, make(grid=float(g), scale=f))
        for n, (g, f) in enumerate(zip(grids, scales, strict=True))
    ]
    plan = timed("eight stages, gap 1e-4", lambda: solve_stages(stages, {}, 0.08, 1e-4), 3)
    print(
        f"    gap {plan.plan.gap:.1e}, {plan.plan.rounds} rounds, {plan.plan.dispatches} dispatches"
    )
    programme()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    runs()


def programme():
    """All sites and stages of the reference programme, from nothing and out of the cache."""
    from gigawatt.program.load import load_program
    from gigawatt.study.sites.site_supply import site_plans

    loaded = load_program("openai-nvidia-2025-09")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        plans = timed("reference programme, all sites, from nothing",
                      lambda: site_plans(loaded, cache=cache))  # fmt: skip
        timed("reference programme, all sites, from the cache",
              lambda: site_plans(loaded, cache=cache))  # fmt: skip
    stages = sum(len(p.stages) for p in plans.values())
    largest = max(p.gap for p in plans.values())
    print(f"    {len(plans)} sites, {stages} stages, largest gap {largest:.1e}")


def runs(draws=2000, chunk=250):
    """Energy of the reference programme with its plans, and on the declared routes alone."""
    from gigawatt.program.load import load_program
    from gigawatt.study.chain import run_chain
    from gigawatt.study.sites.site_supply import site_plans
    from gigawatt.uncertainty.streams import Streams

    loaded = load_program("openai-nvidia-2025-09")
    kinds = {"plans": site_plans(loaded), "declared routes": {}}
    for name, plans in kinds.items():

        def run(plans=plans):
            total = np.zeros(4)
            for start in range(0, draws, chunk):
                streams = Streams(1, draws, start, start + chunk)
                energy = run_chain(loaded, streams, None, plans).energy
                sun = [s.startswith("pv") for s in energy.sources]
                total += [energy.supply_mwh.sum(), energy.energy_cost_usd.sum(),
                          energy.co2_t.sum(), energy.supply_mwh[:, :, sun].sum()]  # fmt: skip
            return total

        mwh, usd, co2, sun = timed(f"{draws} draws, one process, {name}", run)
        print(
            f"    {usd / mwh:.1f} USD/MWh nominal, {co2 / mwh:.3f} t CO2/MWh, sun {sun / mwh:.1%}"
        )


if __name__ == "__main__":
    main()
