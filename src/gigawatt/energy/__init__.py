"""What each site draws and what supplies it: cooling, water, supply, grid, rules."""
