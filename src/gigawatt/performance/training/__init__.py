"""Training: step time, memory, power and plans of large-model training."""
