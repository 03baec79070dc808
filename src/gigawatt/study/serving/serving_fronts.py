"""Fronts of a programme's serving workloads on its systems: the run's table ``serving``.

For each serving workload and each system of the programme, and for two measured systems, the front
over all plans on one scale-up domain, or on 64 packages where domains are smaller, without and with
speculation, under the limit of the time to the first token of ``assumptions/serving``. Each row has
the conditions that it holds under. The row at the programme's speed is what the run's rates are
made of, as far as the workload's `speculation` and `pools` leave the choice open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gigawatt.catalog import Catalog
from gigawatt.errors import InfeasibleError
from gigawatt.performance.hardware import System, load_system
from gigawatt.performance.inference.front_rows import Row, front_row, shown_rows
from gigawatt.performance.inference.frontier import Frontier, at_speed, frontier
from gigawatt.performance.inference.plans import Service
from gigawatt.performance.inference.service import CALIBRATED
from gigawatt.performance.serving import packages_for, service_of, text_factors
from gigawatt.program.load import Loaded
from gigawatt.program.model import Workload

REFERENCES = ("h200-sxm", "gb300-nvl72")  # measured systems that are shown beside the programme's
POINTS = 24
KEPT = (
    "tok_s_per_user", "output_tok_s_per_gpu", "output_tok_s_per_gpu_low",
    "output_tok_s_per_gpu_high", "output_tok_s_per_mw", "drawn_w_per_gpu", "ttft_ms",
    "ttft_p99_ms", "plan",
)  # fmt: skip


def serving_fronts(loaded: Loaded, systems: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of the table; `at_programme_speed` marks the plan at the workload's own speed."""
    catalog = loaded.catalog
    site = catalog.record("assumptions", "serving")
    limit_s, pue = site.value("ttft_p99_limit_s"), site.value("pue")
    rows: list[dict[str, Any]] = []
    for workload in loaded.program.workloads:
        if workload.kind != "serve":
            continue
        for name in dict.fromkeys((*REFERENCES, *systems)):
            system = load_system(catalog, name)
            service = on_reference(workload, system, catalog)
            methods = ("none", "auto" if workload.speculation == "none" else workload.speculation)
            for speculation in methods:
                packages = packages_for(system)
                try:
                    front = frontier(
                        service, packages, catalog, pue, speculation,
                        split=workload.pools != "one", ttft_p99_limit_s=limit_s,
                        draft_factor=text_factors(catalog)[1],
                    )  # fmt: skip
                except InfeasibleError:  # no plan is that quick; the rate table has its own word
                    continue
                shared = {
                    "workload": workload.id, "system": system.id, "system_name": system.name,
                    "in_programme": name in systems,
                    "model": service.shape.name, "precision": service.plan.precision,
                    "input_tokens": workload.input_tokens,
                    "output_tokens": workload.output_tokens, "packages": packages,
                    "ttft_p99_limit_s": limit_s, "speculation": front.method,
                    "engine": service.plan.engine, "software": CALIBRATED, "pue": pue,
                    "programme_tok_s_per_user": workload.tokens_per_s_per_user,
                }  # fmt: skip
                rows += _rows(service, front, workload.tokens_per_s_per_user, shared)
    return rows


def _rows(
    service: Service, front: Frontier, speed: float, shared: dict[str, Any]
) -> list[dict[str, Any]]:
    def kept(row: Row, own: bool) -> dict[str, Any]:
        return {**shared, "at_programme_speed": own, **{k: row[k] for k in KEPT}}

    out = [kept(row, False) for row in shown_rows(service, front, POINTS)]
    if front.tok_s_per_user.max() >= speed:
        out.append(kept(front_row(service, front, at_speed(front, speed)), True))
    return out


def on_reference(workload: Workload, system: System, catalog: Catalog) -> Service:
    """Service of a workload on a system that may lack its precision: FP8 then stands for FP4."""
    lacks = workload.precision == "fp4" and system.fp4_tflops <= 0.0
    return service_of(workload, system, catalog, "fp8" if lacks else "")
