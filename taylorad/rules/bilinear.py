"""Bilinear functions: the product table, with the function in place of the product.

    B(u, v)_k = sum of B(u_i, v_j) over the monomials i and j that multiply to k

`np.vdot`, `np.correlate` and the like conjugate an operand; a derivative with respect to
a real parameter commutes with that, so they need no treatment of their own. A function of
several operands (`np.einsum`, `np.linalg.multi_dot`) sums over as many rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import linalg as la

from taylorad import dispatch
from taylorad._numbers import Number, common, make, repack
from taylorad.rules._rows import describe, multilinear, refuse_numbers
from taylorad.rules.linear import view_or_rows

__all__ = ["TABLE", "Bilinear", "Contraction", "MatrixProduct", "MultiDot", "PolynomialProduct"]


def _product(function: Callable[..., Any], operands: Sequence[Any], name: str) -> Any:
    operands = [repack(operand) for operand in operands]
    algebra = common(operands)
    if algebra is None:
        return function(*operands)
    dispatch.mixes()
    return multilinear(algebra, function, operands, name)


@dataclass(frozen=True)
class Bilinear:
    """A function that is linear in each of its first two arguments.

    Parameters
    ----------
    function : callable
        The NumPy function or generalised ufunc.
    operands : tuple of str
        The names of the two arguments, where they may be given by keyword.
    """

    function: Callable[..., Any]
    operands: tuple[str, ...] = ()

    @cached_property
    def name(self) -> str:
        return describe(self.function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 2 and not kwargs:
            return _product(self.function, args, self.name)
        named = [kwargs.pop(name) for name in self.operands[len(args) :]]
        operands, others = [*args[:2], *named], args[2:]
        refuse_numbers(self.name, (*others, *kwargs.values()))

        def function(u: Any, v: Any) -> Any:
            return self.function(u, v, *others, **kwargs)

        return _product(function, operands, self.name)


@dataclass(frozen=True)
class MatrixProduct(Bilinear):
    """A product of matrices or vectors; of small ones, one call an order, not one a pair.

    A sum of products is one product of longer rows by longer columns:
    y_k = [u_0 ... u_k] [v_k; ...; v_0]. That spares calls, which is what small matrices
    spend their time on; BLAS is faster on large ones if they come one by one.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 2 and not kwargs and all(isinstance(arg, Number) for arg in args):
            u, v = args
            if u.algebra == v.algebra and u.algebra.univariate and _are_joinable(u, v):
                dispatch.mixes()
                return self._of_series(u, v)
        return super().__call__(*args, **kwargs)

    def _of_series(self, u: Number, v: Number) -> Number:
        rows, length = u.algebra.rows, u.shape[-1]
        left = u.parts.transpose(1, 0, 2) if u.ndim == 2 else u.parts
        left = left.reshape(*u.shape[:-1], rows * length)
        right = v.parts[::-1].reshape(rows * length, *v.shape[1:])
        first = left[..., :length] @ right[-length:]
        parts = np.empty((rows, *first.shape), first.dtype)
        parts[0] = first
        for k in range(1, rows):
            end = (k + 1) * length
            np.matmul(left[..., :end], right[-end:], out=parts[k, ...])
        return make(u.algebra, parts)


# Multiplications in one product up to which a call costs more than what it computes.
_SMALL = 32**3


def _are_joinable(u: Number, v: Number) -> bool:
    """Whether these are small vectors or matrices that fit, so that joining their rows pays."""
    fit = 1 <= u.ndim <= 2 and 1 <= v.ndim <= 2 and u.shape[-1] == v.shape[0] > 0
    if not fit or "O" in (u.dtype.kind, v.dtype.kind):
        return False
    return u.size * v.size // v.shape[0] <= _SMALL


@dataclass(frozen=True)
class Contraction:
    """`np.einsum`, linear in each of any number of operands."""

    function: Callable[..., Any] = np.einsum

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = describe(self.function)
        if isinstance(args[0], str):
            places: list[int] = list(range(1, len(args)))
        else:  # operand, subscripts, operand, subscripts, ..., perhaps subscripts of the result
            places = list(range(0, len(args) - 1, 2))
        steering = [arg for place, arg in enumerate(args) if place not in places]
        refuse_numbers(name, (*steering, *kwargs.values()))

        def function(*operands: Any) -> Any:
            filled = list(args)
            for place, operand in zip(places, operands, strict=True):
                filled[place] = operand
            return self.function(*filled, **kwargs)

        operands = [repack(args[place]) for place in places]
        if len(operands) == 1:
            return view_or_rows(function, operands[0], name)
        return _product(function, operands, name)


@dataclass(frozen=True)
class MultiDot:
    """`np.linalg.multi_dot`, linear in each matrix; NumPy chooses the order of products."""

    function: Callable[..., Any] = la.multi_dot

    def __call__(self, arrays: Sequence[Any]) -> Any:
        def function(*matrices: Any) -> Any:
            return self.function(matrices)

        return _product(function, list(arrays), describe(self.function))


@dataclass(frozen=True)
class PolynomialProduct:
    """`np.polymul`: the convolution of the coefficients.

    NumPy drops leading zeros first. Here a leading coefficient is dropped only if its
    derivatives vanish with it: 0 that moves is not 0.
    """

    function: Callable[..., Any] = np.polymul

    def __call__(self, a1: Any, a2: Any) -> Any:
        operands = [_trimmed(repack(operand)) for operand in (a1, a2)]
        return _product(np.convolve, operands, describe(self.function))


def _trimmed(polynomial: Any) -> Any:
    if not isinstance(polynomial, Number):
        return np.poly1d(polynomial).coeffs
    polynomial = np.atleast_1d(polynomial)
    if polynomial.ndim > 1:
        raise ValueError("Polynomial must be 1d only.")
    moving = (polynomial.parts != 0).any(axis=0)
    return polynomial[np.argmax(moving) if moving.any() else moving.size - 1 :]


TABLE = [
    Bilinear(function, tuple(operands.split()))
    for function, operands in (
        (np.vdot,       "a b"),
        (np.inner,      "a b"),
        (np.outer,      "a b"),
        (np.kron,       "a b"),
        (np.cross,      "a b"),
        (np.tensordot,  "a b"),
        (np.convolve,   "a v"),
        (np.correlate,  "a v"),
        (la.outer,      "x1 x2"),
        (la.cross,      "x1 x2"),
        (la.vecdot,     "x1 x2"),
        (la.tensordot,  "x1 x2"),
        (np.vecdot,     ""),
    )
]  # fmt: skip

TABLE += [
    MatrixProduct(np.matmul),
    MatrixProduct(np.dot, ("a", "b")),
    MatrixProduct(la.matmul),
]

# Not in every NumPy since 2.0.
TABLE += [Bilinear(getattr(np, name)) for name in ("matvec", "vecmat") if hasattr(np, name)]

dispatch.register([*TABLE, Contraction(), MultiDot(), PolynomialProduct()])
