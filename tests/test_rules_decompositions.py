"""QR, eigenvalues, singular values: identities, closed forms, series at 50 digits, both modes.

A decomposition with its derivatives is known by the identities it satisfies to every order.
Errors are measured by the size of the terms of an identity, which is what a gap between
eigenvalues that is small, or a condition number that is large, makes of one ulp.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from both_modes import COMPOSITIONS, agrees_with_forward, second_derivatives_agree
from curves import ALGEBRAS, Curve, agrees
from mpmath import mp
from numpy import linalg as la

import taylorad as ta
from taylorad._numbers import make
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor

EXACT = 2e-13
MANY = {
    "Taylor(8)": taylor(8),
    "HyperDual": hyperdual(),
    "nested": Algebra.of((Factor(0, "dual", 1), Factor(7, "taylor", 3))),
}
SHAPES = [
    (4, 4),
    (5, 3),
    (3, 5),
    (2, 1, 4, 2),
    (1, 1),
    (1, 3),
    (0, 3, 3),
    (2, 0, 0),
    (0, 2),
    (3, 0),
]


def number(
    algebra: Algebra, shape: Any, kind: type = float, seed: int = 0, step: float = 0.4
) -> Any:
    rng = np.random.default_rng(seed)
    parts = rng.uniform(-1, 1, (algebra.rows, *shape))
    if kind is complex:
        parts = parts + 1j * rng.uniform(-1, 1, parts.shape)
    parts[1:] *= step
    return make(algebra, parts)


def adjoint(x: Any) -> Any:
    return np.conjugate(np.swapaxes(x, -1, -2))


def symmetric(x: Any) -> Any:
    return x + adjoint(x)


def sizes(x: Any) -> Any:
    """The largest modulus in each row, as a number of the same algebra."""
    return make(x.algebra, np.array([np.max(np.abs(row), initial=0) for row in x.parts]))


def product_is(factors: Any, want: Any) -> None:
    """Assert that a product of numbers is what it should be, to every order."""
    product, bound = factors[0], sizes(factors[0])
    for factor in factors[1:]:
        product, bound = product @ factor, bound * sizes(factor)
    error = sizes(product - want)
    assert np.all(error.parts <= EXACT * bound.parts), np.max(error.parts / bound.parts)


def diagonal(x: Any) -> Any:
    return x[..., np.newaxis, :] * np.eye(x.shape[-1])


def unitary(q: Any) -> None:
    product_is((adjoint(q), q), np.eye(q.shape[-1]))


every = pytest.mark.parametrize("algebra", MANY.values(), ids=MANY)
kinds = pytest.mark.parametrize("kind", [float, complex])


# Identities ------------------------------------------------------------------------------


@every
@kinds
@pytest.mark.parametrize("shape", SHAPES)
def test_qr(shape, kind, algebra):
    a = number(algebra, shape, kind)
    q, r = la.qr(a)
    plain = la.qr(a.value)
    np.testing.assert_array_equal(q.value, plain.Q)
    np.testing.assert_array_equal(r.value, plain.R)
    product_is((q, r), a)
    unitary(q)
    assert not np.any(np.tril(r.parts, -1))
    assert not np.any(np.diagonal(r.parts, axis1=-2, axis2=-1).imag)
    np.testing.assert_array_equal(la.qr(a, mode="r").parts, r.parts)
    if shape[-2] <= shape[-1]:
        np.testing.assert_array_equal(la.qr(a, "complete").Q.parts, q.parts)


@every
@kinds
@pytest.mark.parametrize("shape", SHAPES)
def test_svd(shape, kind, algebra):
    a = number(algebra, shape, kind)
    result = u, s, vh = la.svd(a, full_matrices=False)
    for got, want in zip(result, la.svd(a.value, full_matrices=False), strict=True):
        np.testing.assert_array_equal(got.value, want)
    product_is((u, diagonal(s), vh), a)
    unitary(u)
    unitary(adjoint(vh))
    for values in (la.svdvals(a), la.svd(a, compute_uv=False)):
        np.testing.assert_array_equal(values.value, la.svdvals(a.value))
        np.testing.assert_array_equal(values.parts[1:], s.parts[1:])


@every
@kinds
@pytest.mark.parametrize("triangle", ["L", "U"])
@pytest.mark.parametrize("shape", [(4, 4), (2, 1, 3, 3), (1, 1), (0, 3, 3), (2, 0, 0)])
def test_eigh(shape, triangle, kind, algebra):
    a = number(algebra, shape, kind)
    own = (
        np.tril(np.ones(shape[-2:], bool))
        if triangle == "L"
        else np.triu(np.ones(shape[-2:], bool))
    )
    whole = np.where(own, a, adjoint(a))
    whole = np.where(np.eye(shape[-1], dtype=bool), np.real(whole), whole)
    result = w, v = la.eigh(a, triangle)
    for got, want in zip(result, la.eigh(a.value, triangle), strict=True):
        np.testing.assert_array_equal(got.value, want)
    product_is((v, diagonal(w), adjoint(v)), whole)
    unitary(v)
    values = la.eigvalsh(a, UPLO=triangle.lower())
    np.testing.assert_array_equal(values.value, la.eigvalsh(a.value, triangle))
    np.testing.assert_allclose(values.parts[1:], w.parts[1:], rtol=1e-13, atol=1e-13)
    positive = la.svd(whole, hermitian=True)
    product_is((positive.U, diagonal(positive.S), positive.Vh), whole)
    np.testing.assert_array_equal(positive.S.value, la.svd(whole.value, hermitian=True).S)
    values = la.svd(whole, hermitian=True, compute_uv=False)
    np.testing.assert_allclose(values.parts, positive.S.parts, rtol=1e-13, atol=1e-13)


@every
@kinds
@pytest.mark.parametrize("shape", [(4, 4), (2, 1, 3, 3), (1, 1), (0, 3, 3), (2, 0, 0)])
def test_eig(shape, kind, algebra):
    a = number(algebra, shape, kind, seed=1, step=0.1)
    result = w, v = la.eig(a)
    for got, want in zip(result, la.eig(a.value), strict=True):
        np.testing.assert_array_equal(got.value, want)
    product_is((a, v), v @ diagonal(w))
    lengths = np.sum(np.real(v) ** 2 + np.imag(v) ** 2, axis=-2)
    np.testing.assert_allclose(lengths.parts[0], 1, rtol=1e-14)
    assert np.all(np.abs(lengths.parts[1:]) < 1e-13)
    largest = (
        np.argmax(np.abs(v.value), axis=-2)[..., np.newaxis, :]
        if v.size
        else np.zeros(v.shape, int)
    )
    assert np.all(np.abs(np.take_along_axis(np.imag(v), largest, axis=-2).parts) < 1e-14)
    values = la.eigvals(a)
    np.testing.assert_array_equal(values.value, la.eigvals(a.value))
    np.testing.assert_allclose(values.parts[1:], w.parts[1:], rtol=1e-12, atol=1e-12)


def test_memory_need_not_be_contiguous():
    parts = np.random.default_rng(2).uniform(-1, 1, (3, 8, 8))
    one, other = make(taylor(2), parts[:, ::2, 1::2]), make(taylor(2), parts[:, ::2, 1::2].copy())
    for function in (la.qr, la.svd, la.eigh, la.eig):
        for x, y in zip(function(one.T), function(other.T.copy()), strict=True):
            np.testing.assert_array_equal(x.parts, y.parts)


def test_single_precision_is_kept():
    x = np.random.default_rng(3).uniform(-1, 1, (3, 3)).astype(np.float32)
    for function in (la.qr, la.svd, la.eigh, la.eig, la.eigvals, la.eigvalsh, la.svdvals):
        got, plain = function(make(taylor(2), np.stack([x, x.T, x @ x]))), function(x)
        pairs = zip(got, plain, strict=True) if isinstance(got, tuple) else [(got, plain)]
        for mine, numpys in pairs:
            assert mine.dtype == numpys.dtype
            np.testing.assert_array_equal(mine.value, numpys)
        with ta.GradientTape() as tape:
            v = tape.watch(x)
            y = function(v)
            y = y[-1] if isinstance(y, tuple) else y
            z = np.sum(np.real(y * y * y))
        assert tape.gradient(z, v).dtype == np.float32


# Closed forms ----------------------------------------------------------------------------


def matrix_of(*rows: Any) -> Any:
    return np.stack([np.stack([x + 0.0 for x in row]) for row in rows])


def close(got: Any, want: Any, tolerance: float = EXACT) -> None:
    """Relative to the largest of the coefficients up to each order."""
    got, want = np.asarray(got, complex), np.asarray([complex(x) for x in want])
    size = np.maximum.accumulate(np.maximum(np.abs(want), 1.0))
    assert np.all(np.abs(got - want) <= tolerance * size), np.max(np.abs(got - want) / size)


def test_two_by_two_symmetric():
    t = ta.Taylor.variable(0.3, 8)
    a = matrix_of((np.cos(t), t * t), (t * t, 3 + np.exp(t)))
    with mp.workdps(50):
        low = lambda s: 3 + mp.exp(s)  # noqa: E731
        root = lambda s, sign: (  # noqa: E731
            (mp.cos(s) + low(s)) / 2 + sign * mp.sqrt((mp.cos(s) - low(s)) ** 2 / 4 + s**4)
        )
        point = mp.mpf(0.3)
        want = [mp.taylor(lambda s, sign=sign: root(s, sign), point, 8) for sign in (-1, 1)]
        # The angle of the vectors: tan 2 phi = 2 b / (a - c).
        angle = mp.taylor(lambda s: mp.atan2(2 * s**2, mp.cos(s) - low(s)) / 2, point, 8)
    w, v = la.eigh(a)
    for values in (w, la.eigvalsh(a), la.svdvals(a)[::-1]):
        for i in range(2):
            close(values[i].coefficients, want[i])
    close(-np.arctan(v[0, 1] / v[1, 1]).coefficients[1:], angle[1:])


def test_rotations():
    t = ta.Taylor.variable(0.7, 8)
    turn = matrix_of((np.cos(t), -np.sin(t)), (np.sin(t), np.cos(t)))
    w, v = la.eig(turn)
    up = int(np.argmax(w.value.imag))
    close(w[up].coefficients, [mpmath.exp(0.7j) * 1j**k / mpmath.factorial(k) for k in range(9)])
    assert np.max(np.abs(v.parts[1:])) < 1e-14  # the vectors stand still
    # QR of a turned triangle turns back, as U diag(s) V^H does.
    triangle = matrix_of((2 + t, t * t), (0 * t, 1 + t))
    q, r = la.qr(turn @ triangle)
    signs = np.sign(np.diagonal(r.value))
    for got, want in ((q * signs, turn), (r * signs[:, np.newaxis], triangle)):
        np.testing.assert_allclose(got.parts, want.parts, atol=1e-14)
    u, s, vh = la.svd(turn @ diagonal(np.stack([3 + t, 1 + t * t])) @ turn.T)
    np.testing.assert_allclose(s.parts[:3], [[3.7, 1.49], [1, 1.4], [0, 1]], atol=1e-14)
    for got, want in ((u, turn), (vh.T, turn)):
        np.testing.assert_allclose((got * got).parts, (want * want).parts, atol=1e-13)


# Eigenvalues at 50 digits: the implicit series of the characteristic polynomial -----------


def exact_polynomial(rows: np.ndarray) -> list[list[Any]]:
    """det(z - A(t)) as coefficients of z, each a list of coefficients of t, by permutations."""
    order, n = len(rows), rows.shape[-1]
    from itertools import permutations

    def times(p: Any, q: Any) -> Any:
        out: dict[tuple[int, int], Any] = {}
        for (i, j), x in p.items():
            for (k, l), y in q.items():  # noqa: E741
                if j + l < order:
                    out[i + k, j + l] = out.get((i + k, j + l), 0) + x * y
        return out

    def entry(i: int, j: int) -> Any:
        terms = {(0, k): -mp.mpmathify(complex(rows[k, i, j])) for k in range(order)}
        if i == j:
            terms[1, 0] = mp.mpf(1)
        return terms

    total: dict[tuple[int, int], Any] = {}
    for order_of in permutations(range(n)):
        sign = (-1) ** sum(order_of[i] > order_of[j] for i in range(n) for j in range(i, n))
        term: dict[tuple[int, int], Any] = {(0, 0): mp.mpf(sign)}
        for i, j in enumerate(order_of):
            term = times(term, entry(i, j))
        for key, x in term.items():
            total[key] = total.get(key, 0) + x
    return [[total.get((i, j), mp.mpf(0)) for j in range(order)] for i in range(n + 1)]


def implicit(polynomial: list[list[Any]], start: complex) -> list[Any]:
    """The series of the zero near `start`, coefficient after coefficient."""
    order = len(polynomial[0])
    first = mp.findroot(lambda z: mp.polyval([c[0] for c in polynomial[::-1]], z), start)
    slope = mp.polyval([k * c[0] for k, c in enumerate(polynomial)][:0:-1], first)
    z = [first]

    def convolve(p: Any, q: Any) -> Any:
        return [mp.fsum(p[i] * q[k - i] for i in range(k + 1)) for k in range(order)]

    while len(z) < order:
        padded = z + [mp.mpf(0)] * (order - len(z))
        value = polynomial[-1]
        for c in polynomial[-2::-1]:
            value = [x + y for x, y in zip(convolve(value, padded), c, strict=True)]
        z.append(-value[len(z)] / slope)
    return z


@kinds
@pytest.mark.parametrize("seed", range(3))
def test_eigenvalues_at_fifty_digits(seed, kind):
    a = number(taylor(8), (3, 3), kind, seed, step=0.3)
    for values, matrix in ((la.eigvals(a), a), (la.eigvalsh(symmetric(a)), symmetric(a))):
        with mp.workdps(50):
            polynomial = exact_polynomial(matrix.parts)
            for i in range(3):
                close(values[i].coefficients, implicit(polynomial, complex(values[i].value)))
    b = adjoint(a) @ a
    squares = la.svdvals(a) ** 2
    with mp.workdps(50):
        polynomial = exact_polynomial(b.parts)
        for i in range(3):
            close(squares[i].coefficients, implicit(polynomial, complex(squares[i].value)), 1e-12)


def test_eigenvalues_by_differences():
    """High-order differences of mpmath's own eigenvalues."""
    a = number(taylor(2), (3, 3), seed=4)
    a = symmetric(a)
    w = la.eigvalsh(a)
    with mp.workdps(50):
        rows = [mp.matrix(row.tolist()) for row in a.parts]

        def eigenvalues(t: Any) -> Any:
            return mp.eigsy(rows[0] + t * rows[1] + t * t * rows[2], eigvals_only=True)

        for i in range(3):
            want = [mp.diff(lambda t, i=i: eigenvalues(t)[i], 0, k) for k in range(3)]
            np.testing.assert_allclose(w[i].derivatives(), [float(x) for x in want], rtol=1e-13)


# Both modes ------------------------------------------------------------------------------

RNG = np.random.default_rng(1)
SQUARE = RNG.uniform(-1, 1, (4, 4))
TALL = RNG.uniform(-1, 1, (2, 5, 3))
WIDE = RNG.uniform(-1, 1, (3, 5))
REAL = {"square": SQUARE, "tall": TALL, "wide": WIDE, "one": np.array([[2.0]])}
COMPLEX = {name: x + 1j * RNG.uniform(-1, 1, x.shape) for name, x in REAL.items()}


def exp_of_hermitian(x: Any) -> Any:
    w, v = la.eigh(x)
    return composed(np.exp, v, w, adjoint(v))


def composed(function: Any, u: Any, s: Any, vh: Any) -> Any:
    return (u * function(s)[..., np.newaxis, :]) @ vh


def sin_of_singular(x: Any) -> Any:
    return composed(np.sin, *la.svd(x, full_matrices=False))


def in_order(w: Any) -> Any:
    """Eigenvalues by their value: LAPACK's order is another for a neighbouring matrix."""
    order = np.lexsort((ta.value(w).imag, ta.value(w).real), axis=-1)
    return np.take_along_axis(w, order, axis=-1)


def up_to_sign(q: Any, r: Any) -> Any:
    signs = np.sign(np.real(np.diagonal(ta.value(r), axis1=-2, axis2=-1)))
    return q * signs[..., np.newaxis, :], r * signs[..., np.newaxis]


def thin(x: Any) -> Any:
    return tuple(la.svd(x, full_matrices=False))


DETERMINED: dict[str, Any] = {}  # results with derivatives of their own
PHASED: dict[str, Any] = {}  # with a phase that is a choice, and signs that LAPACK chooses
for prefix, matrices in (("", REAL), ("complex-", COMPLEX)):
    for shape_name, x in matrices.items():
        moving = Curve(x, size=0.1)
        DETERMINED |= {
            f"{prefix}qr-{shape_name}": (lambda x: up_to_sign(*la.qr(x)), moving),
            f"{prefix}svdvals-{shape_name}": (la.svdvals, moving),
            f"{prefix}sin-{shape_name}": (sin_of_singular, moving),
        }
        PHASED[f"{prefix}svd-{shape_name}"] = (thin, moving)
    moving = Curve(np.stack([matrices["square"], matrices["square"].T + np.eye(4)]), size=0.1)
    DETERMINED |= {
        f"{prefix}eigvals": (lambda x: in_order(la.eigvals(x)), moving),
        f"{prefix}eigvalsh": (la.eigvalsh, moving),
        f"{prefix}eigvalsh-U": (lambda x: la.eigvalsh(x, "U"), moving),
        f"{prefix}exp": (exp_of_hermitian, moving),
        f"{prefix}hermitian": (
            lambda x: la.svd(symmetric(x), compute_uv=False, hermitian=True), moving
        ),
    }  # fmt: skip
    PHASED |= {
        f"{prefix}eig": (lambda x: tuple(la.eig(x)), moving),
        f"{prefix}eigh": (lambda x: tuple(la.eigh(x)), moving),
        f"{prefix}eigh-U": (lambda x: tuple(la.eigh(x, "U")), moving),
        f"{prefix}svd-hermitian": (lambda x: tuple(la.svd(symmetric(x), hermitian=True)), moving),
    }
CALLS = DETERMINED | PHASED
# Second derivatives of the phase along different paths differ, in JAX as well.
TWICE = {
    name: call
    for name, call in CALLS.items()
    if name in DETERMINED or not name.startswith(("complex-eigh", "complex-svd"))
}


@pytest.mark.parametrize("algebra", [ALGEBRAS["Taylor(3)"]], ids=["Taylor(3)"])
@pytest.mark.parametrize("call", DETERMINED.values(), ids=DETERMINED)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_reverse(call):
    agrees_with_forward(*call)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("call", TWICE.values(), ids=TWICE)
def test_second_derivatives(call, composition):
    second_derivatives_agree(composition, *call)


SPIN = 3 * np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize("function", [
    lambda a: la.qr(a).Q[0, 1] + la.qr(a).R[0, 2],
    lambda a: la.eigh(a)[1][0, 1] ** 3,
    lambda a: la.svd(a).U[0, 0] * la.svdvals(a)[1],
    lambda a: np.abs(la.eig(a + SPIN)[1][1, 0]) * np.imag(la.eigvals(a + SPIN)[0]),
])  # fmt: skip
def test_third_derivatives(function):
    a, v = SQUARE[:3, :3], SQUARE[1:, 1:]
    along = lambda f: lambda a: np.sum(ta.grad(f)(a) * v)  # noqa: E731
    want = ta.directional_derivative(function, 3)(a, v)
    got = along(along(along(function)))(a)
    np.testing.assert_allclose(got, want, rtol=1e-9)
    mixed = ta.directional_derivative(along(function), 2)(a, v)
    np.testing.assert_allclose(mixed, want, rtol=1e-9)


# Repeated and zero values ----------------------------------------------------------------

WEIGHTS = np.array([[1.0], [2.0], [-3.0], [4.0]])
TURN = la.qr(np.random.default_rng(5).normal(size=(4, 4))).Q


def test_repeated_eigenvalues_split_along_a_direction():
    t = ta.Taylor.variable(0.0, 7)
    o = 0 * t
    w = la.eigvalsh(matrix_of((t, t * t), (t * t, -t)))
    root = t * np.sqrt(1 + t * t)
    np.testing.assert_allclose(w.parts, np.stack([-root, root]).parts, atol=1e-14)
    # In two steps, at degree 1 and at degree 3, beside an eigenvalue that meets nobody.
    cubic = t**3
    a = matrix_of(
        (1 + t, cubic, o, o), (cubic, 1 + t, o, o), (o, o, 1 - t, t * t), (o, o, t * t, 4 + o)
    )
    a = TURN @ a @ TURN.T
    # The pair 1 - t, 4: their mean and half their distance.
    mean, half = (5 - t) / 2, (3 + t) / 2
    far = np.sqrt(half * half + t**4)
    want = np.stack([mean - far, 1 + t - cubic, 1 + t + cubic, mean + far])
    for values in (la.eigvalsh(a), la.svdvals(a)[::-1]):
        np.testing.assert_allclose(values.parts, want.parts, atol=2e-14)
    w = la.eigvals(a)  # in any order
    for symmetric_function, same in ((np.sum, np.trace), (np.prod, la.det)):
        got, expected = symmetric_function(w), same(a)
        np.testing.assert_allclose(got.parts, expected.parts, atol=2e-13)
    batch = np.stack([a, a + np.diag([1.0, 2, 3, 5]), 0 * a])
    values = la.eigvalsh(batch)
    np.testing.assert_allclose(values.parts[:, 0], want.parts, atol=2e-14)
    assert np.max(np.abs(np.sum(values, axis=-1).parts - np.trace(batch, 0, 1, 2).parts)) < 1e-12
    assert not np.any(values.parts[:, 2])


def test_vectors_of_repeated_values_that_stay_so():
    t = ta.Taylor.variable(0.2, 4)
    a = TURN @ diagonal(np.stack([np.exp(t), np.exp(t), t, t])) @ TURN.T
    w, v = la.eigh(a)
    product_is((v, diagonal(w), adjoint(v)), a)
    w, v = la.eig(a)
    product_is((a, v), v @ diagonal(w))


@every
@kinds
@pytest.mark.parametrize("seed", range(3))
def test_repeated_eigenvalues_of_turning_spaces(seed, kind, algebra):
    """Eigenvalues that stay together, in spaces that move."""
    q, _ = la.qr(number(algebra, (5, 5), kind, seed, step=0.2))
    f, g, h = (2 * i + number(algebra, (), seed=seed + i) for i in range(3))
    want = np.stack([f, f, g, h, h])
    want = want[np.argsort(want.value, stable=True)]
    a = (q * want) @ adjoint(q)
    allowed = 1e-13 * np.max(np.abs(q.parts)) ** 2
    w, v = la.eigh(a)
    for values in (w, la.eigvalsh(a), in_order(np.real(la.eigvals(a)))):
        assert np.max(np.abs(values.parts - want.parts)) < allowed
    assert np.max(np.abs((v @ diagonal(w) @ adjoint(v) - a).parts)) < allowed
    values = la.svdvals(a + 9 * np.eye(5))[::-1]
    assert np.max(np.abs((values - want - 9).parts)) < 10 * allowed


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_size_does_not_matter(size):
    a = number(taylor(4), (4, 3), seed=6)
    weights = np.array([[1.0], [2.0], [-3.0], [4.0]])
    for vectors in (
        lambda a: la.qr(a).Q,
        lambda a: la.svd(a, full_matrices=False).U,
        lambda a: la.eigh(a[:3])[1],
        lambda a: la.eig(a[:3])[1],
    ):  # LAPACK's signs depend on the size

        def function(a, vectors=vectors):
            v = vectors(a)
            return np.sum(np.abs(v) * weights[: len(v)], axis=0)

        want = function(a).parts
        error = np.abs(function(a * size).parts - want)
        assert np.max(error) < 1e-13 * np.max(np.abs(want))
        one, other = (ta.grad(lambda x: np.sum(function(x)))(x) for x in (a.value, a.value * size))
        np.testing.assert_allclose(other * size, one, atol=1e-13)


@pytest.mark.parametrize("values_of", [
    la.eigvalsh, la.svdvals, la.eigvals, lambda a: la.eigh(a)[0], lambda a: la.svd(a)[1],
    lambda a: la.eig(a)[0],
])  # fmt: skip
def test_gradients_of_functions_that_treat_repeated_values_alike(values_of):
    a = TURN @ np.diag([2.0, 2, 2, 5]) @ TURN.T
    for function, power in ((np.sum, 1), (lambda w: np.sum(w**3), 3)):
        g = ta.grad(lambda a, f=function: np.real(f(values_of(a))))(a)
        want = power * la.matrix_power(a, power - 1)
        np.testing.assert_allclose(symmetric(g) / 2, want, rtol=1e-12, atol=1e-12)
    with pytest.raises(ta.DerivativeError, match="alike"):
        ta.grad(lambda a: np.real(values_of(a)[np.argmin(np.abs(ta.value(values_of(a))))]))(a)
    # That of a simple one is there.
    top = TURN[:, 3:]
    g = ta.grad(lambda a: np.real(values_of(a)[np.argmax(np.abs(ta.value(values_of(a))))]))(a)
    np.testing.assert_allclose(symmetric(g) / 2, top @ top.T, atol=1e-13)


def test_vectors_of_repeated_values():
    a = TURN @ np.diag([2.0, 2, 2, 5]) @ TURN.T
    simple = ta.grad(lambda a: la.eigh(a)[1][0, 3] ** 2)(a)
    np.testing.assert_allclose(
        symmetric(simple) / 2,
        symmetric(np.outer(np.eye(4)[0] - TURN[0, 3] * TURN[:, 3], TURN[:, 3]) * TURN[0, 3]) / 3,
        atol=1e-13,
    )
    for function in (
        lambda a: la.eigh(a)[1][0, 0], lambda a: np.real(la.eig(a)[1][1, 1]),
        lambda a: la.svd(a)[0][1, 1], lambda a: la.svd(a)[2][1, 1],
    ):  # fmt: skip
        with pytest.raises(ta.DerivativeError, match="repeated"):
            ta.grad(function)(a)
        with pytest.raises(ta.DerivativeError, match="repeated"):
            ta.jvp(function, (a,), (SQUARE,))


@pytest.mark.parametrize(("function", "point"), [
    (lambda w: w, np.zeros((2, 2))), (np.log, np.eye(2)), (np.expm1, np.diag([0.0, 0.0, 3.0])),
])  # fmt: skip
def test_a_zero_cotangent_of_vectors_is_no_silent_answer(function, point):
    """The vectors' cotangent is zero at this point alone; the eigenvalues know half of it."""

    def total(a):
        w, v = la.eigh(a)
        return np.sum((v * function(w)) @ v.T)

    with pytest.raises(ta.DerivativeError, match="repeated"):
        ta.grad(total)(point)
    if point[0, 0]:
        with pytest.raises(ta.DerivativeError, match="repeated"):
            ta.grad(lambda a: np.sum(composed(np.log, *la.svd(a))))(point)


def test_several_directions_at_once():
    a = make(hyperdual(), np.stack([np.eye(4), *RNG.uniform(-1, 1, (3, 4, 4))]))
    for function in (la.eigvalsh, la.eigvals, la.svdvals):
        with pytest.raises(ta.DerivativeError, match="several directions"):
            function(a)
    turning = ta.Dual(np.eye(2), [[0.0, 1.0], [-1.0, 0.0]])
    if la.eigvals(np.eye(2)).dtype.kind == "c":  # since NumPy 2.5, whatever their values
        found = la.eigvals(turning)
        np.testing.assert_array_equal(found.value, [1, 1])
        np.testing.assert_allclose(found.tangent.real, 0, atol=1e-15)
        np.testing.assert_allclose(np.sort(found.tangent.imag), [-1, 1], rtol=1e-15)
    else:
        with pytest.raises(ta.DerivativeError, match="complex"):
            la.eigvals(turning)
    with pytest.raises(ta.DerivativeError, match="repeated"):
        ta.hessian(lambda a: np.sum(np.log(la.eigvalsh(a))))(np.eye(2))


def test_zero_singular_values():
    a, step = np.diag([2.0, 0.0]), RNG.uniform(-1, 1, (2, 2))
    s = la.svdvals(ta.Dual(a, step))
    np.testing.assert_allclose(s.tangent, [step[0, 0], 0])
    np.testing.assert_allclose(ta.grad(lambda a: np.sum(la.svdvals(a)))(a), np.diag([1.0, 0]))
    tall = np.outer([1.0, 2, 2], [0.6, 0.8])
    np.testing.assert_allclose(ta.grad(lambda a: np.sum(la.svdvals(a)))(tall), tall / 3, atol=1e-15)
    assert not np.any(la.svdvals(ta.Dual(np.zeros((2, 3)), 1.0)).tangent)
    for function in (lambda a: la.svd(a)[0][0, 0], lambda a: np.sum(sin_of_singular(a))):
        with pytest.raises(ta.DerivativeError, match="zero"):
            ta.jvp(function, (a,), (step,))
    with pytest.raises(ta.DerivativeError, match="zero"):
        ta.grad(lambda a: np.sum(sin_of_singular(a)))(a)
    # What depends on the vectors of the other values alone has a gradient.
    rank_one = lambda a: la.svd(a)[0][0, 0] * la.svd(a)[1][0] * la.svd(a)[2][0, 0]  # noqa: E731
    np.testing.assert_allclose(ta.grad(rank_one)(a), np.diag([1.0, 0]), atol=1e-15)
    with pytest.raises(ta.DerivativeError, match="zero"):
        la.svd(ta.Dual(a, 1.0), hermitian=True)


def test_defective_matrices():
    jordan = np.array([[1.0, 1.0], [0.0, 1.0]])
    for function in (la.eig, la.eigvals):
        with pytest.raises(ta.DerivativeError, match="defective"):
            function(ta.Dual(jordan, 1.0))
        with pytest.raises(ta.DerivativeError, match="defective"):
            ta.grad(lambda a, f=function: np.real(np.sum(f(a)[0])))(jordan)


# What is refused, and NumPy's own errors -------------------------------------------------


@pytest.mark.parametrize(("call", "reason"), [
    (lambda x: la.qr(x, "complete"), "mode='reduced'"),
    (lambda x: la.qr(x, "raw"), "Householder"),
    (lambda x: la.svd(x), "full_matrices=False"),
    (lambda x: la.qr(0 * x), "independent"),
    (lambda x: la.qr(np.ones((3, 3)) * x[0, 0]), "independent"),
    (lambda x: la.eigh(make(dual(), x[:2].parts.astype(object))), "objects"),
])  # fmt: skip
def test_refusals_name_the_way_out(call, reason):
    points = RNG.uniform(-1, 1, (3, 2))
    with pytest.raises(ta.DerivativeError, match=reason):
        call(make(dual(), np.stack([points, points])))
    if reason in ("objects", "independent"):
        return
    with ta.GradientTape() as tape, pytest.raises(ta.DerivativeError, match=reason):
        call(tape.watch(points))


def test_dependent_columns_have_no_gradient():
    with pytest.raises(ta.DerivativeError, match="independent"):
        ta.grad(lambda x: np.sum(la.qr(x)[1]))(np.ones((3, 2)))
    # Short columns are no dependent ones.
    scales = np.array([1.0, 1e-20])
    agrees_with_forward(lambda x: la.qr(x * scales).Q, Curve(np.array([[1.0, 2], [3, 4], [5, 7]])))
    # Of a wide matrix, the first ones alone have to be independent.
    agrees_with_forward(la.qr, Curve(np.hstack([np.eye(2) + 0.1, np.ones((2, 2))])))


@pytest.mark.parametrize(("call", "error"), [
    (lambda x: la.eigh(x), la.LinAlgError),
    (lambda x: la.eigvals(x), la.LinAlgError),
    (lambda x: la.eigvalsh(x[0]), la.LinAlgError),
    (lambda x: la.qr(x[0]), la.LinAlgError),
    (lambda x: la.svd(x[0]), la.LinAlgError),
    (lambda x: la.svdvals(x[0]), la.LinAlgError),
    (lambda x: la.qr(x, "bad"), ValueError),
    (lambda x: la.eigh(x[:2], "X"), ValueError),
])  # fmt: skip
def test_numpys_errors(call, error):
    points = RNG.uniform(-1, 1, (3, 2))
    for x in (points, make(dual(), np.stack([points, points]))):
        with pytest.raises(error):
            call(x)
