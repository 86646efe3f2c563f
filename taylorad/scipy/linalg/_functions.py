"""Functions of matrices: exponential, square root, logarithm and what is made of them.

    exp     scaling and squaring of the Pade approximant, on series: Al-Mohy and Higham,
            SIAM J. Matrix Anal. Appl. 31 (2009) 970
    sqrt    X X = A      gives  X_0 X_k + X_k X_0 = A_k - sum of X_i X_j over the inner pairs
    log     inverse scaling and squaring: roots of series until they are close to the
            identity, then Gauss-Legendre quadrature of log(I + E) = int E (I + t E)^-1 dt,
            which is the diagonal Pade approximant: Dieci, Morini and Papini, SIAM J. Matrix
            Anal. Appl. 17 (1996) 570

In reverse mode the adjoint of the Frechet derivative of exp at A is the one at A^T, a block
of an exponential; that of the square root is a Sylvester equation; the logarithm is recorded
as the expression it is.
"""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import scipy.linalg
from numpy import linalg as la

from taylorad._numbers import value
from taylorad.algebra import Algebra
from taylorad.dispatch import carries
from taylorad.rules._matrices import Solving, sum_of_products, transposed
from taylorad.rules._rows import Rows, assemble, coefficients
from taylorad.scipy.linalg._module import array, each, identity_like, rule, with_complex
from taylorad.scipy.linalg._sylvester import divider, sylvester

__all__ = ["exponential", "root"]


# The exponential -------------------------------------------------------------------------

DEGREE = 13
# The approximant of degree 13 is exact to double precision up to a norm of 5.4; derivatives
# of high order ask for a smaller one.
LARGEST_NORM = 2.0
PADE = [
    factorial(2 * DEGREE - k) * factorial(DEGREE)
    / (factorial(2 * DEGREE) * factorial(DEGREE - k) * factorial(k))
    for k in range(DEGREE + 1)
]  # fmt: skip


def _halvings(a: np.ndarray) -> np.ndarray:
    """How often each matrix has to be halved."""
    size = np.max(np.sum(np.abs(a), axis=-2), axis=-1, initial=0.0)
    size = np.where(np.isfinite(size), np.maximum(size, LARGEST_NORM), LARGEST_NORM)
    return np.ceil(np.log2(size / LARGEST_NORM)).astype(int)


def _of_series(a: Any) -> Any:
    """The exponential by matrix products and one solution."""
    times, one = _halvings(value(a)), identity_like(a)
    x = a * np.ldexp(1.0, -times)[..., np.newaxis, np.newaxis]
    square = x @ x
    even, odd = PADE[DEGREE - 1] * one, PADE[DEGREE] * one
    for k in range(DEGREE - 3, -1, -2):
        even = even @ square + PADE[k] * one
        odd = odd @ square + PADE[k + 1] * one
    odd = x @ odd
    y = la.solve(even - odd, even + odd)
    for step in range(int(np.max(times, initial=0))):
        again, todo = y @ y, times > step
        y = again if np.all(todo) else np.where(todo[..., np.newaxis, np.newaxis], again, y)
    return y


def _exponential_series(algebra: Algebra, a: Rows) -> Rows:
    rows = coefficients(algebra, _of_series(assemble(algebra, a, "scipy.linalg.expm")))
    return {**rows, 0: exponential(a[0])}


def frechet(a: Any, e: Any) -> Any:
    """The derivative of the exponential at `a` along `e`: a block of an exponential."""
    size = np.max(np.abs(value(e)), initial=0.0)
    size = size if 0 < size < np.inf else 1.0  # linear in e: one that asks for no halvings
    shape = np.broadcast_shapes(a.shape, e.shape)
    a, e = np.broadcast_to(a, shape), np.broadcast_to(e / size, shape)
    n = shape[-1]
    below = np.concatenate([np.zeros(shape), a], axis=-1)
    both = np.concatenate([np.concatenate([a, e], axis=-1), below], axis=-2)
    return exponential(both)[..., :n, n:] * size


def _exponential_pull(g: Any, y: Any, a: Any) -> Any:
    return frechet(transposed(a), g)


def exponential(a: Any) -> Any:
    """The exponential of matrices of any kind."""
    return EXPM.of(a) if carries(a) else each(scipy.linalg.expm, a)


EXPM = Solving(exponential, _exponential_series, (_exponential_pull,))


@rule
def expm(A: Any) -> Any:
    """The exponential of a matrix."""
    return exponential(_at_least_2d(A))


@rule
def expm_frechet(A: Any, E: Any, compute_expm: bool = True) -> Any:
    """The exponential and its derivative along E."""
    a, e = array(A), array(E)
    along = frechet(a, e)
    return (exponential(a), along) if compute_expm else along


def _at_least_2d(a: Any) -> Any:
    a = array(a)
    return np.reshape(a, (1, 1)) if a.ndim < 2 else a


def _rotation(a: Any) -> tuple[Any, Any]:
    """Cosine and sine of a matrix, by the exponential of i A."""
    turned = exponential(with_complex(a) * 1j)
    if a.dtype.kind != "c":
        return np.real(turned), np.imag(turned)
    back = exponential(a * -1j)
    return (turned + back) / 2, (turned - back) / 2j


def _boost(a: Any) -> tuple[Any, Any]:
    """Hyperbolic cosine and sine of a matrix."""
    there, back = exponential(a), exponential(-a)
    return (there + back) / 2, (there - back) / 2


@rule
def cosm(A: Any) -> Any:
    """The cosine of a matrix."""
    return _rotation(_at_least_2d(A))[0]


@rule
def sinm(A: Any) -> Any:
    """The sine of a matrix."""
    return _rotation(_at_least_2d(A))[1]


@rule
def tanm(A: Any) -> Any:
    """The tangent of a matrix."""
    return la.solve(*_rotation(_at_least_2d(A)))


@rule
def coshm(A: Any) -> Any:
    """The hyperbolic cosine of a matrix."""
    return _boost(_at_least_2d(A))[0]


@rule
def sinhm(A: Any) -> Any:
    """The hyperbolic sine of a matrix."""
    return _boost(_at_least_2d(A))[1]


@rule
def tanhm(A: Any) -> Any:
    """The hyperbolic tangent of a matrix."""
    return la.solve(*_boost(_at_least_2d(A)))


# The square root -------------------------------------------------------------------------


def _root_series(algebra: Algebra, a: Rows) -> Rows:
    x = {0: root(a[0])}
    divide = divider(x[0], x[0])
    for k in range(1, algebra.rows):
        known, right = sum_of_products(algebra, k, x, x), a.get(k)
        if known is not None:
            right = -known if right is None else right - known
        if right is not None:
            x[k] = divide(right)
    return x


def _root_pull(g: Any, y: Any, a: Any) -> Any:
    y = transposed(y)
    return sylvester(y, y, g)


def root(a: Any) -> Any:
    """The principal square root of matrices of any kind."""
    if carries(a):
        return ROOT.of(a)
    found = each(scipy.linalg.sqrtm, a)
    # Before SciPy 1.17 there are results of more precision than LAPACK has.
    return found.astype(np.complex128) if found.dtype.itemsize > 16 else found


ROOT = Solving(root, _root_series, (_root_pull,))


@rule
def sqrtm(A: Any) -> Any:
    """The principal square root of a matrix that has no eigenvalue 0."""
    return root(_at_least_2d(A))


# The logarithm ---------------------------------------------------------------------------

# Nodes and weights on [0, 1], and how far from the identity they are exact, with room for
# derivatives of high order.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
CLOSE = 0.25
MOST_ROOTS = 64


def logarithm(a: Any) -> Any:
    """The principal logarithm of matrices that carry derivatives."""
    one, roots = identity_like(a), 0
    while roots < MOST_ROOTS and la.norm(value(a) - one, axis=(-2, -1)).max(initial=0.0) > CLOSE:
        a, roots = root(a), roots + 1
    e = (a - one)[..., np.newaxis, :, :]
    nodes = ((NODES + 1) / 2).astype(one.dtype)[:, np.newaxis, np.newaxis]
    weights = (WEIGHTS / 2).astype(one.dtype)[:, np.newaxis, np.newaxis]
    return np.sum(weights * la.solve(one + nodes * e, e), axis=-3) * 2.0**roots


@rule
def logm(A: Any) -> Any:
    """The principal logarithm of a matrix that has no eigenvalue 0."""
    a = _at_least_2d(A)
    wide = np.result_type(a.dtype, np.float64)  # as all that is single is computed in double
    if a.dtype == wide:
        return logarithm(a)
    result = logarithm(a.astype(wide))
    return result.astype(np.complex64 if result.dtype.kind == "c" else np.float32)


@rule
def fractional_matrix_power(A: Any, t: Any) -> Any:
    """A to the power of t; of any t that is no integer, by the logarithm."""
    a = array(A)
    if not carries(t) and t == int(t):
        return la.matrix_power(a, int(t))
    return exponential(logarithm(a) * t)
