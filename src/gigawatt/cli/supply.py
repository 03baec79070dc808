"""`gigawatt supply`: least-cost supply of a case directory, or of a site of a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from pathlib import Path

    from gigawatt.energy.dispatch.problem import YearProblem
    from gigawatt.energy.dispatch.solution import Solution
    from gigawatt.energy.least_cost import Summary

SLACK = 5e-3  # of a share that is asked for: the plan's gap


@click.command()
@click.argument("target")
@click.option("--gap", type=click.FloatRange(1e-9, 0.5), default=1e-6, show_default=True,
              help="Certified gap to reach.")  # fmt: skip
@click.option("--route", type=click.Choice(("auto", "kernel", "lp")), default="auto",
              show_default=True,
              help="Cutting planes with the kernel, or the whole LP in HiGHS.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--csv", type=click.Path(), metavar="FILE", help="Write the hours of the dispatch.")
@click.option(
    "--pypsa", type=click.Path(), metavar="DIR", help="Write the case as a PyPSA network."
)
@click.option("--html", type=click.Path(), metavar="FILE", help="Write a page of pictures.")
@click.option("--site", metavar="NAME", help="A site of the programme TARGET.")
@click.option("--closed-weeks", is_flag=True,
              help="With --site: week of the load in closed form; no event engine.")  # fmt: skip
@click.option("--stage", metavar="NAME", default="",
              help="Stage of the site for --csv, --pypsa and --html; else the last.")  # fmt: skip
def command(
    target: str,
    gap: float,
    route: str,
    as_json: bool,
    csv: str | None,
    pypsa: str | None,
    html: str | None,
    site: str | None,
    closed_weeks: bool,
    stage: str,
) -> None:
    """Least-cost capacities and hourly dispatch of TARGET.

    TARGET is a case directory, or with --site a programme (a bundled name or a TOML file): then the
    site is planned over the stages of its schedule, islanded or on the grid as its phases are.
    --csv, --pypsa and --html then write one stage, with the capacities of the plan.

    A case directory holds case.json (technologies, settings) and timeseries.csv or .csv.gz with
    8,760 hours; docs/supply.md lists the keys. Exit code 3 if no supply keeps all limits: the
    message says which limit stands in the way and by how much.
    """
    from pathlib import Path

    from gigawatt.errors import InputError

    if site is not None:
        given = click.get_current_context().get_parameter_source("gap")
        if route != "auto" or given is ParameterSource.COMMANDLINE:
            raise InputError("--gap and --route go with a case directory only.")
        if stage and not (csv or pypsa or html):
            raise InputError("--stage goes with --csv, --pypsa or --html.")
        if closed_weeks:
            from gigawatt.study.sites.kept_weeks import take_closed_forms

            take_closed_forms()
        _site(target, site, as_json)
        if csv or pypsa or html:
            _write_site(target, site, stage, csv, pypsa, html)
        return
    if stage or closed_weeks:
        raise InputError("--stage and --closed-weeks go with --site.")
    if not Path(target).is_dir():
        raise InputError(
            f"{target}: no such case directory. For a programme name the site: --site NAME."
        )
    _case(Path(target), gap, route, as_json, csv, pypsa, html)


def _case(
    folder: Path,
    gap: float,
    route: str,
    as_json: bool,
    csv: str | None,
    pypsa: str | None,
    html: str | None,
) -> None:
    from gigawatt.energy.case import read_case
    from gigawatt.energy.case_problem import fleet_of, must_serve, year_problem
    from gigawatt.energy.dispatch.year import compile_kernel
    from gigawatt.energy.feasible import broken, message
    from gigawatt.energy.least_cost import least_cost, summary
    from gigawatt.energy.reliability import reliability
    from gigawatt.errors import InfeasibleError

    case = read_case(folder)
    for warning in case.warnings:
        click.echo(f"Warning: {warning}", err=True)
    problem = year_problem(case)
    compile_kernel()
    serve = must_serve(case)
    try:
        solution = least_cost(problem, gap, route)
    except InfeasibleError:
        raise InfeasibleError(message(problem, None, must_serve=serve)) from None
    if broken(problem, solution, must_serve=serve):
        raise InfeasibleError(message(problem, solution, must_serve=serve))
    if solution.gap > gap:
        click.echo(f"Warning: the gap reached is {solution.gap:.2g}, not {gap:.2g}.", err=True)
    result = summary(problem, solution)
    fleet = fleet_of(case, problem, solution.capacity_mw)
    risk = reliability(problem, solution.capacity_mw, fleet)
    if as_json:
        _print_json(case.name, result, risk)
    else:
        _print_text(case.name, result, risk)
    _write(problem, solution, csv, pypsa, html, case.name)


def _write(
    problem: YearProblem,
    solution: Solution,
    csv: str | None,
    pypsa: str | None,
    html: str | None,
    name: str,
) -> None:
    from pathlib import Path

    if csv:
        from gigawatt.energy.hours_csv import write_hours

        write_hours(problem, solution, Path(csv))
        click.echo(csv, err=True)
    if pypsa:
        from gigawatt.energy.pypsa_export import write_network

        write_network(problem, Path(pypsa), name)
        click.echo(pypsa, err=True)
    if html:
        from gigawatt.report.supply_page import write_page

        write_page(problem, solution, Path(html), name)
        click.echo(html, err=True)


def _print_json(name: str, result: Summary, risk: dict[str, float]) -> None:
    import json
    from dataclasses import asdict

    data: dict[str, Any] = asdict(result) | ({"reliability": risk} if risk else {})
    click.echo(json.dumps({"name": name, **data}, indent=1))


def _print_text(name: str, result: Summary, risk: dict[str, float]) -> None:
    from gigawatt.energy.least_cost import cost_lines

    click.echo(f"{name}: {result.objective_usd_per_yr / 1e6:,.2f} M USD a year, "
               f"{result.usd_per_mwh_load:,.2f} USD/MWh of load")  # fmt: skip
    click.echo(f"certified gap {result.gap:.1e}; {result.route}; {result.rounds} rounds, "
               f"{result.dispatches} dispatches, {result.seconds:.2f} s\n")  # fmt: skip
    for line in cost_lines(result):
        click.echo(line)
    for label, value in risk.items():
        click.echo(f"{label.replace('_', ' ')}: {value:,.4g}")


def _site(program: str, name: str, as_json: bool) -> None:
    from gigawatt.energy.clean_power import central_year
    from gigawatt.energy.plan_cache import planned
    from gigawatt.program.load import load_program
    from gigawatt.study.sites.site_supply import one_site
    from gigawatt.study.tables.customer_tables import customer_rows
    from gigawatt.study.tables.grid_tables import FULL_LOAD, account_rows, grid_row

    loaded = load_program(program)
    plan = planned(one_site(loaded, name))
    site = loaded.program.site(name)
    seen = [
        grid_row(site, plan, n, s, loaded.catalog) if s.grid_mw > 0.0 else None
        for n, s in enumerate(plan.stages, start=1)
    ]
    told = account_rows({name: plan}, loaded.catalog, [site])
    others = customer_rows(loaded.program, loaded.catalog, {plan.site: plan})
    accounts = [r for r in told if r["load_share"] == FULL_LOAD]
    bought = central_year(site, loaded.catalog)
    _tell_matching(site.hourly_matching_share, accounts)
    if as_json:
        import json

        from gigawatt.energy.plan_cache import as_data

        data: dict[str, Any] = as_data(plan)
        for stage, row, account in zip(data["stages"], seen, accounts, strict=True):
            stage["grid_view"], stage["accounts"] = row, account
            stage["accounts_at_part_load"] = [
                r for r in told
                if r["number"] == account["number"] and r["load_share"] < FULL_LOAD
            ]  # fmt: skip
        data["other_customers"], data["clean_power"] = others, bought
        click.echo(json.dumps(data, indent=1))
        return
    click.echo(f"{plan.site}: {plan.objective_usd / 1e9:,.2f} bn USD present value of supply, "
               f"certified gap {plan.gap:.1e}\n")  # fmt: skip
    for s, row, account in zip(plan.stages, seen, accounts, strict=True):
        load = float(s.load_mwh.sum())
        head = (
            f"{s.name}: from month {s.start_month:.0f} after the programme's date, {s.years:.1f} a"
        )
        click.echo(head)
        click.echo(f"  load {load / 1e3:,.0f} GWh a year, {s.cost_usd.sum() / load:,.1f} USD/MWh, "
                   f"{s.co2_t.sum() / load:.3f} t CO2/MWh, "
                   f"unserved {s.unserved_mwh.sum():,.1f} MWh")  # fmt: skip
        for label, mw in zip(plan.capacities, s.capacity_mw, strict=True):
            if mw > 0.05:
                click.echo(f"  {label:<18} {mw:>9,.1f} MW")
        for label, mwh in zip(plan.sources, s.supply_mwh.sum(axis=1), strict=True):
            if mwh > 0.5:
                click.echo(f"  {label:<18} {mwh / 1e3:>9,.1f} GWh a year")
        if row is not None:
            click.echo(_seen_by_grid(row))
        click.echo(_accounts(account))
    for c in bought:
        paid, worth = c["paid_usd_per_year"] / 1e6, c["value_usd_per_year"] / 1e6
        click.echo(
            f"{c['contract']}: {c['mwh_per_year'] / 1e3:,.0f} GWh a year, {paid:,.1f} M USD to "
            f"{c['seller']}, worth {worth:,.1f} M USD at the grid's hours"
        )
    for line in _others(others):
        click.echo(line)


def _tell_matching(wanted: float, accounts: list[dict[str, Any]]) -> None:
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


def _write_site(
    program: str, name: str, stage: str, csv: str | None, pypsa: str | None, html: str | None
) -> None:
    """Files of one stage of a site; the hours are solved anew, a plan is kept without them."""
    from gigawatt.energy.site_plan import plan_hours
    from gigawatt.energy.stage_solution import stage_number, stage_solution
    from gigawatt.program.load import load_program
    from gigawatt.study.sites.site_supply import one_site

    found = plan_hours(one_site(load_program(program), name))
    number = stage_number(found, stage)
    problem, solution = stage_solution(found, number)
    _write(problem, solution, csv, pypsa, html, f"{name} {found.plan.stages[number].name}")


def _seen_by_grid(row: dict[str, Any]) -> str:
    """What the grid sees of a stage, in two lines."""
    share = "" if row["area_share"] is None else f" ({row['area_share']:.2%} of the area's peak)"
    return (
        f"  grid: contract {row['contract_mw']:,.0f} MW, at the area's peak "
        f"{row['coincident_mw']:,.0f} MW{share}, at the contract {row['contract_hours']:,.0f} h;\n"
        f"  called back {row['curtailed_mwh']:,.0f} MWh in {row['curtailed_hours']:,.1f} h of full "
        f"load a year (expected), compute waits {row['waiting_hours']:,.0f} h"
    )
