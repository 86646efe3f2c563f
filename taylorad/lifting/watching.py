"""Code that is watched: what it does to numbers of ours is tried, and noted if refused."""

from __future__ import annotations

import functools
import operator
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad._numbers import Operand, holds, value
from taylorad.dispatch import carries
from taylorad.lifting.buffers import Buffer, settled
from taylorad.lifting.following import OPERATORS, Following
from taylorad.lifting.substitutes import SUBSTITUTES

__all__ = ["Refusal", "Watching"]


@dataclass(frozen=True)
class Refusal:
    """An operation that would be refused.

    Attributes
    ----------
    function : str
        What was called, or the operation.
    file : str
        The file of the call.
    line : int
        The line in it.
    inside : str
        The function the call is in.
    reason : str
        The message of the error, which names the way out.
    """

    function: str
    file: str
    line: int
    inside: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}, in {self.inside}: {self.function}: {self.reason}"


class Watching(Following):
    """Follows code to try each call of it, with numbers and, where refused, with plain values.

    Parameters
    ----------
    lifted : bool
        Whether the code runs as lifted code does.
    refusals : list
        Where the refusals go.
    """

    def __init__(self, lifted: bool, refusals: list[Refusal]) -> None:
        self.lifted = lifted
        self.refusals = refusals
        super().__init__()
        if lifted:
            for function, replacement in SUBSTITUTES:
                self.remember(function, replacement)
        else:
            self.left_alone = self.left_alone | {"numpy"}
            for kind in (np.ufunc, type(np.sum), types.BuiltinFunctionType):
                self._handlers[kind] = _itself

    def hooks(self) -> dict[str, Any]:
        hooks = super().hooks()
        del hooks["known"], hooks["id"]
        hooks |= {
            "assign": self.assign,
            "binary": self.binary,
            "item": self.item,
        }
        if not self.lifted:
            hooks |= {"stored": _itself, "float": float, "complex": complex}
        return hooks

    def caller(self) -> Callable[[Any], Any]:
        follow = super().caller()

        def call(f: Any) -> Any:
            followed = follow(f)
            inner = followed
            while isinstance(inner, (types.MethodType, functools.partial)):
                inner = inner.__func__ if isinstance(inner, types.MethodType) else inner.func
            if isinstance(inner, types.FunctionType) and self.rewriting.is_made(inner.__code__):
                return followed
            if inner == self._construct:
                return followed
            return functools.partial(self.tried, _name(f), followed)

        return call

    # -- the hooks: each operation is tried --

    def tried(self, name: str, f: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """The result of a call; of one with the plain values if numbers are refused."""
        args = tuple([self.watched(x, name) for x in args])
        kwargs = {key: self.watched(x, name) for key, x in kwargs.items()}
        return self._tried(name, f, args, kwargs)

    def watched(self, f: Any, by: str) -> Any:
        """A function that is given to another, watched as well."""
        python = isinstance(f, (types.FunctionType, types.MethodType))
        return self.call(f) if python or (by in _CALLING and _is_function(f)) else f

    def _tried(self, name: str, f: Any, args: Any, kwargs: Any) -> Any:
        if not holds((*args, *kwargs.values()), _TRIED):
            return f(*args, **kwargs)
        known = len(self.refusals)
        try:
            return f(*args, **kwargs)
        except Exception as error:
            if len(self.refusals) == known:
                try:
                    result = f(*_plain(args), **_plain(kwargs))
                except Exception:
                    raise error from None
                self._note(name, error)
                return result
            return f(*_plain(args), **_plain(kwargs))

    def assign(self, target: Any, index: Any, new: Any) -> None:
        if self.lifted:
            new = settled(new)
        self._tried("assignment to an item", operator.setitem, (target, index, new), {})

    def binary(self, symbol: str, a: Any, b: Any) -> Any:
        compute = functools.partial(self.operator, symbol) if self.lifted else OPERATORS[symbol][0]
        return self._tried(f"the operator {symbol}", compute, (a, b), {})

    def item(self, x: Any, index: Any) -> Any:
        if holds([index], Operand):
            return self._tried("indexing", operator.getitem, (x, index), {})
        return super().item(x, index) if self.lifted else x[index]

    def _note(self, name: str, error: Exception) -> None:
        frame = sys._getframe(1)
        while frame.f_back is not None and not self.rewriting.is_made(frame.f_code):
            frame = frame.f_back
        code = frame.f_code
        reason = " ".join(str(error).split())
        refusal = Refusal(name, code.co_filename, frame.f_lineno, code.co_name, reason)
        if refusal not in self.refusals:
            self.refusals.append(refusal)


# What does nothing with a function but to call it.
_CALLING = frozenset(("filter", "map", "max", "min", "sorted", "_functools.reduce"))


def _is_function(x: Any) -> bool:
    return callable(x) and not isinstance(x, Operand)  # a Taylor polynomial is callable


def _itself(x: Any) -> Any:
    return x


# What may be refused: numbers, and functions that may give some.
_TRIED = (Operand, Buffer, types.FunctionType, types.MethodType, functools.partial)


def _plain(tree: Any) -> Any:
    """The plain values of numbers, in lists, tuples and dicts too, and of functions."""
    kind = type(tree)
    if kind in _TRIED[2:]:
        return functools.wraps(tree, updated=())(
            lambda *args, **kwargs: _plain(tree(*args, **kwargs))
        )
    if kind is Buffer and carries(tree._contents()):
        return value(tree._contents())
    if kind in (list, tuple):
        return kind(_plain(x) for x in tree)
    if kind is dict:
        return {key: _plain(x) for key, x in tree.items()}
    return value(tree) if carries(tree) or kind is np.ndarray else tree


def _name(f: Any) -> str:
    name = getattr(f, "__qualname__", None) or getattr(f, "__name__", None)
    if name is None:
        return type(f).__name__
    module = getattr(f, "__module__", None)
    if isinstance(f, np.ufunc) or str(module).partition(".")[0] == "numpy":
        return f"np.{name}" if getattr(np, name, None) is f else name
    return name if module in (None, "builtins") else f"{module}.{name}"
