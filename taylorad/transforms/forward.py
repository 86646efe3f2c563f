"""Derivatives along directions and curves: pushing coefficients forward."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from taylorad._numbers import Number, make, repack, value
from taylorad._trees import flatten, structure
from taylorad.algebra import Algebra, Factor
from taylorad.dispatch import carries
from taylorad.transforms._arguments import check_callable, check_order, named, numeric
from taylorad.transforms._levels import Expansion, Level, assemble, common_dtype, expand
from taylorad.transforms.elementwise import expand_elementwise, expand_in_several

__all__ = ["directional_derivative", "jet", "jvp", "stop_gradient", "taylor"]


def directional_derivative(f: Callable[[Any], Any], order: int = 1) -> Callable[[Any, Any], Any]:
    """The function ``g(x, v)``: the derivative of ``f(x + t v)`` by t, at t = 0.

    Parameters
    ----------
    f : callable
        Plain NumPy code of one array, with any output.
    order : int, default 1
        Which derivative; 0 is ``f(x)``.

    Returns
    -------
    callable
        It takes the point and a direction of the same shape, and returns an array of the
        shape of ``f(x)``, or the same tuple, list or dict of arrays.

    Raises
    ------
    ValueError
        If `order` is negative, or, when called, if `x` and `v` have different shapes.
    TypeError
        If `f` is not callable, `order` is not an integer, or `x` or `v` is not numeric.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> g = ta.directional_derivative(lambda x: np.prod(x), order=2)
    >>> float(g(np.array([2.0, 3.0, 4.0]), np.array([1.0, 1.0, 0.0])))
    8.0
    """
    check_callable(f)
    order = check_order(order)

    def g(x: Any, v: Any) -> Any:
        x, v = numeric(x, "x"), numeric(v, "v")
        if x.shape != v.shape:
            raise ValueError(
                f"the direction v must have the shape of x: x has shape {x.shape}, "
                f"v has shape {v.shape}"
            )
        expansion = expand(lambda level: f(level.seed({0: x, 1: v})), order, x.dtype)
        return expansion.rebuild(expansion.derivative(leaf, order) for leaf in expansion.leaves)

    return named(g, f, f"The directional derivative of order {order}")


def taylor(f: Callable[..., Any], order: int) -> Callable[..., Any]:
    """The function that expands `f` in a Taylor polynomial about its arguments.

    Parameters
    ----------
    f : callable
        Plain NumPy code of one or several arguments; elementwise where some are arrays.
    order : int
        The highest power, in several variables the highest total degree.

    Returns
    -------
    callable
        It takes the point, or an array of points, and returns a `Taylor`, or a tuple, list
        or dict of them if `f` returns one. Of several positional arguments, which
        broadcast, it returns a `MultiTaylor` in variables named as the arguments of `f`.

    Raises
    ------
    ValueError
        If `order` is negative, or, when called, if `f` is not elementwise.
    TypeError
        If `f` is not callable, `order` is not an integer, an argument is not numeric, or
        there is none.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> ta.taylor(np.exp, 3)(0.0)
    Taylor([1.0, 1.0, 0.5, 0.16666666666666666])
    >>> series = ta.taylor(np.sin, 9)(0.0)
    >>> bool(abs(series(0.5) - np.sin(0.5)) < 1e-10)
    True
    >>> ta.taylor(lambda x, y: x * np.exp(y), 2)(1.0, 0.0)
    1.0 + x + y + x*y + 0.5*y**2 + O(3)
    """
    check_callable(f)
    order = check_order(order)

    def g(*args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError("taylor expands a function about positional arguments; none was given")
        if len(args) > 1:
            xs = [numeric(x, f"argument {at}") for at, x in enumerate(args)]
            factor = Factor(0, "multi", order, len(xs), None, _argument_names(f, len(xs)))
            expansion = expand_in_several(lambda *xs: f(*xs, **kwargs), xs, order)
        else:
            x = numeric(args[0], "the argument")
            factor = Factor(0, "taylor", order)
            expansion = expand_elementwise(lambda x: f(x, **kwargs), x, order, scaled=False)
        if expansion.curried:
            raise TypeError("taylor expands functions that return numbers, not functions")
        return expansion.rebuild(_series(expansion, leaf, factor) for leaf in expansion.leaves)

    return named(g, f, f"The Taylor expansion of order {order}")


def _argument_names(f: Callable[..., Any], count: int) -> tuple[str, ...]:
    """The names of the positional arguments, where they can be known."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (ValueError, TypeError):
        parameters = {}.values()
    names = tuple(p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD)
    return names[:count] if len(names) >= count else tuple(f"x{v + 1}" for v in range(count))


def _series(expansion: Expansion, leaf: Any, factor: Factor) -> Any:
    """A leaf as a series in the variables of numbers made by hand."""
    rest = Algebra.of(())
    if isinstance(leaf, Number):
        rest = leaf.algebra.without(expansion.level.tag)
    if rest.factor(0) is not None:
        raise TypeError(
            "the expansion would depend on a number made by hand (a Dual, HyperDual, Taylor or "
            "MultiTaylor) as well as on its own variable; use jet, or nest transforms instead"
        )
    cap = rest.degree + factor.order if rest.capped else None
    algebra = Algebra.of((factor, *rest.factors), cap)
    if not rest.factors and expansion.depends(leaf) and expansion.order(leaf) >= factor.order:
        return make(algebra, leaf.parts[: algebra.rows])
    monomials = map(tuple, Algebra.of((factor,)).exponents.tolist())
    coefficients = {monomial: expansion.coefficient(leaf, monomial) for monomial in monomials}
    return assemble(algebra, 0, coefficients)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """A function's value and its derivative along tangents: Jacobian times vector.

    Parameters
    ----------
    f : callable
        Plain NumPy code, with any arguments and any output.
    primals : tuple or list
        The arguments: numbers, arrays, or tuples, lists and dicts of these.
    tangents : tuple or list
        The same structure, with the direction of each argument. None as the tangent of an
        argument passes that argument through untouched.

    Returns
    -------
    y : array or structure of arrays
        ``f(*primals)``.
    dy : array or structure of arrays
        The derivative along the tangents, with the structure of `y`.

    Raises
    ------
    ValueError
        If the structures, or the shapes of a primal and its tangent, differ.
    TypeError
        If `f` is not callable, `primals` or `tangents` is not a tuple or list, or an entry
        is not numeric.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> y, dy = ta.jvp(np.multiply, (2.0, 3.0), (1.0, 0.5))
    >>> float(y), float(dy)
    (6.0, 4.0)
    """
    check_callable(f)
    _check_sequences(primals=primals, tangents=tangents)
    pairs = [
        _matched(at, primal, tangent)
        for at, (primal, tangent) in enumerate(zip(primals, tangents, strict=True))
    ]

    def call(level: Level) -> Any:
        return f(
            *[
                rebuild(level.seed({0: leaf, 1: direction}) for leaf, direction in leaves)
                for leaves, rebuild in pairs
            ]
        )

    dtype = common_dtype(leaf for leaves, _ in pairs for leaf, _ in leaves)
    expansion = expand(call, 1, dtype, lists_are_arrays=False)
    return (
        expansion.rebuild(expansion.derivative(leaf, 0) for leaf in expansion.leaves),
        expansion.rebuild(expansion.derivative(leaf, 1) for leaf in expansion.leaves),
    )


def _matched(at: int, primal: Any, tangent: Any) -> tuple[list[Any], Callable[[Any], Any]]:
    """The leaves of an argument with their tangents, and what rebuilds the argument."""
    if tangent is None:
        return [], lambda new: primal
    name = f"argument {at}"
    if structure(primal) != structure(tangent):
        raise ValueError(
            f"a tangent must have the structure of its primal; for {name} the primal is "
            f"{structure(primal)} and the tangent {structure(tangent)}"
        )
    leaves, rebuild = flatten(primal)
    pairs = [
        (numeric(leaf, f"the primal of {name}"), numeric(other, f"the tangent of {name}"))
        for leaf, other in zip(leaves, flatten(tangent)[0], strict=True)
    ]
    for leaf, direction in pairs:
        if leaf.shape != direction.shape:
            raise ValueError(
                f"a tangent must have the shape of its primal; for {name} the primal has "
                f"shape {leaf.shape} and the tangent {direction.shape}"
            )
    return pairs, rebuild


def jet(
    f: Callable[..., Any], primals: Sequence[Any], series: Sequence[Sequence[Any]]
) -> tuple[Any, Any]:
    """Higher derivatives along curves, as in ``jax.experimental.jet``.

    Parameters
    ----------
    f : callable
        Plain NumPy code, with any arguments and any output.
    primals : tuple or list
        The arguments, where the curves are at t = 0: numbers or arrays.
    series : tuple or list of sequences
        For each argument the derivatives by t of its curve at t = 0: the first, the second,
        and so on. They broadcast to the primal's shape; where some sequences are shorter
        than others, zeros follow.

    Returns
    -------
    y : array or structure of arrays
        ``f(*primals)``.
    series_out : list, or structure of lists
        The derivatives by t of ``f`` along the curves, as many as the longest sequence.

    Raises
    ------
    ValueError
        If `primals` and `series` differ in length, or an entry does not broadcast to the
        shape of its primal.
    TypeError
        If `f` is not callable, `primals` or `series` is not a sequence of the right kind,
        or an entry is not numeric.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> y, (dy, d2y) = ta.jet(np.exp, (0.0,), ([1.0, 0.0],))
    >>> float(y), float(dy), float(d2y)
    (1.0, 1.0, 1.0)
    """
    check_callable(f)
    _check_sequences(primals=primals, series=series)
    points = [numeric(primal, f"primal {at}") for at, primal in enumerate(primals)]
    order = 0
    curves = []
    for at, (point, terms) in enumerate(zip(points, series, strict=True)):
        if carries(terms) or not hasattr(terms, "__len__"):
            raise TypeError(
                f"the series of argument {at} must be a sequence of its derivatives "
                f"[first, second, ...], but {type(terms).__name__} was given"
            )
        order = max(order, len(terms))
        curves.append(
            {0: point, **{k: _term(term, k, at, point) for k, term in enumerate(terms, start=1)}}
        )

    def call(level: Level) -> Any:
        return f(*[level.seed(curve) for curve in curves])

    expansion = expand(call, order, common_dtype(points), lists_are_arrays=False)
    return (
        expansion.rebuild(expansion.derivative(leaf, 0) for leaf in expansion.leaves),
        expansion.rebuild(
            [expansion.derivative(leaf, k) for k in range(1, order + 1)]
            for leaf in expansion.leaves
        ),
    )


def _term(term: Any, k: int, at: int, point: Any) -> Any:
    """The k-th derivative of a curve, if it fits."""
    term = numeric(term, f"derivative {k} in the series of argument {at}")
    try:
        fits = np.broadcast_shapes(term.shape, point.shape) == point.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"derivative {k} in the series of argument {at} must broadcast to the shape "
            f"{point.shape} of its primal, but it has shape {term.shape}"
        )
    return term


def _check_sequences(**given: Any) -> None:
    """That both are tuples or lists, of one length."""
    (first, primals), (second, others) = given.items()
    for name, entries in given.items():
        if not isinstance(entries, (tuple, list)):
            raise TypeError(
                f"{name} must be a tuple or list with one entry for each argument, but "
                f"{type(entries).__name__} was given; for one argument write (x,)"
            )
    if len(primals) != len(others):
        raise ValueError(
            f"{first} and {second} must have one entry for each argument, but there are "
            f"{len(primals)} {first} and {len(others)} {second}"
        )


def stop_gradient(x: Any) -> Any:
    """The plain value of `x`, at any nesting: constant to every transform.

    Parameters
    ----------
    x : array_like, or tuple, list or dict of arrays
        Numbers of this library or plain ones.

    Returns
    -------
    array, or structure of arrays
        The values; arrays of numbers of this library are copied.

    Examples
    --------
    >>> import taylorad as ta
    >>> float(ta.derivative(lambda x: x * ta.stop_gradient(x))(3.0))
    3.0
    """
    leaves, rebuild = flatten(x)
    return rebuild(map(_stopped, leaves))


def _stopped(leaf: Any) -> Any:
    leaf = repack(leaf)
    return np.copy(value(leaf))[()] if carries(leaf) else leaf
