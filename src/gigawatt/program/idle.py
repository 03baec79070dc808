"""Contracts that a programme names and that can pay nothing: what they rest on is not there."""

from __future__ import annotations

from collections.abc import Iterator

from gigawatt.program.cover import covering, covers
from gigawatt.program.instruments import KINDS
from gigawatt.program.model import Instrument, Program

ON_LEASE = ("term_loan_sculpted", "lease_guarantee_with_escrow")
EQUITY = ("equity_tranche_milestone", "equity_plain")


def idle(program: Program) -> Iterator[str]:
    """One sentence a contract that has nothing to work on."""
    for i in program.instruments:
        text = _why(program, i)
        if text:
            yield f"instrument {i.id} ({i.kind}): {text}: nothing is paid under it"


def _why(program: Program, i: Instrument) -> str:
    """What a contract lacks, "" for nothing."""
    others = program.instruments
    roles = KINDS[i.kind].site_roles
    if roles and not any(covers(i, site) for site in program.sites):
        return f"{_misplaced(program, i)}, so that it covers no block"
    if i.kind == "revenue_share":
        operator = i.parties.get("operator")
        earns = any(operator in (site.cloud, site.tenant) for site in program.sites)
        return "" if earns else f"{operator} is cloud or tenant of no site and sells no capacity"
    if i.kind in ON_LEASE:
        leased = any(covers(i, site) and covering(program, site, phase, "colocation_lease")
                     for site in program.sites for phase in site.phases)  # fmt: skip
        return "" if leased else "no colocation_lease covers its sites, and it rests on the rent"
    if i.kind == "customer_prepayment":
        customer = i.parties.get("customer")
        paid = any(o.kind in EQUITY and o.parties.get("issuer") == customer for o in others)
        return "" if paid else f"no equity is paid to {customer}, of which it passes a share on"
    if i.kind == "warrant_milestone":
        issuer = i.parties.get("issuer")
        sells = any(o.kind == "equipment_purchase" and o.parties.get("vendor") == issuer
                    for o in others)  # fmt: skip
        return (
            "" if sells else f"no equipment_purchase is with {issuer}, whose deliveries it counts"
        )
    return ""


def _misplaced(program: Program, i: Instrument) -> str:
    """Which party of a contract has no such part at the sites that it lists."""
    roles = KINDS[i.kind].site_roles
    sites = [s for s in program.sites if not i.sites or s.id in i.sites]
    for role, of_site in roles.items():
        if all(i.parties.get(role) != getattr(site, of_site) for site in sites):
            return f"its {role}, {i.parties.get(role)}, is the {of_site} of none of its sites"
    return f"its parties are never together {' and '.join(roles.values())} of one site"
