"""Exact derivatives of any order for plain NumPy code."""

from taylorad import _array, _methods, _numbers, dispatch

_numbers.install(
    dispatch.on_ufunc,
    dispatch.on_function,
    _methods.METHODS,
    _methods.PROPERTIES,
    _array.ARRAY_CLASSES,
)

from taylorad import rules  # noqa: E402, F401
from taylorad._numbers import Dual, HyperDual, Taylor, value  # noqa: E402
from taylorad.dispatch import DerivativeError  # noqa: E402

__all__ = ["DerivativeError", "Dual", "HyperDual", "Taylor", "value"]
