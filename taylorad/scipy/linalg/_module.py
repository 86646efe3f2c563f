"""What the rules for `scipy.linalg` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg

from taylorad.dispatch import DerivativeError, carries
from taylorad.rules.operands import number
from taylorad.scipy._rules import Rules

__all__ = ["RULES", "array", "each", "identity_like", "rule", "with_complex"]

RULES = Rules(scipy.linalg)
rule = RULES.rule


def array(operand: Any) -> Any:
    """The operand as a number of ours or as an array, of floats or complex numbers."""
    operand = number(operand)
    if not carries(operand):
        operand = np.asarray(operand)
    if operand.dtype == object:
        raise DerivativeError(
            "scipy.linalg works on floating and complex matrices, not on objects; convert them "
            "with x.astype(float)"
        )
    return operand


def each(function: Callable[..., Any], *stacks: np.ndarray) -> np.ndarray:
    """A function of plain matrices, of every matrix in a stack: older SciPys take but one."""
    batch = np.broadcast_shapes(*[a.shape[:-2] for a in stacks])
    if not batch:
        return np.asarray(function(*stacks))
    stacks = tuple(np.broadcast_to(a, batch + a.shape[-2:]) for a in stacks)
    if 0 in batch:
        shape = np.shape(function(*[np.eye(*a.shape[-2:]) for a in stacks]))
        return np.zeros(batch + shape, np.result_type(*stacks))
    found = np.stack([function(*[a[at] for a in stacks]) for at in np.ndindex(batch)])
    return found.reshape(batch + found.shape[1:])


def identity_like(a: Any) -> np.ndarray:
    """The identity of the size of these matrices, in their precision."""
    return np.eye(a.shape[-1], dtype=np.empty(0, a.dtype).real.dtype)


def with_complex(a: Any) -> Any:
    """The operand, complex."""
    return a if a.dtype.kind == "c" else a.astype(np.result_type(a.dtype, np.complex64))
