"""Named random streams: stratified, reproducible, independent of each other's presence.

A stream is identified by the run's seed and the input's name. It holds one stratified uniform
sample per draw (one per equal-probability bin, in a permuted order), so means converge faster than
with plain sampling, and adding an input to a programme does not move the draws of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigawatt.uncertainty.distributions import Distribution, Point, normal_ppf

Array = NDArray[np.float64]


def generator(seed: int, name: str) -> np.random.Generator:
    """Random generator that belongs to `name` in a run with `seed`."""
    digest = hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))


def stratified_uniform(seed: int, name: str, draws: int) -> Array:
    """Uniform sample of shape (draws,) with one value in each of `draws` equal bins."""
    rng = generator(seed, name)
    return (rng.permutation(draws) + rng.random(draws)) / draws


@dataclass(slots=True)
class Streams:
    """The draws of one chunk of a run: rows ``start … stop`` of every stream.

    Attributes
    ----------
    seed : the run's seed.
    draws : number of draws of the whole run (the strata are over the whole run, so a chunk's
        numbers do not depend on how the run is cut).
    start, stop : the rows of this chunk.
    record : what was drawn, by name, arrays of shape (stop - start,): the draw matrix on which
        any output can be regressed. Only streams with a spread are recorded.
    """

    seed: int
    draws: int
    start: int = 0
    stop: int = 0
    record: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take all draws when no rows are given."""
        if self.stop == 0:
            self.stop = self.draws

    @property
    def size(self) -> int:
        """Number of draws of this chunk."""
        return self.stop - self.start

    def uniform(self, name: str) -> Array:
        """Stratified uniform values of this chunk, shape (size,)."""
        return stratified_uniform(self.seed, name, self.draws)[self.start : self.stop]

    def normal(self, name: str) -> Array:
        """Stratified standard normal values of this chunk, shape (size,), recorded."""
        values = normal_ppf(self.uniform(name))
        self.record[name] = values
        return values

    def sample(self, name: str, distribution: Distribution) -> Array:
        """Values of `distribution` for the draws of this chunk, shape (size,), recorded."""
        if isinstance(distribution, Point):
            return np.full(self.size, distribution.value)
        values = distribution.ppf(self.uniform(name))
        self.record[name] = values
        return values

    def sample_all(self, distributions: Mapping[str, Distribution]) -> dict[str, Array]:
        """Sample several inputs at once, keyed as given."""
        return {name: self.sample(name, d) for name, d in distributions.items()}
