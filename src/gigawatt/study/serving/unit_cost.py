"""What a package costs an hour, part by part, and what a token costs.

    capital = (racks + network and storage) a(r, life of IT) + site a(r, life of the site)
    a(r, n) = r/(1 - (1 + r)^-n)                          annuity, constant nominal payments
    energy  = draw x PUE x price of energy
    opex    = share of the capital spent

All of it is paid every hour; tokens come in the share `utilisation` of the hours. Prompts and
answers divide the cost by the time that they take on the packages.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.hardware import System, system_records
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import level_payment_factor
from gigawatt.quantity.units import HOURS_PER_YEAR, SECONDS_PER_HOUR

TOKENS = 1e6


@dataclass(frozen=True, slots=True)
class CostInputs:
    """What the cost of a package-hour follows from.

    Attributes
    ----------
    pue, energy_price_usd_per_mwh : of the site.
    network_storage_share : cost of network and storage over the price of the racks.
    site_usd_per_mw : shell and power, per facility MW.
    it_life_years, site_life_years : of the annuities.
    capital_cost_share_per_year, opex_share_per_year : of the capital.
    utilisation_share : of the hours in which the packages serve.
    """

    pue: float
    energy_price_usd_per_mwh: float
    network_storage_share: float
    site_usd_per_mw: float
    it_life_years: float
    site_life_years: float
    capital_cost_share_per_year: float
    opex_share_per_year: float
    utilisation_share: float


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Cost of one package-hour, USD, by part, and of a million tokens.

    Attributes
    ----------
    systems_usd_per_hour, site_usd_per_hour, energy_usd_per_hour, opex_usd_per_hour : parts.
    input_usd_per_million, output_usd_per_million : of tokens, by the time each takes.
    total_usd_per_million : whole cost over input and output tokens together.
    """

    systems_usd_per_hour: float
    site_usd_per_hour: float
    energy_usd_per_hour: float
    opex_usd_per_hour: float
    input_usd_per_million: float
    output_usd_per_million: float
    total_usd_per_million: float

    @property
    def usd_per_hour(self) -> float:
        """All parts."""
        return (
            self.systems_usd_per_hour
            + self.site_usd_per_hour
            + self.energy_usd_per_hour
            + self.opex_usd_per_hour
        )

    def parts_usd_per_million(self, whole: float) -> dict[str, float]:
        """A cost of a million tokens by the parts of the package-hour."""
        each = whole / self.usd_per_hour
        return {
            "systems": self.systems_usd_per_hour * each,
            "site": self.site_usd_per_hour * each,
            "energy": self.energy_usd_per_hour * each,
            "opex": self.opex_usd_per_hour * each,
        }


def cost_inputs(catalog: Catalog, **given: float | None) -> CostInputs:
    """Central values of the catalog, replaced by what is given.

    Raises
    ------
    InputError : a number out of range.
    """
    record = catalog.record("assumptions", "serving")
    values = {}
    for f in fields(CostInputs):
        own = given.get(f.name)
        values[f.name] = record.value(f.name) if own is None else own
    if not 0.0 < values["utilisation_share"] <= 1.0:
        raise InputError(f"utilisation is {values['utilisation_share']:g}: it lies in (0, 1].")
    if values["pue"] < 1.0:
        raise InputError(f"PUE is {values['pue']:g}: it is at least 1.")
    return CostInputs(**values)


def package_price_usd(system: System, catalog: Catalog) -> float | None:
    """Price of the rack or server over its packages; None where none is public."""
    record = system_records(catalog)[system.id]
    if "rack_price_usd" not in record.facts or not system.system_packages:
        return None
    return record.value("rack_price_usd") / system.system_packages


def annuity_share(rate: float, years: float) -> float:
    """Yearly payment that repays one unit in `years` at `rate`."""
    return float(level_payment_factor(np.asarray(rate), np.asarray(years)))


def per_million(
    usd_per_hour: Array | float,
    input_tok_s: float,
    output_tok_s: float,
    prompt_share: float,
    busy_share: Array | float,
) -> tuple[Array, Array]:
    """Cost of a million prompt and answer tokens, USD, by the time that each takes.

    Parameters
    ----------
    usd_per_hour : of a package-hour, whether it serves or not.
    input_tok_s, output_tok_s : per package while serving; without prompts their cost is 0.
    prompt_share : part of the time that goes into prompts.
    busy_share : of the hours in which it serves.
    """
    each = np.asarray(usd_per_hour) / (SECONDS_PER_HOUR * np.asarray(busy_share) / TOKENS)
    prompt = each * prompt_share / input_tok_s if input_tok_s else np.zeros_like(each)
    return np.asarray(prompt), np.asarray(each * (1.0 - prompt_share) / output_tok_s)


def unit_cost(
    inputs: CostInputs,
    rack_usd_per_package: float,
    provisioned_w: float,
    drawn_w: float,
    input_tok_s: float,
    output_tok_s: float,
    prefill_share: float,
) -> UnitCost:
    """Cost of a package-hour and of a million tokens.

    Parameters
    ----------
    inputs : prices, lives, utilisation.
    rack_usd_per_package : price of the rack or server over its packages.
    provisioned_w : IT power that the site is built for, per package; the site's cost follows it.
    drawn_w : mean IT draw while serving, per package.
    input_tok_s, output_tok_s : per package while serving; input tokens found in a cache count.
    prefill_share : part of the time that goes into prompts.
    """
    systems = rack_usd_per_package * (1.0 + inputs.network_storage_share)
    site = inputs.site_usd_per_mw * provisioned_w * inputs.pue / 1e6
    rate = inputs.capital_cost_share_per_year
    systems_hour = systems * annuity_share(rate, inputs.it_life_years) / HOURS_PER_YEAR
    site_hour = site * annuity_share(rate, inputs.site_life_years) / HOURS_PER_YEAR
    energy_hour = drawn_w * inputs.pue / 1e6 * inputs.energy_price_usd_per_mwh
    opex_hour = (systems + site) * inputs.opex_share_per_year / HOURS_PER_YEAR
    whole = systems_hour + site_hour + energy_hour + opex_hour
    prompt, answer = per_million(
        whole, input_tok_s, output_tok_s, prefill_share, inputs.utilisation_share
    )
    busy = SECONDS_PER_HOUR * inputs.utilisation_share / TOKENS
    return UnitCost(
        systems_usd_per_hour=systems_hour,
        site_usd_per_hour=site_hour,
        energy_usd_per_hour=energy_hour,
        opex_usd_per_hour=opex_hour,
        input_usd_per_million=float(prompt),
        output_usd_per_million=float(answer),
        total_usd_per_million=whole / ((input_tok_s + output_tok_s) * busy),
    )
