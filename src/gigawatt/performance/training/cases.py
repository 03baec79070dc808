"""Tables of training runs: each row's plan, with what it leaves open filled in by rule, predicted.

Columns are those of the published tables (see `docs/training.md`); blank means not known. Results
that a row may hold (time, tokens/s, FLOP/s, MFU, memory) are never read. The order in which blanks
are filled: model and system; precision; date and kind of software; sizes (tp, pp, cp, ep by the
search where tp or pp is missing, dp from the GPUs); microbatch (the fastest that fits);
recomputation (the cheapest with which it fits).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gigawatt.catalog import Catalog
from gigawatt.errors import GigawattError
from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.case_fill import (
    check_divides,
    complete_split,
    complete_system,
    expert_sizes,
    filled_plan,
    is_open,
    sized_plan,
    software_plan,
    train_model_of,
)
from gigawatt.performance.training.case_input import (
    Row,
    Said,
    batch_in_sequences,
    check_shape,
    shape_of,
    size_of,
    system_of,
    text_of,
)
from gigawatt.performance.training.case_search import splittable, usual_batch
from gigawatt.performance.training.case_shards import fitting_shards, sharded_plan
from gigawatt.performance.training.choices import Recompute, Stack
from gigawatt.performance.training.evaluate import evaluate_plan
from gigawatt.performance.training.facts import TrainModel
from gigawatt.performance.training.flops import Convention, flop_per_token, parse_convention
from gigawatt.performance.training.plan import Plan, check_plan
from gigawatt.performance.training.result import OUTPUTS, StepBatch

ADDED = (
    "predicted_iter_time_s",
    "predicted_iter_time_low_s",
    "predicted_iter_time_high_s",
    "predicted_tokens_per_s_per_gpu",
    "predicted_tflops_per_gpu",
    "predicted_memory_gib_per_gpu",
    "fits",
    "assumed",
    "problem",
)
RESULTS = (
    "iter_time_s", "tokens_per_s_per_gpu", "tflops_per_gpu", "mfu_pct", "hfu_pct",
    "time_to_train_min", "memory_gib_per_gpu",
)  # fmt: skip
Z95 = 1.645
KERNELS_APART_LOG = 0.25  # second-hand runs with such kernels took 1.1 to 1.6 times as long


@dataclass(frozen=True, slots=True)
class Case:
    """A row with everything filled in.

    Attributes
    ----------
    shape, system, model : model, system, constants of its generation.
    plan : the plan.
    convention : how its FLOP are counted.
    assumed : what was filled in, in words.
    sigma_log : standard deviation of ln(time) that filling in adds.
    slower : factor on the time of a step whose split the search chose: a search picks what the
        model flatters, and published plans are not its best.
    """

    shape: ModelShape
    system: System
    model: TrainModel
    plan: Plan
    convention: Convention
    assumed: tuple[str, ...]
    sigma_log: float
    slower: float = 1.0


def resolve_case(row: Row, catalog: Catalog) -> Case:
    """Plan of a row, with what it leaves open filled in.

    Raises
    ------
    InputError : a name is not known, a size is wrong or does not divide, the system lacks the
        precision. InfeasibleError : sizes are missing and no plan fits.
    """
    said = Said([])
    row = batch_in_sequences(row)
    shape = shape_of(row, catalog, said)
    check_shape(shape, row, said)
    for words in shape.approximations:
        said.note(f"model: {words}", KERNELS_APART_LOG if shape.kernels_apart else 0.05)
    system = complete_system(system_of(row, catalog, said), catalog, said)
    model = train_model_of(catalog, system, said)
    base = software_plan(row, system, said)
    row = complete_split(row, base, said)
    sized = sized_plan(row, shape, system, model, base, said)
    check_plan(sized)
    check_divides(shape, sized, size_of(row, "mbs") is not None)
    if sized.gbs % sized.dp:
        said.note(f"batch of {sized.gbs:,} does not divide by dp {sized.dp:,}: mean of ranks", 0.05)
    plan = _filled(row, shape, system, model, sized, said)
    again = plan.stack == Stack.ERA_2021 and bool(plan.recompute & Recompute.FULL)
    convention, counted = parse_convention(text_of(row, "flops_convention"), again)
    said.note(counted)
    slower = model.values["searched_plan_factor"] if is_open(row, sized) else 1.0
    told = tuple(said.words)
    return Case(shape, system, model, plan, convention, told, said.sigma_log, slower)


def _filled(
    row: Row, shape: ModelShape, system: System, model: TrainModel, sized: Plan, said: Said
) -> Plan:
    """Microbatch, recomputation, expert ranks and sharding where they are open."""

    def rated(plan: Plan) -> tuple[bool, float]:
        out = evaluate_plan(shape, system, model, plan)
        return not bool(out.fits[0]), float(out.step_s[0])

    def refill(plan: Plan) -> Plan:
        return filled_plan(row, shape, system, model, plan, Said([]))

    ranks = expert_sizes(row, shape, system, sized)
    if len(ranks) > 1:
        best = min((refill(replace(sized, ep=e)) for e in ranks), key=rated)
        sized = replace(sized, ep=best.ep)
        said.note(f"expert parallelism {best.ep} (not given: fastest that fits)", 0.1)
    plan = filled_plan(row, shape, system, model, sized, said)
    return fitting_shards(row, plan, lambda p: not rated(p)[0], refill, said)


def open_case(row: Row, catalog: Catalog) -> Case:
    """A row for a search: model, system, software and batch, with no plan chosen yet.

    Raises
    ------
    InputError : as `resolve_case`.
    """
    said = Said([])
    row = batch_in_sequences(row)
    shape = shape_of(row, catalog, said)
    system = complete_system(system_of(row, catalog, said), catalog, said)
    model = train_model_of(catalog, system, said)
    plan = sharded_plan(row, software_plan(row, system, said), said)
    gbs = size_of(row, "gbs")
    if gbs is None:
        gbs = usual_batch(splittable(size_of(row, "gpus") or 1), plan.seq)
        said.note(f"batch of {gbs:,} sequences (not given)")
    convention, _ = parse_convention(text_of(row, "flops_convention"))
    words = tuple(said.words)
    return Case(shape, system, model, replace(plan, gbs=gbs), convention, words, said.sigma_log)


def predict(case: Case) -> StepBatch:
    """Step of a case, its sigma widened by what was filled in."""
    out = evaluate_plan(case.shape, case.system, case.model, case.plan)
    table = out.table.copy()
    result = StepBatch(table, out.gpus, out.tokens)
    sigma = result.column("sigma_log")
    sigma[:] = (sigma**2 + case.sigma_log**2) ** 0.5
    for name in OUTPUTS:
        if name.endswith("_s") or name == "energy_j":
            result.column(name)[:] *= case.slower
    return result


def case_columns(row: Row, catalog: Catalog) -> dict[str, str]:
    """The columns `ADDED` of one row; a row that can't be evaluated has only its `problem`."""
    try:
        case = resolve_case(row, catalog)
        out = predict(case)
    except GigawattError as error:
        return {**dict.fromkeys(ADDED, ""), "problem": " ".join(str(error).split())}
    step, band = float(out.step_s[0]), math.exp(Z95 * float(out.sigma_log[0]))
    rate = float(out.tokens_per_s_per_gpu[0])
    flop = flop_per_token(case.shape, case.plan.seq, case.convention)
    values = (step, step / band, step * band, rate, rate * flop / 1e12, float(out.memory_gib[0]))
    cells = [f"{v:.6g}" for v in values]
    fits = "1" if bool(out.fits[0]) else "0"
    return dict(zip(ADDED, [*cells, fits, "; ".join(case.assumed), ""], strict=True))


def predict_cases(rows: Iterable[Row], catalog: Catalog) -> Iterator[dict[str, str]]:
    """Each row with the columns `ADDED`; none is dropped."""
    for row in rows:
        kept = {k: v or "" for k, v in row.items() if k}
        yield {**kept, **case_columns(table_row(kept), catalog)}


def table_row(row: Row) -> dict[str, str]:
    """A row of a table, whose model's name may hold the size of an unknown shape."""
    return {"params_b": "", **row}
