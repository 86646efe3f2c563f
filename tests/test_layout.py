"""Results lie in memory as NumPy's do, so that the same reshapes are views one can write to."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import linalg as la
from test_coverage import name_of
from test_coverage_reverse import FUNCTIONS, OF_NUMBERS, call_of, leaves

import taylorad as ta
from taylorad._numbers import Number

CUBE = np.arange(24.0).reshape(2, 3, 4) / 30 + 0.05
MATRIX = np.arange(1.0, 7.0).reshape(2, 3) / 7

# Of these NumPy hands out parts or transposes of arrays that it made for itself.
OTHERWISE = {np.histogram2d, np.histogramdd, np.vander, np.vsplit, la.eig, la.svd}

LAYOUTS = {"C": np.array, "F": np.asfortranarray, "swapped": lambda a: swapped(a)}


def swapped(a):
    return np.ascontiguousarray(np.swapaxes(a, 0, -1)).swapaxes(0, -1)


def as_number(array):
    """A number whose points lie in memory as those of an array do."""
    axes = sorted(range(array.ndim), key=lambda axis: (-array.strides[axis], axis))
    number = ta.Dual(np.ascontiguousarray(np.transpose(array, axes)), 1.0)
    return number.transpose(*np.argsort(axes))


def strides(array):
    return tuple(s for s, n in zip(array.strides, array.shape, strict=True) if n > 1)


def check(call, layout):
    plain = leaves(call(lambda a: layout(np.asarray(a, float))))
    numbers = leaves(call(lambda a: as_number(layout(np.asarray(a, float)))))
    for expected, found in zip(plain, numbers, strict=True):
        if isinstance(found, Number) and found.ndim > 1:
            assert strides(found.value) == strides(expected)
            assert strides(found.tangent) == strides(expected)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ufunc", [u for u in OF_NUMBERS if not u.signature], ids=repr)
def test_ufuncs(ufunc, layout):
    a = CUBE + (ufunc is np.arccosh)
    seconds = [2] if ufunc is np.ldexp else [a, 2.0, a[0]]
    for second in seconds if ufunc.nin == 2 else [None]:

        def call(v, second=second):
            if second is None:
                return ufunc(v(a))
            return ufunc(v(a), v(second) if isinstance(second, np.ndarray) else second)

        check(call, LAYOUTS[layout])


@pytest.mark.filterwarnings("ignore:(text or binary|string or file):DeprecationWarning")
@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f not in OTHERWISE], ids=name_of)
def test_functions(function):
    for layout in ("C", "F"):
        check(lambda v: call_of(function)[0](function, v), LAYOUTS[layout])


def transposed(x):
    y = np.sin(x.T)
    y.reshape(-1)[0] = 5.0 * x[1, 2]  # of a copy
    return np.sum(y * y)


def fortran(x):
    y = np.asfortranarray(np.ones((2, 3))) * x
    y.ravel()[1] = x[0, 0] ** 2
    return np.sum(y**3)


def of_a_view(x):
    y = np.exp(x)
    y.T.reshape(-1)[1] = 2 * x[0, 1]
    y.reshape(-1)[2] = x[0, 0]
    return np.sum(y * y)


def copied(x):
    y = np.copy(x.T, order="K")
    y.reshape(-1)[2] = x[0, 0]
    return np.sum(y**2 * np.arange(6).reshape(3, 2))


@pytest.mark.parametrize("f", [transposed, fortran, of_a_view, copied])
def test_what_is_written_through_a_reshape(f):
    direction = np.linspace(-1, 1, 6).reshape(2, 3)
    step = 1e-5
    expected = (f(MATRIX + step * direction) - f(MATRIX - step * direction)) / (2 * step)
    assert ta.directional_derivative(f)(MATRIX, direction) == pytest.approx(expected, rel=1e-8)
    assert np.sum(ta.grad(f)(MATRIX) * direction) == pytest.approx(expected, rel=1e-8)
