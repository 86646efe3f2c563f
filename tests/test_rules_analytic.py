"""Every differentiable ufunc against mpmath: ordinary points, singularities, tails, orders to 20.

Errors are relative and condition-aware (`oracles.excess`): a result may be off by what a
relative error of machine precision in the argument does, times a small factor.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import BINARY, UNARY, excess, series

import taylorad as ta

ORDER = 20
# For orders to 8, and to 20. The project promises 2e-13; measured are a few 1e-16 and 1e-12.
LIMIT_8 = 2e-14
LIMIT_20 = 5e-12

PI = float(np.pi)
TRIGONOMETRIC = [0.0, 1e-18, 0.3, 1.5707, -3.0, 10.0, 1e5, 1e15]
LOGARITHMIC = [1e-300, 1e-10, 0.3, 1 - 1e-10, 1.0, 1 + 1e-12, 5.0, 1e8, 1e300]
ROOTS = [1e-300, 1e-10, 0.3, 2.0, 1e8, 1e300]
ODD = [0.0, 1e-30, 1e-18, 1e-8, 0.3, -0.9, 1.0]

POINTS: dict[Any, list[float]] = {
    np.absolute: [0.3, -2.0, 1e-300, 1e300],
    np.arccos: [-1 + 1e-10, -0.5, 0.0, 1e-18, 0.3, 1 - 1e-10],
    np.arccosh: [1 + 1e-15, 1 + 1e-10, 1.3, 10.0, 1e8, 1e200],
    np.arcsin: [-1 + 1e-10, -0.5, 0.0, 1e-18, 0.3, 1 - 1e-10],
    np.arcsinh: [*ODD, -5.0, 1e8, -1e8, 1e200],
    np.arctan: [*ODD, -7.0, 1e8, -1e8, 1e200],
    np.arctanh: [*ODD[:-1], 1 - 1e-10, -1 + 1e-15],
    np.cbrt: [*ROOTS, -1e-10, -8.0],
    np.cos: [*TRIGONOMETRIC, PI / 2],
    np.cosh: [0.0, 1e-18, 0.3, -5.0, 40.0, 700.0],
    np.deg2rad: [0.3, -200.0],
    np.degrees: [0.3, -200.0],
    np.exp: [-745.0, -700.0, -40.0, -1e-18, 0.0, 0.3, 1.0, 50.0, 700.0],
    np.exp2: [-1000.0, -30.0, 0.0, 0.5, 3.25, 1000.0],
    np.expm1: [-300.0, -40.0, -1.0, -1e-18, 0.0, 1e-300, 1e-18, 1e-8, 0.3, 50.0],
    np.fabs: [0.3, -2.0],
    np.i0: [0.0, 1e-18, 0.3, -5.0, 8.0, 20.0, 50.0],
    np.log: LOGARITHMIC,
    np.log10: LOGARITHMIC,
    np.log1p: [-1 + 1e-10, -0.5, -1e-18, 0.0, 1e-300, 1e-18, 1e-8, 0.3, 10.0, 1e8, 1e300],
    np.log2: LOGARITHMIC,
    np.negative: [0.3, -2.0],
    np.positive: [0.3, -2.0],
    np.rad2deg: [0.3, -200.0],
    np.radians: [0.3, -200.0],
    np.reciprocal: [0.3, -2.0, 1e-10, 1e10, -1e200],
    np.sin: [*TRIGONOMETRIC, PI],
    np.sinc: [0.0, 1e-18, 1e-8, 1e-4, 0.01, 0.1, 0.3, 1.0, -2.5, 3.0, 10.0, 100.3],
    np.sinh: [0.0, 1e-30, 1e-18, 0.3, -5.0, 40.0, 700.0],
    np.sqrt: ROOTS,
    np.square: [0.0, 0.3, -2.0, 1e100],
    np.tan: [*TRIGONOMETRIC[:-1], PI / 2 - 1e-10, PI / 4],
    np.tanh: [*ODD, -5.0, 20.0, -20.0, 40.0, 300.0, 400.0],
}

# Both arguments as polynomials in t: (x, y).
PAIRS: dict[Any, list[tuple[tuple[float, ...], tuple[float, ...]]]] = {
    np.add: [((0.3, 1.0), (2.0, 0.5)), ((0.3, 1.0), (2.0,))],
    np.subtract: [((0.3, 1.0), (2.0, 0.5)), ((0.3,), (2.0, 1.0))],
    np.multiply: [((0.3, 1.0), (2.0, 0.5)), ((0.3,), (2.0, 1.0)), ((0.0, 1.0), (0.0, 1.0))],
    np.divide: [
        ((0.3, 1.0), (2.0, 0.5)),
        ((0.3,), (-2.0, 1.0)),
        ((0.3, 1.0), (2.0,)),
        ((1.0, 1.0), (1e-10, 1.0)),
        ((1e-10, 1.0), (1e10, 1.0)),
    ],
    np.power: [
        ((2.0, 1.0), (2.5,)),
        ((0.3, 1.0), (-1.5,)),
        ((5.0, 1.0), (7.0,)),
        ((5.0, 1.0), (25.0,)),
        ((-2.0, 1.0), (3.0,)),
        ((-2.0, 1.0), (-3.0,)),
        ((-2.0, 1.0), (-1.0,)),
        ((-0.3, 1.0), (24.0,)),
        ((0.0, 1.0), (3.0,)),
        ((0.0, 1.0), (1.0,)),
        ((0.0, 1.0), (0.0,)),
        ((3.0, 1.0), (0.0,)),
        ((1e-10, 1.0), (0.5,)),
        ((1e8, 1.0), (-3.3,)),
        ((3.0, 1.0), (1e-10,)),
        ((2.0,), (0.3, 1.0)),
        ((0.5,), (-3.0, 1.0)),
        ((10.0,), (-300.0, 1.0)),
        ((1.0,), (3.0, 1.0)),
        ((2.0, 1.0), (2.0, 1.0)),
        ((0.5, 1.0), (0.5, 2.0)),
        ((1.0, 1.0), (3.0, -1.0)),
    ],
    np.float_power: [
        ((2.0, 1.0), (2.5,)),
        ((-2.0, 1.0), (3.0,)),
        ((2.0,), (0.3, 1.0)),
        ((2.0, 1.0), (2.0, 1.0)),
    ],
    np.arctan2: [
        *(((y, 1.0), (x, 0.5)) for x in (-3.0, 4.0) for y in (-2.0, 0.5)),
        ((0.0, 1.0), (1.0,)),
        ((1e-18, 1.0), (-1.0,)),
        ((1.0, 1.0), (0.0,)),
        ((-1.0,), (0.0, 1.0)),
        ((1.0,), (1e-10, 1.0)),
        ((1e-10, 1.0), (1e-10, -1.0)),
        ((1e8, 1.0), (1.0, 1.0)),
    ],
    np.hypot: [
        ((3.0, 1.0), (4.0,)),
        ((-3.0, 1.0), (4.0, 2.0)),
        ((0.0, 1.0), (2.0,)),
        ((1e-10, 1.0), (2.0, 1.0)),
        ((1e200, 1e190), (2e200,)),
        ((1e-200, 1e-200), (2e-200,)),
    ],
    np.logaddexp: [
        ((0.3, 1.0), (0.5,)),
        ((0.3, 1.0), (0.5, -2.0)),
        ((-800.0, 1.0), (0.0,)),
        ((0.0,), (-800.0, 1.0)),
        ((-40.0, 1.0), (0.0,)),
        ((50.0, 1.0), (0.0,)),
        ((1000.0, 1.0), (1001.0, 2.0)),
        ((-1000.0, 1.0), (-1001.0,)),
        ((5.0, 1.0), (5.0,)),
    ],
    np.logaddexp2: [
        ((0.3, 1.0), (0.5,)),
        ((0.3, 1.0), (0.5, -2.0)),
        ((-1000.0, 1.0), (0.0,)),
        ((60.0, 1.0), (0.0,)),
        ((2000.0, 1.0), (2001.0, 2.0)),
        ((5.0, 1.0), (5.0,)),
    ],
}

# Where a circle has small numbers beside large ones the oracle needs more digits.
DIGITS: dict[Any, int] = {
    np.expm1: 350,
    np.tanh: 400,
    **dict.fromkeys((np.arcsin, np.arcsinh, np.arctan, np.arctanh, np.sinh), 200),
}


def name(function: Any) -> str:
    return function.__name__


def by_name(table: dict[Any, Any]) -> list[Any]:
    return [pytest.param(f, id=name(f)) for f in sorted(table, key=name)]


def number(inner: tuple[float, ...], order: int = ORDER) -> Any:
    """A polynomial in t as a Taylor, or a plain float if it is constant."""
    if len(inner) == 1:
        return inner[0]
    return ta.Taylor([*inner, *[0.0] * (order + 1 - len(inner))][: order + 1])


def judge(got: Any, function: Any, *inner: tuple[float, ...]) -> tuple[float, float]:
    """The worst excess among orders 0..8 and among the others."""
    errors = excess(got, function, *inner, digits=DIGITS.get(function, 120))
    return max(errors[:9]), max(errors[9:], default=0.0)


def cases() -> list[tuple[Any, tuple[tuple[float, ...], ...]]]:
    result: list[Any] = [(f, ((x, 1.0),)) for f, points in POINTS.items() for x in points]
    return result + [(f, pair) for f, pairs in PAIRS.items() for pair in pairs]


def test_every_function_of_the_oracle_is_here() -> None:
    assert set(POINTS) == set(UNARY)
    assert set(PAIRS) == set(BINARY)


# Accuracy


@pytest.mark.parametrize(
    ("function", "inner"),
    [pytest.param(f, inner, id=f"{name(f)} {inner}") for f, inner in cases()],
)
def test_against_mpmath(function: Any, inner: tuple[tuple[float, ...], ...]) -> None:
    with np.errstate(over="ignore", under="ignore"):
        y = function(*(number(part) for part in inner))
    assert isinstance(y, ta.Taylor)
    low, high = judge(y.coefficients, function, *inner)
    assert low < LIMIT_8
    assert high < LIMIT_20


# With a curved argument: f(x + t/2 - t^2/4 + t^3/8).
CURVED = {
    f: [x for x in points if 1e-3 < abs(x) < 50 and abs(abs(x) - 1) > 1e-3]
    for f, points in POINTS.items()
}


@pytest.mark.parametrize("function", by_name(CURVED))
def test_composition_against_mpmath(function: Any) -> None:
    for x in CURVED[function][:3]:
        inner = (x, 0.5, -0.25, 0.125)
        low, high = judge(function(number(inner)).coefficients, function, inner)
        assert (low, high) < (LIMIT_8, 1)
        assert high < LIMIT_20


# Every type and both layouts: an array of points, and the lower orders, give the same.


@pytest.mark.parametrize("function", by_name(POINTS))
@pytest.mark.parametrize("order", [0, 1, 2, 3, 7])
def test_arrays_agree_with_scalars(function: Any, order: int) -> None:
    points = [x for x in POINTS[function] if 1e-100 < abs(x) < 1e100 or x == 0]
    points = np.resize(points, 37).tolist()
    with np.errstate(all="ignore"):
        whole = function(ta.Taylor.variable(np.array(points), order))
        assert whole.coefficients.shape == (order + 1, 37)
        for i, x in enumerate(points[:12]):
            one = function(ta.Taylor.variable(x, order))
            want = np.array([float(c) for c in series(function, (x, 1.0))[: order + 1]])
            scale = np.abs(want) + 1e-300
            if order:
                # Points such as sin at pi: only an ulp of the argument in common.
                scale += abs(x) * np.array([abs(float(c)) for c in _slopes(function, x, order)])
            assert (np.abs(one.coefficients - whole.coefficients[:, i]) <= 1e-14 * scale).all()


def _slopes(function: Any, x: float, order: int) -> list[Any]:
    return [(k + 1) * c for k, c in enumerate(series(function, (x, 1.0))[1 : order + 2])]


@pytest.mark.parametrize("function", by_name(POINTS))
def test_dual_and_hyperdual_agree_with_taylor(function: Any) -> None:
    points = [x for x in POINTS[function] if 1e-100 < abs(x) < 1e100 or x == 0]
    for x in [*points, np.array(points)]:
        with np.errstate(all="ignore"):
            taylor = function(ta.Taylor.variable(x, 2))
            dual = function(ta.Dual(x, 1.0))
            hyper = function(ta.HyperDual(x, 1.0, 1.0))
        options = {"rtol": 2e-14, "atol": 1e-290}
        assert_allclose(dual.value, taylor.coefficients[0], **options)
        assert_allclose(dual.tangent, taylor.coefficients[1], **options)
        assert_allclose(hyper.d1, taylor.coefficients[1], **options)
        assert_allclose(hyper.d2, taylor.coefficients[1], **options)
        assert_allclose(hyper.d12, 2 * taylor.coefficients[2], **options)


@pytest.mark.parametrize("function", by_name(POINTS))
def test_the_value_is_numpy_s(function: Any) -> None:
    points = np.array(POINTS[function])
    want = function(points)
    got = ta.value(function(ta.Dual(points, 1.0)))
    assert_allclose(got, want, rtol=4e-16)
    for x, y in zip(POINTS[function], want, strict=True):
        assert_allclose(ta.value(function(ta.Dual(x, 1.0))), y, rtol=4e-16)


@pytest.mark.parametrize("function", by_name(PAIRS))
def test_two_arguments_as_arrays(function: Any) -> None:
    for pair in PAIRS[function]:
        arguments = [number(part, 3) for part in pair]
        one = function(*arguments)
        wide = [
            np.repeat(part, 5)
            if isinstance(part, float)
            else ta.Taylor(np.repeat(part.coefficients[:, None], 5, axis=1))
            for part in arguments
        ]
        many = function(*wide)
        assert many.shape == (5,)
        scale = np.abs(one.coefficients) + np.abs(one.coefficients).max() * 1e-3
        for i in range(5):
            assert (np.abs(many.coefficients[:, i] - one.coefficients) <= 1e-14 * scale).all()


@pytest.mark.parametrize("function", by_name(PAIRS))
def test_mixed_second_derivatives(function: Any) -> None:
    # d2/dxdy by HyperDual against the oracle: f(x + t, y + s) along (1, 1), (1, 0), (0, 1).
    x, y = 1.25, 0.75
    got = function(ta.HyperDual(x, 1.0, 0.0, 0.0), ta.HyperDual(y, 0.0, 1.0, 0.0))
    both, first, second = (
        series(function, (x, a), (y, b)) for a, b in [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]
    )
    assert_allclose(got.value, float(both[0]), rtol=1e-15)
    assert_allclose(got.d1, float(first[1]), rtol=1e-14)
    assert_allclose(got.d2, float(second[1]), rtol=1e-14)
    assert_allclose(got.d12, float(both[2] - first[2] - second[2]), rtol=1e-13, atol=1e-15)


# Complex


HOLOMORPHIC = {
    np.arccos: [0.3 + 0.2j, -2 - 1j],
    np.arccosh: [0.3 + 0.2j, 2 - 1j],
    np.arcsin: [0.3 + 0.2j, -2 - 1j],
    np.arcsinh: [0.3 + 0.2j, 2 - 1j],
    np.arctan: [0.3 + 0.2j, 2 - 1j],
    np.arctanh: [0.3 + 0.2j, 2 - 1j],
    np.cos: [0.3 + 0.2j, 2 - 10j],
    np.cosh: [0.3 + 0.2j, 2 - 10j],
    np.exp: [0.3 + 0.2j, -20 + 3j],
    np.exp2: [0.3 + 0.2j],
    np.expm1: [0.3 + 0.2j, 1e-10 + 1e-10j],
    np.log: [0.3 + 0.2j, -1 + 1j],
    np.log10: [0.3 + 0.2j],
    np.log1p: [0.3 + 0.2j],
    np.log2: [0.3 + 0.2j],
    np.negative: [1j],
    np.reciprocal: [0.3 + 0.2j],
    np.sin: [0.3 + 0.2j, 2 - 10j],
    np.sinh: [0.3 + 0.2j, 2 - 10j],
    np.sqrt: [0.3 + 0.2j, -4 + 1j],
    np.square: [0.3 + 0.2j],
    np.tan: [0.3 + 0.2j, 1 - 3j],
    np.tanh: [0.3 + 0.2j, 1 - 1j],
}


@pytest.mark.parametrize("function", by_name(HOLOMORPHIC))
def test_complex_points(function: Any) -> None:
    points = HOLOMORPHIC[function]
    whole = function(ta.Taylor.variable(np.array(points), 8))
    assert whole.dtype == np.complex128
    for i, x in enumerate(points):
        one = function(ta.Taylor.variable(x, 8))
        assert one.dtype == np.complex128
        for got in (one.coefficients, whole.coefficients[:, i]):
            assert max(excess(got, function, (x, 1.0))) < LIMIT_8


def test_real_functions_of_complex_numbers() -> None:
    # z(t) = (3 + 4j) + t (1 - 2j), real-linear derivatives.
    z = ta.Dual(3 + 4j, 1 - 2j)
    assert np.real(z).tangent == 1
    assert np.imag(z).tangent == -2
    assert np.conj(z).tangent == 1 + 2j
    assert np.abs(z).value == 5
    assert_allclose(np.abs(z).tangent, (3 * 1 + 4 * -2) / 5)
    assert_allclose(np.angle(z).value, np.angle(3 + 4j))
    assert_allclose(np.angle(z).tangent, (3 * -2 - 4 * 1) / 25)
    for function in (np.real, np.imag, np.abs, np.angle):
        assert function(z).dtype == np.float64
    unit = np.sign(z)  # z / |z|
    assert_allclose(unit.value, 0.6 + 0.8j)
    assert_allclose(unit.tangent, (1 - 2j) / 5 + (3 + 4j) / 25)
    assert np.isnan(np.sign(ta.Dual(0j, 1.0)).tangent)


# Singular points: what the limit says, quietly or with NumPy's own warning


LIMITS = [
    # function, x, value, derivative
    (np.sqrt, 0.0, 0.0, np.inf),
    (np.cbrt, 0.0, 0.0, np.inf),
    (np.log, 0.0, -np.inf, np.inf),
    (np.log2, 0.0, -np.inf, np.inf),
    (np.log10, 0.0, -np.inf, np.inf),
    (np.log1p, -1.0, -np.inf, np.inf),
    (np.arcsin, 1.0, PI / 2, np.inf),
    (np.arcsin, -1.0, -PI / 2, np.inf),
    (np.arccos, 1.0, 0.0, -np.inf),
    (np.arccosh, 1.0, 0.0, np.inf),
    (np.arctanh, 1.0, np.inf, np.inf),
    (np.exp, -np.inf, 0.0, 0.0),
    (np.exp, np.inf, np.inf, np.inf),
    (np.exp2, -np.inf, 0.0, 0.0),
    (np.expm1, -np.inf, -1.0, 0.0),
    (np.log, np.inf, np.inf, 0.0),
    (np.log1p, np.inf, np.inf, 0.0),
    (np.sqrt, np.inf, np.inf, 0.0),
    (np.cbrt, np.inf, np.inf, 0.0),
    (np.cbrt, -np.inf, -np.inf, 0.0),
    (np.arctan, np.inf, PI / 2, 0.0),
    (np.arctan, -np.inf, -PI / 2, 0.0),
    (np.tanh, np.inf, 1.0, 0.0),
    (np.tanh, -np.inf, -1.0, 0.0),
    (np.arcsinh, np.inf, np.inf, 0.0),
    (np.arccosh, np.inf, np.inf, 0.0),
    (np.sinh, np.inf, np.inf, np.inf),
    (np.cosh, -np.inf, np.inf, -np.inf),
    (np.reciprocal, np.inf, 0.0, 0.0),
    (np.square, np.inf, np.inf, np.inf),
]


@pytest.mark.parametrize(
    ("function", "x", "value", "slope"),
    [pytest.param(*row, id=f"{name(row[0])} {row[1]}") for row in LIMITS],
)
def test_limits(function: Any, x: float, value: float, slope: float) -> None:
    with np.errstate(all="ignore"):
        one = function(ta.Dual(x, 1.0))
        many = function(ta.Dual(np.full(20, x), 1.0))
    assert_array_equal(one.value, value)
    assert abs(one.tangent) == 0 if slope == 0 else one.tangent == slope
    assert_array_equal(many.value, np.full(20, value))
    assert_array_equal(np.abs(many.tangent), np.full(20, abs(slope)))
    assert_array_equal(many.tangent + 0.0, np.full(20, slope))


OUTSIDE = [(np.log, -1.0), (np.sqrt, -1.0), (np.arcsin, 2.0), (np.arccosh, 0.5), (np.log1p, -2.0)]


@pytest.mark.parametrize(("function", "x"), OUTSIDE)
def test_outside_the_domain(function: Any, x: float) -> None:
    with np.errstate(all="ignore"):
        y = function(ta.Taylor.variable(x, 4))
        many = function(ta.Taylor.variable(np.array([x, 1.0]), 4))
    assert np.isnan(y.coefficients).all()
    assert np.isnan(many.coefficients[:, 0]).all()
    assert not np.isnan(many.coefficients[0, 1])


LINEAR = (np.negative, np.positive, np.deg2rad, np.degrees, np.rad2deg, np.radians)


@pytest.mark.parametrize("function", by_name(POINTS))
def test_nan(function: Any) -> None:
    with np.errstate(all="ignore"):
        y = function(ta.Dual(np.nan, 1.0))
        assert np.isnan(y.value)
        if function not in (
            np.negative,
            np.positive,
            np.deg2rad,
            np.degrees,
            np.rad2deg,
            np.radians,
        ):
            assert np.isnan(y.tangent)
        many = function(ta.Taylor.variable(np.array([np.nan, 0.5]), 3))
        assert np.isnan(many.coefficients[0, 0])


@pytest.mark.parametrize(("function", "x"), [(np.log, 0.0), (np.sqrt, -1.0), (np.exp, 1000.0)])
def test_numpy_s_error_state_is_respected(function: Any, x: float) -> None:
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        function(ta.Dual(np.array([x]), 1.0))
    with np.errstate(all="ignore"):
        function(ta.Dual(np.array([x]), 1.0))


def test_a_plain_value_of_zero_derivative_stays_finite() -> None:
    # sqrt at 0 of something that does not move is 0 with derivative 0 or nan, not inf.
    with np.errstate(all="ignore"):
        assert not np.isinf(np.sqrt(ta.Dual(0.0, 0.0)).tangent)


# Functions that are piecewise constant or piecewise linear


def test_piecewise_constant() -> None:
    x = ta.Taylor.variable(np.array([-1.5, 0.25, 2.75]), 3)
    for function in (np.floor, np.ceil, np.trunc, np.rint, np.sign):
        y = function(x)
        assert isinstance(y, ta.Taylor)
        assert_array_equal(y.value, function(x.value))
        assert not y.coefficients[1:].any()
    y = np.heaviside(x, 0.5)
    assert_array_equal(y.value, [0, 1, 1])
    assert not y.coefficients[1:].any()
    y = np.floor_divide(x, 0.5)
    assert_array_equal(y.value, [-3, 0, 5])
    assert not y.coefficients[1:].any()


def test_remainders() -> None:
    x, y = np.array([7.5, -7.5, 7.5, -7.5]), np.array([2.0, 2.0, -2.0, -2.0])
    for function, quotient in [
        (np.remainder, np.floor),
        (np.mod, np.floor),
        (np.fmod, np.trunc),
    ]:
        got = function(ta.Dual(x, 1.0), y)
        assert_array_equal(got.value, function(x, y))
        assert_array_equal(got.tangent, np.ones(4))
        got = function(x, ta.Dual(y, 1.0))
        assert_array_equal(got.tangent, -quotient(x / y))
        got = function(ta.Dual(x, 3.0), ta.Dual(y, 1.0))
        assert_array_equal(got.tangent, 3 - quotient(x / y))
    whole, rest = np.divmod(ta.Dual(x, 1.0), y)
    assert_array_equal(whole.value, x // y)
    assert_array_equal(whole.tangent, np.zeros(4))
    assert_array_equal(rest.value, x % y)
    assert_array_equal(rest.tangent, np.ones(4))


def test_modf_frexp_ldexp() -> None:
    x = ta.Taylor.variable(np.array([2.75, -2.75]), 2)
    fraction, whole = np.modf(x)
    assert_array_equal(fraction.coefficients, [[0.75, -0.75], [1, 1], [0, 0]])
    assert_array_equal(whole.coefficients, [[2, -2], [0, 0], [0, 0]])
    mantissa, exponent = np.frexp(x)
    assert_array_equal(mantissa.coefficients, [[0.6875, -0.6875], [0.25, 0.25], [0, 0]])
    assert_array_equal(exponent, [2, 2])
    assert_array_equal(np.ldexp(x, 3).coefficients, 8 * x.coefficients)


def test_copysign() -> None:
    x = ta.Dual(np.array([2.0, -3.0]), 1.0)
    assert_array_equal(np.copysign(x, -1.0).tangent, [-1, 1])
    assert_array_equal(np.copysign(x, 1.0).tangent, [1, -1])
    assert_array_equal(np.copysign(5.0, x).value, [5, -5])
    assert_array_equal(np.copysign(5.0, x).tangent, [0, 0])


def test_predicates_are_plain() -> None:
    x = ta.Dual(np.array([1.0, np.nan, np.inf, -2.0]), 1.0)
    for function in (np.isnan, np.isfinite, np.isinf, np.signbit, np.logical_not):
        got = function(x)
        assert type(got) is np.ndarray
        assert_array_equal(got, function(x.value))
    for function in (np.less, np.equal, np.not_equal, np.greater_equal, np.logical_and):
        for got in (function(x, 1.0), function(1.0, x), function(x, x)):
            assert type(got) is np.ndarray
            assert got.dtype == bool


EVERY_UFUNC = sorted(
    {f for f in vars(np).values() if isinstance(f, np.ufunc)}, key=lambda f: f.__name__
)


@pytest.mark.parametrize("function", EVERY_UFUNC, ids=name)
@pytest.mark.parametrize("array", [False, True])
def test_no_ufunc_drops_derivatives(function: np.ufunc, array: bool) -> None:
    """A number of ours, something discrete, or a clear TypeError: never plain floats."""
    x: Any = np.array([[1.25, 1.5], [2.0, 2.5]]) if array else 1.25
    numbers = (ta.Taylor.variable(x, 2), ta.Taylor.variable(x, 2))
    try:
        with np.errstate(all="ignore"):
            result = function(*numbers[: function.nin])
    except (TypeError, ValueError) as error:
        assert function.__name__ in str(error)
        return
    for part in result if isinstance(result, tuple) else (result,):
        if not isinstance(part, ta.Taylor):
            assert np.asarray(part).dtype.kind in "bi"


# Keyword arguments of ufuncs


def test_out() -> None:
    x = ta.Dual(np.array([1.0, 2.0, 3.0]), 1.0)
    out = ta.Dual(np.zeros(3), 0.0)
    result = np.sin(x, out=out)
    assert result is out
    assert_array_equal(out.value, np.sin(x.value))
    assert_array_equal(out.tangent, np.cos(x.value))
    result = np.multiply(x, x, out=(x,))
    assert result is x
    assert_array_equal(x.tangent, [2, 4, 6])
    np.multiply(x, 0.0, x)
    assert_array_equal(x.value, [0, 0, 0])


def test_out_of_a_plain_array_is_refused() -> None:
    x, plain = ta.Dual(np.ones(3), 1.0), np.zeros(3)
    for call in (
        lambda: np.sin(x, out=plain),
        lambda: np.sin(x, plain),
        lambda: np.add(plain + 1, x, out=plain),
        lambda: np.add.reduce(x, out=np.zeros(())),
        lambda: np.modf(x, out=(plain, plain)),
    ):
        with pytest.raises(TypeError, match="out"):
            call()
    assert_array_equal(plain, np.zeros(3))


def test_out_of_a_wrong_shape() -> None:
    x = ta.Dual(np.ones(3), 1.0)
    with pytest.raises((ValueError, TypeError)):
        np.sin(x, out=ta.Dual(np.zeros(2), 0.0))


def test_comparisons_write_into_plain_out() -> None:
    x, out = ta.Dual(np.array([1.0, -1.0]), 1.0), np.zeros(2, dtype=bool)
    assert np.greater(x, 0, out=out) is out
    assert_array_equal(out, [True, False])


def test_where() -> None:
    x = ta.Dual(np.array([1.0, 4.0, 9.0]), 1.0)
    mask = np.array([True, False, True])
    out = ta.Dual(np.full(3, 7.0), 5.0)
    np.sqrt(x, out=out, where=mask)
    assert_array_equal(out.value, [1, 7, 3])
    assert_allclose(out.tangent, [0.5, 5, 1 / 6])
    result = np.add(x, 1.0, out=x, where=~mask)
    assert result is x
    assert_array_equal(x.value, [1, 5, 9])
    with np.errstate(all="raise"):  # a masked point is not computed, or not heard of
        y = ta.Dual(np.array([0.0, 4.0]), 1.0)
        np.log(y, out=ta.Dual(np.zeros(2), 0.0), where=np.array([False, True]))


def test_where_keeps_the_order() -> None:
    # The idiom for a guarded division: 0 / 0 would cost an order if it were computed.
    a, b = variables([1.0, 0.0, 3.0]), variables([2.0, 0.0, 0.0])
    out = np.zeros_like(a)
    got = np.divide(a, b, out=out, where=b != 0)
    assert got is out
    assert got.order == 3
    assert_array_equal(got.coefficients[:, 1:], np.zeros((4, 2)))
    assert_allclose(got[0].coefficients, (a[0] / b[0]).coefficients)
    np.divide(1.0, b, out=out, where=[True, False, False])
    assert_allclose(out[0].coefficients, (1 / b[0]).coefficients)
    np.divide(a, 2.0, out=out, where=True)
    assert_allclose(out.coefficients, a.coefficients / 2)
    column = np.array([[True], [False]])
    wide = np.zeros_like(a, shape=(2, 3))
    np.multiply(a, a, out=wide, where=column)
    assert_allclose(wide[0].coefficients, (a * a).coefficients)
    assert not wide[1].coefficients.any()
    with pytest.raises(ValueError):
        np.multiply(a, a, out=out, where=column)


def variables(points: list[float]) -> Any:
    return ta.Taylor.variable(np.array(points), 3)


def test_where_without_out() -> None:
    x = ta.Dual(np.array([1.0, 4.0]), 1.0)
    try:
        result = np.sqrt(x, where=np.array([False, True]))
    except TypeError:
        return
    assert (result.value[1], result.tangent[1]) == (2.0, 0.25)


def test_dtype() -> None:
    x = ta.Dual(np.array([1.0, 2.0]), 1.0)
    try:
        result = np.sin(x, dtype=np.float32)
    except TypeError:
        return
    assert result.dtype == np.float32
    assert result.tangent.dtype == np.float32
    assert_allclose(result.tangent, np.cos(x.value), rtol=1e-6)


def test_other_keywords_are_handled_or_refused() -> None:
    x = ta.Dual(np.array([1.0, 2.0]), 1.0)
    assert_allclose(np.sin(x, casting="same_kind", order="K", subok=True).tangent, np.cos(x.value))
    with pytest.raises(TypeError):
        np.sin(x, nonsense=1)
    with pytest.raises(TypeError):
        np.sin()
    with pytest.raises((TypeError, ValueError)):
        np.add(x)


# Methods of ufuncs


@pytest.fixture
def matrix() -> Any:
    rng = np.random.default_rng(0)
    return ta.Taylor(rng.uniform(0.5, 1.5, (3, 2, 4)))


def rows_of(x: Any) -> np.ndarray:
    return x.coefficients


def same(got: Any, want: Any) -> None:
    assert type(got) is type(want)
    assert_allclose(rows_of(got), rows_of(want), rtol=1e-13, atol=1e-15)


REDUCERS = [
    np.add,
    np.multiply,
    np.maximum,
    np.minimum,
    np.fmax,
    np.logaddexp,
    np.logaddexp2,
    np.hypot,
    np.subtract,
    np.divide,
]


@pytest.mark.parametrize("function", REDUCERS, ids=name)
def test_reduce_and_accumulate(function: np.ufunc, matrix: Any) -> None:
    def fold(parts: list[Any]) -> list[Any]:
        return list(itertools.accumulate(parts, function))

    columns = [matrix[:, j] for j in range(4)]
    lines = [matrix[i] for i in range(2)]
    same(function.reduce(matrix), fold(lines)[-1])
    same(function.reduce(matrix, axis=0), fold(lines)[-1])
    same(function.reduce(matrix, 1), fold(columns)[-1])
    same(function.reduce(matrix, axis=-1), fold(columns)[-1])
    same(function.reduce(matrix, axis=1, keepdims=True), fold(columns)[-1][:, None])
    same(function.accumulate(matrix), np.stack(fold(lines)))
    same(function.accumulate(matrix, axis=1), np.stack(fold(columns), axis=1))
    one = matrix[0]
    scalar = function.reduce(one)
    assert scalar.shape == ()
    same(scalar, fold([one[j] for j in range(4)])[-1])
    if function not in (np.subtract, np.divide):
        everything = fold([matrix[i, j] for i in range(2) for j in range(4)])[-1]
        same(function.reduce(matrix, axis=None), everything)
        same(function.reduce(matrix, axis=(0, 1)), everything)


def test_reduce_with_initial_and_where(matrix: Any) -> None:
    mask = np.array([[True, False, True, True], [False, False, True, True]])
    same(np.add.reduce(matrix, axis=1, initial=2.0), np.sum(matrix, axis=1) + 2.0)
    same(np.add.reduce(matrix, axis=1, where=mask), np.sum(np.where(mask, matrix, 0.0), axis=1))
    same(
        np.multiply.reduce(matrix, axis=1, where=mask),
        np.prod(np.where(mask, matrix, 1.0), axis=1),
    )
    same(np.maximum.reduce(matrix, axis=1, initial=9.0, where=mask), 0 * matrix[:, 0] + 9.0)


def test_reduce_of_nothing() -> None:
    empty = ta.Dual(np.zeros((0, 3)), 0.0)
    assert_array_equal(np.add.reduce(empty).value, np.zeros(3))
    assert_array_equal(np.multiply.reduce(empty).value, np.ones(3))
    with pytest.raises(ValueError):
        np.maximum.reduce(empty)


@pytest.mark.parametrize(
    "function", [np.add, np.multiply, np.power, np.arctan2, np.maximum], ids=name
)
def test_outer(function: np.ufunc, matrix: Any) -> None:
    other = np.array([0.5, 2.0, 3.0])
    same(function.outer(matrix, other), function(matrix[..., None], other))
    same(function.outer(other, matrix), function(other[:, None, None], matrix))
    same(function.outer(matrix[0], matrix), function(matrix[0][:, None, None], matrix))


def test_reduceat(matrix: Any) -> None:
    x = matrix[0]
    got = np.add.reduceat(x, [0, 2, 1])
    same(got, np.stack([x[0] + x[1], x[2], x[1] + x[2] + x[3]]))
    got = np.multiply.reduceat(matrix, [0, 3], axis=1)
    same(got, np.stack([np.prod(matrix[:, :3], axis=1), matrix[:, 3]], axis=1))


def test_at(matrix: Any) -> None:
    x = matrix[0].copy()
    want = matrix[0]
    np.add.at(x, [1, 1, 3], ta.Taylor.variable(np.array([1.0, 2.0, 3.0]), 2))
    assert_allclose(x.coefficients[0], want.coefficients[0] + [0, 3, 0, 3])
    assert_allclose(x.coefficients[1], want.coefficients[1] + [0, 2, 0, 1])
    np.negative.at(x, [0])
    assert_allclose(x.coefficients[:, 0], -want.coefficients[:, 0])
    np.multiply.at(x, [2, 2], 3.0)
    assert_allclose(x.coefficients[:, 2], 9 * want.coefficients[:, 2])


def test_at_of_a_plain_array_is_refused() -> None:
    plain = np.zeros(3)
    with pytest.raises(TypeError):
        np.add.at(plain, [0, 1], ta.Dual(np.ones(2), 1.0))
    assert_array_equal(plain, np.zeros(3))


def test_methods_of_comparisons() -> None:
    x = ta.Dual(np.array([1.0, 2.0]), 1.0)
    assert_array_equal(np.less.outer(x, x), [[False, True], [False, False]])
    assert np.logical_and.reduce(x) is np.True_ or np.logical_and.reduce(x) is True


def test_generalised_ufuncs(matrix: Any) -> None:
    square = matrix[:, :2]
    product = np.matmul(square, matrix)
    want = np.stack(
        [
            np.stack([square[i, 0] * matrix[0, j] + square[i, 1] * matrix[1, j] for j in range(4)])
            for i in range(2)
        ]
    )
    same(product, want)
    if hasattr(np, "vecdot"):
        same(np.vecdot(matrix, matrix), np.sum(matrix * matrix, axis=-1))
    if hasattr(np, "matvec"):
        same(np.matvec(square, matrix[:, 0]), square @ matrix[:, 0])
        same(np.vecmat(matrix[:, 0], square), matrix[:, 0] @ square)
