"""Manifest of a run: what it was made of, so that it can be cited and made again."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from gigawatt import __version__
from gigawatt.catalog import Catalog, Fact
from gigawatt.energy.cooling import site_climate
from gigawatt.energy.rules.check import SiteFacts, rules_at
from gigawatt.energy.site_inputs import BATTERY, BRIDGE, PV, WIND
from gigawatt.impact.world import MEASURE
from gigawatt.program.load import Loaded
from gigawatt.program.model import Program
from gigawatt.program.quantities import support
from gigawatt.study.archive.programme_inputs import programme_inputs
from gigawatt.study.serving.market_fleet import RECORD as FLEET
from gigawatt.study.serving.market_fleet import market_systems
from gigawatt.study.serving.token_market import RECORD as MARKET
from gigawatt.uncertainty.distributions import (
    Choices,
    Distribution,
    LogNormal,
    Normal,
    Point,
    Triangular,
    Uniform,
)

GENERATORS = (PV, WIND, BATTERY)
PACKAGES = ("numpy", "scipy", "pydantic", "polars")


def manifest(loaded: Loaded, run: dict[str, Any]) -> dict[str, Any]:
    """Manifest as a table of plain values.

    Parameters
    ----------
    loaded : the programme and its catalog.
    run : what only the run knows: seed, draws, workers, started, duration_s, warnings, tables.
    """
    program = loaded.program
    facts = list(used_facts(program, loaded.catalog))
    sources = sorted({f.source for f in facts})
    return {
        "gigawatt_version": __version__,
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "program": {
            "name": program.name, "title": program.title, "description": program.description,
            "origin": list(program.origin), "sha256": program.sha256,
            "parties": {p.id: p.name for p in program.parties.values()},
        },
        "catalog_sha256": loaded.catalog.sha256,
        "as_of": program.as_of.isoformat(),
        "start": program.start.isoformat(),
        "horizon": program.horizon.isoformat(),
        **run,
        "facts_used": [_fact(f) for f in facts],
        "replaced": [
            {"path": path, "distribution": plain(loaded.catalog.fact(path).distribution)}
            for path in loaded.replaced
        ],
        "inputs": programme_inputs(program),
        "sources": [
            {"id": s.id, "title": s.title, "date": s.date, "url": s.url, "kind": s.kind}
            for s in (loaded.catalog.sources[i] for i in sources)
        ],
    }  # fmt: skip


KINDS: dict[str, type[Distribution]] = {
    kind.__name__: kind for kind in (Point, Uniform, Triangular, LogNormal, Normal, Choices)
}


def plain(distribution: Distribution) -> dict[str, Any]:
    """Distribution as a table of plain values; see `distribution_of` for the way back."""
    if type(distribution).__name__ not in KINDS:
        raise TypeError(f"{distribution!r} can't be written into a manifest")
    fields = {f: getattr(distribution, f) for f in _fields(type(distribution))}
    return {"kind": type(distribution).__name__, **fields}


def distribution_of(row: dict[str, Any]) -> Distribution:
    """Distribution of a manifest.

    >>> distribution_of(plain(Uniform(1.0, 2.0)))
    Uniform(low=1.0, high=2.0)
    """
    kind = KINDS[row["kind"]]
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k != "kind"}
    return kind(**values)


def _fields(kind: type[Distribution]) -> tuple[str, ...]:
    return tuple(kind.__dataclass_fields__)  # type: ignore[attr-defined]


def used_facts(program: Program, catalog: Catalog) -> Iterator[Fact]:
    """Facts that a run of this programme may read: its records and all assumptions."""
    phases = [p for s in program.sites for p in s.phases]
    plants = {BRIDGE, *(p.onsite_technology for p in phases if p.route == "onsite")}
    places = [SiteFacts(s.country, s.region, s.grid) for s in program.sites]
    serves = any(w.kind == "serve" for w in program.workloads)
    market = set(market_systems(catalog)) if serves else set()
    used = {
        "systems": {MEASURE, *market, *(p.system for p in phases)},
        **(SERVING if serves else {}),
        "speculation": set(catalog.records["speculation"]) if serves else set(),
        "haircuts": set(program.haircuts),
        "technologies": plants,
        "emissions": plants,
        "generators": set(GENERATORS),
        "grids": {s.grid for s in program.sites},
        "areas": {s.grid for s in program.sites},
        "siterules": {r.id for place in places for r in rules_at(catalog, place)},
        "cooling": {s.cooling for s in program.sites},
        "coolers": {s.cooling for s in program.sites},
        "climates": {site_climate(s, catalog).climate for s in program.sites},
        "models": {w.model for w in program.workloads},
    }
    for kind, table in catalog.records.items():
        if kind in used or kind in ALWAYS_USED:
            for record_id, record in table.items():
                if kind in ALWAYS_USED or record_id in used[kind]:
                    yield from record.facts.values()


SERVING = {
    "prices": {MARKET[1]}, "access": {"token-demand"}, "world": {"tokens", FLEET[1]},
}  # fmt: skip
ALWAYS_USED = ("assumptions", "tasks", "changes", "failures", "efficiencies", "reliability")


def _fact(fact: Fact) -> dict[str, Any]:
    low, high = support(fact.distribution)
    return {
        "path": fact.path, "value": fact.value, "low": low, "high": high, "unit": fact.unit,
        "source": fact.source, "status": str(fact.status), "as_of": fact.as_of,
        "note": fact.note,
    }  # fmt: skip


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
