"""Whole programs drawn at random: expressions against mpmath, array code against differences."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.testing import assert_allclose
from oracles import OracleError, coefficients

import taylorad as ta

Function = Callable[..., Any]

# Expressions of one variable -----------------------------------------------------------------


class Node(NamedTuple):
    """An expression three times: for numbers, for the `math` names, and for mpmath."""

    text: str
    numpy: Function
    math: Function
    exact: Function


def _pair(f: Function, exact: Function) -> tuple[Function, Function, Function]:
    return f, f, exact


UNARY: dict[str, tuple[Function, Function, Function]] = {
    "exp": (np.exp, ta.math.exp, mpmath.exp),
    "expm1": (np.expm1, ta.math.expm1, mpmath.expm1),
    "sin": (np.sin, ta.math.sin, mpmath.sin),
    "cos": (np.cos, ta.math.cos, mpmath.cos),
    "tanh": (np.tanh, ta.math.tanh, mpmath.tanh),
    "atan": (np.arctan, ta.math.atan, mpmath.atan),
    "asinh": (np.arcsinh, ta.math.asinh, mpmath.asinh),
    "square": _pair(np.square, lambda z: z * z),
    "cube": _pair(lambda x: x**3, lambda z: z**3),
    "negative": _pair(lambda x: -x, lambda z: -z),
    "sinc": _pair(np.sinc, lambda z: mpmath.sin(mp.pi * z) / (mp.pi * z) if z else mpf(1)),
    "log1p": _pair(lambda x: np.log1p(x * x), lambda z: mpmath.log(1 + z * z)),
    "sqrt": (
        lambda x: np.sqrt(1 + x * x),
        lambda x: ta.math.sqrt(1 + x * x),
        lambda z: mpmath.sqrt(1 + z * z),
    ),
    "reciprocal": _pair(lambda x: 1 / (2 + x * x), lambda z: 1 / (2 + z * z)),
    "power": _pair(lambda x: (1.5 + x * x) ** 2.5, lambda z: (1.5 + z * z) ** 2.5),
    "2 to": _pair(lambda x: 2.0**x, lambda z: mpf(2) ** z),
    "softplus": _pair(lambda x: np.logaddexp(x, 0.0), lambda z: mpmath.log(1 + mpmath.exp(z))),
}
BINARY: dict[str, tuple[Function, Function]] = {
    "+": (lambda a, b: a + b,) * 2,
    "-": (lambda a, b: a - b,) * 2,
    "*": (lambda a, b: a * b,) * 2,
    "/": (lambda a, b: a / (1.75 + b * b),) * 2,
    "hypot": (lambda a, b: np.hypot(a, b + 3.0), lambda a, b: mpmath.sqrt(a * a + (b + 3) ** 2)),
    "arctan2": (
        lambda a, b: np.arctan2(a, b * b + 1.0),
        lambda a, b: mpmath.atan(a / (b * b + 1)),
    ),
    "**": (
        lambda a, b: (a * a + 1.25) ** b,
        lambda a, b: mpmath.exp(b * mpmath.log(a * a + 1.25)),
    ),
}


def expression(draw: random.Random, depth: int) -> Node:
    if depth == 0 or draw.random() < 0.15:
        if draw.random() < 0.3:
            c = round(draw.uniform(-2, 2), 3)
            return Node(str(c), lambda x: c, lambda x: c, lambda z: mpf(c))
        return Node("x", lambda x: x, lambda x: x, lambda z: z)
    if draw.random() < 0.55:
        name = draw.choice(sorted(UNARY))
        f, g, h = UNARY[name]
        a = expression(draw, depth - 1)
        return Node(
            f"{name}({a.text})",
            lambda x: f(a.numpy(x)),
            lambda x: g(a.math(x)),
            lambda z: h(a.exact(z)),
        )
    name = draw.choice(sorted(BINARY))
    f, h = BINARY[name]
    a, b = expression(draw, depth - 1), expression(draw, depth - 1)
    return Node(
        f"({a.text} {name} {b.text})",
        lambda x: f(a.numpy(x), b.numpy(x)),
        lambda x: f(a.math(x), b.math(x)),
        lambda z: h(a.exact(z), b.exact(z)),
    )


ORDER = 6
FACTORIALS = np.array([math.factorial(k) for k in range(ORDER + 1)], dtype=float)


@pytest.mark.parametrize("seed", range(80))
def test_expressions(seed: int) -> None:
    draw = random.Random(seed)
    f = expression(draw, 4)
    x = draw.choice([0.0, 1.0, -0.5, draw.uniform(-2, 2)])
    if "x" not in f.text.replace("exp", ""):
        return
    try:
        want = np.array([float(c) for c in coefficients(f.exact, x, ORDER, digits=80)])
    except (OracleError, OverflowError):
        return
    if np.abs(want).max() > 1e8:
        return
    options = {"rtol": 1e-9, "atol": 1e-13 * np.abs(want).max() + 1e-15}

    def check(got: Any, k: Any = slice(None)) -> None:
        assert_allclose(got, want[k], **options, err_msg=f"{f.text} at {x}")

    for g in (f.numpy, f.math):
        y = g(ta.Taylor.variable(x, ORDER))
        check(y.coefficients, slice(y.order + 1))
    many = f.numpy(ta.Taylor.variable(np.array([x, x + 0.25, x - 0.1] * 7), ORDER))
    check(many.coefficients[:, 18], slice(many.order + 1))
    d = f.math(ta.Dual(x, 1.0))
    check([d.value, d.tangent], [0, 1])
    h = f.numpy(ta.HyperDual(x, 1.0, 1.0))
    check([h.value, h.d1, h.d2, h.d12 / 2], [0, 1, 1, 2])
    nested = f.numpy
    for k in range(1, 4):
        nested = ta.derivative(nested)
        check(nested(x) / FACTORIALS[k], k)
    check(ta.derivatives(f.numpy, ORDER)(x) / FACTORIALS)
    check(ta.derivative(ta.derivative(f.numpy, 2))(x) / 6, 3)
    outer = ta.derivative(f.numpy)(ta.Taylor.variable(x, 3))
    check(outer.coefficients / np.arange(1, outer.order + 2), slice(1, outer.order + 2))


# Programs on arrays: a state of arrays that statements read, change in place and add to ---------

State = list[Any]


def _append(f: Function) -> Function:
    def statement(state: State, a: Any, c: Any, draw: random.Random) -> None:
        state.append(f(a, c))

    return statement


def _change(f: Function) -> Function:
    def statement(state: State, a: Any, c: Any, draw: random.Random) -> None:
        f(a, c)

    return statement


def _first_is_last(a: Any, c: Any) -> None:
    a[0] = a[-1] * 2


def _mask_constant(a: Any, c: Any) -> None:
    a[c > 0] = 0.5


def _mask_scaled(a: Any, c: Any) -> None:
    a[c > 0] *= 2


def _add(a: Any, c: Any) -> None:
    a += c


def _scale(a: Any, c: Any) -> None:
    a *= c


def _divide(a: Any, c: Any) -> None:
    a /= 1 + c * c


def _shift_a_view(a: Any, c: Any) -> None:
    view = a[1:]
    view += 1


def _swap(a: Any, c: Any) -> None:
    first = a[0] + 0
    a[0] = a[-1]
    a[-1] = first


STATEMENTS: list[Function] = [
    _append(lambda a, c: a * c + 1),
    _append(lambda a, c: a[::-1]),
    _append(lambda a, c: a.T),
    _append(lambda a, c: a[0]),
    _append(lambda a, c: np.exp(-a * a)),
    _append(lambda a, c: a.reshape(-1)),
    _append(lambda a, c: np.cumsum(a, axis=0)),
    _append(lambda a, c: np.sort(a, axis=0)),
    _append(lambda a, c: np.where(c > 0, a, 2 * a)),
    _append(lambda a, c: np.stack([a, a * 2])),
    _append(lambda a, c: np.concatenate([a, a[::-1]])),
    _append(lambda a, c: np.sum(a)),
    _append(lambda a, c: np.mean(a, axis=-1)),
    _append(lambda a, c: np.max(a, axis=0)),
    _append(np.maximum),
    _append(lambda a, c: np.clip(a, -0.5, 0.75)),
    _append(lambda a, c: np.hypot(a, c + 3)),
    _append(lambda a, c: a @ a.T if a.ndim == 2 else np.outer(a, a)),
    _append(lambda a, c: np.roll(a, 1, axis=0)),
    _append(lambda a, c: np.swapaxes(a, 0, -1)),
    _append(lambda a, c: a[..., None] * 2),
    _append(lambda a, c: a[np.arange(len(a)) // 2]),
    _append(lambda a, c: np.prod(a, axis=0)),
    _append(lambda a, c: np.tanh(a) ** 3),
    _append(lambda a, c: abs(a) ** 1.5),
    _append(lambda a, c: np.std(a)),
    _append(lambda a, c: np.median(a)),
    _append(lambda a, c: np.diff(a, axis=0)),
    _append(lambda a, c: np.linalg.norm(a)),
    _append(lambda a, c: np.einsum("...i,...i->...", a, a)),
    _append(lambda a, c: a.flat[0] + a.ravel()[-1]),
    _change(_first_is_last),
    _change(_mask_constant),
    _change(_mask_scaled),
    _change(_add),
    _change(_scale),
    _change(_divide),
    _change(_shift_a_view),
    _change(_swap),
    _change(lambda a, c: np.add.at(a, np.array([0, 0]), 1.5)),
    _change(lambda a, c: np.multiply(a, 2.0, out=a)),
    _change(lambda a, c: np.divide(a, c, out=a, where=abs(c) > 0.5)),
]


def program(seed: int) -> Function:
    draw = random.Random(seed)
    steps = [draw.randrange(10**9) for _ in range(draw.randint(3, 9))]

    def run(x: Any) -> State:
        state = [x * 1.0, np.sin(x)]
        for step in steps:
            draw = random.Random(step)
            a = draw.choice(state)
            if a.ndim and a.size:
                c = np.random.default_rng(step).uniform(-2, 2, a.shape)
                draw.choice(STATEMENTS)(state, a, c, draw)
        return state

    return run


@pytest.mark.parametrize("seed", range(300))
def test_programs_on_arrays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = [(3,), (2, 3), (4,), (3, 2), (1,), (2, 2, 2)][seed % 6]
    x, v = rng.uniform(-1, 1, (2, *shape))
    run, h = program(seed), 1e-6
    value, after, before = run(x.copy()), run(x + h * v), run(x - h * v)
    if any(np.abs(part).max(initial=0) > 1e4 for part in value):
        return
    dual = run(ta.Dual(x.copy(), v))
    taylor = run(ta.Taylor.variable(x.copy(), 3, v))
    hyper = run(ta.HyperDual(x.copy(), v, v))
    _, tangent = ta.jvp(lambda z: run(z)[-1], (x.copy(),), (v,))
    assert len(dual) == len(value)
    for want, p, m, d, t, two in zip(value, after, before, dual, taylor, hyper, strict=True):
        assert d.shape == np.shape(want)
        assert_allclose(d.value, want, rtol=1e-12, atol=1e-14)
        assert_allclose(d.tangent, (p - m) / (2 * h), rtol=2e-5, atol=2e-5)
        assert_allclose(t.coefficients[1], d.tangent, rtol=1e-11, atol=1e-13)
        assert_allclose(two.d1, d.tangent, rtol=1e-11, atol=1e-13)
        assert_allclose(two.d12, 2 * t.coefficients[2], rtol=1e-9, atol=1e-11)
    assert_allclose(tangent, dual[-1].tangent, rtol=1e-12, atol=1e-14)
