"""What is kept on disk is found whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gigawatt.quantity.kept_arrays import read_arrays, save_arrays

KEPT = {"a": np.arange(3000.0), "b": np.array("text")}


def test_kept_arrays_come_back(tmp_path: Path) -> None:
    save_arrays(tmp_path / "deep" / "x.npz", KEPT)
    held = read_arrays(tmp_path / "deep" / "x.npz")
    assert held.keys() == KEPT.keys()
    assert all(np.array_equal(held[name], KEPT[name]) for name in KEPT)


@pytest.mark.parametrize("length", [0, 1, 100, 5000])
def test_a_cut_file_counts_as_absent(tmp_path: Path, length: int) -> None:
    path = tmp_path / "x.npz"
    save_arrays(path, KEPT)
    path.write_bytes(path.read_bytes()[:length])
    assert read_arrays(path) == {}


def test_a_file_with_changed_bytes_counts_as_absent(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    save_arrays(path, KEPT)
    content = bytearray(path.read_bytes())
    content[500:600] = bytes(100)
    path.write_bytes(bytes(content))
    assert read_arrays(path) == {}


def test_what_can_not_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    save_arrays(tmp_path / "file" / "x.npz", KEPT)
    assert read_arrays(tmp_path / "file" / "x.npz") == {}
