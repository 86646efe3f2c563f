"""Lifted functions of SciPy that are written in Python, against answers known otherwise."""

import mpmath
import numpy as np
import pytest

import taylorad as ta

integrate = pytest.importorskip("scipy.integrate")
interpolate = pytest.importorskip("scipy.interpolate")
optimize = pytest.importorskip("scipy.optimize")
special = pytest.importorskip("scipy.special")
stats = pytest.importorskip("scipy.stats")

NODES = np.linspace(0.0, 1.0, 9)


def oscillate(w, method="RK45"):
    def rate(t, y):
        return [y[1], -w * w * y[0]]

    answer = integrate.solve_ivp(rate, (0, 1.0), [1.0, 0.0], method, rtol=1e-10, atol=1e-10)
    return answer.y[0, -1]


def simpson(f, a, b):
    """Simpson's rule at the nodes."""
    weights = [1, 4, 2, 4, 2, 4, 2, 4, 1]
    return sum(w * f(t) for w, t in zip(weights, np.linspace(a, b, 9), strict=True)) * (b - a) / 24


# A function of one number that calls SciPy, what it computes, where, and to what accuracy.
CALLS = {
    "rosen": (
        lambda x: optimize.rosen(np.array([x, 2 * x, x * x])),
        lambda x: (
            100 * (2 * x - x**2) ** 2 + (1 - x) ** 2
            + 100 * (x**2 - 4 * x**2) ** 2 + (1 - 2 * x) ** 2
        ),
        0.7, 1e-13,
    ),
    "simpson": (
        lambda x: integrate.simpson(np.sin(x * NODES), x=NODES),
        lambda x: simpson(lambda t: mpmath.sin(x * t), 0.0, 1.0),
        0.7, 1e-13,
    ),
    "fixed_quad": (
        lambda x: integrate.fixed_quad(lambda t: np.exp(-x * t), 0, 1, n=9)[0],
        lambda x: (1 - mpmath.exp(-x)) / x,
        0.7, 1e-12,
    ),
    "quad_vec": (
        lambda x: integrate.quad_vec(lambda t: np.exp(-x * t), 0, 1)[0],
        lambda x: (1 - mpmath.exp(-x)) / x,
        0.7, 1e-11,
    ),
    "norm.pdf": (stats.norm.pdf, mpmath.npdf, 0.7, 1e-13),
    "norm.logpdf": (
        lambda x: stats.norm.logpdf(0.5, loc=x, scale=x),
        lambda x: mpmath.log(mpmath.npdf(0.5, x, x)),
        0.7, 1e-12,
    ),
    "expon.pdf": (
        lambda x: stats.expon.pdf(0.5, scale=x), lambda x: mpmath.exp(-0.5 / x) / x, 0.7, 1e-12
    ),
    "zscore": (
        lambda x: stats.zscore(np.array([x, -x, 1.0]))[2],
        lambda x: mpmath.mpf(2) / 3 / mpmath.sqrt((2 * x**2 + 1 - mpmath.mpf(1) / 3) / 3),
        0.7, 1e-12,
    ),
    "logsumexp": (
        lambda x: special.logsumexp(np.array([x, 2 * x, 1.0])),
        lambda x: mpmath.log(mpmath.exp(x) + mpmath.exp(2 * x) + mpmath.e),
        0.7, 1e-12,
    ),
    "newton": (
        lambda a: optimize.newton(lambda x: x * x - a, 1.0, fprime=lambda x: 2 * x, tol=1e-14),
        mpmath.sqrt, 2.0, 1e-12,
    ),
    "RK45": (oscillate, mpmath.cos, 1.3, 1e-7),
    "DOP853": (lambda w: oscillate(w, "DOP853"), mpmath.cos, 1.3, 1e-7),
    "KroghInterpolator": (
        lambda a: interpolate.KroghInterpolator([0, 1, 2], [a, 1.0, a * a])(0.5),
        lambda a: 0.375 * a + 0.75 - 0.125 * a**2, 0.35, 1e-12,
    ),
    "polyval": (
        lambda a: np.polynomial.polynomial.polyval(a, [1.0, a, 3.0]),
        lambda a: 1 + 4 * a**2, 0.35, 1e-12,
    ),
    "chebval": (
        lambda a: np.polynomial.chebyshev.chebval(a, [1.0, 2.0, 3.0, a]),
        lambda a: 1 + 2 * a + 3 * (2 * a**2 - 1) + a * (4 * a**3 - 3 * a), 0.35, 1e-12,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_lifted(name):
    f, answer, point, tolerance = CALLS[name]
    lifted = ta.lift(f)
    plain = f(point)
    assert lifted(point) == plain and type(lifted(point)) is type(plain)
    with mpmath.workdps(40):
        want = [float(mpmath.diff(answer, point, k)) for k in range(3)]
    # Newton's method is still on its way to the derivatives when it has the root.
    orders = 1 if name == "newton" else 2
    got = ta.derivatives(lifted, orders)(point)
    np.testing.assert_allclose(got, want[: orders + 1], rtol=tolerance, atol=tolerance)
    got = ta.jacobian(lifted, mode="reverse")(point)
    np.testing.assert_allclose(got, want[1], rtol=tolerance, atol=tolerance)


def test_what_is_compiled_is_refused():
    spline = interpolate.CubicSpline(NODES, np.sin(NODES))
    assert ta.lift(spline)(0.3) == spline(0.3)
    with pytest.raises(TypeError):
        ta.derivative(ta.lift(spline))(0.3)
    (refusal,) = ta.coverage(ta.lift(spline), 0.3)
    assert "evaluate" in refusal.function and "_interpolate.py" in refusal.file
