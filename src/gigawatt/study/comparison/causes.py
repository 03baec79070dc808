"""Waterfall of causes: how much of a difference each group of changed inputs accounts for.

Groups move from A to B one after the other; the step of a result at each move is that group's
effect. Effects depend on the order (a later gigawatt costs less where racks are cheaper), so they
are taken in the stated order and in the reverse, and averaged. In either order the steps add up to
the whole difference, hence so do their averages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.program.load import Loaded
from gigawatt.quantity.arrays import Array
from gigawatt.study.answers import capex_usd_per_gw
from gigawatt.study.comparison.hybrids import Group, groups_of, path_states
from gigawatt.study.comparison.mixture import hybrid
from gigawatt.study.frame import Frame
from gigawatt.study.named import gigawatt_month, peak_gap_usd, year_end_gw, yearly_impact
from gigawatt.study.run import Settings, simulate

DEFAULT_DRAWS = 500
STATISTIC = "P50 over the draws"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one group does to one result: in the stated order, in the reverse, on average."""

    group: str
    forward: float
    reverse: float

    @property
    def mean(self) -> float:
        """Average of both orders."""
        return 0.5 * (self.forward + self.reverse)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One result from A to B.

    Attributes
    ----------
    name, title, unit : of the result; a date is in months since the start.
    a, b : P50 over the draws in A and in B.
    effects : of each group; their means sum to ``b - a``.
    capped : whether the P50 of a date lies beyond the calendar in A, in B or on the way; there it
        counts as the calendar's end, so that effects are "at least".
    """

    name: str
    title: str
    unit: str
    a: float
    b: float
    effects: tuple[Effect, ...]
    capped: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        effects = [
            {"group": e.group, "effect": e.mean, "forward": e.forward, "reverse": e.reverse}
            for e in self.effects
        ]
        return {
            "name": self.name, "title": self.title, "unit": self.unit, "statistic": STATISTIC,
            "a": self.a, "b": self.b, "difference": self.b - self.a, "capped": self.capped,
            "effects": effects,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Causes:
    """Waterfalls of all headline results.

    Attributes
    ----------
    groups : in the order in which they move.
    draws : number of draws behind each step.
    waterfalls : by result; those that can't be told (no value on some step) are left out.
    """

    groups: tuple[Group, ...]
    draws: int
    waterfalls: tuple[Waterfall, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        groups = [
            {"group": g.label, "changed": list(g.changed), "coupled_because": g.reason}
            for g in self.groups
        ]
        return {
            "draws": self.draws,
            "groups": groups,
            "waterfalls": [w.as_dict() for w in self.waterfalls],
        }


def causes(
    a: Loaded, b: Loaded, settings: Settings, progress: Progress = lambda done, total: None
) -> Causes:
    """Waterfalls from A to B.

    Parameters
    ----------
    a, b : programmes on the same calendar.
    settings : draws, seed and processes of each step; all steps see the same random numbers.
    progress : called after each step with how many are done, and of how many.
    """
    groups = groups_of(a, b)
    states = list(path_states(groups))
    wanted = list(dict.fromkeys(states))
    everything = frozenset(p for g in groups for p in g.parts)
    values: dict[frozenset[str], dict[str, _Value]] = {}
    for number, moved in enumerate(wanted):
        # The ends are the programmes themselves, not mixtures that should equal them.
        ends = {frozenset[str](): a, everything: b} if everything else {everything: a}
        loaded = ends.get(moved) or hybrid(a, b, moved)
        values[moved] = _headlines(simulate(loaded, settings).frame)
        progress(number + 1, len(wanted))
    half = len(groups) + 1
    forward = [values[s] for s in states[:half]]
    reverse = [values[s] for s in states[half:]]
    found = (_waterfall(name, groups, forward, reverse) for name in forward[0])
    return Causes(tuple(groups), settings.draws, tuple(w for w in found if w is not None))


@dataclass(frozen=True, slots=True)
class _Value:
    """P50 of one headline result at one step; None where it has none."""

    title: str
    unit: str
    p50: float | None
    capped: bool = False


def _headlines(frame: Frame) -> dict[str, _Value]:
    """P50 of each headline result."""
    kept = frame.kept.draws
    energy = yearly_impact(frame, "energy_twh")
    last = max(energy)
    return {
        "first_gw_in_service_month": _month(frame),
        "capex_usd_per_gw": _median("Capital cost per GW", "USD/GW", capex_usd_per_gw(frame)),
        "packages_per_gw": _median("Packages per GW", "packages/GW", kept["packages_per_gw"]),
        "tokens_per_day_per_gw": _median(
            "Output tokens a day per GW", "tokens/day", kept["tokens_per_day_per_gw"]
        ),
        "funding_gap_peak_usd": _median("Peak funding gap", "USD", peak_gap_usd(frame)),
        f"energy_twh_{last}": _median(f"Electricity in {last}", "TWh", energy[last]),
        **{
            f"facility_gw_in_service_end_{year}": _median(
                f"In service, end of {year}", "GW", values
            )
            for year, values in year_end_gw(frame).items()
        },
    }


def _month(frame: Frame) -> _Value:
    """First gigawatt; a draw that does not get there counts as the end of the calendar."""
    months = np.minimum(gigawatt_month(frame, 1), float(frame.axis.count))
    middle = float(np.median(months))
    return _Value("First GW in service", "months", middle, middle >= frame.axis.count)


def _median(title: str, unit: str, values: Array) -> _Value:
    known = values[np.isfinite(values)]
    return _Value(title, unit, float(np.median(known)) if known.size else None)


def _waterfall(
    name: str,
    groups: Sequence[Group],
    forward: Sequence[dict[str, _Value]],
    reverse: Sequence[dict[str, _Value]],
) -> Waterfall | None:
    """Waterfall of one result, or None where a step has no value or nobody ever gets there."""
    ahead, back = ([step[name] for step in steps] for steps in (forward, reverse))
    there, here = _known(ahead), _known(back)
    if there is None or here is None or all(v.capped for v in (*ahead, *back)):
        return None
    steps = dict(zip((g.label for g in groups), np.diff(there), strict=True))
    returns = dict(zip((g.label for g in reversed(groups)), np.diff(here), strict=True))
    effects = tuple(Effect(g.label, float(steps[g.label]), float(returns[g.label])) for g in groups)
    return Waterfall(
        name, ahead[0].title, ahead[0].unit, there[0], there[-1], effects,
        any(v.capped for v in (*ahead, *back)),
    )  # fmt: skip


def _known(steps: Sequence[_Value]) -> list[float] | None:
    values = [v.p50 for v in steps if v.p50 is not None]
    return values if len(values) == len(steps) else None
