"""Reverse mode and memory: what was recorded is as it was, whatever is assigned to later."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta

# Assignment at places that are named twice: the last one stays -----------------------------------

REPEATED = [
    np.array([0, 1, 0, 1]),
    np.array([2, 2, 2, -1]),
    [3, 0, 3, 0],
    (np.array([1, 1, 0, 1]),),
    np.array([[0, 1], [1, 0]]),
]


@pytest.mark.parametrize("index", REPEATED, ids=str)
@pytest.mark.parametrize("scale", ["array", "scalar", "in place"])
def test_places_named_twice(index, scale):
    def f(x):
        y = x * 1.0
        if scale == "array":
            y[index] = np.reshape(np.sin(x[:4]), np.shape(y[index])) * 3
        elif scale == "scalar":
            y[index] = np.sum(x)
        else:
            y[index] *= y[index] + 2
        return np.sum(y * np.arange(1.0, 6.0))

    x = np.array([0.3, -0.7, 1.1, 0.4, 2.0])
    expected = [ta.jvp(f, (x,), (v,))[1] for v in np.eye(5)]
    assert_allclose(ta.grad(f)(x), expected, rtol=1e-13)
    differences = [(f(x + 1e-6 * v) - f(x - 1e-6 * v)) / 2e-6 for v in np.eye(5)]
    assert_allclose(expected, differences, rtol=1e-7, atol=1e-8)
    product = ta.hvp(f)(x, np.ones(5))
    assert_allclose(ta.grad(lambda x: np.sum(ta.grad(f)(x)))(x), product, rtol=1e-12, atol=1e-13)


def test_rows_named_twice():
    def f(x):
        y = np.zeros_like(x)
        y[np.array([0, 0]), 1:] = x[:, :2]  # the second row of x
        return np.sum(y * np.arange(6.0).reshape(2, 3))

    assert_array_equal(ta.grad(f)(np.ones((2, 3))), [[0, 0, 0], [1, 2, 0]])


# What is kept for the walk ---------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x, a: x * a,
        lambda x, a: a / x + x / a,
        lambda x, a: np.power(x, a),
        lambda x, a: np.where(a > 3.0, x, 2 * x),
        lambda x, a: a @ x,
        lambda x, a: np.einsum("ij,jk", a, x),
        lambda x, a: np.maximum(x, a),
    ],
)
def test_read_only_views_of_arrays_that_change(f):
    def with_view(x):
        whole = np.array([[1.0, 2.0], [3.5, 4.5]])
        view = whole.view()
        view.flags.writeable = False
        y = f(x, view)
        whole[:] = 7.0
        return np.sum(y)

    def apart(x):
        return np.sum(f(x, np.array([[1.0, 2.0], [3.5, 4.5]])))

    x = np.array([[0.5, 1.5], [2.5, 5.5]])
    assert_allclose(ta.grad(with_view)(x), ta.grad(apart)(x), rtol=1e-14)


def test_a_broadcast_constant_and_an_index_that_change():
    a, places = np.array([1.0, 2.0]), np.array([0, 1])
    fixed = places.view()
    fixed.flags.writeable = False

    def f(x):
        y = np.sum(x * np.broadcast_to(a, (3, 2))) + np.sum(x[fixed] * 10.0)
        a[:], places[:] = 100.0, 2
        return y

    assert_array_equal(ta.grad(f)(np.ones((3, 2))), [[11, 12], [11, 12], [1, 2]])


BINARY = {
    "times": lambda z, y: z * y,
    "over": lambda z, y: z / y + y / z,
    "power": lambda z, y: y**z,
    "matmul": lambda z, y: (z * np.eye(2)) @ y,
    "dot": lambda z, y: np.dot(y, z * np.ones(2)),
    "einsum": lambda z, y: np.einsum("i,i->i", y, z * np.ones(2)),
    "maximum": lambda z, y: np.maximum(z * z - 2.7, y),
    "where": lambda z, y: np.where(y > 1.2, z * z, y),
}


@pytest.mark.parametrize("change", ["item", "in place"])
@pytest.mark.parametrize("inner", [ta.grad, ta.derivative])
@pytest.mark.parametrize("name", BINARY)
def test_arrays_of_an_outer_level_that_change_later(name, inner, change):
    def outer(x, change):
        def f(z):
            y = x * 1.0
            w = BINARY[name](z, y)
            if change == "item":
                y[0] = 7.0
            elif change:
                y += 5.0
            return np.sum(w * w)

        return inner(f)(2.0)

    x, v = np.array([1.0, 1.5]), np.array([0.3, -1.0])
    value, gradient = ta.value_and_grad(lambda x: outer(x, ""))(x)
    got = ta.value_and_grad(lambda x: outer(x, change))(x)
    assert_allclose(got[0], value, rtol=1e-13)
    assert_allclose(got[1], gradient, rtol=1e-13)
    got = ta.jvp(lambda x: outer(x, change), (x,), (v,))
    assert_allclose(got, (value, gradient @ v), rtol=1e-13)
    with ta.GradientTape() as tape:
        watched = tape.watch(x)
        y = outer(watched, change)
    if isinstance(y, ta.Variable):
        assert_allclose(tape.gradient(y, watched, unconnected_gradients="zero"), gradient)


def test_an_alias_is_not_read_as_if_it_had_not_changed():
    """A name bound anew by `+=` with a number of an inner level leaves nan behind."""

    def f(x, inner):
        def g(z):
            y = x * 1.0
            alias = y
            y += z
            return np.sum(y) + 0 * np.sum(ta.value(alias))

        return ta.value_and_grad(g)(2.0)[0] if inner == "reverse" else ta.jvp(g, (2.0,), (1.0,))[0]

    for inner in ("reverse", "forward"):
        value, _ = ta.value_and_grad(f)(np.ones(2), inner)
        assert np.isnan(ta.value(value))
    assert np.isnan(ta.jvp(lambda x: f(x, "reverse"), (np.ones(2),), (np.ones(2),))[0])


def test_a_pullback_after_the_primal_has_changed():
    x = np.array([0.0, 1.0])
    with np.errstate(all="ignore"):
        _, pullback = ta.vjp(lambda x: np.sin(x) / x + x**3, x)
        before = pullback(np.ones(2))[0]
        x[:] = 100.0
        assert_array_equal(pullback(np.ones(2))[0], before)


# Scalars, as NumPy has them ------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x,
        lambda x: np.sum(x * x),
        lambda x: np.reshape(x, -1)[0],
        lambda x: np.max(x) + 0.5,
    ],
)
@pytest.mark.parametrize("method", ["__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__"])
def test_in_place_operators_bind_scalars_anew(f, method):
    def g(x):
        first = f(x)
        y = getattr(first, method, None)
        y = y(2.0) if y else getattr(first, method.replace("__i", "__"))(2.0)
        return first * y

    _, expected = ta.jvp(g, (3.0,), (1.0,))
    value, gradient = ta.value_and_grad(g)(3.0)
    assert_allclose(value, g(np.float64(3.0)), rtol=1e-14)
    assert_allclose(gradient, expected, rtol=1e-14)


def test_scalars_out_of_arrays_that_change():
    def f(x):
        y = x * 1.0
        item, (first, *_) = y[0], y
        y **= 2
        return item + 10 * first + np.sum(y)

    x = np.array([3.0, 4.0])
    for g in (f, lambda x: ta.jvp(f, (x,), (x,))[1], lambda x: np.sum(ta.grad(f)(x) * x)):
        assert_allclose(ta.grad(g)(x), [ta.jvp(g, (x,), (v,))[1] for v in np.eye(2)], rtol=1e-14)
    assert_allclose(ta.grad(f)(x), [17, 8])
    assert_allclose(ta.grad(lambda x: ta.jvp(f, (x,), (x,))[1])(x), [23, 16])


@pytest.mark.parametrize("index", [True, np.True_, (True, 1), (True, slice(1)), (..., True)])
def test_a_boolean_scalar_copies(index):
    def f(x):
        y = x * 1.0
        one = y[index]
        y[index] *= 3
        return np.sum(y[index] ** 2) + np.sum(one * y[index]) + np.sum(one)

    x = np.array([1.0, 2.0, 3.0])
    expected = [ta.jvp(f, (x,), (v,))[1] for v in np.eye(3)]
    assert_allclose(ta.grad(f)(x), expected)
    assert_allclose(ta.hvp(f)(x, x), expected - ta.grad(f)(0 * x))  # it is quadratic


@pytest.mark.parametrize(
    "f",
    [
        lambda v: v**2,
        lambda v: -v,
        np.square,
        np.sin,
        lambda v: v * v,
        lambda v: 2 / v,
        lambda v: v[::-1],
        lambda v: v[np.array([0, 0, 1])],
        np.cumsum,
        lambda v: +v,
        lambda v: v.copy(),
        lambda v: v @ v,
        lambda v: np.concatenate([v, v]),
        lambda v: np.where(v > 1.5, v, v * v),
        lambda v: abs(v),
        lambda v: v**2.5,
        lambda v: v.view(),
        lambda v: np.lib.stride_tricks.sliding_window_view(v, 2) ** 2,
        lambda v: np.maximum(v, 1.7),
        lambda v: np.sum(v, axis=0),
        lambda v: np.stack(list(v)),
    ],
)
def test_views_are_taken_anew_by_every_operation(f):
    def g(x):
        y = x * 1.0
        view, same = y[1:], y.view()
        y[1] = x[0] * 3
        same[-1] *= x[1]
        return np.sum(np.sin(f(view)))

    x = np.array([0.4, 0.9, 1.6, 2.1])
    expected = [ta.jvp(g, (x,), (v,))[1] for v in np.eye(4)]
    assert_allclose(ta.grad(g)(x), expected, rtol=1e-13)
    assert_allclose(ta.value_and_grad(g)(x)[0], g(x), rtol=1e-14)


@pytest.mark.parametrize("order", [(), ("C",), ("K",)])
def test_copies_have_the_memory_order_of_numpys(order):
    def f(x):
        y = (x * 1.0).T.copy(*order)
        y.reshape(-1)[0] = 7.0  # of a view, or of a copy
        return np.sum(y * y * np.arange(1.0, 5.0).reshape(2, 2))

    x = np.array([[0.3, 0.7], [0.2, 1.4]])
    value, gradient = ta.value_and_grad(f)(x)
    assert_allclose(value, f(x))
    differences = [(f(x + 1e-6 * v) - f(x - 1e-6 * v)) / 2e-6 for v in np.eye(4).reshape(4, 2, 2)]
    assert_allclose(np.ravel(gradient), differences, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("f", [lambda w: w.astype(float), lambda w: w.copy(), lambda w: w.view()])
def test_methods_of_variables_that_an_inner_tape_watches(f):
    w = ta.Variable(np.array([1.0, 2.0]))

    def g(z):
        with ta.GradientTape() as tape:
            y = np.sum(f(w) ** 2 * z)
        return np.sum(tape.gradient(y, w))

    assert g(3.0) == ta.grad(g)(3.0) * 3 == ta.derivative(g)(3.0) * 3 == 18


# What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x, a: x * a,
        lambda x, a: a * x,
        lambda x, a: x + a,
        lambda x, a: np.multiply(a, x),
        lambda x, a: np.hypot(a, x),
        lambda x, a: np.dot(a, x),
        lambda x, a: np.where(x > 0, a, x),
    ],
)
@pytest.mark.parametrize("transform", [ta.grad, ta.derivative])
def test_matrices(f, transform):
    x = np.eye(2) + 1
    with pytest.raises(TypeError, match=r"numpy\.matrix is not supported"):
        transform(lambda x: np.sum(f(x, np.ones((2, 2)).view(np.matrix))))(x)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, a: x * a,
        lambda x, a: x / a,
        lambda x, a: np.multiply(x, a),
        lambda x, a: np.maximum(x, a),
        lambda x, a: np.where(x > 0, a, x),
        lambda x, a: np.concatenate([x, a]),
    ],
)
@pytest.mark.parametrize("transform", [ta.grad, ta.jacobian])
def test_masked_arrays(f, transform):
    masked = np.ma.array([1.0, 2.0], mask=[True, False])
    with pytest.raises(TypeError, match="masked arrays are not supported"):
        transform(lambda x: np.sum(f(x, masked)))(np.ones(2))


def test_the_jacobian_of_a_complex_target_by_a_real_source():
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(np.ones(2))
        z = x * (1 + 2j)
        y = np.imag(z)
    with pytest.raises(TypeError, match="imaginary"):
        tape.jacobian(z, x)
    assert_array_equal(tape.jacobian(y, x), 2 * np.eye(2))


def test_a_selection_can_be_assigned_to():
    def f(x):
        y = np.select([x > 0.5], [x * x], 2 * x)
        y[0] *= 3
        return np.sum(y)

    x = np.array([1.0, 0.2])
    assert_array_equal(ta.grad(f)(x), [6, 2])
    assert ta.jvp(f, (x,), (np.ones(2),))[1] == 8


@pytest.mark.parametrize("f", [lambda x: np.sin(x) / x, lambda x: (1 - np.cos(x)) / x**2])
def test_the_hessian_of_a_scalar_at_a_removable_singularity(f):
    with np.errstate(all="ignore"):
        expected = ta.derivative(f, 2)(0.0)
        assert_allclose(ta.hessian(f)(0.0), expected, rtol=1e-12)
