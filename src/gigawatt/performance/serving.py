"""Serving rate of a programme's workload: the best of all plans at the speed that users get.

Plans are those of `inference.plans` on one scale-up domain (or 64 packages where domains are
smaller): layouts, batches, drafted tokens as the workload's `speculation` says, prompts in a pool
of their own as its `pools` say. The one with the most tokens is taken that keeps the speed per user
and the limit of the time to the first token; where none keeps that limit (long prompts), the limit
is dropped and the setting says so.

Drafts are accepted as the curves of ``speculation`` say, times `draft_text_factor` beyond the first
token: text of users is not the coding prompts that the curves come from. The factor is drawn; how
the rate answers to it comes from the fronts at both of its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.ranges import ends_of
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.efficiency import PowerShares, load_constants, peak_flops
from gigawatt.performance.hardware import System
from gigawatt.performance.inference.fitted import Fitted, load_fitted
from gigawatt.performance.inference.front_rows import layout_words
from gigawatt.performance.inference.frontier import drafts_of, drawn_w, of_text, pareto
from gigawatt.performance.inference.plan import ServingPlan
from gigawatt.performance.inference.plans import Plans, Service, plans_of
from gigawatt.performance.inference.schemes import customary_kv
from gigawatt.performance.inference.search import SPREAD_MOST
from gigawatt.performance.inference.service import CALIBRATED, MONTHS, engine_for, spread_of
from gigawatt.performance.result import ServeRate
from gigawatt.performance.shapes import load_shape
from gigawatt.program.model import Workload
from gigawatt.quantity.arrays import Array, BoolArray

MOST_PACKAGES = 144
TEXT_FACTOR = "assumptions/performance/draft_text_factor"
TTFT_LIMIT = "assumptions/serving/ttft_p99_limit_s"
Drafts = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for: speed per user, limit of TTFT (99th percentile), pools."""

    tokens_per_s_per_user: float
    ttft_p99_limit_s: float
    pools: str


def packages_for(system: System) -> int:
    """Packages of a deployment: one scale-up domain, or 64 in domains that are smaller."""
    return min(MOST_PACKAGES, max(SPREAD_MOST, system.scaleup_packages))


def service_of(
    workload: Workload, system: System, catalog: Catalog, precision: str = ""
) -> Service:
    """Service of a workload on a system; `precision` replaces the workload's.

    Raises
    ------
    InputError : the model is unknown, a length is not positive, or the system lacks the precision.
    """
    for name in ("input_tokens", "output_tokens", "tokens_per_s_per_user"):
        if not getattr(workload, name) > 0.0:
            raise InputError(f"serving needs {name} > 0, not {getattr(workload, name)!r}.")
    shape = load_shape(catalog, workload.model)
    engine = engine_for(system)
    used = precision or workload.precision
    peak_flops(system, used)
    plan = ServingPlan(
        precision=used, engine=engine, date=CALIBRATED,
        kv_precision=customary_kv(shape, engine, used),
    )  # fmt: skip
    return Service(shape, system, plan, workload.input_tokens, workload.output_tokens, MONTHS)


def served(service: Service, workload: Workload, catalog: Catalog) -> ServeRate:
    """Healthy rate of a service at the workload's speed.

    Raises
    ------
    InfeasibleError : the model fits in no layout, or none is that fast.
    """
    method, curve = drafts_of(service.shape, catalog, workload.speculation)
    drafts = tuple(tuple(of_text(curve, f)) for f in text_factors(catalog))
    limit = catalog.fact(TTFT_LIMIT).value
    ask = Ask(workload.tokens_per_s_per_user, limit, workload.pools)
    fitted = load_fitted(catalog)
    precision = service.plan.precision
    spread = spread_of(service.shape, service.system, precision, fitted, catalog)
    power = load_constants(catalog, "power", PowerShares)
    return _rate(service, ask, drafts, method, fitted, spread, power)


def text_factors(catalog: Catalog) -> tuple[float, float, float]:
    """Low end, middle and high end of `draft_text_factor`."""
    fact = catalog.fact(TEXT_FACTOR)
    low, high = ends_of(fact.distribution) or (fact.value, fact.value)
    return low, fact.value, high


def text_response(rate: ServeRate, factors: tuple[float, float, float], drawn: Array) -> Array:
    """Factor on throughput of drawn acceptances, (D,): 1 at the middle of `factors`.

    Parameters
    ----------
    factors : low end, middle and high end of `draft_text_factor`.
    drawn : (D,) of it.
    """
    logs = np.log([rate.low_draft_factor, 1.0, rate.high_draft_factor])
    return np.asarray(np.exp(np.interp(drawn, factors, logs)))


@lru_cache(maxsize=512)
def _rate(
    service: Service, ask: Ask, drafts: tuple[Drafts, ...], method: str, fitted: Fitted,
    spread_log: float, power: PowerShares,
) -> ServeRate:  # fmt: skip
    low, middle, high = (_found(service, ask, d, fitted) for d in drafts)
    speed = ask.tokens_per_s_per_user
    least, central, most = (_at_speed(f.plans, speed) for f in (low, middle, high))
    plans, at = middle.plans, middle.best
    rate, tpot = float(plans.output_tok_s[at]) / plans.packages, float(plans.tpot_s[at])
    one = plans.take(np.array([at]))
    return ServeRate(
        model=service.shape.id,
        system=service.system.id,
        setting=_words(service, one, ask, method, middle.keeps),
        input_tokens=service.input_tokens,
        output_tokens=service.output_tokens,
        output_tokens_per_s_per_package=rate,
        input_tokens_per_s_per_package=rate * service.input_tokens / service.output_tokens,
        tokens_per_s_per_user=1.0 / tpot,
        ttft_ms=float(plans.ttft_s[at]) * 1e3,
        tpot_ms=tpot * 1e3,
        power_w=float(drawn_w(service.system, one, power)[0]),
        sigma_log=spread_log,
        prompt_share=float(plans.prompt_share[at]),
        accepted_tokens_per_step=float(plans.accepted[at]),
        low_draft_factor=min(least / central, 1.0),
        high_draft_factor=max(most / central, 1.0),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """All plans of a deployment, which of them are asked for, and whether these keep the limit."""

    plans: Plans
    quick: BoolArray
    keeps: bool

    @property
    def best(self) -> int:
        """Index of the plan with the most tokens of those asked for; of equal ones the fastest."""
        rate = np.where(self.quick, self.plans.output_tok_s, -1.0)
        most = rate >= rate.max() * (1.0 - 1e-12)
        return int(np.argmin(np.where(most, self.plans.tpot_s, np.inf)))


def _found(service: Service, ask: Ask, drafts: Drafts, fitted: Fitted) -> _Found:
    packages = packages_for(service.system)
    plans = plans_of(service, packages, drafts, fitted, split=ask.pools != "one")
    what = f"{service.shape.id} in {service.plan.precision.upper()} on {service.system.id}"
    if ask.pools == "two":
        plans = plans.take(plans.prefill >= 0)
        if not plans.requests.size:
            raise InfeasibleError(f"{what}: no plan with a pool for prompts fits.")
    quick = plans.tpot_s <= (1.0 + 1e-9) / ask.tokens_per_s_per_user
    if not quick.any():
        raise InfeasibleError(
            f"{what}: {ask.tokens_per_s_per_user:,.0f} tokens/s per user is too fast; at most "
            f"{1.0 / plans.tpot_s.min():,.0f}"
            + (" without speculative decoding." if len(drafts) == 1 else ".")
        )
    inside = plans.ttft_p99_s <= ask.ttft_p99_limit_s
    keeps = bool((quick & inside).any())
    if keeps:
        plans, quick = plans.take(inside), quick[inside]
    return _Found(plans, quick, keeps)


def _at_speed(plans: Plans, tok_s_per_user: float) -> float:
    """Tokens/s at this speed, between the plans of the front: batches go in steps."""
    speed = 1.0 / plans.tpot_s
    front = pareto(speed, plans.output_tok_s)[::-1]  # slowest first
    x, y = np.log(speed[front]), np.log(plans.output_tok_s[front])
    return float(np.exp(np.interp(np.log(tok_s_per_user), x, y)))


def _words(service: Service, one: Plans, ask: Ask, method: str, keeps: bool) -> str:
    """Plan and conditions."""
    own = one.layouts[int(one.layout[0])]
    text = f"{one.replicas[0]:.0f} x {layout_words(service.shape, own)}"
    if one.prefill[0] >= 0:
        pool = one.prefill_layouts[int(one.prefill[0])]
        text = (
            f"prefill {one.prefill_workers[0]:.0f} x {layout_words(service.shape, pool)} + "
            f"decode {text}"
        )
    drafted = int(one.draft[0])
    speculation = (
        f"{method} with {drafted} drafted, {one.accepted[0]:.2f} tokens a step"
        if drafted
        else "no speculation"
    )
    limit = (
        f"first token within {ask.ttft_p99_limit_s:g} s (p99)"
        if keeps
        else f"no plan gives the first token within {ask.ttft_p99_limit_s:g} s (p99)"
    )
    return (
        f"{text} on {one.packages} packages, {service.plan.precision.upper()}, "
        f"{service.input_tokens:,.0f} tokens in and {service.output_tokens:,.0f} out, at least "
        f"{ask.tokens_per_s_per_user:g} tokens/s per user, {limit}, {speculation}, no reuse of "
        f"prefixes, software of {CALIBRATED}"
    )
