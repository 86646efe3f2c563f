"""Write the table of every function that NumPy and SciPy hand over, and what becomes of it.

    python docs/coverage_table.py FILE

The site does this as it is built: the table is read off the rules themselves.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.testing.overrides import get_overridable_numpy_array_functions

import taylorad as ta
from taylorad import dispatch
from taylorad.rules.elementwise import ValueOnly
from taylorad.rules.refused import Refused

# The kinds by the file in which a row's type is defined.
KINDS = {
    "analytic": "analytic",
    "entire": "analytic",
    "scipy_special": "analytic",
    "elementwise": "elementwise",
    "_linear": "linear",
    "bilinear": "bilinear",
    "selecting": "selecting",
    "extremes": "selecting",
    "quantiles": "selecting",
    "solving": "solving",
    "_matrices": "solving",
    "determinants": "solving",
    "least_squares": "solving",
    "decompositions": "solving",
    "_factors": "solving",
    "polynomials": "solving",
    "composite": "composite",
    "creation": "creation and conversion",
    "conversion": "creation and conversion",
    "inplace": "assignment",
    "value_only": "by the value alone",
}
HEAD = """# Coverage

Every function and ufunc that NumPy lets a library see, and every ufunc of `scipy.special`, by what
becomes of it. The lists are read off the rules, for NumPy {numpy}{scipy}; tests call each
function with each kind of number and compare with finite differences.

"""
EXPLAINED = {
    "analytic": "Power series by the function's differential equation, or by its derivative.",
    "elementwise": "Arithmetic, kinks and steps.",
    "linear": "Applied to every coefficient; reverse mode applies the transpose.",
    "bilinear": "The product table, with the function in place of the product.",
    "selecting": "The values decide, the derivatives follow.",
    "solving": "Degree by degree, with one factorisation of the value.",
    "composite": "An expression of other NumPy functions.",
    "creation and conversion": "Arrays of numbers.",
    "assignment": "Writes into an array of numbers.",
    "by the value alone": "No derivative to have: shapes, indices, truth values.",
}


def kind_of(row: Any) -> str:
    if isinstance(row, Refused) or type(row).__name__ == "Refused":
        return "refused"
    if isinstance(row, ValueOnly):
        return "by the value alone"
    return KINDS[type(row).__module__.split(".")[2]]


def name_of(function: Any) -> str:
    if isinstance(function, np.ufunc):
        module = "numpy" if getattr(np, function.__name__, None) is function else "scipy.special"
        return f"{module}.{function.__name__}"
    return f"{function.__module__}.{function.__name__}"


def everything() -> tuple[set[Any], str]:
    """The functions and ufuncs, and SciPy's version if it is there."""
    functions: set[Any] = {
        getattr(sys.modules[f.__module__], f.__name__, f)
        for f in get_overridable_numpy_array_functions()
    }
    functions |= {u for u in vars(np).values() if isinstance(u, np.ufunc)}
    try:
        import scipy
        from scipy import special
    except ImportError:
        return functions, ""
    functions |= {u for u in vars(special).values() if isinstance(u, np.ufunc)}
    special.erf(ta.Dual(0.5, 1.0))  # the rows for SciPy are registered when they are first needed
    return functions, f" and SciPy {scipy.__version__}"


def table() -> str:
    functions, scipy = everything()
    by_kind: dict[str, list[str]] = defaultdict(list)
    refused: list[tuple[str, str]] = []
    for function in functions:
        rows: dict[Any, Callable[..., Any]] = (
            dispatch.UFUNCS if isinstance(function, np.ufunc) else dispatch.FUNCTIONS
        )
        row = rows.get(function)
        if row is None:
            refused.append((name_of(function), ""))
        elif kind_of(row) == "refused":
            reason = getattr(row, "advice", None) or getattr(row, "reason", "")
            refused.append((name_of(function), reason))
        else:
            by_kind[kind_of(row)].append(name_of(function))
    text = HEAD.format(numpy=np.__version__, scipy=scipy)
    for kind, explanation in EXPLAINED.items():
        names = " ".join(f"`{name}`" for name in sorted(by_kind[kind]))
        text += f"## {kind.capitalize()}\n\n{explanation}\n\n{names}\n\n"
    text += "## Refused\n\nThese raise a `DerivativeError`.\n\n"
    text += "| function | why, or what to do |\n|---|---|\n"
    for name, advice in sorted(refused):
        text += f"| `{name}` | {advice or 'call it on `ta.value(x)` if its value is meant'} |\n"
    return text


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(table(), encoding="utf-8")
