"""Writes the calibration as the catalog's ``serving`` table."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gigawatt.performance.inference.calibration.bands import Band
from gigawatt.performance.inference.fitted import FACTOR, Fitted

LEAST_LOG = 0.01  # deviations below are dropped
UNITS = {
    "weight_read": "share", "expert_read": "share", "kv_read": "share", "gemm": "share",
    "prefill_gemm": "share", "prefill_attention": "share", "link": "share",
    "expert_half_tokens": "tokens", "expert_half_width": "values",
    "read_half_width": "values", "activation_passes": "passes",
    "collective_growth": "per doubling", "unpack": "factor",
    "routing_skew": "share", "stream_tokens": "tokens", "burst": "share", "cohort": "factor",
}  # fmt: skip
HEAD = """\
# Constants of the serving model, written by `gigawatt infer calibrate`; not edited by hand.
#
# `core`: global constants, fitted together with the deviations below on public single-node
# results of InferenceX and NVIDIA (October 2025 to April 2026), and five published rates of one
# phase alone with wide expert parallel. Each other record is a kind of stack (an engine, a
# generation of accelerators, a scheme of precision, their combination, a model) with the factors by
# which its constants differ from the core; shrunk towards 1, so that few rows move them little.
# What no row is of has no record. A generation without one gets `core-alone`, fitted without any
# deviation. `band.*`: half of the 90 % band, as a logarithm, by distance to the data, from rows
# that were left out of fits.
# docs/inference.md has the terms, docs/inference-validation.md the errors.
"""
META = 'source = "serving-rows-2026-04"\nas_of = "2026-04"\nstatus = "estimated"\n'


def catalog_text(fitted: Fitted, bands: list[Band]) -> str:
    """Text of the catalog file.

    Parameters
    ----------
    fitted : constants with and without deviations.
    bands : of the predictions.
    """
    parts = [
        HEAD,
        _core("core", "Global constants, beside deviations", fitted.core, fitted.monthly),
    ]
    parts.append(
        _core("core-alone", "Global constants without deviations", fitted.alone, fitted.monthly)
    )
    for level in sorted(fitted.deviations):
        lines = [
            f'{name}{FACTOR} = {{ value = {2.718281828459045**log:.4f}, unit = "factor" }}'
            for name, log in fitted.deviations[level].items()
            if abs(log) >= LEAST_LOG
        ]
        if lines or level.startswith(("generation.", "model.", "stack.")):
            parts.append(_record(level, f"Deviations of {level}", lines))
    listed = ",\n".join(f'  "{cell}"' for cell in sorted(fitted.cells))
    parts.append(
        _record(
            "cells",
            "Models that have rows, by stack",
            [
                f"seen = [\n{listed},\n]",
                f"mixtures = {json.dumps(sorted(fitted.mixtures))}",
            ],
        )
    )
    for band in bands:
        lines = [
            f'{name} = {{ value = {value:.3f}, unit = "log" }}'
            for name, value in (("tpot", band.tpot), ("rate", band.rate), ("ttft", band.ttft))
        ]
        note = f'note = "{band.note}"'
        parts.append(_record(f"band.{band.id}", f"Band: {band.name}", [note, *lines]))
    return "\n".join(parts)


def _core(record_id: str, name: str, values: Mapping[str, float], monthly: float) -> str:
    lines = [
        f'{key} = {{ value = {value:.4g}, unit = "{UNITS[key]}" }}'
        if key in UNITS
        else f"{key} = {value:.4g}"
        for key, value in values.items()
    ]
    lines.append(
        f'monthly_gain_log = {{ low = 0, mode = {monthly:g}, high = 0.03, unit = "log/month", '
        'status = "assumed", source = "gigawatt-judgement", note = "by which times fall per '
        "month of software within a year of January 2026; models and dates are too entangled in "
        'the rows to fit it" }'
    )
    return _record(record_id, name, lines)


def _record(record_id: str, name: str, lines: list[str]) -> str:
    return f'[[record]]\nid = "{record_id}"\nname = "{name}"\n{META}' + "\n".join(lines) + "\n"
