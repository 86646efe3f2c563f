"""Cotangents as users get them."""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad.dispatch import carries

__all__ = ["ones", "owned", "zero"]


def zero(x: Any) -> Any:
    """The cotangent of what nothing depends on."""
    return np.zeros(x.shape, x.dtype)[()]


def ones(x: Any) -> Any:
    """The cotangent of the sum of the elements."""
    return np.ones(np.shape(x), getattr(x, "dtype", float))[()]


def owned(g: Any, x: Any, seen: set[int]) -> Any:
    """The cotangent of `x` as an array of its own, or a scalar.

    What a walk ends with may be a scalar that stands for an array, a view, or an array that
    is in `seen`, the identities of those that somebody has already; it is added to them.
    """
    if carries(g):
        return g
    if not isinstance(g, np.ndarray):
        return np.full(x.shape, g, x.dtype)[()]
    if g.shape != x.shape:
        g = np.broadcast_to(g, x.shape)
    if g.dtype != x.dtype and g.dtype.kind in "fc":
        return g.astype(x.dtype)[()]
    if g.base is not None or id(g) in seen or not g.flags.writeable:
        g = g.copy()
    seen.add(id(g))
    return g if g.ndim else g[()]
