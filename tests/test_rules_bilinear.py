"""Bilinear and multilinear rules against plain NumPy calls, interpolated exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from polynomial_calls import ALGEBRAS, check, code, leaves, numbers, operands_of

import taylorad as ta
from taylorad._numbers import Number, make, value
from taylorad.algebra import dual, taylor
from taylorad.rules import bilinear

CALLS = """
A @ B
A @ x
w @ A
x @ y
A @ Q
P @ B
P @ x
p @ B
x @ p
T @ U
T @ B
A @ U
e @ S
A @ e.T.reshape(4, 0)
z @ Z.T
np.matmul(A, B)
np.matmul(B, A, axes=[(0, 1), (0, 1), (0, 1)])
np.matmul(A, [[1, 2], [0, 1], [1, 1], [3, 0]])
np.vecdot(x, y)
np.vecdot(A, x)
np.vecdot(z, Z)
np.vecdot(Z, p)
np.vecdot(A, w[:, None], axis=0)
np.vecdot(T, P, keepdims=True)
np.dot(x, y)
np.dot(A, B)
np.dot(A, x)
np.dot(T, B)
np.dot(s, A)
np.dot(x, 2.5)
np.dot(s, s)
np.dot(b=x, a=P)
np.dot(x, [s, s, 1.0, s])
A.dot(Q)
np.vdot(x, y)
np.vdot(z, Z[0])
np.vdot(C, Z)
np.vdot(A, P)
np.inner(x, y)
np.inner(A, x)
np.inner(T, P)
np.inner(s, A)
np.outer(x, w)
np.outer(A, [1, 2])
np.outer(s, x)
np.tensordot(A, B, 1)
np.tensordot(T, A, axes=([2], [1]))
np.tensordot(T, U, ([1, 2], [2, 1]))
np.tensordot(A, P)
np.tensordot(x, w, axes=0)
np.kron(x, w)
np.kron(A, [[1, 2]])
np.kron(s, w)
np.kron(np.eye(2), A)
np.convolve(x, w)
np.convolve(x, q, "same")
np.convolve(p, w, mode="valid")
np.convolve(w, x, "valid")
np.correlate(x, w)
np.correlate(x, w, "full")
np.correlate(z, z, mode="same")
np.correlate(p, z, "full")
np.cross(w, w[::-1])
np.cross(w, q)
np.cross(S, w)
np.cross(B, q, axisa=-1)
np.cross(A, P, axisa=0, axisb=0, axisc=0)
np.cross(A, P, axis=0)
la.cross(w, q)
la.cross(A, P, axis=0)
la.matmul(A, B)
la.matmul(P, x)
la.outer(x, w)
la.outer(q, x)
la.tensordot(T, U, axes=([1, 2], [2, 1]))
la.tensordot(A, Q, axes=1)
la.vecdot(z, Z)
la.vecdot(A, w[:, None], axis=0)
np.polymul((x + 9), (w + 9))
np.polymul((x + 9), [0, 0, 1, 2])
np.polymul(np.poly1d([1, 2]), (x + 9))
np.polymul(s + 9, (x + 9))
np.einsum("ij,jk->ik", A, B)
np.einsum("ij,jk", A, Q)
np.einsum("ij,j", P, x)
np.einsum("i,i", x, y)
np.einsum("i,j->ij", x, w)
np.einsum("ij,ij->", A, A)
np.einsum("...ij,jk->...ik", T, B)
np.einsum("i,i->i", z, C[0], dtype=complex)
np.einsum(A, [0, 1], x, [1])
np.einsum(A, [0, 1], B, [1, 2], [0, 2])
np.einsum(A, [..., 1], P, [..., 1], [...], optimize=True)
np.trapezoid(x, y)
np.trapezoid(A, x, axis=1)
np.trapezoid(A, A)
np.trapezoid(p, x)
np.trapezoid(x, dx=s)
""".strip().splitlines()

LINEAR = """
np.einsum("ij->ji", A)
np.einsum("ii", S)
np.einsum("ii->i", S)
np.einsum("ij->", A)
np.einsum("...i->...", T)
np.einsum(S, [0, 0])
np.einsum("ij,jk,k", P, Q, w)
la.multi_dot([P, Q, S, np.ones(3)])
""".strip().splitlines()

TRIPLE = """
np.einsum("i,ij,j", w, A, x)
np.einsum("i,ij,j", x, Q, q) + s
np.einsum("ij,jk,kl->il", A, B, S, optimize="greedy")
np.einsum("i,i,i->i", x, x, x)
np.einsum(x, [0], A, [1, 0], w, [1])
la.multi_dot([A, B, S])
la.multi_dot([x, B, w])
la.multi_dot((P, Q, S, A))
np.dot(A, x) @ P @ x
""".strip().splitlines()

if hasattr(np, "matvec"):  # NumPy 2.2
    CALLS += """
np.matvec(A, x)
np.matvec(T, p)
np.matvec(P, x, axes=[(0, 1), (0,), (0,)])
np.vecmat(w, A)
np.vecmat(z, [[1, 2], [3, 4], [5, 6], [7, 8]])
np.vecmat(C[:, 0], Z)
""".strip().splitlines()


@pytest.mark.parametrize("algebra", ALGEBRAS)
@pytest.mark.parametrize("call", CALLS)
def test_coefficients(call: str, algebra: str) -> None:
    check(call, dict.fromkeys(operands_of(call), ALGEBRAS[algebra]), degree=2, scale=Fraction(1, 4))


@pytest.mark.parametrize("algebra", ALGEBRAS)
@pytest.mark.parametrize("call", LINEAR)
def test_coefficients_of_linear_contractions(call: str, algebra: str) -> None:
    check(call, dict.fromkeys(operands_of(call), ALGEBRAS[algebra]), degree=1)


@pytest.mark.parametrize("algebra", ALGEBRAS)
@pytest.mark.parametrize("call", TRIPLE)
def test_coefficients_of_several_operands(call: str, algebra: str) -> None:
    check(call, dict.fromkeys(operands_of(call), ALGEBRAS[algebra]), degree=3)


@pytest.mark.parametrize("call", CALLS + TRIPLE)
def test_operands_of_several_levels_in_scattered_memory(call: str) -> None:
    names = operands_of(call)
    algebras = dict(zip(names, [taylor(2, tag=1), dual(tag=2), taylor(1, tag=3)], strict=False))
    check(call, algebras, degree=3, fortran=True)


REAL = [call for call in CALLS + TRIPLE if not {*operands_of(call)} & {"z", "Z"}]


@pytest.mark.parametrize("call", REAL)
def test_fractions_stay_exact(call: str) -> None:
    algebras = dict.fromkeys(operands_of(call), ALGEBRAS["taylor"])
    operands = numbers(call, algebras, kind="fraction")
    plain = {name: np.asarray(value(operand)) for name, operand in operands.items()}
    try:
        expected = list(leaves(code(call)(plain)))
    except TypeError as error:  # NumPy cannot do this with objects
        with pytest.raises(type(error)):
            code(call)(operands)
        return
    floats = leaves(code(call)(numbers(call, algebras)))
    for output, values, number in zip(
        leaves(code(call)(operands)), expected, floats, strict=True
    ):
        assert output.dtype == object
        np.testing.assert_array_equal(np.asarray(value(output)), values)
        np.testing.assert_allclose(output.parts.astype(complex), number.parts, atol=1e-12)


@pytest.mark.parametrize("call", CALLS + TRIPLE)
def test_float32_gives_the_type_numpy_gives(call: str) -> None:
    operands = numbers(call, dict.fromkeys(operands_of(call), dual()), kind="float32")
    plain = {name: np.asarray(value(operand)) for name, operand in operands.items()}
    expected = leaves(code(call)(plain))
    for output, values in zip(leaves(code(call)(operands)), expected, strict=True):
        assert output.dtype == np.asarray(values).dtype


def test_every_row_has_a_call() -> None:
    text = "\n".join(CALLS)
    for row in bilinear.TABLE:
        assert f"np.{row.function.__name__}(" in text or f"la.{row.function.__name__}(" in text


def test_einsum_of_one_operand_is_a_view_where_numpy_gives_one() -> None:
    number = numbers("S", {"S": taylor(2)})["S"]
    np.einsum("ii->i", number)[...] = 0.0
    assert not number.parts[:, range(3), range(3)].any()


def test_polymul_keeps_a_leading_zero_that_moves() -> None:
    moving = make(dual(), np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 2.0]]))
    product = np.polymul(moving, [3.0, 1.0])
    np.testing.assert_array_equal(product.parts, [[0, 3, 1], [3, 7, 2]])
    still = make(dual(), np.array([[0.0, 0.0], [0.0, 0.0]]))
    assert np.polymul(still, [3.0, 1.0]).shape == (2,)
    with pytest.raises(ValueError, match="1d"):
        np.polymul(numbers("A", {"A": dual()})["A"], [1.0])


@pytest.mark.parametrize(
    "call, error",
    [
        ("np.dot(x, w)", ValueError),
        ("A @ w", ValueError),
        ("s @ x", ValueError),
        ("np.vdot(x, w)", ValueError),
        ("np.einsum('i,i', x, w)", ValueError),
        ("np.einsum('ij', x)", ValueError),
        ("np.convolve(x, A)", ValueError),
        ("np.cross(x, x)", ValueError),
        ("np.tensordot(A, A, axes=s)", TypeError),
        ("np.cross(w, w, axis=s)", TypeError),
        ("np.convolve(x, w, 'full', 1)", TypeError),
        ("la.multi_dot([A])", ValueError),
        ("np.dot(x)", TypeError),
        ("np.kron(x, spam=x)", TypeError),
    ],
)
def test_errors(call: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        code(call)(numbers(call, dict.fromkeys(operands_of(call), dual())))


@pytest.mark.parametrize("shapes", [((40, 50), (50, 30)), ((30, 90), (90,)), ((7,), (7, 3))])
def test_large_and_small_products_agree_with_one_sum_over_pairs(shapes: Any) -> None:
    rng = np.random.default_rng(3)
    u, v = (rng.standard_normal((5, *shape)) for shape in shapes)
    exact = [sum(u[i] @ v[k - i] for i in range(k + 1)) for k in range(5)]
    product = make(taylor(4), u) @ make(taylor(4), v)
    np.testing.assert_allclose(product.parts, exact, rtol=1e-12, atol=1e-12)


def test_a_constant_operand_turns_no_infinity_into_nan() -> None:
    matrix = np.array([[np.inf, 0.0], [1.0, 2.0]])
    number = make(dual(), np.array([[2.0, 3.0], [1.0, 1.0]]))
    np.testing.assert_array_equal((matrix @ number).parts, [[np.inf, 8], [np.inf, 3]])
    other = make(dual(tag=7), np.array([[1.0, 1.0], [1.0, 1.0]]))
    joint = make(dual(tag=8), np.array([[np.inf, 1.0], [0.0, 1.0]]))
    assert not np.isnan((other * 1.0 @ joint).parts[:1]).any()


def test_derivatives_of_a_quadratic_form() -> None:
    matrix = np.array([[2.0, 1.0], [0.0, 3.0]])

    def form(t: Any) -> Any:
        vector = np.stack([t, t**2])
        return np.einsum("i,ij,j", vector, matrix, vector)  # 2 t^2 + t^3 + 3 t^4

    np.testing.assert_allclose(ta.derivatives(form, 4)(2.0), [64, 116, 160, 150, 72])
    nested = ta.derivative(ta.derivative(form))
    assert nested(2.0) == pytest.approx(160.0)
    assert ta.derivative(lambda a: a * ta.derivative(lambda b: np.dot(a, b))(1.0))(3.0) == 6.0


def test_exact_products_of_fractions() -> None:
    half = Fraction(1, 2)
    number = make(dual(), np.array([[half, half], [Fraction(1, 3), Fraction(0)]], object))
    product: Number = number @ number
    assert (value(product), product.parts[1]) == (half, Fraction(1, 3))
