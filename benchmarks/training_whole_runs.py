"""Published whole runs against `train run`: package-hours and energy at the published boundary.

    python benchmarks/training_whole_runs.py

Prints the section of docs/training-validation.md. The rows are in training_whole_runs.csv: what
papers and model cards state (not checked again against them), with the plan where they give it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from gigawatt.catalog import Catalog, load_catalog
from gigawatt.study.training.training_run_cases import run_columns

DATA = Path(__file__).with_suffix(".csv")
BOUNDARIES = {
    "tdp": "design power x hours",
    "gpu": "packages",
    "it": "servers",
    "facility": "facility",
}
HEAD = """
## Whole runs

What papers and model cards state, against `gigawatt train run --cases
benchmarks/training_whole_runs.csv` (section by `python benchmarks/training_whole_runs.py`). All
rows are second hand: they were not checked again against the papers and cards.

**The hours are in sample.** Two factors were set while looking at these rows: the median of
`run_hours_factor` on the runs of more than 400,000 hours, `small_run_exponent` on the smaller ones.
So the median error says nothing; the scatter is what a new run would meet, as one number each can't
follow single rows. The usual batches (`batch_dense_factor`, `batch_mixture_factor`) were also set
on published runs. Of the constants of a step, the steps of Llama 3.1 405B fixed some (*step*), and
BLOOM the servers' share of power on A100 (*power*); no other row fixed one.

Error is predicted / published - 1. Packages are predicted at the number that is published, else at
one for a run of about a month: the reports of small models seldom tell it.

- *design power x hours* is not measured: it tests hours alone. *packages*, *servers*: power was
  metered for the whole job or one node of it; *servers* has no cooling and no network.
- *with its hours*: energy with the published hours as an input, so the error of the power alone.
  Hours beyond the model's are taken as waiting.
- GPT-NeoX-20B states exactly 250 W a package for all its hours: an estimate of unknown boundary, so
  it counts as not metered.
- Hours of a project hold more than the run on one plan: the 8B models of Llama 3 state 1.8 times
  the hours per parameter and token of their 70B sisters. There is no factor for a model.
- Software that is not named is taken as tuned: reports of small models on plain stacks (Phi) come
  out low, and named toolkits that were tuned after all (TinyLlama, SmolLM3) high.
"""


@dataclass(frozen=True)
class Compared:
    """One published run with its prediction, free and with the published hours as an input.

    Hours and MWh are None where they are not published.
    """

    row: dict[str, str]
    told: dict[str, str]
    known: dict[str, str]
    hours: float | None
    mwh: float | None

    @property
    def hours_error(self) -> float | None:
        """Predicted over published hours - 1."""
        return self.hours and float(self.told["predicted_gpu_hours"]) / self.hours - 1.0

    @property
    def mwh_told(self) -> float:
        """MWh predicted at the published boundary, with the published PUE where it is in it."""
        return self._mwh(self.told)

    @property
    def mwh_known(self) -> float:
        """The same with the published hours as an input."""
        return self._mwh(self.known)

    def _mwh(self, told: dict[str, str]) -> float:
        own = float(told[f"predicted_{self.row['boundary']}_mwh"])
        return own * float(self.row["pue"] or 1.0)

    @property
    def mwh_error(self) -> float | None:
        """Predicted over published energy - 1."""
        return self.mwh and self.mwh_told / self.mwh - 1.0

    @property
    def hours_inside(self) -> bool:
        """Whether the published hours lie in the band."""
        low, high = (float(self.told[f"predicted_gpu_hours_{end}"]) for end in ("low", "high"))
        return bool(self.hours) and low <= float(self.hours or 0.0) <= high


def compared(catalog: Catalog) -> list[Compared]:
    """All published runs, predicted."""
    with DATA.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Compared(
            row,
            run_columns({**row, "pue": ""}, catalog),
            run_columns({**row, "pue": "", "gpu_hours": row["energy_gpu_hours"]}, catalog),
            float(row["published_gpu_hours"]) if row["published_gpu_hours"] else None,
            float(row["published_mwh"]) if row["published_mwh"] else None,
        )
        for row in rows
    ]


def _thousands(hours: float) -> str:
    return f"{hours / 1e3:,.0f}"


def hours_table(found: list[Compared]) -> list[str]:
    """Package-hours of every run that states them."""
    lines = [
        "| run | package | fixed a constant | published, 1,000 h | predicted | error | in band |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        if one.hours is None:
            continue
        told = float(one.told["predicted_gpu_hours"])
        lines.append(
            f"| {one.row['model']} | {one.row['gpu'][:4]} | {one.row['seen'] or 'no'} | "
            f"{_thousands(one.hours)} | {_thousands(told)} | {one.hours_error:+.0%} | "
            f"{'yes' if one.hours_inside else 'no'} |"
        )
    return lines


def energy_table(found: list[Compared]) -> list[str]:
    """Energy of every run that states it, at its boundary."""
    lines = [
        "| run | boundary | metered | published MWh | predicted | error | with its hours | error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in found:
        if one.mwh is None:
            continue
        known = "not stated | "
        if one.row["energy_gpu_hours"]:
            known = f"{one.mwh_known:,.0f} | {one.mwh_known / one.mwh - 1.0:+.0%}"
        where = BOUNDARIES[one.row["boundary"]]
        where += f", PUE {one.row['pue']}" if one.row["pue"] else ""
        lines.append(
            f"| {one.row['model']} | {where} | {one.row['metered']} | {one.mwh:,.0f} | "
            f"{one.mwh_told:,.0f} | {one.mwh_error:+.0%} | {known} |"
        )
    return lines


def summary(found: list[Compared]) -> list[str]:
    """Median and spread of the errors."""
    hours = [e for one in found if (e := one.hours_error) is not None]
    large = [
        e for one in found
        if (e := one.hours_error) is not None and float(one.row["published_gpu_hours"]) >= 4e5
    ]  # fmt: skip
    planned = [e for one in found if (e := one.hours_error) is not None and one.row["gpus"]]
    inside = sum(one.hours_inside for one in found)
    metered = [
        abs(e) for one in found
        if (e := one.mwh_error) is not None and not one.row["metered"].startswith("no")
    ]  # fmt: skip
    split = [
        one.mwh_known / one.mwh - 1.0 for one in found
        if one.mwh and one.row["energy_gpu_hours"] and not one.row["metered"].startswith("no")
    ]  # fmt: skip
    return [
        f"Hours of {len(hours)} runs: median error {median(hours):+.0%}, median size "
        f"{median(map(abs, hours)):.0%}; of the {len(large)} that took more than 400,000 hours "
        f"{median(large):+.0%} and {median(map(abs, large)):.0%}; of the {len(planned)} whose "
        f"number of packages is known {median(map(abs, planned)):.0%}. {inside} of {len(hours)} "
        f"are inside the 90 % band. Metered energy of {len(metered)} runs: median size of the "
        f"error {median(metered):.0%}. With the published hours as an input (`gpu_hours`), which "
        f"leaves the error of the power alone, of {len(split)} runs: "
        f"{', '.join(f'{e:+.0%}' for e in split)}."
    ]


def section(catalog: Catalog) -> list[str]:
    """The section of the validation page."""
    found = compared(catalog)
    lines = [HEAD, *summary(found), "", *hours_table(found)]
    return [*lines, "", "Energy, at the boundary that was published:", "", *energy_table(found)]


if __name__ == "__main__":
    print("\n".join(section(load_catalog())))
