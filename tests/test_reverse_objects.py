"""Reverse mode of mpf and Fraction coefficients, against mpmath's own derivatives."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

import taylorad as ta

mpf = mpmath.mpf

UNARY = {
    np.exp: mpmath.exp, np.exp2: lambda x: 2**x, np.expm1: mpmath.expm1, np.log: mpmath.log,
    np.log2: lambda x: mpmath.log(x, 2), np.log10: mpmath.log10, np.log1p: mpmath.log1p,
    np.sqrt: mpmath.sqrt, np.cbrt: mpmath.cbrt, np.tan: mpmath.tan, np.tanh: mpmath.tanh,
    np.arcsin: mpmath.asin, np.arccos: mpmath.acos, np.arctan: mpmath.atan,
    np.arcsinh: mpmath.asinh, np.arctanh: mpmath.atanh, np.sin: mpmath.sin, np.cos: mpmath.cos,
    np.sinh: mpmath.sinh, np.cosh: mpmath.cosh,
}  # fmt: skip

BINARY = {
    np.power: mpmath.power, np.arctan2: mpmath.atan2, np.hypot: mpmath.hypot,
    np.logaddexp: lambda u, v: mpmath.log(mpmath.exp(u) + mpmath.exp(v)),
}  # fmt: skip


def known(f, n, *point):
    with mpmath.workdps(60):
        return mpmath.diff(f, point if len(point) > 1 else point[0], n)


def close(found, expected):
    return abs(found - expected) < abs(expected) * mpf(10) ** -27


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(30):
        yield


@pytest.mark.parametrize("function", UNARY, ids=lambda f: f.__name__)
def test_one_argument(function):
    points = np.array([mpf("0.3"), mpf("0.7")])
    theirs = UNARY[function]
    gradient = ta.grad(lambda x: np.sum(function(x)))(points)
    for g, x in zip(gradient, points, strict=True):
        assert close(g, known(theirs, 1, x))
    second = ta.grad(ta.grad(function))(points[0])
    assert close(second, known(theirs, 2, points[0]))
    product = ta.hvp(lambda x: np.sum(function(x) ** 4))(points, np.array([mpf(1), mpf(0)]))
    assert close(product[0], known(lambda x: theirs(x) ** 4, 2, points[0]))


@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_two_arguments(function):
    u, v = mpf("0.3"), mpf("0.7")
    first, second = ta.grad(function, argnums=(0, 1))(u, v)
    assert close(first, known(BINARY[function], (1, 0), u, v))
    assert close(second, known(BINARY[function], (0, 1), u, v))
    forward = ta.jacobian(function, argnums=(0, 1), mode="forward")(u, v)
    assert close(forward[0], first)
    assert close(forward[1], second)


def test_fractions_stay_exact_where_a_function_is_rational():
    x = Fraction(1, 3)
    assert ta.grad(np.reciprocal)(x) == -9
    assert ta.grad(lambda x: (1 + x) ** 3 / (2 - x))(x) == Fraction(
        3 * Fraction(16, 9) * Fraction(5, 3) + Fraction(64, 27), Fraction(25, 9)
    )


def test_roots_at_zero():
    assert ta.grad(np.sqrt)(mpf(0)) == np.inf
    assert ta.grad(lambda x: np.sqrt(x * x))(mpf(0)) == 0
