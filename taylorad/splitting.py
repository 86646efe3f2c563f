"""Coefficients as series in one of their variables, where a valuation is needed.

Where the value of a number x is zero, its coefficients are seen as series in one of the
variables, t, one series for each monomial s in the others:

    x = sum of x_s(t) s,    x_1(t) = t^m w(t),  w(0) != 0.

The number m is the valuation of x. An equation x_1 y_s = (what is known already) is then
solved by a division by t^m w, which is exact where the singularity is removable and takes m
orders off what is known. `Result` keeps the account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._numbers import engine, make
from taylorad.algebra import Algebra, taylor
from taylorad.monomials import cached

__all__ = ["Result", "Split", "climb", "first", "groups", "splits"]

Parts = npt.NDArray[Any]  # (rows, points)
Points = npt.NDArray[np.intp]

# What must cancel for a singularity to be removable may leave this much of its terms.
ROUNDING = {np.dtype(np.float32): 2.0**-12, np.dtype(np.complex64): 2.0**-12}


# --- Series in one variable --------------------------------------------------------------


@dataclass(frozen=True)
class Split:
    """The rows of an algebra as series in one variable, t.

    Attributes
    ----------
    factor : int
        Which factor t is a variable of.
    rows : list of ndarray
        ``rows[i][k]`` is the row of t^k times the i-th monomial in the other variables;
        these are sorted by degree and start with 1.
    degrees : list of int
        The degrees of these monomials.
    pairs : list of list of tuple of int
        The pairs (a, b) of monomials whose product is the i-th one, a not 1.
    """

    factor: int
    rows: list[Points]
    degrees: list[int]
    pairs: list[list[tuple[int, int]]]

    @property
    def lead(self) -> Points:
        """The rows of the powers of t."""
        return self.rows[0]


@cached(maxsize=256)
def splits(algebra: Algebra) -> list[list[Split]]:
    """For each factor, from the innermost out, the split along each of its variables."""
    found, column = [], 0
    for at, factor in enumerate(algebra.factors):
        columns = range(column, column + factor.variables)
        found.append([_split(algebra, at, c) for c in columns])
        column += factor.variables
    return found[::-1]


def _split(algebra: Algebra, factor: int, column: int) -> Split:
    series: dict[tuple[int, ...], list[int]] = {}
    for row, exponents in enumerate(algebra.exponents.tolist()):
        series.setdefault((*exponents[:column], *exponents[column + 1 :]), []).append(row)
    index = {monomial: i for i, monomial in enumerate(series)}
    pairs: list[list[tuple[int, int]]] = []
    for monomial in series:
        pairs.append([])
        for other, b in index.items():
            a = index.get(tuple(e - f for e, f in zip(monomial, other, strict=True)))
            if a:  # neither None nor the monomial 1
                pairs[-1].append((a, b))
    return Split(factor, [np.array(rows) for rows in series.values()], [*map(sum, series)], pairs)


def first(series: Parts) -> npt.NDArray[np.intp]:
    """At each point the index of the first coefficient that is not zero, or the length."""
    if len(series) == 0:
        return np.zeros(series.shape[1], np.intp)
    present = series != 0
    return np.where(present.any(axis=0), present.argmax(axis=0), len(series))


def groups(algebra: Algebra, x: Parts, points: Points) -> Iterator[tuple[Split, int, Points]]:
    """`points` by the variable in which `x` has a valuation there, and by the valuation.

    Inner factors go first, since their transforms are the first to evaluate again.
    """
    for along in splits(algebra):
        valuations = np.stack([first(x[np.ix_(split.lead, points)]) for split in along])
        lengths = np.array([[len(split.lead)] for split in along])
        valuations = np.where(valuations < lengths, valuations, algebra.rows)
        best, m = valuations.argmin(axis=0), valuations.min(axis=0)
        for variable, valuation in sorted({*zip(best.tolist(), m.tolist(), strict=True)}):
            if valuation < algebra.rows:
                inside = (best == variable) & (m == valuation)
                yield along[variable], valuation, points[inside]
        points = points[m == algebra.rows]


def climb(
    split: Split,
    m: int,
    x: Parts,
    y: list[Parts],
    given: Parts | None,
    weight: Callable[[int, int], Any],
) -> npt.NDArray[np.bool_]:
    """Solve x_1 y_s = given_s + sum of weight(a, b) x_a y_b for the series y_s not yet in `y`.

    Each is as long as it is known. Returns where the divisions by t^m were exact.
    """
    lead = x[split.lead[m:]]
    exact = np.ones(x.shape[1], bool)
    for i in range(len(y), len(split.rows)):
        length = len(split.rows[i])
        total = np.zeros((m + length, x.shape[1]), np.result_type(x, *y))
        known = len(total)
        if given is not None:
            total[:length] = given[split.rows[i]]
            known = length
        size = abs(total)
        for a, b in split.pairs[i]:
            u, v = x[split.rows[a]], y[b]
            start, other = (int(first(part).min(initial=len(part))) for part in (u, v))
            known = min(known, len(u) + other, len(v) + start)
            for k in range(start, min(len(u), len(total))):
                term = weight(a, b) * u[k] * v[: len(total) - k]
                total[k : k + len(term)] += term
                size[k : k + len(term)] += abs(term)
        head = slice(min(m, known))
        limit = ROUNDING.get(total.dtype, 2.0**-26) * size[head]
        exact &= ~np.any(abs(total[head]) > limit, axis=0)
        rest = total[m : max(known, m)]
        y.append(_divide(rest[: len(lead) + int(first(rest).min(initial=len(rest)))], lead))
    return exact


def _divide(u: Parts, v: Parts) -> Parts:
    """The quotient of series in one variable, as long as `u`."""
    if len(u) == 0:
        return u
    below = np.zeros(u.shape, v.dtype)
    below[: len(v)] = v[: len(u)]
    return engine(u, below).quotient(taylor(len(u) - 1), u, below)


# --- Results -----------------------------------------------------------------------------


class Result:
    """Parts over an algebra of which some rows may turn out not to be known."""

    def __init__(self, algebra: Algebra, parts: Parts) -> None:
        self.algebra = algebra
        self.parts = parts
        self.unknown: dict[int, npt.NDArray[np.bool_]] = {}  # by factor: rows

    def put(self, points: Points, parts: Any) -> None:
        """Enter what is known in full."""
        self.parts[:, points] = parts

    def put_series(self, split: Split, points: Points, series: list[Parts]) -> None:
        """Enter series, each as long as it is known."""
        unknown = np.ones(self.algebra.rows, bool)
        for rows, part in zip(split.rows, series, strict=True):
            self.parts[rows[: len(part), np.newaxis], points] = part
            unknown[rows[: len(part)]] = False
        self.forget(split.factor, unknown, points)

    def forget(self, at: int, unknown: npt.NDArray[np.bool_], points: Points) -> None:
        """Enter that these rows are not known, which comes from one of the factors."""
        if points.size == 0 or not unknown.any():
            return
        self.parts[np.ix_(unknown, points)] = np.nan
        factor = self.algebra.factors[at]
        # A hand-made Dual stays one, with its derivative nan: nobody would evaluate again.
        if factor.kind != "hyperdual" and (factor.kind != "dual" or factor.tag != 0):
            self.unknown[at] = self.unknown.get(at, False) | unknown

    def number(self, shape: tuple[int, ...]) -> Any:
        """The number, over the algebra of what is known at every point."""
        algebra, factors = self.algebra, list(self.algebra.factors)
        unknown = np.zeros(algebra.rows, bool)
        columns = np.cumsum([0, *(factor.variables for factor in factors)])
        for at, rows in self.unknown.items():
            degrees = algebra.exponents[:, columns[at] : columns[at + 1]].sum(axis=1)
            factors[at] = factors[at].capped(max(int(degrees[rows].min()) - 1, 0))
            unknown |= rows
        if self.unknown:
            algebra = Algebra.of(factors, algebra.degree if algebra.capped else None)
            kept = self.algebra.embedding(algebra)[0]
            if unknown[kept].any():
                degrees = self.algebra.degrees[kept]
                algebra = algebra.truncate(int(degrees[unknown[kept]].min()) - 1)
        own, target = self.algebra.embedding(algebra)
        parts = np.empty((algebra.rows, self.parts.shape[1]), self.parts.dtype)
        parts[target] = self.parts[own]
        return make(algebra, parts.reshape(algebra.rows, *shape))
