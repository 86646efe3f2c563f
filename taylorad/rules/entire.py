"""np.sinc and np.i0: entire functions, by their Taylor numbers at the point.

Both are integrals over a bounded interval of an exponential in x, so that each derivative
is an integral as well, of smooth functions: a quadrature gives it with full relative
accuracy, also at 0, where closed forms cancel, and where odd derivatives are as small as x.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad import dispatch
from taylorad._numbers import Number, engine, make, repack
from taylorad._tape import enter_deferred, record
from taylorad.dispatch import DerivativeError, Reverse, carries

__all__ = ["ENTIRE", "Entire", "blocks", "composed", "fejer", "rising"]

Array = npt.NDArray[Any]

# x, m, n -> the Taylor numbers of degrees 0 to n of the m-th derivative of a function at x.
Numbers = Callable[[Array, int, int], Array]

# Values of the integrand that are held at a time: 1 MiB.
BLOCK = 2**17


def composed(x: Any, order: int, numbers: Numbers) -> Any:
    """A derivative, at anything NumPy takes, of a function whose Taylor numbers are known."""
    if Reverse.owns((x,)):
        return record(
            composed(x.value, order, numbers),
            (x,),
            (lambda g, x: g * composed(x, order + 1, numbers),),
            "operands",
            pointwise=True,
        )
    if not isinstance(x, Number):
        return numbers(x, order, 0)[0]
    algebra, parts = x.algebra, x.parts
    if isinstance(parts, np.ndarray):
        series = numbers(parts[0], order, algebra.degree)
    else:
        factorials = map(math.factorial, range(algebra.degree + 1))
        series = np.stack(
            [composed(parts[0], order + k, numbers) / f for k, f in enumerate(factorials)]
        )
    return make(algebra, engine(parts, series).compose(algebra, parts, series))


def rising(numbers: Array, first: int) -> Array:
    """The Taylor numbers of the derivative of order `first`: f_(first + k) (k + first)! / k!."""
    if first == 0:
        return numbers
    k = np.arange(len(numbers) - first, dtype=float).reshape(-1, *(1,) * (numbers.ndim - 1))
    factors: Any = math.prod(k + j for j in range(1, first + 1))
    return numbers[first:] * factors.astype(numbers.real.dtype)


@dataclass(frozen=True)
class Entire:
    """A function whose Taylor numbers are known at every point.

    Parameters
    ----------
    function : callable
        The NumPy function, which gives the value.
    numbers : callable
        ``numbers(x, order)`` gives f^(k)(x) / k! for k = 0 ... order, on a new first axis,
        at points of a 1-d array.
    kinds : str
        The kinds of dtype that NumPy's function takes.
    """

    function: Callable[..., Any]
    numbers: Callable[[Array, int], Array]
    kinds: str
    elementwise: bool = True

    def __call__(self, x: Any) -> Any:
        x = repack(x)
        if not carries(x):
            return self.function(x)
        if x.dtype.kind not in self.kinds:
            raise DerivativeError(
                f"np.{self.function.__name__} does not take coefficients of type {x.dtype}; "
                "convert them with x.astype(float)"
            )
        return composed(x, 0, self._numbers)

    def _numbers(self, x: Array, first: int, degree: int) -> Array:
        numbers = self.taylor_numbers(x, first + degree)
        if first == 0:
            numbers[0] = self.function(x)
        return rising(numbers, first)

    def taylor_numbers(self, x: Array, order: int) -> Array:
        """f^(k)(x) / k! for k = 0 ... order, on a new first axis, in the dtype of `x`."""
        x = np.asarray(x)
        wide = np.ascontiguousarray(x, np.result_type(x, np.float64)).reshape(-1)
        out = np.full((order + 1, x.size), np.nan, wide.dtype)
        sound = np.flatnonzero(np.isfinite(wide))
        with np.errstate(all="ignore"):
            out[:, sound] = self.numbers(wide[sound], order)
            return out.reshape(order + 1, *x.shape).astype(x.dtype, copy=False)


def blocks(points: int, nodes: int) -> list[slice]:
    step = max(BLOCK // nodes, 1)
    return [slice(start, start + step) for start in range(0, points, step)]


# --- sinc --------------------------------------------------------------------------------


def sinc_numbers(x: Array, order: int) -> Array:
    """The Taylor numbers of sinc, with u = pi x.

    From x sinc(x) = sin(u) / pi, by recurrence while k is not larger than |u|,

        x f_k = s_k - f_(k-1),    s_k = pi^(k-1) / k! sin(u + k pi/2),

    and from sinc(x) = integral of cos(u s) ds over 0 < s < 1 for the others, where the
    recurrence would amplify rounding errors by k! / |u|^k:

        f_k = pi^k / k! integral of s^k cos(u s + k pi/2) ds.
    """
    f = np.empty((order + 1, len(x)), x.dtype)
    size = np.abs(np.pi * x)
    if np.any(size >= 1):
        # sin and cos at u by the period 2 of the exact x
        turn = np.pi * (x - 2 * np.round(x.real / 2))
        sine, cosine = np.sin(turn), np.cos(turn)
        scales = _scales(order)
        f[0] = sine / np.pi / x
        for k in range(1, order + 1):
            f[k] = (scales[k] / np.pi * _turned(sine, cosine, k) - f[k - 1]) / x
    near = np.flatnonzero(size < order + 1)
    if near.size == 0:
        return f
    nodes, weights = fejer(order)
    degrees = np.arange(order + 1)
    moments = weights * nodes ** degrees[:, np.newaxis]
    for block in blocks(near.size, len(nodes)):
        points = near[block]
        angle = np.pi * x[points] * nodes[:, np.newaxis]
        integrals = np.empty((order + 1, len(points)), x.dtype)
        integrals[::2] = moments[::2] @ np.cos(angle)
        integrals[1::2] = moments[1::2] @ np.sin(angle)
        integrals[1::4] *= -1
        integrals[2::4] *= -1
        integrals *= _scales(order)[:, np.newaxis]
        by_integral = degrees[:, np.newaxis] > size[points] - 1
        f[:, points] = np.where(by_integral, integrals, f[:, points])
    return f


def _scales(order: int) -> Array:
    """pi^k / k!."""
    return np.cumprod([1.0, *(np.pi / np.arange(1, order + 1))])


def _turned(sine: Array, cosine: Array, k: int) -> Array:
    """sin(u + k pi/2)."""
    return (sine, cosine, -sine, -cosine)[k % 4]


@lru_cache(maxsize=64)
def fejer(order: int) -> tuple[Array, Array]:
    """Fejer's nodes and weights on [0, 1], for s^k exp(i u s) with k and u up to `order`.

    Gauss's rule has half the nodes, but these are known to the last digit, as high powers
    of them need.
    """
    n = 18 + 2 * order
    theta = (np.arange(n) + 0.5) * (np.pi / n)
    m = np.arange(1, n // 2 + 1)[:, np.newaxis]
    weights = (1 - 2 * np.sum(np.cos(2 * m * theta) / (4 * m * m - 1), axis=0)) / n
    return np.cos(theta / 2) ** 2, weights


# --- i0 ----------------------------------------------------------------------------------


def i0_numbers(x: Array, order: int) -> Array:
    """The Taylor numbers of the modified Bessel function I_0.

    With c = cos(th) the k-th derivative is the mean over 0 < th < pi of c^k exp(x c); that
    is the mean over 0 < th < pi/2 of c^k cosh(x c) for k even and of c^k sinh(x c) for k
    odd, all of one sign. The midpoint rule converges exponentially.
    """
    f = np.empty((order + 1, len(x)))
    size = np.minimum(np.abs(x), 800.0)  # from 714 on everything is infinite
    by_size = np.argsort(size, kind="stable")
    degrees = np.arange(order + 1)[:, np.newaxis]
    for block in blocks(len(x), 64 + order):
        points = by_size[block]
        a = size[points]
        # The rule with n nodes takes Fourier terms of degree 4 n for constants. That of
        # c^k exp(a c) is I_(4 n - k)(a) or so, below exp(-(4 n - k)^2 / (2 a)) I_0(a).
        n = math.ceil((order + 40 + 9 * math.sqrt(a.max())) / 4)
        theta = (np.arange(n) + 0.5)[:, np.newaxis] * (np.pi / 2 / n)
        c = np.cos(theta)
        # exp(-a) times cosh and sinh of a c, without cancellation
        decay = np.exp(-2 * a * np.sin(theta / 2) ** 2)
        fading = np.expm1(-2 * a * c)
        powers = c.T**degrees / (2 * n)
        root = np.exp(a / 2)  # twice: exp(a) overflows before I_0(a) does
        f[::2, points] = powers[::2] @ (decay * (2 + fading)) * root * root
        f[1::2, points] = powers[1::2] @ (decay * -fading) * root * root * np.sign(x[points])
    # Division by k!, which overflows for k > 170, as mantissa and exponent.
    mantissas, exponents = zip(*(_split(math.factorial(k)) for k in range(order + 1)), strict=True)
    return np.ldexp(f, -np.array(exponents)[:, np.newaxis]) / np.array(mantissas)[:, np.newaxis]


def _split(n: int) -> tuple[float, int]:
    """A mantissa in [1/2, 1) and an exponent."""
    bits = n.bit_length()
    return n / 2**bits, bits


ENTIRE = (
    #      function   numbers         kinds
    Entire(np.sinc,   sinc_numbers,   "fc"),
    Entire(np.i0,     i0_numbers,     "f"),
)  # fmt: skip

dispatch.register(ENTIRE)
enter_deferred(np.sinc, np.i0)
