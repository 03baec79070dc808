"""Every word of the report and of the terminal summary, by language.

One flat table a language. Keys with a fixed prefix name what comes from the data: ``constraint.``
and ``short.`` (what binds), ``cause.`` (of lost hours), ``component.`` (of capex), ``metric.`` (of
performance and impact), ``source.`` (of energy), ``total.`` (declared), ``mark.`` (status chips),
``party.`` (outside parties). A name that has no entry is shown as it is, with blanks for its
underscores.
"""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.errors import unknown_name

STRINGS: dict[str, dict[str, str]] = {
    "en": {
        # frame
        "page.kicker": "gigawatt run report",
        "page.skip": "Skip to the results",
        "page.contents": "Contents",
        "page.data": "Data of this chart",
        "page.as_of": "known as of {date}",
        "page.draws": "{draws} draws",
        "page.span": "{start} to {end}",
        "page.version": "gigawatt {version}",
        "page.noscript": "Charts need JavaScript; the data of each chart is in the table below it.",
        "page.footer": "Made by gigawatt {version} from the run in this folder. This file is "
        "whole: it loads nothing from a network.",
        "page.yes": "yes",
        "page.no": "no",
        # verdict and tiles
        "verdict.first_gw": "The first gigawatt is in service around {p50} (P10 {p10}, P90 {p90})",
        "verdict.first_gw_never": "The first gigawatt is not in service by {horizon} in most draws",
        "verdict.not_in_programme": "The programme is smaller than one gigawatt",
        "verdict.by_2026": "the chance of it by the end of 2026 is {share}",
        "verdict.capacity_of": "by {month} {p50} are in service (P10 {p10}, P90 {p90}), against "
        "{declared} announced",
        "verdict.capacity": "by {month} {p50} are in service (P10 {p10}, P90 {p90})",
        "verdict.binding": "and what is most often last to be ready is {constraint}",
        "verdict.none": "This run holds no date and no capacity to sum up.",
        "tile.first_gw_in_service_date": "First gigawatt in service",
        "tile.tenth_gw_in_service_date": "Tenth gigawatt in service",
        "tile.capex_usd_per_gw": "Capital cost per gigawatt",
        "tile.packages_per_gw": "GPU packages per gigawatt",
        "tile.tokens_per_day_per_gw": "Tokens a day per gigawatt",
        "tile.energy_twh_per_year": "Energy per year",
        "tile.peak": "in {year}",
        # words
        "word.after": "after {month}",
        "word.reached": "reached in {share} of draws",
        "word.not_in_programme": "not in programme",
        "word.never": "in no draw",
        "word.total": "Total",
        "word.all": "All sites",
        "word.mean": "Mean",
        "word.year": "Year",
        "word.unit": "Unit",
        "word.site": "Site",
        "word.system": "System",
        "word.route": "Power route",
        "word.status": "Status",
        "word.source": "Source",
        "word.to": "{low} to {high}",
        "word.range": "{low} … {high}",
        # headline
        "headline.title": "Headline results",
        "headline.intro": "Each line is one question. P50 is the middle of all draws; in eight "
        "out of ten draws the result lies between P10 and P90.",
        "headline.caption": "Named results",
        "headline.result": "Result",
        "headline.note": "Note",
        "headline.note_source": "The same values, with full precision, are in answers.json.",
        "headline.by_year": "Results by calendar year",
        "headline.by_year_note": "P50, with P10 … P90 below it.",
        # capacity
        "capacity.title": "Capacity over time",
        "capacity.intro": "Facility power whose racks are accepted and whose power is firm, at "
        "the end of each month.",
        "capacity.figure": "Facility power in service",
        "capacity.note": "Facility power: IT power with cooling and losses, of the blocks that "
        "carry this programme. Source: tables/capacity of this run.",
        "capacity.announced": "announced: {power}",
        "capacity.band": "P10 to P90",
        "capacity.median": "P50",
        "capacity.table": "Facility power in service at year end, GW",
        "capacity.by_site": "Mean facility power in service at year end by site",
        # schedule
        "schedule.title": "When each site is ready",
        "schedule.intro": "A block is one building with its systems. It is in service when its "
        "racks are accepted and its power is firm.",
        "schedule.table": "Sites: first and last block in service",
        "schedule.note": "P50, with P10 … P90 below it. First and last are the blocks with the "
        "earliest and the latest P50. “Not ready” is the share of draws, weighted by power, in "
        "which a block is not in service within the horizon.",
        "schedule.figure": "Blocks: date in service, P10 to P90",
        "schedule.figure_unit": "one line a block, a dot at P50, coloured by what is most often "
        "last to be ready",
        "schedule.figure_note": "A line that runs into the right edge, or a triangle there, ends "
        "after the horizon. Source: tables/schedule of this run.",
        "schedule.block": "Block",
        "schedule.blocks": "Blocks",
        "schedule.power": "Facility power",
        "schedule.energised": "Energised",
        "schedule.in_service": "In service",
        "schedule.first": "First block in service",
        "schedule.last": "Last block in service",
        "schedule.never": "Not ready",
        "schedule.binding": "Most often last",
        "schedule.all_blocks": "All blocks",
        # binding
        "binding.title": "What holds it back",
        "binding.intro": "For each block and draw, the thing that was last to be ready set the "
        "date. Shares of the megawatts, by the year in which they come into service.",
        "binding.figure": "What was last to be ready",
        "binding.unit": "share of megawatts, % of each year",
        "binding.note": "Relieving one cause brings the date forward only as far as the next one. "
        "Source: tables/binding of this run.",
        "binding.late": "after {year}",
        "constraint.land": "land",
        "constraint.permit": "permits",
        "constraint.grid": "the grid connection",
        "constraint.onsite": "on-site power",
        "constraint.building": "the building",
        "constraint.equipment": "electrical and cooling equipment",
        "constraint.platform": "the date of the GPU platform",
        "constraint.racks": "the supply of racks",
        "constraint.funding": "funding",
        "constraint.tenant": "the tenant",
        "short.land": "land",
        "short.permit": "permits",
        "short.grid": "grid",
        "short.onsite": "on-site power",
        "short.building": "building",
        "short.equipment": "equipment",
        "short.platform": "GPU platform",
        "short.racks": "rack supply",
        "short.funding": "funding",
        "short.tenant": "tenant",
        # money
        "money.title": "Who pays whom",
        "money.intro": "Double-entry ledger in nominal dollars. Sums are means over draws, "
        "because means add up and percentiles do not.",
        "money.matrix": "Payments by party over the whole horizon",
        "money.matrix_note": "Rows pay, columns are paid. Builders, suppliers, utilities, "
        "operators and users stand for everyone the programme does not name. Source: "
        "tables/ledger of this run.",
        "money.payer": "Payer",
        "money.net": "Net by party and year",
        "money.net_note": "Received less paid. Each column sums to zero: nothing is lost on the "
        "way.",
        "money.party": "Party",
        "money.instruments": "Payments by instrument",
        "money.instrument": "Instrument",
        "money.leg": "Leg",
        "money.from_to": "From → to",
        "money.nature": "Nature",
        "money.capital": "capital",
        "money.operating": "operating",
        "money.tranches": "Milestone equity released by year",
        "money.tranches_note": "Bars: P50. Whiskers: P10 to P90.",
        "money.gap": "Funding gap",
        "money.gap_note": "What is outstanding at the end of the month that no named instrument "
        "pays for. Source: tables/gap of this run.",
        "money.gap_table": "Funding gap at year end",
        "unit.bn_usd": "bn USD, nominal",
        "unit.bn_usd_gw": "bn USD per facility GW",
        "unit.gw": "GW",
        "unit.twh_year": "TWh a year",
        "unit.percent": "%",
        "party.builders": "builders",
        "party.suppliers": "suppliers",
        "party.utilities": "utilities",
        "party.operators": "operators",
        "party.users": "users",
        "party.unfunded": "unfunded",
        # capex
        "capex.title": "What a gigawatt costs to build",
        "capex.intro": "Capital cost per gigawatt of facility power, systems included, in nominal "
        "dollars of the order date.",
        "capex.figure": "Capital cost by component",
        "capex.note": "Bars: means over draws. Public figures differ two- to three-fold mostly "
        "because some count only the site, some IT power. Source: tables/capex of this run.",
        "capex.component": "Component",
        "component.systems": "GPU systems",
        "component.network": "network",
        "component.storage_cpu": "storage and CPU",
        "component.shell": "building shell",
        "component.power_cooling": "power and cooling",
        "component.soft": "design, permits, reserve",
        "component.onsite": "on-site power plant",
        "component.total": "total",
        # footprint
        "footprint.title": "Energy, carbon and water",
        "footprint.intro": "Energy at the sites' meters, operational CO₂ (grid at its average "
        "intensity, on-site plant at the stack) and water used at the sites.",
        "footprint.figure": "Energy by source",
        "footprint.note": "Means over draws; the first and last year may be partial. Source: "
        "tables/energy of this run.",
        "footprint.table": "Energy, cost, carbon and water by year",
        "footprint.energy": "Energy",
        "footprint.cost": "Energy cost",
        "footprint.co2": "CO₂",
        "footprint.water": "Water",
        "footprint.by_site": "By site over the whole horizon",
        "unit.twh": "TWh",
        "unit.mt": "million t",
        "unit.million_m3": "million m³",
        "unit.usd_mwh": "USD/MWh",
        "source.grid": "grid",
        "source.recip-engine": "gas engines",
        "source.aeroderivative": "aeroderivative turbines",
        "source.ccgt": "combined cycle",
        "source.fuel-cell": "fuel cells",
        "source.mobile-turbine": "mobile turbines",
        # impact
        "impact.title": "What it adds up to",
        "impact.intro": "Useful work and footprint of the whole programme by calendar year.",
        "impact.table": "Work and footprint by year",
        "impact.note": "P50, with P10 … P90 below it. Source: tables/impact of this run.",
        "impact.metric": "Quantity",
        "metric.training_flop": "training FLOP",
        "metric.output_tokens": "output tokens",
        "metric.input_tokens": "input tokens",
        "metric.energy_twh": "energy",
        "metric.co2_mt": "CO₂",
        "metric.water_million_m3": "water",
        "metric.h100_equivalents_end": "stock in H100 equivalents, year end",
        "metric.world_stock_h100_equivalents": "world stock without it, H100 equivalents",
        "metric.share_of_world_stock": "share of the world's stock",
        # performance
        "performance.title": "Training and serving rates",
        "performance.intro": "What one healthy GPU package does at the stated settings, before "
        "failures and waiting. A rate means nothing without its conditions.",
        "performance.train": "Training and research",
        "performance.serve": "Serving",
        "performance.note": "Sigma is the standard deviation of ln(true / predicted): 90 % of "
        "true rates lie within exp(±1.645 sigma). All metrics are in tables/performance of this "
        "run.",
        "performance.workload": "Workload",
        "performance.conditions": "Conditions",
        "metric.tokens_per_s_per_package": "tokens/s per package",
        "metric.output_tokens_per_s_per_package": "output tokens/s per package",
        "metric.input_tokens_per_s_per_package": "input tokens/s per package",
        "metric.tokens_per_s_per_user": "tokens/s per user",
        "metric.packages": "packages of the job",
        "metric.mfu": "model FLOP use (MFU)",
        "metric.step_time_s": "step time",
        "metric.ttft_ms": "time to first token",
        "metric.tpot_ms": "time per output token",
        "metric.power_w": "power per package",
        "metric.sigma_log": "error (sigma of ln)",
        # operations
        "operations.title": "From installed hours to useful hours",
        "operations.intro": "Of all package-hours installed over the horizon, how many do useful "
        "work and where the others go.",
        "operations.figure": "Package-hours: installed, lost, useful",
        "operations.unit": "% of installed package-hours",
        "operations.note": "Means over draws. Source: tables/operations of this run.",
        "operations.table": "Share of installed package-hours by year",
        "operations.installed": "installed",
        "cause.useful": "useful work",
        "cause.delivered": "useful work",
        "cause.idle": "given to no workload",
        "cause.power": "power curtailed",
        "cause.headroom": "no job, or kept for peaks",
        "cause.repair": "repair, spares, planned work",
        "cause.redo": "work done again",
        "cause.checkpoint": "writing checkpoints",
        "cause.detection": "noticing a failure",
        "cause.restart": "restarting",
        # conversion
        "conversion.title": "Announced against computed",
        "conversion.intro": "What the announcement says beside what the programme file and the "
        "catalog add up to. A disagreement is a finding, not an error of the run.",
        "conversion.table": "Declared and computed totals",
        "conversion.quantity": "Quantity",
        "conversion.declared": "Declared",
        "conversion.computed": "Computed",
        "conversion.agrees": "Agrees",
        "conversion.reading": "Reading",
        "total.facility_power_mw": "facility power",
        "total.packages": "GPU packages",
        "total.dies": "GPU dies",
        "total.racks": "racks",
        "total.capex_usd_per_gw": "capital cost per GW",
        "total.investment_usd": "investment",
        # sites
        "sites.title": "Sites and assumptions",
        "sites.intro": "Which sites carry the programme, and how each is known. Announced, "
        "reported and assumed are three different things.",
        "sites.table": "Sites",
        "sites.power": "Site power",
        "sites.basis": "counts",
        "sites.deal_share": "Share for this programme",
        "sites.facility": "Facility power for it",
        "sites.roles": "Landlord / cloud / tenant",
        "sites.note": "Note",
        "sites.facts": "Every fact used ({count})",
        "sites.fact": "Fact",
        "sites.value": "Value",
        "sites.low_high": "Range",
        "sites.as_of": "As of",
        "mark.measured": "measured",
        "mark.specified": "specified",
        "mark.announced": "announced",
        "mark.reported": "reported",
        "mark.estimated": "estimated",
        "mark.assumed": "assumed",
        # warnings, limits, reading
        "warnings.title": "Warnings of this run",
        "warnings.intro": "What the run noticed about its own inputs.",
        "limits.title": "What this does not model",
        "limits.intro": "A first version of each layer: simple, on stated formulas. Know these "
        "before you lean on a number.",
        "limits.1": "Decisions: nobody in the model changes plan. Sites are not dropped, swapped "
        "or enlarged when money, power or demand change.",
        "limits.2": "Demand: users and revenue do not react to price or to what competitors build.",
        "limits.3": "The electric grid beyond a site's own connection: no network flows, no price "
        "made by the load itself, no hourly dispatch in this version.",
        "limits.4": "Single failures: outages, failed parts and restarts enter as rates and "
        "shares, not as events. A bad month is smoothed.",
        "limits.5": "Taxes, currencies, accounting rules, defaults and the resale of used "
        "hardware.",
        "limits.6": "Carbon and water of making the hardware and the buildings, and water used by "
        "the grid's power plants.",
        "limits.7": "Surprises outside the ranges of the inputs: war, export rules, a new kind of "
        "chip, a collapse of demand. True uncertainty is wider than P10 to P90.",
        "reading.title": "How to read P10, P50 and P90",
        "reading.1": "The run draws every uncertain input many times and computes the whole chain "
        "for each draw.",
        "reading.2": "P50: half of the draws lie below it, half above. P10: one draw in ten lies "
        "below. P90: nine in ten lie below. For dates, below means earlier; for costs, cheaper.",
        "reading.3": "P90 is always the 90th percentile of the quantity, so a late date and a "
        "high cost are both P90.",
        "reading.4": "Percentiles don't add up. The P90 of a sum is not the sum of the P90s; "
        "where sums are shown, they are sums of means.",
        "reading.5": "“{after}” means that at this percentile the thing has not happened within "
        "the calendar of the programme.",
        "reading.6": "The ranges say what follows from the inputs and formulas. They don't cover "
        "what the model leaves out.",
        # sources
        "sources.title": "Sources",
        "sources.intro": "Where the facts used in this run come from.",
        "sources.table": "Sources ({count})",
        "sources.kind": "Kind",
        "sources.date": "Date",
        # run
        "run.title": "About this run",
        "run.intro": "Enough to run it again and get the same numbers.",
        "run.table": "Manifest",
        "run.key": "Item",
        "run.value": "Value",
        "run.program": "programme",
        "run.origin": "programme file",
        "run.program_sha256": "hash of the programme",
        "run.catalog_sha256": "hash of the catalog",
        "run.seed": "seed",
        "run.draws": "draws",
        "run.workers": "workers",
        "run.duration": "duration",
        "run.python": "Python",
        "run.packages": "packages",
        # terminal
        "terminal.headline": "Headline results",
        "terminal.capacity": "In service at year end",
        "terminal.yearly": "By calendar year, P50",
        "terminal.binding": "Last to be ready, % of megawatts of the year",
        "terminal.warnings": "{count} warnings, the first: {first}",
        "terminal.warning": "1 warning: {first}",
        "terminal.folder": "Run folder: {folder}",
        "terminal.others": "others",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strings:
    """Words of one language."""

    lang: str
    table: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key, with its places filled."""
        text = self.table[key]
        return text.format(**values) if values else text

    def label(self, prefix: str, name: str) -> str:
        """Text of a name that comes from data; the name itself where the table has none."""
        return self.table.get(f"{prefix}.{name}", name.replace("_", " "))

    def numbered(self, prefix: str) -> list[str]:
        """Texts ``prefix.1``, ``prefix.2``, … as far as they go."""
        keys = [k for k in self.table if k.startswith(f"{prefix}.") and k.split(".")[-1].isdigit()]
        return [self.table[k] for k in sorted(keys, key=lambda k: int(k.split(".")[-1]))]


def strings_of(lang: str) -> Strings:
    """Words of a language, or an error with the nearest name."""
    if lang not in STRINGS:
        raise unknown_name("language", lang, STRINGS)
    return Strings(lang, STRINGS[lang])
