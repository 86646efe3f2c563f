"""The logistic function, its inverse, its logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad.rules.analytic import ONE
from taylorad.rules.scipy_special._rows import ByDerivative, Equation, enter, ufunc

__all__ = ["TABLE"]

expit = ufunc("expit")


def expit_slope(x: Any) -> Any:
    """y (1 - y), with full relative accuracy in both tails."""
    e = np.exp(-np.abs(x))
    return e / ((1.0 + e) * (1.0 + e))


TABLE = (
    #        function     argument  q     a   b   c
    Equation("expit",      "x",     ONE,  0,  1, -1,  slope=expit_slope),
    ByDerivative("logit",      "x",     (lambda x: 1 / (x * (1 - x)),)),
    ByDerivative("log_expit",  "x",     (lambda x: expit(-x),)),
)  # fmt: skip

enter(TABLE)
