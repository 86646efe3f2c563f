"""MultiTaylor: making, reading, printing, its calculus, and mixed partials."""

from __future__ import annotations

import copy
import itertools
import pickle
from fractions import Fraction
from math import comb, factorial, prod
from typing import Any

import numpy as np
import pytest
import sympy

import taylorad as ta
from taylorad.rules.analytic import TABLE

variables = ta.MultiTaylor.variables


def xy(order: int = 3, point: Any = (1.0, 2.0)) -> Any:
    return variables(point, order, names="x y")


# --- Making and reading ------------------------------------------------------------------


def test_variables() -> None:
    x, y = xy()
    assert isinstance(x, ta.MultiTaylor)
    assert (x.value, y.value, x.order, x.orders, x.names) == (1.0, 2.0, 3, (3, 3), ("x", "y"))
    assert x.exponents[:4].tolist() == [[0, 0], [1, 0], [0, 1], [2, 0]]
    assert x.exponents.shape == (10, 2)
    assert x.coefficients.tolist() == [1, 1] + [0] * 8
    assert y.coefficients.tolist() == [2, 0, 1] + [0] * 7
    assert x.shape == () and not hasattr(x, "__len__")


def test_names_and_orders() -> None:
    assert variables([0.0, 0.0, 0.0], 1)[0].names == ("x1", "x2", "x3")
    assert variables([0.0, 0.0], 1, ["a", "b"])[0].names == ("a", "b")
    assert variables([0.0, 0.0], 1, "a, b")[0].names == ("a", "b")
    (x, _) = variables([0.0, 0.0], 4, orders=[1, 9])
    assert (x.order, x.orders) == (4, (1, 9))
    assert x.exponents.max(axis=0).tolist() == [1, 4]
    (x, _) = variables([0.0, 0.0], None, orders=[1, 2])
    assert (x.order, len(x.exponents)) == (3, 6)
    (x, _) = variables([0.0, 0.0], 9, orders=[1, 2])
    assert x.order == 3
    (x, y) = variables([1.0, 1.0], 0)
    assert x.coefficients.tolist() == [1.0] == y.coefficients.tolist()


def test_a_grid_of_points() -> None:
    a, b = np.linspace(-1, 1, 5), np.linspace(0, 1, 3)[:, np.newaxis]
    x, y, z = variables([a, b, 2.0], 2)
    assert (x.shape, y.shape, z.shape) == ((5,), (3, 1), ())
    p = np.sin(x) * y * z
    assert p.shape == (3, 5)
    assert p.gradient.shape == (3, 3, 5)
    np.testing.assert_allclose(p.gradient[0], 2 * np.cos(a) * b, rtol=1e-14)
    np.testing.assert_allclose(p.hessian[0, 2], np.cos(a) * b, rtol=1e-14)
    np.testing.assert_allclose(p[1, 2].derivative((2, 0, 0)), (-np.sin(a) * b * 2)[1, 2])
    for i, j in np.ndindex(3, 5):
        one = [v.coefficients for v in (p[i, j], np.sin(variables([a[j], 0, 0], 2)[0]))]
        assert one[0].shape == one[1].shape
    empty, _ = variables([np.empty((0, 3)), 1.0], 2)
    assert (empty * empty).gradient.shape == (2, 0, 3)


@pytest.mark.parametrize(
    ("dtype", "kind"), [("f4", "f4"), ("f8", "f8"), ("c16", "c16"), ("i8", "f8"), ("c8", "c8")]
)
def test_dtypes(dtype: str, kind: str) -> None:
    x, y = variables(np.array([[1, 2], [3, 4]], dtype), 3)
    p = x * y / (x + y)
    assert p.dtype == kind
    want = np.array([1.0, 2.0]) * [3.0, 4.0] / [4.0, 6.0]
    np.testing.assert_allclose(p.value, want, rtol=1e-6)
    np.testing.assert_allclose(
        p.derivative((1, 1)), 2 * np.array([1, 2]) * [3, 4] / np.array([4, 6.0]) ** 3, rtol=1e-6
    )


def test_exact_coefficients() -> None:
    x, y = variables([Fraction(1, 3), Fraction(2)], 4)
    p = 1 / (1 + x * y) ** 2
    a, b = sympy.symbols("a b")
    f = 1 / (1 + a * b) ** 2
    for i, j in itertools.product(range(5), range(5)):
        if i + j <= 4:
            want = sympy.diff(f, (a, i), (b, j)).subs({a: sympy.Rational(1, 3), b: 2})
            assert p.derivative((i, j)) == Fraction(int(want.p), int(want.q))
    assert all(isinstance(c, Fraction) for c in p.coefficients)
    assert all(isinstance(c, Fraction) for c in p.integrate(0).coefficients)
    assert p.integrate(0).differentiate(0).to_dict() == p.to_dict()


def test_coefficients_and_derivatives() -> None:
    x, y = xy(4)
    p = x**3 * y
    assert p.coefficient((3, 1)) == 1
    assert p.derivative((3, 1)) == 6
    assert p.derivative({"y": 1}) == 1
    assert p.derivative({0: 2, "y": 1}) == 6
    assert p.derivative([0, 0]) == p.value == 2
    assert p.gradient.tolist() == [6, 1]
    assert p.hessian.tolist() == [[12, 3], [3, 0]]
    (t,) = variables([0.5], 3)
    assert (t**3).derivative(3) == 6


def test_construction() -> None:
    x, y = xy(2)
    p = x * np.exp(y)
    assert same(ta.MultiTaylor(p.coefficients, 2, "x y"), p)
    assert same(ta.MultiTaylor(list(p.coefficients), 2, p.names), p)
    assert ta.MultiTaylor(np.ones(10), 2).names == ("x1", "x2", "x3")
    assert ta.MultiTaylor(np.ones(4), 2, orders=(1, 1)).orders == (1, 1)
    assert ta.MultiTaylor(np.ones((3, 5)), 1).shape == (5,)
    assert same(ta.MultiTaylor.from_dict(p.to_dict(), 2, "x y"), p)
    q = ta.MultiTaylor.from_dict({(1, 1): np.ones(2), (0, 0): 3}, names="x y")
    assert q.order == 2
    assert q.shape == (2,)
    assert q.to_dict()[0, 0].tolist() == [3, 3]

    class Mine(ta.MultiTaylor):
        pass

    assert isinstance(Mine(np.ones(3), 1), Mine)


def same(p: Any, q: Any) -> bool:
    return p.algebra == q.algebra and np.array_equal(p.coefficients, q.coefficients)


@pytest.mark.parametrize("shape", [(), (3,)])
def test_copies_and_pickles(shape: tuple[int, ...]) -> None:
    x, _y = xy(3, (np.full(shape, 1.5), 2.0))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert same(pickle.loads(pickle.dumps(np.exp(x), protocol)), np.exp(x))
    again = copy.deepcopy(x)
    assert same(copy.copy(x), x)
    assert again.names == ("x", "y")
    if shape:
        x[0] = 7.0
        assert x.coefficients[:, 0].tolist() == [7.0] + [0.0] * 9
        assert again[0].coefficients[1] == 1.0


# --- What is printed ---------------------------------------------------------------------


def test_repr() -> None:
    x, y = xy(2, (0.0, 2.0))
    assert repr(x) == "x + O(3)"
    assert repr(-x * y) == "-2.0*x - x*y + O(3)"
    assert repr(0 * x) == "0.0 + O(3)"
    assert repr(1.5 * x**2 - y) == "-2.0 - y + 1.5*x**2 + O(3)"
    assert f"{x / 3 - y:.2f}" == "-2.00 + 0.33*x - y + O(3)"
    assert str(np.sin(x)) == "x + O(3)"
    assert repr(x * 1j) == "(1j)*x + O(3)"
    assert repr(np.stack([x, y])) == "[0., 2.] + [1., 0.]*x + [0., 1.]*y + O(3)"
    u, v = variables([0.0, 0.0], None, "u v", orders=(1, 2))
    assert repr(u * v) == "u*v + O(u**2, v**3)"
    u, v = variables([0.0, 0.0], 2, "u v", orders=(1, 2))
    assert repr(u * v) == "u*v + O(3, u**2)"
    (u,) = variables([Fraction(1, 2)], 1, "u")
    assert repr(u) == "Fraction(1, 2) + u + O(2)"
    many = np.exp(sum(variables(np.zeros(4), 6)))
    assert repr(many).endswith("... (170 more terms) + O(7)")


def test_latex() -> None:
    x, t = variables([0.0, 1e-8], 2, "x_1 theta")
    assert (x * t)._repr_latex_() == (
        r"$1 \cdot 10^{-8} \, x_{1} + x_{1} \, \theta + \mathcal{O}(3)$"
    )
    assert (x**2)._repr_latex_() == r"$x_{1}^{2} + \mathcal{O}(3)$"
    assert np.stack([x, t])._repr_latex_() is None
    (mass,) = variables([2.5], 1, "mass_of_it")
    assert mass._repr_latex_() == r"$2.5 + \mathrm{mass\_of\_it} + \mathcal{O}(2)$"


# --- Errors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: variables(1.0, 2), TypeError, "sequence of its coordinates"),
        (lambda: variables([], 2), ValueError, "at least one variable"),
        (lambda: variables([1.0], 2.5), TypeError, "order must be an integer"),
        (lambda: variables([1.0], -1), ValueError, "at least 0"),
        (lambda: variables([1.0], None), TypeError, "orders"),
        (lambda: variables([1.0, 2.0], 2, "x"), ValueError, "2 names"),
        (lambda: variables([1.0, 2.0], 2, "x x"), ValueError, "differ"),
        (lambda: variables([1.0, 2.0], 2, ["x", "1 y"]), ValueError, "words"),
        (lambda: variables([1.0, 2.0], 2, orders=[1]), ValueError, "2 orders"),
        (lambda: variables([1.0, 2.0], 2, orders=3), TypeError, "sequence"),
        (lambda: variables(["a", "b"], 2), TypeError, "numbers"),
        (lambda: variables([np.ones(2), np.ones(3)], 2), ValueError, "broadcast"),
        (lambda: variables([ta.Dual(1.0), 2.0], 2), TypeError, "plain numbers"),
        (lambda: variables(np.zeros(40), 12), ValueError, "GiB"),
        (lambda: ta.MultiTaylor(2.0, 2), TypeError, "variables"),
        (lambda: ta.MultiTaylor(np.ones(5), 2), ValueError, "6 coefficients, but 5"),
        (lambda: ta.MultiTaylor(np.ones(5), 2, "x y"), ValueError, "6 coefficients, but 5"),
        (lambda: ta.MultiTaylor.from_dict({}), TypeError, "at least one"),
        (lambda: ta.MultiTaylor.from_dict({(1, 2): 1.0}, 2), ValueError, "beyond"),
        (lambda: ta.MultiTaylor.from_dict({(1, 2): 1.0, (1,): 2.0}), ValueError, "2 exponents"),
        (lambda: xy()[0].coefficient((2, 2)), ValueError, "total degree 3"),
        (lambda: xy()[0].coefficient((1,)), ValueError, "2 exponents"),
        (lambda: xy()[0].coefficient(1), TypeError, "sequence of 2"),
        (lambda: xy()[0].coefficient((1, -1)), ValueError, "at least 0"),
        (lambda: xy()[0].coefficient({"z": 1}), ValueError, "no variable 'z'"),
        (lambda: xy()[0].differentiate(2), ValueError, "one of x, y, or an index from 0 to 1"),
        (lambda: xy()[0].differentiate(1.0), TypeError, "index or its name"),
        (lambda: xy(0)[0].differentiate("x"), ValueError, "not known"),
        (lambda: xy(0)[0].gradient, ValueError, "gradient"),
        (lambda: xy(1)[0].hessian, ValueError, "Hessian"),
        (lambda: xy()[0].truncate(4), ValueError, "cannot be extended"),
        (lambda: xy()[0](1.0), ValueError, "2 offsets"),
        (lambda: xy()[0]({"x": 1.0}), ValueError, "no offset for y"),
        (lambda: xy()[0].compose(1.0, 2.0), TypeError, "series"),
        (lambda: xy()[0].compose(*xy()), ValueError, "must be 0"),
        (lambda: xy()[0] + variables([1.0, 2.0], 3)[0], TypeError, "in x, y and a MultiTaylor"),
        (lambda: xy()[0] + ta.Taylor([1.0, 2.0]), TypeError, "made by hand"),
        (lambda: float(xy()[0]), TypeError, "MultiTaylor would drop"),
        (lambda: ta.invert_map([xy()[0]]), ValueError, "2 components, but 1"),
        (lambda: ta.invert_map([1.0, 2.0]), TypeError, "MultiTaylor"),
        (lambda: ta.invert_map([xy()[0]] * 2), ValueError, "singular"),
        (lambda: ta.invert_map(xy(0)), ValueError, "order at least 1"),
    ],
)  # fmt: skip
def test_errors_say_what_is_allowed(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


# --- Calculus ----------------------------------------------------------------------------


def test_differentiate_and_integrate() -> None:
    x, y = xy(5)
    p = np.sin(x * y)
    for variable in ("x", 0, -2):
        d = p.differentiate(variable)
        assert (d.order, d.names) == (4, ("x", "y"))
        want = (np.cos(x * y) * y).truncate(4)
        np.testing.assert_allclose(d.coefficients, want.coefficients, rtol=1e-13, atol=1e-13)
    back = p.differentiate("y").integrate("y")
    assert back.order == 5
    for monomial, c in p.to_dict().items():
        if monomial[1]:
            np.testing.assert_allclose(back.coefficient(monomial), c, rtol=1e-15)
    assert all(monomial[1] for monomial in back.to_dict())


def test_calculus_with_orders_of_variables() -> None:
    x, y = variables([0.5, 0.0], 4, "x y", orders=(4, 2))
    p = np.exp(x) * np.cos(y)
    d = p.differentiate("y")
    assert (d.order, d.orders) == (3, (4, 1))
    assert d.coefficient((2, 1)) == pytest.approx(-np.exp(0.5) / 2)
    i = p.integrate("y")
    assert (i.order, i.orders[1]) == (5, 3)
    assert i.coefficient((2, 3)) == pytest.approx(-np.exp(0.5) / 2 / 6)
    with pytest.raises(ValueError, match="y to the power 2"):
        p.coefficient((0, 3))


def test_truncate() -> None:
    x, y = xy(4)
    p = np.exp(x * y)
    for order in range(5):
        q = p.truncate(order)
        assert q.order == order
        assert same(q, p if order == 4 else q)
        assert q.coefficients.tolist() == p.coefficients[: comb(order + 2, 2)].tolist()
    assert same(p + p.truncate(2), (p + p).truncate(2))


def test_schwarz_and_euler() -> None:
    """Partial derivatives commute; x p_x + y p_y multiplies each term by its degree."""
    x, y = variables([0.0, 0.0], 6, "x y")
    p = np.exp(x) * np.sin(2 * x + y + 0.3)
    one = p.differentiate("x").differentiate("y")
    two = p.differentiate("y").differentiate("x")
    np.testing.assert_allclose(one.coefficients, two.coefficients, rtol=1e-15)
    euler = x * p.differentiate("x") + y * p.differentiate("y")
    degrees = p.exponents.sum(axis=1)
    want = (degrees * p.coefficients)[: len(euler.coefficients)]
    np.testing.assert_allclose(euler.coefficients, want, rtol=1e-14)


# --- Evaluation --------------------------------------------------------------------------


def test_evaluation_of_numbers_and_arrays() -> None:
    x, y = xy(3)
    p = x**2 * y - y**3
    q = lambda x, y: x**2 * y - y**3  # noqa: E731
    assert p(0.25, -0.5) == q(1.25, 1.5) == p([0.25, -0.5]) == p({"y": -0.5, "x": 0.25})
    a, b = np.linspace(-1, 1, 4), np.linspace(0, 1, 3)[:, np.newaxis]
    np.testing.assert_allclose(p(a, b), q(1 + a, 2 + b), rtol=1e-14)
    np.testing.assert_allclose(p(np.stack([a, a])), q(1 + a, 2 + a), rtol=1e-14)
    stack = np.stack([p, 2 * p])
    np.testing.assert_allclose(stack(0.25, -0.5), [q(1.25, 1.5), 2 * q(1.25, 1.5)], rtol=1e-14)
    np.testing.assert_allclose(
        stack(a[:, np.newaxis], 0.0), q(1 + a[:, np.newaxis], 2.0) * [1, 2], rtol=1e-14
    )
    (t,) = variables([1.0], 2)
    assert (t**2)(0.5) == 2.25 == (t**2)([0.5])
    np.testing.assert_allclose((t**2)(np.array([0.5, 1.0])), [2.25, 4.0])
    a, b = variables([Fraction(1), Fraction(2)], 3)
    assert (a * b)(Fraction(1, 2), Fraction(1, 3)) == Fraction(7, 2)


def test_evaluation_at_numbers_of_ours() -> None:
    x, y = xy(3)
    p = x**2 * y
    d = p(ta.Dual(0.0, 1.0), 0.0)
    assert (d.value, d.tangent) == (2.0, 4.0)
    assert ta.grad(lambda o: p(o))(np.zeros(2)).tolist() == [4.0, 1.0]
    assert ta.derivative(lambda t: p(t, 2 * t))(0.0) == 6.0


# --- The same rules over another algebra -------------------------------------------------

DOMAIN = {np.arccosh: 1.7, np.log: 0.8, np.log2: 0.8, np.log10: 0.8, np.sqrt: 0.8}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.function.__name__)
@pytest.mark.parametrize("shape", [(), (19,)])
def test_analytic_rows_along_a_line(row: Any, shape: tuple[int, ...]) -> None:
    """f of a polynomial along a line is what f of the line's own series is."""
    point, rng = DOMAIN.get(row.function, 0.3), np.random.default_rng(3)
    v = rng.uniform(-1, 1, 3)
    xs = variables([np.full(shape, point), np.zeros(shape), 0.0], 6)
    got = row.function(xs[0] + xs[1] * xs[2] + xs[2] ** 2 * 0.5 - xs[1])
    t = ta.Taylor([0.0, 1.0, *[0.0] * 5])
    curve = point + v[0] * t + v[1] * t * v[2] * t + (v[2] * t) ** 2 * 0.5 - v[1] * t
    want = row.function(curve).coefficients
    for line in got.reshape(-1):
        np.testing.assert_allclose(
            line.compose(*(c * t for c in v)).coefficients, want, rtol=1e-11, atol=1e-13
        )


# --- Mixed partials against sympy --------------------------------------------------------

EXPRESSIONS: dict[str, tuple[Any, int]] = {
    "a**3*exp(a*b) - sin(a + 2*b)": (lambda m, a, b: a**3 * m.exp(a * b) - m.sin(a + 2 * b), 6),
    "log(a + b**2)*tanh(a - b)": (lambda m, a, b: m.log(a + b**2) * m.tanh(a - b), 6),
    "sqrt(a*b + c)/cos(a - c)": (lambda m, a, b, c: m.sqrt(a * b + c) / m.cos(a - c), 6),
    "atan(a*b)*c**a": (lambda m, a, b, c: _atan(m)(a * b) * c**a, 5),
    "exp(a*b - c*d)/(1 + a**2)": (lambda m, a, b, c, d: m.exp(a * b - c * d) / (1 + a**2), 5),
    "sinh(a + b*c)*asinh(d)": (lambda m, a, b, c, d: m.sinh(a + b * c) * _asinh(m)(d), 5),
}


def _atan(m: Any) -> Any:
    return getattr(m, "arctan", None) or m.atan


def _asinh(m: Any) -> Any:
    return getattr(m, "arcsinh", None) or m.asinh


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_mixed_partials(name: str) -> None:
    f, order = EXPRESSIONS[name]
    count = f.__code__.co_argcount - 1
    symbols = sympy.symbols("a b c d")[:count]
    point = [Fraction(3, 5), Fraction(7, 10), Fraction(9, 8), Fraction(2, 5)][:count]
    p = f(np, *variables([float(x) for x in point], order))
    # One sympy series in t along (x + t u) would test no mixed term: each is derived.
    known = {(0,) * count: f(sympy, *symbols)}
    places = {s: sympy.Rational(x.numerator, x.denominator)
              for s, x in zip(symbols, point, strict=True)}  # fmt: skip
    for monomial in p.exponents.tolist():
        if sum(monomial) == order and sum(e > 0 for e in monomial) < min(count, 2):
            continue
        last = max((v for v in range(count) if monomial[v]), default=0)
        lower = tuple(e - (v == last) for v, e in enumerate(monomial))
        if tuple(monomial) not in known:
            known[tuple(monomial)] = sympy.diff(known[lower], symbols[last])
    chosen = np.random.default_rng(1).permutation(list(known))[:40]
    for monomial in map(tuple, [*chosen.tolist(), (0,) * count]):
        want = float(known[monomial].subs(places).evalf(30))
        got = p.derivative(monomial)
        assert got == pytest.approx(want, rel=2e-12, abs=1e-12), monomial


# --- Identities, exactly -----------------------------------------------------------------


def test_fateman() -> None:
    """R. Fateman's product s (s + 1), s = (1 + x + y + z + w)^20, by one coefficient."""
    known = 128358585324486316800
    assert factorial(40) // prod(map(factorial, (1, 6, 7, 20, 6))) == known
    xs = variables(np.zeros(4), None, "x y z w", orders=(1, 6, 7, 20))
    s = (1 + sum(xs)) ** 20
    assert (s * (s + 1)).coefficient((1, 6, 7, 20)) == pytest.approx(known, rel=1e-14)


def test_fateman_exactly() -> None:
    xs = variables(np.zeros(4, object), None, "x y z w", orders=(1, 6, 7, 20))
    s = (1 + sum(xs)) ** 20
    assert (s * (s + 1)).coefficient({"x": 1, "y": 6, "z": 7, "w": 20}) == 128358585324486316800


def test_four_squares() -> None:
    """Euler: the product of sums of four squares is one, of the quaternion product."""
    xs = variables(np.arange(1.0, 9.0), 4)
    a, b = xs[:4], xs[4:]
    left = sum(x * x for x in a) * sum(x * x for x in b)
    right = sum(x * x for x in doubled(a, b))
    assert same(left, right)


def test_eight_squares() -> None:
    """Degen: that of sums of eight squares, of the octonion product."""
    xs = variables(np.arange(-7.0, 9.0), 4)
    a, b = xs[:8], xs[8:]
    left = sum(x * x for x in a) * sum(x * x for x in b)
    assert same(left, sum(x * x for x in doubled(a, b)))


def doubled(a: Any, b: Any) -> list[Any]:
    """The product in the algebra by Cayley and Dickson: (p, q)(r, s) = (pr - s*q, sp + qr*)."""
    if len(a) == 1:
        return [a[0] * b[0]]
    half = len(a) // 2
    p, q, r, s = a[:half], a[half:], b[:half], b[half:]
    first = [x - y for x, y in zip(doubled(p, r), doubled(conjugate(s), q), strict=True)]
    second = [x + y for x, y in zip(doubled(s, p), doubled(q, conjugate(r)), strict=True)]
    return first + second


def conjugate(a: Any) -> list[Any]:
    return [a[0], *(-x for x in a[1:])]


# --- Within other transforms -------------------------------------------------------------


def test_within_other_transforms() -> None:
    def f(t: Any) -> Any:
        x, y = variables([0.5, 2.0], 3)
        return (np.exp(t * x) * y).derivative((2, 1))

    want = lambda t: t**2 * np.exp(t / 2)  # noqa: E731
    slope = lambda t: (2 * t + t**2 / 2) * np.exp(t / 2)  # noqa: E731
    assert f(1.3) == pytest.approx(want(1.3))
    assert ta.derivative(f)(1.3) == pytest.approx(slope(1.3), rel=1e-13)
    curve = 2 + 2 * 1.3 + 1.3**2 / 4
    assert ta.derivatives(f, 2)(1.3)[2] == pytest.approx(curve * np.exp(0.65), rel=1e-13)


def test_removable_singularities() -> None:
    x, y = variables([0.0, 0.0], 5, "x y")
    p = np.sin(x) / x
    assert p.order == 4
    np.testing.assert_allclose(p.coefficient((2, 0)), -1 / 6, rtol=1e-15)
    np.testing.assert_allclose((x * y / x).coefficients, y.truncate(4).coefficients, atol=1e-15)
