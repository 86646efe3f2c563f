"""Decompositions of one small matrix, which are compiled: as the rules, and as their equations."""

import numpy as np
import pytest
from numpy import linalg as la
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta
from taylorad import _decompositions
from taylorad._numbers import Number, make, mixing_count
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor
from taylorad.dispatch import DerivativeError, plan_of

ALGEBRAS = {
    "dual": dual(),
    "hyperdual": hyperdual(),
    "order 0": taylor(0),
    "order 5": taylor(5),
    "nested": Algebra.of((Factor(0, "dual", 1), Factor(7, "taylor", 2))),
}
SQUARE = {
    "cholesky": lambda a: la.cholesky(a @ a.T + 0.1 * np.eye(len(a))),
    "upper": lambda a: la.cholesky(a @ a.T + 0.1 * np.eye(len(a)), upper=True),
    "eigh": la.eigh,
    "eigh of L": lambda a: la.eigh(a, UPLO="L"),
    "eigvalsh": la.eigvalsh,
    "eig": la.eig,
    "eigvals": la.eigvals,
    "svd": la.svd,
    "complete": lambda a: la.qr(a, "complete"),
}
ANY = {
    "qr": la.qr,
    "r": lambda a: la.qr(a, mode="r"),
    "svd reduced": lambda a: la.svd(a, full_matrices=False),
    "svd by place": lambda a: la.svd(a, False),
    "values": lambda a: la.svd(a, compute_uv=False),
    "svdvals": la.svdvals,
    "pinv": la.pinv,
    "cond": la.cond,
    "lstsq": lambda a: la.lstsq(a, a[:, 0] * a[0, 0] + 0.5)[0],
}
algebras = pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)


def number(algebra, *shape, seed=0):
    parts = np.random.default_rng(seed).normal(size=(algebra.rows, *shape))
    parts[1:] *= 0.5
    return make(algebra, parts)


def stacked(x):
    """The same as a stack of one, which the rules see to."""
    return make(x.algebra, x.parts[:, np.newaxis])


def assert_same(got, want, rtol=1e-11):
    """Everything is the same; values to the last bit, derivatives by the size of their row."""
    if isinstance(got, tuple):
        assert type(got) is type(want)
        for one, other in zip(got, want, strict=True):
            assert_same(one, other, rtol)
        return
    assert type(got) is type(want)
    if not isinstance(got, Number):
        assert_array_equal(got, want)
        return
    assert (got.dtype, got.shape, got.algebra) == (want.dtype, want.shape, want.algebra)
    assert_array_equal(got.value, want.value)
    for one, other in zip(got.parts, want.parts, strict=True):
        assert_allclose(one, other, rtol=rtol, atol=rtol * np.max(np.abs(other), initial=1e-3))


def general(function, x, monkeypatch):
    """The result of the rules alone."""
    with monkeypatch.context() as patch:
        for name in ("cholesky", "qr", "eigh", "eig", "svd"):
            patch.setattr(_decompositions, name, lambda *args: None)
        return function(x)


def matrices(algebra, m, n):
    x = number(algebra, m, n)
    yield x
    yield number(algebra, n, m, seed=1).T
    yield number(algebra, 2 * m, n, seed=2)[::2]
    yield make(algebra, x.parts * 1e-150)
    yield make(algebra, np.round(3 * x.parts))


@algebras
@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("name", SQUARE)
def test_square_matrices_as_the_rules(name, n, algebra, monkeypatch):
    for a in matrices(algebra, n, n):
        a[0, 0] += 1.5 * np.max(np.abs(a.value))
        if la.cond(a.value) > 1e3:
            continue
        before = mixing_count()
        got = SQUARE[name](a)
        assert mixing_count() > before
        assert_same(got, general(SQUARE[name], a, monkeypatch))


@algebras
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (4, 2), (2, 4), (1, 3), (3, 1), (16, 3)])
@pytest.mark.parametrize("name", ANY)
def test_matrices_as_the_rules(name, shape, algebra, monkeypatch):
    for a in matrices(algebra, *shape):
        first = a.value[:, : shape[0]]  # which QR needs to be independent
        if max(la.cond(a.value), la.cond(first)) < 1e3:
            assert_same(ANY[name](a), general(ANY[name], a, monkeypatch))


@pytest.mark.parametrize("n", [3, 6])
def test_compiled_where_nothing_is_unusual(n):
    a = number(taylor(3), n, n).parts
    assert len(_decompositions.eigh(taylor(3), a, False, None)) == 2
    assert len(_decompositions.eig(taylor(3), a, True, None)) == 1
    assert len(_decompositions.svd(taylor(3), a[:, 1:].copy(), False, None)) == 3
    assert len(_decompositions.qr(taylor(3), a, False)) == 2
    a[0] = a[0] @ a[0].T + np.eye(n)
    assert len(_decompositions.cholesky(taylor(3), a, True)) == 1


@algebras
@pytest.mark.parametrize("shape", [(3, 3), (5, 2), (2, 1), (1, 1), (2, 4)])
def test_least_squares_as_the_rule(shape, algebra):
    rule = plan_of(la.lstsq)[0]
    for a in matrices(algebra, *shape):
        if la.cond(a.value) > 1e3:
            continue
        for b in (number(algebra, shape[0], seed=5), number(algebra, shape[0], 2, seed=6)):
            for right in (b, b.value, number(algebra, 2 * shape[0], seed=7)[::2]):
                assert_same(la.lstsq(a, right), rule(a, right))
    with pytest.raises(DerivativeError, match="rank"):
        la.lstsq(ta.Dual(np.ones((3, 2)), np.ones((3, 2))), np.ones(3))


PRODUCTS = [
    (la.multi_dot, lambda a, b, c: ([a, b, c],)),
    (la.multi_dot, lambda a, b, c: ([a, b.value, c],)),
    (la.multi_dot, lambda a, b, c: ([a.value, b.value, c],)),
    (la.multi_dot, lambda a, b, c: ((a, b.value, c.value),)),
    (la.multi_dot, lambda a, b, c: ([a, b],)),
    (la.multi_dot, lambda a, b, c: ([a[0], b, c[:, 0]],)),
    (la.multi_dot, lambda a, b, c: ([c.T, b.T, b, c],)),
    (la.matrix_power, lambda a, b, c: (b, 2)),
    (la.matrix_power, lambda a, b, c: (b.T, 3)),
    (la.matrix_power, lambda a, b, c: (b, -2)),
    (la.matrix_power, lambda a, b, c: (b, np.int64(2))),
    (la.vecdot, lambda a, b, c: (a[0], b[:, 0])),
    (la.vecdot, lambda a, b, c: (a[0], b.value[1])),
    (la.vecdot, lambda a, b, c: (b, b[0])),
    (la.trace, lambda a, b, c: (a,)),
    (la.norm, lambda a, b, c: (a[0], 3)),
    (la.norm, lambda a, b, c: (a[0] * 1e200, 3.5)),
    (la.norm, lambda a, b, c: (a[0] * 1e-200, 3)),
    (la.norm, lambda a, b, c: (a[0], 4)),
    (la.norm, lambda a, b, c: (a[0] * np.array([1.0, 0.0, 1.0]), 3)),
    (la.norm, lambda a, b, c: (b, 3, 1)),
    (la.norm, lambda a, b, c: (a[1], 3, 0, True)),
]


@algebras
@pytest.mark.parametrize("function, operands", PRODUCTS)
def test_products_and_norms_as_the_rules(function, operands, algebra):
    given = operands(number(algebra, 2, 3), number(algebra, 3, 3, seed=1),
                     number(algebra, 3, 4, seed=2))  # fmt: skip
    before = mixing_count()
    with np.errstate(all="ignore"):
        got = function(*given)
        assert mixing_count() > before
        assert_same(got, plan_of(function)[0](*given))


def size(rows):
    """The largest terms of each degree of a product."""
    return np.array([np.max(np.abs(row), initial=0.0) for row in rows])


def assert_product(want, *factors):
    """The product of series of matrices, by its definition, in wider arithmetic."""
    order = len(want)
    product, bound = factors[0].astype(np.clongdouble), size(factors[0])
    for factor in factors[1:]:
        factor, own = factor.astype(np.clongdouble), size(factor)
        product = np.array([sum(product[i] @ factor[k - i] for i in range(k + 1))
                            for k in range(order)])  # fmt: skip
        bound = np.array([sum(bound[i] * own[k - i] for i in range(k + 1)) for k in range(order)])
    assert np.all(size(product - want) <= 1e-13 * bound)


def diagonals(s):
    return s[:, np.newaxis] * np.eye(s.shape[-1])


@pytest.mark.parametrize("scale", [1.0, 1e-120, 1e120])
@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (6, 6), (5, 3), (3, 5)])
def test_factors_multiply_to_the_matrix(shape, scale):
    a = number(taylor(6), *shape, seed=3) * scale
    eye = np.zeros((7, min(shape), min(shape)))
    eye[0] = np.eye(min(shape))
    u, s, vt = (x.parts for x in la.svd(a, full_matrices=False))
    assert_product(a.parts, u, diagonals(s), vt)
    assert_product(eye, u.swapaxes(1, 2), u)
    assert_product(eye, vt, vt.swapaxes(1, 2))
    if shape[0] >= shape[1]:
        q, r = (x.parts for x in la.qr(a))
        assert_product(a.parts, q, r)
        assert_product(eye, q.swapaxes(1, 2), q)
        assert not np.any(np.tril(r, -1))
    if shape[0] != shape[1]:
        return
    lower = np.tril(a.parts) + np.tril(a.parts, -1).swapaxes(1, 2)
    w, v = (x.parts for x in la.eigh(a))
    assert_product(lower, v, diagonals(w), v.swapaxes(1, 2))
    assert_product(eye, v.swapaxes(1, 2), v)
    w, v = (x.parts for x in la.eig(a))
    difference = np.concatenate([a.parts.astype(complex), v], axis=2)
    assert_product(0 * a.parts, difference, np.concatenate([v, -diagonals(w)], axis=1))
    lower[0] = lower[0] @ lower[0] / scale + scale * np.eye(len(lower[0]))
    factor = la.cholesky(ta.Taylor(lower)).parts
    assert_product(lower, factor, factor.swapaxes(1, 2))


def test_repeated_values(monkeypatch):
    turn = la.qr(number(taylor(0), 4, 4).value).Q
    values = np.array([1.0, 1.0, 2.0, 5.0])
    whole = turn @ np.diag(values) @ turn.T
    kept = ta.Taylor([whole, turn @ np.diag([3.0, 3.0, -1.0, 0.5]) @ turn.T, whole @ whole])
    split = ta.Taylor([whole, turn @ np.diag([3.0, 4.0, -1.0, 0.5]) @ turn.T, whole])
    for x in (kept, split):
        for function in (la.eigvalsh, la.svdvals, la.eigvals):
            assert_same(function(x), general(function, x, monkeypatch), 1e-9)
    w, v = la.eigh(kept)
    assert_product(np.tril(kept.parts) + np.tril(kept.parts, -1).swapaxes(1, 2),
                   v.parts, diagonals(w.parts), v.parts.swapaxes(1, 2))  # fmt: skip
    assert_allclose(w.parts[1], [3, 3, -1, 0.5], atol=1e-13)
    assert_allclose(la.svdvals(split).parts[1], [0.5, -1, 4, 3], atol=1e-12)
    for function in (la.eigh, la.eig, la.svd):
        with pytest.raises(DerivativeError, match="repeated"):
            function(split)
    with pytest.raises(DerivativeError, match="defective"):
        la.eigvals(ta.Dual(np.array([[1.0, 1.0], [0.0, 1.0]]), np.eye(2)))


@pytest.mark.parametrize("gap", [1e-3, 1e-7, 1e-11])
def test_close_values(gap):
    # The eigenvalues of diag(0, gap) + t [[0, 1], [1, 0]] are those of a quadratic equation.
    x = ta.Taylor([np.diag([0.0, gap]), [[0.0, 1.0], [1.0, 0.0]], np.zeros((2, 2))])
    w, v = la.eigh(x)
    assert_allclose(w.parts, [[0.0, gap], [0.0, 0.0], [-1 / gap, 1 / gap]], rtol=1e-13)
    assert_allclose(np.abs(v.parts[1]), [[0.0, 1 / gap], [1 / gap, 0.0]], rtol=1e-13)


def test_errors_are_those_of_numpy():
    square, tall = number(dual(), 3, 3), number(dual(), 3, 2)
    with pytest.raises(la.LinAlgError, match="positive definite"):
        la.cholesky(-square @ square.T)
    for function in (la.cholesky, la.eigh, la.eigvalsh, la.eig, la.eigvals):
        with pytest.raises(la.LinAlgError, match="square"):
            function(tall)
    for function in (la.qr, la.svd, la.svdvals):
        with pytest.raises(la.LinAlgError, match="dimensional"):
            function(square[0])
    with pytest.raises(ValueError, match="UPLO"):
        la.eigh(square, "X")
    with pytest.raises(ValueError, match="mode"):
        la.qr(square, "other")
    with pytest.raises(DerivativeError, match="independent"):
        la.qr(ta.Dual(np.ones((3, 2)), tall.value))
    with pytest.raises(DerivativeError, match="full_matrices"):
        la.svd(tall)
    with pytest.raises(DerivativeError, match="zero"):
        la.svd(ta.Dual(np.diag([1.0, 0.0]), np.eye(2)))
    with pytest.raises(TypeError, match="argument"):
        la.svd(square, other=True)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("function", [la.cholesky, la.qr, la.svd, la.svdvals, la.eigh, la.eig])
def test_what_is_not_finite(function, bad, monkeypatch):
    for row in range(2):
        if row == 0 and function in (la.svd, la.svdvals):
            continue  # some versions of LAPACK never come back from it
        x = number(dual(), 3, 3) + 5.0 * np.eye(3)
        x.parts[row, 1, 0] = bad
        outcomes = []
        for call in (function, lambda x: general(function, x, monkeypatch)):
            try:
                with np.errstate(all="ignore"):
                    found = call(x)
                outcomes.append([one.parts for one in found] if type(found) is tuple else found)
            except (la.LinAlgError, DerivativeError) as error:
                outcomes.append(str(error))
        assert str(outcomes[0]) == str(outcomes[1])


def test_options_of_plans():
    a = number(taylor(2), 3, 3)
    assert_array_equal(la.qr(a, mode="r").parts, la.qr(a).R.parts)
    for call in (lambda: la.svd(a, True, False), lambda: la.svd(a, True, compute_uv=False)):
        assert_array_equal(call().parts, la.svdvals(a).parts)
    for flag in (1, np.True_):
        assert_allclose(la.svd(a, compute_uv=flag).S.parts, la.svd(a).S.parts, rtol=1e-12)
    upper, lower = la.eigh(a.T, "U"), la.eigh(a)
    assert_allclose(upper[0].parts, lower[0].parts, rtol=1e-12)
    assert_allclose(plan_of(la.eigh)[0](a).eigenvalues.parts, lower[0].parts, rtol=1e-12)
