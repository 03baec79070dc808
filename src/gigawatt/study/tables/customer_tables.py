"""What other customers of each site's grid pay, by year, if its load is late or leaves.

Investment and terms are the assumptions "largeload" of the catalog, charges those of the table
"grids", sales of all others those of the table "areas"; contract and peaks those of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.customers import LargeLoadTariff, UtilityInvestment, other_customers
from gigawatt.energy.site_plan import SitePlan
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import KW_PER_MW

YEARS = 20
LATE_YEARS = 2
PLANNED, LATE = "as planned", "two years late"
LEAVES = {PLANNED: None, LATE: None, "leaves after 5 years": 5, "leaves after 10 years": 10}
LEAST_MW = 0.05
MWH_PER_TWH = 1e6
Rows = list[dict[str, Any]]


def customer_rows(program: Program, catalog: Catalog, plans: Mapping[str, SitePlan]) -> Rows:
    """Rows of the table "other_customers": one a site with a contract, case and year."""
    return [
        row
        for site in program.sites
        if site.id in plans and plans[site.id].stages[-1].grid_mw > LEAST_MW
        for case, left in LEAVES.items()
        for row in _case(site.id, site.grid, case, left, catalog, plans[site.id])
    ]


def _case(
    site: str, grid: str, case: str, left: int | None, catalog: Catalog, plan: SitePlan
) -> Rows:
    contract = plan.stages[-1].grid_mw
    area = catalog.records["areas"].get(grid)
    sales = None if area is None else area.value("sales_twh") * MWH_PER_TWH
    found = other_customers(
        _tariff(catalog, grid, contract), _utility(catalog, contract, sales or 1.0),
        _peaks(plan, LATE_YEARS if case == LATE else 0), left=left,
    )  # fmt: skip
    return [
        {
            "site": site, "grid": grid, "case": case, "year": y + 1, "contract_mw": contract,
            "requirement_usd": float(found.requirement_usd[y]),
            "paid_usd": float(found.paid_usd[y]), "resold_usd": float(found.resold_usd[y]),
            "shortfall_usd": float(found.shortfall_usd[y]),
            "usd_per_mwh": None if sales is None else float(found.usd_per_mwh[y]),
            "stranded_usd": float(found.stranded_usd[y]), "other_sales_mwh": sales,
        }
        for y in range(YEARS)
    ]  # fmt: skip


def _peaks(plan: SitePlan, late: int) -> Array:
    """Billed peak in each year after the utility is ready for the first stage, (YEARS,) MW."""
    first = next(s.start_month for s in plan.stages if s.grid_mw > LEAST_MW)
    out = np.zeros(YEARS)
    for y in range(YEARS - late):
        middle = first + 12.0 * y + 6.0
        held = [s for s in plan.stages if s.start_month <= middle]
        out[y + late] = held[-1].import_peak_mw
    return out


def _tariff(catalog: Catalog, grid: str, contract_mw: float) -> LargeLoadTariff:
    fact = catalog.record("assumptions", "largeload")
    return LargeLoadTariff(
        contract_mw,
        catalog.record("grids", grid).value("demand_charge_usd_per_kw_month"),
        catalog.fact("assumptions/energy/minimum_take_share").value,
        int(fact.value("term_years")), fact.value("exit_years"),
    )  # fmt: skip


def _utility(catalog: Catalog, contract_mw: float, sales_mwh: float) -> UtilityInvestment:
    fact = catalog.record("assumptions", "largeload")
    invested = fact.value("investment_usd_per_kw") * contract_mw * KW_PER_MW
    return UtilityInvestment(
        invested, int(fact.value("life_years")), fact.value("return_share"),
        fact.value("upkeep_share") * invested, fact.value("resale_usd_per_kw_year"), sales_mwh,
    )  # fmt: skip
