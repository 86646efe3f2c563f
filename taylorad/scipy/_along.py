"""Functions of SciPy's that are linear in an array along one of its axes.

They are applied to all coefficients in one call, with the axis shifted by one. In reverse
mode the transpose is that of the matrix which the function makes of the identity.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from taylorad import dispatch
from taylorad._numbers import Number, make
from taylorad._tape import record
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._rows import refuse_numbers
from taylorad.rules.operands import number
from taylorad.rules.recording import values_of
from taylorad.scipy._rules import Rules

__all__ = ["along", "linear_along"]

Function = Callable[..., Any]

# What `resample_poly` may fill up with.
NOT_LINEAR = ("median", "maximum", "minimum")


def along(function: Function, x: Any, axis: int) -> Any:
    """``function(x, axis)``, linear along an axis of what may carry derivatives."""
    if isinstance(x, Number):
        dispatch.mixes()
        return make(x.algebra, along(function, x.parts, axis + 1))
    if not carries(x):
        return function(x, axis)
    (held,) = values_of((x,))
    return record(along(function, held, axis), (x,), (partial(_pull, function, x.shape, axis),))


def _pull(function: Function, shape: tuple[int, ...], axis: int, g: Any) -> Any:
    matrix = function(np.eye(shape[axis]), 0)
    return np.moveaxis(np.tensordot(g, matrix, ([axis], [0])), -1, axis)


def linear_along(rules: Rules, name: str, operand: str, **fixed: Any) -> Function:
    """Enter the rule of a function that is linear in `operand` along its ``axis=``.

    Parameters
    ----------
    rules : Rules
        The rules of its module.
    name, operand : str
        The function, and the argument it is linear in.
    **fixed
        Arguments that make an affine function the linear one which its derivatives are.
    """
    original = getattr(rules.module, name)
    signature = inspect.signature(original)

    def rule(**given: Any) -> Any:
        x = number(given.pop(operand))
        refuse_numbers(f"{rules.module.__name__}.{name}", given.values())
        if given.get("t") is not None or given.get("padtype") in NOT_LINEAR:
            raise DerivativeError(
                f"{rules.module.__name__}.{name} has no derivative rule with t= or with a "
                "padtype= that depends on the order of the samples"
            )
        at = normalize_axis_index(given.pop("axis", signature.parameters["axis"].default), x.ndim)
        options = {key: one for key, one in given.items() if not key.startswith("overwrite")}

        def function(plain: Any, axis: int) -> Any:
            return original(**{operand: plain, "axis": axis}, **{**options, **fixed})

        return along(function, x, at)

    rule.__name__ = name
    rule.__doc__ = f"`{rules.module.__name__}.{name}`, which is linear in `{operand}`."
    rule.__signature__ = signature  # type: ignore[attr-defined]
    return rules.rule(rule)
