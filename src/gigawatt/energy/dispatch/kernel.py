"""Exact dispatch of a year with one storage, by dynamic programming on slopes.

The value of the level held at the start of an hour is convex and piecewise linear, and so is the
cost of an hour over the change of level. Both are kept as lists of slopes with lengths; a backward
step is the merge of two sorted lists, cut to the size of the storage. No grid of levels, no
tolerance of an iteration: the optimum of the linear programme, with its dual values.

Lists are of *water values* (minus the slope), descending over the level. Energies are MWh a step.
See ``docs/energy.md`` for the derivation.
"""

from __future__ import annotations

import numpy as np

from gigawatt.energy.dispatch.compiled import compiled
from gigawatt.quantity.arrays import Array, IntArray

POSITION = 1e-9  # of the power: positions nearer to the end of a segment count as on it


@compiled
def sort_offers(
    price: Array, limit: Array, per_mw: Array, capacity: IntArray, x: Array, step_h: float,
    out_price: Array, out_size: Array, out_index: IntArray,
) -> None:  # fmt: skip
    """Merit order of each step: prices, MWh and numbers of the offers, (T, K) each, ascending."""
    for t in range(price.shape[0]):
        for k in range(price.shape[1]):
            size = limit[t, k]
            j = capacity[t, k]
            if j >= 0:
                size = min(size, per_mw[t, k] * x[j])
            p = price[t, k]
            i = k
            while i > 0 and out_price[t, i - 1] > p:
                out_price[t, i] = out_price[t, i - 1]
                out_size[t, i] = out_size[t, i - 1]
                out_index[t, i] = out_index[t, i - 1]
                i -= 1
            out_price[t, i] = p
            out_size[t, i] = size * step_h
            out_index[t, i] = k


@compiled
def no_burn_change(net: float, eta_c: float, eta_d: float) -> float:
    """Change of level for a net charge, without charging and discharging at once."""
    return net * eta_c if net >= 0.0 else net / eta_d


@compiled
def both_at_once(net: float, charge: float, discharge: float) -> float:
    """Most energy that can be discharged and charged in the same step at a net charge."""
    return min(charge - max(net, 0.0), discharge - max(-net, 0.0))


@compiled
def hour_cost(
    load: float, price: Array, size: Array, charge: float, discharge: float, eta_c: float,
    eta_d: float, values: Array, lengths: Array,
) -> tuple[int, float, float]:  # fmt: skip
    """Cost of a step over the change of level: slopes and lengths, *ascending* from the lowest.

    Where energy costs less than nothing it pays to charge and discharge at once: the losses take
    up more. Offers below zero are therefore taken at the greatest loss first; a flat piece, the
    losses given up at the net charge where these offers end, leads to the others.

    Returns
    -------
    Number of pieces, change of level at the upper end, net charge where offers below zero end.
    """
    low = -min(discharge, load)
    total, below = 0.0, 0.0
    for k in range(len(price)):
        total += size[k]
        if price[k] < 0.0:
            below += size[k]
    high = min(charge, max(total - load, 0.0))
    turn = min(max(below - load, low), high)
    n, at = 0, -load
    burnt = False
    for k in range(len(price) + 1):
        last = k == len(price)
        if not burnt and (last or price[k] >= 0.0):
            burnt = True
            burn = both_at_once(turn, charge, discharge) * (1.0 / eta_d - eta_c)
            if burn > 0.0:
                values[n], lengths[n] = 0.0, burn
                n += 1
        if last:
            break
        a, b = max(at, low), min(at + size[k], high)
        at += size[k]
        if b <= a:
            continue
        split = 0.0 if burnt else charge - discharge
        left = min(b, split) - a
        right = b - max(a, split)
        # One regime draws c = net / eta, the other gives d = net x eta; below zero they swap.
        if left > 0.0:
            values[n] = price[k] * eta_d if burnt else price[k] / eta_c
            lengths[n] = left / eta_d if burnt else left * eta_c
            n += 1
        if right > 0.0:
            values[n] = price[k] / eta_c if burnt else price[k] * eta_d
            lengths[n] = right * eta_c if burnt else right / eta_d
            n += 1
    return n, high * eta_c, turn


@compiled
def net_of_change(
    change: float, turn: float, charge: float, discharge: float, eta_c: float, eta_d: float
) -> float:
    """Net charge of a change of level: the inverse of what `hour_cost` builds."""
    high = no_burn_change(turn, eta_c, eta_d)
    if change >= high:
        return change / eta_c if change >= 0.0 else change * eta_d
    if change >= high - both_at_once(turn, charge, discharge) * (1.0 / eta_d - eta_c):
        return turn
    net = charge - (eta_c * charge - change) * eta_d
    if net >= charge - discharge:
        return net
    return (change + discharge / eta_d) / eta_c - discharge


@compiled
def backward(
    load: Array, price: Array, size: Array, charge: float, discharge: float, energy: float,
    eta_c: float, eta_d: float, wrap: int, start_level: float, force: float,
    values: Array, lengths: Array, first: IntArray, pieces: Array, widths: Array,
    count: IntArray, top: Array, turn: Array,
) -> int:  # fmt: skip
    """Lists of water values of all steps, from the end of the year to its start.

    Parameters
    ----------
    load (T,), price, size (T, K) : steps in merit order, MWh.
    wrap : steps of the next year's start that stand behind the end; 0 with `force`.
    start_level, force : level that the year must end on and the price of missing it.
    values, lengths : flat room for the lists; `first` (T + 1,) where the list of a step begins; it
        ends where that of the step before begins.
    pieces, widths (T, 2 K + 1), count, top, turn (T,) : cost of each step, see `hour_cost`.

    Returns
    -------
    0, or 1 if the room was too small.
    """
    steps = len(load)
    room = len(values)
    for t in range(steps):
        count[t], top[t], turn[t] = hour_cost(
            load[t], price[t], size[t], charge, discharge, eta_c, eta_d, pieces[t], widths[t]
        )
    at, n = 0, 0
    if force > 0.0:
        values[0], lengths[0] = force, start_level
        values[1], lengths[1] = -force, energy - start_level
        n = 2
    else:
        values[0], lengths[0] = 0.0, energy
        n = 1
    for i in range(steps + wrap):
        t = steps + wrap - 1 - i
        hour = t - steps if t >= steps else t
        if t == steps - 1:
            first[steps] = at
        if at + 2 * n + count[hour] + 1 >= room:
            return 1
        new = at + n
        m = _merge(
            values, lengths, at, n, pieces[hour], widths[hour], count[hour], top[hour], energy, new
        )
        at, n = new, m
        if t < steps:
            first[t] = at
        elif t > steps:  # lists of the extra steps are not needed again
            for k in range(n):
                values[k], lengths[k] = values[at + k], lengths[at + k]
            at = 0
    return 0


@compiled
def _merge(
    values: Array, lengths: Array, at: int, n: int, pieces: Array, widths: Array, count: int,
    drop: float, keep: float, new: int,
) -> int:  # fmt: skip
    """Merge the list at `at` with the pieces of a step; write what lies in [drop, drop + keep]."""
    a, b, m = 0, count - 1, 0
    left = keep
    while left > 0.0 and (a < n or b >= 0):
        if b < 0 or (a < n and values[at + a] >= pieces[b]):
            v, w = values[at + a], lengths[at + a]
            a += 1
        else:
            v, w = pieces[b], widths[b]
            b -= 1
        if drop > 0.0:
            cut = min(drop, w)
            drop -= cut
            w -= cut
        w = min(w, left)
        if w <= 0.0:
            continue
        left -= w
        if m > 0 and values[new + m - 1] == v:
            lengths[new + m - 1] += w
        else:
            values[new + m], lengths[new + m] = v, w
            m += 1
    if m > 0 and left > 0.0:
        lengths[new + m - 1] += left  # rounding
    return m


@compiled
def forward(
    start: float, since: int, energy: float, charge: float, discharge: float,
    eta_c: float, eta_d: float, tolerance: float,
    values: Array, lengths: Array, first: IntArray, pieces: Array, widths: Array,
    count: IntArray, top: Array, turn: Array,
    level: Array, net: Array, change: Array, upper: Array, lower: Array,
) -> float:  # fmt: skip
    """Walk the lists from a level at step `since` to the end of the year; return the last level.

    Writes the level at the start of each step, its net charge, its change of level, and the
    interval [lower, upper] of optimal water values.
    """
    s = start
    for t in range(since, len(count)):
        level[t] = s
        position = s + top[t]
        a, stop, b = first[t + 1], first[t], count[t] - 1
        taken, own, reached = 0.0, 0.0, False
        upper[t], lower[t] = np.inf, -np.inf
        while a < stop or b >= 0:
            held = b < 0 or (a < stop and values[a] >= pieces[t, b])
            v, w = (values[a], lengths[a]) if held else (pieces[t, b], widths[t, b])
            left = position - taken
            if reached:
                if w > tolerance:
                    lower[t] = v
                    break
            elif w > left + tolerance:
                lower[t] = v
                if left > tolerance:
                    upper[t] = v
                if held:
                    own += max(left, 0.0)
                break
            else:
                if w > tolerance:
                    upper[t] = v
                if held:
                    own += min(w, max(left, 0.0))
                taken += w
                reached = w >= left - tolerance
            if held:
                a += 1
            else:
                b -= 1
        after = min(max(own, 0.0), energy)
        change[t] = after - s
        net[t] = net_of_change(change[t], turn[t], charge, discharge, eta_c, eta_d)
        s = after
    return s


@compiled
def water_values(upper: Array, lower: Array, before: float, out: Array) -> float:
    """Chain of optimal water values through the intervals; it moves only where the level binds."""
    value = before
    for t in range(len(upper)):
        value = min(max(value, lower[t]), upper[t])
        out[t] = value
    return value


@compiled
def prices(
    load: Array, price: Array, size: Array, charge: float, discharge: float, eta_c: float,
    eta_d: float, water: Array, out: Array,
) -> None:  # fmt: skip
    """Best price of each step for given water values: the marginal offer of the merit order.

    The storage stands in it with two offers: not to charge at eta_c water, and to discharge at
    water / eta_d.
    """
    for t in range(len(load)):
        bid, ask = eta_c * water[t], water[t] / eta_d
        bid_left, ask_left = charge, discharge
        need = (load[t] + charge) * (1.0 - 1e-14)
        k, value = 0, bid
        while need > 0.0:
            offered = price[t, k] if k < price.shape[1] else np.inf
            if bid_left > 0.0 and bid <= offered and (ask_left <= 0.0 or bid <= ask):
                value = bid
                need -= bid_left
                bid_left = 0.0
            elif ask_left > 0.0 and ask <= offered:
                value = ask
                need -= ask_left
                ask_left = 0.0
            elif k < price.shape[1]:
                value = price[t, k]
                need -= size[t, k]
                k += 1
            else:
                break
        out[t] = value


@compiled
def serve(
    load: Array, net: Array, change: Array, size: Array, index: IntArray, eta_c: float,
    eta_d: float, served: Array, charged: Array, discharged: Array,
) -> None:  # fmt: skip
    """Fill the merit order to load and net charge; split the latter. Energies, MWh a step."""
    loss = 1.0 / eta_d - eta_c
    for t in range(len(load)):
        both = 0.0
        if loss > 1e-12:
            both = (eta_c * net[t] - change[t]) / loss if net[t] >= 0.0 else 0.0
            if net[t] < 0.0:
                both = (net[t] / eta_d - change[t]) / loss
        both = max(both, 0.0)
        charged[t] = max(net[t], 0.0) + both
        discharged[t] = max(-net[t], 0.0) + both
        need = load[t] + net[t]
        for i in range(size.shape[1]):
            got = min(size[t, i], max(need, 0.0))
            served[t, index[t, i]] = got
            need -= got


@compiled
def cut(
    load: Array, price: Array, limit: Array, per_mw: Array, capacity: IntArray, x: Array,
    marginal: Array, step_h: float, slopes: Array,
) -> float:  # fmt: skip
    """Dual bound of the cost of a year, linear in the capacities, storage left out.

    Writes the slopes (J,) and returns the constant: sum of price x load less the rents of the
    offers, each put on its capacity where that binds and on the constant where its limit does.
    """
    constant = 0.0
    for t in range(len(load)):
        constant += marginal[t] * load[t]
        for k in range(price.shape[1]):
            rent = (marginal[t] - price[t, k]) * step_h
            if rent <= 0.0:
                continue
            j = capacity[t, k]
            if j >= 0 and per_mw[t, k] * x[j] <= limit[t, k]:
                slopes[j] -= rent * per_mw[t, k]
            else:
                constant -= rent * limit[t, k]
    return constant


@compiled
def storage_slopes(
    water: Array, marginal: Array, eta_c: float, eta_d: float
) -> tuple[float, float, float]:
    """Yearly worth of a MWh a step of charge, of discharge, and of a MWh of energy held."""
    charge, discharge, energy = 0.0, 0.0, 0.0
    steps = len(water)
    for t in range(steps):
        charge += max(0.0, eta_c * water[t] - marginal[t])
        discharge += max(0.0, marginal[t] - water[t] / eta_d)
        energy += max(0.0, water[(t + 1) % steps] - water[t])
    return charge, discharge, energy
