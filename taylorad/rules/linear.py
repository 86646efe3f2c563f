"""Linear functions: apply them to every coefficient.

    f(sum of x_k t^k) = sum of f(x_k) t^k

Several arguments may be operands, as in ``np.insert(arr, 1, values)``; the function is
linear in all of them together, so a constant appears in row 0 and is zero in the others.

How the coefficients are reached is one more column of the table, for memory and speed:

``VIEW``
    NumPy answers with a view. It is taken of row 0 and repeated in every row, so that the
    result shares memory with the operand exactly where NumPy's would.
``ALL``, ``FLAT``, ``AXIS``
    The function works along ``axis``. It is called once on the whole buffer, with the axis
    shifted by one. ``axis=None`` means all axes, the flattened array, or an error.
``ROWS``
    One call a row. The others fall back to it for whatever is out of the ordinary: several
    operands, ``where=``, a view that NumPy had to copy.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import fft
from numpy import linalg as la
from numpy.lib.stride_tricks import sliding_window_view

from taylorad import dispatch
from taylorad._numbers import Number, common, make, repack, value
from taylorad.algebra import Algebra

from ._rows import (
    Rows,
    assemble,
    coefficients,
    describe,
    leaves,
    map_leaves,
    refuse_integers,
    refuse_numbers,
    same_view,
    unpacked,
)

__all__ = ["Creation", "Linear", "RealIfClose", "Separate", "view_or_rows"]

ROWS, VIEW, AXIS, ALL, FLAT = "rows", "view", "axis", "all", "flat"

# Arguments that select by truth value: a number stands for its value there, as in `if`.
MASKS = ("where", "condition")


@dataclass(frozen=True)
class Linear:
    """A function that is linear in its operands together.

    Parameters
    ----------
    function : callable
        The NumPy function.
    operands : tuple of str
        The arguments it is linear in, the main one first. Each is an array or a nested
        list of arrays.
    how : str
        How the coefficients are reached: see the head of this module.
    elementwise : bool
        Whether an entry of the result depends on the same entry of the operand alone.
    """

    function: Callable[..., Any]
    operands: tuple[str, ...]
    how: str = ROWS
    elementwise: bool = False

    @cached_property
    def name(self) -> str:
        return describe(self.function)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The arguments of the function, in order, with their defaults."""
        signature = inspect.signature(self.function)
        return {name: entry.default for name, entry in signature.parameters.items()}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = dict(zip(self.parameters, args, strict=False))
        given.update(kwargs)
        for mask in MASKS:
            if mask in given:
                given[mask] = value(given[mask])
        steering = [given[name] for name in given if name not in self.operands]
        refuse_numbers(self.name, steering)
        result = None
        main = given.get(self.operands[0])
        if self.how != ROWS and isinstance(main, Number) and self._is_alone(given):
            result = self._whole(main, given, len(args))
        return self._by_rows(given, len(args)) if result is None else result

    def _is_alone(self, given: dict[str, Any]) -> bool:
        """Whether the main operand comes without a mask or another operand."""
        return not any(name in given for name in (*self.operands[1:], "where"))

    def _call(self, given: dict[str, Any], positional: int) -> Any:
        """Call the function; the first arguments are positional, as the user had them."""
        args = list(given.values())[:positional]
        kwargs = dict(list(given.items())[positional:])
        return self.function(*args, **kwargs)

    def _whole(self, operand: Number, given: dict[str, Any], positional: int) -> Any:
        """The result by one call, or None where that is not possible."""
        main = self.operands[0]
        parts = operand.parts
        if self.how == VIEW:
            view = self._call({**given, main: parts[0, ...]}, positional)
            return _windows(operand, view, self.name)
        if not operand.ndim:  # NumPy lets some functions name the axis of a 0-d array
            return None
        axis = given.get("axis", self.parameters["axis"])
        if axis is None and self.how == ALL:
            shifted: Any = tuple(range(1, parts.ndim))
        elif axis is None and self.how == FLAT:
            parts, shifted = parts.reshape(len(parts), -1), 1
        elif isinstance(axis, tuple) and self.how == ALL:
            axes = np.lib.array_utils.normalize_axis_tuple(axis, operand.ndim)
            shifted = tuple(one + 1 for one in axes)
        elif axis is None:
            return None
        else:
            shifted = np.lib.array_utils.normalize_axis_index(axis, operand.ndim) + 1
        result = self._call({**given, main: parts, "axis": shifted}, positional)
        refuse_integers(result.dtype, self.name)
        return make(operand.algebra, result)

    def _by_rows(self, given: dict[str, Any], positional: int) -> Any:
        """The result by one call a row."""
        operands = {
            name: map_leaves(unpacked, given[name]) for name in self.operands if name in given
        }
        algebra = common([leaf for item in operands.values() for leaf in leaves(item)])
        if algebra is None:
            return self._call(given, positional)
        stored = {name: _stored(algebra, item) for name, item in operands.items()}
        present = {row for item in stored.values() for leaf in leaves(item) for row in leaf}
        rows = {}
        for row in sorted(present):
            of_row = {name: map_leaves(_reader(row), item) for name, item in stored.items()}
            rows[row] = self._call({**given, **of_row}, positional)
        return assemble(algebra, rows, self.name)


def _stored(algebra: Algebra, operand: Any) -> Any:
    return map_leaves(lambda leaf: coefficients(algebra, leaf), operand)


def _reader(row: int) -> Callable[[Rows], Any]:
    """Read one row of an operand: its coefficient, or a zero of the same type and shape."""

    def read(stored: Rows) -> Any:
        if row in stored:
            return stored[row]
        leaf = stored[0]
        if leaf is None or leaf is np._NoValue:  # an optional operand, not given
            return leaf
        # The type of a Python number is weak in NumPy's promotion: it must stay one.
        return type(leaf)(0) if type(leaf) in (bool, int, float, complex) else np.zeros_like(leaf)

    return read


def _windows(operand: Number, view: Any, name: str) -> Any:
    """The number whose value is the view of the operand's, or None if that is a copy."""
    if isinstance(view, list | tuple):
        windows = [_windows(operand, item, name) for item in view]
        return None if any(window is None for window in windows) else type(view)(windows)
    refuse_integers(view.dtype, name)
    parts = same_view(operand.parts, view)
    return None if parts is None else make(operand.algebra, parts)


def view_or_rows(function: Callable[[Any], Any], operand: Number, name: str) -> Any:
    """A linear function of one operand: a view where NumPy gives one, else row by row."""
    first = function(operand.parts[0, ...])
    windows = _windows(operand, first, name)
    if windows is not None:
        return windows
    rows = coefficients(operand.algebra, operand)
    return assemble(
        operand.algebra, {row: function(rows[row]) if row else first for row in rows}, name
    )


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

    NumPy asks us for these only when ``like=`` is a number of ours. Of plain data they
    make a plain array, of data that holds numbers of ours a number.
    """

    linear: Linear

    @property
    def function(self) -> Callable[..., Any]:
        return self.linear.function

    def __call__(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        data = repack(data)
        if isinstance(data, Number):
            return self.linear(data, *args, **kwargs)
        return self.function(data, *args, **kwargs)


TABLE = [
    Linear(function, tuple(operands.split()), how)
    for function, operands, how in (
        # function               operands                how
        (np.reshape,             "a",                    VIEW),
        (np.ravel,               "a",                    VIEW),
        (np.transpose,           "a",                    VIEW),
        (np.matrix_transpose,    "x",                    VIEW),
        (np.swapaxes,            "a",                    VIEW),
        (np.moveaxis,            "a",                    VIEW),
        (np.rollaxis,            "a",                    VIEW),
        (np.squeeze,             "a",                    VIEW),
        (np.expand_dims,         "a",                    VIEW),
        (np.broadcast_to,        "array",                VIEW),
        (np.flip,                "m",                    VIEW),
        (np.fliplr,              "m",                    VIEW),
        (np.flipud,              "m",                    VIEW),
        (np.rot90,               "m",                    VIEW),
        (np.diag,                "v",                    VIEW),
        (np.diagonal,            "a",                    VIEW),
        (np.split,               "ary",                  VIEW),
        (np.array_split,         "ary",                  VIEW),
        (np.hsplit,              "ary",                  VIEW),
        (np.vsplit,              "ary",                  VIEW),
        (np.dsplit,              "ary",                  VIEW),
        (sliding_window_view,    "x",                    VIEW),
        (la.diagonal,            "x",                    VIEW),
        (la.matrix_transpose,    "x",                    VIEW),
        (np.sum,                 "a initial",            ALL),
        (np.mean,                "a",                    ALL),
        (np.cumsum,              "a",                    FLAT),
        (np.take,                "a",                    FLAT),
        (np.repeat,              "a",                    FLAT),
        (np.delete,              "arr",                  FLAT),
        (np.compress,            "a",                    FLAT),
        (np.diff,                "a prepend append",     AXIS),
        (fft.fft,                "a",                    AXIS),
        (fft.ifft,               "a",                    AXIS),
        (fft.rfft,               "a",                    AXIS),
        (fft.irfft,              "a",                    AXIS),
        (fft.hfft,               "a",                    AXIS),
        (fft.ihfft,              "a",                    AXIS),
        (fft.fft2,               "a",                    ROWS),
        (fft.ifft2,              "a",                    ROWS),
        (fft.rfft2,              "a",                    ROWS),
        (fft.irfft2,             "a",                    ROWS),
        (fft.fftn,               "a",                    ROWS),
        (fft.ifftn,              "a",                    ROWS),
        (fft.rfftn,              "a",                    ROWS),
        (fft.irfftn,             "a",                    ROWS),
        (fft.fftshift,           "x",                    ROWS),
        (fft.ifftshift,          "x",                    ROWS),
        (np.trace,               "a",                    ROWS),
        (la.trace,               "x",                    ROWS),
        (np.ediff1d,             "ary to_end to_begin",  ROWS),
        (np.roll,                "a",                    ROWS),
        (np.tile,                "A",                    ROWS),
        (np.resize,              "a",                    ROWS),
        (np.take_along_axis,     "arr",                  ROWS),
        (np.extract,             "arr",                  ROWS),
        (np.diagflat,            "v",                    ROWS),
        (np.tril,                "m",                    ROWS),
        (np.triu,                "m",                    ROWS),
        (np.append,              "arr values",           ROWS),
        (np.insert,              "arr values",           ROWS),
        (np.concatenate,         "arrays",               ROWS),
        (np.stack,               "arrays",               ROWS),
        (np.vstack,              "tup",                  ROWS),
        (np.hstack,              "tup",                  ROWS),
        (np.dstack,              "tup",                  ROWS),
        (np.column_stack,        "tup",                  ROWS),
        (np.block,               "arrays",               ROWS),
        (np.bincount,            "weights",              ROWS),
        (np.polyder,             "p",                    ROWS),
        (np.polyint,             "p k",                  ROWS),
        (np.polyadd,             "a1 a2",                ROWS),
        (np.polysub,             "a1 a2",                ROWS),
    )
]  # fmt: skip

# Not in every NumPy since 2.0.
TABLE += [
    Linear(getattr(np, name), (operand,), how)
    for name, operand, how in (
        ("unstack",              "x",                    VIEW),
        ("cumulative_sum",       "x",                    ROWS),
        ("astype",               "x",                    VIEW),
    )
    if hasattr(np, name)
]  # fmt: skip

ELEMENTWISE = [
    Linear(function, (operand,), how, elementwise=True)
    for function, operand, how in (
        (np.real,                "val",                  VIEW),
        (np.imag,                "val",                  VIEW),
        (np.copy,                "a",                    ROWS),
    )
]  # fmt: skip

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


dispatch.register([*TABLE, *ELEMENTWISE, *SEPARATE, *CREATION, RealIfClose()])
