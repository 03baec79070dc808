"""Words that a reader may not know."""

from __future__ import annotations

from gigawatt.report.page import Cell, Section, Table
from gigawatt.report.view import View

BETWEEN = ": "  # term and meaning stand in one string, so that they are translated together


def section(view: View) -> Section:
    """Table of terms."""
    say = view.say
    parted = (text.partition(BETWEEN) for text in say.numbered("glossary"))
    rows = tuple((Cell(term.rstrip()), Cell(meaning)) for term, _, meaning in parted)
    columns = view.columns(say("glossary.term"), say("glossary.meaning"), text=2)
    return Section(
        "glossary", say("glossary.title"), "", (Table(say("glossary.table"), columns, rows,
                                                      cards=True),),
    )  # fmt: skip
