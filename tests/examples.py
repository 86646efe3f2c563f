"""Functions that several test files differentiate, and how close is close enough."""

import mpmath
import numpy as np

EPS = np.finfo(float).eps


def f_example(x):
    return np.sin(x) ** 2


def g_example(x):
    return np.sin(x) * np.exp(-x * x / 2) + np.log(1 + x * x) / np.sqrt(x + 2)


def exact_g(x, order):
    """Derivatives of g_example by mpmath, at 50 digits."""
    with mpmath.workdps(50):
        coefficients = mpmath.taylor(
            lambda x: (
                mpmath.sin(x) * mpmath.exp(-x * x / 2) + mpmath.log(1 + x * x) / mpmath.sqrt(x + 2)
            ),
            mpmath.mpf(x),
            order,
        )
        return [float(c * mpmath.factorial(k)) for k, c in enumerate(coefficients)]


def power_by_loop(x, y):
    out = 1
    for _ in range(int(y)):
        out = np.multiply(out, x)
    return out


def close(got, want, ulps=8):
    """Agreement to a few units of the last place, on the scale of the largest entry."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    scale = np.max(np.abs(want), initial=1.0)
    np.testing.assert_allclose(got, want, rtol=0, atol=ulps * EPS * scale)
