"""The computed cost per gigawatt that a declared one is compared with, without a whole run."""

from __future__ import annotations

import numpy as np

from gigawatt.money.capex import capex_per_gw
from gigawatt.money.inputs import money_inputs
from gigawatt.program.blocks import make_blocks
from gigawatt.program.load import Loaded
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.uncertainty.streams import Streams

DRAWS = 200  # the median moves by less than one per cent with more


def computed_capex_usd_per_gw(loaded: Loaded) -> float:
    """Median capital cost of the programme per facility GW, weighted by its megawatts, USD."""
    program, catalog = loaded.program, loaded.catalog
    streams = Streams(seed=1, draws=DRAWS)
    axis = MonthAxis.between(program.start, program.horizon)
    blocks = make_blocks(program, catalog, streams)
    per_gw = capex_per_gw(money_inputs(program, catalog, blocks, axis, streams)).total_usd_per_gw
    cost = per_gw[:, blocks.system] * blocks.facility_power_mw
    total = blocks.facility_power_mw.sum(axis=1)
    return float(np.median(cost.sum(axis=1) / np.where(total > 0.0, total, 1.0)))
