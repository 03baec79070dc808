"""The table "load_shape": one week a stage, in order of stages, its mean 1."""

from __future__ import annotations

import polars as pl
import pytest

from gigawatt.program.load import load_program
from gigawatt.study.archive.columns import column
from gigawatt.study.sites.load_shape import EVENTS, load_shape_table


@pytest.fixture(scope="module")
def table():
    return load_shape_table(load_program("openai-nvidia-2025-09"))


def test_every_stage_has_a_week_of_mean_one(table):
    weeks = table.group_by("site", "stage").agg(
        pl.len(), pl.col("it_shape_pu").mean(), pl.col("mean_it_mw").first(),
        pl.col("drop_mw").first(),
    )  # fmt: skip
    assert (weeks["len"] == 168).all()
    assert weeks["it_shape_pu"].to_list() == pytest.approx([1.0] * len(weeks))
    assert (weeks["drop_mw"] < weeks["mean_it_mw"]).all()
    assert set(table["engine"]) == {EVENTS}


def test_a_later_stage_holds_more(table):
    for (_site,), rows in table.filter(pl.col("hour") == 0).group_by("site"):
        power = rows.sort("stage")["mean_it_mw"].to_list()
        assert power == sorted(power)


def test_every_column_is_told(table):
    assert all(column("load_shape", name) for name in table.columns)
