"""What all phases of a run share: calendar, draws, paces and causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.durations import Law
from gigawatt.schedule.network import CAUSES, Route
from gigawatt.uncertainty.streams import Streams


@dataclass(frozen=True, slots=True)
class Setting:
    """What all phases share.

    Attributes
    ----------
    catalog, axis, streams, assumptions : as given to `build_times`.
    networks : route → its tasks in order.
    as_of : the as-of date, months since the start.
    causes : cause → (D, 1) factor on durations; "" is no cause.
    paces : site id → (D, 1) factor on durations.
    """

    catalog: Catalog
    axis: MonthAxis
    streams: Streams
    assumptions: ScheduleAssumptions
    networks: Mapping[str, Route]
    as_of: float
    causes: Mapping[str, Array]
    paces: Mapping[str, Array]

    def law(self, path: str) -> Law:
        """Duration law of a catalog fact."""
        a = self.assumptions
        body = self.catalog.fact(path).distribution
        return Law(body, a.overdue_share[:, None], a.overdue_index[:, None])

    def uniform(self, name: str) -> Array:
        """Recorded uniform stream, (D, 1)."""
        u = self.streams.uniform(name)
        self.streams.record[name] = u
        return u[:, None]

    def per_phase(self, where: str, key: str) -> Array:
        """Own draw of a phase of a fact of ``assumptions/schedule``, (D, 1)."""
        fact = self.catalog.fact(f"assumptions/schedule/{key}")
        return self.streams.sample(f"{where}/{key}", fact.distribution)[:, None]


def make_setting(
    program: Program,
    catalog: Catalog,
    networks: Mapping[str, Route],
    axis: MonthAxis,
    streams: Streams,
    a: ScheduleAssumptions,
) -> Setting:
    """Setting of a programme: paces of its sites and factors of the causes are drawn here."""
    common = a.common_pace_mean_log + a.common_pace_sd_log * streams.normal("schedule/common_pace")
    paces = {}
    for site in program.sites:
        own = a.site_pace_sd_log * streams.normal(f"schedule/site_pace/{site.id}")
        paces[site.id] = np.exp(common + own)[:, None]
    causes = {"": np.ones((streams.size, 1))}
    for cause in CAUSES:
        spread: Array = getattr(a, f"{cause}_sd_log")
        causes[cause] = np.exp(spread * streams.normal(f"schedule/cause/{cause}"))[:, None]
    as_of = axis.position(program.as_of)
    return Setting(catalog, axis, streams, a, networks, as_of, causes, paces)
