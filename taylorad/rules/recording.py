"""What the rows need to record themselves: one call for each way of being recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from taylorad._tape import record, values_of

__all__ = ["elementwise", "values_of"]

Pull = Callable[..., Any]


def elementwise(
    function: Callable[..., Any],
    operands: Sequence[Any],
    pulls: Sequence[Pull | None],
    keep: str = "both",
    branch: bool = False,
    masks: bool = False,
) -> Any:
    """Record ``function(*operands)``.

    Each pull gets the cotangent, then the result and the operands' values as `keep` says.
    """
    return record(function(*values_of(operands)), operands, pulls, keep, branch, True, masks)
