"""A nineteenth kind is one new file: checks, schema, ledger, statements and docs follow from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gigawatt.program.instruments import DeclarationError, _check
from gigawatt.program.kind import Kind, Term
from gigawatt.program.template import template_text

FILE = '''
"""A levy that the landlord pays the county, per IT kW in service and month.

    levy(m) = IT kW in service x levy
"""

from gigawatt.money.accounts import SITE, Leg
from gigawatt.money.flows import monthly_lumps, monthly_steps
from gigawatt.money.operation import entries_of
from gigawatt.money.page import Page
from gigawatt.program.kind import Kind, Term

KIND = "site_levy"
ORDER = 12
SPEC = Kind(
    "Levy on power in service.",
    ("payer", "county"),
    {
        "levy_usd_per_kw_month": Term("usd_per_kw_month", "levy"),
        "permit_usd_per_kw": Term("usd_per_kw", "paid once, at service", 0.0),
    },
    site_roles={"payer": "landlord"},
    expected=False,
    one_each="payer",
)
LEGS = (Leg("levy", "payer", "county", owed=True), Leg("permit", "payer", "county", SITE))
PAGE = Page("none", "in service", "100 MW at 2 USD", lambda: [("levy a month", "0.20 m USD")])


def operate(op):
    power = op.inputs.blocks.it_power_mw * 1e3
    levies, line = op.inputs.lines(KIND, "payer", "county", "levy")
    permits, _ = op.inputs.lines(KIND, "payer", "county", "permit")
    if not levies:
        return []
    rate = power * op.inputs.term(KIND, "levy_usd_per_kw_month")
    once = power * op.inputs.term(KIND, "permit_usd_per_kw")
    service, months = op.schedule.in_service, op.months
    steps = rate[:, None], service[:, None]
    return [
        *entries_of(levies, monthly_steps(*steps, line, len(levies), months)),
        *entries_of(permits, monthly_lumps(once, service, line, len(permits), months)),
    ]
'''
LEVY = """
[[party]]
id = "county"
name = "County"
role = "public"

[[instrument]]
id = "levy"
kind = "site_levy"
parties = { payer = "landlord", county = "county" }
terms = { levy_usd_per_kw_month = 2, permit_usd_per_kw = 5 }
"""
RUN = """
import sys
import gigawatt.money.instruments as folder
folder.__path__.append(sys.argv.pop(1))
if sys.argv[1] == "page":
    from gigawatt.study.books.instrument_pages import page_text
    print(page_text())
else:
    from gigawatt.cli.main import main
    main()
"""


@pytest.fixture
def with_levy(tmp_path):
    """Run a command where the folder of instruments holds one more file."""
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "site_levy.py").write_text(FILE)

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", RUN, str(folder), *args]
        source = str(Path(__file__).parents[2] / "src")
        environment = {**os.environ, "PYTHONPATH": source}
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False, cwd=tmp_path
        )

    return run


def test_a_nineteenth_is_one_new_file(with_levy, tmp_path):
    """It is checked, told in schema and docs, paid, and booked by double entry."""
    path = tmp_path / "mine.toml"
    path.write_text(template_text() + LEVY)
    assert with_levy("check", str(path)).returncode == 0
    new = tmp_path / "new.toml"
    assert with_levy("new", str(new)).returncode == 0
    assert ", site_levy, " in new.read_text().replace("\n# ", " ")
    schema = json.loads(with_levy("schema").stdout)["$defs"]["InstrumentTable"]
    assert "site_levy" in schema["properties"]["kind"]["enum"]
    assert any(rule["if"]["properties"]["kind"]["const"] == "site_levy" for rule in schema["allOf"])
    page = with_levy("page").stdout
    assert "## `site_levy`" in page
    assert "levy, permit: payer → county" in page
    assert "| levy a month | 0.20 m USD |" in page
    result = with_levy("ledger", str(path), "--draws", "4", "--period", "all", "--json")
    assert result.returncode == 0, result.stderr
    ledger = json.loads(result.stdout)
    paid = {row["leg"]: row for row in ledger["ledger"] if row["instrument"] == "levy"}
    assert set(paid) == {"levy", "permit"}
    assert paid["levy"]["usd_mean"] > paid["permit"]["usd_mean"] > 0.0
    assert paid["levy"]["payee"] == "county"


PREFERRED = '''
"""Preferred shares: paid at once on a date, with a coupon a month.

    coupon(m) = amount x rate / 12
"""

import numpy as np

from gigawatt.money.accounts import HELD, PAID_IN, Leg
from gigawatt.money.flows import Line, Lumps
from gigawatt.money.operation import entries_of
from gigawatt.money.page import Page
from gigawatt.program.kind import Kind, Term

KIND = "equity_preferred"
ORDER = 24.7
SPEC = Kind(
    "Preferred shares.",
    ("investor", "issuer"),
    {"amount_usd": Term("usd", "amount"), "coupon_share": Term("share", "coupon a year", 0.0)},
    required_dates=("date",),
    equity="amount_usd",
)
LEGS = (Leg("preferred", "investor", "issuer", HELD, PAID_IN), Leg("coupon", "issuer", "investor"))
PAGE = Page("none", "a date", "1 bn at 8 %", lambda: [("a year", "80.00 m USD")])


def plans(inputs, schedule, before):
    out = []
    for c in inputs.of_kind(KIND):
        line = Line(c.parties["investor"], c.parties["issuer"], c.id, "preferred")
        date = np.full((inputs.draws, 1), c.dates["date"])
        amount = c.terms["amount_usd"][:, None]
        out.append(Lumps((line,), np.zeros(1, np.int64), amount, date))
    return out


def operate(op):
    out = []
    for c in op.inputs.of_kind(KIND):
        line = Line(c.parties["issuer"], c.parties["investor"], c.id, "coupon")
        paid = (np.arange(op.months) > c.dates["date"]) * c.terms["amount_usd"][:, None]
        out += entries_of((line,), (paid * c.terms["coupon_share"][:, None] / 12.0)[:, None])
    return out
'''
SHARES = """
[[instrument]]
id = "shares"
kind = "equity_preferred"
parties = { investor = "vendor", issuer = "cloud" }
terms = { amount_usd = "$1 bn", coupon_share = 0.08 }
dates = { date = 2027-06-30 }
"""


def test_equity_of_a_new_kind_counts_as_equity(with_levy, tmp_path):
    """In what paid for the build-out, what is held, sources and uses, and circularity."""
    (tmp_path / "more" / "equity_preferred.py").write_text(PREFERRED)
    path = tmp_path / "mine.toml"
    path.write_text(template_text() + SHARES)
    result = with_levy("ledger", str(path), "--draws", "4", "--period", "all", "--json")
    assert result.returncode == 0, result.stderr
    ledger = json.loads(result.stdout)
    money = [row for row in ledger["funding"] if row["instrument"] == "shares"]
    assert [(row["from"], row["to"], row["usd_mean"]) for row in money] == [
        ("vendor", "cloud", 1e9)
    ]
    held = [
        row for row in ledger["claims"] if (row["holder"], row["debtor"]) == ("vendor", "cloud")
    ]
    assert held[0]["end_usd"] == pytest.approx(1e9)
    equity = [row for row in ledger["sources_and_uses"] if row["line"] == "equity"]
    assert equity[0]["usd_mean"] == pytest.approx(1e9)
    assert ledger["circularity"][0]["equity_usd"] == pytest.approx(1e9)


def test_an_account_that_the_books_lack_is_told(with_levy, tmp_path):
    levy = tmp_path / "more" / "site_levy.py"
    levy.write_text(FILE.replace('"county", SITE)', '"county", "asset_permit")'))
    path = tmp_path / "mine.toml"
    path.write_text(template_text() + LEVY)
    result = with_levy("ledger", str(path), "--draws", "2", "--json")
    assert result.returncode != 0
    assert (
        "leg 'permit' has the account 'asset_permit'; there are asset_equity_held" in result.stderr
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("permit_usd_per_kw = 5", "permit_usd_kw = 5", "permit_usd_per_kw"),
        ("levy_usd_per_kw_month = 2, ", "", "is missing: levy"),
        ("kind = \"site_levy\"", "kind = \"site_levi\"", "site_levy"),
        ("payer = \"landlord\"", "payer = \"cloud\"", "its payer, cloud, is the landlord of none"),
    ],
)  # fmt: skip
def test_its_mistakes_are_told_like_all_others(with_levy, tmp_path, old, new, told):
    path = tmp_path / "mine.toml"
    text = template_text() + LEVY
    assert old in text
    path.write_text(text.replace(old, new))
    result = with_levy("check", str(path))
    assert told in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert result.returncode == (2 if "payer" not in old else 0)


def test_a_file_that_declares_itself_wrongly_is_told():
    def module(**names):
        return SimpleNamespace(__file__="levy.py", **names)

    levy = Kind("Levy.", ("payer",), {"levy_usd": Term("usd", "levy")})
    wrong = Kind("Levy.", ("payer",), levy.terms, at_most=(("levy_usd", "cap_usd"),))
    _check(module(KIND="levy", ORDER=1, SPEC=levy), {})
    with pytest.raises(DeclarationError, match="needs SPEC"):
        _check(module(KIND="levy", ORDER=1), {})
    with pytest.raises(DeclarationError, match=r"also in other\.py"):
        _check(module(KIND="levy", ORDER=1, SPEC=levy), {"levy": "other.py"})
    with pytest.raises(DeclarationError, match="no term 'cap_usd'"):
        _check(module(KIND="levy", ORDER=1, SPEC=wrong), {})
