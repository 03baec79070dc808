"""Hourly weather of a site: read from a file, or made from monthly normals."""
