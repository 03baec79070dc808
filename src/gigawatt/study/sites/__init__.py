"""Sites composed of schedule, operations and energy: fleets, weeks, supply, rules."""
