"""`coverage`: what of a function would be refused, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy as np

from taylorad.dispatch import carries
from taylorad.lifting import conversions, creation  # noqa: F401
from taylorad.lifting.watching import Refusal, Watching
from taylorad.transforms._levels import Level

__all__ = ["Coverage", "coverage"]


class Coverage(Sequence[Refusal]):
    """What a function does that would be refused: a list, which prints as a report."""

    def __init__(self, name: str, refusals: Sequence[Refusal]) -> None:
        self.name = name
        self._refusals = tuple(refusals)

    def __len__(self) -> int:
        return len(self._refusals)

    @overload
    def __getitem__(self, index: int) -> Refusal: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Refusal]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._refusals[index]

    def __iter__(self) -> Iterator[Refusal]:
        return iter(self._refusals)

    def __repr__(self) -> str:
        if not self._refusals:
            return f"{self.name}: nothing is refused"
        count = len(self._refusals)
        lines = [f"{self.name}: {count} operation{'s' if count > 1 else ''} would be refused"]
        for refusal in self._refusals:
            lines.append(f"  {refusal.file}:{refusal.line}, in {refusal.inside}")
            lines.append(f"    {refusal.function}: {refusal.reason}")
        return "\n".join(lines)


def coverage(f: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Coverage:
    """Run a function, and report what of it would be refused.

    The function is called once, with numbers that carry a first derivative in place of the
    real and complex arguments. Each operation in it, and in the functions written in Python
    that it calls, is tried; where one is refused, that is noted, and the run goes on with
    the plain values.

    Parameters
    ----------
    f : callable
        The function; or ``lift(f)``, to see what is left when it is lifted.
    *args, **kwargs
        Its arguments: plain numbers and arrays, also in lists, tuples and dicts. Integers
        are left alone if there is anything else to differentiate by.

    Returns
    -------
    Coverage
        A sequence of refusals, each with ``function``, ``file``, ``line``, ``inside`` and
        ``reason``. It prints as a report.

    Notes
    -----
    What is seen depends on the path that the function takes for these arguments. After a
    refusal numbers are missing from whatever was computed with the plain value, so that the
    report may grow when the first refusals are gone.

    Examples
    --------
    >>> import math
    >>> import taylorad as ta
    >>> def f(x):
    ...     return math.sin(x) + math.exp(x)
    >>> report = ta.coverage(f, 0.5)
    >>> [refusal.function for refusal in report]
    ['math.sin', 'math.exp']
    >>> ta.coverage(ta.lift(f), 0.5)
    f: nothing is refused
    """
    lifted: Any = getattr(f, "__lifted__", None)
    inside = lifted is not None and lifted[0] is f
    inner = lifted[1] if inside else f
    if carries(f) or not callable(f):
        raise TypeError(f"coverage takes a function and its arguments, not {f!r:.60}")
    refusals: list[Refusal] = []
    watching = Watching(inside, refusals)
    level = Level.open(1)
    seeded = _seeded(level, (args, kwargs), "fc")
    if seeded is None:
        seeded = _seeded(level, (args, kwargs), "iufc")
    if not seeded:
        raise TypeError("coverage needs arguments to differentiate by: numbers or arrays of them")
    watching.call(inner)(*seeded[0], **seeded[1])
    return Coverage(getattr(f, "__qualname__", type(f).__name__), refusals)


def _seeded(level: Level, tree: Any, kinds: str) -> Any:
    """The arguments with numbers for those of some kinds of dtype; None if there are none."""
    found = False

    def seed(x: Any) -> Any:
        nonlocal found
        if type(x) in (list, tuple):
            return type(x)(seed(item) for item in x)
        if type(x) is dict:
            return {key: seed(item) for key, item in x.items()}
        if carries(x):
            found = True
            return x
        numeric = isinstance(x, (int, float, complex, np.generic, np.ndarray))
        if not numeric or np.asarray(x).dtype.kind not in kinds:
            return x
        found = True
        return level.seed({0: np.asarray(x)[()], 1: 1.0})

    seeded = seed(tree)
    return seeded if found else None
