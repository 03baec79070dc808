"""Which instruments a programme may name: their roles and terms.

This is the border table: the file's checks and its JSON Schema come from here, the arithmetic lives
in `money/instruments/<kind>.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Term:
    """One number or date of an instrument.

    Attributes
    ----------
    unit : canonical unit, or "date".
    help : what it is.
    default : value when it is not given; None = required.
    positive : whether zero makes no sense.
    """

    unit: str
    help: str
    default: float | None = None
    positive: bool = False


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
    """

    help: str
    roles: tuple[str, ...]
    terms: dict[str, Term]
    optional_dates: tuple[str, ...] = ()
    required_dates: tuple[str, ...] = ()
    site_roles: dict[str, str] = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "equity_tranche_milestone": Kind(
        "Equity released in equal tranches as gigawatts come into service.",
        ("investor", "issuer"),
        {
            "commitment_usd": Term("usd", "most that is invested in all"),
            "tranche_usd": Term("usd", "one tranche", positive=True),
            "gw_per_tranche": Term(
                "factor", "facility GW in service per tranche", 1.0, positive=True
            ),
            "tranches_at_signing": Term("factor", "tranches paid at signing", 0.0),
        },
        ("signing",),
    ),
    "equity_plain": Kind(
        "Equity paid on a date, without milestones.",
        ("investor", "issuer"),
        {"amount_usd": Term("usd", "amount paid")},
        required_dates=("date",),
    ),
    "equipment_purchase": Kind(
        "Systems bought at the rack price: a deposit at order, the rest at delivery.",
        ("buyer", "vendor"),
        {
            "deposit_share": Term("share", "share of the price paid at order", 0.1),
            "order_lead_months": Term("months", "months from order to delivery", 9.0),
        },
        site_roles={"buyer": "cloud"},
    ),
    "colocation_lease": Kind(
        "Rent for halls and power capacity, per kW of IT in service and month.",
        ("landlord", "tenant"),
        {
            "rent_usd_per_kw_month": Term("usd_per_kw_month", "rent in the first year"),
            "escalator_share": Term("share", "growth of the rent per year", 0.02),
            "term_years": Term("years", "length of the lease", 15.0, positive=True),
        },
        site_roles={"landlord": "landlord", "tenant": "cloud"},
    ),
    "compute_offtake": Kind(
        "Take-or-pay purchase of compute capacity, per facility GW in service and year.",
        ("provider", "customer"),
        {
            "price_usd_per_gw_year": Term("usd_per_gw_year", "price of one facility GW for a year"),
            "take_or_pay_share": Term("share", "least share that is paid if not used", 1.0),
            "term_years": Term("years", "length of the contract per block", 5.0, positive=True),
        },
        site_roles={"provider": "cloud", "customer": "tenant"},
    ),
    "site_debt": Kind(
        "Loan on the halls: drawn with the capex, repaid in level payments from service on.",
        ("lender", "borrower"),
        {
            "gearing_share": Term("share", "share of the site capex that is lent"),
            "rate_share": Term("share", "interest per year"),
            "term_years": Term("years", "years of repayment", positive=True),
        },
        site_roles={"borrower": "landlord"},
    ),
    "customer_prepayment": Kind(
        "The lab passes equity that it received on to a provider, against later deliveries.",
        ("customer", "provider"),
        {
            "share_of_equity": Term("share", "share of the equity received that is passed on"),
            "recognition_years": Term(
                "years", "years over which it is set off against bills", 5.0, positive=True
            ),
        },
    ),
    "bridge": Kind(
        "Unnamed funding that covers what no named instrument does; reported as funding gap.",
        ("provider",),
        {
            "limit_usd": Term(
                "usd",
                "orders of systems wait while what is outstanding and committed would pass it; "
                "site spending never waits",
                float("inf"),
            ),
        },
    ),
}  # fmt: skip
