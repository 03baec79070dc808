"""Speed of the training evaluator: one plan through Python, many compiled, with memory and energy.

    python benchmarks/training_step.py

CPU seconds of one core; nothing is kept between plans. The first run compiles (told apart), later
ones load the compiled code.
"""

from __future__ import annotations

import time

import numpy as np

from gigawatt.catalog import load_catalog
from gigawatt.performance.hardware import load_system
from gigawatt.performance.shapes import load_shape
from gigawatt.performance.training.choices import Precision, Recompute
from gigawatt.performance.training.evaluate import evaluate, evaluate_plan
from gigawatt.performance.training.facts import load_train_model
from gigawatt.performance.training.plan import Plan, PlanBatch, batch_from_columns

COUNT = 500_000
CASES = (
    ("GPT-3 175B on A100", "gpt3-175b", "a100-sxm-80g", Precision.BF16, 2048),
    ("Llama 3.1 405B on GB200", "llama-3.1-405b", "gb200-nvl72", Precision.MXFP8, 8192),
    ("DeepSeek-V3 on GB200", "deepseek-v3", "gb200-nvl72", Precision.MXFP8, 4096),
)


def random_plans(moe: bool, precision: Precision, seq: int) -> PlanBatch:
    """Distinct plans, drawn from the sizes that searches try."""
    draw = np.random.default_rng(1)

    def pick(*values: float) -> np.ndarray:
        return draw.choice(np.array(values, dtype=float), COUNT)

    return batch_from_columns(
        Plan(precision=precision, seq=seq, gbs=4096),
        tp=pick(1, 2, 4, 8), pp=pick(1, 2, 4, 8, 16), vp=pick(1, 2, 4), cp=pick(1, 2, 4),
        dp=pick(4, 8, 16, 32, 64), ep=pick(8, 16, 32, 64) if moe else pick(1),
        mbs=pick(1, 2, 4), zero=pick(0, 1, 2, 3), recompute=pick(0, 3, 7, float(Recompute.FULL)),
        tp_overlap=pick(0, 1), dp_overlap=pick(0, 1), lean_states=pick(0, 1),
        offload_share=draw.random(COUNT),
    )  # fmt: skip


def main() -> None:
    catalog = load_catalog()
    for title, shape_id, system_id, precision, seq in CASES:
        shape, system = load_shape(catalog, shape_id), load_system(catalog, system_id)
        model = load_train_model(catalog, system.generation)
        batch = random_plans(shape.is_moe, precision, seq)
        wall = time.perf_counter()
        evaluate(shape, system, model, batch.take(np.arange(2)))
        first = time.perf_counter() - wall
        cpu = time.process_time()
        out = evaluate(shape, system, model, batch)
        every = time.process_time() - cpu
        fitting = batch.take(out.fits)
        cpu = time.process_time()
        evaluate(shape, system, model, fitting, only_fitting=True)
        feasible = time.process_time() - cpu
        plan = fitting.plan(0)
        cpu = time.process_time()
        for _ in range(200):
            evaluate_plan(shape, system, model, plan)
        single = (time.process_time() - cpu) / 200
        print(
            f"{title}: {len(fitting) / feasible / 1e6:.2f} M feasible plans/s, "
            f"{COUNT / every / 1e6:.2f} M plans/s ({out.fits.mean():.0%} fit), one plan "
            f"{single * 1e3:.3f} ms; first call {first:.1f} s"
        )


if __name__ == "__main__":
    main()
