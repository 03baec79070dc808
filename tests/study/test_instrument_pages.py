"""The page of instruments is what the command makes, and has all eighteen."""

from __future__ import annotations

from pathlib import Path

from gigawatt.program.instruments import KINDS
from gigawatt.study.books.instrument_pages import PAGES, with_pages

PAGE = Path(__file__).parents[2] / "docs/instruments.md"


def test_the_page_is_current():
    text = PAGE.read_text(encoding="utf-8")
    assert with_pages(text) == text


def test_every_kind_but_the_two_helpers_has_an_example():
    assert set(KINDS) - set(PAGES) == {"site_debt", "bridge"}
    assert len(PAGES) == 18
