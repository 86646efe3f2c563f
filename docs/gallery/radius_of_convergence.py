r"""
Taylor polynomials and their radius of convergence
==================================================

:math:`1 / (1 + x^2)` is smooth on the whole real line, yet its Taylor polynomials about 1/2
follow it for a stretch of 1.1 to both sides and no further. The complex plane shows why: the
function has poles at :math:`\pm i`, and a Taylor series converges in the largest disc without a
singularity. The root test reads the radius off the coefficients.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def f(x):
    return 1 / (1 + x * x)


center = 0.5
series = ta.taylor(f, 40)(center)
roots = np.abs(series.coefficients[20:]) ** (-1 / np.arange(20, 41))
radius = abs(1j - center)
print(f"the root test says {np.median(roots):.3f}, the distance to the poles is {radius:.3f}")

figure, (line, plane) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
ta.plot_taylor(f, center, [2, 6, 14, 30], (-2, 3), ax=line)
line.axvspan(center - radius, center + radius, color="#56B4E9", alpha=0.15, zorder=0)
line.set_ylim(-0.3, 1.5)
line.set_title("On the real line; shaded: within the radius")

x, y = np.meshgrid(np.linspace(-1.5, 2.5, 400), np.linspace(-2, 2, 400))
z = x + 1j * y
error = np.log10(np.abs(series(z - center) - f(z)) + 1e-16)
shown = plane.contourf(x, y, error, np.arange(-14, 15, 2), cmap="cividis", extend="both")
figure.colorbar(shown, label=r"$\log_{10}\,|T_{40}(z) - f(z)|$", ticks=np.arange(-14, 15, 4))
turn = np.linspace(0, 2 * np.pi, 200)
plane.plot(center + radius * np.cos(turn), radius * np.sin(turn), "w--", lw=2)
plane.plot([0, 0], [1, -1], "X", color="#D55E00", markersize=11, markeredgecolor="white")
plane.annotate("poles", (0, 1), (-1.15, 1.65), fontsize=12, color="black",
               arrowprops={"arrowstyle": "->", "color": "black"})  # fmt: skip
plane.plot(center, 0, "o", color="white")
plane.set(aspect="equal", xlabel=r"$\mathrm{Re}\,z$", ylabel=r"$\mathrm{Im}\,z$")
plane.set_title("In the complex plane: error of order 40")
