"""Stores into the first argument, against what NumPy stores."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from polynomial_calls import ALGEBRAS, check, code, numbers, operands_of

from taylorad._numbers import make
from taylorad.algebra import dual, taylor
from taylorad.rules import inplace

STORES = """
np.put(x, [0, 2], [7.0, 8.0])
np.put(x, [0, -1], w)
np.put(A, [0, 5, 7, 11], w)
np.put(x, [1, 9], s, mode="clip")
np.put(x, [1, 1], [s, 3.0])
np.put_along_axis(A, np.array([[0], [3], [1]]), s, axis=1)
np.put_along_axis(A, np.array([[0, 1, 2, 0]]), y, axis=0)
np.put_along_axis(x, np.array([2]), 5.0, None)
np.place(A, P > 0, w)
np.place(A, A > 0.5, [1.0, 2.0])
np.putmask(x, mask, y)
np.putmask(A, P > 1, s)
np.putmask(x, x > 0.5, 0.25)
np.copyto(x, y)
np.copyto(A, y)
np.copyto(A, 3)
np.copyto(A, w[:, None], where=P > 0)
np.copyto(x, y, "same_kind", mask)
np.fill_diagonal(A, s)
np.fill_diagonal(S, w)
np.fill_diagonal(B, 2, wrap=True)
np.fill_diagonal(S, [s, 1, s])
""".strip().splitlines()


def target_of(call: str) -> str:
    return call.split("(")[1].split(",")[0]


@pytest.mark.parametrize("algebra", ALGEBRAS)
@pytest.mark.parametrize("call", STORES)
def test_stores(call: str, algebra: str) -> None:
    # `or` gives the target once the call has returned None.
    stored = f"({call}) or {target_of(call)}"
    check(stored, dict.fromkeys(operands_of(call), ALGEBRAS[algebra]), 1, scale=Fraction(1, 256))


@pytest.mark.parametrize("call", STORES)
def test_stores_in_place(call: str) -> None:
    operands = numbers(call, dict.fromkeys(operands_of(call), taylor(2)))
    target = operands[target_of(call)]
    view, before = target[...], target.parts.copy()
    assert code(call)(operands) is None
    assert not np.array_equal(target.parts, before)
    np.testing.assert_array_equal(view.parts, target.parts)


def test_stores_numbers_of_another_level() -> None:
    target = make(dual(1), np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]))
    source = make(dual(2), np.array([5.0, 7.0]))
    np.put(target, [1], source)
    joint = target.algebra
    assert joint.tags == (1, 2)
    np.testing.assert_array_equal(target.parts, [[1, 5, 3], [1, 0, 1], [0, 7, 0], [0, 0, 0]])


def test_every_store_has_a_call() -> None:
    for row in inplace.TABLE:
        assert any(call.startswith(f"np.{row.function.__name__}(") for call in STORES)


@pytest.mark.parametrize(
    "call, error",
    [
        ("np.put(x, [9], 1.0)", IndexError),
        ("np.copyto(x, w)", ValueError),
        ("np.copyto(x, z)", TypeError),
        ("np.copyto(x, y, casting='spam')", ValueError),
        ("np.copyto(p.copy(), x)", TypeError),
        ("np.place(x, mask, [])", ValueError),
        ("np.put(x, s, 1.0)", TypeError),
        ("np.fill_diagonal(x, 1)", ValueError),
    ],
)
def test_a_refused_store_changes_nothing(call: str, error: type[Exception]) -> None:
    operands = numbers(call, dict.fromkeys(operands_of(call), dual()))
    before = operands["x"].parts.copy()
    with pytest.raises(error):
        code(call)(operands)
    np.testing.assert_array_equal(operands["x"].parts, before)


@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (2, 2, 3)])
@pytest.mark.parametrize(
    "index",
    [
        0,
        np.array([[0, 1], [1, 0]]),
        ([0, 1], slice(None), [1, 1]),
        (Ellipsis, [0, 0]),
        ([0, 0], [1, 1]),
    ],
    ids=str,
)
@pytest.mark.parametrize("ufunc", [np.add, np.subtract])
def test_adding_at_is_adding_in_every_row(ufunc, index, shape):
    rng = np.random.default_rng(3)
    rows, given = rng.normal(size=(2, 2, 2, 3)), rng.normal(size=(2, *shape))
    x = make(taylor(1), rows.copy())
    places = np.arange(12).reshape(2, 2, 3)[index]
    operand = make(taylor(1), given)
    try:
        np.broadcast_to(given[0], places.shape)
    except ValueError:
        with pytest.raises(ValueError):
            ufunc.at(x, index, operand)
        return
    ufunc.at(x, index, operand)
    for row, part in zip(rows, given, strict=True):
        flat, added = row.reshape(-1), np.broadcast_to(part, places.shape)
        for place, entry in zip(places.ravel(), added.ravel(), strict=True):
            flat[place] = ufunc(flat[place], entry)
    np.testing.assert_array_equal(x.parts, rows)
