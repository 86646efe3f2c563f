"""Bessel functions and their relatives, against their differential equations in mpmath.

mpmath gives y and y' with 50 digits or more; the equation gives all that follows. The library's
own way is another one for nearly all of them: sums over neighbouring orders, or integrals.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

import taylorad as ta
from taylorad._numbers import make
from taylorad.algebra import taylor

special = pytest.importorskip("scipy.special")
_ufuncs = pytest.importorskip("scipy.special._ufuncs")

ORDER = 8
HALF = mpf(1) / 2


def ufunc(name: str) -> Any:
    return getattr(special, name) if hasattr(special, name) else getattr(_ufuncs, name)


def expansion(function: Callable[[Any], Any], x: Any, order: int = ORDER) -> Any:
    """The coefficients of function(x + t)."""
    x = np.asarray(x)
    parts = np.zeros((order + 1, *x.shape), np.result_type(x, float))
    parts[0], parts[1] = x, 1
    result = function(make(taylor(order), parts))
    return [y.parts for y in result] if isinstance(result, tuple) else result.parts


# --- Oracles -----------------------------------------------------------------------------


def digits(x: Any) -> int:
    """Recurrences at small x, and products with exp(x), lose digits that mpmath has."""
    return 50 if 0.3 < abs(x) < 50 else 170


def series(f: Any, slope: Any, x: Any, q: Sequence[Any], r: Sequence[Any] = ()) -> list[Any]:
    """``q_2 y'' + q_1 y' + q_0 y = r``, all of them by their coefficients at x."""
    y = [f(x), slope(x) if slope else mpmath.diff(f, x)]
    q2, q1, q0 = q
    for n in range(ORDER + 1):
        total = -mpmath.mpmathify(r[n]) if n < len(r) else mpf(0)
        total += sum(c * y[n - j] for j, c in enumerate(q0) if j <= n)
        total += sum(c * (n - j + 1) * y[n - j + 1] for j, c in enumerate(q1) if j <= n)
        for j in range(1, min(n, len(q2) - 1) + 1):
            total += q2[j] * (n - j + 2) * (n - j + 1) * y[n - j + 2]
        y.append(-total / (q2[0] * (n + 2) * (n + 1)))
    return y


def times_exp(y: Sequence[Any], x: Any, rate: Any) -> list[Any]:
    e = [mpmath.exp(rate * x) * rate**k / mpmath.factorial(k) for k in range(len(y))]
    return [sum(y[j] * e[k - j] for j in range(k + 1)) for k in range(len(y))]


def slope_of(y: Sequence[Any]) -> list[Any]:
    return [k * y[k] for k in range(1, len(y))]


def cylinder(f: Any, sign: int, v: Any, x: Any, rate: Any = 0) -> list[Any]:
    """``x^2 y'' + x y' + (sign x^2 - v^2) y = 0``, times exp(rate x)."""
    v = mpf(v)
    below, above = (-1 if f is mpmath.besselk else 1), (1 if f is mpmath.besseli else -1)
    slope = lambda z: (below * f(v - 1, z) + above * f(v + 1, z)) / 2  # noqa: E731
    q = [x * x, 2 * x, 1], [x, 1], [sign * x * x - v * v, 2 * sign * x, sign]
    y = series(lambda z: f(v, z), slope, x, q)
    return times_exp(y, x, mpmath.mpmathify(rate)) if rate else y


def spherical(f: Any, sign: int, n: int, x: Any) -> list[Any]:
    def y(z: Any) -> Any:
        return mpmath.sqrt(mp.pi / 2 / z) * f(n + HALF, z)

    q0 = [sign * x * x - n * (n + 1), 2 * sign * x, sign]
    return series(y, None, x, ([x * x, 2 * x, 1], [2 * x, 2], q0))


J, Y = partial(cylinder, mpmath.besselj, 1), partial(cylinder, mpmath.bessely, 1)
I, K = partial(cylinder, mpmath.besseli, -1), partial(cylinder, mpmath.besselk, -1)  # noqa: E741
H1, H2 = partial(cylinder, mpmath.hankel1, 1), partial(cylinder, mpmath.hankel2, 1)


def ive(v: Any, x: Any) -> list[Any]:
    return I(v, x, -1 if x > 0 else 1)


def airy(f: Any, x: Any) -> list[Any]:
    return series(f, lambda z: f(z, derivative=1), x, ([1], [0], [-x, -1]))


def airye(f: Any, sign: int, x: Any) -> list[Any]:
    if x < 0:
        return airy(f, x)
    x, c = mpf(x), sign * mpf(2) / 3
    growth = [mpf(1)]  # of exp(c x^(3/2)): (k + 1) e_(k+1) = 3/2 c sum of s_j e_(k-j)
    root = [mpmath.binomial(HALF, k) * x ** (HALF - k) for k in range(ORDER + 2)]
    for k in range(ORDER + 1):
        total = sum(root[j] * growth[k - j] for j in range(k + 1))
        growth.append(1.5 * c * total / (k + 1))
    e = [mpmath.exp(c * x**1.5) * g for g in growth]
    y = airy(f, x)
    return [sum(y[j] * e[k - j] for j in range(k + 1)) for k in range(ORDER + 2)]


def airye_slope(f: Any, sign: int, x: Any) -> list[Any]:
    """y' exp(z), of (y exp(z))' - z' y exp(z)."""
    if x < 0:
        return slope_of(airy(f, x))
    y = airye(f, sign, x)
    x, c = mpf(x), sign * mpf(2) / 3
    root = [1.5 * c * mpmath.binomial(HALF, k) * x ** (HALF - k) for k in range(ORDER + 2)]
    return [
        (k + 1) * y[k + 1] - sum(root[j] * y[k - j] for j in range(k + 1)) for k in range(ORDER + 1)
    ]


def parabolic(f: Any, v: Any, x: Any) -> list[Any]:
    quarter = mpf(1) / 4
    q = [1], [0], [v + HALF - x * x / 4, -x / 2, -quarter]
    return series(lambda z: f(v, z), None, x, q)


def parabolic_w(a: Any, x: Any) -> list[Any]:
    q = [1], [0], [mpf(x) ** 2 / 4 - a, mpf(x) / 2, mpf(1) / 4]
    return series(lambda z: mpmath.re(mpmath.pcfw(a, z)), None, mpf(x), q)


def struve(f: Any, sign: int, v: Any, x: Any) -> list[Any]:
    x, v = mpf(x), mpf(v)
    c = 4 / mpf(2) ** (v + 1) / mpmath.sqrt(mp.pi) * mpmath.rgamma(v + HALF)
    r = [c * mpmath.binomial(v + 1, k) * x ** (v + 1 - k) for k in range(ORDER + 2)]
    slope = lambda z: f(v - 1, z) - v / z * f(v, z)  # noqa: E731
    q = [x * x, 2 * x, 1], [x, 1], [sign * x * x - v * v, 2 * sign * x, sign]
    return series(lambda z: f(v, z), slope, x, q, r)


def hypergeometric(f: Any, q: Any, *args: Any) -> list[Any]:
    *p, x = map(mpmath.mpmathify, args)
    if x == 0:
        return mpmath.taylor(lambda z: f(*p, z), 0, ORDER + 1)
    return series(lambda z: f(*p, z), None, x, q(*p, x))


HYP0F1 = partial(hypergeometric, mpmath.hyp0f1, lambda b, z: ([z, 1], [b], [-1]))
KUMMER = lambda a, b, z: ([z, 1], [b - z, -1], [-a])  # noqa: E731
HYP1F1 = partial(hypergeometric, mpmath.hyp1f1, KUMMER)
HYPERU = partial(hypergeometric, mpmath.hyperu, KUMMER)
HYP2F1 = partial(
    hypergeometric,
    mpmath.hyp2f1,
    lambda a, b, c, z: (
        [z * (1 - z), 1 - 2 * z, -1],
        [c - (a + b + 1) * z, -(a + b + 1)],
        [-a * b],
    ),
)


def wright(a: Any, b: Any, x: Any) -> list[Any]:
    """The sum of x^m / (m! gamma(a m + b)), termwise."""
    terms = [mpmath.rgamma(mpf(a) * m + b) / mpmath.factorial(m) for m in range(160)]
    x = mpf(x)
    return [
        sum(mpmath.binomial(m, k) * terms[m] * x ** (m - k) for m in range(k, 160))
        for k in range(ORDER + 2)
    ]


def kelvin(f: Any, sign: int, eighths: int, part: Any, x: Any) -> list[Any]:
    turn = mpmath.exp(1j * mp.pi * eighths / 4)
    return [part(c * turn**k) for k, c in enumerate(cylinder(f, sign, 0, turn * mpf(x)))]


BER, KER = (
    lambda part, x: kelvin(mpmath.besselj, 1, 3, part, x),
    lambda part, x: kelvin(mpmath.besselk, -1, 1, part, x),
)


def check(got: Any, want: Sequence[Any], x: Any, tolerance: float = 1e-10, first: int = 0) -> None:
    """Errors relative to a coefficient and to what a relative change of x by 1 makes of it."""
    for k in range(first, len(got)):
        scale = abs(want[k]) + abs((k + 1) * want[k + 1] * x)
        error = abs(mpmath.mpmathify(complex(got[k])) - want[k])
        if got[k] == 0 and error < 1e-40:  # a polynomial ends here
            continue
        assert error <= tolerance * scale, (x, k, got[k], complex(want[k]))


# --- All functions, to order 8 -----------------------------------------------------------

SMALL = (0.01, 0.7, 2.404825557695773, 11.0, 40.0)
POSITIVE = (1e-3, 0.9, 1.1, 6.0, 15.0, 300.0, 1e5)
COMPLEX = (1 + 2j, -20 + 5j)
SLANTED = (0.5, 9.0, 100.0, 1 + 2j, 5 - 7j, -3 + 8j, -3 - 8j, 30j, -30j)

CASES: list[tuple[str, tuple[Any, ...], Any, Sequence[Any]]] = [
    # function          before     oracle                   points
    ("j0",              (),        partial(J, 0),           (*SMALL, -3.0, 1e4, 1e-8)),
    ("j1",              (),        partial(J, 1),           (*SMALL, -3.0, 1e4)),
    ("y0",              (),        partial(Y, 0),           (0.01, 0.7, 11.0)),
    ("y1",              (),        partial(Y, 1),           (0.01, 11.0)),
    ("i0",              (),        partial(I, 0),           (*SMALL, -3.0)),
    ("i1",              (),        partial(I, 1),           (*SMALL, -3.0)),
    ("k0",              (),        partial(K, 0),           (0.01, 0.7, 11.0)),
    ("k1",              (),        partial(K, 1),           (0.01, 0.7, 11.0)),
    ("yn",              (3,),      Y,                       (0.7, 11.0)),
    ("kn",              (3,),      K,                       (0.7,)),
    *[("jv",            (v,),      J,                       (*SMALL, 1e4, *COMPLEX))
      for v in (0.0, 5.0, 2.5, -0.5, -3.0, -2.3, 20.3)],
    ("jv",              (3.0,),    J,                       (-2.0,)),
    *[("yv",            (v,),      Y,                       (*SMALL, *COMPLEX))
      for v in (2.5, -0.5, -3.0, 20.3)],
    *[("iv",            (v,),      I,                       (*SMALL, *COMPLEX))
      for v in (0.0, 2.5, -2.3, 20.3)],
    ("iv",              (-3.0,),   I,                       (0.7, 11.0)),
    *[("kv",            (v,),      K,                       (*SMALL, *COMPLEX))
      for v in (2.5, -0.5, 20.3)],
    *[("hankel1",       (v,),      H1,                      (0.5, 50.0, *COMPLEX))
      for v in (-1.3, 2.5)],
    *[("hankel2",       (v,),      H2,                      (0.5, 50.0, *COMPLEX))
      for v in (-1.3, 2.5)],
    ("k0e",             (),        lambda x: K(0, x, 1),    (1e-3, 1.1, 6.0, 300.0, 1e5)),
    ("k1e",             (),        lambda x: K(1, x, 1),    (1e-3, 1.1, 300.0, 1e5)),
    ("i0e",             (),        partial(ive, 0),         (*POSITIVE, -0.5, -5.0)),
    ("i1e",             (),        partial(ive, 1),         (*POSITIVE, -0.5, -5.0)),
    *[("kve",           (v,),      lambda v, x: K(v, x, 1), (*POSITIVE, 3 + 4j, 20j, -3 + 4j))
      for v in (0.3, -2.5, 7.5, 20.3)],
    ("kve",             (200.5,),  lambda v, x: K(v, x, 1), (30.0, 300.0, 1e4)),
    *[("ive",           (v,),      ive,                     POSITIVE)
      for v in (0.3, 1.5, -2.5, 20.3)],
    ("ive",             (200.5,),  ive,                     (30.0, 300.0, 1e4)),
    ("ive",             (7.0,),    ive,                     (-5.0, 1e4)),
    *[("hankel1e",      (v,),      lambda v, x: H1(v, x, mpmath.mpc(0, -1)), SLANTED)
      for v in (0.3, -2.5, 7.3)],
    ("hankel1e",        (0.0,),    lambda v, x: H1(v, x, mpmath.mpc(0, -1)), (9.0, 100.0)),
    *[("hankel2e",      (v,),      lambda v, x: H2(v, x, mpmath.mpc(0, 1)), SLANTED)
      for v in (0.3, 7.3)],
    ("jve",             (2.5,),    J,                       SMALL),
    ("yve",             (2.5,),    Y,                       SMALL),
    *[("_spherical_jn", (n,),      partial(spherical, mpmath.besselj, 1),  (*SMALL, *COMPLEX))
      for n in (0, 3)],
    *[("_spherical_yn", (n,),      partial(spherical, mpmath.bessely, 1),  (*SMALL, *COMPLEX))
      for n in (0, 3)],
    *[("_spherical_in", (n,),      partial(spherical, mpmath.besseli, -1), (*SMALL, *COMPLEX))
      for n in (0, 3)],
    *[("_spherical_kn", (n,),      partial(spherical, mpmath.besselk, -1), (*SMALL, *COMPLEX))
      for n in (0, 3)],
    ("_spherical_jn_d", (2,),
     lambda n, x: slope_of(spherical(mpmath.besselj, 1, n, x)), (0.7, 11.0)),
    ("_spherical_yn_d", (2,),
     lambda n, x: slope_of(spherical(mpmath.bessely, 1, n, x)), (0.7, 11.0)),
    ("_spherical_in_d", (2,),
     lambda n, x: slope_of(spherical(mpmath.besseli, -1, n, x)), (0.7, 11.0)),
    ("_spherical_kn_d", (2,),
     lambda n, x: slope_of(spherical(mpmath.besselk, -1, n, x)), (0.7, 11.0)),
    *[("struve",        (v,),      partial(struve, mpmath.struveh, 1),
       (0.01, 1.0, 7.0, 9.0, 40.0, 300.0)) for v in (0.0, 1.0, 2.5, -0.7, 20.3)],
    *[("modstruve",     (v,),      partial(struve, mpmath.struvel, -1),
       (0.01, 1.0, 7.0, 9.0, 40.0)) for v in (0.0, 2.5, -0.7)],
    *[("hyp0f1",        (b,),      HYP0F1,                  (-9.0, 0.0, 0.5, 30.0, 1 + 2j))
      for b in (0.5, 2.0)],
    *[("hyp1f1",        ab,        HYP1F1,                  (-40.0, 0.0, 0.5, 30.0, 1 + 2j))
      for ab in ((0.5, 1.5), (-3.0, 2.0))],
    *[("hyp2f1",        abc,       HYP2F1,                  (-5.0, 0.0, 0.3, 0.9, 0.5 + 0.2j))
      for abc in ((0.5, 1.5, 2.2), (-3.0, 2.0, 1.5), (1.0, 1.0, 2.0))],
    *[("hyperu",        ab,        HYPERU,                  (0.1, 1.0, 5.0, 40.0))
      for ab in ((0.5, 1.5), (2.0, 0.7), (-2.0, 1.0))],
    ("wright_bessel",   (0.5, 1.5), wright,                 (0.0, 0.5, 3.0, 20.0)),
    ("ber",             (),        partial(BER, mpmath.re), (0.01, 3.9, 4.1, 30.0)),
    ("bei",             (),        partial(BER, mpmath.im), (0.01, 3.9, 4.1, 30.0)),
    ("ker",             (),        partial(KER, mpmath.re), (0.01, 1.9, 2.1)),
    ("kei",             (),        partial(KER, mpmath.im), (0.01, 1.9, 2.1)),
    ("berp",            (),        lambda x: slope_of(BER(mpmath.re, x)), (0.01, 4.1)),
    ("beip",            (),        lambda x: slope_of(BER(mpmath.im, x)), (0.01, 4.1)),
    ("kerp",            (),        lambda x: slope_of(KER(mpmath.re, x)), (0.01, 2.1)),
    ("keip",            (),        lambda x: slope_of(KER(mpmath.im, x)), (0.01, 2.1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "before", "oracle", "points"), CASES, ids=[f"{c[0]}{c[1]}" for c in CASES]
)
def test_taylor_coefficients(name: str, before: Any, oracle: Any, points: Any) -> None:
    function = ufunc(name)
    kinds = itertools.groupby(points, key=lambda x: isinstance(x, complex))
    for _, some in kinds:
        at = np.array(list(some))
        got = expansion(lambda x: function(*before, x), at)
        np.testing.assert_array_equal(got[0], function(*before, at))
        for i, x in enumerate(at):
            with mp.workdps(digits(x)):
                want = oracle(*before, mpmath.mpmathify(x.item()))
                check(got[:, i], want, x.item(), first=1)


AIRY = (-30.0, -2.3, 0.0, 0.5, 3.0, 20.0, 2 + 3j)


@pytest.mark.parametrize("x", AIRY)
def test_airy(x: Any) -> None:
    got = expansion(special.airy, x)
    with mp.workdps(60):
        ai, bi = airy(mpmath.airyai, x), airy(mpmath.airybi, x)
        for found, want in zip(got, (ai, slope_of(ai), bi, slope_of(bi)), strict=True):
            check(found, want, x)


@pytest.mark.parametrize("x", [-2.3, 0.5, 1.2, 3.0, 20.0, 1e3])
def test_airye(x: float) -> None:
    got = expansion(special.airye, x)
    with mp.workdps(200):
        for i, oracle in enumerate((airye, airye_slope)):
            if x > 0:
                check(got[i], [*oracle(mpmath.airyai, 1, x), 0], x)
            check(got[2 + i], [*oracle(mpmath.airybi, -1, x), 0], x)
    if x < 0:
        assert np.all(np.isnan(got[:2]))


@pytest.mark.parametrize("v", [0.0, 1.5, -2.3])
def test_parabolic_cylinder(v: float) -> None:
    for x in (-3.0, 0.0, 1.0, 6.0):
        with mp.workdps(40):
            want = parabolic(mpmath.pcfd, v, mpf(x))
            got = expansion(lambda x: special.pbdv(v, x), x)
            check(got[0], want, x)
            check(got[1], slope_of(want), x)
            if v != 0:
                second = parabolic(lambda v, z: mpmath.pcfv(-v - HALF, z), v, mpf(x))
                check(expansion(lambda x: special.pbvv(v, x), x)[0], second, x)


def test_parabolic_cylinder_w() -> None:
    for x in (-2.0, 0.3, 3.0):
        with mp.workdps(40):
            want = parabolic_w(1.0, x)
            got = expansion(lambda x: special.pbwa(1.0, x), x)
            check(got[0], want, x)
            check(got[1], slope_of(want), x)


@pytest.mark.parametrize("name", ["cem", "sem", "modcem1", "modcem2", "modsem1", "modsem2"])
def test_mathieu(name: str) -> None:
    """By the equation for the first two; its derivatives for the next."""
    m, q, x = 2, 3.0, 0.8 if "mod" in name else 40.0
    unit = 1.0 if "mod" in name else np.pi / 180
    a = (special.mathieu_a if "cem" in name else special.mathieu_b)(m, q)
    function = ufunc(f"mathieu_{name}")
    y, slope = expansion(lambda x: function(m, q, x), x, 4)
    y0, y1 = function(m, q, x)
    if "mod" in name:
        p, dp = 2 * q * np.cosh(2 * x) - a, 4 * q * np.sinh(2 * x)
        p, dp = -p, -dp
    else:
        p, dp = 2 * q * np.cos(2 * unit * x) - a, -4 * q * np.sin(2 * unit * x)
    want = np.array([y0, y1, p * y0 / 2, (p * y1 + dp * y0) / 6])
    np.testing.assert_allclose(y[:4], want * unit ** np.arange(4), rtol=1e-12)
    np.testing.assert_allclose(slope[:3], (want[1:] * [1, 2, 3]) * unit ** np.arange(3), rtol=1e-12)
    near = function(m, q, x + 1e-4 / unit)[0] - function(m, q, x - 1e-4 / unit)[0]
    np.testing.assert_allclose(near / 2e-4, y1, rtol=1e-5)


INTEGRALS: list[tuple[str, int, Callable[[Any], Any]]] = [
    # function     result  derivative
    ("itj0y0",       0,    lambda z: mpmath.besselj(0, z)),
    ("itj0y0",       1,    lambda z: mpmath.bessely(0, z)),
    ("iti0k0",       0,    lambda z: mpmath.besseli(0, z)),
    ("iti0k0",       1,    lambda z: mpmath.besselk(0, z)),
    ("it2j0y0",      0,    lambda z: (1 - mpmath.besselj(0, z)) / z),
    ("it2j0y0",      1,    lambda z: -mpmath.bessely(0, z) / z),
    ("it2i0k0",      0,    lambda z: (mpmath.besseli(0, z) - 1) / z),
    ("it2i0k0",      1,    lambda z: -mpmath.besselk(0, z) / z),
    ("itstruve0",    0,    lambda z: mpmath.struveh(0, z)),
    ("it2struve0",   0,    lambda z: -mpmath.struveh(0, z) / z),
    ("itmodstruve0", 0,    lambda z: mpmath.struvel(0, z)),
    ("itairy",       0,    mpmath.airyai),
    ("itairy",       1,    mpmath.airybi),
    ("itairy",       2,    lambda z: mpmath.airyai(-z)),
    ("itairy",       3,    lambda z: mpmath.airybi(-z)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "result", "rate"), INTEGRALS)
def test_integrals(name: str, result: int, rate: Any) -> None:
    for x in (0.01, 1.0, 3.9, 9.0) if "k0" not in name else (0.5, 1.5):
        got = expansion(ufunc(name), x, 6)
        got = got if isinstance(got, np.ndarray) else got[result]
        with mp.workdps(25):
            want = mpmath.taylor(rate, x, 6)
        check(got[1:], [c / (k + 1) for k, c in enumerate(want)], x)


def test_besselpoly() -> None:
    lmb, nu = 0.5, 1.5
    for a in (0.1, 1.0, 4.0):
        got = expansion(lambda a: special.besselpoly(a, lmb, nu), a, 3)
        with mp.workdps(20):
            want = [
                mpmath.quad(
                    lambda x, k=k, a=a: (
                        x ** (lmb + k) * 2**k * mpmath.besselj(nu, 2 * a * x, derivative=k)
                    ),
                    [0, 1],
                )
                / mpmath.factorial(k)
                for k in range(5)
            ]
        check(got, want, a)


def test_kelvin_is_its_parts() -> None:
    got = expansion(special.kelvin, 1.3, 4)
    parts = [expansion(ufunc(name), 1.3, 4) for name in ("ber", "bei", "ker", "kei")]
    np.testing.assert_allclose(got[0], parts[0] + 1j * parts[1], rtol=1e-14)
    np.testing.assert_allclose(got[1], parts[2] + 1j * parts[3], rtol=1e-14)


@pytest.mark.parametrize("direction", [1, 1j, 1 + 0.5j])
@pytest.mark.parametrize(
    ("name", "f", "imaginary"),
    [
        ("jve", mpmath.besselj, True),
        ("yve", mpmath.bessely, True),
        ("ive", mpmath.besseli, False),
    ],
)
def test_factors_that_are_not_analytic(name: str, f: Any, imaginary: bool, direction: Any) -> None:
    """Along a line in the complex plane, where exp(-|Im z|) is the exponential of a line."""
    for v, z in itertools.product((0.5, 2.3), (1 + 2j, 40 + 3j, -5 + 60j, -50 - 20j, 3 - 900j)):
        parts = np.array([z, direction, 0, 0, 0, 0])
        got = ufunc(name)(v, make(taylor(5), parts)).parts
        with mp.workdps(120):
            base = cylinder(f, -1 if f is mpmath.besseli else 1, v, mpmath.mpmathify(z))
            y = [c * mpmath.mpmathify(direction) ** k for k, c in enumerate(base)]
            at, move = (z.imag, complex(direction).imag) if imaginary else (
                z.real, complex(direction).real
            )  # fmt: skip
            rate = mpf(-np.sign(at) * move)
            want = times_exp(y, mpf(0), rate)
            factor = mpmath.exp(-abs(mpf(at)))
            check(got, [c * factor for c in want[:7]], abs(z))


# --- Both modes --------------------------------------------------------------------------

REAL = [case for case in CASES if "hankel" not in case[0] and all(np.isreal(b) for b in case[1])]


@pytest.mark.parametrize(("name", "before"), sorted({(c[0], c[1]) for c in REAL}, key=str), ids=str)
def test_reverse_mode(name: str, before: Any) -> None:
    function = ufunc(name)
    x = np.array([0.3, 0.7, 0.9]) * (100 if before == (200.5,) else 1)
    f = lambda x: function(*before, x)  # noqa: E731
    want = expansion(f, x, 3)
    np.testing.assert_allclose(ta.grad(lambda x: np.sum(f(x)))(x), want[1], rtol=1e-12)
    second = ta.derivative(lambda t: ta.grad(lambda x: np.sum(f(x)))(x + t))(0.0)
    np.testing.assert_allclose(second, 2 * want[2], rtol=1e-11)
    over = ta.grad(lambda x: np.sum(ta.derivative(f, order=1)(x)))(x)
    np.testing.assert_allclose(over, 2 * want[2], rtol=1e-11)


@pytest.mark.parametrize("name", ["airy", "airye", "itairy", "iti0k0"])
def test_reverse_mode_of_several_results(name: str) -> None:
    x = np.array([0.3, 1.7, 5.0])
    for i, want in enumerate(expansion(ufunc(name), x, 2)):
        got = ta.grad(lambda x, i=i: np.sum(ufunc(name)(x)[i]))(x)
        np.testing.assert_allclose(got, want[1], rtol=1e-12)


def test_broadcasting_of_orders() -> None:
    v, z = np.arange(3.0)[:, np.newaxis], np.linspace(0.5, 9.0, 4)
    y = ta.jacobian(lambda z: special.jv(v, z))(z)
    want = np.zeros((3, 4, 4))
    want[:, range(4), range(4)] = special.jvp(v, z)
    np.testing.assert_allclose(y, want, rtol=1e-13, atol=1e-16)
    np.testing.assert_allclose(ta.derivative(lambda z: special.jv(v, z))(2.0), special.jvp(v, 2.0))


def test_float32_and_empty() -> None:
    x = np.array([0.5, 20.0], np.float32)
    y = special.i0e(make(taylor(2), np.stack([x, np.ones_like(x), np.zeros_like(x)])))
    assert y.parts.dtype == np.float32
    assert expansion(special.j0, np.zeros((0, 3))).shape == (ORDER + 1, 0, 3)
    assert expansion(lambda z: special.ive(0.5, z), np.zeros(0)).shape == (ORDER + 1, 0)


# --- Corners -----------------------------------------------------------------------------


def test_at_zero() -> None:
    np.testing.assert_array_equal(expansion(special.j1, 0.0, 4), [0, 0.5, 0, -0.0625, 0])
    np.testing.assert_array_equal(expansion(special.j0, 0.0, 4), [1, 0, -0.25, 0, 1 / 64])
    np.testing.assert_array_equal(
        expansion(lambda z: special.iv(2, z), 0.0, 4), [0, 0, 1 / 8, 0, 1 / 96]
    )
    assert ta.derivative(lambda z: special.jv(0.5, z))(0.0) == np.inf
    assert ta.grad(lambda z: special.jv(0.5, z))(0.0) == np.inf
    assert ta.derivative(special.y0)(0.0) == np.inf
    assert ta.derivative(special.k0)(0.0) == -np.inf
    assert ta.derivative(special.ker)(0.0) == -np.inf
    assert ta.derivative(special.kei)(0.0) == 0
    np.testing.assert_allclose(
        expansion(lambda z: _ufuncs._spherical_jn(1, z), 0.0, 3), [0, 1 / 3, 0, -1 / 30]
    )


def test_kinks_are_those_of_abs() -> None:
    """exp(-|x|) has the derivatives of abs at 0, which are 0; beside it one of its branches."""
    for name, plain in (("i0e", "i0"), ("i1e", "i1")):
        at_zero = expansion(ufunc(name), 0.0, 4)
        np.testing.assert_array_equal(at_zero, expansion(ufunc(plain), 0.0, 4))
        np.testing.assert_array_equal(
            at_zero, expansion(lambda x, p=plain: np.exp(-np.abs(x)) * ufunc(p)(x), 0.0, 4)
        )
    np.testing.assert_allclose(
        expansion(special.i0e, [1e-9, -1e-9], 2).T, [[1, -1, 0.75], [1, 1, 0.75]], rtol=1e-8
    )


def test_tails() -> None:
    assert ta.derivative(special.k0e)(1e300) == 0
    np.testing.assert_allclose(
        ta.derivative(special.i0e)(1e20), -0.5 / np.sqrt(2 * np.pi) * 1e-30, rtol=1e-14
    )
    np.testing.assert_allclose(ta.derivative(special.j0)(1e12), -special.j1(1e12), rtol=1e-12)
    assert ta.derivative(special.k0)(1e5) == 0


@pytest.mark.parametrize("name", ["j0", "y1", "i0e", "k1e", "k0", "ker"])
def test_outside_of_the_domain(name: str) -> None:
    got = expansion(ufunc(name), np.array([np.nan, 1.0]), 3)
    assert np.all(np.isnan(got[:, 0]) | (np.arange(4) == 1) & (got[:, 0] == 1))
    assert np.all(np.isfinite(got[:, 1]))
    assert np.isnan(ta.derivative(lambda z: special.kv(0.5, z))(-1.0))


REFUSED: list[tuple[str, tuple[Any, ...], int, str]] = [
    ("jv", (0.5, 2.0), 0, "v"),
    ("ive", (0.5, 2.0), 0, "v"),
    ("kve", (0.5, 2.0), 0, "v"),
    ("hankel1e", (0.5, 2.0), 0, "v"),
    ("struve", (0.5, 2.0), 0, "v"),
    ("hyp0f1", (0.5, 2.0), 0, "v"),
    ("hyp1f1", (0.5, 1.5, 2.0), 1, "b"),
    ("hyp2f1", (0.5, 1.5, 2.0, 0.1), 2, "c"),
    ("hyperu", (0.5, 1.5, 2.0), 0, "a"),
    ("besselpoly", (0.5, 1.5, 2.0), 2, "nu"),
    ("mathieu_cem", (2.0, 1.0, 30.0), 1, "q"),
    ("pbdv", (0.5, 2.0), 0, "v"),
]


@pytest.mark.parametrize(("name", "args", "at", "argument"), REFUSED)
def test_derivatives_in_parameters_are_refused(
    name: str, args: tuple[Any, ...], at: int, argument: str
) -> None:
    def f(p: Any) -> Any:
        result = ufunc(name)(*args[:at], p, *args[at + 1 :])
        return result[0] if isinstance(result, tuple) else result

    for transform in (ta.derivative, ta.grad):
        with pytest.raises(ta.DerivativeError, match=rf"{name}.* respect to {argument} "):
            transform(f)(args[at])


@pytest.mark.parametrize("name", ["jn", "yn", "in", "kn"])
@pytest.mark.parametrize("derivative", [False, True])
def test_spherical_functions_are_right_or_an_error(name: str, derivative: bool) -> None:
    """SciPy's wrappers pass numbers on in some versions; in others NumPy refuses an object."""
    z = np.array([0.5, 1.5, 7.0])
    function = ufunc(f"spherical_{name}")
    try:
        got = expansion(lambda z: function(2, z, derivative), z, 3)
    except (TypeError, ta.DerivativeError):
        return
    inner = ufunc(f"_spherical_{name}" + "_d" * derivative)
    np.testing.assert_allclose(got, expansion(lambda z: inner(2, z), z, 3), rtol=1e-14)


def test_complex_airye_is_refused() -> None:
    with pytest.raises(ta.DerivativeError, match="real arguments"):
        expansion(special.airye, 1 + 1j)
