r"""
Newton's fractal, and Halley's
==============================

Which root of :math:`z^5 - 1` does an iteration find, and how soon? The functions are
holomorphic and the numbers complex: `derivatives` works there as well, at every point of the
picture at once. Newton's method uses one derivative, Halley's two, and Halley's regions have
smoother borders.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def f(z):
    return z**5 - 1


def newton(z):
    y, dy = ta.derivatives(f, 1)(z)
    return z - y / dy


def halley(z):
    y, dy, ddy = ta.derivatives(f, 2)(z)
    return z - 2 * y * dy / (2 * dy * dy - y * ddy)


def picture(step, z, rounds=40):
    """Colours by root, darker the longer it takes."""
    taken = np.zeros(z.shape)
    for _ in range(rounds):
        taken += np.abs(f(z)) > 1e-6
        z = np.where(np.abs(f(z)) > 1e-12, step(z), z)
    root = np.round(np.angle(z) / (2 * np.pi / 5)).astype(int) % 5
    colours = np.array([[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0]])
    return colours[root] / 255 * (0.35 + 0.65 * 0.9**taken)[..., np.newaxis]


side = np.linspace(-1.5, 1.5, 420)
z = side + 1j * side[:, np.newaxis] + 1e-9
figure, axes = plt.subplots(1, 2, figsize=(11, 5.4), layout="constrained", sharey=True)
for place, (name, step) in zip(axes, {"Newton": newton, "Halley": halley}.items(), strict=True):
    place.imshow(picture(step, z), extent=(-1.5, 1.5, -1.5, 1.5), origin="lower")
    place.set(title=name, xlabel=r"$\mathrm{Re}\,z$")
axes[0].set_ylabel(r"$\mathrm{Im}\,z$")
