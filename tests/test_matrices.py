"""The compiled series of matrices against sums of NumPy's products, in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta
from taylorad import _matrices
from taylorad._kernels import threads

SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 11, 16, 17, 25, 33, 50]


def integers(*shape: int) -> np.ndarray:
    """Small ones: sums of their products are exact."""
    return np.random.default_rng(sum(shape)).integers(-9, 10, shape).astype(float)


def convolved(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.array([sum(u[i] @ v[k - i] for i in range(k + 1)) for k in range(len(u))])


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("rows", [1, 2, 3, 6])
def test_products_are_exact_where_numbers_are(n: int, rows: int) -> None:
    for inner, m in ((n, n), (3, n), (n, 1), (1, n), (2 * n + 1, n + 1)):
        u, v = integers(rows, n, inner), integers(rows, inner, m)
        for count in (1, 2):
            with threads(count):
                got = _matrices.multiply(u, v, u[0] @ v[0])
            assert_array_equal(got, convolved(u, v))


def test_products_of_arrays_in_any_order() -> None:
    u, v = integers(4, 6, 5)[:, ::-1], integers(4, 3, 5).transpose(0, 2, 1)
    assert_array_equal(_matrices.multiply(u, v, u[0] @ v[0]), convolved(u, v))
    raw = np.zeros(u.nbytes + 1, np.uint8)
    crooked = raw[1:].view(np.float64).reshape(u.shape)  # not aligned
    crooked[...] = u
    assert_array_equal(_matrices.multiply(crooked, v, u[0] @ v[0]), convolved(u, v))


@pytest.mark.parametrize("n", SIZES)
def test_inverses_and_solutions_have_no_residual(n: int) -> None:
    for stack in ((), (3,), (2, 1)):
        a = integers(5, *stack, n, n)
        a[0] += 40 * np.eye(n) * (1 + n)
        a = a[..., np.random.default_rng(n).permutation(n), :]  # the pivots are elsewhere
        for count in (1, 2):
            with threads(count):
                y = _matrices.invert(a, np.linalg.inv)
            one = convolved(y, a)
            assert_allclose(one[0], np.broadcast_to(np.eye(n), one[0].shape), atol=1e-14)
            assert_allclose(one[1:], 0.0, atol=1e-14)
        for m in (1, 2, 5):
            b = integers(5, *stack, n, m)
            y = _matrices.solve(a, b, np.linalg.solve(a[0], b[0]))
            assert y is not None
            assert_allclose(convolved(a, y), b, atol=1e-13)


def test_inverse_of_fractions() -> None:
    """1 / (a + b t) of matrices, in rational arithmetic."""
    a = [[Fraction(4), Fraction(1)], [Fraction(2), Fraction(3)]]
    det = a[0][0] * a[1][1] - a[0][1] * a[1][0]
    first = np.array([[a[1][1], -a[0][1]], [-a[1][0], a[0][0]]]) / det
    b = np.array([[Fraction(1), Fraction(-2)], [Fraction(0), Fraction(5)]])
    want = [first]
    for _ in range(4):
        want.append(-want[-1] @ b @ first)
    series = np.zeros((5, 2, 2))
    series[0], series[1] = np.array(a, float), b.astype(float)
    got = np.linalg.inv(ta.Taylor(series))
    assert_allclose(got.coefficients.astype(float), np.array(want).astype(float), rtol=1e-14)


LARGE = 50  # so that rows are made beside the inverse


def regular() -> np.ndarray:
    a = integers(6, LARGE, LARGE)
    a[0] += 40 * LARGE * np.eye(LARGE)[::-1]
    return a


def test_an_inverse_does_not_depend_on_threads_and_has_the_value_of_numpy() -> None:
    a = regular()
    with threads(1):
        alone = np.linalg.inv(ta.Taylor(a)).coefficients
    assert_array_equal(alone[0], np.linalg.inv(a[0]))
    for count in (2, 3, 8):
        with threads(count):
            assert_array_equal(np.linalg.inv(ta.Taylor(a)).coefficients, alone)


def test_rows_beside_an_inverse_that_fails() -> None:
    a = regular()
    a[0, :, 3] = a[0, :, 7]

    def fail(value: np.ndarray) -> np.ndarray:
        raise RuntimeError("no inverse")

    for count in (1, 2):
        with threads(count):
            with pytest.raises(RuntimeError, match="no inverse"):
                _matrices.invert(a, fail)
            one = convolved(_matrices.invert(regular(), np.linalg.inv), regular())
            assert_allclose(one[1:], 0.0, atol=1e-13)


def test_rows_come_from_the_given_inverse_where_elimination_finds_none() -> None:
    a = regular()
    a[0, :, 3] = 0.0  # a pivot is zero
    given = integers(LARGE, LARGE)
    y = _matrices.invert(a / 1e3, lambda value: given)
    assert_array_equal(y[0], given)
    assert_allclose(y[1], -given @ (a[1] / 1e3) @ given, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("ugly", [np.nan, np.inf, -np.inf])
def test_rows_beside_an_inverse_of_what_is_not_finite(ugly: float) -> None:
    a = regular()
    a[0, 4, 9] = ugly
    with np.errstate(all="ignore"):
        y = np.linalg.inv(ta.Taylor(a)).coefficients
        want = -y[0] @ a[1] @ y[0]
        assert_array_equal(y[0], np.linalg.inv(a[0]))
    assert np.isnan(want).all() == np.isnan(y[1:]).all() == np.isnan(ugly)
    if not np.isnan(ugly):
        assert_allclose(y[1], want, rtol=1e-9, atol=1e-12 * np.abs(want).max())


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 15, 16, 17, 31])
def test_factors_in_rational_arithmetic(n: int) -> None:
    """Of whole numbers, with pivots that are found only below: zeros are on the diagonal."""
    a = integers(n, n)
    if n > 1:
        np.fill_diagonal(a, 0.0)
    exact = [[Fraction(int(x)) for x in (*row, i + 1)] for i, row in enumerate(a)]
    for k in range(n):  # Gauss and Jordan
        at = next(i for i in range(k, n) if exact[i][k])
        exact[k], exact[at] = exact[at], exact[k]
        exact[k] = [x / exact[k][k] for x in exact[k]]
        for i in range(n):
            if i != k:
                exact[i] = [x - exact[i][k] * y for x, y in zip(exact[i], exact[k], strict=True)]
    factors = _matrices.Factors(a)
    assert factors.regular
    right = np.arange(1.0, n + 1)
    want = np.array([float(row[-1]) for row in exact])
    for m in (1, 3, 8, 9):
        got = factors.solve(np.repeat(right[:, None], m, 1))
        assert_allclose(got, np.repeat(want[:, None], m, 1), rtol=1e-11, atol=1e-12)


def test_nothing_but_nan_where_a_factor_is_not_finite() -> None:
    u, v = integers(3, 4, 4), integers(3, 4, 4)
    u[1, 2, 3] = np.nan
    got = _matrices.multiply(u, v, u[0] @ v[0])
    where = np.isnan(convolved(u, v))
    assert_array_equal(np.isnan(got), where)
    assert where.sum() == 8


def test_singular_values_are_refused_as_numpy_does() -> None:
    singular = ta.Taylor(np.stack([np.ones((2, 2)), np.eye(2)]))
    for function in (np.linalg.inv, lambda a: np.linalg.solve(a, np.ones(2))):
        with pytest.raises(np.linalg.LinAlgError, match="Singular"):
            function(singular)
    assert _matrices.solve(np.ones((2, 2, 2)), np.ones((2, 2, 1)), np.ones((2, 1))) is None


def test_empty_matrices() -> None:
    for shape in ((3, 0, 0), (3, 2, 0, 0), (3, 0, 2, 2)):
        a = np.zeros(shape)
        assert _matrices.invert(a, np.array).shape == shape
    for n, inner in ((2, 0), (0, 2)):
        got = _matrices.multiply(np.zeros((3, n, inner)), np.zeros((3, inner, 4)), np.zeros((n, 4)))
        assert_array_equal(got, np.zeros((3, n, 4)))


def test_a_plain_right_side() -> None:
    a = integers(4, 3, 3)
    a[0] += 30 * np.eye(3)
    for b in (np.array([1, 2, 3]), np.array([1.0, -2.0, 3.0]), np.eye(3)[:, :2]):
        y = np.linalg.solve(ta.Taylor(a), b)
        product = ta.Taylor(a) @ y
        assert_allclose(product.coefficients[0], b, atol=1e-14)
        assert_allclose(product.coefficients[1:], 0.0, atol=1e-14)
