"""`scipy.optimize` for numbers and Variables too: roots, and Rosenbrock's function.

Solvers work on plain arrays. What they want of this library are derivatives, which are
plain arrays too: ``minimize(f, x, jac=ta.grad(f), hess=ta.hessian(f))``.

A root of f(x) = 0 depends on what f depends on. SciPy finds its value from the values of f;
Newton's method on numbers does the rest, as each step from there doubles the number of
derivatives that are right: Griewank and Walther, Evaluating Derivatives (2008), section 15.

Examples
--------
>>> import taylorad as ta
>>> from taylorad.scipy import optimize
>>> root = lambda a: optimize.brentq(lambda x: x * x - a, 0.0, 9.0)
>>> ta.derivatives(root, 2)(4.0).round(12)
array([ 2.     ,  0.25   , -0.03125])
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np
import scipy.optimize

from taylorad._numbers import Number, value
from taylorad.dispatch import DerivativeError
from taylorad.rules.operands import number, plain, with_value
from taylorad.scipy._mirror import mirror
from taylorad.scipy._rules import Rules, any_carries
from taylorad.transforms import derivative, jacobian

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


# Roots -----------------------------------------------------------------------------------

STEPS = 4  # right to order 15; numbers of a higher order ask for more


def _steps(y: Any) -> int:
    return max(STEPS, y.algebra.degree.bit_length()) if isinstance(y, Number) else STEPS


def _moved(name: str, function: Callable[..., Any], x: Any) -> Any:
    """The root, near its plain value, of a function elementwise in x that may carry more."""
    y = function(x)
    if not any_carries(y):
        return x
    root, slope = x, derivative(function)
    if np.any(value(slope(x)) == 0):
        raise DerivativeError(
            f"scipy.optimize.{name}: the function has slope 0 at the root, which jumps or "
            "branches there and has no derivatives"
        )
    for _ in range(_steps(y)):
        root = root - function(root) / slope(root)
    return with_value(+root, x)


def _moved_along(name: str, function: Callable[..., Any], x: Any) -> Any:
    """The same for a system of equations."""
    y = function(x)
    if not any_carries(y):
        return x
    root, slopes = x, jacobian(function)
    for _ in range(_steps(number(y))):
        root = root - np.linalg.solve(slopes(root), np.reshape(number(function(root)), -1))
    return with_value(+root, x)


def _root_finder(name: str, starts: int, moved: Callable[..., Any]) -> Callable[..., Any]:
    """A solver of SciPy's, whose first argument is the function, then come the starts."""
    original = getattr(scipy.optimize, name)
    signature = inspect.signature(original)

    @wraps(original)
    def solver(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        first, *others = given
        function, extra = given.pop(first), given.get("args", ())
        extra = extra if isinstance(extra, tuple) else (extra,)

        def values(x: Any, *rest: Any) -> Any:
            return plain(function(x, *rest))

        for start in others[:starts]:
            given[start] = plain(given[start])
        for key in ("fprime", "fprime2", "jac"):
            if callable(given.get(key)):
                given[key] = partial(_plainly, given[key])
        found: Any = original(values, **given)
        along = partial(moved, name, lambda x: function(x, *extra))
        if hasattr(found, "x"):
            found.x = along(found.x)
            return found
        whole = given.get("full_output", False)
        return (along(found[0]), *found[1:]) if whole else along(found)

    solver.__doc__ = (
        f"`scipy.optimize.{name}`, with derivatives by what the function carries.\n\n"
        f"The arguments and results are those of `scipy.optimize.{name}`."
    )
    return solver


def _plainly(function: Callable[..., Any], *args: Any) -> Any:
    return plain(function(*args))


SOLVERS = {
    name: _root_finder(name, starts, moved)
    for name, starts, moved in (
        # function   arguments that are starts, and how roots move
        ("bisect",   2,  _moved),
        ("brenth",   2,  _moved),
        ("brentq",   2,  _moved),
        ("ridder",   2,  _moved),
        ("toms748",  2,  _moved),
        ("newton",   1,  _moved),
        ("fsolve",   1,  _moved_along),
        ("root",     1,  _moved_along),
    )
}  # fmt: skip
globals().update(SOLVERS)

OWN = [*RULES.functions, *SOLVERS]

__all__, __getattr__, __dir__ = mirror(scipy.optimize, OWN)
