"""The form in which an instrument's own file declares what a programme may write of it.

A declaration is plain data: who takes part, which numbers and dates the contract has, and what must
hold between them. `instruments` finds all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gigawatt.program.model import Instrument, Program


@dataclass(frozen=True, slots=True)
class Term:
    """One number of an instrument.

    Attributes
    ----------
    unit : canonical unit.
    help : what it is.
    default : value when it is not given; None = required.
    positive : whether zero makes no sense.
    whole : whether it counts something: a plain number must be whole.
    assumed : assumption of the money layer (`assumptions/money/<name>`) that holds where it is not
        given; it is not required then.
    """

    unit: str
    help: str
    default: float | None = None
    positive: bool = False
    whole: bool = False
    assumed: str = ""

    @property
    def required(self) -> bool:
        """Whether a programme must give it."""
        return self.default is None and not self.assumed


@dataclass(frozen=True, slots=True)
class Total:
    """Shares of one thing that a party gives away under all its contracts of a kind: at most 1.

    Attributes
    ----------
    term, role : the share, and whose it is.
    text : what is told when they are more; ``{party}`` and ``{total}`` are filled in.
    """

    term: str
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of instrument.

    Attributes
    ----------
    help : what it is.
    roles : who takes part.
    terms : numbers of the contract by name.
    optional_dates, required_dates : dates of the contract by name.
    site_roles : role → the party of a site ("landlord", "cloud", "tenant") that must play it; such
        a contract covers whole blocks, and a block may have only one of its kind.
    by_phase : whether a phase may name the one that covers it.
    expected : whether a site without one deserves a warning.
    group : kinds that finance the same thing; a block may have only one of a group.
    date_order : names of dates, earlier before later.
    ends : dates that may not lie before the calendar.
    dated : pairs (term, date): where the term is above 0, the date is needed.
    at_most : pairs of terms, the first not above the second.
    below : pairs of terms, the first below the second.
    parts : terms that are shares of one price: their sum is at most 1.
    whole_of : pairs (whole, part): the whole is 0 (not told) or not less than the part.
    totals : shares that a party gives away under several contracts.
    one_each : role; a party has only one such contract in it.
    equity : term that says how much equity is put in, "" for none.
    idle : what such a contract of a programme lacks to pay anything, "" for nothing.
    """

    help: str
    roles: tuple[str, ...]
    terms: dict[str, Term]
    optional_dates: tuple[str, ...] = ()
    required_dates: tuple[str, ...] = ()
    site_roles: dict[str, str] = field(default_factory=dict)
    by_phase: bool = False
    expected: bool = True
    group: str = ""
    date_order: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    dated: tuple[tuple[str, str], ...] = ()
    at_most: tuple[tuple[str, str], ...] = ()
    below: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    whole_of: tuple[tuple[str, str], ...] = ()
    totals: tuple[Total, ...] = ()
    one_each: str = ""
    equity: str = ""
    idle: Callable[[Program, Instrument], str] | None = None

    def mistakes(self) -> list[str]:
        """What does not fit together in the declaration itself: names that it does not have."""
        terms = [name for pair in (*self.at_most, *self.below, *self.whole_of) for name in pair]
        terms += [*self.parts, *(t.term for t in self.totals), *(term for term, _ in self.dated)]
        roles = [*self.site_roles, *(t.role for t in self.totals), self.one_each]
        dates = [*self.date_order, *self.ends, *(date for _, date in self.dated)]
        known_dates = (*self.optional_dates, *self.required_dates)
        return [
            *(f"no term {n!r}" for n in (*terms, self.equity) if n and n not in self.terms),
            *(f"no role {n!r}" for n in roles if n and n not in self.roles),
            *(f"no date {n!r}" for n in dates if n not in known_dates),
        ]


PRICE_OF_SHARES = {
    "pre_money_usd": Term("usd", "value of the issuer before it; 0 = not told, no shares", 0.0),
    "valuation_yearly_factor": Term("factor", "that value a year later over now", 1.0, True),
}

BASE_RATE = {
    "base_rate_weight": Term(
        "share", "1 = rates are spreads over the base rate at signing, 0 = whole rates", 0.0
    )
}

FLOATING = {
    "floating_share": Term(
        "share", "part that is not hedged: its interest follows the base rate from service on", 0.0
    ),
    "reset_months": Term(
        "months", "months between resets of that part's rate", 3.0, positive=True, whole=True
    ),
}

REFINANCED = {
    "refinance_rate_share": Term(
        "share", "rate (or spread) from the date of refinancing on; 0 = the loan's own", 0.0
    ),
    "refinance_term_years": Term("years", "years of repayment from that date on", 15.0, True),
    "refinance_fee_share": Term("share", "fee on what is refinanced", 0.0),
}
