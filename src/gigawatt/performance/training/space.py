"""The space of plans of one job: layouts times options, enumerated without repeating a plan.

A layout is a split of the GPUs (tp, pp, vp, cp, dp, ep, etp) with a microbatch; an option is a
choice that any layout may take (recomputation, sharding, overlaps, schedule, offload). Splits must
divide: heads by tp, the batch by dp x mbs, experts by ep, tp x cp x dp by ep x etp. Layers need not
divide by pp (stages may be uneven), but interleaving needs microbatches that divide by pp. Where
the GPUs have no split that divides the batch, the largest number of them that has one is used, at
least `least_used_share`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.errors import InputError
from gigawatt.performance.hardware import System
from gigawatt.performance.shapes import ModelShape
from gigawatt.performance.training.choices import Recompute, Schedule
from gigawatt.performance.training.defaults import launch_graphs
from gigawatt.performance.training.plan import COLUMN, FIELDS, Plan, PlanBatch, batch_of
from gigawatt.quantity.arrays import Array, BoolArray, IntArray

LAYOUT = ("tp", "pp", "vp", "cp", "dp", "ep", "etp", "mbs", "graphs")
LEAST_TOKENS_PER_CP_RANK = 1024
MOST_LAYOUTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Choices:
    """Values that a search tries; an empty tuple means "all that divide".

    Attributes
    ----------
    tp, pp, vp, cp, ep, etp, mbs : sizes; None in `etp` stands for tp.
    recompute : (parts, share of the layers) pairs.
    zero : sharding stages.
    shard : FSDP shard groups beside "all", in ranks (0 is "all").
    sequence_parallel, tp_overlap, pp_overlap, dp_overlap, lean_states : flags to try.
    schedules : pipeline schedules to try.
    offload_share : shares of layers with offloaded activations.
    least_used_share : share of the GPUs that a plan must use.
    """

    tp: tuple[int, ...] = ()
    pp: tuple[int, ...] = ()
    vp: tuple[int, ...] = ()
    cp: tuple[int, ...] = ()
    ep: tuple[int, ...] = ()
    etp: tuple[int | None, ...] = (1, None)
    mbs: tuple[int, ...] = (1, 2, 4, 8, 16)
    recompute: tuple[tuple[Recompute, float], ...] = (
        (Recompute.NONE, 1.0),
        (Recompute.NORM | Recompute.ACTIVATION, 1.0),
        (Recompute.FULL, 0.5),
        (Recompute.FULL, 1.0),
    )
    zero: tuple[int, ...] = (1, 3)
    shard: tuple[int, ...] = (0,)
    sequence_parallel: tuple[bool, ...] = (True,)
    tp_overlap: tuple[bool, ...] = (True,)
    pp_overlap: tuple[bool, ...] = (True,)
    dp_overlap: tuple[bool, ...] = (True,)
    lean_states: tuple[bool, ...] = (False, True)
    schedules: tuple[Schedule, ...] = (Schedule.ONE_F_ONE_B,)
    offload_share: tuple[float, ...] = (0.0,)
    least_used_share: float = 0.9


PRACTICAL = Choices()
WIDE = replace(
    PRACTICAL,
    dp_overlap=(False, True),
    schedules=(Schedule.ONE_F_ONE_B, Schedule.ZERO_BUBBLE, Schedule.DUAL),
)
FULL = Choices(
    recompute=(
        (Recompute.NONE, 1.0),
        (Recompute.NORM | Recompute.ACTIVATION, 1.0),
        (Recompute.CORE_ATTENTION, 1.0),
        (Recompute.NORM | Recompute.ACTIVATION | Recompute.CORE_ATTENTION, 1.0),
        (Recompute.FEED_FORWARD, 1.0),
        (Recompute.FULL, 0.25),
        (Recompute.FULL, 0.5),
        (Recompute.FULL, 1.0),
    ),
    zero=(0, 1, 2, 3),
    sequence_parallel=(False, True),
    tp_overlap=(False, True),
    pp_overlap=(False, True),
    dp_overlap=(False, True),
    offload_share=(0.0, 0.5, 1.0),
    schedules=(Schedule.ONE_F_ONE_B, Schedule.ZERO_BUBBLE, Schedule.DUAL),
)


@dataclass(frozen=True, slots=True)
class Space:
    """Layouts and options of one job.

    Attributes
    ----------
    layouts : (L, F) rows with the columns of `plan.FIELDS`; the option columns hold defaults.
    options : (O, K) values of the columns `option_columns`.
    option_columns : indices into `plan.FIELDS`.
    words : the space in words.
    moe, mla : what decides whether an option makes sense.
    """

    layouts: Array
    options: Array
    option_columns: tuple[int, ...]
    words: str
    moe: bool
    mla: bool

    def chunks(self, rows: int) -> Iterator[tuple[Array, IntArray, IntArray]]:
        """Plans in tables of at most about `rows` rows, with the indices of layout and option."""
        step = max(1, 4 * rows // len(self.options))
        for start in range(0, len(self.layouts), step):
            part = self.layouts[start : start + step]
            layout, option = np.nonzero(self._sensible(part))
            for first in range(0, len(layout), rows):
                chosen = slice(first, first + rows)
                table = part[layout[chosen]]
                table[:, self.option_columns] = self.options[option[chosen]]
                yield table, layout[chosen] + start, option[chosen]

    def _sensible(self, layouts: Array) -> BoolArray:
        """Which options mean something for which layouts, (L, O); of equal plans, one is kept."""
        c = {name: layouts[:, [COLUMN[name]]] for name in LAYOUT}
        o = {FIELDS[at]: self.options[:, i] for i, at in enumerate(self.option_columns)}
        tp1, pp1 = c["tp"] == 1.0, c["pp"] == 1.0
        ranks = c["dp"] * c["cp"]
        parallel, overlap, zero = o["sequence_parallel"], o["tp_overlap"], o["zero"]
        plain = o["schedule"] == float(Schedule.ONE_F_ONE_B)
        full = o["recompute"] == float(Recompute.FULL)
        split_tp = (parallel == 0.0) | (overlap == 0.0)
        shared = (zero > zero.min()) | (o["dp_overlap"] < o["dp_overlap"].max())  # of one rank
        ok: BoolArray = ~(tp1 & split_tp) & ~((parallel == 0.0) & (overlap == 1.0) & ~tp1)
        ok &= ~((ranks == 1.0) & shared)
        ok &= ~(pp1 & (o["pp_overlap"] == 0.0))
        ok &= ~((zero == 3.0) & ~pp1)  # shards gathered for every microbatch of every stage
        ok &= ~((o["shard"] > 0.0) & ((zero != 3.0) | (o["shard"] >= ranks)))
        ok &= plain | (~pp1 & (c["vp"] == 1.0))
        ok &= ~(o["schedule"] == float(Schedule.DUAL)) | self.moe
        ok &= ~(full & (o["offload_share"] > 0.0))
        return ok

    def rows(self, layout: IntArray, option: IntArray) -> PlanBatch:
        """Plans of given indices."""
        table = self.layouts[layout].copy()
        table[:, self.option_columns] = self.options[option]
        return PlanBatch(table)


def make_space(
    shape: ModelShape, system: System, base: Plan, gpus: Sequence[int], choices: Choices
) -> Space:
    """Enumerate a space.

    Parameters
    ----------
    shape, system : model and system.
    base : batch, sequence length, stack and everything that is not varied.
    gpus : numbers of GPUs to split.
    choices : what is varied.

    Raises
    ------
    InputError : sizes below one, or no split that divides; the message says which rule failed.
    """
    if base.gbs < 1 or base.seq < 1 or any(n < 1 for n in gpus) or not gpus:
        raise InputError("search: GPUs, batch and sequence length must each be one or more.")
    rows = [row for n in gpus for row in _layouts(shape, system, base, n, choices)]
    if not rows:
        raise InputError(
            f"search: no split of {', '.join(f'{n:,}' for n in gpus)} GPUs divides {shape.heads} "
            f"heads and a batch of {base.gbs:,} sequences. Change the number of GPUs or the batch."
        )
    columns, options = _options(choices, shape)
    layouts = np.tile(batch_of([base]).table, (len(rows), 1))
    layouts[:, [COLUMN[name] for name in LAYOUT]] = rows
    space = Space(layouts, options, columns, "", shape.is_moe, shape.attention == "mla")
    return _described(space, choices, rows)


def options_of(choices: Choices, shape: ModelShape) -> int:
    """Number of combinations of the options, with those that mean nothing for a layout."""
    return len(_options(choices, shape)[1])


def divisors(number: int) -> list[int]:
    """All divisors, ascending."""
    small = [d for d in range(1, int(number**0.5) + 1) if number % d == 0]
    return sorted({*small, *(number // d for d in small)})


def _layouts(
    shape: ModelShape, system: System, base: Plan, gpus: int, choices: Choices
) -> Iterator[tuple[float, ...]]:
    batch = np.array(divisors(base.gbs))
    count = 0
    for tp, pp, cp in _splits(shape, system, base, gpus, choices):
        most = gpus // (tp * pp * cp)
        dp = int(batch[batch <= most][-1])
        if dp * tp * pp * cp < choices.least_used_share * gpus:
            continue
        graphs = _graphs(shape, system, base, pp)
        for mbs, (ep, etp) in itertools.product(
            [b for b in choices.mbs if (base.gbs // dp) % b == 0],
            list(_experts(shape, system, tp, cp * dp, choices)),
        ):
            for vp in _virtual(shape, pp, base.gbs // (dp * mbs), choices):
                count += 1
                if count > MOST_LAYOUTS:
                    raise InputError("search: too many layouts; fix some of tp, pp, cp, ep, mbs.")
                yield tp, pp, vp, cp, dp, ep, etp, mbs, graphs


def _splits(
    shape: ModelShape, system: System, base: Plan, gpus: int, choices: Choices
) -> Iterator[tuple[int, int, int]]:
    widest = max(8, system.scaleup_packages)
    tps = choices.tp or [d for d in divisors(shape.heads) if d <= widest]
    pps = choices.pp or range(1, shape.layers + 1)
    longest = max(1, base.seq // LEAST_TOKENS_PER_CP_RANK)
    cps = choices.cp or [2**i for i in range(8) if 2**i <= longest // 4 or i == 0]
    for tp, cp in itertools.product(tps, cps):
        if shape.heads % tp or tp * cp > gpus or base.seq % cp:
            continue
        for pp in pps:
            if pp <= shape.layers and gpus // (tp * cp * pp) >= 1 and _even(gpus, tp * cp, pp):
                yield tp, pp, cp


def _even(gpus: int, inside: int, pp: int) -> bool:
    """Whether so many stages waste few GPUs: the rest of the GPUs is a tenth at most."""
    return gpus % (inside * pp) <= gpus // 10


def _experts(
    shape: ModelShape, system: System, tp: int, ranks: int, choices: Choices
) -> Iterator[tuple[int, int]]:
    if not shape.is_moe:
        yield 1, 1
        return
    widest = max(64, system.scaleup_packages)
    sizes = choices.ep or [e for e in divisors(shape.experts) if e <= widest]
    for ep, spec in itertools.product(sizes, dict.fromkeys(choices.etp)):
        etp = tp if spec is None else spec
        if (spec is None and tp == 1 and 1 in choices.etp) or tp % etp:
            continue
        if shape.experts % ep == 0 and (tp * ranks) % (ep * etp) == 0:
            yield ep, etp


def _virtual(shape: ModelShape, pp: int, microbatches: int, choices: Choices) -> list[int]:
    """Virtual stages of a pipeline: divisors of the layers of a stage; need whole rounds."""
    if pp == 1 or microbatches % pp:
        return [1] if not choices.vp or 1 in choices.vp else []
    most = -(-shape.layers // pp)
    sizes = choices.vp or divisors(most)
    return [v for v in sizes if v <= most]


def _graphs(shape: ModelShape, system: System, base: Plan, pp: int) -> int:
    """Launch graphs of the layout by the rule of `defaults`."""
    return int(launch_graphs(shape, system, replace(base, pp=pp), base.token_drop)[0])


def _options(choices: Choices, shape: ModelShape) -> tuple[tuple[int, ...], Array]:
    """Columns and values of all options."""
    axes: Mapping[tuple[str, ...], Sequence[tuple[float, ...]]] = {
        ("recompute", "recompute_share"): [(float(r), s) for r, s in _recompute(choices, shape)],
        ("zero",): [(float(z),) for z in choices.zero],
        ("shard",): [(float(z),) for z in choices.shard],
        ("sequence_parallel",): [(float(z),) for z in choices.sequence_parallel],
        ("tp_overlap",): [(float(z),) for z in choices.tp_overlap],
        ("pp_overlap",): [(float(z),) for z in choices.pp_overlap],
        ("dp_overlap",): [(float(z),) for z in choices.dp_overlap],
        ("lean_states",): [(float(z),) for z in choices.lean_states],
        ("schedule",): [(float(z),) for z in choices.schedules],
        ("offload_share",): [(float(z),) for z in choices.offload_share],
    }
    names = [name for key in axes for name in key]
    values = [sum(parts, ()) for parts in itertools.product(*axes.values())]
    return tuple(FIELDS.index(n) for n in names), np.array(values)


def _recompute(choices: Choices, shape: ModelShape) -> list[tuple[Recompute, float]]:
    """Choices of recomputation; latent attention adds its up-projections to the cheap ones."""
    out: dict[tuple[Recompute, float], None] = {}
    for parts, share in choices.recompute:
        chosen = parts
        if shape.attention == "mla" and Recompute.NORM in parts:
            chosen = parts | Recompute.MLA_UP
        out[(chosen, share)] = None
    return list(out)


def _described(space: Space, choices: Choices, rows: Sequence[tuple[float, ...]]) -> Space:
    """The space with its words: sizes that occur, options that were tried."""
    by_size = {n: sorted({int(r[i]) for r in rows}) for i, n in enumerate(LAYOUT[:-1])}
    sizes = ", ".join(f"{n} {_span(v)}" for n, v in by_size.items() if v != [1])
    words = (
        f"{len(space.layouts):,} layouts ({sizes}) x {len(space.options):,} options "
        f"({len(choices.recompute)} recomputation, {len(choices.zero)} sharding, "
        f"{len(choices.schedules)} schedules, {len(choices.offload_share)} offload, overlaps, "
        "gradients in 16 or 32 bits); options without meaning for a layout are not counted"
    )
    return replace(space, words=words)


def _span(values: list[int]) -> str:
    return f"{values[0]}" if len(values) == 1 else f"{values[0]}-{values[-1]} ({len(values)})"
