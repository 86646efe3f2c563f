"""From NumPy's two protocols to the rule: knows no types of functions and no rules.

NumPy hands over every ufunc and most of its functions when an argument is a number of
ours (NEP 13 and NEP 18). Here the call is looked up in the tables the rule files fill,
and what all rules share is done once: `out`, `where`, `dtype`, the ufunc methods, and the
refusal of what has no rule.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache, lru_cache
from types import FrameType
from typing import Any

import numpy as np

from taylorad._callers import accepts_objects, advice, asked_by
from taylorad._foreign import refuse_foreign
from taylorad._numbers import (
    Number,
    Operand,
    make,
    mixes,
    mixing_count,
    parts_over,
    repack,
    unmixed,
    value,
)

__all__ = [
    "DerivativeError",
    "as_objects",
    "await_rules",
    "mixes",
    "mixing_count",
    "on_function",
    "on_ufunc",
    "provide",
    "register",
    "rule_of",
]

Rule = Callable[..., Any]

FUNCTIONS: dict[Callable[..., Any], Rule] = {}
UFUNCS: dict[np.ufunc, Rule] = {}


class DerivativeError(TypeError):
    """A NumPy function that has no derivative rule was called with a number of ours.

    The message names the function and says what to do. It is a `TypeError`.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> try:
    ...     np.gcd(ta.Dual(6.0, 1.0), 4)
    ... except ta.DerivativeError as error:
    ...     print(str(error).partition(" ")[0])
    np.gcd
    """


# Rules of another package's functions: the module that has them, and what to import for them
# as soon as a function without a rule is met while that module is in use.
PROVIDERS: dict[str, str] = {}
_wanted: dict[str, str] = {}


def provide(module: str, rules: str) -> None:
    """Have `rules` imported once a function of `module` may have been called."""
    PROVIDERS[module] = _wanted[module] = rules


def register(rows: Iterable[Any]) -> None:
    """Enter rows, each a callable with a `function`, into the tables."""
    for row in rows:
        table: dict[Any, Rule] = UFUNCS if isinstance(row.function, np.ufunc) else FUNCTIONS
        table[row.function] = row


# Files of rules that have not been imported: what a program does not use costs it no time.
_unread: dict[str, None] = {"taylorad.rules": None}  # which names the others


def await_rules(modules: Iterable[str]) -> None:
    """Have these modules imported, in this order, until a function's rule is found."""
    _unread.update(dict.fromkeys(modules))


def rule_of(function: Any) -> Rule | None:
    """The rule of a function or ufunc; None if there is none."""
    table: dict[Any, Rule] = UFUNCS if isinstance(function, np.ufunc) else FUNCTIONS
    # A copy, as another thread may be at it.
    while function not in table and (module := next(iter(tuple(_unread)), None)) is not None:
        importlib.import_module(module)
        _unread.pop(module, None)  # only now: another thread may be waiting for it
    return table.get(function)


class Reverse:
    """What reverse mode tells dispatch about its Variables; `taylorad.tape` fills this in.

    Attributes
    ----------
    owns : callable
        Whether an operation on these operands belongs to a Variable: whether the highest
        level among them is one's.
    settled : callable
        Operands of a function of numbers, with those of levels below a Variable's among
        them as constants of that level.
    current : callable
        Operands with Variables as the innermost tape that watches them knows them.
    kept : callable
        Operands as they are now, whatever the user does to arrays afterwards.
    absent : callable
        Whether no Variable is among the operands, in whatever way.
    """

    owns: Callable[[Iterable[Any]], bool] = staticmethod(lambda operands: False)
    settled: Callable[[Any], Any] = staticmethod(lambda operands: operands)
    current: Callable[[Any], Any] = staticmethod(lambda operands: operands)
    kept: Callable[..., list[Any]] = staticmethod(lambda operands, among=None: list(operands))
    absent: Callable[[Any, Any], bool] = staticmethod(lambda args, kwargs: True)


def carries(x: Any) -> bool:
    """Whether an operand carries derivatives, in either mode."""
    return isinstance(x, Operand)


def _apply(rule: Rule, args: Any, kwargs: Any) -> Any:
    """Call a rule; if the operation belongs to a Variable, have it recorded.

    A rule without a method of its own for that is an expression of other functions. What is
    recorded are operands as they are at this moment, unless the rule `stores` in one of them.
    """
    if Reverse.absent(args, kwargs):
        return rule(*args, **kwargs)
    args, kwargs = Reverse.current(args), Reverse.current(kwargs)
    every = (*args, *kwargs.values())
    if not Reverse.owns(every):
        return rule(*Reverse.settled(args), **kwargs)
    if not getattr(rule, "stores", False):
        args = Reverse.kept(args, every)
        if kwargs:
            kwargs = dict(zip(kwargs, Reverse.kept(kwargs.values(), every), strict=True))
    return getattr(rule, "reverse", rule)(*args, **kwargs)


def as_objects(x: Any, frame: FrameType) -> np.ndarray:
    """A number of ours as an array of our scalars: what `numpy.asarray` makes of it.

    Refused to functions of SciPy that would do wrong by it; `frame` is that of who asks.
    """
    function = asked_by(frame)
    if not accepts_objects(function):
        raise DerivativeError(advice(str(function), type(x).__name__.removesuffix("Array")))
    if x.ndim == 0:
        items = np.empty(1, object)
        items[0] = x  # an element that is an array, too, is stored as it is
        return items.reshape(())
    items = np.empty(x.shape, object)
    for index in np.ndindex(items.shape):
        items[index] = x[index]
    return items if any(map(carries, items.flat)) or x.dtype == object else np.array(value(x))


# --- Functions ---------------------------------------------------------------------------


_OURS_AND_NUMPYS = (Operand, np.ndarray, np.generic)


@lru_cache(maxsize=256)
def _belongs(kind: Any) -> bool:
    """Whether a type is one of ours or of NumPy's; those with another meaning are refused."""
    if not issubclass(kind, _OURS_AND_NUMPYS):
        return False
    refuse_foreign(kind)
    return True


def on_function(
    function: Callable[..., Any], types: Iterable[type], args: Any, kwargs: Any, asked: Any
) -> Any:
    """NumPy's ``__array_function__`` of `asked`, which may be there as ``like=`` only."""
    if not all(map(_belongs, types)):
        return NotImplemented
    for x in args:
        refuse_foreign(type(x))  # sparse, and not among the types
    rule = FUNCTIONS.get(function) or rule_of(function)
    if rule is None:
        raise DerivativeError(_no_rule(f"{function.__module__}.{function.__name__}"))
    elementwise, count = getattr(rule, "elementwise", False), mixing_count()
    if not elementwise:
        mixes()
    out = None
    if "out" in kwargs or len(args) > place_of_out(function):
        args, kwargs, out = _without_out(function, args, kwargs)
    if getattr(rule, "like", False):
        kwargs = {**kwargs, "prototype": asked}
    result = _apply(rule, args, kwargs)
    if elementwise:
        unmixed(count)
    return result if out is None else _deliver(result, out, None, True)


def plan_of(function: Callable[..., Any]) -> tuple[Rule, bool, int] | None:
    """The rule of a function of NumPy, whether it is elementwise, and the place of `out`.

    None for what is to go through `on_function`, whatever its operands are.
    """
    rule = FUNCTIONS.get(function) or rule_of(function)
    if rule is None or getattr(rule, "like", False):
        return None
    return rule, bool(getattr(rule, "elementwise", False)), place_of_out(function)


def _no_rule(name: str) -> str:
    return (
        f"{name} has no derivative rule, and its plain result would drop the derivatives; "
        "call it on ta.value(x) if the plain value is meant, write it with other NumPy "
        "functions, or give it a derivative with ta.custom_derivative"
    )


# Compiled functions have no signature before NumPy 2.1; these are the ones that take out=.
_COMPILED = {"concatenate": ["arrays", "axis", "out"], "dot": ["a", "b", "out"]}


@cache
def _parameters(function: Callable[..., Any]) -> list[str]:
    """The arguments that may be given by position."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return _COMPILED.get(function.__name__, [])
    return [p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]


def _without_out(
    function: Callable[..., Any], args: Any, kwargs: Any
) -> tuple[Any, Any, Any]:
    if "out" in kwargs:
        kwargs = dict(kwargs)
        return args, kwargs, kwargs.pop("out")
    at = place_of_out(function)
    late = dict(zip(_parameters(function)[at + 1 :], args[at + 1 :], strict=False))
    return args[:at], kwargs | late, args[at]


@cache
def place_of_out(function: Callable[..., Any]) -> int:
    """Which argument by position `out` is."""
    names = _parameters(function)
    return names.index("out") if "out" in names else sys.maxsize


# --- Ufuncs ------------------------------------------------------------------------------


def on_ufunc(ufunc: np.ufunc, method: str, inputs: Any, kwargs: Any) -> Any:
    """NumPy's ``__array_ufunc__``."""
    if not all(map(_known, inputs)):
        return NotImplemented
    inputs = tuple([_operand(x, inputs) for x in inputs])
    if method != "__call__":
        mixes()
        return _METHODS[method](ufunc, *inputs, **kwargs)
    count = mixing_count()
    result = _called(ufunc, inputs, kwargs) if kwargs else _apply(_rule(ufunc), inputs, {})
    if ufunc.signature is None:
        unmixed(count)
    return result


def _called(ufunc: np.ufunc, inputs: Any, kwargs: Any) -> Any:
    """A call of a ufunc with options."""
    kwargs = dict(kwargs)
    out, where = kwargs.pop("out", None), kwargs.pop("where", True)
    dtype = kwargs.pop("dtype", None)
    if kwargs.pop("signature", None) is not None:
        raise TypeError(f"signature= of np.{ufunc.__name__} is not supported; use dtype=")
    casting = kwargs.pop("casting", "same_kind")
    for harmless in ("order", "subok"):  # of the memory and the class of a plain result
        kwargs.pop(harmless, None)
    if dtype is not None:
        inputs = tuple(_cast(x, np.dtype(dtype), casting) for x in inputs)
    where = value(where)
    if where is not True and any(map(carries, out if isinstance(out, tuple) else (out,))):
        return _masked(ufunc, inputs, out, where, kwargs)
    result = _computed(ufunc, inputs, kwargs)
    if all(array is None for array in (out if isinstance(out, tuple) else (out,))):
        if where is True:
            return result
        raise TypeError(
            f"np.{ufunc.__name__}(..., where=mask) without out= leaves entries undefined; give "
            "out=np.zeros_like(x) with x a number of ours, or use np.where"
        )
    return _deliver(result, out, inputs, where)


def _computed(ufunc: np.ufunc, inputs: Any, kwargs: Any) -> Any:
    if any(map(carries, inputs)):
        return _apply(_rule(ufunc), inputs, kwargs)
    return ufunc(*inputs, **kwargs)


def _masked(ufunc: np.ufunc, inputs: Any, out: Any, where: Any, kwargs: Any) -> Any:
    """Compute and write the chosen points alone: others may be outside of the domain."""
    outs = out if isinstance(out, tuple) else (out,)
    shape = np.broadcast_shapes(*map(np.shape, (where, *inputs, *outs)))
    mask = np.broadcast_to(where, shape)
    chosen = [x if np.ndim(x) == 0 else np.broadcast_to(x, shape)[mask] for x in inputs]
    result = _computed(ufunc, chosen, kwargs)
    for target, part in zip(outs, result if isinstance(result, tuple) else (result,), strict=True):
        if target is None:
            continue
        if target.shape != shape:
            raise ValueError(f"a result of shape {shape} does not fit out= of shape {target.shape}")
        target[mask] = part
    return outs if len(outs) > 1 else outs[0]


def _operand(x: Any, inputs: Any) -> Any:
    """An operand as the rules want it; a Fraction is exact among exact ones only."""
    if isinstance(x, (Operand, float)):
        return x
    if isinstance(x, Fraction):
        exact = any(carries(other) and other.dtype == object for other in inputs)
        return x if exact else float(x)
    return repack(x)


def _known(x: Any) -> bool:
    kind: Any = type(x)
    return kind is np.ndarray or _is_known(kind)


@lru_cache(maxsize=256)
def _is_known(kind: Any) -> bool:
    refuse_foreign(kind)
    return issubclass(kind, _OURS_AND_NUMPYS) or getattr(kind, "__array_ufunc__", None) is None


def _rule(ufunc: np.ufunc) -> Rule:
    rule = UFUNCS.get(ufunc) or rule_of(ufunc)
    if rule is None and _wanted:
        _import_wanted()
        rule = UFUNCS.get(ufunc)
    if rule is None:
        raise DerivativeError(_no_rule(_name(ufunc)))
    return rule


def _import_wanted() -> None:
    for module, rules in list(_wanted.items()):
        if module in sys.modules:
            importlib.import_module(rules)
            _wanted.pop(module, None)  # only now: another thread may be waiting for it


def _name(ufunc: np.ufunc) -> str:
    name = ufunc.__name__
    if getattr(np, name, None) is ufunc:
        return f"np.{name}"
    for module in PROVIDERS:
        # one that starts with an underscore is behind a Python function of that name
        public = name.lstrip("_")
        found = getattr(sys.modules.get(module), public, None)
        if found is not None and (found is ufunc or public != name):
            return f"{module}.{public}"
    return name


def _cast(x: Any, dtype: np.dtype[Any], casting: Any) -> Any:
    given = x.dtype if carries(x) else x
    if not isinstance(given, (int, float, complex)) and not np.can_cast(
        given if isinstance(given, np.dtype) else np.asarray(given).dtype, dtype, casting
    ):
        raise TypeError(f"cannot cast {given} to {dtype} with casting={casting!r}")
    return x.astype(dtype) if carries(x) else np.asarray(x, dtype)[()]


# --- Writing into out= -------------------------------------------------------------------


def _deliver(result: Any, out: Any, inputs: Any, where: Any) -> Any:
    """Write a result where the caller wants it; for several results, each to its own."""
    if isinstance(result, tuple):
        outs = out if isinstance(out, tuple) else (out,)
        return tuple(
            one if target is None else _write(one, target, inputs, where)
            for one, target in zip(result, outs, strict=True)
        )
    if isinstance(out, tuple):
        (out,) = out
    return _write(result, out, inputs, where)


def _write(result: Any, out: Any, inputs: Any, where: Any) -> Any:
    if carries(out):
        if out.ndim == 0:
            raise TypeError("out= must be an array; a 0-d number cannot be written to")
        if np.broadcast_shapes(np.shape(result), out.shape) != out.shape:
            raise ValueError(
                f"a result of shape {np.shape(result)} does not fit out= of shape {out.shape}"
            )
        out[...] = result if where is True else np.where(where, result, out)
        return out
    if not carries(result):
        np.copyto(out, result, where=where)
        return out
    if out.dtype == object:
        np.copyto(out, result.astype(object), where=where)
        return out
    if inputs is not None and inputs[0] is out and where is True and out.dtype.kind in "fc":
        # `acc += x`: Python binds acc to what is returned. The buffer cannot hold the
        # derivatives, and an alias of it must never be read as the answer.
        if result.shape != out.shape:
            raise ValueError(
                f"a result of shape {result.shape} does not fit in place into {out.shape}"
            )
        out.fill(np.nan)
        return result
    raise TypeError(
        f"a plain {out.dtype} array cannot hold derivatives: leave out= away, or make the "
        "array with np.zeros_like(x) from a number x"
    )


# --- Ufunc methods -----------------------------------------------------------------------

_REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
}
_ACCUMULATIONS: dict[np.ufunc, Callable[..., Any]] = {np.add: np.cumsum, np.multiply: np.cumprod}


def _plain_result(ufunc: np.ufunc) -> bool:
    """Whether the ufunc answers with truth values: then the values decide."""
    return all(kind.endswith("?") for kind in ufunc.types if not kind.startswith("O"))


def _binary(ufunc: np.ufunc, method: str, results: int = 1) -> None:
    if ufunc.nin != 2 or ufunc.nout > results or ufunc.signature is not None:
        raise ValueError(f"np.{ufunc.__name__}.{method} needs a ufunc of two arguments")


def _reduce(
    ufunc: np.ufunc,
    x: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = np._NoValue,
    where: Any = True,
) -> Any:
    _binary(ufunc, "reduce")
    extra = {} if initial is np._NoValue else {"initial": initial}
    if _plain_result(ufunc):
        return ufunc.reduce(
            value(x), axis=axis, dtype=dtype, out=_first(out), keepdims=keepdims,
            where=where, **extra,
        )  # fmt: skip
    if dtype is not None:
        x = _cast(x, np.dtype(dtype), "same_kind")
    if ufunc in _REDUCTIONS:
        if where is not True:
            extra["where"] = where
        result = _REDUCTIONS[ufunc](x, axis=axis, keepdims=keepdims, **extra)
    else:
        result = _fold(ufunc, x, axis, keepdims, initial, where)
    return result if out is None else _deliver(result, out, None, True)


def _first(out: Any) -> Any:
    return out[0] if isinstance(out, tuple) else out


def _fold(ufunc: np.ufunc, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    if where is not True:
        raise TypeError(f"where= of np.{ufunc.__name__}.reduce is not supported")
    axes: Any = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = sorted(a + x.ndim if a < 0 else a for a in axes)
    rest = [a for a in range(x.ndim) if a not in axes]
    kept = tuple(1 if a in axes else n for a, n in enumerate(x.shape))
    flat = x.transpose(*axes, *rest).reshape(-1, *(x.shape[a] for a in rest))
    items = list(flat)
    if initial is np._NoValue and len(items) < 2 and ufunc.identity is not None:
        initial = np.zeros_like(x, shape=flat.shape[1:]) + ufunc.identity
    if initial is not np._NoValue:
        items.insert(0, initial)
    if not items:
        raise ValueError(f"np.{ufunc.__name__}.reduce of an empty axis has no identity")
    result = items[0] if len(items) > 1 else +items[0]  # never a view of x
    for item in items[1:]:
        result = ufunc(result, item)
    return np.reshape(result, kept) if keepdims else result


def _accumulate(
    ufunc: np.ufunc, x: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    _binary(ufunc, "accumulate")
    if dtype is not None:
        x = _cast(x, np.dtype(dtype), "same_kind")
    if _plain_result(ufunc):
        result = ufunc.accumulate(value(x), axis=axis)
    elif ufunc in _ACCUMULATIONS:
        result = _ACCUMULATIONS[ufunc](x, axis=axis)
    else:
        items = list(np.moveaxis(x, axis, 0))
        for i in range(1, len(items)):
            items[i] = ufunc(items[i - 1], items[i])
        result = np.stack(items, axis=axis) if items else x.copy()
    return result if out is None else _deliver(result, out, None, True)


def _outer(ufunc: np.ufunc, a: Any, b: Any, **kwargs: Any) -> Any:
    _binary(ufunc, "outer", results=2)  # two are those of `divmod`
    a = np.reshape(a, np.shape(a) + (1,) * np.ndim(b))
    return ufunc(a, b, **kwargs)


def _reduceat(
    ufunc: np.ufunc,
    x: Any,
    indices: Any,
    axis: int = 0,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    _binary(ufunc, "reduceat")
    x = np.moveaxis(x, axis, 0)
    starts = [int(i) for i in indices]
    if any(not 0 <= i < len(x) for i in starts):
        raise IndexError(f"reduceat: indices must be in [0, {len(x)}), got {starts}")
    ends = [*starts[1:], len(x)]
    pieces = [
        _reduce(ufunc, x[i:j], dtype=dtype) if i < j else x[i]
        for i, j in zip(starts, ends, strict=True)
    ]
    result = np.stack(pieces, axis=axis)
    return result if out is None else _deliver(result, out, None, True)


def _at(ufunc: np.ufunc, x: Any, indices: Any, *operand: Any) -> None:
    if not carries(x) or x.ndim == 0:
        raise TypeError(
            f"np.{ufunc.__name__}.at on a plain array cannot hold derivatives: make the array "
            "with np.zeros_like(x) from a number x"
        )
    indices = value(indices)
    recorded = not isinstance(x, Number) or any(
        carries(b) and not isinstance(b, Number) for b in operand
    )
    if ufunc in (np.add, np.subtract) and operand and not recorded:
        algebra = x.algebra
        if isinstance(operand[0], Number):
            algebra = algebra.join(operand[0].algebra)
            x[...] = make(algebra, parts_over(algebra, x))  # a larger algebra, if needed
        selected = np.empty(x.shape, bool)[indices].shape
        # By rows, since an axis before arrays of an index may move; and broadcast here, since
        # NumPy reads beyond operands of fewer axes than an array in the index, or of more.
        for row, given in zip(x.parts, parts_over(algebra, operand[0]), strict=True):
            ufunc.at(row, indices, np.broadcast_to(given, selected))
        return
    positions = np.arange(x.size).reshape(x.shape)[indices]
    others = [np.broadcast_to(b, positions.shape).reshape(-1) for b in operand]
    flat = x.reshape(-1).copy()
    for i, position in enumerate(positions.ravel()):
        flat[position] = ufunc(flat[position], *(b[i] for b in others))
    x[...] = flat.reshape(x.shape)


_METHODS: dict[str, Callable[..., Any]] = {
    "accumulate": _accumulate,
    "at": _at,
    "outer": _outer,
    "reduce": _reduce,
    "reduceat": _reduceat,
}
