r"""
A Gauss-Newton fit
==================

A damped oscillation is fitted to noisy data. Each step solves a linear least-squares problem
with the Jacobian of the residuals; where they are small, that is nearly as quick as Newton's
method and needs first derivatives only. The Jacobian also gives the uncertainty of the fit.
"""

import matplotlib.pyplot as plt
import numpy as np

import taylorad as ta


def model(p, t):
    height, decay, frequency, phase = p
    return height * np.exp(-decay * t) * np.cos(frequency * t + phase)


rng = np.random.default_rng(3)
t = np.linspace(0, 10, 60)
y = model((2.0, 0.3, 2.5, 0.4), t) + 0.1 * rng.normal(size=60)

jacobian = ta.jacobian(model)
p, history = np.array([1.5, 0.2, 2.3, 0.0]), []
for _ in range(8):
    history.append(p)
    p = p + np.linalg.lstsq(jacobian(p, t), y - model(p, t))[0]
steps = np.linalg.norm(np.array(history) - p, axis=1)

variance = np.sum((y - model(p, t)) ** 2) / (len(t) - len(p))
j = jacobian(p, t)
covariance = variance * np.linalg.inv(j.T @ j)
for name, value, error in zip(
    ("height", "decay", "frequency", "phase"), p, np.sqrt(np.diag(covariance)), strict=True
):
    print(f"{name:9} {value:.3f} ± {error:.3f}")

figure, (fit, speed) = plt.subplots(
    1, 2, figsize=(11, 4.2), layout="constrained", width_ratios=(3, 2)
)
fine = np.linspace(0, 10, 400)
j = jacobian(p, fine)
band = 1.96 * np.sqrt(np.einsum("ij,jk,ik->i", j, covariance, j))
middle = model(p, fine)
fit.plot(t, y, "o", color="0.5", ms=4, label="data")
fit.plot(fine, model(history[0], fine), ":", color="#D55E00", lw=2, label="start")
fit.fill_between(fine, middle - band, middle + band, color="#56B4E9", alpha=0.5, label="95 % band")
fit.plot(fine, middle, color="#0072B2", lw=2, label="fit")
fit.set(xlabel="time (s)", ylabel="displacement (cm)", title="The fit")
fit.legend()
speed.semilogy(np.maximum(steps, 1e-16), "o-", color="#0072B2", lw=2)
speed.set(xlabel="step", ylabel="distance from the solution", title="Convergence")
speed.grid(alpha=0.25)
