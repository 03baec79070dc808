"""Reads tables of sites (CSV): one row a site, or one row a site and date, as Epoch AI publishes.

Columns are known by their names, whatever their order; several files are joined by the site's name,
such as a table of sites and a table of their timelines. What comes out is what the file says:
nothing is guessed here (`sites_guess` does that, in the open).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gigawatt.errors import InputError, Problem, ProblemsError, nearest
from gigawatt.program.quantities import Exact
from gigawatt.program.schema_values import read_date

T = TypeVar("T")

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("site", "data_center", "data_centre", "datacenter", "campus", "project_name"),
    "owner": ("owners", "operator", "operator_developer", "developer"),
    "tenant": ("tenants", "users", "user", "tenant_partners"),
    "cloud": (),
    "landlord": (),
    "country": ("country_code",),
    "region": ("state", "state_region", "province"),
    "address": (),
    "lat": ("latitude",),
    "lon": ("lng", "long", "longitude"),
    "power_mw": ("planned_power_mw", "planned_mw", "power", "capacity_mw", "max_power_mw",
                 "total_power_mw"),
    "facility_power_mw": (),
    "current_mw": ("current_power_mw", "operational_mw"),
    "date": (),
    "kind": (),
    "progress": ("status", "construction_status"),
    "buildings": ("buildings_operational", "number_of_buildings"),
    "cost_usd_bn": ("total_capital_cost_2025_usd_bn", "total_capital_cost_2025_usd_billions",
                    "current_total_capital_cost_2025_usd_billions", "capital_cost_usd_bn"),
    "grid": (),
    "cooling": (),
    "system": (),
    "route": (),
    "mw_basis": (),
    "deal_share": (),
    "cleared": (),
    "in_service": (),
    "source": ("sources",),
    "note": ("notes",),
}  # fmt: skip
UNUSED = {  # columns of the published tables that a programme has no place for
    "h100_equivalents", "current_h100_equivalents", "date_basis", "project", "investors",
    "construction_companies", "energy_companies", "selected_sources", "mw_by_date", "utility",
    "iso_or_grid", "coord_note", "status_date", "confidence", "programme", "power_sources",
    "onsite_mw",
}  # fmt: skip
SYNONYMS = {other: name for name, others in COLUMNS.items() for other in (name, *others)}
BOUNDS = {
    "lat": Exact("degrees", -90.0, 90.0),
    "lon": Exact("degrees", -180.0, 180.0),
    "power_mw": Exact("mw", 0.0, 20_000.0),
    "facility_power_mw": Exact("mw", 0.0, 20_000.0),
    "current_mw": Exact("mw", 0.0, 20_000.0),
    "buildings": Exact("count", 0, 200),
    "cost_usd_bn": Exact("count", 0.0, 10_000.0),
    "deal_share": Exact("share", 0.0, 1.0),
}
POWERS = ("facility_power_mw", "power_mw", "current_mw")
LEAST_MW = 0.1  # of a phase, by the format of programmes
DATES = ("date", "cleared", "in_service")
FORECAST = ("forecast", "planned", "expected", "future")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of sites.

    Attributes
    ----------
    file, line : where it stands.
    values : name of the column, as in `COLUMNS`, → text; empty cells are left out.
    headers : name of the column → what the file calls it.
    """

    file: str
    line: int
    values: Mapping[str, str]
    headers: Mapping[str, str]

    def problem(self, column: str, expected: str, suggestion: str = "") -> Problem:
        """What is wrong with one cell."""
        shown = f"column {self.headers.get(column, column)!r}"
        return Problem(self.file, self.line, shown, self.values.get(column), expected, suggestion)

    def number(self, column: str) -> float | None:
        """Number of a cell, in the canonical unit; None where it is empty.

        Raises
        ------
        ProblemsError : it is no such number, or out of bounds.
        """
        text = self.values.get(column)
        if text is None:
            return None
        plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
        try:
            raw: float | str = float(plain)
        except ValueError:
            raw = plain
        try:
            return float(BOUNDS[column].read(raw))
        except ValueError as error:
            raise ProblemsError([self.problem(column, str(error))]) from error

    def date(self, column: str) -> dt.date | None:
        """Date of a cell, None where it is empty; a month counts as its first day."""
        text = self.values.get(column)
        if text is None:
            return None
        whole = f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text
        try:
            return read_date(whole)
        except ValueError as error:
            raise ProblemsError([self.problem(column, str(error))]) from error

    def wrong_cells(self) -> Iterator[Problem]:
        """What is wrong with the numbers and dates of this row."""
        for column in self.values:
            try:
                if column in BOUNDS:
                    self.number(column)
                elif column in DATES:
                    self.date(column)
            except ProblemsError as error:
                yield from error.problems


@dataclass(frozen=True, slots=True)
class Step:
    """What a site has, or is to have, from a date on.

    Attributes
    ----------
    date : when.
    power_mw, buildings : in all, by then; buildings is None where it is not told.
    forecast : whether the file calls it a forecast.
    progress : what the file says happened.
    """

    date: dt.date
    power_mw: float
    buildings: float | None
    forecast: bool
    progress: str


@dataclass(frozen=True, slots=True)
class TableSite:
    """One site as the tables tell it.

    Attributes
    ----------
    name : as written.
    row : the first row that names it, for messages.
    texts : column → text, the first that is not empty.
    numbers : column → number, likewise.
    dates : column → date, likewise.
    steps : its rows with a date, by date.
    """

    name: str
    row: Row
    texts: Mapping[str, str]
    numbers: Mapping[str, float]
    dates: Mapping[str, dt.date]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """All sites of some tables, and the warnings about their columns."""

    sites: tuple[TableSite, ...]
    files: tuple[str, ...]
    warnings: tuple[str, ...]


def read_sites(paths: Sequence[Path]) -> Tables:
    """Read tables of sites and join them by the site's name.

    Raises
    ------
    InputError : a file can't be read, or is no table of sites.
    ProblemsError : cells are wrong; all of them, with file, line, column and value.
    """
    rows: list[Row] = []
    warnings: list[str] = []
    for path in paths:
        own, said = _read(path)
        rows += own
        warnings += said
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.values["name"].casefold(), []).append(row)
    problems: list[Problem] = []
    sites: list[TableSite] = []
    for group in by_name.values():
        try:
            sites.append(_site(group))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return Tables(tuple(sites), tuple(str(p) for p in paths), tuple(warnings))


def _read(path: Path) -> tuple[list[Row], list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} can't be read: it is not UTF-8 text.") from error
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = [h.strip() for h in next(reader, [])]
        headers, warnings = _headers(path, header)
        rows = list(_rows(path, reader, header, headers))
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: this is no CSV: {error}.") from error
    if not rows:
        raise InputError(f"{path}: there is no row below the header, so no site.")
    return rows, warnings


def _headers(path: Path, header: list[str]) -> tuple[dict[str, str], list[str]]:
    """Column → what the file calls it, and warnings about those that are not used."""
    headers: dict[str, str] = {}
    warnings: list[str] = []
    for shown in header:
        plain = re.sub(r"[^a-z0-9]+", "_", shown.lower()).strip("_")
        name = SYNONYMS.get(plain)
        if name in headers:
            other = headers[name]
            text = f"column {shown!r} says the same as {other!r}; leave one out"
            raise InputError(f"{path}:1: {text}.")
        if name:
            headers[name] = shown
        elif plain and plain not in UNUSED:
            hint = nearest(plain, SYNONYMS, 0.75)
            did = f" Did you mean {hint!r}?" if hint else ""
            warnings.append(f"{path}:1: column {shown!r} is not known and not used.{did}")
    if "name" not in headers:
        known = ", ".join(("name", *COLUMNS["name"]))
        raise InputError(
            f"{path}:1: no column names the sites; one must be called {known}. "
            f"The file has: {', '.join(header) or 'nothing'}."
        )
    return headers, warnings


def _rows(
    path: Path, reader: Iterable[list[str]], header: list[str], headers: Mapping[str, str]
) -> Iterator[Row]:
    line = getattr(reader, "line_num", 1) + 1
    position = {name: header.index(shown) for name, shown in headers.items()}
    for cells in reader:
        begins, line = line, getattr(reader, "line_num", line) + 1
        if not any(c.strip() for c in cells):
            continue
        if len(cells) > len(header):
            text = f"the row has {len(cells)} cells, the header {len(header)}"
            raise InputError(f"{path}:{begins}: {text}; put cells that hold a comma in quotes.")
        found = {n: _plain(cells[k]) for n, k in position.items() if k < len(cells)}
        row = Row(str(path), begins, {n: c for n, c in found.items() if c}, headers)
        if "name" not in row.values:
            raise ProblemsError([row.problem("name", "is empty; every row needs a site's name")])
        yield row


def _plain(cell: str) -> str:
    """Text of a cell on one line, without characters that can't be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in cell).split())


def _site(rows: list[Row]) -> TableSite:
    wrong = [problem for row in rows for problem in row.wrong_cells()]
    if wrong:
        raise ProblemsError(wrong)
    first = rows[0]
    plain = [r for r in rows if "date" not in r.values]
    for row in plain:
        earlier = next(r for r in plain if r.file == row.file)
        if row is not earlier:
            text = f"occurs twice (first in line {earlier.line}); give rows of one site a date"
            raise ProblemsError([row.problem("name", text)])
    site = TableSite(
        name=first.values["name"],
        row=first,
        texts=_first(rows, lambda r, c: r.values.get(c), set(COLUMNS) - set(BOUNDS)),
        numbers=_first(plain, Row.number, set(BOUNDS))
        | _first(rows, Row.number, {"lat", "lon", "deal_share"}),
        dates=_first(rows, Row.date, {"cleared", "in_service"}),
        steps=tuple(sorted(_steps(rows), key=lambda s: s.date)),
    )
    if max([s.power_mw for s in site.steps] + [_planned(site)]) < LEAST_MW:
        text = f"is needed: no row of this site gives a power of {LEAST_MW} MW or more"
        raise ProblemsError([first.problem("power_mw", text)])
    return site


def _planned(site: TableSite) -> float:
    return max(site.numbers.get(c, 0.0) for c in POWERS)


def _first(
    rows: list[Row], read: Callable[[Row, str], T | None], columns: set[str]
) -> dict[str, T]:
    """First value of each column that is not empty."""
    found: dict[str, T] = {}
    for column in sorted(columns):
        for row in rows:
            value = read(row, column)
            if value is not None:
                found.setdefault(column, value)
    return found


def _steps(rows: list[Row]) -> Iterator[Step]:
    for row in rows:
        date = row.date("date")
        if date is None:
            continue
        told = [p for c in POWERS if (p := row.number(c)) is not None]
        yield Step(
            date=date,
            power_mw=told[0] if told else 0.0,
            buildings=row.number("buildings"),
            forecast=row.values.get("kind", "").lower() in FORECAST,
            progress=row.values.get("progress", ""),
        )
