"""What each NumPy function means for derivatives, one file a kind; importing fills dispatch."""

from taylorad import _methods  # noqa: F401  (connects the numbers to dispatch)
from taylorad.rules import (
    analytic,
    bilinear,
    calculus,
    composite,
    creation,
    elementwise,
    histograms,
    inplace,
    linear,
    norms,
    padding,
    quantiles,
    refused,
    selecting,
    sets,
    statistics,
    value_only,
)

__all__ = [
    "analytic",
    "bilinear",
    "calculus",
    "composite",
    "creation",
    "elementwise",
    "histograms",
    "inplace",
    "linear",
    "norms",
    "padding",
    "quantiles",
    "refused",
    "selecting",
    "sets",
    "statistics",
    "value_only",
]
