"""Write the reference of `taylorad.scipy`, read off its modules.

    python docs/reference_scipy.py FILE

The site does this as it is built. What a module hands on from SciPy unchanged has no entry.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

MODULES = ("special", "linalg", "integrate", "signal", "optimize", "fft")
HEAD = """# Reference: taylorad.scipy

What these modules have themselves, with SciPy's signatures. Every other name in them is SciPy's.
[The page on SciPy](scipy.md) tells when they are needed.
"""


def signature(name: str, function: object) -> str:
    """The parameters; a default that has no spelling is left out."""
    text = str(inspect.signature(function).replace(return_annotation=inspect.Signature.empty))
    text = re.sub(r"np\.float64\(([^)]*)\)", r"\1", text)
    text = re.sub(r": ('[^']*'|\"[^\"]*\"|[\w.]+)(?= =|,|\))", "", text).replace(" = ", "=")
    return name + re.sub(r"=<[^>]*>", "=...", text)


def page() -> str:
    text = HEAD
    for name in MODULES:
        module = importlib.import_module(f"taylorad.scipy.{name}")
        text += f"\n## taylorad.scipy.{name}\n\n```{{eval-rst}}\n"
        text += f".. automodule:: taylorad.scipy.{name}\n\n"
        own = sorted(n for n in module.OWN if hasattr(module, n))
        if name == "fft":  # SciPy's own functions, which know us
            text += f"With derivatives: {', '.join(f'``{n}``' for n in own)}.\n\n"
            own = []
        for function in own:
            entry = signature(function, getattr(module, function))
            text += f".. autofunction:: taylorad.scipy.{name}.{entry}\n"
        text += "```\n"
    return text


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
