"""The rows of reverse mode: gradients and Hessians against autograd, PyTorch and JAX."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import taylorad as ta

Work = tuple[Callable[[Any], Any], Any]

BATCH, INPUTS, HIDDEN, CLASSES = 4096, 64, 128, 10


def rosenbrock(x: Any, np: Any = np) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def point(n: int) -> Any:
    return np.linspace(0.1, 1.1, n)


def against_numpy(n: int) -> Callable[[], tuple[Work, Work]]:
    return lambda: ((ta.grad(rosenbrock), point(n)), (rosenbrock, point(n)))


def against_autograd(n: int) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import autograd
        import autograd.numpy

        theirs = autograd.grad(functools.partial(rosenbrock, np=autograd.numpy))
        return (ta.grad(rosenbrock), point(n)), (theirs, point(n))

    return prepare


def against_torch(n: int) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import torch

        def theirs(x: Any) -> Any:
            return torch.autograd.grad(rosenbrock(x, torch), x)[0]

        return (ta.grad(rosenbrock), point(n)), (theirs, torch.tensor(point(n), requires_grad=True))

    return prepare


def against_jax(n: int) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        jax, jnp = _jax()
        compiled = jax.jit(jax.grad(functools.partial(rosenbrock, np=jnp)))
        return (
            (ta.grad(rosenbrock), point(n)),
            (lambda x: compiled(x).block_until_ready(), jnp.array(point(n))),
        )

    return prepare


def hessian(n: int) -> tuple[Work, Work]:
    import torch

    theirs = functools.partial(
        torch.autograd.functional.hessian, functools.partial(rosenbrock, np=torch)
    )
    return (ta.hessian(rosenbrock), point(n)), (theirs, torch.tensor(point(n)))


def _jax() -> tuple[Any, Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax, jax.numpy


def network() -> tuple[Work, Work]:
    """Cross-entropy of a network of two layers, by its parameters."""
    jax, jnp = _jax()
    random = np.random.default_rng(0)
    inputs = random.normal(size=(BATCH, INPUTS))
    labels = np.eye(CLASSES)[random.integers(0, CLASSES, BATCH)]
    parameters = (
        random.normal(size=(INPUTS, HIDDEN)) / 8,
        np.zeros(HIDDEN),
        random.normal(size=(HIDDEN, CLASSES)) / 8,
        np.zeros(CLASSES),
    )

    def loss(parameters: Any, np: Any = np) -> Any:
        first, first_bias, second, second_bias = parameters
        hidden = np.tanh(np.matmul(inputs, first) + first_bias)
        scores = np.matmul(hidden, second) + second_bias
        total = scores[:, 0]
        for k in range(1, CLASSES):
            total = np.logaddexp(total, scores[:, k])
        return np.mean(total - np.sum(scores * labels, axis=1))

    compiled = jax.jit(jax.grad(functools.partial(loss, np=jnp)))
    theirs = tuple(map(jnp.array, parameters))
    return (
        (ta.grad(loss), parameters),
        (lambda p: jax.block_until_ready(compiled(p)), theirs),
    )


# fmt: off
ROWS = [
    #  work                                      peer             goal  prepare
    ("gradient of Rosenbrock, n = 10",           "autograd",      0.15, against_autograd(10)),
    ("gradient of Rosenbrock, n = 1000",         "autograd",      0.15, against_autograd(1000)),
    ("gradient of Rosenbrock, n = 1000",         "torch",         0.25, against_torch(1000)),
    ("gradient of Rosenbrock, n = 10",           "jax.jit",       None, against_jax(10)),
    ("gradient of Rosenbrock, n = 1000",         "jax.jit",       None, against_jax(1000)),
    ("gradient of Rosenbrock, n = 1000000",      "jax.jit",       None, against_jax(1_000_000)),
    ("gradient of Rosenbrock, n = 1000000",      "numpy, value",  4.0,  against_numpy(1_000_000)),
    ("gradient of a network of two layers",      "jax.jit",       1.5,  network),
    ("Hessian of Rosenbrock, n = 100",           "torch",         0.1,  lambda: hessian(100)),
]
# fmt: on
