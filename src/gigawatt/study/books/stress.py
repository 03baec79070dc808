"""Stress tests: named scenarios on the same draws, and who loses what in each.

A scenario changes the programme, dates or terms of the money layer and runs the whole chain again;
the difference to the base case, draw by draw, is the loss. Values are present values at the start
of the calendar with what stands at its end (`money.metrics.terminal_usd`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gigawatt.energy.site_plan import SitePlan
from gigawatt.errors import unknown_name
from gigawatt.money.inputs import MoneyInputs, Prices
from gigawatt.money.instruments import bridge
from gigawatt.money.instruments.dsra_and_waterfall import covenants
from gigawatt.money.metrics import borrowers, cover, terminal_usd, values_usd
from gigawatt.money.rates import RATE_TERMS, REFINANCE_RATE, REFINANCING, is_signed
from gigawatt.money.result import Ledger
from gigawatt.program.blocks import Blocks
from gigawatt.program.load import Loaded
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.money import Price
from gigawatt.schedule.result import BuildTimes, ScheduleResult
from gigawatt.study.chain import Chain, Shock, bridge_limit_usd, resettle, run_chain
from gigawatt.study.sites.site_supply import site_plans
from gigawatt.uncertainty.streams import Streams

DISCOUNT = 0.10  # rate per year at which all parties' flows are compared
DEFAULTS, LARGEST = "defaults:", "largest "  # before a party, before a role
RELET_LEGS = ("relet_rent", "relet_system_rent", "resold")
DEFAULT_AFTER_MONTHS = 24.0  # from the first block in service, where a party defaults


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case.

    Attributes
    ----------
    name, title : short name and one line.
    grid_months : how much later the grid comes on the grid route.
    platform_months : how much later systems that are not yet shipping at the start come.
    rate_share : added to the base rate: to loans, leases and notes not signed by the as-of date.
    assumptions : name → function of the sampled values.
    leaves : whether tenants leave where a guarantee of residual value says that they may.
    defaults : party that stops paying, "largest tenant" or "largest cloud" (by gigawatts); "" for
        none.
    """

    name: str
    title: str
    grid_months: float = 0.0
    platform_months: int = 0
    rate_share: float = 0.0
    assumptions: Mapping[str, Callable[[Array], Array]] = field(default_factory=dict)
    leaves: bool = False
    defaults: str = ""


def _times(factor: float) -> Callable[[Array], Array]:
    return lambda values: values * factor


def _fixed(value: float) -> Callable[[Array], Array]:
    return lambda values: np.full_like(values, value)


def _less(years: float) -> Callable[[Array], Array]:
    return lambda values: np.maximum(values - years, 1.0)


OPEX = ("facility_opex_usd_per_gw_year", "it_opex_usd_per_gw_year")
SCENARIOS: tuple[Scenario, ...] = (
    Scenario("base", "as written"),
    Scenario(
        "lender", "lender's case: half a year late, dearer, a shorter life, falling prices",
        grid_months=6.0, platform_months=3, rate_share=0.01,
        assumptions={"revenue_yearly_factor": _times(0.95), "it_life_years": _less(1.0),
                     "offtake_renewal_share": _times(0.75), **dict.fromkeys(OPEX, _times(1.15))},
    ),
    Scenario(
        "downside", "downside: a year late, much dearer, short lives, prices that fall fast",
        grid_months=12.0, platform_months=6, rate_share=0.02,
        assumptions={"revenue_yearly_factor": _times(0.85), "it_life_years": _less(2.0),
                     "offtake_renewal_share": _times(0.5), **dict.fromkeys(OPEX, _times(1.3))},
    ),
    Scenario("it-life-3", "systems last three years",
             assumptions={"it_life_years": _fixed(3.0), "resale_yearly_factor": _times(0.75)}),
    Scenario(
        "price-down-40", "price of a GPU-hour falls by 40 % a year",
        assumptions={"revenue_yearly_factor": _fixed(0.6),
                     "offtake_renewal_share": _fixed(0.6**5),
                     "resale_yearly_factor": _fixed(0.6)},
    ),
    Scenario("tenant-leaves", "nobody renews: the tenant leaves at the end of its term, others "
             "take the capacity after a while",
             assumptions={"offtake_renewal_share": _fixed(0.0)}, leaves=True),
    Scenario("grid-late-12", "the grid comes a year late", grid_months=12.0),
    Scenario("platform-late-6", "the platform comes two quarters late", platform_months=6),
    Scenario("rates-up-300", "interest is 300 basis points higher", rate_share=0.03),
    Scenario("tenant-defaults", "the largest tenant stops paying two years after it has its "
             "first block", defaults=f"{LARGEST}tenant"),
    Scenario("cloud-defaults", "the largest cloud stops paying two years after it has its first "
             "block: no rent, and no debt service from it", defaults=f"{LARGEST}cloud"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario's result; mean over draws unless said otherwise.

    Attributes
    ----------
    npv_usd : party → (D,) value.
    gap_peak_usd : (D,) peak of the funding gap.
    least_dscr : borrower → (D,) least yearly cover.
    default_dscr : borrower → (D,) cover below which its loans are in default.
    peak_debt_usd : borrower → (D,).
    unpaid_usd : (payer, payee) → (D,) owed under contracts and not paid.
    guarantees_usd : guarantor → (D,) paid under guarantees, backstops and escrow.
    relet_usd : party → (D,) what it gets from others who take a hall or capacity.
    defaulted : parties that the scenario puts into default.
    """

    scenario: Scenario
    npv_usd: dict[str, Array]
    gap_peak_usd: Array
    least_dscr: dict[str, Array]
    default_dscr: dict[str, Array]
    peak_debt_usd: dict[str, Array]
    unpaid_usd: dict[tuple[str, str], Array]
    guarantees_usd: dict[str, Array]
    relet_usd: dict[str, Array]
    defaulted: tuple[str, ...] = ()

    def breach_probability(self, party: str) -> float:
        """Share of draws in which a borrower's cover falls below that of a default."""
        return float(np.mean(self.least_dscr[party] < self.default_dscr[party]))


def scenario(name: str) -> Scenario:
    """Scenario of that name; ``defaults:PARTY`` puts any party into default."""
    known = {s.name: s for s in SCENARIOS}
    if name.startswith(DEFAULTS):
        party = name.removeprefix(DEFAULTS)
        title = f"{party} stops paying two years after the first block that it is part of"
        return Scenario(name, title, defaults=party)
    if name not in known:
        raise unknown_name("scenario", name, known)
    return known[name]


def run_scenario(
    loaded: Loaded,
    streams: Streams,
    case: Scenario,
    discount_share: float = DISCOUNT,
    base: Chain | None = None,
    plans: Mapping[str, SitePlan] | None = None,
) -> Outcome:
    """Run the chain under a scenario; `plans` as in `run_chain`.

    With the `base` chain of the same draws a scenario that moves no date and no capacity only
    settles anew, which gives the same figures in a tenth of the time.
    """
    moves = case.grid_months > 0.0 or case.platform_months > 0
    retires = not all(p.refresh for s in loaded.program.sites for p in s.phases)
    serves = base is not None and base.by_tokens  # what is renewed sells more tokens
    moves |= (retires or serves) and "it_life_years" in case.assumptions
    free = np.all(np.isinf(bridge_limit_usd(loaded.program, streams)))
    if base is not None and free and not moves:
        return outcome(resettle(base, shock_of(case)), case, discount_share)
    chain = run_chain(_late_platform(loaded, case), streams, shock_of(case), plans)
    return outcome(chain, case, discount_share)


def stress(
    loaded: Loaded, draws: int, seed: int, names: Sequence[str] = (),
    discount_share: float = DISCOUNT,
) -> list[Outcome]:  # fmt: skip
    """Base case and scenarios, each on the same draws; all of them by default."""
    wanted = [scenario(n) for n in names] or list(SCENARIOS[1:])
    cases = [SCENARIOS[0], *(s for s in wanted if s.name != "base")]
    streams, plans = Streams(seed, draws), site_plans(loaded)
    base = run_chain(loaded, streams, plans=plans)
    return [run_scenario(loaded, streams, s, discount_share, base, plans) for s in cases]


def without_bridge(chain: Chain) -> Ledger:
    """Ledger in which each party pays from its own pocket what no named instrument covers.

    Unnamed funding bears no interest: with it a landlord would build for nothing.
    """
    ids = {c.id for c in chain.money.of_kind(bridge.KIND)} | {bridge.KIND}
    entries = tuple(e for e in chain.ledger.entries if e.instrument not in ids)
    seen = {e.payer for e in entries} | {e.payee for e in entries}
    parties = tuple(p for p in chain.ledger.parties if p in seen)
    return replace(chain.ledger, entries=entries, parties=parties)


def outcome(chain: Chain, case: Scenario, discount_share: float = DISCOUNT) -> Outcome:
    """Result of a chain that was run under a scenario."""
    ledger = chain.ledger
    own = without_bridge(chain)
    terminal = terminal_usd(own, chain.money.assumptions.resale_yearly_factor, chain.money.defaults)
    covers = {p: cover(ledger, p, chain.axis.years()) for p in borrowers(ledger)}
    unpaid: dict[tuple[str, str], Array] = {}
    for e in ledger.unpaid:
        pair = (e.payer, e.payee)
        unpaid[pair] = unpaid.get(pair, 0.0) + e.amount_usd.sum(axis=1)
    paid: dict[str, Array] = {}
    relet: dict[str, Array] = {}
    for e in ledger.entries:
        if e.leg in ("guarantee", "backstop", "escrow_paid"):
            paid[e.payer] = paid.get(e.payer, 0.0) + e.amount_usd.sum(axis=1)
        elif e.leg in RELET_LEGS:
            relet[e.payee] = relet.get(e.payee, 0.0) + e.amount_usd.sum(axis=1)
    return Outcome(
        scenario=case,
        npv_usd=values_usd(own, discount_share, terminal),
        gap_peak_usd=ledger.gap_usd.max(axis=1),
        least_dscr={p: c.least_dscr for p, c in covers.items()},
        default_dscr={p: covenants(chain.money, p)[1] for p in covers},
        peak_debt_usd={p: c.peak_debt_usd for p, c in covers.items()},
        unpaid_usd={k: v for k, v in unpaid.items() if v.any()},
        guarantees_usd={k: v for k, v in paid.items() if v.any()},
        relet_usd={k: v for k, v in relet.items() if v.any()},
        defaulted=(_failing(chain.money, case.defaults),) if case.defaults else (),
    )


def losses_usd(base: Outcome, other: Outcome) -> dict[str, Array]:
    """Value that each party loses against the base, (D,); negative where it gains.

    Where a party defaults, what it, or a landlord that it no longer pays, is better off by not
    paying is not its own: it is the estate that its creditors share, told as a party of its own,
    `estate-of-<party>`.
    """
    zero = np.zeros_like(base.gap_peak_usd)
    parties = dict.fromkeys((*base.npv_usd, *other.npv_usd))
    out = {p: base.npv_usd.get(p, zero) - other.npv_usd.get(p, zero) for p in parties}
    behind = [payer for payer, _ in other.unpaid_usd] if other.defaulted else []
    for party in dict.fromkeys((*other.defaulted, *behind)):
        if party in out and np.any(out[party] < 0.0):
            out[f"estate-of-{party}"] = np.minimum(out[party], 0.0)
            out[party] = np.maximum(out[party], 0.0)
    return out


def shock_of(case: Scenario) -> Shock:
    """Changes between the layers that make a scenario."""
    return Shock(
        build=lambda times, blocks: _late_grid(times, blocks, case.grid_months),
        money=lambda inputs: _changed(inputs, case),
        settled=lambda inputs, schedule: (
            _in_default(inputs, schedule, case.defaults) if case.defaults else inputs
        ),
    )


def _late_grid(times: BuildTimes, blocks: Blocks, months: float) -> BuildTimes:
    route = np.array([p.route == "grid" for p in blocks.phases])
    return replace(times, energised=times.energised + np.where(route, months, 0.0))


def _late_platform(loaded: Loaded, case: Scenario) -> Loaded:
    """Systems that did not ship at the start of the calendar come later."""
    if not case.platform_months:
        return loaded
    program = loaded.program
    supplies = tuple(
        replace(s, first_racks=_months_later(s.first_racks, case.platform_months))
        if s.first_racks >= program.start
        else s
        for s in program.supplies
    )
    return replace(loaded, program=replace(program, supplies=supplies))


def _months_later(date: dt.date, months: int) -> dt.date:
    month = date.month - 1 + months
    return dt.date(date.year + month // 12, month % 12 + 1, min(date.day, 28))


def _changed(inputs: MoneyInputs, case: Scenario) -> MoneyInputs:
    """Assumptions, interest, guarantees and defaults of a scenario."""
    a = inputs.assumptions
    new = {name: change(getattr(a, name)) for name, change in case.assumptions.items()}
    contracts = list(inputs.contracts)
    for k, c in enumerate(contracts):
        # A rate that was fixed by the as-of date stays.
        more = 0.0 if is_signed(c.dates, inputs.as_of_month) else case.rate_share
        terms = {name: v + more if name in RATE_TERMS else v for name, v in c.terms.items()}
        if c.dates.get(REFINANCING, -1.0) >= inputs.as_of_month:
            terms[REFINANCE_RATE] = terms[REFINANCE_RATE] + case.rate_share
        if case.leaves and "leave_share" in terms:
            terms["leave_share"] = np.full_like(terms["leave_share"], 1.0)
        contracts[k] = replace(c, terms=terms)
    return replace(
        inputs, assumptions=replace(a, **new), contracts=tuple(contracts),
        base_rate=replace(inputs.base_rate, shift_share=case.rate_share),
        prices=_prices(inputs, new),
    )  # fmt: skip


def _prices(inputs: MoneyInputs, new: Mapping[str, Array]) -> Prices:
    """Prices that follow changed assumptions; a new growth holds from the as-of date on."""
    prices = inputs.prices
    for name in OPEX:
        if name in new:
            price = replace(getattr(prices, name), usd=new[name])
            prices = replace(prices, **{name: price})
    if "revenue_yearly_factor" in new:
        now = inputs.as_of_month
        usd = prices.revenue_usd_per_gw_year.at(np.array([now]))[:, 0]
        price = Price(usd, new["revenue_yearly_factor"], now)
        prices = replace(prices, revenue_usd_per_gw_year=price)
    return prices


def _failing(inputs: MoneyInputs, which: str) -> str:
    """Party that defaults: the tenant or cloud with the most gigawatts, or the one that is named.

    Raises
    ------
    InputError : the programme has no such party.
    """
    if which.startswith(LARGEST):
        return _largest(inputs, which.removeprefix(LARGEST))
    if which not in inputs.named:
        raise unknown_name("party", which, inputs.named)
    return which


def _largest(inputs: MoneyInputs, role: str) -> str:
    """The tenant or cloud with the most gigawatts."""
    parties = inputs.party_of_block(inputs.tenant if role == "tenant" else inputs.cloud)
    power: dict[str, float] = {}
    for party, gw in zip(parties, inputs.facility_gw.mean(axis=0), strict=True):
        power[party] = power.get(party, 0.0) + float(gw)
    return max(power, key=lambda p: power[p])


def _in_default(inputs: MoneyInputs, schedule: ScheduleResult, which: str) -> MoneyInputs:
    """A party stops paying two years after the first block that it is part of."""
    party = _failing(inputs, which)
    roles = (inputs.landlord, inputs.cloud, inputs.tenant)
    own = np.any([np.array(inputs.party_of_block(r)) == party for r in roles], axis=0)
    first = schedule.in_service[:, own if own.any() else np.ones_like(own)].min(axis=1)
    return replace(inputs, defaults={**inputs.defaults, party: first + DEFAULT_AFTER_MONTHS})
