"""Load shape of each site and stage, for the run folder: a week by hour, ramps and drops.

Computed from central values, as jobs and failures of single draws would be lost in means; the same
weeks that the supply of the sites is planned with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigawatt.program.load import Loaded
from gigawatt.study.sites.kept_weeks import by_events
from gigawatt.study.sites.operate import site_weeks

if TYPE_CHECKING:
    import polars as pl

CLOSED, EVENTS = "closed form", "events"
TYPES = {
    "site": "String", "stage": "Int64", "phases": "String", "engine": "String", "hour": "Int64",
    "it_shape_pu": "Float64", "mean_it_mw": "Float64", "ramp_mw_per_min": "Float64",
    "drop_mw": "Float64",
}  # fmt: skip


def load_shape_table(loaded: Loaded) -> pl.DataFrame:
    """Table "load_shape" of a run."""
    import polars as pl

    schema = {name: getattr(pl, kind) for name, kind in TYPES.items()}
    return pl.DataFrame(load_shape_rows(loaded), schema=schema)


def load_shape_rows(loaded: Loaded) -> list[dict[str, Any]]:
    """One row for each hour of the week of each stage of each site."""
    rows, engine = [], EVENTS if by_events() else CLOSED
    for site in loaded.program.sites:
        for stage, (phases, week) in enumerate(site_weeks(loaded, site.id), start=1):
            same = {
                "site": site.id, "stage": stage, "phases": " ".join(phases),
                "engine": engine,
            }  # fmt: skip
            sizes = {
                "mean_it_mw": week.mean_it_mw, "ramp_mw_per_min": week.ramp_mw_per_min,
                "drop_mw": week.drop_mw,
            }  # fmt: skip
            rows += [
                {**same, "hour": hour, "it_shape_pu": float(value), **sizes}
                for hour, value in enumerate(week.it_shape_pu)
            ]
    return rows
