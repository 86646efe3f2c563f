"""Repeated eigenvalues and singular values: which are one, and what is asked of them.

Where k values coincide, the k of them around that point are the eigenvalues of a k x k block
that is smooth, but they are not. Along one direction the block is l + t^m N(t) with a first
N(0) that is no multiple of the identity, and the eigenvalues of N, in order, are the
derivatives (Rellich; Kato, Perturbation Theory for Linear Operators, section II.6.2). In
several directions there are none, unless the block stays a multiple of the identity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from taylorad._numbers import Number, value
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._rows import Rows

__all__ = ["Blocks", "all_rows", "blocks_of", "largest"]


def all_rows(x: Any) -> np.ndarray:
    """Everything that is known of `x` as a plain array, its value first."""
    while carries(x) and not isinstance(x, Number):
        x = x.value
    return value(x.parts) if isinstance(x, Number) else np.asarray(x)[np.newaxis]


def blocks_of(values: np.ndarray, condition: Any = 1.0) -> Blocks:
    """The blocks of eigenvalues that are equal but for rounding.

    Parameters
    ----------
    values : ndarray
        The eigenvalues of each matrix.
    condition : float or ndarray
        By how much rounding errors of the matrix grow in its eigenvalues.
    """
    n = values.shape[-1]
    size = condition * np.max(np.abs(values), axis=-1, initial=0.0)
    rounding = 8 * n * np.finfo(values.dtype).eps * size[..., np.newaxis, np.newaxis]
    same = np.abs(values[..., np.newaxis, :] - values[..., :, np.newaxis]) <= rounding
    same |= np.eye(n, dtype=bool)
    if same.sum() > values.size:
        for _ in range(n.bit_length()):  # equal to an equal is equal
            same = same @ same
    return Blocks(same)


def largest(x: Any) -> Any:
    """The largest modulus in each matrix, of all that is known of it."""
    return np.max(np.abs(all_rows(x)), axis=(0, -2, -1), initial=0.0)


@dataclass(frozen=True)
class Blocks:
    """Which of n values are the same, for each matrix.

    Parameters
    ----------
    same : ndarray of bool, shape (..., n, n)
        An equivalence.
    broken : dict
        For each row that was found to have them, where blocks are that are no multiples of
        the identity.
    """

    same: np.ndarray
    broken: dict[int, np.ndarray] = field(default_factory=dict)

    @cached_property
    def repeated(self) -> bool:
        """Whether any two values are the same."""
        return bool(self.same.sum() > self.same.size // max(self.same.shape[-1], 1))

    @cached_property
    def several(self) -> np.ndarray:
        """Which values are not alone."""
        several: np.ndarray = self.same.sum(axis=-1) > 1
        return several

    def inside(self, x: Any) -> Any:
        """The blocks of a matrix; zero around them."""
        return np.where(self.same, x, 0)

    def reciprocals(self, differences: Any) -> Any:
        """1 / (l_j - l_i) outside of the blocks, zero inside."""
        return np.where(self.same, 0, 1 / np.where(self.same, 1, differences))

    def settled(self, k: int, row: Any, size: Any) -> Any:
        """The blocks of row `k`, those that are multiples of the identity without rounding errors.

        The others are noted in `broken`. The size is that of the terms which the row is a
        sum of, for each matrix.
        """
        inside = self.inside(row)
        n, multiple = self.same.shape[-1], self._multiple(inside)
        apart = np.max(np.abs(all_rows(inside - multiple)), axis=0)
        errors = 512 * n * np.finfo(apart.dtype).eps * size
        broken = self.same @ (apart > errors[..., np.newaxis, np.newaxis]) @ self.same
        if not np.any(broken):
            return multiple
        self.broken[k] = broken
        return np.where(broken, inside, multiple)

    def _means(self, x: Any) -> Any:
        """Each of n numbers replaced by the mean over its block."""
        shares = self.same / self.same.sum(axis=-1, keepdims=True)
        return (shares @ x[..., np.newaxis])[..., 0]

    def _multiple(self, inside: Any) -> Any:
        """The multiples of the identity next to some blocks."""
        means = self._means(np.diagonal(inside, axis1=-2, axis2=-1))
        return means[..., np.newaxis, :] * np.eye(self.same.shape[-1], dtype=bool)

    def absent(self, cotangent: Any) -> bool:
        """Whether nothing is asked of the single vectors within a block, but of their lengths.

        The cotangent of the rotation from old to new vectors is then a multiple of the
        identity in each block of several.
        """
        inside = np.where(self.several[..., np.newaxis], self.inside(cotangent), 0)
        return self._negligible(inside - self._multiple(inside), cotangent)

    def _negligible(self, deviations: Any, whole: Any) -> bool:
        """Whether matrices are rounding errors of others."""
        found = largest(deviations)
        eps = np.finfo(found.dtype).eps
        return bool(np.all(found <= 1000 * self.same.shape[-1] * eps * largest(whole)))

    def unused(self, cotangent: Any, members: np.ndarray) -> bool:
        """Whether nothing depends on these values."""
        return not np.any(all_rows(cotangent)[..., members])

    def demand_symmetric(self, cotangent: Any, name: str) -> None:
        """Raise if the values of one block have different cotangents."""
        deviations = cotangent - self._means(cotangent)
        if not self._negligible(deviations[..., np.newaxis], cotangent[..., np.newaxis]):
            raise DerivativeError(
                f"{name}: single ones of repeated values have no gradient; functions that treat "
                "them alike do, such as their sum, product or maximum"
            )

    def split(
        self,
        algebra: Algebra,
        first: Any,
        rows: Rows,
        series: Callable[[Algebra, Rows], Rows],
        name: str,
        hermitian: bool = False,
    ) -> Rows:
        """The rows of the eigenvalues of all blocks, along one direction.

        Parameters
        ----------
        algebra : Algebra
            What the rows are over.
        first : array
            The eigenvalues at the expansion point.
        rows : dict
            The blocks from row 1 on.
        series : callable
            ``series(algebra, rows)``, the same for what a block is without its leading part.
        name : str
            The NumPy function.
        hermitian : bool
            Whether the blocks are, so that their eigenvalues are real.
        """
        if not algebra.univariate:
            raise DerivativeError(
                f"{name}: repeated eigenvalues have no derivatives in several directions at "
                "once; along one (a Dual, a Taylor) they have"
            )
        lines: dict[int, list[Any]] = {k: [] for k in rows}
        for at in np.ndindex(self.same.shape[:-2]):
            found: dict[int, dict[int, Any]] = {k: {} for k in rows}
            for members in {tuple(np.flatnonzero(row).tolist()) for row in self.same[at]}:
                block = {k: row[at][np.ix_(members, members)] for k, row in rows.items()}
                split = [k for k in sorted(self.broken) if self.broken[k][at][members[0]].any()]
                for k, line in _eigenvalues(algebra, block, split, series).items():
                    found[k].update(zip(members, line, strict=True))
            for k, line in found.items():
                row = np.stack([line[i] for i in range(len(line))])
                lines[k].append(np.real(row) if hermitian else row)
        whole = {k: np.reshape(np.stack(line), first.shape) for k, line in lines.items()}
        if any(map(np.iscomplexobj, whole.values())) and not np.iscomplexobj(first):
            raise DerivativeError(f"{name}: a repeated real eigenvalue splits into complex ones")
        return {0: first} | whole


def _eigenvalues(
    algebra: Algebra, block: Rows, split: Sequence[int], series: Callable[[Algebra, Rows], Rows]
) -> Rows:
    """The eigenvalues of one block by row: multiples of 1 up to where it splits, then recursion."""
    at = split[0] if split else algebra.rows
    found = {k: np.diagonal(row) for k, row in block.items() if k < at}
    if split:
        rest = series(algebra.truncate(algebra.degree - at), _from(at, block))
        found |= {j + at: row for j, row in rest.items()}
    return {k: found.get(k, 0 * np.diagonal(row)) for k, row in block.items()}


def _from(start: int, block: Rows) -> Rows:
    return {k - start: row for k, row in block.items() if k >= start}
