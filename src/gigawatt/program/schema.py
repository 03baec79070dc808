"""Schema of programme files (TOML): every key with its unit and meaning.

Pydantic checks it, all errors at once; `load` turns the result into the frozen dataclasses of
`model`. What a value may be is in `schema_values`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
)

from gigawatt.program.model import (
    CLEAN_KINDS,
    DUTIES,
    EVENT_KINDS,
    LIMITED,
    MILESTONES,
    OZONE_AREAS,
)
from gigawatt.program.quantities import Exact, Quantity
from gigawatt.program.schema_values import (
    ClimateRef,
    Co2Price,
    ContractPrice,
    CoolingRef,
    Count,
    Country,
    Date,
    Escalation,
    GridRef,
    Growth,
    HaircutRef,
    Identifier,
    InstrumentRef,
    KindName,
    KnownHow,
    Latitude,
    Longitude,
    ModelRef,
    Money,
    MoneyPerGw,
    Months,
    PartyRef,
    PerWeek,
    PhasePower,
    Power,
    Price,
    Pue,
    Share,
    Shift,
    SiteRef,
    SystemRef,
    TechnologyRef,
    TokenPrice,
    Tokens,
    Whole,
    WholeTokens,
)
from gigawatt.uncertainty.distributions import Distribution, Point


class Section(BaseModel):
    """Base of all tables: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class PartyTable(Section):
    """Somebody who pays or is paid."""

    id: Identifier = Field(description="short name that sites and instruments refer to")
    name: str = Field(description="name shown to people")
    role: str = Field("", description="what it does in the programme")


class DeclaredTable(Section):
    """What the announcement says; compared with what is computed, never used in its place."""

    facility_power_mw: Power | None = Field(None, description="announced total")
    packages: Count | None = Field(None, description="announced number of GPUs")
    packages_unit: Literal["package", "die", ""] = Field(
        "", description="what the announced number counts; empty where it does not say"
    )
    racks: Count | None = Field(None, description="announced number of racks")
    capex_usd_per_gw: MoneyPerGw | None = Field(None, description="announced cost per GW")
    investment_usd: Money | None = Field(None, description="announced investment")


class ProgressTable(Section):
    """Milestones already reached; the forecast starts from them."""

    land: Date | None = Field(None, description="land under control")
    permits: Date | None = Field(None, description="permits granted")
    cleared: Date | None = Field(None, description="ground cleared, work begun")
    roof: Date | None = Field(None, description="roof of the first building closed")
    fitted: Date | None = Field(None, description="first building fitted out, hall ready")
    power_contract: Date | None = Field(None, description="utility or plant contract signed")
    power: Date | None = Field(None, description="first building energised")
    first_racks: Date | None = Field(None, description="first racks on the dock")
    in_service: Date | None = Field(None, description="first building accepted, in service")

    def reached(self) -> dict[str, dt.date]:
        """Milestones that are given, in their order."""
        return {m: d for m in MILESTONES if (d := getattr(self, m)) is not None}


class PhaseTable(Section):
    """Equal buildings that are planned together; each becomes one block."""

    id: Identifier = Field(description="unique within the site")
    power_mw: PhasePower = Field(description="power of the whole phase, on the site's mw_basis")
    buildings: Annotated[int, Exact("count", 1, 200, whole=True)] = Field(
        1, description="number of equal buildings"
    )
    system: SystemRef = Field(description="catalog id of the accelerator system")
    route: Literal["grid", "onsite", "brownfield"] = Field(description="how power gets there")
    onsite_technology: TechnologyRef = Field(
        "recip-engine", description="catalog id of the on-site plant, for route onsite"
    )
    cleared: Date | None = Field(None, description="clearing date, reached or planned")
    cleared_spread_months: Shift = Field(
        Point(0.0),
        description="uncertainty of a planned clearing date, added to it",
        json_schema_extra={"default": 0.0},
    )
    power_contracted: StrictBool = Field(False, description="power in hand when clearing begins")
    framework_orders: StrictBool = Field(False, description="long-lead equipment ordered ahead")
    preorder_months: Months | None = Field(
        None, description="how far ahead of design freeze; by default the catalog's range"
    )
    contract: InstrumentRef = Field("", description="instrument under which the lab uses it")
    refresh: StrictBool = Field(
        True, description="systems are renewed at the end of their life; else the phase retires"
    )
    status: KnownHow = Field("assumed", description="how this phase is known")
    progress: ProgressTable = Field(ProgressTable(), description="milestones reached")


class EventTable(Section):
    """A recorded change of plan. It informs; the schedule does not move by it."""

    date: Date = Field(description="when it became known")
    kind: Literal[EVENT_KINDS] = Field(description="what changed")  # type: ignore[valid-type]
    note: str = Field(min_length=1, description="what happened, in a few words")
    source: str = Field("", description="where it is from")
    status: KnownHow = Field("reported", description="how it is known")


class CleanPowerTable(Section):
    """A contract for clean power: counts in accounts and rules, is paid, moves no supply alone."""

    id: Identifier = Field(description="short name")
    kind: Literal[CLEAN_KINDS] = Field(  # type: ignore[valid-type]
        description="its hours: sun or wind of the site's climate; the same in all hours "
        "(steady: renewable, nuclear: not); certificates, and sun and wind where no climate lies "
        "near, count by the year alone"
    )
    mwh_per_year: Annotated[float, Exact("mwh", 1.0)] = Field(description="what it gives")
    start: Date | None = Field(None, description="first day; else with the site's first power")
    end: Date | None = Field(None, description="gives nothing from this day on; else never ends")
    price_usd_per_mwh: ContractPrice | None = Field(
        None, description="paid for each MWh, nominal at its start; without it nothing is booked"
    )
    escalation_share: Escalation = Field(
        Point(0.0), description="rise of the price a year", json_schema_extra={"default": 0.0}
    )
    seller: Identifier = Field("power_producers", description="party that is paid")
    status: KnownHow = Field("assumed", description="how it is known")
    source: str = Field("", description="where it is from")


class SiteTable(Section):
    """One campus."""

    id: Identifier = Field(description="short name")
    name: str = Field(description="name shown to people")
    country: Country = Field(description="ISO 3166 code of two letters")
    region: str = Field("", description="state or region")
    lat: Latitude = Field(description="degrees north")
    lon: Longitude = Field(description="degrees east")
    grid: GridRef = Field(description="catalog id of the balancing area")
    cooling: CoolingRef = Field(description="catalog id of the cooling type")
    landlord: PartyRef = Field(description="party that owns halls and power capacity")
    cloud: PartyRef = Field(description="party that owns the systems")
    tenant: PartyRef = Field(description="party that uses the capacity")
    mw_basis: Literal["facility", "it", "grid", "generation"] = Field(
        description="what the megawatts of this site count"
    )
    deal_share: Share = Field(
        Point(1.0),
        description="share of the site that carries the programme",
        json_schema_extra={"default": 1.0},
    )
    status: KnownHow = Field(description="how the site's numbers are known")
    status_date: Date | None = Field(None, description="as of when")
    source: str = Field("", description="where they are from")
    note: str = Field("", description="anything a reader must know")
    price_usd_per_mwh: Price | None = Field(None, description="replaces the grid's price")
    price_file: str = Field(
        "", description="CSV of hourly prices, from the programme's folder; see the page on supply"
    )
    co2_price_usd_per_t: Co2Price | None = Field(
        None, description="price of CO2 on its own plant; replaces the area's"
    )
    hourly_matching_share: Annotated[float, Exact("share", 0.0, 1.0)] = Field(
        0.0, description="least share of the load that clean power serves in its own hour"
    )
    must_run_share: Annotated[float, Exact("share", 0.0, 1.0)] = Field(
        0.0, description="least output of its own gas plant over what is built, in all hours"
    )
    pue_annual: Pue | None = Field(None, description="replaces the cooling type's annual PUE")
    climate: ClimateRef = Field("", description="catalog id of its climate, else the nearest")
    weather_file: str = Field(
        "",
        description="a year of weather, from the programme's folder, in place of a climate; "
        "see the page on weather",
    )
    weather_tz_hours: Annotated[float, Exact("hours", -12.0, 14.0)] | None = Field(
        None, description="standard time of the weather file ahead of UTC, where it does not tell"
    )
    progress: ProgressTable = Field(ProgressTable(), description="milestones reached")
    event: list[EventTable] = Field(
        default_factory=list, description="recorded changes of plan; they inform only"
    )
    clean_power: list[CleanPowerTable] = Field(
        default_factory=list, description="contracts for clean power"
    )
    heat_reused_share: Annotated[float, Exact("share", 0.0, 1.0)] = Field(
        0.0, description="share of its energy that somebody takes as heat (ERF)"
    )
    duties: list[Literal[DUTIES]] = Field(  # type: ignore[valid-type]
        default_factory=list,
        description=f"duties of rules, told to be done: {', '.join(DUTIES)}",
    )
    ride_through_share: Annotated[float, Exact("share", 0.0, 1.0)] | None = Field(
        None, description="share of the load that stays on in a fault of the grid"
    )
    ozone_area: Literal[OZONE_AREAS] = Field(  # type: ignore[valid-type]
        "", description="class of the ozone non-attainment area of the United States it lies in"
    )
    phase: list[PhaseTable] = Field(min_length=1, description="phases in order of construction")


class WorkloadTable(Section):
    """One use of the fleet."""

    id: Identifier = Field(description="short name")
    kind: Literal["train", "serve", "research"] = Field(description="class of work")
    share: Share = Field(description="share of installed package-hours")
    model: ModelRef = Field(description="catalog id of the reference model")
    precision: Literal["bf16", "fp8", "fp4"] = Field("fp8", description="precision of the GEMMs")
    packages_per_job: Whole = Field(8192, description="size of one training job")
    seq_len_tokens: WholeTokens = Field(8192, description="training: sequence length")
    batch_tokens: Tokens = Field(3.2e7, description="training: global batch in tokens")
    input_tokens: Tokens = Field(4000.0, description="serving: mean prompt length")
    output_tokens: Tokens = Field(1000.0, description="serving: mean answer length")
    tokens_per_s_per_user: Annotated[float, Exact("tokens/s", 0.1, 1e5)] = Field(
        50.0, description="serving: least speed per user"
    )
    policy: Literal["", "sync", "spares", "memory", "elastic"] = Field(
        "", description="training: what a job does after a failure, else by assumption"
    )
    speculation: Literal["auto", "none", "mtp", "eagle3", "dspark"] = Field(
        "auto",
        description="serving: drafted tokens; auto = MTP where the model has it, else EAGLE-3",
    )
    pools: Literal["auto", "one", "two"] = Field(
        "auto", description="serving: prompts and answers in one pool or two; auto = the better"
    )
    input_price_usd_per_million_tokens: TokenPrice | None = Field(
        None, description="serving: price of prompts at as_of; by default the market's"
    )
    output_price_usd_per_million_tokens: TokenPrice | None = Field(
        None, description="serving: the same of answers"
    )


class SupplyTable(Section):
    """World supply of a system's racks and the programme's share of it."""

    system: SystemRef = Field(description="catalog id of the system")
    first_racks: Date = Field(description="date claimed for the first racks in volume")
    slip_months: Months = Field(
        Point(0.0), description="added to the claim", json_schema_extra={"default": 0.0}
    )
    ramp_months: Months = Field(
        Point(6.0),
        description="months from first racks to full rate",
        json_schema_extra={"default": 6.0},
    )
    world_per_week: PerWeek = Field(description="full rate of the world, racks a week")
    growth_factor: Growth = Field(
        Point(1.0),
        description="growth of the full rate per year",
        json_schema_extra={"default": 1.0},
    )
    programme_share: Share = Field(description="share of it that this programme gets")


class LimitTable(Section):
    """Slots a year that all sites of the programme share; what is not taken is lost."""

    id: Identifier = Field(description="short name")
    resource: Literal[LIMITED] = Field(  # type: ignore[valid-type]
        description="crews (fit-out of halls), onsite (plant), transformers"
    )
    mw_per_year: Annotated[Distribution, Quantity("mw_per_year", low=1.0)] = Field(
        description="facility power that can be served a year"
    )
    opens: Date | None = Field(None, description="from when slots count; by default as_of")
    status: KnownHow = Field("assumed", description="how it is known")
    source: str = Field("", description="where it is from")
    note: str = Field("", description="anything a reader must know")


class InstrumentTable(Section):
    """One contract: who pays whom, when, by which rule."""

    id: Identifier = Field(description="short name")
    kind: KindName = Field(description="which rule")
    parties: dict[str, PartyRef] = Field(description="role → party")
    terms: dict[str, Any] = Field(default_factory=dict, description="numbers of the contract")
    dates: dict[str, Date] = Field(default_factory=dict, description="dates of the contract")
    sites: list[SiteRef] = Field(default_factory=list, description="sites covered; empty = all")
    status: KnownHow = Field("assumed", description="how it is known")
    source: str = Field("", description="where it is from")
    note: str = Field("", description="anything a reader must know")


class ProgramTable(Section):
    """A whole programme file."""

    format: Literal[1] = Field(1, description="version of this file format")
    name: Identifier = Field(description="short name")
    title: str = Field(description="one line for people")
    description: str = Field("", description="what it is and where it comes from")
    extends: str = Field("", description="bundled programme or file that this one changes")
    start: Date = Field(description="first month of the calendar")
    as_of: Date = Field(description="what was known; the forecast starts here")
    horizon: Date = Field(description="last month of the calendar")
    declared: DeclaredTable = Field(DeclaredTable(), description="what the announcement says")
    party: list[PartyTable] = Field(min_length=1, description="who pays or is paid")
    site: list[SiteTable] = Field(min_length=1, description="campuses")
    workload: list[WorkloadTable] = Field(min_length=1, description="uses of the fleet")
    supply: list[SupplyTable] = Field(min_length=1, description="rack supply by system")
    limit: list[LimitTable] = Field(default_factory=list, description="slots that sites share")
    haircuts: list[HaircutRef] = Field(
        default_factory=list, description="catalog ids of haircuts on announced dates"
    )
    instrument: list[InstrumentTable] = Field(default_factory=list, description="contracts")
    revenue_basis: Literal["tokens", "gw_year"] | None = Field(
        None,
        description="what users pay for: the tokens served (by default, where a workload serves), "
        "or a gigawatt-year in use",
    )
    late_systems: Literal["declared", "market"] = Field(
        "declared",
        description="what a phase serves on that comes after its system has left the market: its "
        "own system, or what is bought then",
    )
    assumptions: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="section → key → value: replaces the catalog's assumption"
    )
    facts: dict[str, Any] = Field(
        default_factory=dict, description="catalog path → value: replaces any catalog fact"
    )
