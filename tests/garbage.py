"""What calls leave behind that only the garbage collector finds."""

import gc
from collections.abc import Callable


def leftovers(call: Callable[[], object]) -> int:
    """How many objects five calls leave in circles of references.

    The lesser of two counts: what threads and caches let go of meanwhile is found once only.
    """
    for _ in range(3):
        call()
    gc.collect()
    gc.freeze()  # what is there by now need not be walked again
    gc.disable()
    try:
        return min(_count(call), _count(call))
    finally:
        gc.enable()


def _count(call: Callable[[], object]) -> int:
    for _ in range(5):
        call()
    return gc.collect()
