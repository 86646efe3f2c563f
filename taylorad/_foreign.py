"""Arrays of other kinds, whose meaning would be lost among numbers of this library."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["refuse_foreign"]


def refuse_foreign(kind: Any) -> None:
    """Raise if things of this type are arrays that are to be multiplied or read differently.

    The mask of a masked array would be dropped, a `numpy.matrix` multiplies as matrices do,
    and to NumPy a sparse array is a single object.
    """
    _refuse(kind)


@lru_cache(maxsize=256)  # every operand of every call is asked about, and there are few types
def _refuse(kind: Any) -> None:
    masked = sys.modules.get("numpy.ma")  # which NumPy imports when it is asked for
    if masked is not None and issubclass(kind, masked.MaskedArray):
        raise TypeError(
            "masked arrays are not supported: their mask would be dropped; use "
            "np.where(mask, 0, x.data)"
        )
    if issubclass(kind, np.matrix):
        raise TypeError(
            "numpy.matrix is not supported: its * is a product of matrices, that of numbers is "
            "not; use np.asarray(x), and @ for products"
        )
    if hasattr(kind, "tocsr"):
        raise TypeError(
            f"sparse arrays ({kind.__name__}) are not supported: NumPy sees a single object in "
            "them; use x.toarray()"
        )
