"""Derivatives at plain arrays of doubles, which have a short way: it gives what all others do."""

from __future__ import annotations

import contextvars
import sys
import threading
import warnings
from typing import Any

import numpy as np
import pytest
from examples import close, exact_g, g_example
from numpy.testing import assert_array_equal

import taylorad as ta
from taylorad._numbers import here, mixing_count
from taylorad.algebra import innermost

SIZES = [1, 2, 7, 8, 10, 64, 65, 999, 1000, 1001, 5001]


def exact(x: Any, order: int) -> Any:
    points = np.array([exact_g(float(p), order) for p in np.ravel(x)])
    return np.moveaxis(points.reshape(*np.shape(x), order + 1), -1, 0)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("shape", [(1,), (7,), (8,), (2, 5), (3, 1, 4), (70,)])
def test_against_exact_derivatives(shape: tuple[int, ...], order: int) -> None:
    x = np.linspace(-1.5, 3.0, int(np.prod(shape))).reshape(shape)
    want = exact(x, order)
    got, last = ta.derivatives(g_example, order)(x), ta.derivative(g_example, order)(x)
    for k in range(order + 1):
        close(got[k], want[k], ulps=100)
    assert_array_equal(last, got[order])
    for result in (got, last):
        assert result.dtype == np.float64
        assert result.flags.c_contiguous
        assert result.flags.owndata
        assert result.flags.writeable


@pytest.mark.parametrize("workers", [None, 1, 2])
@pytest.mark.parametrize("n", SIZES)
def test_other_kinds_of_the_same_points(n: int, workers: int | None) -> None:
    x = np.linspace(-1.5, 3.0, n)
    quick = ta.derivatives(g_example, 2, workers=workers)
    want = quick(x)
    frozen = x.copy()
    frozen.setflags(write=False)
    wide = np.repeat(x, 2)
    assert_array_equal(quick(frozen), want)
    for other in (wide[::2], x.tolist(), x.astype(">f8"), np.asfortranarray(x)):
        close(quick(other), want, ulps=2)
    close(quick(x[np.newaxis]), want[:, np.newaxis], ulps=2)
    close([quick(float(p)) for p in x[:3]], want[:, :3].T, ulps=4)
    close([quick(np.array(p)) for p in x[:3]], want[:, :3].T, ulps=4)
    single = quick(x.astype(np.float32))
    assert single.dtype == np.float32
    assert_array_equal(quick(np.arange(n)), quick(np.arange(n, dtype=float)))


def test_subclasses_and_empty_arrays() -> None:
    class Mine(np.ndarray):
        pass

    x = np.linspace(0.0, 1.0, 5)
    close(ta.derivatives(np.sin, 1)(x.view(Mine)), [np.sin(x), np.cos(x)])
    for shape in ((0,), (3, 0), (0, 3)):
        assert ta.derivatives(np.sin, 2)(np.zeros(shape)).shape == (3, *shape)
        assert ta.derivative(np.sin)(np.zeros(shape)).shape == shape


def test_what_functions_return() -> None:
    x = np.array([1.0, 2.0, 3.0])
    zero = np.zeros_like(x)
    every = ta.derivatives
    assert_array_equal(every(lambda x: x, 2)(x), [x, x**0, zero])
    assert_array_equal(every(lambda x: x[:], 2)(x), [x, x**0, zero])
    assert_array_equal(every(lambda x: 2.0, 1)(x), [2.0, 0.0])
    assert_array_equal(every(lambda _: x, 1)(x), [x, zero])
    assert_array_equal(every(lambda x: [2 * x, x * x], 1)(x)[1], [x * x, 2 * x])
    pair = every(lambda x: (x, {"square": x * x}), 1)(x)
    assert_array_equal(pair[0], [x, x**0])
    assert_array_equal(pair[1]["square"], [x * x, 2 * x])
    curried = every(lambda x: lambda a: a * x * x, 1)(x)
    assert_array_equal(curried(3.0), [3 * x * x, 6 * x])
    with pytest.raises(TypeError, match="must return a number"):
        every(lambda x: "text", 1)(x)
    with pytest.raises(ValueError, match="shape"):
        every(lambda x: x[:2], 1)(x)
    with pytest.raises(ValueError, match="other points"):
        every(np.cumsum, 1)(x)


def test_an_argument_is_not_touched_and_not_kept() -> None:
    x = np.array([1.0, 2.0, 3.0])

    def f(x: Any) -> Any:
        x *= 2
        x[0] = 7.0
        return x

    got = ta.derivatives(f, 1)(x)
    assert_array_equal(x, [1.0, 2.0, 3.0])
    assert_array_equal(got, [[7.0, 4.0, 6.0], [0.0, 2.0, 2.0]])
    seen = []
    first = ta.derivatives(lambda x: seen.append(x) or x, 1)(x)
    first[...] = -1.0
    assert_array_equal(seen[0].value, x)


@pytest.mark.parametrize("argnum", [0, 1, 2, -1, -3])
def test_which_argument(argnum: int) -> None:
    args = [np.array([1.0, 2.0]), np.array([0.5, -1.5]), np.array([3.0, 0.25])]
    a, b, c = args

    def f(a: Any, b: Any, c: Any, power: int = 1) -> Any:
        return a * b**2 * c**3 * 1.0**power

    want = [b**2 * c**3, 2 * a * b * c**3, 3 * a * b**2 * c**2][argnum]
    close(ta.derivative(f, argnum=argnum)(*args), want)
    close(ta.derivative(f, argnum=argnum)(*args, power=2), want)
    close(ta.derivatives(f, 1, argnum)(*args)[1], want)
    with pytest.raises(ValueError, match="argnum"):
        ta.derivative(f, argnum=argnum)()


def test_a_function_is_called_once() -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(1)
        return x * x

    def pair(x: Any) -> Any:
        return f(x), x

    for function, n in ((f, 3), (f, 2000), (pair, 3), (pair, 2000), (f, 0)):
        calls.clear()
        ta.derivatives(function, 2)(np.ones(n))
        assert len(calls) == 1


def test_lost_orders_are_found() -> None:
    x = np.array([-1.0, 0.0, 2.0])
    got = ta.derivatives(lambda x: np.sin(x) / x, 2)(x)
    assert_array_equal(got[:, 1], [1.0, 0.0, -1.0 / 3.0])
    undecided = here.undecided - here.settled
    got = ta.derivatives(lambda x: np.sqrt(x * x * x * x), 2)(x)
    close(got, [x**2, 2 * x, 0 * x + 2])
    assert here.undecided - here.settled == undecided


def test_levels_within_levels() -> None:
    x = np.array([0.3, 0.7, 1.1])

    def sine(x: Any) -> Any:
        return ta.derivative(np.cos)(x)

    close(ta.derivatives(sine, 1)(x), [-np.sin(x), -np.cos(x)])
    close(ta.derivative(ta.derivative(ta.derivative(np.sin)))(x), -np.cos(x))
    # an inner transform at plain points, of a function of an outer level's number
    outer = ta.derivative(lambda a: np.sum(ta.derivative(lambda t: a * a * t * t)(x)))
    assert outer(3.0) == pytest.approx(np.sum(12 * x))
    gradient = ta.grad(lambda a: np.sum(ta.derivatives(lambda t: np.sin(a * t), 1)(x)[1]))
    assert gradient(2.0) == pytest.approx(np.sum(np.cos(2 * x) - 2 * x * np.sin(2 * x)))
    with pytest.raises(ValueError, match="other points"):
        ta.derivative(lambda t: t * ta.grad(lambda a: np.sum(a * t))(2.0))(x)
    constant = ta.derivative(lambda t: np.exp(t) * ta.derivatives(np.sin, 1)(x)[1])
    close(constant(x), np.exp(x) * np.cos(x))


def test_a_function_that_differentiates_itself() -> None:
    x = np.array([0.5, 1.5])

    def f(t: Any, depth: int = 3) -> Any:
        if depth == 0:
            return np.exp(2 * t)
        return ta.derivative(f)(t, depth=depth - 1)

    close(f(x), 8 * np.exp(2 * x))
    close(ta.derivatives(f, 2)(x), [2.0 ** (3 + k) * np.exp(2 * x) for k in range(3)])


def test_numbers_that_escape_are_of_their_own_level() -> None:
    kept: list[Any] = []
    x = np.array([1.0, 2.0])
    df = ta.derivative(lambda t: kept.append(t) or t * t)
    df(x)
    df(x)
    assert kept[0].algebra != kept[1].algebra
    assert kept[0].algebra.tags < kept[1].algebra.tags
    assert len((kept[0] * kept[1]).algebra.factors) == 2
    # a constant to a later level
    assert_array_equal(ta.derivative(lambda t: t * ta.value(kept[0]))(x), x)


class Problem(Exception):
    """What a function under test raises."""


@pytest.mark.parametrize("error", [Problem, KeyboardInterrupt])
def test_errors_leave_nothing_open(error: type[BaseException]) -> None:
    def f(x: Any) -> Any:
        x / (x - x)
        raise error

    before = here.depth, here.vain, innermost()
    for n in (3, 1000, 3000):
        with pytest.raises(error), np.errstate(all="ignore"):
            ta.derivatives(f, 1)(np.ones(n))
        with pytest.raises(error), np.errstate(all="ignore"):
            ta.derivative(lambda x: ta.derivative(f)(np.ones(3)))(np.ones(n))
        assert (here.depth, here.vain, innermost()) == before
    close(ta.derivative(np.sin)(np.ones(3)), np.cos(np.ones(3)))


def test_the_innermost_level_is_open_meanwhile() -> None:
    seen: list[int] = []

    def f(x: Any) -> Any:
        seen.append(innermost())
        seen.append(contextvars.copy_context().run(innermost))
        return x

    ta.derivative(f)(np.ones(3))
    assert seen[0] == seen[1] > 0
    assert innermost() == 0


def test_threads_of_python() -> None:
    failures: list[Any] = []

    def work(seed: int) -> None:
        x = np.random.default_rng(seed).uniform(0.1, 2.0, 20)
        mixed = mixing_count()
        for _ in range(200):
            got = ta.derivatives(lambda x: np.sin(x) * x, 1)(x)
            if not np.allclose(got, [np.sin(x) * x, np.cos(x) * x + np.sin(x)], atol=1e-14):
                failures.append(got)
        if here.depth or mixing_count() != mixed:
            failures.append(here.depth)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures


def test_nothing_is_left_behind() -> None:
    x = np.linspace(0.0, 1.0, 10)
    df = ta.derivatives(lambda x: np.sin(x) * 2, 1)

    def work(rounds: int) -> None:
        for _ in range(rounds):
            df(x)
            df(x[0])
            df(np.ones(2000))

    work(3)
    before, blocks = sys.getrefcount(x), sys.getallocatedblocks()
    work(100)
    assert sys.getrefcount(x) == before
    assert sys.getallocatedblocks() < blocks + 60


@pytest.mark.parametrize("n", [3, 100, 6000])
def test_overflow_is_infinite_and_warned_of(n: int) -> None:
    x = np.full(n, 1e308)
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert np.isinf(ta.derivatives(lambda x: x + x, 1)(x)[0]).all()
    with pytest.warns(RuntimeWarning, match="overflow"):
        x = np.full(n, 1.0)
        got = ta.derivatives(lambda x: 1e308 * x * x, 2)(x)
    assert_array_equal(got, [1e308 * x, np.full(n, np.inf), np.full(n, np.inf)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bad = ta.derivatives(lambda x: x + 1.0, 1)(np.array([np.nan, np.inf, 1.0] * (n // 3)))
    assert_array_equal(bad[1], np.ones(len(bad[1])))
