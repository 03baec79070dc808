"""A run together with the language it is shown in: the helper that section builders share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gigawatt.quantity import format as fmt
from gigawatt.quantity.format import Locale
from gigawatt.report.page import Cell, Column
from gigawatt.report.read import BAND, Row, Run
from gigawatt.report.strings import Strings, strings_of

USD_PER_BN = 1e9
ESTATE = "estate-of-"  # what a party in default keeps from its creditors (study.books.stress)


@dataclass(frozen=True, slots=True)
class View:
    """What a section builder needs: the run, the words and the way numbers are written."""

    run: Run
    say: Strings
    locale: Locale

    @classmethod
    def of(cls, run: Run, lang: str) -> View:
        """View of a run in a language."""
        say = strings_of(lang)
        named = tuple(say.answer(a) for a in run.answers)
        return cls(replace(run, answers=named), say, fmt.locale_of(lang))

    def number(self, value: float | None, digits: int = 3) -> str:
        """Plain number."""
        return fmt.number(value, digits, self.locale)

    def fixed(self, value: float | None, decimals: int = 1) -> str:
        """Number with so many decimals."""
        return fmt.fixed(value, decimals, self.locale)

    def percent(self, share: float | None) -> str:
        """Share as per cent."""
        return fmt.percent(share, locale=self.locale)

    def power(self, value_mw: float | None) -> str:
        """Power from MW."""
        return fmt.power(value_mw, locale=self.locale)

    def quantity(self, value: float | str | None, unit: str, short: bool = False) -> str:
        """Value with its unit."""
        return fmt.quantity(value, unit, locale=self.locale, short=short, draws=self.draws)

    @property
    def draws(self) -> int:
        """Number of draws of the run."""
        return int(self.run.manifest.get("draws") or 1000)

    def unit(self, name: str) -> str:
        """Name of a unit as the language writes it."""
        return fmt.unit_name(name, self.locale)

    def chart_locale(self) -> dict[str, Any]:
        """Marks and months of the language in the form that plotly.js registers."""
        marks = {
            "decimal": self.locale.decimal,
            "thousands": self.locale.group,
            "shortMonths": self.locale.months,
        }
        return {"moduleType": "locale", "name": self.say.lang, "dictionary": {}, "format": marks}

    def month(self, date: str | None) -> str:
        """Month of a date; "after …" the horizon where there is none or where it lies behind it."""
        within = bool(date) and (not self.horizon or str(date)[:7] <= self.horizon[:7])
        return fmt.month(date, self.locale) if within else self.after_horizon()

    def day(self, date: str | None) -> str:
        """Day of a date."""
        return fmt.day(date, self.locale)

    def after_horizon(self) -> str:
        """Words for a date that is not within the calendar of the programme."""
        return self.say("word.after", month=fmt.month(self.horizon or None, self.locale))

    @property
    def horizon(self) -> str:
        """ISO date of the programme's last month; "" where the manifest does not tell."""
        return str(self.run.manifest.get("horizon") or "")

    def range(self, low: float | str | None, high: float | str | None, unit: str) -> str:
        """P10 … P90 in words, for the second line of a cell."""
        if unit == "date":
            ends = [self.month(str(v) if v else None) for v in (low, high)]
        else:
            ends = [self.quantity(v, unit, short=True) for v in (low, high)]
        return ends[0] if ends[0] == ends[1] else self.say("word.range", low=ends[0], high=ends[1])

    def band_cell(self, values: Mapping[str, Any], unit: str) -> Cell:
        """P50 with P10 … P90 below it."""
        low, middle, high = (values.get(k) for k in BAND)
        if unit == "date":
            text = self.month(middle)
        else:
            text = self.quantity(middle if middle is not None else values.get("mean"), unit, True)
        below = self.range(low, high, unit)
        known = unit == "date" or low is not None or high is not None
        return Cell(text, below if known and below != text else "")

    def date_cell(self, row: Row, name: str) -> Cell:
        """P50 of a date of the schedule with its range."""
        return self.band_cell({k: row[f"{name}_{k}"] for k in BAND}, "date")

    def bn(self, value_usd: float | None, decimals: int = 1) -> str:
        """Billions of dollars for a column; empty where nothing flows."""
        if value_usd is None or round(value_usd / USD_PER_BN, decimals) == 0.0:
            return "" if not value_usd else self.fixed(0.0, decimals)
        return self.fixed(value_usd / USD_PER_BN, decimals)

    def party(self, party_id: str) -> str:
        """Name of a party: the programme's own, or that of an outside party."""
        if party_id.startswith(ESTATE):
            return self.say("money.estate", party=self.party(party_id.removeprefix(ESTATE)))
        parties = self.run.manifest.get("program", {}).get("parties") or {}
        named = parties.get(party_id)
        if isinstance(named, Mapping):
            named = named.get("name")
        return str(named or self.say.label("party", party_id))

    def columns(self, *titles: str | tuple[str, str], text: int = 1) -> tuple[Column, ...]:
        """Heads from titles or (title, unit); the first `text` are text, the others numbers."""
        pairs = [(t, "") if isinstance(t, str) else t for t in titles]
        return tuple(Column(t, unit, i >= text) for i, (t, unit) in enumerate(pairs))

    def percentile_columns(self, first: str) -> tuple[Column, ...]:
        """Heads of a table of `first` × P10, P50, P90."""
        return self.columns(first, "P10", "P50", "P90")


def years_of(texts: Iterable[str]) -> list[str]:
    """Calendar years of month labels ("2027-03"), in order, once each."""
    return sorted({t[:4] for t in texts})
