"""Functions answered from the values: the same answers, and plain ones."""

import numpy as np
import pytest
from curves import ALGEBRAS, leaves

import taylorad as ta
from taylorad._numbers import Number, make, value
from taylorad.algebra import dual
from taylorad.rules.value_only import TEXT, VALUE_ONLY

VECTOR = np.array([2.0, -1.0, 3.5, 0.0, np.nan, -1.0, np.inf])
MATRIX = np.array([[2.0, 0.0, 3.5], [1.0, -2.0, 2.0]])
SQUARE = np.array([[2.0, 0.0, 3.5], [1.0, -2.0, 2.0], [0.0, 5.0, 2.0]])
COMPLEX = MATRIX + 1j * MATRIX[::-1]

# Each call gets a vector, a matrix, a square and a complex matrix, plain or as numbers.
CALLS = {
    np.shape: [lambda v, m, s, c: np.shape(m)],
    np.ndim: [lambda v, m, s, c: np.ndim(m)],
    np.size: [lambda v, m, s, c: np.size(m), lambda v, m, s, c: np.size(m, 1)],
    np.result_type: [
        lambda v, m, s, c: np.result_type(m, c),
        lambda v, m, s, c: np.result_type(np.float32, m),
    ],
    np.common_type: [lambda v, m, s, c: np.common_type(m, c)],
    np.min_scalar_type: [lambda v, m, s, c: np.min_scalar_type(m)],
    np.shares_memory: [
        lambda v, m, s, c: np.shares_memory(m, m[0]),
        lambda v, m, s, c: np.shares_memory(m[1:], m[:1]),
        lambda v, m, s, c: np.shares_memory(m, m.copy()),
        lambda v, m, s, c: np.shares_memory(value(m), m),
    ],
    np.may_share_memory: [
        lambda v, m, s, c: np.may_share_memory(m, m[0]),
        lambda v, m, s, c: np.may_share_memory(m, c),
    ],
    np.argmax: [
        lambda v, m, s, c: np.argmax(m),
        lambda v, m, s, c: np.argmax(m, axis=1, keepdims=True),
        lambda v, m, s, c: np.argmax(v),
    ],
    np.argmin: [lambda v, m, s, c: np.argmin(m, 0)],
    np.nanargmax: [lambda v, m, s, c: np.nanargmax(v)],
    np.nanargmin: [lambda v, m, s, c: np.nanargmin(v)],
    np.argsort: [
        lambda v, m, s, c: np.argsort(v, kind="stable"),
        lambda v, m, s, c: np.argsort(m, axis=0),
    ],
    np.argpartition: [lambda v, m, s, c: np.argpartition(v, 2)],
    np.lexsort: [
        lambda v, m, s, c: np.lexsort((m[0], m[1])),
        lambda v, m, s, c: np.lexsort([m[1], [1, 0, 1]]),
    ],
    np.argwhere: [lambda v, m, s, c: np.argwhere(m)],
    np.nonzero: [lambda v, m, s, c: np.nonzero(m)],
    np.flatnonzero: [lambda v, m, s, c: np.flatnonzero(m)],
    np.searchsorted: [
        lambda v, m, s, c: np.searchsorted([0.0, 1.0, 3.0], m, side="right"),
        lambda v, m, s, c: np.searchsorted(m[0], 1.0, sorter=[1, 0, 2]),
    ],
    np.digitize: [lambda v, m, s, c: np.digitize(v, m[0, 1:], right=True)],
    np.diag_indices_from: [lambda v, m, s, c: np.diag_indices_from(s)],
    np.tril_indices_from: [lambda v, m, s, c: np.tril_indices_from(m, k=-1)],
    np.triu_indices_from: [lambda v, m, s, c: np.triu_indices_from(m)],
    np.einsum_path: [lambda v, m, s, c: np.einsum_path("ij,jk,kl", m, s, s, optimize="greedy")],
    np.count_nonzero: [
        lambda v, m, s, c: np.count_nonzero(m),
        lambda v, m, s, c: np.count_nonzero(m, axis=0, keepdims=True),
    ],
    np.linalg.matrix_rank: [
        lambda v, m, s, c: np.linalg.matrix_rank(m),
        lambda v, m, s, c: np.linalg.matrix_rank(s, tol=1e-3),
    ],
    np.all: [lambda v, m, s, c: np.all(m, axis=0), lambda v, m, s, c: np.all(v, where=v > 0)],
    np.any: [lambda v, m, s, c: np.any(m, axis=(0, 1), keepdims=True)],
    np.allclose: [lambda v, m, s, c: np.allclose(m, c), lambda v, m, s, c: np.allclose(m, 2.0)],
    np.array_equal: [
        lambda v, m, s, c: np.array_equal(m, m + 0.0),
        lambda v, m, s, c: np.array_equal(v, [0.0]),
        lambda v, m, s, c: np.array_equal(v, v, equal_nan=True),
    ],
    np.array_equiv: [lambda v, m, s, c: np.array_equiv(m, m[0])],
    np.isin: [
        lambda v, m, s, c: np.isin(v, m),
        lambda v, m, s, c: np.isin([1.0, 2.0], m, invert=True),
    ],
    np.isclose: [
        lambda v, m, s, c: np.isclose(v, 2.0, atol=1.0),
        lambda v, m, s, c: np.isclose(2.0, m),
    ],
    np.iscomplex: [lambda v, m, s, c: np.iscomplex(c)],
    np.isreal: [lambda v, m, s, c: np.isreal(c)],
    np.iscomplexobj: [lambda v, m, s, c: (np.iscomplexobj(c), np.iscomplexobj(m))],
    np.isrealobj: [lambda v, m, s, c: (np.isrealobj(c), np.isrealobj(m))],
    np.isneginf: [lambda v, m, s, c: np.isneginf(v)],
    np.isposinf: [lambda v, m, s, c: np.isposinf(v)],
    np.array2string: [
        lambda v, m, s, c: np.array2string(m, precision=2, separator=";"),
        lambda v, m, s, c: np.array2string(c),
    ],
}  # fmt: skip

CASES = [
    pytest.param(call, id=f"{function.__name__}-{i}")
    for function, calls in CALLS.items()
    for i, call in enumerate(calls)
]


@pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)
@pytest.mark.parametrize("call", CASES)
def test_the_answer_is_that_of_the_values_and_plain(call, algebra):
    plain = VECTOR, MATRIX, SQUARE, COMPLEX
    numbers = [make(algebra, np.stack([x] + [x[::-1] + 1] * (algebra.rows - 1))) for x in plain]
    got, want = leaves(call(*numbers)), leaves(call(*plain))
    assert len(got) == len(want)
    for mine, theirs in zip(got, want, strict=True):
        assert type(mine) is type(theirs)
        assert not isinstance(mine, Number)
        np.testing.assert_array_equal(mine, theirs)


def test_each_row_is_tested():
    # These take no number: dtypes and integer indices.
    untested = {np.can_cast, np.ravel_multi_index, np.unravel_index}
    untested.add(getattr(np, "in1d", None))
    assert {row.function for row in VALUE_ONLY} - untested == CALLS.keys()


def test_scalars():
    x = ta.Dual(2.0, 1.0)
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((), 0, 1)
    assert np.argmax(x) == 0
    assert np.all(x) == True  # noqa: E712
    assert bool(np.isclose(x, 2.0))
    assert np.isposinf(ta.Dual(np.inf, 1.0))


def test_out_is_written():
    x = ta.Dual([[1.0, 0.0], [2.0, 3.0]], 1.0)
    out = np.zeros(2, bool)
    assert np.all(x, axis=1, out=out) is out
    assert out.tolist() == [False, True]


def test_the_text_of_a_number_is_its_own():
    x = ta.Dual([1.0, 2.123456789], [3.0, 1e-12])
    assert [row.function for row in TEXT] == [np.array_repr, np.array_str]
    assert np.array_repr(x) == repr(x)
    assert np.array_str(x) == str(x)
    assert "2.12" in np.array_repr(x, precision=2)
    assert "2.123" not in np.array_repr(x, precision=2)
    assert "e-12" not in np.array_str(x, suppress_small=True)
    assert np.array_repr(arr=x, max_line_width=40) == repr(x)
    with pytest.raises(TypeError):
        np.array_repr(x, colour="blue")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.argmax(x, axis=2), np.exceptions.AxisError),
        (lambda x: np.all(x, fast=True), TypeError),
        (lambda x: np.argmax(x[:0]), ValueError),
        (lambda x: np.diag_indices_from(x), ValueError),
        (lambda x: np.nanargmax(x * np.nan), ValueError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(make(dual(), np.ones((2, 3))))
