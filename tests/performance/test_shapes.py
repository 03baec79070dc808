from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.shapes import (
    ModelShape,
    active_params,
    attention_flop_per_token,
    kv_elements,
    kv_elements_per_token,
    load_shape,
    matmul_params,
    shape_from_record,
    total_params,
    train_flop_per_token,
)

CATALOG = load_catalog()
IDS = sorted(CATALOG.records["models"])


def test_parameters_and_cache_follow_from_the_shapes(shared: Path) -> None:
    rows = list(csv.DictReader((shared / "reference/catalog/models.csv").read_text().splitlines()))
    assert {r["id"] for r in rows} <= set(IDS)
    for row in rows:
        shape = load_shape(CATALOG, row["id"])
        total = total_params(shape) / 1e9 / float(row["params_from_shape_b"])
        active = active_params(shape) / 1e9 / float(row["active_from_shape_b"])
        print(f"{shape.id:18s} total {total - 1:+.4%} active {active - 1:+.4%}")
        assert total == pytest.approx(1.0, abs=0.01)
        assert active == pytest.approx(1.0, abs=0.01)
        assert kv_elements_per_token(shape) == float(row["kv_elements_per_token"])


@pytest.mark.parametrize("model", IDS)
def test_parameters_agree_with_what_the_maker_publishes(model: str) -> None:
    record = CATALOG.record("models", model)
    shape = shape_from_record(record)
    if shape.unsupported or "total_params_b" not in record.facts:
        pytest.skip("no total is published, or the shape is refused")
    published = record.value("total_params_b")
    error = total_params(shape) / 1e9 / published - 1
    print(f"{model}: {error:+.2%}")
    assert abs(error) < (0.035 if published < 10 else 0.02)  # "1.7B" is rounded to 3 %


@pytest.mark.parametrize(
    ("model", "gflop", "tokens"), [("llama-3.1-70b", 447.9, 8192), ("deepseek-v3", 259.9, 4096)]
)
def test_flop_per_token_is_megatron_bridges_count(model: str, gflop: float, tokens: int) -> None:
    """TFLOP/s over tokens/s of its performance summary (rows of 26.04.01)."""
    counted = train_flop_per_token(load_shape(CATALOG, model), tokens) / 1e9
    print(f"{model}: {counted:.1f} against {gflop}")
    assert counted == pytest.approx(gflop, rel=0.005)


def test_sliding_layers_keep_no_more_than_their_window() -> None:
    shape = load_shape(CATALOG, "gpt-oss-120b")
    whole = replace(shape, sliding_window=0, sliding_period=0)
    assert kv_elements(shape, 100.0) == kv_elements(whole, 100.0)
    per_layer = kv_elements_per_token(shape) / shape.layers
    assert kv_elements(shape, 8192.0) == per_layer * 18 * (8192 + 128)
    assert attention_flop_per_token(shape, 8192) < attention_flop_per_token(whole, 8192)


def test_unknown_model_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"Did you mean 'llama-3\.1-405b'"):
        load_shape(CATALOG, "llama-3.1-450b")


@given(
    layers=st.integers(1, 128),
    heads=st.integers(1, 128),
    kv=st.integers(1, 16),
    experts=st.integers(0, 512),
    top_k=st.integers(1, 8),
)
def test_active_never_exceeds_total(
    layers: int, heads: int, kv: int, experts: int, top_k: int
) -> None:
    shape = ModelShape(
        id="x", name="x", layers=layers, hidden=1024, heads=heads, kv_heads=kv, head_dim=64,
        vocab=32000, attention="gqa", dense_ffn=4096, dense_layers=0 if experts else layers,
        experts=max(experts, top_k) if experts else 0, top_k=top_k if experts else 0,
        expert_ffn=512 if experts else 0,
    )  # fmt: skip
    assert matmul_params(shape) < active_params(shape) <= total_params(shape)
    assert train_flop_per_token(shape, 8192) > train_flop_per_token(shape, 4096)
