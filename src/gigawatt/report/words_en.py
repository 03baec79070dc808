"""English words of the report and of the terminal summary (see `report.strings`)."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
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
    "verdict.binding": "what is most often last to be ready is {constraint} ({share} of "
    "megawatts)",
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
    "word.what": "What",
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
    # serving
    "serving.title": "Tokens per second by the speed that a user sees",
    "serving.intro": "Each line is the best that any plan gives: tensor, expert and pipeline "
    "parallelism, copies of attention, batch, pools and drafts are chosen for each point.",
    "serving.per_gpu": "Output tokens per second and GPU",
    "serving.per_gpu_unit": "by tokens per second that a user sees",
    "serving.per_mw": "Output tokens per second and MW of facility power drawn",
    "serving.per_mw_unit": "by tokens per second that a user sees",
    "serving.speed": "Tokens/s per user",
    "serving.rate": "Output tokens/s",
    "serving.system": "System",
    "serving.gpu_column": "Tokens/s per GPU",
    "serving.mw_column": "Tokens/s per MW",
    "serving.ttft_column": "TTFT, ms; p99 below",
    "serving.plan": "Plan",
    "serving.none": "none",
    "serving.drafted": "{system}, {method}",
    "serving.section": "Tokens per second, per GPU and per MW, by system",
    "serving.section_intro": "The best that any plan gives, by the speed that a user sees; without "
    "and with speculation. A figure per MW means nothing without the conditions below it: a slower "
    "service, shorter prompts or a looser limit of the first token give several times as many.",
    "serving.asked": "{workload}: at the programme's {speed} tokens/s per user",
    "serving.asked_note": "{conditions} Per MW of facility power drawn while all packages serve. "
    "Rates of the programme are those of its systems here, as far as its workload leaves "
    "speculation and pools open; bands are 90 %. Points of the fronts: tables/serving of this run.",
    "serving.reference": "{system} (measured, for comparison)",
    "serving.held": "{precision}, {packages} GPUs, {engine} of {date}, speculation: {speculation}",
    "serving.drawn": "W per GPU",
    "serving.conditions": "{model}, {precision}, {packages} GPUs, {input_tokens} tokens in and "
    "{output_tokens} out, limit of TTFT (p99): {ttft_limit}, speculation: {speculation}, "
    "{engine} of {date}, PUE {pue}.",
    # tokens
    "tokens.title": "Price, cost and revenue of tokens",
    "tokens.intro": "Tokens sold are those that the phases serve by the rates above, at the use of "
    "the serving fleet and as far as the world asks for them. Their price is what the market earns "
    "on a gigawatt-year (8 to 13 bn USD from 2023 to 2025, with a drift either way) over the "
    "tokens that a gigawatt-year of the market’s own fleet sells, by the same serving model. So it "
    "falls as the market’s systems and software get better: who has newer systems than the market "
    "earns more per gigawatt, who keeps old ones earns less. Training and research sell no token. "
    "{basis}",
    "tokens.basis_gw_year": "In this programme's ledger users pay for capacity (the anchor of 8 to "
    "13 bn USD a GW-year); the revenue of tokens stands beside it.",
    "tokens.basis_tokens": "In this programme's ledger users pay for tokens; what capacity would "
    "earn stands beside it.",
    "tokens.late_declared": "A phase that comes late serves on the system it declares, also where "
    "nobody buys that any more.",
    "tokens.late_market": "A phase that comes into service after its system has left the market "
    "serves on what is bought then, in the same megawatts.",
    "tokens.conditions": "{model}, {precision}, {input_tokens} tokens in and {output_tokens} out, "
    "at least {speed} tokens/s per user, drafted tokens and a pool for prompts where they give "
    "more, no reuse of prefixes, software of each month, limit of TTFT as in the rates above. The "
    "market serves on {system} as they come, and better ones after. P50, P10 … P90; years in which "
    "most draws sell. Price implied: revenue by capacity, all work, over all tokens sold.",
    "tokens.figure": "{workload}: a million tokens, prompts and answers together",
    "tokens.table": "{workload}: a million prompt and answer tokens by year",
    "tokens.price": "Price",
    "tokens.cost": "Cost",
    "tokens.implied": "Price implied by capacity",
    "tokens.price_input": "Price, prompts",
    "tokens.price_output": "Price, answers",
    "tokens.cost_input": "Cost, prompts",
    "tokens.cost_output": "Cost, answers",
    "tokens.sold": "Answer tokens sold",
    "tokens.sold_unit": "a year, P50",
    "tokens.bases": "What a gigawatt-year earns",
    "tokens.by_tokens": "By tokens",
    "tokens.by_capacity": "By capacity",
    "tokens.margin": "Margin",
    "tokens.market": "Market, tokens of a GW-year",
    "tokens.bases_note": "Facility GW in service, training included. Both rest on one anchor. By "
    "capacity, a gigawatt earns it as long as it is in use, whatever stands on it; by tokens, as "
    "many times as it serves more tokens than the mean gigawatt of the market in that year: more "
    "at first, less as the market renews its fleet. P50 with P10 … P90 below it.",
    "tokens.phase": "Phase",
    "tokens.phases": "Phases in {year}",
    "tokens.phases_note": "Phases that are in service in at least half of the draws. The margin "
    "is price less whole cost, over the price; revenue by capacity is that of all work of the "
    "phase. All years and means: tables/phase_tokens of this run.",
    "tokens.margins": "Margin of serving by phase and year",
    "tokens.margins_note": "Price less whole cost of serving, over the price; P50. Years in which "
    "a phase is in service in at least half of the draws.",
    "tokens.parts": "Cost of a million tokens by part",
    "tokens.parts_note": "Prompts and answers together, means over draws and years. Systems hold "
    "network and storage; they and the site are annuities; idle time and failures are in all.",
    "tokens.part_systems": "Systems",
    "tokens.part_site": "Site",
    "tokens.part_upkeep": "Upkeep",
    "tokens.part_energy": "Energy",
    "unit.usd_per_million": "USD per million tokens",
    "unit.bn_usd_per_gw_year": "bn USD per GW-year",
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
    "schedule.event": "change of plan",
    "schedule.events": "What changed at the sites",
    "schedule.events_note": "Recorded changes of plan; they inform and do not move the dates by "
    "themselves. Crosses in the chart above. Source: tables/events of this run.",
    "schedule.known": "Known",
    "schedule.change": "Change",
    "event.tenant_left": "tenant left",
    "event.paused": "paused",
    "event.resumed": "resumed",
    "event.power_source_switched": "power source switched",
    "event.financier_left": "financier left",
    "event.expansion_dropped": "expansion dropped",
    "event.other": "other",
    "sites.country": "Country",
    "sites.export": "US export: {rule}",
    "export.none": "no licence needed",
    "export.licence": "licence",
    "export.case": "case by case",
    "export.denied": "denied",
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
    "binding.note_schedule": "Relieving one cause brings the date forward only as far as the next "
    "one. Source: binding in `gigawatt schedule --json`.",
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
    "money.estate": "Estate of {party}",
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
    "peak.tranches": "What is spent between one tranche and the next, and whose money it is",
    "peak.tranches_note": "Means of those who build; the last row is what follows the last "
    "tranche. Other: upkeep, interest, fees and tax. Equity: what reaches those who build, with "
    "the tranche that opens the row. Own cash closes the account: receipts of operation less what "
    "is repaid and paid out. From 100 draws of their own. Source: tables/tranche_uses of this run.",
    "peak.after": "Tranches paid",
    "peak.capacity_usd": "Data-centre capacity",
    "peak.energy_usd": "Energy",
    "peak.other_usd": "Other operation",
    "peak.equity_usd": "From equity",
    "peak.loans_usd": "From loans",
    "peak.unnamed_usd": "From unnamed funding",
    "peak.own_cash_usd": "From own cash",
    "peak.paid_by": "Who has paid in by the month of the largest gap",
    "peak.paid_by_note": "Mean, less what was repaid. Money that is passed on, such as equity that "
    "becomes a prepayment, stands in each step. Source: tables/peak_funding of this run.",
    "peak.share": "Share",
    "peak.needs": "Peak need, and whose it is",
    "peak.needs_note": "P10 to P90: the peak of each draw. By party: the mean in the month of the "
    "largest mean. Source: tables/peak_need of this run.",
    "peak.need": "Need",
    "peak.month": "Month",
    "peak.own": "Of which",
    "peak.investment_gap": "not covered by a named instrument, investment alone",
    "peak.gap_with_operation": "the same with operating cash, losses and interest",
    "risk.title": "Who carries the risk",
    "risk.intro": "Values at 10 % a year at the start of the calendar, with what stands at "
    "its end: loans at their balance, systems at their resale value, shares at cost. What no named "
    "instrument pays counts as the party’s own money. From 100 draws of their own.",
    "risk.parties": "What each party gets out of it",
    "risk.parties_note": "Rate of return: median, where at least half of the draws have one rate "
    "and the party pays first. What a party does outside the "
    "programme is not in it. Source: tables/parties of this run.",
    "risk.irr": "Rate of return",
    "risk.one_irr": "Draws with one",
    "risk.need": "Peak need",
    "risk.cover": "Cover of debt service",
    "risk.cover_note": "Least yearly cash flow before debt service over service. Below the "
    "lock-up nothing is distributed: 1.15, and 1.05 for default, unless a contract says otherwise. "
    "Source: tables/cover of this run.",
    "risk.borrower": "Borrower",
    "risk.value": "Loans on systems over their resale value, at the end of the year",
    "risk.value_note": "Years in which at least half of the draws have such a loan. Above 100 % a "
    "sale would not repay it. Source: tables/loan_to_value of this run.",
    "risk.covenant": "Above the covenant",
    "risk.exposure": "What each party holds against each other",
    "risk.exposure_note": "Loans, prepayments, shares at cost and escrow, mean over draws. What "
    "contracts promise for later is not in it. Source: tables/exposure of this run.",
    "risk.holder": "Holder → debtor",
    "risk.largest": "Largest",
    "risk.end": "When the calendar ends",
    "risk.expected": "Expected loss: owed under contracts and not paid",
    "risk.expected_note": "By the defaults and departures that contracts give a probability. What "
    "lenders recover after the calendar is not taken off. Source: tables/expected_loss of this "
    "run.",
    "risk.in_draws": "In draws",
    "risk.unpaid": "Unpaid",
    "risk.covered": "Paid by others",
    "risk.lost": "Loss",
    "risk.debt": "Largest debt",
    "risk.lockup": "Below lock-up",
    "risk.default": "In default",
    "risk.stress": "Who loses what under stress: value lost against the base case",
    "risk.stress_note": "Mean over draws; a gain is negative. What each test changes stands in "
    "the answer to question 12. Parties react only as their contracts say, and one in default goes "
    "on serving: losses are upper bounds, before any recovery; the estate is what it keeps by not "
    "paying, which its creditors would share. A vendor gains where systems live shorter: they are "
    "renewed all the same. Source: tables/stress of this run.",
    "scenario.lender": "lender’s case",
    "scenario.downside": "downside",
    "scenario.it-life-3": "systems last 3 years",
    "scenario.price-down-40": "GPU-hour −40 % a year",
    "scenario.tenant-leaves": "tenant leaves",
    "scenario.grid-late-12": "grid a year late",
    "scenario.platform-late-6": "platform 2 quarters late",
    "scenario.rates-up-300": "interest +300 bp",
    "scenario.tenant-defaults": "tenant defaults",
    "scenario.cloud-defaults": "cloud defaults",
    "unit.bn_usd": "bn USD, nominal",
    "unit.bn_usd_present": "bn USD, present value",
    "unit.bn_usd_gw": "bn USD per facility GW",
    "unit.gw": "GW",
    "unit.twh_year": "TWh a year",
    "unit.percent": "%",
    "party.builders": "builders",
    "party.suppliers": "suppliers",
    "party.utilities": "utilities",
    "party.power_producers": "power producers",
    "party.operators": "operators",
    "party.users": "users",
    "party.markets": "markets",
    "party.escrow": "escrow",
    "party.unfunded": "unfunded",
    # capex
    "capex.title": "What a gigawatt costs to build",
    "capex.intro": "Capital cost per gigawatt of facility power, systems included, in "
    "dollars of the as-of date.",
    "capex.figure": "Capital cost by component",
    "capex.note": "Bars: means over draws. Public figures differ two- to three-fold mostly "
    "because some count only the site, some IT power. Source: tables/capex of this run.",
    "capex.component": "Component",
    "capex.bases": "The same cost on other bases",
    "capex.bases_note": "One cost, divided by other gigawatts: published figures seldom say which "
    "they mean. Chips: design power of the accelerators alone. Site alone and systems alone: P50. "
    "From 100 draws of their own. Source: tables/capex_bases of this run.",
    "capex.gigawatt": "Gigawatt of",
    "counted.facility": "facility power",
    "counted.it": "IT power",
    "counted.chip": "chips",
    "covers.site": "Site alone",
    "covers.systems": "Systems, network, storage",
    "unit.bn_usd_per_gw": "bn USD per GW",
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
    # supply
    "supply.title": "Supply of the sites",
    "supply.intro": "Least-cost supply of each site and stage, hour by hour through a year: "
    "capacities "
    "and dispatch that serve the full load at central values, in dollars of the price "
    "year. The run takes its shares from here and bills them at drawn prices and loads.",
    "supply.cost": "Cost per MWh of load, last stage",
    "supply.cost_note": "Fixed and running cost by source, over the load. Source: tables/supply "
    "of this run.",
    "supply.stages": "Stages of each site",
    "supply.stages_note": "Power at the meter at design conditions; gas plant is firm power "
    "without its "
    "reserve; what is not served is compute that waits or load that is shed.",
    "supply.stage": "Site and stage",
    "supply.built": "Built or rented",
    "supply.power": "Power",
    "supply.served": "Served",
    "supply.january": "A week of January",
    "supply.july": "A week of July",
    "supply.durations": "Duration curves",
    "supply.carbon": "Carbon by month and hour of the day",
    "supply.hour": "Hour of the week",
    "supply.share": "Share of the year, %",
    "supply.day_hour": "Hour of the day",
    "supply.hours_note": "Last stage; the largest sites at full load, and at the load of the plan "
    "that is nearest to the run's, by choice above the chart. What stands above the load charges "
    "the battery. Source: tables/supply_* of this run.",
    "supply.grid": "What the grid sees",
    "supply.grid_note": "At full load. Interruptible: what a rule that applies lets the operator "
    "call back. At the area's peak: mean import in its peak hours, and over its peak load. Called "
    "back: expected, in hours of full load. Ramps within a minute come from operations. A fault "
    "takes the largest import, if nothing rides through. Source: tables/grid_view of "
    "this run.",
    "supply.firm": "Firm contract",
    "supply.non_firm": "Interruptible",
    "supply.coincident": "At the area's peak",
    "supply.area_share": "Of the area's peak",
    "supply.curtailed": "Called back",
    "supply.waits": "Compute waits",
    "supply.month": "Month",
    "supply.accounts": "Matching and carbon of each site in {year}, at the load of the run",
    "supply.accounts_note": "Mean of the draws in which the site draws power, P10 to P90 below "
    "it. Matched: by own clean sources and contracts for clean power, over the year and within "
    "each hour; CFE counts the clean part of the grid too. Scope 2 by location, and by market: "
    "less declared contracts, matched over the year or within each hour. All years: "
    "tables/site_years of this run; at the loads of the plan: tables/site_accounts.",
    "supply.scope1": "Scope 1",
    "supply.scope2": "Scope 2, location",
    "supply.scope2_market": "Scope 2, market",
    "supply.matched_year": "Matched, year",
    "supply.matched_hour": "Matched, hour",
    "supply.cfe": "CFE score",
    "supply.standby": "Stand-by",
    "supply.peak": "Largest import",
    "supply.ramp": "Largest ramp",
    "supply.indicators": "Indicators of each site in {year}, at the load of the run",
    "supply.indicators_note": "ISO/IEC 30134: PUE, WUE, CUE (site and grid by location), REF, ERF "
    "as declared. Mean of the draws in which the site draws power, P10 to P90 below it. All "
    "years: tables/indicators and tables/site_years of this run.",
    "supply.scope2_hourly": "Scope 2, market, hour",
    "supply.air_and_cost": "Water, air and cost of each site in {year}, at the load of the run",
    "supply.air_and_cost_note": "Peak day: largest of the typical year. Potential: all plant on "
    "site at nameplate in all hours, which decides the class of the air permit (United States, "
    "where the air meets the standards). Cost is nominal. Stand-by: fixed cost of plant on site "
    "over its nameplate. Source: tables/site_years and tables/indicators of this run.",
    "supply.matching": "Matched and carbon-free energy by year",
    "supply.matching_note": "Mean of the draws. Matched in the year: own clean sources and "
    "contracts for clean power over the energy of the year; in the hour: only what stands in the "
    "same hour; CFE: with the clean part of the grid. The hours are those of the plan at the load "
    "of the draw. The largest sites, by choice above the chart. Source: tables/site_years of this "
    "run.",
    "supply.energy": "Energy",
    "supply.water": "Water",
    "supply.plant_water": "of it plant on site",
    "supply.peak_day": "Peak day",
    "supply.peak_date": "On",
    "supply.year_water": "In the year",
    "supply.day": "Day",
    "supply.water_days": "Water by day in {year}",
    "supply.water_note": "Site water at the mean load of the run, on the days of the site's "
    "typical year; closed loops without evaporation follow the season. The largest users, by "
    "choice above the chart; all sites: tables/water_days of this run.",
    "supply.nox_potential": "NOx, potential",
    "supply.permit": "Air permit",
    "supply.sources": "Cost by source in {year}",
    "supply.sources_note": "Fixed and running cost over the energy of the source, nominal, P10 to "
    "P90 below it; stand-by: fixed cost over nameplate. A battery has no energy of its own. All "
    "years: tables/source_costs of this run.",
    "supply.nameplate": "Nameplate",
    "supply.lcoe": "Cost",
    "supply.at_full": "{site}, full load",
    "supply.at_load": "{site}, {load} of full load",
    "supply.others": "What falls on other customers, by year",
    "supply.others_note": "Over the energy of all customers of the area; negative: they gain. "
    "Years count from the day on which the utility is ready for the site's contract. The largest "
    "contracts, by choice above the chart. Source: tables/other_customers of this run.",
    "supply.stranded": "Stranded investment, by year",
    "supply.stranded_note": "What is not yet depreciated of the utility's investment once the load "
    "is gone, less the exit payment. The largest contracts, by choice above the chart. Source: "
    "tables/other_customers of this run.",
    "supply.customers": "Other customers, if a load comes late or leaves",
    "supply.customers_note": "Sums over 20 years, nominal. On others: what the utility must "
    "recover, less what the load pays and what empty capacity earns. Investment and terms are "
    "assumptions of the catalog (assumptions/largeload), not of a contract. All years: "
    "tables/other_customers of this run.",
    "supply.service_year": "Year of service",
    "supply.case": "The load",
    "supply.contract": "Contract",
    "supply.requirement": "To recover",
    "supply.load_pays": "Load pays",
    "supply.resold": "Sold to others",
    "supply.on_others": "On others",
    "supply.dearest": "Dearest year",
    "supply.stranded_short": "Stranded, most",
    "unit.usd_million": "million $",
    "unit.thousand_m3": "thousand m³",
    "permit.NNSR": "non-attainment",
    "permit.PSD": "PSD",
    "permit.Title V": "Title V",
    "permit.minor": "minor",
    "supply.rules": "Rules at the sites",
    "supply.rules_note": "Rules that apply between the site's start and the horizon, or may (open: "
    "the plan does not tell), tested on its least-cost supply, plant with its reserve. "
    "All rules: tables/rules of this run.",
    "supply.rule": "Rule",
    "supply.applies": "Applies",
    "supply.met": "Met",
    "supply.value": "Value",
    "supply.limit": "Limit",
    "supply.short": "Short by",
    "unit.kg_mwh": "kg/MWh",
    "source.pv-tracked": "solar",
    "source.wind-onshore": "wind",
    "source.battery": "battery",
    "source.waiting": "waiting compute",
    "source.unserved": "unserved load",
    "source.load": "load",
    "told.yes": "yes",
    "told.no": "no",
    "told.open": "open",
    "supply.sized": "{size}: {value}, from {least}",
    "unit.tonnes_year": "t a year",
    "supply.not_told": "not told",
    "rule_size.it_mw": "IT power",
    "rule_size.facility_mw": "facility power",
    "rule_size.grid_mw": "power from the grid",
    "rule_size.onsite_mw": "power on site",
    "rule_size.colocated_mw": "own plant beside the grid",
    "rule_size.turbine_mw": "turbines",
    "rule_size.large_turbine_mw": "large turbines",
    "rule_size.onsite_thermal_mw": "heat input on site",
    "rule_size.engine_mw": "engines",
    "rule_sure.high": "confidence high",
    "rule_sure.medium": "confidence medium",
    "rule_sure.low": "confidence low",
    "rule_size.portable_mw": "portable plant",
    "rule_size.nox_t_per_year": "potential NOx a year",
    "rule_size.steam_nox_t_per_year": "potential NOx a year, with steam",
    "rule_stage.in force": "in force",
    "rule_stage.adopted": "adopted",
    "rule_stage.proposed": "proposed",
    "rule_stage.precedent": "precedent",
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
    "performance.named": "One training run of 10^26 FLOP on each phase",
    "performance.named_note": "Of the first training workload's model, in a job of all packages "
    "of the phase, a half, a quarter or an eighth: the smallest within a tenth of the shortest "
    "duration. P50 with P10 and P90; failures and restarts are in. Cost: share of the capital "
    "cost over the life of the systems, upkeep and energy, without return on capital.",
    "performance.phase": "Phase",
    "metric.run_days": "duration",
    "metric.run_mwh": "energy",
    "metric.run_usd": "cost",
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
    "operations.money": "Package-hours and what they cost, by cause, over the horizon",
    "operations.hours": "billion package-hours",
    "operations.cost": "cost of these hours",
    "operations.money_note": "Each hour at the owner’s cost of an installed package-hour: capital "
    "over its life and upkeep, without energy. Means over draws.",
    "shape.figure": "IT load over a week: {site}, all phases in service",
    "shape.unit": "MW of IT",
    "shape.line": "IT power",
    "shape.note_closed": "Closed form on central values: demand of serving over a steady base "
    "of jobs. Ramp and drop are the medians of the largest of half a year. Source: "
    "tables/load_shape of this run.",
    "shape.note_events": "The most usual week of three half years, event by event, on central "
    "values. Ramp and drop are the largest within half a year, the middle one of the three. "
    "Source: tables/load_shape of this run.",
    "shape.days": "Mon Tue Wed Thu Fri Sat Sun",
    "shape.table": "How the load of each site moves, all phases in service",
    "shape.mean": "mean IT power",
    "shape.ramp": "largest ramp",
    "shape.drop": "largest drop at one moment",
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
    "sites.counted": "counts: {basis}",
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
    "limits.1": "Decisions: a tenant leaves, a site pauses or changes its power source at the "
    "rates of the recorded cases, whatever the money, power or demand of the day. Nobody reacts.",
    "limits.2": "Demand: users and revenue do not react to price or to what competitors build.",
    "limits.3": "The electric grid beyond a site's own connection: no network flows, no price "
    "made by the load itself. The run takes months; hours of supply and load are in "
    "gigawatt supply and gigawatt operate.",
    "limits.4": "Single failures: in the run, outages, failed parts and restarts enter as rates "
    "and shares, so that a bad month is smoothed; gigawatt operate has them as events.",
    "limits.5": "Currencies and accounting rules; taxes, unless the programme has an instrument "
    "for them; defaults outside the stress tests, unless a guarantee states their odds; the resale "
    "of used hardware within the calendar, unless a phase retires.",
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
    # ANSWERS: why, influence, gigawatts, questions, market, glossary, files of charts (one block)
    "page.csv": "Numbers of this chart (CSV)",
    "capacity.sites": "Facility power in service by site, mean",
    "capacity.sites_note": "Means over draws, stacked, because means add up and percentiles do "
    "not. Source: tables/capacity of this run.",
    "capacity.others": "other sites",
    # in short
    "short_answer.title": "In short",
    "short_answer.intro": "The six questions that most readers bring. Each leads to the section "
    "behind it; P50 first, P10 … P90 in brackets.",
    "short_answer.caption": "Questions and answers",
    "short_answer.question": "Question",
    "short_answer.answer": "Answer of this run",
    "short_answer.on_time": "Will it be on time?",
    "short_answer.binds": "What binds?",
    "short_answer.cost": "What does it cost?",
    "short_answer.risk": "Who carries the risk?",
    "short_answer.effects": "What does it do to the grid and the market?",
    "short_answer.sure": "ranges are those of the inputs; what is not modelled stands below",
    "short_answer.how_sure": "How sure are we?",
    "short_answer.band": "{p50} ({p10} … {p90})",
    "short_answer.first_gw_in_service_date": "the first gigawatt is in service in {band}",
    "short_answer.tenth_gw_in_service_date": "the tenth: {band}",
    "short_answer.reached": "by {horizon} it is reached in {share} of draws",
    "short_answer.binding": "last to be ready, by megawatts: {causes}",
    "short_answer.capex": "{band} a gigawatt to build, computers included, in money of the as-of "
    "date",
    "short_answer.spent": "{total} nominal in all by {horizon}, replacement left out",
    "short_answer.gap": "no named contract covers {band} at the worst moment",
    "short_answer.deepest": "furthest out of pocket at their worst (medians): {parties}",
    "short_answer.stress": "under stress, present value lost: {losses}",
    "short_answer.loss": "{party} {value} ({scenario})",
    "short_answer.energy_twh_per_year": "{value} of electricity in {year}",
    "short_answer.co2_mt_per_year": "{value} in {year}",
    "short_answer.share_of_world_stock": "{value} of the world’s AI compute in {year}, the most",
    "short_answer.grid": "{share} of the energy comes from grids, the rest from plants on site",
    "short_answer.sites": "{assumed} of {count} sites are assumed, and so is which part of each "
    "belongs to the programme",
    "short_answer.facts": "{weak} of {count} facts are assumed or estimated",
    "gigawatts.title": "Each gigawatt",
    "gigawatts.intro": "When each whole gigawatt is in service (P50, with P10 … P90), what was "
    "last to be ready where it is completed (share of draws), and which lever brings it forward "
    "most.",
    "gigawatts.when": "GW {number} is not in service before {p50} ({p10} … {p90})",
    "gigawatts.late": "GW {number} is in service by {horizon} in only {share} of draws",
    "gigawatts.because": ", because the last to be ready is {causes}, at {sites}",
    "gigawatts.because_only": ", because the last to be ready is {causes}",
    "gigawatts.cause": "{cause} ({share})",
    "gigawatts.relief": "the largest relief is {lever}, {months} months sooner",
    "gigawatts.relief_both": "the largest relief, and the cheapest with a known price, is {lever}: "
    "{months} months sooner for {cost} a GW-month",
    "gigawatts.relief_to": "the largest relief is {lever}, which brings it to {p50}",
    "gigawatts.no_relief": "none of the levers below brings it forward",
    "gigawatts.which": "Gigawatt",
    "gigawatts.levers": "What each lever gains at P50",
    "gigawatts.levers_note": "The schedule made again on the same draws with one lever pulled at "
    "all sites; + is sooner. A date stands where only the lever reaches the gigawatt within the "
    "calendar. Cheapest: least direct cost per capacity times time gained, among the levers that "
    "have a price. Source: gigawatts.json of this run.",
    "gigawatts.cheapest": "the cheapest with a known price is {lever}, {months} months sooner for "
    "{cost} a GW-month",
    "influence.title": "What moves the results",
    "influence.intro": "Which uncertain inputs decide where in its range a result falls. A bar of "
    "1 would mean that the input alone decides; 0 that it plays no part. This ranks uncertainty, "
    "not importance: an input that is known well moves nothing.",
    "influence.unit": "rank coefficient, −1 to 1",
    "influence.raises": "a larger input raises it",
    "influence.lowers": "a larger input lowers it",
    "influence.later": "a larger input makes it later",
    "influence.sooner": "a larger input makes it sooner",
    "influence.note": "The {count} strongest inputs that stand out of chance, of at most ten; "
    "whiskers: standard error. A rank regression on all draws explains {share} of the spread. "
    "Source: tables/draws of this run.",
    "influence.table": "Strongest inputs",
    "influence.input": "Input",
    "influence.coefficient": "Coefficient",
    "influence.error": "± error",
    "influence.rho": "Rank correlation",
    "influence.share": "Share of spread",
    "influence.clear": "Clear of chance",
    "influence.nothing": "the same in all draws (or never reached): nothing moves it",
    "influence.explained": "{share} of the rank variance explained, {draws} draws, {inputs} inputs",
    "influence.never": "never reached in {share}",
    "influence.heads": "Columns: coefficient ± error, share, input",
    "influence.also": "(and {count} that go with it)",
    "influence.unclear": "not clear of noise (|rho| below {noise})",
    "why.title": "Why: how each result is derived",
    "why.intro": "Open a result to see its formula, what enters it, and so on down to facts with "
    "their status and source. A quantity is taken apart once; elsewhere an arrow leads there.",
    "why.group": "{count} inputs: {pattern}",
    "questions.title": "Twenty questions",
    "questions.intro": "What utilities, planners, lenders, regulators, journalists and investors "
    "ask. Each answer is computed from this run; what is not known yet says what it needs.",
    "questions.values": "Values",
    "questions.more": "{count} more rows are in the answer of gigawatt ask.",
    "answer.answered": "answered",
    "answer.partly": "partly",
    "answer.not_yet": "not yet",
    "market.title": "Concentration, access and prices",
    "market.intro": "Who owns and who uses the world's AI compute before and after the programme, "
    "what is left outside, and what a GPU-hour and a million tokens cost.",
    "market.figure": "Concentration of the world's AI compute",
    "market.hhi_unit": "Herfindahl index (HHI), points",
    "market.note": "10,000 points = one firm holds all. Bars: P50; whiskers: P10 to P90; all small "
    "owners counted as many firms (low bound). “Grown”: all others grow with the world's stock; "
    "“held”: they stay as they are. Source: tables/impact of this run and the catalog's owners.",
    "market.view": "View",
    "market.table_owner": "Concentration by owner",
    "market.table_user": "Concentration by user",
    "market.case": "Case",
    "market.by_owner": "by owner",
    "market.by_user": "by user",
    "glossary.title": "Glossary",
    "glossary.table": "Words used here",
    "glossary.term": "Term",
    "glossary.meaning": "Meaning",
    "glossary.1": "IT power: what the servers and their network draw. Facility power: IT power "
    "with cooling and losses. Power at the grid is larger again by the losses up to the meter.",
    "glossary.2": "PUE: facility power over IT power (power usage effectiveness). 1.2 means that "
    "cooling and losses add a fifth.",
    "glossary.3": "WUE: water used at the site per kWh of IT energy (water usage effectiveness).",
    "glossary.4": "Package and die: a package is what is plugged in as one accelerator; it holds "
    "two or four dies, the pieces of silicon. Announcements count either as “a GPU”.",
    "glossary.5": "Rack: a cabinet of 72 or 144 packages that is bought, cooled and accepted as "
    "one.",
    "glossary.6": "Block: one building of a site with its systems, the smallest unit of the "
    "schedule.",
    "glossary.7": "Energised: firm power is at the building. In service: racks are accepted, and "
    "the power is firm.",
    "glossary.8": "Draw: one future, with one value for each uncertain input.",
    "glossary.9": "P10, P50, P90: one draw in ten, five in ten, nine in ten lie below this value.",
    "glossary.10": "Binding: last to be ready, so that it sets the date.",
    "glossary.11": "Tranche: a part of a commitment that is paid when a milestone is met, such as "
    "a gigawatt in service.",
    "glossary.12": "Funding gap: what is due before any named instrument pays for it; something "
    "must bridge it.",
    "glossary.13": "Capex and opex: what is spent to build, and what is spent to run.",
    "glossary.14": "DSCR: cash for debt service over debt service; lenders ask for 1.2 to 1.5.",
    "glossary.15": "H100 equivalent: compute counted in units of one NVIDIA H100 by peak rate.",
    "glossary.16": "MFU: useful model arithmetic over the chip's peak (model FLOP utilisation).",
    "glossary.17": "FLOP: one arithmetic operation on numbers; 1e25 and 1e26 are thresholds in "
    "rules.",
    "glossary.18": "Token: a piece of a word, the unit in which models read and write.",
    "glossary.19": "HHI: Herfindahl index, the sum of squared market shares in per cent. CR4, "
    "CR5: share of the four, five largest.",
    "glossary.20": "Announced, signed, reported, estimated, assumed: said in public; in a "
    "contract; in the press or a filing by others; computed by others; judged by this project.",
    # comparison
    "compare.beside": "The plan as announced and as signed, P50",
    "compare.announced": "announced",
    "compare.signed": "signed",
    "compare.difference_word": "difference",
    "compare.of_it": "of it P10",
    "compare.where": "What accounts for it: the report, or gigawatt compare {a} {b}",
    "compare.setting": "{draws} draws, seed {seed}, the same in both; B minus A",
    "compare.note": "Note: {note}.",
    "compare.named": "Named results: A, B and the difference within each draw",
    "compare.not_in_time": "not in time",
    "compare.pp": "pp",
    "compare.of_medians": "of the medians",
    "compare.only": "only {side} in {share} of draws",
    "compare.causes_grid": "Causes: effect on the P50 of each group of inputs, from A to B "
    "({draws} draws; mean of both orders)",
    "compare.month": "month {number}",
    "compare.more": "and {count} more",
    # ask and explain
    "ask.newest": "Run: {folder} (the newest)",
    "ask.status": "{title}: {status}",
    "ask.from": "{definition} From: {data}.",
    "ask.more": "… and {count} more rows: --json gives all",
    "explain.results": "Named results",
    "explain.below": "Quantities below them",
    "explain.no_gigawatt": "No draw of the programme holds a whole gigawatt.",
    "explain.sources": "Sources ({count})",
    "explain.above": "see above",
    "explain.never": "not reached",
    "explain.more": "… {count} more",
    "explain.as_of": "{status}, as of {date}",
    "explain.facts": "{count} facts {pattern}",
    "explain.inputs": "{count} inputs of the programme {pattern}",
    "compare.title": "{a} and {b} compared",
    "compare.verdict": "A: {a}. B: {b}. Both have the same random numbers: a difference is the "
    "programme’s and not chance.",
    "compare.seed": "seed {seed}",
    "compare.intro": "P50, with P10 … P90 below it. The difference is B minus A, taken within each "
    "draw: it need not be the difference of the two P50.",
    "compare.results": "Named results",
    "compare.side_by_side": "As announced and as signed",
    "compare.results_note": "Source: comparison.json in this folder.",
    "compare.difference": "B − A",
    "compare.points": "points",
    "compare.months": "months",
    "compare.months_since": "months since the start",
    "compare.causes": "What accounts for the difference",
    "compare.causes_intro": "Effect of each group of changed inputs on the P50, from A to B, mean "
    "of both orders of change ({draws} draws).",
    "compare.causes_note": "The axis need not start at zero. Source: comparison.json.",
    "compare.capped": "A P50 lies beyond the calendar and counts as its end: effects are at least "
    "so large. The axis need not start at zero. Source: comparison.json.",
    "compare.years": "By calendar year",
    "compare.notes": "Notes",
    # value chain
    "chain.title": "What the money buys, and who keeps it",
    "chain.intro": "Sources and uses of what is built within the calendar, cash by party, and what "
    "each layer of the value chain keeps. Means over draws, in nominal dollars.",
    "chain.account_note": "{gw} in service at the end of the calendar; systems ordered by then for "
    "later count too. First year: a year at the run’s mean cost per GW-year. Own cash closes the "
    "account. Unnamed funding is net of what is repaid. Source: tables/ledger, capex and capacity "
    "of this run.",
    "chain.equity_note": "Of {whole} bn USD of equity, {kept} bn USD is not passed on to those who "
    "build: the lab pays its bills for compute with it.",
    "chain.uses": "What it pays for (uses), per gigawatt and in all",
    "chain.sources": "Where it comes from (sources), per gigawatt and in all",
    "chain.line": "Line",
    "chain.per_gw": "Per GW",
    "chain.in_all": "In all",
    "chain.part": "Share",
    "chain.cash": "Cash by party, cumulative to year end",
    "chain.cash_note": "Received less paid since the start, mean over draws; all parties sum to "
    "zero. The chart has the eight with the largest swing, the table all. Source: tables/ledger.",
    "chain.once": "What each layer keeps of one gigawatt, once ({system})",
    "chain.yearly": "What each layer keeps of one gigawatt, each year in service",
    "chain.unit_year": "bn USD per GW and year",
    "chain.layer": "Layer",
    "chain.revenue": "Revenue",
    "chain.margin": "Gross margin",
    "chain.profit": "Gross profit",
    "chain.revenue_of": "Revenue from",
    "chain.of_run": "this run",
    "chain.of_catalog": "catalog",
    "chain.all_layers": "All layers",
    "chain.overlap_note": "Layers overlap (memory and foundry are costs of the chip vendor): add "
    "gross profit, never revenue. Revenue is the P10 … P90 of capital cost times the layer’s part "
    "of it, which is a judgement; margins are a digest of press and accounts. Ends are low with "
    "low and high with high.",
    "chain.margin_note": "Revenue is the mean of this run over all GW-years in service. The lender "
    "has the named loans only; its margin is the spread as part of the interest, before "
    "losses. Landlord and power are before interest and wear.",
    "component.first_year_energy": "energy, first year",
    "component.first_year_opex": "other operation, first year",
    "component.held": "held in cash at the end",
    "component.site_capex": "site",
    "component.connection": "connection to the grid",
    "source.equity": "equity, passed on",
    "source.prepayment": "prepayment from the lab’s own cash",
    "source.loans": "loans, leases and notes",
    "source.unnamed": "unnamed funding (the gap)",
    "source.own_cash": "cash of landlord and cloud",
    "party.layer_chip": "Chip vendor",
    "party.layer_memory": "Memory",
    "party.layer_foundry": "Foundry and packaging",
    "party.layer_system-maker": "System maker",
    "party.layer_network": "Optics and other network",
    "party.layer_power-cooling-equipment": "Power and cooling equipment",
    "party.layer_builder": "Builder",
    "party.layer_landlord": "Landlord",
    "party.layer_power": "Power",
    "party.layer_lender": "Lender",
    "party.layer_cloud": "Cloud",
    "party.layer_lab": "Lab",
    # terminal
    "terminal.headline": "Headline results",
    "terminal.capacity": "In service at year end",
    "terminal.yearly": "By calendar year, P50",
    "terminal.binding": "Last to be ready, % of megawatts of the year",
    "terminal.warnings": "{count} warnings, the first: {first}",
    "terminal.warning": "1 warning: {first}",
    "terminal.folder": "Run folder: {folder}",
    "terminal.others": "others",
    # names in the data: legs of instruments, power routes, bases of megawatts, kinds of sources
    "leg.bill": "bill",
    "leg.capacity": "capacity",
    "leg.contract_price": "price of a contract for clean power",
    "leg.market_value": "its value at the grid's price",
    "leg.construction": "construction",
    "leg.cost": "cost",
    "leg.delivery": "delivery",
    "leg.deposit": "deposit",
    "leg.draw": "draw",
    "leg.energy": "energy",
    "leg.facility": "facility",
    "leg.cash_sweep": "repayment out of operating cash",
    "leg.interest": "interest",
    "leg.it": "IT",
    "leg.network_storage": "network and storage",
    "leg.prepayment": "prepayment",
    "leg.principal": "principal",
    "leg.renewal": "renewal",
    "leg.relet_rent": "rent of the new lease",
    "leg.relet_system_rent": "rent of systems by the new lease",
    "leg.rent": "rent",
    "leg.resold": "capacity taken by others",
    "leg.repayment": "repayment",
    "leg.revenue": "revenue",
    "leg.systems": "systems",
    "leg.tranche": "tranche",
    "leg.acceptance": "payment at acceptance",
    "leg.backstop": "payment for unsold capacity",
    "leg.balloon": "loan repaid at the refinancing",
    "leg.capitalised_interest": "interest added to the loan",
    "leg.commitment_fee": "commitment fee",
    "leg.connection": "connection",
    "leg.cure": "put in by the owner",
    "leg.demand_charge": "demand charge",
    "leg.distribution": "distribution to the owner",
    "leg.equity": "equity",
    "leg.escrow": "paid into escrow",
    "leg.escrow_paid": "paid out of escrow",
    "leg.exercise": "exercise of warrants",
    "leg.guarantee": "paid under the guarantee",
    "leg.minimum_take": "minimum take",
    "leg.parked_interest": "interest on money not yet used",
    "leg.purchase": "purchase at the end of the lease",
    "leg.recognised": "prepayment set off",
    "leg.refinanced": "new loan of the refinancing",
    "leg.refinancing_fee": "fee of the refinancing",
    "leg.revenue_share": "share of revenue",
    "leg.sale": "sale",
    "leg.support": "support by the sponsor",
    "leg.system_rent": "rent of systems",
    "leg.tax": "tax",
    "leg.upfront_fee": "upfront fee",
    "leg.warrant": "value of warrants",
    "route.grid": "grid",
    "route.onsite": "on site",
    "basis.facility": "facility",
    "basis.generation": "generation",
    "basis.grid": "grid",
    "basis.it": "IT",
    "kind.digest": "digest",
    "kind.judgement": "judgement",
    "kind.primary": "primary",
    "kind.secondary": "secondary",
    "dates.title": "Each gigawatt",
    "dates.intro": (
        "Date in service of each whole gigawatt, and the odds that it is there by the end "
        "of a year."
    ),
    "dates.gigawatts": "Gigawatts in service",
    "dates.gigawatts_note": (
        "Shares by year: odds that it is in service by the end of the year. "
        "Facility power. A date that is not within the calendar in so many draws is shown "
        "as after its end."
    ),
    "dates.reached": "Reached",
    "dates.build": "Cleared to first power (P50)",
    "dates.fill": "First power to last building in service (P50)",
    "dates.spread": "Last building in service, P10 to P90",
    "dates.gantt": "Phases of sites",
    "dates.gantt_unit": "date",
    "dates.gantt_note": (
        "Bars are at P50; the thin line is the range of the last building in service. A bar"
        " that ends at the edge is not in service within the calendar at P50."
    ),
    "dates.cleared": "Cleared",
    "dates.first_power": "First power",
    "dates.lost": "Lost",
    "dates.phases": "Phases",
    "dates.s_curve": "Capacity in service",
    "dates.stages": "From announced to in service",
    "dates.s_curve_note": "Facility power: IT power with cooling and losses, of the blocks that "
    "carry this programme.",
    "dates.stages_note": (
        "Medians at the end of quarters. Contracted: power of a known site contracted at the "
        "as-of date, else from clearing on. Powered: hall fitted and energised."
    ),
    "dates.stage_announced": "Announced",
    "dates.stage_contracted": "Contracted",
    "dates.stage_cleared": "Ground cleared",
    "dates.stage_powered": "Powered",
    "dates.stage_in_service": "In service",
    "dates.lever": "Lever",
    "dates.days_p50": "Days earlier, P50",
    "dates.days_p80": "Days earlier, P80",
    "dates.gw_months": "GW-months gained",
    "dates.cost": "Cost, bn USD",
    "dates.per_gw_month": "bn USD a GW-month",
    "dates.levers": "What would bring it forward",
    "dates.levers_intro": (
        "Each lever is pulled at once everywhere it still can be, on the same draws."
    ),
    "dates.levers_note": (
        "Days gained of one gigawatt at P50 and P80; capacity times time gained over the "
        "calendar; direct cost in today's dollars where the catalog can price it."
    ),
    "dates.only": "only with it",
    "dates.not_known": "not known",
    "lever.contracted": "power contracted by clearing where that lies ahead",
    "lever.order-earlier": "transformers and switchgear ordered up to 8 months earlier",
    "lever.onsite": "on-site plant in place of the grid",
    "lever.crew": "one crew in three more",
    "lever.rack-share": "half as large a share of the racks again",
    "lever.platform": "the platform one quarter earlier",
    "lever_cost.contracted": "no published price of power in hand",
    "lever_cost.order-earlier": "interest on equipment that is paid sooner",
    "lever_cost.onsite": "capital cost of the plant, which stays as back-up; fuel not counted",
    "lever_cost.crew": "no published price of crews",
    "lever_cost.rack-share": "no published price of a place in the queue",
    "lever_cost.platform": "not for sale",
    "dates.number": "GW",
}  # fmt: skip
