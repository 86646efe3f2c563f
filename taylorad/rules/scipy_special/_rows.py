"""The kinds of row for ufuncs of `scipy.special`, and how to write one.

A family is a module with a ``TABLE`` that ends in ``enter(TABLE)``. A row names the ufunc
and its arguments; a name this SciPy does not have is passed by. The value is SciPy's own
to the last bit, and the rest of the row says how derivatives come about:

`ByDerivative`
    One partial derivative an argument, each a function of all arguments written in NumPy
    and `scipy.special`, None where there is none in closed form. It is evaluated one degree
    below the result, so it may call the function itself, or others that call it:

        ByDerivative("erf",  "x",   (lambda x: 2 / sqrt(pi) * np.exp(-x * x),)),
        ByDerivative("jv",   "v z", (None, lambda v, z: (jv(v - 1, z) - jv(v + 1, z)) / 2)),

    The two Bessel functions there call two each, down to degree 0: 2^order evaluations. A
    derivative that branches like this belongs to the next kind; one that leads to a single
    other function, or to several outputs of one ufunc, does not branch. A ufunc of several
    results has a tuple of such tuples, one for each result.

`ByNumbers`
    The Taylor numbers f^(k) / k! in one argument, at plain points: a recurrence from the
    function's linear differential equation, an integral, an asymptotic series. All other
    arguments stay without derivatives. To be had where a derivative would branch, and
    where its closed form cancels.

`Exponential`
    Dy = y D(log y), from any function whose derivatives are those of log |y|.

`Expression`
    What NumPy's functions say it is; also the loop that computes it, where that is short.

`Equation`
    A differential equation of first order, as the rows of `taylorad.rules.analytic`.

Helpers that are no ufuncs of SciPy's are `Known`, by their Taylor numbers, or `Grown`, by
their logarithms: they take numbers and Variables as NumPy's functions do, and appear in the
derivatives of others.

Choose formulas that do not cancel: f' = 2 x f - 2 / sqrt(pi) of erfcx has no digit left at
x = 1e8. In a tail each derivative has to be right relative to its own size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.special
from scipy.special import _ufuncs

from taylorad._numbers import Number, common, engine, make, parts_over, repack, value
from taylorad._tape import (
    enter_deferred,
    enter_pointwise,
    enter_several,
    record,
    register_unary,
)
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries, register
from taylorad.rules.analytic import Riccati
from taylorad.rules.entire import composed, rising
from taylorad.rules.recording import values_of
from taylorad.rules.scipy_special._known import (
    Grown,
    Known,
    expanded,
    first_of,
    piecewise,
    quietly,
    scaled_where,
    stilled,
    taylor_numbers,
    valued,
    vanishing,
)

__all__ = [
    "ByDerivative",
    "ByNumbers",
    "Equation",
    "Exponential",
    "Expression",
    "Grown",
    "Known",
    "Slope",
    "enter",
    "expanded",
    "first_of",
    "integrated",
    "piecewise",
    "quietly",
    "recorded",
    "scaled_where",
    "taylor_numbers",
    "ufunc",
    "vanishing",
]

Array = npt.NDArray[Any]
Slope = Callable[..., Any]


def ufunc(name: str) -> Any:
    """The ufunc of this name, which may be one of those behind SciPy's Python functions."""
    for module in (scipy.special, _ufuncs):
        found = getattr(module, name, None)
        if isinstance(found, np.ufunc):
            return found
    return None


@dataclass(frozen=True)
class Row:
    """A ufunc with the names of its arguments."""

    name: str
    arguments: str

    elementwise = True

    @cached_property
    def function(self) -> Any:
        """SciPy's ufunc, or None."""
        return ufunc(self.name)

    @property
    def shown(self) -> str:
        """The name its users know: zeta(x) and zeta(x, q) are two ufuncs."""
        return "scipy.special." + self.name.removeprefix("_riemann").lstrip("_")

    def record_at_once(self) -> None:
        """Let calls with plain doubles be recorded without this rule."""

    def record_results(self) -> None:
        """The same for several results of one argument."""

    def record_complex(self) -> None:
        """The same for a complex result."""

    def pulled_at_once(self, pulls: Sequence[Any], keep: str) -> None:
        """The same for one or two arguments, with these pulls; None where there is none."""
        if len(pulls) == 2:
            enter_pointwise(self.function, pulls, keep, refuses=True)
        elif pulls[0] is not None:
            register_unary(self.function, pulls[0], keep)

    def taken_apart_later(self, fixed: str, fits: Callable[..., bool] | None = None) -> None:
        """The same for any number of them: the rule is followed when a walk gets there."""
        names = self.arguments.split()
        places = [names.index(name) for name in fixed.split()]
        enter_deferred(self.function, fixed=places, fits=fits)

    def kinds(self, at: int) -> str:
        """The kinds of dtype of an argument: a real one may stand for a complex one."""
        kinds = {np.dtype(loop[at]).kind for loop in self.function.types}
        return "fc" if "c" in kinds else "f"

    def refuse(self, at: int) -> None:
        """Raise for an argument in which there is no derivative."""
        argument = self.arguments.split()[at]
        raise DerivativeError(
            f"{self.shown} has no derivative with respect to {argument} here; pass "
            f"taylorad.value({argument}) if its value alone is meant"
        )

    def check(self, args: Sequence[Any], differentiable: Sequence[bool]) -> None:
        """Refuse derivatives that are not known, and coefficients SciPy does not take."""
        for at, x in enumerate(args):
            if not carries(x):
                continue
            if not differentiable[at]:
                self.refuse(at)
            if x.dtype.kind not in self.kinds(at):
                raise DerivativeError(
                    f"{self.shown} does not take coefficients of type {x.dtype}; "
                    "convert them with x.astype(float), or pass taylorad.value(x)"
                )


def enter(rows: Iterable[Any]) -> None:
    """Register the rows of those ufuncs that this SciPy has."""
    found = [row for row in rows if row.function is not None]
    register(found)
    for row in found:
        ends = ">" + "d" * row.function.nout
        if isinstance(row, Row) and any(types.endswith(ends) for types in row.function.types):
            if row.function.nout == 1:
                row.record_at_once()
            elif row.function.nin == 1:
                row.record_results()
        elif isinstance(row, Row) and row.function.nout == 1:
            row.record_complex()


# --- By derivatives ----------------------------------------------------------------------


@dataclass(frozen=True)
class ByDerivative(Row):
    """``Dy = sum of r_i(x...) Dx_i``.

    Parameters
    ----------
    name, arguments : str
        SciPy's ufunc, and its arguments in order.
    slopes : tuple of callable or None
        The partial derivatives. For several results a tuple of them for each.
    """

    slopes: tuple[Any, ...]

    @cached_property
    def outputs(self) -> tuple[tuple[Slope | None, ...], ...]:
        """The slopes of each result."""
        return self.slopes if self.function.nout > 1 else (self.slopes,)

    def _check(self, args: Sequence[Any]) -> None:
        self.check(args, [slope is not None for slope in self.outputs[0]])

    def __call__(self, *args: Any) -> Any:
        self._check(args)
        firsts = list(map(first_of, args))
        values = self.function(*firsts)
        if self.function.nout == 1:
            return integrated(args, firsts, values, self.slopes)
        return tuple(
            integrated(args, firsts, start, slopes)
            for start, slopes in zip(values, self.outputs, strict=True)
        )

    def record_at_once(self) -> None:
        """By its slopes."""
        names = self.arguments.split()
        if len(names) <= 2:
            self.pulled_at_once(pulls_of(self.slopes), "both")
        else:
            self.record_complex()

    def record_complex(self) -> None:
        """As a whole."""
        slopes = zip(self.arguments.split(), self.slopes, strict=True)
        self.taken_apart_later(" ".join(name for name, slope in slopes if slope is None))

    def record_results(self) -> None:
        """By the slopes of each."""
        enter_several(self.function, [pulls_of(slopes) for slopes in self.outputs])

    def reverse(self, *args: Any) -> Any:
        """Record y = f(x_1, x_2, ...)."""
        self._check(args)
        values = self.function(*values_of(args))
        if self.function.nout == 1:
            return recorded(args, values, self.slopes)
        return tuple(
            recorded(args, start, slopes)
            for start, slopes in zip(values, self.outputs, strict=True)
        )


def recorded(args: Sequence[Any], start: Any, slopes: Sequence[Slope | None]) -> Any:
    """Record y with its value and ``Dy = sum of r_i(x...) Dx_i``."""
    return record(start, args, pulls_of(slopes), "both", pointwise=True)


def pulls_of(slopes: Sequence[Slope | None]) -> list[Any]:
    """The pulls of ``Dy = sum of r_i(x...) Dx_i``, of the result and the operands."""

    def pull_of(slope: Slope) -> Callable[..., Any]:
        def pull(g: Any, y: Any, *operands: Any) -> Any:
            outside = np.isnan(value(y))
            with quietly():
                rate = slope(*operands)
                return g * (np.where(outside, np.nan, rate) if np.any(outside) else rate)

        return pull

    return [slope and pull_of(slope) for slope in slopes]


def integrated(
    args: Sequence[Any], firsts: Sequence[Any], start: Any, slopes: Sequence[Slope | None]
) -> Any:
    """y from its value and ``Dy = sum of r_i(x...) Dx_i``, each r_i one degree lower.

    At degree 0 plain numbers will do for the r_i: that ends the recursion of functions that
    are each other's derivatives.
    """
    algebra: Any = common(args)
    if algebra.degree == 0:
        return make(algebra, parts_over(algebra, start))
    lower = algebra.truncate(algebra.degree - 1)
    below = firsts if lower.degree == 0 else [_truncated(x, algebra, lower) for x in args]
    moving = [at for at, x in enumerate(args) if isinstance(x, Number)]
    rates = {}
    with quietly():
        for at in moving:
            slope = slopes[at]
            assert slope is not None
            rates[at] = repack(slope(*below))
    for rate in rates.values():  # orders may be lost at a removable singularity
        if isinstance(rate, Number) and rate.algebra.degree < lower.degree:
            algebra = algebra.truncate(min(algebra.degree, rate.algebra.degree + 1))
    total, shape = parts_over(algebra, start), np.shape(start)
    for at, rate in rates.items():
        u, r = parts_over(algebra, args[at]), parts_over(algebra, rate)
        dtype = np.result_type(total.dtype, u.dtype)
        u, r = _spread(u, shape, dtype), _spread(r, shape, dtype)
        total = total + _quadrature(algebra, u, r, np.zeros(shape, dtype))
    outside = np.isnan(value(start))
    if np.any(outside):  # of the domain there is no slope either
        total = np.where(outside, np.nan, total).astype(total.dtype)
    return make(algebra, total)


def _truncated(x: Any, algebra: Algebra, lower: Algebra) -> Any:
    """x over the lower algebra, also if it is of one level among several.

    On its own such a number has no high degrees to lose, but products of several have.
    """
    if not isinstance(x, Number):
        return x
    return make(lower, parts_over(algebra, x)[: lower.rows])


def _spread(parts: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Coefficients of the full shape."""
    missing = len(shape) + 1 - parts.ndim
    parts = parts.reshape(parts.shape[:1] + (1,) * missing + parts.shape[1:])
    parts = np.broadcast_to(parts, (len(parts), *shape))
    return parts if parts.dtype == dtype else parts.astype(dtype)


def _quadrature(algebra: Algebra, x: Any, r: Any, zero: Any) -> Any:
    """The recurrence, in which an infinite slope times a part that is zero is zero."""
    with quietly():
        y = engine(x, r, zero).quadrature(algebra, x, zero, r)
    if not isinstance(y, np.ndarray) or np.all(np.isfinite(y)):
        return y
    flat, x, r = (part.reshape(len(part), -1) for part in (y, x, r))
    odd = np.flatnonzero(~np.all(np.isfinite(flat), axis=0))
    x, r, d = x[:, odd], r[:, odd], algebra.degrees.tolist()
    with quietly():
        for k in range(1, algebra.rows):
            terms = (
                np.where(x[j] == 0, 0, r[i]) * (d[j] * x[j]) for i, j in algebra.pairs(k)[:-1]
            )
            flat[k, odd] = sum(terms) / d[k]
    return flat.reshape(y.shape)


# --- By a differential equation ----------------------------------------------------------


@dataclass(frozen=True)
class Equation(Row):
    """``q(x) Dy = (a + b y + c y^2) Dx``: a `Riccati` row, with its parameters."""

    q: tuple[float, ...]
    a: float
    b: float
    c: float
    slope: Callable[[Any], Any] | None = None

    @cached_property
    def riccati(self) -> Riccati:
        """The row of this equation."""
        return Riccati(self.function, self.q, self.a, self.b, self.c, slope=self.slope)

    def __call__(self, x: Any) -> Any:
        self.check((x,), (True,))
        with quietly():
            return self.riccati(x)

    def record_at_once(self) -> None:
        """As NumPy's functions of this kind."""
        self.pulled_at_once([self.riccati._pull], self.riccati.keep)

    def reverse(self, x: Any) -> Any:
        """Record y = f(x)."""
        self.check((x,), (True,))
        return self.riccati.reverse(x)


# --- By Taylor numbers -------------------------------------------------------------------


@dataclass(frozen=True)
class ByNumbers(Row):
    """A function whose Taylor numbers in one argument are known.

    Parameters
    ----------
    name, arguments : str
        SciPy's ufunc, and its arguments in order.
    numbers : callable
        ``numbers(order, *arguments)`` gives f^(k) / k! for k = 0 ... order, on a new first
        axis, at plain points, 1-d arrays of one length and of double precision. Its value,
        row 0, is not used. For several results a tuple, one for each.
    at : int
        Which argument has the derivatives.
    """

    numbers: Any
    at: int = 0

    def __call__(self, *args: Any) -> Any:
        self.check(args, [at == self.at for at in range(len(args))])
        shape = np.broadcast_shapes(*map(np.shape, args))
        x = args[self.at]
        if np.shape(x) != shape:
            x = np.broadcast_to(x, shape)
        if all(loop[-1] in "FD" for loop in self.function.types):
            x = x.astype(np.result_type(x.dtype, np.complex64))
        others = [*args[: self.at], *args[self.at + 1 :]]

        def result(known: Callable[..., Array], value_of: Callable[[Any], Any]) -> Any:
            return stilled(x, composed(x, 0, self._numbers(known, value_of, others)))

        if self.function.nout == 1:
            return result(self.numbers, lambda values: values)
        return tuple(result(known, itemgetter(i)) for i, known in enumerate(self.numbers))

    def _numbers(
        self, known: Callable[..., Array], value_of: Callable[[Any], Any], others: Sequence[Any]
    ) -> Callable[[Any, int, int], Any]:
        """The Taylor numbers of the derivatives of a result, the other arguments given."""

        def numbers(x: Any, first: int, degree: int) -> Any:
            at_points = [*others[: self.at], x, *others[self.at :]]
            series = taylor_numbers(known, first + degree, at_points, self.at)
            series[0] = value_of(self.function(*at_points))
            return rising(np.where(np.isnan(series[0]), series[0], series), first)

        return numbers

    def record_at_once(self) -> None:
        """By the first of the numbers."""
        pull = self._pull(self.numbers, lambda values: values)
        count = len(self.arguments.split())
        if count <= 2:
            pulls = [pull if at == self.at else None for at in range(count)]
            self.pulled_at_once(pulls, "operands")
        else:
            self.record_complex()

    def record_complex(self) -> None:
        """As a whole."""
        names = self.arguments.split()
        self.taken_apart_later(" ".join(names[: self.at] + names[self.at + 1 :]))

    def record_results(self) -> None:
        """By the first of the numbers of each."""
        pulls = [(self._pull(known, itemgetter(i)),) for i, known in enumerate(self.numbers)]
        enter_several(self.function, pulls, "operands")

    def _pull(
        self, known: Callable[..., Array], value_of: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        def pull(g: Any, *args: Any) -> Any:
            x, others = args[self.at], [*args[: self.at], *args[self.at + 1 :]]
            if np.shape(x) != np.shape(g):
                x = np.broadcast_to(x, np.shape(g))
            return g * composed(x, 1, self._numbers(known, value_of, others))

        return pull


# --- By a logarithm, and by other functions ----------------------------------------------


@dataclass(frozen=True)
class Exponential(Row):
    """A ufunc with Dy = y D(log y).

    Parameters
    ----------
    name, arguments : str
        SciPy's ufunc, and its arguments in order.
    logarithm, singular, near : callable
        As `Grown` has them.
    fixed : str
        The arguments in which there is no derivative.
    """

    logarithm: Callable[..., Any]
    singular: Callable[..., Any] | None = None
    near: Callable[..., Any] | None = None
    fixed: str = ""

    def record_at_once(self) -> None:
        """As a whole."""
        self.taken_apart_later(self.fixed)

    def __call__(self, *args: Any) -> Any:
        self.check(args, [name not in self.fixed.split() for name in self.arguments.split()])
        return Grown(self.function, self.logarithm, self.singular, self.near)(*args)


@dataclass(frozen=True)
class Expression(Row):
    """An expression in functions that have rules, of which only the derivatives are used.

    Parameters
    ----------
    name, arguments : str
        SciPy's ufunc, and its arguments in order.
    expression : callable
        The function of all arguments.
    fixed : str
        The arguments in which there is no derivative.
    refuses : bool or callable
        Whether it refuses some values, which a call that is recorded has to as well; or of which
        arguments it does.
    """

    expression: Callable[..., Any]
    fixed: str = ""
    refuses: bool | Callable[..., bool] = False

    def record_at_once(self) -> None:
        """As a whole."""
        refuses = self.refuses
        if callable(refuses):
            self.taken_apart_later(self.fixed, lambda result, *args: not refuses(*args))
        elif not refuses:
            self.taken_apart_later(self.fixed)

    def __call__(self, *args: Any) -> Any:
        self.check(args, [name not in self.fixed.split() for name in self.arguments.split()])
        values = self.function(*map(value, args))
        with quietly():
            result = self.expression(*args)
        if not isinstance(values, tuple):
            return valued(result, values)
        return tuple(map(valued, result, values))
