"""GradientTape: record what happens to Variables, then ask for gradients."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from taylorad import _tape
from taylorad._cotangents import ones, owned, zero
from taylorad._foreign import refuse_foreign
from taylorad._numbers import level_of
from taylorad._tape import Graph, Variable, pull_back
from taylorad._trees import flatten
from taylorad.algebra import innermost
from taylorad.dispatch import carries

__all__ = ["GradientTape", "Variable"]


class _Record:
    """A graph, kept by the tapes that share it and emptied with the last of them.

    A graph knows the Variables it started from, and these may have become part of it, by
    assignment: emptying it leaves no circle of references behind.
    """

    __slots__ = ("__weakref__", "graph", "tapes")

    def __init__(self, level: Any) -> None:
        self.graph: Any = Graph(level)
        self.tapes = 0
        _records[id(self.graph)] = self

    def __del__(self) -> None:
        self.empty()

    def empty(self) -> None:
        self.graph.open = False
        self.graph.clear()


_records: WeakValueDictionary[int, _Record] = WeakValueDictionary()


class GradientTape:
    """Record the operations on Variables, for gradients in reverse mode.

    Parameters
    ----------
    persistent : bool, default False
        Whether more than one gradient may be asked for. A tape that is not persistent
        forgets what it recorded as it computes its gradient.

    Notes
    -----
    Tapes nest: while an outer tape records, the gradient of an inner one is recorded too,
    and can be differentiated again. They share one record, of which each tape sees the
    spans in which it was recording.

    Within the function of a transform (`grad`, `derivative`, ...) open the tape inside the
    function, and `watch` the arguments.

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

    Second derivatives:

    >>> x = ta.Variable(2.0)
    >>> with ta.GradientTape() as outer:
    ...     with ta.GradientTape() as inner:
    ...         y = x * x * x
    ...     dy = inner.gradient(y, x)
    >>> print(dy.value, outer.gradient(dy, x))
    12.0 12.0
    """

    def __init__(self, persistent: bool = False) -> None:
        self._persistent = bool(persistent)
        self._record: _Record | None = None
        self._active = False
        self._used = False
        self._watched: list[Variable] = []  # those that the user asked for
        self._spans: list[list[int]] = []  # of the record: where this tape was recording

    def __enter__(self) -> GradientTape:
        if self._active:
            raise RuntimeError("this tape is recording already")
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._active:  # a gradient may have stopped it
            self._stop()

    def __del__(self) -> None:
        record = getattr(self, "_record", None)
        if record is not None:
            record.tapes -= 1

    def _start(self) -> None:
        if self._record is None:
            self._open()
        assert self._record is not None
        graph = self._record.graph
        graph.open = True
        _tape.activate(graph)
        self._spans.append([len(graph), sys.maxsize])
        for x in self._watched:
            graph.watch(x)
        self._active = True

    def _open(self) -> None:
        level = innermost() + 0.5
        shared = _records.get(id(_tape.graph_of_level(level)))
        self._record = shared or _Record(level)
        self._record.tapes += 1
        self._used = False

    def _stop(self) -> None:
        assert self._record is not None
        graph = self._record.graph
        _tape.deactivate(graph)
        graph.open = _tape.graph_of_level(graph.level) is graph
        self._spans[-1][1] = len(graph)
        self._active = False

    # -- What is recorded --

    def watch(self, value: Any) -> Any:
        """The Variable of an array, or of the arrays in a list, tuple or dict.

        Parameters
        ----------
        value : array_like, Variable, or list, tuple or dict of such
            What is to be differentiated with respect to. A Variable is returned as it is,
            an argument of a transform as a new one.

        Returns
        -------
        Variable, or the same structure of Variables
            Compute with these.

        Examples
        --------
        >>> import numpy as np
        >>> import taylorad as ta
        >>> with ta.GradientTape() as tape:
        ...     point = tape.watch({"x": 1.0, "y": np.array([2.0, 3.0])})
        ...     z = np.sum(point["x"] * point["y"])
        >>> gradient = tape.gradient(z, point)
        >>> float(gradient["x"]), gradient["y"].tolist()
        (5.0, [1.0, 1.0])
        """
        leaves, rebuild = flatten(value)
        return rebuild([self._watch(leaf) for leaf in leaves])

    def _watch(self, leaf: Any) -> Variable:
        level = innermost() + 0.5 if self._record is None else self._record.graph.level
        if not (isinstance(leaf, Variable) and _is_known(leaf, level)):
            if level_of(leaf) > level:
                raise TypeError(
                    "this tape cannot watch an argument of a transform inside it; open the "
                    "tape within the function that is transformed"
                )
            refuse_foreign(type(leaf))
            leaf = Variable.at(leaf, level)
        if self._active:
            assert self._record is not None
            self._record.graph.watch(leaf)
        self._watched.append(leaf)
        return leaf

    def watched_variables(self) -> tuple[Variable, ...]:
        """The Variables that were watched, in the order they appeared.

        Examples
        --------
        >>> import taylorad as ta
        >>> with ta.GradientTape() as tape:
        ...     x = tape.watch(3.0)
        >>> tape.watched_variables()[0] is x
        True
        """
        noted = [] if self._record is None else self._record.graph.variables(self._spans)
        seen = {id(x): x for x in (*noted, *self._watched)}
        return tuple(seen.values())

    def reset(self) -> None:
        """Forget everything recorded so far.

        Examples
        --------
        >>> import taylorad as ta
        >>> x = ta.Variable(3.0)
        >>> with ta.GradientTape() as tape:
        ...     y = x * x
        ...     tape.reset()
        ...     z = y * x
        >>> print(tape.gradient(z, x))                  # y counts as a constant now
        9.0
        """
        active = self._active
        if active:
            self._stop()
        self._release()
        self._watched, self._used = [], False
        if active:
            self._start()

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """A context in which this tape does not record.

        Examples
        --------
        >>> import taylorad as ta
        >>> x = ta.Variable(3.0)
        >>> with ta.GradientTape() as tape:
        ...     y = x * x
        ...     with tape.stop_recording():
        ...         scale = 1.0 / y
        ...     z = y * scale
        >>> print(scale, tape.gradient(z, x))
        0.1111111111111111 0.6666666666666666
        """
        if not self._active:
            raise RuntimeError("this tape is not recording")
        self._stop()
        try:
            yield
        finally:
            self._start()

    def _release(self) -> None:
        """Drop the record; it is emptied if no other tape shares it."""
        if self._record is not None:
            self._watched = list(self.watched_variables())
            self._record.tapes -= 1
            if not self._record.tapes:
                self._record.empty()
            self._record = None
            self._spans = []

    # -- Derivatives --

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """The gradients of the target, summed over its elements, by the sources.

        Parameters
        ----------
        target : Variable, or list, tuple or dict of such
            What to differentiate; the gradients of several are added. What is plain was
            computed from nothing that was watched.
        sources : Variable, or list, tuple or dict of such
            By what: watched Variables, or anything computed from them.
        output_gradients : array_like, or the structure of the target, optional
            A weight for every element of the target, instead of 1.
        unconnected_gradients : {"none", "zero"}, default "none"
            Whether None or zeros stand where the target does not depend on a source.

        Returns
        -------
        array, or the structure of the sources
            While another tape or transform is under way, a Variable or number of that.

        Raises
        ------
        RuntimeError
            If the tape is not persistent and this is not its first gradient.
        TypeError
            If a source is not a Variable that this tape could have watched.
        ValueError
            If `output_gradients` does not fit the target.

        Examples
        --------
        >>> import numpy as np
        >>> import taylorad as ta
        >>> with ta.GradientTape(persistent=True) as tape:
        ...     x = tape.watch(np.array([1.0, 2.0]))
        ...     y = x**2
        >>> tape.gradient(y, x).tolist()
        [2.0, 4.0]
        >>> tape.gradient(y, x, output_gradients=np.array([1.0, 10.0])).tolist()
        [2.0, 40.0]
        """
        if unconnected_gradients not in ("none", "zero"):
            raise ValueError(
                f"unconnected_gradients is 'none' or 'zero', not {unconnected_gradients!r}"
            )
        targets, seeds = _targets(target, output_gradients)
        leaves, rebuild = self._sources(sources)
        self._use()
        found = self._pull(targets, seeds, leaves, release=True)
        if not self._persistent:
            self._finish()
        if unconnected_gradients == "zero":
            found = [zero(x) if g is None else g for g, x in zip(found, leaves, strict=True)]
        return rebuild(found)

    def jacobian(self, target: Any, sources: Any) -> Any:
        """The Jacobians of a target by the sources, shape ``target.shape + source.shape``.

        Parameters
        ----------
        target : Variable
            What to differentiate, of any shape.
        sources : Variable, or list, tuple or dict of such
            By what.

        Returns
        -------
        array, or the structure of the sources
            Zeros for a source on which the target does not depend.

        Examples
        --------
        >>> import numpy as np
        >>> import taylorad as ta
        >>> with ta.GradientTape() as tape:
        ...     x = tape.watch(np.array([1.0, 2.0]))
        ...     y = np.array([x[0] * x[1], x[0]])
        >>> tape.jacobian(y, x)
        array([[2., 1.],
               [1., 0.]])
        """
        if not carries(target) and not isinstance(target, (np.ndarray, np.generic, float, int)):
            raise TypeError(f"the target of a Jacobian is a Variable, not {type(target).__name__}")
        leaves, rebuild = self._sources(sources)
        shape = np.shape(target)
        targets, _ = _targets(target, None)
        self._use()
        rows = []
        for one in targets:  # several if it is an object array
            if getattr(one, "dtype", np.dtype(float)).kind == "c" and any(
                x.dtype.kind != "c" for x in leaves
            ):
                raise TypeError(
                    "the Jacobian of a complex target by a real source would lose its imaginary "
                    "part; take those of np.real and of np.imag of it, computed on the tape"
                )
            for index in np.ndindex(np.shape(one)):
                unit = np.zeros(np.shape(one), getattr(one, "dtype", float))
                unit[index] = 1
                rows.append(self._pull([one], [unit[()]], leaves))
        if not self._persistent:
            self._finish()
        return rebuild(_stacked(rows, k, x, shape) for k, x in enumerate(leaves))

    def _sources(self, sources: Any) -> tuple[list[Variable], Any]:
        leaves, rebuild = flatten(sources)
        level = None if self._record is None else self._record.graph.level
        for x in leaves:
            if not isinstance(x, Variable):
                raise TypeError(
                    f"a source must be a Variable, not {type(x).__name__}: use the result of "
                    "tape.watch(x), or make it with ta.Variable(x)"
                )
            if level is None or _is_known(x, level) or x.home_level == level - 0.5:
                continue
            raise TypeError(
                "this Variable was not watched by the tape: it belongs to a transform inside "
                "which the tape was not opened, or to another one; write x = tape.watch(x) "
                "first, where the tape is"
            )
        return leaves, rebuild

    def _use(self) -> None:
        if self._used and not self._persistent:
            raise RuntimeError(
                "a tape gives one gradient; for more, make it with GradientTape(persistent=True)"
            )
        if self._record is None:
            raise RuntimeError("this tape has not recorded anything: use it in a with block")
        if self._active and not self._persistent:
            self._stop()

    def _finish(self) -> None:
        self._release()
        self._used = True

    def _pull(
        self,
        targets: Sequence[Any],
        seeds: Sequence[Any],
        sources: Sequence[Variable],
        release: bool = False,
    ) -> list[Any]:
        """The cotangent of each source, None where there is none."""
        assert self._record is not None
        own = self._record.graph
        for target in targets:
            level = target.home_level if isinstance(target, Variable) else level_of(target)
            if level > own.level:
                raise TypeError(
                    "the target belongs to a transform inside which the tape was not opened; "
                    "open the tape within the function that is transformed"
                )
        found: list[Any] = [None] * len(sources)
        graphs = [own]  # and those of the arguments of the transform the tape is in
        for x in sources:
            if not _is_known(x, own.level) and x.home[0] not in graphs:
                graphs.insert(0, x.home[0])
        for graph in graphs:
            at = [i for i, x in enumerate(sources) if _is_known(x, own.level) == (graph is own)]
            places, used = _placed(graph, targets, seeds)
            cotangents = pull_back(
                graph,
                places,
                used,
                [graph.place(sources[i]) for i in at],
                graph.open and (graph is not own or _tape.graph_of_level(graph.level) is graph),
                graph is own and release and not self._persistent and self._record.tapes == 1,
                self._spans if graph is own and self._record.tapes > 1 else None,
            )
            seen = set(map(id, used))
            for i, g in zip(at, cotangents, strict=True):
                if g is not None:
                    found[i] = owned(g, sources[i], seen)
        return found


def _is_known(x: Any, level: Any) -> bool:
    """Whether a tape of a level watches a Variable by itself: it is of that level, or made by
    the user further out."""
    return bool(x.home_level == level or (x.made and x.home_level < level))


def _placed(
    graph: Any, targets: Sequence[Any], seeds: Sequence[Any]
) -> tuple[list[int], list[Any]]:
    """The places of the targets in a graph, and the cotangents to start with there."""
    places, used = [], []
    for target, seed in zip(targets, seeds, strict=True):
        while isinstance(target, Variable) and target.home_level > graph.level:
            target = target.value
        if not isinstance(target, Variable):
            continue  # computed from nothing that was watched
        home, place = target.home
        if home is not graph:
            place = graph.place(target)
        if place >= 0:
            places.append(place)
            used.append(_seed(target, seed))
    return places, used


def _targets(target: Any, given: Any) -> tuple[list[Any], list[Any]]:
    """The targets as a list, and for each its weights or None."""
    leaves, _ = flatten(target)
    seeds = [None] * len(leaves)
    if given is not None:
        seeds = flatten(given)[0] if isinstance(target, (list, tuple, dict)) else [given]
        if len(seeds) != len(leaves):
            raise ValueError(f"output_gradients has {len(seeds)} entries for {len(leaves)} targets")
    targets, weights = [], []
    for leaf, seed in zip(leaves, seeds, strict=True):
        if isinstance(leaf, np.ndarray) and leaf.dtype == object:  # np.array([y[0], y[1]])
            targets += leaf.ravel().tolist()
            spread = [None] * leaf.size
            if seed is not None:
                spread = list(np.broadcast_to(seed, leaf.shape).ravel())
            weights += spread
        else:
            targets.append(leaf)
            weights.append(seed)
    return targets, weights


def _seed(target: Variable, given: Any) -> Any:
    """The cotangent a walk starts with."""
    if given is None:
        return ones(target)
    given = given if carries(given) else np.asarray(given)
    if not carries(given) and given.dtype.kind in "biu":
        given = given.astype(np.float64)
    if given.shape != target.shape:
        try:
            return np.broadcast_to(given, target.shape)
        except ValueError:
            raise ValueError(
                f"an output gradient of shape {given.shape} does not fit a target of shape "
                f"{target.shape}"
            ) from None
    return given if carries(given) else given[()]


def _stacked(rows: list[list[Any]], k: int, x: Variable, shape: tuple[int, ...]) -> Any:
    entries = [zero(x) if row[k] is None else row[k] for row in rows]
    if not entries:
        return np.zeros((*shape, *x.shape), x.dtype)
    return np.reshape(np.stack(entries), (*shape, *x.shape))
