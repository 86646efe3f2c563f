"""Hessians most of whose entries are zero, whatever the point: by a few directions.

Which entries can be other than zero is read off the record of the function. Each point of an
array depends on some inputs; two inputs have a second derivative together only if an operation
that is not linear has a result that depends on both. Columns of the Hessian that have no such
row in common can be added up, and are told apart afterwards. So as many directions are enough
as there are groups of such columns: three for a chain of neighbours, however long it is.

Sources: A. R. Curtis, M. J. D. Powell and J. K. Reid, On the estimation of sparse Jacobian
matrices, IMA J. Appl. Math. 13 (1974); A. Griewank and A. Walther, Evaluating Derivatives (2008),
chapters 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from taylorad._kernels import threads
from taylorad._memory import reused
from taylorad._numbers import Number, make
from taylorad._tape import Variable, column_groups, operations, pairs_by_column
from taylorad.algebra import Algebra, Factor, new_tag, opened
from taylorad.dispatch import carries
from taylorad.transforms._levels import open_divisions, returned_leaf
from taylorad.transforms._recording import Recording

__all__ = ["along", "sparse_hessian"]

# With fewer variables all directions at once cost as much.
FEWEST = 128
# A point that depends on more inputs than these is taken to depend on all.
MOST = 8
# Grouped columns must be fewer than the variables by this factor to be worth the search.
WORTH = 4
MOST_GROUPS = 128
# Weights of a last direction, along which all entries are checked, and how exact that is.
GOLDEN, NOISE = 0.6180339887498949, 1e-9

# Linear functions of one array that only move its elements.
MOVES = (
    np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims,
    np.broadcast_to, np.flip, np.fliplr, np.flipud, np.roll, np.take, np.repeat, np.tile,
    np.diagonal, np.copy,
)  # fmt: skip


class Dense(Exception):
    """Nothing is gained: the function has too many second derivatives, or they are not known."""


def sparse_hessian(f: Callable[[Any], Any], x: Any, gradient: Callable[[Any], Any]) -> Any:
    """The Hessian at an array of doubles, or None where it is dense or not known to be sparse."""
    if x.size < FEWEST:
        return None
    try:
        rows, starts = _pattern(f, x)
    except Dense:
        return None
    if not len(rows):
        return np.zeros(x.shape * 2)
    groups = column_groups(rows, starts)
    count = int(groups.max()) + 1
    if count > min(x.size // WORTH, MOST_GROUPS):
        return None
    directions = np.zeros((count + 1, x.size))
    directions[groups, np.arange(x.size)] = 1.0
    directions[count] = weights = 1.0 + np.arange(x.size) * GOLDEN % 1.0
    before = open_divisions()
    sums = along(gradient, x, directions)
    if sums is None or open_divisions() > before:
        return None
    columns = np.repeat(np.arange(x.size), np.diff(starts))
    entries = sums[groups[columns], rows]
    # A function that is another one at every call may have other entries than those on record.
    terms = entries * weights[columns]
    gap = np.abs(np.bincount(rows, terms, x.size) - sums[count])
    if not np.all(gap <= NOISE * np.max(np.abs(terms))):
        return None
    result = np.zeros((x.size, x.size))
    result[rows, columns] = entries
    return result.reshape(x.shape * 2)


def along(gradient: Callable[[Any], Any], x: Any, directions: Any) -> Any:
    """The derivatives of the gradient along some directions; None where an order was lost."""
    tag = new_tag()
    algebra = Algebra.of((Factor(tag, "multi", 1, len(directions)),))
    parts = np.concatenate([x.reshape(1, -1), directions])
    with threads(1), reused(), opened(tag):
        found = gradient(make(algebra, parts.reshape(-1, *x.shape)))
    found = returned_leaf(found, tag)
    if not isinstance(found, Number) or found.algebra != algebra:
        return None
    parts = found.parts
    if carries(parts) or parts.dtype != np.float64 or parts.shape[1:] != x.shape:
        return None
    return parts[1:].reshape(directions.shape)


# --- Which entries -----------------------------------------------------------------------


class Wide:
    """What an array depends on whose points depend on too many inputs to list."""


WIDE = Wide()


def _pattern(f: Callable[[Any], Any], x: Any) -> tuple[Any, Any]:
    """The rows of the entries that may be other than zero, column by column."""
    with Recording([x]) as recording:
        output = recording.run(f, recording.variables, {})
        y = output.tree
        if not isinstance(y, Variable) or y.level != recording.tag or type(y.value) is not (
            np.float64
        ):
            raise Dense
        graph, place = y.home
        steps = operations(graph, place, 0) if graph is recording.graph else None
    if steps is None:
        raise Dense
    pairs = _Pairs(x.size)
    known = {0: np.arange(x.size, dtype=np.intp).reshape(1, *x.shape)}
    for at, kind, places, shape, detail in steps:
        operands = [known.get(place) for place in places]
        if any(operand is not None for operand in operands):
            known[at] = _step(kind, operands, shape, detail, pairs)
    return pairs_by_column(pairs.layers, x.size)


class _Pairs:
    """Pairs of inputs that have a second derivative together."""

    def __init__(self, size: int) -> None:
        self.size, self.count = size, 0
        self.layers: list[Any] = []

    def add(self, inputs: Any) -> None:
        """All pairs within each point's inputs."""
        if inputs is WIDE:
            raise Dense
        self.count += len(inputs) * inputs.size
        if self.count > 64 * self.size:
            raise Dense
        self.layers.append(np.ascontiguousarray(inputs.reshape(len(inputs), -1)))


def _step(kind: str, operands: list[Any], shape: Any, detail: Any, pairs: _Pairs) -> Any:
    """On which inputs the points of a result depend."""
    moving = [operand for operand in operands if operand is not None]
    if kind in ("product", "quotient"):
        bent = len(moving) > 1 or (kind == "quotient" and operands[1] is not None)
        kind = "curved" if bent else "linear"
    if kind in ("linear", "curved"):
        found = _joint(moving, shape)
        if kind == "curved":
            pairs.add(found)
        return found
    if kind == "item":
        return _moved(moving[0], lambda row: row[detail])
    if kind == "sum":
        few = moving[0] is not WIDE and moving[0].size <= MOST
        return moving[0].reshape(-1) if few else WIDE
    if kind in ("alone", "joined", "matrices"):
        function, arguments = detail
        if kind == "matrices":
            if len(moving) == 1:
                return WIDE
            if len(shape):
                raise Dense
            pairs.add(_joint(moving, np.shape(moving[0])[1:]))
            return WIDE
        if arguments is None:
            raise Dense
        if kind == "joined":
            return _joined(function, operands, *arguments)
        if function in MOVES:
            _, rest, options = arguments
            return _moved(moving[0], lambda row: function(row, *rest, **options))
        return WIDE  # linear, too
    raise Dense


def _moved(inputs: Any, move: Callable[[Any], Any]) -> Any:
    return inputs if inputs is WIDE else np.stack([move(row) for row in inputs])


def _joint(moving: Sequence[Any], shape: Any) -> Any:
    """The inputs of each point, of operands that are broadcast to a shape."""
    rows: list[Any] = []
    for inputs in moving:
        if inputs is WIDE:
            return WIDE
        for row in inputs:
            row = np.broadcast_to(row, shape)
            if not any(np.array_equal(row, other) for other in rows):
                rows.append(row)
    return WIDE if len(rows) > MOST else np.stack(rows)


def _joined(function: Any, operands: Sequence[Any], shapes: Sequence[Any], axis: int) -> Any:
    if any(operand is WIDE for operand in operands):
        return WIDE
    most = max(len(operand) for operand in operands if operand is not None)
    layers = []
    for k in range(most):
        pieces = [
            operand[k] if operand is not None and k < len(operand) else np.full(shape, -1, np.intp)
            for operand, shape in zip(operands, shapes, strict=True)
        ]
        layers.append(function(pieces, axis))
    return np.stack(layers)
