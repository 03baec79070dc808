"""`gigawatt supply`: least-cost supply of a case directory, or of a site of a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from gigawatt.cli.supply_show import SiteSupply, show_json, show_matching, show_text

if TYPE_CHECKING:
    from pathlib import Path

    from gigawatt.energy.dispatch.problem import YearProblem
    from gigawatt.energy.dispatch.solution import Solution
    from gigawatt.energy.least_cost import Summary

SEARCHING = "No supply keeps all limits. Each is now moved alone, to tell which one and how far:"


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
        click.echo(SEARCHING, err=True)
        raise InfeasibleError(message(problem, None, must_serve=serve)) from None
    if broken(problem, solution, must_serve=serve):
        click.echo(SEARCHING, err=True)
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
    from gigawatt.energy.weather_check import check_weather
    from gigawatt.program.load import load_program
    from gigawatt.study.sites.site_supply import one_site
    from gigawatt.study.tables.customer_tables import customer_rows
    from gigawatt.study.tables.grid_tables import account_rows, grid_row

    loaded = load_program(program)
    for warning in check_weather(loaded):
        if warning.startswith(f"site {name}:"):
            click.echo(f"Warning: {warning}.", err=True)
    plan = planned(one_site(loaded, name))
    site = loaded.program.site(name)
    found = SiteSupply(
        plan,
        [
            grid_row(site, plan, n, s, loaded.catalog) if s.grid_mw > 0.0 else None
            for n, s in enumerate(plan.stages, start=1)
        ],
        account_rows({name: plan}, loaded.catalog, [site]),
        customer_rows(loaded.program, loaded.catalog, {plan.site: plan}),
        central_year(site, loaded.catalog),
    )
    show_matching(site.hourly_matching_share, found.at_full_load())
    if as_json:
        show_json(found)
    else:
        show_text(found)


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
