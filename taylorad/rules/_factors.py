"""The factors of a decomposition in one array, so that they are computed and pulled back as one.

Factors with as many columns lie below each other, and under them a row of zeros. A factor
whose derivatives may not exist is taken out by `vectors`: whatever its cotangent is, that of
the last row then tells the pull that the result depends on this factor. It may do so with a
cotangent of zero: V f(L) V^H with f = 0 at a repeated eigenvalue is a function of the matrix
that its eigenvalues alone do not have the derivatives of.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from taylorad._numbers import Number, make
from taylorad._tape import record
from taylorad.dispatch import Reverse, carries
from taylorad.rules._repeated import all_rows
from taylorad.rules.recording import values_of

__all__ = ["stacked", "uses_vectors", "vectors"]


def stacked(*factors: Any) -> Any:
    """The factors as one array; a vector is one row of it."""
    widest = max(factor.ndim for factor in factors)
    rows = [x if x.ndim == widest else x[..., np.newaxis, :] for x in factors]
    last = rows[-1]
    zeros = np.zeros((*last.shape[:-2], 1, last.shape[-1]), last.dtype)
    return np.concatenate([*rows, zeros], axis=-2)


def vectors(both: Any, start: int, stop: int) -> Any:
    """The factor in these rows, whose use is noted."""
    if isinstance(both, Number) and carries(both.parts):
        return make(both.algebra, vectors(both.parts, start, stop))
    if not Reverse.owns((both,)):
        return both[..., start:stop, :]
    (held,) = values_of((both,))
    below = both.shape[-2] - 1 - stop
    return record(held[..., start:stop, :], (both,), (partial(_noted, start, below),))


def _noted(above: int, below: int, g: Any) -> Any:
    def rows(count: int, fill: float) -> Any:
        return np.full((*g.shape[:-2], count, g.shape[-1]), fill, g.dtype)

    return np.concatenate([rows(above, 0), g, rows(below, 0), rows(1, 1)], axis=-2)


def uses_vectors(cotangent: Any) -> bool:
    """Whether anything depends on a factor that was taken out by `vectors`."""
    return bool(np.any(all_rows(cotangent[..., -1, :])))
