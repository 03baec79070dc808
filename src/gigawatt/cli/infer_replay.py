"""`gigawatt infer replay`: a request trace on a deployment, iteration by iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gigawatt.cli.infer_options import LAYOUT, SERVICE, situation_of_options, with_options

if TYPE_CHECKING:
    from gigawatt.performance.inference.replay.run import Replayed
    from gigawatt.performance.inference.replay.summary import Spread, Summary
    from gigawatt.performance.inference.tables import Situation

EPILOG = """\b
Examples:
  gigawatt infer replay trace.csv --model llama-3.3-70b --gpu H100 --tp 4 --replicas 16
  gigawatt infer replay conversation.jsonl.gz --model deepseek-r1 --gpu GB300 --precision fp4 \\
      --dp 16 --replicas 4 --routing prefix --slo-ttft 2 --slo-tpot 0.05 --json"""


@click.command(epilog=EPILOG)
@click.argument("trace", type=click.Path())
@with_options(SERVICE, LAYOUT)
@click.option("--routing", default="least-loaded", help="round-robin, least-loaded, prefix.")
@click.option("--no-prefix-cache", is_flag=True, help="Compute prompts whole, found or not.")
@click.option("--concurrency", type=int, default=0, help="Clients of a closed loop, instead.")
@click.option("--speed-up", type=float, default=1.0, help="Factor on the arrival rate.")
@click.option("--slo-ttft", type=float, default=None, help="Limit of each first token, s.")
@click.option("--slo-tpot", type=float, default=None, help="Limit of each output token, s.")
@click.option("--out", type=click.Path(), default=None, help="CSV with one row a request.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    trace: str,
    routing: str,
    no_prefix_cache: bool,
    concurrency: int,
    speed_up: float,
    slo_ttft: float | None,
    slo_tpot: float | None,
    out: str | None,
    as_json: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Replay TRACE: percentiles of latency, goodput, throughput and use of the cache.

    TRACE is a CSV, JSON lines or a JSON list with arrival_s, input_tokens and output_tokens, or in
    Azure's, BurstGPT's or Mooncake's layout, plain or gzipped. Prompt blocks of Mooncake traces are
    looked up in the replicas' cache.
    """
    import math
    from dataclasses import replace
    from pathlib import Path

    from gigawatt.catalog import load_catalog
    from gigawatt.errors import InputError
    from gigawatt.performance.inference.replay.run import replay
    from gigawatt.performance.inference.replay.summary import Slo, summary
    from gigawatt.performance.inference.replay.trace import read_trace

    limits = {"--speed-up": speed_up, "--slo-ttft": slo_ttft, "--slo-tpot": slo_tpot}
    for name, value in limits.items():
        if value is not None and not 0.0 < value < math.inf:
            raise InputError(f"{name} is {value:g}: it must be positive.")
    if concurrency < 0:
        raise InputError(f"--concurrency is {concurrency}: it can't be negative.")
    requests = read_trace(Path(trace))
    requests = replace(requests, arrival_s=requests.arrival_s / speed_up)
    catalog = load_catalog()
    situation = situation_of_options(
        options, float(requests.input_tokens.mean()), float(requests.output_tokens.mean()),
        16.0 * options["replicas"], catalog,
    )  # fmt: skip
    situation = replace(situation, assumed=(*situation.assumed, *requests.notes))
    done = replay(situation, requests, catalog, routing, not no_prefix_cache, concurrency)
    found = summary(done, Slo(slo_ttft or math.inf, slo_tpot or math.inf))
    click.echo(
        f"compiled or read in {done.compile_s:.2f} s, replayed in {done.run_s:.2f} s", err=True
    )
    if out:
        _write_requests(done, Path(out))
    promised = slo_ttft is not None or slo_tpot is not None
    click.echo(
        _json(situation, found, routing) if as_json else _text(situation, found, routing, promised)
    )


def _write_requests(done: Replayed, path: Any) -> None:  # noqa: ANN401
    import math

    from gigawatt.cli.case_files import write_rows

    t = done.trace
    columns = {
        "arrival_s": t.arrival_s, "input_tokens": t.input_tokens, "output_tokens": t.output_tokens,
        "found_tokens": done.hit_tokens, "queue_s": done.queue_s, "ttft_s": done.ttft_s,
        "tpot_s": done.tpot_s, "total_s": done.total_s,
    }  # fmt: skip
    lists = [values.tolist() for values in columns.values()]
    rows = (
        {k: "" if math.isnan(v) else f"{v:.9g}" for k, v in zip(columns, row, strict=True)}
        for row in zip(*lists, strict=True)
    )
    write_rows(path, list(columns), rows)


def _json(s: Situation, found: Summary, routing: str) -> str:
    import json
    from dataclasses import asdict

    data = {
        "model": s.shape.id, "system": s.system.id, "plan": asdict(s.plan), "routing": routing,
        **asdict(found), "assumed": list(s.assumed),
    }  # fmt: skip
    return json.dumps(_finite(data), indent=2)


def _finite(value: Any) -> Any:  # noqa: ANN401
    """Value with null where a number is not known."""
    import math

    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def _text(s: Situation, f: Summary, routing: str, promised: bool) -> str:
    layout, plan = s.plan.layout, s.plan
    lines = [
        f"{f.requests:,} requests in {f.span_s:,.1f} s on {f.packages:g} x {s.system.name}: "
        f"{s.shape.name}, {plan.precision.upper()}, {plan.engine}, TP {layout.tp} DP {layout.dp}, "
        f"{plan.replicas} replicas"
        + (f", {plan.prefill_workers} prefill workers" if plan.prefill else "")
        + f", {routing}",
        "",
        f"{'':<28}{'mean':>10}{'p50':>10}{'p90':>10}{'p99':>10}",
    ]
    for name, times in (
        ("Time to first token, ms", f.ttft),
        ("Time per output token, ms", f.tpot),
        ("End to end, ms", f.total),
        ("Wait for the first step, ms", f.queue),
    ):
        lines.append(f"{name:<28}{_cells(times)}")
    rows = [
        ("Requests/s", f"{f.request_rate:,.4g}"),
        ("Output tokens/s", f"{f.output_tok_s:,.0f}; per GPU {f.output_tok_s_per_package:,.1f}"),
        ("Input tokens/s", f"{f.input_tok_s:,.0f}; per GPU {f.input_tok_s_per_package:,.1f}"),
        ("Replicas busy", f"{f.busy_share:.1%} of the time"),
        ("Cache in use", f"{f.kv_use_share:.1%}; {f.put_back:,} requests computed again"),
        ("Prompt tokens found", f"{f.hit_share:.1%}"),
    ]
    if plan.prefill:
        rows.append(("Prefill workers busy", f"{f.prefill_busy_share:.1%} of the time"))
    if promised:
        rows.append(("Within the limits", f"{f.good_share:.2%}: {f.goodput_per_s:,.4g} requests/s"))
    lines += ["", *(f"{name:<28}{text}" for name, text in rows)]
    if s.assumed:
        lines += ["", f"Assumed: {'; '.join(s.assumed)}."]
    return "\n".join(lines)


def _cells(t: Spread) -> str:
    return "".join(f"{v * 1e3:>10,.4g}" if v * 1e3 < 1e4 else f"{v * 1e3:>10,.0f}"
                   for v in (t.mean, t.p50, t.p90, t.p99))  # fmt: skip
