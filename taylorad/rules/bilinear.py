"""Bilinear functions: the product table, with the function in place of the product.

    B(u, v)_k = sum of B(u_i, v_j) over the monomials i and j that multiply to k

`np.vdot`, `np.correlate` and the like conjugate an operand; a derivative with respect to
a real parameter commutes with that, so they need no treatment of their own. A function of
several operands (`np.einsum`, `np.linalg.multi_dot`) sums over as many rows at once.

Reverse mode pulls back to each factor by a product with the other: the last two columns,
functions of `taylorad.rules.products`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy import linalg as la

from taylorad import dispatch
from taylorad._matrices import multiply
from taylorad._numbers import Number, bilinear, common, make, repack, value
from taylorad._tape import Variable, enter_deferred, enter_given, enter_matrices, record
from taylorad.dispatch import carries
from taylorad.rules import products
from taylorad.rules._rows import describe, multilinear, refuse_numbers, unpacked
from taylorad.rules._views import view_or_rows, viewed
from taylorad.rules.products import (
    constant_to_array,
    matrix_pulls,
    times_transposed,
    transposed_times,
)
from taylorad.rules.recording import values_of

__all__ = ["TABLE", "Bilinear", "Contraction", "MatrixProduct", "MultiDot", "PolynomialProduct"]


def _product(function: Callable[..., Any], operands: Sequence[Any], name: str) -> Any:
    operands = [repack(operand) for operand in operands]
    algebra = common(operands)
    if algebra is None:
        return function(*operands)
    dispatch.mixes()
    if len(operands) == 2:
        found = bilinear(function, *operands)
        if found is not None:
            return found
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
    left, right : callable
        The pulls: of the cotangent, both operands, and what else the function got.
    expression : callable, optional
        What to record instead where more is given than the operands.
    """

    function: Callable[..., Any]
    operands: tuple[str, ...]
    left: Callable[..., Any]
    right: Callable[..., Any]
    expression: Callable[..., Any] | None = None

    @cached_property
    def name(self) -> str:
        return describe(self.function)

    @cached_property
    def pulls(self) -> list[Any]:
        """The pulls, for which what was not taken leaves no trace."""
        return [products.sparing(self.left, 0), products.sparing(self.right, 1)]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 2 and not kwargs:
            return _product(self.function, args, self.name)
        named = [kwargs.pop(name) for name in self.operands[len(args) :]]
        operands, others = [*args[:2], *named], args[2:]
        refuse_numbers(self.name, (*others, *kwargs.values()))

        def function(u: Any, v: Any) -> Any:
            return self.function(u, v, *others, **kwargs)

        return _product(function, operands, self.name)

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the function."""
        named = [kwargs.pop(name) for name in self.operands[len(args) :] if name in kwargs]
        u, v = (constant_to_array(unpacked(repack(x))) for x in (*args[:2], *named))
        others = args[2:]
        refuse_numbers(self.name, (*others, *kwargs.values()))
        if self.expression is not None and (
            found := self.expression(self.function, u, v, *others, **kwargs)
        ) is not NotImplemented:
            return found
        first, second = values_of((u, v))
        y = self.function(first, second, *others, **kwargs)
        pulls: list[Any] = self.pulls
        if others or kwargs:
            pulls = [partial(_with, pull, others, kwargs) for pull in pulls]
        return record(y, (u, v), pulls, "operands")


def _with(
    pull: Callable[..., Any], others: tuple[Any, ...], options: dict[str, Any],
    g: Any, u: Any, v: Any,
) -> Any:  # fmt: skip
    return pull(g, u, v, *others, **options)


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
        elif len(args) == 2 and not kwargs and all(map(_is_flat, args)):
            dispatch.mixes()
            return self._with_plain(*args)
        return super().__call__(*args, **kwargs)

    def _with_plain(self, u: Any, v: Any) -> Any:
        """The product with a plain matrix or vector: of all rows at once."""
        first = self.function(value(u), value(v))
        if isinstance(u, Number):
            algebra, parts = u.algebra, u.parts @ v
        elif v.ndim == 2:
            algebra, parts = v.algebra, u @ v.parts
        else:
            algebra, parts = v.algebra, v.parts @ u.T
        parts[0] = first  # the same to the last bit
        return make(algebra, parts)

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the product."""
        if len(args) != 2 or kwargs:
            return super().reverse(*args, **kwargs)
        u, v = args
        if isinstance(u, Variable) and isinstance(v, Variable) and u.level == v.level:
            first, second = u.value, v.value
        else:
            u, v = (constant_to_array(unpacked(repack(x))) for x in args)
            first, second = values_of((u, v))
            alone = type(u) is np.ndarray or type(v) is np.ndarray
            if alone and type(first) is type(second) is np.ndarray and u.ndim == v.ndim == 2:
                return self._by_constant(u, v, first, second)
        if self.function is np.dot and not (1 <= u.ndim <= 2 and 1 <= v.ndim <= 2):
            pulls = products.sparing(products.dot_left, 0), products.sparing(products.dot_right, 1)
        else:
            pulls = matrix_pulls(u.ndim, v.ndim)
        return record(self.function(first, second), (u, v), pulls, "operands")

    def _by_constant(self, u: Any, v: Any, first: Any, second: Any) -> Any:
        """The product of a Variable and a plain matrix: the latter alone is kept."""
        y = self.function(first, second)
        if isinstance(u, Variable):
            return record(y, (u,), (partial(times_transposed, v),))
        return record(y, (v,), (partial(transposed_times, u),))

    def _of_series(self, u: Number, v: Number) -> Number:
        rows, length = u.algebra.rows, u.shape[-1]
        if u.dtype == v.dtype == np.float64:
            first = self.function(u.parts[0], v.parts[0])
            one, other = u.parts.reshape(rows, -1, length), v.parts.reshape(rows, length, -1)
            parts = multiply(one, other, first)
            return make(u.algebra, parts.reshape(rows, *first.shape))
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


def _is_flat(x: Any) -> bool:
    """Whether this is a vector or matrix, plain or of plain coefficients."""
    array = x.parts if isinstance(x, Number) else x
    return type(array) is np.ndarray and array.dtype != object and x.ndim in (1, 2)


# Multiplications in one product up to which a call costs more than what it computes; of doubles
# those which kernels of ours, that know of series, do faster than BLAS.
_SMALL, _SMALL_DOUBLES = 64**3, 256**3


def _are_joinable(u: Number, v: Number) -> bool:
    """Whether these are small vectors or matrices that fit, so that joining their rows pays."""
    if not (isinstance(u.parts, np.ndarray) and isinstance(v.parts, np.ndarray)):
        return False
    fit = 1 <= u.ndim <= 2 and 1 <= v.ndim <= 2 and u.shape[-1] == v.shape[0] > 0
    if not fit or "O" in (u.dtype.kind, v.dtype.kind):
        return False
    doubles = u.dtype == v.dtype == np.float64
    return u.size * v.size // v.shape[0] <= (_SMALL_DOUBLES if doubles else _SMALL)


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

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the contraction."""
        given, rule = products.contraction(args)
        refuse_numbers(describe(self.function), kwargs.values())
        values = values_of(given)
        if isinstance(args[0], str):
            y = self.function(args[0], *values, **kwargs)
        else:
            pairs = [x for pair in zip(values, args[1::2], strict=False) for x in pair]
            y = self.function(*pairs, *args[2 * len(given) :], **kwargs)
        if len(given) > 1:
            return record(y, given, rule.pulls(), "operands")
        y = record(y, given, [lambda g: rule.pull(0, g, None)])
        return viewed(y, given[0], lambda x: self.function(*_replaced(args, x), **kwargs))


def _contraction_pulls(*args: Any) -> Any:
    given, rule = products.contraction(args)
    return rule.pulls() if len(given) > 1 else [lambda g, x: rule.pull(0, g, None)]


def _replaced(args: tuple[Any, ...], x: Any) -> tuple[Any, ...]:
    return (args[0], x) if isinstance(args[0], str) else (x, *args[1:])


@dataclass(frozen=True)
class MultiDot:
    """`np.linalg.multi_dot`, linear in each matrix; NumPy chooses the order of products."""

    function: Callable[..., Any] = la.multi_dot

    def __call__(self, arrays: Sequence[Any]) -> Any:
        def function(*matrices: Any) -> Any:
            return self.function(matrices)

        return _product(function, list(arrays), describe(self.function))

    def reverse(self, arrays: Sequence[Any]) -> Any:
        """Record the product: a contraction of neighbours."""
        given = [constant_to_array(repack(x)) for x in arrays]
        y = self.function(values_of(given))
        return record(y, given, _chain_pulls(given), "operands")


def _chain_pulls(arrays: Sequence[Any]) -> Any:
    """The pulls of a product of matrices, the first and last of which may be vectors."""
    labels = [[k, k + 1] for k in range(len(arrays))]
    if arrays[0].ndim == 1:
        labels[0] = [1]
    if arrays[-1].ndim == 1:
        labels[-1] = [len(arrays) - 1]
    output = [label for label in (0, len(arrays)) if label in (labels[0][0], labels[-1][-1])]
    return products.Contracted(labels, output, [np.shape(x) for x in arrays]).pulls()


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

    def reverse(self, a1: Any, a2: Any) -> Any:
        """Record the convolution; every coefficient of a Variable moves."""
        return np.convolve(*(_untrimmed(repack(operand)) for operand in (a1, a2)))


def _untrimmed(polynomial: Any) -> Any:
    if not carries(polynomial):
        return np.poly1d(polynomial).coeffs
    polynomial = np.atleast_1d(polynomial)
    if polynomial.ndim > 1:
        raise ValueError("Polynomial must be 1d only.")
    return polynomial


def _trimmed(polynomial: Any) -> Any:
    if not isinstance(polynomial, Number):
        return np.poly1d(polynomial).coeffs
    polynomial = np.atleast_1d(polynomial)
    if polynomial.ndim > 1:
        raise ValueError("Polynomial must be 1d only.")
    if carries(polynomial.parts):
        return polynomial
    moving = (polynomial.parts != 0).any(axis=0)
    return polynomial[np.argmax(moving) if moving.any() else moving.size - 1 :]


def _cross(function: Any, u: Any, v: Any, *args: Any, **kwargs: Any) -> Any:
    """A cross product along other axes than the last, or in the plane."""
    if function is la.cross:
        axes = [kwargs.get("axis", -1)] * 3
    else:
        given = dict(zip(("axisa", "axisb", "axisc", "axis"), args, strict=False)) | kwargs
        axes = [given.get(name, -1) for name in ("axisa", "axisb", "axisc")]
        if given.get("axis") is not None:
            axes = [given["axis"]] * 3
    u, v = np.moveaxis(u, axes[0], -1), np.moveaxis(v, axes[1], -1)
    if u.shape[-1] == v.shape[-1] == 3:
        if axes == [-1] * 3 and not args and not kwargs:
            return NotImplemented
        return np.moveaxis(np.cross(u, v), -1, axes[2])
    function(value(u), value(v))  # NumPy's own errors and warnings
    if u.shape[-1] == v.shape[-1]:
        return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    u, v = (
        x if x.shape[-1] == 3 else np.concatenate([x, np.zeros((*x.shape[:-1], 1))], -1)
        for x in (u, v)
    )
    return np.moveaxis(np.cross(u, v), -1, axes[2])


def _along(function: Any, u: Any, v: Any, **kwargs: Any) -> Any:
    if isinstance(function, np.ufunc):
        return products.along(function, u, v, **kwargs) if kwargs else NotImplemented
    return np.vecdot(u, v, **kwargs)


TABLE = [
    Bilinear(
        function,
        tuple(operands.split()),
        getattr(products, f"{pulls}_left"),
        getattr(products, f"{pulls}_right"),
        expression,
    )
    for function, operands, pulls, expression in (
        (np.vdot,       "a b",    "vdot",       None),
        (np.inner,      "a b",    "inner",      None),
        (np.outer,      "a b",    "outer",      None),
        (np.kron,       "a b",    "kron",       None),
        (np.cross,      "a b",    "cross",      _cross),
        (np.tensordot,  "a b",    "tensordot",  None),
        (np.convolve,   "a v",    "convolve",   None),
        (np.correlate,  "a v",    "correlate",  None),
        (la.outer,      "x1 x2",  "outer",      None),
        (la.cross,      "x1 x2",  "cross",      _cross),
        (la.vecdot,     "x1 x2",  "vecdot",     _along),
        (la.tensordot,  "x1 x2",  "tensordot",  None),
        (np.vecdot,     "",       "vecdot",     _along),
    )
]  # fmt: skip

_MATMUL = products.matmul_left, products.matmul_right

TABLE += [
    MatrixProduct(np.matmul, (), *_MATMUL, _along),
    MatrixProduct(np.dot, ("a", "b"), products.dot_left, products.dot_right),
    MatrixProduct(la.matmul, (), *_MATMUL),
]

# Not in every NumPy since 2.0.
if hasattr(np, "matvec"):
    TABLE += [
        Bilinear(np.matvec, (), products.matvec_left, products.matvec_right, _along),
        Bilinear(np.vecmat, (), products.vecmat_left, products.vecmat_right, _along),
    ]

dispatch.register([*TABLE, Contraction(), MultiDot(), PolynomialProduct()])
for _row in TABLE:
    if isinstance(_row, MatrixProduct):
        enter_matrices(_row.function, matrix_pulls)
    elif _row.expression is None or _row.expression is _along:
        enter_given(_row.function, _row.pulls)
enter_deferred(np.einsum, make=_contraction_pulls, keep="operands", views=True)
enter_deferred(np.tensordot, np.cross, la.cross, la.tensordot)
enter_deferred(la.multi_dot, make=_chain_pulls, keep="operands")
