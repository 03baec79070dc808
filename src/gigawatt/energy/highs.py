"""A HiGHS that says nothing: its banner would stand in the data on stdout."""

from __future__ import annotations

from typing import Any


def quiet_highs() -> Any:
    """Solver object without output, one thread."""
    import highspy

    class Quiet(highspy.Highs):  # type: ignore[misc,unused-ignore]
        """The banner comes with the first call that may log, which is made by the constructor."""

        def enableCallbacks(self) -> None:  # noqa: N802  # the solver's own name
            self.silent()
            super().enableCallbacks()

    highs = Quiet()
    highs.setOptionValue("threads", 1)
    return highs
