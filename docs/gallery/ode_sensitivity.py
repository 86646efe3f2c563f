r"""
Which parameter matters when
============================

Prey and predators after Lotka and Volterra, integrated by a plain Runge-Kutta loop. The
derivative of the whole trajectory by each of the four rates comes out of one forward sweep
through the loop.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def trajectory(rates, start=(10.0, 5.0), end=30.0, steps=600):
    """Prey and predators, ``(steps + 1, 2)``, by the classic method of order four."""

    def slope(y):
        prey, predators = y
        birth, eaten, growth, death = rates
        return np.stack([(birth - eaten * predators) * prey, (growth * prey - death) * predators])

    h, y = end / steps, np.array(start)
    path = [y + 0 * rates[0]]
    for _ in range(steps):
        a = slope(y)
        b = slope(y + h / 2 * a)
        c = slope(y + h / 2 * b)
        d = slope(y + h * c)
        y = y + h / 6 * (a + 2 * b + 2 * c + d)
        path.append(y)
    return np.stack(path)


rates = np.array([1.1, 0.4, 0.1, 0.4])
names = ("birth of prey", "prey eaten", "growth of predators", "death of predators")
path = trajectory(rates)
sensitivity = ta.jacobian(trajectory, mode="forward")(rates) * rates / 100  # per percent

time = np.linspace(0, 30, len(path))
figure, (numbers, change) = plt.subplots(2, 1, figsize=(9, 6.4), layout="constrained", sharex=True)
numbers.plot(time, path[:, 0], color="#0072B2", lw=2, label="prey")
numbers.plot(time, path[:, 1], "--", color="#D55E00", lw=2, label="predators")
numbers.set(ylabel="number (thousands)", title="The solution")
numbers.legend(loc="upper right")
styles = (("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", "-."), ("#CC79A7", ":"))
for k, (colour, dashes) in enumerate(styles):
    change.plot(time, sensitivity[:, 0, k], dashes, color=colour, lw=2, label=names[k])
change.set(xlabel="time (years)", ylabel="change of prey (thousands)")
change.set_title("Change of the prey if one rate grows by 1 %")
change.grid(alpha=0.25)
change.legend(loc="upper left", ncols=2)
