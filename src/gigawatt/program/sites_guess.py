"""What a table of sites does not say and a programme needs: guessed by rules that are stated here.

Every guess comes with its reason, which the written programme shows as a comment. None is a fact.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

from gigawatt.program.sites_csv import TableSite

# State of the US → catalog id of the balancing area that holds most of it. A state that two share
# goes to the one in which announced campuses stand; SPP and New England have no grid in the catalog
# and get their neighbour's.
US_GRIDS = {
    "ercot": "TX",
    "pjm": "OH PA NJ VA WV MD DE DC KY IL IN CT MA RI NH VT ME",
    "miso": "MI WI MN IA MO LA AR MS ND SD NE KS OK",
    "southern": "GA AL TN FL NC SC",
    "wecc-southwest": "NM AZ NV UT CO WA OR ID WY MT",
    "caiso": "CA",
    "nyiso": "NY",
}
STATE_GRID = {state: grid for grid, states in US_GRIDS.items() for state in states.split()}
COUNTRY_GRID = {
    "AE": "uae-ewec", "NO": "norway-no4", "GB": "great-britain", "DE": "germany", "IE": "ireland",
    "FR": "france",
}  # fmt: skip
STAND_IN = "miso"  # where no rule fits; in the middle of the catalog's prices
# Middle of each area: stands for coordinates that a table does not give.
GRID_MIDDLE = {
    "ercot": (31.5, -99.0), "pjm": (40.0, -80.0), "miso": (42.5, -89.5), "southern": (33.0, -84.5),
    "wecc-southwest": (33.5, -110.0), "uae-ewec": (24.3, 54.6), "norway-no4": (68.0, 16.5),
    "great-britain": (53.5, -1.5), "germany": (51.0, 10.0), "ireland": (53.3, -7.0),
    "france": (47.0, 2.5), "caiso": (36.5, -120.0), "nyiso": (42.8, -75.5),
}  # fmt: skip
STATES = {
    "alabama": "AL", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "florida": "FL", "georgia": "GA", "idaho": "ID",
    "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY",
    "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI",
    "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE",
    "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM",
    "new york": "NY", "north carolina": "NC", "north dakota": "ND", "ohio": "OH",
    "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT",
    "vermont": "VT", "virginia": "VA", "washington": "WA", "west virginia": "WV",
    "wisconsin": "WI", "wyoming": "WY",
}  # fmt: skip
COUNTRIES = {
    "united states": "US", "united states of america": "US", "usa": "US", "china": "CN",
    "united arab emirates": "AE", "uae": "AE", "abu dhabi": "AE", "norway": "NO",
    "united kingdom": "GB", "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "france": "FR", "germany": "DE", "spain": "ES", "portugal": "PT", "italy": "IT",
    "ireland": "IE", "netherlands": "NL", "belgium": "BE", "sweden": "SE", "finland": "FI",
    "denmark": "DK", "iceland": "IS", "poland": "PL", "canada": "CA", "mexico": "MX",
    "brazil": "BR", "argentina": "AR", "chile": "CL", "india": "IN", "japan": "JP",
    "south korea": "KR", "korea": "KR", "taiwan": "TW", "singapore": "SG", "malaysia": "MY",
    "indonesia": "ID", "thailand": "TH", "australia": "AU", "saudi arabia": "SA", "qatar": "QA",
    "israel": "IL", "south africa": "ZA", "hebei": "CN", "inner mongolia": "CN",
}  # fmt: skip
UNKNOWN_COUNTRY = "ZZ"  # ISO 3166 leaves it to the user; here: not known
MONTHS_TO_BUILD = 24  # clearing to first building: twelve greenfield sites took 13 to 36, median 24
SYSTEMS = (  # in service before → system
    (dt.date(2025, 7, 1), "h100-sxm"),
    (dt.date(2026, 10, 1), "gb300-nvl72"),
    (dt.date(2028, 1, 1), "vr200-nvl72"),
    (dt.date.max, "rubin-ultra-nvl144"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is, with the reasons of what was guessed.

    Attributes
    ----------
    why : key of the programme → how its value was guessed; a key that the table gives is not in it.
    """

    country: str
    region: str
    lat: float
    lon: float
    grid: str
    why: dict[str, str]


def place_of(site: TableSite) -> Place:
    """Country, region, coordinates and grid of a site; see the tables of this module.

    Country: as given, by code or name; else by a place in the address or the name; else "ZZ".
    Region: as given; else a state of the US in the address or name. Grid: as given; in the US by
    the state, or by the nearest middle of an area; elsewhere by the country; else `STAND_IN`.
    Coordinates: as given; else the middle of the grid's area.
    """
    why: dict[str, str] = {}
    words = f"{site.texts.get('address', '')} {site.name}"
    region, state = _region(site, words, why)
    country = _country(site, words, state, why)
    grid = site.texts.get("grid", "").lower()
    if not grid:
        grid, why["grid"] = _grid(site, country, state)
    middle = dict(zip(("lat", "lon"), GRID_MIDDLE.get(grid, (0.0, 0.0)), strict=True))
    why |= {k: f"not given; middle of the area of {grid}" for k in middle if k not in site.numbers}
    at = {k: site.numbers.get(k, guess) for k, guess in middle.items()}
    return Place(country, region, at["lat"], at["lon"], grid, why)


def _region(site: TableSite, words: str, why: dict[str, str]) -> tuple[str, str]:
    """Region as it is to be written, and the state of the US that it is or ""."""
    given = site.texts.get("region", "")
    if given:
        code = given.upper() if given.upper() in STATE_GRID else STATES.get(given.lower(), "")
        return given, code
    if _country_code(site.texts.get("country", "US")) != "US":
        return "", ""
    written = re.search(r",\s*([A-Z]{2})\b", site.texts.get("address", ""))
    if written and written[1] in STATE_GRID:
        why["region"] = "from its address"
        return written[1], written[1]
    state = _found(words, STATES)
    if not state:
        return "", ""
    why["region"] = f"from {state.title()!r} in its address or name"
    return STATES[state], STATES[state]


def _country(site: TableSite, words: str, state: str, why: dict[str, str]) -> str:
    given = site.texts.get("country", "")
    if given:
        return _country_code(given)
    name = _found(words, COUNTRIES)
    if name and not state:
        why["country"] = f"not given; from {name.title()!r} in its address or name"
        return COUNTRIES[name]
    if state:
        why["country"] = f"not given; {state} is a state of the US"
        return "US"
    why["country"] = 'not given and not found in its name; "ZZ" stands for not known'
    return UNKNOWN_COUNTRY


def _country_code(given: str) -> str:
    """Code of a country by its code or name; "" where neither is known."""
    if re.fullmatch(r"[A-Za-z]{2}", given):
        return "GB" if given.upper() == "UK" else given.upper()
    return COUNTRIES.get(given.lower().removeprefix("the ").strip(), "")


def _found(words: str, names: dict[str, str]) -> str:
    """Longest of `names` that stands in `words` as words of its own, or ""."""
    text = " ".join(re.findall(r"[a-z]+", words.lower()))
    found = [name for name in names if re.search(rf"\b{name}\b", text)]
    return max(found, key=len, default="")


def _grid(site: TableSite, country: str, state: str) -> tuple[str, str]:
    if country == "US" and state in STATE_GRID:
        return STATE_GRID[state], f"by the state, {state}"
    if country in COUNTRY_GRID:
        return COUNTRY_GRID[country], f"by the country, {country}"
    at = [site.numbers[k] for k in ("lat", "lon") if k in site.numbers]
    if country == "US" and len(at) == 2:
        near = min(US_GRIDS, key=lambda g: math.dist(GRID_MIDDLE[g], at))
        return near, "by the coordinates, the nearest middle of an area"
    return STAND_IN, f"a stand-in: no rule for {country}; give prices of its own"


def known_country(site: TableSite) -> bool:
    """Whether the table's country, if it gives one, is understood."""
    given = site.texts.get("country", "")
    return not given or bool(_country_code(given))


def system_at(date: dt.date) -> str:
    """System that a hall which goes into service at `date` is taken to hold."""
    return next(system for before, system in SYSTEMS if date < before)
