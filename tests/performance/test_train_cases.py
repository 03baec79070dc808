"""Tables of runs: every row is kept, results are not read, blanks are filled by rule."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.training.case_input import SHAPE_COLUMNS, SIZES, Said, shape_of
from gigawatt.performance.training.cases import ADDED, RESULTS, case_columns, predict_cases
from gigawatt.performance.training.cases import resolve_case as resolve
from gigawatt.performance.training.choices import Precision, Recompute, Stack
from gigawatt.performance.training.flops import Convention, flop_per_token, parse_convention

CATALOG = load_catalog()
ROW = {
    "model": "llama-3.1-70b", "gpu": "H100 SXM", "gpus": "64", "tp": "4", "pp": "4", "gbs": "128",
    "mbs": "1", "seq_len": "8192", "precision": "BF16", "recompute": "none", "release": "26.04",
}  # fmt: skip


def row(**changes: str) -> dict[str, str]:
    return {**ROW, **changes}


def tables(shared: Path) -> list[tuple[str, list[dict[str, str]]]]:
    found = []
    for path in sorted((shared / "reference/training").glob("*.csv")):
        rows = list(csv.DictReader(path.read_text().splitlines()))
        if "tp" in rows[0]:
            found.append((path.stem, rows))
    return found


def test_every_row_of_the_published_tables_is_predicted_and_fits(shared: Path) -> None:
    seen = 0
    for name, rows in tables(shared):
        errors = []
        for row_, told in zip(rows, predict_cases(rows, CATALOG), strict=True):
            assert not told["problem"], (name, row_["row_id"], told["problem"])
            assert told["fits"] == "1", (name, row_["row_id"], told["assumed"])
            seconds = float(told["predicted_iter_time_s"])
            low, high = told["predicted_iter_time_low_s"], told["predicted_iter_time_high_s"]
            assert float(low) < seconds < float(high)
            if row_["iter_time_s"]:
                errors.append(abs(seconds / float(row_["iter_time_s"]) - 1.0))
            seen += 1
        if errors:
            mean = sum(errors) / len(errors)
            print(f"{name:42s} mean {mean:.1%} max {max(errors):.1%}")
            assert mean < 0.15  # the bars by table are on the validation page
    assert seen == 116


def test_results_that_a_row_holds_are_not_read(shared: Path) -> None:
    for _, rows in tables(shared):
        blank = [{**r, **dict.fromkeys(RESULTS, "")} for r in rows]
        wrong = [{**r, **dict.fromkeys(RESULTS, "7e9")} for r in rows]
        for one, two in zip(
            predict_cases(blank, CATALOG), predict_cases(wrong, CATALOG), strict=True
        ):
            assert {k: one[k] for k in ADDED} == {k: two[k] for k in ADDED}


def test_rate_in_flops_follows_the_rows_convention() -> None:
    told = {
        c: case_columns(row(flops_convention=c), CATALOG) for c in ("", "6ND", "hardware, eq.3")
    }
    rates = {c: float(t["predicted_tflops_per_gpu"]) for c, t in told.items()}
    assert rates["6ND"] < rates[""] < rates["hardware, eq.3"]
    assert len({t["predicted_iter_time_s"] for t in told.values()}) == 1
    assert "causal" in told[""]["assumed"] and "causal" not in told["6ND"]["assumed"]


def test_the_count_of_2021_is_its_papers_formula() -> None:
    said = Said([])
    shape = shape_of({"model": "GPT-530B"}, CATALOG, said)
    layers, h, v, s = shape.layers, shape.hidden, shape.vocab, 2048
    formula = 96 * layers * h**2 * (1 + s / (6 * h) + v / (16 * layers * h))
    assert flop_per_token(shape, s, Convention.MEGATRON_2021) == pytest.approx(formula, rel=1e-9)
    formula = 72 * layers * h**2 * (1 + s / (6 * h) + v / (12 * layers * h))
    assert flop_per_token(shape, s, Convention.MEGATRON_CORE) == pytest.approx(formula, rel=1e-9)
    assert parse_convention("72 B s l h^2 (model)")[0] is Convention.MEGATRON_CORE


def test_shape_columns_win_over_the_name() -> None:
    shape = shape_of(
        {"model": "llama-3.1-70b", "layers": "12", "vocab": "32000"}, CATALOG, Said([])
    )
    assert (shape.layers, shape.dense_layers, shape.vocab, shape.hidden) == (12, 12, 32000, 8192)
    shape = shape_of({"model": "GPT-3 175B", "act_fn": "swiglu"}, CATALOG, Said([]))
    assert shape.ffn_matrices == 3
    shape = shape_of({"model": "DeepSeek-V3", "notes": "DeepSeekV3 (w/o MTP)"}, CATALOG, Said([]))
    assert shape.mtp_layers == 0


def test_an_unknown_name_with_a_shape_or_with_parameters_is_still_predicted() -> None:
    known = row(model="Own-7B", layers="32", hidden="4096", heads="32", ffn_hidden="11008",
                act_fn="swiglu", vocab="32000")  # fmt: skip
    told = case_columns(known, CATALOG)
    assert not told["problem"]
    told = case_columns(row(model="Own-65B", params_b="65"), CATALOG)
    assert not told["problem"] and "nearest in parameters" in told["assumed"]
    assert "Unknown model" in case_columns(row(model="Own"), CATALOG)["problem"]


def test_blanks_are_filled_and_told() -> None:
    case = resolve(row(mbs="", recompute="", precision="", release=""), CATALOG)
    told = " ".join(case.assumed)
    assert "microbatch" in told and "BF16" in told and "tuned" in told
    assert case.plan.dp == 4 and case.plan.stack == Stack.TUNED


def test_a_split_that_is_left_out_is_searched() -> None:
    case = resolve(row(tp="", pp="", mbs=""), CATALOG)
    assert "feasible plans" in " ".join(case.assumed)
    assert case.plan.gpus == 64 and case.sigma_log > 0.05
    fixed = resolve(row(tp="8", pp="", mbs=""), CATALOG)
    assert fixed.plan.tp == 8


def test_text_of_precision_and_recomputation_reaches_the_plan() -> None:
    case = resolve(row(precision="FP8 (current scaling)", recompute="full"), CATALOG)
    assert (case.plan.precision, case.plan.recompute) == (Precision.FP8, Recompute.FULL)
    case = resolve(row(fsdp_shard="64", tp="1", pp="1"), CATALOG)
    assert (case.plan.zero, case.plan.shard, case.plan.dp) == (3, 64, 64)


def test_watts_in_the_name_change_power_not_time() -> None:
    plain, capped = resolve(row(gpu="B300"), CATALOG), resolve(row(gpu="B300 900W"), CATALOG)
    assert capped.system.gpu_tdp_w == 900 and plain.system.gpu_tdp_w == 1100
    assert capped.system.system_power_kw == pytest.approx(plain.system.system_power_kw - 1.6)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"gpu": "H900"}, "Unknown GPU 'H900'"),
        ({"gpu": ""}, "gpu is empty"),
        ({"tp": "3"}, "impossible split"),
        ({"gpus": "63"}, "impossible split"),
        ({"dp": "5"}, "impossible split"),
        ({"tp": "0"}, "tp = 0 must be one or more"),
        ({"tp": "-4"}, "must not be negative"),
        ({"gbs": "2.5"}, "must be a whole number"),
        ({"gbs": "many"}, "is not a number"),
        ({"seq_len": "0"}, "must be one or more"),
        ({"pp": "128", "gpus": "512"}, "stages are more than 80 layers"),
        ({"precision": "NVFP4"}, "does not support precision NVFP4"),
        ({"precision": "int4"}, "BF16"),
        ({"precision": "posit"}, "Unknown precision"),
        ({"ep": "8"}, "has no experts"),
        ({"model": "deepseek-v3", "ep": "7"}, "does not divide"),
        ({"model": "llama-3.1-7b"}, "Did you mean"),
        ({"gbs": "2"}, "less than one microbatch"),
        ({"recompute": "sometimes"}, "Unknown recomputation"),
    ],
)
def test_a_row_that_cannot_be_evaluated_keeps_its_place_and_says_why(
    change: dict[str, str], problem: str
) -> None:
    if change.get("precision") == "int4":  # weights of 4 bits multiply in BF16: a valid case
        told = case_columns(row(**change), CATALOG)
        assert not told["problem"] and "products in BF16" in told["assumed"]
        return
    told = case_columns(row(**change), CATALOG)
    assert problem in told["problem"], told["problem"]
    assert told["predicted_iter_time_s"] == ""
    with pytest.raises(InputError):
        resolve(row(**change), CATALOG)


def test_a_table_keeps_rows_and_columns() -> None:
    rows = [row(), row(gpu="H900"), row(extra="kept")]
    told = list(predict_cases(rows, CATALOG))
    assert [bool(t["problem"]) for t in told] == [False, True, False]
    assert told[2]["extra"] == "kept" and list(told[0])[-len(ADDED) :] == list(ADDED)


CELLS = st.sampled_from(
    ["", "1", "2", "4", "8", "64", "1024", "0", "-1", "3.5", "abc", "1e9", "nan", "inf", "1,024"]
)
TEXTS = st.sampled_from(["", "x", "none", "full", "FP8", "ZeRO-3", "26.04", "arXiv 2104.04473"])
GPUS = sorted({*CATALOG.records["systems"], *CATALOG.records["accelerators"]})


@given(
    model=st.sampled_from(sorted(CATALOG.records["models"])),
    gpu=st.sampled_from([*GPUS, "", "feynman", "tpu7x", "mi300x"]),
    cells=st.dictionaries(st.sampled_from([*SIZES, *SHAPE_COLUMNS, "sites", "params_b"]), CELLS),
    texts=st.dictionaries(
        st.sampled_from(["precision", "recompute", "fsdp_shard", "release", "source", "notes"]),
        TEXTS,
    ),
)
@settings(max_examples=150, deadline=None)
def test_any_row_gets_numbers_or_a_problem(
    model: str, gpu: str, cells: dict[str, str], texts: dict[str, str]
) -> None:
    told = case_columns({"model": model, "gpu": gpu, "gpus": "64", **cells, **texts}, CATALOG)
    assert set(told) == set(ADDED)
    numbers = [float(v) for k, v in told.items() if k.startswith("predicted") and v]
    assert bool(told["problem"]) != bool(numbers)
    assert all(0.0 <= v < 1e300 for v in numbers)


def test_published_steps_with_sequence_parallelism_on_a100() -> None:
    """Korthikanti et al. 2022 (arXiv 2205.05198), table 5: second hand, no constant saw them."""
    published = {("22b", 8, 8, 1, 1, 4): 1.10, ("175b", 64, 8, 8, 3, 64): 13.75,
                 ("530b", 280, 8, 35, 3, 280): 37.83}  # fmt: skip
    errors = []
    for (size, gpus, tp, pp, vp, gbs), step in published.items():
        row = {"model": f"GPT-{size}", "gpu": "A100 80GB", "gpus": str(gpus), "tp": str(tp),
               "pp": str(pp), "vp": str(vp), "gbs": str(gbs), "mbs": "4" if tp == gpus else "1",
               "seq_len": "2048", "precision": "fp16", "recompute": "selective",
               "source": "Korthikanti et al. 2022 (arXiv 2205.05198)"}  # fmt: skip
        told = case_columns(row, CATALOG)
        assert told["fits"] == "1", size
        errors.append(float(told["predicted_iter_time_s"]) / step - 1.0)
        print(f"{size}: {errors[-1]:+.1%}")
    assert max(map(abs, errors)) < 0.05


def test_a_hybrid_of_single_blocks_keeps_its_parameters() -> None:
    row = {"model": "nemotron-h-56b", "gpu": "H100", "gpus": "64", "params_b": "56", "tp": "8",
           "pp": "1", "gbs": "64"}  # fmt: skip
    told = case_columns(row, CATALOG)
    assert told["problem"] == ""
    assert "params_b says" not in told["assumed"]
