"""Published steps that no constant was fitted on, as far as they are known second hand.

    python benchmarks/training_held_out.py

Prints the section of docs/training-validation.md. `seen` of a row: "no" means that its numbers were
first compared when model and rules stood (but for sequence parallelism where nothing else fits);
"hours" that the run's package-hours are among those of `training_whole_runs.csv`; "yes" that a rule
was made with it in view.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.performance.training.cases import case_columns

DATA = Path(__file__).with_suffix(".csv")
COLUMNS = {
    "s": "predicted_iter_time_s",
    "tokens/s a package": "predicted_tokens_per_s_per_gpu",
    "TFLOP/s": "predicted_tflops_per_gpu",
}
HEAD = """
## Held out

Published steps that no constant was fitted on, as they are known second hand (not checked again
against the papers); `python benchmarks/training_held_out.py`. Error is that of the step time,
predicted / published - 1. *seen*: "no" where the numbers were first compared when model and rules
stood (but that GPT 530B showed that sequence parallelism must be assumed where nothing else fits),
"hours" where the run's hours are among the whole runs below, "yes" where a rule was made with it in
view. GPT 175B on 256 to 12,288 is Megatron-LM as the MegaScale paper measured it: it was 10 points
more in error before tensor-parallel traffic was exposed on Ampere, a cause that these rows showed.
"""


def errors(catalog: Catalog) -> list[tuple[dict[str, str], dict[str, str], float]]:
    """Rows, their predictions, and errors of the step time."""
    with DATA.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        told = case_columns(row, catalog)
        ratio = float(told[COLUMNS[row["unit"]]]) / float(row["measured"])
        found.append((row, told, (ratio if row["unit"] == "s" else 1.0 / ratio) - 1.0))
    return found


def section(catalog: Catalog) -> list[str]:
    """The section of the validation page."""
    found = errors(catalog)
    lines = [HEAD, "| row | package | seen | published | predicted | error of time | in band |"]
    lines.append("|---|---|---|---|---|---|---|")
    inside = []
    for row, told, error in found:
        step = float(told["predicted_iter_time_s"])
        low, high = (float(told[f"predicted_iter_time_{end}_s"]) for end in ("low", "high"))
        inside.append(low <= step / (1.0 + error) <= high)
        lines.append(
            f"| {row['row']} | {row['gpu'].split()[0]} | {row['seen']} | "
            f"{float(row['measured']):,.4g} {row['unit']} | "
            f"{float(told[COLUMNS[row['unit']]]):,.4g} | {error:+.1%} | "
            f"{'yes' if inside[-1] else 'no'} |"
        )
    size = np.abs([e for *_, e in found])
    unseen = np.array([row["seen"] == "no" for row, *_ in found])
    lines += [
        "",
        f"Mean error {size.mean():.1%} of {len(size)} rows, {size[unseen].mean():.1%} of the "
        f"{unseen.sum()} that were not seen; {sum(inside)} are inside the 90 % band.",
    ]
    return lines


if __name__ == "__main__":
    print("\n".join(section(load_catalog())))
