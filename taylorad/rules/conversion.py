"""Functions that rearrange several arrays at once, or make one of data of any kind.

Each output is linear in one operand, but which operand that is, or whether there is one,
shows only in the call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import Number, repack, value
from taylorad._tape import (
    Variable,
    enter_alone,
    enter_passed,
    enter_separate,
    identity,
    level_of_all,
    record,
)
from taylorad.dispatch import carries
from taylorad.rules._linear import VIEW, Linear
from taylorad.rules._rows import describe, refuse_integers, refuse_numbers
from taylorad.rules._views import on_record, view_or_rows, viewed
from taylorad.rules.operands import constant, constant_like, is_number_dtype
from taylorad.rules.recording import values_of
from taylorad.rules.transposes import Places, reshaped

__all__ = ["CREATION", "SEPARATE", "Creation", "RealIfClose", "Separate"]


def _of_first(function: Callable[[Any], Any], arrays: Sequence[Any]) -> Any:
    return function(arrays[0])


@dataclass(frozen=True)
class Separate:
    """A function of several arrays whose n-th output is linear in the n-th array alone."""

    function: Callable[..., Any]

    operands = ("array",)
    parameters = MappingProxyType({"array": None})
    leads = True

    def pulls_of(self, shape: Any, rest: Any, kwargs: Any) -> Any:
        """The pulls of a call with one array of this shape."""
        return (partial(reshaped, shape, "C"),)

    def __call__(self, *arrays: Any, **kwargs: Any) -> Any:
        name = describe(self.function)
        refuse_numbers(name, kwargs.values())
        operands = [repack(array) for array in arrays]
        values = [value(operand) for operand in operands]
        plain = self.function(*values, **kwargs)
        single = not isinstance(plain, list | tuple)
        outputs = [plain] if single else list(plain)
        for n, operand in enumerate(operands):
            if not isinstance(operand, Number):
                continue

            def own(coefficient: Any, n: int = n) -> Any:
                result = self.function(*values[:n], coefficient, *values[n + 1 :], **kwargs)
                return result if single else result[n]

            outputs[n] = view_or_rows(own, operand, name)
        return outputs[0] if single else type(plain)(outputs)

    def reverse(self, *arrays: Any, **kwargs: Any) -> Any:
        """Record each output that a Variable goes into."""
        refuse_numbers(describe(self.function), kwargs.values())
        operands = [repack(array) for array in arrays]
        level = level_of_all(operands)
        values = values_of(operands)
        plain = self.function(*values, **kwargs)
        single = not isinstance(plain, list | tuple)
        outputs = [plain] if single else list(plain)
        shapes = [np.shape(x) for x in operands]
        for n, (x, y) in enumerate(zip(operands, list(outputs), strict=True)):
            if not isinstance(x, Variable) or x.level != level:
                continue
            pulls = self.pulls_at(n, shapes, kwargs, np.size(y), single)
            outputs[n] = viewed(record(y, (x,), pulls), x, self.path_of(n, shapes, kwargs, single))
        return outputs[0] if single else type(plain)(outputs)

    def path_of(self, n: int, shapes: Any, kwargs: Any, single: bool = False) -> Any:
        """The n-th output, or the only one, as a function of the n-th of arrays of these shapes."""
        return partial(_output, self.function, shapes, kwargs, n, single)

    def pulls_at(self, n: int, shapes: Any, kwargs: Any, size: int, single: bool = False) -> Any:
        """The pull of the n-th output, which has this size."""
        if self.function is np.broadcast_arrays:
            return (identity,)
        if size == np.prod(shapes[n], dtype=int):
            return (partial(reshaped, shapes[n], "C"),)
        moved = partial(_of_first, self.path_of(n, shapes, kwargs, single))
        return Places(moved, shapes[n : n + 1]).pulls()


def _output(
    function: Any, shapes: list[Any], options: dict[str, Any], n: int, single: bool, x: Any
) -> Any:
    """The output of one operand, whatever the others are."""
    others = [np.broadcast_to(0, shape) for shape in shapes]
    result = function(*others[:n], x, *others[n + 1 :], **options)
    return result if single else result[n]


@dataclass(frozen=True)
class Creation:
    """A function that makes an array of its first argument.

    NumPy asks us for these only when ``like=`` is a number of ours: the result is a number
    over its algebra, whatever the data.
    """

    linear: Linear
    like: bool = True

    @property
    def function(self) -> Callable[..., Any]:
        return self.linear.function

    def __call__(self, data: Any, *args: Any, prototype: Any = None, **kwargs: Any) -> Any:
        data = repack(data)

        def again(x: Any) -> Any:
            like = {"like": x} if carries(x) else {}
            return self.function(x, *args, **kwargs, **like)

        if isinstance(data, Number) and carries(data.parts):
            return on_record(again, data, describe(self.function))
        if isinstance(data, Number):
            return self.linear(data, *args, **kwargs)
        made = self.function(data, *args, **kwargs)
        if not isinstance(prototype, Number) or not is_number_dtype(made.dtype):
            return made
        return constant(prototype.algebra, made)

    def reverse(self, data: Any, *args: Any, prototype: Any = None, **kwargs: Any) -> Any:
        """Record the array made of a Variable; other data are constants."""
        data = repack(data)
        if isinstance(data, Variable):

            def again(x: Any) -> Any:
                like = {"like": x} if carries(x) else {}
                return self.function(x, *args, **kwargs, **like)

            made = again(data.value)
            refuse_integers(made.dtype, describe(self.function))
            y = record(made, (data,), (partial(reshaped, data.shape, "C"),))
            return viewed(y, data, again)
        made = self.function(data, *args, **kwargs)
        if not isinstance(prototype, Variable) or not is_number_dtype(made.dtype):
            return made
        return constant_like([prototype], made)


@dataclass(frozen=True)
class RealIfClose:
    """Real if the imaginary part of every coefficient is negligible, not of the value alone.

    A value on the real axis may have a derivative that leaves it.
    """

    function: Callable[..., Any] = np.real_if_close

    def __call__(self, a: Any, tol: float = 100) -> Any:
        refuse_numbers(describe(self.function), (tol,))
        if carries(a.parts):
            return a
        real = not np.iscomplexobj(np.real_if_close(a.parts, tol))
        return np.real(a) if real else a

    def reverse(self, a: Any, tol: float = 100) -> Any:
        """Complex stays complex: the derivatives are not known yet."""
        refuse_numbers(describe(self.function), (tol,))
        return a[...] if a.ndim else +a


SEPARATE = [
    Separate(function)
    for function in (
        np.atleast_1d,
        np.atleast_2d,
        np.atleast_3d,
        np.broadcast_arrays,
        np.meshgrid,
        np.ix_,
    )
]

CREATION = [
    Creation(Linear(function, (operand,), VIEW))
    for function, operand in (
        (np.array, "object"),
        (np.asarray, "a"),
        (np.asanyarray, "a"),
        (np.ascontiguousarray, "a"),
        (np.asfortranarray, "a"),
        (np.require, "a"),
    )
]

for _row in SEPARATE[:3]:
    enter_alone(_row)
for _row in SEPARATE[3:5]:
    enter_separate(_row)
enter_passed(np.real_if_close)
dispatch.register([*SEPARATE, *CREATION, RealIfClose()])
