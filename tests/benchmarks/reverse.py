"""The rows of reverse mode: gradients and Hessians against autograd, PyTorch and JAX."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from timing import Row, Work, fastest

import taylorad as ta

BATCH, INPUTS, HIDDEN, CLASSES = 4096, 64, 128, 10


def rosenbrock(x: Any, np: Any = np) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def point(n: int) -> Any:
    return np.linspace(0.1, 1.1, n)


def ten_operations(x: Any, np: Any = np) -> Any:
    """A chain of ten elementwise operations, and its sum."""
    y = np.tanh(x * 0.9)
    y = np.sin(y) * x
    y = np.exp(-y) + x
    return np.sum(y / (x * x + 1.0))


def against_numpy(n: int) -> Callable[[], tuple[Work, Work]]:
    return lambda: ((ta.grad(rosenbrock), point(n)), (rosenbrock, point(n)))


def against_autograd(n: int, f: Any = rosenbrock) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import autograd
        import autograd.numpy

        theirs = autograd.grad(functools.partial(f, np=autograd.numpy))
        return (ta.grad(f), point(n)), (theirs, point(n))

    return prepare


def with_threads(f: Callable[[Any], Any]) -> list[Callable[[Any], Any]]:
    """Torch with one thread and with its own choice: on few cores either may be the faster."""
    import torch

    def limited(x: Any, threads: int) -> Any:
        torch.set_num_threads(threads)
        return f(x)

    return [functools.partial(limited, threads=n) for n in {1, torch.get_num_threads()}]


def against_torch(n: int, f: Any = rosenbrock) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        import torch

        def theirs(x: Any) -> Any:
            return torch.autograd.grad(f(x, torch), x)[0]

        x = torch.tensor(point(n), requires_grad=True)
        return (ta.grad(f), point(n)), fastest(with_threads(theirs), x)

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


def coupled(x: Any, np: Any = np) -> Any:
    """Rosenbrock's function and a term by which every input meets every other."""
    return rosenbrock(x, np) + 0.01 * np.sum(np.sin(x)) ** 2


def hessian_against_torch(
    n: int, fast: bool = True, function: Callable[..., Any] = rosenbrock
) -> Callable[[], tuple[Work, Work]]:
    """Torch has several ways, and which is the fastest depends on n: that one, or the first."""

    def prepare() -> tuple[Work, Work]:
        import torch

        f = functools.partial(function, np=torch)
        one_by_one = functools.partial(torch.autograd.functional.hessian, f)
        candidates = [
            functools.partial(one_by_one, vectorize=True),
            torch.func.hessian(f),
            torch.func.jacrev(torch.func.jacrev(f)),
        ]  # one by one is far behind them
        x = torch.tensor(point(n))
        if not fast:
            return (ta.hessian(function), point(n)), (one_by_one, x)
        limited = [way for candidate in candidates for way in with_threads(candidate)]
        return (ta.hessian(function), point(n)), fastest(limited, x)

    return prepare


def hessian_against_jax(n: int) -> Callable[[], tuple[Work, Work]]:
    def prepare() -> tuple[Work, Work]:
        jax, jnp = _jax()
        compiled = jax.jit(jax.hessian(functools.partial(rosenbrock, np=jnp)))
        return (
            (ta.hessian(rosenbrock), point(n)),
            (lambda x: compiled(x).block_until_ready(), jnp.array(point(n))),
        )

    return prepare


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
GRADIENTS = [
    # n          peer             goal  against
    (10,        "autograd",       0.1,  against_autograd),
    (10,        "torch",          0.15, against_torch),
    (10,        "jax.jit(grad)",  None, against_jax),
    (1000,      "jax.jit(grad)",  2.5,  against_jax),
    (1000,      "autograd",       0.1,  against_autograd),
    (1000,      "torch",          0.15, against_torch),
    (1_000_000, "autograd",       0.2,  against_autograd),
    (1_000_000, "torch",          0.8,  against_torch),
    (1_000_000, "jax.jit(grad)",  None, against_jax),
    (1_000_000, "numpy, value",   4.0,  against_numpy),
]
CHAINS = [
    ("autograd", None, against_autograd),
    ("torch",    None, against_torch),
]
one_by_one = functools.partial(hessian_against_torch, fast=False)
HESSIANS = [
    (100,       "torch",              0.1,  one_by_one),
    (100,       "torch, fastest way", None, hessian_against_torch),
    (1000,      "torch, fastest way", 0.5,  hessian_against_torch),
    (100,       "jax.jit(hessian)",   None, hessian_against_jax),
    (1000,      "jax.jit(hessian)",   None, hessian_against_jax),
]
# fmt: on
ROWS = [
    *(
        Row(f"gradient of Rosenbrock, n = {n:,}", peer, goal, against(n))
        for n, peer, goal, against in GRADIENTS
    ),
    *(
        Row(
            "gradient of a chain of ten elementwise operations, n = 1,000,000",
            peer,
            goal,
            against(1_000_000, ten_operations),
        )
        for peer, goal, against in CHAINS
    ),
    Row("gradient of a network of two layers", "jax.jit(grad)", 1.5, network),
    *(
        Row(f"Hessian of Rosenbrock, n = {n:,}", peer, goal, against(n))
        for n, peer, goal, against in HESSIANS
    ),
    Row(
        "Hessian without zeros, n = 1,000",
        "torch, fastest way",
        None,
        hessian_against_torch(1000, function=coupled),
    ),
]
