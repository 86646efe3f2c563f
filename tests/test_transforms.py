"""Forward transforms, against closed forms, sympy, mpmath and exact fractions."""

import threading
from collections import namedtuple
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

import taylorad as ta
from taylorad.transforms import _blocks

EPS = np.finfo(float).eps


def f_example(x):
    return np.sin(x) ** 2


def g_example(x):
    return np.sin(x) * np.exp(-x * x / 2) + np.log(1 + x * x) / np.sqrt(x + 2)


def close(got, want, ulps=8):
    """Agreement to a few units of the last place, on the scale of the largest entry."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    scale = np.max(np.abs(want), initial=1.0)
    np.testing.assert_allclose(got, want, rtol=0, atol=ulps * EPS * scale)


def exact_g(x, order):
    """Derivatives of g_example by mpmath, at 50 digits."""
    with mpmath.workdps(50):
        coefficients = mpmath.taylor(
            lambda x: (
                mpmath.sin(x) * mpmath.exp(-x * x / 2) + mpmath.log(1 + x * x) / mpmath.sqrt(x + 2)
            ),
            mpmath.mpf(x),
            order,
        )
        return [float(c * mpmath.factorial(k)) for k, c in enumerate(coefficients)]


# The worked examples ---------------------------------------------------------------------


def test_square_of_sine_at_two_points():
    assert f_example(np.pi / 2) == 1
    assert ta.derivative(f_example)(0.0) == 0
    assert abs(ta.derivative(f_example)(np.pi / 2)) < 1e-15


def test_square_of_sine_on_a_grid():
    x = np.linspace(-2 * np.pi, 2 * np.pi, 100)
    first = ta.derivative(f_example)
    second = ta.derivative(first)
    third = ta.derivative(second)
    nested = np.stack([f_example(x), first(x), second(x), third(x)])
    closed = np.stack([np.sin(x) ** 2, np.sin(2 * x), 2 * np.cos(2 * x), -4 * np.sin(2 * x)])
    close(nested, closed, ulps=4)
    close(ta.derivatives(f_example, 3)(x), closed, ulps=4)
    close(ta.derivatives(f_example, 3)(x), nested, ulps=4)


def power_by_loop(x, y):
    out = 1
    for _ in range(int(y)):
        out = np.multiply(out, x)
    return out


@pytest.mark.parametrize(("x", "y", "value", "slope"), [(3.0, 2, 9, 6), (4.0, 3, 64, 48)])
def test_python_loop(x, y, value, slope):
    assert power_by_loop(x, y) == value
    assert ta.derivative(power_by_loop)(x, y) == slope
    assert ta.derivative(power_by_loop, order=2)(x, y) == (2 if y == 2 else 24)


# derivative and derivatives --------------------------------------------------------------


@pytest.mark.parametrize("x", [-1.5, 0.0, 0.3, 2.0, 10.0])
def test_orders_up_to_twelve(x):
    want = exact_g(x, 12)
    got = ta.derivatives(g_example, 12)(x)
    for k in range(13):
        # the recurrences lose about an ulp a degree, on the scale of the terms that cancel
        assert got[k] == pytest.approx(want[k], rel=1e-11, abs=1e-13 * max(map(abs, want[: k + 1])))
        assert ta.derivative(g_example, k)(x) == pytest.approx(got[k], rel=1e-13, abs=1e-300)


@pytest.mark.parametrize(
    "expression",
    [
        "exp(x)*cos(3*x)",
        "log(x)/x",
        "x**5 - 3*x**2 + 7",
        "atan(x)*sqrt(1 + x**2)",
        "tanh(x)**3",
        "1/(1 + 25*x**2)",
    ],
)
def test_against_sympy(expression):
    x = sympy.Symbol("x")
    expression = sympy.sympify(expression)
    f = sympy.lambdify(x, expression, "numpy")
    points = [0.25, 1.0, 1.75]
    got = ta.derivatives(f, 5)(np.array(points))
    assert got.shape == (6, 3)
    for k in range(6):
        derivative = sympy.diff(expression, x, k)
        for at, point in enumerate(points):
            want = float(derivative.evalf(30, subs={x: sympy.Float(point, 30)}))
            assert got[k, at] == pytest.approx(want, rel=1e-11, abs=1e-11)


def test_exact_fractions():
    x = Fraction(1, 3)

    def f(x):
        return x**3 - 1 / x

    got = ta.derivative(f)(x)
    assert isinstance(got, Fraction)
    assert got == 3 * x**2 + 1 / x**2
    assert list(ta.derivatives(f, 4)(x)) == [
        x**3 - 1 / x,
        3 * x**2 + 1 / x**2,
        6 * x - 2 / x**3,
        6 + 6 / x**4,
        -24 / x**5,
    ]
    assert ta.derivative(ta.derivative(f))(x) == 6 * x - 2 / x**3
    array = np.array([Fraction(1, 2), Fraction(3)], dtype=object)
    assert list(ta.derivative(f)(array)) == [3 * x**2 + 1 / x**2 for x in array]


def test_mpmath_numbers_keep_their_digits():
    with mpmath.workdps(60):
        x = mpmath.mpf(1) / 7
        got = ta.derivative(lambda x: x**4 / (1 + x), 3)(x)
        want = mpmath.diff(lambda x: x**4 / (1 + x), x, 3)
        assert abs(got - want) < mpmath.mpf(10) ** -40


def test_order_zero_is_the_function():
    x = np.array([0.5, 1.5])
    np.testing.assert_array_equal(ta.derivative(np.tanh, 0)(x), np.tanh(x))
    assert ta.derivatives(np.tanh, 0)(x).shape == (1, 2)
    assert ta.derivatives(lambda x: x * x, 0)(3.0).tolist() == [9.0]


def test_other_arguments_pass_untouched():
    seen = []

    def f(n, x, flag, *, scale):
        seen.append((n, flag, scale))
        return scale * x**n

    marker = object()
    assert ta.derivative(f, argnum=1)(3, 2.0, marker, scale=10) == 120
    assert all(type(n) is int and flag is marker and type(s) is int for n, flag, s in seen)
    assert ta.derivative(f, argnum=-2)(3, 2.0, marker, scale=10) == 120


@pytest.mark.parametrize("x", [2, True, np.int32(2), np.bool_(True), [1, 2], (1, 2)])
def test_integers_promote(x):
    got = ta.derivative(lambda x: x**3)(x)
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, 3.0 * np.asarray(x).astype(float) ** 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_dtypes_and_shapes(dtype, shape):
    x = np.full(shape, 0.7, dtype)
    got = ta.derivative(np.sin)(x)
    assert got.dtype == dtype
    assert np.shape(got) == shape
    np.testing.assert_allclose(got, np.cos(x), rtol=4 * np.finfo(dtype).eps)
    assert ta.derivatives(np.sin, 3)(x).dtype == dtype


def test_complex_argument():
    z = np.array([0.3 + 0.4j, -1.0 + 2.0j])
    close(ta.derivative(lambda z: np.exp(z) * z, 2)(z), np.exp(z) * (z + 2))


def test_scalars_come_back_as_scalars():
    assert isinstance(ta.derivative(np.sin)(1.0), np.float64)
    assert isinstance(ta.derivative(np.sin)(np.array(1.0)), np.float64)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 4)])
def test_empty_arrays(shape):
    x = np.empty(shape)
    assert ta.derivative(g_example)(x).shape == shape
    assert ta.derivatives(g_example, 3)(x).shape == (4, *shape)


def test_nan_and_infinity_stay_where_they_are():
    x = np.array([np.nan, np.inf, -np.inf, 1.0])
    got = ta.derivatives(lambda x: x * x, 2)(x)
    np.testing.assert_array_equal(got[0], [np.nan, np.inf, np.inf, 1.0])
    np.testing.assert_array_equal(got[1], [np.nan, np.inf, -np.inf, 2.0])
    assert got[2][3] == 2.0
    assert ta.derivative(np.exp)(-np.inf) == 0


def test_noncontiguous_arguments():
    x = np.linspace(-1, 1, 24).reshape(4, 6)
    for view in (x.T, x[::2, ::-1], np.broadcast_to(x[0], (3, 6)), np.asfortranarray(x)):
        close(ta.derivative(np.sin)(view), np.cos(view))


def test_the_argument_is_not_changed():
    x = np.arange(1.0, 4.0)

    def f(x):
        x *= 2
        x[0] = x[0] ** 2
        return x

    assert ta.derivative(f)(x).tolist() == [8.0, 2.0, 2.0]
    assert x.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("value", [3, 3.5, True, np.float64(2.0), np.ones(2), [1.0, 2.0]])
def test_output_that_does_not_depend_on_the_argument(value):
    x = np.array([1.0, 2.0])
    got = ta.derivative(lambda x: value)(x)
    assert np.shape(got) == np.shape(value)
    assert not np.any(got)
    assert not np.any(ta.derivatives(lambda x: value, 2)(1.0)[1:])
    assert not np.any(ta.directional_derivative(lambda x: value)(x, x))
    assert not np.any(ta.jvp(lambda x: value, (1.0,), (1.0,))[1])


def test_structures_of_outputs():
    Pair = namedtuple("Pair", "sine, rest")
    x = np.array([0.1, 0.2, 0.3])
    got = ta.derivative(lambda x: Pair(np.sin(x), {"square": x * x, "parts": [x, (x**3,)]}))(x)
    assert isinstance(got, Pair)
    close(got.sine, np.cos(x))
    close(got.rest["square"], 2 * x)
    close(got.rest["parts"][0], np.ones(3))
    close(got.rest["parts"][1][0], 3 * x**2)
    values, nothing = ta.derivatives(lambda x: (x * x, None), 2)(x)
    assert values.shape == (3, 3)
    assert nothing is None


def test_lists_and_object_arrays_of_scalars_are_arrays():
    x = np.array([1.0, 2.0, 3.0])
    close(ta.derivative(lambda x: [p**2 for p in x])(x), 2 * x)
    close(ta.derivative(lambda x: np.array([p**2 for p in x]))(x), 2 * x)
    got = ta.directional_derivative(lambda x: [x[0] * x[1], x[2], 1.0])(x, np.ones(3))
    close(got, np.array([3.0, 1.0, 0.0]))


def test_a_scalar_argument_may_have_an_output_of_any_shape():
    got = ta.derivative(lambda t: np.array([np.cos(t), np.sin(t)]))(0.5)
    close(got, np.array([-np.sin(0.5), np.cos(0.5)]))
    assert ta.derivatives(lambda t: t * np.arange(3.0), 2)(1.0).shape == (3, 3)


# Is the function elementwise? ------------------------------------------------------------

ELEMENTWISE = {
    "reshape": lambda x: (x.reshape(-1) ** 2).reshape(x.shape),
    "transpose": lambda x: (x.T**2).T,
    "stack": lambda x: np.stack([x * x, x])[0],
    "concatenate": lambda x: np.concatenate([x[:1] ** 2, x[1:] ** 2]),
    "loop": lambda x: np.array([[p**2 for p in row] for row in x]),
    "flip": lambda x: np.flip(np.flip(x, 0) ** 2, 0),
    "sum": lambda x: np.sum(np.stack([x * x, -x, x]), axis=0),
    "matmul": lambda x: (x * x) @ np.eye(x.shape[1]),
    "mask": lambda x: _assigned(x, x > 1),
    "closure": lambda x: x * x * np.ones(x.shape),
}


def _assigned(x, mask):
    y = np.zeros_like(x)
    y[mask] = x[mask] ** 2
    y[~mask] = x[~mask] * x[~mask]
    return y


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_in_disguise(name):
    x = np.linspace(0.1, 2.0, 12).reshape(3, 4)
    close(ta.derivative(ELEMENTWISE[name])(x), 2 * x)
    got = ta.derivatives(ELEMENTWISE[name], 3)(x)
    close(got, np.stack([x * x, 2 * x, np.full(x.shape, 2.0), np.zeros(x.shape)]))


MIXING = {
    "flip": lambda x: x[::-1] * x,
    "cumsum": np.cumsum,
    "center": lambda x: x - np.mean(x),
    "softmax": lambda x: np.exp(x) / np.sum(np.exp(x)),
    "matmul": lambda x: np.arange(x.size**2.0).reshape(x.size, x.size) @ x,
    "roll": lambda x: np.roll(x, 1) ** 2,
    "sort": lambda x: np.sort(-x),
    "scalars": lambda x: np.array([p * x[0] for p in x]),
    "one": lambda x: np.concatenate([x[:1] + 1e-3 * x[1:2], x[1:]]),
}


@pytest.mark.parametrize("size", [2, 3, 50])
@pytest.mark.parametrize("name", MIXING)
def test_mixing_is_refused(name, size):
    x = np.linspace(0.1, 2.0, size)
    for transform in (ta.derivative, lambda f: ta.derivatives(f, 3), lambda f: ta.taylor(f, 3)):
        with pytest.raises(ValueError, match=r"other points.*directional_derivative"):
            transform(MIXING[name])(x)


@pytest.mark.parametrize("f", [np.sum, np.diff, lambda x: x[:2], lambda x: np.outer(x, x)])
def test_another_shape_is_refused(f):
    for transform in (ta.derivative, lambda f: ta.derivatives(f, 2)):
        with pytest.raises(ValueError, match=r"shape \(3,\).*directional_derivative"):
            transform(f)(np.ones(3))


def test_cancellation_is_not_taken_for_mixing():
    x = np.linspace(0.1, 2.0, 40)

    def f(x):
        x = np.stack([x, x])[0]
        return np.sin(x) ** 2 + np.cos(x) ** 2

    assert np.max(np.abs(ta.derivatives(f, 5)(x)[1:])) < 1e-12


def test_mixing_within_an_outer_transform():
    x = np.array([1.0, 2.0])

    def outer(a):
        return ta.derivative(lambda x: np.flip(x) * a)(x)

    with pytest.raises(ValueError, match="other points"):
        ta.derivative(outer)(1.0)


# Blocks and threads ----------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(30_001,), (3, 20_000), (20_000, 3), (2, 3, 7001), (50_000, 1)])
@pytest.mark.parametrize("workers", [None, 1, 2, 5])
def test_blocks_equal_the_whole(shape, workers):
    x = np.linspace(-1.5, 3, int(np.prod(shape))).reshape(shape)
    got = ta.derivatives(lambda x: np.exp(x) * x, 3, workers=workers)(x)
    close(got, np.stack([np.exp(x) * (x + k) for k in range(4)]), ulps=4)


def test_a_million_points():
    x = np.linspace(0, 10, 10**6)
    got = ta.derivatives(np.sin, 2, workers=2)(x)
    close(got, np.stack([np.sin(x), np.cos(x), -np.sin(x)]), ulps=2)
    close(ta.derivative(np.sin)(x), np.cos(x), ulps=2)
    got = ta.derivatives(np.sin, 2)(x.astype(np.float32))
    assert got.dtype == np.float32


def test_blocks_of_views():
    x = np.linspace(-1, 1, 120_000).reshape(300, 400)
    for view in (x.T, x[::2, ::-1], np.broadcast_to(x[0], (100, 400))):
        close(ta.derivatives(np.sin, 1, workers=2)(view), np.stack([np.sin(view), np.cos(view)]))


@pytest.mark.parametrize("shape", [(40_000,), (20, 2000), (2000, 20)])
def test_closures_of_the_shape_of_the_whole(shape):
    x = np.linspace(-1, 1, 40_000).reshape(shape)
    weights = np.linspace(1, 2, 40_000).reshape(shape)
    close(ta.derivatives(lambda x: weights * x * x, 1)(x)[1], 2 * weights * x)
    close(ta.derivative(lambda x: weights[0] * x * x)(x), 2 * weights[0] * x)
    if len(shape) == 2:
        column = weights[:, :1]
        close(ta.derivative(lambda x: column * x * x)(x), 2 * column * x)


POSITIONAL = {
    "arange": lambda x: x * np.arange(len(x)),
    "length": lambda x: x * x / len(x),
    "size": lambda x: x * x / x.size,
    "assignment": lambda x: np.concatenate([x[:10] ** 2, x[10:] ** 3]),
    "linspace": lambda x: np.linspace(0, 1, x.shape[0]) * x,
}


@pytest.mark.parametrize("name", POSITIONAL)
def test_functions_of_the_position(name):
    f, n = POSITIONAL[name], 30_000
    x = np.linspace(1, 2, n)
    weight = {
        "arange": np.arange(n),
        "length": 2 * x / n,
        "size": 2 * x / n,
        "assignment": np.where(np.arange(n) < 10, 2 * x, 3 * x**2),
        "linspace": np.linspace(0, 1, n),
    }[name]
    close(ta.derivative(f)(x), weight)
    close(ta.derivatives(f, 1, workers=2)(x)[1], weight)


def test_mixing_in_a_large_array_is_refused():
    with pytest.raises(ValueError, match="other points"):
        ta.derivatives(np.cumsum, 2)(np.ones(50_000))
    with pytest.raises(ValueError, match="shape"):
        ta.derivative(np.sum)(np.ones(50_000))


def test_errors_of_the_function_surface_unchanged():
    class Problem(Exception):
        pass

    def f(x):
        raise Problem("mine")

    for x in (1.0, np.ones(3), np.ones(50_000)):
        for workers in (None, 2):
            with pytest.raises(Problem, match="mine"):
                ta.derivatives(f, 2, workers=workers)(x)

    def late(x):
        if np.any(x > 40_000):
            raise Problem("late")
        return x * x

    with pytest.raises(Problem, match="late"):
        ta.derivatives(late, 2, workers=2)(np.arange(50_000.0))


@pytest.mark.parametrize("workers", [1, 2])
def test_error_state_reaches_the_threads(workers):
    x = np.linspace(-1, 1, 100_000)
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        ta.derivatives(np.sqrt, 1, workers=workers)(x)
    with np.errstate(all="ignore"):
        got = ta.derivatives(np.sqrt, 1, workers=workers)(x)
    assert np.isnan(got[:, 0]).all()


def test_blocks_avoid_strides_of_a_page():
    for order in range(12):
        for shape in ((10**6,), (1000, 1000), (64, 4096), (2**20,)):
            points = _blocks.block_points(order)
            sizes = [
                np.prod([s.stop - s.start for s in block])
                for block in _blocks.blocks(shape, points)[:3]
            ]
            assert all(size * 8 % 4096 for size in sizes) or shape[-1] % 512 == 0
            assert max(sizes) <= points


@pytest.mark.parametrize(
    "shape", [(1,), (10_000,), (7, 5000), (3, 1, 4000), (5000, 1), (17, 13, 29)]
)
def test_blocks_cover_everything_once(shape):
    count = np.zeros(shape, int)
    for block in _blocks.blocks(shape, 1000):
        count[block] += 1
    assert np.all(count == 1)


def test_blocks_with_several_outputs_and_lost_orders():
    x = np.linspace(-1, 1, 50_001)  # 0 is among them
    ones, sinc = ta.derivatives(lambda x: (x / x, np.sin(x) / x), 2, workers=2)(x)
    close(ones, np.stack([np.ones_like(x), 0 * x, 0 * x]), ulps=1e4)
    close(sinc[0], np.sinc(x / np.pi))
    assert sinc[2][25_000] == pytest.approx(-1 / 3)


# Removable singularities -----------------------------------------------------------------


@pytest.mark.parametrize("order", range(7))
def test_sine_over_argument_at_zero(order):
    want = 0.0 if order % 2 else (-1) ** (order // 2) / (order + 1)
    assert ta.derivative(lambda x: np.sin(x) / x, order)(0.0) == pytest.approx(want, abs=1e-14)
    assert ta.derivatives(lambda x: np.sin(x) / x, order)(np.array([0.0, 1.0]))[
        order, 0
    ] == pytest.approx(want, abs=1e-14)


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        (lambda x: (1 - np.cos(x)) / x**2, [1 / 2, 0, -1 / 12, 0, 1 / 30]),
        (lambda x: (np.exp(x) - 1) / x, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
        (lambda x: np.log1p(x) / np.sin(x), [1, -1 / 2, 1, -3, 12 + 47 / 15]),
    ],
)
def test_orders_that_a_division_loses_are_won_back(f, exact):
    if len(exact) == 5 and exact[1] == -1 / 2:
        x = sympy.Symbol("x")
        series = sympy.series(sympy.log(1 + x) / sympy.sin(x), x, 0, 5).removeO()
        exact = [float(series.coeff(x, k) * sympy.factorial(k)) for k in range(5)]
    np.testing.assert_allclose(ta.derivatives(f, 4)(0.0), exact, atol=1e-13)
    close(ta.derivative(ta.derivative(f))(0.0), exact[2], ulps=64)
    np.testing.assert_allclose(
        np.array(ta.jet(f, (0.0,), ([1.0, 0.0, 0.0],))[1]), exact[1:4], atol=1e-13
    )
    assert ta.jvp(f, (0.0,), (1.0,))[1] == pytest.approx(exact[1])
    assert ta.directional_derivative(f, 3)(0.0, 1.0) == pytest.approx(exact[3], abs=1e-13)
    np.testing.assert_allclose(
        ta.taylor(f, 2)(0.0).coefficients, [exact[0], exact[1], exact[2] / 2], atol=1e-13
    )


def test_a_pole_is_not_resolved():
    with np.errstate(all="ignore"):
        got = ta.derivatives(lambda x: 1 / x, 2)(0.0)
    assert not np.isfinite(got).any()


# Nesting ---------------------------------------------------------------------------------


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


def test_taylor_refuses_what_it_cannot_do_yet():
    with pytest.raises(TypeError, match="one positional argument, but 2"):
        ta.taylor(np.multiply, 2)(1.0, 2.0)
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


# Misuse ----------------------------------------------------------------------------------

ORDERED = [
    lambda order: ta.derivative(np.sin, order),
    lambda order: ta.derivatives(np.sin, order),
    lambda order: ta.directional_derivative(np.sin, order),
    lambda order: ta.taylor(np.sin, order),
]


@pytest.mark.parametrize("make", ORDERED)
@pytest.mark.parametrize(
    ("order", "error"),
    [(-1, ValueError), (1.5, TypeError), (2.0, TypeError), (True, TypeError), ("2", TypeError),
     (None, TypeError), (np.nan, TypeError)],
)  # fmt: skip
def test_orders_that_are_not(make, order, error):
    with pytest.raises(error, match="order must be"):
        make(order)


@pytest.mark.parametrize("make", ORDERED)
def test_numpy_integers_are_orders(make):
    make(np.int64(2))


@pytest.mark.parametrize("argnum", [1.0, True, "0", None, (0, 1)])
def test_argnum_must_be_an_integer(argnum):
    with pytest.raises(TypeError, match="argnum"):
        ta.derivative(np.sin, argnum=argnum)


@pytest.mark.parametrize("argnum", [1, 5, -2])
def test_argnum_out_of_range(argnum):
    with pytest.raises(ValueError, match=f"argnum={argnum}.*1 positional argument;"):
        ta.derivative(np.sin, argnum=argnum)(1.0)


def test_argument_by_keyword():
    with pytest.raises(ValueError, match="by position"):
        ta.derivative(lambda x: x)(x=1.0)


@pytest.mark.parametrize("workers", [0, -1])
def test_workers_must_be_positive(workers):
    with pytest.raises(ValueError, match="workers must be 1 or more"):
        ta.derivatives(np.sin, 1, workers=workers)


@pytest.mark.parametrize("workers", [1.5, True, "two"])
def test_workers_must_be_an_integer(workers):
    with pytest.raises(TypeError, match="workers must be an integer"):
        ta.derivatives(np.sin, 1, workers=workers)


@pytest.mark.parametrize("f", [1.0, "sin", None, np.ones(3), ta.Taylor([1.0, 2.0])])
def test_functions_must_be_callable(f):
    for make in (
        ta.derivative,
        lambda f: ta.derivatives(f, 1),
        ta.directional_derivative,
        lambda f: ta.taylor(f, 1),
        lambda f: ta.jvp(f, (1.0,), (1.0,)),
        lambda f: ta.jet(f, (1.0,), ([1.0],)),
        lambda f: ta.custom_derivative(f, np.sin),
    ):
        with pytest.raises(TypeError, match="must be a function"):
            make(f)


@pytest.mark.parametrize(
    "x", ["1", b"1", None, {"a": 1.0}, ["a", "b"], np.array(["a"]), np.array([None]), object(),
          np.datetime64("2020-01-01")]
)  # fmt: skip
def test_arguments_must_be_numeric(x):
    with pytest.raises(TypeError, match="must be a number"):
        ta.derivative(lambda x: x)(x)


@pytest.mark.parametrize("output", ["text", object(), {1, 2}, (1.0, "text"), iter([1.0])])
def test_outputs_must_be_numeric(output):
    with pytest.raises(TypeError, match="must return a number"):
        ta.derivative(lambda x: output)(1.0)


def test_results_are_named_after_the_function():
    assert ta.derivative(f_example).__name__ == "f_example"
    assert "f_example" in ta.derivatives(f_example, 2).__doc__
    assert ta.derivative(np.sin).__name__ == "sin"
