"""A user's program with types: it runs, and `mypy --strict` has nothing to say about it.

No test collects it; `.ci/run` runs and checks it beside an installed wheel, with NumPy alone.
"""

from collections.abc import Callable
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import taylorad as ta
from taylorad import math

Array = npt.NDArray[np.float64]


def wave(x: Any) -> Any:
    return np.sin(x) ** 2


def loss(a: Array, b: Array) -> Any:
    return np.sum((a @ b) ** 2)


# Transforms
x = np.linspace(0.0, 1.0, 11)
slope: Callable[..., Any] = ta.derivative(wave)
orders: Array = ta.derivatives(wave, 3)(x)
by_a, by_b = ta.grad(loss, argnums=(0, 1))(np.ones((2, 3)), np.ones(3))
hessian: Array = ta.hessian(lambda p: p[0] * p[1] ** 2)(np.ones(2))
y, dy = ta.jvp(np.multiply, (2.0, 3.0), (1.0, 10.0))
total, pullback = ta.vjp(np.sum, x)
assert_type(ta.__version__, str)

# Numbers
dual = ta.Dual(1.0, 2.0)
tangent: float = float((dual * dual + 1.0).tangent)
hyper = ta.HyperDual(1.0, 1.0, 1.0)
second: float = float((hyper**3).d12)
series: ta.Taylor = ta.taylor(np.sin, 4)(0.0)
assert_type(series.order, int)
assert_type(series.differentiate(), ta.Taylor)
third = series.derivative(3)
u, v = ta.MultiTaylor.variables([0.0, 1.0], 3, names=["u", "v"])
assert_type(u, ta.MultiTaylor)
polynomial = u * v + np.exp(u)
gradient: Array = polynomial.gradient
inverse = ta.invert_map([u, v])
scalar = math.exp(dual) + math.sin(0.5)

# Tape
with ta.GradientTape(persistent=True) as tape:
    w = tape.watch(np.ones(3))
    z = np.sum(w * w)
by_w = tape.gradient(z, w)
variable = ta.Variable(1.0)
assert_type(variable, ta.Variable)


# Rules
@ta.custom_jvp
def square(x: Any) -> Any:
    return x * x


@square.defjvp
def square_rule(primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
    return square(primals[0]), 2 * primals[0] * tangents[0]


@ta.custom_vjp
def cube(x: Any) -> Any:
    return x**3


cube.defvjp(lambda x: (cube(x), x), lambda x, g: (3 * x**2 * g,))
cosine = ta.custom_derivative(np.cos, lambda x: -np.sin(x))
ta.check_grads(square, (x,), order=1)
ta.check_grads(cube, (x,), order=1, modes=("reverse",))

try:
    slope("x")
except (ta.DerivativeError, TypeError, ValueError) as error:
    message = str(error)

assert np.allclose(orders[0], np.sin(x) ** 2)
assert np.allclose(by_w, 2.0)
assert np.allclose(ta.value(w), 1.0)
assert list(ta.coverage(wave, 0.5)) == []
assert np.isclose(ta.derivative(ta.lift(wave))(0.5), np.sin(1.0))
