"""Sources and uses agree, parties sum to zero, and margins follow the run or the catalog."""

from __future__ import annotations

import pytest

from gigawatt.catalog.loader import load_catalog
from gigawatt.study.books.value_chain import cumulative_net, ends, margins, sources_and_uses

BN = 1e9
CAPEX = [
    {"system": "x", "component": c, "usd_per_gw_mean": v * BN, "p10": 0.9 * v * BN,
     "p90": 1.2 * v * BN}
    for c, v in (("systems", 30.0), ("network", 5.0), ("storage_cpu", 1.0), ("shell", 4.0),
                 ("power_cooling", 10.0), ("soft", 2.0))
]  # fmt: skip


def pay(payer, payee, instrument, leg, usd_bn, investment=True, month="2027-01"):
    return {"month": month, "payer": payer, "payee": payee, "instrument": instrument, "leg": leg,
            "investment": investment, "amount_usd_mean": usd_bn * BN}  # fmt: skip


def ledger(tranche=10.0, prepaid=5.0):
    return [
        pay("vendor", "lab", "t", "tranche", tranche),
        pay("lab", "cloud", "pre", "prepayment", prepaid),
        pay("bank", "landlord", "loan", "draw", 12.0),
        pay("landlord", "bank", "loan", "interest", 1.0, False, "2028-06"),
        pay("unnamed", "cloud", "gap", "draw", 28.0),
        pay("cloud", "unnamed", "gap", "repayment", 3.0, month="2028-02"),
        pay("cloud", "vendor", "buy", "deposit", 6.0),
        pay("cloud", "vendor", "buy", "delivery", 24.0),
        pay("cloud", "suppliers", "network", "delivery", 5.0),
        pay("landlord", "builders", "site_capex", "construction", 16.0),
        pay("cloud", "utilities", "energy", "energy", 1.2, False, "2028-06"),
        pay("landlord", "operators", "opex", "facility", 0.4, False, "2028-06"),
        pay("cloud", "landlord", "lease", "rent", 4.0, False, "2028-06"),
    ]


def capacity(mw=1000.0):
    months = [f"{y}-{m:02d}" for y in (2027, 2028) for m in range(1, 13)]
    return [{"month": m, "site": "all", "facility_mw_mean": mw} for m in months]


def test_uses_and_sources_of_a_known_ledger():
    found = sources_and_uses(ledger(), CAPEX, capacity())
    assert found.gw == pytest.approx(1.0)
    wanted = {"systems": 30.0, "network": 5.0, "shell": 4.0, "power_cooling": 10.0, "soft": 2.0,
              "first_year_energy": 0.6, "first_year_opex": 0.2}  # fmt: skip
    assert found.uses == pytest.approx({k: v * BN for k, v in wanted.items()})
    assert found.sources == pytest.approx({
        "equity": 5.0 * BN, "prepayment": 0.0, "loans": 12.0 * BN, "unnamed": 25.0 * BN,
        "own_cash": 9.8 * BN,
    })  # fmt: skip
    assert (found.equity_usd, found.equity_kept_usd) == pytest.approx((10.0 * BN, 5.0 * BN))


@pytest.mark.parametrize("prepaid", [0.0, 5.0, 12.0, 40.0])
def test_sums_agree_and_nothing_is_negative(prepaid):
    found = sources_and_uses(ledger(prepaid=prepaid), CAPEX, capacity())
    assert sum(found.uses.values()) == pytest.approx(sum(found.sources.values()))
    assert min(*found.uses.values(), *found.sources.values()) >= 0.0
    assert ("held" in found.uses) is (prepaid == 40.0)
    assert found.sources["equity"] + found.sources["prepayment"] == pytest.approx(prepaid * BN)


def test_power_bought_by_contract_counts_like_that_of_the_energy_layer():
    """A contract's bill has several legs and its own name; its connection is capital."""
    lines = [r for r in ledger() if r["instrument"] != "energy"]
    lines += [
        pay("cloud", "utility", "power", "energy", 0.7, False, "2028-06"),
        pay("cloud", "utility", "power", "minimum_take", 0.3, False, "2028-06"),
        pay("cloud", "utility", "power", "demand_charge", 0.2, False, "2028-06"),
        pay("cloud", "utility", "power", "connection", 0.5),
    ]
    found = sources_and_uses(lines, CAPEX, capacity())
    assert found.uses["first_year_energy"] == pytest.approx(0.6 * BN)
    assert found.uses["connection"] == pytest.approx(0.5 * BN)
    assert sum(found.uses.values()) == pytest.approx(sum(found.sources.values()))


def test_nothing_built_or_nothing_in_service_gives_no_account():
    assert sources_and_uses([], CAPEX, capacity()) is None
    assert sources_and_uses(ledger(), CAPEX, capacity(0.0)) is None
    assert sources_and_uses(ledger(), CAPEX, []) is None


def test_cash_accumulates_and_sums_to_zero():
    net = cumulative_net(ledger())
    for year in ("2027", "2028"):
        assert sum(v[year] for v in net.values()) == pytest.approx(0.0, abs=1.0)
    assert net["unnamed"] == pytest.approx({"2027": -28.0 * BN, "2028": -25.0 * BN})
    swings = [max(map(abs, v.values())) for v in net.values()]
    assert swings == sorted(swings, reverse=True)


def test_margins_take_the_revenue_of_the_run():
    found = {m.layer: m for m in margins(load_catalog(), ledger(), CAPEX, capacity(), "x")}
    maker = found["system-maker"]
    assert maker.of_run
    assert maker.revenue_usd == pytest.approx((0.9 * 27.0 * BN, 36.0 * BN))
    assert maker.profit_usd == pytest.approx((0.05 * 0.9 * 27.0 * BN, 0.09 * 36.0 * BN))
    rent = found["landlord"]
    assert rent.of_run
    assert rent.revenue_usd == pytest.approx((2.0 * BN, 2.0 * BN))  # 4 bn over two GW-years


def test_margins_fall_back_on_the_catalog():
    found = {m.layer: m for m in margins(load_catalog(), [], [], [], "x")}
    assert not any(m.of_run for m in found.values())
    assert found["chip"].revenue_usd == (25e9, 35e9)
    assert len(found) == 12
    for m in found.values():
        low, high = ends(m.margin)
        assert 0.0 < low < high < 1.0
        assert 0.0 < m.profit_usd[0] < m.profit_usd[1] < m.revenue_usd[1]
