"""Linear rules against plain NumPy calls, interpolated exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from polynomial_calls import ALGEBRAS, PLAIN, check, code, leaves, numbers, operands_of

import taylorad as ta
from taylorad._numbers import Number, make, value
from taylorad.algebra import dual, taylor
from taylorad.rules import conversion, linear

CALLS = """
np.reshape(A, (2, 6))
np.reshape(A, -1)
np.reshape(A.T, (2, 6))
np.reshape(A, (6, 2), order="F")
np.reshape(s, (1, 1))
np.reshape(e, (3, 0, 2))
np.ravel(T)
np.ravel(A, order="F")
np.ravel(A.T, "K")
np.ravel(s)
np.transpose(T)
np.transpose(T, (1, 0, 2))
np.transpose(T, axes=(-1, 0, 1))
np.transpose(x)
np.matrix_transpose(T)
la.matrix_transpose(A)
np.swapaxes(T, 0, -1)
np.moveaxis(T, 0, -1)
np.moveaxis(T, [0, 1], [-1, 0])
np.rollaxis(T, 2)
np.rollaxis(T, 1, 3)
np.squeeze(T[:1])
np.squeeze(T[:, :1], axis=1)
np.squeeze(x[:1])
np.expand_dims(A, 0)
np.expand_dims(A, (0, -1))
np.expand_dims(s, 0)
np.broadcast_to(x, (3, 4))
np.broadcast_to(s, (2, 2))
np.broadcast_to(A, (2, 3, 4))
np.broadcast_arrays(x, A)
np.broadcast_arrays(s, P, w[:, None])
np.flip(T)
np.flip(T, 1)
np.flip(T, axis=(0, -1))
np.fliplr(A)
np.flipud(x)
np.rot90(A)
np.rot90(T, k=3, axes=(1, 2))
np.diag(S)
np.diag(A, k=1)
np.diag(w)
np.diag(w, -1)
np.diagonal(A)
np.diagonal(T, 1, 0, 2)
np.diagonal(T, offset=-1, axis1=1, axis2=2)
la.diagonal(T, offset=1)
np.diagflat(w)
np.diagflat(A, 1)
np.split(x, 2)
np.split(A, [1, 3], axis=1)
np.array_split(x, 3)
np.array_split(w, 5)
np.hsplit(A, 2)
np.vsplit(A, 3)
np.dsplit(T, (1, 3))
np.sum(A)
np.sum(s)
np.sum(s, axis=0)
np.sum(e)
np.sum(e, axis=0)
np.sum(T, 1)
np.sum(T, axis=(0, -1))
np.sum(T, axis=())
np.sum(T, axis=-1, keepdims=True)
np.sum(T, axis=None, keepdims=True)
np.sum(A, initial=3)
np.sum(A, 0, initial=s)
np.sum(A, axis=1, where=P > 0)
np.sum(x, where=mask, initial=2.5, keepdims=True)
np.sum(A, dtype=complex)
np.sum(A, 0, np.float32)
np.sum(z)
A.sum(axis=0)
np.mean(A)
np.mean(T, axis=(0, 2), keepdims=True)
np.mean(T, -2)
np.mean(s)
np.mean(A, axis=1, where=P != 0)
np.mean(Z, axis=0)
np.cumsum(x)
np.cumsum(A)
np.cumsum(A, axis=0)
np.cumsum(A.T, -1)
np.cumsum(s)
np.cumsum(A, axis=1, dtype=np.float32)
np.trace(S)
np.trace(T, 1, 0, 2)
np.trace(A, offset=-1)
la.trace(T)
la.trace(T, offset=1)
np.diff(x)
np.diff(A, 2)
np.diff(A, n=0)
np.diff(A, axis=0)
np.diff(x, prepend=0)
np.diff(x, prepend=s, append=w)
np.diff(p, prepend=s)
np.diff(A, axis=0, append=P[:1])
np.diff(x, 2, append=[1, 2])
np.ediff1d(A)
np.ediff1d(x, to_end=7)
np.ediff1d(x, to_begin=s, to_end=[s, 1.0])
np.ediff1d(x, w)
np.take(A, [0, 5, -1])
np.take(A, [[0, 2], [1, 1]], axis=1)
np.take(x, 2)
np.take(A, 1, axis=-2)
np.take(x, [5, -7], mode="wrap")
np.take(x, [5, -7], mode="clip")
np.take_along_axis(A, np.array([[0, 1, 2, 0]]), axis=0)
np.take_along_axis(A, np.array([[3], [0], [1]]), axis=1)
np.take_along_axis(A, np.array([3, 0, 1]), axis=None)
np.compress(mask, A, axis=1)
np.compress([False, True], A)
np.compress([True, False, True], A, axis=0)
np.extract(P > 0, A)
np.delete(A, 1)
np.delete(A, [0, 2], axis=1)
np.delete(A, slice(None, None, 2), axis=-1)
np.delete(x, mask)
np.insert(x, 1, 9)
np.insert(x, 1, s)
np.insert(p, [1, 2], s)
np.insert(x, [0, 2], [s, 4.0])
np.insert(A, 1, w, axis=1)
np.insert(A, 1, 5, axis=0)
np.insert(A, 2, x)
np.append(x, w)
np.append(x, 3)
np.append(x, [s, 1.0])
np.append(p, s)
np.append(A, P, axis=0)
np.append(A, B)
np.repeat(A, 2)
np.repeat(A, 2, axis=0)
np.repeat(A, [1, 0, 2], axis=0)
np.repeat(s, 3)
np.tile(x, 2)
np.tile(A, (2, 1, 2))
np.tile(s, 3)
np.resize(x, (2, 3))
np.resize(A, 5)
np.resize(x, 0)
np.roll(x, 1)
np.roll(A, 2)
np.roll(A, 1, axis=0)
np.roll(A, (1, -1), axis=(0, 1))
np.tril(S)
np.tril(T, -1)
np.triu(A, k=1)
np.triu(x)
np.concatenate([x, w])
np.concatenate((A, P, A), axis=0)
np.concatenate([A, S], 1)
np.concatenate([A, P], axis=None)
np.concatenate([A, B.T], axis=-2)
np.concatenate([e, e])
np.concatenate(A)
np.concatenate([x, z])
np.concatenate([x, w], dtype=np.float32, casting="same_kind")
np.concatenate([x, [1, 2]])
np.stack([x, y])
np.stack([x, p, x], axis=-1)
np.stack([s, 1.0, s])
np.stack(A)
np.stack([x, y], dtype=complex)
np.vstack([x, A])
np.vstack((x, p))
np.hstack([x, w, p])
np.hstack([s, 1, x])
np.hstack([A, S])
np.dstack([x, y])
np.dstack([A, P])
np.column_stack([x, B])
np.column_stack((x, p))
np.block([[S, A], [np.ones((1, 3)), x]])
np.block([x, 1, s])
np.block([[s, 2], [3, 4]])
np.pad(x, 2)
np.pad(A, ((1, 0), (0, 2)), constant_values=5)
np.pad(A, 1, constant_values=s)
np.pad(A, 1, constant_values=((s, 1), (2, s)))
np.pad(A, [(0, 1), (2, 0)], "edge")
np.pad(x, 3, "linear_ramp", end_values=(1, s))
np.pad(A, 1, mode="mean")
np.pad(A, 2, mode="mean", stat_length=2)
np.pad(A, 2, "reflect")
np.pad(x, 2, "reflect", reflect_type="odd")
np.pad(A, 2, "symmetric")
np.pad(x, (5, 6), "wrap")
np.meshgrid(x, w)
np.meshgrid(x, p, w, indexing="ij", sparse=True)
np.meshgrid(x, w, copy=False)
np.meshgrid(x)
np.ix_(x, [0, 2])
np.astype(x, np.float32)
np.astype(x, complex)
np.astype(A, float, copy=False)
np.atleast_1d(s)
np.atleast_1d(x)
np.atleast_1d(s, 3.0, x)
np.atleast_2d(x)
np.atleast_2d(s, A)
np.atleast_3d(x, A, T)
np.atleast_3d(A)
np.real(x)
np.real(Z)
np.imag(z)
np.imag(x)
np.real_if_close(x)
np.real_if_close(z)
np.copy(A.T)
np.copy(x, "F", subok=True)
np.array(x, like=x)
np.array([s, 1.0, s], like=s)
np.array(x, dtype=complex, ndmin=2, like=x)
np.asarray(A, like=A)
np.asarray([[s, 2], [s, s]], like=s)
np.asanyarray(x, like=x)
np.ascontiguousarray(A.T, like=A)
np.asfortranarray(A, like=A)
np.require(A, requirements=["F"], like=A)
sliding_window_view(x, 2)
sliding_window_view(A, (2, 2))
sliding_window_view(A, 2, axis=-1)
np.bincount([0, 2, 2, 1], x)
np.bincount([0, 2, 2, 1], weights=x, minlength=6)
np.polyder(x)
np.polyder(x, 2)
np.polyint(x)
np.polyint(x, 2, k=[s, 1.0])
np.polyint(x, k=3)
np.polyadd(x, w)
np.polyadd(x, [1, 2, 3, 4, 5])
np.polysub(w, x)
np.polysub(2, x)
np.gradient(x)
np.gradient(A)
np.gradient(A, 0.5, axis=0)
np.gradient(A, [0.0, 1, 4, 5], axis=-1, edge_order=2)
np.gradient(T, 2.0, q, p * 0 + [0, 1, 3, 4], edge_order=1)
np.trapezoid(x)
np.trapezoid(A, dx=0.25, axis=0)
np.trapezoid(A, [0.0, 1, 4, 5])
np.interp([0.5, 1.5, 2, -1, 9], [0, 1, 2, 3], x)
np.interp(2.25, [0, 1, 2, 3], x, left=s, right=7)
np.interp(p, [0, 1, 2, 3], x, period=3)
np.interp([0.5, 7], [0, 1, 2, 3], z, s, s)
fft.fft(x)
fft.fft(A, 6, 0)
fft.ifft(z, axis=-1, norm="ortho")
fft.rfft(A, axis=0)
fft.irfft(z, n=5)
fft.hfft(z)
fft.ihfft(x)
fft.fft2(A)
fft.ifft2(Z)
fft.rfft2(A, axes=(1, 0))
fft.irfft2(Z)
fft.fftn(T, axes=(0, 2))
fft.ifftn(Z)
fft.rfftn(T, s=(2, 2), axes=(0, 1))
fft.irfftn(Z, norm="forward")
fft.fftshift(A)
fft.fftshift(x, axes=0)
fft.ifftshift(A, axes=(1,))
""".strip().splitlines()

if hasattr(np, "unstack"):  # NumPy 2.1
    CALLS += """
np.reshape(A, (4, 3), copy=True)
np.unstack(A)
np.unstack(T, axis=-1)
np.cumulative_sum(x)
np.cumulative_sum(A, axis=0, include_initial=True)
np.cumulative_sum(A, axis=-1, dtype=np.float32)
""".strip().splitlines()

# Linear as long as no order among the values changes.
SELECTING = """
np.extract(A > 0.5, A)
np.compress(x > 0.5, x)
np.sum(A, where=A > 0.5)
np.pad(A, 1, "maximum")
np.pad(A, [(0, 1), (2, 2)], "minimum", stat_length=2)
np.pad(x, 2, "median")
np.pad(A, 1, "median", stat_length=((1, 2), (3, 1)))
np.pad(x, 2, lambda vector, width, axis, options: vector.__setitem__(0, vector[2] * 3))
np.interp(A, [-20.0, 0.5, 3.25, 20], p)
np.interp(A, [-3.5, 0.5, 3.25, 4.5], p, left=s)
np.interp(A + 0.4, [-20.0, 0, 3, 20], p, period=2.25)
""".strip().splitlines()


@pytest.mark.parametrize("algebra", ALGEBRAS)
@pytest.mark.parametrize("call", CALLS)
def test_coefficients(call: str, algebra: str) -> None:
    check(call, dict.fromkeys(operands_of(call), ALGEBRAS[algebra]), degree=1)


@pytest.mark.parametrize("call", CALLS)
def test_operands_of_several_levels_in_scattered_memory(call: str) -> None:
    algebras = [taylor(2, tag=1), dual(tag=2), taylor(1, tag=3)]
    names = operands_of(call)
    check(call, dict(zip(names, algebras * 2, strict=False)), degree=1, fortran=True)


@pytest.mark.parametrize("algebra", ["taylor", "hyperdual"])
@pytest.mark.parametrize("call", SELECTING)
def test_where_the_values_decide(call: str, algebra: str) -> None:
    algebras = dict.fromkeys(operands_of(call), ALGEBRAS[algebra])
    check(call, algebras, degree=1, scale=Fraction(1, 256), tolerance=1e-6)


@pytest.mark.parametrize("call", [call for call in CALLS if not {*operands_of(call)} & {"z", "Z"}])
def test_fractions_stay_exact(call: str) -> None:
    algebras = dict.fromkeys(operands_of(call), ALGEBRAS["taylor"])
    operands = numbers(call, algebras, kind="fraction")
    plain = {name: np.asarray(value(operand)) for name, operand in operands.items()}
    try:
        expected = list(leaves(code(call)(plain)))
    except (TypeError, ValueError) as error:  # NumPy cannot do this with objects
        with pytest.raises((type(error), TypeError)):
            code(call)(operands)
        return
    outputs = list(leaves(code(call)(operands)))
    if any(np.asarray(values).dtype != object for values in expected):
        return
    floats = leaves(code(call)(numbers(call, algebras)))
    for output, values, number in zip(outputs, expected, floats, strict=True):
        if isinstance(output, Number):
            assert output.dtype == object
            np.testing.assert_array_equal(np.asarray(value(output)), values)
            np.testing.assert_allclose(output.parts.astype(float), number.parts, atol=1e-12)


@pytest.mark.parametrize("call", CALLS)
def test_float32_gives_the_type_numpy_gives(call: str) -> None:
    algebras = dict.fromkeys(operands_of(call), ALGEBRAS["dual"])
    operands = numbers(call, algebras, kind="float32")
    plain = {name: np.asarray(value(operand)) for name, operand in operands.items()}
    expected = leaves(code(call)(plain))
    for output, values in zip(leaves(code(call)(operands)), expected, strict=True):
        assert output.dtype == np.asarray(values).dtype


SINGLE = [call for call in CALLS if len(operands_of(call)) == 1]


@pytest.mark.filterwarnings("ignore:.*broadcast:DeprecationWarning")
@pytest.mark.parametrize("call", SINGLE)
def test_shares_memory_exactly_where_numpy_does(call: str) -> None:
    (name,) = operands_of(call)
    operands = numbers(call, {name: ALGEBRAS["taylor"]})
    operand = operands[name]
    if operand.ndim == 0:
        return
    rows = list(operand.parts.copy())
    plain = [leaves(code(call)({name: row})) for row in rows]
    for output, *views in zip(leaves(code(call)(operands)), *plain, strict=True):
        if not isinstance(output, Number) or not output.ndim:
            continue
        shared = np.shares_memory(views[0], rows[0])
        assert np.shares_memory(output.parts, operand.parts) == shared
        if not shared:
            continue
        assert output.parts.flags.writeable == views[0].flags.writeable
        if views[0].flags.writeable:
            output[...] = 77.0
            for row, view in enumerate(views):
                view[...] = 0.0 if row else 77.0
    np.testing.assert_array_equal(operand.parts, rows)


def test_a_poly1d_is_its_coefficients() -> None:
    moving = make(dual(), np.array([[1.0, 2.0], [5.0, 6.0]]))
    difference = np.polysub(np.poly1d([1, 4]), moving)
    np.testing.assert_array_equal(difference.parts, [[0, 2], [-5, -6]])


def test_every_row_has_a_call() -> None:
    text = "\n".join(CALLS + SELECTING)
    rows = [*linear.TABLE, *linear.ELEMENTWISE, *conversion.SEPARATE, *conversion.CREATION]
    for row in rows:
        assert f"{row.function.__name__}(" in text, row.function


def x3() -> Number:
    return numbers("x", {"x": taylor(3)})["x"]


@pytest.mark.parametrize(
    "call",
    [
        "np.sum(x, dtype=int)",
        "np.insert(np.arange(3), 1, s)",
        "np.take(x, s)",
        "np.take(p, x)",
        "np.repeat(x, s)",
        "np.reshape(x, s)",
        "np.roll(x, s)",
        "np.bincount(x)",
        "np.bincount(x, p)",
        "np.interp(x, p, p, period=s)",
        "np.sliding_window_view(x, s)",
    ],
)
def test_steering_arguments_are_refused(call: str) -> None:
    operands = numbers(call, dict.fromkeys(operands_of(call), dual()))
    if "sliding" in call:
        call = call.replace("np.", "")
    with pytest.raises(TypeError):
        code(call)(operands)


@pytest.mark.parametrize(
    "call, error",
    [
        ("np.sum(x, axis=1)", ValueError),
        ("np.sum(x, axis=-2)", ValueError),
        ("np.cumsum(A, axis=2)", ValueError),
        ("np.diff(x, axis=None)", TypeError),
        ("np.diff(x, n=-1)", ValueError),
        ("np.reshape(x, 3)", ValueError),
        ("np.flip(x, 1)", ValueError),
        ("np.concatenate([x, A])", ValueError),
        ("np.concatenate([])", ValueError),
        ("np.stack([x, w])", ValueError),
        ("np.sum(x, spam=1)", TypeError),
        ("np.pad(x, 1, 'spam')", ValueError),
        ("np.pad(x, 1, 'maximum', stat_length=0)", ValueError),
        ("np.gradient(x, 1, 2)", TypeError),
        ("np.interp(x, [1, 2], [1, 2, 3])", ValueError),
        ("np.broadcast_to(x, 3)", ValueError),
    ],
)
def test_numpys_own_errors(call: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        code(call)(numbers(call, dict.fromkeys(operands_of(call), dual())))


def test_real_if_close_keeps_a_derivative_that_leaves_the_real_axis() -> None:
    still = make(dual(), np.array([[1 + 0j, 2], [3, 4]]))
    moving = make(dual(), np.array([[1 + 0j, 2], [3j, 4]]))
    assert np.real_if_close(still).dtype == float
    assert np.real_if_close(moving).dtype == complex


def test_infinite_values_leave_no_trace_in_other_levels() -> None:
    one = make(dual(1), np.array([[np.inf, 1.0], [1.0, 2.0]]))
    two = make(dual(2), np.array([[1.0, 1.0], [5.0, 6.0]]))
    joined = np.concatenate([one, two])
    assert np.isfinite(joined.parts[1:]).all()


def test_derivative_through_a_pipeline_of_linear_functions() -> None:
    def f(t: Any) -> Any:
        grid = np.stack([t * np.arange(3.0), t**2 * np.ones(3)])
        return np.sum(np.cumsum(np.roll(grid, 1, axis=1), axis=1) * np.flip(grid))

    # sum_j cumsum(2t, 0, t) (t^2) + cumsum(t^2) (2t, t, 0) = 7 t^3 + 4 t^3
    assert ta.derivative(f)(2.0) == pytest.approx(33 * 4.0)
    assert PLAIN["p"].tolist() == [2.0, -1.0, 3.0, 1.0]
