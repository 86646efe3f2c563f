r"""
Edges of an image
=================

A blurred image is a smooth function of how far the blur is shifted. Its first derivatives by
the shift are the gradient of the image, large at edges; the sum of the second ones is the
Laplacian, which changes sign there. The code below blurs, and nothing else: taylorad
differentiates it. The photograph is one that matplotlib brings along, the work of the US Navy
and in the public domain.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data

import taylorad as ta

with get_sample_data("grace_hopper.jpg") as file:
    image = plt.imread(file)[:540:2, ::2].mean(axis=2) / 255


def blurring(n, shift, width=1.5):
    """A matrix that blurs n pixels with a Gaussian, shifted by a part of a pixel."""
    offsets = np.arange(n) - np.arange(n)[:, np.newaxis]
    weights = np.exp(-(((offsets - shift) / width) ** 2) / 2)
    return weights / np.sum(ta.value(weights), axis=1, keepdims=True)


def blur(shift):
    down, across = shift
    rows, columns = image.shape
    return blurring(rows, down) @ image @ blurring(columns, across).T


middle, (down, across) = np.zeros(2), np.eye(2)
gradient = [ta.directional_derivative(blur)(middle, v) for v in (down, across)]
strength = np.hypot(*gradient)
laplacian = sum(ta.directional_derivative(blur, order=2)(middle, v) for v in (down, across))

figure, axes = plt.subplots(1, 3, figsize=(12.5, 4), layout="constrained")
figure.get_layout_engine().set(w_pad=0.12)
inner = np.s_[6:-6, 6:-6]  # at the border the blur meets nothing
panels = (
    (image, "gray", (0, 1), "The image", "brightness"),
    (strength, "cividis", (0, 0.15), "First derivatives: edges", "change per pixel"),
    (laplacian, "PuOr", (-0.05, 0.05), "Second: the Laplacian", "per pixel squared"),
)
for place, (shown, palette, limits, title, unit) in zip(axes, panels, strict=True):
    drawn = place.imshow(shown[inner], cmap=palette, vmin=limits[0], vmax=limits[1])
    figure.colorbar(drawn, ax=place, label=unit, shrink=0.8)
    place.set(title=title, xlabel="pixel")
axes[0].set_ylabel("pixel")
