"""Questions 16 to 18: load on the grid, what others pay, carbon and water."""

from __future__ import annotations

import polars as pl

from gigawatt.study.questions.result import Found, Need, Part
from gigawatt.study.questions.rundata import BANDS, RunData

L_PER_M3_MILLION = 1e3  # million litres in a million m3


def load_shape(run: RunData) -> Found:
    """16: shape, ramps and peak of the load."""
    need = Need("ENERGY", "peak of the system, storage on the site")
    if not run.has("load_shape"):
        return Found(needs=(Need("FLEET", "the run keeps no load shape: run it again"), need))
    table = run.table("load_shape")
    names = dict(zip(run.table("sites")["site"], run.table("sites")["name"], strict=True))
    stages = table.group_by("site", "stage", maintain_order=True).agg(
        pl.col("mean_it_mw", "ramp_mw_per_min", "drop_mw", "engine").first(),
        pl.col("it_shape_pu").max().alias("peak"), pl.col("it_shape_pu").min().alias("least"),
    )  # fmt: skip
    rows = tuple(
        (
            f"{names.get(r['site'], r['site'])}, stage {r['stage']}", r["mean_it_mw"],
            r["mean_it_mw"] * r["peak"], 1.0 / r["peak"], r["least"], r["ramp_mw_per_min"],
            r["drop_mw"],
        )
        for r in stages.iter_rows(named=True)
    )  # fmt: skip
    ways = ", ".join(sorted(set(stages["engine"])))
    part = Part(
        "load_shape_by_site", "Load of each site by stage", "table", "MW",
        "IT power over a week, all phases up to the stage in service, by central values. Peak is "
        "that of hours. Ramp within a minute and drop at one moment are the largest. The hours of "
        "the week are in table load_shape; cooling and losses up to the meter come on top.",
        "table load_shape", text=f"From: {ways}.",
        columns=(
            ("site", ""), ("mean", "MW"), ("peak", "MW"), ("load factor", ""),
            ("least over mean", ""), ("ramp", "MW/min"), ("drop", "MW"),
        ),
        rows=rows,
    )  # fmt: skip
    return Found((part,), (need,))


def other_customers(run: RunData) -> Found:
    """17: what other customers pay if the load is late or leaves."""
    del run
    return Found(
        needs=(
            Need("ENERGY", "tariffs with minimum take and contributions to construction"),
            Need("MONEY", "cost stranded, by year and payer"),
        )
    )


def carbon_and_water(run: RunData) -> Found:
    """18: carbon and water by year and by site, for the supply of this run."""
    co2, water = run.yearly("co2_mt"), run.yearly("water_million_m3")
    years = Part(
        "carbon_and_water_by_year", "Carbon and water by year", "table", "Mt CO2",
        "Operational CO2 of grid power at average intensity and of on-site plants at the stack; "
        "water at the sites. Embodied carbon and the grid plants' water are left out. The first "
        "and last year may be part-years.",
        "table impact: co2_mt, water_million_m3",
        columns=(
            ("year", ""), *((f"CO2 {b}", "Mt CO2") for b in BANDS),
            *((f"water {b}", "million L") for b in BANDS),
        ),
        rows=tuple(
            (str(y), *co2[y], *(w * L_PER_M3_MILLION for w in water[y])) for y in sorted(co2)
        ),
    )  # fmt: skip
    return Found(
        (years, _by_site(run)),
        (Need("ENERGY", "two further supply mixes of the same sites on the same draws"),),
    )


def _by_site(run: RunData) -> Part:
    energy = run.table("energy")
    last = _last_full_year(run)
    here = energy.filter(pl.col("month").str.starts_with(str(last)))
    total = (
        here.filter(pl.col("source") == "all")
        .group_by("site", maintain_order=True)
        .agg(pl.col("supply_mwh_mean", "co2_t_mean", "water_m3_mean").sum())
    )
    mix = (
        here.filter(pl.col("source") != "all")
        .group_by("site", "source", maintain_order=True)
        .agg(pl.col("supply_mwh_mean").sum())
    )
    names = dict(zip(run.table("sites")["site"], run.table("sites")["name"], strict=True))
    rows = []
    for site, mwh, co2, water in total.iter_rows():
        own = mix.filter(pl.col("site") == site)
        sources = ", ".join(
            f"{source} {part / mwh:.0%}"
            for _, source, part in own.iter_rows() if mwh > 0.0
        )  # fmt: skip
        rows.append((names.get(site, site), mwh / 1e6, sources, co2 / 1e6, water / 1e3))
    return Part(
        "carbon_and_water_by_site", f"By site in {last}", "table", "Mt CO2",
        "Means over draws in the last full year of the run, with the shares of supply.",
        "table energy",
        columns=(("site", ""), ("energy", "TWh"), ("supply", ""), ("CO2", "Mt CO2"),
                 ("water", "million L")),
        rows=tuple(rows),
    )  # fmt: skip


def _last_full_year(run: RunData) -> int:
    end = run.horizon
    return end.year if end.month == 12 else end.year - 1
