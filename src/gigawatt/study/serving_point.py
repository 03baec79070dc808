"""One operating point with all that it comes to: speed, power, energy, cost."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.efficiency import PowerShares, load_constants
from gigawatt.performance.hardware import full_power_w
from gigawatt.performance.inference.fitted import load_fitted
from gigawatt.performance.inference.point import check_fits, clients_for_rate
from gigawatt.performance.inference.predict import Prediction, Value, predict
from gigawatt.performance.inference.tables import Situation
from gigawatt.study.unit_cost import CostInputs, UnitCost, package_price_usd, unit_cost

JOULES_PER_WH = 3600.0
W_PER_MW = 1e6


@dataclass(frozen=True, slots=True)
class ServingPoint:
    """An operating point; rates are per package unless said.

    Attributes
    ----------
    situation, prediction : what runs, and what comes out of the model.
    tok_s_per_user : output speed after the first token.
    output_tok_s, input_tok_s : per package.
    request_rate : requests per second of the deployment.
    drawn_w, provisioned_w : IT power per package: mean while serving, and greatest.
    pue : of the site.
    output_tok_s_per_mw, provisioned_tok_s_per_mw : per facility MW, by draw and by provisioned
        power.
    output_j_per_tok, output_wh_per_tok, total_j_per_tok : facility energy per output token, and per
        token of prompt or answer.
    kv_use_share : part of the memory for the cache that is used.
    cost : None where the system has no public price.
    """

    situation: Situation
    prediction: Prediction
    tok_s_per_user: Value
    output_tok_s: Value
    input_tok_s: float
    request_rate: float
    drawn_w: float
    provisioned_w: float
    pue: float
    output_tok_s_per_mw: Value
    provisioned_tok_s_per_mw: float
    output_j_per_tok: float
    output_wh_per_tok: float
    total_j_per_tok: float
    kv_use_share: float
    cost: UnitCost | None


def serving_point(
    situation: Situation, catalog: Catalog, costs: CostInputs, request_rate: float = 0.0
) -> ServingPoint:
    """Evaluate a situation.

    Parameters
    ----------
    situation : what runs where.
    catalog : constants, power shares, prices.
    costs : what cost follows from; its PUE is also that of the energy figures.
    request_rate : requests per second of the deployment; 0 takes the situation's clients.

    Raises
    ------
    InfeasibleError : the model does not fit, or can't take so many requests.
    InputError : a plan does not divide.
    """
    check_fits(situation)
    fitted = load_fitted(catalog)
    if request_rate > 0.0:
        situation = clients_for_rate(situation, request_rate, fitted, catalog)
    p = predict([situation], fitted, catalog)[0]
    power = load_constants(catalog, "power", PowerShares)
    full = full_power_w(situation.system)
    if full <= 0.0:
        raise InputError(f"{situation.system.id}: no power of the system is public.")
    share = prompt_share(situation, p)
    drawn = full * (share * power.serve_prefill_share + (1.0 - share) * power.serve_decode_share)
    rate = p.output_tok_s_per_package
    inputs = rate.value * situation.input_tokens / situation.output_tokens
    per_mw = W_PER_MW / (drawn * costs.pue)
    joules = drawn * costs.pue / rate.value
    return ServingPoint(
        situation=situation,
        prediction=p,
        tok_s_per_user=Value(1.0 / p.tpot_s.value, 1.0 / p.tpot_s.high, 1.0 / p.tpot_s.low),
        output_tok_s=rate,
        input_tok_s=inputs,
        request_rate=rate.value * p.packages / situation.output_tokens,
        drawn_w=drawn,
        provisioned_w=full,
        pue=costs.pue,
        output_tok_s_per_mw=Value(rate.value * per_mw, rate.low * per_mw, rate.high * per_mw),
        provisioned_tok_s_per_mw=rate.value * W_PER_MW / (full * costs.pue),
        output_j_per_tok=joules,
        output_wh_per_tok=joules / JOULES_PER_WH,
        total_j_per_tok=drawn * costs.pue / (rate.value + inputs),
        kv_use_share=min(1.0, p.requests / p.cap),
        cost=_cost(situation, catalog, costs, full, drawn, inputs, rate.value, share),
    )


def prompt_share(s: Situation, p: Prediction) -> float:
    """Part of the packages' time that goes into prompts; of two pools, by their packages."""
    if s.plan.prefill is None:
        return p.prefill_share
    return s.plan.prefill.packages * s.plan.prefill_workers / p.packages


def _cost(
    s: Situation, catalog: Catalog, costs: CostInputs, full: float, drawn: float, inputs: float,
    outputs: float, share: float,
) -> UnitCost | None:  # fmt: skip
    price = package_price_usd(s.system, catalog)
    if price is None:
        return None
    return unit_cost(costs, price, full, drawn, inputs, outputs, share)
