"""custom_derivative, against mpmath, exact fractions and NumPy's own functions."""

import inspect
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

import taylorad as ta

erf = ta.custom_derivative(
    np.vectorize(math.erf, otypes=[float]), lambda x: 2 / np.sqrt(np.pi) * np.exp(-x * x)
)


@pytest.mark.parametrize("x", [-2.0, 0.0, 0.4, 3.0])
def test_every_order(x):
    with mpmath.workdps(50):
        want = [float(c) for c in mpmath.taylor(mpmath.erf, mpmath.mpf(x), 12)]
    got = ta.taylor(erf, 12)(x).coefficients
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-15)


def test_plain_arguments_go_to_the_function():
    calls = []

    def f(x, *, shift=0):
        calls.append((x, shift))
        return x + shift

    g = ta.custom_derivative(f, lambda x, *, shift=0: 1.0)
    assert g(3, shift=2) == 5
    assert calls == [(3, 2)]
    assert ta.derivative(g)(3.0, shift=2) == 1.0
    assert not isinstance(calls[-1][0], ta.Dual)


def test_metadata():
    def original(x, y=1):
        """What it says."""
        return x

    g = ta.custom_derivative(original, original)
    assert g.__name__ == "original"
    assert g.__doc__ == "What it says."
    assert list(inspect.signature(g).parameters) == ["x", "y"]
    assert g.__wrapped__ is original


def test_numbers_of_every_kind():
    square = ta.custom_derivative(lambda x: x * x, lambda x: 2 * x)
    assert square(ta.Dual(3.0, 2.0)).tangent == 12.0
    number = square(ta.HyperDual(3.0, 1.0, 1.0))
    assert (number.value, number.d1, number.d2, number.d12) == (9.0, 6.0, 6.0, 2.0)
    assert square(ta.Taylor([3.0, 1.0, 0.0])).coefficients.tolist() == [9.0, 6.0, 1.0]
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(ta.derivative(square)(x), 2 * x)
    assert ta.derivative(square)(np.float32(2)).dtype == np.float32
    assert ta.derivative(square)(1 + 2j) == 2 + 4j
    assert ta.derivative(square)(np.empty(0)).shape == (0,)


def test_exact_fractions():
    cube = ta.custom_derivative(lambda x: x**3, lambda x: 3 * x**2)
    got = ta.derivatives(cube, 3)(Fraction(2, 3))
    assert [type(c) for c in got[:3]] == [Fraction] * 3
    assert list(got) == [Fraction(8, 27), Fraction(4, 3), 4, 6]


def test_functions_that_are_each_others_derivatives():
    sine = ta.custom_derivative(np.sin, lambda x: cosine(x))
    cosine = ta.custom_derivative(np.cos, lambda x: -sine(x))
    exponential = ta.custom_derivative(np.exp, lambda x: exponential(x))
    x = np.array([0.3, 2.0])
    np.testing.assert_allclose(
        ta.derivatives(sine, 6)(x), ta.derivatives(np.sin, 6)(x), rtol=0, atol=1e-14
    )
    np.testing.assert_allclose(ta.derivatives(exponential, 8)(x), [np.exp(x)] * 9, rtol=1e-14)
    third = ta.derivative(ta.derivative(ta.derivative(sine)))
    np.testing.assert_allclose(third(x), -np.cos(x), rtol=1e-14)


def test_composition_and_nesting():
    def f(x):
        return erf(x * x) * np.sin(x)

    x = sympy.Symbol("x")
    exact = sympy.erf(x * x) * sympy.sin(x)
    for order in range(5):
        want = float(sympy.diff(exact, x, order).evalf(30, subs={x: sympy.Rational(7, 10)}))
        assert ta.derivative(f, order)(0.7) == pytest.approx(want, rel=1e-12)
        g = f
        for _ in range(order):
            g = ta.derivative(g)
        assert g(0.7) == pytest.approx(want, rel=1e-12)


def test_a_derivative_made_by_a_transform():
    g = ta.custom_derivative(np.sin, ta.derivative(np.sin))
    np.testing.assert_allclose(ta.derivatives(g, 4)(0.5), ta.derivatives(np.sin, 4)(0.5))


def test_a_derivative_that_cancels_a_zero():
    # Si(x) = integral of sin(t) / t; its derivative divides zeros away at 0
    sine_integral = ta.custom_derivative(lambda x: x * 0.0, lambda x: np.sin(x) / x)
    want = [0, 1, 0, -1 / 3, 0, 1 / 5]
    np.testing.assert_allclose(ta.derivatives(sine_integral, 5)(0.0), want, atol=1e-14)


def test_several_arguments():
    f = ta.custom_derivative(
        lambda x, y: x**2 * np.exp(y),
        (lambda x, y: 2 * x * np.exp(y), lambda x, y: x**2 * np.exp(y)),
    )
    assert ta.derivative(f)(3.0, 0.5) == pytest.approx(6 * np.exp(0.5))
    assert ta.derivative(f, 3, argnum=1)(3.0, 0.5) == pytest.approx(9 * np.exp(0.5))
    mixed = ta.derivative(ta.derivative(f, 2), 2, argnum=1)
    assert mixed(3.0, 0.5) == pytest.approx(2 * np.exp(0.5))
    # along a curve: d^3/dt^3 of (1 + t)^2 exp(2 t)
    _, terms = ta.jet(f, (1.0, 0.0), ([1.0, 0.0, 0.0], [2.0, 0.0, 0.0]))
    np.testing.assert_allclose(terms, [4, 14, 44])
    x, y = np.ones((3, 1)), np.zeros(2)
    _, tangent = ta.jvp(f, (x, y), (x, y))
    np.testing.assert_allclose(tangent, np.full((3, 2), 2.0))


def test_arguments_without_a_derivative():
    f = ta.custom_derivative(lambda n, x: x**n, (None, lambda n, x: n * x ** (n - 1)))
    assert ta.derivatives(f, 3, argnum=1)(3, 2.0).tolist() == [8.0, 12.0, 12.0, 6.0]
    with pytest.raises(TypeError, match=r"no derivative in argument 0.*stop_gradient"):
        ta.derivative(f)(3.0, 2.0)
    g = ta.custom_derivative(lambda x, n: x**n, lambda x, n: n * x ** (n - 1))
    assert ta.derivative(g)(2.0, 3) == 12.0
    with pytest.raises(TypeError, match="no derivative in argument 1"):
        ta.derivative(g, argnum=1)(2.0, 3.0)
    with pytest.raises(TypeError, match="by position, not in n="):
        ta.derivative(lambda n: g(2.0, n=n))(3.0)


def test_plain_array_parameters_broadcast():
    weights = np.arange(1.0, 4.0)
    f = ta.custom_derivative(lambda x, w: x * w, lambda x, w: w)
    x = np.array([[1.0], [2.0]])
    _, tangent = ta.jvp(lambda x: f(x, weights), (x,), (np.ones((2, 1)),))
    np.testing.assert_array_equal(tangent, np.tile(weights, (2, 1)))


def scaled(a):
    """x -> sin(a x), with its derivative, closing over `a`."""
    return ta.custom_derivative(lambda x: np.sin(a * x), lambda x: a * np.cos(a * x))


def test_closures_over_numbers_of_outer_levels():
    def f(a, x):
        return ta.derivative(scaled(a), 2)(x)  # -a^2 sin(a x)

    a, x = 1.3, 0.6
    want = -2 * a * np.sin(a * x) - a**2 * x * np.cos(a * x)
    assert ta.derivative(f)(a, x) == pytest.approx(want)


@pytest.mark.parametrize("order", range(6))
def test_closures_over_numbers_of_the_same_level(order):
    t = sympy.Symbol("t")
    want = float(sympy.diff(sympy.sin((t * t) * sympy.exp(t)), t, order).subs(t, 0.7).evalf(30))
    got = ta.derivative(lambda t: scaled(t * t)(np.exp(t)), order)(0.7)
    assert got == pytest.approx(want, rel=1e-11)


def test_object_arrays_of_numbers():
    got = ta.directional_derivative(lambda x: erf(np.array([x[0], x[1]])))(np.zeros(2), np.ones(2))
    np.testing.assert_allclose(got, np.full(2, 2 / np.sqrt(np.pi)))


@pytest.mark.parametrize("derivative", [None, 1.0, "cos", (), (None,), (np.cos, 2.0)])
def test_derivatives_must_be_callable(derivative):
    with pytest.raises(TypeError, match="derivative"):
        ta.custom_derivative(np.sin, derivative)


def test_shapes_must_agree():
    x = np.ones(3)
    with pytest.raises(ValueError, match=r"elementwise.*shape \(3,\).*shape \(\)"):
        ta.derivative(ta.custom_derivative(np.sum, np.cos))(x)
    with pytest.raises(ValueError, match=r"derivative in argument 0 has shape \(2,\)"):
        ta.derivative(ta.custom_derivative(np.sin, lambda x: np.ones(2)))(x)


def test_errors_surface():
    def problem(x):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        ta.derivative(ta.custom_derivative(np.sin, problem))(1.0)
