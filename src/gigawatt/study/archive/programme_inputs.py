"""Numbers that a programme file states, as plain rows for a run's manifest.

Facts of the catalog carry their own source; what a programme says of its sites, phases, workloads,
supplies and contracts carries the status and source of the entry that says it, or the file's name
where the entry names none. Paths are those of the random streams, so that a column of the draw
matrix, a row here and a leaf of a derivation are one name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gigawatt.catalog.facts import Status
from gigawatt.program.instruments import KINDS
from gigawatt.program.model import Instrument, Phase, Program, RackSupply, Site, Workload
from gigawatt.program.quantities import support
from gigawatt.uncertainty.distributions import Distribution

Row = dict[str, Any]
Stated = Distribution | dt.date | bool | float | str | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What all numbers of one entry of the file share."""

    status: str
    source: str
    note: str = ""

    def row(self, path: str, title: str, unit: str, stated: Stated) -> Row:
        """One number, date, flag or choice as a plain row."""
        value, low, high = _plain(stated)
        return {
            "path": path, "title": title, "value": value, "low": low, "high": high, "unit": unit,
            "status": self.status, "source": self.source, "note": self.note,
        }  # fmt: skip


def programme_inputs(program: Program) -> list[Row]:
    """Rows ``path, title, value, low, high, unit, status, source, note`` of a programme.

    `value` is the central number (`low` and `high` are the ends of its range), an ISO date, a flag
    or a choice; what the programme leaves open is not listed.
    """
    file = f"programme file {program.origin[0]}" if program.origin else f"programme {program.name}"
    own = _Entry(str(Status.ASSUMED), file)
    rows = [
        own.row("programme/start", "First month of the calendar", "date", program.start),
        own.row("programme/as_of", "Date of what is known", "date", program.as_of),
        own.row("programme/horizon", "Last month of the calendar", "date", program.horizon),
        own.row("programme/revenue_basis", "What users pay for", "choice", program.revenue_basis),
        own.row(
            "programme/late_systems", "What late phases serve on", "choice", program.late_systems
        ),
    ]
    for site in program.sites:
        rows += _site(site, file)
    for workload in program.workloads:
        rows += _workload(workload, own)
    for supply in program.supplies:
        rows += _supply(supply, own)
    for limit in program.limits:
        entry = _Entry(str(limit.status), limit.source or file, limit.note)
        title = f"Slots a year: {limit.resource}, {limit.id}"
        where = f"limit/{limit.id}"
        rows.append(entry.row(f"{where}/mw_per_year", title, "mw_per_year", limit.mw_per_year))
        rows.append(entry.row(f"{where}/opens", f"Slots from: {limit.id}", "date", limit.opens))
    for instrument in program.instruments:
        rows += _instrument(instrument, file)
    return [r for r in rows if r["value"] is not None]


def _sha256(site: Site) -> str | None:
    """Hash of a site's weather file, behind its name."""
    file = site.weather_file
    return None if file is None else f"{file.name} {file.sha256}"


def _site(site: Site, file: str) -> Iterator[Row]:
    where, name = f"site/{site.id}", site.name
    entry = _Entry(str(site.status), site.source or file, site.note)
    for key, title, unit, stated in (
        ("deal_share", "Share that carries the programme", "share", site.deal_share),
        ("mw_basis", "What the megawatts count", "basis", site.mw_basis),
        ("price_usd_per_mwh", "Price of electricity", "usd_per_mwh", site.price_usd_per_mwh),
        ("pue_annual", "Annual PUE", "factor", site.pue_annual),
        ("lat", "Latitude", "degrees", site.lat),
        ("heat_reused_share", "Heat that others take", "share", site.heat_reused_share or None),
        ("ride_through_share", "Load that rides through", "share", site.ride_through_share),
        ("co2_price_usd_per_t", "Price of CO2", "usd_per_t", site.co2_price_usd_per_t),
        (
            "hourly_matching_share",
            "Load that clean power must serve in its hour",
            "share",
            site.hourly_matching_share or None,
        ),
        ("must_run_share", "Least output of own gas plant", "share", site.must_run_share or None),
        ("weather_file", "Weather file, SHA-256", "file", _sha256(site)),
    ):
        yield entry.row(f"{where}/{key}", f"{title}, {name}", unit, stated)
    for duty in site.duties:
        yield entry.row(f"{where}/duties/{duty}", f"Done: {duty}, {name}", "flag", True)
    for c in site.clean_power:
        own = _Entry(str(c.status), c.source or entry.source)
        title = f"Clean power: {c.id} ({c.kind}), {name}"
        yield own.row(f"{where}/clean_power/{c.id}", title, "mwh", c.mwh_per_year)
        for key, text, unit, stated in (
            ("price_usd_per_mwh", "Price of", "usd_per_mwh", c.price_usd_per_mwh),
            ("escalation_share", "Rise a year of the price of",
             "share", c.escalation_share if c.price_usd_per_mwh else None),
        ):  # fmt: skip
            name_of = f"{text} clean power: {c.id}, {name}"
            yield own.row(f"{where}/clean_power/{c.id}/{key}", name_of, unit, stated)
    for milestone, date in site.progress.items():
        yield entry.row(
            f"{where}/progress/{milestone}", f"Reached: {milestone}, {name}", "date", date
        )
    for phase in site.phases:
        yield from _phase(site, phase, entry)


def _phase(site: Site, phase: Phase, of_site: _Entry) -> Iterator[Row]:
    where, name = f"site/{site.id}/{phase.id}", f"{site.name} {phase.id}"
    entry = _Entry(str(phase.status), of_site.source, of_site.note)
    for key, title, unit, stated in (
        ("power_mw", "Power of the phase", "mw", phase.power_mw),
        ("buildings", "Buildings", "count", float(phase.buildings)),
        ("system", "System", "choice", phase.system),
        ("route", "Route of power", "choice", phase.route),
        ("onsite_technology", "On-site plant", "choice", phase.onsite_technology or None),
        ("cleared", "Ground cleared", "date", phase.cleared),
        ("cleared_spread_months", "Delay of clearing", "months", phase.cleared_spread_months),
        ("power_contracted", "Power contracted", "flag", phase.power_contracted),
        ("framework_orders", "Equipment under framework contracts", "flag", phase.framework_orders),
        ("preorder_months", "Equipment ordered ahead", "months", phase.preorder_months),
    ):
        yield entry.row(f"{where}/{key}", f"{title}, {name}", unit, stated)
    for milestone, date in phase.progress.items():
        yield entry.row(
            f"{where}/progress/{milestone}", f"Reached: {milestone}, {name}", "date", date
        )


def _workload(w: Workload, entry: _Entry) -> Iterator[Row]:
    for key, title, unit, stated in (
        ("share", "Share of the fleet", "share", w.share),
        ("model", "Model", "choice", w.model),
        ("precision", "Precision", "choice", w.precision),
        ("packages_per_job", "Packages of a job", "count", float(w.packages_per_job)),
        ("seq_len_tokens", "Length of a sequence", "tokens", float(w.seq_len_tokens)),
        ("batch_tokens", "Tokens of a batch", "tokens", w.batch_tokens),
        ("input_tokens", "Input tokens of a request", "tokens", w.input_tokens),
        ("output_tokens", "Output tokens of a request", "tokens", w.output_tokens),
        ("tokens_per_s_per_user", "Speed per user", "tokens/s", w.tokens_per_s_per_user),
        ("policy", "After a failure", "choice", w.policy),
        ("speculation", "Speculation", "choice", w.speculation if w.kind == "serve" else ""),
        ("pools", "Pools of prompts and answers", "choice", w.pools if w.kind == "serve" else ""),
        (
            "input_price_usd_per_million_tokens",
            "Price of prompt tokens",
            "usd_per_million_tokens",
            w.input_price_usd_per_million_tokens,
        ),
        (
            "output_price_usd_per_million_tokens",
            "Price of answer tokens",
            "usd_per_million_tokens",
            w.output_price_usd_per_million_tokens,
        ),
    ):
        if stated not in (0.0, ""):  # numbers of the other kind of work
            yield entry.row(f"workload/{w.id}/{key}", f"{title}, workload {w.id}", unit, stated)


def _supply(s: RackSupply, entry: _Entry) -> Iterator[Row]:
    for key, title, unit, stated in (
        ("first_racks", "First racks in volume, as claimed", "date", s.first_racks),
        ("slip_months", "Slip of the first racks", "months", s.slip_months),
        ("ramp_months", "Ramp to the full rate", "months", s.ramp_months),
        ("world_per_week", "World supply of racks", "per_week", s.world_per_week),
        ("growth_factor", "Growth of the world supply a year", "factor", s.growth_factor),
        ("programme_share", "Share of the world supply", "share", s.programme_share),
    ):
        yield entry.row(f"supply/{s.system}/{key}", f"{title}, {s.system}", unit, stated)


def _instrument(i: Instrument, file: str) -> Iterator[Row]:
    entry = _Entry(str(i.status), i.source or file, i.note)
    terms = KINDS[i.kind].terms
    for key, stated in i.terms.items():
        title = terms[key].help if key in terms else key.replace("_", " ")
        unit = terms[key].unit if key in terms else ""
        yield entry.row(f"instrument/{i.id}/{key}", f"{_capital(title)}, {i.id}", unit, stated)
    for key, date in i.dates.items():
        yield entry.row(
            f"instrument/{i.id}/{key}", f"{_capital(key.replace('_', ' '))}, {i.id}", "date", date
        )


def _plain(stated: Stated) -> tuple[Any, float | str | None, float | str | None]:
    """Value, low and high of anything that a programme states, fit for JSON."""
    if stated is None or isinstance(stated, bool | str):
        return stated, None, None
    if isinstance(stated, dt.date):
        return stated.isoformat(), None, None
    if isinstance(stated, int | float):
        return _finite(stated), _finite(stated), _finite(stated)
    low, high = support(stated)
    return _finite(stated.central), _finite(low), _finite(high)


def _finite(number: float) -> float | str:
    """JSON has no infinity."""
    return float(number) if abs(number) != float("inf") else "unlimited"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
