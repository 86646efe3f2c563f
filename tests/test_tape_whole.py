"""Calls that are recorded as a whole or in parts at once, against what their rules record."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

import taylorad as ta
from taylorad import dispatch

A, M = np.linspace(0.2, 1.4, 6), np.arange(12.0).reshape(3, 4) / 7 + 0.1
UGLY = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1e308])


def by_rule(function, *args, **kwargs):
    """A call by the way through dispatch."""
    asked = next((x for x in args if isinstance(x, ta.Variable)), kwargs.pop("like", None))
    if isinstance(function, tuple):
        return dispatch.on_ufunc(*function, args, kwargs)
    if isinstance(function, np.ufunc):
        return dispatch.on_ufunc(function, "__call__", args, kwargs)
    return dispatch.on_function(function, (type(asked),), args, kwargs, asked)


def at_once(function, *args, **kwargs):
    """The same by NumPy."""
    if isinstance(function, tuple):
        return getattr(*function)(*args, **kwargs)
    return function(*args, **kwargs)


WHOLE = {
    "largest": lambda do, a: do((np.maximum, "accumulate"), a),
    "smallest": lambda do, a: do((np.minimum, "accumulate"), a, axis=-1),
    "differences": lambda do, a: do((np.subtract, "reduce"), a),
    "lengths": lambda do, a: do((np.hypot, "reduce"), a, axis=-1, keepdims=True),
    "folded by dtype": lambda do, a: do((np.fmax, "accumulate"), a, dtype=np.float64),
    "initial": lambda do, a: do((np.logaddexp, "reduce"), a, initial=0.5),
    "grid": lambda do, a: do(np.meshgrid, a, np.arange(2.0)),
    "grid of views": lambda do, a: do(np.meshgrid, a, a, copy=False, sparse=True),
    "broadcast": lambda do, a: do(np.broadcast_arrays, a, np.ones((2, 1, 1))),
    "cut": lambda do, a: do(np.trim_zeros, a),
    "cut in front": lambda do, a: do(np.trim_zeros, a, "f"),
    "polynomial": lambda do, a: do(np.poly, a),
    "roots": lambda do, a: do(np.roots, a),
    "distinct": lambda do, a: do(np.unique, a),
    "distinct, where": lambda do, a: do(np.unique, a, return_index=True),
    "edges": lambda do, a: do(np.histogram, a, 4),
    "edges by rule": lambda do, a: do(np.histogram, a, "auto"),
    "edges and density": lambda do, a: do(np.histogram, a, density=True),
    "slices": lambda do, a: do(np.apply_along_axis, np.cumsum, 0, a),
    "places": lambda do, a: do(np.apply_along_axis, np.argsort, -1, a),
    "swapped": lambda do, a: do(np.einsum, "...i->i...", a),
    "next": lambda do, a: do(np.nextafter, a, a * 0.5),
    "next by a bound": lambda do, a: do(np.nextafter, 1.0, a),
    "parts": lambda do, a: do(np.partition, a, 1),
    "last parts": lambda do, a: do(np.partition, a, -1),
    "no such part": lambda do, a: do(np.partition, a, 99),
    "like": lambda do, a: do(np.eye, 3, like=a),
    "whole numbers like": lambda do, a: do(np.arange, 3, like=a),
    "profile": lambda do, a: do(special.voigt_profile, a, 0.5, np.abs(a)),
    "narrow profile": lambda do, a: do(special.voigt_profile, a, 0.0, 1.0),
    "betainc": lambda do, a: do(special.betainc, 2, 3.0, a),
    "refused": lambda do, a: do(special.jv, a, 1.0),
    "averages": lambda do, a: do(np.average, a, weights=np.abs(a) + 1),
    "masked": lambda do, a: do(np.piecewise, a, [ta.value(a) > 0.0], [np.square, 1.5]),
}
ORDINARY = np.array([0.75, -1.25, 0.75, 2.5, 0.25, 0.0])
ARRAYS = {
    "ordinary": ORDINARY,
    "zeros around": np.array([0.0, -0.0, 1.5, 0.0, 2.0, -0.0]),
    "without zeros": ORDINARY + 3,
    "all zero": np.zeros(4),
    "signs of zeros": np.array([0.0, -0.0, 0.0, -0.0]),
    "ugly": UGLY,
    "empty": np.zeros(0),
    "of one": np.array([2.0]),
    "matrix": np.resize(ORDINARY, (3, 4)),
    "columns": np.asfortranarray(np.resize(ORDINARY, (3, 4))),
    "strided": np.repeat(ORDINARY, 2)[::2],
    "single": ORDINARY.astype(np.float32),
    "complex": ORDINARY + 1j,
    "number": np.float64(0.5),
}


@pytest.mark.parametrize("a", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("call", WHOLE.values(), ids=WHOLE)
@pytest.mark.filterwarnings("ignore")
def test_calls_recorded_whole_are_those_of_the_rules(call, a):
    def outcome(do):
        with ta.GradientTape() as tape:
            x = tape.watch(a)
            try:
                found = call(do, x)
            except Exception as error:  # whatever the rule raises
                return type(error), None
            found = list(found) if isinstance(found, (list, tuple)) else [found]
            total = sum(
                (np.sum(np.real(y * np.cos(np.arange(y.size)).reshape(y.shape))) for y in found
                 if isinstance(y, ta.Variable)), 0.0 * np.sum(np.real(x[:0] if a.ndim else x)))
        return found, tape.gradient(total, x, unconnected_gradients="zero")

    if call in (WHOLE["polynomial"], WHOLE["roots"]) and (a.ndim == 0 or a.size == 0):
        return  # NumPy looks for what has rules among the elements, and there is none
    wanted, slopes = outcome(by_rule)
    found, gradient = outcome(at_once)
    if isinstance(wanted, type):
        assert found is wanted
        return
    for y, other in zip(found, wanted, strict=True):
        assert type(y) is type(other)
        one, two = np.asarray(ta.value(y)), np.asarray(ta.value(other))
        assert one.dtype == two.dtype and one.shape == two.shape
        assert_allclose(one, two, rtol=1e-14, atol=1e-14)
        assert_array_equal(np.signbit(one.real[one == 0]), np.signbit(two.real[two == 0]))
    assert_allclose(gradient, slopes, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("view", [
    lambda x: np.einsum("ij->ji", x).T,
    lambda x: np.broadcast_arrays(x, x)[0],
    lambda x: np.meshgrid(x[0], x[:, 0], copy=False, sparse=True)[0],
])  # fmt: skip
def test_views_of_calls_recorded_whole_are_views(view):
    def f(x):
        x = +x
        y = view(x)
        x[0, 1] = x[0, 0] * x[1, 1]
        return np.sum(y * y)

    assert_allclose(ta.grad(f)(M), ta.jacobian(f, mode="forward")(M), rtol=1e-14)


def test_what_leaves_no_trace_does_so_by_masks():
    def f(x):
        y = np.zeros_like(x)
        y[A < 0.5] = np.sqrt(x - 0.5)[A < 0.5]
        y[A > 0.5] = x[A > 0.5] ** 2
        y[A > 1.0] = x[0]
        return np.sum(np.where(A < 0.5, 0.0, y))

    with np.errstate(invalid="ignore"):
        gradient = ta.grad(f)(A)
    assert_allclose(gradient, np.where((A > 0.5) & (A < 1.0), 2 * A, 0) + 2.0 * (A == A[0]))
