"""Gradients where a singularity is removable: reverse mode's nan, found by forward mode.

The record of sin(x) / x at 0 holds 0/0, and so do the cotangents. Forward mode divides the
leading zeros of series away (see `taylorad.valuation`), so the entries of a gradient that
are nan are looked up along their own directions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad._numbers import Number, value
from taylorad._tape import Variable, all_finite
from taylorad.dispatch import carries
from taylorad.transforms._levels import common_dtype, expand

__all__ = ["IN_VAIN", "along_entry", "filled", "has_nan", "pushed", "resolved", "resolved_rows"]

# After this many directions without success the others are not tried; and never more.
IN_VAIN, MOST = 8, 1000


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a function returned, to first order in one direction."""

    values: list[Any]
    slopes: list[Any]
    rebuild: Callable[[Iterable[Any]], Any]


def pushed(call: Callable[..., Any], inputs: Sequence[Any], direction: int) -> Pushed:
    """What ``call(inputs)`` returns, to first order along one entry of the inputs.

    A 0/0 at an entry that does not move is left open by that. Then all entries get a second
    motion, and what is found in the limit is taken if it is the same for two motions.
    """
    found = along_entry(call, inputs, direction)
    if not has_nan([*found.values, *found.slopes]) or has_nan(inputs):
        return found
    if any(x.dtype.kind != "f" for x in inputs):
        return found
    first, second = (_pushed_beside(call, inputs, direction, side) for side in (1.0, -1.0))
    return Pushed(
        [filled(*parts) for parts in zip(found.values, first.values, second.values, strict=True)],
        [filled(*parts) for parts in zip(found.slopes, first.slopes, second.slopes, strict=True)],
        found.rebuild,
    )


def along_entry(call: Callable[..., Any], inputs: Sequence[Any], direction: int) -> Pushed:
    """The same, with nan where another entry is at a 0/0."""
    ends = np.cumsum([x.size for x in inputs])
    at = int(np.searchsorted(ends, direction, side="right"))
    unit = np.zeros(inputs[at].size, inputs[at].dtype)
    unit[direction - ends[at]] = 1
    unit = unit.reshape(inputs[at].shape)

    def along(level: Any) -> Any:
        leaves = list(inputs)
        leaves[at] = level.seed({0: inputs[at], 1: unit})
        return call(leaves)

    expansion = expand(along, 1, common_dtype(inputs), lists_are_arrays=False)
    values, slopes = (
        [expansion.derivative(leaf, k) for leaf in expansion.leaves] for k in (0, 1)
    )
    return Pushed(values, slopes, expansion.rebuild)


def _pushed_beside(
    call: Callable[..., Any], inputs: Sequence[Any], direction: int, side: float
) -> Pushed:
    """The same in the limit from beside the point: from one side, or the other by other steps."""
    signs, steps = np.random.default_rng(1), np.random.default_rng(2 + (side > 0))
    sides = [
        side * signs.choice([-1, 1], x.shape) * steps.uniform(0.5, 2.0, x.shape) for x in inputs
    ]
    sides = [side.astype(x.dtype) for side, x in zip(sides, inputs, strict=True)]

    def beside(level: Any) -> Any:
        near = [level.seed({0: x, 1: side}) for x, side in zip(inputs, sides, strict=True)]
        found = along_entry(call, near, direction)
        return *found.values, *found.slopes

    expansion = expand(beside, 1, common_dtype(inputs), lists_are_arrays=False)
    leaves = [expansion.derivative(leaf, 0) for leaf in expansion.leaves]
    half = len(leaves) // 2
    return Pushed(leaves[:half], leaves[half:], iter)


def has_nan(results: Sequence[Any]) -> bool:
    """Whether a value or a coefficient of some result is nan."""
    return not all(map(all_finite, results)) and any(np.any(_nan(x)) for x in results)


def _nan(x: Any) -> Any:
    """Where a result, or a coefficient of it, is nan."""
    if isinstance(x, Number):
        known = value(x.parts)
        return np.any(known != known, axis=0)
    known = np.asarray(value(x))
    return known != known


def _recorded(x: Any) -> bool:
    return isinstance(x, Variable) or (isinstance(x, Number) and isinstance(x.parts, Variable))


def _expansions(
    call: Callable[..., Any], inputs: Sequence[Any], where: Sequence[Any], good: Callable[..., bool]
) -> None:
    """Expand along the entries of the inputs that are marked, until it is in vain.

    ``good(i, place, found)`` takes what was found along an entry of the i-th input and
    says whether it is of use.
    """
    if any(_recorded(x) or x.dtype.kind != "f" for x in inputs):
        return
    failures, start = 0, 0
    for i, (x, marked) in enumerate(zip(inputs, where, strict=True)):
        for place in itertools.islice(np.flatnonzero(marked & ~_nan(x)).tolist(), MOST):
            try:
                found = pushed(call, inputs, start + place)
            except TypeError:  # a rule for reverse mode alone
                return
            failures = 0 if good(i, place, found) else failures + 1
            if failures == IN_VAIN:
                return
        start += x.size


def resolved(
    call: Callable[..., Any],
    inputs: Sequence[Any],
    values: Sequence[Any],
    gradients: Sequence[Any],
    seeds: Sequence[Any],
) -> tuple[list[Any], list[Any]]:
    """The values and gradients of reverse mode, nan replaced by what forward mode finds.

    Parameters
    ----------
    call : callable
        Takes the list of inputs.
    inputs : sequence
        The differentiated leaves.
    values, gradients : sequence
        One for each output and one for each input.
    seeds : sequence
        The cotangent of each output.
    """
    values = list(values)
    found: list[dict[int, Any]] = [{} for _ in inputs]

    def good(i: int, place: int, there: Pushed) -> bool:
        entry: Any = 0.0
        for k, (slope, seed) in enumerate(zip(there.slopes, seeds, strict=True)):
            entry = entry + np.sum(seed * slope)
            values[k] = filled(values[k], there.values[k])
        if np.any(_nan(entry)):
            return False
        found[i][place] = entry
        return True

    _expansions(call, inputs, list(map(_nan, gradients)), good)
    return values, [_replaced(g, entries) for g, entries in zip(gradients, found, strict=True)]


def resolved_rows(
    call: Callable[..., Any], inputs: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """The same for the rows of a Jacobian: for each output its derivatives by each input."""
    shapes = [row[0].shape[: row[0].ndim - inputs[0].ndim] for row in rows]
    flat = [
        [np.reshape(part, (*shape, x.size)) for part, x in zip(row, inputs, strict=True)]
        for row, shape in zip(rows, shapes, strict=True)
    ]
    found: list[dict[int, Any]] = [{} for _ in inputs]

    def good(i: int, place: int, there: Pushed) -> bool:
        before = [row[i][..., place] for row in flat]
        after = [
            filled(known, slope)
            for known, slope in zip(before, there.slopes, strict=True)
        ]
        found[i][place] = after
        return sum(np.sum(_nan(x)) for x in after) < sum(np.sum(_nan(x)) for x in before)

    where = [
        np.any([_nan(row[i]).reshape(-1, *x.shape).any(axis=0) for row in flat], axis=0)
        for i, x in enumerate(inputs)
    ]
    _expansions(call, inputs, where, good)
    for i, entries in enumerate(found):
        for n, row in enumerate(flat):
            if entries:
                columns = [row[i][..., place] for place in range(inputs[i].size)]
                for place, after in entries.items():
                    columns[place] = after[n]
                row[i] = np.stack(columns, axis=-1)
    return [
        [_shaped(part, (*shape, *x.shape)) for part, x in zip(row, inputs, strict=True)]
        for row, shape in zip(flat, shapes, strict=True)
    ]


def _shaped(part: Any, shape: tuple[int, ...]) -> Any:
    shaped = np.reshape(part, shape)
    return shaped if carries(shaped) else shaped[()]


def filled(known: Any, other: Any, third: Any = None) -> Any:
    """A value, with those of another way where it is nan, and which agrees with a third."""
    where = _nan(known)
    if not np.any(where):
        return known
    if third is not None:
        with np.errstate(invalid="ignore"):
            same = np.isclose(value(other), value(third), rtol=1e-6, atol=1e-12)
        where = where & same
    filled = np.where(where, other, known)
    return filled if carries(filled) else filled[()]


def _replaced(g: Any, entries: dict[int, Any]) -> Any:
    """A gradient with other entries at some places of its flat order."""
    if not entries:
        return g
    if g.ndim == 0:
        return entries[0]
    if carries(g) or any(map(carries, entries.values())):
        flat = list(np.reshape(g, -1))
        for place, entry in entries.items():
            flat[place] = entry
        return np.reshape(np.stack(flat), g.shape)
    g = g.copy()
    g.flat[list(entries)] = list(entries.values())
    return g
