"""`gradient`, `trapezoid` and `interp` where the places carry derivatives: exact identities.

Where only the samples do, they are linear: see `test_rules_linear`.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from taylorad._numbers import Number, make
from taylorad.algebra import dual, taylor


def moving(order: int = 4) -> Number:
    rng = np.random.default_rng(5)
    parts = rng.uniform(-0.2, 0.2, (order + 1, 6))
    parts[0] = [0.0, 0.7, 1.0, 2.5, 3.0, 4.2]
    return make(taylor(order), parts)


@pytest.mark.parametrize("axis", [0, -1])
def test_gradient_of_a_parabola_is_exact_wherever_it_is_sampled(axis: int) -> None:
    x = moving()
    samples = np.stack([2 * x * x - x, 3 - x * x], axis=1 if axis == 0 else 0)
    found = np.gradient(samples, x, axis=axis, edge_order=2)
    exact = np.stack([4 * x - 1, -2 * x], axis=1 if axis == 0 else 0)
    np.testing.assert_allclose(found.parts, exact.parts, atol=1e-12)


def test_gradient_of_a_line_by_steps_that_carry_derivatives() -> None:
    step = make(taylor(3), np.array([2.0, 1.0, -1.0, 0.5]))
    samples = np.multiply.outer(np.arange(5.0), step)
    np.testing.assert_allclose(np.gradient(samples, step).parts[1:], 0, atol=1e-14)
    np.testing.assert_allclose(np.gradient(samples, step).parts[0], 1)
    twice = np.gradient(np.arange(6.0).reshape(2, 3), step, 1.0)
    np.testing.assert_allclose((twice[0] * step).parts, [[[3] * 3] * 2, *[[[0] * 3] * 2] * 3])


def test_gradient_keeps_fractions() -> None:
    parts = np.array([[Fraction(1, 3), Fraction(2), Fraction(5)], [Fraction(1)] * 3], object)
    found = np.gradient(make(dual(), parts), Fraction(1, 2))
    assert found.parts[0].tolist() == [Fraction(10, 3), Fraction(14, 3), Fraction(6)]
    assert found.parts[1].tolist() == [0, 0, 0]


def test_trapezoid_of_a_line_is_exact_wherever_it_is_sampled() -> None:
    x = moving()
    exact = (x[-1] ** 2 + x[-1]) - (x[0] ** 2 + x[0])
    np.testing.assert_allclose(np.trapezoid(2 * x + 1, x).parts, exact.parts, atol=1e-13)
    rows = np.trapezoid(np.stack([x, 2 * x]), np.stack([x, x]), axis=1)
    half = (x[-1] ** 2 - x[0] ** 2) / 2
    np.testing.assert_allclose(rows.parts, np.stack([half, 2 * half]).parts, atol=1e-13)


def test_interp_of_a_line_is_the_line() -> None:
    x = moving()
    at = make(taylor(4), np.array([[0.1, 2.0, 4.0], [1, 2, 3], [0, 1, 0], [0, 0, 1], [1, 1, 1.0]]))
    np.testing.assert_allclose(np.interp(at, x, 3 * x - 1).parts, (3 * at - 1).parts, atol=1e-13)


def test_interp_at_nodes_ends_and_nan() -> None:
    at = make(dual(), np.array([[0.0, 1.0, 2.0, -1.0, 3.0, np.nan], [1.0] * 6]))
    with np.errstate(all="raise"):
        found = np.interp(at, [0.0, 1.0, 2.0], [0.0, 10.0, 40.0])
    np.testing.assert_array_equal(found.parts[0], [0, 10, 40, 0, 40, np.nan])
    np.testing.assert_array_equal(found.parts[1], [10, 30, 30, 0, 0, np.nan])
    alone = np.interp(at, [1.0], [5.0])
    np.testing.assert_array_equal(alone.parts, [[5.0] * 6, [0.0] * 6])
