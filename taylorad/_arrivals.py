"""Parts of the library that another package has to know of, once it is in use.

SciPy is optional and never imported for its own sake. Whoever makes numbers looks whether
it has arrived: the user by a constructor, a transform, a tape.
"""

from __future__ import annotations

import importlib
import sys

__all__ = ["awaited", "discover"]

# The module in use, and what is to be imported with it.
awaited = {"scipy.fft": "taylorad.scipy.fft"}


def discover() -> None:
    """Import what belongs to the modules that have been imported since."""
    for module, ours in list(awaited.items()):
        if module in sys.modules:
            importlib.import_module(ours)
            awaited.pop(module, None)  # only now: another thread may be waiting for it
