"""`gigawatt operate replay`: a job trace on a described cluster."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.operations.cluster import Cluster
    from gigawatt.operations.traces.model import Trace
    from gigawatt.operations.traces.replayed import TraceReplay

GARBAGE_EVERY = 20_000  # objects: at Python's 700, imports alone take a fifth longer
MOST = 1e8  # units of a cluster, seconds, hours


@click.command()
@click.argument("trace", type=click.Path())
@click.option("--layout", default="auto", help="raps, plain, openb, gavel, swf, sacct, acme, auto.")
@click.option("--cluster", "cluster_name", default="", help="Catalog name or a TOML file.")
@click.option("--gpus", type=float, help="GPUs of the cluster.")
@click.option("--nodes", type=float, help="Nodes of the cluster.")
@click.option("--size", type=float, help="Size in what the trace counts (processors for SWF).")
@click.option("--policy", default="easy", help="fifo, easy, raps, first-fit.")
@click.option("--by-priority", is_flag=True, help="Order the queue by the trace's priority.")
@click.option(
    "--packed/--pool",
    default=None,
    help="Jobs on nodes, or all GPUs as one pool; packed where nodes or a cluster are given.",
)
@click.option("--turnaround-s", default=0.0, help="Nodes stay taken for so long after a job.")
@click.option("--until-h", type=float, help="Stop after so many hours.")
@click.option("--sample-s", default=15.0, help="Step of the power samples.")
@click.option("--steps-per-s", help="Gavel: steps per s, or a CSV job_type,gpus,steps_per_s.")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out and write them to a file.")
@click.option("--rejected", "rejected_to", type=click.Path(), help="File for the bad rows.")
@click.option("--jobs-out", type=click.Path(), help="CSV of each job's start and end.")
@click.option("--power-out", type=click.Path(), help="CSV of the power samples.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    trace: str, layout: str, cluster_name: str, gpus: float | None, nodes: float | None,
    size: float | None, policy: str, by_priority: bool, packed: bool | None,
    turnaround_s: float,
    until_h: float | None, sample_s: float, steps_per_s: str | None, skip_bad: bool,
    rejected_to: str | None, jobs_out: str | None, power_out: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Replay the jobs of TRACE on a cluster, with its waits, use and power.

    \b
    gigawatt operate replay jobs.csv --gpus 1024
    gigawatt operate replay sacct.csv --cluster my-cluster.toml --policy easy --json
    gigawatt operate replay raps.csv --cluster frontier --policy raps --until-h 24
    """  # noqa: D301
    gc.set_threshold(GARBAGE_EVERY)
    from gigawatt.cli.operate import check_folders
    from gigawatt.errors import InputError
    from gigawatt.operations.events.nodes import node_sizes
    from gigawatt.operations.traces.read import read_trace, stated_size
    from gigawatt.operations.traces.replayed import replay_trace, summary

    cluster = _cluster(cluster_name, gpus, nodes)
    path = Path(trace)
    if size is None and not (cluster_name or gpus or nodes):
        size = stated_size(path)
    _positive({"--size": size, "--until-h": until_h, "--gpus": gpus, "--nodes": nodes,
               "--sample-s": sample_s})  # fmt: skip
    if not 0.0 <= turnaround_s < MOST:
        raise InputError(f"--turnaround-s {turnaround_s:g}: must be 0 or more")
    if not (cluster_name or gpus or nodes or size):
        click.echo(
            f"no cluster given: {cluster.gpus:,.0f} GPUs are assumed (--gpus, --nodes, --cluster)",
            err=True,
        )
    _check_policy(policy)
    check_folders({"--rejected": rejected_to, "--jobs-out": jobs_out, "--power-out": power_out})
    speeds = _steps(steps_per_s)
    packs = _packs(packed, policy, described=bool(cluster_name or nodes))
    capacity = _capacity_for(cluster, size)
    on = node_sizes(capacity("GPU"), round(cluster.gpus_per_node)) if packs else None
    read = read_trace(path, layout, skip_bad, capacity, speeds, on)
    if read.rejected:
        _write_rejected(read, Path(rejected_to or f"{path.name}.rejected.csv"))
    result = replay_trace(
        read, cluster, policy, size, turnaround_s,
        None if until_h is None else until_h * 3600.0, sample_s if power_out else 0.0, by_priority,
        packs,
    )  # fmt: skip
    if jobs_out:
        _write_jobs(read, result, Path(jobs_out))
    if power_out:
        _write_power(result, Path(power_out))
    told = {**summary(read, result), "policy": policy}
    if as_json:
        from gigawatt.cli.operate import print_json

        print_json(told)
    else:
        _print(told)


def _cluster(name: str, gpus: float | None, nodes: float | None) -> Cluster:
    from dataclasses import replace

    from gigawatt.operations.cluster import checked, named_cluster

    cluster = named_cluster(name or "hgx-h100")
    if nodes is not None:
        cluster = replace(cluster, nodes_count=nodes)
    if gpus is not None:
        cluster = replace(cluster, nodes_count=gpus / cluster.gpus_per_node)
    return cluster if gpus is not None else checked(cluster)


def _packs(asked: bool | None, policy: str, described: bool) -> bool:
    """Whether jobs are put on nodes; a cluster that is only a number of GPUs is one pool."""
    from gigawatt.operations.events.packed import PACKED

    return (described and policy in PACKED) if asked is None else asked


def _positive(given: dict[str, float | None]) -> None:
    from gigawatt.errors import InputError

    for name, value in given.items():
        if value is not None and not 0.0 < value <= MOST:
            raise InputError(f"{name} {value:g}: must be above 0 and at most {MOST:,.0f}")


def _check_policy(policy: str) -> None:
    from gigawatt.errors import unknown_name
    from gigawatt.operations.events.replay import POLICIES

    if policy not in POLICIES:
        raise unknown_name("policy", policy, POLICIES)


def _capacity_for(cluster: Cluster, size: float | None) -> Callable[[str], float]:
    from gigawatt.operations.traces.replayed import capacity_of

    return lambda counts: capacity_of(counts, cluster, size)


def _steps(given: str | None) -> Callable[[str, float], float] | None:
    """Steps per s of a job type on so many GPUs, from a number or a file."""
    from gigawatt.errors import InputError

    if given is None:
        return None
    if not given.endswith(".csv"):
        try:
            speed = float(given)
        except ValueError:
            raise InputError(f"--steps-per-s {given!r}: a number or a .csv file") from None
        _positive({"--steps-per-s": speed})
        return lambda job_type, gpus: speed
    table: dict[tuple[str, float], float] = {}
    try:
        with Path(given).open(newline="") as file:
            for row in csv.DictReader(file):
                table[row["job_type"], float(row["gpus"])] = float(row["steps_per_s"])
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{given}: needs job_type,gpus,steps_per_s: {error}") from None

    def speed_of(job_type: str, gpus: float) -> float:
        from gigawatt.operations.traces.model import BadRowError

        if table.get((job_type, gpus), 0.0) <= 0.0:
            raise BadRowError("job_type", job_type, f"no steps_per_s on {gpus:g} GPUs in {given}")
        return table[job_type, gpus]

    return speed_of


def _write_rejected(trace: Trace, path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "problem", "row"])
        for r in trace.rejected:
            writer.writerow([r.problem.line, str(r.problem), r.text])
    click.echo(f"{len(trace.rejected)} bad rows left out, written to {path}", err=True)


def _write_jobs(trace: Trace, result: TraceReplay, path: Path) -> None:
    """Starts and ends on the trace's own clock; empty where a job did not come to it."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["job_id", "submit_s", "start_s", "end_s", "size"])
        for i, job in enumerate(trace.job_id):
            start, end = float(result.done.start_s[i]), float(result.done.end_s[i])
            ended = end <= result.horizon_s
            writer.writerow([
                job, f"{trace.submit_s[i]:.15g}",
                f"{start + result.origin_s:.15g}" if start < float("inf") else "",
                f"{end + result.origin_s:.15g}" if ended else "", f"{trace.size[i]:.15g}",
            ])  # fmt: skip


def _write_power(result: TraceReplay, path: Path) -> None:
    from gigawatt.errors import InputError

    if result.power is None:
        raise InputError("--power-out: the trace counts processors, whose power is not known")
    with path.open("w", newline="") as file:
        file.write("t_s,power_kw\n")
        for t, kw in zip(result.power.sample_s, result.power.sample_kw, strict=True):
            file.write(f"{t:.10g},{kw:.6f}\n")


def _print(told: dict[str, Any]) -> None:
    click.echo(f"{told['trace']} ({told['layout']}), policy {told['policy']}")
    click.echo(
        f"{told['jobs']:,} jobs on {told['capacity']:,.0f} {told['counts']}s over "
        f"{told['horizon_h']:,.1f} h: {told['started']:,} started, {told['completed']:,} completed"
    )
    for reason, count in told["left_out_rows"].items():
        click.echo(f"{count:,} rows are no runs: {reason}")
    if told["packed"]:
        click.echo("jobs are put on nodes, each part where it fits most tightly")
    if told["rejected_rows"]:
        click.echo(f"{told['rejected_rows']:,} bad rows left out")
    if not told["limits_known"]:
        click.echo("No time limits in the trace: backfill knows the run times.")
    click.echo(f"used {told['used_share']:.1%} of the {told['counts']}-hours")
    click.echo(
        "\n       size      jobs     mean wait        median           P90           P99   (s)"
    )
    for place, w in enumerate(told["waits"]):
        size = "all" if place == 0 else f"{w['smallest']:,.4g}-{w['largest']:,.6g}"
        cells = "".join(f"{w[k]:>14,.1f}" for k in ("mean_s", "median_s", "p90_s", "p99_s"))
        click.echo(f"{size:>11}{w['jobs']:>10,}{cells}")
    if "recorded_mean_wait_s" in told:
        click.echo(
            f"\nrecorded mean wait {told['recorded_mean_wait_s']:,.1f} s; "
            f"{told['starts_at_the_same_second']:,} of {told['recorded_starts']:,} recorded starts "
            "are met to the second"
        )
    if "mean_kw" in told:
        click.echo(
            f"\nmeter: mean {told['mean_kw']:,.1f} kW, least {told['min_kw']:,.1f}, most "
            f"{told['max_kw']:,.1f}; {told['energy_mwh']:,.3f} MWh; largest step "
            f"{told['largest_step_kw']:,.1f} kW (draw of jobs: {told['power_from']})"
        )
