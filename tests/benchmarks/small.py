"""The rows of small arrays: one operation on ten points, against NumPy's own.

What counts here is not arithmetic but what stands around it: dispatch, the rule, the result.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from timing import Row, Statement

import taylorad as ta

X, Y = np.linspace(0.2, 1.1, 10), np.linspace(1.5, -0.5, 10)
ARRAYS = {"x": X, "y": Y, "square": np.tri(3) + np.eye(3), "three": X[:3].copy()}
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

# And what else users write, in forward mode.
MORE = [
    "x + 1.0",
    "x > p",
    "x ** 2",
    "x ** y",
    "2.0 ** x",
    "np.arctan2(x, y)",
    "np.hypot(x, p)",
    "np.logaddexp(x, y)",
    "np.floor(x)",
    "np.clip(x, 0.3, 0.8)",
    "x.mean()",
    "x.max()",
    "np.prod(x)",
    "np.std(x)",
    "np.cumsum(x)",
    "np.sum(x.reshape(5, 2), axis=0)",
    "x[index]",
    "x[x > 0.6]",
    "x.reshape(5, 2)[[0, 2], 1]",
    "np.linalg.norm(x.reshape(5, 2), axis=1)",
    "np.quantile(x, 0.3)",
    "np.trapezoid(x)",
    "np.tensordot(matrix, x, 1)",
    "x[1:] - x[:-1]",
    "x.reshape(5, 2).T",
    "x.ravel()",
    "x.copy()",
    "matrix @ x",
    "x.dot(y)",
    "np.outer(x, y)",
    "np.concatenate([x, y])",
    "np.stack([x, p])",
    "np.linalg.norm(x)",
    "np.interp(x, nodes, p)",
    "np.roll(x, 1)",
    "np.round(x, 2)",
    "np.repeat(x, 2)",
    'np.einsum("i,i->", x, y)',
    "x.reshape(5, 2) @ y.reshape(2, 5)",
    "np.trace(square)",
    "np.linalg.inv(square)",
    "np.linalg.solve(square, three)",
    "np.linalg.det(square)",
]

# What is plain on both sides.
PLAIN = {
    "np": np,
    "p": np.linspace(0.3, 2.0, 10),
    "nodes": np.linspace(0.0, 2.0, 10),
    "index": np.array([3, 1, 7]),
    "matrix": np.linspace(-1.0, 1.0, 100).reshape(10, 10),
}

RECORD = """with ta.GradientTape() as tape:
    x, y = tape.watch(a), tape.watch(b)
    [{} for _ in range({})]
"""
REPEAT = "[{} for _ in range({})]"


def dual(operation: str) -> Callable[[], tuple[Statement, Statement]]:
    def prepare() -> tuple[Statement, Statement]:
        numbers = {name: ta.Dual(array, np.ones_like(array)) for name, array in ARRAYS.items()}
        return Statement(operation, {**numbers, **PLAIN}), Statement(operation, {**ARRAYS, **PLAIN})

    return prepare


def recorded(operation: str) -> Callable[[], tuple[Statement, Statement]]:
    """A hundred records on a tape of their own, which hardly costs anything itself."""
    names = {"a": X, "b": Y, "x": X, "y": Y, "np": np, "ta": ta}
    return lambda: (
        Statement(RECORD.format(operation, AT_ONCE), names),
        Statement(REPEAT.format(operation, AT_ONCE), names),
    )


TEN_POINTS = [
    Row(f"`{code}`, Dual of 10 points", "numpy", 3.0, dual(code)) for code in (*OPERATIONS, *MORE)
]
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
