"""Fronts over all plans: what must hold for any service."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.inference.fitted import load_fitted
from gigawatt.performance.inference.front_rows import front_rows
from gigawatt.performance.inference.frontier import at_speed, frontier, pareto
from gigawatt.performance.inference.plans import layouts_on, plans_of
from gigawatt.performance.inference.predict import predict
from gigawatt.performance.inference.services import asked_service
from gigawatt.performance.inference.tables import AGGREGATED, Situation

CATALOG = load_catalog()
PUE = 1.2


def service(model="deepseek-v3", gpu="GB300", precision="fp4", i=4000.0, o=1000.0, **more):
    return asked_service(CATALOG, [], model=model, gpu=gpu, precision=precision, input_tokens=i,
                         output_tokens=o, **more)  # fmt: skip


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(1, 100)), min_size=1, max_size=60))
def test_no_point_beats_the_front(points):
    speed, rate = (np.array(x) for x in zip(*points, strict=True))
    index = pareto(speed, rate)
    assert (np.diff(speed[index]) < 0).all()
    assert (np.diff(rate[index]) > 0).all()
    for s, r in points:
        assert ((speed[index] >= s) & (rate[index] >= r)).any()


@settings(max_examples=12, deadline=None)
@given(
    model=st.sampled_from(("deepseek-v3", "llama-3.1-70b", "gpt-oss-120b")),
    gpu=st.sampled_from(("H200", "B200", "GB300", "VR200")),
    packages=st.sampled_from((8, 16, 72)),
)
def test_plans_fit_their_packages(model, gpu, packages):
    s = service(model, gpu, "fp8")
    plans = plans_of(s, packages, [(0, 1.0), (2, 2.0)], load_fitted(CATALOG))
    each = np.array([o.stage_packages * o.pp for o in plans.layouts])[plans.layout]
    pools = np.array([o.stage_packages * o.pp for o in (*plans.prefill_layouts, plans.layouts[0])])
    own = np.where(plans.prefill >= 0, pools[plans.prefill] * plans.prefill_workers, 0.0)
    used = each * plans.replicas + own
    assert (used <= packages).all()
    assert plans.used_share == pytest.approx(used / packages)
    assert ((plans.prompt_share > 0.0) & (plans.prompt_share < 1.0)).all()
    assert (plans.ttft_p99_s >= plans.ttft_s - 1e-12).all()


def test_limits_and_choices_only_take_away():
    s = service(i=8000.0)
    every = frontier(s, 72, CATALOG, PUE, "auto")
    one = frontier(s, 72, CATALOG, PUE, "none", split=False)
    quick = frontier(s, 72, CATALOG, PUE, "auto", ttft_p99_limit_s=1.5)
    assert (quick.plans.ttft_p99_s <= 1.5).all()
    for speed in (10.0, 50.0, 100.0):
        best = every.output_tok_s_per_package[at_speed(every, speed)]
        for other in (one, quick):
            assert other.output_tok_s_per_package[at_speed(other, speed)] <= best * (1 + 1e-9)
    with pytest.raises(InfeasibleError, match="first token"):
        frontier(s, 72, CATALOG, PUE, ttft_p99_limit_s=1e-3)
    with pytest.raises(InfeasibleError, match="too fast"):
        at_speed(every, 1e5)


def test_a_point_of_the_front_is_what_infer_predicts():
    """The front's steady state and the closed loop of the same plan and requests."""
    s = service(i=2000.0, o=1000.0)
    front = frontier(s, 8, CATALOG, PUE, split=False)
    errors = []
    for i in range(0, front.tok_s_per_user.size, 4):
        p = front.plans
        requests = float(p.requests[i])
        tpot, ttft = float(p.tpot_s[i]), float(p.ttft_s[i])
        clients = requests * (ttft + 999 * tpot) / (999 * tpot)
        from dataclasses import replace

        plan = replace(s.plan, layout=p.layouts[p.layout[i]])
        case = Situation(AGGREGATED, s.shape, s.system, plan, 2000.0, 1000.0, clients, False,
                         "none", s.months, 1.0)  # fmt: skip
        found = predict([case], load_fitted(CATALOG), CATALOG)[0]
        errors.append(found.tpot_s.value / tpot - 1.0)
    print(f"TPOT of the closed loop over the front's: {min(errors):+.1%} to {max(errors):+.1%}")
    assert max(map(abs, errors)) < 0.05


def test_a_front_has_the_shapes_that_public_ones_have():
    """Wide expert parallelism at low speeds, tensor parallelism at the highest; newer is better."""
    fronts = {g: frontier(service(gpu=g, precision="fp8"), 64, CATALOG, PUE) for g in
              ("H200", "B200", "GB300")}  # fmt: skip
    for front in fronts.values():
        rows = front_rows(service(), front)
        assert rows[0]["tp"] > rows[-1]["tp"]
        assert rows[0]["requests_per_replica"] < rows[-1]["requests_per_replica"]
    at_40 = [f.output_tok_s_per_package[at_speed(f, 40.0)] for f in fronts.values()]
    assert at_40[0] < at_40[1] < at_40[2] * 1.001


def test_layouts_divide_the_model():
    s = service("llama-3.1-70b", "H200", "fp8")
    assert {o.tp for o in layouts_on(s.shape, s.system, 8)} == {1, 2, 4, 8}
    assert all(o.dp == 1 for o in layouts_on(s.shape, s.system, 8))
    wide = layouts_on(service().shape, service().system, 72)
    assert any(o.dp == 72 for o in wide)
    assert all(o.moe_tp * o.moe_ep == o.tp * o.dp for o in wide if o.dp > 1)


def test_bad_questions():
    with pytest.raises(InputError, match="packages"):
        frontier(service(), 0, CATALOG, PUE)
    with pytest.raises(InputError, match="output tokens"):
        service(o=0.0)
    with pytest.raises(InfeasibleError):
        frontier(service("deepseek-v3", "H200", "fp8"), 1, CATALOG, PUE)
