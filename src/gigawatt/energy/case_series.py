"""Time series of a case: 8,760 hours, checked for gaps, order, leap days, zones and units."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.energy.case_keys import COLUMNS
from gigawatt.errors import Problem, nearest
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import HOURS_PER_YEAR

FILES = ("timeseries.csv.gz", "timeseries.csv")
HOUR = dt.timedelta(hours=1)
LEAP_GAP = dt.timedelta(hours=25)  # 29 February left out of a leap year
SHOWN = 5  # problems told of one kind
NOT_UTC = "must be UTC; convert the whole series"

# column → (lowest, highest, what a value outside is likely to be)
RANGES = {
    "load_mw": (0.0, 1e5, "MW; above 100 GW it is likely kW"),
    "pv_pu": (0.0, 1.5, "MW per MW; above 1.5 it is likely per cent or MW"),
    "wind_pu": (0.0, 1.5, "MW per MW; above 1.5 it is likely per cent or MW"),
    "price_usd_mwh": (-1e5, 1e5, "USD/MWh"),
    "grid_ci_t_per_mwh": (0.0, 3.0, "t/MWh; above 3 it is likely g/kWh or kg/MWh"),
    "grid_limit_mw": (0.0, 1e5, "MW; above 100 GW it is likely kW"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """Columns by name, (8760,) each, and the month of the year (0 … 11) of each hour."""

    columns: Mapping[str, Array]
    month: IntArray


def read_series(
    folder: Path, needed: Mapping[str, str], problems: list[Problem], warnings: list[str]
) -> Series | None:
    """Read the series of a case; add what is wrong to `problems`.

    Parameters
    ----------
    folder : case directory.
    needed : columns that must be there, with the reason.
    problems, warnings : lists to add to.
    """
    path = next((folder / f for f in FILES if (folder / f).is_file()), None)
    if path is None:
        problems.append(Problem(str(folder), 0, FILES[0], None, "is missing"))
        return None
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
    _check_header(str(path), header, needed, problems, warnings)
    body = rows[1:]
    while body and not any(cell.strip() for cell in body[-1]):
        body.pop()
    _check_length(str(path), header, body, problems)
    if len(problems) > before:
        return None
    month = _times(str(path), header, body, problems)
    columns = {}
    for number, name in enumerate(header):
        if name in needed or (name in COLUMNS and name != "utc"):
            columns[name] = _column(str(path), name, (row[number] for row in body), problems)
    if len(problems) > before:
        return None
    _odd(columns, warnings)
    return Series(columns, month)


def _text(path: Path, problems: list[Problem]) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        problems.append(Problem(str(path), 0, "file", None, f"can't be read ({error})"))
        return ""


def _check_header(
    where: str, header: list[str], needed: Mapping[str, str], problems: list[Problem],
    warnings: list[str],
) -> None:  # fmt: skip
    for name, reason in needed.items():
        if name not in header:
            near = nearest(name, header)
            problems.append(Problem(where, 1, name, None, f"column is missing: {reason}", near))
    for name in header:
        if header.count(name) > 1:
            problems.append(Problem(where, 1, name, None, "column stands twice"))
        elif name not in COLUMNS and name not in needed:
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


def _column(where: str, name: str, cells: Iterable[str], problems: list[Problem]) -> Array:
    texts = list(cells)
    try:
        values = np.array(texts, dtype=float)
    except ValueError:
        values = np.array([_float(text) for text in texts])
    low, high, text = RANGES.get(name, (0.0, 1.5, "MW per MW"))
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


def _odd(columns: Mapping[str, Array], warnings: list[str]) -> None:
    """What is allowed but may be a unit that is off."""
    for name in ("pv_pu", "wind_pu"):
        if name in columns and columns[name].max() > 1.0 + 1e-9:
            top = columns[name].max()
            warnings.append(f"{name} reaches {top:.3g}: more than the capacity; taken as given.")
    price = columns.get("price_usd_mwh")
    if price is not None and 0.0 < np.abs(price).mean() < 1.0:
        warnings.append("price_usd_mwh is below 1 USD/MWh on average: is it USD/kWh?")
    load = columns["load_mw"]
    if load.max() <= 0.0:
        warnings.append("load_mw is 0 in all hours.")
