"""Arrays that lifted code allocates: plain until a number is written into one of them.

A `Buffer` is a view of a `Memory`, as an array of NumPy is a view of the memory it was
allocated with. When a number of ours is written, the memory becomes a number, and all views
see it. What reads the memory as a plain array after that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from taylorad._numbers import repack, value
from taylorad.dispatch import carries
from taylorad.lifting.memory import Memory, is_basic

__all__ = ["Buffer", "Created", "roomy", "settled", "wrapped"]


class Created:
    """The latest token: another one says that some buffer has been made since."""

    token = object()


_CONTAINERS = frozenset((np.ndarray, tuple))

# Methods and attributes that show the same memory, where they can.
_VIEWS = frozenset("T mT diagonal ravel reshape squeeze swapaxes transpose view".split())
_IN_PLACE = frozenset("partition put setfield sort".split())
_OF_LAYOUT = frozenset("ctypes data device flags itemsize nbytes setflags strides".split())
_FUNCTIONS_IN_PLACE = frozenset((np.copyto, np.fill_diagonal, np.place, np.put, np.putmask))
_FUNCTIONS_IN_PLACE |= {np.put_along_axis}


class Buffer(NDArrayOperatorsMixin):
    """An array that lifted code allocated.

    It behaves as an ndarray; a number of ours that is assigned to it makes it a number.
    """

    __slots__ = ("_memory", "_plain")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, memory: Memory, view: Any) -> None:
        self._memory = memory
        self._plain = view
        Created.token = object()

    def _contents(self) -> Any:
        """The plain array, or the number that took its place."""
        memory = self._memory
        if memory.number is None:
            return self._plain
        return memory.number if self._plain is memory.plain else memory.read(self._plain)

    def _showing(self, view: Any) -> Any:
        """A plain view of our memory as a Buffer; None if it is not one."""
        memory = self._memory
        if type(view) is np.ndarray and view.dtype == memory.plain.dtype and (
            view is memory.plain or view.base is memory.plain
        ):  # fmt: skip
            return Buffer(memory, view)
        return None

    # -- a sequence --

    def __len__(self) -> int:
        return len(self._plain)

    def __iter__(self) -> Iterator[Any]:
        if self._plain.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self._plain)))

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __getitem__(self, index: Any) -> Any:
        if type(index) is int and self._plain.ndim == 1:  # as in most loops
            return (self._plain if self._memory.number is None else self._contents())[index]
        index = _plain_index(index)
        basic = is_basic(index)
        found = self._plain[index]
        if basic and type(found) is np.ndarray:
            return Buffer(self._memory, found)
        if self._memory.number is None:
            return wrapped(found)
        contents = self._contents()
        if contents.ndim:
            return contents[index]
        return contents if basic else np.reshape(contents, 1)[np.reshape(index, 1)]

    def __setitem__(self, index: Any, item: Any) -> None:
        item = repack(settled(item))
        if self._memory.number is None and not carries(item):
            self._plain[_plain_index(index)] = item
        else:
            self._memory.write(self._plain, _plain_index(index), item)

    # -- NumPy's protocols --

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self._memory.number is not None:
            raise TypeError(
                "a compiled function asked for a plain array, and got one into which a number "
                "with derivatives was written: they would be dropped; call it on ta.value(x)"
            )
        if dtype is None and not copy:
            return self._plain
        return np.array(self._plain, dtype=dtype, copy=copy)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **kwargs: Any
    ) -> Any:
        if method == "__call__" and not out and not kwargs:
            inputs = tuple([x._contents() if type(x) is Buffer else x for x in inputs])
            result = ufunc(*inputs)
            return wrapped(result) if type(result) in _CONTAINERS else result
        if method == "at":
            _changed(inputs[0], inputs[1:], lambda x, *rest: ufunc.at(x, *rest))
            return None
        where = kwargs.get("where", True)
        if where is not True and out and all(isinstance(x, Buffer) for x in out):
            def masked(x: Any, *rest: Any) -> Any:
                return getattr(ufunc, method)(*rest, out=x, **kwargs)

            _changed(out[0], inputs, masked)
            return out[0]
        result = getattr(ufunc, method)(*map(settled, inputs), **settled(kwargs))
        if not out:
            return wrapped(result)
        several = isinstance(result, tuple)
        results = result if several else (result,)
        delivered = tuple(map(_delivered, results, out))
        return delivered if several else delivered[0]

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        out = kwargs.get("out")
        if out is not None:
            kwargs = {name: x for name, x in kwargs.items() if name != "out"}
            return _delivered(function(*settled(args), **settled(kwargs)), out)
        if function in _FUNCTIONS_IN_PLACE:
            if isinstance(args[0], Buffer):
                rest = (*args[1:], kwargs)
                _changed(args[0], rest, lambda x, *rest: function(x, *rest[:-1], **rest[-1]))
                return None
            return function(*settled(args), **settled(kwargs))
        if function in _FUNCTIONS_OF_VIEWS and args and args[0] is self:
            views = function(self._plain, *args[1:], **kwargs)
            several = isinstance(views, (list, tuple))
            shown = [self._showing(view) for view in (views if several else [views])]
            if all(view is not None for view in shown):
                return type(views)(shown) if several else shown[0]
            if not several and not np.may_share_memory(views, self._plain):
                return wrapped(function(self._contents(), *args[1:], **kwargs).copy())
        plain, named = settled(args), settled(kwargs)
        result = function(*plain, **named)
        if type(result) is np.ndarray and result.base is not None:
            for item in args:
                view = item._showing(result) if isinstance(item, Buffer) else None
                if view is not None:
                    return view
        return wrapped(result, (*plain, *named.values()))

    # -- the methods and attributes of an ndarray --

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"an array has no attribute {name!r}")
        if name in _OF_LAYOUT:
            return getattr(self._plain, name)
        if name in _VIEWS:
            view = getattr(self._plain, name)
            if not callable(view):  # T of an array is always a view
                return self._showing(view)
            return lambda *args, **kwargs: self._view(name, args, kwargs)
        if name in _IN_PLACE:
            return lambda *args, **kwargs: _changed(
                self, (*args, kwargs), lambda x, *rest: getattr(x, name)(*rest[:-1], **rest[-1])
            )
        found = getattr(self._contents(), name)
        return _method(found) if callable(found) else found

    def _view(self, name: str, args: Any, kwargs: Any) -> Any:
        view = self._showing(getattr(self._plain, name)(*args, **kwargs))
        if view is None:  # where NumPy copies, a number does as well
            return _method(getattr(self._contents(), name))(*args, **kwargs).copy()
        return view

    @staticmethod
    def of(number: Any) -> Buffer:
        """An array that can be written into, with what a number is now."""
        memory = Memory(np.zeros(number.shape, number.dtype))
        buffer = Buffer(memory, memory.plain if number.ndim else memory.plain.reshape(()))
        buffer[...] = number
        return buffer

    @staticmethod
    def over(array: Any, view: Callable[[Any], Any]) -> Buffer:
        """A view of a buffer or of an array number, as `view` makes it of a plain array."""
        if isinstance(array, Buffer):
            return Buffer(array._memory, view(array._plain))
        memory = Memory(np.zeros(array.shape, array.dtype))
        memory.number = array
        return Buffer(memory, view(memory.plain))

    @property
    def dtype(self) -> Any:
        return self._plain.dtype

    @property
    def ndim(self) -> int:
        return int(self._plain.ndim)

    @property
    def size(self) -> int:
        return int(self._plain.size)

    @property
    def base(self) -> Any:
        whole = self._memory.plain
        return None if self._plain is whole else Buffer(self._memory, whole)

    @property
    def shape(self) -> Any:
        return self._plain.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        view = self._plain.reshape(shape)
        if view.size and not np.may_share_memory(view, self._plain):
            raise AttributeError("this array cannot be given another shape without a copy")
        self._plain = view

    @property
    def flat(self) -> Any:
        return self._contents().flat if self._memory.number is not None else FlatBuffer(self)

    @flat.setter
    def flat(self, item: Any) -> None:
        FlatBuffer(self)[:] = item

    def fill(self, item: Any) -> None:
        """Set all elements."""
        self[...] = item

    def __bool__(self) -> bool:
        return bool(self._contents())

    def __float__(self) -> float:
        return float(self._contents())

    def __int__(self) -> int:
        return int(self._contents())

    def __complex__(self) -> complex:
        return complex(self._contents())

    def __index__(self) -> int:
        return int(self._contents().__index__())

    def __round__(self, digits: int | None = None) -> Any:
        return np.round(self, digits or 0)

    def __copy__(self) -> Any:
        return wrapped(self._contents().copy())

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return np.copy, (self._contents(),)

    def __repr__(self) -> str:
        return repr(self._contents())

    def __str__(self) -> str:
        return str(self._contents())

    def __format__(self, spec: str) -> str:
        return format(self._contents(), spec)


class FlatBuffer:
    """The elements of a buffer in C order: what ``buffer.flat`` is."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer

    def __len__(self) -> int:
        return self._buffer.size

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        return np.reshape(self._buffer, -1)[index]

    def __setitem__(self, index: Any, item: Any) -> None:
        places = np.arange(len(self))[index]
        item = repack(settled(item))
        if np.ndim(item):
            item = np.resize(item, places.shape)
        self._buffer[np.unravel_index(places, self._buffer.shape)] = item


def _function_views() -> frozenset[Any]:
    names = (
        "array_split atleast_1d atleast_2d atleast_3d diagonal dsplit expand_dims flip fliplr "
        "flipud hsplit matrix_transpose moveaxis permute_dims ravel reshape rollaxis rot90 split "
        "squeeze swapaxes transpose vsplit"
    ).split()
    return frozenset(getattr(np, name) for name in names if hasattr(np, name))


_FUNCTIONS_OF_VIEWS = _function_views()


def _plain_index(index: Any) -> Any:
    if type(index) in (int, slice):
        return index
    if isinstance(index, tuple):
        return tuple(_plain_index(item) for item in index)
    return value(settled(index)) if isinstance(index, (Buffer, list)) else index


def _method(found: Callable[..., Any]) -> Callable[..., Any]:
    def method(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        args = settled(args)
        result = found(*args, **settled(kwargs))
        if out is not None:
            return _delivered(result, out)
        return wrapped(result, (*args, getattr(found, "__self__", None)))

    return method


def _delivered(result: Any, out: Any) -> Any:
    """Write a result into ``out=``."""
    if out is None:
        return wrapped(result)
    if isinstance(out, tuple):
        (out,) = out
    out[...] = result
    return out


def _changed(buffer: Any, others: Any, change: Callable[..., Any]) -> None:
    """Let a function change a buffer in place."""
    if isinstance(buffer, Buffer):
        for item in settled(tuple(others)):
            buffer._memory.admit(repack(item))
    others = settled(tuple(others))  # now: the buffer may be among them
    if isinstance(buffer, Buffer):
        contents = buffer._contents()
        if contents.ndim == 0:
            contents = np.reshape(contents, 1)
        change(contents, *others)
        if buffer._memory.number is not None:
            buffer[...] = np.reshape(contents, buffer.shape)
    else:
        change(buffer, *others)


def settled(tree: Any) -> Any:
    """The arrays and numbers that buffers are, in lists, tuples and dicts too."""
    kind = type(tree)
    if kind is Buffer:
        return tree._contents()
    if kind is list or kind is tuple:
        return kind([settled(item) for item in tree])
    if kind is dict:
        return {key: settled(item) for key, item in tree.items()}
    return tree


def wrapped(result: Any, inputs: Any = ()) -> Any:
    """A result with arrays that could hold numbers as buffers.

    What shows the memory of an input stays as it is: a write must reach that input.
    """
    kind = type(result)
    if kind is np.ndarray:
        if result.dtype.kind not in "fc" or (
            result.base is not None and _shows(result, inputs)
        ) or any(result is x for x in inputs):  # fmt: skip
            return result
        return roomy(result)
    if kind is tuple or kind is list:
        return kind([wrapped(item, inputs) for item in result])
    return result


def roomy(array: Any) -> Any:
    """A buffer in place of a plain array."""
    memory = Memory(array)
    return Buffer(memory, memory.plain if array.ndim else memory.plain.reshape(()))


def _shows(result: Any, inputs: Any) -> bool:
    for item in inputs:
        if isinstance(item, (list, tuple)):
            if _shows(result, item):
                return True
        elif isinstance(item, np.ndarray) and np.may_share_memory(result, item):
            return True
    return False
