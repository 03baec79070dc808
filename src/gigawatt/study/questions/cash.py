"""Questions 7 to 12: what it costs, who pays whom, how much is released, and what breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigawatt.money.instruments.equipment_purchase import LEGS_OF_PURCHASE
from gigawatt.money.registry import equity_legs
from gigawatt.study.questions.part import Part, text_part
from gigawatt.study.questions.result import Found
from gigawatt.study.questions.rundata import RunData
from gigawatt.study.questions.worth import recovery, stake_later

if TYPE_CHECKING:
    import polars as pl

# What is bought, not how it is funded.
CAPITAL_LEGS = ("construction", "delivery", "deposit", "acceptance", "connection")
ROUND, VALUED = "nvidia-openai-equity", "openai"  # the one valuation known, and whose it is
LAST_YEAR = 2032  # of the question about the ledger


def capital_cost(run: RunData) -> Found:
    """7: cost of a gigawatt by component, of the programme by year."""
    return Found((run.part("capex_usd_per_gw"), _components(run), _by_year(run)))


def _components(run: RunData) -> Part:
    rows = run.table("capex").select("system", "component", "usd_per_gw_mean", "p10", "p50", "p90")
    return Part(
        "capex_by_component", "Capital cost of a gigawatt by component", "table", "USD/GW",
        "Dollars of the as-of date per facility GW, with IT; means of the components add "
        "up to the total's, percentiles do not.",
        "table capex",
        columns=(
            ("system", ""), ("component", ""), ("mean", "USD/GW"),
            ("p10", "USD/GW"), ("p50", "USD/GW"), ("p90", "USD/GW"),
        ),
        rows=tuple(rows.iter_rows()),
    )  # fmt: skip


def _by_year(run: RunData) -> Part:
    import polars as pl

    spent = run.table("ledger").filter(pl.col("investment") & pl.col("leg").is_in(CAPITAL_LEGS))
    sums = (
        spent.group_by(pl.col("month").str.slice(0, 4).alias("year"), maintain_order=True)
        .agg(pl.col("amount_usd_mean").sum())
        .sort("year")
    )
    years = list(sums.iter_rows())
    total = sum(amount for _, amount in years)
    return Part(
        "capex_by_year", "Capital spent by year", "table", "USD",
        "Mean over draws of what is paid for sites and equipment at first: construction, "
        "connection, deposits, deliveries and payments at acceptance within the calendar of the "
        "run; replacement at the end of life is left out. The last row is their sum.",
        f"table ledger: investment legs {', '.join(CAPITAL_LEGS)}",
        columns=(("year", ""), ("mean", "USD")), rows=(*years, ("all", total)),
    )  # fmt: skip


def ledger(run: RunData) -> Found:
    """8: who pays whom, by quarter to 2032."""
    import polars as pl

    lines = run.table("ledger").filter(pl.col("month").str.slice(0, 4).cast(pl.Int64) <= LAST_YEAR)
    quarter = _quarter(lines)
    flows = (
        lines.with_columns(quarter)
        .group_by("quarter", "payer", "payee", "instrument", maintain_order=True)
        .agg(pl.col("amount_usd_mean").sum())
        .sort("quarter", "amount_usd_mean", descending=[False, True], maintain_order=True)
    )
    sums = (
        lines.group_by("payer", "payee", maintain_order=True)
        .agg(pl.col("amount_usd_mean").sum())
        .sort("amount_usd_mean", descending=True, maintain_order=True)
    )
    definition = (
        f"Mean over draws of all payments to the end of {LAST_YEAR}. Every payment has one payer "
        "and one payee, outside parties included, so that all balances sum to zero."
    )
    matrix = Part(
        "ledger_matrix", "Who pays whom, all quarters", "table", "USD", definition, "table ledger",
        columns=(("payer", ""), ("payee", ""), ("mean", "USD")),
        rows=tuple((run.party(a), run.party(b), v) for a, b, v in sums.iter_rows()),
    )  # fmt: skip
    quarters = Part(
        "ledger_by_quarter", "Who pays whom, by quarter", "table", "USD", definition,
        "table ledger",
        columns=(("quarter", ""), ("payer", ""), ("payee", ""), ("instrument", ""),
                 ("mean", "USD")),
        rows=tuple((q, run.party(a), run.party(b), i, v) for q, a, b, i, v in flows.iter_rows()),
    )  # fmt: skip
    return Found((matrix, quarters))


MOST_LOSERS = 5  # of a stress test


def _quarter(lines: pl.DataFrame) -> pl.Series:
    import polars as pl

    year, month = lines["month"].str.slice(0, 4), lines["month"].str.slice(5, 2).cast(pl.Int64)
    return (year + "-Q" + ((month - 1) // 3 + 1).cast(pl.String)).alias("quarter")


def released(run: RunData) -> Found:
    """9: milestone equity released by date."""
    by_year = run.answer("tranche_released_usd")["by_year"]
    total, rows = 0.0, []
    for year, band in by_year.items():
        total += band["mean"]
        rows.append((year, band["p10"], band["p50"], band["p90"], band["mean"], total))
    table = Part(
        "tranche_released_to_date", "Milestone equity released", "table", "USD",
        "Paid in the year, the month after each gigawatt comes into service, and the mean paid "
        "since the start. Plain equity stands in the next table.",
        "answers.json: tranche_released_usd",
        columns=(
            ("year", ""), ("p10", "USD"), ("p50", "USD"), ("p90", "USD"), ("mean", "USD"),
            ("mean to date", "USD"),
        ),
        rows=tuple(rows),
    )  # fmt: skip
    stake = stake_later(run, ROUND, VALUED)
    return Found((table, _equity(run), *((stake,) if stake else ())))


def _equity(run: RunData) -> Part:
    """Equity of all kinds by year, and the stake it would buy at the one valuation known."""
    import polars as pl

    deal = run.catalog.record("deals", ROUND)
    post_money = deal.value("pre_money_usd") + deal.value("round_usd")
    paid = (
        run.table("ledger")
        .filter(pl.col("leg").is_in(sorted(equity_legs())))
        .group_by(
            pl.col("month").str.slice(0, 4).alias("year"), "payer", "payee", maintain_order=True
        )
        .agg(pl.col("amount_usd_mean").sum())
        .sort("payer", "payee", "year")
    )
    to_date: dict[tuple[str, str], float] = {}
    rows = []
    for year, payer, payee, amount in paid.iter_rows():
        total = to_date[payer, payee] = to_date.get((payer, payee), 0.0) + amount
        stake = total / post_money if payee == VALUED else None
        rows.append((year, run.party(payer), run.party(payee), amount, total, stake))
    return Part(
        "equity_to_date", "Equity of all kinds, and the stake at the valuation of one day", "table",
        "USD",
        "Mean equity paid in the year and since the start, milestone or plain; the stake is what "
        "it would buy if all were priced as the round of "
        f"{deal.fact('pre_money_usd').as_of} (money to date over the value after that round). "
        "Later shares were or will be priced otherwise.",
        f"table ledger: legs tranche and equity; catalog: deals/{ROUND}",
        columns=(
            ("year", ""), ("payer", ""), ("payee", ""), ("mean", "USD"), ("to date", "USD"),
            ("stake", "share"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def circularity(run: RunData) -> Found:
    """10: equity from the vendor over purchases from the vendor."""
    import polars as pl

    lines = run.table("ledger")
    paid = lines.filter(pl.col("leg").is_in(sorted(equity_legs())))
    vendors = set(lines.filter(pl.col("leg").is_in(LEGS_OF_PURCHASE))["payee"])
    investing = sorted(vendors & set(paid["payer"]))
    if not investing:
        none = text_part(
            "vendor_equity", "Equity from a seller of systems",
            "No seller of systems invests in this programme.",
            "Payers of equity among those who are paid for systems.", "table ledger",
        )  # fmt: skip
        return Found((none,))
    rows = []
    for vendor in investing:
        out = float(paid.filter(pl.col("payer") == vendor)["amount_usd_mean"].sum())
        bought = lines.filter(
            (pl.col("payee") == vendor) & pl.col("leg").is_in((*CAPITAL_LEGS, "systems"))
        )
        first = float(bought.filter(pl.col("investment"))["amount_usd_mean"].sum())
        every = float(bought["amount_usd_mean"].sum())
        rows.append((run.party(vendor), out, first, out / first, every, out / every))
    table = Part(
        "circularity", "Equity from the vendor over purchases from it", "table", "share",
        "Mean equity that the vendor pays over mean payments to it for systems, within the "
        "calendar of the run: first purchases, and with replacement. It is the largest part of "
        "those purchases that the vendor's own money can have paid.",
        "table ledger",
        columns=(
            ("vendor", ""), ("equity", "USD"), ("first purchases", "USD"), ("ratio", "share"),
            ("all purchases", "USD"), ("ratio to all", "share"),
        ),
        rows=tuple(rows),
    )  # fmt: skip
    back = run.table("circularity")
    months = [int(n.split("_")[2]) for n in back.columns if n.startswith("back_within_")]
    traced = Part(
        "cash_back", "Equity that comes back as purchases", "table", "share",
        "Share of the vendor's equity that is back as purchases of its systems within so many "
        "months: cash is traced through the pools of all parties, which pay with the mix of money "
        "that they hold. Means of 100 draws, capital payments only.",
        "table circularity",
        columns=(("vendor", ""), *((f"within {n} months", "share") for n in months)),
        rows=tuple(
            (run.party(row["investor"]), *(row[f"back_within_{n}_months_share"] for n in months))
            for row in back.iter_rows(named=True)
        ),
    )  # fmt: skip
    return Found((table, traced))


def debt_capacity(run: RunData) -> Found:
    """11: debt that rents carry, cover of the programme's loans, breaches."""
    carried = Part(
        "debt_capacity", "Debt that rents carry at a cover of 1.3", "table", "USD/GW",
        "Debt per facility GW sculpted so that rent less upkeep is 1.3 times its service over 15 "
        "years, beside the cost of the site without systems.",
        "table debt_capacity",
        columns=(("landlord", ""), ("p10", "USD/GW"), ("p50", "USD/GW"), ("p90", "USD/GW"),
                 ("cost of the site", "USD/GW"), ("debt over cost", "share")),
        rows=tuple(
            (run.party(r["landlord"]), r["debt_usd_per_gw_p10"], r["debt_usd_per_gw_p50"],
             r["debt_usd_per_gw_p90"], r["site_usd_per_gw_p50"], r["gearing_share_p50"])
            for r in run.table("debt_capacity").iter_rows(named=True)
        ),
    )  # fmt: skip
    covered = Part(
        "cover", "Cover of the programme's own loans", "table", "ratio",
        "Least yearly cash flow before debt service over service, and the share of draws in which "
        "it falls below 1.15 (nothing is distributed) and 1.05 (default).",
        "table cover",
        columns=(("borrower", ""), ("p10", ""), ("p50", ""), ("largest debt", "USD"),
                 ("below 1.15", "share"), ("below 1.05", "share")),
        rows=tuple(
            (run.party(r["borrower"]), r["least_dscr_p10"], r["least_dscr_p50"],
             r["peak_debt_usd_mean"], r["probability_below_lockup"], r["probability_below_default"])
            for r in run.table("cover").iter_rows(named=True)
        ),
    )  # fmt: skip
    back = recovery(run)
    return Found((carried, covered, *((back,) if back else ())))


def shocks(run: RunData) -> Found:
    """12: who loses what in each stress test."""
    import polars as pl

    table = run.table("stress")
    losers = (
        table.filter(pl.col("loss_usd_mean") > 0.0)
        .sort("loss_usd_mean", descending=True, maintain_order=True)
        .group_by("scenario", maintain_order=True)
        .head(MOST_LOSERS)
    )
    order = list(dict.fromkeys(table["scenario"]))
    rows = sorted(losers.iter_rows(named=True), key=lambda r: order.index(r["scenario"]))
    lost = Part(
        "stress_losses", "Who loses most", "table", "USD",
        "Value at 10 % a year that a party loses against the base case on the same draws; the five "
        "that lose most. Table stress has all parties, and who gains.",
        "table stress",
        columns=(("scenario", ""), ("party", ""), ("mean", "USD"), ("p10", "USD"), ("p90", "USD")),
        rows=tuple(
            (r["scenario"], run.party(r["party"]), r["loss_usd_mean"], r["loss_usd_p10"],
             r["loss_usd_p90"])
            for r in rows
        ),
    )  # fmt: skip
    meant = table.select("scenario", "title").unique(maintain_order=True)
    what = Part(
        "stress_tests", "What each test changes", "table", "",
        "Scenarios, each on the draws of the base case.", "table stress",
        columns=(("scenario", ""), ("what", "")), rows=tuple(meant.iter_rows()),
    )  # fmt: skip
    return Found((lost, what, _calls(run, table)))


def _calls(run: RunData, table: pl.DataFrame) -> Part:
    """Guarantees called and bills unpaid in each test."""
    import polars as pl

    told = ("guarantees_usd_mean", "unpaid_usd_mean", "relet_usd_mean")
    hit = table.filter(pl.any_horizontal(pl.col(c) > 0.0 for c in told if c in table.columns))
    return Part(
        "stress_calls", "Guarantees called and bills unpaid", "table", "",
        "Mean paid under guarantees and backstops, mean owed under contracts and not paid, mean "
        "received from others who take a hall or capacity, and the share of draws whose least "
        "yearly cover is below 1.05.",
        "table stress",
        columns=(("scenario", ""), ("party", ""), ("guarantees", "USD"), ("unpaid", "USD"),
                 ("let again", "USD"), ("below 1.05", "share")),
        rows=tuple(
            (r["scenario"], run.party(r["party"]), r["guarantees_usd_mean"], r["unpaid_usd_mean"],
             r.get("relet_usd_mean"), r["probability_below_default"])
            for r in hit.iter_rows(named=True)
        ),
    )  # fmt: skip
