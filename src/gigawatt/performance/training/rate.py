"""Training rate of a programme's workload: the searched plan of its job on a system.

The programme says the model, the packages of a job, batch, sequence and precision; the plan is the
recommended one of the search among the options of published recipes, on tuned software of the
calibration's month (maturity by date is a factor of its own, `performance.rates`), as a production
run and not a tuned benchmark.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from gigawatt.catalog import Catalog
from gigawatt.errors import InputError
from gigawatt.performance.efficiency import peak_flops
from gigawatt.performance.hardware import System
from gigawatt.performance.result import TrainRate
from gigawatt.performance.shapes import ModelShape, total_params, train_flop_per_token
from gigawatt.performance.training.case_fill import train_model_of
from gigawatt.performance.training.case_input import Said
from gigawatt.performance.training.cases import Case
from gigawatt.performance.training.choices import Precision, Recompute
from gigawatt.performance.training.facts import TrainModel
from gigawatt.performance.training.flops import Convention, peak_tflops
from gigawatt.performance.training.plan import Plan
from gigawatt.performance.training.search import Found, search
from gigawatt.performance.training.space import PRACTICAL

CHECKPOINT = "efficiencies/train-common/checkpoint_bytes_per_param"
GRAIN = 16  # batches are rounded to a multiple: sequences of a batch have to divide


def programme_rate(
    shape: ModelShape,
    system: System,
    catalog: Catalog,
    packages: int,
    seq_len_tokens: int,
    batch_tokens: float,
    precision: str,
) -> TrainRate:
    """Healthy rate of one job.

    Parameters
    ----------
    packages : most packages of the job; at least nine tenths are used.
    batch_tokens : rounded to the nearest number of sequences that divides well.
    precision : "bf16", "fp8" or "fp4" as programmes write it.

    Raises
    ------
    InputError : the system lacks the precision, or a number is out of range.
    InfeasibleError : the model does not fit on so many packages.
    """
    if packages < 1 or seq_len_tokens < 1 or batch_tokens < seq_len_tokens:
        raise InputError(
            f"{shape.id}: packages ({packages:,}), sequence ({seq_len_tokens:,} tokens) and batch "
            f"({batch_tokens:,.0f} tokens, at least one sequence) must each be one or more."
        )
    peak_flops(system, precision)  # refuses a precision that the system lacks
    said = Said([])
    model = train_model_of(catalog, system, said)
    batch = _round_batch(batch_tokens / seq_len_tokens)
    found = _searched(
        shape, system, _Held(model), packages, seq_len_tokens, batch, _format(precision, system)
    )
    slower = model.values["searched_plan_factor"]
    return _rate(shape, system, found, slower, said.sigma_log, catalog.fact(CHECKPOINT).value)


def programme_case(
    shape: ModelShape,
    system: System,
    catalog: Catalog,
    packages: int,
    seq_len_tokens: int,
    batch_tokens: float,
    precision: str,
) -> Case:
    """The same job as a case, for a whole run on it; parameters and errors as `programme_rate`."""
    peak_flops(system, precision)
    said = Said([])
    model = train_model_of(catalog, system, said)
    found = _searched(
        shape,
        system,
        _Held(model),
        packages,
        seq_len_tokens,
        _round_batch(batch_tokens / seq_len_tokens),
        _format(precision, system),
    )
    words = tuple(said.words)
    slower = model.values["searched_plan_factor"]
    return Case(
        shape, system, model, found.plan, Convention.MEGATRON_BRIDGE, words, said.sigma_log, slower
    )


class _Held:
    """Constants behind an identity that a cache can hash."""

    def __init__(self, model: TrainModel) -> None:
        self.model = model

    def __hash__(self) -> int:
        return hash((self.model.generation, self.model.calibrated, len(self.model.values)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.model == self.model


@lru_cache(maxsize=512)
def _searched(
    shape: ModelShape,
    system: System,
    held: _Held,
    packages: int,
    seq: int,
    batch: int,
    precision: Precision,
) -> Found:
    base = Plan(gbs=batch, seq=seq, precision=precision, production=True)
    choices = replace(PRACTICAL, mbs=(1, 2, 4), zero=(1,), etp=(1,))
    found = search(shape, system, held.model, base, [packages], choices, top=1, with_pareto=False)
    return found.recommended


def _round_batch(sequences: float) -> int:
    """Sequences of a batch: powers of two and their halves between divide over most splits."""
    if sequences < GRAIN:
        return max(1, round(sequences))
    step = 2 ** max(0, int(sequences).bit_length() - 3)
    return int(max(1, round(sequences / step)) * step)


def _format(precision: str, system: System) -> Precision:
    """What a programme's precision is on a system: FP8 is MXFP8 from Blackwell on."""
    if precision == "bf16":
        return Precision.BF16
    if precision == "fp4":
        return Precision.NVFP4
    if precision == "fp8":
        old = system.generation in ("ampere", "hopper", "cdna3")
        return Precision.FP8 if old else Precision.MXFP8
    raise InputError(f"precision {precision!r} is not one of bf16, fp8, fp4.")


def _rate(
    shape: ModelShape, system: System, found: Found, slower: float, sigma: float,
    checkpoint_bytes: float,
) -> TrainRate:  # fmt: skip
    """Rate of a plan that the search chose: published plans take `slower` times as long."""
    o, plan = found.outputs, found.plan
    flop = train_flop_per_token(shape, plan.seq)
    busy = o["compute_s"] + o["recompute_s"] + o["optimizer_s"]
    talk = sum(o[k] for k in ("tp_s", "cp_s", "ep_s", "pp_s", "dp_s", "wan_s"))
    idle_s = o["step_s"] - busy - talk
    spent = o["power_w"] * o["step_s"]
    idle_w = spent - busy * o["power_compute_w"] - talk * o["power_communication_w"]
    peak = peak_tflops(system, plan.precision) * 1e12
    rate = found.tokens_per_s_per_gpu / slower
    return TrainRate(
        model=shape.id,
        system=system.id,
        setting=setting_words(plan, system),
        packages=plan.gpus,
        tokens_per_s_per_package=rate,
        flop_per_token=flop,
        mfu=flop * rate / peak,
        step_time_s=found.step_s * slower,
        power_compute_w=o["power_compute_w"],
        power_communication_w=o["power_communication_w"],
        power_idle_w=idle_w / idle_s if idle_s > 0.0 else 0.0,
        compute_share=busy / found.step_s,
        communication_share=talk / found.step_s,
        checkpoint_bytes=checkpoint_bytes * total_params(shape),
        sigma_log=(o["sigma_log"] ** 2 + sigma**2) ** 0.5,
    )


def setting_words(plan: Plan, system: System) -> str:
    """The plan in one line, for tables and the report."""
    sizes = [f"TP{plan.tp}", f"PP{plan.pp}", f"DP{plan.dp}", f"EP{plan.ep}"]
    if plan.cp > 1:
        sizes.insert(2, f"CP{plan.cp}")
    if plan.vp > 1:
        sizes.insert(2, f"VP{plan.vp}")
    again = "" if plan.recompute == Recompute.NONE else ", with recomputation"
    return (
        f"{' '.join(sizes)}, {plan.precision.name}, {plan.gpus:,} packages, "
        f"batch {plan.gbs:,} x {plan.seq:,}{again}"
    )
