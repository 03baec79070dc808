"""`gigawatt train`: steps, searches and whole runs in words and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.performance.training.cases import Case
    from gigawatt.performance.training.plan import Plan
    from gigawatt.performance.training.result import StepBatch
    from gigawatt.performance.training.search import Found, SearchResult
    from gigawatt.study.training.training_run import TrainingRun

SHOWN = 12  # plans of a list


def step_data(case: Case, out: StepBatch) -> dict[str, Any]:
    """One step as JSON holds it."""
    from gigawatt.performance.shapes import active_params, total_params
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
        "params_b": total_params(case.shape) / 1e9,
        "active_params_b": active_params(case.shape) / 1e9,
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
    words = (
        f"{' '.join(sizes)}, batch {plan.gbs:,} x {plan.seq:,} in microbatches of {plan.mbs}, "
        f"{plan.precision.name}, ZeRO-{plan.zero}, recomputes {again}"
    )
    return ", ".join([words, *_unusual(plan)])


def _unusual(plan: Plan) -> list[str]:
    """What differs from 1F1B with all overlaps, in words (else equal lines differ in time)."""
    tiers = {"tp": plan.tp, "cp": plan.cp, "ep": plan.ep, "pp": plan.pp, "dp": plan.dp}
    bare = [k.upper() for k, n in tiers.items() if n > 1 and not getattr(plan, f"{k}_overlap")]
    said = {
        plan.schedule.name.lower().replace("_", " ") + " schedule": plan.schedule > 0,
        "16-bit gradients": plan.lean_states,
        f"{plan.offload_share:.0%} of activations offloaded": plan.offload_share > 0.0,
        "optimizer on the host": plan.offload_optimizer,
        "no sequence parallelism": plan.tp > 1 and not plan.sequence_parallel,
        f"no overlap of {', '.join(bare)}": bool(bare),
    }
    return [words for words, true in said.items() if true]


def print_step(case: Case, out: StepBatch) -> None:
    """A step in words."""
    from gigawatt.performance.training.search import PARTS

    data = step_data(case, out)
    o = data["outputs"]
    active = f", {data['active_params_b']:,.3g} active" if case.shape.is_moe else ""
    size = f"({data['params_b']:,.3g} bn parameters{active})"
    click.echo(f"{case.shape.name} {size} on {data['gpus']:,} {case.system.name}")
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
        f"({o['power_compute_w']:,.0f} computing, {o['power_communication_w']:,.0f} "
        f"communicating), {o['power_gpu_w']:,.0f} W alone"
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


def print_json(data: object) -> None:
    """Data as indented JSON."""
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


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


def search_data(found: SearchResult, case: Case) -> dict[str, Any]:
    """A search as JSON holds it."""
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


def print_search(found: SearchResult, case: Case) -> None:
    """A search in words."""
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
    by_count: dict[int, Found] = {}
    for one in sorted(found.pareto, key=lambda f: f.step_s):
        if one.plan.gpus < min(by_count, default=math.inf):  # else fewer packages are as fast
            by_count[one.plan.gpus] = one
    if len(by_count) > 1:
        click.echo("\nfastest by number of packages")
        for one in list(by_count.values())[:SHOWN]:
            click.echo(f"  {_measures(one)}  {plan_words(one.plan)}")
    shown = f"{len(found.pareto)} plans"
    shown += f", the fastest {SHOWN} of them" if len(found.pareto) > SHOWN else ""
    click.echo(f"\ntrade-offs of time, packages, energy and memory ({shown}; all with --json)")
    for one in found.pareto[:SHOWN]:
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


def print_run(case: Case, found: TrainingRun) -> None:
    """A whole run in words."""
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
        ("energy", found.tdp_mwh, "MWh, design power times hours (as model cards count)"),
        ("", found.gpu_mwh, "MWh, drawn by the packages"),
        ("", found.it_mwh, "MWh, with their servers"),
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
