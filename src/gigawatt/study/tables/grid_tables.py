"""What the grid sees of each site and stage, and the accounts of its year at the plan's loads.

From the hours of the least-cost plans (`energy.stage_hours`), the table "areas" of the catalog, and
the load shape that operations give. Central values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigawatt.catalog import Catalog
from gigawatt.energy.mix import PHASES_JOINED
from gigawatt.energy.rules.check import Finding
from gigawatt.energy.site_plan import DEMAND, GRID, PART_LOADS, SitePlan, StageResult
from gigawatt.energy.stage_hours import StageHours
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import HOURS_PER_YEAR, KG_PER_T, KW_PER_MW
from gigawatt.study.frame import Frame
from gigawatt.study.sites.site_rules import site_findings

if TYPE_CHECKING:
    import polars as pl

LEAST_MW = 0.05
ALL_OF_IT, WITHOUT_OWN = "all", "without own generation"
FULL_LOAD = 1.0
COSTS = ("usd_per_mwh", "grid_usd_per_mwh", "own_usd_per_mwh", "standby_usd_per_kw_year")
NO_COST: dict[str, float | None] = dict.fromkeys(COSTS)
TOLD = (
    "scope1_t", "scope2_location_t", "scope2_market_t", "scope2_market_hourly_t", "ref",
    "matched_annual_share", "matched_hourly_share", "cfe_share",
)  # fmt: skip
Rows = list[dict[str, Any]]


TYPES = {
    "site": "String", "number": "Int64", "phases": "String", "grid": "String",
    **dict.fromkeys((
        "contract_mw", "firm_mw", "non_firm_mw", "import_peak_mw", "import_mwh", "coincident_mw",
        "area_peak_mw", "area_share", "contract_hours", "curtailed_hours", "curtailed_mwh",
        "waiting_hours", "waiting_mwh", "waiting_longest_h", "import_ramp_mw", "largest_loss_mw",
        "ramp_mw_per_min", "drop_mw",
    ), "Float64"),
}  # fmt: skip


def grid_view_table(
    frame: Frame, catalog: Catalog, plans: Mapping[str, SitePlan], shapes: pl.DataFrame
) -> pl.DataFrame:
    """Table "grid_view" of a run; `shapes` is its table "load_shape"."""
    import polars as pl

    first = shapes.unique(["site", "phases"], keep="first", maintain_order=True)
    rows = grid_view_rows(frame, catalog, plans, first.to_dicts())
    return pl.DataFrame(rows, schema={name: getattr(pl, kind) for name, kind in TYPES.items()})


def grid_view_rows(
    frame: Frame, catalog: Catalog, plans: Mapping[str, SitePlan], shapes: Rows
) -> Rows:
    """Rows of the table "grid_view": one a site and stage with a grid contract.

    `shapes` are rows of the table "load_shape": ramps and drops of operations.
    """
    rows: Rows = []
    for s, site in enumerate(frame.program.sites):
        plan = plans.get(site.id)
        if plan is None:
            continue
        _, found = site_findings(frame, catalog, s, plan)
        interruptible = non_firm_share(found, catalog, plan)
        pue = catalog.fact(f"cooling/{site.cooling}/pue_design").value
        for number, stage in enumerate(plan.stages, start=1):
            if stage.grid_mw > LEAST_MW:
                shape = _shape_of(shapes, site.id, _phases(plan, number))
                row = grid_row(site, plan, number, stage, catalog, interruptible)
                for name, key in (("ramp_mw_per_min", "ramp_mw_per_min"), ("drop_mw", "drop_mw")):
                    row[name] = None if shape is None else shape[key] * pue
                rows.append(row)
    return rows


def grid_row(
    site: Site,
    plan: SitePlan,
    number: int,
    stage: StageResult,
    catalog: Catalog,
    non_firm: float | None = None,
) -> dict[str, Any]:
    """What the grid sees of one stage; ramps and drops within the hour are for operations.

    `non_firm` is the interruptible part of the contract; None = not known.
    """
    area = catalog.records["areas"].get(site.grid)
    share = catalog.record("grids", site.grid).value("curtailment_share")
    imported = float(stage.supply_mwh[plan.sources.index(GRID)].sum())
    hours = stage.hours
    coincident = None if hours is None else hours.figure("coincident_mw")
    peak = None if area is None else area.value("peak_load_mw")
    limit = area.value("largest_loss_mw") if area and "largest_loss_mw" in area.facts else None
    return {
        "site": site.id, "number": number, "phases": stage.name, "grid": site.grid,
        "contract_mw": stage.grid_mw,
        "firm_mw": None if non_firm is None else stage.grid_mw * (1.0 - non_firm),
        "non_firm_mw": None if non_firm is None else stage.grid_mw * non_firm,
        "import_peak_mw": stage.import_peak_mw, "import_mwh": imported,
        "coincident_mw": coincident, "area_peak_mw": peak,
        "area_share": None if peak is None or coincident is None else coincident / peak,
        "contract_hours": None if hours is None else hours.figure("contract_hours"),
        "curtailed_hours": share * HOURS_PER_YEAR, "curtailed_mwh": share * imported,
        "waiting_hours": None if hours is None else hours.figure("waiting_hours"),
        "waiting_mwh": None if hours is None else hours.figure("waiting_mwh"),
        "waiting_longest_h": None if hours is None else hours.figure("waiting_longest_h"),
        "import_ramp_mw": stage.import_ramp_mw,
        "largest_loss_mw": limit,
    }  # fmt: skip


def non_firm_share(found: Sequence[Finding], catalog: Catalog, plan: SitePlan) -> float:
    """Part of the grid contract that rules make interruptible, 0 to 1."""
    last = plan.stages[-1]
    own = sum(
        mw
        for name, mw in zip(plan.capacities, last.capacity_mw.tolist(), strict=True)
        if name in catalog.records["technologies"]
    )
    worst = 0.0
    for f in found:
        kind = catalog.record("siterules", f.rule).attributes.get("non_firm")
        if f.applies and kind == ALL_OF_IT:
            worst = 1.0
        elif f.applies and kind == WITHOUT_OWN and last.grid_mw > 0.0:
            worst = max(worst, 1.0 - min(1.0, own / last.grid_mw))
    return worst


def account_rows(plans: Mapping[str, SitePlan], catalog: Catalog, sites: Iterable[Site]) -> Rows:
    """Rows of the table "site_accounts": one a site, stage and load of the plan; full load last.

    Cost is told at full load; by year and draw it stands in the tables of the run.
    """
    reused = {s.id: s.heat_reused_share for s in sites}
    return [
        {"site": site, "number": number, "phases": stage.name, "load_share": load,
         "load_mwh": float(stage.load_mwh.sum()) * load, **_carbon(hours), "erf": reused[site],
         "nox_t": _nox_t(plan, supply, catalog),
         **(_levelised(plan, stage) if load == FULL_LOAD else NO_COST)}
        for site, plan in plans.items()
        for number, stage in enumerate(plan.stages, start=1)
        for load, supply, hours in _loads(stage)
    ]  # fmt: skip


def _loads(stage: StageResult) -> list[tuple[float, Array, StageHours]]:
    """Loads of a stage with supply by source and month, (K, 12), and hours."""
    parts = zip(PART_LOADS, stage.part_supply_mwh, stage.part_hours, strict=False)
    full = [] if stage.hours is None else [(FULL_LOAD, stage.supply_mwh, stage.hours)]
    return [*parts, *full]


def _carbon(hours: StageHours) -> dict[str, Any]:
    return {name: hours.figure(name) for name in TOLD}


def _nox_t(plan: SitePlan, supply_mwh: Array, catalog: Catalog) -> float:
    """NOx of the year that is burned, from supply by source and month, (K, 12)."""
    known = catalog.records["emissions"]
    return sum(
        float(supply_mwh[k].sum()) * known[name].value("nox_kg_per_mwh") / KG_PER_T
        for k, name in enumerate(plan.sources)
        if name in known
    )


def _levelised(plan: SitePlan, stage: StageResult) -> dict[str, float | None]:
    """Cost per MWh of import, and of own plant; what a kW of own plant costs standing, a year."""
    fixed = dict(zip(plan.capacities, stage.fixed_usd.tolist(), strict=True))
    held = dict(zip(plan.capacities, stage.capacity_mw.tolist(), strict=True))
    running = dict(zip(plan.sources, stage.running_usd.tolist(), strict=True))
    energy = dict(zip(plan.sources, stage.supply_mwh.sum(axis=1).tolist(), strict=True))
    own = [n for n in energy if n in held]
    own_mwh = sum(energy[n] for n in own)
    own_usd = sum(fixed[n] + running[n] for n in own)
    own_mw = sum(held[n] for n in own)
    grid_usd = fixed[DEMAND] + running[GRID]
    return {
        "usd_per_mwh": float(stage.cost_usd.sum()) / float(stage.load_mwh.sum()),
        "grid_usd_per_mwh": grid_usd / energy[GRID] if energy[GRID] > 1.0 else None,
        "own_usd_per_mwh": own_usd / own_mwh if own_mwh > 1.0 else None,
        "standby_usd_per_kw_year": sum(fixed[n] for n in own) / (own_mw * KW_PER_MW)
        if own_mw > LEAST_MW else None,
    }  # fmt: skip


def _phases(plan: SitePlan, number: int) -> set[str]:
    """Phases in service in a stage."""
    return {p for stage in plan.stages[:number] for p in stage.name.split(PHASES_JOINED)}


def _shape_of(shapes: Rows, site: str, phases: set[str]) -> dict[str, Any] | None:
    """First row of the load shape of these phases; None where there is none."""
    own = (r for r in shapes if r["site"] == site)
    return next((r for r in own if set(r["phases"].split()) == phases), None)
