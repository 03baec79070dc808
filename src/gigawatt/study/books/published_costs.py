"""Published unit costs beside what this package gives on their inputs.

    python -m gigawatt.study.books.published_costs docs/unit-costs.md

writes the tables between the marks of that page. Ours is the capital cost of `money.capex` on the
block conversion, sampled, for each system on a site of the bundled single campus, in nominal
dollars of the date of the figure that it stands beside; the published figures are facts of the
catalog. Nothing here is fitted to them.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.money.capex import capex_per_gw
from gigawatt.money.inputs import money_inputs
from gigawatt.money.result import Capex
from gigawatt.program.blocks import Blocks, make_blocks
from gigawatt.program.load import load_program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import HOURS_PER_YEAR, MW_PER_GW
from gigawatt.uncertainty.streams import Streams
from gigawatt.uncertainty.summary import bands

DRAWS, SEED = 2000, 1
IT = ("systems", "network", "storage_cpu")
SITE = ("shell", "power_cooling", "soft")
RATE = 0.08  # cost of capital of a large owner, a year; assumed
SITE_YEARS = 15.0
ENERGY_USD_PER_MWH, LOAD_SHARE = 65.0, 0.85  # of Epoch's energy cost: 0.6 bn a year and IT GW
LIVES = (3.0, 4.0, 5.0, 6.0, 8.0)
MARK = ("<!-- tables: start -->", "<!-- tables: end -->")


@dataclass(frozen=True, slots=True)
class Row:
    """A published figure beside ours.

    Attributes
    ----------
    name, basis : what is published, and on which basis.
    published : low and high.
    ours : P10, P50, P90 in the same unit.
    why : what explains the difference.
    """

    name: str
    basis: str
    published: tuple[float, float]
    ours: tuple[float, float, float]
    why: str

    @property
    def ratio(self) -> float:
        """Our median over the middle of what is published."""
        return self.ours[1] / (0.5 * sum(self.published))


@dataclass(frozen=True, slots=True)
class SystemCost:
    """Cost of one system, per facility GW; (D,) each.

    Attributes
    ----------
    capex : of the money layer.
    it_gw : IT GW per facility GW.
    packages : per facility GW.
    it_opex_usd, site_opex_usd : per facility GW and year, without energy.
    """

    capex: Capex
    it_gw: Array
    packages: Array
    it_opex_usd: Array
    site_opex_usd: Array

    def part(self, names: tuple[str, ...]) -> Array:
        """Sum of some components, USD per facility GW, (D,)."""
        return np.asarray(np.sum([self.capex.components[n][:, 0] for n in names], axis=0))


def system_cost(catalog: Catalog, system: str, on: dt.date | None = None) -> SystemCost:
    """Sampled cost of a system on a site of the single campus, at the prices of a day.

    Without one, at those of the programme's as-of date.
    """
    loaded = load_program("single-campus", catalog=catalog)
    site = loaded.program.sites[0]
    phase = replace(site.phases[0], system=system, route="grid")
    program = replace(loaded.program, sites=(replace(site, phases=(phase,)),))
    streams = Streams(SEED, DRAWS)
    blocks: Blocks = make_blocks(program, loaded.catalog, streams)
    axis = MonthAxis.between(program.start, program.horizon)
    inputs = money_inputs(program, loaded.catalog, blocks, axis, streams)
    if on is not None:
        inputs = replace(inputs, as_of_month=axis.position(on))
    gw = blocks.facility_power_mw.sum(axis=1) / MW_PER_GW
    it_gw = blocks.it_power_mw.sum(axis=1) / MW_PER_GW / gw
    return SystemCost(
        capex=capex_per_gw(inputs),
        it_gw=it_gw,
        packages=blocks.packages.sum(axis=1) / gw,
        it_opex_usd=inputs.assumptions.it_opex_usd_per_gw_year * it_gw,
        site_opex_usd=inputs.assumptions.facility_opex_usd_per_gw_year * it_gw,
    )


def annual_usd(
    it_usd: Array, site_usd: Array, it_years: float, opex_usd: Array | float,
    rate: float = RATE, site_years: float = SITE_YEARS,
) -> Array:  # fmt: skip
    """Cost of a year: level payments for systems and site over their lives, and running cost."""
    it = it_usd * level_payment_factor(np.array(rate), np.array(it_years))
    site = site_usd * level_payment_factor(np.array(rate), np.array(site_years))
    return np.asarray(it + site + opex_usd)


def energy_usd(cost: SystemCost) -> Array:
    """Energy of a facility GW and year, USD, at Epoch's price and load."""
    mwh = MW_PER_GW * HOURS_PER_YEAR * LOAD_SHARE
    return np.full(DRAWS, mwh * ENERGY_USD_PER_MWH)


def per_gigawatt(catalog: Catalog) -> list[Row]:
    """Capital cost per gigawatt, in bn USD."""

    def row(name: str, basis: str, path: str, system: str, parts: tuple[str, ...],
            why: str) -> Row:  # fmt: skip
        low, high = _range(catalog, f"capex/{path}")
        cost = system_cost(catalog, system, told_on(catalog, f"capex/{path}"))
        ours = cost.part(parts) / (cost.it_gw if basis.startswith("IT") else 1.0)
        return Row(name, basis, (low / 1e9, high / 1e9), _three(bands(ours / 1e9)), why)

    gb, vr, whole, ms = "gb200-nvl72", "vr200-nvl72", (*IT, *SITE), "morgan-stanley"
    racks_vr = float(np.median(system_cost(catalog, vr).packages)) / 72.0
    no_it = "facility GW, no systems"
    return [
        row("Bernstein, GB200", "facility GW", "bernstein-gb200/total_usd_per_gw", gb, whole,
            "part by part below"),
        row("Epoch, GB200", "IT GW", "epoch-cost-model/total_usd_per_gw", gb, whole,
            _at_hub_split(catalog, "epoch-cost-model", gb, per_it=True)),
        row("Epoch hub, mixed", "facility GW", "epoch-frontier-hub/total_usd_per_gw", gb, whole,
            f"{_at_hub_split(catalog, 'epoch-frontier-hub', gb, per_it=False)}; its sites of 2024 "
            "and 2025 hold older systems, which cost less a GW (H100 of Morgan Stanley: 23)"),
        row("NVIDIA, next generation", "facility GW", "nvidia-call/total_usd_per_gw", vr, whole,
            "agrees; told before prices of memory rose"),
        row("Barclays, Stargate", "facility GW", "barclays/stargate_usd_per_gw", vr, whole,
            "agrees within the range"),
        row("Barclays, site", no_it, "barclays/site_usd_per_gw", vr, SITE,
            "agrees; ours is without on-site power and interest, which stand elsewhere"),
        row("Goldman Sachs, site", no_it, "goldman-site/site_usd_per_gw", vr, SITE, "the same"),
        row("Morgan Stanley, Vera Rubin", "systems only, as read", f"{ms}/vera_rubin_usd_per_gw",
            vr, IT, f"implies 4,240 racks a GW of 236 kW; {racks_vr:,.0f} heavier ones here"),
        row("Morgan Stanley, GB300", "systems only, as read", f"{ms}/gb300_usd_per_gw",
            "gb300-nvl72", IT, "what the gigawatt holds is not said"),
        row("Morgan Stanley, B200", "systems only, as read", f"{ms}/b200_usd_per_gw", "b200-sxm",
            IT, "the same"),
        row("Morgan Stanley, H100", "systems only, as read", f"{ms}/h100_usd_per_gw", "h100-sxm",
            IT, "the same"),
    ]  # fmt: skip


def told_on(catalog: Catalog, path: str) -> dt.date:
    """Day at which a published figure held; the middle of the month or year that is told."""
    parts = [int(x) for x in catalog.fact(path).as_of.split("-")]
    return dt.date(*parts) if len(parts) == 3 else dt.date(parts[0], [*parts, 7][1], 15)


def _at_hub_split(catalog: Catalog, record: str, system: str, *, per_it: bool) -> str:
    """Systems and site of a published total, split as Epoch's hub does, beside ours."""
    share = catalog.record("capex", "epoch-frontier-hub").value("compute_share")
    total = catalog.record("capex", record).value("total_usd_per_gw") / 1e9
    cost = system_cost(catalog, system, told_on(catalog, f"capex/{record}/total_usd_per_gw"))
    gw = cost.it_gw if per_it else np.ones(DRAWS)
    systems, site = (float(np.median(cost.part(p) / gw)) / 1e9 for p in (IT, SITE))
    return (f"at the hub's split {total * share:.0f} bn of systems and {total * (1.0 - share):.0f} "
            f"of site there, {systems:.0f} and {site:.0f} here")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the cost of a gigawatt: theirs and ours (median), bn USD, and what differs."""

    name: str
    theirs: float
    ours: float
    why: str


def gb200_parts(catalog: Catalog) -> list[Part]:
    """Bernstein's gigawatt of GB200 beside ours part by part, per facility GW.

    Medians of parts need not add up to that of the sum.
    """
    b = catalog.record("capex", "bernstein-gb200")
    cost = system_cost(
        catalog, "gb200-nvl72", told_on(catalog, "capex/bernstein-gb200/total_usd_per_gw")
    )
    total, racks = b.value("total_usd_per_gw") / 1e9, b.value("racks")
    in_rack = b.value("network_in_rack_share")
    systems = total * (b.value("gpu_systems_share") + b.value("cpu_share") + in_rack)
    network = total * (b.value("networking_share") - in_rack)
    plant = total * b.value("generators_turbines_share")
    electrical = total * b.value("mechanical_electrical_share") - plant
    own = {n: float(np.median(cost.part(p))) / 1e9 for n, p in {
        "systems": ("systems",), "network": ("network",), "storage": ("storage_cpu",),
        "electrical": ("power_cooling",), "shell": ("shell", "soft"), "all": (*IT, *SITE)}.items()
    }  # fmt: skip
    ours = float(np.median(cost.packages)) / 72.0
    per_rack = own["systems"] / ours * 1e3
    return [
        Part("racks, with CPUs, NICs and copper", systems, own["systems"],
             f"{racks:,.0f} racks at {systems / racks * 1e3:.1f} m USD there, {ours:,.0f} at "
            f"{per_rack:.1f} here: others than Bernstein tell 3.3 and 3.5 m of a rack, which takes "
            f"{1e6 / racks:.0f} kW of the facility there, {1e6 / ours:.0f} here",
        ),
        Part("network outside the racks", network, own["network"],
             f"{network / systems:.0%} of the racks there, {own['network'] / own['systems']:.0%} "
             "here: Morgan Stanley's share is higher"),
        Part("storage and CPU nodes", total * b.value("storage_share"), own["storage"], ""),
        Part("generators and turbines", plant, 0.0,
             "a provider's, booked as power bought (energy layer)"),
        Part("other mechanical and electrical", electrical, own["electrical"], "agrees"),
        Part("shell, land, soft cost", total * b.value("land_building_other_share"), own["shell"],
             "closing item there, so that fees, insurance and contingency (soft cost) may be left "
             "out of it; with them ours meets Barclays and Goldman Sachs"),
        Part("all", total, own["all"], ""),
    ]  # fmt: skip


def per_hour(catalog: Catalog, rate: float) -> list[Row]:
    """Cost of an installed GPU-hour to a large owner, USD, at four years of life."""
    names = {"h100": "h100-sxm", "h200": "h200-sxm", "b200": "b200-sxm", "gb200": "gb200-nvl72",
             "gb300": "gb300-nvl72"}  # fmt: skip
    out = []
    for short, system in names.items():
        cost = system_cost(catalog, system)
        opex = cost.it_opex_usd + cost.site_opex_usd + energy_usd(cost)
        year = annual_usd(cost.part(IT), cost.part(SITE), 4.0, opex, rate)
        hour = year / cost.packages / HOURS_PER_YEAR
        low, high = _range(catalog, f"prices/gpu-hour-cost/{short}_usd_per_gpu_hour")
        why = "the cost of capital" if rate else "agrees: theirs seems to hold no cost of capital"
        if short == "gb300":
            why = "a placeholder of the source, 1.2 times GB200"
        elif short == "b200" and not rate:
            why = "price of the system"
        name = f"SemiAnalysis, {short.upper()}"
        basis = f"installed GPU-hour, capital at {100 * rate:g} %"
        out.append(Row(name, basis, (low, high), _three(bands(hour)), why))
    return out


def by_life(catalog: Catalog) -> list[tuple[float, float, tuple[float, float, float]]]:
    """IT life → cost of a year of one IT GW on Epoch's inputs, and ours for GB200, bn USD."""
    record = catalog.record("capex", "epoch-cost-model")
    cost = system_cost(catalog, "gb200-nvl72")
    it, site = cost.part(IT) / cost.it_gw, cost.part(SITE) / cost.it_gw
    share = float(np.median(it / (it + site)))
    whole, opex = record.value("total_usd_per_gw"), record.value("opex_usd_per_gw_year")
    years = record.value("site_life_years")
    rest = (cost.it_opex_usd + cost.site_opex_usd + energy_usd(cost)) / cost.it_gw
    out = []
    for life in LIVES:
        theirs = annual_usd(np.array(whole * share), np.array(whole * (1.0 - share)), life, opex,
                            site_years=years)  # fmt: skip
        ours = annual_usd(it, site, life, rest, site_years=years)
        out.append((life, float(theirs) / 1e9, _three(bands(ours / 1e9))))
    return out


def tables(catalog: Catalog) -> str:
    """All tables as Markdown."""
    life = [
        "| life of systems, years | on Epoch's cost and running cost | ours, GB200: P10 to P90 |",
        "|---|---|---|",
        *(f"| {n:g} | {theirs:.1f} | {p50:.1f} ({p10:.1f} to {p90:.1f}) |"
          for n, theirs, (p10, p50, p90) in by_life(catalog)),
    ]  # fmt: skip
    return "\n".join([
        "### Capital cost, bn USD per gigawatt", "", *_markdown(per_gigawatt(catalog), 1), "",
        "### Bernstein's gigawatt of GB200 part by part, bn USD per facility GW", "",
        *_parts(gb200_parts(catalog)), "",
        "### Cost of a GPU-hour to a large owner, USD, four years of life", "",
        *_markdown([*per_hour(catalog, 0.0), *per_hour(catalog, RATE)], 2), "",
        "### Cost of a year of one IT gigawatt by life of the systems, bn USD", "", *life,
    ])  # fmt: skip


def with_tables(page: str, catalog: Catalog) -> str:
    """`page` with the tables between its marks made anew."""
    before, rest = page.split(MARK[0])
    _, after = rest.split(MARK[1])
    return f"{before}{MARK[0]}\n\n{tables(catalog)}\n\n{MARK[1]}{after}"


def _markdown(rows: list[Row], digits: int) -> list[str]:
    head = ["| published by | basis | published | ours: P50 (P10 to P90) | ratio | why |",
            "|---|---|---|---|---|---|"]  # fmt: skip
    lines = []
    for r in rows:
        low, high = (f"{x:.{digits}f}" for x in r.published)
        shown = low if low == high else f"{low} to {high}"
        p10, p50, p90 = (f"{x:.{digits}f}" for x in r.ours)
        lines.append(f"| {r.name} | {r.basis} | {shown} | {p50} ({p10} to {p90}) | {r.ratio:.2f} "
                     f"| {r.why} |")  # fmt: skip
    return [*head, *lines]


def _parts(parts: list[Part]) -> list[str]:
    head = ["| part | Bernstein | ours, P50 | ours less theirs | why |", "|---|---|---|---|---|"]
    return head + [
        f"| {p.name} | {p.theirs:.1f} | {p.ours:.1f} | {p.ours - p.theirs:+.1f} | {p.why} |"
        for p in parts
    ]


def _range(catalog: Catalog, path: str) -> tuple[float, float]:
    fact = catalog.fact(path)
    low, high = (float(fact.distribution.ppf(np.array([q]))[0]) for q in (0.0, 1.0))
    return low, high


def _three(values: Array) -> tuple[float, float, float]:
    low, middle, high = (float(v) for v in values)
    return low, middle, high


if __name__ == "__main__":
    from gigawatt.catalog import load_catalog

    target = Path(sys.argv[1])
    page = with_tables(target.read_text(encoding="utf-8"), load_catalog())
    target.write_text(page, encoding="utf-8")
