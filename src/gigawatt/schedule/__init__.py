"""When each phase of each site is energised, equipped and in service."""
