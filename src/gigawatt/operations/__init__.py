"""What the fleet delivers: failures, repair, jobs, goodput, load shape."""
