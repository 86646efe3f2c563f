"""The exact oracle for functions that are polynomials of their operands.

A linear or multilinear function of operands that are polynomials in some variables is
itself such a polynomial. So its coefficients follow from plain NumPy calls at a grid of
integer points, by interpolation in rational arithmetic: no rule of ours takes part.

Calls are strings of NumPy code over named operands, which makes a table of them readable
and each its own test name.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from taylorad._numbers import Number, make, value
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor

ONE = Fraction(1)

ALGEBRAS = {
    "dual": dual(),
    "taylor": taylor(3),
    "hyperdual": hyperdual(),
    "nested": Algebra.of((Factor(1, "taylor", 2), Factor(2, "dual", 1))),
}

SHAPES: dict[str, tuple[int, ...]] = {
    "s": (),  # a scalar
    "x": (4,),
    "y": (4,),
    "w": (3,),
    "A": (3, 4),
    "B": (4, 3),
    "S": (3, 3),
    "T": (2, 3, 4),
    "U": (2, 4, 3),
    "e": (0, 3),  # empty
    "z": (4,),  # complex
    "Z": (3, 4),  # complex
}

# Plain operands: lower case for vectors, upper case for matrices.
PLAIN: dict[str, Any] = {
    "p": np.array([2.0, -1.0, 3.0, 1.0]),
    "q": np.array([1.0, 4.0, -2.0]),
    "P": np.arange(12.0).reshape(3, 4) - 5,
    "Q": np.array([[1, 2, 0], [0, -1, 3], [2, 2, 1], [1, 0, 1]]),  # integers
    "C": np.arange(12.0).reshape(3, 4) * (1 - 2j),
    "mask": np.array([True, False, True, True]),
}


def code(call: str) -> Callable[[Mapping[str, Any]], Any]:
    """The call as a function of the operands' values by name."""
    compiled = compile(call, call, "eval")
    names = {"np": np, "la": np.linalg, "fft": np.fft, "sliding_window_view": sliding_window_view}
    return lambda operands: eval(compiled, {**names, **PLAIN, **operands})


def operands_of(call: str) -> list[str]:
    """The names of the differentiated operands in a call."""
    return [name for name in compile(call, call, "eval").co_names if name in SHAPES]


def numbers(
    call: str, algebras: Mapping[str, Algebra], kind: str = "float", fortran: bool = False
) -> dict[str, Number]:
    """Operands with small integer coefficients, distinct values and every row filled."""
    made = {}
    for name in operands_of(call):
        rng = np.random.default_rng(list(name.encode()))
        algebra, shape = algebras[name], SHAPES[name]
        size = int(np.prod(shape))
        parts = rng.integers(-3, 4, (algebra.rows, *shape)).astype(float)
        parts[0] = (rng.permutation(size) - size // 3).reshape(shape)
        if name in "zZ" and kind == "float":
            parts = parts + 1j * rng.integers(-3, 4, parts.shape)
        if kind == "fraction":
            flat = [Fraction(int(entry)) for entry in parts.ravel()]
            parts = np.array([*flat, None], object)[:-1].reshape(parts.shape)
        elif kind == "float32":
            parts = parts.astype(np.complex64 if parts.dtype.kind == "c" else np.float32)
        if fortran:  # the same number in a buffer that is contiguous nowhere
            wide = np.zeros((*parts.shape[::-1], 2), parts.dtype).T[0]
            wide[...] = parts
            parts = wide
        made[name] = make(algebra, parts)
    return made


def leaves(result: Any) -> Iterator[Any]:
    """The arrays in a result that may be a list or tuple."""
    if isinstance(result, list | tuple):
        for item in result:
            yield from leaves(item)
    else:
        yield result


def variables_of(algebra: Algebra) -> list[tuple[int, int]]:
    return [(factor.tag, v) for factor in algebra.factors for v in range(factor.variables)]


def at(number: Number, point: Mapping[tuple[int, int], Any]) -> Any:
    """The plain operand where the variables have these values."""
    variables = variables_of(number.algebra)
    total = number.parts[0, ...] * 0
    for exponents, coefficient in zip(number.algebra.exponents, number.parts, strict=True):
        factor: Any = 1
        for variable, exponent in zip(variables, exponents.tolist(), strict=True):
            factor = factor * point[variable] ** exponent
        total = total + coefficient * factor
    return np.asarray(total)


@lru_cache(maxsize=64)
def lagrange(nodes: int) -> tuple[list[int], list[list[Fraction]]]:
    """Integer nodes, and the coefficients of the polynomial that is 1 at one, 0 at the others."""
    places = [k - nodes // 2 for k in range(nodes)]
    basis = []
    for place in places:
        polynomial = [Fraction(1)]
        for other in places:
            if other != place:
                scaled = [coefficient / (place - other) for coefficient in polynomial]
                shifted = [Fraction(0), *scaled]
                polynomial = [
                    high - other * low
                    for high, low in zip(shifted, [*scaled, Fraction(0)], strict=True)
                ]
        basis.append(polynomial)
    return places, basis


def exact(array: Any) -> np.ndarray:
    """Real numbers as fractions, exactly."""
    array = np.asarray(array)
    flat = [Fraction(entry) for entry in array.ravel().tolist()]
    return np.array([*flat, None], object)[:-1].reshape(array.shape)


def expansion(
    call: str, operands: Mapping[str, Number], algebra: Algebra, degree: int, scale: Fraction
) -> list[np.ndarray]:
    """The coefficients over `algebra` of every output, from plain NumPy at a grid of points.

    Parameters
    ----------
    call : str
        What to evaluate.
    operands : mapping of str to Number
        Its operands.
    algebra : Algebra
        Whose monomials to give the coefficients of.
    degree : int
        The degree of the function in its operands together.
    scale : Fraction
        The distance between grid points; small where the function is linear only nearby.
    """
    evaluate = code(call)
    variables = variables_of(algebra)
    largest = algebra.exponents.max(axis=0) if variables else []
    grids = [lagrange(degree * int(bound) + 1) for bound in largest]
    sums: list[Any] = []
    for picks in itertools.product(*(range(len(places)) for places, _ in grids)):
        point = {
            variable: float(grid[0][pick] * scale)
            for variable, grid, pick in zip(variables, grids, picks, strict=True)
        }
        plain = {name: at(operand, point) for name, operand in operands.items()}
        outputs = [np.asarray(output) for output in leaves(evaluate(plain))]
        pairs = [exact(np.stack([output.real, output.imag])) for output in outputs]
        sums = sums or [[0 * pair] * algebra.rows for pair in pairs]
        for row, exponents in enumerate(algebra.exponents.tolist()):
            weight = Fraction(1)
            for grid, pick, exponent in zip(grids, picks, exponents, strict=True):
                weight *= grid[1][pick][exponent] / scale**exponent
            for total, pair in zip(sums, pairs, strict=True):
                total[row] = total[row] + weight * pair
    found = [np.array(total, object).astype(float) for total in sums]
    return [total[:, 0] + 1j * total[:, 1] for total in found]


def check(
    call: str,
    algebras: Mapping[str, Algebra],
    degree: int,
    scale: Fraction = ONE,
    tolerance: float = 1e-9,
    **options: Any,
) -> None:
    """Evaluate a call on numbers and compare values, types and every coefficient."""
    operands = numbers(call, algebras, **options)
    algebra = None
    for operand in operands.values():
        algebra = operand.algebra if algebra is None else algebra.join(operand.algebra)
    assert algebra is not None
    evaluate = code(call)
    plain = evaluate({name: np.asarray(value(operand)) for name, operand in operands.items()})
    result = evaluate(operands)
    assert isinstance(result, list | tuple) == isinstance(plain, list | tuple)
    expected = expansion(call, operands, algebra, degree, scale)
    for output, values, rows in zip(leaves(result), leaves(plain), expected, strict=True):
        if not isinstance(output, Number):  # an output of plain operands alone
            np.testing.assert_array_equal(output, values)
            np.testing.assert_allclose(rows[1:], 0, atol=1e-9)
            continue
        own, target = output.algebra.embedding(algebra)
        assert len(own) == output.algebra.rows
        values = np.asarray(values)
        assert output.shape == values.shape
        assert output.dtype == values.dtype
        np.testing.assert_array_equal(np.asarray(value(output)), values)
        parts = np.zeros((algebra.rows, *values.shape), output.parts.dtype)
        parts[target] = output.parts[own]
        np.testing.assert_allclose(parts.astype(complex), rows, rtol=tolerance, atol=tolerance)
