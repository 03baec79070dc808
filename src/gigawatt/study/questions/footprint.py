"""Questions 16 to 18: load on the grid, what others pay, carbon and water."""

from __future__ import annotations

import polars as pl

from gigawatt.study.questions.part import Part, Value, text_part
from gigawatt.study.questions.result import Found, Need
from gigawatt.study.questions.rundata import BANDS, RunData

ENGINE = "recip-engine"  # plant of the mix that is all gas on site
KG_PER_T = 1e3
L_PER_M3_MILLION = 1e3  # million litres in a million m3


def load_shape(run: RunData) -> Found:
    """16: shape, ramps and peak of the load."""
    held = run.table("supply")
    battery = {
        (r["site"], r["number"]): r["capacity_mw"]
        for r in held.filter(pl.col("source") == "battery").iter_rows(named=True)
    }
    rows = [
        (r["site"], r["phases"], r["facility_mw"], r["contract_mw"], r["import_peak_mw"],
         r["import_ramp_mw"], r["ramp_mw_per_min"], r["drop_mw"],
         battery.get((r["site"], r["number"]), 0.0))
        for r in held.filter(pl.col("source") == "all").iter_rows(named=True)
    ]  # fmt: skip
    table = Part(
        "load_on_the_grid", "Peak and ramps on the grid, storage on site", "table", "MW",
        "By site and stage, full load of the least-cost supply: facility power at design "
        "conditions, contract, largest import and largest change of import from hour to hour at "
        "any load, largest change of the load within a minute and fall at one moment, and the "
        "battery that the plan builds.",
        "table supply",
        columns=(("site", ""), ("stage", ""), ("power", "MW"), ("contract", "MW"),
                 ("largest import", "MW"), ("largest ramp", "MW/h"), ("ramp in a minute", "MW/min"),
                 ("drop", "MW"), ("battery", "MW")),
        rows=tuple(rows),
    )  # fmt: skip
    if not run.has("load_shape"):
        return Found((table,), (Need("shape of the load; run it again"),))
    return Found((table, _shape_by_site(run)))


def _shape_by_site(run: RunData) -> Part:
    """Mean, peak, ramp and drop of the IT load of each site and stage."""
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
    return Part(
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


def stranded(run: RunData) -> Found:
    """17: what other customers pay if the load is late or leaves."""
    if not run.has("other_customers"):
        return Found((), (Need("accounts of other customers; run it again"),))
    table = run.table("other_customers")
    if table.is_empty():
        return Found(
            (text_part("no_grid", "No site on a grid", "No site of the run takes power from a "
                       "grid, so no other customer pays.", "contract of each site",
                       "table supply"),)
        )  # fmt: skip
    largest = table.sort("contract_mw", "site", descending=[True, False])["site"][0]
    return Found((_by_case(table.filter(pl.col("site") == largest)), _worst_by_site(run, table)))


SHOWN_YEARS = (1, 6, 11, 16)


def _by_case(own: pl.DataFrame) -> Part:
    """Years of the largest contract, one row a case."""
    site, contract_mw, grid = own["site"][0], own["contract_mw"][0], own["grid"][0]
    rows: list[tuple[Value, ...]] = []
    for (case,), part in own.group_by("case", maintain_order=True):
        by_year = dict(zip(part["year"], part["shortfall_usd"], strict=True))
        rows.append((
            str(case), *(by_year[y] for y in SHOWN_YEARS), float(part["shortfall_usd"].sum()),
            max(part["stranded_usd"].to_list()), _largest(part["usd_per_mwh"]),
        ))  # fmt: skip
    return Part(
        "paid_by_other_customers", "What falls on other customers", "table", "usd",
        f"The largest grid contract of the run ({contract_mw:,.0f} MW at {site}): what the utility "
        "must recover of its investment less demand charges, minimum take, exit payment and what "
        "the freed capacity earns, by year from the day it is ready (negative: others gain), "
        f"summed over {max(own['year'].to_list())} years, nominal; stranded: not yet depreciated "
        "when the load is gone; dearest year: over the energy of all customers of the area "
        f"({grid}). Investment and terms are assumptions of the catalog, not of a contract.",
        "table other_customers; catalog: assumptions/largeload, grids, areas",
        columns=(("the load", ""), *((f"year {y}", "usd") for y in SHOWN_YEARS), ("in all", "usd"),
                 ("stranded", "usd"), ("dearest year", "USD/MWh")),
        rows=tuple(rows),
    )  # fmt: skip


def _largest(values: pl.Series) -> float | None:
    """Largest number of a column; None where none is known."""
    return max((float(v) for v in values.drop_nulls()), default=None)


def _worst_by_site(run: RunData, table: pl.DataFrame) -> Part:
    """Worst case of each site that has a contract."""
    names = dict(zip(run.table("sites")["site"], run.table("sites")["name"], strict=True))
    rows = []
    for (site,), part in table.group_by("site", maintain_order=True):
        lost = part.sort("stranded_usd", descending=True, maintain_order=True).row(0, named=True)
        dear = part.sort("shortfall_usd", descending=True, maintain_order=True).row(0, named=True)
        rows.append((
            names.get(site, site), part["grid"][0], part["contract_mw"][0], lost["case"],
            lost["stranded_usd"], dear["case"], dear["shortfall_usd"], dear["usd_per_mwh"],
        ))  # fmt: skip
    return Part(
        "other_customers_by_site", "Worst year of each site", "table", "usd",
        "By site with a grid contract: the case that strands most, and the case and year that "
        "cost other customers most. Years and cases are in table other_customers.",
        "table other_customers",
        columns=(("site", ""), ("grid", ""), ("contract", "MW"), ("strands most", ""),
                 ("stranded", "usd"), ("costs most", ""), ("in that year", "usd"),
                 ("of others", "USD/MWh")),
        rows=tuple(rows),
    )  # fmt: skip


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
    return Found((years, _by_site(run), _other_mixes(run)))


def _other_mixes(run: RunData) -> Part:
    """CO2 of the same energy from the grids alone, and from gas on site alone."""
    energy = run.table("energy").filter(pl.col("source") == "all")
    sites = run.table("sites")
    per_mwh = {
        site: run.catalog.record("grids", grid).value("co2_t_per_mwh")
        for site, grid in zip(sites["site"], sites["grid"], strict=True)
    }
    engine = run.catalog.record("technologies", ENGINE)
    carbon = run.catalog.fact("assumptions/energy/gas_co2_kg_per_mmbtu").value / KG_PER_T
    gas, make_up = engine.value("heat_rate_mmbtu_per_mwh") * carbon, engine.value("water_l_per_kwh")
    rows = []
    by_year = energy.with_columns(pl.col("month").str.slice(0, 4).alias("year"))
    for (year,), own in by_year.group_by("year", maintain_order=True):
        mwh, water = own["supply_mwh_mean"].to_numpy(), float(own["water_m3_mean"].sum())
        whole, co2 = float(mwh.sum()), float(own["co2_t_mean"].sum())
        grid = float(sum(m * per_mwh[s] for m, s in zip(mwh, own["site"], strict=True)))
        rows.append(
            (str(year), whole / 1e6, co2 / 1e6, grid / 1e6, gas * whole / 1e6, water / 1e3,
             (water + make_up * whole) / 1e3)
        )  # fmt: skip
    return Part(
        "carbon_and_water_of_mixes", "The same energy from three supplies", "table", "Mt CO2",
        "Mean energy of each year: as this run supplies it; all from the grid of each site at its "
        "average intensity of the catalog, kept as it is today; all from gas engines on site, "
        "whose make-up water comes on top of cooling. Water of grid plants is in none of them.",
        f"tables energy, sites; catalog: grids, technologies/{ENGINE}",
        columns=(("year", ""), ("energy", "TWh"), ("this run", "Mt CO2"), ("all grid", "Mt CO2"),
                 ("all gas on site", "Mt CO2"), ("water", "million L"),
                 ("water, all gas", "million L")),
        rows=tuple(sorted(rows)),
    )  # fmt: skip


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
