"""Programme files: schema, load, checks, bundled programmes."""
