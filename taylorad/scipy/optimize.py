"""`scipy.optimize` for numbers and Variables too: Rosenbrock's function and its derivatives.

Optimizers work on plain arrays. What they want of this library are derivatives, which are
plain arrays too: ``minimize(f, x, jac=ta.grad(f), hess=ta.hessian(f))``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.optimize

from taylorad.rules.operands import number
from taylorad.scipy._mirror import mirror
from taylorad.scipy._rules import Rules

RULES = Rules(scipy.optimize)
rule = RULES.rule


@rule
def rosen(x: Any) -> Any:
    """The sum of 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2, over the first axis."""
    x = number(x)
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2, axis=0)


@rule
def rosen_der(x: Any) -> Any:
    """The gradient of `rosen`."""
    x = number(x)
    valley, rest = 200.0 * (x[1:] - x[:-1] ** 2), 2 * (x[:-1] - 1)
    end = valley[:1] * 0
    return np.concatenate([rest - 2 * x[:-1] * valley, end]) + np.concatenate([end, valley])


@rule
def rosen_hess(x: Any) -> Any:
    """The matrix of second derivatives of `rosen`."""
    x = np.atleast_1d(number(x))
    beside = np.diag(-400 * x[:-1], 1)
    end = x[:1] * 0
    first = np.concatenate([1200 * x[:-1] ** 2 - 400 * x[1:] + 2, end])
    second = np.concatenate([[0.0], np.full(len(x) - 1, 200.0)])
    return beside + beside.T + np.diag(first + second)


@rule
def rosen_hess_prod(x: Any, p: Any) -> Any:
    """The product of `rosen_hess` and a vector."""
    return rosen_hess(x) @ number(p)


OWN = list(RULES.functions)

__all__, __getattr__, __dir__ = mirror(scipy.optimize, OWN)
