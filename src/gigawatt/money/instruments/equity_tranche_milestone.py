"""Equity released in equal tranches as gigawatts come into service.

    N(m)       = tranches at signing (from the month of signing)
                 + floor(GW in service at the end of month m - 1 / GW per tranche)
    released(m) = min(commitment, N(m) x tranche), cumulative to the end of month m

so a milestone is paid the month after it is reached; nothing is paid once either party is in
default. The gigawatts are the facility power of all blocks of the programme. What was released
before the calendar starts counts against the commitment but is not booked. Leaves out: the price
of the shares, conditions other than gigawatts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.money.accounts import HELD, PAID_IN, Leg
from gigawatt.money.flows import Line, Plan, monthly_lumps
from gigawatt.money.inputs import MoneyInputs
from gigawatt.money.page import Figures, Page, millions, row
from gigawatt.program.kind import PRICE_OF_SHARES, Kind, Term
from gigawatt.quantity.arrays import NEVER, Array, BoolArray
from gigawatt.schedule.result import ScheduleResult

KIND = "equity_tranche_milestone"
ORDER = 24
LEG = "tranche"
ROUNDING = 1e-9  # GW: sums of blocks that make a whole number of tranches may fall short by this
SPEC = Kind(
    "Equity released in equal tranches as gigawatts come into service.",
    ("investor", "issuer"),
    {
        "commitment_usd": Term("usd", "most that is invested in all"),
        "tranche_usd": Term("usd", "one tranche", positive=True),
        "gw_per_tranche": Term("factor", "facility GW in service per tranche", 1.0, positive=True),
        "tranches_at_signing": Term("factor", "tranches paid at signing", 0.0, whole=True),
        **PRICE_OF_SHARES,
    },
    ("signing",),
    at_most=(("tranche_usd", "commitment_usd"),),
    dated=(("tranches_at_signing", "signing"),),
    equity="commitment_usd",
)
LEGS = (Leg(LEG, "investor", "issuer", HELD, PAID_IN),)


@dataclass(frozen=True, slots=True)
class Tranches:
    """Milestone equity of one contract; D draws, B blocks.

    Attributes
    ----------
    lines : its one line.
    commitment_usd, tranche_usd, gw_per_tranche, tranches_at_signing : (D,) terms.
    signing : month, inf where nothing is paid at signing.
    gw, in_service : (D, B) facility GW of the blocks and their dates.
    ends : (D,) whole month from which on nothing is paid; inf = none.
    """

    lines: tuple[Line, ...]
    commitment_usd: Array
    tranche_usd: Array
    gw_per_tranche: Array
    tranches_at_signing: Array
    signing: float
    gw: Array
    in_service: Array
    ends: Array | float = NEVER

    def before(self, month: int) -> Array:
        """Paid from the start to the beginning of `month`, (D, 1)."""
        if month <= 0:
            return np.zeros((self.gw.shape[0], 1))
        until = np.reshape(np.clip(self.ends, 0.0, float(month)), (-1, 1))
        reached = np.sum(np.where(self.in_service < until - 1.0, self.gw, 0.0), axis=1)
        released = self._released(reached[:, None], self.signing < until)
        return np.maximum(released - self._before_start(), 0.0)

    def monthly(self, months: int) -> Array:
        """Paid in each month, (D, 1, M)."""
        one = np.zeros(self.gw.shape[1], dtype=np.int64)
        added = monthly_lumps(self.gw, self.in_service, one, 1, months)[:, 0]
        old = self._gw_before_start()
        reached = old + np.concatenate([np.zeros_like(old), np.cumsum(added, axis=1)[:, :-1]], 1)
        released = self._released(reached, self.signing < np.arange(1, months + 1))
        paid = np.diff(released, axis=1, prepend=self._before_start())
        open_ = np.arange(months) < np.reshape(self.ends, (-1, 1))
        return np.asarray(np.maximum(paid, 0.0) * open_)[:, None, :]

    def _before_start(self) -> Array:
        return self._released(self._gw_before_start(), self.signing < 0.0)

    def _gw_before_start(self) -> Array:
        out: Array = np.sum(np.where(self.in_service < 0.0, self.gw, 0.0), axis=1, keepdims=True)
        return out

    def _released(self, reached_gw: Array, signed: BoolArray | bool) -> Array:
        """Cumulative release at `reached_gw` (D, k) where `signed` (k,) or not."""
        milestones = np.floor((reached_gw + ROUNDING) / self.gw_per_tranche[:, None])
        count = milestones + np.where(signed, self.tranches_at_signing[:, None], 0.0)
        out: Array = np.minimum(self.commitment_usd[:, None], count * self.tranche_usd[:, None])
        return out


def plans(inputs: MoneyInputs, schedule: ScheduleResult, before: Sequence[Plan]) -> list[Plan]:
    """Tranches of every such contract."""
    return [
        Tranches(
            lines=(Line(c.parties["investor"], c.parties["issuer"], c.id, LEG),),
            commitment_usd=c.terms["commitment_usd"],
            tranche_usd=c.terms["tranche_usd"],
            gw_per_tranche=c.terms["gw_per_tranche"],
            tranches_at_signing=c.terms["tranches_at_signing"],
            signing=c.dates.get("signing", NEVER),
            gw=inputs.facility_gw,
            in_service=schedule.in_service,
            ends=inputs.first_default(c.parties["investor"], c.parties["issuer"]),
        )
        for c in inputs.of_kind(KIND)
    ]


def example() -> Figures:
    """Figures of the worked example."""
    t = Tranches(
        lines=(), commitment_usd=np.array([100e9]), tranche_usd=np.array([10e9]),
        gw_per_tranche=np.array([1.0]), tranches_at_signing=np.array([1.0]), signing=2.0,
        gw=row(0.6, 0.6, 1.0), in_service=row(8.5, 13.2, 20.0),
    )  # fmt: skip
    paid = t.monthly(30)[0, 0]
    return [(f"month {m}", millions(paid[m])) for m in np.flatnonzero(paid)]


PAGE = Page(
    "released so far; stake where a value is told",
    "gigawatts in service, the month before; the first also at signing",
    "100 bn in steps of 10 bn per GW, one at signing (month 2); blocks of 0.6, 0.6 and 1.0 GW "
    "in service in months 8, 13 and 20",
    example,
)
