"""Views: what NumPy answers with the operand's memory, in either mode."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from taylorad._numbers import Number, make, value
from taylorad._tape import Variable, as_view
from taylorad.dispatch import carries
from taylorad.rules._rows import assemble, coefficients, refuse_integers, same_view

__all__ = ["on_record", "view_or_rows", "viewed", "windows"]


def viewed(y: Any, x: Any, path: Callable[[Any], Any], like: Any = None) -> Any:
    """Note that a result is a view of a Variable, if NumPy made it (or `like`) one."""
    if not isinstance(y, Variable) or not y.ndim:
        return y
    first, given = (y if like is None else like).value, x.value
    if type(first) is type(given) is np.ndarray:
        base = first.base
        shared = first is given or base is given or (base is not None and base is given.base)
        if not (shared or base is None or isinstance(base, np.ndarray)):  # of a window
            shared = np.may_share_memory(first, given)
    else:
        shared = np.may_share_memory(value(first), value(given))
    return as_view(y, x, partial(_path, path)) if shared else y


def _path(path: Callable[[Any], Any], x: Any) -> Any:
    """The view of a Variable, or of an array of places: these stay integers."""
    result = path(x)
    if isinstance(result, np.ndarray) and result.dtype.kind == "f" and x.dtype.kind == "i":
        return result.astype(x.dtype)
    return result


def windows(operand: Number, view: Any, name: str) -> Any:
    """The number whose value is the view of the operand's, or None if that is a copy."""
    if isinstance(view, list | tuple):
        found = [windows(operand, item, name) for item in view]
        return None if any(one is None for one in found) else type(view)(found)
    refuse_integers(view.dtype, name)
    parts = same_view(operand.parts, view)
    return None if parts is None else make(operand.algebra, parts)


def view_or_rows(function: Callable[[Any], Any], operand: Number, name: str) -> Any:
    """A linear function of one operand: a view where NumPy gives one, else row by row."""
    if carries(operand.parts):
        return on_record(function, operand, name)
    first = function(operand.parts[0, ...])
    found = windows(operand, first, name)
    if found is not None:
        return found
    rows = coefficients(operand.algebra, operand)
    return assemble(
        operand.algebra, {row: function(rows[row]) if row else first for row in rows}, name
    )


def on_record(function: Callable[[Any], Any], operand: Number, name: str) -> Any:
    """A linear function of a number whose coefficients are a Variable: a view where NumPy's is."""
    parts = operand.parts
    first = function(parts[0, ...])
    if not isinstance(first, list | tuple):
        refuse_integers(first.dtype, name)

        def path(whole: Any) -> Any:
            rows = [function(row) for row in whole]
            stacked = np.stack(rows)
            if isinstance(stacked, np.ndarray) and isinstance(rows[0], np.ndarray):
                stacked.flags.writeable = rows[0].flags.writeable
            return stacked

        return make(operand.algebra, viewed(path(parts), parts, path, first))
    def entry(n: int) -> Callable[[Any], Any]:
        return lambda x: function(x)[n]

    return type(first)(on_record(entry(n), operand, name) for n in range(len(first)))
