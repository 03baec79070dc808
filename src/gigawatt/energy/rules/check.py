"""Test of dated rules: does one apply to a site on a day, is it met, by how much is it missed.

Rules are data (table "siterules" of the catalog): a place, a stage, a date from which they hold, a
size from which they apply, dates of start that they cover, and one quantity that must be at least
or at most a limit, or a duty that is done or not. What the plan does not tell stays open.

Simplified to one number each; definitions, exemptions and phase-ins for lawyers are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, unknown_name

EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
SENSES = ("at least", "at most", "duty")


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What rules look at; None = the plan does not tell.

    Attributes
    ----------
    country, region, grid : ISO code, state or province, id of the table "grids".
    started : date in service (of the first phase).
    it_mw, facility_mw, grid_mw, onsite_mw : powers in service; contracted from the grid.
    colocated_mw : of plant on site, where there is a contract with the grid too; else 0.
    pue_annual, erf, renewable_share : indicators of a year (renewable: REF).
    matched_hourly_share : see `site_accounts.Carbon`.
    nox_t_per_year : potential to emit of on-site plant, all hours at full load, metric tonnes.
    steam_nox_t_per_year : the same where a combined cycle with its steam is part of it, else 0.
    turbine_mw, turbine_nox_lb_per_mwh : turbines on site up to 850 MMBtu/h and their emission.
    large_turbine_mw, large_turbine_nox_lb_per_mwh : the same of larger units.
    portable_mw, portable_months : trailer-mounted plant and how long it stays.
    dispatchable_share : own dispatchable generation or storage over the largest import.
    own_generation_share : new generation of its own over its load.
    contract_margin_mw : contracted firm and non-firm demand less largest import.
    ride_through_share : of the load that stays on in a fault.
    minimum_take_share : least billed demand over contract demand.
    onsite_thermal_mw : rated heat input of gas plant on site.
    engine_mw, engine_nox_lb_per_mwh : engines on site and their emission.
    ozone_area : class of the area of non-attainment; "" = none, or not told.
    remote_disconnect, discloses_backup, reports_to_eu, answers_nerc, permit_title_v, permit_psd,
    management_certified, waste_heat_used, ets_permit, permit_ied, permit_nnsr,
    interconnection_standards, large_load_contract : whether a duty is done.
    """

    country: str
    region: str
    grid: str
    started: dt.date | None = None
    it_mw: float | None = None
    facility_mw: float | None = None
    grid_mw: float | None = None
    onsite_mw: float | None = None
    colocated_mw: float | None = None
    pue_annual: float | None = None
    erf: float | None = None
    renewable_share: float | None = None
    matched_hourly_share: float | None = None
    nox_t_per_year: float | None = None
    turbine_mw: float | None = None
    turbine_nox_lb_per_mwh: float | None = None
    steam_nox_t_per_year: float | None = None
    large_turbine_mw: float | None = None
    large_turbine_nox_lb_per_mwh: float | None = None
    portable_mw: float | None = None
    portable_months: float | None = None
    dispatchable_share: float | None = None
    own_generation_share: float | None = None
    contract_margin_mw: float | None = None
    ride_through_share: float | None = None
    minimum_take_share: float | None = None
    remote_disconnect: bool | None = None
    discloses_backup: bool | None = None
    reports_to_eu: bool | None = None
    answers_nerc: bool | None = None
    permit_title_v: bool | None = None
    permit_psd: bool | None = None
    management_certified: bool | None = None
    waste_heat_used: bool | None = None
    ets_permit: bool | None = None
    permit_ied: bool | None = None
    permit_nnsr: bool | None = None
    interconnection_standards: bool | None = None
    large_load_contract: bool | None = None
    onsite_thermal_mw: float | None = None
    engine_mw: float | None = None
    engine_nox_lb_per_mwh: float | None = None
    ozone_area: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule at one site.

    Attributes
    ----------
    rule, name : of the record.
    applies : whether it covers the site on the day; None where the size is not known.
    size, size_value, threshold, size_unit : which figure of the site decides, its value (None = not
        told) and from where on the rule applies.
    met : None where the quantity is not known, or the rule does not apply.
    value, limit, unit : of the quantity (duties: 1 = done).
    short_by : by how much the limit is missed, 0 when met.
    says : what is asked, in words.
    stage : in force, adopted, proposed, precedent.
    begins, source, status, as_of : when it holds and how it is known.
    confidence : high, medium, low: how sure threshold, limit and dates are.
    """

    rule: str
    name: str
    applies: bool | None
    size: str
    size_value: float | None
    threshold: float
    size_unit: str
    met: bool | None
    value: float | None
    limit: float
    unit: str
    short_by: float | None
    says: str
    stage: str
    begins: str
    source: str
    status: str
    as_of: str
    confidence: str


def rules_at(catalog: Catalog, site: SiteFacts) -> list[Record]:
    """Rules whose place is the site's."""
    return [r for r in catalog.records["siterules"].values() if _holds_at(r, site)]


def check_rules(
    catalog: Catalog, site: SiteFacts, day: dt.date, until: dt.date | None = None
) -> list[Finding]:
    """All rules whose place is the site's; those that apply first.

    Parameters
    ----------
    catalog, site : rules and what they look at.
    day, until : a rule applies if it holds on a day from `day` to `until`; None = on `day` alone.
        `Finding.begins` is then the day from which the site has to keep it.
    """
    found = [check_rule(record, site, day, until) for record in rules_at(catalog, site)]
    return sorted(found, key=lambda f: (f.applies is not True, f.applies is False))


def check_rule(
    record: Record, site: SiteFacts, day: dt.date, until: dt.date | None = None
) -> Finding:
    """Test one rule, see `check_rules`.

    Raises
    ------
    InputError : the record names a quantity or sense that does not exist.
    """
    quantity, sense = record.text("quantity"), record.text("sense")
    names = [f.name for f in fields(SiteFacts)]
    for name in (quantity, record.text("size")):
        if name not in names:
            raise unknown_name(f"quantity of siterules/{record.id}", name, names)
    if sense not in SENSES:
        raise unknown_name(f"sense of siterules/{record.id}", sense, SENSES)
    applies = _applies(record, site, day, until or day)
    raw = getattr(site, quantity)
    value = None if raw is None else float(raw)
    limit = 1.0 if sense == "duty" else record.value("limit")
    short = (
        None if value is None else max(0.0, value - limit if sense == "at most" else limit - value)
    )
    begins = _due(record, site)
    return Finding(
        rule=record.id,
        name=record.name,
        applies=applies,
        size=record.text("size"),
        size_value=getattr(site, record.text("size")),
        threshold=record.value("threshold"),
        size_unit=record.fact("threshold").unit,
        met=None if short is None or not applies else short <= 0.0,
        value=value,
        limit=limit,
        unit="" if sense == "duty" else record.fact("limit").unit,
        short_by=short if applies else None,
        says=record.text("duty") or f"{quantity.replace('_', ' ')} {sense} {limit:g}",
        stage=record.text("stage"),
        begins="" if begins is None else begins.isoformat(),
        source=record.text("source"),
        status=record.text("status"),
        as_of=record.text("as_of"),
        confidence=record.text("confidence"),
    )


def _applies(record: Record, site: SiteFacts, day: dt.date, until: dt.date) -> bool | None:
    due, ends = _due(record, site), _date(record, "ends")
    if (due and until < due) or (ends and day >= ends):
        return False
    first, last = _date(record, "started_from"), _date(record, "started_before")
    if (first or last) and site.started is None:
        return None
    if site.started is not None and (
        (first and site.started < first) or (last and site.started >= last)
    ):
        return False
    size = getattr(site, record.text("size"))
    if size is None:
        return None
    return bool(size >= record.value("threshold"))


def _holds_at(record: Record, site: SiteFacts) -> bool:
    where = record.attributes.get("where")
    if not isinstance(where, list):
        raise InputError(f"siterules/{record.id}: where must be a list of places")
    return any(place in places_of(site) for place in where)


def places_of(site: SiteFacts) -> set[str]:
    """Places that a site lies in, as rules name them."""
    out = {"all", site.country, f"{site.country}-{site.region}", f"grid:{site.grid}"}
    if site.country in EU:
        out.add("EU")
    if site.country == "US" and site.ozone_area:
        out.add(f"ozone:{site.ozone_area}")
    return out


def missed(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that apply and are not met."""
    return [f for f in findings if f.applies and f.met is False]


def _due(record: Record, site: SiteFacts) -> dt.date | None:
    """Day from which the site has to keep a rule, its years of grace after the start included."""
    begins = _date(record, "begins")
    if site.started is None or "grace_years" not in record.facts:
        return begins
    end = _years_later(site.started, int(record.value("grace_years")))
    return end if begins is None else max(begins, end)


def _years_later(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _date(record: Record, key: str) -> dt.date | None:
    value = record.attributes.get(key)
    if value is not None and not isinstance(value, dt.date):
        raise InputError(f"siterules/{record.id}: {key} = {value!r} must be a date")
    return value
