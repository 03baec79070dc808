"""Options that the sub-commands of `infer` share, and the situation that they ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.catalog import Catalog
    from gigawatt.performance.inference.plan import Layout
    from gigawatt.performance.inference.plans import Service
    from gigawatt.performance.inference.point import Asked
    from gigawatt.performance.inference.tables import Situation

Command = Callable[..., Any]

PRECISION = click.option(
    "--precision", default="", help="bf16, fp8, fp4, int4; default: the checkpoint's."
)
MODEL_HELP = "Catalog id, Hugging Face id or config.json."
GPU_HELP = "Accelerator, e.g. H200, GB300, vr200-nvl72."
CHUNK = click.option(
    "--chunk", type=int, default=8192, show_default=True, help="Prompt tokens of a step and rank."
)
SOFTWARE = (
    PRECISION,
    click.option("--kv-precision", default="", help="Of the cache: bf16, fp8, fp4."),
    click.option(
        "--engine", default="", help="vllm, sglang, trtllm or other; default: the maker's usual."
    ),
    click.option("--date", default="", help="Of the software, e.g. 2026-04."),
    CHUNK,
)
SERVICE_OR_FILE = (
    click.option("--model", default="", help=MODEL_HELP),
    click.option("--gpu", default="", help=GPU_HELP),
    *SOFTWARE,
)
SERVICE = (
    click.option("--model", required=True, help=MODEL_HELP),
    click.option("--gpu", required=True, help=GPU_HELP),
    *SOFTWARE,
)
SERVICE_OF_MANY = (
    SERVICE[0],
    click.option("--gpu", required=True, multiple=True, help="Accelerator; may be given often."),
    *SOFTWARE,
)
LAYOUT = (
    click.option("--tp", type=int, default=0, help="Tensor parallel; default: chosen."),
    click.option("--dp", type=int, default=1, help="Attention data parallel."),
    click.option("--moe-tp", type=int, default=0, help="Packages that share one expert."),
    click.option("--moe-ep", type=int, default=0, help="Ranks that experts are spread over."),
    click.option("--pp", type=int, default=1, help="Pipeline stages."),
    click.option("--replicas", type=int, default=1, help="Replicas, or decode workers."),
    click.option("--prefill-workers", type=int, default=0, help="Workers of a prefill pool."),
    click.option("--prefill-tp", type=int, default=1, help="Tensor parallel of one of them."),
    click.option("--prefill-dp", type=int, default=1, help="Attention data parallel of one."),
    click.option("--speculation", default="none", help="none, mtp, eagle3, dspark."),
    click.option("--draft", type=int, default=0, help="Drafted tokens a step."),
    click.option("--accepted", type=float, default=0.0, help="Tokens a step yields; or: curve."),
    click.option("--max-batch", type=int, default=0, help="Most running requests of a replica."),
)
LENGTHS = (
    click.option("--input", "input_tokens", type=float, default=1000.0, help="Mean prompt."),
    click.option("--output", "output_tokens", type=float, default=1000.0, help="Mean answer."),
    click.option("--prefix-hit", type=float, default=0.0, help="Part of prompts in a cache."),
)
SEARCH = (
    click.option("--gpus", type=int, default=72, show_default=True, help="GPUs of a deployment."),
    click.option("--ttft", type=float, default=None, help="Limit of TTFT, p99, s."),
    click.option("--speculation", default="none", help="none, auto, mtp, eagle3, dspark."),
    click.option("--one-pool", is_flag=True, help="No pool of its own for prompts."),
)
COSTS = (
    click.option("--pue", type=float, default=None, help="Power usage effectiveness of the site."),
    click.option("--energy-price", type=float, default=None, help="USD/MWh."),
)


def with_options(*groups: tuple[Command, ...]) -> Callable[[Command], Command]:
    """Decorator that adds groups of options, in their order."""

    def add(function: Command) -> Command:
        for option in reversed([o for group in groups for o in group]):
            function = option(function)
        return function

    return add


def asked_of(o: dict[str, Any]) -> Asked:
    """What the options ask for."""
    from gigawatt.errors import InputError
    from gigawatt.performance.inference.plan import Layout, ServingPlan
    from gigawatt.performance.inference.point import Asked

    for name in ("dp", "pp"):
        if o[name] < 1:
            raise InputError(f"--{name} is {o[name]}: at least 1 is needed.")
    layout: Layout | None = None
    if o["tp"] or o["dp"] > 1 or o["moe_tp"] or o["moe_ep"] or o["pp"] > 1:
        layout = Layout(o["tp"] or 1, o["dp"], o["moe_tp"], o["moe_ep"], o["pp"])
    pool = Layout(o["prefill_tp"], o["prefill_dp"]) if o["prefill_workers"] else None
    plan = ServingPlan(
        replicas=o["replicas"],
        prefill=pool,
        prefill_workers=o["prefill_workers"],
        kv_precision=o["kv_precision"],
        draft_tokens=o["draft"],
        accepted_tokens=o["accepted"],
        prefix_hit_share=o["prefix_hit"],
        max_batch=o["max_batch"],
        chunk_tokens=o["chunk"],
    )
    concurrency = 16.0 if o["concurrency"] is None else o["concurrency"]
    names = ("model", "gpu", "precision", "engine", "date", "speculation")
    return Asked(
        **{name: o[name] for name in names},
        input_tokens=o["input_tokens"],
        output_tokens=o["output_tokens"],
        clients=concurrency,
        layout=layout,
        plan=plan,
    )


def situation_of_options(
    o: dict[str, Any], input_tokens: float, output_tokens: float, clients: float, catalog: Catalog
) -> Situation:
    """Situation that `SERVICE` and `LAYOUT` describe."""
    from gigawatt.errors import InputError
    from gigawatt.performance.inference.point import situation_asked

    for name in ("replicas", "pp"):
        if o[name] < 1:
            raise InputError(f"--{name} is {o[name]}: at least 1 is needed.")
    if o["prefill_workers"] < 0:
        raise InputError(f"--prefill-workers is {o['prefill_workers']}: it can't be negative.")
    lengths = {"input_tokens": input_tokens, "output_tokens": output_tokens}
    asked = asked_of({"prefix_hit": 0.0, **o, **lengths, "concurrency": clients})
    return situation_asked(asked, catalog)


def service_of_options(o: dict[str, Any], catalog: Catalog, assumed: list[str]) -> Service:
    """Service that the options describe; `assumed` takes what is filled in."""
    from gigawatt.performance.inference.services import asked_service

    return asked_service(
        catalog, assumed, model=o["model"], gpu=o["gpu"], precision=o["precision"],
        kv_precision=o["kv_precision"], engine=o["engine"], date=o["date"],
        input_tokens=o["input_tokens"], output_tokens=o["output_tokens"],
        prefix_hit_share=o["prefix_hit"], chunk_tokens=o["chunk"],
    )  # fmt: skip
