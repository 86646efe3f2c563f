"""The rows of small arrays: one operation on ten points, against NumPy's own.

What counts here is not arithmetic but what stands around it: dispatch, the rule, the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from timing import Row, Statement

import taylorad as ta

X, Y = np.linspace(0.2, 1.1, 10), np.linspace(1.5, -0.5, 10)
AT_ONCE = 100

OPERATIONS = [
    "np.sin(x)",
    "np.exp(x)",
    "x + y",
    "x * y",
    "x / y",
    "np.where(x > 0.6, x, y)",
    "np.maximum(x, y)",
    "x @ y",
    "np.sum(x)",
    "x[2:7]",
]

RECORD = """with ta.GradientTape() as tape:
    x, y = tape.watch(a), tape.watch(b)
    [{} for _ in range({})]
"""
REPEAT = "[{} for _ in range({})]"


def dual(operation: str) -> Callable[[], tuple[Statement, Statement]]:
    def prepare() -> tuple[Statement, Statement]:
        one = np.ones_like(X)
        numbers: dict[str, Any] = {"x": ta.Dual(X, one), "y": ta.Dual(Y, one), "np": np}
        return Statement(operation, numbers), Statement(operation, {"x": X, "y": Y, "np": np})

    return prepare


def recorded(operation: str) -> Callable[[], tuple[Statement, Statement]]:
    """A hundred records on a tape of their own, which hardly costs anything itself."""
    names = {"a": X, "b": Y, "x": X, "y": Y, "np": np, "ta": ta}
    return lambda: (
        Statement(RECORD.format(operation, AT_ONCE), names),
        Statement(REPEAT.format(operation, AT_ONCE), names),
    )


TEN_POINTS = [Row(f"`{code}`, Dual of 10 points", "numpy", 3.0, dual(code)) for code in OPERATIONS]
RECORDING = [
    Row(
        f"`{code}`, recorded, 10 points",
        "numpy",
        1e-6,
        recorded(code),
        excess=True,
        operations=AT_ONCE,
    )
    for code in OPERATIONS
]
