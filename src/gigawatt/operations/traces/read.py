"""Reads a trace file: finds its layout, reads each row, tells what is wrong with which line."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from gigawatt.errors import InputError, Problem, ProblemsError, nearest, unknown_name
from gigawatt.operations.traces.layouts import (
    GAVEL_FIELDS,
    LAYOUTS,
    SWF_FIELDS,
    Layout,
    gavel_reader,
)
from gigawatt.operations.traces.model import (
    BadRowError,
    LeftOutError,
    Rejected,
    Row,
    Trace,
    as_trace,
)

MOST_TOLD = 20  # problems in one message
FEW = 20  # rows below which nothing is said of a trace's units as a whole


def read_trace(
    path: Path,
    layout: str = "auto",
    skip_bad: bool = False,
    capacity: Callable[[str], float] | None = None,
    steps_per_s: Callable[[str, float], float] | None = None,
) -> Trace:
    """Jobs of a trace file (plain or gzip).

    Parameters
    ----------
    path : the file.
    layout : a name of `LAYOUTS`, or "auto".
    skip_bad : keep bad rows apart (`Trace.rejected`) instead of raising.
    capacity : size of the cluster in what is counted ("GPU", "node", "processor"); a larger job
        is a bad row.
    steps_per_s : speed by job type and GPUs, for the layout "gavel".

    Raises
    ------
    InputError : no such file, unknown layout, or a unit that is off for the whole trace.
    ProblemsError : bad rows, all told with their lines (the first twenty).
    """
    lines = _lines(path)
    found = _layout(path, lines, layout)
    if found.name == "gavel":
        if steps_per_s is None:
            raise InputError(
                f"{path.name}: Gavel traces give steps, not seconds; say how fast each job type "
                "steps (--steps-per-s NUMBER, or a CSV of job_type,gpus,steps_per_s)"
            )
        found = replace(found, read=gavel_reader(steps_per_s))
    most = float("inf") if capacity is None else capacity(found.counts)
    rows, rejected, left_out = _rows(path, lines, found, most)
    if rejected and not skip_bad:
        raise _all_told(rejected)
    if not rows:
        why = "; ".join(f"{n} rows: {reason}" for reason, n in left_out.items())
        raise InputError(f"{path.name}: no job can be replayed" + (f" ({why})" if why else ""))
    trace = as_trace(path.name, found.name, found.counts, rows, rejected, left_out)
    _check_units(trace)
    return trace


def _rows(
    path: Path, lines: list[str], found: Layout, most: float
) -> tuple[list[Row], list[Rejected], dict[str, int]]:
    """Jobs, rows refused, and reasons for which sound rows are no runs."""
    rows: list[Row] = []
    rejected: list[Rejected] = []
    left_out: dict[str, int] = {}
    seen: set[str] = set()
    for line, fields, text, too_many in _fields(path, lines, found):
        try:
            if too_many > 0 and found.name != "gavel":
                raise BadRowError(
                    "row", text[:40],
                    f"has {too_many} fields more than the heading; perhaps one with commas that "
                    "is not in quotes",
                )  # fmt: skip
            row = found.read(fields, line)
            if row.size > most:
                raise BadRowError(
                    "size", row.size, f"is more {found.counts}s than the cluster has ({most:,.0f})"
                )
            if row.job_id in seen and found.name not in ("sacct", "swf"):
                raise BadRowError("job_id", row.job_id, "occurs twice")
        except LeftOutError as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1
        except BadRowError as bad:
            problem = Problem(path.name, line, bad.key, bad.value, bad.expected)
            rejected.append(Rejected(problem, text))
        else:
            seen.add(row.job_id)
            rows.append(row)
    return rows, rejected, left_out


def stated_size(path: Path) -> float | None:
    """Processors that the head of an SWF file names (MaxProcs, else MaxNodes); None without one."""
    for key in ("MaxProcs", "MaxNodes"):
        for line in _lines(path):
            if not line.startswith(";"):
                break
            found = re.fullmatch(rf";\s*{key}:\s*(\d+)\s*", line)
            if found and int(found[1]) > 0:
                return float(found[1])
    return None


def _lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        return raw.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, EOFError) as error:
        raise InputError(f"{path}: is not text: {error}") from None


def _layout(path: Path, lines: list[str], asked: str) -> Layout:
    if asked != "auto":
        if asked not in LAYOUTS:
            raise unknown_name("layout", asked, [*LAYOUTS, "auto"])
        return LAYOUTS[asked]
    first = next((x for x in lines if x.strip() and not x.startswith((";", "#"))), "")
    place = lines.index(first) + 1 if first else 0
    heading = set(_heading(first, _spans(lines, place)))
    for layout in LAYOUTS.values():
        if layout.name not in ("gavel", "swf") and set(layout.needs) <= heading:
            return layout
    if len(first.split("\t")) >= len(GAVEL_FIELDS):
        return LAYOUTS["gavel"]
    if len(first.split()) == len(SWF_FIELDS) and "," not in first:
        return LAYOUTS["swf"]
    raise InputError(_not_known(path, heading))


def _not_known(path: Path, heading: set[str]) -> str:
    """Message that names the layout that comes closest and what it lacks."""
    named = [x for x in LAYOUTS.values() if x.name not in ("gavel", "swf")]
    best = max(named, key=lambda x: len(set(x.needs) & heading) / len(x.needs))
    lacks = [c for c in best.needs if c not in heading]
    hints = [f"{c} (is it {hint!r}?)" if (hint := nearest(c, heading)) else c for c in lacks]
    return (
        f"{path.name}:1: the layout is not one of {', '.join(LAYOUTS)}; closest is {best.name}, "
        f"which lacks {', '.join(hints)}"
    )


def _separator(line: str) -> str:
    return max("|,\t;", key=line.count)


def _spans(lines: list[str], heading: int) -> list[tuple[int, int]]:
    """Columns of an aligned table, whose heading is underlined; none where it is not one.

    Parameters
    ----------
    lines : of the file.
    heading : number of the line of the heading, from 1.
    """
    below = lines[heading] if heading < len(lines) else ""
    if not re.fullmatch(r"-+( +-+)+ *", below):
        return []
    return [m.span() for m in re.finditer("-+", below)]


def _check_columns(path: Path, line: int, names: list[str], layout: Layout) -> None:
    """Refuse a heading that lacks a column, or has one that looks like another unit or a slip.

    Raises
    ------
    InputError : names the columns.
    """
    lacks = [c for c in layout.needs if c not in names]
    if lacks:
        raise InputError(
            f"{path.name}:{line}: layout {layout.name} needs the columns {', '.join(lacks)}"
        )
    for name in names:
        if layout.may and name and name not in (*layout.needs, *layout.may):
            meant = nearest(name, layout.may)
            if meant:
                raise InputError(
                    f"{path.name}:{line}: column {name!r} is not read; {meant!r} is, in that unit"
                )


def _heading(line: str, spans: list[tuple[int, int]]) -> list[str]:
    """Names of the columns, lower case; JobIDRaw stands in for JobID."""
    if spans:
        cells = [line[a:b] for a, b in spans]
    else:
        cells = next(csv.reader([line], delimiter=_separator(line)), [])
    names = [c.strip().lower() for c in cells]
    return ["jobid" if n == "jobidraw" and "jobid" not in names else n for n in names]


def _fields(
    path: Path, lines: list[str], layout: Layout
) -> Iterator[tuple[int, dict[str, str], str, int]]:
    """Number, fields by name and text of each row, and how many fields it has too many."""
    headed = layout.name not in ("gavel", "swf")
    names: list[str] = list(GAVEL_FIELDS if layout.name == "gavel" else SWF_FIELDS)
    separator, began = "\t", not headed
    spans: list[tuple[int, int]] = []
    for line, text in enumerate(lines, start=1):
        if not text.strip() or text.startswith((";", "#")):
            continue
        if not began:
            spans = _spans(lines, line)
            began, separator, names = True, _separator(text), _heading(text, spans)
            _check_columns(path, line, names, layout)
            continue
        if set(text) <= set("- "):  # the rule below the heading of aligned columns
            continue
        cells = _cells(text, separator, layout.name == "swf", spans)
        if len(cells) < len(names):
            cells += [""] * (len(names) - len(cells))
        yield line, dict(zip(names, cells, strict=False)), text, len(cells) - len(names)


def _cells(text: str, separator: str, by_spaces: bool, spans: list[tuple[int, int]]) -> list[str]:
    if by_spaces:
        return text.split()
    if spans:
        return [text[a:b].strip() for a, b in spans]
    if '"' not in text:
        return text.split(separator)
    return next(csv.reader([text], delimiter=separator))


def _all_told(rejected: list[Rejected]) -> ProblemsError:
    shown = [r.problem for r in rejected[:MOST_TOLD]]
    error = ProblemsError(shown)
    more = len(rejected) - len(shown)
    tail = f"\n… and {more} more bad rows" if more else ""
    error.args = (f"{error}{tail}\n--skip-bad leaves such rows out and writes them to a file.",)
    return error


def _check_units(trace: Trace) -> None:
    """Refuse a trace whose times can only be in another unit.

    Raises
    ------
    InputError : names the column, the typical value and what it looks like.
    """
    if len(trace.job_id) < FEW:
        return
    typical = float(np.median(trace.duration_s))
    if typical > 45 * 86400.0:
        raise InputError(
            f"{trace.name}: half of the jobs run longer than {typical / 86400:,.0f} days; the "
            "duration looks like milliseconds, give s"
        )
    longest = float(trace.duration_s.max())
    if longest < 5.0:
        raise InputError(
            f"{trace.name}: the longest job runs {longest:.3g} s; the duration looks like hours "
            "or thousands of seconds, give s"
        )
