"""Plan, simulate and audit gigawatt-scale AI infrastructure, from grid to token to dollar."""

__version__ = "0.1.0"
