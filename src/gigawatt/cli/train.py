"""`gigawatt train`: one plan, a table of plans, the best plan, a whole run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from gigawatt.catalog import Catalog
    from gigawatt.performance.training.cases import Case
    from gigawatt.performance.training.plan import Plan
    from gigawatt.performance.training.result import StepBatch
    from gigawatt.performance.training.search import Found, SearchResult
    from gigawatt.study.training_run import TrainingRun

F = TypeVar("F", bound=Callable[..., Any])

EPILOG = """\b
Examples:
  gigawatt train --model llama-3.1-405b --gpu "H100 SXM" --gpus 16384 \\
      --tp 8 --pp 16 --gbs 2048 --seq-len 8192
  gigawatt train --model my/config.json --gpu GB300 --gpus 512 --precision MXFP8
  gigawatt train --cases table.csv --out predicted.csv
  gigawatt train search --model deepseek-v3 --gpu GB200 --gpus 2048 --precision FP8-MX
  gigawatt train run --model llama-3.1-405b --gpu H100 --gpus 16384 --tokens 15.6e12

\b
What is left out is filled in by rule and told under "assumed" (docs/training.md)."""

CASE_OPTIONS: tuple[tuple[str, str, str], ...] = (
    ("model", "model", "Catalog id, Hugging Face id, published name, or a config.json."),
    ("gpu", "gpu", "Accelerator, as tables write it (H100 SXM, GB200 NVL72, B300 1100W)."),
    ("gpus", "gpus", "Packages of the job."),
    ("tp", "tp", "Tensor parallel size."),
    ("pp", "pp", "Pipeline stages."),
    ("vp", "vp", "Virtual stages a package."),
    ("cp", "cp", "Context parallel size."),
    ("ep", "ep", "Expert parallel size."),
    ("etp", "etp", "Tensor parallel size of experts."),
    ("gbs", "gbs", "Global batch in sequences."),
    ("mbs", "mbs", "Microbatch in sequences."),
    ("seq-len", "seq_len", "Tokens of a sequence."),
    ("precision", "precision", "BF16, FP8, FP8 block, MXFP8, NVFP4."),
    ("recompute", "recompute", "none, selective, full, or modules."),
    ("shard", "fsdp_shard", "ZeRO stage (ZeRO-3, FSDP) or ranks of a shard group."),
    ("release", "release", "Software: container (26.04) or date (2026-04)."),
    ("imbalance", "imbalance", "Tokens of the busiest expert rank over the mean."),
    ("sites", "sites", "Sites that the data-parallel ranks are spread over."),
    ("wan-gbit-s", "wan_gbit_s", "Bandwidth of one site towards the others."),
    ("wan-rtt-ms", "wan_rtt_ms", "Round trip between sites."),
    ("local-steps", "local_steps", "Inner steps between two exchanges of sites."),
)  # fmt: skip


def case_options(function: F) -> F:
    """Options that describe one plan; their values are the cells of a row."""
    for flag, column, text in reversed(CASE_OPTIONS):
        function = click.option(f"--{flag}", column, default=None, help=text)(function)
    return function


@click.group(invoke_without_command=True, epilog=EPILOG)
@case_options
@click.option("--cases", type=click.Path(path_type=Path), help="CSV table, one plan a row.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the table goes (else stdout).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    cases: Path | None,
    out: Path | None,
    as_json: bool,
    **row: str | None,
) -> None:
    """Predict a training step: time by part, memory, power; search plans; whole runs."""
    from gigawatt.errors import InputError

    if ctx.invoked_subcommand is not None:
        if any(v is not None for v in row.values()) or cases:
            raise InputError(f"Give the options after 'train {ctx.invoked_subcommand}'.")
        return
    given = _row(row)
    if cases is not None:
        if given:
            raise InputError(f"--cases takes the plans from the file; drop --{next(iter(given))}.")
        from gigawatt.performance.training.cases import ADDED, predict_cases

        _cases(cases, out, ADDED, predict_cases)
        return
    if not given:
        click.echo(ctx.get_help())
        return
    _one(given, as_json)


def _row(options: dict[str, str | None]) -> dict[str, str]:
    return {k: v for k, v in options.items() if v is not None}


def _catalog() -> Catalog:
    from gigawatt.catalog import load_catalog

    return load_catalog()


def _cases(path: Path, out: Path | None, added: Sequence[str], predict: Callable[..., Any]) -> None:
    """Read a table, add the columns, write it; every row is kept."""
    from gigawatt.cli.case_files import read_rows, write_rows
    from gigawatt.errors import InputError

    titles, found = read_rows(path)
    header = [_column(title) for title in titles]
    for name in ("model", "gpu"):
        if name not in header:
            raise InputError(
                f"{path}: column {name!r} is missing; the first line names {', '.join(header[:8])}"
            )
    given = [{_column(k): v for k, v in row.items()} for row in found]
    rows = list(predict(given, _catalog()))
    problems = sum(bool(r["problem"]) for r in rows)
    write_rows(out, [*(c for c in header if c not in added), *added], rows)
    click.echo(f"{len(rows)} rows, {problems} with a problem.", err=True)


def _one(row: dict[str, str], as_json: bool) -> None:
    from gigawatt.performance.training.cases import predict, resolve_case

    case = resolve_case(row, _catalog())
    out = predict(case)
    if as_json:
        _print_json(_step_data(case, out))
    else:
        _print_step(case, out)


def _step_data(case: Case, out: StepBatch) -> dict[str, Any]:
    """One step as JSON holds it."""
    from gigawatt.performance.training.cases import Z95
    from gigawatt.performance.training.flops import Convention, flop_per_token, peak_tflops
    from gigawatt.performance.training.result import OUTPUTS

    values = dict(zip(OUTPUTS, (float(v) for v in out.table[0]), strict=True))
    step, band = values["step_s"], math.exp(Z95 * values["sigma_log"])
    rate = float(out.tokens_per_s_per_gpu[0])
    flop = {c.value: flop_per_token(case.shape, case.plan.seq, c) for c in Convention}
    tflops = {c: rate * f / 1e12 for c, f in flop.items()}
    return {
        "model": case.shape.id,
        "system": case.system.id,
        "plan": plan_data(case.plan),
        "gpus": int(out.gpus[0]),
        "step_time_s": step,
        "step_time_low_s": step / band,
        "step_time_high_s": step * band,
        "tokens_per_s_per_gpu": rate,
        "tflops_per_gpu": tflops,
        "mfu": tflops["megatron-bridge-model"] / peak_tflops(case.system, case.plan.precision),
        "outputs": values,
        "fits": bool(out.fits[0]),
        "forecast": not case.system.released,
        "assumed": list(case.assumed),
    }


def plan_data(plan: Plan) -> dict[str, Any]:
    """A plan as JSON holds it, choices by name."""
    from dataclasses import asdict
    from enum import IntEnum, IntFlag

    def plain(value: object) -> object:
        if isinstance(value, IntFlag):
            return [p.name for p in type(value) if p and p in value] or ["NONE"]
        return value.name if isinstance(value, IntEnum) else value

    return {k: plain(v) for k, v in asdict(plan).items()}


def plan_words(plan: Plan) -> str:
    """A plan in one line."""
    sizes = [f"{k.upper()}{getattr(plan, k)}" for k in ("tp", "pp", "vp", "cp", "ep", "etp", "dp")
             if k in ("tp", "pp", "dp") or getattr(plan, k) > 1]  # fmt: skip
    kept = "+".join(str(p.name).lower() for p in type(plan.recompute) if p and p in plan.recompute)
    again = kept or "nothing"
    if kept and plan.recompute_share < 1.0:
        again += f" in {plan.recompute_share:.0%} of the layers"
    return (
        f"{' '.join(sizes)}, batch {plan.gbs:,} x {plan.seq:,} in microbatches of {plan.mbs}, "
        f"{plan.precision.name}, ZeRO-{plan.zero}, recomputes {again}"
    )


def _print_step(case: Case, out: StepBatch) -> None:
    from gigawatt.performance.training.search import PARTS

    data = _step_data(case, out)
    o = data["outputs"]
    click.echo(f"{case.shape.name} on {data['gpus']:,} {case.system.name}")
    click.echo(plan_words(case.plan))
    if data["forecast"]:
        click.echo("A forecast: this system is not measured yet; the band is wider.")
    click.echo("")
    click.echo(
        f"step        {data['step_time_s']:.4g} s   "
        f"(90 %: {data['step_time_low_s']:.4g} to {data['step_time_high_s']:.4g})"
    )
    tflops = data["tflops_per_gpu"]["megatron-bridge-model"]
    precision = case.plan.precision.name
    click.echo(f"throughput  {data['tokens_per_s_per_gpu']:,.0f} tokens/s a package")
    click.echo(f"rate        {tflops:,.0f} TFLOP/s a package, MFU {data['mfu']:.1%} of {precision}")
    kinds = ("weights", "gradients", "optimizer", "activations", "buffers")
    parts = ", ".join(f"{k} {o[f'{k}_gib']:.1f}" for k in kinds)
    verdict = "fits" if data["fits"] else "DOES NOT FIT"
    click.echo(
        f"memory      {o['memory_gib']:.1f} of {o['capacity_gib']:.1f} GiB, {verdict} ({parts})"
    )
    click.echo(
        f"power       {o['power_w']:,.0f} W a package with its server "
        f"({o['power_compute_w']:,.0f} computing, {o['power_communication_w']:,.0f} communicating)"
    )
    click.echo(f"energy      {o['energy_j'] / 3.6e9:.4g} MWh a step, servers only")
    click.echo("\nwhere the time goes")
    for key, words in sorted(PARTS.items(), key=lambda kv: -o[kv[0]]):
        if o[key] / o["step_s"] >= 0.0005:
            click.echo(f"  {o[key] / o['step_s']:7.1%}  {o[key]:9.4g} s  {words}")
    _print_assumed(case.assumed)


def _print_assumed(assumed: Sequence[str]) -> None:
    if assumed:
        click.echo("\nassumed")
        for words in assumed:
            click.echo(f"  {words}")


def _print_json(data: object) -> None:
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


@command.command(short_help="Search all plans of a job.")
@case_options
@click.option("--space", type=click.Choice(("auto", "full", "wide", "practical")), default="auto",
              help="How many options to try; auto: the widest that is quick.")  # fmt: skip
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True,
              help="Layouts to list.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def search(space: str, top: int, as_json: bool, **row: str | None) -> None:
    """Find the best plan of a job, the trade-offs, and what binds.

    Sizes that are given stay fixed. --gpus may list several numbers: 1024,2048,4096.
    """
    from gigawatt.performance.training.ask import search_row

    found, case = search_row(_row(row), _catalog(), space, top)
    if as_json:
        _print_json(_search_data(found, case))
    else:
        _print_search(found, case)


def _found_data(found: Found) -> dict[str, Any]:
    return {
        "plan": plan_data(found.plan),
        "gpus": found.plan.gpus,
        "step_time_s": found.step_s,
        "tokens_per_s_per_gpu": found.tokens_per_s_per_gpu,
        "energy_mwh": found.outputs["energy_j"] / 3.6e9,
        "memory_gib": found.outputs["memory_gib"],
        "departures": list(found.departures),
    }


def _search_data(found: SearchResult, case: Case) -> dict[str, Any]:
    from gigawatt.performance.training.search import relief, shares

    plan = found.recommended.plan
    return {
        "model": case.shape.id,
        "system": case.system.id,
        "space": found.space,
        "searched": found.searched,
        "feasible": found.feasible,
        "seconds": found.seconds,
        "recommended": _found_data(found.recommended),
        "reason": found.reason,
        "fastest": _found_data(found.fastest),
        "top": [_found_data(f) for f in found.top],
        "pareto": [_found_data(f) for f in found.pareto],
        "time_by_part": dict(shares(found.recommended)),
        "relief": dict(relief(case.shape, case.system, case.model, plan)),
        "assumed": list(case.assumed),
    }


def _print_search(found: SearchResult, case: Case) -> None:
    from gigawatt.performance.training.search import relief, shares

    click.echo(f"{case.shape.name} on {case.system.name}")
    click.echo(f"searched {found.searched:,} plans, {found.feasible:,} fit; {found.seconds:.2f} s")
    click.echo(f"space: {found.space}\n")
    for title, one in (("recommended", found.recommended), ("fastest", found.fastest)):
        click.echo(f"{title:<12}{plan_words(one.plan)}")
        click.echo(f"{'':<12}{_measures(one)}")
    click.echo(f"why         {found.reason}")
    click.echo("\nbest layouts")
    for one in found.top:
        click.echo(f"  {_measures(one)}  {plan_words(one.plan)}")
    click.echo(f"\ntrade-offs of time, packages, energy and memory ({len(found.pareto)} plans)")
    for one in found.pareto[:12]:
        click.echo(f"  {_measures(one)}  {plan_words(one.plan)}")
    click.echo("\nwhat binds the recommended plan")
    for words, share in shares(found.recommended)[:4]:
        click.echo(f"  {share:7.1%}  {words}")
    click.echo("\nwhat would relieve it")
    for words, gain in relief(case.shape, case.system, case.model, found.recommended.plan):
        click.echo(f"  {gain:+7.1%}  {words}")
    _print_assumed(case.assumed)


def _measures(found: Found) -> str:
    o = found.outputs
    free = o["capacity_gib"] - o["memory_gib"]
    return (
        f"{found.step_s:.4g} s, {found.plan.gpus:,} packages, "
        f"{found.tokens_per_s_per_gpu:,.0f} tokens/s each, "
        f"{o['energy_j'] / 3.6e9:.3g} MWh, {free:.0f} GiB free"
    )


@command.command(short_help="Days, MWh and dollars of a whole run.")
@case_options
@click.option("--tokens", type=float, help="Tokens to train on.")
@click.option("--flop", type=float, help="Budget in model FLOP (instead of tokens).")
@click.option("--loss", type=float, help="Target loss in nats per token (instead of tokens).")
@click.option("--usd-per-gpu-hour", type=float, help="Price of a package-hour.")
@click.option("--usd-per-mwh", type=float, help="Price of energy, where it comes on top.")
@click.option("--cooling", default="closed-loop-dry", show_default=True, help="Cooling plant.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
@click.option("--cases", type=click.Path(path_type=Path), help="CSV table, one run a row.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the table goes (else stdout).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def run(
    tokens: float | None,
    flop: float | None,
    loss: float | None,
    usd_per_gpu_hour: float | None,
    usd_per_mwh: float | None,
    cooling: str,
    seed: int,
    cases: Path | None,
    out: Path | None,
    as_json: bool,
    **row: str | None,
) -> None:
    """Time, energy and cost of training to a number of tokens, a budget, or a loss.

    Failures, checkpoints and restarts are in the days; the plan is found by the search where --tp
    or --pp is left out.
    """
    if cases is not None:
        from gigawatt.study.training_run_cases import ADDED, predict_runs

        _cases(cases, out, ADDED, predict_runs)
        return
    from gigawatt.performance.training.cases import resolve_case
    from gigawatt.study.training_run import RunAsk, training_run, whole_run_row
    from gigawatt.study.training_run_batch import with_batch

    catalog = _catalog()
    catalog.record("cooling", cooling)
    ask = RunAsk(tokens, flop, loss, usd_per_gpu_hour, usd_per_mwh, cooling, seed)
    known, words = with_batch(whole_run_row(_row(row)), ask, catalog)
    case = resolve_case(known, catalog)
    found = training_run(case, ask, catalog, words)
    if as_json:
        from dataclasses import asdict

        _print_json({"model": case.shape.id, "system": case.system.id,
                     "plan": plan_data(case.plan), **asdict(found)})  # fmt: skip
    else:
        _print_run(case, found)


def _column(name: str) -> str:
    """Name of a column: blanks around it and capitals do not count."""
    return name.strip().lower()


def _print_run(case: Case, found: TrainingRun) -> None:
    click.echo(f"{case.shape.name} on {found.gpus:,} {case.system.name}")
    click.echo(plan_words(case.plan) + "\n")
    click.echo(
        f"trained     {found.tokens:.4g} tokens, {found.flop:.3g} FLOP, {found.steps:,.0f} steps"
    )
    click.echo(f"            loss {found.loss:.3f} nats a token by the scaling law")
    click.echo(f"            MFU {found.mfu:.1%} of {case.plan.precision.name} while healthy, "
               f"{found.failures_per_day:.2g} failures a day")  # fmt: skip
    rows: list[tuple[str, Any, str]] = [
        ("step", found.step_s, "s"),
        ("useful time", found.work_share, ""),
        ("days", found.days, "days"),
        ("packages", found.gpu_hours, "package-hours"),
        ("energy", found.gpu_mwh, "MWh, packages alone"),
        ("", found.it_mwh, "MWh, servers"),
        ("", found.facility_mwh, "MWh, facility with network, storage and cooling"),
    ]
    if found.cost_usd is not None:
        rows.append(("cost", found.cost_usd, "USD"))
    click.echo(f"{'':<12}{'median':>12} {'5 %':>12} {'95 %':>12}")
    for title, band, unit in rows:
        cells = " ".join(f"{_short(v):>12}" for v in (band.median, band.low, band.high))
        click.echo(f"{title:<12}{cells}  {unit}")
    _print_assumed(found.assumed)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000.0 else f"{value:.4g}"
