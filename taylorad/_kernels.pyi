from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from taylorad.algebra import Algebra

_Series = npt.NDArray[np.float64]

instructions: str

class Compiled:
    def __new__(cls, algebra: Algebra) -> Self: ...

def cores() -> int: ...

class threads:
    count: int | None
    before: int

    def __init__(self, count: int | None) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *error: object) -> None: ...

def product(algebra: Algebra, u: _Series, v: _Series) -> _Series: ...
def quotient(algebra: Algebra, u: _Series, v: _Series) -> _Series: ...
def riccati(
    algebra: Algebra,
    x: _Series,
    value: _Series,
    slope: _Series | None,
    q: Sequence[float],
    root: bool,
    a: float,
    b: Any,
    c: float,
) -> _Series: ...
def rotation(
    algebra: Algebra, x: _Series, value: _Series, other: _Series, sign: float
) -> tuple[_Series, _Series]: ...
def quadrature(algebra: Algebra, x: _Series, value: _Series, r: _Series) -> _Series: ...
def compose(algebra: Algebra, x: _Series, numbers: _Series) -> _Series: ...
