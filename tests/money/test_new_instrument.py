"""A new kind of instrument is one new file, and its terms in the border table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from factories import small_program

from gigawatt.catalog.facts import Status
from gigawatt.money import instruments
from gigawatt.money.instruments import registry
from gigawatt.money.returns import net_by_party
from gigawatt.program.instruments import KINDS, Kind, Term
from gigawatt.program.model import Instrument
from gigawatt.uncertainty.distributions import Point

FILE = '''
"""A levy that the landlord pays the county, per IT kW in service and month."""

from gigawatt.money.operation import entries_of
from gigawatt.money.flows import monthly_steps

KIND = "site_levy"
ORDER = 12


def operate(op):
    lines, line = op.inputs.lines(KIND, "payer", "county", "levy")
    if not lines:
        return []
    rate = op.inputs.blocks.it_power_mw * 1e3 * op.inputs.term(KIND, "levy_usd_per_kw_month")
    steps = rate[:, None], op.schedule.in_service[:, None]
    return entries_of(lines, monthly_steps(*steps, line, len(lines), op.months))
'''


def test_a_nineteenth_is_one_new_file(case_of, tmp_path, monkeypatch):
    (tmp_path / "site_levy.py").write_text(FILE)
    kind = Kind("Levy on power in service.", ("payer", "county"),
                {"levy_usd_per_kw_month": Term("usd_per_kw_month", "levy")},
                site_roles={"payer": "landlord"}, expected=False)  # fmt: skip
    monkeypatch.setitem(KINDS, "site_levy", kind)
    monkeypatch.setattr(instruments, "__path__", [*instruments.__path__, str(tmp_path)])
    found = {m.KIND: m for m in registry._files()}
    assert set(found) == set(KINDS)
    monkeypatch.setitem(registry.OPERATION, "site_levy", found["site_levy"].operate)
    monkeypatch.setattr("gigawatt.money.inputs.SITE_KINDS",
                        tuple(n for n, k in KINDS.items() if k.site_roles))  # fmt: skip
    program = small_program()
    levy = Instrument("levy", "site_levy", {"payer": "builder", "county": "county"},
                      {"levy_usd_per_kw_month": Point(2.0)}, {}, (), Status.ASSUMED, "",
                      "")  # fmt: skip
    case = case_of(3, program=replace(program, instruments=(*program.instruments, levy)))
    ledger = case.settle()
    paid = sum(e.amount_usd for e in ledger.entries if e.leg == "levy")
    last = case.inputs.blocks.it_power_mw * np.isfinite(case.schedule.in_service) * (
        case.schedule.in_service < case.inputs.axis.count - 1
    )  # fmt: skip
    np.testing.assert_allclose(paid[:, -1], 2e3 * last.sum(axis=1))
    net = np.sum(list(net_by_party(ledger).values()), axis=0)
    assert np.abs(net).max() < 1e-2
    assert "county" in ledger.parties
