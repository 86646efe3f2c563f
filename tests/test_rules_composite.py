"""Composite functions: along curves, at zeros and other corners, exactly on Fractions."""

import itertools
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from curves import ALGEBRAS, Curve, agrees
from numpy.lib import scimath

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad.algebra import dual, hyperdual, taylor

rng = np.random.default_rng(5)
MATRIX = np.array([[2.0, -1.0, 3.5, 0.4], [1.1, -2.2, 5.0, 7.0], [-4.0, 0.1, 6.1, -3.0]])
CUBE = rng.permutation(24).reshape(2, 3, 4) ** 1.3 / 20 + 0.5
HOLES = np.where(MATRIX == 5.0, np.nan, MATRIX)
HOLES[0, 1] = HOLES[2, 3] = np.nan
MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, True]])
WEIGHTS = np.array([[1.0, 2, 3, 4], [4, 3, 2, 1], [1, 5, 1, 5]])
COMPLEX = MATRIX + 1j * MATRIX[::-1]


def m(seed=0):
    return Curve(MATRIX, seed)


def c(seed=0):
    return Curve(CUBE, seed)


def z(seed=0):
    return Curve(COMPLEX, seed)


REDUCTIONS = {
    "all": (m, {}),
    "0": (m, {"axis": 0}),
    "keep": (m, {"axis": -1, "keepdims": True}),
    "axes": (c, {"axis": (0, 2)}),
    "axes-keep": (c, {"axis": (2, 0), "keepdims": True}),
    "where": (m, {"axis": 1, "where": MASK}),
    "strided": (lambda: Curve(np.repeat(MATRIX, 2, axis=0)[::2]), {"axis": 0}),
    "complex": (z, {"axis": 0}),
    "holes": (lambda: Curve(HOLES), {"axis": 0}),
    "holes-where": (lambda: Curve(HOLES), {"axis": 1, "where": MASK, "keepdims": True}),
}


def reductions(function, **more):
    nan = function.__name__.startswith("nan")
    return {
        f"{function.__name__}-{name}{''.join(more)}": (
            lambda x, o={**options, **more}: function(x, **o),
            operand(),
        )
        for name, (operand, options) in REDUCTIONS.items()
        if nan or "holes" not in name
    }


ORDERS = [None, 2, 1, 3, 4, 2.5, 0.5, -1, -2, -2.5, np.inf, -np.inf]

CALLS = {
    **reductions(np.prod),
    **reductions(np.nanprod),
    **reductions(np.prod, initial=3.0),
    **reductions(np.var),
    **reductions(np.var, ddof=1),
    **reductions(np.std),
    **reductions(np.nansum),
    **reductions(np.nanmean),
    **reductions(np.nanvar),
    **reductions(np.nanvar, ddof=0.5),
    **reductions(np.nanstd),
    "prod-number-initial": (lambda x, s: np.prod(x, axis=0, initial=s), m(), Curve(2.0, 1)),
    "prod-0d": (np.prod, Curve(2.0)),
    "prod-with-zeros": (lambda x: np.prod(x, axis=1), Curve([[0.0, 2, 3], [0, 0, 5], [0, 0, 0]])),
    "prod-empty": (lambda x: np.prod(x, axis=1), Curve(np.ones((3, 0)))),
    "cumprod": (np.cumprod, m()),
    "cumprod-0": (lambda x: np.cumprod(x, axis=0), m()),
    "cumprod-zeros": (np.cumprod, Curve([2.0, 0.0, 3.0, 0.0, 5.0, 7.0])),
    "cumprod-0d": (np.cumprod, Curve(2.0)),
    "cumprod-empty": (np.cumprod, Curve([])),
    "nancumprod": (lambda x: np.nancumprod(x, axis=1), Curve(HOLES)),
    "nancumsum": (lambda x: np.nancumsum(x, axis=0), Curve(HOLES)),
    "nancumsum-none": (np.nancumsum, Curve(HOLES)),
    "nansum-initial": (lambda x, s: np.nansum(x, axis=0, initial=s), Curve(HOLES), Curve(1.0, 1)),
    "var-mean": (lambda x, y: np.var(x, axis=0, mean=y), m(), Curve([[1.0, 2, 3, 4]], 1)),
    "std-own-mean": (lambda x: np.std(x, axis=0, mean=np.mean(x, axis=0, keepdims=True)), m()),
    "var-correction": (lambda x: np.var(x, axis=0, correction=1), m()),
    "nanvar-mean": (lambda x, y: np.nanvar(x, axis=1, mean=y), Curve(HOLES), Curve([[1.0]] * 3, 1)),
    "average": (np.average, m()),
    "average-axis": (lambda x: np.average(x, axis=0), m()),
    "average-returned": (lambda x: np.average(x, axis=0, returned=True), m()),
    "average-weights": (
        lambda x, w: np.average(x, axis=(0, 1), weights=w, returned=True, keepdims=True),
        m(),
        Curve(WEIGHTS, 1),
    ),
    "average-weights-1d": (
        lambda x, w: np.average(x, axis=1, weights=w, returned=True), m(), Curve(WEIGHTS[0], 1)
    ),
    "average-weights-plain": (lambda x: np.average(x, weights=WEIGHTS), m()),
    "average-of-plain": (lambda w: np.average(MATRIX, axis=0, weights=w), Curve(WEIGHTS, 1)),
    "average-axes": (
        lambda x, w: np.average(x, axis=(2, 0), weights=w), c(), Curve(CUBE[:, 0].T + 1, 1)
    ),
    "cov": (np.cov, m()),
    "cov-columns": (lambda x: np.cov(x, rowvar=False, bias=True), m()),
    "cov-1d": (np.cov, Curve(MATRIX[0])),
    "cov-two": (lambda x, y: np.cov(x, y, ddof=0), m(), Curve(MATRIX[0] ** 2, 1)),
    "cov-complex": (np.cov, Curve(COMPLEX, 0)),
    "cov-weights": (
        lambda x, w: np.cov(x, fweights=[1, 2, 3, 1], aweights=w), m(), Curve(WEIGHTS[0], 1)
    ),
    "cov-aweights": (lambda x, w: np.cov(x, aweights=w), m(), Curve(WEIGHTS[0], 1)),
    "cov-fweights": (lambda x: np.cov(x, fweights=[1, 2, 3, 1]), m()),
    "corrcoef": (np.corrcoef, m()),
    "corrcoef-two": (lambda x, y: np.corrcoef(x, y), Curve(MATRIX[0]), Curve(MATRIX[2], 1)),
    "corrcoef-complex": (lambda x: np.corrcoef(x)[0, 1:], Curve(COMPLEX)),
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
    "polyval": (np.polyval, Curve([2.0, -1, 3]), Curve(MATRIX, 1)),
    "polyval-plain-x": (lambda p: np.polyval(p, 3.0), Curve([2.0, -1, 3])),
    "polyval-plain-p": (lambda x: np.polyval([1, 0, 2], x), m()),
    "polyval-poly1d-p": (lambda x: np.polyval(np.poly1d([1, 0, 2]), x), m()),
    "poly": (np.poly, Curve([2.0, -1, 3])),
    "poly-complex": (np.poly, Curve([2.0 + 1j, -1, 3])),
    "poly-list": (lambda a, b: np.poly([a, b, 3.0]) if isinstance(a, float) else np.poly(
        np.stack([a, b, 3.0])), Curve(1.0), Curve(2.0, 1)),
    "polydiv": (np.polydiv, Curve([2.0, -1, 3, 5, 7]), Curve([2.0, 3, 4], 1)),
    "polydiv-by-larger": (np.polydiv, Curve([2.0, 5]), Curve([2.0, 3, 4], 1)),
    "polydiv-plain": (lambda v: np.polydiv([1, 2, 3, 4], v), Curve([2.0, 3])),
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
    **{
        f"norm-vector-{order}": (
            lambda x, o=order: np.linalg.norm(x, o), Curve([2.0, -3.0, 1.5])
        )
        for order in ORDERS
    },
    **{
        f"norm-axis-{order}": (
            lambda x, o=order: np.linalg.norm(x, o, axis=0, keepdims=True), Curve(MATRIX, size=0.1)
        )
        for order in ORDERS
    },
    **{
        f"vector_norm-{order}": (
            lambda x, o=2 if order is None else order: np.linalg.vector_norm(x, ord=o, axis=(2, 0)),
            Curve(CUBE, size=0.05),
        )
        for order in ORDERS
    },
    **{
        f"norm-complex-{order}": (
            lambda x, o=order: np.linalg.norm(x, o, axis=1), Curve(COMPLEX, size=0.1)
        )
        for order in ORDERS
    },
    **{
        f"norm-matrix-{order}-{axes}": (
            lambda x, o=order, a=axes: np.linalg.norm(x, o, axis=a, keepdims=a[0] > a[1]),
            Curve(CUBE, size=0.05),
        )
        for order in (None, "fro", 1, -1, np.inf, -np.inf)
        for axes in ((0, 1), (2, 0), (-1, -2))
    },
    "norm-everything": (np.linalg.norm, c()),
    "norm-everything-keep": (lambda x: np.linalg.norm(x, keepdims=True), c()),
    "norm-fro": (lambda x: np.linalg.norm(x, "fro"), m()),
    "norm-matrix": (lambda x: np.linalg.norm(x, 1), m()),
    "norm-order-number": (
        lambda x, p: np.linalg.norm(x, p, axis=0), Curve(np.abs(MATRIX) + 1), Curve(2.5, 1)
    ),
    "norm-order-number-two": (np.linalg.norm, Curve([2.0, -3.0, 1.5]), Curve(2.0, 1)),
    "norm-order-number-one": (np.linalg.norm, Curve([2.0, -3.0, 0.7]), Curve(1.0, 1)),
    "vector_norm-all": (lambda x: np.linalg.vector_norm(x, keepdims=True), c()),
    "vector_norm-0d": (np.linalg.vector_norm, Curve(-3.0)),
    "matrix_norm": (np.linalg.matrix_norm, c()),
    "matrix_norm-inf": (
        lambda x: np.linalg.matrix_norm(x, ord=np.inf, keepdims=True), Curve(CUBE, size=0.05)
    ),
    "norm-zero-order": (lambda x: np.linalg.norm(x, 0), Curve([2.0, -3.0])),
    "histogram-weights": (
        lambda w: np.histogram([1.0, 2.0, 2.5], 3, weights=w), Curve([1.0, 2.0, 3.0])
    ),
    "histogram-data": (lambda x: np.histogram(x, 4), Curve([1.0, 2.1, 3.2, 5.0])),
    "histogram-density": (
        lambda x, w: np.histogram(x, 2, density=True, weights=w),
        Curve([1.0, 2.1, 3.9, 5.0]),
        Curve([1.0, 2, 3, 4], 1),
    ),
    "histogram-edges": (
        lambda x, e: np.histogram(x, e, density=True),
        Curve([1.0, 2.1, 3.9]), Curve([0.0, 3, 5], 1),
    ),
    "histogram-range": (
        lambda x, r: np.histogram(x, 2, (0.0, r)), Curve([1.0, 2.1, 3.9]), Curve(9.0, 1)
    ),
    "histogram-auto": (lambda x: np.histogram(x, "sturges")[1], Curve([1.0, 2.1, 3.9])),
    "histogram-plain-range": (lambda x: np.histogram(x, 2, (0, 8)), Curve([1.0, 2.1, 3.9])),
    "histogram_bin_edges": (np.histogram_bin_edges, Curve([1.0, 2.1, 3.9])),
    "histogram_bin_edges-equal": (np.histogram_bin_edges, Curve([1.5])),
    "histogram2d": (
        lambda x, y, w: np.histogram2d(x, y, [2, 3], density=True, weights=w),
        Curve([1.0, 1.9, 3.9]), Curve([0.0, 0.7, 4.0], 1), Curve([1.0, 2, 3], 2),
    ),
    "histogram2d-edges": (
        lambda x, y: np.histogram2d(x, y, [0.0, 1.5, 3.2, 5.0]),
        Curve([1.0, 2.2, 3.9]), Curve([0.1, 1.3, 4.0], 1),
    ),
    "histogramdd": (
        lambda x, w: np.histogramdd(x, (2, 2), weights=w),
        Curve([[1.0, 2], [2.2, 9], [3.9, 3]]), Curve([1.0, 2, 3], 1),
    ),
    "histogramdd-ranges": (
        lambda x: np.histogramdd(x, 2, range=[(0, 5), (0, 10)], density=True),
        Curve([[1.0, 2], [2.2, 9], [3.9, 3]]),
    ),
    "histogramdd-edges": (
        lambda x, e: np.histogramdd(x, [e, [0.0, 4.0, 10.0]], density=True),
        Curve([[1.0, 2], [2.2, 9], [3.9, 3]]), Curve([0.0, 3.0, 6.0], 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_along_curves(call, algebra):
    function, *operands = call
    agrees(function, operands, algebra)


# Products, exactly -----------------------------------------------------------------------


def exact(algebra, values):
    """A number with Fractions as coefficients, and the same as sympy polynomials."""
    symbols = sympy.symbols(f"t:{algebra.exponents.shape[1]}")
    parts = np.empty((algebra.rows, len(values)), object)
    polynomials = []
    for i, first in enumerate(values):
        parts[:, i] = [Fraction(first)] + [
            Fraction(3 * i + k + 1, 7) for k in range(1, algebra.rows)
        ]
        terms = [
            sympy.Rational(c.numerator, c.denominator)
            * sympy.prod(s ** int(e) for s, e in zip(symbols, row, strict=True))
            for c, row in zip(parts[:, i], algebra.exponents, strict=True)
        ]
        polynomials.append(sum(terms))
    return make(algebra, parts), polynomials, symbols


def coefficients(expression, symbols, algebra):
    polynomial = sympy.Poly(sympy.expand(expression), *symbols)
    found = [polynomial.coeff_monomial(list(map(int, row))) for row in algebra.exponents]
    return [Fraction(int(c.p), int(c.q)) for c in found]


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


def test_variance_is_exact():
    algebra = taylor(3)
    x, polynomials, symbols = exact(algebra, (2, 3, 5, 9))
    mean = sum(polynomials) / 4
    variance = sum((p - mean) ** 2 for p in polynomials) / 3
    assert list(np.var(x, ddof=1).parts) == coefficients(variance, symbols, algebra)
    assert isinstance(np.average(x).parts[1], Fraction)


def test_polynomials_are_exact():
    algebra = taylor(2)
    zeros, polynomials, symbols = exact(algebra, (2, 0, 5))
    s = sympy.Symbol("s")
    expanded = sympy.Poly(sympy.expand(sympy.prod([s - p for p in polynomials])), s)
    for got, want in zip(np.poly(zeros), expanded.all_coeffs(), strict=True):
        assert list(got.parts) == coefficients(want, symbols, algebra)
    p, terms, symbols = exact(algebra, (3, 0, 1))
    at, (point,), _ = exact(algebra, (0,))
    value = terms[0] * point**2 + terms[1] * point + terms[2]
    assert list(np.polyval(p, at[0]).parts) == coefficients(value, symbols, algebra)


def test_prod_with_infinite_and_nan_factors():
    y = np.prod(ta.Dual([np.inf, 2.0], [1.0, 1.0]))
    assert (y.value, y.tangent) == (np.inf, np.inf)
    assert np.isnan(np.prod(ta.Dual([np.nan, 0.0], [1.0, 1.0])).value)


def test_values_are_numpys_own():
    x = rng.normal(size=(7, 1001)) + 1
    number = make(dual(), np.stack([x, np.ones_like(x)]))
    for function in (np.prod, np.cumprod, np.linspace):
        args = (0.3, 7) if function is np.linspace else ()
        np.testing.assert_array_equal(function(number, *args).value, function(x, *args))


# No spread, no length --------------------------------------------------------------------


@pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)
@pytest.mark.parametrize(
    "function",
    [
        np.std, np.nanstd, np.linalg.norm, np.linalg.vector_norm,
        *(
            lambda x, p=p: np.linalg.norm(x, p)
            for p in (1, 2, 3, 4, 1.5, 0.5, -1, -3, np.inf, -np.inf)
        ),
        lambda x: np.linalg.norm(np.reshape(x, (2, 2)), "fro"),
        lambda x: np.linalg.norm(np.reshape(x, (2, 2)), 1),
        lambda x: np.linalg.norm(x + 0j),
    ],
)  # fmt: skip
def test_at_zero_the_derivative_is_zero(function, algebra):
    y = function(Curve(np.zeros(4)).number(algebra))
    np.testing.assert_array_equal(y.parts, 0.0)


def test_std_of_equal_rows_among_others():
    y = np.std(ta.Dual([[3.0, 3.0], [1.0, 5.0]], [[1.0, 2.0], [0.0, 1.0]]), axis=1)
    np.testing.assert_allclose(y.value, [0.0, 2.0])
    np.testing.assert_allclose(y.tangent, [0.0, 0.5])


def test_even_norms_are_smooth_at_zero_entries():
    x = make(taylor(4), np.array([[0.0, 1.0], [1.0, 0.0], [0, 0], [0, 0], [0, 0]]))
    # (t^4 + 1)^(1/4) = 1 + t^4/4 + ...
    np.testing.assert_allclose(np.linalg.norm(x, 4).parts, [1, 0, 0, 0, 0.25], atol=1e-15)
    # sqrt(t^2 + 1) = 1 + t^2/2 - t^4/8
    np.testing.assert_allclose(np.linalg.norm(x).parts, [1, 0, 0.5, 0, -0.125], atol=1e-15)
    y = np.linalg.norm(x, 3)
    np.testing.assert_array_equal(y.parts, [1, 0, 0, 0, 0])


def test_the_zero_norm_counts():
    y = np.linalg.norm(ta.Dual([0.0, 2.0, -1.0], 1.0), 0)
    assert np.all(np.asarray(ta.value(y)) == 2)
    assert not isinstance(y, Number) or y.tangent == 0


def test_max_norm_shares_at_ties():
    y = np.linalg.norm(ta.Dual([3.0, -3.0], [1.0, 5.0]), np.inf)
    assert (y.value, y.tangent) == (3.0, -2.0)


@pytest.mark.parametrize("order", [2, -2, "nuc"])
def test_norms_by_singular_values_are_refused(order):
    x = Curve(MATRIX).number(dual())
    with pytest.raises(ta.DerivativeError, match="singular values"):
        np.linalg.norm(x, order)
    with pytest.raises(ta.DerivativeError, match="singular values"):
        np.linalg.matrix_norm(x, ord=order)


# Degenerate slices -----------------------------------------------------------------------


def test_too_few_degrees_of_freedom():
    x = ta.Dual([[1.0], [2.0]], 1.0)
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        assert np.all(np.isnan(np.var(x, axis=1, ddof=1).value))
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        assert np.all(np.isnan(np.nanvar(x, axis=1, ddof=1).parts))
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        assert np.isnan(np.cov(x[0]).value)
    with pytest.warns(RuntimeWarning, match="empty slice"):
        y = np.nanmean(ta.Dual([[np.nan], [1.0]], 1.0), axis=1)
    np.testing.assert_array_equal(y.parts, [[np.nan, 1.0], [np.nan, 1.0]])


def test_nan_reductions_leave_no_trace_of_nan_derivatives():
    x = ta.Dual([np.nan, 2.0, 4.0], [np.nan, 3.0, 5.0])
    assert np.nansum(x).tangent == 8.0
    assert np.nanprod(x).tangent == 22.0
    assert np.nanmean(x).tangent == 4.0
    assert np.nanvar(x).tangent == 2.0
    assert np.nanstd(x).tangent == 1.0
    np.testing.assert_array_equal(np.nancumsum(x).tangent, [0.0, 3.0, 8.0])
    np.testing.assert_array_equal(np.nancumprod(x).tangent, [0.0, 3.0, 22.0])
    nothing = ta.Dual([np.nan], [1.0])
    assert (np.nansum(nothing).value, np.nanprod(nothing).value) == (0.0, 1.0)


def test_an_empty_product_is_one():
    assert np.prod(ta.Dual([], [])).value == 1.0
    assert np.prod(ta.Dual([], []), initial=ta.Dual(3.0, 2.0)).tangent == 2.0


def test_conjugate_zeros_make_a_real_polynomial_only_if_they_stay_conjugate():
    zeros = np.array([1 + 2j, 1 - 2j, 3])
    together = np.poly(ta.Dual(zeros, [1j, -1j, 2]))
    assert together.dtype == float
    np.testing.assert_array_equal(together.value, np.poly(zeros))
    apart = np.poly(ta.Dual(zeros, [1j, 1j, 2]))
    assert apart.dtype == complex
    step = 1e-6
    moved = [np.poly(zeros + s * step * np.array([1j, 1j, 2])) for s in (1, -1)]
    np.testing.assert_allclose(apart.tangent, (moved[0] - moved[1]) / (2 * step), atol=1e-6)


def test_polydiv_keeps_a_remainder_that_moves():
    # u = (x + 1)(x - e): divided by x + 1 the remainder is zero; by x + 1 - e it is not.
    u = [ta.Dual(1.0), ta.Dual(1.0, -1.0), ta.Dual(0.0, -1.0)]
    q, r = np.polydiv(np.stack(u), [1.0, 1.0])
    np.testing.assert_allclose(q.parts, [[1, 0], [0, -1]])
    np.testing.assert_allclose(r.parts, [[0], [0]])
    _, r = np.polydiv([1.0, 1.0, 0.0], ta.Dual([1.0, 1.0], [0.0, -1.0]))
    np.testing.assert_allclose(r.parts, [[0], [-1]], atol=1e-15)


def test_scimath_outside_the_real_domain():
    for function, exact in (
        (scimath.arccos, mpmath.acos),
        (scimath.arcsin, mpmath.asin),
        (scimath.arctanh, mpmath.atanh),
    ):
        for point in (1.5, -1.5):
            y = function(ta.Dual(point, 1.0))
            assert y.value == function(point)
            slope = complex(mpmath.diff(exact, mpmath.mpc(point, 1e-25 if point > 0 else -1e-25)))
            got = complex(y.tangent)
            assert min(abs(got - slope), abs(got - slope.conjugate())) < 1e-12


def test_float32_stays():
    x = ta.Dual(np.array([1.0, 3.0, 2.0], np.float32), np.float32(1.0))
    for function in (
        np.prod, np.cumprod, np.var, np.std, np.nanvar, np.nanstd, np.nansum, np.nanmean,
        np.nanprod, np.average, np.linalg.norm, np.vander, np.unwrap, scimath.sqrt,
        lambda x: np.linalg.norm(x, 3), lambda x: np.linalg.norm(x, np.inf),
        lambda x: np.polyval([1.0, 2.0], x), lambda x: np.linspace(x[0], 2, 3), np.cov,
        lambda x: np.average(x, returned=True)[1], lambda x: np.geomspace(x, 2, 3),
    ):  # fmt: skip
        plain = function(np.array([1.0, 3.0, 2.0], np.float32))
        assert function(x).dtype == plain.dtype, function


# Misuse ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.prod(x, axis=2), np.exceptions.AxisError),
        (lambda x: np.prod(x, dtype=int), TypeError),
        (lambda x: np.cumprod(x, dtype="i4"), TypeError),
        (lambda x: np.var(x, ddof=1, correction=1), ValueError),
        (lambda x: np.var(x, dtype=bool), TypeError),
        (lambda x: np.std(x, spread=1), TypeError),
        (lambda x: np.average(x, weights=[1.0, 2.0]), TypeError),
        (lambda x: np.average(x, axis=0, weights=[1.0, 2.0]), ValueError),
        (lambda x: np.average(x, weights=[1.0, -1.0, 0.0]), ZeroDivisionError),
        (lambda x: np.cov(x, ddof=0.5), ValueError),
        (lambda x: np.cov(np.ones((1, 1, 1)) * x), ValueError),
        (lambda x: np.cov(x, fweights=[0.5, 1, 1]), TypeError),
        (lambda x: np.cov(x, fweights=[1, 1]), RuntimeError),
        (lambda x: np.cov([1.0, 2.0, 3.0], fweights=x), TypeError),
        (lambda x: np.cov(x, aweights=[[1, 1, 1]]), RuntimeError),
        (lambda x: np.cov(x, aweights=[-1, 1, 1]), ValueError),
        (lambda x: np.linspace(x, 1, -1), ValueError),
        (lambda x: np.linspace(x, 1, 2.5), TypeError),
        (lambda x: np.linspace(x, 1, dtype=int), TypeError),
        (lambda x: np.geomspace(x * 0, 1), ValueError),
        (lambda x: np.poly(x[:2].reshape(2, 1) * x[:2]), ta.DerivativeError),
        (lambda x: np.poly(x.reshape(3, 1)), ValueError),
        (lambda x: np.vander(x.reshape(3, 1)), ValueError),
        (lambda x: np.apply_along_axis(np.sum, 1, x), np.exceptions.AxisError),
        (lambda x: np.apply_along_axis(np.sum, 0, x.reshape(3, 1)[:, :0]), ValueError),
        (lambda x: np.apply_over_axes(lambda a, i: a[0, 0], x.reshape(3, 1), 0), ValueError),
        (lambda x: np.linalg.norm(x, "fro"), ValueError),
        (lambda x: np.linalg.norm(x.reshape(3, 1), 3), ValueError),
        (lambda x: np.linalg.norm(x.reshape(3, 1), x[1]), TypeError),
        (lambda x: np.linalg.norm(x.reshape(3, 1, 1), 1), ValueError),
        (lambda x: np.linalg.norm(x.reshape(3, 1), axis=(0, 0)), ValueError),
        (lambda x: np.histogram(x, [3.0, 1.0]), ValueError),
        (lambda x: np.histogram(x, 2, weights=[1.0, 2.0]), ValueError),
        (lambda x: np.histogram2d(x, [1.0, 2.0]), ValueError),
        (lambda x: np.roots(x), ta.DerivativeError),
        (lambda x: np.polyfit([1.0, 2.0, 3.0], x, 1), ta.DerivativeError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))


def test_every_combination_of_axes_and_kept_dimensions():
    x = make(hyperdual(), rng.normal(size=(4, 2, 3, 2)))
    axes = [None, *range(-3, 3), *itertools.permutations(range(3), 2), (0, 1, 2), ()]
    for function, axis, keepdims in itertools.product(
        (np.prod, np.max, np.min, np.var, np.nansum), axes, (False, True)
    ):
        got = function(x, axis=axis, keepdims=keepdims)
        want = function(x.value, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(got.value, want, rtol=1e-13, atol=1e-15)
        assert got.shape == np.shape(want)
