"""The Sylvester equation A X + X B = Q, degree by degree, with one Schur form of the values.

Source: Bartels and Stewart, Algorithm 432, Comm. ACM 15 (1972) 820.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg
from scipy.linalg.lapack import get_lapack_funcs

from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._matrices import Solving, adjoint, sum_of_products, transposed
from taylorad.rules._rows import Rows
from taylorad.scipy.linalg._module import array, rule

__all__ = ["divider", "sylvester"]


def divider(a: Any, b: Any) -> Callable[[Any], Any]:
    """The function q -> x with a x + x b = q, for many q: one Schur form of each matrix."""
    if carries(a) or carries(b):
        return lambda q: sylvester(a, b, q)
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (np.broadcast_to(x, batch + x.shape[-2:]) for x in (a, b))
    solvers: Any = np.empty(batch, object)
    for at in np.ndindex(batch):
        solvers[at] = _Schur(a[at], b[at])

    def divide(q: Any) -> Any:
        if carries(q):
            return sylvester(a, b, q)
        whole = np.broadcast_shapes(batch, q.shape[:-2])
        chosen: Any = np.broadcast_to(solvers, whole)
        q = np.broadcast_to(q, whole + q.shape[-2:])
        x = np.empty(q.shape, np.result_type(q, a, b, np.float32))
        for at in np.ndindex(whole):
            x[at] = chosen[at](q[at])
        return x

    return divide


class _Schur:
    """Solve a x + x b = q for two plain matrices."""

    def __init__(self, a: np.ndarray, b: np.ndarray) -> None:
        kind = "complex" if "c" in (a.dtype.kind, b.dtype.kind) else "real"
        self.empty = a.size == 0 or b.size == 0
        if self.empty:
            return
        self.finite = bool(np.all(np.isfinite(a)) and np.all(np.isfinite(b)))
        if self.finite:
            self.r, self.u = scipy.linalg.schur(a, output=kind)
            self.s, self.v = scipy.linalg.schur(np.conjugate(b.T), output=kind)
            self.solve = get_lapack_funcs("trsyl", (self.r, self.s))
            self.scale = np.max(np.abs(self.r)) + np.max(np.abs(self.s))

    def __call__(self, q: np.ndarray) -> np.ndarray:
        if self.empty:
            return np.zeros_like(q)
        if not self.finite:
            return np.full_like(q, np.nan)
        if q.dtype.kind == "c" and self.r.dtype.kind != "c":
            return self(q.real) + 1j * self(q.imag)
        right = np.conjugate(self.u.T) @ q @ self.v
        y, scale, info = self.solve(self.r, self.s, right, tranb="C")
        if info or scale == 0:
            raise DerivativeError(
                "a Sylvester equation A X + X B = Q has no solution, or not one alone, because "
                "A and -B share an eigenvalue; of the square root of a matrix this means that "
                "it is singular or that two of its eigenvalues cancel, where the root has no "
                "derivatives"
            )
        return self.u @ (y / scale) @ np.conjugate(self.v.T)


def _series(algebra: Algebra, a: Rows, b: Rows, q: Rows) -> Rows:
    divide = divider(a[0], b[0])
    x = {0: divide(q[0])}
    for k in range(1, algebra.rows):
        known = [sum_of_products(algebra, k, a, x), sum_of_products(algebra, k, x, b)]
        terms = [q.get(k), *(None if term is None else -term for term in known)]
        present = [term for term in terms if term is not None]
        if present:
            x[k] = divide(sum(present[1:], present[0]))
    return x


def _pull_solution(g: Any, x: Any, a: Any, b: Any, q: Any) -> Any:
    return sylvester(transposed(a), transposed(b), g)


def _pull_left(g: Any, x: Any, a: Any, b: Any, q: Any) -> Any:
    return -(sylvester(transposed(a), transposed(b), g) @ transposed(x))


def _pull_right(g: Any, x: Any, a: Any, b: Any, q: Any) -> Any:
    return -(transposed(x) @ sylvester(transposed(a), transposed(b), g))


def sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a x + x b = q."""
    operands = tuple(x if carries(x) else np.asarray(x) for x in (a, b, q))
    if any(map(carries, operands)):
        return SYLVESTER.of(*operands)
    return divider(*operands[:2])(operands[2])


SYLVESTER = Solving(sylvester, _series, (_pull_left, _pull_right, _pull_solution))


@rule
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The X with A X + X B = Q."""
    return sylvester(array(a), array(b), array(q))


@rule
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The X with A X + X A^H = Q."""
    a = array(a)
    return sylvester(a, adjoint(a), array(q))


@rule
def solve_lyapunov(a: Any, q: Any) -> Any:
    """The X with A X + X A^H = Q."""
    a = array(a)
    return sylvester(a, adjoint(a), array(q))


@rule
def solve_discrete_lyapunov(a: Any, q: Any) -> Any:
    """The X with A X A^H - X + Q = 0, as a system of linear equations."""
    a, q = array(a), array(q)
    n = a.shape[-1]
    left, right = np.expand_dims(a, (-3, -1)), np.expand_dims(np.conjugate(a), (-4, -2))
    product = left * right
    system = np.eye(n * n) - np.reshape(product, (*a.shape[:-2], n * n, n * n))
    right = np.reshape(q, (*q.shape[:-2], n * n, 1))
    return np.reshape(np.linalg.solve(system, right), q.shape)
