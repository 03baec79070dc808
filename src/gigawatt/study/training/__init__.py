"""Whole training runs composed of rates, failures, energy and money."""
