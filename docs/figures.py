"""Draw the pictures of the documentation with taylorad itself.

Run ``python docs/figures.py`` after a change of the plots; the pictures are committed.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from scipy.optimize import minimize

import taylorad as ta

mpl.use("Agg")

BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"  # Okabe and Ito


def sine_squared(x):
    return np.sin(x) ** 2


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def regression(fit, descent):
    """The line of the page on gradients, after some steps, and its loss."""
    rng = np.random.default_rng(1)
    x = np.linspace(0.0, 1.0, 40)
    y = 2.0 * x - 1.0 + 0.2 * rng.normal(size=40)

    def loss(parameters):
        return np.mean((parameters[0] * x + parameters[1] - y) ** 2)

    path = [np.zeros(2)]
    for _ in range(600):
        path.append(path[-1] - 0.6 * ta.grad(loss)(path[-1]))

    fit.plot(x, y, "o", color="0.55", markersize=4, label="data")
    shown = {0: (PINK, ":"), 3: (ORANGE, "-."), 20: (GREEN, "--"), 600: (BLUE, "-")}
    for steps, (colour, dashes) in shown.items():
        label = f"{steps} steps"
        fit.plot(x, path[steps][0] * x + path[steps][1], dashes, color=colour, lw=2, label=label)
    fit.set(xlabel="$x$", ylabel="$y$", title="The line")
    fit.legend()

    least = loss(np.polyfit(x, y, 1))
    descent.semilogy([loss(p) - least for p in path[:201]], color=BLUE, lw=2)
    descent.set(xlabel="step", ylabel="loss $-$ its minimum", title="The loss")
    descent.grid(alpha=0.25)


def valley(paths, values):
    """Rosenbrock's function minimised: two paths in the plane, the values in ten variables."""
    across, up = np.meshgrid(np.linspace(-1.6, 1.6, 300), np.linspace(-0.8, 2.2, 300))
    height = 100.0 * (up - across**2) ** 2 + (1.0 - across) ** 2
    paths.contourf(across, up, np.log10(height), levels=12, cmap="Greys", alpha=0.45)
    starts = (
        (np.array([-1.2, 1.0]), paths),
        (np.tile([1.3, 0.7, 0.8, 1.9, 1.2], 2), values),
    )
    methods = {
        "BFGS": ("gradient (BFGS)", ORANGE, "--", "s", {}),
        "trust-exact": ("gradient and Hessian", BLUE, "-", "o", {"hess": ta.hessian(rosenbrock)}),
    }
    for method, (label, colour, dashes, marker, more) in methods.items():
        style = {"color": colour, "linestyle": dashes, "marker": marker, "markersize": 4}
        for start, axes in starts:
            points = [start]
            minimize(
                rosenbrock,
                start,
                method=method,
                jac=ta.grad(rosenbrock),
                callback=points.append,
                options={"gtol": 1e-8},
                **more,
            )
            if axes is paths:
                axes.plot(*np.transpose(points), lw=1.8, label=label, **style)
            else:
                axes.semilogy([rosenbrock(x) for x in points], lw=1.8, label=label, **style)
    paths.plot(1.0, 1.0, "*", color="black", markersize=13, label="minimum")
    paths.set(xlabel="$x_1$", ylabel="$x_2$", title="Two variables: the path")
    paths.legend(loc="lower left")
    values.set(xlabel="iteration", ylabel="$f(x)$", title="Ten variables: the value")
    values.set_ylim(1e-26, 1e4)
    values.grid(alpha=0.25)
    values.legend()


def recorded(axes):
    """The graph of z = sum(x) ** 2: values above, gradients below."""
    boxes = {
        0.0: ("$x$", r"$1\quad 1$" "\n" r"$1\quad 1$", r"$8\quad 8$" "\n" r"$8\quad 8$"),
        1.0: ("$y$", "$4$", "$8$"),
        2.0: ("$z$", "$16$", "$1$"),
    }
    frame = {"boxstyle": "round,pad=0.5", "facecolor": "white"}
    for place, (name, value, gradient) in boxes.items():
        axes.text(place, 1.72, name, ha="center", va="center", fontsize=15)
        for row, text, colour in ((1.0, value, BLUE), (0.0, gradient, ORANGE)):
            box = frame | {"edgecolor": colour, "linewidth": 1.8}
            axes.text(place, row, text, ha="center", va="center", fontsize=13, bbox=box)
    steps = {0.0: ("np.sum(x)", "to every entry"), 1.0: ("np.multiply(y, y)", "times $2y$")}
    for place, (forth, back) in steps.items():
        left, right = place + 0.24, place + 0.82
        arrow = {"arrowstyle": "-|>", "linewidth": 1.8, "mutation_scale": 16}
        for row, ends, text, colour, dashes in (
            (1.0, (left, right), forth, BLUE, "-"),
            (0.0, (right, left), back, ORANGE, "--"),
        ):
            style = arrow | {"color": colour, "linestyle": dashes}
            axes.annotate("", (ends[1], row), (ends[0], row), arrowprops=style)
            font = {"family": "monospace"} if row else {}
            axes.text(place + 0.53, row + 0.2, text, ha="center", fontsize=11, **font)
    for row, text, colour in ((1.0, "values", BLUE), (0.0, "gradients\nof $z$", ORANGE)):
        axes.text(-0.62, row, text, ha="center", va="center", fontsize=13, color=colour)
    axes.set(xlim=(-0.9, 2.3), ylim=(-0.5, 2.0))
    axes.axis("off")


def pendulum(state):
    angle, speed = state
    return np.stack([speed, -np.sin(angle)])


def runge_kutta(f, state, time, steps):
    h = time / steps
    for _ in range(steps):
        k1 = f(state)
        k2 = f(state + h / 2 * k1)
        k3 = f(state + h / 2 * k2)
        k4 = f(state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state


def flow(axes):
    """A disc of initial states, carried along by the polynomials of several orders."""
    start, turn = np.array([1.6, 0.0]), np.linspace(0.0, 2.0 * np.pi, 241)
    offsets = 0.55 * np.stack([np.cos(turn), np.sin(turn)])
    variables = np.stack(ta.MultiTaylor.variables(start, order=7))
    for number, time in enumerate((0.0, 1.5, 3.0, 4.5)):
        image = runge_kutta(pendulum, variables, time, 120)
        for order, colour, dashes in ((1, ORANGE, ":"), (3, PINK, "--"), (7, BLUE, "-")):
            part = image.truncate(order)[:, np.newaxis]
            label = f"order {order}" if number == 0 else None
            axes.plot(*part(*offsets), dashes, color=colour, lw=1.8, label=label)
        dots = start[:, np.newaxis] + offsets[:, ::12]
        dots = runge_kutta(pendulum, dots, time, 120)
        label = "integrated one by one" if number == 0 else None
        axes.plot(*dots, "o", color="0.3", markersize=3.5, label=label)
        axes.text(*image.value + (0.0, 0.0), f"$t = {time}$ s", ha="center", va="center")
    axes.set(xlabel="angle (rad)", ylabel="speed (rad/s)", title="The flow of a pendulum")
    axes.legend(loc="upper right", fontsize=9)
    axes.grid(alpha=0.25)
    axes.set_aspect("equal")


def save(figure, folder, name):
    figure.tight_layout()
    figure.savefig(folder / f"{name}.png", dpi=110, metadata={"Software": None})
    plt.close(figure)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    interval = (-2 * np.pi, 2 * np.pi)

    figure, axes = plt.subplots(figsize=(7, 4))
    ta.plot_derivatives(sine_squared, interval, orders=3, ax=axes)
    save(figure, folder, "sine_squared")

    figure, axes = plt.subplots(figsize=(7, 4))
    ta.plot_taylor(np.sin, 0.0, [1, 3, 5, 7], interval, ax=axes)
    save(figure, folder, "taylor_sine")

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    ta.plot_derivatives(lambda x: np.exp(-(x**2)), (-3.0, 3.0), orders=3, ax=left)
    ta.plot_taylor(np.sin, 0.0, [1, 5, 9, 13], interval, ax=right)
    left.set_title(r"$f(x) = e^{-x^2}$")
    right.set_title(r"$f(x) = \sin x$")
    right.set_ylim(-2.0, 2.4)
    right.legend(loc="upper left", ncols=3)
    save(figure, folder, "overview")

    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8))
    regression(*axes)
    save(figure, folder, "regression")

    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2))
    valley(*axes)
    save(figure, folder, "rosenbrock")

    figure, axes = plt.subplots(figsize=(8, 2.8))
    recorded(axes)
    save(figure, folder, "recorded")

    figure, axes = plt.subplots(figsize=(7.5, 6))
    flow(axes)
    save(figure, folder, "pendulum_flow")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "_static")
