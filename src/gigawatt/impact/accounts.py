"""Yearly accounts of a programme: work done, footprint, share of the world's compute.

    training FLOP = sum over train and research of
                    useful package-hours x 3600 x tokens/s x FLOP/token x factor
    tokens        = sum over serve of useful package-hours x 3600 x tokens/s x factor
    energy, CO2, water: what the energy layer accounts, summed
    stock         = packages in service at year end x H100 equivalents of one

A year is the sum of its months on the calendar: a first or last year that the calendar holds only
part of is a part-year sum. Leaves out: embodied carbon, water of the grid's plants, quality of the
tokens.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog
from gigawatt.energy.result import EnergyResult
from gigawatt.impact.assumptions import ImpactAssumptions
from gigawatt.impact.result import ImpactResult
from gigawatt.impact.world import h100_equivalents_per_package, world_stock
from gigawatt.operations.result import Delivered
from gigawatt.performance.result import RateTable, ServeRate, TrainRate
from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Program
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.units import MWH_PER_TWH, SECONDS_PER_HOUR
from gigawatt.schedule.result import Capacity
from gigawatt.uncertainty.streams import Streams

T_PER_MT = 1e6
M3_PER_MILLION_M3 = 1e6


def impact(
    program: Program,
    catalog: Catalog,
    blocks: Blocks,
    capacity: Capacity,
    done: Delivered,
    rates: RateTable,
    energy: EnergyResult,
    axis: MonthAxis,
    streams: Streams,
    a: ImpactAssumptions,
) -> ImpactResult:
    """Accounts by calendar year of a chunk of draws."""
    years = axis.years()
    training, output, prompt = work(done, rates)
    per_package = h100_equivalents_per_package(catalog, blocks.systems)
    packages = capacity.packages_end.sum(axis=1)
    stock = (packages * per_package[:, None]).sum(axis=1)[:, last_months(years)]
    names = np.unique(years)
    world = world_stock(names, a)
    return ImpactResult(
        years=names,
        training_flop=by_year(training, years),
        output_tokens=by_year(output, years),
        input_tokens=by_year(prompt, years),
        energy_twh=by_year(energy.supply_mwh.sum(axis=(1, 2)), years) / MWH_PER_TWH,
        co2_mt=by_year(energy.co2_t.sum(axis=1), years) / T_PER_MT,
        water_million_m3=by_year(energy.water_m3.sum(axis=1), years) / M3_PER_MILLION_M3,
        h100_equivalents_end=stock,
        world_stock_h100_equivalents=world,
        share_of_world_stock=stock / (stock + world),
    )


def work(done: Delivered, rates: RateTable) -> tuple[Array, Array, Array]:
    """Training FLOP, output tokens and input tokens of each month, (D, M) each."""
    hours = done.delivered_package_hours.sum(axis=1)  # (D, G, W, M)
    training, output, prompt = (np.zeros_like(hours[:, 0, 0]) for _ in range(3))
    for w, of_workload in enumerate(rates.rates):
        for g, rate in enumerate(of_workload):
            seconds = hours[:, g, w] * rates.factor[:, w, g] * SECONDS_PER_HOUR
            if isinstance(rate, TrainRate):
                training += seconds * (rate.tokens_per_s_per_package * rate.flop_per_token)
            elif isinstance(rate, ServeRate):
                output += seconds * rate.output_tokens_per_s_per_package
                prompt += seconds * rate.input_tokens_per_s_per_package
    return training, output, prompt


def by_year(monthly: Array, years: IntArray) -> Array:
    """Sum (…, M) months of each calendar year, (…, Y); `years` (M,) ascending."""
    first = np.flatnonzero(np.diff(years, prepend=years[0] - 1))
    out: Array = np.add.reduceat(monthly, first, axis=-1)
    return out


def last_months(years: IntArray) -> IntArray:
    """Number of the last month of each calendar year on the axis, (Y,)."""
    return np.flatnonzero(np.diff(years, append=years[-1] + 1))
