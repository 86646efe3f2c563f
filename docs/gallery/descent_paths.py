r"""
Gradient descent and Newton's method on a landscape
===================================================

Himmelblau's function has four minima, four saddles and a hill. Gradient descent follows the
slope, in many steps; Newton's method jumps to where the quadratic model is flat, and finds the
stationary point nearby to all digits in a few, be it a minimum or not.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def himmelblau(p):
    x, y = p
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


gradient, hessian = ta.grad(himmelblau), ta.hessian(himmelblau)


def descend(p):
    return p - 0.01 * gradient(p)


def newton(p):
    return p - np.linalg.solve(hessian(p), gradient(p))


def path(step, start, count):
    points = [np.array(start)]
    for _ in range(count):
        points.append(step(points[-1]))
    return np.array(points)


figure, (plane, speed) = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
x, y = np.meshgrid(np.linspace(-5.5, 5.5, 300), np.linspace(-5.5, 5.5, 300))
plane.contourf(x, y, np.log10(1 + himmelblau((x, y))), 14, cmap="Greys", alpha=0.6)
methods = (
    ("gradient descent", descend, 60, "#D55E00", "-", "o"),
    ("Newton", newton, 8, "#0072B2", "--", "s"),
)
for name, step, count, colour, dashes, marker in methods:
    style = {"color": colour, "ls": dashes, "marker": marker, "ms": 4, "lw": 1.6}
    for k, start in enumerate([(4.6, -4.0), (-1.9, 1.9), (-4.8, -1.0), (4.6, 4.2)]):
        points = path(step, start, count)
        plane.plot(*points.T, label=name if k == 0 else None, **style)
        plane.plot(*start, "*", color="black", ms=10, zorder=3)
        if k == 3:
            sizes = [np.linalg.norm(gradient(p)) for p in points]
            speed.semilogy(np.maximum(sizes, 1e-16), label=name, **style)
plane.set(xlim=(-5.5, 5.5), ylim=(-5.5, 5.5), aspect="equal", xlabel="$x$", ylabel="$y$")
plane.set_title("Paths from four starts (stars)")
plane.legend(loc="lower center")
speed.set(xlabel="step", ylabel="length of the gradient", title="From the start on the upper right")
speed.grid(alpha=0.25)
speed.legend()
