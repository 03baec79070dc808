"""What a grid sees of a site: contracted power, curtailment, coincident peak, ramps, loss of load.

non-firm hours   = hours in which import would pass the firm part that the grid grants
curtailed energy = what the grid did not deliver of what was asked for
coincident peak  = mean import in the hours of the area's highest load
ramp             = change of import over an interval; an hourly series shows hours only, shorter
                   ramps and sudden loss come from the operations layer
ride-through     = load that drops in a fault = power electronics that do not ride through x load
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array, BoolArray, IntArray

COINCIDENT_HOURS = 4  # as in ERCOT's four coincident peaks: one in each of four months
SUMMER_MONTHS = (5, 6, 7, 8)  # June to September


@dataclass(frozen=True, slots=True)
class GridContract:
    """Terms of a connection.

    Attributes
    ----------
    firm_mw, non_firm_mw : contracted; non-firm may be called back.
    ride_through_share : of the load that stays on through voltage dips.
    largest_drop_mw : the operator's limit on load lost at once; inf where there is none.
    largest_ramp_mw_per_min : by the interconnection agreement; inf where there is none.
    """

    firm_mw: float
    non_firm_mw: float = 0.0
    ride_through_share: float = 1.0
    largest_drop_mw: float = float("inf")
    largest_ramp_mw_per_min: float = float("inf")


@dataclass(frozen=True, slots=True)
class GridView:
    """Figures of a year.

    Attributes
    ----------
    contracted_firm_mw, contracted_non_firm_mw, import_peak_mw : powers.
    non_firm_hours : hours with import above the firm part.
    curtailed_hours, curtailed_mwh : not delivered by the grid.
    curtailed_longest_h : longest run of curtailed hours.
    coincident_peak_mw : mean import in the peak hours of the area.
    hourly_ramp_mw : largest change from hour to hour.
    ramp_mw_per_min, ramp_over_limit : of the operations layer, and by how much it passes the limit.
    load_drop_mw, drop_over_limit_mw : lost in a fault, and by how much it passes the limit.
    area_peak_share : coincident peak over the peak load of the area.
    """

    contracted_firm_mw: float
    contracted_non_firm_mw: float
    import_peak_mw: float
    non_firm_hours: int
    curtailed_hours: int
    curtailed_mwh: float
    curtailed_longest_h: int
    coincident_peak_mw: float
    hourly_ramp_mw: float
    ramp_mw_per_min: float
    ramp_over_limit_mw_per_min: float
    load_drop_mw: float
    drop_over_limit_mw: float
    area_peak_share: float


def grid_view(
    wanted_mw: Array,
    limit_mw: Array,
    area_load_mw: Array,
    contract: GridContract,
    *,
    month_of_hour: IntArray | None = None,
    ramp_mw_per_min: float = 0.0,
    sudden_drop_mw: float = 0.0,
) -> GridView:
    """View of a year from the grid.

    Parameters
    ----------
    wanted_mw : (H,) import that the site asks for.
    limit_mw : (H,) what the grid lets through: firm and non-firm less call-backs.
    area_load_mw : (H,) load of the balancing area.
    contract : terms.
    month_of_hour : (H,) 0 to 11: coincident peaks are then one each of June to September; without
        it the four highest hours of the series.
    ramp_mw_per_min, sudden_drop_mw : of the operations layer: fastest ramp, load that its own
        events drop at once.

    Raises
    ------
    InputError : the series differ in length.
    """
    if not len(wanted_mw) == len(limit_mw) == len(area_load_mw):
        raise InputError(
            f"grid view: import has {len(wanted_mw)} hours, limit {len(limit_mw)}, load of the "
            f"area {len(area_load_mw)}: they must be the same hours."
        )
    taken = np.minimum(wanted_mw, limit_mw)
    short = wanted_mw - taken
    curtailed = short > 1e-9
    peaks = coincident_hours(area_load_mw, month_of_hour)
    coincident = float(taken[peaks].mean())
    drop = max(sudden_drop_mw, float(taken.max()) * (1.0 - contract.ride_through_share))
    return GridView(
        contracted_firm_mw=contract.firm_mw,
        contracted_non_firm_mw=contract.non_firm_mw,
        import_peak_mw=float(taken.max()),
        non_firm_hours=int((taken > contract.firm_mw + 1e-9).sum()),
        curtailed_hours=int(curtailed.sum()),
        curtailed_mwh=float(short.sum()),
        curtailed_longest_h=longest_run(curtailed),
        coincident_peak_mw=coincident,
        hourly_ramp_mw=float(np.abs(np.diff(taken)).max(initial=0.0)),
        ramp_mw_per_min=ramp_mw_per_min,
        ramp_over_limit_mw_per_min=max(0.0, ramp_mw_per_min - contract.largest_ramp_mw_per_min),
        load_drop_mw=drop,
        drop_over_limit_mw=max(0.0, drop - contract.largest_drop_mw),
        area_peak_share=coincident / float(area_load_mw.max()),
    )


def coincident_hours(area_load_mw: Array, month_of_hour: IntArray | None = None) -> IntArray:
    """Hours of the area's coincident peaks, as numbers of the series."""
    if month_of_hour is None:
        return np.argsort(area_load_mw)[-COINCIDENT_HOURS:]
    found: list[int] = []
    for month in SUMMER_MONTHS:
        hours = np.flatnonzero(month_of_hour == month)
        if hours.size:
            found.append(int(hours[np.argmax(area_load_mw[hours])]))
    return np.array(found, dtype=np.int64)


def longest_run(mask: BoolArray) -> int:
    """Length of the longest run of True."""
    edges = np.diff(np.concatenate([[0], np.asarray(mask, dtype=np.int64), [0]]))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int(lengths.max(initial=0))
