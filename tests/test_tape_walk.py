"""The walk back over arrays of doubles: what is shared, what waits, what is written in place."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import taylorad as ta

SIZE = 6


def step(rng, known):
    """A random operation on some of the known arrays; all whole numbers stay whole."""
    a, b = (known[i] for i in rng.integers(0, len(known), 2))
    constant = float(rng.integers(-3, 4))
    table = np.round(rng.uniform(-2, 2, SIZE))
    start = int(rng.integers(0, SIZE))
    return [
        lambda: a + b,
        lambda: a - b,
        lambda: a * b,
        lambda: -a,
        lambda: a**2,
        lambda: constant * a,
        lambda: a * table,
        lambda: a - constant,
        lambda: a * b[start],
        lambda: np.concatenate([a[start:], b[:start]]),
        lambda: a[::-1] + np.sum(b),
        lambda: a.reshape(2, 3).T.ravel() - b,
        lambda: a + (a[start] + b[start - SIZE]),
        lambda: np.where(table > 0, a, b),
    ][rng.integers(14)]()


def program(seed):
    def f(x):
        rng = np.random.default_rng(seed)
        known = [x]
        for _ in range(9):
            found = step(rng, known)
            if np.all(np.abs(ta.value(found)) < 2**12):  # so that all sums are exact
                known.append(found)
        return np.sum(known[-1] * known[-2] if len(known) > 2 else known[-1])

    return f


@pytest.mark.parametrize("seed", range(150))
def test_random_programs_of_whole_numbers_are_exact(seed):
    f = program(seed)
    x = np.random.default_rng(seed).integers(-3, 4, SIZE).astype(float)
    given = x.copy()
    wanted = ta.jacobian(f, mode="forward")(x)
    assert_array_equal(ta.grad(f)(x), wanted)
    assert_array_equal(x, given)
    with ta.GradientTape(persistent=True) as tape:
        v = tape.watch(x)
        y = f(v)
    for _ in range(2):
        assert_array_equal(
            tape.gradient(y, v, unconnected_gradients="zero"), wanted
        )


def test_gradients_are_nobody_elses():
    """A kept operand may be a cotangent on the way, but not what the user gets."""
    x, w = np.arange(1.0, 4.0), np.arange(4.0, 7.0)
    with ta.GradientTape(persistent=True) as tape:
        a, b = tape.watch(x), tape.watch(w)
        y = np.sum(a * b)
        z = np.sum(a * a)
    for target, sources in ((y, (a, b)), (z, (a,))):
        found = tape.gradient(target, list(sources))
        for g in found:
            for held in (x, w, a.value, b.value):
                assert not np.shares_memory(g, held)
            g[:] = np.nan
    assert_array_equal(a.value, [1, 2, 3])
    assert_array_equal(tape.gradient(y, a), [4, 5, 6])
    g = ta.grad(lambda x: np.sum(x * w))(x)
    assert not np.shares_memory(g, w)
    assert_array_equal(ta.grad(np.sum)(x), [1, 1, 1])


def test_sources_that_share_a_cotangent():
    with ta.GradientTape() as tape:
        x = tape.watch(np.array([1.0, 2.0]))
        t = x * x
        y = -t
        z = np.sum(3.0 * (y * y) + 2.0 * t)
    by_x, by_t, by_y = tape.gradient(z, [x, t, y])
    assert_array_equal(by_y, [-6, -24])
    assert_array_equal(by_t, [8, 26])
    assert_array_equal(by_x, [16, 104])
    assert not (np.shares_memory(by_x, by_t) or np.shares_memory(by_t, by_y))


def test_a_scalar_and_an_array_factor():
    """Each gets a product with the cotangent, which the other may not have overwritten."""
    def f(p):
        return np.sum(np.sin(p["x"] * p["c"])) + np.sum(np.sin(p["c"] * p["x"]))

    x, c = np.array([0.5, 1.5]), 2.0
    g = ta.grad(f)({"x": x, "c": c})
    np.testing.assert_allclose(g["x"], 2 * np.cos(x * c) * c, rtol=1e-15)
    np.testing.assert_allclose(g["c"], np.sum(2 * np.cos(x * c) * x), rtol=1e-15)


@pytest.mark.parametrize("factor", [1e-300, 1e-150, 1e-13, 1e150, 1e300])
def test_extreme_constants_neither_overflow_nor_vanish(factor):
    x = np.array([0.5, 2.0])
    f = ta.grad(lambda x: np.sum(1 / factor * (factor * (x * x))))
    np.testing.assert_allclose(f(x), 2 * x, rtol=1e-15)
    f = ta.grad(lambda x: np.sum(x * (1 / factor) * (x * factor)))
    np.testing.assert_allclose(f(x), 2 * x, rtol=1e-15)


def test_what_overflows_is_told_as_numpy_does():
    x = np.array([1e200, 1.0])
    for f in (lambda x: np.sum((x * x[::-1]) * x * 1e150), lambda x: np.sum(x**2 * 1e200)):
        g = ta.grad(f)
        with pytest.warns(RuntimeWarning, match="overflow"):
            g(x)
        with np.errstate(over="raise"), pytest.raises(FloatingPointError):
            g(x)
        with np.errstate(over="ignore"):
            assert np.isinf(g(x)).any()


@pytest.mark.parametrize("index", [
    slice(1, None), slice(None, -2), slice(2, 4), slice(None, None, 2), slice(None, None, -1),
    slice(3, 3), slice(-2, None), 0, -1, (slice(1, 3),), (..., 1), None,
    np.array([0, 0, 2]), np.array([True, False, True, False, True]),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("shape", [(5,), (5, 3)])
def test_cotangents_of_items(index, shape):
    x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    weights = np.arange(2.0, 2 + x[index].size).reshape(np.shape(x[index]))
    wanted = np.zeros(shape)
    np.add.at(wanted, index, 3 * weights * 2 * x[index])

    def f(x):
        return 3.0 * np.sum(weights * x[index] ** 2)

    assert_array_equal(ta.grad(f)(x), wanted)
    assert_array_equal(ta.grad(lambda x: np.sum(x) + f(x) + f(-x))(x), 1 + 2 * wanted)


def test_items_of_an_index_beyond_the_sizes():
    f = ta.grad(lambda x: sum(x[i] * x[i - 4] for i in range(4)))
    assert_array_equal(f(np.ones(4)), [2, 2, 2, 2])


@pytest.mark.parametrize("swapped", [False, True])
def test_other_layouts_and_byte_orders(swapped):
    x = np.arange(1.0, 13.0).reshape(3, 4)
    given = np.asfortranarray(x)
    given = given.astype(given.dtype.newbyteorder()) if swapped else given
    f = ta.grad(lambda x, plain: np.sum(2.0 * (x * x) - x.T.T * plain))
    for y in (given, given[::-1, ::2], given.T):
        plain = np.ascontiguousarray(y, dtype=float)
        assert_array_equal(f(y, plain), 3 * plain)


def test_empty_arrays():
    for shape in ((0,), (3, 0)):
        g = ta.grad(lambda x: np.sum(2.0 * x[1:] ** 2) + np.sum(-x * x))(np.zeros(shape))
        assert g.shape == shape


def test_large_arrays_are_walked_on_threads():
    """Point by point as small ones are, with NumPy's warnings."""
    n = 100_003
    x = np.linspace(-2.0, 3.0, n)
    weights = np.cos(x)

    def f(x):
        y = (2.0 * x - 1.0) * x / (x * x + 3.0) - x
        return np.sum(-y * weights + y**2) + 3.0 * np.sum(y)

    whole = ta.grad(f)(x)
    pieces = np.array_split(np.arange(n), 31)
    for piece in pieces[::10]:

        def part(x, at=weights[piece]):
            y = (2.0 * x - 1.0) * x / (x * x + 3.0) - x
            return np.sum(-y * at + y**2) + 3.0 * np.sum(y)

        assert_array_equal(whole[piece], ta.grad(part)(x[piece]))
    huge = np.full(n, 1e200)
    with pytest.warns(RuntimeWarning, match="overflow"):
        ta.grad(lambda x: np.sum(x * x))(huge)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        ta.grad(lambda x: np.sum(x * 1e200) * 1e200)(huge)
