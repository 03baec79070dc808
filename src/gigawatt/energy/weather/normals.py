"""Monthly normals of a place, from the catalog's table "climates", and which place is nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.energy.weather.year import Place
from gigawatt.errors import InputError, unknown_name
from gigawatt.quantity.arrays import Array

EARTH_RADIUS_KM = 6371.0
WIND_PROBABILITIES = (
    0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99,
    0.999, 1.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Normals:
    """Normals by month, (12,) each, and three values of the year.

    Attributes
    ----------
    id : of the catalog's record.
    place : where.
    drybulb_mean_c, dewpoint_mean_c : means.
    diurnal_range_c : mean of the daily highest less lowest dry bulb.
    wind_mean_ms : at 10 m.
    ghi_kwh_m2_day : global horizontal irradiation a day.
    wetbulb_p99_c, drybulb_p99_c, drybulb_p01_c : exceeded in 1, 1 and 99 % of the hours of a year.
    wind_quantiles : wind over its monthly mean at `WIND_PROBABILITIES`; None = not known.
    dhi_kwh_m2_day : diffuse part of the irradiation, (12,); None = not known.
    """

    id: str
    place: Place
    drybulb_mean_c: Array
    dewpoint_mean_c: Array
    diurnal_range_c: Array
    wind_mean_ms: Array
    ghi_kwh_m2_day: Array
    wetbulb_p99_c: float
    drybulb_p99_c: float
    drybulb_p01_c: float
    wind_quantiles: Array | None = None
    dhi_kwh_m2_day: Array | None = None

    def fingerprint(self) -> bytes:
        """Bytes that are equal for equal normals of the air."""
        series = (self.drybulb_mean_c, self.dewpoint_mean_c, self.diurnal_range_c)
        values = (
            self.wetbulb_p99_c, self.drybulb_p99_c, self.drybulb_p01_c, self.place.elevation_m,
        )  # fmt: skip
        return self.id.encode() + b"".join(v.tobytes() for v in (*series, np.array(values)))


def normals_of(catalog: Catalog, climate: str) -> Normals:
    """Normals of a record of the table "climates".

    Raises
    ------
    InputError : there is no such record, or a series has not twelve values.
    """
    record = catalog.record("climates", climate)
    place = Place(
        record.name, record.value("lat"), record.value("lon"),
        record.value("tz_hours"), record.value("elevation_m"),
    )  # fmt: skip
    return Normals(
        id=record.id,
        place=place,
        drybulb_mean_c=_months(record, "drybulb_mean_c"),
        dewpoint_mean_c=_months(record, "dewpoint_mean_c"),
        diurnal_range_c=_months(record, "diurnal_range_c"),
        wind_mean_ms=_months(record, "wind_mean_ms"),
        ghi_kwh_m2_day=_months(record, "ghi_kwh_m2_day"),
        wetbulb_p99_c=record.value("wetbulb_p99_c"),
        drybulb_p99_c=record.value("drybulb_p99_c"),
        drybulb_p01_c=record.value("drybulb_p01_c"),
        wind_quantiles=_list(record, "wind_quantiles", len(WIND_PROBABILITIES))
        if "wind_quantiles" in record.attributes
        else None,
        dhi_kwh_m2_day=_months(record, "dhi_kwh_m2_day")
        if "dhi_kwh_m2_day" in record.attributes
        else None,
    )


def nearest_climate(catalog: Catalog, lat: float, lon: float) -> tuple[str, float]:
    """Id of the climate that is nearest to a place, and its distance in km."""
    found = (
        (distance_km(lat, lon, r.value("lat"), r.value("lon")), r.id)
        for r in catalog.records["climates"].values()
    )
    distance, climate = min(found)
    return climate, distance


def climate_for(catalog: Catalog, site: str) -> tuple[str, str]:
    """Climate for a name: a climate's own, or that of a site of the catalog, by distance.

    Returns
    -------
    Id of the climate, and how it was chosen and how good its normals are, in a phrase.

    Raises
    ------
    InputError : neither a climate nor a site has this name; names the nearest one.
    """
    site = site.lower().replace("_", "-")
    if site in catalog.records["climates"]:
        return site, _told(catalog, site, f"normals of {site}")
    if site not in catalog.records["sites"]:
        names = [*catalog.records["climates"], *catalog.records["sites"]]
        raise unknown_name("weather file, climate or site", site, names)
    record = catalog.records["sites"][site]
    climate, distance = nearest_climate(catalog, record.value("lat"), record.value("lon"))
    return climate, _told(catalog, climate, f"normals of {climate}, {distance:.0f} km from {site}")


def _told(catalog: Catalog, climate: str, how: str) -> str:
    record = catalog.record("climates", climate)
    source = catalog.sources[record.text("source")].title
    return f"{how}; {record.text('status')}: {source}"


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance (haversine)."""
    a, b = np.radians(lat), np.radians(other_lat)
    half = np.sin((b - a) / 2.0) ** 2
    half += np.cos(a) * np.cos(b) * np.sin(np.radians(other_lon - lon) / 2.0) ** 2
    return float(2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


def _months(record: Record, key: str) -> Array:
    return _list(record, key, 12)


def _list(record: Record, key: str, count: int) -> Array:
    values = record.attributes.get(key)
    if not isinstance(values, list) or len(values) != count:
        raise InputError(f"climates/{record.id}: {key} must be a list of {count} numbers")
    return np.array(values, dtype=np.float64)
