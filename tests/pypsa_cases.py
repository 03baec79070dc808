"""Case folders of all legal kinds, and a PyPSA model built from their numbers alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

HOURS, STEPS = 8760, 336
PART = STEPS / HOURS
TECH = {
    "pv_usd_per_mw_yr": 90e3, "wind_usd_per_mw_yr": 160e3, "gas_usd_per_mw_yr": 150e3,
    "gas_var_usd_per_mwh": 39.6, "gas_t_co2_per_mwh": 0.45, "bat_usd_per_mw_yr": 50e3,
    "bat_hours": 4, "bat_eta_charge": 0.94, "bat_eta_discharge": 0.9, "voll_usd_per_mwh": 5e3,
}  # fmt: skip
H2 = {"name": "h2", "usd_per_mw_yr": 60e3, "usd_per_mwh_yr": 900.0, "eta_charge": 0.7,
      "eta_discharge": 0.6}  # fmt: skip
SMR = {"name": "smr", "usd_per_mw_yr": 400e3, "var_usd_per_mwh": 9.0, "min_mw": 20.0,
       "max_mw": 60.0, "ramp_share_per_h": 0.05}  # fmt: skip
SMR_STEADY = {k: v for k, v in SMR.items() if k != "ramp_share_per_h"}
DIESEL = {"name": "diesel", "usd_per_mw_yr": 40e3, "var_usd_per_mwh": 250.0, "t_co2_per_mwh": 0.75}
PPA = {"name": "ppa", "usd_per_mw_yr": 120e3, "availability_column": "ppa_pu", "max_mw": 80.0}
NO_GAS = dict.fromkeys(("gas_usd_per_mw_yr", "gas_var_usd_per_mwh", "gas_t_co2_per_mwh"))
NO_STORE = dict.fromkeys(("bat_usd_per_mw_yr", "bat_hours", "bat_eta_charge", "bat_eta_discharge"))

# name → (technologies, settings, lists); a None removes the key; yearly limits are for STEPS hours
CASES = {
    "islanded": ({}, {"grid_limit_mw": 0}, {}),
    "islanded, no carbon": ({}, {"grid_limit_mw": 0, "co2_cap_t": 0}, {}),
    "tight cap": ({}, {"co2_cap_t": 1500.0}, {}),
    "loose cap": ({}, {"co2_cap_t": 1e6}, {}),
    "no limit, negative prices": (
        {"bat_usd_per_mw_yr": 120e3}, {"grid_limit_mw": None}, {"cheaper": 30.0}),
    "demand charge": ({}, {"demand_charge_usd_per_mw_yr": 90e3}, {}),
    "minimum take, paid": (
        {}, {"minimum_take_mwh": 12e3, "minimum_take_usd_per_mwh": 15.0, "co2_cap_t": 6e3}, {}),
    "minimum take": ({}, {"minimum_take_mwh": 9e3}, {}),
    "blocks": ({"gas_block_mw": 17.0, "gas_spare_blocks": 2}, {}, {}),
    "two storages": ({}, {"co2_cap_t": 4e3}, {"storages": [H2]}),
    "standing loss": ({"bat_loss_per_h": 0.002}, {"co2_cap_t": 6e3}, {}),
    "ramps": ({"gas_ramp_share_per_h": 0.1}, {"grid_limit_mw": 0}, {"plants": [SMR]}),
    "loose ramps": ({"gas_ramp_share_per_h": 0.999}, {}, {}),
    "free sun, bounds": (
        {"pv_usd_per_mw_yr": 0, "pv_max_mw": 90, "gas_min_mw": 10, "wind_max_mw": 40}, {}, {}),
    "other plants": (
        NO_GAS, {"grid_limit_mw": 0}, {"plants": [DIESEL, PPA],
                                       "curtailable": [{"load_share": 0.2, "usd_per_mwh": 180}]}),
    "no storage, carbon price": (NO_STORE, {"co2_price_usd_per_t": 70.0}, {}),
    "hourly matching": ({}, {"hourly_matching_share": 0.7}, {}),
    "ramps at a load that falls": (
        {**NO_STORE, "gas_ramp_share_per_h": 0.05, "gas_var_usd_per_mwh": 57.0},
        {"grid_limit_mw": 40}, {"least": 0.0}),
    "must serve, standing loss": (
        {"bat_loss_per_h": 0.002, "voll_usd_per_mwh": None},
        {"demand_charge_usd_per_mw_yr": 18e3, "grid_limit_mw": 40}, {"plants": [SMR_STEADY]}),
    "no room beside matching": (
        {**NO_STORE, "gas_usd_per_mw_yr": 140e3, "gas_var_usd_per_mwh": 89.0, "gas_max_mw": 20,
         "voll_usd_per_mwh": None},
        {"hourly_matching_share": 0.5, "co2_cap_t": 1e4, "minimum_take_mwh": 15e3,
         "minimum_take_usd_per_mwh": 200.0, "grid_limit_mw": 80}, {"plants": [PPA]}),
    "zero limits": (
        {"pv_max_mw": 0, "bat_max_mw": 0, "bat_usd_per_mw_yr": 1e3}, {"grid_limit_mw": 0}, {}),
    "tight cap, two storages, matching": (
        {}, {"co2_cap_t": 2e3, "hourly_matching_share": 0.9}, {"storages": [H2]}),
    "blocks of two kinds, islanded": (
        {"gas_block_mw": 11.0}, {"grid_limit_mw": 0},
        {"plants": [{**DIESEL, "block_mw": 7.0}]}),
}  # fmt: skip


def write_case(folder, name):
    """Write a case folder; return its technologies, settings, lists and series."""
    tech, settings, lists = CASES[name]
    tech = {k: v for k, v in {**TECH, **tech}.items() if v is not None}
    settings = {"grid_limit_mw": 60, "co2_cap_t": None, **settings}
    rng = np.random.default_rng(list(CASES).index(name))
    hour = np.arange(HOURS)
    series = {
        "load_mw": rng.uniform(lists.get("least", 70.0), 100.0, HOURS).round(2),
        "pv_pu": (np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, None)
                  * rng.uniform(0.5, 1.0, HOURS)).round(4),
        "wind_pu": np.clip(rng.normal(0.4, 0.25, HOURS), 0.0, 1.0).round(4),
        "price_usd_mwh": (rng.uniform(10.0, 130.0, HOURS) - lists.get("cheaper", 0.0)).round(2),
        "grid_ci_t_per_mwh": rng.uniform(0.1, 0.6, HOURS).round(4),
        "ppa_pu": np.clip(rng.normal(0.6, 0.2, HOURS), 0.0, 1.0).round(4),
    }  # fmt: skip
    if settings["grid_limit_mw"] == 0:
        del series["price_usd_mwh"], series["grid_ci_t_per_mwh"]
    tables = {k: v for k, v in lists.items() if k not in ("cheaper", "least")}
    folder.mkdir()
    data = {"name": name, "technologies": tech, "settings": settings, **tables}
    (folder / "case.json").write_text(json.dumps(data))
    rows = zip(*(v.tolist() for v in series.values()), strict=True)
    lines = [",".join(series), *(",".join(map(repr, r)) for r in rows)]
    (folder / "timeseries.csv").write_text("\n".join(lines) + "\n")
    return tech, settings, tables, {k: v[:STEPS] for k, v in series.items()}


def first_weeks(problem):
    """First STEPS hours of a year, yearly costs in proportion; yearly limits stay as they are."""
    s = slice(STEPS)
    offers = tuple(
        replace(o, usd_per_mwh=o.usd_per_mwh[s], limit_mw=o.limit_mw[s], capacity=o.capacity[s],
                per_mw=o.per_mw[s], co2_t_per_mwh=o.co2_t_per_mwh[s])
        for o in problem.offers
    )  # fmt: skip
    capacities = tuple(replace(c, usd_per_mw_yr=c.usd_per_mw_yr * PART) for c in problem.capacities)
    load = problem.load_mw[s]
    share = load.sum() / problem.load_mw.sum()
    limits = tuple(
        replace(y, per_mwh=np.ascontiguousarray(y.per_mwh[s]),
                limit=y.limit * share if y.name == "hourly_matching_share" else y.limit)
        for y in problem.limits
    )  # fmt: skip
    return replace(problem, load_mw=load, offers=offers, capacities=capacities, limits=limits)


def pypsa_optimum(pypsa, tech, settings, lists, series):
    """Least cost by PyPSA and HiGHS, from the numbers of the folder alone."""
    n = pypsa.Network()
    n.set_snapshots(range(STEPS))
    n.add("Bus", "b")
    n.add("Load", "load", bus="b", p_set=series["load_mw"])
    price_of_co2, co2 = settings.get("co2_price_usd_per_t") or 0.0, {}

    def plant(name, v, prefix="", per_mw=1.0):
        ramp = v.get(f"{prefix}ramp_share_per_h")
        rate = v.get(f"{prefix}t_co2_per_mwh", 0.0)
        co2[name] = np.full(STEPS, rate)
        n.add(
            "Generator", name, bus="b", p_nom_extendable=True, p_max_pu=per_mw,
            capital_cost=v[f"{prefix}usd_per_mw_yr"] * PART,
            marginal_cost=v.get(f"{prefix}var_usd_per_mwh", 0.0) + price_of_co2 * rate,
            p_nom_min=v.get(f"{prefix}min_mw", 0.0), p_nom_max=v.get(f"{prefix}max_mw", np.inf),
            p_nom_mod=v.get(f"{prefix}block_mw", 0.0),
            **({} if ramp is None else {"ramp_limit_up": ramp, "ramp_limit_down": ramp}),
        )  # fmt: skip

    for name in ("pv", "wind", "gas"):
        if f"{name}_usd_per_mw_yr" in tech:
            plant(name, tech, f"{name}_", series.get(f"{name}_pu", 1.0))
    for p in lists.get("plants", ()):
        plant(p["name"], p, "", series.get(p.get("availability_column"), 1.0))
    if "bat_usd_per_mw_yr" in tech:
        n.add("StorageUnit", "bat", bus="b", p_nom_extendable=True, max_hours=tech["bat_hours"],
              p_nom_max=tech.get("bat_max_mw", np.inf),
              capital_cost=tech["bat_usd_per_mw_yr"] * PART, cyclic_state_of_charge=True,
              efficiency_store=tech["bat_eta_charge"], standing_loss=tech.get("bat_loss_per_h", 0),
              efficiency_dispatch=tech["bat_eta_discharge"])  # fmt: skip
    for q in lists.get("storages", ()):
        _store(n, q)
    grid = settings["grid_limit_mw"]
    if grid != 0:
        top = 1e3 if grid is None else grid
        intensity = series["grid_ci_t_per_mwh"]
        charge = settings.get("demand_charge_usd_per_mw_yr", 0.0) * PART
        size = {"p_nom_extendable": True, "p_nom_max": top, "capital_cost": charge}
        n.add("Generator", "grid", bus="b", **(size if charge else {"p_nom": top}),
              marginal_cost=series["price_usd_mwh"] + price_of_co2 * intensity)  # fmt: skip
        co2["grid"] = intensity
    peak = series["load_mw"].max()
    for k, c in enumerate(lists.get("curtailable", ())):
        n.add("Generator", f"waits {k}", bus="b", p_nom=peak, marginal_cost=c["usd_per_mwh"],
              p_max_pu=c["load_share"] * series["load_mw"] / peak)  # fmt: skip
    if "voll_usd_per_mwh" in tech:
        n.add("Generator", "shed", bus="b", p_nom=peak, p_max_pu=series["load_mw"] / peak,
              marginal_cost=tech["voll_usd_per_mwh"])  # fmt: skip
    status = n.optimize(
        solver_name="highs", log_to_console=False, include_objective_constant=False,
        extra_functionality=lambda n, _: _limits(n, settings, co2, series, lists),
        mip_rel_gap=1e-9,
    )  # fmt: skip
    assert status == ("ok", "optimal")
    spare = tech.get("gas_spare_blocks", 0) if n.generators.p_nom_opt.get("gas", 0.0) > 1.0 else 0
    return n.objective + spare * tech.get("gas_block_mw", 0) * tech.get(
        "gas_usd_per_mw_yr", 0.0
    ) * PART  # fmt: skip


def _store(n, q):
    n.add("Bus", q["name"])
    n.add("Store", q["name"], bus=q["name"], e_nom_extendable=True, e_cyclic=True,
          capital_cost=q["usd_per_mwh_yr"] * PART)  # fmt: skip
    n.add("Link", "in", bus0="b", bus1=q["name"], p_nom_extendable=True,
          efficiency=q["eta_charge"], capital_cost=q["usd_per_mw_yr"] * PART)  # fmt: skip
    n.add("Link", "out", bus0=q["name"], bus1="b", p_nom_extendable=True,
          efficiency=q["eta_discharge"])  # fmt: skip


def _limits(n, settings, co2, series, lists):
    power = n.model["Generator-p"]

    def total(weights):
        return sum((power.sel(name=k) * v).sum() for k, v in weights.items())

    if settings.get("co2_cap_t") is not None:
        used = {k: v for k, v in co2.items() if np.any(v)}
        n.model.add_constraints(total(used) <= settings["co2_cap_t"], name="cap")
    if "hourly_matching_share" in settings:
        dirty = {k: 1.0 for k, v in co2.items() if np.any(v)}
        most = (1.0 - settings["hourly_matching_share"]) * series["load_mw"].sum()
        n.model.add_constraints(total(dirty) <= most, name="match")
    if "minimum_take_mwh" in settings:
        paid = settings.get("minimum_take_usd_per_mwh")
        short = n.model.add_variables(lower=0, upper=0 if paid is None else np.inf, name="short")
        n.model.add_constraints(
            total({"grid": 1.0}) + short >= settings["minimum_take_mwh"], name="take"
        )
        n.model.objective = n.model.objective + (paid or 0.0) * short
    for q in lists.get("storages", ()):  # one size for both ways, at the load's side
        size = n.model["Link-p_nom"]
        same = size.sel(name="in") - q["eta_discharge"] * size.sel(name="out")
        n.model.add_constraints(same == 0, name="one size")
