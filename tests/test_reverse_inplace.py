"""Stores into Variables, and calculus on samples whose places are Variables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from polynomial_calls import code, operands_of
from reverse_calls import check_reverse, plain_operands
from test_rules_inplace import STORES, target_of

import taylorad as ta
from taylorad.tape import GradientTape


@pytest.mark.parametrize("call", STORES)
def test_stores(call: str) -> None:
    evaluate, target = code(f"({call}) or {target_of(call)}"), target_of(call)

    def stored(operands: Any) -> Any:
        """The changed target, as a copy of its own, and a view of it taken before."""
        changed = operands[target] * 1.0
        view = changed[::-1]
        result = evaluate({**operands, target: changed})
        return [result * result, view]

    check_reverse(stored, plain_operands(call))


@pytest.mark.parametrize("call", [call for call in STORES if len(operands_of(call)) > 1])
def test_plain_targets_are_refused(call: str) -> None:
    plain, target = plain_operands(call), target_of(call)
    with GradientTape() as tape:
        operands = {
            name: np.array(x) if name == target else tape.watch(x) for name, x in plain.items()
        }
        with pytest.raises((TypeError, ValueError)):
            code(call)(operands)
    np.testing.assert_array_equal(operands[target], plain[target])


def test_a_number_takes_variables_of_an_outer_level() -> None:
    def inner(t: Any, x: Any) -> Any:
        room = np.zeros_like(np.stack([t, t]))
        np.put(room, [0], t * x)
        room[1] = x
        room += t * t * x
        return room[0] * room[1]

    # the product is (t x + t^2 x) (x + t^2 x)
    with GradientTape() as tape:
        x = tape.watch(3.0)
        slope = ta.derivative(lambda t: inner(t, x))(2.0)
    t = 2.0
    factor = (1 + 2 * t) * (1 + t**2) + (t + t**2) * 2 * t
    assert ta.value(slope) == pytest.approx(9 * factor)
    assert tape.gradient(slope, x) == pytest.approx(6 * factor)


PLACES = """
np.trapezoid(A, x)
np.trapezoid(x, dx=s)
np.trapezoid(A, T[0], axis=-2)
np.gradient(x, y)
np.gradient(A, s)
np.gradient(A, w, y, edge_order=2)
np.gradient(T, s, axis=(0, 2))
np.gradient(A, y, axis=-1)
np.interp(p * 0.3, np.sort(ta.value(x)) + x[0] * 0, y)
np.interp(x * 0.3, [-9.0, 0.2, 0.7, 9.0], y)
np.interp(x * 0.3, [-0.3, 0.2, 0.7, 0.8], y, left=s, right=s * s)
np.interp(s, np.cumsum(np.abs(x)) - 2, z)
np.interp(x, np.array([0.1, 0.5, 1.7]) * s, w, period=2.25)
""".strip().splitlines()


@pytest.mark.parametrize("call", PLACES)
def test_calculus_where_the_places_move(call: str) -> None:
    evaluate = compile(call, call, "eval")
    known = {"np": np, "ta": ta, "p": np.array([2.0, -1.0, 3.0, 1.0])}
    check_reverse(lambda operands: eval(evaluate, {**known, **operands}), plain_operands(call))


def test_interp_at_nodes_beyond_the_ends_and_at_nan() -> None:
    with GradientTape(persistent=True) as tape:
        at = tape.watch(np.array([0.0, 1.0, 2.0, -1.0, 3.0]))
        heights = tape.watch(np.array([0.0, 10.0, 40.0]))
        y = np.interp(at, [0.0, 1.0, 2.0], heights)
    np.testing.assert_array_equal(tape.gradient(y, at), [10, 30, 30, 0, 0])
    np.testing.assert_array_equal(tape.gradient(y, heights), [2, 1, 2])
    with GradientTape() as tape:
        at = tape.watch(np.array([np.nan, 0.5]))
        y = np.interp(at, [0.0, 1.0], [0.0, 10.0])
    np.testing.assert_array_equal(tape.gradient(y, at), [np.nan, 10])
