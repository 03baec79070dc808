"""Time series of a case: the file in its folder, what its columns may hold, and odd units."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gigawatt.errors import Problem
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.hourly_csv import HourlyColumns, Range, read_hourly

FILES = ("timeseries.csv.gz", "timeseries.csv")
PER_MW: Range = (0.0, 1.5, "MW per MW")

# column → (lowest, highest, what a value outside is likely to be)
RANGES: dict[str, Range] = {
    "load_mw": (0.0, 1e5, "MW; above 100 GW it is likely kW"),
    "pv_pu": (0.0, 1.5, "MW per MW; above 1.5 it is likely per cent or MW"),
    "wind_pu": (0.0, 1.5, "MW per MW; above 1.5 it is likely per cent or MW"),
    "price_usd_mwh": (-1e5, 1e5, "USD/MWh"),
    "grid_ci_t_per_mwh": (0.0, 3.0, "t/MWh; above 3 it is likely g/kWh or kg/MWh"),
    "grid_limit_mw": (0.0, 1e5, "MW; above 100 GW it is likely kW"),
}


def read_series(
    folder: Path, needed: Mapping[str, str], problems: list[Problem], warnings: list[str]
) -> HourlyColumns | None:
    """Read the series of a case; add what is wrong to `problems`.

    Parameters
    ----------
    folder : case directory.
    needed : columns that must be there, with the reason.
    problems, warnings : lists to add to.
    """
    path = next((folder / f for f in FILES if (folder / f).is_file()), None)
    if path is None:
        problems.append(Problem(str(folder), 0, FILES[0], None, "is missing"))
        return None
    found = read_hourly(path, needed, RANGES, PER_MW, problems, warnings)
    if found is not None:
        _odd(found.columns, warnings)
    return found


def _odd(columns: Mapping[str, Array], warnings: list[str]) -> None:
    """What is allowed but may be a unit that is off."""
    for name in ("pv_pu", "wind_pu"):
        if name in columns and columns[name].max() > 1.0 + 1e-9:
            top = columns[name].max()
            warnings.append(f"{name} reaches {top:.3g}: more than the capacity; taken as given.")
    price = columns.get("price_usd_mwh")
    if price is not None and 0.0 < np.abs(price).mean() < 1.0:
        warnings.append("price_usd_mwh is below 1 USD/MWh on average: is it USD/kWh?")
    load = columns["load_mw"]
    if load.max() <= 0.0:
        warnings.append("load_mw is 0 in all hours.")
