"""The table of words: complete, used, and the same in every language."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import gigawatt.cli
import gigawatt.report
from gigawatt.report.sections.binding import STYLES
from gigawatt.report.sections.headline import TILES
from gigawatt.report.strings import STRINGS, strings_of
from gigawatt.schedule.result import Binding
from gigawatt.study.books.stress import SCENARIOS

FOLDER = Path(gigawatt.report.__file__).parent
WORDS = ("strings.py", "words_en.py", "words_fr.py")
BY_NAME = ("scenario.",
    "constraint.", "short.", "cause.", "component.", "metric.", "source.", "mark.", "party.",
    "limits.", "reading.", "tile.", "leg.", "route.", "basis.", "kind.", "page.yes", "page.no",
    "total.", "glossary.", "answer.", "lever.", "event.", "short_answer.", "export.",
    "lever_cost.", "dates.stage_", "told.", "rule_s", "supply.january", "supply.july",
    "peak.", "counted.", "covers.", "permit.",
)  # fmt: skip


COMMANDS = Path(gigawatt.cli.__file__).parent


def code():
    files = [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.jinja"), *COMMANDS.glob("*.py")]
    return {f: f.read_text(encoding="utf-8") for f in files if f.name not in WORDS}


def used_keys():
    pattern = re.compile(r"[\"']([a-z]+\.[a-z_0-9]+)[\"']")
    return {k for text in code().values() for k in pattern.findall(text)}


def test_every_key_that_code_names_exists():
    prefixes = {k.split(".")[0] for k in STRINGS["en"]}
    named = {k for k in used_keys() if k.split(".")[0] in prefixes and not k.endswith(".json")}
    assert len(named) > 100
    assert named - set(STRINGS["en"]) == set()


def test_no_word_is_left_over():
    unused = set(STRINGS["en"]) - used_keys()
    assert {k for k in unused if not k.startswith(BY_NAME)} == set()


def test_languages_have_the_same_keys_and_places():
    english = STRINGS["en"]

    def places(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for lang, table in STRINGS.items():
        assert set(table) == set(english), lang
        for key, text in table.items():
            assert text.strip() == text and text
            assert places(text) == places(english[key]), (lang, key)


def test_names_from_the_layers_have_words():
    english = STRINGS["en"]
    assert {f"constraint.{b.name.lower()}" for b in Binding} <= set(english)
    assert {f"short.{b.name.lower()}" for b in Binding} <= set(english)
    assert {b.name.lower() for b in Binding} == set(STYLES)
    assert len(set(STYLES.values())) == len(STYLES)
    assert {f"tile.{name}" for name in TILES} <= set(english)
    assert {f"scenario.{s.name}" for s in SCENARIOS[1:]} <= set(english)


def test_a_name_without_words_is_shown_as_it_is():
    say = strings_of("en")
    assert say.label("cause", "burst_pipe") == "burst pipe"
    assert say.label("cause", "idle") == "given to no workload"
    assert len(say.numbered("limits")) == 7


def test_templates_hold_no_words_of_their_own():
    """Text between tags comes from the table; "gigawatt" in the title is a name."""
    for file, text in code().items():
        if file.name.endswith(".html.jinja"):
            printed = re.sub(r"\{[{%#].*?[}%#]\}", " ", text, flags=re.DOTALL)
            bare = re.sub(r"<style>.*?</style>|<[^>]*>", " ", printed, flags=re.DOTALL)
            assert set(re.findall(r"[A-Za-z]{2,}", bare)) <= {"gigawatt"}, file
