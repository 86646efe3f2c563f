"""How a module stands for one of SciPy's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

__all__ = ["mirror"]


def mirror(
    module: ModuleType, own: Sequence[str]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """``__all__``, ``__getattr__`` and ``__dir__`` of the mirror of `module`.

    Parameters
    ----------
    module : module
        SciPy's. Names that the mirror does not have itself are looked up there.
    own : sequence of str
        The public names the mirror has itself.
    """

    def getattr_(name: str) -> Any:
        if name.startswith("__"):  # of a module itself, such as __path__
            raise AttributeError(f"module has no attribute {name!r}")
        return getattr(module, name)

    def dir_() -> list[str]:
        return sorted({*own, *dir(module)})

    return sorted({*own, *module.__all__}), getattr_, dir_
