"""From what lifted code calls to what is called in its place.

A function of NumPy, of `math` or a builtin that would drop derivatives has a substitute; a
function written in Python is rewritten; what is compiled stays as it is.
"""

from __future__ import annotations

import functools
import sys
import types
import weakref
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from taylorad._numbers import Operand, holds, repack
from taylorad.dispatch import carries
from taylorad.lifting.buffers import Buffer, settled, wrapped
from taylorad.lifting.rewriting import Rewriting

__all__ = ["SUBSTITUTES", "Following"]

SUBSTITUTES: dict[Any, Any] = {}

# Modules whose functions stay as they are: they look at code, not at numbers.
_LEFT_ALONE = frozenset(
    "_pytest abc ast asyncio builtins concurrent copy copyreg ctypes doctest enum functools "
    "importlib inspect io json linecache logging mpmath multiprocessing os pickle pytest re "
    "shutil subprocess sympy sys tempfile threading traceback typing unittest warnings weakref "
    "zipfile".split()
)
_SIMPLE = (
    bool, bytes, complex, dict, float, frozenset, int, list, np.dtype, np.ndarray, set, str,
    tuple, type, type(None), types.FunctionType, types.ModuleType, np.float64, np.ufunc, Buffer,
)  # fmt: skip


# The types of functions that Cython and f2py make.
_COMPILED = frozenset(("cython_function_or_method", "fused_cython_function", "fortran"))


class Following:
    """What stands for the things that lifted code calls.

    Parameters
    ----------
    substitutes : dict
        What is called in place of functions, classes and callable objects.
    """

    def __init__(self, substitutes: dict[Any, Any]) -> None:
        self.substitutes = substitutes
        # By identity: what is called may have no hash. An entry goes when its key does.
        self.known: dict[int, Any] = {}
        self._alive: dict[int, Any] = {}
        self._classes: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()
        self.simple: set[type] = set(_SIMPLE)
        self._handlers: dict[type, Callable[[Any], Any]] = {
            types.FunctionType: self.function,
            types.BuiltinFunctionType: self._builtin,
            np.ufunc: self._ufunc,
            type(np.sum): self._numpy,
            type: self._class,
            functools.partial: self._partial,
            type(functools.lru_cache(int)): self._cached,
        }
        self.call = self._caller()
        self.rewriting = Rewriting(
            {
                "known": self.known.get,
                "id": id,
                "call": self.call,
                "attribute": self.attribute,
                "item": self.item,
                "iterate": self.iterate,
                "simple": self.simple,
                "stored": settled,
                "type": type,
            }
        )

    # -- the hooks --

    def note(self, f: Any, followed: Any) -> None:
        """Remember what is called in place of `f`, as long as there is an `f`."""
        key, known, alive = id(f), self.known, self._alive

        def forget(_: Any) -> None:
            known.pop(key, None)
            alive.pop(key, None)

        try:
            alive[key] = weakref.ref(f, forget)
        except TypeError:
            alive[key] = f
        known[key] = followed

    def _caller(self) -> Callable[[Any], Any]:
        """The hook at every call: what is to be called in place of `f`."""
        known, handlers, other = self.known.get, self._handlers.get, self._other
        method, builtin = types.MethodType, types.BuiltinFunctionType

        def call(f: Any) -> Any:
            kind = type(f)
            if kind is method:
                function = f.__func__
                followed = known(id(function)) or call(function)
                return f if followed is function else method(followed, f.__self__)
            found = known(id(f))
            if found is not None:
                return found
            if kind is builtin:
                owner = type(f.__self__)
                if owner not in owners or (owner is list and f.__name__ != "sort"):
                    return f
            handler = handlers(kind)
            return other(f) if handler is None else handler(f)

        owners = (np.ndarray, list, types.ModuleType)
        return call

    def attribute(self, x: Any, name: str) -> Any:
        """``x.name``, with the function of a property followed."""
        kind = type(x)
        if kind in self.simple:
            return getattr(x, name)
        if isinstance(x, (type, Operand)) or not _has_properties(kind):
            if not isinstance(x, type):
                self.simple.add(kind)
            return getattr(x, name)
        for base in kind.__mro__:
            found = vars(base).get(name)
            if found is None:
                continue
            if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
                return self.function(found.fget)(x)
            if isinstance(found, functools.cached_property) and name not in vars(x):
                vars(x)[name] = self.call(found.func)(x)
            break
        return getattr(x, name)

    @staticmethod
    def item(x: Any, index: Any) -> Any:
        """``x[...]``, where ``...`` may be there for 0-d arrays."""
        if isinstance(x, Operand) and x.ndim == 0:
            return np.reshape(x, np.empty(())[index].shape)
        return x[index]

    @staticmethod
    def gathered(x: Any) -> Any:
        """A list of 0-d numbers as the number NumPy would make of it; anything else as it is."""
        if (type(x) is list or type(x) is tuple) and _scalars(x) and holds(x, Operand):
            return repack(x)
        return x

    def iterate(self, x: Any) -> Any:
        """What is iterated over in place of `x`."""
        method = getattr(type(x), "__iter__", None)
        if type(method) is types.FunctionType and not isinstance(x, (Operand, Buffer)):
            return self.function(method)(x)
        return x

    # -- by the kind of what is called --

    def function(self, f: Any) -> Any:
        """A function written in Python, rewritten."""
        kept = self.known.get(id(f))
        if kept is not None:
            return kept
        if self.rewriting.is_made(f.__code__):
            return f
        made = self._followed(f)
        # A function holds itself alive if it is its own entry.
        if made is not f:
            self.note(f, made)
        return made

    def _followed(self, f: Any) -> Any:
        lifted = f.__dict__.get("__lifted__")
        if lifted is not None and lifted[0] is f:  # lift(g): g, without coming and going
            return self.call(lifted[1])
        root = str(f.__globals__.get("__name__", "")).partition(".")[0]
        if root == "taylorad":
            return self.outside(f)
        if root in _LEFT_ALONE:
            return f
        made = self.rewriting.rewritten(f)
        return f if made is None else made

    def _builtin(self, f: Any) -> Any:
        owner = f.__self__
        if type(owner) is np.ndarray and f.__name__ in ("copy", "astype", "flatten", "dot"):
            return lambda *args, **kwargs: wrapped(f(*settled(args), **kwargs), (owner,))
        if isinstance(owner, list) and f.__name__ == "sort":
            return self.with_functions(f)
        if not isinstance(owner, types.ModuleType):
            return f
        if owner.__name__.partition(".")[0] in sys.stdlib_module_names:
            return self._remember(f, f)
        return self._compiled(f)

    def _remember(self, f: Any, followed: Any) -> Any:
        """Note what stands for a function that is there for good."""
        self._alive[id(f)] = f
        self.known[id(f)] = followed
        return followed

    def _ufunc(self, f: Any) -> Any:
        """A ufunc, which does not see numbers in lists; its results can be written to."""

        @functools.wraps(f)
        def called(*args: Any, **kwargs: Any) -> Any:
            for x in args:
                if type(x) is list or type(x) is tuple:
                    args = tuple([self.gathered(x) for x in args])
                    break
            result = f(*args, **kwargs)
            return wrapped(result, args) if type(result) is np.ndarray else result

        return self._remember(f, called)

    def _numpy(self, f: Any) -> Any:
        """A function of NumPy's: its results can be written to, its callbacks are followed."""
        return self._remember(f, self.with_functions(f))

    def _compiled(self, f: Any) -> Any:
        """A compiled function of some package: it knows plain arrays, and no buffers."""

        @functools.wraps(f, updated=())
        def called(*args: Any, **kwargs: Any) -> Any:
            plain = [_answering(self, x) if callable(x) else settled(x) for x in args]
            for name, x in kwargs.items():
                kwargs[name] = _answering(self, x) if callable(x) else settled(x)
            result = f(*plain, **kwargs)
            for x, given in zip(args, plain, strict=True):
                if result is given:
                    return x
            return wrapped(result, (*plain, *kwargs.values()))

        return self._remember(f, called)

    def with_functions(self, f: Any, types: bool = False) -> Any:
        """A compiled function that may be given functions; or types, to be called."""

        @functools.wraps(f)
        def called(*args: Any, **kwargs: Any) -> Any:
            args = tuple(
                [self.crossing(x, types) if callable(x) else self.gathered(x) for x in args]
            )
            for name, x in kwargs.items():
                if callable(x):
                    kwargs[name] = self.crossing(x, types)
            result = f(*args, **kwargs)
            if type(result) is np.ndarray or type(result) in (tuple, list):
                return wrapped(result, (*args, *kwargs.values()))
            return result

        return called

    def outside(self, f: Any) -> Any:
        """A function of this library: it gets numbers and arrays, and functions of them."""

        @functools.wraps(f)
        def called(*args: Any, **kwargs: Any) -> Any:
            args = tuple([self.crossing(x) if callable(x) else settled(x) for x in args])
            for name, x in kwargs.items():
                kwargs[name] = self.crossing(x) if callable(x) else settled(x)
            return f(*args, **kwargs)

        return called

    def crossing(self, f: Any, types: bool = False) -> Any:
        """A function for others to call: followed, and no buffers come out of it."""
        if isinstance(f, (Operand, Buffer)) or (isinstance(f, type) and not types):
            return f
        followed = self.call(f)
        if isinstance(followed, type):
            return followed

        @functools.wraps(followed, updated=())
        def called(*args: Any, **kwargs: Any) -> Any:
            return settled(followed(*args, **kwargs))

        return called

    def _partial(self, f: Any) -> Any:
        return functools.partial(self.call(f.func), *f.args, **f.keywords)

    def _cached(self, f: Any) -> Any:
        """A cache knows plain arguments only: numbers of ours are computed anew."""
        inner = self.call(f.__wrapped__)

        def called(*args: Any, **kwargs: Any) -> Any:
            if holds((*args, *kwargs.values()), (Operand, Buffer)):
                return inner(*args, **kwargs)
            return f(*args, **kwargs)

        return called

    def _class(self, cls: Any) -> Any:
        """What constructs instances of a class, with the methods that do so followed."""
        followed = self._classes.get(cls)
        if followed is None:
            python = isinstance(cls.__new__, types.FunctionType) or isinstance(
                cls.__init__, types.FunctionType
            )
            root = str(cls.__module__).partition(".")[0]
            followed = python and root not in _LEFT_ALONE and root != "taylorad"
            self._classes[cls] = followed
        if not followed:
            return cls
        call = type(cls).__call__
        if isinstance(call, types.FunctionType):
            return types.MethodType(self.function(call), cls)
        return functools.partial(self._construct, cls)

    def _construct(self, cls: Any, /, *args: Any, **kwargs: Any) -> Any:
        new: Any = cls.__new__
        if new is object.__new__:
            made = object.__new__(cls)
        else:
            new = self.function(new) if isinstance(new, types.FunctionType) else new
            made = new(cls, *args, **kwargs)
        if isinstance(made, cls):
            self._initialise(type(made), made, args, kwargs)
        return made

    def _initialise(self, cls: type, made: Any, args: Any, kwargs: Any) -> None:
        init: Any = cls.__init__
        if not isinstance(init, types.FunctionType):
            init(made, *args, **kwargs)
            return
        after = getattr(cls, "__post_init__", None)
        if not (is_dataclass(cls) and after and init.__code__.co_filename == "<string>"):
            self.function(init)(made, *args, **kwargs)
            return
        # The generated code calls __post_init__: for its time, that of a class of our own.
        followed = self.call(after)

        def post(instance: Any, *rest: Any) -> None:
            object.__setattr__(instance, "__class__", cls)
            followed(instance, *rest)

        own = type(cls)(cls.__name__, (cls,), {"__slots__": (), "__post_init__": post})
        object.__setattr__(made, "__class__", own)
        try:
            init(made, *args, **kwargs)
        finally:
            object.__setattr__(made, "__class__", cls)

    def _other(self, f: Any) -> Any:
        """A callable object, or an instance of a metaclass."""
        if isinstance(f, type):
            return self._class(f)
        if isinstance(f, np.vectorize):
            return functools.partial(self.substitutes[np.vectorize], f.pyfunc)
        method = getattr(type(f), "__call__", None)
        if isinstance(method, types.FunctionType) and not carries(f):
            return types.MethodType(self.function(method), f)
        if type(f).__name__ in _COMPILED:
            return self._compiled(f)
        return f


def _answering(following: Following, f: Any) -> Any:
    """A function for a compiled one to call, which takes plain answers only."""
    if isinstance(f, (type, Operand, Buffer)):
        return settled(f)
    followed = following.call(f)

    @functools.wraps(f, updated=())
    def called(*args: Any, **kwargs: Any) -> Any:
        result = settled(followed(*args, **kwargs))
        if carries(result):
            raise TypeError(
                "a compiled function was given a function whose results carry derivatives, which "
                "it would drop; write it in Python, or give it a derivative with "
                "ta.custom_derivative"
            )
        return result

    return called


def _scalars(items: Any) -> bool:
    """Whether a nested list has no arrays in it."""
    for x in items:
        if type(x) is list or type(x) is tuple:
            if not _scalars(x):
                return False
        elif getattr(x, "ndim", 0) or callable(x):
            return False
    return True


def _has_properties(kind: type) -> bool:
    """Whether a class has properties that are written in Python."""
    for base in kind.__mro__:
        if base.__module__ == "builtins":
            continue
        for found in vars(base).values():
            if isinstance(found, (property, functools.cached_property)):
                return True
    return False
