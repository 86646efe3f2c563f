"""Functions of matrices: exponential, square root, logarithm and what is made of them.

    exp     scaling and squaring of the Pade approximant, on series: Al-Mohy and Higham,
            SIAM J. Matrix Anal. Appl. 31 (2009) 970
    sqrt    X X = A      gives  X_0 X_k + X_k X_0 = A_k - sum of X_i X_j over the inner pairs
    log     inverse scaling and squaring: roots of series until they are close to the
            identity, then Gauss-Legendre quadrature of log(I + E) = int E (I + t E)^-1 dt,
            which is its diagonal Pade approximant: Dieci, Morini and Papini, SIAM J. Matrix
            Anal. Appl. 17 (1996) 570

In reverse mode the adjoint of the Frechet derivative of exp at A is that at A^T, and it is a
block of an exponential; that of the square root is a Sylvester equation; the logarithm is
recorded as the expression it is.
"""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import scipy.linalg as plain_scipy
from numpy import linalg as la

from taylorad._numbers import value
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._matrices import Solving, sum_of_products, transposed
from taylorad.rules._rows import Rows
from taylorad.scipy.linalg._module import array, each, linalg
from taylorad.scipy.linalg._sylvester import divider, sylvester

__all__ = ["expm", "logm", "sqrtm"]


# The exponential -------------------------------------------------------------------------

DEGREE = 13
# The approximant of degree 13 is exact to double precision far beyond this norm (5.4). Its
# derivatives of high order ask for a smaller one.
LARGEST_NORM = 2.0
_PADE = [
    factorial(2 * DEGREE - k) * factorial(DEGREE)
    / (factorial(2 * DEGREE) * factorial(DEGREE - k) * factorial(k))
    for k in range(DEGREE + 1)
]  # fmt: skip


def _squarings(a: Any) -> np.ndarray:
    """How often each matrix has to be halved."""
    size = np.max(np.sum(np.abs(a), axis=-2), axis=-1, initial=0.0)
    size = np.where(np.isfinite(size), size, 1.0)
    return np.maximum(np.ceil(np.log2(np.maximum(size, 1e-300) / LARGEST_NORM)), 0).astype(int)


def _exponential(a: Any) -> Any:
    """The exponential of series, by matrix products and one solution."""
    times = _squarings(value(a))
    one = np.eye(a.shape[-1])
    x = a * np.ldexp(1.0, -times)[..., np.newaxis, np.newaxis]
    square = x @ x
    even, odd = _PADE[DEGREE - 1] * square, _PADE[DEGREE] * square
    for k in range(DEGREE - 3, 0, -2):
        even = (even + _PADE[k] * one) @ square
        odd = (odd + _PADE[k + 1] * one) @ square
    even, odd = even + _PADE[0] * one, x @ (odd + _PADE[1] * one)
    y = la.solve(even - odd, even + odd)
    for step in range(int(np.max(times, initial=0))):
        again = y @ y
        todo = times > step
        y = again if np.all(todo) else np.where(todo[..., np.newaxis, np.newaxis], again, y)
    return y


def _exponential_series(algebra: Algebra, a: Rows) -> Rows:
    raise NotImplementedError


def frechet(a: Any, e: Any) -> Any:
    """The derivative of the exponential at `a` along `e`: a block of an exponential."""
    size = np.max(np.abs(value(e)), initial=0.0)
    size = size if 0 < size < np.inf else 1.0
    a, e = np.broadcast_arrays(a, e / size)
    n = a.shape[-1]
    both = np.concatenate(
        [np.concatenate([a, e], axis=-1), np.concatenate([np.zeros_like(a), a], axis=-1)], axis=-2
    )
    return exponential(both)[..., :n, n:] * size


def _exponential_pull(g: Any, y: Any, a: Any) -> Any:
    return frechet(transposed(a), g)
