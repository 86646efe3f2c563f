"""Norms: along curves, at zero, at zero entries."""

import numpy as np
import pytest
from curves import ALGEBRAS, COMPLEX, CUBE, MATRIX, Curve, agrees, along, c, m

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad.algebra import taylor

ORDERS = [None, 2, 1, 3, 4, 2.5, 0.5, -1, -2, -2.5, np.inf, -np.inf]

CALLS = {
    **{
        f"norm-vector-{order}": (
            lambda x, o=order: np.linalg.norm(x, o), Curve([2.0, -3.0, 1.5])
        )
        for order in ORDERS
    },
    **{
        f"norm-axis-{order}": (
            lambda x, o=order: np.linalg.norm(x, o, axis=0, keepdims=True), Curve(MATRIX, size=0.1)
        )
        for order in ORDERS
    },
    **{
        f"vector_norm-{order}": (
            lambda x, o=2 if order is None else order: np.linalg.vector_norm(x, ord=o, axis=(2, 0)),
            Curve(CUBE**1.3, size=0.05),
        )
        for order in ORDERS
    },
    **{
        f"norm-complex-{order}": (
            lambda x, o=order: np.linalg.norm(x, o, axis=1), Curve(COMPLEX, size=0.1)
        )
        for order in ORDERS
    },
    **{
        f"norm-matrix-{order}-{axes}": (
            lambda x, o=order, a=axes: np.linalg.norm(x, o, axis=a, keepdims=a[0] > a[1]),
            Curve(CUBE**1.3, size=0.05),
        )
        for order in (None, "fro", 1, -1, np.inf, -np.inf)
        for axes in ((0, 1), (2, 0), (-1, -2))
    },
    "norm-everything": (np.linalg.norm, c()),
    "norm-everything-keep": (lambda x: np.linalg.norm(x, keepdims=True), c()),
    "norm-fro": (lambda x: np.linalg.norm(x, "fro"), m()),
    "norm-matrix": (lambda x: np.linalg.norm(x, 1), m()),
    "norm-order-number": (
        lambda x, p: np.linalg.norm(x, p, axis=0), Curve(np.abs(MATRIX) + 1), Curve(2.5, 1)
    ),
    "norm-order-number-two": (np.linalg.norm, Curve([2.0, -3.0, 1.5]), Curve(2.0, 1)),
    "norm-order-number-one": (np.linalg.norm, Curve([2.0, -3.0, 0.7]), Curve(1.0, 1)),
    "vector_norm-all": (lambda x: np.linalg.vector_norm(x, keepdims=True), c()),
    "vector_norm-0d": (np.linalg.vector_norm, Curve(-3.0)),
    "matrix_norm": (np.linalg.matrix_norm, c()),
    "matrix_norm-inf": (
        lambda x: np.linalg.matrix_norm(x, ord=np.inf, keepdims=True), Curve(CUBE**1.3, size=0.05)
    ),
    "norm-zero-order": (lambda x: np.linalg.norm(x, 0), Curve([2.0, -3.0])),
}  # fmt: skip


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)
@pytest.mark.parametrize(
    "function",
    [
        np.linalg.norm, np.linalg.vector_norm,
        *(
            lambda x, p=p: np.linalg.norm(x, p)
            for p in (1, 2, 3, 4, 1.5, 0.5, -1, -3, np.inf, -np.inf)
        ),
        lambda x: np.linalg.norm(np.reshape(x, (2, 2)), "fro"),
        lambda x: np.linalg.norm(np.reshape(x, (2, 2)), 1),
        lambda x: np.linalg.norm(x + 0j),
    ],
)  # fmt: skip
def test_at_zero_the_derivative_is_zero(function, algebra):
    y = function(Curve(np.zeros(4)).number(algebra))
    np.testing.assert_array_equal(y.parts, 0.0)


def test_even_norms_are_smooth_at_zero_entries():
    x = make(taylor(4), np.array([[0.0, 1.0], [1.0, 0.0], [0, 0], [0, 0], [0, 0]]))
    # (t^4 + 1)^(1/4) = 1 + t^4/4 + ...
    np.testing.assert_allclose(np.linalg.norm(x, 4).parts, [1, 0, 0, 0, 0.25], atol=1e-15)
    # sqrt(t^2 + 1) = 1 + t^2/2 - t^4/8
    np.testing.assert_allclose(np.linalg.norm(x).parts, [1, 0, 0.5, 0, -0.125], atol=1e-15)
    y = np.linalg.norm(x, 3)
    np.testing.assert_array_equal(y.parts, [1, 0, 0, 0, 0])


def test_the_zero_norm_counts():
    y = np.linalg.norm(ta.Dual([0.0, 2.0, -1.0], 1.0), 0)
    assert np.all(np.asarray(ta.value(y)) == 2)
    assert not isinstance(y, Number) or y.tangent == 0


def test_max_norm_shares_at_ties():
    y = np.linalg.norm(ta.Dual([3.0, -3.0], [1.0, 5.0]), np.inf)
    assert (y.value, y.tangent) == (3.0, -2.0)


SINGULAR_VALUES = {
    f"norm-{order}-{axes}": (
        lambda x, o=order, a=axes: np.linalg.norm(x, o, axis=a, keepdims=a[0] > a[1]),
        Curve(CUBE**1.3, size=0.05),
    )
    for order in (2, -2, "nuc")
    for axes in ((0, 1), (2, 0), (-1, -2))
}


@along(SINGULAR_VALUES)
def test_along_curves_by_singular_values(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("order", [2, -2, "nuc"])
def test_norms_by_singular_values_are_invariant(order):
    """Turned by constant rotations a matrix keeps its norm, to every order."""
    turn, other = (np.linalg.qr(np.random.default_rng(k).normal(size=(3, 3)))[0] for k in (1, 2))
    s = np.random.default_rng(3).uniform(-0.1, 0.1, (6, 3))
    s[0] = [3.0, 2.0, 1.0]
    matrix = make(taylor(5), turn @ (s[:, :, np.newaxis] * np.eye(3)) @ other)
    want = {2: s[:, 0], -2: s[:, 2], "nuc": np.sum(s, axis=1)}[order]
    got = np.linalg.matrix_norm(matrix, ord=order).parts
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.linalg.norm(x, "fro"), ValueError),
        (lambda x: np.linalg.norm(x.reshape(3, 1), 3), ValueError),
        (lambda x: np.linalg.norm(x.reshape(3, 1), x[1]), TypeError),
        (lambda x: np.linalg.norm(x.reshape(3, 1, 1), 1), ValueError),
        (lambda x: np.linalg.norm(x.reshape(3, 1), axis=(0, 0)), ValueError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
