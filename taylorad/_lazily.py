"""Packages whose names are imported when they are asked for (PEP 562)."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["names_of"]


def names_of(package: dict[str, Any], modules: dict[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package, given its globals and the names in each of its modules."""
    home = {name: module for module, names in modules.items() for name in names.split()}

    def __getattr__(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
        try:
            module = import_module(f"{package['__name__']}.{home[name]}")
        except ImportError as error:
            if error.name in ("taylorad", "taylorad._numbers"):
                error.msg = (
                    f"the compiled modules of taylorad are not in {package['__path__'][0]}: these "
                    "are sources, found before the installed package. Start Python in another "
                    "folder, or install with pip install -e ."
                )
            raise
        found = package[name] = module if home[name] == name else getattr(module, name)
        return found

    return __getattr__
