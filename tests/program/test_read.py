"""Reading, merging, and knowing the line of every key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gigawatt.errors import ProblemsError
from gigawatt.program.lines import duplicates, key_lines
from gigawatt.program.read import bundled_names, idle_removals, merge, read_program
from gigawatt.program.shown import shown_value

TEXT = '''# a comment
name = "x"
note = """
[not.a.table]
key = "not a key"
"""

[declared]
racks = 3

[[site]]
id = "one"
"quoted key" = 1
  [site.progress]
  land = 2026-01-01
  [[site.phase]]
  id = "a"
  [[site.phase]]
  id = "b"
  power.mw = 2

[[site]]
id = "two"
  [[site.phase]]
  id = "a"
  power = { low = 1, high = 2 }

[[supply]]
system = "s"

[[odd]]
value = 1
'''


def test_line_of_every_key() -> None:
    lines = key_lines(TEXT, tomllib.loads(TEXT))
    assert lines["name",] == 2
    assert ("key",) not in lines
    assert ("not", "a", "table") not in lines
    assert lines["declared", "racks"] == 9
    assert lines["site", "one"] == 11
    assert lines["site", "one", "quoted key"] == 13
    assert lines["site", "one", "progress", "land"] == 15
    assert lines["site", "one", "phase", "b", "id"] == 19
    assert lines["site", "one", "phase", "b", "power", "mw"] == 20
    assert lines["site", "two", "phase", "a", "power"] == 26
    assert lines["supply", "s", "system"] == 29
    assert lines["odd", "0", "value"] == 32


def test_place_falls_back_to_the_parent(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TEXT)
    raw = read_program("a.toml", tmp_path)
    assert raw.place(("site", "two", "phase", "a", "power", "low")) == (
        str(tmp_path / "a.toml"),
        26,
    )
    assert raw.place(("nothing",)) == (str(tmp_path / "a.toml"), 0)


def test_duplicates_name_both_lines() -> None:
    text = '[[p]]\nid = "a"\n[[p]]\nid = "b"\n[[p]]\nid = "a"\n'
    assert duplicates(text, tomllib.loads(text)) == [(("p", "a"), 1, 5)]


def test_removed_entry_makes_room_for_a_new_one() -> None:
    text = '[[p]]\nid = "a"\nremove = true\n[[p]]\nid = "a"\nv = 2\n'
    change = tomllib.loads(text)
    assert duplicates(text, change) == []
    assert merge({"p": [{"id": "a", "v": 1, "w": 1}]}, change) == {"p": [{"id": "a", "v": 2}]}


def test_merge() -> None:
    base = {
        "title": "base",
        "declared": {"racks": 1, "packages": 2},
        "site": [
            {"id": "one", "v": 1, "phase": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]},
            {"id": "two", "v": 2},
        ],
        "supply": [{"system": "s", "r": {"low": 1, "mode": 2, "high": 3}}],
    }
    change = {
        "declared": {"racks": 5},
        "site": [
            {"id": "one", "phase": [{"id": "b", "n": 9}]},
            {"id": "two", "remove": True},
            {"id": "three", "v": 3},
        ],
        "supply": [{"system": "s", "r": {"p05": 1, "p95": 2}}],
    }
    assert merge(base, change) == {
        "title": "base",
        "declared": {"racks": 5, "packages": 2},
        "site": [
            {"id": "one", "v": 1, "phase": [{"id": "a", "n": 1}, {"id": "b", "n": 9}]},
            {"id": "three", "v": 3},
        ],
        "supply": [{"system": "s", "r": {"p05": 1, "p95": 2}}],
    }


def test_merge_changes_neither_input() -> None:
    base = {"site": [{"id": "one", "phase": [{"id": "a", "n": 1}]}]}
    merge(base, {"site": [{"id": "one", "phase": [{"id": "a", "n": 2}]}]})
    assert base == {"site": [{"id": "one", "phase": [{"id": "a", "n": 1}]}]}


def test_idle_removals_in_depth() -> None:
    base = {"site": [{"id": "one", "phase": [{"id": "a"}]}]}
    change = {"site": [{"id": "one", "phase": [{"id": "c", "remove": True}]}]}
    assert list(idle_removals(base, change)) == [(("site", "one", "phase", "c"), ["a"])]


def test_extends_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "base.toml").write_text('name = "base"\ntitle = "t"\n')
    (tmp_path / "sub" / "mid.toml").write_text('extends = "../base.toml"\nname = "mid"\n')
    (tmp_path / "sub" / "top.toml").write_text('extends = "mid.toml"\n\nformat = 1\n')
    raw = read_program("sub/top.toml", tmp_path)
    assert raw.data == {"extends": "mid.toml", "name": "mid", "title": "t", "format": 1}
    assert [Path(o).name for o in raw.origin] == ["top.toml", "mid.toml", "base.toml"]
    assert raw.place(("name",)) == (str(tmp_path / "sub" / "mid.toml"), 2)
    assert raw.place(("title",)) == (str(tmp_path / "base.toml"), 2)


def test_syntax_error_of_the_parent_names_the_parent(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("ok = 1\nname = \n")
    (tmp_path / "top.toml").write_text('extends = "base.toml"\n')
    with pytest.raises(ProblemsError, match=r"base\.toml:2: TOML: this is not valid TOML"):
        read_program("top.toml", tmp_path)


def test_byte_order_mark_is_forgiven(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbfname = "a"\n')
    assert read_program("a.toml", tmp_path).data == {"name": "a"}


def test_bundled_names() -> None:
    assert {"openai-nvidia-2025-09", "single-campus"} <= set(bundled_names())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'), (True, "true"), (1.5, "1.5"), ([1, "b"], '[1, "b"]'),
        ({"low": 1, "high": 2}, "{ low = 1, high = 2 }"),
        (tomllib.loads("d = 2026-09-01")["d"], "2026-09-01"),
    ],
)  # fmt: skip
def test_values_are_shown_as_they_are_written(value: object, text: str) -> None:
    assert repr(shown_value(value)) == text
