"""Runs of elementwise operations walked block by block: the bits of the walk node by node."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import taylorad as ta
from taylorad._kernels import threads
from taylorad._tape import chain_from

BLOCK = 2048
SIZES = (1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3, 50_007)


@contextmanager
def chained(points: int) -> Iterator[None]:
    before = chain_from(points)
    try:
        yield
    finally:
        chain_from(before)


def same_bits(found: Any, wanted: Any) -> None:
    """nan is nan; everything else to the last bit, and so are the signs of zeros."""
    if isinstance(wanted, (tuple, list)):
        assert len(found) == len(wanted)
        for a, b in zip(found, wanted, strict=True):
            same_bits(a, b)
        return
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    np.testing.assert_array_equal(found, wanted)
    known = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found[known]), np.signbit(wanted[known]))


def both_ways(work: Callable[[], Any], count: int = 2) -> Any:
    """What a piece of work gives block by block, which is what it gives node by node."""
    with chained(1 << 60):
        wanted = work()
    for number in (1, count):
        with threads(number), chained(1):
            same_bits(work(), wanted)
    return wanted


ONE = (
    np.exp, np.exp2, np.expm1, np.log1p, np.tanh, np.sin, np.cos, np.arctan, np.arcsinh, np.sinh,
    np.cosh, np.square, np.negative, np.absolute, np.reciprocal, np.positive, np.cbrt,
)  # fmt: skip
TWO = (
    np.add, np.subtract, np.multiply, np.divide, np.maximum, np.hypot, np.arctan2, np.logaddexp,
)  # fmt: skip


def program(seed: int, steps: int = 14) -> Callable[[Any], Any]:
    """A random expression with shared parts, constants, broadcasts, views and assignments."""

    def f(x: Any) -> Any:
        rng = np.random.default_rng(seed)
        known, n = [x], len(x)
        table = rng.normal(size=n)

        def pick() -> Any:
            return known[max(0, len(known) - 1 - int(rng.geometric(0.4)))]

        for _ in range(steps):
            kind = rng.integers(10)
            constant = float(rng.choice([-2.0, 0.5, 1.0, 0.0, -0.0, 1e13, 3.0]))
            if kind < 3:
                y = ONE[rng.integers(len(ONE))](pick())
            elif kind < 6:
                y = TWO[rng.integers(len(TWO))](pick(), pick())
            elif kind == 6:
                y = pick() * constant
            elif kind == 7:
                y = [lambda: 3.0 - pick(), lambda: pick() + table, lambda: table * pick(),
                     lambda: 2 * pick(), lambda: pick() / table][rng.integers(5)]()  # fmt: skip
            elif kind == 8:
                y = [lambda: pick() * np.sum(pick()), lambda: pick()[::-1] + pick(),
                     lambda: np.where(table > 0, pick(), pick()),
                     lambda: pick() - pick()[0]][rng.integers(4)]()  # fmt: skip
            else:
                y = pick() + 0.0
                if rng.integers(2):
                    y[: n // 2] = pick()[: n // 2]
                else:
                    y *= pick()
            known.append(y)
        return np.sum(known[-1] * known[-2]) + np.sum(known[-3])

    return f


def quiet(work: Callable[[], Any]) -> Callable[[], Any]:
    def calmly() -> Any:
        with np.errstate(all="ignore"):
            return work()

    return calmly


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=SIZES[seed % len(SIZES)])
    if seed % 3 == 0:
        x[rng.integers(0, len(x), 3)] = rng.choice([0.0, -0.0, np.inf, np.nan, 1e300], 3)
    given = x.copy()
    both_ways(quiet(lambda: ta.value_and_grad(program(seed))(x)))
    np.testing.assert_array_equal(x, given)


@pytest.mark.parametrize("seed", range(20))
def test_sources_within_a_run_and_records_that_persist(seed: int) -> None:
    def work() -> Any:
        with ta.GradientTape(persistent=True) as tape:
            v = tape.watch(x)
            inner = np.tanh(v) * 0.5 + v
            y = np.sin(inner) * inner
            total = np.sum(y * y / (1.0 + inner * inner)) + program(seed)(v)
        first = tape.gradient(total, [v, inner, y])
        return first, tape.gradient(total, [v, inner, y]), tape.gradient(y, inner)

    x = np.random.default_rng(seed).normal(size=SIZES[seed % 6])
    both_ways(quiet(work))


@pytest.mark.parametrize("n", [5, BLOCK + 1])
def test_derivatives_of_gradients(n: int) -> None:
    def f(x: Any) -> Any:
        y = np.tanh(x * 0.9 + 0.1)
        return np.sum(np.sin(y) * np.exp(-y * y) + np.log1p(x * x) / np.sqrt(x * x + 2))

    x, v = np.random.default_rng(0).normal(size=(2, n))
    both_ways(lambda: ta.grad(lambda x: np.sum(ta.grad(f)(x) * v))(x))
    both_ways(lambda: ta.derivative(lambda t: ta.grad(f)(x + t * v))(0.3))
    both_ways(lambda: ta.grad(lambda x: np.sum(ta.derivative(lambda t: np.sin(x * t))(0.3)))(x))


@pytest.mark.parametrize("bad", [0.0, -1.0, np.inf, np.nan, 1e200])
def test_warnings_are_the_same(bad: float) -> None:
    def f(x: Any) -> Any:
        y = x * x * x
        return np.sum(y * np.log(x) / (x * y) + x[:1] * y)

    def work() -> Any:
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
            warnings.simplefilter("always")
            with ta.GradientTape() as tape:
                v = tape.watch(x)
                y = f(v)
            found = tape.gradient(y, v)
        messages.append(sorted({str(each.message) for each in caught}))
        return found

    x = np.linspace(0.5, 2.0, BLOCK + 9)
    x[BLOCK + 3] = bad
    messages: list[list[str]] = []
    both_ways(work)
    assert messages[0] == messages[1] == messages[2]
    if bad == 0.0:
        assert messages[0]


def test_errors_the_user_asks_for_are_raised() -> None:
    x = np.full(BLOCK, 1e200)
    with chained(1), np.errstate(over="raise"), pytest.raises(FloatingPointError):
        with ta.GradientTape() as tape:
            v = tape.watch(x)
            y = np.sum(np.sin(v * 1e-200) * 1e200 * v * 1e-250)
        tape.gradient(y, v, cotangent=1e200)


def test_zero_cotangents_leave_no_trace_of_what_was_not_taken() -> None:
    def f(x: Any) -> Any:
        safe = np.where(x > 0, np.log(x) * np.sqrt(np.absolute(x)) / x * x, x * 2.0 + x * x)
        return np.sum(safe)

    x = np.linspace(-1.0, 1.0, 2 * BLOCK + 1)
    found = both_ways(quiet(lambda: ta.grad(f)(x)))
    assert np.all(np.isfinite(found))


def test_a_long_chain_against_its_closed_form() -> None:
    x = np.linspace(-2.0, 2.0, 50_007)

    def f(x: Any) -> Any:
        y = x
        for _ in range(300):
            y = np.arcsinh(y * 1.25)
        return np.sum(y)

    slope, y = np.ones_like(x), x
    for _ in range(300):
        slope = slope * 1.25 / np.hypot(1.0, y * 1.25)
        y = np.arcsinh(y * 1.25)
    np.testing.assert_allclose(ta.grad(f)(x), slope, rtol=1e-12)
    both_ways(lambda: ta.grad(f)(x[:BLOCK]))


CHOICES = {
    "where": lambda x, c: np.where(c, np.tanh(x) ** 2, 0.1 * x) * x,
    "where of one": lambda x, c: np.where(c, np.exp(x), 1.0) * np.where(~c, 2.0, x) * 3.0,
    "where for all": lambda x, c: np.where(c[0], x * x, x) * np.where(True, x, 1),
    "where of a row": lambda x, c: np.where(c, np.sin(x), x[:1]) * x,
    "the larger": lambda x, c: np.maximum(np.sin(x), np.cos(x)) * np.maximum(x, 0.0) * 2.0,
    "the smaller": lambda x, c: np.minimum(0, x) * np.minimum(x * x, np.absolute(x)) - np.exp(x),
    "those that skip nan": lambda x, c: np.fmax(x, x * x) * np.fmin(1.0, np.sin(x)),
    "ties": lambda x, c: np.maximum(x, +x) * np.minimum(x, x + 0.0) * np.maximum(x, -x),
    "clip": lambda x, c: np.clip(np.sin(x) * 2.0, -0.5, 1) * np.clip(x, -1, 1) * x,
    "clip out of order": lambda x, c: np.clip(x * x, 1.0, -1.0) * np.sin(x),
    "clip at a bound": lambda x, c: np.clip(np.round(x), -1.0, 1.0) * x * np.clip(x, 0, np.inf),
    "powers": lambda x, c: (x * x + 0.25) ** 1.5 * (2.0 + np.sin(x)) ** -2 * (x * x) ** 0.5,
    "whole powers": lambda x, c: x**4 * np.power(x, 3) * x**-1 - x**5.0 * 0.5 + x**1,
    "powers of what is not positive": lambda x, c: np.sin(x) * x**2.5 + x**-0.5,
    "all": lambda x, c: np.where(
        c, np.maximum(x, 0.1) ** 2.5, np.clip(x, -2.0, 0.3)
    ) * np.minimum(np.exp(x), 3.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize(
    "odd", [(), (0.0, -0.0, 1.0, -1.0), (np.nan, 0.5), (np.inf, -np.inf, 1e200)]
)
def test_choices_and_powers(name: str, odd: tuple[float, ...]) -> None:
    """With ties, bounds, zeros and what is not finite; and against forward mode."""
    call = CHOICES[name]
    x = np.random.default_rng(3).normal(size=2 * BLOCK + 5)
    x[7 : 7 + len(odd)] = odd
    condition = x > 0

    def f(x: Any) -> Any:
        return np.sum(np.sin(call(x, condition) * 0.5) + x * 2.0)

    found = both_ways(quiet(lambda: ta.grad(f)(x)))
    if not odd and "row" not in name:
        with np.errstate(all="ignore"):
            slopes = ta.derivative(lambda x: np.sin(call(x, condition) * 0.5) + x * 2.0)(x)
        known = np.isfinite(slopes)
        np.testing.assert_allclose(found[known], slopes[known], rtol=1e-9, atol=1e-9)
        assert np.mean(known) > 0.4
    with chained(1 << 60):
        wanted = raw(f, x)
    for number in (1, 2):
        with threads(number), chained(1):
            same_bits(raw(f, x), wanted)


def raw(f: Callable[[Any], Any], x: Any) -> Any:
    """The gradient of a tape, which is not looked up anywhere else, twice, and the warnings."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        with ta.GradientTape(persistent=True) as tape:
            v = tape.watch(x)
            y = f(v)
        first = len(caught)
        found = tape.gradient(y, v), tape.gradient(y, v)
    return *found, len({str(each.message) for each in caught[first:]})


@pytest.mark.parametrize("after", [np.tanh, np.sqrt, np.sin, np.exp])
def test_flags_that_a_later_loop_lowers(after: Callable[[Any], Any]) -> None:
    """nan is not lost where a step after a comparison is a loop that clears the flags."""
    x = np.linspace(0.1, 1.0, 5)
    with chained(1), np.errstate(all="ignore"):
        found = ta.grad(lambda x: np.sum(np.maximum(after(x), np.nan)))(x)
    assert np.isnan(found).all()
