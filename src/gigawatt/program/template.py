"""Writes a new programme file: the template, or a copy of a bundled programme."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from textwrap import TextWrapper

from gigawatt.errors import InputError, unknown_name
from gigawatt.program.instruments import KINDS
from gigawatt.program.read import bundled_names

_NAME = re.compile(r'^name = "[^"]*"', re.MULTILINE)
_COMMENT = TextWrapper(100, initial_indent="# ", subsequent_indent="# ")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


def template_text(source: str | None = None) -> str:
    """Text of the template, or of the bundled programme called `source`.

    Raises
    ------
    InputError : no bundled programme is called so.
    """
    folder = files("gigawatt.program")
    if source is None:
        text = (folder / "template.toml").read_text(encoding="utf-8")
        return text.replace("# {kinds}", _COMMENT.fill(", ".join(KINDS)))
    if source not in bundled_names():
        raise unknown_name("bundled programme", source, bundled_names())
    return (folder / "reference" / f"{source}.toml").read_text(encoding="utf-8")


def write_template(path: Path, source: str | None = None, *, replace: bool = False) -> None:
    """Write a programme file; it takes the file's name as its own where that is a valid one.

    Raises
    ------
    InputError : the file exists already, its folder does not, or it can't be written.
    """
    write_programme(path, template_text(source), replace=replace)


def write_programme(path: Path, text: str, *, replace: bool = False) -> None:
    """Write the text of a programme under the name of its file, where that is a valid one.

    Raises
    ------
    InputError : as of `write_template`.
    """
    if _ID.fullmatch(path.stem):
        text = _NAME.sub(f'name = "{path.stem}"', text, count=1)
    if path.is_dir():
        raise InputError(f"{path} is a folder; give the name of a file, such as {path / 'my.toml'}")
    if path.exists() and not replace:
        raise InputError(f"{path} exists already; --force replaces it")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}; make it first")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from error
