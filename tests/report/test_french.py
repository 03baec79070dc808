"""The French report: every word is there, its places are those of English, its marks are French."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest
from click.testing import CliRunner
from rich.console import Console

import gigawatt.study.answers
from gigawatt.cli.main import cli
from gigawatt.errors import InputError
from gigawatt.quantity import format as fmt
from gigawatt.quantity.format import FR
from gigawatt.report.answers_fr import ANSWERS, answer_words
from gigawatt.report.answers_fr import QUESTIONS as QUESTIONS_FR
from gigawatt.report.html import make_page, write_report
from gigawatt.report.read import read_run
from gigawatt.report.strings import STRINGS, strings_of
from gigawatt.report.terminal import print_summary
from gigawatt.report.view import View
from gigawatt.report.words_en import ENGLISH
from gigawatt.report.words_fr import FRENCH, typeset
from gigawatt.study.questions import QUESTIONS

N, T = "\u00a0", "\u202f"  # no-break blank, thin no-break blank


def places(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def texts():
    yield from FRENCH.items()
    for name, (title, definition) in ANSWERS.items():
        yield f"{name} title", title
        yield f"{name} definition", definition
    yield from ((f"question {n}", text) for n, text in QUESTIONS_FR.items())


def test_no_key_is_missing_and_none_is_left_over():
    missing, left = sorted(set(ENGLISH) - set(FRENCH)), sorted(set(FRENCH) - set(ENGLISH))
    assert (missing, left) == ([], [])


@pytest.mark.parametrize("key", sorted(FRENCH))
def test_places_are_those_of_english(key):
    assert places(FRENCH[key]) == places(ENGLISH[key])


def test_a_key_that_french_lacks_is_shown_in_english():
    assert set(STRINGS["fr"]) >= set(ENGLISH)
    assert strings_of("fr")("word.year") == "Année"


def test_hardly_a_text_is_left_in_english():
    same = {
        k
        for k, v in FRENCH.items()
        if v == ENGLISH[k] and len(re.findall("[a-zA-Zé]{3,}", re.sub("{.*?}", "", v))) > 1
    }
    assert same == set()


def test_blanks_before_marks_are_no_break():
    for key, text in texts():
        assert not re.search(r" [:;?!%»]|« ", text), key
        assert not re.search(r"[^\s\u00a0\u202f][;?!»](?!\w)", text), key  # no blank at all
        assert "'" not in text, key  # the apostrophe is ’
        assert text == text.strip() and "  " not in text, key
        assert not re.search(r"\d\.\d", text), key  # decimal comma


def test_typeset_leaves_other_text_alone():
    assert typeset("a : b ; c ? 5 % « d »") == f"a{N}: b{T}; c{T}? 5{N}% «{N}d{N}»"
    assert typeset("Bailleur / cloud") == "Bailleur / cloud"


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (fmt.money(55.2e9, locale=FR), f"55,2{N}Md{N}$"),
        (fmt.money(-3.21e9, 2, FR), f"-3,2{N}Md{N}$"),
        (fmt.quantity(55.2e9, "usd_per_gw", locale=FR), f"55,2{N}Md{N}$/GW"),
        (fmt.quantity(297_300, "packages/GW", locale=FR), f"297{N}k{N}modules/GW"),
        (fmt.quantity(1.27e27, "FLOP", locale=FR), f"1,3{N}×{N}10²⁷{N}FLOP"),
        (fmt.quantity(87.6, "TWh", locale=FR), f"87,6{N}TWh"),
        (fmt.quantity(0.0, "TWh", locale=FR), f"0{N}TWh"),
        (fmt.number(0.00004567, 2, FR), f"4,6{N}×{N}10⁻⁵"),
        (fmt.fixed(1234567.891, 2, FR), f"1{T}234{T}567,89"),
        (fmt.power(10_200, locale=FR), f"10,2{N}GW"),
        (fmt.power(0.0, locale=FR), f"0{N}MW"),
        (fmt.percent(0.423, locale=FR), f"42{N}%"),
        (fmt.percent(0.0004, locale=FR), f"<{N}0,1{N}%"),
        (fmt.percent(0.9997, locale=FR), f">{N}99,9{N}%"),
        (fmt.scaled(51.4e12, locale=FR), f"51{T}400{N}Md"),
        (fmt.month("2028-03-15", FR), f"mars{N}2028"),
        (fmt.day("2026-11-25", FR), f"25{N}nov.{N}2026"),
        (fmt.day("2026-12-01", FR), f"1er{N}déc.{N}2026"),
        (fmt.number(None, locale=FR), "–"),
    ],
)
def test_numbers_and_dates(made, text):
    assert made == text


def test_english_is_written_as_before():
    assert fmt.number(1.27e27, 2) == "1.3e27"
    assert fmt.percent(0.0004) == "< 0.1 %"
    assert fmt.unit_name("USD/GW") == "USD/GW"


def test_every_named_result_of_a_run_has_french_words():
    """Names as study/answers.py writes them: a name, then a title."""
    source = Path(gigawatt.study.answers.__file__).read_text(encoding="utf-8")
    names = set(re.findall(r'"([a-z][a-z0-9_]+)",\s*f?"[A-Z]', source))
    assert len(names) > 8
    dates = {"first_gw_in_service_date", "tenth_gw_in_service_date"}
    inner = {"date", "by_year", "share", "energy_twh", "co2_mt", "share_of_world_stock"}
    assert {n for n in (names - inner) | dates if answer_words(n) is None} == set()


def test_every_question_is_there():
    assert set(QUESTIONS_FR) == {q.number for q in QUESTIONS}
    assert strings_of("en").question(3, "Which?") == "Which?"
    assert strings_of("fr").question(3, "Which?") == QUESTIONS_FR[3]


def test_a_result_named_after_a_system_and_an_unknown_one():
    assert answer_words("packages_per_gw_vr200-nvl72")[0] == "Modules par gigawatt de vr200-nvl72"
    assert answer_words("packages_per_gw")[0] == "Modules accélérateurs par gigawatt"
    assert answer_words("something_new") is None


def test_page_is_french(run_folder):
    page = make_page(View.of(read_run(run_folder), "fr"))
    assert page.lang == "fr"
    assert page.verdict.startswith(f"Le premier gigawatt entre en service vers oct.{N}2027")
    assert f"{T}; " in page.verdict and "; " not in page.verdict.replace(f"{T}; ", "")
    assert f"2{T}000 tirages" in page.facts
    table = next(s for s in page.sections if s.id == "headline").parts[0]
    assert table.rows[0][0].text == "Premier gigawatt en service"
    cost = next(r for r in table.rows if r[0].text == "Coût d’investissement par gigawatt")
    assert (cost[2].text, cost[4].text) == (f"55,2{N}Md{N}$", "$/GW")
    waterfall = page.figures()["operations-waterfall"]["data"][0]["text"]
    assert all(re.fullmatch(r"\d+,\d", t) for t in waterfall)


def test_charts_get_french_marks_and_months(run_folder, tmp_path):
    text = write_report(run_folder, "fr", tmp_path / "fr.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in text
    locale = json.loads(re.search(r'id="locale">(.*?)</script>', text).group(1))
    assert locale["name"] == "fr" and locale["format"]["decimal"] == ","
    assert locale["format"]["shortMonths"][7] == "août"


def test_no_english_word_of_the_table_is_in_the_french_page(run_folder):
    """Long English texts; short ones may be words of both languages, or of the run's own data."""
    text = write_report(run_folder, "fr").read_text(encoding="utf-8")
    shown = [v for v in ENGLISH.values() if len(v.split()) > 3 and "{" not in v and "'" not in v]
    assert [v for v in shown if v in text] == []


def test_terminal_summary_is_french(run_folder):
    console = Console(width=100, record=True, file=io.StringIO())
    print_summary(run_folder, console, "fr")
    text = console.export_text()
    assert "Résultats principaux" in text and "Headline" not in text
    assert f"55,2{N}Md{N}$" in text


def test_report_command_writes_and_tells_where(run_folder, tmp_path):
    target = tmp_path / "rapport.html"
    done = CliRunner().invoke(
        cli, ["report", str(run_folder), "--lang", "fr", "--out", str(target)]
    )
    assert done.exit_code == 0 and done.output.strip() == str(target)
    assert "Sommaire" in target.read_text(encoding="utf-8")
    assert not (run_folder / "report.html").exists()
    done = CliRunner().invoke(cli, ["report", str(run_folder)])
    assert done.exit_code == 0
    assert "Contents" in (run_folder / "report.html").read_text(encoding="utf-8")


def test_bad_input_is_told_in_one_message(run_folder, tmp_path):
    cases = {
        ("report", str(tmp_path / "none")): "does not exist",
        ("report", str(run_folder), "--out", ""): "is not a file",
        ("report", str(run_folder), "--out", str(tmp_path)): "is not a file",
        ("report", str(run_folder), "--out", str(tmp_path / "no" / "a.html")): "does not exist",
    }
    for argv, message in cases.items():
        with pytest.raises(InputError, match=message):
            CliRunner().invoke(cli, argv, catch_exceptions=False)


def test_unknown_language_exits_with_two():
    code = "from gigawatt.cli.main import main; main()"
    for command in ("run", "report x"):
        argv = [sys.executable, "-c", code, *command.split(), "--lang", "de"]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "'de' is not one of 'en', 'fr'" in done.stderr
