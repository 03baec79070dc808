"""One operating point by hand: from names to a `Situation`, and from a rate to clients."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.hardware import power_note
from gigawatt.performance.inference.build import check_divides, full_layout, points_of
from gigawatt.performance.inference.fitted import Fitted, load_fitted
from gigawatt.performance.inference.plan import Layout, ServingPlan, check_plan
from gigawatt.performance.inference.predict import case_of, predict
from gigawatt.performance.inference.schemes import customary_kv, named_precision, precision_of
from gigawatt.performance.inference.search import front_of
from gigawatt.performance.inference.step import cache_bytes
from gigawatt.performance.inference.tables import (
    AGGREGATED,
    DISAGGREGATED,
    Situation,
    drafted_in,
    engine_of,
    months_of,
    note_long,
    speculation_of,
    usual_engine,
)
from gigawatt.performance.models import resolve_model
from gigawatt.performance.names import parse_gpu

DOUBLINGS = 20
HALVINGS = 30
MOST_PACKAGES = 72


@dataclass(frozen=True, slots=True)
class Asked:
    """A point as a person asks for it; texts are as `infer` takes them.

    Attributes
    ----------
    model, gpu, precision, engine, date, speculation : names; precision, engine and date may be "".
    input_tokens, output_tokens, clients : lengths, and requests at once.
    layout : of a replica, None to choose the customary one with the most tokens per package.
    plan : the rest of the plan.
    """

    model: str
    gpu: str
    precision: str
    engine: str
    date: str
    speculation: str
    input_tokens: float
    output_tokens: float
    clients: float
    layout: Layout | None
    plan: ServingPlan


def situation_asked(asked: Asked, catalog: Catalog) -> Situation:
    """Situation of a point.

    Raises
    ------
    InputError : a name is unknown, a number out of range, a plan does not divide.
    InfeasibleError : the model fits nowhere.
    """
    numbers = {"input": asked.input_tokens, "output": asked.output_tokens,
               "concurrency": asked.clients}  # fmt: skip
    for name, value in numbers.items():
        if not 0.0 < value < math.inf:
            raise InputError(f"--{name} is {value:g}: it must be positive and finite.")
    assumed: list[str] = []
    shape = resolve_model(asked.model, catalog)
    choice = parse_gpu(asked.gpu, catalog)
    if choice.assumed:
        assumed.append(choice.assumed)
    engine = engine_of(asked.engine or usual_engine(choice.system), assumed)
    note_long(shape, asked.input_tokens + asked.output_tokens, assumed)
    assumed.extend(shape.approximations)
    told = asked.precision or named_precision(asked.model)
    precision = precision_of(told, shape, choice.system, assumed)
    kv = asked.plan.kv_precision or customary_kv(shape, engine, precision)
    if not asked.plan.kv_precision:
        assumed.append(f"cache in {kv.upper()}")
    if note := power_note(catalog, choice.system):
        assumed.append(note)
    plan = replace(
        asked.plan, precision=precision, engine=engine, kv_precision=kv, date=asked.date,
        speculation=asked.speculation or "none",
        draft_tokens=asked.plan.draft_tokens or drafted_in(asked.speculation),
    )  # fmt: skip
    months = months_of(asked.date or DEFAULT_DATE, "", assumed, engine)
    if not asked.date:
        assumed.append(f"software of {DEFAULT_DATE}")
    speculation = speculation_of(asked.speculation or "none", assumed, shape)
    situation = Situation(
        layout=DISAGGREGATED if plan.prefill else AGGREGATED,
        shape=shape, system=choice.system, plan=plan, input_tokens=asked.input_tokens,
        output_tokens=asked.output_tokens, clients=asked.clients, fixed_lengths=False,
        speculation=speculation, months=months, packages=plan.packages, assumed=(),
    )  # fmt: skip
    check_plan(plan)
    layout = asked.layout or _chosen_layout(situation, catalog, assumed)
    plan = replace(plan, layout=layout)
    check_plan(plan)
    packages = float(full_layout(shape, layout).packages)
    return replace(situation, plan=plan, packages=packages, assumed=tuple(assumed))


DEFAULT_DATE = "2026-04"  # of the newest measured rows


def _chosen_layout(s: Situation, catalog: Catalog, assumed: list[str]) -> Layout:
    """Layout with the most tokens per package that holds the clients."""
    front = front_of(
        s.shape, s.system, s.plan, s.input_tokens, s.output_tokens, MOST_PACKAGES,
        load_fitted(catalog), s.months,
    )  # fmt: skip
    wanted = s.clients / s.plan.replicas
    near = abs(front.requests - wanted) <= 0.08 * wanted
    if not near.any():
        near = front.requests >= wanted
    if not near.any():
        near = front.requests >= front.requests.max()
    index = int((front.output_tok_s * near).argmax())
    layout = front.layouts[int(front.layout[index])]
    staged = f", {layout.pp} stages" if layout.pp > 1 else ""
    assumed.append(f"layout TP {layout.tp}, DP {layout.dp}{staged}")
    return layout


def check_fits(s: Situation) -> None:
    """Raise if the plan does not divide the model, or weights and one request don't fit."""
    check_divides(s.shape, full_layout(s.shape, s.plan.layout))
    for prefill in (False, True) if s.plan.prefill is not None else (False,):
        points = points_of([case_of(s, prefill)])
        tokens = s.input_tokens + (0.0 if prefill else s.output_tokens)
        need = float(cache_bytes(points, np.array([tokens]))[0])
        room = float(points.free_bytes[0])
        if need > room:
            raise InfeasibleError(
                f"one request does not fit: {tokens:,.0f} tokens take {need / 1e9:,.3g} GB of a "
                f"package's memory, beside the weights of {s.shape.name} there are "
                f"{room / 1e9:,.3g} GB."
            )


def clients_for_rate(s: Situation, rate: float, fitted: Fitted, catalog: Catalog) -> Situation:
    """Situation with as many clients as give `rate` requests per second.

    Raises
    ------
    InfeasibleError : the deployment can't take so many; the message has the most it can.
    """

    def rate_at(clients: float) -> float:
        p = predict([replace(s, clients=clients)], fitted, catalog)[0]
        return p.output_tok_s_per_package.value * p.packages / s.output_tokens

    high = 1.0
    for _ in range(DOUBLINGS):
        if rate_at(high) >= rate:
            break
        high *= 2.0
    else:
        raise InfeasibleError(
            f"{rate:g} requests/s are more than the deployment takes: {rate_at(high):.3g} at most."
        )
    low = 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if rate_at(middle) >= rate else (middle, high)
    return replace(s, clients=high)
