"""docs/programme-files.md is what the schema says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gigawatt.program.check import declared_against_computed
from gigawatt.program.load import load_program
from gigawatt.program.reference_tables import tables_markdown, with_tables

PAGE = Path(__file__).parents[2] / "docs" / "programme-files.md"


def test_tables_are_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_tables(text), "run: python -m gigawatt.program.reference_tables " + str(
        PAGE
    )


def test_figures_of_the_page_are_those_of_the_programme() -> None:
    told = re.search(
        r"([\d.]+) million\s+packages or ([\d.]+) million dies", PAGE.read_text("utf-8")
    )
    assert told
    gpus = next(
        c for c in declared_against_computed(load_program("openai-nvidia-2025-09"))
        if c.name == "packages"
    )  # fmt: skip
    assert gpus.computed / 1e6 == pytest.approx(float(told[2]), rel=0.02)


def test_every_table_has_a_meaning_for_every_key() -> None:
    rows = [r for r in tables_markdown().splitlines() if r.startswith("| `")]
    assert len(rows) > 90
    assert all(r.split("|")[4].strip() for r in rows)
