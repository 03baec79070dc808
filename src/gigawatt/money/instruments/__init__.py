"""Instruments: one file a kind, one registry (`registry`)."""
