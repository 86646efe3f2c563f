"""Reverse mode against forward mode, which has oracles of its own.

For a function with Jacobian J, directions v of the operands and weights w of the results,
<w, J v> is one number that either mode gives; and the second derivative H along v, as
three compositions of the modes give it, agrees with <u, H v> by hyper-dual numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from curves import Curve, leaves

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad._tape import Variable
from taylorad.algebra import dual, hyperdual
from taylorad.tape import GradientTape

Function = Callable[..., Any]


def close(got: Any, want: Any, tolerance: float = 1e-9) -> None:
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)


def weights_of(values: Sequence[Any], seed: int = 5) -> list[Any]:
    """Weights for results, complex where they are; none for what is not floating."""
    rng = np.random.default_rng(seed)
    weights = []
    for value in values:
        value = np.asarray(value)
        w = rng.uniform(-1, 1, value.shape)
        weights.append(w + 1j * rng.uniform(-1, 1, value.shape) if value.dtype.kind == "c" else w)
    return weights


def inner(a: Any, b: Any) -> float:
    """Re <a, b>, as the convention for cotangents has it; 0 nan is 0."""
    a, b = np.broadcast_arrays(a, b)
    return float(np.sum(np.real(np.where((a == 0) | (b == 0), 0, a * b))))


def filled(function: Function, operands: Sequence[Any], moving: Sequence[Any]) -> list[Any]:
    """The results with `moving` in place of the operands that are curves."""
    items = iter(moving)
    return leaves(function(*(next(items) if isinstance(x, Curve) else x for x in operands)))


def scalar(
    function: Function, operands: Sequence[Any], weights: Sequence[Any], moving: Sequence[Any]
) -> Any:
    """The weighted sum of all results that carry derivatives."""
    total: Any = 0.0
    for y, w in zip(filled(function, operands, moving), weights, strict=True):
        if isinstance(y, (Number, Variable)):
            total = total + np.sum(np.real(y * w))
    return total


def gradient(f: Function, xs: Sequence[Any]) -> list[Any]:
    """The gradients of a scalar function at points that may carry derivatives."""
    with GradientTape() as tape:
        variables = tape.watch(list(xs))
        y = f(variables)
    if not isinstance(y, Variable):
        return [np.zeros(v.shape, v.dtype) for v in variables]
    return tape.gradient(y, variables, unconnected_gradients="zero")


def agrees_with_forward(function: Function, *operands: Any, tolerance: float = 1e-9) -> None:
    """Assert that the values are NumPy's, and <w, J v> is the same in both modes."""
    curves = [x for x in operands if isinstance(x, Curve)]
    points = [x.parts(dual())[0][()] for x in curves]
    directions = [x.parts(dual())[1][()] for x in curves]
    plain = filled(function, operands, points)
    forward = filled(
        function,
        operands,
        [make(dual(), np.stack(pair)) for pair in zip(points, directions, strict=True)],
    )
    variables = [Variable(x) for x in points]
    with GradientTape(persistent=True) as tape:
        results = filled(function, operands, variables)
    assert len(results) == len(plain) == len(forward)
    weights = weights_of(plain)
    for y, value, number, w in zip(results, plain, forward, weights, strict=True):
        if not isinstance(y, Variable):
            assert not isinstance(y, Number)
            np.testing.assert_array_equal(y, value)
            assert not isinstance(number, Number) or not np.any(number.parts[1:]), "dropped"
            continue
        assert y.shape == np.shape(value)
        assert y.dtype == np.result_type(np.asarray(value).dtype, np.float32)
        np.testing.assert_allclose(y.value, value, rtol=1e-14, atol=1e-14)
        assert isinstance(number, Number)
        gradients = tape.gradient(y, variables, w, unconnected_gradients="zero")
        for g, x in zip(gradients, points, strict=True):
            assert np.shape(g) == np.shape(x)
            assert np.asarray(g).dtype.kind == np.asarray(x).dtype.kind
        got = sum(inner(g, v) for g, v in zip(gradients, directions, strict=True))
        want = inner(w, number.parts[1])
        close(got, want, tolerance * max(1.0, abs(want)))


def reverse_over_reverse(f: Function, points: Sequence[Any], v: Sequence[Any]) -> list[Any]:
    def along_v(xs: Sequence[Any]) -> Any:
        pairs = zip(gradient(f, xs), v, strict=True)
        return sum(np.sum(np.real(a * b)) for a, b in pairs)

    return gradient(along_v, points)


def forward_over_reverse(f: Function, points: Sequence[Any], v: Sequence[Any]) -> list[Any]:
    lifted = [make(dual(), np.stack(pair)) for pair in zip(points, v, strict=True)]
    return [g.tangent if isinstance(g, Number) else np.zeros_like(g) for g in gradient(f, lifted)]


def reverse_over_forward(f: Function, points: Sequence[Any], v: Sequence[Any]) -> list[Any]:
    return gradient(lambda xs: ta.jvp(lambda *xs: f(xs), tuple(xs), tuple(v))[1], points)


def reverse_over_forward_of_first(
    f: Function, points: Sequence[Any], v: Sequence[Any]
) -> list[Any]:
    """The other operands are Variables of an outer level: plain to the numbers."""

    def along_v(xs: Sequence[Any]) -> Any:
        return ta.jvp(lambda x: f([x, *xs[1:]]), (xs[0],), (v[0],))[1]

    return gradient(along_v, points)


def forward_of_others_over_reverse(
    f: Function, points: Sequence[Any], v: Sequence[Any]
) -> list[Any]:
    """The other operands are numbers of an outer level: plain to the Variable."""
    others = [make(dual(), np.stack(pair)) for pair in zip(points[1:], v[1:], strict=True)]
    (g,) = gradient(lambda xs: f([*xs, *others]), points[:1])
    return [g.tangent if isinstance(g, Number) else np.zeros_like(g)]


COMPOSITIONS = [reverse_over_reverse, forward_over_reverse, reverse_over_forward]
MIXED = [reverse_over_forward_of_first, forward_of_others_over_reverse]


def second_derivatives_agree(
    composition: Function, function: Function, *operands: Any, tolerance: float = 1e-8
) -> None:
    """Assert that <u, H v> by a composition of modes is that by hyper-dual numbers."""
    curves = [x for x in operands if isinstance(x, Curve)]
    points, u, v = ([x.parts(hyperdual())[k] for x in curves] for k in range(3))
    weights = weights_of(filled(function, operands, points))

    def f(xs: Sequence[Any]) -> Any:
        return scalar(function, operands, weights, xs)

    zeros = [np.zeros_like(x) for x in points]
    if composition is reverse_over_forward_of_first:
        v[1:] = zeros[1:]
    if composition is forward_of_others_over_reverse:
        v[:1], u[1:] = zeros[:1], zeros[1:]
    y = f([make(hyperdual(), np.stack(rows)) for rows in zip(points, u, v, zeros, strict=True)])
    want = y.d12 if isinstance(y, Number) else 0.0
    found = composition(f, points, v)
    got = sum(inner(h, a) for h, a in zip(found, u, strict=False))
    close(got, want, tolerance * max(1.0, abs(want)))


def with_several_operands(calls: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The calls in which two operands or more move."""
    return {
        name: call
        for name, call in calls.items()
        if sum(isinstance(x, Curve) for x in call) > 1
    }
