"""What each NumPy function means for derivatives, one file a kind.

This connects the numbers to dispatch, which imports the files below, the first ones first,
when it meets a function that has no rule yet.
"""

# _methods says what NumPy calls; calculus, the methods of Taylor; valuation, what zeros do.
from taylorad import _methods, calculus, dispatch, polynomial_maps, valuation  # noqa: F401

__all__ = ["FILES"]

FILES = (
    "analytic elementwise linear bilinear selecting composite value_only entire special creation "
    "inplace conversion extremes statistics norms solving determinants decompositions "
    "least_squares quantiles padding sets histograms polynomials calculus refused"
).split()

dispatch.await_rules([f"taylorad.rules.{name}" for name in FILES])

# SciPy is optional: its rules are imported when it is in use, not before.
dispatch.provide("scipy.special", "taylorad.rules.scipy_special")
