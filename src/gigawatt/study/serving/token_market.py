"""Price of served tokens over the calendar, and what it rests on.

    price(t) = cost on the market's system x markup x drift^t x exp(sigma sqrt(t) z)

The market's system is the newest measured one that ships in volume (``prices/served-tokens``): who
serves on it sets the price, so that a phase of older systems earns less per megawatt and one of
newer systems more. Its cost is that of its best plan under the workload's own conditions (model,
precision, lengths, speed per user, limit of TTFT), with the run's own money: racks, network and
storage and the site as annuities, energy, upkeep, over the share of the hours in which it serves.
Prompts and answers divide it by the time that they take.

From the as-of date on the price moves as the rent of one and the same chip does
(``prices/gpu-hour-outlook``: it falls with age and better systems, it rises with scarcity): the
workload's model is a yardstick of the work, and buyers who move to better models buy the same
machines' hours. Before that date the price is level. A workload may state the price of its prompts
and answers at the as-of date itself. Leaves out: prices by customer, batch
discounts, reuse of prefixes, and a floor (below the cost of energy and upkeep machines would stop).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.impact.prices import price_after
from gigawatt.money.inputs import MoneyInputs, it_cost_factor
from gigawatt.performance.hardware import full_power_w, load_system
from gigawatt.performance.result import ServeRate
from gigawatt.performance.serving import served
from gigawatt.program.load import Loaded
from gigawatt.program.model import Workload
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import HOURS_PER_YEAR, MONTHS_PER_YEAR
from gigawatt.study.serving.serving_fronts import on_reference
from gigawatt.study.serving.unit_cost import per_million
from gigawatt.uncertainty.streams import Streams

RECORD = ("prices", "served-tokens")
OUTLOOK = ("prices", "gpu-hour-outlook")
W_PER_GW = 1e9
W_PER_MW = 1e6


@dataclass(frozen=True, slots=True)
class OwnerCost:
    """What an owner's cost follows from beside the run's money assumptions; (D,) each.

    Attributes
    ----------
    pue, energy_price_usd_per_mwh : of a usual site, for the market's system.
    site_life_years, capital_cost_share_per_year : of the annuities.
    utilisation_share : of the hours in which the market's systems serve.
    """

    pue: Array
    energy_price_usd_per_mwh: Array
    site_life_years: Array
    capital_cost_share_per_year: Array
    utilisation_share: Array


@dataclass(frozen=True, slots=True)
class TokenMarket:
    """Prices of the programme's served tokens; V serving workloads, M months.

    Attributes
    ----------
    workloads : (V,) indices of the serving workloads in the programme's order.
    system : catalog id of the market's system, one a workload.
    settings : its plan and conditions in words, one a workload.
    cost_usd_per_hour : (D, V) of a package-hour of it.
    input_usd_per_million, output_usd_per_million : (D, V, M) nominal.
    """

    workloads: tuple[int, ...]
    system: tuple[str, ...]
    settings: tuple[str, ...]
    cost_usd_per_hour: Array
    input_usd_per_million: Array
    output_usd_per_million: Array


def owner_cost(catalog: Catalog, streams: Streams) -> OwnerCost:
    """Draw what is not in the money layer."""
    return sample_assumptions(catalog, streams, "serving", OwnerCost)


def token_market(
    loaded: Loaded, systems: Sequence[str], money: MoneyInputs, owner: OwnerCost, streams: Streams
) -> TokenMarket:
    """Prices of the tokens of all serving workloads.

    Parameters
    ----------
    loaded, systems : the programme, and its systems (where the market's own can't serve a
        workload, the first of them that can takes its place).
    money, owner : the run's prices and lives.
    streams : of the chunk.
    """
    catalog, record = loaded.catalog, loaded.catalog.record(*RECORD)
    own = [(i, w) for i, w in enumerate(loaded.program.workloads) if w.kind == "serve"]
    markup = record.fact("markup_factor")
    factor = streams.sample(markup.path, markup.distribution)
    path = _path(catalog, money, streams)
    names = (record.text("market_system"), *systems)
    hours, inputs, outputs, used, settings = [], [], [], [], []
    for _, workload in own:
        name, rate = _market_rate(workload, names, catalog)
        per_hour = package_hour_usd(name, rate.power_w, catalog, money, owner, streams)
        prompt, answer = per_million(
            per_hour, rate.input_tokens_per_s_per_package, rate.output_tokens_per_s_per_package,
            rate.prompt_share, owner.utilisation_share,
        )  # fmt: skip
        hours.append(per_hour)
        inputs.append(_asked(workload, "input", prompt * factor, streams)[:, None] * path)
        outputs.append(_asked(workload, "output", answer * factor, streams)[:, None] * path)
        used.append(name)
        settings.append(rate.setting)
    shape = (streams.size, 0, money.axis.count)
    return TokenMarket(
        tuple(i for i, _ in own), tuple(used), tuple(settings),
        np.stack(hours, axis=1) if own else np.zeros(shape[:2]),
        np.stack(inputs, axis=1) if own else np.zeros(shape),
        np.stack(outputs, axis=1) if own else np.zeros(shape),
    )  # fmt: skip


def package_hour_usd(
    system: str, drawn_w: float, catalog: Catalog, money: MoneyInputs, owner: OwnerCost,
    streams: Streams,
) -> Array:  # fmt: skip
    """Cost of a package-hour of a system at a usual site, (D,) USD of the as-of date.

    Raises
    ------
    InputError : the system has no public price.
    """
    record = catalog.record("systems", system)
    if "rack_price_usd" not in record.facts:
        raise InputError(f"{system}: no price of a rack is known, so no cost of its tokens.")
    fact = record.fact("rack_price_usd")
    racks = streams.sample(fact.path, fact.distribution) / record.value("system_packages")
    a, rate = money.assumptions, owner.capital_cost_share_per_year
    it_w = full_power_w(load_system(catalog, system))
    facility_gw = it_w * owner.pue / W_PER_GW
    systems = racks * it_cost_factor(money) * level_payment_factor(rate, a.it_life_years)
    site = site_usd_per_gw(money) * level_payment_factor(rate, owner.site_life_years) * facility_gw
    upkeep = it_w / W_PER_GW * upkeep_usd_per_gw_year(money, money.as_of_month)
    energy = drawn_w * owner.pue / W_PER_MW * owner.energy_price_usd_per_mwh
    return np.asarray((systems + site + upkeep) / HOURS_PER_YEAR + energy)


def site_usd_per_gw(money: MoneyInputs) -> Array:
    """Shell, power and cooling and soft cost per facility GW at the as-of date, (D,) USD."""
    at = np.array([money.as_of_month])
    p = money.prices
    parts = (p.shell_usd_per_gw, p.power_cooling_usd_per_gw, p.soft_usd_per_gw)
    return np.asarray(np.sum([x.at(at)[:, 0] for x in parts], axis=0))


def upkeep_usd_per_gw_year(money: MoneyInputs, month: float) -> Array:
    """Upkeep of landlord and owner of the systems per IT GW and year, (D,) USD of a month."""
    at = np.array([month])
    p = money.prices
    parts = (p.facility_opex_usd_per_gw_year, p.it_opex_usd_per_gw_year)
    return np.asarray(np.sum([x.at(at)[:, 0] for x in parts], axis=0))


def _asked(workload: Workload, what: str, market: Array, streams: Streams) -> Array:
    """Price at the as-of date, (D,): the workload's own, else the market's."""
    name = f"{what}_price_usd_per_million_tokens"
    own = getattr(workload, name)
    return market if own is None else streams.sample(f"workload/{workload.id}/{name}", own)


def _market_rate(
    workload: Workload, names: Sequence[str], catalog: Catalog
) -> tuple[str, ServeRate]:
    """First of the systems that can serve a workload, and its rate."""
    why: Exception | None = None
    for name in dict.fromkeys(names):
        try:
            service = on_reference(workload, load_system(catalog, name), catalog)
            return name, served(service, workload, catalog)
        except (InfeasibleError, InputError) as error:
            why = why or error
    raise why or InfeasibleError(f"workload {workload.id!r}: no system can serve it.")


def _path(catalog: Catalog, money: MoneyInputs, streams: Streams) -> Array:
    """Price over that of the as-of date in the middle of each month, (D, M)."""
    record = catalog.record(*OUTLOOK)
    drift = record.fact("drift_yearly_factor")
    years = (np.arange(0.5, money.axis.count) - money.as_of_month) / MONTHS_PER_YEAR
    return price_after(
        1.0,
        streams.sample(drift.path, drift.distribution)[:, None],
        record.value("volatility_sd_log"),
        np.maximum(years, 0.0),
        streams.normal("market/token_price")[:, None],
    )
