"""Transforms within transforms: no level sees the derivatives of another."""

import threading

import numpy as np
import pytest
import sympy
from examples import close, exact_g, g_example

import taylorad as ta


def test_perturbation_confusion():
    def f(x):
        return x * ta.derivative(lambda y: x + y)(1.0)

    assert ta.derivative(f)(1.0) == 1.0
    assert ta.derivative(lambda x: x * ta.derivative(lambda y: x * y)(2.0))(3.0) == 6.0


def test_perturbation_confusion_of_vectors():
    x = np.array([1.0, 2.0])

    def f(x):
        return x * ta.derivative(lambda y: x * y * y)(x)

    close(ta.derivative(f)(x), 6 * x**2)


def test_the_amazing_bug():
    # Manzyuk, Pearlmutter, Radul, Rush, Siskind: Perturbation confusion in forward automatic
    # differentiation of higher-order functions, J. Functional Programming 29 (2019).
    def shift(u):
        return lambda f: lambda x: f(x + u)

    d = ta.derivative(shift)(0.0)
    assert d(d(np.exp))(1.0) == pytest.approx(np.e)
    assert d(np.sin)(0.3) == pytest.approx(np.cos(0.3))


def test_curried_functions():
    def f(x):
        return lambda y: np.sin(x * y)

    assert ta.derivative(f)(2.0)(0.5) == pytest.approx(0.5 * np.cos(1.0))
    mixed = ta.derivative(ta.derivative(f)(2.0))(0.5)
    assert mixed == pytest.approx(np.cos(1.0) - np.sin(1.0))
    other_way = ta.derivative(lambda x: ta.derivative(f(x))(0.5))(2.0)
    assert other_way == pytest.approx(mixed)


def test_a_number_that_escapes_is_a_constant_of_later_levels():
    escaped = []

    def f(x):
        escaped.append(x)
        return x * x

    ta.derivative(f)(3.0)
    got = ta.derivative(lambda y: ta.value(y * escaped[0]) + y)(5.0)
    assert got == 1.0


@pytest.mark.parametrize("depth", range(1, 6))
def test_depth(depth):
    g = g_example
    for _ in range(depth):
        g = ta.derivative(g)
    for x in (0.3, 1.7):
        assert g(x) == pytest.approx(exact_g(x, depth)[depth], rel=1e-12)
    x = np.array([0.3, 1.7])
    close(g(x), np.array([exact_g(p, depth)[depth] for p in x]), ulps=64)


def test_transforms_within_transforms():
    def f(a):
        series = ta.derivatives(lambda x: np.exp(a * x), 3)(0.5)
        return series[3]  # a^3 exp(a / 2)

    a = 0.7
    assert ta.derivative(f)(a) == pytest.approx((3 * a**2 + a**3 / 2) * np.exp(a / 2))

    def g(x):
        return ta.jvp(lambda y: x * y**2, (x,), (1.0,))[1]  # 2 x^2

    assert ta.derivative(g)(3.0) == 12.0

    def h(x):
        return ta.directional_derivative(lambda v: np.prod(v), 2)(
            np.array([x, x * x, 1.0]), np.array([x, 1.0, 0.0])
        )  # 2 x

    assert ta.derivative(h)(3.0) == 2.0

    def j(x):
        return ta.jet(np.sin, (x * x,), ([x, 0.0],))[1][1]  # -x^2 sin(x^2)

    x = 0.8
    assert ta.derivative(j)(x) == pytest.approx(-2 * x * np.sin(x * x) - 2 * x**3 * np.cos(x * x))


def test_mixed_partial_derivatives():
    def f(x, y):
        return np.sin(x * y) * np.exp(y)

    x, y = 0.4, 0.9
    got = ta.derivative(ta.derivative(f, 2, argnum=0), 3, argnum=1)(x, y)
    sx, sy = sympy.symbols("x y")
    exact = sympy.diff(sympy.sin(sx * sy) * sympy.exp(sy), sx, 2, sy, 3)
    assert got == pytest.approx(float(exact.evalf(30, subs={sx: x, sy: y})), rel=1e-12)


def test_transforms_in_a_loop():
    def newton(a):
        x = 1.0
        for _ in range(30):
            slope = ta.derivative(lambda x: x**3 - a)(x)
            x = x - (x**3 - a) / slope
        return x

    a = 5.0
    assert newton(a) == pytest.approx(np.cbrt(a))
    assert ta.derivative(newton)(a) == pytest.approx(1 / (3 * np.cbrt(a) ** 2))
    assert ta.derivative(newton, 2)(a) == pytest.approx(-2 / (9 * a ** (5 / 3)))


def test_generators_interleave():
    def powers(x):
        for n in range(1, 4):
            yield ta.derivative(lambda y, n=n: x * y**n)(x)  # n x^n

    def f(x):
        one, two = powers(x), powers(2 * x)
        return sum(a * b for a, b in zip(one, two, strict=True))

    # the sum of n^2 2^n x^(2n)
    assert f(1.0) == 2 + 16 + 72
    assert ta.derivative(f)(1.0) == 2 * 2 + 4 * 16 + 6 * 72


def test_threads_do_not_meet():
    results, barrier = {}, threading.Barrier(4)

    def work(n):
        barrier.wait()
        for _ in range(50):
            inner = ta.derivative(lambda x: x * ta.derivative(lambda y: x * y**n)(x))
            results[n] = inner(1.5)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n in range(1, 5):  # n x^(n + 1)
        assert results[n] == pytest.approx(n * (n + 1) * 1.5**n)


def test_hand_made_numbers_inside_a_transform():
    dual = ta.Dual(2.0, 1.0)
    got = ta.derivative(lambda x: x * x * dual)(3.0)
    assert isinstance(got, ta.Dual)
    assert (got.value, got.tangent) == (12.0, 6.0)
    got = ta.derivative(lambda x: x**3)(dual)
    assert (got.value, got.tangent) == (12.0, 12.0)
    got = ta.derivative(lambda x: x**3)(ta.Taylor.variable(2.0, 3))
    assert got.coefficients.tolist() == [12.0, 12.0, 3.0, 0.0]


# stop_gradient and value -----------------------------------------------------------------


def test_stop_gradient():
    x = np.array([1.0, 2.0])
    close(ta.derivative(lambda x: x * ta.stop_gradient(x) ** 2)(x), x**2)
    inner = ta.derivative(lambda x: ta.derivative(lambda y: x * y * ta.stop_gradient(x))(x))
    close(inner(x), x)
    assert ta.stop_gradient({"a": (1.0, 2)}) == {"a": (1.0, 2)}
    assert ta.stop_gradient(ta.Dual(2.0, 1.0)) == 2.0


def test_stop_gradient_does_not_alias():
    def f(x):
        stopped = ta.stop_gradient(x)
        stopped[0] = 100.0
        return x * x

    assert ta.derivatives(f, 1)(np.array([1.0, 2.0]))[0].tolist() == [1.0, 4.0]


def test_value_at_any_nesting():
    seen = []

    def f(x):
        seen.append(ta.value(x))
        return x * x

    ta.derivative(ta.derivative(f))(3.0)
    assert seen
    assert all(isinstance(v, float) and v == 3.0 for v in seen)
