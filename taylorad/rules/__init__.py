"""What each NumPy function means for derivatives, one file a kind; importing fills dispatch."""

# _methods connects the numbers to dispatch; valuation, to what they do at zeros.
from taylorad import _methods, dispatch, valuation  # noqa: F401
from taylorad.rules import (
    analytic,
    bilinear,
    calculus,
    composite,
    conversion,
    creation,
    decompositions,
    determinants,
    elementwise,
    entire,
    extremes,
    histograms,
    inplace,
    least_squares,
    linear,
    norms,
    padding,
    polynomials,
    quantiles,
    refused,
    selecting,
    sets,
    solving,
    special,
    statistics,
    value_only,
)

__all__ = [
    "analytic",
    "bilinear",
    "calculus",
    "composite",
    "conversion",
    "creation",
    "decompositions",
    "determinants",
    "elementwise",
    "entire",
    "extremes",
    "histograms",
    "inplace",
    "least_squares",
    "linear",
    "norms",
    "padding",
    "polynomials",
    "quantiles",
    "refused",
    "selecting",
    "sets",
    "solving",
    "special",
    "statistics",
    "value_only",
]

# SciPy is optional: its rules are imported when it is in use, not before.
dispatch.provide("scipy.special", "taylorad.rules.scipy_special")
