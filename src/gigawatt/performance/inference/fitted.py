"""The calibrated model: core constants and deviations, read from the catalog's ``serving`` table.

Record ``core`` holds the global constants, each other record one level (``engine.vllm``,
``stack.vllm.hopper.fp8-block``, …) with factors on constants. A generation that no measured row is
of gets the core alone, with the factors of ``alone.<generation>`` where there is such a record.
Record ``cells`` lists which models have rows on which stacks; ``band.*`` hold the spread of what is
predicted, by distance to the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.performance.inference.constants import NAMES, Constants
from gigawatt.performance.inference.stack import Stack, cell_of, levels_of
from gigawatt.performance.models import same_shape
from gigawatt.performance.shapes import shape_from_record
from gigawatt.quantity.arrays import Array

TABLE = "serving"
FACTOR = "_factor"  # ends the key of a factor on a constant
TIMES = ("decode_time", "prefill_time")
LIMITS = {
    "weight_read": 0.95, "expert_read": 1.0, "kv_read": 0.95, "gemm": 0.92, "prefill_gemm": 0.95,
    "prefill_attention": 0.95, "link": 0.95,
}  # fmt: skip
REFERENCE_MONTH = 2026 * 12  # months are counted from January 2026
MOST_MONTHS = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Calibrated constants; one object is one identity, so that results can be cached by it.

    Attributes
    ----------
    core : constant → global value, beside the deviations.
    alone : the same fitted without deviations, for generations without rows.
    deviations : level → constant → logarithm of the factor.
    monthly : part by which times fall per month of software (logarithm).
    generations : that measured rows are of; others get the core alone.
    cells : models on stacks that measured rows are of (`stack.cell_of`).
    mixtures : models whose own factors hold on these stacks alone: what a mixture deviates by is
        as much its kernels' as its own, and misleads elsewhere (validation page).
    sisters : model without rows → the model of the same shape that has them, and whose factors and
        bands are its own: the kernels are the same.
    """

    core: Mapping[str, float]
    alone: Mapping[str, float]
    deviations: Mapping[str, Mapping[str, float]]
    monthly: float
    generations: frozenset[str]
    cells: frozenset[str] = frozenset()
    mixtures: frozenset[str] = frozenset()
    sisters: Mapping[str, str] = field(default_factory=dict)
    cache: dict[Stack, tuple[float, ...]] = field(default_factory=dict, compare=False)

    def has_rows(self, stack: Stack) -> bool:
        """Whether measured rows are of the stack's model, or of one of its shape, on the stack."""
        return cell_of(self.measured(stack)) in self.cells

    def measured(self, stack: Stack) -> Stack:
        """The stack under the model of its shape that has rows."""
        sister = self.sisters.get(stack.model)
        return replace(stack, model=sister) if sister else stack

    def values(self, stack: Stack) -> tuple[float, ...]:
        """Constants of a stack in the order of `constants.NAMES`, without maturity."""
        if stack not in self.cache:
            self.cache[stack] = self._values(stack)
        return self.cache[stack]

    def _values(self, stack: Stack) -> tuple[float, ...]:
        stack = self.measured(stack)
        known = stack.generation in self.generations
        value = {name: (self.core if known else self.alone).get(name, 1.0) for name in NAMES}
        levels = dict(levels_of(stack)) if known else {"alone": f"alone.{stack.generation}"}
        if stack.model in self.mixtures and cell_of(stack) not in self.cells:
            levels.pop("model", None)
        for level in levels.values():
            for name, log in self.deviations.get(level, {}).items():
                value[name] *= float(np.exp(log))
        return tuple(min(value[n], LIMITS.get(n, np.inf)) for n in NAMES)


def constants_for(fitted: Fitted, stacks: Sequence[Stack], months: Array) -> Constants:
    """Constants of each point as arrays.

    Parameters
    ----------
    fitted : calibrated constants.
    stacks : of the points.
    months : date of the software, months since January 2026.
    """
    table = np.array([fitted.values(s) for s in stacks], dtype=float).reshape(-1, len(NAMES)).T
    arrays = dict(zip(NAMES, table, strict=True))
    factor = maturity_factor(fitted.monthly, months)
    for name in TIMES:
        arrays[name] = arrays[name] * factor
    return Constants(**arrays)


def maturity_factor(monthly: float, months: Array) -> Array:
    """Factor on times: software gains `monthly` a month within a year of the reference."""
    out: Array = np.exp(-monthly * np.clip(months, -MOST_MONTHS, MOST_MONTHS))
    return out


@lru_cache(maxsize=4)
def _load(digest: str, held: _Held) -> Fitted:
    del digest
    records = held.catalog.records[TABLE]
    core, alone = (
        {n: records[i].value(n) for n in NAMES if n in records[i].facts}
        for i in ("core", "core-alone")
    )
    deviations = {
        i: {k.removesuffix(FACTOR): float(np.log(f.value)) for k, f in r.facts.items()}
        for i, r in records.items()
        if "." in i and not i.startswith("band.")
    }
    generations = frozenset(i.split(".")[1] for i in records if i.startswith("generation."))
    monthly = records["core"].value("monthly_gain_log")
    cells, mixtures = (_listed(records, key) for key in ("seen", "mixtures"))
    sisters = _sisters(held.catalog, cells)
    return Fitted(core, alone, deviations, monthly, generations, cells, mixtures, sisters)


def _sisters(catalog: Catalog, cells: frozenset[str]) -> dict[str, str]:
    models = catalog.records["models"]
    measured = {cell.split(".", maxsplit=3)[-1] for cell in cells} & set(models)
    return {
        other: own
        for own in sorted(measured)
        for other in same_shape(shape_from_record(models[own]), catalog)
        if other not in measured
    }


def _listed(records: Mapping[str, Record], key: str) -> frozenset[str]:
    found = records["cells"].attributes.get(key, ()) if "cells" in records else ()
    return frozenset(map(str, found)) if isinstance(found, list | tuple) else frozenset()


class _Held:
    """A catalog that a cache can hash; its digest is the key."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return hash(self.catalog.sha256)

    def __eq__(self, other: object) -> bool:
        mine = self.catalog.records.get(TABLE)
        return isinstance(other, _Held) and other.catalog.records.get(TABLE) == mine


def load_fitted(catalog: Catalog) -> Fitted:
    """Calibrated constants of the catalog (read once)."""
    return _load(catalog.sha256, _Held(catalog))
