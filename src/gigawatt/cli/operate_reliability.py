"""`gigawatt operate reliability`: a table of jobs in, the same rows with predictions out."""

from __future__ import annotations

from pathlib import Path

import click

OPTIONAL = (
    "policy", "model", "checkpoint_interval_s", "failures_per_1000_node_days",
    "checkpoint_write_s", "restart_s",
)  # fmt: skip


@click.command()
@click.option("--cases", required=True, type=click.Path(), help="CSV of cases, one a row.")
@click.option("--out", type=click.Path(), help="CSV to write; stdout if not given.")
@click.option("--draws", default=2000, help="Draws of what is not known.")
@click.option("--seed", default=1, help="Seed of the draws.")
def command(cases: str, out: str | None, draws: int, seed: int) -> None:
    """Predict mean time to failure and effective training time of each row of --cases.

    Columns: gpus, gpus_per_node, failures_per_1000_node_days (blank: our range),
    checkpoint_write_s, restart_s (blank: our range), checkpoint_interval_s (blank: the best),
    policy (sync, spares, elastic, memory), model (series: N x rate; full, also if blank).
    Adds mttf_h and ettr with _low and _high (5th and 95th percentile), best_interval_s, problem.
    """
    from gigawatt.catalog import load_catalog
    from gigawatt.cli.case_files import read_rows, write_rows
    from gigawatt.cli.operate import check_folders
    from gigawatt.errors import InputError
    from gigawatt.operations.cases import INPUTS, OUTPUTS, CaseReader

    if not 10 <= draws <= 1_000_000:
        raise InputError(f"--draws {draws}: must be 10 to 1,000,000")
    check_folders({"--out": out})
    bad: dict[int, str] = {}  # rows of more cells than the header
    names, rows = read_rows(Path(cases), [n for n in INPUTS if n not in OPTIONAL], INPUTS, bad)
    reader = CaseReader(load_catalog(), draws, seed)
    none = dict.fromkeys(OUTPUTS, "")
    done = [
        {**row, **({**none, "problem": bad[i]} if i in bad else reader.row(row))}
        for i, row in enumerate(rows)
    ]
    columns = [*(n for n in names if n not in OUTPUTS), *OUTPUTS]
    write_rows(Path(out) if out else None, columns, done)
    wrong = sum(bool(row["problem"]) for row in done)
    click.echo(f"{len(done)} cases, {wrong} with a problem" + (f": {out}" if out else ""), err=True)
