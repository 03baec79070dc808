"""Event simulation of a request trace, iteration by iteration."""
