"""The one conversion of megawatts into racks: its bases agree, and it is monotone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.program.blocks import convert, make_blocks
from gigawatt.program.check import phase_totals
from gigawatt.program.load import load_program
from gigawatt.program.model import MW_BASES
from gigawatt.uncertainty.streams import Streams

INPUTS = {
    "pue_design": 1.2,
    "rack_power_kw": 210.0,
    "overhead_share": 0.08,
    "generation_reserve_share": 0.35,
    "packages_per_rack": 72.0,
}
power = st.floats(0.1, 2e4)
pue = st.floats(1.0, 2.0)
share = st.floats(0.0, 0.9)


@given(power, pue, st.floats(1.0, 1000.0), share, share)
def test_bases_of_the_same_hall_agree(
    facility: float, pue_design: float, rack: float, overhead: float, reserve: float
) -> None:
    """One hall told on each basis holds the same racks."""
    inputs = {**INPUTS, "pue_design": pue_design, "rack_power_kw": rack,
              "overhead_share": overhead, "generation_reserve_share": reserve}  # fmt: skip
    told = {"facility": facility, "grid": facility, "it": facility / pue_design,
            "generation": facility / (1.0 - reserve)}  # fmt: skip
    racks = [float(convert(told[b], b, **inputs).racks) for b in MW_BASES]
    assert racks == pytest.approx([racks[0]] * len(MW_BASES))


@given(power, st.sampled_from(MW_BASES), st.floats(1.01, 3.0))
def test_monotone(mw: float, basis: str, factor: float) -> None:
    """More megawatts give more racks; thirstier racks, more overhead, worse PUE give fewer."""
    base = convert(mw, basis, **INPUTS)
    assert convert(mw * factor, basis, **INPUTS).racks == pytest.approx(base.racks * factor)
    assert convert(mw, basis, **{**INPUTS, "rack_power_kw": 210.0 * factor}).racks < base.racks
    assert convert(mw, basis, **{**INPUTS, "overhead_share": 0.08 * factor}).racks < base.racks
    worse = convert(mw, basis, **{**INPUTS, "pue_design": 1.2 * factor})
    if basis == "it":
        assert worse.racks == pytest.approx(base.racks)
        assert worse.facility_power_mw > base.facility_power_mw
    else:
        assert worse.racks < base.racks


@given(power, st.sampled_from(MW_BASES))
def test_balance(mw: float, basis: str) -> None:
    """Racks, their overhead and the PUE add up to the facility's power again."""
    c = convert(mw, basis, **INPUTS)
    it = c.racks * INPUTS["rack_power_kw"] * (1 + INPUTS["overhead_share"]) / 1e3
    assert it == pytest.approx(c.it_power_mw)
    assert it * INPUTS["pue_design"] == pytest.approx(c.facility_power_mw)
    assert c.packages == pytest.approx(c.racks * 72)


def test_unknown_basis() -> None:
    with pytest.raises(ValueError, match="unknown basis"):
        convert(1.0, "chip", **INPUTS)


def test_racks_per_gigawatt_of_vera_rubin() -> None:
    """Public figures: 218 to 264 kW of facility power a rack, 3,700 to 4,700 racks a gigawatt."""
    loaded = load_program("openai-nvidia-2025-09")
    rubin = [t for t in phase_totals(loaded.program, loaded.catalog) if t.system == "vr200-nvl72"]
    per_gw = [t.racks / t.facility_mw * 1e3 for t in rubin]
    shown = f"{min(per_gw):,.0f} to {max(per_gw):,.0f}"
    print(f"racks per facility GW: {shown}; public 3,700 to 4,700")
    assert all(3400 <= x <= 4700 for x in per_gw)
    assert all(245e3 <= x * 72 <= 340e3 for x in per_gw)


def test_central_conversion_is_that_of_the_blocks() -> None:
    """With every input a single number, check and blocks give the same racks."""
    loaded = load_program("openai-nvidia-2025-09")
    blocks = make_blocks(loaded.program, loaded.catalog, Streams(1, 4000))
    central = sum(t.facility_mw for t in phase_totals(loaded.program, loaded.catalog))
    drawn = blocks.facility_power_mw.sum(axis=1)
    assert 0.9 < central / np.median(drawn) < 1.1
    assert np.percentile(drawn, 5) < 10_500 < np.percentile(drawn, 95)
