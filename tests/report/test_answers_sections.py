"""Derivations, influence, gigawatts, questions, market, glossary and the CSV beside each chart.

These sections ask studies, so they are read from a real run; one of another version has none.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields, is_dataclass

import pytest
from click.testing import CliRunner

from gigawatt.catalog import load_catalog
from gigawatt.cli.main import cli
from gigawatt.program.load import load_program
from gigawatt.program.read import bundled_names
from gigawatt.report import chart_csv
from gigawatt.report.html import make_page, write_report
from gigawatt.report.page import Cell, Figure, Fold, Listing, Table, Tree
from gigawatt.report.read import read_run
from gigawatt.report.sections import gigawatts
from gigawatt.report.sections.derivations import anchor, explained
from gigawatt.report.texts import read_pairs, texts_of
from gigawatt.report.view import View
from gigawatt.study.questions import QUESTIONS
from gigawatt.study.reasons.derivations import NODES
from gigawatt.study.reasons.gigawatt_notes import write_notes
from gigawatt.study.run import Settings, simulate, write_run

BUNDLED = bundled_names()
ASKING = {"why", "influence", "questions", "market"}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A small run of a bundled programme, with its report."""
    folder = tmp_path_factory.mktemp("answers") / "run"
    loaded = load_program("openai-nvidia-2025-09")
    simulated = simulate(loaded, Settings(draws=200, seed=3))

    def finish(partial):
        write_notes(simulated, partial)
        write_report(partial)

    write_run(simulated, folder, finish=finish)
    return folder


@pytest.fixture(scope="module")
def page(real):
    return make_page(View.of(read_run(real), "en"))


def part_of(page, section):
    return next(s for s in page.sections if s.id == section).parts


def steps_of(steps):
    for step in steps:
        yield step
        yield from steps_of(step.steps)


def test_sections_that_ask_a_study_are_there(page):
    assert {s.id for s in page.sections} >= ASKING | {"gigawatts", "glossary"}


def test_a_run_of_another_version_is_shown_without_them(run_folder):
    ids = {s.id for s in make_page(View.of(read_run(run_folder), "en")).sections}
    assert not ids & ASKING
    assert "glossary" in ids and "gigawatts" not in ids  # it holds no notes


# ------------------------------------------------------------------------------------- derivations


def test_every_named_result_is_taken_apart_down_to_facts_with_sources(page, real):
    (tree,) = part_of(page, "why")
    assert isinstance(tree, Tree)
    roots = [s.id for s in tree.steps]
    known = explained(View.of(read_run(real), "en"))
    assert roots == [anchor(name) for name in known]
    assert set(known) == {a.name for a in read_run(real).answers}
    every = list(steps_of(tree.steps))
    opened = [s for s in every if s.formula]
    ids = [s.id for s in opened]
    assert len(ids) == len(set(ids))
    assert {s.id for s in every} == set(ids)  # an arrow leads to what is taken apart
    facts = [f for s in opened for group in s.facts for f in group.items]
    assert len(facts) > 300
    assert all(f.source and f.status and f.value for f in facts)


def test_headline_links_lead_to_derivations(real):
    text = (real / "report.html").read_text(encoding="utf-8")
    targets = re.findall(r'href="#(why-[^"]+)"', text)
    assert anchor("first_gw_in_service_date") in targets
    ids = set(re.findall(r'id="(why-[^"]+)"', text))
    assert set(targets) <= ids


# --------------------------------------------------------------------------------------- influence


def test_influence_shows_at_most_ten_clear_inputs_strongest_first(page):
    charts = part_of(page, "influence")
    assert 4 <= len(charts) <= 6
    for chart in charts:
        order = chart.layout["yaxis"]["categoryarray"]
        assert 1 <= len(order) <= 10
        sizes = {name: abs(x) for t in chart.data for name, x in zip(t["y"], t["x"], strict=True)}
        assert set(sizes) == set(order)
        assert [sizes[n] for n in order] == sorted(sizes.values(), reverse=True)
        assert all(0.0 < s <= 1.2 for s in sizes.values())
        assert len(chart.table.rows) <= 10


def test_the_price_of_racks_raises_the_cost_of_a_gigawatt(page):
    chart = next(c for c in part_of(page, "influence") if c.id == "influence-capex_usd_per_gw")
    raises = next(t for t in chart.data if "raises" in t["name"])
    assert any("Rack price" in name for name in raises["y"])


# --------------------------------------------------------------------------------------- gigawatts


def test_each_gigawatt_has_one_sentence_with_the_date_of_the_answer(page, real):
    listing, levers, priced = part_of(page, "gigawatts")
    assert isinstance(listing, Listing) and isinstance(levers, Table)
    texts = [item.text for item in listing.items]
    assert [t.split()[1] for t in texts] == [str(k + 1) for k in range(len(texts))]
    assert len(levers.rows) == len(texts) and len(levers.columns) > 4
    view = View.of(read_run(real), "en")
    first = view.run.answer("first_gw_in_service_date")
    assert view.month(first.p50) in texts[0] and " because " in texts[0]
    # Orders of the first gigawatt are placed; a later one can still be brought forward.
    assert "the largest relief" in texts[4] and "known price, is" in texts[4]
    assert any("not known" not in cell.text for row in priced.rows for cell in row[-2:])
    told = gigawatts.read_notes(real)[0]
    assert [told[b][:7] for b in ("p10", "p50", "p90")] == [
        str(v)[:7] for v in (first.p10, first.p50, first.p90)
    ]


def test_a_gigawatt_that_most_draws_lack_says_so(make):
    view = View.of(read_run(make()), "en")
    note = {"number": 9, "p10": "2030-01-01", "p50": None, "p90": None, "reached_share": 0.3,
            "causes": {"grid": 0.6, "racks": 0.4}, "sites": ["North"], "reliefs": []}  # fmt: skip
    text = gigawatts.sentence(view, note)
    assert "in only 30 % of draws" in text and "the grid connection (60 %)" in text
    lever = {"lever": "onsite", "months_gained": None, "p50": "2030-06-01"}
    text = gigawatts.sentence(view, {**note, "reliefs": [lever]})
    assert "on-site plant in place of the grid, which brings it to Jun 2030" in text


# ----------------------------------------------------------------------------- questions and market


def test_all_questions_are_answered_or_say_what_they_need(page):
    folds = part_of(page, "questions")
    assert len(folds) == len(QUESTIONS) == 20
    for fold in folds:
        assert isinstance(fold, Fold) and fold.parts, fold.title
        if fold.mark == "not-yet":
            texts = [i.text for p in fold.parts if isinstance(p, Listing) for i in p.items]
            assert texts and all(t.startswith("Not yet: needs") for t in texts)


def test_concentration_stands_before_and_after_with_bounds(page):
    parts = part_of(page, "market")
    chart = next(p for p in parts if isinstance(p, Figure))
    assert len(chart.data) == 2 and all(0.0 < v < 1e4 for t in chart.data for v in t["y"])
    pivot = next(p for p in parts if isinstance(p, Table) and p.columns[1].title == "CR4")
    assert [c.title for c in pivot.columns[1:]] == ["CR4", "CR5", "HHI LOW", "HHI HIGH"]
    assert pivot.rows[0][0].text.startswith("before")
    low, high = (float(pivot.rows[0][k].text.replace(",", "")) for k in (3, 4))
    assert low <= high


def test_tables_of_these_sections_are_rectangular(page):
    tables = [p for f in part_of(page, "questions") for p in f.parts if isinstance(p, Table)]
    tables += [p for p in part_of(page, "market") if isinstance(p, Table)]
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.caption


def test_glossary_names_what_the_page_uses(page):
    (table,) = part_of(page, "glossary")
    terms = " ".join(row[0].text for row in table.rows)
    assert all(row[1].text for row in table.rows)
    for word in ("PUE", "P50", "die", "In service", "Tranche", "DSCR", "HHI", "IT power"):
        assert word.lower() in (terms + " ".join(r[1].text for r in table.rows)).lower(), word


# --------------------------------------------------------------------------------------------- CSV


def test_each_chart_has_its_file_and_a_link_to_it(real, page):
    text = (real / "report.html").read_text(encoding="utf-8")
    charts = [p for s in page.sections for p in s.parts if isinstance(p, Figure)]
    for chart in charts:
        path = real / "charts" / f"{chart.id}.csv"
        assert f'href="charts/{chart.id}.csv"' in text
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        assert len(rows) > 1 and {len(r) for r in rows} == {len(rows[0])}, chart.id
    assert {p.stem for p in (real / "charts").iterdir()} == {c.id for c in charts}


def test_band_is_written_with_its_percentiles(page):
    chart = next(p for p in part_of(page, "capacity") if p.id == "capacity-band")
    head, *rows = csv.reader(io.StringIO(chart_csv.text(chart)))
    assert head[1:] == ["P90", "P10", "P50"]
    for _, high, low, middle in rows:
        assert float(low) <= float(middle) <= float(high)


def test_sites_add_up_to_the_mean_of_all(page, real):
    chart = next(p for p in part_of(page, "capacity") if p.id == "capacity-sites")
    last = [float(v) for v in list(csv.reader(io.StringIO(chart_csv.text(chart))))[-1][1:]]
    months = [r for r in read_run(real).rows("capacity") if r["site"] == "all"]
    total = max(months, key=lambda r: r["month"])["facility_mw_mean"]
    assert sum(last) == pytest.approx(total / 1e3, rel=1e-4)


def test_whiskers_and_hostile_names_in_a_file():
    from gigawatt.report import figures

    name = 'a, "b"\n<c>'
    bar = figures.whiskers(figures.bars([name], {"P50": [2.0]})[0], [1.0], [2.0], [5.0])
    chart = Figure("x", "t", "u", "n", [bar], {}, Table("c", (), ((Cell(""),),)))
    rows = list(csv.reader(io.StringIO(chart_csv.text(chart))))
    assert rows == [["t, u", "P50", "P50, low", "P50, high"], [name, "2.0", "1.0", "5.0"]]


def test_a_report_elsewhere_is_one_file(real, tmp_path):
    path = write_report(real, out=tmp_path / "alone.html")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert 'href="charts/' not in path.read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------ French

ARTICLES = "the of and with by is are which its from that for not at to in what whose than how"
STOP = frozenset(ARTICLES.split())
KEPT = ("sources", "run")  # titles of documents, names of packages


def shown(part):
    """Texts of a page, with where they stand; charts' own data and sources' titles left out."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from shown(one)
    elif is_dataclass(part):
        for field in fields(part):
            if field.name not in ("data", "layout", "href", "mark", "csv", "id", "source"):
                yield from shown(getattr(part, field.name))


def is_english(text):
    words = re.findall(r"[A-Za-z]+", re.sub(r"\S*[/_]\S*", "", text))
    found = sum(w.lower() in STOP for w in words)
    return found > 1 or (found == 1 and len(words) < 8 and "OpenAI" not in text)


def test_no_english_sentence_is_left_in_the_french_page(real):
    page = make_page(View.of(read_run(real), "fr"))
    run = read_run(real)
    titles = {row["source"] for row in (*run.manifest["inputs"], *run.rows("events"))}
    told = {t for s in page.sections if s.id not in KEPT for t in shown(s)} - titles
    assert len(told) > 1500
    assert sorted(t for t in told if is_english(t)) == []


def test_categories_of_french_charts_are_those_of_their_axes(real):
    charts = make_page(View.of(read_run(real), "fr")).figures()
    checked = 0
    for chart in charts.values():
        for trace in chart["data"]:
            for side in ("x", "y"):
                axis = chart["layout"].get(f"{side}axis", {})
                order = axis.get("categoryarray") or (
                    axis.get("tickvals") if axis.get("type") == "category" else None
                )
                if order:
                    assert set(trace[side]) <= set(order)
                    checked += 1
    assert checked > 5


def test_every_registered_text_has_a_french_entry():
    """What is missing belongs into report/texts_fr.txt: a line of English, a line of French."""
    text = texts_of("fr")
    registered = [n.title.replace("{system}", "X") for n in NODES.values()]
    registered += [n.formula.replace("{system}", "X") for n in NODES.values()]
    registered += [r.name for r in load_catalog().records["tasks"].values()]
    registered += [load_program(name).program.title for name in BUNDLED]
    registered += [load_program(name).program.description.strip() for name in BUNDLED]
    assert [t for t in registered if text(t) == t] == []


def test_french_texts_get_french_numbers_and_unknown_ones_stay():
    text = texts_of("fr")
    assert text("Unnamed gigawatt 3") == "Gigawatt sans nom 3"
    assert text("end of 2031") == "fin 2031"
    assert text("→ Unnamed funding") == "→ Financement sans nom"
    assert text("The bank → OpenAI") == "La banque → OpenAI"
    assert text("A sentence of the reader.") == "A sentence of the reader."
    assert texts_of("en")("end of 2031") == "end of 2031"


def test_pairs_that_do_not_fit_are_refused(tmp_path):
    file = tmp_path / "texts.txt"
    for content in ("one\n", "a {} b\nsans lieu\n", "one\nun\none\ndeux\n"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=r"texts\.txt"):
            read_pairs(file)


@pytest.mark.parametrize("argv", [("ask", "20"), ("explain", "capex_usd_per_gw"), ("explain", "")])
def test_commands_speak_french(real, argv):
    name, what = argv
    order = [what, str(real)] if name == "ask" else [str(real), what]
    done = CliRunner().invoke(cli, [name, *filter(None, order), "--lang", "fr"])
    assert done.exit_code == 0
    assert not [line for line in done.output.splitlines() if " the " in line and "[" not in line]
