"""Levels of both modes in every order: forward within reverse within forward, and deeper."""

import numpy as np
import pytest
import sympy

import taylorad as ta

POINT = {"x": 0.3, "y": 1.1, "z": 0.7}
FORWARD, REVERSE = ta.derivative, ta.grad
MODES = [
    (FORWARD, REVERSE, FORWARD),
    (REVERSE, FORWARD, REVERSE),
    (FORWARD, REVERSE, REVERSE),
    (REVERSE, FORWARD, FORWARD),
    (REVERSE, REVERSE, FORWARD),
    (FORWARD, FORWARD, REVERSE),
]


def monomial(x, y, z, f):
    return x * y * z * z


def products_of_the_outer_levels_first(x, y, z, f):
    return (z * x) * (z * y)


def functions(x, y, z, f):
    return f.sin(z * x) * f.exp(z * y) + f.sqrt((z * x) ** 2 + (y * z) ** 2)


def quotients(x, y, z, f):
    return z * x / (y * z + x) - x / (z + y) + 1 / (x * y * z)


def powers(x, y, z, f):
    return (z * x) ** y + (1 + z) ** (x * y) + 2 ** (x * y * z)


@pytest.mark.parametrize("modes", MODES, ids=lambda modes: " ".join(m.__name__ for m in modes))
@pytest.mark.parametrize(
    "f", [monomial, products_of_the_outer_levels_first, functions, quotients, powers]
)
def test_third_mixed_derivative(f, modes):
    one, two, three = modes
    got = one(
        lambda x: two(lambda y: three(lambda z: f(x, y, z, np))(POINT["z"]))(POINT["y"])
    )(POINT["x"])
    x, y, z = sympy.symbols("x y z")
    expected = sympy.diff(f(x, y, z, sympy), x, y, z).subs(POINT).evalf(30)
    assert float(got) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("modes", MODES, ids=lambda modes: " ".join(m.__name__ for m in modes))
def test_selecting_and_linear_functions(modes):
    one, two, three = modes
    a = np.arange(4.0).reshape(2, 2)

    def f(x, y, z):
        chosen = np.where(z > 0, z * x, y) * z * y + np.maximum(z * x * y, -1.0)
        return chosen + np.sum((z * x * a) @ (a * z * y)) + np.sum(np.stack([x * z, y * z]) ** 2)

    got = one(lambda x: two(lambda y: three(lambda z: f(x, y, z))(0.7))(1.1))(0.3)
    # of  x y z^2 + x y z + x y z^2 sum(a a) + (x^2 + y^2) z^2
    assert got == pytest.approx(2 * 0.7 + 1 + 2 * 0.7 * np.sum(a @ a), rel=1e-13)


def test_four_levels():
    got = ta.grad(
        lambda w: ta.derivative(
            lambda x: ta.grad(lambda y: ta.derivative(lambda z: w * x * y * z * z * w)(2.0))(1.0)
        )(3.0)
    )(5.0)
    assert got == pytest.approx(40.0)


def test_a_tape_between_two_transforms():
    def f(x):
        with ta.GradientTape() as tape:
            v = tape.watch(x)
            y = ta.derivative(lambda s: s * s * v * x)(2.0)
        return tape.gradient(y, v)

    assert ta.derivative(f)(1.5) == pytest.approx(4.0)


def test_several_derivatives_around():
    got = ta.derivatives(
        lambda x: ta.grad(lambda y: ta.derivative(lambda z: np.exp(x * y * z))(0.5))(1.0), 2
    )(0.3)
    x, y, z = sympy.symbols("x y z")
    at = {x: 0.3, y: 1.0, z: 0.5}
    inner = sympy.diff(sympy.exp(x * y * z), y, z)
    expected = [float(sympy.diff(inner, x, k).subs(at).evalf(30)) for k in range(3)]
    np.testing.assert_allclose(got, expected, rtol=1e-12)
