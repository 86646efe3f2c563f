"""Every row of the `scipy.special` families here against mpmath: ordinary points,
neighbourhoods of singularities, tails; and forward against reverse mode at ordinary points."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from special_functions import Case, accurate, keeps_dtype, modes_agree, ufunc

from taylorad.rules.scipy_special import (
    elementary,
    elliptic,
    entropy,
    errors,
    gamma,
    integrals,
    logistic,
)

FAMILIES = (elementary, elliptic, entropy, errors, gamma, integrals, logistic)

ln, exp = mpmath.ln, mpmath.exp


def erfcx(x: Any) -> Any:
    return exp(x * x) * mpmath.erfc(x)


def wofz(z: Any) -> Any:
    return exp(-z * z) * mpmath.erfc(-1j * z)


def dawsn(x: Any) -> Any:
    return mpmath.sqrt(mp.pi) / 2 * exp(-x * x) * mpmath.erfi(x)


def ndtr(x: Any) -> Any:
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def density(x: Any) -> Any:
    return exp(-x * x / 2) / mpmath.sqrt(2 * mp.pi)


def inverse(function: Any, start: float) -> Any:
    """The inverse function, by Newton's method on mpmath's function."""
    return lambda y: mpmath.findroot(lambda x: function(x) - y, start)


def voigt(x: Any, sigma: Any, gamma: Any) -> Any:
    z = (x + 1j * gamma) / (sigma * mpmath.sqrt(2))
    # Re w(z), as a function that is analytic in x
    mirrored = (-x + 1j * gamma) / (sigma * mpmath.sqrt(2))
    return (wofz(z) + wofz(mirrored)) / 2 / (sigma * mpmath.sqrt(2 * mp.pi))


def modified_fresnel(sign: int, scaled: int) -> Any:
    def f(x: Any) -> Any:
        turn = mpmath.expjpi(-sign * mpf(1) / 4)
        tail = mpmath.sqrt(mp.pi) / 2 / turn * mpmath.erfc(turn * x)
        return turn * exp(-sign * 1j * x * x) / mpmath.sqrt(mp.pi) * tail if scaled else tail

    return f


def degrees(function: Any) -> Any:
    return lambda x: function(x * mp.pi / 180)


def log1p(x: Any) -> Any:
    return ln(1 + x)


def boxcox(x: Any, p: Any) -> Any:
    return mpmath.expm1(p * ln(x)) / p if p else ln(x)


def inv_boxcox(y: Any, p: Any) -> Any:
    return exp(ln(1 + p * y) / p) if p else exp(y)


def huber(delta: Any, r: Any) -> Any:
    size = r if mpmath.re(r) > 0 else -r
    inside = mpmath.re(size) <= mpmath.re(delta)
    return r * r / 2 if inside else delta * (size - delta / 2)


def pseudo_huber(delta: Any, r: Any) -> Any:
    return delta * delta * (mpmath.sqrt(1 + (r / delta) ** 2) - 1)


def beta(a: Any, b: Any) -> Any:
    return mpmath.gammaprod([a, b], [a + b])


def gammainc(a: Any, x: Any) -> Any:
    return mpmath.gammainc(a, 0, x, regularized=True)


def betainc(a: Any, b: Any, x: Any) -> Any:
    return mpmath.betainc(a, b, 0, x, regularized=True)


def gamma_density(a: Any, x: Any) -> Any:
    return x ** (a - 1) * exp(-x) / mpmath.gamma(a)


def beta_density(a: Any, b: Any, x: Any) -> Any:
    return x ** (a - 1) * (1 - x) ** (b - 1) / beta(a, b)


def spence_slope(z: Any) -> Any:
    return -log1p_over(z - 1)


def log1p_over(x: Any) -> Any:
    return ln(1 + x) / x if x else mpf(1)


def owens_t_by_h(h: Any, a: Any) -> Any:
    return -density(h) * mpmath.erf(a * h / mpmath.sqrt(2)) / 2


def owens_t_by_a(h: Any, a: Any) -> Any:
    return exp(-h * h * (1 + a * a) / 2) / (1 + a * a) / (2 * mp.pi)


def jacobi(kind: str) -> Any:
    return lambda u, m: mpmath.ellipfun(kind, u, m=m)


CASES = [
    # Error functions
    Case("erf", mpmath.erf, [0.3, 0.0, -2.0, 5.0]),
    Case("erf", mpmath.erf, [0.3 + 0.2j, -2 + 3j]),
    Case("erfc", mpmath.erfc, [0.3, -2.0, 5.0, 10.0], digits=120),
    Case("erfi", mpmath.erfi, [0.3, 0.0, -3.0]),
    Case("erfcx", erfcx, [0.3, 0.0, 0.49, 0.5, 0.9, 2.0, 30.0, 1e5, -1.0, -5.0], digits=80),
    Case("erfcx", erfcx, [0.3 + 0.2j, 2 - 1j, -1 + 0.1j, 0.1 + 3j, -0.2 + 20j], order=5,
         digits=40, limit=1e-12),
    Case("dawsn", dawsn, [0.3, 0.0, 2.0, -3.0, 4.0, 6.0, 8.5, 12.0, 50.0], digits=50),
    Case("dawsn", dawsn, [0.3 + 0.2j, -3 + 0.2j, 1 - 3j, 3j], order=5, digits=40),
    Case("wofz", wofz, [0.3 + 0.2j, 2 + 1j, -3 + 0.2j, 1 - 3j, 20 + 5j, -1 - 1j], order=5,
         digits=40),
    Case("ndtr", density, [0.3, -30.0, 4.0], slope=True, digits=260),
    Case("log_ndtr", lambda x: ln(ndtr(x)),
         [0.3, 0.0, 1.0, 5.0, 12.0, -1.0, -10.0, -19.0, -21.0, -1e3], digits=120, limit=1e-11),
    Case("log_ndtr", lambda x: ln(ndtr(x)), [0.3 + 0.2j, -3 + 1j], order=4, digits=30),
    Case("erfinv", inverse(mpmath.erf, 0.3), [0.3], order=4),
    Case("erfinv", inverse(mpmath.erf, 1.5), [0.97], order=4, reach=1e-3),
    Case("erfcinv", inverse(mpmath.erfc, 0.7), [0.3], order=4),
    Case("ndtri", inverse(ndtr, -0.5), [0.3], order=4),
    Case("ndtri_exp", inverse(lambda y: ln(ndtr(y)), -0.5), [-1.2], order=4),
    Case("ndtri_exp", inverse(lambda y: ln(ndtr(y)), -13.9), [-100.0], order=3),
    Case("fresnel", mpmath.fresnels, [0.3, 0.0, 2.0, -5.0], output=0),
    Case("fresnel", mpmath.fresnelc, [0.3, 0.0, 2.0, -5.0], output=1),
    Case("voigt_profile", voigt, [0.3, 10.0], (0.7, 0.4), order=4, digits=30, limit=1e-12),
    Case("voigt_profile", lambda x, s, g: voigt(x, s, g), [0.4], (0.3, 0.7), at=2, order=3,
         digits=30),
    Case("voigt_profile", lambda x, s, g: exp(-x * x / 2 / s**2) / s / mpmath.sqrt(2 * mp.pi),
         [0.3, 10.0], (0.7, 0.0), digits=120),
    *(
        Case(name, modified_fresnel(sign, output), [0.3, 4.0, -1.0], output=output, order=5,
             digits=40)
        for name, sign in (("modfresnelp", 1), ("modfresnelm", -1))
        for output in (0, 1)
    ),
    # Logistic functions
    Case("expit", lambda x: 1 / (1 + exp(-x)), [0.3, 0.0, -40.0, 40.0], digits=80),
    Case("log_expit", lambda x: -ln(1 + exp(-x)), [0.3, 0.0, -40.0, 40.0], digits=80),
    Case("logit", lambda x: ln(x / (1 - x)), [0.3, 1e-10, 0.999], reach=1e-4),
    # Elementary functions
    Case("exprel", lambda x: mpmath.expm1(x) / x if x else mpf(1),
         [0.3, -5.0, 1e-6, -40.0, 8.9, 9.1, 100.0]),
    Case("expm1", mpmath.expm1, [0.3, 1e-10, -40.0], digits=160),
    Case("log1p", log1p, [0.3, 1e-10, -0.9], reach=0.05, digits=160),
    Case("exp2", lambda x: mpf(2) ** x, [0.3, -30.0]),
    Case("exp10", lambda x: mpf(10) ** x, [0.3, -30.0, 200.0]),
    Case("cbrt", mpmath.cbrt, [0.3, 1e-10]),
    Case("cosm1", lambda x: -2 * mpmath.sin(x / 2) ** 2, [0.3, 1e-5, 3.0]),
    Case("sindg", degrees(mpmath.sin), [30.3, 0.3, 200.0]),
    Case("cosdg", degrees(mpmath.cos), [30.3, 0.3, 200.0]),
    Case("tandg", degrees(mpmath.tan), [30.3, 0.3, 200.0]),
    Case("cotdg", degrees(mpmath.cot), [30.3, 0.3, 200.0]),
    Case("radian", lambda d, m, s: (d + m / 60 + s / 3600) * mp.pi / 180, [1.3], (4.0, 5.0)),
    Case("powm1", lambda x, y: x**y - 1, [0.3, 1.0001, 50.0], (1.5,)),
    Case("powm1", lambda x, y: x**y - 1, [0.3, 1e-6, -50.0], (1.5,), at=1),
    Case("boxcox", boxcox, [0.3, 1e-4, 1.0001, 50.0], (0.4,)),
    Case("boxcox", boxcox, [0.3, 1e-6, -3.0], (0.4,), at=1),
    Case("boxcox1p", lambda x, p: boxcox(1 + x, p), [0.3, 1e-4, 50.0], (0.4,)),
    Case("boxcox1p", lambda x, p: boxcox(1 + x, p), [0.3, 1e-6, -3.0], (0.4,), at=1),
    Case("inv_boxcox", inv_boxcox, [0.3, 1e-4, 50.0], (0.4,), limit=1e-12),
    Case("inv_boxcox", inv_boxcox, [0.3, 1e-6, 5.0], (0.4,), at=1),
    Case("inv_boxcox1p", lambda y, p: inv_boxcox(y, p) - 1, [0.3, 1e-4], (0.4,),
         limit=1e-12),
    Case("inv_boxcox1p", lambda y, p: inv_boxcox(y, p) - 1, [0.3, 1e-6], (0.4,), at=1),
    Case("huber", huber, [0.3, -2.0], (0.7,), at=1),
    Case("huber", huber, [0.3, 2.0], (0.7,)),
    Case("pseudo_huber", pseudo_huber, [0.3, 1e-5, -20.0], (0.7,), at=1, digits=80),
    Case("pseudo_huber", pseudo_huber, [0.3, 1e-2, 30.0], (0.7,), digits=80),
    # Entropies
    Case("entr", lambda x: -x * ln(x), [0.3, 1e-10, 5.0]),
    Case("xlogy", lambda x, y: x * ln(y), [0.3, 1e-10, 5.0], (0.7,), at=1),
    Case("xlogy", lambda x, y: x * ln(y), [0.3], (0.7,)),
    Case("xlog1py", lambda x, y: x * log1p(y), [0.3, 1e-10, 5.0], (0.7,), at=1,
         digits=160),
    Case("xlog1py", lambda x, y: x * log1p(y), [0.3], (0.7,)),
    Case("rel_entr", lambda x, y: x * ln(x / y), [0.3, 1e-10, 0.7, 50.0], (0.7,)),
    Case("rel_entr", lambda x, y: x * ln(x / y), [0.3, 1e-10, 0.7, 50.0], (0.7,), at=1),
    Case("kl_div", lambda x, y: x * ln(x / y) - x + y, [0.3, 1e-10, 0.71, 50.0], (0.7,)),
    Case("kl_div", lambda x, y: x * ln(x / y) - x + y, [0.3, 1e-10, 0.71], (0.7,), at=1),
    # Gamma functions
    Case("gamma", mpmath.gamma, [0.3, 1e-8, 5.0, 20.0, -0.5, -15.7, -2 + 1e-6], order=6, digits=40,
         reach=0.2, limit=1e-12),
    Case("gamma", mpmath.gamma, [0.3 + 0.2j, -3 + 1j, 5 + 8j, -20 + 3j], order=5, digits=30,
         limit=1e-12),
    Case("rgamma", mpmath.rgamma, [0.3, 0.0, 0.5, 5.0, -1.0, -5.0, -20.0, -3.3, 20.0], limit=1e-12),
    Case("rgamma", mpmath.rgamma, [0.3 + 0.2j, -3 + 1j, 5 + 8j], order=5, digits=40, limit=1e-12),
    Case("gammaln", lambda x: mpmath.re(mpmath.loggamma(x)),
         [0.3, 1.0, 2.0, 1e-8, 1e5, -0.5, -15.7, -30.3, -1e6 - 0.3], order=6, digits=40, reach=0.1),
    Case("loggamma", mpmath.loggamma, [0.3, 5.0]),
    Case("loggamma", mpmath.loggamma, [0.3 + 0.2j, -3 + 1j, 5 + 10j, -20 + 3j, -30.2 + 0.1j],
         order=5, digits=30, reach=0.05, limit=1e-12),
    Case("digamma", mpmath.digamma, [0.3, 1.4616, 1e-8, 1e5, -0.5, -30.3], order=6, digits=40,
         reach=0.1),
    Case("psi", mpmath.digamma, [0.3 + 0.2j, -3 + 1j, 5 + 10j, -30.2 + 0.1j], order=5,
         digits=30, reach=0.05),
    Case("beta", beta, [0.3, 1e-8, 3.0, 50.0, -2.3], (1.7,), order=5, digits=30, reach=0.1,
         limit=1e-12),
    Case("betaln", lambda a, b: ln(beta(a, b)), [0.3, 1e-8, 3.0, 1e5], (1.7,), order=5, digits=40),
    Case("betaln", lambda a, b: ln(beta(a, b)), [0.3, 1e3, 1e5], (1e-6,), at=1, order=5, digits=50),
    Case("poch", mpmath.rf, [0.3, 1e-3, 3.0, 50.0, -2.5], (2.2,), order=6, digits=40, reach=0.1,
         limit=1e-11),
    Case("poch", mpmath.rf, [0.3, -1.0, -2.5], (3.0,), order=3),
    Case("poch", mpmath.rf, [0.3, 4.0, 1e-3], (2.2,), at=1, order=6, digits=40),
    Case("binom", mpmath.binomial, [3.3, 0.3, -0.5, 40.2], (2.2,), order=6, digits=40,
         reach=0.1, limit=1e-10),
    Case("binom", mpmath.binomial, [3.3, 2.0, 0.0], (3.0,), order=3),
    Case("binom", mpmath.binomial, [2.2, 0.3, -0.6, 6.0], (5.5,), at=1, order=6, digits=40,
         limit=1e-10),
    Case("_zeta", lambda s, q: mpmath.zeta(s, q), [0.3, 2.0, 50.0], (3.0,), at=1, order=5),
    Case("gammainc", gamma_density, [0.3, 1e-6, 3.0, 12.0], (2.5,), at=1, slope=True),
    Case("gammainc", gamma_density, [95.0, 110.0], (100.0,), at=1, slope=True),
    Case("gammaincc", lambda a, x: -gamma_density(a, x), [0.3, 1e-6, 40.0], (2.0,), at=1,
         slope=True),
    Case("gammaincinv", lambda a, y: inverse(lambda x: gammainc(a, x), 1.3)(y), [0.3], (2.0,),
         at=1, order=3),
    Case("gammainccinv", lambda a, y: inverse(lambda x: 1 - gammainc(a, x), 2.3)(y), [0.3], (2.0,),
         at=1, order=3),
    Case("betainc", beta_density, [0.3, 1e-6, 0.999], (2.5, 3.0), at=2, reach=1e-4, slope=True),
    Case("betaincc", lambda a, b, x: -beta_density(a, b, x), [0.3, 0.6], (50.0, 80.0), at=2,
         reach=0.1, slope=True),
    Case("betaincinv", lambda a, b, y: inverse(lambda x: betainc(a, b, x), 0.3)(y), [0.3],
         (2.0, 3.0), at=2, order=3),
    Case("betainccinv", lambda a, b, y: inverse(lambda x: 1 - betainc(a, b, x), 0.5)(y), [0.3],
         (2.0, 3.0), at=2, order=3),
    # Exponential and other integrals
    Case("exp1", mpmath.e1, [0.3, 1e-3, 5.0, 50.0], digits=80),
    Case("exp1", mpmath.e1, [0.3 + 1j, -2 + 1j]),
    Case("expi", mpmath.ei, [0.3, 1e-3, 50.0, -3.0]),
    Case("expn", lambda n, x: mpmath.expint(n, x), [0.3, 1e-3, 50.0], (2,), at=1, order=6),
    Case("expn", lambda n, x: mpmath.expint(n, x), [0.3, 5.0], (0,), at=1, order=6),
    Case("expn", lambda n, x: mpmath.expint(n, x), [0.3, 5.0], (5,), at=1, order=6),
    Case("sici", mpmath.si, [0.3, 0.0, 5.0, 50.0], output=0),
    Case("sici", mpmath.ci, [0.3, 1e-3, 5.0, 50.0], output=1),
    Case("sici", mpmath.si, [0.3 + 1j], output=0),
    Case("shichi", mpmath.shi, [0.3, 0.0, 5.0, 50.0], output=0),
    Case("shichi", mpmath.chi, [0.3, 1e-3, 5.0, 50.0], output=1),
    Case("spence", spence_slope, [0.3, 1.0001, 1.5, 1e-5, 1.9, 7.0, 1e3], slope=True, reach=0.05),
    Case("spence", spence_slope, [0.5 + 0.5j, -3 + 1j], slope=True),
    Case("wrightomega", lambda z: mpmath.lambertw(exp(z)).real, [0.3, -5.0, 30.0], order=6),
    Case("_lambertw", lambda z, k, tol: mpmath.lambertw(z, int(k)), [0.3 + 0j, 0j, 50 + 3j],
         (0, 1e-8), order=6, reach=0.05),
    Case("_lambertw", lambda z, k, tol: mpmath.lambertw(z, int(k)), [-0.2 + 0.1j], (-1, 1e-8),
         order=6, reach=0.05),
    Case("owens_t", owens_t_by_h, [0.3, 3.0], (0.7,), slope=True),
    Case("owens_t", owens_t_by_a, [0.7, 20.0], (0.3,), at=1, slope=True),
    # Elliptic integrals and functions
    Case("ellipk", mpmath.ellipk, [0.3, 0.0, 1e-5, 0.9999, -0.5, -30.0], reach=1e-5, digits=110),
    Case("ellipe", mpmath.ellipe, [0.3, 0.0, 1e-5, 0.9999, -0.5, -30.0], reach=1e-5, digits=110),
    Case("ellipkm1", lambda p: mpmath.ellipk(1 - p), [0.3, 1e-10, 5.0], reach=0.05, digits=80),
    Case("ellipkinc", lambda phi, m: 1 / mpmath.sqrt(1 - m * mpmath.sin(phi) ** 2),
         [0.3, 1.5, 4.0, -10.0], (0.7,), slope=True, reach=0.05),
    Case("ellipkinc", mpmath.ellipf, [0.3, -2.0, 0.0], (4.0,), at=1, order=4, reach=0.02,
         digits=40),
    Case("ellipeinc", lambda phi, m: mpmath.sqrt(1 - m * mpmath.sin(phi) ** 2),
         [0.3, 1.5, 4.0, -10.0], (0.7,), slope=True, reach=0.05),
    Case("ellipeinc", mpmath.ellipe, [0.3, -2.0, 0.0], (4.0,), at=1, order=4, reach=0.02,
         digits=40),
    *(
        Case("ellipj", jacobi(kind), [0.3, 3.0, -10.0], (0.7,), output=k, order=5, digits=40)
        for k, kind in enumerate(("sn", "cn", "dn"))
    ),
    *(
        Case("ellipj", jacobi(kind), [0.3, 0.9], (3.0,), at=1, output=k, order=4, digits=40,
             reach=0.02, limit=1e-11)
        for k, kind in enumerate(("sn", "cn", "dn"))
    ),
    Case("elliprc", mpmath.elliprc, [0.3, 1e-8, 2.0], (1.5,), order=6),
    Case("elliprc", mpmath.elliprc, [0.3, 1.5, 1e5], (1.5,), at=1, order=6),
    Case("elliprc", lambda x, y: mpmath.elliprc(x, y).real, [-2.0], (1.5,), at=1, order=4),
    Case("elliprf", mpmath.elliprf, [0.3, 1e-8, 2.0], (1.5, 0.7), order=4, digits=30),
    Case("elliprf", mpmath.elliprf, [1.0], (1.0, 1.0), order=9),
    Case("elliprd", mpmath.elliprd, [0.3, 2.0], (1.5, 0.7), order=4, digits=30),
    Case("elliprd", mpmath.elliprd, [0.3, 1e-8, 0.7], (1.5, 0.7), at=2, order=4, digits=30),
    Case("elliprg", mpmath.elliprg, [0.3, 1e-6, 2.0], (1.5, 0.7), order=4, digits=30),
    Case("elliprj", mpmath.elliprj, [0.3, 2.0], (1.5, 0.7, 1.1), order=3, digits=30),
    Case("elliprj", mpmath.elliprj, [0.3, 2.0], (1.5, 0.7, 1.1), at=3, order=3, digits=30),
    Case("agm", mpmath.agm, [0.3, 1e-6, 2.0, 1.0], (1.0,)),
]  # fmt: skip

# Of what is piecewise constant or differentiable in no argument there are no series.
WITHOUT = {"round", "gammasgn", "_riemann_zeta"}

SMOOTH = {}  # one real case for each argument, at an ordinary point
for _case in CASES:
    if not isinstance(_case.points[0], complex) and not _case.name.startswith("modfresnel"):
        SMOOTH.setdefault((_case.name, _case.at, _case.output), _case)


def names(case: Case) -> str:
    return str(case)


def test_every_row_has_a_case() -> None:
    rows = [row for family in FAMILIES for row in family.TABLE if row.function is not None]
    covered = {case.name for case in CASES}
    for row in rows:
        name = row.name if hasattr(row, "name") else row.function.__name__
        assert name in covered | WITHOUT, name


@pytest.mark.parametrize("case", CASES, ids=names)
def test_against_mpmath(case: Case) -> None:
    if ufunc(case.name) is None:
        pytest.skip("this SciPy does not have it")
    accurate(case)


@pytest.mark.parametrize("case", SMOOTH.values(), ids=names)
def test_modes_and_dtypes(case: Case) -> None:
    if ufunc(case.name) is None:
        pytest.skip("this SciPy does not have it")
    x = float(case.points[0])
    modes_agree(case.call, x)
    points = x + np.array([0.0, 0.01, 0.03]) * min(1.0, abs(1 - x))
    modes_agree(case.call, points)
    keeps_dtype(case.call, points)
