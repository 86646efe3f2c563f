"""Packages whose names are imported when the first of them is asked for (PEP 562)."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["names_of"]


def names_of(package: dict[str, Any], modules: dict[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package, given its globals and the names in each of its modules.

    A module comes by itself. All other names come with the first of them, and then
    `__getattr__` goes: in a module that has one Python looks names up the long way, every
    time, which takes as long as a multiplication of two scalars.
    """
    home = {name: module for module, names in modules.items() for name in names.split()}

    def load(module: str) -> Any:
        try:
            return import_module(f"{package['__name__']}.{module}")
        except ImportError as error:
            if error.name in ("taylorad", "taylorad._numbers"):
                error.msg = (
                    f"the compiled modules of taylorad are not in {package['__path__'][0]}: these "
                    "are sources, found before the installed package. Start Python in another "
                    "folder, or install with pip install -e ."
                )
            raise

    def __getattr__(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
        if name in modules:
            return load(name)  # which makes it an attribute
        loaded = {module: load(module) for module in modules}
        package.update(
            (name, getattr(loaded[module], name))
            for name, module in home.items()
            if name != module
        )
        package.pop("__getattr__", None)
        return package[name]

    return __getattr__
