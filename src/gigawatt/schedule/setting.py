"""What all phases of a run share: calendar, draws, paces and causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.schedule.assumptions import ScheduleAssumptions
from gigawatt.schedule.durations import Law
from gigawatt.schedule.haircuts import read_haircuts, replaces_pace
from gigawatt.schedule.network import CAUSES, Route
from gigawatt.schedule.pace import Prior, Stretch, paces
from gigawatt.uncertainty.distributions import Distribution
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

    def own(self, name: str, distribution: Distribution) -> Array:
        """Draw of a number that the programme states, (D, 1)."""
        return self.streams.sample(name, distribution)[:, None]

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
    seen: Mapping[str, Sequence[Stretch]] | None,
) -> Setting:
    """Setting of a programme: paces of its sites and factors of the causes are drawn here.

    `seen` is what progress says of the pace of each site; None sets every pace to 1.
    """
    own_pace = {s.id: np.ones((streams.size, 1)) for s in program.sites}
    if seen is not None:
        common = streams.normal("schedule/common_pace")
        site_z = {s.id: streams.normal(f"schedule/site_pace/{s.id}") for s in program.sites}
        dated = replaces_pace(read_haircuts(catalog, program.haircuts))
        mean = np.zeros_like(a.common_pace_mean_log) if dated else a.common_pace_mean_log
        prior = Prior(mean, a.common_pace_sd_log, a.site_pace_sd_log)
        own_pace = {s: f[:, None] for s, f in paces(prior, seen, common, site_z).items()}
    causes = {"": np.ones((streams.size, 1))}
    for cause in CAUSES:
        spread: Array = getattr(a, f"{cause}_sd_log")
        causes[cause] = np.exp(spread * streams.normal(f"schedule/cause/{cause}"))[:, None]
    as_of = axis.position(program.as_of)
    return Setting(catalog, axis, streams, a, networks, as_of, causes, own_pace)
