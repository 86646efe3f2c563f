"""Polynomials as maps: evaluated, composed, inverted."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._numbers import MultiTaylor, Number, common, engine, make, parts_over, repack
from taylorad._tape import Variable
from taylorad.algebra import Algebra, Factor
from taylorad.calculus import assembled, coefficients
from taylorad.monomials import cached
from taylorad.polynomials import own, structure_of, truncate, variable_index

__all__ = ["compose", "evaluate", "invert_map"]


@cached(maxsize=64)
def _ladder(factor: Factor) -> tuple[list[tuple[int, int]], Any, Any]:
    """How each monomial is made: from a row of one degree less, times one variable.

    Returns the rows of each degree, from where to where, and for every row the row and the
    variable that it is the product of.
    """
    structure = structure_of(factor)
    last = structure.exponents.shape[1] - 1 - (structure.exponents[:, ::-1] > 0).argmax(axis=1)
    below = structure.exponents - (np.arange(last.max() + 1) == last[:, np.newaxis])
    bounds = np.searchsorted(structure.degrees, np.arange(structure.degree + 2)).tolist()
    return list(itertools.pairwise(bounds)), structure.find(below), last


def _offsets(p: MultiTaylor, given: Any) -> list[Any]:
    """One offset for each variable."""
    count = len(p.names)
    if len(given) == 1:
        (one,) = given
        if isinstance(one, Mapping):
            known = {variable_index(p, variable): offset for variable, offset in one.items()}
            if len(known) < count:
                missing = [name for v, name in enumerate(p.names) if v not in known]
                raise ValueError(f"there is no offset for {', '.join(missing)}")
            given = [known[v] for v in range(count)]
        elif count > 1 or (isinstance(one, (list, tuple)) and len(one) == 1):
            if np.ndim(_numbers.value(one)) == 0 and not isinstance(one, (list, tuple)):
                one = [one]
            given = list(one)
    if len(given) != count:
        raise ValueError(
            f"the polynomial has {count} variables ({', '.join(p.names)}), so it is evaluated "
            f"at {count} offsets, but {len(given)} were given"
        )
    return [repack(offset) for offset in given]


def evaluate(p: MultiTaylor, given: Any) -> Any:
    """The polynomial at offsets from its expansion point."""
    offsets = _offsets(p, given)
    rows = coefficients(p)
    degrees, below, variable = _ladder(own(p))
    if any(isinstance(x, (Number, Variable)) for x in offsets):
        monomials: list[Any] = [1]
        total = rows[0]
        for k in range(1, len(rows)):
            monomials.append(monomials[below[k]] * offsets[variable[k]])
            total = total + rows[k] * monomials[k]
        return total
    point = np.stack(np.broadcast_arrays(*map(np.asarray, offsets)))
    powers = np.empty((len(rows), *point.shape[1:]), np.result_type(point, np.float32))
    powers[0] = 1
    for first, last in degrees[1:]:
        powers[first:last] = powers[below[first:last]] * point[variable[first:last]]
    return _contracted(rows, powers)


def _contracted(rows: Any, powers: Any) -> Any:
    """Sum of rows times powers over the first axis, the others broadcast."""
    if rows.ndim == 1:
        return np.tensordot(rows, powers, 1)
    if powers.ndim == 1:
        return np.tensordot(powers, rows, 1)
    ndim = max(rows.ndim, powers.ndim)
    rows, powers = (
        np.reshape(x, (len(x), *(1,) * (ndim - x.ndim), *x.shape[1:])) for x in (rows, powers)
    )
    return np.sum(rows * powers, axis=0)


def compose(p: MultiTaylor, given: Any) -> Any:
    """The polynomial of series."""
    inners = _offsets(p, given)
    if not any(isinstance(inner, Number) for inner in inners):
        raise TypeError(
            "compose takes series, one for each variable; to evaluate at offsets: p(offsets)"
        )
    for inner in inners:
        if np.any(_numbers.value(inner) != 0):
            raise ValueError(
                "the inner series of a composition are offsets from the outer one's expansion "
                "point, so their constant terms must be 0; subtract them: inner - inner.value"
            )
    algebra: Any = common(inners)
    order = min(p.order, *p.orders)
    plain = len(algebra.factors) == 1 and len(p.algebra.factors) == 1
    if not plain or any(isinstance(x.parts, Variable) for x in (p, *inners) if hasattr(x, "parts")):
        result = evaluate(p, [inners])
        return result.truncate(order) if result.order > order else result
    return _composed(p, inners, algebra.truncate(order))


def _composed(p: MultiTaylor, inners: list[Any], algebra: Algebra) -> Any:
    """The same for plain coefficients: all monomials of one degree at once.

    Those of degree d start with degree d, so there are as many degrees as in the result.
    """
    outer = coefficients(truncate(p, algebra.degree))
    series = [parts_over(algebra, inner)[: algebra.rows] for inner in inners]
    shape = np.broadcast_shapes(*(x.shape[1:] for x in series))
    series = [
        np.broadcast_to(x.reshape(len(x), *(1,) * (len(shape) + 1 - x.ndim), *x.shape[1:]),
                        (len(x), *shape))
        for x in series
    ]  # fmt: skip
    point = np.stack(series, axis=1)  # (rows, variables, *shape)
    degrees, below, variable = _ladder(own(p).limited(algebra.degree, own(p).limits))
    ndim = max(outer.ndim - 1, len(shape))
    dtype = np.result_type(outer, point)
    joint = np.broadcast_shapes(outer.shape[1:], shape)
    total = np.zeros((algebra.rows, *joint), dtype)
    if dtype.kind == "O":
        total[...] = point[0, 0] * 0  # exact zeros of exact kinds
    total[0] = outer[0]
    powers, begin = point[:, :0], 0
    for degree, (first, last) in enumerate(degrees[1:], start=1):
        factors = point[:, variable[first:last]]
        if degree == 1:
            powers = factors
        else:
            previous = powers[:, below[first:last] - begin]
            powers = engine(previous, factors).product(algebra, previous, factors)
        begin = first
        weights = outer[first:last]
        if not shape:
            total += np.tensordot(powers, weights, 1)
            continue
        aligned = weights.reshape(len(weights), *(1,) * (ndim + 1 - weights.ndim),
                                  *weights.shape[1:])  # fmt: skip
        spread = powers.reshape(*powers.shape[:2], *(1,) * (ndim - len(shape)), *shape)
        total += np.sum(spread * aligned, axis=1)
    return make(algebra, total)


def invert_map(maps: Any) -> tuple[Any, ...]:
    """The inverse of a polynomial map of as many variables as there are components.

    With p the map and c its constant terms, this is the map q with ``p(q(s)) = c + s``, to
    the order of p: it takes an offset of the result to the offset of the argument.

    Parameters
    ----------
    maps : sequence of MultiTaylor
        The components, all in the same variables.

    Returns
    -------
    tuple of MultiTaylor
        The components of the inverse, in variables of the same names, which stand for the
        offsets of the components of the map. Their constant terms are 0.

    Raises
    ------
    ValueError
        If there are not as many components as variables, the order is 0, or the linear
        part has no inverse.
    TypeError
        If a component is not a MultiTaylor.

    Notes
    -----
    With A the linear part and N the part of higher degree, q solves q = A^-1 (s - N(q)).
    Starting with A^-1 s, every iteration makes one more degree right.

    References
    ----------
    M. Berz, Modern Map Methods in Particle Beam Physics (1999), section 2.3.1.

    Examples
    --------
    >>> import taylorad as ta
    >>> x, y = ta.MultiTaylor.variables([0.0, 0.0], order=3, names="x y")
    >>> ta.invert_map([x + y**2, y])
    (x - y**2 + O(4), y + O(4))
    """
    maps = repack(list(maps) if isinstance(maps, (list, tuple)) else maps)
    components = list(maps) if isinstance(maps, (MultiTaylor, list)) and np.ndim(maps) else [maps]
    for component in components:
        if not isinstance(component, MultiTaylor):
            raise TypeError(
                f"invert_map takes a sequence of MultiTaylor, not of {type(component).__name__}"
            )
    p: Any = np.stack(np.broadcast_arrays(*components))
    n, order = len(p.names), min(p.order, *p.orders)
    if len(p) != n:
        raise ValueError(
            f"a map in {n} variables ({', '.join(p.names)}) has an inverse if it has {n} "
            f"components, but {len(p)} were given"
        )
    if order == 0:
        raise ValueError("inversion needs a map of order at least 1")
    factor = _unlimited(own(p), order)
    p = assembled(factor, coefficients(truncate(p, order))[: structure_of(factor).rows])
    inverse = _inverse(np.moveaxis(np.swapaxes(p.gradient, 0, 1), (0, 1), (-2, -1)))

    def solved(rows: Any) -> Any:
        """A^-1 of each row of (rows, n, *shape)."""
        moved = np.moveaxis(rows, 1, -1)[..., np.newaxis]
        return np.moveaxis(np.matmul(inverse, moved)[..., 0], -1, 1)

    parts = coefficients(p)
    identity = np.zeros_like(parts)
    identity[...] = parts[:1] * 0
    identity[1 : n + 1] += np.eye(n, dtype=int).reshape(n, n, *(1,) * (p.ndim - 1))
    nonlinear = parts.copy()
    nonlinear[: n + 1] = identity[0]
    nonlinear = assembled(factor, nonlinear)
    inner = assembled(factor.limited(1, None), solved(identity[: n + 1]))
    for degree in range(2, order + 1):
        rows = structure_of(factor.limited(degree, None)).rows
        wider = np.concatenate(
            [inner.parts, np.broadcast_to(identity[:1], (rows - len(inner.parts), *p.shape))]
        )
        inner = assembled(factor.limited(degree, None), wider)
        bent = nonlinear.truncate(degree).compose(*(inner[i] for i in range(n)))
        inner = assembled(factor.limited(degree, None), solved(identity[:rows] - bent.parts))
    return tuple(inner[i] for i in range(n))


def _unlimited(factor: Factor, order: int) -> Factor:
    """The factor without limits of its own, to an order that it is known to."""
    return factor.limited(order, (order,) * factor.variables)


def _inverse(matrices: Any) -> Any:
    """The inverse of the last two axes; exact for exact entries."""
    try:
        if matrices.dtype != object:
            return np.linalg.inv(matrices)
        flat = matrices.reshape(-1, *matrices.shape[-2:])
        return np.stack([_exact_inverse(matrix) for matrix in flat]).reshape(matrices.shape)
    except (np.linalg.LinAlgError, ZeroDivisionError):
        raise ValueError("a map whose linear part is singular has no inverse") from None


def _exact_inverse(matrix: Any) -> Any:
    """By Gauss and Jordan's elimination, with the largest pivots."""
    n = len(matrix)
    both = np.concatenate([matrix, matrix * 0 + np.eye(n, dtype=int).astype(object)], axis=1)
    for k in range(n):
        pivot = k + int(np.argmax(abs(both[k:, k])))
        both[[k, pivot]] = both[[pivot, k]]
        both[k] = both[k] / both[k, k]
        for i in range(n):
            if i != k:
                both[i] = both[i] - both[i, k] * both[k]
    return both[:, n:]


_numbers.install_polynomials({"compose": compose, "evaluate": evaluate})
