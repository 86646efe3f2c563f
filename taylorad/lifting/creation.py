"""What lifted code calls in place of functions that make arrays of what is there, or anew.

Each does what the function it stands for does, on anything that is not a number of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import wraps
from typing import Any

import numpy as np

from taylorad._numbers import Number, Operand, holds, make, value
from taylorad.dispatch import carries
from taylorad.lifting.buffers import Buffer, settled, wrapped
from taylorad.lifting.calling import crossing
from taylorad.lifting.substitutes import FOLLOWING, substitute

__all__ = ["packed"]


def packed(data: Any) -> Any:
    """Nested lists and tuples with numbers or buffers in them as one number or array."""
    if isinstance(data, Buffer):
        return settled(data)
    if carries(data):
        return data
    if isinstance(data, np.ndarray) and data.dtype == object and holds([data], Operand):
        return np.stack([packed(x) for x in data]) if data.ndim else data[()]
    if not isinstance(data, (list, tuple)) or not holds(data, (Operand, Buffer)):
        return data
    items = [packed(x) for x in data]
    shapes = {np.shape(x) for x in items}
    if len(shapes) > 1:
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous "
            f"shape: its items have the shapes {sorted(shapes)}"
        )
    return np.stack([x if carries(x) else np.asarray(x) for x in items])


def _array(data: Any, dtype: Any, copy: bool | None, ndmin: int) -> Any:
    """The array of data in which there are numbers; None if there are none."""
    number = packed(data)
    if not carries(number) or (dtype is not None and np.dtype(dtype) == object):
        return None
    if dtype is not None and np.dtype(dtype) != number.dtype:
        number = number.astype(dtype)
    elif _copies(copy) and number is data and number.ndim:
        number = number.copy()
    if ndmin == 0 and carries(number) and number.ndim == 0 and number.dtype != object:
        return Buffer.of(number)  # an array that can be written into, which numbers cannot
    missing = ndmin - number.ndim
    return np.reshape(number, (1,) * missing + number.shape) if missing > 0 else number


def _copies(copy: Any) -> bool:
    """Whether ``copy=`` asks for one: it may be a truth value, None or NumPy's own enum."""
    return copy is True or getattr(copy, "name", None) == "ALWAYS"


@substitute(np.array)
def array(
    object: Any, dtype: Any = None, *, copy: bool | None = True, ndmin: int = 0, **rest: Any
) -> Any:
    made = _array(object, dtype, copy, ndmin)
    if made is not None:
        return made
    same = isinstance(object, Buffer) and dtype in (None, object.dtype)
    if same and not _copies(copy) and object.ndim >= ndmin:
        return object
    data = settled(object)
    return wrapped(np.array(data, dtype, copy=copy, ndmin=ndmin, **rest), (data,))


def _converting(function: Any, minimum: int = 0) -> None:
    @substitute(function)
    @wraps(function)
    def convert(a: Any, dtype: Any = None, order: Any = None, **rest: Any) -> Any:
        made = _array(a, dtype, rest.get("copy"), minimum)
        if made is not None:
            return made
        if isinstance(a, Buffer) and (dtype is None or np.dtype(dtype) == a.dtype):
            shown = function(a._plain, dtype, **rest)
            return a if shown is a._plain else wrapped(shown)
        data = settled(a)
        order = {} if order is None else {"order": order}
        return wrapped(function(data, dtype, **order, **rest), (data,))


_converting(np.asarray)
_converting(np.asanyarray)
_converting(np.ascontiguousarray, 1)
_converting(np.asfortranarray, 1)
_converting(np.asarray_chkfinite)


def _at_least(function: Any) -> None:
    @substitute(function)
    @wraps(function)
    def reshape(*arrays: Any) -> Any:
        results = [function(x if isinstance(x, Buffer) else packed(x)) for x in arrays]
        return results[0] if len(results) == 1 else tuple(results)


for _function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    _at_least(_function)


def _allocating(function: Any) -> None:
    @substitute(function)
    @wraps(function)
    def allocate(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = settled(args), settled(kwargs)
        if kwargs.get("like") is not None or any(map(carries, args)):
            return function(*args, **kwargs)
        return wrapped(function(*args, **kwargs))


_ALLOCATING: tuple[Any, ...] = (
    np.arange, np.empty, np.eye, np.frombuffer, np.fromfunction, np.geomspace, np.identity,
    np.linspace, np.logspace, np.ndarray, np.ones, np.tri, np.zeros,
)  # fmt: skip
for _allocate in _ALLOCATING:
    _allocating(_allocate)


def _like(function: Any) -> None:
    @substitute(function)
    @wraps(function)
    def allocate(prototype: Any, *args: Any, **kwargs: Any) -> Any:
        prototype = packed(prototype)
        if carries(prototype) and prototype.dtype != object:
            prototype = np.broadcast_to(np.empty((), prototype.dtype), prototype.shape)
            kwargs.setdefault("order", "C")
        return wrapped(function(prototype, *args, **kwargs))


for _allocate in (np.zeros_like, np.empty_like, np.ones_like):
    _like(_allocate)


@substitute(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None, *args: Any, **rest: Any) -> Any:
    fill_value = packed(fill_value)
    if carries(fill_value):
        return np.full(settled(shape), fill_value, dtype, like=fill_value)
    return wrapped(np.full(settled(shape), fill_value, dtype, *args, **rest))


@substitute(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, *, shape: Any = None, **rest: Any) -> Any:
    a, fill_value = packed(a), packed(fill_value)
    if carries(a) or carries(fill_value):
        a = a if hasattr(a, "dtype") else np.asarray(a)
        return full(a.shape if shape is None else shape, fill_value, dtype or a.dtype)
    return wrapped(np.full_like(a, fill_value, dtype, shape=shape, **rest))


@substitute(np.lib.stride_tricks.as_strided)
def as_strided(x: Any, shape: Any = None, strides: Any = None, **rest: Any) -> Any:
    if not isinstance(x, (Operand, Buffer)) or x.ndim == 0:
        return np.lib.stride_tricks.as_strided(x, shape, strides, **rest)
    if isinstance(x, Number) and isinstance(x.parts, np.ndarray):
        parts, inside = x.parts, x.shape if shape is None else shape
        steps = x.strides if strides is None else strides
        rows = np.lib.stride_tricks.as_strided(
            parts, (len(parts), *inside), (parts.strides[0], *steps), **rest
        )
        return make(x.algebra, rows)
    if carries(x) and not np.asarray(value(x)).flags.c_contiguous:
        raise TypeError("np.lib.stride_tricks.as_strided of a view of a number; copy it before")

    def view(plain: Any) -> Any:
        return np.lib.stride_tricks.as_strided(plain, shape, strides, **rest)

    return Buffer.over(x, view)


@substitute(np.fromiter)
def fromiter(iter: Iterable[Any], dtype: Any, count: int = -1, **rest: Any) -> Any:
    items = list(iter) if count < 0 else [x for x, _ in zip(iter, range(count), strict=False)]
    if holds(items, (Operand, Buffer)):
        return array(items, dtype)
    return wrapped(np.fromiter(items, dtype, count, **rest))


@substitute(np.broadcast)
def broadcast(*arrays: Any) -> Any:
    return np.broadcast(*[value(settled(x)) for x in arrays])


@substitute(np.ndenumerate)
def ndenumerate(arr: Any) -> Iterator[Any]:
    arr = packed(arr)
    return ((i, arr[i]) for i in np.ndindex(arr.shape)) if carries(arr) else np.ndenumerate(arr)


class _Joining:
    """`numpy.r_` and `numpy.c_`: pieces along an axis."""

    def __init__(self, joiner: Any, columns: bool) -> None:
        self.joiner = joiner
        self.columns = columns

    def __getitem__(self, key: Any) -> Any:
        pieces = key if isinstance(key, tuple) else (key,)
        pieces = tuple(packed(piece) for piece in pieces)
        if not any(map(carries, pieces)):
            return wrapped(self.joiner[pieces])
        if isinstance(pieces[0], str):
            raise TypeError(
                "np.r_ with directives and numbers with derivatives: use np.concatenate or np.stack"
            )
        arrays = [self.joiner[p] if isinstance(p, slice) else np.atleast_1d(p) for p in pieces]
        if self.columns:
            arrays = [x[:, None] if x.ndim == 1 else x for x in arrays]
        return np.concatenate(arrays, axis=-1 if self.columns else 0)


substitute(np.r_)(_Joining(np.r_, False))
substitute(np.c_)(_Joining(np.c_, True))


@substitute(np.vectorize)
def vectorize(pyfunc: Any, *options: Any, **named: Any) -> Any:
    """One call for each element, whose results are put together."""
    if named.get("excluded") or named.get("signature"):
        return np.vectorize(pyfunc, *options, **named)
    followed = crossing(FOLLOWING.call, pyfunc)
    plain = np.vectorize(followed, *options, **named)

    @wraps(pyfunc)
    def vectorized(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = settled(args), settled(kwargs)
        operands = [packed(x) for x in (*args, *kwargs.values())]
        if not any(carries(x) and x.size for x in operands):
            return wrapped(plain(*args, **kwargs))
        shape = np.broadcast_shapes(*map(np.shape, operands))
        spread = [np.broadcast_to(x, shape) for x in operands]
        results = []
        for i in np.ndindex(shape):
            items = [x[i] for x in spread]
            named = dict(zip(kwargs, items[len(args) :], strict=True))
            results.append(followed(*items[: len(args)], **named))
        if not isinstance(results[0], tuple):
            return _shaped(results, shape, plain.otypes and plain.otypes[0])
        return tuple(
            _shaped(outputs, shape, plain.otypes and plain.otypes[k])
            for k, outputs in enumerate(zip(*results, strict=True))
        )

    return vectorized


def _shaped(items: Any, shape: Any, otype: Any) -> Any:
    """Results in an array: of a given dtype, or of that of the first, as NumPy has it."""
    made = np.reshape(packed(list(items)), shape)
    dtype = np.dtype(otype or np.asarray(value(items[0])).dtype)
    return wrapped(made if dtype.kind == "O" else made.astype(dtype))
