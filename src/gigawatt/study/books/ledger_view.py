"""The ledger of a programme as people read it: who pays whom by quarter, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.energy.site_plan import SitePlan
from gigawatt.money.accounts import HELD, POWER_BILL
from gigawatt.money.instruments import bridge
from gigawatt.money.instruments.dsra_and_waterfall import covenants
from gigawatt.money.metrics import (
    borrowers,
    claims_usd,
    cover,
    equity_stakes,
    party_results,
    terminal_usd,
)
from gigawatt.money.registry import equity_legs, sides
from gigawatt.money.result import Entry
from gigawatt.money.retirement import SALVAGE
from gigawatt.money.returns import need_after_operation_usd, net_by_party
from gigawatt.money.statements import Statement, statements
from gigawatt.money.tracing import circularity
from gigawatt.performance.result import ServeRate
from gigawatt.program.instruments import KINDS
from gigawatt.program.load import Loaded
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import SECONDS_PER_HOUR
from gigawatt.study.books.stress import DISCOUNT, without_bridge
from gigawatt.study.chain import Chain, run_chain
from gigawatt.uncertainty.streams import Streams
from gigawatt.uncertainty.summary import bands

PERIODS = ("month", "quarter", "year", "all")
PAID_BACK = ("repayment", bridge.SWEEP)
FUNDING_LEGS = ("draw", *PAID_BACK, "prepayment")  # and equity
RETURN_MONTHS = (3, 12, 24, 36)


@dataclass(frozen=True, slots=True)
class LedgerView:
    """A settled programme.

    Attributes
    ----------
    loaded, chain : what was run.
    periods : label of each period, in order.
    of_month : (M,) period of each month.
    """

    loaded: Loaded
    chain: Chain
    periods: tuple[str, ...]
    of_month: IntArray


def ledger_view(
    loaded: Loaded,
    draws: int,
    seed: int,
    period: str = "quarter",
    plans: Mapping[str, SitePlan] | None = None,
) -> LedgerView:
    """Run a programme and cut its calendar into periods; `plans` as in `run_chain`."""
    chain = run_chain(loaded, Streams(seed, draws), plans=plans)
    periods, of_month = _periods(chain.axis, period)
    return LedgerView(loaded, chain, periods, of_month)


def rows(view: LedgerView) -> Iterator[dict[str, Any]]:
    """One row a line of the ledger and period in which it moves: mean, P10, P50, P90, USD."""
    for e in view.chain.ledger.entries:
        total = _by_period(view, e.amount_usd)
        mean, (low, middle, high) = total.mean(axis=0), bands(total)
        for k in np.flatnonzero(mean > 0.0):
            yield {
                "payer": e.payer, "payee": e.payee, "instrument": e.instrument, "leg": e.leg,
                "investment": e.investment, "period": view.periods[k], "usd_mean": float(mean[k]),
                "usd_p10": float(low[k]), "usd_p50": float(middle[k]), "usd_p90": float(high[k]),
            }  # fmt: skip


def matrix(view: LedgerView) -> dict[tuple[str, str, str], Array]:
    """(payer, payee, instrument) → mean USD by period, (P,)."""
    out: dict[tuple[str, str, str], Array] = {}
    for e in view.chain.ledger.entries:
        key = (e.payer, e.payee, e.instrument)
        amount = _by_period(view, e.amount_usd).mean(axis=0)
        out[key] = out.get(key, 0.0) + amount
    return {k: v for k, v in out.items() if v.sum() > 0.0}


def net_of_parties(view: LedgerView) -> dict[str, Array]:
    """Party → mean net cash by period, (P,); over all parties zero."""
    net = net_by_party(view.chain.ledger)
    return {p: _by_period(view, v).mean(axis=0) for p, v in net.items()}


def party_table(view: LedgerView, discount_share: float = DISCOUNT) -> list[dict[str, Any]]:
    """Value, return, payback and need of each party.

    What no named instrument covers counts as the party's own money. A rate of return is told where
    at least half of the draws have one rate and the party pays before it is paid.
    """
    chain, own = view.chain, without_bridge(view.chain)
    terminal = terminal_usd(own, chain.money.assumptions.resale_yearly_factor, chain.money.defaults)
    found = []
    nets = net_by_party(own)
    for party, r in party_results(own, discount_share, terminal).items():
        net = nets[party]
        invests = np.take_along_axis(net, (net != 0.0).argmax(axis=1)[:, None], axis=1)[:, 0] < 0.0
        one = (r.irr_roots == 1) & invests
        found.append({
            "party": party,
            **_band("npv_usd", r.npv_usd),
            "irr_share_p50": float(np.median(r.irr_share[one])) if one.mean() >= 0.5 else None,
            "share_of_draws_with_one_irr": float(one.mean()),
            "share_of_draws_with_several_irr": float(np.mean(r.irr_roots > 1)),
            "payback": _date(chain.axis, float(bands(r.payback_months)[1])),
            **_band("peak_need_usd", r.peak_need_usd),
            "terminal_usd_mean": float(terminal[party].mean()),
        })  # fmt: skip
    return found


def gap_table(view: LedgerView) -> dict[str, Any]:
    """Peak of the funding gap by investment alone and with operation, and whose it is."""
    chain, ledger = view.chain, view.chain.ledger
    bridges = {c.id for c in chain.money.of_kind(bridge.KIND)} | {bridge.KIND}
    needs = need_after_operation_usd(ledger, bridge.bridged_parties(chain.money), bridges)
    whole = np.sum(list(needs.values()), axis=0)
    month = int(whole.mean(axis=0).argmax())
    drawn: dict[str, Array] = {}
    for e in ledger.entries:
        if e.instrument in bridges and e.leg in ("draw", *PAID_BACK):
            party, sign = (e.payee, 1.0) if e.leg == "draw" else (e.payer, -1.0)
            drawn[party] = drawn.get(party, 0.0) + sign * e.amount_usd
    top = int(ledger.gap_usd.mean(axis=0).argmax())
    balance = {p: np.cumsum(x, axis=1).mean(axis=0) for p, x in drawn.items()}
    return {
        **_band("investment_gap_peak_usd", ledger.gap_usd.max(axis=1)),
        "investment_gap_peak_month": chain.axis.labels()[top],
        "investment_gap_by_party_usd": {p: float(x[top]) for p, x in balance.items()},
        **_band("gap_with_operation_peak_usd", whole.max(axis=1)),
        "gap_with_operation_peak_month": chain.axis.labels()[month],
        "gap_with_operation_by_party_usd": {p: float(x[:, month].mean()) for p, x in needs.items()},
    }


def funding_table(view: LedgerView) -> list[dict[str, Any]]:
    """Who has paid for the build-out by the month of the largest gap: mean by instrument."""
    ledger = view.chain.ledger
    top = int(ledger.gap_usd.mean(axis=0).argmax()) + 1
    found: dict[tuple[str, str, str], float] = {}
    for e in ledger.entries:
        funds = e.leg in FUNDING_LEGS or e.leg in equity_legs()
        if funds and (e.investment or e.leg in PAID_BACK):
            back = e.leg in PAID_BACK
            usd = float(e.amount_usd[:, :top].sum(axis=1).mean())
            key = (e.instrument, *((e.payee, e.payer) if back else (e.payer, e.payee)))
            found[key] = found.get(key, 0.0) + (-usd if back else usd)
    return [
        {"instrument": i, "from": a, "to": b, "usd_mean": usd}
        for (i, a, b), usd in sorted(found.items(), key=lambda kv: -kv[1])
        if usd > 0.0
    ]


def cover_table(view: LedgerView) -> list[dict[str, Any]]:
    """Cover of each borrower: least yearly DSCR, LLCR, breaches of covenants."""
    out = []
    for party in borrowers(view.chain.ledger):
        c = cover(view.chain.ledger, party, view.chain.axis.years())
        life, serving = c.llcr[np.isfinite(c.llcr)], np.isfinite(c.least_dscr)
        if not serving.any():
            continue
        lockup, default = covenants(view.chain.money, party)
        out.append({
            "borrower": party,
            **_band("least_dscr", c.least_dscr[serving]),
            "llcr_p50": float(np.median(life)) if life.size else None,
            "peak_debt_usd_mean": float(c.peak_debt_usd.mean()),
            "probability_below_lockup": float(np.mean(c.least_dscr < lockup)),
            "probability_below_default": float(np.mean(c.least_dscr < default)),
        })  # fmt: skip
    return out


def claim_table(view: LedgerView) -> list[dict[str, Any]]:
    """What each party holds against each other: the largest, and at the calendar's end."""
    found = claims_usd(view.chain.ledger)
    return sorted(
        (
            {"holder": a, "debtor": b, "peak_usd": float(v.max()), "end_usd": float(v[-1])}
            for (a, b), v in found.items()
        ),
        key=lambda row: -row["peak_usd"],
    )


def circularity_table(view: LedgerView) -> list[dict[str, Any]]:
    """Of each party that both invests equity and sells systems: what of its cash comes back."""
    entries = view.chain.ledger.entries
    sellers = {e.payee for e in entries if e.leg in ("deposit", "delivery")}
    payers = {e.payer for e in entries if e.leg in equity_legs()}
    out = []
    for party in sorted(sellers & payers):
        c = circularity(view.chain.ledger, party)
        shares = {f"back_within_{n}_months_share": c.back_share(n) for n in RETURN_MONTHS}
        out.append({
            "investor": party, "equity_usd": c.paid_usd, "systems_sold_usd": c.bought_usd,
            "equity_over_systems_share": c.content_share, **shares,
        })  # fmt: skip
    return out


def stake_table(view: LedgerView) -> list[dict[str, Any]]:
    """Stakes that equity with a stated value buys, at the end of the calendar."""
    terms = {c.id: c.terms for c in view.chain.money.contracts if KINDS[c.kind].equity}
    found = equity_stakes(view.chain.ledger, terms)
    return [
        {"investor": a, "issuer": b, "instrument": i, **_band("stake_share", v[:, -1])}
        for (a, b, i), v in found.items()
    ]


def memo_table(view: LedgerView) -> list[dict[str, Any]]:
    """What moves no cash, mean over the calendar."""
    return [
        {"from": e.payer, "to": e.payee, "instrument": e.instrument, "what": e.leg,
         "usd_mean": float(e.amount_usd.sum(axis=1).mean())}
        for e in view.chain.ledger.memo
    ]  # fmt: skip


def statement_tables(view: LedgerView) -> dict[str, Statement]:
    """Income, cash flow and balance sheet of the named parties."""
    named = set(view.loaded.program.parties)
    return {p: s for p, s in statements(view.chain.ledger).items() if p in named}


def cost_table(view: LedgerView, discount_share: float = DISCOUNT) -> dict[str, Any]:
    """Levelised cost of a useful package-hour and of a million output tokens, by part.

    A workload's tokens bear the mean cost of a package-hour, whichever system made them.

    Payments to outside parties for what the programme uses, less what systems and sites are worth
    at the end, over useful package-hours, both discounted, mean over the draws. Payments between
    the programme's parties, financing and taxes are not in it: it is the cost of resources at that
    rate, whoever bears it.
    """
    chain = view.chain
    wait = (np.arange(chain.axis.count) + 0.5) / 12.0
    factor = np.asarray((1.0 + discount_share) ** -wait, dtype=float)
    hours = chain.delivered.delivered_package_hours.sum(axis=(1, 2, 3)) @ factor
    known = hours > 0.0
    if not known.any():
        return {}
    parts = {name: np.zeros(len(hours)) for name in _COST}
    for e in chain.ledger.entries:
        if _cost_part(e):
            parts[_cost_part(e)] += e.amount_usd @ factor
    end = float(factor[-1])
    left = terminal_usd(chain.ledger, chain.money.assumptions.resale_yearly_factor)
    values = _standing(view, left)
    sold = [e.amount_usd @ factor for e in chain.ledger.entries if e.leg == SALVAGE]
    parts["less_value_at_end"] = -(values * end + sum(sold, np.zeros(len(hours))))
    out = {k: float((v[known] / hours[known]).mean()) for k, v in parts.items()}
    total = sum(parts.values(), np.zeros(len(hours)))[known] / hours[known]
    per_hour = out | {"total": float(total.mean())}
    return {
        "usd_per_package_hour": per_hour,
        **_band("total_usd_per_package_hour", total),
        "usd_per_million_output_tokens": {
            name: {part: usd * hours_per_m for part, usd in per_hour.items()}
            for name, hours_per_m in _hours_per_million(chain, factor).items()
        },
    }


def _hours_per_million(chain: Chain, discount: Array) -> dict[str, float]:
    """Useful package-hours per million output tokens of each serving workload, mean."""
    out = {}
    done = chain.delivered.delivered_package_hours  # (D, S, G, W, M)
    for w, (name, rates) in enumerate(zip(chain.rates.workloads, chain.rates.rates, strict=True)):
        if not isinstance(rates[0], ServeRate):
            continue
        per_hour = np.array([getattr(r, "output_tokens_per_s_per_package", 0.0) for r in rates])
        hours = done[:, :, :, w].sum(axis=1)  # (D, G, M)
        tokens = hours * chain.rates.factor[:, w] * per_hour[:, None] * SECONDS_PER_HOUR
        made = (tokens.sum(axis=1) @ discount).mean()
        if made > 0.0:
            out[name] = float((hours.sum(axis=1) @ discount).mean() / made * 1e6)
    return out


def _standing(view: LedgerView, left: Mapping[str, Array]) -> Array:
    """Value of systems and sites at the end: claims between parties cancel over all of them."""
    return np.asarray(np.sum(list(left.values()), axis=0) - _equity_at_cost(view))


def _equity_at_cost(view: LedgerView) -> Array:
    held = [e.amount_usd.sum(axis=1) for e in view.chain.ledger.entries
            if sides(e.instrument, e.leg).payer == HELD]  # fmt: skip
    return np.asarray(sum(held, np.zeros(view.chain.ledger.gap_usd.shape[0])))


_COST = ("systems", "network_storage", "site", "renewal", "energy", "operation")


def _cost_part(e: Entry) -> str:
    """Part of the cost of resources that a payment is, "" for none."""
    if e.instrument in ("network", "storage_cpu"):
        return "network_storage"
    if e.instrument in ("site_capex", "refresh", "opex"):
        return {"site_capex": "site", "refresh": "renewal", "opex": "operation"}[e.instrument]
    if e.leg in (*POWER_BILL, "connection"):
        return "energy"
    return "systems" if e.leg in ("deposit", "delivery", "acceptance") else ""


def _by_period(view: LedgerView, amount: Array) -> Array:
    """(D, M) amounts summed by period, (D, P)."""
    starts = np.flatnonzero(np.diff(view.of_month, prepend=-1))
    return np.asarray(np.add.reduceat(amount, starts, axis=1))


def _periods(axis: MonthAxis, period: str) -> tuple[tuple[str, ...], IntArray]:
    years, months = axis.years(), axis.months_of_year()
    if period == "all":
        return ("all",), np.zeros(axis.count, dtype=np.int64)
    if period == "month":
        return tuple(axis.labels()), np.arange(axis.count, dtype=np.int64)
    labels = [
        f"{y}" if period == "year" else f"{y}-Q{m // 3 + 1}"
        for y, m in zip(years, months, strict=True)
    ]
    names = tuple(dict.fromkeys(labels))
    place = {n: k for k, n in enumerate(names)}
    return names, np.array([place[x] for x in labels], dtype=np.int64)


def _band(name: str, values: Array) -> dict[str, float | None]:
    low, middle, high = bands(values)
    return {f"{name}_p10": float(low), f"{name}_p50": float(middle), f"{name}_p90": float(high),
            f"{name}_mean": float(values.mean())}  # fmt: skip


def _date(axis: MonthAxis, month: float) -> str | None:
    """Payback as a month; None = never within the calendar, "" = never below zero."""
    if month <= 0.0:
        return ""
    date = axis.date(month)
    return date.strftime("%Y-%m") if date and month < axis.count else None
