"""Training rate of one model on one system: plan, step time, watts and checkpoint.

    tokens/s per package = batch / (t_step x packages)
    MFU = model FLOP per token x tokens/s per package / dense peak of the precision

Model FLOP by the convention of `shapes.train_flop_per_token`, without recomputation. Watts are the
node's maximum per package times the share of the phase (catalog ``efficiencies/power``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from gigawatt.errors import InputError
from gigawatt.performance.efficiency import PowerShares, TrainCommon, TrainEfficiency, peak_flops
from gigawatt.performance.hardware import System, full_power_w
from gigawatt.performance.result import TrainRate
from gigawatt.performance.shapes import ModelShape, total_params, train_flop_per_token
from gigawatt.performance.training.compact_plan import choose_plan
from gigawatt.performance.training.compact_step import Job, Plan


@dataclass(frozen=True, slots=True)
class TrainSetting:
    """What to train with.

    Attributes
    ----------
    packages : most packages of the job.
    seq_len_tokens : sequence length.
    batch_tokens : global batch in tokens; the number of sequences may be a fraction.
    precision : "bf16", "fp8" or "fp4".
    """

    packages: int
    seq_len_tokens: int
    batch_tokens: float
    precision: str


@lru_cache(maxsize=512)
def train_rate(
    shape: ModelShape,
    system: System,
    setting: TrainSetting,
    efficiency: TrainEfficiency,
    common: TrainCommon,
    power: PowerShares,
) -> TrainRate:
    """Healthy training rate of the fastest customary plan.

    Raises
    ------
    InputError : the system lacks the precision, or a number of the setting is out of range.
    InfeasibleError : the model does not fit on so many packages.
    """
    peak = peak_flops(system, setting.precision)
    _check(shape, setting)
    job = Job(
        shape=shape,
        system=system,
        seq_len_tokens=setting.seq_len_tokens,
        batch_sequences=setting.batch_tokens / setting.seq_len_tokens,
        precision=setting.precision,
        efficiency=efficiency,
        common=common,
    )
    plan, time = choose_plan(job, setting.packages)
    rate = setting.batch_tokens / time.step_s / plan.packages
    flop = train_flop_per_token(shape, setting.seq_len_tokens)
    full_w = full_power_w(system)
    return TrainRate(
        model=shape.id,
        system=system.id,
        setting=_words(plan, setting),
        packages=plan.packages,
        tokens_per_s_per_package=rate,
        flop_per_token=flop,
        mfu=flop * rate / peak,
        step_time_s=time.step_s,
        power_compute_w=full_w * power.train_compute_share,
        power_communication_w=full_w * power.train_communication_share,
        power_idle_w=full_w * power.idle_share,
        compute_share=time.compute_s / time.step_s,
        communication_share=time.communication_s / time.step_s,
        checkpoint_bytes=total_params(shape) * common.checkpoint_bytes_per_param,
        sigma_log=_sigma(shape, system, efficiency, common),
    )


def _check(shape: ModelShape, setting: TrainSetting) -> None:
    for name in ("packages", "seq_len_tokens", "batch_tokens"):
        if getattr(setting, name) <= 0:
            raise InputError(f"training needs {name} > 0, not {getattr(setting, name)!r}.")
    if setting.batch_tokens < setting.seq_len_tokens:
        raise InputError(
            f"batch_tokens = {setting.batch_tokens:,.0f} is less than one sequence of "
            f"{setting.seq_len_tokens:,} tokens."
        )
    if shape.unsupported:
        raise InputError(
            f"{shape.id}: training is not modelled for {', '.join(shape.unsupported)}."
        )


def _sigma(
    shape: ModelShape, system: System, efficiency: TrainEfficiency, common: TrainCommon
) -> float:
    """Spread of the rate: of the generation and kind of model, wider for announced systems."""
    own = efficiency.moe_sigma_log if shape.is_moe else efficiency.dense_sigma_log
    return own if system.released else math.hypot(own, common.announced_sigma_log)


def _words(plan: Plan, setting: TrainSetting) -> str:
    cut = [f"TP{plan.tp}", f"PP{plan.pp}", f"CP{plan.cp}", f"DP{plan.dp:,}", f"EP{plan.ep}"]
    again = ", forward pass recomputed" if plan.recompute else ""
    used = f"{plan.packages:,} packages"
    if plan.packages != setting.packages:
        used += f" (of {setting.packages:,}: what the plan divides)"
    return (
        f"{' '.join(cut)}, microbatch {plan.microbatch}, {setting.precision.upper()}{again}, "
        f"{used}, batch {setting.batch_tokens / 1e6:,.3g} M tokens in sequences of "
        f"{setting.seq_len_tokens:,}"
    )
