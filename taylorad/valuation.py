"""Removable singularities: quotients and powers where a value is zero.

With the valuation m of a divisor v, or of the base x of a power, and with E Euler's
derivation in the variables other than t (see `taylorad.splitting`), the equations
v y = u and x E y = p y E x become, degree by degree,

    v_1 y_s = u_s - sum of v_a y_b,    deg(s) x_1 y_s = sum of (p deg(a) - deg(b)) x_a y_b

over a b = s with a != 1. Each division by t^m takes m orders off what is known; the result
is over an algebra all of whose coefficients are true at all points, and a transform that
wanted more evaluates again from a higher order. Numbers of the type `HyperDual`, and `Dual`
made by hand, keep their type and have nan for what is not known.

Coefficients that are Variables get the derivatives of these equations as they stand, with
the infinities and nan of floating point: what cancels in 0/0 differs from point to point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad import _numbers, recurrences
from taylorad._numbers import engine, here, make, value
from taylorad.algebra import Algebra, taylor
from taylorad.dispatch import carries
from taylorad.splitting import Parts, Points, Result, Split, climb, first, groups, splits

__all__ = ["power", "quotient"]


def _repeatable(algebra: Algebra) -> bool:
    """Whether some transform can evaluate again when told that a point is undecided."""
    return any(factor.tag for factor in algebra.factors)


# --- Quotients ---------------------------------------------------------------------------


def quotient(algebra: Algebra, u: Parts, v: Parts) -> Any:
    """The number u / v, where v may be zero.

    Parameters
    ----------
    algebra : Algebra
        What `u` and `v` are over.
    u, v : ndarray, shape (rows, *shape)
        Coefficients of any dtype.

    Returns
    -------
    Number
        Over `algebra` or, where leading zeros were divided away, a truncation of it. A pole
        has the value NumPy gives, with NumPy's warning, and infinite derivatives. Where
        `u` and `v` are both zero as far as they are known, all is nan.
    """
    if carries(u) or carries(v):
        return make(algebra, recurrences.quotient(algebra, u, v))
    shape = v.shape[1:]
    u, v = u.reshape(len(u), -1), v.reshape(len(v), -1)
    zero = np.flatnonzero(v[0] == 0)
    above, below = u.copy(), v.copy()
    above[:, zero] = below[:, zero] = 0
    below[0, zero] = 1
    result = Result(algebra, engine(above, below).quotient(algebra, above, below))
    left = np.zeros(v.shape[1], bool)
    left[zero] = True
    for split, m, points in groups(algebra, v, zero):
        left[points] = False
        removable = first(u[np.ix_(split.lead, points)]) >= m
        if v.dtype != object:
            removable &= np.isfinite(v[split.lead[m], points])
        _put_poles(result, points[~removable], u, v)
        points = points[removable]
        y: list[Parts] = []
        with np.errstate(all="ignore"):
            exact = climb(split, m, v[:, points], y, u[:, points], lambda a, b: -1)
        _put_poles(result, points[~exact], u, v)
        result.put_series(split, points[exact], [part[:, exact] for part in y])
    points = np.flatnonzero(left)
    pole = np.zeros(len(points), bool)
    for split in (split for along in splits(algebra) for split in along):
        pole |= np.any(u[np.ix_(split.lead, points)] != 0, axis=0)
    _put_poles(result, points[pole], u, v)
    _put_undecided(result, points[~pole], u, v)
    return result.number(shape)


def _put_poles(result: Result, points: Points, u: Parts, v: Parts) -> None:
    if points.size == 0:
        return
    u, v = u[:, points], v[:, points]
    value = u[0] / v[0]  # with NumPy's warning, or the error of exact numbers
    with np.errstate(all="ignore"):
        y = _infinities(result.algebra, v, -1, False) * np.sign(u[0])
    y[0] = value
    result.put(points, y)


def _put_undecided(result: Result, points: Points, u: Parts, v: Parts) -> None:
    if points.size == 0:
        return
    here.undecided += 1  # a transform that sees it evaluates again from a higher order
    if not _repeatable(result.algebra):
        u[0, points] / v[0, points]  # for NumPy's warning, or the error of exact numbers
    result.put(points, np.nan)


# --- Powers ------------------------------------------------------------------------------


def power(algebra: Algebra, x: Parts, p: Any, y: Parts, *, cbrt: bool = False) -> Any:
    """The number x^p for a plain exponent, where x may be zero.

    Parameters
    ----------
    algebra : Algebra
        What `x` is over.
    x : ndarray, shape (rows, *shape)
        The coefficients of the base.
    p : number or array
        The exponent; it broadcasts to `shape`.
    y : ndarray, shape (rows, *shape)
        NumPy's values, and the other rows where x is not zero.
    cbrt : bool
        Whether negative numbers have a real power, the negative one, as in `numpy.cbrt`.

    Returns
    -------
    Number
        With m the valuation of x: a series if m p is a whole number, except that powers of
        an absolute value (m even, m p odd) have derivatives zero. Otherwise derivatives
        are 0 below the degree m p and infinite above.
    """
    if carries(x) or carries(y) or carries(p):
        return make(algebra, _recorded_power(algebra, x, p, y, cbrt))
    shape = x.shape[1:]
    exponents = np.broadcast_to(p, shape).reshape(-1)
    x, y = x.reshape(len(x), -1), y.reshape(len(y), -1)
    zero = np.flatnonzero(x[0] == 0)
    result = Result(algebra, y.copy())
    unknown = exponents[zero] != exponents[zero]
    for exponent in dict.fromkeys(exponents[zero[~unknown]].tolist()):
        points = zero[exponents[zero] == exponent]
        if isinstance(exponent, complex) and exponent.imag == 0:
            exponent = exponent.real
        if isinstance(exponent, complex):
            result.parts[1:, points] = np.nan
        elif exponent == np.inf:
            result.parts[1:, points] = 0
        elif exponent % 1 == 0 and exponent >= 0:
            result.put(points, _whole_power(algebra, x[:, points], int(exponent)))
        elif exponent < 0:
            result.parts[1:, points] = _infinities(algebra, x[:, points], exponent, False)[1:]
        else:
            _put_powers(result, x, points, exponent, cbrt)
    result.parts[1:, zero[unknown]] = np.nan
    return result.number(shape)


def _recorded_power(algebra: Algebra, x: Any, p: Any, y: Any, cbrt: bool) -> Any:
    """x^p by its binomial series at 0; where that is not finite, what plain numbers have."""
    zero = value(x[0]) == 0
    first = np.where(zero, x[0], 1)
    binomial: Any = 1.0
    numbers = []
    with np.errstate(all="ignore"):
        for k in range(algebra.degree + 1):
            numbers.append(np.where(value(binomial) == 0, 0, binomial * np.power(first, p - k)))
            binomial = binomial * (p - k) / (k + 1)
        series = recurrences.compose(algebra, x, np.stack(numbers))
        plain = power(algebra, value(x), value(p), value(y), cbrt=cbrt)
    if plain.algebra == algebra:
        series = np.where(np.isfinite(value(series)), series, plain.parts)
    return np.where(zero, series, y)


def _whole_power(algebra: Algebra, x: Parts, n: int) -> Parts:
    """x^n by products; a number whose value is zero is nilpotent."""
    if n > algebra.degree:
        return x * 0
    y = np.zeros_like(x)
    y[0] = 1
    while n:
        if n & 1:
            y = engine(x, y).product(algebra, x, y)
        n >>= 1
        if n:
            x = engine(x).product(algebra, x, x)
    return y


def _put_powers(result: Result, x: Parts, points: Points, p: Any, cbrt: bool) -> None:
    """Enter x^p for one positive p that is not a whole number, at points where x is zero."""
    algebra = result.algebra
    left = np.zeros(x.shape[1], bool)
    left[points] = True
    for split, m, group in groups(algebra, x, points):
        left[group] = False
        whole = _whole(m * p)
        if whole:
            _put_series(result, split, m, x, group, p, whole, cbrt)
        elif m > 1 and algebra.univariate:
            result.parts[1:, group] = _fractional(x[:, group], m, m * p, cbrt)[1:]
        else:
            result.parts[1:, group] = _infinities(algebra, x[:, group], p, cbrt)[1:]
    nothing = ~np.any(x != 0, axis=0)
    open_ = np.flatnonzero(left & ~nothing)
    if open_.size:
        here.undecided += 1  # a transform that sees it evaluates again from a higher order
        result.parts[1:, open_] = _infinities(algebra, x[:, open_], p, cbrt)[1:]
    _put_zeros(result, np.flatnonzero(left & nothing), p)


def _put_zeros(result: Result, points: Points, p: Any) -> None:
    """Enter x^p where x is zero as far as it is known, to total degree n - 1.

    It starts with degree n p at the earliest, where |t| counts as zero.
    """
    algebra = result.algebra
    n = algebra.degree + 1
    unknown = algebra.degrees >= n * p
    if n % 2 == 0 and _whole(n * p) % 2:
        unknown &= algebra.degrees != _whole(n * p)
    result.parts[1:, points] = 0
    result.forget(len(algebra.factors) - 1, unknown, points)


def _whole(alpha: Any) -> int:
    """alpha as an int if it is one, up to the rounding of a float like 2/3; else 0."""
    whole = round(alpha)
    return whole if abs(alpha - whole) <= 1e-15 * whole else 0


def _put_series(
    result: Result,
    split: Split,
    m: int,
    x: Parts,
    points: Points,
    p: Any,
    whole: int,
    cbrt: bool,
) -> None:
    """Enter x^p = t^(m p) w^p for m p = `whole`."""
    x, degrees = x[:, points], split.degrees
    w = x[split.lead[m:]]
    factor: Any = np.ones(len(points))
    if x.dtype.kind != "c":
        # (-1)^p: real or not defined, and for m odd that on the side where x is positive
        sign = np.sign(w[0])
        w = w * sign
        one_sided = sign**whole if m % 2 else np.where(sign < 0, np.nan, 1.0)
        factor = sign if cbrt else one_sided
    with np.errstate(all="ignore"):
        one = taylor(len(w) - 1)
        root = engine(w).riccati(one, w, w[0] ** p, None, (0, 1), False, 0, p, 0)
        lead = np.zeros((whole + len(w), len(points)), root.dtype)
        lead[whole:] = root * factor
        lead[:, factor != factor] = np.nan
        y = [lead[: len(split.lead)]]
        exact = climb(
            split, m, x, y, None,
            lambda a, b: (p * degrees[a] - degrees[b]) / (degrees[a] + degrees[b]),
        )  # fmt: skip
    values = result.parts[0, points]
    if m % 2 == 0 and whole % 2:  # an absolute value
        result.parts[1:, points] = factor * 0
    else:
        result.put_series(split, points[exact], [part[:, exact] for part in y])
    rest = points[~exact]
    result.parts[1:, rest] = _infinities(result.algebra, x[:, ~exact], p, cbrt)[1:]
    result.parts[0, points] = values  # NumPy's: 0 even where nothing else is defined


# --- What is infinite --------------------------------------------------------------------


def _infinities(algebra: Algebra, x: Parts, p: Any, cbrt: bool) -> Parts:
    """The derivatives of x^p, up to a positive factor, as x goes to 0 from where it is.

    The row of degree n is that of ``binom(p, n) x_0^(p - n)`` times the first-degree parts
    which make it up: 0 for n < p, else an infinity of that sign, nan if one of them is 0.
    The exception is degree 1 for p >= 1/2, by the convention that |t| has derivative 0.
    """
    y = np.zeros(x.shape, x.dtype)
    rows = algebra.structure.find(np.eye(algebra.exponents.shape[1], dtype=int)).tolist()
    with np.errstate(all="ignore"):
        side = np.ones(x.shape[1]) if x.dtype.kind in "cO" else np.copysign(1.0, x[0])
        for k, exponents in enumerate(algebra.exponents.tolist()):
            n = sum(exponents)
            if n == 0 or n < p:
                continue
            sign: Any = np.full(x.shape[1], float(_sign_of_binomial(p, n)))
            for row, e in zip(rows, exponents, strict=True):
                if e:
                    sign = sign * _sign(x[row]) ** e
            if cbrt:
                sign = sign * side ** (n + 1)
            elif p % 1 == 0:
                sign = sign * side ** int(n - p)
            y[k] = sign * np.inf
            if n == 1 and 2 * p >= 1:
                y[k] = np.where(x[k] == 0, 0, y[k])
    return y


def _fractional(x: Parts, m: int, alpha: Any, cbrt: bool) -> Parts:
    """The rows of t^alpha w^p where they are the same on both sides of 0, else nan.

    For m odd, a power that has no real root is defined on one side only.
    """
    y = np.zeros(x.shape, x.dtype)
    sign = _sign(x[m])
    for k in range(1, len(x)):
        right = _sign_of_binomial(alpha, k) * np.inf
        if k < alpha:
            y[k] = 0 if cbrt or m % 2 else np.where(sign < 0, np.nan, 0)
        elif cbrt:
            y[k] = sign * right if (m - k) % 2 == 0 else np.nan
        elif m % 2:
            y[k] = sign**k * right
        else:
            y[k] = np.where(sign > 0, right, np.nan) if k % 2 == 0 else np.nan
    return y


def _sign(x: Parts) -> npt.NDArray[Any]:
    """The sign of real numbers; nan for complex ones, whose infinities have no direction."""
    return np.full(x.shape, np.nan) if x.dtype.kind == "c" else np.sign(x)


def _sign_of_binomial(p: Any, n: int) -> int:
    """The sign of p (p - 1) ... (p - n + 1), for p not in 0 ... n - 1."""
    return -1 if sum(p < j for j in range(n)) % 2 else 1


_numbers.SINGULAR["quotient"] = quotient
_numbers.SINGULAR["power"] = power
