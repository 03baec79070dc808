"""What hardware and software reach of their peaks: typed views of the catalog's ``efficiencies``.

Records are named by use and generation: ``step-hopper``; what does not depend on the generation is
in ``step-common`` and ``power``. Serving has a table of its own (`inference/fitted.py`). Layers
use the central values; the ranges say how well a value is known, and the models' sigma holds what
follows from them for a predicted rate, so that an efficiency is not counted twice as uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, nearest
from gigawatt.performance.hardware import System

T = TypeVar("T")

TABLE = "efficiencies"


@dataclass(frozen=True, slots=True)
class PowerShares:
    """Draw of a package with its share of the node, as shares of the node's maximum per package.

    Attributes
    ----------
    idle_share : of a package that serves nothing.
    serve_decode_share, serve_prefill_share : phases of serving.
    """

    idle_share: float
    serve_decode_share: float
    serve_prefill_share: float


def load_constants(catalog: Catalog, record_id: str, into: type[T]) -> T:
    """Central values of the record's facts in the dataclass `into` (fields = fact keys).

    Raises
    ------
    InputError : the record or one of its facts is missing; known generations are named.
    """
    record = _record(catalog, record_id)
    return into(**{f.name: record.value(f.name) for f in fields(into)})  # type: ignore[arg-type]


def calibrated_month(catalog: Catalog, use: str, generation: str) -> str:
    """Month of the software that the efficiencies hold for ("2026-08"); "" for a forecast."""
    return _record(catalog, f"{use}-{generation}").text("calibrated")


def peak_flops(system: System, precision: str) -> float:
    """Dense peak of a precision in FLOP/s.

    Raises
    ------
    InputError : the system does not support the precision, or no such precision is known.
    """
    peaks = {
        "bf16": system.bf16_tflops,
        "fp8": system.fp8_tflops,
        "fp4": system.fp4_tflops,
    }
    if precision not in peaks:
        hint = nearest(precision, peaks)
        did = f" Did you mean {hint!r}?" if hint else ""
        raise InputError(f"Unknown precision {precision!r}.{did} Known: {', '.join(peaks)}.")
    if peaks[precision] <= 0.0:
        held = ", ".join(p for p in peaks if peaks[p] > 0.0)
        raise InputError(f"{system.id} does not support precision {precision!r}. It has: {held}.")
    return peaks[precision] * 1e12


def _record(catalog: Catalog, record_id: str) -> Record:
    table = catalog.records.get(TABLE, {})
    if record_id in table:
        return table[record_id]
    use, _, generation = record_id.partition("-")
    known = [r.partition("-")[2] for r in table if r.startswith(f"{use}-")]
    known = [k for k in known if k != "common"]
    raise InputError(
        f"No {use} efficiencies for generation {generation!r}. Known: {', '.join(sorted(known))}."
    )
