"""Blocks: the one conversion of a programme's megawatts into racks and packages.

A block is one building of one phase: site x phase x building x system x contract. All layers take
their megawatts, racks and packages from here, so that they can't differ.

Conversion (per draw)::

    facility_power = power                                        basis "facility" or "grid"
                   = power * pue_design                           basis "it"
                   = power * (1 - generation_reserve_share)       basis "generation": what
                     permits hold above the load, at least N + k (`program.reserve`)
    it_power       = facility_power / pue_design
    racks          = it_power / (rack_power * (1 + overhead_share))
    packages       = racks * packages per rack

`overhead_share` is the IT power outside the accelerator racks (network, storage, CPU nodes) over
that inside. Counts are real numbers: a block of 1,000.4 racks is a planning figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.program.model import Phase, Program, Site
from gigawatt.program.reserve import PERMIT_PATH, reserve_of_nameplate, unit_facts
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import KW_PER_MW
from gigawatt.uncertainty.streams import Streams


@dataclass(frozen=True, slots=True)
class Blocks:
    """All blocks of a programme; axes D draws, B blocks, S sites, G systems.

    Attributes
    ----------
    ids : (B,) "site/phase/number", numbers from 1.
    sites, systems : (S,), (G,) ids, the order of the S and G axes everywhere.
    site, system : (B,) indices into `sites` and `systems`.
    building : (B,) number of the building in its phase, from 0.
    phases : (B,) the phase of each block.
    it_power_mw, facility_power_mw, grid_power_mw : (D, B) IT power; power at the site's meter at
        design conditions; power contracted from the grid (0 on route "onsite").
    racks, packages : (D, B) accelerator racks and packages.
    """

    ids: tuple[str, ...]
    sites: tuple[str, ...]
    systems: tuple[str, ...]
    site: IntArray
    system: IntArray
    building: IntArray
    phases: tuple[Phase, ...]
    it_power_mw: Array
    facility_power_mw: Array
    grid_power_mw: Array
    racks: Array
    packages: Array

    @property
    def count(self) -> int:
        """Number of blocks."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Converted:
    """Result of `convert`: powers in MW and counts, arrays of one shape."""

    facility_power_mw: Array
    it_power_mw: Array
    racks: Array
    packages: Array


def convert(
    power_mw: Array | float,
    basis: str,
    *,
    pue_design: Array | float,
    rack_power_kw: Array | float,
    overhead_share: Array | float,
    generation_reserve_share: Array | float,
    packages_per_rack: float,
) -> Converted:
    """Turn megawatts on a stated basis into facility and IT power, racks and packages.

    Parameters
    ----------
    power_mw : power on `basis`, MW.
    basis : one of `model.MW_BASES`.
    pue_design : facility over IT power at design conditions.
    rack_power_kw : IT power of one accelerator rack.
    overhead_share : IT power outside these racks over that inside.
    generation_reserve_share : part of an on-site plant's nameplate that is reserve (N+k).
    packages_per_rack : accelerator packages of one rack.

    >>> c = convert(1000.0, "facility", pue_design=1.25, rack_power_kw=200.0,
    ...             overhead_share=0.0, generation_reserve_share=0.3, packages_per_rack=72)
    >>> float(c.it_power_mw), float(c.racks), float(c.packages)
    (800.0, 4000.0, 288000.0)
    """
    power = np.asarray(power_mw, dtype=float)
    if basis == "it":
        facility = power * pue_design
    elif basis == "generation":
        facility = power * (1.0 - np.asarray(generation_reserve_share))
    elif basis in ("facility", "grid"):
        facility = power * np.ones_like(np.asarray(pue_design, dtype=float))
    else:
        raise ValueError(f"unknown basis {basis!r}")
    it = facility / pue_design
    racks = it * KW_PER_MW / (np.asarray(rack_power_kw) * (1.0 + np.asarray(overhead_share)))
    return Converted(facility, it, racks, racks * packages_per_rack)


def make_blocks(program: Program, catalog: Catalog, streams: Streams) -> Blocks:
    """Blocks of a programme for the draws of a chunk.

    Sampled once each: the share of a site that carries the programme, the power of a phase, the
    rack power of a system, the design PUE of a cooling type (or the site's own figure).
    """
    systems = tuple(dict.fromkeys(p.system for s in program.sites for p in s.phases))
    overhead = _sample(catalog, streams, "assumptions/conversion/overhead_share")
    rack_kw = {g: _sample(catalog, streams, f"systems/{g}/system_power_kw") for g in systems}
    ids: list[str] = []
    site_index: list[int] = []
    system_index: list[int] = []
    building: list[int] = []
    phases: list[Phase] = []
    columns: list[tuple[Array, Array, Array, Array, Array]] = []
    for s, site in enumerate(program.sites):
        share = streams.sample(f"site/{site.id}/deal_share", site.deal_share)
        pue = _sample(catalog, streams, f"cooling/{site.cooling}/pue_design")
        for phase in site.phases:
            power = streams.sample(f"site/{site.id}/{phase.id}/power_mw", phase.power_mw)
            reserve = _reserve(site, phase, power, catalog, streams)
            one = convert(
                power * share / phase.buildings,
                site.mw_basis,
                pue_design=pue,
                rack_power_kw=rack_kw[phase.system],
                overhead_share=overhead,
                generation_reserve_share=reserve,
                packages_per_rack=catalog.record("systems", phase.system).value("system_packages"),
            )
            grid = np.zeros_like(power) if phase.route == "onsite" else one.facility_power_mw
            column = (one.it_power_mw, one.facility_power_mw, grid, one.racks, one.packages)
            for number in range(phase.buildings):
                ids.append(f"{site.id}/{phase.id}/{number + 1}")
                site_index.append(s)
                system_index.append(systems.index(phase.system))
                building.append(number)
                phases.append(phase)
                columns.append(column)
    it, facility, grid_power, racks, packages = (
        np.stack([c[k] for c in columns], axis=1) for k in range(5)
    )
    return Blocks(
        ids=tuple(ids),
        sites=tuple(s.id for s in program.sites),
        systems=systems,
        site=np.array(site_index),
        system=np.array(system_index),
        building=np.array(building),
        phases=tuple(phases),
        it_power_mw=it,
        facility_power_mw=facility,
        grid_power_mw=grid_power,
        racks=racks,
        packages=packages,
    )


def _reserve(
    site: Site, phase: Phase, power_mw: Array, catalog: Catalog, streams: Streams
) -> Array | float:
    """Reserve in the nameplate of a phase; counts only where the site's figures are nameplate."""
    if site.mw_basis != "generation":
        return 0.0
    permits = _sample(catalog, streams, PERMIT_PATH)
    if phase.route != "onsite":
        return permits
    facts = unit_facts(phase.onsite_technology, catalog, streams)
    return np.maximum(permits, reserve_of_nameplate(power_mw, *facts))


def _sample(catalog: Catalog, streams: Streams, path: str) -> Array:
    return streams.sample(path, catalog.fact(path).distribution)
