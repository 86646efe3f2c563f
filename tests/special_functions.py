"""What the tests of `scipy.special` share: cases with mpmath as the oracle, and their checks.

A case is a function of one argument, the others being plain, with what it is in mpmath and
where to look. `accurate` checks its Taylor series; `modes_agree` and `modes_agree_in` check
reverse mode and nested transforms against that series.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

import taylorad as ta

Function = Callable[..., Any]
EPS = float(np.finfo(float).eps)
TINY = float(np.finfo(float).tiny)


def ufunc(name: str) -> Any:
    """The ufunc of this name, or None in a SciPy that does not have it."""
    found = [getattr(module, name, None) for module in (special, special._ufuncs)]
    return next((f for f in found if isinstance(f, np.ufunc)), None)


@dataclass(frozen=True)
class Case:
    """One argument of one ufunc.

    Parameters
    ----------
    name : str
        The ufunc.
    exact : callable
        The same function of all arguments in mpmath.
    points : sequence
        Where the argument is expanded. The first is an ordinary one.
    others : tuple
        The other arguments, plain.
    at : int
        Which argument varies.
    output : int, optional
        Which of several results.
    order : int
        Up to which order.
    digits : int
        The oracle's working precision; tails need more, as do points close to 0 where the
        function has no singularity.
    reach : float
        How far from the point the oracle may look, in units of the point; less near
        singularities.
    limit : float
        The largest error, relative to the coefficient and to what a relative error in the
        argument does to it.
    slope : bool
        Whether `exact` is the derivative, which may have a closed form where the function
        has none.
    """

    name: str
    exact: Function
    points: Sequence[Any]
    others: tuple[Any, ...] = ()
    at: int = 0
    output: int | None = None
    order: int = 8
    digits: int = 60
    reach: float = 0.25
    limit: float = 1e-13
    slope: bool = False

    def __str__(self) -> str:
        inside = [*map(str, self.others[: self.at]), ".", *map(str, self.others[self.at :])]
        which = "" if self.output is None else f"[{self.output}]"
        return f"{self.name}({', '.join(inside)}){which}"

    def call(self, x: Any) -> Any:
        others = self.others
        if x.dtype == np.float32:
            others = tuple(np.float32(o) if isinstance(o, float) else o for o in others)
        y = ufunc(self.name)(*others[: self.at], x, *others[self.at :])
        return y if self.output is None else y[self.output]

    def coefficients(self, x: Any, order: int) -> list[Any]:
        """The exact Taylor coefficients, by mpmath's differences."""
        centre = mpmath.mpmathify(x)
        step = mpf(self.reach) * min(1, abs(centre) or 1)
        with mp.workdps(self.digits):
            others = [mpmath.mpmathify(other) for other in self.others]
            f = partial(self._along, others, centre, step)
            order -= self.slope
            found = [c / step**k for k, c in enumerate(mpmath.taylor(f, mpf(0), order))]
            return [None, *(c / (k + 1) for k, c in enumerate(found))] if self.slope else found

    def _along(self, others: list[Any], centre: Any, step: Any, t: Any) -> Any:
        return self.exact(*others[: self.at], centre + step * t, *others[self.at :])


def accurate(case: Case) -> float:
    """Assert that the value is SciPy's and all coefficients are right; the worst error."""
    worst = 0.0
    for x in case.points:
        with np.errstate(all="ignore"):
            y = case.call(ta.Taylor.variable(np.array([x]), case.order))
            plain = case.call(np.array([x]))
        assert y.order == case.order, f"orders lost at {x}"
        assert_array_equal(y.value, plain)
        exact = case.coefficients(x, case.order + 1)
        for k in range(1, case.order + 1):
            got = y.coefficients[k, 0]
            assert np.isfinite(got), (x, k)
            allowed = abs(exact[k]) + abs(mpmath.mpmathify(x)) * (k + 1) * abs(exact[k + 1])
            error = abs(mpmath.mpmathify(got) - exact[k]) / (allowed + mpf(TINY) / EPS)
            assert error < case.limit, (x, k, got, exact[k], float(error))
            worst = max(worst, float(error))
    return worst


def _summed(f: Function) -> Function:
    return lambda *xs: np.sum(f(*xs))


def _gradient(f: Function, at: int) -> Function:
    return ta.grad(_summed(f), argnums=at)


def modes_agree_in(f: Function, xs: Sequence[Any], differentiable: Sequence[int]) -> None:
    """First and second derivatives, also mixed ones, by every composition of both modes."""
    for i in differentiable:
        forward = ta.derivative(f, argnum=i)
        assert_allclose(_gradient(f, i)(*xs), forward(*xs), rtol=1e-10)
        for j in differentiable:
            want = ta.derivative(forward, argnum=j)(*xs)
            scale = 1e-12 * np.max(np.abs(want), initial=1.0)
            for second in (
                _gradient(_gradient(f, i), j),
                _gradient(forward, j),
                ta.derivative(_gradient(f, i), argnum=j),
            ):
                assert_allclose(second(*xs), want, rtol=1e-9, atol=scale)


def modes_agree(f: Function, x: Any) -> None:
    """As above for one argument; and third derivatives by nesting, those of a series."""
    modes_agree_in(f, (x,), (0,))
    want = ta.derivatives(f, 3)(x)[3]
    scale = 1e-12 * np.max(np.abs(want), initial=1.0)
    nested = ta.derivative(ta.derivative(ta.derivative(f)))
    thrice = _gradient(_gradient(_gradient(f, 0), 0), 0)
    for third in (nested, thrice):
        assert_allclose(third(x), want, rtol=1e-8, atol=scale)


def keeps_dtype(f: Function, x: Any) -> None:
    """float32 stays, and is right to its precision; shapes and strides make no difference."""
    wide = f(ta.Taylor.variable(x, 3))
    narrow = f(ta.Taylor.variable(x.astype(np.float32), 3))
    assert narrow.dtype == np.float32
    size = np.max(np.abs(wide.coefficients))
    assert_allclose(narrow.coefficients, wide.coefficients, rtol=1e-3, atol=1e-5 * size)
    turned = np.stack([x, x[::-1]]).T[::-1]
    both = f(ta.Taylor.variable(turned, 3)).coefficients
    assert_allclose(both[:, ::-1, 0], wide.coefficients, rtol=1e-12, atol=1e-14 * size)
    assert f(ta.Taylor.variable(np.zeros((0, 2)), 2)).shape == (0, 2)
    scalar = f(ta.Taylor.variable(float(x[0]), 3))
    assert isinstance(scalar, ta.Taylor)
    assert scalar.shape == ()
    assert_allclose(scalar.coefficients, wide.coefficients[:, 0], rtol=1e-12, atol=1e-14 * size)
