"""Items, views and assignment in place of small arrays: as NumPy's, for every coefficient."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import taylorad as ta

INDICES = [
    2,
    -1,
    slice(2, 7),
    slice(None),
    slice(None, None, -1),
    slice(8, 2, -2),
    slice(5, 2),
    ...,
    None,
    (None, slice(1, 3)),
    (slice(1, 3), None),
    (..., None),
    (),
    [1, 2],
    [-1, 0, 0],
    np.array([3, 1]),
    np.array([True, False] * 5),
    np.array([], int),
    [],
    np.int64(3),
    (3,),
    np.array(4),
    True,
    (slice(2, 5), ...),
    np.array([[1, 2], [3, 4]]),
    [[1, 2], [3, 4]],
    ([1, 2], None),
    (None, np.array([3, 1])),
    (..., [0, 9]),
    (np.array([3, 1]), ...),
    (np.array([3, 1]),),
    np.array([3, 1], np.uint8),
    [True, False] * 5,
    range(3),
]
GRID = [
    1,
    (1, 1),
    (slice(None), 0),
    (0, slice(1, None)),
    (..., 1),
    (1, ...),
    (slice(None), None, 1),
    (None, 1, None, slice(None, None, -1)),
    (slice(4, 1, -2), slice(None)),
    ([0, 1], [1, 0]),
    (slice(None), [1, 0, 1]),
    np.arange(10).reshape(5, 2) > 4,
    (0, 0, ...),
    [0, -1],
    ([0, 2], None),
    ([0, 2], 1),
    (1, [0, 1]),
    (np.array([4, 0]), slice(None, None, -1)),
    (slice(1, 4), [1, 0]),
    (..., [1]),
    ([0, 2], slice(None, 1)),
    ([[0], [2]], [0, 1]),
    ([0, 2], None, [0, 1]),
    (None, [0, 2], None, 1),
    (0, None, [0, 1]),
    np.array([True, False, True, False, True]),
    ([True, False, True, False, True], 0),
    (slice(None), np.array([True, False])),
    np.array(1),
    (np.array(1), slice(None)),
    (np.array(1), 1),
]


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16"])
@pytest.mark.parametrize("shape, indices", [((10,), INDICES), ((5, 2), GRID)])
def test_items_are_numpy_s(shape, indices, dtype):
    u = np.random.default_rng(7).normal(size=(3, *shape)).astype(dtype)
    for index in indices:
        x = ta.Taylor(u.copy())
        want = [row[index] for row in x.coefficients]
        got = x[index]
        assert got.shape == want[0].shape
        assert_array_equal(got.coefficients, want)
        if isinstance(want[0], np.ndarray) and want[0].ndim:
            shared = np.shares_memory(got.coefficients, x.coefficients)
            assert shared == np.shares_memory(want[0], x.coefficients[0])


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("shape, indices", [((10,), INDICES), ((5, 2), GRID)])
def test_items_are_assigned_as_numpy_s(shape, indices, dtype):
    rng = np.random.default_rng(8)
    u = rng.normal(size=(3, *shape)).astype(dtype)
    for index in indices:
        size = u[0][index].shape
        given = rng.normal(size=(3, *size)).astype(dtype)
        for item, rows in (
            (ta.Taylor(given), given),
            (given[0], [given[0], 0, 0]),
            (0.25, [0.25, 0, 0]),
            (-0.0, [-0.0, 0, 0]),
            (3, [3, 0, 0]),
            (ta.Taylor(np.array([1.0, 2.0, 3.0], dtype)), [1, 2, 3]),
        ):
            x, want = ta.Taylor(u.copy()), u.copy()
            x[index] = item
            for row, new in zip(want, rows, strict=True):
                row[index] = new
            assert_array_equal(x.coefficients, want)
            assert_array_equal(np.signbit(x.value), np.signbit(want[0]))


def test_assigned_items_may_overlap():
    u = np.arange(30.0).reshape(3, 10)
    for to, of in ((slice(1, None), slice(None, -1)), (slice(None), slice(None, None, -1))):
        x, want = ta.Taylor(u.copy()), u.copy()
        x[to] = x[of]
        for row in want:
            row[to] = row[of].copy()
        assert_array_equal(x.coefficients, want)
    x = ta.Taylor(u.copy())
    x[np.arange(10)] = x[::-1]
    assert_array_equal(x.coefficients, u[:, ::-1])


def test_items_that_are_refused():
    x = ta.Dual(np.ones(10), 1.0)
    for index in (10, -11, (1, 1), [10], [-11], np.array([12]), np.zeros(9, bool), 1.5, "a"):
        with pytest.raises((IndexError, TypeError)):
            x[index]
        with pytest.raises((IndexError, TypeError)):
            x[index] = 1.0
    with pytest.raises(ValueError, match="broadcast"):
        x[2:4] = np.ones(3)
    with pytest.raises(ValueError, match="delete"):
        del x[0]
    x.setflags(write=False)
    for index in (0, slice(2), [1, 2], np.ones(10, bool)):
        with pytest.raises(ValueError, match="read-only"):
            x[index] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        x += 1.0


def test_in_place_keeps_the_memory():
    x = ta.Dual(np.linspace(1.0, 2.0, 10), 1.0)
    y, view = x.copy(), x[2:4]
    for change in ("+= y", "-= 0.5", "*= y", "/= 2.0"):
        before, name = x.copy(), {"x": x, "y": y}
        exec(f"x {change}", name)
        assert name["x"] is x
        want = eval(f"x {change.replace('=', '')}", {"x": before, "y": y})
        assert_array_equal(x.parts, want.parts)
        assert_array_equal(view.parts, x.parts[:, 2:4])
    with pytest.raises(ValueError, match="in place"):
        x += np.ones((2, 10))


VIEWS = [
    lambda x: x.T,
    lambda x: x.ravel(),
    lambda x: x.reshape(2, 5),
    lambda x: x.reshape(-1),
    lambda x: x.reshape((5, -1, 1)),
    lambda x: x.reshape(10, order="F"),
    lambda x: x.transpose(),
    lambda x: x.squeeze(),
    lambda x: x[:1].squeeze(),
    lambda x: x.swapaxes(0, -1),
    lambda x: x.flatten(),
    lambda x: x.copy(),
    lambda x: x.diagonal(),
    lambda x: np.transpose(x, (1, 0)),
    lambda x: x.real,
    lambda x: np.reshape(x, (2, 5)),
    lambda x: np.reshape(x, (2, 5), "F"),
    lambda x: np.ravel(x, "F"),
    lambda x: np.flip(x),
    lambda x: np.atleast_1d(x),
    lambda x: np.atleast_2d(x[0]),
    lambda x: x.T.ravel(),
    lambda x: np.squeeze(x[:, :1]),
    lambda x: x.transpose(1, 0),
    lambda x: x.T.reshape(10),
    lambda x: x.astype(float),
    lambda x: x[:, ::-1].reshape(-1),
]


@pytest.mark.parametrize("view", VIEWS)
def test_views_are_where_numpy_s_are(view):
    u = np.random.default_rng(9).normal(size=(3, 5, 2))
    for rows in (u, np.asfortranarray(u[0])[None] + np.zeros((3, 1, 1))):
        x = ta.Taylor(rows.copy())
        got, want = view(x), [view(row) for row in x.coefficients]
        assert_array_equal(got.coefficients, want)
        if np.shares_memory(want[0], x.coefficients):
            assert np.shares_memory(got.coefficients, x.coefficients)


def test_shapes_that_are_refused():
    x = ta.Dual(np.ones(10), 1.0)
    for shape in ((3, 4), (-1, -1), (-1, 3), (0, -1), (2.0, 5)):
        with pytest.raises((ValueError, TypeError)):
            x.reshape(*shape)
        with pytest.raises((ValueError, TypeError)):
            np.reshape(x, shape)
    for call in (
        lambda: np.reshape(x, 5, 2),
        lambda: x.transpose(0, 0),
        lambda: x.swapaxes(0, 1),
        lambda: x.sum(3),
        lambda: x.nothing,
        lambda: x.sum(ddof=0),
    ):
        with pytest.raises((ValueError, TypeError, AttributeError)):
            call()
