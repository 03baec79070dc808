from __future__ import annotations

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.energy.psychrometrics import (
    dew_point_c,
    pressure_at_elevation_pa,
    relative_humidity_pct,
    saturation_pressure_pa,
    wet_bulb_c,
)

psychrolib.SetUnitSystem(psychrolib.SI)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    dry=st.floats(-40.0, 52.0),
    rh=st.floats(1.0, 100.0),
    pressure=st.floats(70_000.0, 104_000.0),
)
def test_wet_bulb_of_psychrolib(dry: float, rh: float, pressure: float) -> None:
    ours = float(wet_bulb_c(dry, rh, pressure))
    theirs = psychrolib.GetTWetBulbFromRelHum(dry, rh / 100.0, pressure)
    assert ours == pytest.approx(theirs, abs=0.05)


def test_wet_bulb_lies_between_dew_point_and_dry_bulb() -> None:
    dry = np.linspace(-20.0, 50.0, 141)[:, None]
    rh = np.linspace(2.0, 100.0, 50)[None, :]
    wet = wet_bulb_c(dry, rh, 95_000.0)
    dew = dew_point_c(rh / 100.0 * saturation_pressure_pa(dry))
    assert np.all(wet <= dry + 1e-9)
    assert np.all(wet >= dew - 1e-3)


def test_dew_point_and_humidity_are_inverse() -> None:
    dry, dew = np.array([35.0, 10.0, -5.0]), np.array([20.0, 9.5, -15.0])
    rh = relative_humidity_pct(dry, dew)
    assert dew_point_c(rh / 100.0 * saturation_pressure_pa(dry)) == pytest.approx(dew, abs=1e-4)


def test_published_values() -> None:
    # ASHRAE Fundamentals 2017, table 3: saturation pressure of water in Pa
    table = {-60.0: 1.08, -20.0: 103.24, 5.0: 872.6, 25.0: 3169.2, 50.0: 12351.3}
    for temperature, pascal in table.items():
        assert saturation_pressure_pa(temperature) == pytest.approx(pascal, rel=2e-3)
    assert pressure_at_elevation_pa(1500.0) == pytest.approx(84_556.0, rel=1e-3)
