"""Code that takes all names from NumPy, over the builtins of the same name."""
# ruff: noqa

from numpy import *
from numpy import zeros as empty_room


def star_import(x):
    """x + 2 x^2 + 3 x^3"""
    a = zeros(3)
    b = empty_room((3,))
    for i in arange(3):
        a[i] = x ** float(i + 1)
        b[i] = i + 1
    return dot(a, b)
