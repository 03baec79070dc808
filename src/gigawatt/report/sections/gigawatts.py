"""Each gigawatt: when it comes, what it waits for and where, one sentence each.

From the tables of capacity, of what binds, and of blocks. Capacity only grows, so that half of the
draws hold k gigawatts in the first month whose P50 does; the early end of the range comes from the
P90 of capacity, the late end from its P10.
"""

from __future__ import annotations

from gigawatt.quantity.units import MW_PER_GW
from gigawatt.report.facts import capacity_months
from gigawatt.report.page import Cell, Listing, Section
from gigawatt.report.read import NOT_WITHIN_HORIZON
from gigawatt.report.sections.binding import shares_by_year
from gigawatt.report.view import View

NEAR_MONTHS = 9
MOST_SITES = 3
CAUSES = 2
SLACK = 1e-9


def section(view: View) -> Section | None:
    """One sentence for each gigawatt that one draw in ten holds by the end."""
    months = capacity_months(view)
    if not months:
        return None
    count = int(months[-1]["facility_mw_p90"] / MW_PER_GW + SLACK)
    if not count:
        return None
    say = view.say
    items = tuple(Cell(sentence(view, k)) for k in range(1, count + 1))
    return Section("gigawatts", say("gigawatts.title"), say("gigawatts.intro"), (Listing(items),))


def dates(view: View, number: int) -> tuple[str | None, str | None, str | None]:
    """P10, P50 and P90 of the month in which a gigawatt is in service; None = after the horizon."""
    rows = capacity_months(view)

    def first(level: str) -> str | None:
        enough = (
            r for r in rows if r[f"facility_mw_{level}"] >= number * MW_PER_GW * (1.0 - SLACK)
        )
        return next((f"{r['month']}-01" for r in enough), None)

    return first("p90"), first("p50"), first("p10")


def sentence(view: View, number: int) -> str:
    """Date with its range, what it waits for, and where."""
    say = view.say
    p10, p50, p90 = dates(view, number)
    if p50 is None:
        when = say("gigawatts.late", number=number, horizon=view.month(view.horizon),
                   p10=view.month(p10))  # fmt: skip
    else:
        when = say("gigawatts.when", number=number, p50=view.month(p50), p10=view.month(p10),
                   p90=view.month(p90))  # fmt: skip
    year = p50[:4] if p50 else NOT_WITHIN_HORIZON
    shares = sorted(shares_by_year(view).get(year, {}).items(), key=lambda item: -item[1])[:CAUSES]
    if not shares:
        return f"{when}."
    causes = ", ".join(
        say("gigawatts.cause", cause=say.label("constraint", c), share=view.percent(s))
        for c, s in shares
    )
    key = "gigawatts.because" if p50 else "gigawatts.because_late"
    clauses = [when, say(key, year=year, causes=causes)]
    sites = _sites(view, p50, shares[0][0]) if p50 else []
    if sites:
        clauses.append(say("gigawatts.where", sites=", ".join(sites)))
    return f"{view.locale.joint.join(clauses)}."


def _sites(view: View, date: str, cause: str) -> list[str]:
    """Sites with blocks that wait for the cause around the date, the largest first."""
    power: dict[str, float] = {}
    for row in view.run.rows("schedule"):
        middle = row["in_service_p50"]
        if middle and row["binding"] == cause and abs(_month(middle) - _month(date)) <= NEAR_MONTHS:
            name = str(row["site_name"] or row["site"])
            power[name] = power.get(name, 0.0) + float(row["facility_mw"] or 0.0)
    return sorted(power, key=lambda n: -power[n])[:MOST_SITES]


def _month(date: str) -> int:
    return 12 * int(date[:4]) + int(date[5:7])
