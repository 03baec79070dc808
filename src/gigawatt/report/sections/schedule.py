"""Dates: first and last block of each site, and the range of every block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from gigawatt.report import figures
from gigawatt.report.page import Cell, Figure, Section, Table
from gigawatt.report.read import Row
from gigawatt.report.sections import dates
from gigawatt.report.sections.binding import STYLES
from gigawatt.report.texts import texts_of
from gigawatt.report.view import View

NEVER_TEXT = "9999"  # sorts after every date
ROW_PX, FRAME_PX = 13, 60
NAME_LENGTH = 18
CSV_COLUMNS = (
    "block", "site", "system", "route", "status", "facility_mw", "energised_p10", "energised_p50",
    "energised_p90", "in_service_p10", "in_service_p50", "in_service_p90", "never_share",
    "binding", "binding_share",
)  # fmt: skip


def section(view: View) -> Section | None:
    """Table by site and chart of all blocks."""
    rows = view.run.rows("schedule")
    if not rows:
        return None
    say = view.say
    held = dates.read_schedule(view)
    charts = (
        (dates.gantt(view, held["phases"]), dates.stages(view, held["burn_down_mw"]))
        if held
        else ()
    )
    parts = (_sites(view, rows), *charts, _figure(view, rows), *_events(view))
    return Section("schedule", say("schedule.title"), say("schedule.intro"), parts)


def _by_site(rows: list[Row]) -> dict[str, list[Row]]:
    """Blocks of each site in order of their median date."""
    out: dict[str, list[Row]] = {}
    for row in sorted(rows, key=_when):
        out.setdefault(row["site"], []).append(row)
    return out


def _when(row: Row) -> tuple[str, str]:
    return (row["in_service_p50"] or NEVER_TEXT, row["in_service_p10"] or NEVER_TEXT)


def _sites(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = []
    for blocks in _by_site(rows).values():
        power = sum(b["facility_mw"] for b in blocks)
        never = sum(b["facility_mw"] * b["never_share"] for b in blocks) / (power or 1.0)
        causes = Counter(b["binding"] for b in blocks if b["binding"]).most_common(1)
        body.append(
            (
                Cell(blocks[0]["site_name"] or blocks[0]["site"]),
                Cell(view.power(power)),
                Cell(str(len(blocks))),
                view.date_cell(blocks[0], "in_service"),
                view.date_cell(blocks[-1], "in_service"),
                Cell(view.percent(never)),
                Cell(say_label(view, causes[0][0] if causes else None)),
            )
        )
    heads = view.columns(
        say("word.site"),
        say("schedule.power"),
        say("schedule.blocks"),
        say("schedule.first"),
        say("schedule.last"),
        say("schedule.never"),
        say("schedule.binding"),
    )
    columns = (*heads[:-1], *view.columns(say("schedule.binding")))
    return Table(say("schedule.table"), columns, tuple(body), say("schedule.note"), cards=True)


def _figure(view: View, rows: list[Row]) -> Figure:
    say = view.say
    ordered = [b for blocks in _by_site(rows).values() for b in blocks]
    return Figure(
        id="schedule-blocks",
        title=say("schedule.figure"),
        unit=say("schedule.figure_unit"),
        note=say("schedule.figure_note"),
        data=[*_traces(view, ordered), *_event_marks(view, ordered)],
        layout=_layout(ordered, texts_of(say.lang)),
        table=_block_table(view, ordered),
        height_px=FRAME_PX + ROW_PX * len(ordered),
        numbers=(CSV_COLUMNS, *(tuple(r[c] for c in CSV_COLUMNS) for r in ordered)),
    )


def _traces(view: View, rows: list[Row]) -> list[figures.Trace]:
    """For each constraint: thin lines from P10 to P90 and dots at P50, numbered from the top."""
    edge = max([view.horizon, *(str(r["in_service_p90"] or "") for r in rows)])
    out: list[figures.Trace] = []
    for name in dict.fromkeys(r["binding"] for r in rows if r["in_service_p10"]):
        colour, shape = figures.dot(STYLES.get(name, 0))
        line: figures.Trace = {"x": [], "y": []}
        dots: figures.Trace = {"x": [], "y": [], "text": [], "symbol": []}
        for position, row in enumerate(rows):
            if row["binding"] != name or not row["in_service_p10"]:
                continue
            line["x"] += [row["in_service_p10"], row["in_service_p90"] or edge, None]
            line["y"] += [position, position, None]
            dots["x"].append(row["in_service_p50"] or edge)
            dots["y"].append(position)
            dots["text"].append(_hover(view, row))
            dots["symbol"].append(shape if row["in_service_p50"] else "triangle-right")
        label = say_label(view, name)
        out.append(
            {
                **line,
                "mode": "lines",
                "line": {"color": colour, "width": 2},
                "opacity": 0.55,
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
        out.append(
            {
                "x": dots["x"],
                "y": dots["y"],
                "text": dots["text"],
                "mode": "markers",
                "marker": {"color": colour, "size": 8, "symbol": dots["symbol"]},
                "cliponaxis": False,
                "name": label,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return out


def _event_marks(view: View, rows: list[Row]) -> list[figures.Trace]:
    """A cross at the first block of a site, on the day that a change of its plan became known."""
    first: dict[str, int] = {}
    for position, row in enumerate(rows):
        first.setdefault(str(row["site"]), position)
    told = [e for e in view.run.rows("events") if e["site"] in first]
    if not told:
        return []
    texts = [
        f"{_day(view, e)}: {view.say.label('event', e['kind'])}<br>"
        + texts_of(view.say.lang)(str(e["note"])).replace("<", "&lt;")
        for e in told
    ]
    return [
        {
            "x": [e["date"] for e in told],
            "y": [first[e["site"]] for e in told],
            "text": texts,
            "mode": "markers",
            "marker": {
                "color": "@ink",
                "size": 8,
                "symbol": "x-thin",
                "line": {"width": 2, "color": "@ink"},
            },
            "name": view.say("schedule.event"),
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def _day(view: View, event: Row) -> str:
    return view.day(str(event["date"]))


def _events(view: View) -> tuple[Table, ...]:
    """What changed at sites: tenants that left, pauses, other sources of power."""
    rows = view.run.rows("events")
    if not rows:
        return ()
    say = view.say
    body = tuple(
        (
            Cell(str(e["site_name"] or e["site"])),
            Cell(_day(view, e)),
            Cell(say.label("event", str(e["kind"]))),
            Cell(str(e["note"]), str(e["source"])),
            Cell(say.label("mark", str(e["status"])), mark=str(e["status"])),
        )
        for e in sorted(rows, key=lambda e: str(e["date"]))
    )
    heads = (say("word.site"), say("schedule.known"), say("schedule.change"), say("sites.note"),
             say("word.status"))  # fmt: skip
    columns = view.columns(*heads, text=len(heads))
    return (Table(say("schedule.events"), columns, body, say("schedule.events_note"), cards=True),)


def say_label(view: View, constraint: str | None) -> str:
    """Name of a constraint, or a dash where none is known."""
    return view.say.label("constraint", constraint) if constraint else view.locale.missing


def _hover(view: View, row: Row) -> str:
    cell = view.date_cell(row, "in_service")
    name = str(row["block"]).replace("<", "&lt;")  # plotly reads a little HTML in hover texts
    return f"{name}<br>{cell.text} ({cell.sub})" if cell.sub else f"{name}<br>{cell.text}"


def _layout(rows: list[Row], text: Callable[[str], str]) -> dict[str, Any]:
    """Numbered rows from the top; each site is named at its first block and parted by a line."""
    starts = [i for i, r in enumerate(rows) if i == 0 or r["site"] != rows[i - 1]["site"]]
    names = [_short(text(str(rows[i]["site_name"] or rows[i]["site"]))) for i in starts]
    parts = [
        {
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": i - 0.5, "y1": i - 0.5,
            "line": {"color": "@line", "width": 1},
        }
        for i in starts[1:]
    ]  # fmt: skip
    return {
        "xaxis": figures.dates_axis(),
        "yaxis": {
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": starts,
            "ticktext": names,
            "showgrid": False,
            "zeroline": False,
        },
        "shapes": parts,
        "hovermode": "closest",
    }


def _short(name: str) -> str:
    """Name that leaves room for the chart on a narrow screen."""
    cut = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1].rstrip() + "…"
    return cut.replace("<", "&lt;")


def _block_table(view: View, rows: list[Row]) -> Table:
    say = view.say
    body = tuple(
        (
            Cell(str(r["block"]), str(r["site_name"] or "")),
            Cell(str(r["system"])),
            Cell(say.label("route", str(r["route"]))),
            Cell(say.label("mark", str(r["status"])), mark=str(r["status"])),
            Cell(view.power(r["facility_mw"])),
            view.date_cell(r, "energised"),
            view.date_cell(r, "in_service"),
            Cell(view.percent(r["never_share"])),
            Cell(say_label(view, r["binding"]), view.percent(r["binding_share"])),
        )
        for r in rows
    )
    heads = view.columns(
        say("schedule.block"),
        say("word.system"),
        say("word.route"),
        say("word.status"),
        say("schedule.power"),
        say("schedule.energised"),
        say("schedule.in_service"),
        say("schedule.never"),
        text=4,
    )
    columns = (*heads, *view.columns(say("schedule.binding")))
    return Table(say("schedule.all_blocks"), columns, body)
