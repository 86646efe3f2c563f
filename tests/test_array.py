"""Numbers as arrays: indexing, views, assignment, and every attribute ndarray has."""

from __future__ import annotations

import io
import itertools
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta

RNG = np.random.default_rng(7)
COEFFICIENTS = RNG.uniform(0.5, 1.5, (3, 4, 5))


@pytest.fixture
def x() -> Any:
    return ta.Taylor(COEFFICIENTS.copy())


def assert_rows(got: Any, want: np.ndarray, exact: bool = True) -> None:
    assert isinstance(got, ta.Taylor)
    assert got.shape == want.shape[1:]
    if exact:
        assert_array_equal(got.coefficients, want)
    else:
        assert_allclose(got.coefficients, want, rtol=1e-13, atol=1e-14)


def each_row(f: Callable[[np.ndarray], Any], rows: np.ndarray = COEFFICIENTS) -> np.ndarray:
    """What a linear function does: the same to every coefficient."""
    return np.stack([f(row) for row in rows])


# Indexing: whatever NumPy does to a row, to every row


MASK = np.zeros((4, 5), dtype=bool)
MASK[1, 2] = MASK[3, 0] = MASK[3, 4] = True
INDICES: list[Any] = [
    0,
    -1,
    np.int64(2),
    np.array(1),
    (1, 2),
    (-1, -2),
    slice(None),
    slice(1, 3),
    slice(None, None, -1),
    slice(3, 0, -2),
    slice(2, 2),
    (slice(None), 1),
    (slice(1, None), slice(None, None, 2)),
    (1, slice(2)),
    ...,
    (..., 0),
    (0, ...),
    (..., slice(1, 2)),
    (1, ..., 2),
    (1, 2, ...),
    None,
    (None, 1),
    (slice(None), None),
    (..., None),
    (None, ..., None),
    (1, None, 2),
    [0, 2],
    [],
    [[0, 1], [2, 3]],
    np.array([3, 0, 0]),
    (np.array([3, 0]), np.array([1, 4])),
    (np.array([[3], [0]]), np.array([1, 4])),
    (slice(None), [0, 3]),
    ([0, 3], slice(1, 3)),
    (0, [1, 2]),
    ([0, 1], 2),
    ([0, 1], None, [1, 2]),
    (0, None, [1, 2]),
    ([1, 2], ..., 0),
    (None, [0, 1]),
    MASK,
    MASK.tolist(),
    MASK[:, 0] | True,
    np.array([True, False, True, False]),
    (np.array([True, False, True, False]), 1),
    (np.array([True, False, True, False]), [0, 3]),
    (slice(None), np.array([True, False, True, False, False])),
    (MASK, None),
    np.zeros((4, 5), dtype=bool),
    np.nonzero(MASK),
    np.ix_([0, 2], [1, 3]),
    True,
    False,
    np.True_,
]


@pytest.mark.parametrize("index", INDICES, ids=lambda i: str(i).replace("\n", ""))
def test_indexing(x: Any, index: Any) -> None:
    want = each_row(lambda row: row[index])
    got = x[index]
    assert_rows(got, want)
    # A view where NumPy's is one: writing to it writes to x.
    if isinstance(COEFFICIENTS[0][index], np.ndarray):
        shares = np.shares_memory(COEFFICIENTS[0][index], COEFFICIENTS[0])
        if got.ndim and got.size:  # 0-d numbers are scalars, whatever the index
            assert np.shares_memory(got.coefficients, x.coefficients) == shares


@pytest.mark.parametrize("index", INDICES, ids=lambda i: str(i).replace("\n", ""))
def test_assignment(index: Any) -> None:
    shape = COEFFICIENTS[0][index].shape
    rows = RNG.uniform(0.5, 1.5, (3, *shape))
    values: list[Any] = [
        (2.5, [2.5, 0, 0]),
        (rows[0], [rows[0], 0, 0]),
        (ta.Taylor(rows), rows),
        (ta.Taylor([2.5, 1.0, 0.5]), [2.5, 1.0, 0.5]),
    ]
    if shape:
        values.append((ta.Taylor(rows[..., :1]), rows[..., :1]))
    if rows.size:
        values.append((rows.tolist()[0], [rows[0], 0, 0]))
    for given, wanted in values:
        want = COEFFICIENTS.copy()
        for row, part in zip(want, wanted, strict=True):
            row[index] = part
        x = ta.Taylor(COEFFICIENTS.copy())
        x[index] = given
        assert_array_equal(x.coefficients, want)


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (4, IndexError),
        (-5, IndexError),
        ((0, 5), IndexError),
        ((0, 0, 0), IndexError),
        ("a", IndexError),
        (1.0, IndexError),
        ([0.5], IndexError),
        ([4], IndexError),
        (np.ones((3, 5), dtype=bool), IndexError),
        ((..., ...), IndexError),
        (ta.Dual(1.0, 1.0), (IndexError, TypeError)),
        (ta.Dual(np.array([1.0]), 1.0), (IndexError, TypeError)),
    ],
    ids=str,
)
def test_bad_indices(x: Any, index: Any, error: Any) -> None:
    with pytest.raises(error):
        x[index]
    with pytest.raises(error):
        x[index] = 1.0
    assert_array_equal(x.coefficients, COEFFICIENTS)


def test_the_first_axis_of_coefficients_is_out_of_reach(x: Any) -> None:
    with pytest.raises(IndexError):
        x[0, 0, 0]


def test_bad_assignments(x: Any) -> None:
    for value in (np.ones(3), ta.Taylor(np.ones((3, 3))), np.ones((2, 4, 5))):
        with pytest.raises(ValueError):
            x[...] = value
    with pytest.raises((TypeError, ValueError)):
        x[0] = "text"
    with pytest.raises(TypeError):
        x[0] = 1j
    with pytest.raises(TypeError):
        x[0] = ta.Dual(1.0, 1.0)
    assert_array_equal(x.coefficients, COEFFICIENTS)


def test_deleting(x: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="delete"):
        del x[0]


def test_views_share_memory(x: Any) -> None:
    for view in (
        x[1:],
        x[:, 1],
        x.T,
        x[None],
        x[...],
        x.reshape(5, 4),
        x.ravel(),
        x.swapaxes(0, 1),
        x.transpose(1, 0),
        x.view(),
        x.squeeze(),
        x[::-1],
        np.reshape(x, -1),
        np.moveaxis(x, 0, 1),
        np.broadcast_to(x, (2, 4, 5)),
        x.real,
        x.diagonal(),
    ):
        assert np.shares_memory(view.coefficients, x.coefficients)
    row = x[2]
    row[0] = ta.Taylor([9.0, 8.0, 7.0])
    assert_array_equal(x.coefficients[:, 2, 0], [9, 8, 7])
    x[2, 1] = 5.0
    assert_array_equal(row.coefficients[:, 1], [5, 0, 0])
    part = x.T[1:3, ::2]
    part *= 0
    assert_array_equal(x.coefficients[:, ::2, 1:3], np.zeros((3, 2, 2)))


def test_copies_do_not(x: Any) -> None:
    for copy in (x.copy(), x.flatten(), x[[0, 1]], x[MASK], x + 0, +x, x.astype(float)):
        assert not np.shares_memory(copy.coefficients, x.coefficients)


# What gives new memory in NumPy must not give the old: writing to it would change x.
FRESH: dict[str, Callable[[Any], Any]] = {
    "index": lambda a: a[np.arange(len(a))],
    "second index": lambda a: a[:, np.arange(a.shape[1])],
    "mask": lambda a: a[a > -99],
    "plus": lambda a: +a,
    "times 1": lambda a: a * 1,
    "plus 0": lambda a: a + 0,
    "power": lambda a: a**1,
    "positive": lambda a: np.positive(a),
    "absolute": lambda a: np.abs(a),
    "sum": lambda a: np.sum(a, axis=0),
    "sum of axes": lambda a: np.sum(a, axis=()),
    "prod": lambda a: np.prod(a, axis=0),
    "prod keepdims": lambda a: np.prod(a, axis=1, keepdims=True),
    "max": lambda a: np.max(a, axis=0),
    "min": lambda a: a.min(axis=1),
    "mean": lambda a: a.mean(axis=0),
    "median": lambda a: np.median(a, axis=0),
    "cumsum": lambda a: np.cumsum(a, axis=0),
    "cumprod": lambda a: np.cumprod(a, axis=0),
    "sort": lambda a: np.sort(a, axis=0),
    "partition": lambda a: np.partition(a, 0, axis=0),
    "where": lambda a: np.where(a > -99, a, 0),
    "clip": lambda a: np.clip(a, -99, 99),
    "maximum": lambda a: np.maximum(a, -99),
    "fmin": lambda a: np.fmin(a, 99),
    "concatenate": lambda a: np.concatenate([a]),
    "stack": lambda a: np.stack([a]),
    "hstack": lambda a: np.hstack([a]),
    "repeat": lambda a: a.repeat(1, axis=0),
    "tile": lambda a: np.tile(a, 1),
    "roll": lambda a: np.roll(a, 0, axis=0),
    "take": lambda a: a.take(np.arange(len(a)), axis=0),
    "take_along_axis": lambda a: np.take_along_axis(a, np.zeros((1, a.shape[1]), int), axis=0),
    "compress": lambda a: a.compress(np.ones(len(a), dtype=bool), axis=0),
    "delete": lambda a: np.delete(a, [], axis=0),
    "insert": lambda a: np.insert(a, 0, 1.0, axis=0),
    "append": lambda a: np.append(a, a, axis=0),
    "diff": lambda a: np.diff(a, n=0, axis=0) + 0,
    "pad": lambda a: np.pad(a, 0),
    "copy": lambda a: np.copy(a),
    "array": lambda a: a.copy(),
    "flatten": lambda a: a.flatten(),
    "astype": lambda a: a.astype(float),
    "round": lambda a: np.round(a, 30),
    "nan_to_num": lambda a: np.nan_to_num(a),
    "matmul": lambda a: a @ np.eye(a.shape[1]),
    "einsum": lambda a: np.einsum("ij,ij->ij", a, np.ones(a.shape)),
    "outer": lambda a: np.multiply.outer(a, 1.0),
    "reduce": lambda a: np.add.reduce(a, axis=0),
    "reduce by maximum": lambda a: np.maximum.reduce(a, axis=0),
    "reduce by subtract": lambda a: np.subtract.reduce(a, axis=0),
    "accumulate": lambda a: np.multiply.accumulate(a, axis=0),
    "accumulate by hypot": lambda a: np.hypot.accumulate(a, axis=0),
    "reduceat": lambda a: np.add.reduceat(a, [0], axis=0),
    "conj": lambda a: np.conjugate(a) * 1,
    "nansum": lambda a: np.nansum(a, axis=0),
    "norm": lambda a: np.linalg.norm(a, axis=0),
}


@pytest.mark.parametrize("shape", [(4, 5), (1, 3), (3, 1), (1, 1)])
@pytest.mark.parametrize("name", FRESH)
def test_results_are_views_where_numpy_s_are(name: str, shape: tuple[int, int]) -> None:
    rows = RNG.uniform(0.5, 1.5, (3, *shape))
    for layout in (rows, rows.transpose(0, 2, 1).copy().transpose(0, 2, 1)):
        x, plain = ta.Taylor(layout.copy()), layout[0].copy()
        got, want = FRESH[name](x), FRESH[name](plain)
        assert got.shape == want.shape
        assert np.shares_memory(got.coefficients, x.coefficients) == np.shares_memory(want, plain)
        if want.flags.c_contiguous and want.ndim:
            # and so on: a view of the result is one where NumPy's is
            assert np.shares_memory(got.reshape(-1).coefficients, got.coefficients)
            got.reshape(-1)[0] = 77.0
            assert got.value.ravel()[0] == 77
            assert_array_equal(x.coefficients, layout)


def test_overlapping_assignment(x: Any) -> None:
    want = COEFFICIENTS.copy()
    want[:, 1:] = want[:, :-1].copy()
    x[1:] = x[:-1]
    assert_array_equal(x.coefficients, want)
    x[...] = x[::-1]
    assert_array_equal(x.coefficients, want[:, ::-1])


def test_assigning_scalars_of_several_levels(x: Any) -> None:
    plain = np.zeros(3)
    numbers = np.zeros_like(x[0, :3])
    numbers[0] = x[0, 0]
    numbers[1] = 2.0
    numbers[2] = x[1, 1] * x[2, 2]
    assert_array_equal(numbers.coefficients[:, 0], COEFFICIENTS[:, 0, 0])
    assert_array_equal(plain, np.zeros(3))


def test_assignment_of_a_lower_order_truncates(x: Any) -> None:
    """What is written is known to order 1 only: so is, from now on, the array."""
    x[0, 0] = ta.Taylor([1.0, 2.0])
    assert x.order == 1
    assert_array_equal(x.coefficients[:, 0, 0], [1, 2])


def test_assignment_of_a_higher_order(x: Any) -> None:
    x[0, 0] = ta.Taylor([1.0, 2.0, 3.0, 4.0])
    assert x.order == 2
    assert_array_equal(x.coefficients[:, 0, 0], [1, 2, 3])


# The sequence protocol


def test_len_iteration_contains(x: Any) -> None:
    assert len(x) == 4
    rows = list(x)
    assert len(rows) == 4
    for i, row in enumerate(rows):
        assert_rows(row, COEFFICIENTS[:, i])
    scalars = [item for row in x for item in row]
    assert all(item.shape == () for item in scalars)
    assert_rows(scalars[7], COEFFICIENTS[:, 1, 2])
    assert COEFFICIENTS[0, 2, 3] in x
    assert 77.0 not in x
    first, *rest, last = x
    assert_rows(first, COEFFICIENTS[:, 0])
    assert len(rest) == 2
    assert_rows(last, COEFFICIENTS[:, 3])
    a, b = x[0, :2]
    assert_rows(a, COEFFICIENTS[:, 0, 0])
    assert_rows(b, COEFFICIENTS[:, 0, 1])
    assert_rows(next(reversed(x)), COEFFICIENTS[:, 3])
    assert [i for i, _ in enumerate(x)] == [0, 1, 2, 3]
    assert len(list(zip(x, x, strict=True))) == 4


def test_items_of_an_iteration_are_views(x: Any) -> None:
    for row in x:
        row[0] = 0.0
    assert_array_equal(x.coefficients[:, :, 0], np.zeros((3, 4)))


@pytest.mark.parametrize(
    "scalar",
    [
        ta.Dual(2.0, 1.0),
        ta.HyperDual(2.0, 1.0),
        ta.Taylor([2.0, 1.0]),
        ta.Dual(np.float32(2), np.float32(1)),
        ta.Dual(2 + 1j, 1.0),
    ],
    ids=repr,
)
def test_scalars_have_no_sequence_protocol(scalar: Any) -> None:
    for name in ("__len__", "__getitem__", "__setitem__", "__iter__", "__contains__"):
        assert not hasattr(scalar, name)
    with pytest.raises(TypeError):
        len(scalar)
    with pytest.raises(TypeError):
        iter(scalar)
    with pytest.raises(TypeError):
        scalar[0]
    with pytest.raises(TypeError):
        2.0 in scalar  # noqa: B015
    assert scalar.shape == ()
    assert np.shape(scalar) == ()
    assert np.ndim(scalar) == 0
    assert np.size(scalar) == 1


def test_items_of_arrays_are_scalars(x: Any) -> None:
    assert type(x[0, 0]) is ta.Taylor
    assert type(ta.Dual(np.ones(2), 1.0)[0]) is ta.Dual
    assert type(ta.HyperDual(np.ones(2), 1.0)[0]) is ta.HyperDual
    assert type(np.sum(x)) is ta.Taylor
    assert type(x.sum()) is ta.Taylor


def test_scalars_do_not_change_with_the_array(x: Any) -> None:
    item = x[0, 0]
    x[0, 0] = 100.0
    assert item.value == COEFFICIENTS[0, 0, 0]
    many = ta.Dual(np.ones(2, np.float32), np.float32(1))
    item = many[0]
    many[0] = 5.0
    assert item.value == 1


# Every public attribute of ndarray


def value_only(f: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, Any]]:
    return lambda x: (f(x), f(x.value))


def linear(f: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, Any]]:
    return lambda x: (f(x).coefficients, each_row(f))


def alike(f: Callable[[Any], Any], same: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, Any]]:
    return lambda x: (f(x).coefficients, same(x).coefficients)


def taken(index: Any) -> np.ndarray:
    """All coefficients at the same places of the flattened points."""
    return COEFFICIENTS.reshape(3, -1)[:, index]


ORDER_OF_ROWS = np.argsort(COEFFICIENTS[0], axis=1)
# One or more checks of each attribute: a function of x giving (got, want).
ATTRIBUTES: dict[str, list[Callable[[Any], tuple[Any, Any]]]] = {
    "T": [linear(lambda a: a.T)],
    "all": [value_only(lambda a: a.all()), value_only(lambda a: a.all(axis=1))],
    "any": [value_only(lambda a: a.any()), value_only(lambda a: a.any(axis=0, keepdims=True))],
    "argmax": [value_only(lambda a: a.argmax()), value_only(lambda a: a.argmax(axis=1))],
    "argmin": [value_only(lambda a: a.argmin()), value_only(lambda a: a.argmin(0))],
    "argpartition": [value_only(lambda a: a.argpartition(2, axis=1))],
    "argsort": [value_only(lambda a: a.argsort()), value_only(lambda a: a.argsort(axis=0))],
    "astype": [linear(lambda a: a.astype(np.float32)), linear(lambda a: a.astype(complex))],
    "base": [],
    "byteswap": [],
    "choose": [],
    "clip": [
        alike(lambda a: a.clip(0.8, 1.2), lambda a: np.clip(a, 0.8, 1.2)),
        alike(lambda a: a.clip(min=0.8), lambda a: np.maximum(a, 0.8)),
        alike(lambda a: a.clip(max=1.2), lambda a: np.minimum(a, 1.2)),
    ],
    "compress": [linear(lambda a: a.compress([True, False, True], axis=1))],
    "conj": [linear(lambda a: a.conj())],
    "conjugate": [linear(lambda a: a.conjugate())],
    "copy": [linear(lambda a: a.copy()), linear(lambda a: a.copy(order="F"))],
    "ctypes": [],
    "cumprod": [
        alike(
            lambda a: a[:, :3].cumprod(axis=1),
            lambda a: np.stack([a[:, 0], a[:, 0] * a[:, 1], a[:, 0] * a[:, 1] * a[:, 2]], 1),
        )
    ],
    "cumsum": [linear(lambda a: a.cumsum()), linear(lambda a: a.cumsum(axis=0))],
    "data": [],
    "device": [value_only(lambda a: a.device)],
    "diagonal": [linear(lambda a: a.diagonal()), linear(lambda a: a.diagonal(1))],
    "dot": [
        linear(lambda a: a.dot(np.arange(5.0))),
        alike(lambda a: a.dot(a.T), lambda a: a @ a.T),
        alike(lambda a: a.dot(2.0), lambda a: a * 2.0),
    ],
    "dtype": [value_only(lambda a: a.dtype)],
    "dump": [],
    "dumps": [lambda x: (pickle.loads(x.dumps()).coefficients, COEFFICIENTS)],
    "fill": [],
    "flags": [value_only(lambda a: a.flags.writeable)],
    "flat": [],
    "flatten": [linear(lambda a: a.flatten()), linear(lambda a: a.flatten("F"))],
    "getfield": [],
    "imag": [linear(lambda a: a.imag)],
    "item": [
        lambda x: (x.item(7).coefficients, COEFFICIENTS[:, 1, 2]),
        lambda x: (x.item(1, 2).coefficients, COEFFICIENTS[:, 1, 2]),
        lambda x: (x.item((1, 2)).coefficients, COEFFICIENTS[:, 1, 2]),
        lambda x: (x.item(-1).coefficients, COEFFICIENTS[:, -1, -1]),
        lambda x: (x[0, :1].item().coefficients, COEFFICIENTS[:, 0, 0]),
        lambda x: (x[0, 0].item().coefficients, COEFFICIENTS[:, 0, 0]),
    ],
    "itemsize": [value_only(lambda a: a.itemsize)],
    "mT": [linear(lambda a: np.swapaxes(a, -1, -2)), lambda x: (x.mT.value, x.value.T)],
    "max": [
        lambda x: (x.max().coefficients, taken(COEFFICIENTS[0].argmax())),
        alike(lambda a: a.max(axis=1), lambda a: np.stack([row[row.argmax()] for row in a])),
        alike(lambda a: a.max(0, keepdims=True), lambda a: np.max(a, axis=0)[None]),
    ],
    "mean": [
        linear(lambda a: a.mean()),
        linear(lambda a: a.mean(axis=1)),
        linear(lambda a: a.mean((0, 1), keepdims=True)),
    ],
    "min": [lambda x: (x.min().coefficients, taken(COEFFICIENTS[0].argmin()))],
    "nbytes": [],
    "ndim": [value_only(lambda a: a.ndim)],
    "nonzero": [value_only(lambda a: np.stack((a - a[0, 0]).nonzero()))],
    "partition": [],
    "prod": [
        alike(lambda a: a.prod(axis=0), lambda a: a[0] * a[1] * a[2] * a[3]),
        alike(lambda a: a[:2, :2].prod(), lambda a: a[0, 0] * a[0, 1] * a[1, 0] * a[1, 1]),
    ],
    "put": [],
    "ravel": [linear(lambda a: a.ravel()), linear(lambda a: a.ravel(order="F"))],
    "real": [linear(lambda a: a.real)],
    "repeat": [
        linear(lambda a: a.repeat(2)),
        linear(lambda a: a.repeat(2, axis=0)),
        linear(lambda a: a.repeat([0, 1, 2, 1], axis=0)),
    ],
    "reshape": [
        linear(lambda a: a.reshape(2, 10)),
        linear(lambda a: a.reshape((10, -1))),
        linear(lambda a: a.reshape(-1)),
        linear(lambda a: a.reshape(5, 4, order="F")),
    ],
    "resize": [],
    "round": [
        lambda x: (x.round(1).value, x.value.round(1)),
        lambda x: (x.round().coefficients[1:], np.zeros((2, 4, 5))),
    ],
    "searchsorted": [
        value_only(lambda a: np.sort(a[0]).searchsorted([0.7, 1.0])),
        lambda x: (np.sort(x[0]).searchsorted(1.0), np.sort(x.value[0]).searchsorted(1.0)),
    ],
    "setfield": [],
    "setflags": [],
    "shape": [value_only(lambda a: a.shape)],
    "size": [value_only(lambda a: a.size)],
    "sort": [],
    "squeeze": [linear(lambda a: a[:, None].squeeze()), linear(lambda a: a[None].squeeze(axis=0))],
    "std": [
        alike(lambda a: a.std(), lambda a: np.sqrt(((a - a.mean()) ** 2).mean())),
        alike(
            lambda a: a.std(axis=1, ddof=1),
            lambda a: np.sqrt(((a - a.mean(axis=1)[:, None]) ** 2).sum(axis=1) / 4),
        ),
    ],
    "strides": [],
    "sum": [
        linear(lambda a: a.sum()),
        linear(lambda a: a.sum(axis=0)),
        linear(lambda a: a.sum(axis=(0, 1))),
        linear(lambda a: a.sum(-1, keepdims=True)),
    ],
    "swapaxes": [linear(lambda a: a.swapaxes(0, 1)), linear(lambda a: a.swapaxes(-1, 0))],
    "take": [
        linear(lambda a: a.take([0, 7, 3])),
        linear(lambda a: a.take([[1, 2]], axis=1)),
        linear(lambda a: a.take(3, axis=0)),
        linear(lambda a: a.take([9], axis=0, mode="clip")),
    ],
    "to_device": [],
    "tobytes": [],
    "tofile": [],
    "tolist": [],
    "trace": [linear(lambda a: a.trace()), linear(lambda a: a.trace(offset=-1))],
    "transpose": [
        linear(lambda a: a.transpose()),
        linear(lambda a: a.transpose(1, 0)),
        linear(lambda a: a.transpose((1, 0))),
        linear(lambda a: a.transpose(None)),
    ],
    "var": [
        alike(lambda a: a.var(), lambda a: ((a - a.mean()) ** 2).mean()),
        alike(lambda a: a.var(axis=0), lambda a: ((a - a.mean(axis=0)) ** 2).mean(axis=0)),
    ],
    "view": [linear(lambda a: a.view())],
}

# Attributes that make no sense, or give away memory without derivatives.
REFUSED = {
    "byteswap": lambda x: x.byteswap(),
    "ctypes": lambda x: x.ctypes,
    "data": lambda x: x.data,
    "getfield": lambda x: x.getfield(float),
    "setfield": lambda x: x.setfield(1.0, float),
    "resize": lambda x: x.resize(2, 2),
    "tobytes": lambda x: x.tobytes(),
    "tofile": lambda x: x.tofile("never-written"),
}


def test_every_attribute_of_ndarray_is_here() -> None:
    public = {name for name in dir(np.ndarray) if not name.startswith("_")}
    assert public <= set(ATTRIBUTES)
    assert set(REFUSED) <= set(ATTRIBUTES)


@pytest.mark.parametrize("name", sorted(set(ATTRIBUTES) & set(dir(np.ndarray)) - set(REFUSED)))
def test_the_attribute_exists(x: Any, name: str) -> None:
    if name == "base":
        assert getattr(x, name, None) is None or isinstance(x.base, (np.ndarray, ta.Taylor))
        return
    assert hasattr(x, name)
    assert name in dir(x)


@pytest.mark.parametrize(
    ("name", "case"),
    [
        pytest.param(name, case, id=f"{name} {i}")
        for name, checks in ATTRIBUTES.items()
        for i, case in enumerate(checks)
        if hasattr(np.ndarray, name)
    ],
)
def test_attributes_do_what_numpy_s_do(x: Any, name: str, case: Any) -> None:
    got, want = case(x)
    assert np.shape(got) == np.shape(want)
    if isinstance(want, (np.ndarray, float)):
        assert_allclose(got, want, rtol=1e-13, atol=1e-14)
    else:
        assert got == want
    assert_array_equal(x.coefficients, COEFFICIENTS)


@pytest.mark.parametrize("name", REFUSED)
def test_attributes_that_are_refused(x: Any, name: str) -> None:
    with pytest.raises((TypeError, AttributeError, ValueError)) as caught:
        REFUSED[name](x)
    assert len(str(caught.value)) > 15
    assert_array_equal(x.coefficients, COEFFICIENTS)


def test_unknown_attributes(x: Any) -> None:
    for number in (x, x[0, 0], ta.Dual(1.0, 1.0)):
        with pytest.raises(AttributeError, match="nonsense"):
            number.nonsense  # noqa: B018
        assert not hasattr(number, "coefficient")
    with pytest.raises(AttributeError, match="tangent"):
        x.tangent  # noqa: B018


# Methods that change the array


def test_fill(x: Any) -> None:
    x.fill(2.0)
    assert_array_equal(x.coefficients[0], np.full((4, 5), 2))
    assert not x.coefficients[1:].any()
    x[0].fill(ta.Taylor([1.0, 2.0, 3.0]))
    assert_array_equal(x.coefficients[:, 0, 3], [1, 2, 3])
    assert_array_equal(x.coefficients[:, 1, 3], [2, 0, 0])


def test_sort_in_place(x: Any) -> None:
    alias = x
    assert x.sort() is None
    want = np.take_along_axis(COEFFICIENTS, ORDER_OF_ROWS[None], axis=2)
    assert_array_equal(alias.coefficients, want)
    x.sort(axis=0)
    assert (np.diff(x.value, axis=0) >= 0).all()


def test_partition_in_place(x: Any) -> None:
    assert x.partition(2, axis=1) is None
    places = np.argpartition(COEFFICIENTS[0], 2, axis=1)
    want = np.take_along_axis(COEFFICIENTS, places[None], axis=2)
    assert_array_equal(np.sort(x.value[:, :2], axis=1), np.sort(want[0, :, :2], axis=1))
    assert_array_equal(x.coefficients[:, :, 2], want[:, :, 2])


def test_put(x: Any) -> None:
    x.put([0, 7, -1], ta.Taylor(np.arange(9.0).reshape(3, 3)))
    flat = x.coefficients.reshape(3, -1)
    assert_array_equal(flat[:, [0, 7, -1]], np.arange(9.0).reshape(3, 3))
    x.put([1], 5.0)
    assert_array_equal(x.coefficients[:, 0, 1], [5, 0, 0])


def test_changing_a_scalar_is_refused() -> None:
    one = ta.Dual(1.0, 1.0)
    for call in (
        lambda: one.fill(2.0),
        lambda: one.sort(),
        lambda: one.put(0, 2.0),
        lambda: one.partition(0),
    ):
        with pytest.raises((TypeError, ValueError)):
            call()


def test_flat(x: Any) -> None:
    assert len(x.flat) == 20
    items = list(x.flat)
    assert_rows(items[7], COEFFICIENTS[:, 1, 2])
    assert_rows(x.flat[7], COEFFICIENTS[:, 1, 2])
    assert_rows(x.flat[3:12:2], taken(slice(3, 12, 2)))
    assert_rows(x.flat[[1, 5]], taken([1, 5]))
    x.flat[7] = 9.0
    assert_array_equal(x.coefficients[:, 1, 2], [9, 0, 0])
    x.T.flat[1] = ta.Taylor([1.0, 2.0, 3.0])
    assert_array_equal(x.coefficients[:, 1, 0], [1, 2, 3])
    x.flat[:2] = ta.Taylor(np.arange(6.0).reshape(3, 2))
    assert_array_equal(x.coefficients[:, 0, :2], np.arange(6.0).reshape(3, 2))
    x.flat = 0.0
    assert not x.coefficients.any()


def test_shape_is_for_reading(x: Any) -> None:
    """NumPy lets one set the shape; here it is an error, or it works."""
    try:
        x.shape = (5, 4)
    except (AttributeError, TypeError):
        assert x.shape == (4, 5)
    else:
        assert_rows(x, COEFFICIENTS.reshape(3, 5, 4))


def test_flags(x: Any) -> None:
    x.setflags(write=False)
    for change in (lambda: x.fill(1.0), lambda: x.sort(), lambda: x[0].fill(0.0)):
        with pytest.raises(ValueError, match="read-only"):
            change()
    x.setflags(write=True)
    x[0] = 1.0
    assert x.to_device("cpu") is x
    with pytest.raises(ValueError, match="gpu"):
        x.to_device("gpu")
    for view in (np.broadcast_to(x, (2, 4, 5)), x.diagonal()):
        with pytest.raises(ValueError, match="read-only"):
            view[0] = 1.0


def test_setting_real_and_imag() -> None:
    z = ta.Dual(np.array([1 + 2j, 3 + 4j]), 1 + 1j)
    assert_array_equal(z.real.value, [1, 3])
    assert_array_equal(z.imag.tangent, [1, 1])
    assert_array_equal(z.conj().value, [1 - 2j, 3 - 4j])
    assert_array_equal(z.conj().tangent, [1 - 1j, 1 - 1j])
    try:
        z.real = ta.Dual(np.array([7.0, 8.0]), 5.0)
    except (AttributeError, TypeError):
        assert_array_equal(z.value, [1 + 2j, 3 + 4j])
    else:
        assert_array_equal(z.value, [7 + 2j, 8 + 4j])
        assert_array_equal(z.tangent, [5 + 1j, 5 + 1j])


def test_tolist_and_item_give_numbers(x: Any) -> None:
    listed = x.tolist()
    assert isinstance(listed, list)
    assert isinstance(listed[1], list)
    assert_rows(listed[1][2], COEFFICIENTS[:, 1, 2])
    assert isinstance(x[0, 0].tolist(), ta.Taylor)
    with pytest.raises(ValueError):
        x.item()
    with pytest.raises(IndexError):
        x.item(20)


def test_astype(x: Any) -> None:
    assert x.astype(np.float32).dtype == np.float32
    assert x.astype("float32").coefficients.dtype == np.float32
    assert x.astype(complex).dtype == np.complex128
    assert x.astype(float, copy=False) is x or x.astype(float, copy=False).order == 2
    assert x.astype(float) is not x
    with pytest.raises((TypeError, ValueError)):
        x.astype("U5")
    with pytest.raises(TypeError):
        x.astype(np.float32, casting="safe")
    with pytest.raises(TypeError):
        x.astype("nonsense")


def test_astype_of_integers_never_keeps_derivatives_silently(x: Any) -> None:
    """`astype(int)` truncates: a plain array of integers, or an error."""
    try:
        got = x.astype(int)
    except TypeError:
        return
    assert got.dtype.kind == "i"
    assert_array_equal(ta.value(got), COEFFICIENTS[0].astype(int))


def test_dump(x: Any, tmp_path: Any) -> None:
    stream = io.BytesIO()
    x.dump(stream)
    stream.seek(0)
    assert_rows(pickle.load(stream), COEFFICIENTS)
    x.dump(tmp_path / "x.pickle")
    with open(tmp_path / "x.pickle", "rb") as file:
        assert_rows(pickle.load(file), COEFFICIENTS)


def test_choose() -> None:
    which = np.array([0, 1, 1])
    options = [ta.Dual(np.arange(3.0), 1.0), ta.Dual(np.full(3, 9.0), 2.0)]
    got = np.choose(which, options)
    assert_array_equal(got.value, [0, 9, 9])
    assert_array_equal(got.tangent, [1, 2, 2])


def test_methods_of_scalars() -> None:
    one = ta.Taylor([2.0, 3.0, 4.0])
    for result in (
        one.sum(),
        one.mean(),
        one.max(),
        one.min(),
        one.prod(),
        one.ravel()[0],
        one.reshape(1)[0],
        one.reshape(()),
        one.flatten()[0],
        one.squeeze(),
        one.copy(),
        one.real,
        one.conj(),
        one.T,
        one.clip(0, 9),
        one.transpose(),
        one.item(),
        one.cumsum()[0],
        one.repeat(1)[0],
        one.astype(float),
    ):
        assert type(result) is ta.Taylor
        assert_array_equal(result.coefficients, [2, 3, 4])
    assert one.any()
    assert one.all()
    assert one.argmax() == 0
    assert one.round().value == 2
    assert one.var().value == 0
    assert one.imag.value == 0


def test_numpy_attributes_of_values(x: Any) -> None:
    assert np.shape(x) == (4, 5)
    assert np.ndim(x) == 2
    assert np.size(x) == 20
    assert np.size(x, 1) == 5
    assert x.nbytes >= 160
    assert x.strides == x.value.strides
    assert np.iterable(x)
    assert not np.isscalar(x)
    assert np.result_type(x.dtype, np.float32) == np.float64


# What becomes a plain array, and what does not


def test_asarray_never_drops_derivatives(x: Any) -> None:
    for number in (x, x[0, 0], ta.Dual(1.0, 1.0), ta.Dual(np.ones(2), 1.0)):
        for convert in (
            lambda n: np.asarray(n, dtype=float),
            lambda n: np.array(n, dtype=float),
            lambda n: np.array([n, n], dtype=float),
            lambda n: np.asarray([n], dtype=np.float64),
            lambda n: np.frombuffer(n),
            lambda n: memoryview(n),
            lambda n: bytes(n),
        ):
            with pytest.raises(TypeError):
                convert(number)


def test_arrays_of_numbers_are_object_arrays(x: Any) -> None:
    packed = np.array([x[0, 0], x[1, 1]])
    assert packed.dtype == object
    assert packed.shape == (2,)
    for result in (
        np.sin(packed),
        packed * packed,
        packed + x[0, :2],
        x[0, :2] + packed,
        2.0 * packed,
        np.exp(packed)[0],
        packed @ packed,
        np.sum(packed),
        packed.sum(),
        np.dot(packed, np.ones(2)),
    ):
        element = result.ravel()[0] if isinstance(result, np.ndarray) else result
        assert isinstance(element, ta.Taylor)
    assert_rows(np.sum(packed * 1.0), COEFFICIENTS[:, 0, 0] + COEFFICIENTS[:, 1, 1], exact=False)
    assert_rows(np.add(x[0, :2], packed)[1], COEFFICIENTS[:, 0, 1] + COEFFICIENTS[:, 1, 1])
    assert_rows(np.multiply(packed, ta.Taylor([2.0, 0.0, 0.0]))[0], 2 * COEFFICIENTS[:, 0, 0])


def test_object_arrays_with_constants(x: Any) -> None:
    packed = np.array([x[0, 0], 1.0, 2])
    assert_rows((x[0, :3] * packed)[1], COEFFICIENTS[:, 0, 1])
    table = np.array([[x[0, 0], 0.0], [0.0, x[1, 1]]])
    got = np.matmul(x[:2, :2], table)
    want = x[:2, 0] * x[0, 0]
    assert_rows(got[:, 0], want.coefficients, exact=False)


def test_lists_of_numbers(x: Any) -> None:
    row = [x[0, 0], 1.0, x[1, 1]]
    assert isinstance(np.stack(row), ta.Taylor)
    assert_rows((x[0, :3] + row)[2], COEFFICIENTS[:, 0, 2] + COEFFICIENTS[:, 1, 1])
    assert_rows(np.multiply(x[0, :3], row)[1], COEFFICIENTS[:, 0, 1])
    assert isinstance(np.sum(row), ta.Taylor)


def test_plain_arrays_cannot_hold_numbers(x: Any) -> None:
    plain = np.zeros(3)
    for index, number in itertools.product((0, slice(1)), (x[0, 0], ta.Dual(1.0, 1.0))):
        with pytest.raises(TypeError, match="zeros_like"):
            plain[index] = number
    with pytest.raises(TypeError):
        plain[:] = ta.Dual(np.ones(3), 1.0)
    with pytest.raises(TypeError):
        plain.fill(ta.Dual(1.0, 1.0))
    with pytest.raises(TypeError):
        np.copyto(plain, ta.Dual(np.ones(3), 1.0))
    assert_array_equal(plain, np.zeros(3))


def test_plain_arrays_indexed_by_numbers() -> None:
    with pytest.raises((TypeError, IndexError)):
        np.arange(3.0)[ta.Dual(1.0, 1.0)]
    with pytest.raises((TypeError, IndexError)):
        [1, 2][ta.Dual(1.0, 1.0)]
    with pytest.raises(TypeError):
        range(ta.Dual(3.0, 1.0))


@pytest.mark.parametrize("dtype", [np.float32, np.complex128, object])
def test_arrays_of_other_dtypes(dtype: Any) -> None:
    rows = (RNG.integers(1, 9, (3, 4, 5))).astype(dtype)
    x = ta.Taylor(rows)
    assert x.dtype == dtype
    assert_array_equal(x[1:, ::2].coefficients, rows[:, 1:, ::2])
    assert_array_equal(x.T.coefficients, rows.transpose(0, 2, 1))
    assert_array_equal(x[0, 0].coefficients, rows[:, 0, 0])
    assert_array_equal(x.sum(axis=0).coefficients, rows.sum(axis=1))
    x[0] = 5
    assert_array_equal(x.coefficients[:, 0, 0], [5, 0, 0])
    x += 1
    assert x.dtype == dtype
    assert len(list(x.flat)) == 20
