"""Forward and reverse mode within each other, to any depth."""

import itertools

import numpy as np
import pytest
import sympy

import taylorad as ta

X = np.array([0.3, 0.7, 1.1])
V = np.array([1.0, 2.0, -1.0])


def f(x):
    return np.sum(np.sin(x) * x[::-1]) + np.sum(np.exp(x[1:] * x[:-1]))


# --- First derivatives of a function of one number, made in every way --------------------


def by_tape(g):
    def derivative(x):
        with ta.GradientTape() as tape:
            v = tape.watch(+x)  # a Variable of its own, even where x is one
            y = g(v)
        return tape.gradient(y, v, unconnected_gradients="zero")

    return derivative


WAYS = {
    "derivative": ta.derivative,
    "grad": ta.grad,
    "tape": by_tape,
    "jacobian forward": lambda g: ta.jacobian(g, mode="forward"),
    "jacobian reverse": lambda g: ta.jacobian(g, mode="reverse"),
    "derivatives": lambda g: lambda x: ta.derivatives(g, 2)(x)[1],
    "jvp": lambda g: lambda x: ta.jvp(g, (x,), (1.0,))[1],
    "vjp": lambda g: lambda x: ta.vjp(g, x)[1](1.0)[0],
    "jet": lambda g: lambda x: ta.jet(g, (x,), ([1.0, 0.0],))[1][0],
    "along": lambda g: lambda x: ta.directional_derivative(lambda v: g(v[0]))(
        np.stack([x]), np.ones(1)
    ),
}


def curve(x):
    return np.exp(np.sin(x) * x) / (1.0 + x * x) + np.sqrt(x)


def exact_curve(order, at):
    x = sympy.Symbol("x")
    expression = sympy.exp(sympy.sin(x) * x) / (1 + x * x) + sympy.sqrt(x)
    return float(sympy.diff(expression, x, order).evalf(30, subs={x: sympy.Rational(at)}))


EXACT = [exact_curve(order, 0.75) for order in range(6)]


@pytest.mark.parametrize("ways", [*itertools.product(WAYS, repeat=2)], ids="-".join)
def test_second_derivatives(ways):
    g = curve
    for way in ways:
        g = WAYS[way](g)
    assert ta.value(g(0.75)) == pytest.approx(EXACT[2], rel=1e-12)


@pytest.mark.parametrize(
    "ways", [*itertools.product(["derivative", "grad", "tape", "jacobian forward"], repeat=3)],
    ids="-".join,
)  # fmt: skip
def test_third_derivatives(ways):
    g = curve
    for way in ways:
        g = WAYS[way](g)
    assert g(0.75) == pytest.approx(EXACT[3], rel=1e-12)


@pytest.mark.parametrize(
    "ways",
    [
        ["grad"] * 5,
        ["tape"] * 5,
        ["derivative", "grad"] * 2 + ["tape"],
        ["grad", "derivative", "tape", "jvp", "vjp"],
        ["jet", "tape", "along", "grad", "jacobian reverse"],
    ],
    ids="-".join,
)
def test_depth_five(ways):
    g = curve
    for way in ways:
        g = WAYS[way](g)
    assert g(0.75) == pytest.approx(EXACT[5], rel=1e-11)


# --- Functions of arrays -----------------------------------------------------------------


def hessian_by_differences(x):
    gradient, step = ta.grad(f), 1e-5
    units = np.eye(len(x)) * step
    return np.array([(gradient(x + u) - gradient(x - u)) / (2 * step) for u in units])


MODES = ["forward", "reverse"]


@pytest.mark.parametrize("outer", MODES)
@pytest.mark.parametrize("inner", MODES)
def test_hessians(inner, outer):
    got = ta.jacobian(ta.jacobian(f, mode=inner), mode=outer)(X)
    np.testing.assert_allclose(got, hessian_by_differences(X), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("modes", [*itertools.product(MODES, repeat=3)], ids="-".join)
def test_third_derivatives_of_arrays(modes):
    got = f
    for mode in modes:
        got = ta.jacobian(got, mode=mode)
    got = got(X)
    step = 1e-5 * np.array([0.0, 1.0, 0.0])
    difference = (ta.hessian(f)(X + step) - ta.hessian(f)(X - step)) / 2e-5
    np.testing.assert_allclose(got[..., 1], difference, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(got, got.transpose(2, 0, 1), rtol=1e-12, atol=1e-12)


def test_series_through_a_gradient():
    got = ta.derivatives(lambda t: ta.grad(f)(X + t * V)[0], 3)(0.0)
    by_hand = [ta.grad(f)(X)[0]]
    for order in (1, 2, 3):
        by_hand.append(ta.directional_derivative(lambda x: ta.grad(f)(x)[0], order)(X, V))
    np.testing.assert_allclose(got, by_hand, rtol=1e-12)
    np.testing.assert_allclose(got[1], (hessian_by_differences(X) @ V)[0], rtol=1e-7)
    y, series = ta.jet(ta.grad(f), (X,), ([V, 0 * V],))
    np.testing.assert_allclose(y, ta.grad(f)(X))
    np.testing.assert_allclose(series[1][0], got[2], rtol=1e-12)


def test_gradient_through_derivatives():
    a = np.array([0.4, 1.2, -0.5])

    def third(a):  # -a^3 cos(a x)
        return np.sum(ta.derivatives(lambda x: np.sin(a * x), 3)(X)[3])

    exact = -3 * a**2 * np.cos(a * X) + a**3 * X * np.sin(a * X)
    np.testing.assert_allclose(ta.grad(third)(a), exact, rtol=1e-13)
    exact = np.diag(
        -6 * a * np.cos(a * X) + 6 * a**2 * X * np.sin(a * X) + a**3 * X**2 * np.cos(a * X)
    )
    np.testing.assert_allclose(ta.hessian(third)(a), exact, rtol=1e-12)


def test_gradient_through_derivatives_of_large_arrays():
    x = np.linspace(0.0, 1.0, 40_000)
    got = ta.grad(lambda a: np.sum(ta.derivatives(lambda x: np.sin(a * x), 2)(x)[2]))(2.0)
    exact = np.sum(-4.0 * np.sin(2 * x) - 4.0 * x * np.cos(2 * x))
    assert got == pytest.approx(exact, rel=1e-12)


def test_gradient_through_directions():
    hessian = ta.hessian(f)(X)
    np.testing.assert_allclose(ta.grad(lambda x: ta.jvp(f, (x,), (V,))[1])(X), hessian @ V)
    np.testing.assert_allclose(ta.grad(lambda v: ta.jvp(f, (X,), (v,))[1])(V), ta.grad(f)(X))
    quadratic = ta.grad(lambda v: ta.directional_derivative(f, 2)(X, v))(V)
    np.testing.assert_allclose(quadratic, 2 * hessian @ V, rtol=1e-12)
    through_jet = ta.grad(lambda v: ta.jet(f, (X,), ([v, X],))[1][1])(V)
    np.testing.assert_allclose(through_jet, 2 * hessian @ V, rtol=1e-12)


def test_gradient_through_taylor():
    def value(a):
        return ta.taylor(lambda t: np.exp(a * t), 3)(0.0)(0.5)

    def mixed(a):
        return (a * ta.taylor(lambda t: np.exp(a * t), 3)(0.0))(0.5)

    a, t = 0.7, 0.5
    slope = t + a * t**2 + a**2 * t**3 / 2
    assert ta.grad(value)(a) == pytest.approx(slope, rel=1e-14)
    exact = 1 + a * t + (a * t) ** 2 / 2 + (a * t) ** 3 / 6 + a * slope
    assert ta.grad(mixed)(a) == pytest.approx(exact, rel=1e-14)
    assert ta.derivative(mixed)(a) == pytest.approx(exact, rel=1e-14)


def test_gradients_at_numbers_made_by_hand():
    assert ta.grad(lambda x: x**3)(ta.Dual(2.0, 5.0)).tangent == 60.0
    np.testing.assert_allclose(
        ta.grad(lambda x: x**3)(ta.Taylor.variable(2.0, 2)).coefficients, [12, 12, 3]
    )
    with ta.GradientTape() as tape:
        x = tape.watch(ta.Dual(2.0, 1.0))
        y = np.sin(x) * x
    g = tape.gradient(y, x)
    assert g.value == pytest.approx(np.sin(2.0) + 2 * np.cos(2.0))
    assert g.tangent == pytest.approx(2 * np.cos(2.0) - 2 * np.sin(2.0))


def test_hessian_within_a_gradient_within_a_tape():
    def sharpness(x):
        return np.sum(ta.hessian(f)(x) ** 2)

    with ta.GradientTape() as tape:
        x = tape.watch(X)
        y = sharpness(x)
    by_tape = tape.gradient(y, x)
    np.testing.assert_allclose(by_tape, ta.grad(sharpness)(X), rtol=1e-13)
    step = 1e-5 * np.array([1.0, 0.0, 0.0])
    difference = (sharpness(X + step) - sharpness(X - step)) / 2e-5
    assert by_tape[0] == pytest.approx(difference, rel=1e-7)


# --- Perturbation confusion --------------------------------------------------------------

DIFFERENTIATORS = {name: WAYS[name] for name in ("derivative", "grad", "tape", "jvp", "vjp")}


@pytest.mark.parametrize("outer", DIFFERENTIATORS)
@pytest.mark.parametrize("inner", DIFFERENTIATORS)
def test_perturbation_confusion(outer, inner):
    # Siskind and Pearlmutter, Perturbation confusion and referential transparency (2005).
    d_outer, d_inner = DIFFERENTIATORS[outer], DIFFERENTIATORS[inner]
    assert d_outer(lambda x: x * d_inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert d_outer(lambda x: x * d_inner(lambda y: x * y)(2.0))(3.0) == 6.0
    assert d_outer(lambda x: x * d_inner(lambda y: x * y * y)(x))(3.0) == 54.0
    assert d_outer(lambda x: x * d_inner(lambda y: x * ta.stop_gradient(y) * y)(x))(3.0) == 18.0
    nothing = d_outer(lambda x: d_inner(lambda y: x * 1.0)(2.0))(3.0)
    assert nothing == 0.0


@pytest.mark.parametrize("three", [*itertools.product(["derivative", "grad", "tape"], repeat=3)])
def test_three_levels(three):
    d1, d2, d3 = (WAYS[name] for name in three)

    def h(x):  # x d/dy [y d/dz (x y z^2) at z = x + y] at y = 2 x
        return x * d2(lambda y: y * d3(lambda z: x * y * z * z)(x + y))(2 * x)

    # d/dz = 2 x y (x + y); y times it, by y: 4 x^2 y + 6 x y^2; at y = 2 x times x: 32 x^4
    assert d1(h)(1.5) == pytest.approx(128 * 1.5**3, rel=1e-13)


@pytest.mark.parametrize("d", [ta.derivative, ta.grad])
def test_the_amazing_bug(d):
    # Manzyuk, Pearlmutter, Radul, Rush, Siskind: Perturbation confusion in forward automatic
    # differentiation of higher-order functions, J. Functional Programming 29 (2019).
    def shift(u):
        return lambda g: lambda x: g(x + u)

    curried = ta.derivative(shift)(0.0)
    assert curried(d(np.exp))(1.0) == pytest.approx(np.e)
    assert d(lambda x: curried(np.sin)(x))(0.3) == pytest.approx(-np.sin(0.3))


def test_closures_over_outer_arguments():
    def h(a, x):
        inner = ta.grad(lambda x: np.sum(np.sin(a * x)))  # a cos(a x)
        return np.sum(inner(x) ** 2)

    by_a, by_x = ta.grad(h, argnums=(0, 1))(X, V)
    inner = X * np.cos(X * V)
    np.testing.assert_allclose(by_a, 2 * inner * (np.cos(X * V) - X * V * np.sin(X * V)))
    np.testing.assert_allclose(by_x, 2 * inner * -(X**2) * np.sin(X * V))


def test_newton_iterations_within_a_gradient():
    def root(a):
        x = 1.5
        for _ in range(8):
            x = x - (x * x - a) / ta.grad(lambda z: z * z - a)(x)
        return x

    assert ta.grad(root)(2.0) == pytest.approx(0.5 / np.sqrt(2), rel=1e-14)
    np.testing.assert_allclose(
        ta.derivatives(root, 2)(2.0), [2**0.5, 0.5 * 2**-0.5, -0.25 * 2**-1.5], rtol=1e-13
    )


def test_stop_gradient():
    for d in DIFFERENTIATORS.values():
        assert d(lambda x: x * ta.stop_gradient(x))(3.0) == 3.0
        assert d(lambda x: x * ta.stop_gradient({"a": [x]})["a"][0])(3.0) == 3.0
    assert ta.grad(ta.grad(lambda x: x * x * ta.stop_gradient(x)))(3.0) == 6.0


def test_what_an_inner_tape_returns_is_a_number_of_the_outer_level():
    kinds = []

    def h(x):
        g = by_tape(np.sin)(x)
        kinds.append(type(g))
        return g * x

    assert ta.derivative(h)(0.5) == pytest.approx(np.cos(0.5) - 0.5 * np.sin(0.5))
    assert ta.grad(h)(0.5) == pytest.approx(np.cos(0.5) - 0.5 * np.sin(0.5))
    assert issubclass(kinds[0], ta.Dual)
    assert issubclass(kinds[-1], ta.Variable)


def test_variables_returned_from_a_tape_count_as_their_value():
    def h(x):
        with ta.GradientTape() as tape:
            return np.sin(tape.watch(x))

    assert ta.derivative(h)(0.5) == pytest.approx(np.cos(0.5))
    assert ta.grad(h)(0.5) == pytest.approx(np.cos(0.5))
    assert ta.jacobian(h, mode="forward")(0.5) == pytest.approx(np.cos(0.5))


def test_arrays_that_are_assigned_to():
    def h(x):
        y = np.zeros_like(x)
        for i in range(3):
            y[i] = x[i] * y[i - 1] + np.sin(x[i])
        y[1:] *= x[:-1]
        return np.sum(y * y)

    ta.check_grads(h, (X,), order=3)
    expected = ta.hessian(h)(X)
    for inner, outer in itertools.product(MODES, repeat=2):
        got = ta.jacobian(ta.jacobian(h, mode=inner), mode=outer)(X)
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("exponent", [-1.5, 0.5, 1.3, np.array(-2.5)])
def test_powers_to_third_order(exponent):
    x = np.array([[0.7, 0.9], [1.3, 0.4]])
    ta.check_grads(lambda x: np.sum(x**exponent), (x,), order=3, rtol=1e-5)
    exact = exponent * (exponent - 1) * x ** (exponent - 2)
    np.testing.assert_allclose(ta.derivative(lambda x: x**exponent, 2)(x), exact, rtol=1e-14)
