"""Worked examples of reverse mode, each against what is known of it without derivatives."""

import numpy as np
import pytest
import scipy
from examples import close, power_by_loop
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess, rosen_hess_prod

import taylorad as ta


def rng():
    return np.random.default_rng(7)


# --- Tapes -------------------------------------------------------------------------------


def test_the_square_of_a_sum():
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(np.ones((2, 2)))
        y = np.sum(x)
        z = np.multiply(y, y)
    assert tape.gradient(z, y) == 8.0
    np.testing.assert_array_equal(tape.gradient(z, x), np.full((2, 2), 8.0))


def test_second_derivative_by_two_tapes():
    x = ta.Variable(2.0)
    with ta.GradientTape() as outer:
        with ta.GradientTape() as inner:
            y = x * x * x
        dy = inner.gradient(y, x)
    assert ta.value(dy) == 12.0
    assert outer.gradient(dy, x) == 12.0


def test_a_power_counted_by_an_integer():
    by_x, by_n = ta.gradients_function(power_by_loop)(3.0, 2)
    assert by_x == 6.0
    assert by_n == 0.0
    value, gradients = ta.value_and_gradients_function(power_by_loop)(4.0, 3)
    assert value == 64.0
    assert gradients[0] == 48.0


# --- Gradient descent --------------------------------------------------------------------


def points():
    x = np.linspace(0.0, 1.0, 40)
    return x, 2.0 * x - 1.0 + 0.2 * rng().normal(size=40)


def squares(p, x, y):
    return np.mean((p["slope"] * x + p["intercept"] - y) ** 2)


def least_squares():
    x, y = points()
    return np.linalg.lstsq(np.stack([x, np.ones(40)], axis=1), y)[0]


def test_linear_regression_by_transform():
    p = {"slope": 0.0, "intercept": 0.0}
    gradient = ta.grad(squares)
    for _ in range(600):
        g = gradient(p, *points())
        p = {name: p[name] - 0.6 * g[name] for name in p}
    np.testing.assert_allclose([p["slope"], p["intercept"]], least_squares(), rtol=1e-13)


def test_linear_regression_by_tape():
    x, y = points()
    p = {"slope": ta.Variable(0.0), "intercept": ta.Variable(0.0)}
    for _ in range(600):
        with ta.GradientTape() as tape:
            loss = squares(p, x, y)
        g = tape.gradient(loss, p)
        for name in p:
            p[name] -= 0.6 * g[name]
    found = [p["slope"].value, p["intercept"].value]
    np.testing.assert_allclose(found, least_squares(), rtol=1e-13)


def layers():
    return {"w": rng().normal(size=(3, 4)), "b": rng().normal(size=4), "c": np.array([0.1, -0.0])}


def layered(p, x):
    return np.sum(np.tanh(x @ p["w"] + p["b"]) ** 2) + np.prod(p["c"] + 1.0)


@pytest.mark.parametrize("moved", [{"w"}, {"b", "c"}, set()])
def test_parameters_left_out_of_an_update_keep_their_bits(moved):
    p, start, x = layers(), layers(), rng().normal(size=(5, 3))
    for _ in range(20):
        g = ta.grad(layered)(p, x)
        for name in moved:
            p[name] -= 0.1 * g[name]
    for name in p:
        assert (p[name].tobytes() == start[name].tobytes()) == (name not in moved)


@pytest.mark.parametrize("moved", [{"w"}, {"b", "c"}, set()])
def test_variables_left_out_of_an_update_keep_their_bits(moved):
    start, x = layers(), rng().normal(size=(5, 3))
    p = {name: ta.Variable(array) for name, array in layers().items()}
    for _ in range(20):
        with ta.GradientTape() as tape:
            loss = layered(p, x)
        g = tape.gradient(loss, [p[name] for name in sorted(moved)])
        for name, step in zip(sorted(moved), g, strict=True):
            p[name] -= 0.1 * step
    for name in p:
        assert (p[name].value.tobytes() == start[name].tobytes()) == (name not in moved)


# --- Softmax -----------------------------------------------------------------------------


def cross_entropy(z, labels):
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


def shifted_cross_entropy(z, labels):
    shifted = z - np.max(z, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.sum(np.eye(z.shape[1])[labels] * log_p) / len(labels)


@pytest.mark.parametrize("loss", [cross_entropy, shifted_cross_entropy])
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_softmax_cross_entropy(loss, scale):
    z, labels = scale * rng().normal(size=(8, 5)), rng().integers(0, 5, 8)
    softmax = scipy.special.softmax(z, axis=1)
    want = (softmax - np.eye(5)[labels]) / 8
    np.testing.assert_allclose(ta.grad(loss)(z, labels), want, rtol=1e-13, atol=3e-15)

    # Of each row: (diag(s) - s s') / batch, and nothing across rows.
    second = ta.hessian(loss)(z, labels)
    for i, s in enumerate(softmax):
        np.testing.assert_allclose(
            second[i, :, i], (np.diag(s) - np.outer(s, s)) / 8, rtol=1e-11, atol=3e-15
        )
        assert not np.delete(second[i], i, axis=1).any()


# --- Linear algebra ----------------------------------------------------------------------


def test_batched_matmul():
    a, b = rng().normal(size=(2, 2, 3)), rng().normal(size=(2, 3, 2))
    y, pullback = ta.vjp(np.matmul, a, b)
    np.testing.assert_array_equal(y, np.matmul(a, b))
    g = rng().normal(size=(2, 2, 2))
    by_a, by_b = pullback(g)
    close(by_a, np.einsum("bik,bjk->bij", g, b))
    close(by_b, np.einsum("bij,bik->bjk", a, g))


VECTOR, MATRIX = np.array([3.0, -4.0, 1.0]), np.array([[3.0, -4.0], [1.0, 2.5]])
NORMS = {
    "vector 1": (VECTOR, 1, np.sign(VECTOR)),
    "vector 2": (VECTOR, 2, VECTOR / np.sqrt(26.0)),
    "vector": (VECTOR, None, VECTOR / np.sqrt(26.0)),
    "vector inf": (VECTOR, np.inf, np.array([0.0, -1.0, 0.0])),
    "matrix 1": (MATRIX, 1, np.array([[0.0, -1.0], [0.0, 1.0]])),
    "matrix inf": (MATRIX, np.inf, np.array([[1.0, -1.0], [0.0, 0.0]])),
    "matrix fro": (MATRIX, "fro", MATRIX / np.sqrt(32.25)),
    "matrix": (MATRIX, None, MATRIX / np.sqrt(32.25)),
}


@pytest.mark.parametrize("case", NORMS)
def test_norms(case):
    x, order, want = NORMS[case]
    value, gradient = ta.value_and_grad(lambda x: np.linalg.norm(x, order))(x)
    assert value == np.linalg.norm(x, order)
    close(gradient, want)
    ta.check_grads(lambda x: np.linalg.norm(x, order), (x,), order=2)


# --- Rules by hand -----------------------------------------------------------------------


def kepler():
    """The E with E - e sin(E) = m, by iteration, and its derivatives from the equation."""

    @ta.custom_vjp
    def solve(e, m):
        return scipy.optimize.newton(
            lambda E: E - e * np.sin(E) - m, m, lambda E: 1.0 - e * np.cos(E), tol=1e-15
        )

    def forward(e, m):
        E = solve(e, m)
        return E, (e, E)

    def backward(kept, g):
        e, E = kept
        by_m = g / (1.0 - e * np.cos(E))
        return by_m * np.sin(E), by_m

    solve.defvjp(forward, backward)
    return solve, backward


def linear_system():
    """LAPACK's solution x of a x = b."""

    @ta.custom_vjp
    def solve(a, b):
        return scipy.linalg.solve(a, b)

    def backward(kept, g):
        a, x = kept
        by_b = solve(a.T, g)
        return -np.outer(by_b, x), by_b

    solve.defvjp(lambda a, b: (x := solve(a, b), (a, x)), backward)
    return solve, backward


OPERATIONS = {
    "kepler": (kepler, (np.array([0.1, 0.5, 0.9]), np.array([0.3, 1.0, 2.0]))),
    "linear system": (
        linear_system,
        (np.array([[4.0, 1.0, 0.5], [0.3, 3.0, 1.0], [-1.0, 0.2, 5.0]]), np.arange(3.0)),
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_with_its_own_rule(name):
    make, args = OPERATIONS[name]
    solve, backward = make()
    ta.check_grads(solve, args, order=2, modes=("reverse",))
    ta.check_grads(lambda *args: np.sum(np.sin(solve(*args)) ** 2), args, 2, ("reverse",))
    wrong, _ = make()
    wrong.defvjp(wrong.forward, lambda kept, g: tuple(1.01 * c for c in backward(kept, g)))
    with pytest.raises(AssertionError):
        ta.check_grads(wrong, args, order=1, modes=("reverse",))


# --- Rosenbrock --------------------------------------------------------------------------


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


START = np.tile([1.3, 0.7, 0.8, 1.9, 1.2], 2)


@pytest.mark.parametrize("f", [rosenbrock, rosen])
def test_derivatives_of_rosenbrock(f):
    x, v = START, rng().normal(size=10)
    close(ta.grad(f)(x), rosen_der(x))
    close(ta.hessian(f)(x), rosen_hess(x))
    close(ta.hvp(f)(x, v), rosen_hess_prod(x, v))


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("BFGS", {}),
        ("L-BFGS-B", {}),
        ("Newton-CG", {"hess": ta.hessian(rosenbrock)}),
        ("trust-exact", {"hess": ta.hessian(rosenbrock)}),
        ("trust-ncg", {"hessp": ta.hvp(rosenbrock)}),
    ],
)
def test_rosenbrock_minimised(method, more):
    result = minimize(rosenbrock, START, method=method, jac=ta.grad(rosenbrock), tol=1e-9, **more)
    np.testing.assert_allclose(result.x, 1.0, rtol=0, atol=1e-6)
    result = minimize(
        ta.value_and_grad(rosenbrock), START, method=method, jac=True, tol=1e-9, **more
    )
    np.testing.assert_allclose(result.x, 1.0, rtol=0, atol=1e-6)
