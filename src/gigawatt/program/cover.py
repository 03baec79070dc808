"""Which contract covers which block: leases, purchases, offtakes and site debt.

A contract of such a kind covers a site when it lists the site (or lists none) and its parties play
the site's roles: the landlord of a lease is the site's landlord, its tenant the site's cloud. A
phase may name the contract of a kind that allows it (`Kind.by_phase`: the offtake under which the
lab uses it, `Phase.contract`); then no other counts.
"""

from __future__ import annotations

from gigawatt.program.instruments import KINDS
from gigawatt.program.model import Instrument, Phase, Program, Site


def covers(instrument: Instrument, site: Site) -> bool:
    """Whether `instrument` covers the blocks of `site`."""
    roles = KINDS[instrument.kind].site_roles
    listed = not instrument.sites or site.id in instrument.sites
    return bool(roles) and listed and mismatch(instrument, site) == ""


def mismatch(instrument: Instrument, site: Site) -> str:
    """First role of `instrument` that its party does not play at `site`; "" where all fit."""
    for role, of_site in KINDS[instrument.kind].site_roles.items():
        if instrument.parties.get(role) != getattr(site, of_site):
            return role
    return ""


def covering(program: Program, site: Site, phase: Phase, kind: str) -> list[Instrument]:
    """Contracts of `kind` that cover a phase's blocks: one in a sound programme, or none."""
    found = [i for i in program.instruments if i.kind == kind and covers(i, site)]
    if KINDS[kind].by_phase and phase.contract:
        return [i for i in found if i.id == phase.contract]
    return found


def is_needed(site: Site, kind: str) -> bool:
    """Whether `site` lacks something without such a contract.

    Who owns the halls and the systems in them pays himself no rent; guarantees, leases of systems
    and the like are there or not.
    """
    if not KINDS[kind].expected:
        return False
    parties = [getattr(site, of_site) for of_site in KINDS[kind].site_roles.values()]
    return len(parties) < 2 or len(set(parties)) > 1
