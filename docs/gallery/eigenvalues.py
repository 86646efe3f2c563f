r"""
Eigenvalues that avoid each other
=================================

The eigenvalues of a symmetric matrix :math:`A + tB` as functions of :math:`t`.
`np.linalg.eigvalsh` of a `Taylor` gives all of them as series: here the polynomials of order 8,
drawn about a few points. Where two levels come close they turn sharply, and the polynomials
leave them sooner.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta

rng = np.random.default_rng(4)
a, b = rng.normal(size=(2, 6, 6))
a, b = a + a.T, b + b.T


def levels(t):
    t = np.asarray(t) if not isinstance(t, ta.Taylor) else t
    return np.linalg.eigvalsh(a + t[..., np.newaxis, np.newaxis] * b)


t = np.linspace(-1.5, 1.5, 400)
figure, axes = plt.subplots(figsize=(8, 5.2), layout="constrained")
axes.plot(t, levels(t), color="0.75", lw=6, label=["eigenvalues"] + 5 * [None])
centers = np.linspace(-1.2, 1.2, 4)
series = levels(ta.Taylor.variable(centers, order=8))
offset = np.linspace(-0.38, 0.38, 77)
for k, center in enumerate(centers):
    here = series[k](offset[:, np.newaxis])
    axes.plot(center + offset, here, color="#0072B2", lw=2, label="order 8" if k == 0 else None)
    axes.plot(np.full(6, center), levels(center), "o", color="#D55E00", ms=5)
handles, labels = axes.get_legend_handles_labels()
first = [labels.index("eigenvalues"), labels.index("order 8")]
axes.legend([handles[i] for i in first], ["eigenvalues", "Taylor polynomials of order 8"])
axes.set_ylim(-9, 10)
axes.set(xlabel="$t$", ylabel="eigenvalues of $A + tB$", xlim=(-1.5, 1.5))
axes.grid(alpha=0.25)
