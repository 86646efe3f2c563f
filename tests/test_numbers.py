"""The number types: ring laws, calculus of Taylor, mixing with everything else."""

from __future__ import annotations

import contextlib
import copy
import math
import operator
import pickle
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from oracles import EPS

import taylorad as ta
from taylorad.algebra import Algebra, hyperdual, taylor
from taylorad.transforms import derivative


def parts(x: Any) -> np.ndarray:
    return x.parts


def assert_same(got: Any, want: Any, **options: Any) -> None:
    """Equal class, shape and coefficients (to rounding if options say so)."""
    assert type(got) is type(want)
    assert got.shape == want.shape
    if options:
        assert_allclose(parts(got), parts(want), **options)
    else:
        assert_array_equal(parts(got), parts(want))


# Strategies

small = st.integers(-8, 8).map(lambda n: n / 4)
fractions = st.fractions(-5, 5, max_denominator=6)


def taylors(order: int = 4, elements: Any = small) -> Any:
    return st.lists(elements, min_size=order + 1, max_size=order + 1).map(ta.Taylor)


def duals(elements: Any = small) -> Any:
    return st.tuples(elements, elements).map(lambda row: ta.Dual(*row))


def hyperduals(elements: Any = small) -> Any:
    return st.tuples(*[elements] * 4).map(lambda row: ta.HyperDual(*row))


def arrays(order: int = 3) -> Any:
    return st.lists(small, min_size=3 * (order + 1), max_size=3 * (order + 1)).map(
        lambda row: ta.Taylor(np.array(row).reshape(order + 1, 3))
    )


KINDS = {"dual": duals, "hyperdual": hyperduals, "taylor": taylors, "array": arrays}
triples = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.tuples(*[KINDS[kind]()] * 3))
exact_triples = st.sampled_from(["dual", "hyperdual", "taylor"]).flatmap(
    lambda kind: st.tuples(*[KINDS[kind](elements=fractions)] * 3)
)


# Ring laws. Quarters of small integers: sums and products are exact, so are the laws.


@given(triples)
def test_ring_laws(numbers: tuple[Any, Any, Any]) -> None:
    a, b, c = numbers
    assert_same(a + b, b + a)
    assert_same((a + b) + c, a + (b + c))
    assert_same(a * b, b * a)
    assert_same((a * b) * c, a * (b * c))
    assert_same(a * (b + c), a * b + a * c)
    assert_same(a + 0, a)
    assert_same(a * 1, a)
    assert_same(a - b, a + (-b))
    assert_same(a - a, a * 0)
    assert_same(0 - (-a), a)
    assert_same(+a, a)
    assert_same(a**2, a * a)
    assert_same(a**3, a * a * a)
    assert_same(2 * a, a + a)
    assert_same(1 - a, -(a - 1))


@given(exact_triples)
def test_ring_laws_over_fractions(numbers: tuple[Any, Any, Any]) -> None:
    a, b, c = numbers
    assert_same((a + b) + c, a + (b + c))
    assert_same(a * b, b * a)
    assert_same((a * b) * c, a * (b * c))
    assert_same(a * (b + c), a * b + a * c)
    assert all(isinstance(part, Fraction) for part in parts(a * b))
    if a.value:
        assert_same(b / a * a, b)
        assert_same((b * a) / a, b)
        assert_same(a**-2 * a * a, a**0)
        assert all(isinstance(part, Fraction) for part in parts(b / a))


@given(triples)
def test_division_undoes_multiplication(numbers: tuple[Any, Any, Any]) -> None:
    a, b, _ = numbers
    b = b * b + 1  # away from zero
    assert_allclose(parts(a / b * b), parts(a), atol=1e-12 * (1 + np.abs(parts(a)).max()) * 100)
    assert_allclose(parts((a * b) / b), parts(a), atol=1e-10)
    assert_allclose(parts(1 / (1 / b)), parts(b), rtol=1e-9, atol=1e-8)


INVERSES = [
    (np.exp, np.log, -1.0, 1.0),
    (np.expm1, np.log1p, -0.5, 1.0),
    (np.exp2, np.log2, -1.0, 1.0),
    (np.sin, np.arcsin, -1.0, 1.0),
    (np.tan, np.arctan, -1.0, 1.0),
    (np.sinh, np.arcsinh, -1.0, 1.0),
    (np.tanh, np.arctanh, -0.7, 0.7),
    (np.cosh, np.arccosh, 0.5, 1.5),
    (np.cos, np.arccos, 0.5, 2.5),
    (np.square, np.sqrt, 0.5, 2.0),
    (lambda x: x**3, np.cbrt, 0.5, 2.0),
    (np.reciprocal, np.reciprocal, 0.5, 2.0),
    (np.degrees, np.radians, -2.0, 2.0),
]


@pytest.mark.parametrize(("f", "inverse", "low", "high"), INVERSES)
@given(data=st.data())
@settings(max_examples=20)
def test_a_function_undoes_its_inverse(
    f: Any, inverse: Any, low: float, high: float, data: st.DataObject
) -> None:
    x0 = data.draw(st.floats(low, high))
    kind = data.draw(st.sampled_from(["dual", "hyperdual", "taylor"]))
    rest = [data.draw(small) / 4 for _ in range(4)]
    x: Any = {
        "dual": lambda: ta.Dual(x0, rest[0]),
        "hyperdual": lambda: ta.HyperDual(x0, *rest[:3]),
        "taylor": lambda: ta.Taylor([x0, *rest]),
    }[kind]()
    assert_allclose(parts(inverse(f(x))), parts(x), rtol=1e-9, atol=1e-10)


ELEMENTARY = [
    np.exp,
    np.sin,
    np.arctan,
    np.arcsinh,
    np.tanh,
    lambda x: 1 / (x * x + 1),
    lambda x: np.sqrt(x * x + 1),
    lambda x: np.log1p(x * x) * np.cos(x),
    lambda x: (x * x + 1) ** 1.5,
    lambda x: 2.0**x,
    lambda x: np.sinc(x),
]


@pytest.mark.parametrize("f", ELEMENTARY)
def test_truncation_commutes(f: Any) -> None:
    x = ta.Taylor([0.7, 1.0, -0.5, 0.25, 2.0, -1.0, 0.5])
    for order in range(7):
        assert_same(f(x.truncate(order)), f(x).truncate(order), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("f", ELEMENTARY)
@pytest.mark.parametrize("x", [0.7, -1.25, np.array([0.7, -1.25, 0.1])])
def test_taylor_hyperdual_and_nesting_agree(f: Any, x: Any) -> None:
    t = f(ta.Taylor.variable(x, 3))
    h = f(ta.HyperDual(x, 1.0, 1.0))
    d = f(ta.Dual(x, 1.0))
    options = {"rtol": 1e-12, "atol": 1e-12}
    assert_allclose(d.value, t.coefficients[0], **options)
    assert_allclose(d.tangent, t.coefficients[1], **options)
    assert_allclose(h.d1, t.coefficients[1], **options)
    assert_allclose(h.d2, t.coefficients[1], **options)
    assert_allclose(h.d12, 2 * t.coefficients[2], **options)
    third = derivative(derivative(derivative(f)))(x)
    assert_allclose(third, t.derivative(3), rtol=1e-11, atol=1e-11)


# Construction and parts


def test_dual_parts() -> None:
    x = ta.Dual(2, 3)
    assert (x.value, x.tangent) == (2.0, 3.0)
    assert (x.shape, x.ndim, x.size, x.dtype) == ((), 0, 1, np.dtype(float))
    assert ta.Dual(2.0).tangent == 0
    assert ta.Dual(value=1.0, tangent=2.0).tangent == 2
    y = ta.Dual([1.0, 2.0], 1.0)
    assert_array_equal(y.tangent, [1, 1])
    assert (y.shape, y.ndim, y.size, len(y)) == ((2,), 1, 2, 2)
    z = ta.Dual(1.0, np.ones((2, 3)))
    assert z.value.shape == (2, 3)


def test_hyperdual_parts() -> None:
    x = ta.HyperDual(2.0, 3.0, d12=5.0)
    assert (x.value, x.d1, x.d2, x.d12) == (2, 3, 0, 5)
    assert ta.HyperDual(np.zeros((2, 1)), np.ones(3)).shape == (2, 3)


def test_taylor_parts() -> None:
    x = ta.Taylor([1.0, 2.0, 3.0])
    assert x.order == 2
    assert x.value == 1
    assert_array_equal(x.coefficients, [1, 2, 3])
    assert ta.Taylor([5.0]).order == 0
    assert ta.Taylor(np.zeros((3, 2, 4))).shape == (2, 4)
    y = ta.Taylor.variable([1.0, 2.0], 3, direction=[1.0, -1.0])
    assert_array_equal(y.coefficients, [[1, 2], [1, -1], [0, 0], [0, 0]])
    assert ta.Taylor.variable(2.0, 0).order == 0
    assert_array_equal(ta.Taylor.variable(2.0, 1).coefficients, [2, 1])
    assert ta.Taylor.variable(2.0, 3, np.ones(4)).shape == (4,)
    assert ta.Taylor.variable(2.0, 0, np.ones(4)).shape == (4,)
    assert ta.Taylor([1.0, [1.0, 2.0]]).shape == (2,)


def test_isinstance_of_scalars_and_arrays() -> None:
    for kind, one, many in [
        (ta.Dual, ta.Dual(1.0, 1.0), ta.Dual(np.ones(2), 1.0)),
        (ta.HyperDual, ta.HyperDual(1.0, 1.0), ta.HyperDual(np.ones(2), 1.0)),
        (ta.Taylor, ta.Taylor([1.0, 1.0]), ta.Taylor(np.ones((2, 2)))),
    ]:
        assert isinstance(one, kind)
        assert isinstance(many, kind)
        assert isinstance(many[0], kind)
        assert isinstance(one + many, kind)
        for other in {ta.Dual, ta.HyperDual, ta.Taylor} - {kind}:
            assert not isinstance(one, other)
            assert not isinstance(many, other)


def test_constructors_do_not_alias_their_arguments() -> None:
    value = np.ones(3)
    x = ta.Dual(value, 1.0)
    x[0] = 5.0
    assert value[0] == 1
    value[1] = 7.0
    assert x.value[1] == 1


# dtypes


def test_integers_and_booleans_promote() -> None:
    for given_ in (2, True, np.int32(2), np.uint8(2), np.array([1, 2]), [1, 2]):
        assert ta.Dual(given_, 1).dtype == np.float64
        assert ta.Taylor.variable(given_, 2).dtype == np.float64
    assert ta.Taylor(np.array([[1, 2], [3, 4]])).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_dtypes_stay(dtype: Any, shape: tuple[int, ...]) -> None:
    x = ta.Dual(np.full(shape, 2, dtype)[()], dtype(1))
    y = ta.Taylor.variable(np.full(shape, 2, dtype)[()], 4, dtype(1))
    for number in (x, y):
        assert number.dtype == dtype
        for result in (
            number + number,
            number * number,
            number / number,
            number - number,
            -number,
            number + 1,
            2 * number,
            1.5 / number,
            number**2,
            number**2.5,
            number**-1,
            2.0**number,
            np.exp(number),
            np.sin(number),
            np.sqrt(number),
            np.arctan(number),
            np.tanh(number),
            np.square(number),
        ):
            assert result.dtype == dtype, result
            assert result.parts.dtype == dtype


ELEMENTWISE = [
    np.absolute,
    np.arcsin,
    np.arctan,
    np.cbrt,
    np.ceil,
    np.exp,
    np.expm1,
    np.floor,
    np.log,
    np.log1p,
    np.reciprocal,
    np.rint,
    np.sign,
    np.sin,
    np.sinc,
    np.sqrt,
    np.square,
    np.tan,
    np.tanh,
    np.add,
    np.arctan2,
    np.copysign,
    np.divide,
    np.float_power,
    np.floor_divide,
    np.fmax,
    np.fmod,
    np.heaviside,
    np.hypot,
    np.logaddexp,
    np.maximum,
    np.minimum,
    np.multiply,
    np.power,
    np.remainder,
    np.subtract,
]


@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
def test_the_dtype_is_numpy_s(function: Any) -> None:
    single, double = np.float32(0.75), np.float64(0.75)
    values = [single, double, np.array([0.75, 0.5], np.float32), np.array([0.75, 0.5])]
    others: list[Any] = [2, 2.0, single, double, np.array([2.0], np.float32), np.array([2.0])]
    others += [np.array([2], np.int32), np.int64(2)]
    for value in values:
        x = ta.Dual(value, value)
        if getattr(function, "nin", 1) == 1:
            assert function(x).dtype == function(value).dtype
            continue
        assert function(x, x).dtype == function(value, value).dtype
        for other in others:
            if function is np.power and type(other) is np.int64:
                continue  # as exact as by a Python int, and as narrow
            assert function(x, other).dtype == function(value, other).dtype, (value, other)
            assert function(other, x).dtype == function(other, value).dtype, (other, value)


def test_float32_is_accurate_to_float32() -> None:
    x = np.float32(0.7)
    got = np.exp(np.sin(ta.Taylor.variable(x, 5, np.float32(1))))
    want = np.exp(np.sin(ta.Taylor.variable(float(x), 5)))
    assert got.dtype == np.float32
    assert_allclose(got.coefficients, want.coefficients, rtol=2e-6)


def test_widening() -> None:
    single = ta.Dual(np.ones(2, np.float32), np.float32(1))
    assert (single + np.ones(2)).dtype == np.float64
    assert (single * np.float64(2)).dtype == np.float64
    assert (single * 2.0).dtype == np.float32
    assert (single * 2).dtype == np.float32
    assert (single * np.float32(2)).dtype == np.float32
    assert (single + ta.Dual(np.ones(2), 1.0)).dtype == np.float64
    assert (single * 1j).dtype.kind == "c"
    double = ta.Dual(1.0, 1.0)
    assert (double * 1j).dtype == np.complex128
    assert (double + np.float32(1)).dtype == np.float64
    assert (double * (1 + 0j)).tangent == 1
    assert np.multiply(double, 2 + 3j).value == 2 + 3j


def test_fractions_stay_exact() -> None:
    x = ta.Taylor.variable(Fraction(1, 3), 4, Fraction(1))
    assert x.dtype == object
    y = (x**3 + 2 * x - 1) / (1 + x * x)
    assert all(isinstance(part, Fraction) for part in y.coefficients)
    # against the same by hand at another point of the same rational function
    assert y.value == (Fraction(1, 27) + Fraction(2, 3) - 1) / (1 + Fraction(1, 9))
    back = y * (1 + x * x)
    assert back.coefficients.tolist() == (x**3 + 2 * x - 1).coefficients.tolist()
    assert (x / 3).coefficients.tolist() == [Fraction(1, 9), Fraction(1, 3), 0, 0, 0]
    assert (Fraction(1, 2) + x).value == Fraction(5, 6)
    assert (Fraction(1, 2) - x).coefficients.tolist()[:2] == [Fraction(1, 6), -1]
    assert (Fraction(1, 2) / x).value == Fraction(3, 2)
    assert (x**-2).value == 9
    assert ta.Dual(Fraction(1, 3), Fraction(1)) == Fraction(1, 3)


def test_mpmath_coefficients() -> None:
    with mpmath.mp.workdps(40):
        x = ta.Taylor.variable(mpmath.mpf("0.3"), 5, mpmath.mpf(1))
        functions = [
            (np.exp, mpmath.exp),
            (np.sin, mpmath.sin),
            (np.log, mpmath.log),
            (np.sqrt, mpmath.sqrt),
            (np.arctan, mpmath.atan),
            (np.tanh, mpmath.tanh),
            (np.arcsin, mpmath.asin),
            (lambda z: z ** mpmath.mpf("2.5"), lambda z: z ** mpmath.mpf("2.5")),
            (lambda z: 1 / (1 + z * z), lambda z: 1 / (1 + z * z)),
        ]
        for ours, theirs in functions:
            got = ours(x)
            for k, want in enumerate(mpmath.taylor(theirs, mpmath.mpf("0.3"), 5)):
                assert abs(got.coefficients[k] - want) < mpmath.mpf(10) ** -24 * (1 + abs(want))
                assert isinstance(got.coefficients[k], mpmath.mpf)
        many = np.exp(ta.Dual(np.array([mpmath.mpf(1), mpmath.mpf(2)]), mpmath.mpf(1)))
        assert abs(many.tangent[1] - mpmath.exp(2)) < mpmath.mpf(10) ** -38


def test_complex_is_holomorphic() -> None:
    z = 0.3 + 0.4j
    got = np.exp(z * ta.Dual(z, 1.0)) / ta.Dual(z, 1.0)
    want = np.exp(z * z) * (z * z - 1) / z**2
    assert_allclose(got.tangent, want, rtol=1e-14)
    assert_allclose(np.sin(ta.HyperDual(z, 1, 1)).d12, -np.sin(z), rtol=1e-14)


# Taylor's calculus


def test_derivative_and_derivatives() -> None:
    y = np.exp(2 * ta.Taylor.variable(0.5, 6))
    for k in range(7):
        assert_allclose(y.derivative(k), 2**k * np.e, rtol=1e-14)
    assert_allclose(y.derivatives(), 2.0 ** np.arange(7) * np.e, rtol=1e-14)
    many = np.exp(2 * ta.Taylor.variable(np.full((2, 3), 0.5), 4))
    assert many.derivatives().shape == (5, 2, 3)
    assert_allclose(many.derivative(4), np.full((2, 3), 16 * np.e), rtol=1e-14)


def test_derivative_of_a_wrong_order() -> None:
    y = ta.Taylor.variable(0.5, 3)
    for order in (4, -1):
        with pytest.raises(ValueError, match=str(order)):
            y.derivative(order)
    for bad in (1.5, "1", None):
        with pytest.raises(TypeError):
            y.derivative(bad)


def test_differentiate_and_integrate() -> None:
    y = ta.Taylor([1.0, 2.0, 3.0, 4.0])
    assert_array_equal(y.differentiate().coefficients, [2, 6, 12])
    assert_array_equal(y.integrate().coefficients, [0, 1, 1, 1, 1])
    assert_array_equal(y.integrate(7.0).coefficients, [7, 1, 1, 1, 1])
    assert_array_equal(y.integrate(constant=7).differentiate().coefficients, y.coefficients)
    many = ta.Taylor(np.arange(12.0).reshape(3, 4))
    assert many.differentiate().coefficients.shape == (2, 4)
    assert_array_equal(many.integrate([1, 2, 3, 4]).coefficients[0], [1, 2, 3, 4])
    assert isinstance(many.integrate(), ta.Taylor)


def test_differentiate_of_order_0() -> None:
    # Nothing is known of the derivative: an error, not a made-up zero.
    with pytest.raises(ValueError):
        ta.Taylor([1.0]).differentiate()


@given(taylors())
def test_integration_undoes_differentiation(y: Any) -> None:
    back = y.differentiate().integrate(y.value)
    assert_allclose(back.coefficients, y.coefficients, rtol=4 * EPS)


@given(taylors(), taylors())
def test_differentiation_is_a_derivation(u: Any, v: Any) -> None:
    left = (u * v).differentiate()
    right = u.differentiate() * v + u * v.differentiate()
    assert_same(left, right)


def test_truncate() -> None:
    y = ta.Taylor([1.0, 2.0, 3.0])
    assert_array_equal(y.truncate(1).coefficients, [1, 2])
    assert_array_equal(y.truncate(0).coefficients, [1])
    assert y.truncate(2).order == 2
    with pytest.raises(ValueError):
        y.truncate(-1)
    with pytest.raises(TypeError):
        y.truncate(1.5)


def test_truncate_to_more_is_no_extension() -> None:
    y = ta.Taylor([1.0, 2.0])
    with contextlib.suppress(ValueError):
        assert y.truncate(5).order == 1


def test_evaluation() -> None:
    y = ta.Taylor([1.0, 2.0, 3.0])
    assert y(0.5) == 1 + 1 + 0.75
    assert_array_equal(y(np.array([0.0, 1.0, -1.0])), [1, 6, 2])
    many = ta.Taylor(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert_array_equal(many(2.0), [7, 10])
    assert_array_equal(many(np.array([0.0, 1.0])), [1, 6])
    series = np.exp(ta.Taylor.variable(0.0, 20))
    assert_allclose(series(1.0), np.e, rtol=1e-15)


def test_evaluation_with_derivatives() -> None:
    y = ta.Taylor([1.0, 2.0, 3.0])
    got = y(ta.Dual(0.5, 1.0))
    assert isinstance(got, ta.Dual)
    assert (got.value, got.tangent) == (2.75, 5.0)


def test_compose() -> None:
    inner = ta.Taylor([0.0, 1.0, 0.5, -1.0, 2.0, 0.3])
    outer = np.exp(ta.Taylor.variable(0.0, 5))
    assert_allclose(outer.compose(inner).coefficients, np.exp(inner).coefficients, rtol=1e-14)
    shifted = inner + 0.7
    outer = np.sin(ta.Taylor.variable(0.7, 5))
    increment = shifted - 0.7
    assert_allclose(outer.compose(increment).coefficients, np.sin(shifted).coefficients, rtol=1e-13)


def test_compose_exactly() -> None:
    outer = ta.Taylor([Fraction(n) for n in (1, 2, 3)])
    inner = ta.Taylor([Fraction(0), Fraction(1, 2), Fraction(1, 3)])
    assert outer.compose(inner).coefficients.tolist() == [
        1,
        1,
        Fraction(2, 3) + Fraction(3, 4),
    ]


def test_compose_with_a_constant_term() -> None:
    """A series in t at t = a + ...: only true of polynomials, so of what the user asks."""
    outer, inner = ta.Taylor([1.0, 2.0, 3.0]), ta.Taylor([2.0, 1.0, 0.0])
    try:
        got = outer.compose(inner)
    except ValueError:
        return
    assert_array_equal(got.coefficients, [17, 14, 3])


def test_compose_arrays() -> None:
    outer = ta.Taylor(np.arange(8.0).reshape(4, 2))
    inner = ta.Taylor(np.stack([np.zeros(2), np.ones(2), np.full(2, 0.5), np.zeros(2)]))
    got = outer.compose(inner)
    assert got.shape == (2,)
    for i in range(2):
        assert_allclose(got[i].coefficients, outer[i].compose(inner[i]).coefficients)


def test_reverse() -> None:
    x = ta.Taylor.variable(0.0, 8)
    pairs = [
        (np.sin(x), np.arcsin(x)),
        (np.expm1(x), np.log1p(x)),
        (np.tan(x), np.arctan(x)),
        (2 * x, x / 2),
        (-np.sinh(x), -np.arcsinh(x)),
    ]
    for y, want in pairs:
        assert_allclose(y.reverse().coefficients, want.coefficients, rtol=1e-13, atol=1e-14)
        assert_allclose(y.compose(y.reverse()).coefficients, x.coefficients, atol=1e-13)
        assert_allclose(y.reverse().compose(y).coefficients, x.coefficients, atol=1e-13)


def test_reverse_exactly() -> None:
    # x e^x has the inverse of Lambert: (-n)^(n - 1) / n!
    coefficients = [Fraction(0), *(Fraction(1, math.factorial(k - 1)) for k in range(1, 9))]
    got = ta.Taylor(coefficients).reverse().coefficients.tolist()
    assert got[0] == 0
    assert got[1:] == [Fraction((-n) ** (n - 1), math.factorial(n)) for n in range(1, 9)]


def test_reverse_of_what_has_no_inverse() -> None:
    with pytest.raises((ValueError, ZeroDivisionError)):
        ta.Taylor([0.0, 0.0, 1.0]).reverse()


def test_calculus_at_each_point_alone() -> None:
    rng = np.random.default_rng(3)
    rows = rng.uniform(0.5, 1.5, (6, 2, 3))
    rows[0] = 0
    y = ta.Taylor(rows)
    for operation in (
        lambda s: s.reverse(),
        lambda s: s.differentiate(),
        lambda s: s.integrate(),
        lambda s: s.compose(s),
        lambda s: s.truncate(2),
    ):
        whole = operation(y)
        for i, j in np.ndindex(2, 3):
            assert_allclose(whole.coefficients[:, i, j], operation(y[i, j]).coefficients)


# Unequal orders and mixing


def test_unequal_orders_give_the_smaller() -> None:
    x, y = ta.Taylor([1.0, 2.0, 3.0]), ta.Taylor([4.0, 5.0])
    for operation in (operator.add, operator.sub, operator.mul, operator.truediv):
        got = operation(x, y)
        assert got.order == 1
        assert_array_equal(got.coefficients, operation(x.truncate(1), y).coefficients)
        got = operation(y, x)
        assert got.order == 1
    assert np.arctan2(x, y).order == 1
    assert np.maximum(x, y).order == 1
    assert (x**y).order == 1
    assert np.where(True, x, y).order == 1


def test_hand_made_numbers_of_different_types_do_not_mix() -> None:
    numbers = [ta.Dual(1.0, 1.0), ta.HyperDual(1.0, 1.0), ta.Taylor([1.0, 1.0])]
    numbers += [ta.Dual(np.ones(2), 1.0), ta.Taylor(np.ones((3, 2)))]
    for x in numbers:
        for y in numbers:
            kinds = {type(n).__name__.removesuffix("Array") for n in (x, y)}
            if len(kinds) > 1:
                for operation in (operator.add, operator.mul, operator.truediv, np.arctan2):
                    with pytest.raises(TypeError, match="made by hand"):
                        operation(x, y)


def test_scalars_and_arrays_agree() -> None:
    rng = np.random.default_rng(5)
    u, v = rng.uniform(0.5, 1.5, (2, 5, 40))
    x, y = ta.Taylor(u), ta.Taylor(v)
    for f in (
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.pow,
        np.arctan2,
        np.hypot,
        np.logaddexp,
        lambda a, b: np.exp(a) * np.sin(b) - np.sqrt(a) / np.log1p(b),
    ):
        whole = f(x, y)
        assert whole.shape == (40,)
        for i in range(0, 40, 7):
            assert_allclose(
                f(x[i], y[i]).coefficients, whole.coefficients[:, i], rtol=2e-13, atol=1e-13
            )


def test_broadcasting() -> None:
    x = ta.Dual(np.arange(3.0), 1.0)
    y = ta.Dual(np.arange(2.0)[:, None], 2.0)
    for operation in (operator.add, operator.sub, operator.mul):
        got = operation(x, y)
        assert got.shape == (2, 3)
        for i, j in np.ndindex(2, 3):
            assert_same(got[i, j], operation(x[j], y[i, 0]))
    assert (x + np.zeros((4, 1))).shape == (4, 3)
    assert (np.zeros((4, 1)) / (x + 1)).shape == (4, 3)
    assert (x * [[1.0], [2.0]]).shape == (2, 3)
    scalar = ta.Dual(2.0, 1.0)
    assert_array_equal((scalar * np.arange(3.0)).tangent, [0, 1, 2])
    assert_array_equal((np.arange(3.0) - scalar).tangent, [-1, -1, -1])
    assert_array_equal((np.arange(1.0, 3.0) / scalar).tangent, [-0.25, -0.5])
    with pytest.raises(ValueError, match="broadcast"):
        x + np.ones(4)
    with pytest.raises(ValueError, match="broadcast"):
        x * ta.Dual(np.ones(4), 1.0)


PLAIN = [
    2,
    2.0,
    True,
    np.float64(2),
    np.float32(2),
    np.int64(2),
    np.bool_(True),
    Fraction(2),
    np.array(2.0),
    np.array([2.0, 2.0]),
    np.array([2, 2]),
    [2.0, 2.0],
    np.array([2.0, 2.0], dtype=np.float32),
]


@pytest.mark.parametrize("plain", PLAIN, ids=repr)
@pytest.mark.parametrize("array", [False, True])
def test_plain_operands_on_either_side(plain: Any, array: bool) -> None:
    x = ta.Dual(np.array([3.0, 5.0]) if array else 3.0, 1.0)
    s = np.asarray(plain, dtype=float)
    v = x.value

    def check(got: Any, value: Any, tangent: Any) -> None:
        assert isinstance(got, ta.Dual)
        assert got.dtype == np.float64
        assert_allclose(got.value, np.broadcast_to(value, got.shape))
        assert_allclose(got.tangent, np.broadcast_to(tangent, got.shape))
        assert got.shape == np.broadcast_shapes(np.shape(v), s.shape)

    check(x + plain, v + s, 1)
    check(plain + x, v + s, 1)
    check(x - plain, v - s, 1)
    check(plain - x, s - v, -1)
    check(x * plain, v * s, s)
    check(plain * x, v * s, s)
    check(x / plain, v / s, 1 / s)
    check(plain / x, s / v, -s / v**2)
    check(x**plain, v**s, s * v ** (s - 1))
    check(plain**x, s**v, np.log(s) * s**v)
    check(x // plain, v // s, 0)
    check(plain // x, s // v, 0)
    check(x % plain, v % s, 1)
    check(plain % x, s % v, -(s // v))
    check(np.add(plain, x), v + s, 1)
    check(np.multiply(x, plain), v * s, s)


@pytest.mark.parametrize("bad", ["2", None, {}, object(), b"2"])
def test_operands_that_make_no_sense(bad: Any) -> None:
    for x in (ta.Dual(1.0, 1.0), ta.Dual(np.ones(2), 1.0)):
        for operation in (operator.add, operator.mul, operator.truediv, operator.pow, operator.mod):
            with pytest.raises(TypeError):
                operation(x, bad)
            if operation is not operator.mod:  # "2" % x formats
                with pytest.raises(TypeError):
                    operation(bad, x)
        assert (x == bad) is False or not np.any(x == bad)
        with pytest.raises(TypeError):
            x < bad  # noqa: B015


# Powers


def test_power_corner_cases() -> None:
    zero = ta.Taylor.variable(0.0, 4)
    assert_array_equal((zero**0).coefficients, [1, 0, 0, 0, 0])
    assert_array_equal((zero**0.0).coefficients, [1, 0, 0, 0, 0])
    assert_array_equal((zero**1).coefficients, [0, 1, 0, 0, 0])
    assert_array_equal((zero**2.0).coefficients, [0, 0, 1, 0, 0])
    assert_array_equal((zero**4).coefficients, [0, 0, 0, 0, 1])
    assert_array_equal((zero**7.0).coefficients, [0, 0, 0, 0, 0])
    negative = ta.Taylor.variable(-2.0, 4)
    for n in (0, 1, 2, 3, 4, 5, 3.0, np.float64(3), np.int64(5)):
        got = (negative**n).coefficients
        want = [math.comb(int(n), k) * (-2.0) ** (int(n) - k) if k <= n else 0 for k in range(5)]
        assert_array_equal(got, want)
    assert_allclose((negative**-1).coefficients, -(0.5 ** np.arange(1, 6)))
    assert_allclose((negative**-2.0).coefficients, 0.25 * 0.5 ** np.arange(5) * np.arange(1, 6))
    with np.errstate(invalid="ignore"):
        assert np.isnan((negative**2.5).coefficients).all()


def test_power_with_an_exponent_that_is_differentiated() -> None:
    x = ta.HyperDual(2.0, 1.0, 0.0)
    y = ta.HyperDual(3.0, 0.0, 1.0)
    got = x**y
    log = np.log(2)
    assert_allclose([got.value, got.d1, got.d2, got.d12], [8, 12, 8 * log, 4 + 12 * log])
    got = ta.Dual(2.0, 1.0) ** ta.Dual(2.0, 1.0)  # x^x
    assert_allclose([got.value, got.tangent], [4, 4 * (log + 1)])
    got = 2 ** ta.Taylor.variable(3.0, 3)
    assert_allclose(got.coefficients, [8, 8 * log, 4 * log**2, 8 * log**3 / 6])
    assert_array_equal((ta.Dual(0.0, 0.0) ** ta.Dual(2.0, 1.0)).value, 0)
    got = 0.0 ** ta.Dual(2.0, 1.0)
    assert (got.value, got.tangent) == (0, 0)


def test_zero_to_the_zero() -> None:
    got = ta.HyperDual(0.0, 1.0, 0.0) ** ta.HyperDual(0.0, 0.0, 1.0)
    assert (got.value, got.d1, got.d2) == (1, 0, 0)
    got = ta.Dual(0.0, 1.0) ** 0.0
    assert (got.value, got.tangent) == (1, 0)
    got = 0.0 ** ta.Dual(0.0, 1.0)
    assert (got.value, got.tangent) == (1, 0)


def test_a_negative_base_with_a_constant_number_as_exponent() -> None:
    got = ta.Dual(-2.0, 1.0) ** ta.Dual(3.0, 0.0)
    assert (got.value, got.tangent) == (-8, 12)
    got = (-2.0) ** ta.Dual(3.0, 0.0)
    assert got.value == -8
    assert got.tangent == 0
    with np.errstate(invalid="ignore"):
        assert np.isnan((ta.Dual(-2.0, 0.0) ** ta.Dual(3.0, 1.0)).tangent)


def test_power_of_arrays_point_by_point() -> None:
    base = np.array([0.0, -2.0, 2.0, 3.0, 0.0, 1.5])
    exponent = np.array([2.0, 3.0, 0.5, -1.0, 0.0, 20.0])
    got = ta.Taylor.variable(base, 3) ** exponent
    for i in range(6):
        want = (ta.Taylor.variable(base[i], 3) ** exponent[i]).coefficients
        assert_allclose(got.coefficients[:, i], want, rtol=1e-14)


def test_pow_with_three_arguments() -> None:
    with pytest.raises(TypeError):
        pow(ta.Dual(2.0, 1.0), 2, 5)


# Rounding, remainders, absolute values


def test_rounding() -> None:
    x = ta.Dual(2.567, 1.0)
    for got, want in [
        (round(x), 3),
        (round(x, 1), 2.6),
        (np.floor(x), 2),
        (np.ceil(x), 3),
        (np.trunc(x), 2),
        (np.rint(x), 3),
        (np.round(x, 2), 2.57),
        (x.round(1), 2.6),
        (x // 1, 2),
    ]:
        assert ta.value(got) == want
        if isinstance(got, ta.Dual):
            assert got.tangent == 0
    assert isinstance(round(x), ta.Dual)


def test_divmod() -> None:
    for x, y in [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)]:
        whole, rest = divmod(ta.Dual(x, 1.0), y)
        assert (whole.value, rest.value) == divmod(x, y)
        assert (whole.tangent, rest.tangent) == (0, 1)
        whole, rest = divmod(x, ta.Dual(y, 1.0))
        assert (whole.value, rest.value) == divmod(x, y)
        assert (whole.tangent, rest.tangent) == (0, -(x // y))


def test_absolute_values() -> None:
    for x, sign in [(2.0, 1), (-2.0, -1), (0.0, 0), (-0.0, 0)]:
        got = abs(ta.Taylor([x, 3.0, 5.0]))
        assert_array_equal(got.coefficients, [abs(x), sign * 3, sign * 5])
    assert np.isnan(abs(ta.Dual(np.nan, 1.0)).tangent)
    many = abs(ta.Dual(np.array([2.0, -2.0, 0.0]), 1.0))
    assert_array_equal(many.tangent, [1, -1, 0])


# Comparison and conversion


def test_comparisons_are_on_the_value() -> None:
    x, y = ta.Dual(1.0, 5.0), ta.Dual(2.0, -5.0)
    assert x < y
    assert x <= y
    assert not x > y
    assert not x >= y
    assert x != y
    assert x == ta.Dual(1.0, 7.0)
    assert x == 1
    assert x == 1.0
    assert x < 1.5
    assert x > 0.5
    assert x == np.float64(1)
    assert np.float64(1) == x
    assert Fraction(1, 2) < x
    assert max(x, y) is y
    assert sorted([y, x])[0] is x
    nan = ta.Dual(np.nan, 1.0)
    assert nan != nan
    many = ta.Dual(np.array([1.0, 2.0]), 0.0)
    for got, want in [
        (many < 1.5, [True, False]),
        (many == many, [True, True]),
        (many >= 1.5, [False, True]),
        (many != np.array([1.0, 3.0]), [False, True]),
        (np.array([1.0, 3.0]) == many, [True, False]),
        (many > x, [False, True]),
    ]:
        assert type(got) is np.ndarray
        assert_array_equal(got, want)


def test_truth() -> None:
    assert ta.Dual(1.0, 0.0)
    assert not ta.Dual(0.0, 1.0)
    assert bool(ta.Dual(np.array([2.0]), 1.0))
    assert ta.Dual(np.nan, 1.0)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(ta.Dual(np.ones(2), 1.0))
    branch = "positive" if ta.Dual(3.0, 1.0) > 0 else "negative"
    assert branch == "positive"


def test_numbers_are_not_hashable_or_consistently_so() -> None:
    # Equality is by value and an array's is elementwise: no hash, as for ndarray.
    with pytest.raises(TypeError):
        hash(ta.Dual(1.0, 1.0))


@pytest.mark.parametrize("convert", [float, int, complex, operator.index], ids=lambda f: f.__name__)
def test_conversions_that_would_drop_derivatives(convert: Any) -> None:
    for x in (
        ta.Dual(2.0, 1.0),
        ta.Dual(2.0, 0.0),
        ta.HyperDual(2.0, 1.0),
        ta.Taylor([2.0, 1.0]),
        ta.Dual(np.array([2.0]), 1.0),
        ta.Dual(np.float32(2.0), np.float32(1.0)),
        ta.Dual(2 + 1j, 1.0),
        ta.Dual(Fraction(1, 2), 1),
    ):
        with pytest.raises(TypeError, match=r"ta\.value"):
            convert(x)


def test_value_is_the_way_out() -> None:
    x = ta.Dual(2.5, 1.0)
    assert float(ta.value(x)) == 2.5
    assert int(ta.value(x)) == 2
    assert type(ta.value(ta.Dual(np.ones(2), 1.0))) is np.ndarray
    for plain in (2, 2.5, "a", None, [1, 2], np.ones(2)):
        assert ta.value(plain) is plain
    assert_array_equal(ta.value(np.array([x, x], dtype=object)), [2.5, 2.5])


# Copies and pickles


EXAMPLES = {
    "dual": lambda: ta.Dual(2.0, 3.0),
    "dual array": lambda: ta.Dual(np.arange(3.0), np.ones(3)),
    "hyperdual": lambda: ta.HyperDual(1.0, 2.0, 3.0, 4.0),
    "hyperdual array": lambda: ta.HyperDual(np.ones((2, 2)), 2.0, 3.0, 4.0),
    "taylor": lambda: ta.Taylor([1.0, 2.0, 3.0]),
    "taylor of order 30": lambda: np.exp(ta.Taylor.variable(0.3, 30)),
    "taylor array": lambda: ta.Taylor(np.arange(12.0).reshape(3, 2, 2)),
    "empty": lambda: ta.Dual(np.zeros((0, 3)), 1.0),
    "float32": lambda: ta.Dual(np.float32(2), np.float32(1)),
    "complex": lambda: ta.Dual(1 + 2j, 1.0),
    "fraction": lambda: ta.Taylor([Fraction(1, 3), Fraction(1)]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_copies_and_pickles(name: str) -> None:
    x = EXAMPLES[name]()
    copies = [copy.copy(x), copy.deepcopy(x), x.copy()]
    copies += [pickle.loads(pickle.dumps(x, p)) for p in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for y in copies:
        assert y is not x
        assert_same(y, x)
        assert y.dtype == x.dtype
        assert y.algebra == x.algebra
        assert_same(y * y + 1, x * x + 1)
        if x.ndim and x.size:
            y[...] = 0.0
    if x.ndim and x.size:
        assert x.parts.any()


def test_pickle_in_containers() -> None:
    x = ta.Dual(np.arange(3.0), 1.0)
    one, two = pickle.loads(pickle.dumps([x, x]))
    assert one is two


def test_pickle_of_views() -> None:
    x = ta.Taylor(np.arange(24.0).reshape(3, 2, 4))
    for view in (x[:, ::2], x.T, x[1], x[0, 1]):
        assert_same(pickle.loads(pickle.dumps(view)), view)


# Printing


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (ta.Dual(3.0, 1.0), "Dual(3.0, 1.0)"),
        (ta.HyperDual(1.0, 2.0, 3.0, 4.0), "HyperDual(1.0, 2.0, 3.0, 4.0)"),
        (ta.Taylor([1.0, 0.5]), "Taylor([1.0, 0.5])"),
    ],
)
def test_repr_is_python(x: Any, text: str) -> None:
    assert repr(x) == text
    assert str(x) == text
    assert f"{x}" == text
    assert_same(eval(text, {"Dual": ta.Dual, "HyperDual": ta.HyperDual, "Taylor": ta.Taylor}), x)


def test_repr_shows_all_digits() -> None:
    x = ta.Dual(1 / 3, 0.1 + 0.2)
    assert_same(eval(repr(x), {"Dual": ta.Dual}), x)


def test_repr_of_arrays() -> None:
    text = repr(ta.Dual(np.array([1.0, 2.0]), 1.0))
    assert text.startswith("Dual(")
    assert "1." in text
    assert "2." in text
    assert "Array" not in text
    long = repr(ta.Dual(np.zeros(100000), 1.0))
    assert len(long) < 2000
    repr(ta.Taylor(np.zeros((3, 0))))
    repr(ta.Dual(np.array([Fraction(1, 2)]), Fraction(1)))


def test_format() -> None:
    x = ta.Dual(3.14159, 2.71828)
    assert format(x, ".2f") == "Dual(3.14, 2.72)"
    assert f"{ta.Taylor([1.0, 0.5]):.1e}" == "Taylor([1.0e+00, 5.0e-01])"
    assert format(ta.HyperDual(1.0, 2.0, 3.0, 4.0), ".0f") == "HyperDual(1, 2, 3, 4)"
    assert "1.00" in format(ta.Dual(np.ones(2), 0.0), ".2f")
    with pytest.raises(ValueError):
        format(x, "nonsense")


# In-place operators


def test_in_place_operators_mutate_for_the_caller() -> None:
    operations = [
        (operator.iadd, operator.add),
        (operator.isub, operator.sub),
        (operator.imul, operator.mul),
        (operator.itruediv, operator.truediv),
        (operator.ipow, operator.pow),
        (operator.ifloordiv, operator.floordiv),
        (operator.imod, operator.mod),
    ]
    for in_place, plain in operations:
        for other in (2.0, np.array([2.0, 3.0]), ta.Taylor(np.full((3, 2), 2.0))):
            x = ta.Taylor(np.array([[1.5, 2.5], [1.0, 1.0], [0.0, 2.0]]))
            alias, view = x, x[1:]
            want = plain(x, other)
            got = in_place(x, other)
            assert got is x is alias
            assert_same(alias, want)
            assert_same(view, want[1:])


def test_in_place_matmul() -> None:
    x = ta.Dual(np.eye(2), np.ones((2, 2)))
    alias, want = x, x @ np.array([[1.0, 2.0], [3.0, 4.0]])
    x @= np.array([[1.0, 2.0], [3.0, 4.0]])
    assert_same(alias, want)


def test_in_place_of_scalars_rebinds() -> None:
    x = ta.Dual(2.0, 1.0)
    alias = x
    x += 1
    x *= x
    assert (x.value, x.tangent) == (9, 6)
    assert (alias.value, alias.tangent) == (2, 1)


def test_in_place_of_a_wrong_shape_or_kind() -> None:
    x = ta.Dual(np.ones(2), 1.0)
    with pytest.raises(ValueError):
        x += np.ones((3, 2))
    with pytest.raises(TypeError):
        x *= 1j
    assert x.shape == (2,)
    assert_array_equal(x.value, [1, 1])


def test_in_place_on_part_of_an_array() -> None:
    x = ta.Dual(np.arange(4.0), 1.0)
    x[1:3] *= 2
    x[0] += x[3]
    x[x.value > 3.5] -= 1
    assert_array_equal(x.value, [3, 2, 3, 3])
    assert_array_equal(x.tangent, [2, 2, 2, 1])


def test_in_place_keeps_float32() -> None:
    x = ta.Dual(np.ones(2, np.float32), np.float32(1))
    x += np.ones(2)
    assert x.dtype == np.float32


def test_adding_to_a_plain_array_rebinds_and_voids_the_buffer() -> None:
    for operation, want in [
        (operator.iadd, 3),
        (operator.isub, -1),
        (operator.imul, 2),
        (operator.itruediv, 0.5),
    ]:
        acc = np.ones(2)
        alias = acc
        acc = operation(acc, ta.Dual(np.full(2, 2.0), 1.0))
        assert isinstance(acc, ta.Dual)
        assert_array_equal(acc.value, [want, want])
        assert np.isnan(alias).all()
    acc = np.zeros(3)
    for _ in range(3):
        acc += ta.Dual(1.0, 1.0)
    assert_array_equal(acc.tangent, [3, 3, 3])


def test_adding_to_a_plain_integer_array_is_refused_or_voided() -> None:
    acc = np.ones(2, dtype=int)
    with pytest.raises(TypeError):
        acc += ta.Dual(np.ones(2), 1.0)


def test_adding_to_a_part_of_a_plain_array_is_refused() -> None:
    acc = np.zeros(3)
    with pytest.raises(TypeError, match="zeros_like"):
        acc[0] += ta.Dual(1.0, 1.0)
    with pytest.raises(TypeError):
        acc[:2] += ta.Dual(np.ones(2), 1.0)


def test_adding_to_python_lists() -> None:
    assert isinstance(sum([ta.Dual(1.0, 1.0), ta.Dual(2.0, 1.0)]), ta.Dual)
    assert math.prod([ta.Dual(2.0, 1.0), 3]).tangent == 3
    assert (np.sum([ta.Dual(1.0, 1.0), 2.0])).tangent == 1


# Infinities, nan, empty arrays, memory


def test_zero_times_nan() -> None:
    for x in (ta.Dual(np.nan, 1.0), ta.Dual(np.array([np.nan]), 1.0)):
        assert np.isnan((0 * x).value).all()
        assert_array_equal((0 * x).tangent, np.zeros(x.shape))
        assert np.isnan((0 * ta.Dual(1.0, np.nan)).tangent)
    with np.errstate(invalid="ignore"):
        assert np.isnan((0 * ta.Dual(np.inf, 1.0)).value)
        assert np.isnan((ta.Dual(0.0, 1.0) * ta.Dual(np.inf, 0.0)).value)
    assert (ta.Dual(np.inf, 1.0) + 1).value == np.inf
    assert (ta.Dual(np.inf, 1.0) + 1).tangent == 1
    assert np.isnan((ta.Dual(np.nan, 1.0) * ta.Dual(2.0, 0.0)).value)


def test_division_by_zero() -> None:
    with np.errstate(all="ignore"):
        assert (ta.Dual(1.0, 0.0) / 0.0).value == np.inf
        assert (1.0 / ta.Dual(0.0, 1.0)).value == np.inf
        assert (-1.0 / ta.Dual(0.0, 1.0)).value == -np.inf
        assert (1.0 / ta.Dual(-0.0, 1.0)).value == -np.inf
        assert np.isnan((ta.Dual(0.0, 1.0) / 0.0).value)
        many = 1.0 / ta.Dual(np.array([0.0, 2.0]), 1.0)
        assert_array_equal(many.value, [np.inf, 0.5])
        assert many.tangent[1] == -0.25
        assert not np.isfinite(many.tangent[0])
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        1.0 / ta.Dual(0.0, 1.0)


def test_signed_zeros() -> None:
    x = ta.Dual(-0.0, 1.0)
    assert np.signbit(x.value)
    assert not np.signbit((-x).value)
    assert np.signbit((x * 2).value)
    assert np.signbit((x * ta.Dual(2.0, 0.0)).value)
    assert np.signbit((x / 2).value)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
def test_empty_arrays(shape: tuple[int, ...]) -> None:
    x = ta.Taylor(np.zeros((4, *shape)))
    assert x.shape == shape
    assert x.size == 0
    for result in (
        x + x,
        x * x,
        x / (x + 1),
        x**2,
        x**2.5,
        2.0**x,
        np.sin(x),
        np.exp(x),
        np.arctan2(x, x + 1),
        np.sqrt(x),
        np.maximum(x, 0),
        abs(x),
        x[...],
        x.copy(),
        1 / (x + 1),
    ):
        assert isinstance(result, ta.Taylor)
        assert result.shape == shape
        assert result.order == 3
    assert (x < 1).shape == shape
    assert np.sum(x).shape == ()
    assert np.sum(x).value == 0
    assert_same(pickle.loads(pickle.dumps(x)), x)


LAYOUTS = {
    "slices": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "reversed": lambda a: a[..., ::-1].copy()[..., ::-1],
    "transposed": lambda a: np.ascontiguousarray(a.transpose(0, 2, 1)).transpose(0, 2, 1),
    "Fortran": np.asfortranarray,
    "rows apart": lambda a: np.repeat(a, 3, axis=0)[::3],
    "rows last": lambda a: np.ascontiguousarray(np.moveaxis(a, 0, -1)).transpose(2, 0, 1),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_memory_layouts(layout: str) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.uniform(1, 2, (2, 4, 5, 7))
    x, y = ta.Taylor(a), ta.Taylor(b)
    from taylorad._numbers import make

    u, v = (make(x.algebra, LAYOUTS[layout](part)) for part in (a, b))
    assert_same(u, x)
    for f in (
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.pow,
        lambda p, q: np.sin(p) * np.exp(q) - np.log(p) / np.arctan(q),
        lambda p, q: p**3 + q**-2 + p**0.5,
        lambda p, q: p @ q.T,
        lambda p, q: np.maximum(p, q),
        lambda p, q: p * 2 + 1 - q / 3,
        np.arctan2,
    ):
        assert_same(f(u, v), f(x, y), rtol=1e-13, atol=1e-15)
        assert_same(f(u, y), f(x, y), rtol=1e-13, atol=1e-15)
    total = u.copy()
    total += v
    assert_same(total, x + y)
    u[...] = v
    assert_same(u, y)


def test_views_of_views_compute_right() -> None:
    x = ta.Taylor(np.random.default_rng(0).uniform(1, 2, (3, 6, 8)))
    for view in (x[::2, 1:], x.T, x[:, ::-1], x[1:3].T[::2], x.reshape(8, 6), x[None, :, 2]):
        fresh = ta.Taylor(np.array(view.coefficients))
        assert_same(np.exp(view) * view, np.exp(fresh) * fresh, rtol=1e-14)


# Numbers over several factors


def test_nested_numbers() -> None:
    """What a function inside two transforms sees has all the behaviour of the others."""
    seen = []

    def f(x: Any) -> Any:
        def g(y: Any) -> Any:
            z = x * y + x
            seen.append(z)
            assert z.shape == ()
            assert not hasattr(z, "__len__")
            assert "at" in repr(z) or "(" in repr(z)
            assert_same(pickle.loads(pickle.dumps(z)), z)
            assert_same(copy.deepcopy(z), z)
            return np.sin(z) ** 2 / z

        return derivative(g)(x)

    got = derivative(f)(1.25)
    # d/dx [x h'(x x + x)], h = sin^2 / z
    t = ta.Taylor.variable(0.0, 2)

    def h(z: float) -> Any:
        w = z + t
        return np.sin(w) ** 2 / w

    z = 1.25 * 1.25 + 1.25
    slope, curve = h(z).derivative(1), h(z).derivative(2)
    assert_allclose(got, slope + 1.25 * curve * (2 * 1.25 + 1), rtol=1e-13)
    assert len(seen[0].algebra.factors) == 2


def test_making_numbers_over_any_algebra() -> None:
    from taylorad._numbers import common, make, parts_over, zeros

    both = hyperdual(3).join(taylor(2, 7))
    rows = np.arange(float(both.rows))
    x = make(both, rows)
    assert x.algebra == both
    assert_array_equal(x.parts, rows)
    assert make(Algebra.of(()), np.array([5.0])) == 5.0
    assert zeros(both, (2, 3), np.float32).dtype == np.float32
    one, two = ta.Dual(1.0, 2.0), make(taylor(2, 7), np.array([3.0, 4.0, 5.0]))
    joint = common([one, 2.0, two])
    assert joint == one.algebra.join(two.algebra)
    product = parts_over(joint, one) * 1.0
    assert product[0] == 1
    assert_array_equal(parts_over(joint, 5.0)[0], 5)
