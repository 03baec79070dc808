"""`gigawatt operate reliability`: a table of jobs in, the same rows with predictions out."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TextIO

import click


@click.command()
@click.option("--cases", required=True, type=click.Path(), help="CSV of cases, one a row.")
@click.option("--out", type=click.Path(), help="CSV to write; stdout if not given.")
@click.option("--draws", default=2000, help="Draws of what is not known.")
@click.option("--seed", default=1, help="Seed of the draws.")
def command(cases: str, out: str | None, draws: int, seed: int) -> None:
    """Predict mean time to failure and effective training time of each row of --cases.

    Columns: gpus, gpus_per_node, failures_per_1000_node_days (blank: our range),
    checkpoint_write_s, checkpoint_interval_s (blank: the best), restart_s,
    policy (sync, spares, elastic, memory), model (series: N x rate; full, also if blank).
    Adds mttf_h and ettr with _low and _high (5th and 95th percentile), best_interval_s, problem.
    """
    from gigawatt.catalog import load_catalog
    from gigawatt.cli.operate import check_folders
    from gigawatt.errors import InputError
    from gigawatt.operations.cases import OUTPUTS, CaseReader

    if not 10 <= draws <= 1_000_000:
        raise InputError(f"--draws {draws}: must be 10 to 1,000,000")
    check_folders({"--out": out})
    names, rows = _read(Path(cases))
    reader = CaseReader(load_catalog(), draws, seed)
    done = [{**row, **reader.row(row)} for row in rows]
    columns = [*(n for n in names if n not in OUTPUTS), *OUTPUTS]
    if out is None:
        _write(sys.stdout, columns, done)
    else:
        with Path(out).open("w", newline="") as file:
            _write(file, columns, done)
    bad = sum(bool(row["problem"]) for row in done)
    click.echo(f"{len(done)} cases, {bad} with a problem" + (f": {out}" if out else ""), err=True)


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    from gigawatt.errors import InputError, nearest
    from gigawatt.operations.cases import INPUTS

    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file, skipinitialspace=True)
            names = [n.strip() for n in table.fieldnames or []]
            table.fieldnames = names
            rows = [{k: v or "" for k, v in row.items() if isinstance(k, str)} for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    optional = ("policy", "model", "checkpoint_interval_s", "failures_per_1000_node_days")
    for key in INPUTS:
        if key not in names and key not in optional:
            hint = nearest(key, names)
            did = f" Did you mean it by {hint!r}?" if hint else ""
            raise InputError(f"{path.name}:1: column {key!r} is missing.{did}")
    return names, rows


def _write(file: TextIO, columns: list[str], rows: list[dict[str, str]]) -> None:
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
