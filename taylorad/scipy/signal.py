"""`scipy.signal` for numbers and Variables too: convolutions and linear filters.

    y = u * v               bilinear: the product table, with the convolution for product
    a * y = b * x           gives  a_0 * y_k = (b * x)_k - sum of a_i * y_j over i != 0

A filter of fixed coefficients is linear, and so are resampling, smoothing and detrending.

Examples
--------
>>> import numpy as np, taylorad as ta
>>> from taylorad.scipy import signal
>>> smoothed = lambda a: signal.lfilter([1 - a], [1.0, -a], np.ones(3))
>>> ta.jacobian(smoothed)(0.5)
array([-1.  , -1.  , -0.75])
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.signal

from taylorad import dispatch
from taylorad._numbers import common, value
from taylorad._tape import record
from taylorad.algebra import Algebra
from taylorad.dispatch import Reverse, carries
from taylorad.rules._matrices import Solving
from taylorad.rules._rows import Rows, multilinear
from taylorad.rules.operands import number
from taylorad.rules.recording import values_of
from taylorad.scipy._along import linear_along
from taylorad.scipy._mirror import mirror
from taylorad.scipy._rules import Rules

RULES = Rules(scipy.signal)
rule = RULES.rule


def _array(x: Any) -> Any:
    x = number(x)
    return x if carries(x) else np.asarray(x)


# Convolution -----------------------------------------------------------------------------


def _full(method: str, u: Any, v: Any) -> Any:
    """The whole convolution of arrays of any kind."""
    function = partial(_full, method)
    u, v = Reverse.current((u, v))
    if Reverse.owns((u, v)):
        u, v = Reverse.kept((u, v))
        pulls = partial(_pull_first, method), partial(_pull_second, method)
        return record(function(*values_of((u, v))), (u, v), pulls, "operands")
    algebra = common((u, v))
    if algebra is None:
        return scipy.signal.convolve(u, v, method=method)
    dispatch.mixes()
    return multilinear(algebra, function, Reverse.settled((u, v)), "scipy.signal.convolve")


def _pull_first(method: str, g: Any, u: Any, v: Any) -> Any:
    return _cut(_full(method, g, np.flip(v)), u.shape, v.shape)


def _pull_second(method: str, g: Any, u: Any, v: Any) -> Any:
    return _cut(_full(method, g, np.flip(u)), v.shape, u.shape)


def _cut(x: Any, shape: tuple[int, ...], other: tuple[int, ...]) -> Any:
    return x[tuple(slice(m - 1, m - 1 + n) for n, m in zip(shape, other, strict=True))]


def _convolved(u: Any, v: Any, mode: str, method: str = "auto", late: int = 0) -> Any:
    """The whole convolution or its middle; of an even kernel one of two, the later one if asked."""
    if u.size == 0 or v.size == 0:
        return np.zeros(0)
    if u.ndim == 0:
        return u * v
    whole = _full(method, u, v)
    if mode == "full":
        return whole
    pairs = list(zip(u.shape, v.shape, strict=True))
    if mode == "same":
        starts = [(m - 1 + late) // 2 for _, m in pairs]
        sizes = [n for n, _ in pairs]
    else:
        starts = [min(n, m) - 1 for n, m in pairs]
        sizes = [max(n, m) - min(n, m) + 1 for n, m in pairs]
    return whole[tuple(slice(i, i + n) for i, n in zip(starts, sizes, strict=True))]


@rule
def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The convolution of two arrays."""
    return _convolved(_array(in1), _array(in2), mode, method)


@rule
def fftconvolve(in1: Any, in2: Any, mode: str = "full") -> Any:
    """The convolution of two arrays, by fast Fourier transforms."""
    return _convolved(_array(in1), _array(in2), mode, "fft")


@rule
def oaconvolve(in1: Any, in2: Any, mode: str = "full") -> Any:
    """The convolution of two arrays, piece by piece."""
    return _convolved(_array(in1), _array(in2), mode)


@rule
def convolve2d(in1: Any, in2: Any, mode: str = "full") -> Any:
    """The convolution of two matrices."""
    return _convolved(_array(in1), _array(in2), mode, "direct")


@rule
def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The correlation of two arrays: the convolution with the second one turned around."""
    return _convolved(_array(in1), np.conjugate(np.flip(_array(in2))), mode, method)


@rule
def correlate2d(in1: Any, in2: Any, mode: str = "full") -> Any:
    """The correlation of two matrices."""
    return _convolved(_array(in1), np.conjugate(np.flip(_array(in2))), mode, "direct", 1)


# Filters ---------------------------------------------------------------------------------


def _delayed(x: Any, steps: int) -> Any:
    """A signal some steps later, with zeros before it begins."""
    if steps == 0:
        return x
    steps = min(steps, x.shape[-1])
    before = np.zeros((*x.shape[:-1], steps), x.dtype)
    return np.concatenate([before, x[..., : x.shape[-1] - steps]], axis=-1)


def _moving(b: Any, x: Any) -> Any:
    """The sums b * x, as long as x."""
    return sum((b[i] * _delayed(x, i) for i in range(1, len(b))), b[0] * x)


def _recursive(a: Any, x: Any) -> Any:
    """The y with a * y = x, for a[0] = 1."""
    if carries(a) or carries(x):
        return RECURSIVE.of(a, x)
    return scipy.signal.lfilter([1.0], a, x)


def _recursive_series(algebra: Algebra, a: Rows, x: Rows) -> Rows:
    y = {0: _recursive(a[0], x[0])}
    for k in range(1, algebra.rows):
        right = x.get(k)
        for i, j in algebra.pairs(k):
            if i and i in a and j in y:
                term = _moving(a[i], y[j])
                right = -term if right is None else right - term
        if right is not None:
            y[k] = _recursive(a[0], right)
    return y


def _pull_input(g: Any, y: Any, a: Any, x: Any) -> Any:
    return _recursive(a, g[..., ::-1])[..., ::-1]


def _pull_coefficients(g: Any, y: Any, a: Any, x: Any) -> Any:
    back = _pull_input(g, y, a, x)
    return -np.stack([np.sum(back * _delayed(y, i)) for i in range(len(a))])


RECURSIVE = Solving(_recursive, _recursive_series, (_pull_coefficients, _pull_input))


def _filtered(b: Any, a: Any, x: Any) -> Any:
    if value(a[0]) != 1 or carries(a):
        b, a = b / a[0], a / a[0]
    return _recursive(a, _moving(b, x)) if len(a) > 1 else _moving(b, x)


@rule
def lfilter(b: Any, a: Any, x: Any, axis: int = -1) -> Any:
    """The y with a * y = b * x, from rest."""
    b, a, x = np.atleast_1d(_array(b)), np.atleast_1d(_array(a)), _array(x)
    return np.moveaxis(_filtered(b, a, np.moveaxis(x, axis, -1)), -1, axis)


@rule
def sosfilt(sos: Any, x: Any, axis: int = -1) -> Any:
    """One filter of second order after the other, from rest."""
    sos, x = _array(sos), np.moveaxis(_array(x), axis, -1)
    for section in sos:
        x = _filtered(section[:3], section[3:], x)
    return np.moveaxis(x, -1, axis)


# fmt: off
# Linear for fixed coefficients; what they fill up with is no part of the derivatives.
decimate      = linear_along(RULES, "decimate", "x")
detrend       = linear_along(RULES, "detrend", "data")
filtfilt      = linear_along(RULES, "filtfilt", "x")
hilbert       = linear_along(RULES, "hilbert", "x")
resample      = linear_along(RULES, "resample", "x")
resample_poly = linear_along(RULES, "resample_poly", "x")
savgol_filter = linear_along(RULES, "savgol_filter", "x", cval=0.0)
sosfiltfilt   = linear_along(RULES, "sosfiltfilt", "x")
upfirdn       = linear_along(RULES, "upfirdn", "x", cval=0)
# fmt: on

OWN = list(RULES.functions)

__all__, __getattr__, __dir__ = mirror(scipy.signal, OWN)
