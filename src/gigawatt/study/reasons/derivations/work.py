"""Derivations of rates, useful time, power drawn and shares of the world."""

from __future__ import annotations

from gigawatt.study.reasons.derivations.node import Node

_SYSTEM = (
    "systems/{system}/*_dense_tflops", "systems/{system}/hbm_*", "systems/{system}/scaleup_*",
    "systems/{system}/scaleout_gbit_s",
)  # fmt: skip

NODES = (
    Node(
        "serve_rate", "Output tokens per second of a healthy package",
        "requests that meet the speed per user x tokens of a step / time of a step: reading "
        "weights and cache, multiplying, collectives, launches, host; best plan over layouts, "
        "batches, drafts and pools that keeps the limit of the first token", "tokens/s",
        (), ("models/*", "serving/*", "speculation/*", "assumptions/serving/ttft_p99_limit_s",
             "assumptions/performance/draft_text_factor", "efficiencies/power/*", *_SYSTEM),
        ("workload/*/model", "workload/*/precision", "workload/*/input_tokens",
         "workload/*/output_tokens", "workload/*/tokens_per_s_per_user", "workload/*/speculation",
         "workload/*/pools"),
        held="performance:output_tokens_per_s_per_package",
    ),
    Node(
        "train_rate", "Training tokens per second of a healthy package",
        "batch / time of a step: products, attention, memory work, exposed communication, bubbles, "
        "optimizer; recommended plan of the search, as a production run", "tokens/s",
        (), ("models/*", "efficiencies/step-*", *_SYSTEM),
        ("workload/*/model", "workload/*/precision", "workload/*/packages_per_job",
         "workload/*/seq_len_tokens", "workload/*/batch_tokens"),
        held="performance:tokens_per_s_per_package",
    ),
    Node(
        "throughput_factor", "Factor on throughput",
        "exp(error of the rate model x z) x exp(-ln(gain of mature software) x exp(-age / "
        "saturation)) x answer of serving to the drafts that are accepted", "factor", (),
        ("assumptions/performance/*", "efficiencies/*/forecast_sigma_log",
         "efficiencies/train-common/announced_sigma_log"),
        ("supply/{system}/first_racks", "programme/start"),
    ),
    Node(
        "useful_share", "Useful share of a package-hour given to work",
        "(1 - held back for repair, spares, planned work) x use x share of time that is not lost "
        "to checkpoints, redone work, detection, restart", "share",
        ("failure_rate", "restart_time", "held_back"),
        ("assumptions/operations/train_use_share", "assumptions/operations/research_use_share",
         "assumptions/operations/serve_use_share",
         "assumptions/operations/checkpoint_stall_s",
         "assumptions/operations/checkpoint_gb_s_per_package",
         "efficiencies/train-common/checkpoint_bytes_per_param",
         "assumptions/operations/policy_*", "assumptions/reliability/elastic_*",
         "assumptions/reliability/memory_*", "failures/*/share", "failures/*/rollback_s"),
        ("workload/*/packages_per_job", "workload/*/policy"), held="operations:useful",
    ),
    Node(
        "failure_rate", "Failures of a job",
        "nodes x rate x (1 + causes outside the node) x early life x size^exponent + domains that "
        "the job touches", "per second",
        ("in_service",),
        ("assumptions/operations/failures_per_1000_node_days",
         "assumptions/operations/infant_factor", "assumptions/operations/infant_years",
         "assumptions/operations/platform_factor", "assumptions/operations/service_factor",
         "assumptions/operations/service_nodes", "assumptions/operations/size_exponent",
         "failures/*"),  # causes: domains, shares, times to notice, find and repair
        ("supply/{system}/first_racks", "programme/as_of"),
    ),
    Node(
        "restart_time", "Time lost by a failure",
        "detection + base + slope x thousand packages, again where the restart fails", "s", (),
        ("assumptions/operations/detection_s", "assumptions/operations/restart_*",
         "assumptions/operations/warm_restart_share",
         "assumptions/operations/serve_restart_s"),
    ),
    Node(
        "held_back", "Packages held back",
        "max(in repair, spares) + planned work; in repair = failures x share needing hands x nodes "
        "out x time of repair", "share", ("failure_rate",),
        ("assumptions/operations/repair_*", "failures/*/diagnosis_hours", "failures/*/repair_*",
         "assumptions/operations/spare_share",
         "assumptions/operations/maintenance_share"),
    ),
    Node(
        "it_power_drawn", "IT power drawn",
        "packages in service x full power x mean over states of their share of it, within what "
        "the site can deliver", "MW",
        ("packages", "in_service", "it_power_mw", "useful_share", "deliverable_power"),
        ("efficiencies/power/*", "assumptions/operations/idle_power_share",
         "systems/{system}/system_power_kw", "systems/{system}/system_packages"),
        ("workload/*/share",),
    ),
    Node(
        "h100_equivalents_end", "Stock of the programme",
        "packages in service at year end x dense FP8 (else BF16) peak over that of an H100",
        "H100 equivalents", ("packages", "in_service"),
        ("systems/*/fp8_dense_tflops", "systems/*/bf16_dense_tflops"),
        held="impact:h100_equivalents_end",
    ),
    Node(
        "world_stock_h100_equivalents", "Stock of the world",
        "stock at the end of 2025 x growth^((1 - decay^n) / (1 - decay)), n years later",
        "H100 equivalents", (), ("assumptions/impact/*",),
        held="impact:world_stock_h100_equivalents",
    ),
    Node(
        "useful_package_hours", "Useful package-hours",
        "packages in service x hours x share of the workload x useful share x share of time and "
        "power with supply", "h",
        ("packages", "in_service", "useful_share", "deliverable_power"), (),
        ("workload/*/share",), held="operations:useful",
    ),
    Node(
        "training_flop", "Training compute by year",
        "sum of useful package-hours x 3,600 x tokens/s x FLOP/token x factor", "FLOP",
        ("useful_package_hours", "train_rate", "throughput_factor"), held="impact:training_flop",
    ),
    Node(
        "output_tokens", "Output tokens by year",
        "sum of useful package-hours x 3,600 x output tokens/s x factor", "tokens",
        ("useful_package_hours", "serve_rate", "throughput_factor"), held="impact:output_tokens",
    ),
)  # fmt: skip
