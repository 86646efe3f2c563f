"""The memory of large arrays that is used again."""

from __future__ import annotations

import threading

import numpy as np
from numpy.testing import assert_array_equal

import taylorad as ta
from taylorad._memory import reused

LARGE = 2**17  # doubles


def address(x):
    return x.__array_interface__["data"][0]


def test_a_freed_block_is_taken_again():
    with reused():
        first = np.full(LARGE, 1.0)
        place = address(first)
        del first
        second = np.empty(LARGE)
        assert address(second) == place
        third = np.empty(LARGE)
    assert address(third) != place


def test_zeros_are_zeros():
    with reused():
        for _ in range(3):
            x = np.full(LARGE, np.nan)
            del x
            x = np.zeros(LARGE)
            assert not x.any()
            del x


def test_arrays_outlive_the_context_and_grow():
    with reused():
        x = np.arange(float(LARGE))
    x.resize(2 * LARGE, refcheck=False)
    assert_array_equal(x[:LARGE], np.arange(float(LARGE)))
    del x
    y = np.arange(float(LARGE))  # by NumPy's own allocator again
    assert y.sum() == LARGE * (LARGE - 1) / 2


def test_nested_contexts_and_small_arrays():
    with reused(), reused():
        kept = [np.full(n, float(n)) for n in range(100)]
        kept += [np.full(LARGE + n, float(n)) for n in range(100)]  # more than are kept
    for x in kept:
        assert np.all(x == x[:1])


def test_gradients_share_no_memory():
    f = ta.grad(lambda x: np.sum(np.sin(x) * x))
    x = np.linspace(0.0, 1.0, LARGE)
    gradients = [f(x + k) for k in range(5)]
    for k, g in enumerate(gradients):
        assert_array_equal(g, f(x + k))
    assert len({address(g) for g in gradients}) == 5


def test_threads():
    x = np.linspace(0.0, 1.0, LARGE)
    expected = 2 * x * np.cos(x**2)
    wrong = []

    def work():
        for _ in range(20):
            if not np.allclose(ta.grad(lambda x: np.sum(np.sin(x**2)))(x), expected, rtol=1e-14):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
