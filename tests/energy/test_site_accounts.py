"""Accounts of a site's year against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.energy.site_accounts import (
    Grid,
    SiteYear,
    Source,
    carbon,
    cost,
    indicators,
    nox_t,
    water_by_day_m3,
)

H = 48
DAY = np.tile([0.0] * 12 + [1.0] * 12, 2)


def campus(contract_mwh: float = 0.0, solar_mw: float = 40.0) -> SiteYear:
    """100 MW of IT at PUE 1.2; sun half the day, engines 30 MW, the grid the rest."""
    load = np.full(H, 120.0)
    solar, gas = solar_mw * DAY, np.full(H, 30.0)
    imported = load - solar - gas
    return SiteYear(
        it_mwh=np.full(H, 100.0), facility_mwh=load, water_m3=np.full(H, 50.0),
        reused_heat_mwh=576.0,
        grid=Grid(imported, np.full(H, 400.0), np.full(H, 500.0), np.full(H, 0.4),
                  np.full(H, 50.0), 10_000.0),
        sources={
            "pv": Source(solar, True, True, True, capacity_mw=50.0, fixed_usd=20_000.0),
            "gas": Source(gas, True, False, False, 450.0, 0.5, 0.1, 40.0, 50_000.0, 30.0),
            "ppa": Source(contract_mwh * DAY, False, True, True, variable_usd_per_mwh=5.0),
        },
    )  # fmt: skip


def test_indicators_by_their_definitions():
    found = indicators(campus())
    total_kg = 48 * 30 * 450 + 400 * (24 * 50 + 24 * 90)
    assert found.pue == pytest.approx(1.2)
    assert found.wue == pytest.approx(0.5)
    assert found.cue == pytest.approx(total_kg / (4800 * 1e3))
    assert found.ref == pytest.approx(40 * 24 / 5760)
    assert found.erf == pytest.approx(0.1)


def test_scopes_and_matching():
    found = carbon(campus(contract_mwh=140.0))
    imported = 24 * 50 + 24 * 90
    assert found.scope1_t == pytest.approx(48 * 30 * 0.45)
    assert found.scope2_location_t == pytest.approx(imported * 0.4)
    # 140 MW by day cover the year's import of 3,360 MWh, but only 50 MW can be used in the hour
    assert found.scope2_market_annual_t == 0.0
    assert found.scope2_market_hourly_t == pytest.approx(24 * 90 * 0.5)
    assert found.matched_annual_share == pytest.approx((40 * 24 + 140 * 24) / 5760)
    assert found.matched_hourly_share == pytest.approx((40 + 50) * 24 / 5760)
    not_free = 24 * 90 * 0.6 + 48 * 30
    assert found.cfe_share == pytest.approx(1 - not_free / 5760)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.floats(0.0, 300.0), st.floats(0.0, 90.0))
def test_hourly_matching_is_never_easier(contract, solar):
    found = carbon(campus(contract, solar))
    assert found.matched_hourly_share <= found.matched_annual_share + 1e-12
    assert found.scope2_market_hourly_t >= found.scope2_market_annual_t - 1e-9
    assert 0.0 <= found.cfe_share <= 1.0


def test_nox_water_and_cost():
    year = campus()
    assert nox_t(year) == pytest.approx(48 * 30 * 0.5 / 1e3)
    assert water_by_day_m3(year) == pytest.approx(np.full(2, 24 * 50 + 24 * 30 * 0.1))
    found = cost(year)
    grid = 3360 * 50 + 10_000
    gas = 50_000 + 1440 * 30
    assert found.total_usd == pytest.approx(grid + gas + 20_000)
    assert found.usd_per_mwh == pytest.approx(found.total_usd / 5760)
    assert found.usd_per_mwh_by_source["gas"] == pytest.approx(gas / 1440)
    assert np.isnan(found.usd_per_mwh_by_source["ppa"])
    assert found.standby_usd_per_kw_year == pytest.approx({"pv": 0.4, "gas": 1.25})
