"""Where the money of a run comes from, what it buys, and which layer keeps how much of it.

Everything here is computed from the tables of a run (means over the draws) and, for margins, from
the catalog's ``margins`` records. Sources and uses are those of the parties that build: everyone
who pays for systems, network, storage or sites. Left out: taxes, equity of others than the named
instruments, and what a party earns outside the programme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gigawatt.catalog.facts import Catalog, Fact, Record
from gigawatt.catalog.ranges import ends_of
from gigawatt.money.accounts import POWER_BILL
from gigawatt.money.registry import equity_legs
from gigawatt.quantity.units import MW_PER_GW

Row = Mapping[str, Any]
Range = tuple[float, float]

MONTHS_PER_YEAR = 12.0
SITE_PARTS = ("shell", "power_cooling", "soft")
SITE = "site_capex"
BUILT = {"network": "network", "storage_cpu": "storage_cpu"}  # instrument → use
CONNECTION = "connection"  # leg and use: what a power contract wants before service
CUTS = ("deposit", "delivery", "acceptance")  # legs of a purchase of systems
YEAR_OF_GW = "first_year_"


@dataclass(frozen=True, slots=True)
class SourcesUses:
    """Sources and uses of what the run builds within its calendar, mean over draws, nominal USD.

    Attributes
    ----------
    gw : most facility GW in service, at the calendar's end where nothing retires; what "per GW"
        divides by.
    uses : name → USD; the first year of energy and of other operation is a year at the run's mean
        per GW-year in service, times `gw`.
    sources : name → USD; ``own_cash`` (what cloud and landlord add from their own means and from
        what they are paid) closes the account, or ``held`` among the uses where more came in.
    equity_usd : equity paid under named instruments; `equity_kept_usd` of it is not passed on to
        those who build: the lab pays its bills for compute with it.
    """

    gw: float
    uses: dict[str, float]
    sources: dict[str, float]
    equity_usd: float
    equity_kept_usd: float


@dataclass(frozen=True, slots=True)
class Margin:
    """What one layer takes in and keeps for one gigawatt, USD, low to high.

    Attributes
    ----------
    yearly : paid each year in service, else once.
    of_run : whether the revenue is the run's own; else the catalog's.
    margin : the catalog's fact.
    """

    layer: str
    name: str
    yearly: bool
    revenue_usd: Range
    of_run: bool
    margin: Fact
    profit_usd: Range


def sources_and_uses(
    ledger: Sequence[Row], capex: Sequence[Row], capacity: Sequence[Row]
) -> SourcesUses | None:
    """Account of what the run builds; None where nothing is built or nothing gets into service.

    Parameters
    ----------
    ledger, capex, capacity : rows of the tables of a run.
    """
    gw, gw_years = in_service(capacity)
    capital = [r for r in ledger if r["investment"]]
    uses = _capital_uses(capital, capex)
    if gw <= 0.0 or gw_years <= 0.0 or not uses:
        return None
    yearly = {
        "energy": _sum(ledger, lambda r: r["leg"] in POWER_BILL),
        "opex": _sum(ledger, lambda r: r["instrument"] == "opex"),
    }
    uses |= {f"{YEAR_OF_GW}{name}": paid / gw_years * gw for name, paid in yearly.items()}
    builders = {str(r["payer"]) for r in capital if _use(r)}
    sources, equity, kept = _outside_money(capital, ledger, builders)
    left = sum(uses.values()) - sum(sources.values())
    sources["own_cash"] = max(left, 0.0)
    if left < 0.0:
        uses["held"] = -left
    return SourcesUses(gw, uses, sources, equity, kept)


def in_service(capacity: Sequence[Row]) -> tuple[float, float]:
    """Most facility GW in service within the calendar, and GW-years over it (means)."""
    power = {str(r["month"]): float(r["facility_mw_mean"]) for r in capacity if r["site"] == "all"}
    if not power:
        return 0.0, 0.0
    gw_years = sum(power.values()) / MONTHS_PER_YEAR / MW_PER_GW
    return max(power.values()) / MW_PER_GW, gw_years


def _use(row: Row) -> str:
    """Use that a line of the ledger is, "" for none."""
    if row["instrument"] == SITE:
        return SITE
    if row["instrument"] in BUILT:
        return BUILT[row["instrument"]]
    if row["leg"] == CONNECTION:
        return CONNECTION
    return "systems" if row["leg"] in CUTS else ""


def _capital_uses(capital: Sequence[Row], capex: Sequence[Row]) -> dict[str, float]:
    """Uses of capital; what sites cost is split as their components are."""
    paid: dict[str, float] = {}
    for row in capital:
        use = _use(row)
        if use:
            paid[use] = paid.get(use, 0.0) + float(row["amount_usd_mean"])
    site = paid.pop(SITE, 0.0)
    part = {
        name: _sum(capex, lambda r, name=name: r["component"] == name, "usd_per_gw_mean")  # type: ignore[misc]
        for name in SITE_PARTS
    }
    whole = sum(part.values())
    out: dict[str, float] = {n: paid[n] for n in ("systems", "network", "storage_cpu") if n in paid}
    if site and whole:
        out |= {name: site * value / whole for name, value in part.items()}
    elif site:
        out[SITE] = site
    if CONNECTION in paid:
        out[CONNECTION] = paid[CONNECTION]
    return out


def _outside_money(
    capital: Sequence[Row], ledger: Sequence[Row], builders: set[str]
) -> tuple[dict[str, float], float, float]:
    """Money that reaches those who build, and equity in all and kept by those who do not build."""
    loans = {r["instrument"] for r in ledger if r["leg"] in ("interest", "principal")}
    equity: dict[str, float] = {}
    prepaid: dict[str, float] = {}
    debt = bridge = 0.0
    for row in capital:
        usd, leg, payer, payee = (
            float(row["amount_usd_mean"]), row["leg"], str(row["payer"]), str(row["payee"]),
        )  # fmt: skip
        if leg in equity_legs():
            equity[payee] = equity.get(payee, 0.0) + usd
        elif leg == "prepayment" and payee in builders and payer not in builders:
            prepaid[payer] = prepaid.get(payer, 0.0) + usd
        elif leg == "draw" and payee in builders:
            debt, bridge = (
                (debt + usd, bridge) if row["instrument"] in loans else (debt, bridge + usd)
            )
        elif leg == "repayment" and payer in builders:
            bridge -= usd
    passed = {
        p: usd if p in builders else min(usd, prepaid.get(p, 0.0)) for p, usd in equity.items()
    }
    own = sum(usd - passed.get(p, 0.0) for p, usd in prepaid.items())
    sources = {
        "equity": sum(passed.values()), "prepayment": own, "loans": debt, "unnamed": bridge,
    }  # fmt: skip
    whole = sum(equity.values())
    return sources, whole, whole - sum(passed.values())


def cumulative_net(ledger: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Party → year → received less paid up to the year's end, mean USD.

    The parties sum to zero in each year; those with the largest swing stand first.
    """
    years = sorted({str(r["month"])[:4] for r in ledger})
    net: dict[str, dict[str, float]] = {}
    for row in ledger:
        for party, sign in ((row["payee"], 1.0), (row["payer"], -1.0)):
            held = net.setdefault(str(party), dict.fromkeys(years, 0.0))
            held[str(row["month"])[:4]] += sign * float(row["amount_usd_mean"])
    for held in net.values():
        total = 0.0
        for year in years:
            total += held[year]
            held[year] = total
    return dict(sorted(net.items(), key=lambda item: -max(map(abs, item[1].values()))))


def margins(
    catalog: Catalog,
    ledger: Sequence[Row],
    capex: Sequence[Row],
    capacity: Sequence[Row],
    system: str,
) -> tuple[Margin, ...]:
    """Revenue, margin and gross profit of each layer for one gigawatt, in the catalog's order.

    Layers overlap (memory and foundry are costs of the chip vendor): gross profit may be added
    over layers, revenue may not.

    Parameters
    ----------
    catalog : with the records of kind "margins".
    ledger, capex, capacity : rows of the tables of a run.
    system : id of the system whose components of capital cost count.
    """
    cost = {r["component"]: (float(r["p10"]), float(r["p90"])) for r in capex
            if r["system"] == system}  # fmt: skip
    _, gw_years = in_service(capacity)
    out = []
    for record in catalog.records["margins"].values():
        yearly = record.text("paid") == "yearly"
        found = _paid_yearly(record, ledger, gw_years) if yearly else _paid_once(record, cost)
        key = "revenue_usd_per_gw_year" if yearly else "revenue_usd_per_gw"
        revenue = found or ends(record.fact(key))
        margin = record.fact("gross_margin_share")
        low, high = ends(margin)
        profit = (revenue[0] * low, revenue[1] * high)
        out.append(
            Margin(record.id, record.name, yearly, revenue, found is not None, margin, profit)
        )
    return tuple(out)


def _paid_yearly(record: Record, ledger: Sequence[Row], gw_years: float) -> Range | None:
    """Mean over the run of what the layer is paid for a GW-year in service."""
    legs = _listed(record, "legs")
    paid = _sum(ledger, lambda r: r["leg"] in legs and not r["investment"])
    return (paid / gw_years,) * 2 if paid > 0.0 and gw_years > 0.0 else None


def _paid_once(record: Record, cost: Mapping[str, Range]) -> Range | None:
    """Share of components of capital cost, from P10 at its low end to P90 at its high end."""
    parts = _listed(record, "revenue_from")
    if not parts or any(p not in cost for p in parts):
        return None
    low, high = ends(record.fact("revenue_of_basis_share"))
    return low * sum(cost[p][0] for p in parts), high * sum(cost[p][1] for p in parts)


def _listed(record: Record, key: str) -> tuple[str, ...]:
    held = record.attributes.get(key, ())
    return tuple(map(str, held)) if isinstance(held, list | tuple) else ()


def ends(fact: Fact) -> Range:
    """Ends of a fact; a number without a range is both of its ends."""
    return ends_of(fact.distribution) or (fact.value, fact.value)


def _sum(rows: Sequence[Row], wanted: Callable[[Row], bool], key: str = "amount_usd_mean") -> float:
    return sum(float(r[key]) for r in rows if wanted(r))
