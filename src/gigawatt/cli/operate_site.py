"""`gigawatt operate PROGRAM`: days of a site of a programme, event by event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.operations.events.simulate import FleetRun
    from gigawatt.operations.grid import Smoothing
    from gigawatt.operations.site_input import SiteInput
    from gigawatt.program.load import Loaded

LOG_LINES = 5_000_000  # most events that a log holds


@click.command(name="PROGRAM")
@click.argument("program")
@click.option("--site", "sites", multiple=True, help="Site; the first if none, or: all.")
@click.option("--together", is_flag=True, help="The sites share one queue of jobs.")
@click.option("--backfill", is_flag=True, help="Batch jobs take what is free and give way.")
@click.option("--phase", "phases", multiple=True, help="Phases in service; all if none.")
@click.option("--days", default=182.0, show_default=True, help="Days that are counted.")
@click.option(
    "--warm-days", default=56, show_default=True, help="Days before them, to fill the site."
)
@click.option(
    "--policy",
    default="",
    help="Of all jobs: sync, spares, elastic, memory; if none, of the workload or by assumption.",
)
@click.option("--cap-mw", type=float, help="IT power allowed at each site.")
@click.option("--hall-cap-mw", default=0.0, help="IT power allowed in each hall of 256 racks.")
@click.option(
    "--domain-cap", "domain_caps", type=(int, float), multiple=True, metavar="RACKS MW",
    help="IT power allowed in each run of RACKS racks: a row of 16, a hall, a building.",
)  # fmt: skip
@click.option(
    "--upgrade", type=(float, float), help="Roll through all racks: in DAYS, HOURS each; repeated."
)
@click.option("--seed", default=1, help="Seed of the events.")
@click.option("--usd-per-gpu-hour", default=0.0, help="Value of a GPU-hour.")
@click.option("--floor-mw", default=0.0, help="Smoothing: least power drawn.")
@click.option("--ramp-mw-per-min", type=float, help="Smoothing: largest ramp.")
@click.option("--storage-mwh", default=0.0, help="Smoothing: energy of storage.")
@click.option("--storage-mw", default=0.0, help="Smoothing: power of storage.")
@click.option("--shed", type=(float, float, float), help="A call: MW, within s, for h.")
@click.option("--log", "log_to", type=click.Path(), help="Parquet file of all events.")
@click.option("--plot", type=click.Path(), help="HTML file of charts.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(
    program: str, sites: tuple[str, ...], together: bool, backfill: bool,
    phases: tuple[str, ...], days: float, warm_days: int, policy: str, cap_mw: float | None,
    hall_cap_mw: float, domain_caps: tuple[tuple[int, float], ...],
    upgrade: tuple[float, float] | None, seed: int,
    usd_per_gpu_hour: float, floor_mw: float, ramp_mw_per_min: float | None, storage_mwh: float,
    storage_mw: float,
    shed: tuple[float, float, float] | None, log_to: str | None, plot: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Run sites of PROGRAM for some days: jobs, failures, repair, power.

    All phases are in service, by the central value of every input. Each site is run by itself,
    unless they are --together: then a job goes to the site that it fits most tightly, and none
    spans two.

    \b
    gigawatt operate PROGRAM --site a --days 7
    gigawatt operate PROGRAM --site all --backfill --plot charts.html
    gigawatt operate PROGRAM --site a --site b --together --json
    """  # noqa: D301
    from gigawatt.cli.operate import check_folders
    from gigawatt.cli.operate_plot import write_plots
    from gigawatt.errors import InputError, unknown_name
    from gigawatt.operations.account import account, call_account, power_account, site_account
    from gigawatt.operations.policies import POLICIES
    from gigawatt.operations.site_fleet import joined
    from gigawatt.operations.step_swing import step_swing
    from gigawatt.program.load import load_program
    from gigawatt.study.sites.operate import site_input

    if policy and policy not in POLICIES:
        raise unknown_name("policy", policy, POLICIES)
    if not 1.0 <= days <= 3660.0 or not 0 <= warm_days <= 3660:
        raise InputError(f"--days {days:g}, --warm-days {warm_days}: must be 1 to 3,660")
    _check_numbers(cap_mw, hall_cap_mw, seed, usd_per_gpu_hour, shed)
    check_folders({"--log": log_to, "--plot": plot})
    loaded = load_program(program)
    if upgrade and not all(0.0 < value < float("inf") for value in upgrade):
        raise InputError(f"--upgrade {upgrade[0]:g} {upgrade[1]:g}: each must be above 0")
    smoothing = _smoothing(floor_mw, ramp_mw_per_min, storage_mwh, storage_mw)
    if "all" in sites:
        sites = tuple(s.id for s in loaded.program.sites)
    inputs = [site_input(loaded, s, phases) for s in sites or (loaded.program.sites[0].id,)]
    fleets = [tuple(inputs)] if together else [(one,) for one in inputs]
    if log_to and len(fleets) > 1:
        raise InputError("--log: give one --site, or sites --together")
    told = []
    for fleet in fleets:
        run = _run(loaded, fleet, days, warm_days, policy, cap_mw, seed, bool(log_to), backfill,
                   hall_cap_mw, domain_caps, upgrade)  # fmt: skip
        one: dict[str, Any] = account(run, usd_per_gpu_hour)
        one["power"] = power_account(run, smoothing)
        if floor_mw > one["power"]["installed_mw"]:
            raise InputError(
                f"--floor-mw {floor_mw:g}: {', '.join(one['sites'])} has "
                f"{one['power']['installed_mw']:,.1f} MW of IT installed"
            )
        whole = joined(fleet)
        one["power"] |= site_account(one["power"], whole, step_swing(whole, run.spec))
        if shed:
            one["call"] = call_account(run, *shed)
        told.append(one)
        if log_to:
            _write_log(run, Path(log_to))
        if plot:
            name = plot if len(fleets) < 2 else f"{plot}.{fleet[0].name}.html"
            write_plots(run, one, Path(name))
    if as_json:
        from gigawatt.cli.operate import print_json

        print_json(told[0] if len(told) == 1 else told)
        return
    for one in told:
        _print(one, policy, usd_per_gpu_hour)
    if len(told) > 1:
        _print_sum(told)


def _check_numbers(
    cap_mw: float | None,
    hall_cap_mw: float,
    seed: int,
    usd: float,
    shed: tuple[float, float, float] | None,
) -> None:
    """Refuse what no site can have."""
    from gigawatt.errors import InputError

    if cap_mw is not None and not 0.0 < cap_mw < float("inf"):
        raise InputError(f"--cap-mw {cap_mw:g}: must be above 0")
    if not 0.0 <= hall_cap_mw < float("inf"):
        raise InputError(f"--hall-cap-mw {hall_cap_mw:g}: must be 0 or more")
    if not 0 <= seed < 2**63:
        raise InputError(f"--seed {seed}: must be 0 or more")
    if not 0.0 <= usd < float("inf"):
        raise InputError(f"--usd-per-gpu-hour {usd:g}: must be 0 or more")
    if shed and not all(0.0 < value < float("inf") for value in shed):
        raise InputError(f"--shed {shed[0]:g} {shed[1]:g} {shed[2]:g}: each must be above 0")


def _smoothing(floor: float, ramp: float | None, energy: float, power: float) -> Smoothing | None:
    from gigawatt.errors import InputError
    from gigawatt.operations.grid import Smoothing

    given = {"--floor-mw": floor, "--storage-mwh": energy, "--storage-mw": power}
    for name, value in {**given, "--ramp-mw-per-min": ramp or 0.0}.items():
        if not 0.0 <= value < float("inf"):
            raise InputError(f"{name} {value:g}: must be 0 or more")
    if ramp == 0.0:
        raise InputError("--ramp-mw-per-min 0: must be above 0; without it, ramps are free")
    if (energy > 0.0) != (power > 0.0):
        raise InputError("--storage-mwh and --storage-mw: storage needs both, above 0")
    if energy > 0.0 and ramp is None and floor == 0.0:
        raise InputError("--storage-mwh: storage smooths only with --ramp-mw-per-min or --floor-mw")
    if not (floor or ramp or energy):
        return None
    return Smoothing(floor, ramp or float("inf"), energy, power)


def _run(
    loaded: Loaded, sites: tuple[SiteInput, ...], days: float, warm_days: int, policy: str,
    cap_mw: float | None, seed: int, log: bool, backfill: bool, hall_cap_mw: float,
    domain_caps: tuple[tuple[int, float], ...], upgrade: tuple[float, float] | None,
) -> FleetRun:  # fmt: skip
    import numpy as np

    from gigawatt.errors import InputError
    from gigawatt.operations.events.caps import slowed_kinds
    from gigawatt.operations.events.simulate import simulate
    from gigawatt.operations.events.spec import DomainCap
    from gigawatt.operations.site_fleet import (
        central_assumptions,
        demand_curve,
        site_fleet,
        with_upgrade,
    )

    a = central_assumptions(loaded.catalog)
    cap = None if cap_mw is None else np.array([cap_mw])
    domains = tuple(DomainCap(*one) for one in domain_caps)
    spec = site_fleet(sites, loaded.catalog, a, policy, cap, backfill, hall_cap_mw, domains)
    for site in spec.sites if cap_mw is not None else ():
        idle_mw = site.racks * spec.idle_w / 1e6
        if cap_mw is not None and cap_mw <= idle_mw:
            raise InputError(
                f"--cap-mw {cap_mw:g}: the racks of {site.name} draw {idle_mw:,.1f} MW when idle"
            )
    if upgrade:
        spec = with_upgrade(spec, *upgrade)
    for name, speed in slowed_kinds(spec, float(demand_curve(a).min())).items():
        click.echo(
            f"at reduced clocks under the cap: {name}, {speed:.0%} of full speed at best", err=True
        )
    lines = LOG_LINES if log else 0
    return simulate(spec, days, seed, 60.0, lines, demand_curve(a), warm_days=warm_days)


def _write_log(run: FleetRun, path: Path) -> None:
    import polars as pl

    from gigawatt.operations.events.simulate import event_log

    table = pl.DataFrame(event_log(run))
    table.write_parquet(path)
    full = len(table) >= LOG_LINES
    more = "; there were more: the log is full, take fewer days" if full else ""
    click.echo(f"{len(table):,} events written to {path}{more}", err=True)


def _print(one: dict[str, Any], policy: str, usd: float) -> None:
    click.echo(
        f"{', '.join(one['sites'])}: {one['gpus']:,} GPUs in {one['racks']:,} racks, "
        f"{one['days']:g} days, policy {policy or 'by workload'}\n"
    )
    click.echo(f"{one['useful_share']:.1%} of {one['gpu_hours']:,.0f} GPU-hours are useful work")
    for row in one["waterfall"]:
        if row["share"] > 0.0:
            money = f"{row['usd'] / 1e6:>12,.2f} m USD" if usd else ""
            mark = "useful" if row["useful"] else ""
            click.echo(
                f"  {row['cause']:<12}{row['share']:>8.2%}{row['gpu_hours']:>16,.0f}{money} {mark}"
            )
    click.echo("\njobs by size   GPUs from    ended     MTTF h     ETTR   mean wait h")
    for r in one["by_size"]:
        mttf = "none" if r["mttf_h"] is None else f"{r['mttf_h']:,.1f}"
        click.echo(
            f"{r['smallest_gpus']:>24,.0f}{r['jobs']:>9,}{mttf:>11}{r['ettr']:>9.3f}"
            f"{r['mean_wait_h']:>14.2f}"
        )
    _print_kinds(one["kinds"])
    click.echo("\nfailures             hits   hit jobs")
    for r in one["failures"]:
        click.echo(f"  {r['cause']:<33}{r['hits']:>8,}{r['jobs_hit']:>9,}")
    click.echo(
        f"racks in repair {one['mean_racks_in_repair']:.1f} on average; held as spares "
        f"{one['held_spare_racks']}, advised {one['advised_spare_racks']:.0f}"
    )
    _print_power(one["power"])
    if "call" in one:
        _print_call(one["call"])


def _print_kinds(kinds: list[dict[str, Any]]) -> None:
    """Waits until the first start, by class of job."""
    click.echo(
        "\njobs by class         started   waiting  pre-empted   wait h: mean   median      P90"
    )
    for k in kinds:
        waits = (k["mean_wait_h"], k["median_wait_h"], k["p90_wait_h"])
        mean, median, p90 = ("no end" if w is None else f"{w:.2f}" for w in waits)
        click.echo(
            f"  {k['name']:<20}{k['started']:>7,}{k['waiting']:>10,}{k['preempted']:>12,}"
            f"{mean:>15}{median:>9}{p90:>9}"
        )


def _print_sum(told: list[dict[str, Any]]) -> None:
    """All sites in one table; each was run by itself."""
    click.echo("\nsite                      GPUs   useful    mean MW    peak MW  largest drop MW")
    for one in told:
        p = one["power"]
        click.echo(
            f"{', '.join(one['sites']):<20}{one['gpus']:>10,}{one['useful_share']:>9.1%}"
            f"{p['mean_mw']:>11,.1f}{p['peak_mw']:>11,.1f}{p['largest_drop_mw']:>17,.1f}"
        )
    hours = sum(one["gpu_hours"] for one in told)
    useful = sum(one["useful_share"] * one["gpu_hours"] for one in told)
    click.echo(
        f"{'all':<20}{sum(one['gpus'] for one in told):>10,}{useful / hours:>9.1%}"
        f"{sum(one['power']['mean_mw'] for one in told):>11,.1f}"
    )


def _print_power(p: dict[str, Any]) -> None:
    click.echo(
        f"\nIT power: mean {p['mean_mw']:,.1f} MW, peak {p['peak_mw']:,.1f} of "
        f"{p['installed_mw']:,.1f} installed ({p['stranded_mw']:,.1f} never drawn), load factor "
        f"{p['load_factor']:.2f}"
    )
    click.echo(
        f"largest ramp {p['ramp_up_mw_per_min']:,.1f} up, {p['ramp_down_mw_per_min']:,.1f} down "
        f"MW/min; swing within {p['swing_window_s'] / 60:.0f} min {p['swing_mw']:,.1f} MW; largest "
        f"drop at one moment {p['largest_drop_mw']:,.1f} MW"
    )
    m = p["meter"]
    click.echo(
        f"at the meter (x {m['facility_over_it']:.2f} at design): mean {m['mean_mw']:,.1f} MW, "
        f"peak {m['peak_mw']:,.1f}; largest drop {m['largest_drop_mw']:,.1f}"
    )
    if "step_swing" in p:
        w = p["step_swing"]
        click.echo(
            f"within a step of {w['workload']} ({w['period_s']:.1f} s): {w['at_step_it_mw']:,.1f} "
            f"MW of IT once a step, rms {w['rms_it_mw']:,.1f} MW of the largest job and "
            f"{w['site_rms_it_mw']:,.1f} of all; at most {w['it_mw']:,.1f} MW; nothing smoothed"
        )
    if "smoothed" in p:
        s = p["smoothed"]
        click.echo(
            f"smoothed: {s['ramp_up_mw_per_min']:,.1f} up, {s['ramp_down_mw_per_min']:,.1f} down "
            f"MW/min; burnt {s['burnt_mwh']:,.1f} MWh, lost in storage "
            f"{s['storage_loss_mwh']:,.1f}, work held back {s['held_back_mwh']:,.1f} MWh "
            f"({s['throughput_cost_share']:.3%})"
        )


def _print_call(call: dict[str, Any]) -> None:
    click.echo(
        f"\ncall of {call['shed_mw']:,.1f} MW within {call['within_s']:g} s for "
        f"{call['hours']:g} h: {call['gpu_hours_lost']:,.0f} GPU-hours lost, "
        f"{call['missing_mw']:,.1f} MW missing"
    )
    for t in call["tiers"]:
        click.echo(
            f"  flex {t['tier']}: {t['shed_mw']:,.1f} MW, {t['throughput_lost_share']:.1%} of "
            f"throughput, {t['gpu_hours_lost']:,.0f} GPU-hours"
        )
