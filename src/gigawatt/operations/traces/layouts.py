"""One reader a layout: from the named fields of a row to a `Row`.

plain   job_id, submit_s, duration_s, gpus [, power_w, limit_s, priority]
raps    job list of ExaDigiT RAPS: nodes, run_time_s, time_limit_s, utilisation
openb   Alibaba GPU trace of 2023: pods with num_gpu and gpu_milli
gavel   seven or more tab-separated fields without a heading; steps need `steps_per_s`
swf     Standard Workload Format, 18 numbers a line, ``;`` comments
sacct   Slurm accounting, comma or pipe separated, any set of columns that holds what is needed
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from gigawatt.errors import nearest
from gigawatt.operations.traces.fields import (
    duration,
    elapsed_s,
    number,
    time_s,
    watts_per_gpu,
    whole,
)
from gigawatt.operations.traces.model import NONE, BadRowError, LeftOutError, Row
from gigawatt.quantity.units import SECONDS_PER_HOUR

Fields = dict[str, str]
Reader = Callable[[Fields, int], Row]
END_SLACK_S = 2.0  # recorded end against start + duration


@dataclass(frozen=True, slots=True)
class Layout:
    """How a layout is recognised and read.

    Attributes
    ----------
    name : as given on the command line.
    counts : what its size counts.
    needs : columns without which it is not this layout; lower case.
    may : further columns that are read; a name close to one of them is a slip.
    read : from fields, by lower-case name, and the line to a job.
    """

    name: str
    counts: str
    needs: tuple[str, ...]
    read: Reader
    may: tuple[str, ...] = ()


def _plain(f: Fields, line: int) -> Row:
    gpus = number(f, "gpus")
    if gpus <= 0.0:
        raise BadRowError("gpus", gpus, "must be above 0")
    if gpus > 1.0:
        whole(gpus, "gpus")  # a share is of one GPU
    power = watts_per_gpu(number(f, "power_w", NONE), gpus, "power_w")
    return Row(
        f["job_id"], time_s(f, "submit_s"), duration(number(f, "duration_s"), "duration_s"),
        gpus, number(f, "limit_s", NONE), power_w=power, priority=number(f, "priority", 0.0),
        line=line,
    )  # fmt: skip


def _raps(f: Fields, line: int) -> Row:
    cpu, gpu = number(f, "cpu_util", 0.0), number(f, "gpu_util_of_4", 0.0)
    run = duration(number(f, "run_time_s"), "run_time_s")
    if not (0.0 <= cpu <= 1.0 and 0.0 <= gpu <= 4.0):
        raise BadRowError("cpu_util", cpu, "utilisation is outside of 0 to 1 (cpu), 0 to 4 (GPUs)")
    return Row(
        f["job_id"], number(f, "submit_s"), run, whole(number(f, "nodes"), "nodes"),
        number(f, "time_limit_s"), number(f, "raps_start_s", NONE), number(f, "raps_end_s", NONE),
        cpu_use=cpu, gpu_use=gpu, line=line,
    )  # fmt: skip


POD_PHASES = ("running", "succeeded", "failed", "pending", "unknown")


def _openb(f: Fields, line: int) -> Row:
    phase = f.get("pod_phase", "").strip().lower()
    if phase not in POD_PHASES:
        raise BadRowError("pod_phase", f.get("pod_phase"), "must be " + ", ".join(POD_PHASES))
    gpus, milli = number(f, "num_gpu"), number(f, "gpu_milli", 1000.0)
    if not 0.0 <= milli <= 1000.0:
        raise BadRowError("gpu_milli", milli, "must be 0 to 1000 thousandths of one GPU")
    if gpus == 0.0:
        raise LeftOutError("asks for no GPU")
    size = whole(gpus, "num_gpu") if gpus != 1.0 else milli / 1000.0
    if size <= 0.0:
        raise LeftOutError("asks for no GPU")
    submit = time_s(f, "creation_time")
    end = time_s(f, "deletion_time", NONE)
    start = time_s(f, "scheduled_time", NONE)
    if math.isnan(start):
        raise LeftOutError("never scheduled")
    if math.isnan(end):
        raise LeftOutError("still running")
    if start < submit or end < start:
        raise BadRowError("deletion_time", f["deletion_time"], "times run backwards")
    if end == start:
        raise LeftOutError("ran for no whole second")
    run = duration(end - start, "deletion_time")
    return Row(f["name"], submit, run, size, NONE, start, end, line=line)


def gavel_reader(steps_per_s: Callable[[str, float], float]) -> Reader:
    """Reader of Gavel's layout; `steps_per_s` gives a job type's speed on its GPUs."""

    def read(f: Fields, line: int) -> Row:
        gpus = whole(number(f, "scale_factor"), "scale_factor")
        steps = number(f, "total_steps")
        speed = steps_per_s(f["job_type"], gpus)
        run = duration(steps / speed, "total_steps")
        return Row(str(line), time_s(f, "arrival_time"), run, gpus, line=line)

    return read


SWF_FIELDS = (
    "job", "submit", "wait", "run", "processors", "cpu", "memory", "req_processors", "req_time",
    "req_memory", "status", "user", "group", "executable", "queue", "partition", "after", "think",
)  # fmt: skip
SWF_STATES = {-1, 0, 1, 2, 3, 4, 5}


def _swf(f: Fields, line: int) -> Row:
    state = number(f, "status")
    if state not in SWF_STATES:
        raise BadRowError("status", f["status"], "must be -1 to 5")
    run = number(f, "run")
    if run <= 0.0:
        raise LeftOutError("no run time (cancelled in the queue, or below one second)")
    size = number(f, "processors")
    if size <= 0.0:
        size = number(f, "req_processors")
    wait = number(f, "wait", -1.0)
    submit = number(f, "submit")
    if submit < 0.0:
        raise BadRowError("submit", submit, "must be 0 or more")
    start = submit + wait if wait >= 0.0 else NONE
    limit = number(f, "req_time", -1.0)
    return Row(
        f["job"], submit, duration(run, "run"), whole(size, "processors"),
        limit if limit > 0.0 else NONE, start, start + run, line=line,
    )  # fmt: skip


SACCT_STATES = (
    "BOOT_FAIL", "CANCELLED", "COMPLETED", "COMPLETING", "CONFIGURING", "DEADLINE", "FAILED",
    "NODE_FAIL", "OUT_OF_MEMORY", "PENDING", "PREEMPTED", "REQUEUED", "RESIZING", "REVOKED",
    "RUNNING", "SUSPENDED", "TIMEOUT",
)  # fmt: skip
# gres/gpu=8, gres/gpu:h100=8, gpu:8, gpu:h100:8, gres:gpu:8: a type, or none, and a count
_TRES_GPU = re.compile(
    r"gres/gpu(?::([^=,:]+))?=(\d+)|(?<![a-z/])gpu(?::([A-Za-z][^:,(=]*))?[:=](\d+)"
)


def _sacct(f: Fields, line: int) -> Row:
    job = (f.get("jobid") or f.get("jobidraw") or "").strip()
    if not job:
        raise BadRowError("JobID", job, "a job needs a number")
    if "." in job:
        raise LeftOutError("step of a job")
    words = f["state"].split()
    state = words[0].upper().rstrip("+") if words else ""
    known = [s for s in SACCT_STATES if state and s.startswith(state)]
    if state not in SACCT_STATES and not (len(known) == 1 and f["state"].strip().endswith("+")):
        hint = nearest(state, SACCT_STATES)
        raise BadRowError(
            "State", f["state"], "is no state of Slurm" + (f"; nearest is {hint}" if hint else "")
        )
    start, end = time_s(f, "start", NONE), time_s(f, "end", NONE)
    if math.isnan(start):
        raise LeftOutError("never started")
    if math.isnan(end):
        raise LeftOutError("still running")
    submit = time_s(f, "submit")
    if _clocks_went_back(f, end - start):
        end += SECONDS_PER_HOUR
    if end < start:
        raise BadRowError("End", f["end"], f"is before Start {f['start']}")
    if start < submit:
        raise BadRowError("Start", f["start"], f"is before Submit {f['submit']}")
    if end == start:
        raise LeftOutError("ran for no whole second")
    run = _sacct_elapsed(f, end - start)
    gpus = _sacct_gpus(f)
    limit = elapsed_s(f, "timelimit", NONE) if f.get("timelimit", "")[:1].isdigit() else NONE
    if f.get("timelimitraw", "").strip().isdigit():
        limit = 60.0 * number(f, "timelimitraw")
    return Row(
        job, submit, duration(run, "Elapsed"), gpus, limit, start, end,
        priority=number(f, "priority", 0.0), nodes=_sacct_nodes(f), line=line,
    )  # fmt: skip


def _sacct_nodes(f: Fields) -> float:
    """Nodes of the job, from a column of their own or from AllocTRES; NaN for none."""
    for key in ("allocnodes", "nnodes"):
        if f.get(key, "").strip().isdigit():
            return number(f, key)
    found = re.search(r"\bnode=(\d+)", f.get("alloctres") or f.get("reqtres") or "")
    return float(found[1]) if found else NONE


def _clocks_went_back(f: Fields, between: float) -> bool:
    """Whether local time was set back by an hour while the job ran: Elapsed is longer by just it.

    The other way round, in spring, Elapsed is shorter, as it is for a job that was suspended.
    """
    key = "elapsedraw" if "elapsedraw" in f else "elapsed"
    if f["end"].strip().isdigit():
        return False  # seconds of the epoch know no local time
    return abs(elapsed_s(f, key, between) - between - SECONDS_PER_HOUR) <= END_SLACK_S


def _sacct_elapsed(f: Fields, between: float) -> float:
    """Run time of the row; must agree with end - start unless the job was suspended."""
    key = "elapsedraw" if "elapsedraw" in f else "elapsed"
    run = elapsed_s(f, key, between)
    if run > between + END_SLACK_S or (run > 0 and between / run > 500.0):
        raise BadRowError(
            key, f[key], f"differs from End - Start = {between:,.0f} s; is the unit seconds?"
        )
    return run


def _sacct_gpus(f: Fields) -> float:
    """GPUs of the whole job from AllocTRES, or from AllocGRES times nodes."""
    for key, times_nodes in (
        ("alloctres", False), ("reqtres", False), ("allocgres", True), ("reqgres", True),
    ):  # fmt: skip
        found = [(a or c, int(b or d)) for a, b, c, d in _TRES_GPU.findall(f.get(key, ""))]
        if found:
            # the count without a type is the sum of those by type, where both are written
            total = sum(n for kind, n in found if not kind) or sum(n for kind, n in found if kind)
            if total == 0:
                raise LeftOutError("asks for no GPU")
            nodes = number(f, "allocnodes", number(f, "nnodes", 1.0)) if times_nodes else 1.0
            return whole(total * nodes, key)
    for key in ("gpus", "ngpus", "gpu_num"):
        if f.get(key, "").strip():
            gpus = number(f, key)
            if gpus == 0.0:
                raise LeftOutError("asks for no GPU")
            return whole(gpus, key)
    raise LeftOutError("asks for no GPU")


def _acme(f: Fields, line: int) -> Row:
    gpus = number(f, "gpu_num")
    if gpus == 0.0:
        raise LeftOutError("asks for no GPU")
    state = (f.get("state") or "").split()
    if state and state[0].upper() not in SACCT_STATES:
        hint = nearest(state[0].upper(), SACCT_STATES)
        raise BadRowError(
            "state", f["state"], "is no state" + (f"; nearest is {hint}" if hint else "")
        )
    start, end = time_s(f, "start_time", NONE), time_s(f, "end_time", NONE)
    if math.isnan(start):
        raise LeftOutError("never started")
    if end < start:
        raise BadRowError("end_time", f["end_time"], "is before start_time")
    if math.isnan(end) and not (f.get("duration") or "").strip():
        raise LeftOutError("still running")
    run = number(f, "duration", end - start)
    if run == 0.0:
        raise LeftOutError("ran for no whole second")
    if not math.isnan(end) and abs(run - (end - start)) > END_SLACK_S + 0.01 * (end - start):
        raise BadRowError("duration", run, f"differs from end - start = {end - start:,.0f} s")
    return Row(
        f["job_id"], time_s(f, "submit_time"), duration(run, "duration"), whole(gpus, "gpu_num"),
        NONE, start, end, line=line,
    )  # fmt: skip


GAVEL_FIELDS = (
    "job_type", "command", "num_steps_arg", "needs_data_dir", "total_steps", "arrival_time",
    "scale_factor",
)  # fmt: skip

LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout(
            "raps", "node", ("job_id", "submit_s", "nodes", "run_time_s", "time_limit_s"), _raps
        ),
        Layout(
            "plain", "GPU", ("job_id", "submit_s", "duration_s", "gpus"), _plain,
            ("power_w", "limit_s", "priority"),
        ),
        Layout(
            "openb", "GPU",
            ("name", "num_gpu", "gpu_milli", "creation_time", "deletion_time", "scheduled_time"),
            _openb,
        ),
        Layout("sacct", "GPU", ("jobid", "state", "submit", "start", "end"), _sacct),
        Layout(
            "acme", "GPU", ("job_id", "gpu_num", "submit_time", "start_time", "end_time"), _acme
        ),
        Layout("gavel", "GPU", GAVEL_FIELDS, gavel_reader(lambda job, gpus: 1.0)),
        Layout("swf", "processor", SWF_FIELDS, _swf),
    )
}  # fmt: skip
