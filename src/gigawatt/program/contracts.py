"""Checks of the instruments: roles, terms, dates, and that no block is covered twice."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

from gigawatt.errors import Problem, nearest
from gigawatt.program.cover import SITE_KINDS, covers, mismatch
from gigawatt.program.instruments import KINDS, Kind
from gigawatt.program.model import Instrument, Phase, Site
from gigawatt.program.parts import Parts, named_entries
from gigawatt.program.quantities import support
from gigawatt.program.read import KeyPath, RawProgram
from gigawatt.program.rules import Rule
from gigawatt.program.terms import read_terms


def shape_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Each instrument has the roles, terms and dates of its kind."""
    for path, entry in named_entries(raw, "instrument"):
        name = entry.get("kind")
        if isinstance(name, str) and name in KINDS:  # another kind is told by the schema
            kind = KINDS[name]
            yield from _names(path, entry, raw, table="parties", required=kind.roles)
            yield from _names(
                path, entry, raw,
                table="dates", required=kind.required_dates, optional=kind.optional_dates,
            )  # fmt: skip
            yield from _terms(path, entry, kind, raw)


def _names(
    path: KeyPath,
    entry: Mapping[str, object],
    raw: RawProgram,
    *,
    table: str,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
) -> Iterator[Problem]:
    """Keys of `table` ("parties" or "dates") against those that the kind has."""
    written = entry.get(table, {})
    if not isinstance(written, Mapping):
        return  # told by the schema
    what = "role" if table == "parties" else "date"
    allowed = (*required, *optional)
    for key, value in written.items():
        if key not in allowed:
            known = f"it has {', '.join(allowed)}" if allowed else "it has none"
            text = f"is not a {what} of {entry['kind']}; {known}"
            yield raw.problem((*path, table, key), value, text, nearest(key, allowed))
    for key in required:
        if key not in written:
            text = f"is missing: {entry['kind']} needs this {what}"
            yield raw.problem((*path, table, key), None, text)


def _terms(
    path: KeyPath, entry: Mapping[str, object], kind: Kind, raw: RawProgram
) -> Iterator[Problem]:
    written = entry.get("terms", {})
    if not isinstance(written, Mapping):
        return  # told by the schema
    terms, wrong = read_terms(kind, written)
    for term in wrong:
        where = (*path, "terms", term.name)
        yield raw.problem(where, written.get(term.name), term.expected, term.hint)
    at_signing = terms.get("tranches_at_signing")
    dates = entry.get("dates", {})
    undated = isinstance(dates, Mapping) and "signing" not in dates
    if undated and at_signing and support(at_signing)[1] > 0:
        text = "is missing: it is needed where tranches_at_signing is above 0"
        yield raw.problem((*path, "dates", "signing"), None, text)


def parties_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """A contract that lists a site is between the parties of that site."""
    sites = {s.id: s for s in parts.sites}
    for instrument in parts.instruments:
        kind = KINDS[instrument.kind]
        path = ("instrument", instrument.id)
        if instrument.sites and not kind.site_roles:
            text = f"{instrument.kind} does not belong to sites; leave it out"
            yield raw.problem((*path, "sites"), list(instrument.sites), text)
            continue
        for site_id in instrument.sites:
            role = mismatch(instrument, sites[site_id]) if site_id in sites else ""
            if role in instrument.parties:
                of_site = kind.site_roles[role]
                right = getattr(sites[site_id], of_site)
                text = f"the {of_site} of {site_id}, which it lists, is {right!r}"
                yield raw.problem((*path, "parties", role), instrument.parties[role], text)


def cover_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """No block stands under two contracts of one kind."""
    for site in parts.sites:
        for kind in SITE_KINDS:
            found = [i for i in parts.instruments if i.kind == kind and covers(i, site)]
            if kind == "compute_offtake":
                yield from _contracts_of_phases(site, found, parts, raw)
                open_phases = [p for p in site.phases if not p.contract]
            else:
                open_phases = list(site.phases)
            if len(found) > 1 and open_phases:
                text = (f"site {site.id} is already under {found[0].id!r}; only one {kind} can "
                        "cover a block: list the `sites` of each")  # fmt: skip
                yield raw.problem(("instrument", found[1].id), None, text)


def _contracts_of_phases(
    site: Site, found: list[Instrument], parts: Parts, raw: RawProgram
) -> Iterator[Problem]:
    """A phase's own contract is an offtake that covers its site."""
    fitting = [i.id for i in found]
    known = {i.id for i in parts.instruments}
    for phase in site.phases:
        if phase.contract in known and phase.contract not in fitting:
            yield _wrong_contract(site, phase, fitting, raw)


def _wrong_contract(site: Site, phase: Phase, fitting: list[str], raw: RawProgram) -> Problem:
    path = ("site", site.id, "phase", phase.id, "contract")
    which = ", ".join(fitting) or "none"
    text = f"must be a compute_offtake between {site.cloud} and {site.tenant}; there is: {which}"
    return raw.problem(path, phase.contract, text, nearest(phase.contract, fitting))


def group_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """No block is financed twice: of kinds with one purpose, one contract covers it."""
    groups = dict.fromkeys(k.group for k in KINDS.values() if k.group)
    for site in parts.sites:
        for group in groups:
            found = [i for i in parts.instruments if KINDS[i.kind].group == group
                     and covers(i, site)]  # fmt: skip
            if len(found) > 1 and found[0].kind != found[1].kind:
                text = (f"site {site.id} already has its {group} from {found[0].id!r} "
                        f"({found[0].kind}); list the `sites` of each")  # fmt: skip
                yield raw.problem(("instrument", found[1].id), None, text)


def date_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Dates of a contract are in order."""
    for instrument in parts.instruments:
        names = [n for n in KINDS[instrument.kind].date_order if n in instrument.dates]
        for first, second in itertools.pairwise(names):
            if instrument.dates[second] < instrument.dates[first]:
                path = ("instrument", instrument.id, "dates", second)
                text = f"must not be before {first}, {instrument.dates[first]}"
                yield raw.problem(path, instrument.dates[second], text)


def sum_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """An operator gives away no more than all of its revenue, a bond is repaid within its term."""
    given: dict[str, float] = defaultdict(float)
    for instrument in parts.instruments:
        if instrument.kind == "revenue_share" and "share" in instrument.terms:
            operator = instrument.parties.get("operator", "")
            given[operator] += support(instrument.terms["share"])[1]
            if given[operator] > 1.0 + 1e-9:
                path = ("instrument", instrument.id, "terms", "share")
                text = f"{operator} gives away {given[operator]:.3g} of its revenue in all"
                yield raw.problem(path, instrument.terms["share"].central, f"{text}; at most 1")
        if instrument.kind == "bond_amortizing" and "term_years" in instrument.terms:
            free = instrument.terms.get("interest_only_years")
            if free and support(free)[1] >= support(instrument.terms["term_years"])[0]:
                path = ("instrument", instrument.id, "terms", "interest_only_years")
                yield raw.problem(path, free.central, "must be shorter than term_years")


AT_MOST = {  # kind → (term, the term that it may not pass)
    "dsra_and_waterfall": ("default_dscr", "lockup_dscr"),
    "equity_tranche_milestone": ("tranche_usd", "commitment_usd"),
    "warrant_milestone": ("first_hurdle_usd", "last_hurdle_usd"),
    "lease_guarantee_with_escrow": ("escrow_usd", "cap_usd"),
}


def order_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Terms that belong together are in order: levels of cover, hurdles, parts of one price."""
    for instrument in parts.instruments:
        terms, path = instrument.terms, ("instrument", instrument.id, "terms")
        low, high = AT_MOST.get(instrument.kind, ("", ""))
        if low in terms and high in terms:
            most = support(terms[high])[0]
            if support(terms[low])[1] > most:
                text = f"must not be above {high}, {most:g}"
                yield raw.problem((*path, low), terms[low].central, text)
        if "acceptance_share" in terms and "deposit_share" in terms:
            total = support(terms["acceptance_share"])[1] + support(terms["deposit_share"])[1]
            if total > 1.0 + 1e-9:
                text = f"with deposit_share {total:.3g} of the price is paid; at most 1"
                yield raw.problem(
                    (*path, "acceptance_share"), terms["acceptance_share"].central, text
                )
        if "round_usd" in terms and "amount_usd" in terms:
            whole, own = support(terms["round_usd"])[0], support(terms["amount_usd"])[1]
            if 0.0 < whole < own:
                text = f"the whole round must not be less than amount_usd, {own:g}; 0 = it alone"
                yield raw.problem((*path, "round_usd"), terms["round_usd"].central, text)


def own_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Nobody pays itself under a contract of two, but where the parties are those of the site.

    A cloud may own its halls.
    """
    for instrument in parts.instruments:
        kind = KINDS[instrument.kind]
        if len(kind.roles) != 2 or len(kind.site_roles) == 2:
            continue
        first, second = (instrument.parties.get(role) for role in kind.roles)
        if first is not None and first == second:
            path = ("instrument", instrument.id, "parties", kind.roles[1])
            yield raw.problem(path, second, f"is its {kind.roles[0]} too; nobody pays itself")


def late_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """A contract does not end before the calendar starts."""
    for instrument in parts.instruments:
        for name in ("expiry", "available_until"):
            date = instrument.dates.get(name)
            if date is not None and parts.start is not None and date < parts.start:
                path = ("instrument", instrument.id, "dates", name)
                yield raw.problem(path, date, f"is before the calendar starts, {parts.start}")


def one_each_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """A party has one order of its cash and one tax account."""
    for kind, role in (("dsra_and_waterfall", "company"), ("tax_and_depreciation", "taxpayer")):
        seen: dict[str, str] = {}
        for instrument in parts.instruments:
            if instrument.kind == kind and role in instrument.parties:
                party = instrument.parties[role]
                if party in seen:
                    text = f"{party} already has one, {seen[party]!r}"
                    yield raw.problem(("instrument", instrument.id, "parties", role), party, text)
                seen[party] = instrument.id


def prepayment_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """A customer passes on no more than the equity that it received."""
    shares: dict[str, list[float]] = defaultdict(list)
    for instrument in parts.instruments:
        if instrument.kind == "customer_prepayment" and "share_of_equity" in instrument.terms:
            customer = instrument.parties.get("customer", "")
            shares[customer].append(instrument.terms["share_of_equity"].central)
            total = math.fsum(shares[customer])
            if total > 1.0 + 1e-9:
                path = ("instrument", instrument.id, "terms", "share_of_equity")
                text = f"{customer} passes on {total:.3g} of its equity in all; at most 1 is there"
                yield raw.problem(path, shares[customer][-1], text)


CONTRACT_RULES: tuple[Rule, ...] = (
    shape_rule,
    parties_rule,
    cover_rule,
    group_rule,
    date_rule,
    sum_rule,
    order_rule,
    own_rule,
    late_rule,
    one_each_rule,
    prepayment_rule,
)
