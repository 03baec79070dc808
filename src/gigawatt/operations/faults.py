"""What failures mean for the closed forms: policy by workload, whole domains, silent corruption.

Classes of failures come from the catalog table "failures", which the event engine reads as well.
Their rates inside nodes are parts of one rate (``failures_per_1000_node_days``), so here only what
is beyond it is added:

- a domain of n racks (cooling unit, feed, hall) fails f times a year; a job that touches
  max(1, racks / n) of them fails with each, and its racks are out for diagnosis and repair;
- silent corruption is a part s of node failures and throws away the work of the last b seconds:
  work lives on with chance exp(-s x rate x b).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt.catalog.facts import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.operations.assumptions import OperationsAssumptions, PolicyAssumptions
from gigawatt.operations.policies import POLICIES
from gigawatt.program.model import Workload
from gigawatt.quantity.arrays import Array, IntArray
from gigawatt.quantity.units import DAYS_PER_YEAR, HOURS_PER_DAY, SECONDS_PER_DAY
from gigawatt.uncertainty.streams import Streams

BY_RANK = ("sync", "spares", "memory", "elastic")  # as `policy_rank_share` counts them


@dataclass(frozen=True, slots=True)
class Faults:
    """Draws beyond the rate of a node; C classes of domains.

    Attributes
    ----------
    policies : what policies assume.
    domain_racks, domain_per_year, domain_out_hours : (C, D) size, failures and mean time out.
    silent_share, rollback_s : (D,) part of node failures, and work that each throws away.
    """

    policies: PolicyAssumptions
    domain_racks: Array
    domain_per_year: Array
    domain_out_hours: Array
    silent_share: Array
    rollback_s: Array

    def domain_rate_per_s(self, racks: Array) -> Array:
        """Failures of domains that a job of `racks` (D, M) feels, 1/s."""
        touched = np.maximum(1.0, racks / self.domain_racks[:, :, None])
        per_year = (self.domain_per_year[:, :, None] * touched).sum(axis=0)
        out: Array = per_year / (DAYS_PER_YEAR * SECONDS_PER_DAY)
        return out

    @property
    def domain_out_share(self) -> Array:
        """Share of time in which a rack is out because a domain of it is, (D,)."""
        out: Array = (self.domain_per_year * self.domain_out_hours).sum(axis=0) / (
            DAYS_PER_YEAR * HOURS_PER_DAY
        )
        return out


def sample_faults(catalog: Catalog, streams: Streams) -> Faults:
    """Draw what the table "failures" and ``assumptions/reliability`` say."""
    records = list(catalog.records["failures"].values())
    shares = sum(r.value("share") for r in records if "share" in r.facts)

    def drawn(record: str, key: str) -> Array:
        fact = catalog.record("failures", record).fact(key)
        return streams.sample(fact.path, fact.distribution)

    domains = [r.id for r in records if "domain_racks_count" in r.facts]
    silent = [r.id for r in records if "rollback_s" in r.facts]
    none = np.zeros(streams.size)
    part = sum((drawn(i, "share") for i in silent), none) / shares
    thrown = sum((drawn(i, "share") / shares * drawn(i, "rollback_s") for i in silent), none)
    return Faults(
        sample_assumptions(catalog, streams, "reliability", PolicyAssumptions),
        _table([drawn(i, "domain_racks_count") for i in domains], streams.size),
        _table([drawn(i, "domain_failures_per_year") for i in domains], streams.size),
        _table(
            [
                drawn(i, "diagnosis_hours") + drawn(i, "repair_share") * drawn(i, "repair_hours")
                for i in domains
            ],
            streams.size,
        ),
        part,
        np.divide(thrown, part, out=none.copy(), where=part > 0.0),
    )


def _table(rows: list[Array], size: int) -> Array:
    return np.array(rows) if rows else np.zeros((0, size))


def policy_codes(workload: Workload, a: OperationsAssumptions) -> IntArray:
    """Policy of a workload's jobs by draw, (D,), as places in `policies.POLICIES`.

    What the workload says holds; else research restarts as a whole (its jobs are small), and
    training does what an operator of the drawn rank does.
    """
    if workload.policy or workload.kind != "train":
        code = POLICIES.index(workload.policy or "sync")
        return np.full(a.policy_rank_share.shape, code, dtype=np.int64)
    edges = np.cumsum([a.policy_sync_share, a.policy_spares_share, a.policy_memory_share], axis=0)
    rank: IntArray = (a.policy_rank_share > edges).sum(axis=0)
    return np.array([POLICIES.index(p) for p in BY_RANK], dtype=np.int64)[rank]


def central_policy(workload: Workload, a: Mapping[str, float]) -> str:
    """Policy of a workload by central values: that of the operator in the middle."""
    if workload.policy or workload.kind != "train":
        return workload.policy or "sync"
    edge = 0.0
    for policy in BY_RANK[:-1]:
        edge += a[f"policy_{policy}_share"]
        if a["policy_rank_share"] <= edge:
            return policy
    return BY_RANK[-1]
