"""The operators of vector analysis, in forward mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._trees import flatten
from taylorad.transforms._arguments import check_callable, named, numeric
from taylorad.transforms._levels import Expansion, shape_of
from taylorad.transforms.jacobians import jacobian, step_of
from taylorad.transforms.tensors import by_polynomial, expanded, read, without_directions

__all__ = ["curl", "divergence", "laplacian"]

Call = Callable[[Any], Any]


def _passes(
    call: Call, x: Any, order: int
) -> Iterator[tuple[npt.NDArray[np.intp], Expansion]]:
    """Expansions in the coordinates without products of different ones, some at once."""
    step = step_of(x.size)
    for start in range(0, x.size, step):
        chosen = np.arange(start, min(start + step, x.size))
        units = np.zeros((len(chosen), x.size), x.dtype)
        units[np.arange(len(chosen)), chosen] = 1
        units = units.reshape(len(chosen), *x.shape)

        yield chosen, expanded(call, x, units, order, crossed=False)


def laplacian(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that computes the Laplacian of `f`: the trace of its Hessian.

    Parameters
    ----------
    f : callable
        Plain NumPy code of one array, with any output.

    Returns
    -------
    callable
        It takes the array and returns an array of the shape of ``f(x)``, the sum of the
        second derivatives in all entries of x; or the same tuple, list or dict of arrays.

    Raises
    ------
    TypeError
        If `f` is not callable, or, when called, if the argument is not numeric.

    Notes
    -----
    In forward mode, of a series to the second order in every coordinate and no product of
    two of them: 2 n + 1 coefficients for n coordinates, all in one evaluation where n is
    not large. The Hessian is not formed.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> float(ta.laplacian(lambda x: np.sum(x**3))(np.array([1.0, 2.0])))
    18.0
    """
    check_callable(f)

    def g(x: Any, *args: Any, **kwargs: Any) -> Any:
        x = numeric(x, "the argument")

        def call(x: Any) -> Any:
            return f(x, *args, **kwargs)

        totals: list[Any] = []
        rebuild: Any = None
        for chosen, expansion in _passes(call, x, 2):
            if any(expansion.order(leaf) < 2 for leaf in expansion.leaves):
                return _traced(call, x)
            squares = 2 * np.eye(len(chosen), dtype=int)
            sums = [
                2 * np.sum(read(expansion, leaf, squares), axis=0) for leaf in expansion.leaves
            ]
            totals = [a + b for a, b in zip(totals, sums, strict=True)] if totals else sums
            rebuild = expansion.rebuild
        if rebuild is None:
            return _traced(call, x)
        return rebuild(totals)

    return named(g, f, "The Laplacian")


def _traced(call: Call, x: Any) -> Any:
    """The same from the Hessian: products of coordinates may matter where values are zero."""
    second = by_polynomial(call, x, 2) if x.size else without_directions(call, x, 2)

    def trace(leaf: Any) -> Any:
        ndim = leaf.ndim - 2 * x.ndim
        return np.trace(np.reshape(leaf, (*leaf.shape[:ndim], x.size, x.size)), axis1=-2, axis2=-1)

    leaves, rebuild = flatten(second)
    return rebuild(map(trace, leaves))


def divergence(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that computes the divergence of a vector field.

    Parameters
    ----------
    f : callable
        Plain NumPy code of one array, whose output is an array of the same shape.

    Returns
    -------
    callable
        It takes the array x and returns one number, the sum of the derivatives of every
        entry of ``f(x)`` in the same entry of x.

    Raises
    ------
    TypeError
        If `f` is not callable, or, when called, if the argument or output is not one array.
    ValueError
        When called, if the output has another shape than the argument.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> float(ta.divergence(lambda x: x * np.sum(x))(np.array([1.0, 2.0, 3.0])))
    24.0
    """
    check_callable(f)

    def g(x: Any, *args: Any, **kwargs: Any) -> Any:
        x = numeric(x, "the argument")
        total: Any = 0.0
        for chosen, expansion in _passes(lambda x: f(x, *args, **kwargs), x, 1):
            (leaf,) = _field(expansion.leaves, x.shape, "divergence")
            units = np.eye(len(chosen), dtype=int)
            rows = np.reshape(read(expansion, leaf, units), (len(chosen), x.size))
            total = total + np.sum(rows[np.arange(len(chosen)), chosen])
        return total

    return named(g, f, "The divergence")


def curl(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that computes the curl of a vector field in space or in the plane.

    Parameters
    ----------
    f : callable
        Plain NumPy code of an array of 3 coordinates, or 2, that returns as many.

    Returns
    -------
    callable
        It takes the coordinates and returns the 3 components of the curl; in the plane one
        number, the derivative of the second component in the first coordinate less that of
        the first in the second.

    Raises
    ------
    TypeError
        If `f` is not callable, or, when called, if the argument or output is not one array.
    ValueError
        When called, if the argument has not 3 or 2 entries, or the output another shape.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> def swirl(x):
    ...     return np.array([-x[1], x[0], x[2] * x[0]])
    >>> ta.curl(swirl)(np.array([1.0, 2.0, 3.0]))
    array([ 0., -3.,  2.])
    """
    check_callable(f)

    def g(x: Any, *args: Any, **kwargs: Any) -> Any:
        x = numeric(x, "the argument")
        if x.shape not in ((3,), (2,)):
            raise ValueError(
                f"the curl is of a field in 3 or 2 coordinates, but x has the shape {x.shape}"
            )
        matrix = jacobian(lambda x: f(x, *args, **kwargs), mode="forward")(x)
        if shape_of(matrix) != (len(x), len(x)):
            _field([matrix[..., 0] if hasattr(matrix, "shape") else matrix], x.shape, "curl")
        turn = matrix - np.swapaxes(matrix, 0, 1)
        if len(x) == 2:
            return turn[1, 0]
        return np.stack([turn[2, 1], turn[0, 2], turn[1, 0]])

    return named(g, f, "The curl")


def _field(leaves: list[Any], shape: tuple[int, ...], what: str) -> list[Any]:
    """The one output of a vector field."""
    if len(leaves) != 1:
        raise TypeError(f"the {what} is of a function that returns one array")
    if shape_of(leaves[0]) != shape:
        raise ValueError(
            f"the {what} needs a field with as many components as coordinates: x has the shape "
            f"{shape}, f(x) {shape_of(leaves[0])}"
        )
    return leaves
