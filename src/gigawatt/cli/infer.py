"""`gigawatt infer`: one operating point, or a file of cases; its sub-commands live beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gigawatt.cli.groups import PartsGroup
from gigawatt.cli.infer_options import (
    COSTS,
    LAYOUT,
    LENGTHS,
    SERVICE_OR_FILE,
    asked_of,
    with_options,
)
from gigawatt.cli.infer_words import cost_data, cost_parts

if TYPE_CHECKING:
    from gigawatt.performance.inference.predict import Value
    from gigawatt.study.serving.serving_point import PointPower, ServingPoint

# name → (module, short help); a sub-command is imported when it is called
SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "replay": ("gigawatt.cli.infer_replay", "Replay a request trace, step by step."),
    "frontier": ("gigawatt.cli.infer_frontier", "Throughput against speed per user, all plans."),
    "plan": ("gigawatt.cli.infer_plan", "From a promise and a demand to pools, MW and cost."),
    "validate": ("gigawatt.cli.infer_validate", "Score the model on a folder of measured rows."),
    "calibrate": ("gigawatt.cli.infer_calibrate", "Fit the constants on a folder of rows."),
}

EPILOG = """\b
Examples:
  gigawatt infer --model deepseek-ai/DeepSeek-R1 --gpu GB300 --precision fp4 \\
      --input 1000 --output 1000 --concurrency 512 --tp 1 --dp 16
  gigawatt infer --model ./config.json --gpu H200 --rate 2 --json
  gigawatt infer --cases measured.csv --out predicted.csv"""


@click.group(cls=PartsGroup, parts=SUBCOMMANDS, invoke_without_command=True, epilog=EPILOG)
@with_options(SERVICE_OR_FILE, LENGTHS, LAYOUT, COSTS)
@click.option("--concurrency", type=float, default=None, help="Requests at once.")
@click.option("--rate", type=float, default=None, help="Requests per second, instead.")
@click.option("--utilisation", type=float, default=None, help="Share of the hours that serve.")
@click.option("--cases", type=click.Path(), default=None, help="CSV with one case a row.")
@click.option("--out", type=click.Path(), default=None, help="CSV to write; default: stdout.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    cases: str | None,
    out: str | None,
    **options: Any,  # noqa: ANN401
) -> None:
    """Predict how a model is served: latency, throughput, energy and cost per token.

    One operating point by options, or every row of --cases: serving measurements (aggregated or
    disaggregated) and MLPerf results are known by their columns.
    """
    if ctx.invoked_subcommand is not None:
        return
    if cases is not None:
        _cases(cases, out)
        return
    _point(out, **options)


def _cases(cases: str, out: str | None) -> None:
    from pathlib import Path

    from gigawatt.catalog import load_catalog
    from gigawatt.cli.case_files import read_rows, write_rows
    from gigawatt.performance.inference.cases import ADDED, predict_rows
    from gigawatt.performance.inference.tables import layout_of

    header, rows = read_rows(Path(cases))
    added = predict_rows(rows, layout_of(header, cases), load_catalog())
    columns = [name for name in header if name not in ADDED] + list(ADDED)
    whole = [{**row, **more} for row, more in zip(rows, added, strict=True)]
    write_rows(Path(out) if out else None, columns, whole)
    failed = sum(bool(a["problem"]) for a in added)
    done = f"{len(rows) - failed} of {len(rows)} rows predicted"
    click.echo(f"{done}; see `problem` for the others" if failed else done, err=True)


def _point(
    out: str | None,
    as_json: bool,
    rate: float | None,
    **o: Any,  # noqa: ANN401
) -> None:
    import json

    from gigawatt.catalog import load_catalog
    from gigawatt.errors import InputError
    from gigawatt.performance.inference.point import situation_asked
    from gigawatt.study.serving.serving_point import serving_point
    from gigawatt.study.serving.unit_cost import cost_inputs

    if not o["model"] or not o["gpu"]:
        raise InputError("infer needs --model and --gpu, or --cases FILE; see --help.")
    if rate is not None and o["concurrency"] is not None:
        raise InputError("--concurrency and --rate: choose one of them.")
    if rate is not None and not rate > 0.0:
        raise InputError(f"--rate is {rate:g}: it must be positive.")
    catalog = load_catalog()
    costs = cost_inputs(
        catalog,
        pue=o["pue"],
        energy_price_usd_per_mwh=o["energy_price"],
        utilisation_share=o["utilisation"],
    )
    situation = situation_asked(asked_of(o), catalog)
    point = serving_point(situation, catalog, costs, rate or 0.0)
    use = costs.utilisation_share
    text = json.dumps(_as_data(point, use), indent=2) if as_json else _text(point, use)
    if out:
        from pathlib import Path

        Path(out).write_text(text + "\n", encoding="utf-8")
    else:
        click.echo(text)


def _banded(value: Value, scale: float = 1.0) -> dict[str, float]:
    return {"value": value.value * scale, "low": value.low * scale, "high": value.high * scale}


def _power_data(power: PointPower | None) -> dict[str, Any]:
    return {
        "drawn_w_per_gpu": power and power.drawn_w,
        "provisioned_w_per_gpu": power and power.provisioned_w,
        "output_tok_s_per_mw": power and _banded(power.output_tok_s_per_mw),
        "output_tok_s_per_provisioned_mw": power and power.provisioned_tok_s_per_mw,
        "j_per_output_token": power and power.output_j_per_tok,
        "wh_per_output_token": power and power.output_wh_per_tok,
        "j_per_token": power and power.total_j_per_tok,
        "wh_per_token": power and power.total_j_per_tok / 3600.0,
    }


def _as_data(point: ServingPoint, utilisation: float) -> dict[str, Any]:
    from dataclasses import asdict

    s, p = point.situation, point.prediction
    return {
        "model": s.shape.id,
        "system": s.system.id,
        "plan": asdict(s.plan),
        "packages": p.packages,
        "input_tokens": s.input_tokens,
        "output_tokens": s.output_tokens,
        "concurrency": s.clients,
        "request_rate_per_s": point.request_rate,
        "ttft_ms": _banded(p.ttft_s, 1e3),
        "tpot_ms": _banded(p.tpot_s, 1e3),
        "tok_s_per_user": _banded(point.tok_s_per_user),
        "output_tok_s_per_gpu": _banded(point.output_tok_s),
        "input_tok_s_per_gpu": point.input_tok_s,
        "running_requests": p.requests,
        "most_requests": p.cap,
        "kv_use_share": point.kv_use_share,
        "pue": point.pue,
        **_power_data(point.power),
        "cost": point.cost and cost_data(point.cost, utilisation),
        "band": p.distance,
        "assumed": list(s.assumed),
    }


def _text(point: ServingPoint, utilisation: float) -> str:
    s, p = point.situation, point.prediction
    rows = [
        ("Time to first token", _range(p.ttft_s, 1e3, "ms")),
        ("Time per output token", _range(p.tpot_s, 1e3, "ms")),
        ("Output tokens/s per user", _range(point.tok_s_per_user, 1.0, "")),
        ("Output tokens/s per GPU", _range(point.output_tok_s, 1.0, "")),
        ("Requests/s", f"{point.request_rate:,.3g}"),
        ("Running requests", f"{p.requests:,.3g} of at most {p.cap:,.0f} a replica"),
        *_power_rows(point),
        *_cost_rows(point, utilisation),
    ]
    head = (
        f"{s.shape.name} on {p.packages:g} x {s.system.name}: {s.plan.precision.upper()}, "
        f"{s.plan.engine}, {_plan(point)}, {s.clients:,.4g} requests at once, "
        f"{s.input_tokens:,.0f} tokens in, {s.output_tokens:,.0f} out"
    )
    lines = [head, "", *(f"{name:<26} {text}" for name, text in rows)]
    if s.assumed:
        lines += ["", f"Assumed: {'; '.join(s.assumed)}."]
    return "\n".join([*lines, f"Ranges are 90 % bands (distance to measured rows: {p.distance})."])


def _power_rows(point: ServingPoint) -> list[tuple[str, str]]:
    power = point.power
    if power is None:
        return [("Power", f"none of {point.situation.system.name} is public: no energy, no cost")]
    per_mw = _range(power.output_tok_s_per_mw, 1.0, "")
    return [
        ("Power per GPU", f"{power.drawn_w:,.0f} W drawn of {power.provisioned_w:,.0f} W"),
        ("Output tokens/s per MW", f"{per_mw}, all-in at PUE {point.pue:g}, by draw"),
        ("  by provisioned power", f"{power.provisioned_tok_s_per_mw:,.0f}"),
        ("Energy per output token",
         f"{power.output_j_per_tok:.3g} J, {power.output_wh_per_tok:.3g} Wh"),
    ]  # fmt: skip


def _cost_rows(point: ServingPoint, utilisation: float) -> list[tuple[str, str]]:
    c = point.cost
    if c is None:
        if point.power is None:
            return []
        return [("Cost", f"no price of {point.situation.system.name} is public")]
    return [
        ("Cost of a GPU-hour",
         f"{c.usd_per_hour:.2f} USD: systems {c.systems_usd_per_hour:.2f}, site "
         f"{c.site_usd_per_hour:.2f}, energy {c.energy_usd_per_hour:.2f}, opex "
         f"{c.opex_usd_per_hour:.2f}"),
        ("Cost per million tokens",
         f"input {c.input_usd_per_million:.3g} USD, output {c.output_usd_per_million:.3g} USD, "
         f"{100 * utilisation:g} % of the hours used"),
        ("  of output", cost_parts(c)),
    ]  # fmt: skip


def _plan(point: ServingPoint) -> str:
    plan = point.situation.plan
    parts = [f"TP {plan.layout.tp} DP {plan.layout.dp}"]
    if plan.layout.pp > 1:
        parts.append(f"PP {plan.layout.pp}")
    if plan.replicas > 1:
        parts.append(f"{plan.replicas} replicas")
    if plan.prefill is not None:
        pool = f"TP {plan.prefill.tp} DP {plan.prefill.dp}"
        parts.append(f"prompts on {plan.prefill_workers} workers of {pool}")
    if plan.speculation != "none":
        parts.append(f"{plan.speculation.upper()} drafts")
    if plan.prefix_hit_share:
        parts.append(f"{100 * plan.prefix_hit_share:g} % of prompts found")
    return ", ".join(parts)


def _range(value: Value, scale: float, unit: str) -> str:
    parts = (f"{v * scale:,.3g}" if v * scale < 1e3 else f"{v * scale:,.0f}"
             for v in (value.value, value.low, value.high))  # fmt: skip
    central, low, high = parts
    return f"{central}{' ' + unit if unit else ''} ({low} to {high})"
