"""Small programmes made in code, for tests of single layers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from gigawatt.catalog.facts import Status
from gigawatt.program.model import (
    Declared,
    Instrument,
    Party,
    Phase,
    Program,
    RackSupply,
    Site,
    Workload,
)
from gigawatt.uncertainty.distributions import LogNormal, Point, Triangular, Uniform


def small_phase(phase_id: str = "p1", **changes: object) -> Phase:
    """Return a phase of two buildings of 100 MW on the grid route, cleared in March 2026."""
    base = Phase(
        id=phase_id,
        power_mw=Point(200.0),
        buildings=2,
        system="vr200-nvl72",
        route="grid",
        onsite_technology="recip-engine",
        cleared=dt.date(2026, 3, 1),
        cleared_spread_months=Point(0.0),
        power_contracted=True,
        framework_orders=True,
        contract="",
        status=Status.ASSUMED,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def small_site(site_id: str = "plains", **changes: object) -> Site:
    """Return a site in Texas with one phase."""
    base = Site(
        id=site_id,
        name=site_id.title(),
        country="US",
        region="TX",
        lat=32.5,
        lon=-99.8,
        grid="ercot",
        cooling="closed-loop-dry",
        landlord="builder",
        cloud="cloud",
        tenant="lab",
        mw_basis="facility",
        deal_share=Point(1.0),
        status=Status.ASSUMED,
        status_date=dt.date(2026, 1, 1),
        source="",
        note="",
        phases=(small_phase(),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def small_program(**changes: object) -> Program:
    """Return a programme of two sites, two workloads and one instrument of each common kind."""
    gas = small_phase(
        "gas", route="onsite", power_mw=Uniform(180.0, 260.0), cleared=dt.date(2026, 9, 1)
    )
    base = Program(
        name="small",
        title="Two small campuses",
        description="For tests.",
        start=dt.date(2026, 1, 1),
        as_of=dt.date(2026, 1, 15),
        horizon=dt.date(2031, 12, 31),
        declared=Declared(),
        parties={
            p: Party(p, p.title()) for p in ("vendor", "lab", "cloud", "builder", "bank", "unnamed")
        },
        sites=(small_site(), small_site("mesa", phases=(gas,))),
        workloads=(
            Workload(
                id="train", kind="train", share=Point(0.4), model="deepseek-v3", precision="fp8",
                packages_per_job=8192, seq_len_tokens=4096, batch_tokens=6.0e7,
                input_tokens=0.0, output_tokens=0.0, tokens_per_s_per_user=0.0,
            ),
            Workload(
                id="serve", kind="serve", share=Triangular(0.4, 0.5, 0.55), model="deepseek-v3",
                precision="fp8", packages_per_job=72, seq_len_tokens=0, batch_tokens=0.0,
                input_tokens=4000.0, output_tokens=1000.0, tokens_per_s_per_user=50.0,
            ),
        ),
        supplies=(
            RackSupply(
                system="vr200-nvl72",
                first_racks=dt.date(2026, 8, 1),
                slip_months=Triangular(0.0, 3.0, 9.0),
                ramp_months=Point(6.0),
                world_per_week=LogNormal(1200.0, 0.3),
                growth_factor=Triangular(1.0, 1.25, 1.6),
                programme_share=LogNormal(0.05, 0.3),
            ),
        ),
        instruments=(
            _instrument(
                "tranches", "equity_tranche_milestone", {"investor": "vendor", "issuer": "lab"},
                commitment_usd=1.0e9, tranche_usd=0.5e9, gw_per_tranche=0.1,
                tranches_at_signing=0.0,
            ),
            _instrument(
                "systems", "equipment_purchase", {"buyer": "cloud", "vendor": "vendor"},
                deposit_share=0.1, order_lead_months=9.0,
            ),
            _instrument(
                "halls", "colocation_lease", {"landlord": "builder", "tenant": "cloud"},
                rent_usd_per_kw_month=150.0, escalator_share=0.02, term_years=15.0,
            ),
            _instrument(
                "compute", "compute_offtake", {"provider": "cloud", "customer": "lab"},
                price_usd_per_gw_year=12.0e9, take_or_pay_share=1.0, term_years=5.0,
            ),
            _instrument(
                "loan", "site_debt", {"lender": "bank", "borrower": "builder"},
                gearing_share=0.85, rate_share=0.065, term_years=15.0,
            ),
            _instrument(
                "prepaid", "customer_prepayment", {"customer": "lab", "provider": "cloud"},
                share_of_equity=1.0, recognition_years=5.0,
            ),
            _instrument("gap", "bridge", {"provider": "unnamed"}, limit_usd=float("inf")),
        ),
        origin=("tests",),
        sha256="0" * 64,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def _instrument(name: str, kind: str, parties: dict[str, str], **terms: float) -> Instrument:
    return Instrument(
        id=name,
        kind=kind,
        parties=parties,
        terms={k: Point(v) for k, v in terms.items()},
        dates={},
        sites=(),
        status=Status.ASSUMED,
        source="",
        note="",
    )
