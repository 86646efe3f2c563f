"""Derivatives of a plain NumPy function along polynomial curves, by interpolation.

A number over an algebra stands for a polynomial map t -> x(t) = sum of c_k t^k, and what a
function makes of it are the Taylor coefficients of t -> f(x(t)) at 0. Here these are
found without the library: f is called on plain arrays at Chebyshev points near 0, and the
polynomial through the results is expanded. Good to about eight digits where f is smooth.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from taylorad._numbers import Number, make
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor

ALGEBRAS = {
    "Dual": dual(),
    "Taylor(3)": taylor(3),
    "HyperDual": hyperdual(),
    "nested": Algebra.of((Factor(0, "dual", 1), Factor(7, "taylor", 2))),
}


class Curve:
    """An operand that moves: its coefficients over an algebra, drawn at random.

    Parameters
    ----------
    value : array_like
        Where it passes at t = 0.
    seed : int
        Of the directions.
    size : float
        The magnitude of the directions.
    """

    def __init__(self, value: Any, seed: int = 0, size: float = 0.4) -> None:
        self.value = np.asarray(value, dtype=np.result_type(np.asarray(value), 0.0))
        self.seed, self.size = seed, size

    def parts(self, algebra: Algebra) -> np.ndarray:
        rng = np.random.default_rng(self.seed + 100)
        shape = (algebra.rows, *self.value.shape)
        parts = rng.uniform(-self.size, self.size, shape).astype(self.value.dtype)
        if self.value.dtype.kind == "c":
            parts = parts + 1j * rng.uniform(-self.size, self.size, shape)
        parts[0] = self.value
        return parts

    def number(self, algebra: Algebra) -> Any:
        return make(algebra, self.parts(algebra))


def on_numbers(function: Callable[..., Any], operands: Sequence[Any], algebra: Algebra) -> Any:
    """The function of our numbers."""
    return function(*(x.number(algebra) if isinstance(x, Curve) else x for x in operands))


def expansion(
    function: Callable[..., Any], operands: Sequence[Any], algebra: Algebra
) -> list[np.ndarray]:
    """The coefficients of each result of `function`, by interpolation."""
    variables = algebra.exponents.shape[1]
    count, radius = {1: (12, 0.12), 2: (9, 0.1)}.get(variables, (6, 0.03))
    nodes = np.cos(np.pi * (2 * np.arange(count) + 1) / (2 * count))
    parts = [x.parts(algebra) if isinstance(x, Curve) else None for x in operands]
    samples = []
    for point in itertools.product(nodes * radius, repeat=variables):
        monomials = np.prod(np.power(point, algebra.exponents), axis=1)
        moved = [
            x if part is None else np.tensordot(monomials, part, axes=1)[()]
            for x, part in zip(operands, parts, strict=True)
        ]
        samples.append(leaves(function(*moved)))
    return [
        _coefficients(np.array(values), nodes, radius, algebra)
        for values in zip(*samples, strict=True)
    ]


def _coefficients(values: Any, nodes: Any, radius: float, algebra: Algebra) -> np.ndarray:
    count, exponents = len(nodes), algebra.exponents
    solve = np.linalg.inv(np.vander(nodes, increasing=True))
    variables = exponents.shape[1]
    table = values.reshape((count,) * variables + values.shape[1:])
    for axis in range(variables):
        table = np.moveaxis(np.tensordot(solve, table, axes=(1, axis)), 0, axis)
    return np.stack([table[tuple(row)] / radius ** int(sum(row)) for row in exponents.tolist()])


def leaves(result: Any) -> list[Any]:
    """The arrays or numbers a function returned, in a flat list."""
    if isinstance(result, (tuple, list)):
        return [leaf for item in result for leaf in leaves(item)]
    return [result]


def agrees(
    function: Callable[..., Any], operands: Sequence[Any], algebra: Algebra, tolerance: float = 2e-6
) -> None:
    """Assert that the library and the interpolation give the same coefficients."""
    got = leaves(on_numbers(function, operands, algebra))
    want = expansion(function, operands, algebra)
    plain = leaves(function(*(x.value if isinstance(x, Curve) else x for x in operands)))
    assert len(got) == len(want)
    for mine, theirs, value in zip(got, want, plain, strict=True):
        value = np.asarray(value)
        if not isinstance(mine, Number):
            np.testing.assert_array_equal(mine, value)
            assert np.allclose(theirs[1:], 0, atol=tolerance), "derivatives were dropped"
            continue
        assert mine.algebra == algebra
        assert mine.shape == value.shape
        assert mine.dtype == np.result_type(value.dtype, np.float32)
        np.testing.assert_allclose(mine.value, value, rtol=1e-14, atol=1e-14)
        scale = 1 + np.abs(theirs)
        assert np.all(np.abs(mine.parts - theirs) <= tolerance * scale), (mine.parts, theirs)
