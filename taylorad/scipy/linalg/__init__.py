"""`scipy.linalg` for numbers and Variables too.

SciPy turns matrices into plain arrays before anybody can see them, so these functions are
here once more: any order, both modes, stacks of matrices where SciPy takes them.

Examples
--------
>>> import numpy as np, taylorad as ta
>>> from taylorad.scipy import linalg
>>> turn = np.array([[0.0, -1.0], [1.0, 0.0]])
>>> ta.derivatives(lambda t: linalg.expm(t * turn)[1, 0], 3)(0.0)
array([ 0.,  1.,  0., -1.])
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
