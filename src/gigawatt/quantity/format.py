"""Numbers, quantities, dates and ranges as people read them: "$55 bn", "10.2 GW", "Oct 2027".

Pure functions from a value in its canonical unit to text. Every function takes a `Locale`, so that
another language is one more entry in `LOCALES`. Nothing here computes: text is never read back.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from gigawatt.errors import unknown_name
from gigawatt.quantity.units import UNITS

Steps = tuple[tuple[float, str], ...]  # (size, name), the largest first

_POWER_MW: Steps = ((1e6, "TW"), (1e3, "GW"), (1.0, "MW"), (1e-3, "kW"), (1e-6, "W"))
_ENERGY_MWH: Steps = ((1e6, "TWh"), (1e3, "GWh"), (1.0, "MWh"), (1e-3, "kWh"), (1e-6, "Wh"))
_PREFIXES = {"": 1e-6, "k": 1e-3, "m": 1.0, "g": 1e3, "t": 1e6}  # of W and Wh, in MW and MWh
_DIMENSIONS: dict[str, tuple[Steps, float]] = {
    f"{prefix}{base}": (steps, factor)
    for prefix, factor in _PREFIXES.items()
    for base, steps in (("w", _POWER_MW), ("wh", _ENERGY_MWH))
}
_BARE = ("", "count", "factor")  # units that are not written after the number
_EXPONENT_FROM, _EXPONENT_BELOW = 1e15, 1e-4  # outside of these a number is written with e


@dataclass(frozen=True, slots=True)
class Locale:
    """How one language writes numbers and dates.

    Attributes
    ----------
    decimal, group : decimal mark and thousands separator.
    months : twelve short names.
    scales : (size, name) of short scales, the largest first.
    money : pattern with ``{sign}`` and ``{amount}`` ("1.2 bn").
    missing : what stands for a value that is not there.
    to : what stands between the ends of a range.
    space : what parts a number from its unit, and a day from its month.
    exponent : what stands before a power of ten; where it is not "e", the power is raised.
    first : the first day of a month.
    joint : what joins the clauses of a sentence.
    units : names of units that this language writes in another way.
    """

    decimal: str
    group: str
    months: tuple[str, ...]
    scales: Steps
    money: str
    missing: str
    to: str
    space: str = " "
    exponent: str = "e"
    first: str = "1"
    joint: str = "; "
    units: Mapping[str, str] = field(default_factory=dict)


EN = Locale(
    decimal=".",
    group=",",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    scales=((1e12, "tn"), (1e9, "bn"), (1e6, "mn"), (1e3, "k")),
    money="{sign}${amount}",
    missing="–",
    to=" … ",
)
_NO_BREAK, _NARROW = "\u00a0", "\u202f"
FR = Locale(
    decimal=",",
    group=_NARROW,
    months=(
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
        "déc.",
    ),
    scales=((1e9, "Md"), (1e6, "M"), (1e3, "k")),
    money=f"{{sign}}{{amount}}{_NO_BREAK}$",
    missing="–",
    to=" … ",
    space=_NO_BREAK,
    exponent=f"{_NO_BREAK}×{_NO_BREAK}10",
    first="1er",
    joint=f"{_NARROW}; ",
    units={
        "USD": "$",
        "USD/GW": "$/GW",
        "USD/MWh": "$/MWh",
        "USD/GPU-hour": "$/heure de GPU",
        "USD/million tokens": "$/million de tokens",
        "packages/GW": "modules/GW",
        "packages": "modules",
        "dies": "puces",
        "racks": "baies",
        "racks/week": "baies/semaine",
        "tokens/day": "tokens/jour",
        "tokens/day/GW": "tokens/jour/GW",
        "tokens/s per package": "tokens/s par module",
        "H100 equivalents": "équivalents H100",
        "million m3": "millions de m³",
        "million t": "Mt",
        "Mt CO2": "Mt CO₂",
        "bytes": "octets",
        "months": "mois",
        "weeks": "semaines",
        "days": "jours",
        "years": "ans",
    },
)  # fmt: skip
LOCALES: dict[str, Locale] = {"en": EN, "fr": FR}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def locale_of(lang: str) -> Locale:
    """Return the locale of a language, or raise an error with the nearest name."""
    if lang not in LOCALES:
        raise unknown_name("language", lang, LOCALES)
    return LOCALES[lang]


def number(value: float | None, digits: int = 3, locale: Locale = EN) -> str:
    """Plain number with so many significant digits, no trailing zeros, grouped thousands.

    >>> number(4213.7), number(0.0456, 2), number(1.27e27, 2), number(float("nan"))
    ('4,210', '0.046', '1.3e27', '–')
    """
    if value is None or not math.isfinite(value):
        return locale.missing
    rounded = _significant(value, digits)
    size = abs(rounded)
    if size >= _EXPONENT_FROM or 0.0 < size < _EXPONENT_BELOW:
        mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
        power = str(int(exponent))
        raised = power if locale.exponent == "e" else power.translate(_RAISED)
        return f"{_marks(_trim(mantissa), locale)}{locale.exponent}{raised}"
    decimals = 0 if size == 0.0 else max(0, digits - 1 - math.floor(math.log10(size)))
    return _marks(_trim(f"{rounded:,.{decimals}f}"), locale)


def fixed(value: float | None, decimals: int = 1, locale: Locale = EN) -> str:
    """Number with so many decimals, for columns in which figures stand under each other.

    >>> fixed(12.345), fixed(-0.04), fixed(None)
    ('12.3', '0.0', '–')
    """
    if value is None or not math.isfinite(value):
        return locale.missing
    rounded = round(value, decimals) + 0.0  # adding zero turns -0.0 into 0.0
    return _marks(f"{rounded:,.{decimals}f}", locale)


def scaled(value: float | None, digits: int = 3, locale: Locale = EN) -> str:
    """Number on a short scale.

    >>> scaled(297_300), scaled(999_600), scaled(12.3e12), scaled(950)
    ('297 k', '1 mn', '12.3 tn', '950')
    """
    if value is None or not math.isfinite(value):
        return locale.missing
    if abs(value) >= _EXPONENT_FROM:  # no such number is known to three digits
        return number(value, min(digits, 2), locale)
    return _stepped(value, (*locale.scales, (1.0, "")), digits, locale)


def money(value_usd: float | None, digits: int = 3, locale: Locale = EN) -> str:
    """Amount of dollars.

    >>> money(55.2e9), money(-3.21e9, 2), money(0.0)
    ('$55.2 bn', '-$3.2 bn', '$0')
    """
    if value_usd is None or not math.isfinite(value_usd):
        return locale.missing
    sign = "-" if _significant(value_usd, digits) < 0.0 else ""
    return locale.money.format(sign=sign, amount=scaled(abs(value_usd), digits, locale))


def power(value_mw: float | None, digits: int = 3, locale: Locale = EN) -> str:
    """Power given in MW.

    >>> power(10_200), power(0.21), power(850)
    ('10.2 GW', '210 kW', '850 MW')
    """
    return _dimension(value_mw, _POWER_MW, digits, locale)


def energy(value_mwh: float | None, digits: int = 3, locale: Locale = EN) -> str:
    """Energy given in MWh.

    >>> energy(87.6e6)
    '87.6 TWh'
    """
    return _dimension(value_mwh, _ENERGY_MWH, digits, locale)


def percent(share: float | None, digits: int = 2, locale: Locale = EN) -> str:
    """Share as per cent; what is nearly nothing or nearly all is not rounded to it.

    >>> percent(0.423), percent(0.0004), percent(0.9997), percent(0.0), percent(1.0)
    ('42 %', '< 0.1 %', '> 99.9 %', '0 %', '100 %')
    """
    if share is None or not math.isfinite(share):
        return locale.missing
    if 0.0 < share < 0.001:
        return f"<{locale.space}{fixed(0.1, 1, locale)}{locale.space}%"
    if 0.999 < share < 1.0:
        return f">{locale.space}{fixed(99.9, 1, locale)}{locale.space}%"
    text = number(100.0 * share, 3 if share >= 0.995 else digits, locale)
    return f"{text}{locale.space}%"


def odds(share: float | None, draws: int = 1000, locale: Locale = EN) -> str:
    """Odds as per cent: a count over draws never shows that a thing can't be, or must.

    >>> odds(0.0), odds(0.42), odds(1.0), odds(0.0, 500)
    ('< 0.1 %', '42 %', '> 99.9 %', '< 0.2 %')
    """
    if share is None or not math.isfinite(share):
        return locale.missing
    least = max(0.001, 1.0 / draws)
    if share < least:
        return f"<{locale.space}{percent(least, locale=locale)}"
    if share > 1.0 - least:
        return f">{locale.space}{percent(1.0 - least, 3, locale)}"
    return percent(share, locale=locale)


def shown_unit(name: str, unit: str) -> str:
    """Unit by which a named result is written: a share of draws is written as odds."""
    return "odds" if name.startswith("probability_") and unit == "share" else unit


def month(date: dt.date | str | None, locale: Locale = EN) -> str:
    """Month and year of a date or of ISO text of at least a month ("2027-10").

    >>> month("2027-10-14"), month(dt.date(2026, 3, 1)), month(None)
    ('Oct 2027', 'Mar 2026', '–')
    """
    if date is None:
        return locale.missing
    text = date.isoformat() if isinstance(date, dt.date) else date
    return f"{locale.months[int(text[5:7]) - 1]}{locale.space}{text[:4]}"


def day(date: dt.date | str | None, locale: Locale = EN) -> str:
    """Day, month and year of a date or ISO text.

    >>> day("2026-11-25")
    '25 Nov 2026'
    """
    if date is None:
        return locale.missing
    text = date.isoformat() if isinstance(date, dt.date) else date
    number_of_day = int(text[8:10])
    written = locale.first if number_of_day == 1 else str(number_of_day)
    return f"{written}{locale.space}{month(text, locale)}"


def quantity(
    value: float | str | None,
    unit: str,
    *,
    digits: int = 3,
    locale: Locale = EN,
    short: bool = False,
    draws: int = 1000,
) -> str:
    """Value with its unit, on the scale that a person would choose.

    Parameters
    ----------
    value : number in `unit`, or ISO text of a date.
    unit : canonical name ("usd_per_gw", "mw"), shown name ("USD/GW", "TWh") or any phrase
        ("packages/GW").
    digits : significant digits.
    locale : how the language writes.
    draws : of the run, where `unit` is "odds".
    short : leave out what stands after the amount ("/GW", "packages/GW"); power, energy, money and
        shares keep their mark.

    >>> quantity(55.2e9, "usd_per_gw"), quantity(297_300, "packages/GW"), quantity(0.42, "share")
    ('$55.2 bn/GW', '297 k packages/GW', '42 %')
    >>> quantity("2027-10-14", "date"), quantity(1.27e27, "FLOP"), quantity(87.6, "TWh")
    ('Oct 2027', '1.3e27 FLOP', '87.6 TWh')
    """
    if value is None or isinstance(value, str):
        return month(value, locale)
    shown = UNITS[unit].shown if unit in UNITS else unit
    key = shown.lower()
    if not math.isfinite(value):
        return locale.missing
    if key in _DIMENSIONS:
        steps, factor = _DIMENSIONS[key]
        return (
            _dimension(value * factor, steps, digits, locale)
            if value
            else f"0{locale.space}{shown}"
        )
    if key in ("share", "odds"):
        is_share = key == "share"
        return percent(value, locale=locale) if is_share else odds(value, draws, locale)
    if key == "usd" or key.startswith(("usd/", "usd per ")):
        return money(value, digits, locale) + ("" if short else shown[3:])
    text = scaled(value, digits, locale) if abs(value) >= 1e4 else number(value, digits, locale)
    return text if short or shown in _BARE else f"{text}{locale.space}{unit_name(shown, locale)}"


def unit_name(unit: str, locale: Locale = EN) -> str:
    """Shown name of a unit in a language.

    >>> unit_name("USD/GW"), unit_name("USD/GW", FR)
    ('USD/GW', '$/GW')
    """
    return locale.units.get(unit, unit)


def span(
    low: float | str | None,
    middle: float | str | None,
    high: float | str | None,
    unit: str,
    *,
    digits: int = 3,
    locale: Locale = EN,
    draws: int = 1000,
) -> str:
    """P10 … P50 … P90; one value where the three read the same.

    >>> span("2027-06-01", "2027-10-14", "2028-03-02", "date")
    'Jun 2027 … Oct 2027 … Mar 2028'
    >>> span(50e9, 55e9, 61e9, "USD/GW")
    '$50 bn … $55 bn … $61 bn/GW'
    """
    short = [
        quantity(v, unit, digits=digits, locale=locale, short=True, draws=draws)
        for v in (low, middle, high)
    ]
    full = [
        quantity(v, unit, digits=digits, locale=locale, draws=draws) for v in (low, middle, high)
    ]
    if len(set(full)) == 1:
        return full[0]
    return locale.to.join([*short[:2], full[2]])


def _significant(value: float, digits: int) -> float:
    if value == 0.0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _stepped(value: float, steps: Steps, digits: int, locale: Locale) -> str:
    """Value in the largest step that its rounded size reaches (999.6 k reads 1 mn)."""
    size = abs(_significant(value, digits))
    factor, name = next((s for s in steps if size >= s[0]), steps[-1])
    text = number(value / factor, digits, locale)
    return f"{text}{locale.space}{name}" if name else text


def _dimension(value: float | None, steps: Steps, digits: int, locale: Locale) -> str:
    if value is None or not math.isfinite(value):
        return locale.missing
    if value == 0.0:
        return f"0{locale.space}" + next(name for size, name in steps if size == 1.0)
    return _stepped(value, steps, digits, locale)


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _marks(text: str, locale: Locale) -> str:
    """Put the marks of the locale in a number that Python wrote."""
    swap = {",": locale.group, ".": locale.decimal}
    return "".join(swap.get(c, c) for c in text)
