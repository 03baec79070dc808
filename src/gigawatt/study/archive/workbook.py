"""Writes tables as the sheets of a workbook: names, units below them, frozen headers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from gigawatt.errors import InputError
from gigawatt.study.archive.columns import ROW, TEXT, Column

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # what the format holds
MOST_CHARACTERS = 32_767  # of a cell
NAME_CHARACTERS = 31  # of a sheet
HEADER_ROWS = 2
NUMBER_FORMATS = ("0.0%", "#,##0", "#,##0.00", "0.00E+00", "General")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as it is exported.

    Attributes
    ----------
    name : of the sheet or file.
    data : its rows.
    columns : description of each column, in order.
    """

    name: str
    data: pl.DataFrame
    columns: tuple[Column, ...]

    @property
    def units(self) -> list[str]:
        """Units row; text needs none."""
        return ["" if c.unit == TEXT else c.unit for c in self.columns]


def write_sheets(path: Path, content: Sequence[Sheet]) -> None:
    """Write a workbook.

    Raises
    ------
    InputError : a table is larger than a sheet can be.
    """
    import xlsxwriter

    for sheet in content:
        rows, columns = sheet.data.shape
        if rows + HEADER_ROWS > MOST_ROWS or columns > MOST_COLUMNS:
            raise InputError(
                f"Table {sheet.name} has {rows:,} rows and {columns:,} columns, more than a sheet "
                "holds: export it with --parquet or --csv, or other tables with --table."
            )
    # Text stays text: a note that starts with "=" is no formula.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        unit = book.add_format({"italic": True, "font_color": "#555555", "bottom": 1})
        forms = {form: book.add_format({"num_format": form}) for form in NUMBER_FORMATS}
        for sheet in content:
            page = book.add_worksheet(sheet.name[:NAME_CHARACTERS])
            page.freeze_panes(HEADER_ROWS, 1)
            page.write_row(0, 0, sheet.data.columns, head)
            page.write_row(1, 0, sheet.units, unit)
            _fill(page, sheet, forms)


def number_format(unit: str, values: Sequence[object]) -> str:
    """Number format of a column, from its unit and the size of its values."""
    if unit == "share":
        return "0.0%"
    if unit in ("", TEXT, ROW):
        return "General"
    size = max((abs(v) for v in values if _is_number(v)), default=0.0)
    if size >= 1e15:
        return "0.00E+00"
    if size >= 1000:
        return "#,##0"
    return "#,##0.00" if size >= 10 else "General"


def _fill(page: Any, sheet: Sheet, forms: dict[str, Any]) -> None:  # noqa: ANN401 - no types there
    for number, (name, described) in enumerate(zip(sheet.data.columns, sheet.columns, strict=True)):
        values = sheet.data[name].to_list()
        form = forms[number_format(described.unit, values)]
        longest = max((len(v) for v in values[:200] if isinstance(v, str)), default=0)
        page.set_column(number, number, min(max(len(name) + 2, longest, 10), 60))
        for row, value in enumerate(values, start=HEADER_ROWS):
            if isinstance(value, bool):
                page.write_boolean(row, number, value)
            elif _is_number(value):
                page.write_number(row, number, value, form)
            elif value == math.inf:  # a workbook has no infinity; here it means never
                page.write_string(row, number, "never")
            elif isinstance(value, str):
                page.write_string(row, number, value[:MOST_CHARACTERS])


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
