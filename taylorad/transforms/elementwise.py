"""Derivatives of functions that act on every point of an array by itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad._kernels import cores, threads
from taylorad._memory import reused
from taylorad._numbers import Evaluator, Number, Transform, seeded, value
from taylorad._vector import binary
from taylorad.dispatch import carries, mixing_count
from taylorad.transforms._arguments import (
    check_argnum,
    check_callable,
    check_count,
    check_order,
    named,
    numeric,
    position,
)
from taylorad.transforms._blocks import block_points, blocks, split_axis
from taylorad.transforms._levels import (
    Evaluation,
    Expansion,
    Level,
    common_dtype,
    evaluate,
    expand,
)

__all__ = ["derivative", "derivatives", "expand_elementwise", "expand_in_several"]

# Points from which memory that is used again is thought of, and coefficients from which threads
# are: below, they wait for each other and for each other's caches longer than they help.
WORTH_REUSING = 1000
WORTH_SHARING = 50_000


def derivative(f: Callable[..., Any], order: int = 1, argnum: int = 0) -> Callable[..., Any]:
    """The function that computes a derivative of an elementwise `f`, at every point.

    Parameters
    ----------
    f : callable
        Plain NumPy code. Every point of its output may depend on the same point of the
        differentiated argument only, or that argument is one number.
    order : int, default 1
        Which derivative; 0 is `f` itself.
    argnum : int, default 0
        Which positional argument to differentiate in. The others are passed untouched.

    Returns
    -------
    callable
        It takes the arguments of `f` and returns an array of the shape of ``f(x)``, or the
        same tuple, list or dict of arrays. Where `f` returns a function, so does it.

    Raises
    ------
    ValueError
        If `order` is negative, or, when called, if `f` is not elementwise.
    TypeError
        If `f` is not callable, `order` or `argnum` is not an integer, or the argument is
        not numeric.

    See Also
    --------
    derivatives : all orders at once.
    directional_derivative : for functions that combine points.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> def f(x):
    ...     return np.sin(x) ** 2
    >>> float(ta.derivative(f)(0.0))
    0.0
    >>> ta.derivative(f, order=2)(np.array([0.0, np.pi / 2])).round(12).tolist()
    [2.0, -2.0]

    Transforms nest:

    >>> float(ta.derivative(ta.derivative(lambda x: x**3))(2.0))
    12.0
    """
    check_callable(f)
    order, argnum = check_order(order), check_argnum(argnum)
    plan = _Plan.of(order, order)
    at = Transform(f, argnum, plan.evaluator, None, WORTH_REUSING, plan.alone).at

    def g(*args: Any, **kwargs: Any) -> Any:
        found = None if kwargs else at(args)
        if found is not None and type(found) is not tuple:
            return found
        call, x = _split(f, argnum, args, kwargs)
        return _evaluate(call, x, plan, None, found)

    return named(g, f, f"The derivative of order {order} in argument {argnum}")


def derivatives(
    f: Callable[..., Any], order: int, argnum: int = 0, workers: int | None = None
) -> Callable[..., Any]:
    """The function that computes all derivatives of an elementwise `f` up to an order.

    A large array is cut into blocks that stay in cache. `f` is called on one after the other,
    from the calling thread; the loops over their points are shared among threads.

    Parameters
    ----------
    f : callable
        Plain NumPy code, elementwise in the differentiated argument: see `derivative`.
    order : int
        The highest derivative.
    argnum : int, default 0
        Which positional argument to differentiate in.
    workers : int, optional
        The number of threads for large arrays; by default the cores, or what the environment
        variable ``TAYLORAD_THREADS`` says.

    Returns
    -------
    callable
        It takes the arguments of `f` and returns an array ``(order + 1, *shape)``: the
        value, the first derivative, and so on.

    Raises
    ------
    ValueError
        If `order` is negative or `workers` less than 1, or, when called, if `f` is not
        elementwise.
    TypeError
        If `f` is not callable, `order`, `argnum` or `workers` is not an integer, or the
        argument is not numeric.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> ta.derivatives(lambda x: x**3, 4)(2.0).tolist()
    [8.0, 12.0, 12.0, 6.0, 0.0]
    >>> ta.derivatives(np.exp, 2)(np.zeros(5)).shape
    (3, 5)
    """
    check_callable(f)
    order, argnum = check_order(order), check_argnum(argnum)
    if workers is not None:
        workers = check_count(workers, "workers")
        if workers < 1:
            raise ValueError(f"workers must be 1 or more, but {workers} was given")
    plan = _Plan.of(0, order, workers, stacked=True)
    at = Transform(f, argnum, plan.evaluator, workers, WORTH_REUSING, plan.alone).at

    def g(*args: Any, **kwargs: Any) -> Any:
        found = None if kwargs else at(args)
        if found is not None and type(found) is not tuple:
            return found
        call, x = _split(f, argnum, args, kwargs)
        with threads(workers):
            return _evaluate(call, x, plan, workers, found)

    return named(g, f, f"All derivatives up to order {order} in argument {argnum}")


def _split(
    f: Callable[..., Any], argnum: int, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Callable[[Any], Any], Any]:
    """`f` as a function of the differentiated argument alone, and that argument."""
    at = position(argnum, args)
    x = numeric(args[at], "the argument" if len(args) == 1 else f"argument {at}")
    return lambda x: f(*args[:at], x, *args[at + 1 :], **kwargs), x


@dataclass(frozen=True)
class _Plan:
    """What is known of a transform before it meets an argument.

    Attributes
    ----------
    degrees : range
        The derivatives that are wanted, ascending.
    factors : tuple of float
        What the coefficients of these degrees have to be multiplied with.
    points : int
        How many points a block has.
    evaluator : Evaluator
        What makes them where nothing is out of the ordinary.
    stacked : bool
        Whether they are wanted as one array, or there is one.
    """

    degrees: range
    factors: tuple[float, ...]
    points: int
    evaluator: Evaluator
    stacked: bool

    @staticmethod
    def of(first: int, order: int, workers: int | None = None, stacked: bool = False) -> _Plan:
        level, degrees = Level.open(order, scaled=True), range(first, order + 1)
        factors = tuple(map(level.factor, degrees))
        evaluator = Evaluator(level.algebra, level.scale, first, factors, stacked)
        points = block_points(order, workers or cores())
        return _Plan(degrees, factors, points, evaluator, stacked)

    @property
    def order(self) -> int:
        return self.degrees[-1]

    @property
    def alone(self) -> int:
        """How many points are not worth more than one thread."""
        return WORTH_SHARING // (self.order + 1)

    def combined(self, rows: Sequence[Any]) -> Any:
        if not self.stacked:
            return rows[0]
        if not any(map(carries, rows)):
            rows = [np.asarray(row) for row in rows]
        return np.stack(rows)


def _evaluate(
    call: Callable[[Any], Any],
    x: Any,
    plan: _Plan,
    workers: int | None,
    found: Any = None,
) -> Any:
    """The derivatives of these degrees, combined leaf by leaf of what the function returns.

    The function may have been called by the plan's evaluator, and that have come to nothing.
    """
    if found is None and type(x) is np.ndarray and x.dtype.kind == "f":
        if x.size < WORTH_REUSING:
            found = plan.evaluator(call, x)
        else:
            with threads(workers if x.size > plan.alone else 1), reused():
                if x.size <= 2 * plan.points:
                    found = plan.evaluator(call, x)
                else:
                    found = _in_blocks(call, x, plan)
        if found is not None and type(found) is not tuple:
            return found
    begun = None
    if found is not None:
        algebra, *rest = found
        begun = Evaluation(Level(algebra, plan.evaluator.scale), *rest)
    expansion = expand_elementwise(call, x, plan.order, begun=begun)
    if expansion.curried:
        # Once more for every call, each at a level of its own: a function that was made at
        # one level and called at another would confuse the two.
        def function(*args: Any, **kwargs: Any) -> Any:
            return _evaluate(lambda x: call(x)(*args, **kwargs), x, plan, workers)

        return function
    return expansion.rebuild(
        plan.combined([expansion.derivative(leaf, k) for k in plan.degrees])
        for leaf in expansion.leaves
    )


# --- Is the function elementwise? --------------------------------------------------------


def expand_elementwise(
    call: Callable[[Any], Any],
    x: Any,
    order: int,
    scaled: bool = True,
    begun: Evaluation | None = None,
) -> Expansion:
    """The expansion of ``call(x + t)``, every point of which depends on one point of `x`.

    The first call may have been made by `evaluate`.

    Raises
    ------
    ValueError
        If an output has another shape than `x`, or some point depends on another one.
    """

    def expand_along(direction: Any, begun: Evaluation | None = None) -> Expansion:
        return expand(
            lambda level: call(level.seed({0: x, 1: direction})),
            order,
            x.dtype,
            begun=begun,
            curried=True,
            scaled=scaled,
        )

    before = mixing_count()
    expansion = expand_along(1, begun)
    mixed = mixing_count() != before or (begun is not None and begun.mixed)
    dependent = [leaf for leaf in expansion.leaves if expansion.depends(leaf)]
    if x.ndim == 0:
        return expansion
    for leaf in dependent:
        if leaf.shape != x.shape:
            raise ValueError(
                f"the function must act on every point by itself, but it turned an argument of "
                f"shape {x.shape} into an output of shape {leaf.shape}; {INSTEAD}"
            )
    if order > 0 and x.size > 1 and mixed and dependent:
        weights = _weights(x, order)
        weighted = expand_along(weights)
        for leaf, other in zip(expansion.leaves, weighted.leaves, strict=True):
            if expansion.depends(leaf) and not _scales(expansion, leaf, weighted, other, weights):
                raise ValueError(
                    "the function must act on every point by itself, but some points of its "
                    f"output depend on other points of the argument; {INSTEAD}"
                )
    return expansion


def expand_in_several(call: Callable[..., Any], xs: Sequence[Any], order: int) -> Expansion:
    """The expansion of ``call(x + s, y + t, ...)``, elementwise where some are arrays.

    Raises
    ------
    ValueError
        If an output has not the shape of the arguments, broadcast, or some point of it
        depends on other points.
    """

    def expand_along(directions: Sequence[Any]) -> Expansion:
        return expand(
            lambda level: call(*map(level.variable, range(len(xs)), xs, directions)),
            order,
            common_dtype(xs),
            scaled=False,
            variables=len(xs),
        )

    shape = np.broadcast_shapes(*(x.shape for x in xs))
    before = mixing_count()
    expansion = expand_along([1] * len(xs))
    if shape == ():
        return expansion
    dependent = [leaf for leaf in expansion.leaves if expansion.depends(leaf)]
    for leaf in dependent:
        missing = len(shape) - leaf.ndim
        pairs = zip(leaf.shape, shape[missing:], strict=False)
        if missing < 0 or any(own not in (1, whole) for own, whole in pairs):
            raise ValueError(
                "the function must act on every point by itself, but it turned arguments that "
                f"broadcast to the shape {shape} into an output of shape {leaf.shape}; {INSTEAD}"
            )
    if order > 0 and math.prod(shape) > 1 and mixing_count() != before and dependent:
        weights = [_weights(x, order) for x in xs]
        weighted = expand_along(weights)
        for leaf, other in zip(expansion.leaves, weighted.leaves, strict=True):
            if not expansion.depends(leaf):
                continue
            for monomial in map(tuple, expansion.level.algebra.exponents.tolist()):
                factor = math.prod(w**e for w, e in zip(weights, monomial, strict=True))
                want = value(expansion.coefficient(leaf, monomial)) * factor
                if not _close(value(weighted.coefficient(other, monomial)), want):
                    raise ValueError(
                        "the function must act on every point by itself, but some points of "
                        f"its output depend on other points of an argument; {INSTEAD}"
                    )
    return expansion


INSTEAD = (
    "use directional_derivative for derivatives along a direction, "
    "or grad or jacobian for those in all coordinates"
)


def _weights(x: Any, order: int) -> Any:
    """Random powers of two, different ones for a few points.

    By an elementwise function coefficients of degree k get multiplied by weight**k. With
    powers of two this is exact in floating point: there is no rounding to tolerate.
    """
    largest = max(min(15, 300 // order), 1)
    exponents = np.random.default_rng(0).permutation(np.arange(x.size) % (2 * largest + 1))
    if x.dtype == object:
        return np.array([2 ** int(e) for e in exponents], dtype=object).reshape(x.shape)
    dtype = np.dtype(np.zeros(0, x.dtype).real.dtype)
    largest = largest if dtype == np.float64 else max(largest // 5, 1)
    return np.ldexp(dtype.type(1), exponents % (2 * largest + 1) - largest).reshape(x.shape)


def _scales(one: Expansion, leaf: Any, two: Expansion, other: Any, weights: Any) -> bool:
    """Whether the coefficients of degree k of `other` are weights**k times those of `leaf`."""
    for k in range(1, min(one.order(leaf), two.order(other)) + 1):
        _, rows = leaf.algebra.select(one.level.tag, (k,))
        _, other_rows = other.algebra.select(two.level.tag, (k,))
        with np.errstate(all="ignore"):
            stretch = float(two.level.scale / one.level.scale) ** k
            powers = weights**k if stretch == 1 else weights**k * stretch
            expected = value(leaf.parts)[rows] * powers
            if not _close(value(other.parts)[other_rows], expected):
                return False
    return True


def _close(found: Any, expected: Any, rtol: float = 1e-6, atol: float = 1e-13) -> bool:
    """Whether arrays agree, relative to each entry or to the noise of the largest."""
    same = (found == expected) | ((found != found) & (expected != expected))
    if bool(np.all(same)):
        return True
    if found.dtype == object:
        return False
    distance, size = np.abs(found - expected), np.abs(expected)
    noise = atol * np.max(size, initial=0.0, where=np.isfinite(size))
    return bool(np.all(same | (distance <= np.maximum(rtol * size, noise))))


# --- Blocks ------------------------------------------------------------------------------


def _in_blocks(call: Callable[[Any], Any], x: Any, plan: _Plan) -> Any:
    """The derivatives, stacked; None if blocks do not serve.

    They serve a function that returns one number, elementwise. They do not if it fails on
    one (it may close over arrays of the shape of the whole), combines points, divides zeros
    away, or returns anything else. The whole is then evaluated at once, and what is wrong
    with it surfaces there.
    """
    level = Level.open(plan.order, scaled=True)
    result = np.empty((len(plan.degrees), *x.shape), x.dtype)

    def parts_of(x: Any) -> Any:
        evaluation = _evaluate_at(call, x, level)
        y = evaluation.output
        plain = isinstance(y, Number) and y.algebra == level.algebra and evaluation.plain
        found = y.parts if plain and y.shape == x.shape and y.dtype == x.dtype else None
        return found if isinstance(found, np.ndarray) else None

    try:
        for block in blocks(x.shape, plan.points):
            parts = parts_of(x[block])
            if parts is None:
                return None
            for row, k, factor in zip(result, plan.degrees, plan.factors, strict=True):
                binary(np.multiply, parts[k], factor, row[block])
        index = _sample(x, split_axis(x.shape, plan.points))
        sample = parts_of(x[index])
    except Exception:
        return None
    agrees = sample is not None and all(
        _close(row[index], sample[k] * factor, atol=1e-10)
        for row, k, factor in zip(result, plan.degrees, plan.factors, strict=True)
    )
    if not agrees:
        return None
    return result if plan.stacked else result[0]


def _evaluate_at(call: Callable[[Any], Any], x: Any, level: Level) -> Evaluation:
    return evaluate(lambda level: call(seeded(level.algebra, x, level.scale)), level)


def _sample(x: Any, axis: int) -> tuple[Any, ...]:
    """An index that takes some points from everywhere along an axis, the extremes included.

    A function may ask how many points there are (``x / len(x)``), or branch on all of them
    (``np.any(x > 1)``). Points of many blocks, put together, then give what these did not.
    """
    leading = (slice(0, 1),) * axis
    part = x[leading]
    count = max(60 * x.shape[axis] // part.size, 2)
    rows = np.linspace(0, x.shape[axis] - 1, count).astype(int).tolist()
    for extreme in (np.argmin(part), np.argmax(part)):
        rows.append(int(np.unravel_index(extreme, part.shape)[axis]))
    return (*leading, sorted(set(rows)))
