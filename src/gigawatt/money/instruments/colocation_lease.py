"""Rent for halls and power capacity, per kW of IT in service and month.

    rent(m) = IT kW x rent of the first year x (1 + escalator)^(whole years since in service)

from in service of each block for the term, days counted as shares of their month. Prices are those
of the contract, nominal. A tenant that leaves early (`residual_value_guarantee`) pays until then. A
tenant in default pays nothing; the hall is let again, to whoever goes on with the systems in it in
the tenant's place (its estate or a successor, in the books under its name)::

    relet rent(m) = relet share x rent(m)    from the void months after the default (else service)
                                             on, for what was left of the term

Leaves out: rent for reserved but empty halls, power passed through (the cloud pays utilities
itself, see `running`).
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.accounts import Leg
from gigawatt.money.flows import Line, monthly_steps
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.instruments.residual_value_guarantee import stay_years
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.money.result import Entry
from gigawatt.program.cover import covering, covers
from gigawatt.program.kind import Kind, Term
from gigawatt.program.model import Instrument, Program
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import KW_PER_MW, MONTHS_PER_YEAR
from gigawatt.schedule.result import ScheduleResult

KIND = "colocation_lease"
ORDER = 11
RENT, RELET = "rent", "relet_rent"


def without_lease(program: Program, instrument: Instrument) -> str:
    """What a contract that rests on the rent lacks: a lease at one of its sites."""
    leased = any(covers(instrument, site) and covering(program, site, phase, KIND)
                 for site in program.sites for phase in site.phases)  # fmt: skip
    return "" if leased else f"no {KIND} covers its sites, and it rests on the rent"


SPEC = Kind(
    "Rent for halls and power capacity, per kW of IT in service and month.",
    ("landlord", "tenant"),
    {
        "rent_usd_per_kw_month": Term("usd_per_kw_month", "rent in the first year"),
        "escalator_share": Term("share", "growth of the rent per year", 0.02),
        "term_years": Term("years", "length of the lease", 15.0, positive=True),
        "relet_share": Term(
            "factor",
            "after the tenant's default: rent of the new lease over the old; 0 = stays empty",
            assumed="hall_relet_share",
        ),
        "relet_months": Term(
            "months", "from the default until the new lease", assumed="relet_void_months"
        ),
    },
    site_roles={"landlord": "landlord", "tenant": "cloud"},
)
LEGS = (Leg(RENT, "tenant", "landlord", owed=True), Leg(RELET, "tenant", "landlord"))


def operate(op: Operation) -> list[Entry]:
    """Rents of all leases."""
    inputs = op.inputs
    lines, line = inputs.lines(KIND, "tenant", "landlord", "rent")
    if not lines:
        return []
    rent = inputs.blocks.it_power_mw * KW_PER_MW * inputs.term(KIND, "rent_usd_per_kw_month")
    changes, times = escalating(
        rent,
        inputs.term(KIND, "escalator_share"),
        op.schedule.in_service,
        np.minimum(inputs.term(KIND, "term_years"), stay_years(inputs)),
        op.months,
    )
    rents = entries_of(lines, monthly_steps(changes, times, line, len(lines), op.months))
    if not any(x.payer in inputs.defaults for x in lines):
        return rents
    # A step of the rent before the new lease begins counts from its beginning on.
    times = np.maximum(times, relet_month(inputs, op.schedule)[:, None])
    changes = changes * inputs.term(KIND, "relet_share")[:, None]
    relet = [Line(x.payer, x.payee, x.instrument, RELET) for x in lines]
    paid = entries_of(relet, monthly_steps(changes, times, line, len(lines), op.months))
    return [*rents, *(e for e in paid if e.payer in inputs.defaults)]


def relet_month(inputs: MoneyInputs, schedule: ScheduleResult) -> Array:
    """Month at which the hall of a tenant in default is let again, (D, B); inf = never."""
    failed = np.maximum(inputs.default_of_block(inputs.cloud), schedule.in_service)
    return np.asarray(failed + inputs.term(KIND, "relet_months"))


def escalating(
    rate: Array, escalator: Array, start: Array, term_years: Array, months: int
) -> tuple[Array, Array]:
    """Steps of a monthly rate that rises once a year for a term, and their dates.

    Parameters
    ----------
    rate : (D, B) per month in the first year.
    escalator : (D, B) growth per year.
    start : (D, B) first day, months.
    term_years : (D, B).
    months : horizon; steps that can only fall after it are left out.

    Returns
    -------
    changes, times : (D, E, B); the last step ends the rate.
    """
    term = term_years * MONTHS_PER_YEAR
    began = np.maximum(-start[np.isfinite(start)], 0.0).max(initial=0.0)
    years = int(min(np.ceil(term_years.max()), (months + began) // MONTHS_PER_YEAR + 1))
    changes, times = [rate], [start]
    for year in range(1, years):
        within = MONTHS_PER_YEAR * year < term
        changes.append(np.where(within, rate * escalator * (1.0 + escalator) ** (year - 1), 0.0))
        times.append(start + MONTHS_PER_YEAR * year)
    changes.append(-np.sum(changes, axis=0))
    times.append(start + term)
    return np.stack(changes, axis=1), np.stack(times, axis=1)


def example() -> Figures:
    """Figures of the worked example."""
    kw = 100_000.0
    steps = escalating(row(kw * 165.0), row(0.025), row(3.5), row(15.0), 40)
    rent = monthly_steps(*steps, np.zeros(1, np.int64), 1, 40)[0, 0]
    return [
        ("month 3, half of it", millions(rent[3])),
        ("month 4", millions(rent[4])),
        ("month 16, second year", millions(rent[16])),
    ]


PAGE = Page(
    "whole years since service",
    "in service",
    "100 MW of IT at 165 USD per kW and month, rising 2.5 % a year, in service in the "
    "middle of month 3",
    example,
)
