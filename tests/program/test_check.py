"""Declared totals against computed ones, cover by contracts, and warnings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import small_program

from gigawatt.catalog import load_catalog
from gigawatt.program.check import (
    Comparison,
    declared_against_computed,
    declared_text,
    phase_totals,
    warnings_of,
)
from gigawatt.program.cover import covering, covers, is_needed, mismatch
from gigawatt.program.instruments import KINDS, site_kinds
from gigawatt.program.load import Loaded, load_program
from gigawatt.program.model import Declared, Program
from gigawatt.program.read import RawProgram
from gigawatt.uncertainty.distributions import Point, Uniform


def loaded(program: Program) -> Loaded:
    return Loaded(program, load_catalog(), RawProgram({}, {}, ("tests",)), ())


def comparison(program: Program, name: str, capex: float | None = None) -> Comparison:
    return next(c for c in declared_against_computed(loaded(program), capex) if c.name == name)


def computed(program: Program) -> dict[str, float]:
    totals = phase_totals(program, load_catalog())
    return {
        k: sum(getattr(t, k) for t in totals) for k in ("facility_mw", "racks", "packages", "dies")
    }


def test_reference_programme_reads_nearest_to_dies() -> None:
    by_name = {c.name: c for c in declared_against_computed(load_program("openai-nvidia-2025-09"))}
    power, gpus = by_name["facility_power_mw"], by_name["packages"]
    print(f"facility {power.computed:,.0f} MW; {gpus.reading}")
    assert power.agrees
    assert power.computed == pytest.approx(10_000, rel=0.05)
    assert gpus.unit == "dies"
    assert not gpus.agrees
    assert "packages" in gpus.reading
    assert by_name["investment_usd"].computed == 1e11


@pytest.mark.parametrize(("unit", "key"), [("package", "packages"), ("die", "dies")])
def test_declared_unit_is_respected(unit: str, key: str) -> None:
    program = small_program()
    total = computed(program)[key]
    said = Declared(packages=Point(total * 1.05), packages_unit=unit)
    c = comparison(replace(program, declared=said), "packages")
    assert c.computed == pytest.approx(total)
    assert c.unit == f"{unit}s"
    assert c.agrees
    assert c.reading == ""


@pytest.mark.parametrize("key", ["packages", "dies"])
def test_unsaid_unit_takes_the_nearer_reading(key: str) -> None:
    program = small_program()
    said = Declared(packages=Point(computed(program)[key] * 0.97))
    c = comparison(replace(program, declared=said), "packages")
    assert c.unit == key
    assert c.agrees


@pytest.mark.parametrize(
    ("factor", "agrees"), [(0.85, False), (0.95, True), (1.0, True), (1.2, False)]
)
def test_ten_percent_is_the_limit(factor: float, agrees: bool) -> None:
    program = small_program()
    power = computed(program)["facility_mw"]
    said = Declared(facility_power_mw=Point(power * factor))
    c = comparison(replace(program, declared=said), "facility_power_mw")
    assert c.agrees is agrees
    assert c.ratio == pytest.approx(1 / factor)
    warned = [w for w in warnings_of(loaded(replace(program, declared=said))) if "declared" in w]
    assert len(warned) == (0 if agrees else 1)


def test_warning_holds_both_figures() -> None:
    said = Declared(racks=Uniform(100.0, 200.0))
    warning = warnings_of(loaded(replace(small_program(), declared=said)))[0]
    racks = computed(small_program())["racks"]
    assert warning.startswith(f"racks: declared 100 to 200, computed {round(racks, -1):,.0f} racks")
    assert f"{racks / 150:.2f} times as much" in warning


def test_capex_is_compared_where_a_run_has_it() -> None:
    said = Declared(capex_usd_per_gw=Uniform(50e9, 60e9))
    program = replace(small_program(), declared=said)
    assert declared_against_computed(loaded(program)) == []
    assert comparison(program, "capex_usd_per_gw", 58e9).agrees
    assert not comparison(program, "capex_usd_per_gw", 41e9).agrees


def test_declared_text() -> None:
    c = Comparison("x", "MW", 1e4, 1e4, 1e4, 9e3, 0.9, True)
    assert declared_text(c) == "10 GW"
    assert declared_text(replace(c, declared_high=1.2e4)) == "10 GW to 12 GW"


def test_basis_is_warned_of() -> None:
    program = small_program()
    sites = (replace(program.sites[0], mw_basis="it"), program.sites[1])
    warnings = warnings_of(loaded(replace(program, sites=sites)))
    assert any("site plains: its megawatts are IT power" in w for w in warnings)
    assert not any("site mesa: its megawatts" in w for w in warnings)


def test_assumed_share_and_hindsight_are_warned_of() -> None:
    program = small_program()
    sites = (replace(program.sites[0], deal_share=Uniform(0.5, 1.0)), program.sites[1])
    early = replace(program, sites=sites, as_of=program.start)  # sites are known as of 2026-01-01
    text = "\n".join(warnings_of(loaded(early)))
    assert "deal_share is assumed for 1 of 2 sites" in text
    later = replace(early, as_of=early.start.replace(year=2025))
    assert "are described as known later" in "\n".join(warnings_of(loaded(later)))
    assert "known later" not in text


def test_uncovered_blocks_are_warned_of() -> None:
    program = small_program()
    assert not any("covers" in w for w in warnings_of(loaded(program)))
    without = tuple(i for i in program.instruments if i.kind != "colocation_lease")
    warnings = warnings_of(loaded(replace(program, instruments=without)))
    assert any("no colocation_lease covers plains/p1, mesa/gas" in w for w in warnings)


def test_who_owns_the_halls_pays_no_rent() -> None:
    site = replace(small_program().sites[0], landlord="cloud")
    assert not is_needed(site, "colocation_lease")
    assert is_needed(site, "compute_offtake")
    assert is_needed(site, "site_debt")


@pytest.mark.parametrize("kind", [k for k in site_kinds() if KINDS[k].expected])
def test_cover_follows_parties_and_lists(kind: str) -> None:
    program = small_program()
    plains, mesa = program.sites
    contract = next(i for i in program.instruments if i.kind == kind)
    assert covers(contract, plains)
    assert covers(contract, mesa)
    assert not covers(replace(contract, sites=("mesa",)), plains)
    stranger = replace(contract, parties=dict.fromkeys(contract.parties, "stranger"))
    assert not covers(stranger, plains)
    assert mismatch(stranger, plains)
    assert covering(program, plains, plains.phases[0], kind) == [contract]


def test_phase_names_its_offtake() -> None:
    program = small_program()
    first = next(i for i in program.instruments if i.kind == "compute_offtake")
    both = replace(program, instruments=(*program.instruments, replace(first, id="other")))
    site = both.sites[0]
    phase = replace(site.phases[0], contract="other")
    assert [i.id for i in covering(both, site, phase, "compute_offtake")] == ["other"]


def test_idle_supply_and_overfull_workloads_are_warned_of() -> None:
    program = small_program()
    extra = replace(program.supplies[0], system="gb300-nvl72")
    workloads = (program.workloads[0], replace(program.workloads[1], share=Uniform(0.4, 0.7)))
    changed = replace(program, supplies=(*program.supplies, extra), workloads=workloads)
    text = "\n".join(warnings_of(loaded(changed)))
    assert "supply gb300-nvl72: no phase uses this system" in text
    assert "sum to 1.1" in text
