"""scipy.special: ends of domains, infinity, several arguments, refusals, lazy import."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special
from special_functions import Case, accurate, modes_agree_in, ufunc

import taylorad as ta

inf, nan = np.inf, np.nan


def first(f: Any) -> Any:
    """The first of several results, of a function that has several."""
    return lambda x: f(x)[0]


LIMITS = [
    # function, x, derivative
    ("erf", inf, 0.0),
    ("erf", nan, nan),
    ("erfcx", inf, 0.0),
    ("dawsn", -inf, 0.0),
    ("erfinv", 1.0, inf),
    ("erfinv", -1.0, inf),
    ("erfcinv", 0.0, -inf),
    ("erfcinv", 2.0, -inf),
    ("ndtri", 0.0, inf),
    ("ndtri", 1.0, inf),
    ("ndtri", 1.5, nan),
    ("ndtr", -inf, 0.0),
    ("log_ndtr", inf, 0.0),
    ("log_ndtr", -inf, inf),
    ("expit", inf, 0.0),
    ("expit", -inf, 0.0),
    ("log_expit", -inf, 1.0),
    ("logit", 0.0, inf),
    ("logit", 1.0, inf),
    ("logit", 2.0, nan),
    ("exprel", -inf, 0.0),
    ("cbrt", 0.0, inf),
    ("log1p", -1.0, inf),
    ("entr", 0.0, inf),
    ("entr", -1.0, nan),
    ("gamma", 0.0, -inf),
    ("gamma", -180.5, 0.0),
    ("gamma", -1.0, nan),
    ("rgamma", 0.0, 1.0),
    ("rgamma", -3.0, -6.0),
    ("rgamma", inf, 0.0),
    ("gammaln", 0.0, -inf),
    ("gammaln", inf, inf),
    ("gammasgn", -0.5, 0.0),
    ("digamma", 0.0, inf),
    ("digamma", inf, 0.0),
    ("exp1", 0.0, -inf),
    ("exp1", inf, 0.0),
    ("exp1", -1.0, nan),
    ("expi", 0.0, inf),
    ("expi", -inf, 0.0),
    ("sici", 0.0, 1.0),
    ("sici", inf, 0.0),
    ("shichi", 0.0, 1.0),
    ("spence", 0.0, -inf),
    ("spence", 1.0, -1.0),
    ("wrightomega", -inf, 0.0),
    ("wrightomega", inf, 1.0),
    ("ellipk", 1.0, inf),
    ("ellipk", 1.5, nan),
    ("ellipk", -inf, 0.0),
    ("ellipe", 1.0, -inf),
    ("ellipkm1", 0.0, -inf),
    ("ellipkm1", inf, 0.0),
    ("round", 1.3, 0.0),
]

LIMITS_OF_SEVERAL = [
    # function, other arguments, place of x, x, derivative
    ("xlogy", (0.0,), 1, 0.0, 0.0),
    ("xlogy", (0.0,), 0, 0.0, -inf),
    ("xlogy", (2.0,), 0, 0.0, np.log(2)),
    ("xlog1py", (0.0,), 1, -1.0, 0.0),
    ("rel_entr", (0.0,), 1, 0.0, 0.0),
    ("rel_entr", (1.0,), 0, 0.0, -inf),
    ("kl_div", (1.0,), 0, 1.0, 0.0),
    ("kl_div", (1.0,), 1, 0.0, -inf),
    ("boxcox", (2.0,), 1, 0.0, np.log(2) ** 2 / 2),
    ("boxcox", (0.0,), 1, 0.5, 4.0),
    ("boxcox", (0.5,), 0, 0.0, inf),
    ("boxcox1p", (1.0,), 1, 0.0, np.log(2) ** 2 / 2),
    ("inv_boxcox", (2.0,), 1, 0.0, -2 * np.exp(2)),
    ("inv_boxcox", (0.5,), 0, -2.0, 0.0),
    ("huber", (1.0,), 1, 1.0, 1.0),
    ("huber", (1.0,), 1, -5.0, -1.0),
    ("huber", (0.5,), 0, 2.0, 0.0),
    ("pseudo_huber", (1.0,), 1, 0.0, 0.0),
    ("pseudo_huber", (1.0,), 1, 1e300, 1.0),
    ("pseudo_huber", (1.0,), 0, 0.0, 1.0),
    ("beta", (2.0,), 0, -3.0, 5 / 36),
    ("beta", (0.5,), 0, -0.5, -2 * np.pi),
    ("poch", (2.0,), 0, -1.0, -1.0),
    ("poch", (5.0,), 0, -3.0, -6.0 * 1 * 2 * 0.5),
    ("binom", (3.0,), 0, 1.0, -1 / 6),
    ("binom", (5.0,), 1, 6.0, -1 / 6),
    ("gammainc", (2.5,), 1, 0.0, 0.0),
    ("gammainc", (1.0,), 1, 0.0, 1.0),
    ("gammainc", (0.5,), 1, 0.0, inf),
    ("gammainc", (2.5,), 1, inf, 0.0),
    ("gammainc", (2.5,), 1, -1.0, nan),
    ("gammaincinv", (2.5,), 1, 0.0, inf),
    ("expn", (2,), 1, 0.0, -inf),
    ("expn", (5,), 1, 0.0, -1 / 3),
    ("owens_t", (1.0,), 1, inf, 0.0),
    ("ellipkinc", (0.0,), 1, 0.3, 0.0),
    ("elliprf", (1.0, 2.0), 0, 0.0, -inf),
    ("agm", (1.0,), 0, 1.0, 0.5),
]


def check_limit(f: Any, x: float, slope: float, still_too: bool = True) -> None:
    """The derivative as a dual number, in an array beside a harmless point, by the tape."""
    with np.errstate(all="ignore"):
        single = f(ta.Dual(x, 1.0))
        array = f(ta.Dual(np.array([x, x]), 1.0))
        still = f(ta.Dual(x, 0.0))
        reverse = ta.grad(f)(x)
        plain = f(x)
    assert_array_equal(single.value, plain)
    for got in (single.tangent, array.tangent[1], reverse):
        assert_allclose(got, slope, rtol=1e-13)
    if still_too and not np.isnan(slope):
        assert still.tangent == 0  # an infinite slope of what does not move


@pytest.mark.parametrize(("name", "x", "slope"), LIMITS)
def test_limits(name: str, x: float, slope: float) -> None:
    f = ufunc(name)
    as_numpy_has_it = name in ("cbrt", "log1p")
    check_limit(first(f) if f.nout > 1 else f, x, slope, not as_numpy_has_it)


@pytest.mark.parametrize(("name", "others", "at", "x", "slope"), LIMITS_OF_SEVERAL)
def test_limits_of_several(name: str, others: Any, at: int, x: float, slope: float) -> None:
    check_limit(lambda x: ufunc(name)(*others[:at], x, *others[at:]), x, slope)


def test_integer_parameters_leave_polynomials() -> None:
    assert_allclose(
        special.poch(ta.Taylor.variable(-3.0, 6), 3).coefficients, [-6, 11, -6, 1, 0, 0, 0],
        atol=1e-15,
    )  # fmt: skip
    for x in (0.0, 1.0):
        y = special.betainc(2.0, 3.0, ta.Taylor.variable(x, 6))
        assert_array_equal(y.coefficients[5:], 0)
    assert_allclose(
        special.betainc(2.0, 3.0, ta.Taylor.variable(0.0, 4)).coefficients, [0, 0, 6, -8, 3]
    )


# Several arguments at once

A, B, C = np.array([0.3, 0.7]), np.array([0.45, 1.6]), np.array([1.2, 0.8])
TOGETHER = [
    # function, arguments, in which it is differentiable
    ("agm", (A, B), (0, 1)),
    ("beta", (A, B), (0, 1)),
    ("betainc", (B, C, A), (2,)),
    ("betaln", (A, B), (0, 1)),
    ("binom", (B + 1, A), (0, 1)),
    ("boxcox", (A, B), (0, 1)),
    ("boxcox1p", (A, B), (0, 1)),
    ("ellipeinc", (B, A), (0, 1)),
    ("ellipkinc", (B, A), (0, 1)),
    ("elliprc", (A, B), (0, 1)),
    ("elliprc", (A, -B), (0, 1)),
    ("elliprd", (A, B, C), (0, 1, 2)),
    ("elliprf", (A, B, C), (0, 1, 2)),
    ("elliprg", (A, B, C), (0, 1, 2)),
    ("gammainc", (B, A), (1,)),
    ("huber", (A, B), (0, 1)),
    ("inv_boxcox", (A, B), (0, 1)),
    ("kl_div", (A, B), (0, 1)),
    ("owens_t", (A, B), (0, 1)),
    ("poch", (A, B), (0, 1)),
    ("poch", (A, np.array([2.0, 5.0])), (0,)),
    ("powm1", (A, B), (0, 1)),
    ("pseudo_huber", (A, B), (0, 1)),
    ("rel_entr", (A, B), (0, 1)),
    ("voigt_profile", (A, B, C), (0, 1, 2)),
    ("voigt_profile", (A, B, 0 * C), (0, 1)),
    ("xlog1py", (A, B), (0, 1)),
    ("xlogy", (A, B), (0, 1)),
]


@pytest.mark.parametrize(("name", "args", "differentiable"), TOGETHER)
def test_mixed_derivatives(name: str, args: Any, differentiable: Any) -> None:
    modes_agree_in(ufunc(name), args, differentiable)


@pytest.mark.parametrize("output", range(4))
def test_mixed_derivatives_of_ellipj(output: int) -> None:
    modes_agree_in(lambda u, m: special.ellipj(u, m)[output], (B, A), (0, 1))


def test_all_arguments_move() -> None:
    """One series along a curve, whose coefficients are those of the composed function."""
    t = ta.Taylor.variable(0.3, 6)
    curve = special.xlogy(1 + t, t * t + 1), special.elliprf(t, t * t, 1 + t)
    exact = (
        lambda t: (1 + t) * mpmath.ln(1 + t * t),
        lambda t: mpmath.elliprf(t, t * t, 1 + t),
    )
    for got, f in zip(curve, exact, strict=True):
        with mpmath.workdps(40):
            want = mpmath.taylor(f, mpmath.mpf(0.3), 6)
        assert_allclose(got.coefficients, [float(c) for c in want], rtol=1e-12)


def test_broadcasting() -> None:
    column, row = A[:, np.newaxis], C
    y, dy = ta.jvp(special.beta, (column, row), (np.ones((2, 1)), np.zeros(2)))
    assert_array_equal(y, special.beta(column, row))
    assert_allclose(dy, y * (special.psi(column) - special.psi(column + row)), rtol=1e-13)
    g = ta.grad(lambda a, b: np.sum(special.gammainc(a, b)), argnums=1)(row, column)
    assert g.shape == (2, 1)
    assert special.expn(np.arange(3), ta.Dual(0.5, 1.0)).shape == (3,)


def test_imaginary_parts_of_real_arguments() -> None:
    """A complex function of a real number: wofz has complex loops only."""
    w = special.wofz(ta.Taylor.variable(0.5, 3))
    assert w.dtype == np.complex128
    dawsn = special.dawsn(ta.Taylor.variable(0.5, 3))
    assert_allclose(w.coefficients.imag, 2 / np.sqrt(np.pi) * dawsn.coefficients, rtol=1e-14)
    slope = ta.grad(lambda x: np.imag(special.wofz(x)))(0.5)
    assert_allclose(slope, 2 / np.sqrt(np.pi) * dawsn.coefficients[1], rtol=1e-14)


def test_order_zero_stays() -> None:
    x = ta.Taylor([A])
    for f in (special.erf, special.erfcx, special.gamma, special.expit, special.ellipe):
        y = f(x)
        assert isinstance(y, ta.Taylor)
        assert y.order == 0
    assert all(isinstance(y, ta.Taylor) for y in special.ellipj(x, 0.3))


# The doors of a ufunc


def test_out_where_outer_and_dtype() -> None:
    x = ta.Dual(A, 1.0)
    whole = special.erf(x)
    out = np.zeros_like(x)
    assert special.erf(x, out=out) is out
    assert_array_equal(out.tangent, whole.tangent)
    out = np.zeros_like(x)
    special.erf(x, where=[True, False], out=out)
    assert_array_equal(out.tangent, [whole.tangent[0], 0])
    with pytest.raises(TypeError, match="cannot hold derivatives"):
        special.erf(x, out=np.zeros(2))
    table = special.beta.outer(x, C)
    assert_array_equal(table.tangent, special.beta(x[:, np.newaxis], C).tangent)
    assert special.erf(ta.Dual(np.float32(0.3), 1), dtype=np.float64).dtype == np.float64


def test_python_functions_that_end_in_ufuncs() -> None:
    assert_allclose(ta.derivative(lambda q: special.zeta(3.0, q))(0.7),
                    -3 * special.zeta(4.0, 0.7))  # fmt: skip
    w = special.lambertw(0.5).real
    assert_allclose(ta.derivative(lambda z: np.real(special.lambertw(z)))(0.5), w / (1 + w) / 0.5)
    assert_allclose(ta.derivative(special.softplus)(0.5), special.expit(0.5))


# Refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: special.gammainc(x, 0.3), r"gammainc .* respect to a .*value\(a\)"),
        (lambda x: special.betainc(0.2, x, 0.3), "betainc .* respect to b "),
        (lambda x: special.zeta(x + 1), "special.zeta .* respect to x "),
        (lambda x: special.zeta(x + 1, 0.3), "special.zeta .* respect to x "),
        (lambda x: special.expn(x, 0.3), "expn .* respect to n "),
        (lambda x: special.voigt_profile(0.3, x - x, 1.0), "sigma = 0"),
        (lambda x: special.elliprj(1.0, 2.0, x, -1.0), "p > 0"),
        (lambda x: special.obl_cv(1, 1, x), r"scipy\.special\.obl_cv has no derivative rule"),
        (lambda x: special.expit(x + 1j), "expit does not take .* complex128"),
    ],
)
def test_no_derivative_is_dropped(call: Any, message: str) -> None:
    with pytest.raises(ta.DerivativeError, match=message):
        call(ta.Dual(0.5, 1.0))
    with pytest.raises(ta.DerivativeError, match=message), ta.GradientTape() as tape:
        call(tape.watch(0.5))


def test_a_parameter_of_an_outer_level_is_no_constant() -> None:
    with pytest.raises(ta.DerivativeError, match="respect to a"):
        ta.grad(lambda a: ta.derivative(lambda x: special.gammainc(a, x))(0.3))(1.5)
    inner = ta.grad(lambda b: ta.derivative(lambda a: special.beta(a, b))(0.3))
    mixed = ta.derivative(lambda b: ta.grad(lambda a: special.beta(a, b))(0.3))
    assert_allclose(inner(0.7), mixed(0.7), rtol=1e-13)


@pytest.mark.parametrize("name", ["erf", "erfcx", "expit", "gamma", "cbrt", "ellipk", "xlogy"])
def test_exact_coefficients_are_refused(name: str) -> None:
    f = ufunc(name)
    for one in (Fraction(1, 3), mpmath.mpf(1) / 3):
        with pytest.raises(ta.DerivativeError, match=rf"{name} does not take .* object"):
            f(*[ta.Dual(np.array([one]), np.array([one]))] * f.nin)


# Importing


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def test_rules_are_imported_when_they_are_needed() -> None:
    code = """
import sys
import taylorad as ta, numpy as np
print("scipy" in sys.modules)
import scipy.special
np.sin(ta.Dual(0.3, 1.0))
print("taylorad.rules.scipy_special" in sys.modules)
print(round(float(scipy.special.erf(ta.Dual(0.0, 1.0)).tangent), 6))
"""
    assert run(code).split() == ["False", "False", "1.128379"]


def test_refusals_name_numpy_without_scipy() -> None:
    code = """
import numpy as np, taylorad as ta
try:
    np.frompyfunc(abs, 1, 1)(ta.Dual(1.0, 1.0))
except ta.DerivativeError as error:
    print(error)
"""
    assert "has no derivative rule" in run(code)


def test_a_case_finds_errors() -> None:
    """The check of accuracy fails for a wrong oracle, and for one that is wrong late."""
    for exact in (mpmath.erfc, lambda x: mpmath.erf(x) + mpmath.mpf(10) ** -11 * x**7):
        with pytest.raises(AssertionError):
            accurate(Case("erf", exact, [0.3]))
