"""What a programme tells of a site's accounts: contracts for clean power, heat, duties."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.catalog.facts import Status
from gigawatt.errors import ProblemsError
from gigawatt.program.load import load_program
from gigawatt.program.model import CleanPower

BASE = (Path(__file__).parent / "base.toml").read_text(encoding="utf-8")
KEYS = 'heat_reused_share = "12 %"\nduties = ["permit_psd"]\nride_through_share = 0.9\n'
CONTRACT = '  [[site.clean_power]]\n  id = "sea"\n  kind = "wind"\n  mwh_per_year = "1.2 TWh"\n'


def written(tmp_path: Path, keys: str, contract: str) -> Path:
    """The base programme with keys and a contract of its first site."""
    path = tmp_path / "a.toml"
    text = BASE.replace('mw_basis = "facility"\n', f'mw_basis = "facility"\n{keys}', 1)
    path.write_text(text.replace("  [[site.phase]]", f"{contract}  [[site.phase]]", 1))
    return path


def test_contracts_heat_and_duties_are_read(tmp_path: Path) -> None:
    site = load_program(str(written(tmp_path, KEYS, CONTRACT))).program.sites[0]
    assert site.clean_power == (CleanPower("sea", "wind", 1.2e6, Status.ASSUMED),)
    assert site.heat_reused_share == pytest.approx(0.12)
    assert site.duties == ("permit_psd",)
    assert site.ride_through_share == 0.9


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"wind"', '"winds"', "Did you mean 'wind'?"),
        ('"1.2 TWh"', '"1.2 MW"', "MWh"),
        ('"1.2 TWh"', "0", "1"),
        ('"12 %"', "1.2", "1"),
        ("permit_psd", "permit_psdd", "Did you mean 'permit_psd'?"),
    ],
)
def test_wrong_ones_are_told(old: str, new: str, told: str, tmp_path: Path) -> None:
    path = written(tmp_path, KEYS.replace(old, new), CONTRACT.replace(old, new))
    with pytest.raises(ProblemsError) as caught:
        load_program(str(path))
    print(caught.value)
    assert told in str(caught.value)
    assert str(caught.value).count("\n") == 0
