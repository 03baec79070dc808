"""Question 20: whether "10 GW = 4 to 5 million GPUs = 100 bn USD" is consistent.

What is announced is read from the bundled programme of the announcement; what it would take comes
from the one conversion (`program.blocks.convert`) on facts of the catalog, drawn from their ranges.
A reading is a system, what "GPU" counts (package or die), and where the gigawatts are measured
(facility or IT). It reconciles when the announced range and P10 to P90 of the computed count meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.program.blocks import convert
from gigawatt.program.check import declared_against_computed
from gigawatt.program.load import Loaded, load_program
from gigawatt.program.model import Phase, Site
from gigawatt.program.quantities import support
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.format import money, percent, scaled, span
from gigawatt.quantity.units import KW_PER_MW, MW_PER_GW
from gigawatt.study.questions.part import Part, Value, text_part
from gigawatt.study.questions.result import Found
from gigawatt.study.questions.rundata import RunData
from gigawatt.uncertainty.distributions import Distribution
from gigawatt.uncertainty.streams import Streams
from gigawatt.uncertainty.summary import bands

ANNOUNCED = "openai-nvidia-2025-09"
SYSTEMS = ("gb200-nvl72", "vr200-nvl72", "rubin-ultra-nvl144")
COUNTED = ("package", "die")
BASES = ("facility", "it")
W_PER_MW = KW_PER_MW * 1e3
DATA = (
    f"[declared] of {ANNOUNCED}; catalog: systems/*/system_power_kw, system_packages, "
    "dies_per_package, rack_price_usd; cooling/*/pue_design; assumptions/conversion/overhead_share"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is announced: power in MW, number of GPUs and dollars, each with its ends."""

    power_mw: float
    gpus: tuple[float, float]
    investment_usd: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the claim, computed.

    Attributes
    ----------
    system, counted, basis : what a GPU is taken for, and where the power is measured.
    count : GPUs that the announced power carries, P10, P50, P90.
    w_per_gpu : watts of that power per GPU, P10, P50, P90.
    rack_usd_per_gpu : price of the rack per GPU, P10, P50, P90.
    funded_share : announced dollars over the price of the racks, P10, P50, P90.
    reconciles : whether announced and computed counts meet.
    ratio : median count over the nearest announced one; 1 inside the range.
    """

    system: str
    counted: str
    basis: str
    count: tuple[float, float, float]
    w_per_gpu: tuple[float, float, float]
    rack_usd_per_gpu: tuple[float, float, float]
    funded_share: tuple[float, float, float]
    reconciles: bool
    ratio: float

    @property
    def verdict(self) -> str:
        """Return a word for people."""
        if self.reconciles:
            return "yes"
        return f"no, {self.ratio:.2f} times"


def claim_of(loaded: Loaded) -> Claim:
    """Read the claim from a programme's declared totals.

    Raises
    ------
    ValueError : the programme declares no power, count or investment.
    """
    said = loaded.program.declared
    parts = (said.facility_power_mw, said.packages, said.investment_usd)
    if any(p is None for p in parts):
        raise ValueError(f"{loaded.program.name} does not declare power, packages and investment")
    power, gpus, dollars = (p for p in parts if p is not None)
    return Claim(power.central, support(gpus), dollars.central)


def readings(catalog: Catalog, claim: Claim, cooling: str, streams: Streams) -> list[Reading]:
    """All readings of a claim: systems x package or die x facility or IT power."""
    pue = _draw(streams, catalog, f"cooling/{cooling}/pue_design")
    overhead = _draw(streams, catalog, "assumptions/conversion/overhead_share")
    out = []
    for system in SYSTEMS:
        record = catalog.record("systems", system)
        rack_kw = _draw(streams, catalog, f"systems/{system}/system_power_kw")
        price = _draw(streams, catalog, f"systems/{system}/rack_price_usd")
        for basis in BASES:
            one = convert(
                claim.power_mw, basis, pue_design=pue, rack_power_kw=rack_kw,
                overhead_share=overhead, generation_reserve_share=0.0,
                packages_per_rack=record.value("system_packages"),
            )  # fmt: skip
            for counted in COUNTED:
                per = record.value("dies_per_package") if counted == "die" else 1.0
                count = one.packages * per
                out.append(_reading(claim, (system, counted, basis), count, one.racks * price))
    return out


def _reading(claim: Claim, names: tuple[str, str, str], count: Array, racks_usd: Array) -> Reading:
    p10, p50, p90 = _band(count)
    low, high = claim.gpus
    nearest = min(max(p50, low), high)
    return Reading(
        *names,
        count=(p10, p50, p90),
        w_per_gpu=_band(claim.power_mw * W_PER_MW / count),
        rack_usd_per_gpu=_band(racks_usd / count),
        funded_share=_band(claim.investment_usd / racks_usd),
        reconciles=p10 <= high and p90 >= low,
        ratio=p50 / nearest,
    )


def _draw(streams: Streams, catalog: Catalog, path: str) -> Array:
    distribution: Distribution = catalog.fact(path).distribution
    return streams.sample(path, distribution)


def _band(values: Array) -> tuple[float, float, float]:
    p10, p50, p90 = (float(v) for v in bands(np.asarray(values)))
    return p10, p50, p90


def consistency(run: RunData) -> Found:
    """20: the claim in all readings, what it implies, and what the sites of the plan come to."""
    loaded = load_program(ANNOUNCED)
    claim = claim_of(loaded)
    # The announcement names no cooling; that of most of the plan's power stands for it.
    cooling = _most(loaded, lambda site, phase: site.cooling)
    system = _most(loaded, lambda site, phase: phase.system)
    found = readings(loaded.catalog, claim, cooling, run.streams)
    verdict = _verdict(claim, found, system)
    return Found((verdict, _implied(claim), _table(found), _plan(loaded)))


def _most(loaded: Loaded, name: Callable[[Site, Phase], str]) -> str:
    """Return the name that most of the plan's megawatts carry."""
    weight: dict[str, float] = {}
    for site in loaded.program.sites:
        for phase in site.phases:
            key = name(site, phase)
            weight[key] = weight.get(key, 0.0) + phase.power_mw.central * site.deal_share.central
    return max(weight, key=lambda key: weight[key])


def _implied(claim: Claim) -> Part:
    low, high = claim.gpus
    watts = [claim.power_mw * W_PER_MW / n for n in (high, low)]
    dollars = [claim.investment_usd / n for n in (high, low)]
    per_gw = claim.investment_usd / claim.power_mw * MW_PER_GW
    return Part(
        "claim_implied", "What the announcement implies", "table", "",
        "The announced power and dollars over the announced count, both ends.",
        f"[declared] of {ANNOUNCED}",
        columns=(("what", ""), ("low", ""), ("high", ""), ("unit", "")),
        rows=(
            ("power per GPU", *watts, "W/GPU"), ("investment per GPU", *dollars, "USD/GPU"),
            ("investment per GW", per_gw, per_gw, "USD/GW"),
        ),
    )  # fmt: skip


def _table(found: list[Reading]) -> Part:
    rows: list[tuple[Value, ...]] = [
        (r.system, r.counted, r.basis, *r.count, r.w_per_gpu[1], r.rack_usd_per_gpu[1],
         r.funded_share[1], r.verdict)
        for r in found
    ]  # fmt: skip
    return Part(
        "claim_readings", "The claim in every reading", "table", "GPUs",
        "GPUs that the announced power carries, by system, by what is counted and by where the "
        "power is measured; medians of watts per GPU on that basis, of the rack's price per GPU, "
        "and (paid) of the announced dollars over the price of all racks. A reading reconciles "
        "when P10 to P90 of the count meet the announced range.",
        DATA,
        columns=(
            ("system", ""), ("a GPU is a", ""), ("power is", ""), ("p10", "GPUs"),
            ("p50", "GPUs"), ("p90", "GPUs"), ("W", "W/GPU"), ("price", "USD/GPU"),
            ("paid", "share"), ("reconciles", ""),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _verdict(claim: Claim, found: list[Reading], system: str) -> Part:
    low, high = (scaled(n) for n in claim.gpus)
    good = [r for r in found if r.reconciles]
    text = [
        f"Announced: {scaled(claim.power_mw / MW_PER_GW)} GW, {low} to {high} GPUs, "
        f"{money(claim.investment_usd)}.",
        "The count reconciles with the power for " + "; ".join(map(_named, good)) + "."
        if good
        else "The count reconciles with the power in no reading.",
        f"On {system}, which most of the plan is: "
        + "; ".join(
            f"{r.counted}s at {_where(r)} power {r.ratio:.2f} times the nearest announced count"
            for r in found
            if r.system == system
        )
        + ".",
        _dollars(claim, found),
    ]
    return text_part(
        "claim_verdict", "Is it consistent?", " ".join(text),
        "Put together from the readings below; no number of it is written by hand.", DATA,
    )  # fmt: skip


def _dollars(claim: Claim, found: list[Reading]) -> str:
    """Say whether the dollars are the price of the racks, or a part of it."""
    least = min(r.funded_share[0] for r in found)
    most = max(r.funded_share[2] for r in found)
    if least <= 1.0 <= most:
        return "The dollars are the price of the racks in some readings: see the table."
    kind = "as a part of the funding, not as the price" if most < 1.0 else "in no reading"
    return (
        f"The dollars reconcile {kind}: {money(claim.investment_usd)} are {percent(least)} to "
        f"{percent(most)} of the price of the racks alone, over all readings."
    )


def _where(r: Reading) -> str:
    return "IT" if r.basis == "it" else "facility"


def _named(r: Reading) -> str:
    return f"{r.counted}s of {r.system} at {_where(r)} power ({span(*r.count, 'GPUs')})"


def _plan(loaded: Loaded) -> Part:
    rows: list[tuple[Value, ...]] = [
        (c.name, c.unit, c.declared_low, c.declared_high, c.computed, c.ratio,
         "agrees" if c.agrees else "differs", c.reading)
        for c in declared_against_computed(loaded)
    ]  # fmt: skip
    return Part(
        "claim_against_plan", "The claim against the sites of the plan", "table", "",
        "Declared totals beside the sum over the plan's sites and systems, by the central value of "
        "every input.",
        f"program.check on {ANNOUNCED}",
        columns=(
            ("what", ""), ("unit", ""), ("declared low", ""), ("declared high", ""),
            ("computed", ""), ("ratio", ""), ("verdict", ""), ("reading", ""),
        ),
        rows=tuple(rows),
    )  # fmt: skip
