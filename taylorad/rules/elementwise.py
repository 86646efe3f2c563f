"""The other elementwise ufuncs: arithmetic, kinks, steps, and functions of two arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy._core.umath import clip as clip_ufunc  # type: ignore[attr-defined]

from taylorad._numbers import Number, common, make, parts_over, value
from taylorad._tape import (
    enter_deferred,
    enter_pointwise,
    enter_several,
    record,
    register_unary,
)
from taylorad.dispatch import carries, register
from taylorad.rules.objects import at
from taylorad.rules.operands import with_value as of_new
from taylorad.rules.power import power, power_back
from taylorad.rules.recording import elementwise

__all__ = ["Elementwise", "ValueOnly", "nowhere", "step"]


@dataclass(frozen=True)
class Elementwise:
    """An elementwise function: an expression that serves both modes, or one for each."""

    function: Any
    forward: Callable[..., Any]
    backward: Callable[..., Any] | None = None
    elementwise: bool = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the function."""
        return (self.backward or self.forward)(*args, **kwargs)


@dataclass(frozen=True)
class ValueOnly:
    """A function that the values alone answer."""

    function: Any
    elementwise: bool = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*map(value, args), **kwargs)


def together(*operands: Any) -> tuple[Any, list[Any]]:
    """The operands' parts over their joint algebra, of one dtype, broadcast to one shape."""
    algebra: Any = common(operands)
    known = (int, float)  # of these NumPy's promotion makes no doubles
    operands = tuple(x if carries(x) or isinstance(x, known) else np.asarray(x) for x in operands)
    dtype = np.result_type(*(x.dtype if carries(x) else x for x in operands))
    parts = [parts_over(algebra, x).astype(dtype, copy=False) for x in operands]
    ndim = max(p.ndim for p in parts)
    parts = [p.reshape(p.shape[:1] + (1,) * (ndim - p.ndim) + p.shape[1:]) for p in parts]
    return algebra, list(np.broadcast_arrays(*parts))


def with_value(x: Any, first: Any) -> Any:
    """The number or Variable with another value and the same derivatives."""
    return of_new(+x if isinstance(x, Number) else x, first)


def _exact(*operands: Any) -> bool:
    """Whether these are objects with an arithmetic of their own."""
    return any((x if carries(x) else np.asarray(x)).dtype == object for x in operands)


# --- Linear in the argument --------------------------------------------------------------


def _scaled(function: Any) -> Callable[[Number], Any]:
    """A linear ufunc, applied to every coefficient."""
    return lambda x: make(x.algebra, function(x.parts))


def _scaled_back(function: Any) -> Callable[[Any], Any]:
    register_unary(function, function, "nothing")
    return lambda x: record(function(x.value), (x,), (function,))


def _absolute(x: Number) -> Any:
    if x.dtype.kind == "c":
        return np.hypot(x.real, x.imag)
    return with_value(make(x.algebra, np.sign(x.parts[0]) * x.parts), np.absolute(x.parts[0]))


def _absolute_back(x: Any) -> Any:
    if x.dtype.kind == "c":
        return np.hypot(np.real(x), np.imag(x))
    return elementwise(np.absolute, (x,), (_times_sign,), "operands")


def _times_sign(g: Any, x: Any) -> Any:
    return g * np.sign(value(x))


register_unary(np.absolute, _times_sign, "operands")
register_unary(np.fabs, _times_sign, "operands")


def nowhere(function: Any) -> Callable[..., Any]:
    """A piecewise constant function: nothing is pulled back."""
    if function.nin == 1:
        register_unary(function, None, "nothing")
    else:
        enter_pointwise(function, (None, None), "nothing")
    return lambda *operands: elementwise(function, operands, [None] * len(operands), "nothing")


def step(function: Any) -> Callable[[Number], Any]:
    """A piecewise constant function: derivative 0, and nan at nan."""

    def forward(x: Number) -> Any:
        parts = np.zeros_like(x.parts)
        parts[0] = function(x.parts[0])
        return make(x.algebra, parts)

    return forward


def _sign(x: Number) -> Any:
    """A step for real x; for complex x the unit number of its direction, which turns with it."""
    if x.dtype.kind != "c":
        return step(np.sign)(x)
    at_zero = x.parts[0] == 0
    unit = x / np.where(at_zero, 1.0, np.absolute(x))
    return with_value(np.where(at_zero, unit * np.nan, unit), np.sign(x.parts[0]))


def _ldexp(x: Any, exponent: Any) -> Any:
    if carries(exponent):
        raise TypeError("np.ldexp takes plain integers as exponents; write x * 2.0**n")
    return _as_given(x * np.ldexp(1.0, exponent), x)


def _as_given(result: Any, x: Any) -> Any:
    """The result in single precision, if x is: a power of 2 has no room for itself there."""
    return result.astype(np.float32) if x.dtype == np.float32 else result


def _frexp(x: Any) -> tuple[Any, Any]:
    mantissa, exponent = np.frexp(value(x))
    return with_value(_as_given(x * np.ldexp(1.0, -exponent), x), mantissa), exponent


def _mantissa_back(g: Any, x: Any) -> Any:
    return g * np.ldexp(1.0, -np.frexp(value(x))[1])


def _modf(x: Any) -> tuple[Any, Any]:
    return with_value(x, np.modf(value(x))[0]), np.trunc(x)


# --- Kinks of two arguments --------------------------------------------------------------


def _extremum(function: Any, wins: Any, skips_nan: bool) -> Callable[[Any, Any], Any]:
    """maximum and its kin: the larger side's parts, half of each at a tie, nan at nan."""

    def forward(u: Any, v: Any) -> Any:
        algebra, (p, q) = together(u, v)
        first, second = p[0], q[0]
        parts = np.where(wins(first, second), p, q)
        tie = first == second
        if np.any(tie):
            parts = np.where(tie, (p + q) / 2, parts)
        no_first, no_second = first != first, second != second
        if np.any(no_first) or np.any(no_second):
            if skips_nan:
                parts = np.where(no_first, q, np.where(no_second, p, parts))
            else:
                parts = np.where(no_first | no_second, np.nan, parts)
        parts[0] = function(first, second)
        return make(algebra, parts)

    return forward


def _extremum_back(function: Any, wins: Any, skips_nan: bool) -> Callable[[Any, Any], Any]:
    def pull(own: bool) -> Callable[[Any, Any, Any], Any]:
        def back(g: Any, u: Any, v: Any) -> Any:
            first, second = value(u), value(v)
            mine, other = (first, second) if own else (second, first)
            share = np.where(first == second, 0.5, np.where(wins(mine, other), 1.0, 0.0))
            if skips_nan:
                share = np.where(mine != mine, 0.0, np.where(other != other, 1.0, share))
            else:
                share = np.where((first != first) | (second != second), np.nan, share)
            return np.where(share == 0, 0.0, g * share)

        return back

    pulls = (pull(True), pull(False))
    sign = 1 if wins is np.greater else -1
    enter_pointwise(function, pulls, "operands", masks=True, extremum=sign)
    return lambda u, v: elementwise(function, (u, v), pulls, "operands", masks=True)


def _clip(x: Any, low: Any, high: Any) -> Any:
    return np.clip(x, low, high)


def _copysign(x: Any, sign: Any) -> Any:
    """The sign is a step function: it has no derivative."""
    if isinstance(x, Number):
        return np.absolute(x) * np.copysign(x.dtype.type(1), value(sign))
    return _constant(sign, np.copysign(x, value(sign)))


def _copysign_back(x: Any, sign: Any) -> Any:
    return elementwise(np.copysign, (x, sign), (_signed, None), "operands")


def _signed(g: Any, x: Any, sign: Any) -> Any:
    return g * (np.copysign(1.0, value(sign)) * np.sign(value(x)))


enter_pointwise(np.copysign, (_signed, None), "operands")


def _constant(x: Number, first: Any) -> Any:
    """A number over the algebra of another that does not move."""
    first = value(first)
    parts = np.zeros((x.algebra.rows, *np.shape(first)), np.result_type(first))
    parts[0] = first
    return make(x.algebra, parts)


def _heaviside(x: Any, at_zero: Any) -> Any:
    algebra, (p, q) = together(x, at_zero)
    parts = np.where(p[0] == 0, q, p.dtype.type(0))
    first = np.heaviside(p[0], q[0])
    parts[0] = first if carries(parts) else value(first)
    return make(algebra, parts)


def _heaviside_back(x: Any, at_zero: Any) -> Any:
    return elementwise(np.heaviside, (x, at_zero), (None, _at_zero), "operands", masks=True)


def _at_zero(g: Any, x: Any, at_zero: Any) -> Any:
    return np.where(value(x) == 0, g, 0)


enter_pointwise(np.heaviside, (None, _at_zero), "operands", masks=True)


def _nextafter(x: Any, towards: Any) -> Any:
    first = np.nextafter(value(x), value(towards))
    return with_value(x + np.zeros_like(first), first) if carries(x) else first


# --- Division with remainder -------------------------------------------------------------


def _floor_divide(u: Any, v: Any) -> Any:
    algebra, (p, q) = together(u, v)
    first = np.floor_divide(p[0], q[0])
    parts = np.zeros(p.shape, value(first).dtype)
    parts[0] = value(first)  # which does not move
    return make(algebra, parts)


def _remainder(function: Any, whole: Any) -> Callable[[Any, Any], Any]:
    """u - v n with the whole number n of the values."""

    def forward(u: Any, v: Any) -> Any:
        first, second = value(u), value(v)
        exact = function(first, second)
        with np.errstate(all="ignore"):
            count = whole(first, second, exact)
            result = u - v * count
        return with_value(result, exact)

    return forward


def _floored(u: Any, v: Any, exact: Any) -> Any:
    return np.floor_divide(u, v)


def _truncated(u: Any, v: Any, exact: Any) -> Any:
    return np.rint((u - exact) / v)


def _divmod(u: Any, v: Any) -> tuple[Any, Any]:
    return np.floor_divide(u, v), np.remainder(u, v)


# --- Analytic functions of two arguments -------------------------------------------------


def _hypot(u: Any, v: Any) -> Any:
    """y = |(u, v)|; from y^2 = u^2 + v^2, scaled by the value so that nothing overflows."""
    if _exact(u, v):
        return np.sqrt(u * u + v * v)
    first = np.hypot(value(u), value(v))
    scale = np.where((first == 0) | ~np.isfinite(first), 1.0, first)
    s, t = u / scale, v / scale
    square = s * s + t * t
    still = (first == 0) & _still(u) & _still(v)
    if np.any(still):  # zero to all orders that are known, which a root would halve
        result = np.where(still, 0 * square, np.sqrt(np.where(still, 1.0, square)) * scale)
    else:
        result = np.sqrt(square) * scale
    result = with_value(result, first)
    odd = np.isinf(first)
    if np.any(odd):  # the slopes u/y, v/y where the value overflows any scaling
        p = np.where(np.isinf(value(u)), np.sign(value(u)), 0.0) * u
        q = np.where(np.isinf(value(v)), np.sign(value(v)), 0.0) * v
        result = with_value(np.where(odd, p + q, result), first)
    return result


def _still(x: Any) -> Any:
    """Where an operand has no derivatives, and none that are on record."""
    if not isinstance(x, Number):
        return not carries(x)
    return False if carries(x.parts) else np.all(x.parts[1:] == 0, axis=0)


def _arctan2(y: Any, x: Any) -> Any:
    """The angle t: its derivative is (x Dy - y Dx) / (x^2 + y^2), that of arctan(y / x)
    or of -arctan(x / y), whichever quotient does not overflow; nan at the origin."""
    first, second = value(y), value(x)
    angle = at(np.arctan2, first, second)
    y, x = (v if carries(v) else np.asarray(v, angle.dtype) for v in (y, x))
    steep = np.abs(first) > np.abs(second)
    origin = (first == 0) & (second == 0)
    over = np.where(steep | origin, 1.0, x)
    result = np.arctan(np.where(steep | origin, 0.0, y) / over)
    if np.any(steep):
        other = -np.arctan(np.where(steep, x, 0.0) / np.where(steep, y, 1.0))
        result = np.where(steep, other, result)
    if np.any(origin):
        result = np.where(origin, result * np.nan, result)
    return with_value(result + np.zeros_like(angle), angle)


def _over_square(x: Any, y: Any) -> Any:
    """x / (x^2 + y^2), nan at the origin."""
    if _exact(x, y):
        return x / (x * x + y * y)
    radius = np.hypot(x, y)
    return np.where(np.isinf(value(radius)), 0.0, x / radius / radius)


def _angle_by_y(g: Any, y: Any, x: Any) -> Any:
    return g * _over_square(x, y)


def _angle_by_x(g: Any, y: Any, x: Any) -> Any:
    return -g * _over_square(y, x)


def _arctan2_back(y: Any, x: Any) -> Any:
    return elementwise(partial(at, np.arctan2), (y, x), (_angle_by_y, _angle_by_x), "operands")


enter_pointwise(np.arctan2, (_angle_by_y, _angle_by_x), "operands")


def _logaddexp(function: Any, base: float) -> Callable[[Any, Any], Any]:
    """y = v + softplus(u - v); the slope is the logistic function, half to each at -inf."""

    def forward(u: Any, v: Any) -> Any:
        first, second = value(u), value(v)
        if function is np.logaddexp and _exact(u, v):  # no overflow among these
            return v + np.log1p(np.exp(u - v))
        result = function(first, second)
        with np.errstate(invalid="ignore"):
            gap = (u - v) * base
            swap = value(gap) > 0
            same = first == second
            # softplus(d) for d <= 0 = log1p(exp(d)): accurate in its tail, no overflow
            small = np.where(same & ~np.isfinite(value(gap)), _half(gap), np.where(swap, -gap, gap))
            large = np.where(swap, u, v)
            y = large + np.log1p(np.exp(small)) / base
        tie = same & ~np.isfinite(np.asarray(first))
        if np.any(tie):
            y = np.where(tie, (u + v) / 2, y)
        return with_value(y + np.zeros_like(result), result)

    return forward


def _half(gap: Any) -> Any:
    return gap * 0.0


def _share(base: float, g: Any, u: Any, v: Any) -> Any:
    """The slope by u if the base is positive, by v if it is negative: a logistic function."""
    gap = (u - v) * base
    ahead = value(gap) > 0
    e = np.exp(np.where(ahead, -gap, gap))
    return g * (np.where(ahead, 1.0, e) / (1.0 + e))


def _hypot_by_u(g: Any, y: Any, u: Any, v: Any) -> Any:
    return g * (u / y)


def _hypot_by_v(g: Any, y: Any, u: Any, v: Any) -> Any:
    return g * (v / y)


def _passed(g: Any, *kept: Any) -> Any:
    return g


def _floors_back(g: Any, u: Any, v: Any) -> Any:
    return -g * np.floor_divide(value(u), value(v))


def _wholes_back(g: Any, y: Any, u: Any, v: Any) -> Any:
    return -g * np.rint((value(u) - value(y)) / value(v))


def _reciprocal_back(g: Any, y: Any, x: Any) -> Any:
    return -g * y / x


def _double(x: Any) -> Any:
    """float_power computes in double precision at least."""
    if not carries(x):
        x = np.asarray(x)
    return x.astype(np.result_type(x.dtype, np.float64)) if x.dtype != object else x


def _float_power(power: Any, u: Any, v: Any) -> Any:
    """A power. np.power takes one by 1/2 for all points for a root, of -0 and -inf too."""
    half = not carries(v) and np.any(v == 0.5) and u.dtype == v.dtype == np.float64
    if not (half and np.any(np.signbit(value(u)) & ((value(u) == 0) | np.isinf(value(u))))):
        return power(u, v)
    shape = np.broadcast_shapes(np.shape(u), np.shape(v), (1,))
    found = power(np.broadcast_to(u, shape), np.array(np.broadcast_to(v, shape)))
    return found if np.ndim(u) or np.ndim(v) else found[0]


def _kink(function: Any, wins: Any, skips_nan: bool) -> Elementwise:
    return Elementwise(
        function, _extremum(function, wins, skips_nan), _extremum_back(function, wins, skips_nan)
    )


def _angle(z: Any, deg: bool = False) -> Any:
    if z.dtype.kind == "c":
        result = np.arctan2(np.imag(z), np.real(z))
    else:
        result = np.sign(z) * 0.0 + np.angle(value(z))  # 0 or pi
    return np.rad2deg(result) if deg else result


TABLE = [
    Elementwise(np.angle, _angle),
    Elementwise(np.add, lambda u, v: u + v),
    Elementwise(np.subtract, lambda u, v: u - v),
    Elementwise(np.multiply, lambda u, v: u * v),
    Elementwise(np.divide, lambda u, v: u / v),
    Elementwise(np.power, power, power_back),
    Elementwise(
        np.float_power,
        lambda u, v: _float_power(power, _double(u), _double(v)),
        lambda u, v: _float_power(power_back, _double(u), _double(v)),
    ),
    Elementwise(np.square, lambda x: x * x),
    Elementwise(np.reciprocal, lambda x: 1.0 / x),
    Elementwise(np.negative, lambda x: -x),
    Elementwise(np.positive, lambda x: +x),
    Elementwise(np.conjugate, _scaled(np.conjugate), _scaled_back(np.conjugate)),
    Elementwise(np.deg2rad, _scaled(np.deg2rad), _scaled_back(np.deg2rad)),
    Elementwise(np.radians, _scaled(np.radians), _scaled_back(np.radians)),
    Elementwise(np.rad2deg, _scaled(np.rad2deg), _scaled_back(np.rad2deg)),
    Elementwise(np.degrees, _scaled(np.degrees), _scaled_back(np.degrees)),
    Elementwise(np.absolute, _absolute, _absolute_back),
    Elementwise(np.fabs, _absolute, _absolute_back),
    Elementwise(np.sign, _sign, nowhere(np.sign)),
    Elementwise(np.floor, step(np.floor), nowhere(np.floor)),
    Elementwise(np.ceil, step(np.ceil), nowhere(np.ceil)),
    Elementwise(np.rint, step(np.rint), nowhere(np.rint)),
    Elementwise(np.trunc, step(np.trunc), nowhere(np.trunc)),
    Elementwise(np.spacing, step(np.spacing), nowhere(np.spacing)),
    Elementwise(np.ldexp, _ldexp),
    Elementwise(np.frexp, _frexp),
    Elementwise(np.modf, _modf),
    _kink(np.maximum, np.greater, skips_nan=False),
    _kink(np.minimum, np.less, skips_nan=False),
    _kink(np.fmax, np.greater, skips_nan=True),
    _kink(np.fmin, np.less, skips_nan=True),
    Elementwise(clip_ufunc, _clip),
    Elementwise(np.copysign, _copysign, _copysign_back),
    Elementwise(np.heaviside, _heaviside, _heaviside_back),
    Elementwise(np.nextafter, _nextafter),
    Elementwise(np.floor_divide, _floor_divide, nowhere(np.floor_divide)),
    Elementwise(np.remainder, _remainder(np.remainder, _floored)),
    Elementwise(np.fmod, _remainder(np.fmod, _truncated)),
    Elementwise(np.divmod, _divmod),
    Elementwise(np.hypot, _hypot),
    Elementwise(np.arctan2, _arctan2, _arctan2_back),
    Elementwise(np.logaddexp, _logaddexp(np.logaddexp, 1.0)),
    Elementwise(np.logaddexp2, _logaddexp(np.logaddexp2, float(np.log(2.0)))),
]

VALUE_ONLY = [
    ValueOnly(function)
    for function in (
        np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
        np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
        np.isfinite, np.isinf, np.isnan, np.signbit,
    )
]  # fmt: skip

register(TABLE)
register(VALUE_ONLY)
# Where all is finite and no result is 0 they need no care.
enter_pointwise(np.hypot, (_hypot_by_u, _hypot_by_v), "both", regular=True)
for _function, _base in ((np.logaddexp, 1.0), (np.logaddexp2, float(np.log(2.0)))):
    enter_pointwise(
        _function, (partial(_share, _base), partial(_share, -_base)), "operands", regular=True
    )
enter_pointwise(np.remainder, (_passed, _floors_back), "operands", regular=True)
enter_pointwise(np.fmod, (_passed, _wholes_back), "both", regular=True)
register_unary(np.reciprocal, _reciprocal_back, "both")
register_unary(np.positive, _passed, "nothing")
enter_pointwise(np.nextafter, (_passed, None), "nothing", regular=True, decides=True)
enter_several(np.modf, ((_passed,), (None,)), "nothing")
enter_several(np.frexp, ((_mantissa_back,), None), "operands")
enter_deferred(np.ldexp, np.float_power, np.angle)
