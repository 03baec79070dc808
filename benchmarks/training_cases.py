"""Tables of training runs through the model: errors by table, and speed of a row.

python benchmarks/training_cases.py FOLDER_OF_CSV
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

from gigawatt.catalog import load_catalog
from gigawatt.performance.training.cases import predict_cases


def main(folder: Path) -> None:
    """Predict every table of the folder that holds plans."""
    catalog = load_catalog()
    for path in sorted(folder.glob("*.csv")):
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        if not rows or "tp" not in rows[0]:
            continue
        started = time.process_time()
        told = list(predict_cases(rows, catalog))
        each = (time.process_time() - started) / len(rows)
        errors = [
            abs(float(r["predicted_iter_time_s"]) / float(r["iter_time_s"]) - 1.0)
            for r in told
            if r["iter_time_s"] and not r["problem"]
        ] or [float("nan")]
        problems = sum(bool(r["problem"]) for r in told)
        mean = sum(errors) / len(errors)
        print(
            f"{path.stem:42s} {len(rows):4d} rows, {problems} problems, mean {mean:6.1%}, "
            f"max {max(errors):6.1%}, {each * 1e3:.1f} ms a row"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
