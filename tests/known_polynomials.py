"""Exact polynomials whose quotients and roots are known, and algebras to ask for them in."""

from __future__ import annotations

from typing import Any

import numpy as np
from oracles import Polynomial

from taylorad.algebra import Algebra, Factor, dual, taylor

NESTED = taylor(3, 1).join(taylor(5, 2))
CAPPED = Algebra.of((Factor(1, "taylor", 3), Factor(2, "taylor", 4)), 5)
THREE = dual(1).join(dual(2)).join(taylor(6, 3))
MULTI = Algebra.of((Factor(1, "taylor", 4, 2),))
ALGEBRAS = [taylor(7, 1), NESTED, CAPPED, THREE, MULTI, dual().join(taylor(4, 2))]


def polynomial(terms: dict[tuple[int, ...], Any], degree: int = 24) -> Polynomial:
    """A polynomial with all monomials up to a degree that no test reaches."""
    variables = len(next(iter(terms)))
    keep = {(0,) * variables}
    for _ in range(degree):
        keep |= {
            (*e[:i], e[i] + 1, *e[i + 1 :]) for e in keep for i in range(variables)
            if sum(e) < degree and max(e) < degree
        }  # fmt: skip
    return Polynomial(terms, keep)


def rows_of(p: Polynomial, algebra: Algebra, dtype: Any = float) -> np.ndarray:
    return np.array(p.rows(algebra.exponents), dtype)


def draw(rng: Any, variables: int, lowest: int, highest: int = 4) -> dict[tuple[int, ...], Any]:
    """Small whole coefficients at monomials of these total degrees."""
    exponents = np.indices((highest + 1,) * variables).reshape(variables, -1).T.tolist()
    return {
        tuple(e): int(rng.integers(-3, 4)) for e in exponents if lowest <= sum(e) <= highest
    }
