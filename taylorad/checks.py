"""Checking derivatives against differences of function values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from taylorad._numbers import repack, value
from taylorad._trees import flatten
from taylorad.transforms._arguments import check_callable, check_count, numeric
from taylorad.transforms.forward import jvp
from taylorad.transforms.reverse import vjp

__all__ = ["check_grads"]

# f'(x) = sum over k of WEIGHTS[k] (f(x + (k + 1) h) - f(x - (k + 1) h)) / h + O(h^8)
WEIGHTS = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
STEPS = (2.0**-5, 2.0**-7, 2.0**-9, 2.0**-12, 2.0**-15)
ENTRIES = 24  # of an argument's gradient that are looked at one by one


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("forward", "reverse"),
    atol: float | None = None,
    rtol: float | None = None,
) -> None:
    """Compare the derivatives of `f` with numerical ones.

    They are compared along random directions and, in reverse mode, entry by entry; second
    derivatives are those of the first ones in each of the modes, and so on.

    Parameters
    ----------
    f : callable
        What to differentiate, with any arguments and any output.
    args : tuple
        The arguments, where derivatives are compared: a point around which `f` is smooth.
    order : int, default 2
        Up to which order.
    modes : sequence of {"forward", "reverse"}, default both
        In which modes. Functions made by `custom_vjp` know "reverse" only.
    atol, rtol : float, optional
        The difference allowed, absolute and relative. By default 1e-6 for double precision.

    Raises
    ------
    AssertionError
        If derivatives differ; the message shows the entry that does most.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> ta.check_grads(lambda x: np.sin(x) * x, (np.array([0.3, 1.7]),), order=3)

    A rule with a mistake in it:

    >>> wrong = ta.custom_derivative(np.sin, lambda x: np.cos(2.0 * x))
    >>> ta.check_grads(wrong, (0.5,))
    Traceback (most recent call last):
        ...
    AssertionError: ...
    """
    check_callable(f)
    order = check_count(order, "order")
    if order < 1:
        raise ValueError(f"order must be 1 or more, but {order} was given")
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    for mode in modes:
        if mode not in ("forward", "reverse"):
            raise ValueError(f"a mode is 'forward' or 'reverse', but {mode!r} was given")
    if not isinstance(args, (tuple, list)):
        raise TypeError(
            f"args must be a tuple of the arguments, but {type(args).__name__} was given; for "
            "one argument write (x,)"
        )
    point = _Point(args)
    fine = 1e-3 if any(x.dtype in (np.float32, np.complex64) for x in point.leaves) else 1e-6
    check = _Check(fine if atol is None else atol, fine if rtol is None else rtol, modes)
    check.function(f, point, order, [])


class _Point:
    """Arguments as a flat list of arrays."""

    def __init__(self, args: Sequence[Any]) -> None:
        leaves, self.rebuild = flatten(tuple(args))
        self.leaves = [np.asarray(numeric(x, "an argument")) for x in leaves]

    def args(self, leaves: Iterable[Any]) -> Any:
        return self.rebuild(x[()] for x in leaves)

    def moved(self, directions: Sequence[Any], t: float) -> Any:
        """The arguments moved along directions, in double precision."""
        return self.args(
            np.asarray(x + t * v) for x, v in zip(self.leaves, directions, strict=True)
        )

    def random(self, rng: np.random.Generator) -> list[Any]:
        """A direction, in each entry no longer than `_scale`."""
        return [_random(rng, x) * _scale(x) for x in self.leaves]

    @property
    def scale(self) -> float:
        """The length of the longest entries of a random direction."""
        return max([float(np.max(_scale(x), initial=0.0)) for x in self.leaves] or [0.0]) or 1.0


def _scale(x: Any) -> Any:
    """How far to go from x: a unit, but not past zero, where many functions end."""
    size = np.abs(x).astype(np.float64)
    return np.where(size > 1e-9, np.minimum(size, 1.0), 1.0)


def _random(rng: np.random.Generator, x: Any) -> Any:
    """A random array like x, of entries that are neither small nor large."""
    entries = rng.uniform(0.5, 1.0, x.shape) * rng.choice([-1.0, 1.0], x.shape)
    if x.dtype.kind == "c":
        entries = entries * np.exp(1j * rng.uniform(0, 2 * math.pi, x.shape))
    return np.asarray(entries)


class _Check:
    """One comparison, with its tolerances."""

    def __init__(self, atol: float, rtol: float, modes: Sequence[str]) -> None:
        self.atol, self.rtol, self.modes = atol, rtol, modes
        self.rng = np.random.default_rng(0)

    def function(
        self, f: Callable[..., Any], point: _Point, order: int, path: list[str]
    ) -> None:
        for mode in self.modes:
            check = self.forward if mode == "forward" else self.reverse
            derivative = check(f, point, [mode, *path])
            if order > 1:
                self.function(derivative, point, order - 1, [mode, *path])

    def forward(self, f: Callable[..., Any], point: _Point, path: list[str]) -> Callable[..., Any]:
        """Compare along a direction; returns the derivative along it."""
        along = point.random(self.rng)
        directions = [v.astype(x.dtype) for v, x in zip(along, point.leaves, strict=True)]
        tangents = point.args(directions)
        y, dy = jvp(f, point.args(point.leaves), tangents)
        self._value(y, f(*point.args(point.leaves)), path)
        expected = _difference(lambda t: _flat(f(*point.moved(directions, t))))
        names = [f"output {name}" for name in _names(y)]
        scale = point.scale
        self._compare(_flat(dy) / scale, expected / scale, names, path, "along a random direction")
        return lambda *args: jvp(f, args, tangents)[1]

    def reverse(self, f: Callable[..., Any], point: _Point, path: list[str]) -> Callable[..., Any]:
        """Compare a weighted sum, entry by entry; returns its gradients."""
        y, pullback = vjp(f, *point.args(point.leaves))
        self._value(y, f(*point.args(point.leaves)), path)
        leaves, rebuild = flatten(y)
        weights = [_random(self.rng, _like(leaf)).astype(_like(leaf).dtype) for leaf in leaves]
        cotangent = rebuild(weight[()] for weight in weights)
        gradients = [np.asarray(g) for g in flatten(pullback(cotangent))[0]]
        flat = np.concatenate([weight.ravel() for weight in weights] or [np.zeros(0)])

        def weighted(directions: Sequence[Any]) -> Any:
            return _difference(
                lambda t: np.real(np.sum(flat * _flat(f(*point.moved(directions, t)))))
            )

        along, scale = point.random(self.rng), point.scale
        total = sum(np.real(np.sum(g * v)) for g, v in zip(gradients, along, strict=True))
        found, expected = [total / scale], [weighted(along) / scale]
        names = ["all arguments along a random direction"]
        for at, x in enumerate(point.leaves):
            for index in self._some(x.shape):
                for unit in (1.0, 1j) if x.dtype.kind == "c" else (1.0,):
                    directions: list[Any]
                    directions = [np.zeros(other.shape, type(unit)) for other in point.leaves]
                    scale = _scale(x)[index]
                    directions[at][index] = unit * scale
                    found.append(np.real(gradients[at][index] * unit))
                    expected.append(weighted(directions) / scale)
                    names.append(f"argument {at}{_index(index)}")
        self._compare(np.array(found), np.array(expected), names, path, "of a weighted sum")
        return lambda *args: vjp(f, *args)[1](cotangent)

    def _some(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """All indices, or some of them if there are many."""
        size = math.prod(shape)
        chosen = np.arange(size)
        if size > ENTRIES:
            chosen = np.sort(self.rng.choice(size, ENTRIES, replace=False))
        return [tuple(map(int, np.unravel_index(i, shape))) for i in chosen] if shape else [()]

    def _value(self, found: Any, expected: Any, path: list[str]) -> None:
        names = [f"output {name}" for name in _names(expected)]
        self._compare(_flat(found), _flat(expected), names, path, "the value itself")

    def _compare(
        self, found: Any, expected: Any, names: list[str], path: list[str], what: str
    ) -> None:
        if found.shape != expected.shape:
            raise AssertionError(
                f"{_described(path)}, {what}: {found.size} entries where {expected.size} are due"
            )
        if not found.size:
            return
        with np.errstate(all="ignore"):
            excess = np.abs(found - expected) / (self.atol + self.rtol * np.abs(expected))
        excess = np.where(found == expected, 0.0, excess)
        excess = np.where(np.isnan(excess), np.inf, excess)
        worst = int(np.argmax(excess))
        if excess[worst] > 1:
            difference = abs(found[worst] - expected[worst])
            raise AssertionError(
                f"{_described(path)}, {what}, {names[worst]}: {found[worst]} where "
                f"{expected[worst]} is due, a difference of {difference:.2g}; "
                f"{int(np.sum(excess > 1))} of {excess.size} entries differ by more than "
                f"{self.atol:g} + {self.rtol:g} |expected|"
            )


def _described(path: list[str]) -> str:
    return f"order {len(path)}, {' over '.join(path)} mode"


def _like(leaf: Any) -> Any:
    leaf = np.asarray(value(leaf))
    return leaf if leaf.dtype.kind in "fc" else leaf.astype(np.float64)


def _flat(tree: Any) -> Any:
    """All numbers in a tree as one plain vector."""
    leaves = [np.ravel(value(repack(leaf))) for leaf in flatten(tree)[0]]
    return np.concatenate(leaves) if leaves else np.zeros(0)


def _names(tree: Any) -> list[str]:
    leaves = flatten(tree)[0]
    names = []
    for at, leaf in enumerate(leaves):
        shape = np.shape(value(repack(leaf)))
        prefix = f"{at}" if len(leaves) > 1 else ""
        names += [prefix + _index(index) for index in np.ndindex(shape)]
    return names


def _index(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


def _difference(along: Callable[[float], Any]) -> Any:
    """The derivative of ``along`` at 0, from the two steps whose results agree best."""
    with np.errstate(all="ignore"):
        estimates = np.array(
            [
                sum(
                    weight * (along((k + 1) * h) - along(-(k + 1) * h))
                    for k, weight in enumerate(WEIGHTS)
                )
                / h
                for h in STEPS
            ]
        )
        errors = np.abs(np.diff(estimates, axis=0))
    errors = np.where(np.isnan(errors), np.inf, errors)
    best = np.argmin(errors, axis=0)
    return np.take_along_axis(estimates, best[None] + 1, axis=0)[0]
