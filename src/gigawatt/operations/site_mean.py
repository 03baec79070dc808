"""Mean IT power of one site by the closed forms of `fluid`, at central values.

What the week of a site is held against, and scaled to: the energy that the programme counts for the
site and that of its representative week tiled over the year are then the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gigawatt.catalog.facts import Catalog
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.operations.assumptions import OperationsAssumptions
from gigawatt.operations.faults import sample_faults
from gigawatt.operations.jobs import TimeShares, drawn_share, time_shares
from gigawatt.operations.reliability import node_rate_per_s
from gigawatt.operations.site_input import SiteInput, Use
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import KW_PER_MW, W_PER_KW
from gigawatt.uncertainty.distributions import Distribution
from gigawatt.uncertainty.streams import Streams

W_PER_MW = W_PER_KW * KW_PER_MW


class _Central(Streams):
    """One draw: the central value of everything."""

    def sample(self, name: str, distribution: Distribution) -> Array:
        return np.array([distribution.central])


def fluid_mean_mw(site: SiteInput, catalog: Catalog, policy: str = "") -> float:
    """Mean IT power of a site, MW.

    Parameters
    ----------
    site : racks, powers and workloads, as `site_fleet` takes them.
    catalog : assumptions and failure classes.
    policy : of jobs after a failure; empty takes that of each workload.
    """
    idle = catalog.record("assumptions", "operations").value("idle_power_share")
    drawn = (1.0 - sum(u.share for u in site.uses)) * idle
    for use, times in _times(site, catalog, policy):
        power = drawn_share(use.rate, times, np.array([site.rate_power_w]), np.array([idle]))
        drawn += use.share * float(power[0, 0])
    return site.racks * site.rack_power_w * drawn / W_PER_MW


def work_shares(site: SiteInput, catalog: Catalog, policy: str = "") -> dict[str, float]:
    """Share of a running job's time that is work, by workload; parameters as above."""
    out = {}
    for use, times in _times(site, catalog, policy):
        running = 1.0 - times.lost["repair"] - times.lost["headroom"]
        out[use.workload.id] = float((times.useful / running)[0, 0])
    return out


def _times(site: SiteInput, catalog: Catalog, policy: str) -> Iterator[tuple[Use, TimeShares]]:
    """Shares of time of each workload."""
    one = _Central(seed=0, draws=1)
    a = sample_assumptions(catalog, one, "operations", OperationsAssumptions)
    faults = sample_faults(catalog, one)
    young = 1.0 + (site.infant_factor - 1.0) * np.exp(-site.age_years / a.infant_years)
    node_rate = (node_rate_per_s(a.failures_per_1000_node_days) * young)[:, None]
    packages, per_rack = site.racks * site.packages_per_rack, np.array([site.packages_per_rack])
    for use in site.uses:
        workload = use.workload
        if policy and workload.kind != "serve":
            workload = replace(workload, policy=policy)
        given = np.array([[use.share * packages]])
        yield use, time_shares(workload, use.rate, given, node_rate, a, faults, per_rack)
