"""Derivatives of other people's code: `lift` and `coverage`."""

from taylorad.lifting.covering import coverage
from taylorad.lifting.door import lift

__all__ = ["coverage", "lift"]
