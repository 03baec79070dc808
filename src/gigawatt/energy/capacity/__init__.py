"""Least-cost capacities by cutting planes over exact dispatches, with a certified gap."""
