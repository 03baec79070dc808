"""How often a job fails, and how much of a fleet is in repair.

Failure rate of a job on N nodes of 8 packages, in 1/s::

    lambda(N, a) = N r m(a) [1 + kappa / (1 + N / N_b)] max(1, N / 4096)^p
    m(a)         = 1 + (m_0 - 1) exp(-a / t_m)

r is the rate of mature hardware per node, m its early-life factor at age a. The bracket is failures
by shared services (launcher, storage, fabric, own software): kappa times the nodes' own rate for a
small job, saturating at kappa r m N_b for one that touches every service. The power p stands for
causes that are correlated beyond 4,096 nodes.

Leaves out: season, failures of a whole domain (cooling unit, breaker, switch) as events of their
own, differences between makers, and clustering in time, which at equal mean raises the goodput of a
large job by up to a few per cent.
"""

from __future__ import annotations

import numpy as np

from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import HOURS_PER_DAY, MONTHS_PER_YEAR, SECONDS_PER_DAY

PACKAGES_PER_NODE = 8.0  # the unit in which failure rates are published
LARGE_JOB_NODES = 4096.0  # largest size at which rates in proportion to size are measured


def node_rate_per_s(failures_per_1000_node_days: Array | float) -> Array:
    """Rate of one node in 1/s from failures per 1,000 node-days."""
    return np.asarray(failures_per_1000_node_days, dtype=float) / (1000.0 * SECONDS_PER_DAY)


def size_factor(
    nodes: Array | float,
    service_factor: Array | float,
    service_nodes: Array | float,
    size_exponent: Array | float,
) -> Array:
    """Failures of a job over those of its nodes in series, as in the module's header.

    Parameters
    ----------
    nodes : size of the job N, in nodes.
    service_factor, service_nodes, size_exponent : kappa, N_b and p.

    >>> float(size_factor(200.0, 2.0, 200.0, 0.1))
    2.0
    """
    n = np.asarray(nodes, dtype=float)
    services = 1.0 + service_factor / (1.0 + n / service_nodes)
    correlated: Array = np.maximum(1.0, n / LARGE_JOB_NODES) ** size_exponent
    return services * correlated


def job_rate_per_s(
    packages: Array | float,
    node_rate: Array | float,
    service_factor: Array | float,
    service_nodes: Array | float,
    size_exponent: Array | float,
) -> Array:
    """Failure rate of a job in 1/s; all arguments broadcast.

    Parameters
    ----------
    packages : size of the job.
    node_rate : failures of one node, r m, in 1/s.
    service_factor, service_nodes, size_exponent : as in `size_factor`.
    """
    nodes = np.asarray(packages, dtype=float) / PACKAGES_PER_NODE
    return nodes * node_rate * size_factor(nodes, service_factor, service_nodes, size_exponent)


def fleet_excess(packages: Array, infant_years: Array) -> Array:
    """Mean of exp(-age / t_m) over the packages installed: the share of early-life excess left.

    Packages age from the month in which they enter service; packages that leave are a cross-section
    of all. Exact for this rule, by the recursion X(t) = X(t-1) kept(t) exp(-dt / t_m) + added(t).

    Parameters
    ----------
    packages : (D, …, M) installed packages by month.
    infant_years : (D,) t_m.

    Returns
    -------
    Same shape as `packages`, in [0, 1]; 1 where nothing is installed.
    """
    decay = np.exp(-1.0 / (MONTHS_PER_YEAR * infant_years))
    decay = decay.reshape(decay.shape + (1,) * (packages.ndim - 2))
    out = np.ones_like(packages)
    fresh = np.zeros_like(packages[..., 0])  # X, in packages
    before = np.zeros_like(fresh)
    for month in range(packages.shape[-1]):
        now = packages[..., month]
        kept = np.minimum(now, before) / np.where(before > 0.0, before, 1.0)
        fresh = fresh * kept * decay + np.maximum(now - before, 0.0)
        np.divide(fresh, now, out=out[..., month], where=now > 0.0)
        before = now
    return out


def repair_share(
    node_failures_per_s: Array,
    needs_repair_share: Array | float,
    repair_hours: Array | float,
    nodes_per_repair: Array | float,
) -> Array:
    """Share of the fleet in repair: u / (1 + u), u = failures in need of hands x nodes out x time.

    The long-run mean for units that fail while they work and are repaired without a queue.

    Parameters
    ----------
    node_failures_per_s : failures per node and second.
    needs_repair_share : share of them that need a repair.
    repair_hours : mean time of a repair.
    nodes_per_repair : nodes that are out meanwhile.
    """
    seconds = np.asarray(repair_hours, dtype=float) * SECONDS_PER_DAY / HOURS_PER_DAY
    load = node_failures_per_s * needs_repair_share * nodes_per_repair * seconds
    return load / (1.0 + load)
