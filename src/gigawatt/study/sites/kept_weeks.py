"""Weeks of load by the event engine, kept by the content of the fleet that they come from.

A week hangs on its fleet, the demand of its pool and the engine's code alone, never on a run's seed
or on how many processes share the work: `SEEDS` are the same for all. So equal fleets (sites,
programmes, draws) are simulated once, and the plans that take the week are found again as well.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import numpy as np

from gigawatt.errors import InputError
from gigawatt.operations import events
from gigawatt.operations import week as week_module
from gigawatt.operations.events.spec import FleetSpec
from gigawatt.operations.week import Week, typical_week
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.fingerprint import feed
from gigawatt.quantity.kept_arrays import cache_folder, read_arrays, save_arrays

SEEDS = (1, 2, 3)  # of the half years that a week stands for
SWITCH = "GIGAWATT_WEEKS"  # "closed": closed forms in place of the event engine
CLOSED, EVENTS = "closed", "events"


def by_events() -> bool:
    """Whether weeks come from the event engine, which they do unless the environment forbids it.

    Raises
    ------
    InputError : the environment asks for something else.
    """
    asked = os.environ.get(SWITCH, "") or EVENTS
    if asked not in (CLOSED, EVENTS):
        raise InputError(f"{SWITCH} = {asked!r}: must be {EVENTS!r} or {CLOSED!r}")
    return asked == EVENTS


def take_closed_forms() -> None:
    """Weeks of this process, and of those that it starts, are closed forms: nothing compiles."""
    os.environ[SWITCH] = CLOSED


def kept_week(spec: FleetSpec, curve: Array, folder: Path | None = None) -> Week:
    """Representative week of a fleet of one site: out of the cache, or simulated and kept.

    Parameters
    ----------
    spec, curve : as for `typical_week`.
    folder : where weeks are kept; None = where plans are.
    """
    digest = hashlib.sha256(f"{_code()} seeds {SEEDS}".encode())
    feed(digest, spec)
    feed(digest, curve)
    path = (folder or cache_folder()) / f"week-{digest.hexdigest()}.npz"
    held = read_arrays(path)
    if {"sizes", "it_shape_pu"} <= held.keys():
        mean, ramp, drop = held["sizes"].tolist()
        return Week(held["it_shape_pu"], mean, ramp, drop)
    made = typical_week(spec, curve, SEEDS)
    sizes = np.array([made.mean_it_mw, made.ramp_mw_per_min, made.drop_mw])
    save_arrays(path, {"it_shape_pu": made.it_shape_pu, "sizes": sizes})
    return made


@cache
def _code() -> str:
    """Hash of the sources that make a week: a change of them makes kept ones void."""
    digest = hashlib.sha256()
    own = Path(week_module.__file__)
    files = [*Path(events.__file__).parent.glob("*.py"), own, own.parent / "grid.py"]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()
