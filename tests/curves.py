"""Derivatives of a plain NumPy function along polynomial curves, by interpolation.

A number over an algebra stands for a polynomial map t -> x(t) = sum of c_k t^k, and what a
function makes of it are the Taylor coefficients of t -> f(x(t)) at 0. Here these are
found without the library: f is called on plain arrays at Chebyshev points near 0, and the
polynomial through the results is expanded. Good to about eight digits where f is smooth.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from taylorad._numbers import Number, make
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor

ALGEBRAS = {
    "Dual": dual(),
    "Taylor(3)": taylor(3),
    "HyperDual": hyperdual(),
    "MultiTaylor": Algebra.of((Factor(0, "multi", 2, 2, None, ("x", "y")),)),
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
    function: Callable[..., Any], *operands: Any, algebra: Algebra, tolerance: float = 2e-6
) -> None:
    """Assert that the library and the interpolation give the same coefficients."""
    got = leaves(on_numbers(function, operands, algebra))
    with np.errstate(invalid="ignore"):
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


# Data, and calls that many functions share -----------------------------------------------

VECTOR = np.array([2.0, -1.0, 3.5, 0.4, 1.1, -2.2, 5.0])
MATRIX = np.array([[2.0, -1.0, 3.5, 0.4], [1.1, -2.2, 5.0, 7.0], [-4.0, 0.1, 6.1, -3.0]])
STRIDED = np.repeat(MATRIX, 2, axis=1)[:, ::2]
COMPLEX = MATRIX + 1j * MATRIX[::-1]
CUBE = np.random.default_rng(3).permutation(24).reshape(2, 3, 4) / 2 + 0.5
HOLES = np.array([[2.0, np.nan, 3.5, 0.4], [np.nan, -2.2, 5.0, 7.0], [-4.0, 0.1, 6.1, np.nan]])
MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, True]])


def v(seed: int = 0) -> Curve:
    return Curve(VECTOR, seed)


def m(seed: int = 0) -> Curve:
    return Curve(MATRIX, seed)


def c(seed: int = 0) -> Curve:
    return Curve(CUBE, seed)


def z(seed: int = 0) -> Curve:
    return Curve(COMPLEX, seed)


REDUCTIONS = {
    "all": (m, {}),
    "0": (m, {"axis": 0}),
    "keep": (m, {"axis": -1, "keepdims": True}),
    "axes": (c, {"axis": (0, 2)}),
    "axes-keep": (c, {"axis": (2, 0), "keepdims": True}),
    "where": (m, {"axis": 1, "where": MASK}),
    "strided": (lambda: Curve(np.repeat(MATRIX, 2, axis=0)[::2]), {"axis": 0}),
    "complex": (z, {"axis": 0}),
    "0d": (lambda: Curve(1.5), {}),
    "holes-all": (lambda: Curve(HOLES), {}),
    "holes": (lambda: Curve(HOLES), {"axis": 0}),
    "holes-where": (lambda: Curve(HOLES), {"axis": 1, "where": MASK, "keepdims": True}),
}


def reductions(function: Callable[..., Any], masks: bool = True, **more: Any) -> dict[str, Any]:
    """Calls of a reduction; those with nan elements where it passes over them."""
    skips_nan = function.__name__.startswith("nan")
    return {
        f"{function.__name__}-{name}{''.join(more)}": (
            lambda x, o={**options, **more}: function(x, **o),
            operand(),
        )
        for name, (operand, options) in REDUCTIONS.items()
        if (skips_nan or "holes" not in name) and (masks or "where" not in options)
        if name != "0d" or "ddof" not in more  # one element has no degree of freedom
    }


def along(calls: dict[str, Sequence[Any]]) -> Callable[[Callable[..., None]], Any]:
    """Run a test for each call, a function and its operands, over each algebra."""

    def decorate(test: Callable[..., None]) -> Any:
        test = pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)(test)
        return pytest.mark.parametrize("call", calls.values(), ids=calls)(test)

    return decorate


# Exact derivatives ----------------------------------------------------------------------


def exact(algebra: Algebra, values: Sequence[int]) -> tuple[Any, list[Any], Any]:
    """A number with Fractions as coefficients, and the same as sympy polynomials."""
    symbols = sympy.symbols(f"t:{algebra.exponents.shape[1]}")
    parts = np.empty((algebra.rows, len(values)), object)
    polynomials = []
    for i, first in enumerate(values):
        parts[:, i] = [Fraction(first)] + [
            Fraction(3 * i + k + 1, 7) for k in range(1, algebra.rows)
        ]
        terms = [
            sympy.Rational(c.numerator, c.denominator)
            * sympy.prod(s ** int(e) for s, e in zip(symbols, row, strict=True))
            for c, row in zip(parts[:, i], algebra.exponents, strict=True)
        ]
        polynomials.append(sum(terms))
    return make(algebra, parts), polynomials, symbols


def coefficients(expression: Any, symbols: Any, algebra: Algebra) -> list[Fraction]:
    """The coefficients of a sympy polynomial, by the rows of `algebra`."""
    polynomial = sympy.Poly(sympy.expand(expression), *symbols)
    found = [polynomial.coeff_monomial(list(map(int, row))) for row in algebra.exponents]
    return [Fraction(int(c.p), int(c.q)) for c in found]
