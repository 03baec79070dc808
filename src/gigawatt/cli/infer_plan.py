"""`gigawatt infer plan`: from a promise and a demand to pools, GPUs, power and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gigawatt.cli.infer_options import (
    COSTS,
    LENGTHS,
    SEARCH,
    SERVICE,
    service_of_options,
    with_options,
)
from gigawatt.cli.infer_words import cost_data, cost_parts

if TYPE_CHECKING:
    from gigawatt.performance.inference.plans import Service
    from gigawatt.study.serving.serving_plan import Demand, ServingPlanFound

EPILOG = """\b
Examples:
  gigawatt infer plan --model deepseek-ai/DeepSeek-R1 --gpu GB300 --precision fp4 \\
      --input 4000 --output 1000 --speed 50 --ttft 2 --tokens-per-day 1e12
  gigawatt infer plan --model llama-3.3-70b --gpu H200 --tpot 0.04 --ttft 1 --rate 200 --json

\b
A --demand file has columns hour (0 to 23) and requests_per_s."""

SECONDS_PER_DAY = 86400.0


@click.command(epilog=EPILOG)
@with_options(SERVICE, LENGTHS, SEARCH, COSTS)
@click.option("--speed", type=float, default=None, help="Least mean tokens/s of a user.")
@click.option("--tpot", type=float, default=None, help="The same as time per token, s.")
@click.option("--rate", type=float, default=None, help="Mean demand, requests/s.")
@click.option("--tokens-per-day", type=float, default=None, help="The same in output tokens.")
@click.option("--demand", type=click.Path(), default=None, help="CSV of the demand by hour.")
@click.option("--average-over-peak", type=float, default=None, help="Of the daily cycle.")
@click.option("--head-room", type=float, default=None, help="Capacity over the peak, share.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool, **options: Any) -> None:  # noqa: ANN401
    """Deployment with the fewest GPUs that keeps a promise at a demand, and what it costs.

    The promise is a mean speed (--speed or --tpot) and a 99th percentile of the time to the first
    token (--ttft); the demand a mean with a daily cycle and head-room, or a curve by hour.
    """
    from gigawatt.catalog import load_catalog
    from gigawatt.cli.infer_frontier import ttft_limit
    from gigawatt.study.serving.serving_plan import Promise, serving_plan
    from gigawatt.study.serving.unit_cost import cost_inputs

    catalog = load_catalog()
    costs = cost_inputs(
        catalog, pue=options["pue"], energy_price_usd_per_mwh=options["energy_price"]
    )
    assumed: list[str] = []
    service = service_of_options(options, catalog, assumed)
    demand = _demand(options, service.output_tokens, catalog, assumed)
    promise = Promise(
        _speed(options), ttft_limit(options["ttft"]), options["speculation"],
        not options["one_pool"],
    )  # fmt: skip
    found = serving_plan(service, promise, demand, options["gpus"], catalog, costs)
    if as_json:
        click.echo(_json(service, found, costs.pue, assumed))
    else:
        click.echo(_text(service, found, costs.pue, assumed))


def _speed(o: dict[str, Any]) -> float:
    from gigawatt.errors import InputError

    if (o["speed"] is None) == (o["tpot"] is None):
        raise InputError("plan needs --speed (tokens/s of a user) or --tpot (s), one of them.")
    value: float = o["speed"] if o["tpot"] is None else o["tpot"]
    if not value > 0.0:
        name = "--speed" if o["tpot"] is None else "--tpot"
        raise InputError(f"{name} is {value:g}: it must be positive.")
    return value if o["tpot"] is None else 1.0 / value


def _demand(
    o: dict[str, Any],
    output_tokens: float,
    catalog: Any,  # noqa: ANN401
    assumed: list[str],
) -> Demand:
    from pathlib import Path

    from gigawatt.errors import InputError
    from gigawatt.study.serving.serving_plan import Demand, checked, daily_demand

    ways = [name for name in ("rate", "tokens_per_day", "demand") if o[name] is not None]
    if len(ways) != 1:
        raise InputError("plan needs --rate, --tokens-per-day or --demand, one of them.")
    record = catalog.record("assumptions", "serving")
    room = o["head_room"]
    if room is None:
        room = record.value("head_room_share")
        assumed.append(f"head-room {room:.0%} over the peak")
    if o["demand"]:
        return checked(Demand(_curve(Path(o["demand"])), room))
    cycle = o["average_over_peak"]
    if cycle is None:
        cycle = record.value("average_over_peak_share")
        assumed.append(f"average over peak {cycle:g}, one sine a day")
    mean = o["rate"] if o["rate"] is not None else o["tokens_per_day"] / output_tokens / 86400.0
    return daily_demand(mean, cycle, room)


def _curve(path: Any) -> tuple[float, ...]:  # noqa: ANN401
    from gigawatt.cli.case_files import read_rows
    from gigawatt.errors import InputError

    _, rows = read_rows(path, required=("hour", "requests_per_s"))
    found: dict[int, float] = {}
    for line, row in enumerate(rows, start=2):
        try:
            hour, rate = int(row["hour"]), float(row["requests_per_s"])
        except ValueError:
            raise InputError(f"{path}:{line}: hour and requests_per_s must be numbers.") from None
        if not 0 <= hour < 24 or hour in found:
            raise InputError(f"{path}:{line}: hour {hour}: each from 0 to 23 once.")
        found[hour] = rate
    missing = [h for h in range(24) if h not in found]
    if missing:
        raise InputError(f"{path}: hour {missing[0]} is missing: each from 0 to 23 once.")
    return tuple(found[h] for h in range(24))


def _json(service: Service, found: ServingPlanFound, pue: float, assumed: list[str]) -> str:
    import json
    from dataclasses import asdict

    data = {
        "model": service.shape.id, "system": service.system.id,
        "precision": service.plan.precision, "input_tokens": service.input_tokens,
        "output_tokens": service.output_tokens, "pue": pue, **asdict(found),
    }  # fmt: skip
    if found.cost is not None:
        data["cost"] = cost_data(found.cost, found.utilisation_share)
    return json.dumps({**data, "assumed": assumed}, indent=2)


def _power(f: ServingPlanFound, pue: float) -> str:
    text = (
        f"{f.it_mw:,.3g} MW IT, {f.facility_mw:,.3g} MW facility at PUE {pue:g}; "
        f"{f.mean_facility_mw:,.3g} MW drawn on average"
    )
    if f.power_range_share is None:
        return text
    least, most = (f.it_mw * share for share in f.power_range_share)
    return f"{text} (estimated: {least:,.3g} to {most:,.3g} MW IT)"


def _text(service: Service, f: ServingPlanFound, pue: float, assumed: list[str]) -> str:
    u = f.unit
    hours = f.packages_by_hour
    rows = [
        ("Plan of a unit", f"{u['plan']}"),
        ("Units", f"{f.units:,} of {f.unit_packages} GPUs: {f.packages:,} GPUs"),
        ("Speed of a user", f"{u['tok_s_per_user']:,.1f} tokens/s"),
        ("Time to first token", f"{u['ttft_ms']:,.0f} ms, 99 % within {u['ttft_p99_ms']:,.0f} ms"),
        ("Output tokens/s per GPU",
         f"{u['output_tok_s_per_gpu']:,.0f} ({u['output_tok_s_per_gpu_low']:,.0f} to "
         f"{u['output_tok_s_per_gpu_high']:,.0f})"),
        ("Requests/s", f"{f.mean_requests_per_s:,.4g} mean, {f.peak_requests_per_s:,.4g} peak, "
         f"{f.capacity_requests_per_s:,.4g} capacity"),
        ("Tokens a day", f"{f.input_tok_per_day:,.3g} in, {f.output_tok_per_day:,.3g} out"),
        ("GPUs by hour", f"{min(hours):,} to {max(hours):,}; used {f.utilisation_share:.0%}"),
        ("Power", _power(f, pue)),
        ("Output tokens/s per MW", f"{f.output_tok_s_per_mw:,.0f} on average over built MW"),
        ("Energy per output token",
         f"{f.wh_per_output_token * 3600.0:.3g} J, {f.wh_per_output_token:.3g} Wh"),
    ]  # fmt: skip
    if f.cost is not None and f.usd_per_day is not None:
        c = f.cost
        rows += [
            ("Cost of a GPU-hour",
             f"{c.usd_per_hour:.2f} USD: systems {c.systems_usd_per_hour:.2f}, site "
             f"{c.site_usd_per_hour:.2f}, energy {c.energy_usd_per_hour:.2f}, opex "
             f"{c.opex_usd_per_hour:.2f}"),
            ("Cost of a day", f"{f.usd_per_day:,.0f} USD"),
            ("Cost per million tokens",
             f"input {c.input_usd_per_million:.3g} USD, output {c.output_usd_per_million:.3g} USD"),
            ("  of output", cost_parts(c)),
        ]  # fmt: skip
    else:
        rows.append(("Cost", "no price of the system is public"))
    head = (
        f"{service.shape.name} on {service.system.name}: {service.plan.precision.upper()}, "
        f"{service.input_tokens:,.0f} tokens in, {service.output_tokens:,.0f} out"
    )
    lines = [head, "", *(f"{name:<26}{text}" for name, text in rows)]
    if assumed:
        lines += ["", f"Assumed: {'; '.join(assumed)}."]
    return "\n".join(lines)
