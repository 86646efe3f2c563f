"""Transforms: a function in, a function out."""

from typing import TYPE_CHECKING

from taylorad._lazily import names_of

if TYPE_CHECKING:
    from taylorad.transforms.cotangent_rules import custom_vjp
    from taylorad.transforms.elementwise import derivative, derivatives
    from taylorad.transforms.fields import curl, divergence, laplacian
    from taylorad.transforms.forward import directional_derivative, jet, jvp, stop_gradient, taylor
    from taylorad.transforms.jacobians import jacobian
    from taylorad.transforms.reverse import (
        grad,
        gradients_function,
        hvp,
        value_and_grad,
        value_and_gradients_function,
        vjp,
    )
    from taylorad.transforms.tangent_rules import custom_jvp
    from taylorad.transforms.tensors import derivative_tensor, hessian

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

__getattr__ = names_of(
    globals(),
    {
        "cotangent_rules": "custom_vjp",
        "elementwise": "derivative derivatives",
        "fields": "curl divergence laplacian",
        "forward": "directional_derivative jet jvp stop_gradient taylor",
        "jacobians": "jacobian",
        "reverse": "grad gradients_function hvp value_and_grad value_and_gradients_function vjp",
        "tangent_rules": "custom_jvp",
        "tensors": "derivative_tensor hessian",
    },
)
