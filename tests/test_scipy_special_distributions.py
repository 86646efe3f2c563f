"""Distribution functions of `scipy.special` against densities in mpmath, tails included."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import exp, mp, mpf
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special
from special_functions import Case, accurate, keeps_dtype, modes_agree, modes_agree_in, ufunc

import taylorad as ta
from taylorad.rules.scipy_special import distributions, kolmogorov

inf, nan = np.inf, np.nan


def gamma_density(a: Any, u: Any) -> Any:
    return u ** (a - 1) * exp(-u) / mpmath.gamma(a)


def beta_density(a: Any, b: Any, x: Any) -> Any:
    return x ** (a - 1) * (1 - x) ** (b - 1) / mpmath.beta(a, b)


def chi_square(v: Any, x: Any) -> Any:
    return gamma_density(v / 2, x / 2) / 2


def f_density(m: Any, n: Any, t: Any) -> Any:
    power = (m / n) ** (m / 2) * t ** (m / 2 - 1) * (1 + m * t / n) ** (-(m + n) / 2)
    return power / mpmath.beta(m / 2, n / 2)


def t_density(df: Any, t: Any) -> Any:
    top = mpmath.gamma((df + 1) / 2) / mpmath.gamma(df / 2) / mpmath.sqrt(mp.pi * df)
    return top * (1 + t * t / df) ** (-(df + 1) / 2)


def noncentral(x: Any, df: Any, nc: Any) -> Any:
    return chi_square(df, x) * exp(-nc / 2) * mpmath.hyp0f1(df / 2, nc * x / 4)


def kolmogorov_far(x: Any) -> Any:
    return 2 * mpmath.fsum((-1) ** (j - 1) * exp(-2 * j * j * x * x) for j in range(1, 9))


def kolmogorov_near(x: Any) -> Any:
    terms = (exp(-((2 * j - 1) ** 2) * mp.pi**2 / (8 * x * x)) for j in range(1, 9))
    return 1 - mpmath.sqrt(2 * mp.pi) / x * mpmath.fsum(terms)


def smirnov(pieces: int) -> Any:
    def f(n: Any, x: Any) -> Any:
        terms = (
            mpmath.binomial(n, j) * (x + j / n) ** (j - 1) * (1 - x - j / n) ** (n - j)
            for j in range(1, pieces + 1)
        )
        return (1 - x) ** n + x * mpmath.fsum(terms)

    return f


def tukey(x: Any, shape: Any) -> Any:
    def excess(s: Any) -> Any:
        p, q = exp(s), 1 - exp(s)
        return (p**shape - q**shape) / shape - x if shape else s - mpmath.ln(q) - x

    real = float(mpmath.re(x))
    start = float(special.tklmbda(real, float(mpmath.re(shape))))
    return exp(mpmath.findroot(excess, mpmath.ln(mpf(start))))


def inverse(function: Any, start: float) -> Any:
    def f(*args: Any) -> Any:
        return mpmath.findroot(lambda x: function(*args[:-1], x) - args[-1], start)

    return f


def gammainc(a: Any, x: Any) -> Any:
    return mpmath.gammainc(a, 0, x, regularized=True)


def betainc(a: Any, b: Any, x: Any) -> Any:
    return mpmath.betainc(a, b, 0, x, regularized=True)


CASES = [
    # Gamma and its kin
    Case("chdtr", chi_square, [0.7, 1e-5, 3.0, 40.0, 600.0], (3.0,), at=1, slope=True, digits=160),
    Case("chdtr", chi_square, [0.7, 1e-5, 30.0], (6.0,), at=1, slope=True, digits=100),
    Case("chdtrc", lambda v, x: -chi_square(v, x), [75.0, 0.7, 400.0], (80.0,), at=1,
         slope=True, digits=100),
    Case("chdtri", inverse(lambda v, x: 1 - gammainc(v / 2, x / 2), 4.3), [0.3], (5.0,), at=1,
         order=3),
    Case("gdtr", lambda a, b, x: a * gamma_density(b, a * x), [0.7, 1e-5, 30.0], (2.0, 2.5),
         at=2, slope=True, digits=100),
    Case("gdtr", lambda a, b, x: x * gamma_density(b, a * x), [0.7, 1e-5, 30.0], (2.5, 0.3),
         slope=True, digits=100),
    Case("gdtr", lambda a, b, x: a * gamma_density(b, a * x), [1e6, 1.001e6], (1.0, 1e6), at=2,
         slope=True, order=4, limit=1e-11),
    Case("gdtrc", lambda a, b, x: -a * gamma_density(b, a * x), [0.7, 30.0], (2.0, 2.5), at=2,
         slope=True, digits=100),
    Case("gdtrc", lambda a, b, x: -x * gamma_density(b, a * x), [0.7], (2.5, 0.3), slope=True),
    Case("gdtrix", inverse(lambda a, b, x: gammainc(b, a * x), 0.7), [0.3], (2.0, 2.5), at=2,
         order=3),
    Case("gdtrix", lambda a, b, p: mpmath.findroot(lambda u: gammainc(b, u) - p, 1.4) / a, [0.3],
         (2.5, 0.3), order=3),
    Case("gdtria", lambda p, b, x: mpmath.findroot(lambda u: gammainc(b, u) - p, 1.4) / x, [0.3],
         (2.5, 0.7), order=3),
    Case("gdtria", lambda p, b, x: mpmath.findroot(lambda u: gammainc(b, u) - p, 1.4) / x, [0.7],
         (0.3, 2.5), at=2, order=3),
    Case("pdtr", lambda k, m: -gamma_density(k + 1, m), [0.7, 1e-5, 4.0, 200.0], (4.0,), at=1,
         slope=True, digits=100),
    Case("pdtrc", lambda k, m: gamma_density(mpmath.floor(k) + 1, m), [0.7, 1e-5], (2.7,),
         at=1, slope=True),
    Case("pdtri", inverse(lambda k, m: 1 - gammainc(k + 1, m), 3.6), [0.3], (2.0,), at=1, order=3),
    Case("chndtr", noncentral, [0.7, 1e-5, 3.0, 30.0, 200.0], (3.0, 2.5), slope=True, digits=80),
    Case("chndtr", noncentral, [0.7, 1e-5, 40.0], (4.0, 60.0), slope=True, digits=80,
         limit=1e-10),
    Case("chndtr", noncentral, [3000.0, 3500.0], (3.0, 3000.0), slope=True, order=3, digits=120,
         limit=1e-11),
    Case("chndtr", lambda x, df, nc: chi_square(df, x), [0.7, 30.0],
         (3.0, 0.0), slope=True, digits=80),
    # Beta and its kin
    Case("bdtr", lambda k, n, p: -beta_density(k + 1, n - k, p), [0.3, 1e-5, 0.7, 0.999],
         (3.0, 10), at=2, slope=True, reach=1e-4, digits=100),
    Case("bdtrc", lambda k, n, p: beta_density(mpmath.floor(k) + 1, n - mpmath.floor(k), p),
         [0.3], (3.6, 10), at=2, slope=True),
    Case("bdtri", inverse(lambda k, n, p: 1 - betainc(k + 1, n - k, p), 0.45), [0.3], (2.0, 7),
         at=2, order=3),
    Case("nbdtr", lambda k, n, p: beta_density(n, k + 1, p), [0.3, 1e-5, 0.7, 0.999],
         (3.0, 10.0), at=2, slope=True, reach=1e-4, digits=100),
    Case("nbdtrc", lambda k, n, p: -beta_density(n, k + 1, p), [0.3, 0.9], (30.0, 50.0), at=2,
         slope=True, reach=1e-2),
    Case("nbdtri", inverse(lambda k, n, p: betainc(n, k + 1, p), 0.6), [0.3], (2.0, 7.0), at=2,
         order=3),
    Case("fdtr", f_density, [0.7, 1e-5, 3.0, 1e4], (3.0, 5.5), at=2, slope=True, digits=70),
    Case("fdtr", f_density, [1e12], (3.0, 5.5), at=2, slope=True, order=2, digits=90),
    Case("fdtr", f_density, [1.001, 0.9], (1e5, 1e5), at=2, slope=True, order=3, limit=1e-11,
         reach=1e-3),
    Case("fdtrc", lambda m, n, x: -f_density(m, n, x), [0.7, 1e-5, 30.0], (4.0, 55.0), at=2,
         slope=True, reach=0.1),
    Case("fdtri", inverse(lambda m, n, x: betainc(m / 2, n / 2, m * x / (n + m * x)), 0.54),
         [0.3], (3.5, 4.0), at=2, order=3),
    Case("stdtr", t_density, [0.7, 0.0, -3.0, 40.0], (3.5,), at=1, slope=True),
    Case("stdtr", t_density, [-1e8], (3.5,), at=1, slope=True, order=3, digits=90),
    Case("stdtr", t_density, [0.7, -12.0], (300.0,), at=1, slope=True),
    Case("stdtr", lambda df, t: exp(-t * t / 2) / mpmath.sqrt(2 * mp.pi), [0.7, -5.0], (inf,),
         at=1, slope=True),
    Case("stdtrit", inverse(
        lambda df, t: betainc(df / 2, mpf(0.5), df / (df + t * t)) / 2, -0.55), [0.3], (3.5,),
        at=1, order=3),
    # Others
    Case("nrdtrimn", lambda p, s, x: x - s * mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1), [0.3],
         (1.3, 0.7), order=4),
    Case("nrdtrimn", lambda p, s, x: x - s * mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1), [0.7],
         (0.3, 1.3), at=2, order=2),
    Case("nrdtrisd", lambda m, p, x: (x - m) / (mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1)),
         [0.3], (0.7, 1.3), at=1, order=4),
    Case("kolmogorov", kolmogorov_far, [0.9, 1.01, 2.0, 5.0, 8.0], digits=110),
    Case("kolmogorov", kolmogorov_near, [0.5, 0.2, 0.1, 0.7], digits=140, limit=1e-12),
    Case("kolmogi", inverse(kolmogorov_far, 0.97), [0.3], order=3),
    Case("smirnov", smirnov(3), [0.27, 0.35], (5.0,), at=1),
    Case("smirnov", smirnov(0), [0.9], (5.0,), at=1),
    Case("smirnov", smirnov(36), [0.1], (40.0,), at=1, limit=1e-12),
    Case("smirnovi", inverse(smirnov(2), 0.42), [0.12], (5.0,), at=1, order=3),
    Case("tklmbda", tukey, [-1.3, 0.4, 2.0], (0.3,), order=4, digits=40),
    Case("tklmbda", tukey, [-1.3, 2.5], (-0.7,), order=4, digits=40),
    Case("tklmbda", tukey, [-1.3, -30.0], (0.0,), order=4, digits=40),
    Case("tklmbda", tukey, [0.3, -0.5], (-1.3,), at=1, order=4, digits=40),
    Case("tklmbda", tukey, [0.3], (1.3,), at=1, order=4, digits=40),
]  # fmt: skip

SMOOTH = {(case.name, case.at): case for case in reversed(CASES) if inf not in case.others}


def test_every_row_has_a_case() -> None:
    rows = [row for family in (distributions, kolmogorov) for row in family.TABLE]
    assert {row.name for row in rows} - {"chndtrix"} == {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_against_mpmath(case: Case) -> None:
    accurate(case)


@pytest.mark.parametrize("case", SMOOTH.values(), ids=str)
def test_modes_and_dtypes(case: Case) -> None:
    x = float(case.points[0])
    modes_agree(case.call, x)
    points = x + np.array([0.0, 0.01, 0.03]) * min(1.0, abs(1 - x))
    modes_agree(case.call, points)
    if not case.name.startswith("bdtr"):  # which takes no whole numbers beside float32
        keeps_dtype(case.call, points)


@pytest.mark.parametrize("p", [1e-8, 0.3, 0.999])
def test_inverse_of_the_noncentral_distribution(p: float) -> None:
    """The inverse of a function, order by order: the composition is the identity."""

    def quantile(p: Any) -> Any:
        return special.chndtrix(p, 3.0, 60.0)

    _, one, zero = ta.derivatives(lambda p: special.chndtr(quantile(p), 3.0, 60.0), 2)(p)
    assert_allclose(one, 1, rtol=1e-12)
    _, slope, curvature = ta.derivatives(quantile, 2)(p)
    assert abs(zero) < 1e-11 * abs(curvature / slope)


LIMITS = [
    # function, other arguments, place of x, x, derivative
    ("chdtr", (2.0,), 1, 0.0, 0.5),
    ("chdtr", (1.0,), 1, 0.0, inf),
    ("chdtr", (6.0,), 1, 0.0, 0.0),
    ("chdtr", (3.0,), 1, inf, 0.0),
    ("chdtr", (3.0,), 1, -1.0, nan),
    ("gdtr", (2.0, 1.0), 2, 0.0, 2.0),
    ("pdtr", (0,), 1, 0.0, -1.0),
    ("bdtr", (0, 3), 2, 0.0, -3.0),
    ("bdtr", (2, 3), 2, 1.0, -3.0),
    ("bdtr", (3, 3), 2, 0.4, 0.0),
    ("bdtr", (4, 3), 2, 0.4, nan),
    ("nbdtr", (0, 1), 2, 1.0, 1.0),
    ("fdtr", (2.0, 3.0), 2, 0.0, 1.0),
    ("fdtr", (3.0, 3.0), 2, inf, 0.0),
    ("stdtr", (3.5,), 1, -inf, 0.0),
    ("stdtr", (3.5,), 1, nan, nan),
    ("stdtrit", (3.5,), 1, 0.0, inf),
    ("chndtr", (4.0, 3.0), 0, 0.0, 0.0),
    ("chndtr", (2.0, 0.0), 0, 0.0, 0.5),
    ("kolmogorov", (), 0, 0.0, 0.0),
    ("kolmogorov", (), 0, 1e-200, 0.0),
    ("kolmogorov", (), 0, inf, 0.0),
    ("kolmogi", (), 0, 1.0, -inf),
    ("smirnov", (1,), 1, 0.3, -1.0),
    ("smirnov", (4,), 1, 1.0, 0.0),
    ("tklmbda", (0.5,), 0, -2.5, 0.0),
    ("tklmbda", (0.5,), 0, 2.5, 0.0),
    ("tklmbda", (2.0,), 0, 0.0, 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "others", "at", "x", "slope"), LIMITS)
def test_limits(name: str, others: Any, at: int, x: float, slope: float) -> None:
    def f(x: Any) -> Any:
        return ufunc(name)(*others[:at], x, *others[at:])

    with np.errstate(all="ignore"):
        found = [f(ta.Dual(x, 1.0)).tangent, f(ta.Dual(np.array([x, x]), 1.0)).tangent[1]]
        found.append(ta.grad(f)(x))
        assert_array_equal(f(ta.Dual(x, 1.0)).value, f(x))
    assert_allclose(found, slope, rtol=1e-13)


@pytest.mark.parametrize("shape", [-0.125, 0.125])
def test_tails_of_tukeys_distribution(shape: float) -> None:
    """The density where SciPy's own probability has no correct digit left."""

    def quantile(s: Any) -> Any:
        return (exp(s) ** shape - (1 - exp(s)) ** shape) / shape

    with mp.workdps(50):
        start = mpmath.ln(mpf(10) ** -20)
        x = float(quantile(start))
        s = mpmath.findroot(lambda s: quantile(s) - x, start)
        want = 1 / (exp(s) ** (shape - 1) + (1 - exp(s)) ** (shape - 1))
    got = ta.derivative(lambda x: special.tklmbda(x, shape))(np.array([x, -x]))
    assert_allclose(got, float(want), rtol=1e-11)


def test_smirnov_changes_its_polynomial() -> None:
    """Between multiples of 1/n it is a polynomial, at one of them the upper one's."""
    y = special.smirnov(3, ta.Taylor.variable(np.array([0.0, 1 / 3, 2 / 3, 1.0]), 3))
    assert_allclose(y.coefficients[1], [-1, -8 / 3, -1 / 3, 0], atol=1e-15)
    assert_allclose(y.coefficients[3], [-1, -1, 2, -1], atol=1e-14)


TOGETHER = [
    ("gdtr", (np.array([0.3, 2.0]), np.array([2.5, 1.0]), np.array([1.4, 0.2])), (0, 2)),
    ("gdtrix", (np.array([0.3, 2.0]), np.array([2.5, 1.0]), np.array([0.4, 0.2])), (0, 2)),
    ("gdtria", (np.array([0.3, 0.6]), np.array([2.5, 1.0]), np.array([1.4, 0.2])), (0, 2)),
    ("nrdtrimn", (np.array([0.3, 0.6]), np.array([2.5, 1.0]), np.array([1.4, 0.2])), (0, 1, 2)),
    ("nrdtrisd", (np.array([0.3, 0.6]), np.array([0.2, 0.9]), np.array([1.4, 2.2])), (0, 1, 2)),
    ("tklmbda", (np.array([0.3, -0.6]), np.array([0.2, -0.9])), (0, 1)),
]


@pytest.mark.parametrize(("name", "args", "differentiable"), TOGETHER)
def test_mixed_derivatives(name: str, args: Any, differentiable: Any) -> None:
    modes_agree_in(ufunc(name), args, differentiable)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: special.chdtr(x, 1.0), "chdtr .* respect to v "),
        (lambda x: special.bdtr(x, 5, 0.3), "bdtr .* respect to k "),
        (lambda x: special.gdtr(1.0, x, 1.0), "gdtr .* respect to b "),
        (lambda x: special.chndtr(1.0, 1.0, x), "chndtr .* respect to nc "),
        (lambda x: special.chdtriv(0.3, x), "special.chdtriv has no derivative rule: .* shape"),
        (lambda x: special.nctdtr(2.0, 1.0, x), "special.nctdtr .* noncentral .*custom_deriv"),
    ],
)
def test_shapes_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ta.DerivativeError, match=message):
        call(ta.Dual(0.5, 1.0))
    with pytest.raises(ta.DerivativeError, match=message), ta.GradientTape() as tape:
        call(tape.watch(0.5))
