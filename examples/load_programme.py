"""Load a programme, see what it comes to, and turn its megawatts into racks for a few draws.

Call it as ``python examples/load_programme.py [PROGRAMME]``.
"""

from __future__ import annotations

import sys

import numpy as np

from gigawatt.program.blocks import make_blocks
from gigawatt.program.check import declared_against_computed, warnings_of
from gigawatt.program.load import load_program
from gigawatt.uncertainty.streams import Streams


def main(name: str) -> None:
    """Print totals, comparisons and warnings of a programme."""
    loaded = load_program(name)
    blocks = make_blocks(loaded.program, loaded.catalog, Streams(seed=1, draws=1000))
    low, middle, high = np.percentile(blocks.racks.sum(axis=1), [10, 50, 90])
    print(f"{loaded.program.title}: {blocks.count} blocks")
    print(f"racks: {low:,.0f} … {middle:,.0f} … {high:,.0f} (P10 … P50 … P90)")
    for c in declared_against_computed(loaded):
        print(f"{c.name}: declared {c.declared:,.0f}, computed {c.computed:,.0f} {c.unit}")
    for warning in warnings_of(loaded):
        print(f"- {warning}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "single-campus")
