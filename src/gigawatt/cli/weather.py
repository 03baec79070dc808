"""`gigawatt weather`: a year of weather, in the numbers that matter for a data centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gigawatt.energy.weather.summary import WeatherSummary
    from gigawatt.energy.weather.year import WeatherYear

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WIDTH = 120  # where the output is no terminal

EPILOG = """\b
Examples:
  gigawatt weather dallas-tx                         a synthetic year from monthly normals
  gigawatt weather abilene                           a site: the nearest place with normals
  gigawatt weather my.epw --json
  gigawatt weather year.csv.gz --lat 32.9 --lon -97.0 --tz -6
  gigawatt weather seattle-wa --seed 3 --hours > hours.csv

\b
Layouts, told by their first lines (.gz is unpacked):
  EPW                     hour ending; time zones with half hours are kept
  PVGIS typical year      CSV or JSON, in UTC, moved to local standard time
  NSRDB (PSM), SAM CSV    by their time zone; 30, 15, 10 or 5 minutes are averaged
  TMY3                    hour ending
  named columns           month, day, hour (0 to 23, beginning), drybulb_c, rh_pct or
                          dewpoint_c, pressure_pa, ghi_w_m2, dni_w_m2, dhi_w_m2,
                          wind_10m_ms; with --lat, --lon, --tz
29 February is left out. Gaps, doubled hours, units, time zones or hemispheres that cannot
be right are told in one message with file and line (exit code 2).

\b
--json: drybulb_mean_c, drybulb_p99_c, wetbulb_p99_c, ghi_kwh_per_m2, pue by cooling type;
pv_fixed20_kwh_per_kwdc and pv_tracked_kwh_per_kwdc as {"year", "month"}; by_month; notes.
Photovoltaic yields are kWh of AC per kW of DC by the conventions of PVWatts: 14.08 %
losses, DC over AC 1.3, inverter 96 %, albedo 0.2; fixed at 20 degrees facing the equator,
tracked on a north-south axis within 45 degrees, backtracking, ground cover 0.35."""


@click.command(epilog=EPILOG)
@click.argument("source", metavar="FILE|SITE")
@click.option("--lat", type=float, help="Degrees north, where the file has none.")
@click.option("--lon", type=float, help="Degrees east (west is negative).")
@click.option("--tz", type=float, help="Standard time, hours ahead of UTC.")
@click.option("--elevation", type=float, help="Metres above the sea.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which synthetic year.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--hours", is_flag=True, help="Print the 8,760 hours as CSV.")
def command(
    source: str,
    lat: float | None,
    lon: float | None,
    tz: float | None,
    elevation: float | None,
    seed: int,
    as_json: bool,
    hours: bool,
) -> None:
    """Summarise a year of weather: air, sun, wind, photovoltaic yield, PUE by cooling type.

    FILE is an hourly file; SITE is a place of the tables "climates" or "sites" of the catalog.
    """
    import json
    from dataclasses import replace
    from pathlib import Path

    from gigawatt.catalog import load_catalog
    from gigawatt.energy.weather.normals import climate_for, normals_of
    from gigawatt.energy.weather.read import read_weather
    from gigawatt.energy.weather.rows import PlaceOptions
    from gigawatt.energy.weather.summary import as_json as plain
    from gigawatt.energy.weather.summary import summarise
    from gigawatt.energy.weather.synthetic import synthetic_year

    catalog = load_catalog()
    path = Path(source)
    if path.is_file() or "." in path.name or len(path.parts) > 1:
        weather = read_weather(path, PlaceOptions(lat, lon, tz, elevation))
    else:
        climate, how = climate_for(catalog, source)
        weather = replace(synthetic_year(normals_of(catalog, climate), seed), notes=(how,))
    summary = None if hours else summarise(weather, catalog)
    for note in weather.notes if summary is None else summary.notes:
        click.echo(note, err=True)
    if summary is None:
        _print_hours(weather)
        return
    if as_json:
        click.echo(json.dumps(plain(summary), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(summary)


def _print_hours(weather: WeatherYear) -> None:
    from gigawatt.energy.weather.year import calendar_rows

    names = ("drybulb_c", "rh_pct", "pressure_pa", "ghi_w_m2", "dni_w_m2", "dhi_w_m2")
    columns = [getattr(weather, n) for n in names]
    click.echo(f"month,day,hour,{','.join(names)},wind_10m_ms,wetbulb_c")
    columns += [weather.wind_ms, weather.wetbulb_c()]
    digits = (2, 1, 0, 1, 1, 1, 2, 2)
    lines = [
        f"{m},{d},{h}," + ",".join(f"{c[i]:.{n}f}" for c, n in zip(columns, digits, strict=True))
        for i, (m, d, h) in enumerate(calendar_rows(leap=False))
    ]
    click.echo("\n".join(lines))


def _print(summary: WeatherSummary) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    place = summary.place
    console.print(f"[bold]{escape(place.name)}[/bold]  {escape(summary.origin)}")
    console.print(
        f"{place.lat:.2f} north, {place.lon:.2f} east, UTC{place.tz_hours:+g}, "
        f"{place.elevation_m:.0f} m"
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    for name in ("", "year", *MONTHS):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    rows = [
        ("dry bulb, mean °C", summary.drybulb_mean_c, 1),
        ("dry bulb, 99 % °C", summary.drybulb_p99_c, 1),
        ("wet bulb, 99 % °C", summary.wetbulb_p99_c, 1),
        ("irradiation kWh/m²", summary.ghi_kwh_per_m2, 0),
        ("PV fixed 20° kWh/kWdc", summary.pv_fixed20_kwh_per_kwdc, 0),
        ("PV tracked kWh/kWdc", summary.pv_tracked_kwh_per_kwdc, 0),
        (f"wind {summary.wind_hub_m:.0f} m kWh/kW", summary.wind_kwh_per_kw, 0),
    ]
    rows += [(f"PUE {_short(c)}", s.pue, 3) for c, s in summary.cooling.items()]
    rows += [
        (f"WUE {_short(c)} L/kWh", s.wue_l_per_kwh, 2)
        for c, s in summary.cooling.items()
        if s.wue_l_per_kwh.year > 0.0
    ]
    for name, value, digits in rows:
        cells = (f"{v:.{digits}f}" for v in (value.year, *value.month))
        table.add_row(escape(name), *cells)
    console.print(table)
    console.print("Full load. Design day, exceeded in 35 hours a year:")
    for c, s in summary.cooling.items():
        console.print(
            f"  {c}: PUE {s.pue_design_day:.3f}, trim chillers {s.chiller_mw_per_mw_it:.2f} MW of "
            f"heat per MW of IT, {s.heat_wave_share:.0%} of the load 5 K above it"
        )


def _short(cooling: str) -> str:
    return cooling.removeprefix("closed-loop-")
