"""Elementwise functions do not count as combining points, whatever their rules do inside."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

import taylorad as ta
from taylorad._numbers import mixing_count

POINTS = 200
X, Y = np.linspace(0.2, 0.9, POINTS), np.linspace(0.8, 0.3, POINTS)


def ufuncs() -> list[np.ufunc]:
    named = [getattr(module, name) for module in (np, special) for name in dir(module)]
    found = {f for f in named if isinstance(f, np.ufunc) and f.signature is None}
    return sorted(found, key=lambda f: (f.__name__, f.nin))


def operands(ufunc: np.ufunc) -> list[tuple]:
    x, y = ta.Taylor.variable(X, 2), ta.Taylor.variable(Y, 2)
    return {
        1: [(x,)],
        2: [(x, y), (x, Y), (Y, x), (2.0, x), (x, 2.0)],
        3: [(x, 0.3, 0.8), (2.0, 3.0, x)],
        4: [(1.0, 2.0, 3.0, x)],
    }.get(ufunc.nin, [])


@pytest.mark.parametrize("ufunc", ufuncs(), ids=lambda f: f"{f.__name__}-{f.nin}")
@pytest.mark.filterwarnings("ignore")
def test_ufuncs(ufunc):
    for args in operands(ufunc):
        before = mixing_count()
        try:
            ufunc(*args)
        except (TypeError, ValueError):  # which has no derivative, or no such operand
            continue
        assert mixing_count() == before


FUNCTIONS = {
    "where": lambda x: np.where(x > 0.5, x * x, x),
    "select": lambda x: np.select([x > 0.7, x > 0.4], [x, x * x], 1.0),
    "clip": lambda x: np.clip(x, 0.4, 0.7) * x,
    "nan_to_num": lambda x: np.nan_to_num(x * x),
    "sinc": lambda x: np.sinc(x),
    "arctan2": lambda x: np.arctan2(x, 1 - x),
    "gamma": lambda x: special.gamma(x),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions_are_called_once_at_every_point(function):
    """A function that combines points is called again, with weights, and on the whole."""
    x = np.linspace(0.2, 0.9, 300_000)
    calls = []

    def f(x):
        calls.append(np.size(ta.value(x)))
        return function(x)

    before = mixing_count()
    function(ta.Taylor.variable(X, 2))
    assert mixing_count() == before
    found = ta.derivatives(f, 2)(x)
    assert max(calls) < x.size
    assert_allclose(found[0], function(x), rtol=1e-14)
    for k in (0, 1234, 299_999):
        assert_allclose(found[:, k], ta.derivatives(function, 2)(x[k]), rtol=1e-12)


def test_what_combines_points_inside_is_still_found():
    def scaled(x):
        return np.piecewise(x, [x > 0.5], [lambda t: t / np.max(t), lambda t: t])

    for f in (
        scaled,
        lambda x: np.where(x > np.mean(x), x, 0.0) * np.sum(x),
        lambda x: np.clip(x, 0.0, np.max(x) / 2),
    ):
        with pytest.raises(ValueError, match="every point by itself"):
            ta.derivatives(f, 1)(np.linspace(0.2, 0.9, 300_000))
