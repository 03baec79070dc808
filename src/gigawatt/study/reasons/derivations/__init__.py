"""Derivations of named results, as data: from a result through formulas to facts."""

from gigawatt.study.reasons.derivations.graph import NODES, bound, find, names
from gigawatt.study.reasons.derivations.node import Node

__all__ = ["NODES", "Node", "bound", "find", "names"]
