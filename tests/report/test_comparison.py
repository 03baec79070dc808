"""The page of a comparison: whole, escaped, and clear about what is wrong with a folder."""

from __future__ import annotations

import json
import re

import pytest

from gigawatt.errors import InputError
from gigawatt.report.comparison import (
    comparison_page,
    read_comparison,
    write_comparison_page,
)
from gigawatt.report.html import write_report
from gigawatt.report.page import Figure, Table
from gigawatt.report.read import Run
from gigawatt.report.view import View

HOSTILE = "<script>alert('x')</script>"


def side(name):
    return {"name": name, "title": HOSTILE, "sha256": "0", "origin": [], "as_of": "2026-11-20"}


def band(low, middle, high, **more):
    return {"p10": low, "p50": middle, "p90": high, **more}


def result(name, kind, unit, a, b, difference, difference_unit=None, **more):
    return {"name": name, "title": name, "kind": kind, "unit": unit, "definition": "",
            "difference_unit": difference_unit or unit, "paired": True, "difference": difference,
            "a": a, "b": b, **more}  # fmt: skip


def comparison():
    date = band("2027-11-16", "2028-03-25", "2028-08-09", status="reached")
    none = band(None, None, None, status="not in programme")
    years = {
        str(y): {"a": band(g, g, g), "b": band(g, 2 * g, 3 * g), "difference": band(0, g, 2 * g)}
        for y, g in ((2026, 0.0), (2027, 1.5))
    }
    groups = [{"group": g, "changed": [HOSTILE], "coupled_because": ""} for g in ("sites", "tools")]
    effects = [{"group": "sites", "effect": -2.0e9}, {"group": "tools", "effect": 0.5e9}]
    return {
        "a": side("one"), "b": side("two"), "notes": ["only A has that"],
        "setting": {"gigawatt_version": "0", "seed": 7, "draws": 50, "start": "2025-09-01",
                    "horizon": "2034-12"},
        "results": [
            result("first_gw_in_service_date", "date", "date", date, date, band(-1.0, 0.5, 2.0),
                   "months"),
            result("tenth_gw_in_service_date", "date", "date", date, none, None, "months"),
            result("capex_usd_per_gw", "number", "USD/GW", band(4e10, 5e10, 6e10),
                   band(3e10, 4.85e10, 5e10), band(-2e9, -1.5e9, 1e8)),
            result("facility_gw_in_service_by_year_end", "by_year", "GW", {}, {}, None,
                   by_year=years),
        ],
        "causes": {"draws": 20, "groups": groups, "waterfalls": [
            {"name": "capex_usd_per_gw", "title": "Capital cost", "unit": "USD/GW", "a": 5e10,
             "b": 4.85e10, "capped": False, "effects": effects},
            {"name": "same", "title": "Same", "unit": "months", "a": 3.0, "b": 3.0,
             "capped": False, "effects": [{"group": "sites", "effect": 0.0}]},
        ]},
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "comparison.json").write_text(json.dumps(comparison()), encoding="utf-8")
    return tmp_path


def page(folder, lang="en"):
    held = read_comparison(folder)
    manifest = {"gigawatt_version": "0", "horizon": held["setting"]["horizon"]}
    return comparison_page(View.of(Run(folder, manifest, (), {}), lang), held)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_page_is_written_and_escaped(folder, lang):
    path = write_comparison_page(folder, lang)
    assert path.name == "comparison.html"
    text = path.read_text(encoding="utf-8")
    assert HOSTILE not in text
    assert not re.search(r"<(script|link|img)[^>]* (src|href)=", text)
    assert [p.name for p in folder.iterdir() if p.name.endswith(".part")] == []


def test_sections_and_tables(folder):
    made = page(folder)
    assert [s.id for s in made.sections] == ["headline", "causes", "years", "notes"]
    tables = [p for s in made.sections for p in s.parts if isinstance(p, Table)]
    for table in tables:
        assert {len(r) for r in table.rows} == {len(table.columns)}
    first, tenth, capex = tables[0].rows
    assert (first[3].text, first[3].sub) == ("+0.5 months", "−1 months … +2 months")
    assert (tenth[2].text, tenth[3].text) == ("not in programme", "–")
    assert capex[3].text == "−$1.5 bn"
    assert [r[0].text for r in tables[1].rows] == ["2027"]  # nothing in 2026 on either side


def test_waterfall_leads_from_a_to_b_with_its_data(folder):
    (figure,) = (p for s in page(folder).sections for p in s.parts if isinstance(p, Figure))
    (trace,) = figure.data
    assert trace["measure"] == ["absolute", "relative", "relative", "total"]
    assert sum(trace["x"][:-1]) == pytest.approx(trace["x"][-1])
    assert [r[1].text for r in figure.table.rows] == ["50", "−2", "+0.5", "48.5"]
    low, high = figure.layout["xaxis"]["range"]
    assert low < 48.0 and high > 50.0


def test_runs_have_no_causes(folder):
    held = comparison() | {"causes": None, "notes": []}
    (folder / "comparison.json").write_text(json.dumps(held), encoding="utf-8")
    assert [s.id for s in page(folder).sections] == ["headline", "years"]


@pytest.mark.parametrize(
    ("content", "told"), [(None, "has no comparison.json"), ("{", "not valid JSON"),
                          ('{"a": 1}', "lacks b, setting, results")]
)  # fmt: skip
def test_bad_folder(tmp_path, content, told):
    if content is not None:
        (tmp_path / "comparison.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        write_comparison_page(tmp_path)


def test_a_run_with_a_comparison_shows_both_programmes(run_folder):
    without = write_report(run_folder).read_text(encoding="utf-8")
    (run_folder / "comparison.json").write_text(json.dumps(comparison()), encoding="utf-8")
    with_it = write_report(run_folder).read_text(encoding="utf-8")
    assert 'id="side-by-side"' in with_it
    assert 'id="side-by-side"' not in without
    assert HOSTILE not in with_it
