"""Names for people of a run's inputs, from the names of their random streams."""

from __future__ import annotations

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.errors import InputError
from gigawatt.quantity.units import unit_of_key
from gigawatt.study.archive.folder import StoredRun

_CAUSES = {
    "utility": "Utilities", "turbine": "Makers of on-site plant",
    "equipment": "Makers of electrical equipment", "permit": "Permit authorities",
    "platform": "Lead times of new systems",
}  # fmt: skip
_TELLING = ("", "share", "factor", "years", "months", "hours", "days", "per_1000_node_days")
_WORK = {"train": "training", "serve": "serving"}


class InputNames:
    """Titles of the inputs of one run."""

    def __init__(self, run: StoredRun) -> None:
        self.catalog: Catalog = load_catalog()
        self.stated = {row["path"]: str(row["title"]) for row in run.manifest["inputs"]}
        sites = run.table("sites")
        self.sites: dict[str, str] = {}
        if sites is not None:
            self.sites = dict(zip(sites["site"].to_list(), sites["name"].to_list(), strict=True))

    def title(self, stream: str) -> str:
        """Title of a stream; the stream's own name where nothing better is known.

        Streams are named by a fact's path, a programme's input, a task of a phase, or a factor of
        the schedule or of the rate model.
        """
        if stream in self.stated:
            return self.stated[stream]
        parts = stream.split("/")
        special = {
            "site": self._of_site, "schedule": self._pace, "performance": self._rate,
            "change": self._change,
        }  # fmt: skip
        name = special[parts[0]](parts) if parts[0] in special else self._fact(parts)
        return name or stream

    def _of_site(self, parts: list[str]) -> str:
        where = " ".join((self.sites.get(parts[1], parts[1]), *parts[2:3]))
        if len(parts) == 5 and parts[3] == "task":
            return f"{self._record('tasks', parts[4])}, {where}"
        return f"{words(parts[-1])}, {where}"

    def _pace(self, parts: list[str]) -> str:
        if parts[1] == "common_pace":
            return "Pace of building, all sites"
        if parts[1] == "site_pace":
            return f"Pace of building, {self.sites.get(parts[2], parts[2])}"
        return f"{_CAUSES.get(parts[2], words(parts[2]))}: delay common to all sites"

    def _change(self, parts: list[str]) -> str:
        where = self.sites.get(parts[2], parts[2])
        return f"{self._record('changes', parts[1])}: when, {where}"

    def _rate(self, parts: list[str]) -> str:
        if len(parts) != 4:
            return ""
        work, system = _WORK.get(parts[2], parts[2]), self._record("systems", parts[3])
        what = "Error of the rate model" if parts[1] == "error" else "Maturity of software"
        return f"{what}: {work}, {system}"

    def _fact(self, parts: list[str]) -> str:
        if len(parts) != 3:
            return ""
        of = "" if parts[0] == "assumptions" else f", {self._record(parts[0], parts[1])}"
        return words(parts[2]) + of

    def _record(self, kind: str, record: str) -> str:
        try:
            return self.catalog.record(kind, record).name.split(" (")[0]
        except InputError:
            return record


def words(key: str) -> str:
    """Key as words, without its unit where the unit is not part of the meaning.

    >>> words("rack_price_usd"), words("overhead_share"), words("pue_design")
    ('Rack price', 'Overhead share', 'PUE design')
    """
    unit = unit_of_key(key)
    bare = key if unit in _TELLING else key.removesuffix(unit).rstrip("_") or key
    text = bare.replace("_", " ").replace("pue ", "PUE ").replace("wue", "WUE")
    return text[:1].upper() + text[1:]
