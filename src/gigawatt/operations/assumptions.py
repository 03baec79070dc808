"""What operations assumes: fields are facts of ``assumptions/operations``."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class OperationsAssumptions:
    """Draws of the assumptions on failures, restart, upkeep and use, each (D,).

    A node is 8 packages.

    Attributes
    ----------
    failures_per_1000_node_days : failures of mature hardware per 1,000 node-days.
    infant_factor, infant_years : rate of a new hall over that of a mature one, and the time in
        which the excess falls to 1/e.
    platform_factor : factor on `infant_factor` for systems that nobody has run yet.
    service_factor, service_nodes : job failures by shared services over those by nodes for a small
        job, and the size in nodes at which they saturate.
    size_exponent : growth of the rate per node with job size above 4,096 nodes.
    checkpoint_stall_s : fixed blocking part of a checkpoint.
    checkpoint_gb_s_per_package : speed at which a package's share of a checkpoint leaves it.
    detection_s : from a failure to the decision to restart.
    restart_base_s, restart_s_per_1000_packages : restart of a synchronous job.
    restart_failure_share : restarts that have to be done again.
    serve_restart_s : from the loss of a serving replica to its first token.
    repair_share, repair_hours, repair_nodes : failures that need a repair, how long it takes, and
        how many nodes are out meanwhile.
    spare_share : packages held back for training and research jobs.
    maintenance_share : planned work.
    train_use_share, research_use_share : time in which packages hold a running job.
    serve_use_share : mean over peak load of the serving pool.
    idle_power_share : power of an idle package over its full power.
    warm_restart_share : restart on warm spares or out of copies in memory over a cold one.
    policy_rank_share : place of the operator among all, from those who stop and restart to those
        whose jobs go on without the failed part.
    policy_sync_share, policy_spares_share, policy_memory_share : operators of large training jobs
        by policy; the rest is elastic.
    """

    failures_per_1000_node_days: Array
    infant_factor: Array
    infant_years: Array
    platform_factor: Array
    service_factor: Array
    service_nodes: Array
    size_exponent: Array
    checkpoint_stall_s: Array
    checkpoint_gb_s_per_package: Array
    detection_s: Array
    restart_base_s: Array
    restart_s_per_1000_packages: Array
    restart_failure_share: Array
    serve_restart_s: Array
    repair_share: Array
    repair_hours: Array
    repair_nodes: Array
    spare_share: Array
    maintenance_share: Array
    train_use_share: Array
    research_use_share: Array
    serve_use_share: Array
    idle_power_share: Array
    policy_rank_share: Array
    policy_sync_share: Array
    warm_restart_share: Array
    policy_spares_share: Array
    policy_memory_share: Array


@dataclass(frozen=True, slots=True)
class PolicyAssumptions:
    """Draws of what policies assume, (D,) each; facts of ``assumptions/reliability``.

    Attributes
    ----------
    elastic_replica_count, elastic_pause_s, elastic_redo_s, elastic_whole_share : packages of one
        replica, pause of all for one leaving and joining, work lost then, failures that stop all.
    memory_lost_share, memory_interval_s, memory_stall_s : failures that lose the copy in memory,
        work between copies, pause for one.
    """

    elastic_replica_count: Array
    elastic_pause_s: Array
    elastic_redo_s: Array
    elastic_whole_share: Array
    memory_lost_share: Array
    memory_interval_s: Array
    memory_stall_s: Array


@dataclass(frozen=True, slots=True)
class ReliabilityAssumptions(PolicyAssumptions):
    """Draws of what is assumed of any cluster, beside policies, (D,) each.

    Attributes
    ----------
    service_factor, service_nodes, size_exponent : as in `OperationsAssumptions`, for a cluster of
        unknown kind.
    rate_spread_factor : rate of a case over the rate that was given for it.
    hall_age_years : age of the nodes where no rate is given.
    """

    service_factor: Array
    service_nodes: Array
    size_exponent: Array
    rate_spread_factor: Array
    hall_age_years: Array
