"""Validation of the training model on published tables; writes docs/training-validation.md.

    python benchmarks/training_validation.py FOLDER_OF_CSV [PAGE]

Takes about three minutes: the fit is repeated for every table and model that is left out.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from training_calibration import (
    FITTED,
    SECOND_HAND,
    errors,
    fit,
    in_catalog,
    left_out,
    with_values,
)
from training_held_out import section as held_out_section
from training_tables import Measured, read_tables
from training_whole_runs import section

from gigawatt.catalog import load_catalog
from gigawatt.performance.training.cases import predict

Z95 = 1.645
PAGE = Path(__file__).parents[1] / "docs" / "training-validation.md"
HEAD = """# Training model: errors on published tables

Made by `python benchmarks/training_validation.py FOLDER` (the tables as CSV); constants by
`python benchmarks/training_calibration.py FOLDER`. Errors are |predicted / measured - 1| of the
step time. Plans are filled in by the rules of `gigawatt train --cases`.

**In sample or not.** The columns *mean* to *half-width* are in sample: the constants were fitted on
these rows. *table out* and *model out* are out of the fit, but not blind: which terms the model
has, its held constants and the rules for blanks were chosen with all these tables in view. Tables
with a star are second hand: their rows, or a part of each, were not checked against the paper. By
rule such a row fixes only constants that no checked row bears on (ZeRO-3 of 2021 and production
runs of that time); for all others starred rows are held out.

- *constant*: error of the best constant FLOP/s per GPU (median, one per table and system).
- *skill*: our mean error over that of the constant; below 1 is better than a constant.
- *rank*: Spearman correlation of predicted and measured FLOP/s per GPU.
- *in band*: share of rows inside the 90 % band; *half-width* is the band's median.
- *table out*, *model out*: mean error when the constants are fitted without that table (dense and
  mixture rows apart), or without that model in any table, and the share of rows inside the band
  then. *release out*: the same without any row of that release.
- Rows with a known defect of the software (the next point release runs the same plan in less than
  0.7 of the time) are in the table but not in the fit.
"""


def relative(e: np.ndarray) -> np.ndarray:
    """|predicted / measured - 1| of log errors."""
    return np.abs(np.expm1(e))


def rate(item: Measured, seconds: float) -> float:
    """Model FLOP/s per GPU up to a constant of the model: the row's own FLOP over its time."""
    from gigawatt.performance.training.flops import flop_per_token

    plan, case = item.case.plan, item.case
    tokens = plan.gbs * plan.seq
    return flop_per_token(case.shape, plan.seq, case.convention) * tokens / plan.gpus / seconds


def constant_errors(items: Sequence[Measured]) -> np.ndarray:
    """Errors of the median rate of each system."""
    rates = np.array([rate(i, i.step_s) for i in items])
    systems = np.array([i.case.system.id for i in items])
    middle = np.array([np.median(rates[systems == s]) for s in systems])
    return np.abs(rates / middle - 1.0)


def held_out(items: list[Measured], out: dict[tuple[str, str], float]) -> str:
    """Mean error of rows that were left out of the fit, and the share inside their band."""
    e = np.array([out[i.table, i.row] for i in items])
    sigma = np.array([float(predict(i.case).sigma_log[0]) for i in items])
    return f"{relative(e).mean():.1%}, {np.mean(np.abs(e) <= Z95 * sigma):.0%}"


def row_of(name: str, items: list[Measured], out: dict[str, dict[tuple[str, str], float]]) -> str:
    """One line of the table of step times."""
    e = errors(items)
    good = [i for i in items if not i.defect]
    sigma = np.array([float(predict(i.case).sigma_log[0]) for i in items])
    inside = np.mean(np.abs(e) <= Z95 * sigma)
    half = np.median(np.expm1(Z95 * sigma))
    constant = constant_errors(items).mean()
    measured = [rate(i, i.step_s) for i in items]
    told = [rate(i, i.step_s * math.exp(v)) for i, v in zip(items, e, strict=True)]
    held = [held_out(good, out[key]) for key in ("table", "model")]
    own = relative(e).mean()
    star = "" if all(i.checked for i in items) or name.startswith("all") else " *"
    return (
        f"| {name}{star} | {len(items)} | {own:.1%} | {relative(e).max():.1%} | {constant:.1%} | "
        f"{own / constant:.2f} | {spearmanr(measured, told)[0]:.2f} | {inside:.0%} | {half:.0%} | "
        f"{held[0]} | {held[1]} |"
    )


def grouped(items: list[Measured], key: Callable[[Measured], str]) -> dict[str, list[Measured]]:
    """Rows by a key, in the order of their first row."""
    found: dict[str, list[Measured]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def time_table(items: list[Measured], out: dict[str, dict[tuple[str, str], float]]) -> list[str]:
    """Errors of step times by table."""
    lines = [
        "## Step time",
        "",
        "| table | rows | mean | max | constant | skill | rank | in band | half-width | table out "
        "| model out |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, rows in grouped(items, lambda i: i.group).items():
        lines.append(row_of(name, rows, out))
    mixed = [i for i in items if "MoE" in i.group and "bridge" in i.table and not i.defect]
    lines.append(row_of("megatron_bridge_perf MoE, without defects", mixed, out))
    lines.append(row_of("all rows without defects", [i for i in items if not i.defect], out))
    return lines


def release_table(items: list[Measured], out: dict[tuple[str, str], float]) -> list[str]:
    """Errors of mixtures by release, in the fit and when the release is left out of it."""
    lines = ["", "## Mixture models by release (defects left out)", ""]
    lines += [
        "| release | rows | mean | release out | bias, release out |",
        "|---|---|---|---|---|",
    ]
    mixed = [i for i in items if "MoE" in i.group and "bridge" in i.table and not i.defect]
    groups = sorted(grouped(mixed, lambda i: i.release).items())
    for name, rows in [*groups, ("all", mixed)]:
        e = np.array([out[i.table, i.row] for i in rows])
        lines.append(
            f"| {name} | {len(rows)} | {relative(errors(rows)).mean():.1%} | "
            f"{relative(e).mean():.1%} | {np.expm1(e.mean()):+.1%} |"
        )
    return lines


def family_table(items: list[Measured], out: dict[tuple[str, str], float]) -> list[str]:
    """Errors by model when it is left out."""
    lines = ["", "## Models left out of the fit", "", "| model | rows | mean | max | bias |"]
    lines.append("|---|---|---|---|---|")
    good = [i for i in items if not i.defect]
    for name, rows in sorted(grouped(good, lambda i: i.family).items()):
        e = np.array([out[i.table, i.row] for i in rows])
        lines.append(
            f"| {name} | {len(rows)} | {relative(e).mean():.1%} | {relative(e).max():.1%} | "
            f"{np.expm1(e.mean()):+.1%} |"
        )
    return lines


def memory_table(items: list[Measured]) -> list[str]:
    """Errors of memory, and plans that fit."""
    rows = [i for i in items if i.memory_gib]
    told = np.array([float(predict(i.case).memory_gib[0]) for i in rows])
    e = np.abs(told / np.array([i.memory_gib for i in rows]) - 1.0)
    fits = sum(bool(predict(i.case).fits[0]) for i in items)
    return [
        "",
        "## Memory",
        "",
        f"Peak memory of {len(rows)} rows (SimuMax, B200): mean error {e.mean():.1%}, largest "
        f"{e.max():.1%}. Of {len(items)} published plans, {fits} are found to fit.",
    ]


def order_table(items: list[Measured]) -> list[str]:
    """Pairs of tensor and pipeline parallelism against ZeRO-3 in table 2, of like size."""
    rows = [i for i in items if i.table == "megatron2021_t2"]
    pairs = right = 0
    for a in rows:
        for b in rows:
            near = a.model == b.model and abs(math.log(a.case.plan.gpus / b.case.plan.gpus)) < 0.2
            if near and a.case.plan.zero < 3 <= b.case.plan.zero:
                told = [rate(i, i.step_s * math.exp(errors([i])[0])) for i in (a, b)]
                pairs += 1
                right += (told[0] > told[1]) == (rate(a, a.step_s) > rate(b, b.step_s))
    return [
        "",
        "## ZeRO-3 against tensor and pipeline parallelism",
        "",
        f"Of {pairs} pairs of like size in table 2, {right} are in the right order by FLOP/s per "
        "GPU.",
    ]


def second_hand(items: list[Measured], start: np.ndarray) -> list[str]:
    """Second-hand rows by the rule, and with no second-hand row in any fit."""
    rows = [i for i in items if not i.checked]
    values = fit([i for i in items if i.checked], start)
    lines = ["", "## Second-hand rows", ""]
    lines += [
        f"{len(rows)} rows. *rule*: they fix {', '.join(SECOND_HAND)} alone. *none*: they fix "
        "nothing, and these three stand at the centres of their priors.",
        "",
        "| table | rows | mean, rule | mean, none | bias, none |",
        "|---|---|---|---|---|",
    ]
    for name, group in [*grouped(rows, lambda i: i.group).items(), ("all", rows)]:
        e = errors(with_values(group, values))
        lines.append(
            f"| {name} | {len(group)} | {relative(errors(group)).mean():.1%} | "
            f"{relative(e).mean():.1%} | {np.expm1(e.mean()):+.1%} |"
        )
    return lines


def constants_table(items: list[Measured]) -> list[str]:
    """The fitted constants with their priors."""
    good = sum(not i.defect for i in items)
    checked = sum(not i.defect and i.checked for i in items)
    lines = [
        "",
        f"## Fitted constants: {len(FITTED)} on {good} rows",
        "",
        f"{len(FITTED) - len(SECOND_HAND)} of them on the {checked} rows that were checked.",
        "",
        "Prior: centre and standard deviation of the logarithm. Meaning and range of each are in "
        "`catalog/data/efficiencies.steps.toml`.",
        "",
        "| generation | constant | value | prior |",
        "|---|---|---|---|",
    ]
    for (generation, key, prior, sigma), value in zip(FITTED, in_catalog(items), strict=True):
        where = "all" if generation == "*" else generation
        lines.append(f"| {where} | {key} | {value:.4g} | {prior:g} ({sigma:g}) |")
    return lines


def main(folder: Path, page: Path) -> None:
    """Write the page."""
    items = read_tables(folder)
    start = in_catalog(items)
    out = {
        "table": left_out(items, lambda i: i.group, start),
        "model": left_out(items, lambda i: i.family, start),
        "release": left_out(items, lambda i: i.release, start),
    }
    lines = [
        HEAD,
        *time_table(items, out),
        *release_table(items, out["release"]),
        *family_table(items, out["model"]),
        *memory_table(items),
        *order_table(items),
        *second_hand(items, start),
        *held_out_section(load_catalog()),
        *section(load_catalog()),
        *constants_table(items),
    ]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else PAGE)
