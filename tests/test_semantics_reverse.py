"""What a derivative is where functions are not smooth: the same in every mode.

Each row is a function, the points it is taken at, and the gradients of the sum of its
results there. Forward mode gives them entry by entry, reverse mode at once, and reverse
mode run on numbers, which also carry the second derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad.algebra import dual, hyperdual
from taylorad.tape import GradientTape, Variable

INF, NAN = np.inf, np.nan
HALF = 0.5

# name, function, points, gradients
ROWS: list[tuple[str, Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]] = [
    ("abs", np.abs, ([-2.0, 0.0, -0.0, 3.0],), ([-1, 0, 0, 1],)),
    ("abs-nan", np.abs, (NAN,), (NAN,)),
    ("abs-operator", abs, (0.0,), (0,)),
    ("fabs", np.fabs, ([-2.0, 0.0, 3.0],), ([-1, 0, 1],)),
    *(
        (f.__name__, f, ([-1.5, 0.0, 1.0, 2.5, INF],), ([0, 0, 0, 0, 0],))
        for f in (np.sign, np.floor, np.ceil, np.round, np.rint, np.trunc, np.fix)
    ),
    *(
        (f"{f.__name__}-tie", f, ([2.0, 0.0], [2.0, -0.0]), ([HALF, HALF], [HALF, HALF]))
        for f in (np.maximum, np.minimum, np.fmax, np.fmin)
    ),
    *(
        (f"{f.__name__}-tie-of-itself", lambda x, f=f: f(x, x), (2.0,), (1,))
        for f in (np.maximum, np.minimum, np.fmax, np.fmin)
    ),
    ("maximum", np.maximum, ([1.0, 5.0], [2.0, 4.0]), ([0, 1], [1, 0])),
    ("minimum", np.minimum, ([1.0, 5.0], [2.0, 4.0]), ([1, 0], [0, 1])),
    ("maximum-nan", np.maximum, ([NAN, 1.0], [2.0, NAN]), ([NAN, NAN], [NAN, NAN])),
    ("fmax-nan", np.fmax, ([NAN, 1.0], [2.0, NAN]), ([0, 1], [1, 0])),
    *(
        (f"{f.__name__}-ties", f, ([3.0, 1.0, 3.0, 3.0],), ([1 / 3, 0, 1 / 3, 1 / 3],))
        for f in (np.max, np.amax, np.nanmax)
    ),
    *(
        (f"{f.__name__}-ties", f, ([1.0, 2.0, 1.0],), ([HALF, 0, HALF],))
        for f in (np.min, np.amin, np.nanmin)
    ),
    (
        "max-axis",
        lambda x: np.max(x, axis=0),
        ([[1.0, 4.0], [1.0, 3.0]],),
        ([[HALF, 1], [HALF, 0]],),
    ),
    ("max-nan", np.max, ([1.0, NAN],), ([NAN, NAN],)),
    ("nanmax", np.nanmax, ([1.0, NAN, 1.0],), ([HALF, 0, HALF],)),
    ("max-initial", lambda x, s: np.max(x, initial=s), ([3.0, 1.0], 3.0), ([HALF, 0], HALF)),
    ("maximum.reduce", np.maximum.reduce, ([3.0, 3.0, 1.0],), ([HALF, HALF, 0],)),
    (
        "sort-stable",
        lambda x: np.sort(x) * np.array([1.0, 10.0, 100.0]),
        ([2.0, 1.0, 2.0],),
        ([10, 1, 100],),
    ),
    ("median-even", np.median, ([4.0, 1.0, 2.0, 3.0],), ([0, 0, HALF, HALF],)),
    ("median-ties", np.median, ([2.0, 2.0, 1.0],), ([1, 0, 0],)),
    ("partition", lambda x: np.partition(x, 1)[:2], ([3.0, 1.0, 2.0],), ([0, 1, 1],)),
    ("percentile", lambda x: np.percentile(x, 25), ([1.0, 2.0, 4.0],), ([HALF, HALF, 0],)),
    ("percentile-0", lambda x: np.percentile(x, 0), ([2.0, 1.0, 1.0],), ([0, 1, 0],)),
    (
        "clip",
        lambda x: np.clip(x, 0.0, 1.0),
        ([-1.0, 0.0, 0.5, 1.0, 2.0, NAN],),
        ([0, 1, 1, 1, 0, 1],),
    ),
    ("clip-moving", np.clip, ([5.0, 1.0], 0.0, [2.0, 7.0]), ([0, 1], 0, [1, 0])),
    ("where-sqrt", lambda x: np.where(x > 0, np.sqrt(x), 0.0), ([-1.0, 4.0],), ([0, 0.25],)),
    ("where-log", lambda x: np.where(x > 0, np.log(x), x), ([0.0, 2.0],), ([1, HALF],)),
    ("where-pole", lambda x: np.where(x > 0, 1 / x, 5.0), ([0.0, 2.0],), ([0, -0.25],)),
    ("where-nan", lambda x, y: np.where(x > 0, x, y), ([1.0, -1.0], NAN), ([1, 0], 1)),
    ("sqrt", np.sqrt, ([0.0, 4.0],), ([INF, 0.25],)),
    ("sqrt-of-square", lambda x: np.sqrt(x * x), ([0.0, -2.0, 3.0],), ([0, -1, 1],)),
    ("sqrt-of-power", lambda x: np.sqrt(x**2), (0.0,), (0,)),
    ("sqrt-of-sum", lambda x: np.sqrt(np.sum(x * x)), ([0.0, 0.0],), ([0, 0],)),
    ("cbrt", np.cbrt, (0.0,), (INF,)),
    ("cbrt-of-cube", lambda x: np.cbrt(x) ** 3, (8.0,), (1,)),
    ("norm", np.linalg.norm, ([0.0, 0.0],), ([0, 0],)),
    *(
        (f"norm-{p}", lambda x, p=p: np.linalg.norm(x, p), ([0.0, 0.0, 0.0],), ([0, 0, 0],))
        for p in (1, 3, INF, -INF, 0.5)
    ),
    ("norm-inf-tie", lambda x: np.linalg.norm(x, INF), ([3.0, -3.0],), ([HALF, -HALF],)),
    ("std", np.std, ([2.0, 2.0, 2.0],), ([0, 0, 0],)),
    ("nanstd", np.nanstd, ([2.0, NAN, 2.0],), ([0, 0, 0],)),
    ("hypot", np.hypot, ([0.0, 3.0], [0.0, 4.0]), ([0, 0.6], [0, 0.8])),
    *(
        (f"power-{n}", lambda x, n=n: x**n, ([0.0, -2.0],), ([n == 1, n * (-2.0) ** (n - 1)],))
        for n in range(6)
    ),
    *(
        (f"power-{n}", lambda x, n=n: x**n, ([0.0, -2.0],), ([n == 1, n * (-2.0) ** (n - 1)],))
        for n in (0.0, 1.0, 2.0, 3.0)
    ),
    ("power-negative", lambda x: x**-3, ([-2.0],), ([-3 / 16],)),
    ("zero-to-the-zero", lambda x, y: x**y, (0.0, 0.0), (0, 0)),
    ("zero-base", lambda y: 0.0**y, (0.0,), (0,)),
    ("negative-base", lambda x: np.power(x, 3.0), (-2.0,), (12,)),
    ("prod-one-zero", np.prod, ([0.0, 2.0, 3.0],), ([6, 0, 0],)),
    ("prod-two-zeros", np.prod, ([0.0, 2.0, 0.0],), ([0, 0, 0],)),
    ("cumprod-zeros", np.cumprod, ([0.0, 2.0, 0.0],), ([3, 0, 0],)),
    ("multiply.reduce", np.multiply.reduce, ([0.0, 2.0, 3.0],), ([6, 0, 0],)),
    ("sinc", np.sinc, ([0.0, 1.0],), ([0, -1],)),
    ("logaddexp", np.logaddexp, ([-INF, -INF], [-INF, 1.0]), ([HALF, 0], [HALF, 1])),
    ("logaddexp2", np.logaddexp2, ([-INF, -INF], [-INF, 1.0]), ([HALF, 0], [HALF, 1])),
    ("arctan2-origin", np.arctan2, (0.0, 0.0), (NAN, NAN)),
    ("arctan2", np.arctan2, ([1.0, 0.0], [1.0, 2.0]), ([HALF, HALF], [-HALF, 0])),
    ("tanh", np.tanh, (20.0,), (4 * np.exp(-40.0) / (1 + np.exp(-40.0)) ** 2,)),
    ("log1p", np.log1p, (1e-18,), (1.0,)),
    ("expm1", np.expm1, ([1e-18, -40.0],), ([1.0, np.exp(-40.0)],)),
    ("softplus", lambda x: np.logaddexp(x, 0.0), (-40.0,), (np.exp(-40.0),)),
    ("expit", lambda x: 1 / (1 + np.exp(-x)), (-40.0,), (np.exp(-40.0),)),
]

# The second derivatives do not exist, or are infinities that no two orders of summation
# meet in alike: those of roots at 0 and of what is nan.
FIRST_ONLY = {
    "sqrt", "sqrt-of-square", "sqrt-of-power", "sqrt-of-sum", "cbrt", "norm-0.5", "arctan2-origin",
    "abs-nan", "maximum-nan", "max-nan", "where-nan", "clip", "zero-to-the-zero", "zero-base",
    "hypot", "norm-3", "logaddexp", "logaddexp2",
}  # fmt: skip


def leaves(result: Any) -> list[Any]:
    return list(result) if isinstance(result, tuple) else [result]


def points_of(points: tuple[Any, ...]) -> list[Any]:
    return [np.array(x, float)[()] for x in points]


def total(y: Any) -> Any:
    """The sum of the results, without the sum of what does not move."""
    return np.sum(y) if isinstance(y, (Number, Variable)) else 0.0


def by_forward(f: Callable[..., Any], points: list[Any]) -> list[Any]:
    gradients = []
    for i, x in enumerate(points):
        g = np.zeros(np.shape(x))
        for at in np.ndindex(g.shape):
            parts = [np.stack([p, np.zeros_like(p)]) for p in points]
            parts[i][(1, *at)] = 1.0
            y = f(*(make(dual(), part) for part in parts))
            g[at] = np.sum(y.tangent) if isinstance(y, Number) else 0.0
        gradients.append(g)
    return gradients


def by_reverse(f: Callable[..., Any], points: list[Any]) -> list[Any]:
    variables = [Variable(x) for x in points]
    with GradientTape() as tape:
        y = f(*variables)
    if not isinstance(y, Variable):
        return [np.zeros(x.shape) for x in points]
    return tape.gradient(y, variables, unconnected_gradients="zero")


def by_reverse_on_numbers(f: Callable[..., Any], points: list[Any]) -> list[Any]:
    return by_reverse(f, [make(dual(), np.stack([x, np.ones_like(x)])) for x in points])


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
@pytest.mark.parametrize("mode", [by_forward, by_reverse, by_reverse_on_numbers])
@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_gradients(row: Any, mode: Any) -> None:
    _, f, points, want = row
    got = mode(f, points_of(points))
    for g, w in zip(got, want, strict=True):
        assert_allclose(ta.value(g), np.asarray(w, float), rtol=2e-15, atol=0)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row[0] not in FIRST_ONLY], ids=lambda row: row[0]
)
def test_second_derivatives(row: Any) -> None:
    """The gradient along the direction of ones, against forward mode alone."""
    _, f, points, _ = row
    points = points_of(points)
    got = by_reverse_on_numbers(f, points)
    for i, x in enumerate(points):
        tangent = got[i].tangent if isinstance(got[i], Number) else np.zeros(x.shape)
        for at in np.ndindex(x.shape):
            parts = [np.stack([p, 0 * p, p * 0 + 1, 0 * p]) for p in map(np.nan_to_num, points)]
            for part, p in zip(parts, points, strict=True):
                part[0] = p
            parts[i][(1, *at)] = 1.0
            y = f(*(make(hyperdual(), part) for part in parts))
            want = np.sum(y.d12) if isinstance(y, Number) else 0.0
            assert_allclose(np.asarray(tangent)[at], want, rtol=1e-14, atol=1e-16)


def test_the_values_are_the_same_in_every_mode() -> None:
    for _, f, points, _ in ROWS:
        points = points_of(points)
        with np.errstate(all="ignore"):
            plain = f(*points)
            variables = [Variable(x) for x in points]
            with GradientTape():
                recorded = f(*variables)
            forward = f(*(make(dual(), np.stack([x, 0 * x])) for x in points))
        assert_array_equal(ta.value(recorded), plain)
        assert_allclose(ta.value(forward), plain, rtol=4e-16)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.where(x > 0, np.log(x), 0.0),
        lambda x: np.where(x > 0, 1 / x / x, 0.0),
        lambda x: np.where(x > 0, np.exp(x) * np.log(x), 0.0),
        lambda x: np.where(x > 0, np.sqrt(x - 1) * x**0.5, 0.0),
        lambda x: np.where(x > 0, np.hypot(np.log(x), 1.0), 0.0),
        lambda x: np.log(x)[1:],
        lambda x: np.log(x)[x > 0],
        lambda x: np.take(np.log(x), [1, 2]),
        lambda x: np.compress(x > 0, np.log(x)),
        lambda x: np.delete(np.log(x), 0),
        lambda x: np.sum(np.log(x), where=x > 0),
        lambda x: np.max(np.log(x)),
        lambda x: np.nansum(np.where(x > 0, np.log(x), np.nan)),
        lambda x: np.maximum(np.log(x), 0.0),
        lambda x: np.clip(np.log(x), 0.0, 9.0),
        lambda x: np.select([x > 0], [np.log(x)]),
        lambda x: np.piecewise(x, [x > 0], [np.log, 0.0]),
        lambda x: np.nan_to_num(np.log(x), neginf=0.0),
        lambda x: np.sort(np.log(x))[1:],
        lambda x: np.partition(np.log(x), 2)[2],
        lambda x: np.median(np.log(x)),
        lambda x: np.var(np.log(x), where=x > 0),
        lambda x: np.linalg.norm(np.where(x > 0, np.log(x), 0.0)),
    ],
)
def test_what_is_not_taken_leaves_no_trace(f: Any) -> None:
    """At 0 the logarithm has the slope inf; beside it, the derivatives are those without it."""
    x = np.array([0.0, 2.0, 5.0])
    (got,) = by_reverse(f, [x])
    (want,) = by_forward(f, [x])
    assert got[0] == want[0] == 0
    assert_allclose(got, want, rtol=1e-14)
    (number,) = by_reverse_on_numbers(f, [x])
    assert_allclose(number.value, got)
    assert np.all(np.isfinite(number.tangent))

    with GradientTape() as outer:
        v = outer.watch(x)
        with GradientTape() as inner:
            y = np.sum(f(v))
        g = inner.gradient(y, v)
    assert_allclose(outer.gradient(g, v), number.tangent, rtol=1e-13, atol=1e-16)


def test_rows_of_a_jacobian_beside_an_infinite_slope() -> None:
    with GradientTape() as tape, np.errstate(all="ignore"):
        x = tape.watch(np.array([0.0, 4.0]))
        y = np.sqrt(x)
    with np.errstate(all="ignore"):
        assert_array_equal(tape.jacobian(y, x), [[INF, 0], [0, 0.25]])
