"""Functions whose derivative the user knows better than their code shows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from taylorad._numbers import Number, common, engine, level_of, make, parts_over, repack
from taylorad._tape import level_of_all, record
from taylorad.algebra import Algebra, new_tag, taylor
from taylorad.dispatch import Reverse, carries
from taylorad.rules.recording import values_of
from taylorad.transforms._arguments import check_callable
from taylorad.transforms._levels import Expansion, Level, shape_of

__all__ = ["custom_derivative"]

Slope = Callable[..., Any]


def custom_derivative(
    f: Callable[..., Any], derivative: Slope | Sequence[Slope | None]
) -> Callable[..., Any]:
    """An elementwise function with a derivative of the user's, good for every order.

    `f` itself is only ever called with plain numbers and arrays, so it need not be NumPy
    code. Higher derivatives come from `derivative`, which must be code that can itself be
    differentiated: NumPy code, or made by `custom_derivative` too.

    Parameters
    ----------
    f : callable
        An elementwise function of one or several arguments.
    derivative : callable, or sequence of callables
        The derivative of `f`, called with the same arguments: in the first argument, or for
        several arguments one function for each. None for an argument says that `f` cannot
        be differentiated in it.

    Returns
    -------
    callable
        A function like `f`, with its name and docstring.

    Raises
    ------
    TypeError
        If `f` or `derivative` is not callable, or, when called, if an argument without a
        derivative is being differentiated.
    ValueError
        When called, if the shapes of the value or of a derivative do not fit the arguments.

    Examples
    --------
    A function from the standard library, and how to differentiate it:

    >>> import math
    >>> import numpy as np
    >>> import taylorad as ta
    >>> erf = ta.custom_derivative(
    ...     np.vectorize(math.erf, otypes=[float]),
    ...     lambda x: 2 / np.sqrt(np.pi) * np.exp(-x * x),
    ... )
    >>> ta.derivatives(erf, 3)(0.5).round(6).tolist()
    [0.5205, 0.878783, -0.878783, -0.878783]

    Two arguments:

    >>> area = ta.custom_derivative(lambda a, b: a * b, (lambda a, b: b, lambda a, b: a))
    >>> float(ta.derivative(area, argnum=1)(2.0, 3.0))
    2.0
    """
    check_callable(f)
    slopes = _checked_slopes(derivative)

    @functools.wraps(f, updated=())
    def g(*args: Any, **kwargs: Any) -> Any:
        numbers = Reverse.current(tuple(repack(x) for x in args))
        if not any(map(carries, (*numbers, *kwargs.values()))):
            return f(*args, **kwargs)
        varied = _varied(f, slopes, numbers, kwargs)
        lift = _recorded if Reverse.owns(numbers) else _lift
        return lift(f, g, varied, numbers, kwargs)

    return g


def _checked_slopes(derivative: Any) -> Sequence[Slope | None]:
    if not isinstance(derivative, (tuple, list)):
        check_callable(derivative, "derivative")
        return (derivative,)
    for at, slope in enumerate(derivative):
        if slope is not None:
            check_callable(slope, f"derivative[{at}]")
    if all(slope is None for slope in derivative):
        raise TypeError("derivative must hold a function for at least one of the arguments")
    return tuple(derivative)


def _varied(
    f: Callable[..., Any],
    slopes: Sequence[Slope | None],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> dict[int, Slope]:
    """The derivatives of `f` in those arguments that carry derivatives."""
    for key, x in kwargs.items():
        if carries(x):
            raise TypeError(
                f"{_name(f)} can be differentiated in arguments by position, not in {key}="
            )
    varied = {}
    for at, x in enumerate(args):
        if carries(x):
            slope = slopes[at] if at < len(slopes) else None
            if slope is None:
                raise TypeError(
                    f"{_name(f)} was given no derivative in argument {at}; pass "
                    "custom_derivative a sequence with one derivative for each argument, or "
                    f"ta.stop_gradient(x) to {_name(f)}"
                )
            varied[at] = slope
    return varied


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", "the function")


def _recorded(
    f: Callable[..., Any],
    g: Callable[..., Any],
    varied: dict[int, Slope],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Record f(x_1, x_2, ...), whose cotangents are those of the value times df / dx_i."""
    start = repack(g(*values_of(args), **kwargs))
    shape = _checked_shape(f, start, args, varied)

    def pull(at: int, cotangent: Any, *operands: Any) -> Any:
        rate = repack(varied[at](*operands, **kwargs))
        _check_rate(at, rate, shape)
        return cotangent * rate

    pulls = [functools.partial(pull, at) if at in varied else None for at, _ in enumerate(args)]
    if level_of(start) >= level_of_all(args):
        return _along_recorded_segment(values_of(args), varied, args, kwargs, start)
    return record(start, args, pulls, "operands", pointwise=True)


def _lift(
    f: Callable[..., Any],
    g: Callable[..., Any],
    varied: dict[int, Slope],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """f(x_1, x_2, ...) from D f = sum of (df / dx_i) D x_i, integrated degree by degree."""
    algebra = _joint(args)
    start = repack(g(*map(_first, args), **kwargs))
    shape = _checked_shape(f, start, args, varied)
    if algebra.degree == 0:
        return start
    lower = algebra.truncate(algebra.degree - 1)  # the part of degree d needs those below d
    rates = {}
    moving = {at: slope for at, slope in varied.items() if isinstance(args[at], Number)}
    for at, slope in moving.items():
        rates[at] = _rate(slope, args, kwargs, lower)
        _check_rate(at, rates[at], shape)
    joint = _joint(rates.values())
    if not isinstance(start, Number) and level_of(start) >= level_of_all(args):
        firsts = [_first(x) for x in args]
        return _along_recorded_segment(firsts, varied, args, kwargs, start)
    if isinstance(start, Number) or not set(joint.tags) <= set(algebra.tags):
        return _along_segment(algebra.degree, moving, args, kwargs, start)
    if joint.tags and joint.degree < lower.degree:  # orders lost at a removable singularity
        algebra = algebra.truncate(joint.degree + 1)
    total = parts_over(algebra, start)
    for at, rate in rates.items():
        u, r = parts_over(algebra, args[at]), parts_over(algebra, rate)
        dtype = np.result_type(total, u, r)
        u, r = _spread(u, shape, dtype), _spread(r, shape, dtype)
        total = total + engine(u, r).quadrature(algebra, u, np.zeros(shape, dtype), r)
    return make(algebra, total)


def _joint(items: Iterable[Any]) -> Algebra:
    """The algebra in which the numbers among `items` meet; over no factors without any."""
    return common(items) or Algebra.of(())


def _first(x: Any) -> Any:
    """What a number is at t = 0: plain, or a Variable."""
    return x.value if isinstance(x, Number) else x


def _check_rate(at: int, rate: Any, shape: tuple[int, ...]) -> None:
    if not _broadcasts(shape_of(rate), shape):
        raise ValueError(
            f"the derivative in argument {at} has shape {shape_of(rate)}, but the "
            f"function's value has shape {shape}"
        )


def _spread(parts: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Coefficients of the full shape."""
    missing = len(shape) + 1 - parts.ndim
    parts = parts.reshape(parts.shape[:1] + (1,) * missing + parts.shape[1:])
    return np.broadcast_to(parts, (len(parts), *shape)).astype(dtype)


def _checked_shape(
    f: Callable[..., Any], start: Any, args: tuple[Any, ...], varied: Iterable[int]
) -> tuple[int, ...]:
    """The shape of the value, which must be that of the arguments."""
    shape, given = shape_of(start), np.broadcast_shapes(*(args[at].shape for at in varied))
    others = any(np.ndim(x) > 0 for at, x in enumerate(args) if at not in varied)
    if shape != given and not (others and _broadcasts(given, shape)):
        raise ValueError(
            f"custom_derivative is for elementwise functions, but {_name(f)} turned arguments of "
            f"shape {given} into a value of shape {shape}"
        )
    return shape


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def _rate(slope: Slope, args: tuple[Any, ...], kwargs: dict[str, Any], lower: Algebra) -> Any:
    """The derivative in one argument, as far as `lower` reaches.

    At degree 0 plain numbers will do: first derivatives need no more than plain code, and
    functions that are each other's derivatives come to an end.
    """
    if lower.degree == 0:
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = slope(*map(_first, args), **kwargs)
        if not np.any(rate != rate):
            return repack(rate)
    try:
        return repack(slope(*(_truncate(x, lower) for x in args), **kwargs))
    except TypeError:
        if lower.degree:
            raise
        return rate  # it is nan, and the code is plain


def _truncate(x: Any, algebra: Algebra) -> Any:
    """A number as far as it lies in a smaller algebra."""
    return make(algebra, parts_over(algebra, x)) if isinstance(x, Number) else x


def _along_segment(
    degree: int,
    varied: dict[int, Slope],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    start: Any,
) -> Any:
    """f(x) = f(x_0) + integral over 0 <= s <= 1 of f'(x_0 + s h) h, where h = x - x_0.

    This also holds where f closes over numbers of the same levels as x, on which D acts too.
    h is nilpotent, so f'(x_0 + s h) is a polynomial in s, the variable of a level of its own.
    """
    level = Level(taylor(max(degree - 1, 0), new_tag()))
    steps = {at: args[at] - _first(args[at]) for at in varied}
    points = tuple(
        level.seed({0: _first(x), 1: steps[at]}) if at in steps and degree > 1 else _first(x)
        for at, x in enumerate(args)
    )
    along = Expansion(level, [], iter, np.dtype(float))
    for at, slope in varied.items():
        rate = repack(slope(*points, **kwargs))
        powers = range(degree if along.depends(rate) else 1)
        mean = sum(along.coefficient(rate, k) / (k + 1) for k in powers)
        start = start + mean * steps[at]
    return start


def _along_recorded_segment(
    points: Sequence[Any],
    varied: dict[int, Slope],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    start: Any,
) -> Any:
    """The same with the integral by Gauss's rule, where f closes over recorded Variables.

    Nobody knows how often they will be differentiated. With 8 nodes the moments of s up to
    the 15th are exact, which is what derivatives up to the 16th ask for.
    """
    nodes, weights = np.polynomial.legendre.leggauss(8)
    steps = {at: args[at] - points[at] for at in varied if args[at] is not points[at]}
    for node, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
        between = [x + node * steps[at] if at in steps else x for at, x in enumerate(points)]
        for at, step in steps.items():
            start = start + weight * repack(varied[at](*between, **kwargs)) * step
    return start
