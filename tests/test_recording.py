"""What is recorded is what was computed, whatever happens to the user's arrays later."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import taylorad as ta


def reused_operand(x):
    buffer, total = np.empty(3), 0.0
    for i in range(1, 4):
        buffer[:] = i
        total = total + np.sum(x * buffer) + np.sum(x / buffer)
    return total


def reused_matrix_operand(x):
    buffer, total = np.ones(3), 0.0
    for _ in range(3):
        buffer *= 2
        total = total + buffer @ x + np.dot(x, buffer) + np.einsum("i,i->", buffer, x)
    return total


def reused_index(x):
    index, total = np.zeros(1, int), 0.0
    for i in range(3):
        index[0] = i
        total = total + np.sum(x[index]) * (i + 1) + np.sum(np.take(x, index)) * (i + 1) ** 2
    return total


def reused_condition(x):
    chosen, total = np.zeros(3, bool), 0.0
    for i in range(3):
        chosen[:] = False
        chosen[i] = True
        total = total + np.sum(np.where(chosen, x**2, 0)) * (i + 1)
        total = total + np.sum(np.compress(chosen, x)) + np.sum(x[chosen] ** 3)
    return total


def reused_place_of_assignment(x):
    index, out = np.zeros(1, int), np.zeros_like(x)
    for i in range(3):
        index[0] = i
        out[index] = x[2 - i] ** 2
    return np.sum(out * np.arange(3.0))


@pytest.mark.parametrize(
    "f",
    [
        reused_operand,
        reused_matrix_operand,
        reused_index,
        reused_condition,
        reused_place_of_assignment,
    ],
)
def test_arrays_changed_after_they_were_used(f):
    x = np.array([0.5, -1.0, 2.0])
    # Forward mode has computed its derivatives by the time the array changes.
    expected = [ta.jvp(f, (x,), (v,))[1] for v in np.eye(3)]
    assert_allclose(ta.grad(f)(x), expected, rtol=1e-14)
    found = ta.grad(lambda x: np.sum(ta.grad(f)(x) ** 2))(x)
    by_direction = [
        ta.jvp(lambda x: np.sum(ta.grad(f)(x) ** 2), (x,), (v,))[1] for v in np.eye(3)
    ]
    assert_allclose(found, by_direction, rtol=1e-12, atol=1e-12)


def test_a_watched_array_is_a_copy():
    x = np.ones(3)
    with ta.GradientTape() as tape:
        v = tape.watch(x)
        x[:] = 7.0
        y = np.sum(v**2)
    assert_allclose(tape.gradient(y, v), 2 * np.ones(3))
