"""Search of all plans of a job: the fastest, the trade-offs, what binds, what would relieve it.

Every plan of the space is evaluated; those that do not fit in memory are known by their memory
alone. A search picks the plans that the model flatters most: where a plan near measured practice is
within the model's 90 % band of the fastest, that one is recommended, and both are told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gigawatt.errors import InfeasibleError
from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.choices import Recompute
from gigawatt.performance.training.evaluate import evaluate, evaluate_on
from gigawatt.performance.training.facts import Machine, TrainModel, machine_facts
from gigawatt.performance.training.plan import Plan, PlanBatch
from gigawatt.performance.training.practice import RULE_WORDS, departures
from gigawatt.performance.training.result import OUTPUTS, StepBatch
from gigawatt.performance.training.space import FULL, Choices, Space, make_space
from gigawatt.quantity.arrays import Array, BoolArray, IntArray

CHUNK = 16_384
Z95 = 1.645
GRAIN = 0.01  # trade-offs closer than this are one


@dataclass(frozen=True, slots=True)
class Found:
    """One plan of a search.

    Attributes
    ----------
    plan : the plan.
    outputs : what `result.OUTPUTS` names.
    tokens_per_s_per_gpu : throughput.
    departures : in what it goes beyond measured practice, in words.
    """

    plan: Plan
    outputs: dict[str, float]
    tokens_per_s_per_gpu: float
    departures: tuple[str, ...]

    @property
    def step_s(self) -> float:
        """Time of one step."""
        return self.outputs["step_s"]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    fastest : plan with the highest predicted throughput.
    recommended : the one to take, and `reason` why.
    top : best plan of each of the best layouts, fastest first.
    pareto : plans that no other beats in step time, GPUs, energy and memory head-room at once.
    searched, feasible : plans evaluated, and those that fit.
    space : the space in words.
    seconds : wall time.
    """

    fastest: Found
    recommended: Found
    reason: str
    top: tuple[Found, ...]
    pareto: tuple[Found, ...]
    searched: int
    feasible: int
    space: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Feasible:
    """All plans that fit: indices into the space, and what they are compared by; arrays (N,)."""

    layout: IntArray
    option: IntArray
    gpus: Array
    rate: Array
    step_s: Array
    energy_j: Array
    memory_gib: Array


def search(
    shape: ModelShape,
    system: System,
    model: TrainModel,
    base: Plan,
    gpus: Sequence[int],
    choices: Choices = FULL,
    top: int = 10,
    *,
    with_pareto: bool = True,
    most_loss: float = np.inf,
) -> SearchResult:
    """Evaluate all plans that split `gpus` and return the best.

    Parameters
    ----------
    shape, system, model : model, system and constants of its generation.
    base : batch, sequence length and everything that is not varied.
    gpus : one or more numbers of GPUs.
    choices : what is varied.
    top : layouts to list.
    with_pareto : whether to look for the front; without it `pareto` is empty.
    most_loss : how much slower than the fastest the recommended plan may be, where the band is
        wider than that (0.1: a tenth).

    Raises
    ------
    InputError : nothing divides. InfeasibleError : no plan fits; the message says by how much.
    """
    started = time.perf_counter()
    space = make_space(shape, system, base, gpus, choices)
    found, searched, least, room = _evaluate_all(shape, system, model, space)
    if not len(found.rate):
        raise InfeasibleError(
            f"search: none of {searched:,} plans of {shape.id} on {max(gpus):,} {system.id} fits: "
            f"the leanest needs {least:,.0f} GiB a GPU of {room:,.0f}. More GPUs, or a smaller "
            "batch or sequence, would help."
        )

    def tell(chosen: IntArray) -> tuple[Found, ...]:
        batch = space.rows(found.layout[chosen], found.option[chosen])
        return _told(batch, evaluate(shape, system, model, batch), shape, system)

    order = _best_of_layouts(found, top)
    best = tell(order[:1])[0]
    recommended, reason = _near_practice(found, space, best, shape, system, tell, most_loss)
    return SearchResult(
        fastest=best,
        recommended=recommended,
        reason=reason,
        top=tell(order),
        pareto=tell(_pareto(found)) if with_pareto else (),
        searched=searched,
        feasible=len(found.rate),
        space=space.words,
        seconds=time.perf_counter() - started,
    )


def _evaluate_all(
    shape: ModelShape, system: System, model: TrainModel, space: Space
) -> tuple[_Feasible, int, float, float]:
    """All plans that fit, the number evaluated, and the leanest memory and the room in GiB."""
    parts: list[tuple[Any, ...]] = []
    searched, least, room = 0, np.inf, 0.0
    for table, layout, option in space.chunks(CHUNK):
        if not len(table):
            continue
        out = evaluate(shape, system, model, PlanBatch(table), only_fitting=True)
        searched += len(table)
        least = min(least, float(out.memory_gib.min()))
        fits = np.isfinite(out.step_s)
        if fits.any():
            room = float(out.column("capacity_gib")[fits][0])
            kept = (out.step_s, out.column("energy_j"), out.memory_gib)
            rate = (out.tokens / out.step_s)[fits]
            parts.append(
                (layout[fits], option[fits], out.gpus[fits], rate, *(k[fits] for k in kept))
            )
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return (
            _Feasible(none, none, *(np.zeros(0) for _ in range(5))),
            searched,
            least,
            system.hbm_gb,
        )
    return _Feasible(*map(np.concatenate, zip(*parts, strict=True))), searched, least, room


def _best_of_layouts(found: _Feasible, count: int) -> IntArray:
    """Indices of the fastest plan of each of the best layouts."""
    chosen: list[int] = []
    seen: set[int] = set()
    take = min(len(found.rate), 4096)
    first = np.argpartition(-found.rate, take - 1)[:take]
    for i in first[np.argsort(-found.rate[first], kind="stable")]:
        if int(found.layout[i]) not in seen:
            seen.add(int(found.layout[i]))
            chosen.append(int(i))
        if len(chosen) == count:
            break
    return np.array(chosen)


def _pareto(found: _Feasible, most: int = 200) -> IntArray:
    """Indices of plans that none beats in step time, GPUs, energy and memory at once.

    Step time is held in grains of 1 %: of each grain and number of GPUs the fastest plan, the one
    of least energy and the one of least memory stand for it.
    """
    grain = np.floor(np.log(found.step_s) / GRAIN).astype(np.int64)
    _, sizes = np.unique(found.gpus, return_inverse=True)
    cell = (grain - grain.min()) + sizes * (grain.max() - grain.min() + 1)
    small = cell.astype(np.uint16) if cell.max() < 2**16 else cell  # sorted by radix
    order = np.argsort(small, kind="stable").astype(np.int64)
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    counts = np.diff(starts, append=len(order))
    held: list[IntArray] = []
    for key in (found.step_s, found.energy_j, found.memory_gib):
        sorted_key = key[order]
        least = np.repeat(np.minimum.reduceat(sorted_key, starts), counts)
        hits = np.flatnonzero(sorted_key == least)
        first = np.flatnonzero(np.diff(cell[order[hits]], prepend=-1))
        held.append(order[hits[first]])
    few = np.unique(np.concatenate(held))
    goals = np.stack([found.step_s, found.gpus, found.energy_j, found.memory_gib], axis=1)[few]
    goals[:, [0, 2]] = np.ceil(np.log(np.maximum(goals[:, [0, 2]], 1e-9)) / GRAIN)
    front = few[_undominated(goals)]
    return front[np.argsort(found.step_s[front], kind="stable")][:most]


def _undominated(goals: Array) -> BoolArray:
    """Rows that no other row is at least as good as in all columns and better in one."""
    out = np.ones(len(goals), dtype=bool)
    for i, own in enumerate(goals):
        if out[i]:
            worse = (goals >= own).all(axis=1) & (goals > own).any(axis=1)
            out &= ~worse
            same = (goals == own).all(axis=1)
            same[: i + 1] = False
            out &= ~same
    return out


def _near_practice(
    found: _Feasible,
    space: Space,
    best: Found,
    shape: ModelShape,
    system: System,
    tell: Callable[[IntArray], tuple[Found, ...]],
    most_loss: float,
) -> tuple[Found, str]:
    """The plan to take: fewest departures from practice among those within the band of the best."""
    band = float(np.exp(Z95 * best.outputs["sigma_log"]))
    least = found.rate.max() / min(band, 1.0 + most_loss)
    near = np.flatnonzero(found.rate >= least).astype(np.int64)
    batch = space.rows(found.layout[near], found.option[near])
    room = best.outputs["capacity_gib"]
    count = departures(batch, found.memory_gib[near], room, shape, system).sum(axis=1)
    chosen = near[np.lexsort((-found.rate[near], count))[:1]]
    taken = tell(chosen)[0]
    gain = (
        best.tokens_per_s_per_gpu * best.plan.gpus / (taken.tokens_per_s_per_gpu * taken.plan.gpus)
    )
    if not best.departures or taken.plan == best.plan:
        note = (
            "it keeps to measured practice"
            if not best.departures
            else (
                "no plan within the band is nearer to measured practice "
                f"(it has {'; '.join(best.departures)})"
            )
        )
        return best, f"the fastest plan: {note}"
    return taken, (
        f"predicted {gain - 1.0:.1%} slower than the fastest, which is within the band of "
        f"{band - 1.0:.0%}; the fastest has {'; '.join(best.departures)}"
    )


def _told(batch: PlanBatch, out: StepBatch, shape: ModelShape, system: System) -> tuple[Found, ...]:
    room = float(out.column("capacity_gib")[0])
    left = departures(batch, out.memory_gib, room, shape, system)
    rates = out.tokens_per_s_per_gpu
    return tuple(
        Found(
            plan=batch.plan(i),
            outputs=dict(zip(OUTPUTS, map(float, out.table[i]), strict=True)),
            tokens_per_s_per_gpu=float(rates[i]),
            departures=tuple(w for w, on in zip(RULE_WORDS, left[i], strict=True) if on),
        )
        for i in range(len(batch))
    )


PARTS: dict[str, str] = {
    "compute_s": "arithmetic and memory passes of the layers",
    "recompute_s": "recomputation",
    "host_s": "waiting for launches",
    "bubble_s": "pipeline bubble",
    "tp_s": "tensor-parallel communication",
    "cp_s": "context-parallel communication",
    "ep_s": "expert all-to-all",
    "pp_s": "pipeline sends",
    "dp_s": "gradient and parameter traffic",
    "wan_s": "traffic between sites",
    "optimizer_s": "optimizer",
    "fixed_s": "fixed cost of a step",
    "offload_s": "activations on their way to the host and back",
}


_RATES = tuple(k for k in Machine._fields if k.startswith("rate_"))


def shares(found: Found) -> list[tuple[str, float]]:
    """Parts of the step in words with their share, largest first."""
    parts = [(words, found.outputs[key] / found.step_s) for key, words in PARTS.items()]
    return sorted(parts, key=lambda p: -p[1])


def relief(
    shape: ModelShape, system: System, model: TrainModel, plan: Plan
) -> list[tuple[str, float]]:
    """What more of one thing would gain: (in words, throughput over today's - 1), best first.

    The plan stays as it is; a new search could gain more. FLOP/s are those that products and
    attention reach: a higher peak at the same power would bring less.
    """
    more = 1.5
    x = machine_facts(system, model)
    rates = {k: getattr(x, k) * more for k in (*_RATES, "attention")}
    machines = {
        "50 % more FLOP/s reached": x._replace(**rates),
        "50 % more memory bandwidth": x._replace(hbm=x.hbm * more),
        "50 % more scale-up bandwidth": x._replace(nvlink=x.nvlink * more),
        "50 % more network bandwidth": x._replace(nic=x.nic * more),
    }
    now = _rate(shape, x, plan)
    out = [(words, _rate(shape, m, plan) / now - 1.0) for words, m in machines.items()]
    if plan.recompute or plan.offload_share > 0.0:
        kept = replace(plan, recompute=Recompute.NONE, offload_share=0.0)
        out.append(("memory enough to recompute nothing", _rate(shape, x, kept) / now - 1.0))
    doubled = replace(plan, gbs=2 * plan.gbs)
    out.append(("a batch of twice the size", _rate(shape, x, doubled) / now - 1.0))
    return sorted(out, key=lambda pair: -pair[1])


def _rate(shape: ModelShape, x: Machine, plan: Plan) -> float:
    return float(evaluate_on(shape, x, plan).tokens_per_s_per_gpu[0])
