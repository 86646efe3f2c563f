"""Hessians that are sparse by structure: the same as by all directions, and never a lost entry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta
from taylorad.transforms import _sparsity
from taylorad.transforms._sparsity import sparse_hessian

N = 144
X = np.linspace(0.3, 1.7, N) + 0.05 * np.sin(np.arange(N))
W = np.cos(np.arange(N - 1.0))


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def looped(x):
    total = 0.0
    for i in range(len(x) - 2):
        total += np.sin(x[i] * x[i + 2]) / x[i + 1]
    return 0.5 * total


def poisson(x):
    u = x.reshape(12, 12)
    return np.sum(np.diff(u**2, axis=0)) + np.sum((u[1:] - u[:-1]) ** 2) + np.sum(
        np.exp(u[:, 1:] * u[:, :-1])
    )


SPARSE = {
    "rosenbrock": rosenbrock,
    "loop": looped,
    "grid": poisson,
    "diagonal": lambda x: np.sum(np.log1p(x**2) * np.exp(-x)) / 3.0,
    "chain": lambda x: np.sum(np.hypot(x[1:], x[:-1]) * W) - 2.0 * x[5],
    "kinks": lambda x: np.sum(np.where(x > 1, x**3, np.abs(x)) + np.maximum(x, 1.1) ** 2),
    "moved": lambda x: np.sum(x * np.roll(x, 1)) + np.sum(np.flip(x)[2:] ** 2 * x[:-2]),
    "joined": lambda x: np.sum(np.concatenate([x[:3], W[:4], x[1:] * x[:-1]]) ** 2),
    "stacked": lambda x: np.sum(np.stack([x[1:], x[:-1]], axis=1).ravel() ** 3),
    "inner product": lambda x: x @ x + np.dot(x[1:], np.sqrt(x[:-1])) - W @ x[1:],
    "taken": lambda x: np.sum(x[::3] * x[1::3] + x[np.arange(0, N, 3)] ** 2),
    "picked": lambda x: np.sum(x[x > 1] ** 2) + x[3] * x[7] - np.mean(x),
    "constant": lambda x: np.sum(x * 0.5) + 0.0 * np.sum(np.cumsum(x)),
    "separate": lambda x: np.sum(np.arctan2(x[1:], 2.0) * W / x[1:]),
}
DENSE = {
    "root of a sum": lambda x: np.sqrt(np.sum(x * x)),
    "norm": lambda x: np.linalg.norm(x),
    "product of sums": lambda x: np.sum(x) * np.sum(x**2),
    "running": lambda x: np.sum(np.cumsum(x) ** 2),
    "matrix": lambda x: np.sum(x.reshape(12, 12) @ x.reshape(12, 12)),
    "arrow": lambda x: np.sum(x * x[0]),
    "softmax": lambda x: np.log(np.sum(np.exp(x))),
    "sorted": lambda x: np.sum(np.sort(x)[1:] * np.sort(x)[:-1]),
    "assigned": lambda x: _assigned(x),
    "product": np.prod,
}


def _assigned(x):
    y = x * 1.0
    y[1:] = x[:-1] * x[1:]
    return np.sum(y**2)


def by_all(f):
    return ta.jacobian(ta.jacobian(f, mode="reverse"), mode="forward")


@pytest.mark.parametrize("f", SPARSE.values(), ids=SPARSE)
def test_sparse(f):
    f(ta.Variable(X))
    found = sparse_hessian(f, X, ta.jacobian(f, mode="reverse"))
    assert found is not None
    wanted = by_all(f)(X)
    assert_allclose(found, wanted, rtol=1e-14, atol=1e-13 * np.max(np.abs(wanted), initial=1e-300))
    assert_array_equal(found == 0, wanted == 0)
    assert_array_equal(ta.hessian(f)(X), found)


@pytest.mark.parametrize("f", DENSE.values(), ids=DENSE)
def test_dense(f):
    assert sparse_hessian(f, X, ta.jacobian(f, mode="reverse")) is None
    assert_array_equal(ta.hessian(f)(X), by_all(f)(X))


@pytest.mark.parametrize("seed", range(40))
def test_random_programs(seed):
    """Of whole numbers, so that both ways are exact."""

    def f(x):
        random = np.random.default_rng(seed)
        known = [x]
        for _ in range(random.integers(2, 8)):
            a, b = (known[i] for i in random.integers(0, len(known), 2))
            shift, start = int(random.integers(1, 4)), int(random.integers(0, N))
            table = np.round(random.uniform(-2, 2, N))
            known.append([
                lambda a=a, b=b: a + b,
                lambda a=a, b=b: a * b,
                lambda a=a: a**2,
                lambda a=a, shift=shift: np.roll(a, shift) - a,
                lambda a=a, table=table: a * table,
                lambda a=a, b=b, start=start: np.concatenate([a[start:], b[:start]]),
                lambda a=a, b=b, table=table: np.where(table > 0, a, b),
                lambda a=a, b=b, start=start: a + b[start],
                lambda a=a: a.reshape(12, 12).T.ravel(),
                lambda a=a: a[::-1] - 1.0,
                lambda a=a, start=start: a * a[start],
                lambda a=a: a + np.sum(a),
                lambda a=a: np.cumsum(a),
            ][random.integers(13)]())  # fmt: skip
        return np.sum(known[-1] * known[random.integers(0, len(known))])

    x = np.random.default_rng(seed).integers(-2, 3, N).astype(float)
    assert_array_equal(ta.hessian(f)(x), by_all(f)(x))


def test_against_the_formula():
    n = 300
    x = np.linspace(-1, 2, n)
    wanted = np.zeros((n, n))
    i = np.arange(n - 1)
    wanted[i, i] += 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
    wanted[i + 1, i + 1] += 200
    wanted[i, i + 1] = wanted[i + 1, i] = -400 * x[:-1]
    assert_allclose(ta.hessian(rosenbrock)(x), wanted, rtol=1e-14)


def test_shapes_arguments_and_what_is_not_for_it():
    u = X.reshape(8, 18)
    f = lambda a, u, power=2: np.sum((a * u[1:] * u[:-1]) ** power)  # noqa: E731
    found = ta.hessian(f, argnums=1)(2.0, u, power=3)
    assert found.shape == (8, 18, 8, 18)
    assert_allclose(found, by_all(lambda u: f(2.0, u, 3))(u), rtol=1e-12)
    pair = ta.hessian(lambda d: np.sum(d["x"] ** 2))({"x": X})
    assert_array_equal(pair["x"]["x"], 2 * np.eye(N))
    single = ta.hessian(lambda x: np.sum(x**2))(X.astype(np.float32))
    assert single.dtype == np.float32
    with pytest.raises(TypeError):
        ta.hessian(3)
    assert ta.hessian(lambda x: x**2)(X).shape == (N, N, N)
    assert_array_equal(ta.hessian(lambda x: 1.0)(X), np.zeros((N, N)))


def test_within_other_transforms(monkeypatch):
    """What a function closes over may carry derivatives of other levels."""
    monkeypatch.setattr(_sparsity, "FEWEST", 8)
    x = X[:16]

    def corner(s):
        return ta.hessian(lambda x: np.sum(np.sin(s * x[1:]) * x[:-1]))(x)[3, 4]

    plain = by_all(lambda x: np.sum(np.sin(2.0 * x[1:]) * x[:-1]))(x)[3, 4]
    assert_allclose(corner(2.0), plain, rtol=1e-13)
    h = 1e-6
    slope = (corner(2.0 + h) - corner(2.0 - h)) / (2 * h)
    assert_allclose(ta.derivative(corner)(2.0), slope, rtol=1e-6)
    assert_allclose(ta.grad(corner)(2.0), slope, rtol=1e-6)
    with ta.GradientTape() as tape:
        s = tape.watch(2.0)
        y = corner(s)
    assert_allclose(tape.gradient(y, s), slope, rtol=1e-6)


def test_what_takes_further_orders_is_left_to_all_directions():
    f = lambda x: np.sum(np.sin(x) / x) + np.sum(x[1:] * x[:-1])  # noqa: E731
    x = X.copy()
    x[5] = 0.0
    with np.errstate(all="ignore"):
        assert sparse_hessian(f, x, ta.jacobian(f, mode="reverse")) is None


def test_a_function_that_changes_is_left_to_all_directions():
    calls = []

    def f(x):
        calls.append(1)
        return np.sum(x[1:] ** 2 * x[:-1] if len(calls) == 1 else x[2:] ** 2 * x[:-2])

    assert sparse_hessian(f, X, ta.jacobian(f, mode="reverse")) is None
    assert_array_equal(ta.hessian(f)(X), by_all(lambda x: np.sum(x[2:] ** 2 * x[:-2]))(X))


def test_as_few_directions_as_groups():
    rows, starts = _sparsity._pattern(rosenbrock, X)
    assert len(rows) == 3 * N - 2 and starts[-1] == len(rows)
    assert _sparsity.column_groups(rows, starts).max() == 2
    seen = []

    def f(x):
        seen.append(1)
        return rosenbrock(x)

    ta.hessian(f)(X)
    assert len(seen) == 2


# --- Removable singularities ---------------------------------------------------------------


def sinc_second(x: np.ndarray) -> np.ndarray:
    """The second derivative of sin(x) / x, by its series near 0."""
    near = np.abs(x) < 0.5
    safe = np.where(near, 1.0, x)
    series = sum(
        (-1) ** k * x ** (2 * k - 2) * (2 * k) * (2 * k - 1) / math.factorial(2 * k + 1)
        for k in range(1, 12)
    )
    far = -np.sin(safe) / safe - 2 * np.cos(safe) / safe**2 + 2 * np.sin(safe) / safe**3
    return np.where(near, series, far)


@pytest.mark.parametrize("n", [9, 21, 151])
def test_one_input_at_a_removable_singularity(n: int) -> None:
    x = np.linspace(-1.0, 1.0, n)
    assert x[n // 2] == 0.0
    with np.errstate(all="ignore"):
        got = ta.hessian(lambda x: np.sum(np.sin(x) / x))(x)
        coupled = ta.hessian(lambda x: np.sum(np.sin(x) / x) * x[0])(x)
    assert_allclose(got, np.diag(sinc_second(x)), atol=1e-13)
    slope = ta.derivative(lambda x: np.sin(x) / x)(x)
    want = np.diag(sinc_second(x) * x[0])
    want[0] += slope
    want[:, 0] += slope
    assert_allclose(coupled, want, atol=1e-12)


def test_some_inputs_at_a_removable_singularity() -> None:
    x = np.array([0.0, 0.3, -1.0, 0.0, 2.0, 0.5, 1.0, 1.5, -0.4, 0.7])
    with np.errstate(all="ignore"):
        got = ta.hessian(lambda x: np.sum(np.sin(x) / x))(x.reshape(5, 2))
    assert_allclose(got.reshape(10, 10), np.diag(sinc_second(x)), atol=1e-13)


@pytest.mark.parametrize("n", [9, 12])
def test_all_inputs_at_a_removable_singularity(n: int) -> None:
    """Of sin(x) / x the second derivative at 0 is -1 / 3, of (1 - cos(x)) / x^2 it is -1 / 12."""
    zero, unit = np.zeros(n), np.eye(n)
    with np.errstate(all="ignore"):
        product = ta.hessian(lambda x: np.sum(np.sin(x) / x) * np.sum(np.sinc(x)))(zero)
        square = ta.hessian(lambda x: np.sum((1 - np.cos(x)) / x**2) ** 2)(zero.reshape(3, -1))
    assert_allclose(product, -n / 3 * (1 + np.pi**2) * unit, rtol=1e-13, atol=1e-12)
    assert_allclose(square.reshape(n, n), -n / 12 * unit, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("n", [9, 30])
def test_a_singular_input_that_all_others_depend_on(n: int) -> None:
    x = np.linspace(0.0, 2.0, n)
    with np.errstate(all="ignore"):
        got = ta.hessian(lambda x: np.sin(x[0]) / x[0] * np.sum(x[1:] ** 3))(x)
    want = np.diag(6 * x)
    want[0, 0] = -np.sum(x**3) / 3
    assert_allclose(got, want, rtol=1e-13, atol=1e-12)


def test_a_direction_dependent_slope_stays_nan() -> None:
    """x^2 y / (x^2 + y^2) is linear along every line through 0, and has no gradient there."""

    def f(x: np.ndarray) -> np.ndarray:
        return x[0] ** 2 * x[1] / (x[0] ** 2 + x[1] ** 2) + np.sum(np.sin(x) / x)

    with np.errstate(all="ignore"):
        got = ta.hessian(f)(np.zeros(10))
    assert np.isnan(got[0, 1]) and np.isnan(got[1, 1])
    assert_allclose(got[2:, 2:], -np.eye(8) / 3, atol=1e-13)
    assert_allclose(got[:2, 2:], 0.0, atol=1e-13)


def test_a_direction_dependent_value_stays_nan() -> None:
    def f(x: np.ndarray) -> np.ndarray:
        return x[0] * x[1] / (x[0] ** 2 + x[1] ** 2) + np.sum(np.sin(x) / x)

    with np.errstate(all="ignore"):
        assert np.isnan(ta.hessian(f)(np.zeros(9))[:2, :2]).all()


def test_nan_that_is_no_singularity_stays() -> None:
    x = np.linspace(-1.0, 1.0, 20)
    x[3] = np.nan
    got = ta.hessian(lambda x: np.sum(x**3))(x)
    assert np.isnan(got[3, 3])
    assert_allclose(np.diag(got)[4:], 6 * x[4:])
