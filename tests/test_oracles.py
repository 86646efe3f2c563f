"""The oracles against closed forms: an oracle nobody checked is no oracle."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from oracles import (
    BINARY,
    EPS,
    UNARY,
    OracleError,
    Polynomial,
    allowance,
    coefficients,
    difference,
    excess,
    relative,
    series,
    ulps,
    unary,
)


def close(got, want, digits=45):
    with mp.workdps(60):
        return abs(got - want) <= mpf(10) ** -digits * abs(want)


def exp_terms(x, k):
    return mpmath.exp(x) / mpmath.factorial(k)


def geometric(x, k):
    return mpf(-1) ** k / mpf(x) ** (k + 1)


def binomial(p):
    return lambda x, k: mpmath.binomial(p, k) * mpf(x) ** (p - k)


def log_terms(x, k):
    return mpmath.log(x) if k == 0 else -(mpf(-1) ** k) / (k * mpf(x) ** k)


def sin_terms(x, k):
    return mpmath.sin(x + k * mp.pi / 2) / mpmath.factorial(k)


def arctan_terms(x, k):
    # The imaginary part of the series of log(1 + i x).
    if k == 0:
        return mpmath.atan(x)
    return (-(mpmath.mpc(0, -1) ** k) / (k * (1 + mpmath.mpc(0, 1) * x) ** k)).imag


@pytest.mark.parametrize("x", [1e-18, 0.3, 1.0, 2.5, 40.0, 1e8])
@pytest.mark.parametrize(
    ("function", "closed"),
    [
        (np.exp, exp_terms),
        (np.reciprocal, geometric),
        (np.sqrt, binomial(mpf(1) / 2)),
        (np.log, log_terms),
        (np.sin, sin_terms),
        (np.arctan, arctan_terms),
    ],
)
def test_closed_forms(function, closed, x):
    got = unary(function, x)
    with mp.workdps(120):
        for k, part in enumerate(got):
            want = closed(mpf(x), k)
            assert close(part, want, 40), (k, part, want)


def test_zero_coefficients_are_exact():
    got = unary(np.sin, 0.0)
    assert all(part == 0 for part in got[::2])
    with mp.workdps(60):
        assert close(got[19], -1 / mpmath.factorial(19))


def test_small_results_beside_large_ones():
    got = unary(np.tanh, 20.0)
    with mp.workdps(120):
        want = mpmath.sech(20) ** 2
        assert close(got[1], want)
        assert close(got[2], -want * mpmath.tanh(20))
    got = unary(np.expm1, -40.0)
    with mp.workdps(120):
        assert close(got[20], mpmath.exp(-40) / mpmath.factorial(20))


def test_a_pole_inside_the_circle_is_noticed():
    got = coefficients(lambda z: 1 / (z - 0.25), 0.0, 5, radius=1.0)
    with mp.workdps(60):
        assert close(got[5], -(mpf(4) ** 6))
    got = coefficients(lambda z: mpmath.sqrt(z), 1e-6, 3, radius=1.0)
    with mp.workdps(60):
        assert close(got[1], 1 / (2 * mpmath.sqrt(mpf(1e-6))))


def test_a_singularity_on_the_circle_is_noticed():
    got = coefficients(lambda z: mpmath.log(1 + z), -0.5, 3)
    with mp.workdps(60):
        assert close(got[3], mpf(8) / 3)


def test_nan_on_the_circle_is_noticed():
    got = series(np.power, (0.5, 1.0), (0.5, 2.0), order=1)
    with mp.workdps(60):
        assert close(got[1], mpmath.sqrt(0.5) * (2 * mpmath.log(0.5) + 1))


def test_where_there_is_no_series_there_is_no_answer():
    with pytest.raises(OracleError):
        coefficients(mpmath.sqrt, 0.0, 3)


def test_two_arguments():
    got = series(np.power, (2.0, 1.0), (3.0,), order=5)
    assert [float(part) for part in got] == [8, 12, 6, 1, 0, 0]
    got = series(np.hypot, (3.0, 3.0), (4.0, 4.0), order=4)
    assert [float(part) for part in got] == [5, 5, 0, 0, 0]
    got = series(np.arctan2, (-1.0,), (-1.0, 1.0), order=2)
    with mp.workdps(60):
        assert close(got[0], -3 * mp.pi / 4)
        assert close(got[1], mpf(1) / 2)
    got = series(np.logaddexp, (-800.0, 1.0), (0.0,), order=3, digits=500)
    with mp.workdps(60):
        assert close(got[2], mpmath.exp(-800) / 2, 40)


def test_composition():
    got = series(np.exp, (0.0, 0.0, 1.0), order=6)
    assert [float(part) for part in got] == pytest.approx([1, 0, 1, 0, 0.5, 0, 1 / 6], rel=1e-15)


@pytest.mark.parametrize("function", sorted(UNARY, key=lambda f: f.__name__))
def test_values_agree_with_numpy(function):
    x = 1.25 if function in (np.arccosh,) else 0.375
    assert ulps(function(x), coefficients(UNARY[function], x, 1)[0]) <= 4


@pytest.mark.parametrize("function", sorted(BINARY, key=lambda f: f.__name__))
def test_values_of_two_arguments_agree_with_numpy(function):
    for x, y in [(1.5, 0.75), (0.25, 2.5)]:
        with mp.workdps(60):
            assert ulps(function(x, y), BINARY[function](mpf(x), mpf(y))) <= 4


def test_excess_blames_only_what_the_argument_does_not_explain():
    x = 1e5
    exact = [float(part) for part in unary(np.sin, x)]
    assert max(excess(exact, np.sin, (x, 1.0))) < EPS
    moved = [float(part) for part in unary(np.sin, float(np.nextafter(x, 2e5)))]
    assert max(excess(moved, np.sin, (x, 1.0))) < 1.5 * EPS
    assert max(map(relative, moved, unary(np.sin, x))) > 1e-13
    assert max(excess([1.001 * part for part in exact], np.sin, (x, 1.0))) > 1e-9


def test_allowance():
    # y = x^2 at 3 + 2 t: y = (9, 12, 4), each coefficient of x moves the ones it is in.
    got = allowance(np.square, (3.0, 2.0), order=3)
    assert [float(part) for part in got] == pytest.approx([27, 36, 12, 0])


def test_complex_points_and_directions():
    got = series(np.exp, (0.5 + 2j, 1j))
    with mp.workdps(60):
        for k in range(21):
            want = mpmath.exp(mpmath.mpc(0.5, 2)) * mpmath.mpc(0, 1) ** k / mpmath.factorial(k)
            assert close(got[k], want)
    got = series(np.sqrt, (1.0, 1j), order=2)
    with mp.workdps(60):
        assert close(got[1], mpmath.mpc(0, 0.5))
        assert close(got[2], mpf(1) / 8)


def test_polynomials():
    keep = [(i, j) for i in range(4) for j in range(4) if i + j <= 3]
    one_plus = Polynomial({(0, 0): Fraction(1), (1, 0): Fraction(1), (0, 1): Fraction(2)}, keep)
    assert (one_plus * one_plus).terms[(1, 1)] == 4
    assert (one_plus * one_plus.reciprocal()).terms == {(0, 0): 1}
    inverse = one_plus.reciprocal()
    assert inverse.terms[(2, 1)] == -6  # -(x + 2y)^3
    assert one_plus.compose([0, 0, 1]).terms == {(2, 0): 1, (1, 1): 4, (0, 2): 4}


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_differences(order):
    want = [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), None, np.cos][order - 1](0.7)
    assert difference(np.sin, 0.7, order, 0.2) == pytest.approx(want, rel=1e-10)
