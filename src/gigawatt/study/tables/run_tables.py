"""Tables of a run, one function a table; means and P10/P50/P90 over the draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from gigawatt.energy.cooling import monthly_course, site_climate
from gigawatt.errors import InputError
from gigawatt.impact.rules import export_rule
from gigawatt.program.check import declared_against_computed
from gigawatt.program.load import Loaded
from gigawatt.program.model import Site
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import MW_PER_GW
from gigawatt.schedule.result import Binding
from gigawatt.study.answers import binding_weights, capex_usd_per_gw
from gigawatt.study.frame import Frame
from gigawatt.study.outputs import IMPACT_METRICS
from gigawatt.study.serving.serving_fronts import serving_fronts
from gigawatt.study.sites.site_indicators import indicator_rows
from gigawatt.study.sites.site_rules import rule_rows
from gigawatt.study.sites.site_years import (
    expected_load,
    source_rows,
    water_rows,
    year_rows,
)
from gigawatt.study.tables.customer_tables import customer_rows
from gigawatt.study.tables.grid_tables import account_rows
from gigawatt.study.tables.supply_tables import hour_tables, route_rows, supply_rows
from gigawatt.study.tables.token_tables import phase_rows, price_rows
from gigawatt.study.training.named_runs import named_runs, usd_per_package_hour
from gigawatt.uncertainty.summary import bands

if TYPE_CHECKING:
    import polars as pl

    from gigawatt.energy.site_plan import SitePlan
    from gigawatt.performance.result import RateTable

BANDS = ("p10", "p50", "p90")
EVENT = ("site", "site_name", "date", "kind", "note", "source", "status")
Rows = list[dict[str, Any]]


def all_tables(
    frame: Frame,
    loaded: Loaded,
    rates: RateTable,
    sources: tuple[str, ...],
    plans: Mapping[str, SitePlan],
) -> dict[str, pl.DataFrame]:
    """All tables of a run by name.

    Parameters
    ----------
    frame : programme, calendar, blocks and outputs of all draws.
    loaded : the programme with its catalog.
    rates : rates of the first chunk (they are the same in all, but for `factor`).
    sources : names of the K axis of supply.
    plans : least-cost supply of the sites.
    """
    import polars as pl

    return {
        "capacity": pl.DataFrame(_capacity(frame)),
        "schedule": pl.DataFrame(_schedule(frame), infer_schema_length=None),
        "binding": pl.DataFrame(_binding(frame)),
        "ledger": _stacked(_ledger(frame)),
        "gap": pl.DataFrame(_banded(frame, "gap_usd", frame.kept.draws["gap_usd"])),
        "operations": pl.DataFrame(_operations(frame, loaded)),
        "energy": _stacked(_energy(frame, sources)),
        "supply": pl.DataFrame(supply_rows(plans), infer_schema_length=None),
        **{
            name: pl.DataFrame(rows)
            for name, rows in hour_tables(plans, expected_load(frame, plans)).items()
        },
        "supply_routes": pl.DataFrame(route_rows(loaded, plans)),
        "site_accounts": pl.DataFrame(
            account_rows(plans, loaded.catalog, loaded.program.sites), infer_schema_length=None
        ),
        "other_customers": pl.DataFrame(
            customer_rows(frame.program, loaded.catalog, plans), infer_schema_length=None
        ),
        "indicators": pl.DataFrame(
            indicator_rows(frame, loaded.catalog, sources), infer_schema_length=None
        ),
        "site_years": pl.DataFrame(year_rows(frame)),
        "source_costs": pl.DataFrame(source_rows(frame, sources), infer_schema_length=None),
        "water_days": pl.DataFrame(water_rows(frame, loaded.catalog)),
        "impact": pl.DataFrame(_impact(frame)),
        "performance": pl.DataFrame([*_performance(loaded, rates), *named_runs(frame, loaded)]),
        "serving": pl.DataFrame(serving_fronts(loaded, rates.systems)),
        "token_prices": pl.DataFrame(price_rows(frame, loaded), infer_schema_length=None),
        "phase_tokens": pl.DataFrame(phase_rows(frame), infer_schema_length=None),
        "conversion": pl.DataFrame(_conversion(frame, loaded), infer_schema_length=None),
        "capex": pl.DataFrame(_capex(frame)),
        "sites": pl.DataFrame(_sites(frame, loaded), infer_schema_length=None),
        "events": pl.DataFrame(_events(frame), schema=dict.fromkeys(EVENT, pl.String)),
        "stock": pl.DataFrame(_stock(frame)),
        "rules": pl.DataFrame(rule_rows(frame, loaded.catalog, plans), infer_schema_length=None),
        "draws": pl.DataFrame(_draws(frame)),
    }


def _stacked(parts: Rows) -> pl.DataFrame:
    """One table of column parts; scalar columns are repeated."""
    import polars as pl

    return pl.concat([pl.DataFrame(part) for part in parts])


def _banded(frame: Frame, name: str, monthly: Array) -> dict[str, Any]:
    columns = dict(zip((f"{name}_{b}" for b in BANDS), bands(monthly), strict=True))
    return {"month": frame.axis.labels(), **columns, f"{name}_mean": monthly.mean(axis=0)}


def _capacity(frame: Frame) -> dict[str, Any]:
    power = frame.kept.draws["facility_mw_end"]
    packages = frame.kept.sums["packages_avg"] / frame.count
    sites = ("all", *frame.blocks.sites)
    mw = [power.sum(axis=1), *(power[:, s] for s in range(power.shape[1]))]
    count = [packages.sum(axis=0), *packages]
    parts = [_banded(frame, "facility_mw", values) for values in mw]
    return {
        "month": np.tile(frame.axis.labels(), len(sites)),
        "site": np.repeat(sites, frame.axis.count),
        **{k: np.concatenate([p[k] for p in parts]) for k in parts[0] if k != "month"},
        "packages_mean": np.concatenate(count),
    }


def _schedule(frame: Frame) -> Rows:
    d, blocks = frame.kept.draws, frame.blocks
    dates = {
        f"{what}_{b}": row
        for what in ("energised", "equipped", "in_service")
        for b, row in zip(BANDS, bands(d[what]), strict=True)
    }
    cause = d["binding"].astype(int)
    never = (d["in_service"] >= frame.axis.count).mean(axis=0)
    power = np.median(d["block_facility_mw"], axis=0)
    rows: Rows = []
    for b, block in enumerate(blocks.ids):
        site = frame.program.sites[blocks.site[b]]
        count = np.bincount(cause[:, b], minlength=len(Binding))
        top = int(np.argmax(count))
        rows.append({
            "block": block, "site": site.id, "site_name": site.name,
            "phase": blocks.phases[b].id, "system": blocks.systems[blocks.system[b]],
            "route": blocks.phases[b].route, "status": str(blocks.phases[b].status),
            "facility_mw": float(power[b]),
            **{name: _iso(frame, row[b]) for name, row in dates.items()},
            "never_share": float(never[b]), "binding": Binding(top).name.lower(),
            "binding_share": float(count[top] / count.sum()),
        })  # fmt: skip
    return rows


def _binding(frame: Frame) -> Rows:
    return [
        {"year": year, "constraint": cause, "share": share, "weight_mw": share * megawatts}
        for year, (megawatts, shares) in binding_weights(frame).items()
        for cause, share in shares.items()
    ]


def _ledger(frame: Frame) -> Rows:
    """Columns of the ledger's lines; lines and months in which nobody pays are left out."""
    out: Rows = []
    labels = np.array(frame.axis.labels())
    for (payer, payee, instrument, leg, investment), amount in frame.kept.ledger.items():
        paid = amount.any(axis=0)
        if not paid.any():
            continue
        low, mid, high = bands(amount[:, paid])
        out.append({
            "month": labels[paid], "payer": payer, "payee": payee, "instrument": instrument,
            "leg": leg, "investment": investment, "amount_usd_mean": amount[:, paid].mean(axis=0),
            "amount_usd_p10": low, "amount_usd_p50": mid, "amount_usd_p90": high,
        })  # fmt: skip
    return out


def _operations(frame: Frame, loaded: Loaded) -> Rows:
    price = usd_per_package_hour(frame, loaded.catalog)
    sums, years = frame.kept.sums, frame.axis.years()
    causes = {"useful": sums["delivered_package_hours"]}
    causes |= {k.removeprefix("lost/"): v for k, v in sums.items() if k.startswith("lost/")}
    rows: Rows = []
    for year in np.unique(years):
        hours = {c: float(v[years == year].sum() / frame.count) for c, v in causes.items()}
        total = sum(hours.values())
        rows += [
            {"year": str(year), "cause": c, "package_hours_mean": h,
             "share": h / total if total else 0.0, "cost_usd_mean": h * price}
            for c, h in hours.items()
        ]  # fmt: skip
    return rows


def _energy(frame: Frame, sources: tuple[str, ...]) -> Rows:
    means = {
        k: frame.kept.sums[k] / frame.count
        for k in ("supply_mwh", "energy_cost_usd", "co2_t", "water_m3")
    }
    labels = frame.axis.labels()
    empty = np.full(len(labels), np.nan)
    out: Rows = []
    for s, site in enumerate(frame.blocks.sites):
        out.append({
            "month": labels, "site": site, "source": "all",
            "supply_mwh_mean": means["supply_mwh"][s].sum(axis=0),
            "energy_cost_usd_mean": means["energy_cost_usd"][s],
            "co2_t_mean": means["co2_t"][s], "water_m3_mean": means["water_m3"][s],
        })  # fmt: skip
        out += [
            {"month": labels, "site": site, "source": source,
             "supply_mwh_mean": means["supply_mwh"][s, k], "energy_cost_usd_mean": empty,
             "co2_t_mean": empty, "water_m3_mean": empty}
            for k, source in enumerate(sources) if means["supply_mwh"][s, k].any()
        ]  # fmt: skip
    return out


def _impact(frame: Frame) -> Rows:
    rows: Rows = []
    for metric, unit in IMPACT_METRICS.items():
        values = frame.kept.draws[f"impact/{metric}"]
        ranges = bands(values)
        rows += [
            {"year": str(year), "metric": metric, "unit": unit,
             **{b: float(ranges[i, k]) for i, b in enumerate(BANDS)},
             "mean": float(values[:, k].mean())}
            for k, year in enumerate(np.unique(frame.axis.years()))
        ]  # fmt: skip
    return rows


def _performance(loaded: Loaded, rates: RateTable) -> Rows:
    kinds = {w.id: w.kind for w in loaded.program.workloads}
    rows: Rows = []
    for w, workload in enumerate(rates.workloads):
        for g, system in enumerate(rates.systems):
            rate = asdict(rates.rates[w][g])
            model, setting = rate.pop("model"), rate.pop("setting")
            rate.pop("system")
            rows += [
                {"workload": workload, "kind": kinds[workload], "model": model, "system": system,
                 "setting": setting, "metric": metric, "unit": _unit(metric), "value": float(value)}
                for metric, value in rate.items()
            ]  # fmt: skip
    return rows


def _unit(metric: str) -> str:
    for suffix, unit in (
        ("tokens_per_s_per_package", "tokens/s per package"), ("tokens_per_s_per_user", "tokens/s"),
        ("_tokens", "tokens"), ("_ms", "ms"), ("_time_s", "s"), ("_w", "W"), ("_bytes", "bytes"),
        ("flop_per_token", "FLOP/token"), ("_share", "share"), ("mfu", "share"),
    ):  # fmt: skip
        if metric.endswith(suffix):
            return unit
    return ""


def _conversion(frame: Frame, loaded: Loaded) -> Rows:
    capex = capex_usd_per_gw(frame)
    computed = {
        "facility_power_mw": frame.kept.draws["programme_gw"] * MW_PER_GW,
        "capex_usd_per_gw": capex,
        "packages": frame.kept.draws["packages"],
        "dies": frame.kept.draws["dies"],
        "racks": frame.kept.draws["racks"],
    }
    rows: Rows = []
    counts = {one: float(np.median(computed[f"{one}s"])) for one in ("package", "die")}
    for c in declared_against_computed(loaded, float(np.median(capex)), counts):
        drawn = computed.get("dies" if c.unit == "dies" else c.name)
        ranges = (c.computed,) * 3 if drawn is None else tuple(map(float, bands(drawn)))
        rows.append({
            "name": c.name, "unit": c.unit, "declared_low": c.declared_low,
            "declared_high": c.declared_high,
            **dict(zip((f"computed_{b}" for b in BANDS), ranges, strict=True)),
            "agrees": c.agrees, "reading": c.reading,
        })  # fmt: skip
    return rows


def _capex(frame: Frame) -> Rows:
    rows: Rows = []
    for g, system in enumerate(frame.blocks.systems):
        for name, values in frame.kept.draws.items():
            if name.startswith("capex/") or name == "capex_total_usd_per_gw":
                low, mid, high = bands(values[:, g])
                component = name.removeprefix("capex/") if "/" in name else "total"
                rows.append({
                    "system": system, "component": component,
                    "usd_per_gw_mean": float(values[:, g].mean()),
                    "p10": float(low), "p50": float(mid), "p90": float(high),
                })  # fmt: skip
    return rows


def _sites(frame: Frame, loaded: Loaded) -> Rows:
    power = frame.kept.draws["block_facility_mw"].mean(axis=0)
    rows: Rows = []
    for s, site in enumerate(frame.program.sites):
        where = site_climate(site, loaded.catalog)
        course = monthly_course(site, loaded.catalog)
        rows.append({
            "site": site.id, "name": site.name, "status": str(site.status),
            "mw_basis": site.mw_basis,
            "power_mw": float(sum(p.power_mw.central for p in site.phases)),
            "deal_share": site.deal_share.central,
            "facility_mw": float(power[frame.blocks.site == s].sum()),
            "route": ", ".join(dict.fromkeys(p.route for p in site.phases)),
            "grid": site.grid, "country": site.country, "export_rule": _export_rule(site, loaded),
            "lat": site.lat, "lon": site.lon, "source": site.source, "note": site.note,
            "climate": where.climate, "climate_distance_km": where.distance_km,
            "model_pue_annual": None if course is None else float(course.pue.mean()),
            "model_pue_warmest_month": None if course is None else float(course.pue.max()),
            "model_wue_l_per_kwh":
                None if course is None else float(course.wue_l_per_kwh.mean()),
            "landlord": site.landlord, "cloud": site.cloud, "tenant": site.tenant,
        })  # fmt: skip
    return rows


def _export_rule(site: Site, loaded: Loaded) -> str:
    """What US export control asks for the site's systems on the as-of date; "" = not recorded."""
    asked = []
    for system in dict.fromkeys(p.system for p in site.phases):
        try:
            rule = export_rule(loaded.catalog, site.country, system, loaded.program.as_of)
        except InputError:  # the catalog has no record of the country
            return ""
        asked.append(rule.says)
    return ", ".join(dict.fromkeys(asked))


def _events(frame: Frame) -> Rows:
    return [
        {"site": site.id, "site_name": site.name, "date": e.date.isoformat(), "kind": e.kind,
         "note": e.note, "source": e.source, "status": str(e.status)}
        for site in frame.program.sites
        for e in site.events
    ]  # fmt: skip


def _stock(frame: Frame) -> dict[str, Array]:
    """H100 equivalents of the programme at each year's end, one row a draw."""
    years = sorted(set(frame.axis.years().tolist()))
    held = frame.kept.draws["impact/h100_equivalents_end"]
    return {str(year): held[:, k] for k, year in enumerate(years)}


def _draws(frame: Frame) -> dict[str, Array]:
    """Matrix of the run: one row a draw, every input with a spread and the headline results."""
    d = frame.kept.draws
    results = {
        "first_gw_in_service_month": d["gw_dates"][:, 0],
        "tenth_gw_in_service_month": d["gw_dates"][:, 9],
        "funding_gap_peak_usd": d["gap_usd"].max(axis=1),
        "capex_usd_per_gw": capex_usd_per_gw(frame),
        **{k: v for k, v in d.items() if v.ndim == 1},
    }
    return {
        **{f"input:{name}": values for name, values in frame.kept.record.items()},
        **{f"result:{name}": values for name, values in results.items()},
    }


def _iso(frame: Frame, position: float) -> str | None:
    date = frame.axis.date(float(position))
    return date.isoformat() if date else None
