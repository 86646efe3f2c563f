"""From what lifted code calls to what is called in its place.

A function of NumPy, of `math` or a builtin that would drop derivatives has a substitute; a
function written in Python is rewritten; what is compiled gets plain arrays for buffers.
"""

from __future__ import annotations

import functools
import operator
import os
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad import math
from taylorad._numbers import Operand, holds
from taylorad.dispatch import carries
from taylorad.lifting import calling
from taylorad.lifting.buffers import Buffer, roomy, settled
from taylorad.lifting.memory import lacks_room
from taylorad.lifting.namespaces import in_namespace
from taylorad.lifting.rewriting import Rewriting

__all__ = ["OPERATORS", "Following"]

# Modules whose functions stay as they are: they look at code, not at numbers.
_LEFT_ALONE = frozenset(
    "_pytest abc ast asyncio builtins concurrent copy copyreg ctypes doctest enum functools "
    "importlib inspect io json linecache logging mpmath multiprocessing os pickle pytest re "
    "shutil subprocess sympy sys tempfile threading traceback typing unittest warnings weakref "
    "zipfile".split()
)
_LIBRARY = os.path.dirname(os.path.dirname(__file__)) + os.sep
# Types whose attributes are never functions of our numbers.
_SIMPLE = (
    bool, bytes, complex, dict, float, frozenset, int, list, np.dtype, np.ndarray, set, str,
    tuple, type, type(None), types.FunctionType, types.ModuleType, np.float64, np.ufunc, Buffer,
)  # fmt: skip
# Types whose operators are not written in Python, and which leave others' to these.
_NUMBERS = frozenset((bool, complex, float, int, np.float64))
# For each operator its function and the names of its methods.
OPERATORS: dict[str, tuple[Callable[[Any, Any], Any], str, str]] = {
    symbol: (getattr(operator, f"__{name}__"), f"__{name}__", f"__r{name}__")
    for symbol, name in {
        "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod",
        "**": "pow", "@": "matmul", "<<": "lshift", ">>": "rshift", "&": "and", "|": "or",
        "^": "xor",
    }.items()
}  # fmt: skip
# The types of functions that Cython and f2py make.
_COMPILED = frozenset(("cython_function_or_method", "fused_cython_function", "fortran"))


class Following:
    """What stands for the things that lifted code calls.

    Attributes
    ----------
    known : dict
        The substitutes, by the identity of what they stand for: that may have no hash. An
        entry goes when its key does.
    left_alone : frozenset of str
        Packages whose functions stay as they are.
    simple : set of type
        Types whose attributes can be looked up directly.
    rewriting : Rewriting
        How functions written in Python are rewritten.
    """

    left_alone = _LEFT_ALONE

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}
        self._alive: dict[int, Any] = {}
        self._classes: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()
        self.simple: set[type] = set(_SIMPLE)
        self._handlers: dict[type, Callable[[Any], Any]] = {
            types.FunctionType: self.function,
            types.BuiltinFunctionType: self.builtin,
            np.ufunc: lambda f: self.remember(f, calling.ufunc(f)),
            type(np.sum): lambda f: self.remember(f, calling.with_functions(self.call, f)),
            type: self._class,
            functools.partial: self._partial,
            type(functools.lru_cache(int)): self._cached,
        }
        self.call = self.caller()
        self.operator = self.operating()
        self.rewriting = Rewriting(self.hooks())

    def hooks(self) -> dict[str, Any]:
        """The hooks of rewritten code."""
        return {
            "known": self.known.get,
            "id": id,
            "call": self.call,
            "attribute": self.attribute,
            "complex": calling.Complex,
            "float": calling.Float,
            "item": self.item,
            "operator": self.operator,
            "lacks_room": lacks_room,
            "ndarray": np.ndarray,
            "roomy": roomy,
            "iterate": self.iterate,
            "simple": self.simple,
            "slice": slice,
            "stored": settled,
            "type": type,
        }

    def note(self, f: Any, followed: Any) -> None:
        """Remember what is called in place of `f`, as long as there is an `f`."""
        key, known, alive = id(f), self.known, self._alive

        def forget(_: Any) -> None:
            known.pop(key, None)
            alive.pop(key, None)

        alive[key] = weakref.ref(f, forget)
        known[key] = followed

    def remember(self, f: Any, followed: Any) -> Any:
        """Remember what is called in place of something that is there for good."""
        self._alive[id(f)] = f
        self.known[id(f)] = followed
        return followed

    # -- the hooks --

    def caller(self) -> Callable[[Any], Any]:
        """The hook at every call: what is to be called in place of `f`."""
        known, handlers, other = self.known.get, self._handlers.get, self._other
        method, builtin = types.MethodType, types.BuiltinFunctionType
        owners = (np.ndarray, list, types.ModuleType)

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

        return call

    def attribute(self, x: Any, name: str) -> Any:
        """``x.name``, with the function of a property followed."""
        kind = type(x)
        if kind in self.simple or isinstance(x, (type, Operand)):
            return getattr(x, name)
        if not _has_properties(kind):
            self.simple.add(kind)
            return getattr(x, name)
        for base in kind.__mro__:
            found = vars(base).get(name)
            if isinstance(found, property) and isinstance(found.fget, types.FunctionType):
                return self.function(found.fget)(x)
            if isinstance(found, functools.cached_property) and name not in vars(x):
                vars(x)[name] = self.call(found.func)(x)
            if found is not None:
                break
        return getattr(x, name)

    def operating(self) -> Callable[[str, Any, Any], Any]:
        """The hook of ``a + b`` and the like: methods of other people's classes are followed."""
        computes = {symbol: row[0] for symbol, row in OPERATORS.items()}
        simple: set[type] = set(_NUMBERS)  # whose operators are not written in Python, or ours

        def is_simple(kind: type) -> bool:
            if not issubclass(kind, (Operand, Buffer)) and any(
                type(getattr(kind, name, None)) is types.FunctionType
                for _, *names in OPERATORS.values()
                for name in names
            ):
                return False
            simple.add(kind)
            return True

        def operate(symbol: str, a: Any, b: Any) -> Any:
            first, second = type(a), type(b)
            if first in simple and second in simple:
                return computes[symbol](a, b)
            if is_simple(first) and (first not in _NUMBERS or is_simple(second)):
                return computes[symbol](a, b)
            compute, name, reflected = OPERATORS[symbol]
            for kind, method_name, pair in ((first, name, (a, b)), (second, reflected, (b, a))):
                method = getattr(kind, method_name, None)
                if type(method) is types.FunctionType:
                    result = self.call(method)(*pair)
                    if result is not NotImplemented:
                        return result
            return compute(a, b)

        return operate

    def item(self, x: Any, index: Any) -> Any:
        """``x[index]``, the same."""
        method = getattr(type(x), "__getitem__", None)
        if type(method) is types.FunctionType and not isinstance(x, (Operand, Buffer)):
            return self.call(method)(x, index)
        return item(x, index)

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
        if made is not f:  # an entry that is its own key would live forever
            self.note(f, made)
        return made

    def _followed(self, f: Any) -> Any:
        lifted = f.__dict__.get("__lifted__")
        if lifted is not None and lifted[0] is f:  # lift(g): g, without coming and going
            return self.call(lifted[1])
        if f.__code__.co_filename.startswith(_LIBRARY):
            return self.library(f)
        if hasattr(f, "registry") and hasattr(f, "dispatch"):
            return calling.dispatched(self.call, f)
        if self._is_left_alone(f):
            return f
        return self.rewriting.rewritten(f) or in_namespace(f, self.call) or f

    def _is_left_alone(self, f: Any) -> bool:
        root = str(f.__globals__.get("__name__", "")).partition(".")[0]
        return root in self.left_alone or f.__code__.co_filename.startswith(_LIBRARY)

    def library(self, f: Any) -> Any:
        """A function of this library: it gets numbers and arrays, and functions of them."""
        return calling.library(self.call, f)

    def builtin(self, f: Any) -> Any:
        """A compiled function, or a method of an array, a list or the like."""
        owner = f.__self__
        if type(owner) is np.ndarray:
            return calling.method(f) if f.__name__ in calling.COPYING else f
        if isinstance(owner, list):
            return calling.with_functions(self.call, f)
        if not isinstance(owner, types.ModuleType):
            return f
        root = owner.__name__.partition(".")[0]
        if root in sys.stdlib_module_names or owner is math:
            return self.remember(f, f)
        return self.remember(f, calling.compiled(self.call, f))

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

    def _other(self, f: Any) -> Any:
        """A class with a class of its own, or a callable object."""
        if isinstance(f, type):
            return self._class(f)
        if isinstance(f, np.vectorize) and id(np.vectorize) in self.known:
            options = {"otypes": f.otypes, "excluded": f.excluded, "signature": f.signature}
            return self.known[id(np.vectorize)](f.pyfunc, **options)
        method = type(f).__call__ if callable(f) else None
        if isinstance(method, types.FunctionType) and not carries(f):
            if method.__code__.co_filename.startswith(_LIBRARY):
                return self.library(f)
            if self._is_left_alone(method):
                return f
            return types.MethodType(self.function(method), f)
        if type(f).__name__ in _COMPILED:
            return self.remember(f, calling.compiled(self.call, f))
        return f

    # -- classes --

    def _class(self, cls: Any) -> Any:
        """What constructs instances of a class, with the methods that do so followed."""
        followed = self._classes.get(cls)
        if followed is None:
            made = [m for m in (cls.__new__, cls.__init__) if isinstance(m, types.FunctionType)]
            followed = bool(made) and not any(map(self._is_left_alone, made))
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

    def _initialise(self, cls: Any, made: Any, args: Any, kwargs: Any) -> None:
        init: Any = cls.__init__
        if not isinstance(init, types.FunctionType):
            init(made, *args, **kwargs)
            return
        after = getattr(cls, "__post_init__", None)
        generated = hasattr(cls, "__dataclass_fields__") and init.__code__.co_filename == "<string>"
        if not (generated and after):
            self.function(init)(made, *args, **kwargs)
            return
        # The generated code calls __post_init__: for its time, that of a class of our own.
        followed = self.call(after)

        def post(instance: Any, *rest: Any) -> None:
            object.__setattr__(instance, "__class__", cls)
            followed(instance, *rest)

        names = {"__slots__": (), "__post_init__": post}
        own: Any = types.new_class(cls.__name__, (cls,), {}, lambda space: space.update(names))
        object.__setattr__(made, "__class__", own)
        try:
            init(made, *args, **kwargs)
        finally:
            object.__setattr__(made, "__class__", cls)


def item(x: Any, index: Any) -> Any:
    """``x[...]``, where ``...`` and ``()`` may be there for 0-d arrays."""
    if isinstance(x, Operand) and x.ndim == 0:
        return np.reshape(x, np.empty(())[index].shape)
    return x[index]


def _has_properties(kind: type) -> bool:
    """Whether a class has properties that are written in Python."""
    return any(
        isinstance(found, (property, functools.cached_property))
        for base in kind.__mro__
        if base.__module__ != "builtins"
        for found in vars(base).values()
    )
