"""Reads a programme file and those it extends into one table that remembers its lines."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from gigawatt.errors import InputError, Problem, ProblemsError, nearest
from gigawatt.program.lines import duplicates, entry_name, key_lines
from gigawatt.program.shown import shown_value

KeyPath = tuple[str, ...]
REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class RawProgram:
    """Content of a programme file, merged with what it extends.

    Attributes
    ----------
    data : the merged table.
    places : key path → (file as shown, line).
    origin : files that it was read from, the given one first.
    problems : what is wrong with the files as such: ids that occur twice, nothing to remove.
    """

    data: Mapping[str, object]
    places: Mapping[KeyPath, tuple[str, int]]
    origin: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    def place(self, path: KeyPath) -> tuple[str, int]:
        """File and line of a key, or of its nearest parent."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return self.origin[0], 0

    def file(self, path: KeyPath, name: str) -> Path:
        """File `name` that a key gives, from the folder of the programme that holds the key."""
        return Path(self.place(path)[0]).parent / name

    def problem(self, path: KeyPath, value: object, expected: str, suggestion: str = "") -> Problem:
        """Problem at a key of this programme."""
        where, line = self.place(path)
        return Problem(where, line, ".".join(path), shown_value(value), expected, suggestion)


def bundled_names() -> list[str]:
    """Names of the programmes that come with the package."""
    folder = files("gigawatt.program") / "reference"
    return sorted(
        p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")
    )


def read_program(name: str, base: Path | None = None) -> RawProgram:
    """Read a bundled programme by name, or a file by path, with everything it extends.

    Raises
    ------
    InputError : there is no such programme, it can't be read, or it is not TOML.
    """
    return _read(name, base or Path(), ())


def _read(name: str, base: Path, seen: tuple[str, ...]) -> RawProgram:
    text, shown, folder = _text(name, base)
    if shown in seen:
        raise InputError(f"this extends itself: {' → '.join((*seen, shown))}")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(shown, str(error)) from error
    except RecursionError as error:
        raise _syntax_error(shown, "it is nested too deeply") from error
    own = {path: (shown, line) for path, line in key_lines(text, data).items()}
    problems = [
        Problem(shown, line, ".".join(path), None, f"this occurs twice (first in line {earlier})")
        for path, earlier, line in duplicates(text, data)
    ]
    parent_name = data.get("extends")
    if not isinstance(parent_name, str) or not parent_name:
        return RawProgram(data, own, (shown,), tuple(problems))
    try:
        parent = _read(parent_name, folder, (*seen, shown))
    except ProblemsError:
        raise
    except InputError as error:  # no such programme: told at the line that names it
        line = own["extends",][1]
        text = str(error).rstrip(".").replace("Programme", "programme", 1)
        problem = Problem(shown, line, "extends", shown_value(parent_name), text)
        raise ProblemsError([problem]) from error
    problems += [
        Problem(shown, (own.get(path) or own.get((*path[:-1], REMOVE), (shown, 0)))[1],
                ".".join(path), None,
                f"there is nothing of this name in {parent.origin[0]} to remove",
                nearest(path[-1], names))
        for path, names in idle_removals(parent.data, data)
    ]  # fmt: skip
    merged = merge(parent.data, data)
    places = {**parent.places, **own}
    return RawProgram(merged, places, (shown, *parent.origin), (*parent.problems, *problems))


def _text(name: str, base: Path) -> tuple[str, str, Path]:
    """Content, shown name and folder of a programme."""
    if name in bundled_names():
        path = files("gigawatt.program") / "reference" / f"{name}.toml"
        return path.read_text(encoding="utf-8"), f"{name}.toml (bundled)", Path()
    file = Path(os.path.normpath(base / name))
    try:
        return file.read_text(encoding="utf-8-sig"), str(file), file.parent
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        hint = nearest(Path(name).name.removesuffix(".toml"), bundled_names())
        did = f" Did you mean the bundled {hint!r}?" if hint else ""
        kind = "is a folder, not a file" if file.is_dir() else "does not exist"
        raise InputError(
            f"Programme {name!r} {kind}, and no bundled programme is called so."
            f"{did} Bundled: {', '.join(bundled_names())}."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} can't be read: it is not UTF-8 text.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{file} can't be read: {reason}.") from error


def _syntax_error(shown: str, message: str) -> ProblemsError:
    match = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(match[1]) if match else 0
    text = re.sub(r"\s*\(at [^)]*\)", "", message)
    text += f" (column {match[2]})" if match else ""
    return ProblemsError([Problem(shown, line, "TOML", None, f"this is not valid TOML: {text}")])


def merge(base: Mapping[str, object], change: Mapping[str, object]) -> dict[str, object]:
    """Merge a programme with its changes.

    Tables merge key by key; entries of an array of tables merge by their ``id``; an entry with
    ``remove = true`` drops the one of the same id; ``remove = ["key"]`` in a table drops keys of
    it; everything else is replaced. A distribution is replaced whole, never mixed.
    """
    dropped = change.get(REMOVE)
    names = dropped if isinstance(dropped, list) else []
    out = {key: value for key, value in base.items() if key not in names}
    for key, value in change.items():
        if key == REMOVE and isinstance(value, list):
            continue
        old = out.get(key)
        if _is_entries(value) and _is_entries(old):
            out[key] = _merge_entries(old, value)  # type: ignore[arg-type]
        elif isinstance(value, Mapping) and isinstance(old, Mapping) and not _is_spread(value):
            out[key] = merge(old, value)
        else:
            out[key] = value
    return out


def _is_entries(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _is_spread(value: Mapping[str, object]) -> bool:
    return bool({"low", "p05", "choices", "median", "mean"} & set(value))


def _merge_entries(
    base: list[Mapping[str, object]], change: list[Mapping[str, object]]
) -> list[Mapping[str, object]]:
    out = {entry_name(e, n): e for n, e in enumerate(base)}
    for number, entry in enumerate(change):
        name = entry_name(entry, number + len(base))
        if entry.get("remove") is True:
            out.pop(name, None)
        elif name in out:
            out[name] = merge(out[name], entry)
        else:
            out[name] = entry
    return list(out.values())


def idle_removals(
    base: object, change: object, path: KeyPath = ()
) -> Iterator[tuple[KeyPath, list[str]]]:
    """Entries and keys that `change` removes where `base` has none of that name.

    Yields
    ------
    The entry's address, and the ids that `base` has there.
    """
    if isinstance(change, Mapping):
        names = change.get(REMOVE)
        for name in names if isinstance(names, list) else ():
            if not isinstance(base, Mapping) or name not in base:
                yield (*path, str(name)), list(base) if isinstance(base, Mapping) else []
        for key, value in change.items():
            below = base.get(key) if isinstance(base, Mapping) else None
            yield from idle_removals(below, value, (*path, key))
    elif isinstance(change, list):
        old = {entry_name(e, n): e for n, e in enumerate(base if isinstance(base, list) else [])}
        for number, entry in enumerate(change):
            name = entry_name(entry, number)
            if isinstance(entry, Mapping) and entry.get("remove") is True and name not in old:
                yield (*path, name), list(old)
            else:
                yield from idle_removals(old.get(name), entry, (*path, name))
