"""Commands: one file each, imported when used."""
