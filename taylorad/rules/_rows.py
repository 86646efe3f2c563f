"""Coefficients by row: what the linear and the bilinear rules are written in.

A linear or multilinear function never looks at the numbers it is applied to, so its rule
is a statement about rows: which rows of the operands meet in which row of the result. An
operand is therefore a dict from row to coefficient that leaves out the rows known to be
zero: a constant has row 0 alone, a number of another level only the rows of its own
factor. Zeros that nobody stored cost no work and turn no infinity into a nan.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from taylorad._numbers import Number, in_memory, make, repack, view_of_rows
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.monomials import cached

__all__ = [
    "allocate",
    "assemble",
    "coefficients",
    "describe",
    "leaves",
    "map_leaves",
    "multilinear",
    "parameters",
    "refuse_integers",
    "refuse_numbers",
    "same_view",
    "unpacked",
]

Rows = dict[int, Any]


def coefficients(algebra: Algebra, operand: Any) -> Rows:
    """The rows of `operand` over `algebra` that are not zero by construction."""
    if not isinstance(operand, Number):
        return {0: operand}
    parts = operand.parts
    if operand.algebra == algebra:
        if parts.ndim > 1:
            return dict(enumerate(parts))
        return {row: parts[row, ...] for row in range(algebra.rows)}  # 0-d arrays, not scalars
    own, target = operand.algebra.embedding(algebra)
    return {
        row: parts[mine, ...] for mine, row in zip(own.tolist(), target.tolist(), strict=True)
    }


def assemble(algebra: Algebra, rows: Mapping[int, Any], name: str) -> Any:
    """The number over `algebra` with these rows, or a list or tuple of numbers.

    Parameters
    ----------
    algebra : Algebra
        What the result is over.
    rows : mapping of int to array_like, or of int to list or tuple of array_like
        The coefficients; a row left out is zero. Row 0 must be there.
    name : str
        Who computed them, for the error message.
    """
    first = rows[0]
    if isinstance(first, list | tuple):
        return type(first)(
            assemble(algebra, {row: outputs[n] for row, outputs in rows.items()}, name)
            for n in range(len(first))
        )
    if any(map(carries, rows.values())):
        return make(algebra, _stacked(algebra, rows, name))
    parts = allocate(algebra, first, name)
    for row, coefficient in rows.items():
        parts[row] = coefficient
    return make(algebra, parts)


def _stacked(algebra: Algebra, rows: Mapping[int, Any], name: str) -> Any:
    """The rows as one Variable, if some of them are Variables."""
    refuse_integers(rows[0].dtype, name)
    zero = np.zeros(np.shape(rows[0]), rows[0].dtype)
    return np.stack([rows.get(row, zero) for row in range(algebra.rows)])


def allocate(algebra: Algebra, first: Any, name: str) -> np.ndarray:
    """A buffer of zeros for a number whose value is to be `first`."""
    # NumPy hands a 0-d result of an object array over as the object itself.
    dtype = first.dtype if isinstance(first, np.ndarray | np.generic) else np.dtype(object)
    refuse_integers(dtype, name)
    if isinstance(first, np.ndarray) and not first.flags.c_contiguous:
        axes = in_memory(first)  # all rows are to lie in memory as NumPy's result does
        parts = np.zeros((algebra.rows, *(first.shape[axis] for axis in axes)), dtype)
        return parts.transpose(0, *(np.argsort(axes) + 1))
    return np.zeros((algebra.rows, *np.shape(first)), dtype)


def refuse_integers(dtype: np.dtype[Any], name: str) -> None:
    """Raise for a result type that would round derivatives away."""
    if dtype.kind not in "fcO":
        raise DerivativeError(
            f"{name} would give an array of {dtype}, which cannot hold derivatives; "
            "ask for a floating type, or pass taylorad.value(x) if only the value is wanted"
        )


def refuse_numbers(name: str, arguments: Iterable[Any]) -> None:
    """Raise if an argument that only steers the function carries derivatives."""
    for argument in arguments:
        if carries(argument):
            raise DerivativeError(
                f"{name} has no derivative with respect to this argument: {argument!r}; "
                "pass taylorad.value(...) of it if its value alone is meant"
            )


class _Memory:
    """Memory of `base` described as an array, as NumPy's array interface wants it."""

    __slots__ = ("__array_interface__", "base")

    def __init__(self, interface: dict[str, Any], base: Any) -> None:
        self.__array_interface__ = interface
        self.base = base


def same_view(parts: np.ndarray, view: Any) -> np.ndarray | None:
    """The view of every row that `view` is of row 0, or None if it is a copy.

    A view is a place, a shape and strides. All rows of a buffer are laid out alike, so
    what NumPy answered for row 0 holds for each of them, one row further on in memory.
    """
    if carries(parts):  # a Variable; what is a view of it is not known here
        return None
    if view.size == 0:  # no memory to share
        return np.zeros((len(parts), *view.shape), view.dtype)
    found = view_of_rows(parts, view)
    if found is not None:
        return found
    if not np.may_share_memory(view, parts):
        return None
    interface = view.__array_interface__
    interface["shape"] = (len(parts), *view.shape)
    interface["strides"] = (parts.strides[0], *view.strides)
    return np.asarray(_Memory(interface, parts))


@cached(maxsize=256)
def _products(algebra: Algebra) -> dict[tuple[int, int], int]:
    return {pair: row for row in range(algebra.rows) for pair in algebra.pairs(row)}


@cached(maxsize=1024)
def _terms(
    algebra: Algebra, present: tuple[tuple[int, ...], ...]
) -> list[tuple[int, tuple[int, ...]]]:
    """Row of the product and rows of the factors, for all products that are not cut off."""
    product = _products(algebra)
    terms: list[tuple[int, tuple[int, ...]]] = [(row, (row,)) for row in present[0]]
    for rows in present[1:]:
        terms = [
            (product[row, other], (*factors, other))
            for row, factors in terms
            for other in rows
            if (row, other) in product
        ]
    return terms


def multilinear(
    algebra: Algebra, function: Callable[..., Any], operands: Sequence[Any], name: str
) -> Any:
    """``function(*operands)``, for a function linear in each operand on its own.

    y_k = sum of f(u_i, v_j, ...) over all rows i, j, ... whose monomials multiply to k.
    """
    factors = [coefficients(algebra, operand) for operand in operands]
    terms = _terms(algebra, tuple(map(tuple, factors)))
    first = function(*(factor[0] for factor in factors))
    if any(carries(one) for factor in factors for one in factor.values()):
        rows = {0: first}
        for row, chosen in terms[1:]:
            term = function(*[factor[k] for factor, k in zip(factors, chosen, strict=True)])
            rows[row] = rows[row] + term if row in rows else term
        return make(algebra, _stacked(algebra, rows, name))
    parts = allocate(algebra, first, name)
    parts[0] = first
    written = {0}
    for row, chosen in terms[1:]:
        term = function(*[factor[k] for factor, k in zip(factors, chosen, strict=True)])
        if row in written:
            parts[row] += term
        else:
            parts[row] = term
            written.add(row)
    return make(algebra, parts)


def leaves(operand: Any) -> Iterator[Any]:
    """The arrays in an operand that may be a nested list or tuple of arrays."""
    if isinstance(operand, list | tuple):
        for item in operand:
            yield from leaves(item)
    else:
        yield operand


def map_leaves(function: Callable[[Any], Any], operand: Any) -> Any:
    """The same nested lists and tuples, with `function` applied to every array in them."""
    if isinstance(operand, list | tuple):
        kind = list if isinstance(operand, list) else tuple
        return kind(map_leaves(function, item) for item in operand)
    return function(operand)


def unpacked(operand: Any) -> Any:
    """An object array of our scalars as the number it stands for; all else as it is.

    Only a `poly1d` becomes its coefficients: it drops those that are zero, row by row.
    """
    if isinstance(operand, np.poly1d):
        return operand.coeffs
    is_objects = isinstance(operand, np.ndarray) and operand.dtype == object
    return repack(operand) if is_objects else operand


# NumPy has not always told the signatures of its compiled functions.
_COMPILED = {
    "array": "object dtype",
    "asanyarray": "a dtype order",
    "asarray": "a dtype order",
    "ascontiguousarray": "a dtype",
    "asfortranarray": "a dtype",
    "bincount": "x weights minlength",
    "concatenate": "arrays axis out",
    "copyto": "dst src casting where",
    "putmask": "a mask values",
}


def parameters(function: Callable[..., Any]) -> dict[str, Any]:
    """The names of the arguments of a NumPy function, in order, with their defaults."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        return dict.fromkeys(_COMPILED[function.__name__].split())
    return {name: entry.default for name, entry in signature.parameters.items()}


def describe(function: Callable[..., Any]) -> str:
    """The name of a NumPy function as its users write it."""
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module}.{function.__name__}"
