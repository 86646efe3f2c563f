"""Plain calls of SciPy: right derivatives, or an error that says what to write instead."""

import numpy as np
import pytest
import scipy.fft
import scipy.integrate
import scipy.linalg
import scipy.optimize
import scipy.signal
import scipy.special

import taylorad as ta
import taylorad.scipy.linalg
import taylorad.scipy.optimize
from taylorad.scipy import optimize
from taylorad.tape import GradientTape

RNG = np.random.default_rng(2)
A = RNG.uniform(-1, 1, (3, 3)) + 3 * np.eye(3)
S, V, SIGNAL = A @ A.T, A[0], RNG.uniform(-1, 1, 17)
PARAMETER = np.array(0.7)


def shifted(t, c):
    return np.sum((t - c) ** 2)


# What turns its arguments into plain arrays, and where there is a counterpart here.
LINALG = {
    name: (lambda x, name=name: getattr(scipy.linalg, name)(x), S)
    for name in (
        "expm inv det cholesky lu_factor cho_factor sqrtm logm lu ldl schur polar cosm sinm tanm "
        "coshm sinhm tanhm orth null_space matrix_balance pinv pinvh eig eigvals eigh "
        "eigvalsh svd svdvals qr rq hessenberg signm circulant hankel norm expm_cond eig_banded"
    ).split()
} | {
    "solve": (lambda x: scipy.linalg.solve(x, V), A),
    "solve_triangular": (lambda x: scipy.linalg.solve_triangular(x, V), A),
    "lu_solve": (lambda b: scipy.linalg.lu_solve(scipy.linalg.lu_factor(A), b), V),
    "cho_solve": (lambda b: scipy.linalg.cho_solve(scipy.linalg.cho_factor(S), b), V),
    "solve_banded": (lambda x: scipy.linalg.solve_banded((1, 1), x, V), A),
    "solve_toeplitz": (lambda x: scipy.linalg.solve_toeplitz(x, V), V),
    "solve_sylvester": (lambda x: scipy.linalg.solve_sylvester(x, A, A), A),
    "solve_continuous_are": (lambda x: scipy.linalg.solve_continuous_are(x, A, S, S), A),
    "lstsq": (lambda x: scipy.linalg.lstsq(x, V), A),
    "expm_frechet": (lambda x: scipy.linalg.expm_frechet(x, A), A),
    "fractional_matrix_power": (lambda x: scipy.linalg.fractional_matrix_power(x, 0.5), S),
    "funm": (lambda x: scipy.linalg.funm(x, np.exp), A),
    "subspace_angles": (lambda x: scipy.linalg.subspace_angles(x, A[:, :1]), A[:, 1:2]),
}
INTEGRATE = {
    "quad": (lambda c: scipy.integrate.quad(lambda t: np.sin(c * t), 0, 1), PARAMETER),
    "quad_vec": (lambda c: scipy.integrate.quad_vec(lambda t: np.sin(c * t), 0, 1), PARAMETER),
    "dblquad": (lambda c: scipy.integrate.dblquad(lambda s, t: s * c, 0, 1, 0, 1), PARAMETER),
    "solve_ivp": (
        lambda c: scipy.integrate.solve_ivp(lambda t, y: -c * y, (0, 1), [1.0]), PARAMETER
    ),
    "odeint": (lambda y: scipy.integrate.odeint(lambda y, t: -y, y, [0.0, 1.0]), V),
}
SIGNALS = {
    name: (lambda x, name=name: getattr(scipy.signal, name)(x), SIGNAL)
    for name in "detrend hilbert medfilt wiener welch periodogram czt find_peaks".split()
} | {
    "fftconvolve": (lambda x: scipy.signal.fftconvolve(x, V), SIGNAL),
    "savgol_filter": (lambda x: scipy.signal.savgol_filter(x, 5, 2), SIGNAL),
}
OPTIMIZE = {
    "approx_fprime": (lambda x: scipy.optimize.approx_fprime(x, lambda t: np.sum(t**2)), V),
    "least_squares": (lambda c: scipy.optimize.least_squares(lambda t: t - c, [1.0]), PARAMETER),
    "curve_fit": (lambda y: scipy.optimize.curve_fit(lambda t, a: a * t, V, y), V),
    "brentq": (lambda c: scipy.optimize.brentq(lambda t: t - c, 0, 1), PARAMETER),
    "minimize": (lambda x: scipy.optimize.minimize(lambda t: shifted(t, 1), x), V),
    "linprog": (lambda x: scipy.optimize.linprog(x, bounds=(0, 1)), V),
}
SPECIAL = {"logsumexp": (lambda x: scipy.special.logsumexp(x), V)}
CALLS = {
    f"{module}.{name}": call
    for module, calls in (
        ("integrate", INTEGRATE),
        ("linalg", LINALG),
        ("optimize", OPTIMIZE),
        ("signal", SIGNALS),
        ("special", SPECIAL),
    )
    for name, call in calls.items()
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_refusal_names_the_function_and_the_way_out(name):
    call, x = CALLS[name]
    with pytest.raises(TypeError, match=rf"scipy\.{name} works on plain numbers") as error:
        call(ta.Dual(x, np.ones_like(x)))
    module, function = name.split(".")
    ours = getattr(taylorad.scipy, module)
    if function in ours.OWN:
        assert f"call taylorad.scipy.{name} instead" in str(error.value)
    else:
        assert "ta.value(x)" in str(error.value)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "optimize.brentq"])
def test_variables_are_refused_alike(name):
    call, x = CALLS[name]
    with (
        GradientTape() as tape,
        pytest.raises(TypeError, match=rf"scipy\.{name} works on plain numbers"),
    ):
        call(tape.watch(x))


@pytest.mark.parametrize("method", ["Powell", "Nelder-Mead", "BFGS", "COBYLA", "trust-constr"])
def test_no_optimizer_drops_what_its_function_carries(method):
    c = ta.Dual(0.7, 1.0)
    with pytest.raises((TypeError, ValueError)) as error:
        scipy.optimize.minimize(shifted, [1.0], args=(c,), method=method)
    seen, told = error.value, ""
    while seen is not None:
        told, seen = told + str(seen), seen.__cause__ or seen.__context__
    assert "scipy.optimize.minimize works on plain numbers" in told


def test_what_wants_memory_is_refused():
    with pytest.raises(ta.DerivativeError, match="sliding_window_view"):
        np.lib.stride_tricks.as_strided(ta.Dual(V, V), (2, 2), (8, 8))


def test_arrays_of_objects_as_before():
    x = ta.Dual(V, 2 * V)
    for made in (np.asarray(x), np.array(x), np.array([x[0], x[1], x[2]])):
        assert made.dtype == object and made.shape == (3,)
        assert [type(item) for item in made] == [ta.Dual] * 3
        np.testing.assert_array_equal((made * made).sum().tangent, np.sum(x * x).tangent)
    alone = np.asarray(x[0])
    assert alone.shape == () and alone.item().tangent == x[0].tangent
    with pytest.raises(TypeError, match=r"float\(ta.value\(x\)\)"):
        np.asarray(x, dtype=float)
    with pytest.raises(TypeError, match=r"np\.zeros_like"):
        np.zeros(3)[:] = x
    with pytest.raises(TypeError, match=r"np\.zeros_like"):
        np.zeros(3)[0] = x[0]
    np.testing.assert_array_equal(np.asarray(ta.Variable(V)), V)  # no tape: nothing to lose


def test_a_function_of_the_users_is_not_scipy():
    """What SciPy calls may make arrays of our numbers."""

    def f(x):
        y = ta.Dual(np.ones(2), x[0])
        return float(sum(item.tangent for item in np.asarray(y * y)))

    found = scipy.optimize.minimize(lambda x: (f(x) - 4) ** 2, [0.3])
    assert np.isclose(found.x[0], 1)


# Roots -----------------------------------------------------------------------------------

BRACKETED = ["bisect", "brenth", "brentq", "ridder", "toms748"]


@pytest.mark.parametrize("name", BRACKETED)
def test_roots_to_high_order(name):
    c = ta.Taylor.variable(2.0, 9)
    got = getattr(optimize, name)(lambda t: t * t - c, 0, 3)
    assert np.allclose(got.coefficients, np.sqrt(c).coefficients, rtol=1e-11)
    assert isinstance(getattr(optimize, name)(lambda t: t * t - 2, 0, 3), float)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("outer", [ta.derivative, ta.grad])
def test_roots_in_both_modes_and_within_each_other(outer, order):
    def f(c):
        return optimize.newton(lambda t, c: t**3 - c, 1.5, lambda t, c: 3 * t**2, args=(c,))

    g = f
    for level in range(order):
        g = outer(g) if level % 2 else ta.grad(g)
    want = [1 / 3, -2 / 9, 10 / 27][order - 1] * 2.0 ** (1 / 3 - order)
    assert np.isclose(g(2.0), want, rtol=1e-12)


def test_roots_of_many_functions_at_once():
    got = ta.derivatives(lambda c: optimize.newton(lambda t: np.exp(t) - c, np.ones(3)), 3)(V + 4)
    c = V + 4
    assert np.allclose(got, [np.log(c), 1 / c, -1 / c**2, 2 / c**3], rtol=1e-11)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("solver", ["fsolve", "root"])
def test_roots_of_systems(solver, mode):
    def system(x, p):
        return np.stack([x[0] * np.exp(x[1]) - p[0], x[0] ** 2 + x[1] - p[1]])

    def f(p):
        found = getattr(optimize, solver)(system, [1.0, 0.5], args=(p,))
        return found.x if solver == "root" else found

    p = np.array([2.0, 2.0])
    by_x, by_p = (ta.jacobian(system, i)(f(p), p) for i in (0, 1))
    assert np.allclose(ta.jacobian(f, mode=mode)(p), -np.linalg.solve(by_x, by_p), rtol=1e-11)


def test_starts_do_not_matter_and_reports_stay():
    start = ta.Dual(1.0, 5.0)
    root, report = optimize.newton(lambda t: t * t - ta.Dual(2.0, 1.0), start, full_output=True)
    assert report.converged
    assert np.isclose(root.tangent, 1 / (2 * np.sqrt(2.0)), rtol=1e-12)
    assert optimize.newton(lambda t: t * t - 2, start) == scipy.optimize.newton(
        lambda t: t * t - 2, 1.0
    )


def test_a_double_root_has_no_derivatives():
    with pytest.raises(ta.DerivativeError, match="slope 0"):
        optimize.newton(lambda t: t * ta.Dual(1.0, 1.0) * t, 0.0)
