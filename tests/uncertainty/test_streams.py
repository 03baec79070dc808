"""Streams: named, stratified, independent of each other and of how a run is cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.uncertainty.distributions import LogNormal, Point, Triangular
from gigawatt.uncertainty.streams import Streams, stratified_uniform

names = st.text(min_size=1, max_size=20)
seeds = st.integers(0, 2**32)


@given(seeds, names, st.integers(1, 400))
def test_one_value_in_each_of_equal_bins(seed, name, draws):
    bins = np.floor(stratified_uniform(seed, name, draws) * draws).astype(int)
    assert sorted(bins) == list(range(draws))


@given(seeds, names, st.integers(2, 300), st.data())
def test_a_chunk_is_a_slice_of_the_run(seed, name, draws, data):
    cut = data.draw(st.integers(1, draws - 1))
    whole = Streams(seed, draws).sample(name, LogNormal(3.0, 0.4))
    parts = [
        Streams(seed, draws, start, stop).sample(name, LogNormal(3.0, 0.4))
        for start, stop in ((0, cut), (cut, draws))
    ]
    assert whole.tobytes() == np.concatenate(parts).tobytes()


def test_another_input_moves_no_draw():
    alone, among = Streams(7, 100), Streams(7, 100)
    among.sample("another", Triangular(0.0, 1.0, 2.0))
    first = alone.sample("cost", LogNormal(1.0, 0.2))
    assert first.tobytes() == among.sample("cost", LogNormal(1.0, 0.2)).tobytes()


def test_streams_of_two_names_are_uncorrelated():
    s = Streams(3, 4000)
    correlation = np.corrcoef(s.uniform("a"), s.uniform("b"))[0, 1]
    assert abs(correlation) < 0.06


def test_only_inputs_with_a_spread_are_recorded():
    s = Streams(1, 10)
    s.sample("fixed", Point(4.0))
    s.sample("open", Triangular(1.0, 2.0, 3.0))
    assert list(s.record) == ["open"]
