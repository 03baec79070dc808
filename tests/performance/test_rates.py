from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import numpy as np
import pytest
from factories import small_phase, small_program, small_site
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.assumptions import PerformanceAssumptions
from gigawatt.performance.maturity import level, maturity, month_of, system_gain
from gigawatt.performance.rates import rate_table
from gigawatt.performance.result import RateTable, ServeRate, TrainRate
from gigawatt.program.blocks import make_blocks
from gigawatt.program.model import Program
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.streams import Streams

CATALOG = load_catalog()


def program() -> Program:
    """Three workloads on two systems."""
    base = small_program()
    research = replace(base.workloads[0], id="research", kind="research", packages_per_job=512)
    blackwell = small_site("hills", phases=(small_phase("p", system="gb200-nvl72"),))
    return replace(base, sites=(base.sites[0], blackwell), workloads=(*base.workloads, research))


def table(prog: Program, streams: Streams) -> RateTable:
    axis = MonthAxis.between(prog.start, prog.horizon)
    a = sample_assumptions(CATALOG, streams, "performance", PerformanceAssumptions)
    blocks = make_blocks(prog, CATALOG, streams)
    return rate_table(prog, CATALOG, blocks, axis, streams, a)


def test_table_has_every_workload_on_every_system() -> None:
    t = table(program(), Streams(1, 100))
    assert t.workloads == ("train", "serve", "research")
    assert t.systems == ("vr200-nvl72", "gb200-nvl72")
    assert t.factor.shape == (100, 3, 2, 72)
    assert (t.factor > 0.0).all()
    kinds = [[type(r) for r in row] for row in t.rates]
    assert kinds == [[TrainRate] * 2, [ServeRate] * 2, [TrainRate] * 2]
    for row in t.rates:
        assert [r.system for r in row] == list(t.systems)


def test_one_error_per_kind_and_system() -> None:
    streams = Streams(1, 400)
    factor = table(program(), streams).factor
    assert np.array_equal(factor[:, 0], factor[:, 2])  # train and research: one model, one error
    assert abs(np.corrcoef(factor[:, 0, 0, 0], factor[:, 1, 0, 0])[0, 1]) < 0.3
    assert abs(np.corrcoef(factor[:, 0, 0, 0], factor[:, 0, 1, 0])[0, 1]) < 0.3
    for kind in ("train", "serve"):
        for system in ("vr200-nvl72", "gb200-nvl72"):
            assert f"performance/error/{kind}/{system}" in streams.record


def test_median_is_the_model_at_its_calibration_month() -> None:
    t = table(program(), Streams(1, 2000))
    august = 7  # 2026-08, the software of the Blackwell training constants
    assert np.median(t.factor[:, 0, 1, august]) == pytest.approx(1.0, abs=0.01)
    spread = np.log(t.factor[:, 0, 1, august]).std()
    assert spread == pytest.approx(t.rates[0][1].sigma_log, rel=0.02)


def test_forecast_systems_start_below_and_saturate() -> None:
    t = table(program(), Streams(1, 500))
    for w in range(3):
        middle = np.median(t.factor[:, w, 0, :], axis=0)
        assert middle[7] < 0.9
        assert (np.diff(middle) >= -1e-12).all()
        assert middle[-1] == pytest.approx(1.0, abs=0.02)


def test_chunks_do_not_change_the_draws() -> None:
    whole = table(program(), Streams(3, 40)).factor
    parts = [table(program(), Streams(3, 40, a, b)).factor for a, b in ((0, 15), (15, 40))]
    assert np.array_equal(whole, np.concatenate(parts))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"precision": "fp6"}, InputError, "workload 'serve': Unknown precision 'fp6'"),
        ({"model": "deepseek-v4"}, InputError, "workload 'serve': .*Did you mean 'deepseek-v3'"),
        ({"tokens_per_s_per_user": 1e4}, InfeasibleError, "workload 'serve': .*too fast"),
    ],
)
def test_errors_name_the_workload(
    change: dict[str, object], error: type[Exception], message: str
) -> None:
    base = program()
    serve = replace(base.workloads[1], **change)
    with pytest.raises(error, match=message):
        table(replace(base, workloads=(base.workloads[0], serve)), Streams(1, 2))


def test_precision_that_a_system_lacks_is_refused() -> None:
    base = program()
    hopper = small_site("old", phases=(small_phase("p", system="h100-sxm"),))
    four = replace(base.workloads[0], precision="fp4")
    with pytest.raises(
        InputError, match=r"workload 'train': h100-sxm does not support .*bf16, fp8"
    ):
        table(replace(base, sites=(hopper,), workloads=(four,)), Streams(1, 2))


@given(
    age=st.floats(-24.0, 120.0),
    later=st.floats(0.0, 60.0),
    gain=st.floats(1.0, 4.0),
    months=st.floats(1.0, 24.0),
)
def test_level_rises_from_one_over_gain_to_one(
    age: float, later: float, gain: float, months: float
) -> None:
    ages = np.array([age, age + later])
    now, then = level(ages, np.log([gain]), np.array([months]))
    assert 1.0 / gain - 1e-12 <= now <= then <= 1.0


def test_released_systems_are_one_at_their_calibration() -> None:
    axis = MonthAxis(dt.date(2025, 1, 1), 36)
    m = maturity(axis, "2025-02", "2026-08", np.array([0.5, 0.2]), np.array([6.0, 5.0]))
    assert m[:, 19] == pytest.approx([1.0, 1.0])
    assert (m[:, 0] < 1.0).all()
    assert (m[:, -1] >= 1.0).all()


def test_gain_never_turns_into_a_loss() -> None:
    ones = np.ones(3)
    a = PerformanceAssumptions(**{f.name: 2.0 * ones for f in fields(PerformanceAssumptions)})
    log_gain, _ = system_gain(a, "serve", True, np.array([-5.0, 0.0, 1.0]))
    assert (log_gain >= 0.0).all()
    assert log_gain[1] == pytest.approx(np.log(2.0))


def test_a_date_that_is_no_month_is_told() -> None:
    assert month_of("2026-08-15", "x") == dt.date(2026, 8, 1)
    with pytest.raises(InputError, match=r"first_available = '2026-Q3' is not a month"):
        month_of("2026-Q3", "first_available")
