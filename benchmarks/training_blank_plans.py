"""Published steps with their splits blanked: how near the search's plans come.

    python benchmarks/training_blank_plans.py FOLDER_OF_CSV

One row of every model, system, precision, number of packages and batch of the validation tables;
tp, pp, vp, cp, ep, dp, microbatch and shard group are taken out. Prints the errors of the step time
with the plan as published, as the search chose it, and with the factor on such plans
(`searched_plan_factor`, set on these rows).
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from training_tables import (
    CORE_2024,
    DEFECTS,
    FILES,
    NEMOTRON_4,
    Measured,
    core_2024,
    log_error,
    measured,
    nemotron_4,
)

from gigawatt.catalog import load_catalog
from gigawatt.performance.training.cases import predict

BLANKED = ("tp", "pp", "vp", "cp", "ep", "dp", "mbs", "fsdp_shard")
ONE_NODE = "simumax"  # eight packages leave little to choose
SHARDED = "table2"  # compares ways of splitting
Z95 = 1.645


def rows_of(folder: Path) -> list[dict[str, str]]:
    """Rows of the tables, one of each job."""
    rows = []
    for name in FILES:
        if ONE_NODE in name or SHARDED in name:
            continue
        with (folder / name).open(newline="", encoding="utf-8") as file:
            rows += list(csv.DictReader(file))
    rows += [core_2024(*one) for one in CORE_2024] + [nemotron_4(*one) for one in NEMOTRON_4]
    found: dict[tuple[str | None, ...], dict[str, str]] = {}
    for row in rows:
        key = tuple(row.get(k) for k in ("model", "gpu", "precision", "gpus", "gbs"))
        if (row["table_id"], row["row_id"]) not in DEFECTS:
            found.setdefault(key, row)
    return list(found.values())


def line(name: str, items: list[list[Measured]]) -> str:
    """Mean errors of one table for each way of choosing the plan."""
    cells = []
    for way in items:
        e = np.array([log_error(i) for i in way])
        cells.append(f"{np.abs(np.expm1(e)).mean():.1%} ({e.mean():+.1%})")
    return f"| {name} | {len(items[0])} | {' | '.join(cells)} |"


def main(folder: Path) -> None:
    """Print the table."""
    catalog = load_catalog()
    ways: list[list[Measured]] = [[], [], []]
    for row in rows_of(folder):
        blank = measured({**row, **dict.fromkeys(BLANKED, "")}, catalog)
        bare = replace(blank, case=replace(blank.case, slower=1.0))
        for way, item in zip(ways, (measured(row, catalog), bare, blank), strict=True):
            way.append(item)
    print("| table | rows | plan as published | search's plan | with the factor |")
    print("|---|---|---|---|---|")
    for name in dict.fromkeys(i.group for i in ways[0]):
        print(line(name, [[i for i in way if i.group == name] for way in ways]))
    print(line("all", ways))
    inside = [abs(log_error(i)) <= Z95 * float(predict(i.case).sigma_log[0]) for i in ways[2]]
    print(f"\n{np.mean(inside):.0%} of the rows with blanks are inside the 90 % band.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
