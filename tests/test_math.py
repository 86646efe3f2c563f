"""`taylorad.math`: the standard module on floats, derivatives on numbers, NumPy on arrays."""

from __future__ import annotations

import math as standard
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta
from taylorad import math

VALUES = [
    -np.inf,
    -1e300,
    -745.5,
    -100.0,
    -2.5,
    -1.0,
    -0.5,
    -1e-18,
    -0.0,
    0.0,
    1e-300,
    1e-18,
    0.25,
    0.5,
    1.0,
    1.0000001,
    2.0,
    2.5,
    10.0,
    171.5,
    709.5,
    1e16,
    1e300,
    np.inf,
    np.nan,
]
# Functions of one float, on floats and with derivatives.
SMOOTH = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "degrees", "exp",
    "exp2", "expm1", "fabs", "log", "log10", "log1p", "log2", "radians", "sin", "sinh", "sqrt",
    "tan", "tanh",
]  # fmt: skip
STEPS = ["ceil", "floor", "trunc"]
SPECIAL = ["erf", "erfc", "gamma", "lgamma"]
TESTS = ["isfinite", "isinf", "isnan"]
# Functions of integers, or of nothing that has derivatives: passed through.
DISCRETE = ["comb", "factorial", "gcd", "isqrt", "lcm", "perm", "ulp"]


def outcome(f: Any, *args: Any) -> Any:
    """What a call gives, or the class and text of its error."""
    try:
        result = f(*args)
    except (ValueError, OverflowError, ZeroDivisionError, TypeError) as error:
        return type(error), str(error)
    return result


def assert_same(got: Any, want: Any) -> None:
    assert type(got) is type(want)
    if isinstance(want, tuple):
        assert len(got) == len(want)
        for one, two in zip(got, want, strict=True):
            assert_same(one, two)
    elif isinstance(want, float):
        assert_array_equal(got, want)
        assert np.signbit(got) == np.signbit(want) or np.isnan(want)
    else:
        assert got == want


# The names


def test_every_name_of_the_standard_module() -> None:
    missing = [
        name
        for name in dir(standard)
        if not name.startswith("_") and name not in SPECIAL and not hasattr(math, name)
    ]
    assert missing == []


def test_special_functions_are_there_or_not_but_never_drop_derivatives() -> None:
    for name in SPECIAL:
        function = getattr(math, name, None)
        if function is not None:
            assert function(0.5) == pytest.approx(getattr(standard, name)(0.5), rel=1e-15)
            result = function(ta.Dual(0.5, 1.0))
            assert isinstance(result, ta.Dual)
            assert result.tangent != 0


@pytest.mark.parametrize("name", ["e", "pi", "tau", "inf"])
def test_constants(name: str) -> None:
    assert getattr(math, name) == getattr(standard, name)
    assert standard.isnan(math.nan)


# On floats: the standard module, errors included


@pytest.mark.parametrize("name", [*SMOOTH, *STEPS, *TESTS])
@pytest.mark.parametrize("x", VALUES)
def test_floats(name: str, x: float) -> None:
    got, want = (outcome(getattr(module, name), x) for module in (math, standard))
    if name == "exp2" and isinstance(want, float) and np.isfinite(want):
        assert got == pytest.approx(want, rel=4e-16)
        return
    assert_same(got, want)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("x", [0, 1, True, 2, -3, Fraction(1, 2), np.float64(0.5), np.float32(0.5)])
def test_other_real_numbers(name: str, x: Any) -> None:
    with np.errstate(all="ignore"):
        got, want = (outcome(getattr(module, name), x) for module in (math, standard))
    if isinstance(want, tuple) and isinstance(x, np.generic):
        return  # a NumPy scalar may be answered as NumPy does
    if isinstance(want, tuple):
        assert_same(got, want)
    else:
        assert_allclose(got, want, rtol=4e-16 if not isinstance(x, np.float32) else 2e-7)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("x", ["1", None, [1.0, "a"], 1j, {}])
def test_arguments_that_make_no_sense(name: str, x: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        getattr(math, name)(x)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_wrong_number_of_arguments(name: str) -> None:
    with pytest.raises(TypeError):
        getattr(math, name)()
    with pytest.raises(TypeError):
        getattr(math, name)(1.0, 2.0, 3.0)


PAIRS = ["atan2", "copysign", "dist", "fmod", "hypot", "ldexp", "nextafter", "pow", "remainder"]
SOME = [-np.inf, -2.5, -2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 1e200, np.inf, np.nan]


@pytest.mark.parametrize("name", [name for name in PAIRS if name not in ("dist", "ldexp")])
def test_two_floats(name: str) -> None:
    for x in SOME:
        for y in SOME:
            got, want = (outcome(getattr(module, name), x, y) for module in (math, standard))
            assert_same(got, want)


def test_other_functions_on_floats() -> None:
    for name, arguments in [
        ("ldexp", (0.75, 3)),
        ("ldexp", (0.75, 5000)),
        ("frexp", (6.5,)),
        ("frexp", (np.inf,)),
        ("modf", (-2.75,)),
        ("modf", (np.inf,)),
        ("log", (8.0, 2.0)),
        ("log", (8.0, 0.0)),
        ("log", (8, 1)),
        ("log", (10**400,)),
        ("log2", (2**2000,)),
        ("log10", (10**400,)),
        ("dist", ((1.0, 2.0), (4.0, 6.0))),
        ("dist", ((1.0,), (4.0, 6.0))),
        ("hypot", (3.0, 4.0, 12.0)),
        ("hypot", ()),
        ("hypot", (-3.0,)),
        ("hypot", (1e200, 1e200)),
        ("fsum", ([0.1] * 10,)),
        ("fsum", ([1e100, 1.0, -1e100],)),
        ("fsum", ([],)),
        ("prod", ([2.0, 3.0],)),
        ("prod", ([],)),
        ("prod", ([2, 3],)),
        ("isclose", (1.0, 1.0 + 1e-12)),
        ("isclose", (1.0, 1.1)),
        ("ceil", (2.5,)),
        ("floor", (-2.5,)),
        ("floor", (3,)),
        ("trunc", (-2.5,)),
        ("factorial", (5,)),
        ("factorial", (-1,)),
        ("comb", (5, 2)),
        ("perm", (5, 2)),
        ("gcd", (12, 18)),
        ("lcm", (4, 6)),
        ("isqrt", (17,)),
        ("ulp", (1.0,)),
        ("pow", (0.0, -1.0)),
        ("pow", (-8.0, 1 / 3)),
        ("exp", (1000.0,)),
        ("cosh", (1000.0,)),
    ]:
        got, want = (outcome(getattr(module, name), *arguments) for module in (math, standard))
        if isinstance(want, float) and np.isfinite(want):
            assert got == pytest.approx(want, rel=4e-16), name
        else:
            assert_same(got, want)
    assert math.prod([2.0, 3.0], start=5.0) == 30
    assert math.isclose(1.0, 1.05, rel_tol=0.1)
    assert math.isclose(0.0, 0.05, abs_tol=0.1)


# With derivatives: those of the NumPy function


NUMPY = {
    name: getattr(np, {"a": "arc"}.get(name[0], name[0]) + name[1:])
    for name in ("acos", "acosh", "asin", "asinh", "atan", "atanh")
}
NUMPY |= {name: getattr(np, name) for name in SMOOTH if name not in NUMPY}
NUMBERS = {
    "dual": lambda x: ta.Dual(x, 2.0),
    "hyperdual": lambda x: ta.HyperDual(x, 2.0, 3.0, 4.0),
    "taylor 1": lambda x: ta.Taylor([x, 2.0]),
    "taylor 5": lambda x: ta.Taylor([x, 2.0, -1.0, 0.5, 0.25, 3.0]),
    "float32": lambda x: ta.Dual(np.float32(x), np.float32(2)),
    "array": lambda x: ta.Taylor(np.array([[x, x + 0.25], [1.0, 2.0], [3.0, 4.0]])),
}


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("name", SMOOTH)
def test_numbers(name: str, kind: str) -> None:
    for x in (1.25, 30.0) if name == "acosh" else (0.3, 0.6):
        number = NUMBERS[kind](x)
        got, want = getattr(math, name)(number), NUMPY[name](number)
        assert type(got) is type(want)
        assert got.dtype == want.dtype
        assert_allclose(got.parts, want.parts, rtol=1e-6 if kind == "float32" else 2e-14)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_against_differences(name: str) -> None:
    x = 1.75 if name == "acosh" else 0.35
    h = 1e-6
    f = getattr(standard, name)
    difference = (f(x + h) - f(x - h)) / (2 * h)
    assert getattr(math, name)(ta.Dual(x, 1.0)).tangent == pytest.approx(difference, rel=1e-8)


@pytest.mark.parametrize("name", SMOOTH)
def test_errors_of_numbers_are_those_of_floats(name: str) -> None:
    for x in VALUES:
        want = outcome(getattr(standard, name), x)
        with np.errstate(all="ignore"):
            got = outcome(getattr(math, name), ta.Dual(x, 1.0))
        if isinstance(want, tuple):
            assert isinstance(got, tuple), (x, got)
            assert got[0] is want[0]
        else:
            assert isinstance(got, ta.Dual)
            assert_allclose(got.value, want, rtol=4e-16)


@pytest.mark.parametrize("name", SMOOTH)
def test_arrays(name: str) -> None:
    x = np.array([1.25, 3.0]) if name == "acosh" else np.array([0.25, 0.5])
    got = getattr(math, name)(x)
    assert type(got) is np.ndarray
    assert_allclose(got, NUMPY[name](x), rtol=4e-16)


def test_functions_of_several_numbers() -> None:
    x, y = ta.Dual(1.25, 1.0), ta.Dual(0.75, -2.0)
    for got, want in [
        (math.pow(x, y), x**y),
        (math.pow(x, 3), x**3),
        (math.pow(2.0, y), 2.0**y),
        (math.atan2(x, y), np.arctan2(x, y)),
        (math.atan2(1.0, y), np.arctan2(1.0, y)),
        (math.hypot(x, y), np.sqrt(x * x + y * y)),
        (math.hypot(x, 2.0, y), np.sqrt(x * x + 4 + y * y)),
        (math.hypot(-x), x),
        (math.dist([x, 1.0], [0.0, y]), np.sqrt(x * x + (1 - y) ** 2)),
        (math.log(x, 2), np.log2(x)),
        (math.log(10.0, x), np.log(10.0) / np.log(x)),
        (math.log(x, y), np.log(x) / np.log(y)),
        (math.fmod(x, y), x - y),
        (math.fmod(x, 0.5), x - 1.0),
        (math.remainder(x, 0.5), x - 1.0),
        (math.copysign(x, -1.0), -x),
        (math.fsum([x, 1.0, y]), x + y + 1),
        (math.prod([x, 2.0, y]), 2 * x * y),
        (math.prod([2.0], start=x), 2 * x),
        (math.ldexp(x, 3), 8 * x),
        (math.degrees(x), x * 180 / np.pi),
        (math.fabs(-x), x),
    ]:
        assert isinstance(got, ta.Dual)
        assert_allclose(got.parts, want.parts, rtol=1e-14)
    fraction, whole = math.modf(x)
    assert_allclose(fraction.parts, [0.25, 1])
    assert_allclose(whole.parts, [1, 0])
    mantissa, exponent = math.frexp(x)
    assert_allclose(mantissa.parts, [0.625, 0.5])
    assert exponent == 1


def test_steps_of_numbers() -> None:
    x = ta.Dual(2.5, 1.0)
    for name in STEPS:
        got = getattr(math, name)(x)
        assert ta.value(got) == getattr(standard, name)(2.5)
        assert not isinstance(got, ta.Dual) or got.tangent == 0


def test_predicates_of_numbers() -> None:
    x = ta.Dual(2.5, np.nan)
    assert math.isfinite(x)
    assert not math.isnan(x)
    assert math.isinf(ta.Dual(np.inf, 1.0))
    assert math.isclose(x, 2.5)
    assert math.isclose(x, ta.Dual(2.5, 1.0))
    assert not math.isclose(x, ta.Dual(3.5, 1.0))


def test_integer_functions_refuse_numbers() -> None:
    x = ta.Dual(3.0, 1.0)
    for call in (
        lambda: math.factorial(x),
        lambda: math.gcd(x, 2),
        lambda: math.isqrt(x),
        lambda: math.comb(x, 2),
        lambda: math.ulp(x),
    ):
        with pytest.raises(TypeError):
            call()


def test_mixed_arrays_and_numbers() -> None:
    x = ta.Dual(2.0, 1.0)
    got = math.pow(np.array([1.0, 2.0]), x)
    assert isinstance(got, ta.Dual)
    assert_allclose(got.value, [1, 4])
    assert_allclose(math.hypot(np.array([3.0, 0.0]), ta.Dual(4.0, 1.0)).tangent, [0.8, 1])


def test_a_function_of_the_module_inside_transforms() -> None:
    def f(x: Any) -> Any:
        return math.sin(x) * math.exp(-x * x / 2) + math.log1p(x * x) / math.sqrt(x + 2)

    x = 0.7
    t = ta.Taylor.variable(x, 4)
    want = np.sin(t) * np.exp(-t * t / 2) + np.log1p(t * t) / np.sqrt(t + 2)
    assert f(x) == pytest.approx(want.value, rel=1e-15)
    assert ta.derivative(f)(x) == pytest.approx(want.derivative(1), rel=1e-13)
    assert ta.derivative(ta.derivative(f))(x) == pytest.approx(want.derivative(2), rel=1e-13)
    assert ta.derivative(f, 4)(x) == pytest.approx(want.derivative(4), rel=1e-12)
    assert_allclose(ta.derivatives(f, 4)(np.array([x, x]))[:, 1], want.derivatives(), rtol=1e-12)


def test_object_coefficients() -> None:
    import mpmath

    with mpmath.mp.workdps(30):
        x = ta.Dual(mpmath.mpf("0.3"), mpmath.mpf(1))
        got = math.exp(x)
        assert abs(got.tangent - mpmath.exp(mpmath.mpf("0.3"))) < mpmath.mpf(10) ** -28
