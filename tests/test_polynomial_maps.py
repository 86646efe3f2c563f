"""Polynomials as maps: composition, inversion, and flows by jet transport."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import taylorad as ta

variables = ta.MultiTaylor.variables


def random_map(n: int, order: int, seed: int, shape: tuple[int, ...] = ()) -> list[Any]:
    """A map whose linear part is well-conditioned, with constant terms."""
    rng = np.random.default_rng(seed)
    xs = variables(np.zeros(n), order)
    parts = rng.uniform(-1, 1, (n, len(xs[0].exponents), *shape)) / n
    parts[:, 1 : n + 1] += np.eye(n).reshape(n, n, *(1,) * len(shape))
    return [ta.MultiTaylor(rows, order, xs[0].names) for rows in parts]


def close(p: Any, q: Any, tolerance: float = 1e-12) -> None:
    assert p.algebra == q.algebra
    a, b = np.broadcast_arrays(*(
        x.coefficients.reshape(len(x.coefficients), *(1,) * (max(p.ndim, q.ndim) - x.ndim),
                               *x.shape) for x in (p, q)))  # fmt: skip
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


# --- Composition -------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "m", "order"), [(1, 1, 5), (2, 3, 4), (3, 2, 4), (2, 2, 1)])
def test_composition_is_substitution(n: int, m: int, order: int) -> None:
    """Against evaluation by products, and at offsets so small that nothing else matters."""
    outer = random_map(n, order, 1)
    inner = [p - p.value for p in random_map(m, order, 2)]
    inner = (inner * n)[:n]
    (first,) = outer[:1]
    got = first.compose(*inner)
    want = sum(
        c * np.prod([inner[v] ** e for v, e in enumerate(monomial)])
        for monomial, c in first.to_dict().items()
    )
    close(got, want)
    offsets = np.full(m, 1e-2)
    direct = first([p(offsets) for p in inner])
    assert got(offsets) == pytest.approx(direct, abs=50 * 1e-2 ** (order + 1) * 2**order)


def test_composition_of_a_whole_map() -> None:
    outer, inner = random_map(3, 4, 5), [p - p.value for p in random_map(3, 4, 6)]
    together = np.stack(outer).compose(*inner)
    assert together.shape == (3,)
    for one, p in zip(together, outer, strict=True):
        close(one, p.compose(*inner))
        close(one, p.compose(inner))
    associated = together.compose(*inner)
    twice = [p.compose(*inner) for p in inner]
    close(associated, np.stack(outer).compose(*twice), 1e-11)


def test_composition_along_a_curve_and_on_a_grid() -> None:
    x, y = variables([0.5, 1.0], 5, "x y")
    t = ta.Taylor([0.0, 1.0, 0.0, 0.0])
    along = (x * np.sin(y)).compose(2 * t, t * t)
    assert isinstance(along, ta.Taylor)
    s = ta.Taylor.variable(0.0, 3)
    want = (0.5 + 2 * s) * np.sin(1.0 + s * s)
    np.testing.assert_allclose(along.coefficients, want.coefficients, rtol=1e-14, atol=1e-15)
    scale = np.array([1.0, 2.0, 3.0])
    grid = (x * y).compose((x - 0.5) * scale, y - 1.0)
    assert grid.shape == (3,)
    np.testing.assert_allclose(grid.coefficient((1, 1)), scale)
    stack = np.stack([x * y, x]).reshape(2, 1).compose((x - 0.5) * scale, y - 1.0)
    np.testing.assert_allclose(stack.coefficient((1, 0)), [scale, scale])


def test_order_of_a_composition() -> None:
    x, y = variables([0.0, 0.0], 5, "x y")
    u, v = variables([0.0, 0.0], 3, "u v")
    assert (x * y).compose(u, v).order == 3
    assert (u * v).compose(x, y).order == 3
    a, b = variables([0.0, 0.0], 6, "a b", orders=(2, 6))
    assert (np.exp(a + b)).compose(x, y).order == 2
    exact = variables([Fraction(0)] * 2, 3)
    p = (exact[0] + 1) / (exact[1] + 1)
    assert all(
        isinstance(c, Fraction) for c in p.compose(exact[0] + exact[1], exact[1]).coefficients
    )


def test_composition_within_other_transforms() -> None:
    def f(t: Any) -> Any:
        x, y = variables([0.0, 0.0], 3)
        return np.exp(t * x + y).compose(t * x * y + y, x).coefficient((2, 1))

    h = 1e-5
    slope = (f(0.7 + h) - f(0.7 - h)) / (2 * h)
    assert ta.derivative(f)(0.7) == pytest.approx(slope, rel=1e-8)


# --- Inversion ---------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6])
def test_inverse(n: int) -> None:
    order = 6
    maps = random_map(n, order, n)
    inverse = ta.invert_map(maps)
    identity = variables(np.zeros(n), order)
    centred = [p - p.value for p in maps]
    size = max(np.abs(q.coefficients).max() for q in inverse)
    for got, p, x in zip(np.stack(maps).compose(*inverse), maps, identity, strict=True):
        np.testing.assert_allclose((got - p.value).coefficients, x.coefficients,
                                   atol=1e-13 * size**2 * 10**n)  # fmt: skip
    for got, x in zip(np.stack(inverse).compose(*centred), identity, strict=True):
        np.testing.assert_allclose(got.coefficients, x.coefficients, atol=1e-12 * size * 10)


def test_inverse_exactly_and_on_a_grid() -> None:
    x, y = variables([Fraction(0)] * 2, 5)
    maps = [x + 2 * y + x * y, 3 * x - y - y**3]
    inverse = ta.invert_map(maps)
    for got, want in zip(np.stack(maps).compose(*inverse), (x, y), strict=True):
        assert got.to_dict() == want.to_dict()
    grid = random_map(2, 4, 8, shape=(5, 2))
    inverse = ta.invert_map(np.stack(grid))
    assert inverse[0].shape == (5, 2)
    for got, p, x in zip(
        np.stack(grid).compose(*inverse), grid, variables(np.zeros(2), 4), strict=True
    ):
        close(got - p.value, x + np.zeros((5, 2)), 1e-9)


def test_inverse_in_one_variable_is_the_reversion() -> None:
    (x,) = variables([0.0], 7)
    (inverse,) = ta.invert_map([np.sin(x)])
    s = ta.Taylor.variable(0.0, 7)
    np.testing.assert_allclose(inverse.coefficients, np.arcsin(s).coefficients, atol=1e-15)
    assert ta.invert_map(np.stack([np.sin(x)]))[0].order == 7


# --- Flows: jet transport ----------------------------------------------------------------


def kepler(state: Any) -> list[Any]:
    x, y, u, v = state
    cube = (x * x + y * y) ** 1.5
    return [u, v, -x / cube, -y / cube]


def kepler_matrix(state: Any) -> np.ndarray:
    """The derivative of the right-hand side, by hand."""
    x, y, _, _ = state
    r2 = x * x + y * y
    matrix = np.zeros((4, 4))
    matrix[:2, 2:] = np.eye(2)
    matrix[2:, :2] = 3 * np.outer([x, y], [x, y]) / r2**2.5 - np.eye(2) / r2**1.5
    return matrix


def runge_kutta(f: Any, state: Any, time: float, steps: int) -> Any:
    h = time / steps
    for _ in range(steps):
        k1 = f(state)
        k2 = f([s + h / 2 * k for s, k in zip(state, k1, strict=True)])
        k3 = f([s + h / 2 * k for s, k in zip(state, k2, strict=True)])
        k4 = f([s + h * k for s, k in zip(state, k3, strict=True)])
        state = [
            s + h / 6 * (a + 2 * b + 2 * c + d)
            for s, a, b, c, d in zip(state, k1, k2, k3, k4, strict=True)
        ]
    return state


START = [1.0, 0.0, 0.0, 1.2]


def test_linear_part_of_a_flow_is_the_state_transition_matrix() -> None:
    def variational(both: Any) -> list[Any]:
        state, phi = both[:4], both[4]
        return [*kepler(state), kepler_matrix(state) @ phi]

    flow = runge_kutta(kepler, variables(START, 3), 2.0, 60)
    *end, phi = runge_kutta(variational, [*START, np.eye(4)], 2.0, 60)
    np.testing.assert_allclose([p.value for p in flow], end, rtol=1e-14)
    np.testing.assert_allclose([p.gradient for p in flow], phi, rtol=1e-12, atol=1e-12)


def test_polynomial_predicts_displaced_trajectories() -> None:
    order, offset = 5, np.array([0.02, -0.01, 0.015, 0.02])
    flow = runge_kutta(kepler, variables(START, order), 2.0, 60)
    errors = []
    for size in (1.0, 0.5):
        end = runge_kutta(kepler, list(START + size * offset), 2.0, 60)
        errors.append(max(abs(p(size * offset) - e) for p, e in zip(flow, end, strict=True)))
    assert errors[0] < 1e-6
    assert errors[1] < errors[0] / 2 ** (order + 0.5)


def test_flow_is_symplectic() -> None:
    """A Hamiltonian flow keeps the form dx du + dy dv: M^T J M = J for its linear part."""
    flow = runge_kutta(kepler, variables(START, 1), 2.0, 400)
    matrix = np.array([p.gradient for p in flow])
    form = np.block([[np.zeros((2, 2)), np.eye(2)], [-np.eye(2), np.zeros((2, 2))]])
    np.testing.assert_allclose(matrix.T @ form @ matrix, form, atol=1e-9)
