"""Pareto front of throughput against the speed that a user sees, over all plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.catalog import Catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.efficiency import PowerShares, load_constants
from gigawatt.performance.hardware import System, full_power_w
from gigawatt.performance.inference.fitted import TABLE, Fitted, load_fitted
from gigawatt.performance.inference.plans import Plans, Service, plans_of
from gigawatt.performance.inference.predict import distance_of
from gigawatt.performance.inference.speculation import accepted_tokens, method_of
from gigawatt.performance.inference.tables import AGGREGATED, Situation, speculation_of
from gigawatt.performance.shapes import ModelShape
from gigawatt.quantity.arrays import Array

MOST_DRAFT = 3
W_PER_MW = 1e6


@dataclass(frozen=True, slots=True)
class Frontier:
    """Plans that no other beats in both, fastest first.

    Attributes
    ----------
    plans : of the front.
    tok_s_per_user, output_tok_s_per_package : what they are compared by.
    drawn_w_per_package : mean IT draw, idle packages included; 0 where none is public.
    output_tok_s_per_mw : per MW of facility power drawn; infinite where none is public.
    method : of speculation, where drafts are on.
    evaluated : number of plans that were compared.
    distance, rate_log : to the measured data, and half of the 90 % band of rates as a logarithm.
    """

    plans: Plans
    tok_s_per_user: Array
    output_tok_s_per_package: Array
    drawn_w_per_package: Array
    output_tok_s_per_mw: Array
    method: str
    evaluated: int
    distance: str
    rate_log: float


def drafts_of(
    shape: ModelShape, catalog: Catalog, speculation: str, most: int = MOST_DRAFT
) -> tuple[str, list[tuple[int, float]]]:
    """Method of speculation and drafts to look at: "none", a method, or "auto" for the customary.

    Returns
    -------
    Method ("none" without any), and (drafted tokens, tokens a step yields) with (0, 1) first.
    """
    method = method_of(shape) if speculation == "auto" else speculation_of(speculation, [], shape)
    none = [(0, 1.0)]
    if method == "none":
        return method, none
    drafts = range(1, most + 1)
    return method, none + [(d, accepted_tokens(catalog, method, d, shape.id)) for d in drafts]


def of_text(drafts: Sequence[tuple[int, float]], factor: float) -> list[tuple[int, float]]:
    """Drafts with `factor` on the drafted tokens that are accepted."""
    return [(d, 1.0 + min(factor * (a - 1.0), float(d))) for d, a in drafts]


def drawn_w(system: System, plans: Plans, power: PowerShares) -> Array:
    """Mean IT draw of a package, W; those that no replica fills idle."""
    share = plans.prompt_share
    busy = share * power.serve_prefill_share + (1.0 - share) * power.serve_decode_share
    idle = (1.0 - plans.used_share) * power.idle_share
    return full_power_w(system) * (plans.used_share * busy + idle)


def frontier(
    service: Service, packages: int, catalog: Catalog, pue: float, speculation: str = "none",
    split: bool = True, ttft_p99_limit_s: float = np.inf, by: str = "package",
    draft_factor: float = 1.0,
) -> Frontier:  # fmt: skip
    """Front over all plans.

    Parameters
    ----------
    service, packages : what is served, on how many packages.
    catalog, pue : constants and power shares; PUE of the site.
    speculation : "none", "auto", or a method; drafts of up to 3 tokens are compared with none.
    split : whether to look at pools of their own for prompts.
    ttft_p99_limit_s : limit of the 99th percentile of the time to the first token.
    by : "package" or "mw": the throughput that is compared.
    draft_factor : drafted tokens accepted over those of the catalog's curves.

    Raises
    ------
    InfeasibleError : no plan fits, or none keeps to the limit.
    InputError : throughput per MW is to be compared where no power of the system is public.
    """
    if packages < 1:
        raise InputError(f"packages are {packages}: at least 1 is needed.")
    if by == "mw" and full_power_w(service.system) <= 0.0:
        raise InputError(f"{service.system.id}: no power of the system is public; compare per GPU.")
    method, drafts = drafts_of(service.shape, catalog, speculation)
    fitted = load_fitted(catalog)
    plans = plans_of(service, packages, of_text(drafts, draft_factor), fitted, split)
    evaluated = plans.requests.size
    inside = plans.ttft_p99_s <= ttft_p99_limit_s
    if not inside.any():
        raise InfeasibleError(
            f"no plan gives the first token within {ttft_p99_limit_s:g} s (99th percentile); the "
            f"best takes {plans.ttft_p99_s.min():.3g} s."
        )
    plans = plans.take(inside)
    watts = drawn_w(service.system, plans, load_constants(catalog, "power", PowerShares))
    per_package = plans.output_tok_s / plans.packages
    with np.errstate(divide="ignore"):
        per_mw = per_package * W_PER_MW / (watts * pue)
    speed = 1.0 / plans.tpot_s
    index = pareto(speed, per_package if by == "package" else per_mw)
    distance, log = rate_band(service, fitted, catalog)
    return Frontier(
        plans.take(index), speed[index], per_package[index], watts[index], per_mw[index], method,
        evaluated, distance, log,
    )  # fmt: skip


def rate_band(service: Service, fitted: Fitted, catalog: Catalog) -> tuple[str, float]:
    """Distance to the measured rows, and half of the 90 % band of rates as a logarithm."""
    s = Situation(
        AGGREGATED, service.shape, service.system, service.plan, service.input_tokens,
        service.output_tokens, 1.0, False, "none", service.months, 1.0,
    )  # fmt: skip
    distance = distance_of(fitted, s)
    return distance, catalog.record(TABLE, f"band.{distance}").value("rate")


def pareto(speed: Array, rate: Array) -> NDArray[np.intp]:
    """Indices that no other point beats in both, fastest first."""
    order = np.lexsort((-rate, -speed))
    best = np.maximum.accumulate(rate[order])
    first = np.concatenate([[True], best[1:] > best[:-1]])
    chosen: NDArray[np.intp] = order[first]
    return chosen


def at_speed(front: Frontier, tok_s_per_user: float) -> int:
    """Index of the front's point with the most throughput at no less than this speed.

    Raises
    ------
    InfeasibleError : none is that fast.
    """
    quick = np.flatnonzero(front.tok_s_per_user >= tok_s_per_user)
    if not quick.size:
        raise InfeasibleError(
            f"{tok_s_per_user:g} tokens/s per user is too fast; at most "
            f"{front.tok_s_per_user.max():,.0f}."
        )
    return int(quick[-1])


def at_speeds(front: Frontier, speeds: Sequence[float]) -> list[int]:
    """Indices at each of the speeds that the front reaches."""
    most = float(front.tok_s_per_user.max())
    return [at_speed(front, s) for s in speeds if s <= most]
