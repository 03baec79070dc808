"""Every named result has a derivation down to sourced facts and stated inputs."""

from __future__ import annotations

import json
import shutil
from fnmatch import fnmatchcase

import numpy as np
import pytest
from click.testing import CliRunner

from gigawatt.catalog import load_catalog
from gigawatt.cli.explain import command
from gigawatt.errors import InputError
from gigawatt.program.load import load_program
from gigawatt.program.read import bundled_names
from gigawatt.study.archive.folder import open_run
from gigawatt.study.chain import run_chain
from gigawatt.study.reasons.derivations import NODES, find
from gigawatt.study.reasons.explain import explain, explainable, systems_of
from gigawatt.study.reasons.gigawatt_notes import completing_block, gigawatt_notes
from gigawatt.study.reasons.levers import pull_all
from gigawatt.study.reasons.run_influence import run_influence
from gigawatt.study.run import Settings, simulate, write_run
from gigawatt.study.schedule_run import schedule_run
from gigawatt.uncertainty.streams import Streams

PROGRAMMES = {name: 400 if name == "single-campus" else 100 for name in bundled_names()}
LAYERS = (
    "conversion", "schedule", "performance", "operations", "energy", "money", "impact",
)  # fmt: skip
UNREACHED: set[str] = set()  # facts of these sections that no result or quantity depends on
NOT_OF_A_RESULT = {"programme/horizon"}  # where the calendar ends: no formula holds it


@pytest.fixture(scope="module", params=PROGRAMMES)
def run(request, tmp_path_factory):
    name = request.param
    simulated = simulate(load_program(name), Settings(draws=PROGRAMMES[name], seed=5))
    return open_run(write_run(simulated, tmp_path_factory.mktemp("runs") / name))


def leaves(branch):
    return [x for part in branch.walk() for group in part.leaves.values() for x in group]


def test_every_named_result_ends_in_sourced_numbers(run):
    titles = {s["title"] for s in run.manifest["sources"]}
    for name in explainable(run):
        tree = explain(run, name)
        for part in tree.walk():
            assert part.title and part.formula and part.unit
            assert "{" not in part.id + part.title + part.formula
            # What is not taken apart further stands on facts or inputs.
            assert part.repeated or part.branches or part.leaves, (name, part.id)
        found = leaves(tree)
        assert found, name
        for leaf in found:
            assert leaf.status, leaf.path
            if leaf.kind == "fact":
                assert leaf.source in titles and leaf.source_date and leaf.as_of, leaf.path
            else:
                assert leaf.source or leaf.note, leaf.path


def test_every_named_result_has_its_own_derivation_and_value(run):
    assert not [name for name in run.answers if find(name) is None]
    for name, answer in run.answers.items():
        tree = explain(run, name)
        assert tree.unit == answer["unit"]
        assert tree.values
        if answer["kind"] == "number":
            assert tree.values[0].p50 == answer["p50"]


def test_a_quantity_is_taken_apart_once(run):
    for name in run.answers:
        apart = [p.id for p in explain(run, name).walk() if not p.repeated]
        assert len(apart) == len(set(apart))


def test_inputs_that_move_a_result_are_in_its_derivation(run):
    """A derivation that forgot an input would be caught by the draws."""
    stated = {row["path"] for row in run.manifest["inputs"]}
    facts = {row["path"] for row in run.manifest["facts_used"]}
    checked = 0
    for result in run_influence(run):
        reached = {leaf.path for leaf in leaves(explain(run, result.metric))}
        for driver in result.found.drivers:
            if driver.clear and driver.name in stated | facts:
                assert driver.name in reached, (result.metric, driver)
                checked += 1
    assert checked >= 10


def test_a_system_of_its_own_name_shows_its_own_facts(run):
    system = systems_of(run)[0]
    name = f"packages_per_gw_{system}"
    used = {x.path for x in leaves(explain(run, name)) if x.path.startswith("systems/")}
    # Values of the whole programme do not stand for those of one system.
    assert all(not p.values for p in list(explain(run, name).walk())[1:])
    assert used == {f"systems/{system}/system_power_kw", f"systems/{system}/system_packages"}


def test_the_leaves_give_the_result_by_the_formula_told(run):
    """Packages per GW from central values of the leaves, within 10 % of the run's P50."""
    for system in systems_of(run):
        name = f"packages_per_gw_{system}"
        held = {x.path.split("/")[-1]: x.value for x in leaves(explain(run, name))}
        rack_kw = held["system_power_kw"] * (1.0 + held["overhead_share"])
        told = 1e6 / held["pue_design"] / rack_kw * held["system_packages"]
        draws = run.table("draws")[f"result:packages_per_gw/{system}"]
        assert told == pytest.approx(draws.median(), rel=0.1)


def test_depth_limits_what_is_taken_apart(run):
    whole, top = explain(run, "capex_usd_per_gw"), explain(run, "capex_usd_per_gw", depth=1)
    assert len(list(top.walk())) == 1 + len(whole.branches)
    assert not leaves(top)
    with pytest.raises(InputError, match="at least 1"):
        explain(run, "capex_usd_per_gw", depth=0)


def test_every_drawn_input_of_the_programme_is_in_the_manifest(run):
    listed = {row["path"]: row for row in run.manifest["inputs"]}
    facts = {row["path"] for row in run.manifest["facts_used"]}
    draws = [c.removeprefix("input:") for c in run.table("draws").columns if "input:" in c]
    own = ("site/", "supply/", "workload/", "instrument/", "limit/")
    of_facts = ("task/", "framework_order_months", "stagger_months", "contract_elapsed_months",
                "clearing_ahead_months")  # fmt: skip
    for name in draws:
        if name.startswith(own) and not any(part in name for part in of_facts):
            assert listed[name]["low"] < listed[name]["high"], name
        elif name.count("/") == 2 and not name.startswith(
            (*own, "schedule/", "performance/", "change/")
        ):
            assert name in facts


def test_patterns_of_derivations_exist_in_the_catalog():
    paths = {f.path for f in load_catalog().facts()}
    for node in NODES.values():
        assert set(node.inputs) <= set(NODES), node.id
        for pattern in node.facts:
            anything = pattern.replace("{system}", "*")
            assert any(fnmatchcase(p, anything) for p in paths), (node.id, pattern)


def test_the_assumptions_of_all_layers_are_reached():
    patterns = [p.replace("{system}", "*") for n in NODES.values() for p in n.facts]
    missed = {
        f.path
        for section in LAYERS
        for f in load_catalog().record("assumptions", section).facts.values()
        if not any(fnmatchcase(f.path, p) for p in patterns)
    }
    assert missed == UNREACHED


def test_the_inputs_of_a_programme_are_reached(run):
    patterns = [p.replace("{system}", "*") for n in NODES.values() for p in n.program]
    paths = {row["path"] for row in run.manifest["inputs"]}
    assert {p for p in paths if not any(fnmatchcase(p, q) for q in patterns)} == NOT_OF_A_RESULT


def test_an_unknown_result_gets_the_nearest_names(run):
    with pytest.raises(InputError) as error:
        explain(run, "capex_usd_pergw")
    assert "'capex_usd_per_gw'" in str(error.value)
    with pytest.raises(InputError, match="packages_per_gw_vr200-nvl72"):
        explain(run, "packages_per_gw_vr200-nvl27")


def test_a_run_of_another_version_is_told_in_one_message(run, tmp_path):
    other = tmp_path / "old"
    shutil.copytree(run.folder.path, other)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps({**manifest, "gigawatt_version": "0.0.1"}))
    with pytest.raises(InputError, match=r"written by gigawatt 0\.0\.1"):
        open_run(other)
    del manifest["inputs"]
    (other / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="Run the programme again"):
        open_run(other)
    with pytest.raises(InputError, match="not a run folder"):
        open_run(tmp_path)


def test_the_command_prints_tree_json_and_names(run):
    def told(*argv):
        return CliRunner().invoke(command, [str(run.folder.path), *argv]).output

    shown = told("funding_gap_peak_usd")
    assert "Peak funding gap" in shown and "Sources (" in shown
    assert "assumptions/money/network_share" in shown
    data = json.loads(told("packages_per_gw", "--json"))
    assert data["values"][0]["p50"] == run.answers["packages_per_gw"]["p50"]
    names = told()
    assert all(name in names for name in run.answers)


# ------------------------------------------------------------------------------ what binds each GW


@pytest.fixture(scope="module")
def reference():
    return load_program("openai-nvidia-2025-09"), Settings(draws=100, seed=5)


@pytest.fixture(scope="module")
def base(reference):
    return schedule_run(reference[0], 100, 5)


@pytest.fixture(scope="module")
def pulled(base):
    return pull_all(base, 100, 5)


@pytest.fixture(scope="module")
def notes(base, pulled):
    return gigawatt_notes(base, pulled)


def test_the_schedule_alone_is_that_of_the_chain(reference, base):
    loaded, settings = reference
    dates = base
    chain = run_chain(loaded, Streams(settings.seed, settings.draws))
    np.testing.assert_array_equal(dates.in_service, chain.schedule.in_service)
    np.testing.assert_array_equal(dates.binding, chain.schedule.binding)


def test_each_gigawatt_says_when_why_where_and_what_helps(notes, pulled):
    assert [n.number for n in notes] == list(range(1, len(notes) + 1))
    assert len(notes) >= 10
    dates = [n.p50 for n in notes if n.p50]
    assert dates == sorted(dates)
    for note in notes:
        assert len(note.reliefs) == len(pulled)
        if note.reached_share > 0.0:
            assert sum(note.causes.values()) == pytest.approx(1.0)
            assert note.sites
        gains = [r.months_gained for r in note.reliefs if not np.isnan(r.months_gained)]
        assert gains == sorted(gains, reverse=True)


def test_levers_help_where_they_should(notes):
    gains = {r.lever: r.months_gained for r in notes[4].reliefs}  # the first one's are past
    assert gains["order-earlier"] > 0.0
    assert gains["rack-share"] >= 0.0
    assert gains["platform"] >= 0.0
    priced = {r.lever for r in notes[4].reliefs if r.usd_per_gw_month is not None}
    assert priced == {"order-earlier", "onsite"}


def test_the_block_that_completes_a_gigawatt_sets_its_date(base):
    dates = base
    rows = np.arange(len(dates.in_service))
    last = completing_block(dates, 2)
    reached = np.isfinite(dates.gigawatts[:, 2])
    own = dates.in_service[rows, last]
    np.testing.assert_array_equal(own[reached], dates.gigawatts[reached, 2])


def test_dates_of_a_run_are_those_of_its_schedule(reference, base):
    draws = simulate(*reference).kept.draws
    np.testing.assert_array_equal(draws["in_service"], base.in_service)
    np.testing.assert_array_equal(draws["binding"], base.binding)


def test_a_campus_below_a_gigawatt_has_no_notes():
    assert gigawatt_notes(schedule_run(load_program("single-campus"), 40, 1)) == []
