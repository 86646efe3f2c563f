"""derivative and derivatives, against closed forms, sympy, mpmath and exact fractions."""

import math
from collections import namedtuple
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from examples import close, exact_g, f_example, g_example, power_by_loop
from hypothesis import given
from hypothesis import strategies as st

import taylorad as ta

# The worked examples ---------------------------------------------------------------------


def test_square_of_sine_at_two_points():
    assert f_example(np.pi / 2) == 1
    assert ta.derivative(f_example)(0.0) == 0
    assert abs(ta.derivative(f_example)(np.pi / 2)) < 1e-15


def test_square_of_sine_on_a_grid():
    x = np.linspace(-2 * np.pi, 2 * np.pi, 100)
    first = ta.derivative(f_example)
    second = ta.derivative(first)
    third = ta.derivative(second)
    nested = np.stack([f_example(x), first(x), second(x), third(x)])
    closed = np.stack([np.sin(x) ** 2, np.sin(2 * x), 2 * np.cos(2 * x), -4 * np.sin(2 * x)])
    close(nested, closed, ulps=4)
    close(ta.derivatives(f_example, 3)(x), closed, ulps=4)
    close(ta.derivatives(f_example, 3)(x), nested, ulps=4)


@pytest.mark.parametrize(("x", "y", "value", "slope"), [(3.0, 2, 9, 6), (4.0, 3, 64, 48)])
def test_python_loop(x, y, value, slope):
    assert power_by_loop(x, y) == value
    assert ta.derivative(power_by_loop)(x, y) == slope
    assert ta.derivative(power_by_loop, order=2)(x, y) == (2 if y == 2 else 24)


# derivative and derivatives --------------------------------------------------------------


@pytest.mark.parametrize("x", [-1.5, 0.0, 0.3, 2.0, 10.0])
def test_orders_up_to_twelve(x):
    want = exact_g(x, 12)
    got = ta.derivatives(g_example, 12)(x)
    for k in range(13):
        # the recurrences lose about an ulp a degree, on the scale of the terms that cancel
        assert got[k] == pytest.approx(want[k], rel=1e-11, abs=1e-13 * max(map(abs, want[: k + 1])))
        assert ta.derivative(g_example, k)(x) == pytest.approx(got[k], rel=1e-13, abs=1e-300)


@pytest.mark.parametrize(
    "expression",
    [
        "exp(x)*cos(3*x)",
        "log(x)/x",
        "x**5 - 3*x**2 + 7",
        "atan(x)*sqrt(1 + x**2)",
        "tanh(x)**3",
        "1/(1 + 25*x**2)",
    ],
)
def test_against_sympy(expression):
    x = sympy.Symbol("x")
    expression = sympy.sympify(expression)
    f = sympy.lambdify(x, expression, "numpy")
    points = [0.25, 1.0, 1.75]
    got = ta.derivatives(f, 5)(np.array(points))
    assert got.shape == (6, 3)
    for k in range(6):
        derivative = sympy.diff(expression, x, k)
        for at, point in enumerate(points):
            want = float(derivative.evalf(30, subs={x: sympy.Float(point, 30)}))
            assert got[k, at] == pytest.approx(want, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize(("dtype", "order"), [(np.float64, 250), (np.float32, 60)])
def test_orders_at_which_coefficients_would_underflow(dtype, order):
    x = dtype(0.5)
    for f in (np.exp, lambda x: np.exp(x) * 1e-30):
        got = ta.derivatives(f, order)(x)
        np.testing.assert_allclose(got, f(x), rtol=2 * order * np.finfo(dtype).eps)
    _, terms = ta.jet(np.exp, (x,), ([dtype(1)] + [dtype(0)] * (order - 1),))
    np.testing.assert_allclose(terms, np.exp(x), rtol=2 * order * np.finfo(dtype).eps)
    got = ta.directional_derivative(np.exp, order)(x, dtype(1))
    np.testing.assert_allclose(got, np.exp(x), rtol=2 * order * np.finfo(dtype).eps)


def test_derivatives_beyond_the_largest_float_are_infinite():
    with np.errstate(over="ignore"):
        assert ta.derivative(lambda x: 1 / x, 172)(1.0) == np.inf


def test_exact_fractions():
    x = Fraction(1, 3)

    def f(x):
        return x**3 - 1 / x

    got = ta.derivative(f)(x)
    assert isinstance(got, Fraction)
    assert got == 3 * x**2 + 1 / x**2
    assert list(ta.derivatives(f, 4)(x)) == [
        x**3 - 1 / x,
        3 * x**2 + 1 / x**2,
        6 * x - 2 / x**3,
        6 + 6 / x**4,
        -24 / x**5,
    ]
    nested = ta.derivative(ta.derivative(f))(x)
    assert isinstance(nested, Fraction)
    assert nested == 6 * x - 2 / x**3
    mixed = ta.derivative(lambda x: ta.derivative(lambda y: x * y**2 + 1 / y)(x))(x)
    assert isinstance(mixed, Fraction)
    assert mixed == 4 * x + 2 / x**3
    array = np.array([Fraction(1, 2), Fraction(3)], dtype=object)
    assert list(ta.derivative(f)(array)) == [3 * x**2 + 1 / x**2 for x in array]


@given(
    st.lists(st.integers(-9, 9), min_size=1, max_size=7),
    st.fractions(-3, 3, max_denominator=9),
    st.integers(0, 4),
    st.integers(0, 3),
)
def test_polynomials_exactly(coefficients, x, order, depth):
    def f(x):
        total = 0 * x
        for c in reversed(coefficients):
            total = total * x + c
        return total

    g = ta.derivative(f, order)
    for _ in range(depth):
        g = ta.derivative(g)
    k = order + depth
    want = sum(c * math.perm(n, k) * x ** (n - k) for n, c in enumerate(coefficients) if n >= k)
    assert g(x) == want
    assert isinstance(g(x), Fraction | int)


def test_mpmath_numbers_keep_their_digits():
    with mpmath.workdps(60):
        x = mpmath.mpf(1) / 7
        got = ta.derivative(lambda x: x**4 / (1 + x), 3)(x)
        want = mpmath.diff(lambda x: x**4 / (1 + x), x, 3)
        assert abs(got - want) < mpmath.mpf(10) ** -40


def test_order_zero_is_the_function():
    x = np.array([0.5, 1.5])
    np.testing.assert_array_equal(ta.derivative(np.tanh, 0)(x), np.tanh(x))
    assert ta.derivatives(np.tanh, 0)(x).shape == (1, 2)
    assert ta.derivatives(lambda x: x * x, 0)(3.0).tolist() == [9.0]


def test_other_arguments_pass_untouched():
    seen = []

    def f(n, x, flag, *, scale):
        seen.append((n, flag, scale))
        return scale * x**n

    marker = object()
    assert ta.derivative(f, argnum=1)(3, 2.0, marker, scale=10) == 120
    assert all(type(n) is int and flag is marker and type(s) is int for n, flag, s in seen)
    assert ta.derivative(f, argnum=-2)(3, 2.0, marker, scale=10) == 120


@pytest.mark.parametrize("x", [2, True, np.int32(2), np.bool_(True), [1, 2], (1, 2)])
def test_integers_promote(x):
    got = ta.derivative(lambda x: x**3)(x)
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, 3.0 * np.asarray(x).astype(float) ** 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_dtypes_and_shapes(dtype, shape):
    x = np.full(shape, 0.7, dtype)
    got = ta.derivative(np.sin)(x)
    assert got.dtype == dtype
    assert np.shape(got) == shape
    np.testing.assert_allclose(got, np.cos(x), rtol=4 * np.finfo(dtype).eps)
    assert ta.derivatives(np.sin, 3)(x).dtype == dtype


def test_complex_argument():
    z = np.array([0.3 + 0.4j, -1.0 + 2.0j])
    close(ta.derivative(lambda z: np.exp(z) * z, 2)(z), np.exp(z) * (z + 2))


def test_scalars_come_back_as_scalars():
    assert isinstance(ta.derivative(np.sin)(1.0), np.float64)
    assert isinstance(ta.derivative(np.sin)(np.array(1.0)), np.float64)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 4)])
def test_empty_arrays(shape):
    x = np.empty(shape)
    assert ta.derivative(g_example)(x).shape == shape
    assert ta.derivatives(g_example, 3)(x).shape == (4, *shape)


def test_nan_and_infinity_stay_where_they_are():
    x = np.array([np.nan, np.inf, -np.inf, 1.0])
    got = ta.derivatives(lambda x: x * x, 2)(x)
    np.testing.assert_array_equal(got[0], [np.nan, np.inf, np.inf, 1.0])
    np.testing.assert_array_equal(got[1], [np.nan, np.inf, -np.inf, 2.0])
    assert got[2][3] == 2.0
    assert ta.derivative(np.exp)(-np.inf) == 0


def test_noncontiguous_arguments():
    x = np.linspace(-1, 1, 24).reshape(4, 6)
    for view in (x.T, x[::2, ::-1], np.broadcast_to(x[0], (3, 6)), np.asfortranarray(x)):
        close(ta.derivative(np.sin)(view), np.cos(view))


def test_the_argument_is_not_changed():
    x = np.arange(1.0, 4.0)

    def f(x):
        x *= 2
        x[0] = x[0] ** 2
        return x

    assert ta.derivative(f)(x).tolist() == [8.0, 2.0, 2.0]
    assert x.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("value", [3, 3.5, True, np.float64(2.0), np.ones(2), [1.0, 2.0]])
def test_output_that_does_not_depend_on_the_argument(value):
    x = np.array([1.0, 2.0])
    got = ta.derivative(lambda x: value)(x)
    assert np.shape(got) == np.shape(value)
    assert not np.any(got)
    assert not np.any(ta.derivatives(lambda x: value, 2)(1.0)[1:])
    assert not np.any(ta.directional_derivative(lambda x: value)(x, x))
    assert not np.any(ta.jvp(lambda x: value, (1.0,), (1.0,))[1])


def test_structures_of_outputs():
    Pair = namedtuple("Pair", "sine, rest")
    x = np.array([0.1, 0.2, 0.3])
    got = ta.derivative(lambda x: Pair(np.sin(x), {"square": x * x, "parts": [x, (x**3,)]}))(x)
    assert isinstance(got, Pair)
    close(got.sine, np.cos(x))
    close(got.rest["square"], 2 * x)
    close(got.rest["parts"][0], np.ones(3))
    close(got.rest["parts"][1][0], 3 * x**2)
    values, nothing = ta.derivatives(lambda x: (x * x, None), 2)(x)
    assert values.shape == (3, 3)
    assert nothing is None


def test_lists_and_object_arrays_of_scalars_are_arrays():
    x = np.array([1.0, 2.0, 3.0])
    close(ta.derivative(lambda x: [p**2 for p in x])(x), 2 * x)
    close(ta.derivative(lambda x: np.array([p**2 for p in x]))(x), 2 * x)
    got = ta.directional_derivative(lambda x: [x[0] * x[1], x[2], 1.0])(x, np.ones(3))
    close(got, np.array([3.0, 1.0, 0.0]))


def test_a_scalar_argument_may_have_an_output_of_any_shape():
    got = ta.derivative(lambda t: np.array([np.cos(t), np.sin(t)]))(0.5)
    close(got, np.array([-np.sin(0.5), np.cos(0.5)]))
    assert ta.derivatives(lambda t: t * np.arange(3.0), 2)(1.0).shape == (3, 3)


# Removable singularities -----------------------------------------------------------------


@pytest.mark.parametrize("order", range(7))
def test_sine_over_argument_at_zero(order):
    want = 0.0 if order % 2 else (-1) ** (order // 2) / (order + 1)
    assert ta.derivative(lambda x: np.sin(x) / x, order)(0.0) == pytest.approx(want, abs=1e-14)
    assert ta.derivatives(lambda x: np.sin(x) / x, order)(np.array([0.0, 1.0]))[
        order, 0
    ] == pytest.approx(want, abs=1e-14)


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (lambda x: (1 - np.cos(x)) / x**2, [1 / 2, 0, -1 / 12, 0, 1 / 30]),
        (lambda x: (np.exp(x) - 1) / x, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
        (lambda x: np.log1p(x) / np.sin(x), [1, -1 / 2, 1, -3, 12 + 47 / 15]),
    ],
)
def test_orders_that_a_division_loses_are_won_back(f, exact):
    if len(exact) == 5 and exact[1] == -1 / 2:
        x = sympy.Symbol("x")
        series = sympy.series(sympy.log(1 + x) / sympy.sin(x), x, 0, 5).removeO()
        exact = [float(series.coeff(x, k) * sympy.factorial(k)) for k in range(5)]
    np.testing.assert_allclose(ta.derivatives(f, 4)(0.0), exact, atol=1e-13)
    close(ta.derivative(ta.derivative(f))(0.0), exact[2], ulps=64)
    np.testing.assert_allclose(
        np.array(ta.jet(f, (0.0,), ([1.0, 0.0, 0.0],))[1]), exact[1:4], atol=1e-13
    )
    assert ta.jvp(f, (0.0,), (1.0,))[1] == pytest.approx(exact[1])
    assert ta.directional_derivative(f, 3)(0.0, 1.0) == pytest.approx(exact[3], abs=1e-13)
    np.testing.assert_allclose(
        ta.taylor(f, 2)(0.0).coefficients, [exact[0], exact[1], exact[2] / 2], atol=1e-13
    )


@pytest.mark.parametrize("depth", range(1, 6))
def test_nested_transforms_win_orders_back(depth):
    g = lambda x: np.sin(x) / x  # noqa: E731
    for _ in range(depth):
        g = ta.derivative(g)
    want = 0.0 if depth % 2 else (-1) ** (depth // 2) / (depth + 1)
    assert g(0.0) == pytest.approx(want, abs=1e-14)


def test_zeros_of_higher_order_than_the_derivative():
    x = sympy.Symbol("x")
    series = sympy.series((sympy.sin(x) / x) ** 3, x, 0, 5).removeO()
    for order in range(5):
        want = float(series.coeff(x, order) * sympy.factorial(order))
        got = ta.derivative(lambda x: np.sin(x) ** 3 / x**3, order)(0.0)
        assert got == pytest.approx(want, abs=1e-13)


@pytest.mark.parametrize(("order", "want"), [(1, 0.0), (2, -4.0), (3, 0.0)])
def test_an_outer_level_keeps_its_orders(order, want):
    # d/da of (the derivative of sin(a x) / x at 0, which is 0, -a^3 / 3, 0)
    got = ta.derivative(lambda a: ta.derivative(lambda x: np.sin(a * x) / x, order)(0.0))(2.0)
    assert got == pytest.approx(want, abs=1e-13)


def test_what_stays_undecided_is_nan_and_takes_few_evaluations():
    calls = []

    def f(x):
        calls.append(x)
        zero = x * 0
        return zero / zero

    g = f
    for _ in range(4):
        g = ta.derivative(g)
        calls.clear()
        assert np.isnan(g(1.0))
        assert len(calls) <= 16


def test_undecided_values_that_are_not_selected_cost_nothing():
    calls, mask = [], np.array([0.0, 1.0, 1.0])

    def f(x):
        calls.append(x)
        r = x * mask
        return np.where(mask > 0, r / r, 0.0) + x

    assert ta.derivative(f)(np.array([1.0, 2.0, 3.0])).tolist() == [1.0, 1.0, 1.0]
    assert len(calls) <= 2  # once more for the elementwise check at most


def test_a_pole_is_not_resolved():
    with np.errstate(all="ignore"):
        got = ta.derivatives(lambda x: 1 / x, 2)(0.0)
    assert not np.isfinite(got).any()
