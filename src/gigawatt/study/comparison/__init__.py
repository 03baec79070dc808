"""Two programmes or two runs: differences and what causes them."""
