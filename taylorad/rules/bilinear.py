"""Bilinear functions: the product table, with the function in place of the product.

    B(u, v)_k = sum of B(u_i, v_j) over the monomials i and j that multiply to k

`np.vdot`, `np.correlate` and the like conjugate an operand; a derivative with respect to
a real parameter commutes with that, so they need no treatment of their own. A function of
several operands (`np.einsum`, `np.linalg.multi_dot`) sums over as many rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import linalg as la

from taylorad import dispatch
from taylorad._numbers import Number, common, repack

from ._rows import describe, multilinear, refuse_numbers
from .linear import view_or_rows

__all__ = ["Bilinear", "Contraction", "MultiDot", "PolynomialProduct"]


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

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        named = [kwargs.pop(name) for name in self.operands[len(args) :]]
        operands, others = [*args[:2], *named], args[2:]
        name = describe(self.function)
        refuse_numbers(name, (*others, *kwargs.values()))

        def function(u: Any, v: Any) -> Any:
            return self.function(u, v, *others, **kwargs)

        return _product(function if others or kwargs else self.function, operands, name)


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
        (np.dot,        "a b"),
        (np.vdot,       "a b"),
        (np.inner,      "a b"),
        (np.outer,      "a b"),
        (np.kron,       "a b"),
        (np.cross,      "a b"),
        (np.tensordot,  "a b"),
        (np.convolve,   "a v"),
        (np.correlate,  "a v"),
        (la.matmul,     "x1 x2"),
        (la.outer,      "x1 x2"),
        (la.cross,      "x1 x2"),
        (la.vecdot,     "x1 x2"),
        (la.tensordot,  "x1 x2"),
        (np.matmul,     ""),
        (np.vecdot,     ""),
    )
]  # fmt: skip

# Not in every NumPy since 2.0.
TABLE += [Bilinear(getattr(np, name)) for name in ("matvec", "vecmat") if hasattr(np, name)]

dispatch.register([*TABLE, Contraction(), MultiDot(), PolynomialProduct()])
