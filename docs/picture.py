"""Draws the picture of the README from a run: facility power in service, with its band.

python docs/picture.py RUN_FOLDER docs/images/capacity.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 410, 50, 24, 64, 46


def main(run: Path, target: Path) -> None:
    table = pl.read_parquet(run / "tables" / "capacity.parquet").filter(pl.col("site") == "all")
    manifest = json.loads((run / "manifest.json").read_text())
    rows = table.with_columns(pl.col("^facility_mw_.*$") / 1e3).to_dicts()
    top = 12.0

    def x(k: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * k / (len(rows) - 1)

    def y(gw: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - gw / top)

    def path(column: str) -> list[str]:
        return [f"{x(k):.1f},{y(r[column]):.1f}" for k, r in enumerate(rows)]

    band = " ".join(path("facility_mw_p10") + path("facility_mw_p90")[::-1])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#333">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="16" font-weight="600">Facility power in service, GW: '
        f"{manifest['program']['name']}, as of {manifest['as_of']}</text>",
        f'<text x="{LEFT}" y="44" fill="#1f77b4">line: P50; band: P10 to P90 of all draws</text>',
    ]
    parts += [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(gw):.1f}" y2="{y(gw):.1f}" '
        f'stroke="#e3e3e3"/><text x="{LEFT - 10}" y="{y(gw) + 4:.1f}" text-anchor="end">{gw}</text>'
        for gw in range(0, int(top) + 1, 2)
    ]
    for k, r in enumerate(rows):
        if r["month"].endswith("-01"):
            parts.append(f'<text x="{x(k):.1f}" y="{HEIGHT - 22}">{r["month"][:4]}</text>')
    parts += [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10):.1f}" y2="{y(10):.1f}" '
        'stroke="#b5651d" stroke-dasharray="6 4"/>',
        f'<text x="{LEFT + 6}" y="{y(10) - 6:.1f}" fill="#b5651d">announced: 10 GW</text>',
        f'<polygon points="{band}" fill="#1f77b4" opacity="0.22"/>',
        f'<polyline points="{" ".join(path("facility_mw_p50"))}" fill="none" stroke="#1f77b4" '
        'stroke-width="2.5"/>',
    ]
    parts.append(
        f'<text x="{LEFT}" y="{HEIGHT - 4}" font-size="11" fill="#777">'
        f"{manifest['draws']:,} draws, seed {manifest['seed']}; gigawatt run</text></svg>"
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
