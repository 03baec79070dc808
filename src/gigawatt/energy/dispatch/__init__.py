"""Dispatch of one year with capacities fixed: the problem, and an exact kernel with duals."""
