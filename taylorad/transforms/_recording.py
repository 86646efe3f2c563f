"""One reverse level: Variables for the arguments, and what is pulled back to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad._cotangents import owned, zero
from taylorad._memory import reused
from taylorad._numbers import Number, make
from taylorad._tape import Graph, Variable, pull_back
from taylorad._trees import flatten
from taylorad.algebra import new_tag, opened
from taylorad.transforms._arguments import numeric, position
from taylorad.transforms._levels import returned_leaf

__all__ = ["Arguments", "Recording", "scalar"]


@dataclass(frozen=True, slots=True)
class Output:
    """What a function returned: a tree, its leaves at the level recorded or below."""

    tree: Any
    leaves: list[Any]
    rebuild: Callable[[Iterable[Any]], Any]


class Recording:
    """What a function computes from some inputs, recorded at a level of its own.

    Parameters
    ----------
    inputs : sequence
        Plain arrays, or numbers and Variables of lower levels.
    """

    def __init__(self, inputs: Sequence[Any]) -> None:
        self.inputs = inputs
        self.tag = new_tag()
        self.graph: Any = Graph(self.tag)
        self.variables = [Variable.of(x, self.graph) for x in inputs]

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *error: object) -> None:
        self.graph.open = False
        self.graph.clear()

    def run(self, f: Callable[..., Any], args: Iterable[Any], kwargs: dict[str, Any]) -> Output:
        """What `f` returns, whose operations are recorded while it runs."""
        self.variables = []  # nothing but `f` holds them
        try:
            with reused(), opened(self.tag):
                tree = f(*args, **kwargs)
            leaves, rebuild = flatten(tree)
            return Output(tree, [self._settled(leaf) for leaf in leaves], rebuild)
        finally:
            self.graph.open = False

    def _settled(self, leaf: Any) -> Any:
        """An output as a Variable of this level, or as what does not depend on the inputs."""
        if self._depends(leaf):
            return leaf
        leaf = returned_leaf(leaf, self.tag)
        if isinstance(leaf, Number) and isinstance(leaf.parts, Variable):
            return self._of_this_level(leaf)
        return leaf

    def _of_this_level(self, number: Any) -> Any:
        """A number whose coefficients are Variables as a Variable whose value is a number."""
        if number.algebra.factors[-1].tag > self.tag:
            raise TypeError(
                "the function returned a number of a transform inside it, which is meaningless "
                "outside; return what the transform computes, or ta.value of the number"
            )
        parts = number.parts
        units = make(number.algebra, np.eye(number.algebra.rows))
        return sum(units[row] * parts[row] for row in range(number.algebra.rows))

    def value(self, leaf: Any) -> Any:
        """The value of a settled output."""
        return leaf.value if self._depends(leaf) else leaf

    def _depends(self, leaf: Any) -> bool:
        return isinstance(leaf, Variable) and leaf.level == self.tag

    def pull(self, outputs: Sequence[Any], seeds: Sequence[Any]) -> list[Any]:
        """The cotangents of the inputs, from those of settled outputs."""
        places, used = [], []
        for output, seed in zip(outputs, seeds, strict=True):
            if self._depends(output):
                graph, place = output.home
                if graph is self.graph:
                    places.append(place)
                    used.append(seed)
        with reused():
            found = pull_back(self.graph, places, used, range(len(self.inputs)))
        seen = set(map(id, used))
        return [
            zero(x) if g is None else owned(g, x, seen)
            for g, x in zip(found, self.inputs, strict=True)
        ]


def scalar(x: Any) -> Any:
    """A 0-d array as the scalar NumPy's functions return; objects stay within theirs."""
    return x[()] if isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype != object else x


class Arguments:
    """The differentiated arguments of a call, as a flat list of leaves.

    Parameters
    ----------
    argnums : int or tuple of int
        Which positional arguments.
    args : tuple
        The positional arguments of the call.
    """

    def __init__(self, argnums: int | tuple[int, ...], args: tuple[Any, ...]) -> None:
        self.args = args
        self.several = not isinstance(argnums, int)
        numbers = (argnums,) if isinstance(argnums, int) else argnums
        self.positions = [position(argnum, args) for argnum in numbers]
        self.leaves: list[Any] = []
        self.trees: list[tuple[int, Callable[[Iterable[Any]], Any]]] = []
        for at in self.positions:
            name = "the argument" if len(args) == 1 else f"argument {at}"
            leaves, rebuild = flatten(args[at])
            self.leaves += [scalar(numeric(leaf, name)) for leaf in leaves]
            self.trees.append((len(leaves), rebuild))

    def filled(self, leaves: Sequence[Any]) -> list[Any]:
        """The positional arguments with other leaves in the differentiated ones."""
        args = list(self.args)
        for at, tree in zip(self.positions, self._rebuilt(leaves), strict=True):
            args[at] = tree
        return args

    def called(self, f: Callable[..., Any], kwargs: dict[str, Any]) -> Callable[..., Any]:
        """The function of the leaves that calls `f`."""
        return lambda leaves: f(*self.filled(leaves), **kwargs)

    def like(self, leaves: Sequence[Any]) -> Any:
        """Results, one a leaf, in the structure of the differentiated arguments."""
        trees = self._rebuilt(leaves)
        return tuple(trees) if self.several else trees[0]

    def _rebuilt(self, leaves: Sequence[Any]) -> list[Any]:
        trees, at = [], 0
        for count, rebuild in self.trees:
            trees.append(rebuild(leaves[at : at + count]))
            at += count
        return trees
