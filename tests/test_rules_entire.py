"""np.sinc and np.i0 against mpmath: everywhere, and to any order."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.testing import assert_allclose, assert_array_equal
from oracles import EPS, coefficients, excess, relative

import taylorad as ta
from taylorad.dispatch import FUNCTIONS
from taylorad.rules.entire import ENTIRE

T = ta.Taylor
ORDER = 20


def sinc_exact(x: Any, order: int) -> list[Any]:
    """The Taylor numbers of sinc, from x sinc(x) = sin(pi x) / pi with digits to spare."""
    size = abs(x)
    lost = order * (8 + max(0, -mpmath.log10(size))) if x else 0
    with mp.workdps(int(60 + lost + max(0, mpmath.log10(size or 1)))):
        x = mpmath.mpmathify(x)
        numbers: list[Any] = []
        for k in range(order + 1):
            scale = mp.pi**k / mpmath.factorial(k)
            if x == 0:
                numbers.append(scale * (1, 0, -1, 0)[k % 4] / (k + 1))
            else:
                sine = mpmath.sinpi(x + mpf(k) / 2)
                numbers.append((scale * sine / mp.pi - (numbers[-1] if k else 0)) / x)
        return numbers


def i0_exact(x: Any, order: int) -> list[Any]:
    """Those of I_0, whose k-th derivative is a binomial mean of Bessel functions (DLMF 10.29.5)."""
    with mp.workdps(60):
        bessel = [mpmath.besseli(n, mpf(x)) for n in range(order + 1)]
        sums = [
            mpmath.fsum(math.comb(k, j) * bessel[abs(k - 2 * j)] for j in range(k + 1))
            for k in range(order + 1)
        ]
        return [total / (2**k * math.factorial(k)) for k, total in enumerate(sums)]


EXACT = {np.sinc: sinc_exact, np.i0: i0_exact}

NEAR_ZERO = [0.0, 1e-300, -1e-20, 1e-12, 1e-8, -1e-5, 1e-3, 0.02, 0.1]
POINTS = {
    np.sinc: [*NEAR_ZERO, 0.3, 0.318, 0.32, 0.5, 0.637, 0.99999999, 1.0, 1.4303, -1.5, 2.0, 2.459,
              3.0, 4.4, 5.9, -6.3, 6.7, 7.0, 10.0, 33.3, 100.25, -1e5 - 0.1, 1e10, 1e16, 1e300],
    np.i0: [*NEAR_ZERO, 0.5, -1.0, 2.0, -3.0, 5.0, 7.99, 8.01, 15.0, 30.0, 100.0, -300.0, 709.0],
}  # fmt: skip
CASES = [(f, x) for f, points in POINTS.items() for x in points]


@pytest.mark.parametrize(("f", "x"), CASES)
def test_every_order_has_full_accuracy(f: Any, x: float) -> None:
    """Errors are held against what half an ulp of x would do: |f_k| + |x f_k'|."""
    exact = EXACT[f](x, ORDER + 1)
    got = f(T.variable(np.full(3, x), ORDER)).coefficients[:, 1]
    for k in range(ORDER + 1):
        if k == 0 and (f is np.i0 or abs(x) > 1e15):
            continue  # NumPy's own value
        allowed = abs(exact[k]) + abs(x * (k + 1) * exact[k + 1]) + mpf(2) ** -1022 / EPS
        assert abs(mpf(float(got[k])) - exact[k]) <= (5 + k / 2) * EPS * allowed, k


@pytest.mark.parametrize("x", [0.3, 1.25, -2.5, 6.0])
def test_the_oracles_agree_with_contour_integrals(x: float) -> None:
    for f, function in ((np.sinc, mpmath.sincpi), (np.i0, lambda z: mpmath.besseli(0, z))):
        want = coefficients(function, x, 12)
        got = EXACT[f](x, 12)
        assert all(abs(a - b) <= mpf(10) ** -30 * abs(b) for a, b in zip(got, want, strict=True))


def test_values_are_those_of_numpy() -> None:
    x = np.array([-800.0, -3.0, 0.0, 1e-9, 2.5, 40.0])
    for f in (np.sinc, np.i0):
        with np.errstate(over="ignore"):
            assert_array_equal(f(T.variable(x, 3)).value, f(x))


@pytest.mark.parametrize(
    "x", [1e-9 + 1e-3j, 0.1j, -1j, 3j, 12j, 100j, 1 + 1j, -0.3 + 0.1j, 5 + 2j, 5 + 6j, 2e3 - 3j]
)
def test_sinc_of_complex_numbers(x: complex) -> None:
    exact = sinc_exact(mpmath.mpc(x), ORDER + 1)
    got = np.sinc(T.variable(np.array([x]), ORDER)).coefficients[:, 0]
    for k in range(ORDER + 1):
        allowed = abs(exact[k]) + abs(x) * (k + 1) * abs(exact[k + 1])
        assert abs(mpmath.mpc(complex(got[k])) - exact[k]) <= (5 + k / 2) * EPS * allowed, k


def test_inner_derivatives() -> None:
    for f in (np.sinc, np.i0):
        inner = (0.7, -1.3, 0.4, 2.0)
        got = f(T(list(inner))).coefficients
        assert max(excess(got, f, inner, order=3)) < 1e-14
        y = f(ta.HyperDual(0.7, 2.0, 3.0))
        exact = EXACT[f](0.7, 2)
        assert float(y.d1) == pytest.approx(float(2 * exact[1]), rel=1e-14)
        assert float(y.d12) == pytest.approx(float(12 * exact[2]), rel=1e-14)
    second = ta.derivative(ta.derivative(np.sinc))
    assert second(0.0) == pytest.approx(-(np.pi**2) / 3, rel=1e-15)
    assert ta.derivative(ta.derivative(np.i0))(0.0) == pytest.approx(0.5, rel=1e-15)


def test_high_orders() -> None:
    for f in (np.sinc, np.i0):
        for x in (0.4, 30.0):
            got = f(T.variable(x, 190)).coefficients
            exact = EXACT[f](x, 190)
            for k in range(1, 190):
                allowed = abs(exact[k]) + abs(x * (k + 1) * exact[k + 1]) + mpf(2) ** -1022 / EPS
                assert relative(got[k], exact[k], allowed) < 3e-14, (f, x, k)


def test_i0_overflows_no_earlier_than_it_must() -> None:
    got = ENTIRE[1].taylor_numbers(np.array([709.9, -713.9, 714.5, 1e300, -1e300]), 3)
    for column, x in ((0, 709.9), (1, -713.9)):
        assert_allclose(got[:, column], [float(c) for c in i0_exact(x, 3)], rtol=1e-12)
    assert_array_equal(got[:2, 2:], [[np.inf] * 3, [np.inf, np.inf, -np.inf]])


def test_points_that_are_not_finite() -> None:
    with np.errstate(invalid="ignore"):
        for f in (np.sinc, np.i0):
            y = f(T.variable(np.array([np.nan, np.inf, 0.5]), 3))
            assert_array_equal(y.value, f(y.value * 0 + np.array([np.nan, np.inf, 0.5])))
            assert np.isnan(y.coefficients[1:, :2]).all()
            assert np.isfinite(y.coefficients[:, 2]).all()


@pytest.mark.parametrize("f", [np.sinc, np.i0])
def test_dtypes_and_shapes(f: Any) -> None:
    x = np.linspace(-3, 3, 12).reshape(3, 4)
    wide = f(T.variable(x, 4))
    narrow = f(T.variable(x.astype(np.float32), 4))
    assert narrow.dtype == np.float32
    assert_allclose(narrow.coefficients, wide.coefficients, rtol=1e-4, atol=1e-6)
    assert wide.shape == (3, 4)
    assert f(T.variable(x[:0], 4)).shape == (0, 4)
    scalar = f(T.variable(0.5, 4))
    assert isinstance(scalar, T)
    assert scalar.shape == ()
    many = f(T.variable(np.array([0.5]), 4))
    assert_allclose(scalar.coefficients, many.coefficients[:, 0], rtol=1e-14)
    assert f(T.variable(x.T[::2], 4)).shape == (2, 3)
    turned = f(T.variable(x.T[::2], 4)).coefficients
    assert_allclose(turned, wide.coefficients.swapaxes(1, 2)[:, ::2], rtol=1e-13, atol=1e-15)


def test_what_is_refused() -> None:
    with pytest.raises(ta.DerivativeError, match=r"i0.*complex128"):
        np.i0(T.variable(np.array([1j]), 2))
    for f in (np.sinc, np.i0):
        with pytest.raises(ta.DerivativeError, match=rf"{f.__name__}.*object"):
            f(T([np.array([mpf(1)], object), np.array([mpf(1)], object)]))


def test_rows_are_elementwise() -> None:
    assert all(FUNCTIONS[f].elementwise for f in (np.sinc, np.i0))  # type: ignore[attr-defined]
    x = np.linspace(-2, 2, 7)
    one_by_one = [ta.derivative(np.i0)(each) for each in x]
    assert_allclose(ta.derivative(np.i0)(x), one_by_one, rtol=1e-14)


def test_memory_stays_bounded() -> None:
    x = T.variable(np.linspace(-1, 1, 100_000), 3)
    for f in (np.sinc, np.i0):
        tracemalloc.start()
        f(x)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 * x.parts.nbytes


def test_blocks_do_not_show() -> None:
    x = np.linspace(-9, 9, 20_001)
    for row in ENTIRE:
        whole = row.taylor_numbers(x, 5)
        some = row.taylor_numbers(x[::1000], 5)
        assert_allclose(some, whole[:, ::1000], rtol=1e-13, atol=1e-15)
