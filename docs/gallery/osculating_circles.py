r"""
Curvature along a curve
=======================

At each point of a plane curve one circle fits best: it shares position, direction and
curvature. Two derivatives give it, :math:`\kappa = (x'y'' - y'x'') / (x'^2 + y'^2)^{3/2}`, and
the centers of the circles form another curve, the evolute.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def curve(t):
    radius = 2 + 0.55 * np.cos(3 * t)
    return np.stack([radius * np.cos(t), radius * np.sin(t)])


def osculating(t):
    """Points of the curve, their curvature, and the centers of their circles."""
    (x, y), (dx, dy), (ddx, ddy) = curve(ta.Taylor.variable(t, 2)).derivatives()
    speed = np.hypot(dx, dy)
    curvature = (dx * ddy - dy * ddx) / speed**3
    return (x, y), curvature, (x - dy / speed / curvature, y + dx / speed / curvature)


t = np.linspace(0, 2 * np.pi, 1201)
(x, y), curvature, centers = osculating(t)

figure, (plane, along) = plt.subplots(
    1, 2, figsize=(11, 5), layout="constrained", width_ratios=(1, 1)
)
for start in (0, 2 * np.pi / 3, 4 * np.pi / 3):  # around the three tips
    _, at, (qx, qy) = osculating(start + np.linspace(-0.36, 0.36, 13))
    for a, b, r in zip(qx, qy, 1 / np.abs(at), strict=True):
        plane.add_patch(plt.Circle((a, b), r, fill=False, color="#56B4E9", lw=0.8))
points = plane.scatter(x, y, 9, curvature, cmap="cividis", zorder=3)
figure.colorbar(points, ax=plane, label=r"curvature $\kappa$", shrink=0.8)
evolute = np.where(curvature > 0.4, centers, np.nan)  # it is at infinity where kappa is 0
plane.plot(*evolute, color="#D55E00", lw=1.8, label=r"evolute, where $\kappa > 0.4$")
plane.set(xlim=(-3.2, 3.6), ylim=(-3.4, 3.4), aspect="equal", xlabel="$x$", ylabel="$y$")
plane.set_title("Osculating circles around three points")
plane.legend(loc="upper right", fontsize=9)

along.plot(t, curvature, color="#0072B2", lw=2)
along.axhline(0, color="0.7", lw=0.8)
along.set(xlabel="parameter $t$", ylabel=r"curvature $\kappa$", xlim=(0, 2 * np.pi))
along.set_xticks(np.arange(5) * np.pi / 2, ["0", r"$\pi/2$", r"$\pi$", r"$3\pi/2$", r"$2\pi$"])
along.set_title("Curvature")
along.grid(alpha=0.25)
