"""`scipy.linalg` for numbers and Variables too.

SciPy turns matrices into plain arrays before anybody can see them, so these functions are
here once more: any order, both modes, stacks of matrices where SciPy takes them.
"""

from __future__ import annotations

import scipy.linalg

from taylorad.scipy._mirror import mirror
from taylorad.scipy.linalg import (  # noqa: F401
    _equations,
    _factors,
    _functions,
    _structured,
    _sylvester,
)
from taylorad.scipy.linalg._module import RULES

globals().update(RULES.functions)

OWN = list(RULES.functions)

__all__, __getattr__, __dir__ = mirror(scipy.linalg, OWN)
