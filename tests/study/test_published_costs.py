"""The page of unit costs is what the command makes, and its arithmetic is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gigawatt.catalog import load_catalog
from gigawatt.study.books.published_costs import annual_usd, by_life, with_tables

PAGE = Path(__file__).parents[2] / "docs/unit-costs.md"


def test_the_page_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page, load_catalog()) == page


def test_a_year_costs_two_annuities_and_the_running_cost():
    found = annual_usd(np.array(100.0), np.array(50.0), 4.0, 3.0, rate=0.0, site_years=10.0)
    assert float(found) == pytest.approx(25.0 + 5.0 + 3.0)


def test_shorter_lives_cost_more():
    years = [theirs for _, theirs, _ in by_life(load_catalog())]
    assert years == sorted(years, reverse=True)
