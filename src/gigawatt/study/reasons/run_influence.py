"""Influence on the headline results of a run, from its draw matrix, with names for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gigawatt.errors import InputError
from gigawatt.quantity.arrays import Array
from gigawatt.study.archive.folder import StoredRun
from gigawatt.study.reasons.explain import unknown_metric
from gigawatt.study.reasons.influence import Influence, Ranked, influence_of, rank_inputs
from gigawatt.study.reasons.input_names import InputNames

TOP = 10
_INPUT, _RESULT = "input:", "result:"
_DATES = {
    "first_gw_in_service_month": "first_gw_in_service_date",
    "tenth_gw_in_service_month": "tenth_gw_in_service_date",
}


@dataclass(frozen=True, slots=True)
class ResultInfluence:
    """What moves one named result of a run.

    Attributes
    ----------
    metric : its name in ``answers.json`` (or its column in the draw matrix).
    title : for people.
    found : see `influence.Influence`.
    titles : stream → title of the kept inputs.
    """

    metric: str
    title: str
    found: Influence
    titles: Mapping[str, str]

    def data(self, top: int = TOP) -> dict[str, Any]:
        """Plain values for JSON."""
        found = asdict(self.found)
        drivers = found.pop("drivers")[:top]
        rows = [{"title": self.titles[d["name"]], **d} for d in drivers]
        return {"metric": self.metric, "title": self.title, **found, "drivers": rows}


def run_influence(run: StoredRun, metric: str = "") -> list[ResultInfluence]:
    """Influence on one result of a run, or on all that have a value in each draw.

    Parameters
    ----------
    run : see `folder.open_run`.
    metric : name of a result; "" = all.

    Raises
    ------
    InputError : no draw matrix, too few draws, or no such result in it (nearest names).
    """
    inputs, results = _columns(run)
    if metric and metric not in results:
        if metric in run.answers:
            known = ", ".join(results)
            raise InputError(
                f"{metric!r} has no single value a draw, so no influence. These have: {known}."
            )
        raise unknown_metric(metric, list(results), "influence")
    return _all(run, inputs, results, [metric] if metric else list(results))


def run_influences(run: StoredRun, metrics: Sequence[str]) -> list[ResultInfluence]:
    """Influence on those of `metrics` that have a value in each draw of a run.

    Raises
    ------
    InputError : no draw matrix, or too few draws.
    """
    inputs, results = _columns(run)
    return _all(run, inputs, results, [m for m in metrics if m in results])


def _columns(run: StoredRun) -> tuple[dict[str, Array], dict[str, Array]]:
    """Inputs by stream and results by name, (D,) each."""
    table = run.table("draws")
    if table is None:
        raise InputError(f"{run.folder.path} has no table of draws; run the programme again")
    columns: dict[str, Array] = {c: table[c].to_numpy() for c in table.columns}
    inputs = {c.removeprefix(_INPUT): v for c, v in columns.items() if c.startswith(_INPUT)}
    results = {
        answer_name(c.removeprefix(_RESULT)): v for c, v in columns.items() if c.startswith(_RESULT)
    }
    return inputs, results


def _all(
    run: StoredRun, inputs: Mapping[str, Array], results: Mapping[str, Array], chosen: Sequence[str]
) -> list[ResultInfluence]:
    names, ranked = InputNames(run), rank_inputs(inputs)
    return [_one(run, names, ranked, m, results[m]) for m in chosen]


def answer_name(column: str) -> str:
    """Name in ``answers.json`` of a column of the draw matrix.

    >>> answer_name("packages_per_gw/vr200-nvl72")
    'packages_per_gw_vr200-nvl72'
    """
    return _DATES.get(column, column.replace("/", "_"))


def _one(
    run: StoredRun, names: InputNames, ranked: Ranked, metric: str, values: Array
) -> ResultInfluence:
    found = influence_of(ranked, values)
    titles = {d.name: names.title(d.name) for d in found.drivers}
    answer = run.answers.get(metric)
    title = str(answer["title"]) if answer else metric.replace("_", " ")
    return ResultInfluence(metric, title, found, titles)
