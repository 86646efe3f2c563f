"""SciPy's modules under SciPy's names, for numbers and Variables.

Most of `scipy.special` consists of NumPy ufuncs, and plain calls of these give derivatives
as they are. Other functions of SciPy's convert their arguments to plain arrays before NumPy
shows them to anybody, and a number refuses to become one. Those that are differentiable
are here once more, with the same name and signature, a module for each of SciPy's:

    from taylorad.scipy.special import logsumexp    # in place of scipy.special

A module here *mirrors* SciPy's: it provides the names it has, and hands on every other one
unchanged, so that ``import taylorad.scipy.special as special`` can stand for the whole.
The modules that have no counterpart are SciPy's own: ``taylorad.scipy.stats`` is
`scipy.stats`. For plain arguments the results are SciPy's.

To add a module, write its functions, each under ``@counterpart(scipy.fft, "x")`` with the names of
its array arguments, and end with

    __all__, __getattr__, __dir__ = mirror(scipy.fft, ["fft", "ifft"])

Nothing here is imported by ``import taylorad``: SciPy is optional.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import scipy

__all__ = ["__version__"]

__version__ = scipy.__version__


def __getattr__(name: str) -> Any:
    """A module of ours, imported when asked for, or whatever SciPy has by this name."""
    if not name.startswith("_") and importlib.util.find_spec(f"{__name__}.{name}"):
        return importlib.import_module(f"{__name__}.{name}")
    return getattr(scipy, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(scipy)})
