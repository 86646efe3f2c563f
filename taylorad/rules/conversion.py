"""Functions that rearrange several arrays at once, or make one of data of any kind.

Each output is linear in one operand, but which operand that is, or whether there is one,
shows only in the call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import Number, repack, value
from taylorad.rules._rows import describe, refuse_numbers
from taylorad.rules.linear import VIEW, Linear, view_or_rows
from taylorad.rules.operands import constant, is_number_dtype

__all__ = ["CREATION", "SEPARATE", "Creation", "RealIfClose", "Separate"]


@dataclass(frozen=True)
class Separate:
    """A function of several arrays whose n-th output is linear in the n-th array alone."""

    function: Callable[..., Any]

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
        if isinstance(data, Number):
            return self.linear(data, *args, **kwargs)
        made = self.function(data, *args, **kwargs)
        if not isinstance(prototype, Number) or not is_number_dtype(made.dtype):
            return made
        return constant(prototype.algebra, made)


@dataclass(frozen=True)
class RealIfClose:
    """Real if the imaginary part of every coefficient is negligible, not of the value alone.

    A value on the real axis may have a derivative that leaves it.
    """

    function: Callable[..., Any] = np.real_if_close

    def __call__(self, a: Any, tol: float = 100) -> Any:
        refuse_numbers(describe(self.function), (tol,))
        real = not np.iscomplexobj(np.real_if_close(a.parts, tol))
        return np.real(a) if real else a


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

dispatch.register([*SEPARATE, *CREATION, RealIfClose()])
