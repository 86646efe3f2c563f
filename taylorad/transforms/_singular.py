"""Hessians at removable singularities, in many variables.

The record of a gradient at sin(x) / x has poles that cancel, and reverse mode leaves nan where
they are: in the rows of some inputs. All other rows come as ever, along the directions of the
other inputs many at once, along those of the singular ones one by one. The rest is the same by
symmetry, but for pairs of singular inputs: these are looked up by forward mode twice, which
divides leading zeros away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from taylorad.transforms._resolving import IN_VAIN, along_entry, has_nan, pushed
from taylorad.transforms._sparsity import along

__all__ = ["singular_hessian"]

# At once: how a division by zero might go on is asked for all of them together.
DIRECTIONS = 16


def singular_hessian(f: Callable[[Any], Any], x: Any, gradient: Callable[[Any], Any]) -> Any:
    """The Hessian at an array of doubles where the gradient, unresolved, has nan; else None."""
    first = gradient(x)
    if type(first) is not np.ndarray or first.shape != x.shape or not has_nan([first]):
        return None
    if has_nan([x]):
        return None
    lost = np.isnan(first.reshape(-1))
    result = np.full((x.size, x.size), np.nan)
    others, units = np.flatnonzero(~lost), np.eye(x.size)
    for start in range(0, len(others), DIRECTIONS):
        columns = others[start : start + DIRECTIONS]
        found = along(gradient, x, units[columns])
        if found is not None:
            result[:, columns] = found.T

    def slopes(leaves: Sequence[Any]) -> Any:
        return gradient(leaves[0])

    for at in np.flatnonzero(lost):
        (column,) = along_entry(slopes, [x], int(at)).slopes
        result[:, at] = np.reshape(column, -1)
    result = np.where(np.isnan(result), result.T, result)
    _look_up(f, x, result)
    return result.reshape(x.shape * 2)


def _look_up(f: Callable[[Any], Any], x: Any, result: Any) -> None:
    """Fill in the entries that are nan, until it is in vain."""

    def call(leaves: Sequence[Any]) -> Any:
        return f(leaves[0])

    vain = 0
    for i, j in np.argwhere(np.triu(np.isnan(result))).tolist():
        (entry,) = pushed(lambda leaves, i=i: along_entry(call, leaves, i).slopes, [x], j).slopes
        result[i, j] = result[j, i] = entry
        vain = vain + 1 if np.isnan(entry) else 0
        if vain == IN_VAIN:
            return
