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
    whole : whether it counts something: a plain number must be whole.
    """

    unit: str
    help: str
    default: float | None = None
    positive: bool = False
    whole: bool = False


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
    expected : whether a site without one deserves a warning.
    group : kinds that finance the same thing; a block may have only one of a group.
    date_order : names of dates, earlier before later.
    """

    help: str
    roles: tuple[str, ...]
    terms: dict[str, Term]
    optional_dates: tuple[str, ...] = ()
    required_dates: tuple[str, ...] = ()
    site_roles: dict[str, str] = field(default_factory=dict)
    expected: bool = True
    group: str = ""
    date_order: tuple[str, ...] = ()


PRICE_OF_SHARES = {
    "pre_money_usd": Term("usd", "value of the issuer before it; 0 = not told, no shares", 0.0),
    "valuation_yearly_factor": Term("factor", "that value a year later over now", 1.0, True),
}

BASE_RATE = {
    "base_rate_weight": Term(
        "share", "1 = rates are spreads over the base rate at signing, 0 = whole rates", 0.0
    )
}

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
            "tranches_at_signing": Term("factor", "tranches paid at signing", 0.0, whole=True),
            **PRICE_OF_SHARES,
        },
        ("signing",),
    ),
    "equity_plain": Kind(
        "Equity paid on a date, without milestones.",
        ("investor", "issuer"),
        {
            "amount_usd": Term("usd", "amount paid"),
            "round_usd": Term("usd", "whole of the round, with others; 0 = this amount alone", 0.0),
            **PRICE_OF_SHARES,
        },
        required_dates=("date",),
    ),
    "equipment_purchase": Kind(
        "Systems bought at the rack price: a deposit at order, the rest at delivery.",
        ("buyer", "vendor"),
        {
            "deposit_share": Term("share", "share of the price paid at order", 0.1),
            "order_lead_months": Term("months", "months from order to delivery", 9.0),
            "acceptance_share": Term(
                "share", "share of the price paid when the racks are in service", 0.0
            ),
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
            "ramp_months": Term("months", "months over which the price rises to its full", 0.0),
            "credit_share": Term("share", "service credits over the bill", 0.0),
            "resell_share": Term(
                "share",
                "after the customer's default: price at which others take the capacity, over the "
                "contract's; 0 = it stays unsold",
                0.0,
            ),
            "resell_months": Term("months", "from the default until they do", 12.0),
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
            **BASE_RATE,
        },
        ("signing",),
        site_roles={"borrower": "landlord"},
        group="loan on the halls",
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
    "chip_lease_spv": Kind(
        "A company of its own buys the systems with a loan and rents them to the cloud.",
        ("spv", "lessee", "lender", "sponsor"),
        {
            "term_years": Term("years", "length of the lease per block", 5.0, positive=True),
            "rate_share": Term("share", "yearly rate in the rent"),
            "residual_share": Term("share", "residual value at the end, over the cost", 0.1),
            "debt_share": Term("share", "share of the cost that is lent"),
            "debt_rate_share": Term("share", "interest of the loan per year"),
            "purchase_share": Term(
                "share", "share that the lessee buys at the end at the residual value", 1.0
            ),
            "sale_value_share": Term(
                "share", "price of the rest on the market, over the cost", 0.1
            ),
            **BASE_RATE,
        },
        ("signing",),
        site_roles={"lessee": "cloud"},
        expected=False,
        group="finance of the systems",
    ),
    "residual_value_guarantee": Kind(
        "Pays the landlord what a sale brings less than a floor when the tenant leaves early.",
        ("guarantor", "beneficiary"),
        {
            "lease_years": Term("years", "years in service after which the tenant may leave",
                                positive=True),
            "leave_share": Term("share", "probability that it does"),
            "floor_share": Term("share", "guaranteed value then, over the site's cost"),
            "sale_value_share": Term("share", "what a sale brings then, over the site's cost"),
            "cap_usd": Term("usd", "most that is paid in all", float("inf")),
        },
        site_roles={"beneficiary": "landlord"},
        expected=False,
    ),
    "ppa_or_tariff": Kind(
        "Power bought by contract: price, demand charge, minimum take, connection paid upfront.",
        ("buyer", "seller"),
        {
            "price_usd_per_mwh": Term("usd_per_mwh", "price in the first year of the calendar"),
            "escalator_share": Term("share", "growth of price and charge per year", 0.0),
            "minimum_take_share": Term("share", "least energy paid, over contract MW x hours", 0.0),
            "demand_charge_usd_per_kw_month": Term(
                "usd_per_kw_month", "charge on the contract's power", 0.0
            ),
            "connection_usd_per_kw": Term(
                "usd_per_kw", "paid upfront for the connection, at clearing", 0.0
            ),
            "term_years": Term("years", "years from the first block in service", 15.0, True),
        },
        site_roles={"buyer": "cloud"},
        expected=False,
    ),
    "capacity_backstop": Kind(
        "The guarantor pays for capacity that no customer takes.",
        ("guarantor", "provider"),
        {
            "price_usd_per_gw_year": Term("usd_per_gw_year", "price of unsold capacity"),
            "cap_usd": Term("usd", "most that is paid in all", float("inf")),
        },
        ("expiry",),
        site_roles={"provider": "cloud"},
        expected=False,
    ),
    "revenue_share": Kind(
        "A declining share of what an operator's customers pay goes to a partner.",
        ("operator", "partner"),
        {
            "share": Term("share", "share in the first year"),
            "decline_share": Term("share", "by how much the share falls per year", 0.0),
            "term_years": Term("years", "length", 10.0, positive=True),
        },
        ("start",),
    ),
    "warrant_milestone": Kind(
        "The issuer's shares for a strike, as gigawatts are bought and its share price rises.",
        ("issuer", "holder"),
        {
            "tranches": Term("factor", "number of tranches", positive=True, whole=True),
            "shares_per_tranche": Term("factor", "shares", positive=True),
            "strike_usd": Term("usd", "price paid per share"),
            "gw_per_tranche": Term("factor", "facility GW delivered per tranche", positive=True),
            "price_usd": Term("usd", "share price at the start of the calendar", positive=True),
            "price_yearly_factor": Term("factor", "expected price a year later", 1.05, True),
            "volatility_share": Term("share", "volatility of the share price per year", 0.0),
            "first_hurdle_usd": Term("usd", "least share price for the first tranche", 0.0),
            "last_hurdle_usd": Term("usd", "least share price for the last tranche", 0.0),
        },
        ("expiry",),
    ),
    "term_loan_sculpted": Kind(
        "Loan on the halls whose service leaves a fixed cover of the contracted cash flow.",
        ("lender", "borrower"),
        {
            "target_dscr": Term("factor", "contracted cash flow over debt service", positive=True),
            "rate_share": Term("share", "interest per year"),
            "term_years": Term("years", "years of repayment", positive=True),
            "gearing_share": Term("share", "most that is lent, over the site's cost", 1.0),
            "fee_share": Term("share", "fee paid with each draw", 0.0),
            **BASE_RATE,
        },
        ("signing",),
        site_roles={"borrower": "landlord"},
        expected=False,
        group="loan on the halls",
    ),
    "delayed_draw_loan": Kind(
        "Loan on systems, drawn as they are delivered, with interest added until service.",
        ("lender", "borrower"),
        {
            "commitment_usd": Term("usd", "most that is lent", positive=True),
            "advance_share": Term("share", "share of the cost that is lent"),
            "rate_share": Term("share", "interest per year"),
            "term_years": Term("years", "years of repayment from service on", positive=True),
            "commitment_fee_share": Term("share", "fee per year on what is not drawn", 0.0),
            "most_loan_to_value_share": Term(
                "factor",
                "covenant: draws stop where the loan would pass this part of the resale value of "
                "all systems that it has paid for; not given = no test",
                float("inf"),
                positive=True,
            ),
            **BASE_RATE,
        },
        ("signing",),
        ("available_until",),
        site_roles={"borrower": "cloud"},
        expected=False,
        group="finance of the systems",
        date_order=("signing", "available_until"),
    ),
    "bond_amortizing": Kind(
        "Notes issued at once: proceeds wait at interest, level payments after a free time.",
        ("noteholders", "issuer"),
        {
            "amount_usd": Term("usd", "amount", positive=True),
            "coupon_share": Term("share", "interest per year"),
            "term_years": Term("years", "years from issue to the last payment", positive=True),
            "interest_only_years": Term("years", "years without repayment", 0.0),
            "parked_rate_share": Term("share", "interest earned on what is not spent yet", 0.0),
            **BASE_RATE,
        },
        required_dates=("issue",),
    ),
    "dsra_and_waterfall": Kind(
        "Order in which a company's cash is used: service, reserve, then its owner.",
        ("company", "owner"),
        {
            "reserve_months": Term("months", "debt service held in reserve", 6.0),
            "lockup_dscr": Term("factor", "cover below which nothing is distributed", 1.15),
            "default_dscr": Term("factor", "cover below which the loan is in default", 1.05),
        },
    ),
    "lease_guarantee_with_escrow": Kind(
        "Rent of a tenant that defaults: from escrow first, then from the guarantor.",
        ("guarantor", "landlord", "tenant"),
        {
            "escrow_usd": Term("usd", "paid into escrow at signing", 0.0),
            "cap_usd": Term("usd", "most that is paid in all, escrow included"),
            "default_yearly_share": Term("share", "tenant's probability of default per year", 0.0),
        },
        ("signing",),
        site_roles={"landlord": "landlord", "tenant": "cloud"},
        expected=False,
    ),
    "tax_and_depreciation": Kind(
        "Tax on a party's income after interest and depreciation, losses carried forward.",
        ("taxpayer", "state"),
        {
            "federal_rate_share": Term("share", "federal tax", 0.21),
            "state_rate_share": Term("share", "state tax, deducted before the federal one", 0.0),
            "bonus_share": Term("share", "share of systems written off in the first year", 1.0),
            "it_life_years": Term("years", "straight-line life of the rest", 5.0, positive=True),
            "site_life_years": Term("years", "straight-line life of sites", 39.0, positive=True),
            "loss_use_share": Term(
                "share", "most of a year's income that earlier losses may cover", 0.8
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
            "repay_from_operations_share": Term(
                "share", "share of a party's cumulated operating cash that repays the bridge", 0.0
            ),
        },
    ),
}  # fmt: skip
