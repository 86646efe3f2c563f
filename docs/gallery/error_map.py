"""
How accurate, and where
=======================

The relative error of every derivative up to the sixteenth, against mpmath with 60 digits, in
units of the rounding error of a float. Bright streaks are places where a derivative crosses
zero, so that its relative error has nothing to be relative to.
"""

import matplotlib.pyplot as plt
import mpmath
import numpy as np

import taylorad as ta

ORDER = 16
functions = {
    r"$\exp x$": (np.exp, mpmath.exp),
    r"$\tanh x$": (np.tanh, mpmath.tanh),
    r"$\arctan x$": (np.arctan, mpmath.atan),
}
x = np.linspace(0.05, 8, 60)
figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained", sharey=True)
for place, (name, (ours, theirs)) in zip(axes, functions.items(), strict=True):
    found = ta.taylor(ours, ORDER)(x).coefficients
    with mpmath.workdps(60):
        exact = np.array([mpmath.taylor(theirs, mpmath.mpf(p), ORDER) for p in x.tolist()]).T
        error = np.abs(found.astype(object) / exact - 1).astype(float)
    typical, most = np.quantile(error, [0.5, 0.95]) / 2.0**-53
    print(f"{name}: half of them below {typical:.1f} units, 95 % below {most:.0f}")
    units = np.log10(np.maximum(error / 2.0**-53, 1.0))
    shown = place.pcolormesh(x, np.arange(ORDER + 1), units, cmap="cividis", vmin=0, vmax=4)
    place.set(title=name, xlabel="$x$")
axes[0].set(ylabel="order of the derivative", yticks=range(0, ORDER + 1, 4))
bar = figure.colorbar(shown, ax=axes, label=r"relative error in units of $2^{-53}$", extend="max")
bar.set_ticks(range(5), labels=["1", "10", "100", "1000", "10$^4$"])
