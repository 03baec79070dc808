"""One plan as a flat tuple of floats: what the formulas see of `plan.Plan`."""

from __future__ import annotations

from typing import NamedTuple

from gigawatt.quantity.arrays import Array


class Row(NamedTuple):
    """Fields of `plan.Plan` in their order, all floats; enums by value, flags 0 or 1."""

    tp: float
    pp: float
    vp: float
    cp: float
    dp: float
    ep: float
    etp: float
    zero: float
    shard: float
    mbs: float
    gbs: float
    seq: float
    precision: float
    recompute: float
    recompute_share: float
    offload_share: float
    offload_optimizer: float
    schedule: float
    graphs: float
    stack: float
    sequence_parallel: float
    tp_overlap: float
    cp_overlap: float
    ep_overlap: float
    pp_overlap: float
    dp_overlap: float
    lean_states: float
    low_precision_inputs: float
    token_drop: float
    imbalance: float
    release_month: float
    production: float
    sites: float
    wan_gbit_s: float
    wan_rtt_ms: float
    local_steps: float
    wan_bits: float
    vendor_release: float


def row_at(table: Array, i: int) -> Row:
    """Row `i` of a table of plans (written out: the compiler can't unpack an array)."""
    r = table[i]
    return Row(
        r[0],
        r[1],
        r[2],
        r[3],
        r[4],
        r[5],
        r[6],
        r[7],
        r[8],
        r[9],
        r[10],
        r[11],
        r[12],
        r[13],
        r[14],
        r[15],
        r[16],
        r[17],
        r[18],
        r[19],
        r[20],
        r[21],
        r[22],
        r[23],
        r[24],
        r[25],
        r[26],
        r[27],
        r[28],
        r[29],
        r[30],
        r[31],
        r[32],
        r[33],
        r[34],
        r[35],
        r[36],
        r[37],
    )
