"""Dense matrices of derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from taylorad._cotangents import ones
from taylorad._kernels import threads
from taylorad._memory import reused
from taylorad._numbers import Number, common, laid_as, make, parts_over
from taylorad._tape import Variable
from taylorad._trees import flatten
from taylorad.algebra import Algebra, Factor, new_tag, opened
from taylorad.dispatch import carries
from taylorad.transforms._arguments import check_argnums, check_callable, named
from taylorad.transforms._levels import (
    common_dtype,
    open_divisions,
    returned_leaf,
    shape_of,
)
from taylorad.transforms._recording import Arguments, Recording
from taylorad.transforms._resolving import filled, has_nan, pushed, resolved_rows

__all__ = ["jacobian", "jacobian_of", "step_of"]

# The directions of one pass of forward mode: as many as keep a buffer in cache.
COEFFICIENTS = 2**17
DIRECTIONS = 128
# So many inputs are carried to second order together where a removable singularity takes an
# order; with more of them the directions are tried one by one.
AGAIN = 32


def jacobian(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, mode: str = "auto"
) -> Callable[..., Any]:
    """The function that computes all first derivatives of `f`.

    Parameters
    ----------
    f : callable
        Plain NumPy code with any output.
    argnums : int or tuple of int, default 0
        Which positional arguments to differentiate in.
    mode : {"auto", "forward", "reverse"}, default "auto"
        "forward" pushes all directions forward in one pass, "reverse" pulls one output back
        at a time; "auto" takes "reverse" if there are fewer outputs than inputs.

    Returns
    -------
    callable
        It takes the arguments of `f` and returns an array of shape ``(*f(x).shape,
        *x.shape)``. Where `f` returns a tuple, list or dict, so does it; where an argument
        is one, each entry of this has the structure of the argument.

    Raises
    ------
    TypeError
        If `f` is not callable or an argnum is not an integer.
    ValueError
        If `mode` is none of the three.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> def polar(p):
    ...     return np.array([p[0] * np.cos(p[1]), p[0] * np.sin(p[1])])
    >>> ta.jacobian(polar)(np.array([2.0, np.pi / 2])).round(12) + 0.0
    array([[ 0., -2.],
           [ 1.,  0.]])
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f"mode is 'auto', 'forward' or 'reverse', but {mode!r} was given")
    return jacobian_of(f, argnums, mode)


def jacobian_of(
    f: Callable[..., Any], argnums: int | tuple[int, ...], mode: str, resolves: bool = True
) -> Callable[..., Any]:
    """The same; without `resolves` what reverse mode leaves nan stays so."""
    check_callable(f)
    chosen = check_argnums(argnums)

    def g(*args: Any, **kwargs: Any) -> Any:
        arguments = Arguments(chosen, args)

        def call(leaves: Sequence[Any]) -> Any:
            return f(*arguments.filled(leaves), **kwargs)

        found = None
        if mode != "forward":
            found = _reverse(call, arguments.leaves, mode == "reverse", resolves)
        if found is None:
            found, first = _forward(call, arguments.leaves), arguments.leaves[0]
            if resolves and any(has_nan(row) and row[0].ndim > first.ndim for row in found[0]):
                found = _without_slopes_at_rest(call, arguments.leaves, found)
        rows, rebuild = found
        return rebuild(arguments.like(row) for row in rows)

    return named(g, f, f"The Jacobian in argument {argnums}")


Rows = tuple[list[list[Any]], Callable[..., Any]]


def _reverse(
    call: Callable[..., Any], inputs: Sequence[Any], always: bool, resolves: bool
) -> Rows | None:
    """For each output its derivatives by each input; None if forward mode is for this."""
    with Recording(inputs) as recording:
        output = recording.run(call, (recording.variables,), {})
        outputs = sum(math.prod(shape_of(leaf)) for leaf in output.leaves)
        if not always and outputs >= sum(x.size for x in inputs):
            return None
        rows = [_pulled(recording, leaf) for leaf in output.leaves]
    if resolves and any(map(has_nan, rows)):
        rows = resolved_rows(call, inputs, rows)
    return rows, output.rebuild


def _pulled(recording: Recording, leaf: Any) -> list[Any]:
    shape = shape_of(leaf)
    dtype = getattr(leaf, "dtype", np.dtype(float))
    if dtype.kind == "c" and any(x.dtype.kind != "c" for x in recording.inputs):
        raise TypeError(
            "reverse mode by a real argument loses the imaginary part of a complex output; use "
            "jacobian(f, mode='forward')"
        )
    if shape == ():
        return recording.pull([leaf], [ones(leaf)])
    rows = []
    for index in np.ndindex(shape):
        unit = np.zeros(shape, dtype)
        unit[index] = 1
        rows.append(recording.pull([leaf], [unit]))
    return [
        np.reshape(np.stack([row[i] for row in rows]), (*shape, *x.shape))
        if rows
        else np.zeros((*shape, *x.shape), x.dtype)
        for i, x in enumerate(recording.inputs)
    ]


def step_of(size: int) -> int:
    """How many directions one pass takes, for arguments of this size."""
    return min(max(COEFFICIENTS // max(size, 1), 16), DIRECTIONS)


def _forward(call: Callable[..., Any], inputs: Sequence[Any]) -> Rows:
    """The same, by pushing all directions forward."""
    total = sum(x.size for x in inputs)
    step = step_of(max(*(x.size for x in inputs), 1))
    passes: list[list[Any]] = []
    rebuild: Any = None
    # A buffer fits into the cache of one core: others would only take it away.
    with threads(1), reused():
        for start in range(0, max(total, 1), step):
            columns, rebuild = _columns(call, inputs, start, min(start + step, total))
            passes.append(columns)
        rows = [_by_input(parts, inputs) for parts in zip(*passes, strict=True)]
    return rows, rebuild


def _without_slopes_at_rest(
    call: Callable[..., Any], inputs: Sequence[Any], found: Rows
) -> Rows:
    """The same, where an infinite slope met what does not move, which is 0 in reverse mode."""
    try:
        other = _reverse(call, inputs, True, False)
    except TypeError:  # what forward mode alone can do
        return found
    rows, rebuild = found
    assert other is not None
    return [
        [filled(part, known) for part, known in zip(*pair, strict=True)]
        for pair in zip(rows, other[0], strict=True)
    ], rebuild


def _by_input(parts: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """The derivatives of one output by each input; the parts have some directions each."""
    shape = parts[0].shape[:-1]
    ends = np.cumsum([x.size for x in inputs]).tolist()
    if any(map(carries, parts)):
        whole = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
        return [
            np.reshape(whole[..., end - x.size : end], (*shape, *x.shape))
            for x, end in zip(inputs, ends, strict=True)
        ]
    dtype = np.result_type(*parts)
    entries = []
    for x, end in zip(inputs, ends, strict=True):
        whole = np.empty((*shape, *x.shape), dtype)
        entry = whole.reshape((*shape, x.size))
        stop = x.size - end
        for part in parts:
            start, stop = stop, stop + part.shape[-1]
            if start < x.size and stop > 0:
                entry[..., max(start, 0) : stop] = part[..., max(-start, 0) : x.size - start]
        entries.append(whole[()])
    return entries


def _columns(
    call: Callable[..., Any], inputs: Sequence[Any], start: int, stop: int, order: int = 1
) -> Any:
    """The derivatives in the directions from `start` to `stop`, along a new last axis."""
    tag = new_tag()
    count = stop - start
    algebra = Algebra.of((Factor(tag, "multi", order, count),))
    lower = common(inputs)
    if lower is not None:
        algebra = lower.join(algebra)
    constant, linear = _places(algebra, count)
    seeds, offset = [], -start
    for x in inputs:
        seeds.append(_seed(algebra, x, constant, linear, offset))
        offset += x.size
    before = open_divisions()
    with opened(tag):
        output = call(seeds)
    leaves, rebuild = flatten(output)
    leaves = [returned_leaf(leaf, tag) for leaf in leaves]
    dtype = common_dtype(inputs)
    if open_divisions() > before or any(_lost(leaf, tag) for leaf in leaves):
        if order == 1 and count == sum(x.size for x in inputs) <= AGAIN:
            return _columns(call, inputs, start, stop, 2)
        return _one_by_one(call, inputs, start, stop)
    return [_read(leaf, tag, count, dtype) for leaf in leaves], rebuild


def _places(algebra: Algebra, count: int) -> tuple[Any, Any]:
    """The rows of degree 0 in the last factor and, for each of its variables, of degree 1."""
    if len(algebra.factors) == 1:
        rows = np.arange(count + 1)
        return rows[:1], rows[1:, None]
    own = algebra.exponents[:, algebra.exponents.shape[1] - count :]
    degree = own.sum(axis=1)
    linear = own * (degree == 1)[:, None]
    return np.flatnonzero(degree == 0), np.nonzero(linear.T)[1].reshape(count, -1)


def _seed(algebra: Algebra, x: Any, constant: Any, linear: Any, offset: int) -> Any:
    """An input with the unit directions of its entries, the first of which is at `offset`."""
    first, last = max(-offset, 0), min(len(linear) - offset, x.size)
    units = np.zeros((algebra.rows, x.size), x.dtype)
    if first < last:
        inside = np.arange(first, last)
        units[linear[inside + offset, 0], inside] = 1
    units = laid_as(units.reshape(algebra.rows, *x.shape), x)
    if isinstance(x, Number):
        parts = x.parts
        if isinstance(parts, Variable):
            return make(algebra, parts_over(algebra, x) + units)
        units[constant] = parts_over(algebra.without(algebra.tags[-1]), x)
    elif isinstance(x, Variable):
        return make(algebra, np.concatenate([np.reshape(x, (1, *x.shape)), units[1:]]))
    else:
        units[0] = x
    return make(algebra, units)


def _lost(leaf: Any, tag: int) -> bool:
    """Whether a leaf lost its first derivatives at a removable singularity."""
    factor = leaf.algebra.factor(tag) if isinstance(leaf, Number) else None
    return factor is not None and factor.order < 1


def _read(leaf: Any, tag: int, count: int, dtype: Any) -> Any:
    if not isinstance(leaf, Number) or leaf.algebra.factor(tag) is None:
        kind = leaf.dtype if carries(leaf) else np.result_type(np.asarray(leaf), dtype)
        return np.zeros((*shape_of(leaf), count), kind if kind.kind in "fcO" else dtype)
    rest = leaf.algebra.without(tag, 1)
    if len(leaf.algebra.factors) == 1 and not carries(leaf.parts):
        return np.moveaxis(leaf.parts[1 : count + 1], 0, -1)
    _, linear = _places(leaf.algebra, count)
    return make(rest, np.moveaxis(leaf.parts[linear.T], 1, -1))


def _one_by_one(call: Callable[..., Any], inputs: Sequence[Any], start: int, stop: int) -> Any:
    """The same columns, each expanded as far as removable singularities ask for."""
    columns: list[list[Any]] = []
    rebuild: Any = None
    for direction in range(start, stop):
        found = pushed(call, inputs, direction)
        columns.append(found.slopes)
        rebuild = found.rebuild
    return [np.stack(parts, axis=-1) for parts in zip(*columns, strict=True)], rebuild
