"""Rules that fill in what a description of a plan leaves open; each says what it assumed.

A published table rarely names everything. The rules are pure functions of what is known, without
reference to a particular table; `docs/performance.md` lists them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.choices import Graphs, Precision, Recompute, Schedule, Stack
from gigawatt.performance.training.facts import TrainModel, months_since_2000
from gigawatt.performance.training.plan import Plan
from gigawatt.performance.training.result import StepBatch

FUSED_ATTENTION = months_since_2000("2023-01")  # papers of large runs with fused attention
FULL_GRAPHS = months_since_2000("2026-06")
MIDDLE_OF_ERA = months_since_2000("2022-01")
SCORES_KEPT = months_since_2000("2024-01")  # later texts mean other parts by "selective"
LARGE_BUBBLE = 0.2  # of the work; tuned recipes with public results stay below it
HEAD_ROOM = 0.93  # of what a job may fill: recipes leave room for fragmentation
MICROBATCHES = (1, 2, 4, 8, 16)
LEAN = Recompute.NORM | Recompute.ACTIVATION | Recompute.MLA_UP

_EARLY = {
    True: (Stack.ERA_2021, "stack of 2021 (dated before fused attention)"),
    False: (Stack.TUNED, "tuned stack (a maker's compiler, which fuses and overlaps)"),
}
_CONTAINER = re.compile(r"^\s*(2\d)\.(0[1-9]|1[0-2])(\.\d+)?")
_DATE = re.compile(r"\b(20[12]\d)-(0[1-9]|1[0-2])\b")
_YEAR = re.compile(r"\b(20[12]\d)\b")
_TOOLKIT = re.compile(
    r"torch ?titan|pytorch|llm.?foundry|lightning|nanotron|gpt.?neox|axolotl|hugging ?face"
    r"|colossal|fairscale|litgpt|torch ?tune|olmo.?core"
)  # software that is used as it is installed
_TUNED = re.compile(
    r"megatron|nemo|mlperf|transformer engine|^r?0\.\d+|(?<!olmo.)\bcore|\bm.?core\b|core[_ -]r?0"
)
_REPORT = re.compile(
    r"technical report|herd of models|open[- ]access|open pre-?trained|whole run|gpu.?hours"
    r"|production|deepspeed|megatron-turing|mt-nlg"
)
_BENCHMARK = re.compile(r"benchmark|megatron|nemo|nvidia|mlperf|simumax|performance|recipe")
_VENDOR = re.compile(r"nemotron|nvidia")
_KINDS = ("gpt", "base", "cut", "layers", "dense", "moe", "model")
_ARXIV = re.compile(r"\b(\d\d)(0[1-9]|1[0-2])\.\d{4,5}\b")


def software_month(release: str, source: str = "") -> tuple[float, str]:
    """Months since 2000-01 of the software, and how it was found; 0 if nothing says it.

    First the release ("26.04", "26.02.01": a point release counts half a month, or a date in it),
    then the number of an arXiv paper in the source (a paper's runs are of its month), then a year
    in the source (its middle).
    """
    found = _CONTAINER.match(release)
    if found:
        point = 0.5 if found.group(3) else 0.0
        return months_since_2000(f"20{found.group(1)}-{found.group(2)}") + point, "release"
    for text, origin in ((release, "date in the release"), (source, "date in the source")):
        dates = _DATE.search(text)
        if dates:
            return months_since_2000(f"{dates.group(1)}-{dates.group(2)}"), origin
    paper = _ARXIV.search(source)
    if paper:
        month = months_since_2000(f"20{paper.group(1)}-{paper.group(2)}")
        return month, "arXiv number of the source"
    years = _YEAR.search(source)
    if years:
        return months_since_2000(f"{years.group(1)}-07"), "year in the source"
    return 0.0, ""


def software_stack(
    release: str,
    month: float,
    system: System,
    precision_text: str,
    sequence_parallel: bool | None,
    source: str = "",
    recomputed: tuple[str, ...] = (),
) -> tuple[Stack, str]:
    """Kind of software, and why.

    Runs before fused attention came (papers of 2023) are of the stack of 2021, or on TPUs and
    alike tuned (their compilers fuse and overlap what that stack does not); so are undated FP16
    runs on Ampere without sequence parallelism, and runs there (to 2023) that compute the scores of
    attention again, or in FP16 everything: fused attention leaves no scores to compute again. A
    release that names another tool than a vendor's container or Megatron is a plain stack, and so
    is a source that names a common toolkit; everything else is taken as tuned.
    """
    if 0.0 < month < FUSED_ATTENTION:
        return _EARLY[system.vendor in ("NVIDIA", "AMD")]
    old = system.generation == "ampere" and "16" in precision_text and "bf" not in precision_text
    if month <= 0.0 and old and not sequence_parallel:
        return Stack.ERA_2021, "stack of 2021 (undated FP16 run on Ampere)"
    scores = "core_attention" in recomputed or (old and "full" in recomputed)
    if system.generation == "ampere" and scores and month < SCORES_KEPT:
        return Stack.ERA_2021, "stack of 2021 (scores are computed again, so not fused)"
    text = release.lower()
    if text.strip() and not _CONTAINER.match(release) and not _TUNED.search(text):
        return Stack.PLAIN, "plain stack (release is not a vendor's container)"
    toolkit = _TOOLKIT.search(source.lower())
    if toolkit and not (_CONTAINER.match(release) or _TUNED.search(f"{text} {source.lower()}")):
        return Stack.PLAIN, f"plain stack ({toolkit.group(0)})"
    return Stack.TUNED, "tuned stack"


def trend_month(release: str, month: float, stack: Stack) -> float:
    """Month that the release trend counts from; 0 for plain stacks, whose history is their own.

    Undated runs of the stack of 2021 are taken as of the middle of its time.
    """
    if stack == Stack.ERA_2021 and month <= 0.0:
        return MIDDLE_OF_ERA
    return month if stack != Stack.PLAIN or _CONTAINER.match(release) else 0.0


def vendor_release(release: str) -> bool:
    """Whether a release is a vendor's container ("26.04")."""
    return bool(_CONTAINER.match(release))


def production_run(model: str, *texts: str) -> tuple[bool, str]:
    """Whether a source is the report of a model, whose run was not a tuned benchmark.

    It says so ("technical report", "GPU hours", …), or it is named after the model and names no
    benchmark or vendor's software. A vendor's own model runs on the stack that it tunes.
    """
    text = " ".join(texts).lower()
    if _VENDOR.search(model.lower()):
        return False, "tuned stack of the vendor's own model"
    if "whole run" in text:
        return True, "production run (a whole run)"
    if _REPORT.search(text):
        return True, "production run (the source is the report of a model)"
    names = [w for w in re.findall(r"[a-z]{3,}", model.lower()) if w not in _KINDS]
    if _BENCHMARK.search(text) or not any(re.search(rf"\b{n}", text) for n in names):
        return False, ""
    return True, "production run (the source is named after the model)"


def known_benchmark(source: str, release: str) -> bool:
    """Whether the texts name a benchmark, a vendor's software or a vendor's container."""
    named = _BENCHMARK.search(f"{source} {release}".lower())
    return bool(named or _CONTAINER.match(release))


def pipeline_schedule(text: str) -> tuple[Schedule, str]:
    """Schedule that a description names; 1F1B otherwise.

    The report of DeepSeek-V3's own run describes DualPipe (arXiv 2412.19437, section 3.2).
    """
    low = text.lower()
    if re.search(r"dual.?pipe|2412\.19437|deepseek-v3 technical report", low):
        return Schedule.DUAL, "DualPipe schedule"
    if re.search(r"zero.?bubble|\bzb", low):
        return Schedule.ZERO_BUBBLE, "zero-bubble schedule"
    return Schedule.ONE_F_ONE_B, ""


def launch_graphs(
    shape: ModelShape, system: System, plan: Plan, token_drop: bool
) -> tuple[Graphs, str]:
    """How launches reach the GPU, by what vendors' recipes of the time do.

    Matters for mixture models: whole-step graphs from June 2026 on Blackwell and later in MXFP8 and
    NVFP4; partial graphs on rack-scale Blackwell from November 2025 and on its servers from March
    2026 (pipelined plans from April); else eager. Token drop makes shapes static.
    """
    if not shape.is_moe:
        return Graphs.EAGER, ""
    if token_drop:
        return Graphs.STATIC, "static shapes (token drop)"
    if system.generation in ("ampere", "hopper") or plan.stack != Stack.TUNED:
        return Graphs.EAGER, "eager launches"
    month = plan.release_month or FULL_GRAPHS
    if month >= FULL_GRAPHS and plan.precision in (Precision.MXFP8, Precision.NVFP4):
        return Graphs.FULL, "whole-step graphs"
    if system.scaleup_packages > 8:
        first = months_since_2000("2025-11")
    else:
        first = months_since_2000("2026-02") + (0.5 if plan.pp == 1 else 2.5)
    if month >= first:
        return Graphs.PARTIAL, "partial graphs"
    return Graphs.EAGER, "eager launches"


def virtual_stages(
    shape: ModelShape, pp: int, stack: Stack, microbatches_of_rank: float
) -> tuple[int, str]:
    """Virtual stages where a table leaves them out.

    As many as the layers allow in large dense models of a tuned run whose stages do not divide
    evenly. Where stages are even, a tuned run interleaves if the bubble would otherwise be more
    than `LARGE_BUBBLE` of the work: with the fewest virtual stages that bring it to a half of
    that, as strong scaling and small batches per pipeline call for. Else one.
    """
    if pp == 1:
        return 1, ""
    if stack == Stack.TUNED and shape.layers % pp and not shape.is_moe:
        return math.ceil(shape.layers / pp), "one layer per virtual stage (uneven stages)"
    bubble = (pp - 1.0) / max(1.0, microbatches_of_rank)
    own = shape.layers // pp
    if stack == Stack.TUNED and shape.layers % pp == 0 and own > 1 and bubble > LARGE_BUBBLE:
        sizes = [v for v in range(2, own + 1) if own % v == 0]
        small = [v for v in sizes if bubble / v <= LARGE_BUBBLE / 2.0]
        chosen = small[0] if small else sizes[-1]
        return chosen, f"{chosen} virtual stages (the bubble would be {bubble:.0%} of the work)"
    return 1, "no virtual stages"


def roomy(out: StepBatch) -> bool:
    """Whether a plan fits with the room that recipes leave for fragmentation."""
    return bool(out.memory_gib[0] <= HEAD_ROOM * out.column("capacity_gib")[0])


Evaluator = Callable[[Plan], tuple[float, bool]]


def fitting_recompute(plan: Plan, evaluate: Evaluator, offload: bool) -> tuple[Plan, list[str]]:
    """Cheapest step of the memory ladder with which the plan fits, where recompute is not known.

    Keep everything; gradients in 16 bits; norms, activation functions and MLA up-projections again;
    half and all layers' activations to the host (if the system can); every second layer again, all
    again. The last one is returned if none fits.
    """
    lean = replace(plan, lean_states=True)
    cheap = replace(lean, recompute=LEAN)
    words = "norms and activation functions recomputed, 16-bit gradients"
    ladder = [
        (plan, "nothing recomputed"),
        (lean, "nothing recomputed, 16-bit gradients"),
        (replace(plan, recompute=LEAN), "norms and activation functions recomputed"),
        (cheap, words),
    ]
    if offload:
        ladder += [
            (replace(cheap, offload_share=0.5), f"{words}, half of the activations offloaded"),
            (replace(cheap, offload_share=1.0), f"{words}, all activations offloaded"),
        ]
    full = replace(lean, recompute=Recompute.FULL)
    ladder += [
        (replace(full, recompute_share=0.5), "every second layer's forward pass recomputed"),
        (replace(full, recompute_share=0.75), "three quarters of the layers recomputed"),
        (full, "forward pass recomputed"),
    ]
    for candidate, told in ladder:
        if evaluate(candidate)[1]:
            return candidate, [told]
    return ladder[-1][0], [ladder[-1][1]]


def fitting_states(plan: Plan, evaluate: Evaluator, words: str = "") -> tuple[Plan, list[str]]:
    """The plan, with 16-bit gradients where only these make it fit; what was done, in words."""
    told = [words] if words else []
    lean = replace(plan, lean_states=True)
    if evaluate(plan)[1] or not evaluate(lean)[1]:
        return plan, told
    return lean, [*told, "16-bit gradients (else it does not fit)"]


def microbatches(most: float) -> list[int]:
    """Sizes to try for a rank with so many sequences: those that divide, else all that are less."""
    sizes = [b for b in MICROBATCHES if b <= most]
    return [b for b in sizes if most % b == 0] or sizes or [1]


def best_microbatch(plan: Plan, evaluate: Evaluator) -> tuple[Plan, list[str]]:
    """Fastest microbatch of 1 to 16 sequences that fits; the smallest one if none does."""
    most = plan.gbs / plan.dp
    sizes = microbatches(most)
    rated = [(evaluate(replace(plan, mbs=b)), b) for b in sizes]
    fitting = [(time, b) for (time, fits), b in rated if fits]
    best = min(fitting)[1] if fitting else sizes[0]
    return replace(plan, mbs=best), [f"microbatch {best} (fastest that fits)"]


def data_parallel(gpus: int, plan: Plan) -> tuple[int, list[str]]:
    """Data-parallel size from the GPUs and the other sizes."""
    dp = gpus // (plan.tp * plan.pp * plan.cp)
    return dp, [f"dp {dp} (GPUs over the other sizes)"]


def model_words(model: TrainModel) -> str:
    """Which constants a prediction used."""
    return f"constants of {model.generation}, {model.calibrated or 'forecast'}"
