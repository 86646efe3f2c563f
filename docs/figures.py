"""Draw the pictures of the documentation with taylorad itself.

Run ``python docs/figures.py`` after a change of the plots; the pictures are committed.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

import taylorad as ta

mpl.use("Agg")


def sine_squared(x):
    return np.sin(x) ** 2


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


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "_static")
