"""Small matrices and contractions: against their equations, exact numbers and the general rules."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from numpy import linalg as la
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta
from taylorad._numbers import Number, mixing_count
from taylorad.dispatch import plan_of

KINDS = {
    "dual": lambda u: ta.Dual(*u[:2]),
    "hyperdual": lambda u: ta.HyperDual(*u[:4]),
    "order 0": lambda u: ta.Taylor(u[:1]),
    "order 5": lambda u: ta.Taylor(u),
}


def numbers(kind, *shape, seed=0, dtype="f8"):
    return KINDS[kind](np.random.default_rng(seed).normal(size=(6, *shape)).astype(dtype))


def assert_general(function, *args, rtol=1e-12, **kwargs):
    """The result is that of the rule, in everything; of the value to the last bit."""
    before = mixing_count()
    got = function(*args, **kwargs)
    mixed = mixing_count() > before
    rule = plan_of(function)[0]
    before = mixing_count()
    want = rule(*args, **kwargs)
    assert mixed or mixing_count() == before or function in (np.round, np.sinc)
    pairs = zip(got, want, strict=True) if isinstance(want, tuple) else [(got, want)]
    for one, other in pairs:
        assert type(one) is type(other)
        if not isinstance(one, Number):
            assert_array_equal(one, other)
            continue
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert_array_equal(one.value, other.value)
        assert_array_equal(np.signbit(one.value), np.signbit(other.value))
        scale = np.max(np.abs(other.parts), initial=1.0, where=np.isfinite(other.parts))
        assert_allclose(one.parts, other.parts, rtol=rtol, atol=rtol * scale)
        if one.ndim:
            assert one.parts.flags.c_contiguous == other.parts.flags.c_contiguous


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 16, 17])
def test_matrices_as_the_rules(kind, n):
    x, b, many = numbers(kind, n, n), numbers(kind, n, seed=1), numbers(kind, n, 3, seed=2)
    for function in (la.inv, la.det, np.trace):
        for a in (x, x.T, numbers(kind, 2 * n, n)[::2]):
            assert_general(function, a)
    for right in (b, many, many.T.copy().T, b.value, many.value):
        assert_general(la.solve, x, right)
    for right in (b, many):
        assert_general(la.solve, x.value, right)
    turned = x.value.T
    for left, right in (
        (x, x),
        (x, many),
        (many.T, x),
        (x, x.T),
        (x.T, x),
        (x, b),
        (x.value, x),
        (turned, x),
        (x, turned),
        (x[::-1], b[::-1]),
    ):
        assert_general(np.matmul, left, right)
        assert_general(np.dot, left, right)


@pytest.mark.parametrize("function", [la.inv, la.det])
def test_matrices_in_single_precision(function):
    x = numbers("order 5", 4, 4, dtype="f4")
    got, want = function(x), plan_of(function)[0](x)
    assert got.dtype == want.dtype == np.float32
    assert_array_equal(got.value, function(x.value))
    assert_allclose(got.parts, want.parts, rtol=1e-4, atol=1e-5 * np.abs(want.parts).max())


def exact_determinant(a):
    """By permutations, of exact numbers."""
    n, total = len(a), 0
    for order in permutations(range(n)):
        inversions = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        term = Fraction((-1) ** inversions)
        for i in range(n):
            term = term * a[i][order[i]]
        total = term + total
    return total


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize("singular", [False, True, "nearly"])
def test_determinants_are_the_polynomial(n, singular):
    u = np.random.default_rng(n).integers(-9, 9, (4, n, n)).astype(float)
    u[0] += 20 * np.eye(n)
    if singular:
        u[0, -1] = u[0, 0] * 2
    if singular == "nearly":
        u[0, -1, -1] += 2.0**-30
    exact = [
        [ta.Taylor(np.array([Fraction(c) for c in u[:, i, j]], object)) for j in range(n)]
        for i in range(n)
    ]
    want = [float(c) for c in exact_determinant(exact).parts]
    got = la.det(ta.Taylor(u)).coefficients
    assert_allclose(got[1:], want[1:], rtol=1e-12, atol=1e-9 if singular else 0)
    assert got[0] == la.det(u[0])


def test_matrices_out_of_the_ordinary():
    singular = ta.Dual(np.ones((3, 3)), np.eye(3))
    for function in (la.inv, lambda a: la.solve(a, np.ones(3))):
        with pytest.raises(la.LinAlgError, match="Singular"):
            function(singular)
    zero = ta.Dual(np.zeros((4, 4)), np.eye(4))
    assert la.det(zero).tangent == 0.0
    with pytest.raises(la.LinAlgError, match="square"):
        la.inv(numbers("dual", 3, 2))
    with pytest.raises(ValueError, match=r"mismatch|size"):
        la.solve(numbers("dual", 3, 3), np.ones(2))
    bad = np.eye(4) * 2.0
    bad[1, 2] = np.inf
    with np.errstate(all="ignore"):
        for function in (la.inv, la.det):
            for kind in ("dual", "order 5"):
                x = KINDS[kind](np.stack([bad] * 6))
                assert_array_equal(function(x).value, function(bad))
    stack = numbers("order 5", 2, 3, 3)
    assert_allclose(la.det(stack)[1].parts, la.det(stack[1]).parts, rtol=1e-12)


def test_derivatives_of_derivatives_of_a_determinant():
    a = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 1.0]])
    mixed = ta.derivative(lambda t: ta.derivative(lambda s: la.det(a * s + a.T * t * s))(2.0))
    whole = a + a.T  # d/dt d/ds s^3 det(a + t a^T) at s = 2, t = 1
    assert_allclose(mixed(1.0), 12.0 * la.det(whole) * np.trace(la.solve(whole, a.T)))


SUBSCRIPTS = [
    ("i,i->", (5,), (5,)),
    ("i,i", (5,), (5,)),
    ("i,j->ij", (3,), (4,)),
    ("i,j->ji", (3,), (4,)),
    ("ij,jk->ik", (3, 4), (4, 2)),
    ("ij,jk", (3, 4), (4, 2)),
    ("ba,cb", (3, 4), (2, 3)),
    ("ij,jk->", (3, 4), (4, 2)),
    ("ij,j->i", (3, 4), (4,)),
    ("ii,i->i", (3, 3), (3,)),
    ("ij,ij->j", (3, 4), (3, 4)),
    ("ijk,jil->kl", (2, 3, 2), (3, 2, 2)),
    ("Ij,jk->Ik", (3, 4), (4, 2)),
    ("ij, jk -> ik", (3, 4), (4, 2)),
    ("...i,i->...", (3, 4), (4,)),
    ("i,i->i", (1,), (4,)),
    ("ij,kl->", (2, 2), (2, 2)),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("subscripts, first, second", SUBSCRIPTS)
def test_contractions(subscripts, first, second, kind):
    x, y = numbers(kind, *first), numbers(kind, *second, seed=1)
    turned = numbers(kind, *first[::-1]).T
    gaps = numbers(kind, *second[:-1], 2 * second[-1])[..., ::2]
    for left, right in (
        (x, y),
        (x.value, y),
        (x, y.value),
        (turned, y),
        (x, gaps),
        (x, gaps.value),
    ):
        assert_general(np.einsum, subscripts, left, right)
        rows = [np.einsum(subscripts, *map(ta.value, (left, right)))]
        assert_array_equal(np.einsum(subscripts, left, right).value, rows[0])
    got = np.einsum(subscripts, x, y)
    if kind == "order 5":
        u, v = x.parts, y.parts
        want = [sum(np.einsum(subscripts, u[i], v[k - i]) for i in range(k + 1)) for k in range(6)]
        assert_allclose(got.parts, want, rtol=1e-12, atol=1e-12)
    single = np.einsum(subscripts, numbers(kind, *first, dtype="f4"), y.astype("f4"))
    assert single.dtype == np.float32
    assert_allclose(single.parts, got.parts, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "subscripts", ["ij,jk->iz", "ij,jk->ii", "ij->i", "i,i", "ij,jk,k", "ij,-jk"]
)
def test_contractions_that_are_none(subscripts):
    with pytest.raises(ValueError, match=r".+"):
        np.einsum(subscripts, numbers("dual", 3, 4), numbers("dual", 4, 2))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "function, first, second",
    [
        (np.convolve, (5,), (3,)),
        (np.convolve, (2,), (6,)),
        (np.kron, (3,), (2,)),
        (np.kron, (3, 2), (2, 4)),
        (np.kron, (3,), (2, 4)),
        (np.cross, (3,), (3,)),
        (np.cross, (2, 3), (2, 3)),
        (np.meshgrid, (3,), (4,)),
        (np.meshgrid, (1,), (1,)),
    ],
)
def test_products_of_other_kinds(function, first, second, kind):
    x, y = numbers(kind, *first), numbers(kind, *second, seed=1)
    for left, right in ((x, y), (x, y.value), (x.value, y), (x[::-1], y[::-1])):
        assert_general(function, left, right)
    if function is not np.meshgrid:
        assert_general(function, numbers(kind, *first, dtype="f4"), y.astype("f4"), rtol=2e-6)


def test_grids_are_copies():
    x, p = ta.Dual([1.0, 2.0], 1.0), np.array([3.0, 4.0, 5.0])
    across, down = np.meshgrid(x, p)
    assert type(down) is np.ndarray
    across[0, 0] = 7.0
    down[0, 0] = 7.0
    assert x[0].value == 1.0
    assert p[0] == 3.0
    for options in ({"indexing": "ij"}, {"sparse": True}, {"copy": False}):
        for got, want in zip(
            np.meshgrid(x, p, **options), np.meshgrid(x.value, p, **options), strict=True
        ):
            assert_array_equal(ta.value(got), want)


ROUNDED = np.array([0.125, -0.125, 2.5, -0.0, 0.0, 1e300, -1e-320, np.inf, np.nan, 0.005])


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("kind", KINDS)
def test_rounding_repeating_and_sums_without_nan(kind, dtype):
    with np.errstate(all="ignore"):
        u = np.concatenate([ROUNDED[None], np.ones((5, 10))]).astype(dtype)
        x = KINDS[kind](u)
        for args in ((), (2,), (0,), (-1,)):
            assert_general(np.round, x, *args)
            assert_array_equal(x.round(*args).value, u[0].round(*args))
        assert_general(np.round, x, decimals=1)
        assert_general(np.round, x.reshape(5, 2), 1)
        assert_general(np.nansum, x)
        assert_general(np.nansum, x[3:7])
        assert_general(np.nansum, x.reshape(5, 2), axis=0)
    for times in (1, 3):
        assert_general(np.repeat, x[::2], times)
        assert_array_equal(x.repeat(times).parts, x.parts.repeat(times, axis=1))
    assert_general(np.repeat, x.reshape(5, 2), 2)
    assert_general(np.repeat, x.reshape(5, 2), 2, axis=1)
    assert_general(np.repeat, x, 0)
    assert_general(np.repeat, x, np.arange(10))
    with pytest.raises(ValueError, match="negative"):
        np.repeat(x, -1)


def test_sinc_has_the_slope_of_mpmath():
    mp = pytest.importorskip("mpmath")
    near = [0.0, -0.0, 1e-320, 1e-9, 0.1, 0.6366, 0.6367, 1.0, 1.43, 2.0, -3.0, 7.3, 1e6, 1e300]
    x = ta.Dual(np.array(near), np.full(len(near), 2.0))
    got = np.sinc(x)
    assert_array_equal(got.value, np.sinc(np.array(near)))
    with mp.workdps(1000):  # of which the largest and the smallest take 700
        for at, slope in zip(near, got.tangent.tolist(), strict=True):
            u = mp.pi * mp.mpf(at)
            want = float(2 * mp.pi * (mp.cos(u) - mp.sin(u) / u) / u) if at else 0.0
            near_zero = 1e-15 * min(abs(at), 1 / (abs(at) or 1)) + 2e-323
            assert abs(slope - want) <= 4e-15 * abs(want) + near_zero
    many = np.sinc(np.concatenate([x] * 8))[: len(near)]
    assert_allclose(got.tangent, many.tangent, rtol=1e-14, atol=1e-16)
    assert_general(np.sinc, numbers("order 5", 4))
    assert_general(np.sinc, numbers("hyperdual", 4))


def test_methods_that_are_views_or_the_array_itself():
    x = ta.Taylor(np.random.default_rng(0).normal(size=(3, 4, 5)))
    assert x.conj() is x
    assert x.squeeze() is x
    assert np.squeeze(x) is x
    diagonal = x.diagonal()
    assert np.shares_memory(diagonal.parts, x.parts)
    assert not diagonal.parts.flags.writeable
    for got, want in (
        (diagonal, x.value.diagonal()),
        (x.diagonal(1), x.value.diagonal(1)),
        (x.diagonal(axis1=1, axis2=0), x.value.diagonal(axis1=1, axis2=0)),
        (x.ravel(), x.value.ravel()),
        (x.ravel("F"), x.value.ravel("F")),
        (x.ravel(order="F"), x.value.ravel(order="F")),
        (x.T.ravel(), x.value.T.ravel()),
        (x.transpose(), x.value.transpose()),
        (x.transpose(1, 0), x.value.transpose(1, 0)),
        (x.transpose((0, 1)), x.value.transpose((0, 1))),
        (x.transpose(None), x.value.transpose(None)),
        (x[:1].squeeze(), x.value[:1].squeeze()),
        (x[:1].squeeze(0), x.value[:1].squeeze(0)),
        (x[:1].squeeze(axis=0), x.value[:1].squeeze(axis=0)),
        (x[:1, :1].squeeze(), x.value[:1, :1].squeeze()),
        (x.trace(), x.value.trace()),
        (x.trace(1), x.value.trace(1)),
    ):
        assert_array_equal(got.value, want)
    items = x[0].tolist()
    assert [item.value for item in items] == x.value[0].tolist()
    assert_array_equal([item.parts for item in items], x.parts[:, 0].T)
    for wrong in (lambda: x.squeeze(0), lambda: x.transpose(0, 0), lambda: x.transpose(3)):
        with pytest.raises(ValueError, match=r".+"):
            wrong()


@pytest.mark.parametrize("item", [0.5, 0.0, -0.0, 2, 1e39, 1e-40, np.nan, np.inf, "row", "number"])
@pytest.mark.parametrize("index", [3, -1, slice(2, 7), slice(None), slice(None, None, -3), ...])
def test_items_of_single_precision_are_set(index, item):
    u = np.random.default_rng(0).normal(size=(3, 10)).astype("f4")
    x, plain = ta.Taylor(u.copy()), u[0].copy()
    shape = np.shape(plain[index])
    if item == "row" and shape:
        item = np.arange(10, dtype="f4")[: shape[0]]
    elif item == "number" and shape:
        item = ta.Taylor(u[:, : shape[0]] * 2)
    elif isinstance(item, str):
        item = 1.5
    with np.errstate(all="ignore"):
        x[index] = item
        plain[index] = ta.value(item)
    assert x.dtype == np.float32
    assert_array_equal(x.value, plain)
    want = u.copy()
    want[0] = plain
    want[1:, index] = 0.0 if not isinstance(item, Number) else item.parts[1:]
    assert_array_equal(x.parts, want)
