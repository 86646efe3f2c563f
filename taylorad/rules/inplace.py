"""Functions that store into their first argument: put, place, copyto and the like.

Each decides which entry of the values goes where without looking at either. So it is run
once on labels, the position of every value in place of the value, and what it stored
says what to assign. The assignment itself, of numbers over any algebra, is indexing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from taylorad import dispatch
from taylorad._numbers import repack, value
from taylorad.dispatch import carries
from taylorad.rules._rows import describe, parameters, refuse_numbers

__all__ = ["Store"]


@dataclass(frozen=True)
class Store:
    """A function that stores entries of `source` into `target`.

    Parameters
    ----------
    function : callable
        The NumPy function.
    target, source : str
        The names of the two arguments.
    mask : str, optional
        The name of an argument that selects by truth value.
    """

    function: Callable[..., Any]
    target: str
    source: str
    mask: str = ""
    stores: ClassVar[bool] = True

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        return tuple(parameters(self.function))

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        name = describe(self.function)
        given = {**dict(zip(self.parameters, args, strict=False)), **kwargs}
        if self.mask in given:
            given[self.mask] = value(given[self.mask])
        refuse_numbers(
            name, [given[key] for key in given if key not in (self.target, self.source)]
        )
        target, source = given[self.target], repack(given[self.source])
        if not carries(target):
            raise dispatch.DerivativeError(
                f"{name} cannot store numbers with derivatives in a plain array, which would "
                "drop them; start from an array such as np.zeros_like(x) of a number x"
            )

        def call(target: Any, source: Any) -> None:
            filled = {**given, self.target: target, self.source: source}
            positional = list(filled.values())[: len(args)]
            self.function(*positional, **dict(list(filled.items())[len(args) :]))

        # NumPy's own errors (shapes, casting, indices) come up before anything is stored.
        call(np.array(value(target)), value(source))
        labels = np.full(target.shape, -1, np.intp)
        call(labels, np.arange(np.size(source)).reshape(np.shape(source)))
        stored = labels >= 0
        target[stored] = np.ravel(source)[labels[stored]]


TABLE = [
    Store(np.put,             "a",    "v"),
    Store(np.put_along_axis,  "arr",  "values"),
    Store(np.place,           "arr",  "vals",    "mask"),
    Store(np.putmask,         "a",    "values",  "mask"),
    Store(np.copyto,          "dst",  "src",     "where"),
    Store(np.fill_diagonal,   "a",    "val"),
]  # fmt: skip

dispatch.register(TABLE)
