"""Unit and definition of every column of a run's tables, for export.

`COLUMNS` names those of one table, `COMMON` those that mean the same in all. Columns of the draw
matrix are made by rule: ``input:`` and the name of an input, ``result:`` and that of a result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gigawatt.quantity.units import UNITS, unit_of_key

ROW = "see the row"  # the unit stands in the row's column "unit"
TEXT = "text"
MILLION = "USD/million tokens"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds.

    Attributes
    ----------
    unit : unit in words; "text", "date", "month" or "year" where it is no number.
    definition : one sentence.
    """

    unit: str
    definition: str


def column(table: str, name: str, units: Mapping[str, str] | None = None) -> Column | None:
    """Describe a column of a table; None where nothing is known of it.

    Parameters
    ----------
    table, name : as in the run folder.
    units : fact path → unit, of the run's manifest, for the inputs of the draw matrix.
    """
    if table == "draws":
        return _of_draws(name, units or {})
    if table == "stock":
        return Column("H100 equivalents", f"Programme's compute at the end of {name}; one draw.")
    return COLUMNS.get(table, {}).get(name) or COMMON.get(name)


def _levels(prefix: str, unit: str, what: str) -> dict[str, Column]:
    """Columns of the percentiles and the mean of a quantity."""
    mark = f"{prefix}_" if prefix else ""
    out = {
        f"{mark}p{level}": Column(unit, f"{what}; {level}th percentile of the draws.")
        for level in (10, 50, 90)
    }
    return {**out, f"{mark}mean": Column(unit, f"{what}; mean of the draws.")}


def _bands(name: str, unit: str, what: str) -> dict[str, Column]:
    """Columns of the percentiles of a quantity."""
    return {
        f"{name}_p{level}": Column(unit, f"{what}; {level}th percentile of the draws.")
        for level in (10, 50, 90)
    }


COMMON: dict[str, Column] = {
    "month": Column("month", "Calendar month, year and month."),
    "year": Column("year", "Calendar year."),
    "site": Column(TEXT, "Id of the site in the programme."),
    "system": Column(TEXT, "Catalog id of the accelerator system."),
    "unit": Column(TEXT, "Unit of the row's values."),
    "metric": Column(TEXT, "Quantity that the row is about."),
    "status": Column(TEXT, "How it is known: announced, reported, assumed and so on."),
    "note": Column(TEXT, "What a reader must know of the row."),
    "source": Column(TEXT, "Where the row's numbers come from."),
    "route": Column(TEXT, "How power gets there: grid, onsite or brownfield."),
    **_levels("", ROW, "The row's quantity"),
}

_DATES = {
    f"{what}_p{level}": Column("date", f"Day on which {words}; {level}th percentile; empty = not "
                                       "within the calendar.")
    for what, words in (
        ("energised", "the block's firm power is there"),
        ("equipped", "the block's racks are accepted"),
        ("in_service", "racks are accepted and power is firm"),
    )
    for level in (10, 50, 90)
}  # fmt: skip

COLUMNS: dict[str, dict[str, Column]] = {
    "capacity": {
        "site": Column(TEXT, 'Id of the site; "all" for the sum.'),
        **_levels("facility_mw", "MW", "Facility power in service at the end of the month"),
        "packages_mean": Column(
            "packages", "Accelerator packages in service, average of the month; mean of the draws."
        ),
    },
    "schedule": {
        "block": Column(TEXT, "Block: one building of a phase with one system and contract."),
        "site_name": Column(TEXT, "Name of the site."),
        "phase": Column(TEXT, "Id of the phase in the programme."),
        "facility_mw": Column("MW", "Facility power of the block; median of the draws."),
        **_DATES,
        "never_share": Column(
            "share", "Share of draws in which the block is not in service within the calendar."
        ),
        "binding": Column(TEXT, "What was most often the last thing to be ready."),
        "binding_share": Column("share", "Share of draws in which that was the last thing."),
    },
    "binding": {
        "year": Column("year", 'Year of coming into service, or "not within horizon".'),
        "constraint": Column(TEXT, "What was the last thing to be ready."),
        "share": Column("share", "Share of the year's megawatts, over all draws."),
        "weight_mw": Column("MW", "Megawatts of the year for which it was the last; mean."),
    },
    "events": {
        "site_name": Column(TEXT, "Name of the site."),
        "date": Column("date", "When it became known."),
        "kind": Column(TEXT, "tenant_left, paused, power_source_switched and so on."),
    },
    "ledger": {
        "payer": Column(TEXT, "Party that pays."),
        "payee": Column(TEXT, "Party that is paid."),
        "instrument": Column(TEXT, "Contract under which it is paid."),
        "leg": Column(TEXT, "Which of the contract's payments."),
        "investment": Column("true or false", "Whether it is investment cash (else operating)."),
        **_levels("amount_usd", "USD", "Nominal dollars paid in the month"),
    },
    "gap": _levels("gap_usd", "USD", "Nominal dollars outstanding at the bridge in the month"),
    "parties": {
        "party": Column(TEXT, "Party."),
        **{
            f"npv_usd_p{k}": Column(
                "USD",
                "Value at 10 % a year at the start of the calendar, with "
                f"what stands at its end; {k}th percentile of the draws.",
            )
            for k in (10, 50, 90)
        },
        "irr_share_p50": Column(
            "share",
            "Rate of return a year, median; empty where less than half of the draws have one rate "
            "and the party pays first.",
        ),
        "share_of_draws_with_one_irr": Column("share", "Share of the draws with one such rate."),
        "share_of_draws_with_several_irr": Column("share", "Share of the draws with several."),
        "payback": Column(
            "month",
            "Month from which on cumulated cash stays above zero, median; "
            "empty = it never was below, or never recovers.",
        ),
        **{
            f"peak_need_usd_p{k}": Column(
                "USD", f"Largest shortfall of cumulated cash; {k}th percentile of the draws."
            )
            for k in (10, 50, 90)
        },
    },
    "cover": {
        "borrower": Column(TEXT, "Party that pays interest."),
        **{
            f"least_dscr_p{k}": Column(
                "ratio",
                f"Least yearly cash flow before debt service over service; {k}th percentile.",
            )
            for k in (10, 50, 90)
        },
        "llcr_p50": Column(
            "ratio",
            "Present value of the cash flow over the loans' life over the "
            "largest debt, less what of it is left when the calendar ends; median.",
        ),
        "peak_debt_usd_mean": Column("USD", "Largest debt; mean of the draws."),
        "probability_below_lockup": Column(
            "share", "Draws whose least cover is below the lock-up, 1.15 by default."
        ),
        "probability_below_default": Column(
            "share", "Draws whose least cover is a default, below 1.05 by default."
        ),
    },
    "exposure": {
        "holder": Column(TEXT, "Party that holds the claim."),
        "debtor": Column(TEXT, "Party that owes it."),
        "peak_usd": Column("USD", "Loans, prepayments, shares at cost, escrow; largest mean."),
        "end_usd": Column("USD", "The same when the calendar ends."),
    },
    "expected_loss": {
        "party": Column(TEXT, "Party that is owed."),
        "probability": Column("share", "Draws in which something goes unpaid."),
        "unpaid_usd_mean": Column("USD", "Owed under contracts and not paid; mean."),
        "covered_usd_mean": Column("USD", "Of it paid by guarantors, escrow and others; mean."),
        "loss_usd_mean": Column("USD", "The rest; mean."),
        **{
            f"loss_usd_p{k}": Column("USD", f"The same; {k}th percentile of the draws.")
            for k in (10, 50, 90)
        },
    },
    "loan_to_value": {
        "borrower": Column(TEXT, "Party with loans on systems."),
        "year": Column("year", "At whose end."),
        "balance_usd_mean": Column("USD", "Owed; mean."),
        "value_usd_mean": Column("USD", "Resale value of the systems that it bought; mean."),
        **{
            f"loan_to_value_share_p{k}": Column(
                "share", f"The first over the second; {k}th percentile of the draws with a loan."
            )
            for k in (10, 50, 90)
        },
        "above_covenant_share": Column(
            "share", "Of these draws, those above the loan's covenant; empty without one."
        ),
    },
    "statements": {
        "party": Column(TEXT, "Named party."),
        "statement": Column(TEXT, '"income", "cash" or "balance".'),
        "line": Column(TEXT, "Line of the statement."),
        "year": Column("year", "Calendar year: flows in it, balances at its end."),
        "usd_mean": Column("USD", "Mean of the draws."),
    },
    "circularity": {
        "investor": Column(TEXT, "Party that pays equity and sells systems."),
        "equity_usd": Column("USD", "Equity that it pays; mean."),
        "systems_sold_usd": Column("USD", "What it is paid for systems of the build-out; mean."),
        "equity_over_systems_share": Column("share", "The first over the second."),
        **{
            f"back_within_{n}_months_share": Column(
                "share",
                "Share of the equity that is back as "
                f"purchases within {n} months, traced in proportion.",
            )
            for n in (3, 12, 24, 36)
        },
    },
    "tranche_uses": {
        "tranches_released": Column(
            "number", "Tranches of milestone equity that were paid before."
        ),
        "capacity_usd": Column("USD", "Spent on systems, network and sites until the next, mean."),
        "energy_usd": Column("USD", "Spent on energy in the same time, mean."),
        "other_usd": Column("USD", "Spent on upkeep, interest, fees and tax, mean."),
        "equity_usd": Column(
            "USD", "Equity that reaches those who build, the tranche that opens the row among it."
        ),
        "loans_usd": Column("USD", "Drawn under loans and notes, mean."),
        "unnamed_usd": Column("USD", "Unnamed funding, less what is repaid, mean."),
        "own_cash_usd": Column(
            "USD",
            "What closes the account: operating receipts less what is repaid and paid out.",
        ),
    },
    "peak_funding": {
        "instrument": Column(TEXT, "Instrument."),
        "from": Column(TEXT, "Who pays."),
        "to": Column(TEXT, "Who is paid."),
        "usd_mean": Column("USD", "Paid in by the month of the largest gap, less repaid, mean."),
    },
    "peak_need": {
        "need": Column(TEXT, "`investment_gap`, or `gap_with_operation`: all cash counts."),
        "peak_month": Column("month", "Month in which the mean need is largest."),
        **{
            f"peak_usd_p{k}": Column("USD", f"Largest need; {k}th percentile of the draws.")
            for k in (10, 50, 90)
        },
        "party": Column(TEXT, "Who lacks the cash."),
        "party_usd_mean": Column("USD", "Of which this party's, in that month, mean."),
    },
    "debt_capacity": {
        "landlord": Column(TEXT, "Party that owns the halls."),
        **{
            f"debt_usd_per_gw_p{k}": Column(
                "USD/GW",
                f"Debt that its rents carry at a cover of 1.3 over 15 years; {k}th percentile.",
            )
            for k in (10, 50, 90)
        },
        "site_usd_per_gw_p50": Column("USD/GW", "Cost of the site without systems, median."),
        "gearing_share_p50": Column("share", "The debt over that cost, median."),
    },
    "stress": {
        "scenario": Column(TEXT, "Name of the stress test."),
        "title": Column(TEXT, "What changes in it."),
        "party": Column(TEXT, "Party."),
        "loss_usd_mean": Column("USD", "Value that it loses against the base case; mean."),
        **{
            f"loss_usd_p{k}": Column("USD", f"The same; {k}th percentile of the draws.")
            for k in (10, 50, 90)
        },
        "guarantees_usd_mean": Column("USD", "What it pays under guarantees and backstops; mean."),
        "unpaid_usd_mean": Column("USD", "What it owes under contracts and does not pay; mean."),
        "relet_usd_mean": Column(
            "USD", "What it gets from others who take its hall or capacity then; mean."
        ),
        "probability_below_default": Column(
            "share", "Draws whose least cover is below 1.05; empty for parties without loans."
        ),
    },
    "operations": {
        "cause": Column(TEXT, '"useful", or why installed package-hours were lost.'),
        "package_hours_mean": Column("package-hours", "Package-hours of the year; mean of draws."),
        "share": Column("share", "Share of the year's installed package-hours."),
        "cost_usd_mean": Column(
            "USD", "These hours at the owner's cost of an installed package-hour without energy."
        ),
    },
    "load_shape": {
        "stage": Column("count", "Phases of the site that are in service, in their order."),
        "phases": Column(TEXT, "Ids of these phases."),
        "engine": Column(TEXT, '"events", or "closed form" where the run had --closed-weeks.'),
        "hour": Column("hours", "Hour of the week from Monday 00:00 local time."),
        "it_shape_pu": Column("per unit", "IT power of the hour over the mean of the week."),
        "mean_it_mw": Column("MW", "Mean IT power of the site at this stage, central values."),
        "ramp_mw_per_min": Column("MW/min", "Largest change of IT power within a minute."),
        "drop_mw": Column("MW", "Largest fall of IT power at one moment."),
    },
    "energy": {
        "source": Column(TEXT, 'Source of supply; "all" for the sum of the site.'),
        "supply_mwh_mean": Column("MWh", "Energy at the site's meter in the month; mean of draws."),
        "energy_cost_usd_mean": Column(
            "USD", 'Nominal cost of the month\'s energy; mean of draws; only where source is "all".'
        ),
        "co2_t_mean": Column(
            "t CO2", 'CO2 of the month\'s energy; mean of draws; only where source is "all".'
        ),
        "water_m3_mean": Column(
            "m3", 'Water used at the site in the month; mean; only where source is "all".'
        ),
    },
    "supply": {
        "number": Column("number", "Stage of the site, from 1."),
        "phases": Column(TEXT, "Phases that begin with the stage."),
        "source": Column(
            TEXT, 'Source; "waiting" and "unserved" are load not served; "all" sums them.'
        ),
        "facility_mw": Column("MW", "Facility power of the site in the stage, central."),
        "capacity_mw": Column("MW", "Built, or rented; of the grid the largest import."),
        "supply_mwh": Column(
            "MWh", 'A year at full load; of the battery less its charge; "all": the load.'
        ),
        "fixed_usd_per_mwh": Column(
            "USD/MWh", "Annuity, fixed upkeep and demand charge over the load; price year."
        ),
        "running_usd_per_mwh": Column("USD/MWh", "Energy, fuel and upkeep over the load."),
        "co2_t_per_mwh": Column("t CO2/MWh", "Operational CO2 over the load."),
        "deliverable_share": Column("share", "Load that is served over the load asked for."),
        "contract_mw": Column("MW", "Contracted from the grid."),
        "import_peak_mw": Column("MW", "Largest import of an hour."),
        "import_ramp_mw": Column("MW", "Largest change of import from hour to hour, at any load."),
        "ramp_mw_per_min": Column("MW/min", "Largest change of the load within a minute."),
        "drop_mw": Column("MW", "Largest fall of the load at one moment."),
    },
    "supply_weeks": {
        "week": Column(TEXT, "january or july: seven days from its middle."),
        "hour": Column("hour", "Hour of the week, from 0."),
        "source": Column(TEXT, 'Source; battery: discharge less charge; "load".'),
        "mw": Column("MW", "Power in the hour: last stage."),
        "load_share": Column("share", "Part of full load that the hours are for."),
    },
    "supply_durations": {
        "source": Column(TEXT, 'Source, or "load".'),
        "share_of_year": Column("share", "Share of the hours with at least this power."),
        "mw": Column("MW", "Power that is reached or passed."),
        "load_share": Column("share", "Part of full load that the hours are for."),
    },
    "supply_routes": {
        "route": Column(TEXT, "grid or onsite: all phases of the largest site on this route."),
        "technology": Column(TEXT, "On-site technologies of the phases."),
        "first_power": Column("date", "Median day on which the first stage has power."),
        "last_power": Column("date", "Median day on which the last stage has power."),
        "facility_mw": Column("MW", "Facility power of the last stage."),
        "usd_per_mwh": Column("USD/MWh", "Cost of the last stage's load; price year."),
        "co2_t_per_mwh": Column("t CO2/MWh", "Operational CO2 over the load."),
        "unserved_mwh": Column("MWh", "Load shed in a year."),
    },
    "supply_carbon": {
        "month_of_year": Column("month", "1 to 12."),
        "hour": Column("hour", "Hour of the day, local."),
        "co2_kg_per_mwh": Column("kg CO2/MWh", "Mean over the load: last stage."),
        "load_share": Column("share", "Part of full load that the hours are for."),
    },
    "site_accounts": {
        "number": Column("number", "Stage of the site, from 1."),
        "phases": Column(TEXT, "Phases that begin with the stage."),
        "load_share": Column("share", "Part of full load that the row is for."),
        "load_mwh": Column("MWh", "Facility energy asked for in a year at this load."),
        "scope1_t": Column("t CO2", "Burned on site."),
        "scope2_location_t": Column("t CO2", "Of import, at the mean intensity of the area."),
        "scope2_market_t": Column(
            "t CO2", "The same less declared contracts for clean power, matched over the year."
        ),
        "scope2_market_hourly_t": Column(
            "t CO2", "The same with contracts matched within each hour; certificates have none."
        ),
        "ref": Column("share", "Renewable energy used over facility energy (30134-3)."),
        "erf": Column("share", "Reused over facility energy (30134-6), as declared."),
        "matched_annual_share": Column(
            "share", "Load that own clean sources and contracts match in the year."
        ),
        "matched_hourly_share": Column("share", "The same within each hour."),
        "cfe_share": Column(
            "share", "Carbon-free energy by the hour, the clean part of the grid counted."
        ),
        "nox_t": Column("t", "Nitrogen oxides of on-site plant by the planned dispatch."),
        "usd_per_mwh": Column("USD/MWh", "All cost over the load; price year; at full load."),
        "grid_usd_per_mwh": Column("USD/MWh", "Import with its demand charge, over import."),
        "own_usd_per_mwh": Column("USD/MWh", "Plant on site, over its energy."),
        "standby_usd_per_kw_year": Column("USD/kW-year", "Fixed cost of plant on site."),
    },
    "other_customers": {
        "grid": Column(TEXT, "Id of the grid."),
        "case": Column(TEXT, "What the load does."),
        "year": Column("year", "From the day on which the utility is ready, from 1."),
        "contract_mw": Column("MW", "Contract of the site's last stage."),
        "requirement_usd": Column("USD", "What the utility must recover of its investment."),
        "paid_usd": Column("USD", "Demand charges, minimum take and exit payment of the load."),
        "resold_usd": Column("USD", "What capacity that is left empty earns from others."),
        "shortfall_usd": Column("USD", "On the other customers; negative = they gain."),
        "usd_per_mwh": Column("USD/MWh", "The same over the energy of the area's customers."),
        "stranded_usd": Column("USD", "Not yet depreciated while the load is gone."),
        "other_sales_mwh": Column("MWh", "Energy of the area's customers a year."),
    },
    "grid_view": {
        "number": Column("number", "Stage of the site, from 1."),
        "phases": Column(TEXT, "Phases that begin with the stage."),
        "grid": Column(TEXT, "Id of the grid."),
        "contract_mw": Column("MW", "Contracted from the grid."),
        "firm_mw": Column("MW", "Part of it that no rule makes interruptible."),
        "non_firm_mw": Column("MW", "Part that may be called back by a rule that applies."),
        "import_peak_mw": Column(
            "MW", "Largest import of an hour; lost at once in a fault if nothing rides through."
        ),
        "import_mwh": Column("MWh", "Import of a year at full load."),
        "coincident_mw": Column("MW", "Mean import in the hours in which the area peaks."),
        "area_peak_mw": Column("MW", "Peak load of the area."),
        "area_share": Column("share", "Coincident import over the peak of the area."),
        "contract_hours": Column("hours", "Hours of a year in which import is at the contract."),
        "curtailed_hours": Column("hours", "Expected call-backs by the grid, as hours in full."),
        "curtailed_mwh": Column("MWh", "Expected energy that the grid does not deliver."),
        "waiting_hours": Column("hours", "Hours in which the plan lets compute wait."),
        "waiting_mwh": Column("MWh", "Energy of compute that waits, and of load shed."),
        "waiting_longest_h": Column("hours", "Longest run of such hours."),
        "import_ramp_mw": Column("MW", "Largest change of import from hour to hour."),
        "largest_loss_mw": Column("MW", "Loss of load that the area can bear; empty = not known."),
        "ramp_mw_per_min": Column("MW/min", "Largest ramp within a minute, at the meter."),
        "drop_mw": Column("MW", "Largest drop by the site's own events, at the meter."),
    },
    "indicators": {
        "it_mwh": Column("MWh", "Energy of the IT equipment in the year; mean of the draws."),
        "facility_mwh": Column("MWh", "Energy at the site's meter in the year; mean of the draws."),
        "pue": Column("factor", "Facility over IT energy (ISO/IEC 30134-2)."),
        "wue_l_per_kwh": Column("L/kWh", "Site water over IT energy (30134-9)."),
        "cue_kg_per_kwh": Column(
            "kg CO2/kWh", "CO2 of energy over IT energy (30134-8), on site and at the area's mean."
        ),
        "ref": Column("share", "Sun, wind and renewable contracts over facility energy (30134-3)."),
        "erf": Column("share", "Heat given to others over facility energy (30134-6), declared."),
        "matched_annual_share": Column(
            "share", "Energy that own clean sources and contracts match in the year."
        ),
        "matched_hourly_share": Column("share", "The same within each hour."),
        "cfe_share": Column(
            "share", "Carbon-free energy by the hour, the clean part of the grid counted."
        ),
        "scope1_t": Column("t CO2", "Burned on site."),
        "scope2_location_t": Column("t CO2", "Of import, at the mean intensity of the area."),
        "scope2_market_t": Column(
            "t CO2", "The same less declared contracts for clean power, matched over the year."
        ),
        "scope2_market_hourly_t": Column(
            "t CO2", "The same with contracts matched within each hour; certificates have none."
        ),
        "water_m3": Column("m3", "Site water of the year."),
        "water_peak_day_m3": Column("m3", "Site water of the largest day."),
        "nox_t": Column("t", "Nitrogen oxides of on-site plant in the year."),
        "nox_potential_t": Column(
            "t", "The same with all plant at nameplate in all hours of a year."
        ),
        "nox_class": Column(
            TEXT, "Air permit by it: minor, Title V, PSD, NNSR; empty at 0 and outside the US."
        ),
        "usd_per_mwh": Column(
            "USD/MWh",
            "Nominal cost of energy, net cost of contracts with it, over facility energy.",
        ),
        "standby_usd_per_kw_year": Column(
            "USD/kW-year", "Fixed cost of plant on site over its nameplate, nominal."
        ),
    },
    "site_years": {
        "metric": Column(TEXT, "Name of the figure; as in table indicators."),
        "mean": Column(ROW, "Ratio of the sums over the draws in which the site drew power."),
        "p10": Column(ROW, "10th percentile of those draws."),
        "p50": Column(ROW, "Median of those draws."),
        "p90": Column(ROW, "90th percentile of those draws."),
        "draws_share": Column("share", "Draws in which the site drew power in the year."),
    },
    "source_costs": {
        "source": Column(TEXT, "Source of supply."),
        "supply_mwh": Column("MWh", "Energy of the year; mean of the draws."),
        "fixed_usd": Column("USD", "Demand charges, capital and fixed upkeep; mean, nominal."),
        "running_usd": Column("USD", "Energy, fuel and upkeep; mean, nominal."),
        "usd_per_mwh": Column("USD/MWh", "Both over the energy; empty without energy."),
        "usd_per_mwh_p10": Column("USD/MWh", "10th percentile of the draws with energy."),
        "usd_per_mwh_p50": Column("USD/MWh", "Median of the draws with energy."),
        "usd_per_mwh_p90": Column("USD/MWh", "90th percentile of the draws with energy."),
        "nameplate_mw": Column("MW", "Plant on site with its reserve, mean of year and draws."),
        "standby_usd_per_kw_year": Column("USD/kW-year", "Fixed cost over nameplate."),
    },
    "water_days": {
        "day_of_year": Column("day", "1 to 365, without 29 February."),
        "month_of_year": Column("month", "1 to 12."),
        "cooling_m3": Column("m3", "Water of cooling: months of the run, days of a typical year."),
        "plant_m3": Column("m3", "Water of plant on site, even over the days of a month."),
        "water_m3": Column("m3", "Both."),
    },
    "impact": {},
    "performance": {
        "workload": Column(TEXT, "Id of the workload in the programme."),
        "kind": Column(TEXT, "train, serve, research, or named run (one run on one phase)."),
        "model": Column(TEXT, "Catalog id of the reference model."),
        "setting": Column(TEXT, "Plan of parallel work, or batch, that the rate holds for."),
        "value": Column(ROW, "Central value of a healthy system, before failures."),
    },
    "serving": {
        "workload": Column(TEXT, "Id of the serving workload in the programme."),
        "system_name": Column(TEXT, "Name of the system."),
        "in_programme": Column("true or false", "Whether it is a system of the programme."),
        "model": Column(TEXT, "Name of the model."),
        "precision": Column(TEXT, "Of weights and products."),
        "input_tokens": Column("tokens", "Mean prompt."),
        "output_tokens": Column("tokens", "Mean answer."),
        "packages": Column("packages", "Packages of the deployment that plans are made for."),
        "ttft_p99_limit_s": Column("s", "Limit of the time to the first token, 99th percentile."),
        "speculation": Column(TEXT, "Method of drafting tokens; none = without."),
        "engine": Column(TEXT, "Serving software."),
        "software": Column(TEXT, "Month of the software."),
        "pue": Column("ratio", "Power usage effectiveness that power per MW counts."),
        "programme_tok_s_per_user": Column("tokens/s", "Least speed that the programme asks for."),
        "at_programme_speed": Column("true or false", "Whether it is the plan at that speed."),
        "tok_s_per_user": Column("tokens/s", "Output tokens that one user gets."),
        "output_tok_s_per_gpu": Column("tokens/s per package", "Output tokens of one package."),
        "output_tok_s_per_gpu_low": Column("tokens/s per package", "Low end of its 90 % band."),
        "output_tok_s_per_gpu_high": Column("tokens/s per package", "High end of its 90 % band."),
        "output_tok_s_per_mw": Column(
            "tokens/s per MW", "Output tokens over facility power drawn while serving."
        ),
        "drawn_w_per_gpu": Column(
            "W", "IT power that one package draws with its share of the node."
        ),
        "ttft_ms": Column("ms", "Mean time to the first token."),
        "ttft_p99_ms": Column("ms", "99th percentile of the time to the first token."),
        "plan": Column(TEXT, "Parallelism, replicas, pools and drafted tokens."),
    },
    "token_prices": {
        "workload": Column(TEXT, "Id of the serving workload in the programme."),
        "model": Column(TEXT, "Catalog id of the reference model."),
        "precision": Column(TEXT, "Of weights and products."),
        "input_tokens": Column("tokens", "Mean prompt."),
        "output_tokens": Column("tokens", "Mean answer."),
        "tok_s_per_user": Column("tokens/s", "Least speed of a user."),
        "market_systems": Column(TEXT, "Systems on which the market serves, one after the other."),
        **_bands("sold_output_tokens", "tokens", "Output tokens sold in the year"),
        **_bands("price_input_usd_per_million", MILLION, "Price of prompt tokens"),
        **_bands("price_output_usd_per_million", MILLION, "Price of answer tokens"),
        **_bands("price_usd_per_million", MILLION, "Price of prompts and answers together"),
        **_bands("cost_input_usd_per_million", MILLION, "Whole cost of prompt tokens"),
        **_bands("cost_output_usd_per_million", MILLION, "Whole cost of answer tokens"),
        **_bands("cost_usd_per_million", MILLION, "Whole cost of prompts and answers together"),
        **_bands(
            "capacity_price_usd_per_million",
            MILLION,
            "Revenue by capacity, all work, over all tokens sold",
        ),
        **_bands(
            "market_tokens_per_gw_year",
            "tokens/GW-year",
            "Prompts and answers that a facility GW-year of the market sells",
        ),
        **_bands("margin_share", "share", "Price less whole cost of serving, over the price"),
        **_bands("revenue_usd", "USD", "Revenue of tokens in the year"),
    },
    "phase_tokens": {
        "phase": Column(TEXT, "Id of the phase in its site."),
        "in_service_share": Column("share", "Draws in which any of it is in service in the year."),
        "gw_years_mean": Column("GW-years", "Facility power in service; mean of the draws."),
        **_bands("sold_output_tokens", "tokens", "Output tokens sold in the year"),
        "sold_output_tokens_mean": Column("tokens", "The same; mean of the draws."),
        "sold_input_tokens_mean": Column("tokens", "Input tokens sold; mean of the draws."),
        **_bands("price_usd_per_million", MILLION, "Price of prompts and answers together"),
        **_bands("cost_usd_per_million", MILLION, "Whole cost of prompts and answers together"),
        **_bands("cost_input_usd_per_million", MILLION, "Whole cost of prompt tokens"),
        **_bands("cost_output_usd_per_million", MILLION, "Whole cost of answer tokens"),
        **_bands("margin_share", "share", "Price less whole cost of serving, over the price"),
        "cost_systems_usd_mean": Column("USD", "Annuity of systems, network, storage; serving."),
        "cost_site_usd_mean": Column("USD", "Annuity of shell, power and cooling; serving."),
        "cost_upkeep_usd_mean": Column("USD", "Upkeep of site and systems; serving."),
        "cost_energy_usd_mean": Column("USD", "Energy; serving."),
        **_bands("token_revenue_usd", "USD", "Revenue of the tokens sold"),
        "token_revenue_usd_mean": Column("USD", "The same; mean of the draws."),
        **_bands("capacity_revenue_usd", "USD", "Revenue by capacity in use, all work (anchor)"),
        "capacity_revenue_usd_mean": Column("USD", "The same; mean of the draws."),
        "serving_cost_usd_mean": Column("USD", "Whole cost of serving; mean of the draws."),
        "other_cost_usd_mean": Column(
            "USD", "Whole cost of training and research, at which they are internal; mean."
        ),
    },
    "conversion": {
        "name": Column(TEXT, "Declared quantity."),
        "declared_low": Column(ROW, "Low end of what is declared; empty = nothing."),
        "declared_high": Column(ROW, "High end of what is declared."),
        **_levels("computed", ROW, "What the programme comes to"),
        "agrees": Column("true or false", "Whether declared and computed agree; empty = unknown."),
        "reading": Column(TEXT, "Under which reading of the declaration."),
    },
    "capex": {
        "component": Column(TEXT, 'Part of the capital cost; "total" for the sum.'),
        "usd_per_gw_mean": Column(
            "USD/GW", "Nominal capital cost per facility GW; mean of the draws."
        ),
        **_levels("", "USD/GW", "Nominal capital cost per facility GW"),
    },
    "capex_bases": {
        "gigawatt": Column(
            TEXT,
            "What the gigawatt counts: facility, IT, or design power of the chips.",
        ),
        "covers": Column(TEXT, "What the cost holds: site and systems, or one of them."),
        "price_year": Column("year", "Year of the dollars."),
        **{
            f"usd_per_gw_p{k}": Column("USD/GW", f"Capital cost per such gigawatt: P{k}.")
            for k in (10, 50, 90)
        },
        "usd_per_gw_mean": Column("USD/GW", "Capital cost per such gigawatt: mean of the draws."),
    },
    "sites": {
        "grid": Column(TEXT, "Id of its grid in the catalog."),
        "name": Column(TEXT, "Name of the site."),
        "mw_basis": Column(TEXT, "What `power_mw` counts: facility, it, grid or generation."),
        "power_mw": Column("MW", "Power of all phases on the site's own basis; central value."),
        "deal_share": Column("share", "Share of the site in the programme; central value."),
        "facility_mw": Column("MW", "Facility power that counts in the programme; mean of draws."),
        "country": Column(TEXT, "Country code."),
        "export_rule": Column(
            TEXT, "What US export control asks for the systems there; empty = no record."
        ),
        "lat": Column("degrees", "Latitude, north positive."),
        "lon": Column("degrees", "Longitude, east positive."),
        "landlord": Column(TEXT, "Party that owns the halls."),
        "cloud": Column(TEXT, "Party that owns the systems."),
        "tenant": Column(TEXT, "Party that uses the capacity."),
        "climate": Column(TEXT, "Nearest climate of the catalog; empty = none near."),
        "climate_distance_km": Column("km", "Distance to it."),
        "model_pue_annual": Column("factor", "PUE of the year by the hourly model, full load."),
        "model_pue_warmest_month": Column("factor", "The same of its highest month."),
        "model_wue_l_per_kwh": Column(
            "L/kWh", "Water evaporated per kWh of IT energy, of the year."
        ),
    },
    "rules": {
        "rule": Column(TEXT, 'Id in the catalog\'s table "siterules".'),
        "name": Column(TEXT, "Name of the rule."),
        "tested_on": Column(
            "date", "First day of the test: start of the site; it reaches to the horizon."
        ),
        "applies": Column(TEXT, "yes, no, or open (the plan does not tell)."),
        "size": Column(TEXT, "Figure of the site that decides whether the rule applies."),
        "size_value": Column(ROW, "Its value; unit in `size_unit`. Empty = not told."),
        "threshold": Column(ROW, "From where on the rule applies; unit in `size_unit`."),
        "size_unit": Column(TEXT, "Unit of size and threshold."),
        "met": Column(TEXT, "yes, no, or open; empty where the rule does not apply."),
        "value": Column(ROW, "The site's value; for a duty 1 = done; empty = not told."),
        "limit": Column(ROW, "What it must be at least or at most."),
        "short_by": Column(ROW, "By how much the limit is missed."),
        "says": Column(TEXT, "What is asked."),
        "stage": Column(TEXT, "in force, adopted, proposed or precedent."),
        "begins": Column("date", "Day from which the site must keep the rule."),
        "confidence": Column(TEXT, "high, medium, low: how sure threshold, limit and dates are."),
    },
}

_MONTHS = "months since start"
_RESULTS: dict[str, Column] = {
    "first_gw_in_service_month": Column(
        _MONTHS, "First facility GW in service; inf = never; beyond the calendar = not in time."
    ),
    "tenth_gw_in_service_month": Column(
        _MONTHS, "Tenth facility GW in service; inf = never; beyond the calendar = not in time."
    ),
    "funding_gap_peak_usd": Column("USD", "Largest sum outstanding at the bridge."),
    "programme_gw": Column("GW", "Facility power of all blocks, in service or not."),
    "racks_per_week_peak": Column("racks/week", "Largest delivery a week over any three months."),
    "tokens_per_day_per_gw": Column("tokens/day", "Output tokens a day of one facility GW."),
    "training_flop_100_days_per_gw": Column("FLOP", "Training compute of one GW in 100 days."),
    "packages": Column("packages", "Accelerator packages of all blocks, in service or not."),
    "dies": Column("dies", "Accelerator dies of all blocks, in service or not."),
    "racks": Column("racks", "Racks of all blocks, in service or not."),
    "packages_per_gw": Column("packages/GW", "Accelerator packages per facility GW."),
    "racks_per_gw": Column("racks/GW", "Racks per facility GW."),
}

# Inputs that are not facts: pattern, unit, what the values are.
_INPUTS: tuple[tuple[str, Column], ...] = (
    (r"/task/", Column("probability", "Drawn probability, 0 to 1, at which the duration of the "
                                      "task is read off its distribution.")),
    (r"^schedule/(common_pace|site_pace|cause)", Column("standard deviations", "Standard normal "
                                                        "draw that scales durations.")),
    (r"^change/", Column("probability", "Drawn probability, 0 to 1, from which the date of the "
                                        "change of plan is read off.")),
    (r"^market/", Column("standard deviations", "Standard normal draw of the course of prices.")),
    (r"^performance/(error|maturity)/", Column("standard deviations", "Standard normal draw of the "
                                               "error of the model of rates.")),
)  # fmt: skip


def _of_draws(name: str, units: Mapping[str, str]) -> Column | None:
    kind, _, rest = name.partition(":")
    if kind == "result":
        known = _RESULTS.get(rest) or _RESULTS.get(rest.partition("/")[0])
        if known is not None and "/" in rest:
            system = rest.partition("/")[2]
            return Column(known.unit, f"{known.definition[:-1]}, of {system} alone.")
        return known or _by_suffix(rest, "Result")
    if kind != "input":
        return None
    for pattern, described in _INPUTS:
        if re.search(pattern, rest):
            return Column(described.unit, f"{described.definition} Input {rest}.")
    if rest in units:
        return Column(_shown(units[rest]), f"Drawn value of the fact {rest}.")
    return _by_suffix(rest, "Drawn value of the input")


def _by_suffix(name: str, what: str) -> Column:
    return Column(_shown(unit_of_key(name.rpartition("/")[2])), f"{what} {name}.")


def _shown(unit: str) -> str:
    """Unit as shown to people; ratios and bare counts are plain numbers."""
    return UNITS[unit].shown if unit in UNITS else unit or "number"


def units_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Fact path → unit, of the facts that a run used."""
    return {str(f["path"]): str(f.get("unit", "")) for f in manifest.get("facts_used") or ()}
