"""Programs drawn at random from NumPy, scipy.special and numpy.linalg, against mpmath."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.testing import assert_allclose
from scipy import special

import taylorad as ta

Function = Callable[..., Any]
ORDER = 4


def _matrices(*rows: list[Any]) -> Any:
    """A stack of matrices, one a point, from their entries."""
    return np.moveaxis(np.stack([np.stack(row) for row in rows]), (0, 1), (-2, -1))


def _solved(a: Any, b: Any) -> Any:
    matrix = _matrices([2 + a * a, b], [-b, 1 + b * b])
    return np.linalg.solve(matrix, _matrices([a], [b]))[..., 0, 0]


UNARY: list[tuple[Function, Function]] = [
    (np.sin, mpmath.sin),
    (np.tanh, mpmath.tanh),
    (np.arctan, mpmath.atan),
    (lambda x: np.sin(x) ** 6, lambda z: mpmath.sin(z) ** 6),
    (lambda x: np.hypot(x, 0.5) ** -1.5, lambda z: (z * z + mpf(0.25)) ** mpf(-0.75)),
    (special.erf, mpmath.erf),
    (special.expit, lambda z: 1 / (1 + mpmath.exp(-z))),
    (special.j0, lambda z: mpmath.besselj(0, z)),
    (special.rgamma, mpmath.rgamma),
    (special.ndtr, lambda z: (1 + mpmath.erf(z / mpmath.sqrt(2))) / 2),
    (special.log_ndtr, lambda z: mpmath.log(mpmath.erfc(-z / mpmath.sqrt(2)) / 2)),
    (special.erfcx, lambda z: mpmath.exp(z * z) * mpmath.erfc(z)),
    (lambda x: special.eval_legendre(4, x), lambda z: (35 * z**4 - 30 * z**2 + 3) / 8),
    (lambda x: special.digamma(1.5 + x * x), lambda z: mpmath.digamma(mpf(1.5) + z * z)),
    (lambda x: special.spence(1 + x * x), lambda z: mpmath.polylog(2, -z * z)),
]
BINARY: list[tuple[Function, Function]] = [
    (np.subtract, lambda a, b: a - b),
    (np.multiply, lambda a, b: a * b),
    (lambda a, b: a / (2 + b * b), lambda a, b: a / (2 + b * b)),
    (lambda a, b: np.power(1 + a * a, b), lambda a, b: (1 + a * a) ** b),
    (np.logaddexp, lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b))),
    (lambda a, b: np.prod(np.stack([a, b, a]), axis=0), lambda a, b: a * b * a),
    (lambda a, b: np.linalg.det(_matrices([a, b], [b, a * a])), lambda a, b: a**3 - b * b),
    (_solved, lambda a, b: (a * (1 + b * b) - b * b) / ((2 + a * a) * (1 + b * b) + b * b)),
    (
        lambda a, b: np.linalg.eigvalsh(_matrices([a, 1 + b * b], [1 + b * b, -a]))[..., 1],
        lambda a, b: mpmath.sqrt(a * a + (1 + b * b) ** 2),
    ),
    (
        lambda a, b: special.pseudo_huber(1.5, a - b),
        lambda a, b: mpf(2.25) * (mpmath.sqrt(1 + (a - b) ** 2 / mpf(2.25)) - 1),
    ),
]


def program(draw: random.Random, depth: int) -> tuple[Function, Function]:
    if depth == 0:
        if draw.random() < 0.75:
            return (lambda x: x), (lambda z: z)
        constant = round(draw.uniform(-2, 2), 2)
        return (lambda x: constant + 0 * x), (lambda z: mpf(constant) + 0 * z)
    a, exact_a = program(draw, depth - 1)
    if draw.random() < 0.5:
        f, exact = draw.choice(UNARY)
        return (lambda x: f(a(x))), (lambda z: exact(exact_a(z)))
    g, exact_g = draw.choice(BINARY)
    b, exact_b = program(draw, draw.randrange(depth))
    return (lambda x: g(a(x), b(x))), (lambda z: exact_g(exact_a(z), exact_b(z)))


@pytest.mark.parametrize("seed", range(40))
def test_programs_in_every_mode(seed: int) -> None:
    draw = random.Random(seed)
    f, exact = program(draw, draw.randint(1, 3))
    at = draw.choice([0.5, 1.25, -0.75, 1e-3, -1.5])
    with mp.workdps(40):
        want = np.array([float(c) for c in mpmath.taylor(exact, mpf(at), ORDER)])
    want *= [1, 1, 2, 6, 24]
    near = {"rtol": 1e-9, "atol": 1e-9 * (1 + np.max(np.abs(want)))}
    few, many = np.full(3, at), np.full(70, at)  # on either side of what stays in C
    assert_allclose(ta.derivatives(f, ORDER)(at), want, **near)
    assert_allclose(ta.derivatives(f, ORDER)(few)[:, 1], want, **near)
    assert_allclose(ta.derivatives(f, ORDER)(many)[:, 69], want, **near)
    assert_allclose(ta.derivative(ta.derivative(f, 3))(few)[2], want[4], **near)
    hyper = f(ta.HyperDual(few, 1.0, 1.0, 0.0))
    assert_allclose([ta.value(hyper)[0], hyper.d1[0], hyper.d12[0]], want[:3], **near)
    gradient = ta.grad(lambda x: np.sum(f(x)))
    assert_allclose(gradient(few)[0], want[1], **near)
    assert_allclose(ta.derivative(gradient, 2)(few)[1], want[3], **near)
    back = ta.grad(lambda x: np.sum(ta.derivative(f, 2)(x)))
    assert_allclose(back(few)[0], want[3], **near)
