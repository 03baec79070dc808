"""What commands need to speak a language: words, texts from below, and marks of numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gigawatt.quantity import format as fmt
from gigawatt.quantity.format import Locale
from gigawatt.report.strings import Strings, strings_of
from gigawatt.report.texts import texts_of


@dataclass(frozen=True, slots=True)
class Speech:
    """One language.

    Attributes
    ----------
    say : the report's table of words.
    text : what a text that comes from below is in the language.
    locale : marks of numbers and dates.
    draws : of the run or comparison, for odds.
    """

    say: Strings
    text: Callable[[str], str]
    locale: Locale
    draws: int = 1000

    @classmethod
    def of(cls, lang: str, draws: int = 1000) -> Speech:
        """Speech of a language, or an error with the nearest name."""
        return cls(strings_of(lang), texts_of(lang), fmt.locale_of(lang), draws)

    def quantity(
        self, value: float | str | None, unit: str, digits: int = 3, short: bool = False
    ) -> str:
        """Value with its unit."""
        return fmt.quantity(
            value, unit, digits=digits, locale=self.locale, short=short, draws=self.draws
        )

    def span(
        self,
        low: float | str | None,
        middle: float | str | None,
        high: float | str | None,
        unit: str,
    ) -> str:
        """P10 … P50 … P90."""
        return fmt.span(low, middle, high, unit, locale=self.locale, draws=self.draws)

    def number(self, value: float | None, digits: int = 3) -> str:
        """Plain number."""
        return fmt.number(value, digits, self.locale)

    def percent(self, share: float | None) -> str:
        """Share as per cent."""
        return fmt.percent(share, locale=self.locale)

    def unit(self, name: str) -> str:
        """Name of a unit."""
        return self.text(fmt.unit_name(name, self.locale))
