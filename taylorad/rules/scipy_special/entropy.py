"""x log(y) with its limits at zero: entropies and relative entropies."""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.rules.scipy_special._rows import ByDerivative, enter

__all__ = ["TABLE"]


def quotient(x: Any, y: Any) -> Any:
    """x / y, but 0 at 0 / 0: there the function is zero all along y."""
    both = (value(x) == 0) & (value(y) == 0)
    if not np.any(both):
        return x / y
    return np.where(both, 0.0, x / np.where(both, 1.0, y))


def log_quotient(x: Any, y: Any) -> Any:
    """log(x / y), also where the quotient overflows, and sharp where it is close to 1."""
    ratio = value(x) / value(y)
    close = np.abs(ratio - 1) < 0.5
    extreme = (ratio == 0) | ~np.isfinite(ratio)
    below = np.where(extreme, 1.0, y)  # 0 / 0 would cost an order
    logs = np.log(np.where(extreme, 1.0, x) / below)
    logs = np.where(close, np.log1p(np.where(close, x - y, 0.0) / below), logs)
    return np.where(extreme, np.log(x) - np.log(y), logs) if np.any(extreme) else logs


TABLE = (
    #             function   arguments  derivatives
    ByDerivative("entr",     "x",       (lambda x: -np.log(x) - 1,)),
    ByDerivative("xlogy",    "x y",     (lambda x, y: np.log(y), quotient)),
    ByDerivative("xlog1py",  "x y",     (lambda x, y: np.log1p(y),
                                         lambda x, y: quotient(x, 1 + y))),
    ByDerivative("rel_entr", "x y",     (lambda x, y: log_quotient(x, y) + 1,
                                         lambda x, y: -quotient(x, y))),
    ByDerivative("kl_div",   "x y",     (log_quotient,
                                         lambda x, y: 1 - quotient(x, y))),
)  # fmt: skip

enter(TABLE)
