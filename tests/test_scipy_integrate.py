"""`taylorad.scipy.integrate` and `.optimize` against plain SciPy along curves."""

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
from both_modes import COMPOSITIONS, agrees_with_forward, second_derivatives_agree
from curves import Curve, agrees, along

import taylorad as ta
from taylorad.scipy import integrate, optimize

RNG = np.random.default_rng(5)
Y, WIDE = RNG.uniform(-1, 1, 9), RNG.uniform(-1, 1, (3, 8))
X = np.cumsum(RNG.uniform(0.5, 1, 9))
GRID = np.cumsum(RNG.uniform(0.5, 1, (3, 8)), axis=1)


def y(x=Y):
    return Curve(x)


def x(at=X):
    return Curve(at, 7, 0.1)


SAMPLES = {
    f"{f.__name__}-{label}": (lambda *operands, f=f, g=call: g(f, *operands), *rest)
    for f in (
        integrate.trapezoid,
        integrate.simpson,
        integrate.cumulative_trapezoid,
        integrate.cumulative_simpson,
    )
    for label, call, *rest in (
        ("y", lambda f, y: f(y), y()),
        ("even", lambda f, y: f(y, axis=1), y(WIDE)),
        ("first", lambda f, y: f(y, dx=0.3, axis=0), y(WIDE)),
        ("dx", lambda f, y, dx: f(y, dx=dx), y(), Curve(0.4, 3)),
        ("x", lambda f, y, x: f(y, x=x), y(), x()),
        ("x-alone", lambda f, x: f(Y[:8], x=x), x(X[:8])),
        ("x-each", lambda f, y, x: f(y, x=x), y(WIDE), x(GRID)),
        ("two", lambda f, y: f(y[:2]), y()),
        ("three", lambda f, y: f(y[:3]), y()),
        ("four", lambda f, y: f(y[:4]), y()),
    )
}
SAMPLES |= {
    "romb": (integrate.romb, y()),
    "romb-axis": (lambda y, dx: integrate.romb(y, dx, axis=1), y(WIDE[:, :5]), Curve(0.4, 3)),
    "initial": (lambda y: integrate.cumulative_trapezoid(y, initial=0), y()),
    "initial-simpson": (lambda y: integrate.cumulative_simpson(y, initial=1.5), y()),
    "fixed_quad": (lambda b: integrate.fixed_quad(lambda t: np.exp(t * b), 0, b)[0], Curve(1.2)),
}
OPTIMIZE = {
    "rosen": (optimize.rosen, y()),
    "rosen-two": (optimize.rosen, y(WIDE)),
    "rosen_der": (optimize.rosen_der, y()),
    "rosen_hess": (optimize.rosen_hess, y()),
    "rosen_hess_prod": (optimize.rosen_hess_prod, y(), Curve(X, 2)),
}
CALLS = SAMPLES | OPTIMIZE


@along(CALLS)
def test_coefficients_are_those_of_plain_scipy(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_reverse_mode_agrees_with_forward_mode(call):
    agrees_with_forward(*call)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("name", ["simpson-x", "cumulative_simpson-x-each", "rosen_der"])
def test_second_derivatives_by_every_composition(name, composition):
    second_derivatives_agree(composition, *CALLS[name])


def test_intervals_of_no_width():
    grid = np.array([0.0, 0.0, 1.0, 1.0, 2.0])
    got = integrate.simpson(ta.Dual(Y[:5], np.ones(5)), x=grid)
    assert got.value == scipy.integrate.simpson(Y[:5], x=grid)
    assert np.isclose(got.tangent, scipy.integrate.simpson(np.ones(5), x=grid))


def test_plain_calls_that_compute_with_anything():
    d = RNG.normal(size=9)
    for name in ("trapezoid", "simpson", "cumulative_trapezoid", "romb"):
        got = getattr(scipy.integrate, name)(ta.Dual(Y, d))
        want = getattr(scipy.integrate, name)(d)
        tangents = [one.tangent for one in got] if isinstance(got, np.ndarray) else got.tangent
        assert np.allclose(tangents, want, rtol=1e-12), name
    assert np.allclose(ta.grad(scipy.optimize.rosen)(Y), scipy.optimize.rosen_der(Y))
    got = np.array([one.tangent for one in scipy.optimize.rosen_der(ta.Dual(Y, d))])
    assert np.allclose(got, scipy.optimize.rosen_hess_prod(Y, d))


def test_optimizers_take_derivatives_from_here():
    start = np.array([-1.2, 1.0, 0.7])
    found = scipy.optimize.minimize(
        scipy.optimize.rosen, start, method="trust-exact",
        jac=ta.grad(optimize.rosen), hess=ta.hessian(optimize.rosen),
    )  # fmt: skip
    assert np.allclose(found.x, 1, atol=1e-5)

    def equations(x):
        return np.stack([x[0] * np.exp(x[1]) - 2, x[0] ** 2 + x[1] - 2.0])

    root = scipy.optimize.root(equations, [1.0, 0.5], jac=ta.jacobian(equations))
    assert np.allclose(equations(root.x), 0, atol=1e-9)


def test_other_names_are_scipys():
    assert integrate.quad is scipy.integrate.quad
    assert optimize.minimize is scipy.optimize.minimize


def test_lists_and_empty_samples():
    x = [ta.Dual(1.0, 1.0), 2.0, ta.Dual(3.0, 2.0)]
    assert integrate.trapezoid(x).tangent == 1.5
    np.testing.assert_allclose(
        integrate.cumulative_simpson(x).tangent, scipy.integrate.cumulative_simpson([1.0, 0, 2])
    )
    assert integrate.trapezoid(ta.Dual(np.zeros(0), np.zeros(0))).value == 0
    assert optimize.rosen(x).value == scipy.optimize.rosen([1.0, 2.0, 3.0])
