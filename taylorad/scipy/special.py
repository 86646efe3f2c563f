"""`scipy.special`, with the functions that are no ufuncs for numbers and Variables too."""

from __future__ import annotations

import scipy.special

from taylorad.scipy._mirror import mirror

OWN: list[str] = []

__all__, __getattr__, __dir__ = mirror(scipy.special, OWN)
