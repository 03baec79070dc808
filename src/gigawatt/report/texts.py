"""Texts that come from below the report (definitions, formulas, warnings), in other languages.

Layers below the report speak English, and a run folder holds what they said. Here such a text is
looked up whole, then as a pattern: ``{}`` in a pattern stands for what varies, which is looked up
in turn (a number in it gets the marks of the language). What is not found stays as it is: texts of
the reader's own programme are in the language of its file. The pairs stand in ``texts_fr.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from gigawatt.report.page import Figure, Page
from gigawatt.report.words_fr import typeset

FILES = {"fr": "texts_fr.txt"}
PLACE = "{}"
LISTED = "; "
PAID = "→ "  # payer and payee
LEAST_LITERAL = 4  # letters that a pattern must have of its own
CHART_KEYS = frozenset(("name", "text", "x", "y", "ticktext", "tickvals", "title", "categoryarray"))
PLAIN_FIELDS = frozenset(("id", "href", "mark", "csv", "lang", "layout", "data", "numbers"))
_NUMBER = re.compile(r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?![\d-])")
_WORDS = {" mn": "\u00a0M", " bn": "\u00a0Md", " tn": "\u00a0billions"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern and what it becomes; `literal` must be in a text that it fits."""

    expression: re.Pattern[str]
    target: str
    literal: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of one language: whole ones, and patterns."""

    whole: Mapping[str, str]
    patterns: tuple[Pattern, ...]

    def __call__(self, text: str) -> str:
        """Text in the language; itself where nothing is known of it."""
        return self._found(text) or text

    def _found(self, text: str) -> str:
        """Translation, or "" where nothing is known of the text."""
        text = " ".join(text.split()) if "\n" in text else text
        if text in self.whole:
            return self.whole[text]
        if PAID in text:
            payer, _, payee = text.partition(PAID)
            return f"{self(payer.strip())} {PAID}{self(payee)}".strip()
        if LISTED in text and all(pieces := [self._found(p) for p in text.split(LISTED)]):
            return typeset(" ; ").join(pieces)
        return self._matched(text) or self._pieces(text)

    def _matched(self, text: str) -> str:
        for pattern in self.patterns:
            if pattern.literal in text and (match := pattern.expression.fullmatch(text)):
                return pattern.target.format(*map(self._part, match.groups()))
        return ""

    def _pieces(self, text: str) -> str:
        """What is put together with commas, where a piece is known."""
        pieces = text.split(", ")
        known = [self.whole.get(p, "") or self._matched(p) for p in pieces if len(pieces) > 1]
        if not (any(known) and (known[0] or 2 * sum(map(bool, known)) >= len(pieces))):
            return ""
        return ", ".join(k or french_numbers(p) for k, p in zip(known, pieces, strict=True))

    def _part(self, text: str) -> str:
        """What stands in a place of a pattern; a blank before or after it stays."""
        bare = text.strip()
        return text.replace(bare, self._found(bare) or french_numbers(bare)) if bare else text


def french_numbers(text: str) -> str:
    """Numbers of an English text with French marks and no-break blanks.

    >>> french_numbers("0.69 times")
    '0,69 times'
    """
    text = re.sub(r" to (?=[\d$])", " à ", text)
    text = re.sub(r"\$([\d.,]+(?: [a-z]n\b)?)", "\\1\u00a0$", text)

    def written(match: re.Match[str]) -> str:
        whole = match[1].replace(",", "\u202f")
        return whole + (f",{match[2]}" if match[2] else "")

    text = _NUMBER.sub(written, text)
    for word, short in _WORDS.items():
        text = re.sub(rf"(?<=\d){word}\b", short, text)
    return re.sub(r"(?<=\d) ?%", "\u00a0%", text)


@lru_cache(maxsize=4)
def texts_of(lang: str) -> Callable[[str], str]:
    """Texts of a language; those of the reader's own language are left alone."""
    if lang not in FILES:
        return str
    table = read_pairs(Path(__file__).with_name(FILES[lang]))
    whole = {en: typeset(fr) for en, fr in table.items() if PLACE not in en}
    return Texts(whole, tuple(_pattern(en, typeset(fr)) for en, fr in table.items() if PLACE in en))


def read_pairs(file: Path) -> dict[str, str]:
    """English → other language, from a file of line pairs.

    Raises
    ------
    ValueError : lines do not pair, a text stands twice with two meanings, or places do not match.
    """
    lines = [x for x in file.read_text(encoding="utf-8").splitlines() if x and x[:2] != "# "]
    if len(lines) % 2:
        raise ValueError(f"{file.name}: a line has no partner")
    out: dict[str, str] = {}
    for english, other in zip(lines[::2], lines[1::2], strict=True):
        if english.count(PLACE) != other.count(PLACE) or out.get(english, other) != other:
            raise ValueError(f"{file.name}: {english!r} and {other!r} do not fit")
        out[english] = other
    return out


def _pattern(english: str, target: str) -> Pattern:
    parts = english.split(PLACE)
    literal = max(parts, key=len)
    if len(literal.strip()) < LEAST_LITERAL:
        raise ValueError(f"{english!r} has too little of its own to be a pattern")
    return Pattern(re.compile("(.+?)".join(map(re.escape, parts)), re.DOTALL), target, literal)


def in_language(part: Page, lang: str) -> Page:
    """Return a page with all texts in the language."""
    words = texts_of(lang)
    if words is str:
        return part
    told: Page = _walk(part, words)
    return told


def _walk(part: Any, words: Callable[[str], str]) -> Any:  # noqa: ANN401 - any part of a page
    if isinstance(part, str):
        return words(part)
    if isinstance(part, tuple):
        return tuple(_walk(p, words) for p in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    new = {
        f.name: _walk(getattr(part, f.name), words)
        for f in fields(part)
        if f.name not in PLAIN_FIELDS
    }
    if isinstance(part, Figure):
        new |= {"data": _chart(part.data, words), "layout": _chart(part.layout, words)}
    return replace(part, **new)


def _chart(part: Any, words: Callable[[str], str], shown: bool = False) -> Any:  # noqa: ANN401
    """Chart with the texts that it shows; all else of plotly's JSON stays."""
    if isinstance(part, str):
        return words(part) if shown else part
    if isinstance(part, list):
        return [_chart(p, words, shown) for p in part]
    if isinstance(part, dict):
        return {k: _chart(v, words, k in CHART_KEYS) for k, v in part.items()}
    return part
