"""What a GPU-hour yields: training step time and serving throughput."""
