"""A synthetic run folder: small, complete, its numbers made up from simple curves."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

SITES = ("abilene", "mesa", "north")
YEARS = range(2026, 2031)
MONTHS = [f"{y}-{m:02d}" for y in YEARS for m in range(1, 13)]
HOSTILE = "<script>alert('x')</script> & \"Sons\""


def make_run(
    folder: Path,
    without: tuple[str, ...] = (),
    sites: tuple[str, ...] = SITES,
    never: bool = False,
    blocks: int = 2,
) -> Path:
    """Write a run folder; `without` names tables left out, `never`: nothing is ever in service."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    tables = _tables(sites, never, blocks)
    for name, rows in tables.items():
        if name not in without:
            frame = pl.DataFrame(rows, infer_schema_length=None)
            frame.write_parquet(folder / "tables" / f"{name}.parquet")
    _write(folder / "manifest.json", _manifest(list(tables)))
    _write(folder / "answers.json", {"answers": _answers(never)})
    return folder


@pytest.fixture
def run_folder(tmp_path):
    """Complete run folder."""
    return make_run(tmp_path / "run")


@pytest.fixture
def make(tmp_path):
    """Maker of run folders with other contents."""
    return lambda **changes: make_run(tmp_path / "other", **changes)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _spread(value: float, low: float = 0.8, high: float = 1.25, prefix: str = "") -> dict:
    return {
        f"{prefix}p10": value * low,
        f"{prefix}p50": value,
        f"{prefix}p90": value * high,
        f"{prefix}mean": value * 1.02,
    }


def _dates(name: str, month: int, never: bool, late: bool) -> dict:
    def iso(position: int) -> str:
        return f"{2026 + position // 12}-{position % 12 + 1:02d}-15"

    if never:
        return {f"{name}_p10": None, f"{name}_p50": None, f"{name}_p90": None}
    return {
        f"{name}_p10": iso(month),
        f"{name}_p50": iso(month + 4),
        f"{name}_p90": None if late else iso(month + 11),
    }


def _tables(sites: tuple[str, ...], never: bool, blocks: int) -> dict[str, list[dict]]:
    return {
        "capacity": _capacity(sites, never),
        "schedule": _schedule(sites, never, blocks),
        "binding": _binding(never),
        "ledger": _ledger(),
        "gap": [
            {"month": m, **_spread(2.0e9 * max(0, 20 - abs(i - 20)), prefix="gap_usd_")}
            for i, m in enumerate(MONTHS)
        ],
        "operations": [
            {
                "year": y, "cause": c, "package_hours_mean": 1e9 * s * (y - 2025), "share": s,
                "cost_usd_mean": 4e9 * s * (y - 2025),
            }
            for y in YEARS
            for c, s in (
                ("useful", 0.83), ("idle", 0.08), ("headroom", 0.04), ("checkpoint", 0.02),
                ("redo", 0.02), ("power", 0.01),
            )
        ],
        "load_shape": [
            {
                "site": site, "stage": stage, "phases": "p1", "engine": "closed form", "hour": h,
                "it_shape_pu": 1.0 + 0.1 * (-1) ** h, "mean_it_mw": 100.0 * stage,
                "ramp_mw_per_min": 20.0, "drop_mw": 30.0,
            }
            for site in sites for stage in (1, 2) for h in range(168)
        ],
        "energy": _energy(sites),
        "impact": [
            {"year": y, "metric": m, "unit": u, **_spread(v * (y - 2025))}
            for y in YEARS
            for m, u, v in (
                ("training_flop", "FLOP", 2.1e28), ("output_tokens", "tokens", 4.4e15),
                ("energy_twh", "TWh", 8.2), ("co2_mt", "million t", 2.9),
                ("share_of_world_stock", "share", 0.021),
            )
        ],
        "performance": _performance(),
        "conversion": [
            {
                "name": "facility_power_mw", "unit": "MW", "declared_low": 10000.0,
                "declared_high": 10000.0, "computed_p10": 9650.0, "computed_p50": 10020.0,
                "computed_p90": 10400.0, "agrees": True, "reading": "The sites add up to it.",
            },
            {
                "name": "packages", "unit": "count", "declared_low": 4.0e6, "declared_high": 5.0e6,
                "computed_p10": 2.6e6, "computed_p50": 2.9e6, "computed_p90": 3.3e6,
                "agrees": False, "reading": "As dies (two a package) it would be 5.8 million.",
            },
            {
                "name": "racks", "unit": "count", "declared_low": None, "declared_high": None,
                "computed_p10": 37000.0, "computed_p50": 41000.0, "computed_p90": 46000.0,
                "agrees": None, "reading": "",
            },
        ],
        "capex": [
            {
                "system": s, "component": c, "usd_per_gw_mean": v * f, "p10": v * f * 0.8,
                "p50": v * f, "p90": v * f * 1.3,
            }
            for s, f in (("vr200-nvl72", 1.0), ("rubin-ultra-nvl144", 1.15), ("gb300-nvl72", 0.85))
            for c, v in (
                ("systems", 32e9), ("network", 4e9), ("storage_cpu", 2e9), ("shell", 3e9),
                ("power_cooling", 8e9), ("soft", 1.5e9),
            )
        ],
        "events": [
            {
                "site": sites[0], "site_name": HOSTILE, "date": "2026-03-27",
                "kind": "tenant_left", "note": HOSTILE, "source": "a report", "status": "reported",
            }
        ],
        "sites": [
            {
                "site": s, "name": HOSTILE if i == 1 else s.title(),
                "status": ("announced", "assumed", "reported")[i % 3], "mw_basis": "facility",
                "power_mw": 1200.0, "deal_share": (1.0, 0.5, 0.85)[i % 3], "facility_mw": 600.0,
                "route": "grid", "lat": 32.4, "lon": -99.7, "source": "example-source",
                "note": "Nobody has published what it carries." if i % 3 == 1 else "",
                "landlord": "crusoe", "cloud": "oracle", "tenant": "openai", "country": "AE",
                "export_rule": "licence" if i else "",
            }
            for i, s in enumerate(sites)
        ],
    }  # fmt: skip


def _capacity(sites: tuple[str, ...], never: bool) -> list[dict]:
    rows = []
    for i, month in enumerate(MONTHS):
        total = 0.0 if never else 8000.0 * max(0.0, i - 16) / (len(MONTHS) - 16)
        for site, part in ((s, total / len(sites)) for s in sites):
            rows.append({"month": month, "site": site, "value": part})
        rows.append({"month": month, "site": "all", "value": total})
    return [
        {
            "month": r["month"],
            "site": r["site"],
            **_spread(r["value"], 0.75, 1.2, "facility_mw_"),
            "packages_mean": 300.0 * r["value"],
        }
        for r in rows
    ]


def _schedule(sites: tuple[str, ...], never: bool, blocks: int) -> list[dict]:
    causes = ("grid", "building", "platform", "racks", "equipment", "funding")
    return [
        {
            "block": f"{site}/p1/{b + 1}", "site": site,
            "site_name": HOSTILE if i == 1 else site.title(), "phase": "p1",
            "system": "vr200-nvl72", "route": "grid", "status": "assumed", "facility_mw": 250.0,
            **_dates("energised", 6 + 5 * b + i, never, False),
            **_dates("equipped", 8 + 5 * b + i, never, False),
            **_dates("in_service", 10 + 5 * b + i, never, i == len(sites) - 1 and b == blocks - 1),
            "never_share": 1.0 if never else 0.02 * b,
            "binding": causes[(i + b) % len(causes)], "binding_share": 0.5,
        }
        for i, site in enumerate(sites)
        for b in range(blocks)
    ]  # fmt: skip


def _binding(never: bool) -> list[dict]:
    shares = {
        "grid": 0.30, "building": 0.25, "equipment": 0.15, "platform": 0.10, "racks": 0.12,
        "funding": 0.05, "permit": 0.03,
    }  # fmt: skip
    years = ["not within horizon"] if never else [*map(str, YEARS), "not within horizon"]
    return [
        {
            "year": y,
            "constraint": c,
            "share": s * (1.0 if y != "2026" else c == "platform"),
            "weight_mw": 1000.0 * s,
        }
        for y in years
        for c, s in shares.items()
    ]


def _ledger() -> list[dict]:
    flows = (
        ("nvidia", "openai", "equity_tranches", "tranche", True, 0.9e9),
        ("oracle", "nvidia", "systems", "delivery", True, 5.0e9),
        ("crusoe", "builders", "site_capex", "works", True, 1.6e9),
        ("bank", "crusoe", "site_debt", "drawdown", True, 1.3e9),
        ("crusoe", "bank", "site_debt", "interest", False, 0.2e9),
        ("oracle", "crusoe", "halls", "rent", False, 0.5e9),
        ("openai", "oracle", "compute", "bill", False, 1.4e9),
        ("oracle", "utilities", "energy", "bill", False, 0.3e9),
        ("users", "openai", "revenue", "use", False, 1.1e9),
        ("unnamed", "oracle", "gap", "drawdown", True, 1.9e9),
    )
    return [
        {
            "month": m, "payer": payer, "payee": payee, "instrument": instrument, "leg": leg,
            "investment": investment, **_spread(usd * i / 30.0, prefix="amount_usd_"),
        }
        for i, m in enumerate(MONTHS)
        for payer, payee, instrument, leg, investment, usd in flows
    ]  # fmt: skip


def _energy(sites: tuple[str, ...]) -> list[dict]:
    rows = []
    for i, month in enumerate(MONTHS):
        for site in sites:
            base = {"month": month, "site": site}
            blank = {"energy_cost_usd_mean": None, "co2_t_mean": None, "water_m3_mean": None}
            grid, gas = 9000.0 * i, 3000.0 * i
            rows += [
                {**base, "source": "grid", "supply_mwh_mean": grid, **blank},
                {**base, "source": "recip-engine", "supply_mwh_mean": gas, **blank},
                {
                    **base, "source": "all", "supply_mwh_mean": grid + gas,
                    "energy_cost_usd_mean": 62.0 * (grid + gas), "co2_t_mean": 0.36 * (grid + gas),
                    "water_m3_mean": 0.2 * (grid + gas),
                },
            ]  # fmt: skip
    return rows


def _performance() -> list[dict]:
    train = {"kind": "train", "workload": "frontier training", "model": "llama-3.1-405b",
             "setting": "TP8 PP16 DP64, FP8, 16,384 packages, batch 2048 x 8192"}  # fmt: skip
    serve = {"kind": "serve", "workload": "chat", "model": "deepseek-v3",
             "setting": "FP4, 4,000 in, 1,000 out, 50 tokens/s per user"}  # fmt: skip
    return [
        {**case, "system": system, "metric": metric, "unit": unit, "value": value * factor}
        for case, metrics in (
            (train, (("tokens_per_s_per_package", "tokens/s", 2100.0), ("mfu", "share", 0.41))),
            (
                serve,
                (("output_tokens_per_s_per_package", "tokens/s", 5400.0), ("ttft_ms", "ms", 410.0)),
            ),
        )
        for system, factor in (("vr200-nvl72", 1.0), ("gb300-nvl72", 0.55))
        for metric, unit, value in metrics
    ]


def _answers(never: bool) -> list[dict]:
    first = {"p10": "2027-06-03", "p50": "2027-10-14", "p90": "2028-04-02", "probability": 0.985}
    tenth = {"p10": "2030-08-01", "p50": None, "p90": None, "probability": 0.14}
    none = {"p10": None, "p50": None, "p90": None, "probability": 0.0}
    by_year = {str(y): {**_spread(1.0e10 * (y - 2026), 0.5, 1.5)} for y in YEARS}
    return [
        {
            "name": "first_gw_in_service_date", "title": "First gigawatt in service",
            "kind": "date", "unit": "date",
            "definition": "Month in which facility power in service reaches 1 GW.",
            "status": "not within horizon" if never else "reached", "mean": None,
            **(none if never else first),
        },
        {
            "name": "probability_first_gw_by_2026_12_31", "kind": "number", "unit": "share",
            "title": "Chance of a first gigawatt by the end of 2026", "mean": 0.0004,
            "definition": "Share of draws in which it is in service by then.",
            "p10": None, "p50": None, "p90": None,
        },
        {
            "name": "tenth_gw_in_service_date", "title": "Tenth gigawatt in service",
            "kind": "date", "unit": "date", "definition": "As the first, at 10 GW.",
            "status": "not within horizon", "mean": None, **(none if never else tenth),
        },
        {
            "name": "packages_per_gw", "title": "GPU packages per gigawatt", "kind": "number",
            "unit": "packages/GW", "definition": "Packages per facility GW.", **_spread(3.01e5),
        },
        {
            "name": "capex_usd_per_gw", "title": "Capital cost per gigawatt", "kind": "number",
            "unit": "USD/GW", "definition": "Per facility GW, with IT.", **_spread(5.52e10),
        },
        {
            "name": "tokens_per_day_per_gw", "title": "Tokens a day per gigawatt", "kind": "number",
            "unit": "tokens/day/GW", "definition": "Output tokens, at the reference model.",
            **_spread(9.3e13),
        },
        {
            "name": "training_flop_100_days_per_gw", "title": "Training FLOP in 100 days",
            "kind": "number", "unit": "FLOP/GW", "definition": "Model FLOP.", **_spread(2.1e28),
        },
        {
            "name": "twentieth_gw_in_service_date", "title": "Twentieth gigawatt in service",
            "kind": "date", "unit": "date", "definition": "", "status": "not in programme",
            "p10": None, "p50": None, "p90": None, "probability": 0.0,
        },
        {
            "name": "something_new", "title": HOSTILE, "kind": "number", "unit": "widgets",
            "definition": "Unknown answers are shown like the others.", **_spread(12.0),
        },
        {
            "name": "tranche_released_usd", "title": "Milestone equity released", "kind": "by_year",
            "unit": "USD", "definition": "Equity paid in the year.", "by_year": by_year,
        },
        {
            "name": "energy_twh_per_year", "title": "Energy per year", "kind": "by_year",
            "unit": "TWh", "definition": "At the sites' meters.",
            "by_year": {str(y): _spread(11.0 * (y - 2026)) for y in YEARS},
        },
        {
            "name": "use_share", "title": "Use of the fleet", "kind": "shares_by_year",
            "unit": "share", "definition": "By kind of work.",
            "by_year": {str(y): {"train": 0.4, "serve": 0.6} for y in YEARS},
        },
    ]  # fmt: skip


def _manifest(tables: list[str]) -> dict:
    return {
        "gigawatt_version": "0.1.0",
        "python": "3.11.7",
        "packages": {"numpy": "2.3.0", "polars": "2.1.0"},
        "program": {
            "name": "announced-2025-09",
            "title": f"Ten gigawatts as announced, {HOSTILE}",
            "description": "The plan of September 2025 with the sites named for it.",
            "origin": ["openai-nvidia-2025-09.toml"],
            "sha256": "ab" * 32,
            "parties": {"openai": {"name": "OpenAI"}, "nvidia": "NVIDIA"},
        },
        "catalog_sha256": "cd" * 32,
        "seed": 1,
        "draws": 2000,
        "as_of": "2026-11-25",
        "start": "2026-01-01",
        "horizon": "2030-12-31",
        "workers": 2,
        "duration_s": 7.31,
        "warnings": ["declared packages 4–5 million, computed 2.9 million", f"odd name {HOSTILE}"],
        "facts_used": [
            {
                "path": f"systems/vr200-nvl72/fact_{i}", "value": 1.23 * i, "low": 1.0 * i,
                "high": 1.5 * i, "unit": "kW", "source": "example-source",
                "status": ("measured", "specified", "announced", "reported", "estimated",
                           "assumed")[i % 6], "as_of": "2026-05",
            }
            for i in range(12)
        ],
        "sources": [
            {"id": "example-source", "title": "An example, Somebody", "date": "2026-05",
             "url": "https://example.org/a?b=1&c=2", "kind": "primary"},
            {"id": "bad-link", "title": "A link that must not be one", "date": "2026",
             "url": "javascript:alert(1)", "kind": "secondary"},
        ],
        "tables": tables,
    }  # fmt: skip
