"""How the cost grows: with the points, the order, and the variables."""

from __future__ import annotations

import functools
from collections.abc import Callable

import forward
import multivariate
import reverse
from timing import Curve, Growth, Work

import taylorad as ta

Prepare = Callable[[], tuple[Work, Work]]

ORDERS = (1, 2, 3, 5, 8, 12, 20, 30)
MANY = 3  # the order of the curves over points
SERIES = 5  # and of those over the variables of a polynomial


def theirs(prepare: Callable[[int], Prepare]) -> Callable[[int], Work]:
    """The peer's side of a row at this size."""
    return lambda size: prepare(size)()[1]


def nested_autograd(order: int) -> Work:
    """A derivative of a derivative, and so on: what an order costs without series."""
    import autograd
    import autograd.numpy

    f = forward.g(autograd.numpy)
    for _ in range(order):
        f = autograd.grad(f)
    return f, forward.POINT


def jet_to_order(order: int) -> Prepare:
    return forward.against_jet(order, 1000)


# fmt: off
GROWTHS = [
    Growth("points", f"g, orders 0 to {MANY}, at many points", "points",
           [10**k for k in range(1, 8)], [
        Curve("taylorad",     lambda n: (ta.derivatives(forward.G_NUMPY, MANY), forward.points(n))),
        Curve("jax.jit(jet)", theirs(functools.partial(forward.against_jet, MANY))),
        Curve("numpy, g alone", lambda n: (forward.G_NUMPY, forward.points(n))),
    ]),
    Growth("order", "g at 1,000 points", "order", ORDERS, [
        Curve("taylorad",     lambda k: (ta.derivatives(forward.G_NUMPY, k), forward.points(1000))),
        Curve("jax.jit(jet)", theirs(jet_to_order), largest=20),  # it compiles for 20 s at 30
    ]),
    Growth("order-number", "g at one number", "order", ORDERS, [
        Curve("taylorad",     lambda k: (forward.to_order(k), forward.POINT)),
        Curve("GTPSA",        theirs(forward.against_gtpsa)),
        Curve("DACE",         theirs(forward.against_dace)),
        Curve("autograd, nested", nested_autograd, largest=5),
    ]),
    Growth("gradient", "Gradient of Rosenbrock's function", "variables",
           [10**k for k in range(1, 7)], [
        Curve("taylorad",     lambda n: (ta.grad(reverse.rosenbrock), reverse.point(n))),
        Curve("autograd",     theirs(reverse.against_autograd)),
        Curve("torch",        theirs(reverse.against_torch)),
        Curve("jax.jit(grad)", theirs(reverse.against_jax)),
        Curve("numpy, value alone", lambda n: (reverse.rosenbrock, reverse.point(n))),
    ]),
    Growth("hessian", "Hessian of Rosenbrock's function", "variables",
           [3, 10, 30, 100, 300, 1000], [
        Curve("taylorad",     lambda n: (ta.hessian(reverse.rosenbrock), reverse.point(n))),
        Curve("torch, fastest way", theirs(reverse.hessian_against_torch)),
        Curve("jax.jit(hessian)", theirs(reverse.hessian_against_jax)),
    ]),
    Growth("multivariate", f"Product of polynomials of order {SERIES}", "variables",
           range(1, 11), [
        Curve("taylorad", lambda v: (multivariate.product, multivariate.ours(v, SERIES))),
        Curve("GTPSA",    lambda v: (multivariate.product, multivariate.gtpsa(v, SERIES))),
        Curve("DACE",     lambda v: (multivariate.product, multivariate.dace(v, SERIES))),
    ]),
    Growth("multivariate-order", "Product of polynomials in 4 variables", "order",
           [1, 2, 3, 4, 6, 8, 10, 12], [
        Curve("taylorad", lambda k: (multivariate.product, multivariate.ours(4, k))),
        Curve("GTPSA",    lambda k: (multivariate.product, multivariate.gtpsa(4, k))),
        Curve("DACE",     lambda k: (multivariate.product, multivariate.dace(4, k))),
    ]),
]
# fmt: on
