"""Evaluating an elementwise function block by block.

Blocks keep every intermediate result in cache: fusion without a compiler. They keep the
number of dimensions, so that what `f` closes over still broadcasts along trailing axes. The
function runs in one thread, on one block after the other; the loops over the points of a block
are shared among threads where they are compiled (see ``_threads.h``).
"""

from __future__ import annotations

import itertools
import math

__all__ = ["Block", "block_points", "blocks", "split_axis"]

Block = tuple[slice, ...]

# Coefficients of one intermediate result that a core has in a block: the result, its operands and
# what they were made of then stay in its cache, and the cost of a block's Python code is
# spread over many points.
COEFFICIENTS = 80_000
# More cores than these make no larger blocks: what lies around would no longer be bounded.
MOST_CORES = 8


def block_points(order: int, workers: int = 1) -> int:
    """How many points a block has that so many threads share."""
    return max(COEFFICIENTS * min(workers, MOST_CORES) // (order + 1), 2000)


def split_axis(shape: tuple[int, ...], points: int) -> int:
    """The axis along which blocks are cut: the first after which a block's worth is left."""
    axis = 0
    while math.prod(shape[axis + 1 :]) > points:
        axis += 1
    return axis


def blocks(shape: tuple[int, ...], points: int) -> list[Block]:
    """Slices that cut an array of this shape into blocks of at most `points` points."""
    axis = split_axis(shape, points)
    trailing = math.prod(shape[axis + 1 :])
    step = max(points // trailing, 1)
    # Rows of coefficients a multiple of 4096 bytes apart would share cache sets.
    while step > 1 and step * trailing % 512 in (0, 511, 1):
        step -= 1
    ranges = [[slice(i, i + 1) for i in range(n)] for n in shape[:axis]]
    ranges.append([slice(i, min(i + step, shape[axis])) for i in range(0, shape[axis], step)])
    return list(itertools.product(*ranges))
