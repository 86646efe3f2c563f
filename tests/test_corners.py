"""What random programs and careless calls found, each in its smallest form."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta

MAKERS = [
    lambda x: ta.Dual(x, np.ones_like(x)),
    lambda x: ta.Taylor.variable(x, 3),
    lambda x: ta.Variable(x),
]

# Second derivatives through a record --------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("p", [0.0, 1.0, 2.0, -1.5])
def test_the_slope_by_an_exponent_that_is_zero(p: float, order: int) -> None:
    def slope(p: Any) -> Any:
        return ta.derivatives(lambda x: x**p, order)(2.0)[order]

    # d/dp of p (p - 1) ... (p - n + 1) x^(p - n)
    factors = np.poly1d([1.0])
    for k in range(order):
        factors *= np.poly1d([1.0, -k])
    expected = (factors.deriv()(p) + factors(p) * math.log(2.0)) * 2.0 ** (p - order)
    assert_allclose(ta.grad(slope)(p), expected, rtol=1e-13)


def test_exponents_at_rest_whose_motion_is_on_record() -> None:
    def along(f: Any) -> Any:
        return ta.grad(lambda t: ta.jvp(lambda x: f(x, t), (0.5,), (1.0,))[1])(0.0)

    assert_allclose(along(lambda x, t: 3.0 ** (x * t)), math.log(3.0))
    expected = math.log(3.5) + 0.5 / 3.5  # d/dt d/dx exp(x t log(x + 3))
    assert_allclose(along(lambda x, t: (x + 3) ** (x * t)), expected)
    assert_allclose(along(lambda x, t: np.power(3.0, np.stack([x * t, x]))[0]), math.log(3.0))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (x // 0.7) * x,
        lambda x: np.divmod(x, 0.7)[0] * x,
        lambda x: np.heaviside(x, 0.5) * x,
        lambda x: np.heaviside(x - 1.5, x) * x,
        lambda x: np.floor(x) * x + np.sign(x) * x + np.rint(x) * x + np.trunc(x) * x,
    ],
)
def test_steps_forward_over_a_record(f: Any) -> None:
    x, v = np.array([0.5, 1.5, -2.25]), np.array([1.0, -0.5, 2.0])

    def total(x: Any) -> Any:
        return np.sum(f(x) * np.array([1.0, 2.0, 3.0]))

    found = ta.grad(lambda t: ta.jvp(total, (t,), (v,))[1])(x)
    assert_allclose(found, ta.hvp(total)(x, v), atol=1e-13)


# Aliases and memory -------------------------------------------------------------------------


@pytest.mark.parametrize("make", MAKERS)
def test_the_conjugate_of_real_numbers_is_themselves(make: Any) -> None:
    for name in ("conj", "conjugate"):
        plain, ours = np.array([1.0, 2.0]), make(np.array([1.0, 2.0]))
        for x in (plain, ours):
            y = getattr(x, name)()
            y[0] = 5.0
        assert_array_equal(ta.value(ours), plain)


def test_a_real_part_that_is_all_there_is_left_may_be_assigned_to() -> None:
    def f(x: Any) -> Any:
        y = np.real(np.fft.ifft(np.fft.fft(x) ** 2))
        y[0] = 3.0
        y[1:] *= 2
        return np.sum(y**2)

    x = np.array([0.5, -1.0, 2.0])
    v = np.array([1.0, 0.5, -2.0])
    assert_allclose(np.sum(ta.grad(f)(x) * v), ta.jvp(f, (x,), (v,))[1])
    with ta.GradientTape() as tape:
        z = np.fft.fft(tape.watch(x))
        y = z.real
        with pytest.raises(ValueError, match="read-only"):
            y[0] = 1.0


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "f",
    [
        lambda x: x[:, [1, 0]],
        lambda x: x[:, None, [1, 0]],
        lambda x: x[..., np.array([True, False, True])],
        lambda x: x[[1, 0]],
        lambda x: np.vander(x[0]),
        lambda x: np.vander(x[0], 2, increasing=True),
        lambda x: np.cumprod(x, axis=np.int64(0)),
        lambda x: np.cumprod(x.T, axis=1),
        lambda x: np.sum(x.T[None], axis=0),
        lambda x: np.take(x, [1, 0], axis=1),
    ],
)
@pytest.mark.parametrize("size", [1, 20])
def test_memory_is_laid_out_as_numpys(make: Any, f: Any, size: int) -> None:
    plain = np.tile(np.arange(6.0).reshape(2, 3), (size, 1)) + 1
    expected, found = f(plain), ta.value(f(make(plain.copy())))
    assert_array_equal(found, expected)
    assert found.strides == expected.strides


@pytest.mark.parametrize("size", [1, 20])
def test_arguments_in_fortran_order_stay_so(size: int) -> None:
    x = np.asfortranarray(np.arange(6.0 * size).reshape(2 * size, 3))

    def f(x: Any) -> Any:
        x = x * 1
        flat = x.reshape(-1)  # a copy
        flat[:] = 7.0
        x[0] = x[1] * 2
        flat = x.reshape(-1)
        flat[:] = 7.0
        return np.concatenate([x.ravel("K"), x.ravel()])

    expected = f(x)
    assert_array_equal(ta.jvp(f, (x,), (x,))[0], expected)
    for make in MAKERS:
        assert_array_equal(ta.value(f(make(x.copy("F")))), expected)
    assert_array_equal(ta.vjp(f, x)[0], expected)
    by_forward, by_reverse = (ta.jacobian(f, mode=mode)(x) for mode in ("forward", "reverse"))
    assert_array_equal(by_forward, by_reverse)
    assert_allclose(np.sum(by_forward * x, axis=(-2, -1)), ta.jvp(f, (x,), (x,))[1])


# Methods of ufuncs, and axes ----------------------------------------------------------------


@pytest.mark.parametrize("make", MAKERS)
def test_outer_quotients_and_remainders(make: Any) -> None:
    x, y = np.array([5.5, -2.0, 3.0]), np.array([1.5, 2.0])
    for a, b in ((make(x), y), (x, make(y)), (make(x), make(y))):
        for found, expected in zip(np.divmod.outer(a, b), np.divmod.outer(x, y), strict=True):
            assert_array_equal(ta.value(found), expected)
    _, rest = np.divmod.outer(ta.Dual(x, 1.0), y)
    assert_array_equal(rest.tangent, np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"binary|two arguments"):
        np.modf.outer(make(x), make(x))


@pytest.mark.parametrize("make", MAKERS)
def test_reductions_begin_with_the_identity(make: Any) -> None:
    one = np.hypot.reduce(make(np.array([-0.5])))
    assert ta.value(one) == 0.5
    assert_array_equal(ta.value(np.hypot.reduce(make(np.zeros((0, 3))))), np.zeros(3))
    assert ta.value(np.logaddexp.reduce(make(np.zeros(0)))) == -np.inf
    if not isinstance(one, ta.Variable):
        assert np.hypot.reduce(ta.Dual([-0.5], 1.0)).tangent == -1.0


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("size", [1, 30])
def test_truth_values_are_no_axes(make: Any, size: int) -> None:
    x = make(np.arange(6.0 * size).reshape(2 * size, 3))
    for name in "sum mean std var cumsum prod max cumprod".split():
        with pytest.raises(TypeError, match="integer"):
            getattr(np, name)(x, axis=True)
    for name in "sum mean var max".split():
        with pytest.raises(TypeError, match="integer"):
            getattr(np, name)(x, axis=(True,))
    with pytest.raises(TypeError, match="integer"):
        np.concatenate([x, x], axis=True)


def test_more_axes_than_numpy_broadcasts() -> None:
    x = np.full((1,) * 63, 2.0)
    y = np.sin(ta.Dual(x, x)) * 2
    assert y.shape == x.shape
    assert_allclose(y.tangent, 4 * np.cos(2.0))
    assert ta.Taylor.variable(x, 2).shape == ta.HyperDual(x, x, 1.0, x).shape == x.shape
    assert_allclose(ta.grad(lambda x: np.sum(x * x))(x), 2 * x)
    with pytest.raises(ValueError, match="at most 63 axes, not 64"):
        ta.Dual(np.ones((1,) * 64), 1.0)


# Classes of users ---------------------------------------------------------------------------


class Own(ta.Dual):
    """A class of its own, as users write it."""

    note = "own"


def test_arrays_of_a_class_of_the_user_are_arrays() -> None:
    x = Own([1.0, 2.0, 3.0], 1.0)
    assert isinstance(x, Own) and type(x).__name__ == "Own" and len(x) == 3
    alias = x
    x += 1.0
    x[0] = 5.0
    assert alias is x
    assert_array_equal(x.parts, [[5.0, 3.0, 4.0], [0.0, 1.0, 1.0]])
    assert_array_equal(np.sum(x[1:] * x[:-1]).tangent, 12.0)
    assert [ta.value(item) for item in x] == [5.0, 3.0, 4.0]
    for again in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x), copy.copy(x)):
        assert isinstance(again, Own) and again.note == "own"
        assert_array_equal(again.parts, x.parts)
        again[1] = 0.0
    assert_array_equal(x.value, [5.0, 3.0, 4.0])
    single = Own(1.0, 2.0)
    assert type(single) is Own and not hasattr(single, "__len__")
    assert type(type(x)(1.0, 2.0)) is Own


# Singular points ----------------------------------------------------------------------------


def test_a_jacobian_by_reverse_mode_at_nan() -> None:
    x = np.array([[0.5, np.nan], [1.0, 2.0]])
    found = ta.jacobian(np.exp, mode="reverse")(x)
    inside = ~np.isnan(x)
    assert_allclose(np.diag(found.reshape(4, 4))[inside.ravel()], np.exp(x[inside]))


@pytest.mark.parametrize("f", [np.cbrt, np.log, np.reciprocal, lambda x: x**0.3])
@pytest.mark.parametrize("n", [2, 40])
def test_an_infinite_slope_is_in_its_own_column_of_a_jacobian(f: Any, n: int) -> None:
    x = np.ones(n)
    x[0] = 0.0
    with np.errstate(all="ignore"):
        forward, reverse = (ta.jacobian(f, mode=mode)(x) for mode in ("forward", "reverse"))
    assert_array_equal(forward, reverse)
    assert np.isinf(forward[0, 0]) and not np.any(forward[0, 1:])


def test_a_hessian_beside_an_infinite_slope() -> None:
    with np.errstate(all="ignore"):
        found = ta.hessian(lambda x: np.sum(np.cbrt(x)))(np.array([0.0, 1.0, 8.0]))
    assert_allclose(np.diag(found)[1:], [-2 / 9, -2 / 9 / 32])


@pytest.mark.parametrize("n", [2, 9])
def test_a_kink_and_removable_singularities(n: int) -> None:
    def f(x: Any) -> Any:
        return x[0] * np.abs(x[1]) / (x[0] * x[1]) + np.sum(np.sin(x) / x)

    with np.errstate(all="ignore"):
        found = ta.hessian(f)(np.zeros(n))
    assert_allclose(found, -np.eye(n) / 3, atol=1e-12)


def test_zeros_that_stay_have_a_known_modulus() -> None:
    zero = ta.Taylor([0.0, 0.0, 0.0, 0.0])
    many = ta.Taylor(np.zeros((4, 100)))
    for y in (np.hypot(zero, 0.0), np.hypot(zero, zero), np.hypot(many, many)):
        assert y.order == 3
        assert not np.any(y.coefficients)
    assert_array_equal(np.hypot(ta.Taylor([0.0, 1.0, 0.0]), 0.0).coefficients, np.zeros(3))


@pytest.mark.parametrize("p", [20, 20.0, 20.25])
@pytest.mark.parametrize("shape", [(), (1,), (200,)])
def test_powers_whose_value_underflows_have_derivatives(p: float, shape: tuple[int, ...]) -> None:
    y = ta.Taylor.variable(np.full(shape, 1e-20)[()], 19) ** p
    for k in (10, 18, 19):
        expected = math.prod((p - i) / (i + 1) for i in range(k)) * 10.0 ** (-20 * (p - k))
        assert_allclose(y.coefficients[k], np.full(shape, expected), rtol=1e-12)
    exponents = np.full(shape or (2,), p)
    z = ta.Taylor.variable(np.full(exponents.shape, 1e-20), 19) ** exponents
    assert_allclose(z.coefficients[19].ravel()[0], np.ravel(y.coefficients[19])[0], rtol=1e-12)


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_taken_of_flat_and_a_conjugate_are_copies(make: Any) -> None:
    x = make(np.arange(1.0, 5.0))
    for y in (x.flat[::2], x.flat[[0, 1]], np.conjugate(x), np.conj(x)):
        y[...] = 0.0
    assert_array_equal(ta.value(x), np.arange(1.0, 5.0))
    assert ta.value(x.flat[1]) == 2.0


def test_aliases_of_numbers_whose_coefficients_are_on_record() -> None:
    def f(x: Any) -> Any:
        x = x * 1
        y = x.conj()
        y -= y.mean()
        y += np.cos(y)
        return np.sum(x**3 * np.array([1.0, 2.0]))

    x, v = np.array([0.0, 0.5]), np.array([1.0, 2.0])
    assert_allclose(ta.grad(lambda t: ta.jvp(f, (t,), (v,))[1])(x), ta.hvp(f)(x, v))


@pytest.mark.parametrize("make", MAKERS)
def test_clip_with_one_bound_as_a_method(make: Any) -> None:
    x = np.array([-1.0, 0.5, 2.0])
    assert_array_equal(ta.value(make(x).clip(0.0)), x.clip(0.0))
    assert_array_equal(ta.value(make(x).clip(max=1.0)), x.clip(max=1.0))
