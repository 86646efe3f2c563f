"""Orthogonal polynomials and Legendre functions of `scipy.special` against mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from numpy.testing import assert_allclose
from scipy import special
from special_functions import Case, accurate, keeps_dtype, modes_agree

import taylorad as ta
from taylorad.rules.scipy_special import orthogonal

Step = Callable[..., Any]


def recurrence(n: int, first: Any, step: Step) -> Any:
    """The polynomial of degree n, from those of degrees 0 and 1."""
    before, now = first * 0 + 1, first
    for k in range(1, int(n)):
        before, now = now, step(k, now, before)
    return now if n else before


def legendre(n: int, x: Any) -> Any:
    return recurrence(n, x, lambda k, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1))


def chebyt(n: int, x: Any) -> Any:
    return recurrence(n, x, lambda k, p, q: 2 * x * p - q)


def chebyu(n: int, x: Any) -> Any:
    return recurrence(n, 2 * x, lambda k, p, q: 2 * x * p - q)


def hermite(n: int, x: Any) -> Any:
    return recurrence(n, 2 * x, lambda k, p, q: 2 * x * p - 2 * k * q)


def hermitenorm(n: int, x: Any) -> Any:
    return recurrence(n, x, lambda k, p, q: x * p - k * q)


def laguerre(n: int, x: Any, a: Any = 0) -> Any:
    return recurrence(
        n, 1 + a - x, lambda k, p, q: ((2 * k + 1 + a - x) * p - (k + a) * q) / (k + 1)
    )


def lpmv(m: int, v: Any, x: Any) -> Any:
    """DLMF 14.3.1, which has no trouble with whole degrees for negative orders."""
    if m > 0:
        return (-1) ** m * mpmath.gammaprod([v + m + 1], [v - m + 1]) * lpmv(-m, v, x)
    root = ((1 + x) / (1 - x)) ** (mpf(m) / 2)
    return root * mpmath.hyp2f1(v + 1, -v, 1 - m, (1 - x) / 2) / mpmath.factorial(-m)


POLYNOMIALS = {
    "eval_legendre": legendre,
    "eval_chebyt": chebyt,
    "eval_chebyu": chebyu,
    "eval_chebyc": lambda n, x: 2 * chebyt(n, x / 2),
    "eval_chebys": lambda n, x: chebyu(n, x / 2),
    "eval_sh_legendre": lambda n, x: legendre(n, 2 * x - 1),
    "eval_sh_chebyt": lambda n, x: chebyt(n, 2 * x - 1),
    "eval_sh_chebyu": lambda n, x: chebyu(n, 2 * x - 1),
    "eval_hermite": hermite,
    "eval_hermitenorm": hermitenorm,
    "eval_laguerre": laguerre,
}


def sh_jacobi(n: Any, p: Any, q: Any, x: Any) -> Any:
    return mpmath.jacobi(n, p - q, q - 1, 2 * x - 1) / mpmath.binomial(2 * n + p - 1, n)


ENDS = [0.3, 1.0, -1.0, 0.01, 0.999, -3.0]
CASES = [
    *(
        Case(name, exact, ENDS, (n,), at=1, limit=1e-12, reach=1.0)
        for name, exact in POLYNOMIALS.items()
        for n in (0, 1, 2, 7, 30)
    ),
    Case("eval_genlaguerre", lambda n, a, x: laguerre(n, x, a), ENDS, (7, 0.4), at=2),
    Case("eval_gegenbauer", lambda n, a, x: mpmath.gegenbauer(n, a, x), ENDS[:3], (6, 0.7), at=2,
         order=6),
    Case("eval_jacobi", lambda n, a, b, x: mpmath.jacobi(n, a, b, x), [0.3, 1.0, 0.9],
         (6, 0.5, 1.3), at=3, order=6),
    Case("eval_sh_jacobi", sh_jacobi, [0.3, 1.0, 0.9], (6, 2.5, 1.3), at=3, order=6,
         limit=1e-12),
    # degrees that are not whole
    Case("eval_legendre", lambda n, x: lpmv(0, n, x), [0.3, 0.9], (2.5,), at=1, order=5),
    Case("eval_chebyt", lambda n, x: mpmath.cos(n * mpmath.acos(x)), [0.3, 0.9], (2.5,), at=1,
         order=5, reach=0.02),
    Case("eval_gegenbauer", lambda n, a, x: mpmath.gegenbauer(n, a, x), [0.3, 0.9], (2.5, 0.7),
         at=2, order=5, reach=0.02, limit=1e-12),
    Case("eval_jacobi", lambda n, a, b, x: mpmath.jacobi(n, a, b, x), [0.3, 0.9],
         (2.5, 0.5, 1.3), at=3, order=5, reach=0.02, limit=1e-12),
    Case("eval_genlaguerre", lambda n, a, x: mpmath.laguerre(n, a, x), [0.3, 5.0], (2.5, 0.4),
         at=2, order=5, limit=1e-12),
    # Legendre functions
    *(
        Case("lpmv", lambda m, v, x: lpmv(int(m), v, x), [0.3, -0.9, 0.1], (m, v), at=2, order=6,
             reach=0.02, limit=1e-12)
        for m, v in ((0, 3), (1, 3), (2, 5), (-2, 5), (-1, 3))
    ),
    Case("lpmv", lambda m, v, x: lpmv(int(m), v, x), [0.3, 0.9], (1, 3.5), at=2, order=5,
         reach=0.02, limit=1e-12),
]  # fmt: skip


def test_every_row_has_a_case() -> None:
    assert {row.name for row in orthogonal.TABLE} == {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_against_mpmath(case: Case) -> None:
    accurate(case)


SOME = [case for case in CASES if case.others[0] in (2.5, 6, 7) or case.name == "lpmv"]


@pytest.mark.parametrize("case", SOME, ids=str)
def test_modes(case: Case) -> None:
    modes_agree(case.call, 0.3)
    modes_agree(case.call, np.array([0.3, 0.35, 0.4]))


@pytest.mark.parametrize("name", ["eval_chebyt", "eval_legendre"])
def test_float32_and_complex(name: str) -> None:
    f = getattr(special, name)
    keeps_dtype(lambda x: f(x.dtype.type(5), x), np.array([0.3, 0.5]))
    z = f(5.0, ta.Taylor.variable(0.3 + 0.2j, 3))
    exact = mpmath.taylor(lambda x: POLYNOMIALS[name](5, x), mpmath.mpc(0.3, 0.2), 3)
    assert_allclose(z.coefficients, [complex(c) for c in exact], rtol=1e-12)


def test_whole_degrees_that_are_floats() -> None:
    """SciPy takes hypergeometric functions for them, which lose digits near 0."""
    y = special.eval_legendre(30.0, ta.Taylor.variable(0.0, 8))
    assert_allclose(y.coefficients[1::2], 0, atol=1e-300)


def test_degrees_and_parameters_broadcast() -> None:
    n, x = np.arange(4)[:, np.newaxis], np.array([0.3, 1.0])
    _, slope = ta.jvp(lambda x: special.eval_legendre(n, x), (x,), (np.ones(2),))
    assert_allclose(slope[0], 0)
    assert_allclose(slope[3], (15 * x * x - 3) / 2, rtol=1e-14)
    _, slope = ta.jvp(lambda x: special.lpmv([[2], [1]], 4, x), (-x[::-1],), (np.ones(2),))
    assert_allclose(slope[0, 0], 90)
    assert np.isinf(slope[1, 0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: special.eval_legendre(x, 0.3), "eval_legendre .* respect to n "),
        (lambda x: special.eval_jacobi(3, x, 0.2, 0.3), "eval_jacobi .* respect to alpha "),
        (lambda x: special.eval_legendre(-2, x), "eval_legendre .* negative n"),
        (lambda x: special.lpmv(3, 2, x), "lpmv .* above the degree"),
        (lambda x: special.lpmv(x, 2, 0.3), "lpmv .* respect to m "),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ta.DerivativeError, match=message):
        call(ta.Dual(0.5, 1.0))
    with pytest.raises(ta.DerivativeError, match=message):
        ta.grad(call)(0.5)


def test_polynomial_objects_of_scipy() -> None:
    """The classes of scipy.special evaluate themselves by these ufuncs."""
    y = special.legendre(3)(ta.Taylor.variable(0.3, 2))
    assert_allclose(y.coefficients, [2.5 * 0.027 - 0.45, 7.5 * 0.09 - 1.5, 2.25], rtol=1e-13)
