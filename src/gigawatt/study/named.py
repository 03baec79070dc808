"""Values of the named results draw by draw: what percentiles and differences are taken of.

`answers` gives the percentiles that a reader quotes. Comparing two programmes on the same draws
needs the values behind them, so that a difference is taken within each draw and not between two
percentiles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gigawatt.quantity.arrays import NEVER, Array
from gigawatt.quantity.units import MW_PER_GW
from gigawatt.study.answers import (
    END_OF_2026,
    answers,
    capex_usd_per_gw,
    load_factor,
)
from gigawatt.study.frame import Frame
from gigawatt.study.tables.token_tables import RATIOS, yearly_ratio


@dataclass(frozen=True, slots=True)
class Named:
    """One named result with its values.

    Attributes
    ----------
    answer : the result as it stands in ``answers.json``.
    draws : (D,) values; months since the start for dates, inf = not within the calendar; 0 or 1
        for a probability. None where it has no single value a draw, or none is registered here.
    by_year : year → (D,) values, for results by year.
    """

    answer: Mapping[str, Any]
    draws: Array | None = None
    by_year: Mapping[str, Array] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the result."""
        return str(self.answer["name"])


def named_results(frame: Frame) -> list[Named]:
    """All named results of a programme with their values, in the order of `answers`."""
    return [_named(frame, answer) for answer in answers(frame)]


def _named(frame: Frame, answer: Mapping[str, Any]) -> Named:
    name = str(answer["name"])
    if answer["kind"] == "number" and answer.get("p50") is None:
        return Named(answer)  # nothing that a draw could have a value of
    if name in _SINGLE:
        return Named(answer, _SINGLE[name](frame))
    if name in _YEARLY:
        return Named(answer, by_year=_YEARLY[name](frame))
    kept = frame.kept.draws
    per_system = name.replace("packages_per_gw_", "packages_per_gw/", 1)
    return Named(answer, kept.get(per_system))


def inside_calendar(dates: Array, months: int) -> Array:
    """Dates as months since the start; what lies beyond the calendar is never, inf."""
    return np.where(dates < months, dates, NEVER)


def gigawatt_month(frame: Frame, number: int) -> Array:
    """Month at which the programme's n-th gigawatt is in service, (D,); inf = not in time."""
    return inside_calendar(frame.kept.draws["gw_dates"][:, number - 1], frame.axis.count)


def year_end_gw(frame: Frame) -> dict[str, Array]:
    """Facility power in service on 31 December, GW, year → (D,)."""
    total = frame.kept.draws["facility_mw_end"].sum(axis=1) / MW_PER_GW
    years = frame.axis.years()
    return {str(y): total[:, np.flatnonzero(years == y)[-1]] for y in np.unique(years)}


def yearly_impact(frame: Frame, metric: str) -> dict[str, Array]:
    """One metric of the impact layer, year → (D,)."""
    values = frame.kept.draws[f"impact/{metric}"]
    return {str(y): values[:, k] for k, y in enumerate(np.unique(frame.axis.years()))}


def _tranches(frame: Frame) -> dict[str, Array]:
    paid, years = frame.kept.draws["tranche_released_usd"], frame.axis.years()
    return {str(y): paid[:, years == y].sum(axis=1) for y in np.unique(years)}


def _first_by_2026(frame: Frame) -> Array:
    dates = frame.kept.draws["gw_dates"][:, 0]
    return (dates < frame.axis.position(END_OF_2026)).astype(float)


def peak_gap_usd(frame: Frame) -> Array:
    """Largest sum outstanding at the bridge, (D,) USD."""
    return np.asarray(frame.kept.draws["gap_usd"].max(axis=1))


def _kept(name: str) -> Callable[[Frame], Array]:
    return lambda frame: frame.kept.draws[name]


def _of_impact(metric: str) -> Callable[[Frame], dict[str, Array]]:
    return lambda frame: yearly_impact(frame, metric)


def _ratio(name: str) -> Callable[[Frame], dict[str, Array]]:
    return lambda frame: yearly_ratio(frame, name)


_SINGLE: dict[str, Callable[[Frame], Array]] = {
    "first_gw_in_service_date": lambda frame: gigawatt_month(frame, 1),
    "tenth_gw_in_service_date": lambda frame: gigawatt_month(frame, 10),
    "probability_first_gw_by_2026_12_31": _first_by_2026,
    "packages_per_gw": _kept("packages_per_gw"),
    "racks_per_week_peak": _kept("racks_per_week_peak"),
    "capex_usd_per_gw": capex_usd_per_gw,
    "tokens_per_day_per_gw": _kept("tokens_per_day_per_gw"),
    "training_flop_100_days_per_gw": _kept("training_flop_100_days_per_gw"),
    "funding_gap_peak_usd": peak_gap_usd,
}
_YEARLY: dict[str, Callable[[Frame], dict[str, Array]]] = {
    "tranche_released_usd": _tranches,
    "energy_twh_per_year": _of_impact("energy_twh"),
    "co2_mt_per_year": _of_impact("co2_mt"),
    "facility_gw_in_service_by_year_end": year_end_gw,
    "share_of_world_stock": _of_impact("share_of_world_stock"),
    "load_factor_by_year": load_factor,
    **{name: _ratio(name) for name in RATIOS},
}
