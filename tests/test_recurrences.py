"""The reference recurrences: exact on Fractions, right to rounding on floats and complex."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from oracles import EPS, Polynomial
from oracles import coefficients as searched

from taylorad import recurrences
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor

ALGEBRAS = {
    "none": Algebra.of(()),
    "dual": dual(),
    "hyperdual": hyperdual(),
    "taylor 0": taylor(0),
    "taylor 1": taylor(1),
    "taylor 7": taylor(7),
    "taylor 20": taylor(20),
    "multi 3 3": Algebra.of((Factor(0, "multi", 3, 3),)),
    "dual taylor": dual(1).join(taylor(4, 2)),
    "dual dual dual": dual(1).join(dual(2)).join(dual(3)),
    "capped": Algebra.of((Factor(1, "taylor", 3), Factor(2, "multi", 3, 2)), 4),
}


@pytest.fixture(params=ALGEBRAS.values(), ids=ALGEBRAS.keys())
def algebra(request: pytest.FixtureRequest) -> Algebra:
    return request.param


def fractions(algebra: Algebra, seed: int, first: Fraction | None = None) -> np.ndarray:
    """A series of small Fractions with a constant term that is not 0."""
    draw = random.Random(f"{algebra} {seed}")
    rows = [Fraction(draw.randint(-9, 9), draw.randint(1, 5)) for _ in range(algebra.rows)]
    rows[0] = first if first is not None else Fraction(draw.randint(1, 9), draw.randint(1, 5))
    return np.array(rows, dtype=object)


def polynomial(algebra: Algebra, rows: Sequence[Any]) -> Polynomial:
    return Polynomial.of(list(rows), algebra.exponents)


def degree(algebra: Algebra) -> int:
    return int(algebra.degrees.max())


# Exactly, over the rationals


def test_product_is_exact(algebra: Algebra) -> None:
    u, v = fractions(algebra, 1), fractions(algebra, 2)
    want = (polynomial(algebra, u) * polynomial(algebra, v)).rows(algebra.exponents)
    assert recurrences.product(algebra, u, v).tolist() == want


def test_quotient_is_exact(algebra: Algebra) -> None:
    u, v = fractions(algebra, 1), fractions(algebra, 2)
    want = (polynomial(algebra, u) * polynomial(algebra, v).reciprocal()).rows(algebra.exponents)
    assert recurrences.quotient(algebra, u, v).tolist() == want


def test_compose_is_exact(algebra: Algebra) -> None:
    x = fractions(algebra, 3)
    numbers = fractions(taylor(degree(algebra)), 4)
    want = polynomial(algebra, x).compose(list(numbers)).rows(algebra.exponents)
    assert recurrences.compose(algebra, x, numbers).tolist() == want


def test_quadrature_is_exact(algebra: Algebra) -> None:
    # y = x^3 + 7 has the rate 3 x^2.
    x = fractions(algebra, 5)
    series = polynomial(algebra, x)
    cube = (series * series * series).rows(algebra.exponents)
    cube[0] += 7
    rate = np.array((series * series * 3).rows(algebra.exponents), dtype=object)
    assert recurrences.quadrature(algebra, x, cube[0], rate).tolist() == cube


def test_quadrature_does_not_read_the_top(algebra: Algebra) -> None:
    x, rate = fractions(algebra, 5), fractions(algebra, 6)
    want = recurrences.quadrature(algebra, x, Fraction(1), rate).tolist()
    spoiled = rate.copy()
    if degree(algebra):
        spoiled[algebra.degrees == degree(algebra)] = Fraction(10**9)
    assert recurrences.quadrature(algebra, x, Fraction(1), spoiled).tolist() == want


def exponential(x: Fraction, order: int) -> list[Fraction]:
    # Any multiple of exp solves the equation; 5/7 exp(t - x) is 5/7 at x.
    numbers = [Fraction(5, 7)]
    for k in range(1, order + 1):
        numbers.append(numbers[-1] / k)
    return numbers


def logarithm(x: Fraction, order: int) -> list[Fraction]:
    return [Fraction(3), *(-((-1) ** k) / (k * x**k) for k in range(1, order + 1))]


def root(x: Fraction, order: int, power: Fraction = Fraction(1, 2)) -> list[Fraction]:
    assert x == Fraction(4, 9)
    numbers = [Fraction(2, 3)]
    for k in range(1, order + 1):
        numbers.append(numbers[-1] * (power - k + 1) / (k * x))
    return numbers


def arctangent(x: Fraction, order: int) -> list[Fraction]:
    # Im of the series of log(1 + i t): -Im((-i)^k / (1 + i x)^k) / k, in Gaussian rationals.
    scale = 1 / (1 + x * x)
    step = (-x * scale, -scale)  # -i / (1 + i x)
    numbers, power = [Fraction(1, 3)], (Fraction(1), Fraction(0))
    for k in range(1, order + 1):
        power = (
            power[0] * step[0] - power[1] * step[1],
            power[0] * step[1] + power[1] * step[0],
        )
        numbers.append(-power[1] / k)
    return numbers


def homographic(value: Fraction, sign: int) -> Callable[[Fraction, int], list[Fraction]]:
    """Dy = (1 + sign y^2) Dx from y_0 = value: tan or tanh of a shifted argument.

    The derivatives are the polynomials P_{k+1} = P_k' (1 + sign y^2) at y_0, P_0 = y.
    """

    def numbers(x: Fraction, order: int) -> list[Fraction]:
        result, factorial = [], 1
        p = [Fraction(0), Fraction(1)]
        for k in range(order + 1):
            result.append(sum(c * value**i for i, c in enumerate(p)) / factorial)
            factorial *= k + 1
            slope = [i * c for i, c in enumerate(p)][1:]
            p = [Fraction(0)] * (len(slope) + 2)
            for i, c in enumerate(slope):
                p[i] += c
                p[i + 2] += sign * c
        return result

    return numbers


def reciprocal(x: Fraction, order: int) -> list[Fraction]:
    return [(-1) ** k / x ** (k + 1) for k in range(order + 1)]


HALF = Fraction(1, 2)
X = Fraction(4, 9)
RATIONAL = {
    # name: (q, a, b, c, Taylor numbers at X)
    "exp": ((1,), 0, 1, 0, exponential),
    "log": ((0, 1), 1, 0, 0, logarithm),
    "sqrt": ((0, 1), 0, HALF, 0, root),
    "power": ((0, 1), 0, Fraction(7, 3), 0, lambda x, n: root(x, n, Fraction(7, 3))),
    "arctan": ((1, 0, 1), 1, 0, 0, arctangent),
    "tan": ((1,), 1, 0, 1, homographic(Fraction(2, 5), 1)),
    "tanh": ((1,), 1, 0, -1, homographic(Fraction(2, 5), -1)),
    "reciprocal": ((1,), 0, 0, -1, reciprocal),
}


@pytest.mark.parametrize("name", RATIONAL)
@pytest.mark.parametrize("with_slope", [False, True])
def test_riccati_is_exact(algebra: Algebra, name: str, with_slope: bool) -> None:
    q, a, b, c, numbers_of = RATIONAL[name]
    numbers = numbers_of(X, degree(algebra) + 1)
    x = fractions(algebra, 7, X)
    want = polynomial(algebra, x).compose(numbers[: degree(algebra) + 1])
    got = recurrences.riccati(
        algebra, x, numbers[0], numbers[1] if with_slope else None, q, False, a, b, c
    )
    assert got.tolist() == want.rows(algebra.exponents)


def test_rotation_is_exact(algebra: Algebra) -> None:
    # sin and cos turned so that they are 3/5 and 4/5; sinh and cosh moved to 3/4 and 5/4.
    x = fractions(algebra, 8)
    fifth, quarter = Fraction(1, 5), Fraction(1, 4)
    for sign, value, other in [(-1, 3 * fifth, 4 * fifth), (1, 3 * quarter, 5 * quarter)]:
        numbers: list[Fraction] = []
        factorial, y, z = 1, value, other
        for k in range(degree(algebra) + 2):
            numbers.append(y / factorial)
            factorial *= k + 1
            y, z = z, sign * y
        first = polynomial(algebra, x).compose(numbers[:-1])
        second = polynomial(algebra, x).compose([k * part for k, part in enumerate(numbers)][1:])
        got = recurrences.rotation(algebra, x, value, other, sign)
        assert got[0].tolist() == first.rows(algebra.exponents)
        assert got[1].tolist() == second.rows(algebra.exponents)


# To rounding, over floats, complex numbers and mpf


class Case(NamedTuple):
    f: Any
    points: tuple[Any, ...]
    q: tuple[Any, ...]
    root: bool
    a: Any
    b: Any
    c: Any


RICCATI = {
    "exp": Case(mpmath.exp, (-3.0, 0.0, 0.7, 0.5 + 2j), (1,), False, 0, 1, 0),
    "expm1": Case(mpmath.expm1, (-3.0, 0.0, 0.7), (1,), False, 1, 1, 0),
    "log": Case(mpmath.log, (0.3, 5.0, 1 - 1j), (0, 1), False, 1, 0, 0),
    "log1p": Case(lambda z: mpmath.log(1 + z), (0.3, -0.5), (1, 1), False, 1, 0, 0),
    "tan": Case(mpmath.tan, (0.3, 1.4, 0.3 + 1j), (1,), False, 1, 0, 1),
    "tanh": Case(mpmath.tanh, (0.3, -2.0), (1,), False, 1, 0, -1),
    "logistic": Case(lambda z: 1 / (1 + mpmath.exp(-z)), (0.3, -2.0), (1,), False, 0, 1, -1),
    "sqrt": Case(mpmath.sqrt, (0.3, 7.0, -1 + 2j), (0, 1), False, 0, 0.5, 0),
    "power": Case(lambda z: z ** mpf(2.75), (0.3, 7.0), (0, 1), False, 0, 2.75, 0),
    "arctan": Case(mpmath.atan, (0.0, 0.3, -7.0, 0.2 + 0.1j), (1, 0, 1), False, 1, 0, 0),
    "arctanh": Case(mpmath.atanh, (0.0, 0.3, -0.9), (1, 0, -1), False, 1, 0, 0),
    "arcsin": Case(mpmath.asin, (0.0, 0.3, -0.9, 0.2 + 0.1j), (1, 0, -1), True, 1, 0, 0),
    "arccos": Case(mpmath.acos, (0.0, 0.3, -0.9), (1, 0, -1), True, -1, 0, 0),
    "arcsinh": Case(mpmath.asinh, (0.0, 0.3, -9.0), (1, 0, 1), True, 1, 0, 0),
    "arccosh": Case(mpmath.acosh, (1.3, 9.0), (-1, 0, 1), True, 1, 0, 0),
}


def argument(algebra: Algebra, point: Any, seed: int = 0) -> np.ndarray:
    """A series with this constant term; further coefficients of size 1."""
    rng = np.random.default_rng([seed, algebra.rows, algebra.degree])
    x = rng.uniform(-1, 1, algebra.rows).astype(type(point))
    if isinstance(point, complex):
        x = x + 1j * rng.uniform(-1, 1, algebra.rows)
    x[0] = point
    return x


@lru_cache(maxsize=256)
def _known(f: Any, point: Any, order: int) -> list[Any]:
    return searched(f, point, order)


def coefficients(f: Any, point: Any, order: int) -> list[Any]:
    """Those of the oracle, which are searched for once for many algebras."""
    return _known(f, point, max(order, 8))[: order + 1]


@lru_cache(maxsize=256)
def increments(algebra: Algebra, parts: tuple[Any, ...]) -> tuple[Polynomial, Polynomial]:
    """Without the value, the same for many points: they know their powers. And their sizes."""
    rows = [mpf(0), *map(mpmath.mpmathify, parts)]
    return polynomial(algebra, rows), polynomial(algebra, [abs(part) for part in rows])


def exact(algebra: Algebra, x: np.ndarray, numbers: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The composition in high precision, and the sizes of the terms in it."""
    with mp.workdps(50):
        series, sizes = increments(algebra, tuple(x[1:].tolist()))
        return (
            series.compose(numbers).rows(algebra.exponents),
            sizes.compose([abs(part) for part in numbers]).rows(algebra.exponents),
        )


def assert_close(got: Any, want: Sequence[Any], sizes: Sequence[Any], limit: float) -> None:
    for k, (one, two, size) in enumerate(zip(got, want, sizes, strict=True)):
        one = one if isinstance(one, mpf) else mpmath.mpmathify(one.item())
        with mp.workdps(50):
            assert abs(one - two) <= limit * size, (k, one, two)


# How rounding grows with the degree; measured errors are several times smaller.
def limit(algebra: Algebra) -> float:
    return 16 * EPS * (1 + degree(algebra)) ** 2


@pytest.mark.parametrize("name", RICCATI)
def test_riccati_on_floats(algebra: Algebra, name: str) -> None:
    case = RICCATI[name]
    for point in case.points if algebra.rows <= 10 else case.points[-1:]:
        numbers = coefficients(case.f, point, degree(algebra))
        x = argument(algebra, point)
        value = x[0].dtype.type(numbers[0])
        got = recurrences.riccati(
            algebra, x, value, None, case.q, case.root, case.a, case.b, case.c
        )
        assert got.dtype == x.dtype
        assert_close(got, *exact(algebra, x, numbers), limit(algebra))


@pytest.mark.parametrize("name", RICCATI)
def test_riccati_on_mpf(name: str) -> None:
    algebra, case = taylor(6), RICCATI[name]
    with mp.workdps(60):
        x = np.array([mpmath.mpmathify(part) for part in argument(algebra, case.points[0])])
        numbers = coefficients(case.f, x[0], 6)
        got = recurrences.riccati(
            algebra, x, numbers[0], None, case.q, case.root, case.a, case.b, case.c
        )
        assert_close(got, *exact(algebra, x, numbers), 1e-45)


@pytest.mark.parametrize(
    ("sign", "f", "g"), [(-1, mpmath.sin, mpmath.cos), (1, mpmath.sinh, mpmath.cosh)]
)
@pytest.mark.parametrize("point", [0.0, 0.7, -3.0, 0.3 + 0.4j])
def test_rotation_on_floats(algebra: Algebra, sign: int, f: Any, g: Any, point: Any) -> None:
    order = degree(algebra)
    x = argument(algebra, point)
    y, z = (coefficients(function, point, order) for function in (f, g))
    scalar = x.dtype.type
    got = recurrences.rotation(algebra, x, scalar(y[0]), scalar(z[0]), sign)
    bound = [abs(a) + abs(b) for a, b in zip(y, z, strict=True)]
    _, sizes = exact(algebra, x, bound)
    assert_close(got[0], exact(algebra, x, y)[0], sizes, limit(algebra))
    assert_close(got[1], exact(algebra, x, z)[0], sizes, limit(algebra))


@pytest.mark.parametrize("point", [0.3, 0.3 + 0.4j])
def test_compose_and_quadrature_on_floats(algebra: Algebra, point: Any) -> None:
    order = degree(algebra)
    x = argument(algebra, point)
    numbers = coefficients(mpmath.exp, point, order)
    rounded = np.array([x.dtype.type(part) for part in numbers])
    want = exact(algebra, x, numbers)
    got = recurrences.compose(algebra, x, rounded)
    assert_close(got, *want, limit(algebra))
    got = recurrences.quadrature(algebra, x, rounded[0], got)  # y' = y
    assert_close(got, *want, limit(algebra))


def test_a_stable_slope_is_kept() -> None:
    # 1 - tanh(20)^2 has no correct digit; with the slope given every coefficient is right.
    algebra = taylor(8)
    x = np.zeros(9)
    x[:2] = 20.0, 1.0
    numbers = coefficients(mpmath.tanh, 20.0, 8)
    got = recurrences.riccati(
        algebra, x, np.tanh(20.0), np.cosh(20.0) ** -2.0, (1,), False, 1, 0, -1
    )
    for one, two in zip(got[1:], numbers[1:], strict=True):
        assert abs(one - two) <= 40 * EPS * abs(two)


# Shapes and dtypes


@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128, np.longdouble])
def test_shapes_and_dtypes(shape: tuple[int, ...], dtype: Any) -> None:
    algebra = dual(1).join(taylor(2, 2))
    rng = np.random.default_rng(0)
    u = rng.uniform(1, 2, (algebra.rows, *shape)).astype(dtype)
    v = rng.uniform(1, 2, (algebra.rows, *shape)).astype(dtype)
    results = [
        recurrences.product(algebra, u, v),
        recurrences.quotient(algebra, u, v),
        recurrences.riccati(algebra, u, np.exp(u[0]), None, (1,), False, 0, 1, 0),
        recurrences.riccati(algebra, u, np.arcsinh(u[0]), None, (1, 0, 1), True, 1, 0, 0),
        recurrences.quadrature(algebra, u, u[0], v),
        recurrences.compose(algebra, u, v[: degree(algebra) + 1]),
        *recurrences.rotation(algebra, u, np.sin(u[0]), np.cos(u[0]), -1),
    ]
    for result in results:
        assert result.shape == (algebra.rows, *shape)
        assert result.dtype == dtype


def test_points_are_independent() -> None:
    algebra = taylor(4)
    u = np.random.default_rng(0).uniform(1, 2, (5, 3, 2))
    whole = recurrences.riccati(algebra, u, np.log(u[0]), None, (0, 1), False, 1, 0, 0)
    for i, j in np.ndindex(3, 2):
        one = u[:, i, j]
        part = recurrences.riccati(algebra, one, np.log(one[0]), None, (0, 1), False, 1, 0, 0)
        assert (whole[:, i, j] == part).all()


def test_arguments_are_not_changed() -> None:
    algebra = taylor(4)
    u, v = np.random.default_rng(0).uniform(1, 2, (2, 5, 3))
    before = u.copy(), v.copy()
    recurrences.product(algebra, u, v)
    recurrences.quotient(algebra, u, v)
    recurrences.riccati(algebra, u, np.exp(u[0]), None, (1,), False, 0, 1, 0)
    recurrences.rotation(algebra, u, np.sin(u[0]), np.cos(u[0]), -1)
    recurrences.quadrature(algebra, u, u[0], v)
    recurrences.compose(algebra, u, v)
    assert (u == before[0]).all()
    assert (v == before[1]).all()


def test_the_linear_coefficient_may_vary_by_point() -> None:
    # x^p with an exponent for every point
    algebra, p = taylor(5), np.array([0.5, 2.5, -1.25])
    x = np.full((6, 3), 0.0)
    x[0], x[1] = [2.0, 3.0, 0.5], 1.0
    got = recurrences.riccati(algebra, x, x[0] ** p, None, (0, 1), False, 0, p, 0)
    for i in range(3):
        want = coefficients(lambda z, i=i: z ** mpf(p[i]), x[0, i], 5)
        np.testing.assert_allclose(got[:, i], [float(part) for part in want], rtol=2e-14)
