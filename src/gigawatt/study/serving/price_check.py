"""The market of tokens year by year, and its prices against what is told: tables of the docs.

    python -m gigawatt.study.serving.price_check docs/inference.md

puts them between the marks. They are of one bundled programme's serving workload. Nothing here is
used in a run: the level of prices comes from revenue per gigawatt-year, these figures check it.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.impact.tokens import demand_growth, token_demand
from gigawatt.money.inputs import MoneyInputs, money_inputs
from gigawatt.program.blocks import make_blocks
from gigawatt.program.load import load_program
from gigawatt.program.model import Workload
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import HOURS_PER_YEAR, MONTHS_PER_YEAR
from gigawatt.study.serving.market_fleet import (
    BASE,
    COUNTED,
    RECORD,
    MarketFleet,
    market_axis,
    market_fleet,
    power_growth,
)
from gigawatt.study.serving.token_market import Quote, market_quote
from gigawatt.uncertainty.streams import Streams
from gigawatt.uncertainty.summary import bands

PROGRAMME, DRAWS, SEED = "openai-nvidia-2025-09", 2000, 1
COMPARED_YEAR = 2028  # from which on the ageing of one and the same system is told
MILLION, TOKENS_UNIT = 1e6, 1e15


@dataclass(frozen=True, slots=True)
class Check:
    """A market with all that its figures follow from."""

    catalog: Catalog
    streams: Streams
    workload: Workload
    fleet: MarketFleet
    money: MoneyInputs
    quote: Quote

    @property
    def axis(self) -> MonthAxis:
        """Months of the market."""
        return self.fleet.axis

    def month(self, text: str) -> int:
        """Place of a month "2025-02" on the axis."""
        return int(self.axis.position(dt.date.fromisoformat(f"{text[:7]}-15")))

    def price(self, month: int, input_per_output: float | None = None) -> Array:
        """USD a million tokens, prompts and answers together, (D,)."""
        ratio = self.workload.input_tokens / self.workload.output_tokens
        ratio = ratio if input_per_output is None else input_per_output
        q = self.quote
        whole = q.output_usd_per_million[:, month] + ratio * q.input_usd_per_million[:, month]
        return np.asarray(whole / (1.0 + ratio))

    def drawn(self, path: str) -> Array:
        """Draws of a fact, (D,)."""
        return self.streams.sample(path, self.catalog.fact(path).distribution)

    def hour_usd(self, system: str, month: int) -> Array:
        """What an installed hour of a serving package brings at the market's use, (D,)."""
        k = self.fleet.systems.index(system)
        answers = self.quote.generation_tokens[:, k, month] / self.fleet.packages_per_gw[:, k]
        ratio = self.workload.input_tokens / self.workload.output_tokens
        tokens = answers * (1.0 + ratio) / HOURS_PER_YEAR
        return tokens * self.price(month) / MILLION * self.money.assumptions.anchor_use_share


def make_check(name: str = PROGRAMME, draws: int = DRAWS) -> Check:
    """Market of the first serving workload of a programme."""
    loaded, streams = load_program(name), Streams(SEED, draws)
    program, catalog = loaded.program, loaded.catalog
    axis = MonthAxis.between(program.start, program.horizon)
    money = money_inputs(program, catalog, make_blocks(program, catalog, streams), axis, streams)
    life = money.assumptions.it_life_years
    fleet = market_fleet(catalog, streams, market_axis(axis), life)
    workload = next(w for w in program.workloads if w.kind == "serve")
    quote = market_quote(workload, fleet, catalog, money, streams)
    return Check(catalog, streams, workload, fleet, money, quote)


def market_table(c: Check) -> str:
    """Fleet, tokens, price and the balance that independent facts give, by year."""
    families = ("hopper", "blackwell", "rubin")
    family = np.array([
        "later" if later else c.catalog.record("systems", s).text("generation")
        for s, later in zip(c.fleet.systems, c.fleet.gain.mean(axis=0) != 1.0, strict=True)
    ])  # fmt: skip
    heads = (
        "middle of", *families, "later", "revenue of a GW-year, bn USD",
        "tokens sold a GW-year, 10^15", "price, USD a million", "asked / capacity",
    )  # fmt: skip
    rows: list[tuple[str, ...]] = [heads]
    last = c.axis.first_day(c.axis.count - 1).year
    for year in range(2025, last + 1):
        month = c.month(f"{year}-07")
        share = c.fleet.share[:, :, month].mean(axis=0)
        sold = c.quote.sold_tokens_per_gw_year[:, month]
        earned = sold * c.price(month) / MILLION
        rows.append((
            str(year), *(f"{100 * share[family == f].sum():.0f} %" for f in (*families, "later")),
            _band(earned / 1e9, 1), _band(sold / TOKENS_UNIT, 0), _band(c.price(month), 3),
            _band(balance(c, year), 1) if year > COUNTED.year else "",
        ))  # fmt: skip
    return _table(rows)


def balance(c: Check, year: int) -> Array:
    """Tokens asked for over what the world's serving power can sell, both since the counts, (D,).

    Demand, power and tokens per gigawatt are facts that know nothing of each other.
    """
    own = {k: c.drawn(f.path) for k, f in c.catalog.record(*RECORD).facts.items()}
    month = c.month(f"{year}-07")
    since = (month - c.axis.position(BASE)) / MONTHS_PER_YEAR
    power = own["facility_2025_gw"] * power_growth(np.full((1, 1), since), own)[:, 0]
    sold = c.quote.sold_tokens_per_gw_year
    tokens = sold[:, month] / sold[:, c.month(COUNTED.isoformat())]
    asked = c.fleet.counted_gw * demand_growth(c.catalog, c.streams, year)
    return np.asarray(asked / (power * tokens))


def check_table(c: Check) -> str:
    """Told figures beside the market's."""
    record = c.catalog.record
    rows: list[tuple[str, ...]] = [("what", "date", "told", "model, P10 / P50 / P90", "ratio",
                                    "why they differ")]  # fmt: skip

    def row(what: str, date: str, told: float, values: Array, digits: int, why: str) -> None:
        ratio = told / float(np.median(values))
        rows.append((what, date, f"{told:.{digits}f}", _band(values, digits), f"{ratio:.1f}", why))

    served = record("prices", "served-tokens")
    for key, name, why in (
        ("token-deepseek-v3", "DeepSeek V3, list price, USD a million",
         "the same model; half off peak"),
        ("token-gpt-5", "GPT-5, list price, USD a million",
         "another model, of unknown size; a part of use is free or discounted"),
    ):  # fmt: skip
        r = record("prices", key)
        date = str(r.attributes["as_of"])
        told = (4.0 * r.value("input_usd_per_million_tokens")
                + r.value("output_usd_per_million_tokens")) / 5.0  # fmt: skip
        row(name, date, told, c.price(c.month(date)), 2, why)
    fact = served.fact("list_usd_per_million_tokens")
    row("DeepSeek's day at list prices, USD a million", fact.as_of, fact.value,
        c.price(c.month(fact.as_of), 608.0 / 168.0), 2,
        "theoretical: web and app are free, nights cheaper; R1's price on V3's cost")  # fmt: skip
    rent = record("prices", "h100-gpu-hour")
    for key in ("contract_2025_usd_per_gpu_hour", "contract_2026_usd_per_gpu_hour"):
        fact = rent.fact(key)
        row("H100-hour: rent told, revenue of a serving one", fact.as_of, fact.value,
            c.hour_usd("h100-sxm", c.month(fact.as_of)), 2,
            "the tenant's margin, and what it rents to train on")  # fmt: skip
    date = "2025-10"
    rented = rent.value("contract_2025_usd_per_gpu_hour")
    row("gross margin on H100 rented at that price, %", date,
        100.0 * c.drawn("world/openai/gross_margin_2025_share").mean(),
        100.0 * (1.0 - rented / c.hour_usd("h100-sxm", c.month(date))), 0,
        "one lab's 33 %: its rents are dearer and longer, its staff is in it")  # fmt: skip
    first, last = c.month(f"{COMPARED_YEAR}-07"), c.axis.count - 1
    years = (last - first) / MONTHS_PER_YEAR
    aged = c.hour_usd("vr200-nvl72", last) / c.hour_usd("vr200-nvl72", first)
    row("revenue of one Vera Rubin, a year later over now", f"{COMPARED_YEAR} on",
        record("prices", "gpu-hour-outlook").value("drift_yearly_factor"), aged ** (1.0 / years), 2,
        "told: rent of one and the same chip; price of used ones 0.72")  # fmt: skip
    counted = token_demand(c.catalog, c.streams, COUNTED.year) / demand_growth(
        c.catalog, c.streams, COUNTED.year
    )
    sold = c.quote.sold_tokens_per_gw_year[:, c.month(COUNTED.isoformat())] / TOKENS_UNIT
    row("tokens of a GW-year in service, 10^15", COUNTED.isoformat()[:7],
        float(np.median(counted / c.fleet.counted_gw)) / TOKENS_UNIT, sold, 1,
        "counted tokens are of larger models and worse plans than the yardstick's, and little of "
        "the power serves what is counted; a price is per token of the yardstick")  # fmt: skip
    return _table(rows)


def _band(values: Array, digits: int) -> str:
    return " / ".join(f"{v:.{digits}f}" for v in bands(np.asarray(values, dtype=float)))


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *body = rows
    lines = ["| " + " | ".join(r) + " |" for r in (head, *body)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def write(page: Path) -> None:
    """Put the tables between the marks of a page."""
    c, text = make_check(), page.read_text(encoding="utf-8")
    for name, made in (("market", market_table(c)), ("prices", check_table(c))):
        start, end = (f"<!-- {name}: {k} -->" for k in ("start", "end"))
        before, rest = text.split(start)
        text = f"{before}{start}\n\n{made}\n\n{end}{rest.split(end)[1]}"
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
