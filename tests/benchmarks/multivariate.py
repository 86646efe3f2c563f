"""Polynomials in several variables, beside GTPSA (madng-tpsa) and DACE (daceypy).

The operands are dense. A peer's are made of products, as it has no other way in that is quick.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from timing import Row, Work

import taylorad as ta

CASES = [(2, 10), (2, 20), (4, 8), (6, 6), (6, 10), (8, 5)]
POINTS = 64


@cache
def ours(variables: int, order: int, points: int = 0) -> list[Any]:
    rng = np.random.default_rng(0)
    (x, *_) = ta.MultiTaylor.variables(np.zeros(variables), order)
    shape = (len(x.exponents), points) if points else len(x.exponents)
    return [ta.MultiTaylor(rng.uniform(-0.5, 0.5, shape), order, x.names) for _ in range(2)]


def dense(variables: list[Any], order: int, constant: float) -> Any:
    """A polynomial with all terms up to the order."""
    rng = np.random.default_rng(1)
    slopes = rng.uniform(0.2, 0.5, len(variables))
    linear = sum(float(c) * x for c, x in zip(slopes, variables, strict=True))
    linear = linear + constant
    total, power = linear * 1.0, linear * 1.0
    for _ in range(order - 1):
        power = power * linear * 0.7
        total = total + power
    return total


@cache
def gtpsa(variables: int, order: int) -> list[Any]:
    from madng_tpsa import Descriptor

    names = [f"x{v}" for v in range(variables)]
    xs = list(Descriptor(variables=names, order=order).vars())
    return [dense(xs, order, c) for c in (0.3, -0.2)]


def dace(variables: int, order: int) -> list[Any]:
    """DACE has one order and number of variables at a time: made anew for each call."""
    from daceypy import DA

    DA.init(order, variables)
    xs = [DA(v + 1) for v in range(variables)]
    return [dense(xs, order, c) for c in (0.3, -0.2)]


def product(operands: list[Any]) -> Any:
    return operands[0] * operands[1]


def products(operands: list[Any]) -> Any:
    for _ in range(POINTS):
        product(operands)


def exp(operands: list[Any]) -> Any:
    return np.exp(operands[0])


def sin(operands: list[Any]) -> Any:
    return np.sin(operands[0])


Prepare = Callable[[], tuple[Work, Work]]


def against_gtpsa(work: Callable[[Any], Any], case: tuple[int, int]) -> Prepare:
    return lambda: ((work, ours(*case)), (work, gtpsa(*case)))


def at_points(case: tuple[int, int]) -> Prepare:
    return lambda: ((product, ours(*case, POINTS)), (products, gtpsa(*case)))


def against_dace(case: tuple[int, int]) -> Prepare:
    return lambda: ((product, ours(*case)), (product, dace(*case)))


ROWS = [
    *(
        Row(f"{name} of MultiTaylor {case}", "GTPSA", goal, against_gtpsa(work, case))
        for name, work, goal in (("product", product, 0.9), ("exp", exp, 0.35), ("sin", sin, 0.5))
        for case in CASES
    ),
    *(
        Row(
            f"product of MultiTaylor {case}, {POINTS} points",
            f"GTPSA, {POINTS} products",
            0.25,
            at_points(case),
        )
        for case in ((4, 8), (6, 6))
    ),
    *(Row(f"product of MultiTaylor {case}", "DACE", 0.25, against_dace(case)) for case in CASES),
]
