"""Gradients: pulling cotangents back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad._cotangents import ones
from taylorad._numbers import value
from taylorad._tape import gradient_of_one, kept
from taylorad._trees import flatten, structure
from taylorad.transforms._arguments import check_argnums, check_callable, named, numeric
from taylorad.transforms._levels import shape_of
from taylorad.transforms._recording import Arguments, Output, Recording, scalar
from taylorad.transforms._resolving import has_nan, resolved
from taylorad.transforms.forward import jvp

__all__ = [
    "grad",
    "gradients_function",
    "hvp",
    "value_and_grad",
    "value_and_gradients_function",
    "vjp",
]

Argnums = int | tuple[int, ...]


def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that computes the gradient of a scalar-valued `f`.

    Parameters
    ----------
    f : callable
        Plain NumPy code that returns one number.
    argnums : int or tuple of int, default 0
        Which positional arguments to differentiate in. The others are passed untouched.

    Returns
    -------
    callable
        It takes the arguments of `f` and returns an array of the shape of the argument, or
        the same tuple, list or dict of arrays; a tuple of these for a tuple of argnums.

    Raises
    ------
    TypeError
        If `f` is not callable, an argnum is not an integer, or, when called, if an argument
        is not numeric or `f` returns anything but one number.
    ValueError
        When called, if an argument to be differentiated in is missing.

    See Also
    --------
    value_and_grad : the value as well.
    jacobian : for functions that return arrays.
    gradients_function : a gradient for each argument.

    Notes
    -----
    Where `f` is complex and holomorphic this is its derivative. The gradient of a real `f`
    by a complex z is the g with ``df = Re(sum(g dz))``, as in JAX.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> ta.grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0, 3.0]))
    array([2., 4., 6.])

    Dicts, lists and tuples of arrays:

    >>> def loss(parameters, x):
    ...     return np.sum((parameters["w"] * x + parameters["b"]) ** 2)
    >>> g = ta.grad(loss)({"w": 2.0, "b": -1.0}, np.array([0.0, 1.0]))
    >>> float(g["w"]), float(g["b"])
    (2.0, 0.0)
    """
    evaluate = _evaluator(f, argnums)

    def g(*args: Any, **kwargs: Any) -> Any:
        return evaluate(args, kwargs)[1]

    return named(g, f, f"The gradient in argument {argnums}")


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0
) -> Callable[..., tuple[Any, Any]]:
    """The function that computes a scalar-valued `f` and its gradient.

    Parameters
    ----------
    f : callable
        Plain NumPy code that returns one number.
    argnums : int or tuple of int, default 0
        Which positional arguments to differentiate in.

    Returns
    -------
    callable
        It takes the arguments of `f` and returns the value and what `grad` returns.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> y, g = ta.value_and_grad(lambda a, x: a * np.sum(x), argnums=(0, 1))(3.0, np.ones(2))
    >>> float(y), float(g[0]), g[1]
    (6.0, 2.0, array([3., 3.]))
    """
    evaluate = _evaluator(f, argnums)

    def g(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        return evaluate(args, kwargs)

    return named(g, f, f"The value and the gradient in argument {argnums}")


def _evaluator(f: Any, argnums: Any) -> Callable[[tuple[Any, ...], Any], tuple[Any, Any]]:
    check_callable(f)
    chosen = check_argnums(argnums)

    def evaluate(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        if type(chosen) is int and -len(args) <= chosen < len(args):
            found = gradient_of_one(f, args, kwargs, chosen % len(args))
            if found is not None:
                return found
        arguments = Arguments(chosen, args)
        with Recording(arguments.leaves) as recording:
            output = recording.run(f, arguments.filled(recording.variables), kwargs)
            seed = _unit(output, arguments)
            gradients = recording.pull(output.leaves, [seed])
            values = [recording.value(output.leaves[0])]
        if has_nan(gradients):
            call = arguments.called(f, kwargs)
            values, gradients = resolved(call, arguments.leaves, values, gradients, [seed])
        return values[0], arguments.like(gradients)

    return evaluate


def _unit(output: Output, arguments: Arguments) -> Any:
    """The cotangent 1 of a value that is one number."""
    if isinstance(output.tree, (tuple, list, dict)) or output.tree is None:
        raise TypeError(
            f"grad is for functions that return one number, but this one returned a "
            f"{type(output.tree).__name__}; use jacobian, or vjp with a cotangent for each output"
        )
    y = output.leaves[0]
    if shape_of(y) != ():
        raise TypeError(
            "grad is for functions that return one number, but this one returned an array of "
            f"shape {shape_of(y)}; use jacobian for the derivatives of every entry, vjp for a "
            "weighted sum of them, gradients_function for their sum, or derivative if the "
            "function is elementwise"
        )
    dtype = y.dtype if hasattr(y, "dtype") else np.result_type(y)
    if dtype.kind == "c" and any(x.dtype.kind != "c" for x in arguments.leaves):
        raise TypeError(
            "grad of a complex value by a real argument would lose its imaginary part; use "
            "jacobian(f, mode='forward'), or take the gradient of np.real and of np.imag"
        )
    if dtype.kind in "fc":
        return dtype.type(1)
    known = value(y)
    known = known.item() if isinstance(known, np.ndarray) else known
    return type(known)(1)  # exact among exact objects, divided by a number of elements too


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """A function's value, and the function that pulls cotangents back: vector times Jacobian.

    Parameters
    ----------
    f : callable
        Plain NumPy code, with any output.
    *primals : arrays, or tuples, lists and dicts of arrays
        The arguments.

    Returns
    -------
    y : array or structure of arrays
        ``f(*primals)``.
    pullback : callable
        It takes a cotangent with the structure and shapes of `y` and returns a tuple: for
        each argument, the sum over the cotangent times the derivatives. It may be called
        any number of times.

    Raises
    ------
    TypeError
        If `f` is not callable or a primal is not numeric.
    ValueError
        When called, if the cotangent does not fit `y`.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> y, pullback = ta.vjp(np.multiply, np.array([1.0, 2.0]), 3.0)
    >>> y
    array([3., 6.])
    >>> by_x, by_y = pullback(np.array([1.0, 10.0]))
    >>> by_x, float(by_y)
    (array([ 3., 30.]), 21.0)
    """
    check_callable(f)
    arguments = Arguments(tuple(range(len(primals))), primals)
    arguments.leaves = kept(arguments.leaves)  # the pullback is called at any time later
    recording = Recording(arguments.leaves)
    try:
        output = recording.run(f, arguments.filled(recording.variables), {})
    except BaseException:
        recording.graph.clear()
        raise
    recording.graph.close()
    form, leaves = structure(output.tree), output.leaves
    values = list(map(recording.value, leaves))
    call = arguments.called(f, {})

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        if structure(cotangent) != form:
            raise ValueError(
                f"the cotangent must have the structure of the output, which is {form}, but "
                f"it is {structure(cotangent)}"
            )
        seeds = [
            _cotangent(seed, leaf)
            for seed, leaf in zip(flatten(cotangent)[0], leaves, strict=True)
        ]
        found = recording.pull(leaves, seeds)
        if has_nan(found) and not has_nan(seeds):
            _, found = resolved(call, arguments.leaves, values, found, seeds)
        return arguments.like(found)

    return output.rebuild(values), pullback


def _cotangent(given: Any, output: Any) -> Any:
    seed = scalar(numeric(given, "the cotangent"))
    if seed.shape != shape_of(output):
        raise ValueError(
            f"a cotangent has the shape of its output: the output has shape "
            f"{shape_of(output)}, the cotangent {seed.shape}"
        )
    return seed


def hvp(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function ``g(x, v)``: the Hessian of a scalar-valued `f` at x, times v.

    It costs a few evaluations of `f`, whatever the size of x: the Hessian is never formed.

    Parameters
    ----------
    f : callable
        Plain NumPy code that returns one number.

    Returns
    -------
    callable
        It takes the point, a vector of the same shape (or the same structure of arrays),
        and further arguments of `f`.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> product = ta.hvp(lambda x: np.sum(x**3))
    >>> product(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([  6., 120.])
    """
    gradient = grad(f)

    def g(x: Any, v: Any, *args: Any, **kwargs: Any) -> Any:
        return jvp(lambda x: gradient(x, *args, **kwargs), (x,), (v,))[1]

    return named(g, f, "The Hessian times a vector")


def gradients_function(f: Callable[..., Any]) -> Callable[..., list[Any]]:
    """The function that computes the gradient of `f` by every argument.

    Parameters
    ----------
    f : callable
        Plain NumPy code. An array it returns is summed.

    Returns
    -------
    callable
        It takes the arguments of `f`, by position, and returns a list with one gradient for
        each. A Python or NumPy integer is passed to `f` as it is, so that it can count, and
        has gradient 0.0: write 2.0 and not 2 for a number to differentiate by.

    Examples
    --------
    >>> import taylorad as ta
    >>> def power(x, n):
    ...     result = 1.0
    ...     for _ in range(n):
    ...         result = result * x
    ...     return result
    >>> [float(g) for g in ta.gradients_function(power)(3.0, 2)]
    [6.0, 0.0]
    """
    evaluate = value_and_gradients_function(f)

    def g(*args: Any, **kwargs: Any) -> list[Any]:
        return evaluate(*args, **kwargs)[1]

    return named(g, f, "The gradients in all arguments")


def value_and_gradients_function(
    f: Callable[..., Any],
) -> Callable[..., tuple[Any, list[Any]]]:
    """The function that computes `f` and its gradient by every argument.

    Parameters
    ----------
    f : callable
        Plain NumPy code. For the gradients an array it returns is summed.

    Returns
    -------
    callable
        It takes the arguments of `f`, by position, and returns the value and what
        `gradients_function` returns.

    Examples
    --------
    >>> import taylorad as ta
    >>> y, gradients = ta.value_and_gradients_function(lambda x, y: x * y)(3.0, 4.0)
    >>> float(y), [float(g) for g in gradients]
    (12.0, [4.0, 3.0])
    """
    check_callable(f)

    def g(*args: Any, **kwargs: Any) -> tuple[Any, list[Any]]:
        varied = tuple(at for at, x in enumerate(args) if not _is_count(x))
        arguments = Arguments(varied, args)
        with Recording(arguments.leaves) as recording:
            output = recording.run(f, arguments.filled(recording.variables), kwargs)
            seeds = list(map(ones, output.leaves))
            found = recording.pull(output.leaves, seeds)
            values = list(map(recording.value, output.leaves))
        if has_nan(found):
            call = arguments.called(f, kwargs)
            values, found = resolved(call, arguments.leaves, values, found, seeds)
        gradients: list[Any] = [0.0] * len(args)
        for at, gradient in zip(varied, arguments.like(found), strict=True):
            gradients[at] = gradient
        return output.rebuild(values), gradients

    return named(g, f, "The value and the gradients in all arguments")


def _is_count(x: Any) -> bool:
    return isinstance(x, (int, np.integer, np.bool_))
