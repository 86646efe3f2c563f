"""Evaluating an elementwise function block by block, on several threads.

Blocks keep every intermediate result in cache: fusion without a compiler. They keep the
number of dimensions, so that what `f` closes over still broadcasts along trailing axes.
"""

from __future__ import annotations

import contextvars
import itertools
import math
import os
from collections.abc import Callable, Iterator

__all__ = ["Block", "block_points", "blocks", "run", "split_axis", "worker_count"]

Block = tuple[slice, ...]

# Coefficients in one intermediate result of a block: a few of these fit in 1 MiB of cache,
# and the cost of a block's Python code is spread over many points.
COEFFICIENTS = 48_000
# Coefficients from which a second thread pays for its start.
WORTH_A_THREAD = 200_000


def block_points(order: int) -> int:
    """How many points a block has."""
    return min(max(COEFFICIENTS // (order + 1), 1000), 16_000)


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


def worker_count(workers: int | None, coefficients: int) -> int:
    """How many threads to use: what was asked for, or the cores if the work is worth them."""
    if workers is not None:
        return workers
    if coefficients < 2 * WORTH_A_THREAD:
        return 1
    return min(_cores(), coefficients // WORTH_A_THREAD)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def run(task: Callable[[Block], bool], todo: list[Block], workers: int) -> bool:
    """Whether `task` succeeded on every block; the others are skipped after a failure."""
    pending = iter(todo)

    def drain(mine: Iterator[Block]) -> bool:
        for block in mine:
            if not task(block):
                for _ in mine:  # leaves nothing for the other threads
                    pass
                return False
        return True

    workers = min(workers, len(todo))
    if workers <= 1:
        return drain(pending)
    from concurrent.futures import ThreadPoolExecutor  # costs as much as a small derivative

    with ThreadPoolExecutor(workers - 1, "taylorad") as pool:
        # np.errstate and our own levels are context variables: each thread gets a copy.
        futures = [
            pool.submit(contextvars.copy_context().run, drain, pending) for _ in range(workers - 1)
        ]
        done = [drain(pending), *(future.result() for future in futures)]
    return all(done)
