"""Arrays of other kinds, whose meaning would be lost among numbers of this library."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["refuse_foreign"]


def refuse_foreign(kind: type[Any]) -> None:
    """Raise if things of this type are arrays that are to be multiplied or read differently.

    The mask of a masked array would be dropped, a `numpy.matrix` multiplies as matrices do,
    and to NumPy a sparse array is a single object.
    """
    if issubclass(kind, np.ma.MaskedArray):
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
