"""Checks of the instruments: roles, terms, dates, and that no block is covered twice."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

from gigawatt.errors import Problem, nearest
from gigawatt.program.cover import covers, mismatch
from gigawatt.program.instruments import KINDS, site_kinds
from gigawatt.program.kind import Kind
from gigawatt.program.model import Instrument, Phase, Site
from gigawatt.program.parts import Parts, named_entries
from gigawatt.program.quantities import support
from gigawatt.program.read import KeyPath, RawProgram
from gigawatt.program.rules import Rule
from gigawatt.program.terms import read_terms

ROUNDING = 1e-9  # of sums of shares


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
    dates = entry.get("dates", {})
    for name, date in kind.dated:
        undated = isinstance(dates, Mapping) and date not in dates
        if undated and name in terms and support(terms[name])[1] > 0:
            text = f"is missing: it is needed where {name} is above 0"
            yield raw.problem((*path, "dates", date), None, text)


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
        for kind in site_kinds():
            found = [i for i in parts.instruments if i.kind == kind and covers(i, site)]
            if KINDS[kind].by_phase:
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


def total_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """A party gives away no more than all of a thing under its contracts of a kind."""
    given: dict[tuple[str, str, str], float] = defaultdict(float)
    for instrument in parts.instruments:
        for total in KINDS[instrument.kind].totals:
            if total.term in instrument.terms:
                party = instrument.parties.get(total.role, "")
                key = (instrument.kind, total.term, party)
                given[key] += support(instrument.terms[total.term])[1]
                if given[key] > 1.0 + ROUNDING:
                    path = ("instrument", instrument.id, "terms", total.term)
                    text = total.text.format(party=party, total=given[key])
                    yield raw.problem(path, instrument.terms[total.term].central, text)


def order_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """Terms that belong together are in order: levels of cover, hurdles, parts of one price."""
    for instrument in parts.instruments:
        for name, text in _out_of_order(instrument, KINDS[instrument.kind]):
            path = ("instrument", instrument.id, "terms", name)
            yield raw.problem(path, instrument.terms[name].central, text)


def _out_of_order(instrument: Instrument, kind: Kind) -> Iterator[tuple[str, str]]:
    """Terms that are too high or too low beside others, and what would be right."""
    least = {name: support(term)[0] for name, term in instrument.terms.items()}
    most = {name: support(term)[1] for name, term in instrument.terms.items()}
    for low, high in kind.at_most:
        if low in most and high in least and most[low] > least[high]:
            yield low, f"must not be above {high}, {least[high]:g}"
    for low, high in kind.below:
        if low in most and high in least and most[low] >= least[high]:
            yield low, f"must be shorter than {high}"
    if kind.parts and all(name in most for name in kind.parts):
        *others, last = kind.parts
        total = math.fsum(most[name] for name in kind.parts)
        if total > 1.0 + ROUNDING:
            yield last, f"with {' and '.join(others)} {total:.3g} of the price is paid; at most 1"
    for whole, part in kind.whole_of:
        if whole in least and part in most and 0.0 < least[whole] < most[part]:
            text = f"must not be less than {part}, {most[part]:g}; 0 = it alone"
            yield whole, f"the whole {whole.split('_')[0]} {text}"


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
        for name in KINDS[instrument.kind].ends:
            date = instrument.dates.get(name)
            if date is not None and parts.start is not None and date < parts.start:
                path = ("instrument", instrument.id, "dates", name)
                yield raw.problem(path, date, f"is before the calendar starts, {parts.start}")


def one_each_rule(parts: Parts, raw: RawProgram) -> Iterator[Problem]:
    """A party has one contract of the kinds that say so: one order of its cash, one tax account."""
    seen: dict[tuple[str, str], str] = {}
    for instrument in parts.instruments:
        role = KINDS[instrument.kind].one_each
        if role in instrument.parties:
            party = instrument.parties[role]
            earlier = seen.setdefault((instrument.kind, party), instrument.id)
            if earlier != instrument.id:
                text = f"{party} already has one, {earlier!r}"
                yield raw.problem(("instrument", instrument.id, "parties", role), party, text)


CONTRACT_RULES: tuple[Rule, ...] = (
    shape_rule,
    parties_rule,
    cover_rule,
    group_rule,
    date_rule,
    total_rule,
    order_rule,
    own_rule,
    late_rule,
    one_each_rule,
)
