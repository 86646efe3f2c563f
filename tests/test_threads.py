"""Loops shared among threads: the same bits, warnings and results as without them."""

from __future__ import annotations

import os
import threading
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import taylorad as ta
from taylorad import _kernels
from taylorad._kernels import threads
from taylorad._numbers import make
from taylorad.algebra import Algebra, Factor, taylor

COUNTS = (2, 3, 5)
SIZES = (255, 4097, 50_007)
UGLY = (np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1e308, 1e-300, 710.0)

KERNELS = {
    "product": lambda A, x, v: _kernels.product(A, x, v),
    "square": lambda A, x, v: _kernels.product(A, x, x),
    "quotient": lambda A, x, v: _kernels.quotient(A, x, v),
    "exp": lambda A, x, v: _kernels.riccati(
        A, x, np.exp(x[0]), np.exp(x[0]), (1.0,), False, 0.0, 1.0, 0.0
    ),
    "log": lambda A, x, v: _kernels.riccati(
        A, x, np.log(x[0]), None, (0.0, 1.0), False, 1.0, 0.0, 0.0
    ),
    "tan": lambda A, x, v: _kernels.riccati(
        A, x, np.tan(x[0]), None, (1.0,), False, 1.0, 0.0, 1.0
    ),
    "arcsin": lambda A, x, v: _kernels.riccati(
        A, x, np.arcsin(x[0]), None, (1.0, 0.0, -1.0), True, 1.0, 0.0, 0.0
    ),
    "sin": lambda A, x, v: _kernels.rotation(A, x, np.sin(x[0]), np.cos(x[0]), -1.0)[0],
    "quadrature": lambda A, x, v: _kernels.quadrature(A, x, v[0], v),
    "compose": lambda A, x, v: _kernels.compose(A, x, v),
}


def bits(x):
    return np.ascontiguousarray(x).view(np.int64)


def limit():
    here = threads(None)
    with here:
        return here.before


def points(n):
    return np.random.default_rng(n).uniform(0.2, 0.9, n)


@pytest.mark.parametrize("name", KERNELS)
def test_the_number_of_threads_does_not_change_a_bit(name):
    for order in (1, 4, 6, 9):
        algebra = taylor(order, 1)
        for n in SIZES:
            x = points((order + 1) * n).reshape(order + 1, n)
            v = x[::-1].copy()
            x[0, n // 3], x[0, n // 2], v[0, 2] = np.nan, np.inf, 0.0
            with np.errstate(all="ignore"):
                with threads(1):
                    alone = KERNELS[name](algebra, x, v)
                for count in COUNTS:
                    with threads(count):
                        assert_array_equal(bits(KERNELS[name](algebra, x, v)), bits(alone))


@pytest.mark.parametrize("name", KERNELS)
def test_points_do_not_change_a_bit_of_their_neighbours(name):
    for order in (2, 5, 6, 11):
        algebra = taylor(order, 1)
        for n in (8, 9, 17, 40):
            x = np.zeros((order + 1, n))
            x[:2] = points(2 * n).reshape(2, n)
            v = x[:, ::-1].copy()
            with np.errstate(all="ignore"):
                alone = KERNELS[name](algebra, x, v)
                for ugly in UGLY:
                    for row in {0, 1, order}:
                        one, two = x.copy(), v.copy()
                        one[row, n // 2] = two[row, n // 2] = ugly
                        others = np.arange(n) != n // 2
                        got = KERNELS[name](algebra, one, two)
                        assert_array_equal(bits(got[:, others]), bits(alone[:, others]))


def test_a_product_at_one_point_does_not_depend_on_threads():
    algebra = Algebra.of((Factor(1, "multi", 10, 6),))
    x, y = points(algebra.rows), points(algebra.rows)[::-1].copy()
    twice = _kernels.product(algebra, np.stack([x, x], 1), np.stack([y, y], 1))[:, 0]
    with threads(1):
        alone = _kernels.product(algebra, x, y)
    np.testing.assert_allclose(alone, twice, rtol=1e-14)
    for count in COUNTS:
        with threads(count):
            for _ in range(10):
                assert_array_equal(_kernels.product(algebra, x, y), alone)


# NumPy starts over where its loop raised a flag: from operands that are still there.
FLAGGED = {
    "overflow": (lambda x: x + 1e308, 1.7e308),
    "invalid": (lambda x: x - np.inf, np.inf),
    "scaled": (lambda x: x * 1e300, 1e300),
    "divided": (lambda x: x / 1e-300, 1e300),
    "nothing": (lambda x: x / 0.0, 0.0),
    "logarithm": (np.log, -1.0),
    "exponential": (np.exp, 800.0),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_flags_and_what_is_computed_then(name):
    f, ugly = FLAGGED[name]
    for n in (100, 20_001, 150_000):
        x = points(n)
        x[n // 2] = ugly
        with np.errstate(all="ignore"):
            expected = f(x)
            assert_array_equal(ta.derivatives(f, 1)(x)[0], expected)
        with np.errstate(all="raise", under="ignore"), pytest.raises(FloatingPointError):
            ta.derivatives(f, 1)(x)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            ta.derivatives(f, 1)(x)
        assert seen and all(issubclass(each.category, RuntimeWarning) for each in seen)


@pytest.mark.parametrize("workers", [1, 64, 65, 10**6, 2**31, 10**12])
def test_any_number_of_workers(workers):
    for n in (100, 100_000):
        x = points(n)
        got = ta.derivatives(np.sin, 3, workers=workers)(x)
        np.testing.assert_allclose(got[1], np.cos(x), rtol=1e-13)


def test_workers_count_for_small_arrays_and_all_outputs():
    seen = []

    def f(x):
        seen.append(limit())
        return x, 2.0

    for n in (10, 2000):
        ta.derivatives(f, 2, workers=1)(points(n))
    assert set(seen) == {1}
    assert limit() == 0


def test_results_are_not_written_to_again():
    def f(x):
        return np.exp(np.sin(x)) * x

    held = []
    for n in (2000, 120_000):
        for shift in range(4):
            result = ta.derivatives(f, 2)(points(n) + shift)
            held.append((result, result.copy()))
    assert all(np.array_equal(result, copy) for result, copy in held)


def test_numbers_that_escape_are_not_written_to_again():
    kept = []

    def f(x):
        kept.append(np.sin(x))
        return kept[-1] * x

    ta.derivatives(f, 3)(points(3000))
    copies = [number.parts.copy() for number in kept]
    for _ in range(4):
        ta.derivatives(lambda x: np.exp(x) * np.cos(x), 3)(points(3000))
    for number, copy in zip(kept, copies, strict=True):
        assert_array_equal(number.parts, copy)


def work(x):
    return ta.derivatives(lambda x: np.exp(np.sin(x)) * np.log(x + 2) / (x + 1), 4)(x)


def test_callers_in_several_threads():
    xs = [points(40_000 + i) for i in range(4)]
    known = [work(x) for x in xs]
    wrong = []

    def call(i):
        for _ in range(4):
            if not np.array_equal(work(xs[i]), known[i]):
                wrong.append(i)

    callers = [threading.Thread(target=call, args=(i,)) for i in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_shares_a_loop():
    x = points(60_000)
    known = work(x)
    over = threading.Event()

    def busy():
        while not over.is_set():
            work(x)

    other = threading.Thread(target=busy)
    other.start()
    try:
        for _ in range(5):
            child = os.fork()
            if child == 0:
                os._exit(0 if np.array_equal(work(x), known) else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        over.set()
        other.join()


def test_two_threads_that_meet_a_new_algebra_share_its_tables(monkeypatch):
    """Numbers point into the tables: those of the thread that was first are not replaced."""
    algebra = Algebra.of((Factor(0, "multi", 3, 5, (3, 1, 2, 3, 3)),))
    kind, original = type(algebra.structure), type(algebra.structure).table.func
    parts = np.arange(1.0, 1 + 3 * algebra.rows).reshape(algebra.rows, 3)
    interrupted, found = [], []

    def first():
        found.append(np.sum(make(algebra, parts)))
        found.append(algebra.structure.compiled)

    def table(structure):
        if structure is algebra.structure and not interrupted:
            interrupted.append(True)  # on its way to the tables
            thread = threading.Thread(target=first)
            thread.start()
            thread.join()
        return original(structure)

    monkeypatch.setattr(kind, "table", property(table))
    mine = np.sum(make(algebra, parts))
    assert interrupted
    assert algebra.structure.compiled is found[1]
    assert_array_equal(mine.parts, found[0].parts)
