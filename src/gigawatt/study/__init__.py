"""Wires the layers: run, draws, compare, explain, manifest, store."""
