r"""
A phase portrait by Taylor steps
================================

The pendulum :math:`\theta'' = -\sin\theta`, from many starting points at once. Each step
expands the solution in time to order 20: a series is put into the right-hand side and
integrated, which makes one more coefficient true, until all of them are. Large steps are then
possible at full precision, as the energy shows.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta

ORDER, STEP = 20, 0.25


def solution(angle, speed):
    """The series in time of angle and speed, one coefficient more in each round."""
    a, s = ta.Taylor([angle]), ta.Taylor([speed])
    for _ in range(ORDER):
        a, s = s.integrate(angle), (-np.sin(a)).integrate(speed)
    return a, s


def energy(angle, speed):
    return speed**2 / 2 - np.cos(angle)


angle = np.concatenate([np.linspace(-np.pi, np.pi, 9), np.full(6, -np.pi), np.full(6, np.pi)])
speed = np.concatenate([np.zeros(9), np.linspace(0.3, 2.3, 6), -np.linspace(0.3, 2.3, 6)])
level = energy(angle, speed)

figure, (portrait, drift) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
shades = plt.cm.ScalarMappable(plt.Normalize(-1, 4), "cividis")
orbits, worst, fine = [], [], np.linspace(0, STEP, 6)[:, np.newaxis]
for _ in range(round(8 * np.pi / STEP)):
    a, s = solution(angle, speed)
    x, y = a(fine), s(fine)
    orbits.append((x, y))
    angle, speed = x[-1], y[-1]
    worst.append(np.abs(energy(angle, speed) - level).max())
x, y = np.concatenate(orbits, axis=1)
for k, colour in enumerate(shades.to_rgba(level)):
    portrait.plot(x[:, k], y[:, k], color=colour, lw=1.6)
portrait.set(xlim=(-np.pi, np.pi), ylim=(-3, 3), xlabel=r"angle $\theta$ (rad)")
portrait.set(ylabel=r"speed $\theta'$ (rad/s)", title="Orbits")
figure.colorbar(shades, ax=portrait, label="energy")
portrait.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])

time = STEP * np.arange(1, len(worst) + 1)
drift.semilogy(time, np.maximum(worst, 1e-17), color="#D55E00", lw=2)
drift.axhline(np.finfo(float).eps, color="0.4", ls=":", label="spacing of floats at 1")
drift.set(xlabel="time (s)", ylabel="largest error of the energy", ylim=(1e-17, 1e-12))
drift.set_title(f"Steps of {STEP} s, order {ORDER}")
drift.grid(alpha=0.25)
drift.legend(loc="upper left")
