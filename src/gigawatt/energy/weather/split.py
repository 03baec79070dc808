"""Irradiance that a file does not have, from the parts that it has.

    global = direct normal x cos(zenith) + diffuse

gives the third of the three from two. From global irradiance alone the diffuse share follows from
the clearness index by Erbs' correlation in Driesse's continuous form (pvlib); tracked yields from
it may be off by 5 % where the air is unlike that of the correlation, fixed ones by 2 %.
"""

from __future__ import annotations

import numpy as np

from gigawatt.energy.weather.year import Place
from gigawatt.quantity.arrays import Array

LEAST_COSINE = 0.065  # below, direct normal from a difference is noise
BEAM_LIMIT_W_M2 = 1100.0
PARTS = ("ghi_w_m2", "dni_w_m2", "dhi_w_m2")


def complete_irradiance(
    columns: dict[str, Array], place: Place, sun_minute: float
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Columns with all three parts of the irradiance, and what was done, for the reader.

    Parameters
    ----------
    columns : (8760,) each; global, or direct and diffuse, must be there.
    place, sun_minute : as in `WeatherYear`.
    """
    missing = [n for n in PARTS if n not in columns]
    if not missing:
        return columns, ()
    from gigawatt.energy.solar import sun_of  # noqa: PLC0415  imports pvlib

    sun = sun_of(place, sun_minute)
    cosine = np.maximum(np.cos(np.radians(sun.zenith_deg)), 0.0)
    out = {k: np.maximum(v, 0.0) if k in PARTS else v for k, v in columns.items()}
    how = "from the other two"
    if missing == ["ghi_w_m2"]:
        out["ghi_w_m2"] = out["dni_w_m2"] * cosine + out["dhi_w_m2"]
        return out, (f"computed {how}: ghi_w_m2",)
    ghi = out["ghi_w_m2"]
    if len(missing) > 1:
        from pvlib import irradiance  # noqa: PLC0415

        how = "from ghi_w_m2 by Erbs and Driesse (tracked yields may be 5 % off)"
        split = irradiance.erbs_driesse(
            ghi, np.minimum(sun.zenith_deg, 90.0), dni_extra=sun.extra_w_m2
        )
        out["dhi_w_m2"] = np.minimum(np.nan_to_num(np.asarray(split["dhi"]), nan=0.0), ghi)
        out["dhi_w_m2"] = np.where(cosine > 0.0, out["dhi_w_m2"], ghi)
    if "dni_w_m2" in missing:
        beam = np.maximum(ghi - out["dhi_w_m2"], 0.0) / np.maximum(cosine, LEAST_COSINE)
        out["dni_w_m2"] = np.where(cosine > 0.0, np.minimum(beam, BEAM_LIMIT_W_M2), 0.0)
    out["dhi_w_m2"] = np.maximum(ghi - out["dni_w_m2"] * cosine, 0.0)
    return out, (f"computed {how}: {', '.join(missing)}",)
