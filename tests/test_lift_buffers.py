"""Arrays that lifted code allocates, against NumPy's own: values, views, derivatives."""

import numpy as np
import pytest

import taylorad as ta
from taylorad.lifting.buffers import Buffer, settled, wrapped

POINT = 1.3


def run(seed, made, x):
    """A random program of views, writes and operations; the arrays it ends with."""
    rng = np.random.default_rng(seed)
    first = np.arange(12.0).reshape(3, 4)
    arrays = [made(first.copy() if rng.random() < 0.5 else np.asfortranarray(first))]
    for _ in range(rng.integers(3, 12)):
        a = arrays[rng.integers(len(arrays))]
        choice = rng.integers(13)
        if choice == 0:
            arrays.append(a[::-1])
        elif choice == 1 and a.ndim > 1:
            arrays += [a.T, a[:, 1:], np.swapaxes(a, 0, 1)]
        elif choice == 2:
            arrays.append(a.reshape(-1))
        elif choice == 3 and len(a) > 1:
            arrays.append(a[rng.integers(len(a))] if a.ndim > 1 else a[1:])
        elif choice == 4 and a.size:
            a[tuple(int(rng.integers(n)) for n in a.shape)] = x * float(rng.integers(1, 5))
        elif choice == 5:
            a[...] = a * 2.0
        elif choice == 6:
            a += x
        elif choice == 7:
            a[0] = x**2
        elif choice == 8:
            a[a > 5] = 1.5
        elif choice == 9:
            arrays.append(a.copy())
        elif choice == 10:
            arrays.append(np.flip(a))
        elif choice == 11:
            np.add.at(a, 0, x)
        elif choice == 12:
            np.multiply(a, x, out=a, where=a > 2)
    return arrays


def weighted(a):
    return np.sum(a * np.arange(1.0, a.size + 1).reshape(a.shape))


def buffer(a):
    return wrapped(a.copy(order="K"))


@pytest.mark.parametrize("seed", range(80))
def test_a_random_program(seed):
    """Values are NumPy's; derivatives those of the values, which are polynomials in x."""
    with np.errstate(all="ignore"):
        plain = run(seed, np.array, POINT)
        step = 1e-3
        near = [run(seed, np.array, POINT + k * step) for k in (-2, -1, 1, 2)]
        untouched = run(seed, buffer, POINT)
    assert all(isinstance(a, Buffer) for a in untouched)
    for i, want in enumerate(plain):
        assert np.array_equal(settled(untouched[i]), want)
        slope = (near[0][i] - 8 * near[1][i] + 8 * near[2][i] - near[3][i]) / (12 * step)
        y = settled(run(seed, buffer, ta.Dual(POINT, 1.0))[i])
        np.testing.assert_allclose(ta.value(y), want, rtol=1e-13)
        tangent = y.tangent if isinstance(y, ta.Dual) else 0 * y
        np.testing.assert_allclose(tangent, slope, rtol=1e-8, atol=1e-7)
        got = ta.grad(lambda x, i=i: weighted(settled(run(seed, buffer, x)[i])))(POINT)
        np.testing.assert_allclose(got, weighted(tangent), rtol=1e-12, atol=1e-12)


def filled(x, dtype=float):
    def f(x):
        a = np.zeros(3, dtype)
        a[1] = x
        return a

    return ta.lift(f)(x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_dtypes(dtype):
    y = filled(ta.Dual(2.0, 3.0), dtype)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.tangent, np.array([0, 3, 0], dtype))


def test_integers_and_objects_stay_what_they_are():
    with pytest.raises(TypeError, match="would drop its derivatives"):
        filled(ta.Dual(2.0, 3.0), int)
    assert filled(ta.Dual(2.0, 3.0), object)[1].tangent == 3.0


def test_complex_numbers_do_not_fit_into_real_arrays():
    with pytest.raises(TypeError, match="complex"):
        filled(ta.Dual(2.0 + 1j, 3.0))


@pytest.mark.parametrize("x", [np.nan, np.inf, 0.0, -0.0, 1e308])
def test_ugly_values(x):
    y = filled(ta.Dual(x, 1.0))
    np.testing.assert_array_equal(y.value, [0.0, x, 0.0])
    np.testing.assert_array_equal(y.tangent, [0.0, 1.0, 0.0])


def test_empty_arrays():
    def f(x):
        a = np.zeros((0, 3))
        a += x
        b = np.concatenate([a.reshape(-1), np.ones(1)])
        b[0] = x
        return a, b

    a, b = ta.lift(f)(ta.Dual(2.0, 1.0))
    assert a.shape == (0, 3) and b.tangent == [1.0]


def test_what_is_compiled_never_reads_old_memory():
    a = buffer(np.zeros(2))
    memory = np.asarray(a)
    a[0] = ta.Dual(1.0, 1.0)
    with pytest.raises(TypeError, match="a compiled function asked for a plain array"):
        np.asarray(a)
    assert np.isnan(memory).all()


def test_read_only_views_stay_read_only():
    a = buffer(np.zeros((2, 2)))
    view = np.broadcast_to(a, (3, 2, 2))
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1.0
    a[0, 0] = ta.Dual(1.0, 1.0)
    diagonal = np.diagonal(a)
    with pytest.raises(ValueError, match="read-only"):
        diagonal[0] = ta.Dual(1.0, 1.0)


def test_functions_in_place():
    def f(x):
        a = np.zeros((2, 2))
        np.fill_diagonal(a, x)
        np.copyto(a, x * 2, where=a > 0)
        np.place(a, a == 0, [x, 3.0])
        np.put(a, [1], x * x)
        b = np.empty((2, 2))
        np.multiply(a, a, out=b)
        np.cumsum(b, axis=0, out=b)
        b.sort(axis=1)
        return b

    # a = [[2x, x^2], [3, 2x]], its squares [[4x^2, x^4], [9, 4x^2]]
    y = ta.lift(f)(ta.Dual(2.5, 1.0))
    want = np.sort([[4 * 2.5**2, 2.5**4], [9 + 4 * 2.5**2, 2.5**4 + 4 * 2.5**2]], axis=1)
    np.testing.assert_allclose(y.value, want)
    np.testing.assert_allclose(y.tangent, [[20.0, 4 * 2.5**3], [20.0, 4 * 2.5**3 + 20.0]])


def test_attributes_are_those_of_an_array():
    a = buffer(np.arange(6.0).reshape(2, 3).copy())
    assert a.base is None and a[0].base is not None
    for _ in range(2):
        assert (len(a), a.shape, a.ndim, a.size, a.itemsize) == (2, (2, 3), 2, 6, 8)
        assert a.T.shape == (3, 2) and a.flags.writeable and a.strides == (24, 8)
        assert 5.0 in a and 7.0 not in a
        assert [float(ta.value(x)) for x in a.flat] == [0, 1, 2, 3, 4, 5]
        assert bool(a[0, 1]) and a.any() and not a.all()
        a.shape = (6,)
        assert a.shape == (6,)
        a.shape = (2, 3)
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = a.nothing
        with pytest.raises(TypeError):
            hash(a)
        a[0, 0] = ta.Dual(0.0, 1.0)
    a.flat[1:3] = ta.Dual(0.0, 5.0)
    np.testing.assert_array_equal(settled(a).tangent, [[1, 5, 5], [0, 0, 0]])
