"""What answers, tables and causes of a run are computed from."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.program.blocks import Blocks
from gigawatt.program.model import Program
from gigawatt.quantity.calendar import MonthAxis
from gigawatt.study.outputs import ChunkOutput


@dataclass(frozen=True, slots=True)
class Frame:
    """What answers are computed from: the programme, its calendar, blocks and kept outputs.

    Attributes
    ----------
    blocks : of any chunk; only names and indices are used.
    kept : outputs of all draws.
    """

    program: Program
    axis: MonthAxis
    blocks: Blocks
    kept: ChunkOutput

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(self.kept.draws["programme_gw"])
