"""How numbers are shown in a notebook: scalars as a formula, arrays of one axis as a table."""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np

from taylorad._numbers import Number

__all__ = ["html", "latex", "number"]

ROWS = 20  # of a table; more are counted and not shown
# The variables of each kind, in LaTeX and in HTML.
NAMES = {
    "dual": ((r"\varepsilon",), ("ε",)),
    "hyperdual": ((r"\varepsilon_1", r"\varepsilon_2"), ("ε<sub>1</sub>", "ε<sub>2</sub>")),
    "taylor": (("t",), ("t",)),
}


def latex(x: Any) -> str | None:
    """The sum of the terms that are not zero, and for a series the order of what is left out."""
    if not _own(x) or x.ndim:
        return None
    kind = x.algebra.factors[0].kind
    monomials = [r" \, ".join(m) for m in _monomials(x, NAMES[kind][0], "{}^{{{}}}")]
    terms = [_term(c, m) for c, m in zip(x.parts, monomials, strict=True) if np.any(c != 0)]
    text = " + ".join(terms or ["0"]).replace("+ -", "- ")
    if kind == "taylor":
        text += r" + \mathcal{O}(t)" if x.order == 0 else rf" + \mathcal{{O}}(t^{{{x.order + 1}}})"
    return f"${text}$"


def html(x: Any) -> str | None:
    """A row for each element and a column for each coefficient."""
    if not _own(x) or x.ndim != 1:
        return None
    names = NAMES[x.algebra.factors[0].kind][1]
    heads = ["".join(m) or "1" for m in _monomials(x, names, "{}<sup>{}</sup>")]
    head = "".join(f"<th>{text}</th>" for text in ["", *heads])
    rows = "".join(
        f"<tr><th>{i}</th>{''.join(f'<td>{_plain(c)}</td>' for c in element)}</tr>"
        for i, element in enumerate(x.parts.T[:ROWS])
    )
    more = f"<p>... {len(x) - ROWS} more</p>" if len(x) > ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _own(x: Any) -> bool:
    """Whether it has one level, of a kind whose monomials have names here."""
    if not isinstance(x, Number) or len(x.algebra.factors) != 1:
        return False
    return x.algebra.factors[0].kind in NAMES and isinstance(x.parts, np.ndarray)


def _monomials(x: Any, names: tuple[str, ...], power: str) -> list[list[str]]:
    """The factors of each row's monomial, none for the value."""
    return [
        [n if e == 1 else power.format(n, e) for n, e in zip(names, exponents, strict=True) if e]
        for exponents in x.algebra.exponents.reshape(x.algebra.rows, -1).tolist()
    ]


def _term(coefficient: Any, monomial: str) -> str:
    if monomial and isinstance(coefficient, Real) and abs(coefficient) == 1:
        return monomial if float(coefficient) > 0 else f"-{monomial}"
    return number(coefficient) + (rf" \, {monomial}" if monomial else "")


def number(c: Any) -> str:
    """Six digits of a float, a fraction as it is."""
    if isinstance(c, (complex, np.complexfloating)):
        return f"({number(c.real)} + {number(c.imag)} i)".replace("+ -", "- ")
    if isinstance(c, Fraction) and c.denominator != 1:
        sign = "-" if c < 0 else ""
        return rf"{sign}\tfrac{{{abs(c.numerator)}}}{{{c.denominator}}}"
    if isinstance(c, (int, Fraction)):
        return str(c)
    real = float(c)
    if math.isnan(real):
        return r"\mathrm{nan}"
    if math.isinf(real):
        return r"\infty" if real > 0 else r"-\infty"
    mantissa, _, exponent = f"{real:.6g}".partition("e")
    return mantissa + (rf" \cdot 10^{{{int(exponent)}}}" if exponent else "")


def _plain(c: Any) -> str:
    """The same digits without LaTeX."""
    return f"{c:.6g}" if isinstance(c, np.generic) else str(c)
