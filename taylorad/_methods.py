"""The methods and attributes of ndarray, for numbers: tables of name and meaning.

Most are the NumPy function of the same name, which dispatch then takes. They are looked up
when an attribute is not found on the class, so scalars have them as NumPy's scalars do.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad import _numbers, _tape
from taylorad._array import ARRAY_CLASSES, Flat
from taylorad._notebook import html, latex
from taylorad._numbers import Number, make, mixes
from taylorad.dispatch import UFUNCS, as_objects, on_function, on_ufunc, plan_of

__all__ = ["METHODS", "PROPERTIES"]

_SAME_NAME = (
    "all any argmax argmin argpartition argsort choose cumprod cumsum "
    "diagonal dot max mean min nonzero prod repeat round searchsorted squeeze std "
    "sum swapaxes take trace var"
).split()
# NumPy's loops over object arrays call these on the elements.
_UFUNCS = (
    "absolute arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt ceil copysign cos cosh "
    "deg2rad degrees exp exp2 expm1 fabs float_power floor fmod hypot isfinite isinf isnan log "
    "log10 log1p log2 logaddexp logaddexp2 rad2deg radians reciprocal rint sign signbit sin sinh "
    "sqrt square tan tanh trunc"
).split()


def _astype(x: Any, dtype: Any, order: str = "K", casting: Any = "unsafe",
            subok: bool = True, copy: bool = True) -> Any:  # fmt: skip
    """The coefficients in another dtype; integers and truth values are constants: plain."""
    dtype = np.dtype(dtype)
    if dtype.kind in "biu":
        return np.asarray(x.value).astype(dtype, casting=casting)[()]
    if dtype.kind == "O" and x.dtype.kind != "O":
        elements = np.empty(x.shape, object)
        for i in np.ndindex(x.shape):
            elements[i] = x[i] if x.ndim else x
        return elements
    if dtype.kind not in "fcO":
        raise TypeError(f"a number with derivatives cannot become {dtype}; use ta.value(x)")
    if dtype == x.dtype and not copy:
        return x
    if not isinstance(x, Number):
        x = _tape.current_operands(x)
        return _tape.record(x.value.astype(dtype, casting=casting), (x,), (_tape.identity,))
    return make(x.algebra, x.parts.astype(dtype, casting=casting))


def _own(x: Any) -> bool:
    """Whether x is a number whose coefficients are a plain array in C order."""
    if not (isinstance(x, Number) and x.ndim):
        return False
    return type(x.parts) is np.ndarray and x.parts.flags.c_contiguous


def _copy(x: Any, order: Any = "C") -> Any:
    if order == "C" and _own(x):
        return make(x.algebra, x.parts.copy())
    return np.copy(x, order=order)  # whose own default is "K"


def _reshape(x: Number, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        (shape,) = shape
    if order == "C" and not copy and _own(x) and x.size:
        mixes()
        return make(x.algebra, x.parts.reshape(len(x.parts), *shape))
    result = np.reshape(x, shape, order=order)
    return result.copy() if copy else result


def _ravel(x: Any, order: str = "C") -> Any:
    if order == "C" and _own(x):
        mixes()
        return make(x.algebra, x.parts.reshape(len(x.parts), -1))
    return np.ravel(x, order)


def _reversed(x: Any) -> Any:
    if isinstance(x, Number) and type(x.parts) is np.ndarray:
        mixes()
        return make(x.algebra, x.parts.transpose(0, *range(x.ndim, 0, -1)))
    return np.transpose(x)


def _transpose(x: Number, *axes: Any) -> Any:
    if not axes:
        return _reversed(x)
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        return np.transpose(x, axes[0])
    return np.transpose(x, axes or None)


def _compress(x: Number, condition: Any, axis: int | None = None, out: Any = None) -> Any:
    return np.compress(condition, x, axis=axis, out=out)


def _flatten(x: Number, order: str = "C") -> Any:
    return np.ravel(x, order=order).copy()


def _clip(x: Any, *bounds: Any, **kwargs: Any) -> Any:
    """`np.clip`, which unlike the method wants both bounds by position."""
    return np.clip(x, *bounds, *[None] * (len(bounds) == 1 and "max" not in kwargs), **kwargs)


def _conjugate(x: Any, *args: Any, **kwargs: Any) -> Any:
    """`np.conjugate`, but for real numbers these themselves, as the method has it."""
    real = not args and not kwargs and x.dtype.kind != "c"
    return x if real else np.conjugate(x, *args, **kwargs)


def _fill(x: Any, item: Any) -> None:
    _array(x, "fill")[...] = item


def _sort(x: Any, axis: int = -1, **kwargs: Any) -> None:
    _array(x, "sort")[...] = np.sort(x, axis=axis, **kwargs)


def _partition(x: Any, kth: Any, axis: int = -1, **kwargs: Any) -> None:
    _array(x, "partition")[...] = np.partition(x, kth, axis=axis, **kwargs)


def _put(x: Any, indices: Any, values: Any, mode: Any = "raise") -> None:
    np.put(_array(x, "put"), indices, values, mode)


def _resize(x: Any, *shape: Any, refcheck: bool = True) -> None:
    raise ValueError("a number cannot be resized in place; use np.resize(x, shape)")


def _array(x: Number, what: str) -> Any:
    if x.ndim == 0:
        raise TypeError(f"{what} changes an array in place; a 0-d number never changes")
    return x


def _item(x: Any, *index: Any) -> Any:
    if index:
        return np.ravel(x)[index[0]] if len(index) == 1 and x.ndim != 1 and not isinstance(
            index[0], tuple) else x[index[0] if len(index) == 1 else index]  # fmt: skip
    if x.size != 1:
        raise ValueError("can only convert an array of size 1 to a scalar")
    return x[(0,) * x.ndim] if x.ndim else x


def _setflags(x: Any, write: bool | None = None, align: Any = None, uic: Any = None) -> None:
    _array(x, "setflags").parts.setflags(write, align, uic)


def _to_device(x: Number, device: str, *, stream: None = None) -> Any:
    if device != "cpu":
        raise ValueError(f"numbers live on the device 'cpu' only, not on {device!r}")
    return x


def _tolist(x: Any) -> Any:
    return [_tolist(item) for item in x] if x.ndim else x


def _view(x: Any, dtype: Any = None, type: Any = None) -> Any:
    if type is not None or (dtype is not None and np.dtype(dtype) != x.dtype):
        raise TypeError("the memory of a number cannot be viewed as another type")
    if not x.ndim:
        return +x
    return make(x.algebra, x.parts[...]) if isinstance(x, Number) else x[...]


def _tobytes(x: Number, order: str = "C") -> bytes:
    raise TypeError("the bytes of the value would drop the derivatives; use ta.value(x) or pickle")


def _dumps(x: Number) -> bytes:
    return pickle.dumps(x)


def _dump(x: Number, file: Any) -> None:
    if hasattr(file, "write"):
        pickle.dump(x, file)
        return
    with open(file, "wb") as stream:
        pickle.dump(x, stream)


def _real(x: Number) -> Any:
    return make(x.algebra, x.parts.real) if isinstance(x, Number) else np.real(x)


def _imag(x: Number) -> Any:
    return make(x.algebra, x.parts.imag) if isinstance(x, Number) else np.imag(x)


def _value_attribute(name: str) -> Callable[[Number], Any]:
    return lambda x: getattr(np.asarray(x.value), name)


def _lift(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def method(x: Number, *args: Any, **kwargs: Any) -> Any:
        return function(x, *args, **kwargs)

    method.__name__ = name
    method.__doc__ = f"numpy.{name} of the number."
    return method


METHODS: dict[str, Callable[..., Any]] = {
    **{name: _lift(name) for name in (*_SAME_NAME, *_UFUNCS)},
    "astype": _astype,
    "clip": _clip,
    "compress": _compress,
    "conj": _conjugate,
    "conjugate": _conjugate,
    "copy": _copy,
    "dump": _dump,
    "dumps": _dumps,
    "fill": _fill,
    "flatten": _flatten,
    "item": _item,
    "partition": _partition,
    "put": _put,
    "ravel": _ravel,
    "reshape": _reshape,
    "resize": _resize,
    "setflags": _setflags,
    "sort": _sort,
    "to_device": _to_device,
    "tobytes": _tobytes,
    "tolist": _tolist,
    "transpose": _transpose,
    "view": _view,
    "_repr_html_": html,
    "_repr_latex_": latex,
}

PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "T": _reversed,
    "base": _value_attribute("base"),
    "device": lambda x: "cpu",
    "flags": _value_attribute("flags"),
    "flat": Flat,
    "imag": _imag,
    "itemsize": lambda x: x.dtype.itemsize,
    "mT": np.matrix_transpose,
    "nbytes": lambda x: x.parts.nbytes,
    "real": _real,
    "strides": _value_attribute("strides"),
}


_numbers.install(
    UFUNCS, on_ufunc, on_function, as_objects, METHODS, PROPERTIES, ARRAY_CLASSES
)
_numbers.install_plans(plan_of)
_tape.install_methods(_reshape, _copy)
