"""check_grads finds what is wrong, and nothing where all is well."""

import numpy as np
import pytest

import taylorad as ta

X = np.array([0.3, 0.7, 1.1])


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (np.sin, (0.5,)),
        (np.sin, (1,)),
        (lambda x: np.sum(np.exp(x) * x), (X,)),
        (lambda x, y: {"a": x @ y, "b": [np.outer(x, y)]}, (X, X**2)),
        (lambda d: d["a"] ** d["b"], ({"a": X, "b": 1.5},)),
        (np.linalg.norm, (X,)),
        (np.log, (1e-3,)),
        (np.log, (np.array([1e-2, 1e2]),)),
        (lambda z: z * np.exp(z), (np.array([0.3 + 0.2j, 1j]),)),
        (lambda z: np.abs(z) ** 2, (0.3 + 0.2j,)),
        (np.fft.fft, (X,)),
        (lambda x: np.cumsum(x)[::2], (np.linspace(0.0, 1.0, 200),)),
        (lambda x: 3.0, (X,)),
        (lambda: 3.0, ()),
        (lambda x: x[:0], (X,)),
        (lambda x: np.zeros(3), (np.zeros(0),)),
    ],
)
def test_what_is_right(f, args):
    assert ta.check_grads(f, args, order=2) is None


def test_high_order():
    ta.check_grads(lambda x: np.exp(np.sin(x)), (X,), order=4)
    ta.check_grads(lambda x: np.exp(np.sin(x)), (0.3,), order=5, modes="forward")


def test_single_precision():
    ta.check_grads(lambda x: np.sum(np.sin(x) * x), (X.astype(np.float32),))


def wrong_by(error, f=np.sin, slope=np.cos):
    return ta.custom_derivative(f, lambda x: slope(x) * (1.0 + error))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_wrong_slope_is_found(mode):
    with pytest.raises(AssertionError, match=f"order 1, {mode} mode"):
        ta.check_grads(wrong_by(1e-4), (X,), modes=[mode])
    ta.check_grads(wrong_by(1e-4), (X,), modes=[mode], rtol=1e-3)
    ta.check_grads(wrong_by(1e-4), (X,), modes=[mode], atol=1e-3, rtol=0.0)


@pytest.mark.parametrize(
    "path", ["forward over forward", "reverse over forward", "forward over reverse"]
)
def test_a_wrong_second_derivative_is_found(path):
    outer, _, inner = path.split()

    @ta.custom_jvp
    def f(x):
        return np.sin(x)

    @f.defjvp
    def f_jvp(primals, tangents):
        return f(primals[0]), tangents[0] * slope(primals[0])

    slope = wrong_by(0.1, np.cos, lambda x: -np.sin(x))
    ta.check_grads(f, (X,), order=1)
    with pytest.raises(AssertionError, match=f"order 2, {path}" if outer == inner else "order 2"):
        ta.check_grads(f, (X,), modes=(inner, outer))


def test_the_worst_entry_is_shown():
    def slope(x):
        return np.where(np.arange(5) == 3, 1.5, 1.0)

    f = ta.custom_derivative(lambda x: x * 1.0, slope)
    with pytest.raises(AssertionError, match=r"output \[3\].* is due.*1 of 5 entries"):
        ta.check_grads(f, (np.ones(5),), modes="forward")
    only_there = ta.custom_vjp(lambda x, y: np.sum(x * y))
    only_there.defvjp(
        lambda x, y: (np.sum(x * y), (x, y)),
        lambda kept, g: (g * kept[1] + (np.arange(3) == 1), g * kept[0]),
    )
    with pytest.raises(AssertionError, match=r"argument 0\[1\]"):
        ta.check_grads(only_there, (X, X), modes=("reverse",), order=1)


def test_a_wrong_value_is_found():
    f = ta.custom_vjp(np.sin)
    f.defvjp(lambda x: (np.sin(x) + 1.0, x), lambda x, g: (g * np.cos(x),))
    with pytest.raises(AssertionError, match="the value itself"):
        ta.check_grads(f, (X,), modes=("reverse",))


def test_a_gradient_that_is_missing_is_found():
    with pytest.raises(AssertionError):
        ta.check_grads(lambda x: x * ta.stop_gradient(x), (X,))


def test_nan_is_found():
    f = ta.custom_derivative(np.sin, lambda x: x * np.nan)
    with pytest.raises(AssertionError, match="nan where"):
        ta.check_grads(f, (X,), order=1)


def test_misuse():
    with pytest.raises(TypeError, match="must be a function"):
        ta.check_grads(1.0, (X,))
    with pytest.raises(TypeError, match=r"write \(x,\)"):
        ta.check_grads(np.sin, X)
    with pytest.raises(ValueError, match="order must be 1 or more"):
        ta.check_grads(np.sin, (X,), order=0)
    with pytest.raises(ValueError, match="'forward' or 'reverse', but 'fwd'"):
        ta.check_grads(np.sin, (X,), modes=("fwd",))
