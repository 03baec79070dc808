"""Distributions, named random streams and summaries: uncertainty as an input type."""
