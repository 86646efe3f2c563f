"""`lift`: where lifted code is entered and left."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Generator
from typing import Any

import numpy as np

from taylorad.dispatch import carries
from taylorad.lifting import conversions, creation  # noqa: F401
from taylorad.lifting.buffers import Buffer, Created, settled
from taylorad.lifting.substitutes import FOLLOWING

__all__ = ["lift"]


def lift(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that was written for plain numbers work with numbers of ours.

    Within the function and all that it calls, what would drop derivatives is replaced:
    arrays that are allocated with ``np.zeros``, ``np.empty`` and the like can hold numbers;
    ``np.array``, ``np.asarray`` and the like take them in nested lists; `math` and `cmath`
    compute with them; ``float(x)`` keeps x; ``isinstance(x, float)`` and the like say what
    they say of the value. Nothing is changed for anybody else: neither NumPy, nor any other
    module, nor `f` itself.

    Parameters
    ----------
    f : callable
        A function, a bound method, a class, an instance with ``__call__``, a partial or a
        cached function.

    Returns
    -------
    callable
        Called with plain numbers, it gives what `f` gives. A compiled function is returned as
        it is.

    Raises
    ------
    TypeError
        If `f` is not callable.

    Notes
    -----
    The source of `f` is read and compiled again, with each call in it led through a look-up
    of what is called. That is a function with a substitute here, or one that is written in
    Python and is treated like `f` in turn: functions, methods, closures, generators,
    properties and constructors are followed wherever they come from. Compiled functions are
    called as they are, with plain arrays. Line numbers stay, so that tracebacks and debuggers
    show the original code.

    Operators of other people's classes are called as they are. ``int(x)``, ``round(x)`` and
    ``math.floor(x)`` give plain integers: their derivative is zero. Code that has no source
    (of ``exec``, or typed at the prompt of Python before 3.13) is not compiled again: there
    functions are replaced that it knows by a global name, and types are not.

    The method is that of rewriting calls as AutoGraph does, with the aim of replacing what is
    called instead of control flow.

    References
    ----------
    D. Moldovan et al., AutoGraph: Imperative-style Coding with Graph-based Performance,
    Proceedings of Machine Learning and Systems 1 (2019).

    Examples
    --------
    >>> import math
    >>> import numpy as np
    >>> import taylorad as ta
    >>> def powers(x, n):
    ...     out = np.zeros(n)
    ...     for i in range(n):
    ...         out[i] = math.pow(x, i)
    ...     return out
    >>> ta.derivative(ta.lift(powers))(2.0, 4)
    array([ 0.,  1.,  4., 12.])
    """
    followed = _followed(f)
    if followed is None:
        return f

    generators, created = types.GeneratorType, Created

    @functools.wraps(f, updated=())
    def lifted(*args: Any, **kwargs: Any) -> Any:
        before = created.token
        try:
            result = followed(*args, **kwargs)
        finally:
            if created.token is not before:
                _swept((args, kwargs, owner), {})
        if created.token is not before:
            result = _swept(result, {})
        return _through(result) if type(result) is generators else result

    owner = getattr(f, "__self__", f)
    lifted.__lifted__ = lifted, f  # type: ignore[attr-defined]
    return lifted


def _followed(f: Any) -> Any:
    if carries(f) or not callable(f):
        raise TypeError(
            f"lift takes a function, a method, a class or another callable, not {f!r:.60}"
        )
    lifted: Any = getattr(f, "__lifted__", None)
    if lifted is not None and lifted[0] is f:
        return None
    if isinstance(f, (types.BuiltinFunctionType, np.ufunc, type(np.sum))):
        return None
    followed = FOLLOWING.call(f)
    if followed is f:
        return None
    return followed


def _through(generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """What a lifted generator yields, without buffers."""
    sent = None
    try:
        while True:
            item = generator.send(sent)
            try:
                sent = yield _swept(item, {})
            except Exception as error:
                item = generator.throw(error)
                sent = yield _swept(item, {})
    except StopIteration as stop:
        return _swept(stop.value, {})
    finally:
        generator.close()


def _swept(x: Any, seen: dict[int, Any]) -> Any:
    """A result with the arrays and numbers that its buffers are, in place where it can be.

    What was made inside goes on outside: lists, dictionaries and instances keep their
    identity.
    """
    kind = type(x)
    if kind is Buffer:
        return settled(x)
    if kind in _LEAVES or id(x) in seen:
        return x
    seen[id(x)] = x
    if isinstance(x, tuple):
        items = [_swept(item, seen) for item in x]
        if all(a is b for a, b in zip(items, x, strict=True)):
            return x
        return kind(items) if kind is tuple else kind(*items)
    if isinstance(x, list):
        for i, item in enumerate(x):
            new = _swept(item, seen)
            if new is not item:
                x[i] = new
    elif isinstance(x, dict):
        for key, item in x.items():
            new = _swept(item, seen)
            if new is not item:
                x[key] = new
    if isinstance(getattr(x, "__dict__", None), dict) and not isinstance(x, _NOT_ENTERED):
        _swept(x.__dict__, seen)
    for slot in _slots(kind):
        item = getattr(x, slot, None)
        new = _swept(item, seen)
        if new is not item:
            object.__setattr__(x, slot, new)
    return x


_LEAVES = frozenset((bool, bytes, complex, float, int, str, type(None)))
_NOT_ENTERED = (type, types.ModuleType)


def _slots(kind: type) -> list[str]:
    found = []
    for base in kind.__mro__:
        if isinstance(base.__dict__.get("__slots__"), (str, tuple, list)) and (
            base.__module__.partition(".")[0] not in ("taylorad", "numpy")
        ):
            slots = base.__dict__["__slots__"]
            found += [slots] if isinstance(slots, str) else list(slots)
    return [s for s in found if not s.startswith("__")]
