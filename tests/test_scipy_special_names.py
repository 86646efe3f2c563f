"""Every name of `scipy.special`: derivatives, or an error that names it. Nothing is dropped."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import special

import taylorad as ta

UFUNCS = sorted(
    name for name in special.__all__ if isinstance(getattr(special, name), np.ufunc)
)
# Arguments to try for those where the usual ones are outside of the domain.
OF_THEIR_OWN = {
    "bdtr": [(2.0, 5, 0.3)],
    "bdtrc": [(2.0, 5, 0.3)],
    "bdtri": [(2.0, 5, 0.3)],
    "elliprj": [(0.3, 0.7, 1.2, 1.6)],
    "ndtri_exp": [(-1.3,)],
    "pro_rad1_cv": [(1, 2, 0.7, 6.2, 1.6)],
    "pro_rad2_cv": [(1, 2, 0.7, 6.2, 1.6)],
    "smirnov": [(3, 0.4), (4.7, 0.4)],
    "smirnovi": [(3, 0.4)],
}
USUAL = [
    (0.31, 0.47, 0.62, 0.73, 0.58),
    (1.3, 2.2, 0.4, 0.7, 0.6),
    (3, 2.2, 0.4, 0.7),
    (3, 5, 0.4, 0.7, 0.6),
    (1, 2, 0.7, 1.3, 0.6),
    (1, 2, 0.7, 0.3),
    (5, 3, 0.4, 0.7),
    (4.2, 1.7, 0.6, 0.3),
]


def points(f: np.ufunc) -> Any:
    """Arguments where all results are finite."""
    for args in OF_THEIR_OWN.get(f.__name__, []) + [usual[: f.nin] for usual in USUAL]:
        if len(args) == f.nin:
            try:
                results = np.ravel(f(*args))
            except (TypeError, DeprecationWarning, ValueError):
                continue
            if np.all(np.isfinite(results)):
                yield args


def difference(f: Any, x: float) -> Any:
    """The first derivative by Richardson's extrapolation, and whether it can be trusted."""
    found = []
    for h in (1e-3, 5e-4):
        steps = [np.asarray(f(x + k * h)) for k in (-2, -1, 1, 2)]
        found.append((steps[0] - 8 * steps[1] + 8 * steps[2] - steps[3]) / (12 * h))
    return found[1], np.allclose(*found, rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", UFUNCS)
def test_derivative_or_refusal(name: str) -> None:
    f = getattr(special, name)
    tried = 0
    for args in itertools.islice(points(f), 2):
        for at, x in enumerate(args):
            def along(x: Any, args: Any = args, at: int = at) -> Any:
                results = f(*args[:at], x, *args[at + 1 :])
                return results[-1] if f.nout > 1 else results

            tried += 1
            try:
                with np.errstate(all="ignore"):
                    y = along(ta.Dual(float(x), 1.0))
                    g = ta.grad(lambda x: np.real(along(x)))(float(x))
            except ta.DerivativeError as error:
                assert f"scipy.special.{f.__name__} " in str(error)  # jn is jv
                assert "taylorad.value" in str(error) or "ta.value" in str(error)
                continue
            if not isinstance(x, float):  # SciPy rounds it where it wants whole numbers
                continue
            want, sound = difference(along, x)
            if sound:
                np.testing.assert_allclose(y.tangent, want, rtol=1e-4, atol=1e-6)
                np.testing.assert_allclose(g, np.real(y.tangent), rtol=1e-9, atol=1e-12)
    assert tried


WEIGHTS = np.array([1.0, 2.0])
PLAIN = {
    # calls of SciPy's own Python functions, which may refuse numbers but not lose them
    "comb": lambda m, x: m.comb(x + 5, 2),
    "diric": lambda m, x: m.diric(x, 5),
    "factorial": lambda m, x: m.factorial(x),
    "log_softmax": lambda m, x: m.log_softmax(np.stack([x, x * x])),
    "logsumexp": lambda m, x: m.logsumexp(np.stack([x, x * x])),
    "multigammaln": lambda m, x: m.multigammaln(x + 3, 2),
    "perm": lambda m, x: m.perm(x + 5, 2),
    "polygamma": lambda m, x: m.polygamma(1, x),
    "sinc": lambda m, x: m.sinc(x),
    "softmax": lambda m, x: m.softmax(np.stack([x, x * x])),
    "softplus": lambda m, x: m.softplus(x),
    "zeta": lambda m, x: m.zeta(3.0, x),
    "assoc_laguerre": lambda m, x: m.assoc_laguerre(x, 2, 1.0),
    "lambertw": lambda m, x: np.real(m.lambertw(x)),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_python_functions_lose_nothing(name: str) -> None:
    from taylorad.scipy import special as own

    if not hasattr(special, name):
        pytest.skip("this SciPy does not have it")
    call = PLAIN[name]
    x = 0.3
    want, sound = difference(lambda x: call(special, x), x)
    assert sound
    np.testing.assert_allclose(ta.derivative(lambda x: call(own, x))(x), want, rtol=1e-7)
    np.testing.assert_allclose(
        ta.grad(lambda x: np.sum(call(own, x) * WEIGHTS))(x), np.sum(want * WEIGHTS), rtol=1e-7
    )
    try:
        found = ta.derivative(lambda x: call(special, x))(x)
    except TypeError:
        return
    np.testing.assert_allclose(found, want, rtol=1e-7)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "polygamma", "comb"])
def test_plain_python_functions_on_tape(name: str) -> None:
    call = PLAIN[name]
    try:
        found = ta.grad(lambda x: np.sum(call(special, x) * WEIGHTS))(0.3)
    except TypeError:
        return
    want, _ = difference(lambda x: np.sum(call(special, x) * WEIGHTS), 0.3)
    np.testing.assert_allclose(found, want, rtol=1e-7)


@pytest.mark.skipif(not hasattr(special, "sph_harm_y"), reason="since SciPy 1.15")
@pytest.mark.parametrize(
    "call",
    [
        lambda x: special.sph_harm_y(3, 1, x, 0.2),
        lambda x: special.legendre_p(3, x),
        lambda x: special.assoc_legendre_p(3, 1, x),
        lambda x: special.sph_legendre_p(3, 1, x),
        lambda x: special.legendre_p_all(3, x),
        lambda x: special.diric(x, 5),
        lambda x: special.factorial2(x),
        lambda x: special.ellip_harm(1.0, 2.0, 1, 1, x),
        lambda x: special.lqn(2, x),
    ],
)
def test_plain_calls_that_convert_are_errors(call: Any) -> None:
    for x in (ta.Dual(0.3, 1.0), ta.Dual(np.array([0.3, 0.4]), 1.0)):
        with pytest.raises((TypeError, ValueError)):
            call(x)
