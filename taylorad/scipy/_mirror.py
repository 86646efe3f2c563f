"""How a module stands for one of SciPy's, and a function for one of its functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, NoReturn

from taylorad.dispatch import DerivativeError, carries
from taylorad.rules.operands import number

__all__ = ["counterpart", "mirror", "refuse", "refuse_numbers"]

Function = Callable[..., Any]


def mirror(
    module: ModuleType, own: Sequence[str]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """``__all__``, ``__getattr__`` and ``__dir__`` of the mirror of `module`.

    Parameters
    ----------
    module : module
        SciPy's. Names that the mirror does not have itself are looked up there.
    own : sequence of str
        The public names the mirror has itself.
    """

    def getattr_(name: str) -> Any:
        if name.startswith("__"):  # of a module itself, such as __path__
            raise AttributeError(f"module has no attribute {name!r}")
        return getattr(module, name)

    def dir_() -> list[str]:
        return sorted({*own, *dir(module)})

    return sorted({*own, *module.__all__}), getattr_, dir_


def counterpart(module: ModuleType, arrays: str) -> Callable[[Function], Function]:
    """A decorator of functions that stand for those of `module` with the same name.

    Where no argument carries derivatives, SciPy's own is called.

    Parameters
    ----------
    module : module
        SciPy's.
    arrays : str
        The names of the arguments that are arrays. Lists of numbers become one number.
    """

    def decorate(function: Function) -> Function:
        theirs = getattr(module, function.__name__)
        signature = inspect.signature(function)

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind(*args, **kwargs)
            for array in arrays.split():
                if array in given.arguments:
                    given.arguments[array] = number(given.arguments[array])
            if not any(map(carries, given.arguments.values())):
                return theirs(*args, **kwargs)
            return function(*given.args, **given.kwargs)

        return called

    return decorate


def refuse(name: str, argument: str) -> NoReturn:
    """Raise for an argument in which there is no derivative."""
    raise DerivativeError(
        f"{name} has no derivative with respect to {argument} here; pass "
        f"taylorad.value({argument}) if its value alone is meant"
    )


def refuse_numbers(name: str, **arguments: Any) -> None:
    """Raise if one of these arguments carries derivatives."""
    for argument, x in arguments.items():
        if carries(x):
            refuse(name, argument)
