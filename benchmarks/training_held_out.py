"""Published steps that no constant was fitted on, as far as they are known second hand.

    python benchmarks/training_held_out.py

Prints the section of docs/training-validation.md. `seen` of a row: "test" where a
test of the repository had it in view while rules were made, "hours" where the run's package-hours
are among those of `training_whole_runs.csv`, "cause" where the row showed a cause that was missing,
"band" where it widened the band, else "no".
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
predicted / published - 1. None is blind. *seen*: "test" where a test had it in view while rules
were made, "hours" where the run's hours are among the whole runs below, "cause" where it showed a
cause that was missing: GPT 175B on 256 to 12,288 is Megatron-LM as the MegaScale paper measured it,
and was 8 points more in error before tensor-parallel traffic was exposed on Ampere; MPT on H100 set
how much slower products are under a plain stack there. "band": it showed that the band was too
narrow, "no": none of these.
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
    lines += [
        "",
        f"Mean error {size.mean():.1%} of {len(size)} rows; {sum(inside)} are in the 90 % band.",
    ]
    return lines


if __name__ == "__main__":
    print("\n".join(section(load_catalog())))
