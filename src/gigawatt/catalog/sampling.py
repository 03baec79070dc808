"""Draws of a layer's assumptions: one array a fact, in a frozen dataclass of the layer's own."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

from gigawatt.catalog.facts import Catalog
from gigawatt.uncertainty.streams import Streams

T = TypeVar("T")


def sample_assumptions(catalog: Catalog, streams: Streams, section: str, into: type[T]) -> T:
    """Draw every field of the dataclass `into` from the catalog record ``assumptions/section``.

    Each field is an array of shape (draws of the chunk,); its random stream is the fact's path, so
    that a layer that is asked alone sees the same draws as the whole run.

    Raises
    ------
    InputError : the record lacks a field.
    """
    record = catalog.record("assumptions", section)
    drawn = {
        f.name: streams.sample(record.fact(f.name).path, record.fact(f.name).distribution)
        for f in fields(into)  # type: ignore[arg-type]
    }
    return into(**drawn)
