"""The training step: one code for one plan and many; parts add up; causes act as they should."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.hardware import load_system
from gigawatt.performance.shapes import ModelShape, load_shape
from gigawatt.performance.training.choices import (
    Graphs,
    Precision,
    Recompute,
    Schedule,
    Stack,
)
from gigawatt.performance.training.evaluate import evaluate, evaluate_plan
from gigawatt.performance.training.facts import load_train_model, machine_facts, months_since_2000
from gigawatt.performance.training.links import all_to_all_s, gather_s, hit, tensor_s
from gigawatt.performance.training.plan import Plan, batch_from_columns, batch_of, check_plan
from gigawatt.performance.training.result import OUTPUTS, StepBatch

CATALOG = load_catalog()
SYSTEM = load_system(CATALOG, "gb200-nvl72")
MODEL = load_train_model(CATALOG, "blackwell")
DENSE = load_shape(CATALOG, "llama-3.1-70b")
MIXTURE = load_shape(CATALOG, "deepseek-v3")
BASE = Plan(tp=2, pp=4, vp=5, dp=8, gbs=256, mbs=1, seq=8192, precision=Precision.MXFP8)
MOE = Plan(pp=4, vp=4, dp=64, ep=64, gbs=4096, mbs=1, seq=4096, precision=Precision.MXFP8)
PARTS = ("compute_s", "recompute_s", "host_s", "bubble_s", "tp_s", "cp_s", "ep_s", "pp_s", "dp_s",
         "wan_s", "optimizer_s", "fixed_s", "offload_s")  # fmt: skip
KINDS = ("weights_gib", "gradients_gib", "optimizer_gib", "activations_gib", "buffers_gib")


def run(plan: Plan, shape: ModelShape = DENSE) -> StepBatch:
    return evaluate_plan(shape, SYSTEM, MODEL, plan)


def value(name: str, plan: Plan, shape: ModelShape = DENSE) -> float:
    return float(run(plan, shape).column(name)[0])


def plans() -> st.SearchStrategy[Plan]:
    size = st.sampled_from((1, 2, 4, 8))
    return st.builds(
        Plan,
        tp=size, pp=size, vp=st.sampled_from((1, 2)), cp=size, dp=st.sampled_from((1, 8, 32)),
        zero=st.integers(0, 3), mbs=size, gbs=st.just(512), seq=st.sampled_from((2048, 8192)),
        precision=st.sampled_from(Precision),
        recompute=st.sampled_from((Recompute.NONE, Recompute.NORM, Recompute.FULL)),
        offload_share=st.sampled_from((0.0, 0.5)), schedule=st.sampled_from(Schedule),
        graphs=st.sampled_from(Graphs), stack=st.sampled_from(Stack),
        sequence_parallel=st.booleans(), tp_overlap=st.booleans(), dp_overlap=st.booleans(),
        lean_states=st.booleans(), production=st.booleans(),
        release_month=st.sampled_from((0.0, 308.0)), vendor_release=st.booleans(),
        sites=st.sampled_from((1, 2)), wan_gbit_s=st.just(1000.0), local_steps=size,
    )  # fmt: skip


@given(plans())
@settings(max_examples=60, deadline=None)
def test_parts_add_up_and_every_number_is_sane(plan: Plan) -> None:
    for shape in (DENSE, MIXTURE):
        out = run(plan, shape)
        assert np.isfinite(out.table).all()
        assert (out.table >= 0.0).all()
        assert sum(out.column(p)[0] for p in PARTS) == pytest.approx(out.step_s[0])
        assert sum(out.column(k)[0] for k in KINDS) == pytest.approx(out.memory_gib[0])
        power = out.column("power_w")[0]
        assert out.column("energy_j")[0] == pytest.approx(power * out.step_s[0] * plan.gpus)
        assert out.column("power_gpu_w")[0] <= min(power, SYSTEM.gpu_tdp_w)


def test_a_batch_is_the_same_code_compiled() -> None:
    rows = [
        replace(BASE, tp=tp, zero=zero, recompute=recompute, stack=stack)
        for tp in (1, 4)
        for zero in (0, 1, 3)
        for recompute in (Recompute.NONE, Recompute.FULL)
        for stack in Stack
    ]
    for shape in (DENSE, MIXTURE):
        many = evaluate(shape, SYSTEM, MODEL, batch_of(rows))
        single = np.concatenate([run(p, shape).table for p in rows])
        np.testing.assert_allclose(many.table, single, rtol=1e-12)
    fitting = evaluate(DENSE, SYSTEM, MODEL, batch_of(rows), only_fitting=True)
    all_of_them = evaluate(DENSE, SYSTEM, MODEL, batch_of(rows))
    assert (np.isinf(fitting.step_s) == ~all_of_them.fits).all()
    np.testing.assert_allclose(fitting.memory_gib, all_of_them.memory_gib)


def test_tables_of_plans_give_plans_back() -> None:
    batch = batch_from_columns(BASE, mbs=[1, 2], tp=[2, 8])
    assert batch.plan(1) == replace(BASE, mbs=2, tp=8)
    assert len(batch.take(np.array([True, False]))) == 1


def test_collectives_by_tier() -> None:
    x = machine_facts(load_system(CATALOG, "h100-sxm"), load_train_model(CATALOG, "hopper"))
    inside = gather_s(x, 1e9, 8.0, 1.0)
    assert inside == pytest.approx(1e9 * 7 / 8 / x.nvlink + 3 * x.latency)
    across = gather_s(x, 1e9, 16.0, 8.0)  # one rank per server: all through one NIC each
    assert across == pytest.approx(1e9 * 15 / 16 / x.nic + 4 * x.latency)
    assert gather_s(x, 1e9, 16.0, 1.0) < across  # eight NICs share the work
    assert gather_s(x, 1e9, 1.0, 1.0) == 0.0
    assert tensor_s(x, 1e9, 4.0, 1024.0) == gather_s(x, 1e9, 4.0, 1.0)
    assert tensor_s(x, 1e9, 5.0, 5.0) == gather_s(x, 1e9, 5.0, 1.0)  # alone in its server
    assert tensor_s(x, 1e9, 5.0, 40.0) == pytest.approx(1e9 * 4 / 5 / x.nic)  # across two servers
    assert hit(4.0, 1e9) == pytest.approx(3.0)
    near, far = all_to_all_s(x, 1e6, 64.0, 8.0)
    assert near > 0.0
    assert far > 0.0


@pytest.mark.parametrize(
    ("change", "name", "up"),
    [
        ({"recompute": Recompute.FULL}, "step_s", True),
        ({"recompute": Recompute.FULL}, "activations_gib", False),
        ({"recompute": Recompute.NORM | Recompute.ACTIVATION}, "activations_gib", False),
        ({"zero": 3}, "memory_gib", False),
        ({"offload_share": 1.0}, "activations_gib", False),
        ({"lean_states": True}, "gradients_gib", False),
        ({"vp": 1}, "bubble_s", True),
        ({"schedule": Schedule.ZERO_BUBBLE}, "bubble_s", False),
        ({"tp_overlap": False}, "tp_s", True),
        ({"pp_overlap": False}, "pp_s", True),
        ({"stack": Stack.PLAIN}, "step_s", True),
        ({"precision": Precision.BF16}, "step_s", True),
        ({"precision": Precision.NVFP4}, "step_s", False),
        ({"release_month": 308.0}, "step_s", True),
        ({"production": True}, "step_s", True),
        ({"gbs": 64}, "step_s", False),
    ],
)
def test_causes_act_in_their_direction(change: dict[str, object], name: str, up: bool) -> None:
    before, after = value(name, BASE), value(name, replace(BASE, **change))  # type: ignore[arg-type]
    assert (after > before) == up
    assert after != before


@pytest.mark.parametrize(
    ("change", "name", "up"),
    [
        ({"graphs": Graphs.FULL}, "host_s", False),
        ({"token_drop": True}, "host_s", False),
        ({"imbalance": 1.3}, "compute_s", True),
        ({"ep_overlap": False}, "ep_s", True),
        ({"recompute": Recompute.MLA_UP}, "activations_gib", False),
        ({"ep": 8}, "weights_gib", True),
        ({"etp": 2, "ep": 32}, "step_s", True),
    ],
)
def test_causes_of_mixtures(change: dict[str, object], name: str, up: bool) -> None:
    before, after = value(name, MOE, MIXTURE), value(name, replace(MOE, **change), MIXTURE)  # type: ignore[arg-type]
    assert (after > before) == up


def test_sites_pay_for_the_wan_and_local_steps_save_it() -> None:
    one = replace(BASE, dp=32, gbs=1024)
    two = replace(one, sites=2, wan_gbit_s=400.0, wan_rtt_ms=20.0)
    local = replace(two, local_steps=100)
    assert value("wan_s", one) == 0.0
    assert value("wan_s", local) < value("wan_s", two) / 10
    model = 70.6e9 * 2 * 16 / 400e9 / 2  # both ways, half of it crosses
    assert value("wan_s", replace(two, dp_overlap=False)) == pytest.approx(model, rel=0.05)


def test_uneven_stages_are_laid_out_in_whole_layers() -> None:
    """126 layers and the output layer on 16 stages: eight layers on the slowest, as published."""
    shape = load_shape(CATALOG, "llama-3.1-405b")
    plan = Plan(tp=8, pp=16, vp=8, dp=1, gbs=16, mbs=1, seq=8192)
    even = replace(shape, layers=128, dense_layers=128)
    h100, model = load_system(CATALOG, "h100-sxm"), load_train_model(CATALOG, "hopper")
    uneven_s = evaluate_plan(shape, h100, model, plan).step_s[0]
    assert uneven_s < evaluate_plan(even, h100, model, plan).step_s[0]


def test_older_software_is_bounded() -> None:
    late = value("step_s", replace(BASE, release_month=months_since_2000("2024-01")))
    assert late == value("step_s", replace(BASE, release_month=months_since_2000("2020-01")))
    assert late < 1.15 * value("step_s", BASE)


def test_containers_take_longer_in_the_products_of_experts() -> None:
    """Own stacks of a date have the trend of all; containers more, in what computes."""
    own = replace(MOE, release_month=months_since_2000("2025-09"))
    container = replace(own, vendor_release=True)
    for name in ("ep_s", "pp_s"):
        assert value(name, container, MIXTURE) == value(name, own, MIXTURE)
    gain = value("step_s", container, MIXTURE) / value("step_s", own, MIXTURE)
    assert 1.1 < gain < math.exp(9 * MODEL.values["experts_trend"])
    dense = replace(BASE, release_month=own.release_month)
    assert value("step_s", replace(dense, vendor_release=True)) == value("step_s", dense)
    before, first = (
        value("compute_s", replace(container, release_month=months_since_2000(m)), MIXTURE)
        for m in ("2025-03", "2025-09")
    )
    assert first < before < 1.05 * first  # the general trend goes on, that of experts is over


def test_a_forecast_has_a_wider_band() -> None:
    rubin = load_system(CATALOG, "rubin-ultra-nvl144")
    out = evaluate_plan(DENSE, rubin, load_train_model(CATALOG, "rubin"), BASE)
    assert out.sigma_log[0] > 1.5 * run(BASE).sigma_log[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tp": 0}, "tp"),
        ({"gbs": 4}, "gbs"),
        ({"ep": 5}, "ep"),
    ],
)
def test_impossible_sizes_are_named(change: dict[str, int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_plan(replace(BASE, **change))  # type: ignore[arg-type]


def test_missing_precision_and_generation_are_named() -> None:
    ampere = load_system(CATALOG, "a100-sxm-80g")
    with pytest.raises(InputError, match=r"MXFP8.*BF16"):
        evaluate_plan(DENSE, ampere, load_train_model(CATALOG, "ampere"), BASE)
    with pytest.raises(InputError, match="blackwell"):
        load_train_model(CATALOG, "blackwel")


def test_outputs_have_one_name_each() -> None:
    assert len(set(OUTPUTS)) == len(OUTPUTS) == run(BASE).table.shape[1]
    assert math.isclose(float(run(BASE).tokens_per_s_per_gpu[0]),
                        256 * 8192 / 64 / value("step_s", BASE))  # fmt: skip


def test_offloading_costs_what_the_link_to_the_host_cannot_hide() -> None:
    shape = load_shape(CATALOG, "llama-3.1-70b")
    plan = Plan(tp=8, pp=4, dp=2, gbs=64, seq=8192, precision=Precision.FP8)
    times, waits = {}, {}
    for name in ("h100-sxm", "gb200-nvl72"):
        system = load_system(CATALOG, name)
        model = load_train_model(CATALOG, system.generation)
        out = [
            evaluate_plan(shape, system, model, replace(plan, offload_share=share))
            for share in (0.0, 0.5, 1.0)
        ]
        times[name] = [float(o.step_s[0]) for o in out]
        waits[name] = [float(o.column("offload_s")[0] / o.step_s[0]) for o in out]
        assert times[name] == sorted(times[name])
        assert waits[name][0] == 0.0
        kept = [float(o.column("activations_gib")[0]) for o in out]
        assert kept[1] == pytest.approx(0.5 * kept[0], rel=1e-6)
    assert waits["gb200-nvl72"][2] < waits["h100-sxm"][2]
    print({name: [f"{w:.1%}" for w in found] for name, found in waits.items()})
