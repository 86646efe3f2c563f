"""All partial derivatives of one order."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._trees import flatten
from taylorad.algebra import Algebra, Factor
from taylorad.transforms._arguments import check_callable, check_order, named, numeric
from taylorad.transforms._levels import Expansion, Level, expand, shape_of
from taylorad.transforms._resolving import has_nan
from taylorad.transforms._singular import singular_hessian
from taylorad.transforms._sparsity import sparse_hessian
from taylorad.transforms.jacobians import jacobian, jacobian_of

__all__ = [
    "by_polynomial",
    "derivative_tensor",
    "expanded",
    "hessian",
    "read",
    "without_directions",
]

Call = Callable[[Any], Any]


def derivative_tensor(f: Callable[..., Any], order: int) -> Callable[..., Any]:
    """The function that computes all partial derivatives of one order of `f`.

    Parameters
    ----------
    f : callable
        Plain NumPy code of one array, with any output.
    order : int
        How often to differentiate; 0 is `f` itself.

    Returns
    -------
    callable
        It takes the array x and returns an array of shape ``(*f(x).shape, *x.shape, ...,
        *x.shape)``, x's shape as often as `order` says, symmetric in these; or the same
        tuple, list or dict of arrays as `f`.

    Raises
    ------
    ValueError
        If `order` is negative, or, when called, if there are too many derivatives.
    TypeError
        If `f` is not callable, `order` is not an integer, or the argument is not numeric.

    See Also
    --------
    jacobian : order 1, in reverse mode too.
    hessian : order 2, in reverse mode too.
    taylor : the polynomial, with all orders.

    Notes
    -----
    They are read off one polynomial in all variables, or interpolated, exactly, from
    series along as many directions as there are derivatives, whichever takes less; of
    order 2 in many variables, by forward over reverse mode.

    References
    ----------
    A. Griewank, J. Utke and A. Walther, Evaluating higher derivative tensors by forward
    propagation of univariate Taylor series, Math. Comp. 69 (2000).

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> third = ta.derivative_tensor(lambda x: x[0] ** 2 * x[1], 3)(np.array([1.0, 2.0]))
    >>> third.shape, third[0, 0, 1], third[1, 1, 1]
    ((2, 2, 2), np.float64(2.0), np.float64(0.0))
    """
    check_callable(f)
    order = check_order(order)

    def g(x: Any, *args: Any, **kwargs: Any) -> Any:
        x = numeric(x, "the argument")

        def call(x: Any) -> Any:
            return f(x, *args, **kwargs)

        if order == 1:
            return jacobian(call)(x)
        if x.size**order > MOST_ENTRIES:
            raise ValueError(
                f"the tensor of order {order} in {x.size} variables has {x.size**order:.3g} "
                f"entries, {8 * x.size**order / 2**30:.3g} GiB; most of them are equal: read "
                "those you need off the polynomial that taylor gives"
            )
        if order == 0 or x.size == 0:
            return without_directions(call, x, order)
        if order == 2 and x.size > MANY:
            leaves, rebuild = flatten(hessian(call)(x))
            return rebuild(_symmetric(leaf, x) for leaf in leaves)
        if x.dtype.kind != "O" and directions_are_faster(x.size, order):
            found = _by_directions(call, x, order)
            if found is not None:
                return found
        return by_polynomial(call, x, order)

    return named(g, f, f"All partial derivatives of order {order}")


def without_directions(call: Call, x: Any, order: int) -> Any:
    """f itself, or its derivatives in no variables."""
    expansion = expand(lambda level: call(level.seed({0: x})), 0, x.dtype)
    leaves = [expansion.derivative(leaf, 0) for leaf in expansion.leaves]
    if order:
        leaves = [np.zeros((*shape_of(leaf), *x.shape * order)) for leaf in leaves]
    return expansion.rebuild(leaves)


MOST_ENTRIES = 2**27
# Measured: in so many variables a polynomial of order 2 is faster than forward over reverse
# mode for every program, and in more than these slower for all but those of single numbers.
FEW, MANY = 8, 32

# Measured on programs of numbers and of arrays: lines have more coefficients in all, so they
# must save this factor in the terms of a product before they are faster. More directions than
# these are not worth the time it takes to find their weights.
SAVING = 2.5
MOST_DIRECTIONS = 250


def directions_are_faster(n: int, order: int) -> bool:
    """Whether series along lines take less work than one polynomial in all variables."""
    lines = math.comb(n + order - 1, order)
    terms = lines * order * (order + 3) // 2
    return lines <= MOST_DIRECTIONS and SAVING * terms < math.comb(2 * n + order, order)


# --- One polynomial in all variables -----------------------------------------------------


def by_polynomial(call: Call, x: Any, order: int) -> Any:
    monomials = _top(x.size, order)
    units = np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
    expansion = expanded(call, x, units, order, crossed=True)
    factorials = _factorials(monomials)
    return expansion.rebuild(
        _tensor(_scaled(read(expansion, leaf, monomials), factorials), x.shape, order)
        for leaf in expansion.leaves
    )


def expanded(call: Call, x: Any, directions: Any, order: int, crossed: bool) -> Expansion:
    """The expansion of ``call(x + sum of t_j v_j)`` along directions v_j."""

    def seeded(level: Level) -> Any:
        if len(directions) == 1:
            return call(level.seed({0: x, 1: directions[0]}))
        return call(level.moving(x, directions))

    count = len(directions)
    return expand(seeded, order, x.dtype, scaled=False, variables=count, crossed=crossed)


def _top(variables: int, order: int) -> npt.NDArray[np.intc]:
    """The exponents of the monomials of one degree."""
    algebra = Algebra.of((Factor(0, "multi", order, variables),))
    return algebra.exponents[algebra.degrees == order]


def _factorials(monomials: Any) -> list[int]:
    return [math.prod(map(math.factorial, monomial)) for monomial in monomials.tolist()]


def read(expansion: Expansion, leaf: Any, monomials: Any) -> Any:
    """The coefficients of monomials of one degree, along a new first axis."""
    degree = int(monomials[0].sum())
    if not expansion.depends(leaf) or degree > expansion.order(leaf):
        zero = expansion.derivative(leaf, degree)
        return np.broadcast_to(zero, (len(monomials), *shape_of(zero)))
    if len(leaf.algebra.factors) == 1:
        return leaf.parts[leaf.algebra.structure.find(monomials)]
    return np.stack([expansion.coefficient(leaf, tuple(m)) for m in monomials.tolist()])


def _scaled(coefficients: Any, weights: list[int]) -> Any:
    """Coefficients times integers, one for each."""
    dtype = coefficients.dtype
    kind = dtype if dtype.kind == "O" else dtype.type(0).real.dtype
    return coefficients * np.array(weights, kind).reshape(-1, *(1,) * (coefficients.ndim - 1))


def _tensor(derivatives: Any, shape: tuple[int, ...], order: int) -> Any:
    """The symmetric tensor with these entries, one for each monomial of the order."""
    n = math.prod(shape)
    full = derivatives[_places(n, order)]
    full = np.moveaxis(full, range(order), range(-order, 0))
    return np.reshape(full, (*shape_of(derivatives)[1:], *shape * order))


@lru_cache(maxsize=32)
def _places(n: int, order: int) -> npt.NDArray[np.intp]:
    """For every entry of the tensor the monomial it belongs to, counted from 0."""
    algebra = Algebra.of((Factor(0, "multi", order, n),))
    indices = np.indices((n,) * order).reshape(order, -1)
    exponents = np.zeros((indices.shape[1], n), np.intc)
    for index in indices:
        exponents[np.arange(len(exponents)), index] += 1
    first = int(np.searchsorted(algebra.degrees, order))
    return (algebra.structure.find(exponents) - first).reshape((n,) * order)


def hessian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The function that computes all second derivatives of `f`.

    The gradient's recording is carried forward in all directions at once; in a few variables
    they are read off one polynomial, and where most are zero by the structure of the function,
    as for a sum over neighbours, a few directions are enough.

    Parameters
    ----------
    f : callable
        Plain NumPy code, usually one that returns one number.
    argnums : int or tuple of int, default 0
        Which positional arguments to differentiate in.

    Returns
    -------
    callable
        It takes the arguments of `f` and returns an array of shape ``(*f(x).shape,
        *x.shape, *x.shape)``, or for dicts, lists, tuples and several arguments a structure
        of structures of arrays.

    See Also
    --------
    hvp : the Hessian times a vector, without forming it.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> ta.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    gradient = jacobian(f, argnums, mode="reverse")
    unresolved = jacobian_of(f, argnums, "reverse", resolves=False)
    outer = jacobian(gradient, argnums, mode="forward")

    def g(*args: Any, **kwargs: Any) -> Any:
        if type(argnums) is int and -len(args) <= argnums < len(args):
            x = args[argnums]
            if type(x) is np.ndarray and x.dtype == np.float64 and x.size:
                at = argnums % len(args)
                call, slope = (
                    lambda x, g=g: g(*args[:at], x, *args[at + 1 :], **kwargs)
                    for g in (f, unresolved)
                )
                if x.size <= FEW:
                    result = by_polynomial(call, x, 2)
                    if type(result) is not np.ndarray or not has_nan([result]):
                        return result
                    found = singular_hessian(call, x, slope)
                    found = outer(*args, **kwargs) if found is None else found
                    return np.where(np.isnan(result), found, result)
                for way in (sparse_hessian, singular_hessian):
                    found = way(call, x, slope)
                    if found is not None:
                        return found
        return outer(*args, **kwargs)

    return named(g, f, f"The Hessian in argument {argnums}")


def _symmetric(leaf: Any, x: Any) -> Any:
    """A Hessian without the rounding errors in which its two halves differ."""
    shape = leaf.shape
    halves = np.reshape(leaf, (*shape[: len(shape) - 2 * x.ndim], x.size, x.size))
    return np.reshape((halves + np.swapaxes(halves, -1, -2)) / 2, shape)


# --- Series along directions -------------------------------------------------------------


def _by_directions(call: Call, x: Any, order: int) -> Any:
    """By interpolation; None if some coefficient is not known along every direction."""
    monomials = _top(x.size, order)
    directions = monomials.reshape(len(monomials), *x.shape).astype(x.dtype)
    expansion = expanded(call, x, directions, order, crossed=False)
    if any(expansion.order(leaf) < order for leaf in expansion.leaves):
        return None
    powers = order * np.eye(len(monomials), dtype=int)
    weights = interpolation(x.size, order)
    return expansion.rebuild(
        _tensor(_interpolated(read(expansion, leaf, powers), weights), x.shape, order)
        for leaf in expansion.leaves
    )


def _interpolated(values: Any, weights: Any) -> Any:
    return np.tensordot(weights.astype(values.dtype.type(0).real.dtype), values, axes=1)


@lru_cache(maxsize=16)
def interpolation(variables: int, order: int) -> npt.NDArray[np.float64]:
    """What makes derivatives out of the coefficients of t^order along all directions j.

    These are the multi-indices with |j| = d, d the order. There, and so everywhere, the
    homogeneous part F of degree d is known: d^i f is the mixed difference of F,

        sum over k <= i of (-1)^|i - k| binom(i, k) F(k),

    F(k) is (|k| / d)^d F(d k / |k|), and there F is sum of binom(d k / |k|, j) F(j). All
    of this is in whole numbers N(k, j) = prod of (d k - s |k|) over s < j, over j! d^d.
    """
    algebra = Algebra.of((Factor(0, "multi", order, variables),))
    corners = algebra.exponents[1:].astype(object)
    directions = algebra.exponents[algebra.degrees == order].astype(object)
    sums = corners.sum(axis=1)
    # falling[s] is prod of (d k_v - r |k|) over r < s
    falling = [corners * 0 + 1]
    for s in range(order):
        falling.append(falling[-1] * (order * corners - s * sums[:, np.newaxis]))
    table = np.stack(falling, axis=1)  # (corners, s, variables)
    products: Any = 1
    for v in range(variables):
        products = products * table[:, directions[:, v].astype(int), v]
    differences = np.empty((len(directions), len(corners)), object)
    binomials = np.array(
        [[math.comb(n, k) for k in range(order + 1)] for n in range(order + 1)], object
    )
    signs: Any = 1
    for v in range(variables):
        signs = signs * binomials[
            directions[:, v].astype(int)[:, np.newaxis], corners[:, v].astype(int)
        ]
    differences[...] = signs * np.where((order - sums) % 2 == 0, 1, -1)
    exact = np.dot(differences, products)
    bottom = [order**order * f for f in _factorials(directions)]
    return np.array([[a / b for a, b in zip(row, bottom, strict=True)] for row in exact])
