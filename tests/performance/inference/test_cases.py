"""Files of cases: layouts, blanks, bad rows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.inference.cases import ADDED, QUANTITIES, predict_rows
from gigawatt.performance.inference.tables import (
    AGGREGATED,
    DISAGGREGATED,
    MLPERF,
    drafted_in,
    engine_of,
    layout_of,
    read_rows,
)

CATALOG = load_catalog()
RESULTS = (
    "ttft_ms", "tpot_ms", "tok_s_user", "output_tok_s_per_gpu_derived", "tokens_per_s",
    "total_tok_s_per_gpu_derived", "tok_s_per_gpu", "ttft_p99_ms", "tpot_p99_ms",
)  # fmt: skip
ROW = {
    "row_id": "a", "origin": "InferenceX", "measured": "2026-03-01", "gpu": "H200-SXM",
    "gpus": "4", "backend": "vllm", "backend_version": "0.16.0",
    "model_path": "meta-llama/Llama-3.1-70B", "precision": "fp8", "spec_decode": "none",
    "isl": "1024", "osl": "1024", "mean_isl": "921.6", "mean_osl": "921.6", "concurrency": "16",
    "tp": "4", "dp": "1", "moe_tp": "1", "moe_ep": "1", "ttft_ms": "100", "tpot_ms": "12",
}  # fmt: skip


def one(**changes):
    return predict_rows([{**ROW, **changes}], AGGREGATED, CATALOG)[0]


@pytest.mark.parametrize(
    "name", ["measured_serving_agg.csv", "measured_serving_disagg.csv", "mlperf_inference.csv"]
)
def test_blanked_results_give_the_same_answer(shared, name):
    rows, header = read_rows(shared / "reference" / "inference" / name)
    layout = layout_of(header, name)
    blank = [{k: "" if k in RESULTS else v for k, v in row.items()} for row in rows]
    full, empty = predict_rows(rows, layout, CATALOG), predict_rows(blank, layout, CATALOG)
    assert full == empty
    predicted = sum(not row["problem"] for row in full)
    print(f"{name}: {predicted} of {len(rows)} rows predicted")
    assert predicted >= 0.97 * len(rows)


def test_layouts_are_known_by_their_columns():
    assert layout_of(list(ROW), "x") == AGGREGATED
    assert layout_of([*ROW, "decode_num_workers"], "x") == DISAGGREGATED
    assert layout_of(["accelerator", "scenario", "model"], "x") == MLPERF
    with pytest.raises(InputError, match="unknown layout"):
        layout_of(["a", "b"], "x.csv")


def test_a_row_has_all_columns_and_its_band():
    row = one()
    assert set(row) == set(ADDED)
    for name in ("ttft_ms", "tpot_ms", "output_tok_s_per_gpu"):
        low, central, high = (float(row[f"predicted_{name}{end}"]) for end in ("_low", "", "_high"))
        assert 0.0 < low < central < high
    assert "cache in FP8" in row["assumed"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model_path": "no-such-model"}, "Unknown model"),
        ({"gpu": "Z9000"}, "Unknown GPU"),
        ({"concurrency": "-4"}, "concurrency"),
        ({"mean_isl": "", "isl": ""}, "mean_isl"),
        ({"mean_osl": "many"}, "mean_osl is 'many'"),
        ({"tp": "3"}, "does not divide"),
        ({"tp": "1", "model_path": "deepseek-ai/DeepSeek-V3"}, "does not fit"),
        ({"backend": "abacus"}, "Unknown engine"),
        ({"spec_decode": "telepathy"}, "Unknown speculation"),
        ({"measured": "soon"}, "measured"),
        ({"measured": "1926-03-01"}, "measured"),
        ({"mean_isl": "10000000"}, "one request does not fit"),
        ({"model_path": "mixtral-8x7b", "tp": "4", "moe_tp": "", "moe_ep": "3"}, "do not fill"),
    ],
)
def test_a_bad_row_keeps_its_place_and_says_why(changes, words):
    good, bad = predict_rows([ROW, {**ROW, **changes}], AGGREGATED, CATALOG)
    assert not good["problem"]
    assert words in bad["problem"]
    assert bad["predicted_tpot_ms"] == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"model_path": "nvidia/Llama-3_3-Nemotron-Super-49B-v1_5", "backend": "TRT-LLM"},
        {"model_path": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "backend": "LMDeploy"},
        {"model_path": "mistralai/Mistral-Small-3.1-24B-Instruct-2503", "gpu": "L40S"},
        {"gpu": "RTX PRO 6000 Blackwell Server Edition", "precision": "NVFP4"},
        {"gpu": "A100-SXM-80GB", "precision": "int8", "backend": "TGI"},
        {"gpu": "TPU v6e", "precision": "fp8", "backend": ""},
        {"spec_decode": "draft_model"},
        {"spec_decode": "true", "model_path": "deepseek-ai/DeepSeek-R1", "tp": "8"},
        {"spec_decode": "NextN-3", "model_path": "zai-org/GLM-4.5", "tp": "8"},
        {"spec_decode": "n/a", "measured": "20260327"},
        {"measured": "March 2026", "backend": "Dynamo TRT-LLM"},
        {"model_path": "deepseek-ai/DeepSeek-R1", "tp": "", "gpus": "", "dp": "", "moe_tp": "",
         "moe_ep": ""},
    ],
)  # fmt: skip
def test_rows_as_people_write_them_are_predicted(changes):
    row = one(**changes)
    assert not row["problem"]
    assert 1.0 < float(row["predicted_tpot_ms"]) < 200.0
    assert 1.0 < float(row["predicted_output_tok_s_per_gpu"]) < 2e4


def test_a_checkpoint_tells_its_precision_where_the_row_does_not():
    whole = {"tp": "8", "gpus": "8", "gpu": "B200"}
    blank = one(model_path="nvidia/DeepSeek-R1-0528-FP4-v2", precision=" ", **whole)
    told = one(model_path="deepseek-ai/DeepSeek-R1-0528", precision="FP4", **whole)
    native = one(model_path="deepseek-ai/DeepSeek-R1-0528", precision="", **whole)
    assert blank["predicted_tpot_ms"] == told["predicted_tpot_ms"] != native["predicted_tpot_ms"]


def test_one_row_that_fails_late_leaves_the_others():
    rows = [ROW, {**ROW, "spec_decode": "dspark", "model_path": "no-such-model"}, ROW]
    assert [bool(r["problem"]) for r in predict_rows(rows, AGGREGATED, CATALOG)] == [0, 1, 0]


def test_unknown_speculation_is_an_envelope():
    path = "deepseek-ai/DeepSeek-V3"
    sure = one(model_path=path, gpu="B200-SXM", tp="8", spec_decode="none", gpus="8")
    open_ = one(model_path=path, gpu="B200-SXM", tp="8", spec_decode="unknown", gpus="8")
    fast = one(model_path=path, gpu="B200-SXM", tp="8", spec_decode="mtp", gpus="8")
    assert not sure["problem"] + open_["problem"] + fast["problem"]
    assert open_["predicted_tpot_ms"] == sure["predicted_tpot_ms"]
    assert float(open_["predicted_tpot_ms_low"]) == pytest.approx(
        float(fast["predicted_tpot_ms_low"]), rel=1e-3
    )
    assert float(fast["predicted_tpot_ms"]) < float(sure["predicted_tpot_ms"])


def test_a_config_file_is_a_model(tmp_path):
    import json

    config = {
        "model_type": "llama", "num_hidden_layers": 80, "hidden_size": 8192,
        "num_attention_heads": 64, "num_key_value_heads": 8, "intermediate_size": 28672,
        "vocab_size": 128256, "hidden_act": "silu", "tie_word_embeddings": False,
        "max_position_embeddings": 131072,
    }  # fmt: skip
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    own, known = one(model_path=str(path)), one()
    assert not own["problem"]
    assert float(own["predicted_tpot_ms"]) == pytest.approx(
        float(known["predicted_tpot_ms"]), rel=0.25
    )  # the catalog's has deviations of its own


def test_what_stands_for_something_else_is_told():
    assert "int8 taken as fp8" in one(precision="int8")["assumed"]
    assert "has no FP4" in one(precision="fp4")["assumed"]
    assert "was made for" in one(mean_isl="200000")["assumed"]
    assert "was made for" not in one()["assumed"]
    assert "half of the FP8 rate" in one(gpu="MI455X")["assumed"]


def test_a_dense_checkpoint_in_mxfp4_is_four_bits_throughout():
    row = {"gpu": "MI355X", "tp": "8", "gpus": "8", "precision": "fp4"}
    named = one(**row, model_path="amd/Llama-3.1-405B-Instruct-MXFP4-Preview")
    plain = one(**row, model_path="meta-llama/Llama-3.1-405B-Instruct")
    assert named["predicted_tpot_ms"] == plain["predicted_tpot_ms"]


def test_drafted_tokens_of_a_name():
    row = {"model_path": "deepseek-ai/DeepSeek-R1", "gpu": "B200", "tp": "8", "moe_ep": "8"}
    by_name = [one(**row, spec_decode=t)["predicted_tpot_ms"] for t in ("mtp", "MTP1", "mtp-3")]
    assert by_name[0] == by_name[1]
    assert float(by_name[2]) < float(by_name[1])
    assert [drafted_in(t) for t in ("eagle3", "eagle3-2", "none", "unknown", "")] == [0, 2, 0, 0, 0]


MLPERF_ROW = {
    "round": "v5.1", "accelerator": "NVIDIA H200-SXM-141GB", "accelerators": "8",
    "model": "llama2-70b-99.9", "scenario": "Server", "weight_data_types": "fp8",
    "limits": "ttft_p99_s<=2; tpot_p99_ms<=200",
}  # fmt: skip


def mlperf(**changes):
    return predict_rows([{**MLPERF_ROW, **changes}], MLPERF, CATALOG)[0]


def test_limits_of_a_scenario_are_those_of_the_rules_where_none_are_written():
    quantity = "predicted_output_tok_s_per_gpu"
    assert mlperf(limits="see rules")[quantity] == mlperf()[quantity]
    assert "TPOT p99 within 200 ms" in mlperf(limits="see rules")["assumed"]
    written = "ttft_p99_ms <= 450; tpot_p99_s <= 0.04"
    interactive = mlperf(scenario="Interactive", limits="")
    assert "TPOT p99 within 40 ms" in interactive["assumed"]
    assert mlperf(scenario="Interactive", limits=written)[quantity] == interactive[quantity]
    assert float(interactive[quantity]) < float(mlperf()[quantity])
    named = mlperf(model="llama2-70b-interactive-99.9", limits="")
    assert named[quantity] == interactive[quantity]
    assert "scenario Server" in mlperf(scenario="")["assumed"]
    assert "Unknown MLPerf scenario" in mlperf(scenario="SingleStream")["problem"]


def test_a_pool_without_workers_is_told():
    row = {**ROW, "prefill_num_workers": "1", "decode_num_workers": "1", "decode_tp_size": "4",
           "decode_attention_dp_size": "1", "prefill_tp_size": "2",
           "prefill_attention_dp_size": "1"}  # fmt: skip

    def told(**changes):
        return predict_rows([{**row, **changes}], DISAGGREGATED, CATALOG)[0]

    assert "at least 1 worker" in told(prefill_num_workers="0")["problem"]
    blank = told(decode_num_workers="")
    assert "1 decode worker" in blank["assumed"]
    assert blank["predicted_tpot_ms"] == told()["predicted_tpot_ms"]


def test_attention_ranks_within_the_gpus_are_read_either_way():
    row = {"model_path": "deepseek-ai/DeepSeek-R1", "gpus": "8", "dp": "8", "moe_ep": "8"}
    plain, within = one(**row, tp="1"), one(**row, tp="8")
    assert within["predicted_tpot_ms"] == plain["predicted_tpot_ms"]
    assert "attention ranks of TP 1" in within["assumed"]
    assert "GPUs by the layout" in one(**{**row, "gpus": "16"}, tp="8")["assumed"]


@pytest.mark.parametrize(
    ("text", "engine", "told"),
    [
        ("TensorRT LLM", "trtllm", False),
        ("TRTLLM 1.2", "trtllm", False),
        ("Dynamo (SGLang)", "sglang", False),
        ("dynamo", "vllm", True),
        ("llm-d", "vllm", True),
    ],
)
def test_engines_as_people_write_them(text, engine, told):
    assumed = []
    assert engine_of(text, assumed) == engine
    assert bool(assumed) == told


def test_wide_replicas_run_as_many_requests_a_rank_as_narrow_ones():
    row = {"model_path": "deepseek-ai/DeepSeek-R1", "gpu": "GB300", "precision": "fp4", "tp": "1"}
    narrow, wide = (
        one(**row, dp=str(n), gpus=str(n), moe_ep=str(n), concurrency=str(512 * n)) for n in (8, 64)
    )
    share = float(wide["predicted_ttft_ms"]) / float(narrow["predicted_ttft_ms"])
    assert 0.5 < share < 2.0  # no queue in front of either


JUNK = (
    "", "nan", "null", "-", "n/a", "0", "-1", "1e9", "1e308", "inf", "abc", "8.5", "1,024", " 16 ",
    "0x10", "１６", "[1]", "\"", "é", "1_000", "1e-9", "∞", "9" * 30, "2026-13-45", "fp6", "w8a8",
    "NVFP4+FP8KV", "8xH200", "trn2", "llama", "TRTLLM", None,
)  # fmt: skip
SEED_ROWS = {
    AGGREGATED: {"gpu": "H200", "model_path": "qwen3-235b-a22b", "precision": "fp8",
                 "backend": "sglang", "isl": "1024", "osl": "1024", "mean_isl": "1024",
                 "mean_osl": "1024", "concurrency": "64", "tp": "8", "dp": "1", "moe_tp": "1",
                 "moe_ep": "8", "gpus": "8", "spec_decode": "none", "measured": "2026-01-14",
                 "ttft_ms": "300", "tpot_ms": "20"},
    DISAGGREGATED: {"gpu": "GB200-NVL72", "model_path": "deepseek-r1", "precision": "fp4",
                    "backend": "trtllm", "isl": "8192", "osl": "1024", "concurrency": "512",
                    "prefill_num_workers": "2", "prefill_tp_size": "4", "decode_num_workers": "1",
                    "decode_tp_size": "1", "decode_attention_dp_size": "16",
                    "decode_moe_ep_size": "16", "spec_decode": "unknown"},
    MLPERF: {"round": "v6.1", "accelerator": "NVIDIA GB300", "accelerators": "72",
             "model": "deepseek-r1", "scenario": "Server", "limits": "", "weight_data_types": "fp4",
             "mean_output_tokens": "3880"},
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.data(), layout=st.sampled_from(sorted(SEED_ROWS)))
def test_junk_gives_a_problem_or_numbers_and_never_an_error(data, layout):
    row = dict(SEED_ROWS[layout])
    names = data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=4, unique=True))
    for name in names:
        row[name] = data.draw(st.sampled_from(JUNK))
    found = predict_rows([row, SEED_ROWS[layout]], layout, CATALOG)
    assert found[1]["problem"] == ""
    assert set(found[0]) == set(ADDED)
    if found[0]["problem"]:
        return
    for name in QUANTITIES:
        low, value, high = (float(found[0][f"{name}{end}"]) for end in ("_low", "", "_high"))
        assert 0.0 < low <= value <= high < math.inf


def test_a_newer_round_is_taken_as_the_newest_known():
    row = {**SEED_ROWS[MLPERF], "round": "v9.0"}
    found = predict_rows([row], MLPERF, CATALOG)[0]
    assert "round v9.0 taken as v6.1" in found["assumed"]
    assert (
        "Unknown MLPerf round"
        in predict_rows([{**row, "round": "x"}], MLPERF, CATALOG)[0]["problem"]
    )
