"""The vector math library against 50 digits; its absence makes no difference but speed."""

from __future__ import annotations

import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import taylorad as ta
from taylorad import _vector

NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh"}
EXACT = {
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
}

CHECK = """
import sys; sys.path.insert(0, sys.argv[1])
import test_vector
test_vector.check_all()
"""


def units_off(function, points):
    """The largest error of the library's values, in units in the last place."""
    name = function.__name__
    exact = EXACT.get(name) or getattr(mpmath, NAMES.get(name, name))
    worst = 0.0
    with mpmath.workdps(50):
        for x, y in zip(points, _vector.values(function, points), strict=True):
            known = exact(mpmath.mpf(float(x)))
            unit = float(np.spacing(abs(float(known)))) or 5e-324
            worst = max(worst, float(abs(mpmath.mpf(float(y)) - known) / unit))
    return worst


def check_all():
    random = np.random.default_rng(0)
    for function, _, low, high in (*_vector.SLOW_IN_NUMPY, *_vector.OTHERS):
        if function not in _vector.functions():
            continue
        tiny = random.uniform(-1, 1, 100) * 10.0 ** random.uniform(-300, 0, 100)
        near = random.uniform(max(low, -30), min(high, 30), 300)
        wide = random.uniform(low, high, 100)
        points = np.concatenate([near, wide, tiny, [low, high, 0.0, 5e-324]])
        points = points[(points >= low) & (points <= high)]
        assert units_off(function, points) <= 4, function


@pytest.mark.parametrize("width", ["0", "4", "8"])
def test_four_units_in_the_last_place(width):
    environment = {**os.environ, "TAYLORAD_VECTOR_MATH": width}
    here = os.path.dirname(__file__)
    subprocess.run([sys.executable, "-c", CHECK, here], env=environment, check=True)


def test_special_values_are_numpys():
    points = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e300, 5e-324, 1.0] * 4)
    with np.errstate(all="ignore"):
        for function, *_ in (*_vector.SLOW_IN_NUMPY, *_vector.OTHERS):
            assert_array_equal(_vector.values(function, points), function(points))


@pytest.mark.parametrize("n", [*range(40), 1000])
def test_every_length(n):
    x = np.linspace(-3.0, 3.0, n)
    np.testing.assert_allclose(_vector.values(np.sin, x), np.sin(x), rtol=1e-15, atol=1e-16)


def test_warnings_are_numpys():
    with pytest.warns(RuntimeWarning, match="invalid value encountered in (sin|cos)"):
        np.sin(ta.Taylor.variable(np.full(50, np.inf), 2))


def test_other_arrays_are_left_to_numpy():
    x = np.linspace(0.0, 1.0, 100)
    for other in (x[::2], x.astype(np.float32), x + 0j, 0.5, np.float64(0.5), x.reshape(10, 10).T):
        assert_array_equal(_vector.values(np.sin, other), np.sin(other))
    assert _vector.values(np.sin, x.reshape(10, 10)).shape == (10, 10)
    assert _vector.values(np.exp, np.zeros((0, 3))).shape == (0, 3)
