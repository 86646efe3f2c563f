"""`scipy.special`, whose functions that are no ufuncs take numbers and Variables here.

The names below are SciPy's, with SciPy's signatures and values. Everything else is handed
on: its ufuncs have derivatives by themselves.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import scipy.special
from scipy.special import binom, eval_chebyu, eval_gegenbauer, gamma, gammaln, poch, psi, zeta

from taylorad._numbers import value
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules.operands import (
    axes_of,
    constant_like,
    last_axis,
    number,
    with_value,
)
from taylorad.scipy._mirror import mirror

Function = Callable[..., Any]

OWN: list[str] = []


def _own(arrays: str) -> Callable[[Function], Function]:
    """Add a function with these array arguments.

    Where no argument carries derivatives, SciPy's own is called.
    """

    def add(function: Function) -> Function:
        name = function.__name__
        theirs = getattr(scipy.special, name)
        signature = inspect.signature(function)

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind(*args, **kwargs)
            for array in arrays.split():
                if array in given.arguments:
                    given.arguments[array] = number(given.arguments[array])
            if not any(map(carries, given.arguments.values())):
                return theirs(*args, **kwargs)
            return function(*given.args, **given.kwargs)

        OWN.append(name)
        return called

    return add


def _refuse(name: str, argument: str) -> NoReturn:
    raise DerivativeError(
        f"scipy.special.{name} has no derivative with respect to {argument} here; pass "
        f"taylorad.value({argument}) if its value alone is meant"
    )


def _fixed(name: str, **arguments: Any) -> None:
    """Refuse arguments in which there is no derivative."""
    for argument, x in arguments.items():
        if carries(x):
            _refuse(name, argument)


# --- Sums of exponentials ----------------------------------------------------------------

# The greatest entry is taken out as a number, not as its value. Then what is left of it is
# exactly 0, and 1 + sum of exp(x_j - x_greatest) has a derivative without cancellation.


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


@_own("a b")
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
    _fixed("logsumexp", axis=axis)
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


def _exponentials(x: Any, axis: Any, of: Function) -> Any:
    """A function of the differences to the greatest along an axis, and their exponentials."""
    axes = axes_of(axis, np.ndim(x))
    _, z = _from_greatest(merged := last_axis(x, axes), value(merged))
    e = np.exp(z)
    return _restored(of(z, e, np.sum(e, axis=-1, keepdims=True)), axes, np.shape(x))


@_own("x")
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
    >>> ta.jacobian(softmax)(np.array([40.0, 0.0]))[0, 0]
    np.float64(4.248354255291589e-18)
    """
    _fixed("softmax", axis=axis)
    with np.errstate(invalid="ignore"):
        result = _exponentials(x, axis, lambda z, e, total: e / total)
    return with_value(result, scipy.special.softmax(value(x), axis=axis))


@_own("x")
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
    >>> ta.jacobian(log_softmax)(np.array([40.0, 0.0]))[0, 0]
    np.float64(4.248354255291589e-18)
    """
    _fixed("log_softmax", axis=axis)
    with np.errstate(invalid="ignore"):
        result = _exponentials(x, axis, lambda z, e, total: z - np.log(total))
    return with_value(result, scipy.special.log_softmax(value(x), axis=axis))


# --- The gamma family --------------------------------------------------------------------


@_own("n x")
def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of psi, by Hurwitz's zeta function: DLMF 25.11.12.

    Parameters
    ----------
    n : array_like of int
    x : array_like

    Examples
    --------
    >>> import taylorad as ta
    >>> from taylorad.scipy.special import polygamma
    >>> ta.derivative(lambda x: polygamma(1, x))(1.0)
    np.float64(-2.4041138063191885)
    """
    _fixed("polygamma", n=n)
    n = np.asarray(n)
    zero = n == 0
    order = np.where(zero, 1.0, n)
    factor = np.where(zero, 0.0, (-1.0) ** (order + 1) * gamma(order + 1))
    with np.errstate(all="ignore"):
        if np.all(zero):
            result = psi(np.broadcast_to(x, np.broadcast_shapes(n.shape, np.shape(x))))
        else:
            result = factor * zeta(order + 1, x)
            if np.any(zero):
                result = np.where(zero, psi(x), result)
    return with_value(result, scipy.special.polygamma(n, value(x)))


@_own("n")
def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """``gamma(n + 1)``, and 0 for negative n unless `extend` is ``"complex"``.

    Parameters
    ----------
    n : array_like
    exact : bool, optional
        Has no derivatives if true.
    extend : {"zero", "complex"}, optional

    Examples
    --------
    >>> import taylorad as ta
    >>> from taylorad.scipy.special import factorial
    >>> ta.derivative(factorial)(0.0)
    np.float64(-0.5772156649015329)
    """
    if exact:
        _refuse("factorial", "n")
    values = scipy.special.factorial(value(n), extend=extend)
    result = gamma(n + 1)
    if extend == "zero":
        result = np.where(value(n) < 0, 0.0, result)
    return with_value(result, values)


@_own("N k")
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """The binomial coefficient as a function of real arguments; 0 outside of 0 <= k <= N.

    Parameters
    ----------
    N, k : array_like
    exact : bool, optional
        Has no derivatives if true.
    repetition : bool, optional
        Whether things may be chosen repeatedly.

    Examples
    --------
    >>> import taylorad as ta
    >>> from taylorad.scipy.special import comb
    >>> ta.derivative(lambda n: comb(n, 2))(5.0)
    np.float64(4.5)
    """
    if exact:
        _refuse("comb", "N")
    values = scipy.special.comb(value(N), value(k), repetition=repetition)
    if repetition:
        return with_value(binom(N + k - 1, k), values)
    return with_value(_counted(binom(N, k), N, k), values)


@_own("N k")
def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """``N (N - 1) ... (N - k + 1)`` as a function of real arguments; 0 outside of 0 <= k <= N.

    Parameters
    ----------
    N, k : array_like
    exact : bool, optional
        Has no derivatives if true.

    Examples
    --------
    >>> import taylorad as ta
    >>> from taylorad.scipy.special import perm
    >>> ta.derivative(lambda n: perm(n, 2))(5.0)
    np.float64(9.0)
    """
    if exact:
        _refuse("perm", "N")
    values = scipy.special.perm(value(N), value(k))
    return with_value(_counted(poch(N - k + 1, k), N, k), values)


def _counted(result: Any, N: Any, k: Any) -> Any:
    N, k = value(N), value(k)
    inside = (k <= N) & (N >= 0) & (k >= 0)
    return result if np.all(inside) else np.where(inside, result, 0.0)


@_own("a")
def multigammaln(a: Any, d: Any) -> Any:
    """The logarithm of the multivariate gamma function.

    Parameters
    ----------
    a : array_like
    d : int
        The dimension.

    Examples
    --------
    >>> import taylorad as ta
    >>> from taylorad.scipy.special import multigammaln
    >>> ta.derivative(lambda a: multigammaln(a, 2))(2.0)
    np.float64(0.45927431834014...)
    """
    _fixed("multigammaln", d=d)
    values = scipy.special.multigammaln(value(a), d)
    result = sum(gammaln(a - j / 2) for j in range(1, int(d))) if d > 1 else 0.0
    return with_value(gammaln(a) + result, values)


# --- Trigonometric and Legendre ----------------------------------------------------------


@_own("x n")
def diric(x: Any, n: Any) -> Any:
    """Dirichlet's function ``sin(n x / 2) / (n sin(x / 2))``, smooth at multiples of 2 pi.

    It is ``U_(n-1)(cos(x / 2)) / n`` with Chebyshev's polynomial of the second kind.

    Parameters
    ----------
    x : array_like
    n : array_like of int

    Examples
    --------
    >>> import taylorad as ta
    >>> from taylorad.scipy.special import diric
    >>> ta.derivative(lambda x: diric(x, 3), order=2)(0.0)
    np.float64(-0.6666666666666666)
    """
    _fixed("diric", n=n)
    n = np.asarray(n)
    whole = (n > 0) & (n == np.floor(n))
    count = np.where(whole, n, 1).astype(int)
    result = eval_chebyu(count - 1, np.cos(x / 2)) / count
    if not np.all(whole):
        result = np.where(whole, result, np.nan)
    return with_value(result, scipy.special.diric(value(x), n))


def _legendre_derivative(n: Any, k: int, z: Any) -> Any:
    """The k-th derivative of P_n: (2 k - 1)!! C_(n-k)^(k + 1/2) (DLMF 18.9.19)."""
    odds = math.prod(range(1, 2 * k, 2))
    return np.where(n < k, 0.0, odds * eval_gegenbauer(np.maximum(n - k, 0), k + 0.5, z))


if hasattr(scipy.special, "legendre_p"):  # since SciPy 1.15

    @_own("n z")
    def legendre_p(n: Any, z: Any, *, diff_n: int = 0) -> Any:
        """Legendre's polynomial and its first `diff_n` derivatives, on a new first axis.

        Parameters
        ----------
        n : array_like of int
        z : array_like
        diff_n : int, optional

        Examples
        --------
        >>> import taylorad as ta
        >>> from taylorad.scipy.special import legendre_p
        >>> ta.derivative(lambda x: legendre_p(2, x)[0])(0.5)
        np.float64(1.5)
        """
        _fixed("legendre_p", n=n)
        n = np.asarray(n)
        n = np.where(n < 0, -n - 1, n)
        rows = [_legendre_derivative(n, k, z) for k in range(diff_n + 1)]
        return with_value(np.stack(rows), scipy.special.legendre_p(n, value(z), diff_n=diff_n))

    @_own("n m theta phi")
    def sph_harm_y(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
        """The spherical harmonic of degree n and order m, smooth at the poles.

        Parameters
        ----------
        n, m : array_like of int
        theta, phi : array_like
            The polar and the azimuthal angle.
        diff_n : int, optional
            Only 0 has derivatives here.

        Examples
        --------
        >>> import numpy as np, taylorad as ta
        >>> from taylorad.scipy.special import sph_harm_y
        >>> ta.derivative(lambda t: np.real(sph_harm_y(1, 1, t, 0.0)))(0.0)
        np.float64(-0.3454941494713355)
        """
        _fixed("sph_harm_y", n=n, m=m)
        if diff_n:
            raise DerivativeError(
                "scipy.special.sph_harm_y has derivatives for diff_n=0 only; differentiate it "
                "with taylorad instead"
            )
        n, m = np.asarray(n), np.asarray(m)
        order = np.abs(m)
        none = order > n
        degree = np.where(none, 0, n - order)
        # N^2 = (2 n + 1)/(4 pi) (n - m)!/(n + m)!, times (2 m - 1)!!
        size = (gammaln(degree + 1.0) - gammaln(degree + 2 * order + 1.0)) / 2
        size = size + order * math.log(2) + gammaln(order + 0.5) - math.log(math.pi) / 2
        scale = np.where(none, 0.0, np.exp(size) * np.sqrt((2 * n + 1) / (4 * math.pi)))
        scale = scale * np.where((m > 0) & (m % 2 == 1), -1.0, 1.0)
        polynomial = eval_gegenbauer(degree, order + 0.5, np.cos(theta))
        turn = np.exp(1j * (m * phi))
        # SciPy's sine is the root of 1 - cos^2, which is positive
        sine = np.sin(theta) * np.where(np.sin(value(theta)) < 0, -1.0, 1.0)
        result = scale * np.power(sine, order) * polynomial * turn
        return with_value(result, scipy.special.sph_harm_y(n, m, value(theta), value(phi)))


# --- Functions of whole numbers ----------------------------------------------------------


@_own("n")
def factorial2(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """The double factorial, which has no derivatives here."""
    _refuse("factorial2", "n")


@_own("n k")
def factorialk(n: Any, k: Any, exact: bool = False, extend: str = "zero") -> Any:
    """The multifactorial, which has no derivatives here."""
    _refuse("factorialk", "n")


__all__, __getattr__, __dir__ = mirror(scipy.special, OWN)
