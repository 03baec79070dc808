"""Which line of a TOML file holds which key; the standard reader does not say.

A path is a tuple of keys; an entry of an array of tables is addressed by its ``id`` (a rack supply
by its ``system``, an event by its date and kind, anything else by its number, as text), so that a
path means the same entry after files are merged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"))*)\s*="""
)
_ENTRY = re.compile(r"#\d+$")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def key_lines(text: str, data: Mapping[str, object]) -> dict[Path, int]:
    """Line (from 1) of every table header and key of a TOML text.

    Parameters
    ----------
    text : content of the file.
    data : the same, parsed; used to address array entries by their id.
    """
    lines: dict[Path, int] = {}
    for path, number in numbered_lines(text).items():
        lines.setdefault(_by_id(path, data), number)
    return lines


def numbered_lines(text: str) -> dict[Path, int]:
    """Line of every table header and key; array entries are addressed by number, as "#0"."""
    lines: dict[Path, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    closing = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        header = _HEADER.match(line)
        if header:
            table = _table_path(header[1] == "[[", _parts(header[2]), counts)
            lines.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            lines.setdefault((*table, *_parts(key[1])), number)
            for quotes in ('"""', "'''"):
                if line.count(quotes) == 1:
                    closing = quotes
    return lines


def entry_name(entry: object, number: int) -> str:
    """How an entry is addressed: its id, its system, an event's date and kind, else its number."""
    if isinstance(entry, Mapping):
        for key in ("id", "system"):
            if isinstance(entry.get(key), str):
                return str(entry[key])
        if "date" in entry and "kind" in entry:
            return f"{entry['date']} {entry['kind']}"
    return str(number)


def duplicates(text: str, data: Mapping[str, object]) -> list[tuple[Path, int, int]]:
    """Entries of one file that have the address of an earlier one.

    Returns
    -------
    (address, line of the earlier entry, line of this one). An entry that says ``remove = true``
    does not count: it makes room for a new one of the same id.
    """
    first: dict[Path, int] = {}
    found: list[tuple[Path, int, int]] = []
    for path, line in numbered_lines(text).items():
        entry = _node(path, data) if _ENTRY.match(path[-1]) else None
        if not isinstance(entry, Mapping) or entry.get("remove") is True:
            continue
        address = _by_id(path, data)
        if address in first:
            found.append((address, first[address], line))
        else:
            first[address] = line
    return found


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


def _table_path(is_array: bool, parts: list[str], counts: dict[Path, int]) -> Path:
    """Path of a header with the number of each array entry on the way, as "#n"."""
    path: tuple[str, ...] = ()
    for depth, part in enumerate(parts):
        path = (*path, part)
        last = depth == len(parts) - 1
        if last and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, f"#{counts[path]}")
    return path


def _by_id(path: Path, data: Mapping[str, object]) -> Path:
    named = [
        entry_name(_node(path[: depth + 1], data), int(part[1:])) if _ENTRY.match(part) else part
        for depth, part in enumerate(path)
    ]
    return tuple(named)


def _node(path: Path, data: object) -> object:
    """What stands at a numbered path; None where nothing does."""
    for part in path:
        if isinstance(data, list) and _ENTRY.match(part):
            number = int(part[1:])
            data = data[number] if number < len(data) else None
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data
