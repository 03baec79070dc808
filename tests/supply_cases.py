"""Random supply problems and small helpers for the tests of supply."""

from __future__ import annotations

import numpy as np

from gigawatt.energy.dispatch.problem import Capacity, YearlyLimit, YearProblem, battery, offer


def random_problem(seed, steps=240, *, cap=False, islanded=False, charge=False, negative=False):
    """Sun, wind, gas, a battery and a grid with random prices, sizes and efficiencies."""
    rng = np.random.default_rng(seed)
    hours = np.arange(steps)
    load = rng.uniform(60.0, 100.0, steps)
    sun = np.clip(np.sin((hours % 24 - 6) / 12 * np.pi), 0, None) * rng.uniform(0.5, 1.0, steps)
    wind = np.clip(rng.normal(0.4, 0.25, steps), 0.0, 1.0)
    price = rng.uniform(10.0, 150.0, steps)
    if negative:
        price -= rng.choice([0.0, 0.0, 160.0], steps)
    per_step = steps / 8760.0
    capacities = [
        Capacity("pv", 90e3 * per_step), Capacity("wind", 150e3 * per_step),
        Capacity("gas", 150e3 * per_step), Capacity("bat", rng.uniform(20e3, 130e3) * per_step),
    ]  # fmt: skip
    offers = [
        offer("pv", steps, capacity=0, per_mw=sun), offer("wind", steps, capacity=1, per_mw=wind),
        offer("gas", steps, rng.uniform(30, 60), capacity=2, co2_t_per_mwh=0.45),
    ]  # fmt: skip
    if not islanded:
        number = -1
        if charge:
            capacities.append(Capacity("grid demand", 60e3 * per_step))
            number = 4
        offers.append(
            offer("grid", steps, price, limit_mw=rng.uniform(20, 80), capacity=number,
                  co2_t_per_mwh=rng.uniform(0.1, 0.6, steps))
        )  # fmt: skip
    offers.append(offer("shed", steps, 1e4, limit_mw=load))
    limits = ()
    if cap:
        rates = np.stack([o.co2_t_per_mwh for o in offers], axis=1)
        limits = (YearlyLimit("co2_cap_t", rates, 0.12 * load.sum()),)
    store = battery(
        "bat", 3, float(rng.choice([2, 4, 8])), rng.uniform(0.8, 1), rng.uniform(0.8, 1)
    )
    return YearProblem(load, tuple(capacities), tuple(offers), (store,), limits)
