"""Set functions: the elements they return are elements of the operands.

Which elements are equal is a question to the values. Among equal ones the first is
returned, with its own derivatives, as NumPy's ``return_index`` has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred, no_zeros
from taylorad.rules.operands import number, plain
from taylorad.rules.selecting import Selecting

__all__ = ["SETS"]


def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The sorted elements that differ; `sorted=False` allows any order, also this one."""
    ar = number(ar)
    _, index, *others = np.unique(
        value(ar), True, return_inverse, return_counts, axis, equal_nan=equal_nan
    )
    elements = np.take(np.ravel(ar) if axis is None else ar, index, axis=axis or 0)
    results = (elements, *((index,) if return_index else ()), *others)
    return results if len(results) > 1 else elements


def unique_all(x: Any) -> Any:
    """Distinct elements, where they are first, how to rebuild `x`, how many of each."""
    found = np.unique_all(value(x))
    return found._replace(values=unique(x, equal_nan=False))


def unique_counts(x: Any) -> Any:
    """Distinct elements, and how many of each."""
    elements, counts = unique(x, return_counts=True, equal_nan=False)
    return np.unique_counts(value(x))._replace(values=elements, counts=counts)


def unique_inverse(x: Any) -> Any:
    """Distinct elements, and how to rebuild `x` from them."""
    elements, inverse = unique(x, return_inverse=True, equal_nan=False)
    return np.unique_inverse(value(x))._replace(
        values=elements, inverse_indices=inverse.reshape(np.shape(x))
    )


def unique_values(x: Any) -> Any:
    """Distinct elements."""
    return unique(x, equal_nan=False)


def union1d(ar1: Any, ar2: Any) -> Any:
    """Distinct elements of both."""
    return unique(np.concatenate((np.ravel(number(ar1)), np.ravel(number(ar2)))))


def intersect1d(
    ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False
) -> Any:
    """The elements of `ar1` whose value is in `ar2` too."""
    _, first, second = np.intersect1d(
        plain(ar1), plain(ar2), assume_unique=assume_unique, return_indices=True
    )
    elements = np.take(np.ravel(number(ar1)), first)
    return (elements, first, second) if return_indices else elements


def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The elements of `ar1` whose value is not in `ar2`."""
    ar1 = np.ravel(number(ar1))
    if not assume_unique:
        ar1 = unique(ar1)
    return ar1[~np.isin(value(ar1), plain(ar2))]


def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The elements that only one of the two has."""
    both = [np.ravel(number(ar)) for ar in (ar1, ar2)]
    if not assume_unique:
        both = [unique(ar) for ar in both]
    elements, counts = unique(np.concatenate(both), return_counts=True)
    return elements[counts == 1]


SETS = (
    #         function            expression
    Selecting(np.unique,          unique),
    Selecting(np.unique_all,      unique_all),
    Selecting(np.unique_counts,   unique_counts),
    Selecting(np.unique_inverse,  unique_inverse),
    Selecting(np.unique_values,   unique_values),
    Selecting(np.union1d,         union1d),
    Selecting(np.intersect1d,     intersect1d),
    Selecting(np.setdiff1d,       setdiff1d),
    Selecting(np.setxor1d,        setxor1d),
)  # fmt: skip


dispatch.register(SETS)
enter_deferred(np.unique, fits=no_zeros)  # 0 and -0 are equal and not the same
