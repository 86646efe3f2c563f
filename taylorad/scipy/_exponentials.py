"""Sums of exponentials, of `scipy.special`.

The greatest entry is taken out as a number, not as its value. Then what is left of it is
exactly 0, and 1 + sum of exp(x_j - x_greatest) has a derivative without cancellation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from taylorad._numbers import value
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules.operands import axes_of, constant_like, last_axis, with_value
from taylorad.scipy._mirror import counterpart, refuse_numbers

__all__ = ["log_softmax", "logsumexp", "softmax"]


def _from_greatest(x: Any, chosen: Any) -> tuple[Any, Any]:
    """The greatest of `chosen`, and the differences to it, along the last axis."""
    at = np.argmax(np.real(chosen), axis=-1)[..., np.newaxis]
    greatest = np.take_along_axis(x, at, axis=-1)
    return greatest, np.where(np.arange(x.shape[-1]) == at, 0.0, x - greatest)


def _restored(x: Any, axes: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """From the layout of `last_axis` back to the array's own."""
    rest = tuple(axis for axis in range(len(shape)) if axis not in axes)
    moved = rest + axes
    x = np.reshape(x, tuple(shape[axis] for axis in moved))
    return np.transpose(x, tuple(np.argsort(moved)))


@counterpart(scipy.special, "a b")
def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """The logarithm of a sum of exponentials, ``log(sum(b * exp(a)))``.

    Parameters
    ----------
    a : array_like
        The exponents. An entry of ``-inf`` adds nothing and has derivative 0; of several that
        are infinite each has its share, as in `numpy.logaddexp`.
    axis : int or tuple of ints, optional
        Where to sum; by default everywhere.
    b : array_like, optional
        Factors, which may be negative.
    keepdims : bool, optional
        Whether the axes stay, with length one.
    return_sign : bool, optional
        Whether the result is the logarithm of the absolute value, and the sign.

    Examples
    --------
    >>> import numpy as np, taylorad as ta
    >>> from taylorad.scipy.special import logsumexp
    >>> ta.grad(logsumexp)(np.array([1000.0, 1000.0, -np.inf]))
    array([0.5, 0.5, 0. ])
    """
    refuse_numbers("scipy.special.logsumexp", axis=axis)
    values = scipy.special.logsumexp(
        value(a), axis=axis, b=value(b), keepdims=keepdims, return_sign=return_sign
    )
    values, sign = values if return_sign else (values, None)
    if b is not None:
        shape = np.broadcast_shapes(np.shape(a), np.shape(b))
        a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
    if return_sign and "c" in (a.dtype.kind, 0 if b is None else np.asarray(value(b)).dtype.kind):
        raise DerivativeError(
            "scipy.special.logsumexp has no derivative here for complex numbers with "
            "return_sign=True; leave it out"
        )
    if np.size(a) == 0:
        result = constant_like([a, b], np.asarray(values))
    else:
        axes = axes_of(axis, np.ndim(a))
        merged = last_axis(a, axes)
        weights = None if b is None else last_axis(b, axes)
        result = np.reshape(_log_of_sum(merged, weights, return_sign), np.shape(values))
        result = with_value(result, values)
    return (result, sign) if return_sign else result


def _log_of_sum(a: Any, b: Any, absolute: bool) -> Any:
    """log(sum(b exp(a))) along the last axis."""
    none = False if b is None else np.asarray(value(b)) == 0
    chosen = np.where(none, -np.inf, value(a))  # SciPy's rule: 0 times exp(nan) adds nothing
    top = np.max(np.real(chosen), axis=-1, keepdims=True)
    infinite = np.isinf(top)
    shares = np.where(infinite & (chosen == top), 1.0, 0.0)
    kept = np.where(none if not carries(b) else none & ~np.isfinite(value(a)), -np.inf, a)
    with np.errstate(over="ignore"):
        greatest, z = _from_greatest(
            np.where(infinite, 0.0, kept), np.where(infinite, 0.0, chosen)
        )
        total = np.sum(np.exp(z) if b is None else b * np.exp(z), axis=-1)
    if b is not None and np.asarray(value(total)).dtype.kind != "c":
        total = np.where(value(total) < 0, -total if absolute else np.nan, total)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = greatest[..., 0] + np.log(total)
        if not np.any(infinite):
            return result
        shares = shares / np.sum(shares, axis=-1, keepdims=True)
        shared = np.sum(np.where(shares > 0, shares * a, 0.0), axis=-1)
    return np.where(infinite[..., 0], shared, result)


def _exponentials(x: Any, axis: Any, of: Callable[..., Any]) -> Any:
    """A function of the differences to the greatest along an axis, and their exponentials."""
    axes = axes_of(axis, np.ndim(x))
    _, z = _from_greatest(merged := last_axis(x, axes), value(merged))
    e = np.exp(z)
    return _restored(of(z, e, np.sum(e, axis=-1, keepdims=True)), axes, np.shape(x))


@counterpart(scipy.special, "x")
def softmax(x: Any, axis: Any = None) -> Any:
    """``exp(x) / sum(exp(x))``, with derivatives that stay accurate where it saturates.

    Parameters
    ----------
    x : array_like
    axis : int or tuple of ints, optional
        Where to sum; by default everywhere.

    Examples
    --------
    >>> import numpy as np, taylorad as ta
    >>> from taylorad.scipy.special import softmax
    >>> ta.jacobian(softmax)(np.array([40.0, 0.0]))[0]
    array([ 4.24835426e-18, -4.24835426e-18])
    """
    refuse_numbers("scipy.special.softmax", axis=axis)
    with np.errstate(invalid="ignore"):
        result = _exponentials(x, axis, lambda z, e, total: e / total)
    return with_value(result, scipy.special.softmax(value(x), axis=axis))


@counterpart(scipy.special, "x")
def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of `softmax`.

    Parameters
    ----------
    x : array_like
    axis : int or tuple of ints, optional
        Where to sum; by default everywhere.

    Examples
    --------
    >>> import numpy as np, taylorad as ta
    >>> from taylorad.scipy.special import log_softmax
    >>> ta.jacobian(log_softmax)(np.array([40.0, 0.0]))[0]
    array([ 4.24835426e-18, -4.24835426e-18])
    """
    refuse_numbers("scipy.special.log_softmax", axis=axis)
    with np.errstate(invalid="ignore"):
        result = _exponentials(x, axis, lambda z, e, total: z - np.log(total))
    return with_value(result, scipy.special.log_softmax(value(x), axis=axis))
