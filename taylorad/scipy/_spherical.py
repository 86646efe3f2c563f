"""Spherical Bessel functions, which in `scipy.special` are Python around private ufuncs.

The ufuncs have derivatives. What surrounds them is the reflection of negative real arguments
(DLMF 10.47.14 to 10.47.17): their parity, and for k_n the real part of the complex function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from taylorad._numbers import value
from taylorad.rules.operands import with_value
from taylorad.rules.scipy_special._rows import ufunc
from taylorad.scipy._mirror import counterpart, refuse_numbers

__all__ = ["SPHERICAL"]

#         name            f_n(-z) / f_n(z) of even n   f_0'(1)
TABLE = (
    ("spherical_jn",      1,                           -0.301169),
    ("spherical_yn",      -1,                          1.381773),
    ("spherical_in",      1,                           0.367879),
    ("spherical_kn",      None,                        -1.155727),
)  # fmt: skip

DOCUMENTATION = """`scipy.special.{name}`, with derivatives in z.

Parameters
----------
n : array_like of int
z : array_like
derivative : bool, optional
    Whether the derivative is what is wanted.

Examples
--------
>>> import taylorad as ta
>>> from taylorad.scipy.special import {name}
>>> ta.derivative(lambda z: {name}(0, z))(1.0).round(6)
np.float64({slope})
"""


def _reflected(name: str, parity: int | None) -> Callable[..., Any]:
    function, slope = ufunc(f"_{name}"), ufunc(f"_{name}_d")
    theirs = getattr(scipy.special, name)

    def spherical(n: Any, z: Any, derivative: bool = False) -> Any:
        refuse_numbers(f"scipy.special.{name}", n=n)
        f = slope if derivative else function
        values = theirs(n, value(z), derivative)
        negative = value(z) < 0 if np.isrealobj(z) else np.False_
        if not np.any(negative):
            return with_value(f(n, z), values)
        if parity is None:
            reflected = np.real(f(n, np.where(negative, z, -1.0) + 0j))
        else:
            sign = np.where(np.asarray(n) % 2 == 0, parity, -parity)
            reflected = (-sign if derivative else sign) * f(n, np.where(negative, -z, 1.0))
        if np.all(negative):
            return with_value(reflected, values)
        usual = f(n, np.where(negative, 1.0, z))
        return with_value(np.where(negative, reflected, usual), values)

    spherical.__name__ = spherical.__qualname__ = name
    return counterpart(scipy.special, "z")(spherical)


SPHERICAL = {name: _reflected(name, parity) for name, parity, _ in TABLE}
for name, _, at_one in TABLE:
    SPHERICAL[name].__doc__ = DOCUMENTATION.format(name=name, slope=at_one)
