"""Malformed catalogs: one clear message each, never a traceback of something else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.catalog.loader import load_kind, read_catalog
from gigawatt.errors import InputError
from gigawatt.uncertainty.distributions import LogNormal, Point, Triangular

SOURCES = """
[[source]]
id = "paper"
title = "A paper about something"
date = "2026-05"
kind = "primary"

[[source]]
id = "press"
title = "Press on something"
date = 2026-05-14
"""
HEAD = """
[[record]]
id = "thing"
name = "A thing"
source = "paper"
as_of = "2026-05"
status = "reported"
"""


def catalog(folder: Path, record: str = "", sources: str = SOURCES, **files: str) -> Catalog:
    (folder / "sources.toml").write_text(sources)
    (folder / "things.toml").write_text(HEAD + record)
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.toml").write_text(text)
    return read_catalog(folder)


def test_a_record_is_read_with_its_facts(tmp_path):
    held = catalog(
        tmp_path,
        """
vendor = "Somebody"
power_kw = { low = 190, mode = 210, high = 230, source = "press", basis = "one rack" }
packages = 72
price_usd = { value = 7.8e6, price_year = 2026, status = "estimated", as_of = 2026-06-01 }
shipping = true
""",
    )
    record = held.record("things", "thing")
    assert record.attributes["vendor"] == "Somebody" and record.attributes["shipping"] is True
    power = held.fact("things/thing/power_kw")
    assert power.distribution == Triangular(190.0, 210.0, 230.0)
    assert (power.unit, power.source, power.basis) == ("kw", "press", "one rack")
    assert (power.status, power.as_of, power.price_year) == ("reported", "2026-05", 0)
    price = held.fact("things/thing/price_usd")
    assert (price.status, price.as_of, price.price_year) == ("estimated", "2026-06-01", 2026)
    assert record.fact("packages").distribution == Point(72.0)
    assert held.sources["press"].date == "2026-05-14"


def test_parts_of_a_table_come_together(tmp_path):
    held = catalog(tmp_path, things__more=HEAD.replace('"thing"', '"other"') + "power_kw = 1\n")
    assert list(held.records["things"]) == ["other", "thing"]


def test_the_hash_follows_the_content(tmp_path):
    first = catalog(tmp_path, "power_kw = 1\n").sha256
    assert catalog(tmp_path, "power_kw = 1\n").sha256 == first
    assert catalog(tmp_path, "power_kw = 2\n").sha256 != first


BAD_FACTS = {
    "power_kw = { low = 3, mode = 2, high = 4 }": "3 … 2 … 4 is not in order",
    "power_kw = { low = 4, high = 3 }": "not in order",
    "power_kw = { p05 = 4, p95 = 3 }": "not in order",
    "power_kw = { p05 = 1, median = 4, p95 = 3 }": "not in order",
    "power_kw = { p05 = -1, median = 1, p95 = 3 }": "must be above 0",
    "power_kw = { low = 3 }": "low is not a form",
    "power_kw = { high = 3 }": "high is not a form",
    "power_kw = { low = 1, high = 2, p95 = 3 }": "is not a form",
    "power_kw = { median = 3 }": "is not a form",
    "power_kw = { median = 3, sd_log = -0.1 }": "sd_log not below 0",
    "power_kw = { median = 0, sd_log = 0.1 }": "median must be above 0",
    "power_kw = { low = 1, hihg = 2 }": "Did you mean 'high'?",
    "power_kw = { value = 1, sorce = 'press' }": "Did you mean 'source'?",
    'power_kw = { value = "1" }': "value = '1' is not a finite number",
    "power_kw = { value = true }": "value = True is not a finite number",
    "power_kw = { low = 1, high = inf }": "high = inf is not a finite number",
    "power_kw = nan": "value = nan is not a finite number",
    "power_kw = { choices = [] }": "must be a list of numbers",
    "power_kw = { choices = 3 }": "must be a list of numbers",
    'power_kw = { choices = [1, "b"] }': "choices = 'b' is not a finite number",
    "power_kw = { choices = [1, 2], weights = [1] }": "there are 2 choices",
    "power_kw = { choices = [1, 2], weights = [0, 0] }": "not all 0",
    "power_kw = { choices = [1, 2], weights = [2, -1] }": "0 or more",
    'power_kw = { value = 1, status = "anounced" }': "Did you mean 'announced'?",
    "power_kw = { value = 1, status = 3 }": "status 3 is not one of measured",
    'power_kw = { value = 1, as_of = "May 2026" }': "as_of = 'May 2026' must be a date",
    'power_kw = { value = 1, as_of = "2026-13" }': "must be a date",
    "power_kw = { value = 1, as_of = 2026 }": "must be a date",
    'power_kw = { value = 1, source = "presss" }': "Did you mean 'press'?",
    "power_kw = { value = 1, source = 3 }": "source = 3 must be text",
    "power_kw = { value = 1, note = 3 }": "note = 3 must be text",
    "power_kw = { value = 1, unit = 3 }": "unit = 3 must be text",
    'power_kw = { value = 1, price_year = "2025" }': "must be a year",
    "power_kw = { value = 1, price_year = 25 }": "must be a year",
}


@pytest.mark.parametrize(("line", "message"), BAD_FACTS.items(), ids=list(BAD_FACTS))
def test_a_malformed_fact_is_told_with_its_path(tmp_path, line, message):
    with pytest.raises(InputError) as error:
        catalog(tmp_path, line + "\n")
    assert message in str(error.value)
    assert "things/thing/power_kw" in str(error.value)


BAD_FILES = {
    "no id": ('[[record]]\nname = "x"\n', "file more.toml, record 1: no id"),
    "id of a number": ("[[record]]\nid = 3\n", "id = 3: text of"),
    "id with a slash": ('[[record]]\nid = "a/b"\n', "id = 'a/b': text of"),
    "one bracket": ('[record]\nid = "x"\n', "in two brackets"),
    "not a table": ("record = [3]\n", "3 is not a table"),
    "stray key": ("stray = 3\n", "'stray' stands outside of [[record]]"),
    "misspelt table": ('[[recrod]]\nid = "x"\n', "'recrod' stands outside"),
    "name of a number": ('[[record]]\nid = "x"\nname = 3\n', "name = 3 must be text"),
    "no status": (
        '[[record]]\nid = "x"\nsource = "paper"\nas_of = "2026"\na_kw = 1\n',
        "more/x/a_kw: no status, neither here nor at the record",
    ),
    "no source": (
        '[[record]]\nid = "x"\nstatus = "assumed"\nas_of = "2026"\na_kw = 1\n',
        "more/x/a_kw: no source",
    ),
    "id twice": ('[[record]]\nid = "x"\n[[record]]\nid = "x"\n', "more: 'x' occurs twice"),
    "key twice": ('[[record]]\nid = "x"\na = 1\na = 2\n', "catalog file more.toml"),
    "not TOML": ("[[record\n", "catalog file more.toml"),
}


@pytest.mark.parametrize(("text", "message"), BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_malformed_file_is_told_with_its_place(tmp_path, text, message):
    with pytest.raises(InputError) as error:
        catalog(tmp_path, more=text)
    assert message in str(error.value)


def test_a_record_in_two_parts_of_a_table_is_told(tmp_path):
    with pytest.raises(InputError, match="'thing' occurs twice"):
        catalog(tmp_path, things__more=HEAD)


BAD_SOURCES = {
    "no title": ('[[source]]\nid = "x"\ndate = "2026"\n', "'x': no title"),
    "no date": ('[[source]]\nid = "x"\ntitle = "T"\n', "'x': no date"),
    "bad date": ('[[source]]\nid = "x"\ntitle = "T"\ndate = "soon"\n', "must be a date"),
    "bad kind": (
        '[[source]]\nid = "x"\ntitle = "T"\ndate = "2026"\nkind = "primry"\n',
        "Did you mean 'primary'?",
    ),
    "unknown key": (
        '[[source]]\nid = "x"\ntitle = "T"\ndate = "2026"\nlicense = "MIT"\n',
        "Did you mean 'licence'?",
    ),
    "title of a number": ('[[source]]\nid = "x"\ntitle = 3\ndate = "2026"\n', "must be text"),
    "id in use": ('[[source]]\nid = "paper"\ntitle = "T"\ndate = "2026"\n', "'paper' occurs twice"),
}


@pytest.mark.parametrize(("text", "message"), BAD_SOURCES.values(), ids=list(BAD_SOURCES))
def test_a_malformed_source_is_told(tmp_path, text, message):
    with pytest.raises(InputError) as error:
        catalog(tmp_path, sources__more=text)
    assert message in str(error.value)


def test_facts_can_be_replaced_and_the_bundled_catalog_stays():
    from dataclasses import replace

    bundled = load_catalog()
    old = bundled.fact("systems/vr200-nvl72/system_power_kw")
    changed = bundled.with_facts([replace(old, distribution=LogNormal(200.0, 0.1))])
    assert changed.fact(old.path).value == 200.0
    assert bundled.fact(old.path) == old
    assert load_catalog() is bundled
    assert isinstance(bundled.loaded, dt.date)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("system/vr200-nvl72/hbm_gb", "Did you mean 'systems'?"),
        ("systems/vr200-nvl27/hbm_gb", "Unknown system 'vr200-nvl27'. Did you mean 'vr200-nvl72'?"),
        ("technologies/recip-engin/life_years", "Unknown technology 'recip-engin'."),
        ("systems/vr200-nvl72/hbm_bg", "Did you mean 'hbm_gb'?"),
        ("systems/vr200-nvl72", "Unknown fact path"),
    ],
)
def test_an_unknown_path_gets_the_nearest(path, message):
    with pytest.raises(InputError) as error:
        load_catalog().fact(path)
    assert message in str(error.value)


def test_one_kind_alone_is_that_of_the_whole_catalog():
    assert load_kind("clusters") == load_catalog().records["clusters"]
    assert load_kind("no-such-kind") == {}
