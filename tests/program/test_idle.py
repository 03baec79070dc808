"""Contracts that can pay nothing are told, and those that can are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gigawatt.program.idle import idle
from gigawatt.program.load import load_program

CAMPUS = str(Path(__file__).parents[2] / "examples/financed-campus.toml")
BUNDLED = ("openai-nvidia-2025-09", "openai-nvidia-2026-02", "single-campus", CAMPUS)


@pytest.mark.parametrize("name", BUNDLED)
def test_no_contract_of_a_bundled_programme_is_idle(name: str) -> None:
    assert list(idle(load_program(name).program)) == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("colocation_lease", {"sculpted", "lease-guarantee"}),
        ("equipment_purchase", {"warrants"}),
        ("equity", {"prepayment"}),
    ],
)
def test_what_a_contract_rests_on_is_missed(kind: str, told: set[str]) -> None:
    program = load_program(CAMPUS).program
    kept = tuple(i for i in program.instruments if not i.kind.startswith(kind))
    found = list(idle(replace(program, instruments=kept)))
    assert {w.split()[1] for w in found} == told
    assert all("nothing is paid under it" in w for w in found)


@pytest.mark.parametrize(
    ("contract", "role", "party", "words"),
    [
        ("system-loan", "borrower", "lab", "its borrower, lab, is the cloud of none of its sites"),
        ("backstop", "provider", "lab", "its provider, lab, is the cloud of none of its sites"),
        ("lease-guarantee", "tenant", "bank", "its tenant, bank, is the cloud of none"),
        ("vendor-share", "operator", "bank", "bank is cloud or tenant of no site"),
    ],
)
def test_a_party_in_the_wrong_place_is_told(
    contract: str, role: str, party: str, words: str
) -> None:
    program = load_program(CAMPUS).program
    changed = tuple(
        replace(i, parties={**i.parties, role: party}) if i.id == contract else i
        for i in program.instruments
    )
    (found,) = idle(replace(program, instruments=changed))
    assert words in found
    assert "nothing is paid under it" in found
