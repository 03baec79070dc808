"""`gigawatt train`: one plan, a table of plans, the best plan, a whole run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gigawatt.cli.train_show import (
    plan_data,
    print_json,
    print_run,
    print_search,
    print_step,
    search_data,
    step_data,
)

if TYPE_CHECKING:
    from gigawatt.catalog import Catalog

F = TypeVar("F", bound=Callable[..., Any])

EPILOG = """\b
Examples:
  gigawatt train --model llama-3.1-405b --gpu "H100 SXM" --gpus 16384 \\
      --tp 8 --pp 16 --gbs 2048 --seq-len 8192
  gigawatt train --model my/config.json --gpu GB300 --gpus 512 --precision MXFP8
  gigawatt train --cases table.csv --out predicted.csv
  gigawatt train search --model deepseek-v3 --gpu GB200 --gpus 2048 --precision FP8-MX
  gigawatt train run --model llama-3.1-405b --gpu H100 --gpus 16384 --tokens 15.6e12

\b
What is left out is filled in by rule and told under "assumed" (docs/training.md)."""

CASE_OPTIONS: tuple[tuple[str, str, str], ...] = (
    ("model", "model", "Catalog id, Hugging Face id, published name, or a config.json."),
    ("gpu", "gpu", "Accelerator, as tables write it (H100 SXM, GB200 NVL72, B300 1100W)."),
    ("gpus", "gpus", "Packages of the job."),
    ("tp", "tp", "Tensor parallel size."),
    ("pp", "pp", "Pipeline stages."),
    ("vp", "vp", "Virtual stages a package."),
    ("cp", "cp", "Context parallel size."),
    ("ep", "ep", "Expert parallel size."),
    ("etp", "etp", "Tensor parallel size of experts."),
    ("gbs", "gbs", "Global batch in sequences."),
    ("mbs", "mbs", "Microbatch in sequences."),
    ("seq-len", "seq_len", "Tokens of a sequence."),
    ("precision", "precision", "BF16, FP8, FP8 block, MXFP8, NVFP4."),
    ("recompute", "recompute", "none, selective, full, or modules."),
    ("shard", "fsdp_shard", "ZeRO stage (ZeRO-3, FSDP) or ranks of a shard group."),
    ("release", "release", "Software: container (26.04) or date (2026-04)."),
    ("imbalance", "imbalance", "Tokens of the busiest expert rank over the mean."),
    ("sites", "sites", "Sites that the data-parallel ranks are spread over."),
    ("wan-gbit-s", "wan_gbit_s", "Bandwidth of one site towards the others."),
    ("wan-rtt-ms", "wan_rtt_ms", "Round trip between sites."),
    ("local-steps", "local_steps", "Inner steps between two exchanges of sites."),
    ("wan-bits", "wan_bits", "Bits a parameter that an exchange sends each way (16)."),
)  # fmt: skip


def case_options(function: F) -> F:
    """Options that describe one plan; their values are the cells of a row."""
    for flag, column, text in reversed(CASE_OPTIONS):
        function = click.option(f"--{flag}", column, default=None, help=text)(function)
    return function


@click.group(invoke_without_command=True, epilog=EPILOG)
@case_options
@click.option("--cases", type=click.Path(path_type=Path), help="CSV table, one plan a row.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the table goes (else stdout).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    cases: Path | None,
    out: Path | None,
    as_json: bool,
    **row: str | None,
) -> None:
    """Predict a training step: time by part, memory, power; search plans; whole runs."""
    from gigawatt.errors import InputError

    if ctx.invoked_subcommand is not None:
        if any(v is not None for v in row.values()) or cases:
            raise InputError(f"Give the options after 'train {ctx.invoked_subcommand}'.")
        return
    given = _row(row)
    if cases is not None:
        _nothing_beside(given)
        from gigawatt.performance.training.cases import ADDED, predict_cases

        _cases(cases, out, ADDED, predict_cases)
        return
    if not given:
        click.echo(ctx.get_help())
        return
    _one(given, as_json)


def _row(options: dict[str, str | None]) -> dict[str, str]:
    return {k: v for k, v in options.items() if v is not None}


def _catalog() -> Catalog:
    from gigawatt.catalog import load_catalog

    return load_catalog()


def _column(name: str) -> str:
    """Name of a column: blanks around it and capitals do not count."""
    return name.strip().lower()


def _cases(path: Path, out: Path | None, added: Sequence[str], predict: Callable[..., Any]) -> None:
    """Read a table, add the columns, write it; every row is kept."""
    from gigawatt.cli.case_files import read_rows, write_rows
    from gigawatt.errors import InputError

    titles, found = read_rows(path)
    header = [_column(title) for title in titles]
    for name in ("model", "gpu"):
        if name not in header:
            raise InputError(
                f"{path}: column {name!r} is missing; the first line names {', '.join(header[:8])}"
            )
    given = [{_column(k): v for k, v in row.items()} for row in found]
    rows = list(predict(given, _catalog()))
    problems = sum(bool(r["problem"]) for r in rows)
    write_rows(out, [*(c for c in header if c not in added), *added], rows)
    click.echo(f"{len(rows)} rows, {problems} with a problem.", err=True)


def _one(row: dict[str, str], as_json: bool) -> None:
    from gigawatt.performance.training.cases import predict, resolve_case

    case = resolve_case(row, _catalog())
    out = predict(case)
    if as_json:
        print_json(step_data(case, out))
    else:
        print_step(case, out)


def _nothing_beside(given: Mapping[str, object]) -> None:
    """Refuse options beside a table, which would be ignored."""
    from gigawatt.errors import InputError

    if given:
        name = next(iter(given)).replace("_", "-")
        raise InputError(f"--cases takes the plans from the file; drop --{name}.")


@command.command(short_help="Search all plans of a job.")
@case_options
@click.option("--space", type=click.Choice(("auto", "full", "wide", "practical")), default="auto",
              help="How many options to try; auto: the widest that is quick.")  # fmt: skip
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True,
              help="Layouts to list.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def search(space: str, top: int, as_json: bool, **row: str | None) -> None:
    """Find the best plan of a job, the trade-offs, and what binds.

    Sizes that are given stay fixed. --gpus may list several numbers: 1024,2048,4096.
    """
    from gigawatt.performance.training.ask import search_row

    found, case = search_row(_row(row), _catalog(), space, top)
    if as_json:
        print_json(search_data(found, case))
    else:
        print_search(found, case)


@command.command(short_help="Days, MWh and dollars of a whole run.")
@case_options
@click.option("--tokens", help="Tokens to train on (15.6e12, 15.6T).")
@click.option("--flop", type=float, help="Budget in model FLOP (instead of tokens).")
@click.option("--loss", type=float, help="Target loss in nats per token (instead of tokens).")
@click.option("--usd-per-gpu-hour", type=float, help="Price of a package-hour.")
@click.option("--usd-per-mwh", type=float, help="Price of energy, where it comes on top.")
@click.option("--cooling", default="closed-loop-dry", show_default=True, help="Cooling plant.")
@click.option("--pue", type=float, help="PUE of the facility (instead of the plant's).")
@click.option("--gpu-hours", type=float, help="Known package-hours, for energy and cost.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
@click.option("--cases", type=click.Path(path_type=Path), help="CSV table, one run a row.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the table goes (else stdout).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def run(
    tokens: str | None,
    flop: float | None,
    loss: float | None,
    usd_per_gpu_hour: float | None,
    usd_per_mwh: float | None,
    cooling: str,
    pue: float | None,
    gpu_hours: float | None,
    seed: int,
    cases: Path | None,
    out: Path | None,
    as_json: bool,
    **row: str | None,
) -> None:
    """Time, energy and cost of training to a number of tokens, a budget, or a loss.

    Failures, checkpoints and restarts are in the days; the plan is found by the search where --tp
    or --pp is left out.
    """
    if cases is not None:
        asked = {"tokens": tokens, "flop": flop, "loss": loss, "pue": pue,
                 "usd-per-gpu-hour": usd_per_gpu_hour, "usd-per-mwh": usd_per_mwh,
                 "gpu-hours": gpu_hours}  # fmt: skip
        _nothing_beside({**_row(row), **{k: v for k, v in asked.items() if v is not None}})
        from gigawatt.study.training.training_run_cases import ADDED, predict_runs

        _cases(cases, out, ADDED, predict_runs)
        return
    from gigawatt.performance.training.cases import resolve_case
    from gigawatt.study.training.training_run import RunAsk, training_run, whole_run_row
    from gigawatt.study.training.training_run_batch import with_batch
    from gigawatt.study.training.training_run_cases import tokens_of

    catalog = _catalog()
    catalog.record("cooling", cooling)
    many = tokens_of({"tokens": tokens}) if tokens else None
    ask = RunAsk(many, flop, loss, usd_per_gpu_hour, usd_per_mwh, cooling, pue, seed,
                 gpu_hours=gpu_hours)  # fmt: skip
    known, words = with_batch(whole_run_row(_row(row)), ask, catalog)
    case = resolve_case(known, catalog)
    found = training_run(case, ask, catalog, words)
    if as_json:
        from dataclasses import asdict

        print_json({"model": case.shape.id, "system": case.system.id,
                     "plan": plan_data(case.plan), **asdict(found)})  # fmt: skip
    else:
        print_run(case, found)
