"""Rules for functions of SciPy that do not dispatch.

A function with a rule calls SciPy's unless an argument carries derivatives, and then too:
SciPy's own result is the value, and its errors and warnings are those the user meets. The
rule, an expression in NumPy functions, adds the derivatives.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

import numpy as np

from taylorad._numbers import repack
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules.operands import plain, with_value

__all__ = ["Rules", "any_carries"]

# Arguments that choose how SciPy computes, not what.
HARMLESS = frozenset(
    ("blocksize", "check_finite", "driver", "lapack_driver", "lwork", "method", "workers")
)


def any_carries(tree: Any) -> bool:
    """Whether anything in lists, tuples and dicts of arguments carries derivatives."""
    if isinstance(tree, list | tuple):
        return any(map(any_carries, tree))
    if isinstance(tree, dict):
        return any(map(any_carries, tree.values()))
    if isinstance(tree, np.ndarray):
        return tree.dtype == object and carries(repack(tree))
    return carries(tree)


class Rules:
    """The rules for functions of a module of SciPy's.

    Parameters
    ----------
    module : module
        SciPy's.

    Attributes
    ----------
    functions : dict
        The functions that have a rule, by name.
    """

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.functions: dict[str, Callable[..., Any]] = {}

    def rule(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Enter a rule under its own name; what is returned calls SciPy or both.

        The rule gets the arguments it names. Others may be given only where they do not
        change what is computed.
        """
        original = getattr(self.module, rule.__name__, None)
        if original is None:  # not in this SciPy
            return rule
        signature = inspect.signature(original)
        known = inspect.signature(rule).parameters
        variadic = [key for key, one in known.items() if one.kind is one.VAR_POSITIONAL]
        name = f"{self.module.__name__}.{rule.__name__}"

        @wraps(original)
        def function(*args: Any, **kwargs: Any) -> Any:
            if not any_carries((args, kwargs)):
                return original(*args, **kwargs)
            bound = signature.bind(*args, **kwargs)
            passed = {}
            for key, given in bound.arguments.items():
                if key in known:
                    passed[key] = given
                elif key.startswith("overwrite"):
                    bound.arguments[key] = False  # the values belong to the numbers
                elif any_carries(given) or not _harmless(key, given, signature):
                    raise DerivativeError(f"{name} has no derivative rule with {key}={given!r}")
            values = original(*plain(bound.args), **plain(bound.kwargs))
            listed = [x for key in variadic for x in passed.pop(key, ())]
            return _with_values(rule(*listed, **passed), values)

        function.__doc__ = (
            f"`{name}`, with derivatives.\n\n{inspect.getdoc(rule) or ''}\n\n"
            f"The arguments and results are those of `{name}`."
        )
        self.functions[rule.__name__] = function
        return function


def _harmless(key: str, given: Any, signature: inspect.Signature) -> bool:
    return key in HARMLESS or given is signature.parameters[key].default


def _with_values(result: Any, values: Any) -> Any:
    """The result with SciPy's values, of SciPy's types."""
    if isinstance(result, tuple):
        pairs = [_with_values(*pair) for pair in zip(result, values, strict=True)]
        named = hasattr(values, "_fields")
        return type(values)(*pairs) if named else type(values)(pairs)
    if not carries(result) or values is None:
        return values
    values = np.asarray(values)[()]
    if values.dtype.itemsize > 16:  # more precision than LAPACK has, in some of SciPy's results
        values = values.astype(np.complex128)
    kind = values.dtype.kind
    if kind == "c" and result.dtype.kind != "c":
        result = result.astype(values.dtype)
    elif kind == "f" and result.dtype.kind == "c":
        result = np.real(result)
    return with_value(+result, values)
