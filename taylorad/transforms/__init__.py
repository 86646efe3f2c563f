"""Transforms: a function in, a function out."""

from taylorad.transforms.elementwise import derivative, derivatives
from taylorad.transforms.forward import directional_derivative, jet, jvp, stop_gradient, taylor

__all__ = [
    "derivative",
    "derivatives",
    "directional_derivative",
    "jet",
    "jvp",
    "stop_gradient",
    "taylor",
]
