r"""
Kepler's equation, with a rule of its own
=========================================

:math:`E - e \sin E = M` has no solution in closed form. SciPy finds the eccentric anomaly
:math:`E` by Newton's method, and one line of calculus gives its derivative,
:math:`dE = (\sin E\,de + dM) / (1 - e \cos E)`. As a rule for tangents it makes the solver a
function with derivatives of every order, in both modes.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import newton

import taylorad as ta


@ta.custom_jvp
def anomaly(e, m):
    start = m + 0.85 * e * np.sign(np.sin(m))
    return newton(lambda E: E - e * np.sin(E) - m, start, lambda E: 1 - e * np.cos(E), tol=1e-14)


@anomaly.defjvp
def anomaly_rule(primals, tangents):
    (e, m), (de, dm) = primals, tangents
    E = anomaly(e, m)
    return E, (np.sin(E) * de + dm) / (1 - e * np.cos(E))


m = np.linspace(0, 2 * np.pi, 401)
figure, (first, second) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
for e, colour, dashes in ((0.2, "#0072B2", "-"), (0.5, "#009E73", "--"), (0.8, "#D55E00", "-.")):
    y, dy, ddy = ta.derivatives(lambda m, e=e: anomaly(e, m), 2)(m)
    first.plot(m, dy, dashes, color=colour, lw=2, label=f"$e = {e}$")
    second.plot(m, ddy, dashes, color=colour, lw=2, label=f"$e = {e}$")
for axes, name in ((first, r"$dE/dM$"), (second, r"$d^2E/dM^2$ (1/rad)")):
    axes.set(xlabel="mean anomaly $M$ (rad)", ylabel=name, xlim=(0, 2 * np.pi))
    axes.set_xticks(np.arange(5) * np.pi / 2, ["0", r"$\pi/2$", r"$\pi$", r"$3\pi/2$", r"$2\pi$"])
    axes.grid(alpha=0.25)
    axes.legend()
first.set_title("Fast at perihelion")
second.set_title("The second derivative, by the same rule")
