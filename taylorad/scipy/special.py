"""`scipy.special`, whose functions that are no ufuncs take numbers and Variables here.

The names below are SciPy's, with SciPy's signatures and values. Everything else is handed
on: its ufuncs have derivatives by themselves.

Examples
--------
>>> import numpy as np, taylorad as ta
>>> from taylorad.scipy.special import logsumexp
>>> ta.grad(logsumexp)(np.array([0.0, 0.0])).tolist()
[0.5, 0.5]
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special

# "as", because these are names of the mirror too: a type checker is to see them here
from scipy.special import binom as binom
from scipy.special import eval_chebyu as eval_chebyu
from scipy.special import eval_gegenbauer as eval_gegenbauer
from scipy.special import gamma as gamma
from scipy.special import gammaln as gammaln
from scipy.special import poch as poch
from scipy.special import psi as psi
from scipy.special import zeta as zeta

from taylorad._numbers import value
from taylorad.dispatch import DerivativeError
from taylorad.rules.operands import with_value
from taylorad.scipy._exponentials import log_softmax as log_softmax
from taylorad.scipy._exponentials import logsumexp as logsumexp
from taylorad.scipy._exponentials import softmax as softmax
from taylorad.scipy._mirror import counterpart, mirror, refuse, refuse_numbers
from taylorad.scipy._spherical import SPHERICAL

# --- The gamma family --------------------------------------------------------------------


@counterpart(scipy.special, "n x")
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
    >>> ta.derivative(lambda x: polygamma(1, x))(1.0).round(6)
    np.float64(-2.404114)
    """
    refuse_numbers("scipy.special.polygamma", n=n)
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


@counterpart(scipy.special, "n")
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
    >>> ta.derivative(factorial)(0.0).round(6)
    np.float64(-0.577216)
    """
    if exact:
        refuse("scipy.special.factorial", "n")
    values = scipy.special.factorial(value(n), extend=extend)
    result = gamma(n + 1)
    if extend == "zero":
        result = np.where(value(n) < 0, 0.0, result)
    return with_value(result, values)


@counterpart(scipy.special, "N k")
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
    >>> ta.derivative(lambda n: comb(n, 2))(5.0).round(6)
    np.float64(4.5)
    """
    if exact:
        refuse("scipy.special.comb", "N")
    values = scipy.special.comb(value(N), value(k), repetition=repetition)
    if repetition:
        return with_value(binom(N + k - 1, k), values)
    return with_value(_counted(binom(N, k), N, k), values)


@counterpart(scipy.special, "N k")
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
    >>> ta.derivative(lambda n: perm(n, 2))(5.0).round(6)
    np.float64(9.0)
    """
    if exact:
        refuse("scipy.special.perm", "N")
    values = scipy.special.perm(value(N), value(k))
    return with_value(_counted(poch(N - k + 1, k), N, k), values)


def _counted(result: Any, N: Any, k: Any) -> Any:
    N, k = value(N), value(k)
    inside = (k <= N) & (N >= 0) & (k >= 0)
    return result if np.all(inside) else np.where(inside, result, 0.0)


@counterpart(scipy.special, "a")
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
    >>> ta.derivative(lambda a: multigammaln(a, 2))(2.0).round(6)
    np.float64(0.459274)
    """
    refuse_numbers("scipy.special.multigammaln", d=d)
    values = scipy.special.multigammaln(value(a), d)
    result = sum(gammaln(a - j / 2) for j in range(1, int(d))) if d > 1 else 0.0
    return with_value(gammaln(a) + result, values)


# --- Trigonometric and Legendre ----------------------------------------------------------


@counterpart(scipy.special, "x n")
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
    >>> ta.derivative(lambda x: diric(x, 3), order=2)(0.0).round(6)
    np.float64(-0.666667)
    """
    refuse_numbers("scipy.special.diric", n=n)
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

    @counterpart(scipy.special, "n z")
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
        >>> ta.derivative(lambda x: legendre_p(2, x)[0])(0.5).round(6)
        np.float64(1.5)
        """
        refuse_numbers("scipy.special.legendre_p", n=n)
        n = np.asarray(n)
        n = np.where(n < 0, -n - 1, n)
        rows = [_legendre_derivative(n, k, z) for k in range(diff_n + 1)]
        return with_value(np.stack(rows), scipy.special.legendre_p(n, value(z), diff_n=diff_n))

    @counterpart(scipy.special, "n m theta phi")
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
        >>> ta.derivative(lambda t: np.real(sph_harm_y(1, 1, t, 0.0)))(0.0).round(6)
        np.float64(-0.345494)
        """
        refuse_numbers("scipy.special.sph_harm_y", n=n, m=m)
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


@counterpart(scipy.special, "n")
def factorial2(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """The double factorial, which has no derivatives here."""
    refuse("scipy.special.factorial2", "n")


@counterpart(scipy.special, "n k")
def factorialk(n: Any, k: Any, exact: bool = False, extend: str = "zero") -> Any:
    """The multifactorial, which has no derivatives here."""
    refuse("scipy.special.factorialk", "n")


OWN = """
comb diric factorial factorial2 factorialk legendre_p log_softmax logsumexp multigammaln perm
polygamma softmax sph_harm_y
""".split()
OWN += SPHERICAL
globals().update(SPHERICAL)

__all__, __getattr__, __dir__ = mirror(scipy.special, [name for name in OWN if name in globals()])
