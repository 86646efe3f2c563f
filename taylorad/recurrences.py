"""The six recurrences, in NumPy, over coefficients of any kind: the reference.

Notation. ``u_k`` is the coefficient of the k-th monomial; ``D`` is Euler's derivation,
which multiplies each part by its degree, ``(D u)_k = d_k u_k``. D obeys the product rule
in every graded algebra, so a differential equation for ``y = f(x)`` becomes an equation
between series that is solved degree by degree: the part of degree d needs parts of lower
degree only.

Series come as ``(rows, *shape)`` arrays, or as any sequence of rows whose elements add and
multiply: the rows may be floats, Fractions, mpf numbers, complex or float32 arrays. The
functions of `taylorad._kernels` have the same names and signatures for float64.

Sources: Griewank and Walther, Evaluating Derivatives, 2nd ed. (SIAM 2008), section 13.2,
for the univariate recurrences; that Euler's derivation carries them to many variables is
in Haro et al., The Parameterization Method (Springer 2016), section 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from taylorad.algebra import Algebra

__all__ = ["compose", "polynomial", "product", "quadrature", "quotient", "riccati", "rotation"]

TERMS = 2**16  # numbers kept at once where products are summed

Series = Any  # (rows, *shape)
Rows = list[Any]


def product(algebra: Algebra, u: Series, v: Series) -> Series:
    """y = u v."""
    if isinstance(u, np.ndarray) and isinstance(v, np.ndarray):
        return _product_of_arrays(algebra, u, v)
    return _stack([_product_row(algebra, k, u, v) for k in range(algebra.rows)])


def quotient(algebra: Algebra, u: Series, v: Series) -> Series:
    """y = u / v, from v y = u."""
    y: Rows = []
    for k in range(algebra.rows):
        known = sum(v[i] * y[j] for i, j in algebra.pairs(k)[1:])
        y.append((u[k] - known) / v[0] if k else u[0] / v[0])
    return _stack(y)


def riccati(
    algebra: Algebra,
    x: Series,
    value: Any,
    slope: Any,
    q: Sequence[Any],
    root: bool,
    a: Any,
    b: Any,
    c: Any,
) -> Series:
    """y = f(x) where q(x) Dy = (a + b y + c y^2) Dx.

    Parameters
    ----------
    algebra : Algebra
        The algebra of `x`.
    x : series
        The argument.
    value : array, shape of a row
        f at ``x_0``.
    slope : array, shape of a row, or None
        The first derivative at ``x_0`` where it is known more accurately than by the
        equation (1 - tanh^2 cancels), else None.
    q : sequence of numbers
        Coefficients of the polynomial q, or of its square if `root`.
    root : bool
        Whether q is the square root of that polynomial.
    a, b, c : number or array
        The right-hand side.

    Returns
    -------
    series
        The parts of y: with p = a + b y + c y^2 and slope = p_0 / q_0,
        y_k = slope x_k + 1/(d_k q_0) sum (p_i d_j x_j - q_i d_j y_j) over pairs i, j != 0.
    """
    d = algebra.degrees.tolist()
    qs = polynomial(algebra, q, x, root)
    y: Rows = [value]
    # Without terms that are absent: 0 times an infinite y is not 0.
    p: Rows = [a + (b * value if _present(b) else 0) + (c * (value * value) if c else 0)]
    if slope is None:
        slope = p[0] / qs[0]
        if np.asarray(value).dtype != object:  # outside of the domain there is no slope either
            slope = np.where(value != value, value, slope)
    for k in range(1, algebra.rows):
        inner = algebra.pairs(k)[1:-1]
        part = slope * x[k] if d[k] == 1 else _times(slope, x[k])
        if inner:
            known = sum(p[i] * (d[j] * x[j]) - qs[i] * (d[j] * y[j]) for i, j in inner)
            part = part + known / (d[k] * qs[0])
        y.append(part)
        p.append(b * y[k] + (c * _product_row(algebra, k, y, y) if c else 0))
    return _stack(y)


def rotation(
    algebra: Algebra, x: Series, value: Any, other: Any, sign: int
) -> tuple[Series, Series]:
    """The pair Dy = z Dx, Dz = sign y Dx, from ``y_0 = value`` and ``z_0 = other``."""
    d = algebra.degrees.tolist()
    y, z = [value], [other]
    for k in range(1, algebra.rows):
        pairs = algebra.pairs(k)[:-1]
        y.append(sum(z[i] * (d[j] * x[j]) for i, j in pairs) / d[k])
        z.append(sign * sum(y[i] * (d[j] * x[j]) for i, j in pairs) / d[k])
    return _stack(y), _stack(z)


def quadrature(algebra: Algebra, x: Series, value: Any, r: Series) -> Series:
    """y with Dy = r Dx and ``y_0 = value``; the parts of `r` of the top degree are not read."""
    d = algebra.degrees.tolist()
    y = [value]
    for k in range(1, algebra.rows):
        y.append(sum(r[i] * (d[j] * x[j]) for i, j in algebra.pairs(k)[:-1]) / d[k])
    return _stack(y)


def compose(algebra: Algebra, x: Series, numbers: Series) -> Series:
    """y = sum of ``numbers[k] (x - x_0)^k``, by Horner's rule with growing truncation.

    Parameters
    ----------
    algebra : Algebra
        The algebra of `x`.
    x : series
        The argument.
    numbers : array, shape (degree + 1, *shape)
        The Taylor numbers f_k = f^(k)(x_0) / k!.
    """
    degrees = algebra.degrees
    increment = [np.zeros_like(x[0]), *(x[k] for k in range(1, algebra.rows))]
    y: Rows = [numbers[algebra.degree]]
    # After the step for f_k the sum still gets multiplied k times by an increment without
    # a constant term, so only degrees up to degree - k of it matter.
    for k in range(algebra.degree - 1, -1, -1):
        rows = int(np.searchsorted(degrees, algebra.degree - k, side="right"))
        y = [
            numbers[k],
            *(
                sum(y[i] * increment[j] for i, j in algebra.pairs(row)[:-1] if i < len(y))
                for row in range(1, rows)
            ),
        ]
    return _stack(y)


def polynomial(algebra: Algebra, coefficients: Sequence[Any], x: Series, root: bool) -> Series:
    """The series of a polynomial of degree at most 2 in `x`, or of its square root."""
    q0, q1, q2 = (*coefficients, 0, 0)[:3]
    rows: Rows = []
    for k in range(algebra.rows):
        row = 0 if k else q0
        if q1:  # 0 times an infinite x is not 0
            row = row + q1 * x[k]
        if q2:
            row = row + q2 * _product_row(algebra, k, x, x)
        rows.append(row)
    if q1 == 0 and q2 == -q0:
        rows[0] = (q0 - q0 * x[0]) * (1 + x[0])  # 1 - x^2 without cancellation at +-1
    if not root:
        return rows
    objects = np.asarray(rows[0]).dtype == object
    y: Rows = [rows[0] ** 0.5 if objects else np.sqrt(rows[0])]
    for k in range(1, algebra.rows):
        known = sum(y[i] * y[j] for i, j in algebra.pairs(k)[1:-1])
        y.append((rows[k] - known) / (2 * y[0]))
    return y


def _present(coefficient: Any) -> bool:
    return np.ndim(coefficient) > 0 or coefficient != 0


def _times(slope: Any, x: Any) -> Any:
    """slope x, but 0 for x = 0: where the slope is infinite, such a part adds nothing."""
    if np.all(np.isfinite(slope)) if np.asarray(slope).dtype != object else True:
        return slope * x
    return np.where(x == 0, 0, slope) * x


def _product_row(algebra: Algebra, k: int, u: Series, v: Series) -> Any:
    return sum(u[i] * v[j] for i, j in algebra.pairs(k))


def _product_of_arrays(algebra: Algebra, u: Any, v: Any) -> Any:
    """All terms of as many rows at once as fit, then their sums."""
    start, left, right = algebra.table
    room = max(TERMS * algebra.rows // max(u.size, 1), 1)
    pieces, row = [], 0
    while row < algebra.rows:
        end = max(int(np.searchsorted(start, start[row] + room, side="right")) - 1, row + 1)
        span = slice(start[row], start[end])
        terms = u[left[span]] * v[right[span]]
        pieces.append(np.add.reduceat(terms, start[row:end] - start[row], axis=0))
        row = end
    return np.concatenate(pieces)


def _stack(rows: Rows) -> Series:
    shape = np.broadcast_shapes(*(np.shape(row) for row in rows))
    return np.stack([np.broadcast_to(row, shape) for row in rows])
