"""Every function and every ufunc that NumPy hands over, called with Variables on record.

The result is a Variable, unless the table of the functions that values alone answer says
otherwise, and where no tape records, it is NumPy's own.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from both_modes import weights_of
from numpy.lib.stride_tricks import sliding_window_view
from test_coverage import OVERRIDABLE, REFUSED, name_of

import taylorad as ta
from taylorad import dispatch
from taylorad.rules import elementwise, value_only
from taylorad.tape import GradientTape, Variable

x = np.array([0.5, 0.25, 0.75])
X = np.array([[0.5, 0.2, 0.1], [0.3, 0.9, 0.4], [0.6, 0.15, 0.8]])
MASK = np.array([True, False, True])

# How most functions can be called; the first that plain arrays can be called with is used.
PATTERNS = [
    lambda f, v: f(v(x)),
    lambda f, v: f(v(X)),
    lambda f, v: f(v(x), v(x[::-1])),
    lambda f, v: f(v(X), v(X.T)),
    lambda f, v: f([v(x), v(x)]),
    lambda f, v: f(v(x), 1),
    lambda f, v: f(v(X), 0, 1),
    lambda f, v: f(v(X), (3, 3)),
    lambda f, v: f(MASK, v(x)),
    lambda f, v: f(v(x), np.array([0, 2, 1])),
]


def made_like(*args):
    """A call of a function that gets a Variable as ``like=`` alone."""

    def call(f, v):
        prototype = v(x)  # NumPy's frombuffer uses it after it has dropped its reference
        return f(*args, like=prototype)

    return call


CALLS = {
    np.apply_along_axis: lambda f, v: f(np.sum, 0, v(X)),
    np.apply_over_axes: lambda f, v: f(np.sum, v(X), [0]),
    np.arange: made_like(3.0),
    np.array: lambda f, v: f(v(x), like=v(x)),
    np.asanyarray: lambda f, v: f(v(x), like=v(x)),
    np.asarray: lambda f, v: f(v(x), like=v(x)),
    np.ascontiguousarray: lambda f, v: f(v(x), like=v(x)),
    np.asfortranarray: lambda f, v: f(v(x), like=v(x)),
    np.require: lambda f, v: f(v(x), like=v(x)),
    np.astype: lambda f, v: f(v(x), np.float32),
    np.bincount: lambda f, v: f([0, 1, 1], v(x)),
    np.can_cast: lambda f, v: f(v(x), np.float64) if v is Variable else f(x.dtype, np.float64),
    np.choose: lambda f, v: f([0, 1, 0], [v(x), v(x[::-1])]),
    np.digitize: lambda f, v: f(v(x), [0.0, 0.4]),
    np.dsplit: lambda f, v: f(v(np.ones((1, 1, 2))), 2),
    np.empty: lambda f, v: np.multiply(f(3, like=v(x)), 0.0) + x,
    np.empty_like: lambda f, v: np.multiply(f(v(x)), 0.0) + x,
    np.extract: lambda f, v: f(MASK, v(x)),
    np.eye: made_like(3),
    np.frombuffer: made_like(b"12345678"),
    np.fromfile: lambda f, v: f(__file__, np.uint8, 8, like=v(x)).astype(float) * v(x)[0],
    np.fromfunction: made_like(lambda i: i * 1.0, (3,)),
    np.fromiter: lambda f, v: f([1.0, 2.0], float, like=v(x)),
    np.fromstring: lambda f, v: f("1 2", float, sep=" ", like=v(x)),
    np.full: lambda f, v: f(3, v(x), like=v(x)),
    np.full_like: lambda f, v: f(v(x), 2.0),
    np.genfromtxt: lambda f, v: f(io.StringIO("1 2"), like=v(x)),
    # Without weights the counts are plain.
    np.histogram2d: lambda f, v: f(v(x), v(x), 2, weights=v(x)),
    np.histogramdd: lambda f, v: f(v(X), 2, weights=v(x)),
    np.identity: made_like(3),
    np.interp: lambda f, v: f(0.3, [0.0, 0.5, 1.0], v(x)),
    np.ix_: lambda f, v: f([0, 1]),
    np.loadtxt: lambda f, v: f(io.StringIO("1 2"), like=v(x)),
    np.ones: made_like(3),
    np.piecewise: lambda f, v: f(v(x), [MASK], [lambda t: t * t]),
    np.ravel_multi_index: lambda f, v: f(([0, 1], [1, 1]), (2, 2)),
    np.roll: lambda f, v: f(v(x), 1),
    np.select: lambda f, v: f([MASK], [v(x)]),
    np.take_along_axis: lambda f, v: f(v(X), np.array([[1], [0], [2]]), 1),
    np.tri: made_like(3),
    np.unravel_index: lambda f, v: f([0, 1], (2, 2)),
    np.where: lambda f, v: f(MASK, v(x), 0.0),
    np.zeros: made_like(3),
    np.linalg.cholesky: lambda f, v: f(v(X @ X.T + np.eye(3))),
    np.linalg.eig: lambda f, v: f(v(X + np.diag([1.0, 2.0, 4.0]))),
    np.linalg.eigvals: lambda f, v: f(v(X + np.diag([1.0, 2.0, 4.0]))),
    np.polyfit: lambda f, v: f(v(x), v(x), 1),
    np.linalg.matrix_power: lambda f, v: f(v(X), 3),
    np.linalg.tensorinv: lambda f, v: f(v(X), 1),
    np.linalg.tensorsolve: lambda f, v: f(v(X), v(x)),
    sliding_window_view: lambda f, v: f(v(x), 2),
}

# What changes its first argument and returns nothing.
STORES = {
    np.copyto: lambda f, target, item: f(target, item),
    np.fill_diagonal: lambda f, target, item: f(target, 0.5 * item[0, 0]),
    np.place: lambda f, target, item: f(target, X > 0.4, item),
    np.put: lambda f, target, item: f(target, [0, 4], item[:2, 1]),
    np.put_along_axis: lambda f, target, item: f(target, np.array([[1], [0], [2]]), item[:, :1], 1),
    np.putmask: lambda f, target, item: f(target, X > 0.4, item),
}

# What else than the rows of `value_only` has no Variable to answer with.
PLAIN = {np.ix_, np.ravel_multi_index, np.unravel_index}

FUNCTIONS = [f for f in OVERRIDABLE if f not in REFUSED and f not in STORES]


def answered_by_values(function):
    row = dispatch.rule_of(function)
    return isinstance(row, value_only.ValueOnly | value_only.Text) or function in PLAIN


def leaves(result):
    if isinstance(result, tuple | list):
        return [leaf for item in result for leaf in leaves(item)]
    return [result]


def without_like(function):
    """The plain call of a function whose call names a Variable as ``like=``."""

    def call(*args, like=None, **kwargs):
        return function(*args, **kwargs)

    return call


def call_of(function):
    """How to call a function, and its plain results."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if function in CALLS:
            return CALLS[function], leaves(CALLS[function](without_like(function), np.copy))
        for pattern in PATTERNS:
            try:
                return pattern, leaves(pattern(function, np.copy))
            except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
                continue
    raise AssertionError(f"add a call of {name_of(function)} to CALLS")


def same(got, want):
    if isinstance(want, np.ndarray | np.generic | float | int | bool):
        np.testing.assert_allclose(ta.value(got), want, rtol=1e-14, atol=1e-16)
    elif not isinstance(want, str):  # of a Variable another text is written
        assert got is want or got == want


@pytest.mark.filterwarnings("ignore:(text or binary|string or file):DeprecationWarning")
@pytest.mark.parametrize("function", FUNCTIONS, ids=name_of)
def test_every_function_is_recorded(function):
    call, plain = call_of(function)
    with GradientTape() as tape:
        made = []

        def variable(value):
            made.append(tape.watch(np.copy(value)))
            return made[-1]

        results = leaves(call(function, variable))
    assert len(results) == len(plain)
    for got, want in zip(results, plain, strict=True):
        same(got, want)
        if answered_by_values(function):
            assert not isinstance(got, Variable)
        elif np.asarray(want).dtype.kind in "fc":
            assert isinstance(got, Variable), f"the plain result {got!r} drops the derivatives"
    targets = [got for got in results if isinstance(got, Variable)]
    found = tape.gradient(
        targets, made, weights_of([y.value for y in targets]), unconnected_gradients="zero"
    )
    for g, v in zip(found, made, strict=True):
        assert g.shape == v.shape
        assert np.all(np.isfinite(g))


@pytest.mark.filterwarnings("ignore:(text or binary|string or file):DeprecationWarning")
@pytest.mark.parametrize("function", FUNCTIONS, ids=name_of)
def test_nothing_is_recorded_without_a_tape(function):
    call, plain = call_of(function)
    for got, want in zip(leaves(call(function, Variable)), plain, strict=True):
        assert not isinstance(got, Variable)
        same(got, want)


@pytest.mark.parametrize("function", STORES, ids=name_of)
def test_stores_are_recorded(function):
    plain = X.copy()
    STORES[function](function, plain, X.T)
    with GradientTape(persistent=True) as tape:
        old, item = tape.watch([X.copy(), X.T.copy()])
        target = +old
        assert STORES[function](function, target, item) is None
        total = np.sum(target * X)
    np.testing.assert_array_equal(target.value, plain)
    kept, stored = tape.gradient(total, [old, item], unconnected_gradients="zero")
    changed = np.zeros_like(X)
    STORES[function](function, changed, np.ones_like(X))
    np.testing.assert_allclose(kept, np.where(changed == 0, X, 0))
    assert np.sum(stored * X.T) == pytest.approx(np.sum(np.where(changed, plain * X, 0)))


UFUNCS = sorted(
    {u for u in vars(np).values() if isinstance(u, np.ufunc)}, key=lambda u: u.__name__
)
OF_NUMBERS = [
    u for u in UFUNCS if any(kind.startswith("d" * u.nin) for kind in u.types) or u is np.ldexp
]
VALUES_ONLY = {row.function for row in elementwise.VALUE_ONLY}


def operands_of(ufunc):
    shapes = {"matmul": [X, X], "vecdot": [X, X], "vecmat": [x, X], "matvec": [X, x]}
    if ufunc.__name__ in shapes:
        return shapes[ufunc.__name__]
    if ufunc is np.ldexp:
        return [x, 2]
    return [x + (ufunc is np.arccosh), x[::-1] * 1.1][: ufunc.nin]


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda u: u.__name__)
def test_every_ufunc_is_recorded(ufunc):
    operands = operands_of(ufunc)
    if ufunc not in OF_NUMBERS:
        with GradientTape(), pytest.raises(TypeError):
            ufunc(*(Variable(a) for a in operands))
        return
    plain = leaves(ufunc(*operands))
    variables = [Variable(a) if isinstance(a, np.ndarray) else a for a in operands]
    for got, want in zip(leaves(ufunc(*variables)), plain, strict=True):
        assert not isinstance(got, Variable)
        same(got, want)
    with GradientTape() as tape:
        results = leaves(ufunc(*variables))
    for got, want in zip(results, plain, strict=True):
        same(got, want)
        assert isinstance(got, Variable) == (want.dtype.kind in "fc")
    assert all(isinstance(got, Variable) for got in results[:1]) != (ufunc in VALUES_ONLY)
    sources = [v for v in variables if isinstance(v, Variable)]
    targets = [got for got in results if isinstance(got, Variable)]
    for g in tape.gradient(targets, sources, unconnected_gradients="zero"):
        assert np.all(np.isfinite(g))
