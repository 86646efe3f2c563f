"""Matrices of power series to 50 digits, by textbook formulas: nothing here imports the library.

A series is a list of mpmath numbers, a matrix a list of rows of series. All is done entry by
entry: elimination, Leibniz's formula, the Cholesky-Banachiewicz formula. The library solves
equations between whole matrices, degree by degree, and shares no formula with these.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

mp = mpmath.MPContext()
mp.dps = 50
mpf, mpc = mp.mpf, mp.mpc

Matrix = list[list[Any]]


class Series:
    """A truncated power series; `terms` are its coefficients."""

    def __init__(self, terms: Any) -> None:
        self.terms = list(terms)

    def _of(self, other: Any) -> Series:
        if isinstance(other, Series):
            return other
        return Series([mp.mpmathify(other)] + [mpf(0)] * (len(self.terms) - 1))

    def __add__(self, other: Any) -> Series:
        return Series(a + b for a, b in zip(self.terms, self._of(other).terms, strict=True))

    __radd__ = __add__

    def __neg__(self) -> Series:
        return Series(-a for a in self.terms)

    def __sub__(self, other: Any) -> Series:
        return self + -self._of(other)

    def __mul__(self, other: Any) -> Series:
        a, b = self.terms, self._of(other).terms
        return Series(sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(len(a)))

    __rmul__ = __mul__

    def __truediv__(self, other: Series) -> Series:
        y: list[Any] = []
        for k, term in enumerate(self.terms):
            known = sum((other.terms[k - i] * y[i] for i in range(k)), mpf(0))
            y.append((term - known) / other.terms[0])
        return Series(y)

    def conjugate(self) -> Series:
        return Series(mp.conj(a) for a in self.terms)

    def root(self) -> Series:
        y = [mp.sqrt(self.terms[0])]
        for k in range(1, len(self.terms)):
            known = sum((y[i] * y[k - i] for i in range(1, k)), mpf(0))
            y.append((self.terms[k] - known) / (2 * y[0]))
        return Series(y)

    def log(self) -> Series:
        y = [mp.log(self.terms[0])]
        for k in range(1, len(self.terms)):
            known = sum((i * y[i] * self.terms[k - i] for i in range(1, k)), mpf(0))
            y.append((self.terms[k] - known / k) / self.terms[0])
        return Series(y)


def exactly(x: Any) -> Any:
    """A float as an mpmath number."""
    x = complex(x)
    return mpc(x.real, x.imag) if x.imag else mpf(x.real)


def matrix(parts: np.ndarray) -> Matrix:
    """From coefficients of shape (orders, rows, columns)."""
    _, m, n = parts.shape
    return [[Series(map(exactly, parts[:, i, j])) for j in range(n)] for i in range(m)]


def parts(a: Matrix) -> np.ndarray:
    """The coefficients as objects, of shape (orders, rows, columns)."""
    orders = len(a[0][0].terms)
    return np.array([[[x.terms[k] for x in row] for row in a] for k in range(orders)], object)


def times(a: Matrix, b: Matrix) -> Matrix:
    def inner(row: Any, column: Any) -> Any:
        return sum((x * y for x, y in zip(row, column, strict=True)), 0)

    return [[inner(row, column) for column in zip(*b, strict=True)] for row in a]


def adjoint(a: Matrix) -> Matrix:
    return [[x.conjugate() for x in column] for column in zip(*a, strict=True)]


def solve(a: Matrix, b: Matrix) -> Matrix:
    """By elimination, with the largest value as pivot."""
    rows = [[*one, *two] for one, two in zip(a, b, strict=True)]
    n = len(a)
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k].terms[0]))
        rows[k], rows[best] = rows[best], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(n):
            if i != k:
                factor = rows[i][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[n:] for row in rows]


def inverse(a: Matrix) -> Matrix:
    one, zero = a[0][0] * 0 + 1, a[0][0] * 0
    return solve(a, [[one if i == j else zero for j in range(len(a))] for i in range(len(a))])


def determinant(a: Matrix) -> Series:
    """Leibniz's formula."""
    n = len(a)
    total = Series([mpf(0)] * len(a[0][0].terms))
    for order in itertools.permutations(range(n)):
        inversions = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        term: Any = mpf((-1) ** inversions)
        for i, j in enumerate(order):
            term = a[i][j] * term
        total = total + term
    return total


def adjugate(a: Matrix) -> Matrix:
    """The transposed matrix of cofactors."""
    n = len(a)

    def cofactor(i: int, j: int) -> Series:
        minor = [[x for q, x in enumerate(row) if q != j] for p, row in enumerate(a) if p != i]
        return determinant(minor) * (-1) ** (i + j)

    return [[cofactor(j, i) for j in range(n)] for i in range(n)]


def cholesky(a: Matrix) -> Matrix:
    n = len(a)
    y = [[a[0][0] * 0 for _ in range(n)] for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = a[i][j] - sum((y[i][k] * y[j][k].conjugate() for k in range(j)), a[0][0] * 0)
            y[i][j] = rest.root() if i == j else rest / y[j][j].conjugate()
    return y


def pseudoinverse(a: Matrix) -> Matrix:
    """Of full column rank: (A^H A)^-1 A^H."""
    return solve(times(adjoint(a), a), adjoint(a))


def modulus(x: np.ndarray) -> np.ndarray:
    """Absolute values, as floats."""
    return np.array([float(abs(entry)) for entry in np.ravel(x)]).reshape(np.shape(x))


def worst(got: np.ndarray, want: np.ndarray, allowed: np.ndarray) -> float:
    """The largest error over what is allowed, by order and entry."""
    error = modulus(np.array([exactly(x) for x in np.ravel(got)], object) - np.ravel(want))
    return float(np.max(error / (modulus(np.ravel(want)) + np.ravel(allowed)), initial=0.0))


def convolved(product: Callable[..., Any], *factors: np.ndarray) -> np.ndarray:
    """Rows of a product, of the rows' absolute values: how far rounding errors spread."""
    orders = len(factors[0])
    found = []
    for k in range(orders):
        picks = itertools.product(range(k + 1), repeat=len(factors) - 1)
        found.append(
            sum(
                product(*(f[i] for f, i in zip(factors, (*pick, k - sum(pick)), strict=True)))
                for pick in picks
                if sum(pick) <= k
            )
        )
    return np.array(found)


# Operands --------------------------------------------------------------------------------

ORDER = 8
KINDS = [(cplx, regular) for cplx in (False, True) for regular in (False, True)]


def series(rng, m, n, cplx=False, regular=False):
    """Coefficients of a matrix, near twice the identity if it is to be regular."""
    parts = rng.normal(size=(ORDER + 1, m, n))
    if cplx:
        parts = parts + 1j * rng.normal(size=parts.shape)
    if regular:
        parts *= 0.3
        parts[0] += 2 * np.eye(n)
    return parts


def plain(shape, seed=0, regular=True, cplx=False):
    rng = np.random.default_rng(seed)
    a = 0.3 * rng.normal(size=shape)
    if cplx:
        a = a + 0.3j * rng.normal(size=shape)
    return a + 2 * np.eye(shape[-1]) if regular else a


def positive(shape, seed=0, cplx=False):
    a = plain(shape, seed, True, cplx)
    return a @ np.conjugate(np.swapaxes(a, -1, -2))
