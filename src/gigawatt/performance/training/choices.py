"""Named choices of a training plan: precision, schedule, recomputation, graphs, software stack.

Values are small integers so that a table of plans is one array; names are what users write.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Precision(IntEnum):
    """Format of the layers' matrix products; what else runs stays in BF16 (or FP16).

    Attention scores, norms, router, embedding, output layer, loss and what crosses the network
    stay in 16 bits under every choice; optimizer states stay in FP32.
    """

    BF16 = 0
    FP8 = 1  # one scale per tensor, taken from the current values
    FP8_BLOCK = 2  # scales per 128 x 128 block and 1 x 128 piece
    MXFP8 = 3  # scales per 32 values
    NVFP4 = 4  # scales per 16 values, two levels


class Schedule(IntEnum):
    """Order of microbatches in a pipeline; virtual stages make 1F1B interleaved."""

    ONE_F_ONE_B = 0
    ZERO_BUBBLE = 1  # weight gradients fill the bubble (ZB-H1)
    DUAL = 2  # both directions at once, all-to-all under computing (DualPipe)


class Recompute(IntFlag):
    """Parts of a layer whose forward pass is computed again; FULL keeps a layer's input only."""

    NONE = 0
    NORM = 1
    ACTIVATION = 2  # activation function of the feed-forward layers
    MLA_UP = 4  # up-projections of latent attention
    CORE_ATTENTION = 8  # scores; free of memory with fused attention
    FEED_FORWARD = 16  # dense and shared feed-forward layers
    MOE = 32  # routed experts with their permutation
    FULL = 64


class Graphs(IntEnum):
    """How launches reach the GPU; matters where mixture layers wait for token counts."""

    EAGER = 0
    PARTIAL = 1  # attention, router and preparation are graphs
    STATIC = 2  # eager launches of static shapes (token drop, padded experts): no wait for counts
    FULL = 3  # the whole step is a graph


class Stack(IntEnum):
    """Kind of software.

    ERA_2021: attention without fused kernels, no overlap, gradients all-reduced in FP16.
    PLAIN: today's kernels as installed, few overlaps, no tuning for the model.
    TUNED: overlaps, user buffers and fused kernels of vendors' recipes and of large runs.
    """

    ERA_2021 = 0
    PLAIN = 1
    TUNED = 2
