"""Plans: how a training job is cut over GPUs, for one plan (`Plan`) or many (`PlanBatch`).

A `PlanBatch` is one float table with a row per plan and a column per field of `Plan`, in the order
of the fields; enums are their integer values, flags 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.performance.training.choices import Graphs, Precision, Recompute, Schedule, Stack
from gigawatt.quantity.arrays import Array, BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. Sizes are ranks (GPUs = packages); batches are counted in sequences.

    Attributes
    ----------
    tp, pp, vp, cp, dp : tensor, pipeline, virtual-stage (per GPU), context and data parallel sizes;
        GPUs = tp x pp x cp x dp.
    ep, etp : expert parallel size, and tensor parallel size of the experts; expert ranks are taken
        from tp x cp x dp.
    zero : 0 nothing sharded, 1 optimizer states (distributed optimizer), 2 gradients too, 3
        parameters too (FSDP).
    shard : ranks of one FSDP shard group (HSDP where below dp x cp); 0 means all of dp x cp.
    mbs, gbs, seq : microbatch per data-parallel rank, global batch, tokens per sequence.
    precision, recompute, schedule, graphs, stack : see `choices`.
    recompute_share : share of the layers that `recompute` holds for.
    offload_share : share of the layers whose activations wait in host memory.
    offload_optimizer : optimizer states and update on the host.
    sequence_parallel : norms and residuals split over tp.
    tp_overlap, cp_overlap, ep_overlap, pp_overlap, dp_overlap : whether the collective overlaps
        with computing where its rule allows (`step`); off means fully exposed.
    lean_states : gradients kept in 16 bits (tuned recipes), instead of FP32.
    low_precision_inputs : inputs of products kept for the backward pass in the products' format.
    token_drop : fixed capacity per expert; else no token is dropped.
    imbalance : tokens of the busiest expert rank over the mean (1 = forced balance).
    release_month : months since 2000-01 of the software; 0 means the calibration's month.
    production : a model maker's own run, as its report tells it, instead of a tuned benchmark.
    sites, wan_gbit_s, wan_rtt_ms : sites that the data-parallel ranks are spread over, bandwidth of
        one site towards the others in Gbit/s, and round trip between them.
    local_steps : inner steps between two exchanges over the WAN (1 = synchronous).
    wan_bits : bits per parameter that such an exchange sends each way.
    vendor_release : `release_month` is that of a vendor's container.
    """

    tp: int = 1
    pp: int = 1
    vp: int = 1
    cp: int = 1
    dp: int = 1
    ep: int = 1
    etp: int = 1
    zero: int = 1
    shard: int = 0
    mbs: int = 1
    gbs: int = 1
    seq: int = 4096
    precision: Precision = Precision.BF16
    recompute: Recompute = Recompute.NONE
    recompute_share: float = 1.0
    offload_share: float = 0.0
    offload_optimizer: bool = False
    schedule: Schedule = Schedule.ONE_F_ONE_B
    graphs: Graphs = Graphs.EAGER
    stack: Stack = Stack.TUNED
    sequence_parallel: bool = True
    tp_overlap: bool = True
    cp_overlap: bool = True
    ep_overlap: bool = True
    pp_overlap: bool = True
    dp_overlap: bool = True
    lean_states: bool = False
    low_precision_inputs: bool = True
    token_drop: bool = False
    imbalance: float = 1.0
    release_month: float = 0.0
    production: bool = False
    sites: int = 1
    wan_gbit_s: float = 0.0
    wan_rtt_ms: float = 0.0
    local_steps: int = 1
    wan_bits: float = 16.0
    vendor_release: bool = False

    @property
    def gpus(self) -> int:
        """GPUs that the plan uses."""
        return self.tp * self.pp * self.cp * self.dp

    @property
    def microbatches(self) -> float:
        """Microbatches of one pipeline per step; a fraction where the batch does not divide."""
        return self.gbs / (self.dp * self.mbs)


FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Plan))
COLUMN = {name: i for i, name in enumerate(FIELDS)}
_CASTS: dict[str, Any] = {
    f.name: type(f.default) for f in fields(Plan)
}  # every field has a default of its own type


@dataclass(frozen=True, slots=True)
class PlanBatch:
    """Many plans; `table` is (N, F) float64 with the columns of `FIELDS`."""

    table: Array

    def __len__(self) -> int:
        return int(self.table.shape[0])

    def column(self, name: str) -> Array:
        """Values of one field, (N,), a view."""
        view: Array = self.table[:, COLUMN[name]]
        return view

    def plan(self, index: int) -> Plan:
        """Plan of one row."""
        row = self.table[index]
        return Plan(**{name: _CASTS[name](_plain(row[i])) for name, i in COLUMN.items()})

    def take(self, where: BoolArray | IntArray) -> PlanBatch:
        """Rows chosen by a mask or indices."""
        return PlanBatch(self.table[where])


def _plain(value: object) -> float | int:
    number = float(value)  # type: ignore[arg-type]
    return int(number) if number.is_integer() else number


def batch_of(plans: Sequence[Plan]) -> PlanBatch:
    """Table of given plans."""
    rows = [[float(getattr(p, name)) for name in FIELDS] for p in plans]
    return PlanBatch(np.array(rows, dtype=np.float64).reshape(len(plans), len(FIELDS)))


def batch_from_columns(base: Plan, **columns: ArrayLike) -> PlanBatch:
    """Table whose named columns vary (1-D arrays of one length); the rest is as in `base`."""
    size = max(np.size(c) for c in columns.values()) if columns else 1
    table = np.tile(batch_of([base]).table, (size, 1))
    for name, values in columns.items():
        table[:, COLUMN[name]] = values
    return PlanBatch(table)


def check_plan(plan: Plan) -> None:
    """Check sizes that hold for every model.

    Raises
    ------
    InputError : a size below one, or sizes that do not go together; the message names them.
    """
    for name in ("tp", "pp", "vp", "cp", "dp", "ep", "etp", "mbs", "gbs", "seq", "local_steps"):
        if getattr(plan, name) < 1:
            raise InputError(f"plan: {name} = {getattr(plan, name)} must be at least 1.")
    if plan.gbs < plan.dp * plan.mbs:
        raise InputError(
            f"plan: gbs = {plan.gbs} is less than one microbatch for each data-parallel rank "
            f"(dp {plan.dp} x mbs {plan.mbs})."
        )
    if plan.sites > 1 and plan.wan_gbit_s <= 0.0:
        raise InputError(
            f"plan: {plan.sites} sites need wan_gbit_s, the bandwidth of one site to the others."
        )
    if (plan.tp * plan.cp * plan.dp) % (plan.ep * plan.etp):
        raise InputError(
            f"plan: ep x etp = {plan.ep} x {plan.etp} does not divide tp x cp x dp = "
            f"{plan.tp * plan.cp * plan.dp}."
        )


def with_changes(plan: Plan, **changes: float | bool) -> Plan:
    """Copy of a plan with some fields changed."""
    return replace(plan, **changes)  # type: ignore[arg-type]
