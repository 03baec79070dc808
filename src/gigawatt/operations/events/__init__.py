"""The fleet by events: compiled loops over arrays; nothing ticks."""
