"""The compiled kernels against the reference run in extended precision."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from oracles import EPS

from taylorad import _kernels, recurrences
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor

ALGEBRAS = {
    "dual": dual(),
    "hyperdual": hyperdual(),
    "taylor 0": taylor(0),
    "taylor 1": taylor(1),
    "taylor 2": taylor(2),
    "taylor 6": taylor(6),
    "taylor 20": taylor(20),
    "multi 1 5": Algebra.of((Factor(0, "multi", 1, 5),)),
    "multi 3 4": Algebra.of((Factor(0, "multi", 4, 3),)),
    "dual taylor": dual(1).join(taylor(5, 2)),
    "hyperdual dual": hyperdual(1).join(dual(2)),
    "capped": Algebra.of((Factor(1, "taylor", 3), Factor(2, "multi", 3, 2)), 4),
}
SHAPES = [(), (0,), (1,), (7,), (15,), (16,), (17,), (1000,), (3, 5), (2, 0, 3)]


@pytest.fixture(params=ALGEBRAS.values(), ids=ALGEBRAS.keys())
def algebra(request: pytest.FixtureRequest) -> Algebra:
    return request.param


def series(
    algebra: Algebra, shape: tuple[int, ...], seed: int, low: float = -2, high: float = 2
) -> np.ndarray:
    """Random parts, the value between `low` and `high`, others of size below 1."""
    rng = np.random.default_rng([seed, algebra.rows, *shape])
    parts = rng.uniform(-1, 1, (algebra.rows, *shape))
    parts[0] = rng.uniform(low, high, shape)
    return parts


def check(
    name: str, algebra: Algebra, arguments: tuple[Any, ...], numbers: tuple[Any, ...] = ()
) -> None:
    """The kernel's result against the reference in extended precision.

    The scale of rounding errors is taken from the reference on random relative changes of
    the arguments, as large as one in double precision: no algorithm could do better.
    """
    kernel: Callable[..., Any] = getattr(_kernels, name)
    reference: Callable[..., Any] = getattr(recurrences, name)
    got = kernel(algebra, *arguments, *numbers)
    shape = arguments[0].shape[1:]
    rng = np.random.default_rng(0)
    changes = [_changes(part, shape, rng) for part in arguments]
    found = reference(algebra, *changes, *numbers)
    if not isinstance(got, tuple):
        got, found = (got,), (found,)
    factor = 8 * (1 + algebra.degree)
    for one, several in zip(got, found, strict=True):
        two, others = several[:, 0], several[:, 1:]
        assert one.dtype == np.float64
        assert one.shape == two.shape
        size = np.maximum(np.abs(two), np.abs(others - two[:, None]).max(axis=1) / EPS)
        # Errors mix between the rows of a point, so each point has the scale of its rows.
        size = np.maximum(size, 1e-3 * size.max(axis=0))
        assert (np.abs(one - two) <= factor * EPS * size).all()


def _changes(part: Any, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    """The argument as it is and six times changed a little, along an axis before the points."""
    if part is None:
        return None
    rows = part.shape[: part.ndim - len(shape)]
    factors = 1 + EPS * rng.uniform(-1, 1, (*rows, 7, *shape))
    factors[(slice(None),) * len(rows) + (0,)] = 1
    return np.asarray(part, dtype=np.longdouble).reshape(*rows, 1, *shape) * factors


@pytest.mark.parametrize(
    "name", ["product", "quotient", "riccati", "rotation", "quadrature", "compose"]
)
def test_same_parameters_as_the_reference(name: str) -> None:
    want = list(inspect.signature(getattr(recurrences, name)).parameters)
    document = getattr(_kernels, name).__doc__
    assert document
    try:
        got = list(inspect.signature(getattr(_kernels, name)).parameters)
    except ValueError:  # compiled without signatures
        return
    assert got == want


@pytest.mark.parametrize("shape", SHAPES)
def test_product(algebra: Algebra, shape: tuple[int, ...]) -> None:
    check("product", algebra, (series(algebra, shape, 1), series(algebra, shape, 2)))


@pytest.mark.parametrize("shape", SHAPES)
def test_quotient(algebra: Algebra, shape: tuple[int, ...]) -> None:
    divisor = series(algebra, shape, 2, 1.5, 3)
    check("quotient", algebra, (series(algebra, shape, 1), divisor))
    check("quotient", algebra, (series(algebra, shape, 1), -divisor))


RICCATI: dict[str, tuple[Any, ...]] = {
    # value, slope or None, range of x, (q, root, a, b, c)
    "exp": (np.exp, None, (-2, 2), ((1,), False, 0, 1, 0)),
    "expm1": (np.expm1, np.exp, (-2, 2), ((1,), False, 1, 1, 0)),
    "log": (np.log, None, (1.5, 3), ((0, 1), False, 1, 0, 0)),
    "log1p": (np.log1p, None, (1, 3), ((1, 1), False, 1, 0, 0)),
    "tan": (np.tan, None, (-1, 1), ((1,), False, 1, 0, 1)),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2, (-3, 3), ((1,), False, 1, 0, -1)),
    "logistic": (lambda x: 1 / (1 + np.exp(-x)), None, (-2, 2), ((1,), False, 0, 1, -1)),
    "sqrt": (np.sqrt, None, (1.5, 3), ((0, 1), False, 0, 0.5, 0)),
    "cbrt": (np.cbrt, None, (1.5, 3), ((0, 1), False, 0, 1 / 3, 0)),
    "arctan": (np.arctan, None, (-2, 2), ((1, 0, 1), False, 1, 0, 0)),
    "arctanh": (np.arctanh, None, (-0.5, 0.5), ((1, 0, -1), False, 1, 0, 0)),
    "arcsin": (np.arcsin, None, (-0.5, 0.5), ((1, 0, -1), True, 1, 0, 0)),
    "arccos": (np.arccos, None, (-0.5, 0.5), ((1, 0, -1), True, -1, 0, 0)),
    "arcsinh": (np.arcsinh, None, (-2, 2), ((1, 0, 1), True, 1, 0, 0)),
    "arccosh": (np.arccosh, None, (2.5, 4), ((-1, 0, 1), True, 1, 0, 0)),
    "general": (np.sin, None, (0.5, 1), ((2.0, 0.5, 1.5), False, 0.5, -0.25, 0.125)),
    "general root": (np.sin, None, (0.5, 1), ((2.0, 0.5, 1.5), True, 0.5, -0.25, 0.125)),
}


@pytest.mark.parametrize("shape", [(), (0,), (7,), (33,)])
@pytest.mark.parametrize("name", RICCATI)
def test_riccati(algebra: Algebra, name: str, shape: tuple[int, ...]) -> None:
    f, slope, span, equation = RICCATI[name]
    x = series(algebra, shape, 3, *span)
    if name in ("arctanh", "arcsin", "arccos"):
        x[1:] /= 4  # the nearest singularity is less than 1 away
    slopes = None if slope is None else slope(x[0])
    check("riccati", algebra, (x, f(x[0]), slopes), equation)


@pytest.mark.parametrize("shape", [(), (7,), (33,)])
def test_riccati_with_an_exponent_for_every_point(algebra: Algebra, shape: tuple[int, ...]) -> None:
    x = series(algebra, shape, 3, 1.5, 3)
    p = np.random.default_rng(4).uniform(-3, 3, shape)
    check("riccati", algebra, (x, x[0] ** p, None), ((0, 1), False, 0, p, 0))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sign", [-1, 1])
def test_rotation(algebra: Algebra, shape: tuple[int, ...], sign: int) -> None:
    x = series(algebra, shape, 5)
    f, g = (np.sin, np.cos) if sign < 0 else (np.sinh, np.cosh)
    check("rotation", algebra, (x, f(x[0]), g(x[0])), (sign,))


@pytest.mark.parametrize("shape", SHAPES)
def test_quadrature(algebra: Algebra, shape: tuple[int, ...]) -> None:
    x, rate = series(algebra, shape, 6), series(algebra, shape, 7)
    check("quadrature", algebra, (x, np.sin(x[0]), rate))


def test_quadrature_does_not_read_the_top(algebra: Algebra) -> None:
    x, rate = series(algebra, (5,), 6), series(algebra, (5,), 7)
    want = _kernels.quadrature(algebra, x, x[0], rate)
    if algebra.degree:
        rate[algebra.degrees == algebra.degree] = np.nan
    assert_array_equal(_kernels.quadrature(algebra, x, x[0], rate), want)


@pytest.mark.parametrize("shape", SHAPES)
def test_compose(algebra: Algebra, shape: tuple[int, ...]) -> None:
    x = series(algebra, shape, 8)
    numbers = np.random.default_rng(9).uniform(-1, 1, (algebra.degree + 1, *shape))
    check("compose", algebra, (x, numbers))


def test_compose_does_not_read_the_value() -> None:
    algebra = taylor(4)
    x = series(algebra, (3,), 8)
    numbers = np.random.default_rng(9).uniform(-1, 1, (5, 3))
    want = _kernels.compose(algebra, x, numbers)
    x[0] = np.nan
    assert_array_equal(_kernels.compose(algebra, x, numbers), want)


# Memory


def every_kernel(algebra: Algebra, u: np.ndarray, v: np.ndarray) -> list[np.ndarray]:
    return [
        _kernels.product(algebra, u, v),
        _kernels.quotient(algebra, u, v),
        _kernels.riccati(algebra, u, np.exp(u[0]), None, (1,), False, 0, 1, 0),
        _kernels.riccati(algebra, u, np.arcsinh(u[0]), v[0], (1, 0, 1), True, 1, 0, 0),
        _kernels.riccati(algebra, u, v[0], None, (0, 1), False, 0, v[0], 0),
        _kernels.quadrature(algebra, u, u[0], v),
        _kernels.compose(algebra, u, v[: algebra.degree + 1]),
        *_kernels.rotation(algebra, u, np.sin(u[0]), np.cos(u[0]), -1),
    ]


@pytest.mark.parametrize("points", [4, 16, 40])
def test_any_memory_layout(points: int) -> None:
    algebra = dual(1).join(taylor(3, 2))
    u, v = (series(algebra, (points, 3), seed, 1, 2) for seed in (1, 2))
    want = every_kernel(algebra, u, v)
    layouts: list[Callable[[np.ndarray], np.ndarray]] = [
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=1)[:, ::2],
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: a[:, ::-1].copy()[:, ::-1],
        lambda a: np.ascontiguousarray(a.swapaxes(1, 2)).swapaxes(1, 2),
    ]
    for layout in layouts:
        for got, expected in zip(every_kernel(algebra, layout(u), layout(v)), want, strict=True):
            assert_array_equal(got, expected)
            assert got.flags.c_contiguous
    broadcast = np.broadcast_to(u[:, :1], u.shape)
    copied = every_kernel(algebra, broadcast.copy(), v)
    for got, expected in zip(every_kernel(algebra, broadcast, v), copied, strict=True):
        assert_array_equal(got, expected)


def test_arguments_are_not_changed_and_results_are_new() -> None:
    algebra = taylor(4)
    u, v = (series(algebra, (20,), seed, 1, 2) for seed in (1, 2))
    before = u.copy(), v.copy()
    results = every_kernel(algebra, u, v)
    assert_array_equal(u, before[0])
    assert_array_equal(v, before[1])
    assert not any(np.shares_memory(result, part) for result in results for part in (u, v))


def test_one_series_in_both_places() -> None:
    algebra = taylor(6)
    u = series(algebra, (50,), 1, 1, 2)
    assert_array_equal(_kernels.product(algebra, u, u), _kernels.product(algebra, u, u.copy()))
    quotient = _kernels.quotient(algebra, u, u)
    np.testing.assert_allclose(quotient[0], 1)
    np.testing.assert_allclose(quotient[1:], 0, atol=1e-14)


@pytest.mark.parametrize("position", [0, 3, 15, 16, 18, 39])
def test_every_point_of_a_tile_is_computed_alike(position: int) -> None:
    algebra = dual(1).join(taylor(3, 2))
    u, v = (series(algebra, (40,), seed, 1, 2) for seed in (1, 2))
    whole = every_kernel(algebra, u, v)
    one = every_kernel(algebra, u[:, position], v[:, position])
    for got, want in zip(one, whole, strict=True):
        np.testing.assert_allclose(got, want[:, position], rtol=1e-13, atol=1e-15)


# Values that are not ordinary


def test_nan_and_infinity_stay_at_their_point() -> None:
    algebra = taylor(3)
    u, v = (series(algebra, (20,), seed, 1, 2) for seed in (1, 2))
    clean = every_kernel(algebra, u, v)
    for bad in (np.nan, np.inf):
        spoiled = u.copy()
        spoiled[:, 5] = bad
        with np.errstate(invalid="ignore"):
            results = every_kernel(algebra, spoiled, v)
        for got, want in zip(results, clean, strict=True):
            rest = np.arange(20) != 5
            assert_array_equal(got[:, rest], want[:, rest])
            if np.isnan(bad):
                assert np.isnan(got[1:, 5]).all()


def test_special_values_are_the_reference_s() -> None:
    algebra = taylor(2)
    special = [0.0, -0.0, 1.0, np.inf, -np.inf, np.nan]
    grid = np.array(np.meshgrid(special, special, special, special)).reshape(4, -1)
    u = np.stack([grid[0], grid[1], np.ones(grid.shape[1])])
    v = np.stack([grid[2], grid[3], np.ones(grid.shape[1])])
    with np.errstate(all="ignore"):
        for name in ("product", "quotient"):
            got = getattr(_kernels, name)(algebra, u, v)
            want = getattr(recurrences, name)(algebra, u, v)
            assert_array_equal(got, want)
        assert_array_equal(np.signbit(got[0]), np.signbit(u[0] / v[0]))


def test_threads_share_an_algebra() -> None:
    algebra = Algebra.of((Factor(0, "multi", 3, 4),))
    u, v = (series(algebra, (500,), seed, 1, 2) for seed in (1, 2))
    want = every_kernel(algebra, u, v)
    fresh = Algebra.of((Factor(0, "multi", 3, 4), Factor(1, "dual", 1)))
    wide = [series(fresh, (100,), seed, 1, 2) for seed in (1, 2)]
    failures: list[Any] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(5):
            for got, expected in zip(every_kernel(algebra, u, v), want, strict=True):
                if not np.array_equal(got, expected):
                    failures.append(got)
            every_kernel(fresh, *wide)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


# Many rows: scalars' sums are pushed from about 30 rows on, tiles are packed from about 130 on.

LARGE = {
    "multi 3 8": Algebra.of((Factor(0, "multi", 8, 3),)),
    "limits": Algebra.of((Factor(0, "multi", 9, 3, (2, 9, 4)),)),
    "uncrossed": Algebra.of((Factor(0, "multi", 4, 40, None, None, False),)),
    "levels": taylor(6, 1).join(taylor(6, 2)).join(hyperdual(3)),
    "capped": Algebra.of((Factor(1, "taylor", 5), Factor(2, "multi", 5, 2)), 8),
    "taylor 60": taylor(60),
}


@pytest.mark.parametrize("shape", [(), (1,), (8,), (16,), (27,)])
@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_many_rows(large: Algebra, shape: tuple[int, ...]) -> None:
    weights = 0.2 ** large.degrees.astype(float).reshape(-1, *(1,) * len(shape))
    u, v = (series(large, shape, seed, 0.4, 0.7) * weights for seed in (1, 2))
    reference = recurrences.product(large, u, v)
    np.testing.assert_allclose(_kernels.product(large, u, v), reference, rtol=1e-13, atol=1e-15)
    square = recurrences.product(large, u, u)
    np.testing.assert_allclose(_kernels.product(large, u, u), square, rtol=1e-13, atol=1e-15)
    ratio = _kernels.quotient(large, reference, v)
    np.testing.assert_allclose(ratio, u, rtol=1e-9, atol=1e-12)
    # sin^2 + cos^2 = 1, and exp, tan, sqrt, arcsin by their equations
    y, z = _kernels.rotation(large, u, np.sin(u[0]), np.cos(u[0]), -1)
    one = recurrences.product(large, y, y) + recurrences.product(large, z, z)
    assert_array_equal(one[0].round(14), 1)
    np.testing.assert_allclose(one[1:], 0, atol=1e-13)
    d = large.degrees.reshape(-1, *(1,) * len(shape))
    for f, (q, root, a, b, c) in {
        np.exp: ((1,), False, 0, 1, 0),
        np.tan: ((1,), False, 1, 0, 1),
        np.sqrt: ((0, 2), False, 0, 1, 0),
        np.log: ((0, 1), False, 1, 0, 0),
        np.arcsin: ((1, 0, -1), True, 1, 0, 0),
    }.items():
        y = _kernels.riccati(large, u, f(u[0]), None, q, root, a, b, c)
        rows = recurrences.polynomial(large, q, u, root)
        left = np.stack([np.broadcast_to(row, shape) for row in rows])
        right = b * y + c * recurrences.product(large, y, y)
        right[0] += a
        np.testing.assert_allclose(
            recurrences.product(large, left, d * y), recurrences.product(large, right, d * u),
            rtol=1e-11, atol=1e-12,
        )  # fmt: skip
    rate = _kernels.riccati(large, u, np.exp(u[0]), None, (1,), False, 0, 1, 0)
    np.testing.assert_allclose(
        _kernels.quadrature(large, u, np.exp(u[0]), rate), rate, rtol=1e-12, atol=1e-15
    )
