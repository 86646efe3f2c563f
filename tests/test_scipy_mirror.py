"""taylorad.scipy: SciPy's modules with functions of their own for numbers and Variables."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy
from mpmath import mpf
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special as theirs

import taylorad as ta
import taylorad.scipy
from taylorad.scipy import special

inf, nan = np.inf, np.nan
X = np.array([[0.3, -1.2, 2.0], [0.7, 1.9, -0.4]])


# The layout


def test_a_mirror_hands_on_what_it_does_not_have() -> None:
    assert special.erf is theirs.erf
    assert special.logsumexp is not theirs.logsumexp
    assert set(theirs.__all__) <= set(special.__all__)
    assert {"erf", "logsumexp", "roots_legendre"} <= set(dir(special))
    assert taylorad.scipy.special is special
    assert taylorad.scipy.constants is scipy.constants
    assert taylorad.scipy.__version__ == scipy.__version__
    assert {"special", "constants"} <= set(dir(taylorad.scipy))
    for module in (special, taylorad.scipy):
        with pytest.raises(AttributeError, match="nothing"):
            _ = module.nothing


def test_importing_the_library_imports_no_mirror() -> None:
    code = "import sys, taylorad; print(any('scipy' in name.split('.') for name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


PLAIN = [
    lambda m: m.logsumexp(X, axis=1, b=[1, 2, 3], keepdims=True),
    lambda m: m.logsumexp(X, b=-1.0, return_sign=True),
    lambda m: m.softmax(X.tolist(), axis=0),
    lambda m: m.log_softmax(X),
    lambda m: m.polygamma([0, 1], 2.5),
    lambda m: m.factorial(5, exact=True),
    lambda m: m.comb(5, 2, exact=True, repetition=True),
    lambda m: m.perm(5, 2),
    lambda m: m.multigammaln(X + 3, 2),
    lambda m: m.diric(X, 4),
    lambda m: m.factorial2(7),
]


@pytest.mark.parametrize("call", PLAIN)
def test_plain_arguments_are_scipys_business(call: Any) -> None:
    assert_array_equal(call(special), call(theirs))


def test_wrong_arguments_are_type_errors() -> None:
    for call in (lambda x: special.softmax(), lambda x: special.softmax(x, 0, 1)):
        with pytest.raises(TypeError, match="argument"):
            call(X)


# Sums of exponentials

CALLS = [
    lambda x: special.logsumexp(x),
    lambda x: special.logsumexp(x, axis=0),
    lambda x: special.logsumexp(x, axis=(0, 1), keepdims=True),
    lambda x: special.logsumexp(x, axis=-1, b=np.array([1.0, 0.2, -0.1])),
    lambda x: special.logsumexp(x, axis=0, b=-X * X, return_sign=True)[0],
    lambda x: special.logsumexp(x, axis=1, b=np.array([[0, 1.0, 2], [0, 0, 1]])),
    lambda x: special.logsumexp(1.5, b=x * x),
    lambda x: special.logsumexp(x, b=x * x, axis=1),
    lambda x: np.real(special.logsumexp(x + 1j * x, axis=0)),
    lambda x: special.softmax(x),
    lambda x: special.softmax(x, axis=0),
    lambda x: special.softmax(x.T, axis=(0, 1)),
    lambda x: special.log_softmax(x, axis=-1),
    lambda x: special.log_softmax(x)[0],
]


@pytest.mark.parametrize("f", CALLS)
def test_sums_of_exponentials(f: Any) -> None:
    ta.check_grads(f, (X,), order=2)
    y = f(ta.Dual(X, 1.0))
    assert_array_equal(y.value, f(X))


def exact_softmax(x: Any) -> Any:
    e = [mpmath.exp(mpf(v)) for v in x]
    return [v / mpmath.fsum(e) for v in e]


@pytest.mark.parametrize("x", [[40.0, 0.0, -3.0], [1000.0, 990.0, 1.0], [0.0, 0.0, -800.0]])
def test_saturated_softmax(x: Any) -> None:
    """The Jacobian s_i (delta_ij - s_j), each entry right relative to its own size."""
    x = np.array(x)
    with mpmath.workdps(500):
        s = exact_softmax(x)
        want = [[float(a * ((i == j) - b)) for j, b in enumerate(s)] for i, a in enumerate(s)]
        logs = [[float((i == j) - b) for j, b in enumerate(s)] for i in range(len(s))]
    for mode in ("forward", "reverse"):
        got = ta.jacobian(special.softmax, mode=mode)(x)
        assert_allclose(got, want, rtol=1e-13, atol=1e-300)
        assert_allclose(ta.jacobian(special.log_softmax, mode=mode)(x), logs, rtol=1e-13)
    assert_allclose(ta.grad(special.logsumexp)(x), [float(v) for v in s], rtol=1e-13, atol=1e-300)


def test_high_orders_of_logsumexp() -> None:
    """log(exp(40) + exp(t)): all derivatives are about exp(t - 40)."""
    got = ta.derivatives(lambda t: special.logsumexp(np.stack([0 * t + 40, t]), axis=0), 8)(1.0)
    with mpmath.workdps(80):
        series = mpmath.taylor(lambda t: mpmath.ln(mpmath.exp(40) + mpmath.exp(t)), 1, 8)
        want = [float(c * mpmath.factorial(k)) for k, c in enumerate(series)]
    assert_allclose(got, want, rtol=1e-12)


def test_infinite_entries() -> None:
    grad = ta.grad(special.logsumexp)
    assert_array_equal(grad(np.array([1000.0, -inf, 1000.0])), [0.5, 0, 0.5])
    assert_array_equal(grad(np.array([-inf, -inf])), [0.5, 0.5])
    assert_array_equal(grad(np.array([inf, 1.0])), [1, 0])
    assert_array_equal(ta.jacobian(special.softmax)(np.array([0.0, -inf]))[:, 1], [0, 0])
    weighted = ta.grad(lambda a: special.logsumexp(a, b=[0, 1]))
    for unused in (inf, nan, 1000.0, -inf):
        assert_array_equal(weighted(np.array([unused, 2.0])), [0, 1])
    hessian = ta.hessian(special.logsumexp)(np.array([0.0, -inf, 0.0]))
    assert_allclose(hessian, [[0.25, 0, -0.25], [0, 0, 0], [-0.25, 0, 0.25]], atol=1e-16)


def test_weights_of_zero_have_derivatives() -> None:
    grad = ta.grad(lambda b: special.logsumexp(np.array([1.0, 2.0]), b=b))
    assert_allclose(grad(np.array([0.0, 1.0])), [np.exp(-1), 1])


def test_kinds_of_arguments() -> None:
    x = ta.Dual(np.float32([1, 2]), np.float32([1, 0]))
    for f in (special.logsumexp, special.softmax, special.log_softmax):
        assert f(x).dtype == np.float32
    assert_allclose(ta.derivative(lambda t: special.logsumexp([t, 1.0]))(1.0), 0.5)
    assert special.softmax(ta.Dual(0.3, 1.0)).tangent == 0
    empty = special.logsumexp(ta.Dual(np.zeros((0, 2)), 1.0), axis=0)
    assert_array_equal(empty.value, [-inf, -inf])
    nested = ta.derivative(ta.grad(lambda x: special.logsumexp(np.stack([x, x * x]))))(0.3)
    series = ta.derivative(lambda x: np.log(np.exp(x) + np.exp(x * x)), order=2)(0.3)
    assert_allclose(nested, series, rtol=1e-12)


# The gamma family, Legendre


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_polygamma(n: int) -> None:
    x = np.array([0.3, 2.5, 30.0])
    got = ta.derivatives(lambda x: special.polygamma(n, x), 4)(x)
    assert_allclose(got, [theirs.polygamma(n + k, x) for k in range(5)], rtol=1e-12)


SMOOTH = [
    lambda x: special.polygamma([[0], [1]], x),
    lambda x: special.factorial(x),
    lambda x: special.comb(x, 3),
    lambda x: special.comb(7, x),
    lambda x: special.comb(x, 3, repetition=True),
    lambda x: special.perm(x, 2),
    lambda x: special.perm(9, x),
    lambda x: special.multigammaln(x, 1),
    lambda x: special.multigammaln(x, 4),
    lambda x: special.diric(x, 5),
    lambda x: special.diric(x, [4, 3]),
]


@pytest.mark.parametrize("f", SMOOTH)
def test_smooth_functions(f: Any) -> None:
    ta.check_grads(f, (3.3,), order=2)
    assert_array_equal(f(ta.Dual(np.array([3.3, 6.8]), 1.0)).value, f(np.array([3.3, 6.8])))


def test_zeros_beyond_the_domain() -> None:
    assert ta.derivative(special.factorial)(-2.5) == 0
    assert ta.derivative(lambda n: special.factorial(n, extend="complex"))(-2.5) != 0
    assert ta.derivative(lambda n: special.comb(n, 3))(2.5) == 0
    assert ta.derivative(lambda n: special.perm(n, 3))(-1.0) == 0


def test_diric_at_its_peaks() -> None:
    got = ta.derivatives(lambda x: special.diric(x, 3), 4)(np.array([0.0, 2 * np.pi]))
    assert_allclose(got[:, 0], [1, 0, -2 / 3, 0, 2 / 3], atol=1e-15)
    assert_allclose(got[:, 1], got[:, 0], atol=1e-14)
    assert np.isnan(special.diric(ta.Dual(0.3, 1.0), 2.5).value)


@pytest.mark.skipif(not hasattr(theirs, "sph_harm_y"), reason="since SciPy 1.15")
class TestLegendre:
    def test_derivatives_are_those_scipy_gives(self) -> None:
        z = np.array([0.3, 1.0, -0.7])
        y = special.legendre_p([[3], [-2]], ta.Dual(z, 1.0), diff_n=1)
        assert_allclose(y.tangent, theirs.legendre_p([[3], [-2]], z, diff_n=2)[1:], rtol=1e-13)

    @pytest.mark.parametrize(("n", "m"), [(3, 1), (2, 2), (4, -3), (2, 3)])
    def test_spherical_harmonics(self, n: int, m: int) -> None:
        for part in (np.real, np.imag):
            for theta in (1.0, -0.4):
                ta.check_grads(
                    lambda t, p: part(special.sph_harm_y(n, m, t, p)),  # noqa: B023
                    (theta, 0.3),
                    order=2,
                )

    def test_poles(self) -> None:
        slope = ta.derivative(lambda t: np.real(special.sph_harm_y(1, 1, t, 0.0)))
        assert_allclose(slope(0.0), -np.sqrt(3 / 8 / np.pi))


REFUSED = [
    (lambda x: special.factorial2(x), "factorial2 .* respect to n"),
    (lambda x: special.factorialk(x, 3), "factorialk .* respect to n"),
    (lambda x: special.factorial(x, exact=True), "factorial .* respect to n"),
    (lambda x: special.comb(x, 2, exact=True), "comb .* respect to N"),
    (lambda x: special.perm(x, 2, exact=True), "perm .* respect to N"),
    (lambda x: special.polygamma(x, 2.0), "polygamma .* respect to n"),
    (lambda x: special.logsumexp([1.0], axis=x), "logsumexp .* respect to axis"),
    (lambda x: special.logsumexp(x + 1j, return_sign=True), "complex"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ta.DerivativeError, match=message):
        call(ta.Dual(0.5, 1.0))


def test_the_refusal_to_become_a_float_names_the_mirror() -> None:
    with pytest.raises(TypeError, match=r"taylorad\.scipy"):
        theirs.diric(ta.Dual(0.3, 1.0), 5)


# Spherical Bessel functions

def spherical(bessel: Any, n: int, z: Any) -> Any:
    return mpmath.sqrt(mpmath.pi / 2) * bessel(n + mpf(0.5), z) / mpmath.sqrt(z)


SPHERICAL = {
    "spherical_jn": partial(spherical, mpmath.besselj),
    "spherical_yn": partial(spherical, mpmath.bessely),
    "spherical_in": partial(spherical, mpmath.besseli),
    "spherical_kn": partial(spherical, mpmath.besselk),
}


@pytest.mark.parametrize("derivative", [0, 1])
@pytest.mark.parametrize("name", SPHERICAL)
def test_spherical_functions_at_positive_and_negative_arguments(name: str, derivative: int) -> None:
    function, n = getattr(special, name), np.array([0, 1, 3])
    z = np.array([[-2.5], [0.75], [4.0]])
    call = partial(function, n, derivative=bool(derivative))
    got = ta.derivatives(call, 4)(z + np.zeros(3))
    assert_array_equal(got[0], getattr(theirs, name)(n, z, bool(derivative)))
    slopes = ta.grad(lambda z: np.sum(call(z)))(z + np.zeros(3))
    for j, order in enumerate(n.tolist()):
        exact = partial(SPHERICAL[name], order)
        for i, at in enumerate(z[:, 0].tolist()):
            with mpmath.workdps(40):
                # k_n of a negative number is the real part, which the other sheet has too
                numbers = [mpmath.re(c) for c in mpmath.taylor(exact, mpmath.mpc(at), 5)]
                want = [float(c * mpmath.factorial(k)) for k, c in enumerate(numbers)]
            want = want[derivative : derivative + 5]
            assert_allclose(got[:, i, j], want, rtol=1e-11, atol=1e-12)
            assert_allclose(slopes[i, j], want[1], rtol=1e-11)


@pytest.mark.parametrize("name", [*SPHERICAL, "log_softmax", "polygamma", "sph_harm_y", "comb"])
def test_functions_that_hand_objects_to_ufuncs_are_refused_by_name(name: str) -> None:
    x = ta.Dual(X + 3, 1.0)
    args = {"log_softmax": (x,), "sph_harm_y": (2, 1, x, x), "comb": (x, 2)}.get(name, (2, x))
    if getattr(theirs, name, None) is None:
        pytest.skip("not in this SciPy")
    with pytest.raises(ta.DerivativeError, match=rf"call taylorad\.scipy\.special\.{name} instead"):
        getattr(theirs, name)(*args)
