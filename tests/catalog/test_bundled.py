"""Rules that every fact of the bundled catalog keeps."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from gigawatt.catalog import Status, load_catalog
from gigawatt.catalog.ranges import ends_of
from gigawatt.quantity.units import unit_of_key

CATALOG = load_catalog()
FACTS = list(CATALOG.facts())

# Keys without a unit in their name are pure numbers: counts of parts, ratios, parameters of laws.
DIMENSIONLESS = re.compile(
    r"layers|\w+_layers|hidden|heads|kv_heads|head_dim|vocab|ffn_matrices|\w+_ffn|experts|top_k"
    r"|expert_hidden|shared_experts|\w+_rank|\w+_dim|sliding_\w+|pue_\w+|\w+_packages"
    r"|dies_per_package|\w+_exponent|\w+_sigma_log|\w+_sd_log|\w+_mean_log|\w+_index|\w+_ratio|\w+_efficiency"
)

SPREAD = re.compile(r".*_(sd|sigma)_log")  # is itself the width of a range

# Judgement that stands as one number, and why.
ONE_NUMBER = {
    "assumptions/schedule/overdue_share",  # shape of a tail, not a quantity that one could look up
    "assumptions/schedule/overdue_index",
    "cooling/closed-loop-dry/wue_season_share",  # moves water between months, not its total
    "cooling/closed-loop-chiller/wue_season_share",
}

FORBIDDEN = re.compile(
    r"from memory|/work\b|/tmp\b|shared/|research/|\bsession\b|\bcoding agent\b|\bTODO\b",
    re.IGNORECASE,
)


def test_every_fact_has_a_source_status_and_date():
    for fact in FACTS:
        assert fact.source in CATALOG.sources, fact.path
        assert isinstance(fact.status, Status), fact.path
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", fact.as_of), (fact.path, fact.as_of)
        assert fact.as_of <= "2026-11-25", (fact.path, fact.as_of)


def test_keys_without_a_unit_are_pure_numbers():
    loose = {f.path for f in FACTS if not f.unit} - {
        f.path for f in FACTS if DIMENSIONLESS.fullmatch(f.path.split("/")[2])
    }
    assert not loose, f"give these a unit: {sorted(loose)}"


def test_a_unit_written_down_does_not_contradict_the_key():
    for fact in FACTS:
        named = unit_of_key(fact.path.split("/")[2])
        assert not named or fact.unit == named, (fact.path, named, fact.unit)


def test_ranges_are_in_order_and_hold_their_centre():
    for fact in FACTS:
        ends = ends_of(fact.distribution)
        if ends is not None:
            assert ends[0] <= fact.value <= ends[1], (fact.path, ends, fact.value)


def test_shares_are_fractions_not_per_cent():
    for fact in FACTS:
        if fact.unit == "share":
            low, high = ends_of(fact.distribution) or (fact.value, fact.value)
            assert -1.0 <= low <= high <= 2.0, (fact.path, low, high)


def test_money_says_of_which_year_it_is():
    for fact in FACTS:
        if "usd" in fact.unit:
            assert fact.price_year or "nominal" in fact.basis, f"{fact.path}: no price_year"


def test_judgement_carries_a_range():
    bare = {
        f.path
        for f in FACTS
        if CATALOG.sources[f.source].kind == "judgement"
        and not f.is_range
        and not SPREAD.fullmatch(f.path)
        and "exact" not in f.note
    }
    assert bare <= ONE_NUMBER, f"judgement without a range: {sorted(bare - ONE_NUMBER)}"


def test_judgement_does_not_pass_for_knowledge():
    for fact in FACTS:
        if CATALOG.sources[fact.source].kind == "judgement":
            assert fact.status in (Status.ASSUMED, Status.ESTIMATED), (fact.path, fact.status)


def test_digests_of_economic_weight_carry_a_range():
    weight = re.compile(r"usd|^[kmg]?w$|months|years")
    bare = [
        f.path
        for f in FACTS
        if CATALOG.sources[f.source].kind == "digest"
        and weight.search(f.unit)
        and not f.is_range
        and not f.path.endswith("gpu_tdp_w")
    ]
    assert not bare, f"second-hand figures without a range: {bare}"


def test_sources_say_what_they_are():
    for source in CATALOG.sources.values():
        assert len(source.title) > 10, source.id
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", source.date), source.id
        assert source.url == "" or source.url.startswith("https://"), source.id


@pytest.mark.parametrize(
    "file",
    [p for p in (files("gigawatt.catalog") / "data").iterdir() if p.name.endswith(".toml")],
    ids=lambda p: p.name,
)
def test_no_text_tells_of_how_it_was_written(file):
    found = FORBIDDEN.search(file.read_text(encoding="utf-8"))
    assert found is None, found


def test_epochs_data_carry_their_licence():
    for source in CATALOG.sources.values():
        if source.kind == "primary" and source.title.startswith("Epoch AI"):
            assert source.licence == "CC-BY 4.0", source.id


def test_no_fact_is_held_firmer_than_its_source():
    """A digest, or press of a deal or a site, is a report: no data sheet, no word of a party."""
    catalog = load_catalog()
    firm = {"measured", "specified", "announced"}
    left = [
        f.path
        for f in catalog.facts()
        if str(f.status) in firm
        and (
            (catalog.sources[f.source].kind == "digest" and not f.path.startswith("efficiencies/"))
            or (
                catalog.sources[f.source].kind == "secondary"
                and f.path.startswith(("deals/", "sites/"))
            )
        )
    ]
    assert left == []
