"""The one schema behind all layouts of job traces."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gigawatt.errors import InputError, Problem
from gigawatt.quantity.arrays import Array, IntArray

NONE = float("nan")


class BadRowError(InputError):
    """One row that cannot be used: which column, the value, what would be right."""

    def __init__(self, key: str, value: object, expected: str) -> None:
        self.key, self.value, self.expected = key, value, expected
        super().__init__(f"{key} = {value!r}: {expected}")


class LeftOutError(Exception):
    """A sound row that is no run of a job on the cluster (never started, a step, CPU only)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One job.

    Attributes
    ----------
    job_id : as written.
    submit_s : when it was submitted, s, on the trace's own clock.
    duration_s : how long it ran, s.
    size : GPUs, or nodes or processors for layouts that count those (`Trace.counts`).
    limit_s : time limit; NaN where the trace has none.
    start_s, end_s : what the trace recorded; NaN where it has none.
    power_w : power of the whole job, W; NaN where the trace has none.
    cpu_use, gpu_use : utilisation, cpu of 1, GPU summed over the GPUs of a node; NaN where none.
    priority : larger goes first; 0 where the trace has none.
    nodes : that the job ran on; NaN where the trace has none.
    line : line of the file, counted from 1.
    """

    job_id: str
    submit_s: float
    duration_s: float
    size: float
    limit_s: float = NONE
    start_s: float = NONE
    end_s: float = NONE
    power_w: float = NONE
    cpu_use: float = NONE
    gpu_use: float = NONE
    priority: float = 0.0
    nodes: float = NONE
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was refused: its problem and its text."""

    problem: Problem
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Jobs of a trace as arrays (J,), sorted by nothing: the order of the file.

    Attributes
    ----------
    name, layout : file name and layout.
    counts : what `size` counts: "GPU", "node" or "processor".
    job_id : (J,) as written.
    submit_s, duration_s, size, limit_s, start_s, end_s, power_w, cpu_use, gpu_use, priority,
        nodes : as in `Row`.
    line : (J,) lines of the file.
    rejected : rows refused.
    left_out : reason → number of sound rows that are no runs of jobs.
    """

    name: str
    layout: str
    counts: str
    job_id: tuple[str, ...]
    submit_s: Array
    duration_s: Array
    size: Array
    limit_s: Array
    start_s: Array
    end_s: Array
    power_w: Array
    cpu_use: Array
    gpu_use: Array
    priority: Array
    nodes: Array
    line: IntArray
    rejected: tuple[Rejected, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)


COLUMNS = (
    "submit_s", "duration_s", "size", "limit_s", "start_s", "end_s", "power_w", "cpu_use",
    "gpu_use", "priority", "nodes",
)  # fmt: skip


def as_trace(
    name: str,
    layout: str,
    counts: str,
    rows: list[Row],
    rejected: list[Rejected],
    left_out: dict[str, int],
) -> Trace:
    """Rows as arrays."""
    table = np.array([[getattr(r, c) for c in COLUMNS] for r in rows], dtype=float)
    table = table.reshape(len(rows), len(COLUMNS))
    columns = {c: np.ascontiguousarray(table[:, k]) for k, c in enumerate(COLUMNS)}
    return Trace(
        name=name,
        layout=layout,
        counts=counts,
        job_id=tuple(r.job_id for r in rows),
        line=np.array([r.line for r in rows], dtype=np.int64),
        rejected=tuple(rejected),
        left_out=left_out,
        **columns,
    )
