"""Cells of numbers that say nothing."""

from __future__ import annotations

import pytest

from gigawatt.quantity.blank import is_blank


@pytest.mark.parametrize("text", ["", "  ", "N/A", "unknown", "-", "None", "?"])
def test_words_for_nothing(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["0", "-1", "0.0", "many", "1 to 2"])
def test_everything_else_is_read(text):
    assert not is_blank(text)
