"""First derivatives of SciPy's functions at a few points: against mpmath."""

import mpmath as mp
import numpy as np
import pytest
import scipy.special as sp

import taylorad as ta
from taylorad.rules.scipy_special._first import ROWS

EXACT = {
    "gamma": mp.gamma,
    "gammaln": mp.loggamma,
    "loggamma": mp.loggamma,
    "psi": mp.digamma,
    "j0": mp.j0,
    "j1": mp.j1,
    "y0": lambda x: mp.bessely(0, x),
    "i0": lambda x: mp.besseli(0, x),
    "i1": lambda x: mp.besseli(1, x),
    "erfi": mp.erfi,
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
    "dawsn": lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x),
    "log_ndtr": lambda x: mp.log(mp.ncdf(x)),
    "expit": lambda x: 1 / (1 + mp.exp(-x)),
    "log_expit": lambda x: -mp.log1p(mp.exp(-x)),
    "logit": lambda x: mp.log(x) - mp.log1p(-x),
    "entr": lambda x: -x * mp.log(x),
    "ellipk": mp.ellipk,
    "ellipe": mp.ellipe,
    "spence": lambda x: mp.re(mp.polylog(2, 1 - x)),
    "exp1": mp.e1,
    "expi": mp.ei,
    "exp2": lambda x: mp.power(2, x),
    "exp10": lambda x: mp.power(10, x),
    "expm1": mp.expm1,
    "log1p": mp.log1p,
    "cbrt": mp.cbrt,
}
# Their derivatives are those of the inverse functions, at the exact value of what they are of.
INVERSE = {
    "erfinv": (mp.erfinv, lambda y: mp.sqrt(mp.pi) / 2 * mp.exp(y * y)),
    "erfcinv": (lambda x: mp.erfinv(1 - mp.mpf(x)), lambda y: -mp.sqrt(mp.pi) / 2 * mp.exp(y * y)),
    "ndtri": (
        lambda x: mp.sqrt(2) * mp.erfinv(2 * mp.mpf(x) - 1),
        lambda y: mp.sqrt(2 * mp.pi) * mp.exp(y * y / 2),
    ),
}


def integral(x, factor):
    """K_0 and its derivatives are integrals of exp(-x cosh t) times powers of cosh t."""
    return mp.quad(lambda t: factor(mp.cosh(t)) * mp.exp(-x * mp.cosh(t)), [0, 2, 4, 8, 14])


# What is too small beside its function for differences of that, or takes too long.
SLOPES = {
    "k0": lambda x: integral(x, lambda c: -c),
    "k1": lambda x: integral(x, lambda c: -c * c),
    "erf": lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
    "erfc": lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
    "ndtr": lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi),
}


def slope_of(name):
    if name in INVERSE:
        inverse, slope = INVERSE[name]
        return lambda x: slope(inverse(x))
    return SLOPES.get(name, lambda x: mp.diff(EXACT[name], x))


def points_of(low, high):
    """Some near either end, and some between."""
    low, high = max(low, -30.0), min(high, 30.0)
    shares = [1e-9, 1e-3, 0.1, 0.33, 0.5, 0.77, 0.9, 1 - 1e-3, 1 - 1e-9]
    inside = low + (high - low) * np.array(shares)
    return inside[(inside > low) & (inside < high)]


@pytest.mark.parametrize("name, low, high", [row[:3] for row in ROWS])
def test_first_derivatives_are_those_of_mpmath(name, low, high):
    u = points_of(low, high)
    got = getattr(sp, name)(ta.Dual(u, np.full(u.shape, 2.0)))
    np.testing.assert_array_equal(got.value, getattr(sp, name)(u))
    slope = slope_of(name)
    with mp.workdps(40):
        for t, at in enumerate(u):
            x, found = mp.mpf(float(at)), float(got.parts[1, t]) / 2
            exact = slope(x)
            if exact == 0:
                assert found == 0
                continue
            # so much does the last digit of x matter
            condition = abs(x * mp.diff(slope, x) / exact)
            error = abs((found - exact) / exact)
            assert error < 2e-15 * (5 + condition), (at, float(error))


@pytest.mark.parametrize("name", sorted({row[0] for row in ROWS}))
def test_scalars_and_matrices_are_as_vectors(name):
    row = next(row for row in ROWS if row[0] == name)
    u = points_of(*row[1:3])[1:7]
    function = getattr(sp, name)
    whole = function(ta.Dual(u, np.ones(6)))
    matrix = function(ta.Dual(u.reshape(3, 2), np.ones((3, 2))))
    np.testing.assert_array_equal(matrix.parts.reshape(2, 6), whole.parts)
    for t in range(6):
        np.testing.assert_array_equal(function(ta.Dual(u[t], 1.0)).parts, whole.parts[:, t])
