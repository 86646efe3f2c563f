"""The ufuncs of `scipy.special`, a module a family; imported when SciPy is in use.

How a row is written says `taylorad.rules.scipy_special._rows`.
"""

from taylorad.rules.scipy_special import (
    _first,
    airy,
    bessel,
    distributions,
    elementary,
    elliptic,
    entropy,
    errors,
    gamma,
    hypergeometric,
    integrals,
    kelvin,
    kolmogorov,
    logistic,
    orthogonal,
    refused,
    scaled_bessel,
    struve,
)

__all__ = [
    "_first",
    "airy",
    "bessel",
    "distributions",
    "elementary",
    "elliptic",
    "entropy",
    "errors",
    "gamma",
    "hypergeometric",
    "integrals",
    "kelvin",
    "kolmogorov",
    "logistic",
    "orthogonal",
    "refused",
    "scaled_bessel",
    "struve",
]
