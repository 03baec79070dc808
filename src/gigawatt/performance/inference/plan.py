"""How a model is served: layout of a replica, precisions, engine, batching, speculation."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.errors import InputError

ENGINES = ("vllm", "sglang", "trtllm", "other")
KV_PRECISIONS = ("bf16", "fp8", "fp4")
SPECULATION = ("none", "mtp", "eagle3", "dspark")


@dataclass(frozen=True, slots=True)
class Layout:
    """Packages of one replica, or of one worker of a pool.

    Attributes
    ----------
    tp : packages that share one attention rank (tensor parallel).
    dp : attention ranks, each with requests of its own (attention data parallel).
    moe_tp, moe_ep : packages that share one expert, and ranks over which experts are spread;
        their product is tp x dp. 0 means: experts over all packages.
    pp : pipeline stages; the packages above are those of one stage.
    """

    tp: int = 1
    dp: int = 1
    moe_tp: int = 0
    moe_ep: int = 0
    pp: int = 1

    @property
    def stage_packages(self) -> int:
        """Packages of one stage."""
        return max(self.tp * self.dp, max(1, self.moe_tp) * max(1, self.moe_ep))

    @property
    def packages(self) -> int:
        """Packages of the replica."""
        return self.stage_packages * self.pp


@dataclass(frozen=True, slots=True)
class ServingPlan:
    """A whole deployment.

    Attributes
    ----------
    layout : of a replica; of the decode pool's workers where there is a prefill pool.
    replicas : copies (workers of the decode pool) that share the requests.
    prefill, prefill_workers : layout and number of the prefill pool's workers; None and 0 if
        prompts are computed where answers are.
    precision : of weights and products: "bf16", "fp8", "fp4", "int4".
    kv_precision : of the cache; "" follows the engine's customary setting (`schemes.py`).
    engine, engine_version, date : software; the date (ISO) sets how mature it is.
    speculation, draft_tokens, accepted_tokens : method, tokens drafted a step, and tokens that a
        step yields (1 without; 0 takes it from the catalog's curves).
    prefix_hit_share : part of the prompt tokens whose cache is found.
    max_batch : most running requests of a replica; 0 for the engine's customary limit.
    chunk_tokens : prompt tokens that one step may hold.
    """

    layout: Layout = Layout()
    replicas: int = 1
    prefill: Layout | None = None
    prefill_workers: int = 0
    precision: str = "fp8"
    kv_precision: str = ""
    engine: str = "trtllm"
    engine_version: str = ""
    date: str = ""
    speculation: str = "none"
    draft_tokens: int = 0
    accepted_tokens: float = 0.0
    prefix_hit_share: float = 0.0
    max_batch: int = 0
    chunk_tokens: int = 8192

    @property
    def packages(self) -> int:
        """All packages of the deployment."""
        own = self.layout.packages * self.replicas
        return own + (self.prefill.packages * self.prefill_workers if self.prefill else 0)


def check_plan(plan: ServingPlan) -> None:
    """Raise an `InputError` for the first thing that can't be."""
    if plan.engine not in ENGINES:
        raise InputError(f"Unknown engine {plan.engine!r}. Known: {', '.join(ENGINES)}.")
    if plan.kv_precision and plan.kv_precision not in KV_PRECISIONS:
        raise InputError(
            f"Unknown cache precision {plan.kv_precision!r}. Known: {', '.join(KV_PRECISIONS)}."
        )
    if not 0.0 <= plan.prefix_hit_share < 1.0:
        raise InputError(f"prefix_hit_share is {plan.prefix_hit_share}: it lies in [0, 1).")
    for name, least in (
        ("replicas", 1),
        ("prefill_workers", 0),
        ("draft_tokens", 0),
        ("max_batch", 0),
        ("chunk_tokens", 1),
    ):
        if getattr(plan, name) < least:
            raise InputError(f"{name} is {getattr(plan, name)}: at least {least} is needed.")
    if plan.speculation == "none" and (plan.draft_tokens or plan.accepted_tokens):
        raise InputError("draft and accepted tokens need a method of speculation, as mtp.")
    if plan.accepted_tokens > 1.0 + max(plan.draft_tokens, 1):
        raise InputError(
            f"accepted_tokens is {plan.accepted_tokens:g}: a step that drafts "
            f"{max(plan.draft_tokens, 1)} yields at most {1 + max(plan.draft_tokens, 1)}."
        )
    for layout in (plan.layout, plan.prefill):
        if layout is not None:
            _check_layout(layout)


def _check_layout(layout: Layout) -> None:
    for name, least in (("tp", 1), ("dp", 1), ("pp", 1), ("moe_tp", 0), ("moe_ep", 0)):
        if getattr(layout, name) < least:
            raise InputError(f"{name} is {getattr(layout, name)}: at least {least} is needed.")
