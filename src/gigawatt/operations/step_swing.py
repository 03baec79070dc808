"""Swing of power within the steps of training, from the phases of a step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigawatt.operations.events.spec import FleetSpec
from gigawatt.operations.site_fleet import W_PER_MW
from gigawatt.operations.site_input import SiteInput
from gigawatt.performance.result import TrainRate
from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class StepSwing:
    """Swing of power within each step of the largest training job, before any smoothing.

    Attributes
    ----------
    workload : whose job it is.
    mw : IT power while all compute less that in the phase that draws least: the most it can be.
    rms_mw : root mean square of the job's power about its mean over the phases of a step.
    at_step_mw : amplitude of the part of it that swings once a step.
    site_rms_mw : rms of all jobs of that size together, whose steps are not in time.
    period_s : time of a step.
    """

    workload: str
    mw: float
    rms_mw: float
    at_step_mw: float
    site_rms_mw: float
    period_s: float


def step_swing(site: SiteInput, spec: FleetSpec) -> StepSwing | None:
    """Swing within a training step; None for a site that does not train.

    All racks of a job go through the phases of its rate at once: compute for d of the step, the
    rest communicating or waiting. A square wave of height P swings once a step by
    (2 / pi) P sin(pi d). Pipeline stages and communication behind computing flatten it.
    """
    largest = {k.name: k for k in spec.kinds if k.wanted}
    found = []
    for use in site.uses:
        kind = largest.get(f"{use.workload.id}-large")
        if not isinstance(use.rate, TrainRate) or kind is None or not kind.standing:
            continue
        racks_mw = int(kind.racks.max()) * site.rack_power_w / W_PER_MW
        power, share = _phases(site, use.rate)
        mean = float(power @ share)
        rms = racks_mw * math.sqrt(float(share @ (power - mean) ** 2))
        rest = float(share[1:] @ power[1:] / max(float(share[1:].sum()), 1e-12))
        at_step = 2.0 / math.pi * (power[0] - rest) * math.sin(math.pi * share[0])
        found.append(
            StepSwing(
                use.workload.id, racks_mw * float(power[0] - power[share > 0.0].min()), rms,
                racks_mw * float(at_step), rms * math.sqrt(kind.standing), use.rate.step_time_s,
            )
        )  # fmt: skip
    return max(found, key=lambda s: s.mw, default=None)


def _phases(site: SiteInput, rate: TrainRate) -> tuple[Array, Array]:
    """Power over full power and share of time of computing, communicating, waiting; (3,) each."""
    watts = np.array([rate.power_compute_w, rate.power_communication_w, rate.power_idle_w])
    share = np.array([rate.compute_share, rate.communication_share, 0.0])
    share[2] = max(0.0, 1.0 - share.sum())
    return np.minimum(watts / site.rate_power_w, 1.0), share
