"""custom_jvp and custom_vjp."""

import math
from functools import partial

import numpy as np
import pytest
import scipy.linalg
from garbage import leftovers
from scipy import optimize

import taylorad as ta

X = np.array([0.3, 0.7, 1.1])


def plain(f):
    """A function of plain arrays only, and not NumPy's code for numbers of ours."""
    vectorized = np.vectorize(f, otypes=[float])

    def checked(x):
        assert not hasattr(x, "algebra") and not isinstance(x, ta.Variable)
        return vectorized(x)[()]

    return checked


sine = ta.custom_jvp(plain(math.sin))
cosine = ta.custom_jvp(plain(math.cos))


@sine.defjvp
def sine_jvp(primals, tangents):
    (x,), (dx,) = primals, tangents
    return sine(x), dx * cosine(x)


@cosine.defjvp
def cosine_jvp(primals, tangents):
    (x,), (dx,) = primals, tangents
    return cosine(x), -dx * sine(x)


# --- custom_jvp --------------------------------------------------------------------------


def test_forward_of_any_order():
    for order in range(8):
        np.testing.assert_allclose(
            ta.derivatives(sine, order)(X), ta.derivatives(np.sin, order)(X), rtol=1e-14
        )
    g, exact = sine, np.sin
    for _ in range(4):
        g, exact = ta.derivative(g), ta.derivative(exact)
        np.testing.assert_allclose(g(X), exact(X), rtol=1e-14)


@pytest.mark.parametrize(
    "transform",
    [
        ta.grad,
        ta.hessian,
        partial(ta.jacobian, mode="forward"),
        partial(ta.jacobian, mode="reverse"),
        lambda f: ta.jacobian(ta.hessian(f)),
        lambda f: ta.grad(lambda x: np.sum(ta.grad(f)(x) ** 2)),
        lambda f: ta.grad(lambda x: np.sum(ta.hessian(f)(x) ** 2)),
        lambda f: lambda x: ta.hvp(f)(x, x),
        lambda f: lambda x: ta.jet(f, (x,), ([x, x, x],))[1],
        lambda f: lambda x: ta.directional_derivative(f, 3)(x, x),
    ],
)
def test_every_transform(transform):
    def f(sin):
        return lambda x: np.sum(sin(x * x) * x) + sin(x[0] + sin(x[1]))

    np.testing.assert_allclose(transform(f(sine))(X), transform(f(np.sin))(X), rtol=1e-12)


@pytest.mark.parametrize(
    "number",
    [
        ta.Dual(0.3, 2.0),
        ta.HyperDual(0.3, 1.0, 2.0, 0.5),
        ta.HyperDual(X, 1.0, 2.0, X),
        ta.Taylor([0.3, 1.0, 2.0, 3.0]),
        ta.Taylor([[0.3, 0.4], [1.0, 2.0], [3.0, 4.0]]),
    ],
)
def test_numbers_made_by_hand(number):
    got, exact = sine(number), np.sin(number)
    assert type(got) is type(exact)
    np.testing.assert_allclose(got.parts, exact.parts, rtol=1e-14)
    through = ta.derivative(lambda t: sine(number * t))(1.0)
    np.testing.assert_allclose(
        through.parts, ta.derivative(lambda t: np.sin(number * t))(1.0).parts, rtol=1e-13
    )


def test_tapes():
    x = ta.Variable(X)
    with ta.GradientTape() as outer:
        with ta.GradientTape() as inner:
            y = np.sum(sine(x) * x)
        g = inner.gradient(y, x)
    np.testing.assert_allclose(g.value, np.cos(X) * X + np.sin(X))
    exact = np.diag(2 * np.cos(X) - X * np.sin(X))
    np.testing.assert_allclose(outer.jacobian(g, x), exact, atol=1e-15)


def test_structures_and_nondiff_argnums():
    def raw(g, a, pair, n):
        return {"s": g(a) @ pair[0] * n, "d": (a - pair[1],)}

    custom = ta.custom_jvp(raw, nondiff_argnums=(0, 3))

    @custom.defjvp
    def rule(g, n, primals, tangents):
        (a, pair), (da, dpair) = primals, tangents
        assert type(n) is int
        y = custom(g, a, pair, n)
        ds = (ta.derivative(g)(a) * da @ pair[0] + g(a) @ dpair[0]) * n
        return y, {"s": ds, "d": (da - dpair[1],)}

    def use(f):
        def loss(a, b):
            y = f(np.sin, a, (b, 2.0 * b), 3)
            return y["s"] ** 2 + np.sum(y["d"][0] ** 3)

        return loss

    for transform in (ta.grad, ta.hessian):
        got = transform(use(custom), argnums=(0, 1))(X, X**2)
        exact = transform(use(raw), argnums=(0, 1))(X, X**2)
        for one, two in zip(got, exact, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-14)
    ta.check_grads(use(custom), (X, X**2))
    with pytest.raises(TypeError, match="argument 3 of raw is in nondiff_argnums"):
        ta.derivative(lambda n: custom(np.sin, X, (X, X), n)["s"])(3.0)


def test_rules_for_each_argument():
    @ta.custom_jvp
    def f(x, y, z):
        return x**2 * y

    f.defjvps(
        lambda dx, value, x, y, z: dx * 2 * x * y, lambda dy, value, x, y, z: dy * x**2, None
    )
    assert ta.grad(f, argnums=(0, 1, 2))(3.0, 2.0, 1.0) == (12.0, 9.0, 0.0)
    assert ta.derivative(f, argnum=2)(3.0, 2.0, 1.0) == 0.0
    assert ta.jacobian(ta.grad(f), 1)(3.0, 2.0, 1.0) == 6.0


def test_keywords_and_defaults():
    @ta.custom_jvp
    def f(x, scale=2.0):
        return x * scale

    f.defjvp(lambda p, t: (f(*p), t[0] * p[1] + p[0] * t[1]))
    assert f(3.0) == 6.0
    assert ta.grad(lambda x: f(x, scale=x))(3.0) == 6.0
    assert ta.derivative(f)(3.0) == 2.0


def test_a_rule_stands_in_for_the_code():
    @ta.custom_jvp
    def f(x):
        return x * 1.0

    f.defjvp(lambda p, t: (f(p[0]), t[0] * 10.0))
    for d in (ta.derivative, ta.grad, partial(ta.jacobian, mode="forward")):
        assert d(f)(1.0) == 10.0
    assert ta.derivative(f, 2)(1.0) == 0.0
    assert f.__name__ == "f"


def test_an_implicit_function():
    # x(a): x^3 + x = a, with dx = da / (3 x^2 + 1)
    @ta.custom_jvp
    def root(a):
        return np.vectorize(lambda a: optimize.brentq(lambda x: x**3 + x - a, -10, 10))(a)[()]

    @root.defjvp
    def root_jvp(primals, tangents):
        x = root(*primals)
        return x, tangents[0] / (3 * x**2 + 1)

    ta.check_grads(root, (np.array([0.5, 2.0]),), order=3)


def test_numbers_from_outside():
    def through_a_closure(d):
        def g(x):
            @ta.custom_jvp
            def f(y):
                return x * y

            f.defjvp(lambda p, t: (f(*p), x * t[0]))
            return f(x)

        return d(g)(2.0)

    for d in (ta.derivative, ta.grad):
        with pytest.raises(TypeError, match="pass it as an argument"):
            through_a_closure(d)

    def at_an_outer_level(x):
        @ta.custom_jvp
        def f(y):
            return x * y * y

        f.defjvp(lambda p, t: (f(*p), 2 * x * p[0] * t[0]))
        return ta.derivative(f)(3.0) + ta.grad(f)(3.0)  # 12 x

    assert ta.derivative(at_an_outer_level)(2.0) == 12.0
    assert ta.grad(at_an_outer_level)(2.0) == 12.0


def test_rules_that_do_not_fit():
    f = ta.custom_jvp(lambda x: x * 1.0)
    assert f(2.0) == 2.0
    with pytest.raises(TypeError, match="no rule yet"):
        ta.derivative(f)(1.0)
    f.defjvp(lambda p, t: p[0] * t[0])
    with pytest.raises(TypeError, match="pair"):
        ta.derivative(f)(1.0)
    f.defjvp(lambda p, t: (p[0], (t[0],)))
    with pytest.raises(TypeError, match="structure"):
        ta.derivative(f)(1.0)
    f.defjvp(lambda p, t: (p[0], np.sum(t[0])))
    with pytest.raises(TypeError, match="shape"):
        ta.jvp(f, (X,), (X,))
    with pytest.raises(TypeError, match="must be a function"):
        f.defjvp(3.0)
    with pytest.raises(TypeError, match="must be a function"):
        ta.custom_jvp(3.0)


# --- custom_vjp --------------------------------------------------------------------------


@ta.custom_vjp
def solve(a, b):
    return scipy.linalg.solve(a, b)


def solve_fwd(a, b):
    x = solve(a, b)
    return x, (a, x)


def solve_bwd(kept, g):
    a, x = kept
    w = solve(a.T, g)
    return -np.outer(w, x), w


solve.defvjp(solve_fwd, solve_bwd)

A = np.array([[3.0, 0.2, 0.1], [0.5, 2.0, 0.3], [0.0, 0.4, 4.0]])


def test_an_operation_of_scipy_to_second_order():
    ta.check_grads(solve, (A, X), order=2, modes=("reverse",))
    ta.check_grads(lambda a, b: np.sum(solve(a, b) ** 3), (A, X), order=3, modes=("reverse",))


def test_under_nested_tapes():
    a, b = ta.Variable(A), ta.Variable(X)
    with ta.GradientTape(persistent=True) as outer:
        with ta.GradientTape() as inner:
            y = np.sum(solve(a, b) ** 3)
        by_a, by_b = inner.gradient(y, (a, b))
        s = np.sum(by_a**2) + np.sum(by_b)

    def f(a, b):
        return np.sum(np.linalg.inv(a) @ b * 0) + np.sum(solve(a, b) ** 3)

    def s_of(b):
        one, two = ta.grad(lambda a, b: np.sum(solve(a, b) ** 3), argnums=(0, 1))(A, b)
        return np.sum(one**2) + np.sum(two)

    np.testing.assert_allclose(outer.gradient(s, b), ta.grad(s_of)(X), rtol=1e-12)
    step = np.array([1e-6, 0, 0])
    difference = (s_of(X + step) - s_of(X - step)) / 2e-6
    assert outer.gradient(s, b)[0] == pytest.approx(difference, rel=1e-6)


def test_gradients_that_are_clipped():
    @partial(ta.custom_vjp, nondiff_argnums=(1,))
    def clipped(x, bound):
        return x

    clipped.defvjp(
        lambda x, bound: (x, None), lambda bound, _, g: (np.clip(g, -bound, bound),)
    )
    np.testing.assert_array_equal(
        ta.grad(lambda x: np.sum(clipped(x, 1.0) * np.array([0.5, 5.0, -5.0])))(X),
        [0.5, 1.0, -1.0],
    )


def test_structures():
    @ta.custom_vjp
    def f(p, n, q):
        return {"y": p["a"] * p["b"] * n, "z": (np.sum(q),)}

    def bwd(kept, g):
        p, n, shape = kept
        assert g["y"].shape == (3,)
        by_p = {"a": g["y"] * p["b"] * n, "b": np.sum(g["y"] * p["a"]) * n}
        return by_p, None, g["z"][0] * np.ones(shape)

    f.defvjp(lambda p, n, q: (f(p, n, q), (p, n, np.shape(q))), bwd)

    def loss(a, b, q):
        y = f({"a": a, "b": b}, 3, q)
        return np.sum(y["y"] ** 2) * y["z"][0]

    def exact(a, b, q):
        return np.sum((a * b * 3) ** 2) * np.sum(q)

    q = np.ones((2, 2))
    for got, expected in zip(
        ta.grad(loss, (0, 1, 2))(X, 2.0, q), ta.grad(exact, (0, 1, 2))(X, 2.0, q), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-13)
    np.testing.assert_allclose(ta.grad(loss, 1)(X, 2.0, q), ta.grad(exact, 1)(X, 2.0, q))
    ta.check_grads(loss, (X, 2.0, q), modes=("reverse",))


def test_bwd_is_called_once():
    calls = []

    @ta.custom_vjp
    def f(x, y):
        return x * y, x + y

    def bwd(kept, g):
        calls.append(g)
        x, y = kept
        return g[0] * y + g[1], g[0] * x + g[1]

    f.defvjp(lambda x, y: (f(x, y), (x, y)), bwd)
    got = ta.grad(lambda x, y: sum(f(x, y)), argnums=(0, 1))(2.0, 3.0)
    assert got == (4.0, 3.0)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "transform",
    [
        ta.derivative,
        ta.hessian,
        partial(ta.jacobian, mode="forward"),
        lambda f: lambda x: ta.jvp(f, (x,), (x,)),
        lambda f: lambda x: f(ta.Dual(x, 1.0)),
    ],
)
def test_forward_mode_is_refused(transform):
    f = ta.custom_vjp(np.sin)
    f.defvjp(lambda x: (f(x), x), lambda x, g: (g * np.cos(x),))
    with pytest.raises(TypeError, match="reverse mode only"):
        transform(f)(0.5)


def test_forward_over_reverse_where_fwd_is_plain_code():
    f = ta.custom_vjp(np.sin)
    f.defvjp(lambda x: (np.sin(x), x), lambda x, g: (g * np.cos(x),))
    assert ta.hessian(f)(0.5) == pytest.approx(-np.sin(0.5))


def test_rules_of_wrong_form():
    f = ta.custom_vjp(lambda x, y: x * y)
    with pytest.raises(TypeError, match="no rule yet"):
        ta.grad(f)(1.0, 2.0)

    def with_bwd(bwd):
        f.defvjp(lambda x, y: (f(x, y), None), bwd)
        return ta.grad(lambda x, y: np.sum(f(x, y)))(X, X)

    with pytest.raises(TypeError, match="tuple of 2 cotangents"):
        with_bwd(lambda kept, g: g)
    with pytest.raises(TypeError, match="tuple of 2 cotangents"):
        with_bwd(lambda kept, g: (g,))
    with pytest.raises(ValueError, match=r"shape \(\) for an argument of shape \(3,\)"):
        with_bwd(lambda kept, g: (np.sum(g), g))
    with pytest.raises(TypeError, match="structure"):
        with_bwd(lambda kept, g: ((g, g), g))
    f.defvjp(lambda x, y: x * y, lambda kept, g: (g, g))
    with pytest.raises(TypeError, match="pair"):
        ta.grad(f)(1.0, 2.0)
    with pytest.raises(TypeError, match="must be a function"):
        f.defvjp(None, None)


def test_numbers_from_outside_a_custom_vjp():
    def g(x):
        f = ta.custom_vjp(lambda y: x * y)
        f.defvjp(lambda y: (f(y), None), lambda kept, g: (x * g,))
        return f(x)

    with pytest.raises(TypeError, match="pass it as an argument"):
        ta.grad(g)(2.0)


def test_methods():
    class Model:
        scale = 3.0

        @ta.custom_jvp
        def scaled(self, x):
            return self.scale * x

        @partial(ta.custom_vjp, nondiff_argnums=(0,))
        def squared(self, x):
            return self.scale * x**2

    Model.squared.defvjp(
        lambda self, x: (self.squared(x), x), lambda self, x, g: (2 * self.scale * x * g,)
    )
    assert ta.grad(Model().squared)(2.0) == 12.0


def test_no_circles_of_references():
    def call():
        ta.grad(lambda a: np.sum(solve(a, X)))(A)
        ta.grad(lambda x: np.sum(ta.grad(lambda x: np.sum(sine(x)))(x) ** 2))(X)
        ta.derivatives(sine, 3)(X)

    assert leftovers(call) == 0


def test_mixed_partials_of_several_variables_and_orders():
    """Every mixed partial of a function with a custom rule, as without it."""

    def f(sin):
        return lambda x, y, z: sin(x * y + sin(z)) * sin(x - z)

    found = ta.taylor(f(sine), 4)(0.3, 0.7, 0.2)
    known = ta.taylor(f(np.sin), 4)(0.3, 0.7, 0.2)
    np.testing.assert_allclose(found.coefficients, known.coefficients, rtol=1e-12, atol=1e-14)
    x = np.array([0.3, 0.7, 0.2])
    for n in (2, 3):
        np.testing.assert_allclose(
            ta.derivative_tensor(lambda x: f(sine)(*x), n)(x),
            ta.derivative_tensor(lambda x: f(np.sin)(*x), n)(x),
            rtol=1e-11, atol=1e-12,
        )  # fmt: skip
