"""Sections of the report, one module each: `section(view)` returns it, or None without data."""
