"""The ufuncs of `scipy.special`, a module a family; imported when SciPy is in use.

How a row is written says `taylorad.rules.scipy_special._rows`.
"""

from taylorad.rules.scipy_special import (
    distributions,
    elementary,
    elliptic,
    entropy,
    errors,
    gamma,
    integrals,
    kolmogorov,
    logistic,
    orthogonal,
    refused,
)

__all__ = [
    "distributions",
    "elementary",
    "elliptic",
    "entropy",
    "errors",
    "gamma",
    "integrals",
    "kolmogorov",
    "logistic",
    "orthogonal",
    "refused",
]
