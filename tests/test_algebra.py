"""Algebras: monomials, product tables, and how algebras meet and come apart."""

from __future__ import annotations

import copy
import itertools
import pickle
import threading
from math import comb

import numpy as np
import pytest

from taylorad.algebra import Algebra, Factor, dual, hyperdual, new_tag, taylor


def multi(variables: int, order: int, tag: int = 0) -> Algebra:
    return Algebra.of((Factor(tag, "multi", order, variables),))


def product(*algebras: Algebra) -> Algebra:
    """The tensor product, each factor at a level of its own."""
    factors = (factor for algebra in algebras for factor in algebra.factors)
    return Algebra.of(
        Factor(tag, f.kind, f.order, f.variables, f.limits, f.names)
        for tag, f in enumerate(factors, start=1)
    )


ALGEBRAS = {
    "none": Algebra.of(()),
    "dual": dual(),
    "hyperdual": hyperdual(),
    "taylor 0": taylor(0),
    "taylor 1": taylor(1),
    "taylor 5": taylor(5),
    "taylor 20": taylor(20),
    "multi 1 4": multi(1, 4),
    "multi 3 3": multi(3, 3),
    "multi 4 0": multi(4, 0),
    "dual dual": product(dual(), dual()),
    "dual dual dual": product(dual(), dual(), dual()),
    "taylor hyperdual": product(taylor(3), hyperdual()),
    "multi taylor": product(multi(2, 2), taylor(3)),
    "multi taylor dual": product(multi(2, 2), taylor(2), dual()),
    "capped": Algebra.of(product(taylor(3), multi(2, 3)).factors, 4),
    "capped dual": Algebra.of(product(dual(), dual(), dual()).factors, 2),
}


@pytest.fixture(params=ALGEBRAS.values(), ids=ALGEBRAS.keys())
def algebra(request: pytest.FixtureRequest) -> Algebra:
    return request.param


def keys(algebra: Algebra) -> list[tuple[int, ...]]:
    return [tuple(row) for row in algebra.exponents.tolist()]


def allowed(algebra: Algebra) -> set[tuple[int, ...]]:
    """All exponents by trying every one: within limits, orders and the total degree."""
    limits = []
    for factor in algebra.factors:
        limits += factor.limits or (factor.order,) * factor.variables
    result = set()
    for row in itertools.product(*(range(limit + 1) for limit in limits)):
        at, good = 0, sum(row) <= algebra.degree
        for factor in algebra.factors:
            good &= sum(row[at : at + factor.variables]) <= factor.order
            at += factor.variables
        if good:
            result.add(row)
    return result


# Monomials and tables


def test_rows_are_all_monomials_by_degree(algebra: Algebra) -> None:
    rows = keys(algebra)
    assert len(set(rows)) == len(rows) == algebra.rows
    assert set(rows) == allowed(algebra)
    assert rows[0] == (0,) * algebra.exponents.shape[1]
    assert algebra.degrees.tolist() == [sum(row) for row in rows]
    assert (np.diff(algebra.degrees) >= 0).all()
    assert algebra.degrees.max() <= algebra.degree


def test_rows_within_a_degree_descend(algebra: Algebra) -> None:
    for one, two in itertools.pairwise(keys(algebra)):
        assert (sum(one), two) < (sum(two), one)


@pytest.mark.parametrize(
    ("algebra", "rows"),
    [
        (dual(), 2),
        (hyperdual(), 4),
        (taylor(7), 8),
        (multi(3, 4), comb(7, 3)),
        (multi(10, 4), comb(14, 4)),
        (product(dual(), dual(), dual(), dual()), 16),
        (product(taylor(2), taylor(3), dual()), 24),
    ],
)
def test_number_of_rows(algebra: Algebra, rows: int) -> None:
    assert algebra.rows == rows


def test_table_is_the_product_by_definition(algebra: Algebra) -> None:
    rows = keys(algebra)
    at = {row: k for k, row in enumerate(rows)}
    want: dict[int, set[tuple[int, int]]] = {k: set() for k in range(len(rows))}
    for (i, one), (j, two) in itertools.product(enumerate(rows), repeat=2):
        k = at.get(tuple(a + b for a, b in zip(one, two, strict=True)))
        if k is not None:
            want[k].add((i, j))
    start, left, right = algebra.table
    assert start[0] == 0
    assert start[-1] == len(left) == len(right) == sum(map(len, want.values()))
    for k in range(algebra.rows):
        got = list(zip(left[start[k] : start[k + 1]], right[start[k] : start[k + 1]], strict=True))
        assert len(set(got)) == len(got)
        assert set(got) == want[k]
        assert got == algebra.pairs(k)


def test_pairs_start_and_end_with_the_unknown(algebra: Algebra) -> None:
    assert algebra.pairs(0) == [(0, 0)]
    for k in range(1, algebra.rows):
        pairs = algebra.pairs(k)
        assert pairs[0] == (0, k)
        assert pairs[-1] == (k, 0)
        assert all(0 < i < k and 0 < j < k for i, j in pairs[1:-1])
        degrees = algebra.degrees
        assert all(degrees[i] + degrees[j] == degrees[k] for i, j in pairs)


def test_table_of_many_variables() -> None:
    # 8 duals and 12 variables: the code of a monomial must not overflow into another.
    for algebra in (product(*[dual()] * 8), multi(12, 2), product(*[taylor(1)] * 6, taylor(9))):
        rows = keys(algebra)
        start, left, right = algebra.table
        k = np.repeat(np.arange(algebra.rows), np.diff(start))
        exponents = algebra.exponents
        assert (exponents[left] + exponents[right] == exponents[k]).all()
        inside = set(rows)
        some = rows[:: max(1, len(rows) // 40)]
        count = sum(
            tuple(a + b for a, b in zip(one, two, strict=True)) in inside
            for one in some
            for two in rows
        )
        assert count == sum((left == k).sum() for k in algebra.structure.find(some))


def test_table_of_huge_codes_is_exact() -> None:
    # Codes in base 5 of 40 variables do not fit 64 bits.
    algebra = multi(40, 2)
    assert algebra.rows == comb(42, 2)
    for k in (1, 40, 41, 500, algebra.rows - 1):
        pairs = algebra.pairs(k)
        assert len(pairs) == np.prod(algebra.exponents[k] + 1)
        for i, j in pairs:
            assert (algebra.exponents[i] + algebra.exponents[j] == algebra.exponents[k]).all()


def test_degree_of_nothing() -> None:
    empty = Algebra.of(())
    assert (empty.rows, empty.degree, empty.factors) == (1, 0, ())
    assert empty.pairs(0) == [(0, 0)]


def test_univariate() -> None:
    assert taylor(3).univariate
    assert dual().univariate
    assert not hyperdual().univariate
    assert not product(dual(), dual()).univariate
    for k in range(4):
        assert taylor(3).pairs(k) == [(i, k - i) for i in range(k + 1)]


# Equality, caching, immutability, pickling


def test_equal_algebras_are_equal() -> None:
    assert taylor(3) == taylor(3)
    assert taylor(3) is taylor(3)
    assert hash(taylor(3)) == hash(taylor(3))
    assert taylor(3) != taylor(4)
    assert taylor(3) != taylor(3, tag=1)
    assert taylor(1) != dual()
    assert product(taylor(2), dual()) != product(dual(), taylor(2))
    assert taylor(3) != "taylor"


def test_structure_is_shared_between_levels() -> None:
    assert taylor(6).structure is taylor(6, new_tag()).structure
    assert dual(new_tag()).structure is taylor(1).structure
    assert product(dual(), dual()).table[0] is product(dual(), dual()).table[0]


def test_the_table_is_computed_once() -> None:
    assert all(a is b for a, b in zip(taylor(9).table, taylor(9, 5).table, strict=True))


def test_pickle_and_copy(algebra: Algebra) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(algebra, protocol))
        assert again == algebra
        assert hash(again) == hash(algebra)
        assert keys(again) == keys(algebra)
        assert again.capped == algebra.capped
    assert copy.copy(algebra) == algebra
    assert copy.deepcopy(algebra) == algebra


def test_factors_are_immutable() -> None:
    with pytest.raises(AttributeError):
        taylor(3).factors[0].order = 5  # type: ignore[misc]


def test_repr_says_what_it_is() -> None:
    assert "taylor" in repr(taylor(3))
    assert "3" in repr(taylor(3))


def test_tags_ascend_and_are_new() -> None:
    one, two = new_tag(), new_tag()
    assert 0 < one < two


def test_threads_get_different_tags_and_equal_tables() -> None:
    tags: list[int] = []
    algebras: list[Algebra] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        tags.extend(new_tag() for _ in range(200))
        algebras.append(product(taylor(7), hyperdual(), multi(2, 3)))
        algebras[-1].pairs(5)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tags)) == len(tags) == 1600
    assert len(set(algebras)) == 1
    assert len({tuple(map(tuple, a.table)) for a in algebras}) == 1


# Meeting


def test_join_with_itself(algebra: Algebra) -> None:
    assert algebra.join(algebra) is algebra
    assert algebra.join(Algebra.of(())) == algebra
    assert Algebra.of(()).join(algebra) == algebra


LEVELS = [
    dual(1),
    hyperdual(2),
    taylor(3, 4),
    multi(2, 3, 5),
    Algebra.of((Factor(1, "dual", 1), Factor(4, "taylor", 5))),
    Algebra.of((Factor(4, "taylor", 5), Factor(5, "multi", 3, 2)), 4),
    Algebra.of((Factor(1, "dual", 1), Factor(4, "taylor", 2), Factor(5, "multi", 1, 2))),
]


@pytest.mark.parametrize(("one", "two"), list(itertools.combinations(LEVELS, 2)))
def test_join_commutes(one: Algebra, two: Algebra) -> None:
    both = one.join(two)
    assert both == two.join(one)
    assert set(both.tags) == set(one.tags) | set(two.tags)
    assert list(both.tags) == sorted(both.tags)


@pytest.mark.parametrize(("one", "two", "three"), list(itertools.combinations(LEVELS, 3)))
def test_join_associates(one: Algebra, two: Algebra, three: Algebra) -> None:
    left, right = one.join(two).join(three), one.join(two.join(three))
    if one.capped or two.capped or three.capped:  # a cap may go when factors get shorter
        assert left.factors == right.factors
    else:
        assert left == right


def test_unequal_orders_meet_in_the_smaller() -> None:
    assert taylor(5).join(taylor(3)) == taylor(3)
    assert taylor(3).join(taylor(5)) == taylor(3)
    assert multi(2, 5).join(multi(2, 3)) == multi(2, 3)
    assert product(taylor(5), dual()).join(taylor(2, 1)) == product(taylor(2), dual())


def test_different_kinds_of_one_tag_do_not_meet() -> None:
    for one, two in itertools.permutations([dual(), hyperdual(), taylor(2), multi(2, 2)], 2):
        with pytest.raises(TypeError, match="made by hand"):
            one.join(two)
    with pytest.raises(TypeError, match="made by hand"):
        multi(2, 2).join(multi(3, 2))
    named = [Algebra.of((Factor(0, "multi", 2, 1, None, (name,)),)) for name in "xy"]
    with pytest.raises(TypeError, match="made by hand"):
        named[0].join(named[1])


def test_a_cap_survives_meeting() -> None:
    capped = Algebra.of((Factor(1, "taylor", 3), Factor(2, "taylor", 3)), 4)
    assert capped.capped
    assert capped.join(dual(7)).degree <= 4
    assert capped.join(taylor(3, 1)) == capped


# Embedding, truncating, reading off


@pytest.mark.parametrize(("one", "two"), list(itertools.permutations(LEVELS, 2)))
def test_embedding_keeps_monomials(one: Algebra, two: Algebra) -> None:
    both = one.join(two)
    own, target = one.embedding(both)
    assert len(own) == len(target) == len(set(own.tolist())) == len(set(target.tolist()))
    columns: list[int] = []
    at = 0
    for factor in both.factors:
        if factor.tag in one.tags:
            columns += range(at, at + factor.variables)
        at += factor.variables
    others = [v for v in range(at) if v not in columns]
    into = both.exponents[target]
    assert (into[:, columns] == one.exponents[own]).all()
    assert not into[:, others].any()
    # Nothing representable is lost.
    inside = {tuple(row) for row in both.exponents[:, columns].tolist()}
    assert {tuple(row) for row in one.exponents[own].tolist()} == {
        row for row in keys(one) if row in inside
    }


def test_embedding_is_a_homomorphism() -> None:
    one, both = taylor(3, 4), LEVELS[4].join(taylor(3, 4))
    rng = np.random.default_rng(1)
    u, v = rng.integers(-9, 9, (2, one.rows))

    def times(algebra: Algebra, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.array(
            [sum(a[i] * b[j] for i, j in algebra.pairs(k)) for k in range(algebra.rows)]
        )

    def embed(a: np.ndarray) -> np.ndarray:
        own, target = one.embedding(both)
        result = np.zeros(both.rows, dtype=int)
        result[target] = a[own]
        return result

    assert (times(both, embed(u), embed(v)) == embed(times(one, u, v))).all()


def test_truncation_is_a_prefix(algebra: Algebra) -> None:
    for degree in range(algebra.degree + 2):
        shorter = algebra.truncate(degree)
        assert shorter.degree == min(degree, algebra.degree)
        assert keys(shorter) == keys(algebra)[: shorter.rows]
        assert shorter.rows == np.searchsorted(algebra.degrees, degree, side="right")
        for k in range(shorter.rows):
            assert shorter.pairs(k) == algebra.pairs(k)
    assert algebra.truncate(algebra.degree) is algebra


def test_truncation_of_a_factor_of_limited_exponents() -> None:
    assert hyperdual().truncate(1).rows == 3
    assert keys(hyperdual().truncate(1)) == [(0, 0), (1, 0), (0, 1)]


def test_select_reads_a_factor_off(algebra: Algebra) -> None:
    at = 0
    for factor in algebra.factors:
        span = slice(at, at + factor.variables)
        at += factor.variables
        seen = []
        for exponents in {row[span] for row in keys(algebra)}:
            rest, rows = algebra.select(factor.tag, exponents)
            assert rest.factor(factor.tag) is None
            assert rest == algebra.without(factor.tag, sum(exponents))
            assert len(rows) == rest.rows
            for own, row in zip(keys(rest), rows.tolist(), strict=True):
                full = keys(algebra)[row]
                assert full[span] == exponents
                assert full[: span.start] + full[span.stop :] == own
            seen += rows.tolist()
        assert sorted(seen) == list(range(algebra.rows))


def test_factor_by_tag() -> None:
    both = dual(3).join(taylor(4, 9))
    assert both.factor(9) == taylor(4, 9).factors[0]
    assert both.factor(4) is None
    assert both.tags == (3, 9)


def test_big_tables_are_quick() -> None:
    # 10 variables to degree 4: 1,001 rows, C(24, 4) pairs; no loop over pairs in Python.
    algebra = multi(10, 4)
    start, left, _ = algebra.table
    assert start[-1] == len(left) == comb(24, 4)
