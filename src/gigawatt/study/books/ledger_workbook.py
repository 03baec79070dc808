"""The ledger as a workbook: lines by period, parties, statements, sources, and a live debt sheet.

Every sheet has a units row. The debt sheet rebuilds one loan of draw 1 month by month in formulas
of the sheet itself, from its terms and dates, beside the payments of the ledger's own code, with a
cell that tells whether they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gigawatt.program.instruments import KINDS
from gigawatt.study.books import ledger_view as v
from gigawatt.study.books import sculpted_sheet as sheet
from gigawatt.study.books.capex_bases import capex_bases
from gigawatt.study.books.debt_sheet import (
    COLUMNS,
    FIRST,
    INPUTS,
    LoanExample,
    debt_values,
    largest_loan,
    row_formulas,
)
from gigawatt.study.books.ledger_books import (
    account_rows,
    block_rows,
    loss_rows,
    margin_rows,
    rate_rows,
    statement_rows,
    year_names,
)
from gigawatt.study.books.ledger_view import LedgerView
from gigawatt.study.books.resale import loan_to_value_table, resale_table
from gigawatt.study.books.sculpted_sheet import largest_sculpted
from gigawatt.study.books.stress import Outcome
from gigawatt.study.books.tranche_account import tranche_table
from gigawatt.study.tables.money_tables import stress_rows

TOLERANCE_USD = 1.0
NOTHING = "nothing of this kind in the programme"
HEADER_ROWS = 2


def write_ledger(
    view: LedgerView, outcomes: Sequence[Outcome], path: Path, discount_share: float
) -> None:
    """Write the workbook."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(path, options) as book:
        _read_me(book, view, discount_share)
        for name, data, units in _tables(view, outcomes, discount_share):
            _sheet(book, name, data, units)
        _matrix(book, view)
        _statements(book, view)
        _sources(book, view)
        example = largest_loan(view)
        if example is not None:
            _debt(book, view, example)
        sculpted = largest_sculpted(view)
        if sculpted is not None:
            _sculpted(book, view, sculpted)


def _tables(
    view: LedgerView, outcomes: Sequence[Outcome], discount_share: float
) -> list[tuple[str, list[dict[str, Any]], dict[str, str]]]:
    """Name, rows and units of the plain tables."""
    stressed = stress_rows(outcomes[0], outcomes[1:]) if outcomes else []
    return [
        ("Ledger", list(v.rows(view)), {"period": view.periods[0]}),
        ("Parties", v.party_table(view, discount_share), {}),
        ("Funding", v.funding_table(view), {}),
        ("Cover", v.cover_table(view), {}),
        ("Claims", v.claim_table(view), {}),
        ("Circularity", v.circularity_table(view), {}),
        ("Tranches", tranche_table(view), {}),
        ("Stakes", v.stake_table(view), {}),
        ("No cash", v.memo_table(view), {}),
        ("Resale", resale_table(view), {"age_years": "years"}),
        ("Loan to value", loan_to_value_table(view), {}),
        ("Blocks", block_rows(view), {"facility_mw_mean": "MW"}),
        ("Rates", rate_rows(view), {}),
        ("Expected loss", loss_rows(view), {}),
        ("Capital cost", capex_bases(view), {"price_year": "year"}),
        ("Sources and uses", account_rows(view), {}),
        ("Margins", margin_rows(view), {}),
        ("Cost", _cost_rows(v.cost_table(view, discount_share)), {}),
        ("Stress", stressed, {}),
    ]


def _cost_rows(cost: dict[str, Any]) -> list[dict[str, Any]]:
    """Cost by part: of a useful package-hour and of a million output tokens of each workload."""
    if not cost:
        return []
    tokens = cost["usd_per_million_output_tokens"]
    return [
        {"part": part, "usd_per_package_hour": usd,
         **{f"usd_per_million_output_tokens_{name}": t[part] for name, t in tokens.items()}}
        for part, usd in cost["usd_per_package_hour"].items()
    ]  # fmt: skip


def unit_of(name: str) -> str:
    """Unit of a column, from its name.

    >>> unit_of("peak_usd"), unit_of("irr_share_p50"), unit_of("payer")
    ('USD', 'share', '')
    """
    if "usd_per_package_hour" in name:
        return "USD/package-hour"
    if "usd_per_million_output_tokens" in name:
        return "USD/million tokens"
    if "usd_per_gw" in name:
        return "USD/GW"
    if "usd" in name:
        return "USD"
    if "share" in name or name.startswith("probability"):
        return "share"
    return "ratio" if "dscr" in name or "llcr" in name else ""


def _sheet(book: Any, name: str, data: list[dict[str, Any]], units: dict[str, str]) -> None:  # noqa: ANN401
    page = book.add_worksheet(name)
    if not data:
        text = "run with --stress NAME or --stress all" if name == "Stress" else NOTHING
        page.write_string(0, 0, text)
        return
    head, unit, number, share = _formats(book)
    names = list(data[0])
    page.freeze_panes(HEADER_ROWS, 1)
    page.write_row(0, 0, names, head)
    page.write_row(1, 0, [units.get(n, unit_of(n)) if n != "period" else "" for n in names], unit)
    page.set_column(0, len(names), 16)
    for k, row in enumerate(data, start=HEADER_ROWS):
        for column, key in enumerate(names):
            value = row[key]
            if isinstance(value, bool) or value is None:
                page.write(k, column, "" if value is None else value)
            elif isinstance(value, int):
                page.write_number(k, column, value)
            elif isinstance(value, float):
                form = share if unit_of(key) == "share" else number
                page.write_number(k, column, value, form)
            else:
                page.write_string(k, column, str(value))


def _formats(book: Any) -> tuple[Any, Any, Any, Any]:  # noqa: ANN401
    return (
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"italic": True, "font_color": "#555555", "bottom": 1}),
        book.add_format({"num_format": "#,##0.00"}),
        book.add_format({"num_format": "0.0%"}),
    )


def _read_me(book: Any, view: LedgerView, discount_share: float) -> None:  # noqa: ANN401
    page = book.add_worksheet("Read me")
    program = view.loaded.program
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    for k, (name, text) in enumerate((
        ("Programme", f"{program.name}: {program.title}"),
        ("Known as of", program.as_of.isoformat()),
        ("Draws", str(len(view.chain.ledger.gap_usd))),
        ("Money", "nominal USD; means over the draws unless a column says otherwise"),
        ("Values", f"at {100 * discount_share:g} % a year, at the start of the calendar"),
        ("Ledger", "each line: payer, payee, instrument, leg, period"),
        ("Matrix", "party by party by instrument; rows sum over the calendar"),
        ("Capital cost", "of a gigawatt of facility, IT or chip power, with and without systems"),
        ("Tranches", "uses of those who build until the next tranche, and whose money it is; "
                     "own_cash closes the account"),
        ("Stress", "who loses what, where stress tests were asked for (--stress all)"),
        ("Statements", "income, cash flow and balance sheet at each year's end, mean"),
        ("Sources", "inputs of the money layer and terms of all contracts, with unit and source"),
        ("Debt, Sculpted debt", "one loan of draw 1 in formulas: change a yellow cell and it "
                                "recomputes; the check cell compares it with the ledger's figures"),
    )):  # fmt: skip
        page.write_string(k, 0, name)
        page.write_string(k, 1, text)


def _matrix(book: Any, view: LedgerView) -> None:  # noqa: ANN401
    page = book.add_worksheet("Matrix")
    head, unit, number, _ = _formats(book)
    page.freeze_panes(HEADER_ROWS, 3)
    page.write_row(0, 0, ["payer", "payee", "instrument", *view.periods, "sum"], head)
    page.write_row(1, 0, ["", "", "", *["USD"] * (len(view.periods) + 1)], unit)
    page.set_column(0, 2, 18)
    page.set_column(3, 3 + len(view.periods), 16)
    last = _column(2 + len(view.periods))
    for k, (key, amount) in enumerate(v.matrix(view).items(), start=HEADER_ROWS):
        page.write_row(k, 0, key)
        page.write_row(k, 3, amount.tolist(), number)
        total = f"=SUM(D{k + 1}:{last}{k + 1})"
        page.write_formula(k, 3 + len(view.periods), total, number, float(amount.sum()))


def _statements(book: Any, view: LedgerView) -> None:  # noqa: ANN401
    page = book.add_worksheet("Statements")
    head, unit, number, _ = _formats(book)
    names = year_names(view)
    page.freeze_panes(HEADER_ROWS, 3)
    page.write_row(0, 0, ["party", "statement", "line", *names], head)
    page.write_row(1, 0, ["", "", "", *["USD"] * len(names)], unit)
    page.set_column(0, 2, 20)
    page.set_column(3, 2 + len(names), 16)
    for row, line in enumerate(statement_rows(view), start=HEADER_ROWS):
        page.write_row(row, 0, [line["party"], line["statement"], line["line"]])
        page.write_row(row, 3, [line[n] for n in names], number)


def _sources(book: Any, view: LedgerView) -> None:  # noqa: ANN401
    page = book.add_worksheet("Sources")
    head, unit, number, _ = _formats(book)
    names = ["input", "value", "low", "high", "unit", "as_of", "status", "source", "note"]
    page.write_row(0, 0, names, head)
    page.write_row(1, 0, ["", *["as told"] * 3, "", "", "", "", ""], unit)
    page.set_column(0, 0, 44)
    page.set_column(7, 8, 60)
    catalog = view.loaded.catalog
    row = HEADER_ROWS
    record = catalog.record("assumptions", "money")
    facts = list(record.facts.values())
    facts += [
        catalog.record("systems", g).fact("rack_price_usd") for g in view.chain.blocks.systems
    ]
    for fact in facts:
        low, high = (float(fact.distribution.ppf(np.array([q]))[0]) for q in (0.0, 1.0))
        source = catalog.sources[fact.source]
        cells = [fact.path, fact.value, low, high, fact.unit, str(fact.as_of), str(fact.status),
                 f"{source.title} ({source.date})", fact.note]  # fmt: skip
        _write_cells(page, row, cells, number)
        row += 1
    program = view.loaded.program
    as_of = program.as_of.isoformat()
    untold = f"programme {program.name}, which tells no source"
    for i in program.instruments:
        for name, term in i.terms.items():
            low, high = (float(term.ppf(np.array([q]))[0]) for q in (0.0, 1.0))
            unit_of_term = KINDS[i.kind].terms[name].unit
            cells = [f"instrument/{i.id}/{name}", term.central, low, high, unit_of_term, as_of,
                     str(i.status), i.source or untold, i.note]  # fmt: skip
            _write_cells(page, row, cells, number)
            row += 1


def _write_cells(page: Any, row: int, cells: Sequence[Any], number: Any) -> None:  # noqa: ANN401
    for column, value in enumerate(cells):
        if isinstance(value, int | float):
            if np.isfinite(value):
                page.write_number(row, column, value, number)
            else:
                page.write_string(row, column, "no limit")
        else:
            page.write_string(row, column, str(value))


def _debt(book: Any, view: LedgerView, loan: LoanExample) -> None:  # noqa: ANN401
    page = book.add_worksheet("Debt")
    head, unit, number, _ = _formats(book)
    given = book.add_format({"bg_color": "#FFF7CC", "num_format": "#,##0.0000"})
    page.set_column(0, 0, 28)
    page.set_column(1, 10, 18)
    title = f"{loan.contract} ({loan.kind}), {loan.block}, draw 1"
    page.write_string(0, 0, title, head)
    page.write_string(1, 0, "change the yellow cells", unit)
    page.write_string(1, 3, loan.note, unit)
    for name, cell, text, what in INPUTS:
        k = int(cell[1:]) - 1
        page.write_string(k, 0, text)
        page.write_number(k, 1, getattr(loan, name), given)
        page.write_string(k, 2, what, unit)
    page.write_string(10, 0, "interest a month")
    page.write_formula("B11", "=B3/12", given, loan.rate_year / 12.0)
    page.write_row(FIRST - 3, 0, COLUMNS, head)
    page.write_row(FIRST - 2, 0, ["since start", "", *["USD"] * 9], unit)
    months = view.chain.axis.count
    values = debt_values(loan, months)
    for m, label in enumerate(view.chain.axis.labels()):
        row = FIRST + m
        page.write_number(row - 1, 0, m)
        page.write_string(row - 1, 1, label)
        page.write_number(row - 1, 8, float(loan.interest[m]), number)
        page.write_number(row - 1, 9, float(loan.principal[m]), number)
        for column, formula in row_formulas(row).items():
            page.write_formula(f"{column}{row}", formula, number, values[column][m])
    _verdict(page, head, number, (FIRST, FIRST + months - 1), max(values["K"]))


def _sculpted(book: Any, view: LedgerView, loan: sheet.SculptedExample) -> None:  # noqa: ANN401
    page = book.add_worksheet("Sculpted debt")
    head, unit, number, _ = _formats(book)
    given = book.add_format({"bg_color": "#FFF7CC", "num_format": "#,##0.0000"})
    months, years = view.chain.axis.count, len(loan.cfads)
    found = sheet.values(loan, months)
    page.set_column(0, 0, 30)
    page.set_column(1, 16, 18)
    page.write_string(0, 0, f"{loan.contract}, {loan.block}, draw 1", head)
    page.write_string(1, 0, "change the yellow cells", unit)
    page.write_string(1, 3, loan.note, unit)
    for name, cell, text, what in sheet.INPUTS:
        k = int(cell[1:]) - 1
        page.write_string(k, 0, text)
        page.write_number(k, 1, getattr(loan, name), given)
        page.write_string(k, 2, what, unit)
    for k, (cell, text, formula) in enumerate(sheet.head_formulas(years)):
        page.write_string(int(cell[1:]) - 1, 0, text)
        page.write_formula(cell, formula, number, found["B"][k])
    page.write_row(sheet.FIRST - 3, 0, sheet.COLUMNS, head)
    page.write_row(sheet.FIRST - 2, 0, ["since start", "", *["USD"] * 9], unit)
    page.write_row(sheet.FIRST - 3, 12, sheet.YEARS, head)
    page.write_row(sheet.FIRST - 2, 12, ["", "USD", "months", "USD", "USD"], unit)
    for y in range(years):
        row = sheet.FIRST + y
        page.write_number(row - 1, 12, y + 1)
        page.write_number(row - 1, 13, float(loan.cfads[y]), given)
        for column, formula in sheet.year_formulas(row).items():
            page.write_formula(f"{column}{row}", formula, number, found[column][y])
    for m, label in enumerate(view.chain.axis.labels()):
        row = sheet.FIRST + m
        page.write_number(row - 1, 0, m)
        page.write_string(row - 1, 1, label)
        page.write_number(row - 1, 8, float(loan.paid[m]), number)
        page.write_number(row - 1, 9, float(loan.fallen[m]), number)
        for column, formula in sheet.row_formulas(row, years).items():
            page.write_formula(f"{column}{row}", formula, number, found[column][m])
    _verdict(page, head, number, (sheet.FIRST, sheet.FIRST + months - 1), max(found["K"]))


def _verdict(
    page: Any,  # noqa: ANN401
    head: Any,  # noqa: ANN401
    number: Any,  # noqa: ANN401
    rows: tuple[int, int],
    worst: float,
) -> None:
    """Cells that tell whether a sheet's formulas agree with the ledger's own figures."""
    page.write_string("D3", "largest difference, USD")
    page.write_formula("E3", f"=MAX(K{rows[0]}:K{rows[1]})", number, worst)
    page.write_string("D4", "check", head)
    verdict = "agrees" if worst < TOLERANCE_USD else "DIFFERS"
    check = f'=IF(E3<{TOLERANCE_USD:g},"agrees","DIFFERS")'
    page.write_formula("E4", check, head, verdict)


def _column(index: int) -> str:
    """Name of a column counted from 0."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
