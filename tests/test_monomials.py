"""Monomials: their enumeration, how they are found, and how large an algebra may be."""

from __future__ import annotations

import gc
import itertools
import time
import weakref
from math import comb, prod

import numpy as np
import pytest

from taylorad import monomials
from taylorad.algebra import Algebra, Factor, dual, taylor
from taylorad.monomials import Structure


def multi(variables: int, order: int, limits: tuple[int, ...] | None = None) -> Algebra:
    return Algebra.of((Factor(0, "multi", order, variables, limits),))


SHAPES = {
    "one": ((1, 7, None, True),),
    "three": ((3, 4, None, True),),
    "limits": ((3, 6, (1, 3, 2), True),),
    "uncrossed": ((3, 4, None, False),),
    "uncrossed limits": ((3, 4, (0, 2, 4), False),),
    "two factors": ((2, 2, None, True), (1, 3, None, True)),
    "three factors": ((2, 2, (1, 1), True), (2, 3, None, False), (1, 1, None, True)),
    "no variables": ((0, 0, None, True), (2, 2, None, True)),
}


@pytest.fixture(params=SHAPES.values(), ids=SHAPES)
def shapes(request: pytest.FixtureRequest) -> tuple[monomials.Shape, ...]:
    return request.param


def allowed(shapes: tuple[monomials.Shape, ...], degree: int) -> set[tuple[int, ...]]:
    """All exponents by trying every one."""
    found = set()
    for row in itertools.product(range(degree + 1), repeat=sum(shape[0] for shape in shapes)):
        at, good = 0, sum(row) <= degree
        for variables, order, limits, crossed in shapes:
            own = row[at : at + variables]
            at += variables
            good &= sum(own) <= order and (crossed or sum(map(bool, own)) <= 1)
            good &= limits is None or all(e <= f for e, f in zip(own, limits, strict=True))
        if good:
            found.add(row)
    return found


@pytest.mark.parametrize("degree", [0, 1, 3, 5])
def test_rows_sizes_and_products(shapes: tuple[monomials.Shape, ...], degree: int) -> None:
    structure = Structure(shapes, degree)
    rows = [tuple(row) for row in structure.exponents.tolist()]
    assert set(rows) == allowed(shapes, degree)
    assert rows == sorted(rows, key=lambda row: (sum(row), [-e for e in row]))
    start, left, right = structure.table
    assert len(rows) == monomials._size(shapes, degree, False)
    assert len(left) == monomials._size(shapes, degree, True)
    k = np.repeat(np.arange(len(rows)), np.diff(start))
    exponents = structure.exponents
    assert (exponents[left] + exponents[right] == exponents[k]).all()
    assert len({*zip(left.tolist(), right.tolist(), strict=True)}) == len(left)
    for row in range(len(rows)):
        assert (left[start[row]], right[start[row]]) == (0, row)
        assert (left[start[row + 1] - 1], right[start[row + 1] - 1]) == (row, 0)


def test_every_monomial_is_found(shapes: tuple[monomials.Shape, ...]) -> None:
    structure = Structure(shapes, 4)
    assert structure.find(structure.exponents).tolist() == list(range(structure.rows))
    variables = structure.exponents.shape[1]
    tried = list(itertools.product(range(-1, 6), repeat=min(variables, 3)))
    padded = [row + (0,) * (variables - len(row)) for row in tried]
    inside = {tuple(row) for row in structure.exponents.tolist()}
    for row, found in zip(padded, structure.find(padded).tolist(), strict=True):
        assert (found >= 0) == (row in inside)


def test_a_table_is_made_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Structure(((3, 5, None, True),), 5).table
    for chunk in (1, 10, 50):
        monkeypatch.setattr(monomials, "CHUNK", chunk)
        pieces = Structure(((3, 5, None, True),), 5).table
        assert all((a == b).all() for a, b in zip(whole, pieces, strict=True))


def test_millions_of_pairs_are_quick() -> None:
    begin = time.perf_counter()
    table = Structure(((3, 30, None, True),), 30).table
    assert len(table[1]) == comb(36, 6) == 1_947_792
    assert time.perf_counter() - begin < 2.0  # a tenth of a second on an idle machine


@pytest.mark.parametrize(
    ("variables", "order", "size"),
    [(10, 20, "3e+07 coefficients"), (4, 40, "2.81 GiB"), (1, 30_000, "3.35 GiB"),
     (100_000, 1, "37.3 GiB"), (3000, 3000, "inf")],
)  # fmt: skip
def test_what_is_too_large_says_how_large(variables: int, order: int, size: str) -> None:
    with pytest.raises(ValueError, match="lower the order") as error:
        multi(variables, order)
    assert size in str(error.value).replace("e+07 ", "e+07 ")


def test_what_is_too_large_in_product_only() -> None:
    with pytest.raises(ValueError, match="GiB"):
        Algebra.of([Factor(level, "taylor", 2000) for level in range(2)])


def test_limits_make_room() -> None:
    limits = (1, 6, 7, 20)
    algebra = multi(4, 34, limits)
    assert algebra.rows == prod(limit + 1 for limit in limits)
    assert len(algebra.table[1]) == prod(comb(limit + 2, 2) for limit in limits)


def test_limits_that_say_nothing_are_dropped() -> None:
    one = Factor(0, "multi", 5, 2, (3, 4))
    assert one.capped(3) == Factor(0, "multi", 3, 2)
    assert one.meet(Factor(0, "multi", 3, 2)) == Factor(0, "multi", 3, 2)
    assert one.meet(Factor(0, "multi", 5, 2, (5, 1))) == Factor(0, "multi", 5, 2, (3, 1))


def test_caches_let_go_of_many_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monomials, "KEPT_PAIRS", 1000)
    before = taylor(40)
    assert before is taylor(40)
    for order in range(41, 45):  # 900 pairs and more each
        taylor(order).structure.__dict__.pop("table", None)
        _ = taylor(order).table
    assert taylor(40) is before  # as long as it is alive
    assert taylor(40).join(before) == before.join(dual(3)).without(3)
    gone = weakref.ref(before)
    del before
    for order in range(46, 50):
        _ = taylor(order).table
    gc.collect()
    assert gone() is None
