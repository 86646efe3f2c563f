"""GradientTape: record what happens to Variables, then ask for gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from taylorad import _tape
from taylorad._tape import Graph, Variable, pull_back
from taylorad._trees import flatten
from taylorad.algebra import innermost

__all__ = ["GradientTape", "Variable"]


class GradientTape:
    """Record the operations on Variables, for gradients in reverse mode.

    Parameters
    ----------
    persistent : bool, default False
        Whether more than one gradient may be asked for.

    Notes
    -----
    Tapes nest: while an outer tape records, the gradient of an inner one is recorded too,
    and can be differentiated again.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> with ta.GradientTape() as tape:
    ...     x = tape.watch(np.ones((2, 2)))
    ...     z = np.sum(x) ** 2
    >>> tape.gradient(z, x)
    array([[8., 8.],
           [8., 8.]])
    """

    def __init__(self, persistent: bool = False) -> None:
        self._persistent = bool(persistent)
        self._graph: Graph | None = None
        self._active = False
        self._used = False
        self._owner = False

    def __enter__(self) -> GradientTape:
        if self._active:
            raise RuntimeError("this tape is recording already")
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._active:
            self._stop()

    def _start(self) -> None:
        if self._graph is None:
            level = innermost() + 0.5
            shared = _tape.graph_of_level(level)
            self._graph, self._owner = (Graph(level), True) if shared is None else (shared, False)
        _tape.activate(self._graph)
        self._active = True

    def _stop(self) -> None:
        assert self._graph is not None
        _tape.deactivate(self._graph)
        self._active = False

    def __del__(self) -> None:
        if getattr(self, "_owner", False) and self._graph is not None and not self._active:
            self._graph.clear()

    def watch(self, value: Any) -> Any:
        """The Variable of an array, or of the arrays in a list, tuple or dict.

        Parameters
        ----------
        value : array_like, Variable, or list, tuple or dict of such
            What is to be differentiated with respect to. A Variable is returned as it is.
        """
        leaves, rebuild = flatten(value)
        return rebuild(x if isinstance(x, Variable) else Variable(x) for x in leaves)

    def watched_variables(self) -> tuple[Variable, ...]:
        """The Variables that took part in what was recorded, in the order they appeared."""
        return () if self._graph is None else tuple(self._graph.variables())

    def reset(self) -> None:
        """Forget everything recorded so far."""
        if self._graph is None:
            return
        if not self._owner:
            raise RuntimeError("an inner tape shares the record of the outer one: reset that")
        self._graph.clear()
        self._used = False

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """A context in which operations are not recorded."""
        if not self._active:
            raise RuntimeError("this tape is not recording")
        self._stop()
        try:
            yield
        finally:
            self._start()

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """The gradients of the target, summed over its elements, by the sources."""
        if unconnected_gradients not in ("none", "zero"):
            raise ValueError(
                "unconnected_gradients is 'none' or 'zero', not " f"{unconnected_gradients!r}"
            )
        self._use()
        targets, _ = flatten(target)
        seeds = [None] * len(targets)
        if output_gradients is not None:
            seeds, _ = flatten(output_gradients)
            if len(seeds) != len(targets):
                raise ValueError(
                    f"output_gradients has {len(seeds)} entries for {len(targets)} targets"
                )
        leaves, rebuild = flatten(sources)
        for x in leaves:
            if not isinstance(x, Variable):
                raise TypeError(
                    f"a source must be a Variable, not {type(x).__name__}: use the result of "
                    "tape.watch(x), or make it with ta.Variable(x)"
                )
        return rebuild(self._gradients(targets, seeds, leaves, unconnected_gradients == "zero"))

    def _use(self) -> None:
        if self._used and not self._persistent:
            raise RuntimeError(
                "a tape gives one gradient; for more, make it with GradientTape(persistent=True)"
            )
        if self._graph is None:
            raise RuntimeError("this tape has not recorded anything: use it in a with block")
        self._used = True
        if self._active and not self._persistent:
            self._stop()

    def _gradients(
        self, targets: list[Any], seeds: list[Any], sources: list[Any], zero: bool
    ) -> list[Any]:
        graph: Any = self._graph
        totals: list[Any] = [None] * len(sources)
        for target, seed in zip(targets, seeds, strict=True):
            if not isinstance(target, Variable):
                continue  # computed from nothing that was watched
            home, place = target.home
            if home is None:
                home = graph
                place = graph.place(target)
            if place < 0:
                continue
            start = _seed(target, seed)
            found = pull_back(
                home, place, start, [home.place(x) for x in sources], self._recorded(home)
            )
            for i, g in enumerate(found):
                if g is not None:
                    totals[i] = g if totals[i] is None else totals[i] + g
        return [
            _shaped(g, x) if g is not None else np.zeros(x.shape, x.dtype)[()] if zero else None
            for g, x in zip(totals, sources, strict=True)
        ]

    def _recorded(self, graph: Graph) -> bool:
        """Whether somebody else records, so that the walk must be differentiable."""
        return graph.open and _tape.graph_of_level(graph.level) is graph

    def jacobian(self, target: Any, sources: Any) -> Any:
        """The Jacobians of a target by the sources, shape ``target.shape + source.shape``.

        Parameters
        ----------
        target : Variable
            What to differentiate, of any shape.
        sources : Variable, or list, tuple or dict of such
            By what.
        """
        if not isinstance(target, Variable):
            raise TypeError(f"the target of a Jacobian is a Variable, not {type(target).__name__}")
        self._use()
        leaves, rebuild = flatten(sources)
        rows = []
        for i in np.ndindex(target.shape):
            unit = np.zeros(target.shape, target.dtype)
            unit[i] = 1
            rows.append(self._gradients([target], [unit], leaves, zero=True))
        stacked = []
        for k, x in enumerate(leaves):
            if not rows:
                stacked.append(np.zeros((*target.shape, *x.shape)))
                continue
            whole = np.stack([row[k] for row in rows])
            stacked.append(np.reshape(whole, (*target.shape, *x.shape)))
        return rebuild(stacked)


def _seed(target: Variable, given: Any) -> Any:
    """The cotangent a walk starts with."""
    if given is None:
        return np.ones(target.shape, target.dtype)[()]
    given = given if isinstance(given, Variable) else np.asarray(given)
    if given.shape != target.shape:
        try:
            return np.broadcast_to(given, target.shape)
        except ValueError:
            raise ValueError(
                f"an output gradient of shape {given.shape} does not fit a target of shape "
                f"{target.shape}"
            ) from None
    return given


def _shaped(g: Any, x: Variable) -> Any:
    """A gradient as the user gets it: an array of its own, of the source's shape."""
    if isinstance(g, np.ndarray):
        return np.broadcast_to(g, x.shape).copy() if g.shape != x.shape else g
    return g
