"""Inference: serving throughput, latency and energy per token."""
