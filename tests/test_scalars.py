"""Scalars: what their short ways through C give is what the general ways give.

Each has a general way beside it: an array of one point, an operand that is not a float, a
subclass, or the standard library; the derivatives of powers have mpmath.
"""

from __future__ import annotations

import copy
import itertools
import math
import operator
import pickle
import sys
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import EPS

import taylorad as ta
from taylorad import math as taylorad_math

ORDERS = [1, 2, 3, 8, 40]


class Mine(ta.Dual):
    """A user's own class of numbers."""

    notes: list[str]


class Bare(ta.Dual):
    """One that has no attributes."""

    __slots__ = ()


def variable(x: float, order: int) -> Any:
    return ta.Dual(x, 1.0) if order == 1 else ta.Taylor.variable(x, order)


# --- Construction ------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [ta.Dual, ta.HyperDual])
@pytest.mark.parametrize(
    "first", [2.5, 3, -3, np.float64(2.5), True, np.int64(3), 2**53 + 1, 2**63, 2**70]
)
@pytest.mark.parametrize("second", [(), (1.0,), (1,), (np.float64(0.5),)])
def test_a_scalar_from_any_numbers(cls: Any, first: Any, second: Any) -> None:
    x = cls(first, *second)
    array = cls(np.array([first], float), *second)
    assert type(x) is cls
    assert x.shape == ()
    assert x.dtype == float
    assert_array_equal(x.parts, array.parts[:, 0])


@pytest.mark.parametrize("cls", [ta.Dual, ta.HyperDual])
def test_special_values_as_coefficients(cls: Any) -> None:
    for bad in (math.nan, math.inf, -math.inf, -0.0, 5e-324):
        assert_array_equal(cls(bad, bad).parts[:2], [bad, bad])
        assert math.copysign(1.0, cls(bad).value) == math.copysign(1.0, bad)


def test_the_arguments_of_constructors() -> None:
    assert ta.Dual(np.float32(2.0), 1).dtype == np.float32
    assert_array_equal(ta.Dual(value=2.0, tangent=1.0).parts, [2.0, 1.0])
    assert_array_equal(ta.Dual(2.0, tangent=1.0).parts, [2.0, 1.0])
    assert_array_equal(ta.HyperDual(2.0, d2=1.0).parts, [2.0, 0.0, 1.0, 0.0])
    assert_array_equal(ta.Taylor.variable(np.float64(2.0), 2, direction=3).parts, [2.0, 3.0, 0.0])
    for wrong in (
        lambda: ta.Dual(),  # type: ignore[call-arg]
        lambda: ta.Dual(1.0, 2.0, 3.0),  # type: ignore[call-arg]
        lambda: ta.Dual(1.0, slope=2.0),  # type: ignore[call-arg]
        lambda: ta.HyperDual(1.0, 2.0, 3.0, 4.0, 5.0),  # type: ignore[call-arg]
        lambda: ta.Dual("1.0"),
        lambda: ta.Dual(None),
    ):
        with pytest.raises(TypeError):
            wrong()


def test_a_class_of_the_user() -> None:
    x = Mine(2.0, 1.0)
    for y in (x, x * x, x + 1, 2 / x, -x, x**2, x**2.5, np.sin(x), taylorad_math.exp(x)):
        assert type(y) is Mine
    assert type(x * ta.Dual(2.0, 1.0)) is Mine
    assert_array_equal((x * x).parts, [4.0, 4.0])
    assert x.tangent == 1.0


def test_copies_of_a_class_of_the_user() -> None:
    x = Mine(2.0, 1.0)
    x.notes = ["first"]
    for y in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert type(y) is Mine
        assert_array_equal(y.parts, [2.0, 1.0])
        assert y.notes == ["first"]
    assert copy.copy(x).notes is x.notes
    assert copy.deepcopy(x).notes is not x.notes
    bare = Bare(2.0, 1.0)
    for y in (copy.copy(bare), copy.deepcopy(bare), pickle.loads(pickle.dumps(bare))):
        assert type(y) is Bare and y.tangent == 1.0


class Reflected(ta.Dual):
    """One whose reflected operator comes first, as Python has it for subclasses."""

    def __radd__(self, other: Any) -> Any:
        return "mine"


def test_the_operators_of_a_subclass_come_first() -> None:
    assert ta.Dual(1.0, 1.0) + Reflected(1.0, 1.0) == "mine"
    assert 1.0 + Reflected(1.0, 1.0) == "mine"


# --- Operators ---------------------------------------------------------------------------

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv]
FLOATS = [2.5, -3, 0.0, 2**60, np.float64(2.5), np.float64(-0.0), math.inf, math.nan]


@pytest.mark.parametrize("combine", OPERATORS)
@pytest.mark.parametrize("plain", FLOATS, ids=repr)
@pytest.mark.parametrize("order", ORDERS)
def test_a_plain_operand_on_either_side(combine: Any, plain: Any, order: int) -> None:
    x, array = variable(0.7, order), variable(0.7, order) + np.zeros(1)
    with np.errstate(all="ignore"):
        for ours, general in (
            (combine(x, plain), combine(array, plain)),
            (combine(plain, x), combine(plain, array)),
        ):
            assert type(ours) is type(x)
            assert_allclose(ours.parts, general.parts[:, 0], rtol=1e-15, atol=0)


@pytest.mark.parametrize("combine", OPERATORS)
@pytest.mark.parametrize("order", ORDERS)
def test_an_integer_that_no_float_holds(combine: Any, order: int) -> None:
    x = ta.Taylor.variable(2.0, order)
    for a, b in ((x, 10**400), (-(10**400), x)):
        with pytest.raises(OverflowError, match="int too large"):
            combine(a, b)


@pytest.mark.parametrize("ufunc", [np.add, np.subtract, np.multiply, np.divide, np.power])
def test_ufuncs_are_the_operators(ufunc: Any) -> None:
    operators = dict(zip("add subtract multiply divide".split(), OPERATORS, strict=True))
    combine = operators.get(ufunc.__name__, operator.pow)
    for a, b in ((ta.Dual(0.7, 1.0), 2.5), (2.5, ta.Dual(0.7, 1.0)), (ta.Dual(0.7, 1.0),) * 2):
        assert_array_equal(ufunc(a, b).parts, combine(a, b).parts)


def test_array_ufunc_by_hand() -> None:
    x = ta.Dual(0.7, 1.0)
    assert_array_equal(x.__array_ufunc__(np.exp, "__call__", x).parts, np.exp(x).parts)
    assert_array_equal(x.__array_ufunc__(np.add, "__call__", 1.0, x).parts, (1.0 + x).parts)
    assert np.add(x, 1.0, dtype=np.float64).value == 1.7
    with pytest.raises(TypeError):
        x.__array_ufunc__(np.exp)
    with pytest.raises(TypeError):
        np.exp(x, nonsense=1)


def test_truth_values_are_numpy_s_where_an_operand_is() -> None:
    x = ta.Dual(0.7, 1.0)
    assert type(x < 1.0) is bool
    assert type(x < np.float64(1.0)) is np.bool_
    assert not ~(x < np.float64(1.0))


# --- Powers ------------------------------------------------------------------------------

EXPONENTS = [2, 3, 4, 2.0, 3.0, -1, -1.0, 0.5, -0.5, 2.5, 5, 7.0, -2, -6, 41, np.float64(1.5), 0, 1]


@pytest.mark.parametrize("p", EXPONENTS, ids=repr)
@pytest.mark.parametrize("x", [0.7, 3.0, 1e-3, 250.0])
@pytest.mark.parametrize("order", [1, 2, 8])
def test_powers(p: Any, x: float, order: int) -> None:
    got = (variable(x, order) ** p).parts
    with mpmath.workdps(50):
        exact = [mpmath.binomial(p, k) * mpmath.mpf(x) ** (p - k) for k in range(order + 1)]
    assert_allclose(got, np.array(exact, float), rtol=1e-14 * (1 + abs(p)), atol=0)
    assert_allclose(np.power(variable(x, order), p).parts, got, rtol=0, atol=0)


@pytest.mark.parametrize("x", [0.0, -0.7, -2.0])
@pytest.mark.parametrize("p", [2, 3, 4, 2.0, 5, 1, 0])
@pytest.mark.parametrize("order", [1, 8])
def test_whole_powers_where_the_value_is_not_positive(x: float, p: Any, order: int) -> None:
    got = (variable(x, order) ** p).parts
    exact = [math.comb(int(p), k) * x ** int(p - k) if k <= p else 0.0 for k in range(order + 1)]
    assert_allclose(got, exact, rtol=1e-14, atol=0)


def test_powers_beyond_the_floats() -> None:
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert (ta.Dual(1e200, 1.0) ** 2.5).value == np.inf
    assert_array_equal((ta.Dual(1e-200, 1.0) ** 2.5).parts, [0.0, 2.5e-300])


# --- Functions ---------------------------------------------------------------------------


def test_sine_and_cosine_are_those_of_the_standard_library() -> None:
    random = np.random.default_rng(3)
    points = np.concatenate([random.normal(size=300) * 10.0**k for k in range(-8, 16, 3)])
    for x in points.tolist():
        s, c = taylorad_math.sin(ta.Dual(x, 1.0)), taylorad_math.cos(ta.Dual(x, 1.0))
        assert_allclose(s.parts, [math.sin(x), math.cos(x)], rtol=EPS, atol=0)
        assert_allclose(c.parts, [math.cos(x), -math.sin(x)], rtol=EPS, atol=0)


def test_functions_of_a_float64_are_floats() -> None:
    for name in ("sin", "exp", "log", "sqrt", "atan"):
        got = getattr(taylorad_math, name)(np.float64(0.7))
        assert type(got) is float
        assert got == getattr(math, name)(0.7)


# --- Parts -------------------------------------------------------------------------------


def test_parts_are_float64() -> None:
    h, t = ta.HyperDual(0.7, 1, 2, 3), ta.Taylor.variable(0.7, 12)
    for part in (h.value, h.d1, h.d2, h.d12, h.part(3), t.value, ta.Dual(1.0).tangent, t.part(12)):
        assert type(part) is np.float64
    assert [h.value, h.d1, h.d2, h.d12] == [0.7, 1.0, 2.0, 3.0]


def test_nothing_is_left_behind() -> None:
    algebra, ufunc = ta.Dual(0.7, 1.0).algebra, np.sin

    def counts() -> list[int]:
        return [sys.getrefcount(item) for item in (algebra, ufunc, ta.Dual)]

    def work(rounds: int) -> None:
        for _ in itertools.repeat(None, rounds):
            x = ta.Dual(0.7, 1)
            y = (ufunc(x) * x + 1) / (x - np.float64(2)) ** 2 + taylorad_math.exp(x) ** 2.5
            assert y.value == y.value
            assert y.tangent != 0.0
            with pytest.raises(TypeError):
                ta.Dual(x)
            with pytest.raises(TypeError):
                x + "1"

    work(3)
    before = counts()
    work(50)
    assert counts() == before
