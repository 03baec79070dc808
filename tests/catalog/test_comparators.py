"""Comparators: what is public of systems that no programme can be planned on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.program.load import CATALOG_TABLES

CATALOG = load_catalog()
KEYS = {
    "fp8_dense_tflops": "fp8_dense_tflops",
    "bf16_dense_tflops": "bf16_dense_tflops",
    "hbm_gb": "hbm_gb",
    "hbm_tb_s": "hbm_tb_s",
    "scaleup_domain_gpus": "scaleup_packages",
    "scaleup_gb_s_per_gpu_unidir": "scaleup_gb_s",
    "gpu_tdp_w": "gpu_tdp_w",
}


def test_comparators_agree_with_the_reference_table(shared: Path) -> None:
    with (shared / "reference/catalog/hardware.csv").open() as table:
        rows = {r["id"]: r for r in csv.DictReader(table)}
    held = {*CATALOG.records["systems"], *CATALOG.records["comparators"]}
    assert (
        set(rows) <= held
    )  # every system of the table is in the catalog, in one place or the other
    compared = 0
    for record in CATALOG.records["comparators"].values():
        for column, key in KEYS.items():
            published = rows[record.id][column]
            if published and key in record.facts:
                assert record.value(key) == pytest.approx(float(published), rel=1e-3), record.id
                compared += 1
    assert compared > 35


def test_no_system_is_in_both_tables() -> None:
    assert not set(CATALOG.records["systems"]) & set(CATALOG.records["comparators"])
    assert "comparators" not in CATALOG_TABLES  # a programme can't name one


def test_feynman_has_no_numbers_but_its_year() -> None:
    assert set(CATALOG.record("comparators", "feynman").facts) == {"first_year"}


def test_owners_grow_from_half_year_to_half_year() -> None:
    for record in CATALOG.records["owners"].values():
        if "mid_2025_h100e" in record.facts:
            series = [record.value(k) for k in ("end_2024_h100e", "mid_2025_h100e", "h100e")]
            assert series == sorted(series), record.id
