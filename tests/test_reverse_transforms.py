"""Gradients, pullbacks, Jacobians and Hessians, against exact results and differences."""

import gc
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from garbage import leftovers
from scipy import optimize, special

import taylorad as ta

X = np.array([0.3, 0.7, 1.1])


def f(x):
    return np.sum(np.sin(x) * x[::-1])


def f_gradient(x):
    return np.cos(x) * x[::-1] + np.sin(x)[::-1]


def f_hessian(x):
    cross = np.diag(np.cos(x))[:, ::-1]
    return np.diag(-np.sin(x) * x[::-1]) + cross + cross.T


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


# --- grad --------------------------------------------------------------------------------


def test_grad():
    g = ta.grad(f)(X)
    np.testing.assert_allclose(g, f_gradient(X), rtol=1e-14)
    assert type(g) is np.ndarray
    assert g.flags.writeable and g.base is None


def test_grad_of_a_scalar_is_a_scalar():
    g = ta.grad(lambda x: x * x * x)(2.0)
    assert isinstance(g, np.float64)
    assert g == 12.0
    assert ta.grad(np.sin)(0) == 1.0


def test_value_and_grad():
    y, g = ta.value_and_grad(f)(X)
    assert y == f(X)
    np.testing.assert_allclose(g, f_gradient(X), rtol=1e-14)


def test_argnums():
    def h(a, n, b):
        assert type(n) is int
        return np.sum(a**n * b)

    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(ta.grad(h)(a, 2, b), 2 * a * b)
    np.testing.assert_array_equal(ta.grad(h, 2)(a, 2, b), a**2)
    np.testing.assert_array_equal(ta.grad(h, -1)(a, 2, b), a**2)
    by_b, by_a = ta.grad(h, argnums=(2, 0))(a, 2, b)
    np.testing.assert_array_equal(by_b, a**2)
    np.testing.assert_array_equal(by_a, 2 * a * b)
    assert len(ta.grad(h, argnums=[0])(a, 2, b)) == 1


def test_keyword_arguments_are_passed_on():
    assert ta.grad(lambda x, *, scale: x * scale)(2.0, scale=3.0) == 3.0


def test_containers():
    def loss(parameters, data):
        for layer in parameters["layers"]:
            data = np.tanh(data @ layer["w"] + layer["b"])
        return np.sum(data**2) * parameters["scale"]

    rng = np.random.default_rng(0)
    parameters = {
        "layers": [
            {"w": rng.normal(size=(3, 4)), "b": rng.normal(size=4)},
            {"w": rng.normal(size=(4, 2)), "b": rng.normal(size=2)},
        ],
        "scale": 0.5,
        "nothing": None,
        "pair": (1.0, [np.ones(2)]),
    }
    data = rng.normal(size=(5, 3))
    g = ta.grad(loss)(parameters, data)
    assert list(g) == list(parameters)
    assert g["nothing"] is None
    assert g["pair"][0] == 0.0
    np.testing.assert_array_equal(g["pair"][1][0], np.zeros(2))
    assert g["scale"] == pytest.approx(loss(parameters, data) / 0.5)
    step = 1e-6
    for layer in range(2):
        for name in "wb":
            entry = parameters["layers"][layer][name]
            at = (0,) * entry.ndim
            kept = entry[at]
            entry[at] = kept + step
            up = loss(parameters, data)
            entry[at] = kept - step
            down = loss(parameters, data)
            entry[at] = kept
            difference = (up - down) / (2 * step)
            assert g["layers"][layer][name][at] == pytest.approx(difference, rel=1e-6)
            assert g["layers"][layer][name].shape == entry.shape


def test_gradients_share_no_memory():
    one, two = ta.grad(lambda a, b: np.sum(a + b), argnums=(0, 1))(X, X.copy())
    one += 1
    np.testing.assert_array_equal(two, np.ones(3))
    (g,) = ta.vjp(lambda x: x, X)[1](X)
    assert not np.shares_memory(g, X)
    a, b = ta.grad(lambda a, b: np.sum(np.reshape(a, (3, 1)) + b), argnums=(0, 1))(X, X)
    a[:] = 0
    np.testing.assert_array_equal(b, np.full(3, 3.0))


@pytest.mark.parametrize("constant", [lambda x: 3.0, lambda x: 3, lambda x: np.float64(2)])
def test_output_that_does_not_depend_on_the_argument(constant):
    np.testing.assert_array_equal(ta.grad(constant)(X), np.zeros(3))
    assert ta.grad(constant)(1.0) == 0.0
    np.testing.assert_array_equal(ta.jacobian(constant)(X), np.zeros(3))
    np.testing.assert_array_equal(ta.hessian(constant)(X), np.zeros((3, 3)))
    y, pullback = ta.vjp(constant, X)
    assert y in (2, 3)
    np.testing.assert_array_equal(pullback(1.0)[0], np.zeros(3))


def test_the_argument_itself():
    assert ta.grad(lambda x: x)(2.0) == 1.0
    np.testing.assert_array_equal(ta.jacobian(lambda x: x)(X), np.eye(3))


def test_an_argument_that_is_changed_in_place():
    def h(x):
        x[0] = 2.0 * x[1]
        x *= x
        return np.sum(x)

    given = X.copy()
    np.testing.assert_allclose(ta.grad(h)(given), [0.0, 10 * X[1], 2 * X[2]])
    np.testing.assert_array_equal(given, X)


def test_object_arrays_are_outputs():
    jacobian = ta.jacobian(lambda x: np.array([x[0] * x[1], x[2]]), mode="reverse")(X)
    np.testing.assert_array_equal(jacobian, [[X[1], X[0], 0], [0, 0, 1]])
    assert ta.grad(lambda x: np.array(x * x))(3.0) == 6.0


def test_dtypes():
    x = X.astype(np.float32)
    g = ta.grad(lambda x: np.sum(x * x * np.arange(3)))(x)
    assert g.dtype == np.float32
    g = ta.grad(lambda n: np.sum(n**2))(np.array([1, 2]))
    assert g.dtype == np.float64
    np.testing.assert_array_equal(g, [2.0, 4.0])


def test_complex():
    z = np.array([1 + 2j, 0.5j])
    np.testing.assert_allclose(ta.grad(lambda z: np.sum(z**3))(z), 3 * z**2)
    # df = Re(sum(g dz)), as in JAX
    np.testing.assert_allclose(ta.grad(lambda z: np.sum(np.abs(z) ** 2))(z), 2 * z.conj())
    with pytest.raises(TypeError, match="imaginary part"):
        ta.grad(lambda x: x * 1j)(1.0)
    with pytest.raises(TypeError, match="imaginary part"):
        ta.jacobian(lambda x: x * 1j, mode="reverse")(1.0)
    assert ta.jacobian(lambda x: x * 1j, mode="forward")(1.0) == 1j


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (lambda x: x, r"shape \(3,\).*jacobian.*vjp.*gradients_function"),
        (lambda x: np.sum(x, keepdims=True), r"shape \(1,\)"),
        (lambda x: (x[0], x[1]), "returned a tuple"),
        (lambda x: [x[0]], "returned a list"),
        (lambda x: None, "returned a NoneType"),
        (lambda x: "text", "returned str"),
    ],
)
def test_output_that_is_not_one_number(output, message):
    with pytest.raises(TypeError, match=message):
        ta.grad(output)(X)


def test_misuse():
    with pytest.raises(TypeError, match="must be a function"):
        ta.grad(X)
    with pytest.raises(TypeError, match="must be an integer"):
        ta.grad(f, 1.5)
    with pytest.raises(ValueError, match="at least one"):
        ta.grad(f, ())
    with pytest.raises(ValueError, match="argnum=1"):
        ta.grad(f, 1)(X)
    with pytest.raises(TypeError, match="must be a number"):
        ta.grad(f)("x")
    with pytest.raises(TypeError, match="masked"):
        ta.grad(f)(np.ma.masked_array(X, X > 1))
    with pytest.raises(ValueError, match="'auto', 'forward' or 'reverse'"):
        ta.jacobian(f, mode="backward")


def test_after_an_error_all_is_well():
    def fails(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        ta.grad(fails)(X)
    np.testing.assert_allclose(ta.grad(f)(X), f_gradient(X))


def test_an_argument_that_escapes_is_plain_afterwards():
    escaped = []

    def h(x):
        escaped.append(x)
        return x * x

    ta.grad(h)(3.0)
    assert escaped[0] * 2.0 == 6.0
    assert not isinstance(escaped[0] * 2.0, ta.Variable)


def test_names():
    assert ta.grad(f).__name__ == "f"
    assert "gradient" in ta.grad(f).__doc__


# --- vjp ---------------------------------------------------------------------------------


def test_vjp():
    y, pullback = ta.vjp(lambda a, b: a @ b, np.ones((2, 3)), X)
    np.testing.assert_allclose(y, np.sum(X) * np.ones(2))
    by_a, by_b = pullback(np.array([1.0, 2.0]))
    np.testing.assert_allclose(by_a, np.outer([1.0, 2.0], X))
    np.testing.assert_allclose(by_b, np.full(3, 3.0))
    again = pullback(np.array([2.0, 4.0]))
    np.testing.assert_allclose(again[0], 2 * by_a)


def test_vjp_of_structures():
    y, pullback = ta.vjp(lambda p: {"s": np.sum(p["a"]) * p["b"], "a": p["a"]}, {"a": X, "b": 2.0})
    assert y["s"] == 2 * np.sum(X)
    (g,) = pullback({"s": 3.0, "a": np.array([1.0, 0, 0])})
    np.testing.assert_allclose(g["a"], [7.0, 6.0, 6.0])
    assert g["b"] == pytest.approx(3 * np.sum(X))


def test_vjp_of_no_arguments():
    y, pullback = ta.vjp(lambda: 3.0)
    assert y == 3.0
    assert pullback(1.0) == ()


def test_cotangents_that_do_not_fit():
    _, pullback = ta.vjp(np.sin, X)
    with pytest.raises(ValueError, match="shape"):
        pullback(1.0)
    with pytest.raises(ValueError, match="structure"):
        pullback((X,))
    with pytest.raises(TypeError, match="the cotangent"):
        pullback("x")


def test_pullback_may_be_differentiated():
    def h(x):
        return np.sum(ta.vjp(np.sin, x)[1](x)[0])  # sum of x cos(x)

    np.testing.assert_allclose(ta.grad(h)(X), np.cos(X) - X * np.sin(X))
    np.testing.assert_allclose(
        ta.jvp(lambda c: ta.vjp(np.sin, X)[1](c)[0], (X,), (np.ones(3),))[1], np.cos(X)
    )


# --- Jacobians and Hessians --------------------------------------------------------------

MODES = ["auto", "forward", "reverse"]


@pytest.mark.parametrize("mode", MODES)
def test_jacobian(mode):
    def polar(p):
        r, t = p
        return np.stack([r * np.cos(t), r * np.sin(t), r, t])

    p = np.array([2.0, 0.7])
    exact = [[np.cos(0.7), -2 * np.sin(0.7)], [np.sin(0.7), 2 * np.cos(0.7)], [1, 0], [0, 1]]
    got = ta.jacobian(polar, mode=mode)(p)
    np.testing.assert_allclose(got, exact, rtol=1e-14)
    assert got.flags.writeable
    got = ta.jacobian(lambda q: polar(q)[:1], mode=mode)(p)
    np.testing.assert_allclose(got, exact[:1], rtol=1e-14)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("inside", [(), (2,), (2, 3)])
@pytest.mark.parametrize("outside", [(), (4,), (1, 2)])
def test_shapes(mode, inside, outside):
    x = np.full(inside, 0.5)

    def h(x):
        return np.sum(x**2) * np.ones(outside)

    got = ta.jacobian(h, mode=mode)(x)
    assert np.shape(got) == outside + inside
    np.testing.assert_allclose(got, np.ones(outside + inside))


@pytest.mark.parametrize("mode", MODES)
def test_empty(mode):
    assert ta.jacobian(lambda x: x * 2.0, mode=mode)(np.zeros(0)).shape == (0, 0)
    assert ta.jacobian(lambda x: x[:0], mode=mode)(X).shape == (0, 3)
    np.testing.assert_array_equal(ta.grad(lambda x: np.sum(x))(np.zeros((0, 2))), np.zeros((0, 2)))


@pytest.mark.parametrize("mode", MODES)
def test_jacobian_of_structures(mode):
    def h(d, c):
        return {"p": d["a"] * d["b"], "q": (d["a"][0], c)}

    j = ta.jacobian(h, argnums=(0, 1), mode=mode)({"a": np.array([1.0, 2.0]), "b": 3.0}, 4.0)
    np.testing.assert_array_equal(j["p"][0]["a"], 3 * np.eye(2))
    np.testing.assert_array_equal(j["p"][0]["b"], [1.0, 2.0])
    np.testing.assert_array_equal(j["p"][1], np.zeros(2))
    np.testing.assert_array_equal(j["q"][0][0]["a"], [1.0, 0.0])
    assert j["q"][1][1] == 1.0
    assert j["q"][1][0]["b"] == 0.0


@pytest.mark.parametrize("mode", MODES)
def test_large_jacobians_go_in_several_passes(mode):
    x = np.linspace(0.1, 1.0, 300)
    got = ta.jacobian(lambda x: np.cumsum(np.sin(x)), mode=mode)(x)
    np.testing.assert_allclose(got, np.tri(300) * np.cos(x), rtol=1e-14)


def test_auto_takes_the_cheaper_mode():
    calls = []

    def h(x, shape):
        calls.append(type(x))
        return np.sum(x) * np.ones(shape)

    ta.jacobian(h)(np.ones(50), 2)
    assert len(calls) == 1 and issubclass(calls[0], ta.Variable)
    calls.clear()
    ta.jacobian(h)(np.ones(2), 50)
    assert issubclass(calls[0], ta.Variable) and not issubclass(calls[-1], ta.Variable)


def test_removable_singularities():
    x = np.array([0.0, 0.7])
    exact = np.diag([0.0, (0.7 * np.cos(0.7) - np.sin(0.7)) / 0.49])
    np.testing.assert_allclose(
        ta.jacobian(lambda x: np.sin(x) / x, mode="forward")(x), exact, rtol=1e-12
    )


def test_hessian():
    np.testing.assert_allclose(ta.hessian(f)(X), f_hessian(X), rtol=1e-13)
    assert ta.hessian(lambda x: x**3)(2.0) == 12.0
    x = np.linspace(0.5, 1.5, 10)
    np.testing.assert_allclose(ta.hessian(rosenbrock)(x), optimize.rosen_hess(x), rtol=1e-13)


def test_hessian_of_several_arguments():
    def h(a, b):
        return np.sum(a * a * b)

    (aa, ab), (ba, bb) = ta.hessian(h, argnums=(0, 1))(X, 2.0)
    np.testing.assert_allclose(aa, 4 * np.eye(3))
    np.testing.assert_allclose(ab, 2 * X)
    np.testing.assert_allclose(ba, 2 * X)
    assert bb == 0.0
    blocks = ta.hessian(lambda d: h(d["a"], d["b"]))({"a": X, "b": 2.0})
    np.testing.assert_allclose(blocks["a"]["b"], 2 * X)


def test_hessian_of_an_array():
    got = ta.hessian(lambda x: x**3)(X)
    exact = np.zeros((3, 3, 3))
    exact[range(3), range(3), range(3)] = 6 * X
    np.testing.assert_allclose(got, exact)


def test_hessian_of_a_matrix_argument():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    got = ta.hessian(lambda a: np.sum((a @ a) ** 2))(a)
    assert got.shape == (2, 2, 2, 2)
    flat = got.reshape(4, 4)
    np.testing.assert_allclose(flat, flat.T, rtol=1e-13)
    gradient = ta.grad(lambda a: np.sum((a @ a) ** 2))
    step = 1e-6 * np.array([[0.0, 1.0], [0.0, 0.0]])
    difference = (gradient(a + step) - gradient(a - step)) / 2e-6
    np.testing.assert_allclose(got[..., 0, 1], difference, rtol=1e-7)


def test_hvp():
    v = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(ta.hvp(f)(X, v), f_hessian(X) @ v, rtol=1e-13)
    got = ta.hvp(lambda d, k: k * np.sum(d["x"] ** 3))({"x": X}, {"x": v}, 2.0)
    np.testing.assert_allclose(got["x"], 12 * X * v)
    with pytest.raises(ValueError, match="shape"):
        ta.hvp(f)(X, v[:2])
    x = np.linspace(0.5, 1.5, 10_000)
    np.testing.assert_allclose(
        ta.hvp(rosenbrock)(x, x), optimize.rosen_hess_prod(x, x), rtol=1e-10
    )


# --- gradients_function ------------------------------------------------------------------


def test_gradients_function():
    def multiplied(x, y):
        result = 1.0
        for _ in range(int(y)):
            result = result * x
        return result

    by_x, by_y = ta.gradients_function(multiplied)(3.0, 2)
    assert by_x == 6.0
    assert by_y == 0.0
    value, gradients = ta.value_and_gradients_function(multiplied)(3.0, np.int64(3))
    assert value == 27.0
    assert gradients == [27.0, 0.0]


def test_gradients_function_sums_arrays():
    got = ta.gradients_function(lambda x, y: x * y)(X, 2.0)
    assert isinstance(got, list)
    np.testing.assert_array_equal(got[0], np.full(3, 2.0))
    assert got[1] == pytest.approx(np.sum(X))
    value, _ = ta.value_and_gradients_function(lambda x: (x, {"y": x * x}))(X)
    np.testing.assert_array_equal(value[1]["y"], X * X)
    assert ta.gradients_function(lambda: 1.0)() == []


# --- Worked examples ---------------------------------------------------------------------


def test_linear_regression_by_gradient_descent():
    rng = np.random.default_rng(1)
    x = rng.normal(size=200)
    y = 3.0 * x + 2.0 + 0.1 * rng.normal(size=200)

    def loss(p):
        return np.mean((p["w"] * x + p["b"] - y) ** 2)

    parameters = {"w": 0.0, "b": 0.0}
    gradient = ta.grad(loss)
    for _ in range(300):
        g = gradient(parameters)
        parameters = {name: parameters[name] - 0.2 * g[name] for name in parameters}
    slope, intercept = np.polyfit(x, y, 1)
    assert parameters["w"] == pytest.approx(slope, rel=1e-12)
    assert parameters["b"] == pytest.approx(intercept, rel=1e-12)


def test_updating_some_of_the_parameters_leaves_the_others_as_they_are():
    rng = np.random.default_rng(2)
    parameters = {name: rng.normal(size=4) for name in ("kept", "moved")}
    before = {name: p.copy() for name, p in parameters.items()}
    gradient = ta.grad(lambda moved, kept: np.sum((kept * moved - 1) ** 2))
    for _ in range(10):
        parameters["moved"] -= 0.01 * gradient(parameters["moved"], parameters["kept"])
    assert parameters["kept"].tobytes() == before["kept"].tobytes()
    assert not np.any(parameters["moved"] == before["moved"])


def test_softmax_cross_entropy():
    rng = np.random.default_rng(3)
    z, labels = rng.normal(size=(6, 4)), rng.integers(4, size=6)
    onehot = np.eye(4)[labels]

    def loss(z):
        shifted = z - np.max(z, axis=1, keepdims=True)
        log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        return -np.mean(np.sum(onehot * log_p, axis=1))

    exact = (special.softmax(z, axis=1) - onehot) / 6
    np.testing.assert_allclose(ta.grad(loss)(z), exact, rtol=1e-13, atol=1e-16)
    np.testing.assert_allclose(
        ta.grad(lambda z: -np.mean(np.log(np.exp(z) / np.sum(np.exp(z), 1)[:, None])[
            np.arange(6), labels]))(z), exact, rtol=1e-12, atol=1e-16
    )  # fmt: skip


def test_batched_matmul():
    rng = np.random.default_rng(4)
    a, b, w = rng.normal(size=(2, 2, 3)), rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 2, 2))
    by_a, by_b = ta.grad(lambda a, b: np.sum(w * np.matmul(a, b)), argnums=(0, 1))(a, b)
    np.testing.assert_allclose(by_a, w @ b.transpose(0, 2, 1), rtol=1e-14)
    np.testing.assert_allclose(by_b, a.transpose(0, 2, 1) @ w, rtol=1e-14)


@pytest.mark.parametrize("order", [1, 2, np.inf, None])
def test_norms_of_vectors(order):
    x = np.array([1.5, -2.0, 0.5])
    exact = {
        1: np.sign(x),
        2: x / np.linalg.norm(x),
        np.inf: [0.0, -1.0, 0.0],
        None: x / np.linalg.norm(x),
    }[order]
    np.testing.assert_allclose(ta.grad(lambda x: np.linalg.norm(x, order))(x), exact, rtol=1e-14)


@pytest.mark.parametrize("order", [1, np.inf, "fro"])
def test_norms_of_matrices(order):
    a = np.array([[1.5, -2.0], [0.5, 4.0]])
    ta.check_grads(partial(np.linalg.norm, ord=order), (a,), order=2)


def test_rosenbrock_minimised():
    x0 = np.full(10, 1.3)
    found = optimize.minimize(
        rosenbrock, x0, method="trust-exact", jac=ta.grad(rosenbrock), hess=ta.hessian(rosenbrock)
    )
    assert found.success
    np.testing.assert_allclose(found.x, np.ones(10), rtol=1e-5)
    found = optimize.minimize(
        rosenbrock, x0, method="Newton-CG", jac=ta.grad(rosenbrock), hessp=ta.hvp(rosenbrock)
    )
    np.testing.assert_allclose(found.x, np.ones(10), rtol=1e-4)


# --- Large graphs, memory ----------------------------------------------------------------


def test_a_chain_of_100_000_operations():
    def chain(x):
        for _ in range(100_000):
            x = x * 1.0001
        return x

    assert ta.grad(chain)(0.5) == pytest.approx(1.0001**100_000, rel=1e-9)


def test_a_chain_of_100_000_views():
    def chain(x):
        for _ in range(100_000):
            x = x[:]
        return np.sum(x * x)

    np.testing.assert_array_equal(ta.grad(chain)(X), 2 * X)


def test_a_wide_graph():
    x = np.linspace(0.0, 1.0, 20_000)

    def scalars(x):
        return sum(x[i] * x[i] for i in range(20_000))

    np.testing.assert_allclose(ta.grad(scalars)(x), 2 * x)
    assert ta.grad(lambda t: sum(t * i for i in range(20_000)))(1.0) == sum(range(20_000))
    np.testing.assert_allclose(
        ta.grad(lambda x: np.sum(np.stack([np.sin(x[i]) for i in range(5000)])))(x[:5000]),
        np.cos(x[:5000]),
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: ta.grad(f)(X),
        lambda: ta.value_and_grad(lambda d: np.sum(d["x"]) * d["y"])({"x": X, "y": 1.0}),
        lambda: ta.vjp(lambda x: {"a": np.sin(x), "b": [x]}, X)[1]({"a": X, "b": [X]}),
        lambda: ta.hvp(f)(X, X),
        lambda: ta.hessian(f)(X),
        lambda: ta.jacobian(np.sin, mode="reverse")(X),
        lambda: ta.grad(lambda x: np.sum(ta.grad(f)(x) ** 2))(X),
        lambda: ta.grad(lambda a: np.sum(ta.derivatives(lambda t: np.sin(a * t), 3)(X)))(1.0),
        lambda: ta.grad(lambda x: np.sum(np.multiply.accumulate(x[::-1])))(X),
    ],
)
def test_no_circles_of_references(call):
    assert leftovers(call) == 0


def test_memory_is_flat():
    x = np.linspace(0.1, 1.0, 100_000)
    resource = pytest.importorskip("resource")

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    gradient = ta.grad(lambda x: np.sum(np.sin(x) * np.where(x > 0.5, x, x * x)))
    gc.collect()
    gc.disable()
    try:
        for _ in range(30):
            gradient(x)
        before = peak()
        for _ in range(1000):
            gradient(x)
        # 1,000 gradients of 0.8 MB each, and all intermediate results, would be GBs.
        assert peak() - before < 20_000
    finally:
        gc.enable()


# --- Exact coefficients ------------------------------------------------------------------


def test_fractions_stay_exact():
    half, third = Fraction(1, 2), Fraction(1, 3)
    x = np.array([half, third], dtype=object)
    assert ta.grad(lambda x: x**3 + 1 / (x + 1))(half) == Fraction(3, 4) - Fraction(4, 9)
    assert list(ta.grad(lambda x: np.sum(x * x * x))(x)) == [Fraction(3, 4), third]
    assert list(ta.grad(lambda x: x[0] * x[1] + x[0])(x)) == [Fraction(4, 3), half]
    hessian = ta.hessian(lambda x: x[0] * x[1] ** 2)(x)
    assert hessian.tolist() == [[0, 2 * third], [2 * third, 2 * half]]
    assert ta.derivative(ta.grad(lambda x: 1 / (x + 1)))(half) == Fraction(16, 27)
    with ta.GradientTape() as tape:
        v = tape.watch(half)
        y = v * v * v
    assert tape.gradient(y, v) == Fraction(3, 4)
    by_x, by_y = ta.vjp(lambda x, y: x * y, half, third)[1](third)
    assert (by_x, by_y) == (Fraction(1, 9), Fraction(1, 6))
    for g in (by_x, *ta.grad(lambda x: np.sum(x * x))(x)):
        assert isinstance(g, Fraction)
