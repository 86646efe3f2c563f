"""What transforms say when they are given something else than they take."""

import numpy as np
import pytest
import scipy.sparse
from examples import f_example

import taylorad as ta

ORDERED = [
    lambda order: ta.derivative(np.sin, order),
    lambda order: ta.derivatives(np.sin, order),
    lambda order: ta.directional_derivative(np.sin, order),
    lambda order: ta.taylor(np.sin, order),
]


@pytest.mark.parametrize("make", ORDERED)
@pytest.mark.parametrize(
    ("order", "error"),
    [(-1, ValueError), (1.5, TypeError), (2.0, TypeError), (True, TypeError), ("2", TypeError),
     (None, TypeError), (np.nan, TypeError)],
)  # fmt: skip
def test_orders_that_are_not(make, order, error):
    with pytest.raises(error, match="order must be"):
        make(order)


@pytest.mark.parametrize("make", ORDERED)
def test_numpy_integers_are_orders(make):
    make(np.int64(2))


@pytest.mark.parametrize("argnum", [1.0, True, "0", None, (0, 1)])
def test_argnum_must_be_an_integer(argnum):
    with pytest.raises(TypeError, match="argnum"):
        ta.derivative(np.sin, argnum=argnum)


@pytest.mark.parametrize("argnum", [1, 5, -2])
def test_argnum_out_of_range(argnum):
    with pytest.raises(ValueError, match=f"argnum={argnum}.*1 positional argument;"):
        ta.derivative(np.sin, argnum=argnum)(1.0)


def test_argument_by_keyword():
    with pytest.raises(ValueError, match="by position"):
        ta.derivative(lambda x: x)(x=1.0)


@pytest.mark.parametrize("workers", [0, -1])
def test_workers_must_be_positive(workers):
    with pytest.raises(ValueError, match="workers must be 1 or more"):
        ta.derivatives(np.sin, 1, workers=workers)


@pytest.mark.parametrize("workers", [1.5, True, "two"])
def test_workers_must_be_an_integer(workers):
    with pytest.raises(TypeError, match="workers must be an integer"):
        ta.derivatives(np.sin, 1, workers=workers)


@pytest.mark.parametrize("f", [1.0, "sin", None, np.ones(3), ta.Taylor([1.0, 2.0])])
def test_functions_must_be_callable(f):
    for make in (
        ta.derivative,
        lambda f: ta.derivatives(f, 1),
        ta.directional_derivative,
        lambda f: ta.taylor(f, 1),
        lambda f: ta.jvp(f, (1.0,), (1.0,)),
        lambda f: ta.jet(f, (1.0,), ([1.0],)),
        lambda f: ta.custom_derivative(f, np.sin),
    ):
        with pytest.raises(TypeError, match="must be a function"):
            make(f)


@pytest.mark.parametrize(
    "x", ["1", b"1", None, {"a": 1.0}, ["a", "b"], np.array(["a"]), np.array([None]), object(),
          np.datetime64("2020-01-01")]
)  # fmt: skip
def test_arguments_must_be_numeric(x):
    with pytest.raises(TypeError, match="must be a number"):
        ta.derivative(lambda x: x)(x)


def test_masked_arrays_are_refused():
    with pytest.raises(TypeError, match="masked array"):
        ta.derivative(np.sin)(np.ma.array([1.0, 2.0], mask=[False, True]))


@pytest.mark.parametrize("output", ["text", object(), {1, 2}, (1.0, "text"), iter([1.0])])
def test_outputs_must_be_numeric(output):
    with pytest.raises(TypeError, match="must return a number"):
        ta.derivative(lambda x: output)(1.0)


def test_results_are_named_after_the_function():
    assert ta.derivative(f_example).__name__ == "f_example"
    assert "f_example" in ta.derivatives(f_example, 2).__doc__
    assert ta.derivative(np.sin).__name__ == "sin"


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("make", [np.matrix, scipy.sparse.csr_array])
@pytest.mark.parametrize(
    "call",
    [
        lambda x, a: x * a,
        lambda x, a: a @ x if isinstance(a, np.matrix) else x @ a,
        lambda x, a: np.add(x, a),
        lambda x, a: np.dot(a, x),
        lambda x, a: ta.derivative(lambda t: t * t)(a),
        lambda x, a: ta.grad(np.sum)(a),
        lambda x, a: ta.Dual(a, 1.0),
    ],
)
def test_matrices_and_sparse_arrays_are_refused(call, make):
    """To multiply is to multiply matrices with them; as entries the result would be another."""
    a = make(np.array([[1.0, 2.0], [3.0, 4.0]]))
    with pytest.raises(TypeError, match=r"(numpy.matrix|sparse arrays \(csr_array\))"):
        call(ta.Dual(np.eye(2), 1.0), a)
    with pytest.raises(TypeError, match=r"numpy.matrix|sparse"), ta.GradientTape() as tape:
        call(tape.watch(np.eye(2)), a)
