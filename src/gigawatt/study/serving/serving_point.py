"""One operating point with all that it comes to: speed, power, energy, cost."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.catalog import Catalog
from gigawatt.performance.efficiency import PowerShares, load_constants
from gigawatt.performance.hardware import System, full_power_w, power_range
from gigawatt.performance.inference.fitted import load_fitted
from gigawatt.performance.inference.point import check_fits, clients_for_rate
from gigawatt.performance.inference.predict import Prediction, Value, predict
from gigawatt.performance.inference.tables import Situation
from gigawatt.study.serving.unit_cost import CostInputs, UnitCost, package_price_usd, unit_cost

JOULES_PER_WH = 3600.0
W_PER_MW = 1e6


@dataclass(frozen=True, slots=True)
class PointPower:
    """Power and energy of a point.

    Attributes
    ----------
    drawn_w, provisioned_w : IT power per package: mean while serving, and greatest.
    output_tok_s_per_mw, provisioned_tok_s_per_mw : per facility MW, by draw and by provisioned
        power.
    output_j_per_tok, output_wh_per_tok, total_j_per_tok : facility energy per output token, and per
        token of prompt or answer.
    """

    drawn_w: float
    provisioned_w: float
    output_tok_s_per_mw: Value
    provisioned_tok_s_per_mw: float
    output_j_per_tok: float
    output_wh_per_tok: float
    total_j_per_tok: float


@dataclass(frozen=True, slots=True)
class ServingPoint:
    """An operating point; rates are per package unless said.

    Attributes
    ----------
    situation, prediction : what runs, and what comes out of the model.
    tok_s_per_user : output speed after the first token.
    output_tok_s, input_tok_s : per package.
    request_rate : requests per second of the deployment.
    pue : of the site.
    power : None where no power of the system is public.
    kv_use_share : part of the memory for the cache that is used.
    cost : None where the system has no public price or power.
    """

    situation: Situation
    prediction: Prediction
    tok_s_per_user: Value
    output_tok_s: Value
    input_tok_s: float
    request_rate: float
    pue: float
    power: PointPower | None
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
    share = prompt_share(situation, p)
    rate = p.output_tok_s_per_package
    inputs = rate.value * situation.input_tokens / situation.output_tokens
    power = _power(situation.system, catalog, costs.pue, share, rate, inputs)
    return ServingPoint(
        situation=situation,
        prediction=p,
        tok_s_per_user=Value(1.0 / p.tpot_s.value, 1.0 / p.tpot_s.high, 1.0 / p.tpot_s.low),
        output_tok_s=rate,
        input_tok_s=inputs,
        request_rate=rate.value * p.packages / situation.output_tokens,
        pue=costs.pue,
        power=power,
        kv_use_share=min(1.0, p.requests / p.cap),
        cost=_cost(situation.system, catalog, costs, power, inputs, rate.value, share),
    )


def _power(
    system: System, catalog: Catalog, pue: float, share: float, rate: Value, inputs: float
) -> PointPower | None:
    full = full_power_w(system)
    if full <= 0.0:
        return None
    shares = load_constants(catalog, "power", PowerShares)
    drawn = full * (share * shares.serve_prefill_share + (1.0 - share) * shares.serve_decode_share)
    per_mw = W_PER_MW / (drawn * pue)
    joules = drawn * pue / rate.value
    least, most = power_range(catalog, system) or (1.0, 1.0)
    return PointPower(
        drawn_w=drawn,
        provisioned_w=full,
        output_tok_s_per_mw=Value(
            rate.value * per_mw, rate.low * per_mw / most, rate.high * per_mw / least
        ),
        provisioned_tok_s_per_mw=rate.value * W_PER_MW / (full * pue),
        output_j_per_tok=joules,
        output_wh_per_tok=joules / JOULES_PER_WH,
        total_j_per_tok=drawn * pue / (rate.value + inputs),
    )


def prompt_share(s: Situation, p: Prediction) -> float:
    """Part of the packages' time that goes into prompts; of two pools, by their packages."""
    if s.plan.prefill is None:
        return p.prefill_share
    return s.plan.prefill.packages * s.plan.prefill_workers / p.packages


def _cost(
    system: System, catalog: Catalog, costs: CostInputs, power: PointPower | None, inputs: float,
    outputs: float, share: float,
) -> UnitCost | None:  # fmt: skip
    price = package_price_usd(system, catalog)
    if price is None or power is None:
        return None
    return unit_cost(costs, price, power.provisioned_w, power.drawn_w, inputs, outputs, share)
