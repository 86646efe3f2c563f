"""Functions whose source is not known: of ``exec``, or typed at Python's prompt.

Their code stays as it is. What it finds under its global names is followed: NumPy and `math`
as modules, or single functions of them, and the functions it calls by name.
"""

from __future__ import annotations

import builtins
import dis
import types
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["in_namespace"]

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, np.ufunc, type(np.sum))


def in_namespace(
    function: types.FunctionType, call: Callable[[Any], Any]
) -> types.FunctionType | None:
    """The function with globals that are followed; None if it assigns to globals itself."""
    if isinstance(function.__globals__, Namespace):
        return function
    if any(map(_assigns_globals, _codes(function.__code__))):
        return None
    made = types.FunctionType(
        function.__code__,
        Namespace(function.__globals__, call),
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    made.__dict__ = function.__dict__
    return made


def _codes(code: types.CodeType) -> list[types.CodeType]:
    found = [code]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found += _codes(constant)
    return found


def _assigns_globals(code: types.CodeType) -> bool:
    names = ("STORE_GLOBAL", "DELETE_GLOBAL", "IMPORT_NAME")
    return any(instruction.opname in names for instruction in dis.get_instructions(code))


class Namespace(dict[str, Any]):
    """Globals in which functions, and those in modules, are followed."""

    def __init__(self, names: dict[str, Any], call: Callable[[Any], Any]) -> None:
        super().__init__(__builtins__=builtins, __name__=names.get("__name__"))
        self._names = names
        self._call = call

    def __getitem__(self, name: str) -> Any:
        found = self._names[name] if name in self._names else getattr(builtins, name, self)
        if found is self:
            raise KeyError(name)
        return followed(found, self._call)

    __missing__ = __getitem__


class Module:
    """A module in which functions are followed."""

    def __init__(self, module: types.ModuleType, call: Callable[[Any], Any]) -> None:
        self._module = module
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return followed(getattr(self._module, name), self._call)

    def __dir__(self) -> list[str]:
        return dir(self._module)


def followed(found: Any, call: Callable[[Any], Any]) -> Any:
    """What a name stands for; types stay types, as they are not only called."""
    if isinstance(found, types.ModuleType):
        return Module(found, call)
    return call(found) if isinstance(found, _FUNCTIONS) else found
