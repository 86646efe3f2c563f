"""`taylorad.scipy.signal` against plain SciPy along curves, and transposes."""

import numpy as np
import pytest
import scipy.signal
from both_modes import COMPOSITIONS, agrees_with_forward, second_derivatives_agree
from curves import Curve, agrees, along

import taylorad as ta
from taylorad.scipy import signal

RNG = np.random.default_rng(9)
U, V, W = (RNG.uniform(-1, 1, n) for n in (9, 4, 24))
IMAGE, MASK = RNG.uniform(-1, 1, (5, 6)), RNG.uniform(-1, 1, (3, 2))
A = np.array([2.0, -0.6, 0.3])
SOS = scipy.signal.butter(4, 0.3, output="sos")


def sections(sos):
    """Sections with the 1 that SciPy asks for."""
    return np.where(np.arange(6) == 3, 1.0, sos)


PRODUCTS = {
    f"{f.__name__}-{label}{mode}": (lambda u, v, f=f, m=mode: f(u, v, m), Curve(u), Curve(v, 1))
    for f, u, v, label in (
        (signal.convolve, U, V, ""),
        (signal.convolve, V, U, "short-"),
        (signal.correlate, U, V, ""),
        (signal.correlate, U + 1j, V - 2j * V[::-1], "complex-"),
        (signal.fftconvolve, U, V, ""),
        (signal.oaconvolve, U, V, ""),
        (signal.convolve2d, IMAGE, MASK, ""),
        (signal.correlate2d, IMAGE, MASK, ""),
    )
    for mode in ("full", "same", "valid")
}
PRODUCTS |= {
    "convolve-image": (lambda u, v: signal.convolve(u, v, "same"), Curve(IMAGE), Curve(MASK, 1)),
    "convolve-fixed": (lambda u: signal.convolve(V, u, method="fft"), Curve(U)),
    "correlate-swapped": (lambda u, v: signal.correlate(u, v, "valid"), Curve(V), Curve(U, 1)),
}
FILTERS = {
    "lfilter": (signal.lfilter, Curve(V), Curve(A, 1, 0.05), Curve(U, 2)),
    "lfilter-x": (lambda x: signal.lfilter(V, A, x, axis=0), Curve(IMAGE)),
    "lfilter-moving": (lambda b, x: signal.lfilter(b, [2.0], x), Curve(V), Curve(IMAGE, 1)),
    "lfilter-gain": (lambda a: signal.lfilter([1.0], a, U), Curve(A, 1, 0.05)),
    "sosfilt": (lambda c, x: signal.sosfilt(sections(c), x), Curve(SOS, 1, 0.02), Curve(U)),
    "decimate": (lambda x: signal.decimate(x, 2, n=2, ftype="fir"), Curve(W)),
    "detrend": (signal.detrend, Curve(IMAGE)),
    "detrend-constant": (lambda x: signal.detrend(x, 0, "constant"), Curve(IMAGE)),
    "detrend-broken": (lambda x: signal.detrend(x, bp=[3]), Curve(IMAGE)),
    "filtfilt": (lambda x: signal.filtfilt(V, A, x), Curve(W)),
    "hilbert": (signal.hilbert, Curve(IMAGE)),
    "resample": (lambda x: signal.resample(x, 7, axis=1), Curve(IMAGE)),
    "resample_poly": (lambda x: signal.resample_poly(x, 3, 2), Curve(W)),
    "savgol_filter": (lambda x: signal.savgol_filter(x, 5, 2), Curve(W)),
    "savgol-filled": (
        lambda x: signal.savgol_filter(x, 3, 1, axis=0, mode="constant", cval=2.0), Curve(IMAGE)
    ),
    "sosfiltfilt": (lambda x: signal.sosfiltfilt(SOS, x), Curve(W)),
    "upfirdn": (lambda x: signal.upfirdn(V, x, 2, 3), Curve(IMAGE)),
}  # fmt: skip
CALLS = PRODUCTS | FILTERS


@along(CALLS)
def test_coefficients_are_those_of_plain_scipy(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_reverse_mode_agrees_with_forward_mode(call):
    agrees_with_forward(*call)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("name", ["convolve-same", "correlate2d-valid", "lfilter", "sosfilt"])
def test_second_derivatives_by_every_composition(name, composition):
    second_derivatives_agree(composition, *CALLS[name])


def test_plain_convolution_computes_with_anything():
    got = scipy.signal.convolve(ta.Dual(U, 1.0), V)
    want = scipy.signal.convolve(np.ones_like(U), V)
    assert np.allclose([one.tangent for one in got], want)


def test_an_impulse_response_by_its_recurrence():
    # y_n = c y_{n-1} with y_0 = 1: the k-th Taylor coefficient of c^n is known.
    c = ta.Taylor.variable(0.8, 4)
    impulse = np.zeros(7)
    impulse[0] = 1
    y = signal.lfilter([1.0], np.stack([c * 0 + 1, -c]), impulse)
    powers = np.stack([c * 0 + 1, *(c**n for n in range(1, 7))])
    assert np.allclose(y.coefficients, powers.coefficients, rtol=1e-14)


def test_what_is_refused_says_so():
    x = ta.Dual(U, 1.0)
    with pytest.raises(ta.DerivativeError, match="zi"):
        signal.lfilter(V, A, x, zi=np.zeros(3))
    with pytest.raises(ta.DerivativeError, match="boundary"):
        signal.convolve2d(ta.Dual(IMAGE, 1.0), MASK, boundary="wrap")
    with pytest.raises(ta.DerivativeError):
        signal.savgol_filter(U, 5, 2, delta=ta.Dual(1.0, 1.0))
    with pytest.raises(ta.DerivativeError, match="padtype"):
        signal.resample_poly(x, 2, 1, padtype="median")
    with pytest.raises(ta.DerivativeError, match="t="):
        signal.resample(x, 4, t=np.arange(9.0))


def test_other_names_are_scipys():
    assert signal.butter is scipy.signal.butter
    assert type(signal.convolve(U, V)) is np.ndarray
