"""Taylor polynomials in several variables: their terms, derivatives and integrals.

A `MultiTaylor` is a polynomial in the offsets of its variables from the expansion point,
true up to the monomials that its order and the orders of its variables cut off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._numbers import (
    MultiTaylor,
    Number,
    checked_order,
    make,
    stacked,
)
from taylorad._printing import latex, show
from taylorad.algebra import Algebra, Factor
from taylorad.calculus import assembled, coefficients
from taylorad.monomials import Structure

__all__ = [
    "coefficient",
    "derivative",
    "differentiate",
    "exponents",
    "factor_of",
    "from_dict",
    "gradient",
    "hessian",
    "integrate",
    "own",
    "to_dict",
    "truncate",
    "variable_index",
    "variables",
]

# --- Making them -------------------------------------------------------------------------


def _names(names: Any, count: int | None) -> tuple[str, ...] | None:
    """The names as a tuple, as many as there are variables."""
    if names is None:
        return None if count is None else tuple(f"x{v + 1}" for v in range(count))
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    names = tuple(names)
    if not all(isinstance(name, str) and name.isidentifier() for name in names):
        raise ValueError(
            f"names of variables are words, such as 'x y' or ['x', 'y'], but {names} was given"
        )
    if len(set(names)) < len(names):
        raise ValueError(f"the names of the variables must differ, but {names} was given")
    if count is not None and len(names) != count:
        raise ValueError(
            f"there are {count} variables, so they need {count} names, "
            f"but {len(names)} were given: {names}"
        )
    return names


def _limits(orders: Any, count: int | None) -> tuple[int, ...] | None:
    if orders is None:
        return None
    if not isinstance(orders, (Sequence, np.ndarray)) or isinstance(orders, str):
        raise TypeError(f"orders is a sequence of one integer a variable, not {orders!r}")
    limits = tuple(checked_order(order) for order in orders)
    if count is not None and len(limits) != count:
        raise ValueError(
            f"there are {count} variables, so they need {count} orders, "
            f"but {len(limits)} were given: {limits}"
        )
    return limits


def factor_of(count: int, order: Any, names: Any = None, orders: Any = None) -> Factor:
    """The factor of numbers made by hand in so many variables."""
    limits = _limits(orders, count)
    if order is None:
        if limits is None:
            raise TypeError("order is an integer; it may be None where orders are given")
        order = sum(limits)
    order = checked_order(order)
    if limits is not None:
        order = min(order, sum(limits))
    return Factor(0, "multi", 0, count, None, _names(names, count)).limited(order, limits)


def variables(point: Any, order: Any, names: Any = None, orders: Any = None) -> tuple[Any, ...]:
    """The variables about a point."""
    if isinstance(point, (str, Mapping)) or not np.iterable(point):
        raise TypeError(
            "the point of MultiTaylor.variables is a sequence of its coordinates [x, y, ...], "
            f"not {point!r:.60}"
        )
    entries: Any = [*point]
    if isinstance(point, np.ndarray):
        entries = [point[v, ...] for v in range(len(point))]  # of its dtype
    if not entries:
        raise ValueError("MultiTaylor.variables needs at least one variable")
    algebra = Algebra.of((factor_of(len(entries), order, names, orders),))
    dtype = stacked(entries, "MultiTaylor").dtype
    rows = algebra.structure.find(np.eye(len(entries), dtype=int)).tolist()
    made = []
    for entry, row in zip(entries, rows, strict=True):
        value = np.asarray(entry).astype(dtype)
        parts = np.empty((algebra.rows, *value.shape), dtype)
        parts[...] = value * 0  # exact zeros of exact kinds
        parts[0] = value
        if row >= 0:
            parts[row] = value * 0 + 1
        made.append(make(algebra, parts))
    return tuple(made)


def construct(rows: Any, order: Any, names: Any = None, orders: Any = None) -> Any:
    """The polynomial with these coefficients."""
    listed = isinstance(rows, (list, tuple))
    if isinstance(rows, Number) or not (listed or np.ndim(rows)) or len(rows) == 0:
        raise TypeError(
            "MultiTaylor takes the sequence of all its coefficients; for the variables write "
            "MultiTaylor.variables(point, order), and MultiTaylor.from_dict(terms) for a few"
        )
    order, chosen, limits = checked_order(order), _names(names, None), _limits(orders, None)
    count = len(chosen or limits or ())
    if not count:  # the number of variables for which there are as many monomials
        count = 1
        while math.comb(count + order, order) < len(rows) and order:
            count += 1
    algebra = Algebra.of((factor_of(count, order, names, orders),))
    if algebra.rows != len(rows):
        raise ValueError(
            f"a MultiTaylor of order {order} in {count} variable(s) has {algebra.rows} "
            f"coefficients, but {len(rows)} were given"
        )
    return make(algebra, stacked(list(rows), "MultiTaylor"))


def from_dict(
    terms: Mapping[Any, Any], order: Any = None, names: Any = None, orders: Any = None
) -> Any:
    """The polynomial with these terms."""
    if not isinstance(terms, Mapping) or not terms:
        raise TypeError(
            "from_dict takes a dict of at least one coefficient by exponents, such as "
            f"{{(1, 0): 2.0}}, not {terms!r:.60}"
        )
    monomials = [tuple(map(checked_order, monomial)) for monomial in terms]
    count = len(monomials[0])
    if any(len(monomial) != count for monomial in monomials):
        raise ValueError(f"all monomials need {count} exponents: {monomials}")
    if order is None and orders is None:
        order = max(map(sum, monomials))
    algebra = Algebra.of((factor_of(count, order, names, orders),))
    columns = stacked(list(terms.values()), "MultiTaylor")
    rows = algebra.structure.find(monomials)
    if rows.min() < 0:
        beyond = monomials[int(rows.argmin())]
        raise ValueError(f"the monomial {beyond} is beyond the order; give a larger one")
    parts = np.empty((algebra.rows, *columns.shape[1:]), columns.dtype)
    parts[...] = columns[0] * 0
    parts[rows] = columns
    return make(algebra, parts)


def to_dict(p: MultiTaylor) -> dict[tuple[int, ...], Any]:
    """The coefficients that are not zero."""
    return {
        tuple(monomial): row.item() if isinstance(row, np.generic) else row
        for monomial, row in zip(exponents(p).tolist(), coefficients(p), strict=True)
        if np.any(_numbers.value(row) != 0)
    }


# --- Reading them ------------------------------------------------------------------------


def own(p: MultiTaylor) -> Factor:
    return p.algebra.factors[0]


def structure_of(factor: Factor) -> Structure:
    return Algebra.of((factor,)).structure


def exponents(p: MultiTaylor) -> Any:
    """The exponents of each monomial."""
    return structure_of(own(p)).exponents.copy()


def variable_index(p: MultiTaylor, variable: Any) -> int:
    """The index of a variable, given by that or by its name."""
    names = p.names
    if isinstance(variable, str):
        if variable in names:
            return names.index(variable)
    elif isinstance(variable, (bool, np.bool_)) or not hasattr(variable, "__index__"):
        raise TypeError(f"a variable is given by its index or its name, not by {variable!r}")
    elif -len(names) <= int(variable) < len(names):
        return int(variable) % len(names)
    raise ValueError(
        f"there is no variable {variable!r}: it is one of {', '.join(names)}, or an index from "
        f"0 to {len(names) - 1}"
    )


def _monomial(p: MultiTaylor, given: Any) -> tuple[int, ...]:
    """Exponents as a tuple: they may be given by variable."""
    count = len(p.names)
    if isinstance(given, Mapping):
        powers = [0] * count
        for variable, power in given.items():
            powers[variable_index(p, variable)] = checked_order(power)
        return tuple(powers)
    if hasattr(given, "__index__") and count == 1:
        given = (given,)
    if isinstance(given, str) or not np.iterable(given):
        raise TypeError(
            f"exponents are a sequence of {count} integers, or a dict such as "
            f"{{{p.names[0]!r}: 1}}, not {given!r}"
        )
    monomial = tuple(map(checked_order, given))
    if len(monomial) != count:
        raise ValueError(
            f"there are {count} variables ({', '.join(p.names)}), so {count} exponents are "
            f"needed, but {monomial} was given"
        )
    return monomial


def coefficient(p: MultiTaylor, given: Any) -> Any:
    """The coefficient of one monomial."""
    monomial = _monomial(p, given)
    row = int(structure_of(own(p)).find([monomial])[0])
    if row < 0:
        highest = ", ".join(
            f"{name} to the power {limit}"
            for name, limit in zip(p.names, p.orders, strict=True)
            if limit < p.order
        )
        raise ValueError(
            f"the coefficient of the monomial {monomial} is not known: this polynomial goes to "
            f"the total degree {p.order}" + (f", {highest}" if highest else "")
        )
    return coefficients(p)[row]


def derivative(p: MultiTaylor, given: Any) -> Any:
    """A mixed partial derivative."""
    monomial = _monomial(p, given)
    return coefficient(p, monomial) * math.prod(map(math.factorial, monomial))


def _rows(p: MultiTaylor, monomials: Any, what: str) -> Any:
    rows = structure_of(own(p)).find(monomials)
    if rows.min() < 0:
        raise ValueError(
            f"a polynomial of order {p.order} with the orders {p.orders} of its variables "
            f"does not know its {what}"
        )
    return coefficients(p)[rows]


def gradient(p: MultiTaylor) -> Any:
    """All first derivatives."""
    return _rows(p, np.eye(len(p.names), dtype=int), "gradient")


def hessian(p: MultiTaylor) -> Any:
    """All second derivatives."""
    n = len(p.names)
    units = np.eye(n, dtype=int)
    found = _rows(p, (units[:, np.newaxis] + units).reshape(n * n, n), "Hessian")
    twice = (1 + units).reshape(n * n, *(1,) * p.ndim)
    if found.dtype != object:
        twice = twice.astype(found.real.dtype)
    return np.reshape(found * twice, (n, n, *p.shape))


# --- Calculus ----------------------------------------------------------------------------


def _stepped(factor: Factor, v: int, by: int) -> Factor:
    """The factor of another order, in one variable and in total."""
    limits = factor.limits
    if limits is not None:
        limits = (*limits[:v], limits[v] + by, *limits[v + 1 :])
    return factor.limited(factor.order + by, limits)


def _weighted(rows: Any, weights: Any, power: int) -> Any:
    """Rows times integers, or divided by them; exact coefficients stay exact."""
    weights = weights.reshape(-1, *(1,) * (rows.ndim - 1))
    weights = weights.astype(object if rows.dtype == object else rows.real.dtype)
    return rows * weights if power > 0 else rows / weights


def differentiate(p: MultiTaylor, variable: Any) -> Any:
    """d/dx of one variable x."""
    v, factor = variable_index(p, variable), own(p)
    if factor.exponent_limits[v] == 0:
        raise ValueError(
            f"the derivative in {p.names[v]} is not known: only the power 0 of it was kept"
        )
    result = _stepped(factor, v, -1)
    monomials = structure_of(result).exponents.copy()
    monomials[:, v] += 1
    rows = coefficients(p)[structure_of(factor).find(monomials)]
    return assembled(result, _weighted(rows, monomials[:, v], 1))


def integrate(p: MultiTaylor, variable: Any) -> Any:
    """The integral from the expansion point in one variable."""
    v, factor = variable_index(p, variable), own(p)
    result = _stepped(factor, v, 1)
    monomials = structure_of(result).exponents
    powers = monomials[:, v]
    source = structure_of(factor).find(monomials - (np.arange(len(p.names)) == v))
    # What has no power of the variable integrates to nothing.
    rows = _weighted(coefficients(p)[source], np.maximum(powers, 1), -1)
    missing = (powers == 0).reshape(-1, *(1,) * (rows.ndim - 1))
    zero = rows[:1] * 0 if rows.dtype == object else 0  # of exact kinds an exact one
    return assembled(result, np.where(missing, zero, rows))


def truncate(p: MultiTaylor, order: Any) -> Any:
    """The same polynomial to a lower order."""
    order = checked_order(order)
    if order > p.order:
        raise ValueError(
            f"a MultiTaylor of order {p.order} cannot be extended to order {order}: its higher "
            "coefficients are not known"
        )
    factor = own(p).limited(order, own(p).limits)
    return assembled(factor, coefficients(p)[: structure_of(factor).rows].copy())


_numbers.install_polynomials(
    {
        "coefficient": coefficient,
        "construct": construct,
        "derivative": derivative,
        "differentiate": differentiate,
        "exponents": exponents,
        "from_dict": from_dict,
        "gradient": gradient,
        "hessian": hessian,
        "integrate": integrate,
        "latex": latex,
        "show": show,
        "to_dict": to_dict,
        "truncate": truncate,
        "variables": variables,
    }
)
