"""Functions that a few points take NumPy's own calls for: row by row, by labels, by values."""

from fractions import Fraction

import numpy as np
import pytest
from numpy import linalg as la
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta

NODES = np.array([0.0, 1.0, 3.0, 4.0, 7.0])
WEIGHTS = np.array([1.0, 2.0, 1.0, 4.0, 8.0])
FIRST = np.array([True, False, True, True, False])

# Of a vector x of 5 and a matrix a of (5, 2); each is linear.
LINEAR = [
    lambda x, a: np.trapezoid(x),
    lambda x, a: np.trapezoid(x, NODES),
    lambda x, a: np.trapezoid(a),
    lambda x, a: np.trapezoid(a, axis=0),
    lambda x, a: np.gradient(x),
    lambda x, a: np.gradient(x, 0.5),
    lambda x, a: np.gradient(x, NODES, edge_order=2),
    lambda x, a: np.gradient(a, axis=0),
    lambda x, a: np.average(x),
    lambda x, a: np.average(x, weights=WEIGHTS),
    lambda x, a: np.average(a, axis=0),
    lambda x, a: np.interp([0.5, 2.0, 9.0], NODES, x),
    lambda x, a: np.interp(0.5, NODES, x),
    lambda x, a: np.ediff1d(x),
    lambda x, a: np.polyder(x),
    lambda x, a: np.polyint(x, 2),
    lambda x, a: np.polyadd(x, x[:3]),
    lambda x, a: np.polysub(x[:2], x),
    lambda x, a: np.correlate(x, WEIGHTS[:2], "same"),
    lambda x, a: np.correlate(WEIGHTS, x, "full"),
    lambda x, a: np.convolve(x, WEIGHTS[:3], "valid"),
    lambda x, a: np.convolve(WEIGHTS, x, "same"),
    lambda x, a: np.einsum("ij->j", a),
    lambda x, a: np.einsum("ij->", a),
    lambda x, a: np.einsum("ij->ji", a),
    lambda x, a: la.trace(a),
    lambda x, a: np.tensordot(a, NODES, (0, 0)),
    lambda x, a: np.pad(x, 1),
    lambda x, a: np.pad(x, (2, 1), "edge"),
    lambda x, a: np.pad(a, ((1, 0), (1, 1)), mode="reflect"),
    lambda x, a: np.pad(x, 2, "mean"),
    lambda x, a: np.pad(x, 2, mode="linear_ramp"),
    lambda x, a: np.compress(FIRST, x),
    lambda x, a: np.compress(FIRST, a, axis=0),
    lambda x, a: x.compress(FIRST),
    lambda x, a: np.extract(FIRST, x),
    lambda x, a: np.take(x, [0, -1]),
    lambda x, a: np.take(x, 3),
    lambda x, a: np.take(x, [3, 9], mode="clip"),
    lambda x, a: a.take([0, 2], axis=0),
    lambda x, a: a.take(np.array([0, 7])),
    lambda x, a: np.take_along_axis(a, np.array([[0], [1], [0], [1], [1]]), 1),
    lambda x, a: a.sum(keepdims=True),
    lambda x, a: a.sum(axis=(0, 1)),
    lambda x, a: a.mean(axis=(1, 0), keepdims=True),
    lambda x, a: np.nansum(a, axis=0),
    lambda x, a: np.nanmean(a, axis=0),
    lambda x, a: np.nancumsum(a),
    lambda x, a: a.cumsum(),
    lambda x, a: a.cumsum(axis=1),
    lambda x, a: np.add.accumulate(a),
    lambda x, a: np.add.reduceat(x, [0, 3]),
    lambda x, a: np.add.reduceat(x, [3, 1, 2]),
    lambda x, a: np.add.outer(x, x[:2]),
    lambda x, a: np.subtract.outer(x, a),
    lambda x, a: np.flipud(a),
    lambda x, a: np.fliplr(a),
    lambda x, a: np.flip(a),
    lambda x, a: np.rollaxis(a, 1),
    lambda x, a: np.atleast_3d(a),
    lambda x, a: np.diag(a),
    lambda x, a: a.mT,
    lambda x, a: la.diagonal(a),
    lambda x, a: a.item(3),
    lambda x, a: a.item(3, 1),
    lambda x, a: np.append(a, a, axis=1),
    lambda x, a: np.array([x, x], like=x),
    lambda x, a: np.array([x[0], 0.0, x[1]], like=x),
    lambda x, a: np.concatenate([x, [0.0]]),
    lambda x, a: np.meshgrid(x, NODES, indexing="ij")[0],
    lambda x, a: np.meshgrid(NODES, x, indexing="ij")[1],
    lambda x, a: np.linspace(x[0], x[1], 5),
    lambda x, a: np.linspace(x[0], 0.0, 9),
    lambda x, a: np.insert(x, 2, 0.0),
    lambda x, a: np.diff(x, prepend=0.0),
]


@pytest.mark.parametrize("function", LINEAR)
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_linear_functions_of_every_coefficient(function, dtype):
    rng = np.random.default_rng(3)
    u = rng.integers(-9, 9, (3, 5)).astype(dtype)
    v = rng.integers(-9, 9, (3, 5, 2)).astype(dtype)
    got = function(ta.Taylor(u), ta.Taylor(v)).coefficients
    plain = [function(*row) for row in zip(u, v, strict=True)]
    assert got.shape == np.shape(plain)
    assert_allclose(got, plain, rtol=1e-14 if dtype == "f8" else 1e-6, atol=1e-6 * (dtype == "f4"))


AFFINE = [
    lambda x: np.insert(x, 2, 0.5),
    lambda x: np.insert(x, [1, 2], [3.0, 4.0]),
    lambda x: np.diff(x, prepend=0.5),
    lambda x: np.diff(x, append=[1.0, 7.0]),
    lambda x: np.polyint(x, 1, 0.5),
    lambda x: np.polyadd(x, WEIGHTS),
    lambda x: np.polysub(WEIGHTS[:2], x),
    lambda x: np.pad(x, 1, constant_values=3.0),
    lambda x: np.ediff1d(x, to_end=1.0),
    lambda x: np.concatenate([[1.0, 2.0], x]),
]


@pytest.mark.parametrize("function", AFFINE)
def test_what_is_plain_does_not_move(function):
    u = np.random.default_rng(5).integers(-9, 9, (3, 5)).astype(float)
    got = function(ta.Taylor(u)).coefficients
    still = function(0 * u[0])
    assert_array_equal(got, [function(u[0]), *(function(row) - still for row in u[1:])])


BILINEAR = [
    (np.tensordot, (), "ij,ij->"),
    (np.tensordot, (([0], [0]),), "ij,ik->jk"),
    (np.tensordot, (([1, 0], [1, 0]),), "ij,ij->"),
    (np.tensordot, ((-1, 1),), "ij,kj->ik"),
    (np.tensordot, (0,), "ij,kl->ijkl"),
    (la.tensordot, (), "ij,ij->"),
    (np.inner, (), "ij,kj->ik"),
]


@pytest.mark.parametrize("function, options, subscripts", BILINEAR)
@pytest.mark.parametrize("moving", ["both", "first", "second"])
def test_contractions_are_sums_of_products(function, options, subscripts, moving):
    u, v = np.random.default_rng(6).integers(-9, 9, (2, 3, 5, 2)).astype(float)
    if moving != "both":
        (v if moving == "first" else u)[1:] = 0
    x = ta.Taylor(u) if moving != "second" else u[0]
    y = ta.Taylor(v) if moving != "first" else v[0]
    got = function(x, y, *options)
    want = [
        sum(np.einsum(subscripts, u[i], v[k - i]) for i in range(k + 1)) for k in range(3)
    ]
    assert_array_equal(got.coefficients, want)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("function", [np.convolve, np.correlate])
def test_convolutions_of_two_duals(function, mode):
    u, v = np.random.default_rng(7).integers(-9, 9, (2, 2, 5)).astype(float)
    got = function(ta.Dual(*u), ta.Dual(*v), mode)
    assert_array_equal(got.value, function(u[0], v[0], mode))
    assert_array_equal(
        got.parts[1], function(u[0], v[1], mode) + function(u[1], v[0], mode)
    )


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="from NumPy 2.2 on")
def test_vectors_and_matrices():
    a, u = np.random.default_rng(8).integers(-9, 9, (2, 5, 5)).astype(float)
    x, m = ta.Dual(u[0], u[1]), ta.Dual(a, a.T)
    for got, value, derivative in (
        (np.matvec(m, x), a @ u[0], a.T @ u[0] + a @ u[1]),
        (np.vecmat(x, m), u[0] @ a, u[1] @ a + u[0] @ a.T),
        (np.vecdot(x, x), u[0] @ u[0], 2 * u[0] @ u[1]),
        (np.matvec(a, x), a @ u[0], a @ u[1]),
    ):
        assert_array_equal(got.value, value)
        assert_array_equal(got.parts[1], derivative)


@pytest.mark.parametrize("q", [0, 0.0, 0.25, 0.3, 0.5, 1.0, 1, [0.1, 0.9], np.array([0.2])])
@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_quantiles_between_their_neighbours(n, q):
    rng = np.random.default_rng(n)
    u = np.stack([rng.permutation(n), *rng.integers(-9, 9, (2, n))]).astype(float)
    order = np.argsort(u[0])
    for function, given in (
        (np.quantile, q),
        (np.nanquantile, q),
        (np.percentile, np.multiply(100, q)),
        (np.nanpercentile, np.multiply(100, q)),
    ):
        given = given if np.ndim(given) else float(given)
        got = function(ta.Taylor(u), given)
        assert_array_equal(got.value, function(u[0], given))
        for row in (1, 2):
            want = []
            for share in np.atleast_1d(q):
                position = Fraction(float(share)) * (n - 1)
                low = min(int(position), max(n - 2, 0))
                below, above = (Fraction(u[row][order[min(k, n - 1)]]) for k in (low, low + 1))
                want.append(float(below + (position - low) * (above - below)))
            assert_allclose(np.atleast_1d(got.parts[row]), want, rtol=1e-12, atol=1e-12)


def test_orders_and_medians_along_axes():
    u = np.random.default_rng(9).permutation(10).reshape(5, 2).astype(float)
    v = np.random.default_rng(9).integers(-9, 9, (5, 2)).astype(float)
    x = ta.Dual(u + 1, v)
    for axis in (0, 1, -1):
        order = np.argsort(u, axis=axis)
        got = np.sort(x, axis=axis)
        assert_array_equal(got.value, np.sort(u + 1, axis=axis))
        assert_array_equal(got.parts[1], np.take_along_axis(v, order, axis))
        middle = np.median(x, axis=axis)
        assert_array_equal(middle.value, np.median(u + 1, axis=axis))
        n = u.shape[axis]
        at = np.take_along_axis(v, order, axis)
        two = np.take(at, [(n - 1) // 2, n // 2], axis=axis)
        assert_array_equal(middle.parts[1], two.mean(axis=axis))
    assert np.median(x, axis=0, keepdims=True).shape == (1, 2)
    with_nan = ta.Dual(np.where(u == 3, np.nan, u), v)
    assert np.isnan(np.median(with_nan, axis=0).value).any()
    assert_array_equal(np.nanmax(with_nan).parts[1], v[u == 9][0])


def test_norms_have_the_direction_as_gradient():
    u, v = np.random.default_rng(10).normal(size=(2, 5, 2))
    x = ta.Dual(u, v)
    assert_allclose(la.norm(x).parts[1], np.sum(u * v) / la.norm(u))
    for axis in (0, 1):
        length = la.norm(u, axis=axis)
        for got in (la.norm(x, axis=axis), la.norm(x, 2, axis), la.vector_norm(x, axis=axis)):
            assert_array_equal(got.value, length)
            assert_allclose(got.parts[1], np.sum(u * v, axis) / length, rtol=1e-13)
    assert la.norm(x, axis=0, keepdims=True).shape == (1, 2)
    assert la.norm(x, keepdims=True).shape == (1, 1)
    assert_allclose(la.matrix_norm(x).parts[1], np.sum(u * v) / la.norm(u))
    largest = np.argmax(np.abs(u[:, 0]))
    assert_allclose(la.norm(x[:, 0], 1).parts[1], np.sum(np.sign(u[:, 0]) * v[:, 0]))
    assert_allclose(la.norm(x[:, 0], np.inf).parts[1], (np.sign(u) * v)[largest, 0])
    zero = ta.Dual(np.zeros((3, 2)), np.ones((3, 2)))
    assert_array_equal(la.norm(zero, axis=0).parts[1], 0)
    assert_array_equal(la.norm(zero[:, 0], 1).parts[1], 0)


def test_logarithms_of_determinants():
    a, b = np.random.default_rng(11).normal(size=(2, 3, 3))
    for matrix in (a, -a, a * 1e-90):
        sign, log = la.slogdet(ta.Dual(matrix, b))
        assert_array_equal((sign.value, log.value), la.slogdet(matrix))
        assert sign.parts[1] == 0
        assert_allclose(log.parts[1], np.trace(la.solve(matrix, b)), rtol=1e-11)


def test_values_answer():
    u = np.array([3.0, 0.0, 1.0, 2.0])
    x = ta.Dual(u, 1.0)
    for function in (
        lambda x: np.searchsorted(u[1:], x),
        lambda x: x.searchsorted(1.0),
        lambda x: np.digitize(x, u[1:]),
        lambda x: np.lexsort((x, u)),
        lambda x: np.isin(x, [1.0]),
        lambda x: np.argwhere(x),
        lambda x: np.flatnonzero(x),
        lambda x: np.where(x),
        lambda x: x.nonzero(),
        lambda x: np.logical_and(x, 1.0),
        lambda x: np.logical_xor(u, x),
        lambda x: np.logical_or(x[0], x[1]),
        lambda x: np.array_equal(x, u),
        lambda x: np.argpartition(x, 2),
        lambda x: np.result_type(x, np.float32),
    ):
        got, want = function(x), function(u)
        assert type(got) is type(want)
        assert_array_equal(got, want)


def test_what_like_makes_can_be_written():
    x = ta.Dual(np.arange(4.0), 1.0)
    for like in (x, x[1]):
        for made, value in (
            (np.zeros(3, like=like), 0.0),
            (np.ones(3, like=like), 1.0),
            (np.full(3, 0.5, like=like), 0.5),
        ):
            assert_array_equal(made.parts, [[value] * 3, [0.0] * 3])
            made[1] = x[2]
            assert_array_equal(made.parts[:, 1], [2.0, 1.0])
    assert np.ones(3, int, like=x).dtype == int
    assert np.empty(3, like=x).shape == (3,)


def test_storing_is_assigning():
    u = np.arange(10.0)
    for function, places in (
        (lambda x: np.copyto(x, 0.5), slice(None)),
        (lambda x: np.put(x, [1, -2], 0.5), [1, -2]),
        (lambda x: x.put([3], 0.5), [3]),
        (lambda x: np.putmask(x, u > 4, 0.5), u > 4),
        (lambda x: x.__setitem__([0, 9], ta.Dual(0.5, 0.0)), [0, 9]),
        (lambda x: x.__setitem__(slice(2, 4), ta.Dual(0.5, 0.0)), slice(2, 4)),
    ):
        x, want = ta.Dual(u.copy(), u + 1), np.stack([u, u + 1])
        assert function(x) is None
        want[0, places], want[1, places] = 0.5, 0.0
        assert_array_equal(x.parts, want)
    x = ta.Dual(u.copy(), 1.0)
    with pytest.raises(IndexError):
        np.put(x, [11], 0.5)


@pytest.mark.parametrize("ufunc, item", [(np.add, 0.1), (np.subtract, np.float32(0.1))])
def test_single_precision_is_added_at_and_written(ufunc, item):
    u = np.random.default_rng(15).normal(size=(2, 6)).astype("f4")
    x, want = ta.Dual(*u), u.copy()
    ufunc.at(x, [1, 1, 3], item)
    ufunc.at(want[0], [1, 1, 3], item)
    assert_array_equal(x.parts, want)
    x[[0, 2]] = x[[4, 5]] + np.float32(1)
    want[:, [0, 2]] = want[:, [4, 5]]
    want[0, [0, 2]] += np.float32(1)
    assert_array_equal(x.parts, want)
    out = ta.Dual(*np.zeros((2, 6), "f4"))
    assert ufunc(x, ta.Dual(*u), out=out) is out
    assert out.dtype == np.float32
    assert_array_equal(out.parts, ufunc(want, u))


def test_adding_at_places_that_repeat():
    places = [1, 1, 4]
    item = ta.Dual(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0]))
    for function, sign in ((np.add, 1), (np.subtract, -1)):
        for given, rows in (
            (item, item.parts),
            (item.value, np.stack([item.value, 0 * item.value])),
            (2.0, np.array([[2.0] * 3, [0.0] * 3])),
            (item[1], np.repeat(item.parts[:, 1:2], 3, axis=1)),
        ):
            want = np.stack([np.arange(10.0), np.ones(10)])
            x = ta.Dual(*want)
            function.at(x, places, given)
            for row, new in zip(want, rows, strict=True):
                np.add.at(row, places, sign * new)
            assert_array_equal(x.parts, want)


def test_results_that_are_written():
    u, v = np.random.default_rng(12).normal(size=(2, 6)) + 2
    x, y = ta.Dual(u, v), ta.Dual(v, u)
    for call in (
        lambda out: np.add(x, y, out=out),
        lambda out: np.multiply(x, y, out=(out,)),
        lambda out: np.exp(x, out=out),
        lambda out: np.maximum(x, 2.0, out=out),
        lambda out: np.divide(u, y, out=out),
    ):
        out = ta.Dual(np.zeros(6), 0.0)
        view = out[:]
        assert call(out) is out
        assert_array_equal(view.parts, call(None).parts)
    assert np.add(x, y, out=x) is x
    assert_array_equal(x.parts, [u + v, v + u])
    with pytest.raises(ValueError, match="shape"):
        np.add(x, y, out=ta.Dual(np.zeros(3), 0.0))


FOLDED = [np.hypot, np.logaddexp, np.arctan2, np.maximum, np.minimum]


@pytest.mark.parametrize("function", FOLDED)
def test_folds_are_calls_one_after_another(function):
    u = np.random.default_rng(13).normal(size=(2, 7))
    x = ta.Dual(*u)
    running, total = [x[0]], x[0]
    for item in list(x)[1:]:
        total = function(total, item)
        running.append(total)
    assert_array_equal(function.accumulate(x).parts, np.stack(running).parts)
    assert_array_equal(function.reduce(x).parts, total.parts)


@pytest.mark.parametrize("kind", ["dual", "order 4"])
def test_scalars_are_points(kind):
    rng = np.random.default_rng(14)
    rows = 2 if kind == "dual" else 5
    u, v = (np.abs(rng.normal(size=(rows, 9))) + 0.1 for _ in range(2))
    make = (lambda c: ta.Dual(*c)) if kind == "dual" else ta.Taylor
    x, y = make(u), make(v)
    for function in (
        np.hypot, np.logaddexp, np.logaddexp2, np.arctan2, np.maximum, np.fmin, np.copysign,
        np.remainder, np.fmod, np.floor_divide, np.heaviside, np.power, np.float_power,
        np.less, np.equal, np.logical_and, np.divmod,
    ):  # fmt: skip
        for one, other, a, b in ((x, y, x, y), (x, 0.7, x, [0.7] * 9), (0.7, y, [0.7] * 9, y)):
            whole = function(one, other)
            for t in range(9):
                got = function(a[t], b[t])
                pairs = zip(got, whole, strict=True) if function is np.divmod else [(got, whole)]
                for item, array in pairs:
                    if not isinstance(item, ta.Dual | ta.Taylor):
                        assert item == array[t]
                        continue
                    assert item.ndim == 0
                    assert_allclose(item.parts, array[t].parts, rtol=1e-13, atol=1e-13)
    for function in (np.floor, np.ceil, np.sign, np.absolute, np.fabs, np.negative, np.isfinite):
        for t in range(9):
            got, want = function(-x[t]), function(-x)[t]
            assert_array_equal(getattr(got, "parts", got), getattr(want, "parts", want))


def test_scalars_have_no_products_of_matrices():
    s = ta.Dual(1.5, 1.0)
    for function in (np.matmul, np.vecdot):
        with pytest.raises(ValueError, match="dimension"):
            function(s, s)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.cumsum(x, axis=(0, 1)), TypeError),
        (lambda x: np.cumprod(x[0], axis=(0,)), TypeError),
        (lambda x: np.sort(x[0], axis=(0,)), TypeError),
        (lambda x: np.vecdot(x[0], x[0, 0]), ValueError),
    ],
)
def test_what_numpy_refuses_is_refused(call, error):
    x = np.arange(6.0).reshape(2, 3)
    for operand in (x, ta.Dual(x, x)):
        with pytest.raises(error):
            call(operand)


def test_views_of_several_arrays():
    x = ta.Dual(np.arange(3.0), 1.0)
    first, second = np.atleast_3d(x, 2.0)
    assert first.shape == (1, 3, 1)
    assert_array_equal(second, [[[2.0]]])


def test_labels_are_not_written_into_out():
    x, out = ta.Dual(np.arange(3.0), 1.0), np.zeros(2, np.intp)
    with pytest.raises(TypeError):
        np.take(x, [0, 1], None, out)
    assert_array_equal(out, 0)


def test_copies_lie_in_memory_as_those_of_numpy():
    x = np.arange(6.0).reshape(2, 3)
    quantiles = np.quantile(ta.Dual(x, 1.0), [0.1, 0.9], axis=0)
    assert quantiles.value.strides == np.quantile(x, [0.1, 0.9], axis=0).strides


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "index",
    [
        np.s_[:, [1, 0]],
        np.s_[..., [0, 2, 1]],
        np.s_[:, [0, 1], :],
        np.s_[:, [[0, 1], [1, 0]]],
        np.s_[[1, 0], :, [0, 1]],
        np.s_[:, :, [2, 0]],
    ],
    ids=str,
)
def test_copies_by_arrays_of_indices_lie_in_memory_as_numpys(index, order):
    values = np.asarray(np.arange(12.0).reshape(2, 2, 3), order=order)
    slopes = np.asarray(values**2 - 3, order=order)
    found, wanted = ta.Dual(values, slopes)[index], values[index]
    assert_array_equal(found.value, wanted)
    assert_array_equal(found.parts[1], slopes[index])
    assert found.value.strides == wanted.strides and found.value.base is not values
