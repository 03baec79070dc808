"""Facts with their sources: systems, models, sites, energy, costs, deals.

`load_catalog()` reads the TOML files under `data/` once; every number is a `Fact` that carries its
unit, date, source and status.
"""

from gigawatt.catalog.facts import Catalog, Fact, Record, Source, Status
from gigawatt.catalog.loader import load_catalog

__all__ = ["Catalog", "Fact", "Record", "Source", "Status", "load_catalog"]
