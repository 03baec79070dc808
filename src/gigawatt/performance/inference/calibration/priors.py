"""What is known before the data: start values, spreads, and the kinds of deviation allowed.

Every constant has a start value and a spread of its logarithm; deviations start at none. Spreads of
deviations shrink them: a level that few rows speak for stays near the core.
"""

from __future__ import annotations

# constant → (start value, spread of the logarithm)
CORE: dict[str, tuple[float, float]] = {
    "weight_read": (0.80, 0.15),
    "expert_read": (0.70, 0.20),
    "kv_read": (0.65, 0.20),
    "gemm": (0.67, 0.20),
    "prefill_gemm": (0.70, 0.25),
    "prefill_attention": (0.55, 0.30),
    "expert_half_tokens": (60.0, 1.0),
    "expert_half_width": (100.0, 0.8),
    "read_half_width": (150.0, 0.4),
    "activation_passes": (8.0, 0.7),
    "link": (0.50, 0.40),
    "collective_us": (4.5, 0.40),
    "collective_growth": (0.6, 0.40),
    "step_us": (250.0, 0.6),
    "layer_us": (20.0, 0.6),
    "moe_us": (20.0, 0.6),
    "mla_us": (25.0, 0.6),
    "linear_us": (30.0, 0.6),
    "index_us": (80.0, 0.6),
    "block_us": (8.0, 0.3),  # one pair of BF16 and FP8 rows says 5 to 10
    "host_step_us": (1200.0, 0.6),
    "host_request_us": (35.0, 0.6),
    "eager_ms": (0.4, 0.8),
    "unpack": (0.7, 0.2),
    "first_ms": (25.0, 0.7),
    "first_token_us": (2.5, 0.7),
    "stream_tokens": (4.0, 0.8),
    "burst": (0.068, 0.5),
    "cohort": (2.0, 1.0),
    "routing_skew": (0.3, 0.8),
}

# (constant, kind of level, spread of the logarithm)
DEVIATIONS: tuple[tuple[str, str, float], ...] = (
    ("weight_read", "scheme", 0.15),
    ("weight_read", "engine", 0.10),
    ("weight_read", "generation", 0.05),
    ("expert_read", "scheme", 0.12),
    ("expert_read", "engine", 0.08),
    ("expert_read", "generation", 0.08),
    ("expert_read", "stack", 0.05),
    ("expert_read", "model", 0.05),
    ("routing_skew", "model", 0.40),
    ("kv_read", "engine", 0.12),
    ("kv_read", "generation", 0.08),
    ("gemm", "scheme", 0.12),
    ("gemm", "generation", 0.08),
    ("prefill_gemm", "scheme", 0.12),
    ("prefill_gemm", "engine", 0.12),
    ("prefill_gemm", "generation", 0.08),
    ("prefill_gemm", "stack", 0.05),
    ("layer_us", "engine", 0.30),
    ("layer_us", "scheme", 0.18),
    ("layer_us", "generation", 0.12),
    ("layer_us", "model", 0.15),
    ("moe_us", "engine", 0.17),
    ("moe_us", "scheme", 0.18),
    ("moe_us", "model", 0.20),
    ("mla_us", "engine", 0.25),
    ("step_us", "engine", 0.25),
    ("host_step_us", "engine", 0.12),
    ("host_request_us", "engine", 0.10),
    ("eager_ms", "engine", 0.50),
    ("link", "generation", 0.17),
    ("link", "engine", 0.12),
    ("collective_us", "generation", 0.17),
    ("collective_us", "engine", 0.12),
    ("first_ms", "engine", 0.40),
    ("first_ms", "engine-lengths", 0.30),
    ("first_token_us", "engine", 0.30),
    ("stream_tokens", "engine", 0.50),
    ("stream_tokens", "engine-model", 0.80),
    ("burst", "engine-lengths", 0.40),
    ("decode_time", "model", 0.12),
    ("decode_time", "stack", 0.05),
    ("prefill_time", "model", 0.20),
)
MONTHLY_GAIN_LOG = 0.015  # by which times fall per month of software; from outside, see docs
SCALE = (0.08, 0.10, 0.15)  # of the error of TPOT, throughput, TTFT, in logarithms
WEIGHT = (1.0, 0.7, 0.5)
UNKNOWN_WEIGHT = 0.8  # of rows that may run with speculation
PHASE_SCALE = 0.10  # of the error of isolated phases
CELL_ROWS = 3  # rows of one cell beyond which it gains no weight: their errors have one cause
