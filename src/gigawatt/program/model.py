"""A programme as the layers see it: frozen dataclasses, canonical units, distributions.

`load.load_program` makes these from a TOML file; layers take them and never look at the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from gigawatt.catalog.facts import Status
from gigawatt.errors import unknown_name
from gigawatt.program.site_series import PriceHours, WeatherFile
from gigawatt.uncertainty.distributions import Distribution, Point

ZERO = Point(0.0)
MW_BASES = ("facility", "it", "grid", "generation")
ROUTES = ("grid", "onsite", "brownfield")
LIMITED = ("crews", "onsite", "transformers")
WORKLOAD_CLASSES = ("train", "serve", "research")
REVENUE_BASES = ("gw_year", "tokens")
EVENT_KINDS = (
    "tenant_left", "paused", "resumed", "power_source_switched", "financier_left",
    "expansion_dropped", "other",
)  # fmt: skip
CLEAN_KINDS = ("solar", "wind", "steady", "nuclear", "certificates")
DUTIES = (
    "remote_disconnect", "discloses_backup", "reports_to_eu", "answers_nerc", "permit_title_v",
    "permit_psd", "management_certified", "waste_heat_used", "ets_permit", "permit_ied",
    "permit_nnsr", "interconnection_standards", "large_load_contract",
)  # fmt: skip
OZONE_AREAS = ("", "marginal", "moderate", "serious", "severe", "extreme")
MILESTONES = (
    "land", "permits", "cleared", "roof", "fitted", "power_contract", "power", "first_racks",
    "in_service",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who pays or is paid."""

    id: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """What the announcement says, for comparison with what is computed; None = not said.

    Attributes
    ----------
    facility_power_mw : announced total.
    packages : announced count, in units of `packages_unit`.
    packages_unit : "package" or "die"; "" when the announcement does not say.
    racks : announced count.
    capex_usd_per_gw, investment_usd : announced money.
    """

    facility_power_mw: Distribution | None = None
    packages: Distribution | None = None
    packages_unit: str = ""
    racks: Distribution | None = None
    capex_usd_per_gw: Distribution | None = None
    investment_usd: Distribution | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A group of equal buildings of one site that are planned together.

    Attributes
    ----------
    id : unique within the site.
    power_mw : power of the whole phase on `Site.mw_basis`.
    buildings : number of equal buildings; each becomes one block.
    system : catalog id of the accelerator system.
    route : how power gets there: grid, onsite or brownfield (a hall that stands).
    onsite_technology : catalog id of the on-site plant; used on route "onsite".
    cleared : date at which the ground is (or is planned to be) cleared; None = the network
        decides from land control on.
    cleared_spread_months : uncertainty of a planned clearing date (added; 0 for a fact).
    power_contracted : whether the utility contract or the on-site plant is in hand at clearing.
    framework_orders : whether long-lead equipment was ordered ahead under framework contracts.
    preorder_months : how far ahead of design freeze it was ordered; None = the catalog's range
        where there are framework orders, else not ahead at all.
    contract : id of the instrument under which the lab uses the phase; "" = none named.
    status : announced, reported or assumed.
    progress : milestone → date, what has been reached for this phase.
    refresh : whether systems are renewed at the end of their life; else the phase leaves service.
    """

    id: str
    power_mw: Distribution
    buildings: int
    system: str
    route: str
    onsite_technology: str
    cleared: dt.date | None
    cleared_spread_months: Distribution
    power_contracted: bool
    framework_orders: bool
    contract: str
    status: Status
    progress: Mapping[str, dt.date] = field(default_factory=dict)
    preorder_months: Distribution | None = None
    refresh: bool = True


@dataclass(frozen=True, slots=True)
class SiteEvent:
    """A change of plan that was recorded; it informs and does not move the schedule by itself.

    Attributes
    ----------
    date : when it became known.
    kind : one of `EVENT_KINDS`.
    note : what happened.
    source, status : how it is known.
    """

    date: dt.date
    kind: str
    note: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class CleanPower:
    """A contract for clean power that a site's load is matched with.

    Attributes
    ----------
    id : its name.
    kind : one of `CLEAN_KINDS`.
    mwh_per_year : what it gives.
    status, source : how it is known.
    start, end : first day, and the day from which it gives no more; None = always.
    price_usd_per_mwh : paid for each MWh, nominal at the start; None = not told, and not booked.
    escalation_share : rise of the price a year.
    seller : party that is paid.
    """

    id: str
    kind: str
    mwh_per_year: float
    status: Status
    source: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    price_usd_per_mwh: Distribution | None = None
    escalation_share: Distribution = ZERO
    seller: str = "power_producers"


@dataclass(frozen=True, slots=True)
class Site:
    """One campus.

    Attributes
    ----------
    id, name, country, region, lat, lon : where it is.
    grid, cooling : catalog ids (tables ``grids`` and ``cooling``).
    landlord, cloud, tenant : party ids: who owns the halls, who owns the systems, who uses them.
    mw_basis : what its megawatts count: facility, it, grid or generation.
    deal_share : share of the site that carries this programme.
    status, status_date, source : how its numbers are known.
    phases : in order of construction.
    progress : milestone → date reached by the site (holds for its first phase).
    price_usd_per_mwh, pue_annual : site values that replace the catalog's, or None.
    climate : catalog id of its climate; "" = the nearest.
    weather_file : a year of weather of its own, which goes before the climate.
    events : recorded changes of plan, by date.
    clean_power : contracts for clean power, beside its own sun and wind.
    heat_reused_share : of the facility's energy that goes to somebody as heat.
    duties : of `DUTIES`, those that are told to be done.
    ride_through_share : of the load that stays on in a fault of the grid; None = not told.
    price_hours : prices by hour of a file; None = made from the market's statistics.
    co2_price_usd_per_t : on own plant; None = that of its area.
    hourly_matching_share : least share of the load that clean power must serve in its own hour.
    must_run_share : least output of its own gas plant over what is built of it, in all hours.
    ozone_area : one of `OZONE_AREAS`; "" = attainment, or not told.
    """

    id: str
    name: str
    country: str
    region: str
    lat: float
    lon: float
    grid: str
    cooling: str
    landlord: str
    cloud: str
    tenant: str
    mw_basis: str
    deal_share: Distribution
    status: Status
    status_date: dt.date | None
    source: str
    note: str
    phases: tuple[Phase, ...]
    progress: Mapping[str, dt.date] = field(default_factory=dict)
    price_usd_per_mwh: Distribution | None = None
    pue_annual: Distribution | None = None
    climate: str = ""
    events: tuple[SiteEvent, ...] = ()
    clean_power: tuple[CleanPower, ...] = ()
    heat_reused_share: float = 0.0
    duties: tuple[str, ...] = ()
    ride_through_share: float | None = None
    price_hours: PriceHours | None = None
    co2_price_usd_per_t: Distribution | None = None
    hourly_matching_share: float = 0.0
    must_run_share: float = 0.0
    ozone_area: str = ""
    weather_file: WeatherFile | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """One use of the fleet.

    Attributes
    ----------
    id : its name.
    kind : "train", "serve" or "research".
    share : share of installed package-hours that it is given.
    model : catalog id of the reference model.
    precision : "bf16", "fp8" or "fp4".
    packages_per_job : size of one training or research job.
    seq_len_tokens, batch_tokens : training: sequence length and global batch.
    input_tokens, output_tokens, tokens_per_s_per_user : serving: lengths and speed per user.
    policy : training: what a job does after a failure; empty leaves it to the assumptions.
    speculation : serving: "auto" (the customary method, where it gives more), "none", or a method.
    pools : serving: "auto" (whatever gives more), "one", or "two" (prompts in a pool of their own).
    input_price_usd_per_million_tokens, output_price_usd_per_million_tokens : serving: price of
        prompts and answers at the as-of date; None = the market's.
    """

    id: str
    kind: str
    share: Distribution
    model: str
    precision: str
    packages_per_job: int
    seq_len_tokens: int
    batch_tokens: float
    input_tokens: float
    output_tokens: float
    tokens_per_s_per_user: float
    policy: str = ""
    speculation: str = "auto"
    pools: str = "auto"
    input_price_usd_per_million_tokens: Distribution | None = None
    output_price_usd_per_million_tokens: Distribution | None = None


@dataclass(frozen=True, slots=True)
class RackSupply:
    """World supply of one system's racks, and the programme's share of it.

    Attributes
    ----------
    system : catalog id.
    first_racks : date claimed for the first racks in volume (a hard floor).
    slip_months : added to the claim.
    ramp_months : months from the first racks to the full rate, linear.
    world_per_week : full rate of the world's supply, racks a week, in the first year.
    growth_factor : growth of the full rate per year after the ramp.
    programme_share : share that this programme gets.
    """

    system: str
    first_racks: dt.date
    slip_months: Distribution
    ramp_months: Distribution
    world_per_week: Distribution
    growth_factor: Distribution
    programme_share: Distribution


@dataclass(frozen=True, slots=True)
class SharedLimit:
    """Slots a year that all sites of the programme share; what is not taken is lost.

    Attributes
    ----------
    id : its name.
    resource : one of `LIMITED`.
    mw_per_year : facility power that can be served a year.
    opens : from when slots count.
    status, source, note : how it is known.
    """

    id: str
    resource: str
    mw_per_year: Distribution
    opens: dt.date
    status: Status
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One contract: who pays whom, when, by which rule.

    Attributes
    ----------
    id : its name.
    kind : which rule, see `program.instruments`.
    parties : role → party id.
    terms : numbers of the contract by name, in canonical units.
    dates : dates of the contract by name.
    sites : site ids that it covers; empty = all.
    status, source, note : how it is known.
    """

    id: str
    kind: str
    parties: Mapping[str, str]
    terms: Mapping[str, Distribution]
    dates: Mapping[str, dt.date]
    sites: tuple[str, ...]
    status: Status
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Program:
    """A whole programme.

    Numbers that are not of a site, workload, supply or instrument are facts of the catalog; what a
    programme replaces of them is already in the catalog that `load` returns beside it.

    Attributes
    ----------
    name, title, description : for people.
    start : first month of the calendar; money before it is not modelled.
    as_of : what was known; the forecast starts here.
    horizon : last month of the calendar.
    declared : what the announcement says.
    parties, sites, workloads, supplies, instruments : see their classes.
    origin : file it came from, and the files it extends.
    sha256 : hash of the resolved programme.
    limits : slots that its sites share.
    haircuts : catalog ids of the haircuts that are applied to its dates.
    revenue_basis : what users pay for: "tokens" (what is served) or "gw_year" (capacity).
    late_systems : what a phase serves on that comes after its system has left the market:
        "declared" (its own system) or "market" (what is bought then).
    """

    name: str
    title: str
    description: str
    start: dt.date
    as_of: dt.date
    horizon: dt.date
    declared: Declared
    parties: Mapping[str, Party]
    sites: tuple[Site, ...]
    workloads: tuple[Workload, ...]
    supplies: tuple[RackSupply, ...]
    instruments: tuple[Instrument, ...]
    origin: tuple[str, ...]
    sha256: str
    limits: tuple[SharedLimit, ...] = ()
    haircuts: tuple[str, ...] = ()
    revenue_basis: str = "gw_year"
    late_systems: str = "declared"

    def site(self, site_id: str) -> Site:
        """Return the site called `site_id`, or raise an error with the nearest name."""
        for site in self.sites:
            if site.id == site_id:
                return site
        raise unknown_name("site", site_id, (s.id for s in self.sites))

    def supply(self, system: str) -> RackSupply | None:
        """Return the rack supply of a system, or None where the programme gives none."""
        return next((s for s in self.supplies if s.system == system), None)
