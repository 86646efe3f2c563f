"""Matrices made by moving elements to their places, which SciPy shows on labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from taylorad.scipy.linalg._module import array, rule

__all__ = ["moved"]


def moved(name: str, *arrays: Any) -> Any:
    """A function of SciPy's whose results are elements of its arguments, or zeros."""
    ends = np.cumsum([1, *(x.size for x in arrays)])
    labels = [
        np.arange(end - x.size, end).reshape(x.shape)
        for x, end in zip(arrays, ends[1:], strict=True)
    ]
    places = np.asarray(getattr(scipy.linalg, name)(*labels)).astype(int)
    return np.concatenate([np.zeros(1), *map(np.ravel, arrays)])[places]


@rule
def block_diag(*arrs: Any) -> Any:
    """The matrix that has these on its diagonal."""
    return moved("block_diag", *map(array, arrs))


@rule
def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with constant diagonals, by its first column and first row."""
    c = array(c)
    return moved("toeplitz", c, np.conjugate(c) if r is None else array(r))


@rule
def hankel(c: Any, r: Any = None) -> Any:
    """The matrix with constant anti-diagonals, by its first column and last row."""
    c = array(c)
    return moved("hankel", c) if r is None else moved("hankel", c, array(r))


@rule
def circulant(c: Any) -> Any:
    """The matrix whose columns are the first one, turned."""
    return moved("circulant", array(c))


@rule
def companion(a: Any) -> Any:
    """The companion matrix of a polynomial."""
    a = array(a)
    first = -a[..., np.newaxis, 1:] / a[..., np.newaxis, :1]
    below = np.eye(a.shape[-1] - 2, a.shape[-1] - 1)
    below = np.broadcast_to(below, (*a.shape[:-1], *below.shape))
    return np.concatenate([first, below], axis=-2)


@rule
def khatri_rao(a: Any, b: Any) -> Any:
    """The Kronecker product column by column."""
    a, b = array(a), array(b)
    product = a[..., :, np.newaxis, :] * b[..., np.newaxis, :, :]
    return np.reshape(product, (*product.shape[:-3], -1, product.shape[-1]))
