"""Values as they are written in a file, for messages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping


class Shown(str):
    """Text that stands in a message as it is, without the quotes of `repr`."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the text itself."""
        return str(self)


def shown_value(value: object) -> Shown | None:
    """`value` as TOML would write it; None stays None (nothing to show).

    >>> shown_value({"low": 1, "high": 2.5}), shown_value(True), shown_value("1 GW")
    ({ low = 1, high = 2.5 }, true, "1 GW")
    """
    return None if value is None else Shown(_toml(value))


def _toml(value: object) -> str:
    match value:
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case dt.date() | dt.time():
            return value.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_toml(v) for v in value) + "]"
        case _:
            return repr(value)
