"""Hourly columns from a CSV file: 8,760 hours, checked for gaps, order, leap days, zones and units.

What is wrong becomes one problem a cause, with file and line; nothing is filled or dropped.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.errors import Problem, nearest
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import HOURS_PER_YEAR

HOUR = dt.timedelta(hours=1)
LEAP_GAP = dt.timedelta(hours=25)  # 29 February left out of a leap year
SHOWN = 5  # problems told of one kind
NOT_UTC = "must be UTC; convert the whole series"
UTC = "utc"  # column of times

Range = tuple[float, float, str]  # lowest, highest, what a value outside is likely to be


@dataclass(frozen=True, slots=True)
class HourlyColumns:
    """What a file holds.

    Attributes
    ----------
    columns : by name, (8760,) each.
    month : (8760,) month of the year of each hour, 0 to 11.
    timed : whether the file has a column of times, which are UTC.
    """

    columns: Mapping[str, Array]
    month: IntArray
    timed: bool


def read_hourly(
    path: Path,
    needed: Mapping[str, str],
    ranges: Mapping[str, Range],
    otherwise: Range,
    problems: list[Problem],
    warnings: list[str],
) -> HourlyColumns | None:
    """Read a CSV or gzipped CSV of a year's hours; add what is wrong to `problems`.

    Parameters
    ----------
    path : of the file.
    needed : columns that must be there, with the reason.
    ranges : columns that are known, with what is allowed; `utc` is known too.
    otherwise : what is allowed in a needed column that is not among them.
    problems, warnings : lists to add to.
    """
    before = len(problems)
    text = _text(path, problems)
    rows = list(csv.reader(io.StringIO(text))) if text else []
    if not rows:
        if len(problems) == before:
            problems.append(Problem(str(path), 0, "header", None, "the file is empty"))
        return None
    header = [name.strip() for name in rows[0]]
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        problems.append(
            Problem(str(path), 1, "header", header[0], "must have commas between cells")
        )
        return None
    _check_header(str(path), header, needed, (*ranges, UTC), problems, warnings)
    body = rows[1:]
    while body and not any(cell.strip() for cell in body[-1]):
        body.pop()
    _check_length(str(path), header, body, problems)
    if len(problems) > before:
        return None
    month = _times(str(path), header, body, problems)
    columns = {}
    for number, name in enumerate(header):
        if name in needed or name in ranges:
            cells = (row[number] for row in body)
            columns[name] = _column(str(path), name, cells, ranges.get(name, otherwise), problems)
    return None if len(problems) > before else HourlyColumns(columns, month, UTC in header)


def _text(path: Path, problems: list[Problem]) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        problems.append(Problem(str(path), 0, "file", None, f"can't be read ({error})"))
        return ""


def _check_header(
    where: str, header: list[str], needed: Mapping[str, str], known: Collection[str],
    problems: list[Problem], warnings: list[str],
) -> None:  # fmt: skip
    for name, reason in needed.items():
        if name not in header:
            near = nearest(name, header)
            problems.append(Problem(where, 1, name, None, f"column is missing: {reason}", near))
    for name in header:
        if header.count(name) > 1:
            problems.append(Problem(where, 1, name, None, "column stands twice"))
        elif name not in known and name not in needed:
            warnings.append(f"{where}: column {name!r} is not used.")


def _check_length(
    where: str, header: list[str], body: list[list[str]], problems: list[Problem]
) -> None:
    width = len(header)
    for line, row in enumerate(body, 2):
        if len(row) != width:
            text = f"has {len(row)} cells, the header has {width}"
            problems.append(Problem(where, line, "row", None, text))
            return
    hours = int(HOURS_PER_YEAR)
    if len(body) != hours:
        hint = " (a leap year: leave out 29 February)" if len(body) == hours + 24 else ""
        hint = hint or _first_gap(header, body)
        problems.append(
            Problem(where, 0, "rows", len(body), f"must be {hours} hours of one year{hint}")
        )


def _first_gap(header: list[str], body: list[list[str]]) -> str:
    """Where hours are first missing or doubled; "" where the times are in order or not told."""
    if "utc" not in header:
        return ""
    last: dt.datetime | None = None
    for line, row in enumerate(body, 2):
        time, _ = _time(row[header.index("utc")])
        if time is None:
            return ""
        wrong = _step(last, time)
        if wrong:
            return f" (first at line {line}: {time:%Y-%m-%dT%H:%MZ} {wrong})"
        last = time
    return ""


def _times(
    where: str, header: list[str], body: list[list[str]], problems: list[Problem]
) -> IntArray:
    """Check the hours; return the month of each. Without a column the year starts on 1 January."""
    if "utc" not in header:
        start = dt.datetime(2001, 1, 1)
        return np.array([(start + k * HOUR).month - 1 for k in range(len(body))])
    at = header.index("utc")
    months = np.zeros(len(body), dtype=np.int64)
    last: dt.datetime | None = None
    found = 0
    for line, row in enumerate(body, 2):
        time, wrong = _time(row[at])
        if time is not None:
            months[line - 2] = time.month - 1
            wrong = wrong or _step(last, time)
            last = time
        if wrong:
            problems.append(Problem(where, line, "utc", row[at], wrong))
            found += 1
            if found == SHOWN or wrong == NOT_UTC:
                break
    return months


def _time(text: str) -> tuple[dt.datetime | None, str]:
    try:
        time = dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None, "must be a time like 2022-01-01T00:00Z"
    if time.tzinfo is not None and time.utcoffset() != dt.timedelta(0):
        return time.replace(tzinfo=None), NOT_UTC
    time = time.replace(tzinfo=None)
    if (time.month, time.day) == (2, 29):
        return time, "is on 29 February; a year here has 8,760 hours without it"
    return time, ""


def _step(last: dt.datetime | None, time: dt.datetime) -> str:
    if last is None:
        return ""
    step = time - last
    leap = step == LEAP_GAP and (time.month, time.day, time.hour) == (3, 1, 0)
    if step == HOUR or leap:
        return ""
    if step <= dt.timedelta(0):
        return (
            f"comes after {last:%Y-%m-%dT%H:%MZ}; hours must rise by one (twice, or a clock change)"
        )
    return f"follows {last:%Y-%m-%dT%H:%MZ}; hours between are missing"


def _column(
    where: str, name: str, cells: Iterable[str], allowed: Range, problems: list[Problem]
) -> Array:
    texts = list(cells)
    try:
        values = np.array(texts, dtype=float)
    except ValueError:
        values = np.array([_float(text) for text in texts])
    low, high, text = allowed
    with np.errstate(invalid="ignore"):
        bad = ~((values >= low) & (values <= high))
    count = int(bad.sum())
    for n in np.flatnonzero(bad)[: SHOWN if count <= SHOWN else 1]:
        if math.isfinite(values[n]):
            expected = f"must lie in {low:g} to {high:g} ({text})"
        else:
            expected = "is no number; fill the gap"
        if count > SHOWN:
            expected += f"; so are {count - 1:,} more values of this column"
        problems.append(Problem(where, int(n) + 2, name, texts[n], expected))
    return values


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
