"""Two programmes, or two runs, on the same draws: every named result with its difference.

Same seed and named streams: an input that both programmes have gets the same random number in the
same draw, so a difference within a draw is the programme's and not chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt import __version__
from gigawatt.errors import InputError
from gigawatt.program.load import Loaded
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.study.archive.store import run_folder, write_json
from gigawatt.study.comparison.causes import DEFAULT_DRAWS, Causes, causes
from gigawatt.study.comparison.difference import Row, compared
from gigawatt.study.named import Named, named_results
from gigawatt.study.run import Settings, Simulated, simulate

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[str, int, int], None]  # what, done, in all


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and how they differ.

    Attributes
    ----------
    a, b : name, title, sha256 and origin of each side.
    setting : seed, draws, calendar and version that both share.
    results : one row a named result, see `difference.compared`.
    causes : waterfalls; None where runs are compared (their programmes are not at hand).
    notes : what a reader must know before the numbers.
    """

    a: Mapping[str, Any]
    b: Mapping[str, Any]
    setting: Mapping[str, Any]
    results: tuple[Row, ...]
    causes: Causes | None = None
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "a": dict(self.a), "b": dict(self.b), "setting": dict(self.setting),
            "notes": list(self.notes), "results": list(self.results),
            "causes": self.causes.as_dict() if self.causes else None,
        }  # fmt: skip


def compare_programs(
    a: Loaded,
    b: Loaded,
    settings: Settings,
    *,
    causes_draws: int = DEFAULT_DRAWS,
    progress: Progress = lambda what, done, total: None,
) -> Comparison:
    """Run two programmes on the same draws and compare them.

    Parameters
    ----------
    a, b : as loaded; their calendars must be the same.
    settings : draws, seed and processes.
    causes_draws : draws of each step of the waterfall, at most those of `settings`.
    progress : called while draws are done.

    Raises
    ------
    InputError : the programmes start or end in different months.
    """
    axis = _same_calendar(a, b)
    sides = [_results(loaded, settings, who, progress) for who, loaded in (("A", a), ("B", b))]
    results = [
        compared(sides[0].get(name), sides[1].get(name))
        for name in dict.fromkeys((*sides[0], *sides[1]))
    ]
    few = Settings(min(causes_draws, settings.draws), settings.seed, 1)
    why = causes(a, b, few, lambda done, total: progress("causes", done, total))
    return Comparison(
        _described(a), _described(b), _setting(settings, axis), tuple(results), why,
        tuple(_notes(results, why, settings)),
    )  # fmt: skip


def side_by_side(a: Simulated, b: Simulated, causes_draws: int = 0) -> Comparison:
    """Compare two programmes that were simulated with the same settings.

    Parameters
    ----------
    a, b : both programmes.
    causes_draws : draws of each step of the waterfall; 0 = no causes.

    Raises
    ------
    InputError : their calendars differ.
    """
    axis = _same_calendar(a.loaded, b.loaded)
    one, other = ({n.name: n for n in named_results(side.frame)} for side in (a, b))
    results = [compared(one.get(name), other.get(name)) for name in dict.fromkeys((*one, *other))]
    why, notes = None, one_sided(results)
    if causes_draws:
        few = Settings(min(causes_draws, a.settings.draws), a.settings.seed, 1)
        why = causes(a.loaded, b.loaded, few)
        notes = _notes(results, why, a.settings)
    return Comparison(
        _described(a.loaded), _described(b.loaded), _setting(a.settings, axis), tuple(results),
        why, tuple(notes),
    )  # fmt: skip


def _results(loaded: Loaded, settings: Settings, who: str, progress: Progress) -> dict[str, Named]:
    told = simulate(loaded, settings, lambda done, total: progress(who, done, total))
    return {n.name: n for n in named_results(told.frame)}


def _same_calendar(a: Loaded, b: Loaded) -> MonthAxis:
    p, q = a.program, b.program
    axis = MonthAxis.between(p.start, p.horizon)
    if axis == MonthAxis.between(q.start, q.horizon):
        return axis
    ends = {"start": (p.start, q.start), "horizon": (p.horizon, q.horizon)}
    wrong = {k: v for k, v in ends.items() if v[0].strftime("%Y-%m") != v[1].strftime("%Y-%m")}
    told = "; ".join(
        f"{key} is {one} in A ({p.name}) and {other} in B ({q.name})"
        for key, (one, other) in wrong.items()
    )
    file = b.raw.origin[0]
    base = file if file.endswith(".toml") and Path(file).is_file() else q.name
    lines = ", ".join(f"{key} = {one}" for key, (one, _) in wrong.items())
    raise InputError(
        f"These programmes can't be compared month by month: {told}. Give both the same: write a "
        f'file with extends = "{base}" and {lines}, and compare A with that.'
    )


def _described(loaded: Loaded) -> dict[str, Any]:
    p = loaded.program
    return {"name": p.name, "title": p.title, "sha256": p.sha256, "origin": list(p.origin),
            "as_of": p.as_of.isoformat()}  # fmt: skip


def _setting(settings: Settings, axis: MonthAxis) -> dict[str, Any]:
    return {
        "gigawatt_version": __version__, "seed": settings.seed, "draws": settings.draws,
        "start": axis.first_day(0).isoformat(), "horizon": axis.labels()[-1],
    }  # fmt: skip


def _notes(results: list[Row], why: Causes, settings: Settings) -> list[str]:
    out = one_sided(results)
    if not why.groups:
        out.append("the programmes do not differ in any input")
    out += [
        f"{g.label} move together, because each alone makes no sound programme: {g.reason}"
        for g in why.groups
        if g.reason
    ]
    if why.groups and why.draws < settings.draws:
        out.append(
            f"the waterfall is made with {why.draws:,} draws, the differences with "
            f"{settings.draws:,}: its ends may differ a little from the P50 of the results"
        )
    if any(w.capped for w in why.waterfalls):
        out.append(
            "where the P50 of the first gigawatt lies beyond the calendar, the waterfall counts "
            "the calendar's end: its effects are at least so large"
        )
    return out


def one_sided(results: list[Row]) -> list[str]:
    """Notes on results that only one side has."""
    out = []
    for present, absent in (("A", "B"), ("B", "A")):
        names = [r["name"] for r in results if r[absent.lower()] is None]
        if names:
            out.append(f"only {present} has {', '.join(names)}")
    return out


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write ``comparison.json``, ``differences.csv`` and ``causes.csv`` into a new folder.

    Raises
    ------
    InputError : the folder exists, or can't be made.
    """
    check_new(folder)
    with run_folder(folder) as partial:
        write_json(partial / "comparison.json", comparison.as_dict())
        differences_table(comparison).write_csv(partial / "differences.csv")
        if comparison.causes is not None:
            causes_table(comparison.causes).write_csv(partial / "causes.csv")
    return folder


def check_new(folder: Path) -> None:
    """Find out before the work whether a new folder can be made.

    Raises
    ------
    InputError : it exists, or its parent can't be written to.
    """
    from gigawatt.study.archive.store import check_target

    if folder.exists():
        raise InputError(f"{folder} exists; choose another --out.")
    check_target(folder)


def differences_table(comparison: Comparison) -> pl.DataFrame:
    """One row a single value: result, year ("" for none) and name of a share ("" for none)."""
    import polars as pl

    rows = [_flat(r, "", "", r["a"], r["b"], r["difference"]) for r in comparison.results
            if "by_year" not in r]  # fmt: skip
    for r in comparison.results:
        for year, entry in r.get("by_year", {}).items():
            if r["kind"] != "shares_by_year":
                rows.append(_flat(r, year, "", entry["a"], entry["b"], entry["difference"]))
                continue
            rows += [
                _flat(r, year, n, {"p50": s["a"]}, {"p50": s["b"]}, {"p50": s["difference"]})
                for n, s in entry.items()
            ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _flat(r: Row, year: str, part: str, a: Any, b: Any, d: Any) -> Row:  # noqa: ANN401 - JSON
    a, b, d = a or {}, b or {}, d or {}
    levels = ("p10", "p50", "p90")
    return {
        "name": r["name"], "year": year, "part": part, "unit": r["unit"],
        **{f"a_{q}": _text(a.get(q)) for q in levels},
        **{f"b_{q}": _text(b.get(q)) for q in levels},
        "difference_unit": r["difference_unit"],
        **{f"difference_{q}": d.get(q) for q in (*levels, "mean")},
        **{q: d.get(q) for q in ("share_both", "share_only_a", "share_only_b")},
        "paired": r["paired"],
    }  # fmt: skip


def _text(value: object) -> str | None:
    """Value as text: dates and numbers stand in one column."""
    return None if value is None else str(value)


def causes_table(found: Causes) -> pl.DataFrame:
    """One row a result and group of inputs."""
    import polars as pl

    rows = [
        {"name": w.name, "unit": w.unit, "a": w.a, "b": w.b, "group": e.group, "effect": e.mean,
         "effect_forward": e.forward, "effect_reverse": e.reverse, "capped": w.capped}
        for w in found.waterfalls for e in w.effects
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)
