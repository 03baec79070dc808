"""A HiGHS that says nothing: its banner would stand in the data on stdout."""

from __future__ import annotations

from typing import Any


def quiet_highs() -> Any:  # noqa: ANN401  # the solver has no types
    """Solver object without output, one thread."""
    import highspy  # noqa: PLC0415  # a second of import that only supply needs

    class Quiet(highspy.Highs):  # type: ignore[misc,unused-ignore]
        """The banner comes with the first call that may log, which is made by the constructor."""

        def enableCallbacks(self) -> None:  # noqa: N802  # the solver's own name
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call,unused-ignore]

    highs = Quiet()  # type: ignore[no-untyped-call,unused-ignore]
    highs.setOptionValue("threads", 1)
    return highs
