"""Serving composed with power and money: points, fronts, plans, prices and sales of tokens."""
