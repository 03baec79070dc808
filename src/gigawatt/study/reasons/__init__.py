"""Why a result is what it is: derivations, influence, levers, what binds."""
