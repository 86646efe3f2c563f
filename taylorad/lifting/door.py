"""`lift`: where lifted code is entered and left."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Generator
from typing import Any

from taylorad.dispatch import carries
from taylorad.lifting import conversions, creation  # noqa: F401
from taylorad.lifting.buffers import Buffer, Created, settled
from taylorad.lifting.substitutes import FOLLOWING

__all__ = ["lift"]


def lift(f: Callable[..., Any]) -> Callable[..., Any]:
    """doc"""
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
    lifted = getattr(f, "__lifted__", None)
    if lifted is not None and lifted[0] is f:
        return None
    followed = FOLLOWING.call(f)
    if followed is f or isinstance(f, types.BuiltinFunctionType):
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
