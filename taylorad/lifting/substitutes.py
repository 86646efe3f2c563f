"""The one `Following` of lifted code, and how substitutes are entered into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taylorad.lifting.following import Following

__all__ = ["FOLLOWING", "SUBSTITUTES", "substitute"]

FOLLOWING = Following()
SUBSTITUTES: list[tuple[Any, Any]] = []


def substitute(*functions: Any) -> Callable[[Any], Any]:
    """Enter what stands for functions."""

    def enter(replacement: Any) -> Any:
        for function in functions:
            SUBSTITUTES.append((function, replacement))
            FOLLOWING.remember(function, replacement)
        return replacement

    return enter
