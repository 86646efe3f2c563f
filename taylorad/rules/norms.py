"""Norms, as expressions of other functions.

At zero a norm has derivative zero, like `abs`, of which it is the generalisation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import linalg

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred
from taylorad.dispatch import carries
from taylorad.rules.composite import Composite
from taylorad.rules.operands import axes_of, given, number, reduced_shape
from taylorad.rules.statistics import root, square_of_modulus

__all__ = ["NORMS"]


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of a vector along one axis, of a matrix along two, of all elements."""
    x = number(x)
    ndim = np.ndim(x)
    if axis is None:
        if ord is None:
            return root(np.sum(square_of_modulus(x), keepdims=keepdims))
        axes = tuple(range(ndim))
    else:
        axes = axes_of(axis, ndim)
    if len(axes) == 1:
        return _of_vectors(x, ord, axes, keepdims)
    if len(axes) == 2:
        return _of_matrices(x, ord, axes, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


def _norm_pulls(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord is not None or isinstance(axis, tuple):
        return None
    kept = reduced_shape(x.shape, axes_of(axis, x.ndim), True)

    def pull(g: Any, y: Any, x: Any) -> Any:
        g, y = np.reshape(g, kept), np.reshape(y, kept)
        zero = value(y) == 0
        if not np.any(zero):
            return g * x / y
        return np.where(zero, 0, g * x / np.where(zero, 1, y))

    return [pull]


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of vectors, which may lie along several axes."""
    x = number(x)
    return _of_vectors(x, ord, axes_of(axis, np.ndim(x)), keepdims)


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of matrices in the last two axes."""
    return norm(x, ord, (-2, -1), keepdims)


def _of_vectors(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    options: dict[str, Any] = {"axis": axes, "keepdims": keepdims}
    if carries(ord):  # even one whose value is 1 or 2: it may move
        return _root_of_powers(np.sum(_powers(x, ord), **options), ord)
    if ord is None or ord == 2:
        return root(np.sum(square_of_modulus(x), **options))
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order {ord!r} for vectors")
    if ord == 0:
        # A number of elements, which is constant where it is continuous.
        return 0 * np.sum(np.abs(x), **options) + np.sum(value(x) != 0, **options)
    if ord == 1:
        return np.sum(np.abs(x), **options)
    if ord == np.inf:
        return np.max(np.abs(x), initial=0, **options)
    if ord == -np.inf:
        return np.min(np.abs(x), **options)
    return _root_of_powers(np.sum(_powers(x, ord), **options), ord)


def _powers(x: Any, p: Any) -> Any:
    """|x|^p; an even power is one of x itself, which is smooth at zero."""
    if not carries(p) and p % 2 == 0:
        return square_of_modulus(x) ** (int(p) // 2)
    modulus = np.abs(x)
    zero = value(x) == 0
    if not np.any(zero):
        return modulus**p
    at_zero = np.power(0.0, value(p)) if value(p) > 0 else np.inf
    return np.where(zero, at_zero, np.where(zero, 1, modulus) ** p)


def _root_of_powers(total: Any, p: Any) -> Any:
    """The p-th root of a sum of p-th powers, without derivatives where the norm is zero."""
    zero = value(total) == (0 if value(p) > 0 else np.inf)
    if not np.any(zero):
        return total ** (1 / p)
    return np.where(zero, 0, np.where(zero, 1, total) ** (1 / p))


def _of_matrices(x: Any, ord: Any, axes: tuple[int, int], keepdims: bool) -> Any:
    row, column = axes
    if row == column:
        raise ValueError("Duplicate axes given.")
    if carries(ord):
        raise TypeError(
            "the order of a matrix norm is a name, not a variable; give taylorad.value(ord)"
        )
    if ord in (2, -2, "nuc"):
        s = linalg.svd(np.moveaxis(x, axes, (-2, -1)), compute_uv=False)
        if ord == "nuc":
            result = np.sum(s, axis=-1)
        else:
            result = np.max(s, axis=-1, initial=0) if ord == 2 else np.min(s, axis=-1)
        return np.expand_dims(result, axes) if keepdims else result
    if ord in (None, "fro", "f"):
        return root(np.sum(square_of_modulus(x), axis=axes, keepdims=keepdims))
    if ord not in (1, -1, np.inf, -np.inf):
        raise ValueError("Invalid norm order for matrices.")
    added, compared = (row, column) if abs(ord) == 1 else (column, row)
    sums = np.sum(np.abs(x), axis=added, keepdims=True)
    extreme = np.max if ord > 0 else np.min
    start = given(initial=0) if ord > 0 else {}
    result = extreme(sums, axis=compared, keepdims=True, **start)
    return result if keepdims else np.squeeze(result, axis=axes)


NORMS = (
    #         function             expression
    Composite(linalg.norm,         norm),
    Composite(linalg.vector_norm,  vector_norm),
    Composite(linalg.matrix_norm,  matrix_norm),
)  # fmt: skip

dispatch.register(NORMS)
enter_deferred(linalg.norm, make=_norm_pulls, keep="both")
enter_deferred(linalg.vector_norm, linalg.matrix_norm)
