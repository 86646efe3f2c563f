"""Independent answers to compare with: nothing here imports the library.

* `coefficients`: Taylor coefficients by Cauchy's integral formula in mpmath, from values of
  the function alone. The result checks itself and is good to 50 digits, or it is an error.
* `UNARY` and `BINARY`: what each NumPy ufunc means, as a function of mpmath numbers.
* `excess`: errors measured against what one ulp of the arguments would do.
* `Polynomial`: exact truncated polynomial arithmetic by dictionaries, in any number of
  variables and over any coefficients.
* `difference`: numerical derivatives of high order, for whatever has no closed form.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpc, mpf

EPS = float(np.finfo(float).eps)
SAMPLES = 64
DIGITS = 50

Function = Callable[..., Any]


# Taylor coefficients by contour integrals ------------------------------------------------


class OracleError(ArithmeticError):
    """The oracle could not vouch for its own answer."""


def coefficients(
    f: Function,
    x: Any = 0,
    order: int = 20,
    *,
    radius: float | None = None,
    digits: int = 120,
) -> list[Any]:
    """Taylor coefficients 0..order of `f` at `x`, each to 50 digits.

    c_k is the mean of f(x + r w) / (r w)^k over the 64th roots of unity w. An answer is
    accepted when (1) two radii give it, (2) the polynomial it makes meets f at the centre
    and at a point inside. A pole or a branch cut inside the circle fails one of the two,
    and a smaller circle is tried. A coefficient which is zero to working precision on the
    scale of the circle is reported as an exact 0.

    Parameters
    ----------
    f : callable
        A function of an mpmath complex number, analytic at `x`.
    x : number
        The point; floats are taken as they are, exactly.
    order : int
        At most 31.
    radius : float, optional
        The largest radius to try.
    digits : int, optional
        Working precision; more is needed where values span many magnitudes.
    """
    return _search(f, x, order, radius, digits)[0]


def _search(
    f: Function, x: Any, order: int, radius: Any, digits: int, tries: int = 30
) -> tuple[list[Any], Any]:
    """The coefficients and the radius of a circle that gives them."""
    assert order < SAMPLES // 2
    with mp.workdps(digits):
        centre = mpmath.mpmathify(x)
        r = mpf(radius) if radius is not None else mpf(max(1, abs(centre)) / 2)
        for _ in range(tries):
            try:
                found = _trial(f, centre, order, r, digits)
            except (ZeroDivisionError, ValueError):
                found = None
            if found is not None:
                return found, r
            r /= 16
    raise OracleError(f"no circle about {x} works")


def _trial(f: Function, centre: Any, order: int, r: Any, digits: int) -> list[Any] | None:
    middle = f(centre)
    big, scale, real = _on_circle(f, centre, middle, r)
    if not mpmath.isfinite(scale):  # the circle meets a singularity
        return None
    noise = scale * mpf(10) ** (-0.9 * digits)
    close = mpf(10) ** -DIGITS
    if not abs(big[0] - middle) <= close * scale:
        return None
    offset = r * mpc("0.11", "0.07")
    if not abs(mpmath.polyval(big[::-1], offset) - f(centre + offset)) <= close * scale:
        return None
    small, *_ = _on_circle(f, centre, middle, r * mpf("0.8"))
    answer = [mpmath.mpmathify(middle)]
    for k in range(1, order + 1):
        one, two = big[k], small[k]
        if abs(one) * r**k <= noise:
            one = two = mpf(0)
        if not abs(one - two) <= close * abs(one):
            return None
        answer.append(mpmath.re(one) if real else one)
    return answer


def _on_circle(f: Function, centre: Any, middle: Any, r: Any) -> tuple[list[Any], Any, bool]:
    roots = _roots(mp.dps)
    values = [f(centre + r * w) for w in roots[: SAMPLES // 2 + 1]]
    # Where f is real on the real axis, the lower half is the mirror of the upper.
    real = all(mpmath.im(part) == 0 for part in (centre, middle, values[0], values[-1]))
    if real:
        values += [mpmath.conj(value) for value in values[-2:0:-1]]
    else:
        values += [f(centre + r * w) for w in roots[SAMPLES // 2 + 1 :]]
    scale = mpmath.fsum(abs(value) for value in values)  # nan if one of them is
    sums = _fourier(values, roots)[: SAMPLES // 2]
    return [total / (SAMPLES * r**k) for k, total in enumerate(sums)], scale, real


def _fourier(values: list[Any], roots: list[Any]) -> list[Any]:
    """The sums over j of values[j] w^(-jk), with w the first of the roots of unity."""
    n = len(values)
    if n == 1:
        return values
    even, odd = _fourier(values[::2], roots), _fourier(values[1::2], roots)
    turned = [roots[-k * SAMPLES // n % SAMPLES] * part for k, part in enumerate(odd)]
    pairs = list(zip(even, turned, strict=True))
    return [a + b for a, b in pairs] + [a - b for a, b in pairs]


@lru_cache
def _roots(digits: int) -> list[Any]:
    with mp.workdps(digits):
        return [mpmath.expjpi(mpf(2 * j) / SAMPLES) for j in range(SAMPLES)]


# What the ufuncs mean --------------------------------------------------------------------


def _logaddexp(x: Any, y: Any) -> Any:
    low, high = (x, y) if mpmath.re(x) < mpmath.re(y) else (y, x)
    return high + mpmath.log1p(mpmath.exp(low - high))


def _logaddexp2(x: Any, y: Any) -> Any:
    low, high = (x, y) if mpmath.re(x) < mpmath.re(y) else (y, x)
    return high + mpmath.log1p(mpf(2) ** (low - high)) / mpmath.log(2)


def _arctan2(y: Any, x: Any, at: Any = None) -> Any:
    """The branch is that of the real point `at`, so that the result is analytic near it."""
    y0, x0 = at or (y, x)
    if abs(y0) > abs(x0):
        return (mp.pi / 2 if y0 > 0 else -mp.pi / 2) - mpmath.atan(x / y)
    turn = 0 if x0 > 0 else (mp.pi if y0 >= 0 else -mp.pi)
    return turn + mpmath.atan(y / x)


def _cbrt(x: Any) -> Any:
    return -mpmath.cbrt(-x) if mpmath.re(x) < 0 else mpmath.cbrt(x)


def _sinc(x: Any) -> Any:
    return mpmath.sin(mp.pi * x) / (mp.pi * x) if x else mpf(1)


def _power(x: Any, y: Any) -> Any:
    if not isinstance(y, mpc) and y == int(y):
        return x ** int(y)
    return mpmath.exp(y * mpmath.log(x))


UNARY: dict[Any, Function] = {
    np.absolute: lambda x: x if mpmath.re(x) > 0 else -x,
    np.arccos: mpmath.acos,
    np.arccosh: mpmath.acosh,
    np.arcsin: mpmath.asin,
    np.arcsinh: mpmath.asinh,
    np.arctan: mpmath.atan,
    np.arctanh: mpmath.atanh,
    np.cbrt: _cbrt,
    np.cos: mpmath.cos,
    np.cosh: mpmath.cosh,
    np.deg2rad: lambda x: x * mp.pi / 180,
    np.degrees: lambda x: x * 180 / mp.pi,
    np.exp: mpmath.exp,
    np.exp2: lambda x: mpf(2) ** x,
    np.expm1: mpmath.expm1,
    np.fabs: lambda x: x if mpmath.re(x) > 0 else -x,
    np.i0: lambda x: mpmath.besseli(0, x),
    np.log: mpmath.log,
    np.log10: lambda x: mpmath.log(x) / mpmath.log(10),
    np.log1p: mpmath.log1p,
    np.log2: lambda x: mpmath.log(x) / mpmath.log(2),
    np.negative: lambda x: -x,
    np.positive: lambda x: x,
    np.rad2deg: lambda x: x * 180 / mp.pi,
    np.radians: lambda x: x * mp.pi / 180,
    np.reciprocal: lambda x: 1 / x,
    np.sin: mpmath.sin,
    np.sinc: _sinc,
    np.sinh: mpmath.sinh,
    np.sqrt: mpmath.sqrt,
    np.square: lambda x: x * x,
    np.tan: mpmath.tan,
    np.tanh: mpmath.tanh,
}

BINARY: dict[Any, Function] = {
    np.add: lambda x, y: x + y,
    np.arctan2: _arctan2,
    np.divide: lambda x, y: x / y,
    np.float_power: _power,
    np.hypot: lambda x, y: mpmath.sqrt(x * x + y * y),
    np.logaddexp: _logaddexp,
    np.logaddexp2: _logaddexp2,
    np.multiply: lambda x, y: x * y,
    np.power: _power,
    np.subtract: lambda x, y: x - y,
}


# How far singularities are, where the search for a circle is long without knowing it.
DISTANCE: dict[Any, Function] = {
    **dict.fromkeys((np.absolute, np.cbrt, np.fabs, np.log, np.log10, np.log2), abs),
    **dict.fromkeys((np.reciprocal, np.sqrt), abs),
    **dict.fromkeys(
        (np.arccos, np.arccosh, np.arcsin, np.arctanh), lambda x: min(abs(x - 1), abs(x + 1))
    ),
    np.log1p: lambda x: abs(1 + x),
}


def series(
    function: Any, *inner: tuple[Any, ...], order: int = 20, digits: int = 120
) -> tuple[Any, ...]:
    """Taylor coefficients in t of ``function(u(t), ...)``; each u is given by coefficients."""
    return _series(function, inner, order, digits)[0]


@lru_cache(maxsize=8192)
def _series(
    function: Any, inner: tuple[Any, ...], order: int, digits: int, radius: Any = None
) -> tuple[tuple[Any, ...], Any]:
    f = UNARY[function] if len(inner) == 1 else BINARY[function]
    if function is np.arctan2:
        f = partial(f, at=tuple(part[0] for part in inner))
    parts = [_polynomial_function(c) for c in inner]
    tries = 30 if radius is None else 3
    if radius is None:
        reach = max([abs(c[0] / c[1]) for c in inner if len(c) > 1 and c[1]], default=1)
        radius = max(1, reach) / 2
        if function in DISTANCE:
            radius = min(radius, DISTANCE[function](inner[0][0]) * 0.7)
    found, radius = _search(
        lambda t: f(*(part(t) for part in parts)), 0, order, radius, digits, tries
    )
    return tuple(found), radius


def unary(function: Any, x: Any, order: int = 20, digits: int = 120) -> tuple[Any, ...]:
    """Taylor coefficients of a ufunc of one argument at `x`."""
    return series(function, (x, 1.0), order=order, digits=digits)


@lru_cache(maxsize=8192)
def allowance(
    function: Any, *inner: tuple[Any, ...], order: int = 20, digits: int = 120
) -> tuple[Any, ...]:
    """By how much relative errors in the arguments' coefficients move those of the result.

    The k-th number is |y_k| + sum over all coefficients u_j of |u_j dy_k/du_j|, so that
    an error of this number times the machine epsilon is no fault of the algorithm. For one
    argument x + t the 1 is taken to be exact.
    """
    exact, radius = _series(function, inner, order + 1, digits)
    if len(inner) == 1 and inner[0][1:] == (1.0,):  # dy_k/dx = (k + 1) y_{k+1}
        x = abs(mpmath.mpmathify(inner[0][0]))
        return tuple(abs(exact[k]) + x * (k + 1) * abs(exact[k + 1]) for k in range(order + 1))
    total = [abs(part) for part in exact]
    step = mpf(10) ** -25
    with mp.workdps(digits):
        for which, u in enumerate(inner):
            for j, part in enumerate(u):
                if part == 0:
                    continue
                moved = list(inner)
                moved[which] = (*u[:j], mpmath.mpmathify(part) * (1 + step), *u[j + 1 :])
                try:
                    other, _ = _series(function, tuple(moved), order + 1, digits, radius)
                except OracleError:  # an integer exponent of a negative base, say
                    continue
                changes = [abs(two - one) / step for one, two in zip(exact, other, strict=True)]
                total = [one + two for one, two in zip(total, changes, strict=True)]
    return tuple(total[: order + 1])


def _polynomial_function(c: Sequence[Any]) -> Function:
    """The polynomial; a constant one stays real, for functions that ask for that."""
    if len(c) == 1:
        return lambda t: mpmath.mpmathify(c[0])
    return lambda t: mpmath.polyval([mpmath.mpmathify(part) for part in reversed(c)], t)


# Errors ----------------------------------------------------------------------------------


def ulps(got: Any, want: Any) -> float:
    """The distance in units of the last place of `want`, whose exact value may be an mpf."""
    nearest = float(want)
    if np.isnan(nearest) or np.isinf(nearest):
        return 0.0 if np.array_equal(float(got), nearest, equal_nan=True) else np.inf
    return float(abs(mpmath.mpmathify(float(got)) - want) / mpf(float(np.spacing(abs(nearest)))))


def excess(
    got: Sequence[Any], function: Any, *inner: tuple[Any, ...], digits: int = 120, order: int = 20
) -> list[float]:
    """Errors of the coefficients `got` of ``function(u(t), ...)`` over the `allowance`.

    In units of 1: about the machine epsilon is perfect. Results below the smallest normal
    number are held to its absolute accuracy only.
    """
    want = _series(function, inner, order + 1, digits)[0]
    allowed = allowance(function, *inner, order=order, digits=digits)
    return [relative(*triple) for triple in zip(got, want, allowed, strict=False)]


def relative(got: Any, want: Any, allowed: Any = None) -> float:
    """|got - want| over `allowed`, by default |want|.

    What overflows may be infinite or, as a difference of infinities, nan.
    """
    if isinstance(got, complex | np.complexfloating):
        got = mpmath.mpmathify(complex(got))
    elif not isinstance(got, mpf):
        got = mpf(float(got))
    if not mpmath.isfinite(got):
        return 0.0 if abs(want) > mpf(np.finfo(float).max) * 0.999 else np.inf
    with mp.workdps(DIGITS):
        scale = abs(want) if allowed is None else allowed
        return float(abs(got - want) / (scale + mpf(2) ** -1022))


# Exact polynomial arithmetic -------------------------------------------------------------


class Polynomial:
    """A truncated polynomial: a dictionary from exponents to coefficients.

    Arithmetic is by the definition, and `keep` (the set of exponents of the algebra) is
    applied after each product. A reference for algebras of every kind.
    """

    def __init__(
        self, terms: Mapping[tuple[int, ...], Any], keep: Iterable[tuple[int, ...]]
    ) -> None:
        self.keep = frozenset(keep)
        self.terms = {e: c for e, c in terms.items() if e in self.keep and c != 0}
        self._powers: list[Polynomial] = []  # of the increment, as far as they were asked for

    @classmethod
    def of(cls, rows: Sequence[Any], exponents: Any) -> Polynomial:
        """From coefficients in the order of `exponents`."""
        keys = [tuple(int(e) for e in row) for row in exponents]
        return cls(dict(zip(keys, rows, strict=True)), keys)

    def rows(self, exponents: Any) -> list[Any]:
        """The coefficients in the order of `exponents`."""
        return [self.terms.get(tuple(int(e) for e in row), 0) for row in exponents]

    @property
    def constant(self) -> Any:
        return self.terms.get(self.zero, 0)

    @property
    def zero(self) -> tuple[int, ...]:
        return (0,) * len(next(iter(self.keep)))

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for e, c in other.terms.items():
            terms[e] = terms.get(e, 0) + c
        return Polynomial(terms, self.keep)

    def __mul__(self, other: Any) -> Polynomial:
        if not isinstance(other, Polynomial):
            return Polynomial({e: c * other for e, c in self.terms.items()}, self.keep)
        terms: dict[tuple[int, ...], Any] = {}
        for (e, c), (g, d) in itertools.product(self.terms.items(), other.terms.items()):
            key = tuple(a + b for a, b in zip(e, g, strict=True))
            terms[key] = terms.get(key, 0) + c * d
        return Polynomial(terms, self.keep)

    def increment(self) -> Polynomial:
        """The polynomial without its constant term: nilpotent."""
        return Polynomial({e: c for e, c in self.terms.items() if any(e)}, self.keep)

    def compose(self, numbers: Sequence[Any]) -> Polynomial:
        """The sum of ``numbers[k] (self - constant)^k`` by powers, without Horner's rule."""
        if not self._powers:
            self._powers.append(Polynomial({self.zero: 1}, self.keep))
        while len(self._powers) < len(numbers):
            self._powers.append(self._powers[-1] * self.increment())
        total = Polynomial({self.zero: numbers[0]}, self.keep)
        for number, power in zip(numbers[1:], self._powers[1:], strict=False):
            total = total + power * number
        return total

    def reciprocal(self) -> Polynomial:
        """By the geometric series of the nilpotent part."""
        constant = self.constant
        first = 1 / (Fraction(constant) if isinstance(constant, int) else constant)
        degree = max(sum(e) for e in self.keep)
        return self.compose([(-1) ** k * first ** (k + 1) for k in range(degree + 1)])


# Numerical derivatives -------------------------------------------------------------------


def difference(f: Function, x: float, order: int = 1, step: float = 0.02, points: int = 12) -> Any:
    """The order-th derivative of a float function: a central stencil of high accuracy.

    Good to about ``1e-13 / step**order`` or ``step**(2 * points - order)``, relatively.
    """
    nodes = np.arange(-points, points + 1)
    weights = _stencil(points, order)
    values = np.array([f(x + step * float(node)) for node in nodes])
    return np.tensordot(weights, values, 1)[()] / step**order


@lru_cache
def _stencil(points: int, order: int) -> np.ndarray:
    """Weights exact for polynomials: the Lagrange basis differentiated in exact arithmetic."""
    nodes = range(-points, points + 1)
    weights = []
    for node in nodes:
        basis = [Fraction(1)]
        for other in nodes:
            if other != node:
                scale = Fraction(1, node - other)
                shifted = [Fraction(0), *basis]
                basis = [
                    (a - other * b) * scale
                    for a, b in itertools.zip_longest(shifted, basis, fillvalue=Fraction(0))
                ]
        factorial = Fraction(int(mpmath.factorial(order)))
        weights.append(float(basis[order] * factorial))
    return np.array(weights)
