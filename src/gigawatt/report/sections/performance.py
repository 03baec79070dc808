"""Training and serving rates with the conditions under which they hold."""

from __future__ import annotations

from gigawatt.report.page import Cell, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.view import View

SERVE = "serve"
NAMED_RUN = "named run"
BANDS = ("p10", "p50", "p90")
JOB_SIZE = "packages"
SHOWN = (
    JOB_SIZE, "tokens_per_s_per_package", "mfu", "step_time_s",
    "output_tokens_per_s_per_package", "input_tokens_per_s_per_package", "tokens_per_s_per_user",
    "ttft_ms", "tpot_ms", "sigma_log",
)  # fmt: skip
"""Metrics that fit in a table for people; the run's own table has all of them."""


def section(view: View) -> Section | None:
    """One table for training and research, one for serving."""
    rows = view.run.rows("performance")
    say = view.say
    groups = {
        say("performance.train"): [r for r in rows if r["kind"] not in (SERVE, NAMED_RUN)],
        say("performance.serve"): [r for r in rows if r["kind"] == SERVE],
    }
    parts = tuple(_table(view, title, held) for title, held in groups.items() if held)
    named = [r for r in rows if r["kind"] == NAMED_RUN]
    if named:
        parts = (*parts, _named_runs(view, named))
    if not parts:
        return None
    return Section("performance", say("performance.title"), say("performance.intro"), parts)


def _named_runs(view: View, rows: list[Row]) -> Table:
    """Days, energy and cost of one training run of a round size on each phase."""
    say = view.say
    cases: dict[tuple[str, str, str, str], dict[str, float]] = {}
    for row in rows:
        case = (row["workload"], row["system"], row["model"], row["setting"])
        cases.setdefault(case, {})[row["metric"]] = row["value"]
    units = {"run_days": "days", "run_mwh": "MWh", "run_usd": "USD"}
    body = tuple(
        (
            Cell(phase, model),
            Cell(system),
            Cell(setting),
            Cell(view.fixed(held["packages"], 0)),
            *(
                view.band_cell({b: held.get(f"{name}_{b}") for b in BANDS}, unit)
                for name, unit in units.items()
            ),
        )
        for (phase, system, model, setting), held in cases.items()
    )
    heads = [(say.label("metric", m), u) for m, u in (("packages", ""), *units.items())]
    columns = view.columns(
        say("performance.phase"), say("word.system"), say("performance.conditions"), *heads, text=3
    )
    title, note = say("performance.named"), say("performance.named_note")
    return Table(title, columns, body, note, cards=True)


def _shown(view: View, metric: str, unit: str, value: float | None) -> str:
    """Value of a metric; the size of a job is a setting and is shown exactly."""
    if metric == JOB_SIZE:
        return view.fixed(value, 0)
    return view.quantity(value, unit, short=True)


def _unit_head(unit: str) -> str:
    """Unit under the head, where the head does not say it."""
    return "" if unit == "share" or "tokens/s" in unit else unit


def _table(view: View, caption: str, rows: list[Row]) -> Table:
    """One row a workload and system, one column a metric."""
    say = view.say
    metrics = list(dict.fromkeys((r["metric"], r["unit"]) for r in rows if r["metric"] in SHOWN))
    cases: dict[tuple[str, ...], dict[str, float]] = {}
    for row in rows:
        case = (row["workload"], row["system"], row["model"], row["setting"])
        cases.setdefault(case, {})[row["metric"]] = row["value"]
    body = tuple(
        (
            Cell(workload, model),
            Cell(system),
            Cell(setting),
            *(Cell(_shown(view, m, unit, held.get(m))) for m, unit in metrics),
        )
        for (workload, system, model, setting), held in cases.items()
    )
    heads = [(say.label("metric", m), _unit_head(unit)) for m, unit in metrics]
    columns = view.columns(
        say("performance.workload"),
        say("word.system"),
        say("performance.conditions"),
        *heads,
        text=3,
    )
    return Table(caption, columns, body, say("performance.note"), cards=True)
