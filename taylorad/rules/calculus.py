"""Calculus on samples: `gradient`, `trapezoid` and `interp`.

Each is linear in the samples but not in where they were taken, so it is a NumPy
expression of simpler functions. The values are NumPy's own to the last bit.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import Number, value
from taylorad._tape import enter_deferred
from taylorad.dispatch import carries
from taylorad.rules._rows import refuse_numbers
from taylorad.rules._views import view_or_rows
from taylorad.rules.composite import Composite
from taylorad.rules.operands import number, with_value

__all__ = ["CALCULUS", "gradient", "interp", "trapezoid"]


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """`numpy.gradient`; the spacing may carry derivatives too."""
    f, spacings = number(f), [number(spacing) for spacing in varargs]
    refuse_numbers("numpy.gradient", (axis, edge_order))
    plain = [value(spacing) for spacing in spacings]
    if isinstance(f, Number) and f.dtype != object and not any(map(carries, spacings)):
        return view_or_rows(
            lambda row: np.gradient(row, *plain, axis=axis, edge_order=edge_order), f, "np.gradient"
        )
    values = np.gradient(value(f), *plain, axis=axis, edge_order=edge_order)
    axes = range(f.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, f.ndim)
    if len(spacings) < len(axes):
        spacings = (spacings or [1]) * len(axes)
    results = [
        np.moveaxis(_slopes(np.moveaxis(f, one, -1), spacing, edge_order), -1, one)
        for one, spacing in zip(axes, spacings, strict=True)
    ]
    if f.dtype != object:
        pairs = zip(results, values if isinstance(values, tuple) else [values], strict=True)
        results = [with_value(result, of_numpy) for result, of_numpy in pairs]
    return tuple(results) if isinstance(values, tuple) else results[0]


def _slopes(f: Any, spacing: Any, edge_order: int) -> Any:
    """The derivatives along the last axis, of parabolas through three neighbours.

    With steps h and difference quotients s the slope between two steps is
    (h_2 s_1 + h_1 s_2) / (h_1 + h_2); at an end it is the quotient next to it, or for
    edge order 2 the parabola's slope s_1 + (s_1 - s_2) h_1 / (h_1 + h_2).
    """
    h = np.diff(spacing) if np.ndim(spacing) else spacing * np.ones(f.shape[-1] - 1, int)
    s = np.diff(f) / h
    inner = (h[1:] * s[..., :-1] + h[:-1] * s[..., 1:]) / (h[:-1] + h[1:])
    first, last = s[..., :1], s[..., -1:]
    if edge_order == 2:
        first = first + (first - s[..., 1:2]) * h[0] / (h[0] + h[1])
        last = last + (last - s[..., -2:-1]) * h[-1] / (h[-1] + h[-2])
    return np.concatenate([first, inner, last], axis=-1)


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """`numpy.trapezoid`, in which samples, places and step may all carry derivatives."""
    y = np.moveaxis(number(y), operator.index(axis), -1)
    if x is None:
        steps = number(dx)
    else:
        x = number(x)
        steps = np.diff(x if x.ndim == 1 else np.moveaxis(x, axis, -1))
    return np.sum(steps * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)


def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """`numpy.interp`; at a node the slope is that of the interval NumPy puts it in.

    That is the interval to its right, and the one to its left for the last node.
    """
    x, xp, fp, left, right = (number(operand) for operand in (x, xp, fp, left, right))
    refuse_numbers("numpy.interp", (period,))
    values = np.interp(*(value(operand) for operand in (x, xp, fp, left, right)), period)
    if period is not None:
        x, xp, left, right = x % abs(period), xp % abs(period), None, None
        order = np.argsort(value(xp))
        xp, fp = xp[order], fp[order]
        xp = np.concatenate([xp[-1:] - abs(period), xp, xp[:1] + abs(period)])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
    points, nodes = value(x), value(xp)
    before = np.searchsorted(nodes, points, side="right") - 1
    at_last = points == nodes[-1]
    before = np.where(at_last, np.searchsorted(nodes, nodes[-1]) - 1, before)
    before = np.clip(before, 0, max(len(nodes) - 2, 0))
    after = np.minimum(before + 1, len(nodes) - 1)
    # Where x is outside, or the nodes are all one, the quotient means nothing and is dropped.
    gap = xp[after] - xp[before]
    gap = np.where(value(gap) == 0, 1.0, gap)
    with np.errstate(invalid="ignore"):
        slope = (fp[after] - fp[before]) / gap
        start = np.where(at_last, after, before)
        inside = fp[start] + slope * (x - xp[start])
    if nodes[0] == nodes[-1]:
        inside = fp[-1] + 0 * x
    absent = np.isnan(points) & np.isnan(values)
    if np.any(absent):
        inside = np.where(absent, inside * np.nan, inside)
    inside = np.where(points < nodes[0], fp[0] if left is None else left, inside)
    inside = np.where(points > nodes[-1], fp[-1] if right is None else right, inside)
    return with_value(inside, values)


CALCULUS = [
    Composite(np.gradient,   gradient),
    Composite(np.trapezoid,  trapezoid),
    Composite(np.interp,     interp),
]  # fmt: skip

dispatch.register(CALCULUS)
enter_deferred(np.gradient, np.interp, np.trapezoid)
