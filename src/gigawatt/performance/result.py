"""What the performance layer passes on: rates per package, watts and time shares by phase.

All rates are for a healthy machine; failures, waiting and power caps belong to `operations`, prices
to `study`. A package is one GPU module (a Vera Rubin package holds two dies).
"""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class TrainRate:
    """Training rate of one (model, system, setting, date).

    Attributes
    ----------
    model, system : catalog ids.
    setting : the plan in words ("TP8 PP16 DP64 EP1, FP8, 16,384 packages, batch 2048 x 8192").
    packages : packages of the job that the rate was computed for.
    tokens_per_s_per_package : healthy throughput.
    flop_per_token : model FLOP per token (forward and backward, no recomputation).
    mfu : model FLOP/s over the dense peak of the precision used.
    step_time_s : time of one optimiser step.
    power_compute_w, power_communication_w, power_idle_w : draw of one package with its share of
        the node, in W, by phase of the work.
    compute_share, communication_share : shares of the step's time; the rest is idle or bubble.
    checkpoint_bytes : bytes of one full checkpoint of the job.
    sigma_log : standard deviation of ln(true / predicted) throughput, for a 90 % band
        exp(+-1.645 sigma).
    """

    model: str
    system: str
    setting: str
    packages: int
    tokens_per_s_per_package: float
    flop_per_token: float
    mfu: float
    step_time_s: float
    power_compute_w: float
    power_communication_w: float
    power_idle_w: float
    compute_share: float
    communication_share: float
    checkpoint_bytes: float
    sigma_log: float


@dataclass(frozen=True, slots=True)
class ServeRate:
    """Serving rate of one (model, system, setting, date) at one operating point.

    Attributes
    ----------
    model, system : catalog ids.
    setting : the plan and conditions in words (precision, lengths, parallelism, limits).
    input_tokens, output_tokens : mean lengths of a request.
    output_tokens_per_s_per_package, input_tokens_per_s_per_package : healthy throughput, with all
        prompt tokens counted (cached ones too).
    tokens_per_s_per_user : decode speed seen by one user.
    ttft_ms, tpot_ms : mean time to first token and per output token.
    power_w : draw of one package with its share of the node while serving, in W.
    sigma_log : standard deviation of ln(true / predicted) throughput.
    prompt_share : part of the packages' time that goes into prompts.
    accepted_tokens_per_step : tokens that a step yields per request; 1 without speculation.
    low_draft_factor, high_draft_factor : throughput where fewest and most drafts are accepted,
        over that in the middle; 1 without speculation.
    """

    model: str
    system: str
    setting: str
    input_tokens: float
    output_tokens: float
    output_tokens_per_s_per_package: float
    input_tokens_per_s_per_package: float
    tokens_per_s_per_user: float
    ttft_ms: float
    tpot_ms: float
    power_w: float
    sigma_log: float
    prompt_share: float = 0.0
    accepted_tokens_per_step: float = 1.0
    low_draft_factor: float = 1.0
    high_draft_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rates of every workload on every system of a programme; W workloads, G systems, M months.

    Attributes
    ----------
    workloads, systems : (W,), (G,) ids, in the programme's and the blocks' order.
    rates : [W][G] healthy rate at the reference date; `TrainRate` for kinds "train" and
        "research", `ServeRate` for kind "serve".
    factor : (D, W, G, M) factor on throughput: error of the model, and maturity of the software at
        the month.
    """

    workloads: tuple[str, ...]
    systems: tuple[str, ...]
    rates: tuple[tuple[TrainRate | ServeRate, ...], ...]
    factor: Array
