"""Everything NumPy and SciPy hand over, against finite differences of the plain call.

A number of ours in place of an array gives the right derivatives, or the values alone answer
and do not move, or a `DerivativeError` names the function. There is no fourth outcome.
"""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from numpy import linalg as la
from test_coverage import name_of
from test_coverage_reverse import (
    FUNCTIONS,
    OF_NUMBERS,
    call_of,
    leaves,
    operands_of,
    same,
)

import taylorad as ta
from taylorad._numbers import Number
from taylorad.tape import GradientTape, Variable

special = pytest.importorskip("scipy.special")

# Positive definite, with eigenvalues that are far apart, as finite differences need them.
SPREAD = np.diag([1.0, 2.5, 4.0]) + 0.1
CALLS = {f: lambda f, v: f(v(SPREAD)) for f in (la.cholesky, la.eig, la.eigvals)}

STEP = 1e-3
STENCIL = np.arange(-2, 3)
FIRST = np.array([1, -8, 0, 8, -1]) / (12 * STEP)
SECOND = np.array([-1, 16, -30, 16, -1]) / (12 * STEP**2)


class Moving:
    """Makes of each array in turn what `make` makes of it and a direction of its own."""

    def __init__(self, make):
        self.make = make
        self.made = []
        self.directions = []

    def __call__(self, array):
        # Away from halves and other kinks, and no two arguments with equal elements.
        array = np.asarray(array, float) + 0.0137 * (1 + len(self.made))
        array += 0.003 * np.arange(array.size).reshape(array.shape)
        random = np.random.default_rng(len(self.made))
        self.directions.append(random.uniform(-1, 1, array.shape))
        self.made.append(self.make(array, self.directions[-1]))
        return self.made[-1]


def is_floating(result):
    return isinstance(result, (np.ndarray, np.generic, float)) and (
        np.asarray(result).dtype.kind in "fc"
    )


def differences(call, function):
    """For each floating result its first and second derivatives along the directions."""
    results = [
        leaves(call(function, Moving(lambda array, d, k=k: array + k * STEP * d)))
        for k in STENCIL
    ]
    found = []
    for points in zip(*results, strict=True):
        if is_floating(points[0]):
            points = np.stack(points)
            with np.errstate(all="ignore"):
                found.append([np.tensordot(w, points, 1) for w in (FIRST, SECOND)])
        else:
            found.append(None)
    return found


def check(call, function, rtol=1e-7):
    expected = differences(call, function)
    series = leaves(call(function, Moving(lambda array, d: ta.Taylor([array, d, 0 * d]))))
    duals = leaves(call(function, Moving(ta.Dual)))
    with GradientTape() as tape:
        moving = Moving(lambda array, d: tape.watch(array))
        recorded = leaves(call(function, moving))
    for known, taylor, dual, variable in zip(expected, series, duals, recorded, strict=True):
        if known is None:
            assert not isinstance(taylor, Number)
            continue
        first, second = known
        scale = 1 + np.max(np.abs(first), initial=0)
        if not isinstance(dual, Number):
            np.testing.assert_allclose(first, 0, atol=1e-9)
            assert not isinstance(taylor, Number)
            assert not isinstance(variable, Variable)
            continue
        np.testing.assert_allclose(dual.tangent, first, rtol=rtol, atol=rtol * scale)
        np.testing.assert_allclose(taylor.derivative(1), first, rtol=rtol, atol=rtol * scale)
        scale = 1 + np.max(np.abs(second), initial=0)
        np.testing.assert_allclose(taylor.derivative(2), second, rtol=1e-4, atol=1e-4 * scale)
    targets = [y for y in recorded if isinstance(y, Variable)]
    if targets:
        random = np.random.default_rng(99)
        weights = [random.uniform(-1, 1, y.shape) for y in targets]
        gradients = tape.gradient(
            targets, moving.made, weights, unconnected_gradients="zero"
        )
        got = sum(np.sum(g * d) for g, d in zip(gradients, moving.directions, strict=True))
        tangents = [dual.tangent for dual in duals if isinstance(dual, Number)]
        want = sum(np.sum(np.real(w * t)) for w, t in zip(weights, tangents, strict=True))
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)


@pytest.mark.filterwarnings("ignore:(text or binary|string or file):DeprecationWarning")
@pytest.mark.parametrize(
    "function",
    [f for f in FUNCTIONS if f is not np.astype],  # to single precision: no differences
    ids=name_of,
)
def test_functions(function):
    check(CALLS.get(function) or call_of(function)[0], function)


@pytest.mark.parametrize("ufunc", OF_NUMBERS, ids=lambda u: u.__name__)
def test_ufuncs(ufunc):
    operands = operands_of(ufunc)

    def call(ufunc, v):
        return ufunc(*[v(a) if isinstance(a, np.ndarray) else a for a in operands])

    check(call, ufunc)


# --- scipy.special -----------------------------------------------------------------------

SPECIAL = sorted(
    {u for u in vars(special).values() if isinstance(u, np.ufunc)}, key=lambda u: u.__name__
)

# Points, of which for each ufunc those are taken at which it is defined.
NUMBERS = [0.4, 1.7, 0.25, 2.6, -0.3, 3.0]


def points(ufunc):
    """Up to three points at which the ufunc is smooth, whole numbers where it takes no others."""
    found = []
    count = 0
    for point in itertools.product([*NUMBERS, 2, 3], repeat=ufunc.nin):
        count += 1
        if count > 20_000 or len(found) == 3:
            break
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                values = leaves(ufunc(*point))
            except (TypeError, ValueError, RuntimeWarning, DeprecationWarning):
                continue
        if all(np.all(np.isfinite(y)) for y in values) and np.any(np.abs(values[0]) > 1e-3):
            found.append(point)
    return found


def moved(ufunc, point, i, h):
    with np.errstate(all="ignore"):
        return np.array(leaves(ufunc(*point[:i], point[i] + h, *point[i + 1 :])))


def slope(ufunc, point, i):
    """The derivative in one argument, and how well it is known."""
    estimates = []
    for h in (1e-3, 2e-3):
        values = [moved(ufunc, point, i, k * h) for k in STENCIL]
        estimates.append(np.tensordot(FIRST * STEP / h, np.stack(values), 1))
    return estimates[0], np.abs(estimates[0] - estimates[1])


@pytest.mark.parametrize("ufunc", SPECIAL, ids=lambda u: u.__name__)
def test_special_functions(ufunc):
    for point in points(ufunc):
        for i, argument in enumerate(point):
            if not isinstance(argument, float):
                continue
            args = [*point[:i], ta.Dual(argument, 1.0), *point[i + 1 :]]
            variable = ta.Variable(argument)
            with GradientTape(persistent=True) as tape:
                try:
                    duals = leaves(ufunc(*args))
                except ta.DerivativeError as error:
                    assert ufunc.__name__ in str(error)
                    with pytest.raises(ta.DerivativeError, match=ufunc.__name__):
                        ufunc(*point[:i], variable, *point[i + 1 :])
                    continue
                recorded = leaves(ufunc(*point[:i], variable, *point[i + 1 :]))
            expected, doubt = slope(ufunc, point, i)
            for dual, plain in zip(duals, leaves(ufunc(*point)), strict=True):
                same(dual, plain)
            got = np.array([dual.tangent for dual in duals])
            limit = 1e-6 * (1 + np.abs(expected)) + 10 * doubt
            assert np.all(np.abs(got - expected) <= limit), (point, i, got, expected)
            pulled = [
                tape.gradient(y, variable, unconnected_gradients="zero") for y in recorded
            ]
            np.testing.assert_allclose(np.real(pulled), np.real(got), rtol=1e-9, atol=1e-12)


