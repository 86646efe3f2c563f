r"""
Holding a parameter
===================

Gradient descent on the misfit of a line, in both parameters and with the intercept held. What
is not in the update does not move: the second path is a straight line, and it ends where the
contours touch it.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta

rng = np.random.default_rng(1)
x = np.linspace(0.0, 1.0, 40)
y = 2.0 * x - 1.0 + 0.2 * rng.normal(size=40)


def loss(slope, intercept):
    return np.mean((slope * x + intercept - y) ** 2)


gradient = ta.grad(loss, argnums=(0, 1))
by_slope = ta.grad(loss, argnums=0)
both, held = [(-0.7, -0.3)], [(-0.7, -0.3)]
for _ in range(80):
    slope, intercept = both[-1]
    step = gradient(slope, intercept)
    both.append((slope - 0.4 * step[0], intercept - 0.4 * step[1]))
    slope, intercept = held[-1]
    held.append((slope - 0.4 * by_slope(slope, intercept), intercept))

figure, (plane, line) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
a, b = np.meshgrid(np.linspace(-1, 3, 120), np.linspace(-1.6, 0.8, 120))
height = np.mean((a[..., np.newaxis] * x + b[..., np.newaxis] - y) ** 2, axis=-1)
shown = plane.contourf(a, b, np.log10(height), 14, cmap="Greys", alpha=0.6)
figure.colorbar(shown, ax=plane, label=r"$\log_{10}$ of the loss")
paths = (("both", both, "#0072B2", "o-"), ("intercept held", held, "#D55E00", "s--"))
line.plot(x, y, "o", color="0.55", ms=4, label="data")
for name, path, colour, style in paths:
    plane.plot(*np.transpose(path), style, color=colour, ms=4, lw=1.6, label=name)
    slope, intercept = path[-1]
    line.plot(x, slope * x + intercept, style[1:], color=colour, lw=2, label=name)
plane.plot(*both[0], "*", color="black", ms=11, label="start")
plane.set(xlabel="slope", ylabel="intercept", title="The way in the plane of the parameters")
plane.legend(loc="upper right")
line.set(xlabel="$x$", ylabel="$y$", title="The lines after 80 steps")
line.legend()
