"""The rows of forward mode: g to several orders, at one point and at many.

g(x) = sin(x) exp(-x²/2) + log(1 + x²) / sqrt(x + 2).
"""

from __future__ import annotations

import functools
import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np
from timing import Row, Work

import taylorad as ta
from taylorad import math as taylorad_math

POINT = 0.7


def g(functions: Any) -> Callable[[Any], Any]:
    """The function, in the functions of one module."""
    sin, exp, log, sqrt = functions.sin, functions.exp, functions.log, functions.sqrt

    def g(x: Any) -> Any:
        return sin(x) * exp(-x * x / 2) + log(1 + x * x) / sqrt(x + 2)

    return g


# For numbers whose functions are methods.
METHODS = types.SimpleNamespace(
    sin=lambda x: x.sin(), exp=lambda x: x.exp(), log=lambda x: x.log(), sqrt=lambda x: x.sqrt()
)


def points(n: int) -> Any:
    return np.linspace(-1.5, 3.0, n)


# --- One point ---------------------------------------------------------------------------

G_MATH, G_NUMPY, G_METHODS = g(taylorad_math), g(np), g(METHODS)


def first(x: float) -> Any:
    return G_MATH(ta.Dual(x, 1.0)).tangent


def first_by_numpy(x: float) -> Any:
    return G_NUMPY(ta.Dual(x, 1.0)).tangent


def second(x: float) -> Any:
    return G_MATH(ta.HyperDual(x, 1.0, 1.0)).d12


def to_order(order: int) -> Callable[[float], Any]:
    return lambda x: G_MATH(ta.Taylor.variable(x, order))


def against_math() -> tuple[Work, Work]:
    return (first, POINT), ON_A_FLOAT


def first_against_fastdual(ours: Callable[[float], Any]) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import fastdual

        def theirs(x: float) -> Any:
            return G_NUMPY(fastdual.Dual(x, 1.0))

        return (ours, POINT), (theirs, POINT)

    return prepare


def second_against_fastdual() -> tuple[Work, Work]:
    import fastdual

    return (second, POINT), (lambda x: G_NUMPY(fastdual.HyperDual(x, 1.0, 1.0, 0.0)), POINT)


def against_num_dual(ours: Callable[[float], Any], name: str) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import num_dual

        return (ours, POINT), (functools.partial(getattr(num_dual, name), G_METHODS), POINT)

    return prepare


def against_gtpsa(order: int) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import madng_tpsa

        x = POINT + madng_tpsa.Descriptor(1, order).var(1)
        return (to_order(order), POINT), (G_METHODS, x)

    return prepare


def against_dace(order: int) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import daceypy

        daceypy.DA.init(order, 1)
        return (to_order(order), POINT), (G_METHODS, POINT + daceypy.DA(1))

    return prepare


# --- Many points -------------------------------------------------------------------------


def against_numpy(n: int) -> Callable[[], tuple[Work, Work]]:
    return lambda: ((ta.derivatives(G_NUMPY, 1), points(n)), (G_NUMPY, points(n)))


def against_jet(order: int, n: int) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import jax
        from jax.experimental.jet import jet

        jax.config.update("jax_enable_x64", True)
        jnp = jax.numpy
        series = [jnp.ones(n), *[jnp.zeros(n)] * (order - 1)]
        compiled = jax.jit(lambda x: jet(g(jnp), (x,), (series,)))

        def theirs(x: Any) -> Any:
            return jax.block_until_ready(compiled(x))

        return (ta.derivatives(G_NUMPY, order), points(n)), (theirs, jnp.array(points(n)))

    return prepare


def matrices(order: int, size: int, name: str) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import algopy

        random = np.random.default_rng(0)
        parts = random.normal(size=(order + 1, size, size)) / size
        parts[0] += np.eye(size)
        ours, theirs = ta.Taylor(parts), algopy.UTPM(parts[:, None])
        if name == "inv":
            return (np.linalg.inv, ours), (algopy.inv, theirs)
        right = random.normal(size=(order + 1, size, 1))
        b, c = ta.Taylor(right), algopy.UTPM(right[:, None])
        return (lambda a: np.linalg.solve(a, b), ours), (lambda a: algopy.solve(a, c), theirs)

    return prepare


ON_A_FLOAT = g(math), POINT
ON_A_FLOAT64 = G_NUMPY, np.float64(POINT)


def number(work: Callable[[Any], Any], x: Any, plain: Work) -> Callable[[], tuple[Work, Work]]:
    """The function of a number that is made beforehand, beside the function of a plain one."""
    return lambda: ((work, x), plain)


def of_order(order: int, x: Any = POINT) -> Any:
    return ta.Taylor.variable(x, order)


# fmt: off
ONE_POINT = [
    #   work                                    peer       goal  prepare
    Row("g' at a float, taylorad.math",         "math",     1.3, against_math),
    Row("g' at a float, taylorad.math",         "fastdual", 0.2, first_against_fastdual(first)),
    Row("g' at a float, taylorad.math",         "num_dual", 0.2,
        against_num_dual(first, "first_derivative")),
    Row("g' at a float, numpy",                 "fastdual", 0.8,
        first_against_fastdual(first_by_numpy)),
    Row("g'' at a float, HyperDual",            "num_dual", 0.3,
        against_num_dual(second, "second_derivative")),
    Row("g'' at a float, HyperDual",            "fastdual", 0.3, second_against_fastdual),
    Row("g to order 3 at a float",              "num_dual", 0.4,
        against_num_dual(to_order(3), "third_derivative")),
    Row("g to order 10 at a float",             "GTPSA",    0.1, against_gtpsa(10)),
    Row("g to order 20 at a float",             "GTPSA",    0.1, against_gtpsa(20)),
    Row("g to order 10 at a float",             "DACE",     0.1, against_dace(10)),
    Row("g to order 20 at a float",             "DACE",     0.1, against_dace(20)),
    Row("g of a Dual, taylorad.math",           "math, float", 1.5,
        number(G_MATH, ta.Dual(POINT, 1.0), ON_A_FLOAT)),
    Row("g of a HyperDual, taylorad.math",      "math, float", 4.0,
        number(G_MATH, ta.HyperDual(POINT, 1.0, 1.0), ON_A_FLOAT)),
    Row("g of a Taylor of order 3, taylorad.math", "math, float", 4.0,
        number(G_MATH, of_order(3), ON_A_FLOAT)),
    Row("g of a Dual, numpy",                   "numpy, np.float64", 2.5,
        number(G_NUMPY, ta.Dual(POINT, 1.0), ON_A_FLOAT64)),
]

MANY_POINTS = [
    Row("g, orders 0..1 at 1,000,000 points",     "numpy, g", 1.0, against_numpy(1_000_000)),
    *(
        Row(f"g, orders 0..{order} at {n:,} points", "jax.jit(jet)", goal, against_jet(order, n))
        for n, orders, goal in (
            (1_000_000, (1, 2, 3, 5, 10, 20), 0.5),
            (1_000,     (1, 2, 3, 5, 10, 20), 0.3),
            (10,        (1, 3),               1.0),
        )
        for order in orders
    ),
    Row("g of a Taylor of order 1, 1,000 points", "numpy, 1,000 points", 4.0,
        number(G_NUMPY, of_order(1, points(1000)), (G_NUMPY, points(1000)))),
]

MATRICES = [
    Row("solve, 50 x 50, order 5",              "algopy",   0.5, matrices(5, 50, "solve")),
    Row("inv, 50 x 50, order 5",                "algopy",   0.5, matrices(5, 50, "inv")),
]
# fmt: on
