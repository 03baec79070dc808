"""Tables of a run, one module a subject."""
