"""Pictures of a dispatch: weeks, durations, cost by source, carbon by hour."""
