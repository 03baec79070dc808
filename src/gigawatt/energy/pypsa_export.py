"""A supply problem as a PyPSA network: a folder of CSV files that `pypsa.Network(folder)` reads.

Written without PyPSA, for those who go on to grid studies. Capacities, offers and storages carry
over one to one; a connection that is paid by its size and limited by the hour becomes a link. A cap
on CO2 becomes PyPSA's global constraint: it divides energy by the efficiency of its source, so that
the hours of an intensity are written as an efficiency (mean over hourly intensity). What PyPSA's
tables can't hold is named in ``notes.txt``: other yearly limits, monthly demand charges, spares,
separate sizes of a storage.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from gigawatt.energy.dispatch.problem import NONE, Offer, YearlyLimit, YearProblem
from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array

BUS = "campus"
NO_CO2 = 1e12  # efficiency of an hour without emissions
START = dt.datetime(2001, 1, 1)  # a year without 29 February


def write_network(problem: YearProblem, folder: Path, name: str) -> list[str]:
    """Write the folder; return what could not be carried over.

    Raises
    ------
    InputError : the folder exists and holds files.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder}: is not empty; name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    times = [(START + k * dt.timedelta(hours=problem.step_h)).isoformat(sep=" ")
             for k in range(problem.steps)]  # fmt: skip
    h = problem.step_h
    _table(folder / "network.csv", ["name"], [[name]])
    weights = [[t, h, h, h] for t in times]
    _table(folder / "snapshots.csv", ["snapshot", "objective", "stores", "generators"], weights)
    _table(folder / "buses.csv", ["name"], [[BUS], *([_bus(o)] for o in _linked(problem))])
    _table(folder / "loads.csv", ["name", "bus"], [["load", BUS]])
    _series(folder / "loads-p_set.csv", times, {"load": problem.load_mw})
    _carriers(problem, folder)
    _generators(problem, folder, times)
    _links(problem, folder)
    _storages(problem, folder)
    _caps(problem, folder)
    notes = _notes(problem)
    (folder / "notes.txt").write_text("".join(f"{n}\n" for n in notes) or "Nothing left out.\n")
    return notes


def _carriers(problem: YearProblem, folder: Path) -> None:
    rows = [[o.name, float(np.mean(o.co2_t_per_mwh))] for o in problem.offers]
    rows += [[s.name, 0.0] for s in problem.storages]
    _table(folder / "carriers.csv", ["name", "co2_emissions"], rows)


def _generators(problem: YearProblem, folder: Path, times: list[str]) -> None:
    head = ["name", "bus", "carrier", "p_nom", "p_nom_extendable", "p_nom_min", "p_nom_max",
            "p_nom_mod", "capital_cost", "marginal_cost", "ramp_limit_up",
            "ramp_limit_down"]  # fmt: skip
    rows, share, price, efficiency = [], {}, {}, {}
    capped, linked = _cap(problem) is not None, _linked(problem)
    for o in problem.offers:
        number = int(o.capacity[0])
        if number == NONE or _varies(o) or o in linked:
            top = float(o.limit_mw.max())
            bus = _bus(o) if o in linked else BUS
            rows.append([o.name, bus, o.name, top, False, 0, top, 0, 0, 0, "", ""])
            share[o.name] = o.limit_mw / top if top > 0.0 else o.limit_mw
        else:
            c = problem.capacities[number]
            top = min(c.max_mw, float(o.limit_mw.min()))
            ramp = o.ramp_share_per_h if np.isfinite(o.ramp_share_per_h) else ""
            rows.append([o.name, BUS, o.name, 0, True, c.min_mw, top, c.block_mw, c.usd_per_mw_yr,
                         0, ramp, ramp])  # fmt: skip
            share[o.name] = o.per_mw
        price[o.name] = o.usd_per_mwh
        if capped and np.ptp(o.co2_t_per_mwh) > 0.0:
            mean = float(np.mean(o.co2_t_per_mwh))
            efficiency[o.name] = mean / np.maximum(o.co2_t_per_mwh, mean / NO_CO2)
    _table(folder / "generators.csv", head, rows)
    _series(folder / "generators-p_max_pu.csv", times, share)
    _series(folder / "generators-marginal_cost.csv", times, price)
    if efficiency:
        _series(folder / "generators-efficiency.csv", times, efficiency)


def _linked(problem: YearProblem) -> list[Offer]:
    """Offers behind a connection that is sized, with a limit of their own that varies."""
    return [
        o for o in problem.offers
        if o.capacity[0] != NONE and not _varies(o) and np.isfinite(o.limit_mw).all()
        and np.ptp(o.limit_mw) > 0.0
    ]  # fmt: skip


def _bus(o: Offer) -> str:
    return f"{o.name} supply"


def _links(problem: YearProblem, folder: Path) -> None:
    head = ["name", "bus0", "bus1", "p_nom_extendable", "p_nom_min", "p_nom_max", "capital_cost"]
    rows = []
    for o in _linked(problem):
        c = problem.capacities[int(o.capacity[0])]
        rows.append([c.name, _bus(o), BUS, True, c.min_mw, c.max_mw, c.usd_per_mw_yr])
    if rows:
        _table(folder / "links.csv", head, rows)


def _cap(problem: YearProblem) -> YearlyLimit | None:
    """The yearly limit that counts CO2, where it may not be passed; None without one."""
    counts = problem.co2_t_per_mwh
    return next(
        (y for y in problem.limits
         if np.isinf(y.usd_per_unit) and np.array_equal(y.per_mwh, counts)),
        None,
    )  # fmt: skip


def _caps(problem: YearProblem, folder: Path) -> None:
    found = _cap(problem)
    if found is not None:
        head = ["name", "type", "carrier_attribute", "sense", "constant"]
        row = [found.name, "primary_energy", "co2_emissions", "<=", found.limit]
        _table(folder / "global_constraints.csv", head, [row])


def _storages(problem: YearProblem, folder: Path) -> None:
    head = ["name", "bus", "carrier", "p_nom_extendable", "p_nom_min", "p_nom_max", "capital_cost",
            "max_hours", "efficiency_store", "efficiency_dispatch", "standing_loss",
            "cyclic_state_of_charge"]  # fmt: skip
    rows = []
    for s in problem.storages:
        c = problem.capacities[s.charge]
        rows.append([s.name, BUS, s.name, True, c.min_mw, c.max_mw, c.usd_per_mw_yr, s.hours,
                     s.eta_charge, s.eta_discharge, s.loss_per_h, True])  # fmt: skip
    if rows:
        _table(folder / "storage_units.csv", head, rows)


def _notes(problem: YearProblem) -> list[str]:
    out = [f"Yearly limit {y.name} = {y.limit:g} is left out: add it as a constraint."
           for y in problem.limits if y is not _cap(problem)]  # fmt: skip
    out += [f"{o.name}: its capacity changes over the year (monthly charge); its limit is kept."
            for o in problem.offers if _varies(o)]  # fmt: skip
    out += [f"{c.name}: {c.spare_blocks} spare units are left out."
            for c in problem.capacities if c.spare_blocks]  # fmt: skip
    out += [f"{s.name}: power and energy are sized apart; PyPSA's unit has one size."
            for s in problem.storages if s.energy != s.charge]  # fmt: skip
    return out


def _varies(o: Offer) -> bool:
    return bool(np.any(o.capacity != o.capacity[0]))


def _table(path: Path, head: list[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def _series(path: Path, times: list[str], columns: Mapping[str, Array]) -> None:
    rows = ([t, *(repr(float(c[k])) for c in columns.values())] for k, t in enumerate(times))
    _table(path, ["snapshot", *columns], rows)
