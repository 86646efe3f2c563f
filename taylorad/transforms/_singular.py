"""Hessians at removable singularities, in many variables.

The record of a gradient at sin(x) / x has poles that cancel, and reverse mode leaves nan where
they are: in the rows of some inputs. All other rows come as ever, along the directions of the
other inputs many at once, along those of the singular ones one by one. The rest is the same by
symmetry, but for pairs of singular inputs. With q(v) the second derivative along v, and b a
direction in which all singular inputs move, such a pair has

    2 c^2 H_ij = q(b + c e_i + c e_j) - q(b + c e_i) - q(b + c e_j) + q(b):

series in one variable, whose leading zeros are divided away. A power of two as large as the
number of inputs for c keeps the sum over all of H in q(b) from taking digits of one entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from taylorad.transforms._levels import expand
from taylorad.transforms._resolving import IN_VAIN, along_entry, has_nan, pushed
from taylorad.transforms._sparsity import along

__all__ = ["singular_hessian"]

# At once: how a division by zero might go on is asked for all of them together.
DIRECTIONS = 16
# Rows in vain after which no other is looked for beside the point.
ROWS_IN_VAIN = 2
# The second difference of what is found along b + c e_i + c e_j, b + c e_i, b + c e_j and b.
MIXED = np.array([1.0, -1.0, -1.0, 1.0])
# Relative to what they are sums of, values and slopes that are said to be the same.
SAME = 1e-9


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

    vain = 0
    for at in np.flatnonzero(lost):
        look = pushed if vain < ROWS_IN_VAIN else along_entry
        (column,) = look(slopes, [x], int(at)).slopes
        result[:, at] = np.reshape(column, -1)
        vain += bool(np.isnan(column).all())
    result = np.where(np.isnan(result), result.T, result)
    try:
        _by_lines(f, x, lost.reshape(x.shape), result)
        _look_up(f, x, result)
    except _NoValueError:
        pass
    return result.reshape(x.shape * 2)


class _NoValueError(Exception):
    """What a function tends to at a point depends on the direction."""


def _missing(result: Any) -> Any:
    """The pairs of inputs, each once, whose entry is nan."""
    return np.argwhere(np.triu(np.isnan(result)))


def _by_lines(f: Callable[[Any], Any], x: Any, singular: Any, result: Any) -> None:
    """Fill in entries that are nan, where two choices of b find the same."""
    pairs = _missing(result)
    if not len(pairs):
        return
    entries, values = [], []
    random = np.random.default_rng(1)
    signs = random.choice([-1.0, 1.0], x.shape)
    for sign in (signs, -signs):  # from both sides, so that a jump is seen
        base = sign * random.integers(257, 512, x.shape) / 256
        found = _entries(f, x, np.where(singular, base, 0.0), pairs)
        if found is None:
            return
        entries.append(found[0])
        values.append(found[1])
    first, second = entries
    if not _are_same(np.array(values)):
        raise _NoValueError
    with np.errstate(invalid="ignore"):
        same = np.isclose(first, second, rtol=1e-6, atol=1e-9 * np.nanmax(np.abs(first), initial=0))
    for (i, j), entry in zip(pairs[same].tolist(), first[same], strict=True):
        result[i, j] = result[j, i] = entry


def _entries(f: Callable[[Any], Any], x: Any, base: Any, pairs: Any) -> Any:
    """These entries of the Hessian from series along lines, and the value; None for no series.

    If f has a gradient there, its value is the same along all lines and its slope a linear
    function of the direction. An entry is nan where that is not so.
    """
    scale = 2.0 ** math.ceil(math.log2(x.size))

    def along_line(*inputs: int) -> Any:
        direction = base.copy()
        for i in inputs:
            direction.flat[i] += scale
        expansion = expand(lambda level: f(level.seed({0: x, 1: direction})), 2, x.dtype)
        (leaf,) = expansion.leaves
        return np.array([expansion.derivative(leaf, k) for k in range(3)])

    before = along_line()
    if not np.isfinite(before).all():
        return None
    single = {i: along_line(i) for i in np.unique(pairs).tolist()}
    entries = []
    for i, j in pairs.tolist():
        lines = np.array([along_line(i, j), single[i], single[j], before])
        rests, sizes = MIXED @ lines, np.abs(lines).sum(axis=0)
        if not _are_same(lines[:, 0]):
            raise _NoValueError
        entries.append(rests[2] / (2 * scale**2) if abs(rests[1]) <= SAME * sizes[1] else np.nan)
    return np.array(entries), before[0]


def _are_same(values: Any) -> bool:
    return bool(np.ptp(values) <= SAME * np.sum(np.abs(values)))


def _look_up(f: Callable[[Any], Any], x: Any, result: Any) -> None:
    """Fill in the entries that are still nan by forward mode twice, until it is in vain."""

    def call(leaves: Sequence[Any]) -> Any:
        return f(leaves[0])

    vain = 0
    for i, j in _missing(result).tolist():
        (entry,) = pushed(lambda leaves, i=i: along_entry(call, leaves, i).slopes, [x], j).slopes
        result[i, j] = result[j, i] = entry
        vain = vain + 1 if np.isnan(entry) else 0
        if vain == IN_VAIN:
            return
