"""The ufuncs of `scipy.special`, a module a family; imported when SciPy is in use.

How a row is written says `taylorad.rules.scipy_special._rows`.
"""

from taylorad.rules.scipy_special import (
    bessel,
    elementary,
    elliptic,
    entropy,
    errors,
    gamma,
    integrals,
    logistic,
    scaled_bessel,
)

__all__ = [
    "bessel",
    "elementary",
    "elliptic",
    "entropy",
    "errors",
    "gamma",
    "integrals",
    "logistic",
    "scaled_bessel",
]
