"""Records made past dispatch: values, derivatives and errors as those that take its way."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta

ONE = {
    name: getattr(np, name)
    for name in (
        "sin cos tan exp expm1 exp2 log log1p log2 log10 sqrt cbrt tanh sinh cosh arctan arcsin "
        "arcsinh absolute square negative reciprocal sign floor ceil rint trunc deg2rad positive "
        "isnan isfinite signbit max min prod var std ptp median sort cumprod argmax zeros_like "
        "ones_like shape size count_nonzero average"
    ).split()
} | {
    "norm": np.linalg.norm,
    "max along": lambda a: np.max(a, axis=-1),
    "min, kept": lambda a: np.min(a, 0, keepdims=True),
    "norm along": lambda a: np.linalg.norm(a, axis=0),
    "var along": lambda a: np.var(a, -1, ddof=1),
    "std along": lambda a: np.std(a, axis=0, keepdims=True),
    "prod along": lambda a: np.prod(a, axis=0),
    "sort along": lambda a: np.sort(a, 0),
    "methods": lambda a: a.max() + a.min() * a.std() - a.var() + a.flatten() * a.copy().ravel(),
    "powers": lambda a: 2.0**a + a**2 + a**3 - a**0.5 + np.power(a, 2),
    "numbers": lambda a: 2 * a - a / 3.0 + 1 / a - (a - True) % 1.5 + a // 0.7,
    "compared": lambda a: np.where(a > 0.5, a, -a) * (a <= 1) - (a != 0.0) * (a >= 1),
    "einsum": lambda a: np.einsum("...i,...i->...", a, a),
    "integers taken": lambda a: np.take(a, np.array([0, -1, 0]), axis=-1),
}
TWO = {
    "arithmetic": lambda a, b: (a + b) * (a - b) / (a * b),
    "extremes": lambda a, b: np.maximum(a, b) * np.minimum(b, 0.5) + np.fmax(a, b) - np.fmin(2, a),
    "hypot": np.hypot,
    "logaddexp": np.logaddexp,
    "logaddexp2": np.logaddexp2,
    "remainder": np.remainder,
    "fmod": np.fmod,
    "copysign": np.copysign,
    "power": lambda a, b: (1 + a * a) ** b,
    "arctan2": np.arctan2,
    "floor_divide": np.floor_divide,
    "compared": lambda a, b: np.where(a < b, a * b, a) * (b == a) + (a > b) * a,
    "stacked": lambda a, b: np.vstack([a, b]).sum(0) * np.hstack([a, b])[..., :1],
    "products": lambda a, b: np.vdot(a, b) * np.tensordot(a, np.ravel(b)[:1], 0),
}
M = np.array([[0.3, 1.0, 2.5, -0.7], [1.0, 0.25, 0.5, 1.75], [3.0, -1.5, 0.5, 0.1]])
POINTS = {
    "plain": np.array([0.3, 0.9, 0.45, 0.7, 0.15]),
    "ties, signs and zeros": np.array([0.5, -0.5, 0.0, 2.0, 2.0, -0.0, 1.0]),
    "nan and infinite": np.array([0.5, np.nan, np.inf, -np.inf, 1.0]),
    "huge and tiny": np.array([1e300, -1e200, 1e-310, 5e-324, 1.0]),
    "matrix": M,
    "not contiguous": np.linspace(0.1, 0.9, 12).reshape(3, 4)[::2, ::-1],
    "other order": np.asfortranarray(M),
    "of one": np.array([[0.75]]),
    "none": np.zeros(0),
    "scalar": np.float64(0.8),
    "single": np.array([0.25, 0.5, 0.75, 0.1], np.float32),
    "complex": np.array([0.25 + 1j, 0.5 - 2j, -0.75]),
}
MANY = np.linspace(0.05, 0.95, 2500)  # more than go past the ufuncs


def weighted(call):
    def f(*operands):
        y = call(*operands)
        return np.sum(y * np.linspace(1, 2, np.size(y)).reshape(np.shape(y)))

    return f


def by_tapes(f, points):
    """First derivatives, and those of a weighted sum of them."""
    with ta.GradientTape() as outer:
        watched = [outer.watch(x) for x in points]
        with ta.GradientTape() as tape:
            y = f(*watched)
        first = tape.gradient(y, watched, unconnected_gradients="zero")
        total = sum(np.sum(g * weights(g)) for g in first)
    second = outer.gradient(total, watched, unconnected_gradients="zero")
    return [*map(ta.value, first), *second]


def by_forward_mode(f, points):
    each = [ta.jacobian(f, argnums=i, mode="forward") for i in range(len(points))]
    first = [g(*points) for g in each]

    def total(*operands):
        return sum(np.sum(g(*operands) * weights(x)) for g, x in zip(each, points, strict=True))

    second = [ta.jacobian(total, argnums=i, mode="forward")(*points) for i in range(len(points))]
    return [*first, *second]


def tame(x):
    """Whether derivatives by this are the same on a tape and in forward mode, or not finite."""
    return bool(np.size(x) and np.all(np.isfinite(x)) and np.all(np.abs(x) < 1e100))


def weights(x):
    return np.linspace(-1, 2, np.size(x)).reshape(np.shape(x))


def compare(call, *points):
    """Values as NumPy's and derivatives as those of forward mode, where these are finite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            plain = call(*points)
        except (TypeError, ValueError, IndexError) as error:
            with ta.GradientTape() as tape, pytest.raises(type(error)):
                call(*map(tape.watch, points))
            return
        with ta.GradientTape() as tape:
            try:
                y = call(*map(tape.watch, points))
            except ta.DerivativeError:
                return
        held = ta.value(y)
        if isinstance(plain, tuple):
            assert held == plain
            return
        a, b = np.asarray(held), np.asarray(plain)
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        single = any(np.asarray(x).dtype != np.float64 for x in (b, *points))
        assert_allclose(a, b, rtol=1e-6 if single else 4e-15)
        if single or not b.size or not all(map(tame, points)):
            return
        f = weighted(call)
        for found, wanted in zip(by_tapes(f, points), by_forward_mode(f, points), strict=True):
            there = np.isfinite(wanted)
            scale = np.max(np.abs(wanted), where=there, initial=1.0)
            assert_allclose(
                np.where(there, found, 0), np.where(there, wanted, 0), rtol=1e-9,
                atol=1e-12 * scale,
            )  # fmt: skip


@pytest.mark.parametrize("x", POINTS.values(), ids=POINTS)
@pytest.mark.parametrize("call", ONE.values(), ids=ONE)
def test_of_one(call, x):
    compare(call, x)


@pytest.mark.parametrize("x", POINTS.values(), ids=POINTS)
@pytest.mark.parametrize("call", TWO.values(), ids=TWO)
def test_of_two(call, x):
    compare(call, x, x[::-1].copy() if np.ndim(x) else x)
    compare(lambda a: call(a, 0.5), x)
    compare(lambda b: call(np.asarray(x), b), x + 0.125)
    if np.ndim(x):
        compare(call, x, x[..., :1].copy())


def test_of_many():
    x, n = MANY, len(MANY)
    formulas = {
        "sin": np.cos(x),
        "sqrt": 0.5 / np.sqrt(x),
        "square": 2 * x,
        "var": 2 * (x - np.mean(x)) / n,
        "norm": x / np.linalg.norm(x),
        "max": (x == np.max(x)).astype(float),
    }
    for name, slope in formulas.items():
        with ta.GradientTape() as tape:
            v = tape.watch(x)
            y = ONE[name](v)
        assert_allclose(y.value, ONE[name](x), rtol=1e-15)
        assert_allclose(tape.gradient(y, v), slope, rtol=1e-12, atol=1e-15)


def test_values_are_numpys_to_the_last_bit():
    not_of_scalars = ("sort", "min, kept", "einsum", "zeros_like", "ones_like")
    for x in (POINTS["plain"], M, np.float64(0.3)):
        for name, call in ONE.items():
            if not np.ndim(x) and ("along" in name or name in not_of_scalars):
                continue
            with ta.GradientTape() as tape, np.errstate(all="ignore"):
                y, plain = call(tape.watch(x)), call(x)
            assert type(ta.value(y)) is type(plain), name
            assert_array_equal(ta.value(y), plain, strict=isinstance(plain, np.ndarray))
    for shape in ((3, 4, 5), (1, 4, 1), (4, 1, 4), (1, 1, 1), (40, 30, 20)):
        random = np.random.default_rng(0)
        a, b = random.normal(size=shape[:2]), random.normal(size=shape[1:])
        for left, right in ((a, b), (a, b[:, 0]), (a[0], b), (a.T.copy().T, b)):
            with ta.GradientTape() as tape:
                y, z = tape.watch(left) @ right, left @ tape.watch(right)
            assert_array_equal(ta.value(y), left @ right)
            assert_array_equal(ta.value(z), left @ right)


def test_warnings_and_errors_are_numpys():
    x = np.array([0.0, 1.0])
    with ta.GradientTape() as tape:
        v = tape.watch(x)
        for call in (lambda: 1 / v, lambda: np.log(v), lambda: v / 0, lambda: np.exp(v * 1e4)):
            with pytest.warns(RuntimeWarning):
                call()
        with np.errstate(all="raise"), pytest.raises(FloatingPointError):
            np.log(v)
        with pytest.raises(ValueError):
            v + np.ones(3)
        with pytest.raises(ValueError):
            v[:] = np.ones(3)
        with pytest.raises(IndexError):
            v[7] = 1.0
        with pytest.raises(ValueError):
            np.max(v[:0])


@pytest.mark.parametrize("call", [
    lambda y, x: y.__setitem__(2, x[0] * 2.0),
    lambda y, x: y.__setitem__(slice(1, 3), x[3:]),
    lambda y, x: y.__setitem__((slice(None), None), x[:, None]),
    lambda y, x: y.__setitem__(slice(None, None, 2), x[1]),
    lambda y, x: y.__setitem__(..., 3.0),
    lambda y, x: y.__setitem__(-1, 1),
    lambda y, x: y.__setitem__([0, 0, 1], x[:3]),
    lambda y, x: y.__iadd__(x),
    lambda y, x: y[1:].__imul__(x[0]),
])  # fmt: skip
def test_assignment(call):
    def f(x):
        y = x * 1.0
        v = y[1:]
        z = +y
        call(y, x)
        return np.sum(y * np.arange(1.0, 6.0)) + np.sum(v**2) * np.sum(z)

    x = POINTS["plain"]
    assert_allclose(ta.grad(f)(x), ta.jacobian(f, mode="forward")(x), rtol=1e-13)
    forward = ta.jacobian(ta.jacobian(f, mode="forward"), mode="forward")(x)
    assert_allclose(ta.hessian(f)(x), forward, rtol=1e-12, atol=1e-12)


def test_deferred_calls_keep_their_arguments():
    bound, y = POINTS["plain"].copy(), POINTS["plain"][::-1].copy()

    def f(x):
        found = np.hypot(x, bound) + np.tensordot(x, bound, 0)[0] + np.append(x, bound)[:5]
        bound[:] = np.nan
        return np.sum(found * found)

    wanted = ta.jacobian(lambda x: np.sum(
        (np.hypot(x, y[::-1]) + x[0] * y[::-1] + x) ** 2), mode="forward")(y)  # fmt: skip
    assert_allclose(ta.grad(f)(y), wanted, rtol=1e-13)


def test_deferred_calls_on_persistent_and_nested_tapes():
    x = POINTS["plain"]
    with ta.GradientTape(persistent=True) as outer:
        v = outer.watch(x)
        with ta.GradientTape(persistent=True) as inner:
            y = np.prod(v) + np.median(v * v) + np.cumprod(v)[-2]
        for _ in range(2):
            g = inner.gradient(y, v)
        s = np.sum(g * g)
    first = [outer.gradient(s, v) for _ in range(2)]
    assert_array_equal(*first)

    def plainly(x):
        return np.prod(x) + np.median(x * x) + np.cumprod(x)[-2]

    slope = ta.jacobian(plainly, mode="forward")
    assert_allclose(ta.value(g), slope(x), rtol=1e-13)
    assert_allclose(first[0], 2 * slope(x) @ ta.jacobian(slope, mode="forward")(x), rtol=1e-12)
    assert_allclose(
        ta.derivative(lambda t: np.sum(ta.grad(lambda x: np.prod(x) * t)(x)))(2.0),
        np.sum(ta.grad(np.prod)(x)), rtol=1e-13,
    )  # fmt: skip


def test_what_leaves_no_trace_does_so_behind_deferred_calls():
    """A slope that is infinite or nan times the cotangent of a value that was not taken."""
    x = np.array([0.0, 2.0, 3.0])

    def f(x):
        y = np.where(x > 1, np.cumprod(np.where(x > 1, x, 1.0)), np.cumprod(np.sqrt(x) * 0))
        return np.sum(y)

    with np.errstate(all="ignore"):
        assert_allclose(ta.grad(f)(x), [0.0, 4.0, 2.0])
    assert_array_equal(ta.grad(lambda x: np.linalg.norm(np.sqrt(x**2)))(np.zeros(2)), 0)


def test_first_calls_are_recorded_as_later_ones():
    import subprocess
    import sys

    code = (
        "import numpy as np, taylorad as ta\n"
        "f = lambda x: np.sum(np.where(x > 1, np.hypot(x, 1.0), x @ x))\n"
        "x = np.linspace(0.5, 2, 5)\n"
        "a = ta.grad(f)(x); b = ta.grad(f)(x)\n"
        "assert (a == b).all()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
