r"""
Error propagation
=================

A position is measured by distance and bearing. To first order its covariance is :math:`J \Sigma
J^T` with the Jacobian :math:`J`; the ellipse holds 95 % of a normal distribution. The second
derivatives add what the ellipse cannot show: the mean of the cloud lies nearer than the
measured position.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def position(measured):
    distance, bearing = measured
    return np.stack([distance * np.cos(bearing), distance * np.sin(bearing)])


measured = np.array([10.0, np.radians(50)])
sigma = np.array([0.3, np.radians(12)])
jacobian = ta.jacobian(position)(measured)
covariance = jacobian @ np.diag(sigma**2) @ jacobian.T
bends = [ta.directional_derivative(position, order=2)(measured, v) for v in np.eye(2)]
mean = position(measured) + np.tensordot(sigma**2, bends, 1) / 2

samples = position(np.random.default_rng(0).normal(measured, sigma, (20000, 2)).T)
print("mean of the samples:   ", samples.mean(axis=1).round(3))
print("to second order:       ", mean.round(3))
print("deviations of samples: ", samples.std(axis=1).round(3))
print("to first order:        ", np.sqrt(np.diag(covariance)).round(3))

figure, axes = plt.subplots(figsize=(7.5, 6), layout="constrained")
axes.plot(*samples[:, :4000], ".", color="0.75", ms=2, zorder=0, label="samples")
turn = np.linspace(0, 2 * np.pi, 200)
ellipse = np.linalg.cholesky(covariance) @ np.stack([np.cos(turn), np.sin(turn)])
axes.plot(*(position(measured)[:, np.newaxis] + np.sqrt(5.991) * ellipse), color="#0072B2", lw=2.2,
          label="first order: 95 % ellipse")  # fmt: skip
axes.plot(*position(measured), "o", color="#0072B2", ms=8, label="measured position")
axes.plot(*mean, "D", color="#D55E00", ms=7, label="second order: mean")
axes.plot(*samples.mean(axis=1), "x", color="black", ms=10, mew=2, label="mean of the samples")
axes.set(xlabel="east (km)", ylabel="north (km)", aspect="equal")
axes.legend(loc="lower left", fontsize=9, markerscale=1)
