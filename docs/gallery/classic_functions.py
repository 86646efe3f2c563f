"""
Derivatives of classic functions
================================

Four functions with their first three derivatives. `plot_derivatives` samples the curves more
finely where they bend, so that none of them is drawn with corners.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta

functions = {
    r"$e^{-x^2}$": (lambda x: np.exp(-(x**2)), (-3, 3)),
    r"$\tanh x$": (np.tanh, (-3, 3)),
    r"$\sin(\pi x) / \pi x$": (np.sinc, (-4, 4)),
    r"$1 / (1 + x^2)$": (lambda x: 1 / (1 + x**2), (-3, 3)),
}
figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
for place, (title, (f, interval)) in zip(axes.flat, functions.items(), strict=True):
    ta.plot_derivatives(f, interval, orders=3, ax=place)
    place.set_title(f"$f(x) =\\ ${title}")
