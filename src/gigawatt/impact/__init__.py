"""Capacity, price, access, concentration, carbon, water, rules."""
