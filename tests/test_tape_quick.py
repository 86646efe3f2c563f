"""Calls that are recorded without the way through dispatch: as those that take it."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta

A, B = np.linspace(0.2, 1.4, 6), np.linspace(-1.0, 2.0, 6)
M, V, MASK = np.arange(12.0).reshape(3, 4) / 7 + 0.1, np.linspace(1, 2, 4), B > 0.3

CALLS = {
    "sum": lambda a, m: np.sum(m, axis=0),
    "sum method": lambda a, m: m.sum(1, keepdims=True),
    "mean": lambda a, m: np.mean(m, (0, 1)) * m.mean(axis=-1),
    "reshape": lambda a, m: m.reshape(2, 6) + np.reshape(m, (2, -1)) + m.reshape((6, 2)).T,
    "reshape in another order": lambda a, m: m.reshape(2, 6, order="F"),
    "axes": lambda a, m: m.T @ m.swapaxes(0, 1).T + np.transpose(m, (1, 0)) @ np.moveaxis(m, 0, 0),
    "squeeze": lambda a, m: np.squeeze(m[None]) * np.expand_dims(m, 0).squeeze(axis=0),
    "products": lambda a, m: M @ m.T @ (m @ V) * np.dot(a, B) * a.dot(a),
    "vectors": lambda a, m: (V[:3] @ m) * np.outer(a, B)[:4, 1] + np.inner(a, B),
    "where": lambda a, m: np.where(MASK, a, B) * np.where(MASK, 2.0, a),
    "extremes": lambda a, m: np.maximum(a, B) + np.minimum(0.5, a) * np.fmax(a, 1),
    "clip": lambda a, m: np.clip(a, 0.3, 1.1) * np.clip(B, -0.5, a),
    "powers": lambda a, m: a**2.5 * a**B * 1.5**a * np.power(a, -1),
    "angles": lambda a, m: np.arctan2(a, B) + np.arctan2(1.0, a) + np.abs(-a) * np.square(a),
    "joined": lambda a, m: np.concatenate([a, B, m[:, 0]]) * np.concatenate((m, m), axis=1)[0, 1],
    "stacked": lambda a, m: np.stack([a, B, a]).sum(0) * np.stack([a[0], a[1]], axis=-1)[0],
    "running": lambda a, m: np.cumsum(a)[::-1] + np.flip(np.ravel(m))[:6] + np.roll(a, 2),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_gradients_of_both_modes_and_orders(call):
    """Against forward mode; and reverse mode over reverse mode, which takes dispatch's way."""
    weights = np.random.default_rng(0).normal(size=np.shape(call(A, M)))

    def f(x):
        return np.sum(np.sin(call(x[:6], x[6:].reshape(3, 4))) * weights)

    x = np.concatenate([A, M.ravel()])
    wanted = ta.jacobian(f, mode="forward")(x)
    assert_allclose(ta.grad(f)(x), wanted, rtol=1e-12, atol=1e-12)
    h = 1e-6
    for k in (0, 4, 9, 17):
        unit = np.eye(18)[k]
        slope = (f(x + h * unit) - f(x - h * unit)) / (2 * h)
        assert_allclose(wanted[k], slope, rtol=1e-6, atol=1e-7)
    direction = np.linspace(-1, 1, 18)
    twice = ta.grad(lambda x: np.sum(ta.grad(f)(x) * direction))(x)
    assert_allclose(twice, ta.hvp(f)(x, direction), rtol=1e-9, atol=1e-9)


def test_values_and_classes_are_numpys():
    for call in CALLS.values():
        with ta.GradientTape() as tape:
            y = call(tape.watch(A), tape.watch(M))
        plain = call(A, M)
        assert isinstance(y, ta.Variable)
        assert_array_equal(y.value, plain)
        assert type(y.value) is type(plain)


def test_constants_are_kept_as_they_were():
    mask, matrix, bound, vector = MASK.copy(), np.array(M), np.full(6, 0.5), B.copy()

    def changed(x):
        y = np.where(mask, x, 0.0) + np.maximum(x, bound) + np.clip(x, bound, 2.0) + x**vector
        z = matrix.T @ x[:3]
        mask[:], matrix[:], bound[:], vector[:] = False, 0, 9, 7
        return np.sum(y) + np.sum(z)

    def f(x):
        y = np.where(MASK, x, 0.0) + np.maximum(x, 0.5) + np.clip(x, 0.5, 2.0) + x**B
        return np.sum(y) + np.sum(M.T @ x[:3])

    assert_array_equal(ta.grad(changed)(A), ta.grad(f)(A))


@pytest.mark.parametrize("view", [
    lambda x: x.reshape(2, 3), lambda x: np.reshape(x, (3, 2)).T, lambda x: x.ravel(),
    lambda x: np.expand_dims(x, 1), lambda x: np.flip(x), lambda x: x.reshape(3, 2).swapaxes(0, 1),
])  # fmt: skip
def test_views_stay_views(view):
    def f(x):
        y = x * 1.0
        v = view(y)
        v[0] = v[0] * 3.0
        y[-1] = 2.0
        return np.sum(y * np.arange(1.0, 7.0)) + np.sum(v * v)

    assert_allclose(ta.grad(f)(A), ta.jacobian(f, mode="forward")(A), rtol=1e-14)
    plain = A * 1.0
    wanted = view(plain)
    wanted[0] *= 3.0
    plain[-1] = 2.0
    with ta.GradientTape() as tape:
        y = tape.watch(A) * 1.0
        v = view(y)
        v[0] = v[0] * 3.0
        y[-1] = 2.0
    assert_array_equal(v.value, wanted)


def test_inner_tapes_and_lower_levels():
    x = ta.Variable(A)
    with ta.GradientTape() as outer:
        slope = ta.grad(lambda w: np.sum(np.where(MASK, w * x, w) ** 2))(B)
        y = np.sum(slope)
    by_x = outer.gradient(y, x)
    assert_allclose(by_x, np.where(MASK, 4 * B * A, 0))
    f = ta.derivative(lambda t: np.sum(ta.grad(lambda w: np.sum((M.T @ w[:3]) ** 2 * t))(B)))
    assert_allclose(f(2.0), np.sum(2 * M @ (M.T @ B[:3])))


def test_what_is_not_simple_is_refused_or_done_as_ever():
    with ta.GradientTape() as tape:
        x = tape.watch(M)
        with pytest.raises(ta.DerivativeError):
            np.sum(x, axis=0, dtype=int)
        with pytest.raises(TypeError, match="masked"):
            np.concatenate([x, np.ma.masked_array(M)])
        with pytest.raises(TypeError):
            x.sum(out=np.zeros(()))
        with pytest.raises(ValueError):
            x.reshape(5, 5)
        with pytest.raises(ValueError):
            x @ np.ones(5)
        with pytest.raises(np.exceptions.AxisError):
            np.mean(x, axis=2)
        y = np.sum(x, where=M > 0.5, initial=1.0) + np.where([True], x, 0)[0, 0]
    assert_array_equal(tape.gradient(y, x), (M > 0.5) + np.eye(3, 4)[0] * np.eye(3)[0][:, None])


def test_grad_leaves_nothing_behind():
    def f(x):
        return np.sum(np.where(MASK, x * 2.0, 0.0).reshape(2, 3).T)

    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(50):
            ta.grad(f)(A)
        assert len(gc.get_objects()) - before < 50
    finally:
        gc.enable()


def test_grad_after_an_error():
    def broken(x):
        raise RuntimeError("within")

    with pytest.raises(RuntimeError, match="within"):
        ta.grad(broken)(A)
    assert_array_equal(ta.grad(lambda x: np.sum(x * x), argnums=-1)(A), 2 * A)
    assert ta.grad(lambda x: 3.0)(A).shape == A.shape
    with pytest.raises(TypeError, match="one number"):
        ta.grad(lambda x: x)(A)
