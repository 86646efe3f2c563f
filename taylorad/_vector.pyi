from typing import Any

import numpy as np

SLOW_IN_NUMPY: tuple[tuple[np.ufunc, bytes, float, float], ...]
OTHERS: tuple[tuple[np.ufunc, bytes, float, float], ...]

SHARED: tuple[np.ufunc, ...]

def functions() -> list[np.ufunc]: ...
def values(ufunc: np.ufunc, x: Any) -> Any: ...
def binary(ufunc: np.ufunc, a: Any, b: Any, out: Any = None) -> Any: ...
