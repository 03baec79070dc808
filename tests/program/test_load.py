"""From a file to the programme that the layers take."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError, ProblemsError
from gigawatt.program.load import load_program, resolve
from gigawatt.program.read import RawProgram, bundled_names, read_program
from gigawatt.uncertainty.distributions import Point, Triangular

HERE = Path(__file__).parent
BASE = 'extends = "base.toml"\n'


def written(tmp_path: Path, text: str) -> str:
    """Path of a programme that extends the base with `text`."""
    (tmp_path / "base.toml").write_text((HERE / "base.toml").read_text())
    (tmp_path / "mine.toml").write_text(BASE + text)
    return str(tmp_path / "mine.toml")


def test_fields_arrive_in_canonical_units() -> None:
    program = load_program("base.toml", base=HERE).program
    site = program.site("plains")
    assert (program.name, program.start) == ("base", dt.date(2026, 1, 1))
    assert site.phases[0].power_mw == Point(200.0)
    assert site.phases[1].power_mw == Triangular(80.0, 100.0, 120.0)
    assert program.supplies[0].world_per_week == Point(1200.0)
    assert program.supplies[0].programme_share == Point(0.05)
    assert program.declared.facility_power_mw == Point(300.0)
    assert program.workloads[0].packages_per_job == 8192
    assert len(program.sha256) == 64


def test_defaults_of_terms_are_filled_in() -> None:
    by_id = {i.id: i for i in load_program("base.toml", base=HERE).program.instruments}
    assert by_id["lease"].terms["rent_usd_per_kw_month"] == Point(150.0)
    assert by_id["lease"].terms["term_years"] == Point(15.0)
    assert by_id["offtake"].terms["price_usd_per_gw_year"] == Point(12e9)


def test_bridge_without_a_limit(tmp_path: Path) -> None:
    text = '[[instrument]]\nid = "gap"\nkind = "bridge"\nparties = { provider = "vendor" }\n'
    program = load_program(written(tmp_path, text)).program
    assert program.instruments[-1].terms["limit_usd"] == Point(float("inf"))


def test_progress_of_the_site_is_that_of_its_first_phase() -> None:
    site = load_program("base.toml", base=HERE).program.site("plains")
    assert site.phases[0].progress == site.progress
    assert site.phases[0].progress["cleared"] == dt.date(2026, 2, 1)
    assert site.phases[0].cleared == dt.date(2026, 2, 1)
    assert site.phases[1].progress == {}
    assert site.phases[1].cleared == dt.date(2027, 1, 1)


def test_clearing_that_was_reached_replaces_the_plan(tmp_path: Path) -> None:
    text = """
[[site]]
id = "plains"
  [[site.phase]]
  id = "p2"
  cleared = 2026-03-01
  cleared_spread_months = { low = 0, high = 6 }
  progress = { cleared = 2026-05-20 }
"""
    file = written(tmp_path, text)
    phase = load_program(file).program.site("plains").phases[1]
    assert (phase.cleared, phase.cleared_spread_months) == (dt.date(2026, 5, 20), Point(0.0))
    before = load_program(file, as_of=dt.date(2026, 4, 30)).program.site("plains").phases[1]
    assert before.cleared == dt.date(2026, 3, 1)
    assert before.cleared_spread_months.central == 3.0
    assert before.progress == {}


def test_as_of_forgets_what_came_later() -> None:
    early = load_program("base.toml", base=HERE, as_of=dt.date(2026, 1, 20))
    assert early.program.as_of == dt.date(2026, 1, 20)
    assert early.program.site("plains").progress == {"land": dt.date(2025, 6, 1)}
    assert early.program.site("plains").phases[0].cleared is None
    assert early.program.sha256 != load_program("base.toml", base=HERE).program.sha256


@pytest.mark.parametrize("day", [dt.date(2025, 12, 31), dt.date(2026, 7, 1)])
def test_as_of_outside_the_file_is_refused(day: dt.date) -> None:
    with pytest.raises(InputError, match=r"must be from 2026-01-01 .* to 2026-06-30"):
        load_program("base.toml", base=HERE, as_of=day)


def test_replaced_facts_carry_the_programme_as_their_source(tmp_path: Path) -> None:
    text = """
[assumptions.conversion]
overhead_share = "9 %"
[facts]
"systems/vr200-nvl72/system_power_kw" = { low = "0.19 MW", high = "0.21 MW" }
"""
    loaded = load_program(written(tmp_path, text))
    assert loaded.replaced == (
        "assumptions/conversion/overhead_share",
        "systems/vr200-nvl72/system_power_kw",
    )
    power = loaded.catalog.fact("systems/vr200-nvl72/system_power_kw")
    assert power.value == pytest.approx(200.0)
    assert (power.source, power.status.value) == ("programme", "assumed")
    assert "the catalog says 210" in power.note
    assert "mine.toml" in loaded.catalog.sources["programme"].title
    bundled = load_catalog().fact("systems/vr200-nvl72/system_power_kw")
    assert bundled.value == 210.0  # the bundled catalog itself is not touched
    other = loaded.catalog.fact("systems/vr200-nvl72/system_packages")
    assert other == load_catalog().fact("systems/vr200-nvl72/system_packages")


def test_replaced_fact_keeps_its_bounds(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match=r"mine\.toml:3: .*must be between 0 and 1"):
        load_program(written(tmp_path, "[assumptions.conversion]\noverhead_share = 2\n"))


def test_hash_ignores_comments_and_order_but_not_content(tmp_path: Path) -> None:
    one = load_program(written(tmp_path, '# a comment\ntitle = "t"\nname = "n"\n')).program.sha256
    two = load_program(written(tmp_path, 'name = "n"\ntitle = "t"\n')).program.sha256
    three = load_program(written(tmp_path, 'name = "n"\ntitle = "u"\n')).program.sha256
    assert one == two != three


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_programmes_are_sound(name: str) -> None:
    loaded = load_program(name)
    assert loaded.program.name == name
    assert pickle.loads(pickle.dumps(loaded)).program == loaded.program


def test_reference_programme_as_announced() -> None:
    program = load_program("openai-nvidia-2025-09").program
    assert program.declared.facility_power_mw == Point(10_000.0)
    assert {"nvidia", "openai", "microsoft", "oracle", "softbank", "stargate"} <= set(
        program.parties
    )
    unnamed = [s for s in program.sites if s.id.startswith("unnamed")]
    assert len(unnamed) == 6
    assert all(s.status == "assumed" for s in unnamed)
    tranches = next(i for i in program.instruments if i.kind == "equity_tranche_milestone")
    assert tranches.terms["commitment_usd"] == Point(1e11)
    assert tranches.terms["tranches_at_signing"] == Point(0.0)


def test_reference_programme_as_of_its_announcement() -> None:
    program = load_program("openai-nvidia-2025-09", as_of=dt.date(2025, 9, 22)).program
    dates = [d for s in program.sites for p in s.phases for d in p.progress.values()]
    assert dates == [dt.date(2025, 6, 9)]  # Abu Dhabi's clearing is all that was reached


JUNK = st.sampled_from(
    [None, True, -1, 0, 1e30, float("nan"), "", "x", "1 GW", [], [1], {}, {"low": 1},
     {"a": {"b": 1}}, [{}], [{"id": 1}], [{"id": "x"}], dt.date(2026, 1, 1),
     dt.datetime(2026, 1, 1), dt.time(1)]
)  # fmt: skip


def _paths(node: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    items: list[tuple[object, object]] = []
    if isinstance(node, dict):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    return [p for k, v in items for p in [(*path, k), *_paths(v, (*path, k))]]


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_junk_ends_in_a_traceback(data: st.DataObject) -> None:
    """Whatever stands in place of a value: it loads, or its problems are told."""
    raw = read_program("base.toml", HERE)
    content = copy.deepcopy(dict(raw.data))
    content["assumptions"] = {"conversion": {"overhead_share": 0.1}}
    content["facts"] = {"grids/ercot/co2_t_per_mwh": 0.3}
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_paths(content)))
        node: object = content
        for key in path[:-1]:
            node = node[key]  # type: ignore[index]
        node[path[-1]] = copy.deepcopy(data.draw(JUNK))  # type: ignore[index]
    try:
        resolve(RawProgram(content, raw.places, raw.origin), load_catalog())
    except ProblemsError as error:
        assert all(str(p) for p in error.problems)
