"""Selecting functions: smooth points along curves, then the points where they are not."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from curves import HOLES, MASK, MATRIX, STRIDED, Curve, agrees, along, c, m, reductions, v

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad.algebra import hyperdual, taylor

CALLS = {
    **{
        key: call
        for function in (np.max, np.amax, np.min, np.amin, np.ptp, np.nanmax, np.nanmin)
        for key, call in reductions(function, masks=False).items()
    },
    "max-initial": (lambda x: np.max(x, axis=0, initial=3.0), m()),
    "max-initial-number": (lambda x, s: np.max(x, axis=0, initial=s), m(), Curve(3.0, 1)),
    "max-where": (lambda x: np.max(x, axis=1, initial=-9.0, where=MASK), m()),
    "max-positional": (lambda x: np.max(x, 1, None, True, -9.0, MASK), m()),
    "min-where": (lambda x: np.min(x, axis=1, initial=9.0, where=MASK), m()),
    "nanmax-where": (lambda x: np.nanmax(x, axis=1, initial=-9.0, where=MASK), Curve(HOLES)),
    "max-of-complex": (lambda x: np.max(x), Curve([1 + 2j, 3 - 1j, 2 + 9j])),
    "sort": (np.sort, m()),
    "sort-0": (lambda x: np.sort(x, 0), m()),
    "sort-none": (lambda x: np.sort(x, axis=None, kind="mergesort"), c()),
    "sort-stable": (lambda x: np.sort(x, stable=True), v()),
    "sort-of-complex": (np.sort, Curve([1 + 2j, 3 - 1j, 2 + 9j])),
    "sort-strided": (np.sort, Curve(STRIDED)),
    "sort-empty": (np.sort, Curve(np.ones((3, 0)))),
    "sort_complex": (np.sort_complex, v()),
    "sort_complex-complex": (np.sort_complex, Curve([1 + 2j, 3 - 1j, 2 + 9j])),
    "partition": (lambda x: np.sort(np.partition(x, 2)[..., :2]), m()),
    "partition-axis": (lambda x: np.partition(x, [0, 1], axis=0)[1], m()),
    "partition-none": (lambda x: np.partition(x, 3, axis=None)[3], m()),
    "where": (lambda x, y: np.where(x > y, x, y), m(), Curve(MATRIX.T.reshape(3, 4) + 0.2, 1)),
    "where-broadcast": (lambda x, y: np.where(MASK, x, y), m(), Curve([1.0, 2, 3, 4], 1)),
    "where-scalars": (lambda x, y: np.where(MASK, x, y), Curve(1.0), Curve(2.0, 1)),
    "where-plain": (lambda x: np.where(x > 0, x, 0.0), m()),
    "where-complex": (lambda x: np.where(MASK, x, 1j), m()),
    "where-scalar-condition": (lambda x: np.where(True, x, 2), v()),
    "select": (
        lambda x, y: np.select([x > 3, x < 0], [x * y, x + y], default=y),
        m(),
        m(1),
    ),
    "select-plain-default": (lambda x: np.select([x > 3, x < 0], [x, 2.0]), m()),
    "select-number-default": (
        lambda x, d: np.select([np.array([True, False])], [x], d),
        Curve([1.0, 2.0]),
        Curve(7.0, 1),
    ),
    "choose": (lambda x, y: np.choose([0, 1, 1, 0], [x, y]), Curve(MATRIX[0]), Curve(1.0, 1)),
    "choose-wrap": (lambda x: np.choose([0, 5, -1, 0], (x, 2 * x), mode="wrap"), Curve(MATRIX[0])),
    "choose-clip": (lambda x: np.choose([0, 5, -1, 0], x, mode="clip"), m()),
    "clip": (lambda x: np.clip(x, -1.5, 3.0), m()),
    "clip-low": (lambda x: np.clip(x, -1.5, None), m()),
    "clip-keywords": (lambda x: np.clip(x, min=-1.5, max=3.0), m()),
    "clip-numbers": (lambda x, a, b: np.clip(x, a, b), m(), Curve(-1.5, 1), Curve([3.0] * 4, 2)),
    "clip-plain-data": (lambda a: np.clip(MATRIX, a, 3.0), Curve(-1.5, 1)),
    "clip-crossed": (lambda x, a, b: np.clip(x, a, b), m(), Curve(4.5, 1), Curve(2.6, 2)),
    "clip-list": (lambda x: np.clip(x, [-1.5, 0, 0, 0], 3.0), m()),
    "nan_to_num": (np.nan_to_num, Curve(HOLES)),
    "nan_to_num-numbers": (lambda x, s: np.nan_to_num(x, nan=s), Curve(HOLES), Curve(2.0, 1)),
    "nan_to_num-inf": (
        lambda x: np.nan_to_num(x, posinf=4.0, neginf=-4.0),
        Curve([np.inf, 1.0, -np.inf, np.nan]),
    ),
    "nan_to_num-complex": (np.nan_to_num, Curve([1 + 2j, 3j, 4])),
    "piecewise": (lambda x: np.piecewise(x, [x < 0, x > 3], [np.sin, lambda t: t * t, 7.0]), m()),
    "piecewise-no-default": (lambda x: np.piecewise(x, [x < 0], [lambda t, k: k * t], 3.0), m()),
    "piecewise-keyword": (
        lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t, k=1: k * t, 0.0], k=5),
        v(),
    ),
    "piecewise-scalar": (
        lambda x: np.piecewise(x, [x > 1, x <= 1], [lambda t: t**3, -1]),
        Curve(2),
    ),
    "piecewise-number": (
        lambda x, s: np.piecewise(x, [x < 0], [s, lambda t: t * s]),
        v(),
        Curve(2),
    ),
    "round": (np.round, Curve([1.2, 2.7, -3.3])),
    "around": (lambda x: np.around(x, 1), Curve([1.22, 2.77, -3.33], size=0.01)),
    "fix": (np.fix, Curve([1.2, 2.7, -3.3])),
    "trim_zeros": (np.trim_zeros, Curve([0.0, 0.0, 1.0, 0.0, 2.0, 0.0], size=0.0)),
    "trim_zeros-front": (lambda x: np.trim_zeros(x, "f"), Curve([0.0, 1.0, 0.0], size=0.0)),
}  # fmt: skip


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


# Ties ---------------------------------------------------------------------------------


def numbers(*parts):
    """The same coefficients as a Dual, a Taylor and a HyperDual (d1 only)."""
    parts = np.array(parts, dtype=float)
    third = np.stack([parts[0], parts[1], 0 * parts[0], 0 * parts[0]])
    return ta.Dual(*parts), make(taylor(3), third), make(hyperdual(), third)


@pytest.mark.parametrize("function", [np.max, np.amax, np.nanmax])
def test_tied_maxima_share_alike(function):
    for x in numbers([3.0, 1.0, 3.0, 3.0], [1.0, 20.0, 3.0, 5.0]):
        y = function(x)
        assert y.value == 3.0
        assert y.parts[1] == 3.0
        assert not np.any(y.parts[2:])


def test_the_value_of_a_tie_is_not_an_average():
    assert np.max(ta.Dual([0.1] * 3, 1.0)).value == 0.1


def test_initial_takes_part_in_a_tie():
    x = ta.Dual([3.0, 3.0, 1.0], [1.0, 2.0, 9.0])
    assert np.max(x, initial=ta.Dual(3.0, 6.0)).tangent == 3.0
    assert np.max(x, initial=3.0).tangent == 1.0
    assert np.min(x, initial=ta.Dual(1.0, 1.0)).tangent == 5.0


def test_ties_by_column_with_kept_axes():
    x = ta.Dual([[1.0, 2.0], [1.0, 0.0]], [[4.0, 5.0], [6.0, 7.0]])
    y = np.max(x, axis=0, keepdims=True)
    np.testing.assert_array_equal(y.tangent, [[5.0, 5.0]])
    np.testing.assert_array_equal(np.min(x, axis=1).tangent, [4.0, 7.0])


def test_ptp_of_equal_elements():
    y = np.ptp(ta.Dual([2.0, 2.0], [1.0, 5.0]))
    assert (y.value, y.tangent) == (0.0, 0.0)


def test_sort_is_stable_at_ties():
    x = ta.Dual([2.0, 1.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0])
    for kind in (None, "quicksort", "heapsort", "stable", "mergesort"):
        np.testing.assert_array_equal(np.sort(x, kind=kind).tangent, [2.0, 4.0, 1.0, 3.0])
    np.testing.assert_array_equal(np.partition(x, 1).tangent[:2], [2.0, 4.0])


def test_clip_at_a_bound_follows_the_argument():
    x = ta.Dual([0.0, 1.0, -1.0, 2.0], [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(np.clip(x, 0.0, 1.0).tangent, [1.0, 2.0, 0.0, 0.0])
    bound = ta.Dual(0.0, 7.0)
    np.testing.assert_array_equal(np.clip(x, bound, 1.0).tangent, [1.0, 2.0, 7.0, 0.0])


# nan, infinity, zero, nothing ---------------------------------------------------------


@pytest.mark.parametrize("function", [np.max, np.min, np.ptp])
def test_nan_decides(function):
    x = ta.Dual([[1.0, np.nan, 2.0], [1.0, 5.0, 2.0]], 1.0)
    y = function(x, axis=1)
    np.testing.assert_array_equal(np.isnan(y.value), [True, False])
    np.testing.assert_array_equal(np.isnan(y.tangent), [True, False])


def test_nan_is_passed_over():
    x = ta.Dual([[np.nan, np.nan], [np.nan, 1.0]], [[1.0, 2.0], [3.0, 4.0]])
    for function in (np.nanmax, np.nanmin):
        with pytest.warns(RuntimeWarning):
            y = function(x, axis=1)
        np.testing.assert_array_equal(y.value, [np.nan, 1.0])
        np.testing.assert_array_equal(y.tangent, [np.nan, 4.0])


def test_infinite_neighbours_do_not_leak():
    x = ta.Dual([np.inf, 1.0, 2.0, -np.inf, 3.0], [np.nan, 1.0, 2.0, np.inf, 3.0])
    assert np.max(x[1:]).tangent == 3.0
    np.testing.assert_array_equal(np.sort(x).tangent, [np.inf, 1.0, 2.0, 3.0, np.nan])
    y = np.max(ta.Dual([np.inf, np.inf], [1.0, 3.0]))
    assert (y.value, y.tangent) == (np.inf, 2.0)


def test_sort_puts_nan_last_with_its_derivative():
    y = np.sort(ta.Dual([np.nan, 2.0, 1.0], [1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(y.tangent, [3.0, 2.0, 1.0])


def test_the_branch_that_is_not_taken_leaves_no_trace():
    x = ta.Dual([0.0, 4.0], [1.0, 1.0])
    with np.errstate(all="ignore"):
        bad = np.log(x) - np.log(x)
    y = np.where(x.value > 0, x, bad)
    np.testing.assert_array_equal(np.isnan(y.tangent), [True, False])
    assert not np.any(np.isnan(np.where([True, True], x, bad).parts))
    assert not np.any(np.isnan(np.select([[True, True]], [x], bad).parts))
    assert not np.any(np.isnan(np.choose([0, 0], [x, bad]).parts))
    y = np.where([True, False], 2.0, bad)
    assert y.tangent[0] == 0.0


def test_nan_to_num_has_no_derivative_where_it_replaces():
    x = ta.Dual([np.nan, np.inf, -np.inf, 1.0], [1.0, 2.0, np.nan, 4.0])
    y = np.nan_to_num(x)
    np.testing.assert_array_equal(y.value, np.nan_to_num(x.value))
    np.testing.assert_array_equal(y.tangent, [0.0, 0.0, 0.0, 4.0])
    assert np.isnan(x.value[0])
    assert np.nan_to_num(x, copy=False) is x
    np.testing.assert_array_equal(x.tangent, [0.0, 0.0, 0.0, 4.0])


def test_nan_to_num_of_complex_replaces_by_part():
    value = np.array([complex(np.nan, 3.0), complex(1.0, np.inf)])
    y = np.nan_to_num(ta.Dual(value, [1 + 2j, 3 + 4j]))
    np.testing.assert_array_equal(y.value, np.nan_to_num(value))
    np.testing.assert_array_equal(y.tangent, [2j, 3])


@pytest.mark.parametrize("bound", ["a_min", "a_max"])
def test_clip_with_nan(bound):
    x = ta.Dual([np.nan, 1.0], [1.0, 2.0])
    y = np.clip(x, **{"a_min": None, "a_max": None, bound: np.nan})
    assert np.all(np.isnan(y.value))
    assert np.isnan(np.clip(x, 0.0, 5.0).value[0])


def test_empty():
    x = ta.Dual(np.ones((3, 0)), 1.0)
    for function in (np.max, np.min, np.nanmax):
        with pytest.raises(ValueError):
            function(x)
        assert function(x, axis=0).shape == (0,)
    np.testing.assert_array_equal(np.max(x, axis=1, initial=2.0).value, [2.0] * 3)
    assert np.max(x, axis=1, initial=ta.Dual(2.0, 5.0)).tangent.tolist() == [5.0] * 3
    assert np.clip(x, 0, 1).shape == (3, 0)
    assert np.where(True, x, 0.0).shape == (3, 0)


def test_trim_zeros_goes_by_the_value():
    x = ta.Dual([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], 1.0)
    assert np.trim_zeros(x[1]).shape == (1,)
    assert np.trim_zeros(x[1], "b").tangent.tolist() == [1.0, 1.0]
    assert np.trim_zeros(x[0]).shape == (0,)
    if np.lib.NumpyVersion(np.__version__) >= "2.2.0":
        assert np.trim_zeros(x).shape == (1, 1)
        assert np.trim_zeros(x, axis=0).shape == (1, 3)
        assert np.trim_zeros(x, "f", axis=1).shape == (3, 2)


def test_rounding_has_no_derivative():
    for function in (np.round, np.around, np.fix):
        y = function(ta.Dual([1.4, np.nan, np.inf], 2.0))
        np.testing.assert_array_equal(y.value, [1.0, np.nan, np.inf])
        np.testing.assert_array_equal(y.tangent, 0.0)
    assert round(ta.Dual(2.34, 1.0), 1) == 2.3


# Kinds of coefficients ----------------------------------------------------------------


@pytest.mark.parametrize(
    "function",
    [
        np.max, np.min, np.ptp, np.sort, np.round, np.fix, np.nan_to_num,
        lambda x: np.clip(x, 0, 2),
        lambda x: np.where(x > 1, x, 0.0), lambda x: np.select([x > 1], [x], 0.0),
    ],
)  # fmt: skip
def test_float32_stays(function):
    x = ta.Dual(np.array([1.0, 3.0, 2.0], np.float32), np.float32(1.0))
    assert function(x).dtype == np.float32


def test_fractions_stay_exact():
    third = Fraction(1, 3)
    x = ta.Dual(
        np.array([third, 2 * third, 5 * third, third], object),
        np.array([Fraction(1), Fraction(2), Fraction(3), Fraction(5)], object),
    )
    assert np.max(x).tangent == 3
    assert np.min(x).tangent == 3
    assert np.sort(x).tangent.tolist() == [1, 5, 2, 3]
    assert np.where([True, False, True, False], x, 0).tangent.tolist() == [1, 0, 3, 0]
    assert np.clip(x, third, third).value.tolist() == [third] * 4


def test_mpmath_coefficients():
    x = ta.Dual(np.array([mpmath.mpf(1), mpmath.mpf(3)], object), np.array([2, 4], object))
    assert np.max(x).tangent == 4
    assert np.sort(x)[0].tangent == 2


def test_an_object_array_of_scalars_is_repacked():
    x = ta.Dual([1.0, 3.0], [5.0, 7.0])
    y = np.where([True, False], np.array([x[1], x[0]], object), x)
    assert isinstance(y, Number)
    np.testing.assert_array_equal(y.tangent, [7.0, 7.0])
    np.testing.assert_array_equal(np.clip(x, [x[1], x[1]], None).tangent, [7.0, 7.0])


def test_out_receives_the_result():
    x = ta.Dual([[3.0, 1.0], [2.0, 5.0]], [[1.0, 2.0], [3.0, 4.0]])
    out = np.zeros_like(x[0])
    assert np.max(x, axis=0, out=out) is out
    np.testing.assert_array_equal(out.parts, [[3.0, 5.0], [1.0, 4.0]])
    np.median(x, 0, out)
    np.testing.assert_array_equal(out.parts, [[2.5, 3.0], [2.0, 3.0]])
    np.quantile(x, 1.0, 1, out, False, "lower")
    np.testing.assert_array_equal(out.parts, [[3.0, 5.0], [1.0, 4.0]])
    view = x[0]
    np.clip(x, 0.0, 2.5, out=x)
    np.testing.assert_array_equal(view.tangent, [0.0, 2.0])


def test_a_view_is_not_written_to():
    x = ta.Dual([3.0, 1.0], [1.0, 2.0])
    for function in (np.sort, np.clip, np.nan_to_num, np.unique, np.cumprod):
        y = function(x, 0.0, 9.0) if function is np.clip else function(x)
        y[...] = 7.0
        np.testing.assert_array_equal(x.parts, [[3.0, 1.0], [1.0, 2.0]])


# Misuse -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.where(True, x), ValueError),
        (lambda x: np.sort(x, axis=3), np.exceptions.AxisError),
        (lambda x: np.sort(x, order="f"), ValueError),
        (lambda x: np.sort(x, kind="bogo"), ValueError),
        (lambda x: np.sort(x[0]), np.exceptions.AxisError),
        (lambda x: np.max(x, axis=1), np.exceptions.AxisError),
        (lambda x: np.max(x, where=[True, False, True]), ValueError),
        (lambda x: np.max(x, size=3), TypeError),
        (lambda x: np.partition(x, 7), ValueError),
        (lambda x: np.clip(x, 0, 1, casting="unsafe"), TypeError),
        (lambda x: np.clip(x, 0, 1, where=[True, False, True]), TypeError),
        (lambda x: np.clip(x, 0, 1, min=0), ValueError),
        (lambda x: np.select([x], [x]), TypeError),
        (lambda x: np.select([x > 0], [x, x]), ValueError),
        (lambda x: np.choose([5, 0, 0], [x]), ValueError),
        (lambda x: np.piecewise(x, [x > 0], [1, 2, 3]), ValueError),
        (lambda x: np.trim_zeros(x, "x"), ValueError),
        (lambda x: np.round(x, 1, out=np.zeros(3)), TypeError),
        (lambda x: np.max(x, out=np.zeros(())), TypeError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
