"""`scipy.integrate` for numbers and Variables too: integrals of samples.

What integrates a Python function calls it with plain floats and wants plain floats back: it
refuses numbers of ours, but for `fixed_quad`.

Examples
--------
>>> import numpy as np, taylorad as ta
>>> from taylorad.scipy import integrate
>>> t = np.linspace(0.0, 1.0, 101)
>>> ta.derivative(lambda c: integrate.simpson(np.exp(c * t), x=t))(1.0).round(6)
np.float64(1.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate

from taylorad._numbers import value
from taylorad.dispatch import carries
from taylorad.rules.operands import number
from taylorad.scipy._mirror import mirror
from taylorad.scipy._rules import Rules

RULES = Rules(scipy.integrate)
rule = RULES.rule


def _array(x: Any) -> Any:
    x = number(x)
    return x if carries(x) else np.asarray(x)


def _samples(y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any]:
    """The samples with their axis last, and the widths of the intervals between them."""
    y = np.moveaxis(_array(y), axis, -1)
    if x is None:
        return y, number(dx) * np.ones(max(y.shape[-1] - 1, 0))
    x = _array(x)
    return y, np.diff(x if x.ndim == 1 else np.moveaxis(x, axis, -1))


def _ratio(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is: SciPy's way with intervals of no width."""
    return np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b))


@rule
def fixed_quad(func: Any, a: Any, b: Any, args: Any = (), n: int = 5) -> Any:
    """The integral of a function by Gauss's rule with n points."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    a, b = number(a), number(b)
    if not np.all(np.isfinite(value(a)) & np.isfinite(value(b))):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    half = (b - a) / 2
    return half * np.sum(weights * func(half * (nodes + 1) + a, *args), axis=-1), None


@rule
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of the samples by straight lines."""
    y, h = _samples(y, x, dx, axis)
    return np.sum(h * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)


@rule
def cumulative_trapezoid(
    y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None
) -> Any:
    """The integrals up to each of the samples, by straight lines."""
    y, h = _samples(y, x, dx, axis)
    found = np.cumsum(h * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)
    if initial is not None:
        found = np.concatenate([found[..., :1] * 0 + initial, found], axis=-1)
    return np.moveaxis(found, -1, axis)


@rule
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of the samples by parabolas; one more interval by the last of them."""
    y, h = _samples(y, x, dx, axis)
    n = y.shape[-1]
    if n == 2:
        return np.sum(h * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)
    last = n - 1 if n % 2 else n - 2
    h0, h1 = h[..., 0:last:2], h[..., 1:last:2]
    f0, f1, f2 = y[..., 0:last:2], y[..., 1:last:2], y[..., 2 : last + 1 : 2]
    both = h0 + h1
    weighted = (
        f0 * (2 - _ratio(h1, h0)) + f1 * both * _ratio(both, h0 * h1) + f2 * (2 - _ratio(h0, h1))
    )
    found = np.sum(both / 6 * weighted, axis=-1)
    if n % 2 or n == 0:
        return found
    h0, h1 = h[..., -2], h[..., -1]
    alpha = _ratio(2 * h1**2 + 3 * h0 * h1, 6 * (h0 + h1))
    beta = _ratio(h1**2 + 3 * h0 * h1, 6 * h0)
    eta = _ratio(h1**3, 6 * h0 * (h0 + h1))
    return found + alpha * y[..., -1] + beta * y[..., -2] - eta * y[..., -3]


def _by_parabolas(y: Any, h: Any) -> Any:
    """The integral over the first interval of each two, by the parabola through both."""
    first, second = h[..., :-1], h[..., 1:]
    f1, f2, f3 = y[..., :-2], y[..., 1:-1], y[..., 2:]
    part, ratio = first / (first + second), first / second
    last = part * ratio
    return first / 6 * ((3 - part) * f1 + (3 + last + part) * f2 - last * f3)


@rule
def cumulative_simpson(
    y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None
) -> Any:
    """The integrals up to each of the samples, by parabolas."""
    y, h = _samples(y, x, dx, axis)
    n = y.shape[-1]
    if n < 3:
        return cumulative_trapezoid(
            np.moveaxis(y, -1, axis), dx=h[..., 0] if x is not None else dx, axis=axis,
            initial=initial,
        )  # fmt: skip
    h = np.broadcast_to(h, (*y.shape[:-1], n - 1))
    ahead = _by_parabolas(y, h)
    back = _by_parabolas(y[..., ::-1], h[..., ::-1])[..., ::-1]
    # The intervals in turn: the first of two from the left, the second from the right.
    places = np.arange(n - 1)
    forward = (places % 2 == 0) & (places < n - 2)
    pieces = np.where(
        forward,
        ahead[..., np.minimum(places, n - 3)],
        back[..., np.maximum(places - 1, 0)],
    )
    found = np.cumsum(pieces, axis=-1)
    if initial is not None:
        start = found[..., :1] * 0 + initial
        found = np.concatenate([start, found + initial], axis=-1)
    return np.moveaxis(found, -1, axis)


@rule
def romb(y: Any, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of 2^k + 1 samples by Romberg's weights."""
    y = _array(y)
    weights = scipy.integrate.romb(np.eye(y.shape[axis]), axis=0)
    return np.moveaxis(y, axis, -1) @ weights * number(dx)


OWN = list(RULES.functions)

__all__, __getattr__, __dir__ = mirror(scipy.integrate, OWN)
