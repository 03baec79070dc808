"""The page of instruments is what the command makes, and has all of them."""

from __future__ import annotations

from pathlib import Path

from gigawatt.program.instruments import KINDS
from gigawatt.study.books.instrument_pages import page_text, with_pages

PAGE = Path(__file__).parents[2] / "docs/instruments.md"


def test_the_page_is_current():
    text = PAGE.read_text(encoding="utf-8")
    assert with_pages(text) == text


def test_every_kind_has_a_section_with_an_example():
    sections = page_text().split("## `")[1:]
    assert [s.split("`")[0] for s in sections] == list(KINDS)
    for section in sections:
        for part in ("Parties", "Legs", "State", "Trigger", "Example."):
            assert f"**{part}**" in section
        assert "| | |\n" in section
