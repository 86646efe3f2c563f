"""Reverse mode against forward mode, for the calls of `polynomial_calls`.

The two modes share no mechanism: forward applies a function to coefficients, reverse its
transpose to cotangents. With the Jacobian J of a call, a direction v and a cotangent w,

    Re sum(w J v) = Re sum(J^T w v)

holds for random v and w only if every entry of J^T is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from polynomial_calls import SHAPES, code, leaves, numbers, operands_of

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad._tape import Variable
from taylorad.algebra import dual
from taylorad.tape import GradientTape

Calls = Callable[[Mapping[str, Any]], Any]


def plain_operands(call: str) -> dict[str, Any]:
    """The operands' values, all distinct, with nothing whole about them."""
    made = {}
    for name, number in numbers(call, dict.fromkeys(operands_of(call), dual())).items():
        rng = np.random.default_rng(len(name) + 3)
        values = np.asarray(ta.value(number))
        shift = rng.uniform(0.01, 0.2, values.shape)
        made[name] = np.asarray(values + shift * (1 + 1j if name in "zZ" else 1))
    return made


def random_like(rng: np.random.Generator, array: Any) -> Any:
    """A random array of the same shape, complex where the other is."""
    found = rng.uniform(-1, 1, np.shape(array))
    if np.iscomplexobj(array):
        found = found + 1j * rng.uniform(-1, 1, np.shape(array))
    return found


def pairing(first: Any, second: Any) -> float:
    """Re sum(a b)."""
    return float(np.sum(np.asarray(first) * np.asarray(second)).real)


def forward(evaluate: Calls, plain: Mapping[str, Any], directions: Mapping[str, Any]) -> list[Any]:
    """The directional derivatives of all outputs, by dual numbers."""
    moving = {}
    for name, x in plain.items():  # with rows that lie in memory as x does
        rows = np.stack([np.transpose(x), np.transpose(directions[name])])
        if not x.flags.fnc:
            rows = np.ascontiguousarray(rows.transpose(0, *range(x.ndim, 0, -1))).transpose(
                0, *range(x.ndim, 0, -1)
            )
        moving[name] = make(dual(), rows.transpose(0, *range(x.ndim, 0, -1)))
    return [
        output.parts[1] if isinstance(output, Number) else np.zeros(np.shape(output))
        for output in leaves(evaluate(moving))
    ]


def check_reverse(
    call: str | Calls, plain: Mapping[str, Any] | None = None, fortran: bool = False
) -> None:
    """Compare values, types and transposed Jacobian of a call."""
    evaluate = code(call) if isinstance(call, str) else call
    if plain is None:
        assert isinstance(call, str)
        plain = plain_operands(call)
    if fortran:
        plain = {name: np.array(x, order="F") for name, x in plain.items()}
    rng = np.random.default_rng(11)
    expected = [np.asarray(y) for y in leaves(evaluate(dict(plain)))]
    cotangents = [random_like(rng, y) for y in expected]
    with GradientTape() as tape:
        variables = {name: tape.watch(np.array(x)) for name, x in plain.items()}
        outputs = list(leaves(evaluate(variables)))
    gradients = tape.gradient(
        outputs, variables, output_gradients=cotangents, unconnected_gradients="zero"
    )
    assert len(outputs) == len(expected)
    for output, values in zip(outputs, expected, strict=True):
        got = output.value if isinstance(output, Variable) else np.asarray(output)
        assert not isinstance(output, Number)
        assert got.shape == values.shape
        assert got.dtype == values.dtype
        np.testing.assert_allclose(got, values, rtol=1e-12, atol=1e-12)
    for name, x in plain.items():
        assert np.shape(gradients[name]) == np.shape(x)
    for _ in range(2):
        directions = {name: random_like(rng, x) for name, x in plain.items()}
        moved = forward(evaluate, plain, directions)
        for output, tangent in zip(outputs, moved, strict=True):
            if np.any(tangent):  # it depends on an operand: it must not have become plain
                assert isinstance(output, Variable), "a Variable was stripped"
        wanted = sum(pairing(w, y) for w, y in zip(cotangents, moved, strict=True))
        found = sum(pairing(gradients[name], v) for name, v in directions.items())
        close = 1e-6 if any(y.dtype == np.float32 for y in expected) else 1e-9
        np.testing.assert_allclose(found, wanted, rtol=close, atol=close)


def check_second(call: str) -> None:
    """Compare second derivatives three ways, of a function that bends the call's operands.

    For L(x) = sum(w f(x + x^3)) the product of the Hessian and a direction v comes by a tape
    in a tape, by dual numbers through a tape, and by a tape over dual numbers.
    """
    evaluate, plain = code(call), plain_operands(call)
    rng = np.random.default_rng(13)
    cotangents = [random_like(rng, y) for y in leaves(evaluate(dict(plain)))]
    directions = {name: random_like(rng, x) for name, x in plain.items()}
    names = list(plain)

    def loss(operands: Mapping[str, Any]) -> Any:
        bent = {name: x + x * x * x for name, x in operands.items()}
        outputs = leaves(evaluate(bent))
        return sum(np.sum(np.real(w * (y * y))) for w, y in zip(cotangents, outputs, strict=True))

    def gradient(operands: Mapping[str, Any]) -> dict[str, Any]:
        with GradientTape() as tape:
            variables = {
                name: x if isinstance(x, Variable) else tape.watch(x)
                for name, x in operands.items()
            }
            y = loss(variables)
        return tape.gradient(y, variables, unconnected_gradients="zero")

    # The reference: forward over forward, along v and each unit direction in turn.
    with GradientTape() as outer:
        variables = {name: outer.watch(np.array(x)) for name, x in plain.items()}
        first = gradient(variables)
        along = sum(np.sum(np.real(first[name] * directions[name])) for name in names)
    twice = outer.gradient(along, variables, unconnected_gradients="zero")

    moving = {
        name: make(dual(), np.stack([np.asarray(x), directions[name]]))
        for name, x in plain.items()
    }
    through = gradient(moving)
    # An entry that cancels has the rounding errors of the largest.
    noise = {
        name: max(1e-8, 1e-14 * float(np.max(np.abs(twice[name]), initial=0.0))) for name in names
    }
    for name in names:
        part = through[name].parts[1] if isinstance(through[name], Number) else 0 * plain[name]
        np.testing.assert_allclose(part, twice[name], rtol=1e-8, atol=noise[name])

    with GradientTape() as tape:
        variables = {name: tape.watch(np.array(x)) for name, x in plain.items()}
        duals = {
            name: make(dual(), np.stack([x, x * 0 + directions[name]]))
            for name, x in variables.items()
        }
        tangent = loss(duals).parts[1]
    over = tape.gradient(tangent, variables, unconnected_gradients="zero")
    for name in names:
        np.testing.assert_allclose(over[name], twice[name], rtol=1e-8, atol=noise[name])
    # And a difference of first derivatives, which trusts none of the three.
    h = 1e-5
    ahead, behind = (
        gradient({name: plain[name] + s * h * directions[name] for name in names}) for s in (1, -1)
    )
    for name in names:
        slope = (np.asarray(ahead[name]) - np.asarray(behind[name])) / (2 * h)
        scale = np.max(np.abs(slope), initial=1.0)
        np.testing.assert_allclose(twice[name], slope, rtol=1e-5, atol=1e-6 * scale)


__all__ = ["SHAPES", "check_reverse", "check_second", "forward", "pairing", "plain_operands"]
