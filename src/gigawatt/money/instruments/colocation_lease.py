"""Rent for halls and power capacity, per kW of IT in service and month.

    rent(m) = IT kW x rent of the first year x (1 + escalator)^(whole years since in service)

from in service of each block for the term, days counted as shares of their month. Prices are those
of the contract, nominal. A tenant that leaves early (`residual_value_guarantee`) pays until then.
Leaves out: rent for reserved but empty halls, power passed through (the cloud pays utilities
itself, see `running`).
"""

from __future__ import annotations

import numpy as np

from gigawatt.money.flows import monthly_steps
from gigawatt.money.instruments.residual_value_guarantee import stay_years
from gigawatt.money.operation import Operation, entries_of
from gigawatt.money.result import Entry
from gigawatt.quantity.arrays import Array
from gigawatt.quantity.units import KW_PER_MW, MONTHS_PER_YEAR

KIND = "colocation_lease"
ORDER = 11


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
    return entries_of(lines, monthly_steps(changes, times, line, len(lines), op.months))


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
