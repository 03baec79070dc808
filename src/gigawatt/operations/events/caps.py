"""Caps of power by domain: rows, halls, buildings, the site's feed; what fits under them at all.

A cap of a domain of racks (row, hall, building) is a number of racks that may work in it at once::

    carried = (cap - racks x idle) / (busy - idle)        busy = the most that a rack draws

It is shared out over its rows in proportion to what each may have; the engine moves shares between
the rows of the smallest capped domain as racks break and come back, so that it carries all that it
can. A cap of the site is exact in watts: jobs wait for it, or work is slowed tier by tier.
"""

from __future__ import annotations

import numpy as np

from gigawatt.errors import InputError
from gigawatt.operations.events.decide import NO_CAP_W
from gigawatt.operations.events.power import LEAST_DYNAMIC
from gigawatt.operations.events.spec import DomainCap, FleetSpec, JobKind, SiteSpec, pool_most
from gigawatt.operations.grid import TOLERATED
from gigawatt.quantity.arrays import Array, IntArray

W_PER_MW = 1e6


def domain_caps(site: SiteSpec) -> tuple[DomainCap, ...]:
    """Capped domains of a site, the smallest first."""
    hall = (DomainCap(site.hall_racks, site.hall_cap_mw),) if site.hall_cap_mw > 0.0 else ()
    return tuple(sorted((*site.domain_caps, *hall), key=lambda d: d.racks))


def row_most(site: SiteSpec, spec: FleetSpec) -> IntArray:
    """Racks that may ever work at once in each row of a site, by the row's own power."""
    size = spec.racks_per_row
    racks = np.full(-(-site.racks // size), size, dtype=np.int64)
    racks[-1] = site.racks - size * (len(racks) - 1)
    out: IntArray = np.minimum(racks, spec.row_racks_powered)
    return out


def row_limits(site: SiteSpec, spec: FleetSpec) -> IntArray:
    """Racks that may work at once in each row of a site at the start: all its domains within caps.

    Raises
    ------
    InputError : a capped domain is no whole number of rows.
    """
    size, out = spec.racks_per_row, row_most(site, spec)
    racks = np.minimum(size, site.racks - size * np.arange(len(out)))
    most_w = max(spec.work_w, spec.serve_w, spec.rest_w)
    for domain in domain_caps(site):
        if domain.racks < size or domain.racks % size or not domain.cap_mw > 0.0:
            raise InputError(
                f"site {site.name!r}: a cap of {domain.cap_mw:g} MW on each {domain.racks} racks: "
                f"the cap must be above 0 and the racks a multiple of a row of {size}"
            )
        rows = domain.racks // size
        for first in range(0, len(out), rows):
            here = out[first : first + rows]
            room_w = domain.cap_mw * W_PER_MW - racks[first : first + rows].sum() * spec.idle_w
            carried = max(0, int(room_w / max(most_w - spec.idle_w, 1e-9) + 1e-9))
            if carried < here.sum():
                edges = np.round(carried * np.cumsum([0, *here]) / here.sum()).astype(np.int64)
                out[first : first + rows] = np.diff(edges)
    return out


def near_rows(site: SiteSpec, spec: FleetSpec) -> int:
    """Rows of the smallest capped domain; 0 where none is capped."""
    caps = domain_caps(site)
    return caps[0].racks // spec.racks_per_row if caps else 0


def room_for_jobs(site: SiteSpec, spec: FleetSpec, least_demand: float) -> int:
    """Most racks that jobs can ever hold at a site."""
    powered = int(row_limits(site, spec).sum())
    return max(0, powered - least_pool(site, spec, least_demand) - site.reserve_racks)


def least_pool(site: SiteSpec, spec: FleetSpec, least_demand: float) -> int:
    """Racks of the pool when its demand is least."""
    load = site.pool_peak_racks * least_demand
    return int(np.ceil(min(load * (1.0 + spec.headroom), max(load, pool_most(site)))))


def caps_w(spec: FleetSpec) -> Array:
    """Power cap by site and hour, W; repeated by each site to a common length."""
    length = max([len(s.cap_mw) for s in spec.sites] + [1])
    out = np.full((len(spec.sites), length), NO_CAP_W)
    for i, s in enumerate(spec.sites):
        if len(s.cap_mw):
            out[i] = np.resize(np.asarray(s.cap_mw, dtype=float), length) * W_PER_MW
    return out


def gives(spec: FleetSpec) -> Array:
    """Share of dynamic power that each tier gives before it loses more than it tolerates, (4,)."""
    out: Array = 1.0 - (1.0 - np.array(TOLERATED)) ** (1.0 / spec.cap_exponent)
    return out


def best_speed(kind: JobKind, spec: FleetSpec, least_demand: float) -> float:
    """Speed of the largest job of a kind, alone with the pool at its least, in the best hour.

    1 where the cap of a site that it may use feeds it at full power; 0 where it can never start.
    """
    need_w = float(kind.racks.max()) * (spec.work_w - spec.idle_w)
    best = 0.0
    for i, site in enumerate(spec.sites):
        if kind.site in (-1, i) and need_w > 0.0:
            pool_w = site.pool_peak_racks * least_demand * (spec.serve_w - spec.idle_w)
            most_w = float(caps_w(spec)[i].max())
            share = (most_w - site.racks * spec.idle_w - pool_w) / need_w
            best = max(best, min(share, 1.0))
    return best**spec.cap_exponent if best >= LEAST_DYNAMIC else 0.0


def slowed_kinds(spec: FleetSpec, least_demand: float) -> dict[str, float]:
    """Kinds whose largest job can't run at full speed under the caps of the sites: best speed."""
    speeds = {k.name: best_speed(k, spec, least_demand) for k in spec.kinds if k.wanted}
    return {name: speed for name, speed in speeds.items() if 0.0 < speed < 1.0}


def check_power(spec: FleetSpec, least_demand: float) -> None:
    """Refuse jobs that would wait for power for ever.

    Raises
    ------
    InputError : no hour of any site leaves a job the least power with which it can run.
    """
    if not spec.power_aware or spec.work_w <= spec.idle_w:
        return
    for kind in spec.kinds:
        if kind.wanted and best_speed(kind, spec, least_demand) <= 0.0:
            need_mw = float(kind.racks.max()) * (spec.work_w - spec.idle_w) / W_PER_MW
            raise InputError(
                f"kind {kind.name!r}: a job of {kind.racks.max():,} racks draws {need_mw:,.1f} MW "
                "above idle, and no cap of a site leaves it a twentieth of that besides idle racks "
                "and the pool at its least: it could never start. Raise the cap or shrink the job"
            )
