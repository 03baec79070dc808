"""Array types of the whole package; shapes stand in docstrings, draws are the first axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NEVER = float("inf")  # a date that is never reached, in months since the start
