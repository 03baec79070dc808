"""`gigawatt finance`: one project-finance case, debt sculpted to its cash flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigawatt.money.finance_case import FinanceCase
    from gigawatt.money.project_finance import FinanceResult

EPILOG = """\b
Keys of CASE: nameplate_kw, net_output_kw, hours_per_year, price_usd_per_kwh_year1,
price_escalation_per_year, total_installed_cost_usd, om_usd_per_kw_year1,
om_escalation_per_year, analysis_years, federal_tax_rate, state_tax_rate,
tax_depreciation (list of shares of the cost, from year 1), debt_rate,
debt_tenor_years, target_dscr, upfront_fee (share of the debt),
nominal_discount_rate; optional upfront_fee_tax (none, with_cost, over_tenor).

\b
Examples:
  gigawatt finance examples/project-finance.json
  gigawatt finance case.json --json"""


@click.command(epilog=EPILOG)
@click.argument("case")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--years", is_flag=True, help="With --json: add the flows of each year.")
def command(case: str, as_json: bool, years: bool) -> None:
    """Solve CASE, a JSON file (or - for standard input), for debt, equity and return.

    All cost in year 0, flows at the end of each year, debt sized so that cash flow before tax
    covers its service by the target in every year, taxes after interest and depreciation.
    """
    import json

    from gigawatt.money.finance_case import read_case, unused_keys
    from gigawatt.money.project_finance import solve

    content = _content(case)
    read = read_case(content, case)
    unused = unused_keys(content)
    if unused:
        click.echo(f"note: {', '.join(unused)}: no key of a case, not used", err=True)
    result = solve(read)
    if as_json:
        click.echo(json.dumps(_as_data(result, years), indent=2))
    else:
        _print_text(read, result)
    for note in _notes(read, result):
        click.echo(f"note: {note}", err=True)


def _content(case: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """Content of the file; a key that stands twice is a mistake."""
    import json

    from gigawatt.errors import InputError

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [k for k, _ in pairs]
        twice = sorted({k for k in names if names.count(k) > 1})
        if twice:
            raise InputError(f"{case}: {', '.join(twice)}: stands twice; keep one of them.")
        return dict(pairs)

    try:
        return json.loads(_text(case), object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise InputError(f"{case}:{error.lineno}: is not JSON: {error.msg}.") from error
    except (ValueError, RecursionError) as error:  # a number or nesting beyond all measure
        raise InputError(f"{case}: can't be read: {error}.") from error


def _text(case: str) -> str:
    from pathlib import Path

    from gigawatt.errors import InputError

    if case == "-":
        return click.open_file("-").read()  # type: ignore[no-any-return]
    try:
        return Path(case).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{case}: can't be read: it is not UTF-8 text.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{case}: can't be read: {reason}.") from error


def _as_data(result: FinanceResult, years: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "debt_usd": result.debt_usd,
        "equity_usd": result.equity_usd,
        "equity_irr_after_tax_pct": _finite(result.equity_irr_after_tax_pct),
        "equity_npv_after_tax_usd": result.equity_npv_after_tax_usd,
        "min_dscr": _finite(result.min_dscr),
        "upfront_fee_usd": result.upfront_fee_usd,
        "llcr": _finite(result.llcr),
        "equity_irr_roots": result.irr_roots,
    }
    if years:
        data["years"] = {k: v.tolist() for k, v in result.years.items()}
    return data


def _finite(value: float) -> float | None:
    """JSON has no infinity and no nan."""
    return value if abs(value) < float("inf") else None


def _notes(case: FinanceCase, result: FinanceResult) -> list[str]:
    notes = []
    below = [t for t, x in enumerate(result.years["cfads_usd"]) if x < 0.0]
    owed = [t for t in below if t <= case.debt_tenor_years]
    if owed and result.debt_usd > 0.0:
        notes.append(f"cash flow is negative in year {', '.join(map(str, owed))}: by the formula "
                     "the lender pays in then")  # fmt: skip
    if below and not result.debt_usd:
        notes.append("no debt: the cash flow carries none")
    if len(case.tax_depreciation) > case.analysis_years:
        notes.append("tax_depreciation is longer than analysis_years: the rest is never deducted")
    if case.net_output_kw > case.nameplate_kw:
        notes.append("net_output_kw is above nameplate_kw")
    if result.equity_usd <= 0.0:
        notes.append("the debt is larger than all cost: the cash flow would carry more than that")
    if result.irr_roots != 1:
        notes.append(_about_roots(result))
    return notes


def _about_roots(result: FinanceResult) -> str:
    """Why the rate of return says nothing."""
    from gigawatt.money.irr import all_rates

    if not result.irr_roots:
        return "no rate of return: none makes the present value zero; judge by that value"
    rates = ", ".join(f"{100 * x:.4g} %" for x in all_rates(result.years["equity_flow_usd"]))
    return (
        f"{result.irr_roots} rates of return, as the flows change their sign more than once "
        f"({rates}; the one nearest to zero is told): judge by the present value"
    )


def _print_text(case: FinanceCase, result: FinanceResult) -> None:
    rows = [
        ("debt", f"{result.debt_usd:,.0f} USD"),
        ("equity", f"{result.equity_usd:,.0f} USD"),
        ("upfront fee", f"{result.upfront_fee_usd:,.0f} USD"),
        ("equity IRR after tax", f"{result.equity_irr_after_tax_pct:.4f} %" if result.irr_roots
         else "none"),
        ("equity NPV after tax", f"{result.equity_npv_after_tax_usd:,.0f} USD at "
                                 f"{100 * case.nominal_discount_rate:g} %"),
        ("least DSCR", f"{result.min_dscr:.4f}"),
        ("LLCR", f"{result.llcr:.4f}"),
    ]  # fmt: skip
    for name, value in rows:
        click.echo(f"{name:<22}{value}")
    names = ("cfads_usd", "interest_usd", "principal_usd", "state_tax_usd", "federal_tax_usd",
             "equity_flow_usd")  # fmt: skip
    click.echo("\nyear" + "".join(f"{n.removesuffix('_usd'):>16}" for n in names) + "   USD")
    for year in range(case.analysis_years + 1):
        click.echo(f"{year:>4}" + "".join(f"{result.years[n][year]:>16,.0f}" for n in names))
