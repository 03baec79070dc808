"""One named result of an answer, and how it is made from draws or words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.uncertainty.summary import bands

KINDS = ("date", "number", "table", "text")
Value = float | str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One named result of an answer.

    Attributes
    ----------
    name, title : identifier and words for people.
    kind : one of `KINDS`.
    unit : of p10, p50 and p90 ("date" for dates, ISO text); of a table its columns tell.
    definition : what exactly is counted.
    data : which data of the run, and which facts, it comes from.
    p10, p50, p90 : percentiles of the quantity; None = never, or not applicable.
    text : what a text says; a remark on other kinds.
    columns : (heading, unit) of each column of a table; a unit "" is a word or plain number.
    rows : rows of a table.
    """

    name: str
    title: str
    kind: str
    unit: str
    definition: str
    data: str
    p10: Value = None
    p50: Value = None
    p90: Value = None
    text: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what does not apply to the kind is left out."""
        out: dict[str, Any] = {
            key: getattr(self, key)
            for key in ("name", "title", "kind", "unit", "definition", "data")
        }
        if self.kind in ("date", "number"):
            out |= {"p10": self.p10, "p50": self.p50, "p90": self.p90}
        if self.kind == "table":
            out["columns"] = [{"name": name, "unit": unit} for name, unit in self.columns]
            out["rows"] = [list(row) for row in self.rows]
        return out | ({"text": self.text} if self.text else {})


def number_part(
    name: str, title: str, unit: str, values: Array, definition: str, data: str
) -> Part:
    """Return P10, P50 and P90 of `values` (D,) as a named number."""
    p10, p50, p90 = (float(v) if np.isfinite(v) else None for v in bands(values))
    return Part(name, title, "number", unit, definition, data, p10, p50, p90)


def text_part(name: str, title: str, text: str, definition: str, data: str) -> Part:
    """Return a statement made from numbers of the run."""
    return Part(name, title, "text", "", definition, data, text=text)
