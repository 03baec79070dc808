"""Properties of the serving model that hold whatever its constants are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.hardware import load_system
from gigawatt.performance.inference.build import Case, full_layout, points_of
from gigawatt.performance.inference.closed_loop import closed_loop, memory_cap
from gigawatt.performance.inference.constants import NAMES, Constants
from gigawatt.performance.inference.fitted import constants_for, load_fitted
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.pools import two_pools
from gigawatt.performance.inference.predict import distance_at
from gigawatt.performance.inference.schemes import scheme_of
from gigawatt.performance.inference.search import front_of, layouts_of
from gigawatt.performance.inference.stack import Stack, cell_of
from gigawatt.performance.inference.step import decode_s, met_experts, prefill_s
from gigawatt.performance.inference.table import iteration_s, prompt_work_s, step_table
from gigawatt.performance.models import resolve_model

CATALOG = load_catalog()
FITTED = load_fitted(CATALOG)
MODELS = ("llama-3.1-70b", "deepseek-v3", "gpt-oss-120b", "qwen3.5-397b-a17b", "glm-5")
SYSTEMS = ("h200-sxm", "b200-sxm", "gb300-nvl72", "vr200-nvl72")


def setup(model, system, layout=None, precision="fp8", n=1, lengths=(1000.0, 500.0)):
    shape, found = resolve_model(model, CATALOG), load_system(CATALOG, system)
    layout = layout or Layout(tp=8)
    plan = ServingPlan(layout=layout, precision=precision)
    points = points_of([Case(shape, found, plan, layout, *lengths)] * n)
    stack = Stack("trtllm", found.generation, scheme_of(shape, found, plan).id, shape.id)
    return points, constants_for(FITTED, [stack] * n, np.zeros(n))


@settings(max_examples=40, deadline=None)
@given(
    model=st.sampled_from(MODELS),
    system=st.sampled_from(SYSTEMS),
    requests=st.floats(1.0, 500.0),
    context=st.floats(1.0, 30_000.0),
)
def test_a_step_takes_longer_with_more_to_do(model, system, requests, context):
    points, c = setup(model, system, n=3)
    base = decode_s(
        points, c, np.array([requests, requests * 1.3, requests]),
        np.array([context, context, context * 1.3]),
    )  # fmt: skip
    assert base[1] >= base[0] * (1.0 - 1e-9)
    assert base[2] >= base[0] * (1.0 - 1e-9)
    new = np.array([context, context * 1.3, context])
    past = np.array([0.0, 0.0, 500.0])
    prompt = prefill_s(points, c, new, past)
    assert prompt[1] > prompt[0] > 0.0
    assert prompt[2] >= prompt[0]


@settings(max_examples=30, deadline=None)
@given(tokens=st.floats(1.0, 1e5), ranks=st.sampled_from((1, 2, 8, 64)))
def test_a_rank_reads_between_its_share_and_all_of_its_experts(tokens, ranks):
    layout = Layout(tp=1, dp=ranks, moe_tp=1, moe_ep=ranks) if ranks > 4 else Layout(tp=8)
    points, c = setup("deepseek-v3", "gb300-nvl72", layout, "fp4")
    per_rank = 256.0 / float(points.moe_ep[0])
    met = float(met_experts(points, c, np.array([tokens]))[0])
    even = per_rank * (1.0 - (1.0 - 8.0 / 256.0) ** tokens)
    assert 0.3 * even <= met <= per_rank
    assert met >= min(8.0 / float(points.moe_ep[0]), per_rank) * 0.7


@pytest.mark.parametrize("skew", [1e-6, 0.5])
def test_distinct_experts_match_a_draw(skew):
    points, fitted = setup("deepseek-v3", "gb300-nvl72", Layout(tp=1, dp=8, moe_ep=8), "fp4")
    c = replace(fitted, routing_skew=skew)
    rng = np.random.default_rng(1)
    for tokens in (4, 16, 64):
        fullest = []
        for _ in range(400):
            liked = rng.gamma(1.0 / skew, skew, 256)  # each layer has likings of its own
            key = np.log(liked) + rng.gumbel(size=(tokens, 256))
            picked = np.unique(np.argpartition(-key, 8, axis=1)[:, :8])
            fullest.append(np.bincount(picked // 32, minlength=8).max())
        assert met_experts(points, c, np.array([float(tokens)]))[0] == pytest.approx(
            np.mean(fullest), rel=0.07
        )


@settings(max_examples=30, deadline=None)
@given(model=st.sampled_from(MODELS), clients=st.floats(1.0, 2000.0))
def test_a_closed_loop_obeys_littles_law_and_its_cap(model, clients):
    points, c = setup(model, "b200-sxm")
    loop = closed_loop(points, c, np.array([clients]), np.array([256.0]))
    end = loop.ttft_s + (points.output_tokens - 1.0) * loop.tpot_s
    assert loop.output_tok_s * end / points.output_tokens == pytest.approx(clients, rel=1e-9)
    assert loop.requests <= min(256.0, float(memory_cap(points)[0]), clients) * (1 + 1e-9)
    assert loop.requests * (1 - 1e-3) <= clients


def test_no_efficiency_exceeds_what_the_hardware_has():
    """Decode is never faster than reading what it must, prefill than multiplying what it must."""
    perfect = {"weight_read": 1.0, "expert_read": 1.0, "kv_read": 1.0, "gemm": 1.0}
    for model in MODELS:
        for system in SYSTEMS:
            points, c = setup(model, system)
            values = {n: getattr(c, n) for n in NAMES}
            ideal = Constants(**{**values, **{k: np.ones(1) * v for k, v in perfect.items()}})
            slow = decode_s(points, c, np.array([32.0]), np.array([2000.0]))
            fast = decode_s(points, ideal, np.array([32.0]), np.array([2000.0]))
            assert slow >= fast * 0.99


def test_an_unseen_generation_gets_the_core_alone():
    known = FITTED.values(Stack("vllm", "rubin", "fp8", "llama-3.1-70b"))
    other = FITTED.values(Stack("trtllm", "rubin", "nvfp4-moe", "deepseek-v3"))
    assert known == other
    assert len(FITTED.alone) <= 30


def test_a_mixture_keeps_its_own_factors_on_stacks_that_have_rows_of_it():
    seen = Stack("trtllm", "hopper", "fp8", "qwen3-235b-a22b")
    apart = Stack("trtllm", "blackwell", "nvfp4-moe", "qwen3-235b-a22b")
    new = Stack("trtllm", "blackwell", "nvfp4-moe", "no-rows")
    assert cell_of(seen) in FITTED.cells
    assert cell_of(apart) not in FITTED.cells
    streamed = NAMES.index("stream_tokens")  # of engine and model
    both = zip(FITTED.values(apart), FITTED.values(new), strict=True)
    assert all(a == b for i, (a, b) in enumerate(both) if i != streamed)
    assert FITTED.values(seen) != FITTED.values(replace(seen, model="no-rows"))
    assert distance_at(FITTED, seen, True) == "seen-moe"
    assert distance_at(FITTED, apart, True) == distance_at(FITTED, new, True) == "moe"
    dense = Stack("sglang", "blackwell", "nvfp4", "llama-3.1-70b")
    assert distance_at(FITTED, dense, False) == "dense"
    assert distance_at(FITTED, replace(seen, generation="rubin"), True) == "generation"


def test_speculation_lets_a_step_yield_more_and_cost_more():
    shape, system = resolve_model("deepseek-v3", CATALOG), load_system(CATALOG, "gb300-nvl72")
    layout = Layout(tp=8)
    plain = ServingPlan(layout=layout, precision="fp4")
    drafted = ServingPlan(layout=layout, precision="fp4", draft_tokens=3, accepted_tokens=2.5)
    stack = Stack("trtllm", "blackwell", "nvfp4-moe", shape.id)
    c = constants_for(FITTED, [stack] * 2, np.zeros(2))
    points = points_of([Case(shape, system, p, layout, 1000.0, 1000.0) for p in (plain, drafted)])
    loop = closed_loop(points, c, np.array([8.0, 8.0]), np.full(2, 4096.0))
    assert loop.step_s[1] > loop.step_s[0]
    assert loop.tpot_s[1] < loop.tpot_s[0]


def test_found_prefixes_shorten_prompts():
    shape, system = resolve_model("llama-3.1-70b", CATALOG), load_system(CATALOG, "h200-sxm")
    layout = Layout(tp=4)
    plans = [ServingPlan(layout=layout, prefix_hit_share=h) for h in (0.0, 0.5)]
    points = points_of([Case(shape, system, p, layout, 8000.0, 200.0) for p in plans])
    c = constants_for(FITTED, [Stack("trtllm", "hopper", "fp8", shape.id)] * 2, np.zeros(2))
    loop = closed_loop(points, c, np.full(2, 32.0), np.full(2, 4096.0))
    assert loop.prefill_s[1] < 0.65 * loop.prefill_s[0]
    assert loop.output_tok_s[1] > loop.output_tok_s[0]


def test_two_pools_follow_their_slower_one():
    points, c = setup("deepseek-v3", "gb300-nvl72", Layout(tp=1, dp=8, moe_ep=8), "fp4")
    one = np.ones(1)
    few = two_pools(points, points, c, c, one * 4096.0, one, one * 4.0)
    many = two_pools(points, points, c, c, one * 4096.0, one * 4.0, one * 4.0)
    assert many.request_rate > few.request_rate
    idle = two_pools(points, points, c, c, one * 8.0, one * 4.0, one * 4.0)
    assert idle.prefill_use < 0.2
    assert idle.tpot_s < many.tpot_s


def test_the_table_gives_the_step_times():
    for model, layout in (("llama-3.1-70b", Layout(tp=4)), ("deepseek-v3", Layout(tp=8))):
        points, c = setup(model, "b200-sxm", layout, "fp4")
        t = step_table(points, c)
        fields = (
            t.batch_s, t.request_s, t.token_s, t.prompt_tokens, t.prompt_s, t.past_s,
            t.host_step_s, t.host_request_s, t.eager_s, t.interference,
        )  # fmt: skip
        for requests, context in ((1, 500.0), (40, 2000.0), (300, 900.0)):
            own = np.array([float(requests)])
            exact = decode_s(points, c, own * points.dp, np.array([context]))
            assert iteration_s(*fields, requests, requests * context, 0.0, 0.0) == pytest.approx(
                float(exact[0]), rel=1e-3
            )
        alone = prefill_s(points, c, np.array([3000.0]), np.array([1000.0]))
        both = iteration_s(*fields, 0, 0.0, 3000.0, 1000.0)
        assert both >= t.interference * float(alone[0]) * 0.97
        own = np.array([24.0])
        beside = prefill_s(points, c, np.array([300.0]), np.zeros(1), own * points.dp)
        work = prompt_work_s(t.prompt_tokens, t.prompt_s, t.past_s, 300.0, 0.0, 24.0)
        assert work == pytest.approx(float(beside[0]), rel=0.05)


def test_experts_that_decoding_reads_are_not_read_again():
    points, c = setup("qwen3-235b-a22b", "h100-sxm", Layout(tp=4, moe_ep=4), "fp8")
    short, none = np.array([128.0]), np.zeros(1)
    alone = float(prefill_s(points, c, short, none)[0])
    beside = float(prefill_s(points, c, short, none, 64.0)[0])
    packed = float(prefill_s(points, c, short, none, 0.0, 8.0)[0])
    assert beside < 0.5 * alone
    assert packed < 0.5 * alone
    long = np.array([16384.0])
    assert float(prefill_s(points, c, long, none, 64.0)[0]) == pytest.approx(
        float(prefill_s(points, c, long, none)[0]), rel=0.02
    )


def test_the_front_holds_every_layout_that_fits():
    shape, system = resolve_model("deepseek-v3", CATALOG), load_system(CATALOG, "gb300-nvl72")
    front = front_of(shape, system, ServingPlan(precision="fp4"), 4000, 1000, 72, FITTED, 0.0)
    assert set(front.layouts) <= set(layouts_of(shape, system, 72))
    assert Layout(tp=1, dp=64, moe_tp=1, moe_ep=64) in front.layouts
    slow, fast = front.best(0.1), front.best(0.02)
    assert front.output_tok_s[slow] > front.output_tok_s[fast]
    with pytest.raises(InfeasibleError, match="tokens/s per user"):
        front.best(1e-4)


def test_plans_that_do_not_divide_or_fit_say_so():
    with pytest.raises(InputError, match="TP 3 does not divide"):
        setup("llama-3.1-70b", "h200-sxm", Layout(tp=3))
    with pytest.raises(InfeasibleError, match="does not fit"):
        setup("deepseek-v3", "h100-sxm", Layout(tp=8))


def test_eight_bits_without_fp8_are_stored_and_multiplied_in_bf16():
    shape, system = resolve_model("llama-3.1-70b", CATALOG), load_system(CATALOG, "a100-sxm-80g")
    scheme = scheme_of(shape, system, ServingPlan(precision="fp8"))
    assert (scheme.ffn_bytes, scheme.ffn_math) == (1.0, "bf16")


def test_fp4_checkpoints_differ_in_their_attention():
    system = load_system(CATALOG, "b200-sxm")
    found = {
        name: scheme_of(resolve_model(name, CATALOG), system, ServingPlan(precision="fp4"))
        for name in ("qwen3-235b-a22b", "deepseek-v3", "qwen3.5-397b-a17b")
    }
    assert [s.attention_math for s in found.values()] == ["fp4", "bf16", "bf16"]


def test_expert_ranks_beyond_tp_are_attention_data_parallel():
    shape = resolve_model("qwen3-235b-a22b", CATALOG)
    layout = full_layout(shape, Layout(tp=2, dp=1, moe_tp=4, moe_ep=1))
    assert (layout.dp, layout.packages) == (2, 4)


def test_a_model_of_the_shape_of_a_measured_one_has_its_factors() -> None:
    assert FITTED.sisters["kimi-k2.6"] == "kimi-k2.5"
    assert not set(FITTED.sisters) & {cell.split(".", maxsplit=3)[-1] for cell in FITTED.cells}
    for other, own in FITTED.sisters.items():
        one, two = (Stack("vllm", "hopper", "fp8-block", i) for i in (other, own))
        assert FITTED.values(one) == FITTED.values(two)
        assert FITTED.has_rows(one) == FITTED.has_rows(two)
    assert FITTED.has_rows(Stack("vllm", "hopper", "fp8-block", "minimax-m2.7"))
    assert not FITTED.has_rows(Stack("vllm", "hopper", "fp8-block", "no-rows"))


def test_copied_attention_spreads_experts_that_do_not_divide() -> None:
    shape = resolve_model("deepseek-v3", CATALOG)
    assert full_layout(shape, Layout(tp=1, dp=72)).moe_ep == 72
    assert full_layout(shape, Layout(tp=8)).moe_ep == 8
    small = resolve_model("mixtral-8x7b", CATALOG)
    assert full_layout(small, Layout(tp=1, dp=16)).moe_ep == 1
