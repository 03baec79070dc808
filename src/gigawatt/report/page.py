"""What a report is made of, as plain data: sections of tables, figures and paragraphs.

Section builders make these; the template prints them. All text is final (formatted, in the
report's language) and unescaped: the template escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from gigawatt.report.figures import Swatch, legend_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text : what it says.
    sub : smaller second line.
    mark : name of a status chip ("announced", "yes", …), or empty for plain text.
    href : link target (http or https only), or empty.
    strong : whether it is a total.
    """

    text: str
    sub: str = ""
    mark: str = ""
    href: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a column; `numeric` ones are aligned right, `unit` stands under the title."""

    title: str
    unit: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the row.

    Attributes
    ----------
    caption : what it shows.
    columns, rows : heads and cells, of equal length.
    note : source or definition, below the table.
    cards : on a narrow screen each row becomes a card; else the table scrolls sideways.
    folded : shown behind a line that opens it.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    cards: bool = False
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart for plotly.js, with the table of its data.

    Attributes
    ----------
    id : unique in the page.
    title, unit : above the chart.
    note : source or definition, below the chart.
    data, layout : plotly.js JSON; colours are tokens ("@c0", "@ink") that the page resolves.
    table : the data, behind a line that opens it.
    height_px : of the chart.
    csv : where the file of its data stands, from the page; "" = none.
    numbers : head and rows of that file, where the chart's series alone do not make it.
    """

    kind: ClassVar[str] = "figure"
    id: str
    title: str
    unit: str
    note: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    table: Table
    height_px: int = 360
    csv: str = ""
    numbers: tuple[tuple[str | float | None, ...], ...] = ()

    @property
    def legend(self) -> tuple[Swatch, ...]:
        """Entries of the legend, none where the chart has one series without need of a name."""
        return legend_of(self.data)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of short texts."""

    kind: ClassVar[str] = "listing"
    items: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number that comes from outside: what it is, its value, its status, where it is from."""

    name: str
    value: str
    status: str
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts that enter a formula under one pattern; many are folded behind their `title`."""

    title: str
    items: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A quantity of a derivation, behind a line that opens it.

    Attributes
    ----------
    id : anchor; of a quantity that is taken apart elsewhere, the anchor to go to.
    title, value : the line.
    formula : how it follows; "" where it is taken apart elsewhere.
    values : what the run holds of it by year, system or site.
    facts : what enters from outside.
    steps : quantities that enter.
    """

    id: str
    title: str
    value: str
    formula: str = ""
    values: tuple[Cell, ...] = ()
    facts: tuple[Facts, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Derivations, each behind a line that opens it."""

    kind: ClassVar[str] = "tree"
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Parts behind a line that opens them, with a status chip."""

    kind: ClassVar[str] = "fold"
    title: str
    mark: str
    label: str
    parts: tuple[Table | Listing, ...]


Part = Table | Figure | Listing | Tree | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """One section: anchor, heading, a sentence on how to read it, and its parts."""

    id: str
    title: str
    intro: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline value: label, value, its range."""

    label: str
    value: str
    range: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report.

    Attributes
    ----------
    title, description : of the programme.
    facts : short facts about the run ("as of …", "2,000 draws").
    verdict : one sentence.
    tiles, sections : see their classes.
    """

    lang: str
    title: str
    description: str
    facts: tuple[str, ...]
    verdict: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...] = field(default_factory=tuple)

    def figures(self) -> dict[str, dict[str, Any]]:
        """Charts by id, as the page's script reads them."""
        return {
            part.id: {"data": part.data, "layout": part.layout}
            for section in self.sections
            for part in section.parts
            if isinstance(part, Figure)
        }
