"""Replay of traces: readers, what must hold for any trace, and the closed form."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InfeasibleError, InputError
from gigawatt.performance.inference.fitted import load_fitted
from gigawatt.performance.inference.frontier import at_speed, frontier
from gigawatt.performance.inference.plan import Layout, ServingPlan
from gigawatt.performance.inference.point import Asked, clients_for_rate, situation_asked
from gigawatt.performance.inference.predict import predict
from gigawatt.performance.inference.replay.run import replay
from gigawatt.performance.inference.replay.summary import Slo, summary
from gigawatt.performance.inference.replay.trace import read_trace, trace_of
from gigawatt.performance.inference.services import asked_service
from gigawatt.performance.inference.tables import AGGREGATED, Situation

CATALOG = load_catalog()
FITTED = load_fitted(CATALOG)


def situation(model="llama-3.1-70b", gpu="H100", precision="fp8", layout=None, i=1000.0, o=500.0,
              clients=16.0, **plan):  # fmt: skip
    layout = layout or Layout(tp=4)
    asked = Asked(model, gpu, precision, "trtllm", "", "none", i, o, clients, layout,
                  ServingPlan(**plan))  # fmt: skip
    return situation_asked(asked, CATALOG)


def poisson(rate, count, i, o, seed=0, spread=0.5):
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.exponential(1.0 / rate, count))

    def lengths(mean):
        return np.maximum(1.0, np.round(mean * rng.uniform(1 - spread, 1 + spread, count)))

    return trace_of(t - t[0], lengths(i), lengths(o))


def file(tmp_path, text, name="trace.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_three_layouts_are_known(tmp_path):
    plain = read_trace(file(tmp_path, "arrival_s,input_tokens,output_tokens\n5,10,2\n7.5,20,3\n"))
    azure = read_trace(
        file(tmp_path, "TIMESTAMP,ContextTokens,GeneratedTokens\n"
             "2023-11-16 18:15:46.6805900,10,2\n2023-11-16 18:15:49.1805900,20,3\n")
    )  # fmt: skip
    lines = [
        {"timestamp": 0, "input_length": 10, "output_length": 2, "hash_ids": [7]},
        {"timestamp": 2500, "input_length": 20, "output_length": 3, "hash_ids": [7, 90]},
    ]
    packed = tmp_path / "mooncake.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(json.dumps(x) for x in lines).encode()))
    mooncake = read_trace(packed)
    for trace in (plain, azure, mooncake):
        assert trace.arrival_s.tolist() == pytest.approx([0.0, 2.5])
        assert trace.input_tokens.tolist() == [10.0, 20.0]
        assert trace.output_tokens.tolist() == [2.0, 3.0]
    assert mooncake.blocks.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "arrival time,input tokens,output tokens\n1,10,2\n3.5,20,3\n",
        "Arrival-Time;Prompt Tokens;Completion Tokens\n1;10;2\n3.5;20;3\n",
        "id\tarrived_at\tnum_prefill_tokens\tnum_decode_tokens\na\t1\t10\t2\nb\t3.5\t20\t3\n",
        "timestamp,input_length,output_length\n0,10,2\n2500,20,3\n",
        "arrival_ms,isl,osl\n0,10,2\n2500,20,3\n",
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "5,ChatGPT,10,2,12,Conversation log\n7.5,GPT-4,20,3,23,API log\n",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,10,2\n"
        "2024-05-10 00:00:02.509930+00:00,20,3\n",
        "timestamp,input_tokens,output_tokens\n1715299200000,10,2\n1715299202500,20,3\n",
        "time,isl,osl\n2024-05-10T00:00:00-07:00,10,2\n2024-05-10T00:00:02.5-07:00,20,3\n",
        '{"arrival_time": 5, "prompt_tokens": 10, "output_tokens": 2}\n'
        '{"arrival_time": 7.5, "prompt_tokens": 20, "output_tokens": 3}\n',
        '[{"timestamp": 0, "input_length": 10, "output_length": 2},\n'
        ' {"timestamp": 2500, "input_length": 20, "output_length": 3}]',
    ],
    ids=(
        "blanks",
        "semicolons",
        "tabs",
        "mooncake as a table",
        "milliseconds",
        "burstgpt",
        "azure 2024",
        "epoch in ms",
        "zones",
        "json under other names",
        "json list",
    ),
)
def test_tables_under_usual_names(tmp_path, text):
    trace = read_trace(file(tmp_path, text))
    assert trace.arrival_s.tolist() == pytest.approx([0.0, 2.5])
    assert (trace.input_tokens.tolist(), trace.output_tokens.tolist()) == ([10, 20], [2, 3])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("arrival_s,input_tokens,output_tokens\n", "empty"),
        ("arrival_s,input_tokens,output_tokens\n0,5,5\n1,-3,5\n", ":3: input tokens are -3"),
        ("arrival_s,input_tokens,output_tokens\n0,5,0\n1,3,0\n", "output tokens are 0 in all"),
        ("arrival_s,input_tokens,output_tokens\n0,5,5\n1,3,-2\n", ":3: output tokens are -2"),
        ("[]", "empty"),
        ("[1, 2]", ":1: is no request in JSON"),
        ("arrival_s,input_tokens,output_tokens\n0,5,5\n\n2,3,5\n1,3,5\n", ":5: arrives 1 s before"),
        ("arrival_s,input_tokens,output_tokens\n0,5,5\n1,x,5\n", ":3: input_tokens is 'x'"),
        ("arrival_s,input_tokens,output_tokens\n0,5,5\nnoon,4,5\n", ":3: arrival 'noon'"),
        ("arrival_s,input_tokens,output_tokens\n0,5,5\nnan,4,5\n", ":3: arrival is nan"),
        ("arrival_s,input_tokens,output_tokens\n0,5\n", ":2: has too few cells"),
        ("when,input_tokens,output_tokens\n0,5,5\n", ":1: no column 'arrival_s'"),
        ('{"timestamp": 0, "input_length": 5}\n', ":1: output_length is missing"),
        ('{"timestamp": 0, "input_len\n', ":1: is no request in JSON"),
    ],
)
def test_a_wrong_trace_is_told_with_its_line(tmp_path, text, message):
    with pytest.raises(InputError) as caught:
        read_trace(file(tmp_path, text))
    assert message in str(caught.value)


def test_requests_without_tokens_and_twins_are_kept(tmp_path):
    text = "arrival_s,input_tokens,output_tokens\n0,5,5\n0,5,5\n1,3,0\n1,0,4\n"
    trace = read_trace(file(tmp_path, text))
    assert trace.size == 4
    assert (trace.output_tokens[2], trace.input_tokens[3]) == (1.0, 1.0)
    assert trace.notes == (
        "1 requests without input tokens are taken to have 1",
        "1 requests without output tokens are taken to have 1",
    )


def test_goodput_counts_requests_within_every_limit():
    done = replay(situation(), poisson(2.0, 200, 500, 50), CATALOG, "least-loaded")
    limits = float(np.median(done.ttft_s)), float(np.nanmedian(done.tpot_s))
    good = (done.ttft_s <= limits[0]) & (done.tpot_s <= limits[1])
    found = summary(done, Slo(*limits))
    assert found.good_share == pytest.approx(good.mean())
    assert found.goodput_per_s == pytest.approx(good.sum() / done.span_s)
    assert summary(done, Slo()).good_share == 1.0
    assert summary(done, Slo(ttft_s=1e-9)).goodput_per_s == 0.0


def test_a_missing_trace_and_a_wrong_routing(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_trace(tmp_path / "none.csv")
    with pytest.raises(InputError, match="round-robin"):
        replay(situation(), poisson(1.0, 5, 100, 10), CATALOG, "round-robbin")


def test_a_request_that_does_not_fit_is_named():
    trace = trace_of(np.zeros(2), np.array([10.0, 5e6]), np.array([5.0, 5.0]))
    with pytest.raises(InfeasibleError, match="request 2"):
        replay(situation(), trace, CATALOG)


@pytest.mark.parametrize(
    ("case", "rate", "tpot_error", "ttft_error"),
    [
        (situation(), 2.0, 0.05, 0.15),
        (situation(), 6.0, 0.05, 0.25),
        (situation(i=8000.0), 0.5, 0.08, 0.15),
        (situation("gpt-oss-120b", "B200", "fp4", Layout(tp=2), o=1000.0), 10.0, 0.05, 0.30),
        (
            situation("deepseek-v3", "GB300", "fp4", Layout(1, 8, 1, 8), i=2000.0, o=1000.0),
            10.0, 0.12, 0.25,
        ),
    ],
)  # fmt: skip
def test_open_loop_at_moderate_load_agrees_with_the_closed_form(case, rate, tpot_error, ttft_error):
    steady = predict([clients_for_rate(case, rate, FITTED, CATALOG)], FITTED, CATALOG)[0]
    trace = poisson(rate, 5000, case.input_tokens, case.output_tokens)
    found = replay(case, trace, CATALOG, "round-robin")
    tpot = np.nanmean(found.tpot_s[1000:])
    ttft = found.ttft_s[1000:].mean()
    print(f"TPOT {tpot / steady.tpot_s.value - 1:+.1%}, TTFT {ttft / steady.ttft_s.value - 1:+.1%}")
    assert tpot == pytest.approx(steady.tpot_s.value, rel=tpot_error)
    assert ttft == pytest.approx(steady.ttft_s.value, rel=ttft_error)


@pytest.mark.parametrize(("clients", "rate_error"), [(16, 0.05), (64, 0.05), (192, 0.06)])
def test_a_closed_loop_agrees_with_the_closed_form(clients, rate_error):
    case = situation(clients=float(clients))
    steady = predict([case], FITTED, CATALOG)[0]
    rate = steady.output_tok_s_per_package.value * steady.packages / case.output_tokens
    trace = poisson(1.0, max(4000, 40 * clients), case.input_tokens, case.output_tokens)
    found = replay(case, trace, CATALOG, clients=clients)
    half = trace.size // 2
    middle = found.trace.arrival_s[half:-clients]
    measured = middle.size / (middle[-1] - middle[0])
    tpot = np.nanmean(found.tpot_s[half:])
    print(f"rate {measured / rate - 1:+.1%}, TPOT {tpot / steady.tpot_s.value - 1:+.1%}")
    assert measured == pytest.approx(rate, rel=rate_error)
    assert tpot == pytest.approx(steady.tpot_s.value, rel=rate_error)


@pytest.mark.parametrize(
    ("clients", "lengths", "replicas", "error"),
    [(32, (4000.0, 300.0), 1, 0.05), (128, (4000.0, 300.0), 1, 0.05),
     (256, (1000.0, 1000.0), 2, 0.08)],
)  # fmt: skip
def test_a_closed_loop_on_two_pools_agrees_with_the_closed_form(clients, lengths, replicas, error):
    i, o = lengths
    case = situation(gpu="H200", i=i, o=o, clients=float(clients), prefill=Layout(tp=4),
                     prefill_workers=1, replicas=replicas)  # fmt: skip
    steady = predict([case], FITTED, CATALOG)[0]
    rate = steady.output_tok_s_per_package.value * steady.packages / o
    count = max(1200, 10 * clients)
    found = replay(case, poisson(1.0, count, i, o, spread=0.2), CATALOG, clients=clients)
    middle = slice(count // 2, -clients)
    came = found.trace.arrival_s[middle]
    measured = (came.size - 1) / (came[-1] - came[0])
    tpot = np.nanmean(found.tpot_s[middle])
    print(f"rate {measured / rate - 1:+.1%}, TPOT {tpot / steady.tpot_s.value - 1:+.1%}")
    assert measured == pytest.approx(rate, rel=error)
    assert tpot == pytest.approx(steady.tpot_s.value, rel=error)
    waiting = (found.trace.arrival_s[:, None] <= came[::50]) & (
        (found.trace.arrival_s + found.total_s)[:, None] > came[::50]
    )
    assert np.abs(waiting.sum(axis=0) - clients).mean() < 0.1 * clients  # seen a little longer


@pytest.mark.parametrize(
    ("gpu", "precision", "lengths", "speed", "packages", "split"),
    [
        ("GB300", "fp4", (4000.0, 1000.0), 50.0, 72, True),
        ("GB300", "fp4", (4000.0, 1000.0), 50.0, 72, False),
        ("H200", "fp8", (2000.0, 500.0), 20.0, 16, False),
        ("B200", "fp8", (8000.0, 300.0), 60.0, 16, False),
    ],
)
def test_a_plan_of_the_front_keeps_its_promise(gpu, precision, lengths, speed, packages, split):
    """At its full rate, requests coming at random: speed as promised, no queue that grows."""
    i, o = lengths
    service = asked_service(CATALOG, [], model="deepseek-v3", gpu=gpu, precision=precision,
                            input_tokens=i, output_tokens=o)  # fmt: skip
    front = frontier(service, packages, CATALOG, 1.2, "none", split, 2.0)
    at, p = at_speed(front, speed), front.plans
    pool = p.prefill_layouts[p.prefill[at]] if p.prefill[at] >= 0 else None
    plan = replace(service.plan, layout=p.layouts[p.layout[at]], replicas=int(p.replicas[at]),
                   prefill=pool, prefill_workers=int(p.prefill_workers[at]))  # fmt: skip
    case = Situation(AGGREGATED, service.shape, service.system, plan, i, o, 1.0, False, "none",
                     service.months, 1.0)  # fmt: skip
    rate = float(p.output_tok_s[at]) / o
    count = int(max(4000, 60 * rate))
    found = replay(case, poisson(rate, count, i, o, spread=0.4), CATALOG)
    middle = slice(count // 3, count * 9 // 10)
    tpot, ttft = np.nanmean(found.tpot_s[middle]), found.ttft_s[middle]
    late = np.percentile(ttft, 99)
    print(f"TPOT {tpot / p.tpot_s[at] - 1:+.1%}, TTFT {ttft.mean() / p.ttft_s[at] - 1:+.1%}, "
          f"p99 {late / p.ttft_p99_s[at] - 1:+.1%}")  # fmt: skip
    assert tpot == pytest.approx(p.tpot_s[at], rel=0.08)
    assert late < 1.35 * p.ttft_p99_s[at]
    if not split:
        assert ttft.mean() == pytest.approx(p.ttft_s[at], rel=0.10)


def test_a_lone_request_takes_its_prefill_and_its_steps():
    case = situation(o=101.0, clients=1.0)
    steady = predict([case], FITTED, CATALOG)[0]
    trace = trace_of(np.array([0.0]), np.array([1000.0]), np.array([101.0]))
    found = replay(case, trace, CATALOG)
    assert found.tpot_s[0] == pytest.approx(steady.step_s, rel=0.02)
    assert found.total_s[0] - found.ttft_s[0] <= 100 * found.tpot_s[0] * 1.001
    assert found.queue_s[0] == 0.0


def test_more_replicas_and_less_load_never_wait_longer():
    trace = poisson(12.0, 2000, 1000, 300)
    waits = [replay(situation(replicas=n), trace, CATALOG).total_s.mean() for n in (1, 2, 4)]
    assert waits[0] > waits[1] > waits[2]
    slow = replace(trace, arrival_s=trace.arrival_s * 4.0)
    assert replay(situation(), slow, CATALOG).total_s.mean() < waits[0]


def test_a_cap_makes_requests_wait_and_a_full_cache_puts_them_back():
    trace = poisson(20.0, 1000, 1000, 300)
    free = replay(situation(), trace, CATALOG)
    capped = replay(situation(max_batch=8), trace, CATALOG)
    assert capped.queue_s.mean() > free.queue_s.mean() + 1.0
    assert free.put_back == 0
    tight = situation("llama-3.1-70b", "H100", "fp8", Layout(tp=1), i=500.0)
    long = trace_of(np.zeros(400), np.full(400, 100.0), np.full(400, 3000.0))
    full = replay(tight, long, CATALOG)
    assert full.put_back > 0
    assert full.kv_use_share <= 1.0
    assert np.isfinite(full.total_s).all()


def test_chunks_hold_running_answers_up_less():
    trace = poisson(0.6, 400, 12000, 400)
    fine = replay(situation(chunk_tokens=1024), trace, CATALOG)
    coarse = replay(situation(chunk_tokens=16384), trace, CATALOG)
    assert fine.ttft_s.mean() > coarse.ttft_s.mean()


def shared_prefixes(count=600, kinds=12):
    rng = np.random.default_rng(1)
    kind = rng.integers(0, kinds, count)
    blocks = [[int(k) * 100 + b for b in range(8)] + [10_000 + i] for i, k in enumerate(kind)]
    t = np.cumsum(rng.exponential(0.2, count))
    return trace_of(t, np.full(count, 9 * 512.0), np.full(count, 50.0), blocks)


def test_prefixes_are_found_more_often_where_requests_go_to_them():
    trace = shared_prefixes()
    case = situation(replicas=4)
    found = {r: replay(case, trace, CATALOG, r) for r in ("round-robin", "prefix")}
    none = replay(case, trace, CATALOG, "prefix", prefix_cache=False)
    share = {r: summary(x, Slo()).hit_share for r, x in found.items()}
    assert none.hit_tokens.sum() == 0.0
    assert share["prefix"] > share["round-robin"] > 0.5
    assert share["prefix"] <= 8 / 9
    assert found["prefix"].ttft_s.mean() < none.ttft_s.mean()


def test_two_pools_keep_answers_free_of_prompts():
    trace = poisson(4.0, 1500, 4000, 300)
    one = replay(situation(replicas=2), trace, CATALOG)
    two = replay(situation(replicas=1, prefill=Layout(tp=4), prefill_workers=1), trace, CATALOG)
    assert one.packages == two.packages == 8.0
    assert np.nanpercentile(two.tpot_s, 99) < np.nanpercentile(one.tpot_s, 99)
    assert two.prefill_busy_share > 0.1
    assert (two.ttft_s > 0.0).all()


def test_goodput_counts_what_keeps_the_limits():
    found = replay(situation(), poisson(4.0, 500, 1000, 300), CATALOG)
    every, none = summary(found, Slo()), summary(found, Slo(1e-9, 1e-9))
    assert every.good_share == 1.0
    assert none.good_share == 0.0
    half = summary(found, Slo(ttft_s=float(np.median(found.ttft_s))))
    assert half.good_share == pytest.approx(0.5, abs=0.01)
    assert every.goodput_per_s == pytest.approx(every.request_rate)


def test_the_same_trace_gives_the_same_replay():
    trace = poisson(4.0, 300, 1000, 300)
    a, b = (replay(situation(replicas=3), trace, CATALOG) for _ in range(2))
    assert (a.total_s == b.total_s).all()


def test_published_traces_are_read_whole(shared):
    folder = shared / "traces" / "requests"
    trace = read_trace(folder / "AzureLLMInferenceTrace_conv_2023.csv.gz")
    assert trace.size == 19_366
    assert trace.input_tokens.mean() == pytest.approx(1154.7, abs=0.1)
    mooncake = read_trace(folder / "mooncake_conversation_trace.jsonl.gz")
    assert mooncake.size == 12_031
    assert mooncake.blocks.max() == 182_789
