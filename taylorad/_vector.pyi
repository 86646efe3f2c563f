from typing import Any

import numpy as np

SLOW_IN_NUMPY: tuple[tuple[np.ufunc, bytes, float, float], ...]
OTHERS: tuple[tuple[np.ufunc, bytes, float, float], ...]

def functions() -> list[np.ufunc]: ...
def values(ufunc: np.ufunc, x: Any) -> Any: ...
