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
from taylorad.transforms.tensors import curl, derivative_tensor, divergence, laplacian

__all__ = [
    "curl",
    "custom_jvp",
    "custom_vjp",
    "derivative",
    "derivative_tensor",
    "derivatives",
    "directional_derivative",
    "divergence",
    "grad",
    "gradients_function",
    "hessian",
    "hvp",
    "jacobian",
    "jet",
    "jvp",
    "laplacian",
    "stop_gradient",
    "taylor",
    "value_and_grad",
    "value_and_gradients_function",
    "vjp",
]
