"""Linear rules in reverse: every call of the forward tests, pulled back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from polynomial_calls import SHAPES, code, leaves, operands_of
from reverse_calls import check_reverse, check_second, pairing, plain_operands
from test_rules_linear import CALLS, SELECTING, SINGLE

import taylorad as ta
from taylorad._numbers import make
from taylorad._tape import Variable
from taylorad.algebra import dual
from taylorad.tape import GradientTape

pytestmark = pytest.mark.filterwarnings("ignore:.*broadcast:DeprecationWarning")

# Calls whose transpose has cases of its own.
UGLY = """
np.reshape(A.T, -1, order="A")
np.reshape(A, (2, 6), order="A")
np.ravel(T.transpose(1, 0, 2), "K")
np.ravel(A[::-1, ::2], "K")
np.reshape(s, ())
np.transpose(s)
np.moveaxis(T, -1, 0)
np.rollaxis(T, -1)
np.swapaxes(T, 1, 1)
np.squeeze(s)
np.broadcast_to(w[:, None], (2, 3, 4))
np.broadcast_to(A[:1], (5, 4))
np.broadcast_to(s, ())
np.flip(s)
np.flip(T, (-1, 0))
np.rot90(A, -1)
np.diag(A, -2)
np.diag(A, 4)
np.diagonal(T, 2, -1, 0)
np.diagonal(T, axis1=2, axis2=1)
np.split(A, [2, 1, 9], axis=1)
np.array_split(e, 2)
np.array_split(x, [-1])
np.split(A, [-3, -1], -1)
np.hsplit(x, [1])
np.dsplit(T, 2)
np.sum(A, axis=(0, -1), initial=s)
np.sum(A, 0, initial=w[0], where=P > 0, keepdims=True)
np.sum(T, axis=(-1, 0), keepdims=True)
np.sum(e, axis=1)
np.mean(T, axis=(-1,), where=P != 0)
np.mean(A, None, keepdims=True)
np.cumsum(e, axis=0)
np.cumsum(e)
np.cumsum(s, 0)
np.trace(T, -1, -1, 1)
np.trace(A, 4)
np.trace(e)
np.diff(x, 4)
np.diff(x, 5)
np.diff(A, 2, 0, prepend=w[0], append=A)
np.diff(e, axis=0)
np.diff(x[:1])
np.ediff1d(s)
np.ediff1d(e)
np.ediff1d(A, to_begin=[1.0, 2.0])
np.ediff1d(x, to_end=A)
np.take(x, np.array([], int))
np.take(s, [0, 0])
np.take(T, [[1, 1], [0, -1]], axis=-2)
np.take(A, [3, -9], axis=1, mode="clip")
np.take(A, [13, -9], mode="wrap")
np.take_along_axis(A, np.array([[0, 0, -1]]).T, 1)
np.delete(T, [0, -1], 2)
np.insert(A, 0, A[0], axis=0)
np.insert(A, [0, 0], B.T[:2], axis=0)
np.insert(x, [1, -1], 2.0)
np.append(e, A)
np.append(s, s)
np.repeat(T, [2], axis=-1)
np.repeat(A, [1, 0, 2, 3], axis=-1)
np.repeat(x, np.array([0, 1, 2, 0]))
np.repeat(A, 0, axis=1)
np.tile(T, (2, 1))
np.tile(e, 2)
np.resize(s, 3)
np.roll(T, [1, 2], [0, -1])
np.roll(x, -9)
np.tril(w)
np.triu(T, 2)
np.concatenate([T, T[:, :0]], axis=1)
np.concatenate([x, y], axis=-1)
np.concatenate(T, axis=-1)
np.concatenate([[s, 1.0], x])
np.stack([A, P, A], axis=-1)
np.stack([s, s])
np.vstack([s, s, 2.0])
np.vstack(T)
np.hstack([A[:, :0], A])
np.dstack([T, T])
np.dstack([s, 1.0])
np.column_stack([s, s])
np.block([[[T]], [[T]]])
np.block(s)
np.pad(s, 0)
np.pad(e, 1)
np.pad(T, ((0, 0), (1, 2), (0, 1)), "reflect", reflect_type="odd")
np.pad(x, 9, "reflect", reflect_type="odd")
np.pad(A, 3, "symmetric", reflect_type="odd")
np.pad(A, 2, "linear_ramp", end_values=((s, 2), (x[0], 3)))
np.pad(A, ((2, 1), (0, 3)), "mean", stat_length=((1, 2), (3, 2)))
np.pad(A, {-1: (1, 2)}, constant_values=s)
np.meshgrid(x, w, indexing="ij")
np.meshgrid(s, x)
np.meshgrid(x, s, sparse=True)
np.ix_(x, w)
np.atleast_3d(A, x, s)
np.astype(x, np.float64, copy=False)
np.real(z)
np.imag(Z)
np.require(A, requirements="C", like=A)
sliding_window_view(T, (2, 2), axis=(0, 2))
np.bincount([1, 1, 3, 0], weights=x)
np.polyder(x, 4)
np.polyder(x, 5)
np.polyint(x, 2, s)
np.polyadd(s, x)
np.polysub(x, y)
np.polyadd(z, [1.0, 2.0])
fft.fft(z, 3)
fft.fft(Z, 5, -2, "forward")
fft.ifft(x, 7)
fft.rfft(x, 3)
fft.rfft(x, 9, norm="ortho")
fft.rfft(A, 5, 0)
fft.irfft(z)
fft.irfft(z, 3)
fft.irfft(z, 12, norm="forward")
fft.irfft(x, 1)
fft.irfft(Z, 4, 0, "ortho")
fft.hfft(z, 5, norm="ortho")
fft.hfft(Z, axis=0)
fft.hfft(x, 9)
fft.ihfft(x, 3, norm="forward")
fft.ihfft(A, 6, 0)
fft.fft2(Z, (2, 5))
fft.rfft2(A, (5, 3), norm="ortho")
fft.irfft2(Z, (4, 3))
fft.irfft2(Z, axes=(1, 0))
fft.fftn(T, (3, -1), (0, 2))
fft.fftn(T)
fft.rfftn(T)
fft.rfftn(T, axes=(2, 0))
fft.irfftn(T, s=(3, 3), axes=(0, 1))
fft.irfftn(Z, axes=(-1,))
fft.fftshift(T, (0, -1))
fft.ifftshift(x)
""".strip().splitlines()

if hasattr(np, "cumulative_sum"):
    UGLY += """
np.cumulative_sum(A, axis=-2, include_initial=True)
np.cumulative_sum(e, axis=0, include_initial=True)
np.unstack(A, axis=-1)
""".strip().splitlines()


@pytest.mark.parametrize("call", CALLS + SELECTING)
def test_transposes(call: str) -> None:
    check_reverse(call)


@pytest.mark.parametrize("call", UGLY)
def test_transposes_at_ugly_points(call: str) -> None:
    check_reverse(call)


@pytest.mark.parametrize("call", CALLS + UGLY)
def test_transposes_of_scattered_memory(call: str) -> None:
    check_reverse(call, fortran=True)


@pytest.mark.parametrize("call", [call for call in CALLS if "float32" not in call])
def test_second_derivatives(call: str) -> None:
    check_second(call)


# --- Views -------------------------------------------------------------------------------


# Parts of complex numbers cannot be assigned to; np.ix_ gives an integer array as well.
APART = {"np.real(Z)", "np.imag(z)", "np.ix_(x, [0, 2])"}


@pytest.mark.parametrize("call", [call for call in SINGLE if call not in APART])
def test_shares_changes_exactly_where_numpy_does(call: str) -> None:
    evaluate = code(call)
    (name,) = operands_of(call)
    plain = plain_operands(call)
    try:
        _write_through(evaluate, name, plain)
    except (TypeError, ValueError) as error:  # read-only, or a 0-d result
        variables = {name: ta.value(plain[name])}
        with GradientTape() as tape, pytest.raises(type(error)):
            _write_through(evaluate, name, {key: tape.watch(x) for key, x in variables.items()})
        return
    check_reverse(lambda operands: _write_through(evaluate, name, operands), plain)


@pytest.mark.parametrize(
    "call", [call for call in SINGLE if call not in APART and "float32" not in call]
)
def test_numbers_over_variables_share_changes_too(call: str) -> None:
    evaluate = code(call)
    (name,) = operands_of(call)
    plain = plain_operands(call)[name]
    direction = np.ones_like(plain) / 3

    def moved(x: Any) -> Any:
        number = make(dual(), np.stack([x, x * x * direction]))
        outputs = _write_through(evaluate, name, {name: number})
        return [output.parts for output in outputs]

    try:
        moved(plain)
    except (TypeError, ValueError) as error:
        with GradientTape() as tape, pytest.raises((TypeError, ValueError)):
            moved(tape.watch(plain))
        assert str(error)
        return
    rng = np.random.default_rng(5)
    expected, step = moved(plain), rng.uniform(-1, 1, plain.shape) * 1e-5
    with GradientTape() as tape:
        x = tape.watch(plain)
        outputs = moved(x)
    cotangents = [rng.uniform(-1, 1, y.shape) for y in expected]
    for output, values in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(ta.value(output), values, rtol=1e-12, atol=1e-12)
    found = pairing(tape.gradient(outputs, x, output_gradients=cotangents), step)
    ahead, behind = moved(plain + step), moved(plain - step)
    slope = sum(pairing(w, a - b) / 2 for w, a, b in zip(cotangents, ahead, behind, strict=True))
    np.testing.assert_allclose(found, slope, rtol=1e-7, atol=1e-11)


def _write_through(evaluate: Any, name: str, operands: Any) -> list[Any]:
    """Change the results, then the operand, and return all as they are then."""
    x = operands[name] * 1.0
    if not np.size(x):
        raise TypeError("nothing to change")
    results = list(leaves(evaluate({name: x})))
    if not np.ndim(x) or not all(map(np.ndim, results)):
        raise TypeError("0-d results do not change")
    for result in results:
        if result.size:
            last = x[(-1,) * x.ndim]
            result[(0,) * result.ndim] = (last if np.iscomplexobj(result) else np.real(last)) * 3
    before = [result * 2 for result in results]
    x[(0,) * x.ndim] = x[(-1,) * x.ndim] ** 2
    return [x, *results, *before]


def test_a_view_of_a_view_reaches_the_base() -> None:
    with GradientTape() as tape:
        x = tape.watch(np.arange(12.0).reshape(3, 4))
        y = np.flip(np.reshape(x, (4, 3)).T, 0)[1:]
        y[0, 0] = x[2, 3] * 5
        z = np.sum(x * x)
    assert x.value[0, 1] == 55.0
    expected = 2 * np.arange(12.0).reshape(3, 4)
    expected[0, 1] = 0
    expected[2, 3] += 2 * 55 * 5
    np.testing.assert_array_equal(tape.gradient(z, x), expected)


@pytest.mark.parametrize("part", [np.real, np.imag])
def test_parts_of_complex_numbers_follow_them_and_are_read_only(part: Any) -> None:
    with GradientTape() as tape:
        z = tape.watch(np.array([1 + 2j, 3 - 1j]))
        y = part(z)
        with pytest.raises(ValueError, match="read-only"):
            y[0] = 5.0
        z[1] = z[0] * 2
        total = np.sum(y * y)
    np.testing.assert_array_equal(y.value, part(np.array([1 + 2j, 2 + 4j])))
    slope = 10 * (1.0 if part is np.real else -2j)  # of 5 part(z_0)^2
    np.testing.assert_allclose(tape.gradient(total, z), [slope, 0])


def test_nothing_is_recorded_without_a_tape() -> None:
    x = Variable(np.arange(6.0).reshape(2, 3))
    for y in (np.sum(x, axis=0), np.reshape(x, -1), np.concatenate([x, x]), np.tile(x, 2)):
        assert type(y) is np.ndarray


@pytest.mark.parametrize(
    "call", ["np.take(x, s)", "np.reshape(x, s)", "np.roll(x, s)", "np.bincount([0, 1], x, s)",
             "np.insert(np.arange(3), 1, s)", "np.sum(x, dtype=int)", "np.pad(x, 1, 'spam')"]
)  # fmt: skip
def test_misuse_is_refused(call: str) -> None:
    with GradientTape() as tape, pytest.raises((TypeError, ValueError)):
        code(call)({name: tape.watch(x) for name, x in plain_operands(call).items()})


def test_cotangents_are_numpys_own_arrays() -> None:
    with GradientTape(persistent=True) as tape:
        x = tape.watch(np.ones((3, 4), np.float32))
        total, mean = np.sum(x), np.mean(x, axis=0)
    for target in (total, mean):
        found = tape.gradient(target, x)
        assert found.dtype == np.float32
        assert found.flags.writeable


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in "eszZ"])
def test_sums_against_finite_differences(name: str) -> None:
    plain = plain_operands(f"np.sum({name})")[name]

    def f(x: Any) -> Any:
        rolled = np.roll(np.cumsum(np.flip(x)), 1)
        return np.sum(rolled**3) / 100 + np.mean(np.diff(x, axis=-1) ** 2)

    with GradientTape() as tape:
        x = tape.watch(plain)
        y = f(x)
    found = tape.gradient(y, x)
    h = 1e-4
    for index in np.ndindex(plain.shape):
        step = np.zeros_like(plain)
        step[index] = h
        slope = (f(plain + step) - f(plain - step)) / (2 * h)
        np.testing.assert_allclose(found[index], slope, rtol=1e-5, atol=1e-4)
