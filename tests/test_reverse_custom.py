"""sinc, i0, erf, gamma and functions by custom_derivative in reverse mode, to higher orders."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

import taylorad as ta
from taylorad.tape import GradientTape

X = np.array([0.0, 0.4, -1.3, 2.7])


def slope(f):
    """The elementwise derivative of f in reverse mode; it nests, also with other modes."""

    def g(x):
        with GradientTape() as tape:
            x = tape.watch(x)
            y = np.sum(f(x))
        return tape.gradient(y, x, unconnected_gradients="zero")

    return g


sine = ta.custom_derivative(np.sin, lambda x: cosine(x))
cosine = ta.custom_derivative(np.cos, lambda x: -sine(x))
erf = ta.custom_derivative(
    np.vectorize(math.erf, otypes=[float]), lambda x: 2 / np.sqrt(np.pi) * np.exp(-x * x)
)

FUNCTIONS = {
    # function          points     exact
    "sinc": (np.sinc, X, mpmath.sincpi),
    "i0": (np.i0, X, lambda z: mpmath.besseli(0, z)),
    "erf": (ta.math.erf, X, mpmath.erf),
    "erfc": (ta.math.erfc, X, mpmath.erfc),
    "gamma": (ta.math.gamma, np.abs(X) + 0.1, mpmath.gamma),
    "lgamma": (ta.math.lgamma, np.abs(X) + 0.1, mpmath.loggamma),
    "custom-sine": (sine, X, mpmath.sin),
    "custom-erf": (erf, X, mpmath.erf),
}


def exact(f, x, order):
    with mpmath.workdps(60):
        return [float(mpmath.diff(f, mpmath.mpf(float(point)), order)) for point in x]


MODES = [slope, ta.derivative]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_derivative(name):
    f, x, truth = FUNCTIONS[name]
    assert_allclose(slope(f)(x), exact(truth, x, 1), rtol=1e-13, atol=1e-15)
    assert_allclose(slope(f)(x[1]), exact(truth, x[1:2], 1)[0], rtol=1e-13)


@pytest.mark.parametrize("outer", MODES)
@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_two_derivatives(name, inner, outer):
    f, x, truth = FUNCTIONS[name]
    assert_allclose(outer(inner(f))(x), exact(truth, x, 2), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_three_derivatives_in_mixed_modes(name):
    f, x, truth = FUNCTIONS[name]
    want = exact(truth, x, 3)
    for one, two, three in [
        (slope, slope, slope),
        (slope, ta.derivative, slope),
        (ta.derivative, slope, ta.derivative),
        (slope, slope, ta.derivative),
    ]:
        assert_allclose(three(two(one(f)))(x), want, rtol=1e-11, atol=1e-13)
    assert_allclose(slope(ta.derivative(f, 2))(x), want, rtol=1e-11, atol=1e-13)
    assert_allclose(ta.derivative(slope(f), 2)(x), want, rtol=1e-11, atol=1e-13)


def test_custom_derivative_of_several_arguments():
    f = ta.custom_derivative(
        lambda x, y: x**2 * np.exp(y),
        (lambda x, y: 2 * x * np.exp(y), lambda x, y: x**2 * np.exp(y)),
    )
    x, y = np.array([[1.0], [2.0]]), np.array([0.5, 1.0, 1.5])
    with GradientTape() as tape:
        u, v = tape.watch([x, y])
        z = f(u, v)
    gx, gy = tape.gradient(z, [u, v])
    assert_allclose(gx, np.sum(2 * x * np.exp(y), axis=1, keepdims=True))
    assert_allclose(gy, np.sum(x**2 * np.exp(y), axis=0))
    mixed = slope(lambda y: ta.derivative(lambda x: f(x, y))(3.0))
    assert_allclose(mixed(0.5), 6 * np.exp(0.5))
    mixed = ta.derivative(lambda y: slope(lambda x: f(x, y))(3.0))
    assert_allclose(mixed(0.5), 6 * np.exp(0.5))


def test_custom_derivative_that_closes_over_what_is_differentiated():
    def scaled(a):
        return ta.custom_derivative(lambda x: np.sin(a * x), lambda x: a * np.cos(a * x))

    def f(t):
        return scaled(t * t)(np.exp(t))  # sin(t^2 exp(t))

    def truth(t):
        return mpmath.sin(t * t * mpmath.exp(t))

    x = np.array([0.3, 0.7])
    assert_allclose(slope(f)(x), exact(truth, x, 1), rtol=1e-13)
    for inner in MODES:
        for outer in MODES:
            assert_allclose(outer(inner(f))(x), exact(truth, x, 2), rtol=1e-12)


def test_custom_derivative_without_a_rule_for_an_argument():
    f = ta.custom_derivative(lambda n, x: x**n, (None, lambda n, x: n * x ** (n - 1)))
    assert slope(lambda x: f(3, x))(2.0) == 12.0
    with pytest.raises(TypeError, match="no derivative in argument 0"):
        slope(lambda n: f(n, 2.0))(3.0)
    with pytest.raises(TypeError, match="by position, not in x="):
        slope(lambda x: f(3, x=x))(2.0)


def test_custom_derivative_is_only_called_with_plain_values():
    seen = []

    def f(x):
        seen.append(type(x))
        return np.sin(x)

    g = ta.custom_derivative(f, np.cos)
    slope(slope(ta.derivative(g)))(np.array([1.0, 2.0]))
    assert set(seen) == {np.ndarray}


def test_custom_derivative_shapes():
    with pytest.raises(ValueError, match="elementwise"):
        slope(ta.custom_derivative(np.sum, np.cos))(X)
    with pytest.raises(ValueError, match=r"derivative in argument 0 has shape \(2,\)"):
        slope(ta.custom_derivative(np.sin, lambda x: np.ones(2)))(X)


def test_dtypes():
    x = np.float32(0.5)
    for f in (np.sinc, np.i0, ta.math.erf, ta.math.gamma, ta.math.lgamma):
        assert np.asarray(slope(f)(x)).dtype == np.float32
    assert slope(lambda x: np.real(np.sinc(x)))(np.array([0.3 + 0.1j])).dtype == complex


@pytest.mark.parametrize("p", [5, 6, 2.5, 3.0, 4.5])
def test_gradients_of_derivatives_of_powers_at_zero(p):
    x = np.array([0.0, 1.5])
    for order in (1, 2):
        falling = math.prod(p - k for k in range(order + 1))
        with np.errstate(all="ignore"):
            got = slope(ta.derivative(lambda t: t**p, order))(x)
            want = falling * x ** (p - order - 1) if falling else 0 * x
        assert_allclose(got, want, rtol=1e-13)


def test_gradients_of_derivatives_of_an_absolute_value():
    got = slope(ta.derivative(lambda t: np.sqrt(t * t)))(np.array([0.0, 1.0, -3.0]))
    assert_allclose(got, 0, atol=1e-15)


def test_gradients_by_an_exponent_of_an_outer_level():
    def f(p):
        return ta.derivative(lambda x: x**p)(2.0)  # p x^(p - 1)

    assert_allclose(slope(f)(3.0), 4 + 3 * 4 * np.log(2.0))
    assert_allclose(slope(lambda a: ta.derivative(lambda x: a**x)(3.0))(2.0), 4 + 12 * np.log(2.0))
    assert_allclose(ta.derivative(lambda p: slope(lambda x: x**p)(2.0))(3.0), 4 + 12 * np.log(2.0))
