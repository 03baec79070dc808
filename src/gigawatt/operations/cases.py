"""Mean time to failure and effective time of single jobs, from a table of cases.

Model `series` is the published form, with nothing added (failures in proportion to nodes)::

    MTTF = 1 / (N r)        ETTR = (1 - N r (R + tau / 2)) / (1 + C / tau)

with Young's interval sqrt(2 C / (N r)) where none is given. Model `full` takes the rate of
`reliability` (shared services, size), the exact goodput of `goodput` and `policies`, and draws what
is not known; its low and high are the 5th and 95th percentile. A rate that is given is taken as the
rate of nodes, at the age at which it was measured. Blank fields take the ranges of the catalog.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.catalog.facts import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import nearest
from gigawatt.operations.assumptions import OperationsAssumptions, ReliabilityAssumptions
from gigawatt.operations.policies import NEVER_FINISHES, POLICIES
from gigawatt.operations.recovery import Recovery, best_interval, waterfall
from gigawatt.operations.reliability import PACKAGES_PER_NODE, job_rate_per_s, node_rate_per_s
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.blank import is_blank
from gigawatt.quantity.units import SECONDS_PER_HOUR
from gigawatt.uncertainty.streams import Streams

MODELS = ("series", "full")
DRAWS = 2000
INPUTS = (
    "gpus", "gpus_per_node", "failures_per_1000_node_days", "checkpoint_write_s",
    "checkpoint_interval_s", "restart_s", "policy", "model",
)  # fmt: skip
OUTPUTS = (
    "mttf_h", "mttf_h_low", "mttf_h_high", "ettr", "ettr_low", "ettr_high", "best_interval_s",
    "problem",
)  # fmt: skip
LARGEST = {
    "gpus": 1e8, "gpus_per_node": 1024.0, "failures_per_1000_node_days": 1e4,
    "checkpoint_write_s": 1e5, "checkpoint_interval_s": 3e6, "restart_s": 1e6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One job. `interval_s` None takes the best one; for what else may be None, our range.

    Attributes
    ----------
    gpus, gpus_per_node : size of the job; nodes are counted whole.
    failures_per_1000_node_days : per node of `gpus_per_node`.
    write_s, restart_s : blocking part of a checkpoint; from the failure to useful work, under the
        policy.
    policy, model : of `POLICIES`, `MODELS`.
    """

    gpus: float
    gpus_per_node: float
    failures_per_1000_node_days: float | None
    write_s: float | None
    interval_s: float | None
    restart_s: float | None
    policy: str
    model: str

    @property
    def nodes(self) -> float:
        """Whole nodes that the job holds."""
        return float(math.ceil(self.gpus / self.gpus_per_node - 1e-9))


@dataclass(frozen=True, slots=True)
class Answer:
    """Centre, low and high of mean time to failure and work share; `problem` empty if sound."""

    mttf_h: tuple[float, float, float]
    ettr: tuple[float, float, float]
    best_interval_s: float
    problem: str = ""


class CaseReader:
    """Answers cases; holds the draws that all of them share."""

    def __init__(self, catalog: Catalog, draws: int = DRAWS, seed: int = 1) -> None:
        streams = Streams(seed, draws)
        self.fleet = sample_assumptions(catalog, streams, "operations", OperationsAssumptions)
        self.any = sample_assumptions(catalog, streams, "reliability", ReliabilityAssumptions)

    def row(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Outputs of one row of a table, as text; what is wrong stands in `problem`."""
        try:
            answer = self.answer(parse_case(fields))
        except ValueError as bad:
            return {**dict.fromkeys(OUTPUTS, ""), "problem": str(bad)}
        values = (*answer.mttf_h, *answer.ettr, answer.best_interval_s)
        shown = ["" if not math.isfinite(v) else f"{v if v > 1e-12 else 0.0:.6g}" for v in values]
        return dict(zip(OUTPUTS, [*shown, answer.problem], strict=True))

    def answer(self, case: Case) -> Answer:
        """Answer one case."""
        return _series(case) if case.model == "series" else self._full(case)

    def _full(self, case: Case) -> Answer:
        rate = self.rates(case)
        interval, work = self._work(case, rate)
        ettr = np.quantile(work, [0.5, 0.05, 0.95])
        if not rate.any():  # nothing ever fails, so there is no best interval
            return Answer((math.inf,) * 3, _three(ettr), math.inf)
        mttf = np.quantile(1.0 / rate / SECONDS_PER_HOUR, [0.5, 0.05, 0.95])
        problem = ""
        if ettr[0] < NEVER_FINISHES:
            problem = f"never finishes: {ettr[0]:.2g} of the time is work; {self._at_most(case)}"
        return Answer(_three(mttf), _three(ettr), float(np.median(interval)), problem)

    def rates(self, case: Case) -> Array:
        """Failure rate of the job by draw, 1/s."""
        per_node = self.node_rates(case)
        packages = case.nodes * case.gpus_per_node
        per_eight = per_node * PACKAGES_PER_NODE / case.gpus_per_node
        return job_rate_per_s(
            packages, per_eight, self.any.service_factor, self.any.service_nodes,
            self.any.size_exponent,
        )  # fmt: skip

    def node_rates(self, case: Case) -> Array:
        """Failure rate of one node of the case by draw, 1/s."""
        if case.failures_per_1000_node_days is not None:
            given = node_rate_per_s(case.failures_per_1000_node_days)
            return given * self.any.rate_spread_factor
        f = self.fleet
        left = np.exp(-self.any.hall_age_years / f.infant_years)
        young = 1.0 + (f.infant_factor - 1.0) * left
        eighth = case.gpus_per_node / PACKAGES_PER_NODE
        return node_rate_per_s(f.failures_per_1000_node_days) * young * eighth

    def _work(self, case: Case, rate: Array) -> tuple[Array, Array]:
        """Best interval and work share by draw."""
        r = self._recovery(case)
        best = best_interval(case.policy, rate, r)
        interval = best if case.interval_s is None else np.full_like(rate, case.interval_s)
        return best, waterfall(case.policy, rate, r, interval).work

    def _recovery(self, case: Case) -> Recovery:
        """What a failure of the case costs.

        Detection is inside the restart that was given, which is that of the policy, and a case
        says nothing of a stock of spares, so they do not run out.
        """
        a = self.any
        write = self.fleet.checkpoint_stall_s if case.write_s is None else case.write_s
        restart, cold = self._restarts(case)
        return Recovery(
            stall_s=write, detection_s=0.0, restart_s=restart,
            restart_failure_share=0.0, warm_share=1.0, hard_restart_s=cold + write,
            absent_s=restart,
            replicas=np.maximum(case.gpus / a.elastic_replica_count, 2.0),
            repair_share=0.0, repair_s=0.0,
            elastic_pause_s=a.elastic_pause_s, elastic_redo_s=a.elastic_redo_s,
            elastic_whole_share=a.elastic_whole_share, memory_lost_share=a.memory_lost_share,
            memory_interval_s=a.memory_interval_s, memory_stall_s=a.memory_stall_s,
        )  # fmt: skip

    def _restarts(self, case: Case) -> tuple[Array | float, Array | float]:
        """From a failure to useful work, s: under the policy, and from the store."""
        if case.restart_s is not None:
            return case.restart_s, case.restart_s
        f = self.fleet
        cold = f.restart_base_s + f.restart_s_per_1000_packages * case.gpus / 1000.0
        warm = f.warm_restart_share if case.policy in ("spares", "memory") else 1.0
        return f.detection_s + warm * cold, f.detection_s + cold

    def _at_most(self, case: Case) -> str:
        """What would let the job finish: the best interval, or the largest size of halvings."""
        if case.interval_s is not None:
            best, work = self._work(replace(case, interval_s=None), self.rates(case))
            if float(np.median(work)) >= NEVER_FINISHES:
                return f"with a checkpoint each {float(np.median(best)):,.0f} s it would"
        gpus = case.gpus
        while gpus > case.gpus_per_node:
            gpus /= 2.0
            smaller = replace(case, gpus=gpus)
            if float(np.median(self._work(smaller, self.rates(smaller))[1])) >= NEVER_FINISHES:
                return f"with {gpus:,.0f} GPUs it would"
        return "not with fewer GPUs either"


def _series(case: Case) -> Answer:
    """Answer by the published form; it has no range."""
    if case.failures_per_1000_node_days is None:
        raise ValueError("failures_per_1000_node_days: needed for model series")
    if case.policy != "sync":
        raise ValueError(f"policy {case.policy!r}: model series knows only sync; use model full")
    rate = case.nodes * float(node_rate_per_s(case.failures_per_1000_node_days))
    mttf = (1.0 / rate / SECONDS_PER_HOUR if rate > 0.0 else math.inf,) * 3
    write, restart = case.write_s, case.restart_s
    if write is None or restart is None:
        lacks = "checkpoint_write_s" if write is None else "restart_s"
        return Answer(mttf, (math.nan,) * 3, math.nan, f"{lacks}: needed for ettr of model series")
    best = math.sqrt(2.0 * write / rate) if rate > 0.0 else math.inf
    tau = best if case.interval_s is None else case.interval_s
    share = 1.0 - (rate * (restart + tau / 2.0) if rate > 0.0 else 0.0)
    ettr = max(share, 0.0) / (1.0 + (write / tau if tau > 0.0 else 0.0))
    problem = ""
    if share <= 0.0:
        problem = (
            "never finishes by the first-order formula: it loses more than it works; "
            "model full gives the exact share"
        )
    return Answer(mttf, (ettr,) * 3, best, problem)


def parse_case(fields: Mapping[str, str]) -> Case:
    """Case from the fields of a row.

    Raises
    ------
    ValueError : column, value and what would be right.
    """
    policy = (fields.get("policy") or "sync").strip().lower() or "sync"
    model = (fields.get("model") or "full").strip().lower() or "full"
    for key, value, known in (("policy", policy, POLICIES), ("model", model, MODELS)):
        if value not in known:
            hint = nearest(value, known)
            did = f" (did you mean {hint!r}?)" if hint else ""
            raise ValueError(f"{key} {value!r}: must be one of {', '.join(known)}{did}")
    gpus, per_node = _number(fields, "gpus"), _number(fields, "gpus_per_node")
    rate = _number(fields, "failures_per_1000_node_days", blank=True)
    interval = _number(fields, "checkpoint_interval_s", blank=True)
    write = _number(fields, "checkpoint_write_s", blank=True)
    restart = _number(fields, "restart_s", blank=True)
    if gpus is None or per_node is None:
        raise ValueError("gpus and gpus_per_node are needed")
    if gpus < 1.0 or per_node < 1.0:
        raise ValueError("gpus and gpus_per_node must be at least 1")
    if interval is not None and interval <= 0.0:
        raise ValueError(f"checkpoint_interval_s {interval:g}: must be above 0, or blank")
    return Case(gpus, per_node, rate, write, interval, restart, policy, model)


def _number(fields: Mapping[str, str], key: str, blank: bool = False) -> float | None:
    text = (fields.get(key) or "").strip()
    if is_blank(text):
        if blank:
            return None
        raise ValueError(f"{key}: a number is needed")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{key} {text!r}: must be a number") from None
    if not 0.0 <= value <= LARGEST[key]:
        raise ValueError(f"{key} {text}: must be from 0 to {LARGEST[key]:,.0f}")
    return value


def _three(quantiles: Array) -> tuple[float, float, float]:
    return float(quantiles[0]), float(quantiles[1]), float(quantiles[2])
