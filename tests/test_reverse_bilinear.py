"""Bilinear rules in reverse: every call of the forward tests, pulled back."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from polynomial_calls import code
from reverse_calls import check_reverse, check_second, plain_operands
from test_rules_bilinear import CALLS, LINEAR, TRIPLE

import taylorad as ta
from taylorad._tape import Variable
from taylorad.tape import GradientTape

# Broadcast, empty, repeated and summed axes, and axes of length 1 where others are longer.
UGLY = """
A @ e.T.reshape(4, 0) @ e.reshape(0, 3)
T @ x
w @ T.reshape(2, 3, 4)
x @ T.reshape(2, 4, 3)
T.reshape(2, 1, 3, 4) @ U
T[:1] @ U
np.matmul(e, S)
np.matmul(T, U, axes=[(-2, -1), (-2, -1), (-1, -2)])
np.matmul(x, U)
np.dot(T, U)
np.dot(T, x)
np.dot(x, U)
np.dot(s, 2.0)
np.dot([1.0, 2.0, 3.0], w)
np.inner(T, x)
np.inner(s, s)
np.inner(T, A)
np.vecdot(T, x)
np.vecdot(z, T)
np.vecdot(A, P, axis=-2, keepdims=True)
np.vecdot(A, B, axes=[0, 1, ()])
np.vecdot(z, C)
np.tensordot(T, U, axes=([-1, 0], [1, 0]))
np.tensordot(T, T, 3)
np.tensordot(s, A, 0)
np.kron(A, w)
np.kron(s, s)
np.kron(T, w)
np.kron(z, S)
np.outer(z, Z)
np.cross(S[:1], B.T[:, None, :3])
np.cross(B, S[0], axisb=0)
np.convolve(w, x, "same")
np.convolve(x, w, "same")
np.convolve(x, y, "same")
np.convolve(x, [1.0, 2.0], "same")
np.convolve(s, x)
np.convolve(z, w, "valid")
np.correlate(w, x, "same")
np.correlate(w, x, "full")
np.correlate(w, x, "valid")
np.correlate(x, w, "same")
np.correlate([1.0, 2.0], x, "same")
np.correlate(x, [1.0, 2.0], "same")
np.correlate([1.0, 2.0], z, "valid")
np.correlate(w, z)
np.correlate(z, x, "full")
np.einsum("ii,ij->j", S, A)
np.einsum("iij->j", A[:, None] * np.eye(3)[:, :, None])
np.einsum("i,j->", x, w)
np.einsum("ij,k->k", A, w)
np.einsum("ii,jj", S, S)
np.einsum("ij,ij->ij", A, A[:1])
np.einsum("...,...->...", A, x)
np.einsum("...j,j...", A, x)
np.einsum("i...,i...->...", A, w[:, None])
np.einsum("ij , jk -> ki", A, B)
np.einsum("ba,bc", A, A)
np.einsum(T, [..., 0], A, [1, 0], [1, ...])
np.einsum(A, [7, 3], x, [3])
np.einsum("i,i->", s * x, x, optimize=True)
np.einsum("ij,jk->ik", e.T, e)
np.einsum("ij,ik->jk", e, e)
la.multi_dot([A, [[1.0], [2.0], [3.0], [4.0]]])
la.multi_dot([w, A])
la.multi_dot([w, A, x])
np.polymul(x, s)
np.polymul([2.0], z)
""".strip().splitlines()

if hasattr(np, "matvec"):
    UGLY += """
np.matvec(T, [[1.0, 2, 3, 4], [0, 1, 0, 1]])
np.matvec(T, A[:2])
np.matvec(A, T.reshape(2, 3, 4))
np.vecmat(w, T)
np.vecmat(z, U)
""".strip().splitlines()


@pytest.mark.parametrize("call", CALLS + LINEAR + TRIPLE)
def test_transposes(call: str) -> None:
    check_reverse(call)


@pytest.mark.parametrize("call", UGLY)
def test_transposes_at_ugly_points(call: str) -> None:
    check_reverse(call)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) >= "2.5.0", reason="NumPy refuses it")
@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional:DeprecationWarning")
def test_transposes_of_the_cross_product_in_the_plane() -> None:
    check_reverse("np.cross(w[:2], [1.0, 2.0, 3.0])")


@pytest.mark.parametrize("call", CALLS + LINEAR + TRIPLE)
def test_transposes_of_scattered_memory(call: str) -> None:
    check_reverse(call, fortran=True)


@pytest.mark.parametrize("call", CALLS + LINEAR + TRIPLE)
def test_second_derivatives(call: str) -> None:
    check_second(call)


def test_batched_matmul_of_the_worked_example() -> None:
    a, b = np.arange(12.0).reshape(2, 2, 3), np.arange(12.0).reshape(2, 3, 2) - 5
    with GradientTape() as tape:
        u, v = tape.watch(a), tape.watch(b)
        y = u @ v
    left, right = tape.gradient(y, (u, v))
    np.testing.assert_array_equal(left, np.broadcast_to(b.sum(axis=2)[:, None], a.shape))
    np.testing.assert_array_equal(right, np.broadcast_to(a.sum(axis=1)[..., None], b.shape))


@pytest.mark.parametrize("first", [True, False])
def test_a_constant_factor_is_all_that_is_kept(first: bool) -> None:
    constant = np.arange(6.0).reshape(2, 3) if first else np.arange(6.0).reshape(3, 2)
    with GradientTape() as tape:
        x = tape.watch(np.ones((3, 2) if first else (2, 3)))
        held = x.value
        before = sys.getrefcount(held)
        y = constant @ x if first else x @ constant
        assert sys.getrefcount(held) == before
        assert isinstance(y, Variable)


def test_a_leading_zero_of_a_variable_moves() -> None:
    with GradientTape() as tape:
        x = tape.watch(np.array([0.0, 0.0, 1.0]))
        y = np.polymul(x, [3.0, 1.0])
    np.testing.assert_array_equal(y.value, [0, 0, 3, 1])
    np.testing.assert_array_equal(tape.gradient(y, x), [4, 4, 4])
    with GradientTape() as tape, pytest.raises(ValueError, match="1d"):
        np.polymul(tape.watch(np.ones((2, 2))), [1.0])


@pytest.mark.parametrize(
    "call, error",
    [
        ("np.dot(x, w)", ValueError),
        ("A @ w", ValueError),
        ("s @ x", ValueError),
        ("np.einsum('i,i', x, w)", ValueError),
        ("np.einsum('ij', x)", ValueError),
        ("np.cross(x, x)", ValueError),
        ("np.tensordot(A, A, axes=s)", TypeError),
        ("np.convolve(x, w, 'full', 1)", TypeError),
        ("la.multi_dot([A])", ValueError),
        ("np.dot(x)", (TypeError, ValueError)),
        ("np.kron(x, spam=x)", (TypeError, ValueError)),
    ],
)
def test_errors(call: str, error: type[Exception]) -> None:
    with GradientTape() as tape, pytest.raises(error):
        code(call)({name: tape.watch(x) for name, x in plain_operands(call).items()})


def test_two_layers_against_finite_differences() -> None:
    rng = np.random.default_rng(2)
    data, one, two = (rng.standard_normal(shape) for shape in ((7, 4), (4, 5), (5, 3)))

    def loss(first: Any, second: Any) -> Any:
        scores = np.tanh(data @ first) @ second
        return np.mean(np.logaddexp(scores, 0.0))

    with GradientTape() as tape:
        u, v = tape.watch(one), tape.watch(two)
        y = loss(u, v)
    for found, at in zip(tape.gradient(y, (u, v)), (one, two), strict=True):
        step = rng.standard_normal(at.shape) * 1e-5
        pairs = [(one + s * step, two) if at is one else (one, two + s * step) for s in (1, -1)]
        slope = (loss(*pairs[0]) - loss(*pairs[1])) / 2
        np.testing.assert_allclose(np.sum(found * step), slope, rtol=1e-6)


DATA = np.array([[1.0, 2.0], [np.nan, 3.0], [4.0, np.inf]])
BAD = ~np.isfinite(DATA).all(axis=1)


@pytest.mark.parametrize(
    "product",
    [
        lambda w: DATA @ w,
        lambda w: w @ DATA.T,
        lambda w: (DATA @ w[:, None])[:, 0],
        lambda w: np.dot(DATA, w),
        lambda w: np.inner(DATA, w),
        lambda w: np.vecdot(DATA, w),
        lambda w: np.tensordot(DATA, w, 1),
        lambda w: np.einsum("ij,j->i", DATA, w),
        lambda w: np.einsum("ij,j,k->i", DATA, w, np.ones(1)),
        lambda w: np.linalg.multi_dot([DATA, np.eye(2), w]),
        lambda w: np.sum(np.kron(DATA, w).reshape(3, 2, 2) * np.eye(2), axis=(1, 2)),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_products_with_nan_that_nobody_took(product):
    def chosen(w):
        return np.sum(np.where(BAD, 0.0, product(w)))

    w = np.array([1.0, 2.0])
    assert ta.grad(chosen)(w).tolist() == DATA[0].tolist()
    assert ta.jacobian(chosen, mode="forward")(w).tolist() == DATA[0].tolist()
    assert ta.hvp(lambda w: chosen(w) ** 2)(w, w).tolist() == (2 * (DATA[0] @ w) * DATA[0]).tolist()


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_products_with_nan_that_was_taken():
    found = ta.grad(lambda w: np.sum((DATA @ w)[:2]))(np.array([1.0, 2.0]))
    np.testing.assert_equal(found, [np.nan, 5.0])
    # nan in both factors of a cross product, where the shares have opposite signs
    v = np.array([np.nan, np.nan, 1.0])
    found = ta.grad(lambda u: np.cross(u, v)[2])(np.ones(3))
    np.testing.assert_equal(found, [np.nan, np.nan, 0.0])
