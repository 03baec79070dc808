"""Everything money needs, sampled once: prices, assumptions, contracts and what they cover.

Dollars of a price year become nominal here and nowhere else: a `Price` knows the month at which it
is nominal and how it moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gigawatt.catalog import Catalog, Fact
from gigawatt.catalog.sampling import sample_assumptions
from gigawatt.errors import InputError
from gigawatt.money.assumptions import MoneyAssumptions
from gigawatt.money.flows import Line, lines_of_blocks
from gigawatt.money.learning import learning_factor
from gigawatt.money.rates import RateCurve, priced, rate_curve
from gigawatt.program.blocks import Blocks
from gigawatt.program.cover import covering
from gigawatt.program.instruments import KINDS, site_kinds
from gigawatt.program.kind import Term
from gigawatt.program.model import Instrument, Program
from gigawatt.quantity.arrays import NEVER, Array, IntArray
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.quantity.money import Price, price_year_position
from gigawatt.quantity.units import MONTHS_PER_YEAR, MW_PER_GW
from gigawatt.uncertainty.streams import Streams, generator

OUTSIDE = (
    "builders", "suppliers", "utilities", "operators", "users", "markets", "escrow", "unfunded",
    "power_producers",
)  # fmt: skip
GUARANTEE = "lease_guarantee_with_escrow"
LEASE_OF_SYSTEMS = "chip_lease_spv"
BOUNDS = {
    "inflation_yearly_factor": (0.5, 2.0),
    "system_price_yearly_factor": (0.3, 2.0),
    "site_price_yearly_factor": (0.5, 2.0),
    "revenue_yearly_factor": (0.3, 3.0),
    "it_life_years": (1.0, 50.0),
    "anchor_use_share": (0.05, 1.0),
    "vendor_gross_margin_share": (0.0, 1.0),
    "resale_yearly_factor": (0.05, 1.5),
    "system_learning_share": (0.0, 0.5),
    "site_learning_share": (0.0, 0.5),
    "relet_void_months": (0.0, 600.0),
    "hall_relet_share": (0.0, 3.0),
    "capacity_relet_share": (0.0, 3.0),
    "learning_base_gw": (0.01, 1e5),
    "learning_base_yearly_factor": (0.5, 5.0),
    "base_rate_2025_share": (0.0, 0.3),
    "base_rate_2026_share": (0.0, 0.3),
    "base_rate_later_share": (0.0, 0.3),
    "base_rate_error_share": (-0.2, 0.2),
}


@dataclass(frozen=True, slots=True)
class Contract:
    """An instrument with its terms drawn.

    Attributes
    ----------
    id, kind : name and rule.
    parties : role → party.
    terms : name → (D,) in canonical units.
    dates : name → months since the start.
    uniform : (D,) in 0 … 1, decides events such as a default or a tenant's leaving.
    share_price : (D, M) price of the issuer's shares over that of the start, mean of each month;
        empty where the kind has none.
    """

    id: str
    kind: str
    parties: Mapping[str, str]
    terms: Mapping[str, Array]
    dates: Mapping[str, float]
    uniform: Array = field(default_factory=lambda: np.empty(0))
    share_price: Array = field(default_factory=lambda: np.empty((0, 0)))


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices that move with time: a `Price` each, see `MoneyAssumptions` for what they buy.

    Attributes
    ----------
    rack : (G,) price of one rack or server of each system.
    """

    rack: tuple[Price, ...]
    shell_usd_per_gw: Price
    power_cooling_usd_per_gw: Price
    soft_usd_per_gw: Price
    facility_opex_usd_per_gw_year: Price
    it_opex_usd_per_gw_year: Price
    revenue_usd_per_gw_year: Price


@dataclass(frozen=True, slots=True)
class MoneyInputs:
    """Inputs of the money layer for a chunk; D draws, B blocks, S sites, G systems.

    Attributes
    ----------
    axis, as_of_month : calendar, and the programme's as-of date on it.
    blocks : what is built.
    landlord, cloud, tenant : (S,) party of each site.
    named : party ids of the programme, in its order.
    assumptions, prices : sampled.
    base_rate : what loans of spread are priced over.
    contracts : all instruments of the programme.
    cover : kind → (B,) index into `contracts` of the contract that covers each block, -1 = none.
    defaults : party → (D,) month from which it pays nothing more under contracts; inf = never.
    """

    axis: MonthAxis
    as_of_month: float
    blocks: Blocks
    landlord: tuple[str, ...]
    cloud: tuple[str, ...]
    tenant: tuple[str, ...]
    named: tuple[str, ...]
    assumptions: MoneyAssumptions
    prices: Prices
    base_rate: RateCurve
    contracts: tuple[Contract, ...]
    cover: Mapping[str, IntArray]
    defaults: Mapping[str, Array]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.blocks.racks.shape[0])

    @property
    def facility_gw(self) -> Array:
        """(D, B) facility power of each block in GW."""
        return self.blocks.facility_power_mw / MW_PER_GW

    def of_kind(self, kind: str) -> list[Contract]:
        """Contracts of one kind, in the programme's order."""
        return [c for c in self.contracts if c.kind == kind]

    def party_of_block(self, parties: tuple[str, ...]) -> list[str]:
        """Party of each block, (B,), from that of each site (`landlord`, `cloud` or `tenant`)."""
        return [parties[s] for s in self.blocks.site]

    def buyer_of_block(self) -> list[str]:
        """Who pays for each block's systems, network and storage: its cloud, or a lessor, (B,)."""
        leases = self.contract_of_block(LEASE_OF_SYSTEMS)
        clouds = self.party_of_block(self.cloud)
        return [c.parties["spv"] if c else p for c, p in zip(leases, clouds, strict=True)]

    def default_of_block(self, parties: tuple[str, ...]) -> Array:
        """Month at whose beginning the party of each block stops paying, (D, B); inf = never.

        `parties` is that of each site (`landlord`, `cloud` or `tenant`).
        """
        months = [self.first_default(p) for p in self.party_of_block(parties)]
        return np.stack(months, axis=1)

    def first_default(self, *parties: str) -> Array:
        """Month at whose beginning the first of the parties stops paying, (D,); inf = never."""
        never = np.full(self.draws, NEVER)
        return np.asarray(np.floor(np.min([self.defaults.get(p, never) for p in parties], axis=0)))

    def contract_of_block(self, kind: str) -> list[Contract | None]:
        """Contract of `kind` that covers each block, (B,)."""
        return [self.contracts[i] if i >= 0 else None for i in self.cover[kind]]

    def lines(
        self, kind: str, payer: str, payee: str, leg: str
    ) -> tuple[tuple[Line, ...], IntArray]:
        """Lines between two roles of the contracts of a kind, and the line of each block, (B,)."""
        return lines_of_blocks(
            Line(c.parties[payer], c.parties[payee], c.id, leg) if c else None
            for c in self.contract_of_block(kind)
        )

    def term(self, kind: str, name: str) -> Array:
        """(D, B) term of the contract that covers each block; its default (or 0) where none does.

        Read-only where all blocks share one value.
        """
        term = KINDS[kind].terms[name]
        column = _usual(term, self.assumptions, self.draws)
        columns = [c.terms[name] if c else column for c in self.contract_of_block(kind)]
        return np.stack(columns, axis=1)


def money_inputs(
    program: Program, catalog: Catalog, blocks: Blocks, axis: MonthAxis, streams: Streams
) -> MoneyInputs:
    """Sample prices, assumptions and contract terms.

    Streams: the facts' paths, and ``instrument/<id>/<term>``.

    Raises
    ------
    InputError : a system without a price; tranches at signing without a date of signing.
    """
    assumptions = sample_assumptions(catalog, streams, "money", MoneyAssumptions)
    _check(assumptions)
    as_of = axis.position(program.as_of)
    curve = rate_curve(assumptions, axis, as_of)
    contracts = tuple(_contract(i, axis, streams, curve, assumptions) for i in program.instruments)
    defaults = [_default_month(c, axis) for c in contracts if c.kind == GUARANTEE]
    sites = {s.id: s for s in program.sites}
    of_site = [sites[s] for s in blocks.sites]
    return MoneyInputs(
        axis=axis,
        as_of_month=as_of,
        blocks=blocks,
        landlord=tuple(s.landlord for s in of_site),
        cloud=tuple(s.cloud for s in of_site),
        tenant=tuple(s.tenant for s in of_site),
        named=tuple(program.parties),
        assumptions=assumptions,
        prices=_prices(catalog, blocks, axis, streams, assumptions),
        base_rate=curve,
        contracts=contracts,
        cover={kind: _cover(program, blocks, contracts, kind) for kind in site_kinds()},
        defaults=_earliest(defaults),
    )


def order_cost_usd(inputs: MoneyInputs) -> Array:
    """Cost of each block's systems, network and storage, (D, B) nominal USD of the as-of date.

    For the funding gate, which must judge an order before its date is known; the bill itself
    follows the price at the order.
    """
    as_of = np.full(inputs.blocks.racks.shape, inputs.as_of_month)
    return racks_usd(inputs, as_of) * it_cost_factor(inputs)[:, None]


def racks_usd(inputs: MoneyInputs, ordered: Array) -> Array:
    """Price of each block's accelerator racks at the month of their order, (D, B) nominal USD."""
    price = np.empty_like(inputs.blocks.racks)
    for g, rack in enumerate(inputs.prices.rack):
        of_system = inputs.blocks.system == g
        price[:, of_system] = rack.at(ordered[:, of_system])
    a = inputs.assumptions
    learnt = learning_factor(
        inputs.facility_gw, ordered, a.system_learning_share, a, inputs.as_of_month
    )
    return inputs.blocks.racks * price * learnt


def it_cost_factor(inputs: MoneyInputs) -> Array:
    """Racks with network and storage over racks alone, (D,)."""
    return 1.0 + inputs.assumptions.network_share + inputs.assumptions.storage_cpu_share


def _usual(term: Term, assumptions: MoneyAssumptions, draws: int) -> Array:
    """What a term is where no contract says it: as assumed, its default, or 0, (D,)."""
    if term.assumed:
        assumed: Array = getattr(assumptions, term.assumed)
        return assumed
    return np.full(draws, term.default or 0.0)


def _contract(
    instrument: Instrument, axis: MonthAxis, streams: Streams, curve: RateCurve,
    assumptions: MoneyAssumptions,
) -> Contract:  # fmt: skip
    terms = {}
    for name, term in KINDS[instrument.kind].terms.items():
        if name in instrument.terms:
            path = f"instrument/{instrument.id}/{name}"
            terms[name] = streams.sample(path, instrument.terms[name])
        elif not term.required:
            terms[name] = _usual(term, assumptions, streams.size)
        else:
            raise InputError(f"instrument {instrument.id}: no {name} ({term.help})")
    dates = {name: axis.position(date) for name, date in instrument.dates.items()}
    if np.any(terms.get("tranches_at_signing", np.zeros(1)) > 0) and "signing" not in dates:
        raise InputError(
            f"instrument {instrument.id}: tranches_at_signing needs the date of signing "
            "(dates = { signing = … })"
        )
    event = streams.uniform(f"instrument/{instrument.id}/event")
    price = _share_price(instrument.id, terms, axis.count, streams)
    return Contract(
        instrument.id, instrument.kind, instrument.parties, priced(terms, dates, curve), dates,
        event, price,
    )  # fmt: skip


def _share_price(name: str, terms: Mapping[str, Array], months: int, streams: Streams) -> Array:
    """Lognormal random walk of a share price with the given mean growth, (D, M)."""
    if "volatility_share" not in terms:
        return np.empty((streams.size, 0))
    rng = generator(streams.seed, f"instrument/{name}/share_price")
    steps = rng.standard_normal((streams.draws, months))[streams.start : streams.stop]
    sd = terms["volatility_share"][:, None] / np.sqrt(MONTHS_PER_YEAR)
    drift = np.log(terms["price_yearly_factor"])[:, None] / MONTHS_PER_YEAR
    out: Array = np.exp(np.cumsum(drift - 0.5 * sd**2 + sd * steps, axis=1))
    return out


def _default_month(contract: Contract, axis: MonthAxis) -> tuple[str, Array]:
    """Tenant of a guaranteed lease and the month of its default: a constant yearly probability."""
    share = np.minimum(contract.terms["default_yearly_share"], 1.0 - 1e-12)
    hazard = -np.log1p(-share) / MONTHS_PER_YEAR
    wait = -np.log1p(-contract.uniform)
    with np.errstate(divide="ignore", invalid="ignore"):
        month = np.where(hazard > 0.0, wait / hazard, NEVER)
    return contract.parties["tenant"], month


def _earliest(defaults: list[tuple[str, Array]]) -> dict[str, Array]:
    out: dict[str, Array] = {}
    for party, month in defaults:
        out[party] = np.minimum(out[party], month) if party in out else month
    return out


def _cover(
    program: Program, blocks: Blocks, contracts: tuple[Contract, ...], kind: str
) -> IntArray:
    place = {c.id: k for k, c in enumerate(contracts)}
    index = np.full(blocks.count, -1, dtype=np.int64)
    for b, phase in enumerate(blocks.phases):
        found = covering(program, program.site(blocks.sites[blocks.site[b]]), phase, kind)
        if found:
            index[b] = place[found[0].id]
    return index


def _prices(
    catalog: Catalog, blocks: Blocks, axis: MonthAxis, streams: Streams, a: MoneyAssumptions
) -> Prices:
    record = catalog.record("assumptions", "money")
    system_factor = a.inflation_yearly_factor * a.system_price_yearly_factor
    site_factor = a.inflation_yearly_factor * a.site_price_yearly_factor

    def rack(system: str) -> Price:
        fact = catalog.record("systems", system).fact("rack_price_usd")
        usd = streams.sample(fact.path, fact.distribution)
        return Price(usd, system_factor, _base_month(fact, axis))

    def assumed(name: str, yearly_factor: Array) -> Price:
        usd: Array = getattr(a, name)
        return Price(usd, yearly_factor, _base_month(record.fact(name), axis))

    return Prices(
        rack=tuple(rack(g) for g in blocks.systems),
        shell_usd_per_gw=assumed("shell_usd_per_gw", site_factor),
        power_cooling_usd_per_gw=assumed("power_cooling_usd_per_gw", site_factor),
        soft_usd_per_gw=assumed("soft_usd_per_gw", site_factor),
        facility_opex_usd_per_gw_year=assumed(
            "facility_opex_usd_per_gw_year", a.inflation_yearly_factor
        ),
        it_opex_usd_per_gw_year=assumed("it_opex_usd_per_gw_year", a.inflation_yearly_factor),
        revenue_usd_per_gw_year=assumed("revenue_usd_per_gw_year", a.revenue_yearly_factor),
    )


def _base_month(fact: Fact, axis: MonthAxis) -> float:
    """Month at which the fact's dollars are nominal; the first year where it names none."""
    return price_year_position(fact.price_year or axis.start.year, axis)


def _check(a: MoneyAssumptions) -> None:
    """A programme may replace assumptions: refuse what the formulas can't take."""
    for name, (low, high) in BOUNDS.items():
        values: Array = getattr(a, name)
        if np.any(values < low) or np.any(values > high):
            wrong = values[(values < low) | (values > high)][0]
            raise InputError(
                f"assumptions/money/{name} = {wrong:g}: must be between {low:g} and {high:g}"
            )
