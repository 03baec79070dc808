"""Shapes of the release trend of mixtures against each other, in sample and out of it.

    python benchmarks/training_trend.py FOLDER_OF_CSV

Each shape replaces the trend of the model, all constants are fitted again (as many in every shape),
and the mixtures of Megatron-Bridge are predicted without their model, their release, their table,
their model on their system. Takes about four minutes of one core.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import training_calibration as calibration
from training_tables import Measured, read_tables

from gigawatt.performance.training import layer, software, step
from gigawatt.performance.training.facts import Machine
from gigawatt.performance.training.row import Row

Growth = Callable[[Machine, Row], float]
HOPPER_SMS = 132.0
FADE_MONTHS = 9.0
FADE_FROM = 301.0  # 2025-02, months since 2000-01: first systems of Blackwell
# A trend of the whole step is a smaller number than one of the experts' products.
CENTRES = {"step": 0.047, "products": 0.08}


def steady(x: Machine, p: Row) -> float:
    """Months of growth at a constant rate."""
    return math.exp(x.experts_trend * min(x.experts_trend_months, x.mature_month - p.release_month))


def fading(x: Machine, p: Row) -> float:
    """Growth that fades with the age of the platform; as fast as `steady` after a year."""
    age, end = (m - FADE_FROM for m in (p.release_month, x.mature_month))
    rate = x.experts_trend * FADE_MONTHS * math.exp(12.0 / FADE_MONTHS)
    return math.exp(rate * (math.exp(-age / FADE_MONTHS) - math.exp(-end / FADE_MONTHS)))


def of_container(growth: Growth, hopper: bool, low_bits: bool) -> Growth:
    """The growth in containers, of mixtures: in these tables, plans with expert ranks."""

    def own(x: Machine, p: Row) -> float:
        here = p.vendor_release > 0.0 and p.ep > 1.0 and p.release_month < x.mature_month
        if not here or (x.sms == HOPPER_SMS and not hopper):
            return 1.0
        return growth(x, p) if p.precision != layer.BF16 or not low_bits else 1.0

    return own


SHAPES = {
    "products of experts": ("products", of_container(steady, True, False)),
    "the same, not on Hopper": ("products", of_container(steady, False, False)),
    "the same, not in BF16": ("products", of_container(steady, True, True)),
    "the same, fading": ("products", of_container(fading, True, False)),
    "whole step": ("step", of_container(steady, True, False)),
    "whole step, not on Hopper": ("step", of_container(steady, False, False)),
    "whole step, fading": ("step", of_container(fading, True, False)),
}


def use(part: str, growth: Growth) -> None:
    """Let a growth act on a part of the step."""
    layer.experts_growth = lambda x, s, p: growth(x, p) if part == "products" else 1.0
    whole = growth if part == "step" else lambda x, p: 1.0
    step.release_factor = lambda x, p: software.release_factor(x, p) * whole(x, p)
    calibration.FITTED = tuple(
        (g, key, CENTRES[part] if key == "experts_trend" else centre, sigma)
        for g, key, centre, sigma in calibration.FITTED
    )


def line(name: str, items: list[Measured]) -> str:
    """Errors of one shape."""
    mixed = {(i.table, i.row): i for i in items if "bridge" in i.table and "MoE" in i.group}
    good = [i for i in items if not i.defect]
    values = calibration.fit(good)
    told = calibration.errors(calibration.with_values(good, values))
    found = [{(i.table, i.row): e for i, e in zip(good, told, strict=True)}]
    keys: tuple[Callable[[Measured], str], ...] = (
        lambda i: i.family,
        lambda i: i.release,
        lambda i: i.group,
        lambda i: f"{i.family} {i.case.system.id}",
    )
    for key in keys:
        names = {key(i) for i in mixed.values()}
        # rows of no such key stay in every fit
        found.append(held_out(good, key, names, values))
    cells = [
        f"{np.mean([abs(math.expm1(e)) for at, e in one.items() if at in mixed]):.1%}"
        for one in found
    ]
    trend = values[[key for _, key, _, _ in calibration.FITTED].index("experts_trend")]
    return f"| {name} | {trend:.3f} | {' | '.join(cells)} |"


def held_out(
    good: list[Measured], key: Callable[[Measured], str], names: set[str], start: np.ndarray
) -> dict[tuple[str, str], float]:
    """Errors of the rows of each name when the fit has none of them."""
    out = {}
    for name in sorted(names):
        values = calibration.fit([i for i in good if key(i) != name], start)
        held = [i for i in good if key(i) == name]
        told = calibration.errors(calibration.with_values(held, values))
        out.update({(i.table, i.row): float(e) for i, e in zip(held, told, strict=True)})
    return out


def main(folder: Path) -> None:
    """Print the table."""
    items = read_tables(folder)
    print(
        "| trend acts on | a month | in sample | model out | release out | table out | both out |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, (part, growth) in SHAPES.items():
        use(part, growth)
        print(line(name, items), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
