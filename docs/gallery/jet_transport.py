r"""
Jet transport of an orbit
=========================

Where is an asteroid, if its velocity was known to 5 % in one direction and to 0.7 % in the
other? Polynomials in the two components of the initial velocity go through the integrator in
place of numbers. What comes out is the whole neighbourhood of the orbit, evaluated here on an
ellipse of initial velocities: to first order it stays an ellipse, in truth it bends.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta

GM = 4 * np.pi**2  # of the Sun, in astronomical units and years
ORDER, STEPS, QUARTERS = 7, 150, 4
perihelion, speed = 0.6, np.sqrt(GM * 1.4 / 0.6)  # an ellipse of eccentricity 0.4 and one year


def change(state):
    x, y, vx, vy = state
    pull = -GM / (x * x + y * y) ** 1.5
    return np.stack([vx, vy, pull * x, pull * y])


def quarter(state):
    """A quarter of a year, by Runge and Kutta's method."""
    h = 0.25 / STEPS
    for _ in range(STEPS):
        k1 = change(state)
        k2 = change(state + h / 2 * k1)
        k3 = change(state + h / 2 * k2)
        k4 = change(state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state


def start(u, v):
    return np.stack([perihelion + 0 * u, 0 * u, u, speed + v])


turn = np.linspace(0, 2 * np.pi, 145)
velocities = speed * np.stack([0.05 * np.cos(turn), 0.007 * np.sin(turn)])
jets = [start(*ta.MultiTaylor.variables([0.0, 0.0], ORDER, names="u v"))]
truth = [start(*velocities)]
for _ in range(QUARTERS):
    jets.append(quarter(jets[-1]))
    truth.append(quarter(truth[-1]))

figure, (plane, error) = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
angle = np.linspace(0, 2 * np.pi, 300)
radius = 0.84 / (1 + 0.4 * np.cos(angle))
plane.plot(radius * np.cos(angle), radius * np.sin(angle), color="0.75", lw=1, label="orbit")
plane.plot(0, 0, "o", color="#E69F00", ms=12, label="Sun")
styles = {1: ("#D55E00", ":"), 2: ("#009E73", "--"), ORDER: ("#0072B2", "-")}
for k in range(1, QUARTERS + 1):
    for order, (colour, dashes) in styles.items():
        label = f"order {order}" if k == 1 else None
        part = jets[k].truncate(order)[:2, np.newaxis]
        plane.plot(*part(*velocities), dashes, color=colour, lw=1.8, label=label)
    label = "integrated one by one" if k == 1 else None
    plane.plot(*truth[k][:2, ::12], ".", color="black", ms=4, label=label)
    x, y = jets[k].value[:2] * (1 - 0.25 / np.hypot(*jets[k].value[:2]))
    plane.text(x, y, f"{k / 4:g}", ha="center", va="center", color="0.3")
plane.set(aspect="equal", xlabel="$x$ (au)", ylabel="$y$ (au)", title="Positions; time in years")
plane.set(xlim=(-1.8, 1.4), ylim=(-1.4, 1.4))
plane.legend(loc="upper right", fontsize=8)

time = np.arange(1, QUARTERS + 1) / 4
palette = plt.get_cmap("cividis")(np.linspace(0, 0.9, ORDER))
for order, colour in zip(range(1, ORDER + 1), palette, strict=True):
    worst = [
        np.abs(jets[k].truncate(order)[:2, np.newaxis](*velocities) - truth[k][:2]).max()
        for k in range(1, QUARTERS + 1)
    ]
    error.semilogy(time, worst, "o-", color=colour, lw=2, label=f"order {order}")
error.set(xlabel="time (years)", ylabel="largest error (au)", title="Error of the polynomials")
error.grid(alpha=0.25)
error.legend(ncols=2, fontsize=8)
