r"""
A classifier learns its regions
===============================

Three classes of points in the plane, a linear score for each class, and the cross-entropy as
loss. The gradient of the loss in a matrix and a vector at once is one call of `value_and_grad`.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta

rng = np.random.default_rng(2)
centers = np.array([[-1.5, 0.0], [1.5, 0.3], [0.2, 2.2]])
labels = np.repeat(np.arange(3), 60)
points = centers[labels] + 0.75 * rng.normal(size=(180, 2))


def scores(parameters, points):
    return points @ parameters["weights"] + parameters["bias"]


def cross_entropy(parameters):
    z = scores(parameters, points)
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


step = ta.value_and_grad(cross_entropy)
parameters, losses = {"weights": np.zeros((2, 3)), "bias": np.zeros(3)}, []
for _ in range(300):
    value, gradient = step(parameters)
    losses.append(value)
    parameters = {name: p - gradient[name] for name, p in parameters.items()}

figure, (plane, descent) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
colours = np.array(["#0072B2", "#D55E00", "#009E73"])
side = np.stack(np.meshgrid(np.linspace(-4, 4, 200), np.linspace(-2.5, 4.5, 200)), axis=-1)
z = scores(parameters, side)
chosen = np.argmax(z, axis=-1)
plane.contourf(*side.T.swapaxes(1, 2), chosen, [-0.5, 0.5, 1.5, 2.5], colors=colours, alpha=0.2)
for k, marker in enumerate("osD"):
    own = points[labels == k]
    plane.plot(*own.T, marker, color=colours[k], ms=4, label=f"class {k + 1}")
plane.set(xlabel="$x_1$", ylabel="$x_2$", title="The data and the regions found")
plane.legend(loc="upper left")
descent.plot(losses, color="#0072B2", lw=2)
descent.axhline(np.log(3), color="0.4", ls=":", lw=2, label="guessing")
descent.set(xlabel="step", ylabel="cross-entropy (nats)", title="The loss", ylim=(0, 1.2))
descent.grid(alpha=0.25)
descent.legend()
