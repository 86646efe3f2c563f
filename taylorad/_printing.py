"""Polynomials as people write them, in plain text and in LaTeX."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._notebook import number
from taylorad.algebra import Factor
from taylorad.calculus import coefficients

__all__ = ["latex", "show"]

TERMS = 40  # more than these are counted and not shown
GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega"
).split()


def show(p: Any, spec: str) -> str:
    """The polynomial in plain text, its coefficients in a format."""

    def power(name: str, exponent: int) -> str:
        return name if exponent == 1 else f"{name}**{exponent}"

    def text(monomial: Any) -> str:
        return "*".join(power(n, e) for n, e in zip(p.names, monomial, strict=True) if e)

    terms = _terms(p, lambda c: _numbers.show(c, spec), text, "*")
    remainder = _remainder(p.algebra.factors[0], power)
    return f"{terms} + O({remainder})"


def latex(p: Any) -> str | None:
    """The polynomial in LaTeX, for notebooks; arrays have none."""
    if p.ndim or len(p.algebra.factors) > 1:
        return None

    def power(name: str, exponent: int) -> str:
        symbol = _symbol(name)
        return symbol if exponent == 1 else f"{symbol}^{{{exponent}}}"

    def text(monomial: Any) -> str:
        return r" \, ".join(power(n, e) for n, e in zip(p.names, monomial, strict=True) if e)

    terms = _terms(p, number, text, r" \, ")
    remainder = _remainder(p.algebra.factors[0], power)
    return rf"${terms} + \mathcal{{O}}({remainder})$"


def _symbol(name: str) -> str:
    """A name as a symbol: x1 and x_1 have an index, alpha is Greek."""
    match = re.fullmatch(r"([^\W\d_]+)_?(\d*)", name)
    if match is None:
        return rf"\mathrm{{{name}}}".replace("_", r"\_")
    word, index = match.groups()
    if word in GREEK:
        word = "\\" + word
    elif len(word) > 1:
        word = rf"\mathrm{{{word}}}"
    return word + (f"_{{{index}}}" if index else "")


def _terms(p: Any, number: Any, text: Any, times: str) -> str:
    """The sum of the terms that are not zero."""
    monomials = p.exponents.tolist()
    written: list[str] = []
    left = 0
    rows = coefficients(p)
    for monomial, row in zip(monomials, rows, strict=True):
        if not np.any(_numbers.value(row) != 0):
            continue
        if len(written) == TERMS:
            left += 1
            continue
        written.append(_term(row, any(monomial), number, text(monomial), times, bool(written)))
    if not written:
        return number(rows[0])
    return "".join(written) + (f" + ... ({left} more terms)" if left else "")


def _term(row: Any, moves: bool, number: Any, monomial: str, times: str, follows: bool) -> str:
    """One term with the sign in front of it."""
    sign, simple = "+", np.ndim(row) == 0 and not np.iscomplexobj(_numbers.value(row))
    if simple and not isinstance(row, _numbers.Number) and row < 0:
        sign, row = "-", -row
    if simple and moves and not isinstance(row, _numbers.Number) and row == 1:
        body = monomial
    else:
        body = number(row)
        if np.iscomplexobj(_numbers.value(row)) and np.ndim(row) == 0 and "(" not in body:
            body = f"({body})"
        if moves:
            body += times + monomial
    return f" {sign} {body}" if follows else f"-{body}" if sign == "-" else body


def _remainder(factor: Factor, power: Any) -> str:
    """What is cut off: a total degree, and powers of single variables."""
    limits = factor.exponent_limits
    if factor.limits is None:
        return str(factor.order + 1)
    cut = [str(factor.order + 1)] if factor.order < sum(limits) else []
    for name, limit in zip(factor.names or (), limits, strict=True):
        if limit < factor.order or not cut:
            cut.append(power(name, limit + 1))
    return ", ".join(cut)
