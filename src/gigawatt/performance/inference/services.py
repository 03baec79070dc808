"""A service by names: from what a person or a programme says to a `Service`."""

from __future__ import annotations

import math

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.hardware import power_note
from gigawatt.performance.inference.plan import ServingPlan, check_plan
from gigawatt.performance.inference.plans import Service
from gigawatt.performance.inference.point import DEFAULT_DATE
from gigawatt.performance.inference.schemes import customary_kv, named_precision, precision_of
from gigawatt.performance.inference.tables import engine_of, months_of, note_long, usual_engine
from gigawatt.performance.models import resolve_model
from gigawatt.performance.names import parse_gpu


def asked_service(
    catalog: Catalog, assumed: list[str], *, model: str, gpu: str, precision: str = "",
    kv_precision: str = "", engine: str = "", date: str = "", input_tokens: float = 1000.0,
    output_tokens: float = 1000.0, prefix_hit_share: float = 0.0, chunk_tokens: int = 8192,
) -> Service:  # fmt: skip
    """Service of names; empty ones are filled in and told in `assumed`.

    Raises
    ------
    InputError : a name is unknown, or a number out of range.
    """
    for name, value in (("input tokens", input_tokens), ("output tokens", output_tokens)):
        if not 0.0 < value < math.inf:
            raise InputError(f"{name} are {value:g}: they must be positive and finite.")
    shape = resolve_model(model, catalog)
    choice = parse_gpu(gpu, catalog)
    if choice.assumed:
        assumed.append(choice.assumed)
    note_long(shape, input_tokens + output_tokens, assumed)
    assumed.extend(shape.approximations)
    used = engine_of(engine or usual_engine(choice.system), assumed)
    told = precision or named_precision(model)
    found = precision_of(told, shape, choice.system, assumed)
    kv = kv_precision or customary_kv(shape, used, found)
    if not kv_precision:
        assumed.append(f"cache in {kv.upper()}")
    if note := power_note(catalog, choice.system):
        assumed.append(note)
    if not date:
        assumed.append(f"software of {DEFAULT_DATE}")
    when = date or DEFAULT_DATE
    plan = ServingPlan(
        precision=found, kv_precision=kv, engine=used, date=when,
        prefix_hit_share=prefix_hit_share, chunk_tokens=chunk_tokens,
    )  # fmt: skip
    check_plan(plan)
    months = months_of(when, "", assumed, used)
    return Service(shape, choice.system, plan, input_tokens, output_tokens, months)
