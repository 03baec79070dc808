"""Batch of a whole run where none is given: larger budgets of compute bear larger batches.

A batch of today's usual size on a budget of 10^26 FLOP would starve the packages and take years.
"""

from __future__ import annotations

from collections.abc import Mapping

from gigawatt.catalog import Catalog
from gigawatt.performance.training.case_input import batch_in_sequences, size_of
from gigawatt.performance.training.case_search import usual_batch
from gigawatt.performance.training.cases import open_case
from gigawatt.study.training.training_run import RunAsk, what_is_trained


def with_batch(
    row: Mapping[str, str], ask: RunAsk, catalog: Catalog
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The row with the batch that its budget bears, and what was assumed; as it is if it has one.

    A power law of the budget (DeepSeek LLM 2024) times a factor that published runs of dense models
    or of mixtures have, and never less than the usual batch of a single step.

    Raises
    ------
    InputError, InfeasibleError : as `cases.open_case` and `training_run.what_is_trained`.
    """
    known = dict(batch_in_sequences(row))
    gpus = size_of(row, "gpus")
    if size_of(row, "gbs") is not None or gpus is None:
        return known, ()
    case = open_case(known, catalog)
    _, flop, _ = what_is_trained(case, ask, catalog)
    a = catalog.record("assumptions", "training")
    factor = a.value("batch_mixture_factor" if case.shape.is_moe else "batch_dense_factor")
    tokens = factor * a.value("batch_coefficient") * flop ** a.value("batch_exponent")
    gbs = usual_batch(gpus, case.plan.seq, tokens)
    known["gbs"] = str(gbs)
    said = (
        f"batch of {gbs:,} sequences, {gbs * case.plan.seq / 1e6:,.0f} million tokens (not given)"
    )
    return known, (said,)
