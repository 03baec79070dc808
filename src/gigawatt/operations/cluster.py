"""A cluster as its operators describe it: nodes, GPUs, and the way of a watt from chip to meter.

Power at the meter is linear in what nodes draw, so it is piecewise constant between events and
needs no stepping::

    node      = CPU idle + GPUs idle + rest            + (CPU swing) u_cpu + (GPU swing) u_gpu
    chassis   = sum of (node + node loss) / node efficiency + chassis rest
    meter     = sum of (chassis + rectifier loss) / rectifier efficiency + plant
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from gigawatt.catalog.loader import load_kind
from gigawatt.errors import InputError, Problem, ProblemsError, nearest, unknown_name
from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes of one kind; watts are of one node, chassis or converter.

    Attributes
    ----------
    nodes_count, gpus_per_node : size.
    cpu_idle_w, cpu_busy_w : CPUs of one node.
    gpu_idle_w, gpu_busy_w : one GPU.
    node_rest_w : memory, network, storage of one node.
    node_loss_w, node_efficiency : last converter in front of one node.
    chassis_nodes_count, chassis_rest_w : nodes that share rectifiers, and what else they feed.
    rectifier_loss_w, rectifier_efficiency : rectifiers of one chassis together.
    plant_w : pumps and the like for the whole cluster.
    """

    nodes_count: float
    gpus_per_node: float
    cpu_idle_w: float
    cpu_busy_w: float
    gpu_idle_w: float
    gpu_busy_w: float
    node_rest_w: float
    node_loss_w: float
    node_efficiency: float
    chassis_nodes_count: float
    chassis_rest_w: float
    rectifier_loss_w: float
    rectifier_efficiency: float
    plant_w: float

    @property
    def gpus(self) -> float:
        """GPUs of the cluster."""
        return self.nodes_count * self.gpus_per_node

    @property
    def idle_node_w(self) -> float:
        """Draw of one node without work."""
        return self.cpu_idle_w + self.gpus_per_node * self.gpu_idle_w + self.node_rest_w

    def work_w(self, cpu_use: Array | float, gpu_use: Array | float) -> Array | float:
        """Draw of one node above idle; `gpu_use` summed over its GPUs."""
        return (self.cpu_busy_w - self.cpu_idle_w) * cpu_use + (
            self.gpu_busy_w - self.gpu_idle_w
        ) * gpu_use

    def meter_w(self, work_w: float) -> float:
        """Power at the meter when nodes together draw `work_w` above idle."""
        chassis = self.nodes_count / self.chassis_nodes_count
        nodes = work_w + self.nodes_count * (self.idle_node_w + self.node_loss_w)
        fed = nodes / self.node_efficiency + chassis * (self.chassis_rest_w + self.rectifier_loss_w)
        return fed / self.rectifier_efficiency + self.plant_w

    @property
    def meter_per_work(self) -> float:
        """Watts at the meter for one more watt in a node."""
        return 1.0 / (self.node_efficiency * self.rectifier_efficiency)


def named_cluster(name: str) -> Cluster:
    """Cluster from the catalog (kind "clusters") or from a TOML file of the same keys.

    Raises
    ------
    InputError : unknown name, unreadable file, missing or wrong keys.
    """
    if name.endswith(".toml"):
        return _from_file(Path(name))
    known = load_kind("clusters")
    if name not in known:
        raise unknown_name("cluster", name, known)
    record = known[name]
    return Cluster(**{f.name: record.value(f.name) for f in fields(Cluster)})


def _from_file(path: Path) -> Cluster:
    try:
        raw = tomllib.loads(path.read_text())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}") from None
    names = [f.name for f in fields(Cluster)]
    base = str(raw.pop("like", "hgx-h100"))
    problems = [
        Problem(path.name, 0, key, value, "is no key of a cluster", nearest(key, names))
        for key, value in raw.items()
        if key not in names
    ]
    problems += [
        Problem(path.name, 0, key, value, "must be a number of 0 or more")
        for key, value in raw.items()
        if key in names and (isinstance(value, bool | str) or not value >= 0)
    ]
    if problems:
        raise ProblemsError(problems)
    return checked(replace(named_cluster(base), **{k: float(v) for k, v in raw.items()}))


def checked(cluster: Cluster) -> Cluster:
    """The cluster as given, if it can exist.

    Raises
    ------
    InputError : an efficiency outside of (0, 1], no node, no GPU, busy below idle.
    """
    for key in ("node_efficiency", "rectifier_efficiency"):
        if not 0.0 < getattr(cluster, key) <= 1.0:
            raise InputError(f"cluster: {key} = {getattr(cluster, key)} must be in (0, 1]")
    for key in ("nodes_count", "gpus_per_node", "chassis_nodes_count"):
        if getattr(cluster, key) < 1:
            raise InputError(f"cluster: {key} = {getattr(cluster, key)} must be at least 1")
    if cluster.gpu_busy_w < cluster.gpu_idle_w or cluster.cpu_busy_w < cluster.cpu_idle_w:
        raise InputError("cluster: busy watts must not be below idle watts")
    return cluster
