"""Composite functions: along curves, at zeros and other corners, exactly on Fractions."""

import mpmath
import numpy as np
import pytest
import sympy
from curves import ALGEBRAS, Curve, agrees, along, c, coefficients, exact, m, reductions
from numpy.lib import scimath

import taylorad as ta
from taylorad._numbers import make
from taylorad.algebra import dual, taylor

CALLS = {
    **reductions(np.prod),
    **reductions(np.nanprod),
    **reductions(np.prod, initial=3.0),
    "prod-number-initial": (lambda x, s: np.prod(x, axis=0, initial=s), m(), Curve(2.0, 1)),
    "prod-0d": (np.prod, Curve(2.0)),
    "prod-with-zeros": (lambda x: np.prod(x, axis=1), Curve([[0.0, 2, 3], [0, 0, 5], [0, 0, 0]])),
    "prod-empty": (lambda x: np.prod(x, axis=1), Curve(np.ones((3, 0)))),
    "cumprod": (np.cumprod, m()),
    "cumprod-0": (lambda x: np.cumprod(x, axis=0), m()),
    "cumprod-zeros": (np.cumprod, Curve([2.0, 0.0, 3.0, 0.0, 5.0, 7.0])),
    "cumprod-0d": (np.cumprod, Curve(2.0)),
    "cumprod-empty": (np.cumprod, Curve([])),
    "linspace": (lambda a, b: np.linspace(a, b, 7), Curve(1.0), Curve(2.5, 1)),
    "linspace-open": (
        lambda a: np.linspace(a, 5, 4, endpoint=False, retstep=True), Curve([1.0, 2])
    ),
    "linspace-axis": (
        lambda a, b: np.linspace(a, b, 5, axis=-1, retstep=True), m(), Curve([7.0, 8, 9, 10], 1)
    ),
    "linspace-one": (lambda a, b: np.linspace(a, b, 1), Curve(1.0), Curve(2.5, 1)),
    "linspace-none": (lambda a, b: np.linspace(a, b, 0), Curve(1.0), Curve(2.5, 1)),
    "logspace": (lambda a, b: np.logspace(a, b, 4), Curve(0.3, size=0.1), Curve(0.8, 1, 0.1)),
    "logspace-base": (
        lambda a, b: np.logspace(a, 1.5, 4, base=b, axis=-1),
        Curve(0.3),
        Curve([2.0, 3.0], 1),
    ),
    "geomspace": (lambda a, b: np.geomspace(a, b, 5), Curve(1.5), Curve(20.0, 1)),
    "geomspace-open": (lambda a: np.geomspace(a, 30, 5, endpoint=False), Curve([1.5, 3.0])),
    "geomspace-negative": (lambda a: np.geomspace(a, -30.0, 5), Curve(-2.0)),
    "geomspace-axis": (
        lambda a, b: np.geomspace(a, b, 3, axis=1), Curve([1.5, 3]), Curve([9, 9.0], 1)
    ),
    "geomspace-complex": (lambda a: np.geomspace(a, 8j, 4), Curve(1 + 1j)),
    "vander": (np.vander, Curve([2.0, -1, 0.0])),
    "vander-wide": (lambda x: np.vander(x, 5, increasing=True), Curve([2.0, -1, 0.0])),
    "vander-one": (lambda x: np.vander(x, 1), Curve([2.0, -1])),
    "vander-none": (lambda x: np.vander(x, 0), Curve([2.0, -1])),
    "unwrap": (np.unwrap, Curve([0.0, 3.0, 5.5, 9.9, -2.0], size=0.1)),
    "unwrap-period": (
        lambda x, p: np.unwrap(x, axis=0, period=p),
        Curve([[0.0], [2.6], [5.4], [-2.0]], size=0.1), Curve(2.0, 1, 0.1),
    ),
    "unwrap-discont": (lambda x: np.unwrap(x, 4.0), Curve([0.0, 3.5, 8.0])),
    "apply_along_axis": (lambda x: np.apply_along_axis(np.prod, 1, x), c()),
    "apply_along_axis-vector": (
        lambda x: np.apply_along_axis(lambda r, k, s=0: r[::2] * k + s, 0, x, 3.0, s=1.0), c()
    ),
    "apply_along_axis-matrix": (
        lambda x: np.apply_along_axis(lambda r: r[:, np.newaxis] * r, -2, x), c()
    ),
    "apply_along_axis-1d": (lambda x: np.apply_along_axis(np.cumprod, 0, x), Curve([2.0, 3, 4])),
    "apply_over_axes": (lambda x: np.apply_over_axes(np.sum, x, [0, -1]), c()),
    "apply_over_axes-one": (lambda x: np.apply_over_axes(np.prod, x, 1), c()),
    **{
        f"scimath-{f.__name__}-{i}": (f, Curve(value))
        for f, points in {
            scimath.sqrt: ([4.0, 9.0], [4.0, -9.0], [1j, 2.0]),
            scimath.log: ([4.0, 9.0], [4.0, -9.0]),
            scimath.log2: ([4.0, 9.0], [4.0, -9.0]),
            scimath.log10: ([4.0, 9.0], [4.0, -9.0], -3.0),
            scimath.arccos: ([0.3, -0.2],),
            scimath.arcsin: ([0.3, -0.2],),
            scimath.arctanh: ([0.3, -0.2],),
        }.items()
        for i, value in enumerate(points)
    },
    "scimath-logn": (scimath.logn, Curve(3.0), Curve([4.0, -9.0], 1)),
    "scimath-power": (scimath.power, Curve([4.0, -2.0]), Curve(2.5, 1)),
    "scimath-power-integer": (lambda x: scimath.power(x, 2), Curve([4.0, 2.0])),
}  # fmt: skip


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)
@pytest.mark.parametrize(
    "values", [(2, 3, 5), (0, 3, 5, -1), (0, 0, 5), (0, 0, 0, 0), (7,), (1, 0, 2, 0, 3, 4, 9)]
)
def test_products_are_exact(values, algebra):
    x, polynomials, symbols = exact(algebra, values)
    want = coefficients(sympy.prod(polynomials), symbols, algebra)
    assert list(np.prod(x).parts) == want
    running = np.cumprod(x)
    for i in range(len(values)):
        want = coefficients(sympy.prod(polynomials[: i + 1]), symbols, algebra)
        assert list(running[i].parts) == want


def test_grids_are_exact():
    x, (start, stop), symbols = exact(taylor(2), (2, 5))
    y, step = np.linspace(x[0], x[1], 4, retstep=True)
    for i in range(4):
        want = start + sympy.Rational(i, 3) * (stop - start)
        assert list(y[i].parts) == coefficients(want, symbols, taylor(2))
    assert list(step.parts) == coefficients((stop - start) / 3, symbols, taylor(2))


def test_prod_with_infinite_and_nan_factors():
    y = np.prod(ta.Dual([np.inf, 2.0], [1.0, 1.0]))
    assert (y.value, y.tangent) == (np.inf, np.inf)
    assert np.isnan(np.prod(ta.Dual([np.nan, 0.0], [1.0, 1.0])).value)


def test_values_are_numpys_own():
    x = np.random.default_rng(5).normal(size=(7, 1001)) + 1
    number = make(dual(), np.stack([x, np.ones_like(x)]))
    for function in (np.prod, np.cumprod, np.linspace):
        args = (0.3, 7) if function is np.linspace else ()
        np.testing.assert_array_equal(function(number, *args).value, function(x, *args))


def test_an_empty_product_is_one():
    assert np.prod(ta.Dual([], [])).value == 1.0
    assert np.prod(ta.Dual([], []), initial=ta.Dual(3.0, 2.0)).tangent == 2.0


def test_scimath_outside_the_real_domain():
    for function, truth in (
        (scimath.arccos, mpmath.acos),
        (scimath.arcsin, mpmath.asin),
        (scimath.arctanh, mpmath.atanh),
    ):
        for point in (1.5, -1.5):
            y = function(ta.Dual(point, 1.0))
            assert y.value == function(point)
            slope = complex(mpmath.diff(truth, mpmath.mpc(point, 1e-25 if point > 0 else -1e-25)))
            got = complex(y.tangent)
            assert min(abs(got - slope), abs(got - slope.conjugate())) < 1e-12


def test_float32():
    x = ta.Dual(np.array([1.0, 3.0, 2.0], np.float32), np.float32(1.0))
    for function in (
        np.prod, np.cumprod, np.nanprod, np.linalg.norm, np.vander, np.unwrap, scimath.sqrt,
        lambda x: np.linalg.norm(x, 3), lambda x: np.linalg.norm(x, np.inf),
        lambda x: np.polyval([1.0, 2.0], x), lambda x: np.linspace(x[0], 2, 3),
        lambda x: np.geomspace(x, 2, 3),
    ):  # fmt: skip
        plain = function(np.array([1.0, 3.0, 2.0], np.float32))
        assert function(x).dtype == plain.dtype, function


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.prod(x, axis=2), np.exceptions.AxisError),
        (lambda x: np.prod(x, dtype=int), TypeError),
        (lambda x: np.cumprod(x, dtype="i4"), TypeError),
        (lambda x: np.linspace(x, 1, -1), ValueError),
        (lambda x: np.linspace(x, 1, 2.5), TypeError),
        (lambda x: np.linspace(x, 1, dtype=int), TypeError),
        (lambda x: np.geomspace(x * 0, 1), ValueError),
        (lambda x: np.vander(x.reshape(3, 1)), ValueError),
        (lambda x: np.apply_along_axis(np.sum, 1, x), np.exceptions.AxisError),
        (lambda x: np.apply_along_axis(np.sum, 0, x.reshape(3, 1)[:, :0]), ValueError),
        (lambda x: np.apply_over_axes(lambda a, i: a[0, 0], x.reshape(3, 1), 0), ValueError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
