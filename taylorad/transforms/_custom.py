"""Functions with a rule of the user's: what both kinds of rules share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import numpy as np

from taylorad._numbers import repack
from taylorad._trees import flatten
from taylorad.dispatch import Reverse, carries
from taylorad.transforms._arguments import check_argnums, check_callable

__all__ = ["Call", "Custom"]


def _signature(f: Callable[..., Any]) -> inspect.Signature | None:
    """The signature, if it tells anything: a ufunc has arguments that no rule is about."""
    try:
        return None if isinstance(f, np.ufunc) else inspect.signature(f)
    except ValueError:  # of compiled functions
        return None


class Custom:
    """A function with a rule of the user's: what both kinds share."""

    __name__: str

    def __init__(self, f: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        check_callable(f)
        functools.update_wrapper(self, f)
        self.function = f
        self.signature = _signature(f)
        parameters = self.signature.parameters.values() if self.signature else ()
        self.positional = sum(p.kind <= p.POSITIONAL_OR_KEYWORD for p in parameters)
        numbers = check_argnums(nondiff_argnums) if nondiff_argnums != () else ()
        self.nondiff_argnums = (numbers,) if isinstance(numbers, int) else numbers

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) < self.positional:
            args = self._by_position(args, kwargs)
        args = Reverse.current(args)
        call = Call(args, {at % len(args) for at in self.nondiff_argnums} if args else set())
        self._check_static(call)
        if any(map(carries, call.leaves)):
            return self._differentiated(call)
        return self.function(*args)

    def _by_position(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments by position, the defaults filled in."""
        if self.signature is None:
            raise TypeError(f"{self.name} takes arguments by position only")
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        if not bound.kwargs.keys().isdisjoint(kwargs):
            raise TypeError(
                f"{self.name} has a rule for arguments by position, and cannot be called with "
                f"{', '.join(bound.kwargs)} by keyword only"
            )
        return bound.args

    @property
    def name(self) -> str:
        return getattr(self.function, "__name__", "the function")

    def _check_static(self, call: Call) -> None:
        for at, x in call.static.items():
            if any(map(carries, flatten(x)[0])):
                raise TypeError(
                    f"argument {at} of {self.name} is in nondiff_argnums, but it is being "
                    "differentiated; pass ta.stop_gradient(x), or take it out of nondiff_argnums"
                )

    def refuse_closure(self) -> NoReturn:
        raise TypeError(
            f"{self.name} or its rule uses a number that is being differentiated and is not one "
            "of its arguments; pass it as an argument"
        )

    def _differentiated(self, call: Call) -> Any:
        raise NotImplementedError


class Call:
    """The arguments of a call: those not to be differentiated, and the leaves of the others."""

    def __init__(self, args: tuple[Any, ...], static: set[int]) -> None:
        self.count = len(args)
        self.static = {at: args[at] for at in sorted(static)}
        self.trees: list[tuple[int, Callable[[Iterable[Any]], Any]]] = []
        self.leaves: list[Any] = []
        for at, x in enumerate(args):
            if at not in self.static:
                leaves, rebuild = flatten(x)
                self.leaves += map(repack, leaves)
                self.trees.append((len(leaves), rebuild))

    def varied(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments to be differentiated, with these leaves."""
        trees, at = [], 0
        for count, rebuild in self.trees:
            trees.append(rebuild(leaves[at : at + count]))
            at += count
        return tuple(trees)

    def arguments(self, leaves: Sequence[Any]) -> list[Any]:
        """All arguments, those to be differentiated with these leaves."""
        varied = iter(self.varied(leaves))
        return [self.static[at] if at in self.static else next(varied) for at in range(self.count)]
