"""The fleet that the world serves on, and the tokens that a gigawatt of it yields.

What is bought changes: from its entry on (first availability and a lag) a system is all that is
added, until the next one enters. Power in service grows; what reaches the end of its life is bought
again as the system of that day. With G(t) the power in service, L the life and H the power ever
bought up to t, the share of the systems bought between s and e is

    H(t) = G(t) + G(t - L) + G(t - 2L) + …
    share = (H(min(e, t)) - H(max(s, t - L))) / G(t)

Beyond the newest system of the catalog one more step enters every year, each better by
`later_generation_yearly_factor`.

    tokens per GW-year = Σ share x packages per facility GW x tokens/s x factor x seconds

Tokens/s are those of the programme's own model: the best plan of the same workload under the same
conditions, with the same draws of its error and of the software's maturity. So what the model gets
wrong for a system that both have falls out of the programme's place in the market. Systems that
can't serve a workload at its speed count for nothing in it: they serve other work.

Leaves out: shares of makers, owners who keep old systems longer where power is spare, systems that
serve some work better than other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.impact.world import grown
from gigawatt.performance.assumptions import PerformanceAssumptions
from gigawatt.performance.hardware import load_system
from gigawatt.performance.maturity import month_of
from gigawatt.performance.rates import throughput_factor
from gigawatt.performance.result import ServeRate
from gigawatt.performance.serving import served
from gigawatt.program.blocks import convert
from gigawatt.program.model import Workload
from gigawatt.program.quantities import support
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import HOURS_PER_YEAR, MONTHS_PER_YEAR, MW_PER_GW, SECONDS_PER_HOUR
from gigawatt.study.serving.serving_fronts import on_reference
from gigawatt.uncertainty.streams import Streams

RECORD = ("world", "market-fleet")
FIRST = dt.date(2025, 1, 1)  # the market is followed from here, or from the programme's start
BASE = dt.date(2026, 1, 1)  # at which the power in service is told
COUNTED = dt.date(2025, 10, 15)  # newest counts of the world's tokens
NEGLIGIBLE = 1e-9
MOST_LIVES = 200  # back into the past
LEAST_GROWTH = 1.02  # of power a year before the base: below it no past is long enough


@dataclass(frozen=True, slots=True)
class MarketFleet:
    """Generations in service; D draws, K generations, M months of `axis`.

    Attributes
    ----------
    axis : months from the first that is looked at to the programme's horizon.
    systems : (K,) catalog ids; the newest stands again for each later step.
    gain : (D, K) tokens per facility MW over those of the system itself; 1 but for later steps.
    share : (D, K, M) of the facility power in service, middle of the month; sums to 1.
    packages_per_gw : (D, K) per facility GW.
    entry_month : (D, K) from which each is all that is bought; the first one was so before, too.
    pue_design : (D,) of its sites.
    counted_gw : (D,) facility power in service when the world's tokens were last counted.
    """

    axis: MonthAxis
    systems: tuple[str, ...]
    gain: Array
    share: Array
    packages_per_gw: Array
    entry_month: Array
    pue_design: Array
    counted_gw: Array

    def months_of(self, axis: MonthAxis) -> IntArray:
        """Places of another axis's months on this one, (M',); whole numbers."""
        return np.arange(axis.count) + round(self.axis.position(axis.start.replace(day=1)))


@dataclass(frozen=True, slots=True)
class MarketYield:
    """What a gigawatt of the market's fleet serves of a workload if it serves nothing else.

    Attributes
    ----------
    output_tokens_per_gw_year : (D, M) of answers, all hours of the year useful.
    by_generation : (D, K, M) the same of each generation of the fleet; 0 where it can't serve.
    input_per_output : tokens of prompts over tokens of answers.
    prompt_share : (D, M) of its packages' time that goes into prompts.
    settings : system → plan and conditions in words.
    """

    output_tokens_per_gw_year: Array
    by_generation: Array
    input_per_output: float
    prompt_share: Array
    settings: dict[str, str]


def market_axis(axis: MonthAxis) -> MonthAxis:
    """Months of the market for a programme's calendar; the date of the counts is among them."""
    return MonthAxis.between(min(FIRST, axis.start), max(BASE, axis.first_day(axis.count - 1)))


def market_systems(catalog: Catalog) -> tuple[str, ...]:
    """Catalog ids of the market's systems in the order in which they enter.

    Raises
    ------
    InputError : a name is no system, or the order is not that of their first availability.
    """
    names = tuple(s.strip() for s in catalog.record(*RECORD).text("systems").split(","))
    dates = [catalog.record("systems", s).text("first_available") for s in names]
    if dates != sorted(dates):
        raise InputError("world/market-fleet: systems must be in order of first_available.")
    return names


def market_fleet(
    catalog: Catalog, streams: Streams, axis: MonthAxis, life_years: Array
) -> MarketFleet:
    """Generations in service over the months of `axis` (`market_axis`).

    Parameters
    ----------
    life_years : (D,) in service of the market's systems: as the programme's own, so that a draw in
        which systems do not last renews both.
    """
    record = catalog.record(*RECORD)

    def drawn(path: str) -> Array:
        return streams.sample(path, catalog.fact(path).distribution)

    own = {key: drawn(fact.path) for key, fact in record.facts.items()}
    if own["power_growth_2025_factor"].min() < LEAST_GROWTH:
        raise InputError(
            f"world/market-fleet/power_growth_2025_factor must be at least {LEAST_GROWTH:g}."
        )
    names = market_systems(catalog)
    entries, gain = _generations(catalog, names, axis, own)
    base = axis.position(BASE)
    share = installed_share(
        entries, np.arange(0.5, axis.count), life_years * MONTHS_PER_YEAR,
        lambda month: power_growth((month - base) / MONTHS_PER_YEAR, own),
    )  # fmt: skip
    systems = (*names, *(names[-1],) * (entries.shape[1] - len(names)))
    pue = drawn(f"cooling/{record.text('cooling')}/pue_design")
    per_gw = {s: _packages_per_gw(s, pue, catalog, streams) for s in names}
    since = np.full(1, axis.position(COUNTED) - base) / MONTHS_PER_YEAR
    return MarketFleet(
        axis, systems, gain, share, np.stack([per_gw[s] for s in systems], axis=1), entries,
        pue, own["facility_2025_gw"] * power_growth(since[None], own)[:, 0],
    )  # fmt: skip


def _generations(
    catalog: Catalog, names: Sequence[str], axis: MonthAxis, own: dict[str, Array]
) -> tuple[Array, Array]:
    """Month of entry and gain of all systems and later steps, (D, K) each."""
    first = np.array([
        axis.position(month_of(catalog.record("systems", s).text("first_available"), s))
        for s in names
    ])  # fmt: skip
    soonest = support(catalog.record(*RECORD).fact("entry_lag_months").distribution)[0]
    later = max(0, int(np.ceil((axis.count - first[-1] - soonest) / MONTHS_PER_YEAR)))
    steps = np.arange(1, later + 1)
    months = np.concatenate([first, first[-1] + MONTHS_PER_YEAR * steps])
    gain = own["later_generation_yearly_factor"][:, None] ** np.r_[0.0 * first, steps]
    return months + own["entry_lag_months"][:, None], gain


def power_growth(years: Array, own: dict[str, Array]) -> Array:
    """Facility power over that of the base; `years` since it, draws first.

    Parameters
    ----------
    own : draws of ``power_growth_2025_factor`` (all years before the base) and of
        ``power_yearly_factor`` and ``power_decay_share`` (after it).
    """
    shape = (-1,) + (1,) * (years.ndim - 1)
    past, first, decay = (
        own[k].reshape(shape)
        for k in ("power_growth_2025_factor", "power_yearly_factor", "power_decay_share")
    )
    return np.asarray(past ** np.minimum(years, 0.0) * grown(first, decay, np.maximum(years, 0.0)))


def installed_share(
    entries: Array, months: Array, life_months: Array, power: Callable[[Array], Array]
) -> Array:
    """Share of each generation in the power in service, (D, K, M).

    Parameters
    ----------
    entries : (D, K) month from which a generation is all that is bought, in rising order; the
        first one also stands for all that is older.
    months : (M,) at which the fleet is looked at.
    life_months : (D,) of a system.
    power : months (D, …) → power in service, of any unit.
    """
    now = np.broadcast_to(months, (entries.shape[0], months.size))
    whole, bought = power(now), _bought(now, life_months[:, None], power)
    at_entry = _bought(entries, life_months[:, None], power)
    edges = np.empty((entries.shape[0], entries.shape[1] + 1, months.size))
    edges[:, 0], edges[:, -1] = bought - whole, bought  # one life ago, and now
    edges[:, 1:-1] = np.clip(at_entry[:, 1:, None], edges[:, :1], edges[:, -1:])
    return np.asarray(np.diff(edges, axis=1) / whole[:, None])


def _bought(months: Array, life_months: Array, power: Callable[[Array], Array]) -> Array:
    """All that was ever bought up to each month, H of the module; draws first."""
    out = np.zeros(months.shape)
    for k in range(MOST_LIVES):
        part = power(months - k * life_months)
        part[part < NEGLIGIBLE * out] = 0.0  # each by itself: chunks must not matter
        if not part.any():
            break
        out += part
    return out


def market_yield(
    workload: Workload, fleet: MarketFleet, catalog: Catalog, streams: Streams,
    others: Sequence[str] = (),
) -> MarketYield:  # fmt: skip
    """Tokens of a workload per gigawatt-year of the market's fleet.

    Parameters
    ----------
    others : systems that stand for the market where none of its own can serve the workload.

    Raises
    ------
    InfeasibleError, InputError : no system can serve it.
    """
    a = sample_assumptions(catalog, streams, "performance", PerformanceAssumptions)
    found: dict[str, tuple[ServeRate, Array]] = {}
    why: Exception | None = None
    for name in dict.fromkeys((*fleet.systems, *others)):
        if found and name not in fleet.systems:
            break
        system = load_system(catalog, name)
        try:
            rate = served(on_reference(workload, system, catalog), workload, catalog)
        except (InfeasibleError, InputError) as error:
            why = why or error
            continue
        factor = throughput_factor(workload, system, rate, catalog, fleet.axis, streams, a)
        found[name] = rate, factor
    if not found:
        raise why or InfeasibleError(f"workload {workload.id!r}: no system can serve it.")
    if not set(found) & set(fleet.systems):
        fleet = _alone(next(iter(found)), fleet, catalog, streams)
    return _mixed(fleet, found, workload)


def _mixed(
    fleet: MarketFleet, found: dict[str, tuple[ServeRate, Array]], workload: Workload
) -> MarketYield:
    """Mean over the generations that can serve, by their facility power."""
    own = np.zeros(fleet.share.shape)
    time = np.zeros_like(own)  # packages of those that can serve
    able = np.array([s in found for s in fleet.systems])
    share = np.where(able[:, None], fleet.share, 0.0)
    share[:, np.argmax(able)] += 1e-9  # before any of them is in service the first stands alone
    seconds = HOURS_PER_YEAR * SECONDS_PER_HOUR
    prompts = np.zeros_like(own[:, 0])
    for k in np.flatnonzero(able):
        rate, factor = found[fleet.systems[k]]
        packages = fleet.packages_per_gw[:, k, None]
        yields = rate.output_tokens_per_s_per_package * seconds * fleet.gain[:, k, None]
        own[:, k] = packages * factor * yields
        time[:, k] = share[:, k] * packages
        prompts += time[:, k] * rate.prompt_share
    return MarketYield(
        output_tokens_per_gw_year=(share * own).sum(axis=1) / share.sum(axis=1),
        by_generation=own,
        input_per_output=workload.input_tokens / workload.output_tokens,
        prompt_share=prompts / time.sum(axis=1),
        settings={s: rate.setting for s, (rate, _) in found.items()},
    )


def _alone(name: str, fleet: MarketFleet, catalog: Catalog, streams: Streams) -> MarketFleet:
    """A market of one system."""
    draws, _, months = fleet.share.shape
    per_gw = _packages_per_gw(name, fleet.pue_design, catalog, streams)[:, None]
    ones = np.ones((draws, 1))
    return replace(
        fleet, systems=(name,), gain=ones, share=np.ones((draws, 1, months)),
        packages_per_gw=per_gw, entry_month=0.0 * ones,
    )  # fmt: skip


def _packages_per_gw(system: str, pue: Array, catalog: Catalog, streams: Streams) -> Array:
    """Packages of a facility gigawatt at a usual site, (D,), converted as blocks are."""

    def drawn(path: str) -> Array:
        return streams.sample(path, catalog.fact(path).distribution)

    return convert(
        MW_PER_GW, "facility", pue_design=pue,
        rack_power_kw=drawn(f"systems/{system}/system_power_kw"),
        overhead_share=drawn("assumptions/conversion/overhead_share"),
        generation_reserve_share=0.0,
        packages_per_rack=catalog.record("systems", system).value("system_packages"),
    ).packages  # fmt: skip
