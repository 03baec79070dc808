"""Speculative decoding: tokens that a step yields, by method and length of the draft.

Curves are in the catalog's ``speculation`` table: mean accepted length, the token of the model
itself included, for 1 to 8 drafted tokens. Between whole numbers they are interpolated. A method
without a curve of the model takes the mean over models of that method.
"""

from __future__ import annotations

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.errors import InputError, unknown_name
from gigawatt.performance.shapes import ModelShape

TABLE = "speculation"
MOST_DRAFT = 8
USUAL_DRAFT = (
    1  # tokens, where a row says only that there is speculation; fits the rows that likely have it
)


def accepted_tokens(catalog: Catalog, method: str, draft_tokens: float, model: str = "") -> float:
    """Mean tokens a step yields per request.

    Parameters
    ----------
    catalog : holds the curves.
    method : "none", "mtp", "eagle3" or "dspark".
    draft_tokens : drafted a step, 0 to 8.
    model : catalog id; its own curve is taken where there is one.

    Raises
    ------
    InputError : unknown method, or a draft out of range.
    """
    if method == "none" or draft_tokens == 0.0:
        return 1.0
    if not 0.0 < draft_tokens <= MOST_DRAFT:
        raise InputError(f"draft of {draft_tokens:g} tokens: curves go from 1 to {MOST_DRAFT}.")
    record = _record(catalog, method, model)
    curve = [1.0] + [record.value(f"accepted_{d}") for d in range(1, MOST_DRAFT + 1)]
    return float(np.interp(draft_tokens, np.arange(MOST_DRAFT + 1), curve))


def method_of(shape: ModelShape) -> str:
    """Method that a model is customarily served with: its own draft layers, else EAGLE-3."""
    return "mtp" if shape.mtp_layers else "eagle3"


def _record(catalog: Catalog, method: str, model: str) -> Record:
    table = catalog.records[TABLE]
    own = f"{method}-{model}"
    if own in table:
        return table[own]
    if method not in table:
        known = [i for i in table if "-" not in i]
        raise unknown_name("speculation method", method, known)
    return table[method]
