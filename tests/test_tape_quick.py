"""Calls that are recorded without the way through dispatch: as those that take it."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

import taylorad as ta

A, B = np.linspace(0.2, 1.4, 6), np.linspace(-1.0, 2.0, 6)
M, V, MASK = np.arange(12.0).reshape(3, 4) / 7 + 0.1, np.linspace(1, 2, 4), B > 0.3

CALLS = {
    "sum": lambda a, m: np.sum(m, axis=0),
    "sum method": lambda a, m: m.sum(1, keepdims=True),
    "mean": lambda a, m: np.mean(m, (0, 1)) * m.mean(axis=-1),
    "reshape": lambda a, m: m.reshape(2, 6) + np.reshape(m, (2, -1)) + m.reshape((6, 2)).T,
    "reshape in another order": lambda a, m: m.reshape(2, 6, order="F"),
    "axes": lambda a, m: m.T @ m.swapaxes(0, 1).T + np.transpose(m, (1, 0)) @ np.moveaxis(m, 0, 0),
    "squeeze": lambda a, m: np.squeeze(m[None]) * np.expand_dims(m, 0).squeeze(axis=0),
    "products": lambda a, m: M @ m.T @ (m @ V) * np.dot(a, B) * a.dot(a),
    "vectors": lambda a, m: (V[:3] @ m) * np.outer(a, B)[:4, 1] + np.inner(a, B),
    "where": lambda a, m: np.where(MASK, a, B) * np.where(MASK, 2.0, a),
    "extremes": lambda a, m: np.maximum(a, B) + np.minimum(0.5, a) * np.fmax(a, 1),
    "clip": lambda a, m: np.clip(a, 0.3, 1.1) * np.clip(B, -0.5, a),
    "powers": lambda a, m: a**2.5 * a**B * 1.5**a * np.power(a, -1),
    "angles": lambda a, m: np.arctan2(a, B) + np.arctan2(1.0, a) + np.abs(-a) * np.square(a),
    "joined": lambda a, m: np.concatenate([a, B, m[:, 0]]) * np.concatenate((m, m), axis=1)[0, 1],
    "stacked": lambda a, m: np.stack([a, B, a]).sum(0) * np.stack([a[0], a[1]], axis=-1)[0],
    "running extremes": lambda a, m: np.maximum.accumulate(a * np.cos(5 * a)) + (
        np.minimum.accumulate(m * np.sin(9 * m), axis=1)[0, 3] * np.subtract.reduce(m)[1]
        + np.hypot.reduce(m, axis=1)[2] + np.logaddexp.accumulate(a)[4]),
    "grids": lambda a, m: np.meshgrid(a, m[0])[1].sum(1)[1] * np.meshgrid(a, B, indexing="ij")[0],
    "broadcast": lambda a, m: np.broadcast_arrays(a, m[:, :1])[0] * np.broadcast_arrays(
        a, m[:, :1])[1],
    "cut": lambda a, m: np.trim_zeros(a * a * (A > 0.3) * (A < 1.3)),
    "zeros and coefficients": lambda a, m: np.poly(a) * np.abs(np.roots(a - 3.0)).sum(),
    "distinct": lambda a, m: np.unique(m * np.sin(9 * m)),
    "edges": lambda a, m: np.histogram(a * np.cos(5 * a))[1] * np.histogram(a, 3)[1][2],
    "slices": lambda a, m: np.apply_along_axis(np.sum, 0, m * m) * np.apply_along_axis(
        np.max, 1, m)[1],
    "axes by subscripts": lambda a, m: np.einsum("ij->ji", m)[1] * np.einsum("ii->i", m[:3, :3]),
    "next": lambda a, m: np.nextafter(a, 1.0 / a) * np.partition(a * np.cos(5 * a), 3),
    "by masks": lambda a, m: np.piecewise(a, [MASK], [lambda x: x * x, lambda x: 3 * x]),
    "several operands": lambda a, m: special.voigt_profile(a, a[::-1], 0.3) + special.betainc(
        2.0, 3.0, a / 2) * special.elliprf(a, B * B, 0.2) + special.hyp2f1(1.0, 2.0, 3.0, a / 3),
    "elements": lambda a, m: a.flat[2] * np.stack([a.flat[i] for i in range(6)]),
    "like": lambda a, m: np.eye(6, like=a) @ a + np.ones(6, like=a) * a,
    "running": lambda a, m: np.cumsum(a)[::-1] + np.flip(np.ravel(m))[:6] + np.roll(a, 2),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_gradients_of_both_modes_and_orders(call):
    """Against forward mode; and reverse mode over reverse mode, which takes dispatch's way."""
    weights = np.random.default_rng(0).normal(size=np.shape(call(A, M)))

    def f(x):
        return np.sum(np.sin(call(x[:6], x[6:].reshape(3, 4))) * weights)

    x = np.concatenate([A, M.ravel()])
    wanted = ta.jacobian(f, mode="forward")(x)
    assert_allclose(ta.grad(f)(x), wanted, rtol=1e-12, atol=1e-12)
    h = 1e-6
    for k in (0, 4, 9, 17):
        unit = np.eye(18)[k]
        slope = (f(x + h * unit) - f(x - h * unit)) / (2 * h)
        assert_allclose(wanted[k], slope, rtol=1e-6, atol=1e-7)
    direction = np.linspace(-1, 1, 18)
    twice = ta.grad(lambda x: np.sum(ta.grad(f)(x) * direction))(x)
    assert_allclose(twice, ta.hvp(f)(x, direction), rtol=1e-9, atol=1e-9)


def test_values_and_classes_are_numpys():
    for call in CALLS.values():
        with ta.GradientTape() as tape:
            y = call(tape.watch(A), tape.watch(M))
        plain = call(A, M)
        assert isinstance(y, ta.Variable)
        assert_array_equal(y.value, plain)
        assert type(y.value) is type(plain)


def test_constants_are_kept_as_they_were():
    mask, matrix, bound, vector = MASK.copy(), np.array(M), np.full(6, 0.5), B.copy()

    def changed(x):
        y = np.where(mask, x, 0.0) + np.maximum(x, bound) + np.clip(x, bound, 2.0) + x**vector
        z = matrix.T @ x[:3]
        mask[:], matrix[:], bound[:], vector[:] = False, 0, 9, 7
        return np.sum(y) + np.sum(z)

    def f(x):
        y = np.where(MASK, x, 0.0) + np.maximum(x, 0.5) + np.clip(x, 0.5, 2.0) + x**B
        return np.sum(y) + np.sum(M.T @ x[:3])

    assert_array_equal(ta.grad(changed)(A), ta.grad(f)(A))


@pytest.mark.parametrize("view", [
    lambda x: x.reshape(2, 3), lambda x: np.reshape(x, (3, 2)).T, lambda x: x.ravel(),
    lambda x: np.expand_dims(x, 1), lambda x: np.flip(x), lambda x: x.reshape(3, 2).swapaxes(0, 1),
])  # fmt: skip
def test_views_stay_views(view):
    def f(x):
        y = x * 1.0
        v = view(y)
        v[0] = v[0] * 3.0
        y[-1] = 2.0
        return np.sum(y * np.arange(1.0, 7.0)) + np.sum(v * v)

    assert_allclose(ta.grad(f)(A), ta.jacobian(f, mode="forward")(A), rtol=1e-14)
    plain = A * 1.0
    wanted = view(plain)
    wanted[0] *= 3.0
    plain[-1] = 2.0
    with ta.GradientTape() as tape:
        y = tape.watch(A) * 1.0
        v = view(y)
        v[0] = v[0] * 3.0
        y[-1] = 2.0
    assert_array_equal(v.value, wanted)


def test_inner_tapes_and_lower_levels():
    x = ta.Variable(A)
    with ta.GradientTape() as outer:
        slope = ta.grad(lambda w: np.sum(np.where(MASK, w * x, w) ** 2))(B)
        y = np.sum(slope)
    by_x = outer.gradient(y, x)
    assert_allclose(by_x, np.where(MASK, 4 * B * A, 0))
    f = ta.derivative(lambda t: np.sum(ta.grad(lambda w: np.sum((M.T @ w[:3]) ** 2 * t))(B)))
    assert_allclose(f(2.0), np.sum(2 * M @ (M.T @ B[:3])))


def test_what_is_not_simple_is_refused_or_done_as_ever():
    with ta.GradientTape() as tape:
        x = tape.watch(M)
        with pytest.raises(ta.DerivativeError):
            np.sum(x, axis=0, dtype=int)
        with pytest.raises(TypeError, match="masked"):
            np.concatenate([x, np.ma.masked_array(M)])
        with pytest.raises(TypeError):
            x.sum(out=np.zeros(()))
        with pytest.raises(ValueError):
            x.reshape(5, 5)
        with pytest.raises(ValueError):
            x @ np.ones(5)
        with pytest.raises(np.exceptions.AxisError):
            np.mean(x, axis=2)
        y = np.sum(x, where=M > 0.5, initial=1.0) + np.where([True], x, 0)[0, 0]
    assert_array_equal(tape.gradient(y, x), (M > 0.5) + np.eye(3, 4)[0] * np.eye(3)[0][:, None])


def test_grad_leaves_nothing_behind():
    def f(x):
        return np.sum(np.where(MASK, x * 2.0, 0.0).reshape(2, 3).T)

    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(50):
            ta.grad(f)(A)
        assert len(gc.get_objects()) - before < 50
    finally:
        gc.enable()


def test_grad_after_an_error():
    def broken(x):
        raise RuntimeError("within")

    with pytest.raises(RuntimeError, match="within"):
        ta.grad(broken)(A)
    assert_array_equal(ta.grad(lambda x: np.sum(x * x), argnums=-1)(A), 2 * A)
    assert ta.grad(lambda x: 3.0)(A).shape == A.shape
    with pytest.raises(TypeError, match="one number"):
        ta.grad(lambda x: x)(A)


WHOLE = {
    "append to a number": lambda x: np.append(0.5, x) * np.arange(1.0, 8.0),
    "append a number": lambda x: np.append(x, 2) * np.arange(1.0, 8.0),
    "insert": lambda x: np.insert(x, 1, 0.5)[1:] * np.insert(x, [0], x[:1])[:-1],
    "split": lambda x: np.split(x, 2)[1] * np.split(x, [1, 4])[1] + np.array_split(x, 4)[3][0],
    "split in columns": lambda x: np.hsplit(x.reshape(2, 3), 3)[2]
    * np.vsplit(x.reshape(3, 2), 3)[0].T,
    "split beyond its end": lambda x: np.concatenate(np.split(x[::-1], [4, 2, 9])),
    "reductions": lambda x: np.add.reduce(x) * np.maximum.reduce(x.reshape(2, 3), axis=1)
    + np.multiply.reduce(x[:2], keepdims=True) * np.minimum.reduce(x.reshape(2, 3), axis=None),
    "accumulations": lambda x: np.add.accumulate(x) * np.multiply.accumulate(x),
    "masks": lambda x: np.compress(B > 0, x) * np.extract(B > 0, x) * x.compress(B > 0),
    "choices": lambda x: np.choose((B > 0).astype(int), [x, x * x])
    + np.select([B > 0, B > 1], [x, 3.0 * x], 0.5),
    "solutions": lambda x: np.linalg.solve(S + np.diag(x[:3]), x[3:]) @ np.linalg.inv(S * x[0]),
    "right-hand sides": lambda x: np.linalg.solve(S * x[1], np.outer(x[:3], x[3:])),
    "powers of matrices": lambda x: np.linalg.matrix_power(S * x[0], 3) * x[:3],
    "whole power": lambda x: np.power(x, 3) + np.float_power(x, 1.5) + np.ldexp(x, 2),
    "steps": lambda x: np.heaviside(B, x) * np.nextafter(x, 3.0) + np.fabs(x - 0.5),
    "rounded": lambda x: x * np.round(x, 1) * x.round(1) + np.fix(x),
    "one condition": lambda x: np.where(x[0] > 0, x[0], 0.0) * x,
    "clip on one side": lambda x: np.clip(x, 0.5, None) * x.clip(None, 1.0),
    "parts": lambda x: np.real(x) * x.real * np.atleast_2d(x)[0] * x.take([0, 0, 1, 2, 3, 5]),
    "without nan": lambda x: np.nansum(x) * np.nanmean(x) * np.nan_to_num(x) + np.nanmax(x),
    "grids": lambda x: np.linspace(x[0], x[1], 6) * np.geomspace(x[2], 3.0, 6),
    "special": lambda x: special.expit(x) * special.erf(x) * special.xlogy(x, x + 1.0),
    "orders": lambda x: special.jv(1.5, x) * special.eval_legendre(3, x) + special.gammaln(x),
    "one by one": lambda x: sum(np.array([x[0], x[1] * x[2]]) * np.asarray(x)[::5])
    * np.stack([item * item for item in x]),
    "as a list": lambda x: np.stack(x.tolist()) * np.stack(x.reshape(2, 3).T.tolist()[1]).sum(),
    "filled": lambda x: np.stack(list(np.full(6, x[1]))) * np.stack(list(np.array(x * x))),
    "conversions": lambda x: x.astype(float) * x.conj() * np.real_if_close(x) * x.conjugate()
    + x.imag * np.imag(x) + np.angle(x - 0.5) * np.astype(x.reshape(2, 3).T, float)[0, 0],
    "axes": lambda x: x.reshape(2, 3).mT @ x.reshape(3, 2).transpose() @ x.reshape(
        1, 2, 3).transpose(2, 1, 0)[..., 0] @ x.reshape(2, 3).transpose((0, 1)),
    "pairs": lambda x: np.multiply.outer(x, B) @ np.maximum.outer(B, x[:2]) + np.subtract.outer(
        x, x.reshape(2, 3)).sum(1)[:, :2] + np.arctan2.outer(x, 2.0)[:, None],
    "folded": lambda x: np.add.reduce(x) * np.maximum.reduce(x) * np.multiply.accumulate(x),
    "of vectors": lambda x: np.vecdot(x, B) * np.linalg.vecdot(B, x) * np.matvec(
        x.reshape(2, 3), x[3:])[0] * np.vecmat(x[:2], x.reshape(2, 3)),
    "chains": lambda x: np.linalg.multi_dot([x, np.outer(B, x), x.reshape(6, 1)])
    * np.tensordot(x.reshape(2, 3), x.reshape(2, 3)) + np.linalg.multi_dot([x, np.outer(B, x), B]),
    "areas": lambda x: np.trapezoid(x) * np.trapezoid(x * x, x) + np.trapezoid(B, dx=x[0]),
    "blocks": lambda x: np.block([x, B, x[1] * x]) * np.polyadd(B, x)[0] - np.polysub(x, x[1:])[2],
    "unstacked": lambda x: np.unstack(x.reshape(2, 3))[1] * np.unstack(x.reshape(3, 2), axis=1)[0],
    "several": lambda x: special.sici(x)[0] * special.fresnel(x)[1] + special.airy(x)[2] * (
        special.shichi(x)[1] + special.iti0k0(x)[0] * special.itj0y0(x)[1]) + special.airy(x)[1],
    "fractions": lambda x: np.modf(3 * x)[0] * x + np.modf(x)[1] * np.frexp(3 * x)[0] * np.ldexp(
        1.0, np.frexp(x)[1]) + divmod(x, 0.3)[1],
    "quotients": lambda x: divmod(x, 0.3)[1] * np.divmod(x * 5, x[::-1] + B)[1] * np.divmod(
        3.0, x[1])[0] + divmod(x[2], x)[0] * x,
    "eigenvalues": lambda x: np.linalg.eigvalsh(S * x[0] + np.outer(x[:3], x[:3]))
    * np.linalg.svdvals(S + np.diag(x[3:])) * np.linalg.svd(np.outer(x[:2], B) + S[:2, :1], True,
                                                            False)[0],
    "eigenvectors": lambda x: np.abs(np.linalg.eigh(S + S.T + np.outer(x[:3], x[:3]))[1]) @ (
        np.linalg.eigh(S * x[0], UPLO="U").eigenvalues)
    + np.real(np.linalg.eigvals(ROTATION * x[5])),
    "eigenvectors of any matrix": lambda x: np.abs(np.linalg.eig(S + np.outer(x[:3], x[3:]))[1])
    * np.real(np.linalg.eig(S * x[0]).eigenvalues)
    + np.abs(np.linalg.eig(ROTATION + np.diag(x[:3]))[1]),
    "singular vectors": lambda x: np.abs(np.linalg.svd(S + np.outer(x[:3], x[3:])).U)
    @ np.linalg.svd(x.reshape(2, 3) + S[:2], full_matrices=False)[1].repeat([2, 1]),
    "factors": lambda x: np.linalg.qr(S + np.outer(x[:3], x[3:]))[0][:, :2] @ np.linalg.qr(
        x.reshape(3, 2) + S[:, :2]).R @ np.linalg.qr(x.reshape(2, 3) + S[:2], mode="r"),
    "least squares": lambda x: np.linalg.lstsq(np.vander(x, 3), B, rcond=None)[0]
    + np.linalg.lstsq(np.vander(x, 3), x)[1] + np.linalg.lstsq(S * x[0], x[:3])[3],
    "pseudoinverses": lambda x: np.linalg.pinv(np.vander(x, 3)) @ x * np.linalg.slogdet(
        S * x[1])[1] * np.linalg.slogdet(S * x[1]).sign,
    "by name": lambda x: np.average(x, weights=B + 2) * np.average(B, weights=x)
    + np.bincount([0, 2, 1, 1, 0, 2], weights=x)[1] * np.average(np.outer(B, x), 1, weights=x)[2],
    "fitted": lambda x: np.polyfit(np.array(B), x * x, 2)[1] * x + np.polyfit(x, B, 1)[0],
    "profiles": lambda x: special.voigt_profile(x, 1.0, 2.0) * special.voigt_profile(1.0, x, x * x),
    "partitions": lambda x: np.partition(-x * B, 2) * np.partition(x.reshape(2, 3), 1, 0)[0, 1],
    "complex on the way": lambda x: special.wofz(x).imag * np.abs(special.hankel1(1, x)) * np.real(
        special.lambertw(x)),
    "hypergeometric": lambda x: special.hyp1f1(1.0, 2.0, x) * special.hyp2f1(1.0, 2.0, 3.5, x / 2),
    "of three": lambda x: special.betainc(2.0, 3.0, x / 2) * special.beta(x, 2.0),
}  # fmt: skip
ROTATION = np.array([[1.0, 2.0, 0.3], [-2.0, 1.5, 0.1], [0.2, -0.4, 3.0]])
S = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.2, 0.7, 5.0]])


@pytest.mark.parametrize("name", WHOLE)
def test_calls_that_are_recorded_as_they_are(name):
    """Values are NumPy's; gradients those of forward mode; second derivatives both ways."""
    call = WHOLE[name]
    plain = call(A)
    weights = np.random.default_rng(1).normal(size=np.shape(plain))
    with ta.GradientTape() as tape:
        y = call(tape.watch(A.copy()))
    assert np.shape(y) == np.shape(plain)
    assert_allclose(ta.value(y), plain, rtol=1e-14)

    def f(x):
        return np.sum(np.sin(call(x)) * weights)

    wanted = ta.jacobian(f, mode="forward")(A)
    assert_allclose(ta.grad(f)(A), wanted, rtol=1e-9, atol=1e-11)
    direction = np.linspace(-1, 1, 6)
    twice = ta.grad(lambda x: np.sum(ta.grad(f)(x) * direction))(A)
    assert_allclose(twice, ta.hvp(f)(A, direction), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("x", [A.astype(">f8"), A[::2], np.asfortranarray(M), M[::2, ::-1], A[:1]])
def test_objects_and_lists_of_any_array(x):
    """Each is the element, one after the other, of what is not a simple row as well."""
    with ta.GradientTape() as tape:
        y = tape.watch(ta.Variable(x))
        found = np.array(y)
        assert found.dtype == object and found.shape == x.shape
        assert all(type(one) is ta.Variable for one in found.flat)
        weights = np.arange(1.0, x.size + 1).reshape(x.shape)
        z = sum(one * w for one, w in zip(found.flat, weights.flat, strict=True))
        for item, row, plain in zip(y, y.tolist(), x, strict=True):
            assert_array_equal(ta.value(item), plain)
            assert np.shape(row) == np.shape(plain)
            z = z + np.sum(item)
    assert_allclose(ta.value(z), np.sum(x * weights) + np.sum(x), rtol=1e-14)
    assert_array_equal(tape.gradient(z, y), weights + 1)


def test_elements_are_asked_for_in_turn():
    with ta.GradientTape() as tape:
        x = tape.watch(A.copy())
        seen = []
        for i, item in enumerate(x):
            seen.append(item)
            if i == 0:
                x[1] = item * 3.0
        y = sum(seen)
    assert_array_equal(tape.gradient(y, x), [4.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    assert_allclose(y.value, np.sum(A) - A[1] + 3 * A[0])
    assert len(list(iter(ta.Variable(np.ones(0))))) == 0
    with pytest.raises(TypeError, match="iter"):
        iter(ta.Variable(1.0))


def test_plain_items_at_any_index():
    """Recorded assignments at masks and arrays of integers, which may change afterwards."""
    mask, at = B > 0.3, np.array([0, 2, 0])
    with ta.GradientTape() as tape:
        x = tape.watch(A.copy())
        y, z = x * 2.0, x * x
        y[mask] = 0.5
        z[at] = [7.0, 8.0, 9.0]
        mask[:], at[:] = True, 5
        total = np.sum(y * z)
        with pytest.raises(IndexError):
            y[np.array([9])] = 1.0
        with pytest.raises(IndexError):
            y[np.array([True, False])] = 1.0
        with pytest.raises(ValueError, match="assign"):
            y[B > 0.3] = np.ones(2)
    plain, square = np.where(B > 0.3, 0.5, 2 * A), A * A
    square[[0, 2, 0]] = [7.0, 8.0, 9.0]
    assert_array_equal(total.value, np.sum(plain * square))
    slope = np.where(B > 0.3, 0.0, 2.0) * square + plain * 2 * A * ~np.isin(np.arange(6), [0, 2])
    assert_allclose(tape.gradient(total, x), slope, rtol=1e-14)


def test_results_that_are_not_used_are_not_asked_for():
    """Vectors of a repeated eigenvalue have no derivatives; the eigenvalues' sum has."""
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(np.eye(3))
        values, vectors = np.linalg.eigh(x)
        y, z = np.sum(values), np.sum(vectors * V[:3])
    assert_allclose(tape.gradient(y, x), np.eye(3), atol=1e-15)
    with pytest.raises(ta.DerivativeError, match="repeated"):
        tape.gradient(z, x)
    with ta.GradientTape() as tape:
        x = tape.watch(np.array(M))
        with pytest.raises(ta.DerivativeError, match="full_matrices"):
            np.linalg.svd(x)
        with pytest.raises(ta.DerivativeError, match="complete"):
            np.linalg.qr(x.T, mode="complete")
        with pytest.raises(ta.DerivativeError, match="rank"):
            np.linalg.lstsq(np.outer(x[0], [1.0, 2.0]), V)
        with pytest.raises(np.linalg.LinAlgError):
            np.linalg.eigh(x)
        answer = np.linalg.lstsq(np.vander(V, 3), x[0])
    assert isinstance(answer[0], ta.Variable)
    assert isinstance(answer[3], np.ndarray)


def test_kinds_of_several_results():
    with ta.GradientTape() as tape:
        x = tape.watch(A.copy())
        mantissa, exponent = np.frexp(x)
        fraction, whole = np.modf(x[0] * 9)
    assert type(exponent) is np.ndarray
    assert_array_equal(exponent, np.frexp(A)[1])
    assert_array_equal(mantissa.value, np.frexp(A)[0])
    assert (fraction.value, whole.value) == np.modf(A[0] * 9)
    for function in (np.linalg.eigh, np.linalg.qr, np.linalg.svd, np.linalg.slogdet, np.linalg.eig):
        with ta.GradientTape() as tape:
            found = function(tape.watch(S.copy()))
        plain = function(S)
        assert type(found) is type(plain)
        for one, wanted in zip(found, plain, strict=True):
            assert type(one.value) is type(wanted)
            assert_array_equal(one.value, wanted)


def test_pieces_are_views():
    x = ta.Variable(A)
    with ta.GradientTape() as tape:
        tape.watch(x)
        first, second = np.split(x, 2)
        first[0] = second[1] * 2.0
        y = np.sum(x * np.arange(1.0, 7.0))
    assert_array_equal(tape.gradient(y, x), [0.0, 2.0, 3.0, 4.0, 7.0, 6.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda x: special.gammainc(x, 2.0),
        lambda x: special.jv(x, 2.0),
        lambda x: special.betainc(2.0, x, 0.5),
        lambda x: special.voigt_profile(0.3, x - x, 1.0),
    ],
)
def test_what_has_no_derivative_is_refused_when_it_is_called(call):
    with ta.GradientTape() as tape:
        x = tape.watch(A.copy())
        with pytest.raises(ta.DerivativeError):
            call(x)


def test_truth_values():
    with ta.GradientTape() as tape:
        x = tape.watch(A.copy())
        for found, wanted in (
            (np.logical_and(x, B), np.logical_and(A, B)),
            (np.logical_not(x[0]), np.logical_not(A[0])),
            (np.logical_xor(x[0], 0.0), np.logical_xor(A[0], 0.0)),
            (np.isclose(x, B, rtol=0.5), np.isclose(A, B, rtol=0.5)),
            (np.isclose(B, x), np.isclose(B, A)),
            (x.argmin(), A.argmin()),
            (x.any(), A.any()),
            (x.searchsorted(0.5), A.searchsorted(0.5)),
        ):
            assert type(found) is type(wanted)
            assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    "call",
    [
        lambda x, out: np.clip(x, 0.3, 1.1, out),
        lambda x, out: x.clip(0.3, 1.1, out),
        lambda x, out: np.round(x, 0, out),
        lambda x, out: np.cumprod(x, 0, None, out),
        lambda x, out: np.choose(np.array([0, 1, 1, 0, 1, 0]), [x, 2 * x], out),
        lambda x, out: np.quantile(x, 0.3, None, out),
    ],
)
def test_out_by_position_is_as_by_name(call):
    """What is written to is no operand: it gets the result and its derivatives."""

    def f(x, other):
        out = other * np.ones(6)
        call(x, out)
        return np.sum(out * np.arange(6.0))

    def plain(x):
        out = np.zeros(6)
        call(x, out)
        return np.sum(out * np.arange(6.0))

    by_x, by_other = ta.grad(f, (0, 1))(A, 1.0)
    step = 1e-6
    expected = [(plain(A + step * e) - plain(A - step * e)) / (2 * step) for e in np.eye(6)]
    assert_allclose(by_x, expected, atol=1e-8)
    assert by_other == 0.0
    kept = np.zeros(6)
    with pytest.raises(TypeError, match="out="):
        ta.grad(lambda x: np.sum(call(x, kept)))(A)
    assert_array_equal(kept, 0.0)


def test_options_that_let_numpy_overwrite():
    x = np.array([3.0, 1.0, 2.0])
    slopes = ta.grad(lambda x: np.median(x, None, None, True) + x @ x)(x)
    assert_array_equal(slopes, [6.0, 2.0, 5.0])
    assert_array_equal(x, [3.0, 1.0, 2.0])


def test_all_and_any_with_options_by_position():
    def f(x):
        assert_array_equal(np.all(x, 0, None, True), [True])
        assert np.any(x, None, np.array(False))
        return x @ x

    assert_array_equal(ta.grad(f)(A), 2 * A)


def test_what_is_returned_uncopied_is_the_same_variable():
    def f(x):
        y = x * 2.0
        np.nan_to_num(y, False)[0] = 7.0
        return np.sum(y)

    assert_array_equal(ta.grad(f)(A), [0.0, 2.0, 2.0, 2.0, 2.0, 2.0])


@pytest.mark.parametrize("places", [True, [True, False], [[False, True]], [False, False, False]])
@pytest.mark.parametrize("axis", [None, 0])
def test_truth_values_to_take_are_places(places, axis):
    slopes = ta.grad(lambda x: np.sum(np.take(x, places, axis=axis)))(A)
    assert_array_equal(slopes, np.bincount(np.ravel(places), minlength=6))


UGLY = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1e308])
JOINS = {
    "concatenate": lambda a, b: [np.concatenate([a, b, a], axis=k) for k in range(-a.ndim, a.ndim)],
    "stack": lambda a, b: [np.stack([a, b], axis=k) for k in range(-a.ndim - 1, a.ndim + 1)],
    "where": lambda a, b: [
        np.where(c, u, v)
        for c in (np.isfinite(b), np.isfinite(b)[..., :1], np.isnan(b.T).T, np.True_)
        for u in (a, 2, 2**53 + 1, np.float32(0.1), b)
        for v in (a, -0.0)
        if u is a or v is a
    ],
}


@pytest.mark.parametrize("join", JOINS.values(), ids=JOINS)
@pytest.mark.parametrize("shape", [(7,), (7, 3), (2, 7, 2), (0,), (1, 0, 2), (3000,)])
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_what_is_put_together_is_numpys_to_the_bit(join, shape, layout):
    a = np.resize(UGLY, shape)
    b = np.resize(UGLY[::-1], shape) if a.size else np.ones(shape)
    if layout == "F":
        a, b = np.asfortranarray(a), np.asfortranarray(b)
    elif layout == "strided":
        a, b = np.repeat(a, 2, axis=-1)[..., ::2], np.repeat(b, 2, axis=0)[::2]
    wanted = join(a, b)
    with ta.GradientTape() as tape:
        found = join(tape.watch(a), b)
        assert all(isinstance(y, ta.Variable) for y in found)
    for y, plain in zip(found, wanted, strict=True):
        value = ta.value(y)
        assert value.dtype == plain.dtype and value.shape == plain.shape
        assert value.strides == plain.strides
        assert np.ascontiguousarray(value).tobytes() == np.ascontiguousarray(plain).tobytes()


def test_arrays_that_do_not_fit_together_are_refused_as_numpy_does():
    with ta.GradientTape() as tape:
        a = tape.watch(np.ones((2, 3)))
        for call in (
            lambda: np.concatenate([a, np.ones((3, 2))]),
            lambda: np.concatenate([a, np.ones(3)]),
            lambda: np.concatenate([a, a], axis=2),
            lambda: np.stack([a, np.ones((3, 2))]),
            lambda: np.stack([a, a], axis=-4),
            lambda: np.where(np.ones(4, bool), a, a),
        ):
            with pytest.raises(ValueError):
                call()
        with pytest.raises((OverflowError, ValueError, TypeError)):
            np.stack([a, a], axis=2**70)
