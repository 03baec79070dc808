"""Which line of a TOML file holds which key; the standard reader does not say.

A path is a tuple of keys; an entry of an array of tables is addressed by its ``id`` (or by its
number, as text, where it has none), so that a path means the same entry after files are merged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def key_lines(text: str, data: Mapping[str, object]) -> dict[Path, int]:
    """Line (from 1) of every table header and key of a TOML text.

    Parameters
    ----------
    text : content of the file.
    data : the same, parsed; used to address array entries by their id.
    """
    lines: dict[Path, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        header = _HEADER.match(line)
        if header:
            table = _table_path(header[1] == "[[", _parts(header[2]), counts)
            lines.setdefault(_by_id(table, data), number)
            continue
        key = _KEY.match(line)
        if key:
            lines.setdefault(_by_id((*table, *_parts(key[1])), data), number)
            for quotes in ('"""', "'''"):
                if line.count(quotes) == 1:
                    closing = quotes
    return lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """Line of a path, or of its nearest parent that has one; 0 if none has."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0


def entry_name(entry: object, number: int) -> str:
    """How an entry of an array of tables is addressed: its id, else its number."""
    if isinstance(entry, Mapping) and isinstance(entry.get("id"), str):
        return str(entry["id"])
    return str(number)


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
    node: object = data
    named: list[str] = []
    for part in path:
        if part.startswith("#") and isinstance(node, list):
            number = int(part[1:])
            node = node[number] if number < len(node) else None
            named.append(entry_name(node, number))
        else:
            node = node.get(part) if isinstance(node, Mapping) else None
            named.append(part)
    return tuple(named)
