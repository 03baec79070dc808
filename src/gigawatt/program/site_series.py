"""Series that a site has from a file of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PriceHours:
    """Prices of the grid at a site by hour, from a file.

    Attributes
    ----------
    usd_per_mwh : 8,760 of them.
    utc : whether the hours are UTC; else local standard time from 1 January.
    """

    usd_per_mwh: tuple[float, ...]
    utc: bool


@dataclass(frozen=True, slots=True)
class WeatherFile:
    """Weather file of a site; energy reads it.

    Attributes
    ----------
    path : from the current folder.
    sha256 : of its content.
    name : as the programme has it.
    tz_hours : standard time ahead of UTC, where the file does not tell; None = not given.
    """

    path: str
    sha256: str
    name: str
    tz_hours: float | None = None
