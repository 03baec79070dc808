"""What the evaluator of training plans returns: time by part, memory by kind, power, energy."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array, BoolArray

OUTPUTS: tuple[str, ...] = (
    "step_s",
    "compute_s",
    "recompute_s",
    "host_s",
    "bubble_s",
    "tp_s",
    "cp_s",
    "ep_s",
    "pp_s",
    "dp_s",
    "wan_s",
    "optimizer_s",
    "fixed_s",
    "offload_s",
    "weights_gib",
    "gradients_gib",
    "optimizer_gib",
    "activations_gib",
    "buffers_gib",
    "memory_gib",
    "capacity_gib",
    "power_compute_w",
    "power_communication_w",
    "power_w",
    "power_gpu_w",
    "energy_j",
    "sigma_log",
)


@dataclass(frozen=True, slots=True)
class StepBatch:
    """Predictions for N plans, in a table with the columns `OUTPUTS`; properties are views (N,).

    Times are s per optimiser step and add up: step = compute + recompute + host + bubble + exposed
    tp, cp, ep, pp, dp, wan + optimizer + fixed + offload. Memory is the peak per GPU in GiB (2^30
    bytes), of the fuller of first and last pipeline stage. Power is W per GPU with its share of the
    node (`power_gpu_w`: of the package alone); energy is J per step of all GPUs, nodes only (no
    cooling or other facility loads).
    """

    table: Array
    gpus: Array
    tokens: Array

    def column(self, name: str) -> Array:
        """Values of one output, (N,)."""
        view: Array = self.table[:, OUTPUTS.index(name)]
        return view

    @property
    def step_s(self) -> Array:
        """Time of one optimiser step."""
        return self.column("step_s")

    @property
    def memory_gib(self) -> Array:
        """Peak memory of the fullest GPU."""
        return self.column("memory_gib")

    @property
    def fits(self) -> BoolArray:
        """Whether the peak is within what a job may fill."""
        fits: BoolArray = self.memory_gib <= self.column("capacity_gib")
        return fits

    @property
    def tokens_per_s_per_gpu(self) -> Array:
        """Throughput per GPU."""
        rate: Array = self.tokens / self.gpus / self.step_s
        return rate

    @property
    def sigma_log(self) -> Array:
        """Standard deviation of ln(true / predicted) step time; 90 % band exp(+-1.645 sigma)."""
        return self.column("sigma_log")
