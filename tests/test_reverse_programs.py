"""Random array programs in reverse mode: against forward mode, differences, and each other.

The statements are those of `test_programs` and such as reverse mode may get wrong: changes of
what was used before, through aliases and views, and functions with rules of their own.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import test_programs
from numpy.testing import assert_allclose

import taylorad as ta

append, change = test_programs._append, test_programs._change


def _spread(a: Any) -> Any:
    """A positive definite matrix made of any array."""
    first = np.concatenate([np.ravel(a)] * 4)[:4]
    m = np.reshape(first, (2, 2))
    return m @ m.T + np.array([[2.0, 0.3], [0.3, 3.0]])


def _repeated_places(a: Any, c: Any) -> None:
    places = np.arange(len(a)) % 2
    a[places] = np.sin(a) * 3
    a[places] *= a[places] + 1


def _shifted_onto_itself(a: Any, c: Any) -> None:
    a[1:] = a[:-1] * 2


def _reversed_onto_itself(a: Any, c: Any) -> None:
    a[:] = a[::-1]


def _view_of_a_view(a: Any, c: Any) -> None:
    one = a[1:]
    two = one[::-1]
    a[0] = 3.0
    two[...] = two * 2


def _flat_view(a: Any, c: Any) -> None:
    flat = a.reshape(-1)
    flat[:2] = flat[-1] * flat[0]


def _transposed_view(a: Any, c: Any) -> None:
    view = a.T
    view[...] = view * 2 + 1


def _into_neighbours(a: Any, c: Any) -> None:
    np.add(a[:-1], a[1:], out=a[1:])


def _constants_that_change(state: Any, a: Any, c: Any, draw: Any) -> None:
    constant = c.copy()
    view = constant.view()
    view.flags.writeable = False
    state += [a * constant, view / (2 + a * a), np.where(view > 0, a, view), a * view]
    places = np.arange(len(a))
    state += [a[places] * 2, np.take(a, places, axis=0)]
    constant[...], places[...] = 9.0, 0


def _aliases(state: Any, a: Any, c: Any, draw: Any) -> None:
    state += [a, a[1:], a.T, a.reshape(-1)[::2], a[0]]


def _scalar_in_place(state: Any, a: Any, c: Any, draw: Any) -> None:
    total = np.sum(a)
    before = total
    total *= 2.0
    total += before
    state += [before * total]


STATEMENTS = [
    *test_programs.STATEMENTS,
    *map(change, [_repeated_places] * 2),
    change(_shifted_onto_itself),
    change(_reversed_onto_itself),
    change(_view_of_a_view),
    change(_flat_view),
    change(_transposed_view),
    change(_into_neighbours),
    change(lambda a, c: np.sin(a, out=a)),
    change(lambda a, c: np.copyto(a, a[::-1] * 2, where=c > 0)),
    _constants_that_change,
    _aliases,
    _scalar_in_place,
    append(lambda a, c: np.linalg.solve(_spread(a), np.ones(2))),
    append(lambda a, c: np.linalg.inv(_spread(a))),
    append(lambda a, c: np.linalg.cholesky(_spread(a))),
    append(lambda a, c: np.linalg.eigvalsh(_spread(a))),
    append(lambda a, c: np.linalg.det(_spread(a))),
    append(lambda a, c: np.linalg.qr(_spread(a))[1]),
    append(lambda a, c: np.abs(np.fft.fft(a, axis=0) + 3j)),
    append(lambda a, c: np.select([c > 1, c > 0], [a, a * a], default=2 * a)),
    append(lambda a, c: np.interp(np.ravel(a), [-2.0, 0.0, 1.0, 5.0], [1.0, -1.0, 2.0, 0.0])),
    append(lambda a, c: np.pad(a, 1)),
    append(lambda a, c: np.power(a * a + 1, c)),
]


def program(seed: int) -> Any:
    draw = random.Random(seed)
    steps = [draw.randrange(10**9) for _ in range(draw.randint(3, 9))]

    def run(x: Any) -> Any:
        state = [x * 1.0, np.sin(x)]
        for step in steps:
            draw = random.Random(step)
            a = draw.choice(state)
            if np.ndim(a) and 0 < np.size(a) < 100:
                c = np.random.default_rng(step).uniform(-2, 2, np.shape(a))
                draw.choice(STATEMENTS)(state, a, c, draw)
        return sum(
            np.sum(np.tanh(a) * np.random.default_rng(k).uniform(0.5, 1.5, np.shape(a)))
            for k, a in enumerate(state)
        )

    return run


@pytest.mark.parametrize("seed", range(150))
def test_gradients(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, v = rng.uniform(-1, 1, (2, *[(3,), (2, 3), (4,), (1,), (2, 2, 2), (5,)][seed % 6]))
    f, h = program(seed), 1e-6
    value, slope = ta.jvp(f, (x,), (v,))
    found, gradient = ta.value_and_grad(f)(x.copy())
    scale = 1 + np.sum(np.abs(gradient))
    assert_allclose([found, value], f(x.copy()), rtol=1e-11, atol=1e-12)
    assert_allclose(np.sum(gradient * v), slope, rtol=1e-9, atol=1e-11 * scale)
    assert_allclose(slope, (f(x + h * v) - f(x - h * v)) / (2 * h), rtol=1e-5, atol=1e-5 * scale)
    if seed % 4:
        return
    with ta.GradientTape() as outer:
        watched = outer.watch(x)
        with ta.GradientTape() as inner:
            y = f(watched)
        along = np.sum(inner.gradient(y, watched) * v)
    product = ta.hvp(f)(x, v)
    options = {"rtol": 1e-7, "atol": 1e-8 * (1 + np.sum(np.abs(product)))}
    assert_allclose(ta.grad(lambda x: ta.jvp(f, (x,), (v,))[1])(x), product, **options)
    assert_allclose(
        outer.gradient(along, watched, unconnected_gradients="zero"), product, **options
    )
    assert_allclose(np.sum(product * v), f(ta.HyperDual(x, v, v)).d12, **options)
