"""`gigawatt infer frontier`: throughput against the speed that a user sees, over all plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gigawatt.cli.infer_options import (
    LENGTHS,
    SEARCH,
    SERVICE_OF_MANY,
    service_of_options,
    with_options,
)

if TYPE_CHECKING:
    from gigawatt.performance.inference.frontier import Frontier
    from gigawatt.performance.inference.plans import Service

EPILOG = """\b
Examples:
  gigawatt infer frontier --model deepseek-ai/DeepSeek-R1 --gpu GB300 --precision fp4 --ttft 2
  gigawatt infer frontier --model kimi-k2 --gpu GB300 --gpu VR200 --input 8000 --output 1000 \\
      --speculation auto --html front.html --csv front.csv"""

FOUND = tuple[tuple["Service", "Frontier"], ...]


@click.command(epilog=EPILOG)
@with_options(SERVICE_OF_MANY, LENGTHS, SEARCH)
@click.option("--by", type=click.Choice(("gpu", "mw")), default="gpu", help="What is compared.")
@click.option("--pue", type=float, default=None, help="Power usage effectiveness of the site.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole fronts as JSON.")
@click.option("--csv", "csv_file", type=click.Path(), help="File for the whole fronts.")
@click.option("--html", type=click.Path(), help="File for the page with charts.")
@click.option("--lang", type=click.Choice(("en", "fr")), default="en", help="Of the page.")
def command(
    gpu: tuple[str, ...],
    by: str,
    pue: float | None,
    as_json: bool,
    csv_file: str | None,
    html: str | None,
    lang: str,
    **options: Any,  # noqa: ANN401
) -> None:
    """Pareto front over all plans: TP, PP, EP, attention-DP, batch, pools, speculation.

    One front a --gpu. Rates are output tokens per second, per GPU of all --gpus, those that no
    replica fills included; per MW is facility power drawn.
    """
    from pathlib import Path

    from gigawatt.catalog import load_catalog
    from gigawatt.performance.inference.front_rows import front_rows
    from gigawatt.performance.inference.frontier import frontier
    from gigawatt.study.serving.unit_cost import cost_inputs

    catalog = load_catalog()
    site = cost_inputs(catalog, pue=pue)
    limit = ttft_limit(options["ttft"])
    found = []
    assumed: list[str] = []
    for name in gpu:
        service = service_of_options({**options, "gpu": name}, catalog, assumed)
        front = frontier(
            service, options["gpus"], catalog, site.pue, options["speculation"],
            not options["one_pool"], limit, "package" if by == "gpu" else "mw",
        )  # fmt: skip
        found.append((service, front))
    fronts = {s.system.name: front_rows(s, f) for s, f in found}
    head = _head(found[0][0], options, site.pue, found[0][1].method)
    if csv_file:
        _write_csv(fronts, Path(csv_file))
    if html:
        _write_page(fronts, head, Path(html), lang)
    click.echo(_json(fronts, head, assumed) if as_json else _text(tuple(found), head, assumed))


def ttft_limit(ttft: float | None) -> float:
    """Limit of an option, infinite where there is none."""
    import math

    from gigawatt.errors import InputError

    if ttft is None:
        return math.inf
    if not ttft > 0.0:
        raise InputError(f"--ttft is {ttft:g}: it must be positive.")
    return ttft


def _head(service: Service, o: dict[str, Any], pue: float, method: str) -> dict[str, Any]:
    from gigawatt import __version__

    return {
        "title": service.shape.name, "version": __version__, "model": service.shape.name,
        "precision": service.plan.precision.upper(), "packages": o["gpus"],
        "input_tokens": f"{service.input_tokens:g}", "output_tokens": f"{service.output_tokens:g}",
        "ttft_limit": "none" if o["ttft"] is None else f"{o['ttft']:g} s",
        "speculation": method, "engine": service.plan.engine, "date": service.plan.date,
        "pue": f"{pue:g}",
    }  # fmt: skip


def _write_csv(fronts: dict[str, list[dict[str, Any]]], path: Any) -> None:  # noqa: ANN401
    from gigawatt.cli.case_files import write_rows

    rows = [row for rows in fronts.values() for row in rows]
    write_rows(path, list(rows[0]), rows)
    click.echo(f"Fronts: {path}", err=True)


def _write_page(
    fronts: dict[str, list[dict[str, Any]]],
    head: dict[str, Any],
    path: Any,  # noqa: ANN401
    lang: str,
) -> None:
    from gigawatt.report.serving_page import write_front_page

    write_front_page(fronts, head, path, lang)
    click.echo(f"Page: {path}", err=True)


def _json(fronts: dict[str, list[dict[str, Any]]], head: dict[str, Any], assumed: list[str]) -> str:
    import json

    data = {"conditions": head, "fronts": fronts, "assumed": list(dict.fromkeys(assumed))}
    return json.dumps(data, indent=2, ensure_ascii=False)


def _text(found: FOUND, head: dict[str, Any], assumed: list[str]) -> str:
    from gigawatt.performance.inference.front_rows import shown_rows

    lines = [
        f"{head['model']}, {head['precision']}, {head['engine']} of {head['date']}, "
        f"{head['input_tokens']} tokens in and {head['output_tokens']} out, speculation: "
        f"{head['speculation']}, limit of TTFT p99: {head['ttft_limit']}, PUE {head['pue']}"
    ]
    for service, front in found:
        lines += [
            "",
            f"{head['packages']} x {service.system.name}: {front.evaluated:,} plans, "
            f"{front.tok_s_per_user.size} on the front; rates +- "
            f"{100.0 * front.rate_log:.0f} % (90 %, distance: {front.distance})",
            f"{'tok/s/user':>10} {'tok/s/GPU':>10} {'tok/s/MW':>10} {'TTFT ms':>9} "
            f"{'p99':>8}  plan",
        ]
        for r in shown_rows(service, front):
            per_mw = r["output_tok_s_per_mw"]
            lines.append(
                f"{r['tok_s_per_user']:>10,.1f} {r['output_tok_s_per_gpu']:>10,.0f} "
                f"{'unknown' if per_mw is None else f'{per_mw:,.0f}':>10} {r['ttft_ms']:>9,.0f} "
                f"{r['ttft_p99_ms']:>8,.0f}  {r['plan']}"
            )
    if assumed:
        lines += ["", f"Assumed: {'; '.join(dict.fromkeys(assumed))}."]
    return "\n".join(lines)
