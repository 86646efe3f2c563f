"""The same as `typed_program.py`, with the mirrors of SciPy's modules."""

import numpy as np

import taylorad as ta
from taylorad.scipy import fft, integrate, linalg, optimize, signal, special
from taylorad.scipy.special import logsumexp

ones = np.ones(3)
slope = ta.derivative(lambda t: linalg.expm(t * np.eye(2))[0, 0])(0.0)
share = ta.grad(logsumexp)(ones)

assert np.isclose(slope, 1.0)
assert np.allclose(share, special.softmax(ones))
assert np.isclose(special.gamma(4.0), 6.0)
assert np.isclose(fft.fft(ones)[0], 3.0)
assert np.isclose(integrate.simpson(ones), 2.0)
assert np.isclose(optimize.brentq(lambda x: x - 1.0, 0.0, 3.0), 1.0)
assert len(signal.convolve(ones, ones)) == 5
