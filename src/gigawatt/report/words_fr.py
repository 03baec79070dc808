"""French words of the report and of the terminal summary (see `report.strings`)."""

from __future__ import annotations

FRENCH: dict[str, str] = {}
