"""Removable singularities in reverse mode: the series that forward mode finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

import taylorad as ta

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")

# f, and its derivatives at 0 by its power series
FUNCTIONS = [
    (lambda x: np.sin(x) / x, [1, 0, -1 / 3, 0, 1 / 5]),
    (lambda x: (np.exp(x) - 1) / x, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
    (lambda x: np.log1p(x) / x, [1, -1 / 2, 2 / 3, -6 / 4, 24 / 5]),
    (lambda x: (1 - np.cos(x)) / x**2, [1 / 2, 0, -1 / 12, 0, 24 / 720]),
    (lambda x: x / np.tan(x), [1, 0, -2 / 3, 0, -24 / 45]),
]


@pytest.mark.parametrize(("f", "expected"), FUNCTIONS)
def test_at_zero(f, expected):
    value, slope = ta.value_and_grad(f)(0.0)
    second = ta.grad(ta.grad(f))(0.0)
    assert_allclose([value, slope, second], expected[:3], rtol=1e-13, atol=1e-14)
    assert_allclose(ta.derivatives(ta.grad(f), 3)(0.0), expected[1:], rtol=1e-13, atol=1e-14)
    assert_allclose(ta.grad(ta.derivative(f))(0.0), expected[2], rtol=1e-13)
    assert_allclose(ta.vjp(f, 0.0)[1](2.0), [2 * expected[1]], atol=1e-14)


def test_several_zeros_in_an_array():
    def f(x):
        return np.sin(x) / x

    x = np.array([0.0, 1.0, 0.0, 2.0, -0.0])
    slopes = ta.derivative(f)(x)
    for g in (lambda x: np.sum(f(x)), lambda x: np.log(np.sum(f(x)))):
        scale = 1.0 if g(1.0) == f(1.0) else 1 / np.sum(ta.derivatives(f, 0)(x)[0])
        value, gradient = ta.value_and_grad(g)(x)
        assert_allclose(gradient, slopes * scale, rtol=1e-13, atol=1e-15)
        assert np.isfinite(value)
    assert_allclose(
        ta.hessian(lambda x: np.sum(f(x)))(x), np.diag(ta.derivative(f, 2)(x)), rtol=1e-13
    )
    for mode in ("forward", "reverse"):
        assert_allclose(ta.jacobian(f, mode=mode)(x), np.diag(slopes), rtol=1e-13, atol=1e-15)
    assert_allclose(
        ta.hvp(lambda x: np.sum(f(x)))(x, np.ones(5)), ta.derivative(f, 2)(x), rtol=1e-13
    )


def test_structures_and_several_arguments():
    def f(p, y):
        return np.sum(np.sin(p["a"]) / p["a"] * p["b"]) * y

    p = {"a": np.zeros(2), "b": np.array([2.0, 3.0])}
    by_p, by_y = ta.grad(f, argnums=(0, 1))(p, 4.0)
    assert_allclose(by_p["a"], [0, 0], atol=1e-15)
    assert_allclose(by_p["b"], [4, 4])
    assert_allclose(by_y, 5.0)
    _, (first, second) = ta.value_and_gradients_function(lambda x, y: (1 - np.cos(x)) / x * y)(
        0.0, 3.0
    )
    assert_allclose([first, second], [1.5, 0.0], atol=1e-15)


def test_what_is_not_removable_stays_nan():
    assert math.isnan(ta.grad(lambda x: np.sqrt(x) * np.nan)(1.0))
    assert np.isnan(ta.grad(lambda x: np.sum(np.arctan2(x, 0.0 * x)))(np.zeros(2))).all()
    # the limit depends on where one comes from
    x = np.array([0.0, 0.0, 1.0])
    gradient = ta.grad(lambda x: x[0] * x[1] / (x[0] ** 2 + x[1] ** 2) * x[2])(x)
    assert np.isnan(gradient[2])


def test_a_function_with_a_rule_for_reverse_mode_alone():
    @ta.custom_vjp
    def twice(x):
        return 2 * x

    twice.defvjp(lambda x: (2 * x, None), lambda _, g: (2 * g,))
    assert math.isnan(ta.grad(lambda x: twice(np.sin(x) / x))(0.0))
