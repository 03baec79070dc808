"""What replaced the letter of intent, recorded changes of plan, and keys that a change drops."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gigawatt.errors import ProblemsError
from gigawatt.program.check import declared_against_computed, phase_totals
from gigawatt.program.cover import covering, is_needed
from gigawatt.program.instruments import site_kinds
from gigawatt.program.load import load_program
from gigawatt.program.model import EVENT_KINDS
from gigawatt.program.read import merge

BASE = (Path(__file__).parent / "base.toml").read_text(encoding="utf-8")


def with_event(event: str) -> str:
    """The base programme with an event of its first site."""
    return BASE.replace("  [[site.phase]]", f"  [[site.event]]\n{event}\n  [[site.phase]]", 1)


def wrong(text: str, tmp_path: Path) -> str:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(ProblemsError) as caught:
        load_program("a.toml", base=tmp_path)
    return str(caught.value)


def test_five_gigawatts_on_vera_rubin_and_plain_equity() -> None:
    loaded = load_program("openai-nvidia-2026-02")
    program = loaded.program
    by_name = {c.name: c for c in declared_against_computed(loaded)}
    print(f"computed {by_name['facility_power_mw'].computed:,.0f} MW")
    assert by_name["facility_power_mw"].computed == pytest.approx(5_000, rel=0.02)
    assert by_name["investment_usd"].computed == 30e9
    assert "packages" not in by_name  # no count of GPUs was told for the five gigawatts
    assert {p.system for s in program.sites for p in s.phases} == {"vr200-nvl72"}
    kinds = [i.kind for i in program.instruments]
    assert "equity_tranche_milestone" not in kinds
    equity = next(i for i in program.instruments if i.kind == "equity_plain")
    assert equity.dates["date"] == dt.date(2026, 2, 27)
    assert "not stated" in program.description


def test_three_parts_of_inference_to_two_of_training() -> None:
    shares: dict[bool, float] = {True: 0.0, False: 0.0}
    for w in load_program("openai-nvidia-2026-02").program.workloads:
        shares[w.kind == "serve"] += w.share.central
    assert shares[True] / sum(shares.values()) == pytest.approx(0.60, abs=0.01)


def test_every_block_has_one_contract_of_each_kind() -> None:
    program = load_program("openai-nvidia-2026-02").program
    for site in program.sites:
        for phase in site.phases:
            for kind in site_kinds():
                if is_needed(site, kind):
                    assert len(covering(program, site, phase, kind)) == 1, (site.id, kind)
    named = {p for i in program.instruments for p in i.parties.values()}
    named |= {getattr(s, r) for s in program.sites for r in ("landlord", "cloud", "tenant")}
    assert set(program.parties) <= named | {"nvidia", "openai"}


def test_prepayments_follow_the_clouds_parts_of_the_gigawatts() -> None:
    loaded = load_program("openai-nvidia-2026-02")
    cloud = {s.id: s.cloud for s in loaded.program.sites}
    power = {"oracle": 0.0, "stargate": 0.0}
    for total in phase_totals(loaded.program, loaded.catalog):
        power[cloud[total.site]] += total.facility_mw
    for i in loaded.program.instruments:
        if i.kind == "customer_prepayment":
            part = power[i.parties["provider"]] / math.fsum(power.values())
            assert i.terms["share_of_equity"].central == pytest.approx(part, abs=0.01)


def test_the_two_programmes_can_be_compared() -> None:
    plan, deal = (load_program(f"openai-nvidia-{d}").program for d in ("2025-09", "2026-02"))
    assert (plan.start, plan.horizon, plan.as_of) == (deal.start, deal.horizon, deal.as_of)
    assert {s.id for s in deal.sites} < {s.id for s in plan.sites}


def test_bundled_sites_hold_what_is_on_record() -> None:
    sites = {s.id: s for s in load_program("openai-nvidia-2025-09").program.sites}
    found = {(s, e.kind, e.date.isoformat()[:7]) for s in sites for e in sites[s].events}
    assert {
        ("abilene-expansion", "expansion_dropped", "2026-03"),
        ("dona-ana", "power_source_switched", "2026-04"),
        ("saline", "financier_left", "2025-12"),
    } <= found
    for site in sites.values():
        assert list(site.events) == sorted(site.events, key=lambda e: e.date)
        assert all(e.source and e.note for e in site.events)


def test_as_of_cuts_events() -> None:
    early = load_program("openai-nvidia-2025-09", as_of=dt.date(2026, 1, 15)).program
    kinds = [e.kind for e in early.site("saline").events]
    assert kinds == ["financier_left"]
    assert early.site("dona-ana").events == ()


def test_events_change_nothing_but_themselves(tmp_path: Path) -> None:
    event = '  date = 2026-02-01\n  kind = "paused"\n  note = "x"'
    for name, text in (("without", BASE), ("with", with_event(event))):
        (tmp_path / f"{name}.toml").write_text(text)
    without, held = (
        load_program(f"{n}.toml", base=tmp_path).program.sites for n in ("without", "with")
    )
    assert held[0].events
    assert (replace(held[0], events=()), *held[1:]) == without


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_every_kind_is_read(kind: str, tmp_path: Path) -> None:
    text = with_event(f'  date = 2026-02-01\n  kind = "{kind}"\n  note = "so it was"')
    (tmp_path / "a.toml").write_text(text)
    event = load_program("a.toml", base=tmp_path).program.sites[0].events[0]
    assert (event.kind, event.note, event.status.value) == (kind, "so it was", "reported")


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ('  date = 2099-01-01\n  kind = "paused"\n  note = "x"', "lies after as_of"),
        ('  date = 2026-13-01\n  kind = "paused"\n  note = "x"', "TOML"),
        ('  date = "soon"\n  kind = "paused"\n  note = "x"', "write a date as year-month-day"),
        ('  date = 2026-02-01\n  kind = "pauzed"\n  note = "x"', "Did you mean 'paused'?"),
        ('  date = 2026-02-01\n  kind = "paused"', "needs it: what happened"),
        ('  date = 2026-02-01\n  kind = "paused"\n  note = ""', "must not be empty"),
        ('  date = 2026-02-01\n  kind = "paused"\n  note = "x"\n  nte = "y"', "is not a key of"),
    ],
)
def test_wrong_events_are_told(event: str, told: str, tmp_path: Path) -> None:
    message = wrong(with_event(event), tmp_path)
    print(message)
    assert told in message
    assert message.count("\n") == 0


def test_a_change_may_drop_keys_of_a_table() -> None:
    base = {
        "declared": {"packages": 1, "racks": 2},
        "party": [{"id": "a", "name": "A", "role": "r"}],
    }
    change = {
        "declared": {"remove": ["packages"], "racks": 3},
        "party": [{"id": "a", "remove": ["role"]}],
    }
    assert merge(base, change) == {"declared": {"racks": 3}, "party": [{"id": "a", "name": "A"}]}


def test_dropping_what_is_not_there_is_told(tmp_path: Path) -> None:
    text = 'extends = "single-campus"\nname = "x"\n[declared]\nremove = ["packagez"]\n'
    message = wrong(text, tmp_path)
    assert "a.toml:4: declared.packagez: there is nothing of this name" in message
    assert "Did you mean 'packages'?" in message


def test_check_shows_events(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "gigawatt.cli.main", "check", "openai-nvidia-2026-02"]
    shown = subprocess.run(call, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "2026-04-30  dona-ana" in shown
    assert "power source switched" in shown
    data = json.loads(subprocess.run([*call, "--json"], capture_output=True, text=True, check=True,
                                     cwd=tmp_path).stdout)  # fmt: skip
    assert {"site", "date", "kind", "note", "source", "status"} == set(data["events"][0])
