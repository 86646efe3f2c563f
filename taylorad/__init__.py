"""Exact derivatives of any order for plain NumPy code."""

try:
    from taylorad import _numbers  # noqa: F401
except ImportError as error:
    if error.name == "taylorad":
        error.msg = (
            f"the compiled modules of taylorad are not in {__path__[0]}: these are sources, found "
            "before the installed package. Start Python in another folder, or install with pip "
            "install -e ."
        )
    raise

from taylorad import calculus, math, rules  # noqa: F401
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
