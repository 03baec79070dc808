"""Question 19: concentration of the world's compute before and after, and who is left outside."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from gigawatt.impact.access import share_after, share_by_date
from gigawatt.impact.assumptions import ImpactAssumptions
from gigawatt.impact.concentration import (
    Concentration,
    concentration,
    owners,
    users,
    with_programme,
)
from gigawatt.impact.world import BASE_YEAR, h100_equivalents_per_package, world_stock
from gigawatt.quantity.arrays import Array
from gigawatt.study.questions.part import Part, Value, number_part
from gigawatt.study.questions.result import Found
from gigawatt.study.questions.rundata import BANDS, RunData
from gigawatt.uncertainty.summary import bands

MEASURES = ("cr4", "cr5", "hhi_low", "hhi_high")
GROWN, HELD = "grown", "held"
ROLES = {"owner": "cloud", "user": "tenant"}
DATA = (
    "table stock; tables schedule and sites: clouds and tenants; catalog: "
    "owners, access/openai-hosts, assumptions/impact"
)
DEFINITION = (
    "H100 equivalents by {view}; named owners drawn from Epoch's ranges (sums of the chips' "
    "percentiles, hence too wide). The programme's stock at year end is added to its {role}s; a "
    "{role} that is no owner yet becomes a firm of its own. Others: 'grown' all at the pace of the "
    "world stock model, 'held' as at the end of 2025. HHI low: the group of other owners as many "
    "small firms; high: as one firm. Chinese domestic chips are missing."
)


def concentration_of_compute(run: RunData) -> Found:
    """19: HHI, CR4 and CR5 by owner and by user before and after, and the public share."""
    owned = owners(run.catalog, run.streams)
    before = {"owner": owned, "user": users(owned, run.catalog, run.streams)}
    peak = _peak_year(run)
    parts: list[Part] = []
    for view, stock in before.items():
        after = {
            (year, growth): concentration(
                with_programme(
                    stock,
                    added_by_party(run, view, year),
                    _growth(run, year) if growth == GROWN else 1.0,
                )
            )
            for year in sorted({peak, _last_year(run)})
            for growth in (GROWN, HELD)
        }
        now = concentration(stock)
        parts += [_change(view, peak, now, after[peak, GROWN]), _table(view, now, after)]
    return Found((*parts, _public(run, peak, _growth(run, peak))))


def _last_year(run: RunData) -> int:
    """Last calendar year that ends within the run."""
    end = run.horizon
    return end.year if (end + dt.timedelta(days=1)).year > end.year else end.year - 1


def _peak_year(run: RunData) -> int:
    """Year in which the programme's median share of the world's stock is largest."""
    shares = run.yearly("share_of_world_stock")
    return max((y for y in shares if y <= _last_year(run)), key=lambda y: shares[y][1])


def _growth(run: RunData, year: int) -> Array:
    streams, record = run.streams, run.catalog.record("assumptions", "impact")
    fields = {
        key: streams.sample(record.fact(key).path, record.fact(key).distribution)
        for key in ImpactAssumptions.__dataclass_fields__
    }
    stock = world_stock(np.array([BASE_YEAR, year]), ImpactAssumptions(**fields))
    return np.asarray(stock[:, 1] / stock[:, 0])


def added_by_party(run: RunData, view: str, year: int) -> dict[str, Array]:
    """Programme's H100 equivalents at the end of `year` by cloud or tenant, (DRAWS,) each.

    The total is the run's own in each draw; it is split by the blocks whose median date is past (by
    all blocks where none is).
    """
    total = run.stock(year)
    weight = _weights(run, ROLES[view], year)
    whole = sum(weight.values())
    return {party: total * part / whole for party, part in weight.items()}


def _weights(run: RunData, role: str, year: int) -> dict[str, float]:
    sites: dict[str, str] = dict(
        zip(run.table("sites")["site"], run.table("sites")[role], strict=True)
    )
    blocks = list(run.table("schedule").iter_rows(named=True))
    done = [b for b in blocks if b["in_service_p50"] and int(b["in_service_p50"][:4]) <= year]
    out: dict[str, float] = {}
    for block in done or blocks:
        party = sites[block["site"]]
        out[party] = out.get(party, 0.0) + block["facility_mw"] * _per_mw(run, block)
    return out


def _per_mw(run: RunData, block: dict[str, Any]) -> float:
    own = f"packages_per_gw_{block['system']}"
    packages = run.answers.get(own) or run.answer("packages_per_gw")
    equivalents = h100_equivalents_per_package(run.catalog, (block["system"],))[0]
    return float(packages["p50"] * equivalents)


def _change(view: str, year: int, now: Concentration, after: Concentration) -> Part:
    return number_part(
        f"hhi_change_by_{view}", f"Change of the HHI by {view}, end {BASE_YEAR} to {year}",
        "points", after.hhi_low - now.hhi_low,
        DEFINITION.format(view=view, role=ROLES[view]) + " Here: others grown, HHI low.", DATA,
    )  # fmt: skip


def _table(view: str, now: Concentration, after: dict[tuple[int, str], Concentration]) -> Part:
    cases = {
        (str(BASE_YEAR), "before"): now,
        **{(str(year), f"after, others {g}"): c for (year, g), c in after.items()},
    }
    rows: list[tuple[Value, ...]] = []
    for (when, what), measured in cases.items():
        for measure in MEASURES:
            values = bands(getattr(measured, measure))
            rows.append((when, what, measure.upper().replace("_", " "), *map(float, values)))
    return Part(
        f"concentration_by_{view}", f"Concentration by {view}", "table", "CR: share, HHI: points",
        DEFINITION.format(view=view, role=ROLES[view]), DATA,
        columns=(("end of", ""), ("when", ""), ("measure", ""), *((b, "") for b in BANDS)),
        rows=tuple(rows),
    )  # fmt: skip


def _public(run: RunData, year: int, growth: Array) -> Part:
    clusters, access = (
        run.catalog.record("access", "clusters"), run.catalog.record("world", "access"),
    )  # fmt: skip
    share = clusters.value("public_share")
    stock = sum(owners(run.catalog, run.streams).values()) * growth
    added = run.stock(year)
    after = share_after(share, stock, added)
    academic = access.value("academic_growth_factor")
    industry = access.value("industry_growth_factor")
    slower = share_by_date(share, academic, industry, year - BASE_YEAR)
    left = share_after(slower, stock, added)
    rows: tuple[tuple[Value, ...], ...] = (
        (f"end of {BASE_YEAR}", share, share, share),
        ("after, public stock keeps pace", *map(float, bands(after))),
        ("after, it grows as academic compute", *map(float, bands(left))),
    )  # fmt: skip
    return Part(
        "public_share", f"Compute that is not private, {BASE_YEAR} and {year}", "table", "share",
        "Public clusters (research and government) over known clusters, 10 to 20 % of the world; "
        "the programme adds to the private part only. Academic compute grew "
        f"{academic:g} times a year while industry's grew {industry:g}: a bracket if carried on, "
        "not a forecast.",
        "table stock; catalog: access/clusters, world/access, owners",
        columns=(("when", ""), *((b, "share") for b in BANDS)), rows=rows,
    )  # fmt: skip
