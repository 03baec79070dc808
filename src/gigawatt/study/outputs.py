"""Registered outputs of a chunk: what is kept of each draw, and what only as a sum over draws.

Everything else of a chunk is dropped, so that memory does not grow with the number of layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.impact.capacity import tokens_per_day_per_gw, training_flop_per_gw
from gigawatt.quantity.arrays import NEVER, Array
from gigawatt.quantity.units import MW_PER_GW
from gigawatt.study.chain import Chain
from gigawatt.study.gigawatts import gigawatt_dates
from gigawatt.study.serving.token_sales import PARTS, phase_tokens, token_draws

LedgerKey = tuple[str, str, str, str, bool]  # payer, payee, instrument, leg, investment
TRAINING_DAYS = 100.0
SMOOTHING_MONTHS = 3  # a building's racks are dated to one day; a quarter is what logistics sees


@dataclass(frozen=True, slots=True)
class ChunkOutput:
    """What is kept of a chunk.

    Attributes
    ----------
    draws : name → array with the draw as first axis.
    sums : name → sum over the chunk's draws (means come from them).
    ledger : line → (D, M) USD.
    record : input name → (D,) drawn values, inputs with a spread only.
    """

    draws: dict[str, Array]
    sums: dict[str, Array]
    ledger: dict[LedgerKey, Array]
    record: dict[str, Array]


def chunk_output(chain: Chain, record: dict[str, Array]) -> ChunkOutput:
    """Registered outputs of a chain."""
    blocks, schedule = chain.blocks, chain.schedule
    tokens = phase_tokens(
        chain.sales, chain.market, blocks, schedule, chain.money, chain.owner, chain.delivered,
        chain.demand, chain.rates, chain.energy,
    )  # fmt: skip
    draws = {
        "energised": schedule.energised,
        "equipped": schedule.equipped,
        "in_service": schedule.in_service,
        "binding": schedule.binding.astype(float),
        "block_facility_mw": blocks.facility_power_mw,
        "facility_mw_end": chain.capacity.facility_mw_end,
        "gw_dates": gigawatt_dates(schedule.in_service, blocks.facility_power_mw),
        "programme_gw": blocks.facility_power_mw.sum(axis=1) / MW_PER_GW,
        "racks_per_week_peak": _racks_per_week_peak(chain),
        "gap_usd": chain.ledger.gap_usd,
        "tranche_released_usd": chain.ledger.tranche_released_usd,
        "capex_total_usd_per_gw": chain.capex.total_usd_per_gw,
        "tokens_per_day_per_gw": tokens_per_day_per_gw(
            chain.blocks, chain.rates, chain.demand, chain.schedule
        ),
        "training_flop_100_days_per_gw": TRAINING_DAYS
        * training_flop_per_gw(chain.blocks, chain.rates, chain.demand, chain.schedule),
        **_per_system(chain),
        **{f"capex/{name}": value for name, value in chain.capex.components.items()},
        **{f"impact/{name}": getattr(chain.impact, name) for name in IMPACT_METRICS},
        **token_draws(chain.market, tokens, chain.axis.years()),
    }
    sums = {
        **{f"tokens/{part}": tokens.serving_cost_usd(part).sum(axis=(0, 2)) for part in PARTS},
        "packages_avg": chain.capacity.packages_avg.sum(axis=(0, 2)),
        "delivered_package_hours": chain.delivered.delivered_package_hours.sum(axis=(0, 1, 2, 3)),
        "it_mwh": (chain.delivered.it_power_avg_mw * chain.axis.hours()).sum(axis=0),
        "supply_mwh": chain.energy.supply_mwh.sum(axis=0),
        "energy_cost_usd": chain.energy.energy_cost_usd.sum(axis=0),
        "co2_t": chain.energy.co2_t.sum(axis=0),
        "water_m3": chain.energy.water_m3.sum(axis=0),
        **{
            f"lost/{cause}": hours.sum(axis=(0, 1))
            for cause, hours in chain.delivered.lost_package_hours.items()
        },
    }
    ledger: dict[LedgerKey, Array] = {}
    for e in chain.ledger.entries:
        key = (e.payer, e.payee, e.instrument, e.leg, e.investment)
        ledger[key] = ledger[key] + e.amount_usd if key in ledger else e.amount_usd
    return ChunkOutput(draws, sums, ledger, dict(record))


IMPACT_METRICS: dict[str, str] = {
    "training_flop": "FLOP",
    "output_tokens": "tokens",
    "input_tokens": "tokens",
    "energy_twh": "TWh",
    "co2_mt": "Mt",
    "water_million_m3": "million m3",
    "h100_equivalents_end": "H100 equivalents",
    "world_stock_h100_equivalents": "H100 equivalents",
    "share_of_world_stock": "share",
}


def _racks_per_week_peak(chain: Chain) -> Array:
    """Largest delivery of racks a week over any three months, (D,)."""
    monthly = chain.capacity.racks_delivered.sum(axis=1)
    weeks = chain.axis.hours() / (24.0 * 7.0)
    kernel = np.ones(SMOOTHING_MONTHS)
    cumulated = np.apply_along_axis(np.convolve, 1, monthly, kernel, mode="valid")
    return np.asarray((cumulated / np.convolve(weeks, kernel, mode="valid")).max(axis=1))


def _per_system(chain: Chain) -> dict[str, Array]:
    """Packages and racks per facility GW, over the programme and of each system."""
    blocks = chain.blocks
    out = {
        "packages": blocks.packages.sum(axis=1),
        "racks": blocks.racks.sum(axis=1),
        "dies": (blocks.packages * chain.dies_per_package[blocks.system]).sum(axis=1),
    }
    groups = {"": np.ones(blocks.count, dtype=bool)}
    groups |= {f"/{g}": blocks.system == k for k, g in enumerate(blocks.systems)}
    for suffix, mask in groups.items():
        gw = blocks.facility_power_mw[:, mask].sum(axis=1) / MW_PER_GW
        out[f"packages_per_gw{suffix}"] = blocks.packages[:, mask].sum(axis=1) / gw
        out[f"racks_per_gw{suffix}"] = blocks.racks[:, mask].sum(axis=1) / gw
    return out


def merge(chunks: Sequence[ChunkOutput]) -> ChunkOutput:
    """Outputs of all chunks in their order: draws put end to end, sums added."""
    first = chunks[0]
    width = max(c.draws["gw_dates"].shape[1] for c in chunks)
    draws = {}
    for name in first.draws:
        parts = [c.draws[name] for c in chunks]
        if name == "gw_dates":  # chunks may reach different numbers of gigawatts
            parts = [
                np.pad(p, ((0, 0), (0, width - p.shape[1])), constant_values=NEVER) for p in parts
            ]
        draws[name] = np.concatenate(parts)
    return ChunkOutput(
        draws,
        {name: np.sum([c.sums[name] for c in chunks], axis=0) for name in first.sums},
        {key: np.concatenate([c.ledger[key] for c in chunks]) for key in first.ledger},
        {name: np.concatenate([c.record[name] for c in chunks]) for name in first.record},
    )
