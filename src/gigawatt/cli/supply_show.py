"""What `gigawatt supply PROGRAM --site NAME` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.energy.site_plan import SitePlan, StageResult

SLACK = 5e-3  # of a share that is asked for: the plan's gap
FULL_LOAD = 1.0
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SiteSupply:
    """Plan of a site with what is told beside it.

    Attributes
    ----------
    plan : of the site.
    seen : by stage, what the grid sees; None without a contract.
    told : accounts by stage and load.
    others : what other customers pay, by case and year.
    bought : contracts for clean power at central values.
    """

    plan: SitePlan
    seen: list[dict[str, Any] | None]
    told: Rows
    others: Rows
    bought: Rows

    def at_full_load(self) -> Rows:
        """Accounts of each stage at full load."""
        return [r for r in self.told if r["load_share"] == FULL_LOAD]


def show_json(found: SiteSupply) -> None:
    """The plan as plain data with accounts of its stages."""
    import json

    from gigawatt.energy.plan_cache import as_data

    data: dict[str, Any] = as_data(found.plan)
    rows = zip(data["stages"], found.seen, found.at_full_load(), strict=True)
    for stage, row, account in rows:
        stage["grid_view"], stage["accounts"] = row, account
        stage["accounts_at_part_load"] = [
            r for r in found.told
            if r["number"] == account["number"] and r["load_share"] < FULL_LOAD
        ]  # fmt: skip
    data["other_customers"], data["clean_power"] = found.others, found.bought
    click.echo(json.dumps(data, indent=1))


def show_text(found: SiteSupply) -> None:
    """The plan by stage, contracts, other customers."""
    plan = found.plan
    click.echo(f"{plan.site}: {plan.objective_usd / 1e9:,.2f} bn USD present value of supply, "
               f"certified gap {plan.gap:.1e}\n")  # fmt: skip
    for s, row, account in zip(plan.stages, found.seen, found.at_full_load(), strict=True):
        _stage(plan, s)
        if row is not None:
            click.echo(_seen_by_grid(row))
        click.echo(_accounts(account))
    for c in found.bought:
        paid, worth = c["paid_usd_per_year"] / 1e6, c["value_usd_per_year"] / 1e6
        click.echo(
            f"{c['contract']}: {c['mwh_per_year'] / 1e3:,.0f} GWh a year, {paid:,.1f} M USD to "
            f"{c['seller']}, worth {worth:,.1f} M USD at the grid's hours"
        )
    for line in _others(found.others):
        click.echo(line)


def _stage(plan: SitePlan, s: StageResult) -> None:
    """Load, cost, capacities and energy of a stage."""
    load = float(s.load_mwh.sum())
    click.echo(
        f"{s.name}: from month {s.start_month:.0f} after the programme's date, {s.years:.1f} a"
    )
    click.echo(f"  load {load / 1e3:,.0f} GWh a year, {s.cost_usd.sum() / load:,.1f} USD/MWh, "
               f"{s.co2_t.sum() / load:.3f} t CO2/MWh, "
               f"unserved {s.unserved_mwh.sum():,.1f} MWh")  # fmt: skip
    for label, mw in zip(plan.capacities, s.capacity_mw, strict=True):
        if mw > 0.05:
            click.echo(f"  {label:<18} {mw:>9,.1f} MW")
    for label, mwh in zip(plan.sources, s.supply_mwh.sum(axis=1), strict=True):
        if mwh > 0.5:
            click.echo(f"  {label:<18} {mwh / 1e3:>9,.1f} GWh a year")


def show_matching(wanted: float, accounts: list[dict[str, Any]]) -> None:
    """Warn of stages in which the share that was asked for can't be kept."""
    for row in accounts:
        if row["matched_hourly_share"] < wanted - SLACK:
            click.echo(
                f"Warning: stage {row['number']} matches {row['matched_hourly_share']:.1%} of its "
                f"load by the hour, not {wanted:.1%}: clean plant comes too late or "
                "costs too much.", err=True,
            )  # fmt: skip


def _others(rows: list[dict[str, Any]]) -> list[str]:
    """What other customers pay in each case; nothing without a grid contract."""
    cases: dict[str, list[dict[str, Any]]] = {}
    for r in rows:
        cases.setdefault(r["case"], []).append(r)
    out = []
    for case, own in cases.items():
        paid = sum(r["shortfall_usd"] for r in own) / 1e6
        stranded = max(r["stranded_usd"] for r in own) / 1e6
        dear = [r["usd_per_mwh"] for r in own if r["usd_per_mwh"] is not None]
        most = f", {max(dear):+.2f} USD/MWh in the dearest" if dear else ""
        out.append(f"other customers, load {case}: {paid:+,.0f} M USD over {len(own)} years{most}; "
                   f"stranded at most {stranded:,.0f} M USD")  # fmt: skip
    return out


def _accounts(row: dict[str, Any]) -> str:
    """Carbon, matching and cost by source of a stage, in two lines."""
    costs = [
        f"{title} {row[key]:,.1f} USD/MWh"
        for title, key in (("grid", "grid_usd_per_mwh"), ("own plant", "own_usd_per_mwh"))
        if row[key] is not None
    ]
    here, market = row["scope2_location_t"] / 1e3, row["scope2_market_t"] / 1e3
    hourly, cfe = row["matched_hourly_share"], row["cfe_share"]
    return (
        f"  scope 1 {row['scope1_t'] / 1e3:,.0f} kt, scope 2 {here:,.0f} kt by location, "
        f"{market:,.0f} kt by market; NOx {row['nox_t']:,.0f} t;\n"
        f"  REF {row['ref']:.1%}, matched by the hour {hourly:.1%}, CFE score {cfe:.1%}; "
        f"{', '.join(costs)}"
    )


def _seen_by_grid(row: dict[str, Any]) -> str:
    """What the grid sees of a stage, in two lines."""
    share = "" if row["area_share"] is None else f" ({row['area_share']:.2%} of the area's peak)"
    return (
        f"  grid: contract {row['contract_mw']:,.0f} MW, at the area's peak "
        f"{row['coincident_mw']:,.0f} MW{share}, at the contract {row['contract_hours']:,.0f} h;\n"
        f"  called back {row['curtailed_mwh']:,.0f} MWh in {row['curtailed_hours']:,.1f} h of full "
        f"load a year (expected), compute waits {row['waiting_hours']:,.0f} h"
    )
