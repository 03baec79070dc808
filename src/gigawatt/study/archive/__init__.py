"""A run on disk: written, opened, described, exported."""
