"""What a programme declares against what it computes, and what else a reader must know.

The conversion is that of `blocks.convert`, once, with the central value of every input: no draws.
Central values of skewed ranges do not add up to central results: the ranges of a run are the
answer, this is the check that nobody took packages for dies or facility power for IT power.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gigawatt.catalog import Catalog
from gigawatt.program.blocks import convert
from gigawatt.program.cover import covering, is_needed
from gigawatt.program.idle import idle
from gigawatt.program.instruments import KINDS, site_kinds
from gigawatt.program.load import Loaded
from gigawatt.program.model import Phase, Program, Site
from gigawatt.program.quantities import support
from gigawatt.program.reserve import central_reserve_share
from gigawatt.quantity.format import quantity
from gigawatt.uncertainty.distributions import Distribution

TOLERANCE = 0.10  # relative difference from which on declared and computed are said to differ


@dataclass(frozen=True, slots=True)
class PhaseTotal:
    """A phase by the central value of every input, the deal's share of it only.

    Attributes
    ----------
    site, phase, system, mw_basis : which phase, and what its file's megawatts count.
    written_mw : power on that basis.
    facility_mw, it_mw : power after conversion.
    racks, packages, dies : counts; a package of Vera Rubin holds two dies.
    """

    site: str
    phase: str
    system: str
    mw_basis: str
    written_mw: float
    facility_mw: float
    it_mw: float
    racks: float
    packages: float
    dies: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One declared total beside the computed one.

    Attributes
    ----------
    name, unit : what is compared.
    declared_low, declared, declared_high : what the announcement says; three times the same where
        it gives one number.
    computed : what the programme comes to.
    ratio : computed over declared.
    agrees : whether `computed` lies within the declared range, give or take `TOLERANCE`.
    reading : how the declared figure was read, with the other reading's figure; may be empty.
    """

    name: str
    unit: str
    declared_low: float
    declared: float
    declared_high: float
    computed: float
    ratio: float
    agrees: bool
    reading: str = ""


def phase_totals(program: Program, catalog: Catalog) -> list[PhaseTotal]:
    """Central power and counts of every phase, in the order of the file."""
    return [_phase_total(site, phase, catalog) for site in program.sites for phase in site.phases]


def _phase_total(site: Site, phase: Phase, catalog: Catalog) -> PhaseTotal:
    system = catalog.record("systems", phase.system)
    conversion = catalog.record("assumptions", "conversion")
    written = phase.power_mw.central * site.deal_share.central
    one = convert(
        written,
        site.mw_basis,
        pue_design=catalog.fact(f"cooling/{site.cooling}/pue_design").value,
        rack_power_kw=system.value("system_power_kw"),
        overhead_share=conversion.value("overhead_share"),
        generation_reserve_share=_reserve(site, phase, catalog),
        packages_per_rack=system.value("system_packages"),
    )
    packages = float(one.packages)
    return PhaseTotal(
        site=site.id,
        phase=phase.id,
        system=phase.system,
        mw_basis=site.mw_basis,
        written_mw=written,
        facility_mw=float(one.facility_power_mw),
        it_mw=float(one.it_power_mw),
        racks=float(one.racks),
        packages=packages,
        dies=packages * system.value("dies_per_package", 1.0),
    )


def _reserve(site: Site, phase: Phase, catalog: Catalog) -> float:
    if site.mw_basis != "generation":
        return 0.0
    technology = phase.onsite_technology if phase.route == "onsite" else ""
    return central_reserve_share(technology, phase.power_mw.central, catalog)


def declared_against_computed(
    loaded: Loaded,
    capex_usd_per_gw: float | None = None,
    counts: Mapping[str, float] | None = None,
) -> list[Comparison]:
    """Every declared total beside the computed one.

    Parameters
    ----------
    loaded : the programme and its catalog.
    capex_usd_per_gw : computed cost per facility GW, where a run has one; else it is not compared.
    counts : "package" and "die", where a run has them; else those of the central inputs.
    """
    totals = phase_totals(loaded.program, loaded.catalog)
    said = loaded.program.declared
    out: list[Comparison] = []
    if said.facility_power_mw is not None:
        power = math.fsum(t.facility_mw for t in totals)
        out.append(_compare("facility_power_mw", "MW", said.facility_power_mw, power))
    if said.racks is not None:
        out.append(_compare("racks", "racks", said.racks, math.fsum(t.racks for t in totals)))
    if said.packages is not None:
        both = counts or {
            "package": math.fsum(t.packages for t in totals),
            "die": math.fsum(t.dies for t in totals),
        }
        out.append(_compare_packages(said.packages, said.packages_unit, both))
    if said.investment_usd is not None and (committed := _equity_usd(loaded.program)) > 0:
        out.append(_compare("investment_usd", "USD", said.investment_usd, committed,
                            "sum of the equity instruments"))  # fmt: skip
    if said.capex_usd_per_gw is not None and capex_usd_per_gw is not None:
        out.append(_compare("capex_usd_per_gw", "USD/GW", said.capex_usd_per_gw, capex_usd_per_gw))
    return out


def _compare(
    name: str, unit: str, said: Distribution, computed: float, reading: str = ""
) -> Comparison:
    low, high = support(said)
    agrees = low * (1.0 - TOLERANCE) <= computed <= high * (1.0 + TOLERANCE)
    ratio = computed / said.central if said.central else math.inf
    return Comparison(name, unit, low, said.central, high, computed, ratio, agrees, reading)


def _compare_packages(said: Distribution, unit: str, both: Mapping[str, float]) -> Comparison:
    """Declared count of GPUs; where the unit is not said, the nearer of packages and dies."""
    if unit in both:
        return _compare("packages", f"{unit}s", said, both[unit])
    nearer = min(both, key=lambda u: abs(math.log(both[u] / said.central)))
    other = "die" if nearer == "package" else "package"
    reading = (
        f"the unit is not said: nearest to {quantity(both[nearer], nearer + 's')}, "
        f"the other reading is {quantity(both[other], other + 's')}"
    )
    return _compare("packages", f"{nearer}s", said, both[nearer], reading)


def _equity_usd(program: Program) -> float:
    terms = ((i, KINDS[i.kind].equity) for i in program.instruments)
    return math.fsum(i.terms[term].central for i, term in terms if term)


def warnings_of(loaded: Loaded, comparisons: list[Comparison] | None = None) -> list[str]:
    """Return what is not wrong but must be known: differences, assumptions, what is not covered.

    Parameters
    ----------
    loaded : the programme and its catalog.
    comparisons : declared totals already compared; default those of `declared_against_computed`.
    """
    program = loaded.program
    if comparisons is None:
        comparisons = declared_against_computed(loaded)
    return [
        *_differences(comparisons),
        *_site_warnings(program),
        *_uncovered(program),
        *idle(program),
        *_supply_warnings(program),
        *_bridge_warnings(program),
        *_hindsight(loaded),
    ]


def _differences(comparisons: list[Comparison]) -> Iterator[str]:
    for c in comparisons:
        if not c.agrees:
            computed = (
                f"{quantity(c.computed, c.unit)} with central inputs, {c.ratio:.2f} times as much"
            )
            reading = f" ({c.reading})" if c.reading else ""
            yield f"{c.name}: declared {declared_text(c)}, computed {computed}{reading}"


def _site_warnings(program: Program) -> Iterator[str]:
    for site in program.sites:
        if site.mw_basis != "facility":
            what = {
                "it": "IT power; the facility needs more by the PUE",
                "grid": "what the grid contract allows, read as facility power",
                "generation": "on-site generators, reserve included; the facility gets less",
            }[site.mw_basis]
            yield f"site {site.id}: its megawatts are {what}"
    shared = [s.id for s in program.sites if support(s.deal_share) != (1.0, 1.0)]
    if shared:
        yield (f"deal_share is assumed for {len(shared)} of {len(program.sites)} sites: which part "
               f"of them belongs to the programme is not known ({_some(shared)})")  # fmt: skip
    assumed = [s.id for s in program.sites if s.status == "assumed"]
    if assumed:
        yield f"{len(assumed)} of {len(program.sites)} sites are assumed: {_some(assumed)}"


def _uncovered(program: Program) -> Iterator[str]:
    for kind in site_kinds():
        bare = [
            f"{site.id}/{phase.id}"
            for site in program.sites
            for phase in site.phases
            if is_needed(site, kind) and not _financed(program, site, phase, kind)
        ]
        if bare:
            yield f"no {kind} covers {_some(bare)}: nothing is paid there under one"


def _financed(program: Program, site: Site, phase: Phase, kind: str) -> bool:
    """Whether a contract of `kind`, or another one for the same purpose, covers the phase."""
    group = KINDS[kind].group
    kinds = [k for k in site_kinds() if k == kind or (group and KINDS[k].group == group)]
    return any(covering(program, site, phase, k) for k in kinds)


def _supply_warnings(program: Program) -> Iterator[str]:
    used = {p.system for s in program.sites for p in s.phases}
    for supply in program.supplies:
        if supply.system not in used:
            yield f"supply {supply.system}: no phase uses this system"
    highest = math.fsum(support(w.share)[1] for w in program.workloads)
    if highest > 1.0 + 1e-9:
        yield (f"the high ends of the workloads' shares sum to {highest:.3g}: in some draws the "
               "workloads ask for more than the fleet")  # fmt: skip


def _bridge_warnings(program: Program) -> Iterator[str]:
    for bridge in program.instruments:
        if bridge.kind == "bridge" and math.isfinite(support(bridge.terms["limit_usd"])[0]):
            share = bridge.terms.get("repay_from_operations_share")
            repays = share is not None and support(share)[1] > 0.0
            also = "" if repays else (
                ", and operating cash does not repay the bridge (repay_from_operations_share = 0)"
            )  # fmt: skip
            yield (f"instrument {bridge.id}: with a limit, orders of systems wait; site spending "
                   f"does not{also}: the gap may pass the limit and orders may wait for "
                   "ever")  # fmt: skip


def _hindsight(loaded: Loaded) -> Iterator[str]:
    as_of = loaded.program.as_of
    later = [s.id for s in loaded.program.sites if s.status_date and s.status_date > as_of]
    if later:
        yield (f"as of {as_of}: {_some(later)} are described as known later; only progress is cut "
               "at the date, the rest of the file is hindsight")  # fmt: skip


def _some(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def declared_text(comparison: Comparison) -> str:
    """What is declared, as one number or a range, without a unit that nobody may have said."""
    ends = (comparison.declared_low, comparison.declared_high)
    low, high = (quantity(end, comparison.unit, short=True) for end in ends)
    return low if low == high else f"{low} to {high}"
