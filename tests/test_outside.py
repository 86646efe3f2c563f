"""What NumPy does not let us see: it works, is repacked, or raises an error that says why."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

import taylorad as ta
from taylorad._numbers import Number, repack
from taylorad.tape import GradientTape, Variable

X, D = np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 0.5])

# Each is linear in x or a square of it, and gives an array, of objects at least.
ARRAYS = {
    "np.array": (lambda x: np.array([x[0], x[1]]), D[:2]),
    "np.array of arrays": (lambda x: np.array([x, x]), np.stack([D, D])),
    "np.array with plain": (lambda x: np.array([[x[0], 1.0], [2.0, x[1]]]), [[1.0, 0], [0, -1]]),
    "np.asarray": (lambda x: np.asarray([x[0], x[2]]), D[::2]),
    "np.asarray of a number": (np.asarray, D),
    "np.ascontiguousarray": (np.ascontiguousarray, D),
    "np.full": (lambda x: np.full(3, x[1]), np.full(3, -1.0)),
    "np.full of an array": (lambda x: np.full((2, 3), x), np.stack([D, D])),
    "np.r_": (lambda x: np.r_[x, 1.0], [*D, 0.0]),
    "np.c_": (lambda x: np.c_[x, x], np.stack([D, D], 1)),
    "np.vectorize": (lambda x: np.vectorize(lambda t: t * t)(x), 2 * X * D),
    "np.fromiter of objects": (lambda x: np.fromiter(iter(x), object), D),
    "np.concatenate of lists": (lambda x: np.concatenate([np.zeros(1), [x[0]]]), [0.0, 1.0]),
    "choose": (lambda x: np.array([0, 1, 0]).choose([x, x]), D),
    "sorted": (lambda x: np.array(sorted(x)), D),
}
SCALARS = {
    "sum": (sum, 0.5),
    "max": (max, 0.5),
    "round": (lambda x: round(x[0] / 3, 1), 0.0),
    "random.gauss": (lambda x: random.Random(0).gauss(x[0], 1.0), 1.0),
    "poly1d": (lambda x: np.poly1d(x)(2.0), 4 * 1.0 - 2 * 1.0 + 0.5),
    "Polynomial": (lambda x: np.polynomial.Polynomial(x)(2.0), 1.0 - 2 * 1.0 + 4 * 0.5),
}
REFUSED = {
    "float": lambda x: float(x[0]),
    "int": lambda x: int(x[0]),
    "complex": lambda x: complex(x[0]),
    "math.sin": lambda x: math.sin(x[0]),
    "math.fsum": lambda x: math.fsum(x),
    "assignment": lambda x: np.zeros(3).__setitem__(0, x[0]),
    "assignment of a slice": lambda x: np.zeros(3).__setitem__(slice(None), x),
    "fill": lambda x: np.zeros(3).fill(x[0]),
    "copyto": lambda x: np.copyto(np.zeros(3), x),
    "put": lambda x: np.zeros(3).put([0], x[0]),
    "np.array of floats": lambda x: np.array([x[0], x[1]], dtype=float),
    "np.asarray of floats": lambda x: np.asarray(x, dtype=float),
    "np.fromiter of floats": lambda x: np.fromiter(iter(x), float),
    "np.vectorize to floats": lambda x: np.vectorize(lambda t: t, otypes=[float])(x),
    "np.float64": lambda x: np.float64(x[0]),
    "percent": lambda x: "%f" % x[0],  # noqa: UP031
    "Generator.normal": lambda x: np.random.default_rng(0).normal(x[0], 1.0),
    "out": lambda x: np.add(x, 1.0, out=np.zeros(3)),
    "np.frompyfunc": lambda x: np.frompyfunc(lambda t: t, 1, 1)(x),
    "np.save": lambda x: np.save("nowhere", x),
    "masked array": lambda x: x * np.ma.array(X),
    "memoryview": memoryview,
    "tobytes": lambda x: x.tobytes(),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name):
    call, expected = ARRAYS[name]
    number = repack(call(ta.Dual(X, D)))
    assert isinstance(number, Number)
    np.testing.assert_array_equal(number.tangent, expected)
    found = ta.directional_derivative(call)(X, D)  # repacked at the function's return
    np.testing.assert_array_equal(found, expected)
    weights = np.arange(1.0, np.size(expected) + 1).reshape(np.shape(expected))
    pulled = ta.grad(lambda x: np.sum(weights * call(x)))(X) @ D
    assert pulled == pytest.approx(np.sum(weights * expected), rel=1e-14)


@pytest.mark.parametrize("name", SCALARS)
def test_scalars(name):
    call, expected = SCALARS[name]
    assert call(ta.Dual(X, D)).tangent == expected
    with GradientTape() as tape:
        x = tape.watch(X)
        y = call(x)
    assert np.sum(tape.gradient(y, x, unconnected_gradients="zero") * D) == pytest.approx(expected)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name):
    with pytest.raises(TypeError) as error:
        REFUSED[name](ta.Dual(X, D))
    assert len(str(error.value)) > 20
    with GradientTape(), pytest.raises(TypeError):
        REFUSED[name](Variable(X))


def test_format_strings_show_the_derivatives():
    x = ta.Dual(1.0, 2.0)
    assert f"{x}" == "Dual(1.0, 2.0)"
    assert f"{x:.2f}" == "Dual(1.00, 2.00)"


def test_a_plain_accumulator_is_never_read_as_an_answer():
    alias = total = np.zeros(3)
    total += ta.Dual(X, D)
    assert total.tangent.tolist() == D.tolist()
    assert np.isnan(alias).all()
