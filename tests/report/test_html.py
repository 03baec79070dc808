"""The HTML report: whole, well-formed, offline, escaped, and quiet about what is missing."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser

import polars as pl
import pytest

from gigawatt.errors import InputError
from gigawatt.report.html import make_page, write_report
from gigawatt.report.page import Figure, Table
from gigawatt.report.read import COLUMNS, read_run
from gigawatt.report.view import View

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}
SECTION_IDS = [
    "capacity", "headline", "schedule", "binding", "money", "capex", "footprint", "impact",
    "performance", "operations", "conversion", "sites", "warnings", "limits", "reading", "sources",
    "run",
]  # fmt: skip


class Outline(HTMLParser):
    """Checks that tags nest, and collects what the tests ask for."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.loads, self.links, self.headings = [], [], [], [], []
        self.scripts = []

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        if "id" in held:
            self.ids.append(held["id"])
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "a":
            self.links.append(held["href"])
        elif "href" in held or "src" in held or "srcset" in held:
            self.loads.append((tag, held))
        if tag == "script":
            self.scripts.append(held)
        assert not any(name.startswith("on") for name in held), (tag, held)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def outline(text):
    parser = Outline()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


def without_plotly(text):
    """The page without the library, which is not ours to check."""
    assert text.count("<script>") == 2
    start = text.index("<script>")
    return text[:start] + text[text.index("</script>", start) + len("</script>") :]


def test_well_formed_and_complete(run_folder):
    path = write_report(run_folder)
    assert path == run_folder / "report.html"
    assert [p.name for p in run_folder.iterdir() if "part" in p.name] == []
    page = outline(path.read_text(encoding="utf-8"))
    assert [i for i in page.ids if i in SECTION_IDS] == SECTION_IDS
    assert len(page.ids) == len(set(page.ids))
    assert page.headings[0] == 1 and set(page.headings[1:]) == {2}
    assert {f"#{i}" for i in SECTION_IDS} <= set(page.links)


def test_loads_nothing_from_a_network(run_folder):
    text = write_report(run_folder).read_text(encoding="utf-8")
    page = outline(text)
    assert page.loads == []
    assert all("src" not in s for s in page.scripts)
    ours = without_plotly(text)
    assert not re.search(r"@import|url\(", ours)
    assert "default-src 'none'" in ours
    outside = [href for href in page.links if not href.startswith(("#", "charts/"))]
    assert outside == ["https://example.org/a?b=1&c=2"]  # the one source with a web address


def test_text_of_the_run_is_escaped(run_folder):
    ours = without_plotly(write_report(run_folder).read_text(encoding="utf-8"))
    assert "<script>alert" not in ours
    assert "alert(&#39;x&#39;)" in ours
    assert 'href="javascript' not in ours
    figures = re.search(r'id="figures">(.*?)</script>', ours, re.DOTALL)
    assert "<" not in figures[1]
    assert json.loads(figures[1])["capacity-band"]["data"]


def test_every_chart_has_unit_note_and_data(run_folder):
    page = make_page(View.of(read_run(run_folder), "en"))
    charts = [p for s in page.sections for p in s.parts if isinstance(p, Figure)]
    assert len(charts) >= 9
    for chart in charts:
        assert chart.unit and chart.note and chart.table.rows, chart.id
        assert json.dumps(chart.data, allow_nan=False)


def test_tables_are_rectangular(run_folder):
    page = make_page(View.of(read_run(run_folder), "en"))
    tables = [p for s in page.sections for p in s.parts if isinstance(p, Table)]
    tables += [p.table for s in page.sections for p in s.parts if isinstance(p, Figure)]
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.caption


def test_verdict_says_what_the_tables_say(run_folder):
    verdict = make_page(View.of(read_run(run_folder), "en")).verdict
    assert verdict == (
        "The first gigawatt is in service around Oct 2027 (P10 Jun 2027, P90 Apr 2028); the chance "
        "of it by the end of 2026 is < 0.1 %; by Dec 2030 7.82 GW are in service (P10 5.86 GW, "
        "P90 9.38 GW), against 10 GW announced; what is most often last to be ready is the grid "
        "connection (30 % of megawatts)."
    )


def test_no_draw_out_of_many_is_not_never(run_folder):
    path = run_folder / "answers.json"
    answers = json.loads(path.read_text())
    answers["answers"][1]["mean"] = 0.0
    path.write_text(json.dumps(answers))
    manifest = json.loads((run_folder / "manifest.json").read_text())
    (run_folder / "manifest.json").write_text(json.dumps({**manifest, "draws": 200}))
    verdict = make_page(View.of(read_run(run_folder), "en")).verdict
    assert "the chance of it by the end of 2026 is < 0.5 %" in verdict


def test_never_reached(make):
    folder = make(never=True)
    page = make_page(View.of(read_run(folder), "en"))
    assert page.verdict.startswith("The first gigawatt is not in service by Dec 2030 in most draws")
    assert page.tiles[0].value == "after Dec 2030"
    assert page.tiles[0].range == "after Dec 2030 … after Dec 2030" or page.tiles[0].range == ""
    outline(write_report(folder).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_missing_table_takes_only_its_section(make, name):
    folder = make(without=(name,))
    page = make_page(View.of(read_run(folder), "en"))
    left = {s.id for s in page.sections}
    alone = {"capacity", "schedule", "binding", "capex", "impact", "performance", "operations",
             "conversion"}  # fmt: skip
    gone = {name} & alone | ({"footprint"} if name == "energy" else set())
    assert set(SECTION_IDS) - left == gone
    outline(write_report(folder).read_text(encoding="utf-8"))


def test_nothing_but_a_manifest(make):
    folder = make(without=tuple(COLUMNS))
    (folder / "answers.json").write_text('{"answers": []}')
    (folder / "manifest.json").write_text("{}")
    text = write_report(folder).read_text(encoding="utf-8")
    assert "This run holds no date and no capacity" in text
    assert "plotly" not in text.lower()  # without charts the library is left out
    outline(text)


def test_years_share_one_scale(run_folder):
    from gigawatt.report.page import Cell
    from gigawatt.report.sections.yearly import row

    view = View.of(read_run(run_folder), "en")
    tokens = {"2027": {"p10": 6.7e14, "p50": 2.3e15, "p90": 5.2e15}, "2028": {"p50": 4.2e16}}
    cells = row(view, Cell("tokens"), "tokens", tokens, ["2026", "2027", "2028"])
    assert [(c.text, c.sub) for c in cells] == [
        ("tokens", ""), ("1e15 tokens", ""), ("–", ""), ("2.3", "0.67 … 5.2"), ("42", ""),
    ]  # fmt: skip
    usd = {"2027": {"p10": 0.0, "p50": 1e10, "p90": 2e10}}
    cells = row(view, Cell("equity"), "USD", usd, ["2027"])
    assert [(c.text, c.sub) for c in cells[1:]] == [("bn USD", ""), ("10", "0 … 20")]
    share = {"2027": {"p10": 0.0004, "p50": 0.012, "p90": 0.02}}
    cells = row(view, Cell("share"), "share", share, ["2027"])
    assert [(c.text, c.sub) for c in cells[1:]] == [("", ""), ("1.2 %", "< 0.1 % … 2 %")]


def test_ledger_nets_to_zero_and_matrix_adds_up(run_folder):
    from gigawatt.report.sections.money import net_by_year, totals

    flows = read_run(run_folder).rows("ledger")
    net = net_by_year(flows)
    for year in ("2026", "2028", "2030"):
        assert sum(held.get(year, 0.0) for held in net.values()) == pytest.approx(0.0, abs=1.0)
    pairs = totals(flows, "payer", "payee")
    assert sum(pairs.values()) == pytest.approx(sum(r["amount_usd_mean"] for r in flows))


def test_a_folder_that_is_no_run_is_told(tmp_path):
    with pytest.raises(InputError, match=r"is not a run folder: it has no manifest\.json"):
        write_report(tmp_path)


def test_broken_json_is_told(run_folder):
    (run_folder / "answers.json").write_text("{")
    with pytest.raises(InputError, match=r"answers\.json is not valid JSON"):
        write_report(run_folder)


def test_a_table_of_another_version_is_told(run_folder):
    path = run_folder / "tables" / "binding.parquet"
    pl.read_parquet(path).drop("share").write_parquet(path)
    with pytest.raises(InputError, match=r"binding\.parquet lacks share"):
        write_report(run_folder)


def test_unknown_language_is_told(run_folder):
    with pytest.raises(InputError, match="Unknown language 'xx'"):
        write_report(run_folder, lang="xx")


def test_written_within_a_second_and_a_half(run_folder):
    write_report(run_folder)
    start = time.perf_counter()
    path = write_report(run_folder)
    took = time.perf_counter() - start
    assert took < 1.5, f"written in {took:.2f} s"
    assert path.stat().st_size < 6e6
