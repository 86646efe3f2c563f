"""Transforms: a function in, a function out."""

from taylorad.transforms.cotangent_rules import custom_vjp
from taylorad.transforms.elementwise import derivative, derivatives
from taylorad.transforms.forward import directional_derivative, jet, jvp, stop_gradient, taylor
from taylorad.transforms.jacobians import hessian, jacobian
from taylorad.transforms.reverse import (
    grad,
    gradients_function,
    hvp,
    value_and_grad,
    value_and_gradients_function,
    vjp,
)
from taylorad.transforms.tangent_rules import custom_jvp

__all__ = [
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
    "stop_gradient",
    "taylor",
    "value_and_grad",
    "value_and_gradients_function",
    "vjp",
]
