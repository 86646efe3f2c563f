"""directional_derivative, taylor, jvp and jet, against sympy and closed forms."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from examples import close, power_by_loop

import taylorad as ta

# directional_derivative ------------------------------------------------------------------


@pytest.mark.parametrize("order", range(5))
def test_directional_derivative(order):
    x, v = np.array([0.5, 1.5, -0.3]), np.array([1.0, -2.0, 0.5])
    t = sympy.Symbol("t")
    one, two, three = (
        sympy.Rational(str(a)) + sympy.Rational(str(b)) * t for a, b in zip(x, v, strict=True)
    )
    exact = sympy.exp(one * two) * sympy.sin(three)
    want = float(sympy.diff(exact, t, order).subs(t, 0).evalf(30))
    got = ta.directional_derivative(lambda x: np.exp(x[0] * x[1]) * np.sin(x[2]), order)(x, v)
    assert got == pytest.approx(want, rel=1e-12)


def test_directional_derivative_of_any_shape():
    x, v = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    close(ta.directional_derivative(lambda x: x @ x.T, 2)(x, v), 2 * (v @ v.T))
    assert ta.directional_derivative(np.sum)([1, 2], [3, 4]) == 7.0


@pytest.mark.parametrize("v", [1.0, np.ones(2), np.ones((1, 3)), np.ones((3, 1))])
def test_directions_of_another_shape_are_refused(v):
    with pytest.raises(ValueError, match=r"x has shape \(3,\)"):
        ta.directional_derivative(np.sum)(np.ones(3), v)


# taylor ----------------------------------------------------------------------------------


def test_taylor():
    series = ta.taylor(np.exp, 6)(0.5)
    assert isinstance(series, ta.Taylor)
    assert series.order == 6
    want = np.exp(0.5) / np.cumprod([1, 1, 2, 3, 4, 5, 6])
    close(series.coefficients, want)
    assert series(0.25) == pytest.approx(np.exp(0.75), rel=1e-8)
    both = series + ta.taylor(np.sin, 6)(0.5)
    assert both.order == 6
    assert both.coefficients[1] == pytest.approx(np.exp(0.5) + np.cos(0.5))


def test_taylor_of_arrays_structures_and_constants():
    x = np.array([0.1, 0.2])
    sine, constant = ta.taylor(lambda x: (np.sin(x), 3.0), 1)(x)
    close(sine.coefficients, np.stack([np.sin(x), np.cos(x)]))
    assert constant.coefficients.tolist() == [3.0, 0.0]
    assert ta.taylor(lambda x: x * x, 0)(3.0).coefficients.tolist() == [9.0]
    got = ta.taylor(lambda x: x * x, 2)(Fraction(1, 3))
    assert list(got.coefficients) == [Fraction(1, 9), Fraction(2, 3), 1]
    assert ta.taylor(lambda x: x * x, 2)(np.float32(1)).dtype == np.float32


def test_taylor_within_a_transform():
    a = 0.7

    def f(a):
        return ta.taylor(lambda x: np.exp(a * x), 3)(0.0)(2.0)  # 1 + 2a + 2a^2 + 4/3 a^3

    assert f(a) == pytest.approx(1 + 2 * a + 2 * a**2 + 4 / 3 * a**3)
    assert ta.derivative(f)(a) == pytest.approx(2 + 4 * a + 4 * a**2)


def test_taylor_refuses_what_it_cannot_do():
    with pytest.raises(TypeError, match="none was given"):
        ta.taylor(np.multiply, 2)()
    with pytest.raises(TypeError, match="by hand"):
        ta.taylor(np.sin, 2)(ta.Dual(1.0, 1.0))


# jvp and jet -----------------------------------------------------------------------------


def test_jvp():
    y, dy = ta.jvp(lambda x, y: np.sin(x) * y, (0.3, 2.0), (1.5, -1.0))
    assert y == pytest.approx(2 * np.sin(0.3))
    assert dy == pytest.approx(1.5 * 2 * np.cos(0.3) - np.sin(0.3))
    a, da = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    b, db = np.arange(3.0), np.array([1.0, 0.0, 2.0])
    y, dy = ta.jvp(np.matmul, [a, b], [da, db])
    close(y, a @ b)
    close(dy, da @ b + a @ db)


def test_jvp_of_structures():
    def f(p, q):
        return {"sum": p["a"] + q[0], "product": [p["b"] * q[1], p["a"] * 2]}

    primals = {"b": np.ones(2), "a": 1.0}, (2.0, np.array([3.0, 4.0]))
    tangents = {"a": 0.5, "b": np.zeros(2)}, (1.0, np.ones(2))
    y, dy = ta.jvp(f, primals, tangents)
    assert y["sum"] == 3.0
    assert dy["sum"] == 1.5
    assert dy["product"][0].tolist() == [1.0, 1.0]
    assert dy["product"][1] == 1.0


def test_jvp_keeps_lists_of_scalars():
    y, dy = ta.jvp(lambda x: [x, x * x], (3.0,), (1.0,))
    assert y == [3.0, 9.0]
    assert dy == [1.0, 6.0]
    assert isinstance(dy, list)


def test_jvp_passes_arguments_without_tangent():
    y, dy = ta.jvp(power_by_loop, (3.0, 2), (1.0, None))
    assert (y, dy) == (9.0, 6.0)


@pytest.mark.parametrize(
    ("primals", "tangents", "error", "message"),
    [
        (1.0, 1.0, TypeError, "primals must be a tuple or list"),
        ((1.0,), 1.0, TypeError, "tangents must be a tuple or list"),
        ((1.0, 2.0), (1.0,), ValueError, "2 primals and 1 tangents"),
        ((np.ones(3),), (np.ones(2),), ValueError, r"shape \(3,\) and the tangent \(2,\)"),
        ((np.ones(3),), (1.0,), ValueError, "shape"),
        (({"a": 1.0},), ({"b": 1.0},), ValueError, r"\{'a': \*\}"),
        (((1.0, 2.0),), ([1.0, 2.0],), ValueError, "structure"),
        (("one",), (1.0,), TypeError, "primal of argument 0"),
        ((1.0,), ("one",), TypeError, "tangent of argument 0"),
    ],
)
def test_jvp_misuse(primals, tangents, error, message):
    with pytest.raises(error, match=message):
        ta.jvp(lambda *args: args[0], primals, tangents)


def test_jet():
    # exp(sin t) from the derivatives of sin at 0
    y, terms = ta.jet(np.exp, (0.0,), ([1.0, 0.0, -1.0, 0.0, 1.0],))
    assert y == 1.0
    assert isinstance(terms, list)
    np.testing.assert_allclose(terms, [1, 1, 0, -3, -8], atol=1e-14)


def test_jet_of_several_primals_with_ragged_series():
    t = sympy.Symbol("t")
    x, y = 2 + 3 * t + sympy.Rational(5, 2) * t**2, sympy.Rational(1, 2) - t
    exact = [float(sympy.diff(sympy.log(x) * y**3, t, k).subs(t, 0)) for k in range(5)]
    value, terms = ta.jet(lambda x, y: np.log(x) * y**3, (2.0, 0.5), ([3.0, 5.0, 0.0, 0.0], [-1.0]))
    assert value == pytest.approx(exact[0])
    np.testing.assert_allclose(terms, exact[1:], rtol=1e-12)


def test_jet_of_arrays():
    x, v = np.arange(1.0, 4.0), np.array([1.0, 0.5, 2.0])
    y, (first, second) = ta.jet(lambda x: np.sum(x**3), (x,), ((v, np.zeros(3)),))
    assert y == 36.0
    assert first == pytest.approx(np.sum(3 * x**2 * v))
    assert second == pytest.approx(np.sum(6 * x * v**2))
    _, (first, second) = ta.jet(np.square, (x,), ([1.0, 0.0],))
    close(first, 2 * x)
    y, terms = ta.jet(np.sin, (x,), ([],))
    assert terms == []
    close(y, np.sin(x))
    _, (one, two) = ta.jet(lambda x: (x, x * x), (3.0,), ([1.0, 0.0],))
    assert (one, two) == ([1.0, 0.0], [6.0, 2.0])


@pytest.mark.parametrize(
    ("primals", "series", "error", "message"),
    [
        (1.0, ([1.0],), TypeError, "primals must be a tuple or list"),
        ((1.0,), 1.0, TypeError, "series must be a tuple or list"),
        ((1.0,), (1.0,), TypeError, "series of argument 0"),
        ((1.0, 2.0), ([1.0],), ValueError, "2 primals and 1 series"),
        ((np.ones(3),), ([np.ones(2)],), ValueError, "derivative 1 in the series of argument 0"),
        ((1.0,), ([1.0, np.ones(2)],), ValueError, "derivative 2"),
        ((1.0,), (["one"],), TypeError, "must be a number"),
    ],
)
def test_jet_misuse(primals, series, error, message):
    with pytest.raises(error, match=message):
        ta.jet(lambda *args: args[0], primals, series)
