"""Exact derivatives of any order for plain NumPy code."""

from typing import TYPE_CHECKING

from taylorad._lazily import names_of

if TYPE_CHECKING:
    from taylorad import math
    from taylorad._numbers import Dual, HyperDual, MultiTaylor, Taylor, value
    from taylorad.checks import check_grads
    from taylorad.custom import custom_derivative
    from taylorad.dispatch import DerivativeError
    from taylorad.lifting import coverage, lift
    from taylorad.plotting import plot_derivatives, plot_taylor
    from taylorad.polynomial_maps import invert_map
    from taylorad.tape import GradientTape, Variable
    from taylorad.transforms import (
        curl,
        custom_jvp,
        custom_vjp,
        derivative,
        derivative_tensor,
        derivatives,
        directional_derivative,
        divergence,
        grad,
        gradients_function,
        hessian,
        hvp,
        jacobian,
        jet,
        jvp,
        laplacian,
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
    "MultiTaylor",
    "Taylor",
    "Variable",
    "check_grads",
    "coverage",
    "curl",
    "custom_derivative",
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
    "invert_map",
    "jacobian",
    "jet",
    "jvp",
    "laplacian",
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

__version__ = "0.1.0"  # the one place: the package, the site and the citation take it from here

__getattr__ = names_of(
    globals(),
    {
        "_numbers": "Dual HyperDual MultiTaylor Taylor value",
        "checks": "check_grads",
        "custom": "custom_derivative",
        "dispatch": "DerivativeError",
        "lifting": "coverage lift",
        "math": "math",
        "plotting": "plot_derivatives plot_taylor",
        "polynomial_maps": "invert_map",
        "tape": "GradientTape Variable",
        "transforms": "curl custom_jvp custom_vjp derivative derivative_tensor derivatives "
        "directional_derivative divergence grad gradients_function hessian hvp jacobian jet jvp "
        "laplacian stop_gradient taylor value_and_grad value_and_gradients_function vjp",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
