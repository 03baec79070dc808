"""The section on sources and uses, cash curves and margins."""

from __future__ import annotations

import pytest

from gigawatt.report.page import Figure, Table
from gigawatt.report.read import read_run
from gigawatt.report.sections import value_chain
from gigawatt.report.view import View


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_section_is_whole(run_folder, lang):
    section = value_chain.section(View.of(read_run(run_folder), lang))
    assert section.id == "value-chain"
    tables = [p for p in section.parts if isinstance(p, Table)]
    assert len(tables) == 4
    for table in tables:
        assert {len(r) for r in table.rows} == {len(table.columns)}
    assert all(t.note for t in (tables[0], *tables[2:]))


def test_totals_of_uses_and_sources_are_the_same(run_folder):
    section = value_chain.section(View.of(read_run(run_folder), "en"))
    uses, sources = (p for p in section.parts[:2])
    assert [c.text for c in uses.rows[-1][1:]] == [c.text for c in sources.rows[-1][1:]]
    assert float(uses.rows[-1][2].text.replace(",", "")) > 0.0


def test_curves_have_the_table_of_their_data(run_folder):
    section = value_chain.section(View.of(read_run(run_folder), "en"))
    (figure,) = (p for p in section.parts if isinstance(p, Figure))
    assert len(figure.data) <= value_chain.PARTIES <= len(figure.table.rows)
    assert len(figure.table.columns) == 1 + len(figure.data[0]["x"])
    assert figure.unit and figure.note


@pytest.mark.parametrize("name", ["ledger", "capex"])
def test_left_out_without_its_tables(make, name):
    assert value_chain.section(View.of(read_run(make(without=(name,))), "en")) is None


def test_without_capacity_the_account_is_left_out(make):
    section = value_chain.section(View.of(read_run(make(without=("capacity",))), "en"))
    assert len(section.parts) == 3
