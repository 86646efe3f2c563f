r"""
Slopes in every direction
=========================

At one point of a surface, the slope and the curvature in 360 directions:
`directional_derivative` of order 1 and 2. The slope is largest along the gradient and zero
across it; the second derivative has two axes at right angles, the eigenvectors of the Hessian.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def height(p):
    x, y = p
    return np.sin(1.5 * x) * np.cos(y) + 0.15 * x * y


point = np.array([0.8, 0.7])
angles = np.linspace(0, 2 * np.pi, 361)
directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
slope = [ta.directional_derivative(height)(point, v) for v in directions]
bend = [ta.directional_derivative(height, order=2)(point, v) for v in directions]

figure, (plane, rose) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
x, y = np.meshgrid(np.linspace(-2, 3, 200), np.linspace(-2, 3, 200))
shown = plane.contourf(x, y, height((x, y)), 14, cmap="cividis")
figure.colorbar(shown, label="height")
gradient = ta.grad(height)(point)
plane.annotate("", point + gradient / np.linalg.norm(gradient), point,
               arrowprops={"arrowstyle": "-|>", "color": "white", "lw": 2.5})  # fmt: skip
plane.plot(*point, "o", color="white", ms=8)
plane.set(aspect="equal", xlabel="$x$", ylabel="$y$", title="The point and its gradient")

degrees = np.degrees(angles)
rose.plot(degrees, slope, color="#0072B2", lw=2.2, label="slope (order 1)")
rose.plot(degrees, bend, "--", color="#D55E00", lw=2.2, label="second derivative (order 2)")
steepest = np.degrees(np.arctan2(gradient[1], gradient[0])) % 360
rose.axvline(steepest, color="0.4", ls=":", lw=2, label="direction of the gradient")
rose.axhline(0, color="0.7", lw=0.8)
rose.set(xlabel="direction (degrees)", ylabel="derivative along it", xlim=(0, 360))
rose.set_xticks(range(0, 361, 60))
rose.set_title("Derivatives by direction")
rose.grid(alpha=0.25)
rose.legend()
