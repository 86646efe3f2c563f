"""Arrays made after a prototype or with ``like=``: constants one can assign numbers into."""

import io

import numpy as np
import pytest
from curves import ALGEBRAS

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad.algebra import dual, hyperdual, taylor

MATRIX = np.array([[2.0, 0.0, 3.5], [1.0, -2.0, 2.0]])
PROTOTYPES = {np.zeros_like: 0.0, np.ones_like: 1.0, np.empty_like: None}


@pytest.fixture(params=ALGEBRAS.values(), ids=list(ALGEBRAS))
def x(request):
    return make(request.param, np.stack([MATRIX * (k + 1) for k in range(request.param.rows)]))


@pytest.mark.parametrize("function", PROTOTYPES)
@pytest.mark.parametrize(
    "options",
    [{}, {"shape": (4,)}, {"shape": ()}, {"dtype": complex}, {"dtype": np.float32}, {"order": "F"},
     {"subok": False}, {"device": "cpu"}],
    ids=str,
)  # fmt: skip
def test_constants_over_the_prototypes_algebra(x, function, options):
    y = function(x, **options)
    want = function(MATRIX, **options)
    assert isinstance(y, Number)
    assert y.algebra == x.algebra
    assert (y.shape, y.dtype) == (want.shape, want.dtype)
    assert not np.any(y.parts[1:])
    if PROTOTYPES[function] is not None:
        np.testing.assert_array_equal(y.value, want)
    y = y + 1
    assert not np.shares_memory(y, x)


def test_prototypes_by_keyword(x):
    assert np.zeros_like(a=x, dtype=None).algebra == x.algebra
    assert np.full_like(a=x, fill_value=x).algebra == x.algebra


def test_a_loop_over_a_made_array_keeps_derivatives(x):
    out = np.zeros_like(x)
    for i in range(2):
        for j in range(3):
            out[i, j] = x[i, j] ** 2
    np.testing.assert_array_equal(out.parts, (x**2).parts)


@pytest.mark.parametrize("dtype", [int, bool, "i4"])
def test_integers_and_masks_are_plain(x, dtype):
    for y in (np.zeros_like(x, dtype=dtype), np.ones_like(x, dtype), np.full_like(x, 3, dtype)):
        assert isinstance(y, np.ndarray)
        assert y.dtype == dtype


def test_full_like(x):
    y = np.full_like(x, 3)
    np.testing.assert_array_equal(y.value, np.full((2, 3), 3.0))
    assert not np.any(y.parts[1:])
    for fill in (x[0, 2], x[0]):
        y = np.full_like(x, fill)
        np.testing.assert_array_equal(
            y.parts,
            np.broadcast_to(fill.parts.reshape(-1, 1, *fill.shape), x.parts.shape)
            if fill.ndim
            else np.broadcast_to(fill.parts[:, None, None], x.parts.shape),
        )
    y = np.full_like(x, x[0, 2], shape=(2,))
    np.testing.assert_array_equal(y.parts, np.stack([x[0, 2].parts] * 2, axis=1))
    with pytest.raises(TypeError, match="leave dtype out"):
        np.full_like(x, x[0, 0], dtype=int)
    with pytest.raises(ValueError):
        np.full_like(x, np.ones(7))


def test_full_like_with_a_fill_of_another_level():
    inner = make(taylor(2, tag=4), np.array([1.0, 2.0, 3.0]))
    y = np.full_like(ta.Dual([1.0, 2.0], 1.0), inner)
    assert y.algebra == dual().join(taylor(2, tag=4))
    np.testing.assert_array_equal(y.value, [1.0, 1.0])
    assert np.count_nonzero(np.any(y.parts, axis=1)) == 3


def test_a_scalar_prototype_makes_a_scalar():
    for x in (ta.Dual(2.0, 1.0), ta.Taylor([2.0, 1.0, 0.0])):
        for function in (np.zeros_like, np.ones_like):
            y = function(x)
            assert type(y) is type(x)
            assert (y.value, y.parts[1]) == (function(2.0), 0.0)


def test_empty_and_strided_prototypes():
    assert np.zeros_like(ta.Dual(np.ones((0, 3)), 1.0)).shape == (0, 3)
    y = np.ones_like(make(dual(), np.ones((2, 6, 4)))[::2, ::-1])
    assert y.shape == (3, 4)
    assert not np.any(y.tangent)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.zeros_like(x, dtype="nonsense"),
        lambda x: np.zeros_like(x, fill=3),
        lambda x: np.zeros_like(x, order="Z"),
        lambda x: np.zeros_like(x, device="gpu"),
    ],
)
def test_misuse_is_an_error(call):
    with pytest.raises((TypeError, ValueError)):
        call(ta.Dual([1.0], 1.0))


# like= -----------------------------------------------------------------------------------

LIKE = {
    "zeros": lambda **o: np.zeros((2, 2), **o),
    "ones": lambda **o: np.ones(3, order="F", **o),
    "full": lambda **o: np.full((2, 2), 7.5, **o),
    "eye": lambda **o: np.eye(3, k=1, **o),
    "identity": lambda **o: np.identity(2, **o),
    "tri": lambda **o: np.tri(3, **o),
    "arange": lambda **o: np.arange(1.0, 4.0, 0.5, **o),
    "fromfunction": lambda **o: np.fromfunction(lambda i, j: i + j / 2, (2, 3), **o),
    "fromiter": lambda **o: np.fromiter([1.0, 2.0], float, **o),
    "frombuffer": lambda **o: np.frombuffer(np.arange(3.0).tobytes(), **o),
    "fromstring": lambda **o: np.fromstring("1 2", sep=" ", **o),
    "loadtxt": lambda **o: np.loadtxt(io.StringIO("1 2\n3 4"), **o),
    "genfromtxt": lambda **o: np.genfromtxt(io.StringIO("1 2\n3 4"), **o),
}


@pytest.mark.parametrize("make_array", LIKE.values(), ids=LIKE)
def test_like(x, make_array):
    y = make_array(like=x)
    want = make_array()
    assert isinstance(y, Number)
    assert y.algebra == x.algebra
    np.testing.assert_array_equal(y.value, want)
    assert not np.any(y.parts[1:])


def test_like_with_an_integer_dtype_is_plain(x):
    for y in (np.arange(3, like=x), np.zeros(3, int, like=x), np.full(2, 7, like=x)):
        assert isinstance(y, np.ndarray)


def test_fromfile_like(x, tmp_path):
    np.arange(3.0).tofile(tmp_path / "numbers")
    y = np.fromfile(tmp_path / "numbers", like=x)
    assert y.algebra == x.algebra
    np.testing.assert_array_equal(y.value, [0.0, 1.0, 2.0])


def test_full_like_keyword_with_a_number_as_fill(x):
    y = np.full((2,), x[0, 2], like=x)
    np.testing.assert_array_equal(y.parts, np.stack([x[0, 2].parts] * 2, axis=1))
    y = np.full((2, 3), x[0], like=1.0 * x)
    np.testing.assert_array_equal(y.parts, np.stack([x[0].parts] * 2, axis=1))
    with pytest.raises(TypeError):
        np.full(2, x[0, 2], int, like=x)


def test_elements_that_are_numbers_are_repacked(x):
    y = np.fromfunction(
        np.vectorize(lambda i, j: x[int(i), int(j)], otypes=[object]), (2, 3), like=x
    )
    np.testing.assert_array_equal(y.parts, x.parts)
    y = np.fromiter(iter(x[0]), object, like=x)
    np.testing.assert_array_equal(y.parts, x[0].parts)
    y = np.array([x[0, 0], x[1, 1]], like=x)
    np.testing.assert_array_equal(y.parts, np.stack([x[0, 0].parts, x[1, 1].parts], axis=1))


def test_hyperdual_round_trip():
    x = make(hyperdual(), np.arange(8.0).reshape(4, 2))
    out = np.empty_like(x)
    out[...] = x
    np.testing.assert_array_equal(out.parts, x.parts)
