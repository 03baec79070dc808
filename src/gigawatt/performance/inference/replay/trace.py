"""Request traces: arrival, prompt and answer of each request, and the blocks of its prompt.

Layouts are recognised by their names, plain or gzipped: CSV (by comma, semicolon or tab), JSON
lines or a JSON list with arrival, input and output tokens under any usual names, among them
Azure's (TIMESTAMP, ContextTokens, GeneratedTokens), BurstGPT's (Timestamp, Request tokens, Response
tokens) and Mooncake's (timestamp in ms, input_length, output_length, hash_ids of blocks of 512
tokens). Arrivals are seconds, dates, or stamps of an epoch in s, ms, us or ns.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InputError, nearest
from gigawatt.quantity.arrays import Array

BLOCK_TOKENS = 512
MOST_TOKENS = 1e8  # of one request; more is a mistake
# names are compared in small letters, with underscores for blanks
ARRIVAL = (
    "arrival_s",
    "arrival_time_s",
    "arrival_time",
    "arrival",
    "arrived_at",
    "timestamp",
    "time",
    "time_s",
)
INPUT = (
    "input_tokens", "prompt_tokens", "context_tokens", "contexttokens", "input_length", "isl",
    "request_tokens", "num_prefill_tokens",
)  # fmt: skip
OUTPUT = (
    "output_tokens", "completion_tokens", "generated_tokens", "generatedtokens", "output_length",
    "osl", "response_tokens", "num_decode_tokens",
)  # fmt: skip
MOONCAKE = ("timestamp", "input_length", "output_length")  # milliseconds there, in a table too
MILLISECONDS = ("arrival_ms", "timestamp_ms", "time_ms")


@dataclass(frozen=True, slots=True)
class Trace:
    """Requests in order of arrival, N of them.

    Attributes
    ----------
    arrival_s : (N,) from the first one.
    input_tokens, output_tokens : (N,) whole numbers of at least 1.
    block_start : (N + 1,) where the prompt blocks of each request start in `blocks`.
    blocks : ids from 0 of the prompts' blocks of `BLOCK_TOKENS`; empty where a trace has none.
    notes : what was taken for something else, in words.
    """

    arrival_s: Array
    input_tokens: Array
    output_tokens: Array
    block_start: NDArray[np.int64]
    blocks: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of requests."""
        return int(self.arrival_s.size)


def read_trace(path: Path) -> Trace:
    """Read a trace.

    Raises
    ------
    InputError : no such file, no requests, an unknown layout, or a line that can't be; the message
        names the line.
    """
    text = _text(path)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise InputError(f"{path}: the trace is empty; it needs at least one request.")
    if first.lstrip().startswith("["):
        return _json_lines(path, _listed(path, text))
    return _json_lines(path, lines) if first.lstrip().startswith("{") else _table(path, lines)


def _listed(path: Path, text: str) -> list[str]:
    """Entries of a JSON list as lines of their own."""
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: is no list in JSON ({error}).") from None
    if not rows:
        raise InputError(f"{path}: the trace is empty; it needs at least one request.")
    return [json.dumps(row) for row in rows]


def trace_of(
    arrival_s: Array,
    input_tokens: Array,
    output_tokens: Array,
    blocks: list[list[int]] | None = None,
) -> Trace:
    """Trace of arrays that are known to be in order."""
    count = len(arrival_s)
    held = blocks or [[]] * count
    start = np.concatenate([[0], np.cumsum([len(b) for b in held])]).astype(np.int64)
    flat = np.array([h for b in held for h in b], dtype=np.int64)
    if flat.size:
        flat = np.unique(flat, return_inverse=True)[1].astype(np.int64)
    return Trace(
        np.asarray(arrival_s, dtype=np.float64), np.asarray(input_tokens, dtype=np.float64),
        np.asarray(output_tokens, dtype=np.float64), start, flat,
    )  # fmt: skip


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read ({error}).") from error


def _json_lines(path: Path, lines: list[str]) -> Trace:
    times: list[float | str] = []
    inputs, outputs, numbers = [], [], []
    blocks: list[list[int]] = []
    scale = 1.0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = {_plain(str(key)): value for key, value in json.loads(line).items()}
            names = _keys(path, number, row)
            scale = 1e-3 if names[0] in MILLISECONDS or names == MOONCAKE else 1.0
            times.append(row[names[0]])
            inputs.append(float(row[names[1]]))
            outputs.append(float(row[names[2]]))
            blocks.append([int(h) for h in row.get("hash_ids") or ()])
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{path}:{number}: is no request in JSON ({error}).") from None
        numbers.append(number)
    when = _times(path, [str(t) for t in times], numbers)
    return _checked(path, [t * scale for t in when], inputs, outputs, numbers, blocks)


def _keys(path: Path, number: int, row: Mapping[str, object]) -> tuple[str, str, str]:
    found = []
    for names, wanted in (
        ((*ARRIVAL, *MILLISECONDS), "timestamp"),
        (INPUT, "input_length"),
        (OUTPUT, "output_length"),
    ):
        name = next((n for n in names if n in row), "")
        if not name:
            raise InputError(
                f"{path}:{number}: {wanted} is missing; a line has timestamp (ms), "
                "input_length, output_length and, if known, hash_ids."
            )
        found.append(name)
    return found[0], found[1], found[2]


def _table(path: Path, lines: list[str]) -> Trace:
    first = next(line for line in lines if line.strip())
    separator = max(",;\t", key=first.count)
    read = enumerate(csv.reader(lines, delimiter=separator), start=1)
    rows = [(i, r) for i, r in read if any(c.strip() for c in r)]
    header = [name.strip() for name in rows[0][1]]
    columns = [
        _column(path, header, (*ARRIVAL, *MILLISECONDS), "arrival_s"),
        _column(path, header, INPUT, "input_tokens"),
        _column(path, header, OUTPUT, "output_tokens"),
    ]
    if len(rows) < 2:
        raise InputError(f"{path}: the trace is empty; it needs at least one request.")
    numbers = [i for i, _ in rows[1:]]
    short = next((i for i, r in rows[1:] if len(r) <= max(columns)), 0)
    if short:
        raise InputError(f"{path}:{short}: has too few cells for the header.")
    when, given, made = ([r[c].strip() for _, r in rows[1:]] for c in columns)
    chosen = tuple(_plain(header[c]) for c in columns)
    scale = 1e-3 if chosen[0] in MILLISECONDS or chosen == MOONCAKE else 1.0
    times = [t * scale for t in _times(path, when, numbers)]
    return _checked(
        path, times, _numbers(path, given, numbers, header[columns[1]]),
        _numbers(path, made, numbers, header[columns[2]]), numbers, None,
    )  # fmt: skip


def _column(path: Path, header: list[str], names: tuple[str, ...], wanted: str) -> int:
    lower = [_plain(name) for name in header]
    for name in names:
        if name in lower:
            return lower.index(name)
    hint = nearest(wanted, lower)
    near = f" {header[lower.index(hint)]!r} is near." if hint else ""
    raise InputError(
        f"{path}:1: no column {wanted!r} among {', '.join(header)}.{near} A trace has arrival_s, "
        "input_tokens and output_tokens, or Azure's or Mooncake's columns."
    )


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").split())


def _times(path: Path, cells: list[str], numbers: list[int]) -> list[float]:
    try:
        return _seconds([float(c) for c in cells])
    except ValueError:
        pass
    try:
        stamps = np.array([_without_zone(c) for c in cells], dtype="datetime64[ns]")
    except ValueError:
        for cell, number in zip(cells, numbers, strict=True):
            _time(path, cell, number)
        raise InputError(f"{path}: arrivals are neither all seconds nor all dates.") from None
    seconds: list[float] = ((stamps - stamps[0]) / np.timedelta64(1, "ns") / 1e9).tolist()
    return seconds


_ZONE = re.compile(r"(?<=\d)\s*(?:Z|UTC|[+-]\d\d:?\d\d)$")
_EPOCH = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))  # stamps of today: from so much on, in s


def _without_zone(cell: str) -> str:
    """A date and time without its zone; all of a trace are of one."""
    return _ZONE.sub("", cell.strip()) if ":" in cell else cell


def _seconds(values: list[float]) -> list[float]:
    """Stamps of an epoch in ns, us or ms as seconds; smaller numbers are seconds as they are."""
    first = values[0] if values else 0.0
    scale = next((s for least, s in _EPOCH if first >= least), 1.0)
    return [(v - first) * scale for v in values] if scale < 1.0 else values


def _time(path: Path, cell: str, number: int) -> None:
    try:
        float(cell)
    except ValueError:
        try:
            np.datetime64(_without_zone(cell), "ns")
        except ValueError:
            raise InputError(
                f"{path}:{number}: arrival {cell!r} is neither seconds nor a date and time."
            ) from None


def _numbers(path: Path, cells: list[str], numbers: list[int], name: str) -> list[float]:
    try:
        return [float(c) for c in cells]
    except ValueError:
        for cell, number in zip(cells, numbers, strict=True):
            try:
                float(cell)
            except ValueError:
                raise InputError(
                    f"{path}:{number}: {name} is {cell!r}: a number is needed."
                ) from None
        raise


def _checked(
    path: Path, times: list[float], inputs: list[float], outputs: list[float],
    numbers: list[int], blocks: list[list[int]] | None,
) -> Trace:  # fmt: skip
    when = np.array(times)
    held = {"input": np.array(inputs), "output": np.array(outputs)}
    notes = []
    for name, values in held.items():
        wrong = ~((values >= 0.0) & (values <= MOST_TOKENS))
        if wrong.any():
            i = int(np.argmax(wrong))
            raise InputError(
                f"{path}:{numbers[i]}: {name} tokens are {values[i]:g}: 0 to {MOST_TOKENS:g} are "
                "possible."
            )
        none = values < 1.0
        if none.all():
            raise InputError(f"{path}: {name} tokens are 0 in all lines: at least 1 is needed.")
        if none.any():
            notes.append(f"{int(none.sum()):,} requests without {name} tokens are taken to have 1")
            values[none] = 1.0
    if not np.isfinite(when).all():
        i = int(np.argmax(~np.isfinite(when)))
        raise InputError(f"{path}:{numbers[i]}: arrival is {when[i]:g}: a time is needed.")
    back = np.flatnonzero(np.diff(when) < 0.0)
    if back.size:
        i = int(back[0]) + 1
        raise InputError(
            f"{path}:{numbers[i]}: arrives {when[i - 1] - when[i]:g} s before the line above: sort "
            "the trace by arrival."
        )
    trace = trace_of(when - when[0], held["input"], held["output"], blocks)
    return replace(trace, notes=tuple(notes))
