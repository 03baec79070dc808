"""What the grid sees of a site: shape, ramps, swings, drops; what smoothing and calls cost.

Power is that of the IT; losses and cooling up to the meter are the energy layer's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.operations.events.jit import compiled
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import SECONDS_PER_HOUR

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class LoadShape:
    """Figures of a series of power.

    Attributes
    ----------
    mean_mw, peak_mw : of the bins.
    load_factor : mean over peak.
    ramp_up_mw_per_min, ramp_down_mw_per_min : largest changes of the mean of one bin to the next,
        or of the power at one moment where that is more.
    swing_mw : largest difference within a window of `window_s`.
    window_s : of the swing.
    drop_mw : largest fall at one moment.
    hourly_mw : (H,) means of the hours.
    """

    mean_mw: float
    peak_mw: float
    load_factor: float
    ramp_up_mw_per_min: float
    ramp_down_mw_per_min: float
    swing_mw: float
    window_s: float
    drop_mw: float
    hourly_mw: Array


def load_shape(
    power_mw: Array, bin_s: float, drop_mw: float = 0.0, window_s: float = 600.0,
    rise_mw: float = 0.0,
) -> LoadShape:  # fmt: skip
    """Figures of a series of means (T,) over bins of `bin_s`, at most an hour.

    `drop_mw` and `rise_mw` are the largest changes at one moment, which lies within a minute: the
    means of two bins show it in full only where it falls on their edge.
    """
    step = np.diff(power_mw) * MINUTE / bin_s
    per_hour = round(SECONDS_PER_HOUR / bin_s)
    hours = len(power_mw) // per_hour
    width = max(2, round(window_s / bin_s) + 1)
    swing = 0.0
    if len(power_mw) >= width:
        windows = np.lib.stride_tricks.sliding_window_view(power_mw, width)
        swing = float((windows.max(axis=1) - windows.min(axis=1)).max())
    mean, peak = float(power_mw.mean()), float(power_mw.max())
    return LoadShape(
        mean, peak, mean / peak if peak > 0.0 else 0.0, float(step.max(initial=rise_mw)),
        float(-step.min(initial=-drop_mw)), swing, window_s, drop_mw,
        power_mw[: hours * per_hour].reshape(hours, per_hour).mean(axis=1),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How power is kept smooth.

    Attributes
    ----------
    floor_mw : never less is drawn; filler work burns what is missing.
    ramp_mw_per_min : largest change of what is drawn.
    storage_mwh, storage_mw : energy and power of storage at the site, half full at the start.
    round_trip : energy out over energy in.
    """

    floor_mw: float = 0.0
    ramp_mw_per_min: float = float("inf")
    storage_mwh: float = 0.0
    storage_mw: float = 0.0
    round_trip: float = 0.9


@dataclass(frozen=True, slots=True)
class Smoothed:
    """What smoothing gives and costs.

    Attributes
    ----------
    drawn_mw : (T,) power after smoothing.
    burnt_mwh : filler work and what did not fit into storage.
    held_back_mwh : work that had to wait for the ramp: throughput lost.
    cycled_mwh : energy that went through storage.
    storage_loss_mwh : of it lost.
    stored_mwh : in storage at the end less at the start.
    """

    drawn_mw: Array
    burnt_mwh: float
    held_back_mwh: float
    cycled_mwh: float
    storage_loss_mwh: float
    stored_mwh: float


def smooth(power_mw: Array, bin_s: float, s: Smoothing) -> Smoothed:
    """Smooth a series of power (T,) in bins of `bin_s`.

    What is drawn follows the load as fast as the ramp allows. Storage fills the gap between the
    two; where it is empty the load is held back, where it is full the surplus is burnt. Energy
    balances: drawn = load - held back + burnt + stored + lost in storage.
    """
    drawn, totals = _smooth(
        np.ascontiguousarray(power_mw, dtype=float), bin_s / SECONDS_PER_HOUR, s.floor_mw,
        s.ramp_mw_per_min * bin_s / MINUTE, s.storage_mwh, s.storage_mw, s.round_trip,
    )  # fmt: skip
    return Smoothed(drawn, *(float(v) for v in totals))


@compiled
def _smooth(
    load: Array, hours: float, floor: float, step: float, room: float, most: float, trip: float
) -> tuple[Array, Array]:
    drawn = np.empty_like(load)
    burnt = held = cycled = lost = 0.0
    stored = start = 0.5 * room
    now = max(load[0], floor)
    for i in range(len(load)):
        # towards the load, and towards half full within an hour
        aim = max(load[i] + min(max(0.5 * room - stored, -most), most), floor)
        now = min(max(aim, now - step), now + step)
        now = max(now, floor)
        gap = load[i] - now
        if gap > 0.0:
            out = min(gap, most, stored / hours)
            stored -= out * hours
            cycled += out * hours
            held += (gap - out) * hours
        else:
            into = min(-gap, most, max(0.0, (room - stored) / (hours * trip)))
            stored += into * hours * trip
            lost += into * hours * (1.0 - trip)
            burnt += (-gap - into) * hours
        drawn[i] = now
    return drawn, np.array([burnt, held, cycled, lost, stored - start])


@dataclass(frozen=True, slots=True)
class Tier:
    """Jobs of one flex tier: GPUs at work and their power above idle."""

    tier: int
    gpus: float
    dynamic_mw: float


TOLERATED = (0.0, 0.10, 0.25, 0.50)  # throughput that tiers 0 to 3 give up in a call
FASTEST_CAP_S = 30.0  # a cap reached all GPUs within this in a published trial


@dataclass(frozen=True, slots=True)
class TierAnswer:
    """What one tier gives to a call: power, throughput given up, GPU-hours lost."""

    tier: int
    shed_mw: float
    throughput_lost_share: float
    gpu_hours_lost: float


def answer_call(
    tiers: list[Tier], shed_mw: float, within_s: float, hours: float, cap_exponent: float
) -> tuple[list[TierAnswer], float]:
    """Who yields in a call of the grid, and what is missing.

    Tiers yield from the most flexible down, each by caps up to the throughput it tolerates:
    throughput = x^e with x the share of its power above idle.

    Parameters
    ----------
    tiers : what runs, by tier.
    shed_mw, within_s, hours : power to shed, how fast, for how long.
    cap_exponent : e.

    Returns
    -------
    answers by tier, and MW that cannot be shed; all of it if `within_s` is below 30 s.
    """
    left = shed_mw
    out = []
    for tier in sorted(tiers, key=lambda t: -t.tier):
        most = TOLERATED[tier.tier] if within_s >= FASTEST_CAP_S else 0.0
        can = tier.dynamic_mw * (1.0 - (1.0 - most) ** (1.0 / cap_exponent))
        shed = min(left, can)
        loss = 0.0
        if shed > 0.0:
            loss = 1.0 - (1.0 - shed / tier.dynamic_mw) ** cap_exponent
        left -= shed
        out.append(TierAnswer(tier.tier, shed, loss, loss * tier.gpus * hours))
    return out, left
