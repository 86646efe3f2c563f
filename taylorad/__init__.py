"""Exact derivatives of any order for plain NumPy code."""

from taylorad import calculus, math, rules  # noqa: F401
from taylorad._numbers import Dual, HyperDual, Taylor, value
from taylorad.checks import check_grads
from taylorad.custom import custom_derivative
from taylorad.dispatch import DerivativeError
from taylorad.lifting import coverage, lift
from taylorad.plotting import plot_derivatives, plot_taylor
from taylorad.tape import GradientTape, Variable
from taylorad.transforms import (
    custom_jvp,
    custom_vjp,
    derivative,
    derivatives,
    directional_derivative,
    grad,
    gradients_function,
    hessian,
    hvp,
    jacobian,
    jet,
    jvp,
    stop_gradient,
    taylor,
    value_and_grad,
    value_and_gradients_function,
    vjp,
)

__all__ = [
    "DerivativeError",
    "Dual",
    "GradientTape",
    "HyperDual",
    "Taylor",
    "Variable",
    "check_grads",
    "coverage",
    "custom_derivative",
    "custom_jvp",
    "custom_vjp",
    "derivative",
    "derivatives",
    "directional_derivative",
    "grad",
    "gradients_function",
    "hessian",
    "hvp",
    "jacobian",
    "jet",
    "jvp",
    "lift",
    "math",
    "plot_derivatives",
    "plot_taylor",
    "stop_gradient",
    "taylor",
    "value",
    "value_and_grad",
    "value_and_gradients_function",
    "vjp",
]
