r"""
A second derivative without a step size
=======================================

Finite differences have to choose a step :math:`h`: too large and the formula is wrong, too
small and rounding takes over. A `HyperDual` has no step. The function is the usual test of this
comparison, :math:`e^x / \sqrt{\sin^3 x + \cos^3 x}` at 1.5, and the truth is mpmath's with 50
digits.
"""

import matplotlib.pyplot as plt
import mpmath
import numpy as np

import taylorad as ta


def f(x):
    return np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3)


def f_exact(x):
    return mpmath.exp(x) / mpmath.sqrt(mpmath.sin(x) ** 3 + mpmath.cos(x) ** 3)


x = 1.5
with mpmath.workdps(50):
    truth = mpmath.diff(f_exact, mpmath.mpf(x), 2)


def relative_error(values):
    return [float(abs(mpmath.mpf(float(v)) / truth - 1)) for v in values]


h = np.logspace(-12, -0.1, 97)
central = (f(x + h) - 2 * f(x) + f(x - h)) / h**2
complex_step = 2 * (f(x) - f(x + 1j * h).real) / h**2
exact = f(ta.HyperDual(x, 1.0, 1.0)).d12

figure, axes = plt.subplots(figsize=(8, 4.6), layout="constrained")
axes.loglog(h, relative_error(central), "--", color="#D55E00", lw=2, label="central difference")
axes.loglog(h, relative_error(complex_step), "-.", color="#009E73", lw=2, label="complex step")
floor = max(relative_error([exact])[0], 2.0**-53)
axes.axhline(floor, color="#0072B2", lw=2.5, label="HyperDual")
axes.set(xlabel="step size $h$", ylabel="relative error of $f''(1.5)$", ylim=(3e-17, 1e9))
axes.grid(alpha=0.25)
axes.legend()
