"""custom_vjp: a rule of the user's for cotangents."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from taylorad._numbers import Number, level_of, repack
from taylorad._tape import at_level, level_of_all, record
from taylorad._trees import flatten, structure
from taylorad.dispatch import carries
from taylorad.transforms._arguments import check_callable
from taylorad.transforms._custom import Call, Custom
from taylorad.transforms._levels import shape_of

__all__ = ["custom_vjp"]


class custom_vjp(Custom):  # a decorator
    """A function with a rule of the user's for reverse mode.

    Parameters
    ----------
    f : callable
        The function; arguments and results may be tuples, lists and dicts of arrays.
    nondiff_argnums : tuple of int, optional
        Arguments that steer the function and are not differentiated. `fwd` gets them where
        `f` does, `bwd` gets them first.

    See Also
    --------
    custom_jvp : with a rule for tangents, which serves both modes.

    Notes
    -----
    For second derivatives `bwd` is differentiated: it must be NumPy code, or code made of
    functions with rules of their own, and `fwd` should call the function itself for what is
    not. Forward mode does not know what to do with such a function, and says so.

    Examples
    --------
    A function and its backward rule, which clips the gradient:

    >>> import numpy as np
    >>> import taylorad as ta
    >>> @ta.custom_vjp
    ... def clipped(x):
    ...     return x
    >>> clipped.defvjp(lambda x: (x, None), lambda _, g: (np.clip(g, -1.0, 1.0),))
    >>> float(ta.grad(lambda x: 5.0 * clipped(x))(2.0))
    1.0
    """

    forward: Callable[..., Any] | None = None
    backward: Callable[..., Any] | None = None

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """Set the rules ``fwd(*args) -> (y, kept)`` and ``bwd(*nondiff, kept, g)``.

        Parameters
        ----------
        fwd : callable
            It returns the value, and what `bwd` is to be given of this evaluation.
        bwd : callable
            It takes that and the cotangent of the value, and returns a tuple: for each
            argument its cotangent, or None for zero.

        Examples
        --------
        >>> import taylorad as ta
        >>> @ta.custom_vjp
        ... def product(a, b):
        ...     return a * b
        >>> product.defvjp(lambda a, b: (a * b, (a, b)), lambda kept, g: (g * kept[1], g * kept[0]))
        >>> print(ta.grad(product)(2.0, 5.0))
        5.0
        """
        check_callable(fwd, "fwd")
        check_callable(bwd, "bwd")
        self.forward, self.backward = fwd, bwd

    def _differentiated(self, call: Call) -> Any:
        if self.forward is None:
            raise TypeError(f"{self.name} has no rule yet: give it one with defvjp")
        level = level_of_all(call.leaves)
        if any(isinstance(x, Number) and level_of(x) == level for x in call.leaves):
            raise TypeError(
                f"{self.name} is a custom_vjp function, which has a rule for reverse mode only; "
                "differentiate it with grad, vjp or a tape, or use custom_jvp or "
                "custom_derivative, which serve both modes"
            )
        places = [at for at, x in enumerate(call.leaves) if level_of(x) == level]
        others = [at for at, x in enumerate(call.leaves) if carries(x) and at not in places]
        shapes = [call.leaves[at].shape for at in places]
        static = [None if carries(x) else x for x in call.leaves]
        leaves, kept, rebuild = self._run(call, [at_level(x, level) for x in call.leaves])
        if any(level_of(leaf) >= level for leaf in leaves):
            self.refuse_closure()
        forms = list(map(shape_of, leaves))

        def pull(g: Any, joined: Any, *rest: Any) -> Any:
            residuals = kept
            if level_of(joined) >= level:
                # The walk is recorded: what was kept has to be known to depend on the operands.
                inputs = list(static)
                given = (*_parted(joined, shapes), *rest)
                for at, x in zip((*places, *others), given, strict=True):
                    inputs[at] = x
                residuals = self._run(call, inputs)[1]
            answer = self._backward(call, residuals, rebuild(_parted(g, forms)))
            return _joined([
                np.zeros(shape) if answer[at] is None else answer[at]
                for at, shape in zip(places, shapes, strict=True)
            ])

        # One operand and one result, so that `bwd` is called once.
        operands = [_joined([call.leaves[at] for at in places])]
        operands += [call.leaves[at] for at in others]
        pulls = [pull, *[None] * len(others)]
        result = record(_joined(leaves), operands, pulls, keep="operands")
        return rebuild(_parted(result, forms))

    def _run(
        self, call: Call, leaves: Sequence[Any]
    ) -> tuple[list[Any], Any, Callable[[Iterable[Any]], Any]]:
        assert self.forward is not None
        answer = self.forward(*call.arguments(leaves))
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise TypeError(f"fwd of {self.name} must return a pair (y, what bwd needs)")
        y, rebuild = flatten(answer[0])
        return [repack(leaf) for leaf in y], answer[1], rebuild

    def _backward(self, call: Call, kept: Any, g: Any) -> list[Any]:
        """The cotangents of all leaves; None for zero."""
        assert self.backward is not None
        answer = self.backward(*call.static.values(), kept, g)
        if not isinstance(answer, (tuple, list)) or len(answer) != len(call.trees):
            count = len(call.trees)
            raise TypeError(
                f"bwd of {self.name} must return a tuple of {count} "
                f"cotangent{'s' * (count != 1)}, one for each differentiated argument, but it "
                f"returned {type(answer).__name__}"
            )
        cotangents: list[Any] = []
        at = 0
        for tree, (count, _) in zip(answer, call.trees, strict=True):
            found = [None] * count if tree is None else flatten(tree, lambda x: x is None)[0]
            if len(found) != count:
                raise TypeError(
                    f"bwd of {self.name} returned a cotangent of structure {structure(tree)}, "
                    "which is not that of its argument"
                )
            for x, leaf in zip(found, call.leaves[at : at + count], strict=True):
                cotangents.append(self._fitting(x, leaf))
            at += count
        return cotangents

    def _fitting(self, g: Any, x: Any) -> Any:
        if g is None:
            return None
        g = repack(g)
        if shape_of(g) != shape_of(x):
            raise ValueError(
                f"bwd of {self.name} returned a cotangent of shape {shape_of(g)} for an "
                f"argument of shape {shape_of(x)}"
            )
        return g if carries(g) else np.array(g)[()]


def _joined(items: Sequence[Any]) -> Any:
    """Arrays as one."""
    return items[0] if len(items) == 1 else np.concatenate([np.reshape(x, (-1,)) for x in items])


def _parted(x: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """The arrays that were joined."""
    if len(shapes) == 1:
        return [x]
    parts, at = [], 0
    for shape in shapes:
        size = math.prod(shape)
        parts.append(np.reshape(x[at : at + size], shape))
        at += size
    return parts
