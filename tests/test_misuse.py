"""Every misuse has its error, and the error says what to write instead."""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import taylorad as ta

ONE = ta.Dual(2.0, 1.0)
MANY = ta.Dual(np.ones(3), 1.0)
NUMBERS = [
    ONE,
    MANY,
    ta.HyperDual(2.0, 1.0),
    ta.Taylor([2.0, 1.0, 0.0]),
    ta.Taylor(np.ones((2, 3))),
    ta.Dual(np.float32(2), np.float32(1)),
]
SCALARS = [x for x in NUMBERS if x.shape == ()]


def said(error: pytest.ExceptionInfo[BaseException]) -> str:
    text = str(error.value)
    assert len(text) > 20
    assert "Array(" not in text
    return text


# Conversions that would drop derivatives


@pytest.mark.parametrize("x", SCALARS, ids=repr)
def test_float_and_int_name_the_fix(x: Any) -> None:
    kind = type(x).__name__
    for convert, name in [(float, "float"), (int, "int"), (complex, "complex")]:
        with pytest.raises(TypeError) as error:
            convert(x)
        text = said(error)
        assert f"{name}(ta.value(x))" in text
        assert kind in text


@pytest.mark.parametrize("x", SCALARS, ids=repr)
def test_the_math_module_names_the_fix(x: Any) -> None:
    for call in (
        lambda: math.sin(x),
        lambda: math.sqrt(x),
        lambda: math.exp(x),
        lambda: math.pow(2.0, x),
        lambda: math.atan2(x, 1.0),
        lambda: math.hypot(x, 1.0),
        lambda: math.fsum([x, 1.0]),
        lambda: math.isnan(x),
        lambda: math.floor(x),
    ):
        with pytest.raises(TypeError, match=r"taylorad\.math"):
            call()


@pytest.mark.parametrize("x", SCALARS, ids=repr)
def test_assignment_into_plain_arrays_names_the_fix(x: Any) -> None:
    plain = np.zeros(3)

    def whole() -> None:
        plain[0] = x

    def part() -> None:
        plain[1:] = x

    def mask() -> None:
        plain[plain == 0] = x

    for call in (whole, part, mask):
        with pytest.raises(TypeError, match=r"np\.zeros_like"):
            call()
    assert not plain.any()


def test_assignment_of_arrays_into_plain_arrays() -> None:
    plain = np.zeros((2, 3))
    with pytest.raises(TypeError) as error:
        plain[0] = MANY
    said(error)
    with pytest.raises(TypeError):
        plain[...] = MANY
    assert not plain.any()


def test_arrays_of_floats_from_numbers() -> None:
    for call in (
        lambda: np.array([ONE, ONE], dtype=float),
        lambda: np.asarray(ONE, dtype=float),
        lambda: np.asarray(MANY, dtype=float),
        lambda: np.full(3, ONE, dtype=float),
        lambda: np.fromiter([ONE], dtype=float),
        lambda: np.float64(ONE),
        lambda: np.float32(ONE),
        lambda: np.int64(ONE),
    ):
        with pytest.raises(TypeError) as error:
            call()
        said(error)


def test_out_names_the_fix() -> None:
    plain = np.zeros(3)
    for call in (
        lambda: np.add(np.ones(3), MANY, out=plain),
        lambda: np.sin(MANY, out=plain),
        lambda: np.sum(MANY, out=np.zeros(())),
        lambda: np.cumsum(MANY, out=plain),
        lambda: np.concatenate([MANY, MANY], out=np.zeros(6)),
        lambda: np.matmul(np.eye(3), MANY, out=plain),
    ):
        with pytest.raises(TypeError, match="zeros_like"):
            call()
    assert not plain.any()


def test_plain_array_methods_with_numbers() -> None:
    """Methods of plain arrays see no override; they must still not drop derivatives."""
    plain = np.ones(3)
    for call in (
        lambda: plain.dot(MANY),
        lambda: plain.fill(ONE),
        lambda: plain.put([0], ONE),
        lambda: plain.itemset(0, ONE) if hasattr(plain, "itemset") else float(ONE),
        lambda: plain.clip(ONE, 3.0),
    ):
        try:
            result = call()
        except TypeError:
            continue
        assert isinstance(result, ta.Dual) or (
            isinstance(result, np.ndarray) and result.dtype == object
        )
    assert (plain == 1).all()


def test_indices() -> None:
    for call in (
        lambda: np.arange(3)[ONE],
        lambda: [1, 2, 3][ONE],
        lambda: range(ONE),
        lambda: np.zeros(ONE),
        lambda: MANY[ONE],
        lambda: np.ones(3)[MANY],
        lambda: "ab" * ONE,
    ):
        with pytest.raises((TypeError, IndexError)):
            call()


# Constructors


def test_parts_that_are_not_numbers() -> None:
    for bad in ("2", None, {}, object(), b"2", "text", [None], ["a"], np.array(["a"]), {1.0}):
        for call in (
            lambda bad=bad: ta.Dual(bad),
            lambda bad=bad: ta.Dual(1.0, bad),
            lambda bad=bad: ta.HyperDual(1.0, d12=bad),
            lambda bad=bad: ta.Taylor([1.0, bad]),
            lambda bad=bad: ta.Taylor.variable(bad, 2),
        ):
            with pytest.raises((TypeError, ValueError)):
                call()


def test_parts_that_do_not_broadcast() -> None:
    for call in (
        lambda: ta.Dual(np.ones(2), np.ones(3)),
        lambda: ta.HyperDual(np.ones(2), 1.0, np.ones((2, 3))),
        lambda: ta.Taylor.variable(np.ones(2), 2, np.ones(3)),
        lambda: ta.Taylor([np.ones(2), np.ones(3)]),
    ):
        with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)|\(2,\).*\(2, 3\)"):
            call()


def test_numbers_inside_numbers() -> None:
    for call in (
        lambda: ta.Dual(ONE, 1.0),
        lambda: ta.Dual(1.0, ONE),
        lambda: ta.Dual([ONE, ONE], 1.0),
        lambda: ta.HyperDual(ONE),
        lambda: ta.Taylor([ONE, 1.0]),
        lambda: ta.Taylor(np.array([ONE, ONE])),
        lambda: ta.Taylor.variable(ONE, 2),
    ):
        with pytest.raises(TypeError) as error:
            call()
        said(error)


def test_taylor_of_a_scalar_or_of_nothing() -> None:
    with pytest.raises(TypeError, match="variable"):
        ta.Taylor(2.0)
    with pytest.raises(TypeError, match="variable"):
        ta.Taylor(np.float64(2.0))
    with pytest.raises(TypeError):
        ta.Taylor(ta.Taylor([1.0, 2.0]))
    with pytest.raises(ValueError):
        ta.Taylor([])
    with pytest.raises(ValueError):
        ta.Taylor(np.zeros((0, 3)))
    with pytest.raises(TypeError):
        ta.Taylor()
    with pytest.raises(TypeError):
        ta.Taylor(None)


@pytest.mark.parametrize("make", [ta.Dual, ta.HyperDual])
def test_unknown_and_missing_arguments(make: Any) -> None:
    with pytest.raises(TypeError):
        make()
    with pytest.raises(TypeError, match="nonsense"):
        make(1.0, nonsense=2.0)
    with pytest.raises(TypeError):
        make(1.0, 2.0, 3.0, 4.0, 5.0)


def test_bad_orders() -> None:
    for order in (-1, -7):
        with pytest.raises(ValueError, match=str(order)):
            ta.Taylor.variable(1.0, order)
    for order in (1.5, 2.0, "2", None, True, Fraction(2), np.float64(2), [2]):
        with pytest.raises(TypeError, match="order"):
            ta.Taylor.variable(1.0, order)
    with pytest.raises(TypeError):
        ta.Taylor.variable(1.0, ONE)
    assert ta.Taylor.variable(1.0, np.int64(2)).order == 2


def test_the_parts_are_for_reading() -> None:
    for x, names in [
        (ta.Dual(1.0, 1.0), ["value", "tangent", "shape", "dtype"]),
        (ta.HyperDual(1.0, 1.0), ["value", "d1", "d12"]),
        (ta.Taylor([1.0, 2.0]), ["value", "order", "coefficients"]),
    ]:
        for name in names:
            with pytest.raises((AttributeError, TypeError)):
                setattr(x, name, 5.0)
        with pytest.raises((AttributeError, TypeError)):
            x.anything = 1.0


def test_scalars_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ONE[0] = 1.0
    with pytest.raises(TypeError):
        ONE[()] = 1.0


def test_nested_numbers_are_not_made_by_hand() -> None:
    from taylorad import _numbers

    for kind in (_numbers.Number, _numbers.Nested):
        with pytest.raises(TypeError):
            kind(1.0)


# Mixing


def test_hand_made_types_do_not_mix() -> None:
    numbers = [ONE, ta.HyperDual(2.0, 1.0), ta.Taylor([2.0, 1.0])]
    for i, x in enumerate(numbers):
        for y in numbers[:i] + numbers[i + 1 :]:
            for operation in (
                operator.add,
                operator.mul,
                operator.truediv,
                operator.pow,
                np.hypot,
                np.maximum,
                lambda a, b: np.where(True, a, b),
                lambda a, b: np.stack([a, b]),
                lambda a, b: np.sum([a, b]),
            ):
                with pytest.raises(TypeError, match="by hand") as error:
                    operation(x, y)
                text = said(error)
                for kind in (type(x).__name__, type(y).__name__):
                    assert kind in text


def test_shapes_that_do_not_broadcast() -> None:
    for operation in (operator.add, operator.sub, operator.mul, operator.truediv, np.arctan2):
        for other in (np.ones(4), ta.Dual(np.ones(4), 1.0), np.ones((2, 4))):
            with pytest.raises(ValueError):
                operation(MANY, other)
            with pytest.raises(ValueError):
                operation(other, MANY)
    with pytest.raises(ValueError):
        MANY @ np.ones(4)
    with pytest.raises(ValueError):
        np.stack([MANY, ta.Dual(np.ones(4), 1.0)])


def test_foreign_operands() -> None:
    class Foreign:
        __array_ufunc__ = None

        def __radd__(self, other: Any) -> str:
            return "radd"

        def __rmul__(self, other: Any) -> str:
            return "rmul"

    for x in (ONE, MANY):
        assert x + Foreign() == "radd"
        assert x * Foreign() == "rmul"
        with pytest.raises(TypeError):
            x / Foreign()


# NumPy functions without a rule


def test_functions_without_a_rule_name_themselves_and_the_way_out() -> None:
    square = ta.Dual(np.eye(3), 1.0)
    for function, arguments in [
        (np.linalg.solve, (square, MANY)),
        (np.linalg.inv, (square,)),
        (np.linalg.det, (square,)),
        (np.linalg.eigvalsh, (square,)),
        (np.linalg.svd, (square,)),
        (np.linalg.qr, (square,)),
        (np.linalg.cholesky, (square,)),
    ]:
        try:
            result = function(*arguments)
        except ta.DerivativeError as error:
            text = str(error)
            assert function.__name__ in text
            assert "value(x)" in text
            continue
        result = result[0] if isinstance(result, tuple) else result
        assert isinstance(result, ta.Dual)


def test_derivative_error_is_a_type_error() -> None:
    assert issubclass(ta.DerivativeError, TypeError)
    assert ta.DerivativeError.__module__.startswith("taylorad")


def test_bitwise_and_integer_ufuncs() -> None:
    for call in (
        lambda: np.bitwise_and(ONE, 1),
        lambda: np.left_shift(MANY, 2),
        lambda: np.gcd(ONE, 2),
        lambda: np.invert(MANY),
        lambda: ~MANY,
        lambda: ONE << 1,
        lambda: ONE & 1,
        lambda: 1 | ONE,
    ):
        with pytest.raises(TypeError):
            call()


def test_user_made_ufuncs() -> None:
    f = np.frompyfunc(lambda a: a * 2 + 1, 1, 1)
    try:
        result = f(MANY)
    except TypeError as error:
        assert len(str(error)) > 20
        return
    items = result if isinstance(result, ta.Dual) else result.tolist()
    assert items[0].tangent == 2


def test_vectorize() -> None:
    """np.vectorize makes object arrays of our scalars; repacked, or an error."""
    f = np.vectorize(lambda a: a * a)
    try:
        result = f(MANY)
    except TypeError:
        return
    first = result[0]
    assert isinstance(first, ta.Dual)
    assert first.tangent == 2


# Transforms: what api.md asks of their arguments


def test_orders_of_transforms() -> None:
    for transform in (ta.derivative, ta.derivatives, ta.taylor, ta.directional_derivative):
        with pytest.raises(ValueError, match="-1"):
            transform(np.sin, -1)
        for order in (1.5, "2", None, 2.0):
            with pytest.raises(TypeError, match="order"):
                transform(np.sin, order)


def test_transforms_of_what_is_no_function() -> None:
    for transform in (ta.derivative, lambda f: ta.derivatives(f, 2), lambda f: ta.taylor(f, 2)):
        for bad in (2.0, "sin", None):
            with pytest.raises(TypeError):
                transform(bad)(1.0)


def test_argnum() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * y

    assert ta.derivative(f, argnum=1)(2.0, 3.0) == 2
    for bad in (2, -3):
        with pytest.raises((ValueError, TypeError, IndexError)):
            ta.derivative(f, argnum=bad)(2.0, 3.0)
    for wrong in (1.5, "x", None):
        with pytest.raises((TypeError, ValueError)):
            ta.derivative(f, argnum=wrong)(2.0, 3.0)


def test_points_that_are_not_numbers() -> None:
    for bad in ("2", None, {"a": 1.0}, [None]):
        with pytest.raises((TypeError, ValueError)):
            ta.derivative(np.sin)(bad)


def test_a_function_that_drops_derivatives_is_noticed() -> None:
    with pytest.raises(TypeError):
        ta.derivative(lambda x: math.sin(x))(1.0)
    with pytest.raises(TypeError):
        ta.derivative(lambda x: float(x) ** 2)(1.0)

    def filled(x: Any) -> Any:
        out = np.zeros(3)
        for i in range(3):
            out[i] = x[i] ** 2
        return out

    with pytest.raises(TypeError, match="zeros_like"):
        ta.jvp(filled, (np.ones(3),), (np.ones(3),))


def test_values_of_wrong_shapes_in_jvp_and_jet() -> None:
    with pytest.raises((ValueError, TypeError)):
        ta.jvp(np.sin, (np.ones(3),), (np.ones(4),))
    with pytest.raises((ValueError, TypeError)):
        ta.jvp(np.sin, (1.0,), (1.0, 2.0))
    with pytest.raises((ValueError, TypeError)):
        ta.jvp(np.sin, 1.0, 1.0)
    with pytest.raises((ValueError, TypeError)):
        ta.jet(np.sin, (1.0,), ((1.0,), (2.0,)))


def test_numbers_made_by_hand_meet_transforms() -> None:
    """A Dual inside a transform is a constant of that transform, with its own tangent kept."""
    got = ta.derivative(lambda x: x * x * ta.Dual(3.0, 1.0))(2.0)
    assert isinstance(got, ta.Dual)
    assert (got.value, got.tangent) == (12, 4)
