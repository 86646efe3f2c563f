r"""
Through a solver you cannot change
==================================

SciPy's `solve_ivp` wants plain floats. `lift` follows it, and carries the derivative through
the very steps that the solver chose, so that it is as accurate as the solution is. A
difference quotient has a choice of steps as well: where the solution is good, few are.
The equation is :math:`y'' = -\omega^2 y`, whose solution :math:`\cos \omega t` we know.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import solve_ivp

import taylorad as ta

OMEGA, END = 2.0, 3.0


def swing(omega, tolerance):
    def change(t, y):
        return [y[1], -omega * omega * y[0]]

    return solve_ivp(change, (0, END), [1.0, 0.0], rtol=tolerance, atol=tolerance).y[0, -1]


def relative(found):
    return np.abs(np.asarray(found) / (-END * np.sin(OMEGA * END)) - 1)


h = np.logspace(-9, 0, 19)
figure, axes = plt.subplots(figsize=(8, 4.8), layout="constrained")
for tolerance, colour in ((1e-4, "#D55E00"), (1e-7, "#009E73"), (1e-10, "#0072B2")):
    quotients = [(swing(OMEGA + s, tolerance) - swing(OMEGA - s, tolerance)) / (2 * s) for s in h]
    lifted = ta.derivative(ta.lift(swing))(OMEGA, tolerance)
    label = rf"tolerance $10^{{{round(np.log10(tolerance))}}}$"
    axes.loglog(h, relative(quotients), ".:", color=colour, label=f"difference, {label}")
    axes.axhline(relative(lifted), color=colour, lw=2, label=f"lift, {label}")
axes.set(xlabel=r"step of the difference in $\omega$ (rad/s)", ylabel="relative error")
axes.set_title(r"The derivative of the end point by $\omega$")
axes.grid(alpha=0.25)
axes.set_ylim(1e-11, 1e3)
axes.legend(ncols=3, fontsize=8, loc="upper center")
